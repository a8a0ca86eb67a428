"""One random program, compared: with itself run plainly, with finite differences, and with its own unoptimised code."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from fuzz.generate import program_text
from programs.harness import identical
from s2s_ad import ADError, differentiable

ARGUMENTS = (0.7, -1.3, (0.4, -0.9, 1.6))


@dataclass
class Outcome:
    """`verdict`: "right", "refused", "rough" (not smooth there), "fails" (the program itself), or "wrong"."""

    verdict: str
    detail: str = ""


def check(seed: int) -> Outcome:
    """Write the program of a seed, and compare."""
    function = made(seed)
    x, y, v = ARGUMENTS
    arguments = (x, y, np.array(v))
    with np.errstate(all="ignore"):
        try:
            value = function(*deepcopy(arguments))  # it may write to them
        except Exception as error:
            return Outcome("fails", repr(error))
        if not np.ndim(value) == 0 or not np.isfinite(value):
            return Outcome("fails", f"gives {value}")
        try:
            found = [derivatives(function, arguments, optimize=optimize) for optimize in (True, False)]
        except ADError as error:
            return Outcome("refused", error.message)
        except Exception as error:
            return Outcome("wrong", f"raises {error!r}")
        return compared(function, arguments, value, found)


def made(seed: int) -> Callable[..., Any]:
    """The function `program` of a seed, with its source at hand."""
    text, filename = program_text(seed), f"<random program {seed}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    module = sys.modules["random_program"] = ModuleType("random_program")  # dataclasses look it up
    exec(compile(text, filename, "exec"), vars(module))
    return module.program  # type: ignore[no-any-return]


def derivatives(function: Callable[..., Any], arguments: tuple[Any, ...], *, optimize: bool) -> tuple[Any, Any, Any]:
    """The value, and the gradient by the closure form and by the joint form."""
    program = differentiable(function, optimize=optimize)
    value, back = program.pullback(*deepcopy(arguments))
    one = type(value)(1.0)
    once, again = flat(back(one)[1:]), flat(back(one)[1:])
    if not identical(once, again):
        raise AssertionError(f"the pullback gives {once}, and then {again}")
    value_again, gradient = program.value_and_grad(*deepcopy(arguments), argnums=(0, 1, 2))
    if not identical(float(value_again), float(value)):
        raise AssertionError(f"the value is {value}, and then {value_again}")
    return value, once, flat(gradient)


def flat(bars: tuple[Any, ...]) -> Any:
    """The cotangents of two floats and an array, end to end."""
    x_bar, y_bar, v_bar = bars
    assert type(x_bar) is type(y_bar) is float, (x_bar, y_bar)
    assert np.shape(v_bar) == (3,), v_bar
    return np.array([x_bar, y_bar, *v_bar])


def compared(function: Callable[..., Any], arguments: tuple[Any, ...], value: Any, found: list[Any]) -> Outcome:
    """The verdict on the values and gradients that were found."""
    for given, once, joint in found:
        if not identical(float(given), float(value)):
            return Outcome("wrong", f"the value is {given} instead of {value}")
        if not np.allclose(once, found[0][1], rtol=1e-9, atol=1e-9) or not np.allclose(
            once, joint, rtol=1e-9, atol=1e-9
        ):
            return Outcome("wrong", f"gradients that differ: {[f[1:] for f in found]}")
    differences = [finite_differences(function, arguments, step) for step in (1e-3, 2.3e-4, 1e-5)]
    gradient = found[0][1]
    if any(np.allclose(gradient, d, rtol=3e-4, atol=1e-5) for d in differences):
        return Outcome("right")
    if not np.allclose(*differences[1:], rtol=1e-3, atol=1e-4):
        return Outcome("rough")
    return Outcome("wrong", f"the gradient is {gradient} instead of {differences[2]}")


def finite_differences(function: Callable[..., Any], arguments: tuple[Any, ...], step: float) -> Any:
    """Central differences of second order."""
    point = np.array([arguments[0], arguments[1], *arguments[2]])

    def at(p: Any) -> float:
        return float(function(float(p[0]), float(p[1]), p[2:].copy()))

    return np.array([(at(point + step * unit) - at(point - step * unit)) / (2 * step) for unit in np.eye(len(point))])
