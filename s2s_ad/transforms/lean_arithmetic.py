"""Algebra on cotangents that is exact in floating point, applied as the adjoint code is written.

    a_bar = np.broadcast_to(y_bar, x.shape)         x_bar = y_bar / x
    x_bar = a_bar / x

A cotangent that was spread to a shape need not be, where the other operand has that shape already; a factor of one is
no factor. Nothing else is simplified: `0 * x` is not 0, and sums are not reordered.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.specialize import Specializer
from s2s_ad.analysis.typing import result_type
from s2s_ad.ir.nodes import Call, Operand, Star, Value
from s2s_ad.ir.types import Array, Length, Number, Type

_BINARY = frozenset({operator.mul, operator.truediv, operator.sub, operator.add, np.divide})


def simplified(spec: Specializer, fn: Any, args: list[Operand]) -> Operand | list[Operand]:
    """The result of `fn(*args)` where that is an operand already; else the arguments to call it with."""
    if fn is operator.neg:
        spread = _spread(spec, args[0])
        if spread is not None:
            return spec.apply(np.broadcast_to, [spec.apply(operator.neg, [spread[0]]), spread[1]])
    if fn not in _BINARY or len(args) != 2:
        return args
    if fn is operator.mul:
        for one, other in (args, args[::-1]):
            if _is_one(one) and _is_floating(other):
                return other
    return _unspread(spec, fn, args)


def _is_one(operand: Operand) -> bool:
    value = constant(operand)
    return type(value) in (int, float) and value == 1


def _is_floating(operand: Operand) -> bool:
    t = type_of_operand(operand)
    if isinstance(t, Number):
        return t.kind == "float"
    return isinstance(t, Array) and t.dtype is not None and t.dtype.kind == "f"


def _unspread(spec: Specializer, fn: Any, args: list[Operand]) -> list[Operand]:
    """Use what was broadcast in place of the broadcast, where the result is of the same type."""
    for i in (0, 1):
        spread = _spread(spec, args[i])
        if spread is None:
            continue
        other = args[1 - i]
        lean = [spread[0], other] if i == 0 else [other, spread[0]]
        fits = _has_axes_of(type_of_operand(other), type_of_operand(args[i]))
        if fits and result_type(fn, tuple(lean), {}) == result_type(fn, tuple(args), {}):
            return lean
    return args


def _has_axes_of(have: Type, wanted: Type) -> bool:
    """Whether two arrays surely have the same shape."""
    if not (isinstance(have, Array) and isinstance(wanted, Array)) or have.axes is None or have.axes != wanted.axes:
        return False
    return all(not isinstance(a, Length) or a.name is not None for a in have.axes)


def _spread(spec: Specializer, operand: Operand) -> tuple[Operand, Operand] | None:
    """What a cotangent was broadcast from, and the shape."""
    made = spec.definitions.get(operand) if isinstance(operand, Value) else None
    if not isinstance(made, Call) or callee(made) is not np.broadcast_to:
        return None
    source, shape = made.args
    assert not isinstance(source, Star)
    assert not isinstance(shape, Star)
    return source, shape
