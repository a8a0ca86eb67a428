"""Rules of numpy.linalg, for a matrix or a stack of matrices.

Most of the formulas are in M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation", 2008. A function of a symmetric matrix that reads one triangle only has a symmetric cotangent, that of
the function on symmetric matrices; if its argument is not symmetric, it has that of the triangle that is read.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.errors import MissingRuleError
from s2s_ad.rules.quotients import nonzero
from s2s_ad.rules.registry import WHOLE, def_rrule, linear_rule, zero_rules
from s2s_ad.runtime import as_it_is_read, cofactors, eigenvector_factors, inverse_transpose, matrix_power_cotangent


def _transpose(a: Any) -> Any:
    """The matrices of `a`, each transposed."""
    return a.T if np.ndim(a) == 2 else np.swapaxes(a, -1, -2)


def _refuse_complex(a: Any, name: str) -> None:
    if np.iscomplexobj(a):
        raise MissingRuleError(f"the derivative of {name} for a complex matrix")


@def_rrule(np.linalg.inv, core=WHOLE)
def inv_rule(a: Any) -> Any:
    """y = a⁻¹.  ā = −yᵀ ȳ yᵀ."""
    y = np.linalg.inv(a)

    def inv_pullback(y_bar: Any) -> Any:
        return -(_transpose(y) @ y_bar @ _transpose(y))

    return y, inv_pullback


@def_rrule(np.linalg.pinv, core=WHOLE)
def pinv_rule(a: Any, rcond: Any = None) -> Any:
    """y = a⁺, where the rank of `a` does not change (G. H. Golub and V. Pereyra, 1973)."""
    _refuse_complex(a, "np.linalg.pinv")
    y = np.linalg.pinv(a, rcond)

    def pinv_pullback(y_bar: Any) -> Any:
        yt, yt_bar = _transpose(y), _transpose(y_bar)
        left, right = yt_bar @ y @ yt, yt @ y @ yt_bar
        return left - a @ (y @ left) + right - (right @ y) @ a - yt @ y_bar @ yt

    return y, pinv_pullback


@def_rrule(np.linalg.matrix_power, core=WHOLE)
def matrix_power_rule(a: Any, n: Any) -> Any:
    """y = aⁿ for a whole number n.  ā = Σₖ (aᵀ)ᵏ ȳ (aᵀ)ⁿ⁻¹⁻ᵏ for n > 0."""
    y = np.linalg.matrix_power(a, n)

    def matrix_power_pullback(y_bar: Any) -> Any:
        return matrix_power_cotangent(y_bar, a, n)

    return y, matrix_power_pullback


@def_rrule(np.linalg.solve, core=2)
def solve_rule(a: Any, b: Any) -> Any:
    """y = a⁻¹ b.  b̄ = a⁻ᵀ ȳ, ā = −b̄ yᵀ; both may carry the axes over which they were broadcast."""
    y = np.linalg.solve(a, b)

    def solve_pullback(y_bar: Any) -> Any:
        if np.ndim(b) > 1:
            b_bar = np.linalg.solve(_transpose(a), y_bar)
            return -(b_bar @ _transpose(y)), b_bar
        if np.ndim(a) == 2:
            b_bar = np.linalg.solve(a.T, y_bar)
            return -np.outer(b_bar, y), b_bar
        b_bar = np.linalg.solve(_transpose(a), y_bar[..., None])
        return -(b_bar * y[..., None, :]), b_bar[..., 0]

    return y, solve_pullback


@def_rrule(np.linalg.det, core=WHOLE)
def det_rule(a: Any) -> Any:
    """y = det a.  ā = ȳ·(cofactors of a), which exist for a singular matrix as well."""
    y = np.linalg.det(a)

    def det_pullback(y_bar: Any) -> Any:
        return (y_bar if np.ndim(a) == 2 else y_bar[..., None, None]) * cofactors(a)

    return y, det_pullback


@def_rrule(np.linalg.slogdet, core=WHOLE)
def slogdet_rule(a: Any) -> Any:
    """(sign, l) with det a = sign·eˡ.  ā = l̄·a⁻ᵀ, ±∞ where `a` is singular; a complex sign turns as `a` does."""
    y = np.linalg.slogdet(a)

    def slogdet_pullback(y_bar: Any) -> Any:
        scale = y_bar[1] + 1j * np.imag(y_bar[0] * y[0]) if np.iscomplexobj(a) else y_bar[1]
        return (scale if np.ndim(a) == 2 else scale[..., None, None]) * inverse_transpose(a)

    return y, slogdet_pullback


@def_rrule(np.linalg.cholesky, core=WHOLE)
def cholesky_rule(a: Any, *, upper: Any = False) -> Any:
    """y yᵀ = a with y lower triangular.  ā = sym(y⁻ᵀ Φ(yᵀ ȳ) y⁻¹), Φ the lower triangle with half the diagonal."""
    _refuse_complex(a, "np.linalg.cholesky")
    y = np.linalg.cholesky(a, upper=True) if upper else np.linalg.cholesky(a)

    def cholesky_pullback(y_bar: Any) -> Any:
        yt = y if upper else _transpose(y)
        p = np.tril(yt @ (_transpose(y_bar) if upper else y_bar))
        p = p - p * np.eye(np.shape(a)[-1]) / 2
        s = np.linalg.solve(yt, _transpose(np.linalg.solve(yt, p)))
        return as_it_is_read((s + _transpose(s)) / 2, a, upper)

    return y, cholesky_pullback


@def_rrule(np.linalg.eigvalsh, core=WHOLE)
def eigvalsh_rule(a: Any, UPLO: Any = "L") -> Any:
    """The eigenvalues of a symmetric matrix.  ā = v diag(ȳ) vᵀ with the eigenvectors v."""
    _refuse_complex(a, "np.linalg.eigvalsh")
    y, v = np.linalg.eigh(a, UPLO)

    def eigvalsh_pullback(y_bar: Any) -> Any:
        return as_it_is_read((v * y_bar[..., None, :]) @ _transpose(v), a, UPLO.upper() == "U")

    return y, eigvalsh_pullback


@def_rrule(np.linalg.eigh, core=WHOLE)
def eigh_rule(a: Any, UPLO: Any = "L") -> Any:
    """a = v diag(w) vᵀ for a symmetric matrix.  ā = sym(v (diag(w̄) + F∘(vᵀ v̄)) vᵀ) with Fᵢⱼ = 1 / (wⱼ − wᵢ)."""
    _refuse_complex(a, "np.linalg.eigh")
    y = np.linalg.eigh(a, UPLO)

    def eigh_pullback(y_bar: Any) -> Any:
        (w, v), (w_bar, v_bar) = y, y_bar
        inner = eigenvector_factors(w, _transpose(v) @ v_bar) + w_bar[..., None] * np.eye(np.shape(a)[-1])
        s = v @ inner @ _transpose(v)
        return as_it_is_read((s + _transpose(s)) / 2, a, UPLO.upper() == "U")

    return y, eigh_pullback


@def_rrule(np.linalg.norm, core=WHOLE)
def norm_rule(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """A vector norm along one axis, or a matrix norm over two.  x̄ = ȳ·∂y/∂x, and 0 at 0."""
    y = np.linalg.norm(x, ord, axis, keepdims)

    def norm_pullback(y_bar: Any) -> Any:
        if axis is None or keepdims:
            return y_bar * _norm_slope(x, y, ord, axis)
        return np.expand_dims(y_bar, axis) * _norm_slope(x, np.expand_dims(y, axis), ord, axis)

    return y, norm_pullback


def _norm_slope(x: Any, y: Any, ord: Any, axis: Any) -> Any:
    """∂y/∂x where y = norm(x, ord, axis), with the axes that were summed kept."""
    if ord is None or ord == "fro":
        return (np.conj(x) if np.iscomplexobj(x) else x) / nonzero(y)
    if isinstance(axis, int) or (axis is None and np.ndim(x) == 1):
        return _vector_norm_slope(x, y, ord, axis)
    if axis is None:
        return _matrix_norm_slope(x, y, ord, (0, 1))
    return _vector_norm_slope(x, y, ord, axis) if len(axis) == 1 else _matrix_norm_slope(x, y, ord, axis)


def _vector_norm_slope(x: Any, y: Any, ord: Any, axis: Any) -> Any:
    direction = np.conj(np.sign(x)) if np.iscomplexobj(x) else np.sign(x)
    if ord == 2:
        return (np.conj(x) if np.iscomplexobj(x) else x) / nonzero(y)
    if ord == 1:
        return direction
    if ord == 0:
        return np.zeros_like(x)
    if abs(ord) == np.inf:
        chosen = np.equal(np.abs(x), y)
        return direction * chosen / np.maximum(np.sum(chosen, axis=axis, keepdims=True), 1)
    if ord < 1:
        raise MissingRuleError(f"the derivative of np.linalg.norm of order {ord}")
    return direction * (np.abs(x) / nonzero(y)) ** (ord - 1)


def _matrix_norm_slope(x: Any, y: Any, ord: Any, axis: Any) -> Any:
    if ord == "nuc" or abs(ord) == 2:
        return _singular_norm_slope(x, ord, axis)
    along = axis[0] if abs(ord) == 1 else axis[1]
    chosen = np.equal(np.sum(np.abs(x), axis=along, keepdims=True), y)
    direction = np.conj(np.sign(x)) if np.iscomplexobj(x) else np.sign(x)
    return direction * chosen / np.maximum(np.sum(chosen, axis=axis, keepdims=True), 1)


def _singular_norm_slope(x: Any, ord: Any, axis: Any) -> Any:
    """The slope of a sum, of the largest or of the smallest of the singular values: Σ u vᵀ over those that count."""
    u, s, vt = np.linalg.svd(np.moveaxis(x, axis, (-2, -1)), full_matrices=False)
    counts = s > 0
    if ord != "nuc":
        counts = counts & (s == (s[..., :1] if ord == 2 else s[..., -1:]))
        counts = counts / np.maximum(np.sum(counts, axis=-1, keepdims=True), 1)
    slope = (u * counts[..., None, :]) @ vt
    return np.moveaxis(np.conj(slope) if np.iscomplexobj(x) else slope, (-2, -1), axis)


linear_rule(np.linalg.matrix_transpose, lambda y_bar, x: np.swapaxes(y_bar, -1, -2), core=WHOLE)
zero_rules(np.linalg.matrix_rank)
