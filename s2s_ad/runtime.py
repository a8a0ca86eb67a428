"""Everything besides NumPy that generated code may call. Kept small: well-typed programs call none of it."""

from __future__ import annotations

import functools
import math
import operator
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from copy import deepcopy
from string import ascii_letters
from types import FunctionType, MemberDescriptorType, MethodType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from s2s_ad.errors import ADError, MissingRuleError, MutationError


def unbroadcast(x_bar: Any, shape: tuple[int, ...]) -> Any:
    """Sum `x_bar` over the axes along which a value of `shape` was broadcast, or spread it to `shape` if smaller."""
    if np.shape(x_bar) == shape:
        return x_bar
    extra = np.ndim(x_bar) - len(shape)
    if extra > 0:
        x_bar = np.sum(x_bar, axis=tuple(range(extra)))
    axes = tuple(i for i, (have, want) in enumerate(zip(np.shape(x_bar), shape)) if want == 1 != have)
    if extra >= 0 and axes:
        x_bar = np.sum(x_bar, axis=axes, keepdims=True)
    return x_bar if np.shape(x_bar) == shape else np.broadcast_to(x_bar, shape)


def finish(x_bar: Any, x: Any, integer: float | None = None) -> Any:
    """The cotangent `x_bar` brought into the space of its primal `x`: same structure, shape, dtype and realness.

    Where `x` has no tangent space, returns None, or for a number or an array of numbers `integer`, in its shape.
    """
    if isinstance(x, (list, tuple, deque)):
        return _project_sequence(x_bar, x, integer)
    if isinstance(x, dict):
        return {k: finish(None if x_bar is None else x_bar.get(k), part, integer) for k, part in x.items()}
    if not isinstance(x, (np.ndarray, np.generic, complex, float, int)):
        attributes = attributes_of(x)
        bars = {k: finish(None if x_bar is None else x_bar.get(k), part, integer) for k, part in attributes.items()}
        return bars if any(bar is not None for bar in bars.values()) else None
    dtype = np.asarray(x).dtype
    if dtype.kind not in "fc":
        if not isinstance(x, np.ndarray):
            return integer
        return None if integer is None or dtype.kind not in "iub" else np.zeros(x.shape)
    if x_bar is None:
        return np.zeros_like(x) if isinstance(x, np.ndarray) else type(x)(0)
    x_bar = unbroadcast(x_bar, np.shape(x))
    if dtype.kind == "f" and np.iscomplexobj(x_bar):
        x_bar = np.real(x_bar)
    if isinstance(x, (np.ndarray, np.generic)):
        return np.asarray(x_bar, dtype)[()] if isinstance(x, np.generic) else np.asarray(x_bar, dtype)
    return type(x)(x_bar)


def attributes_of(x: Any) -> dict[str, Any]:
    """The attributes of an object of a class that is written in Python, in its slots and its dict; no others."""
    if not type(x).__flags__ & HEAP_TYPE and not isinstance(x, SimpleNamespace):
        return {}
    found = {name: getattr(x, name) for name in slots_of(type(x)) if hasattr(x, name)}
    return found | getattr(x, "__dict__", {})


def is_of_library(definition: Any) -> bool:
    """Whether a class or a function is one of the standard library, of NumPy or of another library that is known.

    `argparse.Namespace` counts as the user's: it holds what the user puts there.
    """
    home = (getattr(definition, "__module__", None) or "").partition(".")[0]
    if home == "__main__" or (home, getattr(definition, "__name__", None)) == ("argparse", "Namespace"):
        return False
    return home in sys.stdlib_module_names or home in _LIBRARIES


def slots_of(cls: type) -> list[str]:
    """The attributes for which the objects of a class have slots."""
    slotted = [c for c in reversed(cls.__mro__) if c.__flags__ & HEAP_TYPE and "__slots__" in vars(c)]
    return [name for c in slotted for name, found in vars(c).items() if isinstance(found, MemberDescriptorType)]


_LIBRARIES = frozenset({"s2s_ad", "numpy", "scipy"})
HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: the class is written in Python


def project(x_bar: Any, x: Any) -> Any:
    """As `finish`, but zero where `x` is a number, or an array of such, without tangent space: arithmetic goes on."""
    return finish(x_bar, x, 0.0)


def ones_like(y: Any) -> Any:
    """The cotangent of the sum of the elements of `y`."""
    return np.ones_like(y) if np.ndim(y) else 1.0


