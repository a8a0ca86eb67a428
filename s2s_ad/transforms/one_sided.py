"""What only one side of an `if` has used is reversed on that side.

A value that is made before an `if` and used on one side of it has no cotangent on the other. So its op is reversed at
the end of that side of the adjoint `if`. That is what one would write by hand, and the derivative of what was not used
may be infinite: zero times that would be NaN.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from s2s_ad.ir.nodes import Block, Call, If, Op, Operand, Value, operands, visible
from s2s_ad.transforms.scopes import Entry, Scope, bar_name
from s2s_ad.transforms.tangents import NONE, cotangent_type

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform
    from s2s_ad.transforms.steps import Step


@dataclass(eq=False)
class SideScope(Scope):
    """The end of one side of an adjoint `if`, when it is gone on with.

    `given` are the results of the `if` and what this side gives for them, `zero` those that are zero here; `later` is
    what has been made after the `if`, which its sides cannot read.
    """

    given: dict[Value, Operand] = field(default_factory=dict)
    zero: set[Value] = field(default_factory=set)
    later: set[Value] = field(default_factory=set)

    def before(self, value: Value) -> Entry | None:
        """The cotangent of `value` outside, as far as there was one when the `if` was left."""
        assert self.parent is not None
        entry = self.parent.get(value)
        return None if entry is None or entry.operand in self.later else entry

    def get(self, value: Value) -> Entry | None:
        """The cotangent of `value` so far, as this side has it."""
        if value in self.entries:
            return self.entries[value]
        entry = self.before(value)
        if entry is None or entry.operand in self.zero:
            return None
        return replace(entry, operand=self.given.get(entry.operand, entry.operand))  # type: ignore[call-overload]


def reverse(t: Transform, step: Step) -> None:
    """Emit the adjoint half of a step: on the side of an `if` where only that has used what the step gives."""
    used = {v: entry for v in visible([step.op]) if (entry := t.scope.entries.get(v)) is not None}
    sides = {t.one_sided.get(entry.operand) for entry in used.values()}  # type: ignore[arg-type]
    at = _place(t, {entry.operand for entry in used.values()}) if len(sides) == 1 else None
    (side,) = sides if at is not None else (None,)
    if at is None or side is None or _is_piece(t, step.op) or (step.is_linear and _comes_late(t, step.op, at)):
        step.reverse()
    else:
        _reverse_on_side(t, step, used, at, side)


def _is_piece(t: Transform, op: Op) -> bool:
    """Whether an op takes out a piece of a list whose cotangents are collected."""
    return isinstance(op, Call) and bool(op.args) and op.args[0] in t.partitions


def _comes_late(t: Transform, op: Op, at: int) -> bool:
    """Whether something that an op reads has a cotangent that has been made after an `if`."""
    later = set(visible(t.spec.ops[at + 1 :]))
    entries = (t.scope.entries.get(o) for o in operands(op))  # type: ignore[arg-type]
    return any(entry is not None and entry.operand in later for entry in entries)


def _place(t: Transform, bars: set[Operand]) -> int | None:
    """Where among the ops so far the `if` is that gives all these cotangents."""
    for i in reversed(range(len(t.spec.ops))):
        op = t.spec.ops[i]
        if not bars.isdisjoint(op.results):
            return i if isinstance(op, If) and bars <= {*op.results} else None
    return None


def _reverse_on_side(t: Transform, step: Step, used: dict[Value, Entry], at: int, side: int) -> None:
    op, outer = t.spec.ops[at], t.scope
    assert isinstance(op, If)
    block, other = (op.then, op.orelse) if side == 0 else (op.orelse, op.then)
    given = dict(zip(op.results, block.results, strict=True))
    zero = {r for r in op.results if t.one_sided.get(r) == 1 - side}
    scope = SideScope(outer, set(), given=given, zero=zero, later=set(visible(t.spec.ops[at + 1 :])))
    for value, entry in used.items():
        outer.take(value)
        scope.set(value, replace(entry, operand=given[entry.operand]))  # type: ignore[index]
    t.scope = scope
    with t.spec.region() as ops:
        ops += block.ops
        reverse(t, step)
        bars = {v: t.tangents.complete(entry.operand, t.resolve(v)) for v, entry in scope.entries.items()}
    t.scope = outer
    elsewhere = dict(zip(op.results, other.results, strict=True))
    results: dict[Value, Value] = {}
    with t.spec.region() as other_ops:
        other_ops += other.ops
        for value, bar in bars.items():
            before, result = scope.before(value), Value(bar_name(value), cotangent_type(value.type))
            start = NONE if before is None else before.operand
            if before is None or (start in elsewhere and t.one_sided.get(start) == side):
                t.one_sided[result] = side
            start = elsewhere.get(start, start)  # type: ignore[call-overload]
            results[value], given[result], elsewhere[result] = result, bar, t.tangents.complete(start, t.resolve(value))
    blocks = Block((), tuple(ops), tuple(given.values())), Block((), tuple(other_ops), tuple(elsewhere.values()))
    then, orelse = blocks if side == 0 else reversed(blocks)
    t.spec.ops[at] = replace(op, results=tuple(given), then=then, orelse=orelse)
    for value, result in results.items():
        before, entry = scope.before(value), replace(scope.entries[value], operand=result)
        if before is None:
            t.adopt(value, result, entry)
        else:
            outer.set(value, before.beside(entry, result))
