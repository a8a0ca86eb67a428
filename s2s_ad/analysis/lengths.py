"""Names for the lengths of axes of which nothing else is known.

    part = x[mask]          as long as `part`
    part * part             just as long
    y[i:, 0] -= y[i:, 1]    both what `y[i:]` is cut to

An array is as long as itself, whatever else is not known; so a length without a name is called after the value that has
it, or after what was cut by what index. This holds for one run of the code that defines the value. What several runs
have in common, the items of a list or the rounds of a loop, keeps a name only where that is the same in all.
"""

from __future__ import annotations

import operator
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from s2s_ad.analysis.axis_names import rename
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import constant, is_position, type_of_operand
from s2s_ad.analysis.slice_lengths import Cut
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Star, Value
from s2s_ad.ir.types import Array, Axis, Instance, Length, Number, Type

_PUT_TOGETHER = frozenset({primitives.make_tuple, slice, operator.add, operator.sub, operator.mul})


@dataclass(frozen=True)
class OfRun:
    """The name of the length of an axis of what one run of the code has made: a value, or what a slice cuts it to."""

    source: Hashable
    axis: int = 0


def with_names(value: Value, call: Call, definitions: Mapping[Value, Call]) -> Type:
    """The type of the result of a typed call, with names for all lengths if it is an array."""
    t = value.type
    if not isinstance(t, Array) or not t.axes or not any(map(_is_nameless, t.axes)):
        return t
    cuts = _cuts(call, definitions) if callee(call) is operator.getitem and len(call.args) == 2 else []
    names = [cut or OfRun(value, i) for i, cut in enumerate([*cuts, *[None] * len(t.axes)][: len(t.axes)])]
    axes = tuple(_named(a, name) if _is_nameless(a) else a for a, name in zip(t.axes, names, strict=True))
    return replace(t, axes=axes)


def without_names(t: Type) -> Type:
    """A type that holds for several runs of the code that it was found for: without the names that one run has."""
    return rename(t, lambda axis: _named(axis, None) if _is_of_run(axis) else axis)


def _named(axis: Axis, name: Hashable) -> Length:
    return Length(name, isinstance(axis, Length) and axis.many)


def _is_nameless(axis: Axis) -> bool:
    return isinstance(axis, Length) and axis.name is None


def _is_of_run(name: Any) -> bool:
    """Whether a length, or the name of one, has to do with a single run."""
    match name:
        case OfRun():
            return True
        case Length(inner) | Cut(Length(inner)):
            return _is_of_run(inner)
        case tuple():
            return any(map(_is_of_run, name))
    return False


def _cuts(call: Call, definitions: Mapping[Value, Call]) -> list[OfRun | None]:
    """The names of the lengths to which an index cuts the axes of an array; None for what is not cut by a slice."""
    base, index = call.args
    axes = list(getattr(getattr(base, "type", None), "axes", None) or ())
    parts = _parts(index, definitions)
    ellipsis = [i for i, part in enumerate(parts) if constant(part) is Ellipsis]
    if ellipsis:
        used = [p for p in parts if constant(p, default=0) is not None and constant(p) is not Ellipsis]
        full = [Const(slice(None))] * (len(axes) - len(used))
        parts[ellipsis[0] : ellipsis[0] + 1] = full
    found: list[OfRun | None] = []
    for part in parts:
        if constant(part, default=0) is None:
            found.append(None)
        elif type_of_operand(part) == Instance(slice) and axes:
            key, axis = _key(part, definitions), axes.pop(0)
            found.append(None if key is None or _is_nameless(axis) else OfRun((axis, key)))
        elif is_position(part) and axes:
            axes.pop(0)
        else:
            return []
    return found


def _parts(index: Any, definitions: Mapping[Value, Call]) -> list[Any]:
    """The parts of an index."""
    if isinstance(index, Const):
        return [Const(part) for part in index.value] if type(index.value) is tuple else [index]
    made = definitions.get(index)
    return list(made.args) if made is not None and callee(made) is primitives.make_tuple else [index]


def _key(index: Any, definitions: Mapping[Value, Call]) -> Hashable | None:
    """Something that is equal for indices which surely are; None for arrays and lists, which may change."""
    if isinstance(index, Const):
        return _key_of_constant(index.value)
    if isinstance(index, Star):
        return None
    made = definitions.get(index)
    if made is not None and type(callee(made)).__hash__ is not None and callee(made) in _PUT_TOGETHER:
        keys = tuple(_key(a, definitions) for a in made.args)
        return None if None in keys or made.kwargs else (callee(made), keys)
    is_plain = isinstance(index.type, Number) or index.type == Instance(slice)
    return index if is_plain and not index.unbound else None


def _key_of_constant(value: Any) -> Hashable | None:
    if type(value) is tuple:
        keys = tuple(map(_key_of_constant, value))
        return None if None in keys else keys
    if type(value) is slice:
        return _key_of_constant(("slice", value.start, value.stop, value.step))
    return (type(value), value) if value is None or value is Ellipsis or type(value) in (int, bool, str) else None
