"""Writes to what tuples of index arrays choose, which NumPy's own functions give."""

import numpy as np

from programs.harness import program
from s2s_ad import MutationError

X = np.array([0.5, 1.2, -0.7, 2.0])
B = np.array([[1.0, 0.3, -0.4], [0.2, 2.0, 0.7], [-0.6, 0.8, 1.5]])
A = np.arange(12.0).reshape(3, 4) * 0.31 + 0.1
I3 = np.eye(3, dtype=bool)


@program((B,), same_as=lambda b: np.where(I3, 2.0 * b + b[0], b) * b)
def diagonal(b):
    """The places of the diagonal, made anew and kept."""
    y = b.copy()
    y[np.diag_indices(3)] *= 2
    at = np.diag_indices_from(y)
    y[at] += b[0]
    return y * b


def _triangles(b):
    y = np.where(np.triu(np.ones((3, 3)), 1) > 0, 0.0, b * b[0, 1])
    return np.where(np.triu(np.ones((3, 3)), 1) > 0, y + b[1, 1], y) * b


@program((B,), same_as=_triangles)
def triangles(b):
    """Above the diagonal, and from it downwards."""
    y = b.copy()
    y[np.triu_indices(3, 1)] = 0.0
    y[np.tril_indices(3)] *= b[0, 1]
    y[np.triu_indices_from(y, 1)] += b[1, 1]
    return y * b


def _where_it_holds(x):
    y = np.where(x > 1.1, x - 1.0, x)
    y = np.where(x < 0.4, y * x[0], y)
    return np.where(x > 0.4, (y + y) ** 2, y) * x


@program(
    (X,), (A,), (X.astype(np.float32),), (X[:0],), (-X[3:],), same_as=lambda x: _where_it_holds(x) if x.size else x
)
def where_it_holds(x):
    """`np.where` and `np.nonzero`, of rows and of tables; of nothing too."""
    y = x.copy()
    first = x[(0,) * x.ndim] if x.size else 0.0
    y[np.where(y > 1.1)] -= 1
    y[np.where(x < 0.4)] *= first
    at = np.nonzero(x > 0.4)
    y[at] += y[at]
    z = y[at]
    y[at] = z * z
    return y * x


@program((A,), same_as=lambda a: np.where(a[:, :1] > 1.1, a * 3.0, a) * a)
def whole_rows(a):
    """A tuple that is shorter than the array has axes."""
    y = a.copy()
    y[np.where(a[:, 0] > 1.1)] *= 3
    return y * a


def _crossed(a):
    chosen = np.outer([1, 1, 0], [0, 0, 1, 1]) > 0
    y = np.where(chosen, a * 2.0, a)
    return np.where(np.outer([1, 0, 1], [1, 1, 0, 0]) > 0, y * np.tile(a[:1], (3, 1)), y) * a


@program((A,), same_as=_crossed)
def crossed_rows_and_columns(a):
    """`np.ix_` of lists, and of a mask and an array."""
    y = a.copy()
    y[np.ix_([0, 1], [2, 3])] *= 2
    y[np.ix_(np.array([True, False, True]), np.array([0, 1]))] *= a[:1, :2]
    return y * a


def _unravelled(a):
    y = np.where(np.arange(12).reshape(3, 4) == 11, a + a[0, 0], a)
    return np.where(np.isin(np.arange(12).reshape(3, 4), [1, 5]), y * a[0, 1], y) * a


@program((A,), same_as=_unravelled)
def unravelled(a):
    """The place of the greatest element, and of several."""
    y = a.copy()
    y[np.unravel_index(np.argmax(a), y.shape)] += a[0, 0]
    y[np.unravel_index(np.array([1, 5]), y.shape)] *= a[0, 1]
    return y * a


@program((X,), same_as=lambda x: np.array([x[0] * x[1] + x[2], x[1] * x[2] + x[3], x[2], x[3]]) * x)
def named_twice(x):
    """The last write counts where a tuple names an element twice."""
    y = x.copy()
    at = np.nonzero(np.array([1, 1, 0, 0]))
    y[at] *= x[1:3]
    twice = np.unravel_index([0, 0, 1], (4,))
    y[twice] += x[[0, 2, 3]]
    return y * x


@program((X,), same_as=lambda x: np.sum(np.stack([x, x * 2], axis=1) ** 2 * x[1]))
def columns_of_an_array_in_the_order_of_fortran(x):
    """Written to column by column."""
    y = np.zeros((4, 2), order="F")
    y[:, 0] = x
    y[:, 1] = x * 2
    y *= y
    return np.sum(y * x[1])


@program((X,), refused=MutationError)
def reshaped_in_the_order_of_fortran(x):
    """To reshape such an array is to copy it."""
    y = np.zeros((4, 2), order="F")
    y[:, 0] = x
    flat = y.reshape(-1)
    flat[0] = x[1]
    return np.sum(y * flat[1])


@program((X,), same_as=lambda x: np.sum(np.array([0.0, x[0] * x[1], 2.0, 3.0]) * x) + np.sum((np.arange(4.0) + x) * x))
def lists_of_ints_as_arrays_of_floats(x):
    """The dtype is given, whatever the list holds, and however long it is."""
    k = np.array([i for i in range(4)], dtype=float)
    k[1] = x[0] * x[1]
    m = np.asarray([i for i in range(4)], float)
    m += x
    return np.sum(k * x) + np.sum(m * x)


@program((X,), same_as=lambda x: (np.sum(x[1:]) * x[0]) ** 2 + 16)
def counts_and_sums_as_an_array_of_floats(x):
    """A number that starts as an int, beside a count."""
    n, total = 0, 0
    for v in x:
        n += 1
        total = total + v if n > 1 else 0
    k = np.array([total, n], dtype=float)
    k[0] *= x[0]
    return np.sum(k * k)
