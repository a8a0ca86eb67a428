"""`x.flat`: an iterator over the elements of an array, which can be indexed and written to.

    for v in x.flat            for v in np.ravel(x)
    x.flat[i:j]                np.ravel(x)[i:j], a copy
    x.flat[i] = v              np.ravel(x)[i] = v
    x.flat[i:j] = v            the same, from the start of `v` again where it is too short
    x.flat = v                 x.flat[:] = v

What is written to has to have its elements in order in memory, so that `np.ravel` gives a view.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.fills import again, check_target, refuse_overlap, same_shape, write
from s2s_ad.analysis.handlers.table import REWRITE, handles
from s2s_ad.analysis.operands import is_position, is_slice, type_of_operand
from s2s_ad.errors import MutationError, UnsupportedSyntaxError
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import INT, Array, List, is_scalar


def flat(s: Emitter, array: Operand) -> Value:
    """`array.flat`."""
    since = s.mark()
    made = s.run_of("`.flat`", _row(s, array), [array], since, endless=False)
    s.flats[made] = array
    return made


@handles(np.flatiter.__len__)
def _len(s: Emitter, args: list[Operand], _: Any) -> Operand:
    return s.apply(np.size, [s.flats[args[0]]])


@handles(np.flatiter.__getitem__)
def _getitem(s: Emitter, args: list[Operand], _: Any) -> Operand:
    """`x.flat[index]`, which is never a view."""
    array, index = s.flats[args[0]], args[1]
    _check_index(s, index)
    found = s.apply(operator.getitem, [_row(s, array), index])
    is_number = is_scalar(type_of_operand(found))
    return found if is_number or not is_slice(index) else s.apply(np.array, [found])


@handles(np.flatiter.__setitem__)
def _setitem(s: Emitter, args: list[Operand], _: Any) -> Operand:
    _write(s, s.flats[args[0]], args[1], args[2])
    return Const(None)


def write_all(s: Emitter, array: Operand, value: Operand) -> None:
    """`array.flat = value`."""
    _write(s, array, Const(slice(None)), value)


def _write(s: Emitter, array: Operand, index: Operand, value: Operand) -> None:
    """`array.flat[index] = value`."""
    _check_index(s, index)
    row = _row(s, array)
    check_target(s, row, "flat", (value,))
    if s.memory.root(row) is not s.memory.root(array):
        raise MutationError("a write to the `.flat` of a view whose elements are not in order", s.span, REWRITE)
    if not is_scalar(type_of_operand(value)):
        if is_position(index):
            raise MutationError("a write to one element of `.flat` of what is no number", s.span, REWRITE)
        value = _values(s, row, index, value)
    write(s, row, index, value)


def _row(s: Emitter, array: Operand) -> Operand:
    t = type_of_operand(array)
    is_row = isinstance(t, Array) and t.axes is not None and len(t.axes) == 1
    return array if is_row else s.apply(np.ravel, [array])


def _values(s: Emitter, row: Operand, index: Operand, value: Operand) -> Operand:
    """As many values as are written to, in a row."""
    value = s.apply(np.array, [value]) if isinstance(type_of_operand(value), List) else value
    refuse_overlap(s, value, row, "flat")
    if not isinstance(type_of_operand(value), Array):
        raise MutationError("a write to `.flat` of what is not surely a number, an array or a list", s.span, REWRITE)
    value = _row(s, value)
    place = s.apply(operator.getitem, [row, index])
    if same_shape(type_of_operand(value), type_of_operand(place)):
        return value
    return again(s, value, s.apply(np.size, [place]), "flat")


def _check_index(s: Emitter, index: Operand) -> None:
    t = type_of_operand(index)
    is_list = isinstance(t, List) and t.item == INT
    is_array = isinstance(t, Array) and t.axes is not None and len(t.axes) == 1
    if not (is_position(index) or is_slice(index) or is_list or is_array):
        raise UnsupportedSyntaxError(
            "an index of `.flat` that is not surely an `int`, a slice, or a row", s.span, "write `x.reshape(-1)[…]`"
        )
