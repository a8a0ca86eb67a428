"""Objects made inside a function: the `__init__` is evaluated here, and fills in the attributes of an object to be.

While an `__init__` runs, its object is a value that no op may read. `self.w = w` enters an attribute in `making`, and
reading `self.w` gives it back; the sides of an `if` merge what they have entered; functions and methods that get the
object are evaluated in their place. When all is done, a single op makes the object with its attributes:

    class Ball:                              def f(x):
        def __init__(self, r):                   print("a ball")
            print("a ball")                      t = np.abs(x)
            self.r = np.abs(r)                   ball = make_object(Ball, r=t)

It is printed as `Ball(x)` where `__init__` does nothing but set its arguments and constants as attributes.
"""

from __future__ import annotations

import copy
import inspect
import operator
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from s2s_ad.analysis.cells import holds_function
from s2s_ad.analysis.effects import is_pure
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.dataclass_init import home_of_generated, run_generated
from s2s_ad.analysis.handlers.records import found_in_class, is_object, own_attribute, refuse_absent, rely_on
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.sharing import kinds
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Value
from s2s_ad.ir.types import Record, Static, Tuple, Type
from s2s_ad.ir.values import is_code, is_plain_tuple, is_written_in_python, own_lookup

_MOST_INSIDE = 8
_OUTSIDE = "make the object outside of the function, and pass it as an argument"


def construct(
    s: Emitter, cls: type, args: list[Operand], kwargs: dict[str, Operand], name: str | None
) -> Operand | None:
    """`cls(*args, **kwargs)`; None for a class that is not written in Python."""
    if cls is SimpleNamespace and not args:
        return _made(s, cls, kwargs, [(k, i) for i, k in enumerate(kwargs)], name)
    if issubclass(cls, tuple) and cls is not tuple:
        return _named_tuple(s, cls, args, kwargs, name)
    if not is_written_in_python(cls):
        return None
    _refuse_unusual(s, cls)
    if sum(type_of_operand(obj).cls is cls for obj in s.making) > _MOST_INSIDE:  # type: ignore[attr-defined]
        raise UnsupportedSyntaxError(
            f"a `{cls.__name__}` whose `__init__` makes another, and so on", s.span, "build it from the innermost on"
        )
    obj = Value(name, Record(cls, (), ()))
    s.making = {**s.making, obj: {}}
    since = len(s.ops)
    rely_on(s, cls, "__init__")
    initialise(s, found_in_class(cls, "__init__"), [obj, *args], kwargs)
    attributes = s.making[obj]
    s.making = {k: v for k, v in s.making.items() if k is not obj}
    if s.dead:
        return UNDEFINED
    given = [(None, a) for a in args] + list(kwargs.items())
    computed = {r for op in s.ops[since:] for r in op.results}
    plain = all(map(is_pure, s.ops[since:])) and computed.isdisjoint(attributes.values())
    plain = plain and (cls not in s.program.classes or _is_generated(cls))
    return _made(s, cls, attributes, _as_call(given, list(attributes.values())) if plain else None, name)


def _is_generated(cls: type) -> bool:
    """Whether `__init__` is what `dataclass` has written, and runs nothing else."""
    init = found_in_class(cls, "__init__")
    return home_of_generated(init, cls) is not None and "__post_init__" not in init.__code__.co_names


def _as_call(given: Sequence[tuple[str | None, Operand]], values: list[Operand]) -> list[tuple[str | None, int]] | None:
    """The arguments by the numbers of the attributes that they have become; None where one has become none."""
    found = []
    for keyword, operand in given:
        i = next((i for i, value in enumerate(values) if value is operand), None)
        if i is None:
            return None
        found.append((keyword, i))
    return found


def _made(
    s: Emitter,
    cls: type,
    attributes: dict[str, Operand],
    call: list[tuple[str | None, int]] | None,
    name: str | None,
) -> Operand:
    """The op that makes an object with these attributes."""
    for attribute, operand in attributes.items():
        if holds_function(type_of_operand(operand)):
            raise UnsupportedSyntaxError(
                f"a nested function as the attribute `{attribute}` of a `{cls.__name__}`",
                s.span,
                "define the function at the top of the module",
            )
    attributes = {attribute: s.handed(operand) for attribute, operand in attributes.items()}  # as they are by now
    types = tuple(map(_type_of_attribute, attributes.values()))
    made = primitives.MakeObject(cls, tuple(attributes), None if call is None else tuple(call))
    return s.emit(made, list(attributes.values()), None, Record(cls, tuple(attributes), types), name)


def _type_of_attribute(operand: Operand) -> Type:
    is_static = isinstance(operand, Const) and is_code(operand.value)
    return Static(operand.value) if is_static else type_of_operand(operand)  # type: ignore[union-attr]


