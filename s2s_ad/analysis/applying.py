"""What a call comes to: folded, looked up in a table, said in other words, looked into, or emitted."""

from __future__ import annotations

import contextlib
import copy
import functools
import itertools
import operator
from collections import namedtuple
from dataclasses import replace
from types import FunctionType, MethodType
from typing import Any

from s2s_ad import runtime
from s2s_ad.analysis import alternatives, array_types, methods, outside
from s2s_ad.analysis.calls import CallEvaluator
from s2s_ad.analysis.choices import call_selected, choose
from s2s_ad.analysis.cursors import cursor, refuse_some, refuse_written
from s2s_ad.analysis.effects import is_pure
from s2s_ad.analysis.emission import Mark
from s2s_ad.analysis.escapes import refuse_escape
from s2s_ad.analysis.handlers import (
    HANDLERS,
    construct,
    initialise,
    into_output,
    is_foreign,
    is_mutable,
    make_class,
    records,
    refuse_objects,
    refuse_writes,
)
from s2s_ad.analysis.handlers.operators import operation
from s2s_ad.analysis.handlers.special_methods import refuse_special
from s2s_ad.analysis.iterators import TAKES_ALL, TAKES_SOME
from s2s_ad.analysis.libraries import about_namespaces, is_library, library_source
from s2s_ad.analysis.local_classes import refuse_unknown
from s2s_ad.analysis.managers import is_generated
from s2s_ad.analysis.narrowing import without_none
from s2s_ad.analysis.numpy_arguments import as_arrays
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.program import lowered, lowered_parts
from s2s_ad.analysis.rows import choice
from s2s_ad.analysis.statics import is_hashable, named
from s2s_ad.analysis.typing import result_type
from s2s_ad.errors import ADError, MutationError, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Op, Operand, Value
from s2s_ad.ir.types import (
    UNKNOWN,
    Array,
    Closure,
    Dict,
    Iterable,
    List,
    Lost,
    Never,
    Number,
    Record,
    Tuple,
    Type,
    Unknown,
    object_in,
)
from s2s_ad.ir.types import (
    Instance as InstanceType,
)
from s2s_ad.rules.functional import (
    COPIES,
    DEFINITIONS,
    ENDLESS,
    ITERATORS,
    OF_OBJECTS,
    definition_of,
    list_of,
    made_of_items,
    max_sequence,
    min_sequence,
)
from s2s_ad.rules.registry import registry

_TYPES = (array_types,)  # fills the table of `typing`
_WRITE_OUT = "write the loop out"
_SHOWS = frozenset({print, str, repr, ascii, format})
_OF_ATTRIBUTES = (getattr, hasattr, setattr, object.__setattr__, primitives.call_method)
_REFERRING = (primitives.SetCell, primitives.MakeClosure, primitives.MakeClass, primitives.ManagerParts)


