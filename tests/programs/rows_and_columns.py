"""Arrays that `np.r_` and `np.c_` make."""

import numpy as np

from programs.harness import program
from s2s_ad import MissingRuleError

X = np.array([0.4, 0.8, 1.3])
WEIGHTS = np.arange(1.0, 11.0)


@program((X, 0.6), same_as=lambda x, s: np.sum(np.concatenate([x, np.array([s])]) * WEIGHTS[:4]) * s)
def array_and_number(x, s):
    """One after the other."""
    return np.sum(np.r_[x, s] * WEIGHTS[:4]) * s


@program((X, 0.6), same_as=lambda x, s: np.sum(x**2) + 3 * np.sum(x**2) * s**2)
def columns(x, s):
    """Two columns."""
    return np.sum(np.c_[x, x * s] ** 2 * np.array([1.0, 3.0]))


@program((X, 0.6))
def transform(x, s):
    """A matrix in homogeneous coordinates, in the usual way."""
    rotation = np.outer(x, x) * s
    whole = np.r_[np.c_[rotation, x], [[0, 0, 0, 1]]]
    return np.sum(whole @ whole * np.arange(16.0).reshape(4, 4))


@program((X, 0.6))
def numbers_and_ints(x, s):
    """Ints, floats, and items of arrays."""
    return np.sum(np.r_[s, 1, x, 2.5, x[1]] * WEIGHTS[:7]) + np.sum(np.r_[np.arange(3), x * s] * WEIGHTS[:6])


@program((X, 0.6))
def one_or_two(x, s):
    """A single array is no tuple."""
    return np.sum(np.r_[x] * x) * s + np.sum(np.c_[x]) + np.sum(np.r_[s, x[0]]) + np.sum(np.c_[s, x[0]] * [[1.0, 2.0]])


@program((X, 0.6))
def matrices(x, s):
    """Below and beside each other."""
    a = np.outer(x, x)
    below = np.r_[a, a * s] * np.arange(18.0).reshape(6, 3)
    return np.sum(below) + np.sum(np.c_[a, s * x, a] * np.arange(21.0).reshape(3, 7))


@program((X, 0.6), same_as=lambda x, s: x[0] * s + 2 * x[1] + 3 * x[2] + 5 * s)
def written_to(x, s):
    """What they make is an array of its own."""
    a = np.r_[x, np.zeros(2)]
    a[4] = s
    a[0] *= s
    return np.sum(a * WEIGHTS[:5])


@program((X, 0.6))
def ranges_of_constants(x, s):
    """Slices stand for ranges."""
    return np.sum(np.r_[1:4] * x) * s + np.sum(np.r_[0, 1:3, 5]) * s


@program((X, 0.6), refused=MissingRuleError)
def ranges_beside_arrays(x, s):
    """A range beside what is differentiated."""
    return np.sum(np.r_[x, 0:3, s])
