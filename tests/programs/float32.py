"""Single precision: results and cotangents keep it, beside doubles and Python's floats."""

import numpy as np

from programs.harness import program

V32 = np.array([0.5, -1.25, 2.0], np.float32)
V64 = np.array([1.5, 0.75, -0.25])
A32 = np.array([[1.0, 2.0, -0.5], [0.25, -1.0, 3.0]], np.float32)


@program((V32,), (A32,))
def constants_do_not_widen(x):
    """Python's constants leave single precision alone."""
    return x * 2.0 + 1.5 - x**2 / 3.0, 2 * x, np.sin(x) * 0.5


@program((V32, V64), (V64, V32), (A32, V64))
def mixed_precision(x, y):
    """Single meets double: the result is double, and each cotangent is of its primal's precision."""
    return x * y + x, y - x


@program((V32, 1.5), (V32, np.float32(1.5)), (V32, np.float64(1.5)))
def scalars_of_each_precision(v, s):
    """Python's floats do not widen an array, NumPy's doubles do."""
    return v * s + v, v.sum() * s


@program((V32,))
def reductions_keep_it(v):
    """Sums, means and norms of single precision."""
    return v.sum(), np.mean(v) * v, np.linalg.norm(v), v.max() * v.std()


@program((V32,))
def loop_over_elements(v):
    """The elements are single, the accumulator starts as a Python float."""
    s = 0.0
    for x in v:
        s = s * 0.5 + x * x
    return s


@program((A32, V32))
def products_keep_it(a, v):
    """Matrix products of single precision."""
    return a @ v, a @ a.T, np.outer(v, v) * a[0, 0]


@program((V32,), (V64,))
def made_from_scratch(v):
    """New arrays are double unless told otherwise."""
    return v * np.ones(3), v + np.zeros_like(v), v * np.ones(3, np.float32), np.eye(3, dtype=v.dtype) @ v


@program((V32, V64))
def joined(x, y):
    """Joining promotes, and stacking one precision does not."""
    return np.concatenate([x, y]), np.stack([x, x * 2.0]), np.where(x > 0, x, y)


@program((V64,))
def cast_and_back(v):
    """A cast to double of single precision, on the way to a result in double."""
    x = v.astype(np.float64) * 2.0
    return x * v + np.asarray(v, dtype=np.float64)


@program((V32,))
def widened(v):
    """The work is done in double, and the argument is single."""
    x = v.astype(np.float64)
    return x**3 + np.exp(x)


@program((np.float32(0.5), np.float32(1.5)))
def single_scalars(x, y):
    """NumPy scalars of single precision."""
    return x * y + np.sin(x) / y, x**2 * 3.0


@program((A32, V32))
def branch_and_index(a, v):
    """Elements decide, and are scattered back in single precision."""
    y = v[[0, 0, 2]] * a[1] if v[0] > 0 else v
    return y[::-1] + a[:, 1].sum()


def _scaled_sum(x, b, k):
    c = np.sum(b)
    if k > 1:
        c = c * 1.5
    for v in b[:k]:
        c = c + v * c
    return x[0] - c, b[::-1]


@program((np.array([0.4, 0.7]), np.array([1.0, 2.0, 3.0], np.float32), 1), (np.array([0.4]), np.ones(2, np.float32), 2))
def of_both_kinds(x, b, k):
    """The cotangent of a float32 is one of float64 until it is given back."""
    return _scaled_sum(x, b, k)


@program((V32, V32 * 2, {"a": 0.45, "v": V32 * 3}, 0.61), (V32, V32 * 2, {"a": 0.45, "v": V32 * 3}, -0.61))
def narrow_scalar_in_a_wide_sum(v, x, d, c):
    """A float32 that a float64 is added to, as one of two; its cotangent is a factor of arrays."""
    d["a"] *= x @ v
    return np.cos(c) + (d["a"] if c > 0.3 else float(x[0])), v + d["v"][2]
