"""Writes in place to lists and arrays, and the refusal of all others."""

from __future__ import annotations

import operator
from collections.abc import Callable, MutableMapping, MutableSequence, MutableSet
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.escapes import refuse_escape
from s2s_ad.analysis.handlers import deques, dicts, lists, maps, sets
from s2s_ad.analysis.handlers.table import HANDLERS, REWRITE, Handler, handles
from s2s_ad.analysis.handlers.targets import (
    is_same_index,
    owner_of,
    put_in,
    refuse_views,
    with_item,
    written_in,
)
from s2s_ad.analysis.indexing import index_parts
from s2s_ad.analysis.operands import constant, is_position, is_slice, type_of_operand
from s2s_ad.analysis.overlaps import may_be_out_of_step
from s2s_ad.analysis.places import ORDERING, READ_ONLY, SPLITS
from s2s_ad.analysis.reports import reports
from s2s_ad.analysis.roots import Part, Step, same_path
from s2s_ad.analysis.written_globals import refuse_foreign
from s2s_ad.errors import MutationError, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Value
from s2s_ad.ir.types import (
    UNKNOWN,
    Array,
    Closure,
    Deque,
    Dict,
    Instance,
    Iterable,
    List,
    Map,
    Maybe,
    Never,
    Number,
    Numeric,
    Record,
    Tuple,
    Type,
    Unknown,
    is_scalar,
    join,
)
from s2s_ad.objects import is_writing
from s2s_ad.rules.numpy.methods import METHODS
from s2s_ad.rules.registry import registry

_MUTABLE = (MutableSet, MutableSequence, MutableMapping)
_INSTEAD = {
    "copy": "build the copy part by part",
    "itertools": "write the loop out",
    "collections": "use a list, a tuple or a dict",
    "builtins": "index the sequence, or loop over it",
}


def refuse_writing_method(s: Emitter, t: Type, name: str) -> None:
    """Refuse a method that writes, called or taken as a value."""
    if is_writing(name) and isinstance(t, (Array, List, Deque, Dict, Map, Unknown)):
        raise MutationError(f"`.{name}` writes in place", s.span, REWRITE)


def refuse_foreign_method(s: Emitter, t: Type, name: str, args: list[Operand]) -> None:
    """Refuse a method of which nothing is known where it could write to an argument, or keep a nested function."""
    refuse_escape(args, s.span, shown=True)
    harmless = name in METHODS or t in (Instance(str), Instance(bytes))
    if not harmless and any(is_mutable(type_of_operand(a)) for a in args):
        raise MutationError(
            f"`.{name}()` may write to its argument",
            s.span,
            "call a function with a rule, or pass the method's result to this function as an argument",
        )


