"""The table of functions that are not elementwise: a row is a call that the rule must get right.

A row's arguments are made from a random generator, so that every test draws its own.
"""

from __future__ import annotations

import builtins
import math
import operator
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.rules import METHODS

Maker = Callable[[np.random.Generator], tuple[Any, ...]]


@dataclass(frozen=True)
class Row:
    """A call ``fn(*make(rng), **kwargs)``."""

    fn: Callable[..., Any]
    make: Maker
    kwargs: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        options = ",".join(f"{k}={v}" for k, v in self.kwargs.items())
        return f"{getattr(self.fn, '__module__', '')}.{self.fn.__name__}({options})"


def normal(*shape: int) -> Maker:
    """One array of `shape`."""
    return lambda r: (r.normal(size=shape),)


def two(left: tuple[int, ...], right: tuple[int, ...]) -> Maker:
    """Two arrays."""
    return lambda r: (r.normal(size=left), r.normal(size=right))


def followed_by(shape: tuple[int, ...], *rest: Any) -> Maker:
    """One array of `shape` and constants."""
    return lambda r: (r.normal(size=shape), *rest)


def arrays(*shapes: tuple[int, ...]) -> Maker:
    """One list of arrays."""
    return lambda r: ([r.normal(size=shape) for shape in shapes],)


def regular(*shape: int) -> Maker:
    """A stack of matrices that are far from singular."""
    return lambda r: (_regular(r, shape),)


