"""Objects of classes that are written in Python: attributes, methods, properties, operators, calls.

An attribute of the object itself is read when control gets there, or is what it was made with; everything that its
class gives is resolved now, and guarded. Methods are differentiated like any other function, with the object as their
first argument. A named tuple, or another subclass of `tuple`, is such an object too, beside being a tuple.
"""

from __future__ import annotations

import functools
import inspect
import numbers
import operator
import sys
from collections import deque
from collections.abc import Mapping, Sequence, Set
from types import MemberDescriptorType, SimpleNamespace
from typing import Any

import numpy as np

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.guards import MISSING
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.sharing import kinds
from s2s_ad.analysis.statics import is_hashable
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives, values
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Value
from s2s_ad.ir.types import (
    INT,
    Absent,
    Instance,
    Maybe,
    Record,
    Static,
    Tuple,
    Type,
    Unknown,
    join,
    object_in,
    part_type,
)
from s2s_ad.ir.values import is_code, is_written_in_python, own_lookup, type_of
from s2s_ad.rules.registry import Opaque, ZeroRule, registry

Object = Record | Tuple
_PLAIN = (staticmethod, type, *((functools.partial,) if sys.version_info < (3, 14) else ()))  # are not bound
_HINT = "call it where it is named, or pass the attributes that it needs"
_HARMLESS = (range, str, bytes, bytearray, set, frozenset)  # a set holds no floats, which is seen to where it is filled
_UNFOLLOWED = (numbers.Number, Mapping, Sequence, Set, deque, np.ndarray)


def is_object(t: Type) -> bool:
    """Whether values of type `t` are objects of a class that may have methods of its own."""
    return isinstance(t, Record) or (isinstance(t, Tuple) and t.cls is not tuple)


def found_in_class(cls: type, name: str) -> Any:
    """What a class has under a name, or `MISSING`; of a method that is differentiable by itself the function."""
    found = values.found_in_class(cls, name)
    return getattr(found, "__s2s_ad_function__", found)


def rely_on(s: Emitter, cls: type, name: str) -> None:
    """Guard what the class has under a name: very code, data of a type, or nothing."""
    if is_settled(s, cls, name):
        return
    value = getattr(cls, name, MISSING)
    is_data = value is not MISSING and not is_code(value) and not hasattr(type(value), "__get__")
    s.program.guard(cls, name, type_of(value) if is_data else value, by_type=is_data)


def is_settled(s: Emitter, cls: type, name: str) -> bool:
    """Whether what a class has under a name comes from a class inside a function, or can come from no other."""
    homes = [c for c in cls.__mro__ if name in vars(c)]
    first = homes[0] if homes else None
    return first in s.program.classes or (first is None and all(c in s.program.classes for c in cls.__mro__[:-1]))


def attribute(s: Emitter, obj: Operand, t: Object, name: str) -> Operand:
    """`obj.name`."""
    if name == "__class__":
        return Const(t.cls)
    if name == "__dict__":
        hint = "name the attributes; to set several, `obj.__dict__.update(name=value)`"
        raise UnsupportedSyntaxError("the attribute `__dict__`", s.span, hint)
    found = found_in_class(t.cls, name)
    if isinstance(found, (property, functools.cached_property)) and instead(s, t.cls) is not None:
        raise _refusal_of_lookup(s, t.cls, name)  # which is called where the getter raises an AttributeError
    if isinstance(found, property):
        rely_on(s, t.cls, name)
        if found.fget is None:
            return missing(s, f"property {name!r} of {t.cls.__name__!r} object has no getter")
        return s.apply(found.fget, [obj])
    if is_descriptor(found) and not isinstance(found, MemberDescriptorType):
        raise UnsupportedSyntaxError(
            f"the attribute `{name}`, which is a descriptor", s.span, "use a property, or a method"
        )
    own = own_attribute(s, obj, t, name)
    if own is None or not _is_read(s, own):
        s.program.known_attributes.add((t.cls, name))
        refuse_changes(s, t.cls)
    if own is not None:
        rely_on(s, t.cls, name)
        return own
    if found is MISSING or isinstance(found, MemberDescriptorType):
        rely_on(s, t.cls, name)
        lookup = instead(s, t.cls)
        if lookup is not None:
            return s.call_in_place(lookup, [obj, Const(name)])
        return missing(s, f"{t.cls.__name__!r} object has no attribute {name!r}")
    return _of_class(s, obj, t, name, found)


