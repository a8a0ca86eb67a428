"""What memory is made of: roots, places, and the state at one point of a program; see `memory`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from enum import Flag, auto
from typing import Any

from s2s_ad.analysis.statics import same
from s2s_ad.errors import Span
from s2s_ad.ir.nodes import Operand, Value
from s2s_ad.ir.types import Array, Deque, Dict, List, Map, Maybe, Record, Type

Step = tuple[Any, tuple[Operand, ...], dict[str, Operand]]
Parts = dict[Hashable, Operand]


@dataclass(frozen=True)
class Part:
    """Where a part of a structure is: `fn(structure, key)`."""

    fn: Any
    key: Hashable


def kind_of(t: Type) -> Hashable:
    """Which kind of object a value is: two of different kinds are two objects. None where that is not known."""
    match t:
        case Maybe(item):
            return kind_of(item)
        case Array():
            return Array
        case List() | Deque():
            return List
        case Dict() | Map():
            return Map
        case Record(cls):
            return cls
    return None


def are_alike(kind: Hashable, other: Hashable) -> bool:
    """Whether objects of these kinds may be one."""
    return kind is None or other is None or kind == other


def part_at(t: Type, key: Hashable) -> Part:
    """Where the part of an object or a dict is that goes by a key."""
    return Part(getattr if isinstance(t, Record) else operator.getitem, key)


@dataclass(eq=False)
class Root:
    """An object with memory. `outside`: the caller has it too. `foreign`: it is a global, or nobody knows whose.

    `may`: roots with which it may share memory; two roots that may share memory with a third may do so with each other,
    unless they are `apart`. `inner`: stands for the items of a list, whose `owner` this one is. `solid`: an array that
    has its elements in order. `instead`: for which it stands in, where a container holds it; `stand_ins`: those
    that do so for it. `kind`: see `kind_of`.
    """

    number: int
    name: str | None = None
    outside: bool = False
    foreign: bool = False
    may: frozenset[Root] = frozenset()
    apart: set[Root] = field(default_factory=set)
    inner: Root | None = None
    owner: Root | None = None
    solid: bool = False
    instead: frozenset[Root] = frozenset()
    stand_ins: set[Root] = field(default_factory=set)
    kind: Hashable = None

    def __repr__(self) -> str:
        return f"Root({self.number}, {self.name})"

    @property
    def is_array(self) -> bool:
        """Whether it is an array, and not a container, an object, or what stands for the items of one."""
        return self.inner is None and self.owner is None

    @property
    def closure(self) -> frozenset[Root]:
        """Itself, and all with which it may share memory."""
        return self.may | {self}

    def meets(self, other: Root) -> bool:
        """Whether it may share memory with another root."""
        if other in self.apart or self in other.apart or not are_alike(self.kind, other.kind):
            return False
        return self is other or self in other.may or other in self.may or not self.may.isdisjoint(other.may)

    def meets_any(self, others: frozenset[Root]) -> bool:
        """Whether it may share memory with any of these."""
        return any(map(self.meets, others - self.apart))


def closure_of(roots: Collection[Root]) -> frozenset[Root]:
    """These roots, and all with which they may share memory."""
    return frozenset(roots).union(*(root.may for root in roots))


@dataclass(frozen=True, eq=False)
class Place:
    """Where a value is: at the end of `path` from the version `of` its root."""

    root: Root
    path: tuple[Step, ...] = ()
    of: Value | None = None


class Ways(Flag):
    """To what there may be two ways from a container."""

    NONE = 0
    REPEATED = auto()  # to an object or a container that is an item of it
    ENTANGLED = auto()  # to an object or a container that is in its items
    SHARED = auto()  # to an array, wherever
    TO_OBJECTS = REPEATED | ENTANGLED
    ALL = REPEATED | ENTANGLED | SHARED


def ways_unless(is_tree: Callable[[bool], bool]) -> Ways:
    """To what in a container there may be two ways, if that is no tree; `is_tree(True)` counts arrays too."""
    return (Ways.NONE if is_tree(False) else Ways.ENTANGLED) | (Ways.NONE if is_tree(True) else Ways.SHARED)


Origin = tuple[Value, Operand | Part, Value | None]  # from where, by which index, and the order of that


@dataclass(eq=False)
class State:
    """What is in memory at one point of the program."""

    version: dict[Root, Value] = field(default_factory=dict)
    parts: dict[Root, Parts] = field(default_factory=dict)
    held: dict[Root, frozenset[Root]] = field(default_factory=dict)
    ways: dict[Root, Ways] = field(default_factory=dict)  # to what there may be two, if to anything
    lost: dict[Root, Span | None] = field(default_factory=dict)
    content: dict[Value, Parts] = field(default_factory=dict)
    order: dict[Root, Value] = field(
        default_factory=dict
    )  # the version since which the same items are in the same places
    keys: dict[Root, Value] = field(default_factory=dict)  # the version since which a dict has had the same keys
    ordered: frozenset[Root] = frozenset()  # arrays whose elements are known to be in order from here on
    resized: frozenset[Root] = frozenset()  # lists whose length this region may have changed

    def copy(self) -> State:
        """The same, to be changed on its own."""
        parts = {root: dict(inner) for root, inner in self.parts.items()}
        return State(
            dict(self.version), parts, dict(self.held), dict(self.ways), dict(self.lost), dict(self.content),
            dict(self.order), dict(self.keys), self.ordered, self.resized,
        )  # fmt: skip

    def tie(self, root: Root, ways: Ways) -> None:
        """Note that there may be two ways from `root` to this as well."""
        if ways:
            self.ways[root] = self.ways.get(root, Ways.NONE) | ways

    def is_tied(self, root: Root, ways: Ways = Ways.ALL) -> bool:
        """Whether there may be two ways from `root` to anything of this."""
        return root in self.ways and bool(self.ways[root] & ways)


def same_path(a: tuple[Step, ...], b: tuple[Step, ...]) -> bool:
    """Whether two paths surely lead to the same place."""
    return len(a) == len(b) and all(map(_same_step, a, b))


def _same_step(a: Step, b: Step) -> bool:
    return a[0] is b[0] and a[2] == b[2] and len(a[1]) == len(b[1]) and all(map(same, a[1], b[1]))


def same_index(a: Operand | Part, b: Operand | Part) -> bool:
    """Whether two indices surely lead to the same place."""
    if isinstance(a, Part) or isinstance(b, Part):
        return a == b
    return same(a, b)
