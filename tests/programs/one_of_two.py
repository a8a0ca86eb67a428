"""Writes to what is one of two objects, as a test has it."""

import numpy as np

from programs.harness import program
from s2s_ad import MutationError

V = np.array([0.5, 1.2, -0.7, 2.0])


class Bag:
    """Two arrays."""

    def __init__(self, a, b):
        self.a, self.b = a, b


def _even_and_odd(x):
    return (x[1] ** 2 + x[1] + x[3] ** 2 + x[3]) * (x[0] ** 2 + x[0] + x[2] ** 2 + x[2])


@program((V,), same_as=_even_and_odd)
def two_lists(x):
    """Each value goes to one of two lists."""
    odd, even = [], []
    for i, v in enumerate(x):
        chosen = odd if i % 2 else even
        chosen.append(v * v)
        (odd if i % 2 else even).append(v)
    return sum(odd) * sum(even)


def _second_replaced(x, first):
    replaced = np.stack([x[0] * (1 if first else 2), x[2], x[2] * (1 if first else 2), x[3] * (1 if first else 2)])
    return replaced @ (x * 2 if first else x) + 0.5 * np.sum(replaced)


@program((V, True), (V, False), same_as=_second_replaced)
def one_of_two_arrays(x, first):
    """Read by all three names afterwards."""
    y, z = x.copy(), x * 2
    chosen = y if first else z
    chosen[1] = x[2]
    return y @ z + 0.5 * chosen.sum()


@program((V, True), (V, False))
def written_by_all_names(x, first):
    """Under its own name and under that of the choice, in turn."""
    y, z = x.copy(), x * 2
    chosen = y if first else z
    chosen[1:] *= x[2]
    chosen += x[0]
    start = chosen[:2]
    start[0] = x[3]
    y[3] = x[0]
    z[2] *= 2
    return y + z * chosen


@program((V,))
def chosen_anew(x):
    """In a loop, and by one test after another."""
    y, z = x.copy(), x * 2
    for i in range(4):
        chosen = y if x[i] > 1 else z
        chosen[i] = chosen[i - 1] * x[i]
        if i > 1:
            chosen = y
        chosen *= 0.9
    return y - z


@program((V,))
def the_names_go_on(x):
    """What the names and the test stand for later does not matter."""
    y, z, test = x.copy(), x * 2, x[0] > 0
    chosen = y if test else z
    test, y = False, y * 3
    chosen[1] = x[2] * y[1]
    return chosen + z * y


class _Cell:
    def __init__(self, v):
        self.v, self.log = v, [v[0]]

    def grow(self, t):
        self.v = self.v * t
        self.log.append(t)


@program((V,))
def one_of_two_objects(x):
    """A method that sets an attribute, and writes to another."""
    a, b = _Cell(x), _Cell(x * 2)
    for i in range(3):
        (a if x[i] > 0 else b).grow(x[i])
    return a.v * b.v + sum(a.log) - sum(b.log)


@program((V,), (V[::-1],))
def sorted_names(x):
    """Two choices by one test, written as an exchange."""
    a, b = [x[0]], [x[1]]
    low, high = (a, b) if x[0] < x[1] else (b, a)
    low.append(x[2])
    high.append(x[3])
    high[0] *= 2
    return sum(a) * sum(b) ** 2 * sum(low)


@program((V,), (-V,))
def a_row_or_a_copy(x):
    """One of them is a view of an array that is read afterwards."""
    a = x.copy()
    tail, copy = a[1:], x[:3] * 1.0
    chosen = tail if x[0] > 0 else copy
    chosen[0] = x[3]
    chosen[1:] += x[:2]
    return a * np.append(copy, 1.0) + np.append(tail, 0.0)


@program((V,))
def one_of_two_dicts(x):
    """Dicts with keys that are known late."""
    up, down = {}, {}
    for i, v in enumerate(x):
        side = up if v > 1 else down
        side[i] = v * v
    return sum(up.values()) * 2 + sum(down.values())


