"""Binds the arguments of a call to the parameters of a function, at compile time, as Python does at run time."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

from s2s_ad.analysis.libraries import is_library
from s2s_ad.analysis.program import lowered
from s2s_ad.ir.nodes import Const, Function, Operand
from s2s_ad.ir.types import Closure
from s2s_ad.rules.registry import registry

_Kind = inspect.Parameter


def bind_arguments(
    code: Function,
    args: list[Operand],
    kwargs: dict[str, Operand],
    default: Callable[[str], Operand],
    collect: tuple[Callable[[list[Operand]], Operand], Callable[[dict[str, Operand]], Operand]],
) -> list[Operand]:
    """One operand for each parameter of `code`; `collect` makes the values of `*args` and `**kwargs`.

    Raises TypeError with Python's own words where the arguments do not fit.
    """
    signature = inspect.Signature(
        [inspect.Parameter(p.name, p.kind, default=p if p.has_default else _Kind.empty) for p in code.parameters]
    )
    try:
        bound = signature.bind(*args, **kwargs).arguments
    except TypeError as error:
        raise TypeError(_python_message(code.name, signature, args, kwargs) or f"{code.name}() {error}") from None
    make_tuple, make_dict = collect
    found: list[Operand] = []
    for p in code.parameters:
        value: Any = bound.get(p.name)
        if p.kind is _Kind.VAR_POSITIONAL:
            found.append(make_tuple(list(value or ())))
        elif p.kind is _Kind.VAR_KEYWORD:
            found.append(make_dict(dict(value or {})))
        else:
            found.append(default(p.name) if value is None else value)
    return found


def _python_message(
    name: str, signature: inspect.Signature, args: list[Operand], kwargs: dict[str, Operand]
) -> str | None:
    """What Python says of a call that does not fit, which programs may read: that of what has the same parameters."""
    parameters = [p.replace(default=p.empty if p.default is p.empty else None) for p in signature.parameters.values()]
    scope: dict[str, Any] = {}
    try:
        exec(f"def stub{signature.replace(parameters=parameters)}: pass", scope)
        scope["stub"].__qualname__ = name
        scope["stub"](*args, **kwargs)
    except SyntaxError:  # parameters that the compiler has added, such as `%x`, cannot be written
        return None
    except TypeError as error:
        return str(error)
    return None


def takes_rest(callee: Operand, given: int) -> bool:
    """Whether a Python function takes all arguments after the first `given` as its `*args`."""
    code: Function | None = None
    if isinstance(callee, Const):
        fn = callee.value
        known = isinstance(fn, FunctionType) and registry.get(fn) is None and not is_library(fn)
        code = lowered(fn).code if known else None
    elif isinstance(callee.type, Closure):
        code = callee.type.code
    if code is None:
        return False
    kinds = [p.kind for p in code.parameters]
    positional = kinds.count(_Kind.POSITIONAL_ONLY) + kinds.count(_Kind.POSITIONAL_OR_KEYWORD)
    return _Kind.VAR_POSITIONAL in kinds and given >= positional
