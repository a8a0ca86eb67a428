"""What is known at compile time about a run-time value.

    Type ::= Unknown | Never | Number(kind) | Array(dtype, axes) | Sequence types | Closure | Record | Static
           | Instance(cls) | Maybe(Type)

`Never` is the type of no value at all (an unbound variable, code after `raise`), the bottom of the lattice; `Unknown`
is the top. An axis of an array is the number 1 (its length is one) or a `Length`: a symbolic length. Two axes with the
same named length are equally long; a `Length` that is `many` is not one. This is what decides every broadcast.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Length:
    """The symbolic length of an axis. `name` None: nothing else is known to be as long."""

    name: Hashable = None
    many: bool = False


ANY = Length()
MANY = Length(None, many=True)
Axis = int | Length


@dataclass(frozen=True)
class Type:
    """Base of all types."""


@dataclass(frozen=True)
class Unknown(Type):
    """Any value at all."""


@dataclass(frozen=True)
class Lost(Unknown):
    """A value that may be one of several nested functions, which generated code has no objects for."""


@dataclass(frozen=True)
class Never(Type):
    """No value: control does not get here, or the variable is not bound."""


@dataclass(frozen=True)
class Number(Type):
    """A Python number. `axis`: it is its length.

    `kind` is bool, int, float, complex, or one that leaves it open: "whole" (bool or int), "real" (int or float),
    "number" (one of the three).
    """

    kind: str
    axis: Axis | None = None


@dataclass(frozen=True)
class Array(Type):
    """An ndarray, or a NumPy scalar where the rank is 0.

    `dtype` None is an undecided floating dtype; `axes` None an unknown rank. `boxed`: it may be a 0-d ndarray, which is
    mutable; `sure`: it is one. `loose`: a rank-0 value that may be a Python number instead, which is `floating` if it
    surely is a float then.
    """

    dtype: np.dtype[Any] | None
    axes: tuple[Axis, ...] | None
    boxed: bool = False
    loose: bool = False
    sure: bool = False
    floating: bool = False


@dataclass(frozen=True)
class Numeric(Unknown):
    """A number, or an array that has axes: what a sum is that starts as a number."""

    number: Number | Array
    array: Array


@dataclass(frozen=True)
class Tuple(Type):
    """A tuple of known length; `cls` is the named tuple's class where it is one."""

    items: tuple[Type, ...]
    cls: type = tuple


@dataclass(frozen=True)
class List(Type):
    """A list. `items` gives the type of each element where the length is known and the types differ."""

    item: Type
    items: tuple[Type, ...] | None = None


@dataclass(frozen=True)
class Dict(Type):
    """A dict with these constant keys, in order."""

    keys: tuple[Hashable, ...]
    values: tuple[Type, ...]


@dataclass(frozen=True)
class Map(Type):
    """A dict whose keys, of type `key`, are known only at run time.

    `cls`: dict or one of the classes of `collections` derived from it; `default`: the factory of a `defaultdict`.
    """

    key: Type
    item: Type
    cls: type = dict
    default: Any = None

    def holding(self, key: Type, item: Type) -> Map:
        """The type when there are such keys and values too."""
        keys = {k for k in (self.key, key) if not isinstance(k, Never)}
        joined = keys.pop() if len(keys) == 1 else Instance(object) if keys else NEVER
        return replace(self, key=joined, item=join(self.item, item))


@dataclass(frozen=True)
class Deque(Type):
    """A `collections.deque` of at most `bound` items; `LATE`: it is not known of how many."""

    item: Type
    bound: int | None = None


@dataclass(frozen=True)
class Maybe(Type):
    """None, or a value of type `item`."""

    item: Type


@dataclass(frozen=True)
class Absent(Maybe):
    """An attribute of type `item` that an object may lack: it has been set on one of several ways."""


@dataclass(frozen=True)
class Iterable(Type):
    """A lazy iterable (`range`, `zip`, `enumerate`, `reversed`) that yields `item`."""

    item: Type


@dataclass(frozen=True)
class Closure(Type):
    """A nested function: its code, an `ir.nodes.Function`, and the types of the variables that it captures."""

    code: Any
    captured: tuple[Type, ...]


@dataclass(frozen=True)
class Record(Type):
    """An object of exactly the class `cls`, which is written in Python, with these attributes of its own."""

    cls: type
    names: tuple[str, ...]
    values: tuple[Type, ...]


@dataclass(frozen=True, eq=False)
class Static(Type):
    """One very function, class, module or string: an attribute that steers what a method does."""

    value: Any

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Static):
            return False
        return self.value is other.value or (type(self.value) is str is type(other.value) and self.value == other.value)

    def __hash__(self) -> int:
        return hash(self.value) if type(self.value) is str else id(self.value)


