"""Nested functions out of lists and loops, which read variables that have changed since they were made."""

import functools

import numpy as np

from programs.harness import program
from s2s_ad import UnsupportedSyntaxError

V = np.array([0.5, -1.25, 2.0])


@program((V,))
def array_of_a_loop(x):
    """The functions see the last `w`, which depends on the argument, and each its own default."""
    functions = []
    for k in range(3):
        w = x * k + 1.0
        functions.append(lambda y, k=k: y * w + k)
    return functions[0](x) + functions[1](2.0 * x)


@program((V,))
def changed_between_two_calls(x):
    """What the function sees changes after the loop, and before each call."""
    functions = []
    for k in range(3):
        functions.append(lambda y: y * k)
    first = functions[0](x)
    k = x[0]
    second = functions[1](x)
    k = 3.0 * x
    return first + second + functions[2](x)


@program((V, 3), (V, 1), (V, 0))
def out_of_a_comprehension(x, n):
    """The variable of the comprehension has its last value; there may be none."""
    y = x
    for f in [lambda y: y * k * x for k in range(n)]:
        y = f(y) + y
    return y


@program((V,))
def comprehension_over_its_own_name(x):
    """The iterable reads the variable around the comprehension, which stays what it is."""
    k = 5.0 * x[0]
    functions = [lambda y: y * k * x for k in (k, k + 1.0)]
    return functions[0](x) * k


@program((V,))
def comprehension_of_two_loops(x):
    """The last `j` is that of the last round, and a filter leaves out what comes after."""
    functions = [lambda y: y * k * x + j for k in range(4) if k < 3 for j in range(k + 1)]
    return functions[0](x) + functions[1](x)


@program((V,))
def iterable_that_is_captured(x):
    """The iterable of a comprehension in a nested function reads a variable of the one around it."""
    n = 3

    def total():
        return sum([n * x for n in range(n)])

    return total()


@program((V,))
def changed_in_a_branch(x):
    """Both sides change the variable, one before and one after the call."""
    k, functions = x[0], []
    for _ in range(2):
        functions.append(lambda y: y * k)
    if x[1] < 0.0:
        k = x[1] * k
        a = functions[0](x)
    else:
        a = functions[1](x)
        k = x[2]
    return a + functions[0](x)


@program((V,))
def defined_in_the_loop(x):
    """A `def` in the loop, called after it."""
    for k in range(3):

        def g(t):
            return t * k * x

    return g(x)


@program((V,))
def called_while_the_loop_runs(x):
    """A function of an earlier round sees the variable of this one."""
    functions, total = [], 0.0 * x
    for k in range(3):
        w = x * k + 1.0
        functions.append(lambda y: y * w * x)
        w = w + x
        total = total + functions[0](x)
    w = w * 2.0
    return total + functions[1](2.0 * x)


@program((V,))
def left_early(x):
    """The loop ends in the middle."""
    functions = []
    for k in range(10):
        functions.append(lambda y: y * k * x)
        if k > 1:
            break
    return functions[0](x)


@program((V,))
def returned_in_a_list(x):
    """The functions outlive the one whose variable they read, which nothing else sees."""

    def made():
        functions = []
        for i in range(3):
            functions.append(lambda y: y * x[i])
        i = 1
        return functions

    i = 0
    a, b, _ = made()
    return a(x) + b(x) * i


@program((V,))
def function_out_of_a_function(x):
    """What a function out of a list gives reads the variable late as well."""
    k, functions = x[0], []
    for _ in range(2):
        functions.append(lambda: lambda y: y * k)
        k = k * x[1]
    inner = functions[0]()
    a = inner(x)
    k = k + x[2]
    return a + inner(x)


@program((V,))
def partials(x):
    """`partial` fixes an argument, but not the variable."""
    functions = []
    for i in range(3):
        functions.append(functools.partial(lambda a, b: a * b * x[i], x))
    return functions[0](x) + functions[1](x)


@program((V,))
def set_by_a_handler(x):
    """The last value comes out of a `try`."""
    functions = []
    for k in range(3):
        functions.append(lambda y: y * k * x)
        try:
            if k == 1:
                raise ValueError
            k = 10
        except ValueError:
            k = 20
    return functions[0](x)


