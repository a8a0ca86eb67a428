"""Calls of the user's own functions: parameters of every kind, recursion, functions as values."""

from collections import namedtuple
from dataclasses import dataclass

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])
A = np.array([[1.0, 2.0, -0.5], [0.25, -1.0, 3.0]])


def square(x):
    """The square of x."""
    return x * x


def scaled(x, factor=2.0, *, offset=0.5):
    """An affine function with defaults."""
    return x * factor + offset


def quotient_and_product(x, y):
    """Two results."""
    return x / y, x * y


def total(first, *others, weight=1.0, **named):
    """Takes whatever it is given."""
    s = first * weight
    for i, x in enumerate(others):
        s = s + x * (i + 1)
    for key in ("a", "b"):
        if key in named:
            s = s * named[key]
    return s


def describe(x):
    """Prints, and returns its argument."""
    print("x is", x)
    return x


@program((1.5, 2.5), (V, 2.0))
def direct(x, y):
    """One helper at two places, once within an argument of another call of itself."""
    return square(x) * y + square(square(y) + x)


@program((1.5, 2.5))
def defaults_and_keywords(x, y):
    """Defaults taken, overridden by position and by keyword, out of order."""
    return scaled(x) + scaled(x, y) + scaled(offset=y, x=x) + scaled(factor=x, x=y, offset=x)


@program((1.5, 2.5))
def tuple_results(x, y):
    """A helper's tuple is unpacked, indexed and passed on."""
    q, p = quotient_and_product(x, y)
    both = quotient_and_product(p, x)
    return q * both[0] + quotient_and_product(*both)[1]


@program((1.5, 2.5))
def part_of_a_result_unused(x, y):
    """One part of the tuple is never read."""
    _, p = quotient_and_product(x, y)
    return p * x


@program((1.5, 2.5, 0.5))
def collected_arguments(x, y, z):
    """`*args` and `**kwargs` at both ends of the call."""
    rest = (y, z)
    options = {"weight": y, "b": x}
    return total(x, *rest, a=z, **options) + total(x) + total(*[x, y], z, b=y)


@program((1.5, 2.5, 0.5), (1.5, 2.5))
def variadic(*values):
    """The program itself takes any number of arguments."""
    s = 1.0
    for x in values:
        s = s * x
    return s + values[0]


@program((1.5,), (1.5, 0.5))
def with_default(x, y=2.0):
    """The program itself has a default."""
    return x * y + y


def countdown(x, n):
    """Calls itself."""
    if n <= 0:
        return 1.0
    return x * countdown(x, n - 1) + n


@program((1.25, 4), (1.25, 0))
def self_recursion(x, n):
    """A helper that calls itself, as deep as a run-time number says."""
    return countdown(x, n) * x


@program((1.25, 4), (1.25, 1))
def recursive_itself(x, n):
    """The program calls itself twice."""
    if n < 2:
        return x * n
    return recursive_itself(x, n - 1) * x + recursive_itself(x * 0.5, n - 2)


def even(x, n):
    """Half of a pair that call each other."""
    return x if n == 0 else odd(x * 1.5, n - 1)


def odd(x, n):
    """The other half."""
    return np.sin(x) if n == 0 else even(x + x * x, n - 1) * x


@program((0.25, 4), (0.25, 3))
def mutual_recursion(x, n):
    """Two helpers call each other."""
    return even(x, n)


def total_of(values):
    """Recursion on slices of a list."""
    if len(values) == 0:
        return 0.0
    return values[0] ** 2 + total_of(values[1:])


@program(([1.0, 2.0, 3.0],), ([],), (V,))
def recursion_on_slices(values):
    """The argument shrinks at every level."""
    return total_of(values) * 2.0 + len(values)


@program((1.5, 2.5))
def same_names_inside(x, y):
    """The helper's own `x` is the caller's `y`."""
    t = scaled(y, x)
    return scaled(t, offset=x) + t


@program((V, V), (V, 2.0))
def one_argument_twice(x, y):
    """The helper gets the same array for both parameters."""
    q, p = quotient_and_product(x, x)
    return q * p + quotient_and_product(y, y)[1]


@program((1.5,))
def in_a_loop(x):
    """A helper is called in each iteration, in the body and in the condition."""
    n = 0
    while square(x) < 40.0:
        x = scaled(x, 1.3)
        n += 1
    return square(x) * n


@program((1.5,))
def result_ignored(x):
    """A call for its effect only, and one for nothing."""
    describe(x)
    square(x)
    return describe(x * x) + x


def first_positive(v):
    """Returns early."""
    for x in v:
        if x > 0:
            return x
    return v[0]


@program((V,), (-V,), (-V[:1],))
def helper_that_returns_early(v):
    """Which element comes back depends on the data."""
    return first_positive(v) * first_positive(-v) + v[-1]


