"""Evaluates blocks over types: a straight line in order, both sides of an `if`, a loop until the types are stable."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from s2s_ad.analysis.attempts import exception_kinds, never_raises
from s2s_ad.analysis.binding import takes_rest
from s2s_ad.analysis.cells import has_code
from s2s_ad.analysis.choices import may_select, one_of, select
from s2s_ad.analysis.dict_views import looped_over, refuse_kept, refuse_written
from s2s_ad.analysis.handlers.operators import operation
from s2s_ad.analysis.handlers.records import is_object
from s2s_ad.analysis.iterators import Run
from s2s_ad.analysis.managers import entered
from s2s_ad.analysis.memory import Root, State, same_path
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.python_types import iterated
from s2s_ad.analysis.regions import Round, changed, end_round, finish, joined, named_twice, start_round
from s2s_ad.analysis.row_loops import arrays_of, by_index, is_written
from s2s_ad.analysis.sequences import SequenceEvaluator
from s2s_ad.analysis.sharing import kinds
from s2s_ad.analysis.statics import (
    is_hashable,
    same,
    unbound,
    widen,
)
from s2s_ad.errors import MutationError, Span, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, For, If, Op, Operand, Try, Value, While, With, visible
from s2s_ad.ir.types import (
    LOST,
    UNKNOWN,
    Array,
    Dict,
    Instance,
    List,
    Number,
    Record,
    Tuple,
    Type,
    holds_unknown,
    join,
    join_all,
)  # fmt: skip
from s2s_ad.rules.functional import SPREAD

_MAX_ROUNDS = 14
_WIDENED = 5
_MOST_UNROLLED = 64
_FOREIGN = Instance(object)
Straight = tuple[tuple[Op, ...], tuple[Operand, ...]]


class BlockEvaluator(SequenceEvaluator):
    """Runs untyped ops over operands of known type."""

    def block(self, block: Block) -> list[Operand]:
        """Evaluate the ops of a block; its parameters are bound already."""
        for op in block.ops:
            if self.dead:
                return [UNDEFINED] * len(block.results)
            if not self.hidden:
                self.span = op.span or self.span
            match op:
                case Call():
                    self._call(op)
                case If():
                    self._if(op)
                case For() | While():
                    views, span = looped_over(self, op), self.span
                    self._loop(op)
                    refuse_written(self, views, span)
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
            return self.apply(target, self.expand(args), kwargs, op.results[0].name)  # or says why not
        rest = self.joined_list(args[first:])
        self.rests.append(rest)
        try:
            return self.apply(target, [*plain, rest], kwargs, op.results[0].name)
        finally:
            self.rests.pop()

    def _with(self, op: With) -> None:
        """The body is emitted into the `with`; what is known and changed in it is so after it too."""
        manager, span = self.current(self.operand(op.manager)), self.span
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
        if isinstance(test, Value) and isinstance(test.type, List):
            test = self.apply(bool, [test])  # whether it is empty now; the list itself may grow
        elif isinstance(test, Value) and not isinstance(test.type, (Number, Instance)) and self._in_try():
            test = self.apply(bool, [test])  # which may raise, where that matters
        sides = [self.side(functools.partial(self.block, region)) for region in (op.then, op.orelse)]
        self.dead = self.dead or all(s.dead for s in sides)
        rows = self._attributes_of_sides(sides)
        for _, _, _, a, b in rows:
            sides[0].results.append(a)
            sides[1].results.append(b)
        self.merge((*op.results, *(merged for _, _, merged, _, _ in rows)), test, sides, span)
        for obj, name, merged, _, _ in rows:
            self.making = {**self.making, obj: {**self.making[obj], name: self.env[merged]}}

    def _in_try(self) -> bool:
        return any(isinstance(op, Try) for op in self.place)

    def side(self, run: Callable[[], list[Operand]]) -> Side:
        """Evaluate one side of an `if`."""
        before, making = self.memory.state, self.making
        with self.region() as ops:
            results = run()
            if not self.dead:
                results = [self._at_end(r) for r in results]
                self._settle(before)
            side = Side(ops, results, self.dead, self.memory.state, self.making)
            self.making = making
        return side

    def _at_end(self, operand: Operand) -> Operand:
        """What a region gives: the object as it is now, unless nobody may read it any more."""
        refuse_kept(self, operand)
        root = self.memory.root(operand)
        return operand if root is not None and root in self.memory.state.lost else self.current(operand)

    def _refresh(self, roots: Iterable[Root]) -> None:
        """Bring objects up to date whose parts were written to; what a region knows of the parts ends with it."""
        memory, state = self.memory, self.memory.state
        for root in list(roots) if memory.is_written else ():
            version = state.version[root]
            if not isinstance(version.type, (Record, Dict)) or not state.content.get(version):
                continue
            lost = next((r for r in memory.reachable([version]) if r in state.lost), None)
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
        """The attributes that the sides of an `if` in an `__init__` leave different."""
        rows = []
        for obj in self.making:
            then, orelse = (side.making[obj] for side in sides)
            for name in then | orelse:
                a, b = then.get(name, UNDEFINED), orelse.get(name, UNDEFINED)
                if (a is UNDEFINED and not sides[0].dead) or (b is UNDEFINED and not sides[1].dead):
                    raise UnsupportedSyntaxError(
                        f"the attribute `{name}`, which is set on one side of an `if` only",
                        self.span,
                        "set it on both sides, or before the `if`",
                    )
                if not same(a, b):
                    rows.append((obj, name, Value(name), a, b))
        return rows

    def merge(self, values: Sequence[Value], test: Operand, sides: Sequence[Side], span: Span | None) -> None:
        """Emit an `If` with these sides."""
        then, orelse = sides
        inside = {v for side in sides for v in visible(side.ops)}
        rows = list(zip(values, then.results, orelse.results, strict=True))
        alive = not then.dead and not orelse.dead
        chosen = [row for row in rows if alive and not same(*row[1:]) and may_select(self, *row[1:], inside)]
        kept = [row for row in rows if row not in chosen]
        then.results, orelse.results = ([row[k] for row in kept] for k in (1, 2))
        results, *blocks = self._merged([row[0] for row in kept], sides)
        self.ops.append(If(results, test, *(Block((), *block) for block in blocks), span=span))
        for value, a, b in chosen:
            self.env[value] = select(self, value.name, test, a, b, inside)

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
        self._refuse_outside_writes(before, sides[0])
        self.dead = self.dead or all(side.dead for side in sides)
        merged, body, handler = self._merged(op.results, sides, caught)
        self.ops.append(Try(merged, Const(kinds), Block((), *body), Block((caught,), *handler), span=span))
        self.clock += 1

    def _refuse_outside_writes(self, before: State, body: Side) -> None:
        """Refuse a write in the body of a `try` to what was made before: it would be seen after the body has raised."""
        for root in changed(before, body.state):
            made = self.definitions.get(body.state.version[root])
            raise MutationError(
                "a write in a `try` to what was made before it",
                self.span if made is None else made.span,
                "write after the `try`, for instance in its `else`, or make what is written inside the `try`",
            )

    def _merged(
        self, values: Sequence[Value], sides: Sequence[Side], *params: Value
    ) -> tuple[tuple[Value, ...], Straight, Straight]:
        """What two sides, with these parameters, give; after one that raises, there is only what the other gives."""
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
            pairs.append((self._no_selection(a, then.ops), self._no_selection(b, orelse.ops)))
            return merged

        before, alive = self.memory.state, [s.state for s in sides if not s.dead]
        versions: dict[Root, Value] = {}
        for root in dict.fromkeys(r for state in alive for r in changed(before, state)):
            a, b = (UNDEFINED if s.dead else s.state.version[root] for s in sides)
            versions[root] = merge(before.version[root].name, a, b)
        self.memory.state = joined(self.memory, before, alive, versions)
        for value, a, b in zip(values, then.results, orelse.results, strict=True):
            one, other = (b, b) if then.dead else (a, a) if orelse.dead else (a, b)
            place = self.memory.places.get(one) if isinstance(one, Value) else None
            if place is not None and place.root in before.version and self.memory.is_same(one, other):
                self.env[value] = self.memory.state.version[place.root]
            elif same(a, b) or (then.dead and b not in inside) or (orelse.dead and a not in inside):
                self.env[value] = b if then.dead else a
            else:
                self.env[value] = made = merge(value.name, a, b)
                if kinds(made.type):
                    own = self.memory.derive(made, [a, b])
                    if any(self.memory.root(x) in s.state.lost for x, s in zip((a, b), sides, strict=True)):
                        self.memory.state.lost.setdefault(own, None)
        first, second = ((tuple(s.ops), tuple(p[i] for p in pairs)) for i, s in enumerate(sides))
        return tuple(results), first, second

    def _no_selection(self, operand: Operand, ops: list[Op]) -> Operand:
        """An operand that may leave this code; for a selection something that nobody can read, put in `ops`."""
        if operand not in self.selections:
            return operand
        value = Value(None, LOST)
        ops.append(Call((value,), Const(primitives.identity), (Const(None),), span=self.span))
        return value

    def _loop(self, op: For | While) -> None:
        iterable, span = self.walked(self.operand(op.iterable)) if isinstance(op, For) else None, self.span
        run = self.runs.get(iterable) if isinstance(iterable, Value) else None
        if iterable is not None:
            iterable = self.current(self.taken(iterable, takes_all=False))
            if run is not None and run.endless and not _falls_through(op.body):
                raise UnsupportedSyntaxError(
                    f"{run.name} that may have no end", span, "write a loop with `while` and `break`"
                )
        if isinstance(op, For) and iterable is not None and _falls_through(op.body):
            items = self.static_items(iterable)
            rolled = self.rolled and not isinstance(type_of_operand(iterable), Tuple)
            wanted = op.unroll and len(items or ()) <= _MOST_UNROLLED
            if items is not None and (wanted or (self.hidden and not rolled) or _differ_in_code(items)):
                self._unroll(op, items)
                return
        self._refresh(self.memory.state.version)
        inits = [self._no_selection(self._at_end(self.operand(i)), self.ops) for i in op.inits]
        if not isinstance(op, For) or iterable is None or not self._evaluate_items(op, iterable, inits, span):
            self._evaluate_loop(_Loop(op, iterable, inits), run, span)

    def _evaluate_items(self, op: For, iterable: Operand, inits: list[Operand], span: Span | None) -> bool:
        """Evaluate a loop over arrays, or over a few, to which its body may write; for all others do nothing."""
        arrays = arrays_of(self, iterable)
        few = self._few_items(op, iterable) if arrays is None else None
        if arrays is None and few is None:
            return False
        if not self._evaluate_unless_written(_Loop(op, iterable, inits), arrays or few or [], span):
            if arrays is None:
                self._unroll(op, few or [])
            else:
                op, iterable = by_index(self, op, iterable)
                self._evaluate_loop(_Loop(op, iterable, inits), None, span)
        return True

    def _few_items(self, op: For, iterable: Operand) -> list[Operand] | None:
        """The items of a tuple, if these are few and some of them can be written to."""
        is_tuple = isinstance(type_of_operand(iterable), Tuple) and _falls_through(op.body)
        items = self.static_items(iterable) if is_tuple else None
        has_memory = any(self.memory.root(item) is not None for item in items or ())
        return items if items is not None and has_memory and len(items) <= _MOST_UNROLLED else None

    def _evaluate_unless_written(self, loop: _Loop, items: list[Operand], span: Span | None) -> bool:
        """Evaluate a loop unless its body writes to `items`, and tell whether that is done."""
        before, depth, places, callees = self.memory.state, self.depth, len(self.place), len(self.program.stack)
        try:
            self._evaluate_rounds(loop, before, span)
        except MutationError:
            self.memory.state, self.depth = before, depth
            del self.place[places:]
            self.program.unwind(callees)
            return False
        if is_written(self, items, before, loop.end):
            return False
        self._close_loop(loop, before, span)
        return True

    def _evaluate_loop(self, loop: _Loop, run: Run | None, span: Span | None) -> None:
        """Evaluate the body until the types of what it carries, and what it does to memory, are known."""
        clock, before = self.clock, self.memory.state
        self._evaluate_rounds(loop, before, span)
        inside = self.inside.get(loop.iterable, []) if isinstance(loop.iterable, Value) else []
        for taken in [*inside, *([] if run is None else [run])]:
            self._check_body(taken, clock, loop)
        self._close_loop(loop, before, span)

    def _evaluate_rounds(self, loop: _Loop, before: State, span: Span | None) -> None:
        loop.mark, loop.loose = self.memory.count, len(self.memory.loose)
        loop.found.pairs = named_twice(self.memory, loop.inits)
        loop.found.fixed = self._maybe_fixed(loop)
        for attempt in range(_MAX_ROUNDS):
            self._loop_body(loop)
            if self._is_stable(loop, before, last=attempt >= _WIDENED):
                break
        else:
            raise UnsupportedSyntaxError(
                "a loop whose variables never settle", span, "give each variable one type, and one object"
            )

    def _maybe_fixed(self, loop: _Loop) -> dict[int, Operand]:
        """The variables that name an object, of which the first round is to tell whether they always name the same."""
        variables = enumerate(zip(loop.op_params, loop.inits, strict=True))
        return {i: o for i, (p, o) in variables if p.name is not None and self.memory.root(o) and not unbound(o)}

    def _is_same(self, a: Operand, b: Operand) -> bool:
        """Whether two operands are one object, or the same view of it."""
        if not (isinstance(a, Value) and isinstance(b, Value)) or b not in self.memory.places:
            return False
        one, other = self.memory.places[a], self.memory.places[b]
        return one.root is other.root and same_path(one.path, other.path)

    def _is_stable(self, loop: _Loop, before: State, *, last: bool) -> bool:
        """Whether another round would tell nothing new; takes in what this one has told."""
        again = False
        news = [r for r in changed(before, loop.end) if r not in loop.found.roots]
        if news:
            loop.found.roots += news
            again = True
        for i in [i for i, init in loop.found.fixed.items() if not self._is_same(init, loop.outs[i])]:
            del loop.found.fixed[i]
            again = True
        kept = [i for i in range(len(loop.inits)) if i not in loop.found.fixed]
        types = [*(loop.types[i] for i in kept)]
        found = [join(loop.types[i], widen(type_of_operand(loop.outs[i]))) for i in kept]
        for root in loop.found.roots:
            kind = loop.root_types.get(root, widen(before.version[root].type))
            joined = join(kind, widen(loop.end.version[root].type)) if root in loop.root_types else kind
            types.append(loop.root_types.get(root, kind))
            found.append(joined)
            loop.root_types[root] = UNKNOWN if last and joined != kind else joined
        for i, t in zip(kept, found, strict=False):
            loop.types[i] = UNKNOWN if last and loop.types[i] != t else t
        stable = found == types and not again and loop.told.same(loop.found)
        loop.found = loop.told
        return stable

    def _close_loop(self, loop: _Loop, before: State, span: Span | None) -> None:
        """Emit the loop, and go on with what it leaves."""
        op, found = loop.op, loop.found
        kept = [i for i in range(len(loop.inits)) if i not in found.fixed]
        results = {i: Value(op.results[i].name, loop.types[i], unbound=unbound(loop.inits[i])) for i in kept}
        last = [Value(before.version[r].name, loop.root_types[r]) for r in found.roots]
        names = [
            (loop.with_memory[i] if i in results else None, results.get(i, op.results[i]), loop.inits[i])
            for i in range(len(loop.inits))
        ]
        inits = (*(loop.inits[i] for i in kept), *(before.version[r] for r in found.roots))
        finish(self.memory, found, before, loop.end, last, names)
        for i, value in enumerate(op.results):
            self.env[value] = found.fixed[i] if i in found.fixed else results[i]
        outs = (loop.stop, *(loop.outs[i] for i in kept), *(loop.end.version[r] for r in found.roots))
        params = (*loop.item, *(loop.params[i] for i in kept), *loop.root_params)
        body = Block(params, tuple(loop.ops), outs)
        all_results = (*(results[i] for i in kept), *last)
        if loop.iterable is None:
            self.ops.append(While(all_results, inits, body, span=span))
            return
        self._refuse_written(loop, before, span)
        self.ops.append(For(all_results, loop.iterable, inits, body, span=span))

    def _refuse_written(self, loop: _Loop, before: State, span: Span | None) -> None:
        """Refuse a loop over what its body writes to; only of the rows of an array is it known that they are apart."""
        is_array = isinstance(type_of_operand(loop.iterable), Array)  # type: ignore[arg-type]
        for root in self.memory.reachable([loop.iterable]):  # type: ignore[list-item]
            news = root in loop.end.lost and root not in before.lost and not is_array
            if news or any(root.meets(written) for written in loop.found.roots):
                raise MutationError(
                    f"a loop over {f'`{root.name}`' if root.name else 'a value'}, which its body writes to",
                    span,
                    "loop over the indices, `for i in range(len(x))`, or over a copy",
                )

    def _check_body(self, run: Run, clock: int, loop: _Loop) -> None:
        """Refuse a loop over an iterator whose code would see what the body writes."""
        read = self.memory.reachable(run.inputs)
        if self.clock != clock or any(r.meets(written) for r in read for written in loop.found.roots):
            raise UnsupportedSyntaxError(
                f"a loop over {run.name} that writes what the latter may read", self.span, "loop over `list(…)` of it"
            )

    def _unroll(self, op: For, items: list[Operand]) -> None:
        """Repeat the body for each item of an iterable that is known at compile time."""
        carried = [self.operand(i) for i in op.inits]
        for item in items:
            self.env.update(zip(op.body.params, [item, *carried], strict=True))
            carried = self.block(op.body)[1:]
        self.env.update(zip(op.results, carried, strict=True))

    def _loop_body(self, loop: _Loop) -> None:
        """Evaluate the body once more, with what is known of the variables and of memory so far."""
        op, found, memory = loop.op, loop.found, self.memory
        loop.item = ()
        if loop.iterable is not None:
            item = op.body.params[0]
            loop.item = (Value(item.name, iterated(type_of_operand(loop.iterable)), item.hint),)
        loop.params = [Value(p.name, t) for p, t in zip(loop.op_params, loop.types, strict=True)]
        for param, init in zip(loop.params, loop.inits, strict=True):
            param.unbound = unbound(init)
        loop.root_params = [Value(memory.state.version[r].name, loop.root_types[r]) for r in found.roots]
        self.env.update(zip(op.body.params, (*loop.item, *loop.params), strict=True))
        self.env.update((loop.op_params[i], init) for i, init in found.fixed.items())
        before = memory.state
        del memory.loose[loop.loose :]
        self.depth += 1
        with self.region() as ops:
            memory.is_written = memory.is_written or bool(found.roots)
            loop.with_memory = [
                p if kinds(p.type) and i not in found.fixed else None for i, p in enumerate(loop.params)
            ]
            start_round(memory, found, loop.with_memory, loop.inits, loop.root_params)
            for item in loop.item:
                if kinds(item.type) and loop.iterable is not None:
                    root = memory.root(loop.iterable)
                    is_list = isinstance(type_of_operand(loop.iterable), List) and not memory.is_of_views(loop.iterable)
                    memory.new_root(item, may=memory.reachable([loop.iterable]) - ({root} if is_list else set()))
            stop, *outs = self.block(op.body)
            if not self.dead:
                outs = [self._no_selection(self._at_end(o), self.ops) for o in outs]
                self._settle(before)
            loop.ops, loop.stop, loop.outs, loop.end = ops, stop, outs, memory.state
            loop.told = end_round(memory, found, loop.mark, loop.with_memory, outs)
        self.depth -= 1
        for operand in (*loop.inits, *outs):
            self.refuse_iterator(operand)


@dataclass(eq=False)
class Side:
    """One side of an `if`, evaluated."""

    ops: list[Op]
    results: list[Operand]
    dead: bool
    state: State
    making: dict[Value, dict[str, Operand]]


@dataclass(eq=False)
class _Loop:
    """A loop while it is evaluated: what it starts from, and what the last round over its body has given."""

    op: For | While
    iterable: Operand | None
    inits: list[Operand]
    mark: int = 0
    loose: int = 0
    found: Round = field(default_factory=Round)
    root_types: dict[Root, Type] = field(default_factory=dict)
    item: tuple[Value, ...] = ()
    params: list[Value] = field(default_factory=list)
    with_memory: list[Value | None] = field(default_factory=list)
    root_params: list[Value] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)
    stop: Operand = UNDEFINED
    outs: list[Operand] = field(default_factory=list)
    end: State = field(default_factory=State)
    told: Round = field(default_factory=Round)

    def __post_init__(self) -> None:
        self.types = [widen(type_of_operand(i)) for i in self.inits]
        self.op_params = self.op.body.params[1:] if isinstance(self.op, For) else self.op.body.params


def _differ_in_code(items: list[Operand]) -> bool:
    """Whether the items of a sequence are functions, or of kinds that no single code fits."""
    if any(map(has_code, items)):
        return True
    types = [type_of_operand(i) for i in items]
    return holds_unknown(join_all(tuple(types))) and not any(map(holds_unknown, types))


def _falls_through(body: Block) -> bool:
    stop = body.results[0]
    return isinstance(stop, Const) and stop.value is False
