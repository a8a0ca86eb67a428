"""Compares what a pass makes of one Python function with the IR of another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ir.nodes import Block, Function
from s2s_ad.ir.printer import to_text
from s2s_ad.ir.verifier import verify_blocks
from s2s_ad.operators import compiled_for
from s2s_ad.transforms.dead_code import dead_code
from s2s_ad.transforms.outside import Outside

Pass = Callable[[Block, Outside], Block]


def typed(function: Callable[..., Any], *args: Any) -> Block:
    """The body of a function for the types of these arguments, without dead code."""
    code = compiled_for(function, args, {}, mode="pullback", argnums=0, optimize=True).stages["typed"]
    assert isinstance(code, Function)
    return dead_code(code.body)


def passed(run: Pass, function: Callable[..., Any], *args: Any) -> str:
    """The text of what a pass makes of a function; it must be well formed."""
    block = dead_code(run(typed(function, *args), Outside()))
    verify_blocks((), (block,))
    return to_text(block)


def check(run: Pass, before: Callable[..., Any], after: Callable[..., Any], *args: Any) -> None:
    """The pass makes `after` of `before`, and leaves `after` alone."""
    wanted = to_text(typed(after, *args))
    for function in (before, after):
        found = passed(run, function, *args)
        assert found == wanted, f"{found}\nis not\n\n{wanted}"
    with np.errstate(all="ignore"):
        assert repr(before(*args)) == repr(after(*args))


def check_unchanged(run: Pass, function: Callable[..., Any], *args: Any) -> None:
    """The pass leaves a function alone."""
    found, wanted = passed(run, function, *args), to_text(typed(function, *args))
    assert found == wanted, f"{found}\nis not\n\n{wanted}"
