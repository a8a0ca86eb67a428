"""Adds to cotangents of arrays in place, where the buffer is ours.

    w_bar = np.zeros_like(w)                   w_bar = np.zeros_like(w)
    for x, t_bar in …:                         for x, t_bar in …:
        w_bar = w_bar + x.T @ t_bar                w_bar += x.T @ t_bar

A buffer is *owned* by a value if it is new (what arithmetic or `np.zeros_like` gives), and by the next version when
that is added to in place. A loop carries ownership if it starts from an owned buffer and each iteration, given one,
gives an owned one back. The sum of an owned buffer and something, or the difference, is written to the buffer if
nothing else reads it, and if it is surely of the dtype and shape of the sum; so the same numbers are added in the same
order. Only cotangents are treated so: the user's own sums stay as they are written.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.sharing import makes_new
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, For, If, Op, Operand, Try, Value, While, operands, regions
from s2s_ad.ir.types import Array, Length, Type
from s2s_ad.transforms.outside import Outside
from s2s_ad.transforms.rewriting import Rewriter, with_body


def accumulation(block: Block, _: Outside) -> Block:
    """`block` with sums in place."""
    return _Accumulation(_uses(block, Counter())).block(block)


def _uses(block: Block, found: Counter[Operand]) -> Counter[Operand]:
    """How often each value is read."""
    for op in block.ops:
        found.update(operands(op))
        for region in regions(op):
            _uses(region, found)
    found.update(block.results)
    return found


class _Accumulation(Rewriter):
    """Keeps the owned buffers of the block that it is in."""

    def __init__(self, uses: Counter[Operand]) -> None:
        super().__init__()
        self.uses = uses
        self.owned: set[Operand] = set()

    def call(self, op: Call) -> Iterable[Call]:
        """The call, or the sum in place."""
        fn = callee(op)
        if fn in (operator.add, operator.sub) and self._is_free(op.args[0]) and _fits(op.args[0], op.results[0]):  # type: ignore[arg-type]
            self.owned.update(op.results)
            total, item = op.args
            signs = []
            if fn is operator.sub:
                signs = [Call((Value(None, type_of_operand(item)),), Const(operator.neg), (item,), span=op.span)]  # type: ignore[arg-type]
                item = signs[0].results[0]
            return (*signs, Call(op.results, Const(primitives.augment), (total, item), span=op.span))
        if makes_new(fn, op):
            self.owned.update(op.results)
        return (op,)

    def _is_free(self, operand: Operand) -> bool:
        """Whether whoever reads `operand` here may have its buffer."""
        return operand in self.owned and self.uses[operand] == 1

    def _region(self, block: Block, owned: set[Operand]) -> tuple[Block, set[Operand]]:
        """A region with the buffers that it is given, and those that it owns in the end."""
        outer, self.owned = self.owned, owned
        made, inside = self.block(block), self.owned
        self.owned = outer
        return made, inside

    def if_(self, op: If) -> Iterable[Op]:
        """An `If`; what is outside may be read by the other side."""
        then, orelse = (self._region(side, set())[0] for side in (op.then, op.orelse))
        return (If(op.results, op.test, then, orelse, span=op.span),)

    def try_(self, op: Try) -> Iterable[Op]:
        """A `Try`; a body that raises must leave what is outside as it was."""
        body, handler = (self._region(side, set())[0] for side in (op.body, op.handler))
        return (Try(op.results, op.kinds, body, handler, span=op.span),)

    def loop(self, op: For | While) -> Iterable[Op]:
        """A loop; the buffers that it carries are owned if an iteration gives as good as it gets."""
        params = op.body.params[isinstance(op, For) :]
        rows = list(zip(params, op.inits, op.body.results[1:], op.results, strict=True))
        rows = [row for row in rows if self._is_free(row[1]) and _same_type(row[0], row[1])]
        while True:
            body, inside = self._region(op.body, {param for param, *_ in rows})
            kept = [row for row in rows if row[2] in inside and self.uses[row[2]] == 1]
            if len(kept) == len(rows):
                break
            rows = kept
        self.owned.update(result for *_, result in rows)
        return (with_body(op, op.results, op.inits, body),)


def _same_type(a: Operand, b: Operand) -> bool:
    return isinstance(a, Value) and isinstance(b, Value) and a.type == b.type


def _fits(a: Operand, total: Value) -> bool:
    """Whether `a` is the cotangent of an array, and surely of the dtype and shape of `total`."""
    if not isinstance(a, Value) or a.name is None or not a.name.endswith("_bar") or a.type != total.type:
        return False
    return _has_known_shape(a.type)


def _has_known_shape(t: Type) -> bool:
    if not isinstance(t, Array) or t.dtype is None or not t.axes:
        return False
    return all(a == 1 or (isinstance(a, Length) and a.many and a.name is not None) for a in t.axes)
