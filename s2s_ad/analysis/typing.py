"""The type of a call's result from the types of its arguments.

Families cover most functions: elementwise (broadcast the axes, ask NumPy for the dtype), reduction (`axis` and
`keepdims`), same (as the first argument). A table gives the few whose shape follows a rule of their own; everything
else is tried on samples. `Unknown` is always an allowed answer.
"""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.broadcasting import broadcast
from s2s_ad.analysis.indexing import array_item, sequence_item
from s2s_ad.analysis.operands import as_array, constant, length, type_of_operand
from s2s_ad.analysis.sampling import elementwise_kinds, sampled
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    UNKNOWN,
    Array,
    Axis,
    Dict,
    Instance,
    Iterable,
    Length,
    List,
    Never,
    Number,
    Tuple,
    Type,
    is_scalar,
    join_all,
    type_of,
)
from s2s_ad.rules.numpy.methods import METHODS
from s2s_ad.rules.registry import registry

Handler = Callable[..., Type]
_HANDLERS: dict[Any, Handler] = {}
_PYTHON = {op for op in vars(operator).values() if callable(op)} | {abs, pow, divmod, round}
_MATH = {fn for fn in vars(math).values() if callable(fn)}


_SAMPLED_MODULES = frozenset({"numpy", "scipy", "math", "operator", "_operator", "builtins", "s2s_ad"})


def result_type(fn: Any, args: tuple[Operand, ...], kwargs: dict[str, Operand]) -> Type:
    """The type of `fn(*args, **kwargs)`."""
    handler = _HANDLERS.get(fn)
    if any(isinstance(type_of_operand(a), Never) for a in args):
        return NEVER
    if handler is not None:
        try:
            return handler(*args, **kwargs)
        except TypeError:  # the arguments do not fit the function's signature: it will say so itself
            return UNKNOWN
    rule = registry.get(fn)
    family = None if rule is None else rule.family
    if family == "elementwise":
        return elementwise(fn, args)
    if family == "reduction":
        return _reduction(fn, *args, **kwargs)
    if family == "same" and args:
        return as_array(type_of_operand(args[0]))
    if rule is None or (getattr(fn, "__module__", None) or "numpy").partition(".")[0] not in _SAMPLED_MODULES:
        return UNKNOWN  # running it could have an effect
    return sampled(fn, [_known(a) for a in args], {k: _known(v) for k, v in kwargs.items()})


def _known(operand: Operand) -> Any:
    return operand.value if isinstance(operand, Const) else operand.type


def elementwise(fn: Any, args: tuple[Operand, ...]) -> Type:
    """Broadcast the axes; the dtype, or the kind of number, is what `fn` gives on samples of these kinds."""
    types = [_elementwise_argument(fn, a) for a in args]
    if not all(isinstance(t, (Number, Array)) for t in types):
        return UNKNOWN
    flat = tuple(
        Array(t.dtype, () if t.axes == () else (1,), False, t.loose) if isinstance(t, Array) else _plain(t)
        for t in types
    )
    kind = elementwise_kinds(fn, flat)
    shapes = [t.axes if isinstance(t, Array) else () for t in types]
    axes = None if None in shapes else broadcast(*shapes)  # type: ignore[arg-type]
    return _shaped(kind, axes)


def _elementwise_argument(fn: Any, operand: Operand) -> Type:
    t = type_of_operand(operand)
    return t if isinstance(t, Number) or fn in _PYTHON else as_array(t)


def _plain(t: Type) -> Type:
    return Number(t.kind) if isinstance(t, Number) else t


def _shaped(kind: Type, axes: tuple[Axis, ...] | None) -> Type:
    if isinstance(kind, Tuple):
        return Tuple(tuple(_shaped(k, axes) for k in kind.items), kind.cls)
    if isinstance(kind, Array) and axes != ():
        return Array(kind.dtype, axes)
    return kind


def handles(*fns: Any) -> Callable[[Handler], Handler]:
    """Register the decorated function as what knows the result type of `fns`; it takes the call's operands."""

    def register(handler: Handler) -> Handler:
        for fn in fns:
            _HANDLERS[fn] = handler
        return handler

    return register


def array_type(operand: Operand) -> Array:
    """The operand as an array type; one of unknown rank where it is not an array."""
    t = as_array(type_of_operand(operand))
    return t if isinstance(t, Array) else Array(None, None)


