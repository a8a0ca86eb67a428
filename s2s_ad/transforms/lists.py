"""The adjoints of writes that change the length or the order of a list, on the list of its cotangents.

    append      pop
    pop(i)      insert(i, cotangent of the item)
    insert(i)   pop(i)
    extend      cut off the tail
    set_slice   put zeros for what was there before; with a step, in the same places
    reverse     reverse
    permute     permute, the other way round
    exchange    exchange

Going back, the list of the cotangents has the length that the list has at each place, so that indices that are counted
from the end, or are cut off there, mean the same in both. That of a list in a list is reached by the same path.
"""

from __future__ import annotations

import operator
from typing import Any

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee, path_of
from s2s_ad.analysis.handlers import lists
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Operand, Star, Value
from s2s_ad.ir.types import INT, UNKNOWN, List, Map, Type, is_scalar
from s2s_ad.transforms.ownership import is_immutable
from s2s_ad.transforms.scopes import WHOLE, Entry
from s2s_ad.transforms.structural import StructuralStep, followed, item_of, much_of, reverses
from s2s_ad.transforms.tangents import NONE
from s2s_ad.transforms.views import in_cotangent

Buffer = tuple[Operand, list[Operand]]


def open_buffer(step: StructuralStep) -> tuple[Buffer, Entry]:
    """The cotangent of the list after the write, to be written to, and the path from there."""
    t, version = step.t, step.op.results[-1]
    path = in_cotangent([t.resolve(index) for index in path_of(step.op)])
    buffer = t.buffer(version, much_of(version, path))
    entry = t.scope.get(version)
    assert entry is not None
    t.scope.take(version)
    return (buffer, path), entry


def close(step: StructuralStep, rest: Operand, entry: Entry) -> None:
    """What has become of it is the cotangent of the list before the write."""
    items = step.op.args[0]
    if isinstance(items, Value) and step.t.is_active(items):
        step.t.adopt(items, step.t._named(rest, items), entry)


def take_item(step: StructuralStep, kind: Type = UNKNOWN) -> Entry:
    """The cotangent of the item that is taken out, with zeros for all of it to which nothing has contributed."""
    t, item = step.t, step.op.results[0]
    entry = t.scope.get(item) if t.is_active(item) else None
    t.scope.take(item)
    if entry is None:
        return Entry(t.tangents.zero(t.resolve(item), kind), WHOLE)
    bar = t.tangents.complete(entry.operand, t.resolve(item), kind)
    return entry if bar is entry.operand else Entry(bar, WHOLE if is_immutable(type_of_operand(bar)) else 0)


def _write(step: StructuralStep, fn: Any, buffer: Buffer, *args: Operand) -> Value:
    target, path = buffer
    return step.t.spec.emit(fn, [target, *path, *args], None, type_of_operand(target), getattr(target, "name", None))


def taken(step: StructuralStep, fn: Any, buffer: Buffer, *args: Operand, whole: bool = False) -> tuple[Value, Value]:
    """Emit a write that gives what it takes out."""
    target, path = buffer
    kind = item_of(type_of_operand(target), path)
    item = kind.item if isinstance(kind, (List, Map)) else UNKNOWN
    first, rest = Value(None, kind if whole else item), Value(getattr(target, "name", None), type_of_operand(target))
    step.t.spec.append(Call((first, rest), Const(fn), (target, *path, *args), span=step.op.span))
    return first, rest


def _length_of(step: StructuralStep, buffer: Buffer) -> Operand:
    return _length(step, followed(step.t, *buffer))


def _length(step: StructuralStep, items: Operand) -> Operand:
    made = step.t.spec.definitions.get(items) if isinstance(items, Value) else None
    if made is not None and callee(made) is primitives.make_list and not any(isinstance(a, Star) for a in made.args):
        return Const(len(made.args))
    return step.t.spec.apply(len, [items])


def _sum(step: StructuralStep, a: Operand, b: Operand) -> Operand:
    return step.t.spec.apply(operator.add, [a, b])


def is_idle(step: StructuralStep) -> bool:
    """Whether nothing has been made of any of the results."""
    step.t.spec.span = step.op.span
    return all(step.t.scope.get(r) is None for r in step.op.results)


@reverses(primitives.append)
def _reverse_append(step: StructuralStep) -> None:
    if is_idle(step):
        return
    buffer, entry = open_buffer(step)
    bar, rest = taken(step, primitives.pop, buffer, Const(-1))
    step.hand_over(step.op.args[-1], entry.taken_out(bar))
    close(step, rest, entry)


