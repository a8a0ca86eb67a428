"""Multiplies by constants that are powers of two once rather than twice.

    w_bar = p_bar * 0.5 * (1.0 - t * t) * 0.5      w_bar = p_bar * 0.25 * (1.0 - t * t)

A factor of 1/2, 1/4, … changes the exponent and nothing else, so it can be taken in earlier, down to where numbers are
subnormal. Larger powers are left alone: taken in earlier, they could overflow. So are intermediate products that
something else reads, and products that the user has written.
"""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from s2s_ad.analysis.effects import callee
from s2s_ad.ir.nodes import Block, Call, Const, Op, Operand, Value, operands, regions
from s2s_ad.ir.types import Array
from s2s_ad.transforms.outside import Outside
from s2s_ad.transforms.rewriting import Rewriter


def scale_gathering(block: Block, outside: Outside) -> Block:
    """`block` with such factors gathered."""
    return _Gathering(_uses(block, Counter()), outside.users).block(block)


def _uses(block: Block, found: Counter[Operand]) -> Counter[Operand]:
    for op in block.ops:
        found.update(operands(op))
        for region in regions(op):
            _uses(region, found)
    found.update(block.results)
    return found


class _Gathering(Rewriter):
    """Keeps the factors that products of the block are to have instead of their own."""

    def __init__(self, uses: Counter[Operand], users: frozenset[Value]) -> None:
        super().__init__()
        self.uses = uses
        self.users = users
        self.factor: dict[Call, float] = {}
        self.gone: set[Call] = set()

    def block(self, block: Block) -> Block:
        """The block with the factors of its own products gathered."""
        products = (op for op in block.ops if isinstance(op, Call) and _is_product(op))
        made: dict[Operand, Call] = {op.results[0]: op for op in products if op.results[0] not in self.users}
        for op in made.values():
            first = self._scaled(op.args[0], made) if _scale(op) else None  # type: ignore[arg-type]
            if first is not None:
                self.factor[first] = self.factor.get(first, _scale(first)) * _scale(op)
                self.gone.add(op)
        return super().block(block)

    def _scaled(self, product: Operand, made: dict[Operand, Call]) -> Call | None:
        """The factor of `product`, or of one of its factors, that takes another one in."""
        op = made.get(product) if self.uses[product] == 1 else None
        if op is None:
            return None
        if _scale(op) and op not in self.gone:
            return op
        found = (self._scaled(arg, made) for arg in op.args)  # type: ignore[arg-type]
        return next((one for one in found if one is not None), None)

    def call(self, op: Call) -> Iterable[Op]:
        """The product, with another factor or without one."""
        if op in self.gone:
            product = self.operand(op.args[0])  # type: ignore[arg-type]
            if isinstance(product, Value):
                product.name = op.results[0].name or product.name
            self.known[op.results[0]] = product
            return ()
        return (self.read(op),)

    def read(self, op: Call) -> Call:
        """A call with its operands and its factor as they are now."""
        factor = self.factor.get(op)
        op = super().read(op)
        return op if factor is None else Call(op.results, op.target, (op.args[0], Const(factor)), span=op.span)


def _is_product(op: Call) -> bool:
    if callee(op) is not operator.mul:
        return False
    t = op.results[0].type
    return isinstance(t, Array) and t.dtype in (np.float64, np.float32)


def _scale(product: Call) -> float:
    """The factor 1/2, 1/4, … by which a product scales; 0 where it does not."""
    factor: Any = product.args[1].value if isinstance(product.args[1], Const) else None
    return factor if type(factor) is float and 0 < factor < 1 and math.frexp(factor)[0] == 0.5 else 0.0