def axes_of_shape(operand: Operand) -> tuple[Axis, ...] | None:
    """The axes that a shape argument (an int or a sequence of ints) describes."""
    t = type_of_operand(operand)
    value = constant(operand)
    if isinstance(value, (int, np.integer)):
        return (length(int(value)),)
    if isinstance(value, (tuple, list)):
        return tuple(length(int(n)) if n >= 0 else ANY for n in value)
    if isinstance(t, Number):
        return (_axis_of_number(t),)
    if isinstance(t, Tuple):
        return tuple(_axis_of_number(i) for i in t.items)
    return None


def _axis_of_number(t: Type) -> Axis:
    return ANY if not isinstance(t, Number) or t.axis is None else t.axis


def _reduction(fn: Any, a: Operand, axis: Operand = Const(None), *rest: Operand, **kwargs: Operand) -> Type:  # noqa: B008
    t = array_type(a)
    kind = sampled(fn, [Array(t.dtype, () if t.axes == () else (1,))], {}) if t.dtype is not None else Array(None, ())
    if not isinstance(kind, Array):
        return UNKNOWN
    dtype = constant(kwargs.get("dtype")) or kind.dtype
    keepdims = constant(kwargs.get("keepdims", Const(False)), default=None)
    if not isinstance(axis, Const) or keepdims is None or rest:
        return Array(np.dtype(dtype) if dtype else None, None)
    return Array(np.dtype(dtype) if dtype else None, reduced_axes(t.axes, axis.value, bool(keepdims)))


