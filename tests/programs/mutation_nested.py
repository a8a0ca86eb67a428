"""Lists of lists: buckets, adjacency lists, tables that are filled item by item, each beside a form without writes."""

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


def with_row(rows, i, new):
    """`rows` with another list in the place of the i-th."""
    return rows[:i] + [new] + rows[i + 1 :]


def _five_squares(x):
    s = x * x
    return weighed([[s[0], x[0], s[3], x[3]], [s[1], x[1], x[2], s[4], x[4]], [s[2]]], x)


@program((X,), same_as=_five_squares)
def buckets(x):
    """Two items of one list may be the same list, or not."""
    rows = [[] for _ in range(3)]
    for k in range(len(x)):
        rows[k % 3].append(x[k] * x[k])
        rows[(k * k) % 3].append(x[k])
    return weighed(rows, x)


def _what_remains(x, i):
    rows = [[v, v * 2, v * v] for v in x]
    rest = [row[:i] + row[i:][1:] for row in rows[:3]]
    s = 0.0
    for v in [rows[0][i], rest[0][1] * 2, rows[1][i] * 2, rest[1][1] * 3, rows[2][i] * 3, rest[0][0] * 4]:
        s = s * 0.5 + v
    return s + rows[3][0] + weighed([rest[0][:0], rest[1][:1], rest[2], rows[3][1:], rows[4]], x)


@program((X, 1), (X, -1), (X, 0), same_as=_what_remains)
def taken_from_inner_lists(x, i):
    """From the end, from the front, and from a place that is known late."""
    rows = [[v, v * 2, v * v] for v in x]
    s = 0.0
    for k in range(3):
        s = s * 0.5 + rows[k].pop(i) * (k + 1)
        s = s * 0.5 + rows[k % 2].pop() * (k + 2)
    s += rows[3].pop(0)
    return s + weighed(rows, x)


def _cut_and_joined(x, i):
    rows = [[v, v * 2, v * v] for v in x]
    for k in range(3):
        rows = with_row(rows, k, rows[k][:i] + [x[k] * 3] + rows[k][i:])
        rows = with_row(rows, i % 5, [x[k + 1] * 3] + rows[i % 5])
    return weighed(rows, x)


@program((X, 1), (X, -1), (X, 7), same_as=_cut_and_joined)
def put_into_inner_lists(x, i):
    """The index is cut off at the ends."""
    rows = [[v, v * 2, v * v] for v in x]
    for k in range(3):
        rows[k].insert(i, x[k] * 3)
        rows[i % 5].insert(0, x[k + 1] * 3)
    return weighed(rows, x)


def _longer_and_longer(x, i):
    rows = [[v, v * 2, v * v] for v in x]
    for k in range(3):
        rows = with_row(rows, k, rows[k] + [x[k], x[k] ** 2])
        rows = with_row(rows, i, rows[i] + [x[3] * x[k]])
        rows = with_row(rows, i, rows[i] + rows[k])
    return weighed(rows, x)


@program((X, 1), (X, 2), same_as=_longer_and_longer)
def extended_inner_lists(x, i):
    """By what is in another inner list, which may be the same."""
    rows = [[v, v * 2, v * v] for v in x]
    for k in range(3):
        rows[k].extend([x[k], x[k] ** 2])
        rows[i] += [x[3] * x[k]]
        rows[i].extend(rows[k])
    return weighed(rows, x)


def _four_times(x, i):
    return weighed(with_row([[v, v * 2] for v in x], i, [x[i], x[i] * 2] * 4 + [8 * x[0]]), x)


@program((X, 1), (X, 2), same_as=_four_times)
def extended_by_itself(x, i):
    """Twice as long, and again."""
    rows = [[v, v * 2] for v in x]
    rows[i].extend(rows[i])
    rows[i] += rows[i]
    rows[i].append(len(rows[i]) * x[0])
    return weighed(rows, x)


def _in_order(x, i):
    rows = [[v, v * 2, np.sin(v)] for v in x]
    rows = with_row(rows, 1, [x[1] * 2, x[1], np.sin(x[1])])
    rows = with_row(rows, 2, [np.sin(x[2]), x[2], x[2] * 2])
    return weighed(with_row(rows, i, rows[i] + [x[1] * 2 * x[2]]), x)


