"""Questions about run-time values that types answer: what type one has, what is code, whose attributes are followed."""

from __future__ import annotations

import array
import functools
import io
import numbers
import random
from collections import deque
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from collections.abc import Iterable as Iterable_
from enum import Enum
from types import FunctionType, MethodType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from s2s_ad.ir.types import (
    INT,
    NEVER,
    Array,
    Dict,
    Instance,
    Iterable,
    Length,
    List,
    Number,
    Record,
    Static,
    Tuple,
    Type,
    is_differentiable,
    join_all,
)
from s2s_ad.objects import HEAP_TYPE, attributes_of, is_of_library


def type_of(value: object, name: Hashable = None) -> Type:
    """The type of a run-time value. `name` (made unique by the caller) names the lengths of its axes."""
    return _type_of(value, name, set(), ())


def _type_of(value: Any, name: Hashable, simple: set[int], above: tuple[int, ...]) -> Type:
    """As `type_of`; `simple` has the ids of objects that are no tangle, `above` those of the containers around."""
    kind = type(value)
    if kind in _NUMBERS:
        return Number(kind.__name__)
    if isinstance(value, (np.ndarray, np.generic)):
        return _type_of_array(value, name)
    if kind is range:
        return Iterable(INT)
    is_tuple = isinstance(value, tuple) and is_plain_tuple(kind)
    if kind is list or is_tuple or (kind is dict and all(map(_is_key, value))):
        if id(value) in above:
            return Instance(kind)
        return _type_of_container(value, name, simple, (*above, id(value)))
    if isinstance(value, Set) and unsupported_class(value) is not None:
        return Instance(Set)  # with something that could be differentiated in it
    fields = fields_of(value)
    if fields is None or (id(value) not in simple and _tangle(value, simple) is not None):
        return Instance(kind)
    types = (Static(v) if is_code(v) else _type_of(v, (name, k), simple, above) for k, v in fields.items())
    return Record(kind, tuple(fields), tuple(types))


def _type_of_container(value: Any, name: Hashable, simple: set[int], above: tuple[int, ...]) -> Type:
    def part(v: Any, name: Hashable) -> Type:
        return Static(v) if callable(v) and is_code(v) else _type_of(v, name, simple, above)

    if isinstance(value, dict):
        return Dict(tuple(value), tuple(part(v, (name, k)) for k, v in value.items()))
    if isinstance(value, tuple):
        return Tuple(tuple(part(v, (name, i)) for i, v in enumerate(value)), type(value))
    items = tuple(part(v, None) for v in value)
    if len(set(items)) <= 1 and not any(isinstance(i, Static) for i in items):
        return List(items[0] if items else NEVER)
    return List(join_all(items), items)


def is_plain_tuple(cls: type) -> bool:
    """Whether a class derived from `tuple` leaves it to that what its items are."""
    return all(getattr(cls, name) is getattr(tuple, name) for name in ("__getitem__", "__iter__", "__len__"))


def _is_key(key: object) -> bool:
    return isinstance(key, (str, int))


_NUMBERS = frozenset({bool, int, float, complex})
_PLAIN = (
    float, int, bool, complex, str, bytes, type(None), np.ndarray, np.generic, FunctionType, type, ModuleType, range,
)  # fmt: skip
_MOST_WAYS = 10_000


def tangle_of(value: Any) -> str | None:
    """Why an object has no gradient that has its structure: it is no tree, nor near to one; None where it has one."""
    return _tangle(value, set())


def _tangle(value: Any, simple: set[int]) -> str | None:
    """As `tangle_of`; the ids of all that is reached go into `simple` if there is no reason."""
    sizes: dict[int, int] = {}
    above: set[int] = set()

    def size(part: Any) -> int:
        """How many ways lead to what is under a part, as a tree; -1 where it refers to itself."""
        if id(part) in above:
            return -1
        if id(part) not in sizes:
            above.add(id(part))
            found = [size(v) for v in parts_of(part) if not isinstance(v, _PLAIN)]
            above.discard(id(part))
            sizes[id(part)] = -1 if -1 in found else 1 + sum(found)
        return sizes[id(part)]

    ways = size(value)
    if ways < 0:
        return "refers to itself"
    if ways > 10 * len(sizes) + _MOST_WAYS:
        return "holds objects that are reached in very many ways"
    simple.update(sizes)
    return None


def parts_of(value: Any) -> Iterable_[Any]:
    """What a container, or an object of a class written in Python, holds."""
    if isinstance(value, (list, tuple, set)):
        return value
    return value.values() if isinstance(value, dict) else (fields_of(value) or {}).values()


