"""Calls of the methods of classes that are made inside a function.

Such a method is a nested function, and like any other it sees the variables around it as they are when it runs. In
another function, which is compiled by itself, it can only read what is constant there.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

from s2s_ad.analysis.local_classes import classes_in
from s2s_ad.analysis.program import Program
from s2s_ad.analysis.statics import same
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Function, Operand, Value
from s2s_ad.ir.types import Type

if TYPE_CHECKING:
    from s2s_ad.analysis.specialize import Specializer


def call(s: Specializer, fn: FunctionType, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
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


def bind(s: Specializer, fn: FunctionType, obj: Operand) -> Operand:
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


def _found(s: Specializer, fn: FunctionType) -> tuple[Value, Function, dict[str, Operand]]:
    """The nested function that a method is, its code, and what it reads by name."""
    method = s.program.methods[fn]
    code: Function = method.closure.type.code  # type: ignore[attr-defined]
    values: dict[str, Operand] = method.owner.variables_of(method.closure, code)
    if method.owner is not s:
        _require_constants(s, fn, values)
    elif method.birth not in s.cells.contents:
        what = f"the method `{fn.__name__}` of a class that was made in a branch or a `try`, after that"
        raise UnsupportedSyntaxError(what, s.span, "define the class before it")
    return method.closure, code, values


def _require_constants(s: Specializer, fn: FunctionType, values: dict[str, Operand]) -> None:
    """Rely on what a method reads of the function that its class is in: constants, the same at each call."""
    for name, operand in values.items():
        known = s.program.frozen.setdefault((fn, name), operand)
        if not isinstance(operand, Const) or operand is UNDEFINED or not same(known, operand):
            raise UnsupportedSyntaxError(
                f"the method `{fn.__name__}`, which reads `{name}` of the function that its class is in, outside of it",
                s.span,
                "call it in that function, or keep what it reads in the object",
            )


def is_portable(program: Program, t: Type) -> bool:
    """Whether the methods of all objects in a value of type `t` read nothing but constants around them."""
    for cls in classes_in(t):
        births = {program.classes[c].birth for c in cls.__mro__ if c in program.classes}
        for method in [m for m in program.methods.values() if m.birth in births]:
            found = method.owner.variables_of(method.closure, method.closure.type.code)  # type: ignore[attr-defined]
            if not all(isinstance(operand, Const) for operand in found.values()):
                return False
    return True


def leaves(program: Program, t: Type) -> bool:
    """Whether there is a class in a type that was made by a function which has returned."""
    made = [program.classes[cls] for cls in classes_in(t) if cls in program.classes]
    return any(local.instance not in program.stack for local in made)
