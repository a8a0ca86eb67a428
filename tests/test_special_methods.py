"""Special methods that Python calls by itself: followed where the caller is looked into, or refused if they write."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from typing import Any

import pytest

from s2s_ad import MutationError, differentiable, grad, pullback


class Restless:
    """An object whose special methods all write, those that order it by another method."""

    def __init__(self, w: float) -> None:
        self.w = w

    def _double(self) -> bool:
        self.w = self.w * 2.0
        return True

    def __str__(self) -> str:
        self.w = self.w * 2.0
        return "restless"

    def __lt__(self, other: object) -> bool:
        return self._double()

    def __bool__(self) -> bool:
        return self._double()

    def __hash__(self) -> int:
        self._double()
        return 3

    def __eq__(self, other: object) -> bool:
        return self._double()


class Quiet:
    """An object whose methods write to nothing but to what they have made."""

    def __init__(self, w: float) -> None:
        self.w = w

    def norm(self) -> float:
        """Its size."""
        return abs(self.w)

    def __repr__(self) -> str:
        parts = []
        parts.append(f"{self.w}")
        return ", ".join(parts)

    def __lt__(self, other: Quiet) -> bool:
        return self.norm() < other.norm()


CALLERS: dict[str, Callable[[Any], Any]] = {
    "print": lambda a: print(a),
    "f-string": lambda a: f"{a}",
    "format": lambda a: "{}".format(a),  # noqa: UP032
    "str": lambda a: str(a),
    "log": lambda a: logging.getLogger("restless").info("%s", a),
    "exception": lambda a: ValueError(a),
    "sorted": lambda a: sorted([a, a]),
    "any": lambda a: any([a]),
    "in": lambda a: a in [3, 4],
    "equal": lambda a: [a] == [3],
    "in order": lambda a: (1, a) < (1, a),
    "set": lambda a: {a, 1},
}


@pytest.mark.parametrize("name", CALLERS)
@pytest.mark.parametrize("optimize", [True, False])
def test_special_methods_that_write_are_not_called_unseen(name: str, optimize: bool) -> None:
    """They are refused where they are not followed; before, what they wrote was lost."""
    call = CALLERS[name]

    def value(x: float) -> float:
        a = Restless(x)
        call(a)
        return a.w

    def quiet(x: float) -> float:
        a = Quiet(x)
        call(a)
        return a.w

    with pytest.raises(MutationError, match="which writes, called by"):
        pullback(differentiable(value, optimize=optimize), 1.5)
    y, bars = pullback(differentiable(quiet, optimize=optimize), 1.5)
    assert (y, bars(1.0)[-1]) == (1.5, 1.0)


def test_special_methods_that_are_followed_may_write() -> None:
    """`if a`, `not a`, `a or b`, `max(a, b)`, and a call of a method by its name."""

    def value(x: float) -> float:
        a = Restless(x)
        if a and not a:
            return 0.0
        a = a or Restless(1.0)
        str.upper(a.__str__())
        return a.w

    assert grad(value)(1.5) == value(1.0)


class Counted:
    """Counts how often it is asked for its length."""

    def __init__(self, w: float) -> None:
        self.w = w

    def __len__(self) -> int:
        self.w = self.w * 2.0
        return 2

    def __iter__(self) -> Any:
        return iter([1.0, 2.0])


@pytest.mark.parametrize("spread", [lambda a: max(*a), lambda a: sorted(a), lambda a: list(a)])
def test_python_asks_for_lengths(spread: Callable[[Any], Any]) -> None:
    """To make room for the items."""

    def value(x: float) -> float:
        a = Counted(x)
        spread(a)
        return a.w

    assert value(1.5) == 3.0
    with pytest.raises(MutationError, match="__len__`, which writes"):
        pullback(value, 1.5)


def double(a: Any) -> None:
    """Writes."""
    a.w = a.w * 2.0


class ByOthers:
    """Its methods write by way of a function, or are those of what it holds."""

    def __init__(self, w: float) -> None:
        self.w = w

    def __eq__(self, other: object) -> bool:
        double(self)
        return True

    __hash__ = None  # type: ignore[assignment]


@dataclasses.dataclass
class Box:
    """Is compared as what is in it is."""

    inside: ByOthers


def test_methods_that_write_by_way_of_others() -> None:
    """A function of the module, and the method of a part."""

    def found(x: float) -> float:
        a = ByOthers(x)
        return a.w * (a in [3.0, ByOthers(x)])

    def compared(x: float) -> float:
        a = Box(ByOthers(x))
        same = a == Box(ByOthers(x))
        return a.inside.w * same

    for f in (found, compared):
        with pytest.raises(MutationError, match="__eq__`, which writes"):
            pullback(f, 1.5)
