"""Calls of functions whose code is evaluated here: nested functions, methods, and what is spliced in."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from s2s_ad.analysis import methods, outside
from s2s_ad.analysis.binding import bind_arguments
from s2s_ad.analysis.cells import Scope, has_code, holds_function, is_bare
from s2s_ad.analysis.emission import Mark
from s2s_ad.analysis.loop_evaluation import LoopEvaluator
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.program import Lowered, lowered
from s2s_ad.analysis.statics import (
    is_static,
    same,
    unbound,
)
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.frontend.source import LiveNames
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, Function, If, Operand, Try, Value, While, operands, regions
from s2s_ad.ir.types import (
    Closure,
    Dict,
    List,
    Never,
    Static,
    Tuple,
    Type,
)

_CONTAINERS = (Tuple, List, Dict)
_MAX_NESTING = 20


class CallEvaluator(LoopEvaluator):
    """Binds arguments to parameters, and evaluates the bodies of functions."""

    def call_in_place(self, fn: FunctionType, args: list[Operand], kwargs: dict[str, Operand] | None = None) -> Operand:
        """The result of a call of a Python function whose code is evaluated here."""
        if fn in self.program.methods:
            return methods.call(self, fn, args, kwargs or {})
        callee, since = lowered(fn, self.program.followed), self.mark()
        outside.guard_function(self, fn)
        bound = self.bind_call(callee, args, kwargs or {})
        if self.has_raised(bound):
            return UNDEFINED
        return self.given_by(callee.code, self.splice(callee.code, bound, callee.names), bound, since)

    def bound_method(self, fn: FunctionType, obj: Operand) -> Operand:
        """A method with its object: a nested function that has captured the object, and the method's defaults."""
        if fn in self.program.methods:
            return methods.bind(self, fn, obj)
        callee = lowered(fn, self.program.followed)
        outside.guard_function(self, fn)
        code = self.program.bound.setdefault(callee.code, callee.code.bound())
        cells = [outside.cell(self, callee, n) for n in callee.code.free]
        defaults = [outside.default(self, fn, p.name) for p in code.parameters if p.has_default]
        value = self.make_closure(primitives.MakeClosure(code), [*cells, obj, *defaults])
        self.program.names_of[code] = callee.names
        return value

    def make_closure(
        self, made: primitives.MakeClosure, captured: list[Operand], other: Value | None = None
    ) -> Operand:
        """A nested function that has captured these variables, or those of the `other` one, as they are now."""
        t = Closure(made.code, tuple(map(_type_of_captured, captured)))
        value = self.emit(made, captured, None, t, made.code.name)
        self.captured[value] = tuple(captured)
        self.cells.capture(value, made, other)
        self.program.names_of[made.code] = self.names
        self.program.cells_of[made.code] = made.cells
        if made.attributes is not None:
            self.program.attributes_of[made.code] = made.attributes
        return value

    def attributes_of(self, closure: Value) -> Operand:
        """The object that has the attributes of a nested function."""
        assert isinstance(closure.type, Closure)
        code = closure.type.code
        if code not in self.program.attributes_of:
            what = f"an attribute of the nested function `{code.name}`"
            raise UnsupportedSyntaxError(what, self.span, "keep it in a variable, or define the function in the module")
        return self.variables_of(closure, code)[self.program.attributes_of[code]]

    def captured_by(self, closure: Value) -> tuple[Operand, ...]:
        """The variables that a closure has captured, as they were when it was made."""
        return tuple(self._captured(closure, i) for i in range(len(closure.type.captured)))  # type: ignore[attr-defined]

    def _captured(self, closure: Value, i: int) -> Operand:
        if closure in self.captured:
            return self.captured[closure][i]
        t = closure.type.captured[i]  # type: ignore[attr-defined]
        if isinstance(t, Never):
            return UNDEFINED  # it had no value when the function was made
        return Const(t.value) if isinstance(t, Static) else self.emit(operator.getitem, [closure, Const(i)], None, t)

    def call_closure(self, closure: Value, code: Function, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
        """The result of a call of a nested function."""
        values = self.variables_of(closure, code)
        bound = self.bind_operands(code, args, kwargs, lambda p: values["=" + p])
        for name in code.free:
            if values[name] is UNDEFINED:
                message = f"`{code.name}` reads `{name}`, which is not assigned yet"
                raise UnsupportedSyntaxError(message, self.span, f"assign `{name}` before the call")
        if self.has_raised(bound):
            return UNDEFINED
        names = self.program.names_of[code]
        if code.name in code.free and values[code.name] is closure:
            if names_only_callee(code):
                values[code.name] = self._bare(closure, code, values)
            captured = [values[n] for n in code.free]
            return self.call_instance(code.name, code, code, names, [*bound, *captured])
        captured = [values[n] for n in code.free]
        scope = self.cells.inside(closure, self.program.cells_of.get(code, {}))
        ours = names is not None and str(names.globals.get("__name__")).startswith("s2s_ad.")
        since, hidden, rolled = self.mark(), self.hidden, self.rolled
        if ours:
            self.hidden += 1
        elif self.rolled:
            self.hidden, self.rolled = 0, False
        try:
            result = self.splice(code, [*bound, *captured], names, scope)
        finally:
            self.hidden, self.rolled = hidden, rolled
        return self.given_by(code, result, [*bound, *captured], since)

    def _bare(self, closure: Value, code: Function, values: dict[str, Operand]) -> Value:
        """A nested function that calls itself, as it is passed to itself: without the variables, which are so too."""
        if not closure.type.captured:  # type: ignore[attr-defined]
            return closure
        made = primitives.MakeClosure(code, self.program.cells_of.get(code, {}))
        bare = self.emit(made, [], None, Closure(code, ()), code.name)
        self.captured[bare] = tuple(values[n] for n in code.free if n != code.name)
        return bare

    def given_by(self, code: Function, result: Operand, inputs: list[Operand], since: Mark) -> Operand:
        """What a call gives: of a generator an iterator."""
        if code.generator and self.dead and any(isinstance(op, Try) for op in self.place):
            hint = "write a loop, or a function that returns a list"
            raise UnsupportedSyntaxError("a generator that raises, in a `try`", self.span, hint)
        if not code.generator or self.dead:
            return result
        return self.run_of("a generator", result, inputs, since, endless=_may_be_endless(code.body))

    def variables_of(self, closure: Value, code: Function) -> dict[str, Operand]:
        """What a nested function reads, by name: the variables as they are now, and the defaults."""
        cells = self.program.cells_of.get(code, {})
        self._refuse_late(self.cells.lost(closure, cells))
        own = code.name if len(closure.type.captured) < len(code.free) else None  # type: ignore[attr-defined]
        free, news = [n for n in code.free if n != own], self.cells.news(closure, cells)
        values = {n: news[n] if n in news else self._captured(closure, i) for i, n in enumerate(free)}
        return {**values, **({own: closure} if own else {}), **news}

    def _refuse_late(self, name: str | None) -> None:
        if name is not None:
            raise UnsupportedSyntaxError(
                f"a nested function that reads `{name}`, which is assigned again",
                self.span,
                "use another name for the new value, or pass it to the nested function as an argument",
            )

    def settled(self, operand: Operand, around: tuple[Value, ...] = ()) -> Operand:
        """An operand that may leave this code: the nested functions in it have the values of now."""
        self.refuse_iterator(operand)
        if not isinstance(operand, Value) or not holds_function(operand.type) or is_bare(operand.type):
            return operand
        if operand not in self.cells.made or not isinstance(operand.type, Closure):
            self._refuse_late(self.cells.stale(operand.type, self.program.cells_of))
            return operand
        code = operand.type.code
        if operand in around:
            raise UnsupportedSyntaxError(
                f"`{code.name}`, which reads itself through another nested function, as a value",
                self.span,
                "define the functions at the top of the module",
            )
        values = self.variables_of(operand, code)
        free = [n for n in code.free if values[n] is not operand]
        now = [self.settled(values[n], (*around, operand)) for n in free]
        if all(map(same, now, self.captured_by(operand))) and len(now) == len(operand.type.captured):
            return operand
        return self.make_closure(primitives.MakeClosure(code, self.program.cells_of[code]), now, operand)

    def splice(
        self, code: Function, args: Sequence[Operand], names: LiveNames | None, scope: Scope | None = None
    ) -> Operand:
        """Evaluate the body of another function here; `scope` has the boxes of the variables around it."""
        if self.running.count(code) > _MAX_NESTING:
            what = (
                f"`{code.name}`, which calls itself, and depends on what is around it too much to be compiled by itself"
            )
            hint = "define the functions, and the classes of what they are given, at the top of the module"
            raise UnsupportedSyntaxError(what, self.span, hint)
        outer = self.env, self.names, self.span, self.cells.scope
        self.running.append(code)
        self.env, self.names = dict(zip(code.body.params, args, strict=True)), names
        self.cells.scope = scope or {}
        try:
            # captured variables of an enclosing function stay visible to what is spliced in
            result = self.block(code.body)[0]
            if isinstance(result, Value) and _falls_off(code):
                result.unbound = False  # it is None where no `return` has been met
            return result
        finally:
            self.env, self.names, self.span, self.cells.scope = outer
            self.running.pop()

    def bind_operands(
        self, code: Function, args: list[Operand], kwargs: dict[str, Operand], default: Callable[[str], Operand]
    ) -> list[Operand]:
        """An operand for each parameter of `code`."""

        def make_dict(items: dict[str, Operand]) -> Operand:
            return self.apply(primitives.make_dict, [x for k, v in items.items() for x in (Const(k), v)])

        def make_tuple(items: list[Operand]) -> Operand:
            if items and any(items[-1] is rest for rest in self.rests):
                first = self.apply(primitives.make_list, items[:-1])
                return self.apply(tuple, [self.apply(operator.add, [first, items[-1]])])
            return self.apply(primitives.make_tuple, items)

        try:
            return bind_arguments(code, args, kwargs, default, (make_tuple, make_dict))
        except TypeError as error:
            if self.rolled or self.hidden:  # our own code has been called, and the caller knows by what name
                raise
            self.raise_error(TypeError, str(error))
            return []

    def call_function(
        self, callee: Lowered, args: list[Operand], kwargs: dict[str, Operand], name: str | None
    ) -> Operand:
        """The result of a call of a Python function, compiled by itself where that can be."""
        fn = callee.fn
        outside.guard_function(self, fn)
        since = self.mark()
        bound = self.bind_call(callee, args, kwargs)
        if self.has_raised(bound):
            return UNDEFINED
        if self.retarget is not None or (fn.__module__ or "").startswith("s2s_ad.rules."):
            self.hidden += 1
            try:
                return self.splice(callee.code, bound, callee.names)
            finally:
                self.hidden -= 1
        if any(
            a in self.making or a in self.selections or (isinstance(type_of_operand(a), _CONTAINERS) and has_code(a))
            for a in bound
        ):
            # only here it is known which functions these are, and which object is being made
            result = self.splice(callee.code, bound, callee.names)
        else:
            result = self.call_instance(callee.code.name, fn, callee.code, callee.names, bound, name)
        return self.given_by(callee.code, result, bound, since)

    def has_raised(self, args: Sequence[Operand]) -> bool:
        """Whether control does not get to a call, as one of its arguments has raised."""
        self.dead = self.dead or any(isinstance(type_of_operand(a), Never) and not unbound(a) for a in args)
        return self.dead

    def bind_call(self, callee: Lowered, args: list[Operand], kwargs: dict[str, Operand]) -> list[Operand]:
        """An operand for each parameter of a Python function, and for each variable that it captures."""
        bound = self.bind_operands(callee.code, args, kwargs, functools.partial(outside.default, self, callee.fn))
        return [*bound, *(outside.cell(self, callee, n) for n in callee.code.free)]

    def call_instance(
        self,
        label: str,
        origin: Any,
        code: Function,
        names: LiveNames | None,
        args: list[Operand],
        name: str | None = None,
    ) -> Operand:
        """The result of a call of a function that is compiled by itself."""
        raise NotImplementedError


def _falls_off(code: Function) -> bool:
    """Whether control may come to the end of a function, where a last `if` tells this from its `return`s."""
    last = code.body.ops[-1] if code.body.ops else None
    return isinstance(last, If) and last.span == code.span


def names_only_callee(code: Function) -> bool:
    """Whether a nested function that knows itself does nothing but call itself."""
    own = code.body.params[len(code.parameters) + code.free.index(code.name)]
    return not _is_passed(code.body, own)


def _is_passed(block: Block, value: Value) -> bool:
    """Whether a value is read other than to be called."""
    if value in block.results:
        return True
    for op in block.ops:
        passed = [o for o in operands(op) if not isinstance(op, Call) or o is not op.target]
        in_args = isinstance(op, Call) and any(getattr(a, "operand", a) is value for a in op.args)
        if value in passed or in_args or any(_is_passed(region, value) for region in regions(op)):
            return True
    return False


def own_name(s: CallEvaluator, code: Function, params: Sequence[Operand]) -> None:
    """Let what a nested function knows of itself read the variables that are passed beside it."""
    if code.name not in code.free:
        return
    free = params[len(code.parameters) :]
    own = free[code.free.index(code.name)]
    if isinstance(own, Value) and isinstance(own.type, Closure) and not own.type.captured:
        s.captured[own] = tuple(p for p in free if p is not own)


def _type_of_captured(operand: Operand) -> Type:
    """The type of what a nested function captures; of a function or a class, which one it is."""
    is_code = is_static(operand) and callable(operand.value)  # type: ignore[union-attr]
    return Static(operand.value) if is_code else type_of_operand(operand)  # type: ignore[union-attr]


def _may_be_endless(block: Block) -> bool:
    inner = [region for op in block.ops for region in regions(op)]
    return any(isinstance(op, While) for op in block.ops) or any(map(_may_be_endless, inner))
