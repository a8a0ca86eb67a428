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
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any

from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir.nodes import Operand
from s2s_ad.ir.values import fields_of, is_code

if TYPE_CHECKING:
    from s2s_ad.analysis.emission import Emitter


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

    def place_of(self, thing: Any) -> str | int | bool:
        """The name of a cell, or the position of an object, that is given; True for part of one, and False for none."""
        if isinstance(thing, CellType):
            return next((name for name, cell in self.cells().items() if cell is thing), False)
        wanted = range(len(self.values)) if self.wanted is None else self.wanted
        at = next((i for i in wanted if self.values[i] is thing), None)
        return any(part is thing for i in wanted for part in _inside(self.values[i])) if at is None else at


@dataclass(frozen=True, eq=False)
class Captured:
    """That something which code has captured is given in this place; see `Given`."""

    thing: Any
    place: str | int | bool

    def holds(self, given: Given) -> bool:
        """Whether it is so for another call."""
        found = given.place_of(self.thing)
        return type(found) is type(self.place) and found == self.place

    def is_in(self, fn: FunctionType) -> bool:
        """Whether it is so for a function with the same code, of a thing that is a cell."""
        return Given(fn).place_of(self.thing) == self.place


def _inside(value: Any) -> Iterator[Any]:
    pending, seen = [value], set[int]()
    while pending:
        one = pending.pop()
        if id(one) in seen or is_code(one):
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, (list, tuple, dict)):
            pending += one.values() if isinstance(one, dict) else one
        else:
            pending += (fields_of(one) or {}).values()


def given_cell(s: Emitter, cell: CellType) -> Operand | None:
    """The variable of the function to be compiled that another function has captured as well, if it is one."""
    given = s.program.given
    if not given.cells() or given.wanted is not None:  # the derivative by what is captured is not asked for
        return None
    place = given.place_of(cell)
    s.program.captured.append(Captured(cell, place))
    own = s.own.get(id(cell))
    if own is None and place is not False:
        _refuse(s)
    return own


def given_object(s: Emitter, thing: Any) -> Operand | None:
    """The parameter that is an object which a function has captured, or is bound to, if there is one."""
    if fields_of(thing) is None:
        return None
    place = s.program.given.place_of(thing)
    s.program.captured.append(Captured(thing, place))
    own = s.own.get(id(thing))
    if own is None and place is not False:
        _refuse(s)
    return own


class CapturedError(UnsupportedSyntaxError):
    """A function has captured what the one to be compiled is given, and is not evaluated where that is known."""


def _refuse(s: Emitter) -> None:
    what = "a call of a function that has captured an argument, or part of one, whose derivative would be lost"
    raise CapturedError(what, s.span, "call the method of the object, `obj.f(x)`, or pass it what it reads")
