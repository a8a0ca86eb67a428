"""Lists that are written out where a function takes them: `np.array([a, b])`, `np.transpose(x, [1, 0])`.

The type of a list does not tell its length, since it might be appended to. Here the list is known with its items. Where
a function takes a shape or axes, and a list means the same to it as a tuple, a list of constants becomes a constant.
"""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.table import HANDLERS
from s2s_ad.analysis.indexing import array_item
from s2s_ad.analysis.operands import as_array, constant, type_of_operand
from s2s_ad.analysis.typing import result_type
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand, Star, Value
from s2s_ad.ir.types import Array, List, Tuple, Type

_TAKE_SHAPES: tuple[Any, ...] = (
    *(np.reshape, np.transpose, np.moveaxis, np.tensordot, np.tile, np.zeros, np.ones, np.empty, np.full),
    *(np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit),
)
_TAKE_ARRAYS: tuple[Any, ...] = (np.concatenate, np.stack, np.hstack, np.vstack, np.dstack, np.column_stack)


def _items(s: Emitter, operand: Operand) -> list[Operand] | None:
    """The items of a list or tuple that is written out."""
    made = s.definitions.get(operand) if isinstance(operand, Value) else None
    if made is None or constant(made.target) not in (primitives.make_list, primitives.make_tuple):
        return None
    items = [a for a in made.args if not isinstance(a, Star)]
    return items if len(items) == len(made.args) else None


def _with_constant_shapes(fn: Any, s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """The call with its lists of constants as tuples, or None where it has none."""
    given, named = [_frozen(s, a) for a in args], {k: _frozen(s, v) for k, v in kwargs.items()}
    same = all(a is b for a, b in zip((*given, *named.values()), (*args, *kwargs.values()), strict=True))
    return None if same else s.apply(fn, given, named)


def _frozen(s: Emitter, operand: Operand) -> Operand:
    """Integers that are written out as a constant tuple, anything else as it is."""
    items = _items(s, operand)
    values = None if items is None else [constant(_frozen(s, i)) for i in items]
    if values is None or not all(type(v) in (int, tuple) for v in values):
        return operand
    return Const(tuple(values))


def with_known_items(fn: Any, s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """The call with the type that follows from the items of its list, or None where that is not written out."""
    if not 1 <= len(args) <= 2 or "out" in kwargs or _items(s, args[0]) is None:
        return None
    return s.emit(fn, args, kwargs, result_type(fn, (Value(None, _type(s, args[0])), *args[1:]), kwargs))


def _type(s: Emitter, operand: Operand) -> Type:
    items = _items(s, operand)
    return type_of_operand(operand) if items is None else Tuple(tuple(_type(s, i) for i in items))


def indexed(s: Emitter, args: list[Operand]) -> Operand | None:
    """`x[[i, j]]` and `x[:, [i, j]]`, of which the number of indices is known; None for any other index."""
    t, index = type_of_operand(args[0]), args[1]
    if not isinstance(t, Array) or _items(s, index) is None:
        return None
    parts = (_items(s, index) or []) if isinstance(type_of_operand(index), Tuple) else [index]
    return s.emit(operator.getitem, args, None, array_item(t, tuple(_index_part(s, p) for p in parts)))


def _index_part(s: Emitter, part: Operand) -> Any:
    """A constant, or the type of a value; that of an array for a list that is written out."""
    if isinstance(part, Const):
        return part.value
    return type_of_operand(part) if not _items(s, part) else as_array(_type(s, part))


def _of_arrays(fn: Any, s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """The call with arrays for its lists and tuples, by which an array scalar cannot be multiplied."""
    if not any(isinstance(type_of_operand(a), (List, Tuple)) for a in args):
        return None
    return s.apply(
        fn, [s.apply(np.array, [a]) if isinstance(type_of_operand(a), (List, Tuple)) else a for a in args], kwargs
    )


for _fn in (np.dot, np.inner):
    HANDLERS[_fn] = functools.partial(_of_arrays, _fn)
for _fn in _TAKE_SHAPES:
    HANDLERS[_fn] = functools.partial(_with_constant_shapes, _fn)
for _fn in _TAKE_ARRAYS:
    HANDLERS[_fn] = functools.partial(with_known_items, _fn)
