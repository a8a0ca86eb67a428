"""Objects of libraries, exceptions, and rows of constants: followed, or refused where they may hold what is active."""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time
from typing import Any

import numpy as np
import pytest

from s2s_ad import MissingRuleError, differentiable, grad, pullback


class Done(Exception):
    """An exception with an attribute."""

    def __init__(self, v: Any) -> None:
        super().__init__(v)
        self.v = v


def test_a_namespace_is_an_object_like_others() -> None:
    """`argparse.Namespace`, by itself, in an attribute, and made inside."""

    class Model:
        def __init__(self, args: Any) -> None:
            self.args = args

        def run(self, x: Any) -> Any:
            for _ in range(self.args.n):
                x = x * self.args.rate
            return x

    def made(x: Any) -> Any:
        args = argparse.Namespace(rate=x)
        args.rate *= 2
        return x * args.rate

    f_bar, x_bar = pullback(Model(argparse.Namespace(rate=2.0, n=2)).run, 1.5)[1](1.0)
    assert (f_bar.args.rate, x_bar) == (6.0, 4.0)
    assert pullback(lambda a, x: a.rate * x, argparse.Namespace(rate=2.0), 1.5)[1](1.0)[1].rate == 1.5
    assert grad(made)(1.5) == 6.0


@pytest.mark.parametrize("make", [lambda: Done(2.0), lambda: ValueError(2.0), lambda: np.poly1d([1.0, 2.0])])
def test_an_argument_that_hides_floats_is_refused(make: Any) -> None:
    """Nothing would be said of the derivative by them; as what is not differentiated by they may be given."""
    with pytest.raises(TypeError, match=r"argument `a` of .* holds a `.*`, whose cotangent is not known"):
        pullback(lambda a, x: a.v * x, make(), 1.5)
    assert grad(lambda a, x: x * x, argnums=1)(make(), 1.5) == 3.0


@pytest.mark.parametrize(
    "given", [logging.getLogger("a"), random.Random(0), np.random.default_rng(0), ValueError("a", 2), time.sleep]
)
def test_an_argument_without_floats_is_let_through(given: Any) -> None:
    """What has no derivative has the cotangent None."""
    assert pullback(lambda a, x: x * x, given, 1.5)[1](1.0)[1:] == (None, 3.0)


def _attribute(x):
    e = Done(x)
    return e.v * 3


def _arguments(x):
    e = ValueError("too small", x)
    return e.args[1] * 3


def _in_a_list(x):
    found = [Done(x)]
    return found[0].v * x


def _or_none(x):
    e = None
    if x > 0.5:
        e = Done(x)
    return x if e is None else e.v * x


@pytest.mark.parametrize("function", [_attribute, _arguments, _in_a_list, _or_none])
def test_an_exception_that_holds_what_is_active_is_refused(function: Any) -> None:
    """Also one that is never raised."""
    with pytest.raises(MissingRuleError, match="a result that depends on what an exception holds") as info:
        grad(function)(0.9)
    assert "^" in str(info.value)


def test_exceptions_that_hold_nothing_active() -> None:
    """They may be looked into, and raised with floats in them."""

    def looked_into(x: Any) -> Any:
        e = ValueError("n", 3)
        if x > 100:
            raise ValueError(f"too great: {x}", x)
        return x * e.args[1]

    assert grad(looked_into)(2.0) == 3.0
    with pytest.raises(ValueError, match="too great") as info:
        grad(looked_into)(200.0)
    assert info.value.args[1] == 200.0


INFO = sys.float_info


@pytest.mark.parametrize("optimize", [True, False])
@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda x: min(x, sys.float_info.max), 1.0),
        (lambda x: x * sys.float_info.epsilon, sys.float_info.epsilon),
        (lambda x: x * INFO.max_exp + x * INFO[0] * 0, 1024.0),
        (lambda x: x * sys.version_info.major, 3.0),
        (lambda x: x * time.gmtime(0).tm_year, 1970.0),
    ],
)
def test_rows_of_constants_have_names(function: Any, slope: float, *, optimize: bool) -> None:
    """`sys.float_info` and the like are tuples whose items have names too."""
    y, back = differentiable(function, optimize=optimize).pullback(0.5)
    assert (y, back(1.0)[1]) == (function(0.5), slope)