@program((V,), refused=UnsupportedSyntaxError)
def two_calls_of_the_maker(x):
    """There are two variables of one name, and it is not known which of them a function reads."""

    def made(k):
        functions = []
        for i in range(2):
            functions.append(lambda y: y * k * (i + 1))
        k = k * 2.0
        return functions

    return made(x[0])[0](x) + made(x[1])[1](x)


@program((V,), refused=UnsupportedSyntaxError)
def maker_in_a_loop(x):
    """Each round has a variable of its own."""

    def made(k):
        f = lambda y: y * k
        k = k * 2.0
        return f

    functions = []
    for i in range(3):
        functions.append(made(x[i]))
    return functions[0](x) + functions[1](x)


@program((V,))
def assigned_after_the_functions_were_made(x):
    """One variable is an array, the other one a function."""
    functions = []
    for _ in range(2):
        functions.append(lambda y: g(y) * later)

    def g(y):
        return y + x

    later = x * x
    return functions[0](x)


@program((V,), refused=UnsupportedSyntaxError)
def called_before_it_is_assigned(x):
    """Python raises a NameError, which is caught."""
    functions = []
    for _ in range(2):
        functions.append(lambda y: y * later)
    try:
        r = functions[0](x)
    except NameError:
        r = x * 7.0
    later = x
    return r * functions[1](x)


@program((V,), refused=UnsupportedSyntaxError)
def assigned_in_a_later_round(x):
    """The first function is made before its variable has a value."""
    functions = []
    for i in range(3):
        if i == 1:
            w = x * i
        functions.append(lambda y: y * w)
    return functions[0](x)


@program((V,), refused=UnsupportedSyntaxError)
def out_of_a_generator(x):
    """Each function is called before the variable of the generator changes."""
    return sum(f(x) for f in (lambda y: y * k for k in range(3)))


@program((V,), refused=UnsupportedSyntaxError)
def handed_down_a_recursion(x):
    """The function of one call runs in the next one, which has a variable of the same name."""

    def descend(n, f, x):
        k = x[0] * n
        functions = []
        for _ in range(2):
            functions.append(f)
        if n == 0:
            return functions[0](x)
        result = descend(n - 1, lambda y: y * k, x)
        k = k + 1.0
        return result + functions[0](x)

    return descend(2, lambda y: y, x)


def made_by(b):
    """A maker of functions that read what `b` has when they run."""
    return lambda s: lambda y: y * b.k * s


class Box:
    """Has attributes later."""


@program((V,), (-V,))
def merged_after_an_attribute_was_set(x):
    """The object had no such attribute when the maker was made, and has it when the functions are."""
    b = Box()
    maker = made_by(b)
    b.k = x
    g = maker(x[1]) if x[0] > 0.0 else maker(x[2])
    try:
        return g(x)
    except AttributeError:
        return x * 7.0


@program((V,))
def listed_after_an_attribute_was_set(x):
    """The same in a list, and in a variable of a loop."""
    b = Box()

    def maker(s):
        return lambda y: y * b.k * s

    b.k = x
    g, functions = maker(1.0), []
    for i in range(2):
        g = maker(x[i])
        functions.append(maker(x[i]))
    try:
        return functions[0](x) * g(x)
    except AttributeError:
        return x * 7.0


@program((V,))
def listed_after_a_key_was_set(x):
    """The same with a dict, and with a function in a tuple."""
    d = {}

    def maker(s):
        return (lambda y: y * d["k"] * s if "k" in d else y), s

    d["k"] = x
    functions = [maker(x[i]) for i in range(2)]
    f, s = functions[0]
    return f(x) * s


@program((V,), (-V,))
def merged_after_a_nonlocal_was_set(x):
    """The variable is a number at first, and an array later."""
    k = 1.0

    def put(v):
        nonlocal k
        k = v

    def maker(s):
        return lambda y: y * k * s

    put(x)
    if x[0] > 0.0:
        g = maker(x[1])
    else:
        g = maker(x[2])
    return g(x)
