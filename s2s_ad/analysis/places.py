"""Where the result of a call is: in new memory, in that of an operand, or in what may be either.

y = np.zeros(3)        new
y = x[1:]   y = x.T    on the path from `x`
t = (x, y)             new, with the parts `x` and `y`
w = layer.w            new to us: a part of `layer`, from now on one and the same
y = np.reshape(x, 6)   on the path from `x` where `x` has its elements in order, which is looked at where it matters
y = np.asarray(x)      is `x` where that is an array of the wanted kind (`handlers/conversions.py`)
y = f(x)               may be that of `x`, unless `f` is known to give new memory
"""

from __future__ import annotations

import operator
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Hashable
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.indexing import copies, index_parts
from s2s_ad.analysis.memory import Memory
from s2s_ad.analysis.operands import constant, is_position, is_position_type, is_slice, type_of_operand
from s2s_ad.analysis.program import Instance as FunctionInstance
from s2s_ad.analysis.roots import Part, Parts, Step
from s2s_ad.analysis.sharing import kinds, makes_new
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Operand, Star, Value
from s2s_ad.ir.types import Array, Deque, Dict, Instance, Iterable, List, Map, Record, Tuple, Type
from s2s_ad.rules.numpy import methods

_NARROWING = (primitives.present, runtime.not_none)
_DISPLAYS = frozenset({primitives.make_tuple, primitives.make_list})
READ_ONLY: frozenset[Any] = frozenset({np.diagonal, np.broadcast_to, np.lib.stride_tricks.sliding_window_view})
RESHAPING: frozenset[Any] = frozenset({np.reshape, np.ravel})
ORDERING = RESHAPING | {np.ascontiguousarray}  # what is a view, or the array itself, where the elements are in order
VIEWS: frozenset[Any] = READ_ONLY | {
    np.transpose, np.matrix_transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.expand_dims, np.squeeze, np.flip,
    np.flipud, np.fliplr, np.rot90, runtime.einsum_view,
}  # fmt: skip
SPLITS = frozenset({np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit})  # into a list of views
_AT_LEAST = frozenset({np.atleast_1d, np.atleast_2d, np.atleast_3d})  # of an array with axes a view
_SOLID: frozenset[Any] = frozenset({np.zeros, np.ones, np.empty, np.full, np.eye, np.identity})
_NEW_LISTS = frozenset({list, sorted, operator.add, operator.mul})
_NEW_EMPTY = frozenset({deque, OrderedDict, defaultdict, Counter})  # without items


def locate(memory: Memory, value: Value, call: Call) -> None:
    """Give the result of a typed call its place."""
    if not kinds(value.type):
        return
    fn = callee(call)
    hashable = type(fn).__hash__ is not None
    args = [a for a in call.args if not isinstance(a, Star)]
    if (hashable and fn in primitives.IN_PLACE) or isinstance(fn, primitives.Refreshed) or fn in _NARROWING:
        root = memory.root(args[0])
        if root is not None:
            memory.place(value, root)
    elif hashable and fn is operator.getitem and len(args) == 2:
        _locate_item(memory, value, call, args[0], args[1])
    elif hashable and fn is getattr and isinstance(type_of_operand(args[0]), Record):
        _locate_part(memory, value, args[0], Part(getattr, constant(args[1])))
    elif hashable and args and is_view(memory, fn, args, dict(call.kwargs)) and not _is_odd(value):
        _follow(memory, value, fn, args, dict(call.kwargs))
    else:
        _locate_new(memory, value, call, args)


def _locate_item(memory: Memory, value: Value, call: Call, base: Operand, index: Operand) -> None:
    t = type_of_operand(base)
    key = part_key(t, index)
    if key is not None:
        _locate_part(memory, value, base, Part(operator.getitem, key))
    elif isinstance(t, Array) and copies(index):
        memory.new_root(value)
    elif _has_views(memory, base) and (is_basic(index) if isinstance(t, Array) else is_position(index)):
        _follow(memory, value, operator.getitem, [base, index], {})
    elif memory.root(base) is not None and (
        isinstance(t, (Map, Deque)) or (isinstance(t, List) and is_position(index))
    ):
        memory.item(value, base, index)  # type: ignore[arg-type]
    elif isinstance(t, List) and isinstance(value.type, List) and is_slice(index):
        memory.new_root(value)
        if kinds(value.type.item):
            memory.hold_items_of(value, base)
    else:
        memory.new_root(value, may=memory.reachable([base]))


