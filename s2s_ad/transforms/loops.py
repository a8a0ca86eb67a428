"""The steps for loops: the adjoint walks the records of the iterations in reverse.

A loop saves one record of residuals an iteration. The test of a `while`, and any other exit that changes nothing that
is differentiated, needs no record: the ops after it are treated as a straight continuation (the *spine* of the body),
and only iterations that get to the spine's end are recorded and reversed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, For, If, Op, Operand, Value, While, free_values, visible
from s2s_ad.ir.types import NEVER, Array, List, Tuple
from s2s_ad.ir.types import Iterable as IterableType
from s2s_ad.transforms.cotangent_types import cotangent_type
from s2s_ad.transforms.dead_code import dead_code
from s2s_ad.transforms.loop_items import LoopItems
from s2s_ad.transforms.rematerialise import rematerialised
from s2s_ad.transforms.rewriting import substitute
from s2s_ad.transforms.saving import saved
from s2s_ad.transforms.scopes import WHOLE, Entry, Scope, bar_name
from s2s_ad.transforms.steps import STEPS, ForwardBlock, Step, defined_values, forward_block
from s2s_ad.transforms.tangents import NONE, named, widen

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


@dataclass(eq=False)
class Spine:
    """The body of a loop as a straight line: `forward`, then perhaps an exit and the rest of the line."""

    forward: ForwardBlock
    local: set[Value]
    exit: If | None = None
    side: int = 0
    rest: Spine | None = None

    def reverse(self) -> None:
        """Emit the adjoint, the end of the line first."""
        if self.rest is not None:
            self.rest.reverse()
        self.forward.reverse()

    def locals(self) -> set[Value]:
        """The primal values that the line defines."""
        return self.local | (self.rest.locals() if self.rest is not None else set())


class LoopStep(Step):
    """Reverses a loop: the records of its iterations, the last first."""

    op: For | While

    def __init__(self, t: Transform, op: For | While) -> None:
        self.t = t
        self.op = op
        self.first = 1 if isinstance(op, For) else 0
        self.params = op.body.params[self.first :]
        self.results_of_exit: dict[Value, Operand] = {}
        outer, t.in_loop = t.in_loop, True
        self.spine = self._spine(op.body)
        t.in_loop = outer
        self.records: Value | None = None
        self.saved: list[Value] = []
        self.ops: list[Op] | None = None
        self.whole = isinstance(op, For) and self.spine.rest is None and constant(op.body.results[0]) is False
        self.name = t.new_loop_name("for" if isinstance(op, For) else "while")

    # the forward half

    def _spine(self, block: Block) -> Spine:
        t = self.t
        last = block.ops[-1] if block.ops else None
        side = self._continuing_side(last) if isinstance(last, If) else None
        if not isinstance(last, If) or side is None:
            return Spine(forward_block(t, block), defined_values(block.ops))
        head = Block(block.params, block.ops[:-1], ())
        forward = forward_block(t, head)
        inner = (last.then, last.orelse)[side]
        self.results_of_exit.update(zip(last.results, inner.results, strict=True))
        return Spine(forward, defined_values(head.ops), last, side, self._spine(inner))

    def _continuing_side(self, op: If) -> int | None:
        """The side of a last `if` that goes on, where the other does nothing but leave."""
        for side, leaving in ((0, op.orelse), (1, op.then)):
            if not any(r in self.t.active for r in visible(leaving.ops)) and self._leaves(op, leaving):
                return side
        return None

    def _at_end(self, operand: Operand) -> Operand:
        """What a result of the body is at the present end of the spine."""
        while isinstance(operand, Value) and operand in self.results_of_exit:
            operand = self.results_of_exit[operand]
        return operand

    def _leaves(self, op: If, leaving: Block) -> bool:
        given = dict(zip(op.results, leaving.results, strict=True))

        def out(result: Operand) -> Operand:
            end = self._at_end(result)
            return given.get(end, end) if isinstance(end, Value) else end

        stop = out(self.op.body.results[0])
        unchanged = all(
            out(r) is p for r, p in zip(self.op.body.results[1:], self.params, strict=True) if self._is_carried(p)
        )
        return constant(stop) is True and unchanged

    def _is_carried(self, param: Value) -> bool:
        i = self.params.index(param)
        return param in self.t.active or self.op.results[i] in self.t.active

    # the adjoint half

    def reverse(self) -> None:
        """Emit a loop over the records, in reverse."""
        t, op = self.t, self.op
        t.spec.span = op.span
        carried = [i for i, p in enumerate(self.params) if self._is_carried(p)]
        bars = {i: t.scope.entries.pop(op.results[i], None) for i in carried}
        if all(b is None for b in bars.values()):
            return
        params = {i: Value(bar_name(self.params[i]), cotangent_type(self.params[i].type)) for i in carried}
        scope = Scope(t.scope, self.spine.locals() | set(op.body.params), is_loop=True)
        outer, t.scope = t.scope, scope
        outer_in_loop, t.in_loop = t.in_loop, True
        items = LoopItems(t, op, self.whole)
        with t.spec.region() as ops:
            for i in carried:
                self._seed(i, params[i])
            self.spine.reverse()
            items.collect()
            self._own_alike({params[i]: scope.entries.get(self.params[i]) for i in carried}, scope)
            outs = [self._carried_out(i, params[i]) for i in carried]
            outside = list(scope.carried.items())
            outs += [self._owned_out(scope, v, p) for v, p in outside]
        t.scope, t.in_loop = outer, outer_in_loop
        empty = items.make_inits()
        inits = [self._carried_in(i, bars[i], params[i]) for i in carried]
        inits += [self._outside_in(v, p) for v, p in outside]
        carried_params = (*(params[i] for i in carried), *(p for _, p in outside))
        results = tuple(Value(p.name, p.type) for p in carried_params)
        for result, *given in zip(results, inits, outs, strict=True):
            widen(result, given)
        body = Block((*carried_params, *items.params), tuple(ops), (Const(False), *outs, *items.versions))
        self._emit(body, (*inits, *empty), (*results, *items.results), items)
        for (value, param), result in zip(outside, results[len(carried) :], strict=True):
            owned = t.written.get(param, 0)
            before = t.scope.get(value)
            kept = replace(before, operand=result, owned=owned) if owned and before is not None else Entry(result)
            t.scope.set(value, kept)
        for i, result in zip(carried, results, strict=False):
            self._after(i, result, params[i])
        items.contribute()

    def _seed(self, i: int, param: Value) -> None:
        """The cotangent of what an iteration leaves in a carried variable."""
        t = self.t
        out = self._at_end(self.op.body.results[1 + i])
        if isinstance(out, Value) and t.is_active(out) and out in t.scope.local and out not in t.scope.entries:
            t.adopt(out, param, Entry(param, WHOLE, frozenset({(param, False)})))
        elif isinstance(out, Value):
            t.contribute(out, param, project=False)

    def _own_alike(self, ends: dict[Value, Entry | None], scope: Scope) -> None:
        """A buffer that a round hands on to a variable in which it is written to has to be ours in all of them."""
        ends |= {param: scope.entries.get(value) for value, param in scope.carried.items()}
        before, written = None, self.t.written
        while before != written:
            before = dict(written)
            for param, entry in ends.items():
                much = before.get(param, 0)
                if entry is not None and entry.owned >= much > 0:
                    self.t.write(entry, much)

    def _carried_out(self, i: int, param: Value) -> Operand:
        """The cotangent of what an iteration found in a carried variable."""
        t, primal = self.t, self.params[i]
        entry = t.scope.entries.pop(primal, None)
        out = t.tangents.complete(NONE if entry is None else entry.operand, t.resolve(primal))
        if entry is not None and entry.owned < t.written.get(param, 0):
            out = t.own(out, primal, t.written[param])
        return named(out, param.name)

    def _owned_out(self, scope: Scope, value: Value, param: Value) -> Operand:
        entry = scope.entries[value]
        out = self.t.tangents.complete(entry.operand, self.t.resolve(value))
        much = self.t.written.get(param, 0)
        return self.t.own(out, value, much) if entry.owned < much else out

    def _carried_in(self, i: int, bar: Entry | None, param: Value) -> Operand:
        t, result = self.t, self.op.results[i]
        start = t.tangents.complete(NONE if bar is None else bar.operand, t.resolve(result))
        much = t.written.get(param, 0)
        if bar is None or not much:
            return start
        if bar.owned < much:
            return t.own(start, result, much)
        t.write(bar, much)
        return start

    def _outside_in(self, value: Value, param: Value) -> Operand:
        t = self.t
        before = t.scope.get(value)
        if before is None:
            return named(t.tangents.zero(t.resolve(value)), param.name)
        if param in t.written:
            return t.buffer(value, t.written[param])
        return t.tangents.complete(before.operand, t.resolve(value))

    def _after(self, i: int, result: Value, param: Value) -> None:
        """The loop's own cotangents go on to what it started from."""
        t, start = self.t, self.op.inits[i]
        if not isinstance(start, Value) or not t.is_active(start):
            return
        if t.scope.get(start) is None and start.type == self.params[i].type:
            t.scope.set(start, Entry(result, t.written.get(param, 0)))
        else:
            t.contribute(start, result)

    def _emit(self, body: Block, inits: tuple[Operand, ...], results: tuple[Value, ...], items: LoopItems) -> None:
        t = self.t
        body = dead_code(body)
        self.ops = self.spine.forward.finish()
        line = self.spine.rest
        while line is not None:
            line.forward.ops[:] = line.forward.finish()
            line = line.rest
        body = self._recomputed(body)
        body = saved(t, body, self.op.body.params, self._lines())
        free = self._read_by(body)
        span = self.op.span
        sources: list[Operand] = []
        targets: list[Value] = []
        if self._is_range_item(free):
            item = self.op.body.params[0]
            free = [v for v in free if v is not item]
            targets.append(Value(item.name, item.type))
            body = substitute(body, {item: targets[0]})
            sources.append(t.spec.apply(reversed, [self._range()]))
        if items.index is not None and items.index in free_values(body):
            targets.append(items.index)
            sources.append(self._indices(free))
        self.saved = free
        if not free and not sources and self._is_counted():
            targets.append(Value("_", type_of_operand(Const(0))))
            sources.append(self._indices(free))
        if self.records is not None or free or not sources:
            record, body = self._unpack(body, free)
            targets.insert(0, record)
            assert self.records is not None
            sources.insert(0, t.spec.apply(reversed, [self.records]))
        iterable, body = self._zip(sources, targets, body)
        t.spec.ops.append(For(results, iterable, inits, body, span=span))

    def _lines(self) -> list[list[Op]]:
        """The finished forward half of the body, cut at its exits."""
        assert self.ops is not None
        lines, line = [self.ops], self.spine.rest
        while line is not None:
            lines.append(line.forward.ops)
            line = line.rest
        return lines

    def _forward_ops(self) -> list[Op]:
        """The finished forward half of the body, in the order of the text."""
        return [op for line in self._lines() for op in line]

    def _read_by(self, body: Block) -> list[Value]:
        """What the adjoint `body` reads of the forward half."""
        read = free_values(body)
        defined = (*self.op.body.params, *visible(self._forward_ops()))
        return [v for v in defined if v in read]

    def _recomputed(self, body: Block) -> Block:
        """The adjoint with what follows from the counter of the loop, and from outside of it, computed, not saved."""
        if not self.t.lean:
            return body
        item = self.op.body.params[0] if self._is_range_item(self.op.body.params[:1]) else None  # type: ignore[arg-type]
        defined = {*self.op.body.params, *visible(self._forward_ops())}
        again = rematerialised(body, self._forward_ops(), lambda v: v is item or v not in defined)
        before, after = ({v for v in self._read_by(b) if v is not item} for b in (body, again))
        return again if item in free_values(body) or len(after) < len(before) else body

    def _is_range_item(self, free: list[Value]) -> bool:
        """Whether the counter of a loop over the whole of a `range` can be counted again rather than saved."""
        if not self.whole or not isinstance(self.op, For):
            return False
        made = self.t.definitions.get(self.op.iterable) if isinstance(self.op.iterable, Value) else None
        is_range = made is not None and constant(made.target) is range
        return is_range and (self.op.body.params[0] in free or not free)

    def _range(self) -> Operand:
        """What the counter runs through, written out again where that is only variables and constants."""
        assert isinstance(self.op, For)
        iterable = self.op.iterable
        bounds = [self.t.resolve(a) for a in self.t.definitions[iterable].args]  # type: ignore[index, arg-type]
        plain = all(isinstance(b, Const) or (b.name is not None and not b.unbound) for b in bounds)
        return self.t.spec.apply(range, bounds) if plain and iterable.name is None else self.t.resolve(iterable)  # type: ignore[union-attr]

    def _is_counted(self) -> bool:
        """Whether the number of iterations is the length of a sequence."""
        if not self.whole or not isinstance(self.op, For):
            return False
        return isinstance(type_of_operand(LoopItems.first_sequence(self.t, self.op.iterable)), (Array, List, Tuple))

    def _indices(self, free: list[Value]) -> Operand:
        """The numbers of the recorded iterations, in reverse."""
        t = self.t
        if free or not self._is_counted():
            self._need_records()
            count = t.spec.apply(len, [self.records])  # type: ignore[list-item]
        else:
            count = t.spec.apply(len, [LoopItems.first_sequence(t, self.op.iterable)])  # type: ignore[union-attr]
        return t.spec.apply(reversed, [t.spec.apply(range, [count])])

    def _need_records(self) -> None:
        if self.records is None:
            self.records = Value(self.name, List(NEVER))

    def _unpack(self, body: Block, free: list[Value]) -> tuple[Value, Block]:
        """Bind the residuals of one iteration from its record."""
        self._need_records()
        types = [v.type for v in free]
        record_type = types[0] if len(types) == 1 else Tuple(tuple(types))
        assert self.records is not None
        self.records.type = List(record_type)
        fresh = tuple(Value(v.name, v.type) for v in free)
        body = substitute(body, dict(zip(free, fresh, strict=True)))
        if len(fresh) == 1:
            return fresh[0], body
        record = Value(None, record_type)
        if not fresh:
            return record, body
        unpack = Call(fresh, Const(primitives.Unpack(len(fresh))), (record,), span=self.op.span)
        return record, Block(body.params, (unpack, *body.ops), body.results)

    def _zip(self, sources: list[Operand], targets: list[Value], body: Block) -> tuple[Operand, Block]:
        if len(sources) == 1:
            return sources[0], Block((targets[0], *body.params), body.ops, body.results)
        # the counters come first in the text
        order = [*range(1, len(sources)), 0] if self.saved else list(range(len(sources)))
        item = Value(None, Tuple(tuple(targets[i].type for i in order)))
        unpack = Call(
            tuple(targets[i] for i in order), Const(primitives.Unpack(len(order))), (item,), span=self.op.span
        )
        iterable = self.t.spec.emit(zip, [sources[i] for i in order], None, IterableType(item.type))
        return iterable, Block((item, *body.params), (unpack, *body.ops), body.results)

    # the forward half, once it is known what to save

    def finish(self) -> Iterable[Op]:
        """The loop, which appends a record an iteration."""
        t, op = self.t, self.op
        ops = self.ops if self.ops is not None else self.spine.forward.finish()
        inits = tuple(t.resolve(i) for i in op.inits)
        results, params = op.results, op.body.params
        if self.records is None:
            body = self._rebuild(self.spine, ops, op.body.results, None)
        else:
            start = Value(self.name, self.records.type)
            items = Value(self.name, self.records.type)
            yield Call((start,), Const(primitives.make_list), (), span=op.span)
            inits, results, params = (*inits, start), (*results, self.records), (*params, items)
            body = self._rebuild(self.spine, ops, op.body.results, items)
        block = Block(params, body.ops, body.results)
        if isinstance(op, For):
            yield For(results, t.resolve(op.iterable), inits, block, span=op.span)
        else:
            yield While(results, inits, block, span=op.span)

    def _rebuild(self, line: Spine, ops: list[Op], outs: tuple[Operand, ...], items: Value | None) -> Block:
        """The body with its exits, and the record appended at the end of the line."""
        t = self.t
        resolved = [t.resolve(o) for o in outs]
        if line.exit is None or line.rest is None:
            more: list[Op] = []
            if items is not None:
                more, version = self._append(items)
                resolved.append(version)
            return Block((), (*ops, *more), tuple(resolved))
        rest_ops = line.rest.forward.ops if self.ops is not None else line.rest.forward.finish()
        inner = self._rebuild(line.rest, rest_ops, (line.exit.then, line.exit.orelse)[line.side].results, items)
        leaving = (line.exit.orelse, line.exit.then)[line.side]
        mapping = {v: t.resolve(v) for v in t.forward_of}
        leaving = substitute(leaving, mapping)
        results = line.exit.results
        if items is not None:
            recorded = Value(items.name, items.type)
            results, resolved = (*results, recorded), [*resolved, recorded]
            leaving = Block((), leaving.ops, (*leaving.results, items))
        sides = (inner, leaving) if line.side == 0 else (leaving, inner)
        final = If(results, t.resolve(line.exit.test), *sides, span=line.exit.span)
        return Block((), (*ops, final), tuple(resolved))

    def _append(self, items: Value) -> tuple[list[Op], Value]:
        record: Operand = Const(None)
        ops: list[Op] = []
        if len(self.saved) == 1:
            record = self.saved[0]
        elif self.saved:
            record = Value(None, Tuple(tuple(v.type for v in self.saved)))
            ops.append(Call((record,), Const(primitives.make_tuple), tuple(self.saved), span=self.op.span))
        version = Value(items.name, items.type)
        ops.append(Call((version,), Const(primitives.append), (items, record), span=self.op.span))
        return ops, version


STEPS[For] = STEPS[While] = LoopStep
