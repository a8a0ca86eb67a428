"""The steps for an `if` and a `try`: the adjoint is an `if` on the same test, with the adjoints of both sides.

That of a `try` asks whether its body was completed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from s2s_ad.analysis.effects import callee
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Const, If, Op, Operand, Try, Value, free_values, sides
from s2s_ad.ir.types import BOOL
from s2s_ad.transforms import one_sided
from s2s_ad.transforms.cotangent_types import cotangent_type
from s2s_ad.transforms.dead_code import dead_code
from s2s_ad.transforms.rewriting import substitute
from s2s_ad.transforms.saving import saved
from s2s_ad.transforms.scopes import Entry, Scope, bar_name
from s2s_ad.transforms.steps import HELD, STEPS, Step, defined_values, forward_block
from s2s_ad.transforms.tangents import NONE, widen

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


class SidesStep(Step):
    """Reverses the side that ran. The residuals of each side become results of the `if` or the `try`."""

    op: If | Try

    def __init__(self, t: Transform, op: If | Try) -> None:
        self.t = t
        self.op = op
        self.sides = [(block, forward_block(t, block)) for block in sides(op)]
        self.test, self.negated = (t.resolve(op.test), False) if isinstance(op, If) else _outcome(op)
        self.exports: list[list[tuple[Value, Value]]] = [[], []]
        self.done: list[list[Op]] = []

    def reverse(self) -> None:
        """Emit an `if` on the same test with the adjoints of both sides."""
        t = self.t
        t.spec.span = self.op.span
        bars = {r: t.scope.entries.pop(r, None) if r in t.active else None for r in self.op.results}
        if all(b is None for b in bars.values()):
            return
        for r, bar in bars.items():
            if bar is not None:
                bar.operand = t.tangents.complete(bar.operand, t.resolve(r))
        scopes, regions = zip(*(self._reverse_side(i, bars) for i in (0, 1)), strict=True)
        outside = list(dict.fromkeys(v for s in scopes for v in s.outside()))
        kept = {v: self._joined(v, scopes) for v in outside}
        blocks = [self._close(i, scopes[i], regions[i], outside) for i in (0, 1)]
        for (value, entry), *given in zip(kept.items(), *(block.results for block in blocks), strict=True):
            widen(entry.operand, given)
            having = [scope.get(value) is not None for scope in scopes]
            one_sided.note(t, entry.operand, having[::-1] if self.negated else having)
        self._emit(kept, blocks)

    def _reverse_side(self, i: int, bars: dict[Value, Entry | None]) -> tuple[Scope, list[Op]]:
        t, (block, forward) = self.t, self.sides[i]
        scope = Scope(t.scope, defined_values(block.ops))
        outer, t.scope = t.scope, scope
        with t.spec.region() as ops:
            for value, result in zip(self.op.results, block.results, strict=True):
                bar = bars[value]
                if bar is None or result is UNDEFINED:
                    continue
                if bar.owned and isinstance(result, Value) and t.is_active(result) and scope.get(result) is None:
                    t.adopt(result, bar.operand, bar)
                else:
                    t.contribute(result, bar.operand, project=False)
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

    def _joined(self, value: Value, scopes: tuple[Scope, ...]) -> Entry:
        """The cotangent that the `if` gives: a buffer of our own if both sides have one, and if it is one buffer."""
        result = Value(bar_name(value), cotangent_type(value.type))
        entries = [entry for scope in scopes if (entry := scope.get(value)) is not None]
        joined = replace(entries[0], operand=result)
        for entry in entries[1:]:
            joined = joined.beside(entry, result)
        return joined

    def _emit(self, kept: dict[Value, Entry], blocks: list[Block]) -> None:
        t = self.t
        results = [entry.operand for entry in kept.values() if isinstance(entry.operand, Value)]
        for value, entry in kept.items():
            t.scope.set(value, entry)
        blocks = [self._with_exports(i, dead_code(b)) for i, b in enumerate(blocks)]
        if results:
            then, orelse = reversed(blocks) if self.negated else blocks
            t.spec.ops.append(If(tuple(results), self.test, then, orelse, span=self.op.span))

    def _with_exports(self, i: int, adjoint: Block) -> Block:
        forward = self.sides[i][1].finish()
        self.done.append(forward)
        adjoint = saved(self.t, adjoint, self.sides[i][0].params, [forward])
        inside = {*defined_values(forward), *self.sides[i][0].params}
        given = {
            self.t.resolve(r): result
            for r, result in zip(self.sides[i][0].results, self.op.results, strict=True)
            if isinstance(r, Value) and not result.unbound
        }
        read = [v for v in free_values(adjoint) if v in inside]
        self.exports[i] = [(v, Value(v.name, v.type, unbound=v.unbound)) for v in read if v not in given]
        return substitute(adjoint, {**{v: given[v] for v in read if v in given}, **dict(self.exports[i])})

    def finish(self) -> Iterable[Op]:
        """The `if` or `try` with its residuals as further results."""
        t, op = self.t, self.op
        ops = self.done or [forward.finish() for _, forward in self.sides]
        outs = [[t.resolve(r) for r in block.results] for block, _ in self.sides]
        results = list(op.results)
        for i in (0, 1):
            for inner, outer in self.exports[i]:
                results.append(outer)
                outs[i].append(inner)
                outs[1 - i].append(Const(None) if t.in_loop else UNDEFINED)
        if isinstance(op, Try) and self.done and isinstance(self.test, Value) and self.test not in results:
            results.append(self.test)
            outs[0].append(Const(True))
            outs[1].append(Const(False))
        first, second = (
            Block(block.params, tuple(made), tuple(out))
            for (block, _), made, out in zip(self.sides, ops, outs, strict=True)
        )
        if isinstance(op, Try):
            yield Try(tuple(results), op.kinds, first, second, span=op.span)
        else:
            yield If(tuple(results), self.test, first, second, span=op.span)


def _outcome(op: Try) -> tuple[Operand, bool]:
    """What tells whether the body of a `try` was completed, and whether it is true where it was not."""
    if op.handler.ops and callee(op.handler.ops[-1]) is primitives.raise_:
        return Const(True), False
    for result, completed, raised in zip(op.results, op.body.results, op.handler.results, strict=True):
        if isinstance(completed, Const) and isinstance(raised, Const):
            outcomes = (completed.value, raised.value)
            if all(type(o) is bool for o in outcomes) and outcomes[0] is not outcomes[1]:
                return result, outcomes[1]
    return Value(None, BOOL, "completed"), False


def try_step(t: Transform, op: Try) -> SidesStep:
    """The step for a `try`."""
    if t.is_active(op.handler.params[0]):
        raise UnsupportedSyntaxError(
            HELD,
            op.span,
            "keep the value in a variable, which a handler may read, rather than in the exception",
        )
    return SidesStep(t, op)


STEPS[If] = SidesStep
STEPS[Try] = try_step
