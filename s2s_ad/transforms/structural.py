"""The steps for calls that make a structure or take it apart: tuples, lists, dicts, objects, indexing, unpacking."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee, path_of
from s2s_ad.analysis.indexing import index_parts, names_each_once
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.places import RESHAPING
from s2s_ad.analysis.tables import entering
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, If, Operand, Star, Value
from s2s_ad.ir.types import (
    BOOL,
    UNKNOWN,
    Array,
    Deque,
    Dict,
    List,
    Map,
    Number,
    Record,
    Tuple,
    Type,
    Unknown,
    holds_unknown,
    is_differentiable,
    part_type,
    without_none,
)
from s2s_ad.transforms.cotangent_types import cotangent_type, has_all_keys, static_parts
from s2s_ad.transforms.scopes import ITSELF, WHOLE
from s2s_ad.transforms.steps import CallStep, missing_rule
from s2s_ad.transforms.views import in_cotangent, is_array, origin

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform

Reverse = Callable[["StructuralStep"], None]
STRUCTURAL: dict[Any, Reverse] = {}
reverses = entering(STRUCTURAL)  # decorates the reverse half of functions


@dataclass(eq=False)
class StructuralStep(CallStep):
    """A call that makes a structure or takes it apart.

    `replaced` is the container in a list or dict that another one replaces, or None under a key that was not there;
    `inner` an array in a dict, to a part of which it writes.
    """

    is_linear: ClassVar[bool] = True
    how: Reverse
    replaced: Operand | None = None
    inner: Operand | None = None

    def reverse(self) -> None:
        """Do what the table says, unless nothing is differentiated of the part that is written to."""
        self.t.spec.span = self.op.span
        path = path_of(self.op)
        if path and not is_differentiable(item_of(self.op.results[-1].type, path)):
            self._pass_on()
        else:
            self.how(self)

    def _pass_on(self) -> None:
        """The cotangent of what was written to is that of what it was before."""
        t, target = self.t, self.op.args[0]
        entry = t.scope.get(self.op.results[-1])
        if entry is not None:
            t.scope.take(self.op.results[-1])
            if isinstance(target, Value) and t.is_active(target):
                t.adopt(target, entry.operand, entry)


@reverses(primitives.make_tuple, primitives.make_list, primitives.MakeClosure)
def _reverse_make(step: StructuralStep) -> None:
    bar = step.take()
    if bar is None:
        return
    parts = step.t.spec.static_items(bar) or []
    for i in range(len(step.op.args)):
        if step.is_active(i):
            step.contribute(i, parts[i] if parts else step.t.spec.apply(operator.getitem, [bar, Const(i)]))


@reverses(primitives.MakeObject)
def _reverse_make_object(step: StructuralStep) -> None:
    bar = step.take()
    if bar is None:
        return
    t = step.op.results[0].type
    keys = t.names if isinstance(t, Record) else range(len(step.op.args))
    for i, key in enumerate(keys):
        if step.is_active(i):
            step.contribute(i, step.t.spec.apply(operator.getitem, [bar, Const(key)]))


@reverses(primitives.make_dict)
def _reverse_make_dict(step: StructuralStep) -> None:
    bar = step.take()
    if bar is None:
        return
    for i in range(1, len(step.op.args), 2):
        if step.is_active(i):
            step.contribute(i, step.t.spec.apply(operator.getitem, [bar, step.args()[i - 1]]))


@reverses(primitives.present, runtime.not_none)
def _reverse_present(step: StructuralStep) -> None:
    t, result, value = step.t, step.op.results[0], step.op.args[0]
    entry = t.scope.get(result)
    if entry is None:
        return
    operand = t.tangents.complete(entry.operand, t.resolve(result))
    t.scope.take(result)
    if isinstance(value, Value) and t.is_active(value):
        t.adopt(value, operand, entry)


@reverses(
    runtime.as_in_place, runtime.immutable, runtime.array_with, runtime.no_object, runtime.no_property,
    runtime.real_power,
)  # fmt: skip
def _reverse_immutable(step: StructuralStep) -> None:
    bar = step.take()
    if bar is not None:
        step.contribute(0, bar)


@reverses(list, tuple)
def _reverse_convert(step: StructuralStep) -> None:
    bar = step.take()
    if bar is None or not step.op.args:
        return
    items = step.args()[0]
    if isinstance(type_of_operand(items), Unknown):
        bar = step.t.spec.apply(runtime.of_items, [bar, items])
    elif not isinstance(type_of_operand(items), (List, Tuple, Deque)):
        raise missing_rule(step.op)
    step.contribute(0, bar)


def sequence_arithmetic(fn: Any, op: Call) -> Reverse | None:
    """The reverse half of `+` and `*` where they join and repeat lists or tuples, or may do so."""
    if fn not in (operator.add, operator.mul):
        return None
    result = op.results[0].type
    if isinstance(result, (List, Tuple)):
        return _reverse_concatenation if fn is operator.add else _reverse_repetition
    types = [type_of_operand(a) for a in op.args if not isinstance(a, Star)]
    surely_numbers = isinstance(result, (Number, Array)) or all(isinstance(t, (Number, Array)) for t in types)
    return None if surely_numbers else _reverse_unknown


def _reverse_unknown(step: StructuralStep) -> None:
    """`+` or `*` of what may be numbers, arrays, lists or tuples: the operands tell when the program runs."""
    bar = step.take()
    if bar is None:
        return
    t = step.t
    helper = runtime.sum_cotangents if callee(step.op) is operator.add else runtime.product_cotangents
    bar = t.tangents.complete(bar, t.resolve(step.op.results[0]))
    both = t.spec.emit(helper, [bar, *step.args()], None, Tuple((UNKNOWN, UNKNOWN)))
    for i in (0, 1):
        if step.is_active(i):
            step.contribute(i, t.spec.emit(operator.getitem, [both, Const(i)], None, UNKNOWN))


def _reverse_concatenation(step: StructuralStep) -> None:
    bar = step.take()
    if bar is None:
        return
    spec = step.t.spec
    bar = step.t.tangents.complete(bar, step.t.resolve(step.op.results[0]))
    cut = spec.apply(len, [step.args()[0]])
    for i, bounds in ((0, [Const(None), cut]), (1, [cut, Const(None)])):
        if step.is_active(i):
            part = spec.apply(slice, [*bounds, Const(None)])
            step.contribute(i, spec.apply(operator.getitem, [bar, part]))


def _reverse_repetition(step: StructuralStep) -> None:
    bar = step.take()
    if bar is None:
        return
    t = step.t
    i = 0 if step.is_active(0) else 1
    items = step.args()[i]
    bar = t.tangents.complete(bar, t.resolve(step.op.results[0]))
    folded = t.spec.emit(runtime.unrepeat, [bar, items], None, cotangent_type(type_of_operand(items)))
    step.contribute(i, folded)


@reverses(zip, enumerate, reversed, range)
def _reverse_iterable(step: StructuralStep) -> None:
    if step.take() is not None:
        raise missing_rule(step.op)


@reverses(operator.getitem)
def _reverse_getitem(step: StructuralStep) -> None:
    bar = step.take()
    t, primal = step.t, step.op.args[0]
    if isinstance(primal, Value) and primal in t.partitions and step.is_active(0):
        _collect_piece(step, primal, bar)
        return
    if bar is None or not step.is_active(0):
        if bar is not None and _is_float_index(step):
            raise missing_rule(step.op)
        return
    obj, index = step.args()
    kind = type_of_operand(obj)
    assert isinstance(primal, Value)
    if static_parts(kind) is not None and isinstance(index, Const) and not isinstance(index.value, bool):
        if isinstance(index.value, slice) or not _scatter_in_item(step, kind, index, bar):
            _contribute_part(step, kind, index.value, bar)
        return
    if isinstance(kind, (List, Deque)):
        _scatter_in_list(step, primal, index, bar)
        return
    if isinstance(kind, Map):
        _scatter_in_map(step, primal, index, bar)
        return
    if isinstance(kind, Dict) and isinstance(step.op.results[0].type, (Number, Array)):
        _scatter_in_dict(step, primal, index, bar)
        return
    if isinstance(kind, Array) and kind.axes == ():
        t.contribute(primal, bar)
        return
    if isinstance(kind, Array):
        _scatter_in_array(step, primal, index, bar)
        return
    t.contribute(primal, t.spec.emit(runtime.scatter, [bar, index, obj], None, UNKNOWN))


def _is_float_index(step: StructuralStep) -> bool:
    """Whether what is looked up, in something that carries no derivative, may do so itself, as in `np.r_[x, y]`.

    What is not known, and is looked up in an array or a list, is an index.
    """
    base, index = map(type_of_operand, step.args())
    is_index = holds_unknown(index) and isinstance(base, (Array, List, Tuple, Deque, Dict, Map, Unknown))
    return step.is_active(1) and is_differentiable(index) and not is_index


def _scatter_in_array(step: StructuralStep, primal: Value, index: Operand, bar: Operand) -> None:
    """`y = x[i]`: x̄[i] += ȳ. Where x is a view of another array, the cotangent of that is written to at once."""
    t = step.t
    scatter = primitives.scatter_add if is_fancy(index, t) else primitives.accumulate
    step.inner = _in_dict(t, primal)
    primal, path = origin(t, primal, step.op.results[0])
    indices = [*path, index]
    buffer = with_keys(step, t.buffer(primal, much_of(primal, path)), primal, path)
    buffer = laid_out(step, buffer, indices)
    t.rewrite(primal, t.spec.emit(scatter, [buffer, *indices, bar], None, type_of_operand(buffer)))


def much_of(target: Value, path: list[Operand]) -> int:
    """How much of the cotangent of `target` has to be ours for a write by a path."""
    return WHOLE if path and isinstance(target.type, (List, Map)) else ITSELF


def item_of(t: Type, indices: Sequence[Operand]) -> Type:
    """The type of what indices lead to in structures, or in their cotangents; an array is the end of it."""
    for index in in_cotangent(indices):
        t = without_none(t)
        part = part_type(t, constant(index))
        if isinstance(t, (List, Map)):
            t = t.item if isinstance(part, Unknown) else part
        elif isinstance(t, (Record, Dict, Tuple)):
            t = part
        else:
            break
    return t


def followed(t: Transform, target: Operand, path: Sequence[Operand]) -> Operand:
    """What a path leads to in a primal, or in a buffer of cotangents."""
    for fn, args, kwargs in primitives.steps(path, constant):
        kind = type_of_operand(target)
        if isinstance(kind, Map):  # which has the key, whatever it does where it lacks one
            target = t.spec.emit(fn, [target, *args], None, kind.item)
        else:
            target = t.spec.apply(fn, [target, *args], kwargs)
    return target


def late_key(t: Type, path: Sequence[Operand]) -> list[Operand] | None:
    """How a path leads to what is in a dict whose cotangent need not have all keys; None if it goes through no such."""
    for depth in range(len(path)):
        if isinstance(t, Map) and not has_all_keys(t):
            return list(path[: depth + 1])
        t = item_of(t, path[depth : depth + 1])
    return None


def laid_out(step: StructuralStep, buffer: Operand, indices: list[Operand]) -> Operand:
    """The buffer of an array, in an order of elements in which to reshape it is to view it, where that is done."""
    reshapes = any(fn in RESHAPING for fn, _, _ in primitives.steps(indices, constant))
    if not reshapes or not isinstance(type_of_operand(buffer), Array):
        return buffer
    spec = step.t.spec
    made = spec.definitions.get(buffer)  # type: ignore[arg-type]
    while made is not None and callee(made) in primitives.IN_PLACE:
        made = spec.definitions.get(made.args[0])  # type: ignore[arg-type]
    is_done = made is not None and callee(made) is np.ascontiguousarray
    return buffer if is_done else spec.apply(np.ascontiguousarray, [buffer])


def taking(fn: Any, op: Call) -> Reverse | None:
    """The reverse half of `np.take` where it is `a[:, …, indices]` in other words."""
    if fn is not np.take or len(op.args) < 2 or not {name for name, _ in op.kwargs} <= {"axis"}:
        return None
    a, indices, *rest = op.args
    kind, index = type_of_operand(a), type_of_operand(indices)  # type: ignore[arg-type]
    axis: Any = constant(rest[0] if rest else dict(op.kwargs).get("axis", Const(None)), default=...)  # type: ignore[arg-type]
    if not isinstance(kind, Array) or not kind.axes or len(rest) > 1 or axis is ...:
        return None
    if not isinstance(index, Array) or index.axes is None or index.dtype is None or index.dtype.kind not in "iu":
        return None
    if axis is None:
        return functools.partial(_reverse_take, axis=0) if len(kind.axes) == 1 else None
    known = type(axis) is int and -len(kind.axes) <= axis < len(kind.axes)
    return functools.partial(_reverse_take, axis=axis % len(kind.axes)) if known else None


def _reverse_take(step: StructuralStep, axis: int) -> None:
    bar = step.take()
    if bar is None:
        return
    primal, t = step.op.args[0], step.t
    assert isinstance(primal, Value)
    index = step.args()[1]
    if axis:
        index = t.spec.apply(primitives.make_tuple, [*(Const(slice(None)),) * axis, index])
    _scatter_in_array(step, primal, index, t.tangents.complete(bar, t.resolve(step.op.results[0])))


@reverses(getattr)
def _reverse_getattr(step: StructuralStep) -> None:
    obj, name, *default = step.args()
    kind = type_of_operand(obj)
    if not isinstance(kind, Record) or not isinstance(name, Const) or default:
        raise missing_rule(step.op)
    entry = step.t.scope.get(step.op.results[0])
    bar = step.take()
    if bar is None or entry is None or not step.is_active(0) or _scatter_in_item(step, kind, name, bar):
        return
    obj_bar = step.t.tangents.one_part(kind, kind.names.index(name.value), bar)
    step.hand_over(step.op.args[0], entry.shared_out([bar], obj_bar))


def _scatter_in_item(step: StructuralStep, kind: Type, key: Operand, bar: Operand) -> bool:
    """`y = ps[i].k`: p̄s[i].k += ȳ at once; tells whether that is done, as it is where p is in a list or dict."""
    t, part, whole = step.t, step.op.results[0], step.op.args[0]
    in_place = is_array(part)
    if not isinstance(whole, Value) or isinstance(kind, Tuple):
        return False
    primal, path = origin(t, whole, part)
    if not path or not isinstance(primal.type, (List, Map)):
        return False
    buffer, path = t.buffer(primal, WHOLE), [*path, key]
    bar = t.tangents.complete(bar, t.resolve(part))
    if in_place:
        version = t.spec.emit(
            primitives.accumulate, [buffer, *path, Const(Ellipsis), bar], None, type_of_operand(buffer)
        )
    else:
        total = t.tangents.add(followed(step.t, buffer, path), bar, part.type)
        version = t.spec.emit(primitives.store, [buffer, *path, total], None, type_of_operand(buffer))
    t.rewrite(primal, version)
    return True


def is_fancy(index: Operand, t: Transform) -> bool:
    """Whether an index may name one element twice: not all of it surely is a number, a slice, None or a mask."""
    return not all(map(names_each_once, index_parts(index)))


def _contribute_part(step: StructuralStep, kind: Any, index: Any, bar: Operand) -> None:
    t = step.t
    if isinstance(kind, Dict):
        step.contribute(0, t.tangents.one_part(kind, kind.keys.index(index), bar))
    elif isinstance(index, slice):
        n = len(kind.items)
        parts: list[Operand] = [Const(None)] * n
        part = step.op.results[0].type
        for i, piece in zip(range(*index.indices(n)), t.tangents.parts_of_cotangent(bar, part), strict=True):
            parts[i] = piece
        step.contribute(0, t.tangents.rebuild(kind, parts))
    else:
        step.contribute(0, t.tangents.one_part(kind, index, bar))


def _collect_piece(step: StructuralStep, primal: Value, bar: Operand | None) -> None:
    """Keep the cotangent of a piece of a list; the first piece in the program is the last to come, and joins all."""
    t, whole = step.t, step.t.partitions[primal]
    if bar is not None:
        t.pieces[step.op] = t.tangents.complete(bar, t.resolve(step.op.results[0]))
    if step.op is whole.first and any(p in t.pieces for p in whole.pieces):
        parts = [_piece_of_list(t, piece) for piece in whole.pieces]
        t.contribute(primal, functools.reduce(lambda a, b: t.spec.apply(operator.add, [a, b]), parts))


def _piece_of_list(t: Transform, piece: Call) -> Operand:
    """The cotangent of a piece, as a list."""
    bar = t.pieces.get(piece) or t.tangents.zero(t.resolve(piece.results[0]))
    is_item = isinstance(piece.args[1], Const) and isinstance(piece.args[1].value, int)
    return t.spec.apply(primitives.make_list, [bar]) if is_item else bar


def _scatter_in_list(step: StructuralStep, primal: Value, index: Operand, bar: Operand) -> None:
    """`y = xs[i]`: x̄s[i] += ȳ. Where xs is an item of a list, the cotangent of that is written to at once."""
    t, part = step.t, step.op.results[0]
    primal, path = origin(t, primal, part)
    buffer = t.buffer(primal, much_of(primal, path))
    kind, bar = type_of_operand(buffer), t.tangents.complete(bar, t.resolve(part))
    before = t.spec.apply(operator.getitem, [followed(step.t, buffer, path), index])
    total = t.tangents.add(before, bar, part.type)
    t.rewrite(primal, t.spec.emit(primitives.store, [buffer, *path, index, total], None, kind))


def _scatter_in_dict(step: StructuralStep, primal: Value, key: Operand, bar: Operand) -> None:
    """`y = d[k]`: d̄[k] += ȳ. The keys of d are known, but for which this one is."""
    t, part = step.t, step.op.results[0]
    buffer = t.buffer(primal)
    before = t.spec.apply(operator.getitem, [buffer, key])
    total = t.tangents.add(before, t.tangents.complete(bar, t.resolve(part)), part.type)
    t.rewrite(primal, t.spec.emit(primitives.put, [buffer, key, total], None, type_of_operand(buffer)))


def _scatter_in_map(step: StructuralStep, primal: Value, key: Operand, bar: Operand) -> None:
    """`y = d[k]`: d̄[k] += ȳ, where a d̄ without the key has zero there.

    Where d is an item of a list or dict, the cotangent of that is written to at once.
    """
    t, part = step.t, step.op.results[0]
    primal, path = origin(t, primal, part)
    buffer = t.buffer(primal, much_of(primal, path))
    before = t.tangents.under(followed(step.t, buffer, path), key, part.type)
    total = t.tangents.add(before, t.tangents.complete(bar, t.resolve(part)), part.type)
    t.rewrite(primal, t.spec.emit(primitives.put, [buffer, *path, key, total], None, type_of_operand(buffer)))


def _in_dict(t: Transform, view: Operand) -> Operand | None:
    """The array in a dict with late keys that a value is a view of."""
    while isinstance(view, Value) and (made := t.definitions.get(view)) is not None and made.args:
        base = made.args[0]
        if isinstance(base, Value) and isinstance(base.type, Map):
            return t.resolve(view)
        view = base  # type: ignore[assignment]
    return None


def with_keys(step: StructuralStep, buffer: Operand, primal: Value, path: list[Operand]) -> Operand:
    """A buffer with zeros for the arrays in dicts through which a path leads, and which it may lack."""
    found = late_key(primal.type, path)
    return buffer if found is None else _with_key(step, buffer, found)


def _with_key(step: StructuralStep, buffer: Operand, path: list[Operand]) -> Operand:
    t, (*before, key), name = step.t, path, getattr(buffer, "name", None)
    test = t.spec.emit(operator.contains, [followed(step.t, buffer, before), key], None, BOOL)
    with t.spec.region() as ops:
        assert step.inner is not None
        zero = t.tangents.zero(step.inner)
        version = t.spec.emit(primitives.put_new, [buffer, *path, zero], None, type_of_operand(buffer), name)
    result = Value(name, type_of_operand(buffer))
    sides = Block((), (), (buffer,)), Block((), tuple(ops), (version,))
    t.spec.ops.append(If((result,), test, *sides, span=step.op.span))
    return result


@reverses(primitives.Unpack)
def _reverse_unpack(step: StructuralStep) -> None:
    t = step.t
    t.spec.span = step.op.span
    bars = [t.take(r) for r in step.op.results]
    if all(b is None for b in bars) or not step.is_active(0):
        return
    primal = step.op.args[0]
    assert isinstance(primal, Value)
    kind = primal.type
    shape = callee(step.op)
    if isinstance(kind, Array) and shape.after is None:
        for i, bar in enumerate(bars):
            if bar is not None:
                buffer = t.buffer(primal)
                new = t.spec.emit(primitives.accumulate, [buffer, Const(i), bar], None, type_of_operand(buffer))
                t.rewrite(primal, new)
        return
    if isinstance(kind, Tuple):
        t.contribute(primal, t.tangents.rebuild(kind, [Const(None) if b is None else b for b in bars]))
        return
    full = [t.tangents.complete(b or Const(None), t.resolve(r)) for b, r in zip(bars, step.op.results, strict=True)]
    t.contribute(primal, _joined(t, full, shape))


def _joined(t: Transform, bars: list[Operand], shape: primitives.Unpack) -> Operand:
    """The cotangent of a list from those of the targets it was unpacked into."""
    if shape.after is None:
        return t.spec.apply(primitives.make_list, bars)
    middle = shape.before
    before = t.spec.apply(primitives.make_list, bars[:middle])
    after = t.spec.apply(primitives.make_list, bars[middle + 1 :])
    return t.spec.apply(operator.add, [t.spec.apply(operator.add, [before, bars[middle]]), after])
