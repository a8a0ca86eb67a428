"""What a user calls: `pullback`, `grad`, `value_and_grad`, `differentiable`, `source`."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Sequence
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from s2s_ad.analysis.program import lowered
from s2s_ad.codegen.linecache_store import explain
from s2s_ad.compiler import Compiled, NotScalar, Request, find
from s2s_ad.dispatch import ArgNums, Shortcut, Target, as_tuple, shortcut_for, target
from s2s_ad.ir.types import Tuple, Type, is_scalar
from s2s_ad.ir.values import fields_of, is_code


def pullback(f: Callable[..., Any], /, *args: Any, **kwargs: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value y = f(*args) and its pullback ȳ ↦ (f̄, *args_bar), the transposed Jacobian applied to ȳ.

    f̄ is None for a plain function and a `Tangent` for a closure over data. Each cotangent lives in the space of its
    primal; None stands where there is nothing to differentiate. The pullback may be called any number of times.
    """
    y, back = _pullback(f, args, kwargs, optimize=True)
    return y, back


def _pullback(f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], *, optimize: bool) -> Any:
    call, values, spread = _prepared(f, args, kwargs, optimize=optimize)
    y, inner = _explained(call, values)

    def back(y_bar: Any) -> tuple[Any, ...]:
        """The pullback: the cotangents of the function and of each of its arguments."""
        bars = _explained(inner, (check_cotangent(y_bar, y),))
        return bars[:count] if spread is None else spread(bars)

    count = 1 + len(args)
    return y, back


Spread = Callable[[tuple[Any, ...]], tuple[Any, ...]]


def _prepared(
    f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], *, optimize: bool
) -> tuple[Callable[..., Any], Sequence[Any], Spread | None]:
    """The compiled pullback for a call, what to call it with, and what to do with the cotangents."""
    shortcut = None
    if type(f) is FunctionType and not kwargs:
        shortcut = shortcut_for(f, optimize)
        found = shortcut.find(f, args)
        if found is not None:
            return *found, None
    t = target(f)
    bound = t.bind(args, kwargs)
    for i in range(len(t.signature.parameters)):
        t.check_kind(i, bound[i])
    compiled = find(t.fn, bound, Request("pullback", optimize=optimize))
    if shortcut is not None and t.fn is f:
        shortcut.put(t.fn, bound, compiled)
    return compiled.call, _runtime_values(bound), _spread(t, args, kwargs)


def _explained(call: Callable[..., Any], values: Sequence[Any]) -> Any:
    """The result of a call; an exception out of it gains a note on the user's line."""
    try:
        return call(*values)
    except Exception as error:
        explain(error)
        raise


def _runtime_values(values: Sequence[Any]) -> list[Any]:
    return [v for v in values if not is_code(v)]


