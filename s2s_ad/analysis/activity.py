"""Which values the pullback must follow: those that vary with an active input and that a result depends on.

Both sides are least fixed points over the structure: forwards from the active parameters, backwards from the results.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable

from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.ir.nodes import Block, Call, Const, For, If, Op, Operand, Try, Value, While, With, sides
from s2s_ad.ir.types import Dict, Instance, Type, Unknown, is_differentiable
from s2s_ad.rules.registry import ZeroRule, registry


def active_values(body: Block, params: Iterable[Value]) -> set[Value]:
    """The values of `body` that are varied (they depend on `params`) and useful (a result depends on them)."""
    varied = {p for p in params if is_differentiable(p.type)}
    _until_stable(varied, lambda: _vary(body, varied))
    return needed_for(body, (r for r in body.results if isinstance(r, Value)), varied)


def needed_for(body: Block, targets: Iterable[Value], among: set[Value] | None = None) -> set[Value]:
    """The values on which `targets` depend, these included; `among` certain values if they are given."""
    useful = _Among(targets, among)
    _until_stable(useful, lambda: _use(body, useful))
    return set(useful)


class _Among(set[Value]):
    """A set that takes in nothing but what is `among` certain values."""

    def __init__(self, values: Iterable[Value], among: set[Value] | None) -> None:
        super().__init__()
        self.among = among
        self.update(values)

    def add(self, value: Value) -> None:
        """Take in one value."""
        self.update((value,))

    def update(self, *values: Iterable[Value]) -> None:
        """Take in values."""
        for part in values:
            super().update(part if self.among is None else (v for v in part if v in self.among))


def _until_stable(found: set[Value], sweep: Callable[[], None]) -> None:
    size = -1
    while len(found) != size:
        size = len(found)
        sweep()


def is_cut(call: Call) -> bool:
    """Whether the derivative of a call is zero by decree. That of `|` is not where it may join dicts."""
    if not isinstance(call.target, Const) or not isinstance(registry.get(call.target.value), ZeroRule):
        return False
    return call.target.value is not operator.or_ or not any(
        isinstance(type_of_operand(o), (Dict, Unknown)) for o in call.operands() if o is not call.target
    )


def _may_carry(t: Type) -> bool:
    """Whether a value of type `t` has a derivative, or is an exception, of which nobody knows what it holds."""
    return is_differentiable(t) or (isinstance(t, Instance) and issubclass(t.cls, BaseException))


def _vary(block: Block, varied: set[Value]) -> None:
    for op in block.ops:
        if isinstance(op, Call):
            if not is_cut(op) and any(o in varied for o in op.operands()):
                varied.update(r for r in op.results if _may_carry(r.type))
            continue
        _vary_regions(op, varied)


def _vary_regions(op: Op, varied: set[Value]) -> None:
    def flow(sources: Iterable[Operand], targets: Iterable[Value]) -> None:
        varied.update(t for s, t in zip(sources, targets, strict=True) if s in varied and _may_carry(t.type))

    match op:
        case If() | Try():
            for side in sides(op):
                varied.update(side.params)  # nothing is known of what an exception holds
                _vary(side, varied)
                flow(side.results, op.results)
        case With():
            if op.manager in varied:
                varied.update(op.body.params)
            _vary(op.body, varied)
        case For() | While():
            carried = op.body.params
            if isinstance(op, For):
                if op.iterable in varied and is_differentiable(carried[0].type):
                    varied.add(carried[0])
                carried = carried[1:]
            flow(op.inits, carried)
            _vary(op.body, varied)
            flow(op.body.results[1:], carried)
            flow(carried, op.results)


def _use(block: Block, useful: set[Value]) -> None:
    for op in reversed(block.ops):
        if isinstance(op, Call):
            if any(r in useful for r in op.results):
                useful.update(o for o in op.operands() if isinstance(o, Value))
            continue
        _use_regions(op, useful)


def _use_regions(op: Op, useful: set[Value]) -> None:
    def flow(targets: Iterable[Value], sources: Iterable[Operand]) -> None:
        useful.update(s for t, s in zip(targets, sources, strict=True) if t in useful and isinstance(s, Value))

    match op:
        case With():
            _use(op.body, useful)
            if op.body.params[0] in useful and isinstance(op.manager, Value):
                useful.add(op.manager)
        case If() | Try():
            for side in sides(op):
                flow(op.results, side.results)
                _use(side, useful)
        case For() | While():
            carried = op.body.params[1:] if isinstance(op, For) else op.body.params
            flow(op.results, carried)
            flow(carried, op.body.results[1:])
            flow(op.results, op.inits)
            _use(op.body, useful)
            flow(carried, op.body.results[1:])
            flow(carried, op.inits)
            if isinstance(op, For) and op.body.params[0] in useful and isinstance(op.iterable, Value):
                useful.add(op.iterable)
