"""What comes back at kinks, ties and singular points: one convention, whatever kind of number it is asked of."""

from __future__ import annotations

import builtins
import math
import operator
from typing import Any

import numpy as np
import pytest

from s2s_ad.rules import rrule

INF, NAN = math.inf, math.nan

# (functions, arguments, cotangents of the arguments for ȳ = 1; None: not looked at)
SCALAR_KINKS: list[tuple[tuple[Any, ...], tuple[float, ...], tuple[float | None, ...]]] = [
    ((np.absolute, operator.abs, abs, np.fabs, math.fabs), (0.0,), (0.0,)),
    ((np.maximum, np.minimum, np.fmax, np.fmin, builtins.max, builtins.min), (2.0, 2.0), (0.5, 0.5)),
    ((np.maximum, np.minimum), (NAN, 1.0), (1.0, 0.0)),
    ((np.maximum, np.minimum), (1.0, NAN), (0.0, 1.0)),
    ((np.fmax, np.fmin), (NAN, 1.0), (0.0, 1.0)),
    ((np.fmax, np.fmin), (1.0, NAN), (1.0, 0.0)),
    ((np.maximum,), (0.0, 0), (0.5, None)),
    ((np.sqrt, math.sqrt), (0.0,), (INF,)),
    ((np.power, operator.pow, math.pow, pow), (0.0, 0.5), (INF, 0.0)),
    ((np.cbrt, math.cbrt), (0.0,), (INF,)),
    ((np.log,), (0.0,), (INF,)),
    ((np.power, np.float_power, operator.pow, math.pow, pow), (0.0, 0), (0.0, None)),
    ((np.power, np.float_power, operator.pow, math.pow, pow), (0.0, 0.0), (0.0, 0.0)),
    ((np.power, np.float_power, operator.pow, math.pow, pow), (0.0, 1.0), (1.0, 0.0)),
    ((np.power, np.float_power, operator.pow, math.pow, pow), (0.0, 1), (1.0, None)),
    ((np.power, np.float_power, operator.pow, math.pow, pow), (0.0, 2.5), (0.0, 0.0)),
    ((np.power, np.float_power, operator.pow, math.pow, pow), (-2.0, 3.0), (12.0, NAN)),
    ((np.power, np.float_power, operator.pow, math.pow, pow), (-2.0, 3), (12.0, None)),
    ((np.power, np.float_power), (INF, 0.0), (0.0, INF)),
    ((np.hypot, math.hypot), (0.0, 0.0), (0.0, 0.0)),
    ((np.arctan2, math.atan2), (0.0, 0.0), (0.0, 0.0)),
    ((np.arctan2, math.atan2), (0.0, 1e-200), (1e200, 0.0)),
    ((np.sinc,), (0.0,), (0.0,)),
    ((np.copysign, math.copysign), (0.0, -1.0), (0.0, 0.0)),
    ((np.heaviside,), (0.0, 0.5), (0.0, 1.0)),
    ((np.clip,), (1.0, 1.0, 2.0), (1.0, 0.0, 0.0)),
    ((np.clip,), (2.0, 1.0, 2.0), (1.0, 0.0, 0.0)),
    ((np.clip,), (NAN, 1.0, 2.0), (1.0, 0.0, 0.0)),
    ((np.clip,), (1.5, 2.0, 1.0), (0.0, 0.0, 1.0)),
    ((np.mod, operator.mod), (7.0, 2.0), (1.0, -3.0)),
    ((np.mod, operator.mod), (-7.0, 2.0), (1.0, 4.0)),
    ((np.fmod, math.fmod), (-7.0, 2.0), (1.0, 3.0)),
    ((math.remainder,), (7.0, 4.0), (1.0, -2.0)),
    ((math.gamma, math.lgamma), (1.0,), (-0.5772156649015329,)),
    ((np.divide,), (1.0, 0.0), (INF, -INF)),
]
CASES = [(fn, args, bars) for fns, args, bars in SCALAR_KINKS for fn in fns]
ARRAY_CASES = [
    case for case in CASES if isinstance(case[0], np.ufunc) or case[0] in (operator.pow, operator.mod, np.clip)
]


def _check(bars: Any, expected: Any) -> None:
    for bar, value in zip(bars, expected, strict=True):
        if value is not None:
            np.testing.assert_allclose(bar, value, rtol=1e-14)


