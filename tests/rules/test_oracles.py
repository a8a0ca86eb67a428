"""The rules against two independent systems, autograd and JAX, wherever these have the function and are right.

An oracle may judge a call if its cotangent has the right shape and agrees with finite differences to five digits; then
the rule must agree with it to nine. JAX, which takes its time, is asked about what autograd does not have.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rules.elementwise import NARY, UNARY, draw, takes_arrays
from rules.table import ROWS, Row
from s2s_ad.rules import rrule
from s2s_ad.testing import directional_derivative, random_like

ELEMENTWISE = [
    Row(fn, lambda r, intervals=intervals: tuple([draw(r, interval, (2, 3)) for interval in intervals]))
    for fn, intervals in [*[(fn, (interval,)) for fn, interval in UNARY], *NARY]
    if takes_arrays(fn)
]


def _home(module: Any, fn: Callable[..., Any]) -> Any:
    """The function of `module` (or of its linalg) that stands for NumPy's `fn`, or None."""
    for theirs, numpy in ((module, np), (module.linalg, np.linalg)):
        if getattr(numpy, fn.__name__, None) is fn:
            return getattr(theirs, fn.__name__, None)
    return None


def _float_arrays(args: Any) -> list[int]:
    return [i for i, a in enumerate(args) if isinstance(a, np.ndarray) and a.dtype.kind == "f" and a.size]


def _rows_by_function() -> dict[Callable[..., Any], list[Row]]:
    rows: dict[Callable[..., Any], list[Row]] = {}
    for row in [*ELEMENTWISE, *ROWS]:
        if _home(np, row.fn) is not None and _float_arrays(row.make(np.random.default_rng(7))):
            rows.setdefault(row.fn, []).append(row)
    return rows


BY_FUNCTION = _rows_by_function()
AUTOGRAD_FUNCTIONS = [
    *(np.add, np.subtract, np.multiply, np.divide, np.negative, np.reciprocal, np.square, np.power, np.mod),
    *(np.sqrt, np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.logaddexp, np.logaddexp2),
    *(np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan, np.arctan2, np.sinh, np.cosh, np.tanh, np.arcsinh),
    *(np.arccosh, np.arctanh, np.sinc, np.degrees, np.radians, np.absolute, np.fabs, np.conjugate, np.real),
    *(np.maximum, np.minimum, np.fmax, np.fmin, np.sum, np.mean, np.prod, np.var, np.std, np.max, np.min, np.cumsum),
    *(np.reshape, np.ravel, np.squeeze, np.expand_dims, np.atleast_2d, np.transpose, np.swapaxes, np.moveaxis),
    *(np.rollaxis, np.fliplr, np.flipud, np.roll, np.rot90, np.repeat, np.tile, np.split, np.array_split),
    *(np.where, np.clip, np.diag, np.trace, np.tril, np.triu, np.diff, np.matmul, np.dot, np.inner, np.outer),
    *(np.tensordot, np.kron, np.cross, np.einsum, np.linalg.inv, np.linalg.det, np.linalg.slogdet, np.linalg.solve),
    *(np.linalg.pinv, np.linalg.norm),
]
JAX_FUNCTIONS = [
    *(np.positive, np.cbrt, np.float_power, np.fmod, np.copysign, np.imag, np.cumprod, np.nansum, np.nanmean),
    *(np.matrix_transpose, np.flip, np.broadcast_to, np.pad, np.take, np.take_along_axis, np.diagflat, np.diagonal),
    *(np.sort, np.vdot, np.vecdot, np.linalg.matrix_power),
]


def _compare(oracle: Callable[[Row, Any, int, Any], Any], row: Row) -> int:
    """How many cotangents of `row` the oracle could judge; AssertionError if one of ours differs."""
    args = row.make(np.random.default_rng(7))
    y, back = rrule(row.fn, *args, **row.kwargs)  # type: ignore[misc]
    y_bar = random_like(y, np.random.default_rng(8))
    bars, judged = back(y_bar)[1:], 0
    for i in _float_arrays(args):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = oracle(row, args, i, y_bar)
        if expected is None or not _is_right(expected, row, args, i, y_bar):
            continue
        np.testing.assert_allclose(bars[i], expected, rtol=1e-9, atol=1e-12)
        judged += 1
    return judged


def _is_right(x_bar: Any, row: Row, args: Any, i: int, y_bar: Any) -> bool:
    v = random_like(args[i], np.random.default_rng(9))
    slopes = directional_derivative(lambda *xs: row.fn(*xs, **row.kwargs), args, i, v)
    bars = y_bar if isinstance(y_bar, (list, tuple)) else [y_bar]
    expected = sum(float(np.sum(b * d)) for b, d in zip([b for b in bars if b is not None], slopes, strict=True))
    return np.shape(x_bar) == np.shape(v) and bool(abs(np.sum(x_bar * v) - expected) <= 1e-5 * (1 + abs(expected)))


def _autograd(row: Row, args: Any, i: int, y_bar: Any) -> Any:
    import autograd
    import autograd.numpy

    theirs = _home(autograd.numpy, row.fn)
    try:
        back, _ = autograd.make_vjp(lambda *xs: theirs(*xs, **row.kwargs), i)(*args)
        return back(y_bar)
    except Exception:  # whatever it raises: it cannot do this call
        return None


def _jax(row: Row, args: Any, i: int, y_bar: Any) -> Any:
    import jax

    theirs = _home(jax.numpy, row.fn)
    try:
        y, back = jax.vjp(lambda x: theirs(*args[:i], x, *args[i + 1 :], **row.kwargs), args[i])
        return np.asarray(back(jax.numpy.asarray(y_bar, y.dtype))[0])
    except Exception:  # whatever it raises: it cannot do this call
        return None


@pytest.mark.parametrize("fn", AUTOGRAD_FUNCTIONS, ids=lambda fn: fn.__name__)
def test_rule_agrees_with_autograd(fn: Callable[..., Any]) -> None:
    """The cotangents of arrays are those of autograd, for at least one row of the function."""
    pytest.importorskip("autograd")
    assert sum([_compare(_autograd, row) for row in BY_FUNCTION[fn]]) > 0


@pytest.mark.parametrize("fn", JAX_FUNCTIONS, ids=lambda fn: fn.__name__)
def test_rule_agrees_with_jax(fn: Callable[..., Any]) -> None:
    """The cotangents of arrays are those of JAX in double precision, for at least one row of the function."""
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64():
        assert sum([_compare(_jax, row) for row in BY_FUNCTION[fn][:4]]) > 0
