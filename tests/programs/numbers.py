"""Python's numbers: kinds that mix, functions of `math`, powers, signs, limits of floats."""

import math

import numpy as np

from programs.harness import program


@program((0.7, 3), (0.7, -2), (-0.7, 2), (1.7, 0))
def powers(x, n):
    """Integer exponents, also negative and zero ones; and powers of powers."""
    return x**n + x**2**1 * (-x) ** 2 - -(x**2) + pow(x, 3) + 2 ** (n * 1.0) * x


@program((1.5, 0.7), (2.0, -1.5))
def powers_with_variable_exponents(x, y):
    """Bases and exponents that both vary."""
    return x**y + 2**y + x**0.5 + math.pow(x, y) + np.power(x, 2 * y) + math.e**x


@program((0.7,))
def chains_of_operators(x):
    """Precedence and association."""
    return -(x**2) + 2 * x - x / 3 / 2 * x - (x - (x - (x - 1))) + +x * -x - 7 // 2 * x + 7 % 4 * x - -x


@program((7.3, 2.0), (-7.3, 2.0), (7.3, -2.0))
def quotients_and_remainders(x, y):
    """Rounded towards minus infinity, or towards zero."""
    q, r = divmod(x, y)
    return q * x + r * r + x // y * y + x % y + math.fmod(x, y)


@program((0.7,), (-0.7,))
def signs(x):
    """`abs`, `copysign`, `fabs` and comparisons."""
    return abs(x) * x + math.copysign(x * x, -x) + math.fabs(x - 5) + (x > 0) * x - (x < 0) * x**2


@program((2.5,))
def functions_of_math(x):
    """Each once, so that their slopes cannot cancel."""
    a = math.exp(-x) + math.log(x) * math.log10(x) + math.log2(x) + math.log1p(x) * math.expm1(-x) + math.log(x, 3.0)
    b = (
        math.sin(x) * math.cos(x)
        + math.tan(x / 3)
        + math.asin(x / 4) * math.acos(x / 5)
        + math.atan(x)
        + math.atan2(x, 2)
    )
    c = math.sinh(x / 2) * math.cosh(x / 2) + math.tanh(x) + math.asinh(x) * math.acosh(x) + math.atanh(x / 4)
    return (
        a * b * c + math.sqrt(x) * math.cbrt(x) + math.hypot(x, 1.5) + math.erf(x) + math.degrees(x) * math.radians(x)
    )


@program((2.5,))
def sums_of_math(x):
    """`fsum`, `prod`, `dist`, and `hypot` of three."""
    return math.fsum([x, 0.1, x * x]) * math.prod([x, 2, x]) + math.dist([x, 1.0], [0.5, x * x]) + math.hypot(x, 1.0, x)


@program((2.7,))
def to_integers(x):
    """What is cut off carries no derivative."""
    return int(x) * x + round(x) * x + math.floor(x) * math.ceil(x) * x + math.trunc(x) * x + round(x, 1) * 0 + x % 1


@program((0.5, 3))
def integers_that_become_floats(x, n):
    """`int * float`, `int / int`, `sum` of both."""
    y = n * n
    y = y / n
    y = y + x
    return y * n // 1 * x + sum([n, x, n * x]) + (1 if n > 2 else x)


@program((0.5,))
def flags_in_sums(x):
    """`True` is one."""
    y = (x > 0) + (x > 1) + x
    return y * True + (not x) * 3 + sum([x > 0.1, x > 0.2, x])


@program((0.5, 2), (0.5, 0))
def loops_from_an_integer(x, n):
    """An accumulator that starts as an int."""
    total, product = 0, 1
    for i in range(n):
        total += x * i
        product *= x + i
    return total + product


@program((1e-2,), (40.0,))
def stable_forms(x):
    """What would cancel or overflow is computed otherwise."""
    return math.log1p(math.exp(-abs(x))) + max(x, 0.0) * 2 if x else math.expm1(x) + 2 * x


@program((0.4,))
def infinities_that_do_not_matter(x):
    """A minimum that starts at infinity."""
    best = math.inf
    worst = -float("inf")
    for k in range(3):
        y = (x - k) ** 2
        best = min(best, y)
        worst = max(worst, y)
    return best * worst if best < math.inf else x


@program((0.5,))
def constants_of_all_kinds(x):
    """Written in all the ways that there are."""
    return x * 1_000 + x * 0x10 - 1e-3 * x + 0b11 * x**2 + 1.5e2 + math.pi * x + np.e * x - math.tau + True


@program((0.5, 1.5))
def conditional_chains(x, y):
    """Values of tests."""
    a = x and y
    b = x or y
    c = not x or y * 2
    d = x < y < 2 and y > 1 > x
    return a * b + c + d * x if a and b else x


@program((3.7, 1.2))
def maxima_and_minima(x, y):
    """Of two, of many, of a list; nested."""
    return max(x, y) * min(x, y, 2.0) + max([x, min(y, 5.0), 1.0]) - min((x * y, x + y)) + max(x, 3)


@program((0.3,))
def polynomial_by_horner_in_one_line(x):
    """Parentheses five deep."""
    return ((((x * 0.5 + 1) * x - 2) * x + 3) * x - 4) * x + 5


@program((0.3, 0.4))
def differences_of_products(x, y):
    """Terms that cancel in value, not in slope."""
    return (x * y - y * x) + x * (y - y) + (x - x) * y + x / y * y


@program((np.float64(0.7), 2), (np.float32(0.7), 2))
def numpy_scalars(x, n):
    """Their methods and functions, mixed with ints."""
    y = x * n + np.sqrt(x)
    return y.item() * 2 + float(x) ** 2 if n > 5 else y * y + np.abs(-x)


@program((0.5,))
def deep_expression(x):
    """Forty operators."""
    return (
        x + x * 2 - x / 3 + x * 4 - x / 5 + x * x - x * 7 + x / 8 + x * x * x - x / 10 + x * 11 - x * x / 12 + x * 13
        - x / 14 + x * 15 + x * x * x * 16 - x / 17 + x * 18 - x * x / 19 + x * 20
    )  # fmt: skip


@program((0.5,))
def repeated_subexpressions(x):
    """The same product many times, with the variable changed in between."""
    a = x * x + math.sin(x * x)
    x = x + 1
    b = x * x + math.sin(x * x)
    return a * b * math.sin(x * x)
