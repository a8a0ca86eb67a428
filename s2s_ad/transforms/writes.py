"""The steps for writes in place to arrays and lists: `x[i] = v`, `x[i] += v`, `np.add.at`, `xs.append(v)`."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.handlers.targets import with_item
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.places import is_basic
from s2s_ad.analysis.statics import same
from s2s_ad.analysis.typing import result_type
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Operand, Value
from s2s_ad.ir.types import (
    UNKNOWN,
    Absent,
    Array,
    Deque,
    Dict,
    List,
    Map,
    Maybe,
    Number,
    Record,
    Tuple,
    Type,
    Unknown,
    is_differentiable,
    is_scalar,
    part_type,
    without_none,
)
from s2s_ad.transforms.cotangent_types import has_all_keys
from s2s_ad.transforms.maps import reverse_whole
from s2s_ad.transforms.scopes import Entry
from s2s_ad.transforms.steps import replaced_type
from s2s_ad.transforms.structural import (
    StructuralStep,
    followed,
    is_fancy,
    item_of,
    laid_out,
    late_key,
    much_of,
    reverses,
    with_keys,
)
from s2s_ad.transforms.views import in_cotangent

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


@reverses(primitives.store, primitives.keep_item)
def _reverse_store(step: StructuralStep) -> None:
    """`x[i] = v`: v̄ += x̄[i]; x̄[i] = 0."""
    t = step.t
    result, target = step.op.results[0], step.op.args[0]
    if t.scope.get(result) is None:
        return
    indices = in_cotangent(step.args()[1:-1])
    inside = without_none(item_of(result.type, indices[:-1]))
    if isinstance(inside, Array) and not is_differentiable(inside) and isinstance(target, Value):
        entry = t.scope.get(result)
        t.scope.take(result)
        if t.is_active(target) and entry is not None:
            t.adopt(target, entry.operand, entry)
        return
    if isinstance(result.type, Map) and len(indices) == 2 and constant(indices[1]) is Ellipsis:
        reverse_whole(step)
        return
    buffer = t.buffer(result, much_of(result, indices[1:]))
    entry = t.scope.get(result)
    assert entry is not None
    buffer = laid_out(step, with_keys(step, buffer, result, indices[:-1]), indices)
    added = _added(step)
    if added is not None:
        _reverse_added(step, entry, buffer, *added)
        return
    is_whole = len(indices) == 1 and constant(indices[0]) is Ellipsis
    item = len(step.op.args) - 1
    item_bar = buffer if is_whole else _stored_cotangent(step, buffer, indices) if step.is_active(item) else None
    t.scope.take(result)
    if not is_whole and isinstance(target, Value) and t.is_active(target):
        kind = without_none(item_of(target.type, indices[:-1]))
        of_numbers = isinstance(kind, Array) or (isinstance(kind, (List, Deque)) and is_scalar(kind.item))
        zero: Operand = Const(0.0)
        if not of_numbers:
            among = item_of(type_of_operand(buffer), indices)  # where some may have more of a cotangent
            old = step.replaced
            zero = _zero_of_kept(step, among) if old is None else t.tangents.zero(old, among)
        t.adopt(target, t._named(_with_stored(t, buffer, indices, zero), target), entry)
    if item_bar is not None and step.is_active(item):
        step.contribute(item, item_bar, 0)


def _with_stored(t: Transform, buffer: Operand, indices: list[Operand], bar: Operand) -> Value:
    """A buffer with a cotangent in some place; a tuple in it gives way to another one."""
    *path, last = indices
    kind = item_of(type_of_operand(buffer), path)
    if path and isinstance(kind, Tuple):
        parts = list(t.tangents.parts(followed(t, buffer, path)))
        parts[constant(last)] = bar
        return _with_stored(t, buffer, path, t.tangents.rebuild(kind, parts))
    whole, part = type_of_operand(buffer), type_of_operand(bar)
    now = with_item(whole, indices, part) if isinstance(part, Dict) else whole  # which may have other keys
    return t.spec.emit(primitives.store, [buffer, *indices, bar], None, now)


def replaced_item(t: Transform, op: Call) -> Operand | None:
    """What a write replaces in a list or dict, and which need not have the shape of the new item; None for numbers."""
    if callee(op) not in (primitives.store, primitives.put) or not all(map(t.is_active, op.results)):
        return None
    target, *indices, _ = (t.resolve(a) for a in op.args)  # type: ignore[arg-type]
    kind = without_none(item_of(type_of_operand(target), indices[:-1]))
    if callee(op) is primitives.put:
        if not isinstance(kind, Map) or not has_all_keys(kind):
            return None
        inner = followed(t, target, indices[:-1])
        return t.spec.emit(primitives.lookup, [inner, indices[-1], Const(None)], None, kind.item)
    if not isinstance(kind, List) or is_scalar(kind.item):
        return None
    return followed(t, target, indices)


def note_replaced_part(t: Transform, op: Call) -> None:
    """Read the part of a structure that is about to be set, which need not have the shape of the new one."""
    kind = replaced_type(op)
    if kind is None or is_scalar(kind):
        return
    obj, key = op.args[:2]
    read = getattr if callee(op) is primitives.set_attribute else operator.getitem
    args, kind = ([obj, key, Const(None)], Maybe(kind.item)) if isinstance(kind, Absent) else ([obj, key], kind)
    old = t.spec.emit(read, [t.resolve(args[0]), *args[1:]], None, kind)  # type: ignore[arg-type, list-item]
    t.replaced[op.results[0]] = old
    t.part_of[old] = obj  # type: ignore[assignment]


def _zero_of_kept(step: StructuralStep, among: Type) -> Operand:
    """The zero cotangent of an item of a list as it was before one of its parts was set; `among`: see `zero`."""
    t, version = step.t, step.op.args[-1]
    made = t.definitions.get(version)  # type: ignore[arg-type]
    if made is None or callee(made) not in (primitives.set_attribute, primitives.set_item):
        return t.tangents.zero(step.args()[-1])
    old, key = type_of_operand(made.args[0]), constant(made.args[1])  # type: ignore[arg-type]
    read = getattr if isinstance(old, Record) else operator.getitem
    keys, kinds = (old.names if isinstance(old, Record) else old.keys), old.values  # type: ignore[attr-defined]
    bars: list[Operand] = []
    for name, kind in zip(keys, kinds, strict=True):
        if name != key:
            part = t.spec.apply(read, [step.args()[-1], Const(name)])
            bars.append(t.tangents.zero(part, part_type(among, name)))
        elif version in t.replaced:
            bars.append(t.tangents.zero(t.replaced[version]))
        else:
            bars.append(_nothing_in(step, kind, key))
    return t.tangents.rebuild(old, bars)


def _nothing_in(step: StructuralStep, kind: Type, key: object) -> Operand:
    """The zero cotangent of a part that had none itself, where its list now holds some that have one."""
    if is_scalar(kind):
        return Const(0.0) if is_differentiable(kind) else Const(None)
    now = part_type(type_of_operand(step.args()[-1]), key)
    if isinstance(now, List) and is_differentiable(now):
        return step.t.spec.emit(primitives.make_list, [], None, now)
    return Const(None)


def inner_array(t: Transform, op: Call) -> Operand | None:
    """The array in a dict with late keys that is written to."""
    if callee(op) not in (primitives.store, primitives.accumulate, primitives.scatter_add):
        return None
    target, *path, _, _ = (t.resolve(a) for a in op.args)  # type: ignore[arg-type]
    found = late_key(type_of_operand(target), path)
    return None if found is None else followed(t, target, found)


@reverses(primitives.scatter_add)
def _reverse_scatter_add(step: StructuralStep) -> None:
    """`np.add.at(x, i, v)`: v̄ += x̄[i], and x̄ stays as it is."""
    t = step.t
    result, target = step.op.results[0], step.op.args[0]
    if t.scope.get(result) is None:
        return
    *path, index = in_cotangent(step.args()[1:-1])
    buffer = with_keys(step, t.buffer(result, much_of(result, path)), result, path)
    entry = t.scope.get(result)
    assert entry is not None
    t.scope.take(result)
    assert isinstance(target, Value)
    if t.is_active(target):
        t.adopt(target, buffer, entry)
    item = len(step.op.args) - 1
    if step.is_active(item):
        found = t.spec.apply(operator.getitem, [followed(step.t, buffer, path), index])
        is_view = is_basic(index) and not isinstance(type_of_operand(found), Number)
        step.contribute(item, t.spec.apply(np.array, [found]) if is_view else found, 0)


def _added(step: StructuralStep) -> tuple[Any, Value] | None:
    """`+` or `-` and v where a store is `x[i] = x[i] + v` or `x[i] = x[i] - v`, and x carries a cotangent.

    In a list this is so of numbers only: the new item need not have the shape of the old one.
    """
    t, (target, *indices, item) = step.t, step.op.args
    made = t.definitions.get(item) if isinstance(item, Value) else None
    if made is None or callee(made) not in (operator.add, operator.sub) or is_fancy(step.args()[-2], t):
        return None
    in_array = isinstance(without_none(item_of(target.type, indices[:-1])), Array)  # type: ignore[union-attr, arg-type]
    if not step.is_active(0) or not (in_array or is_scalar(item.type)):  # type: ignore[union-attr]
        return None
    if len(indices) > 1 and constant(indices[-1]) is Ellipsis:  # type: ignore[arg-type]
        indices = indices[:-1]
    for read, added in ((0, 1), (1, 0)) if callee(made) is operator.add else ((0, 1),):
        value = made.args[added]
        if _reads(t, made.args[read], target, indices) and isinstance(value, Value):
            return callee(made), value
    return None


def _reads(t: Transform, operand: Any, target: Any, indices: list[Any]) -> bool:
    """Whether `operand` is what the indices lead to from `target`, as it is before the write."""
    for fn, args, kwargs in reversed(list(primitives.steps(indices, constant))):
        made = t.definitions.get(operand) if isinstance(operand, Value) else None
        if made is None or callee(made) is not fn or fn not in (operator.getitem, getattr) or kwargs:
            return False
        if not same(made.args[1], args[0]):  # type: ignore[arg-type]
            return False
        operand = made.args[0]
    return operand is target


def _reverse_added(step: StructuralStep, entry: Entry, buffer: Operand, how: Any, value: Value) -> None:
    """`x[i] += v`: v̄ += x̄[i], and x̄ stays as it is."""
    t, target = step.t, step.op.args[0]
    assert isinstance(target, Value)
    t.scope.take(step.op.results[0])
    t.adopt(target, buffer, entry)
    if t.is_active(value):
        bar = _stored_cotangent(step, buffer, in_cotangent(step.args()[1:-1]))
        step.give(value, bar if how is operator.add else t.spec.apply(operator.neg, [bar]), 0)


def _stored_cotangent(step: StructuralStep, buffer: Operand, indices: list[Operand]) -> Operand:
    """What the buffer has at the place that was written to, as a value of its own."""
    spec = step.t.spec
    inner = followed(step.t, buffer, indices[:-1])
    if is_fancy(indices[-1], step.t) and isinstance(type_of_operand(inner), Array):
        kind = result_type(operator.getitem, (inner, indices[-1]), {})
        return spec.emit(runtime.last_written, [inner, indices[-1]], None, kind)
    if is_fancy(indices[-1], step.t) and isinstance(type_of_operand(inner), Unknown):
        return spec.emit(runtime.stored, [inner, indices[-1]], None, UNKNOWN)
    found = spec.apply(operator.getitem, [inner, indices[-1]])
    t = type_of_operand(found)
    if isinstance(t, Unknown):
        return spec.emit(runtime.copy, [found], None, UNKNOWN)  # it may be a view of the buffer
    return spec.apply(np.array, [found]) if isinstance(t, Array) and t.axes != () else found
