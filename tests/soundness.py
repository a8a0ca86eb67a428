"""Whether what the compiler says of a value's type is true of the value."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from s2s_ad.analysis.slice_lengths import Cut
from s2s_ad.ir.types import (
    Absent,
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
    Never,
    Number,
    Numeric,
    Record,
    Static,
    Tuple,
    Type,
    Unknown,
)
from s2s_ad.objects import attributes_of

KINDS = {
    "bool": (bool,),
    "int": (int,),
    "float": (float,),
    "whole": (bool, int),
    "real": (int, float),
    "number": (bool, int, float),
    "complex": (bool, int, float, complex),
}


class Binding:
    """The lengths that names of axes stand for."""

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}

    def length(self, axis: Axis) -> int | None:
        """The length that an axis is claimed to have, if it is claimed at all."""
        if isinstance(axis, int):
            return axis
        match axis.name:
            case None:
                return None
            case Cut(of, law):
                base = self.length(of)
                return None if base is None else law(base)
            case ("const", n):
                return int(n)
            case ("sum", *axes):
                return sum(map(self.must, axes))
            case ("product", *axes):
                return int(np.prod(list(map(self.must, axes))))
            case ("piece", of, n, i):
                return self.must(of) // n + (i < self.must(of) % n)
        return self.known.get(axis.name)

    def must(self, axis: Axis) -> int:
        """The length of an axis that has to have a name."""
        found = self.length(axis)
        assert found is not None
        return found

    def bind(self, t: Type, value: Any) -> None:
        """Learn the lengths of an argument's axes."""
        if isinstance(t, Tuple):
            for item, part in zip(t.items, value, strict=True):
                self.bind(item, part)
        if isinstance(t, Array):
            for axis, n in zip(t.axes or (), np.shape(value), strict=True):
                if isinstance(axis, Length) and axis.name is not None:
                    assert self.known.setdefault(axis.name, n) == n

    def check(self, t: Type, value: Any) -> None:
        """Assert all that `t` says of `value`."""
        match t:
            case Numeric(number, array):
                self.check(array if np.ndim(value) else number, value)
            case Unknown():
                return
            case Number(kind):
                assert type(value) in KINDS[kind]
            case Array():
                self.check_array(t, value)
            case Tuple(items, cls):
                assert type(value) is cls
                assert len(value) == len(items)
                for item, part in zip(items, value, strict=True):
                    self.check(item, part)
            case List(item, items):
                assert type(value) is list
                assert items is None or len(items) == len(value)
                for i, part in enumerate(value):
                    self.check(item, part)
                    self.check(item if items is None else items[i], part)
            case Maybe(item):
                assert value is None or self.holds(item, value)
            case Dict(keys, values):
                assert type(value) is dict
                assert list(value) == list(keys)
                for part, v in zip(values, value.values(), strict=True):
                    self.check(part, v)
            case Map(key, item, cls):
                assert type(value) is cls
                for k, v in value.items():
                    self.check(key, k)
                    self.check(item, v)
            case Deque(item):
                assert type(value) is deque
                for v in value:
                    self.check(item, v)
            case Record(cls, names, values):
                assert type(value) is cls
                self.check_attributes(dict(zip(names, values, strict=True)), value)
            case Instance(cls):
                assert cls is object or type(value) is cls
            case Iterable() | Closure() | Static() | Never():
                return
            case _:
                raise AssertionError(t)

    def holds(self, t: Type, value: Any) -> bool:
        """The same, as what is asserted."""
        self.check(t, value)
        return True

    def check_attributes(self, types: dict[str, Type], value: Any) -> None:
        """Assert what is said of the attributes of an object."""
        for name, t in types.items():
            own = attributes_of(value)
            assert isinstance(t, Absent) if name not in own else self.holds(t, own[name])

    def check_array(self, t: Array, value: Any) -> None:
        """Assert what an array's type says of its dtype, its kind and its axes."""
        assert t.loose or isinstance(value, (np.ndarray, np.generic))
        dtype = np.asarray(value).dtype
        assert (t.loose and not t.floating and type(value) in (bool, int)) or (
            dtype == t.dtype if t.dtype is not None else dtype.kind == "f"
        )
        if t.axes is None:
            return
        assert np.ndim(value) == len(t.axes)
        assert t.axes or t.boxed or not isinstance(value, np.ndarray)
        assert not t.sure or isinstance(value, np.ndarray)
        for axis, n in zip(t.axes, np.shape(value), strict=True):
            assert self.length(axis) in (None, n)
            assert n != 1 or axis == 1 or not axis.many  # type: ignore[union-attr]


class Nameless(Binding):
    """Where names may stand for other lengths each time, as in a function that calls itself."""

    def length(self, axis: Axis) -> int | None:
        """The length of an axis that is the same at any time."""
        if isinstance(axis, int):
            return axis
        return int(axis.name[1]) if isinstance(axis.name, tuple) and axis.name[:1] == ("const",) else None
