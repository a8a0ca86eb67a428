"""Computes what is known at compile time, and drops arithmetic that changes nothing.

    def before(x):                         def after(x):
        return 1.0 * x * (2 * 3.0)             return x * 6.0

A call of an operator on Python numbers is its result, if it has one and that is a finite number. `x * 1`, `1 * x`,
`x / 1`, `+x` and `-(-x)` are `x`, to the last bit and in its type, where `x` is a float; a factor `1.0` makes a float
of an int, and so it is not dropped before what may be one. `n + 0`, `0 + n` and `n - 0` are `n` where that is an int.
Arrays are taken for what they are multiplied by only if
they are neither written to nor given to the caller, since a product is a new array. Nothing else is the same in
floating point: not `x + 0` where `x` is -0.0, not `0 * x` where it is infinite.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

from s2s_ad.analysis.effects import callee
from s2s_ad.ir.nodes import Block, Call, Const, Operand, Star, Value
from s2s_ad.ir.types import Array, Number
from s2s_ad.transforms.outside import Outside
from s2s_ad.transforms.rewriting import SharingRewriter

_FOLDED: frozenset[Callable[..., Any]] = frozenset({
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.neg,
    operator.pos, operator.not_, operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge, float,
    bool,
})  # fmt: skip
_LARGEST = 2**63


def constant_folding(block: Block, outside: Outside) -> Block:
    """`block` with constants in place of what computes them, and without arithmetic that changes nothing."""
    return _Folding(block, outside.given).block(block)


class _Folding(SharingRewriter):
    """Keeps the calls met so far, by their results."""

    def __init__(self, whole: Block, given: int) -> None:
        super().__init__(whole, given)
        self.made: dict[Operand, Call] = {}

    def call(self, op: Call) -> Iterable[Call]:
        """Nothing, if the result is a constant or an operand; else the call."""
        op = self.read(op)
        if len(op.args) > 2 or op.kwargs or len(op.results) > 1 or any(isinstance(a, Star) for a in op.args):
            return (op,)
        args: list[Operand] = list(op.args)  # type: ignore[arg-type]
        instead = _folded(callee(op), args) or _int_beside_zero(callee(op), args) or self._unchanged(op, args)
        if instead is None:
            self.made[op.results[0]] = op
            return (op,)
        self.known[op.results[0]] = instead
        return ()

    def _unchanged(self, op: Call, args: list[Operand]) -> Operand | None:
        """The operand that a call gives back as it is."""
        x = self._candidate(callee(op), args)
        if x is None or not _is_float(x):
            return None
        is_array = isinstance(x.type, Array) and x.type.axes != ()
        for value in (x, op.results[0]) if is_array else ():
            if self.sharing.is_written(value) or self.sharing.is_given(value):
                return None
        return x

    def _candidate(self, fn: Any, args: list[Operand]) -> Value | None:
        x: Operand | Star | None = None
        if fn is operator.mul and _is_one(args[0]):
            x = args[1]
        elif fn is operator.pos or (fn in (operator.mul, operator.truediv) and _is_one(args[1])):
            x = args[0]
        elif fn is operator.neg and args[0] in self.made and callee(self.made[args[0]]) is operator.neg:
            x = self.made[args[0]].args[0]
        return x if isinstance(x, Value) else None


def _folded(fn: Any, args: list[Operand]) -> Const | None:
    """The result of a call on Python numbers, if it is a number that is not too large."""
    if not args or not all(isinstance(a, Const) and type(a.value) in (bool, int, float) for a in args):
        return None
    if type(fn).__hash__ is None or fn not in _FOLDED:
        return None
    try:
        value = fn(*(a.value for a in args))  # type: ignore[union-attr]
    except ArithmeticError:  # it will be raised when the program runs, in its place
        return None
    is_small = math.isfinite(value) if type(value) is float else abs(value) < _LARGEST
    return Const(value) if is_small else None


def _int_beside_zero(fn: Any, args: list[Operand]) -> Operand | None:
    """The int to which zero is added, or from which it is taken."""
    if fn in (operator.add, operator.sub) and _is_zero(args[1]) and _is_int(args[0]):
        return args[0]
    return args[1] if fn is operator.add and _is_zero(args[0]) and _is_int(args[1]) else None


def _is_zero(operand: Operand) -> bool:
    return isinstance(operand, Const) and type(operand.value) is int and operand.value == 0


def _is_one(operand: Operand) -> bool:
    return isinstance(operand, Const) and type(operand.value) in (int, float) and operand.value == 1


def _is_int(operand: Operand) -> bool:
    if not isinstance(operand, Value) or operand.unbound:
        return False
    return isinstance(operand.type, Number) and operand.type.kind == "int"


def _is_float(x: Value) -> bool:
    """Whether `x` is surely a float, or an array of floats, in which one is neither a wider type nor a new shape."""
    t = x.type
    if isinstance(t, Number):
        return t.kind == "float"
    if not isinstance(t, Array) or t.dtype is None or t.axes is None:
        return False
    return t.dtype.kind == "f" and not t.loose and not t.boxed and not x.unbound
