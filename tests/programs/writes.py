"""Writes in place: to elements, slices and views of arrays, and to lists, under one name and under several."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from programs.harness import program

X = np.array([0.3, 0.7, 1.1, -0.4, 0.9])


@program((X,))
def one_after_the_other(x):
    """Elements are written, and read by what is written next."""
    y = np.zeros(3)
    y[0] = x[1] * x[2]
    y[1] = y[0] * x[0]
    return np.sum(y * y)


@program((X,))
def append_each(x):
    """A list grows in a loop."""
    ys = []
    for v in x:
        ys.append(v * v)
    return ys[0] * ys[1] + ys[2]


@program((X,))
def history(x):
    """Each state is written after the one that it is made from."""
    h = np.zeros(len(x) + 1)
    for t in range(len(x)):
        h[t + 1] = np.sin(h[t]) + x[t]
    return h[-1]


@program((X,))
def inner_points(x):
    """A stencil reads what it writes."""
    x = x.copy()
    for _ in range(3):
        x[1:-1] = x[1:-1] + 0.1 * (x[2:] - 2 * x[1:-1] + x[:-2]) ** 2
    return np.sum(x**2)


@program((X,))
def table_of_lists(x):
    """Lists in a list, filled row by row."""
    n = 4
    g = [[0.0] * n for _ in range(3)]
    for i in range(3):
        for j in range(n):
            g[i][j] = x[j] * x[i] + (g[i - 1][j] ** 2 if i else 0.0)
    return g[2][1] * g[2][3] + g[1][0]


@program((X,))
def two_buffers(x):
    """They change names after each step."""
    u = x.copy()
    v = np.zeros_like(x)
    for t in range(4):
        v[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) ** 2
        v[0] = u[0] * u[1]
        v[-1] = u[-1]
        u, v = v, u
    return np.sum(u**2)


@program((X,))
def two_names(x):
    """One array under two names."""
    y = x.copy()
    z = y
    z[1] = x[0] * 3
    y[2] = z[1] * y[0]
    return np.sum(y * z)


@program((X,))
def through_a_view(x):
    """A view is written to, and then what it shows."""
    y = x * 2
    w = y[1:4]
    w[0] = x[4] ** 2
    y[2] *= 3.0
    return np.sum(w**2) + y[1]


@program((X,))
def augmented(x):
    """Every one of these is in place."""
    y = x + 1
    y += x
    y *= x
    y -= 1.0
    y **= 2
    return np.sum(y)


@program((X,))
def exchanged(x):
    """Elements by index arrays, and by unpacking."""
    y = x * 1.0
    y[[0, 1]] = y[[1, 0]]
    y[2], y[3] = y[3], y[2]
    return np.sum(y * np.arange(5.0) * x)


@program((X,))
def twice_the_same_index(x):
    """The last value counts."""
    y = np.zeros(3)
    y[[0, 0, 1]] = x[:3] ** 2
    return np.sum(y * np.array([1.0, 2.0, 3.0]))


@program((X,))
def read_before_it_is_overwritten(x):
    """The product needs what is gone."""
    y = x * x
    z = y * y
    y[:] = 0.0
    return np.sum(z) + np.sum(y)


@program((X,))
def on_one_side(x):
    """What is written depends on the way."""
    y = x * x
    if x[0] > 0:
        y[1] = x[0]
    else:
        y[0] = 1.0
    return np.sum(y**2)


@program((X,))
def by_a_mask(x):
    """The mask comes from what is written."""
    y = x * 2
    y[y < 0] = x[0] ** 2
    return np.sum(y**2)


@program((X,))
def items_of_a_list(x):
    """By index from both ends."""
    a = [x[0], x[1], 2.0]
    a[1] = a[0] * a[1]
    a[-1] = a[1] ** 2
    return a[0] + a[1] * a[2]


@program((X,))
def held_by_a_tuple(x):
    """The tuple holds the array that is written to."""
    y = x * 2
    t = (y, x)
    y[0] = x[1] ** 2
    a, b = t
    return np.sum(a * b)


def helper(y, v):
    """Writes to its first argument."""
    y[0] = v * y[1]


@program((X,))
def by_a_helper(x):
    """The helper writes to its argument, and to a view."""
    y = x * 2
    helper(y, x[3])
    helper(y[1:], x[2])
    return np.sum(y**2)


@program((X,))
def by_a_nested_function(x):
    """The array is captured."""
    y = x * 2

    def f(i):
        y[i] = y[i] * x[0]

    for i in range(3):
        f(i)
    return np.sum(y**2)


@program((X,))
def cholesky(x):
    """Written out in loops."""
    a = np.outer(x, x) + 3 * np.eye(5)
    L = np.zeros((5, 5))
    for i in range(5):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, j] = np.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    return np.sum(np.log(np.diag(L))) + L[4, 0]


@program((X,))
def gauss_seidel(x):
    """Every new value is used at once."""
    u = x.copy()
    for it in range(3):
        for i in range(1, 4):
            u[i] = 0.5 * (u[i - 1] + u[i + 1]) - x[i] ** 2
    return np.sum(u * u)


@program((X,))
def new_in_each_round(x):
    """The array of one round is not that of another."""
    s = 0.0
    for i in range(3):
        t = np.zeros(2)
        t[0] = x[i] ** 2
        t[1] = t[0] * x[i + 1]
        s = s + t[1] * t[0]
    return s


@program((X,))
def rows_by_name(x):
    """Rows are views."""
    A = np.outer(x, x)
    for i in range(5):
        r = A[i]
        r[1] = r[0] * x[i]
        r *= 2.0
    return np.sum(A**2)


@program((X,))
def until_it_is_large(x):
    """Conditions read what is written."""
    y = x.copy()
    i = 0
    while i < 4 and y[i] < 5:
        y[i + 1] = y[i] * y[i + 1]
        i += 1
    return y[4] * y[i]


@program((X,))
def stopped_early(x):
    """A break in between."""
    y = x.copy()
    for i in range(4):
        if y[i] < 0:
            break
        y[i + 1] += y[i] ** 2
    return np.sum(y**2)


@program((X,))
def in_a_list_of_arrays(x):
    """An item of a list of arrays is written to."""
    ys = [x * k for k in range(3)]
    ys[1][0] = x[1] ** 2
    return sum([np.sum(y * y) for y in ys])


@program((X,))
def through_a_reshaped_view(x):
    """Only the view is read afterwards."""
    y = x * 2
    z = np.reshape(y, (5, 1))
    z[0, 0] = x[1] ** 2
    return np.sum(z**2)


@program((X,))
def held_list_grows(x):
    """A list in a list is the list itself."""
    s = []
    for v in x:
        s.append(v * v)
    t = [s]
    s.append(x[0])
    return t[0][-1] * t[0][1] * len(t[0])


@program((X,))
def one_of_two_arrays(x):
    """Only what was chosen is read afterwards."""
    a = x * 1.0
    b = x * 2.0
    c = a if x[0] > 0 else b
    c[0] = x[1] ** 2
    return np.sum(c**2)


@program((X,))
def in_each_row_of_a_list(x):
    """The arrays are put into the list when they are complete."""
    rows = []
    for i in range(3):
        r = x * i
        r[0] = x[3] ** 2
        rows.append(r)
    return np.sum(rows[0] ** 2) + np.sum(rows[2] * rows[1])


@program((X,))
def trajectory(x):
    """Copies are kept of what goes on changing."""
    kept = []
    u = x * 1.0
    for _ in range(3):
        kept.append(u.copy())
        u[0] = u[0] * x[1]
    return np.sum(kept[0] * kept[2])


@program((X,))
def given_back_by_a_nested_function(x):
    """What it gives back is the captured array."""

    def get():
        return y

    y = x * 2
    z = get()
    z[1] = x[0] ** 2
    return np.sum(y**2)


@program((X,))
def seen_by_a_view(x):
    """The view was made before the write."""
    y = np.outer(x, x)
    s = y[1:3].T
    y[1, 2] = x[0]
    return np.sum(s**2)


@program((X,))
def item_of_a_dict(x):
    """The dict holds the array."""
    d = {"a": x * 2, "b": x * 3}
    d["a"][1] = x[0] ** 2
    return np.sum(d["a"] * d["b"])


@program((X,))
def renamed_in_each_round(x):
    """Another name for it, again and again."""
    y = x * 2
    n = 0
    while n < 3:
        z = y
        z[n] = z[n] ** 2
        n += 1
    return np.sum(y**2)


@program((X,))
def slices_of_a_matrix(x):
    """Rows, columns, steps, broadcasting."""
    y = np.zeros((3, 5))
    y[:] = x
    y[1] = x**2
    y[:, 2] *= 2
    y[2, ::2] += x[:3]
    return np.sum(y**3)


@program((X,))
def shifted(x):
    """Both sides overlap."""
    y = x * 1
    y[1:] = y[:-1]
    y[:-1] += y[1:] * x[1:]
    return np.sum(y * x)


@program((X,))
def counted_by_a_nested_function(x):
    """It writes to what it captures, in a loop."""
    acc = np.zeros(2)

    def add(i, v):
        acc[i % 2] += v

    for i in range(5):
        add(i, x[i] ** 2)
    return acc[0] * acc[1]


@program((X,))
def in_two_containers(x):
    """A tuple, and a list in it, hold the array that is written to."""
    y = x * 2
    z = (y, [y])
    y[0] = x[1] ** 2
    return np.sum(z[0] * z[1][0])


@program((X,))
def replaced_in_a_list(x):
    """The item that was read before it was replaced stays what it is."""
    xs = [x * 2]
    a = xs[0]
    xs.append(x**2)
    xs[0] = xs[1] * 3
    return np.sum(a * xs[0])


@program((X,))
def one_list_twice(x):
    """Both items are the same list."""
    r = [x[0], x[1]]
    rows = [r, r]
    rows[0][1] = x[2] ** 2
    return rows[1][1] * x[1]


@program((X,))
def helper_gives_its_argument_back(x):
    """What it gives back is what it has written to."""
    y = x.copy()

    def f(a, b):
        a[0] = b[0] ** 2
        return a

    z = f(y, x)
    z[1] = 3.0 * x[2]
    return np.sum(y * z)


def largest_twice(b):
    """What its pullback needs is the argument."""
    return np.sin(b[1] if b[0] > 0.2 else b[2]) * np.sum(b * b)


def shifted_by(b, t):
    """What its pullback needs is the result."""
    return np.exp(b + t)


@program((X,))
def written_after_a_call(x):
    """The callee's argument and result are overwritten when the callee is done."""
    y = x * 1.0
    s = largest_twice(y)
    z = shifted_by(y, 0.5)
    t = np.sum(z)
    y[:] = 1.0
    z[:] = 2.0
    return s * t + np.sum(y * z)


