"""Rules of the functions that make arrays, from numbers or from nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.rules.registry import WHOLE, def_rrule, linear_rule, zero_rules


# The cotangent of a nested list has its nested structure; an array is indexed like one, and projection does the rest.
def _array_transpose(
    y_bar: Any, object: Any, dtype: Any = None, *, copy: Any = True, order: Any = "K", subok: Any = None, ndmin: Any = 0
) -> Any:
    return np.reshape(y_bar, np.shape(object)) if ndmin else y_bar


def _asarray_transpose(
    y_bar: Any, a: Any, dtype: Any = None, order: Any = None, *, device: Any = None, copy: Any = None
) -> Any:
    return y_bar


linear_rule(np.array, _array_transpose, core=WHOLE)
linear_rule((np.asarray, np.asanyarray), _asarray_transpose, core=WHOLE)
linear_rule((np.ascontiguousarray, np.asfortranarray), lambda y_bar, a, dtype=None: y_bar, core=WHOLE)
linear_rule(np.copy, lambda y_bar, a, order="K": y_bar, core=WHOLE)
linear_rule((np.float64, np.float32, np.float16, np.complex128, np.complex64), lambda y_bar, x=0.0: y_bar)
if hasattr(np, "astype"):  # NumPy 2.1
    linear_rule(np.astype, lambda y_bar, x, dtype, /, *, copy=True: y_bar, core=WHOLE)

linear_rule(np.real, lambda y_bar, val: y_bar, core=WHOLE)
linear_rule(np.imag, lambda y_bar, val: -1j * y_bar if np.iscomplexobj(val) else None)


@def_rrule(np.angle)
def angle_rule(z: Any, deg: Any = False) -> Any:
    """y = arg z.  z̄ = −i·ȳ / z."""
    y = np.angle(z, deg)

    def angle_pullback(y_bar: Any) -> Any:
        if not np.iscomplexobj(z):
            return None
        return (180 / np.pi if deg else 1) * y_bar * -1j / z

    return y, angle_pullback


@def_rrule(np.full)
def full_rule(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """Every element is `fill_value`, which gets the sum of ȳ where it is projected."""
    y = np.full(shape, fill_value, dtype)

    def full_pullback(y_bar: Any) -> Any:
        return None, y_bar

    return y, full_pullback


@def_rrule(np.full_like)
def full_like_rule(a: Any, fill_value: Any, dtype: Any = None) -> Any:
    """Every element is `fill_value`, which gets the sum of ȳ where it is projected."""
    y = np.full_like(a, fill_value, dtype)

    def full_like_pullback(y_bar: Any) -> Any:
        return None, y_bar

    return y, full_like_pullback


@def_rrule(np.linspace)
def linspace_rule(start: Any, stop: Any, num: Any = 50, endpoint: Any = True) -> Any:
    """yₖ = start + tₖ·(stop − start) with tₖ from 0 to 1.  start̄ = Σ (1 − tₖ)·ȳₖ, stop̄ = Σ tₖ·ȳₖ."""
    y = np.linspace(start, stop, num, endpoint)

    def linspace_pullback(y_bar: Any) -> Any:
        t = np.linspace(0.0, 1.0, num, endpoint)
        return np.tensordot(1 - t, y_bar, 1), np.tensordot(t, y_bar, 1)

    return y, linspace_pullback


@def_rrule(np.arange)
def arange_rule(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Any:
    """yₖ = start + k·step.  start̄ = Σ ȳₖ, step̄ = Σ k·ȳₖ; `stop` only decides how many there are."""
    y = np.arange(start, stop, step, dtype=dtype)

    def arange_pullback(y_bar: Any) -> Any:
        if stop is None:
            return None
        return np.sum(y_bar), None, None if step is None else np.dot(np.arange(np.size(y)), y_bar)

    return y, arange_pullback


zero_rules((np.zeros, np.ones, np.empty, np.eye, np.identity, np.tri, np.indices))
zero_rules((np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64))
zero_rules((np.zeros_like, np.ones_like, np.empty_like))
zero_rules((np.result_type, np.can_cast, np.promote_types, np.min_scalar_type))
