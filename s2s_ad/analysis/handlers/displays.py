"""Displays and what takes them apart: tuples, lists, dicts, slices, items."""

from __future__ import annotations

import builtins
import functools
import operator
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.cells import holds_function, shows_function
from s2s_ad.analysis.choices import functions_in, select_item
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers import deques, maps
from s2s_ad.analysis.handlers.known_items import indexed
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.operands import as_array, constant, type_of_operand
from s2s_ad.analysis.python_types import getitem
from s2s_ad.analysis.sharing import kinds
from s2s_ad.analysis.statics import is_hashable
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Star, Value
from s2s_ad.ir.types import (
    UNKNOWN,
    Array,
    Deque,
    Dict,
    Instance,
    List,
    Map,
    Number,
    Static,
    Tuple,
    holds_unknown,
    is_differentiable,
    join_all,
)


@handles(primitives.make_tuple)
def _make_tuple(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    folded = s.fold(primitives.make_tuple, args, {}) if args else None
    return folded or s.emit(primitives.make_tuple, args, None, Tuple(tuple(map(type_of_operand, args))))


@handles(primitives.make_list)
def _make_list(s: Emitter, args: list[Operand], _: Any) -> Operand:
    types = tuple(map(type_of_operand, args))
    items = types if len(set(types)) > 1 else None
    return s.emit(primitives.make_list, args, None, List(join_all(types), items))


@handles(primitives.make_dict)
def _make_dict(s: Emitter, args: list[Operand], _: Any) -> Operand:
    keys = [constant(k, default=UNDEFINED) for k in args[::2]]
    computed = [key.type for key in args[::2] if isinstance(key, Value)]
    if any(is_differentiable(t) and not holds_unknown(t) for t in computed):
        raise UnsupportedSyntaxError("a key of a dict that may be differentiated", s.span, "use it as a value")
    if any(is_differentiable(type_of_operand(k)) for k in args[::2]):
        return s.emit(primitives.make_dict, args, None, UNKNOWN)
    if not all(isinstance(k, (str, int)) for k in keys) or len(set(keys)) != len(keys):
        made = s.emit(primitives.make_dict, [], None, Dict((), ()))
        for key, item in zip(args[::2], args[1::2], strict=True):
            s.apply(primitives.store, [made, key, item])
        return s.current(made)
    return s.emit(primitives.make_dict, args, None, Dict(tuple(keys), tuple(map(type_of_operand, args[1::2]))))


@handles(dict)
def _dict(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """A dict whose keys are known: that of keywords, of pairs, or a copy."""
    pairs = _pairs(s, args[0]) if args else []
    if pairs is None:
        return maps.built(s, args, kwargs)
    return _make_dict(s, [x for k, v in {**dict(pairs), **kwargs}.items() for x in (Const(k), v)], {})


def _pairs(s: Emitter, operand: Operand) -> list[tuple[Any, Operand]] | None:
    """The keys and values that a dict, or an iterable of pairs, gives; None where a key is not known."""
    t = type_of_operand(operand)
    if isinstance(t, Dict):
        return [(k, s.apply(operator.getitem, [operand, Const(k)])) for k in t.keys]
    rows = _appended(s, operand)
    if rows is None:
        return None
    pairs = []
    for row in rows:
        if not isinstance(row, Const) and not isinstance(row.type, Tuple):
            return None
        pair = s.static_items(row)
        key = constant(pair[0]) if pair else None
        if pair is None or len(pair) != 2 or type(key) not in (str, int):
            return None
        pairs.append((key, pair[1]))
    return pairs


def _appended(s: Emitter, operand: Operand) -> list[Operand] | None:
    """The items of an iterable that is known item by item, or of a list that was appended to in a straight line."""
    made = s.definitions.get(operand) if isinstance(operand, Value) else None
    fn = None if made is None else constant(made.target)
    if made is not None and fn is primitives.make_list and not any(isinstance(a, Star) for a in made.args):
        return list(made.args)  # type: ignore[arg-type]  # of just this version of the list
    if made is None or fn is not primitives.append or len(made.args) != 2:
        return s.static_items(operand)
    before, last = made.args
    items = None if isinstance(before, Star) or isinstance(last, Star) else _appended(s, before)
    return None if items is None else [*items, last]  # type: ignore[list-item]


@handles(list)
def _list(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    items = _known_objects(s, args[0]) if args else None
    return None if items is None else s.apply(primitives.make_list, items)


@handles(tuple)
def _tuple(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    made = s.definitions.get(args[0]) if args and isinstance(args[0], Value) else None
    if s.hidden and made is not None and constant(made.target) is primitives.make_list:
        return s.apply(primitives.make_tuple, list(made.args))  # type: ignore[arg-type]
    items = _known_objects(s, args[0]) if args else None
    return None if items is None else s.apply(primitives.make_tuple, items)


def _joined_rows(s: Emitter, how: Operand, index: Operand) -> Operand | None:
    """`np.r_[a, b]` or `np.c_[a, b]` of floats and arrays of known rank, in other words: these have rules."""
    if isinstance(index, Const):
        return None  # NumPy may make of it what it likes: nothing is differentiated
    is_row = isinstance(type_of_operand(index), Tuple)
    parts = s.static_items(index) if is_row else [index]
    types = [as_array(type_of_operand(part)) for part in parts or ()]
    known = [t for t in types if isinstance(t, Array) and t.axes is not None and t.dtype in (np.float64, np.int64)]
    ranks = {len(t.axes) for t in known}  # type: ignore[arg-type]
    if len(known) < len(types) or not any(t.dtype == np.float64 for t in known) or not ranks <= {0, 1, 2}:
        return None
    if constant(how) is np.r_ and ranks > {2}:
        return None
    joining: Any = np.column_stack if constant(how) is np.c_ else np.vstack if ranks == {2} else np.hstack
    return s.apply(joining, [s.apply(primitives.make_list, list(parts or ()))])


def _known_objects(s: Emitter, operand: Operand) -> list[Operand] | None:
    """The items of a list that are objects with memory and known one by one; only on the closer look."""
    items = s.static_items(operand) if isinstance(type_of_operand(operand), (List, Tuple)) else None
    return items if items and any(map(s.memory.root, items)) and s.program.looks_closer() else None


@handles(primitives.merge_dicts)
def _merge_dicts(s: Emitter, args: list[Operand], _: Any) -> Operand:
    merged: dict[Any, Operand] = {}
    for part in args:
        t = type_of_operand(part)
        if isinstance(t, Map):
            return maps.built(s, args)
        if not isinstance(t, Dict):
            raise UnsupportedSyntaxError("`**` of a mapping whose keys are not known", s.span, "write the keys out")
        merged |= {k: s.apply(operator.getitem, [part, Const(k)]) for k in t.keys}
    return s.apply(primitives.make_dict, [x for k, v in merged.items() for x in (Const(k), v)])


@handles(slice)
def _slice(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    if all(isinstance(a, Const) for a in args):
        return None
    return s.emit(slice, [_bound(s, a) for a in args], None, Instance(slice))


def _bound(s: Emitter, bound: Operand) -> Operand:
    """A bound of a slice, as it is now: an array without axes may be written to before the slice is read again."""
    t = type_of_operand(bound)
    if not kinds(t):
        return bound
    if isinstance(t, Array) and t.axes == ():
        return s.apply(operator.index, [bound])
    return s.emit(runtime.bound_now, [bound], None, Instance(object))


@handles(operator.getitem)
def _getitem(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    obj, index = args
    if obj in s.flats:
        return s.apply(np.flatiter.__getitem__, args)
    if constant(obj) is np.r_ or constant(obj) is np.c_:
        return _joined_rows(s, obj, index)
    t = type_of_operand(obj)
    i = constant(index)
    item = getitem(obj, index) if isinstance(obj, Value) and isinstance(index, Const) else None
    if isinstance(item, Static):
        return Const(item.value)
    if isinstance(obj, Value) and isinstance(t, Tuple) and type(i) in (int, slice):
        made = s.definitions.get(obj)
        if made is not None and constant(made.target) is primitives.make_tuple and _in_range(i, len(made.args)):
            return _part(s, made.args, i)
        if type(i) is int and -len(t.items) <= i < len(t.items):
            length = t.items[i]
            if isinstance(length, Number) and length.axis == 1:
                return Const(1)
    if isinstance(obj, Value) and isinstance(t, List) and type(i) in (int, slice):
        items = _known_objects(s, obj) if type(i) is slice else None
        return _function_of_list(s, obj, i) if items is None else s.apply(primitives.make_list, items[i])
    if isinstance(obj, Value) and isinstance(t, Deque):
        deques.require_index(s, index)
    if isinstance(obj, Value) and isinstance(t, Map):
        return maps.item(s, obj, index)
    if isinstance(obj, Value) and isinstance(t, Dict):
        made = s.definitions.get(obj)
        if (
            made is not None
            and constant(made.target) is primitives.make_dict
            and isinstance(index, Const)
            and i in t.keys
        ):
            return made.args[2 * t.keys.index(i) + 1]  # type: ignore[return-value]
        if isinstance(index, Const) and is_hashable(i) and i not in t.keys:
            s.raise_error(KeyError, i)
            return UNDEFINED
    found = None if isinstance(index, Const) else functions_in(s, obj)
    if found:
        one = s.emit(operator.getitem, args, None, UNKNOWN)
        s.choices[one] = found
        return one
    selected = None if isinstance(index, Const) else _one_of_items(s, obj, index)
    return indexed(s, args) if selected is None else selected


def _one_of_items(s: Emitter, obj: Operand, index: Operand) -> Operand | None:
    """The item by a late index of a container in which there are nested functions."""
    t, kind = type_of_operand(obj), type_of_operand(index)
    if not shows_function(t):
        return None
    made = s.definitions.get(obj)  # type: ignore[arg-type]
    if isinstance(t, Dict) and made is not None and constant(made.target) is primitives.make_dict:
        pairs = [x for i, key in enumerate(made.args[::2]) for x in (key, Const(i))]
        return select_item(s, made.args[1::2], s.apply(primitives.make_dict, pairs), index)  # type: ignore[arg-type]
    is_number = isinstance(kind, Number) or (isinstance(kind, Array) and kind.axes == ())
    items = _appended(s, obj) if is_number and isinstance(t, (List, Tuple)) else None
    if items is None:
        return None
    numbers = s.apply(
        primitives.make_list if isinstance(t, List) else primitives.make_tuple, list(map(Const, range(len(items))))
    )
    return select_item(s, items, numbers, index)


@handles(operator.contains)
def _contains(_s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    t, key = type_of_operand(args[0]), args[1]
    if isinstance(args[0], Const) or not isinstance(t, Dict) or not isinstance(key, Const):
        return None
    return Const(key.value in t.keys) if is_hashable(key.value) else None


def _function_of_list(s: Emitter, obj: Value, i: int | slice) -> Operand | None:
    """A function out of a list display: the nested function itself rather than a copy of what it has captured."""
    made = s.definitions.get(obj)
    if made is None or constant(made.target) is not primitives.make_list or not _in_range(i, len(made.args)):
        return None
    if isinstance(i, slice):
        is_held = any(holds_function(type_of_operand(item)) for item in made.args)  # type: ignore[arg-type]
        return s.apply(primitives.make_list, list(made.args[i])) if is_held else None  # type: ignore[arg-type]
    item = made.args[i]
    is_code = isinstance(item, Const) and callable(item.value)
    return item if is_code or holds_function(type_of_operand(item)) else None  # type: ignore[return-value, arg-type]


def _in_range(i: Any, n: int) -> bool:
    return isinstance(i, slice) or -n <= i < n


def _part(s: Emitter, items: Any, i: Any) -> Operand:
    return s.apply(primitives.make_tuple, list(items[i])) if isinstance(i, slice) else items[i]


@handles(operator.or_)
def _or(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    are_dicts = all(isinstance(t, Dict) or (isinstance(t, Map) and t.cls is dict) for t in map(type_of_operand, args))
    return s.apply(primitives.merge_dicts, args) if are_dicts else None


@handles(builtins.sum)
def _sum(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """`sum(rows, [])` is `functools.reduce(operator.add, rows, [])`."""
    start = args[1] if len(args) > 1 else kwargs.get("start")
    if start is None or isinstance(type_of_operand(start), (Number, Array)):
        return None
    return s.apply(functools.reduce, [Const(operator.add), args[0], start])


@handles(float, int)
def _number_of_text(s: Emitter, args: list[Operand], _: Any) -> Operand | None:
    if args and _tells_number(s, args[0]):
        raise UnsupportedSyntaxError("a number that goes through a text", s.span, "use the number itself")
    return None


def _tells_number(s: Emitter, operand: Operand) -> bool:
    """Whether an operand is a text that was made from what may be differentiated."""
    made = s.definitions.get(operand) if isinstance(operand, Value) else None
    if made is None or type_of_operand(operand) != Instance(str):
        return False
    parts = [part for part in made.operands() if isinstance(part, Value)]
    return any(is_differentiable(part.type) or _tells_number(s, part) for part in parts)