@program((X,))
def part_of_a_dict_in_a_loop(x):
    """The dict, and the array under its own name."""
    y = x * 1.0
    d = {"k": y}
    for i in range(3):
        d["k"][i] = x[i] ** 2
    return np.sum(d["k"] ** 2) + y[0]


@program((X,))
def helper_gives_a_view_back(x):
    """The view is of what it has written to."""
    y = x * 1.0

    def g(z):
        z[0] = 2.0 * z[1]
        return z[1:]

    w = g(y)
    w[1] = x[0] ** 3
    return np.sum(y * y)


@program((X,))
def written_before_a_merge(x):
    """The merged array is written to again."""
    y = x * 1.0
    if x[0] > 0.0:
        y[0] = 1.0
        z = y
    else:
        z = x * 3.0
    z[1] = x[2] ** 2
    return np.sum(z * z)


@program((X,))
def each_array_of_a_list(x):
    """By index, and augmented as a whole."""
    rows = [x * k for k in range(3)]
    for i in range(3):
        rows[i][0] = x[i] ** 2
        rows[i] += 1.0
    return sum([np.sum(r * r) for r in rows])


@program((X,))
def rows_and_elements(x):
    """Rows are replaced, then parts of them."""
    A = np.zeros((3, 5))
    for i in range(3):
        A[i] = x * i
        A[i, 0] += x[1] ** 2
        A[i][1] *= x[2]
    return np.sum(A**2)