def _has_views(memory: Memory, base: Operand) -> bool:
    """Whether the items of an array or list are views."""
    return isinstance(type_of_operand(base), Array) or memory.is_of_views(base)


def part_key(t: Type, index: Operand, count: int = 0) -> Hashable | None:
    """The key of a part that a structure is known to have; of a list only where its `count` parts are known."""
    key = constant(index)
    n = len(t.items) if isinstance(t, Tuple) else count if isinstance(t, List) else 0
    if type(key) is int and -n <= key < n:
        return key % n
    return key if isinstance(t, Dict) and isinstance(index, Const) and key in t.keys else None


def is_basic(index: Operand) -> bool:
    """Whether indexing an array like this surely makes a view, if it gives an array."""
    return all(map(_is_basic, index_parts(index)))


def _is_basic(part: Any) -> bool:
    if isinstance(part, Instance):
        return part.cls in (slice, type(None), type(Ellipsis))
    if isinstance(part, Type):
        return is_position_type(part)
    return part is None or part is Ellipsis or type(part) in (int, slice)


def _locate_part(memory: Memory, value: Value, base: Operand, part: Part) -> None:
    owner = memory.root(base)
    if owner is None:
        memory.new_root(value, foreign=True)
        return
    if owner.may or isinstance(type_of_operand(base), List):
        known = not owner.may and owner not in memory.state.held
        inside = frozenset() if known else memory.reachable([base]) - {owner}
    else:  # its other parts are other objects, or it is known to hold them as well
        inside = memory.within(memory.state.held.get(owner, ()))
    around: Operand = base
    while around in memory.origin:  # what is put into a container may be put into its items
        around = memory.origin[around][0]
        inside |= memory.reachable([memory.newest(around)]) - {memory.root(around)}
    own = memory.new_root(value, outside=owner.outside, foreign=owner.foreign, may=inside, key=part.key)
    if not owner.may:
        memory.name_part(own, owner, part.key)
    if memory.is_tree(base):  # what has been put there may be one of those that have not been read
        others = memory.state.parts.get(owner, {})
        first = [p for k, p in others.items() if k not in memory.rebound.get(owner, frozenset())]
        memory.separate([own], memory.roots(first))
    memory.part_of[own] = owner, part.key
    memory.state.parts.setdefault(owner, {})[part.key] = value
    content = memory.state.content
    content[base] = {**content.get(base, {}), part.key: value}  # type: ignore[index, arg-type]
    if base in memory.origin:
        memory.origin[value] = base, part, memory.state.order.get(owner)


def is_view(memory: Memory, fn: Any, args: list[Operand], kwargs: dict[Any, Operand]) -> bool:
    """Whether a function gives a view of an array, at least if its root has its elements in order."""
    base, *rest = args
    t = type_of_operand(base)
    if not isinstance(t, Array) or None in kwargs or "writeable" in kwargs:
        return False
    if fn in SPLITS:
        return True
    if fn not in ORDERING:
        return fn in VIEWS or (fn in _AT_LEAST and bool(t.axes))
    return _is_ordered_like_root(memory, base) and keeps_order((fn, tuple(rest), kwargs))


def _is_ordered_like_root(memory: Memory, array: Operand) -> bool:
    """Whether an array surely has its elements in order if its root has."""
    place = memory.places.get(array)  # type: ignore[arg-type]
    return place is not None and all(map(keeps_order, place.path))


def is_in_order(memory: Memory, array: Operand) -> bool:
    """Whether an array surely has its elements in order in memory."""
    root = memory.root(array)
    known = root is not None and (root.solid or root in memory.state.ordered)
    return known and _is_ordered_like_root(memory, array)


def _is_odd(value: Value) -> bool:
    return not isinstance(value.type, (Array, List))


def keeps_order(step: Step) -> bool:
    """Whether a view of what has its elements in order has them in order too."""
    fn, args, kwargs = step
    if fn in RESHAPING:
        by_position = args[0 if fn is np.ravel else 1 :]
        order = by_position[0] if by_position else kwargs.get("order", Const("C"))
        return constant(order) == "C" and "copy" not in kwargs and len(by_position) < 2
    if fn is np.ascontiguousarray:
        return not args and not kwargs
    if fn is not operator.getitem:
        return False
    index = args[0]
    parts = index.value if isinstance(index, Const) and isinstance(index.value, tuple) else (index,)
    if len(parts) > 1 or isinstance(type_of_operand(index), Tuple):
        return False
    part = constant(index, default=None)
    return is_position(index) or (isinstance(part, slice) and part.step in (None, 1))


