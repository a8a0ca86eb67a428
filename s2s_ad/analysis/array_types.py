"""The result types of NumPy functions whose shapes follow a rule of their own."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.broadcasting import broadcast
from s2s_ad.analysis.operands import as_array, constant, length, type_of_operand
from s2s_ad.analysis.sampling import elementwise_kinds, sampled
from s2s_ad.analysis.typing import array_type, axes_of_shape, elementwise, handles
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import (
    ANY,
    INT,
    UNKNOWN,
    Array,
    Axis,
    Length,
    List,
    Number,
    Tuple,
    Type,
)
from s2s_ad.rules.numpy.methods import METHODS


@handles(runtime.divide_or_zero)
def _divide_or_zero(a: Operand, b: Operand) -> Type:
    return elementwise(np.divide, (a, b))


# shapes


@handles(np.shape)
def _shape(a: Operand) -> Type:
    axes = array_type(a).axes
    return UNKNOWN if axes is None else Tuple(tuple(Number("int", x) for x in axes))


@handles(np.ndim)
def _ndim(a: Operand) -> Type:
    return INT


@handles(np.size)
def _size(a: Operand, axis: Operand | None = None) -> Type:
    return INT


@handles(len)
def _len(a: Operand) -> Type:
    t = type_of_operand(a)
    return Number("int", t.axes[0]) if isinstance(t, Array) and t.axes else INT


@handles(np.reshape)
def _reshape(a: Operand, shape: Operand, order: Operand | None = None) -> Type:
    t = array_type(a)
    return Array(t.dtype, axes_of_shape(shape), boxed=axes_of_shape(shape) == ())


@handles(np.ravel)
def _ravel(a: Operand, order: Operand | None = None) -> Type:
    t = array_type(a)
    if t.axes is not None and len(t.axes) == 1:
        return t
    return Array(t.dtype, (1,) if t.axes == () else (ANY,))


@handles(np.transpose)
def _transpose(a: Operand, axes: Operand = Const(None)) -> Type:  # noqa: B008
    t, order = array_type(a), constant(axes, default=False)
    if t.axes is None or order is False:
        return Array(t.dtype, None)
    return Array(t.dtype, t.axes[::-1] if order is None else tuple(t.axes[i] for i in order), boxed=t.axes == ())


@handles(np.swapaxes)
def _swapaxes(a: Operand, axis1: Operand, axis2: Operand) -> Type:
    t, i, j = array_type(a), constant(axis1), constant(axis2)
    if t.axes is None or i is None or j is None:
        return Array(t.dtype, None)
    axes = list(t.axes)
    axes[i], axes[j] = axes[j], axes[i]
    return Array(t.dtype, tuple(axes))


@handles(np.expand_dims)
def _expand_dims(a: Operand, axis: Operand) -> Type:
    t, where = array_type(a), constant(axis)
    if t.axes is None or where is None:
        return Array(t.dtype, None)
    where = where if isinstance(where, tuple) else (where,)
    rank = len(t.axes) + len(where)
    new, old = {i % rank for i in where}, iter(t.axes)
    return Array(t.dtype, tuple(1 if i in new else next(old) for i in range(rank)))


@handles(np.broadcast_to)
def _broadcast_to(a: Operand, shape: Operand) -> Type:
    axes = axes_of_shape(shape)
    return Array(array_type(a).dtype, axes, boxed=axes == ())


@handles(np.matmul, operator.matmul)
def _matmul(a: Operand, b: Operand) -> Type:
    s, t = array_type(a), array_type(b)
    if not s.axes or not t.axes:
        return UNKNOWN
    dtype = elementwise_kinds(np.multiply, (Array(s.dtype, (1,)), Array(t.dtype, (1,))))
    assert isinstance(dtype, Array)
    batch = broadcast(s.axes[:-2], t.axes[:-2])
    axes = (*batch, *s.axes[-2:-1], *(t.axes[-1:] if len(t.axes) > 1 else ()))
    return Array(dtype.dtype, axes)


@handles(np.dot)
def _dot(a: Operand, b: Operand) -> Type:
    s, t = array_type(a), array_type(b)
    if s.axes and t.axes and len(s.axes) <= 2 and len(t.axes) <= 2:
        return _matmul(a, b)
    return elementwise(np.multiply, (a, b)) if s.axes == () or t.axes == () else sampled(np.dot, [s, t], {})


@handles(np.outer)
def _outer(a: Operand, b: Operand) -> Type:
    s, t = array_type(a), array_type(b)
    kind = elementwise(np.multiply, (a, b))
    if s.axes is None or t.axes is None or not isinstance(kind, Array):
        return UNKNOWN
    return Array(kind.dtype, tuple(x[0] if len(x) == 1 else ANY if x else 1 for x in (s.axes, t.axes)))


def _dtype_of(fn: Any, *types: Array) -> Any:
    """The dtype that `fn` gives for arguments of these dtypes and ranks."""
    if any(t.dtype is None for t in types):
        return None
    return getattr(sampled(fn, [Array(t.dtype, (ANY,) * len(t.axes or ())) for t in types], {}), "dtype", None)


@handles(np.linalg.inv, np.linalg.cholesky, np.tril, np.triu, runtime.inverse_transpose, runtime.cofactors)
def _matrix_like(a: Operand, *_: Operand) -> Type:
    t = array_type(a)
    fn = np.linalg.inv if t.axes is not None and len(t.axes) >= 2 else np.positive
    return Array(t.dtype if t.dtype is not None and t.dtype.kind == "f" else _dtype_of(fn, t), t.axes)


@handles(np.cumsum, np.cumprod)
def _cumulative(a: Operand, axis: Operand = Const(None)) -> Type:  # noqa: B008
    t = array_type(a)
    flat = constant(axis, default=0) is None and (t.axes is None or len(t.axes) != 1)
    return Array(_dtype_of(np.cumsum, t), (ANY,) if flat else t.axes)


@handles(np.clip)
def _clip(a: Operand, *bounds: Operand, **named: Operand) -> Type:
    given = [b for b in (*bounds, *named.values()) if constant(b, default=0) is not None]
    low, high = given[0] if given else a, given[-1] if given else a
    return elementwise(np.clip, (a, low, high))


@handles(np.linalg.det)
def _det(a: Operand) -> Type:
    t = array_type(a)
    return Array(_dtype_of(np.linalg.det, t), None if t.axes is None else t.axes[:-2])


@handles(np.linalg.slogdet)
def _slogdet(a: Operand) -> Type:
    t = _det(a)
    return Tuple((t, t)) if type(np.linalg.slogdet(np.eye(1))) is tuple else UNKNOWN


@handles(np.einsum)
def _einsum(subscripts: Operand, *operands: Operand) -> Type:
    """Each index of the result is as long as an axis that it names."""
    types = [array_type(o) for o in operands]
    spec = constant(subscripts)
    shapes = [t.axes for t in types if t.axes is not None]
    if not isinstance(spec, str) or len(shapes) != len(types):
        return UNKNOWN
    inputs, output = runtime.einsum_indices(spec, [len(s) for s in shapes])
    columns: dict[str, list[Axis]] = {}
    for indices, shape in zip(inputs, shapes, strict=True):
        for index, axis in zip(indices, shape, strict=True):
            columns.setdefault(index, []).append(axis)
    dtype = (
        elementwise_kinds(np.add, tuple(Array(t.dtype, (1,)) for t in (types * 2)[:2])) if len(types) < 3 else UNKNOWN
    )
    return Array(getattr(dtype, "dtype", None), tuple(broadcast(*((a,) for a in columns[i]))[0] for i in output))


@handles(METHODS["astype"])
def _astype(a: Operand, dtype: Operand, *_: Operand, **__: Operand) -> Type:
    t, chosen = array_type(a), constant(dtype)
    return Array(None if chosen is None else np.dtype(chosen), t.axes, boxed=t.boxed)


@handles(runtime.products_of_others)
def _products_of_others(a: Operand, *_: Operand) -> Type:
    return array_type(a)


# creation


def _created(shape: Operand, dtype: Operand | None, default: Any = float) -> Type:
    chosen = default if dtype is None else constant(dtype)
    axes = axes_of_shape(shape)
    return Array(None if chosen is None else np.dtype(chosen), axes, boxed=axes == ())


@handles(np.zeros, np.ones, np.empty)
def _zeros(shape: Operand, dtype: Operand | None = None) -> Type:
    return _created(shape, dtype)


@handles(np.full)
def _full(shape: Operand, fill_value: Operand, dtype: Operand | None = None) -> Type:
    return _created(shape, dtype, array_type(fill_value).dtype)


@handles(np.zeros_like, np.ones_like, np.empty_like)
def _zeros_like(a: Operand, dtype: Operand | None = None) -> Type:
    return _like(a, dtype)


@handles(np.full_like)
def _full_like(a: Operand, fill_value: Operand, dtype: Operand | None = None) -> Type:
    return _like(a, dtype)


def _like(a: Operand, dtype: Operand | None) -> Type:
    t = array_type(a)
    chosen = t.dtype if dtype is None else constant(dtype)
    return Array(None if chosen is None else np.dtype(chosen), t.axes, boxed=t.axes == ())


@handles(np.array, np.asarray, np.ascontiguousarray, np.copy)
def _array(a: Operand, dtype: Operand | None = None, *, copy: Operand | None = None) -> Type:
    t = as_array(type_of_operand(a))
    if not isinstance(t, Array):
        return UNKNOWN
    chosen = t.dtype if dtype is None or constant(dtype) is None else constant(dtype)
    return Array(None if chosen is None else np.dtype(chosen), t.axes, boxed=t.axes == ())


# joining


@handles(np.concatenate)
def _concatenate(arrays: Operand, axis: Operand = Const(0)) -> Type:  # noqa: B008
    dtype, merged = _joined(arrays)
    where = constant(axis)
    if merged is None or where is None:
        return Array(dtype, None)
    merged[where] = ANY
    return Array(dtype, tuple(merged))


@handles(np.stack)
def _stack(arrays: Operand, axis: Operand = Const(0)) -> Type:  # noqa: B008
    dtype, merged = _joined(arrays)
    where = constant(axis)
    if merged is None or where is None:
        return Array(dtype, None)
    parts = getattr(type_of_operand(arrays), "items", None)
    merged.insert(where % (len(merged) + 1), ANY if parts is None else length(len(parts)))
    return Array(dtype, tuple(merged))


def _joined(arrays: Operand) -> tuple[Any, list[Axis] | None]:
    """The dtype of arrays that are joined, and the axes that they have in common, where their rank is known."""
    t = type_of_operand(arrays)
    if not isinstance(t, (Tuple, List)):
        return None, None
    types = t.items if isinstance(t, Tuple) or t.items is not None else (t.item,)
    parts = [p for p in map(as_array, types or ()) if isinstance(p, Array)]
    if not parts or len(parts) != len(types or ()):
        return None, None
    kind = elementwise_kinds(_promoted, tuple(Array(p.dtype, (1,)) for p in parts[:8]))
    shapes = [p.axes for p in parts if p.axes is not None]
    if len(shapes) != len(parts) or len({len(s) for s in shapes}) != 1 or len(parts) > 8:
        return getattr(kind, "dtype", None) if len(parts) <= 8 else None, None
    return getattr(kind, "dtype", None), [_agree(column) for column in zip(*shapes, strict=True)]


def _promoted(*arrays: Any) -> Any:
    return np.concatenate(arrays)


def _agree(axes: tuple[Axis, ...]) -> Axis:
    """Axes that the join demands to be equally long: any of them tells the length."""
    return next((a for a in axes if not isinstance(a, Length) or a.name is not None), axes[0])


@handles(np.where)
def _where(condition: Operand, *branches: Operand) -> Type:
    return elementwise(np.where, (condition, *branches)) if branches else UNKNOWN
