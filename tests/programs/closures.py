"""Nested functions and lambdas that read what surrounds them."""

import numpy as np

from programs.harness import program
from s2s_ad import UnsupportedSyntaxError

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


@program((1.5, 2.5))
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


@program((1.5,))
def bound_late_in_a_loop(x):
    """All three lambdas see the last value of the loop variable."""
    functions = []
    for i in range(3):
        functions.append(lambda t: t * i * x)
    s = 0.0
    for f in functions:
        s = s + f(x)
    return s


@program((1.5,))
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


@program((1.5, 2.5), (-1.5, 2.5))
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


def apply_to(f, x):
    """A function of the module that calls what it is given."""
    return f(x)


def run_through(functions, x):
    """A function of the module that calls all of what it is given."""
    for f in functions:
        x = f(x)
    return x


@program((1.5, 2.5))
def bound_late_through_another(x, y):
    """A function that calls a function sees what the latter reads as it is now."""
    a = x
    f = lambda t: a * t
    g = lambda t: f(t) * y
    compose = lambda p, q: lambda t: p(q(t))
    h = compose(f, g)
    a = x * y
    return g(x) * h(y)


@program((1.5, 2.5), (-1.5, 2.5))
def bound_late_in_an_arm(x, y):
    """A variable is assigned anew on one side only."""
    a = x
    f = lambda t: a * t
    if x > 0:
        a = y
        y = f(a)
    return f(x) * f(y)


@program((1.5, 2.5))
def bound_late_in_a_loop_that_calls(x, y):
    """A function that is made before the loop reads what the loop carries."""
    a = x
    f = lambda t: t * a
    for _ in range(3):
        a = f(y) * 0.5 + a
    return f(a)


@program((1.5, 2.5))
def bound_late_and_passed_on(x, y):
    """A function is handed to another one after a variable that it reads has changed."""
    a = x
    f = lambda t: t * a
    a = a * y
    z = apply_to(f, y)
    a = x
    return z + apply_to(f, x)


@program((1.5, 2.5))
def parameter_assigned_again(x, y):
    """The nested function reads a parameter that is assigned again, through `+=` and a loop."""

    def f(t):
        return t * y

    y += x
    z = f(x)
    for _ in range(2):
        y = y * x
    return z + f(x)


@program((1.5, 2.5))
def defined_later(x, y):
    """A nested function reads another that is defined after it."""

    def f(t):
        return g(t) * x

    def g(t):
        return t * y

    return f(y)


@program((1.5, 2.5))
def each_call_has_its_variables(x, y):
    """Two functions out of one maker, whose variable is assigned again before it returns."""

    def make(a):
        def g(t):
            return t * a

        a = a * 2.0
        return g

    f, h = make(x), make(y)
    return f(y) * h(x) + f(1.0)


@program((1.5, 3))
def renamed_recursion(x, n):
    """The function's own name means another function when it runs."""

    def f(k):
        return 1.0 if k == 0 else x * f(k - 1)

    g = f
    f = lambda k: x * x * k
    return g(n) + apply_to(g, n) + f(n)


@program((1.5, 2.5))
def functions_in_containers(x, y):
    """Functions in tuples, lists, dicts and pairs, looped over and looked up."""
    for f in [np.sin, lambda t: t * t * y * 0.1]:
        x = f(x)
    for f, c in [(np.cos, 2.0), (lambda t: t * x, y)]:
        y = f(y) * c
    table = {"square": lambda t: t * t + x, "sine": np.sin}
    for name in ("square", "sine", "square"):
        x = table[name](x)
    for i, (_, f) in enumerate(table.items()):
        y = y * 0.5 + f(x) * i
    return x * y + sum(f(x) for f in (np.exp, lambda t: t * y))


@program((1.5, 2.5))
def containers_passed_on(x, y):
    """A function of the module runs through functions, and sees their variables as they are then."""
    a = x
    f = lambda t: t * a
    a = y
    return run_through([np.sin, f, f], x) * run_through((f, np.exp), y)


@program((1.5, 2.5))
def one_lambda_many_values(x, y):
    """Functions of one lambda, each with its default, in a list that is built and looped over."""
    functions = []
    for i in range(3):
        functions.append(lambda t, i=i: t * y * 0.5 + i)
    more = [lambda t, k=k: t**k * x for k in range(1, 3)]
    s = x
    for f in functions:
        s = f(s)
    for f in more:
        s = f(s)
    return s + functions[1](y)


@program((1.5,))
def bound_late_in_a_comprehension(x):
    """All three lambdas see the last value of the comprehension's variable."""
    functions = [lambda t: t * i for i in range(3)]
    return functions[0](x)


def keep(f):
    """A function that holds on to another one."""
    return lambda t: f(t)


@program((1.5, 2.5))
def held_while_a_variable_changes(x, y):
    """What another function has made of a nested function would see the variable change."""
    a = x
    f = keep(lambda t: t * a)
    a = y
    return f(x)


@program((1.5,), refused=UnsupportedSyntaxError)
def read_before_it_is_assigned(x):
    """Python raises a NameError here."""
    f = lambda: later * x
    y = f() if x > 10 else x
    later = x
    return y + later


@program((1.5, 2.5), (-1.5, 2.5))
def captured_function_in_an_arm(x, y):
    """What a function that is passed on has captured is a function that only one side calls."""
    f = lambda t: t * y
    g = lambda t: f(t) * x if t > 2 else t
    return apply_to(g, y) + apply_to(g, 1.0)


def how_many(f, n):
    """Counts without a derivative."""
    return len([f(i) for i in range(n)])


def one_more(f, n):
    """Hands the function on."""
    return how_many(f, n) + 1


@program((1.5,))
def given_to_a_function_without_derivative(x):
    """The function is given to others of the module, whose results are integers."""
    k = int(x)
    return x * how_many(lambda i: i + k, 3) * one_more(lambda i: i + k, 2)
