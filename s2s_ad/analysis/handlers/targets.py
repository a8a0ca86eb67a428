"""What may be written to, and the writes to containers that make a version of them, or of those that they are in."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.operands import constant, is_position, type_of_operand
from s2s_ad.analysis.roots import Part
from s2s_ad.analysis.sharing import kinds
from s2s_ad.analysis.statics import same
from s2s_ad.analysis.written_globals import refuse_foreign
from s2s_ad.errors import MutationError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Operand, Value
from s2s_ad.ir.types import (
    Array,
    Deque,
    Dict,
    List,
    Map,
    Maybe,
    Record,
    Tuple,
    Type,
    Unknown,
    as_map,
    join,
    join_all,
    part_type,
    with_parts,
)

_ARITHMETIC = (operator.add, operator.sub, operator.neg, operator.mod)


@dataclass(frozen=True, eq=False)
class Owner:
    """Where something is that has been read from lists and dicts with late keys: `steps` lead to it from `base`.

    `items` is what has been read on the way, and the thing itself as the last.
    """

    base: Value
    steps: tuple[Operand | Part, ...]
    items: tuple[Value, ...]

    @property
    def path(self) -> tuple[Operand, ...]:
        """The indices of a write that takes these steps; see `primitives.store`."""
        return tuple(operand for step in self.steps for operand in _indices(step))


def _indices(step: Operand | Part) -> tuple[Operand, ...]:
    if not isinstance(step, Part):
        return (step,)
    key = Const(step.key)
    return (key,) if step.fn is operator.getitem else (Const(primitives.View(step.fn, 1)), key)


def is_same_index(s: Emitter, a: Operand | Part, b: Operand | Part) -> bool:
    """Whether two indices are surely equal: one value, or one sum of such."""
    if isinstance(a, Part) or isinstance(b, Part):
        return a == b
    one, other = s.definitions.get(a), s.definitions.get(b)  # type: ignore[arg-type]
    if same(a, b) or one is None or other is None:
        return same(a, b)
    is_sum = callee(one) in _ARITHMETIC and callee(one) is callee(other) and is_position(a)
    return is_sum and all(is_same_index(s, p, q) for p, q in zip(one.args, other.args, strict=True))  # type: ignore[arg-type]


def list_to_change(s: Emitter, target: Value) -> Value:
    """A list whose length or order may be changed."""
    refuse_foreign(s, target)
    refuse_views(s, target)
    return target


def owner_of(s: Emitter, item: Value) -> Owner | None:
    """Where `item` is in lists or dicts as they are now; None for what is in none."""
    memory = s.memory
    steps: list[Operand | Part] = []
    items: list[Value] = []
    is_array = isinstance(item.type, Array)
    while item in memory.origin or _forget_keys_around(s, item):
        base, index, _ = memory.origin[item]
        root = memory.places[base].root
        if isinstance(base.type, Deque):
            raise MutationError("a write to an item of a deque", s.span, "put a new value in")
        if not memory.stays(item, memory.state) and not memory.places[item].root.may:
            del memory.origin[item]  # it was put in there under its own name, by which it is written to again
            break
        if not memory.stays(item, memory.state):
            what = "dict" if isinstance(base.type, (Dict, Map)) else "list" if isinstance(base.type, List) else "object"
            message = f"a write to an item of a {what} that has been changed since the item was read"
            raise MutationError(message, s.span, "read it again first")
        key = steps[-1].key if is_array and steps and isinstance(steps[-1], Part) else None
        if not isinstance(index, Part) and (
            memory.has_array_twice(root, key)
            if isinstance(key, str)
            else memory.has_twice(root, inside=bool(items), arrays=is_array)
        ):
            hint = "make each item an object of its own"
            raise MutationError("a write to an item that a list or dict may hold twice", s.span, hint)
        steps.insert(0, index)
        items.insert(0, item)
        item = memory.state.version[root]
    is_part = all(isinstance(step, Part) for step in steps)  # of what is in no list
    return None if is_part else Owner(item, tuple(steps), tuple(items))


def _forget_keys_around(s: Emitter, item: Value) -> bool:
    """Forget the keys of the dict that `item` has been read from by a key known late; tell whether there is one."""
    made = s.definitions.get(item)
    if made is None or callee(made) is not operator.getitem:
        return False
    base, key = made.args
    if isinstance(key, Const) or not isinstance(base, Value) or not isinstance(base.type, Dict):
        return False
    if s.memory.newest(base) is not base or base in s.memory.origin or isinstance(as_map(base.type).item, Unknown):
        return False
    version = forget_keys(s, base)
    s.memory.origin[item] = version, key, s.memory.state.order.get(s.memory.places[base].root)  # type: ignore[assignment]
    return True


def forget_keys(s: Emitter, target: Value) -> Value:
    """A dict from now on as one whose keys are not known."""
    root, now = s.memory.places[target].root, s.current(target)
    assert isinstance(target.type, Dict)
    version = s.emit(primitives.Refreshed(()), [now], None, as_map(type_of_operand(now)), target.name)  # type: ignore[arg-type]
    s.memory.forget_parts(s.memory.state, root, s.memory.state.parts.get(root, {}))
    s.memory.state.version[root] = s.memory.state.order[root] = version
    return version


def item_type(t: Type, index: Operand | Part) -> Type:
    """The type of an item of a list or of a dict with late keys, or of a part of a structure."""
    if isinstance(t, Maybe):
        return item_type(t.item, index)  # where an item is read, there is a container
    if isinstance(index, Part):
        return part_type(t, index.key)
    i = constant(index)
    if isinstance(t, Map):
        return t.item
    assert isinstance(t, List)
    return t.items[i] if t.items is not None and type(i) is int and -len(t.items) <= i < len(t.items) else t.item


def with_item(t: Type, indices: Sequence[Operand], item: Type) -> Type:
    """The type of a container, one item of which is replaced; `indices` are those of a write."""
    if not indices:
        return item
    if isinstance(constant(indices[0]), primitives.View):
        indices = indices[1:]
    i, rest = constant(indices[0]), indices[1:]
    if isinstance(t, Maybe):
        return replace(t, item=with_item(t.item, indices, item))
    if isinstance(t, Map):
        return replace(t, item=join(t.item, with_item(t.item, rest, item)))
    if isinstance(t, (Record, Dict, Tuple)):
        return with_parts(t, {i: with_item(part_type(t, i), rest, item)})
    if not isinstance(t, List):
        return t
    if t.items is not None and type(i) is int and -len(t.items) <= i < len(t.items):
        items = list(t.items)
        items[i] = with_item(items[i], rest, item)
        return List(join_all(tuple(items)), tuple(items))
    return List(join(t.item, with_item(t.item, rest, item)))


def change(
    s: Emitter, fn: Any, target: Value, args: Sequence[Operand], kind: Type, taken: tuple[Value, ...] = ()
) -> None:
    """Emit a write after which a container has other items, and is of the type `kind`.

    It makes a new version of the container, or of the one that it is in.
    """
    owner = owner_of(s, target)
    base, path = (s.current(target), ()) if owner is None else (owner.base, owner.path)
    assert isinstance(base, Value)
    version = Value(base.name, with_item(base.type, path, kind) if path else kind)
    operands = (base, *map(s.current, (*path, *args)))
    s.append(Call((*taken, version), Const(fn), operands, span=s.span))
    if fn in primitives.RESIZING:
        s.memory.state.resized |= {s.memory.places[target].root}
    if owner is None:
        s.written(target, version)
    else:
        written_in(s, owner, version)
        s.memory.reorder(target)


def taking(s: Emitter, fn: Any, target: Value, args: list[Operand], taken: Type, kind: Type) -> Operand:
    """Emit a write that gives what it takes out of a container, and then the container."""
    first = Value(None, taken)
    memory, root = s.memory, s.memory.root(target)
    if not kinds(taken) or root is None:
        change(s, fn, target, args, kind, (first,))
        return first
    options, trees = memory.within([root]) - {root}, memory.trees_around(root)
    change(s, fn, target, args, kind, (first,))
    memory.take_out(first, options, trees)
    return first


def put_in(s: Emitter, target: Value, index: Operand, item: Operand) -> None:
    """Note that a list or dict now holds an item at an index, by which it is written to from now on."""
    memory = s.memory
    memory.hold(target, item)
    place = memory.places.get(item) if isinstance(item, Value) else None
    if place is None or place.path or place.root.may or place.root.outside:
        return
    container, version = memory.newest(target), memory.state.version[place.root]
    if version in memory.origin or not isinstance(container, Value) or isinstance(container.type, Deque):
        return
    memory.origin[version] = container, index, memory.state.order.get(memory.places[container].root)


def written_in(s: Emitter, owner: Owner, version: Value) -> None:
    """Record the `version` of a container that a write to what is in it has made."""
    s.written_item(owner.base, owner.items, version)
    _read_again(s, owner, version, len(owner.items))


def _read_again(s: Emitter, owner: Owner, inner: Value, count: int) -> Value:
    """Read anew what leads to an item, as far as it is the first `count` steps; gives the last of it."""
    for item, index in zip(owner.items[:count], owner.steps, strict=False):
        fresh = s.item_again(inner, index, item_type(inner.type, index), item.name)
        s.memory.reread(item, fresh, inner, index)
        inner = fresh
    return inner


def kept_in(s: Emitter, owner: Owner, version: Value, part: Part, value: Operand) -> None:
    """Record the `version` of a structure in a list or dict, a part of which has become `value`."""
    items, kind = owner.base, with_item(owner.base.type, owner.path, version.type)
    kept = s.emit(primitives.keep_item, [items, *owner.path, version], None, kind, items.name)
    s.written_item(items, owner.items, kept)
    inner = _read_again(s, owner, kept, len(owner.items) - 1)
    s.memory.reread(owner.items[-1], version, inner, owner.steps[-1], part.key)
    s.memory.hold_around(version, value, key=part.key)
    s.memory.link(version, part, value)


def refuse_views(s: Emitter, target: Value) -> None:
    """Refuse to change a list of views, which is at the place of what it shows."""
    if s.memory.is_of_views(target):
        raise MutationError("a write to a list of views", s.span, "write to the views, or make a list of your own")
