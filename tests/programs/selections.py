"""One of several functions, some of them nested: by a late index or key, or by a test inside a test."""

import functools

import numpy as np

from programs.harness import program
from s2s_ad import UnsupportedSyntaxError

V = np.array([0.5, -1.25, 2.0])


def leaky(t):
    """Not smooth at zero only."""
    return np.where(t > 0.0, t, 0.1 * t)


def compose(*functions):
    """One after the other, the last first."""
    return functools.reduce(lambda f, g: lambda *args: f(g(*args)), functions)


@program((V, 3), (V, 0))
def layers(x, n):
    """A ufunc, a function of the module and a lambda take turns."""
    activations = [np.tanh, leaky, lambda t: t * 2.0]
    for i in range(n):
        x = activations[i](x) + x
    return x


@program((V, 1), (V, -3), (V, -1))
def by_an_index(x, i):
    """The index may count from the end."""
    functions = (lambda t: t * x, np.sin, lambda t, s=2.0: t + s * x)
    return functions[i](x) * functions[-i - 1](x)


@program((V, [1, 7, 0]))
def index_out_of_range(x, numbers):
    """The list has no such item, which a handler sees."""
    functions = [lambda t: t * x, lambda t: t + x]
    for i in numbers:
        try:
            x = functions[i](x)
        except IndexError:
            x = x * 7.0
    return x


@program((V, 2), raises=IndexError)
def index_error(x, i):
    """The error of the list."""
    return [lambda t: t * x, np.sin][i](x)


@program((V, ["b", "q", "a"]))
def by_a_key(x, names):
    """A key may be missing."""
    operations = {"a": lambda y: y * x, "b": lambda y: y + x, "c": np.sin}
    for name in names:
        try:
            x = operations[name](x)
        except KeyError:
            x = x * 3.0
    return x


@program((V, 0), (V, 1))
def out_of_one_maker(x, i):
    """Functions with the same code and other variables."""

    def scaled(a):
        return lambda y: y * a

    return [scaled(a) for a in (x, 2.0 * x)][i](x)


@program((V, np.array([1, 0])))
def variables_that_change(x, numbers):
    """The functions see what `k` is when they are called."""
    k, total = 1.0, 0.0 * x
    functions = [lambda t: t * k, lambda t: t + k]
    for i in numbers:
        k = k + x[0]
        total = total + functions[int(i)](x)
    return total


@program((V, 1), (V, 0))
def kept_and_passed_on(x, i):
    """A chosen function is captured, called by another one, and given to `map`."""
    functions = []
    functions.append(lambda t: t * x)
    functions.append(np.sin)
    f, g = functions[i], functions[1 - i]

    def twice(h, y):
        return h(y) + h(2.0 * y)

    return twice(f, x) + (lambda t: f(g(t)))(x) + sum(map(g, [x, x * x]))


@program((V, 1), (V, 0))
def functions_that_write(x, i):
    """Each writes to an array around it."""
    out = np.zeros(3)

    def whole(t):
        out[:] = t * x

    def first(t):
        out[0] = t[1] * x[2]

    [whole, first][i](x)
    [whole, first][1 - i](x)
    return out


@program((V, 1), (V, 0))
def evaluated_once(x, i):
    """The argument is evaluated once, after the index and before the call."""
    log = []

    def note(v):
        log.append(v)
        return v

    functions = [lambda t: t * note(x), lambda t: t + note(2.0 * x)]
    y = functions[note(i)](note(x * 3.0))
    return y + log[1] * log[2]


@program((V, 1, 1), (V, 1, 0), (V, 0, 1), (V, 0, 0))
def test_in_a_test(x, i, j):
    """Four functions by two tests."""
    if i:
        if j:
            f = lambda t: t * x
        else:
            f = np.sin
    elif j > 0:
        f = lambda t: t + x
    else:
        f = np.cos
    return f(x) * f(2.0 * x)


@program((V, [0, 1, 2, 3]))
def chosen_in_a_loop(x, codes):
    """Each round chooses anew, one of the functions with a variable of the loop."""
    total = 0.0 * x
    for c in codes:
        if c == 0:
            f = lambda t: t * x
        elif c == 1:
            f = np.sin
        elif c == 2:
            f = lambda t: t + x
        else:
            f = lambda t: t * c
        total = total + f(x)
    return total


@program((V,))
def composed(x):
    """`reduce` over a list and over the arguments of a function."""
    functions = [np.sin, lambda t: t * x, np.tanh]
    h = functools.reduce(lambda f, g: lambda t: f(g(t)), functions)
    return h(x) + compose(np.sin, np.cos, lambda t: t * x)(x)


@program((V, 1), refused=UnsupportedSyntaxError)
def with_a_variable_of_its_side(x, i):
    """What the function reads is known on one side only."""
    if i == 0:
        f = lambda t: t * x
    else:
        c = x[0] * 3.0
        f = lambda t: c * t
    return f(x)


@program((V, 1), (V, 0))
def chosen_out_of_chosen_ones(x, i):
    """A list of functions that were chosen late."""
    functions = [lambda t: t * x, lambda t: t + x]
    return [functions[i], np.sin][1 - i](x)


@program((V, [1, 0]), refused=UnsupportedSyntaxError)
def in_a_list_that_was_changed(x, numbers):
    """An item was replaced."""
    functions = [lambda y: y * x, lambda y: y + x]
    functions[0] = np.sin
    for i in numbers:
        x = functions[i](x)
    return x
