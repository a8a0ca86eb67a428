"""Questions about run-time values that types answer: what type one has, what is code, whose attributes are followed."""

from __future__ import annotations

import array
import functools
import inspect
import numbers
import sys
from collections import deque
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
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
    join_all,
)


def type_of(value: object, name: Hashable = None) -> Type:
    """The type of a run-time value. `name` (made unique by the caller) names the lengths of its axes."""
    if isinstance(value, (bool, int, float, complex)) and type(value) in (bool, int, float, complex):
        return Number(type(value).__name__)
    if isinstance(value, (np.ndarray, np.generic)):
        return _type_of_array(value, name)
    if isinstance(value, tuple):
        return Tuple(tuple(type_of(v, (name, i)) for i, v in enumerate(value)), type(value))
    if type(value) is list:
        return _type_of_list(value)
    if type(value) is dict and all(isinstance(k, (str, int)) for k in value):
        return Dict(tuple(value), tuple(type_of(v, (name, k)) for k, v in value.items()))
    if type(value) is range:
        return Iterable(INT)
    fields = fields_of(value)
    if fields is None or _refers_to_itself(value, ()):
        return Instance(type(value))
    types = (Static(v) if is_code(v) else type_of(v, (name, k)) for k, v in fields.items())
    return Record(type(value), tuple(fields), tuple(types))


def is_code(value: Any) -> bool:
    """Whether a value is resolved at compile time: functions, classes, modules, and what steers the control flow."""
    if isinstance(value, (np.ndarray, np.generic, bool, int, float, complex, list, tuple, dict, set, range)):
        return False
    if isinstance(value, (ModuleType, str, bytes, type(None), np.dtype, slice, type(Ellipsis), type(np._NoValue))):
        return True
    return callable(value) and fields_of(value) is None


_ATOMS = (
    float, int, bool, complex, str, bytes, type(None), np.ndarray, np.generic, list, tuple, dict, set, frozenset, type,
    BaseException, ModuleType, FunctionType, MethodType, functools.partial, Iterator,
)  # fmt: skip


def fields_of(value: Any) -> dict[str, Any] | None:
    """The attributes of an object of a class that is written in Python, by name in order; None for anything else.

    A class that looks its attributes up in its own way, or has slots, is left alone; so are the standard library's.
    """
    cls = type(value)
    if cls is SimpleNamespace:
        return dict(value.__dict__)
    if isinstance(value, _ATOMS) or not cls.__flags__ & _HEAP_TYPE or not hasattr(value, "__dict__"):
        return None
    lookup: Any = inspect.getattr_static(cls, "__getattribute__")
    own_lookup = lookup is not object.__getattribute__ or hasattr(cls, "__getattr__")
    home = cls.__module__.partition(".")[0]
    library = (home in sys.stdlib_module_names and home != "__main__") or home in _LIBRARIES
    return None if own_lookup or library else dict(value.__dict__)


_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_LIBRARIES = frozenset({"s2s_ad", "numpy", "scipy"})


def _refers_to_itself(value: Any, above: tuple[int, ...]) -> bool:
    """Whether an object is reached again from its own attributes."""
    if id(value) in above:
        return True
    if isinstance(value, (list, tuple, set)):
        parts: Any = value
    elif isinstance(value, dict):
        parts = value.values()
    else:
        parts = (fields_of(value) or {}).values()
    above = (*above, id(value))
    return any(not isinstance(v, _PLAIN) and _refers_to_itself(v, above) for v in parts)


_PLAIN = (float, int, bool, complex, str, bytes, type(None), np.ndarray, np.generic, FunctionType, type, ModuleType)


def unsupported_class(value: object) -> type | None:
    """The class of something in `value` that is or holds numbers, and of which `type_of` knows nothing."""
    if type(value) in (list, tuple) or (isinstance(value, tuple) and hasattr(value, "_fields")):
        return next((c for c in map(unsupported_class, value) if c is not None), None)  # type: ignore[call-overload]
    if type(value) is dict:
        odd = not all(isinstance(k, (str, int)) for k in value)
        return dict if odd else unsupported_class(list(value.values()))
    if isinstance(value, np.ndarray):
        return type(value) if type(value) is not np.ndarray or value.dtype.kind == "O" else None
    if type(value) in (bool, int, float, complex) or isinstance(value, np.generic):
        return None
    if isinstance(value, (str, bytes, bytearray, range)):
        return None
    if isinstance(value, Set):
        held = any(isinstance(v, (float, complex, np.inexact)) or unsupported_class(v) is not None for v in value)
        return type(value) if held else None
    holders = (numbers.Number, Mapping, Sequence, Iterator, deque, array.array, memoryview)
    return type(value) if isinstance(value, holders) else None


def _type_of_array(value: Any, name: Hashable) -> Type:
    if type(value) is not np.ndarray and not isinstance(value, np.generic):
        return Instance(type(value))
    axes = tuple(
        1 if n == 1 else Length(None if name is None else (name, i), many=True) for i, n in enumerate(value.shape)
    )
    return Array(value.dtype, axes, boxed=isinstance(value, np.ndarray) and value.ndim == 0)


def _type_of_list(value: list[Any]) -> Type:
    items = tuple(type_of(v) for v in value)
    if len(set(items)) <= 1:
        return List(items[0] if items else NEVER)
    return List(join_all(items), items)
