"""Callees that are one of several functions, which of them is known when the program runs: `(f if test else g)(x)`.

A call of such a value tries the functions one after the other,

    if callee is f: y = f(x)
    else: y = g(x)

so each has code of its own. Where the functions are not known, a call of a value is refused.

A nested function is no object when the program runs. What is one of two of them is a *selection*: nothing but the test
that chose between them, which a call asks again.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand, Star, Value
from s2s_ad.ir.types import LOST, UNKNOWN, Closure, Dict, List, Lost, Static, Tuple

if TYPE_CHECKING:
    from s2s_ad.analysis.calls import CallEvaluator
    from s2s_ad.analysis.control_flow import BlockEvaluator

_MOST = 8


def one_of(s: Emitter, operands: Sequence[Operand]) -> tuple[Const, ...]:
    """The functions that `operands` are or may be; none where one of these is something else, or there are too many."""
    found: dict[int, Const] = {}
    for operand in operands:
        options = (operand,) if isinstance(operand, Const) else s.choices.get(operand, ())
        if not options or not all(callable(option.value) for option in options):
            return ()
        found |= {id(option.value): option for option in options}
    return tuple(found.values()) if len(found) <= _MOST else ()


def functions_in(s: Emitter, container: Operand) -> tuple[Const, ...]:
    """The functions that a container holds, if it holds nothing else: they are written out, or the type tells them."""
    t = type_of_operand(container)
    parts = t.values if isinstance(t, Dict) else t.items if isinstance(t, (List, Tuple)) else ()
    if parts and all(isinstance(part, Static) for part in parts):
        return one_of(s, [Const(part.value) for part in parts])  # type: ignore[attr-defined]
    if isinstance(container, Const):
        return one_of(s, [Const(v) for v in container.value]) if isinstance(container.value, tuple) else ()
    made = s.definitions.get(container)
    fn = None if made is None else constant(made.target)
    if made is None or fn not in (primitives.make_list, primitives.make_tuple, primitives.make_dict):
        return ()
    items = made.args[1::2] if fn is primitives.make_dict else made.args
    return () if any(isinstance(item, Star) for item in items) else one_of(s, items)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Selection:
    """One of two functions, at least one of them nested, that a test has chosen."""

    test: Operand
    then: Operand
    orelse: Operand


def may_select(s: Emitter, then: Operand, orelse: Operand, inside: Set[Operand]) -> bool:
    """Whether there can be a selection of two operands: functions that need nothing of what is `inside` the sides."""
    if not any(isinstance(type_of_operand(o), (Closure, Lost)) for o in (then, orelse)):
        return False
    return all(_is_function_outside(s, o, inside) for o in (then, orelse))


def select(s: Emitter, name: str | None, test: Operand, then: Operand, orelse: Operand, inside: Set[Operand]) -> Value:
    """The selection of one of two functions, after the `if` that has chosen it."""
    selected = Value(name, LOST)
    s.selections[selected] = Selection(test, *(_outside(s, o, inside) for o in (then, orelse)))
    return selected


def _is_function_outside(s: Emitter, operand: Operand, inside: Set[Operand]) -> bool:
    if isinstance(operand, Const):
        return callable(operand.value)
    if operand in s.selections:
        one = s.selections[operand]
        return one.test not in inside and all(_is_function_outside(s, o, inside) for o in (one.then, one.orelse))
    if operand in inside:
        made = s.definitions.get(operand)
        return isinstance(operand.type, Closure) and made is not None and inside.isdisjoint(made.operands())
    return isinstance(operand.type, Closure)


def _outside(s: Emitter, operand: Operand, inside: Set[Operand]) -> Operand:
    """A nested function of one of the sides, made again after them."""
    if operand not in inside:
        return operand
    made = s.definitions[operand]  # type: ignore[index]
    return s.apply(made.target, list(made.args))  # type: ignore[arg-type]


def call_selected(s: CallEvaluator, selected: Value, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """The result of a call of what a test has chosen."""
    one = s.selections[selected]
    return either(s, one.test, [lambda: s.apply(one.then, args, kwargs), lambda: s.apply(one.orelse, args, kwargs)])


def choose(
    s: CallEvaluator, callee: Value, options: tuple[Const, ...], args: list[Operand], kwargs: dict[str, Operand]
) -> Operand:
    """The result of a call of one of several functions."""
    first, *others = options
    if not others:
        return s.apply(first, args, kwargs)
    test = s.apply(operator.is_, [callee, first])
    rest = (options[:1], tuple(others))
    return either(s, test, [lambda some=some: choose(s, callee, some, args, kwargs) for some in rest])  # type: ignore[misc]


def either(s: BlockEvaluator, test: Operand, calls: Sequence[Callable[[], Operand]]) -> Operand:
    """The result of one of two calls, as a test has it."""
    span = s.span
    sides = [s.side(lambda call=call: [call()]) for call in calls]  # type: ignore[misc]
    s.dead = s.dead or all(side.dead for side in sides)
    joined = Value(None, UNKNOWN)
    s.merge((joined,), test, sides, span)
    return s.env[joined]