def _spread(t: Target, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Spread | None:
    """How to turn the cotangents of the parameters into those of the positional arguments of the call."""
    parameters = list(t.signature.parameters.values())
    owner = bool(t.args) and not isinstance(t.given, functools.partial)
    if len(args) == len(parameters) and not t.args and not t.variadic:
        return None
    skip = len(t.args)

    def spread(bars: tuple[Any, ...]) -> tuple[Any, ...]:
        f_bar, *rest = bars
        flat: list[Any] = []
        for p, bar in zip(parameters, rest, strict=False):
            if p.kind is p.VAR_POSITIONAL:
                flat += bar if bar is not None else [None] * (len(args) + skip - len(flat))
            elif p.kind is not p.VAR_KEYWORD:
                flat.append(bar)
        return (flat[0] if owner else f_bar, *flat[skip : skip + len(args)])

    return spread


def check_cotangent(y_bar: Any, y: Any) -> Any:
    """`y_bar` as a cotangent of `y`. Raises ValueError where the structure or the shape is another one."""
    if type(y) is float and type(y_bar) is float:
        return y_bar
    if isinstance(y, (tuple, list, deque)):
        if not isinstance(y_bar, (tuple, list, deque)) or len(y_bar) != len(y):
            raise ValueError(f"the cotangent has the structure {_structure(y_bar)}, the value has {_structure(y)}")
        parts = [check_cotangent(b, p) for b, p in zip(y_bar, y, strict=True)]
        return tuple(parts) if isinstance(y, tuple) else parts
    if isinstance(y, dict):
        if not isinstance(y_bar, dict) or set(y_bar) != set(y):
            raise ValueError(f"the cotangent has the structure {_structure(y_bar)}, the value has {_structure(y)}")
        return {k: check_cotangent(y_bar[k], v) for k, v in y.items()}
    if isinstance(y, (bool, int)):
        return 0.0 if y_bar is None else y_bar
    fields = fields_of(y)
    if fields is not None:
        return _check_object(y_bar, y, fields)
    if not isinstance(y, (float, complex, np.ndarray, np.generic)):
        return None
    if y_bar is None:
        return np.zeros_like(y) if np.ndim(y) else 0.0
    return _check_array(y_bar, y)


def _check_object(y_bar: Any, y: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """The cotangent of an object: a `Tangent`, an object or a dict with cotangents of its attributes."""
    given = {} if y_bar is None else y_bar if isinstance(y_bar, dict) else vars(y_bar)
    if not set(given) <= set(fields):
        raise ValueError(f"the cotangent has the attributes {sorted(given)}, the value has {sorted(fields)}")
    return {name: check_cotangent(given.get(name), value) for name, value in fields.items()}


def _check_array(y_bar: Any, y: Any) -> Any:
    if isinstance(y_bar, (dict, str)) or np.shape(y_bar) != np.shape(y):
        raise ValueError(f"the cotangent has the shape {_structure(y_bar)}, the value has {_structure(y)}")
    dtype = np.asarray(y).dtype
    if dtype.kind not in "fc":
        return None
    if np.ndim(y) == 0:
        is_like = type(y_bar) is type(y) or (type(y) is float and isinstance(y_bar, np.floating))
        is_ours = is_like and not isinstance(y_bar, np.ndarray)  # which the pullback could write to
        return y_bar if is_ours else np.asarray(y_bar, dtype)[()]
    return np.asarray(y_bar, dtype)


def _structure(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        inner = ", ".join(map(_structure, value))
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_structure(v)}" for k, v in value.items()) + "}"
    return str(np.shape(value)) if isinstance(value, (np.ndarray, np.generic)) else type(value).__name__


def grad(f: Callable[..., Any], argnums: ArgNums = 0, *, has_aux: bool = False) -> Callable[..., Any]:
    """The gradient of a scalar-valued function: same arguments, the gradient with the structure of the chosen one.

    `argnums`: a position, a name, or a tuple of these for a tuple of gradients. With `has_aux`, `f` returns
    ``(value, aux)`` and the result is ``(gradient, aux)``. Raises TypeError if the value is not a scalar.
    """
    if not has_aux:
        return _derivative(f, argnums, "grad", has_aux=False)
    with_value = value_and_grad(f, argnums, has_aux=True)

    @functools.wraps(f, updated=())
    def gradient_and_aux(*args: Any, **kwargs: Any) -> Any:
        (_, aux), x_bar = with_value(*args, **kwargs)
        return x_bar, aux

    return gradient_and_aux


def value_and_grad(f: Callable[..., Any], argnums: ArgNums = 0, *, has_aux: bool = False) -> Callable[..., Any]:
    """The value of a scalar-valued function together with its gradient; see `grad`."""
    return _derivative(f, argnums, "value_and_grad", has_aux=has_aux)


def _derivative(
    f: Callable[..., Any], argnums: ArgNums, mode: str, *, has_aux: bool, optimize: bool = True
) -> Callable[..., Any]:
    """A function of the arguments of `f` that runs the compiled derivative."""
    t = target(f)
    what = argnums if isinstance(argnums, (int, str)) else as_tuple(argnums)
    if not t.variadic:
        t.numbers(argnums)
    shortcut = shortcut_for(t.fn, (len(t.args), what, mode, has_aux, optimize))
    fn, code, ahead, simple = t.fn, t.fn.__code__, t.args, not t.kwargs
    plain = simple and not ahead and not code.co_freevars

    def derivative(*args: Any, **kwargs: Any) -> Any:
        if not plain or kwargs or fn.__code__ is not code:
            return by_search(args, kwargs)
        found = None
        try:  # what `Shortcut.find` does, with nothing in between
            for recognise, call, _ in shortcut.entries:  # which nothing has captured
                if recognise(*args):
                    found = call
                    break
        except Exception:
            return by_search(args, kwargs)
        if found is None:
            return by_search(args, kwargs)
        try:
            return found(*args)
        except Exception as error:
            explain(error)
            raise

    def by_search(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        found = shortcut.find(fn, (*ahead, *args)) if simple and not kwargs else None
        if found is None:
            return _differentiate(t, argnums, mode, args, kwargs, shortcut, has_aux=has_aux, optimize=optimize)
        return _explained(*found)

    return functools.update_wrapper(derivative, f, updated=())


def _differentiate(
    t: Target,
    argnums: ArgNums,
    mode: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    shortcut: Shortcut,
    *,
    has_aux: bool,
    optimize: bool = True,
) -> Any:
    if t.variadic:
        return _by_pullback(t, argnums, mode, args, kwargs, has_aux=has_aux, optimize=optimize)
    values = t.bind(args, kwargs)
    wanted = t.numbers(argnums)
    given = list(values)
    for i in wanted:
        values[i] = _promoted(values[i])
        t.check_differentiable(i, values[i])
    request = Request(mode, wanted, isinstance(argnums, (int, str)), has_aux, optimize)
    try:
        compiled = find(t.fn, values, request)
    except NotScalar:
        _require_scalar(t, _value_of(t, values, has_aux=has_aux))
        raise
    if is_scalar(_value_type(compiled, has_aux=has_aux)):
        if not kwargs and not t.kwargs and all(a is b for a, b in zip(given, values, strict=True)):
            shortcut.put(t.fn, values, compiled)
        return _explained(compiled.call, _runtime_values(values))
    both = find(t.fn, values, Request("value_and_grad", wanted, request.single, has_aux, optimize))
    y, gradient = _explained(both.call, _runtime_values(values))
    _require_scalar(t, y[0] if has_aux else y)
    return gradient if mode == "grad" else (y, gradient)


def _value_type(compiled: Compiled, *, has_aux: bool) -> Type:
    """The type of what is differentiated."""
    result = compiled.result_type
    return result.items[0] if has_aux and isinstance(result, Tuple) else result


def _by_pullback(
    t: Target,
    argnums: ArgNums,
    mode: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    has_aux: bool,
    optimize: bool,
) -> Any:
    """The gradient of a function that takes any number of arguments, by its pullback."""
    wanted = as_tuple(argnums)
    chosen = [i for i in wanted if isinstance(i, int) and -len(args) <= i < len(args)]
    if len(chosen) != len(wanted):
        raise ValueError(
            f"argnums {argnums!r} must be positions among the {len(args)} arguments of the call, because the function "
            "takes any number of them"
        )
    positions = {i % len(args) for i in chosen}
    promoted = [_promoted(a) if i in positions else a for i, a in enumerate(args)]
    y, back = _pullback(t.given, tuple(promoted), kwargs, optimize=optimize)
    _require_scalar(t, y[0] if has_aux else y)
    bars = back((1.0, None) if has_aux else 1.0)[1:]
    gradients = tuple(bars[i] for i in chosen)
    gradient = gradients[0] if isinstance(argnums, (int, str)) else gradients
    return gradient if mode == "grad" else (y, gradient)


def _promoted(value: Any) -> Any:
    """An integer that is differentiated by counts as a real number."""
    if type(value) is int:
        return float(value)
    if isinstance(value, (np.ndarray, np.integer)) and value.dtype.kind in "iu":
        return value.astype(np.float64)
    return value


def _value_of(t: Target, values: Sequence[Any], *, has_aux: bool) -> Any:
    y = t.fn(*values[: len(values) - len(lowered(t.fn).code.free)])
    return y[0] if has_aux else y


def _require_scalar(t: Target, y: Any) -> None:
    if isinstance(y, (float, int, np.generic)) or (isinstance(y, np.ndarray) and y.ndim == 0):
        return
    raise NotScalar(t.fn.__name__, f"an array of shape {y.shape}" if isinstance(y, np.ndarray) else type(y).__name__)


def source(
    f: Callable[..., Any],
    *args: Any,
    mode: str = "pullback",
    argnums: ArgNums = 0,
    optimize: bool = True,
    **kwargs: Any,
) -> str:
    """The generated code for a call, as text. `mode`: "pullback", "grad" or "value_and_grad"."""
    return compiled_for(f, args, kwargs, mode=mode, argnums=argnums, optimize=optimize).text


def compiled_for(
    f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], *, mode: str, argnums: ArgNums, optimize: bool
) -> Compiled:
    """The compiled code for a call, with all its stages."""
    t = target(f)
    values = t.bind(args, kwargs)
    if mode == "pullback":
        return find(t.fn, values, Request("pullback", optimize=optimize))
    if mode not in ("grad", "value_and_grad"):
        raise ValueError(f"mode must be 'pullback', 'grad' or 'value_and_grad', not {mode!r}")
    wanted = t.numbers(argnums)
    for i in wanted:
        values[i] = _promoted(values[i])
    return find(t.fn, values, Request(mode, wanted, isinstance(argnums, (int, str)), optimize=optimize))


class Differentiable:
    """What `differentiable` makes: behaves as the function, with its derivatives as methods."""

    def __init__(self, f: Callable[..., Any], *, optimize: bool = True) -> None:
        functools.update_wrapper(self, f)
        self.__s2s_ad_function__ = f
        self._optimize = optimize
        self._derivatives: dict[Any, Callable[..., Any]] = {}
        lowered(target(f).fn)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function itself; nothing is transformed."""
        return self.__s2s_ad_function__(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Bind as a method does."""
        return (
            self
            if instance is None
            else Differentiable(MethodType(self.__s2s_ad_function__, instance), optimize=self._optimize)
        )

    def pullback(self, *args: Any, **kwargs: Any) -> Any:
        """See `s2s_ad.pullback`."""
        return _pullback(self.__s2s_ad_function__, args, kwargs, optimize=self._optimize)

    def grad(self, *args: Any, argnums: ArgNums = 0, **kwargs: Any) -> Any:
        """The gradient at these arguments; see `s2s_ad.grad`."""
        return self._derivative(argnums, "grad")(*args, **kwargs)

    def value_and_grad(self, *args: Any, argnums: ArgNums = 0, **kwargs: Any) -> Any:
        """The value and the gradient at these arguments; see `s2s_ad.value_and_grad`."""
        return self._derivative(argnums, "value_and_grad")(*args, **kwargs)

    def _derivative(self, argnums: ArgNums, mode: str) -> Callable[..., Any]:
        key = (argnums if isinstance(argnums, (int, str)) else tuple(argnums), mode)
        if key not in self._derivatives:
            made = _derivative(self.__s2s_ad_function__, argnums, mode, has_aux=False, optimize=self._optimize)
            self._derivatives[key] = made
        return self._derivatives[key]

    def source(self, *args: Any, mode: str = "pullback", argnums: ArgNums = 0, **kwargs: Any) -> str:
        """The generated code for these arguments; see `s2s_ad.source`."""
        return compiled_for(
            self.__s2s_ad_function__, args, kwargs, mode=mode, argnums=argnums, optimize=self._optimize
        ).text


def differentiable(f: Callable[..., Any] | None = None, *, backend: str = "numpy", optimize: bool = True) -> Any:
    """Decorate a function: it behaves as before, and has `.pullback`, `.grad`, `.value_and_grad` and `.source`.

    Raises UnsupportedSyntaxError at once, naming every place that cannot be differentiated.
    """
    if backend != "numpy":
        raise ValueError(f"unknown backend {backend!r}; there is 'numpy'")
    if f is None:
        return lambda f: Differentiable(f, optimize=optimize)
    return Differentiable(f, optimize=optimize)
