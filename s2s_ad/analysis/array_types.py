"""The result types of NumPy functions whose shapes follow a rule of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis import index_types, joining_types, product_types, window_types
from s2s_ad.analysis.operands import as_array, constant, constant_length, length, type_of_operand
from s2s_ad.analysis.product_types import flat_axis
from s2s_ad.analysis.sampling import sampled
from s2s_ad.analysis.typing import array_type, axes_of_shape, chosen_dtype, elementwise, handles
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import (
    ANY,
    INT,
    UNKNOWN,
    Array,
    Axis,
    Instance,
    List,
    Number,
    Tuple,
    Type,
    is_scalar,
)
from s2s_ad.rules.numpy.methods import METHODS

_FURTHER_TYPES = (index_types, joining_types, product_types, window_types)  # these fill the table as well


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
    t, axes = array_type(a), axes_of_shape(shape)
    sizes = constant(shape)
    sizes = sizes if isinstance(sizes, (tuple, list)) else (sizes,)
    if axes is not None and t.axes is not None and -1 in sizes:
        i = sizes.index(-1)
        axes = (*axes[:i], _left_over(t.axes, axes[:i] + axes[i + 1 :]), *axes[i + 1 :])
    return _viewed(t, axes)


def _viewed(t: Array, axes: tuple[Axis, ...] | None) -> Array:
    """The type of a view, which of a NumPy scalar is a scalar too."""
    return Array(t.dtype, axes, boxed=axes == (), sure=axes == () and (bool(t.axes) or t.sure))


def _left_over(axes: tuple[Axis, ...], used: tuple[Axis, ...]) -> Axis:
    """The axis that is left when an array of `axes` takes a shape that has `used` too."""
    rest = [a for a in axes if a != 1]
    for axis in used:
        if axis in rest:
            rest.remove(axis)
        elif axis != 1:
            whole, part = constant_length(flat_axis(tuple(rest))), constant_length(axis)
            if not whole or not part or whole % part:
                return ANY
            rest = [length(whole // part)]
    return flat_axis(tuple(rest))


@handles(np.ravel, METHODS["flatten"])
def _ravel(a: Operand, order: Operand | None = None) -> Type:
    t = array_type(a)
    return Array(t.dtype, (ANY,) if t.axes is None else (flat_axis(t.axes),))


@handles(np.transpose)
def _transpose(a: Operand, axes: Operand = Const(None)) -> Type:  # noqa: B008
    t, order = array_type(a), constant(axes, default=False)
    if t.axes is None or order is False:
        return Array(t.dtype, None)
    return _viewed(t, t.axes[::-1] if order is None else tuple(t.axes[i] for i in order))


@handles(np.matrix_transpose, np.linalg.matrix_transpose)
def _matrix_transpose(x: Operand) -> Type:
    return _swapaxes(x, Const(-1), Const(-2))


@handles(np.moveaxis)
def _moveaxis(a: Operand, source: Operand, destination: Operand) -> Type:
    t, pair = array_type(a), (constant(source), constant(destination))
    if t.axes is None or None in pair:
        return Array(t.dtype, None)
    shape = np.moveaxis(np.empty(tuple(range(len(t.axes)))), *pair).shape
    return _viewed(t, tuple(t.axes[i] for i in shape))


@handles(np.squeeze)
def _squeeze(a: Operand, axis: Operand = Const(None)) -> Type:  # noqa: B008
    t, where = array_type(a), constant(axis, default=...)
    if t.axes is None or where is ...:
        return Array(t.dtype, None)
    if where is None and not all(x == 1 or x.many for x in t.axes):  # type: ignore[union-attr]
        return Array(t.dtype, None)
    gone = range(len(t.axes)) if where is None else where if isinstance(where, tuple) else (where,)
    if not all(-len(t.axes) <= i < len(t.axes) for i in gone):
        return UNKNOWN
    dropped = {i % len(t.axes) for i in gone if where is not None or t.axes[i] == 1}
    axes = tuple(x for i, x in enumerate(t.axes) if i not in dropped)
    return _viewed(t, axes)


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
    if not all(-rank <= i < rank for i in where):
        return UNKNOWN
    new, old = {i % rank for i in where}, iter(t.axes)
    return Array(t.dtype, tuple(1 if i in new else next(old) for i in range(rank)))


@handles(np.broadcast_to)
def _broadcast_to(a: Operand, shape: Operand) -> Type:
    axes = axes_of_shape(shape)
    return _new(array_type(a).dtype, axes)


def _dtype_of(fn: Any, *types: Array) -> Any:
    """The dtype that `fn` gives for arguments of these dtypes and ranks."""
    if any(t.dtype is None for t in types):
        return None
    return getattr(sampled(fn, [Array(t.dtype, (ANY,) * len(t.axes or ())) for t in types], {}), "dtype", None)


@handles(np.unique)
def _unique(ar: Operand) -> Type:
    """A row of the values, where nothing else is asked for."""
    t = array_type(ar)
    return UNKNOWN if t.dtype is None or t.loose else Array(t.dtype, (ANY,))


@handles(np.cumsum, np.cumprod)
def _cumulative(a: Operand, axis: Operand = Const(None), dtype: Operand = Const(None)) -> Type:  # noqa: B008
    t = array_type(a)
    flat = constant(axis, default=0) is None and (t.axes is None or len(t.axes) != 1)
    kind = chosen_dtype(dtype, _dtype_of(np.cumsum, t))
    return Array(None if kind is None else np.dtype(kind), (ANY,) if flat else t.axes)


@handles(np.clip)
def _clip(a: Operand, *bounds: Operand, **named: Operand) -> Type:
    given = [b for b in (*bounds, *named.values()) if constant(b, default=0) is not None]
    low, high = given[0] if given else a, given[-1] if given else a
    return elementwise(np.clip, (a, low, high))


@handles(METHODS["copy"])
def _copy(a: Operand, order: Operand | None = None) -> Type:
    return array_type(a)


@handles(np.real, np.imag)
def _real_part(val: Operand) -> Type:
    t = array_type(val)
    if t.dtype is None or t.axes is None:
        return UNKNOWN
    return replace(_viewed(t, t.axes), dtype=np.empty(0, t.dtype).real.dtype, boxed=t.boxed)


@handles(METHODS["astype"])
def _astype(a: Operand, dtype: Operand, *_: Operand, **__: Operand) -> Type:
    t = array_type(a)
    return Array(np.dtype(chosen_dtype(dtype, float)), t.axes, boxed=t.boxed, sure=t.sure)


@handles(runtime.sinc_slope)
def _sinc_slope(x: Operand) -> Type:
    return elementwise(np.sinc, (x,))


@handles(runtime.products_of_others)
def _products_of_others(a: Operand, *_: Operand) -> Type:
    return array_type(a)


@handles(np.random.default_rng)
def _default_rng(*_: Operand) -> Type:
    return Instance(np.random.Generator)


# creation


def _new(dtype: Any, axes: tuple[Axis, ...] | None) -> Array:
    """The type of what surely is an array."""
    return Array(None if dtype is None else np.dtype(dtype), axes, boxed=axes == (), sure=axes == ())


def _created(shape: Operand, dtype: Operand | None, default: Any = float) -> Type:
    return _new(chosen_dtype(dtype, default), axes_of_shape(shape))


@handles(np.zeros, np.ones, np.empty)
def _zeros(shape: Operand, dtype: Operand | None = None, *, order: Operand | None = None) -> Type:
    return _created(shape, dtype)


@handles(np.eye)
def _eye(N: Operand, M: Operand = Const(None), k: Operand | None = None, dtype: Operand | None = None) -> Type:  # noqa: B008
    rows, columns = axes_of_shape(N), axes_of_shape(N if constant(M, default=0) is None else M)
    chosen = chosen_dtype(dtype, float)
    return UNKNOWN if rows is None or columns is None else Array(np.dtype(chosen), rows + columns)


@handles(np.identity)
def _identity(n: Operand, dtype: Operand | None = None) -> Type:
    return _eye(n, dtype=dtype)


@handles(np.linspace)
def _linspace(start: Operand, stop: Operand, num: Operand = Const(50), endpoint: Operand | None = None) -> Type:  # noqa: B008
    ends, axes = elementwise(np.subtract, (start, stop)), axes_of_shape(num)
    if not is_scalar(ends) or axes is None or len(axes) != 1:
        return UNKNOWN
    kinds = {getattr(type_of_operand(o), "dtype", None) for o in (start, stop)}
    return Array(np.dtype(float), axes) if kinds <= {None, np.dtype(float)} else UNKNOWN


@handles(np.arange)
def _arange(start: Operand, stop: Operand = Const(None), step: Operand = Const(None)) -> Type:  # noqa: B008
    """From 0 to a whole number, or between constants."""
    bounds = [b for b in (start, stop, step) if constant(b, default=0) is not None]
    if not all(isinstance(type_of_operand(b), Number) for b in bounds):
        return UNKNOWN
    kinds = {t.kind for t in map(type_of_operand, bounds) if isinstance(t, Number)}
    if not kinds <= {"int", "float"}:
        return UNKNOWN
    axes = axes_of_shape(start) if len(bounds) == 1 and kinds == {"int"} and constant(start, default=0) >= 0 else None
    return Array(np.dtype(float if "float" in kinds else int), axes or (ANY,))


@handles(np.meshgrid)
def _meshgrid(*xi: Operand, indexing: Operand = Const("xy")) -> Type:  # noqa: B008
    """One array for each row, with an axis for each; the first two change places unless the indexing is by rows."""
    rows = [t for x in xi if isinstance(t := as_array(type_of_operand(x)), Array) and t.axes is not None]
    axes = [t.axes[0] for t in rows if t.axes is not None and len(t.axes) == 1]
    if len(axes) < len(xi) or constant(indexing) not in ("xy", "ij"):
        return UNKNOWN
    if constant(indexing) == "xy":
        axes[:2] = axes[:2][::-1]
    return Tuple(tuple(Array(t.dtype, tuple(axes)) for t in rows))


@handles(np.full)
def _full(shape: Operand, fill_value: Operand, dtype: Operand | None = None) -> Type:
    if dtype is None and not isinstance(as_array(type_of_operand(fill_value)), Array):
        return UNKNOWN
    return _created(shape, dtype, array_type(fill_value).dtype)


@handles(np.zeros_like, np.ones_like, np.empty_like)
def _zeros_like(a: Operand, dtype: Operand | None = None) -> Type:
    return _like(a, dtype)


@handles(np.full_like)
def _full_like(a: Operand, fill_value: Operand, dtype: Operand | None = None) -> Type:
    return _like(a, dtype)


def _like(a: Operand, dtype: Operand | None) -> Type:
    t = array_type(a)
    return _new(chosen_dtype(dtype, t.dtype), t.axes)


@handles(np.array, np.asarray, np.asanyarray)
def _array(a: Operand, dtype: Operand | None = None, order: Operand | None = None, **options: Operand) -> Type:
    least = constant(options.pop("ndmin", Const(0)), default=None)
    is_given = dtype is not None and constant(dtype) is not None
    kind = _as_floats(type_of_operand(a)) if is_given else type_of_operand(a)  # only the axes are asked for then
    t = as_array(kind)
    if not isinstance(t, Array) or t.loose or least is None or not options.keys() <= {"copy", "subok", "device"}:
        return UNKNOWN
    if not is_given and _may_be_empty(kind) and (t.dtype is None or t.dtype.kind != "f"):
        return UNKNOWN  # it is one of floats then
    chosen = chosen_dtype(dtype, t.dtype)
    axes = t.axes if t.axes is None or least == 0 else ((1,) * (least - len(t.axes)) + t.axes)
    return _new(chosen, axes)


def _as_floats(t: Type) -> Type:
    """The type of the same with floats for all numbers."""
    match t:
        case Number():
            return Number("float")
        case Array(loose=True):
            return replace(t, dtype=np.dtype(float), loose=False, floating=False)
        case Tuple(items):
            return Tuple(tuple(map(_as_floats, items)))
        case List(item, items):
            return List(_as_floats(item), None if items is None else tuple(map(_as_floats, items)))
    return t


def _may_be_empty(t: Type) -> bool:
    """Whether something is a list of no known length, or has such lists in it."""
    if isinstance(t, List):
        return t.items is None or any(map(_may_be_empty, t.items))
    return isinstance(t, Tuple) and any(map(_may_be_empty, t.items))


@handles(np.copy)
def _copied(a: Operand, order: Operand | None = None) -> Type:
    return _array(a)


@handles(np.ascontiguousarray, np.asfortranarray)
def _contiguous(a: Operand, dtype: Operand | None = None) -> Type:
    t = _array(a, dtype)
    return Array(t.dtype, (1,)) if isinstance(t, Array) and t.axes == () else t