def _regular(r: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return r.normal(size=shape) + 3 * np.eye(shape[-1])


def distinct(*shape: int) -> Maker:
    """An array whose elements are far from each other and from 0."""
    return lambda r: (np.reshape(r.permutation(math.prod(shape)) - 2.5, shape),)


NUMPY_2_1 = np.lib.NumpyVersion(np.__version__) >= "2.1.0"
MASK = np.array([[True, False, True], [False, True, True]])

REDUCTIONS = [
    Row(fn, normal(2, 3, 4), kwargs)
    for fn in (np.sum, np.mean, np.prod, np.var, np.std)
    for kwargs in (
        {},
        {"axis": 1},
        {"axis": -1, "keepdims": True},
        {"axis": (0, -1)},
        {"axis": (2, 0), "keepdims": True},
        {"keepdims": True},
        {"axis": ()} if fn in (np.sum, np.prod) else {"axis": (0, 1, 2)},
    )
]
REDUCTIONS += [
    Row(fn, distinct(2, 3, 4), kwargs)
    for fn in (np.max, np.amax, np.min, np.amin)
    for kwargs in (
        {},
        {"axis": 1},
        {"axis": -1, "keepdims": True},
        {"axis": (0, -1)},
        {"initial": 10.0},
        {"initial": -10.0, "axis": 0},
    )
]
REDUCTIONS += [
    *[Row(fn, normal(2, 3), {"where": MASK}) for fn in (np.sum, np.mean, np.prod)],
    *[Row(fn, normal(2, 3), {"where": MASK, "axis": 0}) for fn in (np.sum, np.mean, np.prod)],
    *[Row(fn, normal(2, 3), {"where": MASK[0], "axis": 1, "keepdims": True}) for fn in (np.sum, np.mean, np.prod)],
    *[
        Row(fn, distinct(2, 3), {"where": MASK, "initial": i, "axis": 1})
        for fn in (np.max, np.min)
        for i in (0.2, 99.0)
    ],
    *[Row(fn, normal(2, 3), {"initial": 2.0}) for fn in (np.sum, np.prod)],
    *[Row(fn, normal(2, 3), {"ddof": 1, "axis": axis}) for fn in (np.var, np.std) for axis in (None, 0, (0, 1))],
    *[Row(fn, normal(0), {}) for fn in (np.sum, np.prod)],
    *[Row(fn, normal(0, 3), {"axis": 0}) for fn in (np.sum, np.prod)],
    *[Row(fn, normal(3, 0), {"axis": 0}) for fn in (np.sum, np.prod, np.mean, np.max, np.min, np.var)],
    *[Row(fn, normal()) for fn in (np.sum, np.prod, np.mean, np.max, np.min, np.var)],
    *[Row(fn, normal(3), kwargs) for fn in (np.cumsum, np.cumprod) for kwargs in ({}, {"axis": 0})],
    *[Row(fn, normal(2, 3, 2), {"axis": axis}) for fn in (np.cumsum, np.cumprod) for axis in (None, 0, 1, -1)],
    *[Row(fn, normal(2, 3), {"axis": axis}) for fn in (np.nansum, np.nanmean) for axis in (None, 0, (0, 1))],
    Row(np.prod, lambda r: (np.array([0.0, 2.0, 3.0]),)),
    Row(np.prod, lambda r: (np.array([[0.0, 2.0, 0.0], [0.0, -1.0, 3.0]]),), {"axis": 1}),
    *[Row(np.cumprod, lambda r: (np.array([2.0, 0.0, 3.0, 0.0, 4.0]),), kwargs) for kwargs in ({}, {"axis": 0})],
    *[Row(fn, lambda r: ([1.0, 2.0, 4.0],)) for fn in (np.sum, np.mean, np.max, np.prod, np.var)],
]

SHAPING = [
    Row(np.reshape, followed_by((2, 6), (3, 4))),
    Row(np.reshape, followed_by((2, 6), -1)),
    Row(np.reshape, followed_by((2, 6), (3, 4)), {"order": "F"}),
    *[Row(np.ravel, normal(2, 3), kwargs) for kwargs in ({}, {"order": "F"})],
    *[Row(np.squeeze, normal(1, 3, 1), kwargs) for kwargs in ({}, {"axis": 0}, {"axis": (0, -1)})],
    *[Row(np.expand_dims, normal(2, 3), {"axis": axis}) for axis in (0, -1, (0, 2))],
    *[Row(fn, normal(*shape)) for fn in (np.atleast_1d, np.atleast_2d, np.atleast_3d) for shape in ((), (3,), (2, 3))],
    *[Row(np.broadcast_to, followed_by(shape, (2, 4, 3))) for shape in ((4, 3), (1, 3), (4, 1), (), (2, 1, 1))],
    *[Row(np.transpose, followed_by((2, 3, 4), *axes)) for axes in ((), ((1, 2, 0),), ((-1, 0, 1),), (None,))],
    Row(np.matrix_transpose, normal(4, 2, 3)),
    Row(np.linalg.matrix_transpose, normal(4, 2, 3)),
    Row(np.swapaxes, followed_by((2, 3, 4), 0, -1)),
    *[Row(np.moveaxis, followed_by((2, 3, 4), *pair)) for pair in ((0, -1), (2, 0), ((0, 1), (2, 0)))],
    *[Row(np.rollaxis, followed_by((2, 3, 4, 5), axis, start)) for axis in (0, 2, -1) for start in (0, 2, 4, -1)],
    *[Row(np.flip, followed_by((2, 3), *axis)) for axis in ((), (0,), (-1,), ((0, 1),))],
    *[Row(fn, normal(2, 3)) for fn in (np.fliplr, np.flipud)],
    *[Row(np.roll, followed_by((2, 3), *how)) for how in ((1,), (-2,), (1, 0), (4, -1), ((1, 2), (0, 1)), (1, (0, 1)))],
    *[Row(np.rot90, followed_by((2, 3, 2), *how)) for how in ((), (2,), (-1, (1, 2)), (3, (2, 0)))],
    *[Row(np.repeat, followed_by((2, 3), *how)) for how in ((2,), (2, 0), (3, -1), ([1, 0, 2], 1), (0, 0))],
    Row(np.repeat, followed_by((3,), np.array([2, 0, 1]))),
    *[Row(np.tile, followed_by((2, 3), reps)) for reps in (2, (2,), (2, 1), (2, 3), (2, 1, 3), 0)],
    *[Row(np.tile, followed_by((3,), reps)) for reps in (2, (2, 3))],
    Row(np.tile, followed_by((), 3)),
    Row(np.broadcast_arrays, lambda r: (r.normal(size=(3, 1)), r.normal(size=4), 2.0)),
    *[Row(np.pad, followed_by((2, 3), width)) for width in (1, (1, 2), ((1, 0), (0, 2)))],
]

JOINING = [
    *[Row(np.concatenate, arrays((2, 3), (1, 3))), Row(np.concatenate, arrays((2, 3), (2, 1)), {"axis": -1})],
    Row(np.concatenate, arrays((2, 3), (4,), ()), {"axis": None}),
    Row(np.concatenate, lambda r: ((r.normal(size=2), np.arange(3), r.normal(size=0)),)),
    Row(np.concatenate, normal(2, 3, 2)),
    *[Row(np.stack, arrays((2, 3), (2, 3)), {"axis": axis}) for axis in (0, 1, -1)],
    Row(np.stack, lambda r: ([1.5, np.float64(2.5), 3],)),
    *[Row(np.vstack, arrays(*shapes)) for shapes in (((3,), (2, 3)), ((), ()), ((2, 3), (1, 3)))],
    *[Row(np.hstack, arrays(*shapes)) for shapes in (((3,), (2,), ()), ((2, 3), (2, 1)), ((2, 3, 2), (2, 1, 2)))],
    *[Row(np.dstack, arrays(*shapes)) for shapes in (((3,), (3,)), ((2, 3), (2, 3, 2)))],
    *[Row(np.column_stack, arrays(*shapes)) for shapes in (((3,), (3, 2)), ((3,), (3,)))],
    *[Row(np.append, two((2, 3), (1, 3)), {"axis": 0}), Row(np.append, two((2, 3), (2,)))],
    Row(np.append, lambda r: (r.normal(size=3), 2.0)),
    *[Row(np.split, followed_by((6, 2), 3)), Row(np.split, followed_by((2, 6), [1, 4, 4], -1))],
    *[Row(np.array_split, followed_by((7, 2), 3)), Row(np.hsplit, followed_by((2, 4), 2))],
    *[Row(np.hsplit, followed_by((4,), 2)), Row(np.vsplit, followed_by((4, 2), [3]))],
    Row(np.dsplit, followed_by((2, 2, 4), 2)),
    *([Row(np.unstack, normal(3, 2)), Row(np.unstack, normal(3, 2), {"axis": 1})] if hasattr(np, "unstack") else []),
]

SELECTING = [
    Row(np.where, lambda r: (MASK, r.normal(size=(2, 3)), r.normal(size=3))),
    Row(np.where, lambda r: (MASK, 2.0, r.normal(size=(2, 1)))),
    Row(np.where, lambda r: (MASK, r.normal(size=(2, 3)), 0.0)),
    Row(np.where, lambda r: (True, 2.0, 3.0)),
    *[
        Row(np.clip, distinct(3, 4), kwargs)
        for kwargs in ({"a_min": -1.2, "a_max": 3.3}, {"a_min": 0.2, "a_max": None})
    ],
    *([Row(np.clip, distinct(3, 4), kwargs) for kwargs in ({"min": 0.2}, {"max": 1.2})] if NUMPY_2_1 else []),
    Row(np.clip, lambda r: (np.arange(6.0), np.array([1.5, 1.5, 0.5, 4.5, 0.5, 0.5]), 3.5)),
    Row(np.clip, lambda r: (np.arange(6.0), None, 3.5)),
    Row(np.clip, lambda r: (np.arange(6.0), 3.5, None)),
    Row(np.clip, lambda r: (2.5, 0.5, np.array([1.5, 3.5]))),
    *[Row(np.take, followed_by((3, 4), *how)) for how in ((5,), ([0, 0, 11],), (-1, 0), ([[1, 1], [0, -1]], 1))],
    *[Row(np.take, followed_by((3, 4), *how)) for how in (([[1, 1], [0, -1]], 0), ([1, 1], -1))],
    Row(np.take_along_axis, followed_by((2, 3), np.array([[0, 0], [2, -1]]), 1)),
    *[Row(np.diag, followed_by(shape, k)) for shape in ((3,), (3, 3), (2, 4), (4, 2)) for k in (0, 1, -1)],
    *[Row(np.diagflat, followed_by((2, 2), k)) for k in (0, 2)],
    *[Row(np.diagonal, followed_by((2, 3, 4), *how)) for how in ((), (1,), (-1, 2, 0), (0, 1, -1))],
    *[Row(np.trace, followed_by((3, 4), *how)) for how in ((), (1,), (-1, 1, 0))],
    *[Row(np.trace, followed_by((2, 3, 4), *how)) for how in ((), (1, 1, 2))],
    *[Row(fn, followed_by((3, 4), k)) for fn in (np.tril, np.triu) for k in (0, 1, -2)],
    *[Row(fn, normal(*shape)) for fn in (np.tril, np.triu) for shape in ((3,), (2, 3, 3))],
    *[Row(np.sort, distinct(3, 4), kwargs) for kwargs in ({}, {"axis": 0}, {"axis": None})],
    *[Row(np.partition, distinct(3, 4), {"kth": 1, **kwargs}) for kwargs in ({}, {"axis": 0}, {"axis": None})],
    Row(np.partition, distinct(7), {"kth": (2, 4)}),
    *[Row(np.diff, normal(3, 5), kwargs) for kwargs in ({}, {"axis": 0}, {"n": 2}, {"n": 5}, {"n": 0})],
    *[Row(np.select, lambda r: ([MASK, ~MASK], [r.normal(size=(2, 3)), r.normal(size=3)], r.normal()))],
    Row(np.select, lambda r: ([MASK, MASK], [r.normal(size=(2, 3)), r.normal(size=3)])),
]


SHAPES_OF_FACTORS = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (6, 3, 4)),
    ((1, 2, 3), (5, 3, 4)),
    ((2, 0), (0, 3)),
    ((0, 3), (3, 2)),
    ((5, 2, 0), (0, 3)),
]

