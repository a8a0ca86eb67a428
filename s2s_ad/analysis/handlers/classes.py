"""Makes the classes of functions: what stands in for them while the functions are compiled.

The parts of a class have to be known when compiling: its bases, its decorators (`dataclass` and the like), and what it
has besides methods. What depends on a run of the function is read by the methods out of its variables.
"""

from __future__ import annotations

import abc
import collections
import dataclasses
import enum
import functools
import typing
from collections.abc import Iterator
from itertools import islice
from types import CellType, CodeType, FunctionType, new_class
from typing import Any

import numpy as np

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.local_classes import OUTSIDE, LocalClass, Method
from s2s_ad.analysis.operands import constant
from s2s_ad.analysis.statics import is_immutable
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Value
from s2s_ad.ir.primitives import MakeClass, Member
from s2s_ad.ir.types import Closure
from s2s_ad.objects import is_of_library

_WRAPPERS = (property, staticmethod, classmethod, functools.cached_property, abc.abstractmethod, typing.final)
_DECORATORS = (dataclasses.dataclass, functools.total_ordering, typing.final, typing.runtime_checkable, enum.unique)
_RUN_AT_ONCE = ("__init_subclass__", "__set_name__", "__class_getitem__", "__prepare__")
_STEERING = ("ClassVar", "InitVar", "KW_ONLY")  # annotations of which a dataclass takes note


def make_class(s: Emitter, spec: MakeClass, args: list[Operand]) -> Operand:
    """What the statement `class` gives."""
    rest = iter(args)
    decorators = [_decorator(s, d) for d in islice(rest, spec.decorators)]
    bases = tuple(_base(s, b) for b in islice(rest, spec.bases))
    namespace = {"__module__": s.names.globals.get("__name__"), "__qualname__": spec.qualname}  # type: ignore[union-attr]
    birth = object()
    s.cells.contents[birth] = Const(None)
    annotations = {m.name: _annotation(s, m.annotation) for m in spec.members if m.annotation is not None}
    namespace |= {"__annotations__": annotations} if annotations else {}
    for member in spec.members:
        if member.has_value:
            namespace[member.name] = _value(s, spec, member, rest, namespace, birth)
    cls = _built(s, spec.name, bases, namespace, decorators)
    return UNDEFINED if cls is None else _known(s, cls, birth)


def _known(s: Emitter, cls: type, birth: object) -> Operand:
    """A class that was made here. In a loop, one would stand for several."""
    if s.depth:
        raise UnsupportedSyntaxError("a class in a loop", s.span, "define the class before the loop")
    s.program.classes[cls] = LocalClass(s.program.stack[-1], birth)
    return Const(cls)


