"""What types decide at compile time: ranks, shapes, lengths, classes, identity."""

from __future__ import annotations

import contextlib
import functools
import operator
from abc import ABCMeta
from collections import deque
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.cursors import cursor
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.operators import operation
from s2s_ad.analysis.handlers.table import HANDLERS, handles
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.outside import read_global
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Value
from s2s_ad.ir.types import (
    BOOL,
    NEVER,
    Array,
    Closure,
    Deque,
    Dict,
    Instance,
    Iterable,
    Length,
    List,
    Map,
    Maybe,
    Never,
    Number,
    Record,
    Tuple,
    Unknown,
    is_complex,
)
from s2s_ad.ir.values import MISSING, found_in_class
from s2s_ad.rules.functional import first_of

_PLAIN_CHECKS: tuple[Any, ...] = (type.__instancecheck__, ABCMeta.__instancecheck__)
_PYTHON_TYPES = {"bool": bool, "int": int, "float": float, "complex": complex}


@handles(primitives.iterable)
def _iterable(s: Emitter, args: list[Operand], _: Any) -> Operand:
    t = type_of_operand(args[0])
    is_array = isinstance(t, Array) and bool(t.axes)
    if not is_array and not isinstance(t, (List, Tuple, Deque, Dict, Map, Iterable, Never)) and args[0] not in s.runs:
        what = "a loop in a `try` over what may not be iterable"
        raise UnsupportedSyntaxError(
            what, s.span, "put the loop into a function of its own, or the `try` into the loop"
        )
    return args[0]


@handles(primitives.identity)
def _identity_of(_s: Emitter, args: list[Operand], _: Any) -> Operand:
    return args[0]


@handles(primitives.read_global)
def _read_global(s: Emitter, args: list[Operand], _: Any) -> Operand:
    return read_global(s, constant(args[0]))


@handles(primitives.present)
def _present(s: Emitter, args: list[Operand], _: Any) -> Operand:
    """A variable that is read, and may not be bound, for nothing else than this."""
    operand = args[0]
    if not isinstance(operand, Value) or not operand.unbound or isinstance(operand.type, Closure):
        return operand
    return s.emit(primitives.present, args, None, operand.type, operand.name)


@handles(primitives.raise_)
def _raise(s: Emitter, args: list[Operand], _: Any) -> Operand:
    s.keep_writes()  # the end of the function does not see to that
    s.emit(primitives.raise_, args, None, NEVER)
    s.dead = True
    return UNDEFINED


