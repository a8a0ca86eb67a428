"""The rule of one call applied at run time: the reference for what the compiler splices into its code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.rules.registry import LinearRule, ReverseRule, ScalarRule, ZeroRule, registry
from s2s_ad.runtime import finish

Back = Callable[[Any], tuple[Any, ...]]


def rrule(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, Back] | None:
    """Value and pullback of ``fn(*args, **kwargs)`` by the registered rule; None where there is no rule.

    ``back(y_bar)`` returns ``(None, *args_bar)``: None for `fn` itself, then for each positional argument a cotangent
    of its own type, shape and dtype, or None where it has no derivative. It may be called any number of times.

    >>> import numpy as np
    >>> y, back = rrule(np.multiply, 2.0, 3.0)
    >>> float(y), back(1.0)
    (6.0, (None, 3.0, 2.0))
    """
    rule = registry.get(fn)
    if isinstance(rule, ScalarRule) and kwargs:
        return None
    derive = _DERIVE.get(type(rule))
    if rule is None or derive is None:
        return None
    y, pullback = derive(rule, args, kwargs)
    differentiable = _carries(y) and any(map(_carries, args))

    def back(y_bar: Any) -> tuple[Any, ...]:
        bars = pullback(_lift(y_bar)) if differentiable else ()
        bars = bars if isinstance(bars, tuple) else (bars,)
        bars += (None,) * (len(args) - len(bars))
        return (None, *[finish(bar, arg) for bar, arg in zip(bars, args, strict=False)])

    return y, back


def _scalar(rule: ScalarRule, args: Any, kwargs: Any) -> Any:
    y = rule.fn(*args)
    numbers = (_lift(y), *_lift_all(_arrays(args)))

    def pullback(y_bar: Any) -> Any:
        with np.errstate(all="ignore"):  # the partials of arguments that nobody asks for are computed as well
            partials = rule.partials(*numbers)
            partials = partials if isinstance(partials, tuple) else (partials,)
            return tuple([None if d is None else y_bar * d for d in partials])

    return y, pullback


def _linear(rule: LinearRule, args: Any, kwargs: Any) -> Any:
    def pullback(y_bar: Any) -> Any:
        return (rule.transpose(y_bar, *args, **kwargs),)

    return rule.fn(*args, **kwargs), pullback


def _reverse(rule: ReverseRule, args: Any, kwargs: Any) -> Any:
    if rule.family is not None:
        args = _arrays(args)
    from_numpy = (getattr(rule.fn, "__module__", None) or "numpy").startswith("numpy")
    return rule.rrule(*(_lift_all(args) if from_numpy else args), **kwargs)


def _zero(rule: ZeroRule, args: Any, kwargs: Any) -> Any:
    return rule.fn(*args, **kwargs), lambda y_bar: ()


_DERIVE: dict[Any, Callable[..., Any]] = {
    ScalarRule: _scalar,
    LinearRule: _linear,
    ReverseRule: _reverse,
    ZeroRule: _zero,
}


def _arrays(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """`args` with an array for each list, as NumPy's functions of arrays read them."""
    return tuple([np.asarray(a) if isinstance(a, (list, tuple)) else a for a in args])


def _lift(a: Any) -> Any:
    """A Python float or complex as a NumPy scalar, which divides by zero without raising."""
    return np.float64(a) if type(a) is float else np.complex128(a) if type(a) is complex else a


def _lift_all(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """`args` lifted, unless there is an array: then a float must stay what it is so as not to widen the dtype."""
    return args if any(map(_has_array, args)) else tuple(map(_lift, args))


def _has_array(a: Any) -> bool:
    return any(map(_has_array, a)) if isinstance(a, (list, tuple)) else isinstance(a, (np.ndarray, np.generic))


def _carries(y: Any) -> bool:
    """Whether some part of `y` is a real or complex floating-point number."""
    if isinstance(y, (list, tuple)):
        return any(map(_carries, y))
    return np.asarray(y).dtype.kind in "fc"
