"""Evaluates blocks over types: a straight line in order, both sides of an `if` and of a `try`, the body of a `with`."""

from __future__ import annotations

import contextlib
import functools
import operator
from collections.abc import Callable, Collection, Iterable, Sequence, Set
from dataclasses import dataclass

from s2s_ad.analysis import alternatives
from s2s_ad.analysis.alternatives import Alternative, tests_inside
from s2s_ad.analysis.attempts import exception_kinds, never_raises, refuse_half_done
from s2s_ad.analysis.binding import takes_rest
from s2s_ad.analysis.choices import is_chosen_inside, may_select, number_of, one_of, options_of, options_outside, select
from s2s_ad.analysis.dict_views import looped_over, refuse_kept, refuse_written
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Fact
from s2s_ad.analysis.handlers.operators import operation
from s2s_ad.analysis.handlers.records import is_object
from s2s_ad.analysis.handlers.sets import SET
from s2s_ad.analysis.handlers.targets import is_same_index
from s2s_ad.analysis.local_classes import refuse_foreign
from s2s_ad.analysis.managers import entered
from s2s_ad.analysis.narrowing import narrow, present_on
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.regions import Key, changed, chosen_parts, joined, part_in, part_read
from s2s_ad.analysis.roots import Root, State
from s2s_ad.analysis.sequences import SequenceEvaluator
from s2s_ad.analysis.sharing import kinds
from s2s_ad.analysis.spreading import spread
from s2s_ad.analysis.statics import is_hashable, same, unbound
from s2s_ad.errors import MutationError, Span, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, For, If, Op, Operand, Star, Try, Value, While, With, visible
from s2s_ad.ir.types import (
    UNKNOWN,
    Absent,
    Array,
    Closure,
    Deque,
    Dict,
    Instance,
    List,
    Map,
    Maybe,
    Never,
    Number,
    Record,
    Type,
    join,
)
from s2s_ad.rules import containers, functional
from s2s_ad.rules.functional import SPREAD, require_count

_FOREIGN = Instance(object)
_OWN_FILES = frozenset({containers.__file__, functional.__file__})  # of which users are not told
Row = tuple[Value, Operand, Operand]  # a result of an `if`, and what the sides give for it
Straight = tuple[tuple[Op, ...], tuple[Operand, ...]]


