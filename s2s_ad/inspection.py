"""What the compiler makes of a function, as text, at every stage.

core        the function in simpler Python
ssa         the same as IR
typed       the IR for the types of certain arguments
adjoint     the forward block and the adjoint block that the pullback transform makes of it
optimized   the same after the optimisations
python      the generated code
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from s2s_ad.analysis.program import lowered
from s2s_ad.codegen.printer import to_source
from s2s_ad.dispatch import ArgNums, target
from s2s_ad.frontend.check import check_syntax
from s2s_ad.frontend.desugar import desugar
from s2s_ad.frontend.source import deep_recursion, find_source
from s2s_ad.ir.nodes import Block, Function
from s2s_ad.ir.printer import to_text
from s2s_ad.operators import compiled_for
from s2s_ad.transforms.pairs import Reversed

STAGES = ("core", "ssa", "typed", "adjoint", "optimized", "python")
WITHOUT_ARGUMENTS = frozenset({"core", "ssa"})


def stage_text(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    stage: str,
    *,
    mode: str = "pullback",
    argnums: ArgNums = 0,
    optimize: bool = True,
) -> str:
    """The text of one of `STAGES`; those `WITHOUT_ARGUMENTS` read neither the arguments nor what follows them."""
    with deep_recursion():
        if stage == "core":
            return core_text(target(f).fn)
        if stage == "ssa":
            return to_text(lowered(target(f).fn).code)
        made = compiled_for(f, args, kwargs, mode=mode, argnums=argnums, optimize=optimize).stages[stage]
        return _text(made)


def core_text(fn: FunctionType) -> str:
    """The desugared syntax tree of a function."""
    source = find_source(fn)
    check_syntax(source)
    return to_source(desugar(source.node)).rstrip("\n") + "\n"


def _text(made: str | Function | Reversed) -> str:
    if isinstance(made, Reversed):
        return to_text(Block(made.params, made.forward.ops, made.forward.results), made.backward)
    return to_text(made) if isinstance(made, Function) else made