@program((X, 1), (X, 2), same_as=_in_order)
def order_of_inner_lists(x, i):
    """Reversed, sorted, and sorted by a key."""
    rows = [[v, v * 2, np.sin(v)] for v in x]
    rows[i].reverse()
    rows[2].sort()
    rows[1].sort(key=lambda v: -v)
    rows[i].append(rows[1][0] * rows[2][1])
    return weighed(rows, x)


def _cut_out(x, i):
    rows = [[v, v * 2, np.sin(v)] for v in x]
    rows = with_row(rows, i, [x[i], x[0], x[1] * x[2], x[3], np.sin(x[i])])
    return weighed([rows[0][:i], rows[1][1:], rows[2][1:], rows[3][1:], [x[2]]], x)


@program((X, 1), (X, 2), same_as=_cut_out)
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


def _by_a_matrix(x):
    weights = np.eye(5) + np.diag(x[:-1], 1) + np.diag(x[:-1] * 2, -1)
    return np.sum(np.tanh(weights @ np.tanh(weights @ x)))


@program((X,), same_as=_by_a_matrix)
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


def _one_list_or_two(x, i):
    if i == 2:
        a = b = [x[2], x[3], x[3] * 2, x[3] * x[0]]
    else:
        a, b = [x[i], x[3], x[3] * 2 * x[0]], [x[2], x[3] * 2]
    return weighed(with_row(with_row([[v] for v in x], 2, b), i, a), x) + sum(a) * b[-1]


@program((X, 0), (X, 1), (X, 2), same_as=_one_list_or_two)
def two_names_for_inner_lists(x, i):
    """Both name the list that is there, which may be one."""
    rows = [[v] for v in x]
    a = rows[i]
    b = rows[2]
    a.append(x[3])
    b.append(a[1] * 2)
    a.append(b[1] * x[0])
    return weighed(rows, x) + sum(a) * b[-1]


def _last_ones(x):
    s, a = x * x, x[0] ** 2 * x[1]
    return weighed([[s[2], a, s[4], a * x[1]], [x[1] ** 3, s[3], x[1] ** 3]], x)


@program((X,), same_as=_last_ones)
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


def _staircase(x):
    a = x[0] ** 2
    return weighed([[x[0], x[1], x[2]], [a, x[2]], [a * x[1], x[3]], [a * x[1] * x[2], x[4]]], x)


@program((X,), same_as=_staircase)
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


@program((X,), same_as=lambda x: 2 * x[3] ** 2 + 2 * x[0] * x[4])
def read_after_the_outer_list_shrank(x):
    """What was read before is still what it was."""
    rows = [[v, v * 2] for v in x]
    row = rows[3]
    rows.pop()
    rows.pop()
    return row[0] * row[1] + rows[0][1] * x[4]


@program((X, 2), same_as=lambda x, i: x[i] * (x[0] + 2 * x[1] + x[2]) * (1 + x[0]))
def read_while_the_outer_list_grows(x, i):
    """The list of the cotangents has the length of then."""
    rows = [[v, v * 2] for v in x]
    row = rows[i]
    t = 0.0
    for k in range(3):
        t += row[k % 2] * x[k]
        rows.append([t])
    return t + rows[-1][0] * rows[0][0]


def _up_to_there(x, i):
    rows = [[x[k], x[0] * k] if k > i else [x[k]] for k in range(5)]
    last = rows[4] if i < 2 else [x[1]]
    return weighed(with_row(rows, 0, [x[0]] + [v * v for v in x[: i + 1]]), x) + sum(last)


@program((X, 0), (X, 4), same_as=_up_to_there)
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


def _two_rows(x):
    s = x * x
    odd = [x[0], s[0], s[1], x[1], s[1], x[2], s[2], s[3], x[3], s[3], x[4], s[4]]
    return weighed([[s[0], s[2], s[4]], odd], x)


@program((X,), same_as=_two_rows)
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


@program((M,), same_as=lambda x: np.sum(x[0] ** 2) / 16 + np.sum(x[1] ** 2) * (4.5 + 1 / 16))
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


@program((X,), same_as=lambda x: weighed([[x[0] ** 2, x[2] ** 2], [x[1] ** 2, x[3] ** 2]], x))
def in_an_object(x):
    """The list of lists is an attribute."""
    bag = Bag(2)
    for k in range(5):
        bag.add(k % 2, x[k] ** 2)
    bag.rows[0].pop()
    return weighed(bag.rows, x)