def _project_sequence(x_bar: Any, x: Any, integer: float | None) -> Any:
    if isinstance(x_bar, (np.ndarray, np.generic, float)):
        x_bar = unbroadcast(x_bar, np.shape(x))
    parts = [finish(None if x_bar is None else x_bar[i], part, integer) for i, part in enumerate(x)]
    return parts if isinstance(x, deque) else _like(x, parts)


def _like(x: Any, parts: list[Any]) -> Any:
    """A list or a tuple, named or not, as `x` is, of these parts."""
    return parts if isinstance(x, list) else type(x)(*parts) if hasattr(x, "_fields") else tuple(parts)


def digamma(x: float) -> float:
    """ψ(x) = Γ′(x) / Γ(x) of a float; NaN at the poles 0, −1, −2, …

    Reflection (DLMF 5.5.4) for x < 0, the recurrence ψ(x) = ψ(x + 1) − 1/x (5.5.2) up to x ≥ 10, and there the
    asymptotic series (5.11.2).
    """
    if x <= 0:
        if x == -math.inf or x == math.floor(x):
            return math.nan
        return digamma(1 - x) - math.pi / math.tan(math.pi * math.fmod(x, 1))
    shift = 0.0
    while x < 10:
        shift += 1 / x
        x += 1
    z = 1 / (x * x)
    series = z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132 - z * (691 / 32760 - z / 12))))))
    return math.log(x) - 0.5 / x - series - shift


def sinc_slope(x: Any) -> Any:
    """The derivative of ``np.sinc``, (cos πx − sinc x) / x; by its power series near 0, where that cancels."""
    t = math.pi * np.asarray(x)
    series = -t / 3 * (1 - t**2 / 10 * (1 - t**2 / 28 * (1 - t**2 / 54 * (1 - t**2 / 88))))
    near = np.abs(t) < 0.3
    return np.where(near, math.pi * series, (np.cos(t) - np.sinc(x)) / np.where(near, 1.0, x))


def products_of_others(a: Any, axis: Any = None) -> Any:
    """For each element of `a` the product of all others along `axis` (all axes if None), exact where some are 0."""
    a = np.asarray(a)
    axes = tuple(range(a.ndim)) if axis is None else normalize_axes(axis, a.ndim)
    moved = np.moveaxis(a, axes, range(-len(axes), 0)) if axes else a[..., None]
    rows = moved.reshape(moved.shape[: a.ndim - len(axes)] + (-1,)) if a.size else moved
    before, after = np.ones_like(rows), np.ones_like(rows)
    before[..., 1:] = np.cumprod(rows[..., :-1], axis=-1)
    after[..., :-1] = np.cumprod(rows[..., :0:-1], axis=-1)[..., ::-1]
    others = (before * after).reshape(moved.shape)
    return np.moveaxis(others, range(-len(axes), 0), axes) if axes else others[..., 0]


def cumprod_cotangent(y_bar: Any, a: Any) -> Any:
    """The cotangent of `a` where y = cumprod(a, axis=0), exact where some are 0.

    āₖ = (Π_{j<k} aⱼ)·sₖ with sₖ = ȳₖ + aₖ₊₁·sₖ₊₁.
    """
    before = np.ones_like(a)
    before[1:] = np.cumprod(a[:-1], axis=0)
    sums = np.array(y_bar)
    for k in range(len(sums) - 2, -1, -1):
        sums[k] += a[k + 1] * sums[k + 1]
    return before * sums


def normalize_axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """`axis`, an int or a tuple of ints, as a tuple of axes that count from the front."""
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    return tuple(operator.index(i) % ndim for i in axes)


def add_at_axis(y_bar: Any, index: Any, shape: tuple[int, ...], axis: int | None) -> Any:
    """Zeros of `shape` to which `y_bar` is added where ``np.take(x, index, axis)`` reads."""
    index, dtype = np.asarray(index).astype(np.intp), np.result_type(y_bar)  # a bool is a number here
    if axis is None:
        flat = np.zeros(math.prod(shape), dtype)
        np.add.at(flat, index, y_bar)
        return flat.reshape(shape)
    axis %= len(shape)
    x_bar = np.zeros(shape, dtype)
    np.add.at(
        np.moveaxis(x_bar, axis, 0),
        index,
        np.moveaxis(np.asarray(y_bar), range(axis, axis + np.ndim(index)), range(np.ndim(index))),
    )
    return x_bar


