"""Checks of derivatives against finite differences, for rules and for whole functions.

A pullback is right if ⟨ȳ, J·v⟩ = ⟨x̄, v⟩ for random ȳ and v. The left side comes from a central difference of fourth
order along v, computed in double precision whatever the arguments are; the pairing ⟨a, b⟩ is Re Σ a·b, so that the
cotangent of z = x + iy stands for ∂f/∂x − i ∂f/∂y.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import optree

from s2s_ad.operators import pullback
from s2s_ad.rules.evaluate import rrule

STEP = 1e-4
_WIDE = {"f": np.float64, "c": np.complex128}


def check_rrule(fn: Callable[..., Any], *args: Any, rtol: float = 1e-6, atol: float = 1e-8, **kwargs: Any) -> None:
    """Check the registered rule of `fn` at `args`: value, every cotangent, and that nothing else changes.

    Raises AssertionError, which names the argument and both numbers. The tolerance grows with single precision.
    """
    result = rrule(fn, *args, **kwargs)
    assert result is not None, f"{fn} has no rule for this call"
    y, back = result
    _assert_same(y, fn(*args, **kwargs), "the value differs from the plain call")
    _check_pullback(lambda *xs: fn(*xs, **kwargs), args, y, lambda y_bar: back(y_bar)[1:], rtol, atol)


def check_grads(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    order: int = 1,
    modes: tuple[str, ...] = ("rev",),
    rtol: float = 1e-6,
    atol: float = 1e-8,
) -> None:
    """Check the derivatives of `f` at `args` as `check_rrule` does those of a primitive.

    Raises AssertionError, which names the argument and both numbers.
    """
    if order != 1:
        raise NotImplementedError(f"derivatives of order {order}: only order=1 can be checked")
    for mode in modes:
        if mode != "rev":
            raise NotImplementedError(f"mode {mode!r}: only 'rev' can be checked")
    y, back = pullback(f, *args)
    _assert_same(y, f(*args), "the value differs from the plain call")
    _check_pullback(f, args, y, lambda y_bar: back(y_bar)[1:], rtol, atol)


def random_like(x: Any, rng: np.random.Generator) -> Any:
    """A random value of the structure, shapes and dtypes of `x`; None where `x` is not a floating-point number."""
    return optree.tree_map(lambda leaf: _random_leaf(leaf, rng), x, none_is_leaf=True)


def directional_derivative(f: Callable[..., Any], args: tuple[Any, ...], i: int, v: Any) -> list[Any]:
    """J·v for argument `i` of `f`, as a list of the floating-point leaves of the result, in double precision."""
    wide = [optree.tree_map(_widen, x, none_is_leaf=True) for x in args]
    h = STEP * max(1.0, *(float(np.max(np.abs(x), initial=0.0)) for x in _float_leaves(wide[i])))

    def at(t: float) -> list[Any]:
        moved = optree.tree_map(lambda x, d: x if d is None else x + t * h * _widen(d), wide[i], v, none_is_leaf=True)
        y = f(*copy.deepcopy(wide[:i]), moved, *copy.deepcopy(wide[i + 1 :]))
        return [np.asarray(_widen(leaf)) for leaf in _float_leaves(y)]

    points = zip(at(-2), at(-1), at(1), at(2), strict=True)
    return [(8 * (y1 - y_1) - (y2 - y_2)) / (12 * h) for y_2, y_1, y1, y2 in points]


def _check_pullback(
    f: Callable[..., Any], args: tuple[Any, ...], y: Any, back: Callable[[Any], Any], rtol: float, atol: float
) -> None:
    rng = np.random.default_rng(0)
    y_bar = random_like(y, rng)
    args_before, y_bar_before = copy.deepcopy(args), copy.deepcopy(y_bar)
    bars = back(y_bar)
    assert len(bars) == len(args), f"{len(bars)} cotangents for {len(args)} arguments"
    bars_before = copy.deepcopy(bars)
    _assert_same(back(y_bar), bars_before, "a second call of the pullback differs from the first")
    _assert_same(args, args_before, "the pullback changed an argument")
    _assert_same(y_bar, y_bar_before, "the pullback changed y_bar")
    rtol = max(rtol, 1000 * max([_eps(leaf) for leaf in _float_leaves((args, y))], default=0.0))
    for i, (x_bar, x) in enumerate(zip(bars, args, strict=True)):
        _check_space(x_bar, x, i)
        if _float_leaves(x):
            _check_pairing(f, args, i, x_bar, y_bar, rtol, atol, rng)


def _check_pairing(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    i: int,
    x_bar: Any,
    y_bar: Any,
    rtol: float,
    atol: float,
    rng: np.random.Generator,
) -> None:
    v = random_like(args[i], rng)
    expected = _pair(_float_leaves(y_bar), directional_derivative(f, args, i, v))
    actual = _pair(_float_leaves(x_bar), _float_leaves(v))
    assert abs(actual - expected) <= atol + rtol * abs(expected), (
        f"argument {i}: the pullback gives {actual!r} along a random direction, finite differences {expected!r}"
    )


def _check_space(x_bar: Any, x: Any, i: int) -> None:
    """Each leaf of `x_bar` must have the type, shape and dtype of the primal's, or be None where there is none."""
    leaves = optree.tree_leaves(x, none_is_leaf=True)
    bars = optree.tree_leaves(x_bar, none_is_leaf=True)
    if x_bar is None:
        bars = [None] * len(leaves)
    assert len(bars) == len(leaves), f"argument {i}: the cotangent has {len(bars)} leaves, the argument {len(leaves)}"
    for leaf, bar in zip(leaves, bars, strict=True):
        expected = _space(leaf) if _is_float(leaf) else _space(None)
        assert _space(bar) == expected, f"argument {i}: the cotangent is {_space(bar)}, it should be {expected}"


