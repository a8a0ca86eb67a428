"""How a call finds its compiled code: the callable taken apart, its parameters bound, and a shortcut past both.

The full way binds the arguments as Python does, and looks the types of all values up in the compiler's cache. Once it
has been gone, a `Shortcut` recognises calls of the same make by a single expression.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Hashable, Sequence
from types import CellType, FunctionType, MethodType
from typing import Any

import numpy as np

from s2s_ad.analysis.captured import Captured, Given
from s2s_ad.analysis.guards import Guard, recogniser
from s2s_ad.analysis.libraries import library_source
from s2s_ad.analysis.program import lowered
from s2s_ad.compiler import Compiled
from s2s_ad.errors import SourceUnavailableError
from s2s_ad.ir.types import Record, is_differentiable
from s2s_ad.ir.values import fields_of, is_code, tangle_of, type_of, unsupported_class
from s2s_ad.rules.registry import registry

ArgNums = int | str | Sequence[int | str]
_KEPT = 8
_INSTEAD = "whose cotangent is not known; pass floats, arrays, tuples, lists and plain dicts of these"
_RULES = "give it a derivative with `def_rrule` or `scalar_rule`"


class Target:
    """A callable taken apart: a Python function, arguments that are bound already, and captured variables."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.given = f
        self.args: tuple[Any, ...] = ()
        self.kwargs: dict[str, Any] = {}
        fn: Any = f
        while registry.get(fn) is not None or not isinstance(fn, FunctionType):
            fn = _call_of(fn) if registry.get(fn) is not None else self._unwrap(fn)
        self.fn: FunctionType = fn
        self.variadic = bool(fn.__code__.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS))
        self._made: tuple[Any, ...] = ()

    @property
    def signature(self) -> inspect.Signature:
        """The signature of the Python function, with the defaults that it has now."""
        parts = self.fn.__code__, self.fn.__defaults__, self.fn.__kwdefaults__
        if not self._made or any(a is not b for a, b in zip(parts, self._made[1:], strict=True)):
            self._made = (inspect.signature(_bare(self.fn)), *parts)
        found: inspect.Signature = self._made[0]
        return found

    def _unwrap(self, fn: Any) -> Any:
        inner = getattr(fn, "__s2s_ad_function__", None) or library_source(fn)
        if inner is not None:
            return inner
        if isinstance(fn, functools.partial):
            self.args = (*fn.args, *self.args)
            self.kwargs = {**fn.keywords, **self.kwargs}
            return fn.func
        if isinstance(fn, MethodType):
            self.args = (fn.__self__, *self.args)
            return fn.__func__
        call = vars(type(fn)).get("__call__") or getattr(type(fn), "__call__", None)  # noqa: B004
        if isinstance(call, FunctionType):
            self.args = (fn, *self.args)
            return call
        name = getattr(fn, "__name__", repr(fn))
        what = "is a class" if isinstance(fn, type) else "is not written in Python"
        hint = "differentiate a function that makes the object" if isinstance(fn, type) else _RULES
        raise SourceUnavailableError(f"`{name}` {what}", hint=hint)

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The value of each parameter, and then of each captured variable."""
        bound = self.signature.bind(*self.args, *args, **{**self.kwargs, **kwargs})
        bound.apply_defaults()
        return [*bound.arguments.values(), *self.captured()]

    def check_differentiable(self, i: int, value: Any) -> None:
        """Raise TypeError where the argument for parameter `i` has no tangent space."""
        self.check_kind(i, value)
        if not is_differentiable(type_of(value)):
            plain = isinstance(value, (list, tuple, dict, np.ndarray)) or isinstance(type_of(value), Record)
            if fields_of(value) is not None and not plain:
                raise TypeError(f"{self._describe(i)} {tangle_of(value)}; pass its parts as arguments")
            what = "holds no floating-point number" if plain else f"is a `{type(value).__name__}`"
            raise TypeError(f"{self._describe(i)} {what}: there is nothing to differentiate by")

    def check_kind(self, i: int, value: Any) -> None:
        """Raise TypeError where the argument for parameter `i` holds numbers in a way that is not followed."""
        found = unsupported_class(value)
        if found is not None:
            raise TypeError(f"{self._describe(i)} holds a `{found.__name__}`, {_INSTEAD}")

    def _describe(self, i: int) -> str:
        return f"argument `{list(self.signature.parameters)[i]}` of {self.fn.__name__}()"

    def captured(self) -> list[Any]:
        """The contents of the closure's cells, in the order in which the code reads them."""
        free = lowered(self.fn).code.free
        cells = dict(zip(self.fn.__code__.co_freevars, self.fn.__closure__ or (), strict=True))
        return [cells[name].cell_contents for name in free]

    def numbers(self, argnums: ArgNums) -> tuple[int, ...]:
        """The positions of the chosen parameters."""
        names = list(self.signature.parameters)
        chosen = as_tuple(argnums)
        found = []
        for a in chosen:
            if isinstance(a, str):
                if a not in names:
                    raise ValueError(f"{self.fn.__name__}() has no parameter {a!r}")
                found.append(names.index(a))
            else:
                free = len(names) - len(self.args)
                if not -free <= a < free:
                    raise ValueError(f"argnums {a} is out of range: {self.fn.__name__}() takes {free} arguments")
                found.append(a % free + len(self.args))
        return tuple(found)


