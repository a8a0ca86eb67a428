"""The step for an `if`: the adjoint is an `if` on the same test, with the adjoints of both sides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from s2s_ad.ir.nodes import UNDEFINED, Block, Const, If, Op, Operand, Value, free_values
from s2s_ad.transforms.dead_code import dead_code
from s2s_ad.transforms.rewriting import substitute
from s2s_ad.transforms.scopes import Entry, Scope, bar_name
from s2s_ad.transforms.steps import STEPS, Step, defined_values, forward_block
from s2s_ad.transforms.tangents import NONE, cotangent_type

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


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
        scope = Scope(t.scope, defined_values(block.ops))
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
        inside = defined_values(forward)
        self.t.check_residuals(v for v in free_values(adjoint) if v in inside)
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


STEPS[If] = IfStep
