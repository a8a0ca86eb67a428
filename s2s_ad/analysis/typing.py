"""The type of a call's result from the types of its arguments.

Families cover most functions: elementwise (broadcast the axes, ask NumPy for the dtype), reduction (`axis` and
`keepdims`), same (as the first argument). `array_types` and `python_types` give
those that follow a rule of their own; everything else is tried on samples. `Unknown` is always an allowed answer.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from s2s_ad.analysis.broadcasting import broadcast
from s2s_ad.analysis.operands import as_array, constant, length, type_of_operand
from s2s_ad.analysis.sampling import elementwise_kinds, sampled
from s2s_ad.analysis.tables import entering
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import (
    ANY,
    NEVER,
    UNKNOWN,
    Array,
    Axis,
    Iterable,
    Maybe,
    Never,
    Number,
    Numeric,
    Tuple,
    Type,
    Unknown,
    join,
)
from s2s_ad.rules.registry import registry

Handler = Callable[..., Type]
HANDLERS: dict[Any, Handler] = {}
handles = entering(HANDLERS)  # decorates what knows the result type of functions; it takes the call's operands
_PYTHON = {op for op in vars(operator).values() if callable(op)} | {abs, pow, divmod, round}
_MATH = {fn for fn in vars(math).values() if callable(fn)}


_SAMPLED_MODULES = frozenset({"numpy", "scipy", "math", "operator", "_operator", "builtins", "s2s_ad"})


def result_type(fn: Any, args: tuple[Operand, ...], kwargs: dict[str, Operand], *, floating: bool = False) -> Type:
    """The type of `fn(*args, **kwargs)`; `floating`: an array of which nothing is known is one of floats."""
    if any(isinstance(type_of_operand(a), Never) for a in args):
        return NEVER
    try:
        t = _result_type(fn, args, kwargs)
    except (TypeError, ValueError, IndexError, ZeroDivisionError):  # they do not fit: the function will say so
        return UNKNOWN
    is_known = floating or not args or not isinstance(type_of_operand(args[0]), (Unknown, Iterable, Maybe))
    return t if is_known or not isinstance(t, Array) or t.dtype is not None else UNKNOWN  # it may be one of ints


def chosen_dtype(dtype: Operand | None, default: Any) -> Any:
    """The dtype that is asked for, or the `default` for None. Raises ValueError where it is known late."""
    if dtype is not None and not isinstance(dtype, Const):
        raise ValueError("a dtype that is known late")
    return default if dtype is None or dtype.value is None else dtype.value


def _result_type(fn: Any, args: tuple[Operand, ...], kwargs: dict[str, Operand]) -> Type:
    handler, rule = HANDLERS.get(fn), registry.get(fn)
    if handler is not None:
        return handler(*args, **kwargs)
    family = None if rule is None else rule.family
    if family == "elementwise":
        return elementwise(fn, args)
    if family == "reduction":
        return _reduction(fn, *args, **kwargs)
    if family == "same" and args:
        return _as_is(as_array(type_of_operand(args[0])))
    if rule is None or (getattr(fn, "__module__", None) or "numpy").partition(".")[0] not in _SAMPLED_MODULES:
        return UNKNOWN  # running it could have an effect
    return sampled(fn, [_known(a) for a in args], {k: _known(v) for k, v in kwargs.items()})


def _as_is(t: Type) -> Type:
    """The type of what keeps its shape; NumPy's functions differ in whether one without axes is a scalar then."""
    return replace(t, boxed=True, sure=False) if isinstance(t, Array) and t.axes == () else t


def _known(operand: Operand) -> Any:
    return operand.value if isinstance(operand, Const) else operand.type


def elementwise(fn: Any, args: tuple[Operand, ...]) -> Type:
    """Broadcast the axes; the dtype, or the kind of number, is what `fn` gives on samples of these kinds."""
    for i, arg in enumerate(args):
        t = type_of_operand(arg)
        if isinstance(t, Numeric):
            ways = [elementwise(fn, (*args[:i], Value(None, way), *args[i + 1 :])) for way in (t.number, t.array)]
            return join(*ways)
    types = [_elementwise_argument(fn, a) for a in args]
    if not all(isinstance(t, (Number, Array)) for t in types):
        return UNKNOWN
    flat = tuple(
        Array(t.dtype, () if t.axes == () else (1,), False, t.loose, False, t.floating)
        if isinstance(t, Array)
        else _plain(t)
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


def array_type(operand: Operand) -> Array:
    """The operand as an array type; one of unknown rank where it is not an array."""
    t = as_array(type_of_operand(operand))
    return t if isinstance(t, Array) else Array(None, None)


def axes_of_shape(operand: Operand) -> tuple[Axis, ...] | None:
    """The axes that a shape argument (an int or a sequence of ints) describes."""
    t = type_of_operand(operand)
    value = constant(operand)
    if isinstance(value, (int, np.integer)):
        return (length(int(value)) if value >= 0 else ANY,)
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
    dtype = chosen_dtype(kwargs.get("dtype"), kind.dtype)
    keepdims = constant(kwargs.get("keepdims", Const(False)), default=None)
    if rest:
        return UNKNOWN
    if not isinstance(axis, Const) or keepdims is None:
        return Array(np.dtype(dtype) if dtype else None, None)
    return Array(np.dtype(dtype) if dtype else None, reduced_axes(t.axes, axis.value, bool(keepdims)))


def reduced_axes(axes: tuple[Axis, ...] | None, axis: Any, keepdims: bool) -> tuple[Axis, ...] | None:
    """The axes that are left of a reduction over `axis` (None, an int, or a tuple)."""
    if axes is None:
        return () if axis is None and not keepdims else None
    chosen = range(len(axes)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if axes and not all(-len(axes) <= i < len(axes) for i in chosen):
        raise IndexError("an axis out of bounds")
    gone = {i % len(axes) for i in chosen} if axes else set()
    if keepdims:
        return tuple(1 if i in gone else a for i, a in enumerate(axes))
    return tuple(a for i, a in enumerate(axes) if i not in gone)
