"""Functions that call themselves, each other, or go through nested data."""

import functools
import math

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0, 0.75])
TREE = (0.5, (1.5, (2.0, ()), [0.25]), {"leaf": 3.0})


def power(x, n):
    """By squaring."""
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    return half * half * (x if n % 2 else 1.0)


@program((1.1, 0), (1.1, 1), (1.1, 13))
def power_by_squaring(x, n):
    """The result of the recursion is used twice."""
    return power(x, n) * x


def is_even(x, n):
    """Calls the other one."""
    return x if n == 0 else is_odd(x * 1.5, n - 1)


def is_odd(x, n):
    """Calls the first one."""
    return -x * x if n == 0 else is_even(x + 0.5, n - 1)


@program((0.5, 4), (0.5, 5), (0.5, 0))
def mutual_recursion(x, n):
    """Two functions in turn."""
    return is_even(x, n) * is_odd(x, 1)


def ackermann_like(x, m, n):
    """Its argument is a call of itself."""
    if m == 0:
        return x + 0.1 * n
    if n == 0:
        return ackermann_like(x * 1.1, m - 1, 1)
    return ackermann_like(ackermann_like(x, m, n - 1), m - 1, n)


@program((0.5, 2, 2))
def recursion_in_an_argument(x, m, n):
    """Nested calls."""
    return ackermann_like(x, m, n)


def total_by_halves(v):
    """Divides an array."""
    n = len(v)
    if n == 0:
        return 0.0
    if n == 1:
        return v[0] ** 2
    return total_by_halves(v[: n // 2]) * 0.5 + total_by_halves(v[n // 2 :])


@program((V,), (V[:1],), (V[:0],))
def divide_and_conquer(v):
    """Slices go down, numbers come up."""
    return total_by_halves(v) * 2.0


def fold(f, xs, start):
    """A fold by recursion over the tail of a list."""
    if not xs:
        return start
    return fold(f, xs[1:], f(start, xs[0]))


@program(([0.5, 1.5, 2.5],), ([],))
def recursion_over_a_list(xs):
    """With a function as an argument."""
    return fold(lambda a, b: a * b + 1.0, xs, 2.0)


@program((0.5, 5), (0.5, 0))
def nested_recursion_with_captured_values(x, n):
    """It reads a variable around it, and an accumulator goes along."""
    rate = x * 2

    def go(k, acc):
        if k == n:
            return acc
        return go(k + 1, acc * rate + k)

    return go(0, 1.0)


@program(
    (0.5, 3),
)
def recursion_that_returns_pairs(x, n):
    """A Fibonacci pair."""

    def pair(k):
        if k == 0:
            return x, 1.0
        a, b = pair(k - 1)
        return b, a + b * x

    a, b = pair(n)
    return a * b


@program((0.5, 4))
def recursion_that_returns_lists(x, n):
    """A list that grows from the end."""

    def build(k):
        return [] if k == 0 else [*build(k - 1), x**k]

    ys = build(n)
    return ys[0] * ys[-1] + len(ys)


@program((2.0,), (50.0,))
def recursion_to_a_tolerance(a):
    """Newton's iteration as a recursion."""

    def improve(x):
        y = 0.5 * (x + a / x)
        return y if abs(y - x) < 1e-9 else improve(y)

    return improve(a)


@program((0.5, 6))
def recursion_with_two_calls(x, n):
    """An exponential number of calls."""

    def f(k):
        if k < 2:
            return x if k else 1.0
        return f(k - 1) + f(k - 2) * x

    return f(n)


def horner(coefficients, x):
    """From the last one."""
    first, *rest = coefficients
    return first + x * horner(rest, x) if rest else first


@program(((1.0, -2.0, 0.5), 0.75), (V, 0.75))
def recursion_by_unpacking(coefficients, x):
    """`first, *rest`."""
    return horner(coefficients, x)


@program((V, 2), (V, 0))
def matrix_power(v, n):
    """Recursion over arrays."""

    def go(m, k):
        if k == 0:
            return np.eye(2)
        return m @ go(m, k - 1)

    return go(v.reshape(2, 2), n)[0] @ np.array([1.0, 2.0])


@program((0.3, 0.7))
def continued_fraction(x, y):
    """A depth that a global function decides."""
    return depth(x, y, 0)


def depth(x, y, k, most=4):
    """Ends by a default."""
    return y if k >= most else 1.0 / (k + 1 + x * depth(x, y, k + 1))


@functools.lru_cache
def binomial(n, k):
    """Cached, of integers only."""
    return 1 if k in (0, n) else binomial(n - 1, k - 1) + binomial(n - 1, k)


@program((0.3, 5))
def recursion_that_is_not_differentiated(x, n):
    """The coefficients of a polynomial."""
    return sum([binomial(n, k) * x**k * math.sin(k) for k in range(n + 1)])


@program((V,))
def insertion_sort(v):
    """Into a sorted list, by slices."""

    def insert(x, ys):
        if not ys or x <= ys[0]:
            return [x, *ys]
        return [ys[0], *insert(x, ys[1:])]

    ys = []
    for x in v:
        ys = insert(x, ys)
    return ys[0] * 1 + ys[1] * 10 + ys[2] * 100 + ys[3] * 1000


def walk(tree):
    """All numbers of nested tuples, lists and dicts."""
    if isinstance(tree, float):
        return tree * tree
    if isinstance(tree, dict):
        return sum([walk(part) for part in tree.values()]) * 2.0
    total = 1.0
    for part in tree:
        total = total + walk(part)
    return total


@program(((0.5, (1.5, 2.0), ((3.0,),)),), ({"a": 0.5, "b": (1.5, {"c": 2.0})},), (TREE,))
def nested_data(tree):
    """One code for each shape that occurs."""
    return walk(tree)


@program((0.5, 3))
def hanoi_like(x, n):
    """Three calls, with the arguments exchanged."""

    def move(k, a, b, c):
        if k == 0:
            return a + 0.5 * b
        return move(k - 1, a, c, b) + x * move(k - 1, c, b, a)

    return move(n, x, 2.0, x * x)


@program((0.5, 4))
def generator_that_calls_itself(x, n):
    """`yield from` of itself is a list in the end."""

    def powers(k):
        return [x**k] + (powers(k - 1) if k > 0 else [])

    return sum([p * i for i, p in enumerate(powers(n))])
