"""Cotangents as values of the IR: their types, zeros, sums, and the projection on the space of the primal.

The cotangent of a tuple, a dict or a closure is a tuple or dict of those of its parts, with None for a part that has
none (no tangent space, or nothing has contributed yet). That of a list is a list with a cotangent for every item. That
of a dict whose keys are known only at run time is a dict with some of the keys, and is zero at the others, or with all
of them where it holds containers.
"""

from __future__ import annotations

import operator
from collections import abc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.broadcasting import reduction_to, same_length
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.lengths import without_names
from s2s_ad.analysis.operands import as_array, constant, type_of_operand
from s2s_ad.analysis.sharing import kinds, makes_new
from s2s_ad.analysis.specialize import Specializer
from s2s_ad.analysis.statics import same
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, For, If, Operand, Value
from s2s_ad.ir.types import (
    UNKNOWN,
    Array,
    Closure,
    Deque,
    Dict,
    Instance,
    Iterable,
    List,
    Map,
    Maybe,
    Never,
    Number,
    Record,
    Tuple,
    Type,
    Unknown,
    is_differentiable,
    is_scalar,
    join,
)
from s2s_ad.transforms.cotangent_types import (
    cotangent_type,
    fits,
    has_all_keys,
    has_rows,
    is_exact,
    is_narrower,
    keys_of,
    kinds_of_parts,
    parts_like,
    static_parts,
    with_core,
)
from s2s_ad.transforms.ownership import Ownership, is_immutable

NONE = Const(None)
_NOTHING = Instance(type(None))


