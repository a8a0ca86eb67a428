"""Writes an index out at each place where it is used, as one would by hand.

    t = (i, slice(j, None))
    y[t] += 2.0 * x[t]                         y[i, j:] += 2.0 * x[i, j:]

Repeated are indices without a name that are put together from variables and constants, and that nothing else reads;
what was put together first is left to dead code.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable

from s2s_ad.analysis.effects import callee
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Op, Operand, Star, Value
from s2s_ad.transforms.lending import Users, users_in
from s2s_ad.transforms.outside import Outside
from s2s_ad.transforms.rematerialise import is_index
from s2s_ad.transforms.rewriting import Rewriter

_INDEXED = frozenset({primitives.store, primitives.accumulate, primitives.scatter_add})


def index_repetition(block: Block, _: Outside) -> Block:
    """`block` where each index has one use."""
    return _Repetition(users_in(block)).block(block)


class _Repetition(Rewriter):
    """Keeps the indices that have been put together so far."""

    def __init__(self, users: Users) -> None:
        super().__init__()
        self.users = users
        self.indices: dict[Operand, Call] = {}

    def call(self, op: Call) -> Iterable[Op]:
        """The call, and before it the index that it uses."""
        if is_index(op) and op.results[0].name is None and all(map(_uses_index, self.users[op.results[0]])):
            self.indices[op.results[0]] = op
        made: list[Op] = []
        if _is_indexed(op):
            args = (op.args[0], *(self._again(a, made) for a in op.args[1:]))
            op = Call(op.results, op.target, args, op.kwargs, span=op.span)
        return (*made, op)

    def _again(self, index: Operand | Star, made: list[Op]) -> Operand | Star:
        """A copy of an index, which is made here."""
        first = None if isinstance(index, Star) else self.indices.get(index)
        if first is None:
            return index
        parts = tuple(self._again(part, made) for part in first.args)
        copy = Value(None, first.results[0].type, first.results[0].hint)
        made.append(Call((copy,), first.target, parts, span=first.span))
        return copy


def _uses_index(op: Op | None) -> bool:
    return isinstance(op, Call) and (is_index(op) or _is_indexed(op))


def _is_indexed(op: Call) -> bool:
    fn = callee(op)
    return type(fn).__hash__ is not None and (fn in _INDEXED or fn is operator.getitem)
