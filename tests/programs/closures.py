"""Nested functions and lambdas that read what surrounds them."""

import numpy as np

from programs.harness import program
from s2s_ad import MissingRuleError, UnsupportedSyntaxError

V = np.array([0.5, -1.25, 2.0])
WEIGHTS = np.array([0.1, 0.2, -0.3])
SCALES = [1.5, {"deep": 2.5}]


@program((1.5, 2.5), (V, 2.5))
def captured_argument(x, y):
    """The nested function reads an argument."""

    def inner(t):
        return t * y + x

    return inner(x) * inner(y)


@program((1.5, 2.5))
def captured_local(x, y):
    """The nested function reads a local that depends on the arguments."""
    z = x * y

    def inner():
        return z * z

    return inner() + z * inner()


@program((1.5,))
def lambdas(x):
    """Lambdas in an assignment, in a call and called where they stand."""
    double = lambda t: 2.0 * t
    return double(x) * (lambda a, b=3.0: a * b + x)(x) + (lambda: x)()


@program((1.5, 2.5), refused=UnsupportedSyntaxError)
def bound_late(x, y):
    """The nested function sees the last binding of what it reads."""
    a = x
    f = lambda: a * y
    first = f()
    a = a * x
    return first + f()


@program((1.5, 2.5))
def bound_by_default(x, y):
    """A default is evaluated where the function is defined."""
    a = x * y
    f = lambda t, a=a: t * a
    a = 100.0
    return f(x) + a


@program((1.5,), refused=UnsupportedSyntaxError)
def bound_late_in_a_loop(x):
    """All three lambdas see the last value of the loop variable."""
    functions = []
    for i in range(3):
        functions.append(lambda t: t * i * x)
    s = 0.0
    for f in functions:
        s = s + f(x)
    return s


@program((1.5,), refused=UnsupportedSyntaxError)
def bound_by_default_in_a_loop(x):
    """Each lambda keeps the value of its own iteration."""
    s = x
    functions = [lambda t, k=k: t**k + s for k in range(1, 4)]
    return functions[0](x) * functions[2](x) + functions[-2](s)


@program((1.5, 2.5))
def function_that_returns_a_function(x, y):
    """Two nested levels of capture."""

    def outer(a):
        def inner(b):
            return a * b + y

        return inner

    f = outer(x)
    return f(y) * outer(y)(x) + f(1.0)


@program((1.5, 3))
def nested_recursion(x, n):
    """A nested function calls itself by its captured name."""

    def power(k):
        if k == 0:
            return 1.0
        return x * power(k - 1)

    return power(n) + power(2)


@program((V,))
def global_data(v):
    """Arrays, lists and dicts of the module are read when called."""
    return np.sum(v * WEIGHTS) * SCALES[0] + v[0] * SCALES[1]["deep"]


def make_polynomial(coefficients):
    """A function over captured data."""

    def polynomial(x):
        y = 0.0
        for c in coefficients:
            y = y * x + c
        return y

    return polynomial


CUBIC = make_polynomial([1.0, -2.0, 0.5, 3.0])


@program((1.5,))
def global_closure(x):
    """A function of the module has captured a list."""
    return CUBIC(x) * x


@program((1.5,))
def captured_and_rebound(x):
    """The nested function's parameter and local have the names of the outer ones."""
    y = x * x

    def inner(x):
        y = x + 1.0
        return y * x

    return inner(y) + y * x


@program((V, 2.5))
def captured_in_a_comprehension(v, scale):
    """A lambda inside a comprehension reads the comprehension's variable and an argument."""
    return sum([(lambda t: t * scale * k)(v[k]) for k in range(3)])


@program((1.5, 2.5), (-1.5, 2.5), refused=MissingRuleError)
def defined_in_an_arm(x, y):
    """Which body the name has depends on the data."""
    if x > 0:

        def f(t):
            return t * x

    else:

        def f(t):
            return t - y * x

    return f(y) + f(x)


@program((1.5, 2.5))
def composed(x, y):
    """Functions made from functions, in the manner of combinators."""
    compose = lambda f, g: lambda t: f(g(t))
    add = lambda a: lambda t: t + a
    h = compose(compose(np.exp, add(-x)), lambda t: t * y)
    return h(x * 0.5)


@program((1.5,))
def defined_in_a_loop_and_used_at_once(x):
    """A function is defined anew in each iteration over the carried value."""
    y = x
    for i in range(3):

        def step(t, i=i):
            return t * y * 0.5 + i

        y = step(x)
    return y
