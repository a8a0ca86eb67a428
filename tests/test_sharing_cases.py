"""Programs in which it depends on a number what is one object: each is right for every number, or refused."""

from __future__ import annotations

import copy
import functools
import inspect
import sys
from collections import deque

import numpy as np
import pytest

from s2s_ad import ADError, pullback

X, Y = np.array([0.7, 1.2, 0.4]), np.array([1.1, 0.6, 1.4])


class Box:
    def __init__(self, v):
        self.v = v


# What is lost before a loop that may not run.
def lost_variable(x, y, k):
    a, b = x * 2.0, y * 1.0
    if x[0] > 0.5:
        b = a
    a *= y[1]
    for _ in range(k):
        b = x * 3
    return b @ x


def lost_list(x, y, k):
    a, b = [x[0]], [y[0]]
    if x[0] > 0.5:
        b = a
    a.append(x[1])
    for _ in range(k):
        b = [x[2]]
    return sum(b)


def lost_in_steps(x, y, k):
    a, b, c = x * 2.0, y * 1.0, y * 3.0
    if x[0] > 0.5:
        b = a
    a *= y[1]
    i = 0
    while i < k:
        c = b
        b = x * 3
        i += 1
    return b @ x + c @ y


def lost_in_a_box(x, y, k):
    a, b = x * 2.0, Box(y * 1.0)
    if x[0] > 0.5:
        b = Box(a)
    a *= y[1]
    for _ in range(k):
        b = Box(x * 3)
    return b.v @ x


def lost_part(x, y, k):
    c = Box(x * 2.0)
    b = c.v
    if k > 1:
        c.v = y * 2
    c.v *= y[1]
    for _ in range(k):
        b = x * 3
    return b @ x


def lost_part_of_a_box(x, y, k):
    a, c = x * 2.0, Box(y * 1.0)
    if x[0] > 0.5:
        c.v = a
    a *= y[1]
    for _ in range(k):
        c.v = x * 3
    return c.v @ x


# Deques whose items come to have other types.
def loop_over_a_deque(x, y, k):
    d, s = deque(), 0.0
    d.append(x[0] * x[1])
    for v in d:
        s += v * v
    return s


def deque_taken_apart(x, y, k):
    d = deque()
    for j in range(3):
        d.append(x[j])
    a, b, c = d
    return a * b + c * c


def deque_of_ints(x, y, k):
    d, e = deque([1, 2]), []
    d.append(x[k])
    e.extend(d)
    return sum(v * v for v in d) + sum(e) * y[0]


# What other items hold, put in at an index that is known late.
def array_of_another_item(x, y, k):
    os = [Box(x * 1.0), Box(y * 1.0)]
    os[k % 2].v = os[0].v
    os[0].v *= 2
    return os[0].v @ y + os[1].v @ x


def array_of_an_inner_list(x, y, k):
    xss = [[x * 1.0], [y * 1.0]]
    xss[k % 2].append(xss[0][0])
    xss[1][-1][0] = 5 * x[1]
    return xss[0][0] @ y + xss[1][0] @ x


def item_of_an_inner_list(x, y, k):
    xss = [[x * 1.0], [y * 1.0]]
    xss[k % 2][0] = xss[0][0]
    xss[0][0] *= 2
    return xss[0][0] @ y + xss[1][0] @ x


def array_of_a_dict_in_a_dict(x, y, k):
    m = {"a": Box(x * 1.0), "b": Box(y * 1.0)}
    m["ab"[k % 2]].v = m["a"].v
    m["a"].v[0] = 7.0
    return m["a"].v @ y + m["b"].v @ x


# One object under two names, whose part is replaced on one side, or written to in a loop.
class Renewed(Box):
    def renew(self, s):
        self.v = self.v * s
        return self


def one_object_in_a_branch(x, y, k):
    o, q = Renewed(x * 2.0), Renewed(x * x)
    if k:
        q = o.renew(0.5)
    o.v[1:] = o.v[:-1] * 2
    return o.v @ y + q.v @ (y + 1)


def part_is_a_view_of_another(x, y, k):
    d = {"p": x.reshape(-1), "q": x}
    for i in range(k):
        d["p"] *= x
        if x[2] > 0.2:
            return x[i] * y[0]
    return np.sum(x)


def view_out_of_a_try(x, y, k):
    z = x * 1.0
    a = z[::-1]
    try:
        s = a[k % 2]
        if s < 99:
            raise ValueError
        a = np.maximum(z, a)
    except ValueError:
        z = a
        a[0] += y[0]
    return z @ (y * y)


def view_of_a_branch_not_taken(x, y, k):
    v = y[::-1]
    if k > 9:
        v = x * v
    v[-1] = x[1]
    v *= 2
    return v @ v


# Dicts in a list whose keys are forgotten one after the other.
def dicts_at_late_keys(x, y, k):
    c = [{"a": x * 1.0, "b": y * 2.0}, {"a": x * y, "b": x * 3.0}]
    c[0]["ab"[k % 2]] = y * 1.0
    c[k % 2]["ab"[k % 2]] = y + 1.0
    return sum(2 * (e["a"] @ x) + e["b"] @ y for e in c)


