"""The result types of builtins, and of operators on sequences."""

from __future__ import annotations

import bisect
import builtins
import operator
from typing import Any

from s2s_ad import runtime
from s2s_ad.analysis.indexing import array_item, sequence_item
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.typing import elementwise, handles
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import (
    BOOL,
    FLOAT,
    INT,
    NEVER,
    UNKNOWN,
    Array,
    Deque,
    Dict,
    Instance,
    Iterable,
    List,
    Map,
    Number,
    Tuple,
    Type,
    is_scalar,
    join_all,
)
from s2s_ad.ir.values import type_of


@handles(operator.getitem)
def getitem(obj: Operand, index: Operand) -> Type:
    """The type of `obj[index]`, for values that the specializer has not taken apart."""
    t = type_of_operand(obj)
    known: Any = index.value if isinstance(index, Const) else index.type
    if isinstance(t, Array):
        parts = known.items if isinstance(known, Tuple) else known if isinstance(known, tuple) else (known,)
        return array_item(t, parts)
    if isinstance(t, (Tuple, List)):
        return sequence_item(t, known)
    if t == Instance(str):
        return t
    if isinstance(t, Deque):
        return t.item
    if isinstance(t, Dict) and isinstance(index, Const) and index.value in t.keys:
        return t.values[t.keys.index(index.value)]
    if isinstance(t, Map):
        return t.item
    if isinstance(t, Dict):
        return join_all(t.values)
    return UNKNOWN


def iterated(t: Type) -> Type:
    """The type of an item of an iterable."""
    if isinstance(t, Array) and t.axes:
        return Array(t.dtype, t.axes[1:])
    if isinstance(t, Tuple):
        return join_all(t.items)
    if isinstance(t, (List, Iterable, Deque)):
        return t.item
    if t == Instance(str):
        return t
    if isinstance(t, Map):
        return t.key
    if isinstance(t, Dict):
        return join_all(tuple(map(type_of, t.keys)))
    return UNKNOWN


@handles(range)
def _range(*_: Operand) -> Type:
    return Iterable(INT)


@handles(enumerate)
def _enumerate(items: Operand, start: Operand | None = None) -> Type:
    return Iterable(Tuple((INT, iterated(type_of_operand(items)))))


@handles(zip)
def _zip(*parts: Operand, **_: Operand) -> Type:
    return Iterable(Tuple(tuple(iterated(type_of_operand(p)) for p in parts)))


@handles(reversed)
def _reversed(items: Operand) -> Type:
    return Iterable(iterated(type_of_operand(items)))


@handles(list)
def _list(items: Operand | None = None, **_: Operand) -> Type:
    if items is None:
        return List(join_all(()))
    t = type_of_operand(items)
    return List(iterated(t), t.items if isinstance(t, (List, Tuple)) else None)


@handles(sorted)
def _sorted(items: Operand, **_: Operand) -> Type:
    return List(iterated(type_of_operand(items)))  # any item may come first


@handles(runtime.sort_order)
def _sort_order(*_: Operand) -> Type:
    return List(INT)


@handles(tuple)
def _tuple(items: Operand | None = None) -> Type:
    t = Tuple(()) if items is None else type_of_operand(items)
    return t if isinstance(t, Tuple) else Tuple(t.items) if isinstance(t, List) and t.items is not None else UNKNOWN


@handles(isinstance, bool, all, any, operator.not_, operator.is_, operator.is_not, operator.contains, callable)
def _bool(*_: Operand) -> Type:
    return BOOL


@handles(int)
def _int(*_: Operand) -> Type:
    return INT


@handles(float)
def _float(*_: Operand) -> Type:
    return FLOAT


@handles(operator.pow, pow)
def _power(a: Operand, b: Operand, mod: Operand = Const(None)) -> Type:  # noqa: B008
    """Of ints a float where the exponent is negative."""
    if constant(mod, default=0) is not None:
        return UNKNOWN
    t = elementwise(operator.pow, (a, b))
    return Number("real") if t == INT and not constant(b, default=-1) >= 0 else t


@handles(str, repr, format)
def _str(*_: Operand) -> Type:
    return Instance(str)


@handles(bisect.bisect_left, bisect.bisect_right)
def position(*_: Operand, **__: Operand) -> Type:
    """The type of a place in a list."""
    return INT


@handles(runtime.index_rows)
def _index_rows(*_: Operand) -> Type:
    return List(List(INT))


@handles(builtins.sum)
def _sum(items: Operand, start: Operand = Const(0)) -> Type:  # noqa: B008
    item = Value(None, iterated(type_of_operand(items)))
    if item.type == NEVER:
        return type_of_operand(start)
    once = elementwise(operator.add, (start, item))
    return join_all((type_of_operand(start), once, elementwise(operator.add, (Value(None, once), item))))


@handles(builtins.min, builtins.max)
def _extreme(*args: Operand, **kwargs: Operand) -> Type:
    if kwargs:
        return UNKNOWN
    if len(args) == 1:
        return iterated(type_of_operand(args[0]))
    t = join_all(tuple(type_of_operand(a) for a in args))
    return t if is_scalar(t) else UNKNOWN


@handles(operator.add)
def _add(a: Operand, b: Operand) -> Type:
    s, t = type_of_operand(a), type_of_operand(b)
    if isinstance(s, Tuple) and isinstance(t, Tuple):
        return Tuple(s.items + t.items)
    if isinstance(s, List) and isinstance(t, List):
        parts = s.items + t.items if s.items is not None and t.items is not None else None
        return List(join_all((s.item, t.item)), parts)
    if s == t == Instance(str):
        return s
    return elementwise(operator.add, (a, b))


@handles(operator.mod)
def _mod(a: Operand, b: Operand) -> Type:
    return Instance(str) if type_of_operand(a) == Instance(str) else elementwise(operator.mod, (a, b))


@handles(operator.mul)
def _mul(a: Operand, b: Operand) -> Type:
    s, t = type_of_operand(a), type_of_operand(b)
    if isinstance(s, List):
        return List(s.item) if isinstance(t, Number) else UNKNOWN
    if isinstance(t, List):
        return List(t.item) if isinstance(s, Number) else UNKNOWN
    if isinstance(s, Tuple) and type(constant(b)) is int:
        return Tuple(s.items * constant(b))
    return elementwise(operator.mul, (a, b))
