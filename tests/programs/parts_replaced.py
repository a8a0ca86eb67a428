"""Parts of objects and dicts that become other objects, on one side of an `if` or in a loop, and are written to."""

import numpy as np

from programs.harness import program

X = np.array([0.7, 1.2, 0.4])
Y = np.array([1.1, 0.6, 1.4])


class _Box:
    def __init__(self, v):
        self.v = v


@program((X, Y), same_as=lambda x, y: (0.9 * x - y).sum() + x.sum())
def list_replaced_in_a_branch(x, y):
    """An item of the new list is replaced after the branch."""
    box = _Box([x, x])
    if x[0] > 0:
        box.v = [x * 1.0, x]
    box.v[0] = 0.9 * box.v[0] - y
    return box.v[0].sum() + box.v[1].sum()


@program((X, Y), same_as=lambda x, y: (np.array([6.0, 1, 1]) * x).sum() * y[0])
def array_replaced_on_both_sides(x, y):
    """And then written to, whichever it is."""
    box = _Box(x)
    if y[0] > 5:
        box.v = y * 2
    else:
        box.v = x * 1.0
    box.v[0] = 6 * x[0]
    return box.v.sum() * y[0]


def _swapped_plain(x, y):
    o, p = x, y
    for _ in range(3):
        o, p = p, o
        o = np.concatenate([2 * o[1:2], o[1:]])
        p = p * 1.5
    return (o * p).sum()


@program((X, Y), same_as=_swapped_plain)
def attributes_that_change_places(x, y):
    """Two objects swap their arrays and write to them, in a loop."""
    o, p = _Box(x * 1.0), _Box(y * 1.0)
    for _ in range(3):
        t = o.v
        o.v = p.v
        p.v = t
        o.v[0] = o.v[1] * 2
        p.v *= 1.5
    return (o.v * p.v).sum()


@program((X, Y), same_as=lambda x, y: x[2] * (6 * x[0] * y[0] + 4.5 * x[2] * y[1] + 2 * x[2] * y[2]))
def shared_until_replaced(x, y):
    """Two objects have one array, until one of them gets another."""
    o = _Box(x * 1.0)
    p = _Box(o.v)
    for _ in range(3):
        o.v = p.v * 2
        o.v[0] = o.v[1] * 2
        p.v[1] = p.v[2] * 1.5
    return (o.v * p.v * y).sum()


@program((X, Y))
def shared_in_the_loop(x, y):
    """One array has two names for the middle of each round."""
    o, p = _Box(x * 1.0), _Box(y)
    for _ in range(3):
        p.v = o.v
        o.v[0] = o.v[1] * 2
        o.v = p.v * 2
    return (o.v * p.v * y).sum()


@program((X, Y))
def variable_and_attribute(x, y):
    """What was an attribute is a variable in the next round."""
    o, z = _Box(x * 1.0), y * 1.0
    for k in range(3):
        if k > 0:
            z = o.v
        o.v = o.v * 2
        o.v[0] = 3 * o.v[1]
        z[2] = z[1] * o.v[0]
    return (o.v * z).sum()


@program((X, Y), same_as=lambda x, y: 32 * (9 * y[1] ** 2 * x[0] + y[1] ** 2 * x[1] + y[2] ** 2 * x[2]))
def attribute_of_a_variable(x, y):
    """The array of a variable becomes the attribute and is written to there."""
    o, z = _Box(x * 1.0), y * 1.0
    for _ in range(3):
        o.v = z
        o.v[0] = 3 * o.v[1]
        z = z * 2
    return (o.v * z * x).sum()


def _dict_plain(x, y):
    a, b = x, y
    for _ in range(3):
        a, b = b, a
        a = np.concatenate([b[1:2] * a[2:], a[1:]])
        b = b * 1.5
    return (a * b).sum() + a[0]


@program((X, Y), same_as=_dict_plain)
def arrays_that_change_places_in_a_dict(x, y):
    """The two values of a dict, swapped and written to."""
    d = {"a": x * 1.0, "b": y * 1.0}
    for _ in range(3):
        d["a"], d["b"] = d["b"], d["a"]
        d["a"][0] = d["b"][1] * d["a"][2]
        d["b"] *= 1.5
    return (d["a"] * d["b"]).sum() + d["a"][0]


