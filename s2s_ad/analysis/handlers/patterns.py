"""What the patterns of `match` ask about a value, decided by its type where that says enough."""

from __future__ import annotations

import inspect
import operator
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.guards import MISSING
from s2s_ad.analysis.handlers.records import refuse_absent
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand
from s2s_ad.ir.types import (
    BOOL,
    Array,
    Dict,
    Instance,
    Iterable,
    List,
    Never,
    Number,
    Record,
    Static,
    Tuple,
    Type,
    Unknown,
)

_THEMSELVES = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)
_MISSING = object()


@handles(runtime.is_sequence)
def _is_sequence(s: Emitter, args: list[Operand], _: Any) -> Operand:
    return _is_of_kind(s, runtime.is_sequence, args, runtime.SEQUENCE)


@handles(runtime.is_mapping)
def _is_mapping(s: Emitter, args: list[Operand], _: Any) -> Operand:
    return _is_of_kind(s, runtime.is_mapping, args, runtime.MAPPING)


def _is_of_kind(s: Emitter, fn: Any, args: list[Operand], flag: int) -> Operand:
    operand = args[0]
    s.refuse_iterator(operand)
    if isinstance(operand, Const):
        return Const(fn(operand.value))
    cls = _class_of(operand.type)
    return s.emit(fn, args, None, BOOL) if cls is None else Const(bool(cls.__flags__ & flag))


def _class_of(t: Type) -> type | None:
    """A class that `match` treats as those of all values of type `t`; None where they may differ."""
    match t:
        case Unknown() | Never() | Iterable() | Array(axes=None) | Array(loose=True):
            return None
        case Array(axes=axes, boxed=boxed):
            return np.ndarray if axes or boxed else np.generic
        case Instance(cls) | Record(cls) | Tuple(_, cls):
            return cls
        case List() | Dict():
            return list if isinstance(t, List) else dict
    return object


@handles(runtime.without)
def _without(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    t, keys = type_of_operand(args[0]), [constant(k, default=_MISSING) for k in args[1:]]
    if not isinstance(t, Dict) or _MISSING in keys:
        return None
    kept = [k for k in t.keys if k not in keys]
    items = [part for k in kept for part in (Const(k), s.apply(operator.getitem, [args[0], Const(k)]))]
    return s.apply(primitives.make_dict, items)


@handles(primitives.is_instance)
def _is_instance(s: Emitter, args: list[Operand], _: Any) -> Operand:
    if not isinstance(args[1], Const):
        what = "a class pattern whose class is known only at run time"
        raise UnsupportedSyntaxError(what, s.span, "name the class")
    if not isinstance(args[1].value, type):
        s.raise_error(TypeError, "called match pattern must be a class")
        return UNDEFINED
    return s.apply(isinstance, args)


@handles(primitives.has_match_attribute)
def _has_match_attribute(s: Emitter, args: list[Operand], _: Any) -> Operand:
    subject, cls, wanted = args[0], constant(args[1]), constant(args[2])
    if isinstance(wanted, tuple):
        known = len(_positions(s, cls))
        if known < wanted[1]:
            given = f"{known} positional sub-pattern{'s' * (known != 1)} ({wanted[1]} given)"
            s.raise_error(TypeError, f"{cls.__name__}() accepts {given}")
            return UNDEFINED
    name = _name(s, cls, wanted)
    if name is None:
        return Const(True)
    if isinstance(subject, Const):
        return Const(hasattr(subject.value, name))
    t = subject.type
    if isinstance(t, Record):
        refuse_absent(s, t)
        return Const(name in t.names or inspect.getattr_static(t.cls, name, _MISSING) is not _MISSING)
    if isinstance(t, (Tuple, Number, Array, List, Dict, Static)) and getattr(t, "cls", None) is not None:
        return Const(hasattr(t.cls, name))  # type: ignore[union-attr]
    return s.emit(hasattr, [subject, Const(name)], None, BOOL)


@handles(primitives.match_attribute)
def _match_attribute(s: Emitter, args: list[Operand], _: Any) -> Operand:
    name = _name(s, constant(args[1]), constant(args[2]))
    return args[0] if name is None else s.apply(getattr, [args[0], Const(name)])


def _positions(s: Emitter, cls: type) -> tuple[str | None, ...]:
    """The attributes that the positions of a class pattern stand for, None for the value itself."""
    if cls in _THEMSELVES:
        return (None,)
    found: Any = getattr(cls, "__match_args__", MISSING)
    s.program.guard(cls, "__match_args__", found)
    if found is MISSING:
        return (None,) if issubclass(cls, _THEMSELVES) else ()
    return tuple(found)


def _name(s: Emitter, cls: type, wanted: str | tuple[int, int]) -> str | None:
    return wanted if isinstance(wanted, str) else _positions(s, cls)[wanted[0]]
