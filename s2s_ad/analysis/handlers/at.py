"""`np.add.at` and the like: writes that take every index, as often as it is there.

    np.add.at(y, i, v)              y[i] += v  (`primitives.scatter_add`)
    np.subtract.at(y, i, v)         the same with -v
    np.multiply.at(y, i, v)         for j, u in zip(i, v): y[j] = y[j] * u
    np.multiply.at(y, mask, v)      y[mask] = y[mask] * v, where nothing can be named twice

and so `divide`, `power`, `maximum` and `minimum`.
"""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.fills import fills, refuse_overlap, same_shape, write
from s2s_ad.analysis.handlers.table import REWRITE
from s2s_ad.analysis.handlers.writes import store
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.places import is_basic
from s2s_ad.errors import MutationError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import INT, Array, List, Number, Tuple, Type, is_scalar
from s2s_ad.rules.writing import write_by_each, write_by_one

_EACH = {
    np.multiply: operator.mul,
    np.divide: operator.truediv,
    np.power: operator.pow,
    np.maximum: np.maximum,
    np.minimum: np.minimum,
}


def _check(a: Operand, b: Operand, s: Emitter) -> None:
    """Refuse numbers that NumPy would cast in a way that the adjoint does not know."""
    kind, to = getattr(type_of_operand(b), "dtype", None), type_of_operand(a)
    assert isinstance(to, Array)
    assert to.dtype is not None
    known = isinstance(type_of_operand(b), Number) or (kind is not None and np.can_cast(kind, to.dtype, "same_kind"))
    if not known or kind == np.dtype(bool) or to.dtype.kind not in "fiu":
        raise MutationError("`at` with values of another, or of an unknown, kind of number", s.span, REWRITE)


def _add_at(s: Emitter, a: Operand, indices: Operand, b: Operand) -> None:
    _check(a, b, s)
    assert isinstance(a, Value)
    store(s, a, indices, b, primitives.scatter_add)


@fills(np.add.at)
def _add(s: Emitter, a: Operand, indices: Operand, b: Operand) -> None:
    _add_at(s, a, indices, b)


@fills(np.subtract.at)
def _subtract(s: Emitter, a: Operand, indices: Operand, b: Operand) -> None:
    if getattr(getattr(type_of_operand(b), "dtype", None), "kind", "f") in "bu":
        raise MutationError("`subtract.at` with values without a sign", s.span, REWRITE)
    _add_at(s, a, indices, s.apply(operator.neg, [b]))


def _each_at(combine: Any, s: Emitter, a: Operand, indices: Operand, b: Operand) -> None:
    _check(a, b, s)
    refuse_overlap(s, b, a, "at")
    if combine is operator.truediv and type_of_operand(a).dtype.kind != "f":  # type: ignore[attr-defined]
        raise MutationError("`divide.at` of integers", s.span, "make it an array of floats")
    t = type_of_operand(indices)
    if is_basic(indices) or (isinstance(t, Array) and t.dtype == np.dtype(bool)):
        found = s.apply(operator.getitem, [a, indices])
        write(s, a, indices, s.apply(combine, [found, b]))
    elif is_scalar(type_of_operand(b)):
        _loop(s, write_by_one, [Const(combine), a, _rows(s, indices), b])
    else:
        found = s.apply(operator.getitem, [a, indices])
        if not same_shape(type_of_operand(b), type_of_operand(found)):
            b = s.apply(np.broadcast_to, [b, s.apply(np.shape, [found])])
        _loop(s, write_by_each, [Const(combine), a, _rows(s, indices), b])


def _loop(s: Emitter, fn: Any, args: list[Operand]) -> None:
    """Evaluate a loop that counts as the line that it stands for."""
    rolled, s.rolled = s.rolled, True
    s.hidden += 1
    s.call_in_place(fn, args)
    s.hidden -= 1
    s.rolled = rolled


def _rows(s: Emitter, indices: Operand) -> Operand:
    """The indices of single elements, one after the other."""
    t = type_of_operand(indices)
    if isinstance(t, Tuple) and all(map(_is_row, t.items)):
        return s.apply(zip, s.static_items(indices) or [])
    if not _is_row(t):
        raise MutationError("`at` by an index that is not surely a row of integers", s.span, REWRITE)
    return indices


def _is_row(t: Type) -> bool:
    if isinstance(t, List):
        return t.item == INT
    return (
        isinstance(t, Array)
        and t.axes is not None
        and len(t.axes) == 1
        and t.dtype is not None
        and t.dtype.kind in "iu"
    )


for _ufunc, _combine in _EACH.items():
    fills(_ufunc.at)(functools.partial(_each_at, _combine))
