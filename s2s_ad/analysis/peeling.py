"""The first round of a loop by itself, where a variable names an object before it that later rounds do not.

    p = r                                  p = r
    for i in range(n):                     if n > 0:
        r -= f(p)                              r -= f(p)
        p = r + p                              p = r + p
                                               for i in range(1, n):
                                                   r -= f(p)
                                                   p = r + p

In the first round `p` surely is `r`, and in the others it surely is not. Of a round of the loop as it was, neither is
known.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import replace

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.operands import constant
from s2s_ad.ir.nodes import Block, Const, For, If, Op, Operand, Value, While, operands, regions, sides

Loops = list[For | While]


def starts_as_another(s: Emitter, op: For | While, inits: Sequence[Operand]) -> bool:
    """Whether a variable of a loop starts as an object that goes by another name in the loop as well."""
    own = s.memory.roots(inits)
    if not own:
        return False
    others = s.memory.roots(s.env[value] for value in _reads(op.body) if value in s.env)
    return len(set(own)) < len(own) or not set(own).isdisjoint(others)


def _reads(block: Block) -> Iterator[Value]:
    for op in block.ops:
        yield from (o for o in operands(op) if isinstance(o, Value))
        for region in regions(op):
            yield from _reads(region)


def bounds_of(s: Emitter, iterable: Operand) -> tuple[Operand, Operand, int] | None:
    """Start, stop and step of a range that is counted through; None for everything else."""
    made = s.definitions.get(iterable)  # type: ignore[arg-type]
    if made is None or callee(made) is not range or made.kwargs:
        return None
    args: Sequence[Operand] = made.args  # type: ignore[assignment]
    start, stop, step = [(Const(0), args[0], Const(1)), (*args, Const(1)), args][len(args) - 1]
    size = constant(step)
    return (start, stop, size) if type(size) is int and size else None


def first_while(op: While) -> tuple[Block, Loops]:
    """The first round with the others where it does not say stop, and the loops of these."""
    rests: Loops = []
    ops, outs = _going_on(op, op.body.ops, op.body.results, rests)
    return Block((), ops, outs), rests


def first_for(s: Emitter, op: For, bounds: tuple[Operand, Operand, int]) -> tuple[Block, Loops]:
    """The same of a loop through a range, whose first item the body is to get."""
    start, stop, step = bounds
    test, others, rests, ran = Value(), Value(), Loops(), _named_alike(op.results)
    s.env[test] = s.apply(operator.lt if step > 0 else operator.gt, [start, stop])
    s.env[others] = s.apply(range, [s.apply(operator.add, [start, Const(step)]), stop, Const(step)])
    ops, outs = _going_on(replace(op, iterable=others), op.body.ops, op.body.results, rests)
    first = If(ran, test, Block((), ops, outs), Block((), (), op.inits), span=op.span)
    return Block((), (first,), ran), rests


def _going_on(
    op: For | While, ops: Sequence[Op], ends: Sequence[Operand], rests: Loops
) -> tuple[tuple[Op, ...], tuple[Operand, ...]]:
    """The ops of a round, with the loop of the others on those sides that do not say stop, and what is left of it."""
    stop, *outs = ends
    if constant(stop) is True:
        return tuple(ops), tuple(outs)
    last = ops[-1] if ops else None
    if isinstance(last, If) and stop in last.results:
        given = [dict(zip(last.results, side.results, strict=True)) for side in sides(last)]
        if any(constant(one[stop]) is True for one in given):
            made = [
                Block((), *_going_on(op, side.ops, [one.get(o, o) for o in ends], rests))  # type: ignore[arg-type]
                for side, one in zip(sides(last), given, strict=True)
            ]
            results = _named_alike(op.results)
            return (*ops[:-1], If(results, last.test, *made, span=last.span)), results
    rest = replace(op, inits=tuple(outs), results=_named_alike(op.results))
    rests.append(rest)
    if constant(stop) is False:
        return (*ops, rest), rest.results
    results = _named_alike(op.results)
    choice = If(results, stop, Block((), (), tuple(outs)), Block((), (rest,), rest.results), span=op.span)
    return (*ops, choice), results


def _named_alike(results: Sequence[Value]) -> tuple[Value, ...]:
    return tuple(Value(r.name) for r in results)