@dataclass(frozen=True)
class Instance(Type):
    """An object of exactly the class `cls`, of which nothing is differentiated (a string, None, a slice, …)."""

    cls: type


LATE = -1
UNKNOWN = Unknown()
LOST = Lost()
NEVER = Never()
INT = Number("int")
FLOAT = Number("float")
BOOL = Number("bool")
FLOAT64 = Array(np.dtype(np.float64), ())

_NONE = Instance(type(None))
_OPTIONAL = (Number, Array, Tuple, List, Dict, Map, Deque, Record)
_KINDS: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "float": (float,),
    "whole": (bool, int),
    "real": (int, float),
    "number": (bool, int, float),
    "complex": (bool, int, float, complex),
}


def is_differentiable(t: Type) -> bool:
    """Whether values of type `t` have a tangent space other than {0}; true for `Unknown`, which may."""
    match t:
        case Number(kind):
            return kind in ("float", "real", "number", "complex")
        case Array(dtype):
            return dtype is None or dtype.kind in "fc"
        case Tuple(items) | Dict(_, items) | Closure(_, items) | Record(values=items):
            return any(map(is_differentiable, items))
        case List(item) | Iterable(item) | Map(_, item) | Deque(item) | Maybe(item):
            return is_differentiable(item)
        case Unknown():
            return True
    return False


def hides_derivative(t: Type) -> bool:
    """Whether a value of type `t` may hold floats, whose derivatives are not followed."""
    if isinstance(t, Array):
        return t.dtype is not None and t.dtype.kind in "OUSV"
    return t == Instance(slice)


def is_complex(t: Type) -> bool:
    """Whether a value of type `t` is surely complex, or holds something that is."""
    match t:
        case Number(kind):
            return kind == "complex"
        case Array(dtype):
            return dtype is not None and dtype.kind == "c"
        case Tuple(items) | Dict(_, items) | Closure(_, items) | Record(values=items):
            return any(map(is_complex, items))
        case List(item) | Iterable(item) | Map(_, item) | Deque(item) | Maybe(item):
            return is_complex(item)
    return False


def is_scalar(t: Type) -> bool:
    """Whether `t` is a Python number or an array of rank 0."""
    return isinstance(t, Number) or (isinstance(t, Array) and t.axes == ())


def holds_unknown(t: Type) -> bool:
    """Whether `t` is unknown, or an object with something unknown in it."""
    if isinstance(t, (Record, Tuple)):
        return any(map(holds_unknown, t.values if isinstance(t, Record) else t.items))
    return isinstance(t, Unknown)


def object_in(t: Type) -> type | None:
    """The class of an object in a value of type `t`."""
    return next(classes_in(t), None)


def classes_in(t: Type, *, within: bool = False) -> Iterator[type]:
    """The classes of the objects in a value of type `t`, and `within` these, if that is asked for."""
    if isinstance(t, Record):
        yield t.cls
        for value in t.values if within else ():
            yield from classes_in(value, within=True)
        return
    if isinstance(t, (List, Iterable, Map, Deque, Maybe)):
        parts: tuple[Type, ...] = (t.item, *(getattr(t, "items", None) or ()))
    else:
        parts = t.items if isinstance(t, Tuple) else t.values if isinstance(t, Dict) else ()
    for part in parts:
        yield from classes_in(part, within=within)


def holds_different_objects(t: Type) -> bool:
    """Whether `t` is a list of a known length with functions, or with objects that have no type in common."""
    if not isinstance(t, List) or t.items is None:
        return False
    if any(isinstance(i, Static) for i in t.items):
        return True
    return any(isinstance(i, Record) for i in t.items) and holds_unknown(t.item)


def without_none(t: Type) -> Type:
    """The type of what may be None where it is not."""
    return t.item if isinstance(t, Maybe) else t


def part_type(t: Type, key: Any) -> Type:
    """The type of the part of a structure, or of the cotangent of one, that goes by this key."""
    match t:
        case Tuple(items) | List(items=tuple(items)) if type(key) is int and -len(items) <= key < len(items):
            return items[key]
        case Dict(keys, values) | Record(_, keys, values) if key in keys:
            return values[keys.index(key)]
    return UNKNOWN


def has_key(t: Type, key: Any) -> bool:
    """Whether an object, or a dict, of such a type has a part by this key."""
    return (isinstance(t, Record) and key in t.names) or (isinstance(t, Dict) and key in t.keys)


