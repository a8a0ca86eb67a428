"""Attributes of functions: of nested ones, and counters of those in the module."""

import functools

import numpy as np

from programs.harness import program
from s2s_ad import MutationError, UnsupportedSyntaxError

V = np.array([0.5, -1.25, 2.0])


def counted(function):
    """A decorator that counts the calls."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return function(*args, **kwargs)

    wrapper.calls = 0
    return wrapper


@counted
def squared(y):
    """Of the module."""
    return y * y


def doubled(y):
    """Counts its own calls."""
    doubled.calls += 1
    return y * 2.0


doubled.calls = 0


def remembered(y):
    """Keeps what carries a derivative."""
    remembered.last = y[0]
    return y * 2.0


remembered.last = 0.0


@program((V, 3), (V, 0))
def count_and_sum(x, n):
    """A number and an array, also changed outside of the function and on one side of an `if`."""

    def g(y):
        g.calls += 1
        g.total = g.total + y
        return y * x

    g.calls, g.total = 0, 0.0 * x
    for i in range(n):
        x = g(x)
        if i > 0:
            g.calls += 2
    return x * g.calls + g.total


@program((V,))
def parameter_by_attribute(x):
    """The function sees what its attribute is when it is called; a lambda has attributes too."""
    f = lambda y: y * f.scale

    f.scale = x
    a = f(x)
    f.scale = 2.0 * x * a
    return a + f(x)


@program((V, 3), (V, 1))
def function_of_each_round(x, n):
    """Each round has a function with attributes of its own."""
    total = 0.0 * x
    for i in range(n):

        def f(y):
            f.k += 1
            return y * f.k

        f.k = i
        total = total + f(x) * f(x)
    return total


@program((V,))
def names_that_hide_it(x):
    """A parameter and the variable of a comprehension have the name of the function."""

    def f(y):
        return y * f.T

    def other(f):
        return f.T

    f.T = x
    return f(x) * other(x) + sum([f.T for f in (x, 2.0 * x)]) * f.T


@program((V,))
def recursion_depth(x):
    """A function that calls itself."""

    def power(n):
        power.depth = max(power.depth, n)
        return x if n == 0 else power(n - 1) * x

    power.depth = 0
    return power(3) * power.depth


@program((V,))
def decorated_here(x):
    """The decorator's wrapper has the attribute, under the name of what it wraps."""

    @counted
    def g(y):
        return y * x

    @counted
    def h(y):
        return y + x

    r = g(h(g(x)))
    h.calls += 5
    same = g
    same.calls += 1
    return r * g.calls + h.calls


def again(function):
    """Counts a call that there was not."""
    function.calls += 1


def twice_the_calls(function):
    """Reads the attribute."""
    return function.calls * 2


@program((V,))
def seen_by_others(x):
    """Functions of the module are given the function."""

    def g(y):
        g.calls += 1
        return y * x

    g.calls = 0
    again(g)
    r = g(x)
    again(g)
    return r * g.calls * twice_the_calls(g)


@program((V,))
def counters_of_the_module(x):
    """How much they grow."""
    before = squared.calls, doubled.calls
    for _ in range(3):
        x = doubled(x)
    y = squared(x) + squared(2.0 * x)
    return y * (squared.calls - before[0]) + (doubled.calls - before[1])


@program((V,), refused=MutationError)
def derivative_in_the_module(x):
    """The attribute of a global function would have to be followed."""
    return remembered(x) * remembered.last


@program((V,), refused=UnsupportedSyntaxError)
def attribute_by_setattr(x):
    """It cannot be told from the text that the function has attributes."""

    def g(y):
        return y

    setattr(g, "n", x)
    return g(x)


@program((V,), refused=UnsupportedSyntaxError)
def name_of_a_nested_function(x):
    """The name that a decorator has given it is not known."""

    def g(y):
        return y

    return g(x) * len(g.__name__)
