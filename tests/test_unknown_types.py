# ruff: noqa: C409, C416, FURB192 -- the programs are meant to be written in the roundabout way
"""Programs whose types are known only in part, or are not what they look like: right, or refused."""

import array
import collections
import functools
import operator

import numpy as np
import pytest

from programs.harness import identical
from s2s_ad import ADError, UnsupportedSyntaxError, def_rrule, differentiable, grad, primitive, pullback, value_and_grad

X = np.array([1.0, 10.0, 100.0])
TWICE = (0, 0, 1)


def grow(x):
    """A tuple that grows in a loop."""
    acc = (x,)
    for i in range(3):
        acc = acc + (x * (i + 1),)
    return acc[-1] * acc[0]


def grow_from_nothing(x):
    """None that becomes a list."""
    r = None
    for i in range(3):
        r = [x * (i + 1)] if r is None else r + [x * (i + 1)]
    return r[-1] * r[0]


def build(x, n):
    """A tuple by recursion."""
    return () if n == 0 else build(x, n - 1) + (x * n,)


def recursive(x):
    """Of an unknown length."""
    return build(x, 3)[-1] * build(x, 3)[0]


def by_branch(x):
    """Of one of two lengths."""
    a = (x,) if x > 0 else (x, x * 2)
    b = a + (x * 3,)
    return b[1] * b[0]


def from_a_list(x):
    """A list made a tuple."""
    t = (x,) + tuple([5 * x]) + (3.0,)
    return t[0] + 10 * t[1]


def repeated(x):
    """Repeated by numbers of other kinds."""
    a = tuple(x * i for i in range(3)) * 2
    b = [x] * np.int64(3)
    return a[1] * a[4] + b[0] + 10 * b[1] + 100 * b[2]


def sorted_mixture(x):
    """The types change places."""
    return sorted([x, 1])[1] * 3.0 + sorted([np.float64(7.0) * x, 2, x])[0]


def joined_dicts(x):
    """The right one wins."""
    d = {"a": x, "b": 2.0 * x} | {"b": 3.0 * x}
    return d["a"] * d["b"]


@pytest.mark.parametrize(
    "f",
    [
        grow, grow_from_nothing, recursive, by_branch, from_a_list, repeated, sorted_mixture, joined_dicts,
    ],
)  # fmt: skip
def test_sequences_of_unknown_type(f):
    """`+` and `*` join and repeat what turns out to be a list or a tuple."""
    for x in (2.5, 1.5):
        expected = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
        np.testing.assert_allclose(grad(f)(x), expected, rtol=1e-8)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(np.ones(len(x)) * x * (np.ones(1 + 2 * (len(x) > 5)) * x[:1])),
        lambda x: np.sum(np.stack([x[0], x[1]]) * np.stack([x[2]])),
        lambda x: np.sum(np.array([v for v in x]) * np.array([v for v in x[:1]])),
        lambda x: np.sum(np.array([v for v in x]) * x[1 : len(x) - 1]),
        lambda x: np.sum(x - x[: len(x) - 2]) ** 2,
        lambda x: np.sum(x[0, None] * x[(0, 0, 1),]) if x.ndim == 2 else np.sum(x[list(TWICE)] * x),
        lambda x: np.sum(X * x[TWICE,]),
        lambda x: np.sum(x[[True, False, True]] ** 2 * np.ones((2, 2))),
        lambda x: np.sum(x[[True, False, False]] * X),
    ],
)
def test_axes_of_unknown_length(f):
    """They may turn out to be of length one; an index may name one element twice, or be a mask."""
    x = np.array([0.5, -1.5, 2.0])
    expected = [(f(x + 1e-6 * e) - f(x - 1e-6 * e)) / 2e-6 for e in np.eye(3)]
    np.testing.assert_allclose(grad(f)(x), expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    "f",
    [
        lambda u: np.sum(np.broadcast_to(u, (3, 3)) * np.add.outer(X, X)),
        lambda u: np.sum(np.add(u, np.zeros((3, 3))) * np.add.outer(X, X)),
        lambda u: np.sum(np.where(X[:, None] > 5.0, u, 0.0) * np.add.outer(X, X)),
        lambda u: np.sum(np.arctan2(u, np.ones((3, 3))) * np.add.outer(X, X)),
    ],
)
def test_lists_that_are_broadcast(f):
    """A list or tuple that stands for an array gets the cotangent of the array, summed back first."""
    values = [0.5, -1.5, 2.0]
    steps = [[v + 1e-6 * s * (i == j) for j, v in enumerate(values)] for i in range(3) for s in (1, -1)]
    numbers = [f(step) for step in steps]
    expected = [(high - low) / 2e-6 for high, low in zip(numbers[::2], numbers[1::2], strict=True)]
    np.testing.assert_allclose(grad(f)(values), expected, rtol=1e-7)
    np.testing.assert_allclose(grad(f)(tuple(values)), expected, rtol=1e-7)


