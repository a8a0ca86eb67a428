"""The cotangents of what a `for` loop iterates over: elements of arrays and lists, through `zip` and `enumerate`."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, For, Op, Operand, Value
from s2s_ad.ir.types import Array, List, Tuple
from s2s_ad.transforms.scopes import bar_name
from s2s_ad.transforms.tangents import NONE, cotangent_type, named

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


@dataclass(eq=False)
class LoopItems:
    """The cotangents of what a `for` loop iterates over, gathered in buffers by the number of the iteration."""

    t: Transform
    op: Op
    whole: bool
    index: Value | None = None
    sequences: list[Value] = field(default_factory=list)
    buffers: list[Value] = field(default_factory=list)
    versions: list[Operand] = field(default_factory=list)
    inits: list[Operand] = field(default_factory=list)
    results: list[Value] = field(default_factory=list)

    def collect(self) -> None:
        """Store the cotangent of the item of this iteration."""
        op = self.op
        if not isinstance(op, For):
            return
        item = op.body.params[0]
        entry = self.t.scope.entries.pop(item, None)
        if entry is None:
            return
        self.t.spec.span = op.span
        self.index = Value("i", type_of_operand(Const(0)))
        self._collect(op.iterable, item, entry.operand, self.index, zipped=False)

    def _collect(self, source: Operand, item: Operand, bar: Operand, index: Operand, *, zipped: bool) -> None:
        t = self.t
        if constant(bar, default=0) is None or not t.is_active(source):
            return
        assert isinstance(source, Value)
        made = t.definitions.get(source)
        fn = constant(made.target) if made is not None else None
        if made is not None and fn is zip:
            items, bars = t.tangents.parts(t.resolve(item)), t.tangents.parts(bar)
            for part, part_item, part_bar in zip(made.args, items, bars, strict=True):
                self._collect(part, part_item, part_bar, index, zipped=len(made.args) > 1)  # type: ignore[arg-type]
        elif made is not None and fn is enumerate:
            item, bar = t.tangents.parts(t.resolve(item))[1], t.tangents.parts(bar)[1]
            self._collect(made.args[0], item, bar, index, zipped=zipped)  # type: ignore[arg-type]
        elif made is not None and fn is reversed:
            self._collect(made.args[0], item, bar, t.spec.apply(operator.invert, [index]), zipped=zipped)  # type: ignore[arg-type]
        else:
            self._store(source, t.tangents.complete(bar, t.resolve(item)), index, whole=self.whole and not zipped)

    def _store(self, source: Value, bar: Operand, index: Operand, *, whole: bool) -> None:
        t = self.t
        primal = t.resolve(source)
        kind = cotangent_type(source.type) if isinstance(source.type, Array) else List(type_of_operand(bar))
        buffer = Value(bar_name(source), kind)
        version = t.spec.emit(primitives.store, [buffer, index, bar], None, kind, buffer.name)
        self.sequences.append(source)
        self.buffers.append(buffer)
        self.versions.append(version)
        self.results.append(Value(buffer.name, kind))
        self.inits.append((source, primal, whole))  # type: ignore[arg-type]

    def make_inits(self) -> None:
        """Emit the empty buffers, in front of the loop."""
        self.inits = [self._empty(*spec) for spec in self.inits]  # type: ignore[misc]

    def _empty(self, source: Value, primal: Operand, whole: bool) -> Operand:
        t = self.t
        if isinstance(source.type, Array):
            return named(t.spec.apply(np.zeros_like, [primal]), bar_name(source))
        if whole:
            empty = t.spec.apply(
                operator.mul, [t.spec.apply(primitives.make_list, [NONE]), t.spec.apply(len, [primal])]
            )
            return named(empty, bar_name(source))
        if isinstance(source.type, Tuple):
            zeros = [t.tangents.zero(p) for p in t.tangents.parts(primal)]
            return named(t.spec.apply(primitives.make_list, zeros), bar_name(source))
        return named(t.tangents.zero(primal), bar_name(source))

    def contribute(self) -> None:
        """Add the filled buffers to the cotangents of the sequences."""
        for source, result in zip(self.sequences, self.results, strict=True):
            self.t.contribute(source, result, project=not isinstance(source.type, (Array, List)))

    @staticmethod
    def first_sequence(t: Transform, source: Operand) -> Operand:
        """A sequence as long as the loop."""
        made = t.definitions.get(source) if isinstance(source, Value) else None
        if made is not None and constant(made.target) in (enumerate, reversed):
            return LoopItems.first_sequence(t, made.args[0])  # type: ignore[arg-type]
        return t.resolve(source)
