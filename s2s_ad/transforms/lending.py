"""Who has the array of an *owned* buffer: nobody but those that read its versions, one after the other.

A buffer is owned by a value if it is new (what arithmetic or `np.zeros_like` gives), by the next version when it is
written to in place, and by what a loop gives that starts from an owned buffer and hands one on in each iteration.
Somebody may *have* an owned buffer, to write to it or to give it away, if all others that read it are through with it:
they came before, and have left nothing behind that could see later writes. They took a number out of it, or made an
array of their own.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from s2s_ad.analysis.effects import callee, is_pure, writes
from s2s_ad.analysis.sharing import kinds, makes_new
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, For, If, Op, Operand, Try, Value, While, operands, regions
from s2s_ad.ir.types import Array
from s2s_ad.transforms.rewriting import Rewriter, with_body

WRITES = frozenset({primitives.store, primitives.accumulate, primitives.augment, primitives.scatter_add})
Users = dict[Operand, list[Op | None]]


def users_in(block: Block, found: Users | None = None) -> Users:
    """The ops that read each value; None stands for being a result of a block."""
    found = defaultdict(list) if found is None else found
    for op in block.ops:
        for operand in operands(op):
            found[operand].append(op)
        for region in regions(op):
            users_in(region, found)
    for result in block.results:
        found[result].append(None)
    return found


class OwnershipRewriter(Rewriter):
    """A rewriter that keeps the owned buffers of the block that it is in, and the ops that have been done there."""

    def __init__(self, whole: Block) -> None:
        super().__init__()
        self.users = users_in(whole)
        self.owned: set[Operand] = set()
        self.done: set[Op | None] = set()

    def op(self, op: Op) -> Iterable[Op]:
        """What takes the place of an op, which then is done."""
        made = super().op(op)
        self.done.add(op)
        return made

    def may_have(self, op: Op | None, operand: Operand) -> bool:
        """Whether `op`, which reads `operand`, may have its buffer."""
        return operand in self.owned and self.is_lent(op, operand, done=True)

    def is_lent(self, op: Op | None, operand: Operand, *, done: bool = False) -> bool:
        """Whether all that read `operand` but `op`, which does so once, leave nothing behind, and are `done`."""
        others = [user for user in self.users[operand] if user is not op]
        if len(others) != len(self.users[operand]) - 1:
            return False
        return all(self.leaves_nothing(user, operand, done=done) for user in others)

    def leaves_nothing(self, op: Op | None, read: Operand, *, done: bool) -> bool:
        """Whether no result of `op` could see a later write to the array `read`, nor `op` itself, if it is `done`."""
        if not isinstance(op, Call) or (done and op not in self.done):
            return False
        fn = callee(op)
        if makes_new(fn, op) or (is_pure(op) and not writes(op) and not any(kinds(r.type) for r in op.results)):
            return True
        if type(fn).__hash__ is not None and fn in WRITES:
            return is_array(op.args[0]) and read is not op.args[0] and read not in op.args[1:-1]
        is_view = fn is operator.getitem and is_array(op.args[0])
        view = op.results[0]
        return is_view and all(self.leaves_nothing(user, view, done=done) for user in self.users[view])

    def now_owned(self, op: Call) -> None:
        """Note whether the result of a call, which stays as it is, is owned."""
        fn = callee(op)
        written = type(fn).__hash__ is not None and fn in WRITES
        if makes_new(fn, op) or (written and op.args[0] in self.owned and self.is_lent(op, op.args[0])):
            self.owned.update(op.results)

    def region(self, block: Block, owned: set[Operand]) -> tuple[Block, set[Operand]]:
        """A region with the buffers that it is given, and those that it owns in the end."""
        outer, self.owned, done, self.done = self.owned, owned, self.done, set()
        made, inside = self.block(block), self.owned
        self.owned, self.done = outer, done
        return made, inside

    def if_(self, op: If) -> Iterable[Op]:
        """An `If`, whose results are owned if both sides own them; what is outside may be read by the other side."""
        (then, by_then), (orelse, by_orelse) = (self.region(side, set()) for side in (op.then, op.orelse))
        for result, a, b in zip(op.results, op.then.results, op.orelse.results, strict=True):
            if a in by_then and b in by_orelse and self.is_lent(None, a) and self.is_lent(None, b):
                self.owned.add(result)
        return (If(op.results, self.operand(op.test), then, orelse, span=op.span),)

    def try_(self, op: Try) -> Iterable[Op]:
        """A `Try`; a body that raises must leave what is outside as it was."""
        body, handler = (self.region(side, set())[0] for side in (op.body, op.handler))
        return (Try(op.results, self.operand(op.kinds), body, handler, span=op.span),)

    def loop(self, op: For | While) -> Iterable[Op]:
        """A loop; the buffers that it carries are owned if an iteration gives as good as it gets."""
        params = op.body.params[isinstance(op, For) :]
        rows = list(zip(params, op.inits, op.body.results[1:], op.results, strict=True))
        rows = [row for row in rows if self.may_have(op, row[1]) and self.may_carry(row[0], row[1])]
        while True:
            known = dict(self.known)
            body, inside = self.region(op.body, {param for param, *_ in rows})
            kept = [row for row in rows if row[2] in inside and self.is_lent(None, row[2])]
            if len(kept) == len(rows):
                break
            rows, self.known = kept, known
        self.owned.update(result for *_, result in rows)
        return (with_body(op, op.results, tuple(map(self.operand, op.inits)), body, self.operand),)

    def may_carry(self, param: Value, init: Operand) -> bool:
        """Whether a loop may carry an owned buffer in `param` that starts as `init`."""
        return True


def is_array(operand: Any) -> bool:
    """Whether an operand is an array with axes."""
    return isinstance(operand, Value) and isinstance(operand.type, Array) and operand.type.axes != ()
