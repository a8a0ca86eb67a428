"""What is said of a result's type is true of the result: its dtype, its rank, and which lengths are equal.

Every row of the tables of rules is run on arrays of other lengths (0 and 1 among them) and dtypes. The names of lengths
are checked with one binding for all that is said about one call.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rules.table import ROWS, Row, normal, variants
from s2s_ad.analysis import specialize
from s2s_ad.analysis.typing import result_type
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import Type
from s2s_ad.ir.values import type_of
from soundness import Binding

assert specialize  # it fills the tables of types


def is_data(x: Any) -> bool:
    """Whether an argument is a value of the program, rather than a constant such as an axis."""
    if isinstance(x, (list, tuple)):
        return any(map(is_data, x))
    return isinstance(x, (float, np.ndarray, np.generic))


def claimed(row: Row, args: tuple[Any, ...], binding: Binding) -> Type:
    """The type that is said to be that of a row's result."""

    def operand(x: Any, name: Any) -> Operand:
        if not is_data(x):
            return Const(tuple(x) if isinstance(x, list) and all(isinstance(i, int) for i in x) else x)
        t = type_of(x, name)
        binding.bind(t, x)
        return Value(None, t)

    operands = tuple(operand(x, i) for i, x in enumerate(args))
    return result_type(row.fn, operands, {k: operand(v, k) for k, v in row.kwargs.items()})


CREATION = [
    *[Row(np.eye, lambda r: (3,)), Row(np.eye, lambda r: (2, 3, 1)), Row(np.identity, lambda r: (1,))],
    *[Row(np.arange, lambda r, how=how: how) for how in ((4,), (1,), (0,), (1, 4), (0.5,), (4, 1), (1, 4, 2), (-2,))],
    *[Row(np.arange, lambda r, how=how: how) for how in ((1, 4.5), (0, 1, 0.25))],
    *[Row(np.linspace, lambda r: (0, 1, 5)), Row(np.linspace, lambda r: (np.float32(0), 1.0, 5))],
    *[Row(fn, lambda r: ((2, 3),)) for fn in (np.zeros, np.ones)],
    *[Row(fn, normal(2, 3)) for fn in (np.real, np.imag, np.zeros_like, np.argsort)],
    *[Row(fn, lambda r: (r.normal(size=3) + 1j,)) for fn in (np.real, np.imag)],
    *[Row(fn, normal(2, 3)) for fn in (np.nonzero, np.where)],
    *[Row(fn, normal(3, 3)) for fn in (np.diag_indices_from, np.triu_indices_from, np.tril_indices_from)],
    *[Row(fn, lambda r: (3,)) for fn in (np.diag_indices, np.triu_indices, np.tril_indices)],
    *[Row(np.diag_indices, lambda r: (1, 3)), Row(np.triu_indices, lambda r: (2, 1, 3))],
    *[Row(np.unravel_index, lambda r: (5, (2, 3))), Row(np.unravel_index, lambda r: (np.array([5, 0]), (2, 3)))],
    *[Row(np.unravel_index, lambda r: (np.int32(5), 6)), Row(np.unravel_index, lambda r: (np.zeros((2, 1), int), 6))],
    *[Row(np.ix_, lambda r: (np.array([0, 2]), np.array([True, False, True]), np.array([1], np.int32)))],
]


@pytest.mark.parametrize("row", [*ROWS, *CREATION], ids=str)
def test_result_type_is_true(row: Row) -> None:
    """Nothing false is said, whatever the lengths."""
    for args, value in variants(row):
        binding = Binding()
        binding.check(claimed(row, args, binding), value)
