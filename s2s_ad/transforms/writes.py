"""The steps for writes in place to arrays and lists: `x[i] = v`, `x[i] += v`, `np.add.at`, `xs.append(v)`."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.places import is_basic
from s2s_ad.analysis.statics import same
from s2s_ad.analysis.typing import result_type
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Operand, Value
from s2s_ad.ir.types import UNKNOWN, Array, List, Number, Unknown, is_scalar
from s2s_ad.transforms.scopes import Entry
from s2s_ad.transforms.structural import StructuralStep, is_fancy, laid_out, reverses

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


@reverses(primitives.append)
def _reverse_append(step: StructuralStep) -> None:
    t = step.t
    t.spec.span = step.op.span
    result, items = step.op.results[0], step.op.args[0]
    entry = t.scope.get(result)
    if entry is None:
        return
    buffer = t.buffer(result)
    entry = t.scope.get(result)
    assert entry is not None
    kind = type_of_operand(buffer)
    item_bar, rest = Value(None, kind.item if isinstance(kind, List) else UNKNOWN), Value(None, kind)
    t.spec.ops.append(Call((item_bar, rest), Const(primitives.pop), (buffer,), span=step.op.span))
    t.scope.take(result)
    step.contribute(1, item_bar)
    if isinstance(items, Value) and t.is_active(items):
        rest.name = getattr(buffer, "name", None)
        t.adopt(items, rest, entry)


@reverses(primitives.store, primitives.keep_item)
def _reverse_store(step: StructuralStep) -> None:
    """`x[i] = v`: v̄ += x̄[i]; x̄[i] = 0."""
    t = step.t
    result, target = step.op.results[0], step.op.args[0]
    if t.scope.get(result) is None:
        return
    buffer = t.buffer(result)
    entry = t.scope.get(result)
    assert entry is not None
    indices = step.args()[1:-1]
    buffer = laid_out(step, buffer, indices)
    added = _added(step)
    if added is not None:
        _reverse_added(step, entry, buffer, *added)
        return
    is_whole = len(indices) == 1 and constant(indices[0]) is Ellipsis
    item = len(step.op.args) - 1
    item_bar = buffer if is_whole else _stored_cotangent(step, buffer, indices) if step.is_active(item) else None
    t.scope.take(result)
    if not is_whole and isinstance(target, Value) and t.is_active(target):
        in_array = isinstance(_innermost(target.type, len(indices)), Array)
        zero = Const(0.0) if in_array else t.tangents.zero(step.replaced or step.args()[-1])
        rest = _cleared(step, buffer, indices, zero)
        t.adopt(target, t._named(rest, target), entry)
    if item_bar is not None and step.is_active(item):
        step.contribute(item, item_bar, 0)


def replaced_item(t: Transform, op: Call) -> Operand | None:
    """The item of a list that a store replaces, which need not have the shape of the new one; None for numbers."""
    if callee(op) is not primitives.store or is_scalar(type_of_operand(op.args[-1])):  # type: ignore[arg-type]
        return None
    target, *indices, _ = (t.resolve(a) for a in op.args)  # type: ignore[arg-type]
    kind = _innermost(type_of_operand(target), len(indices))
    if not isinstance(kind, List) or is_scalar(kind.item) or not all(map(t.is_active, op.results)):
        return None
    for fn, args, kwargs in primitives.steps(indices, constant):
        target = t.spec.apply(fn, [target, *args], kwargs)
    return target


@reverses(primitives.scatter_add)
def _reverse_scatter_add(step: StructuralStep) -> None:
    """`np.add.at(x, i, v)`: v̄ += x̄[i], and x̄ stays as it is."""
    t = step.t
    result, target = step.op.results[0], step.op.args[0]
    if t.scope.get(result) is None:
        return
    buffer = t.buffer(result)
    entry = t.scope.get(result)
    assert entry is not None
    t.scope.take(result)
    assert isinstance(target, Value)
    if t.is_active(target):
        t.adopt(target, buffer, entry)
    item = len(step.op.args) - 1
    if step.is_active(item):
        *path, index = step.args()[1:-1]
        found = t.spec.apply(operator.getitem, [_followed(step, buffer, path), index])
        is_view = is_basic(index) and not isinstance(type_of_operand(found), Number)
        step.contribute(item, t.spec.apply(np.array, [found]) if is_view else found, 0)


def _followed(step: StructuralStep, buffer: Operand, path: list[Operand]) -> Operand:
    """What a path leads to in a buffer."""
    for fn, args, kwargs in primitives.steps(path, constant):
        buffer = step.t.spec.apply(fn, [buffer, *args], kwargs)
    return buffer


def _added(step: StructuralStep) -> tuple[Any, Value] | None:
    """`+` or `-` and v where a store is `x[i] = x[i] + v` or `x[i] = x[i] - v`, and x carries a cotangent."""
    t, target, item = step.t, step.op.args[0], step.op.args[-1]
    if len(step.op.args) != 3 or not isinstance(item, Value) or not isinstance(target.type, Array):  # type: ignore[union-attr]
        return None
    made = t.definitions.get(item)
    if made is None or callee(made) not in (operator.add, operator.sub) or is_fancy(step.args()[1], t):
        return None
    for read, added in ((0, 1), (1, 0)) if callee(made) is operator.add else ((0, 1),):
        value = made.args[added]
        if _reads(t, made.args[read], target, step.op.args[1]) and isinstance(value, Value) and step.is_active(0):
            return callee(made), value
    return None


def _reads(t: Transform, operand: Any, target: Any, index: Any) -> bool:
    """Whether `operand` is `target[index]`, as it is before the write."""
    made = t.definitions.get(operand) if isinstance(operand, Value) else None
    if made is None or callee(made) is not operator.getitem or made.args[0] is not target:
        return False
    return same(made.args[1], index)  # type: ignore[arg-type]


def _reverse_added(step: StructuralStep, entry: Entry, buffer: Operand, how: Any, value: Value) -> None:
    """`x[i] += v`: v̄ += x̄[i], and x̄ stays as it is."""
    t, target = step.t, step.op.args[0]
    assert isinstance(target, Value)
    t.scope.take(step.op.results[0])
    t.adopt(target, buffer, entry)
    if t.is_active(value):
        bar = _stored_cotangent(step, buffer, step.args()[1:-1])
        step.give(value, bar if how is operator.add else t.spec.apply(operator.neg, [bar]), 0)


def _cleared(step: StructuralStep, buffer: Operand, indices: list[Operand], zero: Operand) -> Value:
    """The buffer with zero at the place that was written to; an item of a list of ours may be someone else's too."""
    spec, kind = step.t.spec, type_of_operand(buffer)
    if len(indices) > 1 and isinstance(kind, List):
        item = spec.apply(operator.getitem, [buffer, indices[0]])
        copy: Any = np.array if isinstance(type_of_operand(item), Array) else list
        own = laid_out(step, spec.apply(copy, [item]), indices[1:])
        zero = _cleared(step, own, indices[1:], zero)
        indices = indices[:1]
    return spec.emit(primitives.store, [buffer, *indices, zero], None, kind)


def _innermost(t: Any, depth: int) -> Any:
    """The type of what is written to by the last of `depth` indices."""
    while isinstance(t, List) and depth > 1:
        t, depth = t.item, depth - 1
    return t


def _stored_cotangent(step: StructuralStep, buffer: Operand, indices: list[Operand]) -> Operand:
    """What the buffer has at the place that was written to, as a value of its own."""
    spec = step.t.spec
    inner = _followed(step, buffer, indices[:-1])
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