def add_along_axis(y_bar: Any, indices: Any, shape: tuple[int, ...], axis: int | None) -> Any:
    """Zeros of `shape` to which `y_bar` is added where ``np.take_along_axis(x, indices, axis)`` reads."""
    x_bar = np.zeros(math.prod(shape) if axis is None else shape, np.result_type(y_bar))
    index = list(np.ogrid[tuple(slice(n) for n in x_bar.shape)])
    index[axis or 0] = indices
    np.add.at(x_bar, tuple(index), y_bar)
    return x_bar.reshape(shape)


def place_diagonal(y_bar: Any, shape: tuple[int, ...], offset: int, axis1: int, axis2: int) -> Any:
    """Zeros of `shape` with `y_bar` where ``np.diagonal(x, offset, axis1, axis2)`` reads."""
    x_bar = np.zeros(shape, np.result_type(y_bar))
    matrices = np.moveaxis(x_bar, (axis1, axis2), (-2, -1))
    rows = np.arange(np.diagonal(x_bar, offset, axis1, axis2).shape[-1]) + max(-offset, 0)
    matrices[..., rows, rows + offset] = y_bar
    return x_bar


def place_in_view(y_bar: Any, shape: tuple[int, ...], subscripts: str) -> Any:
    """Zeros of `shape` with `y_bar` where `einsum_view(x, subscripts)` reads."""
    x_bar = np.zeros(shape, np.result_type(y_bar))
    einsum_view(x_bar, subscripts)[...] = y_bar
    return x_bar


def add_windows(y_bar: Any, shape: tuple[int, ...], window_shape: Any, axis: Any) -> Any:
    """Zeros of `shape`, to each window of which ``sliding_window_view`` makes its part of `y_bar` is added."""
    x_bar = np.zeros(shape, np.result_type(y_bar))
    axes = range(len(shape)) if axis is None else np.atleast_1d(axis).tolist()
    for offset in np.ndindex(*np.atleast_1d(window_shape).tolist()):
        starts = [0] * len(shape)
        for i, start in zip(axes, offset):
            starts[i] += start
        x_bar[tuple(slice(k, k + n) for k, n in zip(starts, y_bar.shape))] += y_bar[(..., *offset)]
    return x_bar


def tensordot_axes(axes: Any, ndim_a: int, ndim_b: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes of a and of b that ``np.tensordot(a, b, axes)`` sums over, counted from the front."""
    if np.ndim(axes) == 0:
        return tuple(range(ndim_a - axes, ndim_a)), tuple(range(axes))
    return normalize_axes(axes[0], ndim_a), normalize_axes(axes[1], ndim_b)


def inverse_permutation(order: Any) -> tuple[int, ...]:
    """Where each of 0, 1, …, n − 1 stands in `order`."""
    return tuple(sorted(range(len(order)), key=order.__getitem__))


def einsum_transpose(subscripts: str, ndims: tuple[int, ...], i: int) -> tuple[str, tuple[int, ...], tuple[Any, ...]]:
    """The subscripts that take ȳ and the operands but the i-th to the cotangent of that.

    An axis that occurs nowhere else has to be put in afterwards, with length 1: these come second. Third come pairs of
    axes with one index: the cotangent has been computed without the second of them, and is zero off their diagonal.
    """
    inputs, output = einsum_indices(subscripts, list(ndims))
    others = [output, *inputs[:i], *inputs[i + 1 :]]
    target, missing, pairs = "", [], []
    for axis, index in enumerate(inputs[i]):
        first = inputs[i].index(index)
        if first < axis:
            pairs.append((first, axis))
        if first < axis or not any(index in indices for indices in others):
            missing.append(axis)
        else:
            target += index
    return ",".join(others) + "->" + target, tuple(missing), tuple(pairs)


def einsum_indices(subscripts: str, ndims: list[int]) -> tuple[list[str], str]:
    """The indices of each operand and of the result, one letter an axis, with `...` and the output spelled out."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    parts = left.split(",")
    hidden = [n - len(part) + 3 if "..." in part else 0 for part, n in zip(parts, ndims, strict=True)]
    dots = "".join(sorted(set(ascii_letters) - set(subscripts)))[: max(hidden)]
    inputs = [part.replace("...", dots[len(dots) - n :]) for part, n in zip(parts, hidden, strict=True)]
    if not arrow:
        right = "..." + "".join(c for c in sorted(set(left) - set(".,")) if left.count(c) == 1)
    return inputs, right.replace("...", dots)


def einsum_view(a: Any, subscripts: str) -> Any:
    """The view of `a` that `np.einsum` gives where it does not sum, such as the diagonal."""
    return np.einsum(subscripts, a)


def sort_order(items: Any, key: Any = None, reverse: bool = False) -> list[int]:
    """The permutation that sorts `items` as ``sorted`` does: stably, so ties keep their order."""
    keys = items if key is None else [key(item) for item in items]
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)


