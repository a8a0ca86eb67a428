"""Where a cotangent of zero must win over an infinite derivative.

The side of `np.where` that is not taken contributes an exact zero. Its cotangent is zero there, but zero times the
infinite slope of a logarithm at 0 would be NaN. So every value that feeds a side of a `where` is *shielded*: what an
operation that may have an infinite slope hands on from a zero cotangent is zero. And √(x²) has the slope 0 at 0, as |x|
has: the root of a sum of squares is told apart from other roots.
"""

from __future__ import annotations

import builtins
import math
import operator
from typing import Any

import numpy as np

from s2s_ad.analysis.activity import needed_for
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import constant
from s2s_ad.ir.nodes import Block, Call, Operand, Star, Value, regions
from s2s_ad.rules.registry import ReverseRule, ScalarRule, registry

ROOTS = frozenset({np.sqrt, math.sqrt})
_PRODUCTS = frozenset({operator.mul, np.multiply})
_POWERS = frozenset({operator.pow, np.power, np.float_power, math.pow, builtins.pow})
_REDUCTIONS = frozenset({np.sum, np.mean, builtins.sum})
_SUMS = _REDUCTIONS | {operator.add, np.add}


class Kinks:
    """What is shielded in a function, and which of its values may be infinite there."""

    def __init__(self, body: Block, definitions: dict[Value, Call]) -> None:
        self.definitions = definitions
        self.shielded = needed_for(body, _sides_of_where(body))
        self._singular = {v for v, op in definitions.items() if _has_poles(op)} if self.shielded else set()

    def is_guarded(self, op: Call) -> bool:
        """Whether a zero cotangent of this call's result must stay zero through its derivative."""
        if op.results[0] not in self.shielded:
            return False
        if callee(op) in _PRODUCTS:
            return any(self._may_be_infinite(a) for a in op.args if isinstance(a, Value))
        return _has_poles(op)

    def _may_be_infinite(self, value: Value) -> bool:
        waiting, seen = [value], {value}
        while waiting:
            op = self.definitions.get(waiting.pop())
            if op is None:
                continue
            if any(r in self._singular for r in op.results):
                return True
            new = {o for o in op.operands() if isinstance(o, Value)} - seen
            seen |= new
            waiting += new
        return False

    def is_root_of_squares(self, op: Call) -> bool:
        """Whether a call is the square root of what is a sum of squares by its form."""
        return callee(op) in ROOTS and self._is_sum_of_squares(op.args[0])

    def _is_sum_of_squares(self, operand: Operand | Star) -> bool:
        op = self.definitions.get(operand) if isinstance(operand, Value) else None
        if op is None:
            return False
        fn: Any = callee(op)
        if fn in _POWERS:
            exponent = constant(op.args[1])  # type: ignore[arg-type]
            return isinstance(exponent, (int, float)) and exponent > 0 and exponent % 2 == 0
        if fn in _PRODUCTS:
            return op.args[0] is op.args[1]
        if fn in _SUMS:
            terms = op.args[:1] if fn in _REDUCTIONS else op.args
            return all(self._is_sum_of_squares(a) for a in terms)
        return fn is np.square


def _sides_of_where(block: Block) -> set[Value]:
    found: set[Value] = set()
    for op in block.ops:
        if callee(op) is np.where and isinstance(op, Call):
            found.update(a for a in op.args[1:] if isinstance(a, Value))
        for region in regions(op):
            found |= _sides_of_where(region)
    return found


def _has_poles(op: Call) -> bool:
    """Whether a derivative of an elementwise call may be infinite or NaN at a finite point."""
    fn = callee(op)
    rule = registry.get(fn)
    if fn in _PRODUCTS:
        return False
    if fn in _POWERS:
        exponent = constant(op.args[1])  # type: ignore[arg-type]
        return not (isinstance(exponent, (int, float)) and exponent >= 1)
    if isinstance(rule, ScalarRule):
        return not rule.bounded
    return isinstance(rule, ReverseRule) and rule.family == "elementwise"
