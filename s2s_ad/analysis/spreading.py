"""Calls that spread a sequence over a fixed number of parameters: `f(a, *xs)`, where the length of `xs` is not known.

    def f(a, b, c): …          if len(xs) > 2: raise TypeError("f() takes 3 positional arguments but …")
                               if len(xs) < 2: raise TypeError(("f() missing 2 …", "f() missing 1 …")[len(xs)])
    f(x, *xs)                  b, c = xs
                               f(x, b, c)

Where parameters have defaults several lengths would do, and the call is refused.
"""

from __future__ import annotations

import inspect
from collections.abc import Container, Sequence
from types import FunctionType
from typing import Any, NamedTuple

from s2s_ad.analysis.handlers.records import found_in_class, is_object
from s2s_ad.analysis.libraries import is_library
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.program import Program, lowered
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Function, Operand, Parameter
from s2s_ad.ir.types import Closure
from s2s_ad.ir.values import is_written_in_python
from s2s_ad.rules.registry import registry

_KINDS = inspect.Parameter
_POSITIONAL = (_KINDS.POSITIONAL_ONLY, _KINDS.POSITIONAL_OR_KEYWORD)


class Callee(NamedTuple):
    """What is called, as Python names it in errors, with its parameters; `bound` of these have their argument."""

    name: str
    parameters: Sequence[Parameter]
    bound: int = 0


class Spread(NamedTuple):
    """How many items a call takes beside the arguments that are `given`, and what Python says otherwise.

    That is a text to stand before the number of arguments and one after it, or one for each number that is too small.
    """

    size: int
    given: int
    more: tuple[str, str]
    fewer: tuple[str, ...]


def spread(
    program: Program, target: Operand, args: Sequence[Operand], given: int, keywords: Container[str]
) -> Spread | None:
    """What a starred sequence has to have, beside `given` other arguments; None where several lengths would do."""
    callee = _callee(program, target, args)
    if callee is None or any(p.kind is _KINDS.VAR_POSITIONAL for p in callee.parameters):
        return None
    positional = [p for p in callee.parameters if p.kind in _POSITIONAL]
    taken = callee.bound + given
    free = positional[taken:]
    if any(p.has_default for p in free) or any(p.name in keywords for p in positional) or taken > len(positional):
        return None
    by_name = sum(p.kind is _KINDS.KEYWORD_ONLY and p.name in keywords for p in callee.parameters)
    more = f"{callee.name}() takes {_counted(len(positional), 'positional')} but "
    also = f" positional arguments (and {_counted(by_name, 'keyword-only')})" if by_name else ""
    fewer = tuple(_missing(callee.name, [p.name for p in free[n:]]) for n in range(len(free)))
    return Spread(len(free), taken, (more, f"{also} were given"), fewer)


def _counted(n: int, kind: str) -> str:
    return f"{n} {kind} argument{'s' * (n != 1)}"


def _missing(name: str, parameters: list[str]) -> str:
    """What Python says about parameters without an argument."""
    *others, last = [repr(p) for p in parameters]
    text = last if not others else f"{', '.join(others)}{',' * (len(others) > 1)} and {last}"
    return f"{name}() missing {_counted(len(parameters), 'required positional')}: {text}"


def _callee(program: Program, target: Operand, args: Sequence[Operand]) -> Callee | None:
    """What is known of a callee: a function, a nested one, a method or a class."""
    fn, t = constant(target), type_of_operand(target)
    if fn is primitives.call_method:
        obj = type_of_operand(args[0])
        found = found_in_class(obj.cls, constant(args[1])) if is_object(obj) else None  # type: ignore[attr-defined]
        return _of_function(program, found, 1) if inspect.isfunction(found) else None
    if isinstance(t, Closure):
        return Callee(t.code.name, t.code.parameters)
    if isinstance(fn, type):
        return _of_class(program, fn)
    known = isinstance(fn, FunctionType) and registry.get(fn) is None and not is_library(fn)
    return _of_function(program, fn, 0) if known else None


def _of_function(program: Program, fn: FunctionType, bound: int) -> Callee:
    method = program.methods.get(fn)
    code: Function = lowered(fn).code if method is None else method.closure.type.code  # type: ignore[attr-defined]
    return Callee(fn.__qualname__, code.parameters, bound)


def _of_class(program: Program, cls: type) -> Callee | None:
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        parameters = [Parameter(f, _KINDS.POSITIONAL_OR_KEYWORD, f in cls._field_defaults) for f in cls._fields]  # type: ignore[attr-defined]
        return Callee(f"{cls.__name__}.__new__", [Parameter("_cls", _KINDS.POSITIONAL_ONLY), *parameters], 1)
    init: Any = found_in_class(cls, "__init__")
    if not is_written_in_python(cls) or not inspect.isfunction(init):
        return None
    if init.__code__.co_filename != "<string>":
        return _of_function(program, init, 1)
    signature = inspect.signature(init).parameters.values()
    return Callee(init.__qualname__, [Parameter(p.name, p.kind, p.default is not p.empty) for p in signature], 1)
