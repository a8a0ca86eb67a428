"""The types of cotangents beside those of their primals: what their parts are, and whether they fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from s2s_ad.analysis.broadcasting import same_length
from s2s_ad.analysis.sharing import kinds
from s2s_ad.ir.types import (
    UNKNOWN,
    Array,
    Axis,
    Closure,
    Deque,
    Dict,
    Instance,
    Iterable,
    Length,
    List,
    Map,
    Maybe,
    Number,
    Record,
    Tuple,
    Type,
    Unknown,
    is_differentiable,
    is_scalar,
    join_all,
)
from s2s_ad.rules.registry import WHOLE
from s2s_ad.transforms.ownership import is_immutable

_NOTHING = Instance(type(None))


def cotangent_type(t: Type) -> Type:
    """The type of the cotangents of values of type `t`."""
    if not is_differentiable(t):
        return _NOTHING
    match t:
        case Number("complex"):
            return Array(np.dtype(complex), (), loose=True)
        case Number():
            return Array(np.dtype(float), (), loose=True)
        case Array(dtype, ()):
            return Array(dtype, (), loose=True)
        case Array(dtype, axes):
            return Array(dtype, axes)
        case Tuple(items) | Closure(_, items):
            return Tuple(tuple(map(cotangent_type, items)))
        case Dict(keys, values) | Record(_, keys, values):
            return Dict(keys, tuple(map(cotangent_type, values)))
        case List(items=items) if items is not None:
            bars = tuple(map(cotangent_type, items))
            return List(join_all(bars), bars)
        case Map(key, item):
            return Map(key, cotangent_type(item))
        case Maybe(item):
            return cotangent_type(item)
        case List(item) | Iterable(item) | Deque(item):
            return List(cotangent_type(item))
    return UNKNOWN


def had_known_keys(t: Type, c: Type) -> bool:
    """Whether the keys of some dicts in a primal were known before a write, or a merge, that forgot them."""
    if isinstance(t, Dict) and isinstance(c, Map):
        return True
    types = static_parts(t)
    if types is None:
        types = (t.item,) if isinstance(t, (List, Deque, Map)) else ()
    bars = (c.item,) * len(types) if isinstance(c, (List, Map)) and static_parts(c) is None else parts_like(t, c)
    return bars is not None and any(map(had_known_keys, types, bars))


def sum_may_share(t: Type) -> bool:
    """Whether the sum of two cotangents of a primal of type `t` may have something of one of them in it."""
    if isinstance(t, (Unknown, Maybe)) or (isinstance(t, Map) and not is_immutable(t.item)):
        return True
    inside = static_parts(t) or ((t.item,) if isinstance(t, (List, Deque, Iterable)) else ())
    return any(map(sum_may_share, inside))


def static_parts(t: Type) -> tuple[Type, ...] | None:
    """The types of the parts of a structure that is known at compile time: all but lists of one type."""
    match t:
        case Tuple(items) | Dict(_, items) | Closure(_, items) | Record(values=items):
            return items
        case List(items=items):
            return items
    return None


def keys_of(t: Type) -> Sequence[Any]:
    """What the parts of a structure go by."""
    if isinstance(t, Dict):
        return t.keys
    return t.names if isinstance(t, Record) else range(len(static_parts(t) or ()))


def parts_like(t: Type, other: Type) -> tuple[Type, ...] | None:
    """The types of the parts of another structure, or cotangent, in the order of those of `t`; None if it has others.

    Two objects of one class may have got their attributes in different orders.
    """
    parts = static_parts(other)
    if parts is None or set(keys_of(other)) != set(keys_of(t)):
        return None
    return tuple(parts[list(keys_of(other)).index(key)] for key in keys_of(t))


def kinds_of_parts(t: Type, kind: Type) -> tuple[Type, ...]:
    """What the parts of a structure of type `t` are items of, where that itself is one among items of type `kind`."""
    parts = static_parts(t) or ()
    if isinstance(t, List):
        return (t.item,) * len(parts)
    is_alike = type(kind) is type(t) or (isinstance(t, Record) and isinstance(kind, Dict))
    return (parts_like(t, kind) if is_alike else None) or (UNKNOWN,) * len(parts)


def has_all_keys(t: Type) -> bool:
    """Whether the cotangent of a dict with late keys has all of them: whether what it holds are containers."""
    return isinstance(t, Map) and 1 in kinds(t.item)


def is_narrower(t: Type, c: Type) -> bool:
    """Whether a scalar is a float32, and its cotangent may be a float64, which would widen what it is a factor of."""
    if not isinstance(t, Array) or not isinstance(c, Array) or t.axes != () or c.axes != ():
        return False
    return t.dtype == np.float32 and c.dtype == np.float64


def fits(t: Type, c: Type, core: int = 0) -> bool:
    """Whether a cotangent of type `c` surely has the shape and dtype of a primal of type `t`; `core`: see `project`."""
    if is_scalar(t):
        return is_scalar(c) and not is_narrower(t, c)
    if isinstance(t, Array) and isinstance(c, Array) and t.axes is not None and c.axes is not None:
        target, source = with_core(t.axes, c.axes, core)
        assert source is not None
        same = len(target) == len(source) and all(map(same_length, target, source))
        return same and t.dtype == c.dtype and t.dtype is not None
    if isinstance(t, (Dict, Record)) and isinstance(c, Dict):
        bars = parts_like(t, c)
        return bars is not None and all(not is_differentiable(p) or fits(p, b, core) for p, b in zip(t.values, bars))
    if isinstance(t, (Tuple, Closure)) and isinstance(c, Tuple):
        parts = t.items if isinstance(t, Tuple) else t.captured
        return all(not is_differentiable(p) or fits(p, b, core) for p, b in zip(parts, c.items, strict=True))
    return isinstance(t, List) and isinstance(c, List) and fits(t.item, c.item, core)


def has_rows(t: Array, c: Type) -> bool:
    """Whether cotangents of type `c` fit the rows of an array of type `t`."""
    return bool(t.axes) and t.dtype is not None and fits(Array(t.dtype, t.axes[1:]), c)  # type: ignore[index]


def is_exact(t: Type, c: Type) -> bool:
    """Whether a finished cotangent of type `c` is of exactly the kind of a primal of type `t`."""
    match t:
        case _ if not is_differentiable(t):
            return c == _NOTHING
        case Number("float"):
            return isinstance(c, Number) and c.kind == "float"
        case Array() if t.axes != () and t.dtype is not None:
            return isinstance(c, Array) and c.axes != () and c.dtype == t.dtype
        case Tuple(items, cls) if cls is tuple:
            return isinstance(c, Tuple) and all(map(is_exact, items, c.items))
        case List(item):
            return isinstance(c, List) and is_exact(item, c.item)
    return False


def with_core(
    target: tuple[Axis, ...], source: tuple[Axis, ...] | None, core: int
) -> tuple[tuple[Axis, ...], tuple[Axis, ...] | None]:
    """The axes of a primal and of its cotangent, of which the last `core` are the same."""
    n = min(core, len(target))
    kept = tuple(Length(("core", i), many=True) for i in range(n))
    if source is None:
        return (kept, kept) if core == WHOLE else (target, None)
    if len(source) < n:
        return target, source
    return (*target[: len(target) - n], *kept), (*source[: len(source) - n], *kept)