def permute(items: list[Any], order: Any) -> list[Any]:
    """Put the items of a list, in place, in the order that their numbers have in `order`."""
    items[:] = [items[i] for i in order]
    return items


def position(index: int, n: int) -> int:
    """Where `index` points to in a list of length `n`, counted from the front; cut off at the ends of the list."""
    return min(index, n) if index >= 0 else max(index + n, 0)


def index_to_remove(items: list[Any], item: Any) -> int:
    """Where the item is that `items.remove(item)` takes out."""
    for i, other in enumerate(items):
        if other is item or other == item:
            return i
    raise ValueError("list.remove(x): x not in list")


def bound_now(x: Any) -> Any:
    """`x`, a bound of a slice, or the int that it is now if it is an array without axes."""
    return operator.index(x) if isinstance(x, np.ndarray) else x


def slice_start(where: slice, n: int) -> int:
    """Where a slice of a list of length `n` starts."""
    return where.indices(n)[0]


def groups(tool: Any, iterable: Any, key: Any = None) -> Any:
    """What `tool`, which is `itertools.groupby`, gives, with lists for the groups."""
    return [(k, list(group)) for k, group in tool(iterable, key)]


def index_rows(choose: Callable[..., Any], n: int, r: int | None) -> list[list[int]]:
    """What a function of ``itertools``, such as ``permutations``, chooses out of the first `n` numbers."""
    return [list(row) for row in choose(range(n), r)]


def zeros_like(x: Any, *path: Any) -> Any:
    """The zero cotangent of a value of any structure, or of a part of it; None where it has none."""
    for key in path:
        if x is None:
            return None
        x = x[key] if isinstance(x, (tuple, list, dict)) else getattr(x, key)
    return project(None, x)


def item_buffer(x: Any) -> Any:
    """Zero cotangents of the items of an iterable, to be replaced one by one."""
    if isinstance(x, (list, np.ndarray)):
        return zeros_like(x)
    return [zeros_like(item) for item in x]


def of_items(bars: Any, x: Any) -> Any:
    """The cotangent of an iterable from those of its items; a dict or a set gives items that have none."""
    if isinstance(x, (dict, set, frozenset)):
        return zeros_like(x) if isinstance(x, dict) else None
    return project(np.asarray(bars) if isinstance(x, np.ndarray) else bars, x)


def add(a: Any, b: Any) -> Any:
    """The sum of two cotangents of any structure, None standing for zero."""
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, dict):
        return {k: add(a.get(k), b.get(k)) for k in a | b}
    if isinstance(a, (list, tuple)):
        return _like(a, [add(p, q) for p, q in zip(a, b, strict=True)])
    return a + b


def cofactors(a: Any) -> Any:
    """∂ det(a) / ∂a = adj(a)ᵀ, right for a singular matrix as well.

    From a = u diag(s) v it is det(u)·det(v)·conj(u diag(products of the other s) v).
    """
    u, s, v = np.linalg.svd(a)
    turn = np.linalg.det(u) * np.linalg.det(v)
    return turn[..., None, None] * np.conj((u * products_of_others(s, -1)[..., None, :]) @ v)


def inverse_transpose(a: Any) -> Any:
    """a⁻ᵀ, with ±inf in place of an error where `a` is singular."""
    try:
        return np.swapaxes(np.linalg.inv(a), -1, -2)
    except np.linalg.LinAlgError:
        with np.errstate(divide="ignore", invalid="ignore"):
            return cofactors(a) / np.asarray(np.linalg.det(a))[..., None, None]


def matrix_power_cotangent(y_bar: Any, a: Any, n: int) -> Any:
    """The cotangent of `a` where y = aⁿ, stepping down from yₙ = yₙ₋₁ a."""
    if n < 0:
        inverse = np.linalg.inv(a)
        it = np.swapaxes(inverse, -1, -2)
        return -(it @ matrix_power_cotangent(y_bar, inverse, -n) @ it)
    at = np.swapaxes(a, -1, -2)
    left, a_bar = y_bar, np.zeros_like(y_bar)
    for k in range(n - 1, -1, -1):
        a_bar = a_bar + np.linalg.matrix_power(at, k) @ left
        left = left @ at
    return a_bar