def reduced_axes(axes: tuple[Axis, ...] | None, axis: Any, keepdims: bool) -> tuple[Axis, ...] | None:
    """The axes that are left of a reduction over `axis` (None, an int, or a tuple)."""
    if axes is None:
        return () if axis is None and not keepdims else None
    chosen = range(len(axes)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    gone = {i % len(axes) for i in chosen} if axes else set()
    if keepdims:
        return tuple(1 if i in gone else a for i, a in enumerate(axes))
    return tuple(a for i, a in enumerate(axes) if i not in gone)


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
def _reshape(a: Operand, shape: Operand, **_: Operand) -> Type:
    t = array_type(a)
    return Array(t.dtype, axes_of_shape(shape), boxed=axes_of_shape(shape) == ())


@handles(np.ravel)
def _ravel(a: Operand, **_: Operand) -> Type:
    t = array_type(a)
    if t.axes is not None and len(t.axes) == 1:
        return t
    return Array(t.dtype, (1,) if t.axes == () else (ANY,))


@handles(np.transpose)
def _transpose(a: Operand, axes: Operand = Const(None)) -> Type:  # noqa: B008
    t, order = array_type(a), constant(axes, default=False)
    if t.axes is None or order is False:
        return Array(t.dtype, None)
    return Array(t.dtype, t.axes[::-1] if order is None else tuple(t.axes[i] for i in order))


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
def _broadcast_to(a: Operand, shape: Operand, **_: Operand) -> Type:
    return Array(array_type(a).dtype, axes_of_shape(shape))


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
def _zeros(shape: Operand, dtype: Operand | None = None, **_: Operand) -> Type:
    return _created(shape, dtype)


@handles(np.full)
def _full(shape: Operand, fill_value: Operand, dtype: Operand | None = None, **_: Operand) -> Type:
    return _created(shape, dtype, array_type(fill_value).dtype)


@handles(np.zeros_like, np.ones_like, np.empty_like)
def _zeros_like(a: Operand, dtype: Operand | None = None, **_: Operand) -> Type:
    return _like(a, dtype)


@handles(np.full_like)
def _full_like(a: Operand, fill_value: Operand, dtype: Operand | None = None, **_: Operand) -> Type:
    return _like(a, dtype)


def _like(a: Operand, dtype: Operand | None) -> Type:
    t = array_type(a)
    chosen = t.dtype if dtype is None else constant(dtype)
    return Array(None if chosen is None else np.dtype(chosen), t.axes, boxed=t.axes == ())


@handles(np.array, np.asarray, np.ascontiguousarray, np.copy)
def _array(a: Operand, dtype: Operand | None = None, **_: Operand) -> Type:
    t = as_array(type_of_operand(a))
    if not isinstance(t, Array):
        return UNKNOWN
    chosen = t.dtype if dtype is None or constant(dtype) is None else constant(dtype)
    return Array(None if chosen is None else np.dtype(chosen), t.axes, boxed=t.axes == ())


# joining


@handles(np.concatenate)
def _concatenate(arrays: Operand, axis: Operand = Const(0), **_: Operand) -> Type:  # noqa: B008
    dtype, merged = _joined(arrays)
    where = constant(axis)
    if merged is None or where is None:
        return Array(dtype, None)
    merged[where] = ANY
    return Array(dtype, tuple(merged))


@handles(np.stack)
def _stack(arrays: Operand, axis: Operand = Const(0), **_: Operand) -> Type:  # noqa: B008
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


# Python


@handles(operator.getitem)
def getitem(obj: Operand, index: Operand) -> Type:
    """The type of `obj[index]`, for values that the specializer has not taken apart."""
    t = type_of_operand(obj)
    known: Any = index.value if isinstance(index, Const) else index.type
    if isinstance(t, Array):
        parts = known.items if isinstance(known, Tuple) else known if isinstance(known, tuple) else (known,)
        return array_item(t, parts)
    if isinstance(t, (Tuple, List)):
        return sequence_item(t, known)
    if isinstance(t, Dict) and isinstance(index, Const) and index.value in t.keys:
        return t.values[t.keys.index(index.value)]
    if isinstance(t, Dict) and len(set(t.values)) == 1:
        return t.values[0]
    return UNKNOWN


def iterated(t: Type) -> Type:
    """The type of an item of an iterable."""
    if isinstance(t, Array) and t.axes:
        return Array(t.dtype, t.axes[1:])
    if isinstance(t, Tuple):
        return join_all(t.items)
    if isinstance(t, (List, Iterable)):
        return t.item
    if isinstance(t, Dict):
        return join_all(tuple(map(type_of, t.keys)))
    return UNKNOWN


@handles(range)
def _range(*_: Operand) -> Type:
    return Iterable(INT)


@handles(enumerate)
def _enumerate(items: Operand, start: Operand | None = None) -> Type:
    return Iterable(Tuple((INT, iterated(type_of_operand(items)))))


@handles(zip)
def _zip(*parts: Operand, **_: Operand) -> Type:
    return Iterable(Tuple(tuple(iterated(type_of_operand(p)) for p in parts)))


@handles(reversed)
def _reversed(items: Operand) -> Type:
    return Iterable(iterated(type_of_operand(items)))


@handles(list, sorted)
def _list(items: Operand | None = None, **_: Operand) -> Type:
    if items is None:
        return List(join_all(()))
    t = type_of_operand(items)
    return List(iterated(t), t.items if isinstance(t, (List, Tuple)) else None)


@handles(tuple)
def _tuple(items: Operand | None = None) -> Type:
    t = Tuple(()) if items is None else type_of_operand(items)
    return t if isinstance(t, Tuple) else Tuple(t.items) if isinstance(t, List) and t.items is not None else UNKNOWN


@handles(isinstance, bool, all, any, operator.not_, operator.is_, operator.is_not, operator.contains, callable)
def _bool(*_: Operand) -> Type:
    return BOOL


@handles(int)
def _int(*_: Operand) -> Type:
    return INT


@handles(float)
def _float(*_: Operand) -> Type:
    return FLOAT


@handles(str, repr, format)
def _str(*_: Operand) -> Type:
    return Instance(str)


@handles(builtins.sum)
def _sum(items: Operand, start: Operand = Const(0)) -> Type:  # noqa: B008
    item = Value(None, iterated(type_of_operand(items)))
    once = elementwise(operator.add, (start, item))
    return join_all((type_of_operand(start), once, elementwise(operator.add, (Value(None, once), item))))


@handles(builtins.min, builtins.max)
def _extreme(*args: Operand, **kwargs: Operand) -> Type:
    if kwargs:
        return UNKNOWN
    if len(args) == 1:
        return iterated(type_of_operand(args[0]))
    t = join_all(tuple(type_of_operand(a) for a in args))
    return t if is_scalar(t) else UNKNOWN


@handles(operator.add)
def _add(a: Operand, b: Operand) -> Type:
    s, t = type_of_operand(a), type_of_operand(b)
    if isinstance(s, Tuple) and isinstance(t, Tuple):
        return Tuple(s.items + t.items)
    if isinstance(s, List) and isinstance(t, List):
        parts = s.items + t.items if s.items is not None and t.items is not None else None
        return List(join_all((s.item, t.item)), parts)
    if s == t == Instance(str):
        return s
    return elementwise(operator.add, (a, b))


@handles(operator.mul)
def _mul(a: Operand, b: Operand) -> Type:
    s, t = type_of_operand(a), type_of_operand(b)
    if isinstance(s, List):
        return List(s.item) if isinstance(t, Number) else UNKNOWN
    if isinstance(t, List):
        return List(t.item) if isinstance(s, Number) else UNKNOWN
    if isinstance(s, Tuple) and type(constant(b)) is int:
        return Tuple(s.items * constant(b))
    return elementwise(operator.mul, (a, b))