def _space(x: Any) -> str:
    if isinstance(x, (np.ndarray, np.generic)):
        return f"{type(x).__name__} {x.dtype} of shape {x.shape}"
    return type(x).__name__


def _is_float(x: Any) -> bool:
    if isinstance(x, (np.ndarray, np.generic)):
        return x.dtype.kind in "fc"
    return isinstance(x, (float, complex))


def _float_leaves(x: Any) -> list[Any]:
    return [leaf for leaf in optree.tree_leaves(x, none_is_leaf=True) if _is_float(leaf)]


def _widen(x: Any) -> Any:
    """`x` in double precision if it is a floating-point array or NumPy scalar, else `x` itself."""
    if isinstance(x, (np.ndarray, np.generic)) and _is_float(x):
        return np.asarray(x, _WIDE[x.dtype.kind])[()] if isinstance(x, np.generic) else x.astype(_WIDE[x.dtype.kind])
    return x


def _random_leaf(x: Any, rng: np.random.Generator) -> Any:
    if not _is_float(x):
        return None
    value = rng.normal(size=np.shape(x))
    if np.iscomplexobj(x):
        value = value + 1j * rng.normal(size=np.shape(x))
    if isinstance(x, np.ndarray):
        return np.asarray(value, x.dtype)
    return x.dtype.type(value) if isinstance(x, np.generic) else type(x)(value)


def _eps(x: Any) -> float:
    return float(np.finfo(np.asarray(x).dtype).eps)


def _pair(a: list[Any], b: list[Any]) -> float:
    return float(sum(np.sum(np.real(_widen(p) * q)) for p, q in zip(a, b, strict=True)))


def _assert_same(a: Any, b: Any, message: str) -> None:
    """Equal in structure, type, dtype and every bit that shows (NaN equals NaN)."""
    left, right = optree.tree_leaves(a, none_is_leaf=True), optree.tree_leaves(b, none_is_leaf=True)
    assert len(left) == len(right), f"{message}: {a!r} and {b!r}"
    for p, q in zip(left, right, strict=True):
        assert _space(p) == _space(q), f"{message}: {_space(p)} and {_space(q)}"
        if _is_float(p) or isinstance(p, np.ndarray):
            assert np.array_equal(p, q, equal_nan=_is_float(p)), f"{message}: {p!r} and {q!r}"
        else:
            assert p is q or p == q, f"{message}: {p!r} and {q!r}"
