"""Specializes untyped IR for known argument types: type inference by abstract evaluation.

The ops are run over types. What is known at compile time is folded, an `if` on a constant keeps one side, a loop is
repeated until the types of what it carries no longer grow, methods become the functions they stand for, nested
functions and helpers of rules are spliced in, and calls of user functions are resolved to an `Instance`. The same
machinery writes the adjoint code, so that it is typed and folded as it is made.
"""

from __future__ import annotations

import contextlib
import functools
import operator
from collections.abc import Callable, Sequence
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis import array_types, methods, outside, written_globals
from s2s_ad.analysis.axis_names import AxisNames
from s2s_ad.analysis.binding import bind_arguments
from s2s_ad.analysis.cells import Scope, has_code, holds_function, shows_function
from s2s_ad.analysis.choices import call_selected, choose
from s2s_ad.analysis.consumed import check_iterators
from s2s_ad.analysis.effects import is_pure
from s2s_ad.analysis.emission import Mark
from s2s_ad.analysis.handlers import (
    HANDLERS,
    construct,
    deques,
    initialise,
    into_output,
    make_class,
    records,
    refuse_objects,
    refuse_writes,
)
from s2s_ad.analysis.handlers.operators import operation
from s2s_ad.analysis.iterators import TAKES_ALL, TAKES_SOME
from s2s_ad.analysis.libraries import about_namespaces, is_library, library_source
from s2s_ad.analysis.local_classes import refuse_to_leave, refuse_unknown
from s2s_ad.analysis.loop_evaluation import LoopEvaluator
from s2s_ad.analysis.managers import is_generated
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.program import Instance, Lowered, Program, lowered
from s2s_ad.analysis.sharing import kinds
from s2s_ad.analysis.statics import (
    is_hashable,
    is_static,
    named,
    same,
    static_key,
    unbound,
    widen,
)
from s2s_ad.analysis.typing import result_type
from s2s_ad.errors import ADError, MutationError, UnsupportedSyntaxError
from s2s_ad.frontend.source import LiveNames
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, Function, Operand, Value, While, regions
from s2s_ad.ir.types import (
    UNKNOWN,
    Array,
    Closure,
    Deque,
    Dict,
    List,
    Lost,
    Never,
    Number,
    Record,
    Static,
    Tuple,
    Type,
    Unknown,
    join,
    object_in,
)
from s2s_ad.ir.types import (
    Instance as InstanceType,
)
from s2s_ad.rules.functional import (
    COPIES,
    DEFINITIONS,
    ITERATORS,
    OF_OBJECTS,
    definition_of,
    list_of,
    max_sequence,
    min_sequence,
)
from s2s_ad.rules.registry import registry

_TYPES = (array_types,)  # fills the table of `typing`
_WRITE_OUT = "write the loop out"
_CONTAINERS = (Tuple, List, Dict)
_SHOWS = frozenset({print, str, repr, format})
_RETURN = "return the new value, and let the caller take it"
_MAX_ROUNDS = 8
_MAX_NESTING = 20
_OF_ATTRIBUTES = (getattr, hasattr, setattr, object.__setattr__, primitives.call_method)
_REFERRING = (primitives.SetCell, primitives.MakeClosure, primitives.MakeClass)


