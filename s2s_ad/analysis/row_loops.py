"""Loops over arrays, and lists of arrays or objects, whose bodies write to the items, as loops over indices.

    for i, (row, b) in enumerate(zip(A, x)):       for i in range(min(len(A), len(x))):
        row[0] = b                                     A[i][0] = x[i]

    for k, row in d.items():                       for k in d:
        row[0] = x                                     d[k][0] = x

    for row in rows[::-1]:                         for i in range(len(rows)):
        row.append(x)                                  rows[~i].append(x)

Python and NumPy read the items one by one, as the loop gets there, so both do the same. The left form is kept where
nothing is written: its items are read at once, and so are their cotangents.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.roots import State
from s2s_ad.analysis.sharing import kinds
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, For, Op, Operand, Value
from s2s_ad.ir.types import Array, Deque, Dict, List, Map, Number, Record, Tuple, Type

_LAZY = (enumerate, zip, reversed)


def arrays_of(s: Emitter, iterable: Operand) -> list[Operand] | None:
    """The arrays, and lists of arrays or objects, that a loop runs through; None if it runs through anything else."""
    t, made = type_of_operand(iterable), s.definitions.get(iterable)  # type: ignore[arg-type]
    source = copied_from(s, iterable)
    if source is not None:
        return arrays_of(s, source)
    is_lazy = made is not None and constant(made.target) in _LAZY and bool(made.args) and not made.kwargs
    if not is_lazy and ((isinstance(t, Array) and t.axes) or s.memory.is_of_views(iterable) or _is_of_objects(t)):
        return [iterable]
    if not is_lazy or made is None:
        return None
    parts = made.args if constant(made.target) is zip else made.args[:1]
    inner = [arrays_of(s, arg) or _list_of_values(arg) for arg in parts]  # type: ignore[arg-type]
    return None if None in inner else [array for arrays in inner for array in arrays or ()]


def copied_from(s: Emitter, items: Operand) -> Value | None:
    """The list, as it is now, of whose objects `items` are some: `rows[1:]`, `rows[::-1]`, `list(rows)`."""
    made = s.definitions.get(items)  # type: ignore[arg-type]
    if made is None or made.kwargs or not made.args or not isinstance(source := made.args[0], Value):
        return None
    root, is_copy = s.memory.root(source), callee(made) in (list, operator.getitem) and _bounds(s, made) is not None
    if not is_copy or not _is_of_objects(source.type) or root is None:
        return None
    return source if s.memory.state.version.get(root) is source else None


def copied_lists(s: Emitter, iterable: Operand) -> list[Operand]:
    """The lists of whose objects a loop runs through a copy."""
    source, made = copied_from(s, iterable), s.definitions.get(iterable)  # type: ignore[arg-type]
    if source is not None:
        return [source]
    is_lazy = made is not None and callee(made) in _LAZY
    return [found for arg in made.args for found in copied_lists(s, arg)] if is_lazy and made is not None else []  # type: ignore[arg-type]


def _list_of_values(operand: Operand) -> list[Operand] | None:
    """A list of numbers, which is run through beside others."""
    t = type_of_operand(operand)
    is_of_numbers = isinstance(t, List) and isinstance(t.item, (Number, Array)) and not kinds(t.item)
    return [operand] if is_of_numbers else None


def _is_of_objects(t: Type) -> bool:
    followed = (Array, Record, Tuple, Dict, List, Map, Deque)
    return isinstance(t, List) and isinstance(t.item, followed) and bool(kinds(t.item))


def is_written(s: Emitter, arrays: list[Operand], before: State, after: State) -> bool:
    """Whether the body of a loop that has been evaluated may write to one of these arrays."""
    roots = {r for r in map(s.memory.root, arrays) if r is not None}
    lost = any(r in after.lost and r not in before.lost for r in roots)
    changed = [r for r, version in before.version.items() if after.version[r] is not version]
    return lost or any(root.meets(other) for root in roots for other in changed)


def by_index(s: Emitter, op: For, iterable: Operand) -> tuple[For, Operand]:
    """The loop over the indices, and what it runs through."""
    index, item = Value(None, hint="i"), op.body.params[0]
    heads = list(_item(s, iterable, index, item, op))
    lengths = [s.apply(len, [source]) for source in _sources(s, iterable)]
    end = lengths[0] if len(lengths) == 1 else s.apply(min, lengths)
    ops = (*heads, *op.body.ops)
    body = Block((index, *op.body.params[1:]), ops, op.body.results)
    return replace(op, body=body), s.apply(range, [end])


def _sources(s: Emitter, iterable: Operand) -> Iterator[Operand]:
    """What a loop takes its items from, one by one."""
    made = s.definitions.get(iterable)  # type: ignore[arg-type]
    if made is None or callee(made) not in _LAZY:
        yield iterable
        return
    for arg in made.args if callee(made) is zip else made.args[:1]:
        yield from _sources(s, arg)  # type: ignore[arg-type]


def by_key(s: Emitter, op: For, iterable: Operand) -> tuple[For, Operand] | None:
    """A loop over the values or items of a dict with late keys as one over the keys; None for all others."""
    view = s.views.get(iterable)
    if view is None or view.shows == "keys" or not isinstance(view.version.type, Map):
        return None
    source, key, item = Value(), Value(None, hint="k"), op.body.params[0]
    s.env[source] = view.version
    value = item if view.shows == "values" else Value()
    heads: list[Op] = [Call((value,), Const(dict.__getitem__), (source, key), span=op.span)]
    if value is not item:
        heads.append(Call((item,), Const(primitives.make_tuple), (key, value), span=op.span))
    body = Block((key, *op.body.params[1:]), (*heads, *op.body.ops), op.body.results)
    return replace(op, body=body), view.version


def _item(s: Emitter, source: Operand, index: Operand, item: Value, op: For) -> Iterator[Op]:
    """Ops that read the item of `source` at `index`."""

    def call(result: Value, fn: Any, *args: Operand) -> Op:
        return Call((result,), Const(fn), args, span=op.span)

    made = s.definitions.get(source)  # type: ignore[arg-type]
    fn = None if made is None else constant(made.target)
    copied = copied_from(s, source)
    if copied is not None and made is not None:
        array, at = Value(), Value()
        s.env[array] = copied
        yield from _index_in(s, made, copied, index, at, op)
        yield call(item, operator.getitem, array, at)
        return
    if made is None or fn not in _LAZY:
        array = Value()
        s.env[array] = source
        yield call(item, operator.getitem, array, index)
        return
    args = made.args
    if fn is reversed:
        back = Value()
        if copied_from(s, args[0]) is None:  # type: ignore[arg-type]
            yield call(back, operator.invert, index)
        else:  # of a slice the end is not that of the list
            last = Value()
            s.env[last] = s.apply(operator.sub, [s.apply(len, [args[0]]), Const(1)])  # type: ignore[list-item]
            yield call(back, operator.sub, last, index)
        yield from _item(s, args[0], back, item, op)  # type: ignore[arg-type]
        return
    parts = [Value() for _ in (args if fn is zip else args[:1])]
    for arg, part in zip(args, parts, strict=False):
        yield from _item(s, arg, index, part, op)  # type: ignore[arg-type]
    if fn is zip:
        yield call(item, primitives.make_tuple, *parts)
        return
    number: Operand = index
    if len(args) > 1:
        start, number = Value(), Value()
        s.env[start] = args[1]  # type: ignore[assignment]
        yield call(number, operator.add, start, index)
    yield call(item, primitives.make_tuple, number, *parts)


def _index_in(s: Emitter, made: Call, source: Value, index: Operand, at: Value, op: For) -> Iterator[Op]:
    """Ops that find out where in a list that is which is in a copy of it, or a slice, at an index."""
    start, step = _bounds(s, made) or (None, None)
    if step == -1:
        yield Call((at,), Const(operator.invert), (index,), span=op.span)
        return
    first: Operand = Const(start or 0)
    if start is not None and start < 0:
        first = s.apply(max, [s.apply(operator.add, [s.apply(len, [source]), first]), Const(0)])
    offset = Value()
    s.env[offset] = first
    yield Call((at,), Const(operator.add), (index, offset), span=op.span)


def _bounds(s: Emitter, made: Call) -> tuple[int | None, int | None] | None:
    """The start and the step of what is a copy of a list, or a slice; None for what is neither, or has others."""
    if callee(made) is list:
        return None, None
    where = made.args[1] if callee(made) is operator.getitem else Const(0)
    found, given = s.definitions.get(where), constant(where, default=None)  # type: ignore[arg-type]
    if found is not None and callee(found) is slice and len(found.args) == 3:
        start, stop, step = (constant(arg, default=NotImplemented) for arg in found.args)  # type: ignore[arg-type]
    elif isinstance(given, slice):
        start, stop, step = given.start, given.stop, given.step
    else:
        return None
    forward = step in (None, 1) and (start is None or type(start) is int)
    return (start, step) if forward or (start, stop, step) == (None, None, -1) else None