@handles(np.broadcast_to)
def _broadcast_to(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    scalar = isinstance(type_of_operand(args[0]), Number) or type_of_operand(args[0]) == Array(np.dtype(float), ())
    return args[0] if s.hidden and scalar and constant(args[1]) == () else None


@handles(np.ndim)
def _ndim(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    t = type_of_operand(args[0])
    if isinstance(t, Number):
        return Const(0)
    return Const(len(t.axes)) if isinstance(t, Array) and t.axes is not None else None


@handles(np.real)
def _real(_s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    """The real part of an array of real numbers is the array itself."""
    t = type_of_operand(args[0])
    is_real = isinstance(t, Array) and not t.loose and t.dtype is not None and t.dtype.kind in "fiub"
    return args[0] if is_real else None


@handles(np.iscomplexobj)
def _iscomplexobj(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    t = type_of_operand(args[0])
    return Const(is_complex(t)) if isinstance(t, (Number, Array)) else None


@handles(np.shape)
def _shape(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    t = type_of_operand(args[0])
    if isinstance(t, Number) or (isinstance(t, Array) and t.axes == ()):
        return Const(())
    if isinstance(t, Array) and t.axes is not None:
        sizes = [_constant_length(a) for a in t.axes]
        return Const(tuple(sizes)) if None not in sizes else None
    return None


def _constant_length(axis: Any) -> int | None:
    if axis == 1:
        return 1
    named = isinstance(axis, Length) and isinstance(axis.name, tuple) and axis.name[0] == "const"
    return axis.name[1] if named else None


@handles(len)
def _len(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    if args[0] in s.flats:
        return s.apply(np.flatiter.__len__, args)
    t = type_of_operand(args[0])
    if isinstance(args[0], Value) and isinstance(t, (Tuple, Dict)):
        return Const(len(t.items if isinstance(t, Tuple) else t.keys))
    return Const(len(t.items)) if isinstance(t, List) and t.items is not None else None


@handles(isinstance)
def _isinstance(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    classes = constant(args[1])
    found = _class_of(args[0])
    if classes is list and isinstance(type_of_operand(args[0]), Iterable):
        return Const(False)
    if found is None or classes is None:
        return None
    if not _asks_for_classes(classes):
        return None
    try:
        return Const(issubclass(found, classes))
    except TypeError:
        return None


def _asks_for_classes(classes: Any) -> bool:
    """Whether `isinstance` with these asks for the class alone, and no method of a metaclass."""
    parts = classes if isinstance(classes, tuple) else getattr(classes, "__args__", None)
    if parts is not None:
        return all(map(_asks_for_classes, parts))
    return type(classes).__instancecheck__ in _PLAIN_CHECKS


def _class_of(operand: Operand) -> type | None:
    """The class of every value that the operand may be, where there is one."""
    if isinstance(operand, Const):
        return type(operand.value)
    t = operand.type
    if isinstance(t, Number):
        return _PYTHON_TYPES.get(t.kind)
    if isinstance(t, Array) and not t.loose and t.dtype is not None and t.axes is not None:
        return np.ndarray if t.axes or t.boxed else t.dtype.type
    return {List: list, Deque: deque, Dict: dict}.get(type(t), getattr(t, "cls", None))


@handles(type)
def _class(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    if len(args) != 1 or kwargs:
        return None
    found = _class_of(args[0])
    return s.emit(type, args, None, Instance(type)) if found is None else Const(found)


@handles(iter)
def _iterator(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    kept = cursor(s, iter, args, {})
    if kept is not None:
        return kept
    t = type_of_operand(args[0])
    if len(args) > 1 or not (isinstance(t, (List, Tuple, Dict)) or (isinstance(t, Array) and t.axes)):
        return None
    items = Const(tuple(t.keys)) if isinstance(t, Dict) else args[0]
    return s.run_of("an iterator", items, args, s.mark(), endless=False)


@handles(runtime.once)
def _once(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    """What ends with the round of a loop, which no object can stand for that is kept."""
    run = s.run_of("an iterator", args[0], args, s.mark(), endless=False)
    s.runs[run].span = None
    return run


@handles(next)
def _next(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    """The first item of an iterator, which is used up by that; None for what is not known to be one."""
    if args[0] not in s.runs:
        return None
    return s.apply(first_of, [s.taken(args[0], takes_all=False), *args[1:]])


@handles(callable)
def _callable(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    if isinstance(args[0], Const):
        return Const(callable(args[0].value))
    t = type_of_operand(args[0])
    if isinstance(t, (Number, Array, List, Deque, Dict, Map)):
        return Const(False)
    if isinstance(t, Record):
        return Const(found_in_class(t.cls, "__call__") is not MISSING)
    return Const(True) if isinstance(t, Closure) else None


@handles(operator.is_)
def _is(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    return _identity(s, args, same=True)


@handles(operator.is_not)
def _is_not(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    return _identity(s, args, same=False)


def _identity(s: Emitter, args: list[Operand], *, same: bool) -> Operand | None:
    a, b = args
    if s.hidden and any(type(constant(x)) in (int, float) for x in args):
        return Const(not same)  # which number object a constant is means nothing
    if isinstance(a, Const) and isinstance(b, Const):
        return Const((a.value is b.value) is same)
    for x, y in ((a, b), (b, a)):
        if isinstance(x, Const) and x.value is None:
            t = type_of_operand(y)
            if t == Instance(type(None)):
                return Const(same)
            if not isinstance(t, (Unknown, Never, Maybe)):
                return Const(not same)
    return None


@handles(operator.not_)
def _not(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    truth = operation(s, bool, args, {})
    if truth is not None:
        return s.apply(operator.not_, [truth])
    known = s.truth(args[0])
    if known is not None:
        return Const(not known)
    made = s.definitions.get(args[0]) if isinstance(args[0], Value) else None
    if made is not None and callee(made) is operator.not_ and type_of_operand(made.args[0]) == BOOL:  # type: ignore[arg-type]
        return made.args[0]  # type: ignore[return-value]
    return None


def _manager(cls: type, s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    return s.emit(cls, args, kwargs, Instance(cls))


for _cls in (np.errstate, contextlib.nullcontext):
    HANDLERS[_cls] = functools.partial(_manager, _cls)
