"""Specializes untyped IR for known argument types: type inference by abstract evaluation.

The ops are run over types. What is known at compile time is folded, an `if` on a constant keeps one side, a loop is
repeated until the types of what it carries no longer grow, methods become the functions they stand for, nested
functions and helpers of rules are spliced in, and calls of user functions are resolved to an `Instance`. The same
machinery writes the adjoint code, so that it is typed and folded as it is made.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from s2s_ad.analysis import array_types
from s2s_ad.analysis.aliasing import check_aliasing
from s2s_ad.analysis.axis_names import AxisNames
from s2s_ad.analysis.binding import bind_arguments
from s2s_ad.analysis.calls import HANDLERS, refuse_writes
from s2s_ad.analysis.effects import is_pure
from s2s_ad.analysis.guards import MISSING
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.program import Instance, Lowered, Program, lowered
from s2s_ad.analysis.python_types import iterated
from s2s_ad.analysis.typing import result_type
from s2s_ad.errors import ADError, Span, UnsupportedSyntaxError
from s2s_ad.frontend.source import LiveNames
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, For, Function, If, Op, Operand, Star, Value, While
from s2s_ad.ir.types import (
    NEVER,
    UNKNOWN,
    Array,
    Closure,
    Dict,
    List,
    Number,
    Tuple,
    Type,
    join,
    type_of,
)
from s2s_ad.ir.types import (
    Instance as InstanceType,
)
from s2s_ad.rules.registry import registry

_TYPES = (array_types,)  # fills the table of `typing`
_MAX_ROUNDS = 8
_MAX_NESTING = 20
_FOLDABLE = (int, float, complex, bool, str, bytes, type(None), np.dtype, slice, type(Ellipsis))


class Specializer:
    """Evaluates untyped ops over operands of known type, and emits typed ops."""

    def __init__(self, program: Program, names: LiveNames | None = None) -> None:
        self.program = program
        self.names = names
        self.env: dict[Value, Operand] = {}
        self.ops: list[Op] = []
        self.span: Span | None = None
        self.dead = False
        self.captured: dict[Value, tuple[Operand, ...]] = {}
        self.running: list[Function] = []
        self.definitions: dict[Value, Call] = {}
        self.retarget: Callable[[Any, list[Operand]], Any] | None = None
        self.simplify: Callable[[Any, list[Operand], dict[str, Operand]], Operand | list[Operand]] | None = None
        self.in_adjoint = False
        self.hidden = 0  # how deep in code that counts as that of the call it is for

    # evaluation

    def operand(self, operand: Operand) -> Operand:
        """What an operand of the untyped code has become."""
        return self.env[operand] if isinstance(operand, Value) else operand

    def block(self, block: Block) -> list[Operand]:
        """Evaluate the ops of a block; its parameters are bound already."""
        for op in block.ops:
            if self.dead:
                return [UNDEFINED] * len(block.results)
            if not self.hidden:
                self.span = op.span or self.span
            match op:
                case Call():
                    self._call(op)
                case If():
                    self._if(op)
                case For() | While():
                    self._loop(op)
        return [UNDEFINED] * len(block.results) if self.dead else [self.operand(r) for r in block.results]

    @contextmanager
    def region(self) -> Iterator[list[Op]]:
        """Emit into a list of its own."""
        outer_ops, outer_dead, span = self.ops, self.dead, self.span
        self.ops, self.dead = [], False
        try:
            yield self.ops
        finally:
            self.ops, self.dead, self.span = outer_ops, outer_dead, span

    def _if(self, op: If) -> None:
        test = self.operand(op.test)
        known = self.truth(test)
        if known is not None:
            side = op.then if known else op.orelse
            self.env.update(zip(op.results, self.block(side), strict=True))
            return
        if isinstance(test, Value) and isinstance(test.type, List):
            test = self.apply(bool, [test])  # whether it is empty now; the list itself may grow
        sides, dead = [], []
        for region in (op.then, op.orelse):
            with self.region() as ops:
                results = self.block(region)
                dead.append(self.dead)
            sides.append((ops, results))
        self.dead = self.dead or all(dead)
        self._merge(op, test, sides, dead)

    def truth(self, test: Operand) -> bool | None:
        """The truth of a test that is known at compile time."""
        if isinstance(test, Const):
            return bool(test.value)
        t = test.type
        return bool(t.items) if isinstance(t, Tuple) and t.cls is tuple else None

    def _merge(self, op: If, test: Operand, sides: list[tuple[list[Op], list[Operand]]], dead: list[bool]) -> None:
        """What the sides give; after a side that raises, there is only what the other side gives."""
        (then_ops, then), (else_ops, orelse) = sides
        inside = {v for ops, _ in sides for o in ops for v in o.results}
        results, pairs = [], []
        for value, a, b in zip(op.results, then, orelse, strict=True):
            if _same(a, b) or (dead[0] and b not in inside) or (dead[1] and a not in inside):
                self.env[value] = b if dead[0] else a
                continue
            merged = Value(value.name, join(type_of_operand(a), type_of_operand(b)))
            merged.unbound = (_unbound(a) and not dead[0]) or (_unbound(b) and not dead[1])
            self.env[value] = merged
            results.append(merged)
            pairs.append((a, b))
        then_block = Block((), tuple(then_ops), tuple(a for a, _ in pairs))
        else_block = Block((), tuple(else_ops), tuple(b for _, b in pairs))
        self.ops.append(If(tuple(results), test, then_block, else_block, span=op.span))

    def _loop(self, op: For | While) -> None:
        iterable = self.operand(op.iterable) if isinstance(op, For) else None
        if isinstance(op, For) and iterable is not None and _falls_through(op.body):
            items = self.static_items(iterable)
            if items is not None and (self.hidden or any(isinstance(i, Const) and callable(i.value) for i in items)):
                self._unroll(op, items)
                return
        inits = [self.operand(i) for i in op.inits]
        types = [_widen(type_of_operand(i)) for i in inits]
        item_type = None if iterable is None else iterated(type_of_operand(iterable))
        for attempt in range(_MAX_ROUNDS):
            params, ops, outs = self._loop_body(op, item_type, types, inits)
            found = [join(t, _widen(type_of_operand(o))) for t, o in zip(types, outs[1:], strict=True)]
            if found == types:
                break
            last = attempt >= _MAX_ROUNDS - 3
            types = [UNKNOWN if last and f != t else f for f, t in zip(found, types, strict=True)]
        results = tuple(Value(r.name, t, unbound=_unbound(i)) for r, t, i in zip(op.results, types, inits, strict=True))
        self.env.update(zip(op.results, results, strict=True))
        body = Block(params, tuple(ops), tuple(outs))
        if iterable is None:
            self.ops.append(While(results, tuple(inits), body, span=op.span))
        else:
            self.ops.append(For(results, iterable, tuple(inits), body, span=op.span))

    def _unroll(self, op: For, items: list[Operand]) -> None:
        """Repeat the body for each item of an iterable that is known at compile time."""
        carried = [self.operand(i) for i in op.inits]
        for item in items:
            self.env.update(zip(op.body.params, [item, *carried], strict=True))
            carried = self.block(op.body)[1:]
        self.env.update(zip(op.results, carried, strict=True))

    def static_items(self, iterable: Operand) -> list[Operand] | None:
        """The items of an iterable whose length is known at compile time, or None."""
        if isinstance(iterable, Const):
            is_static = isinstance(iterable.value, (tuple, range))
            return [Const(v) for v in iterable.value] if is_static else None
        made = self.definitions.get(iterable)
        fn = None if made is None else constant(made.target)
        if made is not None and fn in (primitives.make_tuple, primitives.make_list):
            return [a for a in made.args if not isinstance(a, Star)]
        if made is not None and fn is range and all(isinstance(a, Const) for a in made.args):
            return [Const(i) for i in range(*(a.value for a in made.args))]  # type: ignore[union-attr]
        if made is not None and fn in (zip, enumerate) and not made.kwargs:
            return self._static_rows(made)
        return self.items(iterable) if isinstance(iterable.type, Tuple) else None

    def _static_rows(self, made: Call) -> list[Operand] | None:
        """The items of a `zip` or an `enumerate` of static iterables."""
        parts = [self.static_items(a) for a in made.args if not isinstance(a, Star)]
        known = [p for p in parts if p is not None]
        if len(known) != len(parts) or len(parts) != len(made.args):
            return None
        if constant(made.target) is enumerate:
            known = [[Const(i) for i in range(len(known[0]))], *known]
            if len(known) != 2:
                return None
        return [self.apply(primitives.make_tuple, list(row)) for row in zip(*known, strict=False)]

    def _loop_body(
        self, op: For | While, item_type: Type | None, types: list[Type], inits: list[Operand]
    ) -> tuple[tuple[Value, ...], list[Op], list[Operand]]:
        all_types = types if item_type is None else [item_type, *types]
        params = tuple(Value(p.name, t) for p, t in zip(op.body.params, all_types, strict=True))
        for param, init in zip(params[len(params) - len(inits) :], inits, strict=True):
            param.unbound = _unbound(init)
        self.env.update(zip(op.body.params, params, strict=True))
        with self.region() as ops:
            outs = self.block(op.body)
        return params, ops, outs

    def _call(self, op: Call) -> None:
        target = self.operand(op.target)
        if isinstance(target, Const) and target.value is primitives.make_list and self._has_open_star(op.args):
            self.env[op.results[0]] = self._joined_list(op.args)
            return
        args = self._expand(op.args)
        kwargs = self._expand_keywords(op.kwargs)
        if isinstance(target, Const) and isinstance(target.value, primitives.Unpack):
            names = tuple(r.name for r in op.results)
            self.env.update(zip(op.results, self.unpack(target.value, args[0], names), strict=True))
            return
        result = self.apply(target, args, kwargs, op.results[0].name)
        self.env[op.results[0]] = result

    def _expand(self, args: Sequence[Operand | Star]) -> list[Operand]:
        found: list[Operand] = []
        for arg in args:
            if isinstance(arg, Star):
                found += self.items(self.operand(arg.operand))
            else:
                found.append(self.operand(arg))
        return found

    def _has_open_star(self, args: Sequence[Operand | Star]) -> bool:
        """Whether a sequence of a length known only at run time is unpacked."""
        stars = [self.operand(a.operand) for a in args if isinstance(a, Star)]
        return any(
            isinstance(s, Value) and not isinstance(s.type, Tuple) and self.static_items(s) is None for s in stars
        )

    def _joined_list(self, args: Sequence[Operand | Star]) -> Operand:
        """`[a, *b, c]` as `[a] + list(b) + [c]`."""
        parts = [
            self.apply(list, [self.operand(a.operand)])
            if isinstance(a, Star)
            else self.apply(primitives.make_list, [self.operand(a)])
            for a in args
        ]
        return functools.reduce(lambda a, b: self.apply(operator.add, [a, b]), parts)

    def items(self, sequence: Operand) -> list[Operand]:
        """The items of a sequence whose length is known at compile time."""
        if isinstance(sequence, Const):
            return [Const(v) for v in sequence.value]
        made = self.definitions.get(sequence)
        if made is not None and constant(made.target) in (primitives.make_tuple, primitives.make_list):
            return [a for a in made.args if not isinstance(a, Star)]
        parts = sequence.type.items if isinstance(sequence.type, (Tuple, List)) else None
        if parts is None:
            raise UnsupportedSyntaxError(
                "unpacking a sequence whose length is not known at compile time",
                self.span,
                "index the items, loop over them, or pass a tuple",
            )
        return [self.apply(operator.getitem, [sequence, Const(i)]) for i in range(len(parts))]

    def _expand_keywords(self, kwargs: Sequence[tuple[str | None, Operand]]) -> dict[str, Operand]:
        found: dict[str, Operand] = {}
        for name, source in kwargs:
            operand = self.operand(source)
            if name is not None:
                found[name] = operand
                continue
            t = type_of_operand(operand)
            if not isinstance(t, Dict):
                raise UnsupportedSyntaxError(
                    "`**` of a mapping whose keys are not known at compile time", self.span, "name the arguments"
                )
            found |= {str(k): self.apply(operator.getitem, [operand, Const(k)]) for k in t.keys}
        return found

    def unpack(
        self, shape: primitives.Unpack, value: Operand, names: tuple[str | None, ...] | None = None
    ) -> list[Operand]:
        """The values of the targets of an unpacking assignment."""
        t = type_of_operand(value)
        names = names or (None,) * shape.count
        made = self.definitions.get(value) if isinstance(value, Value) else None
        is_whole = made is None or constant(made.target) is not primitives.make_tuple
        if isinstance(value, Value) and isinstance(t, Tuple) and is_whole and shape.after is None:
            if len(t.items) != shape.count:
                return self._raise_unpacking(shape, len(t.items))
            values = tuple(map(Value, names, t.items))
            self.ops.append(Call(values, Const(shape), (value,), span=self.span))
            return list(values)
        if isinstance(value, Const) or isinstance(t, Tuple):
            parts = self.items(value)
            if len(parts) < shape.count - (shape.after is not None) or (
                shape.after is None and len(parts) > shape.count
            ):
                return self._raise_unpacking(shape, len(parts))
            if shape.after is None:
                return [_named(p, n) if p in self.definitions else p for p, n in zip(parts, names, strict=True)]
            stop = len(parts) - shape.after
            middle = self.apply(primitives.make_list, parts[shape.before : stop])
            return [*parts[: shape.before], middle, *parts[stop:]]
        item = iterated(t)
        types = [item] * shape.count
        if isinstance(t, List) and t.items is not None and shape.after is None and len(t.items) == shape.count:
            types = list(t.items)
        if shape.after is not None:
            types[shape.before] = List(item)
        values = tuple(map(Value, names, types))
        self.ops.append(Call(values, Const(shape), (value,), span=self.span))
        return list(values)

    def _raise_unpacking(self, shape: primitives.Unpack, found: int) -> list[Operand]:
        """What Python raises where the number of values is another one than that of the targets."""
        least = shape.count - (shape.after is not None)
        if found > least:
            message = f"too many values to unpack (expected {least})"
        else:
            what = "expected" if shape.after is None else "expected at least"
            message = f"not enough values to unpack ({what} {least}, got {found})"
        self._raise(ValueError, message)
        return [UNDEFINED] * shape.count

    def _raise(self, kind: type[Exception], message: str) -> None:
        """Raise an error when control gets here."""
        error = self.emit(kind, [Const(message)], None, InstanceType(kind))
        self.emit(primitives.raise_, [error], None, NEVER)
        self.dead = True

    # calls

    def apply(
        self, target: Any, args: list[Operand], kwargs: dict[str, Operand] | None = None, name: str | None = None
    ) -> Operand:
        """The result of a call, folded, spliced in or emitted."""
        kwargs = kwargs or {}
        if isinstance(target, Value):
            return self._apply_value(target, args, kwargs)
        fn = target.value if isinstance(target, Const) else target
        if self.retarget is not None:
            fn = self.retarget(fn, args)
        if self.simplify is not None and _is_hashable(fn):
            simpler = self.simplify(fn, args, kwargs)
            if not isinstance(simpler, list):
                return simpler
            args = simpler
        handler = HANDLERS.get(fn) if _is_hashable(fn) else None
        if handler is not None:
            result = handler(self, args, kwargs)
            if result is not None:
                return _named(result, name)
        if isinstance(fn, primitives.MakeClosure):
            return self._make_closure(fn, args)
        if isinstance(fn, primitives.FString):
            return self.emit(fn, args, None, InstanceType(str), name)
        if isinstance(fn, type) and issubclass(fn, BaseException):
            return self.emit(fn, args, kwargs, InstanceType(fn), name)
        folded = self.fold(fn, args, kwargs)
        if folded is not None:
            return folded
        if registry.get(fn) is not None and isinstance(fn, FunctionType) and not _is_library(fn):
            return self.emit(fn, args, kwargs, self._type_of_body(fn, args, kwargs), name)
        if registry.get(fn) is None:
            if isinstance(fn, functools.partial):
                first = [self.held(fn.args, i) for i in range(len(fn.args))]
                named = {k: self.held(fn.keywords, k) for k in fn.keywords}
                return self.apply(fn.func, [*first, *args], {**named, **kwargs})
            wrapped = getattr(fn, "__s2s_ad_function__", None)
            if wrapped is not None:
                return self.apply(wrapped, args, kwargs, name)
            if isinstance(fn, MethodType) and isinstance(fn.__func__, FunctionType):
                return self.apply(fn.__func__, [Const(fn.__self__), *args], kwargs, name)
            if isinstance(fn, FunctionType) and not _is_library(fn):
                return self._call_function(lowered(fn), args, kwargs, name)
        refuse_writes(self, fn, args, kwargs)
        self._refuse_escape(args, kwargs)
        return self.emit(fn, args, kwargs, result_type(fn, tuple(args), kwargs), name)

    def _refuse_escape(self, args: list[Operand], kwargs: dict[str, Operand]) -> None:
        """A nested function is no object in generated code, so none can be handed to foreign code."""
        for operand in (*args, *kwargs.values()):
            if isinstance(operand, Value) and isinstance(operand.type, Closure):
                raise UnsupportedSyntaxError(
                    f"the nested function `{operand.type.code.name}` as an argument of a function that is not Python",
                    self.span,
                    "write the loop out, or define the function at the top of the module",
                )

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
        if registry.get(fn) is None and fn not in _PURE_PRIMITIVES:
            return None
        try:
            with np.errstate(all="raise"):
                value = fn(*(constant(a) for a in args), **{k: constant(v) for k, v in kwargs.items()})
        except Exception:  # it will be raised when the program runs, in its place
            return None
        return Const(value) if _is_foldable(value) else None

    def _apply_value(self, target: Value, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
        if isinstance(target.type, Closure):
            return self._call_closure(target, target.type.code, args, kwargs)
        return self.emit(target, args, kwargs, UNKNOWN)

    def _make_closure(self, made: primitives.MakeClosure, captured: list[Operand]) -> Operand:
        t = Closure(made.code, tuple(type_of_operand(c) for c in captured))
        value = self.emit(made, captured, None, t, made.code.name)
        self.captured[value] = tuple(captured)
        self.program.names_of[made.code] = self.names
        return value

    def captured_by(self, closure: Value) -> tuple[Operand, ...]:
        """The variables that a closure has captured."""
        known = self.captured.get(closure)
        if known is None:
            assert isinstance(closure.type, Closure)
            known = tuple(
                self.emit(operator.getitem, [closure, Const(i)], None, t) for i, t in enumerate(closure.type.captured)
            )
            self.captured[closure] = known
        return known

    def _call_closure(self, closure: Value, code: Function, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
        free = [n for n in code.free if n != code.name]
        values: dict[str, Operand] = dict(zip(free, self.captured_by(closure), strict=True))
        bound = self._bind(code, args, kwargs, lambda p: values["=" + p])
        values[code.name] = closure
        names = self.program.names_of[code]
        captured = [values[n] for n in code.free]
        if code.name in code.free:
            return self._call_instance(code.name, code, code, names, [*bound, *captured])
        return self.splice(code, [*bound, *captured], names)

    def splice(self, code: Function, args: Sequence[Operand], names: LiveNames | None) -> Operand:
        """Evaluate the body of another function here."""
        if self.running.count(code) > _MAX_NESTING:
            raise UnsupportedSyntaxError(f"`{code.name}` calls itself through another nested function", self.span)
        outer = self.env, self.names, self.span
        self.running.append(code)
        self.env, self.names = dict(zip(code.body.params, args, strict=True)), names
        try:
            # captured variables of an enclosing function stay visible to what is spliced in
            return self.block(code.body)[0]
        finally:
            self.env, self.names, self.span = outer
            self.running.pop()

    def _bind(
        self, code: Function, args: list[Operand], kwargs: dict[str, Operand], default: Callable[[str], Operand]
    ) -> list[Operand]:
        def make_dict(items: dict[str, Operand]) -> Operand:
            return self.apply(primitives.make_dict, [x for k, v in items.items() for x in (Const(k), v)])

        return bind_arguments(
            code, args, kwargs, default, (lambda items: self.apply(primitives.make_tuple, items), make_dict)
        )

    def _call_function(
        self, callee: Lowered, args: list[Operand], kwargs: dict[str, Operand], name: str | None
    ) -> Operand:
        fn = callee.fn
        self._guard_function(fn)
        bound = self.bind_call(callee, args, kwargs)
        if self.retarget is not None or fn.__module__.startswith("s2s_ad.rules."):
            self.hidden += 1
            try:
                return self.splice(callee.code, bound, callee.names)
            finally:
                self.hidden -= 1
        return self._call_instance(callee.code.name, fn, callee.code, callee.names, bound, name)

    def _guard_function(self, fn: FunctionType) -> None:
        """Rely on a callee's code and defaults."""
        if not fn.__module__.startswith("s2s_ad."):
            for part in ("__code__", "__defaults__", "__kwdefaults__"):
                self.program.guard(fn, part, getattr(fn, part))

    def _type_of_body(self, fn: FunctionType, args: list[Operand], kwargs: dict[str, Operand]) -> Type:
        """The result type of a primitive that is written in Python: it is not differentiated through, but typed."""
        if fn.__module__.startswith("s2s_ad."):
            return result_type(fn, tuple(args), kwargs)
        try:
            with self.region():
                return type_of_operand(self._call_function(lowered(fn), args, kwargs, None))
        except ADError:
            return UNKNOWN

    def bind_call(self, callee: Lowered, args: list[Operand], kwargs: dict[str, Operand]) -> list[Operand]:
        """An operand for each parameter of a Python function, and for each variable that it captures."""
        bound = self._bind(callee.code, args, kwargs, functools.partial(self._default, callee.fn))
        return [*bound, *(self._cell(callee, n) for n in callee.code.free)]

    def _default(self, fn: FunctionType, parameter: str) -> Operand:
        """The default of a parameter, from the table that the function has now."""
        if fn.__kwdefaults__ and parameter in fn.__kwdefaults__:
            return self.held(fn.__kwdefaults__, parameter)
        defaults = fn.__defaults__ or ()
        names = fn.__code__.co_varnames[: fn.__code__.co_argcount]
        return self.held(defaults, names.index(parameter) - len(names) + len(defaults))

    def held(self, holder: Any, key: Any) -> Operand:
        """An item of a table: a constant where it can never change, else data of a type that is guarded."""
        value = holder[key]
        if _is_immutable(value):
            if isinstance(holder, dict):
                self.program.guard(holder, key, value)
            return Const(value)
        self.program.guard(holder, key, type_of(value), by_type=True)
        return self.emit(primitives.identity, [Const(value)], None, type_of(value))

    def _cell(self, callee: Lowered, name: str) -> Operand:
        """A variable that a callee has captured: code is resolved now and guarded, data is read at run time."""
        cell = callee.names.closure[name]
        value = cell.cell_contents
        if is_code(value):
            self.program.guard(cell, "cell_contents", value)
            return Const(value)
        self.program.guard(cell, "cell_contents", type_of(value), by_type=True)
        return self.emit(getattr, [Const(cell), Const("cell_contents")], None, type_of(value), name)

    def _call_instance(
        self,
        label: str,
        origin: Any,
        code: Function,
        names: LiveNames | None,
        args: list[Operand],
        name: str | None = None,
    ) -> Operand:
        known = AxisNames()
        formal = [a if _is_static(a) else Value(None, known.canonical(_widen(type_of_operand(a)))) for a in args]
        instance = infer(self.program, label, origin, code, names, formal)
        kept = [a for a in args if not _is_static(a)]
        return self.emit(instance, kept, None, known.outside(instance.result_type), name)

    def read_global(self, name: str) -> Operand:
        """A global name: code is resolved now and guarded, data is read when control gets there."""
        names = self.names
        assert names is not None
        key = (id(names.globals), name)
        try:
            scope, value = names.lookup(name)
        except KeyError:
            self._raise(NameError, f"name {name!r} is not defined")
            return UNDEFINED
        if is_code(value):
            if str(names.globals.get("__name__")).startswith("s2s_ad.rules."):
                return Const(value)  # our own modules stay as they are
            self.program.guard(names.globals, name, MISSING if scope == "builtin" else value)
            return Const(value)
        t = type_of(value, ("global", *key))
        self.program.guard(names.globals, name, type_of(value), by_type=True)
        return self.emit(primitives.read_global, [Const(name), Const(names.globals)], None, t)