def _follow(memory: Memory, value: Value, fn: Any, args: list[Operand], kwargs: dict[Any, Operand]) -> None:
    place = memory.places.get(args[0])  # type: ignore[arg-type]
    if place is None:
        memory.new_root(value, foreign=True)
    else:
        memory.place(value, place.root, (*place.path, (fn, tuple(args[1:]), kwargs)))


def _locate_new(memory: Memory, value: Value, call: Call, args: list[Operand]) -> None:
    fn = callee(call)
    operands = [*args, *(v for _, v in call.kwargs)]
    hashable = type(fn).__hash__ is not None
    if (hashable and fn in _DISPLAYS) or isinstance(fn, primitives.MakeClosure):
        _set_parts(memory, value, dict(enumerate(args)))
    elif isinstance(fn, primitives.MakeObject):
        keys = fn.names if isinstance(value.type, Record) else range(len(args))
        _set_parts(memory, value, dict(zip(keys, args, strict=True)))
    elif fn is primitives.make_dict:
        _set_parts(memory, value, {constant(k): v for k, v in zip(args[::2], args[1::2], strict=True)})
    elif isinstance(fn, FunctionInstance) and fn.gives_new:
        memory.new_root(value)
        if not fn.gives_tree:
            memory.tie_parts(value)
    elif hashable and fn in _NEW_EMPTY:
        memory.new_root(value)
    elif _makes_new(fn, call, value):
        memory.new_root(value).solid = _is_solid(fn, call, value)
    elif hashable and fn in _NEW_LISTS and isinstance(value.type, List):
        memory.new_root(value)
        if kinds(value.type.item):
            memory.hold_items_of(value, *operands, *(operands if fn is operator.mul else ()))
    else:
        roots = memory.reachable(operands)
        memory.new_root(value, foreign=not roots, may=roots)
        if not isinstance(value.type, (Array, Iterable)):
            memory.put_under_keys(roots, None)
        is_tree = isinstance(fn, FunctionInstance) and fn.gives_tree and memory.are_trees(memory.roots(operands))
        if not isinstance(value.type, Array) and not is_tree:
            memory.tie_parts(value)


def _set_parts(memory: Memory, value: Value, parts: Parts) -> None:
    root = memory.new_root(value)
    for key, part in parts.items():
        memory.put_under(memory.roots([part]), key)
    memory.state.parts[root] = dict(parts)
    memory.state.content[value] = dict(parts)


def _is_solid(fn: Any, call: Call, value: Value) -> bool:
    """Whether a new array has its elements in order."""
    if isinstance(value.type, Array) and value.type.axes is not None and len(value.type.axes) == 1:
        return True
    if fn is np.array:
        return "order" not in dict(call.kwargs) and isinstance(type_of_operand(call.args[0]), (List, Tuple))  # type: ignore[arg-type]
    return (fn in _SOLID and "order" not in dict(call.kwargs)) or (
        fn is methods.copy_method and len(call.args) == 1 and not call.kwargs
    )


def _makes_new(fn: Any, call: Call, value: Value) -> bool:
    if fn is runtime.as_in_place:
        return True
    if isinstance(fn, np.ufunc) and fn.nout > 1:
        return not call.kwargs and len(call.args) <= fn.nin
    return makes_new(fn, call)


def locate_unpacked(memory: Memory, values: tuple[Value, ...], source: Operand, star: int | None) -> None:
    """Give the targets of an unpacking their places; that with the number `star` takes the rest as a list."""
    has_star = star is not None
    for i, value in enumerate(values):
        if not kinds(value.type):
            continue
        if isinstance(type_of_operand(source), Tuple) and not has_star:
            _locate_part(memory, value, source, Part(operator.getitem, i))
        elif _has_views(memory, source) and not has_star:
            _follow(memory, value, operator.getitem, [source, Const(i)], {})
        elif isinstance(type_of_operand(source), List) and memory.root(source) is not None and not has_star:
            memory.item(value, source, Const(i))  # type: ignore[arg-type]
        elif i == star and isinstance(value.type, List) and not kinds(value.type.item):
            memory.new_root(value)
        else:
            memory.new_root(value, may=memory.reachable([source]))
