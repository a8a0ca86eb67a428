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


class Moments:
    """Mean and variance by Welford's recurrence: attributes that start as numbers."""

    def __init__(self):
        self.n = 0
        self.mean = 0.0
        self.squares = 0.0

    def update(self, x):
        """Take in one more array."""
        self.n += 1
        d = x - self.mean
        self.mean += d / self.n
        self.squares += d * (x - self.mean)


@program((X,), same_as=lambda x: np.sum(np.var(np.stack([np.sin(x * i) for i in range(5)]), axis=0) * 5 / 4))
def welford_over_arrays(x):
    """Attributes that are numbers in the first round, and are written to in the others."""
    m = Moments()
    for i in range(5):
        m.update(np.sin(x * i))
    return np.sum(m.squares / (m.n - 1))


@program((X,), same_as=lambda x: np.sum(2 * x * 4 * x * x))
def parts_of_a_dict_that_turn_round(x):
    """Sums in a dict change places while they grow."""
    d = {"a": 0, "b": 0}
    for i in range(4):
        d["a"] += x * i if i % 2 == 0 else x * x * i
        d["a"], d["b"] = d["b"], d["a"]
    return np.sum(d["a"] * d["b"])


class Adam:
    """The moments of a gradient, which start as numbers."""

    def __init__(self, rate):
        self.rate, self.m, self.v, self.t = rate, 0, 0, 0

    def step(self, w, g):
        """Move `w` in place."""
        self.t += 1
        self.m *= 0.9
        self.m += 0.1 * g
        self.v *= 0.99
        self.v += 0.01 * g * g
        w -= self.rate * (self.m / (1 - 0.9**self.t)) / (np.sqrt(self.v) + 1e-3)


def _adam(x):
    w, m, v = 0.6 * x, 0 * x, 0 * x
    for t in range(1, 4):
        g = 2 * w + x
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g
        w = w - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v) + 1e-3)
    return np.sum(w**2)


@program((X,), same_as=_adam)
def adam_from_numbers(x):
    """An optimiser whose moments are numbers first, and weights that it moves in place."""
    w, adam = 0.6 * x, Adam(0.1)
    for _ in range(3):
        adam.step(w, 2 * w + x)
    return np.sum(w**2)


@program((X,), same_as=lambda x: np.sum((3 * x) ** 2) / 3)
def number_in_a_dict_in_a_dict(x):
    """A sum two levels deep."""
    d = {"sums": {"x": 0}, "n": 0}
    for _ in range(3):
        d["sums"]["x"] += x
        d["n"] += 1
    return np.sum(d["sums"]["x"] ** 2) / d["n"]
