"""Names of axis lengths across a call: a callee knows its arguments' axes by names of its own.

That two arguments have axes of one length stays known, what the lengths are called outside does not; so a function is
compiled once for `f(x)` and `f(x[1:])`, and a recursion on slices has finitely many signatures.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace

from s2s_ad.analysis.slice_lengths import Cut
from s2s_ad.ir.types import (
    ANY,
    MANY,
    Array,
    Axis,
    Closure,
    Deque,
    Dict,
    Iterable,
    Length,
    List,
    Map,
    Maybe,
    Number,
    Record,
    Tuple,
    Type,
)


class AxisNames:
    """A correspondence between the names of lengths outside and inside a callee."""

    def __init__(self) -> None:
        self._inside: dict[Hashable, Hashable] = {}
        self._outside: dict[Hashable, Hashable] = {}

    def canonical(self, t: Type) -> Type:
        """An argument's type as the callee sees it, where each of its arrays has one length along an axis."""
        return self._with_names(rename(t, self._enter))

    def _with_names(self, t: Type) -> Type:
        """`t` with names for the lengths of which nothing is known; the items of a list may differ in theirs."""
        match t:
            case Array(axes=axes) if axes is not None:
                return replace(t, axes=tuple(map(self._with_name, axes)))
            case Tuple(items):
                return Tuple(tuple(map(self._with_names, items)), t.cls)
            case Dict(keys, values):
                return Dict(keys, tuple(map(self._with_names, values)))
            case Record(cls, names, values):
                return Record(cls, names, tuple(map(self._with_names, values)))
        return t

    def _with_name(self, axis: Axis) -> Axis:
        if not isinstance(axis, Length) or axis.name is not None:
            return axis
        inside = ("axis", len(self._outside), axis.many)
        self._outside[inside] = None
        return Length(inside, axis.many)

    def outside(self, t: Type) -> Type:
        """The result's type as the caller sees it."""
        return rename(t, self._leave)

    def _enter(self, axis: Axis) -> Axis:
        if not isinstance(axis, Length) or axis.name is None:
            return axis
        if axis.name not in self._inside:
            inside = ("axis", len(self._outside), axis.many)
            self._inside[axis.name] = inside
            self._outside[inside] = axis.name
        return Length(self._inside[axis.name], axis.many)

    def _leave(self, axis: Axis) -> Axis:
        if not isinstance(axis, Length) or axis.name is None:
            return axis
        if axis.name in self._outside:
            return Length(self._outside[axis.name], axis.many)
        if isinstance(axis.name, Cut):
            of = self._leave(axis.name.of)
            assert isinstance(of, Length)
            return Length(Cut(of, axis.name.law) if of.name is not None else None, axis.many)
        if isinstance(axis.name, tuple) and axis.name[0] == "const":
            return axis
        return MANY if axis.many else ANY


def rename(t: Type, f: Callable[[Axis], Axis]) -> Type:
    """`t` with `f` applied to every axis in it."""
    match t:
        case Array(axes=axes):
            return replace(t, axes=None if axes is None else tuple(map(f, axes)))
        case Number(kind, axis) if axis is not None:
            return Number(kind, f(axis))
        case Tuple(items):
            return Tuple(tuple(rename(i, f) for i in items), t.cls)
        case List(item, items):
            return List(rename(item, f), None if items is None else tuple(rename(i, f) for i in items))
        case Map(item=item) | Deque(item=item) | Maybe(item):
            return replace(t, item=rename(item, f))
        case Dict(keys, values):
            return Dict(keys, tuple(rename(v, f) for v in values))
        case Record(cls, names, values):
            return Record(cls, names, tuple(rename(v, f) for v in values))
        case Iterable(item):
            return Iterable(rename(item, f))
        case Closure(code, captured):
            return Closure(code, tuple(rename(c, f) for c in captured))
    return t
