"""Rules that cover a part of what a function does say in their own words what they do not, when it is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from s2s_ad import MissingRuleError, def_rrule, primitive, pullback

V = np.array([1.5, 2.5, 3.5])


def in_the_plane(a: Any) -> Any:
    """Known when it runs."""
    return np.cross(a, np.array([3.0, 4.0]))


def of_axis_numbers(a: Any) -> Any:
    """Known when it is compiled."""
    return np.einsum(a, [0], a, [0])


def padded(a: Any) -> Any:
    """Known when it is compiled, from an argument."""
    return np.pad(a, 1, mode="edge")


def padded_by(a: Any) -> Any:
    """Known when it runs, from a variable."""
    mode = "edge" if a[0] > 0 else "constant"
    return np.pad(a, 1, mode=mode)


def of_low_order(a: Any) -> Any:
    """Known when it is compiled, in the pullback."""
    return np.linalg.norm(a, 0.5)


@pytest.mark.parametrize(
    ("f", "a", "says"),
    [
        (in_the_plane, V[:2], "np.cross of vectors in the plane"),
        (of_axis_numbers, V, "np.einsum with lists of axis numbers"),
        (padded, V, "the derivative of np.pad in mode 'edge'"),
        (padded_by, V, "the derivative of np.pad in mode 'edge'"),
        (of_low_order, V, "the derivative of np.linalg.norm of order 0.5"),
    ],
)
def test_a_rule_says_what_it_does_not_cover(f: Any, a: Any, says: str) -> None:
    """At the line of the call, as an ADError."""
    with pytest.raises(MissingRuleError) as caught:
        pullback(f, a)[1](1.0)
    assert says in str(caught.value)
    assert caught.value.span is not None
    assert caught.value.span.function == f.__name__


def test_the_error_of_a_pullback_is_its_own() -> None:
    """What surely raises otherwise raises when it runs."""

    @primitive
    def half(x: float) -> float:
        return x / 2

    @def_rrule(half)
    def half_rule(x: float) -> Any:
        def half_pullback(y_bar: float) -> Any:
            raise ValueError("not today")

        return x / 2, half_pullback

    _, back = pullback(lambda x: half(x) * x, 1.5)
    with pytest.raises(ValueError, match="not today"):
        back(1.0)
