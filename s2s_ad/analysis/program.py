"""What one compilation knows: the functions it has met, and the facts about the outside world that it relies on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from s2s_ad.frontend.check import check_syntax
from s2s_ad.frontend.desugar import desugar
from s2s_ad.frontend.lower import lower
from s2s_ad.frontend.source import LiveNames, deep_recursion, find_source, live_names
from s2s_ad.ir.nodes import Function, Operand
from s2s_ad.ir.types import NEVER, Type, type_of


@dataclass(frozen=True, eq=False)
class Lowered:
    """A Python function as untyped IR, with the names it sees."""

    fn: FunctionType
    code: Function
    names: LiveNames


_lowered: dict[int, tuple[Any, Function]] = {}


def lowered(fn: FunctionType) -> Lowered:
    """The IR of `fn`, made once for each code object."""
    known = _lowered.get(id(fn.__code__))
    if known is None:
        with deep_recursion():
            source = find_source(fn)
            check_syntax(source)
            desugar(source.node)
            known = _lowered[id(fn.__code__)] = (fn.__code__, lower(source))
    return Lowered(fn, known[1], live_names(fn))


@dataclass(eq=False)
class Instance:
    """A function for arguments of certain types. Its result is `Never` until a first pass has been over it."""

    name: str
    origin: Any
    code: Function
    names: LiveNames | None
    arg_types: tuple[Type, ...]
    statics: tuple[Operand | None, ...] = ()
    result_type: Type = NEVER
    typed: Function | None = None
    running: bool = False
    recursive: bool = False
    provisional: bool = False
    round: int = 0
    pure: bool = True

    @property
    def __name__(self) -> str:
        return self.name


MISSING = object()


@dataclass
class Guard:
    """A fact about the outside world: `read(name, MISSING)` still gives `value`.

    That is the very object, or, `by_type`, one of the type `value`; `seen` is the key of the last value that was.
    """

    read: Callable[[str, Any], Any]
    name: str
    value: Any
    by_type: bool = False
    seen: Any = MISSING

    def holds(self) -> bool:
        """Whether the fact is still true."""
        now = self.read(self.name, MISSING)
        if not self.by_type:
            return now is self.value or (type(now) is type(self.value) in (str, MethodType) and now == self.value)
        key = key_of(now)
        if key == self.seen:
            return True
        if type_of(now) != self.value:
            return False
        self.seen = key
        return True


_PLAIN = frozenset({float, int, bool, complex, type(None)})


def key_of(value: Any) -> Any:
    """A key that is quick to make: values of one key have one type."""
    kind = type(value)
    if kind in _PLAIN:
        return kind
    if kind is np.ndarray:
        return value.dtype, value.shape
    if kind is tuple or kind is list:
        return (kind, *map(key_of, value))
    if kind is dict:
        return (kind, *value, *map(key_of, value.values()))
    if kind is FunctionType or (not isinstance(value, np.generic) and callable(value)):
        return kind, id(value)
    return kind if kind is not str else value


@dataclass(eq=False)
class Program:
    """The instances of functions, and the guards, of one compilation."""

    guards: dict[Any, Guard] = field(default_factory=dict)
    instances: dict[Any, Instance] = field(default_factory=dict)
    stack: list[Instance] = field(default_factory=list)
    round: int = 0
    names_of: dict[Function, LiveNames | None] = field(default_factory=dict)

    def guard(self, key: Any, read: Callable[[str, Any], Any], name: str, value: Any, *, by_type: bool = False) -> None:
        """Rely on a fact from now on."""
        if key not in self.guards:
            self.guards[key] = Guard(read, name, value, by_type)