@program((X,))
def one_of_a_history(x):
    """An item of the list is written to when it is complete."""
    hist = []
    s = np.zeros(5)
    for i in range(4):
        s = s + x * i
        hist.append(s)
    hist[2][1] = x[0] ** 2
    return sum([np.sum(h * h) for h in hist])


@program((X,))
def running_maximum(x):
    """An empty array is filled."""
    y = np.empty(5)
    y[0] = x[0]
    for i in range(1, 5):
        y[i] = max(y[i - 1], x[i]) * 0.9
    return np.sum(y**2)


@program((X,))
def rows_exchanged_as_values(x):
    """Both rows are computed before either is written."""
    y = np.array([[x[0], x[1]], [x[2], x[3]]])
    y[0], y[1] = y[1] * 2, y[0] * 3
    return np.sum(y[0] * y[1])


@program((X,))
def views_exchanged(x):
    """The second write sees the first."""
    y = x * 1.0
    y[0], y[1] = y[1], y[0]
    y[1:3], y[3] = y[3], y[1]
    return np.sum(y * y * x)


@program((X,))
def thomas(x):
    """The tridiagonal algorithm, two sweeps."""
    n = len(x)
    c = np.zeros(n)
    d = np.zeros(n)
    c[0] = 0.5 / 2.0
    d[0] = x[0] / 2.0
    for i in range(1, n):
        m = 2.0 - 0.5 * c[i - 1]
        c[i] = 0.5 / m
        d[i] = (x[i] - 0.5 * d[i - 1]) / m
    s = np.zeros(n)
    s[-1] = d[-1]
    for i in range(n - 2, -1, -1):
        s[i] = d[i] - c[i] * s[i + 1]
    return np.sum(s**2)


