"""Rules of the functions that choose some of the elements or put them in order."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.errors import MissingRuleError
from s2s_ad.rules.registry import WHOLE, def_rrule, linear_rule, zero_rules
from s2s_ad.runtime import add_along_axis, add_at_axis, place_diagonal


@def_rrule(np.where)
def where_rule(condition: Any, x: Any = None, y: Any = None) -> Any:
    """x where `condition` holds, else y; each gets the cotangent where it was chosen. Indices without x and y."""
    out = np.where(condition) if x is None else np.where(condition, x, y)

    def where_pullback(out_bar: Any) -> Any:
        return None if x is None else (None, np.where(condition, out_bar, 0), np.where(condition, 0, out_bar))

    return out, where_pullback


@def_rrule(np.clip)
def clip_rule(a: Any, a_min: Any = None, a_max: Any = None, out: None = None, min: Any = None, max: Any = None) -> Any:
    """a where a_min ≤ a ≤ a_max, bounds included, else the bound; ȳ goes to whichever was chosen."""
    if out is not None:
        raise MissingRuleError("np.clip into an existing array (out=)")
    low = min if a_min is None else a_min
    high = max if a_max is None else a_max
    y = np.clip(a, low, high)

    def clip_pullback(y_bar: Any) -> Any:
        a_bar = np.where(np.less(a, y) | np.greater(a, y), 0, y_bar)
        low_bar = None if low is None else np.where(np.less(a, y) & np.equal(y, low), y_bar, 0)
        high_bar = None if high is None else y_bar - a_bar - (0 if low_bar is None else low_bar)
        return (
            a_bar,
            None if a_min is None else low_bar,
            None if a_max is None else high_bar,
            None,
            None if min is None else low_bar,
            None if max is None else high_bar,
        )

    return y, clip_pullback


linear_rule(np.take, lambda y_bar, a, indices, axis=None: add_at_axis(y_bar, indices, np.shape(a), axis), core=WHOLE)

linear_rule(
    np.take_along_axis,
    lambda y_bar, arr, indices, axis=-1: add_along_axis(y_bar, indices, np.shape(arr), axis),
    core=WHOLE,
)


@def_rrule(np.select)
def select_rule(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """The choice of the first condition that holds, else `default`; each gets ȳ where it was chosen."""
    y = np.select(condlist, choicelist, default)

    def select_pullback(y_bar: Any) -> Any:
        n = len(condlist)
        chosen = np.select(condlist, range(n), n)
        choices_bar = [np.where(chosen == i, y_bar, 0) for i in range(n)]
        return None, choices_bar, np.where(chosen == n, y_bar, 0)

    return y, select_pullback


def _diagonal_back(y_bar: Any, a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    return place_diagonal(y_bar, np.shape(a), offset, axis1, axis2)


def _trace_back(y_bar: Any, a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    if np.ndim(a) == 2 and axis1 == 0 and axis2 == 1:
        return y_bar * np.eye(np.shape(a)[0], np.shape(a)[1], offset)
    return place_diagonal(np.expand_dims(y_bar, -1), np.shape(a), offset, axis1, axis2)


def _diag_back(y_bar: Any, v: Any, k: Any = 0) -> Any:
    return np.diagonal(y_bar, k) if np.ndim(v) == 1 else place_diagonal(y_bar, np.shape(v), k, 0, 1)


linear_rule(np.diagonal, _diagonal_back, core=WHOLE)
linear_rule(np.trace, _trace_back, core=WHOLE)
linear_rule(np.diag, _diag_back, core=WHOLE)
linear_rule(np.diagflat, lambda y_bar, v, k=0: np.reshape(np.diagonal(y_bar, k), np.shape(v)), core=WHOLE)
linear_rule(np.tril, lambda y_bar, m, k=0: np.tril(y_bar, k), core=2)
linear_rule(np.triu, lambda y_bar, m, k=0: np.triu(y_bar, k), core=2)


@def_rrule(np.sort, core=WHOLE)
def sort_rule(a: Any, axis: Any = -1) -> Any:
    """ȳ goes back by the stable permutation that sorts `a`."""
    y = np.sort(a, axis=axis)

    def sort_pullback(y_bar: Any) -> Any:
        order = np.argsort(a, axis=axis, kind="stable")
        if axis is None:
            return np.reshape(y_bar[np.argsort(order)], np.shape(a))
        return np.take_along_axis(y_bar, np.argsort(order, axis=axis), axis)

    return y, sort_pullback


@def_rrule(np.partition, core=WHOLE)
def partition_rule(a: Any, kth: Any, axis: Any = -1) -> Any:
    """ȳ goes back by way of the sorted order, which `a` and y have in common."""
    y = np.partition(a, kth, axis=axis)

    def partition_pullback(y_bar: Any) -> Any:
        order = np.argsort(a, axis=axis, kind="stable")
        of_y = np.argsort(y, axis=axis, kind="stable")
        if axis is None:
            return np.reshape(y_bar[of_y][np.argsort(order)], np.shape(a))
        sorted_bar = np.take_along_axis(y_bar, of_y, axis)
        return np.take_along_axis(sorted_bar, np.argsort(order, axis=axis), axis)

    return y, partition_pullback


@def_rrule(np.nan_to_num, core=WHOLE)
def nan_to_num_rule(x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """x̄ = ȳ where x is finite, 0 where it was replaced."""
    if not copy:
        raise MissingRuleError("np.nan_to_num in place (copy=False)")
    if np.iscomplexobj(x):
        raise MissingRuleError("the derivative of np.nan_to_num for complex numbers")
    y = np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)

    def nan_to_num_pullback(y_bar: Any) -> Any:
        return np.where(np.isfinite(x), y_bar, 0)

    return y, nan_to_num_pullback


def _diff_back(y_bar: Any, a: Any, n: Any = 1, axis: Any = -1) -> Any:
    """The transpose of a difference is minus the difference of ȳ between zeros."""
    if np.shape(a)[axis] <= n:
        return np.zeros(np.shape(a))
    zeros = np.zeros_like(y_bar, shape=[n if i == axis % np.ndim(a) else m for i, m in enumerate(np.shape(a))])
    return (-1) ** n * np.diff(y_bar, n, axis, prepend=zeros, append=zeros)


linear_rule(np.diff, _diff_back, core=WHOLE)

zero_rules((np.argsort, np.searchsorted, np.nonzero, np.flatnonzero, np.argwhere, np.lexsort, np.digitize))
zero_rules((np.diag_indices_from, np.triu_indices_from, np.tril_indices_from))
zero_rules((np.isclose, np.allclose, np.array_equal, np.array_equiv, np.isin))
zero_rules((np.isreal, np.iscomplex, np.isneginf, np.isposinf, np.round, np.around, np.fix))
