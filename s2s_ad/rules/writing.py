"""NumPy's functions that write to one element after the other, in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def write_by_one(combine: Callable[[Any, Any], Any], a: Any, indices: Iterable[Any], b: Any) -> None:
    """Combine the elements of `a`, as often as they are named, with a number."""
    for i in indices:
        a[i] = combine(a[i], b)


def write_by_each(combine: Callable[[Any, Any], Any], a: Any, indices: Iterable[Any], b: Iterable[Any]) -> None:
    """Combine each element of `a` that is named with its own."""
    for i, v in zip(indices, b):
        a[i] = combine(a[i], v)
