"""Dicts whose keys are known only at run time: `put`, `pop_key` and `d[k]`; for the rest see `rules.containers`.

A dict with constant keys becomes one of these where it is written to by a key that is not known. Its keys carry no
derivative. What can be written to and is under a key is written to as what is in a list is: by the path to it.
"""

from __future__ import annotations

import operator
from collections import Counter, OrderedDict, defaultdict
from typing import Any

from s2s_ad.analysis.cells import holds_function
from s2s_ad.analysis.dict_views import keep_view
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.lists import refuse_lazy
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.handlers.targets import change, forget_keys, put_in, taking
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.python_types import getitem
from s2s_ad.analysis.written_globals import refuse_foreign
from s2s_ad.errors import MutationError, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Function, Operand, Value
from s2s_ad.ir.types import NEVER, Closure, Dict, Map, Type, Unknown, as_map, is_differentiable
from s2s_ad.ir.types import key_type as type_of_key
from s2s_ad.rules import containers

METHODS: dict[str, Any] = {
    "clear": containers.clear_dict,
    "copy": containers.copy_dict,
    "get": containers.get_item,
    "items": containers.dict_items,
    "pop": containers.pop_item,
    "popitem": containers.pop_last,
    "setdefault": containers.set_default,
    "values": containers.dict_values,
}
_OF_CLASS: dict[type, dict[str, Any]] = {
    dict: {},
    defaultdict: {"copy": None},
    OrderedDict: {
        "copy": containers.copy_ordered,
        "move_to_end": containers.move_to_end,
        "popitem": containers.pop_ordered,
    },
    Counter: {
        "copy": None,
        "subtract": containers.subtract_counts,
        "total": containers.total_of_counts,
        "update": containers.add_counts,
    },
}
_KEY_HINT = "use a key that is no float, and keep the number as a value"


