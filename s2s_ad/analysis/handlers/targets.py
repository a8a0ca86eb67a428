"""What may be written to."""

from __future__ import annotations

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.table import REWRITE
from s2s_ad.analysis.operands import constant
from s2s_ad.analysis.written_globals import refuse_foreign
from s2s_ad.errors import MutationError
from s2s_ad.ir.nodes import Operand, Value
from s2s_ad.ir.types import Deque, List, Map, Type, join, join_all


def list_to_change(s: Emitter, target: Value) -> Value:
    """A list whose length or order may be changed."""
    refuse_foreign(s, target)
    refuse_views(s, target)
    return target


def to_change(s: Emitter, target: Value, what: str) -> None:
    """Refuse to write to a dict or deque that the program does not have by a name of its own."""
    if target in s.memory.origin:
        raise MutationError(f"a write to a {what} that is in a list", s.span, "build it first, and put it in last")
    refuse_foreign(s, target)


def owner_of(s: Emitter, item: Value, *, in_map: bool = False) -> tuple[Value, Operand] | None:
    """The list that `item` has been read from, as it is now, and the index there; None for what is in no list.

    Or the dict with late keys, if `in_map`.
    """
    memory = s.memory
    if item not in memory.origin:
        return None
    base, index, order = memory.origin[item]
    root = memory.places[base].root
    if isinstance(base.type, Deque) or (isinstance(base.type, Map) and not in_map):
        what = "dict whose keys are known late" if isinstance(base.type, Map) else "deque"
        raise MutationError(f"a write to an item of a {what}", s.span, "put a new value in")
    if root in memory.state.lost or memory.state.order.get(root) is not order:
        raise MutationError(
            "a write to an item of a list that has been changed since the item was read", s.span, "read it again first"
        )
    if root in memory.state.repeated:
        hint = "make each item an object of its own"
        raise MutationError("a write to an item that a list may hold twice", s.span, hint)
    version = memory.state.version[root]
    if version in memory.origin:
        raise MutationError("a write to an item of a list in a list in a list", s.span, REWRITE)
    return version, index


def item_type(t: Type, index: Operand) -> Type:
    """The type of an item of a list."""
    i = constant(index)
    if isinstance(t, Map):
        return t.item
    assert isinstance(t, List)
    return t.items[i] if t.items is not None and type(i) is int and -len(t.items) <= i < len(t.items) else t.item


def with_item(t: Type, indices: list[Operand], item: Type) -> Type:
    """The type of a list or array, one item of which is replaced."""
    if not isinstance(t, List):
        return t
    inner = item if len(indices) == 1 else with_item(t.item, indices[1:], item)
    i = constant(indices[0])
    if t.items is not None and type(i) is int and -len(t.items) <= i < len(t.items):
        items = list(t.items)
        items[i] = item if len(indices) == 1 else with_item(items[i], indices[1:], item)
        return List(join_all(tuple(items)), tuple(items))
    return List(join(t.item, inner))


def written_in(s: Emitter, target: Value, base: Value, index: Operand, version: Value) -> None:
    """Record the `version` of a list that a write to its item `target` has made."""
    s.written_item(base, target, version)
    kind = item_type(version.type, index)
    s.memory.reread(target, s.item_again(version, index, kind, target.name), version, index)


def refuse_views(s: Emitter, target: Value) -> None:
    """Refuse to change a list of views, which is at the place of what it shows."""
    if s.memory.is_of_views(target):
        raise MutationError("a write to a list of views", s.span, "write to the views, or make a list of your own")
