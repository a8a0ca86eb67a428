"""The result types of functions that give tuples of index arrays: `np.nonzero`, `np.ix_`, `np.triu_indices`."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.analysis.operands import constant
from s2s_ad.analysis.typing import array_type, axes_of_shape, handles
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import ANY, INT, UNKNOWN, Array, Axis, Iterable, Tuple, Type

_INDEX = np.dtype(np.intp)


def _rows(count: int, axis: Axis = ANY, dtype: Any = _INDEX) -> Tuple:
    """So many rows of indices."""
    return Tuple((Array(dtype, (axis,)),) * count)


@handles(np.nonzero)
def nonzero(a: Operand) -> Type:
    """As many rows as the array has axes."""
    axes = array_type(a).axes
    return _rows(len(axes)) if axes else UNKNOWN


@handles(np.diag_indices)
def _diag_indices(n: Operand, ndim: Operand = Const(2)) -> Type:  # noqa: B008
    axes, count = axes_of_shape(n), constant(ndim)
    known = axes is not None and len(axes) == 1 and type(count) is int
    return _rows(count, axes[0], np.dtype(int)) if known else UNKNOWN  # type: ignore[index]


@handles(np.diag_indices_from)
def _diag_indices_from(arr: Operand) -> Type:
    axes = array_type(arr).axes
    return _rows(len(axes), axes[0], np.dtype(int)) if axes and len(axes) > 1 else UNKNOWN


@handles(np.triu_indices, np.tril_indices)
def _triangle(n: Operand, k: Operand = Const(0), m: Operand = Const(None)) -> Type:  # noqa: B008
    return _rows(2, ANY, np.dtype(int))


@handles(np.triu_indices_from, np.tril_indices_from)
def _triangle_of(arr: Operand, k: Operand = Const(0)) -> Type:  # noqa: B008
    return _rows(2, ANY, np.dtype(int))


@handles(np.unravel_index)
def _unravel_index(indices: Operand, shape: Operand, order: Operand = Const("C")) -> Type:  # noqa: B008
    t, axes = array_type(indices), axes_of_shape(shape)
    return UNKNOWN if t.axes is None or t.boxed or axes is None else Tuple((Array(_INDEX, t.axes),) * len(axes))


@handles(np.ix_)
def _ix(*args: Operand) -> Type:
    """Each row along an axis of its own; of masks the places where they hold."""
    rows = [array_type(a) for a in args]
    if not all(t.axes is not None and len(t.axes) == 1 and t.dtype is not None for t in rows):
        return UNKNOWN
    return Tuple(tuple(_along(t, i, len(rows)) for i, t in enumerate(rows)))


@handles(np.ndindex)
def _ndindex(*shape: Operand) -> Type:
    """Tuples of as many ints as there are axes."""
    axes = axes_of_shape(shape[0]) if len(shape) == 1 else shape
    return UNKNOWN if axes is None else Iterable(Tuple((INT,) * len(axes)))


def _along(t: Array, i: int, rank: int) -> Array:
    """The type of a row along one of several axes."""
    is_mask = t.dtype == np.dtype(bool)
    axis = ANY if is_mask else t.axes[0]  # type: ignore[index]
    return Array(_INDEX if is_mask else t.dtype, (1,) * i + (axis,) + (1,) * (rank - 1 - i))
