"""The result types of functions that join arrays, split one, or choose among elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.analysis.broadcasting import broadcast
from s2s_ad.analysis.index_types import nonzero
from s2s_ad.analysis.operands import as_array, constant, constant_length, length, type_of_operand
from s2s_ad.analysis.product_types import agree, flat_axis
from s2s_ad.analysis.sampling import elementwise_kinds
from s2s_ad.analysis.slice_lengths import sliced
from s2s_ad.analysis.typing import array_type, elementwise, handles
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import ANY, UNKNOWN, Array, Axis, Length, List, Number, Tuple, Type, join_all

Axes = tuple[Axis, ...]
_MOST = 8  # beyond so many parts their common dtype is not looked for


# joining


def _parts(arrays: Operand) -> list[Array] | None:
    """The types of the arrays in a sequence, where each is known and not a Python number."""
    t = type_of_operand(arrays)
    if isinstance(t, Array) and t.axes:
        return [Array(t.dtype, t.axes[1:])]
    if not isinstance(t, (Tuple, List)):
        return None
    types = t.items if isinstance(t, Tuple) or t.items is not None else (t.item,)
    parts = [p for p in map(as_array, types or ()) if isinstance(p, Array) and p.axes is not None]
    return parts if parts and len(parts) == len(types or ()) else None


def _count(arrays: Operand) -> int | None:
    """How many arrays there are in a sequence."""
    t = type_of_operand(arrays)
    if isinstance(t, Array) and t.axes:
        return constant_length(t.axes[0])
    items = getattr(t, "items", None)
    return None if items is None else len(items)


def _dtype(parts: list[Array]) -> Any:
    if len(parts) > _MOST or any(p.loose for p in parts):
        return None
    return getattr(elementwise_kinds(_promoted, tuple(Array(p.dtype, (1,)) for p in parts)), "dtype", None)


def _promoted(*arrays: Any) -> Any:
    return np.concatenate(arrays)


def _joined(arrays: Operand, axis: int, shapes: list[Axes], parts: list[Array]) -> Type:
    """Arrays of these shapes one after the other along an axis; in the others they are equally long."""
    rank = len(shapes[0])
    if any(len(s) != rank for s in shapes) or not -rank <= axis < rank:
        return UNKNOWN
    merged = [agree(*column) for column in zip(*shapes, strict=True)]
    merged[axis] = _total([s[axis] for s in shapes]) if _count(arrays) == len(shapes) else ANY
    return Array(_dtype(parts), tuple(merged))


def _total(axes: list[Axis]) -> Axis:
    """The sum of lengths, named by the lengths that it is the sum of."""
    if len(axes) == 1:
        return axes[0]
    known = [constant_length(a) for a in axes]
    if None not in known:
        return length(sum(known))  # type: ignore[arg-type]
    many = all(a != 1 and a.many for a in axes) or any(n is not None and n > 1 for n in known)  # type: ignore[union-attr]
    named = all(a == 1 or a.name is not None for a in axes)  # type: ignore[union-attr]
    return Length(("sum", *axes) if named else None, many)


@handles(np.concatenate)
def _concatenate(arrays: Operand, axis: Operand = Const(0)) -> Type:  # noqa: B008
    parts, where = _parts(arrays), constant(axis, default=...)
    if parts is None or where is ...:
        return UNKNOWN
    if where is None:
        return _joined(arrays, 0, [(flat_axis(p.axes or ()),) for p in parts], parts)
    return _joined(arrays, where, [p.axes or () for p in parts], parts)


@handles(np.append)
def _append(arr: Operand, values: Operand, axis: Operand = Const(None)) -> Type:  # noqa: B008
    both = [array_type(arr), array_type(values)]
    where = constant(axis, default=...)
    if where is ... or any(t.axes is None for t in both):
        return UNKNOWN
    shapes = [t.axes or () for t in both] if where is not None else [(flat_axis(t.axes or ()),) for t in both]
    if len(shapes[0]) != len(shapes[1]) or not shapes[0]:
        return UNKNOWN
    axes = list(map(agree, *shapes))
    axes[where or 0] = _total([s[where or 0] for s in shapes])
    return Array(_dtype(both), tuple(axes))


@handles(np.stack)
def _stack(arrays: Operand, axis: Operand = Const(0)) -> Type:  # noqa: B008
    parts, where, count = _parts(arrays), constant(axis), _count(arrays)
    if parts is None or where is None or len({len(p.axes or ()) for p in parts}) != 1:
        return UNKNOWN
    merged = [agree(*column) for column in zip(*(p.axes or () for p in parts), strict=True)]
    merged.insert(where % (len(merged) + 1), ANY if count is None else length(count))
    return Array(_dtype(parts), tuple(merged))


@handles(np.hstack)
def _hstack(tup: Operand) -> Type:
    parts = _parts(tup)
    if parts is None:
        return UNKNOWN
    shapes = [at_least(1, p.axes or ()) for p in parts]
    return _joined(tup, 0 if len(shapes[0]) == 1 else 1, shapes, parts)


@handles(np.vstack)
def _vstack(tup: Operand) -> Type:
    parts = _parts(tup)
    return UNKNOWN if parts is None else _joined(tup, 0, [at_least(2, p.axes or ()) for p in parts], parts)


@handles(np.dstack)
def _dstack(tup: Operand) -> Type:
    parts = _parts(tup)
    return UNKNOWN if parts is None else _joined(tup, 2, [at_least(3, p.axes or ()) for p in parts], parts)


@handles(np.column_stack)
def _column_stack(tup: Operand) -> Type:
    parts = _parts(tup)
    if parts is None:
        return UNKNOWN
    flat = [at_least(1, p.axes or ()) for p in parts]
    return _joined(tup, 1, [axes if len(axes) > 1 else (*axes, 1) for axes in flat], parts)


def at_least(rank: int, axes: Axes) -> Axes:
    """The axes that `np.atleast_1d`, `_2d` and `_3d` give."""
    if len(axes) >= rank:
        return axes
    if rank == 3 and axes:
        return (1, *axes, 1)[-3:]
    return (1,) * (rank - len(axes)) + axes


@handles(np.atleast_1d)
def _atleast_1d(a: Operand) -> Type:
    return _raised(1, a)


@handles(np.atleast_2d)
def _atleast_2d(a: Operand) -> Type:
    return _raised(2, a)


@handles(np.atleast_3d)
def _atleast_3d(a: Operand) -> Type:
    return _raised(3, a)


def _raised(rank: int, a: Operand) -> Type:
    t = array_type(a)
    return UNKNOWN if t.axes is None else Array(None if t.loose else t.dtype, at_least(rank, t.axes))


# splitting


@handles(np.split)
def _split(ary: Operand, indices_or_sections: Operand, axis: Operand = Const(0)) -> Type:  # noqa: B008
    return _pieces(ary, indices_or_sections, axis, equal=True)


@handles(np.array_split)
def _array_split(ary: Operand, indices_or_sections: Operand, axis: Operand = Const(0)) -> Type:  # noqa: B008
    return _pieces(ary, indices_or_sections, axis, equal=False)


def _pieces(ary: Operand, ends: Operand, axis: Operand, *, equal: bool) -> Type:
    t, where = array_type(ary), constant(axis)
    if not t.axes or where is None or not -len(t.axes) <= where < len(t.axes):
        return UNKNOWN
    cuts = _cuts(t.axes[where], constant(ends), equal)
    types = []
    for cut in cuts or (ANY,):
        axes = list(t.axes)
        axes[where] = cut
        types.append(Array(t.dtype, tuple(axes)))
    return List(join_all(tuple(types)), tuple(types) if len(set(types)) > 1 else None)


def _cuts(axis: Axis, ends: Any, equal: bool) -> list[Axis] | None:
    """The lengths of the pieces, where their number is known: `ends` is that, or tells where each piece ends."""
    if isinstance(ends, int):
        n = constant_length(axis)
        if n is not None:
            return [length(n // ends + (i < n % ends)) for i in range(ends)]
        return [_piece(axis, ends, 0 if equal else i) for i in range(ends)]
    if isinstance(ends, tuple):
        return [sliced(axis, slice(a, b)) for a, b in zip((0, *ends), (*ends, None), strict=True)]
    return None


def _piece(axis: Axis, n: int, i: int) -> Axis:
    """The length of the i-th of n pieces."""
    assert isinstance(axis, Length)
    return Length(None if axis.name is None else ("piece", axis, n, i))


@handles(np.hsplit)
def _hsplit(ary: Operand, indices_or_sections: Operand) -> Type:
    axes = array_type(ary).axes
    return UNKNOWN if axes is None else _split(ary, indices_or_sections, Const(0 if len(axes) == 1 else 1))


@handles(np.vsplit)
def _vsplit(ary: Operand, indices_or_sections: Operand) -> Type:
    return _split(ary, indices_or_sections, Const(0))


@handles(np.dsplit)
def _dsplit(ary: Operand, indices_or_sections: Operand) -> Type:
    return _split(ary, indices_or_sections, Const(2))


@handles(getattr(np, "unstack", None))
def _unstack(x: Operand, axis: Operand = Const(0)) -> Type:  # noqa: B008
    t, where = array_type(x), constant(axis)
    if not t.axes or where is None:
        return UNKNOWN
    count = constant_length(t.axes[where])
    part = Array(t.dtype, tuple(a for i, a in enumerate(t.axes) if i != where % len(t.axes)), boxed=len(t.axes) == 1)
    return UNKNOWN if count is None else Tuple((part,) * count)


# choosing


@handles(np.where)
def _where(condition: Operand, *branches: Operand) -> Type:
    return elementwise(np.where, (condition, *branches)) if branches else nonzero(condition)


@handles(np.select)
def _select(condlist: Operand, choicelist: Operand, default: Operand = Const(0)) -> Type:  # noqa: B008
    conditions, choices, other = _parts(condlist), _parts(choicelist), array_type(default)
    if conditions is None or choices is None or other.axes is None:
        return UNKNOWN
    axes = broadcast(*(p.axes or () for p in (*conditions, *choices, other)))
    numbers = [i for i in getattr(type_of_operand(choicelist), "items", None) or () if isinstance(i, Number)]
    floats = all(p.dtype is not None and p.dtype.kind == "f" for p in choices)
    known = floats and not numbers and constant(default, default=0.5) == 0  # which does not widen their dtype
    return Array(_dtype(choices) if known else None, axes, boxed=axes == ())


@handles(np.take)
def _take(a: Operand, indices: Operand, axis: Operand = Const(None)) -> Type:  # noqa: B008
    t, at, where = array_type(a), array_type(indices), constant(axis, default=...)
    if t.axes is None or at.axes is None or where is ...:
        return UNKNOWN
    if where is None:
        return Array(t.dtype, at.axes)
    i = where % len(t.axes)
    return Array(t.dtype, (*t.axes[:i], *at.axes, *t.axes[i + 1 :]))


@handles(np.take_along_axis)
def _take_along_axis(arr: Operand, indices: Operand, axis: Operand = Const(-1)) -> Type:  # noqa: B008
    t, at, where = array_type(arr), array_type(indices), constant(axis)
    if t.axes is None or at.axes is None or where is None or len(t.axes) != len(at.axes):
        return UNKNOWN
    axes = list(broadcast(t.axes, at.axes))
    axes[where] = at.axes[where]
    return Array(t.dtype, tuple(axes))


@handles(np.sort)
def _sort(a: Operand, axis: Operand = Const(-1), **_: Operand) -> Type:  # noqa: B008
    t, where = array_type(a), constant(axis, default=...)
    if t.axes is None or where is ...:
        return UNKNOWN
    return Array(t.dtype, (flat_axis(t.axes),) if where is None else t.axes)


@handles(np.partition)
def _partition(a: Operand, kth: Operand, axis: Operand = Const(-1), **_: Operand) -> Type:  # noqa: B008
    return _sort(a, axis)


@handles(np.argsort)
def _argsort(a: Operand, axis: Operand = Const(-1), **_: Operand) -> Type:  # noqa: B008
    t = _sort(a, axis)
    return Array(np.dtype(np.intp), t.axes) if isinstance(t, Array) else t


@handles(np.diff)
def _diff(a: Operand, n: Operand = Const(1), axis: Operand = Const(-1), **borders: Operand) -> Type:  # noqa: B008
    t, times, where = array_type(a), constant(n), constant(axis)
    if borders or not t.axes or type(times) is not int or times < 0 or where is None:
        return UNKNOWN
    axes = list(t.axes)
    axes[where] = sliced(axes[where], slice(times, None))
    kind = elementwise_kinds(np.subtract, (Array(t.dtype, (1,)),) * 2)
    return Array(kind.dtype, tuple(axes)) if isinstance(kind, Array) else UNKNOWN