@program((X,))
def de_casteljau(x):
    """In a list, in place."""
    beta = [x[0], x[1], x[2], x[3]]
    n = len(beta)
    for j in range(1, n):
        for k in range(n - j):
            beta[k] = beta[k] * 0.7 + beta[k + 1] * 0.3
    return beta[0] ** 2


@program((X,))
def binomial_tree(x):
    """Backwards through a list."""
    V = [0.0] * 5
    for i in range(5):
        V[i] = max(x[i], 0.0)
    for t in range(4, 0, -1):
        for i in range(t):
            V[i] = 0.98 * (0.5 * V[i] + 0.5 * V[i + 1])
    return V[0]


@dataclass
class Holder:
    """Has an array."""

    u: np.ndarray
    k: float = 2.0

    def bump(self, v):
        """Writes to the array."""
        self.u[0] += v
        return self.u


@program((X,))
def by_a_method(x):
    """A method writes to an array of an object."""
    y = x * 1.0
    p = Holder(y)
    p.bump(x[1] ** 2)
    return np.sum(p.u**2) * p.k + y[0]


@program((X,))
def in_a_namespace(x):
    """Its arrays are written to by attribute."""
    n = SimpleNamespace(a=x * 1.0, b=x * 2.0)
    n.a[1] = n.b[0] ** 2
    t = n.a
    n.b[2] = t[1]
    return np.sum(n.a * n.b)