def _filled(out, v):
    out[0] = v
    out[2:] += out[0]
    return out


@program((V,), (-V,))
def passed_on(x):
    """A function that writes to its argument and gives it back."""
    y, z = x.copy(), x * 2
    chosen = y if x[0] > 0 else z
    again = _filled(chosen, x[3])
    again *= x[0]
    return y * z


@program((V,), (-V,))
def in_a_while_loop(x):
    """Chosen outside of the loop that writes."""
    y, z = x.copy(), x * 2
    chosen = y if x[0] > 0 else z
    i = 0
    while i < 3:
        chosen[i] = chosen[i + 1] * x[i]
        i += 1
    return y + z * 0.3


@program((V,))
def one_of_three_lists(x):
    """By `elif`: the second test is known after the `if` as well."""
    low, middle, high = [], [], []
    for v in x:
        if v < 0:
            bucket = low
        elif v < 1:
            bucket = middle
        else:
            bucket = high
        bucket.append(v * v)
    return sum(low) + 2 * sum(middle) + 3 * sum(high) * sum(middle)


@program((V,), (-V,), (V[::-1],))
def one_of_four_arrays(x):
    """Each test on its own side, and reads and writes by all names."""
    a, b, c, d = x.copy(), x * 2, x * 3, x * 4
    chosen = (a if x[1] > 0 else b) if x[0] > 0 else (c if x[2] > 0 else d)
    chosen[0] = x[3]
    chosen *= x[1]
    a[1] += chosen[0]
    total = chosen + a
    chosen[2:] = total[:2]
    return a * b + c * d + chosen


@program((V,))
def chosen_and_written_inside(x):
    """A side writes to what it has chosen, by a test that depends on what it computes."""
    a, b, c = x.copy(), x * 2, x * 3
    for i in range(4):
        if x[i] > 1:
            chosen = a
        else:
            k = x[i] * 2
            chosen = b if k > 0.2 else c
            chosen[0] += k
        chosen[i] = chosen[i - 1] * x[i]
    return a * b - c


def _buffers_plain(x):
    now = x
    for _ in range(3):
        now = np.concatenate([[now[0]], now[2:] - now[:-2], [now[-1] * x[1]]])
    return now @ now


@program((V,), same_as=_buffers_plain)
def buffers_exchanged_in_a_while(x):
    """Two buffers in turn, in a loop that may end anywhere."""
    now, then, i = x * 1.0, np.empty_like(x), 0
    while i < 3:
        then[1:-1] = now[2:] - now[:-2]
        then[0] = now[0]
        then[-1] = now[-1] * x[1]
        now, then = then, now
        i += 1
    return np.sum(now**2)


@program((V,), same_as=lambda x: (x[0] + x[0] * x[1]) * 2 + x[1] + x[3] * x[0])
def rows_exchanged_in_some_rounds(x):
    """Lists that change their names by a test, and are made longer."""
    a, b = [x[0]], [x[1]]
    for i in range(4):
        if i % 3 == 1:
            a, b = b, a
        if i in (0, 3):
            a.append(x[i] * b[0])
    return sum(b) * 2 + sum(a)


@program((V,))
def arrays_exchanged_in_some_rounds(x):
    """Arrays that change their names by a test, and are written to."""
    u, v = x * 1.0, x * 2.0
    for i in range(3):
        if x[i] > 0.6:
            u, v = v, u
        u[i] = v[i] * 2
    return np.sum(u) + np.sum(v**2)


def _row_scaled(x, first):
    a = np.outer(x, x) * (1 + np.eye(4)[0 if first else 1][:, None] * x)
    return np.sum(a**2) * np.sum(a[0 if first else 1])


@program((V, True), (V, False), same_as=_row_scaled)
def one_of_two_rows(x, first):
    """Two views of one array."""
    a = np.outer(x, x)
    row = a[0] if first else a[1]
    row *= 1 + x
    return np.sum(a**2) * np.sum(row)


