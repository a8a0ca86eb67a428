"""Dataclasses: the `__init__` that `dataclass` writes, which has no source, and `replace`, `asdict` and `astuple`.

@dataclass                       def __init__(self, x, w=<factory>):
class Layer:                         self.x = x
x: float                         self.w = list() if w is <factory> else w
w: list = field(…)               self.__post_init__()
"""

from __future__ import annotations

import dataclasses
import inspect
import operator
from dataclasses import MISSING as NOTHING
from types import FunctionType
from typing import Any

from s2s_ad.analysis import outside
from s2s_ad.analysis.binding import bind_arguments
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers import records
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Const, Function, Operand, Parameter
from s2s_ad.ir.types import Array, Number, Record, Tuple, Type

_FACTORY = Const(object())  # stands for an argument that is not given, and has a factory


def home_of_generated(init: Any, cls: type) -> type | None:
    """The dataclass for which `dataclass` has written an `__init__`; None for one that somebody else has written."""
    if not inspect.isfunction(init) or init.__code__.co_filename != "<string>":
        return None
    return next((c for c in cls.__mro__ if vars(c).get("__init__") is init and "__dataclass_params__" in vars(c)), None)


def run_generated(s: Emitter, home: type, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """`home.__init__(self, …)`, which `dataclass` has written for `home`."""
    init: FunctionType = vars(home)["__init__"]
    outside.guard_function(s, init)
    fields = _fields(home)
    obj, t = args[0], type_of_operand(args[0])
    given = _bound(s, init, fields, args, kwargs)
    frozen = vars(home)["__dataclass_params__"].frozen
    passed_on = []
    for field in fields:
        value = given.get(field.name, _FACTORY)
        if value is _FACTORY:
            if field.default_factory is not NOTHING:
                value = s.apply(field.default_factory, [])
            elif "__slots__" in vars(home) and field.default is not NOTHING:
                value = Const(field.default)
            else:
                continue
        if _is_pseudo(field):
            passed_on.append(value)
            continue
        s.apply(object.__setattr__ if frozen else setattr, [obj, Const(field.name), value])
    if "__post_init__" in init.__code__.co_names and not s.dead:
        records.method(s, obj, t, "__post_init__", passed_on, {})  # type: ignore[arg-type]
    return Const(None)


def _fields(home: type) -> list[dataclasses.Field[Any]]:
    """The fields of a dataclass, and what is only passed to `__post_init__`, in order; not its class variables."""
    found = home.__dataclass_fields__.values()  # type: ignore[attr-defined]
    return [f for f in found if f._field_type.name != "_FIELD_CLASSVAR"]


def _is_pseudo(field: dataclasses.Field[Any]) -> bool:
    return field._field_type.name == "_FIELD_INITVAR"  # type: ignore[attr-defined, no-any-return]


def _bound(
    s: Emitter,
    init: FunctionType,
    fields: list[dataclasses.Field[Any]],
    args: list[Operand],
    kwargs: dict[str, Operand],
) -> dict[str, Operand]:
    """An operand for each field that is a parameter."""
    kinds = inspect.signature(init).parameters
    parameters = tuple(Parameter(p.name, p.kind, p.default is not p.empty) for p in kinds.values())
    code = Function(init.__qualname__.rpartition(".<locals>.")[2], parameters, (), Block((), (), ()))
    factories = {f.name for f in fields if f.default_factory is not NOTHING}

    def default(name: str) -> Operand:
        return _FACTORY if name in factories else outside.default(s, init, name)

    def none(_: Any) -> Operand:
        raise AssertionError

    operands = bind_arguments(code, args, kwargs, default, (none, none))
    return dict(zip([p.name for p in parameters[1:]], operands[1:], strict=True))


@handles(dataclasses.replace)
def _replace(s: Emitter, args: list[Operand], changes: dict[str, Operand]) -> Operand | None:
    t = type_of_operand(args[0])
    if not isinstance(t, Record) or not dataclasses.is_dataclass(t.cls):
        return None
    given: dict[str, Operand] = {}
    for field in _fields(t.cls):
        if not field.init:
            if field.name in changes:
                message = f"field {field.name} is declared with init=False, it cannot be specified with replace()"
                s.raise_error(ValueError, message)
            continue
        if field.name in changes:
            given[field.name] = changes[field.name]
        elif _is_pseudo(field) and field.default is NOTHING:
            s.raise_error(ValueError, f"InitVar {field.name!r} must be specified with replace()")
        else:
            given[field.name] = records.attribute(s, args[0], t, field.name)
    return s.apply(t.cls, [], given | changes)


@handles(dataclasses.fields)
def _refuse_fields(s: Emitter, _args: list[Operand], _kwargs: dict[str, Operand]) -> Operand:
    raise UnsupportedSyntaxError("`fields` of a dataclass", s.span, "name the attributes")


@handles(dataclasses.asdict)
def _as_dict(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    return None if kwargs or not _is_dataclass(type_of_operand(args[0])) else _taken_apart(s, args[0], as_dict=True)


@handles(dataclasses.astuple)
def _as_tuple(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    return None if kwargs or not _is_dataclass(type_of_operand(args[0])) else _taken_apart(s, args[0], as_dict=False)


def _is_dataclass(t: Type) -> bool:
    return isinstance(t, Record) and dataclasses.is_dataclass(t.cls)


def _taken_apart(s: Emitter, obj: Operand, *, as_dict: bool) -> Operand:
    """The fields of a dataclass as a dict or a tuple, those of the dataclasses in it too; arrays are copied."""
    t = type_of_operand(obj)
    assert isinstance(t, Record)
    names = [f.name for f in dataclasses.fields(t.cls)]
    values = [_copied(s, records.attribute(s, obj, t, n), as_dict=as_dict) for n in names]
    if not as_dict:
        return s.apply(primitives.make_tuple, values)
    return s.apply(primitives.make_dict, [x for n, v in zip(names, values, strict=True) for x in (Const(n), v)])


def _copied(s: Emitter, part: Operand, *, as_dict: bool) -> Operand:
    t = type_of_operand(part)
    if _is_dataclass(t):
        return _taken_apart(s, part, as_dict=as_dict)
    if isinstance(t, Tuple) and t.cls is tuple:
        items = [s.apply(operator.getitem, [part, Const(i)]) for i in range(len(t.items))]
        return s.apply(primitives.make_tuple, [_copied(s, i, as_dict=as_dict) for i in items])
    if isinstance(t, Array):
        return s.apply(primitives.call_method, [part, Const("copy")])
    if isinstance(t, Number) or isinstance(part, Const):
        return part
    raise UnsupportedSyntaxError(
        "a copy of all that a dataclass holds, where that is more than floats, arrays and tuples of these",
        s.span,
        "write the dict or the tuple out",
    )
