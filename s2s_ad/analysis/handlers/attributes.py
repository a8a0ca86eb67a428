"""Attributes and methods, of arrays, containers, modules and constants."""

from __future__ import annotations

import operator
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.cursors import refuse_question
from s2s_ad.analysis.dict_views import keep_view
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.escapes import refuse_escape
from s2s_ad.analysis.handlers import deques, dicts, late_methods, lists, maps, records, sets
from s2s_ad.analysis.handlers.fills import drawn, method_that_fills
from s2s_ad.analysis.handlers.flat import flat
from s2s_ad.analysis.handlers.logs import log
from s2s_ad.analysis.handlers.table import REWRITE, handles
from s2s_ad.analysis.handlers.writes import refuse_foreign_method, refuse_writing_method
from s2s_ad.analysis.local_classes import refuse_unknown
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.reports import method_reports
from s2s_ad.analysis.statics import is_foldable
from s2s_ad.analysis.written_globals import read_outside
from s2s_ad.errors import MutationError, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Value
from s2s_ad.ir.types import (
    BOOL,
    INT,
    UNKNOWN,
    Absent,
    Array,
    Closure,
    Deque,
    Dict,
    Instance,
    List,
    Map,
    Numeric,
    Record,
    Tuple,
    Type,
    part_type,
)
from s2s_ad.ir.values import is_code, type_of
from s2s_ad.objects import CONTAINERS, is_writing
from s2s_ad.rules.numpy.methods import ATTRIBUTES, METHODS

_TEXT_METHODS: dict[str, Type] = {  # those that do not give a text
    **dict.fromkeys(("count", "find", "index", "rfind", "rindex"), INT),
    **dict.fromkeys((*filter(lambda name: name.startswith("is"), dir(str)), "startswith", "endswith"), BOOL),
    **dict.fromkeys(("split", "rsplit", "splitlines"), List(Instance(str))),
    **dict.fromkeys(("partition", "rpartition"), Tuple((Instance(str),) * 3)),
    **dict.fromkeys(("encode", "maketrans"), UNKNOWN),
}


