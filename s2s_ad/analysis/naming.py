"""How values come by their roots: as something new, as one of several, an item or a part, or taken out of a container.

What is read from a list, or is a part of that, has its *origin* there, by which it is written to, and read again, as
long as the list has the same items in the same places.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from s2s_ad.analysis.holding import Holding, apart_from_all
from s2s_ad.analysis.roots import (
    Part,
    Place,
    Root,
    State,
    Step,
    Ways,
    are_alike,
    closure_of,
    kind_of,
    part_at,
    same_index,
    same_path,
    ways_unless,
)
from s2s_ad.ir.nodes import Operand, Value
from s2s_ad.ir.types import Array, Deque, Dict, List, Map, Record, Tuple


class Naming(Holding):
    """The roots of values, and where these have been read."""

    def __init__(self) -> None:
        super().__init__()
        self.rebound: dict[Root, frozenset[Hashable]] = {}  # the keys under which structures have got other parts
        self.stirred: set[Root] = set()  # what may, under another name, have got other items or parts
        self.part_of: dict[Root, tuple[Root, Hashable]] = {}  # what has been read as a part of what
        self.tokens: dict[tuple[Root, Hashable, bool], Root] = {}  # for arrays, and for all else
        self.sometimes_there: set[Value] = set()  # what is in a container unless it is a number, None, or not bound
        self.token_of: dict[Root, tuple[Root, Hashable]] = {}

    def new_root(
        self,
        value: Value,
        *,
        outside: bool = False,
        foreign: bool = False,
        may: Iterable[Root] = (),
        is_one: bool = True,
        is_flat: bool = True,
        key: Hashable = None,
    ) -> Root:
        """Give `value` a root of its own.

        `is_one`: it is nothing but one of those that it `may` be, if any. `is_flat`: what these hold is among them.
        `key`: under which an object or a dict has it.
        """
        may = tuple(may)
        self.count += 1
        closure = closure_of(may)
        kind = kind_of(value.type)
        is_array = kind is Array
        if is_array:  # which is none of the containers that it may have been in
            closure = frozenset(r for r in closure if r.inner is None and not self.is_elsewhere(r, key))
        outside = outside or foreign or any(r.outside for r in closure)
        root = Root(self.count, value.name, outside, foreign or any(r.foreign for r in closure), closure, kind=kind)
        if not is_array:
            items = frozenset(r.inner or r for r in closure)
            if is_flat:
                items |= closure_of(may)
            root.inner = Root(self.count, value.name, outside, root.foreign, items, owner=root)
        if closure:
            self.loose += filter(None, (root, root.inner))
        if is_one:
            self.separate([root], apart_from_all([r for r in may if r in closure]))
        if is_one and root.inner is not None:
            items_of_may = [r.inner or r for r in may]
            self.separate([root.inner], apart_from_all([*items_of_may, *(may if is_flat else ())]))
        if not is_array:
            self.tie(self.state, root, ways_unless(lambda arrays: self.are_trees_each(may, arrays=arrays)))
        else:
            self.under[root] = frozenset()
        if key is not None:
            self.put_under([root], key)
        self.place(value, root)
        return root

    def derive(self, value: Value, sources: Sequence[Operand]) -> Root:
        """Give a root to what is one of `sources`, and holds what they hold."""
        root = self.name_again(value, sources)
        self.hold_what(root, sources)
        return root

    def name_again(self, value: Value, sources: Iterable[Operand], earlier: Iterable[Root] | None = None) -> Root:
        """Give a root to what is one of `sources`; in a loop also of the roots `earlier`, or new since that began."""
        may = (*self.roots(sources), *(earlier or ()))
        alike = tuple(r for r in may if are_alike(kind_of(value.type), r.kind))  # the others may be what these hold
        return self.new_root(value, may=alike or may, is_one=earlier is None, is_flat=False)

    def hold_what(self, root: Root, sources: Sequence[Operand]) -> None:
        """Say that what has this root, and is one of `sources`, holds what they hold."""
        own = set(self.roots(sources))
        held = self.reachable(sources) - own
        if held:
            self.state.held[root] = self.state.held.get(root, frozenset()) | held
        if any(self.has_twice(r, inside=False, arrays=False) for r in own):
            self.tie(self.state, root, Ways.REPEATED)

    def choose_part(
        self,
        structure: Root,
        key: Hashable,
        value: Value,
        options: Iterable[Operand],
        earlier: Iterable[Root] | None = None,
    ) -> Root:
        """Say that `value` is a part of a structure that is one of `options`; for `earlier` see `name_again`.

        What it holds is to be said when all parts of all structures are known: they may hold each other.
        """
        own, version = self.name_again(value, options, earlier), self.state.version[structure]
        self.put_under([own], key)
        own.outside, own.foreign = own.outside or structure.outside, own.foreign or structure.foreign
        self.part_of[own] = structure, key
        self.state.parts.setdefault(structure, {})[key] = value
        self.state.content[version] = {**self.state.content.get(version, {}), key: value}
        if version in self.origin:
            self.origin[value] = version, part_at(version.type, key), self.state.order.get(structure)
        return own

    def tie_parts(self, value: Value) -> None:
        """Say that any two parts of a structure may be one object."""
        root = self.places[value].root
        self.count += 1
        anything = Root(self.count, value.name)
        anything.inner = Root(self.count, value.name, owner=anything)
        self.state.held[root] = self.state.held.get(root, frozenset()) | {anything, Root(self.count, value.name)}
        self.tie(self.state, root, Ways.ALL)

    def name_part(self, own: Root, structure: Root, key: Hashable) -> None:
        """Say that `own` is the part of a structure that was there at first, or what has come in its place.

        By a token it meets what has been read as the same part in a branch or a loop, which is not known after it.
        """
        place = structure, key, own.is_array
        if place not in self.tokens:
            token = self.tokens[place] = Root(structure.number)
            token.inner = None if own.is_array else Root(structure.number, owner=token)
            self.token_of[token] = structure, key
        token = self.tokens[place]
        own.may |= {token}
        self.loose.append(own)
        if own.inner is not None and token.inner is not None:
            own.inner.may |= {token.inner}
            self.loose.append(own.inner)

    def item(self, value: Value, base: Value, index: Operand) -> None:
        """Say that `value` is an item of a list."""
        root = self.root(base)
        assert root is not None
        self.new_root(value, may=self.reachable([base]) - {root})
        self.origin[value] = base, index, self.state.order.get(root)

    def take_out(self, value: Value, options: Iterable[Root], trees: Iterable[Root]) -> None:
        """Say that `value`, one of `options`, has been taken out of containers, which held it once."""
        made = self.new_root(value, may=options)
        own = [made, *filter(None, [made.inner])]
        for holder in trees:
            held = self.items_of(holder)
            if any(one.meets(r) for one in own for r in held):
                self.state.held[holder] = frozenset({self.stand_in(held, own)})

    def place(self, value: Value, root: Root, path: tuple[Step, ...] = ()) -> None:
        """Say where `value` is."""
        if not path and root not in self.state.version:
            self.state.version[root] = value
        self.places[value] = Place(root, path, self.state.version.get(root))

    def is_same(self, a: Operand, b: Operand) -> bool:
        """Whether two operands are references to one and the same object."""
        if not (isinstance(a, Value) and isinstance(b, Value)) or a not in self.places or b not in self.places:
            return False
        one, other = self.places[a], self.places[b]
        return one.root is other.root and not one.path and not other.path

    def are_one(self, a: Operand, b: Operand) -> bool:
        """Whether two operands are one object, or the same view of it."""
        if not (isinstance(a, Value) and isinstance(b, Value)) or a not in self.places or b not in self.places:
            return False
        one, other = self.places[a], self.places[b]
        return one.root is other.root and same_path(one.path, other.path)

    def stays(self, item: Value, state: State) -> bool:
        """Whether what has been read from a container still is where it was."""
        base, index, order = self.origin[item]
        own = self.places[base].root
        if own in state.lost or state.order.get(own) is not order:
            return False
        if not isinstance(index, Part) or isinstance(base.type, Tuple):
            return True
        known = state.parts.get(own, {}).get(index.key)
        if known is None:
            return own not in self.stirred and index.key not in self.rebound.get(own, ())
        return self.root(known) is self.root(item)

    def common_origin(self, root: Root, states: Sequence[State]) -> tuple[Root, Operand | Part] | None:
        """The container and the index where what has this root is in all these states, if that is so."""
        return self.common_place([(state.version[root], state) for state in states], same_index)

    def common_place(
        self, items: Sequence[tuple[Value, State]], alike: Callable[[Operand | Part, Operand | Part], bool]
    ) -> tuple[Root, Operand | Part] | None:
        """The container and the index where each of `items` is in its state, if these are `alike`."""
        if not items or any(item not in self.origin for item, _ in items):
            return None
        base, index, _ = self.origin[items[0][0]]
        own = self.places[base].root
        for item, state in items:
            base, at, _ = self.origin[item]
            if self.places[base].root is not own or not alike(at, index) or not self.stays(item, state):
                return None
        return own, index

    def keep_origin(self, state: State, root: Root, others: Sequence[State]) -> None:
        """Say of the version of `root` in a state that it still is where it was in all other states, if it is."""
        found = self.common_origin(root, others)
        if found is not None:
            self.place_in(state, state.version[root], *found)

    def place_in(self, state: State, item: Value, own: Root, index: Operand | Part) -> None:
        """Say that an item, if it has memory at all, is in a container, at this index, in this state."""
        if not _has_memory(item):
            self.sometimes_there.add(item)
        self.origin[item] = state.version[own], index, state.order.get(own)


def _has_memory(item: Value) -> bool:
    """Whether a value surely is bound, and to what has memory."""
    t = item.type
    is_sure = isinstance(t, (List, Deque, Dict, Map, Record)) or (isinstance(t, Array) and bool(t.axes))
    return is_sure and not item.unbound
