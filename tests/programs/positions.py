"""Lists that are indexed by integers of NumPy, by lengths, and by what was None at first."""

import numpy as np

from programs.harness import program
from s2s_ad import MutationError

X = np.array([0.3, -0.4, 0.8])
LABELS = np.array([0, 1, 0])
ONE = np.int64(1)


class Point:
    """Something that moves."""

    def __init__(self, at):
        self.at = at

    def kick(self, by):
        """Further away."""
        self.at *= by


@program((X, LABELS), (X, np.array([2, 2, 2])), same_as=lambda x, labels: np.sum(x * x * (labels + 1)))
def groups_by_labels(x, labels):
    """Each item goes to the list that an array of integers names."""
    groups = [[] for _ in range(3)]
    for v, k in zip(x, labels):
        groups[k].append(v * v)
    return sum(sum(one) * (i + 1) for i, one in enumerate(groups))


@program((X, ONE), (X, np.int64(0)), (X, 1), (X, np.int32(-1)))
def appended_to_a_row(x, k):
    """And read from another."""
    rows = [[v] for v in x]
    rows[k].append(x[0])
    return rows[1][-1] * rows[-1][-1] + len(rows[1])


@program((X,), same_as=lambda x: np.sum(np.where(x < 0, 2.0, 1.0) * x * x))
def row_by_argmax(x):
    """The index is what `argmax` gives."""
    rows = [[], []]
    for v in x:
        rows[np.argmax([v, 0.0])].append(v * v)
    return sum(rows[0]) + 2 * sum(rows[1])


@program((X,), same_as=lambda x: x[1] + x[0] + x[2])
def clusters(x):
    """As in k-means."""
    found = [[] for _ in range(2)]
    nearest = np.argmin(np.abs(x[:, None] - np.array([-1.0, 1.0])), axis=1)
    for i, k in enumerate(nearest):
        found[k].append(x[i])
    means = [np.mean(one) if one else 0.0 for one in found]
    return means[0] + 2 * means[1]


@program((X, ONE), (X, 0), (X, np.uint8(0)))
def item_of_a_row(x, k):
    """A row and an item of it are set, and rows under another name change with it."""
    rows = [[x[0]], [x[1]]]
    row = rows[k]
    rows[k][0] = x[2]
    rows[1][0] *= x[0]
    row += [x[2] * x[1]]
    return rows[0][0] + 2 * rows[1][0] + sum(row)


@program((X, ONE), (X, 0))
def row_that_another_name_has(x, k):
    """What is appended to the one is in the other."""
    rows = [[x[0]], [x[1]]]
    row = rows[k]
    rows[1].append(x[2])
    rows[0][0] = x[1] * x[2]
    return sum(v * v for v in row)


@program((X, ONE), (X, 0))
def taken_out_of_rows(x, k):
    """Items are taken out, and a whole row is replaced."""
    rows = [[x[0], x[1]], [x[1], x[2]]]
    last = rows[k].pop()
    del rows[k][0]
    rows[0][:] = [x[1] * x[2]]
    return last + rows[0][0] + sum(rows[1])


@program((X, ONE), (X, 1))
def table_of_floats(x, k):
    """Indices that are computed."""
    table = [[0.0] * 3 for _ in range(2)]
    i = k - 1
    table[k][1] = x[0]
    table[i][2] = x[1] * x[0]
    table[len(table) - k][0] += x[2]
    return sum(sum(row) * (n + 1) for n, row in enumerate(table))


@program((X,))
def list_as_long_as_an_array(x):
    """The length of an array is an index."""
    n = len(x)
    items = [None] * (n + 1)
    items[n] = x[0]
    items[0] = x[1]
    return items[n] * items[0]


def _padded(x):
    m = np.concatenate([np.outer(x, np.zeros(3)), x[:, None]], axis=1)
    return np.sum(m * np.array([1.0, 1.0, 2.0])[:, None]) + 4.0


@program((X,), same_as=_padded)
def matrix_as_long_as_an_array(x):
    """Elements and columns at the length of an array."""
    n = len(x)
    m = np.zeros((n, n + 1))
    m[n - 1, n] = 2.0
    m[:, n] += x
    m[n - 1] *= 2
    return np.sum(m)


@program((X, ONE), (X, 0))
def list_of_an_object(x, k):
    """Rows that an object has."""
    one = Point([[0.0, 1.0], [2.0, 3.0]])
    one.at[k][0] = x[0]
    one.at[x.argmax() % 2][1] *= x[1]
    return sum(map(sum, one.at))


@program((X,), same_as=lambda x: x[0] + 2 * x[1] + 3.3 * x[2])
def best_of_several(x):
    """The index is None before the first round."""
    points = [Point(v) for v in x]
    best = None
    for i in range(3):
        if best is None or x[i] > x[best]:
            best = i
    points[best].kick(1.1)
    return sum(p.at * (i + 1) for i, p in enumerate(points))


@program((X,), same_as=lambda x: x[0] * x[0] + 2 * x[1] * x[0] * x[0] + 3 * x[2])
def none_is_no_index(x):
    """The first round raises."""
    points = [Point(v) for v in x]
    last = None
    for i in range(3):
        try:
            points[last].kick(x[0] if last == 0 else x[0] * x[0])
        except TypeError:
            pass
        last = i
    return points[0].at + 2 * points[1].at + 3 * points[2].at


@program((X, LABELS), same_as=lambda x, labels: np.sum(x * (labels + 1)))
def lists_that_replace_lists(x, labels):
    """A new list takes the place of another."""
    groups = [[], []]
    for i, k in enumerate(labels):
        groups[k] = groups[k] + [x[i]]
    return sum(groups[0]) + 2 * sum(groups[1])


@program((X, True), refused=MutationError)
def index_that_is_a_bool(x, k):
    """Python takes it for an int, NumPy for a mask."""
    rows = [[v] for v in x]
    rows[k].append(x[0])
    return rows[1][-1]


@program((np.array([0.4, 0.7, 1.2, 0.7]), 0.6), same_as=lambda x, s: s * (x[0] + x[2] + 2 * x[1] + 2 * x[3]) / 2)
def means_of_classes(x, s):
    """The classes are what `np.unique` finds, and are positions too."""
    labels = np.array([0, 1, 0, 1])
    means = np.zeros(len(np.unique(labels)))
    for c in np.unique(labels):
        means[c] = np.mean(x[labels == c]) * s
    return means[0] + 2 * means[1]


@program((np.outer(X, X), 0.6))
def moments_of_classes(x, s):
    """A list for each class, with an item for each column."""
    found = []
    for i, c in enumerate(np.unique(LABELS)):
        found.append([])
        for column in x.T:
            found[i].append(np.mean(column[c == LABELS]) * (c + 1) * s)
    return found[0][1] * found[1][0] + found[1][2]
