"""The result types of views that NumPy makes by strides, and of their transposes."""

from __future__ import annotations

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.product_types import einsum
from s2s_ad.analysis.typing import array_type, axes_of_shape, handles
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import ANY, UNKNOWN, Array, Type


@handles(runtime.einsum_view)
def _einsum_view(a: Operand, subscripts: Operand) -> Type:
    return einsum(subscripts, a)


@handles(np.lib.stride_tricks.sliding_window_view)
def _sliding_window_view(x: Operand, window_shape: Operand, axis: Operand = Const(None), **_: Operand) -> Type:  # noqa: B008
    """The axes along which windows are taken are shorter then, and those of a window come last."""
    t, window, where = array_type(x), axes_of_shape(window_shape), constant(axis, default=...)
    if t.axes is None or window is None or where is ...:
        return UNKNOWN
    taken = range(len(t.axes)) if where is None else where if isinstance(where, tuple) else (where,)
    shorter = {i % len(t.axes) for i in taken}
    return Array(t.dtype, (*(ANY if i in shorter else a for i, a in enumerate(t.axes)), *window))


@handles(runtime.place_in_view, runtime.add_windows)
def _spread(y_bar: Operand, shape: Operand, *_: Operand) -> Type:
    t, axes = array_type(y_bar), axes_of_shape(shape)
    loose = getattr(type_of_operand(y_bar), "loose", False)
    return Array(None if loose else t.dtype, axes)