@program((V, True), (V, False))
def a_row_or_a_column(x, first):
    """Views that have elements in common, and what they are views of, written to in turn."""
    a = np.outer(x, x)
    line = a[0] if first else a[:, 1]
    a *= 2
    line -= x
    a[0, 0] = x[3]
    return np.sum(a * line)


@program((V, 0.1), (V, 0.6), (V, 0.95))
def one_of_three_views(x, s):
    """Views of two arrays, one of them whole."""
    a, b = np.outer(x, x), x * 2
    if s > 0.9:
        line = a[2]
    elif s > 0.5:
        line = a[:, 1]
    else:
        line = b
    line *= x * s
    b += line
    return np.sum(a * a) + np.sum(b * line)


@program((V, True), (V, False))
def views_of_one_of_two_views(x, first):
    """Views of views, one of them reshaped."""
    a = np.outer(x, x)
    rows = a.T[1:] if first else a[1:].reshape(2, 6)
    row = rows[0]
    row *= x[1]
    rows[1][0] = x[1]
    return np.sum(a * a * x) + np.sum(rows * rows)


@program((V, True), (V, False))
def views_of_attributes(x, first):
    """What they are views of has left the object by then."""
    bag = Bag(x * 1, x * 2)
    half = bag.a[1:] if first else bag.b[:3]
    bag.a = x * 5
    half *= x[0]
    return np.sum(bag.a * bag.b) * np.sum(half)


@program((V,))
def a_row_of_each_round(x):
    """A test of each round, and loops in which that one is written to, and another one under its own name."""
    a, b = np.outer(x, x), x * 2
    for i in range(4):
        row = a[i] if x[i] > 0.6 else b
        for j in range(3):
            row[j] += x[i]
            b *= 1.1
    return np.sum(a * b)


def _halves(a, b, first):
    if first:
        return a[2:]
    return b[:2]


@program((V, True), (V, False))
def view_that_a_function_picks(x, first):
    """A function gives a view of one of its arguments."""
    a, b = x * 1, x * 2
    half = _halves(a, b, first)
    half *= x[:2]
    return np.sum(a * b) * np.sum(half)


@program((V.copy(), True), (V.copy(), False))
def view_of_the_argument(x, first):
    """The caller's array is written to under its own name."""
    half = x[1:] if first else x[:3]
    total = np.sum(half)
    x[1] = x[0] * x[3]
    return total + np.sum(half * half)


def _inner_choice(x, s):
    a, b, d = x * 3, np.ones(2), x * 2
    if s <= 0.5:
        return np.sum(a) * (s + 1) + np.sum(d * d)
    a = np.concatenate([[s], a[1:]])
    view = (a[1:] if s < 2 else d[:2]) * np.array([s, 1.0])
    if s < 2:
        return (a[0] + np.sum(view)) * np.sum(view) + np.sum(d * d)
    return np.sum(a) * np.sum(view) + np.sum(view * view) + d[2] ** 2


@program((V[:3].copy(), 0.3), (V[:3].copy(), 0.6), (V[:3].copy(), 3.0), same_as=_inner_choice)
def view_that_an_inner_if_chooses(x, s):
    """What it is a view of has been written to on the outer side."""
    a, b, d = x * 3, np.ones(2), x * 2
    if s > 0.5:
        a[0] = s
        if s < 2:
            b = a[1:]
        else:
            b = d[:2]
    b[0] *= s
    return np.sum(a) * np.sum(b) + np.sum(d * d)


@program((V.copy(), 0.6), refused=MutationError)
def view_of_what_the_side_has_made(x, s):
    """After the `if` it has no name of which it is known that it is the one."""
    a, b = x, np.ones(2)
    if s > 0.5:
        a = x * 2.0
        if s < 2:
            b = a[1:3]
    b[0] *= s
    return np.sum(a) * np.sum(b)
