"""`itertools`: iterators without an end beside what ends, and groups."""

import itertools
import operator
from itertools import groupby

import numpy as np

from programs.harness import program
from s2s_ad import MutationError, UnsupportedSyntaxError

V = np.array([0.7, 1.3, 0.4, 2.1])
W = np.array([0.5, -1.0])


@program((V,), (V[:0],), (V[:3],), same_as=lambda v: np.sum(v[::2] ** 2) - np.sum(v[1::2] ** 2))
def cycle_of_constants(v):
    """Beside something longer, or nothing."""
    s = 0.0
    for a, b in zip(v, itertools.cycle([1.0, -1.0])):
        s += a * a * b
    return s


@program(
    (V, W), (V, W[:1]), (V, W[:0]), same_as=lambda v, w: sum(v[i] * w[i % len(w)] for i in range(len(w) and len(v)))
)
def cycle_of_arguments(v, w):
    """It stands first, and may have no items."""
    return sum(b * a for b, a in zip(itertools.cycle(w), v))


@program((V, W))
def two_cycles(v, w):
    """One of them is cut, and one runs through what another iterator gives."""
    rows = zip(itertools.cycle(a * a for a in w), v, itertools.islice(itertools.cycle(v[1:]), 1, 7))
    return sum(a * b * c for a, b, c in rows)


@program((V, W), same_as=lambda v, w: np.sum(np.stack([w, 2.0 * w, w]) ** 2 * v[:3, None]))
def cycle_of_arrays(v, w):
    """The same array comes again."""
    rows = [w * 1.0, w * 2.0]
    s = 0.0
    for a, row in zip(v[:3], itertools.cycle(rows)):
        s = s + np.sum(row * row) * a
    return s


@program((V,), same_as=lambda v: np.sum(v) * v[1] + 2.0 * v[0] * v[1] + v[0] * np.sum(v))
def repeated(v):
    """With and without an end."""
    s = sum(map(operator.mul, v, itertools.repeat(v[1]))) + sum(itertools.repeat(v[0] * v[1], 2))
    return s + sum(a * b for a, b in zip(itertools.repeat(v[0]), v))


@program((V,), same_as=lambda v: np.sum(np.arange(4) * v + (1 + 2 * np.arange(4)) * v + 0.5 * np.arange(4) * v))
def counted(v):
    """Ints and floats."""
    s = sum(i * a for i, a in zip(itertools.count(), v)) + sum(i * a for i, a in zip(itertools.count(1, 2), v))
    return s + sum(a * i for a, i in zip(v, itertools.count(step=0.5)))


@program((V,), same_as=lambda v: np.sum((v[0] + np.arange(4) * v[1]) * v) + 3.0 * v[0] + 3.0 * v[1])
def counted_from_arguments(v):
    """The start and the step are differentiated."""
    s = sum(i * a for i, a in zip(itertools.count(v[0], v[1]), v))
    return s + sum(itertools.islice(itertools.count(v[0], v[1]), 3))


@program((V,), same_as=lambda v: v[0] + v[2])
def compressed(v):
    """By what comes again."""
    return sum(itertools.compress(v, itertools.cycle([1, 0])))


@program((V, W), (V[:1], W))
def longest_of_three(v, w):
    """The fill is differentiated."""
    return sum(a * b * c for a, b, c in itertools.zip_longest(v, w, v[1:], fillvalue=w[1]))


@program((V,), (V[:1],), (V[:0],))
def grouped(v):
    """By a key; each group is used up by a loop."""
    s = 0.0
    for k, g in groupby(v, lambda a: a > 1.0):
        p = 1.0
        for a in g:
            p = p * a
        s += p * (2.0 if k else 3.0)
    return s


@program((V,), same_as=lambda v: 2.0 * v[0] ** 2 + 3.0 * v[1] ** 2)
def grouped_constants(v):
    """Without a key."""
    s = 0.0
    for k, g in itertools.groupby([0, 0, 1, 1, 1]):
        s += len(list(g)) * v[k] ** 2
    return s


