"""Evaluates the two sides of an `if` or a `try`, and says what there is after them: what they give, what they write to.

What they give becomes a result of the `if`. Tuples are taken apart, and made again after it. Nested functions become
the number of the one that is chosen, see `choices`; what is one of two objects can be written to, see `alternatives`.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass

from s2s_ad.analysis import alternatives
from s2s_ad.analysis.alternatives import Alternative
from s2s_ad.analysis.choices import Row, chosen_function, functions_apart, one_of
from s2s_ad.analysis.dict_views import refuse_kept
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Fact
from s2s_ad.analysis.handlers.targets import is_same_index
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.regions import Key, changed, chosen_parts, joined, part_in, part_read
from s2s_ad.analysis.roots import Root, State
from s2s_ad.analysis.sequences import SequenceEvaluator
from s2s_ad.analysis.sharing import kinds
from s2s_ad.analysis.statics import same, unbound
from s2s_ad.errors import MutationError, Span
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, If, Op, Operand, Star, Value, visible
from s2s_ad.ir.types import Absent, Closure, Dict, Map, Never, Record, Type, join

Straight = tuple[tuple[Op, ...], tuple[Operand, ...]]


@dataclass(eq=False)
class Side:
    """One side of an `if`, evaluated."""

    ops: list[Op]
    results: list[Operand]
    dead: bool
    state: State
    making: dict[Value, dict[str, Operand]]


class SideEvaluator(SequenceEvaluator):
    """Runs sides of which one is taken, and goes on after them."""

    def side(self, run: Callable[[], list[Operand]], absent: tuple[Fact, ...] = ()) -> Side:
        """Evaluate one side of an `if`, where keys are known to be `absent` from dicts."""
        before, making, known = self.memory.state, self.making, self.lacks_keys
        self.lacks_keys = (*known, *absent)
        with self.region() as ops:
            results = run()
            if not self.dead:
                results = [self._at_end(r) for r in results]
                attributes = ((obj, {k: self._at_end(v) for k, v in own.items()}) for obj, own in self.making.items())
                self.making = dict(attributes)
                self._settle(before)
            side = Side(ops, results, self.dead, self.memory.state, self.making)
            self.making = making
        self.lacks_keys = known
        return side

    def _at_end(self, operand: Operand) -> Operand:
        """What a region gives: the object as it is now, unless nobody may read it any more."""
        refuse_kept(self, operand)
        if isinstance(operand, Value):
            with contextlib.suppress(MutationError):
                self.choose_again(operand)
        root = self.memory.root(operand)
        is_unreadable = (root is not None and root in self.memory.state.lost) or self.reads_unbound(operand)
        return operand if is_unreadable else self.handed(operand)

    def _refresh(self, roots: Iterable[Root]) -> None:
        """Bring objects up to date whose parts were written to; what a region knows of the parts ends with it."""
        memory, state = self.memory, self.memory.state
        for root in list(roots) if memory.is_written else ():
            version = state.version[root]
            if isinstance(version.type, Closure) or version in self.views or not state.content.get(version):
                continue
            lost = memory.lost_part([memory.root(version)], state)
            if lost is None:
                self.current(version)
            else:
                state.lost.setdefault(root, state.lost[lost])

    def _settle(self, before: State) -> None:
        """Bring the structures of before up to date that hold what only this region knows, and has written to."""
        state = self.memory.state
        self._refresh(changed(before, state))
        for root, version in before.version.items() if self.memory.is_written else ():
            parts = map(self.memory.root, state.content.get(version, {}).values())
            is_news = any(part is not None and part not in before.version for part in parts)
            if is_news and self.memory.root(version) is root and root not in state.lost:
                self.current(version)

    def merge(self, values: Sequence[Value], test: Operand, sides: Sequence[Side], span: Span | None) -> None:
        """Emit an `If` with these sides, whose results the `values` are."""
        rows: list[Row] = list(zip(values, sides[0].results, sides[1].results, strict=True))
        if any(side.dead for side in sides):
            self._emit_if(rows, test, sides, span)
            return
        inside, before = {v for side in sides for v in visible(side.ops)}, self.memory.state
        rows, tuples = self._tuples_apart(rows)
        rows, functions = functions_apart(self, rows, sides, inside)
        tests = alternatives.tests_of(self, rows, inside)
        rows += tests.values()
        results = self._emit_if(rows, test, sides, span)
        for row, number in functions.items():
            self.env[row[0]] = chosen_function(self, row, test, number, inside)
        for value, parts in tuples.items():
            self.env[value] = self.apply(primitives.make_tuple, [self.env[part] for part in parts], name=value.name)
        outside = {one: self.env[value] for one, (value, *_) in tests.items()}
        for value, a, b in rows:
            made = self.env[value]
            if isinstance(made, Value) and made in results:
                alternatives.note(self, made, Alternative(test, a, b), before, inside, outside)

    def _emit_if(
        self, rows: Sequence[Row], test: Operand, sides: Sequence[Side], span: Span | None
    ) -> tuple[Value, ...]:
        results, first, second, reads = self._merged(rows, sides)
        self.ops.append(If(results, test, Block((), *first), Block((), *second), span=span))
        self.append_all(reads)
        return results

    def _tuples_apart(self, rows: Sequence[Row]) -> tuple[list[Row], dict[Value, list[Value]]]:
        """The rows with those of tuples that both sides write out taken apart, and what these consist of then."""
        apart: list[Row] = []
        tuples: dict[Value, list[Value]] = {}
        for value, a, b in rows:
            one, other = (self._written_out(o) for o in (a, b))
            if one is None or other is None or len(one) != len(other) or same(a, b):
                apart.append((value, a, b))
            else:
                tuples[value] = [Value(getattr(part, "name", None)) for part in one]
                apart += zip(tuples[value], one, other, strict=True)
        return apart, tuples

    def _written_out(self, operand: Operand) -> tuple[Operand, ...] | None:
        """The items of a tuple that is written out: `(a, b)`."""
        made = self.definitions.get(operand)  # type: ignore[arg-type]
        if made is None or callee(made) is not primitives.make_tuple:
            return None
        if any(isinstance(arg, Star) or unbound(arg) for arg in made.args):
            return None
        return made.args  # type: ignore[return-value]

    def _merged(
        self, rows: Iterable[Row], sides: Sequence[Side], *params: Value
    ) -> tuple[tuple[Value, ...], Straight, Straight, list[Call]]:
        """What two sides, with these parameters, give; after one that raises, there is only what the other gives.

        The last are the reads of parts of objects that come after them.
        """
        self._refresh_sides(sides)
        inside = {*params, *(v for side in sides for v in visible(side.ops))}
        before, alive = self.memory.state, [s.state for s in sides if not s.dead]
        merged: list[Row] = []
        versions: dict[Root, Value] = {}
        for root in dict.fromkeys(r for state in alive for r in changed(before, state)):
            a, b = (UNDEFINED if s.dead else s.state.version[root] for s in sides)
            merged.append(self._merged_row(before.version[root].name, a, b, sides))
            versions[root] = merged[-1][0]
        parts = chosen_parts(self.memory, before, alive, versions)
        self.memory.state = joined(self.memory, before, alive, versions, parts)
        reads = self._choose(parts, sides)
        chosen: list[Row] = []
        for value, a, b in rows:
            made = self._known_after(a, b, before, sides, inside)
            if made is None:
                merged.append(self._merged_row(value.name, a, b, sides))
                made = merged[-1][0]
                self._locate_merged(made, (a, b), sides, inside)
                chosen.append((made, a, b))
            self.env[value] = made
        self._separate(chosen, sides)
        first, second = ((tuple(s.ops), tuple(row[i] for row in merged)) for i, s in enumerate(sides, 1))
        return tuple(row[0] for row in merged), first, second, reads

    def _merged_row(self, name: str | None, a: Operand, b: Operand, sides: Sequence[Side]) -> Row:
        """What is one of two operands after the sides, and what these give for it."""
        then, orelse = sides
        self.refuse_iterator(a)
        self.refuse_iterator(b)
        merged = Value(name, join(type_of_operand(a), type_of_operand(b)))
        merged.unbound = (unbound(a) and not then.dead) or (unbound(b) and not orelse.dead)
        options = one_of(self, (a, b))
        if options:
            self.choices[merged] = options
        a, b = self.no_selection(a, then.ops), self.no_selection(b, orelse.ops)
        return merged, without_keys(a, merged.type, then.ops), without_keys(b, merged.type, orelse.ops)

    def _known_after(
        self, a: Operand, b: Operand, before: State, sides: Sequence[Side], inside: Set[Operand]
    ) -> Operand | None:
        """What both sides give, or the one that does not raise, where that is known after them; None for all else."""
        then, orelse = sides
        one, other = (b, b) if then.dead or _is_nothing(a) else (a, a) if orelse.dead or _is_nothing(b) else (a, b)
        place = self.memory.places.get(one) if isinstance(one, Value) else None
        if place is not None and place.root in before.version and self.memory.is_same(one, other):
            return self.memory.state.version[place.root]
        is_known = same(a, b) or (then.dead and b not in inside) or (orelse.dead and a not in inside)
        return None if not is_known else b if then.dead else a

    def _locate_merged(
        self, made: Value, options: Sequence[Operand], sides: Sequence[Side], inside: Set[Value]
    ) -> None:
        """Say where what is one of `options` is, if it has memory."""
        if kinds(made.type):
            own = self.memory.derive(made, options)
            self._keep_apart(own, options, sides)
            self._keep_place(made, options, sides, inside)
            if any(self._is_lost(x, s) for x, s in zip(options, sides, strict=True)):
                self.memory.state.lost.setdefault(own, None)

    def _separate(self, chosen: Sequence[Row], sides: Sequence[Side]) -> None:
        """Say of any two of these that they are two objects, if that is so on each side: `a, b = b, a`."""
        roots = [[self.memory.root(operand) for operand in row] for row in chosen]
        alive = [i for i, side in enumerate(sides, 1) if not side.dead]
        for j, one in enumerate(roots):
            for other in roots[:j]:
                ways = [(one[i], other[i]) for i in alive]
                if one[0] and other[0] and not any(a is None or b is None or a.meets(b) for a, b in ways):
                    self.memory.separate([one[0]], [other[0]])

    def _is_lost(self, operand: Operand, side: Side) -> bool:
        """Whether what one side gives may not be read any more."""
        return not side.dead and self.memory.lost_part([self.memory.root(operand)], side.state) is not None

    def _choose(self, parts: Iterable[Key], sides: Sequence[Side]) -> list[Call]:
        """Say what parts of objects and dicts may be of which the sides have different ones; gives reads of them."""
        memory, alive = self.memory, [side for side in sides if not side.dead]
        roots: list[tuple[Root, list[Operand]]] = []
        reads: list[Call] = []
        for root, key in parts:
            options = [part_in(side.state, root, key) for side in alive]
            reads.append(part_read(memory.state.version[root], key))
            roots.append((memory.choose_part(root, key, reads[-1].results[0], options), options))
        for own, options in roots:
            memory.hold_what(own, options)
            self._keep_apart(own, options, alive)
            if any(self._is_lost(x, s) for x, s in zip(options, alive, strict=True)):
                memory.state.lost.setdefault(own, None)
        return reads

    def _keep_apart(self, own: Root, options: Sequence[Operand], sides: Sequence[Side]) -> None:
        """Say that what is one of `options` is in no container that holds the one of neither side."""
        ways = [(self.memory.root(o), s.state) for o, s in zip(options, sides, strict=True) if not s.dead]
        self.memory.keep_apart(own, ways)

    def _keep_place(self, made: Value, options: Sequence[Operand], sides: Sequence[Side], inside: Set[Value]) -> None:
        """Say that what is one of `options` is where each of them is in a container, if that is one place."""
        origin, pairs = self.memory.origin, zip(options, sides, strict=True)
        items = [(o, s.state) for o, s in pairs if not s.dead and self.memory.root(o) is not None]
        items.sort(key=lambda item: item[0] in origin and origin[item[0]][1] in inside)
        place = self.memory.common_place(items, functools.partial(is_same_index, self))  # type: ignore[arg-type]
        if place is not None and place[0] in self.memory.state.version and place[1] not in inside:
            self.memory.place_in(self.memory.state, made, *place)

    def _refresh_sides(self, sides: Sequence[Side]) -> None:
        """Bring objects that one side has changed up to date on both, as the other may have written to their parts."""
        before, ops, seen = self.memory.state, self.ops, set[Root]()
        alive = [side for side in sides if not side.dead]
        while news := {r for side in alive for r in changed(before, side.state)} - seen:
            seen |= news
            for side in alive:
                self.ops, self.memory.state = side.ops, side.state
                self._refresh(r for r in before.version if r in news)
        self.ops, self.memory.state = ops, before

    def choose_again(self, operand: Value) -> None:
        """Bring what a test has chosen up to date, after a write to one of the two under its own name."""
        memory, root = self.memory, self.memory.root(operand)
        if root in memory.state.lost and root in self.alternatives:
            now = alternatives.on_the_one(self, self.alternatives[root], self.current)
            assert isinstance(now, Value)
            memory.place_again(root, now)


def without_keys(operand: Operand, t: Type, ops: list[Op]) -> Operand:
    """What a region gives as a value of type `t`, which forgets the keys of a dict, or what attributes there are.

    `ops` are the region's.
    """
    own = type_of_operand(operand)
    forgets = isinstance(t, Map) and isinstance(own, Dict)
    lacks = isinstance(t, Record) and isinstance(own, Record) and any(isinstance(v, Absent) for v in t.values)
    if not forgets and (not lacks or own == t):
        return operand
    value = Value(getattr(operand, "name", None), t)
    ops.append(Call((value,), Const(primitives.Refreshed(())), (operand,)))
    return value


def _is_nothing(operand: Operand) -> bool:
    """Whether a value does not exist, as what a function gives that is known only to call itself."""
    return isinstance(operand, Value) and isinstance(operand.type, Never) and not operand.unbound
