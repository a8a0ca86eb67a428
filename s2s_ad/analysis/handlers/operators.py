"""Operators, conversions and iteration on objects, by the methods that stand for them.

    a + b    ->  a.__add__(b), then b.__radd__(a); the other way round if the class of b refines that of a
    a += b   ->  a.__iadd__(b), then as a + b
    a < b    ->  a.__lt__(b), then b.__gt__(a); the other way round if the class of b is derived from that of a
    bool(a)  ->  a.__bool__(), then a.__len__() != 0, then True

What no class defines is left to Python, which raises its own TypeError, or compares by identity.
"""

from __future__ import annotations

import builtins
import inspect
import operator
from collections import Counter
from types import NotImplementedType
from typing import Any

from s2s_ad.analysis.dict_views import refuse_as_set
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.guards import MISSING
from s2s_ad.analysis.handlers.records import found_in_class, is_object, rely_on
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import BOOL, FLOAT, INT, UNKNOWN, Array, Instance, Number, Record, Type, Unknown
from s2s_ad.rules.iterators import Kept

_ARITHMETIC = {
    getattr(operator, name + "_" * (name in ("and", "or"))): name
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift",
                 "rshift")
}  # fmt: skip
_ARITHMETIC[divmod] = "divmod"
IN_PLACE = {getattr(operator, "i" + name): fn for fn, name in _ARITHMETIC.items() if fn is not divmod}
_COMPARISONS = {
    operator.eq: ("eq", "eq"), operator.ne: ("ne", "ne"), operator.lt: ("lt", "gt"), operator.gt: ("gt", "lt"),
    operator.le: ("le", "ge"), operator.ge: ("ge", "le"),
}  # fmt: skip
_COMPARED = frozenset(f"__{name}__" for name, _ in _COMPARISONS.values())
_UNARY = {
    operator.neg: "neg", operator.pos: "pos", operator.invert: "invert", abs: "abs", len: "len", float: "float",
    int: "int", complex: "complex", round: "round", operator.getitem: "getitem", operator.contains: "contains",
    builtins.iter: "iter", builtins.reversed: "reversed", builtins.next: "next", hash: "hash",
    primitives.store: "setitem", operator.delitem: "delitem",
}  # fmt: skip
_KIND_OF: dict[Any, tuple[Any, Type]] = {
    operator.contains: (bool, BOOL),
    len: (operator.index, INT),
    float: (float, FLOAT),
}
_OPERATORS = frozenset({*_ARITHMETIC, *IN_PLACE, *_COMPARISONS, *_UNARY, bool})


