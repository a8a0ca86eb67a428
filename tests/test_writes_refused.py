"""Writes that Python does step by step, or in a way of its own, and that are refused with the place."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from s2s_ad import ADError, MutationError, grad, pullback

X = np.array([0.7, 1.3, 0.2])


def by_a_generator_that_reads_it(x):
    ys = [x[0]]
    ys.extend(ys[-1] * v for v in x)
    return ys[-1]


def added_by_a_generator_that_reads_it(x):
    ys = [x[0]]
    ys += (ys[-1] * v for v in x)
    return ys[-1]


def by_a_map_that_reads_it(x):
    ys = [x[0]]
    ys.extend(map(lambda v: ys[-1] * v, x))  # noqa: C417
    return ys[-1]


def by_a_zip_with_itself(x):
    ys = [x[0]]
    ys.extend(a * b for a, b in zip(ys, x))
    return sum(ys)


def deque_by_a_generator_that_reads_it(x):
    q = deque([x[0]])
    q.extend(q[-1] * v for v in x)
    return q[-1]


def dict_by_a_generator_that_reads_it(x):
    d = {}
    for i in range(1):
        d[i] = x[0]
    d.update((i + 1, v * d[i]) for i, v in enumerate(x))
    return d[2]


def generator_that_raises_in_a_try(x):
    ys = []

    def items():
        yield x[0]
        raise ValueError

    try:
        ys.extend(items())
    except ValueError:
        pass
    return sum(ys) + x[1]


def generator_that_may_raise_in_a_try(x):
    ys = [x[0]]
    try:
        ys += (v * (1 // (i - 1)) for i, v in enumerate(x))
    except ZeroDivisionError:
        ys.append(x[2])
    return sum(ys)


def list_and_array(x):
    ys = list(x)
    ys += x
    return sum(ys)


def key_that_reads_the_list(x):
    ys = [x[0], x[1]]
    ys.sort(key=lambda v: v * len(ys) - v)
    return ys[0] * 2 + ys[1]


def at_without_a_rule(x):
    y = x.copy()
    np.exp.at(y, [0])
    return np.sum(y)


def at_of_two(x):
    y = x.copy()
    np.hypot.at(y, [0, 0], x[1])
    return np.sum(y)


class Feed:
    """Sums what it is fed, and doubles meanwhile."""

    def __init__(self):
        """Begin with one."""
        self.t = 1.0

    def take(self, items):
        """Add items one by one."""
        for v in items:
            self.t = self.t * 2 + v


def method_that_changes_what_its_generator_reads(x):
    feed = Feed()
    feed.take(feed.t * v for v in x)
    return feed.t


def an_array_without_axes_or_a_number(x):
    s = np.zeros(()) if x[0] > 0 else np.sum(x)
    t = s
    s += x[1]
    return t * s


def a_row_into_an_array_without_axes(x):
    y = np.zeros(())
    y[...] = x[:1]
    return y * x[1]


def an_array_without_axes_by_a_mask(x):
    y = np.array(x[0])
    y[y > 0] = x[1]
    return y * x[1]


def an_array_without_axes_through_a_view_with_axes(x):
    y = np.array(x[0])
    y.reshape(1)[0] = x[1]
    return y * x[1]


def the_shape_of_an_array(x):
    y = x.copy()
    y.shape = (3, 1)
    return np.sum(y * x)


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (the_shape_of_an_array, "the attribute `shape` of an array(.|\\n)*x.reshape"),
        (an_array_without_axes_or_a_number, "what may be an array without axes, or else a number"),
        (a_row_into_an_array_without_axes, "other than a number to all of it"),
        (an_array_without_axes_by_a_mask, "other than a number to all of it"),
        (an_array_without_axes_through_a_view_with_axes, "other than a number to all of it"),
        (by_a_generator_that_reads_it, "reads the container"),
        (added_by_a_generator_that_reads_it, "reads the container"),
        (by_a_map_that_reads_it, "reads the container"),
        (by_a_zip_with_itself, "reads the container"),
        (deque_by_a_generator_that_reads_it, "reads the container"),
        (dict_by_a_generator_that_reads_it, "reads the container"),
        (generator_that_raises_in_a_try, "a generator that raises"),
        (generator_that_may_raise_in_a_try, "a `try`"),
        (list_and_array, "`\\+=` of a list and an array"),
        (key_that_reads_the_list, "a key that reads the list"),
        (at_without_a_rule, "`np.exp.at`"),
        (at_of_two, "`np.hypot.at`"),
        (method_that_changes_what_its_generator_reads, "a generator"),
    ],
)
def test_refused(f, message) -> None:
    """With what is wrong, and where."""
    with pytest.raises(ADError, match=message) as refusal:
        grad(f)(X)
    assert refusal.value.span is not None
    assert refusal.value.span.filename == __file__


def test_what_only_shows_when_it_runs_has_its_place():
    """The line, and carets under the write."""

    def through_a_reshaped_one(a):
        b = a.reshape(-1)
        b[0] = 2.0
        return (a * a).sum()

    with pytest.raises(MutationError) as caught:
        pullback(through_a_reshaped_one, np.asfortranarray(np.arange(4.0).reshape(2, 2)))
    line = through_a_reshaped_one.__code__.co_firstlineno + 2
    assert str(caught.value).startswith(f"{__file__}:{line}:9: in through_a_reshaped_one: ")
    assert "b[0] = 2.0\n" + " " * 4 + "^^^^" in str(caught.value)
    assert not hasattr(caught.value, "__notes__")
