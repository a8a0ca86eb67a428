"""Prints calls of known callables as the syntax that stands for them."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.program import Instance
from s2s_ad.analysis.typing import result_type
from s2s_ad.codegen.conditions import inverted
from s2s_ad.codegen.names import Naming
from s2s_ad.codegen.references import References, load
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Call, Const, If, Operand, Star, Value
from s2s_ad.ir.types import Array, Maybe, Numeric, Type, Unknown
from s2s_ad.ir.types import Instance as InstanceType
from s2s_ad.rules.numpy.methods import METHODS
from s2s_ad.transforms.pairs import PairBackward, PairForward

_TELLING_NONE = frozenset(
    {operator.is_, operator.is_not, operator.eq, operator.ne, operator.not_, bool, isinstance, str}
)
BINARY: dict[Any, type[ast.operator]] = {
    operator.add: ast.Add,
    operator.sub: ast.Sub,
    operator.mul: ast.Mult,
    operator.truediv: ast.Div,
    operator.floordiv: ast.FloorDiv,
    operator.mod: ast.Mod,
    operator.pow: ast.Pow,
    operator.matmul: ast.MatMult,
    operator.and_: ast.BitAnd,
    operator.or_: ast.BitOr,
    operator.xor: ast.BitXor,
    operator.lshift: ast.LShift,
    operator.rshift: ast.RShift,
}
UNARY: dict[Any, type[ast.unaryop]] = {
    operator.neg: ast.USub,
    operator.pos: ast.UAdd,
    operator.invert: ast.Invert,
}
COMPARE: dict[Any, type[ast.cmpop]] = {
    operator.eq: ast.Eq,
    operator.ne: ast.NotEq,
    operator.lt: ast.Lt,
    operator.le: ast.LtE,
    operator.gt: ast.Gt,
    operator.ge: ast.GtE,
    operator.is_: ast.Is,
    operator.is_not: ast.IsNot,
}


class ExpressionPrinter:
    """Turns operands and calls into expression nodes."""

    def __init__(self, naming: Naming, references: References) -> None:
        self.naming = naming
        self.references = references
        self.started: frozenset[str] = frozenset()
        self.tells_none = False  # whether it is seen if something is None: it is tested, or what it raises is caught
        self.asked: set[str] = set()  # variables whose zero is asked for, whether they are bound or not

    def operand(self, operand: Operand) -> ast.expr:
        """A variable, a constant, or the expression that is nested here."""
        if isinstance(operand, Const):
            if operand is UNDEFINED:
                return ast.Constant(None)
            return self.references.to(operand.value)
        op = self.naming.nested.get(operand)
        if op is None:
            name = load(self.naming.name[operand])
            if operand.unbound and name.id in self.started:
                if _may_be_none(operand.type):
                    if not isinstance(operand.type, Unknown) or self.tells_none:
                        raise _none_or_unbound(operand)
                    return name  # what is done with it cannot be done with None
                return ast.Call(self.references.to(runtime.bound), [name, ast.Constant(operand.name)], [])
            return name
        return self.call(op) if isinstance(op, Call) else self.conditional(op)  # type: ignore[arg-type]

    def _unbound(self, operand: Operand) -> ast.expr:
        """As `operand`, but None for a variable that has no value yet."""
        if not isinstance(operand, Value) or not operand.unbound or operand not in self.naming.name:
            return self.operand(operand)
        self.asked.add(self.naming.name[operand])
        return load(self.naming.name[operand])

    def view(self, target: Operand, indices: list[Operand]) -> ast.expr:
        """What the indices of a write lead to, as it is written where it is read."""
        for fn, args, kwargs in primitives.steps(indices, constant):
            t = result_type(fn, (target, *args), kwargs)
            made = Value(None, t)
            self.naming.nested[made] = Call((made,), Const(fn), (target, *args), tuple(kwargs.items()))
            target = made
        return self.operand(target)

    def conditional(self, op: If) -> ast.expr:
        """`a and b`, `a or b`, or `b if test else c`."""
        a, b = op.then.results[0], op.orelse.results[0]
        test = self.operand(op.test)
        if b is op.test or (constant(b, default=0) is False and _is_bool(a)):
            return _bool_op(ast.And(), test, self.operand(a))
        if a is op.test:
            return _bool_op(ast.Or(), test, self.operand(b))
        return ast.IfExp(test, self.operand(a), self.operand(b))

    def call(self, op: Call) -> ast.expr:
        """The expression of a call."""
        fn = constant(op.target)
        if type(fn).__hash__ is not None and fn in _TELLING_NONE:
            with self.telling_none():
                return self._call(op, fn)
        return self._call(op, fn)

    @contextmanager
    def telling_none(self) -> Iterator[None]:
        """Within this it is seen if something is None."""
        before, self.tells_none = self.tells_none, True
        try:
            yield
        finally:
            self.tells_none = before

    def _call(self, op: Call, fn: Any) -> ast.expr:
        if isinstance(op.target, Value):
            return ast.Call(self.operand(op.target), *self._arguments(op, 0))
        if isinstance(fn, primitives.Refreshed):
            return self.operand(op.args[0])  # type: ignore[arg-type]
        method = getattr(self, "_" + fn.__name__, None) if fn in _SPECIAL else None
        if method is not None:
            return method(op)  # type: ignore[no-any-return]
        args = [a for a in op.args if not isinstance(a, Star)]
        if fn in _OF_UNBOUND:
            return ast.Call(self.references.to(fn), list(map(self._unbound, args)), [])
        if fn is operator.add and self._is_negated(args[1]):
            negated = self.operand(args[1])
            assert isinstance(negated, ast.UnaryOp)
            return ast.BinOp(self.operand(args[0]), ast.Sub(), negated.operand)
        if fn in BINARY:
            return ast.BinOp(self.operand(args[0]), BINARY[fn](), self.operand(args[1]))
        if fn is operator.not_:
            return inverted(self.operand(args[0]))
        if fn in UNARY:
            return ast.UnaryOp(UNARY[fn](), self.operand(args[0]))
        if fn in COMPARE:
            return ast.Compare(self.operand(args[0]), [COMPARE[fn]()], [self.operand(args[1])])
        if isinstance(fn, primitives.FString):
            return self._f_string(fn, args)
        if isinstance(fn, primitives.MakeClosure):
            return self._make_tuple(op)
        if isinstance(fn, primitives.MakeObject):
            return self._make_object(fn, args)
        if fn is primitives.identity or fn is primitives.present:
            return self.operand(args[0])
        if fn is primitives.traceback_of:
            return ast.Attribute(self.operand(args[0]), "__traceback__", ast.Load())
        if isinstance(fn, Instance):
            return self._instance(fn, op)
        if fn in _METHOD_NAMES:
            bound = ast.Attribute(self.operand(args[0]), _METHOD_NAMES[fn], ast.Load())
            return ast.Call(bound, *self._arguments(op, 1))
        return ast.Call(self.function(fn), *self._arguments(op, 0))

    def _is_negated(self, operand: Operand) -> bool:
        """Whether an operand prints as `-x`; adding it is subtracting `x`."""
        op = self.naming.nested.get(operand) if isinstance(operand, Value) else None
        return isinstance(op, Call) and constant(op.target) is operator.neg

    def function(self, fn: Any) -> ast.expr:
        """A reference to a callable."""
        if isinstance(fn, PairForward):
            return load(self.references.pair_names[fn.pair][0])
        if isinstance(fn, PairBackward):
            return load(self.references.pair_names[fn.pair][1])
        return self.references.to(fn)

    def _arguments(self, op: Call, skip: int) -> tuple[list[ast.expr], list[ast.keyword]]:
        args = [
            ast.Starred(self.operand(a.operand), ast.Load()) if isinstance(a, Star) else self.operand(a)
            for a in op.args[skip:]
        ]
        return args, [ast.keyword(k, self.operand(v)) for k, v in op.kwargs]

    def _instance(self, instance: Instance, op: Call) -> ast.expr:
        """A call of a user function that needs no derivative: the function itself, with the user's arguments."""
        given = iter(op.args)
        args: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        for parameter, static in zip(instance.code.parameters, instance.statics, strict=False):
            value = static if static is not None else next(given)
            node = self.operand(value)  # type: ignore[arg-type]
            kind = parameter.kind
            if kind is kind.VAR_POSITIONAL:
                args.append(ast.Starred(node, ast.Load()))
            elif kind is kind.VAR_KEYWORD:
                keywords.append(ast.keyword(None, node))
            elif kind is kind.KEYWORD_ONLY:
                keywords.append(ast.keyword(parameter.name, node))
            else:
                args.append(node)
        return ast.Call(self.references.to(instance.origin), args, keywords)

    # syntax for primitives

    def _make_tuple(self, op: Call) -> ast.expr:
        return ast.Tuple(self._arguments(op, 0)[0], ast.Load())

    def _make_object(self, made: primitives.MakeObject, values: list[Operand]) -> ast.expr:
        """A call of the class where that does the same, else of the helper that fills in the attributes."""
        cls = self.references.to(made.cls)
        if made.call is None:
            named = zip(made.names, map(self.operand, values), strict=True)
            keywords = [ast.keyword(name, value) for name, value in named]
            return ast.Call(self.references.to(runtime.make_object), [cls], keywords)
        given = [(keyword, self.operand(values[i])) for keyword, i in made.call]
        keywords = [ast.keyword(k, value) for k, value in given if k is not None]
        return ast.Call(cls, [value for k, value in given if k is None], keywords)

    def _make_list(self, op: Call) -> ast.expr:
        return ast.List(self._arguments(op, 0)[0], ast.Load())

    def _make_set(self, op: Call) -> ast.expr:
        return ast.Set(self._arguments(op, 0)[0]) if op.args else ast.Call(load("set"), [], [])

    def _make_dict(self, op: Call) -> ast.expr:
        items = self._arguments(op, 0)[0]
        return ast.Dict(items[::2], items[1::2])  # type: ignore[arg-type]

    def _lookup(self, op: Call) -> ast.expr:
        target, key, default = self._arguments(op, 0)[0]
        return ast.Call(ast.Attribute(target, "get", ast.Load()), [key, default], [])

    def _getattr(self, op: Call) -> ast.expr:
        name = constant(op.args[1])  # type: ignore[arg-type]
        if isinstance(name, str) and name.isidentifier() and len(op.args) == 2:
            return ast.Attribute(self.operand(op.args[0]), name, ast.Load())  # type: ignore[arg-type]
        return ast.Call(load("getattr"), *self._arguments(op, 0))

    def _call_method(self, op: Call) -> ast.expr:
        method = ast.Attribute(self.operand(op.args[0]), constant(op.args[1]), ast.Load())  # type: ignore[arg-type]
        return ast.Call(method, *self._arguments(op, 2))

    def _getitem(self, op: Call) -> ast.expr:
        obj, index = op.args
        return ast.Subscript(self.operand(obj), self.index(index), ast.Load())  # type: ignore[arg-type]

    def index(self, index: Operand) -> ast.expr:
        """An index in brackets, where slices have a syntax of their own."""
        if isinstance(index, Const):
            return self._constant_index(index.value)
        made = self.naming.nested.get(index)
        if isinstance(made, Call) and constant(made.target) is slice:
            bounds = [None if constant(b, default=0) is None else self.operand(b) for b in made.args]  # type: ignore[arg-type]
            return ast.Slice(*bounds)
        if isinstance(made, Call) and constant(made.target) is primitives.make_tuple and made.args:
            return ast.Tuple([self.index(a) for a in made.args], ast.Load())  # type: ignore[arg-type]
        return self.operand(index)

    def _constant_index(self, value: Any) -> ast.expr:
        if isinstance(value, slice):
            bounds = [None if b is None else self.references.to(b) for b in (value.start, value.stop, value.step)]
            return ast.Slice(*bounds)
        if type(value) is tuple and value:
            return ast.Tuple([self._constant_index(v) for v in value], ast.Load())
        return self.references.to(value)

    def _contains(self, op: Call) -> ast.expr:
        container, item = (self.operand(a) for a in op.args)  # type: ignore[arg-type]
        return ast.Compare(item, [ast.In()], [container])

    def _read_global(self, op: Call) -> ast.expr:
        name, namespace = (constant(a) for a in op.args)  # type: ignore[arg-type]
        return self.references.global_name(name, namespace)

    def _shape(self, op: Call) -> ast.expr:
        obj = op.args[0]
        t = type_of_operand(obj)  # type: ignore[arg-type]
        if isinstance(t, Array) and t.axes and len(op.args) == 1:
            return ast.Attribute(self.operand(obj), "shape", ast.Load())  # type: ignore[arg-type]
        return ast.Call(self.references.to(np.shape), *self._arguments(op, 0))

    def _transpose(self, op: Call) -> ast.expr:
        obj = op.args[0]
        t = type_of_operand(obj)  # type: ignore[arg-type]
        if isinstance(t, Array) and t.axes and len(op.args) == 1 and not op.kwargs:
            return ast.Attribute(self.operand(obj), "T", ast.Load())  # type: ignore[arg-type]
        return ast.Call(self.references.to(np.transpose), *self._arguments(op, 0))

    def _f_string(self, template: primitives.FString, args: list[Operand]) -> ast.expr:
        values = iter(args)
        parts: list[ast.expr] = []
        for piece in template.pieces:
            if isinstance(piece, str):
                parts.append(ast.Constant(piece))
            else:
                spec = ast.JoinedStr([ast.Constant(piece[1])]) if piece[1] else None
                parts.append(ast.FormattedValue(self.operand(next(values)), piece[0], spec))
        return ast.JoinedStr(parts)


