"""Replaces values in a piece of IR."""

from __future__ import annotations

from collections.abc import Mapping

from s2s_ad.ir.nodes import Block, Call, For, If, Op, Operand, Star, Value, While


def substitute(block: Block, mapping: Mapping[Value, Operand]) -> Block:
    """`block` with the values in `mapping` replaced wherever they are read."""
    if not mapping:
        return block
    ops = tuple(substitute_op(op, mapping) for op in block.ops)
    return Block(block.params, ops, tuple(_operand(r, mapping) for r in block.results))


def substitute_op(op: Op, mapping: Mapping[Value, Operand]) -> Op:
    """`op` with the values in `mapping` replaced wherever it or its regions read them."""
    match op:
        case Call():
            args = tuple(
                Star(_operand(a.operand, mapping)) if isinstance(a, Star) else _operand(a, mapping) for a in op.args
            )
            kwargs = tuple((k, _operand(v, mapping)) for k, v in op.kwargs)
            return Call(op.results, _operand(op.target, mapping), args, kwargs, span=op.span)
        case If():
            then, orelse = substitute(op.then, mapping), substitute(op.orelse, mapping)
            return If(op.results, _operand(op.test, mapping), then, orelse, span=op.span)
        case For():
            inits = tuple(_operand(i, mapping) for i in op.inits)
            return For(op.results, _operand(op.iterable, mapping), inits, substitute(op.body, mapping), span=op.span)
        case While():
            inits = tuple(_operand(i, mapping) for i in op.inits)
            return While(op.results, inits, substitute(op.body, mapping), span=op.span)
    raise TypeError(op)


def _operand(operand: Operand, mapping: Mapping[Value, Operand]) -> Operand:
    return mapping.get(operand, operand) if isinstance(operand, Value) else operand
