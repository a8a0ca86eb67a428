"""Arrays whose lengths are known only when the program runs, of which some turn out to be one and are stretched."""

import numpy as np

from programs.harness import program

X = np.array([0.3, 0.7, 1.1, -0.4, 0.9])
M = np.array([[0.2, 0.5, -0.3], [1.1, 0.4, 0.8], [-0.6, 0.9, 0.1]])


@program((X,))
def list_of_different_lengths(x):
    """Items of one list that are added to each other; the first has length one."""
    parts = [x[:k] * x[k] for k in range(1, 4)]
    return np.sum((parts[0] + parts[2]) ** 2) + np.sum(parts[0] * parts[1]) + np.sum(parts[2] * parts[2])


@program((X,))
def grown_list(x):
    """The same list, filled by a loop, and by hand."""
    parts = []
    for k in range(1, 4):
        part = x[:k] ** 2
        parts.append(part * part)
    more = [x[:1]]
    more.append(x[1:4])
    return np.sum(parts[0] * parts[2]) + np.sum(more[0] * more[1])


@program((X,))
def pairs_of_lists(x):
    """Items of two lists that go together, and are of different lengths in some rounds."""
    total = 0.0
    for a, b in zip([x[:k] for k in (1, 3, 3)], [x[k:] * x[k] for k in (2, 4, 2)]):
        total += np.sum((a + b) ** 2)
    return total


@program((X, 1), (X, 3))
def one_or_more(x, n):
    """A slice that is stretched, or is not."""
    part = x[:n]
    return np.sum((part + x[2:]) ** 2) + np.sum(part * part * x[1:4])


@program((X, 2, 3), (X, 2, 5))
def between_two_bounds(x, i, j):
    """Both bounds are arguments; the same slice is read twice, and written to."""
    y = x.copy()
    y[i:j] += x[i:j] * x[:1]
    y[i:j] *= y[i - 1 : j - 1]
    return np.sum(y[i:j] * x[:3]) + np.sum(y)


@program((X,))
def cut_in_a_loop(x):
    """A variable that is shorter in each round, and what it is added to as well."""
    y = x
    total = 0.0
    for k in range(4):
        y = y[1:] * x[k]
        total += np.sum(y + x[: len(y)]) + np.sum(y * x[:1]) + np.sum((y + x[k : k + 1]) ** 2)
    return total


@program((X,))
def shrunk_until_one(x):
    """Sums of neighbours; at last a single one stretches over all."""
    y = x
    while len(y) > 1:
        y = y[1:] * y[:-1] + y[1:]
    return np.sum((y + x) ** 2)


@program((X, 1), (X, 4))
def merged_lengths(x, n):
    """One side gives one element, the other several."""
    if n > 2:
        y = x[1:4] ** 2
    else:
        y = x[:n] ** 3
    z = y * x[2:]
    return np.sum((y + z) ** 2)


@program((X,))
def index_assigned_anew(x):
    """The same words mean another slice."""
    i = 4
    a = x[i:] ** 2
    i = 2
    b = x[i:] * x[i:]
    return np.sum((a + b) ** 2)


@program((X,))
def slices_that_change_their_bound(x):
    """In each round the slice before is stretched over the slice of now, or the other way round."""
    before, total = x[:1], 0.0
    for k in (1, 3, 1, 3):
        now = x[k : k + k]
        total += np.sum((before + now) ** 2)
        before = now * x[0]
    return total


def stretched(a, b):
    """A callee that knows of neither length."""
    c = a * b
    return np.sum((a + c) ** 2) + np.sum(b)


@program((X,))
def arguments_of_any_length(x):
    """The callee is called with lengths that are stretched in turn."""
    return sum(stretched(x[:i], x[j : 2 * j]) for i, j in ((1, 2), (2, 1), (2, 2), (1, 1)))


@program((X,))
def rows_of_masks(x):
    """As many elements as a mask says, and one."""
    some, one = x[x > 0.5], x[x < 0.0]
    return np.sum((some + one) ** 2) + np.sum(some * some * one)


@program((M,))
def blocks(m):
    """Slices along two axes, of which one turns out to have length one."""
    n = len(m)
    total = 0.0
    for i in range(n):
        row, block = m[i : i + 1, :], m[i:, i:]
        total += np.sum((row * m) ** 2) + np.sum(block * block[:1]) + np.sum((block + block[:, :1]) ** 2)
    return total


@program((M,))
def outer_update(m):
    """An elimination that leaves fewer and fewer rows and columns, the last time one of each."""
    a = m + 3.0 * np.eye(len(m))
    for k in range(len(m) - 1):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= a[k + 1 :, k : k + 1] * a[k : k + 1, k + 1 :]
    return np.sum(a**2)


@program((X,))
def closures_over_slices(x):
    """A nested function that has captured what was cut in the round when it was made."""
    total = 0.0
    for k in range(1, 4):
        part = x[:k] * x[k]

        def add(y):
            return np.sum((part + y) ** 2)

        total += add(x[:1]) + add(part) + add(x[k - 1 : 2 * k - 1])
    return total


@program((X,))
def dict_of_lengths(x):
    """Structures that are made anew in each round."""
    total = 0.0
    for k in (1, 2):
        d = {"a": x[:k] ** 2, "b": x[1:3]}
        total += np.sum((d["a"] + d["b"]) ** 2)
    return total


@program((X,))
def gathered_and_stacked(x):
    """What has been appended is one array in the end."""
    parts = []
    for k in range(3):
        parts.append(x[k : k + 2] * x[k])
    a = np.array(parts)
    return np.sum(a * a[:1]) + np.sum((a + a[:, :1]) ** 2)


@program((X, 0), (X, 5))
def empty_slices(x, n):
    """Nothing is left on one side."""
    return np.sum(x[:n] ** 2) + np.sum(x[n:] * x[n:]) + np.sum((x[n:] + x[:1]) ** 3)