@handles(getattr)
def _getattr(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    obj, name = args[0], constant(args[1])
    if not isinstance(name, str):
        return None
    if len(args) == 3:
        refuse_question(s, obj)
    if len(args) == 3 and records.is_object(type_of_operand(obj)):
        return s.apply(getattr, args[:2]) if records.has(s, obj, name) else args[2]
    if len(args) != 2:
        return None
    if isinstance(obj, Const):
        return _constant_attribute(s, obj, name)
    t = obj.type
    if isinstance(t, Closure):
        return s.apply(getattr, [s.attributes_of(obj), args[1]])
    if records.is_object(t):
        return records.attribute(s, obj, t, name)  # type: ignore[arg-type]
    records.refuse_unfollowed(s, t, name)
    refuse_unknown(s, obj)
    refuse_writing_method(s, t, name)
    if isinstance(t, Array) and name == "flat":
        return flat(s, obj)
    if isinstance(t, Array) and name in ATTRIBUTES:
        return s.apply(ATTRIBUTES[name], [obj])
    if isinstance(t, Array) and name == "dtype" and t.dtype is not None and not t.loose:
        return Const(t.dtype)
    if _may_be_array(t) and name in ATTRIBUTES:
        return s.apply(ATTRIBUTES[name], [_array_with(s, obj, name)])
    if t == UNKNOWN and s.program.has_objects:
        obj = s.emit(runtime.no_property, [obj, Const(name)], None, UNKNOWN)
    return s.emit(getattr, [obj, Const(name)], None, _limit(s, obj, name))


def _limit(s: Emitter, obj: Value, name: str) -> Type:
    """The type of `np.finfo(float).eps` and the like, which are numbers; unknown for anything else."""
    made = s.definitions.get(obj)
    fn: Any = None if made is None else constant(made.target)
    if made is None or fn not in (np.finfo, np.iinfo) or len(made.args) != 1 or not isinstance(made.args[0], Const):
        return UNKNOWN
    try:
        return type_of(getattr(fn(made.args[0].value), name))
    except (AttributeError, TypeError, ValueError):  # it will be raised when the program runs
        return UNKNOWN


def _may_be_array(t: Type) -> bool:
    """Whether it is not known of a value whether it is an array."""
    return t == UNKNOWN or isinstance(t, Numeric)


def _array_with(s: Emitter, obj: Value, name: str) -> Operand:
    """What is an array where the program goes on, as it has an attribute or a method that arrays have."""
    return s.emit(runtime.array_with, [obj, Const(name)], None, UNKNOWN, obj.name)


@handles(primitives.own_attribute)
def _own_attribute(s: Emitter, args: list[Operand], _: Any) -> Operand:
    """`vars(obj)[key]`."""
    obj, key = args[0], constant(args[1])
    t = type_of_operand(obj)
    if not isinstance(obj, Value) or not isinstance(t, Record) or obj in s.making or not isinstance(key, str):
        what = "`vars()` of what is no known object, or by a name known late"
        raise UnsupportedSyntaxError(what, s.span, "name the attribute: `obj.name`")
    found = records.found_in_class(t.cls, key)
    is_computed = isinstance(found, property) or records.is_descriptor(found)
    if key in t.names and not is_computed and not isinstance(part_type(t, key), Absent):
        return s.apply(getattr, [obj, Const(key)])
    if key in t.names:
        raise UnsupportedSyntaxError(f"the attribute `{key}` by `vars()`", s.span, "name the attribute: `obj.name`")
    s.raise_error(KeyError, key)
    return UNDEFINED


@handles(hasattr)
def _hasattr(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    refuse_question(s, args[0])
    name = constant(args[1])
    is_known = isinstance(name, str) and records.is_object(type_of_operand(args[0]))
    return Const(records.has(s, args[0], name)) if is_known else None


def _constant_attribute(s: Emitter, obj: Const, name: str) -> Operand:
    """An attribute of an object that is known now: code is resolved, and guarded; data is read at run time."""
    if is_writing(name) and isinstance(obj.value, CONTAINERS):
        raise MutationError(f"`.{name}` writes in place", s.span, REWRITE)
    try:
        value = getattr(obj.value, name)
    except AttributeError:
        return s.emit(getattr, [obj, Const(name)], None, UNKNOWN)
    if isinstance(obj.value, type) and obj.value in s.program.classes and records.is_settled(s, obj.value, name):
        return Const(value)
    if isinstance(obj.value, np.dtype) and is_foldable(value):
        return Const(value)
    if _is_library_object(obj.value):
        data = isinstance(value, (bool, int, float, complex, np.ndarray, np.generic))
        return s.emit(getattr, [obj, Const(name)], None, type_of(value)) if data else Const(value)
    if is_code(value):
        s.program.guard(obj.value, name, value)
        return Const(value)
    s.program.guard(obj.value, name, type_of(value), by_type=True)
    if isinstance(obj.value, FunctionType) and type(value) in (int, bool):
        return s.emit(runtime.attribute_now, [obj, Const(name)], None, type_of(value))
    return read_outside(s, getattr, obj.value, name)


def _is_library_object(obj: Any) -> bool:
    """Whether `obj` belongs to NumPy or the like, which does not change under a program."""
    home = getattr(obj, "__name__", None) if isinstance(obj, ModuleType) else getattr(obj, "__module__", None)
    if isinstance(obj, (np.ufunc, np.dtype)) or type(obj) in (str, int, float, bool, complex, tuple, slice, type(None)):
        return True
    return (home or "").partition(".")[0] in ("numpy", "scipy", "math", "operator")


@handles(primitives.call_method)
def _call_method(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    obj, name = args[0], constant(args[1])
    if type_of_operand(obj) == Instance(str) and hasattr(str, name):
        refuse_escape((*args[2:], *kwargs.values()), s.span, shown=True)
        folded = s.fold(getattr(str, name), [obj, *args[2:]], kwargs) if name in _TEXT_METHODS else None
        return folded or s.emit(primitives.call_method, args, kwargs, _TEXT_METHODS.get(name, Instance(str)))
    if isinstance(obj, Const):
        method = _constant_attribute(s, obj, name)
        return s.apply(method, args[2:], kwargs)
    t = obj.type
    if not isinstance(name, str):
        return late_methods.call(s, obj, args[1], args[2:], kwargs)  # type: ignore[arg-type]
    if records.is_object(t):
        return records.method(s, obj, t, name, args[2:], kwargs)  # type: ignore[arg-type]
    records.refuse_unfollowed(s, t, name)
    refuse_unknown(s, obj)
    if isinstance(t, List) and name == "append" and len(args) == 3 and not kwargs:
        s.apply(primitives.append, [obj, args[2]])
        return Const(None)
    filled = method_that_fills(s, name, [obj, *args[2:]], kwargs) if isinstance(t, Array) else None
    if filled is not None:
        return filled
    if isinstance(t, List) and name in lists.METHODS and s.memory.root(obj) is not None:
        return lists.METHODS[name](s, obj, args[2:], kwargs)
    if isinstance(t, Dict) and name in dicts.METHODS and s.memory.root(obj) is not None:
        return dicts.method(s, obj, name, args[2:], kwargs)
    of_deque = deques.method(s, obj, name, args[2:]) if isinstance(t, Deque) and not kwargs else None
    if of_deque is not None:
        return of_deque
    found = maps.method(s, obj, name, args[2:], kwargs) if isinstance(t, Map) else None
    if found is not None:
        return found
    of_set = sets.method(s, obj, name, args[2:], kwargs) if t == sets.SET else None
    if of_set is not None:
        return of_set
    refuse_writing_method(s, t, name)
    if isinstance(t, Array) and name in METHODS:
        return s.apply(METHODS[name], [obj, *args[2:]], kwargs)
    if _may_be_array(t) and name in METHODS:
        return s.apply(METHODS[name], [_array_with(s, obj, name), *args[2:]], kwargs)
    if isinstance(t, Dict) and name in ("items", "keys", "values", "get"):
        return _dict_method(s, obj, t, name, args[2:])
    if isinstance(t, (List, Tuple)) and name == "copy":
        return s.apply(list, [obj])
    if isinstance(t, Dict) and name == "copy" and len(args) == 2:
        return s.apply(dict, [obj])
    filled = drawn(s, obj, name, args[2:], kwargs)
    if filled is not None:
        return filled
    if method_reports(t, name):
        refuse_escape((*args[2:], *kwargs.values()), s.span, shown=True)
        return log(s, args, kwargs)
    refuse_foreign_method(s, t, name, [*args[2:], *kwargs.values()])
    return s.emit(primitives.call_method, [s.no_object(obj), *args[1:]], kwargs, UNKNOWN)


def _dict_method(s: Emitter, obj: Value, t: Dict, name: str, args: list[Operand]) -> Operand:
    if name == "get":
        key = args[0]
        if not isinstance(key, Const) and len(set(t.values)) < 2:
            return maps.method(s, obj, name, args, {})  # type: ignore[return-value]
        if not isinstance(key, Const):
            return s.emit(primitives.call_method, [obj, Const(name), *args], None, UNKNOWN)
        if key.value not in t.keys:
            return args[1] if len(args) > 1 else Const(None)
        return s.apply(operator.getitem, [obj, key])
    if name == "keys":
        return keep_view(s, Const(tuple(t.keys)), obj, name)
    values = [s.apply(operator.getitem, [obj, Const(k)]) for k in t.keys]
    if name == "values":
        return keep_view(s, s.apply(primitives.make_tuple, values), obj, name)
    pairs = [s.apply(primitives.make_tuple, [Const(k), v]) for k, v in zip(t.keys, values, strict=True)]
    return keep_view(s, s.apply(primitives.make_tuple, pairs), obj, name)