def _four_rows(x):
    m = x[0] * x[1] + x[2]
    last = x[0] + (x[0] * x[1] + m) + (m * x[1] + x[2]) + x[2]
    return 1.0 + (x[0] + x[2] + x[3]) ** 2 + (x[0] + m + x[2]) ** 2 + last**2


@program((X,), same_as=_four_rows)
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


def _row_by_row(x):
    row = [v * 2 for v in x]
    for i in range(1, 5):
        below = [x[i]]
        for j in range(1, 5):
            below = below + [row[j] * 0.5 + np.sin(below[-1]) * x[j]]
        row = below
    return row[-1]


@program((X,), same_as=_row_by_row)
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


def _nine_numbers(x):
    s = x * x
    a = s[4] - s[0] * (x[0] + x[3])
    b = s[1] + x[1] * x[0] ** 3 - x[4] * a
    return weighed([[s[0], s[3], x[3] * 3], [a, b, x[4] * 3], [s[2], 0.0, x[2] * 3]], x)


@program((X,), same_as=_nine_numbers)
def counted_up(x):
    """From integers, by a number that is added, and one that is taken away."""
    grid = [[0] * 3 for _ in range(3)]
    for k in range(5):
        grid[k % 3][k % 2] += x[k] ** 2
        grid[k % 3][2] = x[k] * 3
        grid[1][k % 3] -= x[k] * grid[k % 3][0]
    return weighed(grid, x)


def _after_the_exchange(x):
    s = x * x
    first = [[s[0] * 2, x[1] * 2, s[0]], [s[0], x[2] * 2, s[1]], [x[2], x[1], s[2]]]
    return weighed(first + [[v, v * 2, v * v] for v in x[3:]], x)


@program((X,), same_as=_after_the_exchange)
def exchanged(x):
    """Numbers of two rows are exchanged."""
    grid = [[v, v * 2, v * v] for v in x]
    for k in range(2):
        grid[k][0], grid[k + 1][1] = grid[k + 1][1], grid[k][0]
        grid[k][0], grid[k][1] = grid[k][1] * x[0], grid[k][0]
    return weighed(grid, x)


def _powers(x):
    a, v = x[0], x[4]
    third = 8 * a + 2 * a**2
    rows = [[a, 2 * a, a**2, 2 * a**2], [4 * a, 2 * a**2, 2 * a**3], [third, 2 * a**3, 2 * a**4]]
    return weighed(rows + [[2 * third + 2 * a**3, 2 * a**4], [v, v * 2, v * v]], x)


@program((X,), same_as=_powers)
def rows_replaced(x):
    """A row is replaced by one of another length, and then written to."""
    grid = [[v, v * 2, v * v] for v in x]
    for k in range(3):
        grid[k + 1] = [grid[k][0] * 2, grid[k][1] * x[0]]
        grid[k + 1][0] += grid[k][1]
        grid[k].append(grid[k + 1][1])
    return weighed(grid, x)


def _head_by_head(x):
    rows = []
    t, head = 0.0, x[0]
    for k in range(4):
        rows = rows + [[head, x[k + 1] * t]]
        t = t + (head + x[k + 1] * t) * x[k + 1]
        head = x[k + 1] + t
        t = t + 2 * max(head, x[k + 1] * 2)
    return t + weighed(rows + [[head, x[4] * 2]], x)


@program((X,), same_as=_head_by_head)
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


def _part_by_part(x):
    a, b = x[0], x[1]
    middle = b[1] ** 2 * a[1] + a[0] * b[0]
    t = 2 * a[0] * np.sum(a * b) + middle * (a[0] * b[0] ** 2 + a[1] * b[1] ** 2 + a[2] * b[2])
    return t + b[2] ** 2 * b[0] + middle * b[1] + b[0] ** 2 * a[0] * b[2]


@program((M,), same_as=_part_by_part)
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


@program((X,))
def inner_list_by_its_own_name(x):
    """It is written to by the number that it has in the list that it has been put into."""
    inner = [x[2]]
    rows = [[x[1]] for _ in range(2)]
    rows.append(inner)
    rows[2].append(x[0])
    return inner[1] * x[1]