@program((V,), same_as=lambda v: (v[0] + v[2]) ** 2 + 2.0 * (v[1] + v[3]) ** 2)
def grouped_rows(v):
    """By the first part of pairs, with a comprehension over each group."""
    rows = sorted([(i % 2, v[i]) for i in range(4)], key=lambda row: row[0])
    s = 0.0
    for k, g in groupby(rows, key=lambda row: row[0]):
        s = s + (k + 1) * sum(a for _, a in g) ** 2
    return s


@program((V,), same_as=lambda v: (v[0] + v[2]) * (v[1] + v[3]) + v[0] ** 2 * v[1] ** 2)
def grouped_in_comprehensions(v):
    """The group is looked at once."""
    sums = {k: sum(g) for k, g in groupby(sorted(v), key=lambda a: a > 1.0)}
    products = [np.prod(np.array([a * a for a in g])) for _, g in groupby(v[:2], key=lambda a: a > 0.0)]
    return sums[True] * sums[False] + products[0]


@program((V,), same_as=lambda v: v[0] ** 2 + v[1] ** 2)
def grouped_and_left(v):
    """By `break`; two loops have one name for their groups."""
    s = 0.0
    for k, g in groupby(v, key=lambda a: a > 1.0):
        s += sum(a * a for a in g)
        if k:
            break
    for _, g in groupby(v[:0]):
        s += sum(g)
    return s


@program((V,), refused=UnsupportedSyntaxError)
def group_used_twice(v):
    """The second time it is empty."""
    s = 0.0
    for _, g in groupby(v, key=lambda a: a > 1.0):
        s += sum(g) + sum(g)
    return s


@program((V,), refused=UnsupportedSyntaxError)
def groups_kept(v):
    """They are empty when the next one has come."""
    kept = [(k, g) for k, g in groupby(v, key=lambda a: a > 1.0)]
    return sum(sum(g) for _, g in kept) + v[0]


@program((V,), refused=UnsupportedSyntaxError)
def groups_listed(v):
    """As above."""
    return sum(sum(g) for _, g in list(groupby(v, key=lambda a: a > 1.0))) + v[0]


@program((V,), refused=UnsupportedSyntaxError)
def group_in_a_loop(v):
    """It is used up when the outer loop comes to its second item."""
    return sum([sum([a * b for b in (1.0, 2.0) for a in g]) for _, g in groupby(v, key=lambda a: a > 1.0)])


@program((V,), refused=UnsupportedSyntaxError)
def group_read_later(v):
    """By a function that runs when it is over."""
    sums = [lambda: sum(g) for _, g in groupby(v, key=lambda a: a > 1.0)]
    return sums[0]() + v[0]


@program((V,), refused=UnsupportedSyntaxError)
def group_after_the_loop(v):
    """The last one is used up."""
    for _, g in groupby(v, key=lambda a: a > 1.0):
        pass
    return sum(g) + v[0]


@program((V,), refused=UnsupportedSyntaxError)
def cycle_that_goes_on(v):
    """The second loop begins where the first has ended."""
    turns, s = itertools.cycle(v), 0.0
    for a, b in zip(v, turns):
        s += a * b
    for a, b in zip(v[:2], turns):
        s += a * b
    return s


@program((V,), refused=UnsupportedSyntaxError)
def cycle_in_a_loop(v):
    """As above."""
    turns, s = itertools.cycle(v), 0.0
    for _ in range(2):
        for a, b in zip(v[:3], turns):
            s += a * b
    return s


@program((V,))
def cycle_by_itself(v):
    """The body says when it ends."""
    s = 0.0
    for a in itertools.cycle(v):
        s += a
        if s > 5.0:
            break
    return s


@program((V, W), refused=MutationError)
def cycle_written_to(v, w):
    """The same array comes again, changed."""
    rows = [w * 1.0, w * 2.0]
    for a, row in zip(v[:3], itertools.cycle(rows)):
        row *= a
    return np.sum(rows[0] * rows[1])