@handles(collections.namedtuple)
def _namedtuple(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """`namedtuple("Point", ["x", "y"])`, the parts of which are constants."""
    parts = [_names(s, a) for a in args]
    if None in parts or not all(isinstance(v, Const) for v in kwargs.values()):
        return None
    try:
        cls = collections.namedtuple(*parts, **{k: constant(v) for k, v in kwargs.items()})  # type: ignore[misc]
    except (TypeError, ValueError) as error:
        s.raise_error(type(error), str(error))
        return UNDEFINED
    return _known(s, cls, object())


def _names(s: Emitter, operand: Operand) -> Any:
    """A text, or a tuple of texts; None for what is not known."""
    if isinstance(operand, Const):
        return operand.value
    items = s.static_items(operand) or ()
    return tuple(constant(i) for i in items) if items and all(isinstance(i, Const) for i in items) else None


def _built(
    s: Emitter, name: str, bases: tuple[Any, ...], namespace: dict[str, Any], decorators: list[Any]
) -> type | None:
    """The class; None after emitting the exception that making it raises."""

    def fill(scope: dict[str, Any]) -> None:
        scope.update(namespace)

    try:
        cls: type = new_class(name, bases, {}, fill)
        for decorate in reversed(decorators):
            cls = decorate(cls)
    except Exception as error:
        s.raise_error(type(error), str(error))
        return None
    if issubclass(cls, BaseException) and any(isinstance(v, FunctionType) for v in namespace.values()):
        raise UnsupportedSyntaxError("an exception with methods inside a function", s.span, OUTSIDE)
    return cls


def _base(s: Emitter, operand: Operand) -> Any:
    base = constant(operand)
    is_known = isinstance(base, type) or hasattr(base, "__mro_entries__")
    if not is_known or not is_of_library(type(base)) or _is_told(base):
        what = "a base of a class inside a function that is not known when compiling, or is told of its subclasses"
        raise UnsupportedSyntaxError(what, s.span, OUTSIDE)
    return base


def _is_told(base: Any) -> bool:
    """Whether a base runs code of the user's when a class is derived from it."""
    own = next((c for c in getattr(base, "__mro__", ()) if "__init_subclass__" in vars(c)), object)
    return own is not object and not is_of_library(own)


def _decorator(s: Emitter, operand: Operand) -> Any:
    found = constant(operand)
    made = getattr(found, "__qualname__", "") == "dataclass.<locals>.wrap" and found.__module__ == "dataclasses"
    if not made and not any(found is d for d in _DECORATORS):
        raise UnsupportedSyntaxError(
            "a decorator of a class inside a function, other than `dataclass`", s.span, OUTSIDE
        )
    return found


def _annotation(s: Emitter, text: str) -> Any:
    """An annotation as its text, or as it is where it steers what a dataclass makes of it."""
    if not any(name in text for name in _STEERING):
        return text
    try:
        return eval(text, dict(s.names.globals))  # type: ignore[union-attr]
    except Exception:
        what = f"the annotation `{text}` in a class inside a function, which is not known from outside of it"
        raise UnsupportedSyntaxError(what, s.span, "import what it needs at the top of the module") from None


def _value(
    s: Emitter, spec: MakeClass, member: Member, rest: Iterator[Operand], namespace: dict[str, Any], birth: object
) -> Any:
    """What a class has under a name."""
    known = [text if text is not None else next(rest) for text in member.decorators]
    operand, code = next(rest), member.code
    if member.name in _RUN_AT_ONCE:
        raise UnsupportedSyntaxError(f"`{member.name}` of a class inside a function", s.span, OUTSIDE)
    while known and not isinstance(known[-1], str) and not any(constant(known[-1]) is w for w in _WRAPPERS):
        operand, code = s.apply(known.pop(), [operand]), None
    value = _held(s, member.name, operand, code, birth, f"{spec.qualname}.{member.name}")
    for decorator in reversed(known):
        if isinstance(decorator, str):
            value = getattr(namespace[member.name], decorator)(value)
        elif any(constant(decorator) is w for w in _WRAPPERS):
            value = constant(decorator)(value)
        else:
            what = f"the decorators of `{member.name}`, a method of a class inside a function"
            raise UnsupportedSyntaxError(what, s.span, OUTSIDE)
    return value


def _held(s: Emitter, name: str, operand: Operand, code: CodeType | None, birth: object, qualname: str) -> Any:
    """A part of a class: a constant, or what stands in for a nested function."""
    if isinstance(operand, Value) and isinstance(operand.type, Closure):
        return _stand_in(s, operand, code, birth, qualname)
    value = constant(operand)
    if isinstance(operand, Const) and (is_immutable(value) or isinstance(value, (np.generic, dataclasses.Field))):
        return value
    raise UnsupportedSyntaxError(
        f"`{name}`, which a class inside a function has and which is computed or can be changed",
        s.span,
        "keep it in a variable of the function, which the methods may read, or in the objects",
    )


def _stand_in(s: Emitter, closure: Value, code: CodeType | None, birth: object, qualname: str) -> FunctionType:
    cells = tuple(CellType() for _ in (code or _never.__code__).co_freevars)
    globals_ = s.names.globals if s.names is not None else {}
    fn = FunctionType(code or _never.__code__, globals_, qualname.rpartition(".")[2], None, cells)  # type: ignore[arg-type]
    fn.__qualname__ = qualname
    s.program.methods[fn] = Method(closure, s, birth, runs=code is not None)
    return fn


def _never(*_: Any, **__: Any) -> None:
    raise AssertionError


@handles(dataclasses.dataclass)
def _dataclass(_s: Emitter, args: list[Operand], options: dict[str, Operand]) -> Operand | None:
    """`@dataclass(frozen=True)`: the decorator."""
    is_known = not args and all(isinstance(o, Const) for o in options.values())
    return Const(dataclasses.dataclass(**{k: constant(o) for k, o in options.items()})) if is_known else None


@handles(dataclasses.field)
def _field(s: Emitter, args: list[Operand], options: dict[str, Operand]) -> Operand | None:
    """`field(…)` in a dataclass."""
    if args:
        return None
    birth = object()
    s.cells.contents[birth] = Const(None)
    known = {name: _held(s, name, o, None, birth, f"<{name}>") for name, o in options.items()}
    try:
        return Const(dataclasses.field(**known))
    except (TypeError, ValueError) as error:
        s.raise_error(type(error), str(error))
        return UNDEFINED
