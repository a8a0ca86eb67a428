"""Objects of classes that are written in Python: attributes, methods, properties, operators, calls.

An attribute of the object itself is read when control gets there; everything that its class gives is resolved now, and
guarded. Methods are differentiated like any other function, with the object as their first argument.
"""

from __future__ import annotations

import inspect
import operator
from typing import Any

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand
from s2s_ad.ir.types import Array, Record, Static, Type, Unknown

_MISSING = object()
_OPERATORS = {
    operator.add: "add", operator.sub: "sub", operator.mul: "mul", operator.truediv: "truediv",
    operator.floordiv: "floordiv", operator.mod: "mod", operator.pow: "pow", operator.matmul: "matmul",
    operator.neg: "neg", operator.pos: "pos", operator.invert: "invert", abs: "abs", operator.getitem: "getitem",
    len: "len", operator.contains: "contains", operator.eq: "eq", operator.ne: "ne", operator.lt: "lt",
    operator.le: "le", operator.gt: "gt", operator.ge: "ge", bool: "bool", float: "float", int: "int",
}  # fmt: skip
_MIRRORED = {"eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}
_HINT = "call it where it is named, or pass the attributes that it needs"


def attribute(s: Emitter, obj: Operand, t: Record, name: str) -> Operand:
    """`obj.name`."""
    found = inspect.getattr_static(t.cls, name, _MISSING)
    if isinstance(found, property):
        _rely_on(s, t.cls, name)
        return s.apply(found.fget, [obj])
    if name in t.names:
        kind = t.values[t.names.index(name)]
        return Const(kind.value) if isinstance(kind, Static) else s.emit(getattr, [obj, Const(name)], None, kind)
    if found is _MISSING:
        s.raise_error(AttributeError, f"{t.cls.__name__!r} object has no attribute {name!r}")
        return UNDEFINED
    if inspect.isfunction(found) or hasattr(type(found), "__get__"):
        what = f"the method `{name}` as a value" if inspect.isfunction(found) else f"the attribute `{name}`"
        raise UnsupportedSyntaxError(what, s.span, _HINT)
    return s.apply(getattr, [Const(t.cls), Const(name)])


def method(s: Emitter, obj: Operand, t: Record, name: str, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """`obj.name(*args, **kwargs)`."""
    found = inspect.getattr_static(t.cls, name, _MISSING)
    if inspect.isfunction(found) and name not in t.names:
        _rely_on(s, t.cls, name)
        return s.apply(found, [obj, *args], kwargs)
    if isinstance(found, (staticmethod, classmethod)) and name not in t.names:
        _rely_on(s, t.cls, name)
        first = [Const(t.cls)] if isinstance(found, classmethod) else []
        return s.apply(found.__func__, [*first, *args], kwargs)
    return s.apply(attribute(s, obj, t, name), args, kwargs)


def call(s: Emitter, obj: Operand, t: Record, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """`obj(*args, **kwargs)`."""
    return method(s, obj, t, "__call__", args, kwargs)


def operation(s: Emitter, fn: Any, args: list[Operand]) -> Operand | None:
    """An operator on objects, by the methods that stand for it; None where they leave it to Python."""
    name = _OPERATORS.get(fn)
    if name is None or not any(isinstance(type_of_operand(a), Record) for a in args):
        return None
    if fn is operator.contains:
        args = args[::-1] if isinstance(type_of_operand(args[1]), Record) else args
    tries = [(args, f"__{name}__")]
    if len(args) == 2 and name not in ("getitem", "contains"):
        tries.append((args[::-1], f"__{_MIRRORED.get(name) or 'r' + name}__"))
        left, right = (getattr(type_of_operand(a), "cls", object) for a in args)
        if _is_taken_apart(type_of_operand(args[0])):
            what = f"an array, or what may be one, before a `{right.__name__}` object in an operator"
            raise UnsupportedSyntaxError(what, s.span, "write the object first: NumPy takes the array apart")
        if left is not right and issubclass(right, left):
            tries.reverse()
    for operands, method_name in tries:
        t = type_of_operand(operands[0])
        if isinstance(t, Record) and inspect.isfunction(inspect.getattr_static(t.cls, method_name, None)):
            result = method(s, operands[0], t, method_name, list(operands[1:]), {})
            if not (isinstance(result, Const) and result.value is NotImplemented):
                return result
    return None


def _is_taken_apart(t: Type) -> bool:
    """Whether NumPy may apply an operator to each element of the left operand, before the object is asked."""
    return isinstance(t, Unknown) or (isinstance(t, Array) and t.axes != ())


def _rely_on(s: Emitter, cls: type, name: str) -> None:
    """Guard what the class gives, as far as functions go: `cls.name` is one and the same object each time."""
    s.program.guard(cls, name, getattr(cls, name))