def as_it_is_read(s: Any, a: Any, upper: Any) -> Any:
    """The cotangent of `a`, of which one triangle is read, from that of a symmetric matrix.

    That of a symmetric `a` is the symmetric one. If `a` is not, what falls to the other triangle is that of this one.
    """
    mirrored = np.swapaxes(a, -1, -2)
    if np.array_equal(a, mirrored):
        return s
    read = np.triu(s) + np.triu(s, 1) if upper else np.tril(s) + np.tril(s, -1)
    return np.where(np.all(a == mirrored, axis=(-1, -2), keepdims=True), s, read)


def eigenvector_factors(w: Any, m: Any) -> Any:
    """mᵢⱼ / (wⱼ − wᵢ) off the diagonal, and 0 where mᵢⱼ is 0; NaN, with a warning, where only the difference is 0."""
    differences = w[..., None, :] - w[..., :, None]
    diagonal = np.eye(w.shape[-1], dtype=bool)
    if np.any((differences == 0) & (m != 0) & ~diagonal):
        warnings.warn("the derivative of eigenvectors of a repeated eigenvalue is not defined", stacklevel=2)
    quotients = m / np.where(differences == 0, np.nan, differences)
    return np.where(diagonal | (m == 0), 0.0, quotients)


def nth_cotangent(bars: Any, i: int, most: int | None = None) -> Any:
    """The cotangent of argument `i` out of what a pullback has returned: a bare value, or a tuple of `most` values."""
    if not isinstance(bars, tuple):
        bars = (bars,)
    if most is not None and len(bars) > most:
        raise TypeError(f"the pullback of a rule gives {len(bars)} cotangents for {most} arguments")
    if i >= len(bars):
        raise TypeError(f"the pullback of a rule gives {len(bars)} cotangents, and none for argument {i}")
    return bars[i]


def scatter(y_bar: Any, index: Any, x: Any) -> Any:
    """The cotangent of `x` from that of `x[index]`, for an `x` of any structure."""
    x_bar = zeros_like(x)
    if isinstance(x, np.ndarray):
        np.add.at(x_bar, index, y_bar)
        return x_bar
    items = dict(x_bar) if isinstance(x, dict) else list(x_bar)
    items[index] = y_bar
    return tuple(items) if isinstance(x, tuple) else items


class Tangent:
    """The cotangent of a closure or an object: an attribute for each captured variable, or attribute, that has one."""

    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)

    def __repr__(self) -> str:
        return f"Tangent({', '.join(f'{k}={v!r}' for k, v in self.__dict__.items())})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tangent) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]


def not_none(x: Any, attribute: str | None = None) -> Any:
    """`x`, where Python would raise if it were None, for lack of an `attribute` or else a TypeError."""
    if x is None and attribute is not None:
        raise AttributeError(f"'NoneType' object has no attribute {attribute!r}")
    if x is None:
        raise TypeError("'NoneType' object where a number, an array or a container is needed")
    return x


def immutable(x: Any) -> Any:
    """`x`, which an augmented assignment is about to bind anew. Raises MutationError if it would write in place."""
    if isinstance(x, (np.ndarray, list, dict, set)):
        raise MutationError(
            f"an augmented assignment that writes in place (a {type(x).__name__})",
            hint="write `x = x + y` to make a new value",
        )
    return x


def as_in_place(y: Any, x: Any) -> Any:
    """`y`, the result of `x op z`, in place of `x op= z`, where nothing else has `x`.

    Raises MutationError where an array `x` is of another shape or dtype than `y`, which Python would cast or refuse.
    """
    if not isinstance(x, (np.ndarray, np.generic, float, int, complex)) or (
        isinstance(x, np.ndarray) and (x.shape, x.dtype) != (np.shape(y), np.asarray(y).dtype)
    ):
        raise MutationError(
            f"an augmented assignment that writes in place (a {type(x).__name__}), to what may be a number",
            hint="write `x = x + y` to make a new value",
        )
    return y


