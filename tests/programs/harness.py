"""How a program enters the corpus, and what may be asked of its values.

A program is a function under the decorator `program`, with one tuple of arguments for each way of calling it:

    @program((2.0, 3.0), (np.array([1.0, 2.0]), 3.0))
    def product(x, y):
        '''Says what is nasty about it.'''
        return x * y

The decorated function is left as it is. Programs must be smooth at their arguments, because their derivatives are
compared with finite differences there.
"""

import copy
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

import programs

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, eq=False)
class Program:
    """A function of the corpus with one way of calling it.

    `raises` is the exception that the call ends with, `autograd` the reason why that library gives another answer,
    `refused` the error with which the compiler declines a program that it cannot differentiate, and `same_as` a
    function that gives the same in another way, for instance without writing to anything.
    """

    function: Callable[..., Any]
    primals: tuple[Any, ...]
    name: str
    raises: type[Exception] | None = None
    autograd: str | None = None
    refused: type[Exception] | None = None
    same_as: Callable[..., Any] | None = None

    def arguments(self) -> tuple[Any, ...]:
        """A fresh copy of the arguments; one array that is passed twice stays one array."""
        return copy.deepcopy(self.primals)

    def varied(self) -> tuple[int, ...]:
        """The positions of the arguments that hold a float."""
        return tuple(i for i, x in enumerate(self.primals) if any(is_float(leaf) for leaf in leaves(x)))


_programs: list[Program] = []


def program(
    *argument_tuples: tuple[Any, ...],
    raises: type[Exception] | None = None,
    autograd: str | None = None,
    refused: type[Exception] | None = None,
    same_as: Callable[..., Any] | None = None,
) -> Callable[[F], F]:
    """Add the decorated function to the corpus, once for each tuple of arguments."""

    def register(function: F) -> F:
        topic = function.__module__.rpartition(".")[2]
        for i, primals in enumerate(argument_tuples):
            name = f"{topic}.{function.__name__}-{i}"
            _programs.append(Program(function, primals, name, raises, autograd, refused, same_as))
        return function

    return register


def corpus() -> list[Program]:
    """Every program of every topic file."""
    for module in pkgutil.iter_modules(programs.__path__, "programs."):
        importlib.import_module(module.name)
    return list(_programs)


def is_float(leaf: Any) -> bool:
    """Whether `leaf` has a tangent space: a float, or an array of floats."""
    return isinstance(leaf, (float, np.ndarray, np.generic)) and np.asarray(leaf).dtype.kind == "f"


def leaves(tree: Any) -> Iterator[Any]:
    """What nested lists, tuples and dicts hold, in order."""
    if isinstance(tree, (list, tuple, dict)):
        for part in tree.values() if isinstance(tree, dict) else tree:
            yield from leaves(part)
    else:
        yield tree


def rebuild(tree: Any, new_leaves: Iterator[Any]) -> Any:
    """Nested lists, tuples and dicts like `tree` around new leaves."""
    if isinstance(tree, dict):
        return {key: rebuild(part, new_leaves) for key, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)([rebuild(part, new_leaves) for part in tree])
    return next(new_leaves)


def cotangent_like(y: Any, seed: int = 0) -> Any:
    """A random cotangent for the result `y`: None beside what has no tangent space."""
    rng = np.random.default_rng(seed)

    def draw(leaf: Any) -> Any:
        if not is_float(leaf):
            return None
        value = rng.uniform(0.5, 1.5, np.shape(leaf)) * rng.choice([-1.0, 1.0], np.shape(leaf))
        return np.asarray(value, leaf.dtype) if isinstance(leaf, np.ndarray) else type(leaf)(value)

    return rebuild(y, map(draw, leaves(y)))


def identical(a: Any, b: Any) -> bool:
    """Whether `a` and `b` are the same to the last bit, in structure and types too."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(identical(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, (float, np.ndarray, np.generic)):
        a, b = np.asarray(a), np.asarray(b)
        return bool(a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes())
    return bool(a == b)


def misfit(x_bar: Any, x: Any, path: str = "") -> str | None:
    """Why `x_bar` is no cotangent of `x`, or None: it needs the structure, types, dtypes and shapes of its primal."""
    if not any(is_float(leaf) for leaf in leaves(x)):
        nothing = all(leaf is None for leaf in leaves(x_bar))
        return None if nothing or callable(x) else f"{path}: {x_bar!r} for {x!r}, which has no tangent space"
    if isinstance(x, np.ndarray) and x.ndim == 0 and isinstance(x_bar, np.generic):
        x_bar = np.asarray(x_bar)
    if type(x_bar) is not type(x):
        return f"{path}: a {type(x_bar).__name__} for a {type(x).__name__}"
    if isinstance(x, (list, tuple, dict)):
        keys = list(x) if isinstance(x, dict) else list(range(len(x)))
        if len(x_bar) != len(x) or (isinstance(x, dict) and list(x_bar) != keys):
            return f"{path}: {x_bar!r} has other parts than {x!r}"
        return next(filter(None, (misfit(x_bar[key], x[key], f"{path}[{key!r}]") for key in keys)), None)
    have, want = np.asarray(x_bar), np.asarray(x)
    if (have.dtype, have.shape) != (want.dtype, want.shape):
        return f"{path}: {have.dtype}{have.shape} for {want.dtype}{want.shape}"
    return None
