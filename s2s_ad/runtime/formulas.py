"""Formulas of derivative rules that are too long to be written out around each call."""

from __future__ import annotations

import math
import operator
import warnings
from string import ascii_letters
from typing import Any

import numpy as np


def digamma(x: float) -> float:
    """ψ(x) = Γ′(x) / Γ(x) of a float; NaN at the poles 0, −1, −2, …

    Reflection (DLMF 5.5.4) for x < 0, the recurrence ψ(x) = ψ(x + 1) − 1/x (5.5.2) up to x ≥ 10, and there the
    asymptotic series (5.11.2).
    """
    if x <= 0:
        if x == -math.inf or x == math.floor(x):
            return math.nan
        return digamma(1 - x) - math.pi / math.tan(math.pi * math.fmod(x, 1))
    shift = 0.0
    while x < 10:
        shift += 1 / x
        x += 1
    z = 1 / (x * x)
    series = z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132 - z * (691 / 32760 - z / 12))))))
    return math.log(x) - 0.5 / x - series - shift


def sinc_slope(x: Any) -> Any:
    """The derivative of ``np.sinc``, (cos πx − sinc x) / x; by its power series near 0, where that cancels."""
    t = math.pi * np.asarray(x)
    series = -t / 3 * (1 - t**2 / 10 * (1 - t**2 / 28 * (1 - t**2 / 54 * (1 - t**2 / 88))))
    near = np.abs(t) < 0.3
    return np.where(near, math.pi * series, (np.cos(t) - np.sinc(x)) / np.where(near, 1.0, x))


def products_of_others(a: Any, axis: Any = None) -> Any:
    """For each element of `a` the product of all others along `axis` (all axes if None), exact where some are 0."""
    a = np.asarray(a)
    axes = tuple(range(a.ndim)) if axis is None else normalize_axes(axis, a.ndim)
    moved = np.moveaxis(a, axes, range(-len(axes), 0)) if axes else a[..., None]
    rows = moved.reshape(moved.shape[: a.ndim - len(axes)] + (-1,)) if a.size else moved
    before, after = np.ones_like(rows), np.ones_like(rows)
    before[..., 1:] = np.cumprod(rows[..., :-1], axis=-1)
    after[..., :-1] = np.cumprod(rows[..., :0:-1], axis=-1)[..., ::-1]
    others = (before * after).reshape(moved.shape)
    return np.moveaxis(others, range(-len(axes), 0), axes) if axes else others[..., 0]


def cumprod_cotangent(y_bar: Any, a: Any) -> Any:
    """The cotangent of `a` where y = cumprod(a, axis=0), exact where some are 0.

    āₖ = (Π_{j<k} aⱼ)·sₖ with sₖ = ȳₖ + aₖ₊₁·sₖ₊₁.
    """
    before = np.ones_like(a)
    before[1:] = np.cumprod(a[:-1], axis=0)
    sums = np.array(y_bar)
    for k in range(len(sums) - 2, -1, -1):
        sums[k] += a[k + 1] * sums[k + 1]
    return before * sums


def normalize_axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """`axis`, an int or a tuple of ints, as a tuple of axes that count from the front."""
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    return tuple(operator.index(i) % ndim for i in axes)


def add_at_axis(y_bar: Any, index: Any, shape: tuple[int, ...], axis: int | None) -> Any:
    """Zeros of `shape` to which `y_bar` is added where ``np.take(x, index, axis)`` reads."""
    index, dtype = np.asarray(index).astype(np.intp), np.result_type(y_bar)  # a bool is a number here
    if axis is None:
        flat = np.zeros(math.prod(shape), dtype)
        np.add.at(flat, index, y_bar)
        return flat.reshape(shape)
    axis %= len(shape)
    x_bar = np.zeros(shape, dtype)
    np.add.at(
        np.moveaxis(x_bar, axis, 0),
        index,
        np.moveaxis(np.asarray(y_bar), range(axis, axis + np.ndim(index)), range(np.ndim(index))),
    )
    return x_bar


def add_along_axis(y_bar: Any, indices: Any, shape: tuple[int, ...], axis: int | None) -> Any:
    """Zeros of `shape` to which `y_bar` is added where ``np.take_along_axis(x, indices, axis)`` reads."""
    x_bar = np.zeros(math.prod(shape) if axis is None else shape, np.result_type(y_bar))
    index = list(np.ogrid[tuple(slice(n) for n in x_bar.shape)])
    index[axis or 0] = indices
    np.add.at(x_bar, tuple(index), y_bar)
    return x_bar.reshape(shape)


def place_diagonal(y_bar: Any, shape: tuple[int, ...], offset: int, axis1: int, axis2: int) -> Any:
    """Zeros of `shape` with `y_bar` where ``np.diagonal(x, offset, axis1, axis2)`` reads."""
    x_bar = np.zeros(shape, np.result_type(y_bar))
    matrices = np.moveaxis(x_bar, (axis1, axis2), (-2, -1))
    rows = np.arange(np.diagonal(x_bar, offset, axis1, axis2).shape[-1]) + max(-offset, 0)
    matrices[..., rows, rows + offset] = y_bar
    return x_bar


def place_in_view(y_bar: Any, shape: tuple[int, ...], subscripts: str) -> Any:
    """Zeros of `shape` with `y_bar` where `einsum_view(x, subscripts)` reads."""
    x_bar = np.zeros(shape, np.result_type(y_bar))
    einsum_view(x_bar, subscripts)[...] = y_bar
    return x_bar


