"""`super()`: what the classes after a certain one in the order of resolution give.

super(Base, self).f(x)      ->  Parent.f(self, x), for the first class after `Base` in `type(self).__mro__` with `f`
"""

from __future__ import annotations

import inspect
from typing import Any

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.guards import MISSING
from s2s_ad.analysis.handlers.construction import initialise
from s2s_ad.analysis.handlers.records import is_object, missing, rely_on
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand
from s2s_ad.ir.types import NEVER


@handles(primitives.super_method)
def _method(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    found = _resolved(s, args)
    obj, rest = args[1], args[3:]
    if found is MISSING:
        return UNDEFINED
    if isinstance(found, classmethod):
        return s.apply(found.__func__, [Const(_class_of(obj)), *rest], kwargs)
    if isinstance(found, staticmethod):
        return s.apply(found.__func__, rest, kwargs)
    if isinstance(constant(obj), type):
        return s.apply(found, rest, kwargs)
    if obj in s.making and args[2].value == "__init__":  # type: ignore[union-attr]
        return initialise(s, found, [obj, *rest], kwargs)
    if inspect.isfunction(found) or getattr(object, str(constant(args[2])), MISSING) is found:
        return s.apply(found, [obj, *rest], kwargs)
    return s.apply(_attribute(s, args[:3], {}), rest, kwargs)


@handles(primitives.super_attribute)
def _attribute(s: Emitter, args: list[Operand], _: Any) -> Operand:
    found = _resolved(s, args)
    obj = args[1]
    if found is MISSING:
        return UNDEFINED
    if isinstance(found, property) and found.fget is not None:
        return s.apply(found.fget, [obj])
    if isinstance(found, classmethod) and inspect.isfunction(found.__func__):
        return s.bound_method(found.__func__, Const(_class_of(obj)))
    if isinstance(found, staticmethod):
        return Const(found.__func__)
    if inspect.isfunction(found):
        return Const(found) if isinstance(constant(obj), type) else s.bound_method(found, obj)
    if hasattr(type(found), "__get__"):
        raise UnsupportedSyntaxError(
            f"the attribute `{constant(args[2])}`, which is a descriptor", s.span, "use a property, or a method"
        )
    home = next(c for c in _class_of(obj).__mro__ if vars(c).get(constant(args[2])) is found)
    return s.apply(getattr, [Const(home), args[2]])


def _resolved(s: Emitter, args: list[Operand]) -> Any:
    """What stands under the name in the classes after the given one; `MISSING` after emitting the error for nothing."""
    after, obj, name = constant(args[0]), args[1], constant(args[2])
    t = type_of_operand(obj)
    if t == NEVER or s.dead:
        return MISSING
    if not isinstance(after, type) or not (is_object(t) or isinstance(constant(obj), type)):
        raise UnsupportedSyntaxError(
            "`super` of an object whose class is not known", s.span, "name the base class: `Base.method(self, …)`"
        )
    order = _class_of(obj).__mro__
    if after not in order:
        s.raise_error(TypeError, "super(type, obj): obj must be an instance or subtype of type")
        return MISSING
    for cls in order[order.index(after) + 1 :]:
        rely_on(s, cls, name)
        if name in vars(cls):
            return getattr(vars(cls)[name], "__s2s_ad_function__", vars(cls)[name])
    missing(s, f"'super' object has no attribute {name!r}")
    return MISSING


def _class_of(obj: Operand) -> type:
    """The class in whose order of resolution a name is looked up."""
    value = constant(obj)
    return value if isinstance(value, type) else type_of_operand(obj).cls  # type: ignore[attr-defined]
