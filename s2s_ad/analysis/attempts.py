"""What must be known of a `try`: the classes that it catches, and that its body leaves no traces when it raises.

Where an exception goes on after the handler, and ends the function, all that the two have done is gone with what the
function has made. A handler that writes to that and does nothing else is seen by nobody: such a `try` is its body.
"""

from __future__ import annotations

import operator
import time
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto

from s2s_ad.analysis.effects import (
    callee,
    is_pure,
    is_write,
    may_lack,
    may_raise,
    may_raise_watched,
    path_of,
    targets_of,
)
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.managers import holds_nothing
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.program import Instance
from s2s_ad.analysis.roots import Root
from s2s_ad.errors import MutationError, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Call, Const, If, Op, Operand, Try, Value, With, operands, regions, sides
from s2s_ad.ir.types import Array, Never, Number

_BY_INDEX = (operator.getitem, primitives.store, primitives.accumulate)  # into what was there in the body too
_CLOCKS = (time.time, time.perf_counter, time.process_time, time.monotonic, time.perf_counter_ns, time.time_ns)


def exception_kinds(s: Emitter, kinds: Operand) -> tuple[type[BaseException], ...]:
    """The classes that an `except` names, which must be known at compile time."""
    found = kinds.value if isinstance(kinds, Const) else ()
    flat = [cls for kind in found for cls in (kind if isinstance(kind, tuple) else (kind,))]
    if not flat or not all(isinstance(cls, type) and issubclass(cls, BaseException) for cls in flat):
        raise UnsupportedSyntaxError(
            "an `except` whose classes of exceptions are known only at run time", s.span, "name the classes"
        )
    return tuple(dict.fromkeys(flat))


def never_raises(ops: Iterable[Op]) -> bool:
    """Whether ops do nothing that could raise."""
    for op in ops:
        if isinstance(op, If):
            bools = isinstance(type_of_operand(op.test), Number)
            if not bools or not all(never_raises(side.ops) for side in sides(op)):
                return False
        elif not isinstance(op, Call) or may_raise_watched(op):
            return False
    return True


def left_half_way(op: Try) -> UnsupportedSyntaxError:
    """What is raised to have a body taken to pieces."""
    error = UnsupportedSyntaxError("a `try` whose body may be left half-way", op.span)
    error.follow = op.span
    return error


def versions_in(ops: Iterable[Op]) -> Iterator[Value]:
    """What ops define, in their regions too."""
    for op in ops:
        yield from op.results
        for region in regions(op):
            yield from region.params
            yield from versions_in(region.ops)


def leaves_unknown(ops: Iterable[Op]) -> bool:
    """Whether ops call functions that write, which may be left half-way themselves."""
    return any(
        bool(targets_of(op)) and not is_write(op)
        if isinstance(op, Call)
        else any(leaves_unknown(region.ops) for region in regions(op))
        for op in ops
    )


class Seen(Enum):
    """What can be seen of a handler that has run, or by it."""

    NOTHING = auto()
    ITSELF = auto()  # it does something, whatever the body has done so far
    STATE = auto()  # it, or somebody after it, looks at what the body has done so far, or may do so


def seen(s: Emitter, handler: Sequence[Op], caught: Operand, written: Sequence[Root]) -> Seen:
    """What can be seen of a handler; `written` is what its body writes to. To write to that is to look at nothing."""
    *others, last = handler
    raises_again = isinstance(last, Call) and callee(last) is primitives.raise_ and last.args == (caught,)
    more = [op for op in others if _does_more(op)]
    if not raises_again or any(_sees(s, op) for op in s.place) or any(_may_look_at(s, op, written) for op in more):
        return Seen.STATE
    return Seen.ITSELF if more else Seen.NOTHING


def _may_look_at(s: Emitter, op: Op, written: Sequence[Root]) -> bool:
    """Whether an op may find out what is in one of these roots."""
    if not isinstance(op, Call) or isinstance(callee(op), Instance) or callee(op) is None:
        return True
    known = s.memory.reachable([a for a in op.operands() if isinstance(a, Value)])
    return any(root.meets(other) for root in known for other in written)


def _sees(s: Emitter, around: Op) -> bool:
    """Whether a statement around a `try` may look at what that has left when it raises."""
    if isinstance(around, With):
        manager = s.env.get(around.manager) if isinstance(around.manager, Value) else around.manager
        return manager is None or not holds_nothing(manager)
    return isinstance(around, Try) and not around.half


