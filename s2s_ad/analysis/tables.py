"""Tables of what to do about which function, filled by decorators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

H = TypeVar("H")


def entering(table: dict[Any, H]) -> Callable[..., Callable[[H], H]]:
    """A decorator factory: called with functions, it enters what it decorates in `table` for each of them."""

    def handles(*fns: Any) -> Callable[[H], H]:
        def register(handler: H) -> H:
            table.update(dict.fromkeys(fns, handler))
            return handler

        return register

    return handles
