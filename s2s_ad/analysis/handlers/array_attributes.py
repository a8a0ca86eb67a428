"""Attributes of arrays that are set.

x.flat = v      x.flat[:] = v
x.real = v      x[...] = v, where `x` is an array of real numbers
x.T = v         raises, as it does in NumPy, and so does the second half of `x.T += v`
"""

from __future__ import annotations

import numpy as np

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.flat import write_all
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.roots import same_path
from s2s_ad.errors import MutationError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Value
from s2s_ad.ir.types import Array

_NOT_WRITABLE = ("T", "mT", "base", "flags", "itemsize", "nbytes", "ndim", "size")
_SETTABLE = {"shape": "write `x = x.reshape(…)`", "dtype": "write `x = x.astype(…)`"}


def set_attribute(s: Emitter, array: Operand, name: Operand, value: Operand) -> Operand | None:
    """`array.name = value`; None where that is not known of an array."""
    t, known = type_of_operand(array), constant(name)
    if not isinstance(t, Array):
        return None
    if known in _NOT_WRITABLE and hasattr(np.ndarray, known):
        s.raise_error(AttributeError, f"attribute {known!r} of 'numpy.ndarray' objects is not writable")
        return UNDEFINED
    if known in _SETTABLE:
        raise MutationError(f"setting the attribute `{known}` of an array", s.span, _SETTABLE[known])
    if known == "flat":
        write_all(s, array, value)
    elif known == "real" and t.dtype is not None and t.dtype.kind != "c":
        _write_real(s, array, value)
    else:
        return None
    return Const(None)


def _write_real(s: Emitter, array: Operand, value: Operand) -> None:
    """Fill an array, unless the value is the array itself, as it is after `array.real *= 2`."""
    at, own = (s.memory.places.get(o) if isinstance(o, Value) else None for o in (value, array))
    if at is None or own is None or at.root is not own.root or not same_path(at.path, own.path):
        s.apply(primitives.store, [array, Const(Ellipsis), value])
