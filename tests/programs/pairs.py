"""Pairs of the objects, lists and arrays in a list, chosen by `itertools`, and written to."""

import itertools
from itertools import combinations, pairwise

import numpy as np

from programs.harness import program
from s2s_ad import MutationError


class Body:
    """A body in space."""

    def __init__(self, p, v, m):
        self.p, self.v, self.m = p, v, m


def bodies_of(x):
    """Some bodies."""
    return [Body(np.array([x, 1.0 * i, 0.3 * i * i]), np.zeros(3), 1.0 + i) for i in range(4)]


def pull(a, b):
    """The velocities of two bodies after a while."""
    d = a.p - b.p
    f = d / (np.sum(d * d) + 0.1) ** 1.5
    a.v -= 0.01 * b.m * f
    b.v += 0.01 * a.m * f


def energy(bodies):
    """Of some kind."""
    return sum(np.sum(b.v**2) * b.m + np.sum(b.p) for b in bodies)


def by_two_loops(x):
    """What the first ones come to."""
    bodies = bodies_of(x)
    for _ in range(3):
        for i in range(4):
            for j in range(i + 1, 4):
                pull(bodies[i], bodies[j])
        for i in range(4):
            bodies[i].p += 0.1 * bodies[i].v
    return energy(bodies)


@program((1.3,), same_as=by_two_loops)
def all_pairs(x):
    """As bodies pull each other."""
    bodies = bodies_of(x)
    for _ in range(3):
        for a, b in itertools.combinations(bodies, 2):
            d = a.p - b.p
            f = d / (np.sum(d * d) + 0.1) ** 1.5
            a.v -= 0.01 * b.m * f
            b.v += 0.01 * a.m * f
        for b in bodies:
            b.p += 0.1 * b.v
    return energy(bodies)


@program((1.3,), same_as=by_two_loops)
def pairs_made_once(x):
    """The list of them is made before the loop."""
    bodies = bodies_of(x)
    pairs = list(combinations(bodies, 2))
    for _ in range(3):
        for a, b in pairs:
            pull(a, b)
        for b in bodies:
            b.p += 0.1 * b.v
    return energy(bodies)


@program((1.3,))
def pairs_of_tuples(x):
    """Each with lists in it, as in a well-known benchmark."""
    bodies = [([x, 1.0 * i, 0.2], [0.0, 0.0, 0.0], 1.0 + i) for i in range(4)]
    for (p, v, m), (q, w, k) in combinations(bodies, 2):
        d = p[0] - q[1]
        v[0] -= d * k
        w[0] += d * m * v[0]
    return sum(v[0] ** 2 for _, v, _ in bodies)


@program((0.7,), (-0.2,))
def neighbours(x):
    """Each with the next, which shows what the one before has become."""
    rows = [[x * i, 1.0] for i in range(4)]
    for a, b in pairwise(rows):
        b[0] += a[0] * a[1]
        a[1] *= x
    return sum(r[0] * r[1] for r in rows)


@program((0.7,))
def permuted(x):
    """All ordered pairs; and with itself."""
    bodies = bodies_of(x)
    for a, b in itertools.permutations(bodies, 2):
        a.m += 0.1 * b.m * x
    for a, b in itertools.combinations_with_replacement(bodies, 2):
        b.m -= 0.02 * a.m
    return sum(b.m for b in bodies)


@program((0.7,))
def triples(x):
    """Three at once, with their number."""
    rows = [np.array([x, float(i)]) for i in range(4)]
    for n, (a, b, c) in enumerate(combinations(rows, 3)):
        a[0] += b[0] * c[1] * (n + 1)
        c *= 1.1
    return sum(np.sum(r) for r in rows)


@program((1.3,), same_as=lambda x: np.sum((np.arange(4)[:, None] < np.arange(4)) * (x**2 * np.arange(4) + 1)))
def only_read(x):
    """Nothing is written."""
    bodies = bodies_of(x)
    total = 0.0
    for a, b in combinations(bodies, 2):
        total += a.p[0] * b.p[0] * b.p[1] + 1
    return total


@program((0.7,), (1.5,))
def first_that_touch(x):
    """The loop is left early."""
    bodies = bodies_of(x)
    for a, b in combinations(bodies, 2):
        a.m += b.m * x
        if a.m > 5.0:
            break
    return sum(b.m**2 for b in bodies)


@program((0.7,))
def of_no_pair(x):
    """One body has no other."""
    bodies = bodies_of(x)[:1]
    for a, b in combinations(bodies, 2):
        a.m += b.m
    return bodies[0].m * bodies[0].p[0]


@program((0.7,))
def read_after_the_list_is_another(x):
    """The pairs are those of before."""
    bodies = bodies_of(x)
    pairs = list(combinations(bodies, 2))
    bodies.reverse()
    bodies = bodies[:2]
    total = 0.0
    for a, b in pairs:
        total += a.m * b.m**2
    return total + bodies[0].m


@program((0.7,), refused=MutationError)
def written_after_the_list_is_another(x):
    """The pairs are those of before."""
    bodies = bodies_of(x)
    pairs = list(combinations(bodies, 2))
    bodies.reverse()
    for a, b in pairs:
        a.m += b.m**2
    return bodies[0].m


@program((0.7,), refused=MutationError)
def written_in_another_order(x):
    """Of the pairs."""
    bodies = bodies_of(x)
    pairs = list(combinations(bodies, 2))
    pairs.reverse()
    for a, b in pairs:
        a.m += b.m**2
    return bodies[0].m


@program((0.7,), refused=MutationError)
def list_grows_meanwhile(x):
    """The pairs are those of the beginning."""
    bodies = bodies_of(x)
    for a, b in combinations(bodies, 2):
        a.m += b.m**2
        if len(bodies) < 6:
            bodies.append(Body(a.p, b.v, x))
    return bodies[0].m
