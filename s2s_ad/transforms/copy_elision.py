"""Leaves out copies of cotangents that nobody could tell from what they are copies of.

    t_bar = np.array(u_bar[1:-1]) * 0.1        t_bar = u_bar[1:-1] * 0.1
    u_bar[:-2] += t_bar                        u_bar[:-2] += t_bar
    return np.array(u_bar)                     return u_bar

A copy can be left out where all that reads it is exact arithmetic, or a write of its elements to another array, and
nothing is written between the copy and the last of these. It can be left out too where it copies a buffer that is
*owned*, and is the only one to read that; the copy then is the buffer.

A buffer is owned by a value if it is new, by the next version when it is written to in place, and by what a loop gives
that starts from an owned buffer and gives an owned one back in each iteration. Whoever else reads a version must leave
nothing behind that could see later writes: it takes a number out of it, or makes an array of its own.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from s2s_ad.analysis.effects import callee, is_pure, writes
from s2s_ad.analysis.sharing import kinds, makes_new
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, For, If, Op, Operand, Try, Value, While, operands, regions
from s2s_ad.ir.types import Array
from s2s_ad.transforms.outside import Outside
from s2s_ad.transforms.rewriting import Rewriter, with_body

_EXACT: frozenset[Any] = frozenset({operator.add, operator.sub, operator.mul, operator.truediv, operator.neg})
_STORES = frozenset({primitives.store, primitives.accumulate, primitives.augment})
_WRITES = frozenset({*_STORES, primitives.scatter_add})
Users = dict[Value, list[Op | None]]


def copy_elision(block: Block, _: Outside) -> Block:
    """`block` without copies that nobody could tell from the original."""
    return _Elision(_users(block, defaultdict(list))).block(block)


def _users(block: Block, found: Users) -> Users:
    """The ops that read each value; None stands for being a result of a block."""
    for op in block.ops:
        for operand in operands(op):
            if isinstance(operand, Value):
                found[operand].append(op)
        for region in regions(op):
            _users(region, found)
    for result in block.results:
        if isinstance(result, Value):
            found[result].append(None)
    return found


class _Elision(Rewriter):
    """Keeps the owned buffers of the block that it is in, and the copies in it that are not needed."""

    def __init__(self, users: Users) -> None:
        super().__init__()
        self.users = users
        self.owned: set[Operand] = set()
        self.idle: set[Call] = set()

    def block(self, block: Block) -> Block:
        """The block without such copies."""
        self.idle.update(_idle_copies(block, self.users))
        return super().block(block)

    def call(self, op: Call) -> Iterable[Op]:
        """The call, or nothing where it is such a copy."""
        if op in self.idle or (_is_copy(op) and op.args[0] in self.owned and len(self.users[op.args[0]]) == 1):  # type: ignore[index]
            self._skip(op)
            return ()
        if makes_new(callee(op), op) or (callee(op) in _WRITES and self._keeps(op)):
            self.owned.update(op.results)
        return (self.read(op),)

    def _skip(self, op: Call) -> None:
        """Let those that read a copy read the original, which is called as the copy was."""
        copied, original = op.results[0], self.operand(op.args[0])  # type: ignore[arg-type]
        if isinstance(original, Value):
            original.name = original.name or copied.name
        self.known[copied] = original
        if op.args[0] in self.owned and op not in self.idle:
            self.owned.update((original, copied))

    def _keeps(self, op: Call) -> bool:
        """Whether a write is to an owned buffer of which nothing else is left behind."""
        target = op.args[0]
        if target not in self.owned:
            return False
        others = [user for user in self.users[target] if user is not op]  # type: ignore[index]
        return all(_leaves_nothing(user, target, self.users) for user in others)  # type: ignore[arg-type]

    def _region(self, block: Block, owned: set[Operand]) -> tuple[Block, set[Operand]]:
        outer, self.owned = self.owned, owned
        made, inside = self.block(block), self.owned
        self.owned = outer
        return made, inside

    def if_(self, op: If) -> Iterable[Op]:
        """An `If`; what is outside may be read by the other side."""
        then, orelse = (self._region(side, set())[0] for side in (op.then, op.orelse))
        return (If(op.results, self.operand(op.test), then, orelse, span=op.span),)

    def try_(self, op: Try) -> Iterable[Op]:
        """A `Try`; a body that raises must leave what is outside as it was."""
        body, handler = (self._region(side, set())[0] for side in (op.body, op.handler))
        return (Try(op.results, self.operand(op.kinds), body, handler, span=op.span),)

    def loop(self, op: For | While) -> Iterable[Op]:
        """A loop; the buffers that it carries are owned if an iteration gives as good as it gets."""
        params = op.body.params[isinstance(op, For) :]
        rows = [
            row
            for row in zip(params, op.inits, op.body.results[1:], op.results, strict=True)
            if row[1] in self.owned and len(self.users[row[1]]) == 1  # type: ignore[index]
        ]
        while True:
            known, idle = dict(self.known), set(self.idle)
            body, inside = self._region(op.body, {param for param, *_ in rows})
            kept = [row for row in rows if row[2] in inside and len(self.users[row[2]]) == 1]  # type: ignore[index]
            if len(kept) == len(rows):
                break
            rows, self.known, self.idle = kept, known, idle
        self.owned.update(result for *_, result in rows)
        return (with_body(op, op.results, tuple(map(self.operand, op.inits)), body, self.operand),)


def _is_copy(op: Op) -> bool:
    """Whether `op` copies an array, and is not as the user wrote it."""
    if not isinstance(op, Call) or callee(op) is not np.array or len(op.args) != 1 or op.kwargs:
        return False
    copied = op.results[0]
    return (copied.name is None or copied.name.endswith("_bar")) and all(map(_is_array, (copied, op.args[0])))


def _idle_copies(block: Block, users: Users) -> Iterator[Call]:
    """The copies in `block` that are read only while what they copy is as it was."""
    at = {op: i for i, op in enumerate(block.ops)}
    for i, op in enumerate(block.ops):
        if not _is_copy(op):
            continue
        assert isinstance(op, Call)
        places = [at.get(user) if user is not None else None for user in users[op.results[0]]]
        if not places or None in places or not all(_reads_once(block.ops[p], op.results[0]) for p in places):  # type: ignore[index]
            continue
        last = max(places)  # type: ignore[type-var]
        if all(isinstance(o, Call) and is_pure(o) and not writes(o) for o in block.ops[i:last]):
            yield op


def _reads_once(op: Op, copied: Value) -> bool:
    """Whether `op` is exact arithmetic, or writes the elements of `copied` to another array."""
    if not isinstance(op, Call):
        return False
    if callee(op) in _EXACT:
        return makes_new(callee(op), op)
    return callee(op) in _STORES and copied is op.args[-1] and copied not in op.args[:-1] and _is_array(op.args[0])


def _is_array(operand: Any) -> bool:
    return isinstance(operand, Value) and isinstance(operand.type, Array) and operand.type.axes != ()


def _leaves_nothing(op: Op | None, read: Value, users: Users) -> bool:
    """Whether no result of `op` could see a later write to the array `read`."""
    if not isinstance(op, Call):
        return False
    if makes_new(callee(op), op) or (is_pure(op) and not writes(op) and not any(kinds(r.type) for r in op.results)):
        return True
    if callee(op) in _WRITES:
        return _is_array(op.args[0]) and read is not op.args[0] and read not in op.args[1:-1]
    is_view = callee(op) is operator.getitem and _is_array(op.args[0])
    return is_view and all(_leaves_nothing(user, op.results[0], users) for user in users[op.results[0]])
