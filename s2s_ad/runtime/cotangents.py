"""Cotangents of any structure: added, brought into the space of their primal, split among the parts of it."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from s2s_ad.objects import attributes_of
from s2s_ad.runtime.primal import copy


def unbroadcast(x_bar: Any, shape: tuple[int, ...]) -> Any:
    """Sum `x_bar` over the axes along which a value of `shape` was broadcast, or spread it to `shape` if smaller."""
    if np.shape(x_bar) == shape:
        return x_bar
    extra = np.ndim(x_bar) - len(shape)
    if extra > 0:
        x_bar = np.sum(x_bar, axis=tuple(range(extra)))
    axes = tuple(i for i, (have, want) in enumerate(zip(np.shape(x_bar), shape)) if want == 1 != have)
    if extra >= 0 and axes:
        x_bar = np.sum(x_bar, axis=axes, keepdims=True)
    return x_bar if np.shape(x_bar) == shape else np.broadcast_to(x_bar, shape)


def finish(x_bar: Any, x: Any, integer: float | None = None) -> Any:
    """The cotangent `x_bar` brought into the space of its primal `x`: same structure, shape, dtype and realness.

    Where `x` has no tangent space, returns None, or for a number or an array of numbers `integer`, in its shape.
    """
    if isinstance(x, (list, tuple, deque)):
        return _project_sequence(x_bar, x, integer)
    if isinstance(x, dict):
        return {k: finish(None if x_bar is None else x_bar.get(k), part, integer) for k, part in x.items()}
    if not isinstance(x, (np.ndarray, np.generic, complex, float, int)):
        attributes = attributes_of(x)
        bars = {k: finish(None if x_bar is None else x_bar.get(k), part, integer) for k, part in attributes.items()}
        return bars if any(bar is not None for bar in bars.values()) else None
    dtype = np.asarray(x).dtype
    if dtype.kind not in "fc":
        if not isinstance(x, np.ndarray):
            return integer
        return None if integer is None or dtype.kind not in "iub" else np.zeros(x.shape)
    if x_bar is None:
        return np.zeros_like(x) if isinstance(x, np.ndarray) else type(x)(0)
    x_bar = unbroadcast(x_bar, np.shape(x))
    if dtype.kind == "f" and np.iscomplexobj(x_bar):
        x_bar = np.real(x_bar)
    if isinstance(x, (np.ndarray, np.generic)):
        return np.asarray(x_bar, dtype)[()] if isinstance(x, np.generic) else np.asarray(x_bar, dtype)
    return type(x)(x_bar)


def project(x_bar: Any, x: Any) -> Any:
    """As `finish`, but zero where `x` is a number, or an array of such, without tangent space: arithmetic goes on."""
    return finish(x_bar, x, 0.0)


def ones_like(y: Any) -> Any:
    """The cotangent of the sum of the elements of `y`."""
    return np.ones_like(y) if np.ndim(y) else 1.0


def _project_sequence(x_bar: Any, x: Any, integer: float | None) -> Any:
    if isinstance(x_bar, (np.ndarray, np.generic, float)):
        x_bar = unbroadcast(x_bar, np.shape(x))
    parts = [finish(None if x_bar is None else x_bar[i], part, integer) for i, part in enumerate(x)]
    return parts if isinstance(x, deque) else _like(x, parts)


def _like(x: Any, parts: list[Any]) -> Any:
    """A list or a tuple, named or not, as `x` is, of these parts."""
    return parts if isinstance(x, list) else type(x)(*parts) if hasattr(x, "_fields") else tuple(parts)


def zeros_like(x: Any, *path: Any) -> Any:
    """The zero cotangent of a value of any structure, or of a part of it; None where it has none."""
    for key in path:
        if x is None:
            return None
        x = x[key] if isinstance(x, (tuple, list, dict)) else getattr(x, key)
    return project(None, x)


def item_buffer(x: Any) -> Any:
    """Zero cotangents of the items of an iterable, to be replaced one by one."""
    if isinstance(x, (list, np.ndarray)):
        return zeros_like(x)
    return [zeros_like(item) for item in x]


def of_items(bars: Any, x: Any) -> Any:
    """The cotangent of an iterable from those of its items; a dict or a set gives items that have none."""
    if isinstance(x, (dict, set, frozenset)):
        return zeros_like(x) if isinstance(x, dict) else None
    return project(np.asarray(bars) if isinstance(x, np.ndarray) else bars, x)


def add(a: Any, b: Any) -> Any:
    """The sum of two cotangents of any structure, None standing for zero."""
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, dict):
        return {k: add(a.get(k), b.get(k)) for k in a | b}
    if isinstance(a, (list, tuple)):
        return _like(a, [add(p, q) for p, q in zip(a, b, strict=True)])
    return a + b


def nth_cotangent(bars: Any, i: int, most: int | None = None) -> Any:
    """The cotangent of argument `i` out of what a pullback has returned: a bare value, or a tuple of `most` values."""
    if not isinstance(bars, tuple):
        bars = (bars,)
    if most is not None and len(bars) > most:
        raise TypeError(f"the pullback of a rule gives {len(bars)} cotangents for {most} arguments")
    if i >= len(bars):
        raise TypeError(f"the pullback of a rule gives {len(bars)} cotangents, and none for argument {i}")
    return bars[i]


def scatter(y_bar: Any, index: Any, x: Any) -> Any:
    """The cotangent of `x` from that of `x[index]`, for an `x` of any structure."""
    x_bar = zeros_like(x)
    if isinstance(x, np.ndarray):
        np.add.at(x_bar, index, y_bar)
        return x_bar
    items = dict(x_bar) if isinstance(x, dict) else list(x_bar)
    items[index] = y_bar
    return tuple(items) if isinstance(x, tuple) else items


class Tangent:
    """The cotangent of a closure or an object: an attribute for each captured variable, or attribute, that has one."""

    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)

    def __repr__(self) -> str:
        return f"Tangent({', '.join(f'{k}={v!r}' for k, v in self.__dict__.items())})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tangent) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]


def unrepeat(bars: Any, items: Any) -> Any:
    """The cotangent of the sequence `items` from that of the sequence repeated."""
    folded = [add(_total(bars[i :: len(items)]), zeros_like(item)) for i, item in enumerate(items)]
    return tuple(folded) if isinstance(bars, tuple) else folded


def sum_cotangents(y_bar: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """The cotangents of the operands of ``a + b``: numbers and arrays are added, lists and tuples joined."""
    joined = type(a) is type(b) and isinstance(a, (list, tuple))
    return (y_bar[: len(a)], y_bar[len(a) :]) if joined else (y_bar, y_bar)


def product_cotangents(y_bar: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """The cotangents of the operands of ``a * b``: numbers and arrays are multiplied, lists and tuples repeated."""
    if isinstance(a, (list, tuple)) and not isinstance(b, np.ndarray):
        return unrepeat(y_bar, a), None
    if isinstance(b, (list, tuple)) and not isinstance(a, np.ndarray):
        return None, unrepeat(y_bar, b)
    return y_bar * np.asarray(b)[()], y_bar * np.asarray(a)[()]


def _total(bars: Any) -> Any:
    total = None
    for bar in bars:
        total = add(total, bar)
    return total


def copy_apart(x_bar: Any) -> Any:
    """A copy of a cotangent, no two items of which are one object, as they may be in `x_bar`."""
    if isinstance(x_bar, (list, tuple)):
        return _like(x_bar, [copy_apart(item) for item in x_bar])
    return {key: copy_apart(item) for key, item in x_bar.items()} if isinstance(x_bar, dict) else copy(x_bar)


def last_written(x_bar: Any, index: Any) -> Any:
    """`x_bar[index]`, with zeros for what a write to the same element by the same index has undone."""
    order = np.empty(np.shape(x_bar), np.intp)
    picked = x_bar[index]
    count = np.arange(picked.size).reshape(picked.shape)
    order[index] = count
    return np.where(order[index] == count, picked, 0.0)


def stored(x_bar: Any, index: Any) -> Any:
    """What a buffer of any kind has at a place that was written to, as a value of its own."""
    return last_written(x_bar, index) if isinstance(x_bar, np.ndarray) else copy(x_bar[index])