class ApplyEvaluator(CallEvaluator):
    """Decides what becomes of each call."""

    # calls

    def apply(
        self, target: Any, args: list[Operand], kwargs: dict[str, Operand] | None = None, name: str | None = None
    ) -> Operand:
        """The result of a call, folded, spliced in or emitted."""
        kwargs = kwargs or {}
        fn = target.value if isinstance(target, Const) else target
        if self.alternatives and not self.in_adjoint:
            written = alternatives.write(self, fn, args, kwargs)
            if written is not None:
                return written
        known = self.part(fn, args) if fn is operator.getitem else None
        if known is not None:
            return known
        if self.memory.is_written and _reads_attribute(fn, args):
            args = [self._object(args[0]), *args[1:]]
        elif self.memory.is_written and not _takes_references(fn, args):
            args, kwargs = self.all_handed(fn, args), {k: self.handed(v) for k, v in kwargs.items()}
        if isinstance(target, Value):
            return self._apply_value(target, args, kwargs)
        if not self.in_adjoint:
            args = without_none(self, fn, args)
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
        if self.retarget is None and not self.in_adjoint:
            refuse_special(self, fn, (*args, *kwargs.values()))
        runs = [self.runs[a] for a in args if isinstance(a, Value) and a in self.runs]
        if is_hashable(fn):
            args, kwargs = as_arrays(self, fn, args, kwargs)
            args = self._taken_by(fn, args, kwargs)
            definition = self._definition_of(fn, args, kwargs)
            if definition is not None:
                return self._call_tool(fn, definition, args, kwargs, name)
            if fn in ENDLESS and self.retarget is None:
                return self._start(fn, args, kwargs)
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
        if isinstance(fn, primitives.ManagerParts):
            return self._enter(fn, args, kwargs)
        if isinstance(fn, primitives.MakeClass):
            return make_class(self, fn, args)
        if isinstance(fn, primitives.SetCell):
            self.clock += self.cells.set(fn, args[0])
            return Const(None)
        if isinstance(fn, primitives.FString):
            if all(isinstance(a, Const) and type(a.value) in (int, str) for a in args):
                return Const(fn(*(a.value for a in args)))  # type: ignore[union-attr]
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
        t = result_type(fn, tuple(args), kwargs, floating=self.in_adjoint)
        made = self.emit(fn, args, kwargs, t, name)
        if runs:
            self.inside[made] = runs
        return made

    def _object(self, obj: Operand) -> Operand:
        """An object as it is now, but for what its parts hold."""
        root = self.memory.root(obj)
        return self.current(obj) if root is None or root in self.memory.state.lost else self.memory.newest(obj)

    def _taken_by(self, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> list[Operand]:
        """The arguments, with lists for the iterators whose items `fn` takes one after the other."""
        if constant(kwargs.get("strict", Const(False))) is False:
            args = self._ended(fn, args)
        if fn is sorted and isinstance(type_of_operand(args[0]), Iterable):
            args = [self.apply(list, args[:1]), *args[1:]]
        refuse_some(self, fn, args)
        takes_all = fn in TAKES_ALL
        if not takes_all and fn not in TAKES_SOME and fn not in DEFINITIONS and fn is not itertools.cycle:
            return args
        if fn not in DEFINITIONS and (fn not in (max, min) or len(args) == 1):
            args = [self.walked(a) if i == 0 or fn is zip else a for i, a in enumerate(args)]
        return [self.taken(a, takes_all=takes_all) for a in args]

    def _start(self, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
        """An iterator without an end."""
        kept = cursor(self, fn, args, kwargs)
        if kept is not None:
            return kept
        made, first = ENDLESS[fn]
        since = self.mark()
        items = self.call_function(lowered(made), args, kwargs, None)
        run = self.run_of(f"an iterator of `{fn.__name__}`", items, args, since, endless=True)
        self.runs[run].first = first
        return run

    def _ended(self, fn: Any, args: list[Operand]) -> list[Operand]:
        """The arguments, with lists for the iterators without an end, as long as what is beside them."""
        if not any(map(self._is_endless, args)):
            return args
        if fn is itertools.islice:
            n = args[1] if len(args) == 2 else args[2]
            return args if constant(n, default=0) is None else [self._first_items(args[0], n), *args[1:]]
        skipped, beside = (args[:1], args[1:]) if fn is map else ([], args)
        if fn not in (zip, map, itertools.compress) or all(map(self._is_endless, beside)):
            return args
        lists = [a if self._is_endless(a) else self.current(self.apply(list, [a])) for a in beside]
        counts = [self.apply(len, [a]) for a in lists if not self._is_endless(a)]
        n = counts[0] if len(counts) == 1 else self.apply(min, counts)
        return [*skipped, *(self._first_items(a, n) if self._is_endless(a) else a for a in lists)]

    def _is_endless(self, operand: Operand) -> bool:
        return isinstance(operand, Value) and operand in self.runs and self.runs[operand].first is not None

    def _first_items(self, operand: Operand, n: Operand) -> Operand:
        run = self.runs[operand]  # type: ignore[index]
        first, run.first, run.endless = run.first, None, False
        items = self.taken(operand, takes_all=False)
        return self.current(self.call_function(lowered(first), [items, n], {}, None))  # type: ignore[arg-type]

    def _definition_of(self, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> Any:
        """What a functional tool means, in Python; None for all else, and in rules, which run as they are written."""
        if self.retarget is not None:
            return None
        if fn in COPIES:
            t = type_of_operand(args[0])
            if fn is copy.deepcopy and not isinstance(t, Array):
                self._refuse_held_twice(args[0])
            if records.is_object(t) or not isinstance(t, (Number, Array, List, Tuple, Dict)):
                return None
        if fn in OF_OBJECTS and any(object_in(type_of_operand(a)) is not None for a in args):
            return OF_OBJECTS[fn]
        simple = self.in_adjoint or not args or isinstance(type_of_operand(args[0]), (List, Tuple, Dict, Unknown))
        if fn is list and not simple:
            return list_of
        if fn in (max, min) and _is_of_sequences(args) and "key" not in kwargs:
            return max_sequence if fn is max else min_sequence
        if fn is itertools.repeat and len(args) + len(kwargs) == 1:
            return None
        given = {k: v for k, v in kwargs.items() if k != "key" or not (isinstance(v, Const) and v.value is None)}
        return definition_of(fn, given)

    def _refuse_held_twice(self, obj: Operand) -> None:
        """Refuse to copy all that is in an object where one thing may be in there twice."""
        if not self.memory.is_tree(obj):
            what = "a `deepcopy` of what may hold one object twice, as its copy would"
            raise MutationError(what, self.span, "copy its parts, or make each of them an object of its own")
        if any(root.outside for root in self.memory.reachable([obj])):
            self.emit(runtime.refuse_twice, [obj], None, InstanceType(type(None)))

    def _call_tool(
        self, fn: Any, definition: Any, args: list[Operand], kwargs: dict[str, Operand], name: str | None
    ) -> Operand:
        since, rolled, chosen = self.mark(), self.rolled, choice(self, fn, args)
        self.rolled = True
        try:
            result = self.call_function(lowered(definition), args, kwargs, name)
        except TypeError as error:
            raise UnsupportedSyntaxError(f"`{fn.__name__}` in this form: {error}", self.span, _WRITE_OUT) from None
        finally:
            self.rolled = rolled
        refuse_written(self, fn, args, self.ops[since[0] :])
        if fn not in ITERATORS or self.dead:
            return result
        if chosen is not None and isinstance(result, Value):
            self.chosen[result] = replace(chosen, ops=self._made_alone(since))
        return self.run_of(f"an iterator of `{fn.__name__}`", result, args, since, endless=False)

    def _made_alone(self, since: Mark) -> list[Op]:
        """The ops since a place, if they have brought nothing up to date that was there before."""
        ops = self.ops[since[0] :]
        made = {result for op in ops for result in op.results}
        return [] if any(v in made for root, v in self.memory.state.version.items() if root.number <= since[1]) else ops

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
            first = [outside.held_by_partial(self, fn, fn.args, i) for i in range(len(fn.args))]
            keywords = {k: outside.held_by_partial(self, fn, fn.keywords, k) for k in fn.keywords}
            return self.apply(fn.func, [*first, *args], {**keywords, **kwargs}, name)
        if isinstance(fn, functools._lru_cache_wrapper):
            return self._call_cached(fn, args, kwargs, name)
        wrapped = getattr(fn, "__s2s_ad_function__", None)
        if wrapped is not None:
            return self.apply(wrapped, args, kwargs, name)
        if isinstance(fn, MethodType) and _makes_tuple(fn) and len(args) == 1 and not kwargs:
            return self._call_tool(fn, made_of_items, [Const(fn.__self__), *args], {}, name)
        if isinstance(fn, MethodType) and isinstance(fn.__func__, FunctionType):
            obj = outside.given_object(self, fn.__self__) or Const(fn.__self__)
            return self.apply(fn.__func__, [obj, *args], kwargs, name)
        source = fn if written_here else self._opened(fn, args, kwargs)
        return (
            None if source is None else self.call_function(lowered(source, self.program.followed), args, kwargs, name)
        )

    def _enter(self, parts: primitives.ManagerParts, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
        """Enter a context manager whose code is followed."""
        if constant(args[0]) is not parts.fn:
            what = f"`{parts.fn.__name__}`, a context manager that has become another one"
            raise UnsupportedSyntaxError(what, self.span, "give it a name of its own")
        self.program.guard(parts.fn, "__wrapped__", parts.fn.__wrapped__)
        return self.call_function(lowered_parts(parts.fn, self.program.followed), args[1:], kwargs, None)

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
        shown = is_foreign(fn) or (is_hashable(fn) and fn in _SHOWS)
        refuse_escape((*args, *kwargs.values()), self.span, shown=shown)

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
        lent = [a for a in (*args, *kwargs.values()) if is_mutable(type_of_operand(a))]
        known = self.emit(runtime.foreign, [target, *lent], None, UNKNOWN)
        return self.emit(known, args, kwargs, UNKNOWN)

    def _type_of_body(self, fn: FunctionType, args: list[Operand], kwargs: dict[str, Operand]) -> Type:
        """The result type of a primitive that is written in Python: it is not differentiated through, but typed."""
        if (fn.__module__ or "").startswith("s2s_ad."):
            return result_type(fn, tuple(args), kwargs)
        try:
            with self.region():
                return type_of_operand(self.call_function(lowered(fn, self.program.followed), args, kwargs, None))
        except ADError:
            return UNKNOWN


def _reads_attribute(fn: Any, args: list[Operand]) -> bool:
    """Whether an attribute of an object is read, set or called, for which the object need not be up to date."""
    return fn in _OF_ATTRIBUTES and isinstance(type_of_operand(args[0]), Record)


def _makes_tuple(fn: MethodType) -> bool:
    """Whether a method is the `_make` that `namedtuple` gives a class."""
    cls = fn.__self__
    is_tuple = isinstance(cls, type) and issubclass(cls, tuple) and hasattr(cls, "_fields")
    return is_tuple and fn.__name__ == "_make" and fn.__func__.__code__.co_filename == namedtuple.__code__.co_filename


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
        if isinstance(t, Array) and t.axes is not None and len(t.axes) > 1:
            return True
    return any(isinstance(t, (Tuple, List)) for t in types)