def _bare(fn: FunctionType) -> FunctionType:
    """`fn` without the signature that a decorator may have given it, which is not that of its code."""
    bare = FunctionType(fn.__code__, fn.__globals__, fn.__name__, fn.__defaults__, fn.__closure__)
    bare.__kwdefaults__ = fn.__kwdefaults__
    return bare


def _call_of(fn: Any) -> Callable[..., Any]:
    """A function that calls `fn`, which has a rule of its own and is not looked into."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)

    return call


def as_tuple(argnums: ArgNums) -> tuple[int | str, ...]:
    """The positions and names in `argnums`. Raises TypeError for anything else."""
    chosen = argnums if isinstance(argnums, (tuple, list)) else (argnums,)
    if not all(type(a) in (int, str) for a in chosen):
        raise TypeError(f"argnums must be an int, a name, or a tuple of these, not {argnums!r}")
    return tuple(chosen)


def target(f: Callable[..., Any]) -> Target:
    """`f` taken apart."""
    if not callable(f):
        raise TypeError(f"expected a function, got {type(f).__name__}")
    return Target(f)


class Shortcut:
    """The compiled code of one code object for calls by position, by a quick test of the arguments."""

    def __init__(self, fn: FunctionType) -> None:
        self._home = fn.__code__, fn.__globals__
        self.entries: tuple[tuple[Callable[..., bool], Callable[..., Any], tuple[Captured, ...]], ...] = ()
        self._count = fn.__code__.co_argcount
        self._simple = not (fn.__code__.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS))
        self._simple = self._simple and not fn.__code__.co_kwonlyargcount
        self._free: tuple[int, ...] = ()

    def find(self, fn: FunctionType, args: tuple[Any, ...]) -> tuple[Callable[..., Any], tuple[Any, ...]] | None:
        """The code for a call and what to call it with, if it was called so before and nothing has changed since."""
        if not self.entries or fn.__code__ is not self._home[0]:
            return None
        try:
            if len(args) < self._count:
                args += fn.__defaults__[len(args) - self._count :]  # type: ignore[index]
            if self._free:
                cells = fn.__closure__ or ()
                args += (*[cells[i].cell_contents for i in self._free],)
        except (TypeError, ValueError):
            return None
        try:
            for recognise, call, captured in self.entries:
                if recognise(*args) and all(one.holds(Given(fn)) for one in captured):
                    return call, args
        except Exception:  # a global is gone, or there are too many arguments: the full way tells
            return None
        return None

    def put(self, fn: FunctionType, values: Sequence[Any], compiled: Compiled) -> None:
        """Remember the code for these values of the parameters and captured variables."""
        if not self._simple or not all(isinstance(one.thing, CellType) for one in compiled.captured):
            return
        names = fn.__code__.co_freevars
        self._free = tuple(names.index(n) for n in lowered(fn).code.free)
        rules = Guard(registry, "version", compiled.version)
        recognise = recogniser(values, (rules, *compiled.guards), is_code)
        if recognise is not None:
            data = [i for i, v in enumerate(values) if not is_code(v)]
            call = _passing(compiled.call, data, len(values))
            self.entries = ((recognise, call, compiled.captured), *self.entries[: _KEPT - 1])


_shortcuts: dict[Hashable, Shortcut] = {}


def shortcut_for(fn: FunctionType, request: Hashable) -> Shortcut:
    """The shortcut for what is asked of a function, which closures that share code share."""
    key = (id(fn.__code__), id(fn.__globals__), request)
    known = _shortcuts.get(key)
    if known is None:
        known = _shortcuts[key] = Shortcut(fn)
    return known


def _passing(call: Callable[..., Any], positions: list[int], count: int) -> Callable[..., Any]:
    """`call` for all values, of which it takes only those at `positions`."""
    if len(positions) == count:
        return call
    return lambda *values: call(*[values[i] for i in positions])
