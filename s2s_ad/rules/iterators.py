"""Iterators that a program takes from bit by bit, as objects whose state the compiler can follow.

They stand for those of Python where one is kept, or asked for an item more than once; see `analysis.cursors`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_NEVER = 2**62


class Kept:
    """What they have in common: `is_at_end` tells whether there is no next item, and `take` gives it if there is."""

    is_at_end: Callable[[], bool]
    take: Callable[[], Any]

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        if self.is_at_end():
            raise StopIteration
        return self.take()

    def next_or(self, default: Any) -> Any:
        """``next(iterator, default)``."""
        return default if self.is_at_end() else self.take()


class Cursor(Kept):
    """``iter(items)`` of a list or a tuple: where in it the next item is."""

    def __init__(self, items: Any) -> None:
        self._items = items
        self._at = 0

    def is_at_end(self) -> bool:
        """Whether there is no next item; then there never is one again, though the list may grow."""
        if self._at >= len(self._items):
            self._at = _NEVER
        return self._at == _NEVER

    def take(self) -> Any:
        """The next item, which there is."""
        item = self._items[self._at]
        self._at += 1
        return item

    def rest(self) -> Any:
        """``list(iterator)``."""
        items = [self._items[i] for i in range(self._at, len(self._items))]
        self._at = _NEVER
        return items


class Counter(Kept):
    """``itertools.count(start, step)``."""

    def __init__(self, start: Any = 0, step: Any = 1) -> None:
        self._value = start
        self._step = step

    def is_at_end(self) -> bool:
        """Never."""
        return False

    def take(self) -> Any:
        """The next number."""
        value = self._value
        self._value = value + self._step
        return value


class Cycle(Kept):
    """``itertools.cycle(items)``: it looks at a list once, and from then on at what it has seen."""

    def __init__(self, items: Any) -> None:
        self._items = items
        self._seen: list[Any] = []
        self._at = 0
        self._is_first = True

    def is_at_end(self) -> bool:
        """Whether there have been no items at all."""
        if self._is_first and self._at >= len(self._items):
            self._is_first = False
            self._at = 0
        return not self._is_first and len(self._seen) == 0

    def take(self) -> Any:
        """The next item, which there is."""
        if self._is_first:
            item = self._items[self._at]
            self._seen.append(item)
            self._at += 1
            return item
        item = self._seen[self._at]
        self._at = (self._at + 1) % len(self._seen)
        return item
