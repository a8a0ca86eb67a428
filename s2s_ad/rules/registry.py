"""The table of derivative rules, and the ways to fill it.

A rule is ordinary Python about one primitive function ``fn`` and comes in one of three sorts:

* `scalar_rule(fn, partials)`: ``fn`` acts element by element; ``partials(y, *args)`` returns ∂y/∂arg for each argument.
* `linear_rule(fn, transpose)`: ``fn`` is linear in its first argument; ``transpose(y_bar, *args, **kwargs)`` returns
  that argument's cotangent.
* `def_rrule(fn)`: the general form, ``rule(*args, **kwargs) -> (y, pullback)`` where ``pullback(y_bar)`` returns the
  cotangents of the positional arguments.

No rule undoes broadcasting, narrows a dtype or drops an imaginary part: whoever applies a rule projects each cotangent
on the space of its primal, in one place (`runtime.project` or the code that the compiler writes in its stead).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
Functions = Callable[..., Any] | Iterable[Callable[..., Any]]

WHOLE = 64  # the greatest rank that NumPy has


@dataclass(frozen=True)
class Rule:
    """What is known about a primitive.

    `family` tells how the type of the result follows from the types of the arguments: "elementwise" (broadcast),
    "reduction" (`axis`, `keepdims`), "same" (that of the first argument), or None (found by trying it on samples).

    `core` promises that so many of the last axes of each cotangent, or all that its argument has if these are fewer,
    are as long as those of its argument; only axes before them may be broadcast. `WHOLE` promises the shape of every
    argument that is no scalar.
    """

    fn: Callable[..., Any]
    family: str | None = None
    core: int = field(default=0, kw_only=True)


@dataclass(frozen=True)
class ScalarRule(Rule):
    """An elementwise function by its partial derivatives.

    `bounded` promises that every partial derivative is finite wherever the arguments are.
    """

    partials: Callable[..., Any] = field(kw_only=True)
    bounded: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class LinearRule(Rule):
    """A function that is linear in its first argument, by its transpose."""

    transpose: Callable[..., Any] = field(kw_only=True)


@dataclass(frozen=True)
class ReverseRule(Rule):
    """A function by a Python function that returns its value and its pullback."""

    rrule: Callable[..., Any] = field(kw_only=True)


@dataclass(frozen=True)
class ZeroRule(Rule):
    """A function whose derivative is zero by decree, or whose result cannot carry one."""


@dataclass(frozen=True)
class Opaque(Rule):
    """A primitive that is never looked into and has no derivative rule yet."""


class Registry:
    """Rules by function. After each change `version` is another object, so that compiled code can be told stale."""

    def __init__(self) -> None:
        self._rules: dict[Any, Rule] = {}
        self.version = object()

    def add(self, rule: Rule) -> None:
        """Record `rule`, in place of an earlier one for the same function."""
        self._rules[rule.fn] = rule
        self.version = object()

    def get(self, fn: object) -> Rule | None:
        """The rule of `fn`, or None. Unhashable callables have none."""
        try:
            return self._rules.get(fn)
        except TypeError:
            return None

    def functions(self) -> tuple[Callable[..., Any], ...]:
        """Every function that has an entry, in the order of registration."""
        return tuple(self._rules)


registry = Registry()


def _each(fns: Functions) -> tuple[Callable[..., Any], ...]:
    return (fns,) if callable(fns) else tuple(fns)


def scalar_rule(
    fns: Functions, partials: Callable[..., Any], *, bounded: bool = False, family: str | None = "elementwise"
) -> None:
    """Give an elementwise function by its partial derivatives.

    ``partials(y, *args)`` returns ∂y/∂argᵢ for each argument: one value for a function of one argument, else a tuple
    (None where there is no derivative). Both the pullback ȳ·∂y/∂argᵢ and the pushforward Σ ∂y/∂argᵢ·argᵢ̇ follow;
    broadcasting is handled centrally. `fns` may be several functions that share the rule, such as ``np.sin`` and
    ``math.sin``. `bounded` promises partial derivatives that are finite at every finite point.
    """
    for fn in _each(fns):
        registry.add(ScalarRule(fn, family, partials=partials, bounded=bounded))


def linear_rule(fns: Functions, transpose: Callable[..., Any], *, family: str | None = None, core: int = 0) -> None:
    """Give a function that is linear in its first argument by its transpose.

    ``transpose(y_bar, *args, **kwargs)`` takes the cotangent of the result and the call's own arguments, and returns
    the cotangent of the first. The pushforward is the function itself. `core`: see `Rule`.
    """
    for fn in _each(fns):
        registry.add(LinearRule(fn, family, transpose=transpose, core=core))


def def_rrule(fns: Functions, *, family: str | None = None, core: int = 0) -> Callable[[F], F]:
    """Register the decorated ``rule(*args, **kwargs) -> (y, pullback)`` as the reverse rule of `fns`.

    ``pullback(y_bar)`` returns one cotangent for each positional parameter of the rule, in order: a bare value for
    one, a tuple for several; parameters at the end that carry none may be left out, and None stands for nothing. A
    cotangent that is itself a tuple (that of a sequence argument) must be wrapped in a 1-tuple. The rule is ordinary
    Python and runs as written; the compiler splices its body into generated code where it can. `core`: see `Rule`.
    """

    def register(rule: F) -> F:
        for fn in _each(fns):
            registry.add(ReverseRule(fn, family, rrule=rule, core=core))
        return rule

    return register


def non_differentiable(fn: F, *, family: str | None = None) -> F:
    """Decree that the derivative of `fn` is zero: its result is a constant to every derivative. Returns `fn`."""
    registry.add(ZeroRule(fn, family))
    return fn


def zero_rules(fns: Functions, *, family: str | None = None) -> None:
    """Decree that the derivatives of all of `fns` are zero."""
    for fn in _each(fns):
        registry.add(ZeroRule(fn, family))


def primitive(fn: F) -> F:
    """Never look inside `fn`: it is differentiated by the rule registered for it, or not at all. Returns `fn`."""
    if registry.get(fn) is None:
        registry.add(Opaque(fn))
    return fn
