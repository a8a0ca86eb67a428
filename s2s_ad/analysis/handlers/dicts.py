"""Writes in place to dicts whose keys are known when compiling, in terms of `set_item` and `delete_item`.

d[k] = v   d[k] += v               `primitives.set_item`
del d[k]                           `primitives.delete_item`
d.pop(k)   d.popitem()             d[k], and then del d[k]
d.clear()                          del d[k] for every key
d.update(e, k=v)   d |= e          d[k] = e[k] for every key of `e`
d.setdefault(k, v)                 d[k], after d[k] = v where there is none

The keys are part of the type, and so each write makes a version of another type.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from s2s_ad.analysis.cells import holds_function
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers import maps
from s2s_ad.analysis.handlers.targets import kept_in, owner_of
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.roots import Part
from s2s_ad.analysis.written_globals import refuse_foreign
from s2s_ad.errors import MutationError, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import Dict, Iterable, List, Map, Type

_LATE = "use keys that are constants, or keep a list of the values"


def set_item(s: Emitter, target: Value, key: Operand, item: Operand) -> None:
    """`target[key] = item`."""
    is_late = not isinstance(key, Const) or type(key.value) not in (str, int)
    if is_late or (target in s.memory.origin and not target.type.keys):  # type: ignore[attr-defined]
        maps.put(s, target, key, item)
        return
    assert isinstance(key, Const)
    t, kind = target.type, type_of_operand(item)
    assert isinstance(t, Dict)
    if holds_function(kind):
        raise MutationError("putting a nested function into a dict", s.span, "define it at the top of the module")
    kinds = {**dict(zip(t.keys, t.values, strict=True)), key.value: kind}
    owner = owner_of(s, target) if key.value in t.keys else None
    if owner is None:
        _dict_type(s, target)
        _write(s, primitives.set_item, target, [key, item], kinds, item)
    else:
        made = Dict(tuple(kinds), tuple(kinds.values()))
        version = s.emit(primitives.set_item, [target, key, item], None, made, target.name)
        kept_in(s, owner, version, Part(operator.getitem, key.value), item)


def delete(s: Emitter, target: Value, key: Operand) -> None:
    """`del target[key]`."""
    t = _dict_type(s, target)
    if not isinstance(key, Const):
        maps.delete(s, target, key)
        return
    if key.value not in t.keys:
        s.raise_error(KeyError, key.value)
        return
    kinds = {k: v for k, v in zip(t.keys, t.values, strict=True) if k != key.value}
    _write(s, primitives.delete_item, target, [key], kinds, Const(None))


def _dict_type(s: Emitter, target: Value) -> Dict:
    if target in s.memory.origin:
        hint = "build it first, and put it in last"
        raise MutationError("a write to a dict that is in a list", s.span, hint)
    refuse_foreign(s, target)
    assert isinstance(target.type, Dict)
    return target.type


def _write(
    s: Emitter, fn: Any, target: Value, args: list[Operand], kinds: dict[Any, Type], item: Operand
) -> None:  # fmt: skip
    version = s.emit(fn, [target, *args], None, Dict(tuple(kinds), tuple(kinds.values())), target.name)
    s.memory.write_part(target, version, args[0].value, item, s.span)  # type: ignore[union-attr]
    s.show(target, version)


def update(s: Emitter, target: Value, other: Operand) -> None:
    """`target.update(other)`."""
    t = type_of_operand(other)
    if isinstance(t, (Map, List, Iterable)):
        maps.update(s, target, other)
        return
    if not isinstance(t, Dict):
        raise MutationError("an update of a dict by what is not known to be one", s.span, _LATE)
    for k in t.keys:
        item = s.apply(operator.getitem, [other, Const(k)])
        set_item(s, maps.now(s, target), Const(k), item)


def method(s: Emitter, target: Value, name: str, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """`target.name(*args, **kwargs)`."""
    if target in s.memory.origin and not target.type.keys:  # type: ignore[attr-defined]
        return maps.method(s, target, name, args, kwargs) or Const(None)
    t, (most, run) = _dict_type(s, target), METHODS[name]
    if len(args) > most or (kwargs and name != "update") or (name in ("pop", "setdefault") and not args):
        raise UnsupportedSyntaxError(f"`.{name}()` of a dict in this form", s.span, "give it what a dict takes")
    if name in ("pop", "setdefault") and not isinstance(args[0], Const):
        return maps.method(s, target, name, args, kwargs) or Const(None)
    for other in args if name == "update" else ():
        update(s, target, other)
    for k, v in kwargs.items():
        set_item(s, maps.now(s, target), Const(k), v)
    return run(s, target, t, args)


def _pop(s: Emitter, target: Value, t: Dict, args: list[Operand]) -> Operand:
    key = args[0]
    assert isinstance(key, Const)
    if key.value not in t.keys and len(args) > 1:
        return args[1]
    item = s.apply(operator.getitem, [target, key]) if key.value in t.keys else Const(None)
    delete(s, target, key)
    return item


def _popitem(s: Emitter, target: Value, t: Dict, _: Any) -> Operand:
    if not t.keys:
        s.raise_error(KeyError, "popitem(): dictionary is empty")
        return Const(None)
    key = Const(t.keys[-1])
    return s.apply(primitives.make_tuple, [key, _pop(s, target, t, [key])])


def _setdefault(s: Emitter, target: Value, t: Dict, args: list[Operand]) -> Operand:
    key = args[0]
    assert isinstance(key, Const)
    if key.value not in t.keys:
        item = args[1] if len(args) > 1 else Const(None)
        set_item(s, target, key, item)
        return item
    return s.apply(operator.getitem, [target, key])


def _clear(s: Emitter, target: Value, t: Dict, _: Any) -> Operand:
    for k in t.keys:
        delete(s, maps.now(s, target), Const(k))
    return Const(None)


METHODS: dict[str, tuple[int, Callable[[Emitter, Value, Dict, list[Operand]], Operand]]] = {
    "pop": (2, _pop),
    "popitem": (0, _popitem),
    "setdefault": (2, _setdefault),
    "clear": (0, _clear),
    "update": (1, lambda *_: Const(None)),
}
