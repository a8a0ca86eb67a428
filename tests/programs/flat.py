"""`x.flat`: the elements of an array one after the other, read and written."""

import numpy as np

from programs.harness import program

M = np.arange(6.0).reshape(2, 3) + 0.3
X = np.array([0.3, 0.7, 1.1, -0.4, 0.9])


@program((M,))
def looped_over(x):
    """In the order of the indices, also of a view that has another order in memory."""
    t = 0.0
    for v in x.flat:
        t = t * 0.5 + v * v
    for i, v in enumerate(x.T.flat):
        t = t * 0.5 + v * i
    return t


@program((M,))
def taken_as_a_whole(x):
    """By what takes any iterable."""
    y = x * 2
    pairs = sum([a * b for a, b in zip(x.flat, y.T.flat)])
    return pairs + sum(x.flat) + max(x.flat) * len(x.flat) + list(x.flat)[2]


@program((M, 2), (M, -1))
def items(x, i):
    """A number, a slice, and several."""
    return x.flat[i] * x.flat[1] + np.sum(x.flat[1:4] ** 2) + x.T.flat[1] * 5 + np.sum(x.flat[[0, 0, 2]])


@program((M,))
def slices_are_copies(x):
    """Unlike those of the array."""
    y = x * 1.0
    a = y.flat[1:3]
    y[0, 1] = x[1, 1]
    b = y.flat[1:3]
    b[0] = 7 * x[0, 0]
    return a[0] * b[1] + y[0, 1] * x[0, 2] + b[0]


@program((M, 2), (M, -1))
def items_written(x, i):
    """A number, a slice, and what is computed from what is there."""
    y = x * 2
    y.flat[i] = x[0, 0] ** 2
    y.flat[1] *= x[1, 1]
    y.flat[3:5] = x[0, :2]
    y.flat[::2] += 1.5 * x[1]
    return np.sum(y * x)


@program((M,))
def all_written(x):
    """What is too short is repeated, what is too long is cut off."""
    y, z, w, q = np.zeros((2, 3)), np.zeros((2, 3)), np.zeros((2, 3)), np.zeros(3)
    y.flat = x[0]
    z.flat[:] = x.T * 2
    w.flat = x[0, 1]
    q.flat = x
    return np.sum(y * x * z) + np.sum(w * x) + q[2] * q[1]


@program((M,))
def several_written(x):
    """By indices of which one is there twice, and by a mask."""
    y = np.zeros((2, 3))
    y.flat[[0, 2, 2, 5]] = x[0]
    y.flat[np.array([1, 3])] = x[1, 1] * x[1, :2]
    y.flat[x.ravel() > 3] = x[0]
    return np.sum(y * x)


@program((M,))
def rows_written(x):
    """The elements of a view, in order or in steps."""
    y = x * 1.0
    y[1].flat[1] = x[0, 0]
    r = y[0]
    r.flat[:2] = x[1, :2]
    y[:, 1].flat[1] = 5 * x[1, 1]
    return np.sum(y * x)


@program((M,))
def written_while_looped_over(x):
    """What comes later is as it is then."""
    y = x * 1.0
    t = 0.0
    for i, v in enumerate(y.flat):
        y[1, i % 3] += v
        t += v * y[0, 0]
    return t


@program((M,))
def one_by_one(x):
    """Each element from the one before."""
    y = x * 1.0
    for i in range(y.size):
        y.flat[i] = y.flat[i] ** 2 + y.flat[i - 1]
    return np.sum(y * x)


@program((M,))
def by_another_name(x):
    """The iterator is kept, and indexed."""
    y = x * 1.0
    f = y.flat
    f[2] = x[0, 0] ** 2
    t = f[2] * f[3]
    for i in range(3):
        f[i] = f[i + 1] * x[0, 0]
    return np.sum(y * x) * t


@program((X,))
def of_a_row(x):
    """An array of one axis needs no other shape."""
    y = x * 2
    y.flat[2] = x[0] ** 2
    y[::2].flat[1:] = x[:2]
    return np.sum(y * x)


@program((M,), (M.T,), same_as=lambda a: (a**2 * (1.0 + np.arange(a.shape[0]))[:, None]).T * np.sum(a[0]))
def elements_with_their_places(a):
    """`np.ndenumerate`, with the place as a whole and taken apart, beside writes to other arrays."""
    y = np.zeros(a.shape[::-1])
    for (i, j), v in np.ndenumerate(a):
        y[j, i] = v * (1 + i)
    z = np.zeros_like(y)
    for place, v in np.ndenumerate(a.T):
        z[place] = v * y[place]
    return z * sum(v for i, v in np.ndenumerate(a) if i[0] == 0)


@program((np.array(1.3), M), same_as=lambda s, a: s**2 * a[1] * 2.0)
def elements_of_one_and_of_a_list(s, a):
    """An array without axes has one place, `()`."""
    y = np.zeros_like(a[1])
    for place, v in np.ndenumerate(s):
        y += v * s[place]
    for (i,), v in np.ndenumerate([a[1, 0], a[1, 1], a[1, 2]]):
        y[i] *= v * 2.0
    return y


@program((M,), same_as=lambda a: np.sum(a**2) * 3.0)
def places_in_loops(a):
    """A new iterator in each round; one that is kept goes on where a loop left it."""
    total = 0.0
    for _ in range(2):
        for place in np.ndindex(a.shape):
            total = total + a[place] ** 2
    rest = np.ndindex(a.shape)
    for place in rest:
        total = total + a[place] ** 2
        if place == (0, 1):
            break
    for place in rest:
        total = total + a[place] ** 2
    return total


@program((M,), same_as=lambda a: np.cumsum(a) * np.arange(6.0))
def numbered_elements(a):
    """Writes to another array in a loop over `.flat`."""
    y = np.zeros(6)
    total = 0.0
    for k, v in enumerate(a.flat):
        total = total + v
        y[k] = total * k
    return y