class BlockEvaluator(SequenceEvaluator):
    """Runs untyped ops over operands of known type."""

    def block(self, block: Block) -> list[Operand]:
        """Evaluate the ops of a block; its parameters are bound already."""
        for op in block.ops:
            if self.dead:
                return [UNDEFINED] * len(block.results)
            if not self.hidden and op.span is not None and op.span.filename not in _OWN_FILES:
                self.span = op.span
            match op:
                case Call():
                    self._call(op)
                case If():
                    self._if(op)
                case For() | While():
                    views, span = looped_over(self, op), self.span
                    is_up_to_date = self._loop(op)
                    refuse_written(self, [] if is_up_to_date else views, span)
                case With():
                    self._with(op)
                case Try():
                    self._try(op)
        return [UNDEFINED] * len(block.results) if self.dead else [self.operand(r) for r in block.results]

    def _call(self, op: Call) -> None:
        target = self.operand(op.target)
        if self.has_open_star(op.args):
            self.env[op.results[0]] = self._open_call(target, op)
            return
        args = self.expand(op.args)
        kwargs = self.expand_keywords(op.kwargs)
        if isinstance(target, Const) and isinstance(target.value, primitives.Unpack):
            names = tuple(r.name for r in op.results)
            self.env.update(zip(op.results, self.unpack(target.value, args[0], names), strict=True))
            return
        result = self.apply(target, args, kwargs, op.results[0].name)
        self.env[op.results[0]] = result

    def _open_call(self, target: Operand, op: Call) -> Operand:
        """A call with a starred sequence whose length is not known: the arguments from there on are one list."""
        fn, args = constant(target), op.args
        if fn is primitives.make_list:
            return self.joined_list(args)
        if fn is primitives.make_tuple:
            return self.apply(tuple, [self.joined_list(args)])
        if fn is primitives.call_method and isinstance(owner := self.operand(args[0]), Const):  # type: ignore[arg-type]
            target, args = self.apply(getattr, [owner, self.operand(args[1])]), args[2:]  # type: ignore[arg-type]
            fn = constant(target)
        kwargs, first = self.expand_keywords(op.kwargs), self.first_open(args)
        if is_hashable(fn) and fn in SPREAD:
            return self.apply(SPREAD[fn], [self.joined_list(args)], kwargs)
        plain = self.expand(args[:first])
        if not takes_rest(target, len(plain)):
            counted = self._counted(target, args, first, kwargs)
            return self.apply(target, counted or self.expand(args), kwargs, op.results[0].name)  # or says why not
        rest = self.joined_list(args[first:])
        self.rests.append(rest)
        try:
            return self.apply(target, [*plain, rest], kwargs, op.results[0].name)
        finally:
            self.rests.pop()

    def _counted(
        self, target: Operand, args: Sequence[Operand | Star], first: int, kwargs: Collection[str]
    ) -> list[Operand] | None:
        """The arguments of a call, with a sequence of unknown length spread over the parameters that are left."""
        before, after = self.expand(args[:first]), args[first + 1 :]
        if self.has_open_star(after):
            return None
        rest, is_method = self.expand(after), constant(target) is primitives.call_method
        found = spread(self.program, target, before, len(before) + len(rest) - 2 * is_method, kwargs)
        if found is None:
            return None
        items = self.taken(self.walked(self.operand(args[first].operand)), takes_all=True)  # type: ignore[union-attr]
        if not isinstance(type_of_operand(items), (List, Array)):
            items = self.apply(list, [items])
        sizes = Const(found.size), Const(found.given), Const(found.more), Const(found.fewer)
        self.apply(require_count, [items, *sizes])
        return [*before, *self.unpack(primitives.Unpack(found.size), items), *rest]

    def _with(self, op: With) -> None:
        """The body is emitted into the `with`; what is known and changed in it is so after it too."""
        manager, span = self.current(self.operand(op.manager)), self.span
        refuse_foreign(self, Const(With), [manager])
        given = entered(self, manager)
        self.program.watched = True
        target = Value(op.body.params[0].name, type_of_operand(given))
        self.env[op.body.params[0]] = target if isinstance(given, Value) and given.type == _FOREIGN else given
        outer, self.ops = self.ops, []
        self.place.append(op)
        self.block(op.body)
        self.place.pop()
        ops, self.ops = self.ops, outer
        self.ops.append(With((), manager, Block((target,), tuple(ops), ()), span=span))
        self.clock += 1

    def _if(self, op: If) -> None:
        test, span = self.current(self.operand(op.test)), self.span
        if is_object(type_of_operand(test)):
            test = operation(self, bool, [test], {}) or test
        known = self.truth(test)
        if known is not None:
            side = op.then if known else op.orelse
            self.env.update(zip(op.results, self.block(side), strict=True))
            return
        self._refresh(self.memory.state.version)
        if isinstance(test, Value) and _may_change(test.type):
            test = self.apply(bool, [test])  # what it is now; a list, say, may grow
        elif isinstance(test, Value) and isinstance(test.type, Maybe):
            test = self.apply(bool, [test])
        elif isinstance(test, Value) and not isinstance(test.type, (Number, Instance)) and self._in_try():
            test = self.apply(bool, [test])  # which may raise, where that matters
        regions, absent, there = (op.then, op.orelse), self._absent(test), present_on(self, test)
        ways = zip(regions, absent, there, strict=True)
        sides = [self.side(functools.partial(self._block_where, r, values), a) for r, a, values in ways]
        self.dead = self.dead or all(s.dead for s in sides)
        rows = self._attributes_of_sides(sides)
        for _, _, _, a, b in rows:
            sides[0].results.append(a)
            sides[1].results.append(b)
        self.merge((*op.results, *(merged for _, _, merged, _, _ in rows)), test, sides, span)
        for obj, name, merged, _, _ in rows:
            self.making = {**self.making, obj: {**self.making[obj], name: self.env[merged]}}

    def _block_where(self, block: Block, there: Sequence[Value]) -> list[Operand]:
        """Evaluate a block where these values are not None."""
        for value in there:
            narrow(self, value)
        return self.block(block)

    def _in_try(self) -> bool:
        return any(isinstance(op, Try) for op in self.place)

    def _absent(self, test: Operand) -> list[tuple[Fact, ...]]:
        """What dict lacks what key on the two sides of a test for that."""
        made, lacks = self.definitions.get(test), 1  # type: ignore[arg-type]
        while made is not None and callee(made) is operator.not_:
            made, lacks = self.definitions.get(made.args[0]), 1 - lacks  # type: ignore[arg-type]
        found: tuple[Fact, ...] = ()
        if made is not None and callee(made) is operator.contains:
            found = self.fact(*made.args)  # type: ignore[arg-type]
        return [found if side == lacks else () for side in (0, 1)]

    def side(self, run: Callable[[], list[Operand]], absent: tuple[Fact, ...] = ()) -> Side:
        """Evaluate one side of an `if`, where keys are known to be `absent` from dicts."""
        before, making, known = self.memory.state, self.making, self.lacks_keys
        self.lacks_keys = (*known, *absent)
        with self.region() as ops:
            results = run()
            if not self.dead:
                results = [self._at_end(r) for r in results]
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

    def _settle(self, before: State) -> None:
        """Bring the structures of before up to date that hold what only this region knows, and has written to."""
        state = self.memory.state
        self._refresh(changed(before, state))
        for root, version in before.version.items() if self.memory.is_written else ():
            parts = map(self.memory.root, state.content.get(version, {}).values())
            is_news = any(part is not None and part not in before.version for part in parts)
            if is_news and self.memory.root(version) is root and root not in state.lost:
                self.current(version)

    def _attributes_of_sides(self, sides: Sequence[Side]) -> list[tuple[Value, str, Value, Operand, Operand]]:
        """The attributes that the sides of an `if` in an `__init__` have set."""
        rows = []
        for obj, known in self.making.items():
            then, orelse = (side.making[obj] for side in sides)
            for name in then | orelse:
                a, b = then.get(name, UNDEFINED), orelse.get(name, UNDEFINED)
                if (a is UNDEFINED and not sides[0].dead) or (b is UNDEFINED and not sides[1].dead):
                    raise UnsupportedSyntaxError(
                        f"the attribute `{name}`, which is set on one side of an `if` only",
                        self.span,
                        "set it on both sides, or before the `if`",
                    )
                if not (same(a, b) and name in known and same(a, known[name])):
                    rows.append((obj, name, Value(name), a, b))
        return rows

    def merge(self, values: Sequence[Value], test: Operand, sides: Sequence[Side], span: Span | None) -> None:
        """Emit an `If` with these sides."""
        then, orelse = sides
        inside = {v for side in sides for v in visible(side.ops)}
        alive = not then.dead and not orelse.dead
        rows, tuples = self._apart(list(zip(values, then.results, orelse.results, strict=True)), alive=alive)
        chosen = [row for row in rows if alive and not same(*row[1:]) and may_select(self, *row[1:], inside)]
        kept = [row for row in rows if row not in chosen]
        numbers = {row[0]: self._numbered(row, sides, inside) for row in chosen}
        kept += [row for row in numbers.values() if row is not None]
        tests: dict[Value, Row] = {
            t: (Value(), t, Const(False)) for _, a, _ in kept if alive for t in tests_inside(self, a, inside)
        }
        tests |= {t: (Value(), Const(False), t) for _, _, b in kept if alive for t in tests_inside(self, b, inside)}
        kept += tests.values()
        then.results, orelse.results = ([row[k] for row in kept] for k in (1, 2))
        before = self.memory.state
        results, first, second, reads = self._merged([row[0] for row in kept], sides)
        self.ops.append(If(results, test, Block((), *first), Block((), *second), span=span))
        self.append_all(reads)
        for value, a, b in chosen:
            number = numbers[value]
            options = [options_outside(self, o, inside) for o in (a, b)]
            if number is None:
                self.env[value] = select(self, value.name, test, [*options[1], *options[0]], is_test=True)
            else:
                self.env[value] = select(self, value.name, self.env[number[0]], [*options[0], *options[1]])
        for value, parts in tuples:
            self.env[value] = self.apply(primitives.make_tuple, [self.env[part] for part in parts], name=value.name)
        outside = {t: self.env[row[0]] for t, row in tests.items()}
        for value, a, b in kept if alive else ():
            made = self.env[value]
            if isinstance(made, Value) and made in results:
                alternatives.note(self, made, Alternative(test, a, b), before, inside, outside)

    def _apart(self, rows: list[Row], *, alive: bool) -> tuple[list[Row], list[tuple[Value, list[Value]]]]:
        """The rows with those of tuples that both sides write out taken apart, and what these consist of then."""
        apart: list[Row] = []
        tuples: list[tuple[Value, list[Value]]] = []
        for value, a, b in rows:
            one, other = (self._written_out(o) for o in (a, b))
            if not alive or one is None or other is None or len(one) != len(other) or same(a, b):
                apart.append((value, a, b))
                continue
            parts = [Value(getattr(p, "name", None)) for p in one]
            apart += zip(parts, one, other, strict=True)
            tuples.append((value, parts))
        return apart, tuples

    def _written_out(self, operand: Operand) -> tuple[Operand, ...] | None:
        """The items of a tuple that is written out: `(a, b)`."""
        made = self.definitions.get(operand)  # type: ignore[arg-type]
        if made is None or callee(made) is not primitives.make_tuple:
            return None
        if any(isinstance(arg, Star) or unbound(arg) for arg in made.args):
            return None
        return made.args  # type: ignore[return-value]

    def choose_again(self, operand: Value) -> None:
        """Bring what is one of two objects up to date."""
        alternatives.choose_again(self, operand)

    def _numbered(self, row: Row, sides: Sequence[Side], inside: Set[Operand]) -> Row | None:
        """A number that tells which function the sides have chosen, where the test of the `if` alone does not."""
        value, *chosen = row
        if not any(is_chosen_inside(self, o, inside) for o in chosen):
            return None
        state, numbers, first = (self.ops, self.memory.state), [], 0
        for operand, side in zip(chosen, sides, strict=True):
            self.ops, self.memory.state = side.ops, side.state
            numbers.append(number_of(self, operand, inside, first))
            first = len(options_of(self, operand, inside))
        self.ops, self.memory.state = state
        return Value(value.name), numbers[0], numbers[1]

    def _try(self, op: Try) -> None:
        kinds, span, error = exception_kinds(self, self.operand(op.kinds)), self.span, op.handler.params[0]
        caught = Value(error.name, UNKNOWN, error.hint)
        self.env[error] = caught
        self._refresh(self.memory.state.version)
        before = self.memory.state
        self.place.append(op)
        sides = [self.side(functools.partial(self.block, region)) for region in (op.body, op.handler)]
        self.place.pop()
        if any(side.making != self.making for side in sides):
            hint = "set it after the `try`"
            raise UnsupportedSyntaxError("an attribute of a new object that is set in a `try`", span, hint)
        if never_raises(sides[0].ops):
            self.ops += sides[0].ops
            self.memory.state = sides[0].state
            self.env.update(zip(op.results, sides[0].results, strict=True))
            return
        self.program.watched = True
        refuse_half_done(self, changed(before, sides[0].state), sides[0].ops, kinds)
        self.dead = self.dead or all(side.dead for side in sides)
        merged, body, handler, reads = self._merged(op.results, sides, caught)
        self.ops.append(Try(merged, Const(kinds), Block((), *body), Block((caught,), *handler), span=span))
        self.append_all(reads)
        self.clock += 1

    def _merged(
        self, values: Sequence[Value], sides: Sequence[Side], *params: Value
    ) -> tuple[tuple[Value, ...], Straight, Straight, list[Call]]:
        """What two sides, with these parameters, give; after one that raises, there is only what the other gives.

        The last are the reads of parts of objects that come after them.
        """
        then, orelse = sides
        self._refresh_sides(sides)
        inside = {*params, *(v for side in sides for v in visible(side.ops))}
        results: list[Value] = []
        pairs: list[tuple[Operand, Operand]] = []

        def merge(name: str | None, a: Operand, b: Operand) -> Value:
            self.refuse_iterator(a)
            self.refuse_iterator(b)
            merged = Value(name, join(type_of_operand(a), type_of_operand(b)))
            merged.unbound = (unbound(a) and not then.dead) or (unbound(b) and not orelse.dead)
            options = one_of(self, (a, b))
            if options:
                self.choices[merged] = options
            results.append(merged)
            a, b = self.no_selection(a, then.ops), self.no_selection(b, orelse.ops)
            pairs.append((without_keys(a, merged.type, then.ops), without_keys(b, merged.type, orelse.ops)))
            return merged

        before, alive = self.memory.state, [s.state for s in sides if not s.dead]
        versions: dict[Root, Value] = {}
        for root in dict.fromkeys(r for state in alive for r in changed(before, state)):
            a, b = (UNDEFINED if s.dead else s.state.version[root] for s in sides)
            versions[root] = merge(before.version[root].name, a, b)
        parts = chosen_parts(self.memory, before, alive, versions)
        self.memory.state = joined(self.memory, before, alive, versions, parts)
        reads = self._choose(parts, sides)
        for value, a, b in zip(values, then.results, orelse.results, strict=True):
            one, other = (b, b) if then.dead or _is_nothing(a) else (a, a) if orelse.dead or _is_nothing(b) else (a, b)
            place = self.memory.places.get(one) if isinstance(one, Value) else None
            if place is not None and place.root in before.version and self.memory.is_same(one, other):
                self.env[value] = self.memory.state.version[place.root]
            elif same(a, b) or (then.dead and b not in inside) or (orelse.dead and a not in inside):
                self.env[value] = b if then.dead else a
            else:
                self.env[value] = made = merge(value.name, a, b)
                if kinds(made.type):
                    own = self.memory.derive(made, [a, b])
                    self._keep_apart(own, (a, b), sides)
                    self._keep_place(made, (a, b), sides, inside)
                    if any(self._is_lost(x, s) for x, s in zip((a, b), sides, strict=True)):
                        self.memory.state.lost.setdefault(own, None)
        first, second = ((tuple(s.ops), tuple(p[i] for p in pairs)) for i, s in enumerate(sides))
        return tuple(results), first, second, reads

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

    def _loop(self, op: For | While) -> bool:
        """Evaluate a loop; whether it saw what its body wrote to the dict that it goes over."""
        raise NotImplementedError


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


def _may_change(t: Type) -> bool:
    """Whether what a value of a known type holds may be other things at other times."""
    return t == SET or (isinstance(t, (Array, List, Deque, Dict, Map)) and bool(kinds(t)))


@dataclass(eq=False)
class Side:
    """One side of an `if`, evaluated."""

    ops: list[Op]
    results: list[Operand]
    dead: bool
    state: State
    making: dict[Value, dict[str, Operand]]
