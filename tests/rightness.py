"""What a program must be that was wrong once, or could be: right, or refused. Never a wrong number, never a crash."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from s2s_ad import ADError, differentiable, value_and_grad

X = np.array([1.1, 0.7, 1.3, 0.4, 0.9])


def programs_of(module: ModuleType) -> list[Callable[..., Any]]:
    """The functions of `x` and `n` that a module defines."""
    found = [f for _, f in inspect.getmembers(module, inspect.isfunction) if f.__module__ == module.__name__]
    return [f for f in found if list(inspect.signature(f).parameters) == ["x", "n"]]


def check_right_or_refused(program: Callable[..., Any]) -> None:
    """The value is that of plain Python, and the gradient that of finite differences; or there is an error of ours."""
    try:
        value, gradient = value_and_grad(program)(X.copy(), 5)
    except ADError:
        return
    assert value == program(X.copy(), 5)
    steps = 1e-6 * np.eye(5)
    differences = [(program(X + step, 5) - program(X - step, 5)) / 2e-6 for step in steps]
    np.testing.assert_allclose(gradient, differences, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(differentiable(program, optimize=False).grad(X.copy(), 5), gradient, rtol=1e-12)
