"""Iterators that run the user's code, such as those of `map` and of generators, as the lists of what they give.

The list is made at once, which nobody can tell from an iterator that is run through later if

* it is run through once, not in a loop around it, by something that takes one item after the other;
* it does not cross the border of a `with` or a `try`, in which its code would run;
* nothing has been written in between, nor while a loop runs through it, that the user's code could have seen;
* the user's code has no effects, or whoever takes the items takes all of them at once and has none himself.

Everything else is refused.
"""

from __future__ import annotations

import builtins
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from s2s_ad.errors import Span
from s2s_ad.ir.nodes import Op, Operand

TAKES_ALL = frozenset({list, tuple, set, frozenset, dict, sum, sorted, max, min, math.fsum, math.prod, deque})
TAKES_SOME = frozenset({builtins.any, builtins.all, zip, enumerate})


@dataclass(eq=False)
class Run:
    """An iterator: the list of its items, and what was the case when it was made."""

    name: str
    items: Operand
    inputs: tuple[Operand, ...]
    pure: bool
    endless: bool
    clock: int
    depth: int
    place: tuple[Op, ...] = ()
    span: Span | None = None
    used: bool = False
    first: Callable[..., Any] | None = None  # what gives its first n items, of one without an end


def refusal(run: Run, clock: int, depth: int, place: tuple[Op, ...], *, takes_all: bool) -> tuple[str, str] | None:
    """Why the items may not be taken now from a list made before, and what to write instead; None if they may."""
    make_list = "make a list of it: `list(…)`"
    if run.used:
        return f"{run.name} that is used up by its first use", make_list
    if run.first is not None:
        return f"{run.name} without an end", "stop it by `zip`, beside something that ends, or by `islice`"
    if run.depth != depth:
        return f"{run.name} that a loop uses up in its first round", make_list
    if run.place != place:
        return f"{run.name} that crosses the border of a `with` or `try`", make_list + ", where it is made"
    if run.clock != clock:
        return f"{run.name} that is used after something has been written", make_list + ", where it is made"
    if not run.pure and not takes_all:
        return f"{run.name} whose code has effects", "write the loop out, or " + make_list
    if run.endless and not takes_all:
        return f"{run.name} that may have no end", "write a loop with `while` and `break` instead"
    return None
