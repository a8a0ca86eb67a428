"""Writes in place to lists that change their length or their order, in terms of a few primitives.

xs.pop(i)   xs.insert(i, x)   xs.extend(ys)   xs.reverse()     themselves
xs.sort(key=f, reverse=r)     xs in the order of `sort_order`  (`primitives.permute`)
xs[i:j] = ys   xs[::2] = ys   `primitives.set_slice`
xs[i], xs[j] = xs[j], xs[i]   `primitives.exchange`
xs.clear()                    xs[:] = []
xs *= n                       xs[:] = xs * n
xs += ys                      xs.extend(ys)
del xs[i]                     `primitives.delete`, which is as `pop`
del xs[i:j]                   xs[i:j] = []
del xs[::2]                   xs[:] = [the others]
xs.remove(x)                  del xs[i], where `runtime.index_to_remove` tells which
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from s2s_ad import runtime
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.targets import change, list_to_change, put_in, taking
from s2s_ad.analysis.operands import constant, is_position, is_slice, type_of_operand
from s2s_ad.analysis.sharing import kinds
from s2s_ad.errors import MutationError, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Operand, Try, Value
from s2s_ad.ir.types import (
    INT,
    Array,
    Instance,
    Iterable,
    List,
    Number,
    Tuple,
    Type,
    Unknown,
    join,
    join_all,
    object_in,
)
from s2s_ad.rules.functional import left_by, order_by

Method = Callable[[Emitter, Value, list[Operand], dict[str, Operand]], Operand]
METHODS: dict[str, Method] = {}
_ALL = Const(slice(None))


def _method(most: int, least: int | None = None, *keywords: str) -> Callable[[Method], Method]:
    """Enter a method that takes from `least` to `most` arguments, and `keywords`."""

    def register(method: Method) -> Method:
        name = method.__name__.strip("_")

        def checked(s: Emitter, items: Value, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
            if not (most if least is None else least) <= len(args) <= most or not kwargs.keys() <= set(keywords):
                raise UnsupportedSyntaxError(f"`.{name}()` of a list in this form", s.span, "give it what a list takes")
            return method(s, items, args, kwargs)

        METHODS[name] = checked
        return method

    return register


def _list_type(items: Value) -> List:
    assert isinstance(items.type, List)
    return items.type


def _changed(s: Emitter, fn: Any, items: Value, args: list[Operand], item: Type) -> None:
    """Emit a write to a list, after which its items are of the type `item`."""
    change(s, fn, items, args, List(item))


def append(s: Emitter, items: Value, item: Operand) -> None:
    """`items.append(item)`."""
    t, root = _list_type(list_to_change(s, items)), s.memory.root(items)
    parts = s.memory.state.parts.get(root) if s.program.closer and root else None
    _changed(s, primitives.append, items, [item], join(t.item, type_of_operand(item)))
    put_in(s, items, Const(-1), item)
    if root is not None and parts is not None and s.memory.root(item) is not None:  # then all of its items are known
        version = s.memory.newest(items)
        s.memory.renew(root, version, {**parts, len(parts): item})  # type: ignore[arg-type]


def grow(s: Emitter, items: Value, item: Operand) -> None:
    """Put an item into what is a display, and of which nobody has an older version: it is a longer display then."""
    root, made = s.memory.root(items), s.definitions[items]
    assert root is not None
    parts: list[Operand] = [*made.args, item]  # type: ignore[list-item]
    types = tuple(map(type_of_operand, parts))
    version = Value(None, List(join_all(types), types if len(set(types)) > 1 else None))
    s.append(Call((version,), made.target, tuple(parts), span=s.span))
    s.memory.put_under(s.memory.roots([item]), None)
    s.memory.renew(root, version, dict(enumerate(parts)))
    s.memory.state.order[root] = version


def _position(s: Emitter, index: Operand) -> Operand:
    if is_position(index):
        return index
    if isinstance(type_of_operand(index), Number):
        return s.apply(operator.index, [index])
    raise MutationError("an index of a list that is not surely an `int`", s.span, "convert it: `int(i)`")


@_method(1, 0)
def _pop(s: Emitter, items: Value, args: list[Operand], _: Any) -> Operand:
    return _take_out(s, primitives.pop, items, args)


def _take_out(s: Emitter, fn: Any, items: Value, args: list[Operand]) -> Operand:
    t = _list_type(list_to_change(s, items))
    at = [_position(s, index) for index in args or [Const(-1)]]
    i = constant(at[0])
    taken, rest = t.item, None
    if t.items is not None and type(i) is int and -len(t.items) <= i < len(t.items):
        left = list(t.items)
        taken = left.pop(i)
        rest = tuple(left) if len(set(left)) > 1 else None
    return taking(s, fn, items, at, taken, List(t.item, rest))


@_method(2)
def _insert(s: Emitter, items: Value, args: list[Operand], _: Any) -> Operand:
    t = _list_type(list_to_change(s, items))
    at, item = _position(s, args[0]), args[1]
    _changed(s, primitives.insert, items, [at, item], join(t.item, type_of_operand(item)))
    s.memory.hold(items, item)
    return Const(None)


@_method(1)
def _extend(s: Emitter, items: Value, args: list[Operand], _: Any) -> Operand:
    extend(s, items, args[0])
    return Const(None)


def extend(s: Emitter, items: Value, more: Operand) -> None:
    """`items.extend(more)`."""
    refuse_lazy(s, items, more)
    t = _list_type(list_to_change(s, items))
    more = _as_list(s, items, more)
    item = type_of_operand(more).item  # type: ignore[attr-defined]
    _changed(s, primitives.extend, items, [more], join(t.item, item))
    if kinds(item):
        s.memory.hold_items_of(items, more)


def refuse_lazy(s: Emitter, items: Operand, more: Operand) -> None:
    """Refuse to put into a container what an iterator gives that reads it, or that may be interrupted.

    Python puts the first in before it asks for the second; here all are computed first.
    """
    sources = set(lazy_sources(s, more))
    if not sources:
        return
    if any(isinstance(op, Try) for op in s.place) and any(source in s.runs for source in sources):
        what = "an iterator in a `try`, whose items are put into a container one by one"
        raise MutationError(what, s.span, "make a list of it first: `list(…)`")
    root = s.memory.root(items)
    inputs = [i for source in sources for i in (s.runs[source].inputs if source in s.runs else (source,))]
    if root is not None and any(root.meets(other) for other in s.memory.reachable(inputs)):
        what = "an iterator that reads the container into which its items are put"
        raise MutationError(what, s.span, "make a list of it first: `list(…)`")


def lazy_sources(s: Emitter, operand: Operand) -> Iterator[Value]:
    """The iterators, and what `zip` and the like take from, that give the items of an operand one by one."""
    if not isinstance(operand, Value):
        return
    made = s.definitions.get(operand)
    if operand in s.runs:
        yield operand
    elif made is not None and constant(made.target) in (zip, enumerate, reversed, iter):
        for arg in made.args:
            yield arg  # type: ignore[misc]
            yield from lazy_sources(s, arg)  # type: ignore[arg-type]


def _as_list(s: Emitter, items: Value, more: Operand) -> Operand:
    """What is put into a list, as a list that is another one."""
    t = type_of_operand(more)
    if isinstance(t, List) and not s.memory.is_same(more, items):
        return more
    made = s.apply(list, [more])
    if isinstance(type_of_operand(made), List):
        return made
    raise MutationError("putting what is not known to be a list into a list", s.span, "make a list of it first")


@_method(0)
def _reverse(s: Emitter, items: Value, _: Any, __: Any) -> Operand:
    _changed(s, primitives.reverse, list_to_change(s, items), [], _list_type(items).item)
    return Const(None)


def exchange(s: Emitter, items: Value, i: Operand, j: Operand) -> None:
    """`items[i], items[j] = items[j], items[i]`."""
    _changed(s, primitives.exchange, list_to_change(s, items), [i, j], _list_type(items).item)


@_method(0, 0, "key", "reverse")
def _sort(s: Emitter, items: Value, _: Any, kwargs: dict[str, Operand]) -> Operand:
    t = _list_type(list_to_change(s, items))
    key, backwards = kwargs.get("key", Const(None)), kwargs.get("reverse", Const(False))
    if isinstance(key, Const) and key.value is None:
        _refuse_objects(s, t, "sort")
        order: Operand = s.emit(runtime.sort_order, [items, Const(None), backwards], None, List(INT))
    else:
        root = s.memory.root(items)
        if root is not None and any(root.meets(other) for other in s.memory.reachable([key])):
            hint = "make a copy for the key: `list(…)`"
            raise MutationError("a key that reads the list that is sorted, which is empty meanwhile", s.span, hint)
        order = s.call_in_place(order_by, [items, key, backwards])  # type: ignore[arg-type]
    version = s.current(items)
    assert isinstance(version, Value)
    _changed(s, primitives.permute, version, [order], t.item)
    return Const(None)


def _refuse_objects(s: Emitter, t: List, name: str) -> None:
    """Objects have operators of their own."""
    if object_in(t) is not None or isinstance(t.item, Unknown):
        raise MutationError(
            f"`.{name}()` of a list of objects, or of what is not known", s.span, "compare numbers, or give it a key"
        )


@_method(0)
def _clear(s: Emitter, items: Value, _: Any, __: Any) -> Operand:
    set_slice(s, items, _ALL, s.apply(primitives.make_list, []))
    return Const(None)


@_method(1)
def _remove(s: Emitter, items: Value, args: list[Operand], _: Any) -> Operand:
    _refuse_objects(s, _list_type(items), "remove")
    at = s.emit(runtime.index_to_remove, [items, args[0]], None, INT)
    _take_out(s, primitives.delete, items, [at])
    return Const(None)


@_method(3, 1)
def _index(s: Emitter, items: Value, args: list[Operand], _: Any) -> Operand:
    _refuse_objects(s, _list_type(items), "index")
    return s.emit(primitives.call_method, [items, Const("index"), *args], None, INT)


@_method(1)
def _count(s: Emitter, items: Value, args: list[Operand], _: Any) -> Operand:
    _refuse_objects(s, _list_type(items), "count")
    return s.emit(primitives.call_method, [items, Const("count"), *args], None, INT)


def set_slice(s: Emitter, items: Value, where: Operand, more: Operand) -> None:
    """`items[where] = more`."""
    t = _list_type(list_to_change(s, items))
    if step_of(s.definitions, where) is None:
        hint = "write the step as a number"
        raise MutationError("writing to a slice of a list with a step that is known late", s.span, hint)
    more = _as_list(s, items, more)
    item = type_of_operand(more).item  # type: ignore[attr-defined]
    taking(s, primitives.set_slice, items, [where, more], List(t.item), List(join(t.item, item)))
    if kinds(item):
        s.memory.hold_items_of(items, more)


def step_of(definitions: Mapping[Value, Call], where: Any) -> int | None:
    """The step of a slice, or None where it is not known."""
    if isinstance(where, Const):
        step = where.value.step if isinstance(where.value, slice) else 0
    else:
        made = definitions.get(where)
        is_slice = made is not None and constant(made.target) is slice and where.type == Instance(slice)
        step = constant(made.args[2], default=0) if is_slice and len(made.args) == 3 else 0  # type: ignore[union-attr, arg-type]
    return 1 if step is None else step if type(step) is int and step else None


def delete(s: Emitter, items: Value, where: Operand) -> None:
    """`del items[where]`."""
    if is_slice(where):
        if step_of(s.definitions, where) == 1:
            set_slice(s, items, where, s.apply(primitives.make_list, []))
        else:
            set_slice(s, items, _ALL, s.call_in_place(left_by, [items, where]))  # type: ignore[arg-type]
    else:
        _take_out(s, primitives.delete, items, [where])


def _extend_by(s: Emitter, items: Value, more: Operand) -> None:
    """`items += more`."""
    if isinstance(type_of_operand(more), (Array, Number, Unknown)):
        raise MutationError(
            "`+=` of a list and an array, or what may be one, to which NumPy adds the list",
            s.span,
            "write `ys.extend(x)`, or make an array of the list",
        )
    if not isinstance(type_of_operand(more), (List, Tuple, Iterable)):
        more = s.apply(list, [more])
    extend(s, items, more)


def _repeat(s: Emitter, items: Value, n: Operand) -> None:
    """`items *= n`."""
    if type_of_operand(n) != INT:
        raise MutationError(
            "repeating a list a number of times that is not surely an `int`", s.span, "convert it: `int(n)`"
        )
    set_slice(s, items, _ALL, s.apply(operator.mul, [items, n]))


AUGMENTED: dict[Any, Callable[[Emitter, Value, Operand], None]] = {operator.add: _extend_by, operator.mul: _repeat}
