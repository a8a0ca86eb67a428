"""Library functions without a rule are looked into only where a derivative goes through them."""

import inspect

import numpy as np
import pytest

from s2s_ad import MissingRuleError, def_rrule, grad, pullback, source
from s2s_ad.analysis import libraries
from s2s_ad.rules.registry import registry


def shaded(x):
    """An image that is sorted on the way."""
    return np.sum(np.unravel_index(3, (2, 2))[0] * x) + np.busday_count("2020-01-01", "2020-02-01") * x[0]


def beyond(v, x):
    """A convolution in C, two functions deep."""
    return np.polymul(v, v) @ np.polymul(v, v) * x


def test_call_without_derivative_is_left_alone(monkeypatch):
    """Its source is not even looked for."""
    looked_for = []
    monkeypatch.setattr("s2s_ad.compiler.library_source", lambda fn: looked_for.append(fn))
    np.testing.assert_array_equal(grad(shaded)(np.ones(2)), [24.0, 1.0])
    assert looked_for == []


def test_functions_with_a_rule_stay_primitives():
    """`np.trace` could be looked into as well."""
    assert "np.trace(a)" in source(lambda a: np.trace(a) * 2.0, np.eye(2))


def test_refusal_names_the_call_and_what_is_wrong_inside():
    """Two places: the user's line, with the ways out, and the line of the library."""
    with pytest.raises(MissingRuleError) as refusal:
        pullback(beyond, np.ones(3), 2.0)
    first, *others = refusal.value.problems
    assert first.message == "no derivative rule for `numpy.polymul`, and its source cannot be differentiated"
    assert first.span.text.strip() == "return np.polymul(v, v) @ np.polymul(v, v) * x"
    assert "np.polymul(v, v)" == first.span.text[slice(*first.span.characters)]
    assert all(way in first.hint for way in ("def_rrule", "non_differentiable", "rewrite"))
    assert "poly1d" in others[0].message
    assert others[0].span.filename == np.polymul._implementation.__code__.co_filename


def test_own_rule_comes_first():
    """A rule for the function ends the looking."""
    with pytest.raises(MissingRuleError):
        grad(lambda v: np.polymul(v, v)[0])(np.ones(3))

    @def_rrule(np.polymul)
    def rule(a, b):
        return np.polymul(a, b), lambda y_bar: (np.full(np.shape(a), 5.0), np.full(np.shape(b), 7.0))

    try:
        np.testing.assert_array_equal(grad(lambda v: np.polymul(v, v)[0])(np.ones(3)), np.full(3, 12.0))
    finally:
        del registry._rules[np.polymul]
        registry.version = object()


def test_library_function_itself():
    """As the function to differentiate."""
    np.testing.assert_allclose(grad(np.polyval)(np.array([1.0, 2.0]), 3.0), [3.0, 1.0])
    assert libraries.library_source(np.sin) is None


def test_decorated_function_is_bound_by_the_signature_of_its_code():
    """A decorator may have given it another signature, by `__signature__` or by `__wrapped__`."""

    def f(x, *rest):
        return x * 3.0 + sum(rest)

    f.__signature__ = inspect.Signature([inspect.Parameter("renamed", inspect.Parameter.POSITIONAL_OR_KEYWORD)])
    assert grad(f)(2.0) == 3.0
    assert pullback(f, 2.0, 1.0)[1](1.0) == (None, 3.0, 1.0)
