"""Which values are one and the same memory, and what is in it now.

A *root* is an array, list, dict or object that a program makes or is given. A value that has memory has a *place*: its
root, and for what is read out of it the *path*, the calls that lead from the root to it (`x[1:]`, `x.T`, `rows[i]`).
A write makes a new version of the root. Whoever reads a value by any of its names gets what is at its place now: the
newest version of the root, or the path followed again from there.

What a structure of known parts holds (a tuple, a dict with constant keys, an object) is not read through a path. The
parts are roots of their own, and the structure is brought up to date when it is read as a whole. A list of unknown
length only knows the roots that were put into it; a root of its own, its `inner` one, stands for all of its items. What
is read from it, or is a part of that, has its *origin* there, by which it is written to, and read again, as long as the
list has the same items in the same places.

Where two roots may share memory without it being known how (a merge, a view that may be a copy, what a function gives
back), a write to one makes the others *lost*: they may not be read any more.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence

from s2s_ad.analysis.roots import Origin, Part, Parts, Place, Root, State, Step, part_at, same_index, same_path
from s2s_ad.errors import MutationError, Span
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import Array, List, Maybe


class Memory:
    """The places of values, and the state of memory as a function is evaluated."""

    def __init__(self) -> None:
        self.places: dict[Value, Place] = {}
        self.state = State()
        self.count = 0
        self.loose: list[Root] = []
        self.origin: dict[Value, Origin] = {}
        self.part_of: dict[Root, tuple[Root, Hashable]] = {}  # what has been read as a part of what
        self.rebound: dict[Root, frozenset[Hashable]] = {}  # the keys under which structures have got other parts
        self.is_written = False
        self.written_outside: dict[Root, Span | None] = {}
        self.dug: set[Root] = set()  # containers in whose items something has been written

    # roots and places

    def new_root(self, value: Value, *, outside: bool = False, foreign: bool = False, may: Iterable[Root] = ()) -> Root:
        """Give `value` a root of its own."""
        may = tuple(may)
        self.count += 1
        closure = frozenset(r for root in may for r in root.closure)
        is_array = isinstance(value.type.item if isinstance(value.type, Maybe) else value.type, Array)
        if is_array:  # which is none of the containers that it may have been in
            closure = frozenset(r for r in closure if r.inner is None)
        outside = outside or foreign or any(r.outside for r in closure)
        root = Root(self.count, value.name, outside, foreign or any(r.foreign for r in closure), closure)
        if not is_array:
            items = frozenset(r.inner or r for r in closure)
            root.inner = Root(self.count, value.name, outside, root.foreign, items, owner=root)
        if closure:
            self.loose += filter(None, (root, root.inner))
        if not is_array and not all(self._are_trees([r]) for r in may):
            self.state.entangled |= {root}
        self.place(value, root)
        return root

    def derive(self, value: Value, sources: Iterable[Operand], earlier: Iterable[Root] = ()) -> Root:
        """Give a root to what is one of `sources`, or of the roots `earlier`, and holds what they hold."""
        sources = list(sources)
        root = self.name_again(value, sources, earlier)
        self.hold_what(root, sources)
        return root

    def name_again(self, value: Value, sources: Iterable[Operand], earlier: Iterable[Root] = ()) -> Root:
        """Give a root to what is one of `sources`, or of the roots `earlier`."""
        return self.new_root(value, may=(*filter(None, map(self.root, sources)), *earlier))

    def hold_what(self, root: Root, sources: Sequence[Operand]) -> None:
        """Say that what has this root, and is one of `sources`, holds what they hold."""
        own = {r for r in map(self.root, sources) if r is not None}
        held = self.reachable(sources) - own
        if held:
            self.state.held[root] = self.state.held.get(root, frozenset()) | held
        if any(self.has_twice(r, inside=False) for r in own):
            self.state.repeated |= {root}

    def choose_part(
        self, structure: Root, key: Hashable, value: Value, options: Iterable[Operand], earlier: Iterable[Root] = ()
    ) -> Root:
        """Say that `value` is a part of a structure that is one of `options`, or of the roots `earlier`.

        What it holds is to be said when all parts of all structures are known: they may hold each other.
        """
        own, version = self.name_again(value, options, earlier), self.state.version[structure]
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
        self.state.held[root] = self.state.held.get(root, frozenset()) | {Root(self.count, value.name)}
        self.state.repeated |= {root}
        self.state.entangled |= {root}

    def item(self, value: Value, base: Value, index: Operand) -> None:
        """Say that `value` is an item of a list."""
        root = self.root(base)
        assert root is not None
        made = self.new_root(value, may=self.reachable([base]) - {root})
        if made.inner is not None:
            made.inner.may |= frozenset(r for m in self.reachable([base]) - {root} for r in m.closure)
        self.origin[value] = base, index, self.state.order.get(root)

    def place(self, value: Value, root: Root, path: tuple[Step, ...] = ()) -> None:
        """Say where `value` is."""
        if not path and root not in self.state.version:
            self.state.version[root] = value
        self.places[value] = Place(root, path, self.state.version.get(root))

    def root(self, operand: Operand) -> Root | None:
        """The root of an operand, or None if it has no memory."""
        place = self.places.get(operand) if isinstance(operand, Value) else None
        return None if place is None else place.root

    def is_of_views(self, operand: Operand) -> bool:
        """Whether an operand is a list of views of an array, at the place of that."""
        place = self.places.get(operand) if isinstance(operand, Value) else None
        return place is not None and bool(place.path) and isinstance(operand.type, List)  # type: ignore[union-attr]

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

    def reachable(self, operands: Iterable[Operand]) -> frozenset[Root]:
        """The roots of what can be got hold of through `operands`."""
        return self.within(r for r in map(self.root, operands) if r is not None)

    def within(self, roots: Iterable[Root]) -> frozenset[Root]:
        """These roots, and those of what can be got hold of through them."""
        found: set[Root] = set()
        pending = list(roots)
        while pending:
            root = pending.pop()
            if root not in found:
                found.add(root)
                if root.inner is not None:
                    found.add(root.inner)
                pending += self.state.held.get(root, ())
                pending += filter(None, map(self.root, self.state.parts.get(root, {}).values()))
        return frozenset(found)

    def is_held(self, root: Root | None) -> bool:
        """Whether another object holds what has this root, or may do so."""
        if root is None:
            return False
        parts = (self.root(part) for inner in self.state.parts.values() for part in inner.values())
        held = (other for inside in self.state.held.values() for other in inside)
        return any(other is not None and other.meets(root) for other in (*parts, *held))

    def lost_part(self, roots: Iterable[Root | None], state: State) -> Root | None:
        """What of these roots, or of the known parts of these, is lost; what a list holds is kept with the list."""
        pending, seen = [r for r in roots if r is not None], set[Root]()
        while pending:
            root = pending.pop()
            if root in state.lost:
                return root
            if root not in seen:
                seen.add(root)
                pending += filter(None, map(self.root, state.parts.get(root, {}).values()))
        return None

    # reading

    def current(self, operand: Operand, follow: Callable[[Step, Operand], Operand], span: Span | None) -> Operand:
        """What is at the place of `operand` now. Raises MutationError where that is not known."""
        place = self.places.get(operand) if isinstance(operand, Value) else None
        if place is None or not self.is_written:
            return operand
        if place.root in self.state.lost:
            self._read_again(place.root, follow)
        self._refuse_lost(place.root, span)
        newest = self.state.version.get(place.root, place.of)
        if newest is place.of and place.path:
            return operand
        if not place.path:
            return newest or operand
        found: Operand = newest  # type: ignore[assignment]
        for step in place.path:
            found = follow(step, found)
        return found

    def _read_again(self, root: Root, follow: Callable[[Step, Operand], Operand]) -> None:
        """Read what is lost anew from the list that it has been read from, if it is still there."""
        item = self.state.version.get(root)
        if item is None or item not in self.origin:
            return
        base, index, _ = self.origin[item]
        if not self.stays(item, self.state):
            return
        own = self.places[base].root
        owner = self.state.version[own]
        fn, at = (index.fn, Const(index.key)) if isinstance(index, Part) else (operator.getitem, index)
        around = self.state.parts.pop(own, {})  # to read it, and not to be given what it was
        self.state.parts.pop(root, None)
        self.reread(item, follow((fn, (at,), {}), owner), owner, index)  # type: ignore[arg-type]
        if isinstance(index, Part):
            self.state.parts[own] = {**around, index.key: self.state.version[root]}
        elif around:
            self.state.parts[own] = around
        self.state.keys[root] = self.state.version[root]
        del self.state.lost[root]

    def stays(self, item: Value, state: State) -> bool:
        """Whether what has been read from a container still is where it was."""
        base, index, order = self.origin[item]
        own = self.places[base].root
        if own in state.lost or state.order.get(own) is not order:
            return False
        return not isinstance(index, Part) or self.root(state.parts.get(own, {}).get(index.key)) is self.root(item)  # type: ignore[arg-type]

    def _refuse_lost(self, root: Root, span: Span | None) -> None:
        if root in self.state.lost:
            known = root.name or getattr(self.state.version.get(root), "name", None)
            name = f"`{known}`" if known else "a value"
            where = self.state.lost[root]
            at = f" in line {where.line}" if where is not None else ""
            raise MutationError(
                f"{name} may have been changed by the write{at} under another name",
                span,
                "make the other one a copy of its own, `np.array(x)` or `list(x)`, or read this one before the write",
            )

    # writing

    def write(self, target: Value, version: Value, span: Span | None) -> None:
        """Record the version that a write to `target` has made of its root, whose items are others now."""
        root = self.places[target].root
        self._set_version(root, version, span)
        self.state.order[root] = version
        self.forget_parts(self.state, root, self.state.parts.get(root, {}))
        self._lose(root, span, frozenset())

    def write_part(self, target: Value, version: Value, key: Hashable, part: Operand, span: Span | None) -> None:
        """Record that a part of a structure of known parts has become another one."""
        root = self.places[target].root
        self._set_version(root, version, span)
        self.state.parts[root] = {**self.state.parts.get(root, {}), key: part}
        self.rebound[root] = self.rebound.get(root, frozenset()) | {key}
        if self.root(part) is None:
            del self.state.parts[root][key]
        self.state.content[version] = dict(self.state.parts[root])
        if root in self.state.held:
            self.state.held[root] |= self.reachable([part])
        if root.outside:
            self.show_part(part)
        self._lose(root, span, frozenset())

    def newest(self, operand: Operand) -> Operand:
        """The newest version of an object, whose parts may have been written to since; other operands as they are."""
        place = self.places.get(operand) if isinstance(operand, Value) else None
        return operand if place is None or place.path else self.state.version.get(place.root, operand)

    def write_item(self, owner: Value, items: Sequence[Value], version: Value, span: Span | None) -> None:
        """Record that the last of `items`, which is in `owner` through the others, was written to.

        That made a `version` of the owner.
        """
        root, around = self.places[items[-1]].root, [self.places[v].root for v in (owner, *items[:-1])]
        but = frozenset(r for own in around for r in (own, own.inner) if r is not None)
        self._set_version(around[0], version, span)
        self.dug.update(around)
        by_index = [r for r, v in zip(around, items, strict=True) if not isinstance(self.origin[v][1], Part)]
        for own in by_index:
            self.forget_parts(self.state, own, self.state.parts.get(own, {}))
        self._lose(root, span, but)
        for held in frozenset[Root]().union(*(self.state.held.get(own, ()) for own in by_index)) - but - {root}:
            if root.is_array or not held.is_array:  # a write to an object writes to no array that it holds
                self.state.lost.setdefault(held, span)

    def dirty_parts(self, root: Root, written: Iterable[Root]) -> frozenset[Hashable] | None:
        """The parts of a structure that are others now, or in which something of what is `written` is; None for all."""
        found = set(self.rebound.get(root, ()))
        for other in written:
            owner, key = other, None
            while owner is not root:
                if owner not in self.part_of:
                    return None
                owner, key = self.part_of[owner]
            if other is not root:
                found.add(key)
        return frozenset(found)

    def show_part(self, part: Operand) -> None:
        """From now on the caller has `part` too, and all that may share memory with it."""
        seen = self.reachable([part])
        for root in {*seen, *(other for other in self.loose if any(other.meets(r) for r in seen))}:
            for one in root.closure:
                one.outside = True

    def _set_version(self, root: Root, version: Value, span: Span | None) -> None:
        self.is_written = True
        self.state.version[root] = version
        self.places[version] = Place(root, (), version)
        if root.outside:
            self.written_outside.setdefault(root, span)

    def _lose(self, root: Root, span: Span | None, but: frozenset[Root]) -> None:
        """Mark what may be the memory of `root` under another name, or hold it, as lost."""
        own = (root, root.inner)  # what it holds is not written to
        others = (r for r in (*root.may, *self.loose) if r not in own and r not in but)
        lost = {r for r in others if (root.is_array or not r.is_array) and root.meets(r)}
        self._mark_lost(lost, {root}, but | {root}, span)

    def lose_inside(self, roots: frozenset[Root], but: frozenset[Root], span: Span | None) -> None:
        """Mark what may be one of these roots, which have been written to, or hold one, as lost."""
        lost = {r for r in (*roots, *self.loose) if any(r.meets(one) for one in roots)}
        self._mark_lost(lost, roots, but, span)

    def _mark_lost(self, lost: set[Root], written: Collection[Root], but: frozenset[Root], span: Span | None) -> None:
        """Mark roots as lost, with what they are in, and with what holds one of those that were written to."""
        lost = lost | {r.owner for r in lost if r.owner is not None}
        for holder, held in self.state.held.items():
            if holder not in but and any(one.meets(r) for one in written for r in self.within(held)):
                lost.add(holder)
        for other in (lost | self._owners_of_parts(lost)) - but:
            self.state.lost.setdefault(other, span)

    def _owners_of_parts(self, roots: Iterable[Root]) -> set[Root]:
        """The objects and dicts in lists, of which these are parts that are read through them."""
        owners: set[Root] = set()
        for root in roots:
            value = self.state.version.get(root)
            while value in self.origin and isinstance(self.origin[value][1], Part):
                owner = self.places[self.origin[value][0]].root
                owners.add(owner)
                value = self.state.version.get(owner)
        return owners

    def reread(self, item: Value, version: Value, owner: Value, index: Operand | Part, key: Hashable = None) -> None:
        """Record what an item of a list is after a write to it, or to its part `key`."""
        root = self.places[item].root
        self.state.parts.get(root, {}).pop(key, None)
        self.state.version[root] = version
        self.places[version] = Place(root, (), version)
        self.origin[version] = owner, index, self.state.order.get(self.places[owner].root)

    def link(self, structure: Value, part: Part, value: Operand) -> None:
        """Say that `value` has become a part of a structure that is in a list or dict, by which it is written to."""
        place = self.places.get(value) if isinstance(value, Value) else None
        if place is None or place.path:
            return
        root = self.places[structure].root
        self.state.parts.setdefault(root, {})[part.key] = value
        self.state.content[structure] = {**self.state.content.get(structure, {}), part.key: value}
        self.origin[self.state.version[place.root]] = structure, part, self.state.order.get(root)

    def reorder(self, item: Value) -> None:
        """Record that a list in a list has other items now, whose version is known."""
        root = self.places[item].root
        self.state.order[root] = self.state.version[root]
        self.forget_parts(self.state, root, self.state.parts.get(root, {}))

    def rekey(self, target: Value) -> None:
        """Record that a dict, whose version is known, may have other keys now."""
        root = self.places[target].root
        self.state.keys[root] = self.state.version[root]

    def renew(self, root: Root, version: Value, content: Parts) -> None:
        """Record a version of a structure that has the parts of now, and is where it was."""
        before = self.state.version.get(root)
        if before in self.origin:
            self.origin[version] = self.origin[before]
        self.state.version[root] = version
        self.places[version] = Place(root, (), version)
        self.state.content[version] = dict(content)
        self.state.parts[root] = {**self.state.parts.get(root, {}), **content}

    def forget_parts(self, state: State, root: Root, parts: Parts, had: State | None = None) -> None:
        """From now on `root` is only known to hold, somewhere, the `parts` that it `had` in this or another state."""
        now, self.state = self.state, had or state
        try:
            self._forget(state, root, parts, self.state)
        finally:
            self.state = now

    def _forget(self, state: State, root: Root, parts: Parts, had: State) -> None:
        lost = had.lost
        own = [r for r in map(self.root, parts.values()) if r is not None]
        held = frozenset(own)
        found = self.lost_part(own, had) if lost else None
        if found is not None:
            state.lost.setdefault(root, lost[found])
        if self._is_part_twice(root, own):
            state.repeated |= {root}
        if not self._are_parts_apart(root, own):
            state.entangled |= {root}
        if held:
            state.held[root] = state.held.get(root, frozenset()) | held
        state.parts.pop(root, None)

    def keep_parts(self, state: State, root: Root, parts: Parts) -> None:
        """Say of the version of `root` in a state that it has these parts, as they are there."""
        if parts:
            state.parts[root] = dict(parts)
            state.content[state.version[root]] = {key: self._version(state, part) for key, part in parts.items()}

    def _version(self, state: State, part: Operand) -> Operand:
        """The version of a part, which has memory, in a state; a view is read anew where it is needed."""
        place = self.places[part]  # type: ignore[index]
        return part if place.path else state.version[place.root]

    def common_origin(self, root: Root, states: Sequence[State]) -> tuple[Root, Operand | Part] | None:
        """The container and the index where what has this root is in all these states, if that is so."""
        items = [state.version[root] for state in states]
        if not items or any(item not in self.origin for item in items):
            return None
        own, index = self.places[self.origin[items[0]][0]].root, self.origin[items[0]][1]
        for state, item in zip(states, items, strict=True):
            base, at, _ = self.origin[item]
            if self.places[base].root is not own or not same_index(at, index) or not self.stays(item, state):
                return None
        return own, index

    def keep_origin(self, state: State, root: Root, others: Sequence[State]) -> None:
        """Say of the version of `root` in a state that it still is where it was in all other states, if it is."""
        found = self.common_origin(root, others)
        if found is not None:
            own, index = found
            self.origin[state.version[root]] = state.version[own], index, state.order.get(own)

    def hold(self, container: Operand, items: Iterable[Operand], *, again: bool = False, itself: bool = True) -> None:
        """Note that a list of unknown length now holds `items`, or what they hold if not `itself`.

        `again`: each of them more than once.
        """
        items = list(items)
        root = self.root(container)
        lists = {self.root(i) for i in items if isinstance(i, Value) and not isinstance(i.type, Array)}
        lists -= {self.root(i) for i in items if self.is_of_views(i)}
        new = self.reachable(items)
        if not itself:  # of an array the items are views
            new = frozenset(new - lists).union(*(root.may for root in lists if root is not None))
        if root is None or not new:
            return
        before = self.state.held.get(root, frozenset()) | {r for r in [root.inner] if r is not None}
        own = [r for r in map(self.root, items) if r is not None]
        again = again or len(set(own)) < len(own) or not self.state.repeated.isdisjoint(own)
        again = again or (not itself and self._overlap(items))
        if again or any(b.meets(r) for b in before for r in (own if itself else new)):
            self.state.repeated |= {root}
        sources = [r for r in map(self.root, items) if r is not None]
        inside = not self.state.entangled.isdisjoint(sources) or not self.state.repeated.isdisjoint(sources)
        inside = inside or (itself and not all(map(self.is_tree, items)))
        if again or inside or any(b.meets(r) for b in self.within([root]) - {root} for r in new):
            self.state.entangled |= {root}
        self.state.held[root] = before | new
        if root.outside:
            for item in items:
                self.show_part(item)

    def hold_below(self, container: Operand, value: Operand) -> None:
        """Note that something in the items of a list or dict now holds `value`.

        An array that is there already may be read in two ways from now on, and not be written to; any other object may
        be an item, so that none is known to be there once.
        """
        root = self.root(container)
        new = self.reachable([value])
        if root is None or not new:
            return
        before = self.within([root]) - {root}
        met = [r for r in new if any(b.meets(r) for b in before)]
        if met or not self.is_tree(value):
            self.state.entangled |= {root}
        if any(not r.is_array for r in met):
            self.state.repeated |= {root}
        self.state.held[root] = before | new
        if root.outside:
            self.show_part(value)

    def has_twice(self, root: Root, *, inside: bool) -> bool:
        """Whether a container may hold one object twice; `inside`: or give two ways to get to what is in its items."""
        own = [r for r in map(self.root, self.state.parts.get(root, {}).values()) if r is not None]
        if root in self.state.repeated or self._is_part_twice(root, own):
            return True
        return inside and not self._are_trees([root])

    def is_tree(self, operand: Operand) -> bool:
        """Whether nothing can be reached from an operand in two ways."""
        return self._are_trees([r for r in [self.root(operand)] if r is not None])

    def _are_trees(self, roots: Sequence[Root]) -> bool:
        """Whether nothing can be reached from these roots in two ways; what is held is known not to be held twice."""
        seen: frozenset[Root] = frozenset()
        for root in roots:
            reached = self.within([root])
            if any(one.meets(other) for one in reached for other in seen):
                return False
            seen |= reached
        for root in seen:
            if root in self.state.repeated or root in self.state.entangled:
                return False
            own = [r for r in map(self.root, self.state.parts.get(root, {}).values()) if r is not None]
            if not self._are_parts_apart(root, own):
                return False
        return True

    def _is_part_twice(self, root: Root, parts: Sequence[Root]) -> bool:
        """Whether two parts of a structure may be one; see below for what is only another name."""
        pairs = ((one, other) for i, one in enumerate(parts) for other in parts[:i])
        return any(one is other or (not root.may and one.meets(other)) for one, other in pairs)

    def _are_parts_apart(self, root: Root, parts: Sequence[Root]) -> bool:
        """Whether nothing can be reached from the parts of a structure in two ways.

        Of what is only another name, all parts may be one, as far as is known; it is the first name that counts.
        """
        if root.may:
            return len(set(parts)) == len(parts) and all(self._are_trees([part]) for part in parts)
        return not parts or self._are_trees(parts)

    def are_apart(self, container: Operand, source: Operand) -> bool:
        """Whether nothing can be reached from two of the items that two containers hold, or from two parts of these."""
        roots = [self.root(container), self.root(source)]
        if None in roots or any(r in self.state.repeated or r in self.state.entangled for r in roots):
            return False
        ours, theirs = (self.reachable([o]) - set(roots) for o in (container, source))
        return not any(a.meets(b) for a in ours for b in theirs)

    def _overlap(self, containers: Iterable[Operand]) -> bool:
        """Whether the items of `containers`, taken together, may be one object twice."""
        seen: set[Root] = set()
        for container in containers:
            own = self.root(container)
            parts = self.state.parts.get(own, {}).values() if own is not None else ()
            held = self.reachable([container]).difference({own}, *(self.reachable([part]) for part in parts))
            for roots in (held, *(self.reachable([part]) for part in parts)):
                closure = {other for root in roots for other in root.closure}
                if not seen.isdisjoint(closure):
                    return True
                seen |= closure
        return False