def name(value: Any) -> str:
    """The identifier of a part of a case."""
    return getattr(value, "__name__", None) or "_".join(map(str, value))


@pytest.mark.parametrize(("fn", "args", "bars"), CASES, ids=name)
def test_kink_of_python_floats(fn: Any, args: Any, bars: Any) -> None:
    """Python floats get finite, infinite or NaN cotangents, and no exception."""
    with np.errstate(all="ignore"):
        _check(rrule(fn, *args)[1](1.0)[1:], bars)


@pytest.mark.parametrize(("fn", "args", "bars"), ARRAY_CASES, ids=name)
def test_kink_of_arrays(fn: Any, args: Any, bars: Any) -> None:
    """A 0-d array and an element of an array get what a Python float gets."""
    with np.errstate(all="ignore"):
        _check(rrule(fn, *map(np.asarray, args))[1](np.array(1.0))[1:], bars)
        spread = [a if isinstance(a, int) else np.array([a, a]) for a in args]
        _check(rrule(fn, *spread)[1](np.ones(2))[1:], bars)


# (function, arguments, keywords, cotangent of the first argument for ȳ = 1)
ARRAY_KINKS: list[tuple[Any, Any, dict[str, Any], Any]] = [
    (np.max, [3.0, 1.0, 3.0], {}, [0.5, 0.0, 0.5]),
    (np.min, [3.0, 1.0, 1.0], {}, [0.0, 0.5, 0.5]),
    (np.max, [[3.0, 1.0], [3.0, 3.0]], {"axis": 1}, [[1.0, 0.0], [0.5, 0.5]]),
    (np.max, [[3.0, 1.0], [3.0, 3.0]], {}, [[1 / 3, 0.0], [1 / 3, 1 / 3]]),
    (np.max, [1.0, NAN], {}, [0.0, 1.0]),
    (np.max, [1.0, 2.0], {"initial": 10.0}, [0.0, 0.0]),
    (np.max, [1.0, 2.0], {"initial": 2.0}, [0.0, 0.5]),
    (np.max, [3.0, 2.0, 2.0], {"initial": 0.0, "where": np.array([False, True, True])}, [0.0, 0.5, 0.5]),
    (builtins.max, [3.0, 1.0, 3.0], {}, [0.5, 0.0, 0.5]),
    (builtins.min, [NAN, 1.0], {}, [1.0, 0.0]),
    (np.linalg.norm, [0.0, 0.0], {}, [0.0, 0.0]),
    (np.linalg.norm, [[0.0, 0.0]], {}, [[0.0, 0.0]]),
    (np.linalg.norm, [[0.0, 0.0], [3.0, 4.0]], {"axis": 1}, [[0.0, 0.0], [0.6, 0.8]]),
    (np.linalg.norm, [0.0, -2.0], {"ord": 1}, [0.0, -1.0]),
    (np.linalg.norm, [0.0, 0.0], {"ord": 3}, [0.0, 0.0]),
    (np.linalg.norm, [0.0, -2.0], {"ord": 3}, [0.0, -1.0]),
    (np.linalg.norm, [1.0, -2.0, 2.0], {"ord": INF}, [0.0, -0.5, 0.5]),
    (np.linalg.norm, [2.0, -1.0, 1.0], {"ord": -INF}, [0.0, -0.5, 0.5]),
    (np.linalg.norm, [[0.0, 0.0], [0.0, 0.0]], {"ord": "nuc"}, [[0.0, 0.0], [0.0, 0.0]]),
    (np.linalg.norm, [[0.0, 0.0], [0.0, 0.0]], {"ord": 2}, [[0.0, 0.0], [0.0, 0.0]]),
    (np.prod, [0.0, 2.0, 3.0], {}, [6.0, 0.0, 0.0]),
    (np.prod, [0.0, 2.0, 0.0], {}, [0.0, 0.0, 0.0]),
    (np.cumprod, [2.0, 0.0, 3.0], {}, [1.0, 8.0, 0.0]),
    (math.prod, [0.0, 2.0, 3.0], {}, [6.0, 0.0, 0.0]),
    (np.std, [2.0, 2.0, 2.0], {}, [0.0, 0.0, 0.0]),
    (np.std, [[2.0, 2.0], [1.0, 3.0]], {"axis": 1}, [[0.0, 0.0], [-0.5, 0.5]]),
    (np.sort, [2.0, 1.0, 2.0], {}, [2.0, 1.0, 3.0]),
    (np.partition, [2.0, 1.0, 2.0], {"kth": 1}, [2.0, 1.0, 3.0]),
    (sorted, [2.0, 1.0, 2.0], {}, [2.0, 1.0, 3.0]),
    (sorted, [2.0, 1.0, 2.0], {"reverse": True}, [1.0, 3.0, 2.0]),
    (np.linalg.det, [[1.0, 2.0], [2.0, 4.0]], {}, [[4.0, -2.0], [-2.0, 1.0]]),
    (np.linalg.det, [[0.0, 0.0], [0.0, 0.0]], {}, [[0.0, 0.0], [0.0, 0.0]]),
    (np.linalg.eigvalsh, [[2.0, 0.0], [0.0, 2.0]], {}, [[1.0, 0.0], [0.0, 2.0]]),
    (np.sum, [1.0, 2.0], {"where": np.array([True, False])}, [1.0, 0.0]),
    (np.nan_to_num, [NAN, INF, 1.0], {}, [0.0, 0.0, 1.0]),
]