def instead(s: Emitter, cls: type) -> Any:
    """The method `__getattr__` of a class, which is called for attributes that its objects lack, or None."""
    found = found_in_class(cls, "__getattr__")
    rely_on(s, cls, "__getattr__")
    return None if found is MISSING else found


def _refusal_of_lookup(s: Emitter, cls: type, name: str) -> UnsupportedSyntaxError:
    what = f"the attribute `{name}`, for which the `__getattr__` of `{cls.__name__}` may be called or not"
    return UnsupportedSyntaxError(what, s.span, "call a method")


def _is_read(s: Emitter, own: Operand) -> bool:
    """Whether an attribute is read when control gets there."""
    made = s.definitions.get(own) if isinstance(own, Value) else None
    return made is not None and callee(made) is getattr


def refuse_changes(s: Emitter, cls: type) -> None:
    """Refuse code that relies on what an attribute is, beside foreign code that changes it."""
    changed = s.program.changed_attributes
    for owner, name in s.program.known_attributes:
        where = {key: changed[key] for key in ((cls, name), (cls, None)) if owner is cls and key in changed}
        if where:
            error = UnsupportedSyntaxError(
                f"the attribute `{name}` of a context manager that changes it",
                s.span,
                "keep what is read in another object than the manager",
            )
            (error.follow, *_) = where.values()
            raise error


def _of_class(s: Emitter, obj: Operand, t: Object, name: str, found: Any) -> Operand:
    """An attribute that the class gives."""
    if inspect.isfunction(found):
        rely_on(s, t.cls, name)
        return s.bound_method(found, obj)
    if isinstance(found, classmethod) and inspect.isfunction(found.__func__):
        rely_on(s, t.cls, name)
        return s.bound_method(found.__func__, Const(t.cls))
    if isinstance(found, functools.cached_property):
        rely_on(s, t.cls, name)
        return s.apply(primitives.cache, [obj, Const(name), s.call_in_place(found.func, [obj])])  # type: ignore[arg-type]
    if not isinstance(found, _PLAIN) and hasattr(type(found), "__get__"):
        raise UnsupportedSyntaxError(f"the attribute `{name}`, which is a descriptor", s.span, _HINT)
    return s.apply(getattr, [Const(t.cls), Const(name)])


def own_attribute(s: Emitter, obj: Operand, t: Object, name: str) -> Operand | None:
    """An attribute out of the object itself; None where it has none of that name."""
    if obj in s.making:
        return s.making[obj].get(name)
    if isinstance(t, Tuple):
        is_row = hasattr(t.cls, "n_sequence_fields")  # such as `sys.float_info`
        fields = getattr(t.cls, "__match_args__" if is_row else "_fields", ())
        return s.apply(operator.getitem, [obj, Const(fields.index(name))]) if name in fields else None
    if name not in t.names:
        return None
    known = made_with(s, obj, name)
    if known is not None:
        return known
    kind = t.values[t.names.index(name)]
    odd = isinstance(kind, Instance) and issubclass(kind.cls, _UNFOLLOWED) and kind.cls not in _HARMLESS
    if isinstance(kind, Instance) and odd and not s.in_adjoint:
        raise UnsupportedSyntaxError(
            f"the attribute `{name}`, a `{kind.cls.__name__}`, whose cotangent is not known",
            s.span,
            "keep floats, arrays, tuples, lists and plain dicts of these in the object",
        )
    if isinstance(kind, Static):
        return Const(kind.value)
    if isinstance(kind, Absent) and s.in_adjoint:
        return s.emit(getattr, [obj, Const(name), Const(None)], None, Maybe(kind.item))
    if isinstance(kind, Absent):
        kind = _present_or_of_class(s, t.cls, name, kind.item)
    return s.part(getattr, [obj, Const(name)]) or s.emit(getattr, [obj, Const(name)], None, kind)


