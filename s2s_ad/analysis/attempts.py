"""What must be known of a `try`: the classes that it catches, and that its body leaves no traces when it raises."""

from __future__ import annotations

from collections.abc import Iterable

from s2s_ad.analysis.effects import may_raise_watched
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir.nodes import Call, Const, If, Op, Operand, sides
from s2s_ad.ir.types import Number


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