def _named_tuple(
    s: Emitter, cls: type, args: list[Operand], kwargs: dict[str, Operand], name: str | None
) -> Operand | None:
    """A named tuple; its class takes its fields in order, and may have defaults for the last of them."""
    home = next(c for c in cls.__mro__ if "__new__" in vars(c))
    fields: tuple[str, ...] = getattr(home, "_fields", ())
    usual = "_field_defaults" in vars(home) and found_in_class(cls, "__init__") is object.__init__
    if not fields or not usual or not is_plain_tuple(cls):
        raise UnsupportedSyntaxError(f"`{cls.__name__}`, which is made in its own way,", s.span, _OUTSIDE)
    rely_on(s, cls, "__new__")
    defaults = {k: Const(v) for k, v in home._field_defaults.items()}  # type: ignore[attr-defined]
    try:
        bound = inspect.Signature([_parameter(f) for f in fields]).bind_partial(*args, **kwargs).arguments
    except TypeError as error:
        s.raise_error(TypeError, f"{cls.__name__}.__new__() {error}")
        return UNDEFINED
    bound = defaults | bound
    if len(bound) < len(fields):
        s.raise_error(TypeError, _lack(cls, [f for f in fields if f not in bound]))
        return UNDEFINED
    items = [bound[f] for f in fields]
    made = primitives.MakeObject(cls, fields, tuple((None, i) for i in range(len(fields))))
    return s.emit(made, items, None, Tuple(tuple(map(type_of_operand, items)), cls), name)


def _parameter(name: str) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _lack(cls: type, names: list[str]) -> str:
    """What Python says about arguments that are not given."""
    quoted = [repr(n) for n in names]
    listed = quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
    if len(quoted) > 2:
        listed = f"{', '.join(quoted[:-1])}, and {quoted[-1]}"
    plural = "s" * (len(names) > 1)
    return f"{cls.__name__}.__new__() missing {len(names)} required positional argument{plural}: {listed}"


def _refuse_unusual(s: Emitter, cls: type) -> None:
    """Refuse a class whose objects come into being, get their attributes or go in a way of its own."""
    own = own_lookup(cls)
    for name in ("__new__", "__del__"):
        if found_in_class(cls, name) is not found_in_class(object, name):
            own = name
    if type(cls).__call__ is not type.__call__:
        own = f"{type(cls).__name__}.__call__"
    if own:
        raise UnsupportedSyntaxError(f"a `{cls.__name__}`, whose class has its own `{own}`", s.span, _OUTSIDE)
    rely_on(s, cls, "__new__")
    if inspect.isabstract(cls):
        try:
            object.__new__(cls)
        except TypeError as error:
            s.raise_error(TypeError, str(error))


def initialise(s: Emitter, init: Any, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """`init(self, …)`, where `self` is being made."""
    cls = type_of_operand(args[0]).cls  # type: ignore[attr-defined]
    if s.dead:
        return UNDEFINED
    if init is object.__init__:
        if len(args) > 1 or kwargs:
            s.raise_error(TypeError, f"{cls.__name__}() takes no arguments")
        return Const(None)
    home = home_of_generated(init, cls)
    if home is not None:
        return run_generated(s, home, args, kwargs)
    if not inspect.isfunction(init):
        raise UnsupportedSyntaxError(f"the `__init__` of `{cls.__name__}`, which is no method", s.span, _OUTSIDE)
    return s.call_in_place(init, args, kwargs)


@handles(object.__init__)
def _object_init(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    return initialise(s, object.__init__, args, kwargs) if args[0] in s.making else None


# copies

_COPYING = ("__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__getnewargs__")


@handles(copy.copy)
def _copy(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    return _copied(s, args[0], lambda part: part)


@handles(copy.deepcopy)
def _deepcopy(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    return _copied(s, args[0], lambda part: s.apply(copy.deepcopy, [part]))


def _copied(s: Emitter, obj: Operand, part: Callable[[Operand], Operand]) -> Operand | None:
    """An object with the same attributes; None for what cannot change."""
    t = type_of_operand(obj)
    if isinstance(t, Tuple) and is_object(t):
        items = [part(s.apply(operator.getitem, [obj, Const(i)])) for i in range(len(t.items))]
        return construct(s, t.cls, items, {}, None)
    if not isinstance(t, Record):
        if kinds(t):
            raise UnsupportedSyntaxError("a copy of a container", s.span, "build the copy part by part")
        return None
    for name in _COPYING:
        if found_in_class(t.cls, name) is not found_in_class(object, name) and not _is_of_dataclass(t.cls, name):
            raise UnsupportedSyntaxError(
                f"a copy of a `{t.cls.__name__}`, whose class has its own `{name}`", s.span, "make the copy by hand"
            )
    refuse_absent(s, t)
    attributes = {n: part(own_attribute(s, obj, t, n) or UNDEFINED) for n in t.names}
    return _made(s, t.cls, attributes, None, None)


def _is_of_dataclass(cls: type, name: str) -> bool:
    """Whether a method is one of those that `dataclass` gives to a frozen class with slots."""
    return name in ("__getstate__", "__setstate__") and found_in_class(cls, name).__module__ == "dataclasses"
