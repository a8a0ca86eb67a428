"""What loops do to memory.

A loop carries the version of each root that its body writes to. Nothing but an evaluation of the body tells which these
are, so a loop is evaluated in rounds, until nothing new is found out about

* the roots that were there before and are written to,
* the variables that name the same object all the time, which need not be carried,
* the parts of objects and dicts that come to be other objects, which count as variables from then on,
* the variables that may come to name one object, or one that was there before, or that a list holds.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from s2s_ad.analysis.holding import Keys, either_of, may_meet
from s2s_ad.analysis.memory import Memory
from s2s_ad.analysis.regions import Key, all_but, changed, is_known, joined, kept_parts, part_in
from s2s_ad.analysis.roots import Parts, Place, Root, State, Ways, closure_of, same_index
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Value
from s2s_ad.ir.types import Dict, Record, Type

T = TypeVar("T", Ways, frozenset[Root])


@dataclass(eq=False)
class Carried:
    """A variable of a loop, or the `part` of an object or a dict that counts as one.

    `value`: what it is in the body, or after the loop; None for what has no memory, or is fixed. `init` and `out`: what
    it is before the loop, and at the end of the body.
    """

    value: Value | None
    init: Operand
    part: Key | None = None
    out: Operand = UNDEFINED


@dataclass(eq=False)
class Round:
    """What is known of the memory that a loop works on: variables go by their numbers in the list of those carried."""

    roots: list[Root] = field(default_factory=list)
    fixed: dict[int, Operand] = field(default_factory=dict)
    pairs: frozenset[tuple[int, int]] = frozenset()
    earlier: frozenset[tuple[int, Root]] = frozenset()
    holders: frozenset[tuple[Root | int, int]] = frozenset()
    held: Mapping[Root | int, frozenset[Root]] = field(default_factory=dict)
    common: Mapping[frozenset[Root | int], Keys] = field(default_factory=dict)  # new things in both
    mixed: frozenset[frozenset[Root | int]] = frozenset()  # pairs that may hold anything in common
    keys: Mapping[int, Keys] = field(default_factory=dict)  # by which variables may be in objects and dicts
    lost: frozenset[Root | int] = frozenset()
    ways: Mapping[Root | int, Ways] = field(default_factory=dict)
    moved: frozenset[Key] = frozenset()
    parts: tuple[Key, ...] = ()  # which count as variables, after all others
    blurred: frozenset[Key] = frozenset()  # those of which it is not known what they are
    reordered: frozenset[Root] = frozenset()
    rekeyed: frozenset[Root] = frozenset()
    strays: frozenset[Root] = frozenset()  # which do not stay where they were in a list or dict
    placed: frozenset[tuple[int, Root, Hashable]] = (
        frozenset()
    )  # variables that are in a container, by a constant index
    unplaced: frozenset[int] = frozenset()  # which are there in some rounds only

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


def start_round(memory: Memory, found: Round, carried: Sequence[Carried], roots: Sequence[Value]) -> None:
    """Set the state at the start of the body, where the roots that it writes to have these versions."""
    state = memory.state
    before = state.copy()
    state.resized = frozenset()
    kept = {root: found.kept(memory, root, state, v.type) for root, v in zip(found.roots, roots, strict=True)}
    for root, version in zip(found.roots, roots, strict=True):
        memory.forget_parts(state, root, all_but(state.parts.get(root, {}), {*kept[root], *found.followed(root)}))
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
    _enter(memory, found, before, carried)


def _enter(memory: Memory, found: Round, before: State, carried: Sequence[Carried]) -> None:
    """Say what the variables with memory may be, in a loop or after it.

    What was lost `before` the loop is lost where the loop may not have run.
    """
    places: dict[int, Root] = {}
    for i, one in enumerate(carried):
        if one.value is None:
            continue
        earlier = [r for j, r in found.earlier if j == i]
        if one.part is None:
            places[i] = memory.name_again(one.value, [one.init], earlier)
        else:
            places[i] = memory.choose_part(*one.part, one.value, [one.init], earlier)
    for i, root in places.items():
        memory.hold_what(root, [carried[i].init])
        if memory.lost_part([memory.root(carried[i].init)], before) is not None:
            memory.state.lost.setdefault(root, None)
    _set_apart(memory, places, found)
    _take_in(memory, found, places)
    _make_way(memory, found, before, places, carried)
    _keep_contents_apart(memory, found, before, places, carried)
    for i, own, index in found.placed:
        if i in places:
            memory.place_in(memory.state, carried[i].value, own, Const(index))  # type: ignore[arg-type]


def _set_apart(memory: Memory, places: Mapping[int, Root], found: Round) -> None:
    """Variables that no round has found to name one object are apart; the others may be one."""
    for i, root in places.items():
        one = {r for j, r in places.items() if j != i and (min(i, j), max(i, j)) in found.pairs}
        root.apart.update(frozenset(places.values()) - one - {root})
        root.may |= one
        if one:
            memory.loose.append(root)


def _take_in(memory: Memory, found: Round, places: Mapping[int, Root]) -> None:
    """Set what the variables at `places`, and the roots of before, may hold, and which are lost.

    A variable that a container never held may have named earlier what that holds now.
    """
    state = memory.state

    def root_of(what: Root | int) -> Root | None:
        return places.get(what) if isinstance(what, int) else what

    @functools.cache
    def named_apart(items: frozenset[Root], apart: frozenset[Root]) -> frozenset[Root]:
        near = {r for r in items if r.meets_any(apart)}
        return (items - near).union(_stand_ins(memory, near, apart))

    for holder, items in found.held.items():
        one = root_of(holder)
        if one is not None:
            apart = frozenset(r for i, r in places.items() if i != holder and (holder, i) not in found.holders)
            state.held[one] = state.held.get(one, frozenset()) | named_apart(items, apart)
    for holder, i in found.holders:
        one, other = root_of(holder), places.get(i)
        if one is not None and other is not None:
            memory.put_under_keys([other], found.keys.get(i))
            state.held[one] = state.held.get(one, frozenset()) | {other}
    by_keys: dict[Keys, set[frozenset[Root]]] = {}
    for both, keys in found.common.items():
        by_keys.setdefault(keys, set()).add(frozenset(filter(None, map(root_of, both))))
    for keys, pairs_of_roots in by_keys.items():
        for group in _groups({pair for pair in pairs_of_roots if len(pair) == 2}):
            memory.hold_in_common(group, keys)
    for what, ways in found.ways.items():
        if isinstance(what, int) and what in places:
            memory.tie(state, places[what], ways)
        elif isinstance(what, Root):
            state.tie(what, ways)
    for gone in filter(None, map(root_of, found.lost)):
        state.lost.setdefault(gone, None)


def _stand_ins(memory: Memory, roots: Iterable[Root], apart: frozenset[Root]) -> list[Root]:
    """Roots that stand in for these, and are apart from others: for arrays by the keys that these go by."""
    alike: dict[tuple[bool, Keys], list[Root]] = {}
    for root in roots:
        inside = memory.within([root])
        alike.setdefault((all(r.is_array for r in inside), memory.keys_of(inside)), []).append(root)
    return [memory.stand_in(group, apart) for group in alike.values()]


def _groups(pairs: Collection[frozenset[Root]]) -> Iterator[set[Root]]:
    """Groups such that each pair is in one of them, and that any two of a group are a pair."""
    near: dict[Root, set[Root]] = {}
    for pair in pairs:
        for root in pair:
            near.setdefault(root, set()).update(pair)
    rest = set(pairs)
    while rest:
        group = set(next(iter(rest)))
        for root, others in near.items():
            if group <= others:
                group.add(root)
        rest.difference_update(map(frozenset, itertools.combinations(group, 2)))
        yield group


def _make_way(
    memory: Memory, found: Round, before: State, places: Mapping[int, Root], carried: Sequence[Carried]
) -> None:
    """Set what containers hold apart from the variables that name no such thing, before the loop and after each round.

    They may have named it: what is taken out of a work list in one round has been in there in the round before.
    """
    holders = [h for h in memory.state.held if h in before.version]
    for holder in holders:
        held = memory.items_of(holder)
        near = [i for i, root in places.items() if (holder, i) not in found.holders and root.meets_any(held)]
        if near:
            inside = memory.contents_at(before, holder)
            inits = {i: memory.root(carried[i].init) for i in near}
            apart = [places[i] for i, init in inits.items() if init is None or not init.meets_any(inside)]
            if apart:
                memory.state.held[holder] = frozenset({memory.stand_in(held, apart)})


def _keep_contents_apart(
    memory: Memory, found: Round, before: State, places: Mapping[int, Root], carried: Sequence[Carried]
) -> None:
    """Set apart what is in two containers that hold nothing in common, before the loop and after each round."""
    numbers: dict[Root, Root | int] = {root: i for i, root in places.items()}

    @functools.cache
    def inside(root: Root) -> frozenset[Root]:
        number = numbers.get(root)
        start = memory.root(carried[number].init) if isinstance(number, int) else root
        return frozenset() if start is None else memory.contents_at(before, start)

    def were_apart(one: Root, other: Root) -> bool:
        pair = frozenset(numbers.get(root, root) for root in (one, other))
        is_known = all(root in numbers or root in before.version for root in (one, other))
        return is_known and pair not in found.mixed and not may_meet(inside(one), inside(other))

    changed = {places.get(h) if isinstance(h, int) else h for h in (*found.held, *(h for h, _ in found.holders))}
    memory.keep_contents_apart([r for r in memory.state.held if r in changed], were_apart)


def end_round(memory: Memory, found: Round, mark: int, before: State, carried: Sequence[Carried]) -> Round:
    """What the end of the body tells of the start of the next round; roots up to number `mark` were there before."""
    state = memory.state
    news = _moving_parts(memory, found, before)
    if news:  # what can be found out without following them would be too little
        inits = [*(one.init for one in carried), *(part_in(before, *part) for part in news)]
        first = named_twice(memory, inits)
        parts = (*found.parts, *news)
        return Round(found.roots, found.fixed, first, moved=found.moved, parts=parts, blurred=found.blurred)
    outs = {i: one.out for i, one in enumerate(carried) if one.value is not None}
    own = {i: root for i, out in outs.items() if (root := memory.root(out)) is not None}
    pairs = named_twice(memory, [outs.get(i, UNDEFINED) for i in range(len(carried))])
    earlier = {(i, r) for i, root in own.items() for r in root.closure if r.number <= mark}
    holders, held, common = _holding(memory, found, mark, before, outs)
    roots = dict.fromkeys([*found.roots, *changed(before, state)])
    fixed = {root: kept_parts(memory, root, before, [state]) for root in roots}
    moved = {(r, k) for r in roots for k in found.kept(memory, r, before) if k not in fixed[r]}
    ways: dict[Root | int, Ways] = {r: there for r, there in state.ways.items() if r.number <= mark}
    ways |= {i: there for i, root in own.items() if (there := memory.ways_from(root))}
    keys = {i: either_of(found.keys.get(i, frozenset()), memory.keys_of(root.closure)) for i, root in own.items()}
    placed = {(i, *at) for i, one in enumerate(carried) if (at := _place_of(memory, mark, before, one)) is not None}
    unplaced = found.unplaced | {i for i, *_ in found.placed - placed}
    lost: set[Root | int] = {r for r in state.lost if r.number <= mark}
    lost |= {i for i, root in own.items() if memory.lost_part([root], state) is not None}
    return replace(
        found,
        pairs=found.pairs | pairs,
        earlier=found.earlier | earlier,
        holders=found.holders | holders,
        held=_united(found.held, held, frozenset()),
        common={**found.common, **common},
        mixed=found.mixed | _mixed(memory, found, mark, before, own),
        keys=keys,
        lost=found.lost | lost,
        ways=_united(found.ways, ways, Ways.NONE),
        moved=found.moved | moved,
        blurred=found.blurred | {(r, k) for r, k in found.parts if not is_known(memory, r, [state], k)},
        reordered=found.reordered | {r for r in found.roots if state.order.get(r) is not before.order.get(r)},
        rekeyed=found.rekeyed | {r for r in found.roots if state.keys.get(r) is not before.keys.get(r)},
        strays=found.strays | {r for r in found.roots if memory.common_origin(r, [before, state]) is None},
        placed=frozenset(p for p in placed if p[0] not in unplaced),
        unplaced=unplaced,
    )


def _united(ones: Mapping[Root | int, T], others: Mapping[Root | int, T], nothing: T) -> dict[Root | int, T]:
    return {what: ones.get(what, nothing) | others.get(what, nothing) for what in {**ones, **others}}


def _holding(
    memory: Memory, found: Round, mark: int, before: State, outs: Mapping[int, Operand]
) -> tuple[set[tuple[Root | int, int]], dict[Root | int, frozenset[Root]], dict[frozenset[Root | int], Keys]]:
    """What the roots of before and the variables hold at the end of the body: what variables name, and what was there.

    What is new and has no name is known by what holds it alone; the last are the pairs of which both hold such a thing.
    """
    state = memory.state
    inside: dict[Root | int, frozenset[Root]] = {}
    for h in {*state.held, *found.roots}:
        if h.number <= mark:
            known = {*kept_parts(memory, h, before, [state]), *found.followed(h)} if h in found.roots else set()
            others = all_but(state.parts.get(h, {}), known) if h in found.roots else {}
            parts = frozenset(memory.roots(others.values()))
            inside[h] = memory.within(state.held.get(h, frozenset()) | parts)
    holders: set[tuple[Root | int, int]] = set()
    own = {i: memory.root(out) for i, out in outs.items()}
    for i, root in own.items():
        if root is not None:
            holders |= {(h, i) for h, held in inside.items() if root.meets_any(held)}
    for j, out in outs.items():
        inside[j] = memory.reachable([out]) - {own[j]}
        holders |= {(j, i) for i, root in own.items() if j != i and root and root.meets_any(inside[j])}
    news = {h: roots - memory.contents_at(before, h) if isinstance(h, Root) else roots for h, roots in inside.items()}
    held = {h: frozenset(r for r in closure_of(roots) if r.number <= mark) for h, roots in news.items()}
    return holders, {h: roots for h, roots in held.items() if roots}, _common(memory, found, inside, mark)


def _common(
    memory: Memory, found: Round, inside: Mapping[Root | int, frozenset[Root]], mark: int
) -> dict[frozenset[Root | int], Keys]:
    """The pairs of which both hold something that is new, and may be one object; the keys of what is an array."""
    known = {h: frozenset(r for r in roots if r.number > mark) for h, roots in inside.items()}
    news = {h: roots for h, roots in known.items() if roots}
    keys = {h: memory.keys_of(r for r in roots if r.is_array) for h, roots in news.items()}
    return {
        pair: either_of(found.common.get(pair, frozenset()), either_of(*(keys[h] for h in pair)))
        for pair in _meeting_pairs(news, news)
    }


def _meeting_pairs(
    ones: Iterable[Root | int],
    inside: Mapping[Root | int, frozenset[Root]],
    known: Collection[frozenset[Root | int]] = (),
) -> Iterator[frozenset[Root | int]]:
    """The pairs with some `ones`, but for those `known`, that may share memory with each other in what is in them."""
    closures = {h: closure_of(roots) for h, roots in inside.items()}
    for one, other in itertools.product(ones, inside):
        if one != other and not closures[one].isdisjoint(closures[other]):
            pair = frozenset((one, other))
            if pair not in known and any(root.meets_any(inside[other]) for root in inside[one]):
                yield pair


def _mixed(
    memory: Memory, found: Round, mark: int, before: State, own: Mapping[int, Root]
) -> set[frozenset[Root | int]]:
    """The pairs of containers, and variables, of which both may hold one object at the end of the body.

    Of containers in which nothing is new, it is known from before the loop.
    """
    roots: dict[Root | int, Root] = {h: h for h in memory.state.held if h.number <= mark} | dict(own)
    inside = {h: memory.contents_at(memory.state, root) for h, root in roots.items()}
    news = [h for h, there in inside.items() if isinstance(h, int) or not there <= memory.contents_at(before, h)]
    return set(_meeting_pairs(news, inside, found.mixed))


def _place_of(memory: Memory, mark: int, before: State, one: Carried) -> tuple[Root, Hashable] | None:
    """The container and the constant index where a variable is at the end of the body, and was before if it was any."""
    ends = [(one.out, memory.state), *([] if memory.root(one.init) is None else [(one.init, before)])]
    found = memory.common_place(ends, same_index)  # type: ignore[arg-type]
    if found is None or found[0].number > mark or not isinstance(found[1], Const):
        return None
    return found[0], found[1].value


def _moving_parts(memory: Memory, found: Round, before: State) -> list[Key]:
    """The parts of objects and dicts that a round has made other objects, of which it is known what these are."""
    after = memory.state
    news: list[Key] = []
    for root in dict.fromkeys([*found.roots, *changed(before, after)]):
        if not isinstance(before.version[root].type, (Record, Dict)):
            continue
        known = {*kept_parts(memory, root, before, [after]), *(key for r, key in found.parts if r is root)}
        keys = [key for key in after.parts.get(root, {}) if key not in known]
        news += [(root, k) for k in keys if all(is_known(memory, root, [state], k) for state in (before, after))]
    return news


def finish(
    memory: Memory, found: Round, before: State, end: State, carried: Sequence[Carried], roots: Sequence[Value]
) -> None:
    """Set the state after a loop, with what the carried ones and the last versions of `roots` are there."""
    versions, followed = dict(zip(found.roots, roots, strict=True)), [p for p in found.parts if p not in found.blurred]
    memory.state = joined(memory, before, [end], versions, followed, in_loop=True)
    _enter(memory, found, before, carried)
