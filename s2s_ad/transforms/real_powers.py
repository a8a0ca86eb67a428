"""Powers of Python floats that are complex are refused, as all complex values are.

`(-8.0) ** 0.5` is complex, though both operands are floats, and is taken for a float wherever types decide: by
`np.real`, `abs`, norms. So each power of floats whose base may be negative, and whose exponent may be no whole number,
is tested when the program runs.
"""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Iterable

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.program import Program
from s2s_ad.ir.nodes import Call, Const, Function, Op, Operand, Star, Value, regions
from s2s_ad.ir.types import Array, Number
from s2s_ad.transforms.rewriting import Rewriter

_POWERS = frozenset({operator.pow, operator.ipow, builtins.pow})
_NEVER_NEGATIVE = frozenset(
    {abs, np.absolute, math.sqrt, math.exp, math.hypot, math.cosh, math.fabs, np.sqrt, np.exp, len}
)


def real_powers(program: Program) -> None:
    """Test the powers in all functions of a program that may be complex."""
    for instance in program.instances.values():
        typed = instance.typed
        if typed is not None and _has_powers(typed.body.ops):
            body = _Powers().block(typed.body)
            instance.typed = Function(typed.name, typed.parameters, typed.free, body, typed.span, typed.generator)


def _has_powers(ops: Iterable[Op]) -> bool:
    return any(callee(op) in _POWERS or any(_has_powers(region.ops) for region in regions(op)) for op in ops)


class _Powers(Rewriter):
    """Puts a test behind each power that may be complex."""

    def __init__(self) -> None:
        super().__init__()
        self.definitions: dict[Operand, Call] = {}

    def call(self, op: Call) -> Iterable[Op]:
        """The call, and perhaps the test."""
        self.definitions.update((r, op) for r in op.results)
        if callee(op) not in _POWERS or not self._may_be_complex(op):
            return (op,)
        (result,) = op.results
        power = Value(None, result.type)
        test = Call((result,), Const(runtime.real_power), (power,), span=op.span)
        return (Call((power,), op.target, op.args, op.kwargs, span=op.span), test)

    def _may_be_complex(self, op: Call) -> bool:
        base, exponent = op.args[:2]
        if isinstance(base, Star) or isinstance(exponent, Star) or op.kwargs:
            return False
        power, t = constant(exponent), type_of_operand(exponent)
        is_whole = power == int(power) if isinstance(power, (int, float)) and math.isfinite(power) else None
        if is_whole or (isinstance(t, Number) and t.kind in ("bool", "int", "whole")):
            return False
        kinds = (type_of_operand(base), t)
        return all(
            isinstance(k, Number) or (isinstance(k, Array) and k.loose) for k in kinds
        ) and not self._is_positive(base)

    def _is_positive(self, operand: Operand | Star) -> bool:
        """Whether a number surely is not negative."""
        if isinstance(operand, Const):
            return isinstance(operand.value, (int, float)) and operand.value >= 0
        made = self.definitions.get(operand)  # type: ignore[arg-type]
        if made is None:
            return False
        fn = callee(made)
        if type(fn).__hash__ is not None and fn in _NEVER_NEGATIVE:
            return True
        if fn is operator.mul and made.args[0] is made.args[1]:
            return True
        if fn in _POWERS:
            power = constant(made.args[1])  # type: ignore[arg-type]
            return (isinstance(power, int) and power % 2 == 0) or self._is_positive(made.args[0])
        if fn is max:
            return any(map(self._is_positive, made.args))
        return fn in (operator.add, operator.mul, operator.truediv, min) and all(map(self._is_positive, made.args))