def refuse_writes(s: Emitter, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> None:
    """Refuse foreign functions that may write to their arguments."""
    if isinstance(getattr(fn, "__self__", None), np.ufunc) and fn.__name__ == "at" and fn not in HANDLERS:
        raise MutationError(f"`np.{fn.__self__.__name__}.at`, which writes to its argument", s.span, REWRITE)
    if is_foreign(fn) and any(is_mutable(type_of_operand(a)) for a in (*args, *kwargs.values())):
        if getattr(fn, "__module__", None) in _INSTEAD:
            raise UnsupportedSyntaxError(f"`{fn.__name__}` of a container", s.span, _INSTEAD[fn.__module__])
        raise MutationError(
            f"`{getattr(fn, '__name__', fn)}` may write to its argument",
            s.span,
            "pass the arrays themselves" if isinstance(fn, type) else "give it a derivative with `def_rrule`",
        )


def is_foreign(fn: Any) -> bool:
    """Whether nothing is known of a function: it has no rule, and is not NumPy's."""
    if reports(fn) or (isinstance(fn, type) and issubclass(fn, BaseException)):
        return False
    root = (getattr(fn, "__module__", None) or "").partition(".")[0]
    harmless = root in ("numpy", "scipy", "s2s_ad", "_operator") or (root == "builtins" and fn is not next)
    known = harmless or isinstance(fn, np.ufunc) or fn in HANDLERS
    return (
        not known
        and registry.get(fn) is None
        and not isinstance(getattr(fn, "__self__", None), (np.random.Generator, np.ufunc))
    )


def is_mutable(t: Type) -> bool:
    """Whether values of type `t` may be changed by what they are given to, or hold something that may."""
    match t:
        case Tuple(items) | Closure(_, items):
            return any(map(is_mutable, items))
        case Maybe(item) | Iterable(item):
            return is_mutable(item)
        case Array(axes=axes):
            return axes != () or t.boxed
    return isinstance(t, (List, Deque, Dict, Map, Record, Unknown))


@handles(primitives.append)
def _append(s: Emitter, args: list[Operand], _: Any) -> Operand:
    items, item = args
    t = type_of_operand(items)
    if isinstance(t, Never):
        return UNDEFINED
    if not isinstance(t, List) or not isinstance(items, Value):
        raise MutationError("`.append()` on something that is not surely a list", s.span, REWRITE)
    made = s.definitions.get(items)
    root = s.memory.root(items)
    is_hidden = s.hidden or (items.name is None and not (root and root.outside))  # that of a generator has no name
    is_hidden = is_hidden and made is not None and constant(made.target) is primitives.make_list
    if root is None:
        return s.emit(primitives.append, args, None, List(join(t.item, type_of_operand(item))), items.name)
    if is_hidden and not s.memory.is_held(root):
        lists.grow(s, items, item)
    else:
        lists.append(s, items, item)
    return s.memory.newest(items)


@handles(primitives.store)
def _store(s: Emitter, args: list[Operand], _: Any) -> Operand:
    target, index, item = args
    t = type_of_operand(target)
    if isinstance(t, Never) or s.dead:
        return UNDEFINED
    if target in s.flats:
        s.apply(np.flatiter.__setitem__, args)
        return target
    if isinstance(target, Value) and isinstance(t, Dict) and s.memory.root(target) is not None:
        if not s.memory.is_same(s.part(operator.getitem, [target, index]) or UNDEFINED, item):
            dicts.set_item(s, target, index, item)
        return target
    if isinstance(target, Value) and isinstance(t, Deque):
        deques.store(s, target, index, item)
        return target
    if isinstance(target, Value) and isinstance(t, Map) and s.memory.root(target) is not None:
        if not is_there(s, target, index, item):
            maps.put(s, target, index, item)
        return target
    if not isinstance(target, Value) or not isinstance(t, (Array, List)) or s.memory.root(target) is None:
        raise MutationError("writing to an item in place", s.span, REWRITE)
    if isinstance(t, List) and is_slice(index):
        lists.set_slice(s, target, index, item)
        return target
    if isinstance(t, List) and not is_position(index):
        raise MutationError("an index of a list that is not surely an `int`", s.span, "convert it: `int(i)`")
    refuse_foreign(s, target)
    if is_there(s, target, index, item):
        return target
    refuse_views(s, target)
    return store(s, target, index, item)


@handles(primitives.store_both)
def _store_both(s: Emitter, args: list[Operand], _: Any) -> Operand:
    """`xs[i], ys[j] = x, y`, where the indices do not depend on the first of the two writes."""
    xs, i, x, ys, j, y = args
    is_exchange = isinstance(xs, Value) and isinstance(xs.type, List) and s.memory.is_same(xs, ys)
    if is_exchange and is_there(s, xs, j, x) and is_there(s, xs, i, y):  # type: ignore[arg-type]
        lists.exchange(s, xs, i, j)  # type: ignore[arg-type]
    else:
        s.apply(primitives.store, [xs, i, x])
        s.apply(primitives.store, [ys, j, y])
    return Const(None)


def is_there(s: Emitter, target: Value, index: Operand, item: Operand) -> bool:
    """Whether `item` is `target[index]` itself, as in the second half of `x[1:] += y`, or of `rows[i] += ys`."""
    if not isinstance(item, Value) or item not in s.memory.places:
        return False
    if s.memory.are_one(s.part(operator.getitem, [target, index]) or UNDEFINED, item):
        return True
    if item in s.memory.origin and item not in s.memory.sometimes_there:
        base, where, _ = s.memory.origin[item]
        found = Const(where.key) if isinstance(where, Part) else where
        is_item = s.memory.root(base) is s.memory.root(target) and is_same_index(s, found, index)
        return is_item and s.memory.stays(item, s.memory.state)
    at, of = s.memory.places[item], s.memory.places[target]
    return at.root is of.root and same_path(at.path, (*of.path, (operator.getitem, (index,), {})))


def store(
    s: Emitter, target: Value, index: Operand | None, item: Operand, how: Callable[..., Any] = primitives.store
) -> Operand:
    """`target[index] = item`, or all of `target`: a new version of its root, and of the list that it is an item of."""
    memory = s.memory
    place = memory.places[target]
    root = memory.state.version[place.root]
    if any(fn in READ_ONLY for fn, _, _ in place.path):
        s.raise_error(ValueError, "assignment destination is read-only")
        return UNDEFINED
    if () in (getattr(target.type, "axes", None), getattr(root.type, "axes", None)):
        _require_number(s, target.type, index, item)
        index = None
    if isinstance(root.type, Array) and root.type.axes == ():
        indices: list[Operand] = [Const(Ellipsis)]  # there is no other place in it
    else:
        indices = [*indices_of(s, root, place.path, whole=index is None), *([] if index is None else [index])]
    if how is primitives.store and may_be_out_of_step(memory, target, index, item):
        view = target if index is None else s.apply(operator.getitem, [target, index])
        s.emit(runtime.refuse_overlap, [view, item], None, Instance(type(None)))
    owner = owner_of(s, root)
    if owner is not None and isinstance(root.type, Array) and root.type.axes == ():
        what = "a write to an array without axes that is in a list or dict"
        raise MutationError(what, s.span, "keep numbers in it, and write `x[i] = y`")
    if owner is not None and getattr(root.type, "axes", ()) is None:
        s.emit(runtime.refuse_number, [root], None, Instance(type(None)))  # it would be in no list
    if owner is None:
        version = _emit_store(s, how, root, indices, item)
        s.written(target, version)
    else:
        version = _emit_store(s, how, owner.base, [*owner.path, *indices], item)
        written_in(s, owner, version)
    if isinstance(root.type, List):
        if owner is not None:
            memory.reorder(root)
        put_in(s, root, indices[-1], item)
    return version


def _require_number(s: Emitter, t: Type, index: Operand | None, item: Operand) -> None:
    """Refuse a write to an array without axes, or a view of one, that is more than to put a number into it."""
    if not isinstance(t, Array) or (t.axes == () and not t.sure):
        what = "a write to what may be an array without axes, or else a number"
        raise MutationError(what, s.span, "write `x = x + y`, or make it an array by `np.array(x)`")
    is_all = index is None or all(part is Ellipsis for part in index_parts(index))
    if t.axes or not is_all or not is_scalar(type_of_operand(item)):
        hint = "write `x[...] = y`, where `y` is a number"
        raise MutationError("a write to an array without axes, other than a number to all of it", s.span, hint)


def _emit_store(s: Emitter, how: Any, root: Value, indices: list[Operand], item: Operand) -> Value:
    kind = with_item(root.type, indices, type_of_operand(item))
    return s.emit(how, [root, *indices, item], None, kind, root.name)


def indices_of(s: Emitter, root: Value, path: tuple[Step, ...], *, whole: bool) -> list[Operand]:
    """The indices of a write that lead along a path, to all that is at its end if that is written as a `whole`."""
    found: list[Operand] = []
    for fn, rest, kwargs in path:
        if fn in ORDERING:
            s.keep_order(root)
        if fn is np.ascontiguousarray:
            continue  # it is the array itself
        if fn is not operator.getitem:
            found.append(Const(primitives.View(fn, len(rest), tuple(kwargs))))
        found += (*rest, *kwargs.values())
    ends_in_view = not path or path[-1][0] is not operator.getitem or (len(path) > 1 and path[-2][0] in SPLITS)
    return [*found, Const(Ellipsis)] if whole and ends_in_view else found


def _in_place(plain: Callable[..., Any]) -> Handler:
    """`x op= y`: of what is immutable a new value, of an array a write to all of it, of a list `extend`."""

    def handler(s: Emitter, args: list[Operand], _: Any) -> Operand:
        target, other = args
        t = type_of_operand(target)
        if isinstance(t, List) and isinstance(target, Value) and plain in lists.AUGMENTED:
            lists.AUGMENTED[plain](s, target, other)
            return target
        if isinstance(t, Dict) and isinstance(target, Value) and plain is operator.or_:
            dicts.update(s, target, other)
            return target
        if isinstance(t, Map) and isinstance(target, Value) and plain is operator.or_:
            s.apply(primitives.call_method, [target, Const("update"), other])
            return target
        may_be_number = isinstance(t, Numeric) or (isinstance(t, Array) and t.axes is None)
        if may_be_number and (names := s.memory.private(target)):
            value = s.apply(plain, args)
            value = s.emit(runtime.as_in_place, [value, target], None, type_of_operand(value))
            s.memory.lose_names(target, names, s.span)  # whoever reads them may see what is written or not
            return value
        if isinstance(t, Unknown):
            return s.apply(plain, [s.emit(runtime.immutable, [target], None, UNKNOWN), other])
        if isinstance(t, Array) and isinstance(target, Value) and (t.axes != () or t.boxed) and not t.loose:
            if may_be_number:
                s.emit(runtime.refuse_number, [target], None, Instance(type(None)))
            return _augmented(s, target, t, s.apply(plain, args))
        if t == sets.SET and plain is operator.or_:
            s.apply(primitives.call_method, [target, Const("update"), other])
            return target
        simple = isinstance(t, (Number, Tuple)) or (isinstance(t, Instance) and not issubclass(t.cls, _MUTABLE))
        immutable = simple or (isinstance(t, Array) and t.axes == () and not t.boxed)
        if not immutable and not isinstance(t, (Never, Record)):
            raise MutationError(
                f"an augmented assignment that writes in place ({_noun(t)})",
                s.span,
                "write `x = x + y` to make a new value",
            )
        return s.apply(plain, args)

    return handler


def _augmented(s: Emitter, target: Value, t: Array, value: Operand) -> Operand:
    """The array `target`, filled with a value of its own kind."""
    kind = type_of_operand(value)
    dtype = getattr(kind, "dtype", None)
    if isinstance(kind, Unknown) and t.dtype is not None and t.dtype.kind == "f":
        s.emit(runtime.refuse_complex, [value], None, Instance(type(None)))
    elif t.dtype is None or dtype is None or not np.can_cast(dtype, t.dtype, "same_kind"):
        raise MutationError(
            "an augmented assignment to an array of another, or of an unknown, kind of number",
            s.span,
            "write `x = x + y` to make a new value",
        )
    refuse_foreign(s, target)
    store(s, target, None, value)
    return target


def _noun(t: Type) -> str:
    if isinstance(t, Instance):
        return f"a `{t.cls.__name__}`"
    return {Array: "an array", List: "a list", Deque: "a deque"}.get(type(t), "the type of the variable is not known")


for _plain in (
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.matmul, operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift,
):  # fmt: skip
    HANDLERS[getattr(operator, f"i{_plain.__name__.rstrip('_')}")] = _in_place(_plain)


@handles(operator.delitem)
def _delitem(s: Emitter, args: list[Operand], _: Any) -> Operand:
    target, index = args
    t = type_of_operand(target)
    if isinstance(t, Never) or s.dead:
        return UNDEFINED
    if isinstance(target, Value) and isinstance(t, Dict):
        dicts.delete(s, target, index)
        return Const(None)
    if isinstance(target, Value) and isinstance(t, Map):
        maps.delete(s, target, index)
        return Const(None)
    if not isinstance(target, Value) or not isinstance(t, List):
        raise MutationError("`del` of an item", s.span, "build a new list or dict without it")
    lists.delete(s, target, index)
    return Const(None)


@handles(operator.setitem)
def _writing_function(s: Emitter, args: list[Operand], _: Any) -> Operand:
    raise MutationError("a function that writes to its argument", s.span, REWRITE)
