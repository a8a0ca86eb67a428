"""What the adjoint reads of the forward code, as it was there.

A value that is overwritten later is copied right where it is made, if more of it is read than the shape of an array. Of
a structure nothing is read but some of its parts, so that these are saved in its place:

    p = ps[i]                            p = ps[i]
    p.v += f(p)                          v = p.v
    …                                    p.v += f(p)
    v_bar = np.zeros_like(p.v)           …
                                         v_bar = np.zeros_like(v)
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.overwriting import reads_content
from s2s_ad.analysis.sharing import kinds, makes_new
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, Op, Operand, Value, With, free_values
from s2s_ad.ir.types import Array, Dict, Record, Tuple
from s2s_ad.transforms.rewriting import Rewriter, key_of, substitute, substitute_op

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


def saved(t: Transform, adjoint: Block, params: Iterable[Value], lines: list[list[Op]]) -> Block:
    """`adjoint`, reading copies of what is overwritten later; these are made in `lines`, right where it is read.

    `params`: the values that are there before the first of the lines.
    """
    params = frozenset(params)
    adjoint = _reading_parts(t, adjoint, params, lines)
    copies: dict[Value, Operand] = {}
    for value in free_values(adjoint):
        if not _is_overwritten(t, value) or not reads_content(adjoint, value):
            continue
        copied = Value(value.name, value.type, value.hint, value.unbound)
        copy: Any = np.array if isinstance(value.type, Array) and not value.unbound else runtime.copy
        call = Call((copied,), Const(copy), (value,))
        if _insert(lines, params, value, call):
            copies[value] = copied
            if value not in params and _is_view(t, value):
                _read_copy(lines, value, call)
    return substitute(adjoint, copies) if copies else adjoint


def _reading_parts(t: Transform, adjoint: Block, params: Collection[Value], lines: list[list[Op]]) -> Block:
    """`adjoint`, which of structures that are overwritten later reads the parts that it needs, found in `lines`."""
    done: set[Value] = set()
    while True:
        pending = [v for v in free_values(adjoint) if v not in done and _is_structure(t, v) and _is_overwritten(t, v)]
        if not pending:
            return adjoint
        done.update(pending)
        for value in pending:
            rewriter = _Parts(t, value, params, lines)
            adjoint = rewriter.block(adjoint)


def _is_structure(t: Transform, value: Value) -> bool:
    """Whether a value has known parts; what was under a key before may be None."""
    made = t.spec.definitions.get(value)
    may_be_none = value.unbound or (made is not None and callee(made) is primitives.lookup)
    return isinstance(value.type, (Record, Tuple, Dict)) and not may_be_none


class _Parts(Rewriter):
    """Reads parts of a structure in the forward code instead."""

    def __init__(self, t: Transform, whole: Value, params: Collection[Value], lines: list[list[Op]]) -> None:
        super().__init__()
        self.t, self.whole, self.params, self.lines = t, whole, params, lines
        self.parts = {key: op.results[0] for line in lines for op, key in _reads(line, whole)}

    def call(self, op: Call) -> Iterable[Op]:
        """Nothing, where a part is read that can be read before; else the call."""
        key = _part_read(op, self.whole)
        if key is None:
            return (self.read(op),)
        if key not in self.parts:
            part = Value(op.results[0].name, op.results[0].type)
            made = Call((part,), op.target, op.args)
            if not _insert(self.lines, self.params, self.whole, made):
                return (self.read(op),)
            self.parts[key] = part
            self.t.part_of[part] = self.whole
        self.known[op.results[0]] = self.parts[key]
        return ()


def _reads(ops: Iterable[Op], whole: Value) -> Iterator[tuple[Call, Any]]:
    """The calls that read parts of a structure, with what tells the parts apart."""
    for op in ops:
        key = _part_read(op, whole)
        if key is not None:
            yield op, key  # type: ignore[misc]
        if isinstance(op, With):
            yield from _reads(op.body.ops, whole)


def _part_read(op: Op, whole: Value) -> Any:
    fn = callee(op)
    if fn not in (getattr, operator.getitem) or not isinstance(op, Call) or len(op.args) < 2:
        return None
    base, index = op.args[:2]
    return key_of(index) if base is whole and isinstance(index, Const) else None


def _insert(lines: list[list[Op]], params: Collection[Value], value: Value, call: Call) -> bool:
    """Put a call right after `value` is there, and tell whether it is."""
    if value in params:
        lines[0].insert(0, call)
        return True
    return any(_insert_after(line, value, call) for line in lines)


def _insert_after(ops: list[Op], value: Value, call: Call) -> bool:
    for i, op in enumerate(ops):
        if value in op.results:
            ops.insert(i + 1, call)
            return True
        if isinstance(op, With):
            inner = list(op.body.ops)
            if value in op.body.params:
                inner.insert(0, call)
            elif not _insert_after(inner, value, call):
                continue
            ops[i] = replace(op, body=replace(op.body, ops=tuple(inner)))
            return True
    return False


def _read_copy(lines: list[list[Op]], value: Value, copy: Call) -> None:
    """Let calls of the forward code that give new memory read a copy that has been made of a view."""
    for line in lines:
        for i, op in enumerate(line):
            if isinstance(op, Call) and op is not copy and value in op.operands() and makes_new(callee(op), op):
                line[i] = substitute_op(op, {value: copy.results[0]})


def _is_view(t: Transform, value: Value) -> bool:
    """Whether a value is a part of an array, by which nothing is written."""
    made = t.definitions.get(value)
    is_item = made is not None and callee(made) is operator.getitem and isinstance(value.type, Array)
    return is_item and not t.overwriting.is_written_by_name(value)


def _whole(t: Transform, value: Value) -> Value | None:
    """What a value has been read from that the typed code does not know."""
    if value in t.part_of:
        return t.part_of[value]
    if t.overwriting.knows(value) or value in t.spliced:
        return None
    made = t.spec.definitions.get(value)
    is_read = made is not None and callee(made) in (getattr, operator.getitem, primitives.lookup, primitives.present)
    return made.args[0] if is_read and isinstance(made.args[0], Value) else None  # type: ignore[union-attr]


def _is_overwritten(t: Transform, value: Value, *, by_others: bool = True) -> bool:
    """Whether a value of the forward code is overwritten later; one that a rule makes may be part of its call's."""
    of = kinds(value.type)
    while (whole := _whole(t, value)) is not None:
        value = whole
    call = t.spliced.get(value)
    if call is None:
        return t.overwriting.is_overwritten(value, of, by_others=by_others)
    if not of:
        return False
    made = t.spec.definitions.get(value)
    if made is not None and makes_new(callee(made), made):  # of what the call is given it has no part
        return any(map(t.overwriting.is_overwritten, call.results))
    return t.overwriting.touches(call)