PRODUCTS = [
    *[Row(fn, two(*shapes)) for fn in (np.matmul, operator.matmul) for shapes in SHAPES_OF_FACTORS],
    *[
        Row(np.dot, two(*shapes))
        for shapes in (*SHAPES_OF_FACTORS[:9], ((), (2, 3)), ((2, 3), ()), ((), ()), ((0,), (0,)))
    ],
    *[Row(np.inner, two(*shapes)) for shapes in (((3,), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 3), (4, 3)))],
    *[Row(np.inner, two(*shapes)) for shapes in (((2, 5, 3), (4, 3)), ((), (2, 3)), ((2, 3), ()), ((), ()))],
    *[Row(np.outer, two(*shapes)) for shapes in (((3,), (4,)), ((2, 2), (3,)), ((), (3,)))],
    *[Row(np.vdot, two(*shapes)) for shapes in (((3,), (3,)), ((2, 3), (3, 2)), ((), ()))],
    *[
        Row(np.tensordot, lambda r, axes=axes: (r.normal(size=(2, 4, 3)), r.normal(size=(4, 3, 2)), axes))
        for axes in (2, ([1, 2], [0, 1]), (1, 0), ([2, 1], [1, 0]), (-1, 1), ([-3, -1], [-1, 1]))
    ],
    Row(np.tensordot, lambda r: (r.normal(size=(2, 3)), r.normal(size=(4,)), 0)),
    *[
        Row(np.kron, two(*shapes))
        for shapes in (((2, 3), (3, 2)), ((2,), (3,)), ((2,), (3, 2)), ((2, 3), (2,)), ((), (2,)))
    ],
    *[Row(np.cross, two(*shapes)) for shapes in (((3,), (3,)), ((4, 3), (4, 3)), ((4, 3), (3,)), ((3,), (4, 3)))],
    Row(np.cross, two((3, 4), (3, 4)), {"axis": 0}),
    Row(np.cross, two((3, 1), (4, 3)), {"axisa": 0, "axisb": 1, "axisc": 0}),
    *[Row(np.vecdot, two(*shapes)) for shapes in (((3,), (3,)), ((2, 3), (3,)), ((2, 1, 3), (4, 3)))],
    *[
        Row(fn, two(*shapes))
        for fn, options in (
            (getattr(np, "matvec", None), (((2, 3), (3,)), ((5, 2, 3), (3,)), ((2, 3), (5, 3)), ((5, 2, 3), (5, 3)))),
            (getattr(np, "vecmat", None), (((3,), (3, 2)), ((5, 3), (3, 2)), ((3,), (5, 3, 2)), ((5, 3), (5, 3, 2)))),
        )
        if fn is not None
        for shapes in options
    ],
]
EINSUM = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ij , kj -> ki", (2, 3), (4, 3)),
    ("i,j->ij", (2,), (3,)),
    ("i,i->", (3,), (3,)),
    ("i,i", (3,), (3,)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("iij->j", (3, 3, 2)),
    ("iij,jk->ik", (3, 3, 2), (2, 4)),
    ("iii->i", (3, 3, 3)),
    ("ijk->k", (2, 3, 4)),
    ("ij->", (2, 3)),
    ("ij,k->k", (2, 3), (4,)),
    ("ij->ji", (2, 3)),
    ("ba", (2, 3)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
    ("ij,ij,j->i", (2, 3), (2, 3), (3,)),
    ("...ij,...jk->...ik", (5, 2, 3), (5, 3, 4)),
    ("...ij,...jk->...ik", (5, 2, 3), (3, 4)),
    ("...ij,jk", (5, 2, 3), (3, 4)),
    ("i...,i...->...", (3, 2, 4), (3, 4)),
    ("...,...->...", (2, 1, 3), (4, 3)),
    ("i...->...", (3, 2)),
    ("i...->i...", (3, 2)),
    ("...ii->...i", (2, 3, 3)),
    ("ij,ij->ij", (2, 1), (2, 3)),
    ("ij,ij->", (2, 3), (1, 3)),
    (",ij->ij", (), (2, 3)),
]
PRODUCTS += [
    Row(np.einsum, lambda r, s=subscripts, shapes=shapes: (s, *[r.normal(size=shape) for shape in shapes]))
    for subscripts, *shapes in EINSUM
]
PRODUCTS += [
    Row(runtime.einsum_view, lambda r, s=subscripts, shape=shape: (r.normal(size=shape), s))
    for subscripts, shape in (("ii->i", (3, 3)), ("ii->i", (1, 1)), ("...ii->i...", (2, 3, 3)), ("iji->ji", (2, 3, 2)))
]
WINDOWS = (
    ((4,), 2),
    ((4,), (4,)),
    ((4,), 1),
    ((3, 4), (2, 3)),
    ((3, 4), 2, 1),
    ((3, 4), (2,), (0,)),
    ((5,), (2, 3), (0, 0)),
)
PRODUCTS += [Row(np.lib.stride_tricks.sliding_window_view, followed_by(*how)) for how in WINDOWS]
PRODUCTS += [Row(np.einsum, lambda r: ("ij,jk->ik", *[r.normal(size=(2, 2)) for _ in range(2)]), {"optimize": True})]

LINALG = [
    *[Row(np.linalg.inv, regular(*shape)) for shape in ((3, 3), (2, 3, 3), (1, 1))],
    *[Row(np.linalg.det, regular(*shape)) for shape in ((3, 3), (2, 3, 3), (1, 1))],
    Row(np.linalg.det, lambda r: (np.array([[1.0, 2.0], [2.0, 4.0]]),)),
    Row(np.linalg.det, lambda r: (r.normal(size=(3, 2)) @ r.normal(size=(2, 3)),)),
    *[Row(np.linalg.slogdet, regular(*shape)) for shape in ((3, 3), (2, 3, 3))],
    *[
        Row(np.linalg.solve, lambda r, a=a, b=b: (_regular(r, a), r.normal(size=b)))
        for a, b in (
            ((3, 3), (3,)),
            ((3, 3), (3, 2)),
            ((4, 3, 3), (3,)),
            ((4, 3, 3), (3, 2)),
            ((3, 3), (4, 3, 2)),
            ((4, 3, 3), (4, 3, 2)),
            ((4, 3, 3), (1, 3, 2)),
        )
    ],
    *[Row(np.linalg.pinv, normal(*shape)) for shape in ((3, 2), (2, 3), (3, 3), (2, 4, 3))],
    *[Row(np.linalg.matrix_power, followed_by((3, 3), n)) for n in (0, 1, 2, 5)],
    *[Row(np.linalg.matrix_power, lambda r, n=n: (_regular(r, (2, 3, 3)), n)) for n in (-1, -3, 3)],
    *[
        Row(np.linalg.norm, normal(*shape), kwargs)
        for shape in ((3,), (2, 3), (2, 3, 4))
        for kwargs in ({}, {"axis": 0})
    ],
    *[
        Row(np.linalg.norm, normal(2, 3), {"axis": 1, "keepdims": True}),
        Row(np.linalg.norm, normal(2), {"keepdims": True}),
    ],
    *[Row(np.linalg.norm, normal(4), {"ord": ord}) for ord in (1, 2, 3, 2.5, np.inf, -np.inf, 0)],
    *[Row(np.linalg.norm, normal(3, 4), {"ord": ord, "axis": 1}) for ord in (1, 2, 3, np.inf, -np.inf)],
    *[Row(np.linalg.norm, normal(3, 4), {"ord": ord}) for ord in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)],
    *[
        Row(np.linalg.norm, normal(3, 2, 4), {"ord": ord, "axis": axis, "keepdims": keepdims})
        for ord in ("fro", "nuc", 1, -1, 2, -2, np.inf)
        for axis, keepdims in (((0, 2), False), ((2, 1), True))
    ],
]