@program((X,))
def before_an_object_is_copied(x):
    """The object was made before the write."""
    y = x * 1.0
    p = Holder(y)
    y[0] = x[1] ** 2
    q = Holder(p.u, 3.0)
    return np.sum(q.u**2) * q.k


@program((X,))
def under_a_with(x):
    """Within `with`, and read after it."""
    y = x * 1.0
    with np.errstate(all="ignore"):
        y[0] = x[1] ** 2
        z = y * y
        y[1] = 0.0
    return np.sum(z) + np.sum(y)


@program((X,))
def in_a_handler(x):
    """The handler writes to what its `try` has read."""
    y = x * 1.0
    try:
        z = y * y
        w = [1.0, 2.0][int(x[0] > 100) + 5]
    except IndexError:
        y[1] = x[0] ** 2
        z = y * 3.0
    return np.sum(z * y)


@program((X,))
def in_a_case(x):
    """The pattern says where."""
    y = x * 1.0
    match (x[0] > 0, 2):
        case (True, n):
            y[n] = y[1] ** n
        case _:
            y = y * 2
    return np.sum(y**2)


@program((X,))
def by_a_function_that_was_returned(x):
    """It keeps the buffer, and gives it back."""

    def make():
        buf = np.zeros(5)

        def put(i, v):
            buf[i] = v * buf[i - 1] + v
            return buf

        return put

    put = make()
    for i in range(1, 4):
        b = put(i, x[i])
    return np.sum(b**2)


@program((X,))
def rows_by_enumerate(x):
    """Each row of a new matrix."""
    a = np.zeros((2, 3))
    for i, row in enumerate([x[:3], x[2:]]):
        a[i] = row**2
        a[i, i] -= row[0]
    return np.sum(a**2)


@program((X,))
def view_of_what_was_renamed(x):
    """The view is of the old array."""
    y = x * 1.0
    z = y[1:]
    y = y * 2
    z[0] = 5.0
    return np.sum(y) + np.sum(z**2)


@program((X,))
def delay_line(x):
    """A buffer moves on with each item."""
    s = 0.0
    buf = np.zeros(2)
    for v in x:
        buf[1] = buf[0]
        buf[0] = v**2
        s += np.dot(buf, buf)
    return s


@program((X,))
def masks_and_index_arrays(x):
    """All in place."""
    y = x.copy()
    y[y > 0.5] *= 2.0
    y[np.array([0, 3])] += y[np.array([1, 2])] * x[0]
    y[1:4][::-1] *= np.array([1.0, 2.0, 3.0])
    return np.sum(y**2)


@program((X,))
def returned_early(x):
    """Two loops, and a way out."""
    y = np.zeros(5)
    for i in range(5):
        for j in range(i):
            y[i] += x[j] * y[j]
        y[i] += x[i]
        if y[i] > 100:
            return y[i]
    return np.sum(y**2)


@program((X,))
def stack_of_a_while(x):
    """The list is its own condition."""
    st = [x[0]]
    total = 0.0
    while len(st) < 4:
        top = st[-1]
        st.append(top * x[len(st)])
        total += top * st[-1]
    return total


@program((X,))
def name_for_the_last(x):
    """The array of the last round is written to in this one."""
    a = x * 1.0
    b = a
    for i in range(3):
        a = a * 1.1
        a[i] = b[i] ** 2
        b = a
    return np.sum(a * b)


class Worker:
    """Has a buffer of its own."""

    def __init__(self, w):
        self.w = w
        self.buf = np.zeros(3)

    def step(self, x):
        """Writes to the buffer, and gives it back."""
        self.buf[0] = x[0] * self.w[1]
        self.buf[1] += self.buf[0] ** 2
        return self.buf


@program((X,))
def buffer_of_an_object(x):
    """A method writes to it in each round."""
    worker = Worker(x * 2)
    for _ in range(3):
        worker.step(x)
    return np.sum(worker.buf)