def array_with(x: Any, name: str) -> Any:
    """`x`, of which arrays have an attribute `name`, though it was not known before whether it is one.

    Raises AttributeError where it has no such attribute, and MissingRuleError where it has one, but is no array.
    """
    if isinstance(x, (np.ndarray, np.generic, float, int, complex)) or not hasattr(x, name):
        getattr(x, name)
        return x
    raise MissingRuleError(
        f"`.{name}` of a `{type(x).__name__}`, whose class was not known when this was compiled",
        hint="do it on each side of the `if` that decides what it is, or give it one class",
    )


def no_object(x: Any) -> Any:
    """`x`, of which it was not known before whether it is an object. Raises MissingRuleError where it is one."""
    if not isinstance(x, (np.ndarray, np.generic, float, int, complex, list, tuple, dict)) and attributes_of(x):
        raise MissingRuleError(
            f"an operator or a function on a `{type(x).__name__}`, whose class was not known when this was compiled",
            hint="do it on each side of the `if` that decides which object it is, or give it one class",
        )
    return x


def real_power(y: Any) -> Any:
    """`y`, a power of floats. Raises MissingRuleError if the base was negative, and it is complex."""
    if isinstance(y, complex):
        raise MissingRuleError("a complex value", hint="differentiate the real and the imaginary part by themselves")
    return y


def no_property(x: Any, name: str) -> Any:
    """`x`, of which it was not known before what it is. Raises MissingRuleError where its attribute is a property."""
    if isinstance(getattr(type(x), name, None), (property, functools.cached_property)) and attributes_of(x):
        raise MissingRuleError(
            f"the property `{name}` of a `{type(x).__name__}`, whose class was not known when this was compiled",
            hint="do it on each side of the `if` that decides which object it is, or give it one class",
        )
    return x


