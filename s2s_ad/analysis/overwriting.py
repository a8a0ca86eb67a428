"""Which values are overwritten later: what the pullback needs of them has to be copied when it is read.

A value is overwritten if a write to memory that it may share comes after it, or may come in a later round of a loop
around both. It is not if that memory is new: made in the same round, and only after the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee, is_write, path_of, writes, written_by
from s2s_ad.analysis.sharing import Kinds, Sharing, Web, makes_new
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, For, If, Op, Try, Value, While, operands, regions, sides
from s2s_ad.ir.types import Array, without_none

_SHAPE_ONLY = frozenset({np.zeros_like, np.ones_like, np.shape, np.ndim, np.size, runtime.zeros_like})
_NEW = (primitives.make_list, list, sorted)
Loops = tuple[Op, ...]


class Overwriting:
    """Answers for the typed code of one function; others may write to what `given` values hold when it is done."""

    def __init__(self, body: Block, given: Sequence[Value] = ()) -> None:
        self._at: dict[Value, tuple[int, Loops]] = {}
        self._writes: list[tuple[Call, Value, int, Loops]] = []  # with what they write to
        self._earlier: dict[Value, tuple[Any, ...]] = {}
        self._passed_on: dict[Value, list[int]] = {}  # where a version ceases to be the newest, or may do so
        self._position = 0
        self._define(body.params, ())
        self._walk(body, ())
        self._given: set[Web] = set()
        if not self._writes and not given:
            return
        self._sharing = Sharing(body, 0)
        self._given.update(web for value in given for web in self._sharing.webs(value))
        self._makers = {(id(op), target): self._made_by(op, target) for op, target, _, _ in self._writes}

    def _define(self, values: tuple[Value, ...], loops: Loops) -> None:
        self._at.update((v, (self._position, loops)) for v in values)

    def _walk(self, block: Block, loops: Loops) -> None:
        for op in block.ops:
            self._position += 1
            written = written_by(op)
            self._writes += ((op, target, self._position, loops) for _, target in written)  # type: ignore[misc]
            for value in (*(target for _, target in written), *getattr(op, "inits", ())):
                self._passed_on.setdefault(value, []).append(self._position)
            inner = (*loops, op) if isinstance(op, (For, While)) else loops
            self._flow(op)
            for region in regions(op):
                self._define(region.params, loops)
                self._walk(region, inner)
            self._position += 1
            self._define(op.results, loops)
            if written:
                self._at.update((r, (self._position - 1, loops)) for r in op.results)

    def _flow(self, op: Op) -> None:
        """Note what the results of `op` may be the same object as."""
        match op:
            case Call():
                if writes(op):
                    self._earlier.update((version, (target,)) for version, target in written_by(op))
                elif callee(op) in _NEW or makes_new(callee(op), op):
                    self._earlier.update((r, ()) for r in op.results)
            case If() | Try():
                for row in zip(op.results, *(side.results for side in sides(op)), strict=True):
                    self._earlier[row[0]] = row[1:]
            case For() | While():
                params = op.body.params[isinstance(op, For) :]
                for result, param, *earlier in zip(op.results, params, op.inits, op.body.results[1:], strict=True):
                    self._earlier[result] = self._earlier[param] = tuple(earlier)

    def _made_by(self, write: Call, target: Value) -> list[tuple[int, Loops]]:
        """Where the memory is made that `write` writes to; where that is not known, before everything."""
        if (path_of(write) or not is_write(write)) and not isinstance(target.type, Array):
            return [(-1, ())]  # an item of an item, which may be older than what it is in
        found: list[tuple[int, Loops]] = []
        met: set[Any] = set()
        pending: list[Any] = [target]
        while pending:
            value = pending.pop()
            if value in met:
                continue
            if not isinstance(value, Value):
                found.append((-1, ()))  # no value yet: what comes later may be from the round before
                continue
            met.add(value)
            earlier = self._earlier.get(value)
            if earlier == ():
                found.append(self._at[value])
            elif earlier is None:
                found.append((-1, ()))
            else:
                pending += earlier
        return found

    def knows(self, value: Value) -> bool:
        """Whether a value is one of the code that this is about."""
        return value in self._at

    def is_written_by_name(self, value: Value) -> bool:
        """Whether a write has `value` itself for its target."""
        return any(target is value for _, target, _, _ in self._writes)

    def is_newest(self, version: Value, since: Value, until: Value) -> bool:
        """Whether `version` of an object surely is the newest one from where one value is made to where another is."""
        if since not in self._at or until not in self._at:
            return False
        start, end = self._at[since][0], self._at[until][0]
        return not any(start <= position <= end for position in self._passed_on.get(version, ()))

    def is_overwritten(self, value: Value, of: Kinds | None = None, *, by_others: bool = True) -> bool:
        """Whether a write may change what is found in `value` after it has been made or read.

        `of`: in these kinds; `by_others`: also one by those who are given what the function returns.
        """
        if value not in self._at or not (self._writes or self._given):
            return False
        webs = {web for web in self._sharing.webs(value) if of is None or web[0] in of}
        if by_others and not webs.isdisjoint(self._given):
            return True
        position, loops = self._at[value]
        for op, target, at, around in self._writes:
            if webs.isdisjoint(self._sharing.written_webs(op, target)):
                continue
            for made, inside in self._makers[id(op), target]:
                if (at > position >= made) or any(loop in around and loop not in inside for loop in loops):
                    return True
        return False

    def touches(self, call: Call) -> bool:
        """Whether an operand or a result of `call` is overwritten."""
        return any(isinstance(v, Value) and self.is_overwritten(v) for v in (*operands(call), *call.results))


def _reads_shape(op: Op, value: Value) -> bool:
    """Whether a call reads no more of an array than its shape and its kind of number."""
    if callee(op) is runtime.project and isinstance(op, Call):
        return op.args[0] is not value
    return callee(op) in _SHAPE_ONLY


def reads_content(block: Block, value: Value) -> bool:
    """Whether `block` reads more of a value than the shape of an array."""
    if value in block.results:
        return True
    for op in block.ops:
        kind = without_none(value.type)
        if value in set(operands(op)) and not (isinstance(kind, Array) and _reads_shape(op, value)):
            return True
        if any(reads_content(region, value) for region in regions(op)):
            return True
    return False
