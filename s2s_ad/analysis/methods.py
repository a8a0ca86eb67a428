"""Calls of the methods of classes that are made inside a function.

Such a method is a nested function, and like any other it sees the variables around it as they are when it runs. In
another function, which is compiled by itself, it can read nothing around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import TYPE_CHECKING

from s2s_ad.analysis.local_classes import classes_in
from s2s_ad.analysis.program import Program
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Function, Operand, Value
from s2s_ad.ir.types import Type

if TYPE_CHECKING:
    from s2s_ad.analysis.calls import CallEvaluator


def call(s: CallEvaluator, fn: FunctionType, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """The result of a call of a method."""
    closure, code, values = _found(s, fn)
    if s.program.methods[fn].owner is s:
        result: Operand = s.call_closure(closure, code, args, kwargs)
        return result
    since, bound = s.mark(), s.bind_operands(code, args, kwargs, lambda p: values["=" + p])
    if s.has_raised(bound):
        return UNDEFINED
    inputs = [*bound, *(values[n] for n in code.free)]
    return s.given_by(code, s.splice(code, inputs, s.program.names_of[code]), inputs, since)


def bind(s: CallEvaluator, fn: FunctionType, obj: Operand) -> Operand:
    """A method with its object, as a value: a nested function that has captured the object too."""
    closure, code, values = _found(s, fn)
    bound = s.program.bound.setdefault(code, code.bound())
    cells, scope = s.program.cells_of[code], s.cells.scope
    s.cells.scope = s.cells.inside(closure, cells)
    defaults = [values[f"={p.name}"] for p in bound.parameters if p.has_default]
    value = s.make_closure(primitives.MakeClosure(bound, cells), [*values.values(), obj, *defaults])
    s.cells.scope = scope
    s.program.names_of[bound] = s.program.names_of[code]
    return value


def _found(s: CallEvaluator, fn: FunctionType) -> tuple[Value, Function, dict[str, Operand]]:
    """The nested function that a method is, its code, and what it reads by name."""
    method = s.program.methods[fn]
    code: Function = method.closure.type.code  # type: ignore[attr-defined]
    values: dict[str, Operand] = method.owner.variables_of(method.closure, code)
    if method.owner is not s and values:
        what = f"the method `{fn.__name__}`, which reads a variable of the function that its class is in, outside of it"
        raise UnsupportedSyntaxError(what, s.span, "call it in that function, or keep what it reads in the object")
    if method.owner is s and method.birth not in s.cells.contents:
        what = f"the method `{fn.__name__}` of a class that was made in a branch or a `try`, after that"
        raise UnsupportedSyntaxError(what, s.span, "define the class before it")
    return method.closure, code, values


def is_portable(program: Program, operand: Operand) -> bool:
    """Whether the methods that come with an operand read nothing around them, and run as they are written."""
    births = set(_births(program, operand))
    found = [method for method in program.methods.values() if method.birth in births] if births else []
    return all(method.runs and not method.closure.type.code.free for method in found)  # type: ignore[attr-defined]


def _births(program: Program, operand: Operand) -> Iterator[object]:
    """What the classes have that an operand is or has objects of, and the methods that it is."""
    values = () if isinstance(operand, Value) else operand.value if type(operand.value) is tuple else (operand.value,)
    classes = list(classes_in(operand.type)) if isinstance(operand, Value) else []
    for value in values:
        fn = getattr(value, "__func__", value)
        if isinstance(fn, FunctionType) and fn in program.methods:
            yield program.methods[fn].birth
        classes.append(value if isinstance(value, type) else type(value))
    homes = (home for cls in classes for home in cls.__mro__)
    yield from (program.classes[home].birth for home in homes if home in program.classes)


def leaves(program: Program, t: Type) -> bool:
    """Whether there is a class in a type that was made by a function which has returned."""
    made = [program.classes[cls] for cls in classes_in(t) if cls in program.classes]
    return any(local.instance not in program.stack for local in made)