CREATION = [
    Row(np.array, lambda r: ([r.normal(), 2.0, 3],)),
    Row(np.array, lambda r: ([[1.0, r.normal()], [3.0, 4.0]],)),
    Row(np.array, lambda r: ([r.normal(size=2), [1.0, 2.0]],)),
    *[Row(fn, normal(2, 3)) for fn in (np.array, np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray)],
    *[Row(fn, lambda r: (1.5,)) for fn in (np.array, np.asarray, np.ascontiguousarray, np.copy)],
    *[Row(np.asarray, normal(2, 3), {"order": "C"}), Row(np.array, normal(2, 3), {"order": "F", "subok": True})],
    *[Row(np.copy, normal(2, 3)), Row(np.array, normal(2), {"ndmin": 3})],
    *[Row(fn, lambda r: (1.5,)) for fn in (np.float64, np.complex128)],
    *[Row(fn, normal(3)) for fn in (np.float64, np.complex128)],
    *([Row(np.astype, followed_by((3,), np.complex128))] if hasattr(np, "astype") else []),
    *[Row(np.full, lambda r: ((2, 3), 1.5)), Row(np.full, lambda r: ((2, 3), r.normal(size=3)))],
    *[Row(np.full_like, lambda r, fill=fill: (r.normal(size=(2, 3)), fill)) for fill in (1.5, np.arange(3.0))],
    *[Row(np.linspace, lambda r: (1.0, 2.5, 4)), Row(np.linspace, lambda r: (1.0, 2.5, 4, False))],
    *[Row(np.linspace, lambda r: (r.normal(size=2), 2.5, 3)), Row(np.linspace, lambda r: (1.0, 2.0, 1))],
    *[
        Row(np.arange, lambda r: (0.5, 3.2)),
        Row(np.arange, lambda r: (0.5, 3.2, 0.4)),
        Row(np.arange, lambda r: (3.3,)),
    ],
]

