"""Computes once what was computed twice.

    def before(x, i):                                    def after(x, i):
        y = np.exp(x[i]) / (1.0 + np.exp(x[i]))              t = np.exp(x[i])
        return y * x[i + 1]                                  y = t / (1.0 + t)
                                                             return y * x[i + 1]

A pure call is dropped if the same function of the same operands was computed before, in this block or in one around it.
Where the two halves of a gradient are one straight line, the backward half so reuses what the forward half has.

Nothing is shared that could then be told from two things: no array that is written in place or that the caller gets,
and no list, dict or iterator at all. Nothing is reused of which a part may have been written to in the meantime. A
constant is the same as another if it has the same type and the same bits.

What is nearly as quick to write and to run as reading a variable is repeated, as one would by hand: a shape, a length,
a transpose, a slice, an item of a tuple, a neighbouring index such as `i + 1`, a sum or a product of what may be Python
numbers. Such calls count as equal all the same, so that what is computed from them is recognised.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

from s2s_ad.analysis.effects import callee, is_pure
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.program import Instance
from s2s_ad.analysis.sharing import kinds
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Op, Operand, Star, Value, With, operands
from s2s_ad.ir.types import Array, Deque, Dict, List, Map, Number, Tuple
from s2s_ad.transforms.outside import Outside
from s2s_ad.transforms.rewriting import SharingRewriter, key_of

_CHEAP: frozenset[Any] = frozenset({
    slice, isinstance, bool, np.shape, np.ndim, np.transpose, primitives.identity, primitives.make_tuple,
})  # fmt: skip
_NEVER_SHARED: frozenset[Any] = frozenset({primitives.read_global, getattr, len})
_CHEAP_ON_NUMBERS = frozenset({
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.neg,
    operator.pos, operator.not_, operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge,
    operator.is_, operator.is_not, abs,
})  # fmt: skip


def common_subexpressions(block: Block, outside: Outside) -> Block:
    """`block` without calls that an earlier one has made already."""
    return _Elimination(block, outside.given).block(block)


class _Elimination(SharingRewriter):
    """Keeps, for each place, the calls before it. `same`: earlier values that others are equal to."""

    def __init__(self, whole: Block, given: int) -> None:
        super().__init__(whole, given)
        self.available: dict[Any, Call] = {}
        self.same: dict[Operand, Value] = {}

    def block(self, block: Block) -> Block:
        """The block anew; what it computes is not available after it."""
        outer, self.available = self.available, dict(self.available)
        made = super().block(block)
        self.available = outer
        return made

    def with_(self, op: With) -> Iterable[Op]:
        """A `With`; under `np.errstate` what did not raise before it may raise in it."""
        outer, self.available = self.available, {}
        made = super().with_(op)
        self.available = outer
        return made

    def call(self, op: Call) -> Iterable[Call]:
        """Nothing, if the result is known; else the call."""
        op = self.read(op)
        key = self._key(op)
        earlier = op if key is None else self.available.setdefault(key, op)
        if earlier is op or not _may_be_shared(op):
            return (op,)
        if _is_cheap(op):
            self.same[op.results[0]] = earlier.results[0]
            return (op,)
        if not self._is_steady(op, earlier):
            return (op,)
        self.known[op.results[0]] = earlier.results[0]
        return ()

    def _key(self, op: Call) -> Any:
        """What two equal calls have in common, or None for a call that has no equal."""
        fn = callee(op)
        if fn is None or type(fn).__hash__ is None or fn in _NEVER_SHARED or len(op.results) > 1:
            return None
        if any(isinstance(a, Star) for a in op.args):
            return None
        operand = self.same.get
        args = tuple(key_of(operand(a, a)) for a in op.args)  # type: ignore[arg-type]
        return fn, args, tuple((k, key_of(operand(v, v))) for k, v in op.kwargs)

    def _is_steady(self, op: Call, earlier: Call) -> bool:
        """Whether nothing could tell the result from that of the earlier call."""
        results = (op.results[0], earlier.results[0])
        if any(self.sharing.is_written(o) for o in (*results, *operands(op), *operands(earlier))):
            return False
        return not any(map(self.sharing.is_given, results))


def _may_be_shared(op: Call) -> bool:
    """Whether a call has no effect, gives a number, an array or a tuple, and reads nothing but what is well known."""
    if not is_pure(op) or isinstance(callee(op), (Instance, primitives.MakeClosure)):
        return False
    result = op.results[0].type
    if kinds(result) and not isinstance(result, (Array, Tuple)):
        return False
    return all(_is_known(o) for o in operands(op) if o is not op.target)


def _is_known(operand: Operand) -> bool:
    if isinstance(operand, Value):
        known = isinstance(operand.type, (Number, Array, Tuple, List, Deque, Dict, Map)) or not kinds(operand.type)
        return known and not operand.unbound
    return not kinds(type_of_operand(operand))


def _is_cheap(op: Call) -> bool:
    """Whether a call is not worth a variable; none of these reads what could have been written to."""
    fn = callee(op)
    if fn in _CHEAP:
        return True
    types = [type_of_operand(a) for a in op.args if not isinstance(a, Star)]
    if fn is operator.getitem:
        return isinstance(types[0], Tuple)
    return fn in _CHEAP_ON_NUMBERS and all(isinstance(t, Number) or (isinstance(t, Array) and t.loose) for t in types)