@pytest.mark.parametrize(("fn", "x", "kwargs", "expected"), ARRAY_KINKS, ids=lambda v: getattr(v, "__name__", ""))
def test_kink_of_a_function_of_arrays(fn: Any, x: Any, kwargs: Any, expected: Any) -> None:
    """Ties are split equally, the tips of cones have slope 0, sorting is stable, products with zeros are exact."""
    arg = x if fn in (builtins.max, builtins.min, math.prod, sorted) else np.array(x)
    y, back = rrule(fn, arg, **kwargs)
    ordered = fn in (np.sort, np.partition, sorted, np.linalg.eigvalsh)
    y_bar = np.arange(1.0, np.size(y) + 1) if ordered else np.ones(np.shape(y))
    np.testing.assert_allclose(back(y_bar)[1], expected, rtol=1e-14, atol=1e-14)


def test_where_gives_nothing_to_the_untaken_side() -> None:
    """The side that was not taken gets an exact zero, even from an infinite cotangent."""
    condition = np.array([True, False])
    _, back = rrule(np.where, condition, np.array([1.0, NAN]), np.array([INF, 2.0]))
    np.testing.assert_array_equal(back(np.array([INF, NAN]))[2:], [[INF, 0.0], [0.0, NAN]])


def test_slogdet_of_a_singular_matrix_is_infinite() -> None:
    """The slope of log |det| at a singular matrix is ±∞, and no error."""
    _, back = rrule(np.linalg.slogdet, np.array([[1.0, 2.0], [2.0, 4.0]]))
    assert np.abs(back((None, np.float64(1)))[1]).tolist() == [[INF, INF], [INF, INF]]


def test_eigenvectors_of_a_repeated_eigenvalue_warn() -> None:
    """Where the eigenvectors turn as they please there is NaN and a warning, but not for a function that ignores it."""
    (w, v), back = rrule(np.linalg.eigh, 2 * np.eye(2))
    assert np.isfinite(back((np.ones(2), np.zeros((2, 2))))[1]).all()
    with pytest.warns(UserWarning, match="repeated eigenvalue"):
        assert np.isnan(back((np.ones(2), np.array([[0.0, 1.0], [0.0, 0.0]])))[1]).any()
    np.testing.assert_allclose(w, [2.0, 2.0])
    np.testing.assert_allclose(v, np.eye(2))


def test_linspace_and_arange_carry_the_gradients_of_their_ends() -> None:
    """The points move with the ends; the end of arange only decides how many there are."""
    assert rrule(np.linspace, 0.0, 1.0, 3)[1](np.array([1.0, 2.0, 3.0]))[1:3] == (2.0, 4.0)
    assert rrule(np.arange, 0.5, 2.0, 0.5)[1](np.array([1.0, 2.0, 3.0]))[1:] == (6.0, 0.0, 8.0)
    assert rrule(np.full_like, np.zeros(3), 2.0)[1](np.array([1.0, 2.0, 3.0]))[2] == 6.0
