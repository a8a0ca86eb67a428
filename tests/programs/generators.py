"""Generators, which are run through once: functions that yield, and generator expressions."""

import itertools

import numpy as np

from programs.harness import program
from s2s_ad import UnsupportedSyntaxError

V = np.array([0.5, -1.25, 2.0])


def squares(v):
    """One after the other."""
    for x in v:
        yield x * x


def several(a, b):
    """Some, and more if the first is negative."""
    yield a
    yield a * b
    if a > 0:
        return
    yield b * b


def fibonacci(a, b, n):
    """The next ones of the sequence."""
    for _ in range(n):
        yield a
        a, b = b, a + b


def newton(x, a):
    """Better and better square roots, without an end."""
    while True:
        x = 0.5 * (x + a / x)
        yield x


def growing(x, n):
    """A `while` that ends."""
    while n > 0:
        x = x * 1.5
        yield x
        n = n - 1


def aloud(v):
    """Prints as it goes."""
    for x in v:
        print(x > 0)
        yield x * x


@program((V,), (np.zeros(0),))
def summed(v):
    """All at once, or nothing."""
    return sum(squares(v)) + 1.0


@program((V,))
def looped_over(v):
    """Item by item."""
    s = 1.0
    for x in squares(v):
        s = s * x + x
    return s


@program((V,), (-V,))
def several_yields(v):
    """An early `return` ends it."""
    return sum(several(v[0], v[1])) * sum(several(v[1], v[0]))


@program((1.5, 2.5))
def unpacked(x, y):
    """Into as many targets as there are items."""
    a, b = several(x, y)
    return a * b**2


@program((1.5, 2.5, 6), (1.5, 2.5, 0))
def carried(x, y, n):
    """The generator has variables of its own."""
    return sum(f * i for i, f in enumerate(fibonacci(x, y, n))) + x


@program((1.5, 3))
def with_a_while(x, n):
    """It ends, and all is taken."""
    return sum(growing(x, n))


@program((1.5, 3), refused=UnsupportedSyntaxError)
def with_a_while_and_break(x, n):
    """It might have no end."""
    for y in growing(x, n):
        if y > 3:
            break
    return y


@program((2.0,), refused=UnsupportedSyntaxError)
def without_end(x):
    """The loop that takes from it ends."""
    for y in newton(x, 3.0):
        if abs(y * y - 3.0) < 1e-9:
            break
    return y


@program((2.0,), refused=UnsupportedSyntaxError)
def slice_of_one_without_end(x):
    """A few items only."""
    return sum(itertools.islice(newton(x, 3.0), 3))


@program((V,))
def stopped_early(v):
    """Without effects nobody knows what was not asked for."""
    for y in squares(v):
        if y > 1.5:
            break
    return y * (v[0] if any(squares(v)) else 1.0)


@program((V,))
def made_into_lists(v):
    """And tuples, and arrays."""
    return list(squares(v))[0] * tuple(squares(v))[1] * np.sum(np.array([*squares(v), v[0]]))


@program((V,))
def delegated(v):
    """`yield from` a generator, an array and a generator expression."""

    def g():
        yield v[0]
        yield from squares(v)
        yield from v
        yield from (x * 3.0 for x in v)

    return sum(x * x for x in g())


@program((V,))
def zipped(v):
    """Two at a time."""
    return sum(a * b for a, b in zip(squares(v), (x * 2.0 for x in v)))


@program((V,))
def mapped(v):
    """Two at a time, by `map`."""
    return sum(map(lambda a, b: a * b, squares(v), (x * 2.0 for x in v)))


@program((V,), refused=UnsupportedSyntaxError)
def used_twice(v):
    """The second sum is empty in Python."""
    g = squares(v)
    return sum(g) + sum(g)


@program((V,), refused=UnsupportedSyntaxError)
def used_up_in_the_first_round(v):
    """Only the first round finds anything."""
    s = 0.0
    g = squares(v)
    for _ in range(2):
        for x in g:
            s = s + x
    return s


@program((V,), refused=UnsupportedSyntaxError)
def returned(v):
    """It would be run by whoever gets it."""
    return squares(v)


@program((V,))
def printing(v):
    """All is printed before the sum."""
    return sum(aloud(v)) * v[0]


@program((V,), refused=UnsupportedSyntaxError)
def printing_in_a_loop(v):
    """The order of what is printed would show."""
    s = 0.0
    for x in aloud(v):
        print(s > 0)
        s = s + x
    return s


@program((V,))
def asked_for_one(v):
    """`next` takes one item."""
    return next(squares(v))


@program((V,))
def expression_in_a_variable(v):
    """Used once, later."""
    g = (x * x for x in v)
    s = 0.0
    for x in g:
        s = s + x
    return s


@program((V,), refused=UnsupportedSyntaxError)
def expression_before_a_change(v):
    """It would run after the variable has changed."""
    a = v[0]
    g = (x * a for x in v)
    a = v[1]
    return sum(g) * a


@program((V,), refused=UnsupportedSyntaxError)
def expression_that_sees_the_loop(v):
    """The loop changes what the generator reads."""
    a = v[0]
    s = 0.0
    for x in (x * a for x in v):
        a = a + 1.0
        s = s + x
    return s


@program((V,), refused=UnsupportedSyntaxError)
def expression_over_a_growing_list(v):
    """The list grows before it is run through."""
    xs = [v[0], v[1]]
    g = (x * x for x in xs)
    xs.append(v[2])
    return sum(g)


@program((V,), refused=UnsupportedSyntaxError)
def loop_that_feeds_its_generator(v):
    """The loop appends to the list that the generator reads."""
    xs = [v[0], v[1]]
    for y in (x * x for x in xs):
        if len(xs) < 5:
            xs.append(y)
    return sum(xs)


@program((V,))
def loop_that_appends_elsewhere(v):
    """The list is none of the generator's business."""
    ys = []
    for y in squares(v):
        ys.append(y * v[0])
    return sum(ys)


@program((V,))
def expression_with_more_arguments(v):
    """Beside a start, and beside a default."""
    return sum((x * x for x in v), start=v[0]) * max((x * x for x in v), default=1.0)


@program((V,))
def nested_expression(v):
    """A generator in a generator expression, with a condition."""
    return sum(x * y for x in v for y in squares(v) if y > 1)


@program((V,))
def passed_to_a_nested_function(v):
    """It runs through the items once."""

    def total(items):
        s = 0.0
        for x in items:
            s = s * 0.5 + x
        return s

    return total(x * x for x in v) * total(squares(v))


@program((V,), refused=UnsupportedSyntaxError)
def passed_to_a_nested_function_twice(v):
    """It runs through the items twice."""

    def total(items):
        s = 0.0
        for x in items:
            s = s + x
        for x in items:
            s = s + x
        return s

    return total(x * x for x in v)


@program((V,))
def name_of_a_builtin(v):
    """A nested function called `sum` gets the generator, not a list."""

    def sum(items):
        return len(list(items)) * v[0]

    return sum(x for x in v)


@program((V,))
def captured(v):
    """A nested generator reads what surrounds it."""
    a = v[0]

    def g(n):
        for i in range(n):
            yield a * v[i]

    first = sum(g(3))
    a = v[1]
    return first * sum(g(2))
