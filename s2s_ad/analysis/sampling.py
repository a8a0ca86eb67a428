"""Types of results found by trying a function on small samples.

NumPy's own promotion is the best description of NumPy's promotion: an elementwise function is run on one-element
arrays of the argument dtypes, any other on two sets of sample shapes: dtype and rank are known if both runs agree. The
lengths of the axes stay open, because they may follow from the values.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from s2s_ad.ir.types import ANY, INT, UNKNOWN, Array, List, Number, Tuple, Type, join_all
from s2s_ad.ir.values import type_of

_NUMBERS: dict[str, tuple[Any, ...]] = {
    "bool": (True,),
    "int": (2,),
    "float": (0.5,),
    "whole": (True, 2),
    "real": (2, 0.5),
    "number": (True, 2, 0.5),
    "complex": (0.5 + 0.5j,),
}


def sample_scalars(t: Type) -> tuple[Any, ...]:
    """Values of rank 0 or length 1, one for each representation that `t` leaves open."""
    if isinstance(t, Number):
        return _NUMBERS[t.kind]
    assert isinstance(t, Array)
    dtypes = (np.dtype(np.float32), np.dtype(np.float64)) if t.dtype is None else (t.dtype,)
    if t.axes == ():
        scalars = [np.full((), 0.5).astype(d)[()] for d in dtypes]
        return (*scalars, 0.5, *(() if t.floating else (2,))) if t.loose else tuple(scalars)
    return tuple(np.full(1, 0.5).astype(d) for d in dtypes)


@lru_cache(maxsize=4096)
def elementwise_kinds(fn: Callable[..., Any], types: tuple[Type, ...]) -> Type:
    """The type of `fn` on scalars (or one-element arrays, where the rank is not 0) of `types`."""
    results: list[Type] = []
    for args in itertools.product(*map(sample_scalars, types)):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                results.append(type_of(_value_at(fn, args)))
        except Exception:  # any failure only means that the type stays open
            return UNKNOWN
    if any(isinstance(t, Array) and t.loose for t in types):
        results = _loosened(results)
    return join_all(tuple(results))


def _value_at(fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """The value at sample arguments, or a little further up for functions such as `math.acosh`."""
    try:
        return fn(*args)
    except ValueError:
        return fn(*(a + 1 for a in args))


def _loosened(results: list[Type]) -> list[Type]:
    """Results of a value that may be an int: NumPy's integers are ints beside the floats that others give."""
    if not any(isinstance(t, Array) and t.dtype is not None and t.dtype.kind == "f" for t in results):
        return results
    integers = [isinstance(t, Array) and t.axes == () and t.dtype is not None and t.dtype.kind in "iu" for t in results]
    return [INT if is_integer else t for t, is_integer in zip(results, integers, strict=True)]


def sampled(fn: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Type:
    """The type of `fn(*args, **kwargs)`, where types stand for unknown values and everything else for itself."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            runs = [
                fn(*(_sample(a, size) for a in args), **{k: _sample(v, size) for k, v in kwargs.items()})
                for size in (2, 3)
            ]
    except Exception:  # any failure only means that the type stays open
        return UNKNOWN
    return _common(*runs)


class _NoSample(Exception):
    """There is no sample of this type."""


def _sample(t: Any, size: int) -> Any:
    if not isinstance(t, Type):
        return t
    if isinstance(t, Number) and len(_NUMBERS[t.kind]) == 1:
        return _NUMBERS[t.kind][0]
    if isinstance(t, Array) and t.axes is not None and t.dtype is not None:
        shape = tuple(1 if a == 1 else size for a in t.axes)
        return _well_conditioned(shape).astype(t.dtype)[()]
    if isinstance(t, Tuple):
        return tuple(_sample(i, size) for i in t.items)
    if isinstance(t, List):
        return [_sample(i, size) for i in (t.items or (t.item,) * size)]
    raise _NoSample


def _well_conditioned(shape: tuple[int, ...]) -> Any:
    """A symmetric positive definite matrix where the shape allows it, so that inverses and factors exist."""
    values = np.full(shape, 0.25)
    if len(shape) >= 2 and shape[-1] == shape[-2]:
        values = values + np.eye(shape[-1])
    return values


def _common(a: Any, b: Any) -> Type:
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return Tuple(tuple(map(_common, a, b)), type(a))
    if isinstance(a, list) and isinstance(b, list):
        return List(join_all(tuple(map(_common, a, b))))
    s, t = type_of(a), type_of(b)
    if not isinstance(s, Array) or not isinstance(t, Array):
        return s if s == t else UNKNOWN
    if s.dtype != t.dtype or np.ndim(a) != np.ndim(b):
        return UNKNOWN
    return Array(s.dtype, (ANY,) * np.ndim(a), s.boxed)
