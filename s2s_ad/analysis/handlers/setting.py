"""Attributes that are set: `obj.name = value`.

While the `__init__` of an object runs, what is set is kept by name until the object is made. Setting an attribute of
any other object is a write in place, which makes a new version of the object's root. Of that it is known, attribute by
attribute, what was set last, so that reading it again needs no object.
"""

from __future__ import annotations

import dataclasses
import operator
from types import FunctionType, MemberDescriptorType, SimpleNamespace
from typing import Any

from s2s_ad.analysis.cells import holds_function
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.array_attributes import set_attribute
from s2s_ad.analysis.handlers.records import found_in_class, is_descriptor, made_with, missing, rely_on
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.handlers.targets import kept_in, owner_of
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.roots import Part
from s2s_ad.analysis.statics import is_static, same, widen
from s2s_ad.analysis.written_globals import refuse_foreign
from s2s_ad.errors import MutationError, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Value
from s2s_ad.ir.types import Closure, Dict, Instance, Record, Static
from s2s_ad.ir.values import type_of
from s2s_ad.objects import slots_of

_OUTSIDE = "make the object outside of the function, and pass it as an argument"


@handles(setattr)
def _setattr(s: Emitter, args: list[Operand], _: Any) -> Operand:
    """`obj.name = value`, in the way of the object's class."""
    obj, name, value = args
    if s.dead:
        return UNDEFINED
    of_array = set_attribute(s, obj, name, value)
    if of_array is not None:
        return of_array
    if isinstance(type_of_operand(obj), Closure):
        return s.apply(setattr, [s.attributes_of(obj), name, value])  # type: ignore[arg-type]
    if isinstance(obj, Const) and isinstance(obj.value, FunctionType) and isinstance(name, Const):
        return _set_outside(s, obj.value, name.value, value)
    _require_followed(s, obj, name)
    cls = type_of_operand(obj).cls  # type: ignore[attr-defined]
    for home in cls.__mro__:
        setter = vars(home).get("__setattr__")
        if setter is None or setter is object.__setattr__ or home is SimpleNamespace:
            continue
        if not dataclasses.is_dataclass(home) or setter.__code__.co_filename != "<string>":
            raise UnsupportedSyntaxError(
                f"setting an attribute of a `{cls.__name__}`, whose class has its own `__setattr__`", s.span, _OUTSIDE
            )
        if cls is home or name.value in home.__dataclass_fields__:  # type: ignore[union-attr]
            s.raise_error(dataclasses.FrozenInstanceError, f"cannot assign to field {name.value!r}")  # type: ignore[union-attr]
            return UNDEFINED
    return _set(s, obj, name.value, value)  # type: ignore[arg-type, union-attr]


def _set_outside(s: Emitter, fn: FunctionType, name: str, value: Operand) -> Operand:
    """Set an attribute of a function of the program's surroundings: a count, which carries no derivative."""
    known, t = getattr(fn, name, None), type_of_operand(value)
    if type(known) not in (int, bool) or type_of(known) != widen(t):
        what = f"setting the attribute `{name}` of the function `{fn.__name__}` to other than the int that it is"
        raise MutationError(what, s.span, "return the value instead")
    s.program.guard(fn, name, type_of(known), by_type=True)
    return s.emit(setattr, [Const(fn), Const(name), value], None, Instance(type(None)))


@handles(primitives.require_same)
def _require_same(s: Emitter, args: list[Operand], _: Any) -> Operand:
    if not same(*args):
        what = "a decorator that is not the function of the standard library that has this name"
        raise UnsupportedSyntaxError(what, s.span, "give it another name")
    return Const(None)


@handles(object.__setattr__)
def _set_directly(s: Emitter, args: list[Operand], _: Any) -> Operand:
    """`object.__setattr__(self, name, value)`, which frozen dataclasses use in their `__post_init__`."""
    obj, name, value = args
    _require_followed(s, obj, name)
    return _set(s, obj, name.value, value)  # type: ignore[arg-type, union-attr]


@handles(primitives.cache)
def _cache(s: Emitter, args: list[Operand], _: Any) -> Operand:
    """The first read of a cached property: its value is set in the object, past any `__setattr__`."""
    obj, name, value = args
    if s.dead:
        return UNDEFINED
    cls = type_of_operand(obj).cls  # type: ignore[attr-defined]
    if getattr(cls, "__dictoffset__", 0) == 0:
        text = f"No '__dict__' attribute on {cls.__name__!r} instance to cache {name.value!r} property."  # type: ignore[union-attr]
        s.raise_error(TypeError, text)
        return UNDEFINED
    _set(s, obj, name.value, value)  # type: ignore[arg-type, union-attr]
    return value


