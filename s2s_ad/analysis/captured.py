"""What a function outside has captured that the function to be compiled is given as well.

    def make(w):                           class Layer:
        def g(x): return w * x                 def __init__(self, w): self.w, self.f = w, self.scaled
        def f(x): return g(x) + w              def scaled(self, x): return self.w * x
        return f                               def call(self, x): return self.f(x)

The `w` that `g` reads is that of `f`, and the object that `self.f` is bound to is `self`. So they are read as what `f`
and `call` have been given, and not as constants of their surroundings. A function in between is spliced in for that.
Where it is not the very thing, but part of it, the derivative by it would be lost, and that is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from types import CellType, FunctionType
from typing import Any

from s2s_ad.ir.values import is_code, parts_of


class Elsewhere(Enum):
    """Where something is that is neither a cell nor an argument of a function."""

    PART = auto()  # in one of its arguments
    NOWHERE = auto()


Where = str | int | Elsewhere  # the name of a captured variable, the position of an argument, or elsewhere


@dataclass(frozen=True, eq=False)
class Given:
    """What the function to be compiled is given: the values of its parameters, and its captured variables."""

    fn: FunctionType | None = None
    values: Sequence[Any] = ()
    wanted: tuple[int, ...] | None = None

    def cells(self) -> dict[str, CellType]:
        """The cells of the captured variables."""
        names = () if self.fn is None else self.fn.__code__.co_freevars
        return dict(zip(names, getattr(self.fn, "__closure__", None) or (), strict=True))

    def place_of(self, thing: Any) -> Where:
        """Where a cell, or an object, is given."""
        if isinstance(thing, CellType):
            return next((name for name, cell in self.cells().items() if cell is thing), Elsewhere.NOWHERE)
        at = next((i for i in self._wanted() if self.values[i] is thing), None)
        if at is not None:
            return at
        return Elsewhere.PART if self.keeps(thing) else Elsewhere.NOWHERE

    def keeps(self, thing: Any) -> bool:
        """Whether something is in one of the arguments, or is one."""
        return any(part is thing for i in self._wanted() for part in _inside(self.values[i]))

    def _wanted(self) -> Sequence[int]:
        return range(len(self.values)) if self.wanted is None else self.wanted


@dataclass(frozen=True, eq=False)
class Captured:
    """That something which code has captured is given in this place; see `Given`."""

    thing: Any
    place: Where

    def holds(self, given: Given) -> bool:
        """Whether it is so for another call."""
        return given.place_of(self.thing) == self.place


def _inside(value: Any) -> Iterator[Any]:
    pending, seen = [value], set[int]()
    while pending:
        one = pending.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if not is_code(one):
            pending += parts_of(one)
