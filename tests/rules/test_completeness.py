"""Nothing is forgotten: every ufunc and every function of `math` has a rule, and every rule is tested."""

from __future__ import annotations

import inspect
import math
import operator
from typing import Any

import numpy as np

from rules import symmetric
from rules.elementwise import NARROWING, NARY, UNARY
from rules.table import ROWS
from s2s_ad.rules import ATTRIBUTES, METHODS, LinearRule, ReverseRule, ScalarRule, ZeroRule, registry
from s2s_ad.rules.numpy import methods


def test_every_ufunc_has_a_rule() -> None:
    """All of NumPy's universal functions are registered."""
    ufuncs = {name: fn for name, fn in vars(np).items() if isinstance(fn, np.ufunc)}
    assert len(ufuncs) > 90
    assert [name for name, fn in ufuncs.items() if registry.get(fn) is None] == []


def test_every_math_function_has_a_rule() -> None:
    """All functions of the `math` module are registered."""
    functions = {name: fn for name, fn in vars(math).items() if callable(fn) and not name.startswith("_")}
    assert len(functions) > 50
    assert [name for name, fn in functions.items() if registry.get(fn) is None] == []


def test_every_operator_has_a_rule() -> None:
    """All functions that the operators of the language stand for are registered."""
    names = (
        "add sub mul truediv floordiv mod pow neg pos matmul abs and_ or_ xor invert lshift rshift eq ne lt le gt ge"
    )
    names += " not_ is_ is_not contains"
    assert [name for name in names.split() if registry.get(getattr(operator, name)) is None] == []


def _is_ours(rule: Any) -> bool:
    given = getattr(rule, "partials", None) or getattr(rule, "transpose", None) or rule.rrule
    return str(given.__module__).startswith("s2s_ad.rules")


def test_every_rule_has_a_row() -> None:
    """A rule without a row in a table of tests is not done."""
    rules = [registry.get(fn) for fn in registry.functions()]
    tested = {fn for fn, _ in [*UNARY, *NARY]} | {row.fn for row in ROWS} | {*symmetric.FUNCTIONS, *NARROWING}
    differentiable = [r for r in rules if isinstance(r, (ScalarRule, LinearRule, ReverseRule)) and _is_ours(r)]
    assert len(differentiable) > 200
    assert [rule.fn for rule in differentiable if rule.fn not in tested] == []


def test_methods_are_functions_with_rules() -> None:
    """A method stands for a function that has a rule, or for a plain one that is to be looked into."""
    adapters = (methods.reshape_method, methods.transpose_method, methods.conj_method)
    functions = [*METHODS.values(), *ATTRIBUTES.values()]
    assert [fn for fn in functions if registry.get(fn) is None and fn not in adapters] == []
    assert [name for name in METHODS if not hasattr(np.ndarray, name)] == []
    assert [name for name in ATTRIBUTES if not hasattr(np.ndarray, name)] == []


def test_parameters_of_rules_are_those_of_their_functions() -> None:
    """A rule names its parameters as its function does, so that calls by keyword fit."""
    wrong = []
    for fn in registry.functions():
        rule = registry.get(fn)
        if not isinstance(rule, (LinearRule, ReverseRule)) or not _is_ours(rule) or isinstance(fn, type):
            continue
        try:
            names = {"newshape": "shape"}  # what NumPy 2.0 calls it
            theirs = [
                names.get(p.name, p.name)
                for p in inspect.signature(fn).parameters.values()
                if p.kind != p.POSITIONAL_ONLY
            ]
        except ValueError:
            continue
        given = rule.rrule if isinstance(rule, ReverseRule) else rule.transpose
        ours = [p.name for p in inspect.signature(given).parameters.values() if p.kind == p.POSITIONAL_OR_KEYWORD]
        named = [name for name in ours[isinstance(rule, LinearRule) :] if name in theirs]
        if isinstance(fn, np.ufunc) or theirs[: len(named)] == named or "args" in theirs:
            continue
        wrong.append((fn.__name__, named, theirs))
    assert wrong == []


def test_zero_rules_give_nothing() -> None:
    """A function whose derivative is zero by decree gives exact zeros of each argument's own kind."""
    from s2s_ad.rules import rrule

    y, back = rrule(np.floor, np.array([1.5, -2.5], np.float32))
    assert y.tolist() == [1.0, -3.0]
    assert back(np.ones(2, np.float32))[1].tolist() == [0.0, 0.0]
    assert back(np.ones(2, np.float32))[1].dtype == np.float32
    assert rrule(math.floor, 2.5)[1](None) == (None, 0.0)
    assert rrule(operator.lt, 2.5, 3)[1](None) == (None, 0.0, None)
    assert isinstance(registry.get(np.argmax), ZeroRule)
