"""Replaces values in a piece of IR, and rebuilds it op by op."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from s2s_ad.analysis.sharing import Sharing
from s2s_ad.ir.nodes import Block, Call, Const, For, If, Op, Operand, Star, Try, Value, While, With, operands

_ATOMS = frozenset({bool, int, float, complex, str, bytes, type(None), type(Ellipsis)})


def substitute(block: Block, mapping: Mapping[Value, Operand]) -> Block:
    """`block` with the values in `mapping` replaced wherever they are read."""
    if not mapping:
        return block
    ops = tuple(substitute_op(op, mapping) for op in block.ops)
    return Block(block.params, ops, tuple(_operand(r, mapping) for r in block.results))


def substitute_op(op: Op, mapping: Mapping[Value, Operand]) -> Op:
    """`op` with the values in `mapping` replaced wherever it or its regions read them."""
    match op:
        case Call():
            args = tuple(
                Star(_operand(a.operand, mapping)) if isinstance(a, Star) else _operand(a, mapping) for a in op.args
            )
            kwargs = tuple((k, _operand(v, mapping)) for k, v in op.kwargs)
            return Call(op.results, _operand(op.target, mapping), args, kwargs, span=op.span)
        case If():
            then, orelse = substitute(op.then, mapping), substitute(op.orelse, mapping)
            return If(op.results, _operand(op.test, mapping), then, orelse, span=op.span)
        case For():
            inits = tuple(_operand(i, mapping) for i in op.inits)
            return For(op.results, _operand(op.iterable, mapping), inits, substitute(op.body, mapping), span=op.span)
        case While():
            inits = tuple(_operand(i, mapping) for i in op.inits)
            return While(op.results, inits, substitute(op.body, mapping), span=op.span)
        case With():
            return With(op.results, _operand(op.manager, mapping), substitute(op.body, mapping), span=op.span)
        case Try():
            body, handler = substitute(op.body, mapping), substitute(op.handler, mapping)
            return Try(op.results, _operand(op.kinds, mapping), body, handler, span=op.span)
    raise TypeError(op)


def _operand(operand: Operand, mapping: Mapping[Value, Operand]) -> Operand:
    return mapping.get(operand, operand) if isinstance(operand, Value) else operand


class Rewriter:
    """Rebuilds blocks in the order in which their ops run.

    A pass overrides what it does with some sort of op. Each method gives the ops that take the place of one; what is to
    be read instead of a value that goes away is entered in `known`.
    """

    def __init__(self) -> None:
        self.known: dict[Value, Operand] = {}

    def operand(self, operand: Operand) -> Operand:
        """What is read in place of `operand`."""
        while isinstance(operand, Value) and operand in self.known:
            operand = self.known[operand]
        return operand

    def block(self, block: Block) -> Block:
        """The block anew."""
        ops = tuple(new for op in block.ops for new in self.op(op))
        return Block(block.params, ops, tuple(map(self.operand, block.results)))

    def op(self, op: Op) -> Iterable[Op]:
        """What takes the place of an op."""
        match op:
            case Call():
                return self.call(op)
            case If():
                return self.if_(op)
            case For() | While():
                return self.loop(op)
            case With():
                return self.with_(op)
            case Try():
                return self.try_(op)
        raise TypeError(op)

    def read(self, op: Call) -> Call:
        """A call with its operands as they are now."""
        if not any(o in self.known for o in operands(op)):
            return op
        mapping = {o: self.operand(o) for o in operands(op) if isinstance(o, Value)}
        changed = substitute_op(op, mapping)
        assert isinstance(changed, Call)
        return changed

    def call(self, op: Call) -> Iterable[Op]:
        """What takes the place of a call."""
        return (self.read(op),)

    def if_(self, op: If) -> Iterable[Op]:
        """What takes the place of an `If`."""
        test = self.operand(op.test)
        return (If(op.results, test, self.block(op.then), self.block(op.orelse), span=op.span),)

    def with_(self, op: With) -> Iterable[Op]:
        """What takes the place of a `With`."""
        return (With(op.results, self.operand(op.manager), self.block(op.body), span=op.span),)

    def try_(self, op: Try) -> Iterable[Op]:
        """What takes the place of a `Try`."""
        kinds = self.operand(op.kinds)
        return (Try(op.results, kinds, self.block(op.body), self.block(op.handler), span=op.span),)

    def loop(self, op: For | While) -> Iterable[Op]:
        """What takes the place of a loop."""
        inits = tuple(map(self.operand, op.inits))
        return (with_body(op, op.results, inits, self.block(op.body), self.operand),)


def with_body(
    op: For | While, results: tuple[Value, ...], inits: tuple[Operand, ...], body: Block, operand: Any = lambda o: o
) -> For | While:
    """A loop like `op` that carries other values."""
    if isinstance(op, For):
        return For(results, operand(op.iterable), inits, body, span=op.span)
    return While(results, inits, body, span=op.span)


def key_of(operand: Operand) -> Any:
    """Something that is equal for operands which are the same: one value, or constants that nothing can tell apart."""
    return operand if isinstance(operand, Value) else _key_of_constant(operand.value)


def _key_of_constant(value: Any) -> Any:
    kind = type(value)
    if kind in _ATOMS:
        return kind, repr(value)
    if kind is tuple:
        return kind, tuple(map(_key_of_constant, value))
    if kind is slice:
        return kind, _key_of_constant((value.start, value.stop, value.step))
    return Const, id(value)


class SharingRewriter(Rewriter):
    """A rewriter of the block `whole`, of which it may ask who shares memory; `given`: see `Outside`."""

    def __init__(self, whole: Block, given: int) -> None:
        super().__init__()
        self.whole = whole
        self.given = given

    @cached_property
    def sharing(self) -> Sharing:
        """Who shares memory; many a block changes in nothing that depends on it, and need not know."""
        return Sharing(self.whole, self.given)