def parts(value):
    """The arrays and lists in a structure."""
    if isinstance(value, (list, tuple)):
        return (
            [value, *(p for v in value for p in parts(v))]
            if isinstance(value, list)
            else [p for v in value for p in parts(v)]
        )
    return [value] if isinstance(value, np.ndarray) else []


@pytest.mark.parametrize(
    "f",
    [
        lambda ps, x: np.sum(ps[0] + ps[1] + x),
        lambda ps, x: sum([np.sum(p) for p in ps]) + np.sum(x),
        lambda ps, x: sum(ps) + x,
        lambda ps, x: ps,
        lambda ps, x: [ps[1], ps[0], x],
        lambda ps, x: np.concatenate(ps),
        lambda ps, x: np.stack([*ps, x]),
        lambda ps, x: np.concatenate([p for p in ps[1:]]) + ps[0] + x,
        lambda ps, x: np.einsum("i->i", x) + ps[0],
        lambda ps, x: (ps[:1], ps[1:]),
    ],
)
def test_cotangents_belong_to_the_caller(f):
    """None shares memory with another, with the cotangent of the value, or with an argument; all can be written to."""
    ps, x = [np.ones(3), np.full(3, 2.0)], np.full(3, 5.0)
    y, back = pullback(f, ps, x)

    def like(value):
        if isinstance(value, (list, tuple)):
            return type(value)(map(like, value))
        return np.full_like(value, 0.5) if isinstance(value, np.ndarray) else 0.5

    y_bar = like(y)
    bars = back(y_bar)
    found = parts(bars)
    before = [np.copy(p) if isinstance(p, np.ndarray) else list(p) for p in parts(back(y_bar))]
    assert len({id(p) for p in found}) == len(found)
    arrays = [p for p in found if isinstance(p, np.ndarray)]
    others = [p for p in parts([ps, x, y_bar]) if isinstance(p, np.ndarray)]
    for i, p in enumerate(arrays):
        assert not any(np.shares_memory(p, q) for q in [*arrays[:i], *others])
        p *= 0.1
    again = parts(back(y_bar))
    assert all(identical(p, q) for p, q in zip(again, before, strict=True) if isinstance(p, np.ndarray))


@pytest.mark.parametrize("f", [lambda x: float(str(x)), lambda x: float(f"{x!r}") * 2.0])
def test_numbers_that_go_through_a_text_are_refused(f):
    """The text has no derivative."""
    with pytest.raises(UnsupportedSyntaxError, match="goes through a text"):
        grad(f)(2.0)


def in_place_of_none(x, flag):
    d = [x] if flag else None
    return len(d) * 0 + x


def joined(x, flag):
    d = {"a": x} if flag else None
    return (d | {"b": x})["b"]


def multiplied(x, flag):
    d = x if flag else None
    y = d * 2  # noqa: F841
    return x


def appended(x, flag):
    d = [x] if flag else None
    d.append(x)
    return d[-1]


@pytest.mark.parametrize("f", [in_place_of_none, joined, multiplied, appended])
def test_none_where_something_is_needed_raises(f):
    """Also where the result would not depend on it."""
    assert value_and_grad(f)(2.0, True) == (f(2.0, True), 1.0)
    for call in (f, value_and_grad(f)):
        with pytest.raises((TypeError, AttributeError), match="NoneType") as raised:
            call(2.0, False)
        assert raised.type is (AttributeError if f is appended else TypeError)


