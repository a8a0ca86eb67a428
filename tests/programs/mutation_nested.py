"""Lists of lists: buckets, adjacency lists, tables that are filled item by item."""

import numpy as np

from programs.harness import program
from s2s_ad import MutationError

X = np.array([0.3, 0.7, 1.1, -0.4, 0.9])
M = np.arange(6.0).reshape(2, 3) + 0.3


def weighed(rows, x):
    """Everything in a list of lists, where it is and in its order."""
    t = 0.0
    for i in range(len(rows)):
        for v in rows[i]:
            t = t * 0.7 + np.sin(v) * x[i]
    return t


@program((X,))
def buckets(x):
    """Two items of one list may be the same list, or not."""
    rows = [[] for _ in range(3)]
    for k in range(len(x)):
        rows[k % 3].append(x[k] * x[k])
        rows[(k * k) % 3].append(x[k])
    return weighed(rows, x)


@program((X, 1), (X, -1), (X, 0))
def taken_from_inner_lists(x, i):
    """From the end, from the front, and from a place that is known late."""
    rows = [[v, v * 2, v * v] for v in x]
    s = 0.0
    for k in range(3):
        s = s * 0.5 + rows[k].pop(i) * (k + 1)
        s = s * 0.5 + rows[k % 2].pop() * (k + 2)
    s += rows[3].pop(0)
    return s + weighed(rows, x)


@program((X, 1), (X, -1), (X, 7))
def put_into_inner_lists(x, i):
    """The index is cut off at the ends."""
    rows = [[v, v * 2, v * v] for v in x]
    for k in range(3):
        rows[k].insert(i, x[k] * 3)
        rows[i % 5].insert(0, x[k + 1] * 3)
    return weighed(rows, x)


@program((X, 1), (X, 2))
def extended_inner_lists(x, i):
    """By what is in another inner list, which may be the same."""
    rows = [[v, v * 2, v * v] for v in x]
    for k in range(3):
        rows[k].extend([x[k], x[k] ** 2])
        rows[i] += [x[3] * x[k]]
        rows[i].extend(rows[k])
    return weighed(rows, x)


@program((X, 1), (X, 2))
def extended_by_itself(x, i):
    """Twice as long, and again."""
    rows = [[v, v * 2] for v in x]
    rows[i].extend(rows[i])
    rows[i] += rows[i]
    rows[i].append(len(rows[i]) * x[0])
    return weighed(rows, x)


@program((X, 1), (X, 2))
def order_of_inner_lists(x, i):
    """Reversed, sorted, and sorted by a key."""
    rows = [[v, v * 2, np.sin(v)] for v in x]
    rows[i].reverse()
    rows[2].sort()
    rows[1].sort(key=lambda v: -v)
    rows[i].append(rows[1][0] * rows[2][1])
    return weighed(rows, x)


@program((X, 1), (X, 2))
def slices_of_inner_lists(x, i):
    """Replaced, left out, cleared, and removed by value."""
    rows = [[v, v * 2, np.sin(v)] for v in x]
    rows[i][1:2] = [x[0], x[1] * x[2], x[3]]
    rows[2][:1] = []
    del rows[1][0]
    del rows[0][i:]
    rows[4].clear()
    rows[4].append(x[2])
    rows[3].remove(x[3])
    return weighed(rows, x)


@program((X,))
def adjacency_lists(x):
    """Edges with weights, by which messages pass."""
    n = len(x)
    edges = [[] for _ in range(n)]
    for i in range(n - 1):
        edges[i].append((i + 1, x[i]))
        edges[i + 1].append((i, x[i] * 2))
    h = [v for v in x]
    for _ in range(2):
        h = [np.tanh(h[i] + sum([w * h[j] for j, w in edges[i]])) for i in range(n)]
    return sum(h)


@program((X, 0), (X, 1), (X, 2))
def two_names_for_inner_lists(x, i):
    """Both name the list that is there, which may be one."""
    rows = [[v] for v in x]
    a = rows[i]
    b = rows[2]
    a.append(x[3])
    b.append(a[1] * 2)
    a.append(b[1] * x[0])
    return weighed(rows, x) + sum(a) * b[-1]


@program((X,))
def name_in_a_loop(x):
    """A name for the inner list of the round."""
    rows = [[] for _ in range(2)]
    for k in range(5):
        row = rows[k % 2]
        row.append(x[k] ** 2)
        row.append(row[0] * x[1])
        if len(row) > 3:
            row.pop(0)
    return weighed(rows, x)


@program((X,))
def both_lists_grow(x):
    """The outer list grows while the inner ones do."""
    rows = [[x[0]]]
    for k in range(4):
        rows.append([])
        rows[k + 1].append(rows[k][0] * x[k])
        rows[k].append(x[k + 1])
    rows.pop()
    rows[0].append(x[2])
    return weighed(rows, x)


@program((X,))
def read_after_the_outer_list_shrank(x):
    """What was read before is still what it was."""
    rows = [[v, v * 2] for v in x]
    row = rows[3]
    rows.pop()
    rows.pop()
    return row[0] * row[1] + rows[0][1] * x[4]


@program((X, 2))
def read_while_the_outer_list_grows(x, i):
    """The list of the cotangents has the length of then."""
    rows = [[v, v * 2] for v in x]
    row = rows[i]
    t = 0.0
    for k in range(3):
        t += row[k % 2] * x[k]
        rows.append([t])
    return t + rows[-1][0] * rows[0][0]


@program((X, 0), (X, 4))
def inner_lists_in_branches(x, i):
    """One side writes to an item that the other side does not know."""
    rows = [[v] for v in x]
    for k in range(5):
        if k > i:
            rows[k].append(x[0] * k)
        else:
            rows[0].append(x[k] ** 2)
            if k == 2:
                rows.append([x[1]])
    return weighed(rows[:5], x) + sum(rows[-1])


