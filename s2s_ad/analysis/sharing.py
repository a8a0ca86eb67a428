"""Which values may share memory with something that is written to, or that is handed out.

Memory is of two kinds: the elements of arrays, and the items of lists and other objects. A value *has* a kind if
writing to that kind could change what is found in it: a list of arrays has both, a number none, a tuple what its items
have.
The values that have a kind fall into *webs*: in one web are a value and all that may be it, hold it, be held by it, or
be a view of it. New arrays (what arithmetic gives) begin a new web; what is not known to be new belongs to the webs of
all operands.

A write in place marks the web of its target. A call that may run foreign code marks the webs of all its operands, and
those of the global variables. Nothing else writes: the user's own writes are refused, or are writes in place.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable as Items
from typing import Any

import numpy as np

from s2s_ad.analysis.effects import callee, is_errstate, is_pure, is_write, path_of, targets_of
from s2s_ad.analysis.indexing import copies
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.reports import is_report
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, For, If, Operand, Try, Value, While, With, operands, regions, sides
from s2s_ad.ir.types import Array, Closure, Deque, Dict, List, Map, Maybe, Never, Number, Record, Static, Tuple, Type
from s2s_ad.ir.types import Instance as InstanceType
from s2s_ad.rules.numpy import methods
from s2s_ad.runtime import ORDERED

Kinds = tuple[int, ...]
Web = tuple[int, Value]
_ELEMENTS, _ITEMS, _BOTH = (0,), (1,), (0, 1)
_IMMUTABLE = (str, bytes, slice, type(None), type(Ellipsis), type, np.dtype, range, bool)
_NEW: frozenset[Any] = frozenset({
    np.zeros, np.zeros_like, np.ones, np.ones_like, np.full, np.full_like, np.empty, np.empty_like, np.arange,
    np.linspace, np.geomspace, np.logspace, np.eye, np.identity, np.vander, np.copy, methods.copy_method,
    methods.flatten_method, np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std, np.median, np.percentile,
    np.quantile, np.cumsum, np.cumprod, np.where, np.clip, np.sort, np.partition, np.argsort, np.unique,
    np.searchsorted, np.bincount, np.concatenate, np.stack, np.hstack, np.vstack, np.dstack, np.column_stack, np.append,
    np.take, np.roll, np.repeat, np.tile, np.tril, np.triu, np.dot, np.outer, np.inner, np.cross, np.kron, np.tensordot,
    np.convolve, np.interp, np.linalg.inv, np.linalg.solve, np.linalg.cholesky,
})  # fmt: skip
_CONVERSIONS: frozenset[Any] = frozenset({
    np.array, np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray, methods.astype_method,
})  # fmt: skip
_ARITHMETIC = frozenset({
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.matmul, operator.neg, operator.pos, operator.invert, operator.eq, operator.ne, operator.lt, operator.le,
    operator.gt, operator.ge,
})  # fmt: skip


def kinds(t: Type) -> Kinds:
    """The kinds of memory that a value of type `t` has."""
    if isinstance(t, Array):
        return () if t.axes == () and not t.boxed else _ELEMENTS
    match t:
        case Number() | Never():
            return ()
        case Tuple(parts) | Closure(_, parts):
            return _joined(parts)
        case Dict(_, parts) | Record(values=parts):
            return _joined(parts, _ITEMS)
        case Static():
            return ()
        case List(item, parts):
            return _joined(parts or (item,), _ITEMS)
        case Map(_, item) | Deque(item):
            return _joined((item,), _ITEMS)
        case Maybe(item):
            return kinds(item)
        case InstanceType(cls):
            return () if issubclass(cls, _IMMUTABLE) else _BOTH
    return _BOTH


def holds_memory(t: Type) -> bool:
    """Whether what a container of type `t` holds may have memory."""
    match t:
        case List(item, parts):
            return any(map(kinds, parts or (item,)))
        case Map(_, item) | Deque(item):
            return bool(kinds(item))
        case Dict(_, parts) | Record(values=parts):
            return any(map(kinds, parts))
    return True


def _joined(parts: Items[Type], more: Kinds = ()) -> Kinds:
    return tuple(sorted({*more, *(kind for part in parts for kind in kinds(part))}))


class Sharing:
    """The webs of a block, those that are written to, and those that the first `given` results are in."""

    def __init__(self, block: Block, given: int) -> None:
        self._leader: tuple[dict[Value, Value], ...] = ({}, {})
        self._kinds: dict[Value, Kinds] = {}
        self._targets: list[tuple[Operand, Kinds]] = []
        self._globals: list[Value] = []
        self._compared: list[Operand] = []
        self._runs_foreign_code = False
        self._block(block)
        if self._runs_foreign_code:
            self._targets += ((v, _BOTH) for v in self._globals)
        self._written = {web for target, of in self._targets for web in self._webs(target, of)}
        told_apart = (*self._compared, *block.results[:given])
        self._given = {web for value in told_apart for web in self._webs(value, _BOTH)}

    def is_written(self, operand: Operand) -> bool:
        """Whether what is found in a value may change."""
        return not self._written.isdisjoint(self._webs(operand, _BOTH))

    def is_given(self, operand: Operand) -> bool:
        """Whether whoever gets the results may get hold of a value, or an `is` asks which object it is."""
        return not self._given.isdisjoint(self._webs(operand, _BOTH))

    def kinds(self, operand: Operand) -> Kinds:
        """The kinds of memory that an operand has."""
        if not isinstance(operand, Value):
            return ()
        found = self._kinds.get(operand)
        if found is None:
            found = self._kinds[operand] = kinds(operand.type)
        return found

    def webs(self, operand: Operand) -> list[Web]:
        """The webs that a value is in."""
        return self._webs(operand, _BOTH)

    def written_webs(self, op: Call, target: Value) -> list[Web]:
        """The webs of one of the operands that a call writes to."""
        return self._webs(target, self._written_kinds(op, target))

    def _webs(self, operand: Operand, of: Kinds) -> list[Web]:
        return [(kind, self._find(kind, operand)) for kind in self.kinds(operand) if kind in of]  # type: ignore[arg-type]

    def _find(self, kind: int, value: Value) -> Value:
        leader = self._leader[kind]
        while (up := leader.get(value)) is not None:
            leader[value] = leader.get(up, up)  # halves the way for those who come after
            value = up
        return value

    def _unite(self, values: Items[Operand]) -> None:
        first: dict[int, Value] = {}
        for value in values:
            for kind in self.kinds(value):
                web = self._find(kind, value)  # type: ignore[arg-type]
                if first.setdefault(kind, web) is not web:
                    self._leader[kind][web] = first[kind]

    def _block(self, block: Block) -> None:
        for op in block.ops:
            for region in regions(op):
                self._block(region)
            match op:
                case Call():
                    self._call(op)
                case If() | Try():
                    for row in zip(op.results, *(side.results for side in sides(op)), strict=True):
                        self._unite(row)
                case With() if not is_errstate(op.manager):
                    self._unite((op.manager, *op.body.params))
                    self._targets.append((op.manager, _BOTH))
                    self._runs_foreign_code = True
                case For():
                    self._unite((op.body.params[0], op.iterable))
                    self._carry(op, op.body.params[1:])
                case While():
                    self._carry(op, op.body.params)

    def _carry(self, op: For | While, params: tuple[Value, ...]) -> None:
        for row in zip(op.results, params, op.inits, op.body.results[1:], strict=True):
            self._unite(row)

    def _call(self, op: Call) -> None:
        fn = callee(op)
        if fn is primitives.read_global:
            self._globals += op.results
        if fn is operator.is_ or fn is operator.is_not:
            self._compared += operands(op)
        if is_write(op):
            self._write(op)
        elif not makes_new(fn, op):
            if any(map(self.kinds, op.results)):
                self._unite((*op.results, *operands(op)))
            self._targets += ((target, _BOTH) for target in targets_of(op))
            if _runs_foreign_code(fn, op):
                self._runs_foreign_code = True
                self._targets += ((o, _BOTH) for o in (*op.results, *operands(op)))

    def _write(self, op: Call) -> None:
        target = op.args[0]
        assert isinstance(target, Value)
        self._targets.append((target, self._written_kinds(op, target)))
        if isinstance(target.type, Array) or _moves_items(op, target.type):
            self._unite((op.results[-1], target))
        else:
            self._unite((*op.results, *operands(op)))

    def _written_kinds(self, op: Call, target: Value) -> Kinds:
        """The kinds of memory that a write in place writes to; to items of items, it may be any."""
        if isinstance(target.type, Array):
            return _ELEMENTS
        is_plain = isinstance(target.type, (List, Deque, Dict, Map, Record)) and is_write(op) and not path_of(op)
        return _ITEMS if is_plain else _BOTH


def _moves_items(op: Call, t: Type) -> bool:
    """Whether a write to a list of type `t` has to do with another list only in so far as immutable items go over."""
    fn = callee(op)
    if fn in (primitives.permute, primitives.exchange):
        return True
    return (
        fn in (primitives.extend, primitives.set_slice)
        and isinstance(op.results[-1].type, List)
        and not any(kinds(part.item) for part in (t, op.results[-1].type) if isinstance(part, List))
    )


def makes_new(fn: Any, op: Call) -> bool:
    """Whether the results share no memory with the operands."""
    result = op.results[0].type
    if fn in (list, sorted) and isinstance(result, List) and not kinds(result.item):
        return True
    if not isinstance(result, Array) or len(op.results) > 1:
        return False
    if isinstance(fn, np.ufunc):
        return not op.kwargs and len(op.args) <= fn.nin
    if type(fn).__hash__ is not None and fn in _CONVERSIONS:
        return _converts(fn, op, result)
    if fn is np.einsum:
        return len(op.args) > 2 or _sums(constant(op.args[0]))  # type: ignore[arg-type]
    if fn is operator.getitem:
        array, index = op.args
        return isinstance(type_of_operand(array), Array) and copies(index)  # type: ignore[arg-type]
    return type(fn).__hash__ is not None and (fn in _ARITHMETIC or (fn in _NEW and "out" not in dict(op.kwargs)))


def _sums(subscripts: Any) -> bool:
    """Whether the subscripts of one array for `np.einsum` have an index that the result has not."""
    left, arrow, right = subscripts.partition("->") if isinstance(subscripts, str) else ("", "", "")
    return bool(arrow) and not set(left) <= set(right) | {" "}


def _converts(fn: Any, op: Call, result: Array) -> bool:
    """Whether a conversion to an array surely makes another one of what it is given."""
    t = type_of_operand(op.args[0])  # type: ignore[arg-type]
    copy = dict(op.kwargs).get("copy", Const(fn in (np.array, methods.astype_method) or None))
    is_cast = isinstance(t, Array) and None is not t.dtype != result.dtype is not None
    return constant(copy) is True or is_cast or isinstance(t, (Tuple, List)) or not kinds(t)


def _runs_foreign_code(fn: Any, op: Call) -> bool:
    """Whether a call may run code that writes to what it can reach."""
    pair = getattr(fn, "pair", None)
    if pair is not None:
        return not pair.instance.pure
    if fn is primitives.call_method and not is_report(op):
        obj, method = op.args[:2]
        return not (isinstance(obj, Value) and isinstance(obj.type, Array) and constant(method) in ("astype", "copy"))  # type: ignore[arg-type]
    return not is_report(op) and fn not in ORDERED and not is_pure(op)
