"""The steps of the pullback transform for `if` and for loops, and the residuals that cross their borders.

A loop saves one record of residuals an iteration. The test of a `while`, and any other exit that changes nothing that
is differentiated, needs no record: the ops after it are treated as a straight continuation (the *spine* of the body),
and only iterations that get to the spine's end are recorded and reversed.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, For, If, Op, Operand, Value, While, free_values
from s2s_ad.ir.types import NEVER, Array, List, Tuple
from s2s_ad.ir.types import Iterable as IterableType
from s2s_ad.transforms.dead_code import dead_code
from s2s_ad.transforms.rewriting import substitute
from s2s_ad.transforms.scopes import Entry, Scope, bar_name
from s2s_ad.transforms.steps import REGION_STEPS, ForwardBlock, Step, forward_block
from s2s_ad.transforms.tangents import NONE, cotangent_type

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


def _defined(ops: Iterable[Op]) -> set[Value]:
    return {v for op in ops for v in op.results}


class IfStep(Step):
    """Reverses the side that ran. The residuals of each side become results of the `if`."""

    def __init__(self, t: Transform, op: If) -> None:
        self.t = t
        self.op = op
        self.sides = [(block, forward_block(t, block)) for block in (op.then, op.orelse)]
        self.test = t.resolve(op.test)
        self.exports: list[list[tuple[Value, Value]]] = [[], []]
        self.done: list[list[Op]] = []

    def reverse(self) -> None:
        """Emit an `if` on the same test with the adjoints of both sides."""
        t = self.t
        t.spec.span = self.op.span
        bars = {r: t.take(r) for r in self.op.results}
        if all(b is None for b in bars.values()):
            return
        for r, bar in bars.items():
            if bar is not None:
                bars[r] = t.tangents.complete(bar, t.resolve(r))
        scopes, regions = zip(*(self._reverse_side(i, bars) for i in (0, 1)), strict=True)
        outside = list(dict.fromkeys(v for s in scopes for v in s.outside()))
        blocks = [self._close(i, scopes[i], regions[i], outside) for i in (0, 1)]
        self._emit(outside, blocks)

    def _reverse_side(self, i: int, bars: dict[Value, Operand | None]) -> tuple[Scope, list[Op]]:
        t, (block, forward) = self.t, self.sides[i]
        scope = Scope(t.scope, _defined(block.ops))
        outer, t.scope = t.scope, scope
        with t.spec.region() as ops:
            for value, result in zip(self.op.results, block.results, strict=True):
                bar = bars[value]
                if bar is not None and result is not UNDEFINED:
                    t.contribute(result, bar, project=False)
            forward.reverse()
        t.scope = outer
        return scope, ops

    def _close(self, i: int, scope: Scope, ops: list[Op], outside: list[Value]) -> Block:
        """The adjoint of one side: it gives the cotangents of all values from outside that either side touches."""
        t = self.t
        outer, t.scope = t.scope, scope
        with t.spec.region() as more:
            results = []
            for value in outside:
                entry = scope.get(value)
                results.append(t.tangents.complete(NONE if entry is None else entry.operand, t.resolve(value)))
        t.scope = outer
        return Block((), (*ops, *more), tuple(results))

    def _emit(self, outside: list[Value], blocks: list[Block]) -> None:
        t = self.t
        results = []
        for value in outside:
            result = Value(bar_name(value), cotangent_type(value.type))
            results.append(result)
            before = t.scope.get(value)
            sides_own = before is not None and before.owned
            t.scope.set(value, Entry(result, sides_own, before.carrier if before is not None and sides_own else None))
        blocks = [self._with_exports(i, dead_code(b)) for i, b in enumerate(blocks)]
        if results:
            t.spec.ops.append(If(tuple(results), self.test, blocks[0], blocks[1], span=self.op.span))

    def _with_exports(self, i: int, adjoint: Block) -> Block:
        forward = self.sides[i][1].finish()
        self.done.append(forward)
        inside = _defined(forward)
        self.exports[i] = [(v, Value(v.name, v.type)) for v in free_values(adjoint) if v in inside]
        return substitute(adjoint, dict(self.exports[i]))

    def finish(self) -> Iterable[Op]:
        """The `if` with its residuals as further results."""
        t = self.t
        then, orelse = self.done or [forward.finish() for _, forward in self.sides]
        outs = [[t.resolve(r) for r in block.results] for block, _ in self.sides]
        results = list(self.op.results)
        for i in (0, 1):
            for inner, outer in self.exports[i]:
                results.append(outer)
                outs[i].append(inner)
                outs[1 - i].append(Const(None) if t.in_loop else UNDEFINED)
        then_block, else_block = Block((), tuple(then), tuple(outs[0])), Block((), tuple(orelse), tuple(outs[1]))
        yield If(tuple(results), self.test, then_block, else_block, span=self.op.span)


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
            return Spine(forward_block(t, block), _defined(block.ops))
        head = Block(block.params, block.ops[:-1], ())
        forward = forward_block(t, head)
        inner = (last.then, last.orelse)[side]
        self.results_of_exit.update(zip(last.results, inner.results, strict=True))
        return Spine(forward, _defined(head.ops), last, side, self._spine(inner))

    def _continuing_side(self, op: If) -> int | None:
        """The side of a last `if` that goes on, where the other does nothing but leave."""
        for side, leaving in ((0, op.orelse), (1, op.then)):
            if not any(_touched(o, self.t.active) for o in leaving.ops) and self._leaves(op, leaving):
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
        bars = {i: t.take(op.results[i]) for i in carried}
        if all(b is None for b in bars.values()):
            return
        params = {i: Value(bar_name(self.params[i]), cotangent_type(self.params[i].type)) for i in carried}
        scope = Scope(t.scope, self.spine.locals() | set(op.body.params), is_loop=True)
        outer, t.scope = t.scope, scope
        outer_in_loop, t.in_loop = t.in_loop, True
        items = _Items(t, self)
        with t.spec.region() as ops:
            for i in carried:
                self._seed(i, params[i])
            self.spine.reverse()
            items.collect()
            outs = [self._carried_out(i, params[i]) for i in carried]
            outside = list(scope.carried.items())
            outs += [self._owned_out(scope, v, p) for v, p in outside]
        t.scope, t.in_loop = outer, outer_in_loop
        items.make_inits()
        inits = [self._carried_in(i, bars[i], params[i]) for i in carried]
        inits += [self._outside_in(v, p) for v, p in outside]
        carried_params = (*(params[i] for i in carried), *(p for _, p in outside))
        results = tuple(Value(p.name, p.type) for p in carried_params)
        body = Block((*carried_params, *items.buffers), tuple(ops), (Const(False), *outs, *items.versions))
        self._emit(body, (*inits, *items.inits), (*results, *items.results), items)
        for (value, param), result in zip(outside, results[len(carried) :], strict=True):
            owned = param in t.written
            before = t.scope.get(value)
            t.scope.set(value, Entry(result, owned, before.carrier if owned and before is not None else None))
        for i, result in zip(carried, results, strict=False):
            self._after(i, result, params[i])
        items.contribute()

    def _seed(self, i: int, param: Value) -> None:
        """The cotangent of what an iteration leaves in a carried variable."""
        t = self.t
        out = self._at_end(self.op.body.results[1 + i])
        if isinstance(out, Value) and t.is_active(out) and out in t.scope.local and out not in t.scope.entries:
            t.scope.set(out, Entry(param, owned=True, carrier=param))
        elif isinstance(out, Value):
            t.contribute(out, param, project=False)

    def _carried_out(self, i: int, param: Value) -> Operand:
        """The cotangent of what an iteration found in a carried variable."""
        t, primal = self.t, self.params[i]
        entry = t.scope.entries.pop(primal, None)
        out = t.tangents.complete(NONE if entry is None else entry.operand, t.resolve(primal))
        if param in t.written and entry is not None and not entry.owned:
            out = t.own(out, primal)
        return _named(out, param.name)

    def _owned_out(self, scope: Scope, value: Value, param: Value) -> Operand:
        entry = scope.entries[value]
        out = self.t.tangents.complete(entry.operand, self.t.resolve(value))
        return self.t.own(out, value) if param in self.t.written and not entry.owned else out

    def _carried_in(self, i: int, bar: Operand | None, param: Value) -> Operand:
        t, result = self.t, self.op.results[i]
        start = t.tangents.complete(bar or NONE, t.resolve(result))
        return t.own(start, result) if param in t.written and bar is not None else start

    def _outside_in(self, value: Value, param: Value) -> Operand:
        t = self.t
        before = t.scope.get(value)
        if before is None:
            return _named(t.tangents.zero(t.resolve(value)), param.name)
        if param in t.written:
            return t.buffer(value)
        return t.tangents.complete(before.operand, t.resolve(value))

    def _after(self, i: int, result: Value, param: Value) -> None:
        """The loop's own cotangents go on to what it started from."""
        t, start = self.t, self.op.inits[i]
        if not isinstance(start, Value) or not t.is_active(start):
            return
        if t.scope.get(start) is None and start.type == self.params[i].type:
            t.scope.set(start, Entry(result, owned=param in t.written))
        else:
            t.contribute(start, result)

    def _emit(self, body: Block, inits: tuple[Operand, ...], results: tuple[Value, ...], items: _Items) -> None:
        t = self.t
        body = dead_code(body)
        self.ops = self.spine.forward.finish()
        line = self.spine.rest
        while line is not None:
            line.forward.ops[:] = line.forward.finish()
            line = line.rest
        read = free_values(body)
        free = [v for v in self._in_order() if v in read]
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

    def _in_order(self) -> list[Value]:
        """What the finished forward half of the body defines, in the order of the text."""
        assert self.ops is not None
        found = [*self.op.body.params, *(v for op in self.ops for v in op.results)]
        line = self.spine.rest
        while line is not None:
            found += [v for op in line.forward.ops for v in op.results]
            line = line.rest
        return found

    def _is_range_item(self, free: list[Value]) -> bool:
        """Whether the counter of a loop over the whole of a `range` can be counted again rather than saved."""
        if not self.whole or not isinstance(self.op, For):
            return False
        made = self.t.definitions.get(self.op.iterable) if isinstance(self.op.iterable, Value) else None
        is_range = made is not None and constant(made.target) is range
        return is_range and (self.op.body.params[0] in free or not free)

    def _range(self) -> Operand:
        assert isinstance(self.op, For)
        return self.t.resolve(self.op.iterable)

    def _is_counted(self) -> bool:
        """Whether the number of iterations is the length of a sequence."""
        if not self.whole or not isinstance(self.op, For):
            return False
        return isinstance(type_of_operand(_Items.first_sequence(self.t, self.op.iterable)), (Array, List, Tuple))

    def _indices(self, free: list[Value]) -> Operand:
        """The numbers of the recorded iterations, in reverse."""
        t = self.t
        if free or not self._is_counted():
            self._need_records()
            count = t.spec.apply(len, [self.records])  # type: ignore[list-item]
        else:
            count = t.spec.apply(len, [_Items.first_sequence(t, self.op.iterable)])  # type: ignore[union-attr]
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


