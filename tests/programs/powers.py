"""Powers of Python floats, which are complex where the base is negative."""

import numpy as np

from programs.harness import program
from s2s_ad import MissingRuleError

X = np.array([0.4, 0.8, 1.3])


@program((X, 0.6), refused=MissingRuleError)
def absolute_value_of_a_complex_power(x, s):
    """The slope of `abs` is another one there."""
    return abs((s - 3.0) ** 1.5) * x[0]


@program((X, 0.6), refused=MissingRuleError)
def real_part_of_a_complex_power(x, s):
    """`np.real` of what is taken for a float."""
    return np.real((s - 3.0) ** x[0].item()) * x[0]


@program((X, 0.6), refused=MissingRuleError)
def norm_of_an_array_of_powers(x, s):
    """The array is complex as well."""
    a = np.array([(s - 3.0) ** 0.5, 1.0])
    return np.linalg.norm(a) * x[0]


def _size(u):
    return abs(u)


@program((X, 0.6), refused=MissingRuleError)
def complex_argument_of_a_function(x, s):
    """The function has been compiled for floats."""
    return _size(s) * x[0] + _size((s - 3.0) ** 0.5)


@program((X, 0.6), (X, 5.5))
def powers_of_what_is_not_negative(x, s):
    """Sums of squares, absolute values, and whole exponents."""
    n = int(s)
    return (
        abs(s - 3.0) ** 1.5 * x[0] + (s * s + 1.0) ** -0.5 * abs(x[1]) + (s - 3.0) ** 2 + (s - 3.0) ** (n + 1) + 2.0**s
    )


@program((X, 0.6), (X, 5.0))
def powers_that_may_be_complex_and_are_not(x, s):
    """The base is positive, which is known when the program runs."""
    total = 0.0
    for i in range(3):
        total += s**0.5 * abs(x[i]) + s ** x[i]
    return total


@program((X, -1), (X, 2))
def power_of_an_int(x, n):
    """A float or an int, as the exponent is."""
    a = [2**n, x[0]]
    a[0] = a[0] * x[1]
    k = 2**1
    return a[0] + x[k] * (-2) ** n


@program((X, 2))
def powers_as_lengths_and_indices(x, n):
    """Powers of two, as a Fourier transform has them."""
    h = np.zeros(2**n)
    h[2**n - 1] = x[0]
    for i in range(2**n - 1):
        h[i] += x[i % 3] * i**2
    for k in range(n):
        h[2**k :: 2] *= x[1]
    return np.sum(h) + np.sum(x[: 2 ** (n - 1)])
