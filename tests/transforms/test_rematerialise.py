"""Neighbouring indices are counted again rather than saved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import s2s_ad
from programs.harness import identical
from s2s_ad.testing import check_grads

X = np.array([0.5, 1.5, -2.5, 3.5])


def agrees(program: Any, *args: Any) -> str:
    """The text of the pullback; its cotangents are those of the unoptimised one and of finite differences."""
    _, back = s2s_ad.pullback(program, *args)
    _, plain = s2s_ad.differentiable(program, optimize=False).pullback(*args)
    assert identical(back(1.0), plain(1.0))
    check_grads(program, args)
    return s2s_ad.source(program, *args)


def neighbours(x):
    s = 0.0
    for i in range(len(x) - 1):
        s += x[i] * np.sin(x[i + 1]) * (2 * i - 1)
    return s


def test_neighbouring_indices() -> None:
    """They are written where they are used, and the factors of the user's too."""
    text = agrees(neighbours, X)
    assert "x_bar[i + 1] +=" in text
    _, _, backward = text.partition("def pullback")
    assert "2 * i - 1" in backward


def test_a_loop_that_needs_no_records() -> None:
    """Where all that is saved follows from the counter, only that is counted down."""

    def weighted(x, n):
        s = 0.0
        for i in range(1, n):
            s += x * (3 * i + 1)
        return s

    text = agrees(weighted, 1.5, 4)
    assert "append" not in text
    assert "reversed(" in text


def test_indices_of_an_outer_loop() -> None:
    """A loop inside another has the counters of both."""

    def table(x):
        s = 0.0
        for i in range(len(x) - 1):
            k = i + 1
            for j in range(i):
                s += x[j] * x[j + 1] * x[k] ** 2
        return s

    text = agrees(table, X)
    assert "x_bar[j + 1] +=" in text


def test_a_zero_length_loop() -> None:
    """Nothing is computed that the loop would not have computed."""
    assert identical(s2s_ad.grad(neighbours)(X[:1]), np.zeros(1))
    assert identical(s2s_ad.grad(neighbours)(X[:0]), np.zeros(0))


def left_early(x):
    """How many iterations there were is known only from the records."""
    s = 0.0
    for i in range(len(x) - 1):
        s += x[i + 1] ** 2
        if s > 3.0:
            break
    return s


def counted_by_hand(x):
    """Nothing counts this variable down."""
    s, k = 0.0, 0
    for value in x:
        s += value * (k + 1)
        k += 2
    return s


def looked_up(x):
    """An index that is no function of the counter alone."""
    s = 0.0
    for i in range(2):
        k = len(x) - 1 - i
        s += x[k] * x[k] * x[i]
    return s


@pytest.mark.parametrize("program", [left_early, counted_by_hand, looked_up])
def test_what_is_not_at_hand_is_saved(program) -> None:
    """It is in the records, as before."""
    assert ".append(" in agrees(program, X)


def test_indices_of_several_loops() -> None:
    """They are put together from the counters, of which none is saved."""

    def product(a: Any, b: Any) -> Any:
        n = len(a)
        c = np.zeros((n, n))
        for i in range(n):
            for j in range(n):
                for k in range(n):
                    c[i, j] += a[i, k] * b[k, j]
        return np.sum(c * c)

    text = s2s_ad.source(product, np.ones((2, 2)), np.ones((2, 2)), mode="grad")
    assert "a_bar[i, k] += c_bar[i, j] * t" in text
    assert "for k, t in zip(reversed(range(n)), reversed(for_1)):" in text


def test_a_counter_that_is_assigned_anew() -> None:
    """Where a variable is not what the loop counts, it is saved."""

    def skipping(x: Any) -> Any:
        total = 0.0
        for i in range(3):
            i = 2 * i % 3
            total += x[i, i] * x[i, 0]
        return total

    x = np.arange(1.0, 10.0).reshape(3, 3)
    expected = np.zeros((3, 3))
    for i in range(3):
        expected[i, i] += x[i, 0]
        expected[i, 0] += x[i, i]
    np.testing.assert_array_equal(s2s_ad.grad(skipping)(x), expected)
