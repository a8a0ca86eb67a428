"""Sets of keys: of what nothing is differentiated, such as ints and texts. They are made and changed as it is written.

A set of floats would lose their derivatives, so what may be or hold one is refused.
"""

from __future__ import annotations

from typing import Any

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.python_types import iterated
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import BOOL, Instance, Never, Number, Tuple, Type

SET = Instance(set)
_RESULTS: dict[str, Type] = {
    **dict.fromkeys(("add", "discard", "remove", "clear", "update"), Instance(type(None))),
    **dict.fromkeys(("copy", "union", "intersection", "difference", "symmetric_difference"), SET),
    **dict.fromkeys(("issubset", "issuperset", "isdisjoint"), BOOL),
}


@handles(set)
def _set(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    """A set of keys; None for what may hold more."""
    if args and not _is_key(iterated(type_of_operand(args[0]))):
        return None
    return s.emit(set, args, None, SET)


@handles(primitives.make_set)
def _make_set(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    keys = all(_is_key(type_of_operand(a)) for a in args)
    return s.emit(primitives.make_set, args, None, SET) if keys else None


def method(s: Emitter, obj: Operand, name: str, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """A method of a set of keys; None for one of which nothing is known."""
    if name not in _RESULTS or kwargs:
        return None
    for arg in args:
        t = type_of_operand(arg)
        many = name not in ("add", "discard", "remove")
        if not _is_key(iterated(t) if many and t != SET else t) and t != SET:
            raise UnsupportedSyntaxError(
                f"`.{name}` of a set with what may be a float or hold one", s.span, "use a list, or ints and texts"
            )
    return s.emit(primitives.call_method, [obj, Const(name), *args], None, _RESULTS[name])


def _is_key(t: Type) -> bool:
    """Whether values of type `t` are ints, texts and the like, or tuples of these."""
    match t:
        case Number(kind):
            return kind in ("int", "bool", "whole")
        case Never():  # of nothing
            return True
        case Tuple(items):
            return all(map(_is_key, items))
        case Instance(cls):
            return cls in (str, bytes, type(None))
    return False
