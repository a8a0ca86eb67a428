"""Computes again in the backward half what is cheaper than to save.

    for i in range(n):                         for i in range(n):
        j = i + 1                                  j = i + 1
        for_1.append((j, x[i], x[j]))              for_1.append((x[i], x[j]))

    for i, (j, t, t_1) in zip(…):              for i, (t, t_1) in zip(…):
        x_bar[j] += …                              x_bar[i + 1] += …

A sum, difference or product of ints, one of them a constant, takes as long as putting it into a tuple and taking it
out again, and is easier to read; so is an index that is put together from ints and slices. It is computed again if the
backward half has its parts at hand anyway; ints neither overflow nor round, and none of these can raise. Floats are
saved: arithmetic on them costs more than a place in a tuple, on NumPy's scalars ten times as much.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, Op, Operand, Star, Value, free_values
from s2s_ad.ir.types import Instance, Number
from s2s_ad.transforms.rewriting import substitute, substitute_op

_CHEAP = frozenset({operator.add, operator.sub, operator.mul})
_INDICES = frozenset({primitives.make_tuple, slice})


def rematerialised(body: Block, forward: Iterable[Op], is_at_hand: Callable[[Value], bool]) -> Block:
    """`body`, the adjoint of `forward`, with its own copies of the cheap calls whose results it reads.

    `is_at_hand`: whether the adjoint has a value without saving it.
    """
    again: dict[Value, Call] = {}
    for op in forward:
        if isinstance(op, Call) and _is_cheap(op):
            operands = [a for a in op.args if isinstance(a, Value)]
            if all(o in again or is_at_hand(o) for o in operands):
                again[op.results[0]] = op
    fresh: dict[Value, Operand] = {}
    ops: list[Op] = []
    for op in body.ops:
        for value in free_values(Block((), (op,), ())):
            _copy(value, again, fresh, ops)
        ops.append(substitute_op(op, fresh))
    for result in body.results:
        _copy(result, again, fresh, ops)
    return Block(body.params, tuple(ops), substitute(Block((), (), body.results), fresh).results)


def _copy(wanted: Operand | Star, again: Mapping[Value, Call], fresh: dict[Value, Operand], ops: list[Op]) -> None:
    """Compute a value just before it is first read, and before it what that takes."""
    if not isinstance(wanted, Value) or wanted not in again or wanted in fresh:
        return
    op = again[wanted]
    for arg in op.args:
        _copy(arg, again, fresh, ops)
    fresh[wanted] = result = Value(None, wanted.type)
    copied = substitute(Block((), (Call((result,), op.target, op.args, span=op.span),), ()), fresh)
    ops += copied.ops


def _is_cheap(op: Call) -> bool:
    fn, args = callee(op), op.args
    if type(fn).__hash__ is None or op.kwargs or any(isinstance(a, Star) for a in args):
        return False
    if is_index(op):
        return True
    if fn not in _CHEAP or len(args) != 2:
        return False
    ints = all(_is_int(a) for a in (*args, *op.results))  # type: ignore[arg-type]
    return ints and any(isinstance(a, Const) for a in args)


def is_index(op: Call) -> bool:
    """Whether a call puts an index together from ints, slices and constants."""
    fn = callee(op)
    if type(fn).__hash__ is None or fn not in _INDICES or op.kwargs or not op.args:
        return False
    return not any(isinstance(a, Star) for a in op.args) and all(map(_is_part, op.args))  # type: ignore[arg-type]


def _is_int(operand: Operand) -> bool:
    t = type_of_operand(operand)
    return isinstance(t, Number) and t.kind == "int"


def _is_part(operand: Operand) -> bool:
    """Whether an operand is an int, a slice, or a constant part of an index."""
    if isinstance(operand, Const):
        return operand.value is None or operand.value is Ellipsis or type(operand.value) in (int, slice)
    return (_is_int(operand) or operand.type == Instance(slice)) and not operand.unbound
