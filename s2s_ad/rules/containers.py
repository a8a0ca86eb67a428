"""Dicts whose keys are known only at run time, and deques, written in the Python that is differentiated.

What a method does is said in terms of `d[k] = v`, `del d[k]`, `d.pop(k)`, and of what writes to the ends of a deque.
"""

from __future__ import annotations

import collections
from typing import Any

at = dict.__getitem__  # which asks for no default


def copy_dict(d: Any, /) -> Any:
    """``d.copy()``."""
    made = {}
    for k in d:
        made[k] = at(d, k)
    return made


def dict_values(d: Any) -> Any:
    """``list(d.values())``."""
    return [at(d, k) for k in d]


def dict_items(d: Any) -> Any:
    """``list(d.items())``."""
    return [(k, at(d, k)) for k in d]


def get_item(d: Any, key: Any, default: Any = None, /) -> Any:
    """``d.get(key, default)``."""
    return at(d, key) if key in d else default


def set_default(d: Any, key: Any, default: Any = None, /) -> Any:
    """``d.setdefault(key, default)``."""
    if key not in d:
        d[key] = default
    return at(d, key)


def pop_item(d: Any, key: Any, /, *default: Any) -> Any:
    """``d.pop(key, *default)``."""
    if default and key not in d:
        return default[0]
    return d.pop(key)


def pop_last(d: Any, /) -> Any:
    """``d.popitem()``."""
    if len(d) == 0:
        raise KeyError("popitem(): dictionary is empty")
    key = list(d)[-1]
    return key, d.pop(key)


def clear_dict(d: Any, /) -> None:
    """``d.clear()``."""
    for key in list(d):
        del d[key]


def update_by_dict(d: Any, other: Any, /) -> None:
    """``d.update(other)``, where ``other`` is a dict."""
    for k in other:
        d[k] = at(other, k)


def update_by_pairs(d: Any, other: Any, /) -> None:
    """``d.update(other)``, where ``other`` holds keys with values."""
    for k, v in other:
        d[k] = v


def fill_in(d: Any, key: Any, factory: Any) -> None:
    """What a ``defaultdict`` does where a key that it lacks is looked up."""
    if key not in d:
        d[key] = factory()


def copy_ordered(d: Any, /) -> Any:
    """The ``copy`` of an ``OrderedDict``."""
    return collections.OrderedDict(d)


def move_to_end(d: Any, key: Any, last: Any = True) -> None:
    """``d.move_to_end(key, last)`` of an ``OrderedDict``."""
    rest = [] if last else [k for k in d if k != key]
    d[key] = d.pop(key)
    for k in rest:
        d[k] = d.pop(k)


def pop_ordered(d: Any, last: Any = True) -> Any:
    """``d.popitem(last)`` of an ``OrderedDict``."""
    if len(d) == 0:
        raise KeyError("dictionary is empty")
    key = list(d)[-1 if last else 0]
    return key, d.pop(key)


def count_of(d: Any, key: Any) -> Any:
    """``d[key]`` of a ``Counter``."""
    return at(d, key) if key in d else 0


def add_counts(d: Any, other: Any = (), /, **more: Any) -> None:
    """``d.update(other, **more)`` of a ``Counter``."""
    if isinstance(other, dict):
        for k in other:
            d[k] = at(other, k) + d[k]
    else:
        for k in other:
            d[k] = d[k] + 1
    if len(more) > 0:
        add_counts(d, more)


def subtract_counts(d: Any, other: Any = (), /, **less: Any) -> None:
    """``d.subtract(other, **less)`` of a ``Counter``."""
    if isinstance(other, dict):
        for k in other:
            d[k] = d[k] - at(other, k)
    else:
        for k in other:
            d[k] = d[k] - 1
    if len(less) > 0:
        subtract_counts(d, less)


def total_of_counts(d: Any, /) -> Any:
    """``d.total()`` of a ``Counter``."""
    return sum(dict_values(d))


# Of deques.
def make_room_left(d: Any, bound: Any) -> None:
    """What a full deque does before something is appended at the right."""
    if len(d) == bound:
        d.popleft()


def make_room_right(d: Any, bound: Any) -> None:
    """What a full deque does before something is appended at the left."""
    if len(d) == bound:
        d.pop()


def extend_right(d: Any, items: Any) -> None:
    """``d.extend(items)``."""
    for x in list(items):
        d.append(x)


def extend_left(d: Any, items: Any) -> None:
    """``d.extendleft(items)``."""
    for x in list(items):
        d.appendleft(x)


def rotate(d: Any, n: Any = 1) -> None:
    """``d.rotate(n)``: the last ``n`` come to the left."""
    if len(d) > 0:
        for _ in range(n % len(d)):
            d.appendleft(d.pop())


def clear_deque(d: Any) -> None:
    """``d.clear()``."""
    while len(d) > 0:
        d.pop()
