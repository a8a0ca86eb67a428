"""Imports inside functions: the module is found when the function is compiled, and guarded like a global name.

A module that is not there raises when control gets to the import, as in Python.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.guards import MISSING
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.operands import constant
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand


@handles(primitives.import_module)
def _import_module(s: Emitter, args: list[Operand], _: Any) -> Operand:
    path = constant(args[0])
    package = None if s.names is None else s.names.globals.get("__package__")
    try:
        module = importlib.import_module(path, package or None)
        name = importlib.util.resolve_name(path, package or None)
    except (ImportError, TypeError) as error:
        message = str(error) if package or not path.startswith(".") else _NO_PACKAGE
        if getattr(error, "name", None) is not None:
            s.program.guard(sys.modules, error.name, MISSING)  # type: ignore[union-attr]
        s.raise_error(type(error) if isinstance(error, ImportError) else ImportError, message)
        return UNDEFINED
    s.program.guard(sys.modules, name, module)
    return Const(module)


_NO_PACKAGE = "attempted relative import with no known parent package"


@handles(primitives.import_from)
def _import_from(s: Emitter, args: list[Operand], _: Any) -> Operand:
    module, name = constant(args[0]), constant(args[1])
    if not hasattr(module, name):
        inner = _submodule(module, name)
        if inner is None:
            s.program.guard(module, name, MISSING)
            where = getattr(module, "__file__", None) or "unknown location"
            s.raise_error(ImportError, f"cannot import name {name!r} from {module.__name__!r} ({where})")
            return UNDEFINED
        s.program.guard(sys.modules, inner.__name__, inner)
        return Const(inner)
    return s.apply(getattr, [args[0], Const(name)])


def _submodule(module: ModuleType, name: str) -> ModuleType | None:
    try:
        return importlib.import_module(f"{module.__name__}.{name}")
    except ImportError:
        return None
