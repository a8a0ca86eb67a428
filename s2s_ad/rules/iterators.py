"""Iterators that a program takes from bit by bit, as objects whose state the compiler can follow.

They stand for those of Python where one is kept, or asked for an item more than once; see `analysis.cursors`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


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
        self.items = items
        self.at = 0

    def is_at_end(self) -> bool:
        """Whether there is no next item."""
        return self.at >= len(self.items)

    def take(self) -> Any:
        """The next item, which there is."""
        item = self.items[self.at]
        self.at += 1
        return item

    def rest(self) -> Any:
        """``list(iterator)``."""
        items = [self.items[i] for i in range(self.at, len(self.items))]
        self.at = len(self.items)
        return items


class Counter(Kept):
    """``itertools.count(start, step)``."""

    def __init__(self, start: Any, step: Any) -> None:
        self.value = start
        self.step = step

    def is_at_end(self) -> bool:
        """Never."""
        return False

    def take(self) -> Any:
        """The next number."""
        value = self.value
        self.value = value + self.step
        return value


class Cycle(Kept):
    """``itertools.cycle(items)`` of a tuple, or of a list that nobody else has."""

    def __init__(self, items: Any) -> None:
        self.items = items
        self.at = 0

    def is_at_end(self) -> bool:
        """Whether there are no items at all."""
        return len(self.items) == 0

    def take(self) -> Any:
        """The next item, which there is."""
        item = self.items[self.at]
        self.at = (self.at + 1) % len(self.items)
        return item
