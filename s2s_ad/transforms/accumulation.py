"""Adds to cotangents of arrays in place, where the buffer is ours.

    w_bar = np.zeros_like(w)                   w_bar = np.zeros_like(w)
    for x, t_bar in …:                         for x, t_bar in …:
        w_bar = w_bar + x.T @ t_bar                w_bar += x.T @ t_bar

The sum of an owned buffer and something, or the difference, is written to the buffer if the sum may have it (see
`lending`), and if the buffer is surely of the dtype and shape of the sum; so the same numbers are added in the same
order. Only cotangents are treated so: the user's own sums stay as they are written.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, Operand, Value
from s2s_ad.ir.types import Array, Length, Type
from s2s_ad.transforms.lending import OwnershipRewriter
from s2s_ad.transforms.outside import Outside


def accumulation(block: Block, _: Outside) -> Block:
    """`block` with sums in place."""
    return _Accumulation(block).block(block)


class _Accumulation(OwnershipRewriter):
    """Writes sums to the first of their terms."""

    def call(self, op: Call) -> Iterable[Call]:
        """The call, or the sum in place."""
        fn = callee(op)
        if fn in (operator.add, operator.sub) and self.may_have(op, op.args[0]) and _fits(op.args[0], op.results[0]):  # type: ignore[arg-type]
            self.owned.update(op.results)
            total, item = op.args
            signs = []
            if fn is operator.sub:
                signs = [Call((Value(None, type_of_operand(item)),), Const(operator.neg), (item,), span=op.span)]  # type: ignore[arg-type]
                item = signs[0].results[0]
            return (*signs, Call(op.results, Const(primitives.augment), (total, item), span=op.span))
        self.now_owned(op)
        return (op,)

    def may_carry(self, param: Value, init: Operand) -> bool:
        """Whether what is added to `param` would have been added to `init`."""
        return isinstance(init, Value) and param.type == init.type


def _fits(a: Operand, total: Value) -> bool:
    """Whether `a` is the cotangent of an array, and surely of the dtype and shape of `total`."""
    if not isinstance(a, Value) or a.name is None or not a.name.endswith("_bar") or a.type != total.type:
        return False
    return _has_known_shape(a.type)


def _has_known_shape(t: Type) -> bool:
    if not isinstance(t, Array) or t.dtype is None or not t.axes:
        return False
    return all(a == 1 or (isinstance(a, Length) and a.many and a.name is not None) for a in t.axes)