def infer(
    program: Program, label: str, origin: Any, code: Function, names: LiveNames | None, args: Sequence[Operand]
) -> Instance:
    """The instance of a function for arguments of these types; constants that are not data stay constants."""
    signature = tuple(("static", _static_key(constant(a))) if _is_static(a) else type_of_operand(a) for a in args)
    key = (id(code), signature)
    instance = program.instances.get(key)
    if instance is None:
        types = tuple(type_of_operand(a) for a in args if not _is_static(a))
        statics = tuple(a if _is_static(a) else None for a in args)
        instance = program.instances[key] = Instance(label, origin, code, names, types, statics)
        _infer_body(program, instance, args)
    elif instance.running:
        instance.recursive = True
        for inner in program.stack[program.stack.index(instance) + 1 :]:
            inner.provisional = True
    elif instance.provisional and instance.round != program.round and program.stack:
        _infer_body(program, instance, args)
    return instance


def _infer_body(program: Program, instance: Instance, args: Sequence[Operand]) -> None:
    """Repeat while the result type of a recursive function grows.

    What is inferred meanwhile rests on its provisional type, and is inferred again in each round.
    """
    instance.running = True
    program.stack.append(instance)
    for attempt in range(_MAX_ROUNDS):
        program.round += 1
        instance.round = program.round
        result, specializer = _evaluate_body(program, instance, args)
        before = instance.result_type
        instance.result_type = join(before, _widen(type_of_operand(result)))
        instance.pure = all(map(is_pure, specializer.ops))
        if not instance.recursive or instance.result_type == before:
            break
        if attempt == _MAX_ROUNDS - 3:
            instance.result_type = UNKNOWN
    program.stack.pop()
    instance.running = False
    check_aliasing(specializer.ops, result)


