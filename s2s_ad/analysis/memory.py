"""Which values are one and the same memory, and what is in it now.

A *root* is an array, list, dict or object that a program makes or is given. A value that has memory has a *place*: its
root, and for what is read out of it the *path*, the calls that lead from the root to it (`x[1:]`, `x.T`, `rows[i]`).
A write makes a new version of the root. Whoever reads a value by any of its names gets what is at its place now: the
newest version of the root, or the path followed again from there.

What a structure of known parts holds (a tuple, a dict with constant keys, an object) is not read through a path. The
parts are roots of their own, and the structure is brought up to date when it is read as a whole. A list of unknown
length only knows what was put into it, see `holding`, and where what is read from it comes from, see `naming`.

Where two roots may share memory without it being known how (a merge, a view that may be a copy, what a function gives
back), a write to one makes the others *lost*: they may not be read any more.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence

from s2s_ad.analysis.holding import may_meet
from s2s_ad.analysis.naming import Naming
from s2s_ad.analysis.roots import Part, Parts, Place, Root, State, Step, Ways, ways_unless
from s2s_ad.analysis.sharing import holds_memory, kinds
from s2s_ad.errors import MutationError, Span
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import part_type


class Memory(Naming):
    """The places of values, and the state of memory as a function is evaluated."""

    def __init__(self) -> None:
        super().__init__()
        self.is_written = False
        self.written_outside: dict[Root, Span | None] = {}
        self.dug: set[Root] = set()  # containers in whose items something has been written

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
        if item is None or item not in self.origin or item in self.sometimes_there:
            return
        base, index, _ = self.origin[item]
        own = self.places[base].root
        if own in self.state.lost:
            self._read_again(own, follow)
        if not self.stays(item, self.state):
            return
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
        if root in self.stirred:
            self.state.order[root] = self.state.version[root]
        del self.state.lost[root]

    def _stir(self, root: Root) -> None:
        """Note that what may be this, under another name, has got other items or parts."""
        self.stirred.update(r for r in (*root.may, *self.loose) if r is not root and r.meets(root))

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

    def write(self, target: Value, version: Value, span: Span | None) -> None:
        """Record the version that a write to `target` has made of its root, whose items are others now."""
        root = self.places[target].root
        self._set_version(root, version, span)
        self.state.order[root] = version
        if holds_memory(target.type):
            self._stir(root)
        self.forget_parts(self.state, root, self.state.parts.get(root, {}))
        self._lose(root, span, self._brought_up_to_date(root))

    def _brought_up_to_date(self, root: Root) -> frozenset[Root]:
        """The structures of which this is a part, that show a write to it when they are read; it is nowhere else."""
        around = itertools.takewhile(lambda owner: self.are_trees([owner]), self._around(root)[1:])
        return frozenset(r for owner in around for r in (owner, owner.inner) if r is not None)

    def write_part(self, target: Value, version: Value, key: Hashable, part: Operand, span: Span | None) -> None:
        """Record that a part of a structure of known parts has become another one."""
        root = self.places[target].root
        self._set_version(root, version, span)
        self.put_under(self.roots([part]), key)
        self.state.parts[root] = {**self.state.parts.get(root, {}), key: part}
        self._rebind(root, key, target, version)
        if self.root(part) is None:
            del self.state.parts[root][key]
        self.state.content[version] = dict(self.state.parts[root])
        if root in self.state.held:
            self.state.held[root] |= self.reachable([part])
        if root.outside:
            self.show_part(part)
        self._lose(root, span, self._brought_up_to_date(root))

    def _rebind(self, root: Root, key: Hashable, *versions: Value) -> None:
        """Note that a part of a structure, in the last of these versions, is another one than in the others."""
        self.rebound[root] = self.rebound.get(root, frozenset()) | {key}
        if any(kinds(part_type(version.type, key)) for version in versions):
            self._stir(root)

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
        index = self.origin[items[-1]][1]
        key = index.key if isinstance(index, Part) else None
        for held in frozenset[Root]().union(*(self.state.held.get(own, ()) for own in by_index)) - but - {root}:
            if not held.is_array or (root.is_array and not self.is_elsewhere(held, key)):
                self.state.lost.setdefault(held, span)  # a write to an object writes to no array that it holds

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

    def private(self, operand: Operand) -> frozenset[Root]:
        """What an operand may be, if nobody but variables and attributes has it; else nothing."""
        root = self.root(operand)
        closure = frozenset[Root]() if root is None else root.closure
        known = closure | {r.inner for r in closure if r.inner is not None}  # of what may be an array, or hold some
        held = [r for inside in self.state.held.values() for r in inside]
        is_own = not any(r.outside or r.foreign or any(r.meets(other) for other in held) for r in known)
        return known if is_own else frozenset()

    def lose_inside(self, roots: frozenset[Root], but: frozenset[Root], span: Span | None) -> None:
        """Mark what may be one of these roots, which have been written to, or hold one, as lost."""
        lost = {r for r in (*roots, *self.loose) if any(r.meets(one) for one in roots)}
        self._mark_lost(lost, roots, but, span)

    def lose_names(self, target: Operand, names: frozenset[Root], span: Span | None) -> None:
        """Mark what may be `target`, or hold it, as lost, but for the structures of which it is known to be a part."""
        root = self.root(target)
        self.lose_inside(names, frozenset() if root is None else self._brought_up_to_date(root), span)

    def _mark_lost(self, lost: set[Root], written: Collection[Root], but: frozenset[Root], span: Span | None) -> None:
        """Mark roots as lost, with what they are in, and with what holds one of those that were written to."""
        self.is_written = True
        lost = lost | {r.owner for r in lost if r.owner is not None and r in self.items_of(r.owner)}
        structures = self._structures_of_tokens(lost, {*but, *(r for one in written for r in self._around(one))})
        for holder, held in self.state.held.items():
            if holder not in but and may_meet(written, self.within(held)):
                lost.add(holder)
        for other in structures | ((lost | self._owners_of_parts(lost)) - but):
            self.state.lost.setdefault(other, span)
            if other.foreign:
                self.written_outside.setdefault(other, span)

    def _structures_of_tokens(self, lost: Iterable[Root], written: Collection[Root]) -> set[Root]:
        """The structures of which one of these may be a part, unless that is known to be what was written to."""
        places = {self.token_of[r] for r in lost if r in self.token_of}
        known = {place: self.root(self.state.parts.get(place[0], {}).get(place[1])) for place in places}  # type: ignore[arg-type]
        return {structure for (structure, _), root in known.items() if root not in written}

    def _around(self, root: Root) -> list[Root]:
        """What has this root, and the structures of which it is known to be a part, one in the other."""
        found = [root]
        while found[-1] in self.part_of:
            owner, key = self.part_of[found[-1]]
            if self.root(self.state.parts.get(owner, {}).get(key)) is not found[-1] or owner in found:  # type: ignore[arg-type]
                break
            found.append(owner)
        return found

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
        if key is not None:
            self._rebind(root, key, item, version)
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

    def place_again(self, root: Root, version: Value) -> None:
        """Record what has this root, and was lost, is now; it holds what `version` is known to hold."""
        state, made = self.state, self.places[version].root
        state.held[root] = state.held.get(root, frozenset()) | state.held.get(made, frozenset())
        self.tie(state, root, state.ways.get(made, Ways.NONE))
        self.state.version[root] = self.state.keys[root] = self.state.order[root] = version
        self.places[version] = Place(root, (), version)
        self.state.parts.pop(root, None)
        del self.state.lost[root]

    def reorder(self, item: Value) -> None:
        """Record that a list in a list has other items now, whose version is known."""
        root = self.places[item].root
        self.state.order[root] = self.state.version[root]
        if holds_memory(item.type):
            self._stir(root)
        self.forget_parts(self.state, root, self.state.parts.get(root, {}))

    def rekey(self, target: Value) -> None:
        """Record that a dict, whose version is known, may have other keys now."""
        root = self.places[target].root
        self.state.keys[root] = self.state.version[root]

    def renew(self, root: Root, version: Value, content: Parts) -> None:
        """Record a version of a structure that has the parts of now, and is where it was."""
        self.is_written = True
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
        own = self.roots(parts.values())
        held = frozenset(own)
        found = self.lost_part(own, had) if lost else None
        if found is not None:
            state.lost.setdefault(root, lost[found])
        if self.is_part_twice(root, own, arrays=False):
            state.tie(root, Ways.REPEATED)
        self.tie(state, root, ways_unless(lambda arrays: self.are_parts_trees(root, own, arrays=arrays)))
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
