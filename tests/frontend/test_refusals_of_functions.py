"""What is refused of functions as values, functional tools and generators: where, and what to write instead."""

import collections
import copy
import functools
import itertools
import re

import numpy as np
import pytest

from s2s_ad import ADError, pullback

V = np.array([0.5, -1.25, 2.0])


def squares(v):
    """One after the other."""
    for x in v:
        yield x * x


def endless(x):
    """Without an end."""
    while True:
        yield x
        x = x * 0.5


def late_in_each_round(v):
    """Each round has a comprehension with an `i` of its own."""
    y = v[0]
    for _ in range(3):
        functions = [lambda x: x * i for i in range(3)]  # noqa: B023
        y = functions[0](y)
    return y


def maker_in_a_loop(v):
    """Each function sees the last `k` of the call that has made it."""

    def made(k):
        def g(t):
            return t * k

        k = k + 1.0
        return g

    functions = []
    for k in range(3):
        functions.append(made(v[k]))
    return functions[0](v[0])


def not_assigned_yet(v):
    """Python raises a NameError."""
    f = lambda: later
    y = f() if v[0] > 10 else v[1]
    later = v[0]
    return y * later


def used_twice(v):
    """The second time it is empty."""
    g = squares(v)
    return sum(g) + sum(g)


def read_late(v):
    """It would see the new value."""
    a = v[0]
    m = map(lambda x: x * a, v)  # noqa: C417
    a = v[1]
    return sum(m) * a


def kept(v):
    """In a tuple."""
    return (filter(None, v), v[0])[1]


def stops(v):
    """After some items of a generator that has no end."""
    for x in endless(v[0]):
        if x < 0.1:
            break
    return x


def sends(v):
    """The value of a `yield`."""

    def g():
        y = yield v[0]
        yield y

    return sum(g())


def without_a_number(v):
    """`repeat` goes on for ever."""
    for a in itertools.repeat(v[0]):
        return a * a
    return v[1]


def longer(v):
    """Python raises, since `repeat` goes on."""
    return sum(a * b for a, b in zip(v, itertools.repeat(v[0]), strict=True))


def of_a_generator(v):
    """The program itself is one."""
    yield v[0]


@functools.lru_cache
def remembered(x):
    """A cache."""
    return x


def cached_array(v):
    """An array has no hash."""
    return remembered(v)


def square(x):
    """One of two."""
    return x * x


def among_nested_functions_inactive(v):
    """No derivative goes through the call."""
    f = None
    if v[0] > 1:
        f = lambda x: x * 2
    elif v[0] > 0:

        def f(x):
            return x * 3

    return f(2.0) * v[1]


def grouped(v):
    """Its groups share an iterator."""
    return sum(sum(g) ** 2 for _, g in list(itertools.groupby(v, lambda x: x > 0)))


def split_in_two(v):
    """Two iterators over one."""
    a, b = itertools.tee(v)
    return sum(a) * sum(b)


def in_a_deque(v):
    """Another container."""
    return collections.deque(v, maxlen=len(v))[-1]


def keys_of_an_array(v):
    """The keys would carry derivatives."""
    d = {x: i for i, x in enumerate(v)}
    return sum(d)


def through_a_text(v):
    """The number comes back without its derivative."""
    return float("{:.3f}".format(v[0]).strip() + "1") * v[1]  # noqa: UP032


def deep_copy_of_all_sorts(v):
    """What it is that is copied is known only when it runs."""
    x = v if v[0] > 1 else [v]
    return copy.deepcopy(x)[0][0]


@pytest.mark.parametrize(
    ("function", "line", "caret", "hint"),
    [
        (late_in_each_round, "y = functions[0](y)", "functions[0](y)", "another name"),
        (maker_in_a_loop, "return functions[0](v[0])", "functions[0](v[0])", "another name"),
        (not_assigned_yet, "y = f() if v[0] > 10 else v[1]", "f()", "assign `later`"),
        (used_twice, "return sum(g) + sum(g)", "sum(g)", "list"),
        (read_late, "return sum(m) * a", "sum(m)", "list"),
        (kept, "return (filter(None, v), v[0])[1]", "(filter(None, v), v[0])", "list"),
        (sends, "y = yield v[0]", "yield v[0]", "as arguments"),
        (without_a_number, "for a in", "for a in", "beside something that ends"),
        (longer, "return sum(", "zip(v,", "beside something that ends"),
        (of_a_generator, "def of_a_generator(v):", "def of_a_generator(v):", "return a list"),
        (stops, "for x in endless(v[0]):", "", "`while` and `break`"),
        (among_nested_functions_inactive, "return f(2.0) * v[1]", "f(2.0)", "in its own branch"),
        (grouped, "return sum(", "itertools.groupby(v, lambda x: x > 0)", "write the loop out"),
        (split_in_two, "a, b = itertools.tee(v)", "itertools.tee(v)", "write the loop out"),
        (in_a_deque, "return collections.deque(v", "collections.deque(v, maxlen=len(v))", "write the number"),
        (keys_of_an_array, "d = {", "{x: i for i, x in enumerate(v)}", "keep the number as a value"),
        (through_a_text, 'return float("{:.3f}"', 'float("{:.3f}".format(v[0]).strip() + "1")', "number itself"),
        (deep_copy_of_all_sorts, "return copy.deepcopy(", "", "part by part"),
        (cached_array, "return remembered(v)", "remembered(v)", "__wrapped__"),
    ],
)
def test_refused_with_place_and_way_out(function, line, caret, hint):
    """The line, what is under the caret, and the hint."""
    with pytest.raises(ADError) as refusal:
        pullback(function, V)
    text = str(refusal.value)
    place, shown, under = text.splitlines()[:3]
    assert re.search(rf":\d+:\d+: in {function.__name__}: ", place)
    assert shown.strip().startswith(line)
    marked = shown[under.index("^") : under.rindex("^") + 1]
    assert marked.startswith(caret)
    assert hint in text.partition("hint: ")[2]