@dataclass(eq=False)
class _Items:
    """The cotangents of what a `for` loop iterates over, gathered in buffers by the number of the iteration."""

    t: Transform
    step: LoopStep
    index: Value | None = None
    sequences: list[Value] = field(default_factory=list)
    buffers: list[Value] = field(default_factory=list)
    versions: list[Operand] = field(default_factory=list)
    inits: list[Operand] = field(default_factory=list)
    results: list[Value] = field(default_factory=list)

    def collect(self) -> None:
        """Store the cotangent of the item of this iteration."""
        op = self.step.op
        if not isinstance(op, For):
            return
        item = op.body.params[0]
        entry = self.t.scope.entries.pop(item, None)
        if entry is None:
            return
        self.t.spec.span = op.span
        self.index = Value("i", type_of_operand(Const(0)))
        self._collect(op.iterable, item, entry.operand, self.index, zipped=False)

    def _collect(self, source: Operand, item: Operand, bar: Operand, index: Operand, *, zipped: bool) -> None:
        t = self.t
        if constant(bar, default=0) is None or not t.is_active(source):
            return
        assert isinstance(source, Value)
        made = t.definitions.get(source)
        fn = constant(made.target) if made is not None else None
        if made is not None and fn is zip:
            items, bars = t.tangents.parts(t.resolve(item)), t.tangents.parts(bar)
            for part, part_item, part_bar in zip(made.args, items, bars, strict=True):
                self._collect(part, part_item, part_bar, index, zipped=len(made.args) > 1)  # type: ignore[arg-type]
        elif made is not None and fn is enumerate:
            item, bar = t.tangents.parts(t.resolve(item))[1], t.tangents.parts(bar)[1]
            self._collect(made.args[0], item, bar, index, zipped=zipped)  # type: ignore[arg-type]
        elif made is not None and fn is reversed:
            self._collect(made.args[0], item, bar, t.spec.apply(operator.invert, [index]), zipped=zipped)  # type: ignore[arg-type]
        else:
            self._store(source, t.tangents.complete(bar, t.resolve(item)), index, whole=self.step.whole and not zipped)

    def _store(self, source: Value, bar: Operand, index: Operand, *, whole: bool) -> None:
        t = self.t
        primal = t.resolve(source)
        kind = cotangent_type(source.type) if isinstance(source.type, Array) else List(type_of_operand(bar))
        buffer = Value(bar_name(source), kind)
        version = t.spec.emit(primitives.store, [buffer, index, bar], None, kind, buffer.name)
        self.sequences.append(source)
        self.buffers.append(buffer)
        self.versions.append(version)
        self.results.append(Value(buffer.name, kind))
        self.inits.append((source, primal, whole))  # type: ignore[arg-type]

    def make_inits(self) -> None:
        """Emit the empty buffers, in front of the loop."""
        self.inits = [self._empty(*spec) for spec in self.inits]  # type: ignore[misc]

    def _empty(self, source: Value, primal: Operand, whole: bool) -> Operand:
        t = self.t
        if isinstance(source.type, Array):
            return _named(t.spec.apply(np.zeros_like, [primal]), bar_name(source))
        if whole:
            empty = t.spec.apply(
                operator.mul, [t.spec.apply(primitives.make_list, [NONE]), t.spec.apply(len, [primal])]
            )
            return _named(empty, bar_name(source))
        if isinstance(source.type, Tuple):
            zeros = [t.tangents.zero(p) for p in t.tangents.parts(primal)]
            return _named(t.spec.apply(primitives.make_list, zeros), bar_name(source))
        return _named(t.tangents.zero(primal), bar_name(source))

    def contribute(self) -> None:
        """Add the filled buffers to the cotangents of the sequences."""
        for source, result in zip(self.sequences, self.results, strict=True):
            self.t.contribute(source, result, project=isinstance(source.type, Tuple))

    @staticmethod
    def first_sequence(t: Transform, source: Operand) -> Operand:
        """A sequence as long as the loop."""
        made = t.definitions.get(source) if isinstance(source, Value) else None
        if made is not None and constant(made.target) in (enumerate, reversed):
            return _Items.first_sequence(t, made.args[0])  # type: ignore[arg-type]
        return t.resolve(source)


def _touched(op: Op, active: set[Value]) -> bool:
    return any(r in active for r in op.results)


def _named(operand: Operand, name: str | None) -> Operand:
    if isinstance(operand, Value) and operand.name is None:
        operand.name = name
    return operand


REGION_STEPS.update({If: IfStep, For: LoopStep, While: LoopStep})