class Specializer(LoopEvaluator):
    """Evaluates untyped ops over operands of known type, and emits typed ops."""

    # calls

    def apply(
        self, target: Any, args: list[Operand], kwargs: dict[str, Operand] | None = None, name: str | None = None
    ) -> Operand:
        """The result of a call, folded, spliced in or emitted."""
        kwargs = kwargs or {}
        fn = target.value if isinstance(target, Const) else target
        known = self.part(fn, args) if fn is operator.getitem else None
        if known is not None:
            return known
        if self.memory.is_written and _reads_attribute(fn, args):
            args = [self._object(args[0]), *args[1:]]
        elif self.memory.is_written and not _takes_references(fn, args):
            args, kwargs = [self.current(a) for a in args], {k: self.current(v) for k, v in kwargs.items()}
        if isinstance(target, Value):
            return self._apply_value(target, args, kwargs)
        if self.retarget is not None:
            fn = self.retarget(fn, args)
        if self.simplify is not None and is_hashable(fn):
            simpler = self.simplify(fn, args, kwargs)
            if not isinstance(simpler, list):
                return simpler
            args = simpler
        result = operation(self, fn, args, kwargs) if is_hashable(fn) else None
        if result is not None:
            return named(result, name)
        runs = [self.runs[a] for a in args if isinstance(a, Value) and a in self.runs]
        if is_hashable(fn):
            args = self._taken_by(fn, args)
            definition = self._definition_of(fn, args, kwargs)
            if definition is not None:
                return self._call_tool(fn, definition, args, kwargs, name)
        if not self.in_adjoint and self.retarget is None:
            written = into_output(self, fn, args, kwargs)
            if written is not None:
                return written
        handler = HANDLERS.get(fn) if is_hashable(fn) else None
        if handler is not None:
            result = handler(self, args, kwargs)
            if result is not None:
                return named(result, name)
        if isinstance(fn, primitives.MakeClosure):
            return self.make_closure(fn, args)
        if isinstance(fn, primitives.MakeClass):
            return make_class(self, fn, args)
        if isinstance(fn, primitives.SetCell):
            self.clock += self.cells.set(fn, args[0])
            return Const(None)
        if isinstance(fn, primitives.FString):
            self._refuse_escape(print, args, {})
            return self.emit(fn, args, None, InstanceType(str), name)
        if isinstance(fn, type) and issubclass(fn, BaseException):
            return self.emit(fn, args, kwargs, InstanceType(fn), name)
        found = self.fold(fn, args, kwargs) or self._look_into(fn, args, kwargs, name)
        if found is not None:
            return found
        refuse_writes(self, fn, args, kwargs)
        args = refuse_objects(self, fn, args, kwargs)
        self._refuse_escape(fn, args, kwargs)
        made = self.emit(fn, args, kwargs, result_type(fn, tuple(args), kwargs), name)
        if runs:
            self.inside[made] = runs
        return made

    def _object(self, obj: Operand) -> Operand:
        """An object as it is now, but for what its parts hold."""
        root = self.memory.root(obj)
        return self.current(obj) if root is None or root in self.memory.state.lost else self.memory.newest(obj)

    def _taken_by(self, fn: Any, args: list[Operand]) -> list[Operand]:
        """The arguments, with lists for the iterators whose items `fn` takes one after the other."""
        if isinstance(fn, np.ufunc) or (getattr(fn, "__module__", None) or "").startswith("numpy"):
            args = [deques.walked(self, a) if isinstance(type_of_operand(a), Deque) else a for a in args]
        takes_all = fn in TAKES_ALL
        if not takes_all and fn not in TAKES_SOME and fn not in DEFINITIONS:
            return args
        if fn not in DEFINITIONS and (fn not in (max, min) or len(args) == 1):
            args = [self.walked(a) if i == 0 or fn is zip else a for i, a in enumerate(args)]
        return [self.taken(a, takes_all=takes_all) for a in args]

    def _definition_of(self, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> Any:
        """What a functional tool means, in Python; None for all else, and in rules, which run as they are written."""
        if self.retarget is not None:
            return None
        if fn in COPIES:
            t = type_of_operand(args[0])
            if records.is_object(t) or not isinstance(t, (Number, Array, List, Tuple, Dict)):
                return None
        if fn in OF_OBJECTS and any(object_in(type_of_operand(a)) is not None for a in args):
            return OF_OBJECTS[fn]
        simple = self.in_adjoint or not args or isinstance(type_of_operand(args[0]), (List, Tuple, Dict, Unknown))
        if fn is list and not simple:
            return list_of
        if fn in (max, min) and _is_of_sequences(args) and "key" not in kwargs:
            return max_sequence if fn is max else min_sequence
        given = {k: v for k, v in kwargs.items() if k != "key" or not (isinstance(v, Const) and v.value is None)}
        return definition_of(fn, given)

    def _call_tool(
        self, fn: Any, definition: Any, args: list[Operand], kwargs: dict[str, Operand], name: str | None
    ) -> Operand:
        since, rolled = self.mark(), self.rolled
        self.rolled = True
        try:
            result = self._call_function(lowered(definition), args, kwargs, name)
        except TypeError as error:
            raise UnsupportedSyntaxError(f"`{fn.__name__}` in this form: {error}", self.span, _WRITE_OUT) from None
        finally:
            self.rolled = rolled
        if fn not in ITERATORS or self.dead:
            return result
        return self.run_of(f"an iterator of `{fn.__name__}`", result, args, since, endless=False)

    def _look_into(self, fn: Any, args: list[Operand], kwargs: dict[str, Operand], name: str | None) -> Operand | None:
        """The result of a call of what is written in Python, or wraps what is; None for the rest."""
        written_here = isinstance(fn, FunctionType) and not is_library(fn)
        if written_here and fn in self.program.methods:
            return methods.call(self, fn, args, kwargs)
        if registry.get(fn) is not None:
            return self.emit(fn, args, kwargs, self._type_of_body(fn, args, kwargs), name) if written_here else None
        answer = about_namespaces(fn, args)
        if answer is not None:
            return answer
        if is_generated(fn):
            self._refuse_escape(fn, args, kwargs)
            return self.emit(fn, args, kwargs, InstanceType(contextlib._GeneratorContextManager), name)
        if isinstance(fn, type):
            return construct(self, fn, args, kwargs, name)
        if args and args[0] in self.making and getattr(fn, "__name__", "") == "__init__":
            return initialise(self, fn, args, kwargs)
        if isinstance(fn, functools.partial):
            first = [outside.held(self, fn.args, i) for i in range(len(fn.args))]
            keywords = {k: outside.held(self, fn.keywords, k) for k in fn.keywords}
            return self.apply(fn.func, [*first, *args], {**keywords, **kwargs}, name)
        if isinstance(fn, functools._lru_cache_wrapper):
            return self._call_cached(fn, args, kwargs, name)
        wrapped = getattr(fn, "__s2s_ad_function__", None)
        if wrapped is not None:
            return self.apply(wrapped, args, kwargs, name)
        if isinstance(fn, MethodType) and isinstance(fn.__func__, FunctionType):
            return self.apply(fn.__func__, [Const(fn.__self__), *args], kwargs, name)
        source = fn if written_here else self._opened(fn, args, kwargs)
        return None if source is None else self._call_function(lowered(source), args, kwargs, name)

    def _opened(self, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> FunctionType | None:
        """What to look into of a library: what a derivative goes through, and what is given a nested function."""
        nested = any(isinstance(type_of_operand(a), Closure) for a in (*args, *kwargs.values()))
        return library_source(fn) if nested or (is_hashable(fn) and fn in self.program.opened) else None

    def _call_cached(self, fn: Any, args: list[Operand], kwargs: dict[str, Operand], name: str | None) -> Operand:
        """A call of a function with a cache, which is not to be told from a call of the function itself."""
        since = self.mark()
        for operand in (*args, *kwargs.values()):
            t = type_of_operand(operand)
            if not (isinstance(t, (Number, InstanceType)) or (isinstance(t, Array) and t.axes == () and not t.boxed)):
                raise UnsupportedSyntaxError(
                    f"an argument of `{fn.__name__}`, which has a cache, other than a number or a string",
                    self.span,
                    "call the function without the cache, `__wrapped__`",
                )
        result = self.apply(fn.__wrapped__, args, kwargs, name)
        if not all(map(is_pure, self.ops[since[0] :])):
            raise UnsupportedSyntaxError(
                f"a cache around `{fn.__name__}`, which has effects", self.span, "take the cache away"
            )
        return result

    def _refuse_escape(self, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> None:
        """A nested function is no object in generated code, so none can be handed to foreign code, or be shown."""
        shows = is_hashable(fn) and fn in _SHOWS
        for operand in (*args, *kwargs.values()):
            t = type_of_operand(operand)
            if isinstance(t, (Closure, Lost)) or (shows and shows_function(t)):
                what = f"the nested function `{t.code.name}`" if isinstance(t, Closure) else "a nested function"
                raise UnsupportedSyntaxError(
                    f"{what} as an argument of a function that is not Python",
                    self.span,
                    "write the loop out, or define the function at the top of the module",
                )

    def _apply_value(self, target: Value, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
        if isinstance(target.type, Never):
            return UNDEFINED  # the item of an empty list
        if isinstance(target.type, Closure):
            return self.call_closure(target, target.type.code, args, kwargs)
        if isinstance(target.type, Record):
            return records.call(self, target, target.type, args, kwargs)
        made = self.definitions.get(target)
        is_method = made is not None and self.ops[-1:] == [made] and constant(made.target) is getattr
        if made is not None and is_method and isinstance(made.args[0], Value) and len(made.args) == 2:
            return self.apply(primitives.call_method, [*made.args, *args], kwargs)  # type: ignore[list-item]
        if target in self.selections:
            return call_selected(self, target, args, kwargs)
        if isinstance(target.type, Lost):
            raise UnsupportedSyntaxError(
                "a call of one of several nested functions",
                self.span,
                "call each of them in its own branch, or define them at the top of the module",
            )
        if target in self.choices:
            return choose(self, target, self.choices[target], args, kwargs)
        refuse_unknown(self, target)
        return self.emit(target, args, kwargs, UNKNOWN)

    def call_in_place(self, fn: FunctionType, args: list[Operand], kwargs: dict[str, Operand] | None = None) -> Operand:
        """The result of a call of a Python function whose code is evaluated here."""
        if fn in self.program.methods:
            return methods.call(self, fn, args, kwargs or {})
        callee, since = lowered(fn), self.mark()
        outside.guard_function(self, fn)
        bound = self.bind_call(callee, args, kwargs or {})
        return self.given_by(callee.code, self.splice(callee.code, bound, callee.names), bound, since)

    def bound_method(self, fn: FunctionType, obj: Operand) -> Operand:
        """A method with its object: a nested function that has captured the object, and the method's defaults."""
        if fn in self.program.methods:
            return methods.bind(self, fn, obj)
        callee = lowered(fn)
        outside.guard_function(self, fn)
        code = self.program.bound.setdefault(callee.code, callee.code.bound())
        cells = [outside.cell(self, callee, n) for n in callee.code.free]
        defaults = [outside.default(self, fn, p.name) for p in code.parameters if p.has_default]
        value = self.make_closure(primitives.MakeClosure(code), [*cells, obj, *defaults])
        self.program.names_of[code] = callee.names
        return value

    def make_closure(self, made: primitives.MakeClosure, captured: list[Operand]) -> Operand:
        """A nested function that has captured these variables."""
        t = Closure(made.code, tuple(map(_type_of_captured, captured)))
        value = self.emit(made, captured, None, t, made.code.name)
        self.captured[value] = tuple(captured)
        self.cells.capture(value, made)
        self.program.names_of[made.code] = self.names
        self.program.cells_of[made.code] = made.cells
        return value

    def captured_by(self, closure: Value) -> tuple[Operand, ...]:
        """The variables that a closure has captured, as they were when it was made."""
        known = self.captured.get(closure)
        if known is not None:
            return known
        assert isinstance(closure.type, Closure)
        types = enumerate(closure.type.captured)
        return tuple(
            Const(t.value) if isinstance(t, Static) else self.emit(operator.getitem, [closure, Const(i)], None, t)
            for i, t in types
        )

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
        captured = [values[n] for n in code.free]
        if code.name in code.free and values[code.name] is closure:
            return self._call_instance(code.name, code, code, names, [*bound, *captured])
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

    def given_by(self, code: Function, result: Operand, inputs: list[Operand], since: Mark) -> Operand:
        """What a call gives: of a generator an iterator."""
        if not code.generator or self.dead:
            return result
        return self.run_of("a generator", result, inputs, since, endless=_may_be_endless(code.body))

    def variables_of(self, closure: Value, code: Function) -> dict[str, Operand]:
        """What a nested function reads, by name: the variables as they are now, and the defaults."""
        if closure not in self.cells.made:
            self._refuse_stale(closure.type)
        own = code.name if len(closure.type.captured) < len(code.free) else None  # type: ignore[attr-defined]
        free = [n for n in code.free if n != own]
        values = dict(zip(free, self.captured_by(closure), strict=True))
        return {**values, **({own: closure} if own else {}), **self.cells.news(closure)}

    def _refuse_stale(self, t: Type) -> None:
        name = self.cells.stale(t, self.program.cells_of)
        if name is not None:
            raise UnsupportedSyntaxError(
                f"a nested function that reads `{name}`, which is assigned again",
                self.span,
                "use another name for the new value, or pass it to the nested function as an argument",
            )

    def settled(self, operand: Operand, around: tuple[Value, ...] = ()) -> Operand:
        """An operand that may leave this code: the nested functions in it have the values of now."""
        self.refuse_iterator(operand)
        if not isinstance(operand, Value) or not holds_function(operand.type):
            return operand
        if operand not in self.cells.made or not isinstance(operand.type, Closure):
            self._refuse_stale(operand.type)
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
        return self.make_closure(primitives.MakeClosure(code, self.program.cells_of[code]), now)

    def splice(
        self, code: Function, args: Sequence[Operand], names: LiveNames | None, scope: Scope | None = None
    ) -> Operand:
        """Evaluate the body of another function here; `scope` has the boxes of the variables around it."""
        if self.running.count(code) > _MAX_NESTING:
            raise UnsupportedSyntaxError(f"`{code.name}` calls itself through another nested function", self.span)
        outer = self.env, self.names, self.span, self.cells.scope
        self.running.append(code)
        self.env, self.names = dict(zip(code.body.params, args, strict=True)), names
        self.cells.scope = scope or {}
        try:
            # captured variables of an enclosing function stay visible to what is spliced in
            return self.block(code.body)[0]
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

        return bind_arguments(code, args, kwargs, default, (make_tuple, make_dict))

    def _call_function(
        self, callee: Lowered, args: list[Operand], kwargs: dict[str, Operand], name: str | None
    ) -> Operand:
        fn = callee.fn
        outside.guard_function(self, fn)
        since = self.mark()
        bound = self.bind_call(callee, args, kwargs)
        if self.has_raised(bound):
            return UNDEFINED
        if self.retarget is not None or fn.__module__.startswith("s2s_ad.rules."):
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
            result = self._call_instance(callee.code.name, fn, callee.code, callee.names, bound, name)
        return self.given_by(callee.code, result, bound, since)

    def has_raised(self, args: Sequence[Operand]) -> bool:
        """Whether control does not get to a call, as one of its arguments has raised."""
        self.dead = self.dead or any(isinstance(type_of_operand(a), Never) and not unbound(a) for a in args)
        return self.dead

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
        bound = self.bind_operands(callee.code, args, kwargs, functools.partial(outside.default, self, callee.fn))
        return [*bound, *(outside.cell(self, callee, n) for n in callee.code.free)]

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
        references = [self.settled(a) for a in args]
        with self.region():  # only for the types, as what a callee that is spliced in gets are references
            wholes = [self.whole(a) for a in references]
            types = list(map(type_of_operand, wholes))
        if self.program.classes and not all(methods.is_portable(self.program, a) for a in wholes):
            return self.splice(code, references, names)
        formal = [
            a if is_static(a) else Value(None, known.canonical(widen(t)))
            for a, t in zip(references, types, strict=True)
        ]
        instance = infer(self.program, label, origin, code, names, formal)
        for outer in self.program.stack:
            outer.reads |= instance.reads
        if instance.writes or not instance.reads.isdisjoint(self.program.written):
            if code in self.running:
                raise MutationError(_recursive(code.name, instance), self.span, _RETURN)
            return self.splice(code, references, names)
        leaves = bool(self.program.classes) and methods.leaves(self.program, instance.result_type)
        if leaves and code in self.running:
            refuse_to_leave(self, [Value(None, instance.result_type)])
        if leaves or (holds_function(instance.result_type) and code not in self.running):
            return self.splice(code, references, names)  # only here it is known which variables these have
        kept = [self.whole(a) for a in references if not is_static(a)]
        return self.emit(instance, kept, None, known.outside(instance.result_type), name)

    def show_writes(self, given: list[Value]) -> None:
        """Keep what the caller will see, and make sure first that no two of the objects it has share memory."""
        memory, state = self.memory, self.memory.state
        last = [state.version[root] for root in memory.written_outside if root in self.given]
        if last:
            self.emit(primitives.visible, last, None, InstanceType(type(None)))
        others = written_globals.others_read(self)
        compared = (*given, *(r for op in others for r in op.results))
        if len(compared) > 1 or not isinstance(compared[0].type, Array):
            nothing = Value(None, InstanceType(type(None)))
            check = Call((nothing,), Const(runtime.refuse_shared), compared, span=self.span)
            self.ops[len(self.globals) : len(self.globals)] = [*others, check]


def infer(
    program: Program, label: str, origin: Any, code: Function, names: LiveNames | None, args: Sequence[Operand]
) -> Instance:
    """The instance of a function for arguments of these types; constants that are not data stay constants."""
    program.has_objects = program.has_objects or any(object_in(type_of_operand(a)) is not None for a in args)
    signature = tuple(("static", static_key(constant(a))) if is_static(a) else type_of_operand(a) for a in args)
    if code.generator and not program.stack:
        raise UnsupportedSyntaxError("the derivative of a generator", code.span, "return a list of what it yields")
    key = (id(code), signature)
    instance = program.instances.get(key)
    if instance is None:
        types = tuple(type_of_operand(a) for a in args if not is_static(a))
        statics = tuple(a if is_static(a) else None for a in args)
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
        result, specializer = _evaluate_apart(program, instance, args)
        before = instance.result_type
        instance.result_type = join(before, widen(type_of_operand(result)))
        instance.pure = all(map(is_pure, specializer.ops))
        if not instance.recursive or instance.result_type == before:
            break
        if attempt == _MAX_ROUNDS - 3:
            instance.result_type = UNKNOWN
    program.stack.pop()
    instance.running = False
    if instance.writes and instance.recursive:
        span = next(iter(specializer.memory.written_outside.values()))
        raise MutationError(_recursive(instance.name, instance), span, _RETURN)
    check_iterators(specializer.ops, result)


def _evaluate_apart(program: Program, instance: Instance, args: Sequence[Operand]) -> tuple[Operand, Specializer]:
    """Evaluate the body, taking the arguments apart at once if it does not go without."""
    try:
        return _evaluate_body(program, instance, args)
    except MutationError as error:
        if instance.takes_apart or error.is_settled or not any(_parts(type_of_operand(a)) for a in args):
            error.is_settled = True  # nothing that a caller may do would help
            raise
    program.unwind(program.stack.index(instance) + 1)
    instance.takes_apart = True
    return _evaluate_body(program, instance, args)


def _parts(t: Type) -> list[tuple[Any, Any]]:
    """What a structure is taken apart by, for each part that has memory."""
    match t:
        case Record(_, keys, types):
            fn: Any = getattr
        case Dict(keys, types):
            fn = operator.getitem
        case Tuple(types):
            fn, keys = operator.getitem, range(len(types))  # type: ignore[assignment]
        case _:
            return []
    return [(fn, key) for key, kind in zip(keys, types, strict=True) if kinds(kind)]


def _take_apart(s: Specializer, value: Operand) -> None:
    for fn, key in _parts(type_of_operand(value)):
        _take_apart(s, s.apply(fn, [value, Const(key)]))


def _evaluate_body(program: Program, instance: Instance, args: Sequence[Operand]) -> tuple[Operand, Specializer]:
    specializer = Specializer(program, instance.names)
    params = [
        a if is_static(a) else Value(p.name, widen(type_of_operand(a)))
        for a, p in zip(args, instance.code.body.params, strict=True)
    ]
    memory = specializer.memory
    given = [p for p in params if isinstance(p, Value) and kinds(p.type)]
    specializer.given = {memory.new_root(p, outside=True) for p in given}
    shared = written_globals.read_written(specializer)
    specializer.given |= {memory.places[value].root for value in shared}
    for param in given if instance.takes_apart else ():
        _take_apart(specializer, param)
    result = specializer.splice(instance.code, params, instance.names)
    specializer.span = specializer.span or instance.code.span
    result = specializer.whole(specializer.settled(result))
    instance.writes = bool(memory.written_outside)
    instance.gives_new = not any(r.outside for r in memory.reachable([result]))
    if instance.writes:
        specializer.show_writes([*given, *shared])
    if program.classes and len(program.stack) == 1:
        seen = [memory.state.version[root] for root in memory.written_outside]
        refuse_to_leave(specializer, [result, *seen])
    ops = written_globals.without_unread(specializer, specializer.ops, result)
    body = Block(tuple(p for p in params if isinstance(p, Value)), ops, (result,))
    code = instance.code
    instance.typed = Function(instance.name, code.parameters, code.free, body, code.span)
    return result, specializer


def _reads_attribute(fn: Any, args: list[Operand]) -> bool:
    """Whether an attribute of an object is read, set or called, for which the object need not be up to date."""
    return fn in _OF_ATTRIBUTES and isinstance(type_of_operand(args[0]), Record)


def _takes_references(fn: Any, args: list[Operand]) -> bool:
    """Whether what is called reads its arguments itself: the user's functions and methods, and what names variables."""
    if isinstance(fn, (FunctionType, MethodType)) and registry.get(fn) is None:
        return not is_library(fn) and fn not in HANDLERS and fn not in DEFINITIONS  # type: ignore[arg-type]
    return isinstance(fn, _REFERRING)


def _is_of_sequences(args: list[Operand]) -> bool:
    """Whether the items that `max` compares are tuples or lists."""
    types = list(map(type_of_operand, args))
    if len(types) == 1:
        (t,) = types
        types = list(t.items) if isinstance(t, Tuple) else [t.item] if isinstance(t, List) else []
    return any(isinstance(t, (Tuple, List)) for t in types)


def _type_of_captured(operand: Operand) -> Type:
    """The type of what a nested function captures; of a function or a class, which one it is."""
    is_code = is_static(operand) and callable(operand.value)  # type: ignore[union-attr]
    return Static(operand.value) if is_code else type_of_operand(operand)  # type: ignore[union-attr]


def _recursive(name: str, instance: Instance) -> str:
    """What is wrong with a recursion that writes."""
    what = "writes to its argument" if instance.writes else "reads a global that is written to"
    return f"`{name}`, which calls itself, {what}"


def _may_be_endless(block: Block) -> bool:
    inner = [region for op in block.ops for region in regions(op)]
    return any(isinstance(op, While) for op in block.ops) or any(map(_may_be_endless, inner))
