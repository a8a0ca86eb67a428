"""Small questions about operands that every analysis asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from s2s_ad.ir.nodes import UNDEFINED, Const, Operand
from s2s_ad.ir.types import (
    ANY,
    NEVER,
    UNKNOWN,
    Array,
    Axis,
    Instance,
    Length,
    List,
    Number,
    Tuple,
    Type,
    join_all,
)
from s2s_ad.ir.values import type_of


def type_of_operand(operand: Operand) -> Type:
    """The type of a value or a constant."""
    if not isinstance(operand, Const):
        return operand.type
    return NEVER if operand is UNDEFINED else type_of(operand.value)


def constant(operand: Operand | None, default: Any = None) -> Any:
    """The value of a constant operand, or `default`."""
    return operand.value if isinstance(operand, Const) else default


def is_position(operand: Operand) -> bool:
    """Whether an operand that is an index surely picks one item by its position."""
    return is_position_type(type_of_operand(operand))


def is_position_type(t: Type) -> bool:
    """Whether an index of type `t` is an int, or one of NumPy; no index is a float, so what may be one is an int."""
    if isinstance(t, Array):
        return t.axes == () and not t.boxed and not t.loose and t.dtype is not None and t.dtype.kind in "iu"
    return isinstance(t, Number) and t.kind in ("int", "real")


def is_slice(operand: Operand) -> bool:
    """Whether an operand surely is a slice."""
    return type_of_operand(operand) == Instance(slice)


def as_array(t: Type) -> Type:
    """The type of `np.asarray` of a value of type `t`; unknown where that may be one of ints or of floats."""
    if isinstance(t, Array):
        return t
    if isinstance(t, Number):
        return UNKNOWN if t.kind in ("whole", "real", "number") else Array(np.dtype(t.kind), ())
    if isinstance(t, (Tuple, List)):
        return _stacked(t)
    return UNKNOWN


def _stacked(t: Tuple | List) -> Type:
    parts = t.items if isinstance(t, Tuple) else (t.item,) if t.items is None else t.items
    known = isinstance(t, Tuple) or t.items is not None
    inner = _joined(parts) if parts else UNKNOWN
    if not isinstance(inner, Array) or inner.axes is None:
        return UNKNOWN
    return Array(inner.dtype, (length(len(parts)) if known else length(None), *inner.axes))


def _joined(parts: tuple[Type, ...]) -> Type:
    """The array type of items of these types: one of floats if any surely is, and unknown if all may be ints."""
    if all(isinstance(part, (List, Tuple)) for part in parts):
        parts = tuple(map(as_array, parts))
    if not any(map(_is_float, parts)):
        found = as_array(join_all(parts))
        return UNKNOWN if isinstance(found, Array) and found.loose else found
    may_be_floats = [isinstance(part, Number) and part.kind in ("real", "number") for part in parts]
    floats = (Number("float") if may_be else part for part, may_be in zip(parts, may_be_floats, strict=True))
    arrays = [a for a in map(as_array, floats) if isinstance(a, Array) and a.dtype is not None]
    if len(arrays) == len(parts):
        dtype = np.result_type(*(a.dtype for a in arrays))
        return join_all(tuple(replace(a, dtype=dtype, loose=False, floating=False) for a in arrays))
    return as_array(join_all(parts))


def _is_float(t: Type) -> bool:
    """Whether a number, or an array, surely is one of floats."""
    if isinstance(t, Array):
        is_one = not t.loose or (t.floating and t.dtype == np.float64)
        return is_one and t.dtype is not None and t.dtype.kind == "f"
    return isinstance(t, Number) and t.kind == "float"


def length(n: int | None) -> Axis:
    """The axis of a known length, or of any."""
    if n is None:
        return ANY
    assert n >= 0
    return 1 if n == 1 else Length(("const", n), many=True)


def constant_length(axis: Axis) -> int | None:
    """The number that an axis is known to be long."""
    if isinstance(axis, int):
        return axis
    return axis.name[1] if isinstance(axis.name, tuple) and axis.name[0] == "const" else None
