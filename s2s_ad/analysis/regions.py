"""What branches and loops do to memory.

Where an `if` leaves a root in two versions, it gives the one of the side that ran. A loop carries the version of each
root that its body writes to. Nothing but an evaluation of the body tells which these are, so a loop is evaluated until
nothing new is found out about

* the roots that were there before and are written to,
* the variables that name the same object all the time, which need not be carried,
* the variables that may come to name one object, or one that was there before, or that a list holds,
* the parts of structures that become other objects.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from s2s_ad.analysis.memory import Memory, Place, Root, State
from s2s_ad.ir.nodes import UNDEFINED, Operand, Value
from s2s_ad.ir.types import Dict, Record


def changed(before: State, after: State) -> list[Root]:
    """The roots of before that have other versions after."""
    return [r for r, version in before.version.items() if after.version[r] is not version]


def joined(memory: Memory, before: State, sides: Sequence[State], results: dict[Root, Value]) -> State:
    """The state after several ways of which one was taken, with these versions of the roots that differ."""
    state = before.copy()
    for side in sides:
        state.repeated |= side.repeated
        for root, span in side.lost.items():
            state.lost.setdefault(root, span)
        for root, held in side.held.items():
            state.held[root] = state.held.get(root, frozenset()) | held
    lasting = {root: _lasting(memory, root, before, sides) for root in results}
    for root, keys in lasting.items():
        for side in (before, *sides):
            others = {k: p for k, p in side.parts.get(root, {}).items() if k not in keys}
            memory.forget_parts(state, root, others, side)
    _renew(memory, state, before, results, lasting)
    return state


def _lasting(memory: Memory, root: Root, before: State, sides: Iterable[State]) -> set[Hashable]:
    """The keys of the parts of a structure that are the same objects as before, whatever has been written to these."""
    parts = before.parts.get(root, {}) if isinstance(before.version[root].type, (Record, Dict)) else {}
    whole = {k: own for k, part in parts.items() if (own := _whole(memory, part)) is not None}
    ends = [side.parts.get(root, {}) for side in sides]
    return {k for k, own in whole.items() if all(_whole(memory, parts.get(k)) is own for parts in ends)}


def _whole(memory: Memory, part: Operand | None) -> Root | None:
    """The root that a part is, all of it."""
    place = memory.places.get(part) if isinstance(part, Value) else None
    return None if place is None or place.path else place.root


def _renew(
    memory: Memory, state: State, before: State, versions: Mapping[Root, Value], lasting: Mapping[Root, set[Hashable]]
) -> None:
    """Give roots new versions, which hold the newest versions of those of their parts that are the same as before."""
    for root, version in versions.items():
        state.version[root] = state.order[root] = version
        memory.places[version] = Place(root, (), version)
    for root, keys in lasting.items():
        parts = {k: state.version[memory.root(before.parts[root][k])] for k in keys}  # type: ignore[index]
        if parts:
            state.parts[root], state.content[versions[root]] = dict(parts), dict(parts)


@dataclass(eq=False)
class Round:
    """What is known of the memory that a loop works on: variables are counted as the loop carries them."""

    roots: list[Root] = field(default_factory=list)
    fixed: dict[int, Operand] = field(default_factory=dict)
    pairs: frozenset[tuple[int, int]] = frozenset()
    earlier: frozenset[tuple[int, Root]] = frozenset()
    holders: frozenset[tuple[Root | int, int]] = frozenset()
    held: frozenset[tuple[Root | int, Root]] = frozenset()
    lost: frozenset[Root | int] = frozenset()
    repeated: frozenset[int] = frozenset()
    moved: frozenset[tuple[Root, Hashable]] = frozenset()

    def same(self, other: Round) -> bool:
        """Whether two rounds have found out the same."""
        return all(getattr(self, name) == getattr(other, name) for name in vars(self) if name not in ("roots", "fixed"))


def named_twice(memory: Memory, variables: Sequence[Operand]) -> frozenset[tuple[int, int]]:
    """The pairs of variables that may name one object."""
    own = [memory.root(variable) for variable in variables]
    pairs = [(i, j) for j in range(len(own)) for i in range(j)]
    return frozenset((i, j) for i, j in pairs if own[i] is not None and own[j] is not None and own[i].meets(own[j]))  # type: ignore[union-attr, arg-type]


def start_round(
    memory: Memory, found: Round, params: Sequence[Value | None], inits: Sequence[Operand], roots: Sequence[Value]
) -> None:
    """Set the state at the start of the body; `params` are None for variables without memory or that are fixed."""
    state, before = memory.state, memory.state.copy()
    lasting = {
        root: {k for k in _lasting(memory, root, before, ()) if (root, k) not in found.moved} for root in found.roots
    }
    for root, keys in lasting.items():
        memory.forget_parts(state, root, {k: p for k, p in before.parts.get(root, {}).items() if k not in keys})
    _renew(memory, state, before, dict(zip(found.roots, roots, strict=True)), lasting)
    places: dict[int, Root] = {}
    for i, (param, init) in enumerate(zip(params, inits, strict=True)):
        if param is not None:
            places[i] = memory.derive(param, [init], (r for j, r in found.earlier if j == i))
    _set_apart(memory, places, found)
    _take_in(state, found, places)


def _take_in(state: State, found: Round, places: dict[int, Root]) -> None:
    """Set what the variables at `places`, and the roots of before, may hold, and which are lost."""

    def root_of(what: Root | int) -> Root | None:
        return places.get(what) if isinstance(what, int) else what

    pairs: list[tuple[Root | int, Root | int]] = [*found.held, *found.holders]
    for holder, item in pairs:
        one, other = root_of(holder), root_of(item)
        if one is not None and other is not None:
            state.held[one] = state.held.get(one, frozenset()) | {other}
    state.repeated |= {places[i] for i in found.repeated if i in places}
    for what in found.lost:
        root = root_of(what)
        if root is not None:
            state.lost.setdefault(root, None)


def _set_apart(memory: Memory, places: dict[int, Root], found: Round) -> None:
    """Variables that no round has found to name one object are apart; the others may be one."""
    for i, root in places.items():
        one = {r for j, r in places.items() if j != i and (min(i, j), max(i, j)) in found.pairs}
        root.apart = frozenset(places.values()) - one - {root}
        root.may |= one
        if one:
            memory.loose.append(root)


def end_round(
    memory: Memory, found: Round, mark: int, params: Sequence[Value | None], outs: Sequence[Operand], before: State
) -> Round:
    """What the end of the body tells of the start of the next round; roots up to number `mark` were there before."""
    state = memory.state
    kept = [(i, outs[i]) for i, param in enumerate(params) if param is not None]
    own = {i: root for i, out in kept if (root := memory.root(out)) is not None}
    reached = {i: memory.reachable([out]) for i, out in kept}
    pairs = named_twice(memory, [outs[i] if param is not None else UNDEFINED for i, param in enumerate(params)])
    earlier = {(i, r) for i, root in own.items() for r in root.closure if r.number <= mark}
    outside = {h: held for h, held in state.held.items() if h.number <= mark}
    moved = set(found.moved)
    for h in found.roots:
        lasting = _lasting(memory, h, before, [state])
        moved |= {(h, k) for k in before.parts.get(h, {}) if k not in lasting}
        others = (memory.root(part) for k, part in state.parts.get(h, {}).items() if k not in lasting)
        outside[h] = outside.get(h, frozenset()) | frozenset(r for r in others if r is not None)
    holders: set[tuple[Root | int, int]] = {
        (h, i) for i, root in own.items() for h, held in outside.items() if any(root.meets(r) for r in held)
    }
    holders |= {
        (j, i) for i, root in own.items() for j, inside in reached.items() if j != i and root in inside - {own.get(j)}
    }
    held: set[tuple[Root | int, Root]] = {
        (h, c) for h, rs in outside.items() for r in rs for c in r.closure if c.number <= mark
    }
    held |= {
        (i, c) for i, inside in reached.items() for r in inside - {own.get(i)} for c in r.closure if c.number <= mark
    }
    lost: set[Root | int] = {r for r in state.lost if r.number <= mark}
    named = {i: memory.reachable([out], by_parts=True) for i, out in kept}  # a list that holds what is lost is lost too
    lost |= {i for i, inside in named.items() if any(r in state.lost for r in inside)}
    return Round(
        found.roots, found.fixed, found.pairs | pairs, found.earlier | earlier, found.holders | holders,
        found.held | held, found.lost | lost, found.repeated | {i for i, root in own.items() if root in state.repeated},
        frozenset(moved),
    )  # fmt: skip


def finish(
    memory: Memory,
    found: Round,
    before: State,
    end: State,
    roots: Sequence[Value],
    names: Iterable[tuple[Value | None, Value, Operand]],
) -> None:
    """Set the state after a loop with the last versions of `roots`.

    `names` give for each variable its parameter, its result and what it starts from.
    """
    state = joined(memory, before, [end], dict(zip(found.roots, roots, strict=True)))
    memory.state = state
    results: dict[int, Root] = {}
    for i, (param, result, init) in enumerate(names):
        if param is not None:
            results[i] = memory.derive(result, [init], (r for j, r in found.earlier if j == i))
    _set_apart(memory, results, found)
    _take_in(state, found, results)