def operation(s: Emitter, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """An operator on objects; None where their classes leave it to Python."""
    if fn in _ARITHMETIC or fn in _COMPARISONS:
        refuse_as_set(s, args)
    if (fn in _ARITHMETIC or fn in IN_PLACE) and any(getattr(type_of_operand(a), "cls", None) is Counter for a in args):
        raise UnsupportedSyntaxError("arithmetic with a `Counter`", s.span, "write it as a loop over the keys")
    if fn not in _OPERATORS or kwargs or not any(is_object(type_of_operand(a)) for a in args):
        return None
    if fn in IN_PLACE:
        found = _by_method(s, args, f"__i{_ARITHMETIC[IN_PLACE[fn]]}__")
        return s.apply(IN_PLACE[fn], args) if found is None else found
    if fn in _ARITHMETIC and len(args) == 2:
        _refuse_array_first(s, args)
        return _arithmetic(s, args, f"__{_ARITHMETIC[fn]}__", f"__r{_ARITHMETIC[fn]}__")
    if fn in _COMPARISONS:
        _refuse_array_first(s, args)
        there, back = (f"__{name}__" for name in _COMPARISONS[fn])
        tries = [(args, there), (args[::-1], back)]
        return _first_of(s, tries[::-1] if _is_derived(args) else tries)
    if fn is bool:
        return _truth(s, args)
    if fn is builtins.next and len(args) == 2:
        return _next_or(s, args)
    if fn in _UNARY:
        return _as_python_has_it(s, fn, _by_method(s, args, f"__{_UNARY[fn]}__"))
    return None


def _next_or(s: Emitter, args: list[Operand]) -> Operand | None:
    """`next(iterator, default)`; None where only the default is an object."""
    t = type_of_operand(args[0])
    if not isinstance(t, Record):
        return None
    if not issubclass(t.cls, Kept):
        what = f"`next` of a `{t.cls.__name__}` with a default"
        raise UnsupportedSyntaxError(what, s.span, "call it without a default, and test before whether there is more")
    return s.apply(t.cls.next_or, args)


def _as_python_has_it(s: Emitter, fn: Any, found: Operand | None) -> Operand | None:
    """What Python makes of what a method gives: `in` is a bool, `len` an int, `float` a float."""
    if found is None or fn not in _KIND_OF:
        return found
    convert, kind = _KIND_OF[fn]
    return found if type_of_operand(found) == kind else s.apply(convert, [found])


def _refuse_array_first(s: Emitter, args: list[Operand]) -> None:
    left, right = map(type_of_operand, args)
    if isinstance(right, Record) and _is_taken_apart(left, right.cls):
        what = f"an array, or what may be one, before a `{right.cls.__name__}` object in an operator"
        raise UnsupportedSyntaxError(what, s.span, "write the object first: NumPy takes the array apart")


def _arithmetic(s: Emitter, args: list[Operand], there: str, back: str) -> Operand | None:
    left, right = (getattr(type_of_operand(a), "cls", object) for a in args)
    tries = [(args, there), (args[::-1], back)]
    if left is right:
        return _first_of(s, tries[:1])
    refined = _is_derived(args) and found_in_class(right, back) is not found_in_class(left, back)
    return _first_of(s, tries[::-1] if refined else tries)


def _first_of(s: Emitter, tries: list[tuple[list[Operand], str]]) -> Operand | None:
    for operands, name in tries:
        result = _by_method(s, operands, name)
        if result is not None:
            return result
    return None


def _by_method(s: Emitter, args: list[Operand], name: str) -> Operand | None:
    """What a method of the first operand gives; None where there is none, or it declines."""
    t = type_of_operand(args[0])
    cls = getattr(t, "cls", None)
    if not is_object(t) or cls is None:
        return None
    found = found_in_class(cls, name)
    rely_on(s, cls, name)
    if _is_built_in(found) or (name in _COMPARED and _is_generated(found)):
        return None
    if not inspect.isfunction(found):
        raise UnsupportedSyntaxError(f"`{name}` of `{cls.__name__}`, which is no method", s.span, "write it with `def`")
    if name in ("__iter__", "__reversed__"):
        return s.call_in_place(found, args)
    result = s.apply(found, list(args))
    kind = type_of_operand(result)
    if kind == Instance(NotImplementedType):
        return None
    if kind == UNKNOWN and "NotImplemented" in found.__code__.co_names:
        raise UnsupportedSyntaxError(
            f"`{name}` of `{cls.__name__}`, of which it is not known whether it gives NotImplemented",
            s.span,
            "test the type of the other operand with `isinstance` only",
        )
    return result


def _is_built_in(found: Any) -> bool:
    """Whether a class defines no method of its own: it has nothing, or what C gives to every object or tuple."""
    return found is MISSING or found is None or type(found).__name__ in ("wrapper_descriptor", "method_descriptor")


def _is_generated(found: Any) -> bool:
    """Whether a method is one that `dataclass` has written, such as the comparison of all fields."""
    return inspect.isfunction(found) and found.__code__.co_filename == "<string>"


def _truth(s: Emitter, args: list[Operand]) -> Operand | None:
    found = _by_method(s, args, "__bool__")
    if found is not None:
        t = type_of_operand(found)
        if isinstance(t, (Number, Array)) and t != BOOL:
            kind = t.kind if isinstance(t, Number) else f"numpy.{t.dtype}" if t.axes == () else "numpy.ndarray"
            s.raise_error(TypeError, f"__bool__ should return bool, returned {kind}")
        return found
    size = _by_method(s, args, "__len__")
    if size is not None:
        return s.apply(operator.ne, [size, Const(0)])
    return Const(True) if isinstance(type_of_operand(args[0]), Record) else None


def _is_derived(args: list[Operand]) -> bool:
    """Whether the class of the right operand is derived from that of the left."""
    left, right = (getattr(type_of_operand(a), "cls", None) for a in args)
    return left is not None and right is not None and left is not right and issubclass(right, left)


def _is_taken_apart(t: Type, right: type) -> bool:
    """Whether NumPy may apply an operator to each element of an operand, before the object is asked.

    It does so with arrays, and takes an object that can be indexed for an array beside a number of its own.
    """
    if isinstance(t, Unknown):
        return True
    is_sequence = found_in_class(right, "__len__") is not MISSING or found_in_class(right, "__array__") is not MISSING
    return isinstance(t, Array) and (t.axes != () or is_sequence)
