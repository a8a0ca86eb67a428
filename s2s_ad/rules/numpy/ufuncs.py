"""Rules of the universal functions, shared with `math` and `operator` where these name the same function.

A lambda gets the value ``y`` and the arguments, and returns ∂y/∂argument. Forms that reuse ``y`` come first: they save
the argument. ``x * x`` stands for ``x**2`` where the function itself cannot overflow, because a Python float that
overflows in ``**`` raises.
"""

from __future__ import annotations

import builtins
import math
import operator
from typing import Any

import numpy as np

from s2s_ad.rules.quotients import nonzero
from s2s_ad.rules.registry import def_rrule, linear_rule, scalar_rule, zero_rules
from s2s_ad.runtime import sinc_slope

# Arithmetic.
scalar_rule((np.add, operator.add), lambda y, a, b: (1, 1), bounded=True)
scalar_rule((np.subtract, operator.sub), lambda y, a, b: (1, -1), bounded=True)
scalar_rule((np.multiply, operator.mul), lambda y, a, b: (b, a))
scalar_rule((np.negative, operator.neg), lambda y, x: -1, bounded=True)
scalar_rule((np.positive, operator.pos), lambda y, x: 1, bounded=True)
scalar_rule(np.reciprocal, lambda y, x: -(y * y))
scalar_rule(np.square, lambda y, x: 2 * x)


@def_rrule(operator.truediv, family="elementwise")
def truediv_rule(a: Any, b: Any) -> Any:
    """y = a / b.  ā = ȳ / b, b̄ = −ȳ·y / b."""
    y = a / b

    def truediv_pullback(y_bar: Any) -> Any:
        return y_bar / b, -(y_bar * y) / b

    return y, truediv_pullback


@def_rrule(np.divide, family="elementwise")
def divide_rule(a: Any, b: Any) -> Any:
    """The same, where division by zero is no error."""
    y = np.divide(a, b)

    def divide_pullback(y_bar: Any) -> Any:
        return y_bar / b, -(y_bar * y) / b

    return y, divide_pullback


def _power_base(a: Any, b: Any) -> Any:
    """∂aᵇ/∂a = b·aᵇ⁻¹, which is 0 everywhere for b = 0."""
    if isinstance(b, (int, float)):
        return b * a ** (b - 1 if b != 0 else 0)
    return b * a ** np.where(b == 0, 0, b - 1)


def _power_exponent(y: Any, a: Any, b: Any) -> Any:
    """∂aᵇ/∂b = aᵇ·log a, which is 0 at a = 0 for b ≥ 0, and NaN for a < 0."""
    return y * np.log(np.where((a == 0) & (b >= 0), 1, a))


scalar_rule(
    (np.power, np.float_power, operator.pow, math.pow, builtins.pow),
    lambda y, a, b: (_power_base(a, b), _power_exponent(y, a, b)),
)

