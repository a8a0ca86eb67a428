"""The helpers of the rules against independent values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import special

from s2s_ad import runtime


@pytest.mark.parametrize("x", [1e-3, 0.3, 1.0, 2.5, 9.99, 10.0, 55.5, 1e6, -1e-9, -0.5, -1.7, -20.3])
def test_digamma_is_that_of_scipy(x: float) -> None:
    """Thirteen digits over the whole line."""
    assert runtime.digamma(x) == pytest.approx(special.digamma(x), rel=1e-13)


def test_digamma_at_its_poles_and_ends() -> None:
    """NaN at 0, −1, −2, …; ∞ at ∞; its positive zero lies where it should."""
    assert all(math.isnan(runtime.digamma(x)) for x in (0.0, -1.0, -7.0, -math.inf))
    assert runtime.digamma(math.inf) == math.inf
    assert abs(runtime.digamma(1.4616321449683623)) < 1e-14


def test_sinc_slope_is_smooth_across_the_switch_to_the_series() -> None:
    """The series and the closed form agree where one takes over from the other."""
    x = np.array([1e-9, 1e-4, 0.0954, 0.0956, 0.3])
    exact = [-(math.pi**2) * 1e-9 / 3, *[_sinc_slope(t) for t in x[1:]]]
    np.testing.assert_allclose(runtime.sinc_slope(x), exact, rtol=1e-12)


def _sinc_slope(x: float) -> float:
    terms = range(1, 15)
    return sum((-1) ** k * 2 * k * math.pi ** (2 * k) * x ** (2 * k - 1) / math.factorial(2 * k + 1) for k in terms)


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1), (2, 0), ()])
def test_products_of_others_leave_one_out(axis: Any) -> None:
    """The product of all elements but one, also where there are zeros."""
    a = np.random.default_rng(0).integers(-2, 3, (2, 3, 2)).astype(float)
    others = runtime.products_of_others(a, axis)
    for index in np.ndindex(a.shape):
        b = a.copy()
        b[index] = 1
        whole = np.prod(b, axis=axis, keepdims=True)
        assert others[index] == np.broadcast_to(whole, a.shape)[index]


def test_cofactors_of_matrices_of_any_rank() -> None:
    """Determinants of the minors, also where the matrix is singular."""
    rng = np.random.default_rng(0)
    for a in (
        rng.normal(size=(3, 3)),
        rng.normal(size=(3, 2)) @ rng.normal(size=(2, 3)),
        np.outer([1, 2, 3], [4, 5, 6]),
    ):
        expected = [
            [(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)) for j in range(3)] for i in range(3)
        ]
        rounding = 1e-15 * np.linalg.norm(a) ** 2  # of products of two singular values
        np.testing.assert_allclose(runtime.cofactors(a * 1.0), expected, atol=rounding)


def test_projection_unbroadcasts_onto_a_list() -> None:
    """The cotangent of a list that was broadcast is summed before it is taken apart; an int in it has zero, or none."""
    assert runtime.project(np.ones((3, 2)), [1.0, 2]) == [3.0, 0.0]
    assert runtime.finish(np.ones((3, 2)), [1.0, 2]) == [3.0, None]


def test_einsum_indices_spell_out_dots_and_the_output() -> None:
    """Hidden axes get letters of their own, aligned at the right."""
    assert runtime.einsum_indices("ij,jk", [2, 2]) == (["ij", "jk"], "ik")
    assert runtime.einsum_indices("...i,...i->...", [3, 2]) == (["ABi", "Bi"], "AB")
    assert runtime.einsum_indices("ba", [2]) == (["ba"], "ab")
