"""Rules of the products of vectors, matrices and tensors.

A product is linear in each factor, so each factor's cotangent is a product of ȳ with the other.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from s2s_ad.errors import MissingRuleError
from s2s_ad.rules.registry import WHOLE, def_rrule, primitive
from s2s_ad.runtime import einsum_transpose, inverse_permutation, tensordot_axes

for _helper in (einsum_transpose, inverse_permutation, tensordot_axes):
    primitive(_helper)  # so that a call on constants is folded


def _from(start: Any, stop: Any) -> Any:
    """start, …, stop − 1, a constant where these are."""
    return tuple([start + i for i in range(stop - start)])


@def_rrule((np.matmul, operator.matmul), core=2)
def matmul_rule(a: Any, b: Any) -> Any:
    """y = a @ b.  ā = ȳ @ bᵀ, b̄ = aᵀ @ ȳ, for vectors and for stacks of matrices in their way."""
    y = a @ b

    def matmul_pullback(y_bar: Any) -> Any:
        return _matmul_left(y_bar, a, b), _matmul_right(y_bar, a, b)

    return y, matmul_pullback


def _matmul_left(y_bar: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` in a @ b, perhaps with the axes over which it was broadcast."""
    if np.ndim(b) == 1:
        if np.ndim(a) == 1:
            return y_bar * b
        return np.outer(y_bar, b) if np.ndim(a) == 2 else y_bar[..., None] * b
    if np.ndim(b) == 2:
        return y_bar @ b.T
    if np.ndim(a) == 1:
        return (b @ y_bar[..., None])[..., 0]
    return y_bar @ np.swapaxes(b, -1, -2)