def method(s: Emitter, target: Value, name: str, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """`target.name(*args, **kwargs)`; None where there is no such method."""
    cls = getattr(target.type, "cls", dict)
    if not hasattr(cls, name):
        return None
    if name == "keys":
        return keep_view(s, s.apply(list, [target]), target, name)
    if name == "pop" and len(args) == 1 and not kwargs:
        return pop(s, target, args[0])
    if name == "update" and cls is not Counter and len(args) < 2:
        _take_in(s, target, args, kwargs)
        return Const(None)
    meaning = {**METHODS, **_OF_CLASS[cls]}.get(name)
    if meaning is None:
        raise UnsupportedSyntaxError(f"`.{name}()` of a `{cls.__name__}`", s.span, "write it as a loop over the keys")
    found = s.call_in_place(meaning, [target, *args], kwargs)
    return keep_view(s, found, target, name) if name in ("items", "values") else found


def now(s: Emitter, target: Value) -> Value:
    """The newest version of a dict."""
    version = s.current(target)
    assert isinstance(version, Value)
    return version


def update(s: Emitter, target: Value, other: Operand) -> None:
    """`target.update(other)`, key by key where these are known."""
    t = type_of_operand(other)
    if not isinstance(t, Dict):
        refuse_lazy(s, target, other)
        how: Any = containers.update_by_dict if isinstance(t, Map) else containers.update_by_pairs
        once = s.memory.once_each(target, other)
        s.call_in_place(how, [target, other])
        if once:
            s.memory.untie(target)
        return
    for k in t.keys:
        put(s, now(s, target), Const(k), s.apply(operator.getitem, [other, Const(k)]))


def built(s: Emitter, parts: list[Operand], more: dict[str, Operand] | None = None) -> Operand:
    """`{**a, **b}` and `dict(a, k=v)`, where `a` may be a list of pairs too."""
    made = s.emit(primitives.make_dict, [], None, Dict((), ()))
    _take_in(s, made, parts, more or {})
    return s.current(made)


def _take_in(s: Emitter, target: Value, parts: list[Operand], more: dict[str, Operand]) -> None:
    """`target.update(part, **more)` for each of the parts."""
    for part in parts:
        update(s, now(s, target), part)
    for k, v in more.items():
        put(s, now(s, target), Const(k), v)


def put(s: Emitter, target: Value, key: Operand, item: Operand) -> None:
    """`target[key] = item`."""
    target, kind = _to_write(s, target), type_of_operand(item)
    t = as_map(target.type) if isinstance(target.type, Dict) else target.type
    assert isinstance(t, Map)
    after = t.holding(key_type(s, key), kind)
    if holds_function(kind) or (isinstance(after.item, Unknown) and is_differentiable(kind)):
        raise MutationError(
            "putting what is not known, or values of several kinds, into a dict by a key that is known late",
            s.span,
            "use keys that are constants, or keep a list of such values",
        )
    is_new = s.is_known(s.lacks_keys, target, key)
    is_known = s.is_known(s.has_keys, target, key)
    change(s, primitives.put_new if is_new else primitives.put, target, [key, item], after)
    if not is_known:
        s.memory.rekey(target)
    put_in(s, target, key, item)


def delete(s: Emitter, target: Value, key: Operand) -> None:
    """`del target[key]`."""
    pop(s, target, key)


def pop(s: Emitter, target: Value, key: Operand) -> Operand:
    """`target.pop(key)`."""
    target = _to_write(s, target)
    key_type(s, key)
    t = as_map(target.type) if isinstance(target.type, Dict) else target.type
    assert isinstance(t, Map)
    item = taking(s, primitives.pop_key, target, [key], t.item, t)
    s.memory.rekey(target)
    return item


def _to_write(s: Emitter, target: Value) -> Value:
    """A dict that may be written to, as one whose keys are not known. Raises MutationError where it may not."""
    refuse_foreign(s, target)
    if not isinstance(target.type, Dict):
        return target
    if target in s.memory.origin:
        if target.type.keys:
            hint = "build it first, and put it in last"
            raise MutationError("a write by a key that is known late to a dict that is in a list", s.span, hint)
        return target
    return forget_keys(s, target)


def key_type(s: Emitter, key: Operand) -> Type:
    """The type of a key. Raises UnsupportedSyntaxError for one that carries a derivative, or may do so."""
    t = type_of_key(key.value) if isinstance(key, Const) else key.type
    if is_differentiable(t):
        raise UnsupportedSyntaxError("a key of a dict that may be differentiated", s.span, _KEY_HINT)
    return t


@handles(defaultdict)
def _defaultdict(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    factory, *more = args or [Const(None)]
    t = type_of_operand(factory)
    if isinstance(t, Closure) and not t.captured:
        return _filled(s, defaultdict, [], t.code, more, kwargs)
    if not isinstance(factory, Const):
        raise UnsupportedSyntaxError(
            "a `defaultdict` with a default that is known late", s.span, "give it a function that reads no variables"
        )
    return _filled(s, defaultdict, [factory], factory.value, more, kwargs)


def _filled(
    s: Emitter, cls: type, how: list[Operand], default: Any, given: list[Operand], kwargs: dict[str, Operand]
) -> Operand:
    """A dict of class `cls` that is made without items, and then updated with those that are `given`."""
    made = s.emit(cls, how, None, Map(NEVER, NEVER, cls, default))
    if given or kwargs:
        method(s, made, "update", given, kwargs)
    return s.current(made)


@handles(OrderedDict)
def _ordered_dict(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    return _filled(s, OrderedDict, [], None, args, kwargs)


@handles(Counter)
def _counter(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    return _filled(s, Counter, [], None, args, kwargs)


@handles(dict.__getitem__)
def _raw(s: Emitter, args: list[Operand], _: Any) -> Operand:
    """What is under a key, without what the class says of keys that are not there."""
    obj, key = args
    return s.emit(operator.getitem, args, None, getitem(obj, key))


def item(s: Emitter, obj: Value, key: Operand) -> Operand | None:
    """`obj[key]` of a dict that has something to say of keys that it lacks; None for any other."""
    t = obj.type
    assert isinstance(t, Map)
    plain = t.default is None and t.cls is not Counter
    if s.in_adjoint or plain or s.is_known(s.has_keys, obj, key):
        return None
    if t.cls is Counter:
        return s.call_in_place(containers.count_of, [obj, key])  # type: ignore[arg-type]
    factory = s.apply(primitives.MakeClosure(t.default), []) if isinstance(t.default, Function) else Const(t.default)
    s.call_in_place(containers.fill_in, [obj, key, factory])  # type: ignore[arg-type]
    return _raw(s, [s.current(obj), key], {})
