"""Small steps of the forward half that Python has no expression for."""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np

from s2s_ad.objects import HEAP_TYPE, parts_of


def sort_order(items: Any, key: Any = None, reverse: bool = False) -> list[int]:
    """The permutation that sorts `items` as ``sorted`` does: stably, so ties keep their order."""
    keys = items if key is None else [key(item) for item in items]
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)


def permute(items: list[Any], order: Any) -> list[Any]:
    """Put the items of a list, in place, in the order that their numbers have in `order`."""
    items[:] = [items[i] for i in order]
    return items


def position(index: int, n: int) -> int:
    """Where `index` points to in a list of length `n`, counted from the front; cut off at the ends of the list."""
    return min(index, n) if index >= 0 else max(index + n, 0)


def index_to_remove(items: list[Any], item: Any) -> int:
    """Where the item is that `items.remove(item)` takes out."""
    for i, other in enumerate(items):
        if other is item or other == item:
            return i
    raise ValueError("list.remove(x): x not in list")


def bound_now(x: Any) -> Any:
    """`x`, a bound of a slice, or the int that it is now if it is an array without axes."""
    return operator.index(x) if isinstance(x, np.ndarray) else x


def slice_start(where: slice, n: int) -> int:
    """Where a slice of a list of length `n` starts."""
    return where.indices(n)[0]


def groups(tool: Any, iterable: Any, key: Any = None) -> Any:
    """What `tool`, which is `itertools.groupby`, gives, with lists for the groups."""
    return [(k, list(group)) for k, group in tool(iterable, key)]


def once(items: Any) -> Any:
    """``iter(items)`` of a list that is there for no more than one use."""
    return iter(items)


def index_rows(choose: Callable[..., Any], n: int, r: int | None) -> list[list[int]]:
    """What a function of ``itertools``, such as ``permutations``, chooses out of the first `n` numbers."""
    return [list(row) for row in choose(range(n), r)]


def copy(value: Any) -> Any:
    """A value of any structure, with nothing of it shared."""
    if isinstance(value, np.ndarray):
        return value.copy()
    is_container = isinstance(value, (list, tuple, dict, deque, set))
    return deepcopy(value) if is_container or type(value).__flags__ & HEAP_TYPE else value


def copy_unless_of(y: Any, *sources: Any) -> Any:
    """A copy of `y`, or `y` itself where it is an array that one of `sources` is or holds, or a view of one."""
    return y if isinstance(y, np.ndarray) and any(may_hold(source, y) for source in sources) else copy(y)


def may_hold(source: Any, y: Any) -> bool:
    """Whether an array `y` may be, or share memory with, one that `source` is or holds."""
    seen: set[int] = set()
    pending = [source]
    while pending:
        part = pending.pop()
        if isinstance(part, np.ndarray) and np.may_share_memory(part, y):
            return True
        if id(part) not in seen:
            seen.add(id(part))
            pending += part if isinstance(part, deque) else parts_of(part) or ()
    return False


def bound(value: Any, name: str) -> Any:
    """The value of a variable that starts as None because it may never be assigned; UnboundLocalError if it was not."""
    if value is None:
        raise UnboundLocalError(f"cannot access local variable {name!r} where it is not associated with a value")
    return value


SEQUENCE, MAPPING = 1 << 5, 1 << 6  # the flags of types that `match` looks at; NumPy 2.5 gives arrays the first


def is_sequence(x: Any) -> bool:
    """Whether the pattern `[*_]` fits."""
    return bool(type(x).__flags__ & SEQUENCE)


def is_mapping(x: Any) -> bool:
    """Whether the pattern `{}` fits."""
    return bool(type(x).__flags__ & MAPPING)


def without(items: Any, *keys: Any) -> dict[Any, Any]:
    """What the pattern `{key: _, …, **rest}` captures as the rest."""
    return {k: items[k] for k in items if k not in keys}


def make_object(cls: type, /, **attributes: Any) -> Any:
    """An object of `cls` with these attributes, as it is after its `__init__`, which is not run."""
    made: Any = object.__new__(cls)
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made


def attribute_now(fn: Any, name: str) -> Any:
    """An attribute of a function of the program's surroundings, which the program may change."""
    return getattr(fn, name)
