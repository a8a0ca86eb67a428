"""What of NumPy and SciPy is looked into: the functions that are written in Python, where a derivative needs them.

A library function with a rule is a primitive. One without is called as it stands, unless a derivative goes through it:
then the compiler starts again with the function among the `opened`, which are treated as the user's own. So nothing is
parsed for the calls that carry no derivative.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType
from typing import Any

import numpy as np

from s2s_ad.ir.nodes import Const, Operand

_DISPATCHER = type(np.polyval)  # what NumPy wraps its functions in, for the sake of other array types
_LIBRARIES = (
    *("numpy", "scipy", "operator", "math", "functools", "itertools", "builtins", "copy"),
    *("logging", "re", "warnings"),
)


def is_library(fn: FunctionType) -> bool:
    """Whether a function belongs to a library, or to this package, rather than to the user."""
    module = fn.__module__ or ""
    if module.partition(".")[0] == "s2s_ad":
        return not module.startswith("s2s_ad.rules.")
    return module.partition(".")[0] in _LIBRARIES


def library_source(fn: Any) -> FunctionType | None:
    """The Python function that a function of NumPy or SciPy is or wraps; None for anything else."""
    inner = getattr(fn, "_implementation", None) if isinstance(fn, _DISPATCHER) else fn
    if isinstance(inner, FunctionType) and (inner.__module__ or "").partition(".")[0] in ("numpy", "scipy"):
        return inner
    return None


def about_namespaces(fn: Any, args: Sequence[Operand]) -> Const | None:
    """What SciPy's questions about array libraries come to for NumPy's arrays and for numbers; None for the rest.

    `array_namespace(…)` is the module that wraps NumPy, and `is_…_namespace(module)` is known.
    """
    name, module = str(getattr(fn, "__name__", "")), str(getattr(fn, "__module__", ""))
    if not module.startswith("scipy.") or "array_api" not in module:
        return None
    if name == "array_namespace":
        return Const(fn(np.zeros(1)))
    asks = name.startswith("is_") and name.endswith("_namespace")
    return Const(fn(args[0].value)) if asks and len(args) == 1 and isinstance(args[0], Const) else None