class Growing(list):
    """A list of its own kind."""


@pytest.mark.parametrize(
    "given",
    [
        Growing([1.0]), array.array("d", [1.0]), collections.UserList([1.0]), {1.0}, iter([1.0]),
        memoryview(np.ones(2)), [Growing([1.0]), 2.0],
    ],
    ids=lambda v: type(v).__name__,
)  # fmt: skip
def test_containers_that_are_not_followed_are_refused(given):
    """A cotangent of None would look as if there were none."""

    def f(p):
        return 1.0

    with pytest.raises(TypeError, match="holds a"):
        grad(f)(given)
    with pytest.raises(TypeError, match="holds a"):
        pullback(f, given)


def test_pullbacks_that_are_objects_are_counted_too():
    """The compiler cannot look into them."""

    class Back:
        def __call__(self, y_bar):
            return 0.0, y_bar * 3.0, y_bar * 2.0

    @primitive
    def product(x, y):
        return x * y

    @def_rrule(product)
    def rule(x, y):
        return x * y, Back()

    _, back = pullback(lambda x, y: product(x, y), 2.0, 3.0)
    with pytest.raises(TypeError, match="3 cotangents for 2 arguments"):
        back(1.0)


def test_defaults_are_compared_with_their_types():
    """1 and True are equal, and not the same."""

    def helper(x, *, flag=1):
        return x * 7.0 if flag is True else x * 5.0

    def f(x):
        return helper(x)

    gradient = grad(f)
    assert [gradient(2.0), gradient(2.0)] == [5.0, 5.0]
    helper.__kwdefaults__["flag"] = True
    assert [gradient(2.0), gradient(2.0)] == [7.0, 7.0]
    helper.__kwdefaults__["flag"] = 1
    assert [gradient(2.0), gradient(2.0)] == [5.0, 5.0]


class Circle:
    """Something that grows."""

    def __init__(self, r):
        self.r = r

    def grow(self, by):
        """By a factor."""
        self.r = self.r * by

    def __call__(self, by):
        self.r = self.r * by


class Square:
    """Something that grows in another way."""

    def __init__(self, a):
        self.r = a

    def grow(self, by):
        """By a length."""
        self.r = self.r + by

    def __call__(self, by):
        self.r = self.r + by


NAMES = ["grow", "grow"]


def one_of_two_classes(x, k):
    """Of which class it is is known when the program runs."""
    a, b = Circle(x[0]), Square(x[1])
    o = a if k else b
    o.grow(x[2])
    return a.r + b.r


def item_of_two_classes(x, k):
    """By an index."""
    shapes = [Circle(x[0]), Square(x[1])]
    shapes[k].grow(x[2])
    return shapes[0].r


def object_that_is_called(x, k):
    """By its class's `__call__`."""
    shapes = [Circle(x[0]), Square(x[1])]
    shapes[k](x[2])
    return shapes[0].r


def bound_method_of_one(x, k):
    """Looked up first."""
    shapes = [Circle(x[0]), Square(x[1])]
    method = shapes[k].grow
    method(x[2])
    return shapes[0].r


def methods_by_map(x, k):
    """Called by `map`."""
    shapes = [Circle(x[0]), Square(x[1])]
    list(map(shapes[k].grow, [x[2]]))
    return shapes[0].r


def partial_of_a_method(x, k):
    """Called by `partial`."""
    shapes = [Circle(x[0]), Square(x[1])]
    functools.partial(shapes[k].grow, x[2])()
    return shapes[0].r


def method_caller(x, k):
    """Called by `methodcaller`."""
    shapes = [Circle(x[0]), Square(x[1])]
    operator.methodcaller("grow", x[2])(shapes[k])
    return shapes[0].r


def object_or_false(x, k):
    """False, or an object."""
    a, o = Circle(x[0]), False
    if k < 2:
        o = a
    if o:
        o.grow(x[1])
    return a.r


def object_among_others(x, k):
    """In a list with other things."""
    a = Circle(x[0])
    found = [a, 3, "x", None]
    for i in range(k):
        v = found[i]
        if isinstance(v, Circle):
            v.grow(x[1])
    return a.r


