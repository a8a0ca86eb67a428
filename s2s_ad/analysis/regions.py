"""What memory is after several ways of which one was taken.

Where an `if` leaves a root in two versions, it gives the one of the side that ran. Parts of objects and dicts that are
the same objects on all ways stay known; those that are known on each way, though not the same, are read anew.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Container, Hashable, Sequence

from s2s_ad.analysis.holding import may_meet
from s2s_ad.analysis.memory import Memory
from s2s_ad.analysis.roots import Parts, Place, Root, State, part_at
from s2s_ad.analysis.sharing import kinds
from s2s_ad.ir.nodes import UNDEFINED, Call, Const, Operand, Value
from s2s_ad.ir.types import Absent, Dict, List, Record, Tuple, Type, part_type

_WITH_PARTS = (Record, Dict, Tuple, List)
Key = tuple[Root, Hashable]  # a part of an object or a dict


def changed(before: State, after: State) -> list[Root]:
    """The roots of before that have other versions after."""
    return [r for r, version in before.version.items() if after.version[r] is not version]


def joined(
    memory: Memory,
    before: State,
    sides: Sequence[State],
    results: dict[Root, Value],
    chosen: Collection[Key],
    *,
    in_loop: bool = False,
) -> State:
    """The state after several ways of which one was taken, with these versions of the roots that differ.

    `chosen` are parts of which the caller says what they are. `in_loop`: it may be none of the ways, and it is the
    caller who says what is held.
    """
    state = before.copy()
    kept = {root: kept_parts(memory, root, before, sides, version.type) for root, version in results.items()}
    for side in sides:
        for root, ways in side.ways.items():
            state.tie(root, ways)
        state.resized |= side.resized
        for root, span in side.lost.items():
            state.lost.setdefault(root, span)
        for root, held in side.held.items() if not in_loop else ():
            state.held[root] = state.held.get(root, frozenset()) | held
    for side in sides:  # of what was made there it is only known what it holds
        for root, parts in side.parts.items():
            if root not in before.version:
                memory.forget_parts(state, root, parts, side)
    for root, version in results.items():
        known = {*kept[root], *(key for r, key in chosen if r is root)}
        for one in (before, *sides):
            memory.forget_parts(state, root, all_but(one.parts.get(root, {}), known), one)
        state.version[root] = version
        if any(side.order.get(root) is not before.order.get(root) for side in sides):
            state.order[root] = version
        if any(side.keys.get(root) is not before.keys.get(root) for side in sides):
            state.keys[root] = version
        memory.places[version] = Place(root, (), version)
    if not in_loop:
        _keep_contents_apart(memory, state, before, sides)
    for root in results:
        memory.keep_parts(state, root, kept[root])
        memory.keep_origin(state, root, [before, *sides] if in_loop else sides)
    return state


def _keep_contents_apart(memory: Memory, state: State, before: State, sides: Sequence[State]) -> None:
    """Say in the state after several ways of containers that nothing is in both, if that is so on each way."""

    @functools.cache
    def contents(side: State, root: Root) -> frozenset[Root]:
        return memory.contents_at(side, root)

    def were_apart(one: Root, other: Root) -> bool:
        if any(root not in side.version for root in (one, other) for side in sides):
            return False
        return not any(may_meet(contents(side, one), contents(side, other)) for side in sides)

    now, memory.state = memory.state, state
    try:
        changed = [h for h in state.held if any(side.held.get(h) != before.held.get(h) for side in sides)]
        memory.keep_contents_apart(changed, were_apart)
    finally:
        memory.state = now


def kept_parts(memory: Memory, root: Root, before: State, sides: Sequence[State], after: Type | None = None) -> Parts:
    """The parts of a structure that are the same objects in all states, though these may be written to.

    `after`: the type that it has from there on, whose parts may not be known.
    """
    before_type = before.version[root].type
    if not isinstance(before_type, _WITH_PARTS) or not isinstance(after or before_type, _WITH_PARTS):
        return {}
    parts = before.parts.get(root, {}).items()
    found = {k: p for k, p in parts if memory.root(p) in before.version}
    for side in sides:
        now = side.parts.get(root, {})
        found = {k: p for k, p in found.items() if k in now and memory.are_one(p, now[k])}
    counts = {len(parts), *(len(side.parts.get(root, {})) for side in sides)}
    return {} if isinstance(before_type, List) and counts != {len(found)} else found  # of a list all parts, or none


def chosen_parts(memory: Memory, before: State, sides: Sequence[State], results: dict[Root, Value]) -> list[Key]:
    """The parts of objects and dicts that are known objects on all sides, though not the same ones."""
    found: list[Key] = []
    for root, version in results.items():
        types = [version.type, *(side.version[root].type for side in sides)]
        if all(isinstance(t, (Record, Dict)) for t in types):
            names = version.type.names if isinstance(version.type, Record) else version.type.keys  # type: ignore[attr-defined]
            kept = kept_parts(memory, root, before, sides)
            news = [key for key in names if key not in kept and has_part(version.type, key)]
            found += [(root, key) for key in news if is_known(memory, root, sides, key)]
    return found


def has_part(t: Type, key: Hashable) -> bool:
    """Whether something is surely an object or a dict that has, under this key, what has memory."""
    part = part_type(t, key)
    return isinstance(t, (Record, Dict)) and not isinstance(part, Absent) and bool(kinds(part))


def part_read(structure: Value, key: Hashable) -> Call:
    """A read of a part of an object or a dict."""
    part = Value(None, part_type(structure.type, key))
    return Call((part,), Const(part_at(structure.type, key).fn), (structure, Const(key)))


def part_in(state: State, root: Root, key: Hashable) -> Operand:
    """What is known to be a part of an object or a dict; `UNDEFINED` where that is nothing with memory."""
    return state.parts.get(root, {}).get(key, UNDEFINED)


def is_known(memory: Memory, root: Root, sides: Sequence[State], key: Hashable) -> bool:
    """Whether a part that has memory is known on all sides."""
    with_memory = [side for side in sides if kinds(part_type(side.version[root].type, key))]
    return all(memory.root(part_in(side, root, key)) for side in with_memory)


def all_but(parts: Parts, kept: Container[Hashable]) -> Parts:
    """The parts that have other keys than these."""
    return {k: p for k, p in parts.items() if k not in kept}