@reverses(primitives.pop, primitives.delete)
def _reverse_pop(step: StructuralStep) -> None:
    if is_idle(step) or not step.is_active(0):
        return
    t = step.t
    buffer, entry = open_buffer(step)
    kind = item_of(type_of_operand(buffer[0]), buffer[1])  # that of what it is later, where it may be more
    item = take_item(step, kind.item if isinstance(kind, List) else UNKNOWN)
    bar = item.operand
    index = step.args()[-1]
    i = constant(index)
    if i == -1:
        rest = _write(step, primitives.append, buffer, bar)
    elif type(i) is int:
        rest = _write(step, primitives.insert, buffer, Const(i if i >= 0 else i + 1), bar)
    else:
        n = _sum(step, _length_of(step, buffer), Const(1))
        at = t.spec.emit(runtime.position, [index, n], None, INT)
        rest = _write(step, primitives.insert, buffer, at, bar)
    close(step, rest, entry.put_in(item))


@reverses(primitives.insert)
def _reverse_insert(step: StructuralStep) -> None:
    if is_idle(step):
        return
    t = step.t
    buffer, entry = open_buffer(step)
    at = step.args()[-2]
    if constant(at) != 0:
        n = t.spec.apply(operator.sub, [_length_of(step, buffer), Const(1)])
        at = t.spec.emit(runtime.position, [at, n], None, INT)
    bar, rest = taken(step, primitives.pop, buffer, at)
    step.hand_over(step.op.args[-1], entry.taken_out(bar))
    close(step, rest, entry)


@reverses(primitives.extend)
def _reverse_extend(step: StructuralStep) -> None:
    if is_idle(step):
        return
    t = step.t
    buffer, entry = open_buffer(step)
    start = t.spec.apply(operator.sub, [_length_of(step, buffer), _length(step, step.args()[-1])])
    tail = t.spec.apply(slice, [start, Const(None), Const(None)])
    bars, rest = taken(step, primitives.set_slice, buffer, tail, t.spec.apply(primitives.make_list, []), whole=True)
    step.contribute(len(step.op.args) - 1, bars)
    close(step, rest, entry)


@reverses(primitives.set_slice)
def _reverse_set_slice(step: StructuralStep) -> None:
    if is_idle(step):
        return
    t = step.t
    buffer, entry = open_buffer(step)
    before = t.resolve(step.op.results[0])
    there = _written_slice(step, buffer, before)
    if not step.is_active(0):
        step.contribute(len(step.op.args) - 1, t.spec.apply(operator.getitem, [followed(step.t, *buffer), there]))
        return
    bars, rest = taken(step, primitives.set_slice, buffer, there, _zeros(step, buffer, before), whole=True)
    step.contribute(len(step.op.args) - 1, bars)
    close(step, rest, entry)


def _zeros(step: StructuralStep, buffer: Buffer, before: Operand) -> Operand:
    """The zero cotangents of items that were in a list, also if they were none that have any."""
    zero = step.t.tangents.zero(before)
    if zero is not NONE:
        return zero
    kind = item_of(type_of_operand(buffer[0]), buffer[1])
    nothing = Const(0.0) if isinstance(kind, List) and is_scalar(kind.item) else NONE
    return step.t.tangents.comprehension(before, lambda _: nothing)


def _written_slice(step: StructuralStep, buffer: Buffer, before: Operand) -> Operand:
    """Where in the list what has been written to a slice is."""
    apply, (where, more) = step.t.spec.apply, step.args()[-2:]
    by = lists.step_of(step.t.definitions, step.op.args[-2])
    assert by is not None
    if by != 1:
        return where
    n, index = _length(step, more), constant(where)
    if isinstance(index, slice) and index.start in (None, 0):
        start: Operand = Const(0)
    else:
        length = _sum(step, apply(operator.sub, [_length_of(step, buffer), n]), _length(step, before))
        start = step.t.spec.emit(runtime.slice_start, [where, length], None, INT)
    return apply(slice, [start, _sum(step, start, n), Const(None)])


@reverses(primitives.reverse)
def _reverse_reverse(step: StructuralStep) -> None:
    if is_idle(step):
        return
    buffer, entry = open_buffer(step)
    close(step, _write(step, primitives.reverse, buffer), entry)


@reverses(primitives.permute)
def _reverse_permute(step: StructuralStep) -> None:
    if is_idle(step):
        return
    buffer, entry = open_buffer(step)
    back = step.t.spec.apply(runtime.inverse_permutation, [step.args()[-1]])
    close(step, _write(step, primitives.permute, buffer, back), entry)


@reverses(primitives.exchange)
def _reverse_exchange(step: StructuralStep) -> None:
    if is_idle(step):
        return
    buffer, entry = open_buffer(step)
    close(step, _write(step, primitives.exchange, buffer, *step.args()[-2:]), entry)
