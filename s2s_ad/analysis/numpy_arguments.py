"""Arguments of functions of NumPy, and of operators on arrays, as NumPy takes them: lists as arrays, for instance."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers import deques
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import Array, Deque, List, Tuple, is_scalar

_ARITHMETIC = frozenset({
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.matmul,
})  # fmt: skip
_ALONG_AN_AXIS = frozenset({np.sum, np.prod, np.max, np.amax, np.min, np.amin, np.cumsum, np.cumprod})


def as_arrays(
    s: Emitter, fn: Any, args: list[Operand], kwargs: dict[str, Operand]
) -> tuple[list[Operand], dict[str, Operand]]:
    """The arguments of a call; those of functions that have nothing to do with arrays as they are."""
    if isinstance(fn, np.ufunc) or (getattr(fn, "__module__", None) or "").startswith("numpy"):
        args = [deques.walked(s, a) if isinstance(type_of_operand(a), Deque) else a for a in args]
    if _takes_arrays(fn, args):
        args = [_as_array(s, a) for a in args]
    return _without_axis(fn, args, kwargs)


def _as_array(s: Emitter, operand: Operand) -> Operand:
    t = type_of_operand(operand)
    made = s.definitions.get(operand)  # type: ignore[arg-type]
    if made is not None and callee(made) is range:
        return s.apply(np.array, [s.apply(list, [operand])])
    is_sequence = isinstance(t, List) or (isinstance(t, Tuple) and t.cls is tuple)
    return s.apply(np.array, [operand]) if is_sequence else operand


def _takes_arrays(fn: Any, args: list[Operand]) -> bool:
    """Whether a function of numbers and arrays takes lists for arrays."""
    if fn in _ARITHMETIC:
        return any(isinstance(t := type_of_operand(a), Array) and t.axes for a in args)
    return isinstance(fn, np.ufunc) or fn is np.linalg.solve


def _without_axis(fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> tuple[list[Operand], dict[str, Operand]]:
    """The arguments without the one axis that NumPy says a number has."""
    if fn not in _ALONG_AN_AXIS or not args or not is_scalar(type_of_operand(args[0])):
        return args, kwargs
    if constant(kwargs.get("axis")) in (0, -1):
        return args, {**kwargs, "axis": Const(None)}
    if len(args) > 1 and constant(args[1]) in (0, -1):
        return [args[0], Const(None), *args[2:]], kwargs
    return args, kwargs
