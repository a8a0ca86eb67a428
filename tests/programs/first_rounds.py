"""Loops whose first round finds two names for one object, and whose others do not."""

import numpy as np

from programs.harness import program

M = np.array([[3.0, 0.2, 0.1], [0.2, 4.0, 0.3], [0.1, 0.3, 5.0]])
B = np.array([0.4, -0.7, 1.2])


def _solved(b, rounds, least):
    x, r, p = np.zeros(3), b, b
    for i in range(rounds):
        step = M @ p
        rate = (r @ r) / (p @ step)
        x, rest = x + rate * p, r - rate * step
        if rest @ rest < least:
            break
        p, r = rest + (rest @ rest) / (r @ r) * (p if i else rest), rest
    return x @ b


@program((B,), same_as=lambda b: _solved(b, 3, 0.0))
def conjugate_gradients(b):
    """The direction is the very residual at first, and so is written to as well."""
    x = np.zeros_like(b)
    r = b.copy()
    p = r
    size = r @ r
    for _ in range(3):
        step = M @ p
        rate = size / (p @ step)
        x += rate * p
        r -= rate * step
        new = r @ r
        p = r + new / size * p
        size = new
    return x @ b


@program((B, -3), (B, 3), same_as=lambda b, power: _solved(b, 20, 10.0**power))
def conjugate_gradients_until(b, power):
    """A loop that is left in its midst, in the first round or later."""
    x = np.zeros_like(b)
    r = b.copy()
    p = r
    size = r @ r
    rounds = 0
    while True:
        step = M @ p
        rate = size / (p @ step)
        x += rate * p
        r -= rate * step
        new = r @ r
        rounds += 1
        if new < 10.0**power or rounds == 20:
            break
        p = r + (new / size) * p
        size = new
    return x @ b


@program((B, 3), (B, 1), (B, 0), same_as=lambda b, n: _solved(b, n, 0.05))
def conjugate_gradients_at_most(b, n):
    """A loop with a bound, of which there may be no round at all."""
    x = np.zeros_like(b)
    r = b * 1.0
    p = r
    size = r @ r
    for _ in range(n):
        step = M @ p
        rate = size / (p @ step)
        x += rate * p
        r -= rate * step
        new = r @ r
        if new < 0.05:
            break
        p = r + (new / size) * p
        size = new
    return x @ b


@program((B,))
def sum_of_what_shrinks(b):
    """A test of its own before each round."""
    r = b * 1.0
    p = r
    rounds = 0
    while r @ r > 0.1 and rounds < 5:
        r *= b
        p = p + r
        rounds += 1
    return p @ r + rounds


@program((B,))
def rows_one_by_one(b):
    """A loop through the rows of an array."""
    a = np.outer(b, b)
    r = b * 1.5
    p = r
    for row in a:
        r *= row
        p = p + r
    return np.sum(p * r)


@program((B,))
def downwards(b):
    """A range with a step, and a write to all of the array."""
    r = b * 1.5
    p = r
    for i in range(2, -1, -1):
        r[:] = r * b[i]
        p = p * 1.5 + r
    return np.sum(p * r)


@program((B,))
def a_loop_in_a_loop(b):
    """Both begin with one array under two names."""
    r = b * 1.5
    p = r
    for _ in range(2):
        q = r
        for j in range(2):
            r *= b[j]
            q = q + r * p
        p = p * 1.5 + q
    return np.sum(p * r * q)


@program((B, 2), (B, 0), (B, 9))
def given_back_in_the_midst(b, last):
    """A `return` in the first round, in another one, or in none."""
    r = b * 1.5
    p = r
    for i in range(4):
        r *= b
        if i == last:
            return np.sum(p * r)
        p = p + r
    return np.sum(p)


@program((B,))
def arrays_that_turn_round(b):
    """Two names for one array, which change places."""
    u = b * 1.5
    v = u
    for _ in range(3):
        u += v * b
        u, v = v, u * 1.1
    return np.sum(u * v)


@program((B.copy(),))
def the_argument_and_what_it_was(b):
    """The caller's array by two names, one of which goes on to another array."""
    before = b
    total = b * 0
    for i in range(3):
        b += i
        total = total + before * b
        before = total * 2
    return np.sum(total * before)
