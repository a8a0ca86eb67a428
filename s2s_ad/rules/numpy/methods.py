"""The functions that stand for the methods and attributes of arrays: ``x.sum(0)`` is ``np.sum(x, 0)``.

Where a method takes its arguments in another form than the function, a plain function here translates. Where no
function does the same, one here calls the method and has a rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.rules.numpy.shaping import reshape_back
from s2s_ad.rules.registry import WHOLE, linear_rule
from s2s_ad.runtime import add_at_axis


def reshape_method(a: Any, *shape: Any, order: Any = "C", copy: Any = None) -> Any:
    """``a.reshape(2, 3)`` or ``a.reshape((2, 3))``."""
    wanted = shape[0] if len(shape) == 1 else shape
    return np.reshape(a, wanted, order=order) if copy is None else np.reshape(a, wanted, order=order, copy=copy)


def transpose_method(a: Any, *axes: Any) -> Any:
    """``a.transpose()``, ``a.transpose(1, 0)`` or ``a.transpose((1, 0))``."""
    if len(axes) == 0:
        return np.transpose(a)
    return np.transpose(a, axes[0] if len(axes) == 1 else axes)


def flatten_method(a: Any, order: Any = "C") -> Any:
    """``a.flatten()``: always a copy."""
    return a.flatten(order)


def copy_method(a: Any, order: Any = "C") -> Any:
    """``a.copy()``."""
    return a.copy(order)


def astype_method(a: Any, dtype: Any, *, copy: Any = True) -> Any:
    """``a.astype(dtype)``."""
    return a.astype(dtype, copy=copy)


def conj_method(a: Any) -> Any:
    """``a.conj()``: of real numbers the array itself."""
    return np.conjugate(a) if np.iscomplexobj(a) else a


def item_method(a: Any, *index: Any) -> Any:
    """``a.item()``, ``a.item(3)`` (of the flattened array) or ``a.item(1, 0)``, as a Python number."""
    return a.item(*index)


def tolist_method(a: Any) -> Any:
    """``a.tolist()``."""
    return a.tolist()


def _item_back(y_bar: Any, a: Any, *index: Any) -> Any:
    if len(index) == 0:
        return np.reshape(y_bar, np.shape(a))
    at = index[0] if len(index) == 1 else index
    flat = np.ravel_multi_index(at, np.shape(a), "wrap") if isinstance(at, tuple) else at
    return add_at_axis(y_bar, flat, np.shape(a), None)


linear_rule(flatten_method, lambda y_bar, a, order="C": reshape_back(y_bar, a, None, order), core=WHOLE)
linear_rule(copy_method, lambda y_bar, a, order="C": y_bar, core=WHOLE)
linear_rule(astype_method, lambda y_bar, a, dtype, *, copy=True: y_bar, core=WHOLE)
linear_rule(item_method, _item_back, core=WHOLE)
linear_rule(tolist_method, lambda y_bar, a: np.reshape(np.array(y_bar), np.shape(a)))

METHODS: dict[str, Callable[..., Any]] = {
    "all": np.all,
    "any": np.any,
    "argmax": np.argmax,
    "argmin": np.argmin,
    "argsort": np.argsort,
    "astype": astype_method,
    "clip": np.clip,
    "conj": conj_method,
    "conjugate": conj_method,
    "copy": copy_method,
    "cumprod": np.cumprod,
    "cumsum": np.cumsum,
    "diagonal": np.diagonal,
    "dot": np.dot,
    "flatten": flatten_method,
    "item": item_method,
    "max": np.max,
    "mean": np.mean,
    "min": np.min,
    "nonzero": np.nonzero,
    "prod": np.prod,
    "ravel": np.ravel,
    "repeat": np.repeat,
    "reshape": reshape_method,
    "round": np.round,
    "searchsorted": np.searchsorted,
    "squeeze": np.squeeze,
    "std": np.std,
    "sum": np.sum,
    "swapaxes": np.swapaxes,
    "take": np.take,
    "tolist": tolist_method,
    "trace": np.trace,
    "transpose": transpose_method,
    "var": np.var,
}

ATTRIBUTES: dict[str, Callable[..., Any]] = {
    "T": np.transpose,
    "imag": np.imag,
    "mT": np.matrix_transpose,
    "ndim": np.ndim,
    "real": np.real,
    "shape": np.shape,
    "size": np.size,
}
