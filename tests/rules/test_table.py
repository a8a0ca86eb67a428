"""Every row of the table against finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import optree
import pytest

from rules.table import REAL_FUNCTIONS, ROWS, Row
from s2s_ad.testing import check_rrule

COMPLEX_ROWS = [row for row in ROWS if row.fn not in REAL_FUNCTIONS]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rule_in_double_precision(row: Row) -> None:
    """The value is that of the plain call, and the cotangents agree with finite differences."""
    check_rrule(row.fn, *row.make(np.random.default_rng(1)), **row.kwargs)


def _single(x: Any) -> Any:
    return x.astype(np.float32) if isinstance(x, np.ndarray) and x.dtype == np.float64 else x


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rule_in_single_precision(row: Row) -> None:
    """A float32 array has a float32 cotangent."""
    args = optree.tree_map(_single, row.make(np.random.default_rng(2)), none_is_leaf=True)
    check_rrule(row.fn, *args, **row.kwargs, atol=1e-5)


def _complex(x: Any) -> Any:
    return x * (1 + 0.5j) - 0.25j if isinstance(x, np.ndarray) and x.dtype == np.float64 else x


@pytest.mark.parametrize("row", COMPLEX_ROWS, ids=str)
def test_rule_of_complex_arrays(row: Row) -> None:
    """The cotangent of z = x + iy is ∂f/∂x − i ∂f/∂y, for analytic functions and others."""
    args = optree.tree_map(_complex, row.make(np.random.default_rng(4)), none_is_leaf=True)
    check_rrule(row.fn, *args, **row.kwargs)


def _scattered(x: Any) -> Any:
    if not isinstance(x, np.ndarray) or x.ndim == 0:
        return x
    buffer = np.zeros(tuple(2 * n for n in x.shape), x.dtype)
    view = buffer.T[tuple(slice(None, None, -2) for _ in x.shape)].T
    view[...] = x
    return view


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rule_of_views(row: Row) -> None:
    """An array that is not contiguous is as good as one that is."""
    args = optree.tree_map(_scattered, row.make(np.random.default_rng(3)), none_is_leaf=True)
    check_rrule(row.fn, *args, **row.kwargs)
