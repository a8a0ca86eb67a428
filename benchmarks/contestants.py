"""Ways to the gradient of a case: by hand, by this package, and by the libraries that are installed.

Each entry of `CONTESTANTS` takes a case and returns a function of no arguments that computes the gradient, or None
where the library cannot, or is not there. The libraries get the very same program, with `np` and the data replaced.
"""

import importlib.util
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import optree

from cases import Case
from s2s_ad import grad

Gradient = Callable[[], Any]


def by_hand(case: Case) -> Gradient | None:
    """The gradient written by hand."""
    return lambda: case.by_hand(case.argument)


def s2s_ad(case: Case) -> Gradient | None:
    """The gradient that the compiler writes."""
    gradient = grad(case.primal)
    return lambda: gradient(case.argument)


def autograd(case: Case) -> Gradient | None:
    """Autograd, which traces each call anew."""
    if case.in_place or not importlib.util.find_spec("autograd"):
        return None
    import autograd.numpy as anp
    from autograd import grad as autograd_grad

    gradient = autograd_grad(transplant(case.primal, anp, np.asarray))
    return lambda: gradient(case.argument)


def jax(case: Case) -> Gradient | None:
    """JAX, compiled; it cannot trace a loop that depends on values, and compiles a long one for minutes."""
    if not case.straight or not importlib.util.find_spec("jax"):
        return None
    import jax as library

    library.config.update("jax_enable_x64", True)
    gradient = library.jit(library.grad(transplant(case.primal, library.numpy, library.numpy.asarray)))
    argument = optree.tree_map(library.numpy.asarray, case.argument)
    return lambda: library.block_until_ready(gradient(argument))


def torch(case: Case) -> Gradient | None:
    """PyTorch on one processor."""
    if case.in_place or not importlib.util.find_spec("torch"):
        return None
    import torch as library

    primal = transplant(case.primal, library, library.tensor)
    argument = optree.tree_map(lambda x: library.tensor(x, dtype=library.float64, requires_grad=True), case.argument)
    leaves, structure = optree.tree_flatten(argument)
    return lambda: structure.unflatten(library.autograd.grad(primal(argument), leaves))


def transplant(function: Callable[..., Any], library: Any, array: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with another library for `np`, and the module's arrays as that library's."""
    scope = {name: array(v) if isinstance(v, np.ndarray) else v for name, v in function.__globals__.items()}
    return types.FunctionType(function.__code__, scope | {"np": library}, function.__name__)


CONTESTANTS: dict[str, Callable[[Case], Gradient | None]] = {
    "by hand": by_hand,
    "s2s_ad": s2s_ad,
    "autograd": autograd,
    "jax (jit)": jax,
    "torch": torch,
}
