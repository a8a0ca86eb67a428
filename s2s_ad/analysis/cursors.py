"""Iterators that are kept, or asked for more than one item: objects that know where they are.

    it = iter(xs)                                it = Cursor(xs)
    a = next(it)                                 a = next(it)
    for x in it:                                 while not it.is_at_end():
        y = x * next(it)                             x = next(it)
                                                     y = x * next(it)

An iterator counts as the list of its items at first (see `iterators`), and where that would be wrong the function is
compiled anew, with an object in its place. Whoever takes items of an object must take one, or all.
"""

from __future__ import annotations

import builtins
import functools
import heapq
import itertools
import operator
from collections.abc import Sequence
from typing import Any

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.iterators import TAKES_SOME
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.errors import MutationError, Span, UnsupportedSyntaxError
from s2s_ad.ir.nodes import Block, Call, Const, For, If, Op, Operand, Value, While
from s2s_ad.ir.types import Array, List, Record, Tuple, classes_in
from s2s_ad.rules.iterators import Counter, Cursor, Cycle, Kept

_READ_ALONG = frozenset({functools.reduce, heapq.nlargest, heapq.nsmallest})  # which call functions as they read


def cursor_class(operand: Operand) -> Any:
    """The class of such an object; None for all else."""
    t = type_of_operand(operand)
    return t.cls if isinstance(t, Record) and issubclass(t.cls, Kept) else None


def cursor(s: Emitter, fn: Any, args: Sequence[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """The object for a call of `iter`, `count` or `cycle` that is known to need one; None for all others."""
    if s.span not in s.program.followed:
        return None
    if fn is itertools.count:
        return s.apply(Counter, list(args), kwargs)
    if len(args) != 1 or kwargs:
        return None
    t = type_of_operand(args[0])
    is_sequence = isinstance(t, (List, Tuple)) or (isinstance(t, Array) and bool(t.axes))
    if fn is builtins.iter and _is_range(s, args[0]):
        return s.apply(Cursor, [s.apply(list, [args[0]])])
    if fn is builtins.iter and is_sequence:
        return s.apply(Cursor, list(args))
    return s.apply(Cycle, list(args)) if fn is itertools.cycle and is_sequence else None


def _is_range(s: Emitter, operand: Operand) -> bool:
    made = s.definitions.get(operand)  # type: ignore[arg-type]
    return made is not None and callee(made) is range


def refuse_some(s: Emitter, fn: Any, args: Sequence[Operand]) -> None:
    """Refuse what takes some of the items of such an object, or takes them later."""
    if (fn in TAKES_SOME or fn in _READ_ALONG or fn in (len, operator.contains, type)) and any(map(cursor_class, args)):
        what = f"`{fn.__name__}` of an iterator that is kept"
        raise UnsupportedSyntaxError(what, s.span, "write a loop, or make a list of what is left: `list(…)`")


def refuse_question(s: Emitter, obj: Operand) -> None:
    """Refuse to ask such an object which attributes it has: it has others than an iterator of Python."""
    if cursor_class(obj) is not None:
        what = "an iterator that is kept, and asked for its attributes"
        raise UnsupportedSyntaxError(what, s.span, "make a list of it: `list(…)`")


def refuse_written(s: Emitter, fn: Any, args: Sequence[Operand], ops: Sequence[Op]) -> None:
    """Refuse a function that reads what the functions write to which it calls as it reads."""
    read = s.memory.root(args[1]) if fn in _READ_ALONG and len(args) > 1 else None
    if read is not None and any(read.meets(written) for written in s.roots_written(ops)):
        what = f"a function that writes to what `{fn.__name__}` runs through"
        raise MutationError(what, s.span, "write the loop out")


def refuse_shown(operands: Sequence[Operand], span: Span | None) -> None:
    """Refuse to hand such an object to the caller, who would take it for an iterator of Python."""
    if any(issubclass(cls, Kept) for o in operands for cls in classes_in(type_of_operand(o), within=True)):
        what = "an iterator that is kept, in what the caller gets"
        raise UnsupportedSyntaxError(what, span, "make a list of it: `list(…)`")


def as_while(s: Emitter, op: For, iterator: Operand) -> While:
    """A loop through what such an object has left."""
    it, at_end = Value(), Value()
    s.env[it] = iterator
    cls = cursor_class(iterator)
    item, *carried = op.body.params
    results = tuple(Value(name) for name in (None, *(p.name for p in carried)))
    taken = Call((item,), Const(cls.take), (it,), span=op.span)
    choice = If(
        results,
        at_end,
        Block((), (), (Const(True), *carried)),
        Block((), (taken, *op.body.ops), op.body.results),
        span=op.span,
    )
    asked = Call((at_end,), Const(cls.is_at_end), (it,), span=op.span)
    return While(op.results, op.inits, Block(tuple(carried), (asked, choice), results), span=op.span)