class Tangents:
    """Writes the code that makes and combines cotangents."""

    def __init__(self, spec: Specializer) -> None:
        self.spec = spec
        self.owned: set[Operand] = set()
        self.given: set[Operand] = set()
        self.finished: list[Operand] = []  # the results so far
        self.pending: Callable[[], abc.Iterable[Operand]] = tuple  # the cotangents that are still to be finished

    def call(self, fn: Any, *args: Operand, **kwargs: Operand) -> Operand:
        """Emit a typed call."""
        return self.spec.apply(fn, list(args), kwargs)

    def zero(self, value: Operand, kind: Type = UNKNOWN) -> Operand:
        """The zero cotangent of a primal. `kind`: of what it is an item, if it is that of a list of known items.

        An index that is known late may lead to any of these, so that an int among floats has a cotangent as these have.
        """
        t = type_of_operand(value)
        if not is_differentiable(t) and isinstance(t, List) and isinstance(kind, List) and is_differentiable(kind):
            if isinstance(t.item, Never):
                return self.call(primitives.make_list)
            return self.comprehension(value, lambda item: self.zero(item, kind.item))
        if not is_differentiable(t):
            return self._nothing(kind)
        if is_scalar(t):
            return Const(0.0)
        if isinstance(value, Value) and value.unbound:
            return self._of_unbound(NONE, value, t, kind)
        match t:
            case Array():
                return self.call(np.zeros_like, value)
            case _ if static_parts(t) is not None:
                return self.rebuild(t, list(map(self.zero, self.parts(value), kinds_of_parts(t, kind))))
            case List() | Deque():
                return self.comprehension(value, self.zero)
            case Map():
                return self._zero_of_map(value, t)
            case Maybe():
                return self.spec.emit(runtime.zeros_like, [value], None, cotangent_type(t))
        return self.call(runtime.zeros_like, value)

    def _nothing(self, kind: Type) -> Operand:
        """The zero cotangent of what has none itself, among others that have one of this type."""
        if is_scalar(kind) and is_differentiable(kind):
            return Const(0.0)
        if isinstance(kind, Map) and is_differentiable(kind):
            return self.spec.emit(primitives.make_dict, [], None, cotangent_type(kind))
        if not isinstance(kind, (Record, Dict, Tuple)) or not is_differentiable(kind):
            return NONE
        return self.rebuild(kind, list(map(self._nothing, static_parts(kind) or ())))

    def _zero_of_map(self, value: Operand, t: Map) -> Operand:
        start = self.spec.emit(primitives.make_dict, [], None, cotangent_type(t))
        if not has_all_keys(t):
            return start

        def put(total: Value, key: Value) -> Operand:
            zero = self.zero(self.spec.emit(operator.getitem, [value, key], None, t.item))
            return self.spec.emit(primitives.put_new, [total, key, zero], None, total.type)

        return self._over_keys(value, start, put)

    def _over_keys(self, keys: Operand, start: Operand, step: Callable[[Value, Value], Operand]) -> Operand:
        """What becomes of the dict `start` when `step` is done for each of the keys."""
        kind = type_of_operand(start)
        assert isinstance(kind, Map)
        key, total = Value(None, kind.key), Value(None, kind)
        with self.spec.region() as ops:
            version = step(total, key)
        result = Value(None, kind)
        body = Block((key, total), tuple(ops), (Const(False), version))
        self.spec.ops.append(For((result,), keys, (start,), body, span=self.spec.span))
        return result

    def _of_unbound(self, x_bar: Operand, value: Value, t: Type, kind: Type, *path: Operand) -> Operand:
        """The cotangent of (a part of) what may not be bound, completed; zeros of arrays and the like may be None."""
        if not is_differentiable(t) and (is_scalar(t) or not is_differentiable(kind)):
            return self._nothing(kind)
        types = None if isinstance(t, Closure) or not is_differentiable(t) else static_parts(t)
        if types is None:
            if constant(x_bar, default=0) is not None:
                return x_bar
            if is_scalar(t):
                return Const(0.0)
            known = cotangent_type(t if is_differentiable(t) else kind)
            return self.spec.emit(runtime.zeros_like, [value, *path], None, known)
        is_none = constant(x_bar, default=0) is None
        bars = [NONE] * len(types) if is_none else self.parts_of_cotangent(x_bar, t)
        keys = t.keys if isinstance(t, Dict) else t.names if isinstance(t, Record) else range(len(types))
        rows = zip(bars, types, kinds_of_parts(t, kind), keys, strict=True)
        return self.rebuild(t, [self._of_unbound(bar, value, part, k, *path, Const(key)) for bar, part, k, key in rows])

    def parts(self, value: Operand) -> list[Operand]:
        """The parts of a tuple, a dict or a closure, or of the cotangent of one."""
        t = type_of_operand(value)
        if isinstance(value, Const):
            return [Const(v) for v in (value.value.values() if isinstance(t, Dict) else value.value)]
        if isinstance(t, Closure):
            return list(self.spec.captured_by(value))
        if isinstance(t, Dict):
            return [self.call(operator.getitem, value, Const(k)) for k in t.keys]
        if isinstance(t, Record):
            return [self.call(getattr, value, Const(k)) for k in t.names]
        return self.spec.items(value)

    def parts_of_cotangent(self, x_bar: Operand, t: Type) -> list[Operand]:
        """The parts of the cotangent of a primal of type `t`, whose structure may be known only from the latter."""
        c = type_of_operand(x_bar)
        if isinstance(c, Dict) and isinstance(t, (Dict, Record)):
            return [self.call(operator.getitem, x_bar, Const(k)) if k in c.keys else NONE for k in keys_of(t)]
        if isinstance(c, (Tuple, Dict)) or self.spec.static_items(x_bar) is not None:
            return self.parts(x_bar)
        pairs = zip(keys_of(t), static_parts(t) or (), strict=True)
        return [self.spec.emit(operator.getitem, [x_bar, Const(k)], None, cotangent_type(p)) for k, p in pairs]

    def rebuild(self, t: Type, parts: list[Operand]) -> Operand:
        """The cotangent of a value of type `t` from those of its parts."""
        if isinstance(t, (Dict, Record)):
            return self.call(
                primitives.make_dict, *(x for k, p in zip(keys_of(t), parts, strict=True) for x in (Const(k), p))
            )
        if isinstance(t, List):
            return self.call(primitives.make_list, *parts)
        return self.call(primitives.make_tuple, *parts)

    def one_part(self, t: Type, index: int, part: Operand) -> Operand:
        """A cotangent that is nothing but in one part."""
        n = len(static_parts(t) or ())
        return self.rebuild(t, [part if i == index % n else NONE for i in range(n)])

    def complete(self, x_bar: Operand, x: Operand, kind: Type = UNKNOWN) -> Operand:
        """`x_bar` with zeros for the parts of `x` to which nothing has contributed; `kind` as of `zero`."""
        t = type_of_operand(x)
        if x_bar is NONE or constant(x_bar, default=0) is None:
            return self.zero(x, kind)
        types = static_parts(t)
        if types is None or not is_differentiable(t):
            return x_bar
        if isinstance(type_of_operand(x_bar), Map):
            return self.project(x_bar, x)
        if isinstance(x, Value) and x.unbound and not isinstance(t, Closure):
            return self._of_unbound(x_bar, x, t, kind)
        bars, primals = self.parts_of_cotangent(x_bar, t), self.parts(x)
        full = list(map(self.complete, bars, primals, kinds_of_parts(t, kind)))
        if all(a is b for a, b in zip(bars, full, strict=True)):
            return x_bar
        return self.rebuild(t, full)

    def add(self, a: Operand, b: Operand, t: Type) -> Operand:
        """The sum of two cotangents of a primal of type `t`."""
        if constant(a, default=0) is None:
            return b
        if constant(b, default=0) is None:
            return a
        if isinstance(t, Maybe):
            return self.spec.emit(runtime.add, [a, b], None, cotangent_type(t))
        if not is_differentiable(t):
            return NONE
        match t:
            case Number("real" | "number") if not is_scalar(type_of_operand(a)) or not is_scalar(type_of_operand(b)):
                return self.call(runtime.add, a, b)  # nothing has contributed to an int
            case Number() | Array():
                return self.call(operator.add, a, b)
            case _ if (parts := static_parts(t)) is not None:
                pairs = zip(self.parts_of_cotangent(a, t), self.parts_of_cotangent(b, t), parts, strict=True)
                return self.rebuild(t, [self.add(p, q, part) for p, q, part in pairs])
            case List(item) | Iterable(item) | Deque(item):
                return self._add_lists(a, b, item)
            case Map(_, item) if isinstance(type_of_operand(a), Map) and isinstance(type_of_operand(b), Map):
                return self._add_maps(a, b, item)
        return self.call(runtime.add, a, b)

    def _add_lists(self, a: Operand, b: Operand, item: Type) -> Operand:
        pairs = self.call(zip, a, b)

        def add_pair(pair: Value) -> Operand:
            p, q = self.spec.unpack(primitives.Unpack(2), pair)
            return self.add(p, q, item)

        return self.comprehension(pairs, add_pair)

    def _add_maps(self, a: Operand, b: Operand, item: Type) -> Operand:
        start = self.spec.emit(dict, [a], None, type_of_operand(a))

        def put(total: Value, key: Value) -> Operand:
            more = self.spec.emit(operator.getitem, [b, key], None, cotangent_type(item))
            sum_ = self.add(self.under(total, key, item), more, item)
            return self.spec.emit(primitives.put, [total, key, sum_], None, total.type)

        return self._over_keys(b, start, put)

    def under(self, x_bar: Operand, key: Operand, item: Type) -> Operand:
        """The cotangent of what is of type `item` and under a key, out of that of a dict with late keys."""
        if 1 in kinds(item):
            return self.spec.emit(operator.getitem, [x_bar, key], None, cotangent_type(item))
        kind = cotangent_type(item)
        if isinstance(kind, Array) and kind.axes != ():
            kind = Array(kind.dtype, None)  # or the number 0.0
        return self.spec.emit(primitives.lookup, [x_bar, key, plain_zero(item)], None, kind)

    def copy(self, x_bar: Operand, primal: Type, *, whole: bool) -> Operand:
        """A copy of a cotangent of such a primal, if `whole` with copies of the lists and arrays that are in a list."""
        t = type_of_operand(x_bar)
        if t == _NOTHING or is_immutable(t):
            return x_bar
        if isinstance(primal, Maybe):
            return self.spec.emit(runtime.copy_apart, [x_bar], None, t)
        inside = primal.item if isinstance(primal, (List, Map, Deque, Iterable)) else UNKNOWN
        if whole and isinstance(t, List) and t.item != _NOTHING and not is_immutable(t.item):
            return self.comprehension(x_bar, lambda item: self.copy(item, inside, whole=True))
        if whole and isinstance(t, (Dict, Tuple)):
            parts = self.parts(x_bar)
            known = parts_like(t, primal) or (UNKNOWN,) * len(parts)
            return self.rebuild(t, [self.copy(p, kind, whole=True) for p, kind in zip(parts, known, strict=True)])
        if whole and isinstance(t, Map) and not is_immutable(t.item):
            start = self.spec.emit(primitives.make_dict, [], None, t)

            def put(total: Value, key: Value) -> Operand:
                item = self.copy(self.spec.emit(operator.getitem, [x_bar, key], None, t.item), inside, whole=True)
                return self.spec.emit(primitives.put_new, [total, key, item], None, total.type)

            return self._over_keys(x_bar, start, put)
        if isinstance(t, (Dict, Map)):
            return self.spec.emit(dict, [x_bar], None, t)
        if isinstance(t, (List, Array)):
            return self.call(list if isinstance(t, List) else np.array, x_bar)
        return self.spec.emit(runtime.copy_apart, [x_bar], None, t)

    def where_nonzero(self, y_bar: Operand, x_bar: Operand) -> Operand:
        """`x_bar if y_bar != 0 else 0.0`, for scalars."""
        test = self.call(operator.ne, y_bar, Const(0))
        result = Value(None, join(type_of_operand(x_bar), Number("float")))
        sides = Block((), (), (x_bar,)), Block((), (), (Const(0.0),))
        self.spec.ops.append(If((result,), test, *sides, span=self.spec.span))
        return result

    def comprehension(self, iterable: Operand, element: Any) -> Operand:
        """`[element(item) for item in iterable]`."""
        from_type = type_of_operand(iterable)
        item_type = from_type.item if isinstance(from_type, (List, Iterable, Deque)) else UNKNOWN
        start = self.call(primitives.make_list)
        item = Value(None, item_type)
        with self.spec.region() as ops:
            made = element(item)
            items_type = List(without_names(type_of_operand(made)))
            items = Value(None, items_type)
            version = self.spec.emit(primitives.append, [items, made], None, items_type)
        result = Value(None, items_type)
        body = Block((item, items), tuple(ops), (Const(False), version))
        self.spec.ops.append(For((result,), iterable, (start,), body, span=self.spec.span))
        return result

    def project(self, x_bar: Operand, x: Operand, core: int = 0) -> Operand:
        """A contribution to the cotangent of `x`, brought to the shape, dtype and realness of `x`.

        Its last `core` axes, or all that `x` has if these are fewer, are as long as those of `x`, whatever their types.
        """
        t, c = type_of_operand(x), type_of_operand(x_bar)
        if not is_differentiable(t) or constant(x_bar, default=0) is None:
            return NONE
        if isinstance(t, Deque):
            t = List(t.item)
        if isinstance(t, Maybe):
            return x_bar if fits(t.item, c, core) else self._project_at_run_time(x_bar, x)
        if isinstance(t, (Tuple, Dict, List, Record)) and fits(t, c, core):
            return x_bar
        if isinstance(t, Map) and isinstance(c, Map):
            return x_bar
        if isinstance(t, Dict) and isinstance(c, Map):
            return self.rebuild(t, [self._at(x_bar, k, p) for k, p in zip(t.keys, self.parts(x), strict=True)])
        if isinstance(t, (Tuple, List)) and isinstance(c, (Tuple, List)):
            return self._project_sequence(x_bar, x, t, c, core)
        if isinstance(t, (Tuple, List)) and isinstance(c, Array):
            return self._project_rows(x_bar, x, as_array(t), c, core)
        if isinstance(t, Array) and isinstance(c, List) and has_rows(t, c.item):
            return self._stacked(x_bar, x, t)
        if isinstance(t, (Dict, Record)) and isinstance(c, Dict) and c.keys != keys_of(t):  # some parts may be missing
            known = dict(zip(c.keys, self.parts(x_bar), strict=True))
            rows = zip(keys_of(t), self.parts(x), strict=True)
            return self.rebuild(t, [self.project(known.get(k, NONE), p) for k, p in rows])
        if (isinstance(t, (Dict, Record)) and isinstance(c, Dict)) or (isinstance(t, Closure) and isinstance(c, Tuple)):
            bars = self.parts(x_bar)
            parts = [self.project(b, p) for b, p in zip(bars, self.parts(x), strict=True)]
            return x_bar if all(map(same, parts, bars)) else self.rebuild(t, parts)
        if not isinstance(t, (Number, Array)) or not isinstance(c, (Number, Array)):
            return self._project_at_run_time(x_bar, x)
        target = t.axes if isinstance(t, Array) else ()
        source = c.axes if isinstance(c, Array) else ()
        if target:
            target, source = with_core(target, source, core)
        if target is None or source is None:
            return self._project_at_run_time(x_bar, x)
        shaped = self._reshape(x_bar, x, target, source)
        return self._project_at_run_time(x_bar, x) if shaped is None else self._cast(shaped, t)

    def _at(self, x_bar: Operand, key: Any, x: Operand) -> Operand:
        """The cotangent of `x`, which is under a key in a dict of cotangents, or not there where it is zero."""
        t, kind = type_of_operand(x), type_of_operand(x_bar)
        if not is_differentiable(t):
            return NONE
        kind = kind.item if isinstance(kind, Map) and isinstance(kind.item, Map) else cotangent_type(t)
        return self.project(self.spec.emit(primitives.lookup, [x_bar, Const(key), self.zero(x)], None, kind), x)

    def _stacked(self, rows: Operand, x: Operand, t: Array) -> Operand:
        """The cotangent of an array from those of its rows, of which there may be none."""
        assert t.dtype is not None
        assert t.axes is not None
        stacked = self.call(np.array, rows, dtype=Const(t.dtype.type))
        return stacked if len(t.axes) == 1 else self.call(np.reshape, stacked, self.call(np.shape, x))

    def _project_at_run_time(self, x_bar: Operand, x: Operand) -> Operand:
        return self.spec.emit(runtime.project, [x_bar, x], None, cotangent_type(type_of_operand(x)))

    def _project_rows(self, x_bar: Operand, x: Operand, t: Type, c: Array, core: int) -> Operand:
        """The cotangent of a list or tuple that was taken for an array of type `t`."""
        if not isinstance(t, Array) or not t.axes or c.axes is None:
            return self._project_at_run_time(x_bar, x)
        target, source = with_core(t.axes, c.axes, core)
        shaped = None if source is None else self._reshape(x_bar, x, target, source)
        if shaped is None:
            return self._project_at_run_time(x_bar, x)
        return self.project(self.call(list, shaped), x, core)

    def _project_sequence(self, x_bar: Operand, x: Operand, t: Tuple | List, c: Tuple | List, core: int) -> Operand:
        if t.items is not None:
            known = isinstance(c, Tuple) or self.spec.static_items(x_bar) is not None
            bars: list[Operand] = (
                self.parts(x_bar)
                if known
                else [self.call(operator.getitem, x_bar, Const(i)) for i in range(len(t.items))]
            )
            return self.rebuild(t, [self.project(b, p, core) for b, p in zip(bars, self.parts(x), strict=True)])
        if isinstance(c, Tuple):
            x_bar = self.call(primitives.make_list, *self.parts(x_bar))
        bars_type = type_of_operand(x_bar)
        if isinstance(bars_type, List) and fits(t.item, bars_type.item, core):
            return x_bar
        pairs = self.call(zip, x_bar, x)

        def project_pair(pair: Value) -> Operand:
            b, p = self.spec.unpack(primitives.Unpack(2), pair)
            return self.project(b, p, core)

        return self.comprehension(pairs, project_pair)

    def _reshape(self, x_bar: Operand, x: Operand, target: tuple[Any, ...], source: tuple[Any, ...]) -> Operand | None:
        if len(source) == len(target) and all(map(same_length, target, source)):
            return x_bar
        how = reduction_to(target, source)
        if how is not None:
            leading, ones = how
            if leading:
                axis = None if not target else leading[0] if len(leading) == 1 else leading
                x_bar = self.call(np.sum, x_bar, **({} if axis is None else {"axis": Const(axis)}))
            if ones and any(source[len(leading) + i] != 1 for i in ones):
                x_bar = self.call(np.sum, x_bar, axis=Const(ones[0] if len(ones) == 1 else ones), keepdims=Const(True))
            reached = tuple(1 if i in ones else a for i, a in enumerate(source[len(leading) :]))
        else:
            reached = source
        if len(reached) == len(target) and all(map(same_length, target, reached)):
            return x_bar
        if len(reached) <= len(target) and all(
            a == 1 or same_length(w, a) for w, a in zip(reversed(target), reversed(reached))
        ):
            return self.call(np.broadcast_to, x_bar, self.call(np.shape, x))
        return None

    def _cast(self, x_bar: Operand, t: Type) -> Operand:
        c = type_of_operand(x_bar)
        if not isinstance(t, Array) or t.dtype is None:
            return x_bar
        if isinstance(c, Array) and c.dtype is not None and c.dtype.kind == "c" and t.dtype.kind == "f":
            x_bar = self.call(np.real, x_bar)
            c = type_of_operand(x_bar)
        if is_narrower(t, c):
            return self.spec.emit(t.dtype.type, [x_bar], None, Array(t.dtype, ()))
        if t.axes == () or (isinstance(c, Array) and c.dtype == t.dtype):
            return x_bar
        return self.spec.emit(
            primitives.call_method, [x_bar, Const("astype"), Const(t.dtype.type)], None, Array(t.dtype, t.axes)
        )

    def to_space(self, x_bar: Operand, x: Operand) -> Operand:
        """A finished cotangent in exactly the kind of its primal: float for float, and an array that is its own."""
        t, c = type_of_operand(x), type_of_operand(x_bar)
        if not is_differentiable(t):
            return NONE
        match t:
            case Number("complex"):
                return self.call(complex, x_bar)
            case Number("real" | "number"):
                return self.spec.emit(runtime.finish, [x_bar, x], None, UNKNOWN)
            case Unknown():
                finished = self.spec.emit(runtime.finish, [x_bar, x], None, UNKNOWN)
                return self.spec.emit(runtime.copy, [finished], None, UNKNOWN)
            case Number():
                return x_bar if c == Number("float") else self.call(float, x_bar)
            case Array(axes=()) if t.dtype is not None:
                return self._rank_zero(x_bar, t, c)
            case Array():
                return self._owned(x_bar)
            case Record(names=names, values=values):
                bars, primals = self.parts_of_cotangent(x_bar, t), self.parts(x)
                rows = [r for r in zip(names, values, bars, primals, strict=True) if is_differentiable(r[1])]
                fields = {name: self.to_space(b, p) for name, _, b, p in rows}
                return self.spec.emit(runtime.Tangent, [], fields, UNKNOWN)
            case Tuple() | Dict():
                pairs = zip(self.parts_of_cotangent(x_bar, t), self.parts(x), strict=True)
                parts = [self.to_space(b, p) for b, p in pairs]
                if isinstance(t, Tuple) and t.cls is not tuple:
                    return self.spec.emit(t.cls, parts, None, t)
                return self.rebuild(t, parts)
            case List(items=items) if items is not None:
                pairs = zip(self.parts_of_cotangent(x_bar, t), self.parts(x), strict=True)
                return self.call(primitives.make_list, *(self.to_space(b, p) for b, p in pairs))
            case List(item):
                return self._list_to_space(x_bar, x, item, c)
        return x_bar

    def _list_to_space(self, x_bar: Operand, x: Operand, item: Type, c: Type) -> Operand:
        if isinstance(c, List) and is_exact(item, c.item):
            used = (x_bar, *self.finished, *self.pending())
            if Ownership(self.spec.ops, self.spec.definitions, used).is_fresh(x_bar):
                return x_bar
            if is_immutable(c.item):
                return self.call(list, x_bar)
        zipped = self.call(zip, x_bar, x)

        def each(pair: Value) -> Operand:
            b, p = self.spec.unpack(primitives.Unpack(2), pair)
            return self.to_space(b, p)

        return self.comprehension(zipped, each)

    def _rank_zero(self, x_bar: Operand, t: Array, c: Type) -> Operand:
        if t.loose:
            return x_bar
        assert t.dtype is not None
        if t.boxed:
            return self.call(np.asarray, x_bar, dtype=Const(t.dtype.type))
        if isinstance(c, Array) and c.dtype == t.dtype and not c.loose and not c.boxed:
            return x_bar
        return self.spec.emit(t.dtype.type, [x_bar], None, t)

    def _owned(self, x_bar: Operand) -> Operand:
        """An array that nobody else has: not ȳ, not a view, not the cotangent of another argument too."""
        made = self.spec.definitions.get(x_bar) if isinstance(x_bar, Value) else None
        fn = None if made is None else constant(made.target)
        if made is None or fn is not np.broadcast_to:
            fresh = x_bar in self.owned or (made is not None and _is_new(made))
            if fresh and x_bar not in self.given:
                self.given.add(x_bar)
                return x_bar
            return self.call(np.array, x_bar)
        source, shape = made.args[0], made.args[1]
        if is_scalar(type_of_operand(source)):  # type: ignore[arg-type]
            dtype = getattr(type_of_operand(x_bar), "dtype", None)
            extra = {} if dtype is None or dtype == np.dtype(float) else {"dtype": Const(dtype.type)}
            return self.call(np.full, shape, source, **extra)  # type: ignore[arg-type]
        return self.call(np.array, x_bar)


_KEPT = frozenset({primitives.augment, primitives.store, primitives.accumulate, primitives.scatter_add})


def _is_new(made: Call) -> bool:
    """Whether a call has made an array that shares no memory with another, or has written to one that is owned."""
    return makes_new(callee(made), made) or callee(made) in _KEPT


def plain_zero(t: Type) -> Operand:
    """The zero cotangent of a value of which no more than the type is known: it is of no shape."""
    if isinstance(t, Tuple):
        return Const(tuple(constant(plain_zero(part)) for part in t.items))
    return Const(0.0) if is_differentiable(t) else NONE


def widen(result: Operand, given: abc.Iterable[Operand]) -> None:
    """Forget of what precision a cotangent is that has been given in another one, as one of a float32 may be."""
    t, kinds = type_of_operand(result), [type_of_operand(o) for o in given]
    if not isinstance(result, Value) or not isinstance(t, Array):
        return
    if any(isinstance(kind, Array) and kind.dtype != t.dtype for kind in kinds):
        result.type = replace(t, dtype=None)


def named(operand: Operand, name: str | None) -> Operand:
    """`operand`, called `name` if it has no name yet."""
    if isinstance(operand, Value) and operand.name is None:
        operand.name = name
    return operand