@program((X, Y), same_as=lambda x, y: (x[0] * y[0] + x[0] + x[2]) * 1.0)
def loop_that_does_not_run(x, y):
    """What the loop would replace is as it was."""
    o = _Box(x * 1.0)
    for _ in range(0):
        o.v = y * 2
        o.v[0] = 1.0
    o.v[1] = o.v[0] * y[0]
    return o.v.sum()


@program((X, Y), same_as=lambda x, y: 2 * x[1] * (1 + y[0]) + y[2])
def replaced_before_a_break(x, y):
    """And otherwise after the loop."""
    o = _Box(x)
    for k in range(3):
        if k == 2:
            o.v = y.copy()
            o.v[0] = x[1] * 2
            break
    else:
        o.v = x * 3
    o.v[1] = o.v[0] * y[0]
    return o.v.sum()


@program((X, Y))
def through_two_objects(x, y):
    """The attribute of an object that is an attribute of another one, in a `while`."""
    o = _Box(x * 1.0)
    p = _Box(o)
    while o.v.sum() < 50:
        o.v = o.v * 2
        p.v.v[0] = p.v.v[1] * y[0]
        if o.v[0] > 10:
            p.v.v = y * 30.0
    return o.v.sum() + (p.v.v * x).sum()


@program((X, Y), same_as=lambda x, y: 9 * (x**2).sum() + (y**2).sum())
def list_emptied_now_and_then(x, y):
    """A list that is replaced by an empty one and grows again."""
    o = _Box([])
    for k in range(4):
        if k % 2:
            o.v = []
        o.v.append(x * k)
        o.v.append(y)
    return sum((a * a).sum() for a in o.v)


@program((X, Y))
def list_computed_from_itself(x, y):
    """A list of arrays is replaced by a list of others, of which one is replaced."""
    o = _Box([x, y])
    for _ in range(3):
        o.v = [a * y for a in o.v]
        o.v[0] = 0.9 * o.v[0] - x
    return o.v[0].sum() + o.v[1].sum()


@program((X, Y), same_as=lambda x, y: ((x[::-1] + y) ** 3).sum() + x[2] + y[0])
def view_that_a_branch_might_take(x, y):
    """A view is needed for a branch that does not run, and then written to."""
    v = x[::-1]
    if y[0] > 9:
        v = x * v
    v += y
    return (v**3).sum() + v[0]


@program((X, Y))
def part_that_a_loop_writes_to(x, y):
    """A part is read for a product, and then written to in a loop."""
    w = x * 0.5
    d = {"a": x * 1.0, "c": w}
    p = 0.0
    for _ in range(1):
        d["a"] = w * x[1]
        p = d["c"].sum()
    v = d["a"] * (x[0] - p) * 0.5
    for _ in range(3):
        d["a"][1:] = v[:-1] * 2
    return w @ y + d["a"] @ y + v @ (y + 1)


@program(
    (X, Y), same_as=lambda x, y: 4 * (y[1] ** 2 + x[1] ** 2 + x[2] ** 2) + 2 * (y[1] * y[0] + x[1] * y[1] + x[2] * y[2])
)
def conjugate_is_the_array(x, y):
    """Of real numbers, `conj` gives the array itself."""
    z = x * 1.0
    c = z.conj()
    c[0] = y[1]
    z *= 2.0
    return (c**2).sum() + (z.conjugate() * y).sum()


# exchanged items


@program((X, Y))
def determinant_of_a_list_of_lists(x, y):
    """Gaussian elimination with pivoting, of rows that are lists."""
    a = [[x[0] + 0.1, x[1], x[2]], [y[0] + 2.0, y[1] + 3.0, y[2]], [x[0] * y[0], x[1] * y[1], 5.0 + x[2]]]
    n, d = 3, 1.0
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(a[i][k]) > abs(a[p][k]):
                p = i
        if p != k:
            d = -d
        a[k], a[p] = a[p], a[k]
        for i in range(k + 1, n):
            f = a[i][k] / a[k][k]
            for j in range(k, n):
                a[i][j] -= f * a[k][j]
    for k in range(n):
        d = d * a[k][k]
    return d


@program((X, Y))
def neighbours_exchanged(x, y):
    """Rows move through a list, and grow; an item is exchanged with itself."""
    a = [[v, v * 2, y[i]] for i, v in enumerate(x)]
    for i in range(2):
        a[i], a[i + 1] = a[i + 1], a[i]
        a[i][0] *= y[i]
        a[-1].append(x[0])
        a[i], a[-i] = a[-i], a[i]
    return sum((i + 1) * (j + 2) * v for i, r in enumerate(a) for j, v in enumerate(r))


