"""Reads a value where a copy of it was read.

    def before(x):                         def after(x):
        y, scale = x, 2.0                      y = x
        while y < 10.0:                        while y < 10.0:
            y = y * scale                          y = y * 2.0
            scale = scale if y > 5.0 else 2.0
        return y + scale                       return y + 2.0

Copies are: a variable that each iteration of a loop, on whatever side of an `if`, leaves as it found it or sets to what
it started from; the second of two variables that start from the same and go on with the same; a result for which both
sides of an `if` have the same; what is known not to be None. An `if` on a constant is the side that it takes. This goes
on until nothing is left to do, as one of these may make the next: what a loop carries is looked at anew after each
change of its body.

A variable that may not be bound is left alone, since reading it may be an error. A buffer that is written in place has
a new version after each write, and so is no copy of what it was.
"""

from __future__ import annotations

from collections.abc import Iterable

from s2s_ad.analysis.effects import callee
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, For, If, Op, Operand, Value, While
from s2s_ad.transforms.outside import Outside
from s2s_ad.transforms.rewriting import Rewriter, key_of, with_body

_PLAIN = (bool, int, float, str, type(None))


def copy_propagation(block: Block, _: Outside) -> Block:
    """`block` without copies."""
    return _Propagation().block(block)


class _Propagation(Rewriter):
    """Enters each copy in `known`, from the inside outwards. `sides`: what an `if` has for a result on either side."""

    def __init__(self) -> None:
        super().__init__()
        self.sides: dict[Operand, tuple[Operand, Operand]] = {}

    def call(self, op: Call) -> Iterable[Op]:
        """Nothing for what is known to be there: it is what it was."""
        if callee(op) is primitives.present and isinstance(op.args[0], Value) and not op.args[0].unbound:
            self.known[op.results[0]] = self.operand(op.args[0])
            return ()
        return (self.read(op),)

    def if_(self, op: If) -> Iterable[Op]:
        """One side where the test is known; else an `If` without the results that are the same for both."""
        test = self.operand(op.test)
        if isinstance(test, Const) and isinstance(test.value, _PLAIN):
            taken = self.block(op.then if test.value else op.orelse)
            if all(map(_is_bound, taken.results)):
                self.known.update(zip(op.results, taken.results, strict=True))
                return taken.ops
        then, orelse = self.block(op.then), self.block(op.orelse)
        rows = list(zip(op.results, then.results, orelse.results, strict=True))
        copies = {r: a for r, a, b in rows if key_of(a) == key_of(b) and _is_bound(a)}
        self.known.update(copies)
        rows = [row for row in rows if row[0] not in copies]
        self.sides.update((r, (a, b)) for r, a, b in rows)
        results, a, b = tuple(zip(*rows, strict=True)) or ((), (), ())
        return (If(results, test, Block((), then.ops, a), Block((), orelse.ops, b), span=op.span),)

    def loop(self, op: For | While) -> Iterable[Op]:
        """The loop without the variables that are copies."""
        first = op.body.params[: isinstance(op, For)]
        params, results = op.body.params[len(first) :], op.results
        inits, body = tuple(map(self.operand, op.inits)), self.block(op.body)
        while copies := self._copies(params, inits, body.results[1:]):
            after: dict[Operand, Value] = dict(zip(params, results, strict=True))
            for param, original in copies.items():
                self.known[param] = original
                self.known[after[param]] = after.get(original, original)
            left = [i for i, p in enumerate(params) if p not in copies]
            outs = (body.results[0], *(body.results[1 + i] for i in left))
            params, results = tuple(params[i] for i in left), tuple(results[i] for i in left)
            inits = tuple(inits[i] for i in left)
            body = self.block(Block((*first, *params), body.ops, outs))
        return (with_body(op, results, inits, body, self.operand),)

    def _copies(
        self, params: tuple[Value, ...], inits: tuple[Operand, ...], outs: tuple[Operand, ...]
    ) -> dict[Value, Operand]:
        """What is read in place of those parameters of a loop that are copies."""
        copies: dict[Value, Operand] = {}
        met: dict[object, Value] = {}
        for param, init, out in zip(params, inits, outs, strict=True):
            if not _is_bound(init):
                continue
            start = key_of(init)
            if self._may_be(out) <= {start, param}:
                copies[param] = init
            elif (start, key_of(out)) in met:
                copies[param] = met[start, key_of(out)]
            else:
                met[start, key_of(out)] = param
        return copies

    def _may_be(self, operand: Operand) -> set[object]:
        """The operands, by their keys, one of which `operand` is, by whatever way control gets there."""
        found, met, open_ = set(), set(), [self.operand(operand)]
        while open_:
            one = open_.pop()
            if one not in self.sides:
                found.add(key_of(one))
            elif one not in met:
                met.add(one)
                open_ += map(self.operand, self.sides[one])
        return found


def _is_bound(operand: Operand) -> bool:
    return not operand.unbound if isinstance(operand, Value) else operand is not UNDEFINED
