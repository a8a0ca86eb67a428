"""Every elementwise rule against finite differences, over kinds of numbers, shapes, broadcasts and memory layouts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rules.elementwise import NARROWING, NARY, UNARY, draw, takes_arrays
from s2s_ad.rules import rrule
from s2s_ad.testing import check_rrule

ROWS = [*[(fn, (interval,)) for fn, interval in UNARY], *NARY]
ARRAY_ROWS = [row for row in ROWS if takes_arrays(row[0])]
BINARY_ROWS = [row for row in ARRAY_ROWS if len(row[1]) == 2]


def name(value: Any) -> str | None:
    """The name of a function in the identifier of a test."""
    return getattr(value, "__name__", None)


@pytest.mark.parametrize(("fn", "intervals"), ROWS, ids=name)
def test_rule_of_python_floats(fn: Any, intervals: Any) -> None:
    """A Python float has a Python float as its cotangent."""
    rng = np.random.default_rng(1)
    check_rrule(fn, *[float(draw(rng, interval)) for interval in intervals])


@pytest.mark.parametrize("shape", [(), (3,), (2, 1, 3), (0,), (2, 0)], ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=name)
@pytest.mark.parametrize(("fn", "intervals"), ARRAY_ROWS, ids=name)
def test_rule_of_arrays(fn: Any, intervals: Any, dtype: Any, shape: Any) -> None:
    """A cotangent has the shape and the dtype of its array, be it 0-d or empty."""
    rng = np.random.default_rng(2)
    check_rrule(fn, *[np.asarray(draw(rng, interval, shape), dtype) for interval in intervals])


@pytest.mark.parametrize(("fn", "intervals"), ARRAY_ROWS, ids=name)
def test_rule_of_numpy_scalars_and_views(fn: Any, intervals: Any) -> None:
    """NumPy scalars stay scalars, and an array that is not contiguous is as good as one that is."""
    rng = np.random.default_rng(3)
    check_rrule(fn, *[draw(rng, interval) for interval in intervals])
    check_rrule(fn, *[np.float32(draw(rng, interval)) for interval in intervals])
    check_rrule(fn, *[draw(rng, interval, (4, 6))[::-1, ::2].T for interval in intervals])


@pytest.mark.parametrize(
    ("left", "right"), [((2, 3), (3,)), ((2, 1), (1, 3)), ((), (3,)), ((4, 1, 3), ()), ((1,), (0,))], ids=str
)
@pytest.mark.parametrize(("fn", "intervals"), BINARY_ROWS, ids=name)
def test_rule_of_broadcast_arrays(fn: Any, intervals: Any, left: Any, right: Any) -> None:
    """The cotangent of a broadcast argument is summed over the axes that were spread."""
    rng = np.random.default_rng(4)
    a, b = draw(rng, intervals[0], left), draw(rng, intervals[1], right)
    check_rrule(fn, a, b)
    check_rrule(fn, np.float32(a), b)


@pytest.mark.parametrize(("fn", "intervals"), BINARY_ROWS, ids=name)
def test_rule_of_a_number_beside_an_array(fn: Any, intervals: Any) -> None:
    """A Python number takes the sum, and does not widen the array's dtype."""
    rng = np.random.default_rng(5)
    a, b = draw(rng, intervals[0], (2, 3)), draw(rng, intervals[1], (2, 3))
    check_rrule(fn, float(a[0, 0]), np.float32(b))
    check_rrule(fn, np.float32(a), float(b[0, 0]))
    check_rrule(fn, 2 if intervals[0][1] > 0 else -1, b)
    check_rrule(fn, a, 2 if intervals[1][1] > 1 else -1)


@pytest.mark.parametrize("fn", [np.add, np.multiply, np.divide, np.maximum], ids=name)
def test_rule_of_lists(fn: Any) -> None:
    """A list of floats is read as an array, and its cotangent is a list."""
    check_rrule(fn, [0.5, -1.5], np.array([[1.0, 2.0], [3.0, -4.0]]))
    check_rrule(fn, np.array([1.0, 2.0]), (0.5, 3.0))


@pytest.mark.parametrize(
    "fn",
    [np.add, np.subtract, np.multiply, np.divide, np.power, np.exp, np.log, np.sqrt, np.sin, np.cos, np.tan, np.tanh]
    + [np.arcsin, np.arccos, np.arctan, np.arcsinh, np.arccosh, np.arctanh, np.sinh, np.cosh, np.absolute]
    + [np.conjugate, np.real, np.imag, np.angle, np.square, np.reciprocal, np.exp2, np.expm1, np.log2, np.log10]
    + [np.log1p, np.negative, np.positive],
    ids=name,
)
def test_rule_of_complex_numbers(fn: Any) -> None:
    """The cotangent of z = x + iy is ∂f/∂x − i ∂f/∂y, and that of a real argument is real."""
    rng = np.random.default_rng(6)
    z, w = rng.normal(size=(2, 3, 2)) + 1j * rng.normal(size=(2, 3, 2))
    if getattr(fn, "nin", 1) == 1:
        check_rrule(fn, z)
    else:
        check_rrule(fn, z, w)
        check_rrule(fn, np.abs(z), w)
        check_rrule(fn, z, 1.5)


@pytest.mark.parametrize("fn", NARROWING, ids=name)
def test_rule_of_a_narrowing_conversion(fn: Any) -> None:
    """The cotangent comes back in the precision of what was converted."""
    y, back = rrule(fn, 1.5)
    assert type(y) is fn
    assert back(fn(2))[1] == 2.0
    assert type(back(fn(2))[1]) is float
    y, back = rrule(fn, np.array([1.5, 2.5]))
    assert y.dtype == fn
    assert back(np.array([1, 2], fn))[1].tolist() == [1.0, 2.0]
    assert back(np.array([1, 2], fn))[1].dtype == np.float64


def test_rule_of_a_constant_exponent_takes_no_logarithm() -> None:
    """A negative base is fine as long as nobody differentiates the exponent."""
    y, back = rrule(np.power, np.array([-2.0, 3.0]), 3)
    assert y.tolist() == [-8.0, 27.0]
    assert back(np.ones(2))[1].tolist() == [12.0, 27.0]
    assert back(np.ones(2))[2] is None
