"""Nested functions with a cache, and nested functions that call themselves and have defaults."""

import functools
from functools import cache, lru_cache

import numpy as np

from programs.harness import program

X = np.array([0.7, 1.2, 0.4])
Y = np.array([1.1, 0.6, 1.4])


def _recurrence(x, y, n):
    a, b = x[0], x[1]
    for _ in range(n):
        a, b = b, 0.3 * b * y[0] + 0.5 * a
    return a


@program((X, Y), same_as=lambda x, y: _recurrence(x, y, 30) + _recurrence(x, y, 3))
def recurrence(x, y):
    """Without the cache it would take a million calls."""

    @functools.lru_cache(maxsize=None)  # noqa: UP033
    def f(n):
        return x[0] if n == 0 else x[1] if n == 1 else 0.3 * f(n - 1) * y[0] + 0.5 * f(n - 2)

    return f(30) + f(3)


@program((X, Y))
def without_parentheses(x, y):
    """The decorator is given the function itself."""
    calls = []

    @cache
    def f(n):
        calls.append(n)
        if n == 0:
            return x[0]
        return f(n - 1) * y[0] + n

    return (f(4) + f(3)) * len(calls)


@program((X, Y))
def alignment(x, y):
    """Two arguments, and what is computed is read from around."""
    n = len(x)

    @cache
    def f(i, j):
        if i == n or j == n:
            return 0.5 * (i + j)
        here = (x[i] - y[j]) ** 2
        return here + f(i + 1, j) * 0.5 + f(i, j + 1) * y[i]

    return f(0, 0)


@program((X, Y))
def arrays(x, y):
    """What is kept are arrays."""

    @cache
    def f(i, j):
        return x * i + y * j if i == 0 or j == 0 else f(i - 1, j) * y + f(i, j - 1)

    return f(3, 3).sum()


@program((X, Y))
def effects_happen_once(x, y):
    """A call that has been made before does nothing."""
    z = x * 1.0

    @lru_cache(None)
    def f(i):
        z[0] = 2.0 * z[0]
        return z * i

    return (f(3) * y).sum() + f(3).sum() * z[0]


@program((X, Y))
def names_that_are_taken(x, y):
    """The dict and the key need names that nobody has."""
    f_memo, f_key = x[0], y[1]

    @cache
    def f(n):
        return f_memo if n == 0 else f(n - 1) * f_key + f_memo

    return f(5)


@program((X, Y))
def default_of_a_recursion(x, y):
    """A default that is data, one that is a number, and one that is keyword-only."""

    def f(i, j=y, k=2, *, w=x):
        return w * k + j if i == 0 else f(i - 1, j * y) * y + f(i - 1, k=1)

    return f(3).sum()


@program((X, Y))
def memo_that_a_decorator_keeps(x, y):
    """The same, written by hand as a decorator."""

    def memoize(function):
        memo = {}

        def wrapper(*args):
            if args not in memo:
                memo[args] = function(*args)
            return memo[args]

        return wrapper

    @memoize
    def f(i, j):
        return x[0] * i + y[1] * j if i == 0 or j == 0 else f(i - 1, j) * y[0] + f(i, j - 1)

    return f(2, 2)


@program((X, Y), same_as=lambda x, y: _recurrence(x, y, 30) + _recurrence(x, y, 3))
def of_a_certain_size(x, y):
    """Each value is used soon after it has been computed."""

    @lru_cache(maxsize=3)
    def f(n):
        return x[0] if n == 0 else x[1] if n == 1 else 0.3 * f(n - 1) * y[0] + 0.5 * f(n - 2)

    return f(30) + f(3)


@program((X, [0, 1, 0, 2, 1, 0, 0, 2, 3, 1, 0]), (X, []), (X, [1, 1, 1]))
def forgets_the_least_recently_used(x, numbers):
    """How often the function runs tells what has been forgotten; an item that is found again is kept longer."""
    calls = []

    @functools.lru_cache(maxsize=2)
    def f(n):
        calls.append(n)
        return x * n

    total = 0.0 * x
    for n in numbers:
        total = total + f(n) * (len(calls) + 1)
    return total


@program((X, 6), (X, 1))
def forgets_while_it_calls_itself(x, n):
    """What the inner calls keep may be gone when the outer call is over, and is not there twice."""
    calls = []

    @lru_cache(2)
    def f(k):
        calls.append(k)
        if k < 2:
            return x[k]
        return f(k - 1) * x[2] + f(k - 2) - f(0)

    return f(n) * len(calls) + f(n - 1) * len(calls)


@program((X, [0, 1, 0, 1]))
def of_the_default_size(x, numbers):
    """Without parentheses, with two arguments."""
    calls = []

    @lru_cache
    def f(n, name):
        calls.append(n)
        return x * n if name == "a" else x

    total = 0.0 * x
    for n in numbers:
        total = total + f(n, "a") * f(n, "b")
    return total * len(calls)


@program((X, [0, 1, 0, 1]))
def of_one(x, numbers):
    """Only the last call is known."""

    @lru_cache(maxsize=1)
    def f(n):
        return x * (n + 1.0)

    total = 0.0 * x
    for n in numbers:
        total = total + f(n) * f(n)
    return total