def _present_or_of_class(s: Emitter, cls: type, name: str, kind: Type) -> Type:
    """The type of an attribute that an object may lack: then it is that of the class, or the read raises."""
    found = found_in_class(cls, name)
    if instead(s, cls) is not None and found is MISSING:
        raise _refusal_of_lookup(s, cls, name)
    if found is MISSING:
        return kind
    joined = join(kind, type_of(found))
    if isinstance(joined, Unknown) or kinds(joined):
        raise _refusal_of_absent(s, name)
    rely_on(s, cls, name)
    return joined


def _refusal_of_absent(s: Emitter, name: str) -> UnsupportedSyntaxError:
    what = f"the attribute `{name}`, which an object may have or not, by the way that was taken"
    return UnsupportedSyntaxError(what, s.span, "set it in `__init__`")


def refuse_absent(s: Emitter, t: Record) -> None:
    """Refuse what has to do with all attributes of an object that may lack some."""
    for name, kind in zip(t.names, t.values, strict=True):
        if isinstance(kind, Absent):
            raise _refusal_of_absent(s, name)


def made_with(s: Emitter, obj: Operand, name: str) -> Operand | None:
    """What an attribute was set to last, or what the object was made with, as far as that is in sight."""
    while (made := s.definitions.get(obj)) is not None:  # type: ignore[arg-type]
        fn = callee(made)
        if isinstance(fn, primitives.MakeObject):
            return made.args[fn.names.index(name)] if name in fn.names else None  # type: ignore[return-value]
        if fn is primitives.set_attribute and constant(made.args[1]) == name:  # type: ignore[arg-type]
            return made.args[2]  # type: ignore[return-value]
        if isinstance(fn, primitives.Refreshed) and name in fn.keys:
            return made.args[1 + fn.keys.index(name)]  # type: ignore[return-value]
        if fn is not primitives.set_attribute and not isinstance(fn, primitives.Refreshed):
            return None
        obj = made.args[0]  # type: ignore[assignment]
    return None


def has(s: Emitter, obj: Operand, name: str) -> bool:
    """Whether an object has an attribute, of its own or of its class."""
    t = type_of_operand(obj)
    found = found_in_class(t.cls, name)  # type: ignore[attr-defined]
    rely_on(s, t.cls, name)  # type: ignore[attr-defined]
    if isinstance(found, property) or (is_descriptor(found) and not isinstance(found, MemberDescriptorType)):
        raise UnsupportedSyntaxError(
            f"a test for the attribute `{name}`, which is computed", s.span, "read the attribute"
        )
    is_there = name in s.making[obj] if obj in s.making else isinstance(t, Record) and name in t.names
    if found is MISSING and not is_there and instead(s, t.cls) is not None:  # type: ignore[attr-defined]
        raise _refusal_of_lookup(s, t.cls, name)  # type: ignore[attr-defined]
    if obj in s.making:
        return name in s.making[obj] or found is not MISSING
    is_own = isinstance(t, Record) and name in t.names
    if is_own and isinstance(part_type(t, name), Absent):
        raise _refusal_of_absent(s, name)
    return is_own or (found is not MISSING and not isinstance(found, MemberDescriptorType))


def is_descriptor(found: Any) -> bool:
    """Whether what a class has takes precedence over the attributes of its objects."""
    is_field = type(found).__name__ == "_tuplegetter"
    return not is_field and (hasattr(type(found), "__set__") or hasattr(type(found), "__delete__"))


def missing(s: Emitter, message: str) -> Operand:
    """There is no such attribute: an AttributeError, when control gets here."""
    s.raise_error(AttributeError, message)
    return UNDEFINED


