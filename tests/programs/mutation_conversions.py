"""Writes to what calls give that make an array of what may be one already."""

import numpy as np

from programs.harness import program

X = np.array([0.5, 1.2, -0.7, 2.0])
A = np.arange(12.0).reshape(3, 4) * 0.31 + 0.1


def _every_spelling(x):
    y = np.where(np.arange(4) == 0, x[1], x * x[1] + 1.0) * 2.0
    y = np.where(np.arange(4) > 1, y * x[2], y) - x[3]
    return (2.0 * y + x[0]) ** 2 * x


@program((X,), (X.astype(np.float32),), same_as=_every_spelling)
def every_spelling(x):
    """All are the array itself."""
    y = x.copy()
    a, b, c = np.asarray(y), np.asanyarray(y), np.array(y, copy=False)
    d, e = np.array(y, dtype=y.dtype, copy=None), np.ascontiguousarray(y)
    f, g = np.asarray(y, y.dtype), y.astype(y.dtype, copy=False)
    h = np.asarray(y, order="C")
    a *= x[1]
    b += 1.0
    c[0] = x[1]
    d *= 2.0
    e[2:] *= x[2]
    f -= x[3]
    h += np.asarray(g) + x[0]
    return c * g * x


@program((X,), same_as=lambda x: (2.0 * x) ** 2 * 3.0 * x)
def argument_by_another_name(x):
    """The usual first line of a function that takes what looks like an array; the caller's array is written to."""
    y = np.asarray(x, dtype=float)
    y *= 2
    z = np.atleast_1d(np.asarray(y))
    return z * y * 1.5 * x


def _copies(x):
    return (2.0 * x) * (3.0 * x) * (x + 1.0) * np.array([0.0, 1.0, 2.0, 3.0]) * x * np.array([1, 2, 3, 4])


@program((X,), same_as=_copies)
def copies(x):
    """A cast and what is told to copy are arrays of their own."""
    y, k = x.copy(), np.arange(4)
    a, b, c = np.array(y, copy=True), y.astype(y.dtype), np.asarray(k, dtype=float)
    a *= 2
    b *= 3
    y += 1
    c *= x
    k += 1
    return a * b * y * c * k


@program((X,), same_as=lambda x: (x[0] * 2.0 + x[1]) * np.array([2.0 * x[0], x[2]]))
def of_numbers_and_lists(x):
    """An array is made of these."""
    s = np.asarray(x[0])
    t = s
    s *= 2
    t += x[1]
    pair = np.asarray([x[0], x[1]])
    pair *= 2
    pair[1] = x[2]
    return s * pair


@program((A,), same_as=lambda a: (2.0 * np.where(np.arange(3)[:, None] == 0, a[2], a) + a) * a[0])
def in_order(a):
    """A row of what has its elements in order, which the program sees."""
    y = a * 1.0
    z = np.ascontiguousarray(y)
    z[0] = a[2]
    y *= 2
    return (z + a) * a[0]


@program((A,), (A.T,), same_as=lambda a: np.sum(a[:, 0] * a[:, 1]) * a)
def only_read(a):
    """Whether it is a copy makes no difference."""
    z = np.ascontiguousarray(a)
    s = 0.0
    for row in z:
        s = s + row[0] * row[1]
    return s * a


@program((A,), same_as=lambda a: np.cumsum(a, axis=0) * a)
def carried_through_a_loop(a):
    """A new name for the array in each round."""
    y = a.copy()
    for i in range(1, 3):
        z = np.asarray(np.ascontiguousarray(y, dtype=float))
        z[i] += z[i - 1]
        y = z
    return y * a


@program((X, True), (X, False), same_as=lambda x, first: (2.0 * x if first else 4.0 * x) ** 2)
def in_a_branch(x, first):
    """The array itself, or a new one."""
    y = np.asarray(x.copy()) if first else x * 2
    y *= 2
    return y * y