def with_parts(t: Type, parts: dict[Any, Type]) -> Type:
    """The type of a structure with other types for some of its parts."""
    match t:
        case Tuple(items):
            return replace(t, items=tuple(parts.get(i, item) for i, item in enumerate(items)))
        case Closure(_, captured):
            return replace(t, captured=tuple(parts.get(i, item) for i, item in enumerate(captured)))
        case Dict(keys, values):
            return replace(t, values=tuple(parts.get(k, v) for k, v in zip(keys, values, strict=True)))
        case Record(_, names, values):
            return replace(t, values=tuple(parts.get(k, v) for k, v in zip(names, values, strict=True)))
        case List(item, items):
            known = None if items is None else tuple(parts.get(i, t) for i, t in enumerate(items))
            return List(join_all((item, *parts.values())), known)
        case Maybe(item):
            return replace(t, item=with_parts(item, parts))
    return t


def join_axis(a: Axis, b: Axis) -> Axis:
    """What is known of an axis that is either `a` or `b`."""
    if a == b:
        return a
    return MANY if isinstance(a, Length) and isinstance(b, Length) and a.many and b.many else ANY


def join(a: Type, b: Type) -> Type:
    """The least type that holds every value of `a` and of `b`."""
    if a == b:
        return a
    match a, b:
        case (Never(), t) | (t, Never()):
            return t
        case Closure(), Closure() if a.code is b.code:
            return Closure(a.code, tuple(map(join, a.captured, b.captured)))
        case ((Closure() | Lost()), _) | (_, (Closure() | Lost())):
            return LOST
        case (Maybe(), _) | (_, Maybe()):
            return _join_maybe(a, b)
        case _ if _is_none(a) or _is_none(b):
            return _join_maybe(a, b)
        case Number(), Number():
            return Number(_join_kinds(a.kind, b.kind))
        case (Number(), Array(axes=())) | (Array(axes=()), Number()):
            return _join_loose(a, b)
        case Array(), Array():
            return _join_arrays(a, b)
        case Tuple(), Tuple() if a.cls is b.cls and len(a.items) == len(b.items):
            return Tuple(tuple(map(join, a.items, b.items)), a.cls)
        case List(), List():
            return List(join(a.item, b.item))
        case Dict(), Dict() if a.keys == b.keys:
            return Dict(a.keys, tuple(map(join, a.values, b.values)))
        case Deque(), Deque():
            return Deque(join(a.item, b.item), a.bound if a.bound == b.bound else LATE)
        case Map(), Map() if a.cls is b.cls and a.default is b.default and _are_alike(a.item, b.item):
            return a.holding(b.key, b.item)
        case (Map(cls=cls), Dict() as known) | (Dict() as known, Map(cls=cls)) if cls is dict:
            return join(a if known is b else b, as_map(known))
        case Dict(), Dict() if _are_alike(item := as_map(a).item, more := as_map(b).item):
            return as_map(a).holding(as_map(b).key, join(item, more))
        case Record(), Record() if a.cls is b.cls and a.names == b.names:
            return Record(a.cls, a.names, tuple(map(join, a.values, b.values)))
        case Record(), Record() if a.cls is b.cls:
            return _join_records(a, b)
        case Iterable(), Iterable():
            return Iterable(join(a.item, b.item))
        case ((Number() | Array() | Numeric()), (Number() | Array() | Numeric())):
            return _join_numeric(a, b)
    return UNKNOWN


def _join_records(a: Record, b: Record) -> Type:
    """The join of the types of two objects of one class that have other attributes."""
    names = tuple(dict.fromkeys((*a.names, *b.names)))
    rows = [[t.values[t.names.index(name)] for t in (a, b) if name in t.names] for name in names]
    values = tuple(join(*row) if len(row) == 2 else _absent(*row) for row in rows)
    return UNKNOWN if any(isinstance(v, Unknown) for v in values) else Record(a.cls, names, values)


def _absent(t: Type) -> Type:
    """The type of an attribute that an object may lack, if it can have one."""
    item = t.item if isinstance(t, Absent) else t
    return Absent(item) if isinstance(item, _OPTIONAL) else UNKNOWN


def _join_maybe(a: Type, b: Type) -> Type:
    """The join of types of which one is that of None, or of what may be None or missing."""
    if isinstance(a, Absent) or isinstance(b, Absent):
        return _absent(join(*(t.item if isinstance(t, Absent) else t for t in (a, b))))
    items = [without_none(t) for t in (a, b) if not _is_none(t)]
    joined = join_all(tuple(items)) if items else _NONE
    return Maybe(joined) if isinstance(joined, _OPTIONAL) else joined if joined == _NONE else UNKNOWN


