"""Functions that call themselves and write to their arguments, or to what is around them."""

import numpy as np

from programs.harness import program
from s2s_ad import MutationError, UnsupportedSyntaxError

X = np.array([1.1, 0.7, 1.3, 0.4, 0.9])


class _Memo:
    def __init__(self, w):
        self.w = w
        self.memo = {}
        self.calls = 0

    def f(self, n):
        self.calls += 1
        if n < 2:
            return self.w[n]
        if n not in self.memo:
            self.memo[n] = self.f(n - 1) * self.f(n - 2) + self.w[2]
        return self.memo[n]


def _fill(x, i):
    if i < len(x):
        x[i] = 2.0 * x[i] * x[i]
        _fill(x, i + 1)


def _prefix(x, i):
    if i < len(x):
        x[i] = x[i] * x[i - 1]
        _prefix(x, i + 1)


def _fib(n, memo, x):
    if n < 2:
        return x[n]
    if n in memo:
        return memo[n]
    memo[n] = _fib(n - 1, memo, x) * 0.5 + _fib(n - 2, memo, x) ** 2
    return memo[n]


def _merge_sort(v):
    if len(v) > 1:
        m = len(v) // 2
        a = v[:m].copy()
        b = v[m:].copy()
        _merge_sort(a)
        _merge_sort(b)
        i = j = 0
        for k in range(len(v)):
            if j >= len(b) or (i < len(a) and a[i] < b[j]):
                v[k] = a[i]
                i += 1
            else:
                v[k] = b[j]
                j += 1


