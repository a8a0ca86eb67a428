"""Sums, means, extremes, products and norms, over all axes, one and several, with and without them kept."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0, 1.5])
A = np.array([[1.0, 2.0, -0.5], [0.25, -1.0, 3.0]])
T = np.linspace(-1.0, 1.3, 24).reshape(2, 3, 4)


@program((A,), (V,), (T,))
def sums(a):
    """Over everything, over the last axis, and over the first with the axis kept."""
    return np.sum(a) * a.sum(axis=-1), np.sum(a, axis=0, keepdims=True) * a, a.sum(0)


@program((T,))
def sums_over_several_axes(t):
    """A tuple of axes, in any order, counted from either end."""
    return np.sum(t, axis=(0, 2)) ** 2, t.sum(axis=(-1, 0), keepdims=True) * t, t.sum((0, 1, 2))


@program((A,), (V,))
def means(a):
    """The mean divides by the number of elements that it reduces."""
    return np.mean(a) * a, a.mean(axis=-1) ** 2, a - np.mean(a, axis=0, keepdims=True)


@program((A,), (T,))
def products(a):
    """Products over all axes and over one."""
    return np.prod(a), a.prod(axis=1), np.prod(a, axis=0, keepdims=True) * a


@program((np.array([2.0, 0.0, 3.0]),), (np.array([[0.0, 2.0], [0.0, 3.0]]),))
def products_with_zeros(a):
    """Dividing the product by the element would be 0/0."""
    return np.prod(a), a.prod(axis=-1) * 2.0


@program((A,), (V,), (T,))
def extremes(a):
    """The greatest and the least, over all axes and over one."""
    return np.max(a) * np.min(a), a.max(axis=-1), np.min(a, axis=0, keepdims=True) * a, a.min(axis=-1)


@program((A,))
def spread(a):
    """Variance and standard deviation, with and without the correction."""
    return np.var(a), a.std(), np.var(a, axis=1, ddof=1), a.std(axis=0, keepdims=True) * a


@program((V,), (A,))
def cumulated(a):
    """Running sums; without an axis they are over the flattened array."""
    return np.cumsum(a) ** 2, a.cumsum(axis=0) * a


@program((V,), (A,))
def positions(a):
    """The positions of extremes have no derivative, and pick values that have."""
    return a.ravel()[np.argmax(a)] * a.ravel()[a.argmin()], np.max(a) - a.reshape(-1)[int(np.argmax(a))] ** 2


@program((V,), (A,))
def norms(a):
    """The length of a vector, the Frobenius norm of a matrix, and one norm a row."""
    return np.linalg.norm(a), np.linalg.norm(a, axis=-1) ** 2, np.sqrt(np.sum(a * a))


@program((V,))
def norms_of_other_orders(v):
    """Sum of absolute values, the largest one, and the third power."""
    return np.linalg.norm(v, 1) * np.linalg.norm(v, np.inf) + np.linalg.norm(v, 3)


@program((V,), ([0.5, 2.0, -1.0],), ((1.5,),))
def python_sums(values):
    """The builtins iterate over arrays, lists and tuples."""
    return sum(values) * max(values) + min(values) + sum([x * x for x in values], values[0])


@program((A,))
def python_sum_of_rows(a):
    """The builtin `sum` over a matrix adds rows."""
    return sum(a) * 2.0 + sum(sum(a))


@program((np.zeros(0), 2.0), (np.zeros((0, 3)), 2.0))
def empty_reductions(x, s):
    """Nothing is summed; the product of nothing is one."""
    return np.sum(x) + s, np.prod(x) * s, x.sum(axis=0) + s


@program((2.5,), (np.array(2.5),), (np.float64(2.5),))
def reductions_of_scalars(x):
    """A scalar reduces to itself."""
    return np.sum(x) * np.mean(x) + np.max(x) - np.prod(x) * np.min(x)


@program((A,))
def reductions_in_sequence(a):
    """One reduction after another, with work in between."""
    return np.sum(np.max(np.exp(a), axis=1) * np.mean(a, axis=1)) - a.sum(axis=0).max()


@program((A,))
def softmax(a):
    """The shift by the greatest element cancels."""
    e = np.exp(a - np.max(a, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


@program((V,), (V * 300.0,))
def log_sum_exp(v):
    """Overflows without the shift."""
    m = np.max(v)
    return np.log(np.sum(np.exp(v - m))) + m


@program((V,))
def counts(v):
    """Booleans are counted; the count has no derivative."""
    return np.sum(v > 0) * v + np.mean(v > 1.0) * v.sum()


@program((A,))
def negative_axes(a):
    """The axes are counted from the end, and the results meet their own sources."""
    return a.sum(axis=-2) * a, a.mean(axis=-1)[:, None] * a, a.max(-2) - a


@program((A, 0), (A, 1))
def axis_as_argument(a, axis):
    """The axis is known only when called."""
    return np.sum(a * a, axis=axis), a.mean(axis=axis, keepdims=True)


@program((V,))
def reduced_and_stretched(v):
    """Reductions of the whole stretch over the whole, several times over."""
    centred = v - v.mean()
    return centred / np.sqrt(np.mean(centred**2) + 1e-3) * v.sum()
