"""What must be known of a `try`: the classes that it catches, and that its body leaves no traces when it raises."""

from __future__ import annotations

from collections.abc import Iterable

from s2s_ad.analysis.effects import callee, may_raise_watched, writes
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.errors import MutationError, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, For, If, Op, Operand, Try, Value, While, regions, sides
from s2s_ad.ir.types import Number

_ELSEWHERE = Value()  # stands for what was made before
_MAKERS = (primitives.make_list, primitives.make_dict, primitives.make_set, list, dict, set)


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


def refuse_outside_writes(ops: Iterable[Op]) -> None:
    """Refuse a write in the body of a `try` to what was made before: it would be seen after the body has raised."""
    sources: dict[Value, list[Operand]] = {}
    found: list[Call] = []
    _collect(ops, sources, found)
    for op in found:
        target = op.args[0]
        if not isinstance(target, Value) or not _is_made_inside(target, sources):
            raise MutationError(
                "a write in a `try` to what was made before it",
                op.span,
                "write after the `try`, for instance in its `else`, or make what is written inside the `try`",
            )


def _collect(ops: Iterable[Op], sources: dict[Value, list[Operand]], found: list[Call]) -> None:
    """What each value is a version of: nothing for one that is made in `ops`; and the writes among these."""

    def flow(targets: Iterable[Value], values: Iterable[Operand]) -> None:
        for target, value in zip(targets, values, strict=True):
            sources.setdefault(target, []).append(value)

    for op in ops:
        for region in regions(op):
            _collect(region.ops, sources, found)
        match op:
            case Call():
                before: list[Operand] = [op.args[0]] if writes(op) else [_ELSEWHERE]  # type: ignore[list-item]
                made = not writes(op) and any(callee(op) is maker for maker in _MAKERS)
                sources.update({result: [] if made else before for result in op.results})
                found += [op] if writes(op) else []
            case If() | Try():
                for side in sides(op):
                    flow(op.results, side.results)
            case For() | While():
                params = op.body.params[isinstance(op, For) :]
                for values in (op.inits, op.body.results[1:]):
                    flow(params, values)
                    flow(op.results, values)


def _is_made_inside(value: Value, sources: dict[Value, list[Operand]]) -> bool:
    waiting, seen = [value], {value}
    while waiting:
        now = waiting.pop()
        if now not in sources:
            return False
        new = {o for o in sources[now] if isinstance(o, Value)} - seen
        seen |= new
        waiting += new
    return True
