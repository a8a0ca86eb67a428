"""Methods whose name is known when the program runs: one of those whose names begin as it does.

    getattr(self, "on_" + state)(x)         if name == "on_open": y = self.on_open(x)
                                            elif name == "on_shut": y = self.on_shut(x)
                                            else: raise AttributeError(…)

A class that looks attributes up in its own way, or whose objects have attributes of such names, is left alone.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from types import FunctionType
from typing import TYPE_CHECKING

from s2s_ad.analysis.choices import MOST, either
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers import records
from s2s_ad.analysis.operands import constant
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Value
from s2s_ad.ir.types import Record
from s2s_ad.ir.values import MISSING

if TYPE_CHECKING:
    from s2s_ad.analysis.calls import CallEvaluator


def call(s: CallEvaluator, obj: Operand, name: Operand, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """`getattr(obj, name)(*args, **kwargs)`."""
    t = obj.type if isinstance(obj, Value) else None
    names = _names(s, t, name) if isinstance(t, Record) and not kwargs else []
    if not names or not isinstance(t, Record):
        hint = "write the name: `obj.name()`, or choose by `if`"
        raise UnsupportedSyntaxError("a method whose name is known late", s.span, hint)
    return _one_of(s, obj, t, name, names, args)


def _one_of(
    s: CallEvaluator, obj: Operand, t: Record, name: Operand, names: Sequence[str], args: list[Operand]
) -> Operand:
    def other() -> Operand:
        if len(names) > 1:
            return _one_of(s, obj, t, name, names[1:], args)
        s.raise_error(AttributeError, f"'{t.cls.__name__}' object has no attribute of this name")
        return UNDEFINED

    test = s.apply(operator.eq, [name, Const(names[0])])
    return either(s, test, [lambda: records.method(s, obj, t, names[0], args, {}), other])


def _names(s: Emitter, t: Record, name: Operand) -> list[str]:
    """The methods that may be meant, if it is known how their names begin; none if an attribute may be meant."""
    start = _start(s, name)
    looked_up = records.found_in_class(t.cls, "__getattr__") is not MISSING
    if not start or looked_up or any(attribute.startswith(start) for attribute in t.names):
        return []
    found = {n: records.found_in_class(t.cls, n) for n in dir(t.cls) if n.startswith(start)}
    is_plain = all(isinstance(method, FunctionType) for method in found.values())
    return list(found) if is_plain and len(found) <= MOST else []


def _start(s: Emitter, name: Operand) -> str:
    """How a text begins that is put together of several."""
    made = s.definitions.get(name)  # type: ignore[arg-type]
    fn = None if made is None else callee(made)
    if fn is operator.add:
        return str(constant(made.args[0], default=""))  # type: ignore[union-attr, arg-type]
    first = fn.pieces[0] if isinstance(fn, primitives.FString) and fn.pieces else None
    return first if isinstance(first, str) else ""
