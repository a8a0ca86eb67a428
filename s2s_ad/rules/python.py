"""Rules of the `math` module and of Python's built-in functions, as far as they are not shared with NumPy's.

The derivatives of the gamma and error functions are those of the Digital Library of Mathematical Functions.
"""

from __future__ import annotations

import builtins
import math
import operator
import sys
from typing import Any

import numpy as np

from s2s_ad.rules.quotients import nonzero
from s2s_ad.rules.registry import def_rrule, linear_rule, scalar_rule, zero_rules
from s2s_ad.runtime import digamma, products_of_others


# math.
def _log_partials(y: Any, x: Any, base: Any = None) -> Any:
    """∂/∂x and ∂/∂base of log x / log base; the natural logarithm without a base."""
    if base is None:
        return 1 / x
    return 1 / (x * np.log(base)), -y / (base * np.log(base))


scalar_rule(math.log, _log_partials)
scalar_rule(math.erf, lambda y, x: 2 / math.sqrt(math.pi) * np.exp(-x * x), bounded=True)
scalar_rule(math.erfc, lambda y, x: -2 / math.sqrt(math.pi) * np.exp(-x * x), bounded=True)
scalar_rule(math.gamma, lambda y, x: y * digamma(x))
scalar_rule(math.lgamma, lambda y, x: digamma(x))
scalar_rule(math.hypot, lambda y, *xs: tuple([x / nonzero(y) for x in xs]), bounded=True)
if sys.version_info >= (3, 13):
    scalar_rule(math.fma, lambda y, a, b, c: (b, a, 1))


@def_rrule(math.dist)
def dist_rule(p: Any, q: Any) -> Any:
    """y = |p − q|.  p̄ᵢ = ȳ·(pᵢ − qᵢ) / y = −q̄ᵢ, and 0 where y is 0."""
    y = math.dist(p, q)

    def dist_pullback(y_bar: Any) -> Any:
        scale = y_bar / nonzero(y)
        return [scale * (p[i] - q[i]) for i in range(len(p))], [scale * (q[i] - p[i]) for i in range(len(p))]

    return y, dist_pullback


@def_rrule(math.frexp)
def frexp_rule(x: Any) -> Any:
    """(m, e) with x = m·2ᵉ.  x̄ = m̄ / 2ᵉ."""
    m, e = math.frexp(x)

    def frexp_pullback(y_bar: Any) -> Any:
        return np.ldexp(y_bar[0], -e)

    return (m, e), frexp_pullback


@def_rrule(math.modf)
def modf_rule(x: Any) -> Any:
    """(fraction, whole part), of which only the fraction varies.  x̄ is its cotangent."""
    y = math.modf(x)

    def modf_pullback(y_bar: Any) -> Any:
        return y_bar[0]

    return y, modf_pullback


@def_rrule(math.prod)
def prod_rule(iterable: Any, *, start: Any = 1) -> Any:
    """y = start·Π xᵢ.  x̄ᵢ = ȳ·start·Π_{j≠i} xⱼ, exact where some are 0."""
    y = math.prod(iterable, start=start)

    def prod_pullback(y_bar: Any) -> Any:
        return y_bar * start * products_of_others(iterable)

    return y, prod_pullback


linear_rule(math.fsum, lambda y_bar, seq: [y_bar for x in seq])
if sys.version_info >= (3, 12):

    @def_rrule(math.sumprod)
    def sumprod_rule(p: Any, q: Any) -> Any:
        """y = Σ pᵢ·qᵢ.  p̄ᵢ = ȳ·qᵢ, q̄ᵢ = ȳ·pᵢ."""
        y = math.sumprod(p, q)

        def sumprod_pullback(y_bar: Any) -> Any:
            return [y_bar * b for b in q], [y_bar * a for a in p]

        return y, sumprod_pullback


# Built-in functions.
linear_rule(builtins.float, lambda y_bar, x=0.0: y_bar)


@def_rrule(builtins.sum)
def sum_rule(iterable: Any, start: Any = 0) -> Any:
    """y = start + Σ xᵢ.  Each summand gets ȳ."""
    y = sum(iterable, start)

    def sum_pullback(y_bar: Any) -> Any:
        return [y_bar for x in iterable], y_bar

    return y, sum_pullback


def _share(y_bar: Any, y: Any, xs: Any) -> Any:
    """`y_bar` split equally among those of `xs` that tie with the one chosen, `y` (a NaN only ties with itself)."""
    ties = [1 if x == y or x is y else 0 for x in xs]
    return [y_bar / sum(ties) if tie else 0.0 for tie in ties]


@def_rrule(builtins.max)
def max_rule(*args: Any) -> Any:
    """The largest of several arguments, or of the elements of one; ȳ is split equally among those that tie."""
    y = max(*args)

    def max_pullback(y_bar: Any) -> Any:
        return _share(y_bar, y, args[0]) if len(args) == 1 else tuple(_share(y_bar, y, args))

    return y, max_pullback


@def_rrule(builtins.min)
def min_rule(*args: Any) -> Any:
    """The smallest of several arguments, or of the elements of one; ȳ is split equally among those that tie."""
    y = min(*args)

    def min_pullback(y_bar: Any) -> Any:
        return _share(y_bar, y, args[0]) if len(args) == 1 else tuple(_share(y_bar, y, args))

    return y, min_pullback


@def_rrule(builtins.sorted)
def sorted_rule(iterable: Any, *, key: Any = None, reverse: Any = False) -> Any:
    """The elements in order; ȳ goes back by the same (stable) permutation."""
    keys = iterable if key is None else [key(x) for x in iterable]
    order = sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)
    y = [iterable[i] for i in order]

    def sorted_pullback(y_bar: Any) -> Any:
        return [y_bar[i] for i in sorted(range(len(order)), key=order.__getitem__)]

    return y, sorted_pullback


zero_rules(
    (
        *(math.ceil, math.floor, math.trunc, math.isclose, math.isfinite, math.isinf, math.isnan, math.ulp),
        *(math.comb, math.factorial, math.gcd, math.isqrt, math.lcm, math.perm),
        *(operator.not_, operator.is_, operator.is_not, operator.contains),
        *(bool, int, round, len, range, isinstance, any, all, str, repr),
    )
)