def apply(f, x):
    """A function of a function."""
    return f(x) * x


@program((1.5,), (V,))
def function_as_argument(x):
    """Functions of the user and of NumPy are passed on."""
    return apply(square, x) + apply(np.sin, x) + apply(lambda t: t + x, x)


@program((square, 1.5), (np.cos, 1.5))
def function_as_program_argument(f, x):
    """The program's own argument is a function, which has no cotangent."""
    return f(x) * x


@program((1.5,))
def functions_in_a_loop(x):
    """The callee changes with the iteration."""
    y = x
    for f in (np.sin, square, np.exp, scaled):
        y = f(y) + 0.1
    return y


@program((1.5, "cube"), (1.5, "square"))
def functions_in_a_dict(x, name):
    """The callee is looked up by a name."""
    table = {"square": square, "cube": lambda t: t**3}
    return table[name](x) * x


@program((1.5, True), (1.5, False))
def callee_by_condition(x, flag):
    """The callee is chosen by an expression."""
    f = np.tanh if flag else square
    return (np.exp if flag else np.sin)(x) * f(x)


@program((V,))
def methods_and_functions(v):
    """A method and the function of the same name are one."""
    return np.sum(v) * v.sum() + np.prod(v) / v.prod() + v.mean() * np.mean(v) + np.dot(v, v) - v.dot(v)


def pick(values, index, scale):
    """Gets arguments of three kinds."""
    return values[index] * scale


@program((V,))
def arguments_that_are_not_differentiated(v):
    """Integers, strings and None travel beside floats."""
    return pick(v, 2, 3) + pick([1.0, v[0]], 1, v[1]) + (v[0] if None is None and "a" == "a" else 0.0)


def swap(pair):
    """Returns its parts in the other order."""
    a, b = pair
    return b, a


@program((1.5, V))
def structures_through_calls(x, v):
    """A tuple goes through two calls, with parts of different kinds."""
    a, b = swap(swap(swap((x, v))))
    return a * b


@program((A,))
def keyword_arguments_of_numpy(a):
    """Positional, keyword and starred arguments of NumPy's functions."""
    options = {"axis": 1, "keepdims": True}
    return np.sum(a, **options) * np.mean(a, 0) + np.max(*[a], axis=0)


@dataclass
class Pair:
    """Two fields, and a method with two parameters."""

    a: float
    b: float

    def mixed(self, c, d):
        """Of both."""
        return self.a * c + self.b * d


Row = namedtuple("Row", "a b")


def weighted(a, b, *, weight=2.0):
    """A parameter that is given by name only."""
    return a * b * b * weight


def some(x, n):
    """A list of a length that is not known."""
    return [x * (i + 1) for i in range(n)]


@program((1.5, 2))
def list_into_parameters(x, n):
    """Functions, nested ones, classes and methods, with other arguments before and after."""
    xs = some(x, n)

    def nested(a, b, c):
        return a / b * c * x

    pair, row = Pair(*xs), Row(*xs)
    total = weighted(*xs) + weighted(*xs, weight=x) + nested(x, *xs) + nested(*xs, 2.0)
    return total + (lambda a, b: a * b)(*xs) + pair.mixed(*xs) + row.a * row.b


@program((np.array([2.0, 3.0]),), (A[:, :2],))
def array_into_parameters(v):
    """Its rows, or its elements; then the squares of these, out of an iterator."""
    return np.sum(weighted(*v) + weighted(*(e * e for e in v)) + weighted(*map(square, v)))


@program((1.5,))
def lists_of_lists_into_parameters(x):
    """In a loop, where each row has a length of its own."""
    rows = [some(x, 2), some(x * x, 2)]
    return sum(weighted(*row) for row in rows)


@program((1.5, 3), (1.5, 2), (1.5, 1))
def wrong_number_is_caught(x, n):
    """The TypeError is Python's."""
    try:
        y = weighted(*some(x, n))
    except TypeError:
        y = x**3
    return y * x


@program((1.5, 0), (1.5, 1), (1.5, 3), raises=TypeError)
def wrong_number_of_arguments(x, n):
    """Too few, or too many."""
    return weighted(*some(x, n))


@program((1.5, 1), (1.5, 3), raises=TypeError)
def wrong_number_for_a_class(x, n):
    """The name is that of the constructor."""
    return Pair(*some(x, n)).a


@program((1.5, 1), (1.5, 4), raises=TypeError)
def wrong_number_for_a_method(x, n):
    """The object counts."""
    return Pair(x, x).mixed(*some(x, n))


@program((1.5, 1), (1.5, 3), raises=TypeError)
def wrong_number_beside_keywords(x, n):
    """Python counts those too."""
    return weighted(*some(x, n), weight=x)
