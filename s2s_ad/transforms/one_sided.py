"""What only one side of an `if` has used is reversed on that side.

A value that is made before an `if` and used on one side of it has no cotangent on the other. So its op is reversed at
the end of that side of the adjoint `if`. That is what one would write by hand, and the derivative of what was not used
may be infinite: zero times that would be NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.ir.nodes import Block, Call, If, Operand, Value, With, free_values, operands, visible
from s2s_ad.transforms.cotangent_types import cotangent_type
from s2s_ad.transforms.ownership import is_immutable
from s2s_ad.transforms.scopes import Entry, Scope, bar_name
from s2s_ad.transforms.tangents import NONE, widen

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform
    from s2s_ad.transforms.steps import Step


@dataclass(eq=False)
class SideScope(Scope):
    """The end of one side of an adjoint `if`, when it is gone on with.

    `given` are the results of the `if` and what this side gives for them, `zero` those that are zero here; `later` is
    what has been made or read after the `if`, and is not what it is for the sides.
    """

    given: Mapping[Operand, Operand] = field(default_factory=dict)
    zero: frozenset[Operand] = frozenset()
    later: frozenset[Operand] = frozenset()

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
        return replace(entry, operand=self.given.get(entry.operand, entry.operand))


def note(t: Transform, bar: Operand, having: Sequence[bool]) -> None:
    """Note of a cotangent that an adjoint `if` gives which of its sides have one to give; on the others it is zero."""
    if having.count(True) == 1:
        t.one_sided[bar] = having.index(True)


def reverse(t: Transform, step: Step) -> None:
    """Emit the adjoint half of a step: on the side of an `if` where only that has used what the step gives."""
    used = {v: entry for v in visible([step.op]) if (entry := t.scope.entries.get(v)) is not None}
    bars = {entry.operand for entry in used.values()}
    sides = {t.one_sided.get(bar) for bar in bars}
    side = sides.pop() if len(sides) == 1 else None
    at = None if side is None else _place(t, bars)
    later = frozenset[Operand]() if at is None else _later(t, at)
    if side is None or at is None or not _may_move(t, step, bars, later):
        step.reverse()
    elif isinstance(t.spec.ops[at], With):
        _reverse_within(t, step, used, at, later)
    else:
        _reverse_on_side(t, step, used, at, side, later)


def _place(t: Transform, bars: set[Operand]) -> int | None:
    """Where among the ops so far the `if` is that gives all these cotangents, or a `with` around it."""
    for i in reversed(range(len(t.spec.ops))):
        found = set(visible(t.spec.ops[i : i + 1]))
        if not bars.isdisjoint(found):
            return i if isinstance(t.spec.ops[i], (If, With)) and bars <= found else None
    return None


def _later(t: Transform, at: int) -> frozenset[Operand]:
    """What has been made or read after an `if`: its sides can neither read the one, nor write to the other."""
    after = tuple(t.spec.ops[at + 1 :])
    return frozenset((*visible(after), *free_values(Block((), after, ()))))


def _may_move(t: Transform, step: Step, bars: set[Operand], later: frozenset[Operand]) -> bool:
    """Whether a step that takes these cotangents may be reversed on a side of an `if`.

    A piece of a list is collected with the others. What has been read after the `if` must stay as it is. What a side
    adds to a cotangent that has been made, or read, after the `if` leaves it as a further result, which is zero on the
    other side: that is done only where it may save from NaN.
    """
    if isinstance(step.op, Call) and step.op.args and step.op.args[0] in t.partitions:
        return False
    if any(bar in later and not is_immutable(type_of_operand(bar)) for bar in bars):
        return False
    entries = (t.scope.entries.get(o) for o in operands(step.op) if isinstance(o, Value))
    return not step.is_linear or not any(entry is not None and entry.operand in later for entry in entries)


def _reverse_within(t: Transform, step: Step, used: Mapping[Value, Entry], at: int, later: frozenset[Operand]) -> None:
    """The same at the end of the body of a `with`."""
    op, outer = t.spec.ops[at], t.scope
    assert isinstance(op, With)
    scope = SideScope(outer, set(), later=later)
    for value, entry in used.items():
        outer.take(value)
        scope.set(value, entry)
    t.scope = scope
    with t.spec.region() as ops:
        ops += op.body.ops
        reverse(t, step)
    t.scope = outer
    t.spec.ops[at] = replace(op, body=replace(op.body, ops=tuple(ops)))
    for value, entry in scope.entries.items():
        if scope.before(value) is None:
            t.adopt(value, entry.operand, entry)
        else:
            outer.set(value, entry)


def _reverse_on_side(
    t: Transform, step: Step, used: Mapping[Value, Entry], at: int, side: int, later: frozenset[Operand]
) -> None:
    """Emit the adjoint half at the end of a side; what it contributes are further results of the `if`."""
    op, outer = t.spec.ops[at], t.scope
    assert isinstance(op, If)
    here, there = (op.then, op.orelse) if side == 0 else (op.orelse, op.then)
    given: dict[Operand, Operand] = dict(zip(op.results, here.results, strict=True))
    elsewhere: dict[Operand, Operand] = dict(zip(op.results, there.results, strict=True))
    zero = frozenset(r for r in op.results if t.one_sided.get(r) == 1 - side)
    scope = SideScope(outer, set(), given=dict(given), zero=zero, later=later)
    for value, entry in used.items():
        outer.take(value)
        scope.set(value, replace(entry, operand=given[entry.operand]))
    t.scope = scope
    with t.spec.region() as ops:
        ops += here.ops
        reverse(t, step)
        bars = {v: t.tangents.complete(entry.operand, t.resolve(v)) for v, entry in scope.entries.items()}
    t.scope = outer
    results = {value: Value(bar_name(value), cotangent_type(value.type)) for value in bars}
    before = {value: scope.before(value) for value in bars}
    with t.spec.region() as others:
        others += there.ops
        for value, result in results.items():
            known = before[value]
            start = NONE if known is None else elsewhere.get(known.operand, known.operand)
            given[result], elsewhere[result] = bars[value], t.tangents.complete(start, t.resolve(value))
            widen(result, (given[result], elsewhere[result]))
            if known is None or (known.operand in op.results and t.one_sided.get(known.operand) == side):
                t.one_sided[result] = side
    blocks = [Block((), tuple(ops), tuple(given.values())), Block((), tuple(others), tuple(elsewhere.values()))]
    then, orelse = blocks if side == 0 else reversed(blocks)
    t.spec.ops[at] = replace(op, results=(*op.results, *results.values()), then=then, orelse=orelse)
    for value, result in results.items():
        known, now = before[value], replace(scope.entries[value], operand=result)
        if known is None:
            t.adopt(value, result, now)
        else:
            outer.set(value, known.beside(now, result))