class _Heap:
    def __init__(self):
        self.rows = []

    def swap(self, i, j):
        self.rows[i], self.rows[j] = self.rows[j], self.rows[i]


@program((X, Y))
def exchanged_by_a_method(x, y):
    """Arrays in a list that is an attribute."""
    h = _Heap()
    for i in range(3):
        h.rows.append(x * y[i])
    for i in range(2):
        h.swap(i, i + 1)
        h.rows[i] *= 2.0
        h.rows[0][1] = h.rows[1][2] * y[0]
    return sum((k + 1) * (r**2).sum() for k, r in enumerate(h.rows))


@program((X, Y), same_as=lambda x, y: (np.sort(x) * y[np.argsort(x)] * np.array([1.0, 2.0, 3.0])).sum())
def bubble_sort(x, y):
    """Two lists of floats, sorted by the first."""
    xs, ys = list(x), list(y)
    for i in range(3):
        for j in range(2 - i):
            if xs[j] > xs[j + 1]:
                xs[j], xs[j + 1] = xs[j + 1], xs[j]
                ys[j], ys[j + 1] = ys[j + 1], ys[j]
    return sum((i + 1) * a * b for i, (a, b) in enumerate(zip(xs, ys)))


@program((X, Y))
def index_that_is_exchanged(x, y):
    """The second target is found after the first has been written to."""
    p, xs = [2, 0, 1], list(x)
    i = 0
    p[i], p[p[i]] = p[p[i]], p[i]
    xs[p[0]], xs[p[1]] = xs[p[1]], xs[p[0]]
    return sum((i + 1) * a for i, a in enumerate(xs)) * y[0] + sum(p)


@program((X, Y), same_as=lambda x, y: x[1] ** 2 * (2 * (y**2).sum() - (y[0] - y[1]) ** 2) + x[2] ** 2 * (y**2).sum())
def rows_of_an_array_are_views(x, y):
    """The famous one: both rows end up equal."""
    a = np.outer(x, y)
    a[0], a[1] = a[1], a[0]
    b = a.copy()
    b[0, 0], b[1, 1] = b[1, 1], b[0, 0]
    return (a * b).sum()


# memos of arrays


def fibonacci_without_memo(x, y):
    a, b = x, y
    for _ in range(3):
        a, b = b, b * a + b
    return b.sum()


@program((X, Y), same_as=fibonacci_without_memo)
def memo_in_a_dict(x, y):
    """Arrays under keys that are known late, of a function that calls itself twice."""
    memo = {}

    def f(i):
        if i in memo:
            return memo[i]
        r = x if i == 0 else y if i == 1 else f(i - 1) * f(i - 2) + f(i - 1)
        memo[i] = r
        return r

    return f(4).sum()


def _memo_argument(x, y, i=4, memo=None):
    if memo is None:
        memo = {}
    if i in memo:
        return memo[i]
    if i < 2:
        r = x if i == 0 else y
    else:
        r = _memo_argument(x, y, i - 1, memo) * _memo_argument(x, y, i - 2, memo) + _memo_argument(x, y, i - 1, memo)
    memo[i] = r
    return r


@program((X, Y), same_as=fibonacci_without_memo)
def memo_as_an_argument(x, y):
    """The same with the memo as an argument that is None at first."""
    return _memo_argument(x, y).sum()


@program((X, Y))
def memo_of_what_is_written_before(x, y):
    """The array is written to before it is kept."""
    memo = {}

    def f(i):
        if i in memo:
            return memo[i]
        r = x * 1.0 if i == 0 else y * 1.0 if i == 1 else f(i - 1) * f(i - 2)
        r[0] = r[1] * 2
        memo[i] = r
        return r

    return f(4).sum()


@program((X, Y))
def soft_edit_distance(x, y):
    """A table of arrays, under pairs."""
    memo = {}

    def d(i, j):
        if (i, j) not in memo:
            if i == 0:
                memo[i, j] = y * j
            elif j == 0:
                memo[i, j] = x * i
            else:
                best = -np.log(np.exp(-d(i - 1, j)) + np.exp(-d(i, j - 1)) + np.exp(-d(i - 1, j - 1)))
                memo[i, j] = best + (x[i - 1] - y[j - 1]) ** 2
        return memo[i, j]

    return d(3, 3).sum()