def _evaluate_body(program: Program, instance: Instance, args: Sequence[Operand]) -> tuple[Operand, Specializer]:
    specializer = Specializer(program, instance.names)
    params = [
        a if _is_static(a) else Value(p.name, _widen(type_of_operand(a)))
        for a, p in zip(args, instance.code.body.params, strict=True)
    ]
    result = specializer.splice(instance.code, params, instance.names)
    body = Block(tuple(p for p in params if isinstance(p, Value)), tuple(specializer.ops), (result,))
    code = instance.code
    instance.typed = Function(instance.name, code.parameters, code.free, body, code.span)
    return result, specializer


def is_code(value: Any) -> bool:
    """Whether a global is resolved at compile time: functions, classes, modules, and what steers the control flow."""
    if isinstance(value, (np.ndarray, np.generic, bool, int, float, complex, list, tuple, dict, set, range)):
        return False
    return callable(value) or isinstance(value, (ModuleType, str, bytes, type(None), np.dtype, slice, type(Ellipsis)))


def _is_immutable(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_immutable, value))
    return is_code(value) or isinstance(value, (bool, int, float, complex))


def _unbound(operand: Operand) -> bool:
    return operand.unbound if isinstance(operand, Value) else operand is UNDEFINED


def _falls_through(body: Block) -> bool:
    stop = body.results[0]
    return isinstance(stop, Const) and stop.value is False


