"""The checkers themselves: a wrong rule must not pass, and the message must say what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from s2s_ad.rules import def_rrule, registry
from s2s_ad.testing import check_grads, check_rrule


def double(x: Any, y: Any) -> Any:
    """2·x + y."""
    return 2 * x + y


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    registry._rules.pop(double, None)


def test_check_rrule_passes_a_right_rule() -> None:
    """Nothing happens."""

    @def_rrule(double)
    def rule(x: Any, y: Any) -> Any:
        return 2 * x + y, lambda y_bar: (2 * y_bar, y_bar)

    check_rrule(double, 1.5, np.ones(3, np.float32))


@pytest.mark.parametrize(
    ("pullback", "message"),
    [
        (lambda y_bar: (2 * y_bar, 3 * y_bar), "argument 1: the pullback gives .* finite differences"),
        (lambda y_bar: (2.001 * y_bar, y_bar), "argument 0: the pullback gives"),
        (lambda y_bar: (y_bar.__imul__(2), y_bar), "a second call|changed y_bar"),
    ],
)
def test_check_rrule_catches_a_wrong_pullback(pullback: Any, message: str) -> None:
    """A wrong factor, a small error and an overwritten cotangent are all seen."""

    @def_rrule(double)
    def rule(x: Any, y: Any) -> Any:
        return 2 * x + y, pullback

    with pytest.raises(AssertionError, match=message):
        check_rrule(double, np.ones(3), np.ones(3))


def test_check_rrule_catches_a_wrong_value() -> None:
    """The value must be bit for bit that of the plain call."""

    @def_rrule(double)
    def rule(x: Any, y: Any) -> Any:
        return 2 * x + y + 1e-15, lambda y_bar: (2 * y_bar, y_bar)

    with pytest.raises(AssertionError, match="the value differs"):
        check_rrule(double, 1.0, 1.0)


def test_check_rrule_needs_a_rule() -> None:
    """A function without a rule is an error."""
    with pytest.raises(AssertionError, match="no rule"):
        check_rrule(double, 1.0, 1.0)


def test_check_grads_says_what_it_cannot_check() -> None:
    """Orders and modes that are not there yet are named."""
    with pytest.raises(NotImplementedError, match="order 2"):
        check_grads(np.sin, (1.0,), order=2)
    with pytest.raises(NotImplementedError, match="'fwd'"):
        check_grads(np.sin, (1.0,), modes=("rev", "fwd"))
