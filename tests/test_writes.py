"""Writes in place that the caller sees, and those of which nobody can tell what they change: right, or refused."""

import numpy as np
import pytest

from s2s_ad import MutationError, grad, pullback, value_and_grad

X = np.array([0.3, 0.7, 1.1, -0.4, 0.9])


def overwritten(x):
    """Writes to its argument."""
    x[0] = x[1] * x[2]
    x[3:] *= x[1]
    return np.sum(x**2)


@pytest.mark.parametrize("run", [lambda x: pullback(overwritten, x), grad(overwritten), value_and_grad(overwritten)])
def test_the_caller_sees_what_plain_python_leaves(run):
    """Once, and the pullback changes nothing."""
    given, plain = X.copy(), X.copy()
    run(given)
    overwritten(plain)
    np.testing.assert_array_equal(given, plain)


def test_pullback_leaves_everything_as_it_is():
    """However often it is called."""
    x = X.copy()
    y, back = pullback(overwritten, x)
    after = x.copy()
    first, second = back(1.0)[1], back(1.0)[1]
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(x, after)
    assert y == np.sum(after**2)


def test_cotangent_is_that_of_what_was_given():
    """An element that is overwritten before it is read has none."""
    h = 1e-6
    expected = [(overwritten(X + h * e) - overwritten(X - h * e)) / (2 * h) for e in np.eye(5)]
    np.testing.assert_allclose(grad(overwritten)(X.copy()), expected, rtol=1e-7, atol=1e-9)


def test_lists_of_the_caller_grow():
    """Also where nothing of them is read."""
    seen = []

    def f(x, seen):
        seen.append(x * 2)
        return x * x

    assert grad(f)(3.0, seen) == 6.0
    assert seen == [6.0]


def merged(x):
    a, b = x * 1.0, x * 2.0
    c = a if x[0] > 0 else b
    c[0] = x[1] ** 2
    return np.sum(c**2) + a[0]


def held(x):
    rows, r = [], x * 1.0
    rows.append(r)
    r[0] = x[3] ** 2
    return np.sum(rows[0] ** 2)


def kept(x):
    states, u = [], x * 1.0
    for _ in range(3):
        states.append(u)
        u[0] = u[0] * x[1]
    return np.sum(states[0] * states[2])


def split(x):
    y = x[:4] * 2
    a, b = np.split(y, 2)
    y[0] = x[4] ** 2
    return np.sum(a * b)


def looped_over(x):
    y = x * 2
    for v in y:
        y[0] = v * x[1]
    return np.sum(y)


def reshaped(x):
    y = x * 2
    z = np.reshape(y, (5, 1))
    z[0, 0] = x[1] ** 2
    return np.sum(y**2)


def view_that_changes_its_name(x):
    a = x * 1.0
    c = a[::-1]
    for _ in range(3):
        a[3] = np.sin(a[-2] * x[0])
        c, a = a, c
    return np.sum(a * c)


def two_names_after_a_loop(x):
    y = b = x * 1.0
    for _ in range(4):
        y = np.tanh(y * x)
        b = y
    b[4] *= 1.3
    return np.sum(y * y) + np.sum(b * b)


def swapped_by_chance(x):
    u, v = x * 1.0, x * 2.0
    for i in range(3):
        if x[i] > 0.5:
            u, v = v, u
        u[i] = v[i] * 2
    return np.sum(u) + np.sum(v**2)


def repeated(x):
    rows = [[0.0] * 3] * 2
    rows[0][1] = x[0]
    return rows[1][1] * x[1]


def in_a_try(x):
    y = x * 2
    try:
        y[0] = x[1]
        y[7] = x[2]
    except IndexError:
        y[1] = 0.0
    return np.sum(y**2)


def recursive(x, n=2):
    if n > 0:
        x[n] = x[n] ** 2
        recursive(x, n - 1)
    return np.sum(x)


@pytest.mark.parametrize(
    "f",
    [
        merged,
        held,
        kept,
        split,
        looped_over,
        reshaped,
        swapped_by_chance,
        repeated,
        in_a_try,
        recursive,
        view_that_changes_its_name,
        two_names_after_a_loop,
    ],
)
def test_what_cannot_be_followed_is_refused(f):
    """With the place, the write, and what to do instead."""
    with pytest.raises(MutationError, match="hint: "):
        grad(f)(X.copy())


def test_arguments_that_share_memory_are_refused():
    """Where one of them is written to."""

    def f(a, b):
        a[0] = b[1] ** 2
        return np.sum(a * b)

    base = X.copy()
    grad(f)(base, X.copy())
    for a, b in ((base, base), (base[1:], base[:-1])):
        before = base.copy()
        with pytest.raises(MutationError, match="share memory"):
            grad(f)(a, b)
        np.testing.assert_array_equal(base, before)
    rows = [[1.0, 2.0]] * 2

    def g(rows):
        rows[0][1] = rows[1][0] * 3
        return rows[1][1]

    with pytest.raises(MutationError, match="one object"):
        grad(g)(rows)
