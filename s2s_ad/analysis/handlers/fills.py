"""NumPy's own writing functions: each computes a value, and stores it.

    np.copyto(y, v)                      y[...] = v
    np.copyto(y, v, where=m)             y[m] = v[m]
    np.put(y, i, v)                      y.reshape(-1)[i] = v
    np.place(y, m, v)                    y[m] = v, again from its start where it is too short
    np.putmask(y, m, v)                  y[m] = v[m], or v[np.flatnonzero(m) % len(v)] if it has another shape
    np.put_along_axis(y, i, v, axis)     y[…, i, …] = v
    np.fill_diagonal(y, v)               y[d, d] = v with d = np.arange(min(y.shape))
    y.fill(v)   y.sort(axis)             y[...] = v   y[...] = np.sort(y, axis)
    y.partition(kth, axis)               y[...] = np.partition(y, kth, axis)
    np.nan_to_num(y, copy=False)         y[...] = np.nan_to_num(y)
    rng.shuffle(y)                       y[...] = y[rng.permutation(len(y))]
    np.random.shuffle(y)                 y[...] = y[np.random.permutation(len(y))]

What has `out=` is in `outputs`, `np.add.at` in `at`.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.analysis.broadcasting import same_length
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.table import HANDLERS, REWRITE, Handler, handles
from s2s_ad.analysis.handlers.writes import store
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.written_globals import refuse_foreign
from s2s_ad.errors import MutationError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import INT, Array, Instance, List, Tuple, Type, is_differentiable, is_scalar

Fill = Callable[..., Operand | None]
_OF_METHODS: dict[str, Fill] = {}
_WHOLE = None


def fills(*targets: Any) -> Callable[[Fill], Fill]:
    """Register how functions, or methods of arrays by name, write to their first argument."""

    def register(fill: Fill) -> Fill:
        for target in targets:
            if isinstance(target, str):
                _OF_METHODS[target] = fill
            else:
                HANDLERS[target] = _handler(fill, target)
        return fill

    return register


def _handler(fill: Fill, fn: Any) -> Handler:
    def handler(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
        return _filled(s, fill, getattr(fn, "__name__", str(fn)), args, kwargs)

    return handler


def method_that_fills(s: Emitter, name: str, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """A call of a method that writes to its array, or None for other methods."""
    return _filled(s, _OF_METHODS[name], f".{name}", args, kwargs) if name in _OF_METHODS else None


def _filled(s: Emitter, fill: Fill, name: str, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    try:
        inspect.signature(fill).bind(s, *args, **kwargs)
    except TypeError:
        raise MutationError(f"`{name}`, which writes to its argument, in this form", s.span, REWRITE) from None
    check_target(s, args[0] if args else Const(None), name, (*args[1:], *kwargs.values()))
    return fill(s, *args, **kwargs) or Const(None)


def check_target(s: Emitter, target: Operand, name: str, values: tuple[Operand, ...] = ()) -> None:
    """Refuse to write to what is not surely an array, or to one of integers what may be no integers."""
    t = type_of_operand(target)
    is_known = isinstance(t, Array) and t.dtype is not None and (bool(t.axes) or (t.axes == () and t.sure))
    if not is_known or not isinstance(target, Value):
        raise MutationError(f"`{name}` on what is not surely an array of a known kind", s.span, REWRITE)
    assert isinstance(t, Array)
    assert t.dtype is not None
    if t.dtype.kind != "f" and any(is_differentiable(type_of_operand(v)) for v in values):
        raise MutationError(
            f"`{name}` of floats into an array of another kind of number", s.span, "make it an array of floats"
        )
    refuse_foreign(s, target)


def write(s: Emitter, target: Operand, index: Operand | None, item: Operand) -> None:
    """`target[index] = item`, or to all of it."""
    assert isinstance(target, Value)
    store(s, target, index, item)


def spread(s: Emitter, operand: Operand, target: Operand) -> Operand:
    """An operand in the shape of `target`, into which it is broadcast."""
    t, whole = type_of_operand(operand), type_of_operand(target)
    axes, target_axes = getattr(t, "axes", None) or (), getattr(whole, "axes", None) or ()
    if axes and len(axes) == len(target_axes) and all(map(same_length, axes, target_axes)):
        return operand
    return s.apply(np.broadcast_to, [operand, s.apply(np.shape, [target])])


def chosen(s: Emitter, operand: Operand, mask: Operand, target: Operand) -> Operand:
    """Where `mask` holds, what is written to `target` there: all elements of a scalar, those of an array."""
    if is_scalar(type_of_operand(operand)):
        return operand
    return s.apply(operator.getitem, [spread(s, operand, target), mask])


def mask_of(s: Emitter, mask: Operand, target: Operand, name: str) -> Operand:
    """A mask in the shape of `target`."""
    t = type_of_operand(mask)
    if not isinstance(t, Array) or t.dtype != np.dtype(bool) or not t.axes:
        raise MutationError(f"`{name}` where the mask is not surely an array of booleans", s.span, REWRITE)
    return spread(s, mask, target)


def same_shape(a: Type, b: Type) -> bool:
    """Whether two arrays surely have one shape."""
    axes, others = getattr(a, "axes", None), getattr(b, "axes", None)
    known = isinstance(a, Array) and isinstance(b, Array) and axes is not None
    return known and axes == others and all(i == 1 or i.name is not None for i in axes or ())


def refuse_overlap(s: Emitter, values: Operand, target: Operand, name: str) -> None:
    """Refuse values that may be elements of the target: NumPy reads them while it writes."""
    root, own = s.memory.root(values), s.memory.root(target)
    if root is not None and own is not None and root.meets(own):
        raise MutationError(f"`{name}` of what may be a view of the array itself", s.span, "give it a copy: `v.copy()`")


def again(s: Emitter, values: Operand, count: Operand, name: str) -> Operand:
    """The first `count` of a row of values, which starts again where it is too short."""
    t = type_of_operand(values)
    if is_scalar(t):
        return values
    if not isinstance(t, Array) or t.axes is None or len(t.axes) != 1:
        raise MutationError(f"`{name}` of values that are not surely a number or a row", s.span, REWRITE)
    numbers = s.apply(operator.mod, [s.apply(np.arange, [count]), s.apply(len, [values])])
    return s.apply(operator.getitem, [values, numbers])


@fills(np.copyto)
def _copyto(s: Emitter, dst: Operand, src: Operand, *, where: Operand = Const(True)) -> None:  # noqa: B008
    if constant(where) is True:
        write(s, dst, _WHOLE, src)
        return
    refuse_overlap(s, src, dst, "copyto")
    mask = mask_of(s, where, dst, "copyto")
    write(s, dst, mask, chosen(s, src, mask, dst))


@fills("fill")
def _fill(s: Emitter, a: Operand, value: Operand) -> None:
    if not is_scalar(type_of_operand(value)):
        raise MutationError("`.fill` with what is not surely a number", s.span, "write `x[...] = value`")
    write(s, a, _WHOLE, value)


@fills("sort")
def _sort(s: Emitter, a: Operand, axis: Operand = Const(-1)) -> None:  # noqa: B008
    if type(constant(axis)) is not int:
        raise MutationError("`.sort` along an axis that is not known", s.span, REWRITE)
    write(s, a, _WHOLE, s.apply(np.sort, [a, axis]))


@fills("partition")
def _partition(s: Emitter, a: Operand, kth: Operand, axis: Operand = Const(-1)) -> None:  # noqa: B008
    if type(constant(axis)) is not int:
        raise MutationError("`.partition` along an axis that is not known", s.span, REWRITE)
    write(s, a, _WHOLE, s.apply(np.partition, [a, kth, axis]))


@fills(np.put, "put")
def _put(s: Emitter, a: Operand, ind: Operand, v: Operand) -> None:
    ind, v = (s.apply(np.array, [o]) if isinstance(type_of_operand(o), (List, Tuple)) else o for o in (ind, v))
    if is_scalar(type_of_operand(ind)) and len(getattr(type_of_operand(v), "axes", None) or ()) == 1:
        v = s.apply(operator.getitem, [v, Const(0)])
    t, index, values = (type_of_operand(o) for o in (a, ind, v))
    if index != INT and not (isinstance(index, Array) and index.dtype is not None and index.dtype.kind in "iu"):
        raise MutationError("`put` by what is not surely an index of ints", s.span, REWRITE)
    flat = a if isinstance(t, Array) and len(t.axes or ()) == 1 else s.apply(np.reshape, [a, Const(-1)])
    if s.memory.root(flat) is not s.memory.root(a):
        raise MutationError("`put` into an array that cannot be reshaped without a copy", s.span, REWRITE)
    if same_shape(index, values):
        write(s, flat, ind, v)
        return
    if isinstance(index, Array) and index.axes is not None and len(index.axes) > 1 and not is_scalar(values):
        raise MutationError("`put` with indices of several axes", s.span, REWRITE)
    write(s, flat, ind, v if is_scalar(values) else again(s, v, s.apply(np.size, [ind]), "put"))


@fills(np.place)
def _place(s: Emitter, arr: Operand, mask: Operand, vals: Operand) -> None:
    if isinstance(type_of_operand(vals), (List, Tuple)):
        vals = s.apply(np.array, [vals])
    refuse_overlap(s, vals, arr, "place")
    where = mask_of(s, mask, arr, "place")
    write(s, arr, where, again(s, vals, s.apply(np.sum, [where]), "place"))


@fills(np.putmask)
def _putmask(s: Emitter, a: Operand, mask: Operand, values: Operand) -> None:
    where, t, whole = mask_of(s, mask, a, "putmask"), type_of_operand(values), type_of_operand(a)
    if not is_scalar(t) and not same_shape(t, whole):
        refuse_overlap(s, values, a, "putmask")
        flat = s.apply(np.reshape, [s.apply(np.asarray, [values]), Const(-1)])
        at = s.apply(operator.mod, [s.apply(np.flatnonzero, [where]), s.apply(len, [flat])])
        write(s, a, where, s.apply(operator.getitem, [flat, at]))
    else:
        write(s, a, where, chosen(s, values, where, a))


@fills(np.put_along_axis)
def _put_along_axis(s: Emitter, arr: Operand, indices: Operand, values: Operand, axis: Operand) -> None:
    t, at = type_of_operand(arr), constant(axis)
    assert isinstance(t, Array)
    assert t.axes is not None
    rank = len(t.axes)
    known = len(getattr(type_of_operand(indices), "axes", None) or ()) == rank
    if type(at) is not int or not -rank <= at < rank or not known:
        raise MutationError("`put_along_axis` whose axis or ranks are not known", s.span, REWRITE)
    shape, parts = s.apply(np.shape, [arr]), []
    for i in range(rank):
        row = s.apply(np.arange, [s.apply(operator.getitem, [shape, Const(i)])])
        along = tuple(-1 if j == i else 1 for j in range(rank))
        parts.append(indices if i == at % rank else s.apply(np.reshape, [row, Const(along)]) if rank > 1 else row)
    if isinstance(type_of_operand(values), (List, Tuple)):
        values = s.apply(np.array, [values])
    write(s, arr, s.apply(primitives.make_tuple, parts), values)


@fills(np.fill_diagonal)
def _fill_diagonal(s: Emitter, a: Operand, val: Operand) -> None:
    t = type_of_operand(a)
    if not isinstance(t, Array) or len(t.axes or ()) != 2:
        raise MutationError("`fill_diagonal` of an array that has not two axes", s.span, REWRITE)
    refuse_overlap(s, val, a, "fill_diagonal")
    shape = s.apply(np.shape, [a])
    count = s.apply(min, [s.apply(operator.getitem, [shape, Const(i)]) for i in (0, 1)])
    d = s.apply(np.arange, [count])
    write(s, a, s.apply(primitives.make_tuple, [d, d]), again(s, val, count, "fill_diagonal"))


@handles(np.nan_to_num)
def _nan_to_num(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """In place where it is told not to copy."""
    copy = args[1] if len(args) > 1 else kwargs.get("copy", Const(True))
    if constant(copy) is not False:
        return None
    check_target(s, args[0], "nan_to_num")
    if type_of_operand(args[0]).axes == ():  # type: ignore[attr-defined]
        what = "`nan_to_num` of an array without axes, which gives a number and not the array"
        raise MutationError(what, s.span, "write `x[...] = np.nan_to_num(x)`")
    others = {k: v for k, v in kwargs.items() if k != "copy"}
    write(s, args[0], _WHOLE, s.apply(np.nan_to_num, [args[0], Const(True), *args[2:]], others))
    return args[0]


def drawn(s: Emitter, rng: Operand, name: str, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """A method of a random generator that fills or shuffles an array, or None for the others.

    `rng.shuffle(x)` of a row draws what `rng.permutation(len(x))` draws. What is drawn carries no derivative.
    """
    if type_of_operand(rng) != Instance(np.random.Generator):
        return None
    if name in ("random", "standard_normal") and not args and set(kwargs) == {"out"}:
        out = kwargs["out"]
        t = _row_of_floats(s, out, name, rank=None)
        if s.memory.places[out].path:  # type: ignore[index]
            raise MutationError(f"`out` of `{name}`, which is a view", s.span, "write `x[...] = rng.random(x.shape)`")
        s.keep_order(out)
        value = s.emit(primitives.call_method, [rng, Const(name), s.apply(np.shape, [out])], None, t)
        write(s, out, _WHOLE, value)
        return out
    if name == "shuffle" and len(args) == 1 and not kwargs:
        t = _row_of_floats(s, args[0], name, rank=1)
        kind = Array(np.dtype(np.int64), t.axes)
        order = s.emit(primitives.call_method, [rng, Const("permutation"), s.apply(len, args)], None, kind)
        write(s, args[0], _WHOLE, s.apply(operator.getitem, [args[0], order]))
        return Const(None)
    return None


@fills(np.random.shuffle)
def _shuffle(s: Emitter, x: Operand) -> None:
    """Of a row, which draws what `np.random.permutation(len(x))` draws."""
    t = type_of_operand(x)
    assert isinstance(t, Array)
    if len(t.axes or ()) != 1:
        raise MutationError("`shuffle` of an array that is not surely a row", s.span, REWRITE)
    order = s.emit(np.random.permutation, [s.apply(len, [x])], None, Array(np.dtype(int), t.axes))
    write(s, x, _WHOLE, s.apply(operator.getitem, [x, order]))


def _row_of_floats(s: Emitter, target: Operand, name: str, rank: int | None) -> Array:
    check_target(s, target, name)
    t = type_of_operand(target)
    assert isinstance(t, Array)
    if t.dtype != np.dtype(float) or len(t.axes or ()) != (rank or len(t.axes or ())):
        raise MutationError(f"`{name}` into an array that is not surely a row of floats", s.span, REWRITE)
    return t
