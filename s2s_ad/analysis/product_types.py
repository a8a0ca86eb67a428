"""The result types of products of vectors, matrices and tensors, and of numpy.linalg."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.broadcasting import broadcast
from s2s_ad.analysis.operands import constant, constant_length, length, type_of_operand
from s2s_ad.analysis.sampling import elementwise_kinds, sampled
from s2s_ad.analysis.typing import array_type, axes_of_shape, handles, reduced_axes
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import ANY, UNKNOWN, Array, Axis, Length, Tuple, Type

Axes = tuple[Axis, ...]


def agree(*axes: Axis) -> Axis:
    """The axis that several are, being equally long for sure: what says most about the length."""
    return max(axes, key=_knowledge)


def _knowledge(axis: Axis) -> int:
    if constant_length(axis) is not None:
        return 3
    assert isinstance(axis, Length)
    return 2 * (axis.name is not None) + axis.many if axis.many else axis.name is not None


def _multiplied(*arrays: Any) -> Any:
    return functools.reduce(np.multiply, arrays)


def _product(types: tuple[Array, ...], axes: Axes | None) -> Type:
    """A sum of products of elements of `types`; a Python number counts as an array of its own dtype."""
    if any(t.loose for t in types):
        return Array(None, axes)
    kind = elementwise_kinds(_multiplied, tuple(Array(t.dtype, (1,)) for t in types))
    return Array(kind.dtype, axes) if isinstance(kind, Array) else UNKNOWN


def _scaled(s: Array, t: Array) -> Type:
    """The product of arrays of which one has no axes; a Python number is as strong in `np.dot` as an array."""
    return UNKNOWN if s.axes is None or t.axes is None else _product((s, t), broadcast(s.axes, t.axes))


# products


@handles(np.matmul, operator.matmul)
def _matmul(a: Operand, b: Operand) -> Type:
    s, t = array_type(a), array_type(b)
    if not s.axes or not t.axes:
        return UNKNOWN
    batch = broadcast(s.axes[:-2], t.axes[:-2])
    return _product((s, t), (*batch, *s.axes[-2:-1], *(t.axes[-1:] if len(t.axes) > 1 else ())))


@handles(np.dot)
def _dot(a: Operand, b: Operand) -> Type:
    s, t = array_type(a), array_type(b)
    if s.axes == () or t.axes == ():
        return _scaled(s, t)
    if s.axes is None or t.axes is None:
        return UNKNOWN
    return _product((s, t), (*s.axes[:-1], *t.axes[:-2], *(t.axes[-1:] if len(t.axes) > 1 else ())))


@handles(np.cross)
def _cross(a: Operand, b: Operand) -> Type:
    """Of vectors in space, as those are that are known to be of three parts."""
    s, t = array_type(a), array_type(b)
    if not s.axes or not t.axes or not constant_length(s.axes[-1]) == constant_length(t.axes[-1]) == 3:
        return UNKNOWN
    return _product((s, t), (*broadcast(s.axes[:-1], t.axes[:-1]), s.axes[-1]))


@handles(np.inner)
def _inner(a: Operand, b: Operand) -> Type:
    s, t = array_type(a), array_type(b)
    if s.axes == () or t.axes == ():
        return _scaled(s, t)
    return UNKNOWN if s.axes is None or t.axes is None else _product((s, t), (*s.axes[:-1], *t.axes[:-1]))


@handles(np.vdot)
def _vdot(a: Operand, b: Operand) -> Type:
    return _product((array_type(a), array_type(b)), ())


@handles(np.vecdot)
def _vecdot(a: Operand, b: Operand) -> Type:
    s, t = array_type(a), array_type(b)
    return _product((s, t), broadcast(s.axes[:-1], t.axes[:-1])) if s.axes and t.axes else UNKNOWN


@handles(getattr(np, "matvec", None))
def _matvec(a: Operand, b: Operand) -> Type:
    s, t = array_type(a), array_type(b)
    if not s.axes or not t.axes or len(s.axes) < 2:
        return UNKNOWN
    return _product((s, t), (*broadcast(s.axes[:-2], t.axes[:-1]), s.axes[-2]))


@handles(getattr(np, "vecmat", None))
def _vecmat(a: Operand, b: Operand) -> Type:
    s, t = array_type(a), array_type(b)
    if not s.axes or not t.axes or len(t.axes) < 2:
        return UNKNOWN
    return _product((s, t), (*broadcast(s.axes[:-1], t.axes[:-2]), t.axes[-1]))


@handles(np.outer)
def _outer(a: Operand, b: Operand) -> Type:
    s, t = array_type(a), array_type(b)
    if s.axes is None or t.axes is None:
        return UNKNOWN
    return _product((s, t), (flat_axis(s.axes), flat_axis(t.axes)))


def flat_axis(axes: Axes) -> Axis:
    """The axis of an array that is flattened; a product is one only if all its factors are."""
    others: list[Length] = [a for a in axes if isinstance(a, Length)]
    if len(others) <= 1:
        return others[0] if others else 1
    known = [constant_length(a) for a in others]
    if None not in known:
        return length(functools.reduce(operator.mul, known))
    named = all(a.name is not None for a in others)
    return Length(("product", *others) if named else None, any(a.many for a in others))


@handles(np.tensordot)
def _tensordot(a: Operand, b: Operand, axes: Operand = Const(2)) -> Type:  # noqa: B008
    s, t, pairs = array_type(a), array_type(b), constant(axes)
    if s.axes is None or t.axes is None or pairs is None:
        return UNKNOWN
    summed_a, summed_b = runtime.tensordot_axes(pairs, len(s.axes), len(t.axes))
    free = [x for i, x in enumerate(s.axes) if i not in summed_a] + [
        x for i, x in enumerate(t.axes) if i not in summed_b
    ]
    kind = _product((s, t), tuple(free))
    return Array(kind.dtype, kind.axes, boxed=not free) if isinstance(kind, Array) else kind


@handles(np.kron)
def _kron(a: Operand, b: Operand) -> Type:
    s, t = array_type(a), array_type(b)
    if s.axes is None or t.axes is None:
        return UNKNOWN
    n = max(len(s.axes), len(t.axes))
    rows = zip((1,) * (n - len(s.axes)) + s.axes, (1,) * (n - len(t.axes)) + t.axes, strict=True)
    kind = _product((s, t), tuple(map(flat_axis, rows)))
    return Array(kind.dtype, kind.axes, boxed=not n) if isinstance(kind, Array) else kind


@handles(np.einsum)
def einsum(subscripts: Operand, *operands: Operand, optimize: Operand = Const(False)) -> Type:  # noqa: B008
    """Each index of the result is as long as the axes that it names, of which some may be stretched."""
    types = tuple(map(array_type, operands))
    spec = constant(subscripts)
    shapes = [t.axes for t in types if t.axes is not None]
    if not isinstance(spec, str) or len(shapes) != len(types):
        return UNKNOWN
    inputs, output = runtime.einsum_indices(spec, [len(s) for s in shapes])
    columns: dict[str, list[Axis]] = {}
    for indices, shape in zip(inputs, shapes, strict=True):
        for index, axis in zip(indices, shape, strict=True):
            columns.setdefault(index, []).append(axis)
    return _product(types, tuple(broadcast(*((a,) for a in columns[i]))[0] for i in output))


# linear algebra


def _square(a: Operand) -> tuple[Array, Axes | None]:
    """The type of a stack of square matrices, and its axes with the last two known to be equal."""
    t = array_type(a)
    if t.axes is None or len(t.axes) < 2:
        return t, None
    n = agree(*t.axes[-2:])
    return t, (*t.axes[:-2], n, n)


def _floating(t: Array) -> Any:
    """The dtype of what LAPACK makes of a matrix."""
    known = t.dtype is not None and t.dtype.kind != "f"
    return getattr(sampled(np.linalg.inv, [Array(t.dtype, (ANY, ANY))], {}), "dtype", None) if known else t.dtype


@handles(np.linalg.inv, np.linalg.cholesky, runtime.inverse_transpose, runtime.cofactors)
def _matrix_like(a: Operand, **_: Operand) -> Type:
    t, axes = _square(a)
    return UNKNOWN if axes is None else Array(_floating(t), axes)


@handles(runtime.as_it_is_read)
def _as_it_is_read(s: Operand, *_: Operand) -> Type:
    return type_of_operand(s)


@handles(np.tril, np.triu)
def _triangle(m: Operand, k: Operand | None = None) -> Type:
    """A vector is spread over the rows of a square matrix."""
    t = array_type(m)
    return UNKNOWN if not t.axes else Array(t.dtype, t.axes if len(t.axes) > 1 else t.axes * 2)


@handles(np.linalg.matrix_power)
def _matrix_power(a: Operand, n: Operand) -> Type:
    t, axes = _square(a)
    return UNKNOWN if axes is None or t.dtype is None or t.dtype.kind != "f" else Array(t.dtype, axes)


@handles(runtime.matrix_power_cotangent)
def _matrix_power_cotangent(y_bar: Operand, a: Operand, n: Operand) -> Type:
    return _matrix_power(a, n)


@handles(np.linalg.pinv)
def _pinv(a: Operand, *_: Operand) -> Type:
    t = array_type(a)
    if t.axes is None or len(t.axes) < 2 or t.dtype is None or t.dtype.kind != "f":
        return UNKNOWN
    return Array(t.dtype, (*t.axes[:-2], t.axes[-1], t.axes[-2]))


@handles(np.linalg.det)
def _det(a: Operand) -> Type:
    t, axes = _square(a)
    return UNKNOWN if axes is None else Array(_floating(t), axes[:-2])


@handles(np.linalg.slogdet)
def _slogdet(a: Operand) -> Type:
    """A pair; the logarithm is real."""
    sign = _det(a)
    if not isinstance(sign, Array) or sign.dtype is None:
        return UNKNOWN
    return Tuple((sign, Array(np.empty(0, sign.dtype).real.dtype, sign.axes)), type(np.linalg.slogdet(np.eye(1))))


@handles(np.linalg.solve)
def _solve(a: Operand, b: Operand) -> Type:
    (s, axes), t = _square(a), array_type(b)
    if axes is None or not t.axes:
        return UNKNOWN
    parts = Array(_floating(s), ()), Array(_floating(t), ())
    if len(t.axes) == 1:
        return _product(parts, (*axes[:-2], agree(axes[-1], t.axes[0])))
    batch = broadcast(axes[:-2], t.axes[:-2])
    return _product(parts, (*batch, agree(axes[-1], t.axes[-2]), t.axes[-1]))


@handles(np.linalg.eigvalsh)
def _eigvalsh(a: Operand, UPLO: Operand | None = None) -> Type:
    t, axes = _square(a)
    return Array(t.dtype, axes[:-1]) if axes is not None and t.dtype is not None and t.dtype.kind == "f" else UNKNOWN


@handles(np.linalg.eigh)
def _eigh(a: Operand, UPLO: Operand | None = None) -> Type:
    values, (t, axes) = _eigvalsh(a), _square(a)
    return Tuple((values, Array(t.dtype, axes)), type(np.linalg.eigh(np.eye(1)))) if values != UNKNOWN else UNKNOWN


@handles(runtime.eigenvector_factors)
def _eigenvector_factors(w: Operand, m: Operand) -> Type:
    return array_type(m)


@handles(np.linalg.norm)
def _norm(
    x: Operand,
    ord: Operand | None = None,
    axis: Operand = Const(None),  # noqa: B008
    keepdims: Operand = Const(False),  # noqa: B008
) -> Type:
    t, kept = array_type(x), constant(keepdims)
    if t.dtype is None or t.axes is None or not isinstance(axis, Const) or kept is None:
        return UNKNOWN
    dtype = np.empty(0, t.dtype).real.dtype if t.dtype.kind in "fc" else np.dtype(float)
    return Array(dtype, reduced_axes(t.axes, axis.value, bool(kept)))


@handles(np.trace)
def _trace(a: Operand, offset: Operand = Const(0), axis1: Operand = Const(0), axis2: Operand = Const(1)) -> Type:  # noqa: B008
    t, pair = array_type(a), (constant(axis1), constant(axis2))
    axes = None if None in pair else reduced_axes(t.axes, pair, keepdims=False)
    kind = UNKNOWN if axes is None or len(t.axes or ()) < 2 else sampled(np.trace, [Array(t.dtype, (ANY, ANY))], {})
    return Array(kind.dtype, axes) if isinstance(kind, Array) else UNKNOWN


@handles(np.diagonal)
def _diagonal(a: Operand, offset: Operand = Const(0), axis1: Operand = Const(0), axis2: Operand = Const(1)) -> Type:  # noqa: B008
    t, pair = array_type(a), (constant(axis1), constant(axis2))
    rest = None if None in pair else reduced_axes(t.axes, pair, keepdims=False)
    if t.axes is None or rest is None:
        return UNKNOWN
    return Array(t.dtype, (*rest, _diagonal_axis(t.axes[pair[0]], t.axes[pair[1]], constant(offset))))


def _diagonal_axis(rows: Axis, columns: Axis, offset: int | None) -> Axis:
    """The length of a diagonal of a matrix."""
    n, m = constant_length(rows), constant_length(columns)
    if offset is None:
        return ANY
    if n is not None and m is not None:
        return length(max(0, min(n + min(offset, 0), m - max(offset, 0))))
    return rows if rows == columns and offset == 0 else ANY


@handles(np.diag)
def _diag(v: Operand, k: Operand = Const(0)) -> Type:  # noqa: B008
    t = array_type(v)
    if t.axes is None or len(t.axes) != 1:
        return _diagonal(v, k)
    shift, n = constant(k), constant_length(t.axes[0])
    side = ANY if shift is None else t.axes[0] if shift == 0 else ANY if n is None else length(n + abs(shift))
    return Array(t.dtype, (side, side))


@handles(runtime.place_diagonal)
def _place_diagonal(y_bar: Operand, shape: Operand, *_: Operand) -> Type:
    return _filled(y_bar, shape)


@handles(runtime.add_at_axis, runtime.add_along_axis)
def _added(y_bar: Operand, index: Operand, shape: Operand, axis: Operand) -> Type:
    return _filled(y_bar, shape)


def _filled(y_bar: Operand, shape: Operand) -> Type:
    """Zeros of a shape to which `y_bar` is added."""
    t, axes = array_type(y_bar), axes_of_shape(shape)
    return Array(None if t.loose else t.dtype, axes, boxed=axes == ())