def is_code(value: Any) -> bool:
    """Whether a value is resolved at compile time: functions, classes, modules, and what steers the control flow."""
    if isinstance(value, (np.ndarray, np.generic, bool, int, float, complex, list, tuple, dict, set, range)):
        return False
    if isinstance(value, (ModuleType, str, bytes, type(None), np.dtype, slice, type(Ellipsis), type(np._NoValue))):
        return True
    if isinstance(value, Enum):
        return True
    return callable(value) and fields_of(value) is None


_ATOMS = (
    float, int, bool, complex, str, bytes, type(None), np.ndarray, np.generic, list, tuple, dict, set, frozenset, type,
    BaseException, ModuleType, FunctionType, MethodType, functools.partial, Enum, io.IOBase,
)  # fmt: skip


def fields_of(value: Any) -> dict[str, Any] | None:
    """The attributes of an object of a class that is written in Python, by name in order; None for anything else.

    A class that looks its attributes up in its own way is left alone; so are the standard library's.
    """
    cls = type(value)
    followed = cls is SimpleNamespace or (is_written_in_python(cls) and own_lookup(cls) is None)
    return attributes_of(value) if followed else None


def is_written_in_python(cls: type) -> bool:
    """Whether a class is of the user's making, and its objects are no numbers, containers, exceptions or the like."""
    if issubclass(cls, _ATOMS) or not cls.__flags__ & HEAP_TYPE:
        return False
    return not is_of_library(cls)


def own_lookup(cls: type) -> str | None:
    """The method by which a class looks all attributes up in its own way, or None."""
    is_own = found_in_class(cls, "__getattribute__") is not object.__getattribute__
    is_code = isinstance(found_in_class(cls, "__getattr__"), (FunctionType, type(MISSING)))
    return "__getattribute__" if is_own else None if is_code else "__getattr__"


MISSING = object()


def found_in_class(cls: type, name: str) -> Any:
    """What a class, or the first that it inherits from, has under a name, or `MISSING`; no descriptor is run."""
    return next((vars(c)[name] for c in cls.__mro__ if name in vars(c)), MISSING)


def unsupported_class(value: object, above: tuple[int, ...] = ()) -> type | None:
    """The class of something in `value` that is or holds numbers, and of which `type_of` knows nothing."""
    if id(value) in above:
        return type(value)  # it holds itself
    above = (*above, id(value))
    is_tuple = isinstance(value, tuple) and (type(value) is tuple or hasattr(value, "_fields"))
    if type(value) is list or (is_tuple and is_plain_tuple(type(value))):
        found = (unsupported_class(v, above) for v in value)  # type: ignore[attr-defined]
        return next((c for c in found if c is not None), None)
    if type(value) is dict:
        return unsupported_class(tuple(value.values()), above) if all(map(_is_key, value)) else dict
    if isinstance(value, np.ndarray):
        return type(value) if type(value) is not np.ndarray or value.dtype.kind == "O" else None
    if type(value) in (bool, int, float, complex) or isinstance(value, np.generic):
        return None
    if isinstance(value, (str, bytes, bytearray, range)):
        return None
    if isinstance(value, Set):
        held = any(isinstance(v, (float, complex, np.inexact)) or unsupported_class(v) is not None for v in value)
        return type(value) if held else None
    holders = (numbers.Number, Mapping, Sequence, deque, array.array, memoryview)
    is_iterator = isinstance(value, Iterator) and fields_of(value) is None
    return type(value) if isinstance(value, holders) or is_iterator or _hides_floats(value) else None


def _hides_floats(value: object) -> bool:
    """Whether an exception, or an object of a library, has attributes that could be differentiated."""
    if isinstance(value, (type, Enum, random.Random)) or fields_of(value) is not None:
        return False
    if not isinstance(value, BaseException) and not is_of_library(type(value)):
        return False
    held = [*attributes_of(value).values(), *(value.args if isinstance(value, BaseException) else ())]
    return any(is_differentiable(type_of(v)) for v in held)


def _type_of_array(value: Any, name: Hashable) -> Type:
    if type(value) is not np.ndarray and not isinstance(value, np.generic):
        return Instance(type(value))
    axes = tuple(
        1 if n == 1 else Length(None if name is None else (name, i), many=True) for i, n in enumerate(value.shape)
    )
    boxed = isinstance(value, np.ndarray) and value.ndim == 0
    return Array(value.dtype, axes, boxed=boxed, sure=boxed)