def _matmul_right(y_bar: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` in a @ b, perhaps with the axes over which it was broadcast."""
    if np.ndim(a) == 1:
        if np.ndim(b) == 1:
            return y_bar * a
        return np.outer(a, y_bar) if np.ndim(b) == 2 else a[:, None] * y_bar[..., None, :]
    if np.ndim(a) == 2:
        return y_bar @ a if np.ndim(b) == 1 else a.T @ y_bar
    if np.ndim(b) <= 2:
        stack = _from(0, np.ndim(a) - 1)
        return np.tensordot(a, y_bar, (stack, stack))
    return np.swapaxes(a, -1, -2) @ y_bar


@def_rrule(np.dot, core=WHOLE)
def dot_rule(a: Any, b: Any) -> Any:
    """y = Σₖ a[…, k]·b[…, k, :], the last axis of `a` with the last but one of `b` (its only one if a vector)."""
    y = np.dot(a, b)

    def dot_pullback(y_bar: Any) -> Any:
        return _dot_left(y_bar, a, b), _dot_right(y_bar, a, b)

    return y, dot_pullback


def _dot_left(y_bar: Any, a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return y_bar * b
    if np.ndim(b) <= 2 and np.ndim(a) <= 2:
        return _matmul_left(y_bar, a, b)
    if np.ndim(b) == 1:
        return y_bar[..., None] * b
    kept = (*_from(0, np.ndim(b) - 2), np.ndim(b) - 1)
    return np.tensordot(y_bar, b, (_from(np.ndim(a) - 1, np.ndim(a) + np.ndim(b) - 2), kept))


def _dot_right(y_bar: Any, a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return y_bar * a
    if np.ndim(a) <= 2 and np.ndim(b) <= 2:
        return _matmul_right(y_bar, a, b)
    kept = _from(0, np.ndim(a) - 1)
    b_bar = np.tensordot(a, y_bar, (kept, kept))
    return b_bar if np.ndim(b) == 1 else np.moveaxis(b_bar, 0, -2)


@def_rrule(np.inner, core=WHOLE)
def inner_rule(a: Any, b: Any) -> Any:
    """y = Σₖ a[…, k]·b[…, k], over the last axes."""
    y = np.inner(a, b)

    def inner_pullback(y_bar: Any) -> Any:
        if (np.ndim(a) <= 1 and np.ndim(b) <= 1) or np.ndim(a) == 0 or np.ndim(b) == 0:
            return y_bar * b, y_bar * a
        rows_a, rows_b = np.ndim(a) - 1, np.ndim(b) - 1
        a_bar = np.tensordot(y_bar, b, (_from(rows_a, rows_a + rows_b), _from(0, rows_b)))
        return a_bar, np.tensordot(y_bar, a, (_from(0, rows_a), _from(0, rows_a)))

    return y, inner_pullback


@def_rrule(np.outer, core=WHOLE)
def outer_rule(a: Any, b: Any) -> Any:
    """yᵢⱼ = aᵢ·bⱼ of the flattened arguments.  ā = ȳ @ b, b̄ = a @ ȳ."""
    y = np.outer(a, b)

    def outer_pullback(y_bar: Any) -> Any:
        return np.reshape(y_bar @ np.ravel(b), np.shape(a)), np.reshape(np.ravel(a) @ y_bar, np.shape(b))

    return y, outer_pullback


@def_rrule(np.vdot, core=WHOLE)
def vdot_rule(a: Any, b: Any) -> Any:
    """y = Σ conj(aₖ)·bₖ of the flattened arguments."""
    y = np.vdot(a, b)

    def vdot_pullback(y_bar: Any) -> Any:
        a_bar = np.reshape(y_bar * np.ravel(b), np.shape(a))
        b_bar = np.reshape(y_bar * np.conj(np.ravel(a)), np.shape(b))
        return np.conj(a_bar), b_bar

    return y, vdot_pullback


@def_rrule(np.tensordot, core=WHOLE)
def tensordot_rule(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum over pairs of axes of a and b.  Each cotangent is the sum over the axes that came from the other."""
    y = np.tensordot(a, b, axes)

    def tensordot_pullback(y_bar: Any) -> Any:
        summed_a, summed_b = tensordot_axes(axes, np.ndim(a), np.ndim(b))
        free_a = tuple([i for i in range(np.ndim(a)) if i not in summed_a])
        free_b = tuple([i for i in range(np.ndim(b)) if i not in summed_b])
        rows, columns = _from(0, len(free_a)), _from(len(free_a), len(free_a) + len(free_b))
        order_a = (*free_a, *[summed_a[i] for i in inverse_permutation(summed_b)])
        order_b = (*[summed_b[i] for i in inverse_permutation(summed_a)], *free_b)
        a_bar = np.tensordot(y_bar, b, (columns, free_b))
        b_bar = np.tensordot(a, y_bar, (free_a, rows))
        return _permuted(a_bar, inverse_permutation(order_a)), _permuted(b_bar, inverse_permutation(order_b))

    return y, tensordot_pullback


def _permuted(a: Any, order: Any) -> Any:
    return a if order == _from(0, len(order)) else np.transpose(a, order)


@def_rrule(np.kron, core=WHOLE)
def kron_rule(a: Any, b: Any) -> Any:
    """Every element of `a` times all of `b`.  Each axis of y is (index in a, index in b)."""
    y = np.kron(a, b)

    def kron_pullback(y_bar: Any) -> Any:
        n = np.ndim(y_bar)
        shape_a, shape_b = (1,) * (n - np.ndim(a)) + np.shape(a), (1,) * (n - np.ndim(b)) + np.shape(b)
        pairs = np.reshape(y_bar, tuple([k for i in range(n) for k in (shape_a[i], shape_b[i])]))
        axes_a, axes_b = tuple([2 * i for i in range(n)]), tuple([2 * i + 1 for i in range(n)])
        a_bar = np.tensordot(pairs, np.reshape(b, shape_b), (axes_b, _from(0, n)))
        b_bar = np.tensordot(pairs, np.reshape(a, shape_a), (axes_a, _from(0, n)))
        return np.reshape(a_bar, np.shape(a)), np.reshape(b_bar, np.shape(b))

    return y, kron_pullback


@def_rrule(np.cross)
def cross_rule(a: Any, b: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None) -> Any:
    """y = a × b of vectors in space.  ā = b × ȳ, b̄ = ȳ × a."""
    at_a, at_b, at_y = (axisa, axisb, axisc) if axis is None else (axis, axis, axis)
    if np.shape(a)[at_a] != 3 or np.shape(b)[at_b] != 3:
        raise MissingRuleError(
            "the derivative of np.cross of vectors in the plane", hint="write a[0] * b[1] - a[1] * b[0]"
        )
    if np.ndim(a) != np.ndim(b) and not (at_a == at_b == at_y == -1):
        raise MissingRuleError("np.cross of arrays of different rank along an axis other than the last")
    y = np.cross(a, b, axisa, axisb, axisc, axis)

    def cross_pullback(y_bar: Any) -> Any:
        if at_a == at_b == at_y == -1:
            return np.cross(b, y_bar), np.cross(y_bar, a)
        a_bar = np.cross(b, y_bar, axisa=at_b, axisb=at_y, axisc=at_a)
        return a_bar, np.cross(y_bar, a, axisa=at_y, axisb=at_a, axisc=at_b)

    return y, cross_pullback


def _conj(a: Any) -> Any:
    return np.conj(a) if np.iscomplexobj(a) else a


@def_rrule(np.vecdot)
def vecdot_rule(x1: Any, x2: Any) -> Any:
    """y = Σₖ conj(a[…, k])·b[…, k]."""
    y = np.vecdot(x1, x2)

    def vecdot_pullback(y_bar: Any) -> Any:
        return _conj(y_bar[..., None] * x2), y_bar[..., None] * _conj(x1)

    return y, vecdot_pullback


if hasattr(np, "matvec"):  # NumPy 2.2

    @def_rrule(np.matvec)
    def matvec_rule(x1: Any, x2: Any) -> Any:
        """yᵢ = Σₖ a[…, i, k]·b[…, k]."""
        y = np.matvec(x1, x2)

        def matvec_pullback(y_bar: Any) -> Any:
            return y_bar[..., :, None] * x2[..., None, :], np.matvec(np.swapaxes(x1, -1, -2), y_bar)

        return y, matvec_pullback

    @def_rrule(np.vecmat)
    def vecmat_rule(x1: Any, x2: Any) -> Any:
        """yⱼ = Σₖ conj(a[…, k])·b[…, k, j]."""
        y = np.vecmat(x1, x2)

        def vecmat_pullback(y_bar: Any) -> Any:
            return _conj(np.matvec(x2, y_bar)), _conj(x1)[..., :, None] * y_bar[..., None, :]

        return y, vecmat_pullback


@def_rrule(np.einsum)
def einsum_rule(subscripts: Any, *operands: Any, optimize: Any = False) -> Any:
    """The cotangent of an operand is the einsum of ȳ and the other operands into its subscripts."""
    if not isinstance(subscripts, str):
        raise MissingRuleError("np.einsum with lists of axis numbers", hint="write the subscripts as a string")
    y = np.einsum(subscripts, *operands, optimize=optimize)

    def einsum_pullback(y_bar: Any) -> Any:
        return (None, *[_einsum_back(y_bar, i, subscripts, operands) for i in range(len(operands))])

    return y, einsum_pullback


def _einsum_back(y_bar: Any, i: Any, subscripts: Any, operands: Any) -> Any:
    """The einsum of ȳ and the other operands, but for the axes that occur in operand `i` alone or twice in it."""
    equation, missing, pairs = einsum_transpose(subscripts, tuple([np.ndim(a) for a in operands]), i)
    x_bar = np.einsum(equation, y_bar, *operands[:i], *operands[i + 1 :])
    x_bar = np.expand_dims(x_bar, missing) if missing else x_bar
    for first, second in pairs:
        others = tuple([k for k in range(np.ndim(operands[i])) if k not in (first, second)])
        diagonal = np.eye(np.shape(operands[i])[first])
        x_bar = x_bar * (np.expand_dims(diagonal, others) if others else diagonal)
    return x_bar
