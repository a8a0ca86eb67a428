"""`out=`: the value that the call gives without it, written to all of the array, which then is the result.

    np.add(a, b, out=y)              y[...] = np.add(a, b)
    np.add(a, b, out=y, where=m)     y[m] = np.add(a[m], b[m])
    np.cumsum(x, out=y)              y[...] = np.cumsum(x)
    np.modf(x, out=(y, z))           t = np.modf(x); y[...] = t[0]; z[...] = t[1]

An elementwise function computes in the precision of its inputs, and what it gives may be broadcast and cast into the
array. All others must give exactly the kind of number and the rank that the array has: NumPy lets the array decide in
what precision a sum is computed.
"""

from __future__ import annotations

import functools
import inspect
import operator
from typing import Any

import numpy as np

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.fills import check_target, chosen, mask_of, refuse_overlap, write
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.statics import is_hashable
from s2s_ad.errors import MutationError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import Array, Number, Tuple

_INSTEAD = "use the value that the call returns"
_GIVING_OUTPUT = frozenset({
    np.sum, np.prod, np.mean, np.std, np.var, np.max, np.min, np.ptp, np.median, np.nansum, np.nanprod, np.nanmean,
    np.nanstd, np.nanvar, np.nanmax, np.nanmin, np.nanmedian, np.percentile, np.quantile, np.all, np.any, np.trace,
    np.take, np.einsum, np.choose,
})  # also where it has no axes  # fmt: skip
_JOINING = (np.concatenate, np.stack, np.hstack, np.vstack, np.dstack)  # they write while they read


