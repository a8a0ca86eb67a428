"""Facts that compiled code relies on, and quick tests of them.

A `Guard` is a fact about the outside world: what a global, an attribute of a module, a function's code or a cell holds.
`recogniser` writes one expression that tests all guards together with the types of the arguments, such as

    lambda x: (type(x) is ndarray and x.dtype is dtype_0
               and ((s := x.shape) == (200, 3) or len(s) == 2 and s[0] != 1 and s[1] != 1)
               and globals_0["np"] is module_0)

It says yes only to what has exactly the types that it was made from, and may say no where a slower look would say yes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import MethodType
from typing import Any

import numpy as np

from s2s_ad.ir.types import Record
from s2s_ad.ir.values import MISSING as MISSING
from s2s_ad.ir.values import fields_of, type_of
from s2s_ad.objects import slots_of

_PLAIN = frozenset({float, int, bool, complex})
_EQUAL = (int, str, MethodType)
_LONG = 16


@dataclass(frozen=True, eq=False)
class Guard:
    """The item or attribute `name` of `holder` (a namespace, module, function, cell, …) is still `value`.

    That is the very object, or, `by_type`, one of the type `value`.
    """

    holder: Any
    name: Any
    value: Any
    by_type: bool = False

    def read(self) -> Any:
        """What is there now, or `MISSING`."""
        if isinstance(self.holder, dict):
            return self.holder.get(self.name, MISSING)
        if isinstance(self.holder, tuple):
            return self.holder[self.name]
        try:
            return getattr(self.holder, self.name, MISSING)
        except ValueError:  # an empty cell
            return MISSING

    def holds(self) -> bool:
        """Whether the fact is still true."""
        now = self.read()
        if self.by_type:
            return now is not MISSING and type_of(now) == self.value
        return now is self.value or (type(now) is type(self.value) in _EQUAL and bool(now == self.value))


def recogniser(
    values: Sequence[Any], guards: Iterable[Guard], is_code: Callable[[Any], bool]
) -> Callable[..., bool] | None:
    """Tells whether other values have the types of these and the guards hold; None where it would be a long text.

    Functions and other code among the values must be the very same. What it is asked about may be of any kind, so it
    may raise.
    """
    writer = _Writer(is_code)
    names = [f"a{i}" for i in range(len(values))]
    tests = [t for name, value in zip(names, values, strict=True) for t in writer.likeness(name, name, value)]
    tests += [t for guard in guards for t in writer.guard(guard)]
    if len(tests) > 40 * _LONG:
        return None
    made: Callable[..., bool] = eval(f"lambda {', '.join(names)}: {' and '.join(tests) or True}", writer.scope)
    return made


class _Writer:
    """Writes tests as Python expressions over objects that it binds to names."""

    def __init__(self, is_code: Callable[[Any], bool]) -> None:
        self.scope: dict[str, Any] = {"ndarray": np.ndarray, "type_of": type_of}
        self._is_code = is_code
        self._variables = 0

    def bind(self, value: Any) -> str:
        """A name for an object."""
        name = f"_{len(self.scope)}"
        self.scope[name] = value
        return name

    def guard(self, guard: Guard) -> list[str]:
        """Tests of a guard that holds now."""
        holder = self.bind(guard.holder)
        is_table = isinstance(guard.holder, (dict, tuple))
        if guard.value is MISSING:
            return [f"{guard.name!r} not in {holder}" if is_table else f"not hasattr({holder}, {guard.name!r})"]
        read = f"{holder}[{guard.name!r}]" if is_table else f"{holder}.{guard.name}"
        if guard.by_type:
            name = self._variable()
            return self.likeness(f"({name} := {read})", name, guard.read())
        if type(guard.value) in (int, str):
            name, kind = self._variable(), type(guard.value).__name__
            return [f"type({name} := {read}) is {kind}", f"{name} == {self.bind(guard.value)}"]
        return [f"{read} {'==' if isinstance(guard.value, MethodType) else 'is'} {self.bind(guard.value)}"]

    def likeness(self, first: str, name: str, value: Any) -> list[str]:
        """Tests that something has the type of `value`: `first` is its expression the first time, then `name`."""
        kind = type(value)
        if kind in _PLAIN:
            return [f"type({first}) is {self.bind(kind)}"]
        if kind in (str, bytes):
            return [f"type({first}) is {kind.__name__}", f"{name} == {self.bind(value)}"]
        if value is None or self._is_code(value):
            return [f"{first} is {self.bind(value)}"]
        if kind is np.ndarray:
            return self._array(first, name, value)
        if isinstance(value, np.generic):
            return [f"type({first}) is {self.bind(kind)}", f"{name}.dtype is {self.bind(value.dtype)}"]
        if kind in (tuple, list) and len(value) <= _LONG:
            return self._sequence(first, name, value)
        fields = fields_of(value)
        if fields is not None and not slots_of(kind) and isinstance(type_of(value), Record):
            return self._record(first, name, fields, kind)
        if kind is list and type(value[0]) in _PLAIN and all(type(v) is type(value[0]) for v in value):
            return [f"type({first}) is list", f"set(map(type, {name})) == {self.bind({type(value[0])})}"]
        return [f"type_of({first}) == {self.bind(type_of(value))}"]

    def _array(self, first: str, name: str, value: Any) -> list[str]:
        tests = [f"type({first}) is ndarray", f"{name}.dtype is {self.bind(value.dtype)}"]
        shape = self._variable()
        alike = [f"len({shape}) == {value.ndim}"]
        alike += [f"{shape}[{i}] {'==' if n == 1 else '!='} 1" for i, n in enumerate(value.shape)]
        # mostly it is the very shape of the first call
        return [*tests, f"(({shape} := {name}.shape) == {value.shape} or {' and '.join(alike)})"]

    def _sequence(self, first: str, name: str, value: Any) -> list[str]:
        tests = [f"type({first}) is {type(value).__name__}", f"len({name}) == {len(value)}"]
        for i, item in enumerate(value):
            variable = self._variable()
            tests += self.likeness(f"({variable} := {name}[{i}])", variable, item)
        return tests

    def _record(self, first: str, name: str, fields: dict[str, Any], cls: type) -> list[str]:
        own = self._variable()
        tests = [f"type({first}) is {self.bind(cls)}", f"len({own} := {name}.__dict__) == {len(fields)}"]
        for key, item in fields.items():
            variable = self._variable()
            tests += self.likeness(f"({variable} := {own}[{key!r}])", variable, item)
        return tests

    def _variable(self) -> str:
        self._variables += 1
        return f"v{self._variables}"
