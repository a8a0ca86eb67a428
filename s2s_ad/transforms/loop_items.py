"""The cotangents of what a `for` loop iterates over: elements of arrays and lists, through `zip` and `enumerate`."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.lengths import without_names
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, For, Op, Operand, Value
from s2s_ad.ir.types import Array, List, Tuple, Unknown
from s2s_ad.transforms.cotangent_types import cotangent_type
from s2s_ad.transforms.scopes import bar_name
from s2s_ad.transforms.tangents import named

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


@dataclass(frozen=True, eq=False)
class Buffer:
    """The cotangent of one sequence while the loop fills it.

    `appended`: item by item, rather than stored by index; `backwards`: the last item first.
    """

    source: Value
    param: Value
    version: Operand
    result: Value
    appended: bool
    backwards: bool


@dataclass(eq=False)
class LoopItems:
    """The cotangents of what a `for` loop iterates over, gathered in buffers by the number of the iteration."""

    t: Transform
    op: Op
    whole: bool
    index: Value | None = None
    buffers: list[Buffer] = field(default_factory=list)

    @property
    def params(self) -> list[Value]:
        """The buffers as an iteration finds them."""
        return [b.param for b in self.buffers]

    @property
    def versions(self) -> list[Operand]:
        """The buffers as an iteration leaves them."""
        return [b.version for b in self.buffers]

    @property
    def results(self) -> list[Value]:
        """The buffers after the loop."""
        return [b.result for b in self.buffers]

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
            self._store(source, t.tangents.complete(bar, t.resolve(item)), index, zipped=zipped)

    def _store(self, source: Value, bar: Operand, index: Operand, *, zipped: bool) -> None:
        """Put the cotangent of an item in its place; append it where every item of a list gets one, the last first."""
        spec = self.t.spec
        in_array = isinstance(source.type, Array)
        kind = cotangent_type(source.type) if in_array else List(without_names(type_of_operand(bar)))
        param = Value(bar_name(source), kind)
        appended = self.whole and not zipped and not isinstance(source.type, Array)
        if appended:
            version = spec.emit(primitives.append, [param, bar], None, kind, param.name)
        else:
            version = spec.emit(primitives.store, [param, index, bar], None, kind, param.name)
        backwards = appended and index is self.index
        self.buffers.append(Buffer(source, param, version, Value(param.name, kind), appended, backwards))

    def make_inits(self) -> list[Operand]:
        """Emit the empty buffers, in front of the loop."""
        return [named(self._empty(b), b.param.name) for b in self.buffers]

    def _empty(self, buffer: Buffer) -> Operand:
        t, source = self.t, buffer.source
        primal = t.resolve(source)
        if isinstance(source.type, Array):
            return t.spec.apply(np.zeros_like, [primal])
        if buffer.appended:
            return t.spec.apply(primitives.make_list, [])
        if isinstance(source.type, Tuple):
            zeros = [t.tangents.zero(p) for p in t.tangents.parts(primal)]
            return t.spec.apply(primitives.make_list, zeros)
        if isinstance(source.type, Unknown):
            return t.spec.apply(runtime.item_buffer, [primal])
        return t.tangents.zero(primal)

    def contribute(self) -> None:
        """Add the filled buffers to the cotangents of the sequences."""
        for buffer in self.buffers:
            x_bar: Operand = buffer.result
            if buffer.backwards:
                x_bar = self.t.spec.apply(operator.getitem, [x_bar, Const(slice(None, None, -1))])
            if isinstance(buffer.source.type, Unknown):
                x_bar = self.t.spec.apply(runtime.of_items, [x_bar, self.t.resolve(buffer.source)])
            self.t.contribute(buffer.source, x_bar, project=not isinstance(buffer.source.type, (Array, List, Unknown)))

    @staticmethod
    def first_sequence(t: Transform, source: Operand) -> Operand:
        """A sequence as long as the loop."""
        made = t.definitions.get(source) if isinstance(source, Value) else None
        if made is not None and constant(made.target) in (enumerate, reversed):
            return LoopItems.first_sequence(t, made.args[0])  # type: ignore[arg-type]
        return t.resolve(source)