def dicts_that_exchange(x, y, k):
    k = k % 2
    a, b = x * 1.0, y * 2.0
    c = [{"a": b.copy(), "b": a * 2.0}, {"a": a.copy(), "b": a.copy()}]
    c[0]["ab"[k]], c[1]["b"] = c[k]["a"], c[1]["a"]
    c[k]["ab"[k]] = y + 1.0
    c[k]["ab"[k]] = np.tanh(c[0]["ab"[k]])
    return sum(2 * (e["a"] @ x) + e["b"] @ y for e in c)


# Caches that forget, or tell calls apart.
def cache_that_forgets(x, y, k):
    c = x[0]

    @functools.lru_cache(maxsize=1)
    def f(n):
        return c * n

    s = f(2) + f(3)
    c = x[1]
    return s + f(2)


def cache_of_nothing(x, y, k):
    z = x * 1.0

    @functools.lru_cache(maxsize=0)
    def f(n):
        z[0] = 2 * z[0]
        return z[0] * n

    return f(3) + f(3) * y[0]


def calls_by_keyword(x, y, k):
    calls = []

    @functools.cache
    def f(n):
        calls.append(n)
        return x[0] * n

    return (f(3) + f(n=3)) * len(calls)


def default_left_out(x, y, k):
    calls = []

    @functools.cache
    def f(n, m=2):
        calls.append(n)
        return x[0] * n * m

    return (f(3) + f(3, 2)) * len(calls)


def cache_that_looks_at_types(x, y, k):
    @functools.lru_cache(maxsize=None, typed=True)
    def f(n, m):
        return x[0] if n is True else y[0] * n * m

    return f(1, 1) + f(True, 1)


def bool_beside_int(x, y, k):
    @functools.cache
    def f(n):
        return x[0] if n is True else y[0] * n

    return f(1) + f(True)


def number_of_numpy_beside_int(x, y, k):
    calls = []

    @functools.cache
    def f(n):
        calls.append(1)
        return x[0] * n

    return (f(1) + f(np.int64(1))) * len(calls)


def cache_with_a_match(x, y, k):
    @functools.cache
    def f(n):
        match n:
            case 0:
                return x[0]
            case _:
                return f(n - 1) * y[0]

    return f(k)


def cache_of_a_method(x, y, k):
    class Local:
        @functools.cache  # noqa: B019
        def f(self, n):
            return x[0] * n

    return Local().f(2)


def cache_that_is_cleared(x, y, k):
    @functools.cache
    def f(n):
        return x[0] * n

    s = f(2)
    f.cache_clear()
    return s + f(2)


# Variables that may have no value.
def unbound_and_written_to(x, y, k):
    if k:
        z = x * 1.0
    s = 0.0
    while s < 5:
        s += 1 + x[0]
        if k:
            z *= s
            s += z @ y
    return s


PROGRAMS = [
    f
    for _, f in inspect.getmembers(sys.modules[__name__], inspect.isfunction)
    if f.__module__ == __name__ and list(inspect.signature(f).parameters) == ["x", "y", "k"]
]


@pytest.mark.parametrize("k", [0, 1, 2])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_right_or_refused(program, k):
    """Value and gradient are those of plain Python, twice; or there is an error of ours."""
    try:
        value, back = pullback(program, X.copy(), Y.copy(), k)
        _, x_bar, y_bar, _ = back(1.0)
    except ADError:
        return
    assert value == program(X.copy(), Y.copy(), k)
    again = copy.deepcopy(back(1.0))
    for i, bar in enumerate((x_bar, y_bar)):
        np.testing.assert_array_equal(bar, again[1 + i])
        for step in 1e-6 * np.eye(3):
            ahead, behind = ([X + (i == 0) * s * step, Y + (i == 1) * s * step] for s in (1, -1))
            difference = (program(*ahead, k) - program(*behind, k)) / 2e-6
            np.testing.assert_allclose(bar @ step * 1e6, difference, rtol=1e-5, atol=1e-6)


def part_of_what_a_test_chose(x, k):
    """A view of what may be the argument."""
    a = x if k == 0 else np.exp(x)
    return a[:2], (a * a).sum()


def item_of_a_list(x, k):
    """The argument is another item."""
    items = [x, np.exp(x)]
    return items[k], items[k] * items[1]


def transposed_out_of_a_loop(x, k):
    """A view of what a loop leaves."""
    a = x
    for _ in range(k):
        a = np.exp(a)
    return a.T


@pytest.mark.parametrize("f", [part_of_what_a_test_chose, item_of_a_list, transposed_out_of_a_loop])
def test_results_that_are_cleared(f):
    """The pullback has what it needs for itself."""
    y, back = pullback(f, X.copy(), 1)
    parts = y if isinstance(y, tuple) else (y,)
    y_bar = tuple(np.ones_like(p) if isinstance(p, np.ndarray) else 1.0 for p in parts)
    y_bar = y_bar if isinstance(y, tuple) else y_bar[0]
    before = np.array(back(y_bar)[1])
    for part in parts:
        if isinstance(part, np.ndarray):
            part[...] = 0.0
    np.testing.assert_array_equal(back(y_bar)[1], before)
