"""The table of elementwise functions: each with an interval for every argument in which it is smooth."""

from __future__ import annotations

import builtins
import math
import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

Interval = tuple[float, float]
ANY = (-2.0, 2.0)
POSITIVE = (0.5, 2.0)
NEGATIVE = (-2.0, -0.5)
INSIDE = (-0.9, 0.9)
ABOVE_ONE = (1.2, 3.0)
FRACTION = (0.2, 0.8)
LOW = (-2.0, -1.0)
HIGH = (1.0, 2.0)

# Functions of one argument; NumPy's take arrays as well.
UNARY: list[tuple[Callable[..., Any], Interval]] = [
    *[(fn, ANY) for fn in (np.negative, operator.neg, np.positive, operator.pos, np.square)],
    *[(fn, POSITIVE) for fn in (np.reciprocal, np.sqrt, math.sqrt, np.cbrt, math.cbrt)],
    *[(fn, NEGATIVE) for fn in (np.reciprocal, np.cbrt, math.cbrt)],
    *[(fn, ANY) for fn in (np.exp, math.exp, np.exp2, math.exp2, np.expm1, math.expm1)],
    *[(fn, POSITIVE) for fn in (np.log, math.log, np.log2, math.log2, np.log10, math.log10, np.log1p, math.log1p)],
    *[(fn, ANY) for fn in (np.sin, math.sin, np.cos, math.cos, np.arctan, math.atan)],
    *[(fn, INSIDE) for fn in (np.tan, math.tan, np.arcsin, math.asin, np.arccos, math.acos, np.arctanh, math.atanh)],
    *[(fn, ANY) for fn in (np.sinh, math.sinh, np.cosh, math.cosh, np.tanh, math.tanh, np.arcsinh, math.asinh)],
    *[(fn, ABOVE_ONE) for fn in (np.arccosh, math.acosh)],
    *[(fn, ANY) for fn in (np.degrees, np.rad2deg, math.degrees, np.radians, np.deg2rad, math.radians)],
    *[(fn, side) for fn in (np.absolute, operator.abs, abs, np.fabs, math.fabs) for side in (LOW, HIGH)],
    *[(fn, ANY) for fn in (np.conjugate, np.real, np.imag)],
    *[(fn, ANY) for fn in (math.erf, math.erfc, float)],
    *[(fn, side) for fn in (math.gamma, math.lgamma) for side in (POSITIVE, (-1.8, -1.2), (10.0, 12.0))],
    *[(np.nan_to_num, ANY), (np.sinc, (0.5, 2.0)), (np.sinc, (-0.01, 0.01))],
]

# Functions of several arguments, every one of which may be an array where the function is NumPy's or an operator.
NARY: list[tuple[Callable[..., Any], tuple[Interval, ...]]] = [
    *[(fn, (ANY, ANY)) for fn in (np.add, operator.add, np.subtract, operator.sub, np.multiply, operator.mul)],
    *[(fn, (ANY, POSITIVE)) for fn in (np.divide, operator.truediv)],
    *[(fn, (POSITIVE, ANY)) for fn in (np.power, np.float_power, operator.pow, math.pow, builtins.pow)],
    *[(fn, (LOW, (0.7, 0.9))) for fn in (np.mod, operator.mod, np.fmod, math.fmod)],
    *[(fn, ((2.0, 2.1), (0.7, 0.9))) for fn in (np.mod, operator.mod, np.fmod, math.fmod)],
    (math.remainder, ((2.0, 2.1), (0.7, 0.72))),
    *[(fn, (ANY, ANY)) for fn in (np.logaddexp, np.logaddexp2)],
    *[(fn, (POSITIVE, ANY)) for fn in (np.hypot, math.hypot, np.arctan2, math.atan2)],
    *[(fn, (LOW, HIGH)) for fn in (np.maximum, np.minimum, np.fmax, np.fmin, builtins.max, builtins.min)],
    *[(fn, (HIGH, LOW)) for fn in (np.maximum, np.minimum, np.fmax, np.fmin, builtins.max, builtins.min)],
    *[(fn, (a, b)) for fn in (np.copysign, math.copysign) for a in (LOW, HIGH) for b in (LOW, HIGH)],
    (np.heaviside, (HIGH, ANY)),
    *[(fn, (HIGH, ANY)) for fn in (np.nextafter, math.nextafter)],
    (math.log, (POSITIVE, ABOVE_ONE)),
    (math.hypot, (ANY, HIGH, ANY)),
    (math.hypot, (HIGH,)),
    *([(math.fma, (ANY, ANY, ANY))] if sys.version_info >= (3, 13) else []),
]

# Conversions that lose digits, which finite differences cannot follow.
NARROWING = (np.float16, np.float32, np.complex64)


def takes_arrays(fn: Callable[..., Any]) -> bool:
    """Whether `fn` acts on arrays element by element, and not on single numbers only."""
    return fn not in (float, builtins.max, builtins.min) and getattr(fn, "__module__", None) != "math"


def draw(rng: np.random.Generator, interval: Interval, shape: tuple[int, ...] = ()) -> Any:
    """A random array of `shape` in `interval`; a NumPy scalar without a shape."""
    return rng.uniform(*interval, size=shape) if shape else np.float64(rng.uniform(*interval))
