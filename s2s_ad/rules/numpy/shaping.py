"""Rules of the functions that rearrange or repeat elements. All are linear: each is given by its transpose."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.errors import MissingRuleError
from s2s_ad.rules.registry import WHOLE, def_rrule, linear_rule, zero_rules
from s2s_ad.runtime import add_at_axis, inverse_permutation


def reshape_back(y_bar: Any, a: Any, shape: Any = None, order: Any = "C") -> Any:
    """`y_bar` in the shape of `a`, read in the same order."""
    if order not in ("C", "F"):
        raise MissingRuleError(f"order={order!r}, which depends on the memory layout", hint="write 'C' or 'F'")
    return np.reshape(y_bar, np.shape(a), order=order)


linear_rule(np.reshape, reshape_back, core=WHOLE)
linear_rule(np.ravel, lambda y_bar, a, order="C": reshape_back(y_bar, a, None, order), core=WHOLE)
linear_rule(np.squeeze, lambda y_bar, a, axis=None: np.reshape(y_bar, np.shape(a)), core=WHOLE)
linear_rule(np.expand_dims, lambda y_bar, a, axis: np.reshape(y_bar, np.shape(a)), core=WHOLE)
linear_rule((np.atleast_1d, np.atleast_2d, np.atleast_3d), lambda y_bar, a: np.reshape(y_bar, np.shape(a)), core=WHOLE)
linear_rule(np.broadcast_to, lambda y_bar, array, shape: y_bar)


def _transpose_back(y_bar: Any, a: Any, axes: Any = None) -> Any:
    """`y_bar` with its axes in the order of `a`'s."""
    if axes is None:
        return np.transpose(y_bar)
    return np.transpose(y_bar, inverse_permutation(tuple([i % np.ndim(a) for i in axes])))


linear_rule(np.transpose, _transpose_back, core=WHOLE)
linear_rule(np.matrix_transpose, lambda y_bar, x: np.swapaxes(y_bar, -1, -2), core=WHOLE)
linear_rule(np.swapaxes, lambda y_bar, a, axis1, axis2: np.swapaxes(y_bar, axis1, axis2), core=WHOLE)
linear_rule(np.moveaxis, lambda y_bar, a, source, destination: np.moveaxis(y_bar, destination, source), core=WHOLE)


def _rollaxis_back(y_bar: Any, a: Any, axis: Any, start: Any = 0) -> Any:
    """`y_bar` with the axis that came to stand before `start` back at `axis`."""
    old = axis % np.ndim(a)
    new = start + np.ndim(a) if start < 0 else start
    return np.moveaxis(y_bar, new - 1 if old < new else new, old)


linear_rule(np.rollaxis, _rollaxis_back, core=WHOLE)
linear_rule(np.flip, lambda y_bar, m, axis=None: np.flip(y_bar, axis), family="same", core=WHOLE)
linear_rule(np.fliplr, lambda y_bar, m: np.fliplr(y_bar), family="same", core=WHOLE)
linear_rule(np.flipud, lambda y_bar, m: np.flipud(y_bar), family="same", core=WHOLE)
linear_rule(
    np.roll, lambda y_bar, a, shift, axis=None: np.roll(y_bar, np.negative(shift), axis), family="same", core=WHOLE
)
linear_rule(np.rot90, lambda y_bar, m, k=1, axes=(0, 1): np.rot90(y_bar, -k, axes), core=WHOLE)


def _repeat_back(y_bar: Any, a: Any, repeats: Any, axis: Any = None) -> Any:
    """The copies of each element summed."""
    if axis is None:
        copies = np.repeat(np.arange(np.size(a)), repeats)
        return np.reshape(add_at_axis(y_bar, copies, (np.size(a),), 0), np.shape(a))
    copies = np.repeat(np.arange(np.shape(a)[axis]), repeats)
    return add_at_axis(y_bar, copies, np.shape(a), axis)


linear_rule(np.repeat, _repeat_back, core=WHOLE)


def _tile_back(y_bar: Any, A: Any, reps: Any) -> Any:
    """The copies of each element summed: every axis of `y_bar` is (copy, index within the copy)."""
    times = np.atleast_1d(reps).tolist()
    ndim = max(len(times), np.ndim(A))
    times = [1] * (ndim - len(times)) + times
    lengths = [1] * (ndim - np.ndim(A)) + list(np.shape(A))
    pairs = [n for pair in zip(times, lengths, strict=True) for n in pair]
    return np.reshape(np.sum(np.reshape(y_bar, pairs), axis=tuple(range(0, 2 * ndim, 2))), np.shape(A))


linear_rule(np.tile, _tile_back, core=WHOLE)


@def_rrule(np.pad, core=WHOLE)
def pad_rule(array: Any, pad_width: Any, mode: Any = "constant", *, constant_values: Any = 0) -> Any:
    """`array` within a border of constants.  Its cotangent is what lies inside."""
    if mode != "constant":
        raise MissingRuleError(f"the derivative of np.pad in mode {mode!r}")
    y = np.pad(array, pad_width, constant_values=constant_values)

    def pad_pullback(y_bar: Any) -> Any:
        starts = np.broadcast_to(pad_width, (np.ndim(array), 2))[:, 0]
        return y_bar[tuple([slice(starts[i], starts[i] + n) for i, n in enumerate(np.shape(array))])]

    return y, pad_pullback


@def_rrule(np.broadcast_arrays)
def broadcast_arrays_rule(*arrays: Any) -> Any:
    """Each array spread over the common shape; its cotangent is summed back where it is projected."""
    y = np.broadcast_arrays(*arrays)

    def broadcast_arrays_pullback(y_bar: Any) -> Any:
        return tuple(y_bar)

    return y, broadcast_arrays_pullback


zero_rules((np.shape, np.ndim, np.size, np.broadcast_shapes))
