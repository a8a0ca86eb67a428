"""The rules of functions of symmetric matrices against finite differences among symmetric matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rules.symmetric import random_symmetric
from s2s_ad import pullback
from s2s_ad.rules import rrule
from s2s_ad.testing import directional_derivative


def _check(fn: Any, a: Any, y_bar: Any, **kwargs: Any) -> None:
    rng = np.random.default_rng(3)
    v = rng.normal(size=a.shape)
    v = v + np.swapaxes(v, -1, -2)
    _, back = rrule(fn, a, **kwargs)
    slopes = directional_derivative(lambda x: fn(x, **kwargs), (a,), 0, v)
    expected = sum(np.sum(p * q) for p, q in zip(y_bar if isinstance(y_bar, tuple) else [y_bar], slopes, strict=True))
    (a_bar,) = back(y_bar)[1:]
    np.testing.assert_allclose(a_bar, np.swapaxes(a_bar, -1, -2), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(np.sum(a_bar * v), expected, rtol=1e-7)


def _squared_vectors(a: Any, UPLO: str) -> Any:
    return np.linalg.eigh(a, UPLO)[1] ** 2


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3), (1, 1)], ids=str)
@pytest.mark.parametrize("upper", [False, True])
def test_cholesky_has_a_symmetric_cotangent(shape: Any, upper: bool) -> None:
    """The factor's cotangent comes back symmetric, whichever triangle the factor is."""
    rng = np.random.default_rng(1)
    _check(np.linalg.cholesky, random_symmetric(rng, *shape), rng.normal(size=shape), upper=upper)


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3)], ids=str)
def test_eigenvalues_have_a_symmetric_cotangent(shape: Any) -> None:
    """Each eigenvalue pulls back along its eigenvector."""
    rng = np.random.default_rng(1)
    _check(np.linalg.eigvalsh, random_symmetric(rng, *shape), rng.normal(size=shape[:-1]))


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3)], ids=str)
def test_eigenvectors_have_a_symmetric_cotangent(shape: Any) -> None:
    """Eigenvalues and eigenvectors together."""
    rng = np.random.default_rng(1)
    _check(np.linalg.eigh, random_symmetric(rng, *shape), (rng.normal(size=shape[:-1]), rng.normal(size=shape)))


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3)], ids=str)
@pytest.mark.parametrize(
    ("fn", "kwargs", "upper"),
    [
        (np.linalg.cholesky, {}, False),
        (np.linalg.cholesky, {"upper": True}, True),
        (np.linalg.eigvalsh, {}, False),
        (np.linalg.eigvalsh, {"UPLO": "U"}, True),
        (_squared_vectors, {"UPLO": "l"}, False),
        (_squared_vectors, {"UPLO": "U"}, True),
    ],
)
def test_one_triangle_is_read(shape: Any, fn: Any, kwargs: Any, upper: bool) -> None:
    """A matrix of which only one triangle is filled has a cotangent that is zero in the other one."""
    rng = np.random.default_rng(4)
    a = random_symmetric(rng, *shape)
    a = np.triu(a) if upper else np.tril(a)
    v = rng.normal(size=shape)
    y, back = pullback(fn, a, **kwargs)
    y_bar = rng.normal(size=np.shape(y))
    (slope,) = directional_derivative(lambda x: fn(x, **kwargs), (a,), 0, v)
    _, a_bar, *_ = back(y_bar)
    np.testing.assert_allclose(np.sum(a_bar * v), np.sum(y_bar * slope), rtol=1e-6)
    np.testing.assert_array_equal(np.tril(a_bar, -1) if upper else np.triu(a_bar, 1), 0)


@pytest.mark.parametrize("fn", [np.linalg.cholesky, np.linalg.eigh, np.linalg.eigvalsh, np.linalg.pinv])
def test_complex_matrices_are_refused(fn: Any) -> None:
    """A formula that holds for real matrices only is not used for complex ones."""
    with pytest.raises(NotImplementedError, match="complex"):
        rrule(fn, np.eye(2, dtype=complex))
