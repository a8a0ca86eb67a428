"""Counters that functions of the module have as attributes are left as plain Python leaves them."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from programs.function_attributes import doubled, squared
from s2s_ad import UnsupportedSyntaxError, grad, pullback

V = np.array([0.5, -1.25, 2.0])


def counting(x):
    """Calls both, one of them in a loop."""
    for _ in range(3):
        x = doubled(x)
    return np.sum(squared(x) * squared.calls)


def test_counters_are_those_of_plain_python():
    """The primal counts once, and the pullback does not."""
    squared.calls = doubled.calls = 0
    y, back = pullback(counting, V)
    back(1.0)
    back(1.0)
    assert (squared.calls, doubled.calls) == (1, 3)
    squared.calls = doubled.calls = 0
    assert counting(V) == y
    assert (squared.calls, doubled.calls) == (1, 3)


def test_counters_are_read_at_each_call():
    """Not when compiling."""
    squared.calls = 0
    first = grad(counting)(V)
    np.testing.assert_array_equal(grad(counting)(V), 2.0 * first)


def wraps(_):
    """Not what it seems."""
    return lambda function: functools.wraps(function)(lambda y: function(y) + 1.0)


def seemingly_wrapped(x):
    @wraps(counting)
    def g(y):
        return y * x

    g.calls = 0
    return g(x) * g.calls


def test_another_decorator_of_that_name_is_refused():
    """The attribute is that of the function which it gives."""
    with pytest.raises(UnsupportedSyntaxError, match="a decorator that is not"):
        pullback(seemingly_wrapped, 2.0)