@handles(primitives.update_attributes)
def _update_attributes(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """`obj.__dict__.update(others, name=value)`."""
    obj, *others = args
    news = s.apply(dict, others, kwargs)
    t = type_of_operand(news)
    if s.dead:
        return UNDEFINED
    _require_followed(s, obj, Const("") if isinstance(t, Dict) else news)
    cls = type_of_operand(obj).cls  # type: ignore[attr-defined]
    if getattr(cls, "__dictoffset__", 0) == 0:
        return missing(s, f"{cls.__name__!r} object has no attribute '__dict__'")
    for key in t.keys:  # type: ignore[attr-defined]
        found = found_in_class(cls, key)
        if isinstance(found, property) or is_descriptor(found):
            what = f"the attribute `{key}` of the class, and of an object beside it"
            raise UnsupportedSyntaxError(what, s.span, "give one of them another name")
        _set(s, obj, key, s.apply(operator.getitem, [news, Const(key)]))  # type: ignore[arg-type]
    return Const(None)


def _require_followed(s: Emitter, obj: Operand, name: Operand) -> None:
    """Refuse to set an attribute of what is no object of a class that is followed, or by a name known late."""
    if isinstance(name, Const) and isinstance(obj, Value) and isinstance(obj.type, Record):
        return
    if not isinstance(name, Const):
        raise MutationError("setting an attribute whose name is known late", s.span, "write the name: `obj.name = …`")
    raise MutationError(
        "setting an attribute of something whose class is not known here, or one of several, or not written in Python",
        s.span,
        "return the new value instead, or do it where the class is known",
    )


def _set(s: Emitter, obj: Value, name: str, value: Operand) -> Operand:
    """Set an attribute of an object, unless its class has something else to say."""
    cls = type_of_operand(obj).cls  # type: ignore[attr-defined]
    found = found_in_class(cls, name)
    rely_on(s, cls, name)
    if isinstance(found, property):
        if found.fset is None:
            return missing(s, f"property {name!r} of {cls.__name__!r} object has no setter")
        s.apply(found.fset, [obj, value])
        return Const(None)
    if is_descriptor(found) and not isinstance(found, MemberDescriptorType):
        raise UnsupportedSyntaxError(
            f"the attribute `{name}`, which is a descriptor", s.span, "use a property, or a method"
        )
    has_dict = getattr(cls, "__dictoffset__", 0) != 0
    if not has_dict and name not in slots_of(cls):
        return missing(s, f"{cls.__name__!r} object has no attribute {name!r}")
    if not isinstance(name, str) or not name.isidentifier():
        raise UnsupportedSyntaxError(f"the attribute {name!r}, which is no name", s.span, "use a dict instead")
    s.refuse_iterator(value)
    if isinstance(value, Value) and value.name is None:
        value.hint = name  # what it is called where it needs a name
    if obj in s.making:
        s.making = {**s.making, obj: {**s.making[obj], name: value}}
    else:
        _write(s, obj, name, value)
    return Const(None)


def _write(s: Emitter, obj: Value, name: str, value: Operand) -> None:
    """Set an attribute in place: a new version of the object."""
    refuse_foreign(s, obj)
    if holds_function(type_of_operand(value)):
        raise MutationError(
            "setting an attribute to a nested function", s.span, "define the function at the top of the module"
        )
    if _is_there(s, obj, name, value):
        return
    obj = s.current(obj, name)  # type: ignore[assignment]  # as its parts are now
    t = obj.type
    assert isinstance(t, Record)
    root = s.memory.root(obj)
    if root in s.memory.reachable([value]):
        hint = "pass the one object beside the other"
        raise MutationError(f"an object that holds itself, by its attribute `{name}`", s.span, hint)
    owner = owner_of(s, obj)
    kind = Static(value.value) if is_static(value) else type_of_operand(value)  # type: ignore[union-attr]
    kinds = {**dict(zip(t.names, t.values, strict=True)), name: kind}
    new = Record(t.cls, tuple(kinds), tuple(kinds.values()))
    version = s.emit(primitives.set_attribute, [obj, Const(name), value], None, new, obj.name)
    if root is not None and root.outside:
        s.memory.show_part(value)
    if owner is None:
        s.memory.write_part(obj, version, name, value, s.span)
        s.show(obj, version)
    else:
        kept_in(s, owner, version, Part(getattr, name), value)


def _is_there(s: Emitter, obj: Value, name: str, value: Operand) -> bool:
    """Whether an attribute is surely the very object that it is set to, as after `obj.v += w` of an array."""
    known = made_with(s, obj, name) or s.part(getattr, [obj, Const(name)])
    return known is not None and s.memory.is_same(known, value)
