"""Rules of the functions that join arrays, and of those that split one. Each is the transpose of its counterpart."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.rules.registry import WHOLE, def_rrule, linear_rule


def _cut(y_bar: Any, arrays: Any, shapes: Any, axis: Any) -> Any:
    """`y_bar` cut along `axis` into the parts that came from each of `arrays`, which were joined as `shapes`."""
    ends = np.cumsum([shape[axis] for shape in shapes])
    parts = np.split(y_bar, ends[:-1], axis)
    return [np.reshape(parts[i], np.shape(arrays[i])) for i in range(len(arrays))]


def _concatenate_back(y_bar: Any, arrays: Any, axis: Any = 0) -> Any:
    if axis is None:
        return _cut(y_bar, arrays, [(np.size(a),) for a in arrays], 0)
    return _cut(y_bar, arrays, [np.shape(a) for a in arrays], axis)


def _vstack_back(y_bar: Any, tup: Any) -> Any:
    return _cut(y_bar, tup, [np.shape(np.atleast_2d(a)) for a in tup], 0)


def _hstack_back(y_bar: Any, tup: Any) -> Any:
    return _cut(y_bar, tup, [np.shape(np.atleast_1d(a)) for a in tup], 0 if np.ndim(y_bar) == 1 else 1)


def _dstack_back(y_bar: Any, tup: Any) -> Any:
    return _cut(y_bar, tup, [np.shape(np.atleast_3d(a)) for a in tup], 2)


def _column_stack_back(y_bar: Any, tup: Any) -> Any:
    return _cut(y_bar, tup, [np.shape(a) if np.ndim(a) == 2 else (np.size(a), 1) for a in tup], 1)


linear_rule(np.concatenate, _concatenate_back)
linear_rule(np.stack, lambda y_bar, arrays, axis=0: list(np.moveaxis(y_bar, axis, 0)))
linear_rule(np.vstack, _vstack_back)
linear_rule(np.hstack, _hstack_back)
linear_rule(np.dstack, _dstack_back)
linear_rule(np.column_stack, _column_stack_back)


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
