"""Lowers expressions to ops, operand by operand in Python's order of evaluation.

Whatever Python may skip (`and`, `or`, the arms of a conditional expression, the end of a comparison chain) goes into
the region of an `If`, so nothing is ever evaluated early, twice or needlessly.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Container
from typing import Any

import gast

from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.frontend.builder import FALSE, NONE, TRUE, Builder
from s2s_ad.frontend.scope import assigned_names, captured_names, is_item_of_vars, is_super
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Parameter, Star, Value

BINARY: dict[type, Callable[..., Any]] = {
    gast.Add: operator.add,
    gast.Sub: operator.sub,
    gast.Mult: operator.mul,
    gast.Div: operator.truediv,
    gast.FloorDiv: operator.floordiv,
    gast.Mod: operator.mod,
    gast.Pow: operator.pow,
    gast.MatMult: operator.matmul,
    gast.BitAnd: operator.and_,
    gast.BitOr: operator.or_,
    gast.BitXor: operator.xor,
    gast.LShift: operator.lshift,
    gast.RShift: operator.rshift,
}
AUGMENTED: dict[type, Callable[..., Any]] = {
    kind: getattr(operator, "i" + fn.__name__.rstrip("_")) for kind, fn in BINARY.items()
}
UNARY: dict[type, Callable[..., Any]] = {
    gast.USub: operator.neg,
    gast.UAdd: operator.pos,
    gast.Invert: operator.invert,
    gast.Not: operator.not_,
}
COMPARE: dict[type, Callable[..., Any]] = {
    gast.Eq: operator.eq,
    gast.NotEq: operator.ne,
    gast.Lt: operator.lt,
    gast.LtE: operator.le,
    gast.Gt: operator.gt,
    gast.GtE: operator.ge,
    gast.Is: operator.is_,
    gast.IsNot: operator.is_not,
}
TAKE_ALL_CALLS = ("dict", "frozenset", "list", "max", "min", "set", "sorted", "sum", "tuple")
TAKE_ALL_METHODS = ("fsum", "join", "prod")
SHORT_CIRCUIT_CALLS = {"any": TRUE, "all": FALSE}


class ExpressionLowering(Builder):
    """One method for each kind of expression node."""

    locals: set[str]
    parameters: tuple[Parameter, ...]
    cells: dict[str, primitives.Cell]
    comprehensions = 0

    def read(self, name: str, node: gast.AST) -> Operand:
        """The value of a variable, of whatever scope."""
        raise NotImplementedError

    def make_function(self, node: gast.AST) -> Operand:
        """The closure that a lambda or a nested `def` makes."""
        raise NotImplementedError

    def expression(self, node: gast.AST) -> Operand:
        """Lower one expression."""
        method: Callable[[Any], Operand] = getattr(self, "_" + type(node).__name__.lower())
        return method(node)

    def _constant(self, node: gast.Constant) -> Operand:
        return Const(node.value)

    def _name(self, node: gast.Name) -> Operand:
        return self.read(node.id, node)

    def _binop(self, node: gast.BinOp) -> Operand:
        left, terms = node, []
        while isinstance(left, gast.BinOp):
            terms.append(left)
            left = left.left
        value = self.expression(left)
        for term in reversed(terms):
            value = self.emit(term, BINARY[type(term.op)], value, self.expression(term.right))
        return value

    def _unaryop(self, node: gast.UnaryOp) -> Operand:
        operand = self.expression(node.operand)
        if (
            isinstance(node.op, gast.USub)
            and isinstance(operand, Const)
            and type(operand.value) in (int, float, complex)
        ):
            return Const(-operand.value)
        return self.emit(node, UNARY[type(node.op)], operand)

    def _boolop(self, node: gast.BoolOp) -> Operand:
        return self._bool_rest(node, self.expression(node.values[0]), node.values[1:])

    def _bool_rest(self, node: gast.BoolOp, first: Operand, rest: list[gast.AST]) -> Operand:
        if not rest:
            return first

        def more() -> Operand:
            return self._bool_rest(node, self.expression(rest[0]), rest[1:])

        sides = (more, lambda: first) if isinstance(node.op, gast.And) else (lambda: first, more)
        return self._merged(node, first, *sides)

    def _merged(
        self, node: gast.AST, test: Operand, then: Callable[[], Operand], orelse: Callable[[], Operand]
    ) -> Operand:
        value = self.branch(node, test, then, orelse)
        assert value is not None
        return value

    def _ifexp(self, node: gast.IfExp) -> Operand:
        test = self.expression(node.test)
        return self._merged(node, test, lambda: self.expression(node.body), lambda: self.expression(node.orelse))

    def _compare(self, node: gast.Compare) -> Operand:
        return self._compare_rest(node, self.expression(node.left), 0)

    def _compare_rest(self, node: gast.Compare, left: Operand, i: int) -> Operand:
        right = self.expression(node.comparators[i])
        result = self._compare_pair(node, node.ops[i], left, right)
        if i + 1 == len(node.ops):
            return result
        return self._merged(node, result, lambda: self._compare_rest(node, right, i + 1), lambda: result)

    def _compare_pair(self, node: gast.AST, op: gast.AST, left: Operand, right: Operand) -> Operand:
        if isinstance(op, (gast.In, gast.NotIn)):
            found = self.emit(node, operator.contains, right, left)
            return found if isinstance(op, gast.In) else self.emit(node, operator.not_, found)
        return self.emit(node, COMPARE[type(op)], left, right)

    def _namedexpr(self, node: gast.NamedExpr) -> Operand:
        value = self.expression(node.value)
        self.bind(node.target.id, value)
        return value

    def _joinedstr(self, node: gast.JoinedStr) -> Operand:
        pieces: list[str | tuple[int, str]] = []
        values = []
        for part in node.values:
            if isinstance(part, gast.Constant):
                pieces.append(part.value)
                continue
            values.append(self.expression(part.value))
            pieces.append((part.conversion, self._format_spec(part.format_spec)))
        return self.emit(node, primitives.FString(tuple(pieces)), *values)

    def _format_spec(self, spec: gast.AST | None) -> str:
        if spec is None:
            return ""
        if not all(isinstance(v, gast.Constant) for v in spec.values):
            raise UnsupportedSyntaxError(
                "a computed format specification", self.span(spec), "use format(value, spec) instead"
            )
        return "".join(v.value for v in spec.values)

    def _items(self, nodes: list[gast.AST]) -> list[Operand | Star]:
        return [self._spread(n.value) if isinstance(n, gast.Starred) else self.expression(n) for n in nodes]

    def _spread(self, node: gast.AST) -> Star:
        if isinstance(node, (gast.ListComp, gast.GeneratorExp)):
            node.unroll = True  # its length is to be known
            return Star(self._listcomp(node))
        return Star(self.expression(node))

    def _tuple(self, node: gast.Tuple) -> Operand:
        return self.emit(node, primitives.make_tuple, *self._items(node.elts))

    def _list(self, node: gast.List) -> Operand:
        return self.emit(node, primitives.make_list, *self._items(node.elts))

    def _set(self, node: gast.Set) -> Operand:
        return self.emit(node, primitives.make_set, *self._items(node.elts))

    def _dict(self, node: gast.Dict) -> Operand:
        parts: list[Operand] = []
        items: list[Operand] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                parts += [self.emit(node, primitives.make_dict, *items), self.expression(value)]
                items = []
            else:
                items += [self.expression(key), self.expression(value)]
        last = self.emit(node, primitives.make_dict, *items)
        return self.emit(node, primitives.merge_dicts, *parts, last) if parts else last

    def _subscript(self, node: gast.Subscript) -> Operand:
        if is_item_of_vars(node) and self._is_builtin(node.value.func, ("vars",)):
            obj, key = self.expression(node.value.args[0]), self.expression(node.slice)
            return self.emit(node, primitives.own_attribute, obj, key)
        return self.emit(node, operator.getitem, self.expression(node.value), self.expression(node.slice))

    def _slice(self, node: gast.Slice) -> Operand:
        bounds = [NONE if b is None else self.expression(b) for b in (node.lower, node.upper, node.step)]
        return self.emit(node, slice, *bounds)

    def _attribute(self, node: gast.Attribute) -> Operand:
        if self._is_super(node.value):
            return self.emit(node, primitives.super_attribute, *self._super(node.value), Const(node.attr))
        return self.emit(node, getattr, self.expression(node.value), Const(node.attr))

    def _call(self, node: gast.Call) -> Operand:
        fn = node.func
        if isinstance(fn, gast.Attribute) and self._is_super(fn.value):
            args = [*self._super(fn.value), Const(fn.attr), *self._arguments(node)]
            return self.call(node, primitives.super_method, args, self._keywords(node))[0]
        if isinstance(fn, gast.Attribute) and fn.attr == "update" and getattr(fn.value, "attr", None) == "__dict__":
            args = [self.expression(fn.value.value), *self._arguments(node)]
            return self.call(node, primitives.update_attributes, args, self._keywords(node))[0]
        if isinstance(fn, gast.Attribute):
            obj = self.expression(fn.value)
            args = self._arguments(node)
            return self.call(node, primitives.call_method, [obj, Const(fn.attr), *args], self._keywords(node))[0]
        if self._is_short_circuit(node):
            return self._any_or_all(node)
        target = self.expression(fn)
        args = self._arguments(node)
        return self.call(node, target, args, self._keywords(node))[0]

    def _is_super(self, node: gast.AST) -> bool:
        return is_super(node) and self._is_builtin(node.func, ("super",))

    def _super(self, node: gast.Call) -> list[Operand]:
        """The class and the object of a `super`: where none are given, those of the method that it stands in."""
        if node.args:
            return [self.expression(a) for a in node.args]
        if not self.parameters or self.comprehensions:
            raise UnsupportedSyntaxError(
                "`super()` outside of a method", self.span(node), "name the class and the object: `super(Base, self)`"
            )
        return [self.read("__class__", node), self.read(self.parameters[0].name, node)]

    def _arguments(self, node: gast.Call) -> list[Operand | Star]:
        if len(node.args) == 1 and isinstance(node.args[0], gast.GeneratorExp) and self._uses_up(node.func):
            return [self._listcomp(node.args[0])]
        return self._items(node.args)

    def _keywords(self, node: gast.Call) -> tuple[tuple[str | None, Operand], ...]:
        return tuple((k.arg, self.expression(k.value)) for k in node.keywords)

    def _is_short_circuit(self, node: gast.Call) -> bool:
        generator = len(node.args) == 1 and isinstance(node.args[0], gast.GeneratorExp)
        return generator and self._is_builtin(node.func, SHORT_CIRCUIT_CALLS)

    def _uses_up(self, fn: gast.AST) -> bool:
        """Whether a callee takes all items of an iterator at once."""
        method = isinstance(fn, gast.Attribute) and fn.attr in TAKE_ALL_METHODS
        return method or self._is_builtin(fn, TAKE_ALL_CALLS)

    def _is_builtin(self, fn: gast.AST, names: Container[str]) -> bool:
        """Whether an expression means the builtin of one of `names`."""
        if not isinstance(fn, gast.Name) or fn.id not in names or self.is_bound(fn.id):
            return False
        builtin = getattr(builtins, fn.id)
        return self.source.fn.__globals__.get(fn.id, builtin) is builtin

    def is_bound(self, name: str) -> bool:
        """Whether a function here or around here has a variable of this name."""
        raise NotImplementedError

    def _generatorexp(self, node: gast.GeneratorExp) -> Operand:
        """A generator that is called at once, with the first iterable, which is evaluated here."""
        first, *rest = node.generators
        name = "items"
        while any(getattr(n, "id", None) == name for n in gast.walk(node)):
            name += "_"
        source = gast.Name(name, gast.Load(), None, None)
        inner = gast.comprehension(first.target, gast.copy_location(source, first.iter), first.ifs, first.is_async)
        body = gast.copy_location(gast.ListComp(node.elt, [inner, *rest]), node)
        parameter = gast.copy_location(gast.Name(name, gast.Param(), None, None), node)
        made = gast.Lambda(gast.arguments([parameter], [], None, [], [], None, []), body)
        made.generator = True
        iterable = self.expression(first.iter)
        return self.call(node, self.make_function(gast.copy_location(made, node)), [iterable])[0]

    def _any_or_all(self, node: gast.Call) -> Operand:
        """`any(generator)` stops at the first true item, `all(generator)` at the first false one."""
        found = SHORT_CIRCUIT_CALLS[node.func.id]
        missed = FALSE if found is TRUE else TRUE
        accumulator = f"%{node.func.id}"

        def finish() -> None:
            self.env.update({accumulator: found, "%stop": TRUE, "%exit": TRUE})

        def element() -> None:
            test = self.expression(node.args[0].elt)
            self.branch(node, test, *((finish, _nothing) if found is TRUE else (_nothing, finish)))

        return self._generate(node, node.args[0].generators, accumulator, missed, element)

    def _listcomp(self, node: gast.ListComp | gast.GeneratorExp) -> Operand:
        def element() -> None:
            version = self.emit(node.elt, primitives.append, self.env["%items"], self.expression(node.elt))
            self.env["%items"] = version

        return self._generate(node, node.generators, "%items", self.emit(node, primitives.make_list), element)

    def _setcomp(self, node: gast.SetComp) -> Operand:
        return self.emit(node, set, self._listcomp(node))

    def _dictcomp(self, node: gast.DictComp) -> Operand:
        pair = gast.Tuple([node.key, node.value], gast.Load())
        pairs = gast.ListComp(gast.copy_location(pair, node.key), node.generators)
        pairs.unroll = True  # its keys are to be known
        return self.emit(node, dict, self._listcomp(gast.copy_location(pairs, node)))

    def _generate(
        self, node: gast.AST, generators: list[Any], accumulator: str, start: Operand, element: Callable[[], None]
    ) -> Operand:
        """Run `element` for each item; its targets are local to the comprehension, the accumulator is the value."""
        targets = assigned_names(g.target for g in generators)
        iterable = self.expression(generators[0].iter)  # which belongs to the scope around the comprehension
        hidden = {name: self.env.pop(name, None) for name in (*targets, accumulator)}
        outer_cells = {name: self.cells.pop(name, None) for name in targets}
        outer_locals = self.locals
        self.locals = outer_locals | set(targets)
        self.env[accumulator] = start
        kept = [n for n in targets if n in captured_names(node, generators=False)]
        walrus = [n for n in assigned_names([node]) if n not in targets]
        self.changed(node, kept, anew=True)
        self.comprehensions += 1
        self._generators(node, generators, iterable, [accumulator, *walrus, *kept], element)
        self.comprehensions -= 1
        value = self.env[accumulator]
        self.locals = outer_locals
        for name, operand in hidden.items():
            self.env.pop(name, None)
            if operand is not None:
                self.env[name] = operand
        for name, cell in outer_cells.items():
            self.cells.pop(name, None)
            if cell is not None:
                self.cells[name] = cell
        return value

    def _generators(
        self, node: gast.AST, generators: list[Any], iterable: Operand, carried: list[str], element: Callable[[], None]
    ) -> None:
        first, rest = generators[0], generators[1:]

        def inside() -> None:
            if not rest:
                element()
            else:
                self._generators(node, rest, self.expression(rest[0].iter), carried, element)

        def body(item: Value | None) -> None:
            assert item is not None
            self.assign(first.target, item)
            self._filtered(node, first.ifs, inside)

        self.loop(node, iterable, carried, body)

    def _filtered(self, node: gast.AST, tests: list[Any], then: Callable[[], None]) -> None:
        if not tests:
            then()
            return
        test = self.expression(tests[0])
        self.branch(node, test, lambda: self._filtered(node, tests[1:], then), _nothing)

    def _lambda(self, node: gast.Lambda) -> Operand:
        return self.make_function(node)

    def assign(self, target: gast.AST, value: Operand) -> None:
        """Bind the names in an assignment target."""
        if isinstance(target, gast.Name):
            self.bind(target.id, value)
        elif isinstance(target, gast.Subscript):
            obj, index = self.expression(target.value), self.expression(target.slice)
            self.emit(target, primitives.store, obj, index, value)
        elif isinstance(target, (gast.Tuple, gast.List)):
            self._unpack(target, value)
        else:
            self.emit(target, setattr, self.expression(target.value), Const(target.attr), value)

    def _unpack(self, target: gast.Tuple, value: Operand) -> None:
        star = next((i for i, t in enumerate(target.elts) if isinstance(t, gast.Starred)), None)
        before, after = (len(target.elts), None) if star is None else (star, len(target.elts) - star - 1)
        shape = primitives.Unpack(before, after)
        items = self.call(target, shape, [value], results=shape.count)
        for part, item in zip(target.elts, items, strict=True):
            self.assign(part.value if isinstance(part, gast.Starred) else part, item)


def _nothing() -> None:
    return None


__all__ = ["AUGMENTED", "BINARY", "UNDEFINED", "ExpressionLowering"]
