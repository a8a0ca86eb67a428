"""What is one of two objects, as a test has it: a write to it is a write to the one that it is.

    w = y if test else z       if test: y[0] = v
    w[0] = v                   else: z[0] = v

Whoever reads `w` afterwards gets the one that the test chooses, as it is then.
"""

from __future__ import annotations

import operator
from collections.abc import Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from s2s_ad.analysis.choices import either
from s2s_ad.analysis.handlers.writes import WRITING_METHODS, is_there
from s2s_ad.analysis.operands import constant
from s2s_ad.analysis.roots import State, Step, part_at
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand, Value

if TYPE_CHECKING:
    from s2s_ad.analysis.control_flow import BlockEvaluator

_IN_PLACE = frozenset(
    getattr(operator, f"i{name}")
    for name in (
        *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"),
        *("lshift", "rshift"),
    )
)
_WRITES = _IN_PLACE | {primitives.store, primitives.append, operator.delitem, setattr}


@dataclass(frozen=True, eq=False)
class Alternative:
    """One of two objects that were there before a test chose it."""

    test: Operand
    then: Operand
    orelse: Operand


def note(s: BlockEvaluator, chosen: Value, one: Alternative, before: State, inside: Set[Operand]) -> None:
    """Note what a test has chosen, if both objects can be named after the sides of the `if`."""
    root = s.memory.root(chosen)
    roots = [s.memory.root(option) for option in (one.then, one.orelse)]
    is_outside = all(r in before.version for r in roots) and inside.isdisjoint((one.then, one.orelse))
    if root is not None and root not in before.version and is_outside:
        s.alternatives[root] = one


def write(s: BlockEvaluator, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """The result of a call that writes to one of two objects, or to a part of it; None for all other calls."""
    found = _chosen(s, args[0]) if args and _writes(fn, args) else None
    if found is None:
        return None
    if fn is primitives.store and is_there(s, args[0], args[1], args[2]):  # type: ignore[arg-type]
        return args[0]
    one, steps = found

    def on(option: Operand) -> Operand:
        for step, rest, named in steps:
            option = s.apply(step, [option, *rest], named)
        result = s.apply(fn, [option, *args[1:]], kwargs)
        return result if fn is primitives.call_method else Const(None)

    result = either(s, one.test, [lambda: on(one.then), lambda: on(one.orelse)])
    return result if fn is primitives.call_method else args[0]


def _chosen(s: BlockEvaluator, target: Operand) -> tuple[Alternative, list[Step]] | None:
    """What a test has chosen that `target` is, or is a part of as it is now, and the steps that lead there."""
    memory = s.memory
    place = memory.places.get(target) if isinstance(target, Value) else None
    if place is None:
        return None
    root, steps = place.root, list(place.path)
    while root not in s.alternatives:
        owner, key = memory.part_of.get(root, (root, None))
        part = memory.state.parts.get(owner, {}).get(key)
        if memory.root(part) is not root or not memory.state.lost.keys().isdisjoint((root, owner)):  # type: ignore[arg-type]
            return None
        at = part_at(memory.state.version[owner].type, key)
        steps.insert(0, (at.fn, (Const(key),), {}))
        root = owner
    return s.alternatives[root], steps


def _writes(fn: Any, args: list[Operand]) -> bool:
    """Whether a call writes to its first argument."""
    if fn is primitives.call_method:
        return constant(args[1]) in WRITING_METHODS
    return type(fn).__hash__ is not None and fn in _WRITES


def choose_again(s: BlockEvaluator, operand: Value) -> None:
    """Bring what a test has chosen up to date, after a write to one of the two under its own name."""
    memory, root = s.memory, s.memory.root(operand)
    if root not in memory.state.lost or root not in s.alternatives:
        return
    one = s.alternatives[root]
    now = either(s, one.test, [lambda: s.current(one.then), lambda: s.current(one.orelse)])
    assert isinstance(now, Value)
    memory.place_again(root, now)
