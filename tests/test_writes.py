"""Writes in place that the caller sees, and those of which nobody can tell what they change: right, or refused."""

import functools

import numpy as np
import pytest

from s2s_ad import MutationError, UnsupportedSyntaxError, grad, pullback, value_and_grad

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
    c = [a, b][int(x[0] > 0)]
    c[0] = x[1] ** 2
    return np.sum(c**2) + a[0]


def kept(x):
    states, u = [], x * 1.0
    for _ in range(3):
        states.append(u)
        u[0] = u[0] * x[1]
    return np.sum(states[0] * states[2])


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


def repeated(x):
    rows = [[0.0] * 3] * 2
    rows[0][1] = x[0]
    return rows[1][1] * x[1]


def in_a_try(x):
    y = x * 2
    try:
        y[0], y[7] = x[1], x[2]
    except IndexError:
        y[1] = 0.0
    return np.sum(y**2)


@pytest.mark.parametrize(
    "f",
    [
        merged,
        kept,
        repeated,
        in_a_try,
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


M = np.arange(9.0).reshape(3, 3) / 7 + 0.1


def given(v):
    """Gives its argument back."""
    return v


def put(x, i):
    """Writes, and gives what it wrote."""
    x[i] = x[3] * 2
    return x[i]


def yields(x):
    """A generator that reads what others write."""
    for i in range(4):
        yield x[i]


def rows_of_a_comprehension(m):
    rows = [r for r in m]  # noqa: C416
    rows[1][0] = 9 * m[0, 0]
    return np.sum(m**2)


def rows_of_list(m):
    rows = list(m)
    m[1] = m[0] * 2
    return np.sum(rows[1] ** 2)


def mapped_rows(m):
    rows = list(map(lambda r: r[:2], m))  # noqa: C417
    m[2] = m[0] * 2
    return np.sum(rows[2] ** 2)


def largest_row(m):
    r = max(m, key=lambda r: r[0])
    m[2] = m[0] * 2
    return np.sum(r**2)


def zipped_rows(m):
    rows = list(zip(m, m.T, strict=True))
    m[2] = m[0] * 2
    return np.sum(rows[2][0] ** 2 * rows[1][1])


def last_row(m):
    r = functools.reduce(lambda _, b: b, m)
    r[0] = m[1, 2] * 2
    return np.sum(m**2)


def overlapping(m):
    parts = [m[i : i + 2] for i in range(len(m) - 1)]
    parts[0][1] *= 2
    return np.sum(parts[1] ** 2)


def indexed_by_an_array(m):
    i = np.array(1)
    v = m[i]
    m[1] = m[0] * 2
    return np.sum(v * v)


@pytest.mark.parametrize(
    "f",
    [
        rows_of_a_comprehension, rows_of_list, mapped_rows, largest_row, zipped_rows, last_row, overlapping,
        indexed_by_an_array,
    ],
)  # fmt: skip
def test_rows_that_are_kept_are_not_forgotten(f):
    """What was taken out of a matrix is still part of it."""
    with pytest.raises(MutationError, match="hint: "):
        grad(f)(M.copy())


def one_array_twice(x):
    z = x * 1
    rows = [z for _ in range(2)]
    rows[0][0] = 9 * x[1]
    return np.sum(rows[1] ** 2)


def pair(x):
    y = x * 2.0
    return y, y[1:]


def pair_of_a_callee(x):
    a, b = pair(x)
    a[1] = x[0] ** 2
    return np.sum(b**2)


def items_of_a_loop(x):
    y = x * 1.0
    t = 0.0
    for r in [y, y]:
        t = t + np.sum(r * r)
        r[0] = x[1] * r[1]
    return t


def generator_in_enumerate(x):
    s = 0.0
    for _, v in enumerate(yields(x)):
        x[3] = s
        s = s + v
    return s


class Cell:
    """An object with one attribute."""

    def __init__(self, w):
        self.w = w


def cells(x):
    for i in range(3):
        yield Cell(x[i])


def generator_of_objects(x):
    s = 0.0
    for cell in cells(x):
        x[2] = 3.0
        s = s + cell.w
    return s


def generator_that_writes(x):
    items = (put(x, i) for i in range(3))
    return x[0] * 2 if items else 0.0


@pytest.mark.parametrize("f", [pair_of_a_callee, items_of_a_loop])
def test_known_objects_in_two_places(f):
    """Each item is known, and which of them are one array."""
    differences = [(f(X + 1e-6 * d) - f(X - 1e-6 * d)) / 2e-6 for d in np.eye(len(X))]
    np.testing.assert_allclose(grad(f)(X.copy()), differences, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    "f",
    [
        one_array_twice,
        generator_in_enumerate,
        generator_of_objects,
        generator_that_writes,
    ],
)
def test_one_object_in_two_places(f):
    """And code that runs later, or not at all."""
    with pytest.raises((MutationError, UnsupportedSyntaxError), match="hint: "):
        grad(f)(X.copy())


def test_cotangents_of_items_are_their_own():
    """An item of a list of cotangents may be part of another cotangent, and of what the caller gave."""

    def f(x):
        z = np.outer(x[:3], x)
        rows = [x * (i + 1.0) for i in range(3)]
        rows[0][0] = x[1] * x[2]
        return np.sum((np.stack(rows) + z) ** 2)

    h = 1e-6
    expected = [(f(X + h * e) - f(X - h * e)) / (2 * h) for e in np.eye(5)]
    np.testing.assert_allclose(grad(f)(X), expected, rtol=1e-7)

    def rows(x):
        made = [x * (i + 1.0) for i in range(2)]
        made[0][1] = x[0] ** 2
        return made

    y_bar = [np.ones(5), np.ones(5)]
    back = pullback(rows, X)[1]
    np.testing.assert_array_equal(back(y_bar)[1], back(y_bar)[1])
    np.testing.assert_array_equal(y_bar, np.ones((2, 5)))


def beyond_a_list(x):
    items = []
    items[0] = x[0]
    items = [x[1]]
    return items[0]


def beyond_an_array(x):
    y = np.zeros(2)
    y[5] = x[0]
    return x[1]


def too_many_for_a_slice(x):
    items = [1, 2]
    items[::2] = [x[0], 2, 3]
    return x[1]


def beyond_an_inner_list(x):
    rows = [[1.0]]
    rows[0][3] = x[0]
    return x[1]


def added_beyond(x):
    y = np.zeros(2)
    np.add.at(y, [5], x[0])
    return x[1]


@pytest.mark.parametrize(
    "f", [beyond_a_list, beyond_an_array, too_many_for_a_slice, beyond_an_inner_list, added_beyond]
)
def test_writes_that_nobody_reads_raise(f) -> None:
    """As they do in plain Python."""
    x = np.array([0.5, 2.0])
    with pytest.raises((IndexError, ValueError)) as plain:
        f(x)
    for derivative in (grad(f), functools.partial(pullback, f)):
        with pytest.raises(plain.type):
            derivative(x)


def with_an_array_without_axes_as_a_factor(x):
    s = np.array(x[0])
    r = s
    t = 0.0
    for _ in range(2):
        s = s[...]
        t = t + s
    return t + s * r


def test_a_cotangent_is_not_the_array_of_the_primal():
    """The factor of a product, an array without axes, becomes a cotangent, to which is added in place."""
    np.testing.assert_allclose(
        grad(with_an_array_without_axes_as_a_factor)(X.copy()), np.eye(len(X))[0] * (2 + 2 * X[0])
    )


class Counting:
    def __init__(self):
        self.n = 0


def counts_and_raises(x, o):
    if x[0] > 0.5:
        o.n = -1
        raise ValueError("counted")
    return np.sum(x)


def test_what_is_written_before_an_exception_stays():
    """On a side of an `if` that does not come to the end of the function."""
    o = Counting()
    with pytest.raises(ValueError, match="counted"):
        pullback(counts_and_raises, X + 1.0, o)
    assert o.n == -1
