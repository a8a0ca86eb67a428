"""What containers hold, and what can be got hold of through it.

A list of unknown length only knows the roots that were put into it; a root of its own, its `inner` one, stands for all
of its items. A container may hold one container or object twice (it is *repeated* then), or two of its items may lead
to one (*entangled*), or there may be two ways to an array (*shared*). What is none of this, with all that is in it, is
a tree: an item that is taken out is in it no more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass

from s2s_ad.analysis.roots import Origin, Place, Root, State, Ways, are_alike, closure_of, ways_unless
from s2s_ad.analysis.sharing import kinds
from s2s_ad.ir.nodes import Operand, Value
from s2s_ad.ir.types import Array, List


@dataclass(frozen=True, eq=False)
class Taken:
    """What a container takes in by `operands`: its new `items`, and these with all that is `inside` them.

    `ways`: to what there may be two through these alone, whatever else is in the container.
    """

    operands: Sequence[Operand]
    items: Collection[Root]
    inside: frozenset[Root]
    ways: Ways


Keys = frozenset[Hashable] | None  # None where anything is possible
_NOTHING = frozenset[Root]()


class Holding:
    """The places of values, from where they have been read, and what they hold."""

    def __init__(self) -> None:
        self.places: dict[Value, Place] = {}
        self.origin: dict[Value, Origin] = {}
        self.state = State()
        self.count = 0
        self.loose: list[Root] = []
        self.under: dict[Root, Keys] = {}  # by which keys arrays have ever been put into objects and dicts
        self.shared_under: dict[Root, Keys] = {}  # by which keys one array may be in a container twice

    def root(self, operand: Operand) -> Root | None:
        """The root of an operand, or None if it has no memory."""
        place = self.places.get(operand) if isinstance(operand, Value) else None
        return None if place is None else place.root

    def roots(self, operands: Iterable[Operand]) -> list[Root]:
        """The roots of those operands that have memory."""
        return [r for r in map(self.root, operands) if r is not None]

    def is_of_views(self, operand: Operand) -> bool:
        """Whether an operand is a list of views of an array, at the place of that."""
        place = self.places.get(operand) if isinstance(operand, Value) else None
        return place is not None and bool(place.path) and isinstance(operand.type, List)  # type: ignore[union-attr]

    def reachable(self, operands: Iterable[Operand]) -> frozenset[Root]:
        """The roots of what can be got hold of through `operands`."""
        return self.within(self.roots(operands))

    def within(self, roots: Iterable[Root]) -> frozenset[Root]:
        """These roots, and those of what can be got hold of through them."""
        held, structures = self.state.held, self.state.parts
        found, pending = set[Root](), set(roots)
        while pending:
            found |= pending
            items = (held[root] for root in held.keys() & pending)
            others = (self._others_in(root) for root in pending if root.inner is not None)
            parts = (self.roots(structures[root].values()) for root in structures.keys() & pending)
            pending = set[Root]().union(*items, *others, *parts) - found
        return frozenset(found)

    def contents_at(self, state: State, root: Root) -> frozenset[Root]:
        """What can be got hold of through a container, in another state."""
        now, self.state = self.state, state
        try:
            return self.within([root]) - {root}
        finally:
            self.state = now

    def _may_hold(self, holder: Root, root: Root, state: State) -> bool:
        """Whether what has a root may be got hold of through a container, in a state."""
        return root.meets_any(state.held.get(holder, _NOTHING)) or root.meets_any(self.contents_at(state, holder))

    def items_of(self, root: Root) -> frozenset[Root]:
        """What a container is known to hold, and what stands for all else that it holds."""
        return self.state.held.get(root, _NOTHING).union(self._others_in(root))

    def _others_in(self, root: Root) -> tuple[Root, ...]:
        """What stands for all that a container holds beside what it is known to hold."""
        version = self.state.version.get(root)
        if root.inner is None or not root.inner.stand_ins.isdisjoint(self.state.held.get(root, _NOTHING)):
            return ()
        is_empty = version is not None and isinstance(version.type, List) and not kinds(version.type.item)
        return () if is_empty else (root.inner,)

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
                pending += self.roots(state.parts.get(root, {}).values())
        return None

    def hold(self, container: Operand, *items: Operand) -> None:
        """Note that a list of unknown length now holds `items`, and what it is in has them in it."""
        self.hold_around(container, *items)
        self._take_in(container, self._each(items))

    def hold_items_of(self, container: Operand, *sources: Operand) -> None:
        """Note that a list of unknown length now holds what `sources` hold, and what it is in has that in it."""
        for around in self._containers_of(container):
            self._take_in(around, self._all_in(sources), deep=True)
        self._take_in(container, self._all_in(sources))

    def hold_around(self, structure: Operand, *items: Operand, key: Hashable = None) -> None:
        """Note that what a structure is in now has `items` in it, which that structure has, under a key."""
        self.put_under(self.roots(items), key)
        for around in self._containers_of(structure):
            self._take_in(around, self._each(items), deep=True)

    def _containers_of(self, item: Operand) -> list[Operand]:
        """The containers by which something has been read; outer ones are first, as they see what inner ones hold."""
        found: list[Operand] = []
        while item in self.origin:
            item = self.origin[item][0]
            found.insert(0, item)
        return found

    def _each(self, items: Sequence[Operand]) -> Taken:
        """What a container takes in with `items`."""
        own, inside = self.roots(items), self.reachable(items)
        ways = ways_unless(lambda arrays: self.are_trees_each(own, arrays=arrays))
        return Taken(items, own, inside, ways | (_twice(inside) if self._has_one_twice(own) else Ways.NONE))

    def _all_in(self, sources: Sequence[Operand]) -> Taken:
        """What a container takes in with the items of `sources`, of which it is not known which these are."""
        own, inside = self.roots(sources), self.reachable(sources)
        lists = {self.root(i) for i in sources if isinstance(i, Value) and not isinstance(i.type, Array)}
        lists -= {self.root(i) for i in sources if self.is_of_views(i)}  # of an array the items are views
        inside = (inside - lists).union(*(root.may for root in lists if root is not None))
        ways = ways_unless(lambda arrays: not any(self._is_tied(r, arrays=arrays) for r in own))
        is_twice = self._has_one_twice(own) or self._overlap(sources)
        return Taken(sources, inside, inside, ways | (_twice(inside) if is_twice else Ways.NONE))

    def _has_one_twice(self, roots: Sequence[Root]) -> bool:
        """Whether one of these is there twice, or may hold something twice."""
        return len(set(roots)) < len(roots) or any(self.state.is_tied(r, Ways.REPEATED) for r in roots)

    def _take_in(self, container: Operand, taken: Taken, *, deep: bool = False) -> None:
        """Note what a container now holds; `deep`: by what is in it, but all but arrays may be items too."""
        root = self.root(container)
        if root is None or not taken.inside:
            return
        held, inside, ways = self.items_of(root), self.within([root]) - {root}, taken.ways
        if may_meet(inside, taken.inside, arrays=False) if deep else may_meet(held, taken.items, arrays=False):
            ways |= Ways.REPEATED
        ways |= ways_unless(lambda arrays: not may_meet(inside, taken.inside, arrays=arrays))
        keys: Keys = None
        if ways & Ways.SHARED and not taken.ways & Ways.SHARED:  # of what is there once in itself, it is known how
            pairs = ((one, other) for one in taken.inside for other in inside if one.meets(other))
            keys = self.keys_of(r for one, other in pairs for r in one.closure & other.closure)
        self.tie(self.state, root, ways, keys)
        self.state.held[root] = held | taken.inside
        if root.outside:
            for operand in taken.operands:
                self.show_part(operand)

    def show_part(self, part: Operand) -> None:
        """From now on the caller has `part` too, and all that may share memory with it."""
        seen = self.reachable([part])
        for root in {*seen, *(other for other in self.loose if any(other.meets(r) for r in seen))}:
            for one in root.closure:
                one.outside = True

    def put_under(self, roots: Iterable[Root], key: Hashable) -> None:
        """Note that arrays have become parts of objects or dicts by a key; keys that are no text are not asked for."""
        if isinstance(key, str):
            self.put_under_keys(roots, frozenset([key]))

    def put_under_keys(self, roots: Iterable[Root], keys: Keys) -> None:
        """The same for some keys."""
        for one in frozenset[Root]().union(*(root.closure for root in roots if are_alike(root.kind, Array))):
            self.under[one] = either_of(self.under.get(one), keys)

    def keys_of(self, roots: Iterable[Root]) -> Keys:
        """By which keys one of these may have been put into an object or a dict."""
        known = [self.under.get(root) for root in roots]
        return None if None in known else frozenset().union(*known)  # type: ignore[arg-type]

    def names_up_to(self, mark: int) -> list[dict[Root, Keys]]:
        """By which keys the roots up to a number have been put into objects, and may be there twice."""
        return [{r: k for r, k in known.items() if r.number <= mark} for known in (self.under, self.shared_under)]

    def is_elsewhere(self, root: Root, key: Hashable) -> bool:
        """Whether this is an array that no object or dict has ever had under a key."""
        known = self.under.get(root)
        return root.is_array and isinstance(key, str) and known is not None and key not in known

    def tie(self, state: State, root: Root, ways: Ways, keys: Keys = None) -> None:
        """Say that there may be two ways from a container in a state: to arrays, under these keys."""
        state.tie(root, ways)
        if ways & Ways.SHARED:
            known = self.shared_under.get(root, frozenset())
            self.shared_under[root] = either_of(known, keys)

    def has_array_twice(self, root: Root, key: Hashable) -> bool:
        """Whether a container, in whose items there is an array under a key, may have that in it twice."""
        if self.has_twice(root, inside=True, arrays=False):
            return True
        there: list[Root] = []
        for one in self.within([root]):
            shared = self.shared_under.get(one)
            if self.state.is_tied(one, Ways.SHARED) and (shared is None or key in shared):
                return True
            parts = {k: r for k, part in self.state.parts.get(one, {}).items() if (r := self.root(part)) is not None}
            others = [r for k, r in parts.items() if k != key]
            if key in parts and (parts[key] in others or (not one.may and may_meet([parts[key]], self.within(others)))):
                return True
            there += [parts[key]] if key in parts and not one.may else []  # another name is not another object
        return any(one is other or one.meets(other) for i, one in enumerate(there) for other in there[:i])

    def has_twice(self, root: Root, *, inside: bool, arrays: bool = True) -> bool:
        """Whether a container may hold one object twice; `inside`: or give two ways to get to what is in its items.

        `arrays`: these count as well.
        """
        own = self.roots(self.state.parts.get(root, {}).values())
        if self.state.is_tied(root, Ways.REPEATED) or self.is_part_twice(root, own, arrays=arrays):
            return True
        is_shared = arrays and self.state.is_tied(root, Ways.SHARED)
        return is_shared or (inside and not self.are_trees([root], arrays=arrays))

    def ways_from(self, root: Root) -> Ways:
        """To what there may be two ways from a container, be that within one of its items."""
        repeated = Ways.REPEATED if self.has_twice(root, inside=False, arrays=False) else Ways.NONE
        return repeated | ways_unless(lambda arrays: not self.has_twice(root, inside=True, arrays=arrays))

    def is_tree(self, operand: Operand) -> bool:
        """Whether nothing can be reached from an operand in two ways."""
        return self.are_trees(self.roots([operand]))

    def are_trees(self, roots: Sequence[Root], *, arrays: bool = True) -> bool:
        """Whether nothing can be reached from these roots in two ways; what is held is known not to be held twice.

        `arrays`: they may not be either.
        """
        return self._are_apart(roots, arrays=arrays) and self.are_trees_each(roots, arrays=arrays)

    def are_trees_each(self, roots: Iterable[Root], *, arrays: bool) -> bool:
        """Whether nothing can be reached in two ways from one of these roots."""
        return not any(self._is_fork(root, arrays=arrays) for root in self.within(roots))

    def _are_apart(self, roots: Iterable[Root], *, arrays: bool) -> bool:
        """Whether nothing can be reached from two of these roots."""
        seen: frozenset[Root] = frozenset()
        for root in roots:
            reached = self.within([root])
            if may_meet(reached, seen, arrays=arrays):
                return False
            seen |= reached
        return True

    def _is_fork(self, root: Root, *, arrays: bool) -> bool:
        """Whether two ways to one thing may part at this root."""
        own = self.roots(self.state.parts.get(root, {}).values())
        is_tied = self._is_tied(root, arrays=arrays) or root in self.within(own)
        return is_tied or not self._are_parts_apart(root, own, arrays=arrays)

    def _is_tied(self, root: Root, *, arrays: bool) -> bool:
        return self.state.is_tied(root, Ways.ALL if arrays else Ways.TO_OBJECTS)

    def is_part_twice(self, root: Root, parts: Sequence[Root], *, arrays: bool) -> bool:
        """Whether two parts of a structure may be one; see below for what is only another name."""
        counted = [part for part in parts if arrays or not part.is_array]
        pairs = ((one, other) for i, one in enumerate(counted) for other in counted[:i])
        return any(one is other or (not root.may and one.meets(other)) for one, other in pairs)

    def are_parts_trees(self, root: Root, parts: Sequence[Root], *, arrays: bool = True) -> bool:
        """Whether nothing can be reached from the parts of a structure in two ways."""
        return self._are_parts_apart(root, parts, arrays=arrays) and self.are_trees_each(parts, arrays=arrays)

    def _are_parts_apart(self, root: Root, parts: Sequence[Root], *, arrays: bool) -> bool:
        """Whether nothing can be reached from two parts of a structure.

        Of what is only another name, all parts may be one, as far as is known; it is the first name that counts.
        """
        if root.may:
            counted = [part for part in parts if arrays or not part.is_array]
            return len(set(counted)) == len(counted)
        return self._are_apart(parts, arrays=arrays)

    def are_apart(self, container: Operand, source: Operand) -> bool:
        """Whether nothing can be reached from two of the items that two containers hold, or from two parts of these."""
        roots = [self.root(container), self.root(source)]
        if None in roots or any(map(self.state.is_tied, roots)):  # type: ignore[arg-type]
            return False
        ours, theirs = (self.reachable([o]) - set(roots) for o in (container, source))
        return not any(a.meets(b) for a in ours for b in theirs)

    def once_each(self, container: Operand, source: Operand) -> bool:
        """Whether a container that takes in the items of another one holds each of them, and what is in it, once."""
        root = self.root(source)
        return root is not None and self.are_apart(container, source) and not self.has_twice(root, inside=True)

    def untie(self, container: Operand) -> None:
        """Say that nothing can be reached in two ways from a container."""
        self.state.ways.pop(self.root(container), None)  # type: ignore[arg-type]

    def _overlap(self, containers: Iterable[Operand]) -> bool:
        """Whether the items of `containers`, taken together, may be one object twice."""
        seen: set[Root] = set()
        for container in containers:
            own = self.root(container)
            parts = self.state.parts.get(own, {}).values() if own is not None else ()
            held = self.reachable([container]).difference({own}, *(self.reachable([part]) for part in parts))
            for roots in (held, *(self.reachable([part]) for part in parts)):
                closure = closure_of(roots)
                if not seen.isdisjoint(closure):
                    return True
                seen |= closure
        return False

    def trees_around(self, root: Root) -> list[Root]:
        """A container, and those that it is in, as far as nothing can be reached in two ways from them."""
        around = [r for r in self.state.version if r is root or root in self.within([r])]
        return [r for r in around if not self.has_twice(r, inside=True)]

    def keep_apart(self, own: Root, ways: Iterable[tuple[Root | None, State]]) -> None:
        """Say of `own`, which is another root on each way, that it is none of what holds the root of no way.

        What a container holds, and it would be taken for, goes by another root from then on.
        """
        ways = list(ways)
        for holder, held in self.state.held.items():
            if not all(holder in state.version for _, state in ways):
                continue  # it is one of several itself
            inside = (self._may_hold(holder, r, state) for r, state in ways if r is not None)
            if own.meets_any(held) and not any(inside):
                self.state.held[holder] = frozenset({self.stand_in(held, [own])})

    def keep_contents_apart(self, changed: Collection[Root], were_apart: Callable[[Root, Root], bool]) -> None:
        """Say of containers, one of them `changed`, that nothing is in both of them, if they `were_apart`.

        What they hold goes by other roots from then on.
        """
        known: dict[Root, frozenset[Root]] = {}

        def inside(holder: Root) -> frozenset[Root]:
            if holder not in known:
                known[holder] = self.within(self.items_of(holder))
            return known[holder]

        for one in changed:
            for other in [h for h in self.state.held if h is not one and (h not in changed or h.number < one.number)]:
                if were_apart(one, other) and may_meet(inside(one), inside(other)):
                    made = self.stand_in(self.items_of(one), [])
                    apart = self.stand_in(self.items_of(other), [made, *filter(None, [made.inner])])
                    self.state.held[one], self.state.held[other] = frozenset({made}), frozenset({apart})
                    for around in [h for h, there in known.items() if not {one, other}.isdisjoint((h, *there))]:
                        del known[around]

    def stand_in(self, roots: Iterable[Root], apart: Iterable[Root]) -> Root:
        """A root for all that is known by these roots, and by those in them, and is none of those that are `apart`."""
        inside = self.within(roots)
        self.count += 1
        outside, foreign = any(r.outside for r in inside), any(r.foreign for r in inside)
        closure = closure_of(inside)
        instead = inside.union(*(r.instead for r in inside))
        made = Root(self.count, None, outside, foreign, closure, instead=instead)
        for one in instead:
            one.stand_ins.add(made)
        self.under[made] = self.keys_of(inside)
        if not all(r.is_array for r in inside):
            made.inner = Root(self.count, None, outside, foreign, closure, owner=made)
        self.separate([made, *filter(None, [made.inner])], {*apart, *apart_from_all(inside)})
        return made

    def hold_in_common(self, holders: Iterable[Root], keys: Keys) -> None:
        """Say that any of these containers may hold one object: an array, under these keys, or anything else."""
        self.count += 1
        array, thing = Root(self.count), Root(self.count)
        self.under[array] = keys
        thing.inner = Root(self.count, owner=thing)
        for holder in holders:
            self.state.held[holder] = self.items_of(holder) | {array, thing}

    @staticmethod
    def separate(ones: Iterable[Root], others: Collection[Root]) -> None:
        """Say that roots share no memory with others."""
        for one in ones:
            one.apart.update(others)
            for other in others:
                other.apart.add(one)


def either_of(ones: Keys, others: Keys) -> Keys:
    """The keys that are among these or those."""
    return None if ones is None or others is None else ones | others


def _twice(roots: Iterable[Root]) -> Ways:
    """The ways to what has these roots where one may be there twice."""
    return Ways.SHARED if all(r.is_array for r in roots) else Ways.ALL


def may_meet(ones: Iterable[Root], others: Iterable[Root], *, arrays: bool = True) -> bool:
    """Whether some of these may share memory with some of those; `arrays`: it may be that of an array."""
    ones, others = frozenset(ones), frozenset(others)
    if any(arrays or not root.is_array for root in ones & others):
        return True
    closure = closure_of(ones)
    near = (other for other in others if other in closure or not closure.isdisjoint(other.may))
    pairs = ((one, other) for other in near for one in ones.difference(other.apart))
    return any(one.meets(other) for one, other in pairs if arrays or not (one.is_array or other.is_array))


def apart_from_all(roots: Iterable[Root]) -> frozenset[Root]:
    """What is known to share no memory with any of these roots, though this may be said of one of them only."""
    roots = frozenset(roots)
    found = set[Root]().union(*(root.apart for root in roots))
    return frozenset(other for other in found if not other.meets_any(roots))