def _is_none(t: Type) -> bool:
    """Whether this is the type of None."""
    return t == _NONE or (isinstance(t, Static) and t.value is None)


def _are_alike(a: Type, b: Type) -> bool:
    """Whether something more than nothing is known of what is either of type `a` or of type `b`."""
    return a == b or not isinstance(join(a, b), Unknown)


def as_map(t: Dict) -> Map:
    """The type of a dict when its keys are forgotten."""
    made = Map(NEVER, NEVER)
    for key, item in zip(t.keys, t.values, strict=True):
        made = made.holding(key_type(key), item)
    return made


def key_type(key: Hashable) -> Type:
    """The type of a constant key of a dict."""
    if type(key) is tuple:
        return Tuple(tuple(map(key_type, key)))
    return Number(type(key).__name__) if type(key) in (bool, int, float) else Instance(type(key))


def join_all(types: tuple[Type, ...]) -> Type:
    """The join of any number of types; `Never` for none."""
    joined: Type = NEVER
    for t in types:
        joined = join(joined, t)
    return joined


def _join_kinds(a: str, b: str) -> str:
    both = {*_KINDS[a], *_KINDS[b]}
    return next(kind for kind, classes in _KINDS.items() if both <= set(classes))


def _join_loose(a: Type, b: Type) -> Type:
    number, array = (a, b) if isinstance(a, Number) else (b, a)
    assert isinstance(number, Number)
    assert isinstance(array, Array)
    if number.kind == "complex" or (array.dtype is not None and array.dtype.kind != "f"):
        return UNKNOWN
    floating = number.kind == "float" and array.loose <= array.floating
    return Array(array.dtype, (), array.boxed, loose=True, floating=floating)


def _join_numeric(*types: Type) -> Type:
    """The join of numbers and arrays, which has no type of its own."""
    rows = [(t.number, t.array) if isinstance(t, Numeric) else (t,) for t in types]
    known = [t for row in rows for t in row]
    number = join_all(tuple(t for t in known if is_scalar(t)))
    array = join_all(tuple(t for t in known if not is_scalar(t)))
    is_known = isinstance(number, (Number, Array)) and isinstance(array, Array)
    return Numeric(number, array) if is_known else UNKNOWN  # type: ignore[arg-type]


def _join_arrays(a: Array, b: Array) -> Type:
    floating = all(t.dtype is None or t.dtype.kind == "f" for t in (a, b))
    if a.dtype != b.dtype and not floating:
        return UNKNOWN
    dtype = a.dtype if a.dtype == b.dtype else None
    axes = None
    if a.axes is not None and b.axes is not None and len(a.axes) == len(b.axes):
        axes = tuple(map(join_axis, a.axes, b.axes))
    loose, sure = a.loose or b.loose, a.sure and b.sure and axes == ()
    floating = loose and a.loose <= a.floating and b.loose <= b.floating
    return Array(dtype, axes, a.boxed or b.boxed, loose, sure, floating)


def describe(t: Type) -> str:
    """The type as text: `float`, `f64[n,1]`, `tuple[float, int]`."""
    match t:
        case Number(kind, axis):
            return kind if axis is None else "length"
        case Array(dtype, axes):
            letter = "float?" if dtype is None else f"{dtype.kind}{8 * dtype.itemsize}"
            inner = "..." if axes is None else ",".join("1" if a == 1 else "n" if a.many else "?" for a in axes)  # type: ignore[union-attr]
            return f"{letter}[{inner}]" + ("?" if t.loose else "")
        case Tuple(items):
            return f"tuple[{', '.join(map(describe, items))}]"
        case List(item, items):
            return f"list[{describe(item) if items is None else ', '.join(map(describe, items))}]"
        case Dict(keys, values):
            return "dict[" + ", ".join(f"{k!r}: {describe(v)}" for k, v in zip(keys, values)) + "]"
        case Deque(item):
            return f"deque[{describe(item)}]"
        case Absent(item):
            return f"{describe(item)} or missing"
        case Maybe(item):
            return f"{describe(item)} or none"
        case Map(key, item, cls):
            return f"{cls.__name__}[{describe(key)}, {describe(item)}]"
        case Iterable(item):
            return f"iterable[{describe(item)}]"
        case Record(cls, names, values):
            return f"{cls.__name__}({', '.join(f'{n}: {describe(v)}' for n, v in zip(names, values))})"
        case Static(value):
            return f"={getattr(value, '__name__', repr(value))}"
        case Closure(code):
            return f"closure[{code.name}]"
        case Instance(cls):
            return cls.__name__
    return type(t).__name__.lower()
