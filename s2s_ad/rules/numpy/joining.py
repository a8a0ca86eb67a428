"""Rules of the functions that join arrays, and of those that split one. Each is the transpose of its counterpart."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.rules.registry import WHOLE, def_rrule, linear_rule


def _cut(y_bar: Any, arrays: Any, axis: Any) -> Any:
    """`y_bar` cut along `axis` into the parts that came from each of `arrays`; those of lower rank were stretched."""
    rank = np.ndim(y_bar)
    before = (slice(None),) * (axis % rank)
    parts, start = [], 0
    for a in arrays:
        stop = start + (np.shape(a)[axis] if np.ndim(a) == rank else 1)
        part = y_bar[before + (slice(start, stop),)] if before else y_bar[start:stop]
        parts.append(part if np.ndim(a) == rank else np.reshape(part, np.shape(a)))
        start = stop
    return parts


def _cut_flat(y_bar: Any, arrays: Any) -> Any:
    """`y_bar` cut into the parts that came from each of `arrays`, which were flattened."""
    parts, start = [], 0
    for a in arrays:
        stop = start + np.size(a)
        parts.append(np.reshape(y_bar[start:stop], np.shape(a)))
        start = stop
    return parts


def _concatenate_back(y_bar: Any, arrays: Any, axis: Any = 0) -> Any:
    return _cut_flat(y_bar, arrays) if axis is None else _cut(y_bar, arrays, axis)


def _stack_back(y_bar: Any, arrays: Any, axis: Any = 0) -> Any:
    return list(y_bar if axis == 0 else np.moveaxis(y_bar, axis, 0))


linear_rule(np.concatenate, _concatenate_back, core=WHOLE)
linear_rule(np.stack, _stack_back, core=WHOLE)
linear_rule(np.vstack, lambda y_bar, tup: _cut(y_bar, tup, 0), core=WHOLE)
linear_rule(np.hstack, lambda y_bar, tup: _cut(y_bar, tup, 0 if np.ndim(y_bar) == 1 else 1), core=WHOLE)
linear_rule(np.dstack, lambda y_bar, tup: _cut(y_bar, tup, 2), core=WHOLE)
linear_rule(np.column_stack, lambda y_bar, tup: _cut(y_bar, tup, 1), core=WHOLE)


@def_rrule(np.append)
def append_rule(arr: Any, values: Any, axis: Any = None) -> Any:
    """`values` after `arr`, both flattened where there is no axis. ȳ is cut in two."""
    y = np.append(arr, values, axis)

    def append_pullback(y_bar: Any) -> Any:
        return tuple(_concatenate_back(y_bar, (arr, values), axis))

    return y, append_pullback


# A part of the shape of `a` would not come back if the cuts overlapped; then the reshape raises.
def _join(y_bar: Any, a: Any, axis: Any) -> Any:
    return np.reshape(np.concatenate(y_bar, axis), np.shape(a))


linear_rule(
    (np.split, np.array_split), lambda y_bar, ary, indices_or_sections, axis=0: _join(y_bar, ary, axis), core=WHOLE
)
linear_rule(
    np.hsplit, lambda y_bar, ary, indices_or_sections: _join(y_bar, ary, 0 if np.ndim(ary) == 1 else 1), core=WHOLE
)
linear_rule(np.vsplit, lambda y_bar, ary, indices_or_sections: _join(y_bar, ary, 0), core=WHOLE)
linear_rule(np.dsplit, lambda y_bar, ary, indices_or_sections: _join(y_bar, ary, 2), core=WHOLE)


def _unstack_back(y_bar: Any, x: Any, axis: Any = 0) -> Any:
    return np.stack(y_bar, axis) if len(y_bar) > 0 else np.zeros(np.shape(x))


if hasattr(np, "unstack"):  # NumPy 2.1
    linear_rule(np.unstack, _unstack_back, core=WHOLE)
