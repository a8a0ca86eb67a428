"""The functions of `heapq`, written in the Python that is differentiated.

They compare what Python compares, in the same order, as that decides which of equal items comes first.
"""

from __future__ import annotations

import heapq
from typing import Any

from s2s_ad.rules.functional import defines


@defines(heapq.nlargest)
def _nlargest(n: Any, iterable: Any, key: Any = None) -> Any:
    items = [x for x in iterable]  # noqa: C416
    found = sorted(items, reverse=True) if key is None else sorted(items, key=key, reverse=True)
    return found[: max(n, 0)]


@defines(heapq.nsmallest)
def _nsmallest(n: Any, iterable: Any, key: Any = None) -> Any:
    items = [x for x in iterable]  # noqa: C416
    found = sorted(items) if key is None else sorted(items, key=key)
    return found[: max(n, 0)]


@defines(heapq.heappush)
def _heappush(heap: Any, item: Any) -> None:
    heap.append(item)
    _rise(heap, len(heap) - 1)


@defines(heapq.heappop)
def _heappop(heap: Any) -> Any:
    last = heap.pop()
    if len(heap) == 0:
        return last
    return _heapreplace(heap, last)


@defines(heapq.heapreplace)
def _heapreplace(heap: Any, item: Any) -> Any:
    first = heap[0]
    heap[0] = item
    _sink(heap, 0)
    return first


@defines(heapq.heappushpop)
def _heappushpop(heap: Any, item: Any) -> Any:
    if len(heap) > 0 and heap[0] < item:
        return _heapreplace(heap, item)
    return item


@defines(heapq.heapify)
def _heapify(heap: Any) -> None:
    if not isinstance(heap, list):
        raise TypeError(f"heapify() argument must be list, not {type(heap).__name__}")
    for at in reversed(range(len(heap) // 2)):
        _sink(heap, at)


def _rise(heap: Any, at: int, top: int = 0) -> None:
    """Bring an item up to its place, at most to `top`."""
    while at > top and heap[at] < heap[(at - 1) // 2]:
        above = (at - 1) // 2
        heap[at], heap[above] = heap[above], heap[at]
        at = above


def _sink(heap: Any, top: int) -> None:
    """Bring an item down as far as it goes, and then up to its place."""
    at, below = top, 2 * top + 1
    while below < len(heap):
        if below + 1 < len(heap) and not heap[below] < heap[below + 1]:
            below += 1
        heap[at], heap[below] = heap[below], heap[at]
        at, below = below, 2 * below + 1
    _rise(heap, at, top)
