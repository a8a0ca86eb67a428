"""Lists with two names, iterators that are used up, writes in disguise: refused, or right."""

import dataclasses
import enum
import functools
import heapq
import operator
import random

import numpy as np
import optree
import pytest

from s2s_ad import MutationError, UnsupportedSyntaxError, grad, pullback

X = np.array([1.1, -0.7, 2.3])
GENERATOR = np.random.default_rng(0)


def append_to_an_item(x):
    """The list is an item of another, in which it is twice."""
    rows = [[]] * 2
    for i in range(3):
        rows[i % 2].append(x * i)
    return rows[0][0]


def append_to_one_of_two(x):
    """Which list it is depends on the data."""
    a = [x]
    b = a if x > 0 else []
    b.append(x)
    return sum(a)


def append_after_storing(x):
    """A tuple holds the list."""
    a = [x]
    t = (a,)
    a.append(x)
    return sum(t[0])


def append_after_repeating(x):
    """A list of lists holds it twice."""
    a = [x]
    rows = [a] * 2
    a.append(x)
    return sum(rows[0])


def append_through_or(x):
    """`or` gives back one of its operands."""
    a = [x]
    b = a or [1.0]
    b.append(x)
    return sum(a)


def same(q):
    """Gives its argument back."""
    return q


def append_through_a_helper(x):
    """The helper returns the very list."""
    a = [x]
    b = same(a)
    b.append(x)
    return sum(a)


def append_through_a_lambda(x):
    """A lambda that is written out in place."""
    a = [x]
    b = (lambda q: q)(a)
    b.append(x)
    return sum(a)


def append_to_items_of_a_loop(x):
    """The target of a loop is a list."""
    a = [x]
    for q in [a, a]:
        q.append(x)
    return sum(a)


def grow(items, v):
    """Writes to its argument."""
    items.append(v)


def append_in_a_helper(x):
    """The helper appends to the caller's list."""
    items = [x]
    grow(items, x * x)
    return sum(items)


def append_as_a_value(x):
    """The bound method is called later."""
    items = [x]
    add = items.append
    add(x * x)
    return sum(items)


def append_in_a_comprehension(x):
    """For its effect."""
    items = []
    [items.append(v) for v in x]
    return sum(items)


def append_in_a_nested_function(x):
    """To a captured list."""
    items = [x]

    def add(v):
        items.append(v)

    add(x * x)
    return sum(items)


def append_while_iterating(x):
    """The loop runs over what it grows."""
    items = [x]
    for v in items:
        if len(items) < 4:
            items.append(v * x)
    return items[-1]


def read_before_it_grows(x):
    """The pullback would need the list as it was."""
    items = [x * x]
    m = items + items
    items.append(x)
    return m[0] * 3 + items[1]


@pytest.mark.parametrize(
    "f",
    [
        append_to_an_item,
        append_to_one_of_two,
        append_after_repeating,
        append_through_or,
        append_as_a_value,
        append_while_iterating,
    ],
)
def test_appends_that_cannot_be_followed_are_refused(f):
    """Never a gradient that misses an item."""
    with pytest.raises(MutationError, match="hint: "):
        pullback(f, 1.5)


def test_appends_under_another_name():
    """The list is one and the same, whoever appends to it."""
    ways = (
        append_in_a_helper, append_in_a_nested_function, read_before_it_grows, append_after_storing,
        append_through_a_lambda, append_through_a_helper, append_to_items_of_a_loop,
    )  # fmt: skip
    h = 1e-6
    for f in ways:
        assert grad(f)(1.5) == pytest.approx((f(1.5 + h) - f(1.5 - h)) / (2 * h), rel=1e-8)
    np.testing.assert_array_equal(grad(append_in_a_comprehension)(X), np.ones(3))


@pytest.mark.parametrize(
    "write",
    [
        lambda x, b: np.dot(x, x, b),
        lambda x, b: np.sum(x, 0, None, b),
        lambda x, b: x.max(0, b),
        lambda x, b: np.add.accumulate(x, 0, None, b),
        lambda x, b: b.__setitem__(0, x[0]),
        lambda x, b: operator.setitem(b, 0, x[0]),
        lambda x, b: np.ndarray.sort(b),
        lambda x, b: heapq.heappush(b, 1.0),
        lambda x, b: b.sort,
    ],
)
def test_writes_in_disguise_are_refused(write):
    """`out` by position, unbound methods, dunder methods, foreign functions."""
    with pytest.raises(MutationError):
        pullback(write, X, np.ones(3))