BUILTINS = [
    *[Row(fn, lambda r: ([1.5, -2.0, 3.0, 0.5],)) for fn in (builtins.max, builtins.min, builtins.sum, sorted)],
    *[Row(fn, lambda r: ((1.5, -2.0, 3),)) for fn in (builtins.max, builtins.min, builtins.sum, sorted)],
    *[Row(fn, normal(4)) for fn in (builtins.max, builtins.min, builtins.sum, sorted)],
    *[Row(builtins.sum, arrays((2, 3), (3,))), Row(builtins.sum, lambda r: ([1.5, 2.0], 0.5))],
    *[Row(builtins.sum, normal(2, 3)), Row(builtins.sum, lambda r: ([], 0.5))],
    *[Row(fn, lambda r: (1.5, -2.0, 3.0)) for fn in (builtins.max, builtins.min)],
    *[Row(sorted, lambda r: ([1.5, -2.0, 3.0],), kwargs) for kwargs in ({"reverse": True}, {"key": abs})],
    *[Row(fn, lambda r: (2.3, 0.7)) for fn in (divmod, np.divmod)],
    *[Row(fn, lambda r: (r.uniform(2.0, 2.1, (2, 3)), r.uniform(-0.9, -0.75, 3))) for fn in (divmod, np.divmod)],
    *[Row(fn, lambda r: (2.3,)) for fn in (math.modf, np.modf, math.frexp, np.frexp)],
    *[Row(fn, normal(2, 3)) for fn in (np.modf, np.frexp)],
    *[Row(fn, lambda r: (2.3, 3)) for fn in (math.ldexp, np.ldexp)],
    Row(np.ldexp, lambda r: (r.normal(size=(2, 1)), np.array([3, -1, 0]))),
    Row(math.dist, lambda r: ([1.0, 2.0], [0.5, -1.5])),
    *[Row(fn, lambda r: ([1.0, -2.0, 0.5],)) for fn in (math.fsum, math.prod)],
    *[Row(math.prod, lambda r: ([0.0, -2.0, 0.5],), kwargs) for kwargs in ({}, {"start": 3.0})],
    *([Row(math.sumprod, lambda r: ([1.0, 2.0], [0.5, 3]))] if sys.version_info >= (3, 12) else []),
    *[Row(np.angle, lambda r: (r.normal(size=3) + 2j,), kwargs) for kwargs in ({}, {"deg": True})],
    Row(np.angle, normal(3)),
]