def _does_more(op: Op) -> bool:
    if not isinstance(op, Call):
        return any(_does_more(inner) for region in regions(op) for inner in region.ops)
    fn = callee(op)
    if fn is primitives.visible or fn in _CLOCKS:
        return False
    return not is_pure(op) or (op.span is not None and fn not in _BY_INDEX and may_raise(op))


def writes_outside(s: Emitter, ops: Iterable[Op]) -> bool:
    """Whether ops write to what the caller has."""
    return any(_writes_outside(s, op) for op in ops)


def _writes_outside(s: Emitter, op: Op) -> bool:
    if not isinstance(op, Call):
        return any(writes_outside(s, region.ops) for region in regions(op))
    return any(root.outside for target in targets_of(op) for root in _written_roots(s, op, target))


def _written_roots(s: Emitter, op: Call, target: Value) -> Iterable[Root]:
    """What a call may write to through one of its operands."""
    root = s.memory.root(target)
    deep = root is None or path_of(op) or not is_write(op)
    return s.memory.reachable([target]) if deep else [root]  # type: ignore[list-item]


def refuse_unbound(
    s: Emitter, body: Iterable[Op], assigned: Iterable[Operand], kinds: Sequence[type[BaseException]]
) -> None:
    """Refuse to catch that a variable is not bound where generated code finds that out elsewhere, or in another way.

    `assigned`: what the body gives to variables of other names.
    """
    is_read = any(getattr(o, "unbound", False) for o in assigned) or any(map(_may_find_unbound, body))
    if is_read and any(issubclass(kind, NameError) for kind in kinds):
        hint = "assign it before, `y = None`, and test that"
        raise UnsupportedSyntaxError("an `except` for a variable that is not bound", s.span, hint)


def _may_find_unbound(op: Op) -> bool:
    if any(o is UNDEFINED or isinstance(type_of_operand(o), Never) for o in operands(op)) or may_lack(op):
        return True
    return any(_may_find_unbound(inner) for region in regions(op) for inner in region.ops)


def written_in(s: Emitter, ops: Iterable[Op]) -> Iterator[Root]:
    """The roots to which ops may write, also on ways that do not come to their end."""
    for op in ops:
        for root in s.memory.roots(targets_of(op) if isinstance(op, Call) else ()):
            yield from root.closure
        for region in regions(op):
            yield from written_in(s, region.ops)


def refuse_half_done(
    s: Emitter, roots: Sequence[Root], body: Sequence[Op], kinds: Sequence[type[BaseException]]
) -> None:
    """Refuse writes in the body of a `try` to what was made before, unless the first of them surely ends the body.

    They would be seen after the body has raised.
    """
    if not roots:
        return
    first = next((i for i, op in enumerate(body) if _writes_to(s, op, roots)), len(body))
    write = body[first] if first < len(body) else None
    is_last = not any(map(_may_raise, body[first + 1 :]))
    if isinstance(write, Call) and is_write(write) and is_last and not _is_added_in_place(s, write, kinds):
        return
    span = next((op.span for op in body[first:] if op.span is not None), s.span)
    hint = "write after the `try`, for instance in its `else`, or make what is written inside the `try`"
    raise MutationError("a write in a `try` to what was made before it", span, hint)


def _writes_to(s: Emitter, op: Op, roots: Sequence[Root]) -> bool:
    if isinstance(op, Call):
        return any(not root.closure.isdisjoint(roots) for root in s.memory.roots(targets_of(op)))
    return any(_writes_to(s, inner, roots) for region in regions(op) for inner in region.ops)


def _may_raise(op: Op) -> bool:
    """Whether an op may raise; what has no place in the text has been done before."""
    is_idle = callee(op) in (primitives.visible, primitives.keep_item) or isinstance(callee(op), primitives.Refreshed)
    return op.span is not None and not is_idle and not never_raises([op])


def _is_added_in_place(s: Emitter, write: Call, kinds: Sequence[type[BaseException]]) -> bool:
    """Whether an array is written to while it is computed, and errors of that are caught: they leave it half done."""
    item = write.args[-1]
    made = s.definitions.get(item) if isinstance(item, Value) and isinstance(item.type, Array) else None
    if made is None or item.type.axes == () or not any(issubclass(FloatingPointError, kind) for kind in kinds):  # type: ignore[union-attr]
        return False
    root = s.memory.root(write.args[0])  # type: ignore[arg-type]
    return any(isinstance(a, Value) and s.memory.root(a) is root for a in made.args)
