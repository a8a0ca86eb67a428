"""What of NumPy and SciPy is looked into: the functions that are written in Python, where a derivative needs them.

A library function with a rule is a primitive. One without is called as it stands, unless a derivative goes through it:
then the compiler starts again with the function among the `opened`, which are treated as the user's own. So nothing is
parsed for the calls that carry no derivative.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as np

_DISPATCHER = type(np.polyval)  # what NumPy wraps its functions in, for the sake of other array types
_LIBRARIES = ("numpy", "scipy", "operator", "math", "functools", "itertools", "builtins", "copy")


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


def namespace(fn: Any) -> Any:
    """What SciPy's `array_namespace` gives for NumPy's arrays and for numbers; None for any other function."""
    if getattr(fn, "__name__", None) != "array_namespace" or not fn.__module__.startswith("scipy._lib."):
        return None
    return fn(np.zeros(1))