@pytest.mark.parametrize(
    ("write", "slope"),
    [
        (lambda x, b: np.multiply(x, x, b), lambda x: 2 * x),
        (lambda x, b: np.exp(x, b), np.exp),
        (lambda x, b: x.cumsum(0, None, b), lambda x: np.arange(len(x), 0.0, -1.0)),
        (lambda x, b: np.cumsum(x, 0, None, b), lambda x: np.arange(len(x), 0.0, -1.0)),
        (lambda x, b: np.copyto(b, x), np.ones_like),
        (lambda x, b: b.fill(x[0]), lambda x: np.eye(len(x))[0] * len(x)),
        (lambda x, b: GENERATOR.shuffle(b), np.zeros_like),
    ],
)
def test_writes_in_disguise_are_followed(write, slope):
    """`out` by position, and NumPy's writing functions."""

    def f(x):
        b = np.ones(len(x))
        write(x, b)
        return np.sum(b)

    np.testing.assert_allclose(grad(f)(X.copy()), slope(X))


def iterator_used_twice(x):
    """The second loop finds nothing."""
    it = reversed([x, 2 * x])
    s = 0.0
    for v in it:
        s = s + v
    for v in it:
        s = s + 100 * v
    return s


def test_used_up_iterators_are_refused():
    """An iterator yields its items once."""
    with pytest.raises(UnsupportedSyntaxError, match="used up"):
        pullback(iterator_used_twice, 2.0)


def list_from_its_own_last_item(x):
    """Each item is made from the one before."""
    items = []
    for _ in range(3):
        items.append(np.tanh(items[-1] if items else np.array(x)))
    return items


def test_list_that_feeds_itself():
    """The emptiness of the list is the one of the time."""
    _, back = pullback(list_from_its_own_last_item, 0.5)
    h = 1e-6
    expected = sum(
        (a - b) / (2 * h)
        for a, b in zip(list_from_its_own_last_item(0.5 + h), list_from_its_own_last_item(0.5 - h), strict=True)
    )
    assert back([1.0, 1.0, 1.0])[1] == pytest.approx(expected)


class Layer:
    """A callable object with settings."""

    def __init__(self):
        self.kind = "linear"
        self.weights = [2.0]
        self.n = 2

    def __call__(self, x):
        return (x if self.kind == "linear" else x * x) * self.weights[0] * self.n


def test_attributes_are_read_at_each_call():
    """A setting that changes is seen."""
    layer = Layer()
    gradient = grad(layer)
    assert gradient(3.0) == 4.0
    layer.kind = "square"
    assert gradient(3.0) == 24.0
    layer.kind, layer.weights = "linear", [5.0]
    assert gradient(3.0) == 10.0


def scaled(x, by=3.0):
    """Has a default that changes below."""
    return x * by


def test_defaults_of_callees_are_watched(monkeypatch):
    """A callee's defaults are part of it."""
    gradient = grad(lambda x: scaled(x))
    assert gradient(1.0) == 3.0
    monkeypatch.setattr(scaled, "__defaults__", (5.0,))
    assert gradient(1.0) == 5.0


def test_value_may_be_written_to_before_the_pullback():
    """The caller's array is not the residual."""
    y, back = pullback(lambda x: np.exp(x), np.zeros(2))
    y -= 1.0
    np.testing.assert_array_equal(back(np.ones(2))[1], [1.0, 1.0])


def given_in_a_tuple(x):
    y = np.exp(x)
    return y, y * y


def given_in_containers(x):
    y = np.exp(x)
    return {"whole": y, "parts": [y[1:], y[::-1]], "number": np.sum(y)}


def given_as_a_view(x):
    y = np.exp(x).reshape(3, 1)
    return y.T[0]


def given_twice(x):
    y = np.exp(x)
    return y, y


