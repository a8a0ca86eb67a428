"""What is a number at first, and an array then."""

import numpy as np

from programs.harness import program

X = np.array([0.5, 1.2, -0.7, 2.0])


@program((X,), same_as=lambda x: (6 * x).sum())
def sum_that_starts_as_a_number(x):
    """A number becomes an array in the first round, which is written to in the others."""
    total = 0
    for i in range(4):
        total += x * i
    return total.sum()


@program((X,), same_as=lambda x: ((((0.0 - 0 * x) * x - x) * x - 2 * x) * x).sum())
def number_written_to_twice(x):
    """Two operators in one round."""
    s = 0.0
    for i in range(3):
        s -= x * i
        s *= x
    return s.sum()


@program((X,), same_as=lambda x: (3 * x * x / 3).mean() + (x * x).max())
def mean_of_arrays(x):
    """A sum and a counter."""
    total, n = 0, 0
    while n < 3:
        total += x * x
        n += 1
    return (total / n).mean() + (x * x).max()


@program((X,), same_as=lambda x: ((x[0] + 3 * x) ** 2).sum())
def scalar_of_an_array_that_grows(x):
    """A NumPy scalar becomes an array."""
    s = x[0]
    for _ in range(3):
        s += x
    return (s * s).sum()


@program((X,), same_as=lambda x: (x - 0.1 * x * x - 0.1 * (0.9 * x * x + (x - 0.1 * x * x) ** 2)).sum())
def velocity_that_starts_as_a_number(x):
    """What is a number first, and an array then, has the methods of an array."""
    velocity, w = 0.0, x
    for _ in range(2):
        velocity = 0.9 * velocity + w * w
        w = w - 0.1 * velocity
    return w.sum() + 0 * velocity.T.mean()


@program((X,), same_as=lambda x: np.sum((x[0] * x + x[2] * x) * (x[1] * x)))
def sums_by_key_of_arrays(x):
    """What `get` gives is a number at first, and an array then."""
    d = {}
    for i in range(3):
        k = "ab"[i % 2]
        d[k] = d.get(k, 0.0) + x[i] * x
    return np.sum(d["a"] * d["b"])


@program((X.astype(np.float32),))
def sum_in_single_precision(x):
    """It stays so."""
    total = 0.0
    for i in range(1, 4):
        total += x * i
        total *= x
    return total.sum()
