"""Nested functions are no objects in generated code, so none can be handed to foreign code, or be shown."""

from __future__ import annotations

from collections.abc import Iterable

from s2s_ad.analysis.cells import shows_function
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.errors import Span, UnsupportedSyntaxError
from s2s_ad.ir.nodes import Operand
from s2s_ad.ir.types import Closure, Lost, without_none

_DEFINE = "define the function at the top of the module"
_WRITE_OUT = f"write the loop out, or {_DEFINE}"
_FOREIGN = "as an argument of a function that is not Python"


def refuse_escape(operands: Iterable[Operand], span: Span | None, *, shown: bool, where: str = _FOREIGN) -> None:
    """Refuse operands that are nested functions, or hold some if they are `shown`, or foreign code looks into them."""
    for operand in operands:
        t = without_none(type_of_operand(operand))
        if isinstance(t, (Closure, Lost)) or (shown and shows_function(t)):
            what = f"the nested function `{t.code.name}`" if isinstance(t, Closure) else "a nested function"
            raise UnsupportedSyntaxError(
                f"{what} {where}",
                span,
                _WRITE_OUT if where == _FOREIGN else _DEFINE,
            )
