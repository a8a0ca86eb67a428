"""Two independent ways to the derivatives of a program: finite differences and the autograd library.

Both see the program as a function of one vector, the floats of its arguments in order, in double precision.
"""

import contextlib
import functools
import io
import math
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from programs.harness import Program, is_float, leaves, rebuild

Vector = np.ndarray[Any, np.dtype[np.float64]]
STENCIL = ((-3, -1 / 60), (-2, 3 / 20), (-1, -3 / 4), (1, 3 / 4), (2, -3 / 20), (3, 1 / 60))


def flatten(tree: Any, like: Any) -> Vector:
    """The floats of `tree` in double precision, end to end; which leaves are floats is read from `like`.

    None stands for a container that holds no float.
    """
    if tree is None and not any(is_float(leaf) for leaf in leaves(like)):
        return np.zeros(0)
    if isinstance(like, (tuple, list)) and not is_float(like):
        return np.concatenate([np.zeros(0), *(flatten(t, part) for t, part in zip(tree, like, strict=True))])
    parts = [np.ravel(leaf) for leaf, model in zip(leaves(tree), leaves(like), strict=True) if is_float(model)]
    return np.concatenate([np.zeros(0), *parts])


def unflatten(vector: Any, like: Any, start: int = 0) -> Any:
    """A structure like `like` whose floats are taken from `vector`."""
    offset = start

    def take(leaf: Any) -> Any:
        nonlocal offset
        if not is_float(leaf):
            return leaf
        piece = vector[offset : offset + np.size(leaf)]
        offset += np.size(leaf)
        return piece.reshape(np.shape(leaf)) if isinstance(leaf, np.ndarray) else piece[0]

    return rebuild(like, map(take, leaves(like)))


def finite_differences(program: Program, y_bar: Any) -> Vector:
    """The gradient of ⟨y_bar, y⟩ by central differences of sixth order."""
    arguments = program.arguments()
    y = silently(program.function)(*arguments)
    weights = flatten(y_bar, y)

    def objective(vector: Vector) -> float:
        return float(flatten(silently(program.function)(*unflatten(vector, arguments)), y) @ weights)

    x = flatten(program.arguments(), arguments)  # what was given, not what the program has made of it
    gradient = np.zeros_like(x)
    for i, unit in enumerate(np.eye(len(x))):
        step = 7e-4 * max(1.0, abs(x[i]))
        gradient[i] = sum(c * objective(x + k * step * unit) for k, c in STENCIL) / step
    return gradient


def autograd_gradient(program: Program, y_bar: Any) -> Vector:
    """The gradient of ⟨y_bar, y⟩ by autograd, which raises whatever it likes on programs that it cannot run."""
    import autograd
    import autograd.numpy as anp

    arguments = program.arguments()
    y = silently(program.function)(*arguments)
    function = silently(transplant(program.function, stand_ins()))

    def objective(vector: Any) -> Any:
        result = function(*unflatten(vector, arguments))
        total = anp.sum(vector) * 0.0
        for leaf, weight, model in zip(leaves(result), leaves(y_bar), leaves(y), strict=True):
            if is_float(model):
                total = total + anp.sum(leaf * weight)
        return total

    value, gradient = autograd.value_and_grad(objective)(flatten(arguments, arguments))
    np.testing.assert_allclose(value, flatten(y, y) @ flatten(y_bar, y), rtol=1e-4, err_msg="autograd's primal differs")
    if not np.all(np.isfinite(gradient)):
        raise ArithmeticError(f"autograd's gradient is {gradient}")
    return np.asarray(gradient)


def transplant(function: Callable[..., Any], names: dict[str, Any]) -> Callable[..., Any]:
    """`function` and its module's other functions over globals in which `names` are replaced."""
    scope = dict(function.__globals__) | names
    for name, value in scope.items():
        if isinstance(value, types.FunctionType) and value.__globals__ is function.__globals__:
            scope[name] = _with_globals(value, scope)
    return _with_globals(function, scope)


def _with_globals(function: Any, scope: dict[str, Any]) -> Callable[..., Any]:
    clone = types.FunctionType(function.__code__, scope, function.__name__, function.__defaults__, function.__closure__)
    clone.__kwdefaults__ = function.__kwdefaults__
    return clone


@functools.cache
def stand_ins() -> dict[str, Any]:
    """What autograd needs in place of `np`, `math` and the conversions that would drop a derivative."""
    import autograd.numpy as anp
    import autograd.scipy.special as special
    from autograd.extend import Box
    from autograd.tracer import getval

    renamed = {"pow": "power", "fabs": "abs", "atan2": "arctan2", "asin": "arcsin", "acos": "arccos", "atan": "arctan"}
    functions = {name: getattr(anp, renamed.get(name, name), getattr(math, name)) for name in dir(math)}
    functions |= {"erf": special.erf, "gamma": special.gamma, "lgamma": special.gammaln}

    def as_float(x: Any) -> Any:
        return x if isinstance(x, Box) else float(x)

    return {
        "np": anp,
        "math": types.SimpleNamespace(**functions),
        "float": as_float,
        "int": lambda x: int(getval(x)),
        "isinstance": lambda x, kind: isinstance(getval(x), float if kind is as_float else kind),
    }


def silently(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` without its printing and its floating-point warnings."""

    @functools.wraps(function)
    def call(*args: Any) -> Any:
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            return function(*args)

    return call