_OF_UNBOUND = (
    runtime.zeros_like,
    runtime.project,
    runtime.copy,
    runtime.copy_apart,
)  # which give something also for what has no value
_SPECIAL: frozenset[Callable[..., Any]] = frozenset({
    primitives.make_tuple, primitives.make_list, primitives.make_set, primitives.make_dict, primitives.call_method,
    primitives.read_global, primitives.lookup, getattr, operator.getitem, operator.contains, np.shape, np.transpose,
})  # fmt: skip


_METHOD_NAMES = {fn: name for name, fn in METHODS.items() if fn.__module__ == METHODS["astype"].__module__}


def _is_bool(operand: Operand) -> bool:
    t = type_of_operand(operand)
    return getattr(t, "kind", None) == "bool"


def _bool_op(op: ast.boolop, left: ast.expr, right: ast.expr) -> ast.expr:
    parts = [*(left.values if isinstance(left, ast.BoolOp) and type(left.op) is type(op) else [left]), right]
    return ast.BoolOp(op, parts)


def _may_be_none(t: Type) -> bool:
    """Whether None may be the value of a variable."""
    is_unknown = isinstance(t, Unknown) and not isinstance(t, Numeric)
    return is_unknown or isinstance(t, Maybe) or t == InstanceType(type(None))


def _none_or_unbound(variable: Value) -> UnsupportedSyntaxError:
    """The error of reading a variable that starts as None for not being bound, and may be None when it is."""
    what = f"a variable that may not be bound, and may be None: `{variable.name}`"
    return UnsupportedSyntaxError(what, None, f"assign it before: `{variable.name} = None`")
