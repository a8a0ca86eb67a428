"""The application of a rule at run time, and the refusals."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
import pytest

from s2s_ad.rules import primitive, rrule
from s2s_ad.rules.registry import registry


def test_rrule_chains_by_hand() -> None:
    """The derivative of sin(cos x) by two rules."""
    y, cos_back = rrule(np.cos, 0.6)
    z, sin_back = rrule(np.sin, y)
    assert y == 0.8253356149096783
    assert z == np.sin(np.cos(0.6))
    assert cos_back(sin_back(1.0)[1]) == (None, pytest.approx(-math.cos(math.cos(0.6)) * math.sin(0.6), rel=1e-15))


def test_rrule_of_an_unknown_function_is_none() -> None:
    """There is nothing to say about a function without a rule, or with keywords that the rule does not know."""
    assert rrule(print, 1.0) is None
    assert rrule(np.add, 1.0, 2.0, dtype=np.float32) is None


def test_rrule_of_a_primitive_without_a_rule_is_none() -> None:
    """A primitive that nobody gave a rule is not looked into."""

    @primitive
    def opaque(x: float) -> float:
        return x

    try:
        assert rrule(opaque, 1.0) is None
    finally:
        registry._rules.pop(opaque)


def test_rrule_keeps_the_kind_of_each_number() -> None:
    """Floats stay floats, ints have no cotangent, float32 stays float32."""
    _, back = rrule(operator.mul, 2.0, 3)
    assert back(1.0) == (None, 3.0, None)
    assert type(back(1.0)[1]) is float
    y, back = rrule(np.multiply, np.float32(2), np.ones(3))
    assert y.dtype == np.float64
    assert back(np.ones(3))[1].dtype == np.float32
    y, _ = rrule(np.divide, np.ones(3, np.float32), 2.0)
    assert y.dtype == np.float32


def test_rrule_raises_what_the_function_raises() -> None:
    """The primal's own errors come through."""
    with pytest.raises(ZeroDivisionError):
        rrule(operator.truediv, 1.0, 0.0)
    with pytest.raises(ValueError, match=r"math domain error|expected a nonnegative input"):
        rrule(math.sqrt, -1.0)


def test_rrule_of_an_integer_result_gives_zeros() -> None:
    """A sum cast to int carries nothing back."""
    y, back = rrule(np.sum, np.array([1.0, 2.0]), dtype=int)
    assert y == 3
    assert back(None)[1].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("fn", "args", "kwargs"),
    [
        (np.ravel, (np.ones((2, 2)),), {"order": "K"}),
        (np.pad, (np.ones(2), 1, "edge"), {}),
        (np.clip, (np.ones(2), 0.0, 1.0, np.ones(2)), {}),
        (np.nan_to_num, (np.ones(2), False), {}),
        (np.nan_to_num, (np.ones(2, complex),), {}),
        (np.einsum, (np.ones((2, 2)), [0, 1]), {}),
        (np.cross, (np.ones(2), np.ones(2)), {}),
        (np.cross, (np.ones((3, 2)), np.ones(3), 0), {}),
        (np.linalg.norm, (np.ones(2), 0.5), {}),
    ],
)
def test_what_a_rule_cannot_do_is_refused(fn: Any, args: Any, kwargs: Any) -> None:
    """A call that the rule would get wrong raises at the latest when its pullback is called."""
    with pytest.raises(NotImplementedError):
        rrule(fn, *args, **kwargs)[1](fn(*args, **kwargs))


def test_where_with_a_condition_only_gives_indices() -> None:
    """The one-argument form selects nothing and so carries nothing."""
    y, back = rrule(np.where, np.array([0.0, 2.0]))
    assert [i.tolist() for i in y] == [[1]]
    assert back(None)[1].tolist() == [0.0, 0.0]