METHOD_ROWS = [
    *[Row(METHODS[name], normal(2, 3)) for name in ("flatten", "copy", "tolist")],
    Row(METHODS["flatten"], normal(2, 3), {"order": "F"}),
    Row(METHODS["tolist"], normal()),
    Row(METHODS["astype"], followed_by((2, 3), np.complex128)),
    *[Row(METHODS["item"], normal(*shape)) for shape in ((), (1, 1))],
    *[Row(METHODS["item"], followed_by((2, 3), *index)) for index in ((4,), (-1,), (1, -2), ((1, 0),))],
]

ROWS = [
    *REDUCTIONS,
    *SHAPING,
    *JOINING,
    *SELECTING,
    *PRODUCTS,
    *LINALG,
    *CREATION,
    *BUILTINS,
    *METHOD_ROWS,
]

# Functions that take, or have a rule for, real numbers only.
REAL_FUNCTIONS = (np.linalg.pinv, divmod, np.divmod, np.modf, np.frexp, np.ldexp, np.float64)


def variants(row: Row) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The arguments of a row with arrays of many lengths (0 and 1 among them) and dtypes, and the call's value."""
    rng = np.random.default_rng(5)
    for attempt in range(40):
        lengths = {} if attempt == 0 else {n: rng.integers(4) for n in range(1, 7)}
        dtypes = (np.float64, np.float32, np.int64)
        made = row.make(rng)
        args = tuple(_resized(x, lengths, dtypes[attempt % (3 if i == 0 else 2)]) for i, x in enumerate(made))
        try:
            with np.errstate(all="ignore"):
                value = row.fn(*args, **row.kwargs)
        except Exception:
            assert attempt  # only other lengths may not fit together
            continue
        yield args, value


def _resized(x: Any, lengths: dict[int, Any], dtype: Any) -> Any:
    if isinstance(x, list):
        return [_resized(i, lengths, dtype) for i in x]
    if not isinstance(x, np.ndarray):
        return x
    shape = tuple(lengths.get(n, n) for n in x.shape)
    return np.resize(x, shape).astype(dtype if x.dtype.kind == "f" else x.dtype)