@pytest.mark.parametrize("f", [given_in_a_tuple, given_in_containers, given_as_a_view, given_twice])
def test_parts_of_the_value_may_be_written_to_before_the_pullback(f):
    """What tuples, lists and dicts hold is not the residual either, and neither is the base of a view."""
    y, back = pullback(f, X)
    y_bar = optree.tree_map(np.ones_like, y)
    before = back(y_bar)[1]
    optree.tree_map_(lambda leaf: leaf.fill(7.0) if isinstance(leaf, np.ndarray) else None, y)
    np.testing.assert_array_equal(back(y_bar)[1], before)


def test_views_of_the_callers_array_stay_views():
    """They are what plain Python gives."""
    x = X.copy()
    (whole, part), back = pullback(lambda x: (x, x[1:]), x)
    assert whole is x
    assert part.base is x


def test_cotangents_share_no_memory():
    """Neither with each other nor with what the pullback was given."""
    y_bar = np.ones(2)
    for f in (lambda x, y: x + y, lambda x, y: (x + y).reshape(2, 1).T[0]):
        _, x_bar, z_bar = pullback(f, np.ones(2), np.ones(2))[1](y_bar)
        x_bar *= 0
        np.testing.assert_array_equal(y_bar, [1.0, 1.0])
        np.testing.assert_array_equal(z_bar, [1.0, 1.0])


def test_root_of_a_difference_is_infinitely_steep():
    """Only a sum of squares has a minimum at the root's zero."""
    with np.errstate(divide="ignore"):
        assert grad(lambda x: np.sqrt(x**2 + (-1.0)))(1.0) == np.inf
    assert grad(lambda x: np.sqrt(x**2))(0.0) == 0.0
    np.testing.assert_array_equal(grad(lambda x: np.sqrt(np.sum(x * x, axis=0)))(np.zeros(3)), np.zeros(3))


def test_effects_happen_once():
    """Also where the type of the value is not known before it is there."""
    drawn, again = random.Random(0), random.Random(0)
    assert grad(lambda o, x: o.random() * x, 1)(drawn, 3.0) == again.random()
    assert drawn.random() == again.random()


def test_underscore_is_a_variable():
    """A user's `_` is not the one that is thrown away."""

    def f(u):
        a, *_, c = u
        return np.sin(np.minimum(u, a)) @ u * c

    h = 1e-6
    expected = [(f(X + h * e) - f(X - h * e)) / (2 * h) for e in np.eye(3)]
    np.testing.assert_allclose(grad(f)(X), expected, rtol=1e-8)


def test_variable_that_is_bound_on_the_other_path():
    """Reading it raises, whatever else has its value."""

    def f(x):
        if x > 5.0:
            y = x
        return x * y

    with pytest.raises(UnboundLocalError):
        pullback(f, 1.0)
    assert pullback(f, 6.0)[1](1.0)[1] == 12.0


def test_partial_of_a_global_function():
    """A partial is taken apart where it is called."""
    double = functools.partial(scaled, by=2.0)
    assert grad(lambda x: double(x))(1.0) == 2.0


def test_indices_may_be_written_to_before_the_pullback():
    """They are given as copies, too."""

    def f(x):
        i = np.argsort(x)
        m = x > 0
        return x[i] ** 2, i, [m, np.sum(x[m])]

    y, back = pullback(f, X)
    y_bar = (np.ones(3), None, [None, 1.0])
    before = back(y_bar)[1]
    y[1][:] = 0
    y[2][0][:] = False
    np.testing.assert_array_equal(back(y_bar)[1], before)


class Mode(enum.Enum):
    """What many objects may have, and nobody writes to."""

    ON = 1


@dataclasses.dataclass(frozen=True)
class Fixed:
    """Its attribute stays as it is."""

    x: float


class Loose(Fixed):
    """Other attributes may be set."""

    def __init__(self, x):
        super().__init__(x)
        self.w, self.mode = x, Mode.ON


def test_one_object_in_two_arguments():
    """Refused where one of them is written to, frozen or not; what an enumeration gives is nobody's."""

    def value(p, q):
        p.w = p.w * 3.0
        return q.w

    one = Loose(0.5)
    with pytest.raises(MutationError, match="one object in two arguments"):
        pullback(value, one, one)
    y, back = pullback(value, Loose(0.5), Loose(0.7))
    assert (y, back(1.0)[2].w) == (0.7, 1.0)