_WRITING = frozenset({
    "append", "clear", "extend", "fill", "insert", "itemset", "partition", "pop", "popitem", "put", "remove", "resize",
    "reverse", "setdefault", "setfield", "setflags", "sort", "update", "add", "discard", "byteswap", "appendleft",
    "extendleft", "popleft", "rotate", "move_to_end", "difference_update", "intersection_update",
    "symmetric_difference_update",
})  # fmt: skip
_CONTAINERS = (list, dict, set, deque, np.ndarray)
_SETTING = ("__set", "__del", *(f"__i{name}" for name in ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod")),
            *(f"__i{name}" for name in ("pow", "and", "or", "xor", "lshift", "rshift")))  # fmt: skip


def is_writing(name: str) -> bool:
    """Whether a method of this name writes to the array, list, dict, set or deque that it belongs to."""
    return name in _WRITING or name.startswith(_SETTING)


def foreign(fn: Any, *given: Any) -> Any:
    """`fn`, of which it was not known before what it is. Raises MissingRuleError where its call may change something.

    That is so of objects that are called, of methods of objects, of those of lists, dicts and arrays that write, and of
    any function if something is `given` to it that can be changed.
    """
    called = fn.func if isinstance(fn, functools.partial) else fn
    owner = getattr(called, "__self__", None)
    of_objects = any(attributes_of(x) and not is_of_library(type(x)) for x in (called, owner))
    if of_objects or (isinstance(owner, _CONTAINERS) and is_writing(called.__name__)):
        raise MissingRuleError(
            f"a call of a method of a `{type(called if owner is None else owner).__name__}`, which was not known when "
            "this was compiled",
            hint="write the name of the method, and call it where the class of the object is known",
        )
    if any(map(_can_be_changed, given)):
        name = getattr(called, "__name__", type(called).__name__)
        raise MissingRuleError(
            f"a call of `{name}`, which was not known when this was compiled, and may write to its argument",
            hint="call each of the functions in its own branch",
        )
    return fn


def _can_be_changed(x: Any) -> bool:
    """Whether something can be changed by who gets it, or holds something that can."""
    return (
        any(map(_can_be_changed, x)) if isinstance(x, tuple) else isinstance(x, _CONTAINERS) or bool(attributes_of(x))
    )


def unrepeat(bars: Any, items: Any) -> Any:
    """The cotangent of the sequence `items` from that of the sequence repeated."""
    folded = [add(_total(bars[i :: len(items)]), zeros_like(item)) for i, item in enumerate(items)]
    return tuple(folded) if isinstance(bars, tuple) else folded


def sum_cotangents(y_bar: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """The cotangents of the operands of ``a + b``: numbers and arrays are added, lists and tuples joined."""
    joined = type(a) is type(b) and isinstance(a, (list, tuple))
    return (y_bar[: len(a)], y_bar[len(a) :]) if joined else (y_bar, y_bar)


def product_cotangents(y_bar: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """The cotangents of the operands of ``a * b``: numbers and arrays are multiplied, lists and tuples repeated."""
    if isinstance(a, (list, tuple)) and not isinstance(b, np.ndarray):
        return unrepeat(y_bar, a), None
    if isinstance(b, (list, tuple)) and not isinstance(a, np.ndarray):
        return None, unrepeat(y_bar, b)
    return y_bar * np.asarray(b)[()], y_bar * np.asarray(a)[()]


def _total(bars: Any) -> Any:
    total = None
    for bar in bars:
        total = add(total, bar)
    return total


def copy(value: Any) -> Any:
    """A value of any structure, with nothing of it shared."""
    if isinstance(value, np.ndarray):
        return value.copy()
    is_container = isinstance(value, (list, tuple, dict, deque, set))
    return deepcopy(value) if is_container or type(value).__flags__ & HEAP_TYPE else value


def copy_apart(x_bar: Any) -> Any:
    """A copy of a cotangent, no two items of which are one object, as they may be in `x_bar`."""
    if isinstance(x_bar, (list, tuple)):
        return _like(x_bar, [copy_apart(item) for item in x_bar])
    return {key: copy_apart(item) for key, item in x_bar.items()} if isinstance(x_bar, dict) else copy(x_bar)


def copy_unless_of(y: Any, *sources: Any) -> Any:
    """A copy of `y`, or `y` itself where it is an array that one of `sources` is or holds, or a view of one."""
    return y if isinstance(y, np.ndarray) and any(_may_hold(source, y) for source in sources) else copy(y)


def _may_hold(source: Any, y: Any) -> bool:
    if isinstance(source, np.ndarray):
        return np.may_share_memory(source, y)
    if isinstance(source, (list, tuple, dict, deque)):
        return any(_may_hold(part, y) for part in (source.values() if isinstance(source, dict) else source))
    return any(_may_hold(part, y) for part in attributes_of(source).values())


def bound(value: Any, name: str) -> Any:
    """The value of a variable that starts as None because it may never be assigned; UnboundLocalError if it was not."""
    if value is None:
        raise UnboundLocalError(f"cannot access local variable {name!r} where it is not associated with a value")
    return value


SEQUENCE, MAPPING = 1 << 5, 1 << 6  # the flags of types that `match` looks at; NumPy 2.5 gives arrays the first


def is_sequence(x: Any) -> bool:
    """Whether the pattern `[*_]` fits."""
    return bool(type(x).__flags__ & SEQUENCE)


def is_mapping(x: Any) -> bool:
    """Whether the pattern `{}` fits."""
    return bool(type(x).__flags__ & MAPPING)


def without(items: Any, *keys: Any) -> dict[Any, Any]:
    """What the pattern `{key: _, …, **rest}` captures as the rest."""
    return {k: items[k] for k in items if k not in keys}


def make_object(cls: type, /, **attributes: Any) -> Any:
    """An object of `cls` with these attributes, as it is after its `__init__`, which is not run."""
    made: Any = object.__new__(cls)
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made


def last_written(x_bar: Any, index: Any) -> Any:
    """`x_bar[index]`, with zeros for what a write to the same element by the same index has undone."""
    order = np.empty(np.shape(x_bar), np.intp)
    picked = x_bar[index]
    count = np.arange(picked.size).reshape(picked.shape)
    order[index] = count
    return np.where(order[index] == count, picked, 0.0)


def stored(x_bar: Any, index: Any) -> Any:
    """What a buffer of any kind has at a place that was written to, as a value of its own."""
    return last_written(x_bar, index) if isinstance(x_bar, np.ndarray) else copy(x_bar[index])


def refuse_shared(*values: Any) -> None:
    """Raise MutationError if two of the arrays, lists, dicts or objects in `values` share memory.

    A function that writes to its arguments is compiled for arguments that have nothing to do with each other.
    """
    arrays: list[np.ndarray[Any, Any]] = []
    seen: set[int] = set()
    for value, is_structure in _inside(*values):
        if isinstance(value, np.ndarray) and value.size:
            if any(np.may_share_memory(value, a) and np.shares_memory(value, a) for a in arrays):
                raise MutationError("arguments that share memory, of a function that writes to them", hint=_COPIES)
            arrays.append(value)
        elif is_structure and not isinstance(value, tuple):
            if id(value) in seen:
                raise MutationError("one object in two arguments of a function that writes to them", hint=_COPIES)
            seen.add(id(value))


def _inside(*values: Any) -> Iterator[tuple[Any, bool]]:
    """These values and all that is in them, each with whether it holds something; whoever asks has to see to cycles."""
    pending = list(values)
    while pending:
        value = pending.pop()
        parts = parts_of(value)
        yield value, parts is not None
        pending += parts or ()


def refuse_twice(value: Any) -> None:
    """Raise MutationError if an array, list, dict or object is in `value` twice, as it would be in its `deepcopy`."""
    seen: set[int] = set()
    for one, is_structure in _inside(value):
        if isinstance(one, np.ndarray) or (is_structure and not isinstance(one, tuple)):
            if id(one) in seen:
                raise MutationError("a `deepcopy` of what holds one object twice, as its copy would", hint=_ITS_PARTS)
            seen.add(id(one))


def refuse_overlap(target: Any, item: Any) -> None:
    """Raise MutationError if a row `item` has an element that is another one of the row `target` it is assigned to.

    NumPy may write that before it reads it, unless the strides are the same, or one of them is negative.
    """
    if np.ndim(target) != 1 or np.ndim(item) != 1 or not np.may_share_memory(target, item):
        return
    (step,), (other,) = target.strides, item.strides
    if step == other or step * other < 0 or len(target) != len(item):
        return
    numbers = np.arange(len(target))
    there, here = (a.__array_interface__["data"][0] + a.strides[0] * numbers for a in (target, item))
    _, first, second = np.intersect1d(there, here, return_indices=True)
    if np.any(first != second):
        raise MutationError(
            "a write of a view to another view of the same elements in other places",
            hint="write a copy: `x[::2] = x[:3].copy()`",
        )


def refuse_number(x: Any) -> None:
    """Raise MutationError if `x` is a number, which `x op= y` does not write to: nobody else may see that."""
    if not isinstance(x, np.ndarray):
        raise MutationError(
            f"a write to what is a {type(x).__name__}, and might have been an array that others have",
            hint="write `x = x + y` to make a new value",
        )


def refuse_complex(y: Any) -> None:
    """Raise MutationError if `y`, which is written to an array of floats, is complex, or no number or array of such."""
    if np.asarray(y).dtype.kind not in "biuf":
        raise MutationError(
            f"an augmented assignment of a {type(y).__name__} of another kind to an array of floats",
            hint="write `x = x + y` to make a new value",
        )


def refuse_part(y: Any, *copies: Any) -> None:
    """Raise MutationError if `y`, which a rule has made of copies of what is overwritten later, has part in them."""
    for part, _ in _inside(y):
        if isinstance(part, np.ndarray) and any(_may_hold(copy, part) for copy in copies):
            raise MutationError(
                "a write to an array, or to a view of it that a rule has made which cannot be written out",
                hint="write to a copy: `x.copy()`",
            )


def refuse_unordered(x: Any) -> None:
    """Raise MutationError if the array `x` cannot be reshaped without a copy: a write to that would not reach `x`."""
    if not x.flags.c_contiguous:
        raise MutationError(
            "a write to an array, or to what it is when it is reshaped, whose elements are not in order in memory",
            hint="write to the array by its own indices, or make a copy first, `x.copy()`",
        )


def parts_of(value: Any) -> Any:
    """What a tuple, list, dict or object holds; None for everything else."""
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, (ModuleType, FunctionType, MethodType, type)):
        return None
    return attributes_of(value).values() or getattr(value, "__dict__", {}).values() or None


_ITS_PARTS = "copy its parts, or make each of them an object of its own"
_COPIES = "pass copies: `x.copy()`, `list(x)`"


def let_refusals_through(error: BaseException) -> None:
    """Raise what says that a program cannot be differentiated again: a handler of the program is not for that."""
    if isinstance(error, ADError):
        raise error


def attribute_now(fn: Any, name: str) -> Any:
    """An attribute of a function of the program's surroundings, which the program may change."""
    return getattr(fn, name)


CHECKS = (
    refuse_shared,
    refuse_twice,
    refuse_overlap,
    refuse_number,
    refuse_complex,
    refuse_part,
    refuse_unordered,
)  # these do nothing, or refuse
ORDERED = (*CHECKS, attribute_now)  # these stay where they are
REFUSING = (as_in_place, immutable, array_with, no_object, no_property, foreign, real_power, *CHECKS)
