"""Evaluates loops over types: the body again and again, until what it carries and what it does to memory are known."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from s2s_ad.analysis.cells import has_code
from s2s_ad.analysis.control_flow import BlockEvaluator
from s2s_ad.analysis.cursors import as_while, cursor_class
from s2s_ad.analysis.dict_views import View
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Fact
from s2s_ad.analysis.iterators import Run
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.peeling import bounds_of, first_for, first_while, starts_as_another
from s2s_ad.analysis.python_types import iterated
from s2s_ad.analysis.regions import changed, has_part, part_in, part_read
from s2s_ad.analysis.roots import Root, State
from s2s_ad.analysis.rounds import Carried, Round, end_round, finish, named_twice, start_round
from s2s_ad.analysis.row_loops import by_index, by_key, is_written
from s2s_ad.analysis.rows import Rows, chosen_rows, rows_of
from s2s_ad.analysis.sharing import kinds
from s2s_ad.analysis.sides import without_keys
from s2s_ad.analysis.statics import unbound, widen
from s2s_ad.errors import MutationError, Span, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, For, Op, Operand, Value, While, operands, regions
from s2s_ad.ir.types import UNKNOWN, Array, Dict, List, Map, Never, Tuple, Type, holds_unknown, join, join_all

_MAX_ROUNDS = 14
_WIDENED = 5
_MOST_UNROLLED = 64  # rounds, those of loops around counted
_INDEXING = (operator.getitem, primitives.store)


class LoopEvaluator(BlockEvaluator):
    """Runs loops over operands of known type."""

    def _loop(self, op: For | While) -> bool:
        if op not in self.later_rounds:
            return self._evaluate(op)
        names = dict(self.env)  # those of the first round are the same
        is_up_to_date = self._evaluate(op)
        names.update((result, self.env[result]) for result in op.results)
        self.env.clear()
        self.env.update(names)
        return is_up_to_date

    def _evaluate(self, op: For | While) -> bool:
        span = self.span
        if isinstance(op, For) and cursor_class(self.operand(op.iterable)) is not None:
            op = as_while(self, op, self.operand(op.iterable))
        iterable = self.walked(self.operand(op.iterable)) if isinstance(op, For) else None
        run = self.runs.get(iterable) if isinstance(iterable, Value) else None
        if isinstance(op, For) and iterable is not None and self._evaluate_chosen(op, iterable, run, span):
            return False
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
            is_run = run is not None or iterable in self.inside
            if items is not None and not wanted and not is_run and self._is_for_each(op, iterable, items):
                self._for_each(op, iterable, items, span)
                return op in self.key_by_key
            if items is not None and (wanted or (self.hidden and not rolled) or _differ_in_code(items)):
                view = self.views.get(iterable)
                if view is None or view.shows == "keys":
                    lists, before = self._lists_in(iterable), self.memory.state.copy()
                    self._unroll(op, items, lists, span)
                    self._refuse_replaced([] if self.hidden else lists, before, span)
                else:
                    self._unroll_view(op, view, span)
                return op in self.key_by_key
        keyed = by_key(self, op, iterable) if isinstance(op, For) and iterable is not None else None
        op, iterable = keyed or (op, iterable)
        self._refresh(self.memory.state.version)
        inits = [self.no_selection(self._at_end(self.operand(i)), self.ops) for i in op.inits]
        inside = self.inside.get(iterable, []) if isinstance(iterable, Value) else []
        runs = [*inside, *([] if run is None else [run])]
        if not runs and self._peeled(op, iterable, inits):
            return False
        if not isinstance(op, For) or iterable is None or not self._evaluate_items(op, iterable, inits, runs, span):
            self._evaluate_loop(_Loop(op, iterable, inits), runs, span)
            return False
        return isinstance(op, For) and op in self.key_by_key

    def _is_for_each(self, op: For, iterable: Operand, items: list[Operand]) -> bool:
        """Whether a loop over a few objects, or over the indices of a few, is to be repeated for each of them.

        Of a list, what it is when it is their turn has to be known, as the body may change it.
        """
        if not items:
            return self.program.looks_closer()
        if len(items) * self.copies > _MOST_UNROLLED:
            return False
        is_counted = all(type(constant(item)) is int for item in items)
        has_objects = _is_index({op.body.params[0]}, op.body) if is_counted else any(map(self.memory.root, items))
        if not has_objects or not self.program.looks_closer():
            return False
        is_fixed = is_counted or iterable in self.views or self._is_tuple(iterable)
        return is_fixed or rows_of(self, iterable) is not None

    def _for_each(self, op: For, iterable: Operand, items: list[Operand], span: Span | None) -> None:
        """Repeat the body for each of a few objects; those in a list are read when it is their turn."""
        before, rows = self.memory.state.copy(), rows_of(self, iterable)
        with self._copied(len(items)):
            if iterable in self.views:
                self._unroll_view(op, self.views[iterable], span)
            elif rows is None or not items:  # nothing of which can change
                self._unroll(op, items, [], span)
            else:
                self._unroll(by_index(self, op, rows)[0], [Const(i) for i in range(len(items))], rows.arrays, span)
                self._refuse_reordered(rows.copied, before, self.memory.state, span)

    @contextmanager
    def _copied(self, times: int) -> Iterator[None]:
        """Within this, what is evaluated is there so many times."""
        outer, self.copies = self.copies, self.copies * times
        try:
            yield
        finally:
            self.copies = outer

    def _peeled(self, op: For | While, iterable: Operand | None, inits: list[Operand]) -> bool:
        """Evaluate the first round of a loop by itself, if more is known of it than of the others; else do nothing."""
        if op in self.later_rounds or 2 * self.copies > _MOST_UNROLLED or not starts_as_another(self, op, inits):
            return False
        rows = None
        if iterable is not None and bounds_of(self, iterable) is None:
            rows = rows_of(self, iterable)
            if rows is None or not all(isinstance(type_of_operand(a), Array) for a in rows.arrays):
                return False
        if not self.program.looks_closer():
            return False
        item: list[Operand] = []
        if isinstance(op, While):
            first, rests = first_while(op)
        else:
            if rows is not None:
                op, iterable = by_index(self, op, rows)
            bounds = bounds_of(self, iterable)  # type: ignore[arg-type]
            assert bounds is not None
            item = [bounds[0]]
            first, rests = first_for(self, op, bounds)
        self.env.update(zip(op.body.params, [*item, *inits], strict=True))
        self.later_rounds.update(rests)
        with self._copied(2):
            self.env.update(zip(op.results, self.block(first), strict=True))
        return True

    def _evaluate_items(
        self, op: For, iterable: Operand, inits: list[Operand], runs: list[Run], span: Span | None
    ) -> bool:
        """Evaluate a loop over arrays, or over a few, to which its body may write; for all others do nothing."""
        view = self.views.get(iterable)
        if view is not None and view.shows != "keys" and _falls_through(op.body):
            if not self._evaluate_unless_written(_Loop(op, iterable, inits), [view.version, iterable], runs, span):
                self._unroll_view(op, view, span)
            return True
        rows = rows_of(self, iterable)
        items = self._few_items(op, iterable) if rows is None else rows.arrays
        if items is None:
            return False
        if not self._evaluate_unless_written(_Loop(op, iterable, inits), items, runs, span):
            if rows is None:
                self._unroll(op, items, [], span)
            else:
                kept = [r for r in runs if not self._is_read_late(r.items)]
                self._evaluate_by_index(op, rows, inits, kept, span)
        return True

    def _evaluate_by_index(self, op: For, rows: Rows, inits: list[Operand], runs: list[Run], span: Span | None) -> None:
        """Evaluate a loop as one over the indices of the items."""
        before = self.memory.state
        loop = _Loop(*by_index(self, op, rows), inits)
        self._evaluate_loop(loop, runs, span)
        self._refuse_resized(rows.arrays, loop.end, span)
        self._refuse_reordered(rows.copied, before, loop.end, span)

    def _evaluate_chosen(self, op: For, iterable: Operand, run: Run | None, span: Span | None) -> bool:
        """Evaluate a loop over tuples of the items of a list, which are read as it goes; else do nothing."""
        items = iterable if run is None else run.items
        made = self.chosen[items].ops if run is not None and items in self.chosen else ()
        is_last = made and self.ops[-1] is made[-1]
        rows = chosen_rows(self, items)
        if rows is None:
            return False
        if is_last:  # nothing but the loop has seen the list
            self.ops[:] = [op for op in self.ops if op not in made]
        if run is not None:
            self.taken(iterable, takes_all=False)
        self._refresh(self.memory.state.version)
        inits = [self.no_selection(self._at_end(self.operand(i)), self.ops) for i in op.inits]
        self._evaluate_by_index(op, rows, inits, [], span)
        return True

    def _is_read_late(self, items: Operand) -> bool:
        """Whether the items that a loop takes are read as it goes."""
        return isinstance(type_of_operand(items), Array) or items in self.chosen

    def _few_items(self, op: For, iterable: Operand) -> list[Operand] | None:
        """The items of a tuple, if these are few and some of them can be written to."""
        items = self.static_items(iterable) if self._is_tuple(iterable) and _falls_through(op.body) else None
        has_memory = any(self.memory.root(item) is not None for item in items or ())
        return items if items is not None and has_memory and len(items) <= _MOST_UNROLLED else None

    def _is_tuple(self, iterable: Operand) -> bool:
        """Whether a loop runs through a tuple, in whatever direction."""
        made = self.definitions.get(iterable)  # type: ignore[arg-type]
        source = made.args[0] if made is not None and callee(made) is reversed else iterable
        return isinstance(type_of_operand(source), Tuple)  # type: ignore[arg-type]

    def _evaluate_unless_written(self, loop: _Loop, items: list[Operand], runs: list[Run], span: Span | None) -> bool:
        """Evaluate a loop unless its body writes to `items`, and tell whether that is done."""
        clock, before = self.clock, self.memory.state
        try:
            with self.restored():
                self._evaluate_rounds(loop, before, span)
        except MutationError:
            return False
        if is_written(self, items, before, loop.end):
            return False
        for taken in runs:
            self._check_body(taken, clock, loop)
        self._close_loop(loop, before, span)
        return True

    def _evaluate_loop(self, loop: _Loop, runs: list[Run], span: Span | None) -> None:
        """Evaluate the body until the types of what it carries, and what it does to memory, are known."""
        clock, before = self.clock, self.memory.state
        self._evaluate_rounds(loop, before, span)
        for taken in runs:
            self._check_body(taken, clock, loop)
        self._close_loop(loop, before, span)

    def _evaluate_rounds(self, loop: _Loop, before: State, span: Span | None) -> None:
        loop.mark, loop.loose = self.memory.count, len(self.memory.loose)
        self._start_anew(loop, before, Round())
        for attempt in range(_MAX_ROUNDS):
            names = self.memory.names_up_to(loop.mark)
            self._loop_body(loop)
            news = loop.told.moved - loop.found.moved
            if any(root in loop.found.roots and isinstance(before.version[root].type, List) for root, _ in news):
                self._start_anew(loop, before, loop.told)
                continue
            stable = self._is_stable(loop, before, last=attempt >= _WIDENED)
            if stable and names == self.memory.names_up_to(loop.mark):
                break
        else:
            raise UnsupportedSyntaxError(
                "a loop whose variables never settle", span, "give each variable one type, and one object"
            )

    def _start_anew(self, loop: _Loop, before: State, told: Round) -> None:
        """Forget what rounds have found, but for which parts become other objects."""
        first = named_twice(self.memory, [*loop.inits, *(part_in(before, *part) for part in told.parts)])
        roots = list(dict.fromkeys(root for root, _ in told.parts))
        loop.found = Round(
            roots, self._maybe_fixed(loop), first, moved=told.moved, parts=told.parts, blurred=told.blurred
        )
        loop.root_types = {root: widen(before.version[root].type) for root in roots}
        loop.types = [widen(type_of_operand(i)) for i in loop.inits]

    def _maybe_fixed(self, loop: _Loop) -> dict[int, Operand]:
        """The variables that name an object, of which the first round is to tell whether they always name the same."""
        variables = enumerate(zip(loop.op_params, loop.inits, strict=True))
        return {i: o for i, (p, o) in variables if p.name is not None and self.memory.root(o) and not unbound(o)}

    def _is_stable(self, loop: _Loop, before: State, *, last: bool) -> bool:
        """Whether another round would tell nothing new; takes in what this one has told."""
        again = False
        news = [r for r in changed(before, loop.end) if r not in loop.found.roots]
        if news:
            loop.found.roots += news
            again = True
        for i in [i for i, init in loop.found.fixed.items() if not self.memory.are_one(init, loop.outs[i])]:
            del loop.found.fixed[i]
            again = True
        kept = [i for i in range(len(loop.inits)) if i not in loop.found.fixed]
        for i in kept:
            if unbound(loop.outs[i]) and not unbound(loop.inits[i]) and not loop.is_dead:
                what = f"`{loop.op_params[i].name}`, which a loop deletes, though it was there before"
                raise UnsupportedSyntaxError(what, self.span, "leave it, or set it to None")
        types = [*(loop.types[i] for i in kept)]
        found = [join(loop.types[i], widen(type_of_operand(loop.outs[i]))) for i in kept]
        for root in loop.found.roots:
            kind = loop.root_types.get(root, widen(before.version[root].type))
            joined = join(kind, widen(loop.end.version[root].type))
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
        last = [_next_version(before.version[r], loop.root_types[r]) for r in found.roots]
        types = [*(loop.types[i] for i in kept), *(loop.root_types[r] for r in found.roots)]
        starts = [*(loop.inits[i] for i in kept), *(before.version[r] for r in found.roots)]
        inits = tuple(without_keys(o, t, self.ops) for o, t in zip(starts, types, strict=True))
        versions = dict(zip(found.roots, last, strict=True))
        reads = self._reads_of_parts(loop, versions)
        after = [results.get(i) for i in range(len(loop.inits))] + [read.results[0] if read else None for read in reads]
        has_memory = [one.value is not None for one in loop.carried]
        carried = [
            Carried(v if m else None, c.init, c.part) for v, m, c in zip(after, has_memory, loop.carried, strict=True)
        ]
        finish(self.memory, found, before, loop.end, carried, last)
        for i, value in enumerate(op.results):
            self.env[value] = found.fixed[i] if i in found.fixed else results[i]
        ends = [*(loop.outs[i] for i in kept), *(loop.end.version[r] for r in found.roots)]
        outs = (loop.stop, *(without_keys(o, t, loop.ops) for o, t in zip(ends, types, strict=True)))
        params = (*loop.item, *(loop.params[i] for i in kept), *loop.root_params)
        body = Block(params, tuple(loop.ops), outs)
        all_results = (*(results[i] for i in kept), *last)
        if loop.iterable is None:
            self.ops.append(While(all_results, inits, body, span=span))
        else:
            self._refuse_written(loop, before, span)
            self.ops.append(For(all_results, loop.iterable, inits, body, span=span))
        self.append_all(filter(None, reads))

    def _refuse_written(self, loop: _Loop, before: State, span: Span | None) -> None:
        """Refuse a loop over what its body writes to; only of the rows of an array is it known that they are apart."""
        is_array = isinstance(type_of_operand(loop.iterable), Array)  # type: ignore[arg-type]
        is_dict = isinstance(type_of_operand(loop.iterable), Map)  # type: ignore[arg-type]
        own = self.memory.root(loop.iterable)  # type: ignore[arg-type]
        if is_dict and own not in loop.found.rekeyed:
            return
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
        runs_code = not isinstance(type_of_operand(run.items), Array)  # `.flat` only reads its array
        is_seen = any(r.meets(written) for r in read for written in loop.found.roots)
        if is_seen or (runs_code and self.clock != clock):
            raise UnsupportedSyntaxError(
                f"a loop over {run.name} that writes what the latter may read", self.span, "loop over `list(…)` of it"
            )

    def _refuse_resized(self, lists: list[Operand], end: State, span: Span | None) -> None:
        """Refuse a loop over a list that has other items in the end than in the beginning: Python would see them."""
        for root in filter(None, map(self.memory.root, lists)):
            if any(root.meets(other) for other in end.resized):
                raise MutationError(
                    f"a loop over {f'`{root.name}`' if root.name else 'a list'}, to which its body adds or takes items",
                    span,
                    "loop over a copy: `list(…)`",
                )

    def _lists_in(self, iterable: Operand) -> list[Operand]:
        """The lists from which the items of an iterable are taken."""
        made = self.definitions.get(iterable)  # type: ignore[arg-type]
        if made is not None and callee(made) in (zip, enumerate, reversed):
            return [found for arg in made.args for found in self._lists_in(arg)]  # type: ignore[arg-type]
        return [iterable] if isinstance(type_of_operand(iterable), List) else []

    def _refuse_replaced(self, lists: list[Operand], before: State, span: Span | None) -> None:
        """Refuse a loop over a list that has other items in the end: Python would see them when it is their turn."""
        end = self.memory.state
        for root in self.memory.roots(lists):
            old, new = before.parts.get(root, {}), end.parts.get(root, {})
            stays = all(new.get(k) is o or self.memory.are_one(o, new.get(k, UNDEFINED)) for k, o in old.items())
            if end.order.get(root) is not before.order.get(root) or not stays:
                what = f"a loop over {f'`{root.name}`' if root.name else 'a list'}, whose items its body replaces"
                raise MutationError(what, span, "loop over a copy: `list(…)`, or over the indices")

    def _refuse_reordered(self, lists: list[Operand], before: State, end: State, span: Span | None) -> None:
        """Refuse a loop over a copy of a list that has other items in the end: Python would not see them."""
        for root in filter(None, map(self.memory.root, lists)):
            if end.order.get(root) is not before.order.get(root):
                what = (
                    f"a loop over a copy of {f'`{root.name}`' if root.name else 'a list'}, whose body changes the list"
                )
                raise MutationError(what + " and writes to its items", span, "do one after the other")

    def _unroll(self, op: For, items: Sequence[Operand], lists: list[Operand], span: Span | None) -> None:
        """Repeat the body for each item of an iterable that is known at compile time, and is taken from `lists`."""
        before, self.memory.state.resized = self.memory.state.resized, frozenset()
        carried = [self.operand(i) for i in op.inits]
        for item in items:
            self.env.update(zip(op.body.params, [item, *carried], strict=True))
            carried = self.block(op.body)[1:]
        self._refuse_resized(lists, self.memory.state, span)
        self.memory.state.resized |= before
        self.env.update(zip(op.results, carried, strict=True))

    def _unroll_view(self, op: For, view: View, span: Span | None) -> None:
        """Repeat the body for each key of a dict with known keys, whose values may change meanwhile."""
        if not isinstance(view.version.type, Dict):
            what = "a loop over a deque, to the items of which its body writes"
            raise MutationError(what, span, "use a list, or put new items into another deque")
        self.key_by_key.add(op)
        carried = [self.operand(i) for i in op.inits]
        keys = view.version.type.keys
        for key in keys:
            value = self.apply(operator.getitem, [self.memory.newest(view.version), Const(key)])
            item = value if view.shows == "values" else self.apply(primitives.make_tuple, [Const(key), value])
            self.env.update(zip(op.body.params, [item, *carried], strict=True))
            carried = self.block(op.body)[1:]
            if not self.dead and getattr(self.memory.newest(view.version).type, "keys", None) != keys:  # type: ignore[union-attr]
                hint = "loop over a list: `list(d.items())`"
                raise MutationError("a loop over a dict, whose keys its body changes", span, hint)
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
        loop.root_params = [_next_version(memory.state.version[r], loop.root_types[r]) for r in found.roots]
        self.env.update(zip(op.body.params, (*loop.item, *loop.params), strict=True))
        self.env.update((loop.op_params[i], init) for i, init in found.fixed.items())
        before, known = memory.state, self.has_keys
        self.has_keys = (*known, *self._keys_of_dicts(loop))
        del memory.loose[loop.loose :]
        self.depth += 1
        with self.region() as ops:
            memory.is_written = memory.is_written or bool(found.roots)
            versions = dict(zip(found.roots, loop.root_params, strict=True))
            reads = self._reads_of_parts(loop, versions)
            self.append_all(filter(None, reads))
            loop.carried = [
                Carried(p if kinds(p.type) and i not in found.fixed else None, loop.inits[i])
                for i, p in enumerate(loop.params)
            ]
            for read, at in zip(reads, found.parts, strict=True):
                loop.carried.append(Carried(read.results[0] if read else None, part_in(before, *at), at))
            start_round(memory, found, loop.carried, loop.root_params)
            for item in loop.item:
                if kinds(item.type) and loop.iterable is not None:
                    root = memory.root(loop.iterable)
                    is_list = isinstance(type_of_operand(loop.iterable), List) and not memory.is_of_views(loop.iterable)
                    memory.new_root(item, may=memory.reachable([loop.iterable]) - ({root} if is_list else set()))
            stop, *outs = self.block(op.body)
            loop.is_dead = self.dead or any(isinstance(item.type, Never) for item in loop.item)
            self.has_keys = known
            if not self.dead:
                outs = [self.no_selection(self._at_end(o), self.ops) for o in outs]
                self._settle(before)
            loop.ops, loop.stop, loop.outs, loop.end = ops, stop, outs, memory.state
            ends = [*outs, *(part_in(memory.state, *part) for part in found.parts)]
            for one, end in zip(loop.carried, ends, strict=True):
                one.out = end
            loop.told = end_round(memory, found, loop.mark, before, loop.carried)
        self.depth -= 1
        for operand in (*loop.inits, *outs):
            self.refuse_iterator(operand)

    def _reads_of_parts(self, loop: _Loop, versions: dict[Root, Value]) -> list[Call | None]:
        """Reads of the parts that count as variables, from these versions; None for those that have no memory there."""
        with_memory = [p not in loop.found.blurred and has_part(versions[p[0]].type, p[1]) for p in loop.found.parts]
        parts = zip(loop.found.parts, with_memory, strict=True)
        return [part_read(versions[root], key) if memory else None for (root, key), memory in parts]

    def _keys_of_dicts(self, loop: _Loop) -> tuple[Fact, ...]:
        """The dict with late keys that a loop goes over, with the key that the item is."""
        source = loop.iterable
        while isinstance(source, Value) and (made := self.definitions.get(source)) is not None:
            if callee(made) not in (list, sorted, tuple) or not made.args:
                break
            source = made.args[0]  # type: ignore[assignment]
        if not isinstance(source, Value) or not isinstance(source.type, Map):
            return ()
        return self.fact(source, loop.item[0])


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
    root_params: list[Value] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)
    stop: Operand = UNDEFINED
    outs: list[Operand] = field(default_factory=list)
    end: State = field(default_factory=State)
    told: Round = field(default_factory=Round)
    is_dead: bool = False  # no round comes to its end

    def __post_init__(self) -> None:
        self.types: list[Type] = []
        self.op_params = self.op.body.params[1:] if isinstance(self.op, For) else self.op.body.params


def _differ_in_code(items: list[Operand]) -> bool:
    """Whether the items of a sequence are functions, or of kinds that no single code fits."""
    if any(map(has_code, items)):
        return True
    types = [type_of_operand(i) for i in items]
    return holds_unknown(join_all(tuple(types))) and not any(map(holds_unknown, types))


def _is_index(found: set[Operand], body: Block) -> bool:
    """Whether one of these, or what is computed of them, is an index somewhere; adds the latter to them."""
    for op in body.ops:
        if isinstance(op, Call) and callee(op) in _INDEXING and op.args[1] in found:
            return True
        if any(_is_index(found, region) for region in regions(op)):
            return True
        if not found.isdisjoint(operands(op)):
            found.update(op.results)
    return False


def _falls_through(body: Block) -> bool:
    stop = body.results[0]
    return isinstance(stop, Const) and stop.value is False


def _next_version(before: Value, t: Type) -> Value:
    """The version of what is written to in a loop, at the start of a round or after all; no round may write to it."""
    return Value(before.name, t, unbound=before.unbound)
