"""Rules of the reductions and the cumulative sums and products.

A reduction is undone by laying its cotangent over the shape that was reduced.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from s2s_ad.rules.quotients import nonzero
from s2s_ad.rules.registry import WHOLE, def_rrule, linear_rule, zero_rules
from s2s_ad.runtime import cumprod_cotangent, products_of_others


def _kept(y: Any, axis: Any, keepdims: Any) -> Any:
    """`y` as a reduction along `axis` would have given it with ``keepdims=True``, up to broadcasting."""
    return y if axis is None or keepdims else np.expand_dims(y, axis)


def _count(shape: Any, axis: Any) -> Any:
    """How many elements of an array of `shape` each result of a reduction along `axis` comes from."""
    if axis is None:
        return math.prod(shape)
    if isinstance(axis, int):
        return shape[axis]
    return math.prod([shape[i] for i in axis])


@def_rrule(np.sum, family="reduction", core=WHOLE)
def sum_rule(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, initial: Any = 0, where: Any = True
) -> Any:
    """y = Σ a.  ā = ȳ for every element, 0 for those that `where` leaves out."""
    y = np.sum(a, axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=where)

    def sum_pullback(y_bar: Any) -> Any:
        a_bar = np.broadcast_to(_kept(y_bar, axis, keepdims), np.shape(a))
        return a_bar if where is True else np.where(where, a_bar, 0)

    return y, sum_pullback


@def_rrule(np.mean, family="reduction", core=WHOLE)
def mean_rule(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, where: Any = True) -> Any:
    """y = Σ a / n.  ā = ȳ / n for every element, 0 for those that `where` leaves out."""
    y = np.mean(a, axis=axis, dtype=dtype, keepdims=keepdims, where=where)

    def mean_pullback(y_bar: Any) -> Any:
        if where is True:
            n = _count(np.shape(a), axis)
            return np.broadcast_to(_kept(y_bar / n, axis, keepdims), np.shape(a))
        counted = np.broadcast_to(where, np.shape(a))
        return np.where(counted, _kept(y_bar, axis, keepdims) / np.sum(counted, axis=axis, keepdims=True), 0)

    return y, mean_pullback


@def_rrule((np.max, np.amax), family="reduction", core=WHOLE)
def max_rule(a: Any, axis: Any = None, *, keepdims: Any = False, initial: Any = None, where: Any = True) -> Any:
    """y = max a.  ȳ is split equally among the elements that tie (among NaNs, if there are any)."""
    y = np.max(a, axis=axis, keepdims=keepdims, initial=initial, where=where)

    def max_pullback(y_bar: Any) -> Any:
        return _split_ties(_kept(y_bar, axis, keepdims), a, _kept(y, axis, keepdims), axis, initial, where)

    return y, max_pullback


@def_rrule((np.min, np.amin), family="reduction", core=WHOLE)
def min_rule(a: Any, axis: Any = None, *, keepdims: Any = False, initial: Any = None, where: Any = True) -> Any:
    """y = min a.  ȳ is split equally among the elements that tie (among NaNs, if there are any)."""
    y = np.min(a, axis=axis, keepdims=keepdims, initial=initial, where=where)

    def min_pullback(y_bar: Any) -> Any:
        return _split_ties(_kept(y_bar, axis, keepdims), a, _kept(y, axis, keepdims), axis, initial, where)

    return y, min_pullback


def _split_ties(y_bar: Any, a: Any, y: Any, axis: Any, initial: Any, where: Any) -> Any:
    """`y_bar` shared equally by the elements of `a` that equal `y` along `axis`; `initial` has a share as well."""
    chosen = np.equal(a, y) | np.isnan(a)
    if where is not True:
        chosen = chosen & where
    n = np.sum(chosen, axis=axis, keepdims=True)
    if initial is not None:
        n = n + np.equal(y, initial)
    return np.where(chosen, y_bar / n, 0)


@def_rrule(np.prod, family="reduction", core=WHOLE)
def prod_rule(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, initial: Any = 1, where: Any = True
) -> Any:
    """y = Π a.  āᵢ = ȳ·Π_{j≠i} aⱼ, computed without a division: exact where some elements are 0."""
    y = np.prod(a, axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=where)

    def prod_pullback(y_bar: Any) -> Any:
        if where is True:
            return initial * _kept(y_bar, axis, keepdims) * products_of_others(a, axis)
        others = products_of_others(np.where(where, a, 1), axis)
        return np.where(where, initial * _kept(y_bar, axis, keepdims) * others, 0)

    return y, prod_pullback


def _deviations(a: Any, axis: Any) -> Any:
    """a less its mean, conjugated if complex."""
    deviations = a - np.mean(a, axis=axis, keepdims=True)
    return np.conj(deviations) if np.iscomplexobj(a) else deviations


@def_rrule(np.var, family="reduction", core=WHOLE)
def var_rule(a: Any, axis: Any = None, dtype: Any = None, *, ddof: Any = 0, keepdims: Any = False) -> Any:
    """y = Σ |a − mean|² / (n − ddof).  ā = 2·ȳ·(a − mean) / (n − ddof)."""
    y = np.var(a, axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims)

    def var_pullback(y_bar: Any) -> Any:
        n = _count(np.shape(a), axis) - ddof
        return _kept(2 * y_bar / n, axis, keepdims) * _deviations(a, axis)

    return y, var_pullback


@def_rrule(np.std, family="reduction", core=WHOLE)
def std_rule(a: Any, axis: Any = None, dtype: Any = None, *, ddof: Any = 0, keepdims: Any = False) -> Any:
    """y = √var a.  ā = ȳ·(a − mean) / ((n − ddof)·y), and 0 where y is 0."""
    y = np.std(a, axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims)

    def std_pullback(y_bar: Any) -> Any:
        n = _count(np.shape(a), axis) - ddof
        return _kept(y_bar / nonzero(n * y), axis, keepdims) * _deviations(a, axis)

    return y, std_pullback


def _reverse_cumsum(y_bar: Any, a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """āᵢ = Σ_{j≥i} ȳⱼ."""
    if axis is None:
        return np.reshape(np.cumsum(y_bar[::-1])[::-1], np.shape(a))
    return np.flip(np.cumsum(np.flip(y_bar, axis), axis), axis)


linear_rule(np.cumsum, _reverse_cumsum, core=WHOLE)


@def_rrule(np.cumprod, core=WHOLE)
def cumprod_rule(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """yᵢ = Π_{j≤i} aⱼ.  Exact where some elements are 0."""
    y = np.cumprod(a, axis=axis, dtype=dtype)

    def cumprod_pullback(y_bar: Any) -> Any:
        if axis is None:
            return np.reshape(cumprod_cotangent(y_bar, np.ravel(a)), np.shape(a))
        return np.moveaxis(cumprod_cotangent(np.moveaxis(y_bar, axis, 0), np.moveaxis(a, axis, 0)), 0, axis)

    return y, cumprod_pullback


@def_rrule(np.nansum, family="reduction", core=WHOLE)
def nansum_rule(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False) -> Any:
    """y = Σ a over what is not NaN.  ā = ȳ there, 0 at a NaN."""
    y = np.nansum(a, axis=axis, dtype=dtype, keepdims=keepdims)

    def nansum_pullback(y_bar: Any) -> Any:
        return np.where(np.isnan(a), 0, _kept(y_bar, axis, keepdims))

    return y, nansum_pullback


@def_rrule(np.nanmean, family="reduction", core=WHOLE)
def nanmean_rule(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False) -> Any:
    """y = Σ a / n over the n elements that are not NaN.  ā = ȳ / n there, 0 at a NaN."""
    y = np.nanmean(a, axis=axis, dtype=dtype, keepdims=keepdims)

    def nanmean_pullback(y_bar: Any) -> Any:
        n = np.sum(~np.isnan(a), axis=axis, keepdims=True)
        return np.where(np.isnan(a), 0, _kept(y_bar, axis, keepdims) / n)

    return y, nanmean_pullback


zero_rules((np.any, np.all, np.argmax, np.argmin, np.count_nonzero), family="reduction")