def attribute_of_two_classes(x, k):
    """In an attribute."""
    a, b, holder = Circle(x[0]), Square(x[1]), Circle(0.0)
    holder.r = a
    if k > 1:
        holder.r = b
    holder.r.grow(x[2])
    return a.r + b.r


def method_by_name(x, k):
    """By a name that is known late."""
    a = Circle(x[0])
    for name in NAMES:
        getattr(a, name)(x[1])
    return a.r


def method_by_name_or_none(x, k):
    """Or None."""
    a = Circle(x[0])
    method = getattr(a, NAMES[k], None)
    if method is not None:
        method(x[1])
    return a.r


def function_by_name(x, k):
    """Of the class."""
    a = Circle(x[0])
    getattr(Circle, NAMES[k])(a, x[1])
    return a.r


def method_of_a_dict_by_name(x, k):
    """That of a dict."""
    a = {"u": x[0]}
    for name in [*NAMES[:0], "update"]:
        getattr(a, name)({"u": x[1]})
    return a["u"]


def method_of_a_list_by_name(x, k):
    """That of a list."""
    a = [x[0], x[1]]
    for name in [*NAMES[:0], "reverse"]:
        getattr(a, name)()
    return a[0]


def function_in_a_table(x, k):
    """A function of NumPy that writes, in a table that is filled when the program runs."""
    table = {}
    table["c"], table["p"] = np.copyto, np.put
    y = x.copy()
    table["cp"[k - 1]](y, x[0])
    return np.sum(y)


def method_in_a_table(x, k):
    """A method of a class of Python's."""
    table = {}
    table["c"], table["p"] = list.reverse, list.sort
    y = [x[0], x[1]]
    table["cp"[k - 1]](y)
    return y[0]


@pytest.mark.parametrize(
    "function",
    [
        function_in_a_table, method_in_a_table, one_of_two_classes, item_of_two_classes, object_that_is_called,
        bound_method_of_one, methods_by_map, partial_of_a_method, method_caller, object_or_false, object_among_others,
        attribute_of_two_classes,
        method_by_name, method_by_name_or_none, function_by_name, method_of_a_dict_by_name, method_of_a_list_by_name,
    ],
)  # fmt: skip
@pytest.mark.parametrize("optimize", [True, False])
def test_methods_of_what_is_not_known_are_refused(function, *, optimize):
    """What they write would be lost; the error has a place in the text."""
    with pytest.raises(ADError) as info:
        differentiable(function, optimize=optimize).pullback(X, 1)
    assert "^" in str(info.value)
    assert "hint" in str(info.value)


class Lazy(Circle):
    """Its property writes."""

    @property
    def area(self):
        """Computed, and counted."""
        self.r = self.r + 1
        return self.r**2


class Lazier(Lazy):
    """Another class."""


def property_of_one(x, k):
    """Of one of two classes."""
    a, b = Lazy(x[0]), Lazier(x[1])
    o = a if k else b
    return a.r * 2 + b.r if o.area > 0 else x[0]


def test_properties_of_what_is_not_known_are_refused():
    """They may write; other attributes may be read if nothing comes of it."""
    with pytest.raises(ADError, match="the property `area` of a `Lazy`"):
        pullback(property_of_one, X, 1)

    def by_name(x, k):
        a, b = Circle(x[0]), Square(x[1])
        a.name, b.name = "circle", "square"
        o = a if k else b
        return a.r * 2 if o.name == "circle" else b.r

    assert grad(by_name)(X, 1).tolist() == [2.0, 0.0, 0.0]
    assert grad(by_name)(X, 0).tolist() == [0.0, 1.0, 0.0]


def test_methods_of_containers_that_read_are_called():
    """As the key of a sort."""
    a = [3.0, 2.0]
    assert grad(lambda a, x: a[sorted(range(len(a)), key=a.__getitem__)[0]] * x)(a, 1.5) == [0.0, 1.5]
    assert grad(lambda a, x: a[max(range(len(a)), key=a.__getitem__)] * x)(a, 1.5) == [1.5, 0.0]

    def greatest(a, x):
        d = {"u": a[0], "v": a[1]}
        return d[max(d, key=d.get)] * x

    assert grad(greatest)(a, 1.5) == [1.5, 0.0]
