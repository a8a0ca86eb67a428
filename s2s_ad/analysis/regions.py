"""What branches and loops do to memory.

Where an `if` leaves a root in two versions, it gives the one of the side that ran. A loop carries the version of each
root that its body writes to. Nothing but an evaluation of the body tells which these are, so a loop is evaluated until
nothing new is found out about

* the roots that were there before and are written to,
* the variables that name the same object all the time, which need not be carried,
* the parts of objects and dicts that come to be other objects, which count as variables from then on,
* the variables that may come to name one object, or one that was there before, or that a list holds.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from s2s_ad.analysis.memory import Memory
from s2s_ad.analysis.roots import Parts, Place, Root, State, part_at
from s2s_ad.analysis.sharing import kinds
from s2s_ad.ir.nodes import UNDEFINED, Call, Const, Operand, Value
from s2s_ad.ir.types import Absent, Dict, Record, Tuple, Type, part_type

_WITH_PARTS = (Record, Dict, Tuple)
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
        state.repeated |= side.repeated
        state.entangled |= side.entangled
        state.shared |= side.shared
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
            memory.forget_parts(state, root, _others(one.parts.get(root, {}), known), one)
        state.version[root] = version
        if any(side.order.get(root) is not before.order.get(root) for side in sides):
            state.order[root] = version
        if any(side.keys.get(root) is not before.keys.get(root) for side in sides):
            state.keys[root] = version
        memory.places[version] = Place(root, (), version)
    for root in results:
        memory.keep_parts(state, root, kept[root])
        memory.keep_origin(state, root, [before, *sides] if in_loop else sides)
    return state


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
    return found


def chosen_parts(memory: Memory, before: State, sides: Sequence[State], results: dict[Root, Value]) -> list[Key]:
    """The parts of objects and dicts that are known objects on all sides, though not the same ones."""
    found: list[Key] = []
    for root, version in results.items():
        types = [version.type, *(side.version[root].type for side in sides)]
        if all(isinstance(t, (Record, Dict)) for t in types):
            names = version.type.names if isinstance(version.type, Record) else version.type.keys  # type: ignore[attr-defined]
            kept = kept_parts(memory, root, before, sides)
            news = [key for key in names if key not in kept and has_part(version.type, key)]
            found += [(root, key) for key in news if _is_known(memory, root, sides, key)]
    return found


def has_part(t: Type, key: Hashable) -> bool:
    """Whether something is surely an object or a dict that has, under this key, what has memory."""
    part = part_type(t, key)
    return isinstance(t, (Record, Dict)) and not isinstance(part, Absent) and bool(kinds(part))


def _moving_parts(memory: Memory, found: Round, before: State) -> list[Key]:
    """The parts of objects and dicts that a round has made other objects, of which it is known what these are."""
    after = memory.state
    news: list[Key] = []
    for root in dict.fromkeys([*found.roots, *changed(before, after)]):
        if not isinstance(before.version[root].type, (Record, Dict)):
            continue
        known = {*kept_parts(memory, root, before, [after]), *(key for r, key in found.parts if r is root)}
        keys = [key for key in after.parts.get(root, {}) if key not in known]
        news += [(root, k) for k in keys if all(_is_known(memory, root, [state], k) for state in (before, after))]
    return news


def part_read(structure: Value, key: Hashable) -> Call:
    """A read of a part of an object or a dict."""
    part = Value(None, part_type(structure.type, key))
    return Call((part,), Const(part_at(structure.type, key).fn), (structure, Const(key)))


def part_in(state: State, root: Root, key: Hashable) -> Operand:
    """What is known to be a part of an object or a dict; `UNDEFINED` where that is nothing with memory."""
    return state.parts.get(root, {}).get(key, UNDEFINED)


def _is_known(memory: Memory, root: Root, sides: Sequence[State], key: Hashable) -> bool:
    """Whether a part that has memory is known on all sides."""
    with_memory = [side for side in sides if kinds(part_type(side.version[root].type, key))]
    return all(memory.root(part_in(side, root, key)) for side in with_memory)


def _others(parts: Parts, kept: Container[Hashable]) -> Parts:
    return {k: p for k, p in parts.items() if k not in kept}


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
    repeated: frozenset[Root | int] = frozenset()
    entangled: frozenset[Root | int] = frozenset()
    shared: frozenset[Root | int] = frozenset()
    moved: frozenset[Key] = frozenset()
    parts: tuple[Key, ...] = ()  # which count as variables, after all others
    blurred: frozenset[Key] = frozenset()  # those of which it is not known what they are
    reordered: frozenset[Root] = frozenset()
    rekeyed: frozenset[Root] = frozenset()
    strays: frozenset[Root] = frozenset()  # which do not stay where they were in a list or dict

    def kept(self, memory: Memory, root: Root, before: State, after: Type | None = None) -> Parts:
        """The parts of a root that no round has found to become other objects; for `after` see `kept_parts`."""
        parts = kept_parts(memory, root, before, (), after)
        return {k: p for k, p in parts.items() if (root, k) not in self.moved}

    def followed(self, root: Root) -> set[Hashable]:
        """The keys of the parts of a root that count as variables."""
        return {key for r, key in self.parts if r is root and (r, key) not in self.blurred}

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
    """Set the state at the start of the body; `params` are None for variables without memory or that are fixed.

    The last of `params` and `inits` are parts that count as variables.
    """
    state = memory.state
    before = state.copy()
    state.resized = frozenset()
    kept = {root: found.kept(memory, root, state, v.type) for root, v in zip(found.roots, roots, strict=True)}
    for root, version in zip(found.roots, roots, strict=True):
        memory.forget_parts(state, root, _others(state.parts.get(root, {}), {*kept[root], *found.followed(root)}))
        state.version[root] = version
        if root in found.reordered:
            state.order[root] = version
        if root in found.rekeyed:
            state.keys[root] = version
        memory.places[version] = Place(root, (), version)
    for root in found.roots:
        memory.keep_parts(state, root, kept[root])
        origin = None if root in found.strays else memory.common_origin(root, [before])
        if origin is not None and origin[0] not in found.reordered:
            memory.keep_origin(state, root, [before])
    _enter(memory, found, before, params, params, inits)


def _enter(
    memory: Memory,
    found: Round,
    before: State,
    params: Sequence[Value | None],
    values: Sequence[Value | None],
    inits: Sequence[Operand],
) -> None:
    """Say what the variables with memory, which have these values, may be in a loop or after it.

    What was lost `before` the loop is lost where the loop may not have run.
    """
    places: dict[int, Root] = {}
    parts = dict(enumerate(found.parts, len(inits) - len(found.parts)))
    for i in (i for i, param in enumerate(params) if param is not None):
        earlier = [r for j, r in found.earlier if j == i]
        value = values[i]
        assert value is not None
        if i in parts:
            places[i] = memory.choose_part(*parts[i], value, [inits[i]], earlier)
        else:
            places[i] = memory.name_again(value, [inits[i]], earlier)
    for i, root in places.items():
        memory.hold_what(root, [inits[i]])
        if memory.lost_part([memory.root(inits[i])], before) is not None:
            memory.state.lost.setdefault(root, None)
    _set_apart(memory, places, found)
    _take_in(memory, found, places)


def _take_in(memory: Memory, found: Round, places: dict[int, Root]) -> None:
    """Set what the variables at `places`, and the roots of before, may hold, and which are lost.

    A variable that a container never held may have named earlier what that holds now.
    """
    state = memory.state

    def root_of(what: Root | int) -> Root | None:
        return places.get(what) if isinstance(what, int) else what

    pairs: list[tuple[Root | int, Root | int]] = [*found.held, *found.holders]
    for holder, item in pairs:
        one, other = root_of(holder), root_of(item)
        if one is not None and other is not None:
            apart = [r for i, r in places.items() if i != holder and (holder, i) not in found.holders]
            if not isinstance(item, int) and any(r.meets(item) for r in apart):
                other = memory.stand_in([item], apart)
            state.held[one] = state.held.get(one, frozenset()) | {other}
    state.repeated |= frozenset(filter(None, map(root_of, found.repeated)))
    state.entangled |= frozenset(filter(None, map(root_of, found.entangled)))
    state.shared |= frozenset(filter(None, map(root_of, found.shared)))
    for what in found.lost:
        root = root_of(what)
        if root is not None:
            state.lost.setdefault(root, None)


def _set_apart(memory: Memory, places: dict[int, Root], found: Round) -> None:
    """Variables that no round has found to name one object are apart; the others may be one."""
    for i, root in places.items():
        one = {r for j, r in places.items() if j != i and (min(i, j), max(i, j)) in found.pairs}
        root.apart |= frozenset(places.values()) - one - {root}
        root.may |= one
        if one:
            memory.loose.append(root)


def end_round(
    memory: Memory,
    found: Round,
    mark: int,
    before: State,
    params: Sequence[Value | None],
    inits: Sequence[Operand],
    outs: Sequence[Operand],
) -> Round:
    """What the end of the body tells of the start of the next round; roots up to number `mark` were there before.

    The last of `params`, `inits` and `outs` are parts that count as variables.
    """
    state = memory.state
    news = _moving_parts(memory, found, before)
    if news:  # what can be found out without following them would be too little
        first = named_twice(memory, [*inits, *(part_in(before, *part) for part in news)])
        return Round(found.roots, found.fixed, first, parts=(*found.parts, *news), blurred=found.blurred)
    fixed = {root: kept_parts(memory, root, before, [state]) for root in found.roots}
    moved = {(r, k) for r in found.roots for k in found.kept(memory, r, before) if k not in fixed[r]}
    kept = [(i, outs[i]) for i, param in enumerate(params) if param is not None]
    own = {i: root for i, out in kept if (root := memory.root(out)) is not None}
    reached = {i: memory.reachable([out]) for i, out in kept}
    pairs = named_twice(memory, [outs[i] if param is not None else UNDEFINED for i, param in enumerate(params)])
    earlier = {(i, r) for i, root in own.items() for r in root.closure if r.number <= mark}
    outside = {h: held for h, held in state.held.items() if h.number <= mark}
    for h in found.roots:
        others = _others(state.parts.get(h, {}), {*fixed[h], *found.followed(h)})
        parts = frozenset(r for r in map(memory.root, others.values()) if r is not None)
        outside[h] = memory.within(outside.get(h, frozenset()) | parts)
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

    def at_start(roots: frozenset[Root], *, inside: bool, arrays: bool) -> set[Root | int]:
        """Those of the roots that are there at the start of the next round, and the variables that are like them."""
        variables = {i for i, root in own.items() if memory.has_twice(root, inside=inside, arrays=arrays)}
        return {r for r in roots if r.number <= mark} | variables

    lost: set[Root | int] = {r for r in state.lost if r.number <= mark}
    lost |= {i for i, root in own.items() if memory.lost_part([root], state) is not None}
    return Round(
        found.roots, found.fixed, found.pairs | pairs, found.earlier | earlier, found.holders | holders,
        found.held | held, found.lost | lost,
        found.repeated | at_start(state.repeated, inside=False, arrays=False),
        found.entangled | at_start(state.entangled, inside=True, arrays=False),
        found.shared | at_start(state.shared, inside=True, arrays=True), found.moved | moved,
        found.parts, found.blurred | {(r, k) for r, k in found.parts if not _is_known(memory, r, [state], k)},
        found.reordered | {r for r in found.roots if state.order.get(r) is not before.order.get(r)},
        found.rekeyed | {r for r in found.roots if state.keys.get(r) is not before.keys.get(r)},
        found.strays | {r for r in found.roots if memory.common_origin(r, [before, state]) is None},
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

    `names` give for each variable its parameter, its result and what it starts from, last for the parts that count as
    variables.
    """
    versions, followed = dict(zip(found.roots, roots, strict=True)), [p for p in found.parts if p not in found.blurred]
    memory.state = joined(memory, before, [end], versions, followed, in_loop=True)
    params, values, inits = zip(*names, strict=True) if names else ((), (), ())
    _enter(memory, found, before, params, values, inits)
