"""Only what is the same to the last bit, and in its type, is simplified."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from programs.harness import identical
from s2s_ad.transforms.constant_folding import constant_folding
from transforms.before_after import check, check_unchanged, passed

check_folded = partial(check, constant_folding)
check_not_folded = partial(check_unchanged, constant_folding)
X = np.array([0.5, -0.0, np.inf, np.nan])


def test_factors_of_one() -> None:
    """The example of the module."""

    def before(x):
        return 1.0 * x * (2 * 3.0)

    def after(x):
        return x * 6.0

    check_folded(before, after, 1.5)
    check_folded(before, after, np.float32(1.5))


def test_what_gives_its_operand_back() -> None:
    """Signs, factors and divisors, of special values too."""

    def before(x):
        y = -x
        return -y / 1 * (+x * 1) - (1 * x)

    def after(x):
        return x * x - x

    for argument in (1.5, -0.0, np.float64("inf"), np.float32("nan")):
        check_folded(before, after, argument)


def test_zero_beside_an_int() -> None:
    """Not beside a float, whose -0.0 it would make 0.0, and not beside a bool, of which it makes an int."""

    def before(n, x, flag):
        return ((0 + n) * x + (n - 0) * (n + 0), x + 0, flag + 0, 0 - n)

    def after(n, x, flag):
        return (n * x + n * n, x + 0, flag + 0, 0 - n)

    check_folded(before, after, 3, -0.0, True)


def test_arrays_that_stay_inside() -> None:
    """Nobody can tell a product with one from the array itself."""

    def before(x):
        return np.sum(np.exp(x * 1.0) / 1)

    def after(x):
        return np.sum(np.exp(x))

    check_folded(before, after, X)


def int_becomes_float(n):
    """An int times 1.0 is a float."""
    return n * 1.0 + True * 1.0


def negative_zero(x):
    """-0.0 + 0.0 is 0.0."""
    return (x + 0.0) + (x - (-0.0)) * 2


def infinity(x):
    """0 * inf is NaN."""
    return 0.0 * x + x * 0


def errors(x):
    """A division by zero is left to be raised."""
    return x / (1 - 1) if x > 5.0 else x


@pytest.mark.parametrize(
    ("program", "argument"),
    [(negative_zero, 1.5), (infinity, 1.5), (int_becomes_float, 3)],
    ids=lambda p: getattr(p, "__name__", ""),
)
def test_what_is_not_the_same(program, argument) -> None:
    """The arithmetic stays; only what is constant is computed."""
    text = passed(constant_folding, program, argument)
    assert text.count("mul(") + text.count("add(") + text.count("sub(") >= 2


def test_errors_stay_in_their_place() -> None:
    """What has no result is no constant."""
    text = passed(constant_folding, errors, 1.5)
    assert "truediv(%x, 0)" in text


def test_a_new_array_is_given_to_the_caller() -> None:
    """What the function returns is not its argument."""

    def copied(x):
        return x * 1.0

    check_not_folded(copied, X)


def test_numbers_are_equal_to_the_last_bit() -> None:
    """As Python computes them."""

    def before(x):
        return x * (0.1 + 0.2) - (1 / 3)

    def after(x):
        return x * 0.30000000000000004 - 0.3333333333333333

    check_folded(before, after, 1.5)
    assert identical(before(1.5), after(1.5))
