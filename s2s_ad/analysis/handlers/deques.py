"""A `collections.deque`: a list to which one writes at both ends.

It is made of what lists are made of, `append`, `insert` at the left, `pop` at either end and writing to an item; the
rest is said in the Python of `rules.containers`. To append to one that is full takes an item from the other end first.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from s2s_ad.analysis.dict_views import keep_view
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.lists import refuse_lazy
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.handlers.targets import change, taking
from s2s_ad.analysis.operands import is_position, type_of_operand
from s2s_ad.analysis.written_globals import refuse_foreign
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import LATE, NEVER, Deque, List, join
from s2s_ad.rules import containers

_ONE = "give them one `maxlen`"
_ENDS = {"append": primitives.append, "appendleft": primitives.insert}
_METHODS: dict[str, Any] = {
    "clear": containers.clear_deque,
    "extend": containers.extend_right,
    "extendleft": containers.extend_left,
    "rotate": containers.rotate,
}


@handles(deque)
def _deque(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """`deque(iterable, maxlen)`: one without items, to which those that are given are appended."""
    given = dict(zip(("iterable", "maxlen"), args, strict=False)) | kwargs
    bound = given.get("maxlen", Const(None))
    if not isinstance(bound, Const):
        raise UnsupportedSyntaxError("a `deque` with a `maxlen` that is known late", s.span, "write the number")
    limits: dict[str, Operand] = {} if bound.value is None else {"maxlen": bound}
    made = s.emit(deque, [], limits, Deque(NEVER, bound.value))
    if "iterable" in given:
        once = s.memory.once_each(made, given["iterable"])
        method(s, made, "extend", [given["iterable"]])
        if once:
            s.memory.untie(made)
    return s.current(made)


def method(s: Emitter, target: Value, name: str, args: list[Operand]) -> Operand | None:
    """`target.name(*args)`; None where there is no such method."""
    if not hasattr(deque, name):
        return None
    refuse_foreign(s, target)
    if name in _ENDS and len(args) == 1:
        return _append(s, target, name, args[0])
    if name in ("pop", "popleft") and not args:
        t = target.type
        assert isinstance(t, Deque)
        return taking(s, primitives.pop, target, [Const(-1 if name == "pop" else 0)], t.item, t)
    if name == "reverse" and not args:
        change(s, primitives.reverse, target, [], target.type)
        return Const(None)
    if name == "copy" and not args:
        bound = target.type.bound  # type: ignore[attr-defined]
        if bound == LATE:
            raise UnsupportedSyntaxError("a copy of one of several deques of different `maxlen`", s.span, _ONE)
        return s.apply(deque, [target, Const(bound)])
    for given in args if name in ("extend", "extendleft") else ():
        refuse_lazy(s, target, given)
    if name not in _METHODS:
        raise UnsupportedSyntaxError(f"`.{name}()` of a `deque` in this form", s.span, "make a list of it: `list(d)`")
    return s.call_in_place(_METHODS[name], [target, *args])


def _append(s: Emitter, target: Value, name: str, item: Operand) -> Operand:
    """Append at one end, for which a full one gives up what it has at the other."""
    t = target.type
    assert isinstance(t, Deque)
    if t.bound == LATE:
        raise UnsupportedSyntaxError("a write to one of several deques of different `maxlen`", s.span, _ONE)
    if t.bound == 0:
        return Const(None)
    if t.bound is not None:
        room: Any = containers.make_room_left if name == "append" else containers.make_room_right
        s.call_in_place(room, [target, Const(t.bound)])
    where = [] if name == "append" else [Const(0)]
    kind = Deque(join(t.item, type_of_operand(item)), t.bound)
    change(s, _ENDS[name], target, [*where, item], kind)
    s.memory.hold(target, item)
    return Const(None)


def store(s: Emitter, target: Value, index: Operand, item: Operand) -> None:
    """`target[index] = item`."""
    refuse_foreign(s, target)
    t = target.type
    assert isinstance(t, Deque)
    require_index(s, index)
    kind = Deque(join(t.item, type_of_operand(item)), t.bound)
    change(s, primitives.store, target, [index, item], kind)
    s.memory.hold(target, item)


def require_index(s: Emitter, index: Operand) -> None:
    """Refuse an index that may be anything but a position."""
    if not s.in_adjoint and not is_position(index):
        raise UnsupportedSyntaxError("an index of a `deque` that is not surely an `int`", s.span, "use an `int`")


def walked(s: Emitter, operand: Operand) -> Operand:
    """What to take the items from one by one: a list of them, while the deque stays as it is."""
    operand = s.current(operand)  # whose items may be of other types now
    return keep_view(s, s.emit(list, [operand], None, List(operand.type.item)), operand, "values")  # type: ignore[union-attr]