# Remainders: a = q·b + r with a whole number q, so ∂r/∂b = −q.
scalar_rule((np.mod, operator.mod), lambda y, a, b: (1, -(a // b)))
scalar_rule((np.fmod, math.fmod), lambda y, a, b: (1, -np.trunc(a / b)))
scalar_rule(math.remainder, lambda y, a, b: (1, -np.rint((a - y) / b)))


@def_rrule(builtins.divmod)
def divmod_rule(a: Any, b: Any) -> Any:
    """(q, r) = divmod(a, b).  q is a step function; ā = r̄, b̄ = −q·r̄."""
    q, r = divmod(a, b)

    def divmod_pullback(y_bar: Any) -> Any:
        return y_bar[1], -q * y_bar[1]

    return (q, r), divmod_pullback


@def_rrule(np.divmod)
def np_divmod_rule(a: Any, b: Any) -> Any:
    """The same, where division by zero is no error."""
    q, r = np.divmod(a, b)

    def np_divmod_pullback(y_bar: Any) -> Any:
        return y_bar[1], -q * y_bar[1]

    return (q, r), np_divmod_pullback


# Roots, exponentials and logarithms.
scalar_rule((np.sqrt, math.sqrt), lambda y, x: 0.5 / y)
scalar_rule((np.cbrt, math.cbrt), lambda y, x: 1 / (3 * y * y))
scalar_rule((np.exp, math.exp), lambda y, x: y)
scalar_rule((np.exp2, math.exp2), lambda y, x: y * math.log(2))
scalar_rule((np.expm1, math.expm1), lambda y, x: y + 1)
scalar_rule(np.log, lambda y, x: 1 / x)
scalar_rule((np.log2, math.log2), lambda y, x: 1 / (x * math.log(2)))
scalar_rule((np.log10, math.log10), lambda y, x: 1 / (x * math.log(10)))
scalar_rule((np.log1p, math.log1p), lambda y, x: 1 / (1 + x))
scalar_rule(np.logaddexp, lambda y, a, b: (np.exp(a - y), np.exp(b - y)), bounded=True)
scalar_rule(np.logaddexp2, lambda y, a, b: (np.exp2(a - y), np.exp2(b - y)), bounded=True)

# Trigonometric and hyperbolic functions.
scalar_rule((np.sin, math.sin), lambda y, x: np.cos(x), bounded=True)
scalar_rule((np.cos, math.cos), lambda y, x: -np.sin(x), bounded=True)
scalar_rule((np.tan, math.tan), lambda y, x: 1 + y * y)
scalar_rule((np.arcsin, math.asin), lambda y, x: 1 / np.sqrt(1 - x**2))
scalar_rule((np.arccos, math.acos), lambda y, x: -1 / np.sqrt(1 - x**2))
scalar_rule((np.arctan, math.atan), lambda y, x: 1 / (1 + x * x), bounded=True)
scalar_rule((np.sinh, math.sinh), lambda y, x: np.cosh(x))
scalar_rule((np.cosh, math.cosh), lambda y, x: np.sinh(x))
scalar_rule((np.tanh, math.tanh), lambda y, x: 1 - y * y, bounded=True)
scalar_rule((np.arcsinh, math.asinh), lambda y, x: 1 / np.sqrt(1 + x * x), bounded=True)
scalar_rule((np.arccosh, math.acosh), lambda y, x: 1 / (np.sqrt(x - 1) * np.sqrt(x + 1)))
scalar_rule((np.arctanh, math.atanh), lambda y, x: 1 / (1 - x**2))
scalar_rule((np.degrees, np.rad2deg, math.degrees), lambda y, x: 180 / math.pi, bounded=True)
scalar_rule((np.radians, np.deg2rad, math.radians), lambda y, x: math.pi / 180, bounded=True)
scalar_rule(np.sinc, lambda y, x: sinc_slope(x), bounded=True)
scalar_rule(np.hypot, lambda y, a, b: (a / nonzero(y), b / nonzero(y)), bounded=True)


def _arctan2_partials(y: Any, a: Any, b: Any) -> Any:
    """b / r² and −a / r² with r² = a² + b², and 0 where r is 0; r is not squared, so that it cannot underflow."""
    r = nonzero(np.hypot(a, b))
    return b / r / r, -a / r / r


scalar_rule((np.arctan2, math.atan2), _arctan2_partials)


# Absolute value, sign and complex parts. The cotangent of z = x + iy is ∂f/∂x − i ∂f/∂y.
def _direction(x: Any) -> Any:
    """∂|x|/∂x = sign(x), and its conjugate for complex x; 0 at 0."""
    return np.conj(np.sign(x)) if np.iscomplexobj(x) else np.sign(x)


scalar_rule((np.absolute, operator.abs, builtins.abs), lambda y, x: _direction(x), bounded=True)
scalar_rule((np.fabs, math.fabs), lambda y, x: np.sign(x), bounded=True)
scalar_rule((np.copysign, math.copysign), lambda y, a, b: (np.sign(a) * np.copysign(1.0, b), None), bounded=True)
linear_rule(np.conjugate, lambda y_bar, x: np.conj(y_bar) if np.iscomplexobj(x) else y_bar, family="elementwise")


# The larger and the smaller: half to each at a tie, everything to a NaN (for fmax and fmin: to the other).
def _is_larger(a: Any, b: Any) -> Any:
    return np.where(a == b, 0.5, (a > b) | np.isnan(a))


def _is_smaller(a: Any, b: Any) -> Any:
    return np.where(a == b, 0.5, (a < b) | np.isnan(a))


def _is_larger_number(a: Any, b: Any) -> Any:
    return np.where(a == b, 0.5, (a > b) | np.isnan(b))


def _is_smaller_number(a: Any, b: Any) -> Any:
    return np.where(a == b, 0.5, (a < b) | np.isnan(b))


scalar_rule(np.maximum, lambda y, a, b: (_is_larger(a, b), 1 - _is_larger(a, b)), bounded=True)
scalar_rule(np.minimum, lambda y, a, b: (_is_smaller(a, b), 1 - _is_smaller(a, b)), bounded=True)
scalar_rule(np.fmax, lambda y, a, b: (_is_larger_number(a, b), 1 - _is_larger_number(a, b)), bounded=True)
scalar_rule(np.fmin, lambda y, a, b: (_is_smaller_number(a, b), 1 - _is_smaller_number(a, b)), bounded=True)
scalar_rule(np.heaviside, lambda y, x, h: (None, np.equal(x, 0)), bounded=True)

# Parts of a floating-point number.
scalar_rule((np.ldexp, math.ldexp), lambda y, x, e: (np.ldexp(1.0, e), None))
scalar_rule((np.nextafter, math.nextafter), lambda y, a, b: (1, None), bounded=True)


@def_rrule(np.frexp)
def frexp_rule(x: Any) -> Any:
    """(m, e) with x = m·2ᵉ.  x̄ = m̄ / 2ᵉ."""
    m, e = np.frexp(x)

    def frexp_pullback(y_bar: Any) -> Any:
        return np.ldexp(y_bar[0], -e)

    return (m, e), frexp_pullback


@def_rrule(np.modf)
def modf_rule(x: Any) -> Any:
    """(fraction, whole part), of which only the fraction varies.  x̄ is its cotangent."""
    y = np.modf(x)

    def modf_pullback(y_bar: Any) -> Any:
        return y_bar[0]

    return y, modf_pullback


# Step functions, comparisons and functions of whole numbers.
zero_rules(
    (
        *(np.sign, np.signbit, np.floor, np.ceil, np.rint, np.trunc, np.spacing, np.floor_divide, operator.floordiv),
        *(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
        *(operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge),
        *(np.isfinite, np.isinf, np.isnan, np.isnat),
        *(np.logical_and, np.logical_or, np.logical_xor, np.logical_not),
        *(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift, np.right_shift, np.bitwise_count),
        *(operator.and_, operator.or_, operator.xor, operator.invert, operator.lshift, operator.rshift),
        *(np.gcd, np.lcm),
    ),
    family="elementwise",
)