@program((X,))
def by_a_helper(x):
    """The helper is given the list of lists, or a list."""

    def push(rows, i, v):
        rows[i].append(v)

    def twice(row, v):
        row.append(v)
        row.append(v * v)

    rows = [[] for _ in range(2)]
    for k in range(5):
        push(rows, k % 2, x[k] ** 2)
        twice(rows[1], x[k])
    return weighed(rows, x)


@program((M,))
def rows_in_buckets(x):
    """The items of the inner lists are arrays."""
    rows = [[] for _ in range(2)]
    for k in range(4):
        rows[k % 2].append(x[k % 2] * k)
        rows[1].append(rows[k % 2][0] * 2)
    t = 0.0
    for row in rows:
        for v in row:
            t = t * 0.5 + np.sum(v * v)
    return t


class Bag:
    """Sorts what it is given."""

    def __init__(self, n):
        self.rows = [[] for _ in range(n)]

    def add(self, i, v):
        """Keep a number."""
        self.rows[i].append(v)


@program((X,))
def in_an_object(x):
    """The list of lists is an attribute."""
    bag = Bag(2)
    for k in range(5):
        bag.add(k % 2, x[k] ** 2)
    bag.rows[0].pop()
    return weighed(bag.rows, x)


@program((X,))
def triangle(x):
    """Each row is made from the one before."""
    rows = [[1.0]]
    for n in range(1, 4):
        row = [x[0]]
        for k in range(1, n):
            row.append(rows[n - 1][k - 1] * x[1] + rows[n - 1][k])
        row.append(x[2])
        rows.append(row)
    rows[1].append(x[3])
    return sum([sum(row) ** 2 for row in rows])


@program((X,))
def table(x):
    """Dynamic programming: each number depends on those above and to the left."""
    n = len(x)
    grid = [[0.0] * n for _ in range(n)]
    for i in range(n):
        grid[i][0] = x[i]
        grid[0][i] = x[i] * 2
    for i in range(1, n):
        for j in range(1, n):
            grid[i][j] = grid[i - 1][j] * 0.5 + np.sin(grid[i][j - 1]) * x[j]
    return grid[n - 1][n - 1]


@program((X,))
def counted_up(x):
    """From integers, by a number that is added, and one that is taken away."""
    grid = [[0] * 3 for _ in range(3)]
    for k in range(5):
        grid[k % 3][k % 2] += x[k] ** 2
        grid[k % 3][2] = x[k] * 3
        grid[1][k % 3] -= x[k] * grid[k % 3][0]
    return weighed(grid, x)


@program((X,))
def exchanged(x):
    """Numbers of two rows are exchanged."""
    grid = [[v, v * 2, v * v] for v in x]
    for k in range(2):
        grid[k][0], grid[k + 1][1] = grid[k + 1][1], grid[k][0]
        grid[k][0], grid[k][1] = grid[k][1] * x[0], grid[k][0]
    return weighed(grid, x)


@program((X,))
def rows_replaced(x):
    """A row is replaced by one of another length, and then written to."""
    grid = [[v, v * 2, v * v] for v in x]
    for k in range(3):
        grid[k + 1] = [grid[k][0] * 2, grid[k][1] * x[0]]
        grid[k + 1][0] += grid[k][1]
        grid[k].append(grid[k + 1][1])
    return weighed(grid, x)


@program((X,))
def rows_as_a_whole_and_in_part(x):
    """Numbers are written, and rows are summed, in turns."""
    grid = [[v, v * 2] for v in x]
    t = 0.0
    for k in range(4):
        grid[k][1] = x[k + 1] * t
        t += sum(grid[k]) * grid[k + 1][0]
        row = grid[k + 1]
        row[0] += t
        t += max(row) * len(row)
    return t + weighed(grid, x)


@program((M,))
def parts_of_arrays_in_a_list(x):
    """Elements and slices of arrays that are in a list."""
    rows = [x[0] * 2, x[1] ** 2, x[0] * x[1]]
    t = 0.0
    for k in range(2):
        rows[k][1] += rows[k + 1][0]
        rows[k + 1][:2] *= x[k, :2]
        t += rows[k][k] * np.sum(rows[2])
    return t + np.sum(rows[1][::-1] * x[1])


@program((X,), raises=IndexError)
def no_such_inner_list(x):
    """The error is Python's."""
    rows = [[v] for v in x]
    rows[9].append(x[0])
    return x[0] * 2


@program((X, 0), refused=MutationError)
def one_list_many_times(x, i):
    """The trap of every beginner."""
    rows = [[]] * 3
    rows[i].append(x[0])
    return rows[1][0] * x[1]


@program((X, 0), refused=MutationError)
def one_list_appended_twice(x, i):
    """The inner list may be there twice."""
    inner = [x[2]]
    rows = []
    rows.append(inner)
    rows.append(inner)
    rows[i].append(x[0])
    return rows[1][1] * x[1]


@program((X, 0), refused=MutationError)
def one_list_in_every_round(x, i):
    """A comprehension that gives one list again and again."""
    inner = [x[2]]
    rows = [inner for _ in range(2)]
    rows[i].append(x[0])
    return rows[1][1] * x[1]


@program((X,), refused=MutationError)
def inner_list_by_its_own_name(x):
    """It is not known which of them has been written to."""
    inner = [x[2]]
    rows = [[x[1]] for _ in range(2)]
    rows.append(inner)
    rows[2].append(x[0])
    return inner[1] * x[1]
