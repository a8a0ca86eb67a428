"""Calls that make an array of what is one already, and so are the array itself, or a copy of it.

    np.asarray(x)                      x
    np.asarray(x, dtype=float)         x, where it has this dtype
    np.array(x, copy=False)            x
    x.astype(float, copy=False)        x, where it has this dtype
    np.ascontiguousarray(x)            x, where it has its elements in order; so `np.asarray(x, order="C")`

Where it is known to be neither, or not which of the two, the call stays; see `places`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.known_items import with_known_items
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.places import is_in_order
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import Array, Type
from s2s_ad.rules.numpy.methods import astype_method

_NONE = Const(None)


def _has_dtype(t: Type, dtype: Operand) -> bool:
    """Whether what is of this type surely is an array, and of this dtype."""
    is_array = isinstance(t, Array) and not t.loose and (bool(t.axes) or t.sure)
    return is_array and isinstance(dtype, Const) and (dtype.value is None or _is_dtype(dtype.value, t))


def _is_dtype(value: Any, t: Type) -> bool:
    try:
        return isinstance(t, Array) and t.dtype is not None and np.dtype(value) == t.dtype
    except TypeError:
        return False


def _itself(a: Operand, dtype: Operand = _NONE, order: Operand = _NONE) -> bool:
    return constant(order, default="") in (None, "K", "A") and _has_dtype(type_of_operand(a), dtype)


@handles(np.asarray)
def _asarray(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    order = args[2] if len(args) == 3 else kwargs.get("order", _NONE)
    given = {"dtype": args[1]} if len(args) > 1 else {k: v for k, v in kwargs.items() if k == "dtype"}
    if constant(order) == "C" and kwargs.keys() <= {"dtype", "order"}:
        return _ascontiguousarray(s, args[:1], given)
    return args[0] if _gives_itself(args, kwargs) else with_known_items(np.asarray, s, args, kwargs)


@handles(np.asanyarray)
def _asanyarray(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    return args[0] if _gives_itself(args, kwargs) else None


def _gives_itself(args: list[Operand], kwargs: dict[str, Operand]) -> bool:
    """Whether `np.asarray` gives what it is given."""
    copy = _copies(kwargs, default=None)
    options = {name: value for name, value in kwargs.items() if name != "copy"}
    plain = len(args) in (1, 2, 3) and options.keys() <= {"dtype", "order"}
    return plain and copy in (None, False) and _itself(*args, **options)


def _copies(kwargs: dict[str, Operand], *, default: bool | None) -> bool | None:
    """Whether a call is told to make a copy; None for one if need be."""
    given = constant(kwargs.get("copy", Const(default)), default=True)
    named = getattr(given, "name", None)  # NumPy's own functions pass a `_CopyMode`
    return {"ALWAYS": True, "NEVER": False, "IF_NEEDED": None}[named] if named is not None else given


@handles(np.array)
def _array(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    itself = len(args) < 3 and not _copies(kwargs, default=True) and _gives_itself(args, kwargs)
    return args[0] if itself else with_known_items(np.array, s, args, kwargs)


@handles(astype_method)
def _astype(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    t = type_of_operand(args[0])
    known = len(args) == 2 and constant(kwargs.get("copy", Const(True)), default=True) is False
    return args[0] if known and constant(args[1]) is not None and _has_dtype(t, args[1]) else None


@handles(np.ascontiguousarray)
def _ascontiguousarray(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    t = type_of_operand(args[0])
    plain = len(args) in (1, 2) and kwargs.keys() <= {"dtype"} and isinstance(t, Array) and bool(t.axes)
    if not plain or not _itself(*args, **kwargs):
        return None
    if is_in_order(s.memory, args[0]):
        return args[0]
    return s.emit(np.ascontiguousarray, args[:1], None, t)