def add_windows(y_bar: Any, shape: tuple[int, ...], window_shape: Any, axis: Any) -> Any:
    """Zeros of `shape`, to each window of which ``sliding_window_view`` makes its part of `y_bar` is added."""
    x_bar = np.zeros(shape, np.result_type(y_bar))
    axes = range(len(shape)) if axis is None else np.atleast_1d(axis).tolist()
    for offset in np.ndindex(*np.atleast_1d(window_shape).tolist()):
        starts = [0] * len(shape)
        for i, start in zip(axes, offset):
            starts[i] += start
        x_bar[tuple(slice(k, k + n) for k, n in zip(starts, y_bar.shape))] += y_bar[(..., *offset)]
    return x_bar


def tensordot_axes(axes: Any, ndim_a: int, ndim_b: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes of a and of b that ``np.tensordot(a, b, axes)`` sums over, counted from the front."""
    if np.ndim(axes) == 0:
        return tuple(range(ndim_a - axes, ndim_a)), tuple(range(axes))
    return normalize_axes(axes[0], ndim_a), normalize_axes(axes[1], ndim_b)


def inverse_permutation(order: Any) -> tuple[int, ...]:
    """Where each of 0, 1, …, n − 1 stands in `order`."""
    return tuple(sorted(range(len(order)), key=order.__getitem__))


def einsum_transpose(subscripts: str, ndims: tuple[int, ...], i: int) -> tuple[str, tuple[int, ...], tuple[Any, ...]]:
    """The subscripts that take ȳ and the operands but the i-th to the cotangent of that.

    An axis that occurs nowhere else has to be put in afterwards, with length 1: these come second. Third come pairs of
    axes with one index: the cotangent has been computed without the second of them, and is zero off their diagonal.
    """
    inputs, output = einsum_indices(subscripts, list(ndims))
    others = [output, *inputs[:i], *inputs[i + 1 :]]
    target, missing, pairs = "", [], []
    for axis, index in enumerate(inputs[i]):
        first = inputs[i].index(index)
        if first < axis:
            pairs.append((first, axis))
        if first < axis or not any(index in indices for indices in others):
            missing.append(axis)
        else:
            target += index
    return ",".join(others) + "->" + target, tuple(missing), tuple(pairs)


def einsum_indices(subscripts: str, ndims: list[int]) -> tuple[list[str], str]:
    """The indices of each operand and of the result, one letter an axis, with `...` and the output spelled out."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    parts = left.split(",")
    hidden = [n - len(part) + 3 if "..." in part else 0 for part, n in zip(parts, ndims, strict=True)]
    dots = "".join(sorted(set(ascii_letters) - set(subscripts)))[: max(hidden)]
    inputs = [part.replace("...", dots[len(dots) - n :]) for part, n in zip(parts, hidden, strict=True)]
    if not arrow:
        right = "..." + "".join(c for c in sorted(set(left) - set(".,")) if left.count(c) == 1)
    return inputs, right.replace("...", dots)


def einsum_view(a: Any, subscripts: str) -> Any:
    """The view of `a` that `np.einsum` gives where it does not sum, such as the diagonal."""
    return np.einsum(subscripts, a)


def cofactors(a: Any) -> Any:
    """∂ det(a) / ∂a = adj(a)ᵀ, right for a singular matrix as well.

    From a = u diag(s) v it is det(u)·det(v)·conj(u diag(products of the other s) v).
    """
    u, s, v = np.linalg.svd(a)
    turn = np.linalg.det(u) * np.linalg.det(v)
    return turn[..., None, None] * np.conj((u * products_of_others(s, -1)[..., None, :]) @ v)


def inverse_transpose(a: Any) -> Any:
    """a⁻ᵀ, with ±inf in place of an error where `a` is singular."""
    try:
        return np.swapaxes(np.linalg.inv(a), -1, -2)
    except np.linalg.LinAlgError:
        with np.errstate(divide="ignore", invalid="ignore"):
            return cofactors(a) / np.asarray(np.linalg.det(a))[..., None, None]


def matrix_power_cotangent(y_bar: Any, a: Any, n: int) -> Any:
    """The cotangent of `a` where y = aⁿ, stepping down from yₙ = yₙ₋₁ a."""
    if n < 0:
        inverse = np.linalg.inv(a)
        it = np.swapaxes(inverse, -1, -2)
        return -(it @ matrix_power_cotangent(y_bar, inverse, -n) @ it)
    at = np.swapaxes(a, -1, -2)
    left, a_bar = y_bar, np.zeros_like(y_bar)
    for k in range(n - 1, -1, -1):
        a_bar = a_bar + np.linalg.matrix_power(at, k) @ left
        left = left @ at
    return a_bar


def as_it_is_read(s: Any, a: Any, upper: Any) -> Any:
    """The cotangent of `a`, of which one triangle is read, from that of a symmetric matrix.

    That of a symmetric `a` is the symmetric one. If `a` is not, what falls to the other triangle is that of this one.
    """
    mirrored = np.swapaxes(a, -1, -2)
    if np.array_equal(a, mirrored):
        return s
    read = np.triu(s) + np.triu(s, 1) if upper else np.tril(s) + np.tril(s, -1)
    return np.where(np.all(a == mirrored, axis=(-1, -2), keepdims=True), s, read)


def eigenvector_factors(w: Any, m: Any) -> Any:
    """mᵢⱼ / (wⱼ − wᵢ) off the diagonal, and 0 where mᵢⱼ is 0; NaN, with a warning, where only the difference is 0."""
    differences = w[..., None, :] - w[..., :, None]
    diagonal = np.eye(w.shape[-1], dtype=bool)
    if np.any((differences == 0) & (m != 0) & ~diagonal):
        warnings.warn("the derivative of eigenvectors of a repeated eigenvalue is not defined", stacklevel=2)
    quotients = m / np.where(differences == 0, np.nan, differences)
    return np.where(diagonal | (m == 0), 0.0, quotients)