def method(s: Emitter, obj: Operand, t: Object, name: str, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """`obj.name(*args, **kwargs)`."""
    found = found_in_class(t.cls, name)
    is_own = obj in s.making and name in s.making[obj]
    if is_own or (isinstance(t, Record) and name in t.names):
        return s.apply(attribute(s, obj, t, name), args, kwargs)
    if isinstance(t, Tuple) and name in ("_replace", "_asdict") and not args:
        return _of_named_tuple(s, obj, t, name, kwargs)
    if isinstance(t, Tuple) and getattr(tuple, name, MISSING) is found:
        return s.emit(primitives.call_method, [obj, Const(name), *args], kwargs, INT)
    if inspect.isfunction(found):
        rely_on(s, t.cls, name)
        return s.apply(found, [obj, *args], kwargs)
    if isinstance(found, (staticmethod, classmethod)):
        rely_on(s, t.cls, name)
        first = [Const(t.cls)] if isinstance(found, classmethod) else []
        return s.apply(found.__func__, [*first, *args], kwargs)
    if found is not MISSING and getattr(object, name, MISSING) is found:
        return s.apply(found, [obj, *args], kwargs)
    return s.apply(attribute(s, obj, t, name), args, kwargs)


def _of_named_tuple(s: Emitter, obj: Operand, t: Tuple, name: str, changes: dict[str, Operand]) -> Operand:
    """`obj._replace(name=…)` and `obj._asdict()`."""
    items = {f: s.apply(operator.getitem, [obj, Const(i)]) for i, f in enumerate(t.cls._fields)}  # type: ignore[attr-defined]
    if name == "_replace":
        return s.apply(t.cls, [], items | changes)
    return s.apply(primitives.make_dict, [x for f, item in items.items() for x in (Const(f), item)])


def call(s: Emitter, obj: Operand, t: Record, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """`obj(*args, **kwargs)`."""
    found = found_in_class(t.cls, "__call__")
    if not inspect.isfunction(found):
        raise UnsupportedSyntaxError(
            f"a call of a `{t.cls.__name__}`, whose class has no method `__call__`", s.span, "call one of its methods"
        )
    rely_on(s, t.cls, "__call__")
    return s.apply(found, [obj, *args], kwargs)


def refuse_unfollowed(s: Emitter, t: Type, name: str) -> None:
    """Refuse to look into an object whose attributes are not followed, though its class is written in Python."""
    if isinstance(t, Instance) and (is_written_in_python(t.cls) or t.cls is SimpleNamespace):
        lookup = own_lookup(t.cls)
        why = "which refers to itself, or is reached in very many ways"
        if lookup:
            why = f"whose class has its own `{lookup}`"
        raise UnsupportedSyntaxError(
            f"`.{name}` of a `{t.cls.__name__}`, {why}", s.span, "pass what is needed of it as arguments"
        )


def refuse_objects(s: Emitter, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> list[Operand]:
    """Refuse an object where a function with a rule takes it for a number, an array or a sequence of these.

    Gives the arguments; those of which only the run of the program tells whether they are objects are tested then.
    """
    rule = registry.get(fn) if is_hashable(fn) else None
    of_numbers = isinstance(fn, np.ufunc) or getattr(fn, "__module__", None) in ("math", "numpy")
    takes_anything = isinstance(rule, Opaque) or (isinstance(rule, ZeroRule) and not of_numbers)
    if takes_anything or (rule is None and (not is_hashable(fn) or fn not in _OF_CONTAINERS)):
        return args
    if s.retarget is None and not s.in_adjoint:
        args = [s.no_object(a) for a in args]
    if fn in _OF_CONTAINERS:
        return args
    held = next((cls for o in (*args, *kwargs.values()) if (cls := object_in(type_of_operand(o)))), None)
    if held is not None:
        raise UnsupportedSyntaxError(
            f"a `{held.__name__}` as an argument of `{getattr(fn, '__name__', fn)}`",
            s.span,
            "pass the attributes that it needs",
        )
    return args


_OF_CONTAINERS = frozenset({operator.getitem, operator.add, operator.mul})
