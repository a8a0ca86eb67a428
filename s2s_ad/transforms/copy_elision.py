"""Leaves out copies of cotangents that nobody could tell from what they are copies of.

    t_bar = np.array(u_bar[1:-1]) * 0.1        t_bar = u_bar[1:-1] * 0.1
    u_bar[:-2] += t_bar                        u_bar[:-2] += t_bar
    return np.array(u_bar)                     return u_bar

A copy can be left out where all that reads it is exact arithmetic, or is added to an array in place (which NumPy does
right where the two overlap), and nothing is written between the copy and the last of these. It can be left out too
where it copies an owned buffer and may have that itself (see `lending`); the copy then is the buffer. What the user has
copied stays a copy.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from s2s_ad.analysis.effects import callee, is_pure, writes
from s2s_ad.analysis.sharing import makes_new
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Op, Value
from s2s_ad.transforms.lending import OwnershipRewriter, Users, is_array
from s2s_ad.transforms.outside import Outside

_EXACT: frozenset[Any] = frozenset({operator.add, operator.sub, operator.mul, operator.truediv, operator.neg})
_SUMS = frozenset({primitives.accumulate, primitives.augment})


def copy_elision(block: Block, outside: Outside) -> Block:
    """`block` without copies that nobody could tell from the original."""
    return _Elision(block, outside.users).block(block)


class _Elision(OwnershipRewriter):
    """Keeps the copies that are not needed in the block that it is in."""

    def __init__(self, whole: Block, written: frozenset[Value]) -> None:
        super().__init__(whole)
        self.written = written  # what the user has written
        self.idle: set[Call] = set()

    def block(self, block: Block) -> Block:
        """The block without such copies."""
        self.idle.update(_idle_copies(block, self.users, self.written))
        return super().block(block)

    def call(self, op: Call) -> Iterable[Op]:
        """The call, or nothing where it is such a copy."""
        if op in self.idle or (_is_copy(op, self.written) and self.may_have(op, op.args[0])):  # type: ignore[arg-type]
            self._skip(op)
            return ()
        self.now_owned(op)
        return (self.read(op),)

    def _skip(self, op: Call) -> None:
        """Let those that read a copy read the original, which is called as the copy was."""
        copied, original = op.results[0], self.operand(op.args[0])  # type: ignore[arg-type]
        if isinstance(original, Value):
            original.name = original.name or copied.name
        self.known[copied] = original
        if op not in self.idle:
            self.owned.add(copied)


def _is_copy(op: Op, written: frozenset[Value]) -> bool:
    """Whether `op` copies an array, and is not as the user wrote it."""
    if not isinstance(op, Call) or callee(op) is not np.array or len(op.args) != 1 or op.kwargs:
        return False
    return op.results[0] not in written and all(map(is_array, (op.results[0], op.args[0])))


def _idle_copies(block: Block, users: Users, written: frozenset[Value]) -> Iterator[Call]:
    """The copies in `block` that are read only while what they copy is as it was."""
    at = {op: i for i, op in enumerate(block.ops)}
    for i, op in enumerate(block.ops):
        if not _is_copy(op, written):
            continue
        assert isinstance(op, Call)
        places = [at.get(user) if user is not None else None for user in users[op.results[0]]]
        if not places or None in places or not all(_reads_once(block.ops[p], op.results[0]) for p in places):  # type: ignore[index]
            continue
        last = max(places)  # type: ignore[type-var]
        if all(isinstance(o, Call) and is_pure(o) and not writes(o) for o in block.ops[i:last]):
            yield op


def _reads_once(op: Op, copied: Value) -> bool:
    """Whether `op` is exact arithmetic, or adds `copied` to an array in place."""
    if not isinstance(op, Call):
        return False
    if callee(op) in _EXACT:
        return makes_new(callee(op), op)
    return callee(op) in _SUMS and copied is op.args[-1] and copied not in op.args[:-1] and is_array(op.args[0])