def into_output(s: Emitter, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """The result of a call that writes to an `out`, by name or by position; None for other calls."""
    if not is_hashable(fn) or not _may_have_output(fn, len(args), kwargs):
        return None
    n = number_of_inputs(fn)
    if getattr(fn, "nout", 1) > 1:
        return _several(s, fn, args, kwargs)
    if len(args) > n + 1:
        raise MutationError("`out` in this form", s.span, _INSTEAD)
    given, rest = kwargs.get("out", args[n] if len(args) > n else Const(None)), dict(kwargs)
    rest.pop("out", None)
    inputs = args[:n]
    while inputs and constant(inputs[-1], default=0) is None and _is_default(fn, len(inputs) - 1):
        inputs.pop()
    if constant(given, default=0) is None:
        return s.apply(fn, inputs, rest)
    out = _single(s, fn, given)
    where, casting = rest.pop("where", Const(True)), rest.pop("casting", Const("same_kind"))
    if constant(casting) != "same_kind":
        raise MutationError("`out` in this form", s.span, _INSTEAD)
    check_target(s, out, "out")
    _require_given(s, fn, out)
    for array in s.static_items(inputs[0]) or [] if fn in _JOINING and inputs else []:
        refuse_overlap(s, array, out, "out")
    if constant(where) is True:
        value = s.apply(fn, inputs, rest)
    else:
        return _masked(s, fn, inputs, rest, out, where)
    _check(s, fn, value, out)
    write(s, out, None, value)
    return out


def _require_given(s: Emitter, fn: Any, out: Operand) -> None:
    """Refuse an output for which a number of the same value may be given back."""
    of_ufunc = isinstance(fn, np.ufunc) or isinstance(getattr(fn, "__self__", None), np.ufunc)
    if type_of_operand(out).axes == () and not of_ufunc and fn not in _GIVING_OUTPUT:  # type: ignore[attr-defined]
        raise MutationError(f"`out` without axes, of `{fn.__name__}`", s.span, _INSTEAD)


def _several(s: Emitter, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """The results of a call with several outputs, some of which may be None."""
    rest = {k: v for k, v in kwargs.items() if k != "out"}
    outs, inputs = args[fn.nin :], args[: fn.nin]
    if "out" in kwargs and isinstance(type_of_operand(kwargs["out"]), Tuple):
        outs = s.static_items(kwargs["out"]) or []
    if rest or len(outs) != fn.nout:
        raise MutationError("several outputs in this form", s.span, _INSTEAD)
    given = [out for out in outs if constant(out, default=0) is not None]
    for out in given:
        check_target(s, out, "out")
        for other in (o for o in (*given, *inputs) if o is not out):
            refuse_overlap(s, other, out, "out")
    if len(given) != len({s.memory.root(out) for out in given}):
        raise MutationError("one array for several outputs", s.span, _INSTEAD)
    values = s.static_items(s.apply(fn, inputs)) or []
    for value, out in zip(values, outs, strict=True):
        if out in given:
            _check(s, fn, value, out)
            write(s, out, None, value)
    found = [out if out in given else value for value, out in zip(values, outs, strict=True)]
    return s.apply(primitives.make_tuple, found)


def _may_have_output(fn: Any, count: int, kwargs: dict[str, Operand]) -> bool:
    if "out" not in kwargs and count < 2:
        return False
    owner = getattr(fn, "__self__", None)
    of_numpy = isinstance(fn, np.ufunc) or isinstance(owner, np.ufunc)
    of_numpy = of_numpy or (getattr(fn, "__module__", None) or "").partition(".")[0] == "numpy"
    return of_numpy and not isinstance(fn, type) and ("out" in kwargs or count > number_of_inputs(fn))


@functools.cache
def number_of_inputs(fn: Any) -> int:
    """How many positional arguments a NumPy function takes before the one that is its output."""
    if isinstance(fn, np.ufunc):
        return fn.nin
    owner = getattr(fn, "__self__", None)
    if isinstance(owner, np.ufunc):
        return {"reduce": 3, "accumulate": 3, "reduceat": 4, "outer": 2, "at": 1000}.get(fn.__name__, 0)
    if (getattr(fn, "__module__", None) or "").partition(".")[0] != "numpy":
        return 1000
    if fn in (np.dot, np.concatenate):
        return 2
    try:
        parameters = inspect.signature(fn).parameters
    except (TypeError, ValueError):
        return 1000
    by_position = "out" in parameters and parameters["out"].kind is not inspect.Parameter.KEYWORD_ONLY
    return list(parameters).index("out") if by_position else 1000


def _is_default(fn: Any, position: int) -> bool:
    """Whether None says no more of an input than to leave it out."""
    if isinstance(getattr(fn, "__self__", None), np.ufunc):
        return position > 1  # None for an axis is all of them
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except (TypeError, ValueError):
        return False
    return parameters[position].default is None


def _single(s: Emitter, fn: Any, out: Operand) -> Operand:
    """The one array of an `out`, which may be a tuple."""
    t = type_of_operand(out)
    if isinstance(t, Tuple) and len(t.items) == 1:
        return s.apply(operator.getitem, [out, Const(0)])
    if isinstance(t, Tuple):
        raise MutationError("several outputs", s.span, _INSTEAD)
    return out


def _check(s: Emitter, fn: Any, value: Operand, out: Operand) -> None:
    """Refuse a value that NumPy would not write to `out`, or would have computed otherwise because of it."""
    t, to = type_of_operand(value), type_of_operand(out)
    assert isinstance(to, Array)
    assert to.axes is not None
    assert to.dtype is not None
    dtype = np.dtype(float) if t == Number("float") else getattr(t, "dtype", None)
    axes = () if isinstance(t, Number) else getattr(t, "axes", None)
    if axes is None or dtype is None:
        raise MutationError("`out` where the kind or the rank of the value is not known", s.span, _INSTEAD)
    elementwise = isinstance(fn, np.ufunc) and fn.signature is None
    if not (np.can_cast(dtype, to.dtype, "same_kind") if elementwise else dtype == to.dtype):
        raise MutationError("`out` of another kind of number than the value", s.span, _INSTEAD)
    if not (len(axes) <= len(to.axes) if elementwise else len(axes) == len(to.axes)):
        raise MutationError("`out` of another rank than the value", s.span, _INSTEAD)


def _masked(
    s: Emitter, fn: Any, args: list[Operand], kwargs: dict[str, Operand], out: Operand, where: Operand
) -> Operand:
    """Only where a mask holds is the function evaluated, and the array written to."""
    if not isinstance(fn, np.ufunc) or fn.signature is not None:
        raise MutationError("`out` with `where`, of what is not elementwise", s.span, _INSTEAD)
    mask = mask_of(s, where, out, "out")
    value = s.apply(fn, [chosen(s, a, mask, out) for a in args], kwargs)
    t, to = type_of_operand(value), type_of_operand(out)
    known = getattr(t, "dtype", None)
    if known is None or not np.can_cast(known, to.dtype, "same_kind"):  # type: ignore[attr-defined]
        raise MutationError("`out` of another, or of an unknown, kind of number", s.span, _INSTEAD)
    write(s, out, mask, value)
    return out