def _fft(re, im):
    n = len(re)
    if n > 1:
        er, ei = re[::2].copy(), im[::2].copy()
        orr, oi = re[1::2].copy(), im[1::2].copy()
        _fft(er, ei)
        _fft(orr, oi)
        for k in range(n // 2):
            c, s = np.cos(2 * np.pi * k / n), -np.sin(2 * np.pi * k / n)
            tr = c * orr[k] - s * oi[k]
            ti = c * oi[k] + s * orr[k]
            re[k], im[k] = er[k] + tr, ei[k] + ti
            re[k + n // 2], im[k + n // 2] = er[k] - tr, ei[k] - ti


def _views(v, s):
    v *= s
    if len(v) > 1:
        _views(v[1:], s * 1.1)
        v[0] = v[0] * v[1]


def _hanoi(k, a, b, c):
    if k > 0:
        _hanoi(k - 1, a, c, b)
        b.append(a.pop())
        _hanoi(k - 1, c, b, a)


def _ret(x, i):
    if i < len(x):
        x[i] = x[i] ** 2
        return _ret(x, i + 1)
    return x


def _rows(rows, i, x):
    if i < len(rows):
        rows[i].append(x[i] ** 2)
        _rows(rows, i + 1, x)


def _build(order, i, n):
    if i < n:
        order.append(i)
        _build(order, i + 2, n)


def _even(i, x, log):
    log.append(x[i] ** 2)
    if i + 1 < len(x):
        _odd(i + 1, x, log)


def _odd(i, x, log):
    log.append(x[i] * 3)
    if i + 1 < len(x):
        _even(i + 1, x, log)


def _nested_products(x, n):
    s = 0.0
    for v in x[::-1]:
        s = v * (s + x[0])
    return s * x[0] * x.sum()


@program((X, 5))
def fill(x, n):
    """Each call writes an element, and leaves the rest to the next."""
    y = x * 1.5
    _fill(y, 0)
    return (y * y).sum()


@program((X, 5))
def prefix(x, n):
    """Each element is multiplied by the one before, which has just been written."""
    y = x * 1.5
    _prefix(y, 1)
    return y.sum() + y[0] * y[2]


@program((X, 5), same_as=lambda x, n: (x[1:] ** 2).sum() * x[0] + x[0] ** 3)
def direct(x, n):
    """The function itself writes to its argument, which its caller sees."""
    if n > 0:
        x[n - 1] = x[n - 1] ** 2 * x[0]
        return direct(x, n - 1)
    return x.sum()


@program((X, 5))
def fib(x, n):
    """A memo that is passed on."""
    return _fib(6, {}, x)


@program((X, 5))
def fib_closure(x, n):
    """A memo that is a variable around the function."""
    memo = {}

    def f(k):
        if k < 2:
            return x[k]
        if k not in memo:
            memo[k] = f(k - 1) * 0.5 + f(k - 2) ** 2
        return memo[k]

    return f(6)


@program((X, 5))
def collect(x, n):
    """Results are appended to a list around the function."""
    out = []

    def walk(i, s):
        if i >= n:
            out.append(s)
            return
        walk(i + 1, s)
        walk(i + 2, s * x[i])

    walk(0, x[0])
    return sum(v * v for v in out)


@program((X, 5))
def counter(x, n):
    """A sum in a `nonlocal` variable."""
    total = 0.0

    def walk(i):
        nonlocal total
        if i < n:
            total += x[i] * (total + 1)
            walk(i + 1)

    walk(0)
    return total


@program((X, 5))
def merge_sort(x, n):
    """Halves are copied, sorted, and merged in place."""
    y = np.cos(x)
    _merge_sort(y)
    return (y * np.arange(n)).sum()


@program((X, 5))
def fft(x, n):
    """The butterfly of the fast Fourier transform, real and imaginary part in two arrays."""
    re = np.zeros(8)
    im = np.zeros(8)
    re[:5] = x * x
    _fft(re, im)
    return (re**2 * np.arange(8)).sum() + (im * re).sum()


@program((X, 5))
def views(x, n):
    """It writes to a view of its argument."""
    y = x * 1.0
    _views(y, x[0])
    return (y * y).sum()


@program((X, 5))
def method(x, n):
    """A method that keeps a memo and counts its calls."""
    t = _Memo(x)
    return t.f(5) + t.calls * x[0]


@program((X, 5))
def hanoi(x, n):
    """Three lists that change places from call to call."""
    a, b, c = [x[0], x[1], x[2] ** 2], [], []
    _hanoi(3, a, b, c)
    return sum(v * (i + 1) for i, v in enumerate(b)) + len(a) + len(c)


@program((X, 5))
def returned(x, n):
    """It returns the array that it has written to, which is written to again."""
    y = x * 2
    z = _ret(y, 0)
    z[0] = z[0] * x[1]
    return (y * z).sum()


@program((X, 5))
def quicksort(x, n):
    """In place, by swaps."""

    def sort(v, lo, hi):
        if lo < hi:
            p = v[hi]
            i = lo
            for j in range(lo, hi):
                if v[j] < p:
                    v[i], v[j] = v[j], v[i]
                    i += 1
            v[i], v[hi] = v[hi], v[i]
            sort(v, lo, i - 1)
            sort(v, i + 1, hi)

    y = np.sin(x * 3)
    sort(y, 0, n - 1)
    return (y * np.arange(n)).sum()


@program((X, 5), same_as=lambda x, n: 8 * x[0] ** 2 * x[1] ** 3 + 2 * (x[1:] ** 2).sum())
def swapped(x, n):
    """Two arrays that change places from call to call."""

    def f(a, b, k):
        if k > 0:
            a[0] = a[0] * b[1]
            f(b, a, k - 1)

    y, z = x * 1.0, x * 2.0
    f(y, z, 3)
    return (y * z).sum()


@program((X, 5))
def backtrack(x, n):
    """What has been appended is taken back."""
    best = []
    path = []

    def go(i, s):
        if i == n:
            best.append(s + sum(path))
            return
        path.append(x[i] * i)
        go(i + 1, s + x[i])
        path.pop()
        if i % 2 == 0:
            go(i + 1, s * 0.5)

    go(0, x[0])
    return sum(b * b for b in best)


@program((X, 5))
def rows_read(x, n):
    """Lists in a list grow."""
    rows = [[x[0]], [x[1]], []]
    _rows(rows, 0, x)
    return sum(rows[0]) ** 2 * sum(rows[1])


@program((X, 5))
def ints_nested(x, n):
    """A nested function of which nothing is differentiated."""
    order = []

    def build(i):
        if i < n:
            order.append(i)
            build(i + 2)

    build(0)
    return sum(x[i] ** 2 for i in order)


@program((X, 5))
def ints(x, n):
    """A function of which nothing is differentiated."""
    order = []
    _build(order, 0, n)
    return sum(x[i] ** 2 for i in order)


@program((X, 5))
def in_loop(x, n):
    """Called in a loop, on an array that has been written to otherwise."""
    y = np.zeros(n)
    s = 0.0

    def f(v, i, a):
        if i < n:
            v[i] += a * x[i]
            f(v, i + 1, a * x[0])

    for t in range(3):
        f(y, t, x[t])
        s += (y * y).sum()
        y[0] *= x[1]
    return s


@program((X, 5), same_as=lambda x, n: x[0] ** 2 + (x[1:] ** 3).sum())
def in_branch(x, n):
    """Called on one side of a test."""
    y = x * 1.0

    def f(v, i):
        if i < n:
            v[i] = v[i] ** 2
            f(v, i + 1)

    if x[0] > 0.5:
        f(y, 1)
    else:
        y[0] = 1.0
    return (y * x).sum()


@program((X, 5))
def overwritten_after(x, n):
    """What it has written is overwritten, and then written again."""
    y = x * 1.0

    def f(v, i):
        if i < n:
            v[i] = np.sin(v[i]) * v[i - 1]
            f(v, i + 1)

    f(y, 1)
    z = y * y
    y[:] = 0.0
    f(y, 1)
    return z.sum() + y.sum()


@program((X, 5), same_as=lambda x, n: ((x**4 + 2 * x) ** 2 + x).sum() * 1e-9)
def twice(x, n):
    """It calls itself twice, and writes in between."""
    y = x * 1.0

    def f(v, k):
        if k > 0:
            v *= v
            f(v, k - 1)
            v += x
            f(v, k - 1)

    f(y, 2)
    return y.sum() * 1e-9


@program((X, 5))
def row_of_matrix(x, n):
    """On rows, a column, and a row of the transpose."""
    A = np.outer(x, x)

    def f(v, i):
        if i < n:
            v[i] = v[i] * x[i]
            f(v, i + 1)

    for row in A:
        f(row, 1)
    f(A[:, 0], 0)
    f(A.T[1], 2)
    return (A * A).sum() * 1e-3


@program((X, 5), refused=MutationError)
def item_of_list(x, n):
    """On lists in a list, which get longer."""
    rows = [[x[i], x[i] ** 2] for i in range(n)]

    def f(v, k):
        if k > 0:
            v.append(v[-1] * x[0])
            f(v, k - 1)

    for i in range(3):
        f(rows[i], i)
    return sum(sum(r) for r in rows)


@program((X, 5))
def tree_sum(x, n):
    """A tree of dicts, and a list of results."""
    tree = {"v": 0, "kids": [{"v": 1, "kids": []}, {"v": 2, "kids": []}]}
    out = []

    def walk(t, d):
        out.append(x[t["v"]] * d)
        for k in t["kids"]:
            walk(k, d * 2)

    walk(tree, 1.0)
    return sum(o * o for o in out)


@program((X, 5))
def mutual_global(x, n):
    """Two functions that call each other."""
    log = []
    _even(0, x, log)
    return sum(v * v for v in log)


@program((X, 5), same_as=_nested_products)
def result_and_write(x, n):
    """The result depends on what is there before the write, and after."""
    y = x * 1.0

    def f(v, i):
        if i >= n:
            return 0.0
        old = v[i]
        v[i] = old * x[0]
        return old * f(v, i + 1) + v[i]

    s = f(y, 0)
    return s * y.sum()


@program((X, 5))
def empty(x, n):
    """There is nothing to write to."""
    y = x[:0] * 1.0

    def f(v, i):
        if i < len(v):
            v[i] = v[i] * 2
            f(v, i + 1)

    f(y, 0)
    return y.sum() + x[0]


@program((X, 5))
def not_run(x, n):
    """The write does not happen."""
    y = x * 1.0

    def f(v, i):
        if i > 100:
            v[0] = 0.0
            f(v, i - 1)

    f(y, 0)
    return (y * y).sum()


@program((X, 5), refused=MutationError)
def same_twice(x, n):
    """One array is passed twice."""
    y = x * 1.0

    def f(a, b, k):
        if k > 0:
            a[0] = a[0] * b[1]
            f(b, a, k - 1)

    f(y, y, 2)
    return y.sum()


@program((X, 5), refused=MutationError)
def rows_named(x, n):
    """A list in the list has a name of its own, which is read afterwards."""
    rows = [[x[0]], [x[1]], []]
    r = rows[0]
    _rows(rows, 0, x)
    return sum(r) ** 2 * sum(rows[1])


@program((X, 5), refused=MutationError)
def stored(x, n):
    """It puts one argument into another."""
    y = x * 1.0
    keep = []

    def f(v, i):
        if i < n:
            keep.append(v)
            f(v, i + 1)

    f(y, 0)
    y[0] = x[1] ** 2
    return sum(k[0] for k in keep)


@program((X, 5), refused=UnsupportedSyntaxError)
def attribute(x, n):
    """An object of a class inside the function."""

    class A:
        pass

    class B:
        def __init__(self):
            self.v = x * 1.0
            self.s = []

    b = B()

    def f(o, i):
        if i < n:
            o.v[i] *= x[0]
            o.s.append(o.v[i])
            f(o, i + 1)

    f(b, 1)
    return (b.v**2).sum() + sum(b.s)


@program((X, 5), refused=UnsupportedSyntaxError)
def mutual(x, n):
    """Two nested functions that call each other."""
    log = []

    def even(i):
        log.append(x[i] ** 2)
        if i + 1 < n:
            odd(i + 1)

    def odd(i):
        log.append(x[i] * 3)
        if i + 1 < n:
            even(i + 1)

    even(0)
    return sum(v * v for v in log)


def _add_to_rows(i, a, s, rows):
    if i >= len(rows):
        return
    rows[i][0] += a[i] * s
    _add_to_rows(i + 1, a, s, rows)


def _paths(i, j, a, memo):
    if i < 0 or j < 0:
        return a[0]
    if memo[i][j] != 0.0:
        return memo[i][j]
    memo[i][j] = _paths(i - 1, j, a, memo) * a[1] + _paths(i, j - 1, a, memo)
    return memo[i][j]


class Grid:
    """Rows of floats."""

    def __init__(self, n):
        self.rows = [[0.0] * n for _ in range(n)]

    def fill(self, i, j, v):
        """One place, and the empty ones after it."""
        if i >= len(self.rows) or j >= len(self.rows) or self.rows[i][j] != 0.0:
            return
        self.rows[i][j] = v
        self.fill(i + 1, j, v * 2)
        self.fill(i, j + 1, v * 3)


def _move(n, source, target, other, pegs, x):
    if n == 0:
        return
    _move(n - 1, source, other, target, pegs, x)
    pegs[target].append(pegs[source].pop() * x)
    _move(n - 1, other, target, source, pegs, x)


def _eliminate(rows, k):
    if k == len(rows):
        return
    for i in range(k + 1, len(rows)):
        rows[i][k] = rows[i][k] / rows[k][k]
        for j in range(k + 1, len(rows)):
            rows[i][j] -= rows[i][k] * rows[k][j]
    _eliminate(rows, k + 1)


@program((np.array([0.4, 0.7, 1.2]), 0.6))
def rows_in_recursions(a, s):
    """Items of rows that are items: sums, a table of paths, a flood, towers, and an elimination."""
    rows = [[0.0], [0.0]]
    _add_to_rows(0, a, s, rows)
    paths = _paths(1, 1, a, [[0.0] * 3 for _ in range(3)])
    grid = Grid(2)
    grid.fill(0, 0, a[0] * s)
    pegs = [[a[0], a[1]], [], []]
    _move(2, 0, 2, 1, pegs, a[2])
    matrix = [[a[0] + 2, a[1], s], [a[2], 3.0, a[0]], [1.0, s, 5.0]]
    _eliminate(matrix, 0)
    total = sum((i + 1) * v for row in matrix for i, v in enumerate(row))
    return rows[0][0] * rows[1][0] + paths + grid.rows[1][1] + pegs[2][0] * pegs[2][1] + total


def _scale_copies(i, rows, s):
    if i >= len(rows):
        return
    copied = list(rows)
    copied[i][0] *= s
    _scale_copies(i + 1, rows, s)


@program((np.array([0.4, 0.7]), 0.6), refused=MutationError)
def rows_of_a_copy_in_a_recursion(a, s):
    """The rows are those of the argument, and not known to be."""
    rows = [[a[0]], [a[1]]]
    _scale_copies(0, rows, s)
    return rows[0][0] + 2 * rows[1][0]