def _is_static(operand: Operand) -> bool:
    """Whether an argument is compiled into the callee rather than passed."""
    return isinstance(operand, Const) and is_code(operand.value)


def _static_key(value: Any) -> Any:
    """A hashable stand-in for a static argument."""
    return repr(value) if isinstance(value, slice) else value if _is_hashable(value) else id(value)


def _is_library(fn: FunctionType) -> bool:
    root = (fn.__module__ or "").partition(".")[0]
    if root == "s2s_ad":
        return not fn.__module__.startswith("s2s_ad.rules.")
    return root in ("numpy", "scipy", "operator", "math", "functools", "itertools", "builtins")


_PURE_PRIMITIVES = {
    primitives.make_tuple,
    operator.getitem,
    operator.contains,
    slice,
    isinstance,
    len,
    str,
    float,
    int,
    bool,
    range,
    tuple,
}


def _is_foldable(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_foldable, value))
    return type(value) in _FOLDABLE or isinstance(value, (np.dtype, type))


def _is_hashable(fn: Any) -> bool:
    try:
        hash(fn)
    except TypeError:
        return False
    return True


def _same(a: Operand, b: Operand) -> bool:
    if a is b:
        return True
    if not (isinstance(a, Const) and isinstance(b, Const)):
        return False
    return a.value is b.value or (type(a.value) is type(b.value) and type(a.value) in _FOLDABLE and a.value == b.value)


def _widen(t: Type) -> Type:
    """The type without facts that one iteration has and the next may not."""
    return Number(t.kind) if isinstance(t, Number) else t


def _named(operand: Operand, name: str | None) -> Operand:
    if isinstance(operand, Value) and operand.name is None:
        operand.name = name
    return operand
