"""What Python objects are and hold, as the compiler and generated code both have to know it."""

from __future__ import annotations

import logging
import sys
from collections import deque
from collections.abc import Iterator
from enum import Enum
from types import FunctionType, MemberDescriptorType, MethodType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np

_LIBRARIES = frozenset({"s2s_ad", "numpy", "scipy"})
HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: the class is written in Python
_WRITING = frozenset({
    "append", "clear", "extend", "fill", "insert", "itemset", "partition", "pop", "popitem", "put", "remove", "resize",
    "reverse", "setdefault", "setfield", "setflags", "sort", "update", "add", "discard", "byteswap", "appendleft",
    "extendleft", "popleft", "rotate", "move_to_end", "difference_update", "intersection_update",
    "symmetric_difference_update",
})  # fmt: skip
CONTAINERS = (list, dict, set, deque, np.ndarray)
_SETTING = ("__set", "__del", *(f"__i{name}" for name in ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod")),
            *(f"__i{name}" for name in ("pow", "and", "or", "xor", "lshift", "rshift")))  # fmt: skip


def attributes_of(x: Any) -> dict[str, Any]:
    """The attributes of an object of a class that is written in Python, in its slots and its dict; no others."""
    if not type(x).__flags__ & HEAP_TYPE and not isinstance(x, SimpleNamespace):
        return {}
    found = {name: getattr(x, name) for name in slots_of(type(x)) if hasattr(x, name)}
    return found | getattr(x, "__dict__", {})


def is_of_library(definition: Any) -> bool:
    """Whether a class or a function is one of the standard library, of NumPy or of another library that is known.

    `argparse.Namespace` counts as the user's: it holds what the user puts there. So do our own iterators.
    """
    found = getattr(definition, "__module__", None)
    module = found if isinstance(found, str) else ""  # in a class, anything
    home = module.partition(".")[0]
    if home == "__main__" or module.startswith("s2s_ad.rules."):
        return False
    if (home, getattr(definition, "__name__", None)) == ("argparse", "Namespace"):
        return False
    return home in sys.stdlib_module_names or home in _LIBRARIES


def slots_of(cls: type) -> list[str]:
    """The attributes for which the objects of a class have slots."""
    slotted = [c for c in reversed(cls.__mro__) if c.__flags__ & HEAP_TYPE and "__slots__" in vars(c)]
    return [name for c in slotted for name, found in vars(c).items() if isinstance(found, MemberDescriptorType)]


def is_writing(name: str) -> bool:
    """Whether a method of this name writes to the array, list, dict, set or deque that it belongs to."""
    return name in _WRITING or name.startswith(_SETTING)


def inside(*values: Any) -> Iterator[tuple[Any, bool]]:
    """These values and all that is in them, each with whether it holds something; whoever asks has to see to cycles."""
    pending = list(values)
    while pending:
        value = pending.pop()
        parts = parts_of(value)
        yield value, parts is not None
        pending += parts or ()


def parts_of(value: Any) -> Any:
    """What a tuple, list, dict or object holds; None for everything else."""
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, (ModuleType, FunctionType, MethodType, type, Enum, logging.Logger)):
        return None
    return attributes_of(value).values() or getattr(value, "__dict__", {}).values() or None
