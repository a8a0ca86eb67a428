"""Emits typed ops: the part of the specializer that everything else builds on."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from s2s_ad.analysis.cells import Cells
from s2s_ad.analysis.operands import constant
from s2s_ad.analysis.program import Program
from s2s_ad.analysis.statics import (
    is_foldable,
)
from s2s_ad.errors import Span
from s2s_ad.frontend.source import LiveNames
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Call, Const, Function, Op, Operand, Value
from s2s_ad.ir.types import NEVER, Array, Tuple, Type
from s2s_ad.ir.types import Instance as InstanceType
from s2s_ad.rules.registry import registry

_FOLDED = {
    primitives.make_tuple, operator.getitem, operator.contains, slice, isinstance, len, str, float, int, bool, range,
    tuple,
}  # fmt: skip


class Emitter:
    """The ops that have been emitted so far, and what is known of their results."""

    def __init__(self, program: Program, names: LiveNames | None = None) -> None:
        self.program = program
        self.names = names
        self.env: dict[Value, Operand] = {}
        self.ops: list[Op] = []
        self.span: Span | None = None
        self.dead = False
        self.captured: dict[Value, tuple[Operand, ...]] = {}
        self.cells = Cells()
        self.running: list[Function] = []
        self.definitions: dict[Value, Call] = {}
        self.retarget: Callable[[Any, list[Operand]], Any] | None = None
        self.simplify: Callable[[Any, list[Operand], dict[str, Operand]], Operand | list[Operand]] | None = None
        self.in_adjoint = False
        self.hidden = 0  # how deep in code that counts as that of the call it is for

    def operand(self, operand: Operand) -> Operand:
        """What an operand of the untyped code has become."""
        return self.env[operand] if isinstance(operand, Value) else operand

    @contextmanager
    def region(self) -> Iterator[list[Op]]:
        """Emit into a list of its own."""
        outer_ops, outer_dead, span, contents = self.ops, self.dead, self.span, self.cells.contents
        self.ops, self.dead, self.cells.contents = [], False, dict(contents)
        try:
            yield self.ops
        finally:
            self.ops, self.dead, self.span, self.cells.contents = outer_ops, outer_dead, span, contents

    def apply(
        self, target: Any, args: list[Operand], kwargs: dict[str, Operand] | None = None, name: str | None = None
    ) -> Operand:
        """The result of a call, folded, spliced in or emitted."""
        raise NotImplementedError

    def emit(
        self, fn: Any, args: Sequence[Operand], kwargs: dict[str, Operand] | None, type_: Type, name: str | None = None
    ) -> Value:
        """Append a typed call."""
        value = Value(name, type_)
        call = Call(
            (value,),
            fn if isinstance(fn, (Value, Const)) else Const(fn),
            tuple(args),
            tuple((kwargs or {}).items()),
            span=self.span,
        )
        self.ops.append(call)
        self.definitions[value] = call
        if self.in_adjoint and isinstance(type_, Array) and type_.boxed and type_.axes == () and fn is not np.asarray:
            # a 0-d array is mutable, so `x_bar += …` would reach whoever else has it
            return self.emit(operator.getitem, [value, Const(())], None, replace(type_, boxed=False), name)
        return value

    def fold(self, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> Const | None:
        """The constant result of a pure call on constants."""
        if not all(isinstance(a, Const) and a is not UNDEFINED for a in (*args, *kwargs.values())):
            return None
        if registry.get(fn) is None and fn not in _FOLDED:
            return None
        try:
            with np.errstate(all="raise"):
                value = fn(*(constant(a) for a in args), **{k: constant(v) for k, v in kwargs.items()})
        except Exception:  # it will be raised when the program runs, in its place
            return None
        return Const(value) if is_foldable(value) else None

    def truth(self, test: Operand) -> bool | None:
        """The truth of a test that is known at compile time."""
        if isinstance(test, Const):
            return bool(test.value)
        t = test.type
        return bool(t.items) if isinstance(t, Tuple) and t.cls is tuple else None

    def raise_error(self, kind: type[Exception], message: Any) -> None:
        """Raise an error when control gets here."""
        error = self.emit(kind, [Const(message)], None, InstanceType(kind))
        self.emit(primitives.raise_, [error], None, NEVER)
        self.dead = True
