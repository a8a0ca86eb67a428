"""Callees that are one of several functions, which of them is known when the program runs: `(f if test else g)(x)`.

A call of such a value tries the functions one after the other,

    if callee is f: y = f(x)
    else: y = g(x)

so each has code of its own. Where the functions are not known, a call of a value is refused.

A nested function is no object when the program runs. What is one of several of them is a *selection*: nothing but the
test that chose between two of them, or the number of the one that was chosen, which a call asks again.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.statics import same
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand, Star, Value
from s2s_ad.ir.types import LOST, UNKNOWN, Closure, Dict, List, Lost, Static, Tuple

if TYPE_CHECKING:
    from s2s_ad.analysis.calls import CallEvaluator
    from s2s_ad.analysis.sides import Side, SideEvaluator

MOST = 8
Row = tuple[Value, Operand, Operand]  # a result of an `if`, and what the sides give for it


def one_of(s: Emitter, operands: Sequence[Operand]) -> tuple[Const, ...]:
    """The functions that `operands` are or may be; none where one of these is something else, or there are too many."""
    found: dict[int, Const] = {}
    for operand in operands:
        options = (operand,) if isinstance(operand, Const) else s.choices.get(operand, ())
        if not options or not all(callable(option.value) for option in options):
            return ()
        found |= {id(option.value): option for option in options}
    return tuple(found.values()) if len(found) <= MOST else ()


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
    """One of several functions, some of them nested: the one with this number; of two, the second if a test holds."""

    number: Operand
    options: tuple[Operand, ...]
    is_test: bool = False


def functions_apart(
    s: SideEvaluator, rows: Sequence[Row], sides: Sequence[Side], inside: Set[Operand]
) -> tuple[list[Row], dict[Row, Value | None]]:
    """The rows without those of nested functions, and these with the number that tells which it is.

    That is a result of the `if` like others, and None where the test of the `if` alone tells which it is.
    """
    functions = [row for row in rows if not same(*row[1:]) and _may_select(s, *row[1:], inside)]
    numbers = {row: _numbered(s, row, sides, inside) for row in functions}
    kept = [row for row in rows if row not in numbers]
    kept += filter(None, numbers.values())
    return kept, {row: None if number is None else number[0] for row, number in numbers.items()}


def _may_select(s: Emitter, then: Operand, orelse: Operand, inside: Set[Operand]) -> bool:
    """Whether there can be a selection of two operands: functions that need nothing of what is `inside` the sides."""
    if not any(_is_nested(o) for o in (then, orelse)):
        return False
    return all(_is_function_outside(s, o, inside) for one in (then, orelse) for o in _options_of(s, one, inside))


def _numbered(s: SideEvaluator, row: Row, sides: Sequence[Side], inside: Set[Operand]) -> Row | None:
    """A number that tells which function the sides have chosen, where the test of the `if` alone does not."""
    value, *chosen = row
    if not any(_is_chosen_inside(s, o, inside) for o in chosen):
        return None
    state, numbers, first = (s.ops, s.memory.state), [], 0
    for operand, side in zip(chosen, sides, strict=True):
        s.ops, s.memory.state = side.ops, side.state
        numbers.append(_number_of(s, operand, inside, first))
        first = len(_options_of(s, operand, inside))
    s.ops, s.memory.state = state
    return Value(value.name), numbers[0], numbers[1]


def chosen_function(s: Emitter, row: Row, test: Operand, number: Value | None, inside: Set[Operand]) -> Value:
    """The selection that there is after an `if`, by its test, or by the number that it gives."""
    value, *chosen = row
    then, orelse = ([_outside(s, o, inside) for o in _options_of(s, one, inside)] for one in chosen)
    if number is None:
        return _select(s, value.name, test, [*orelse, *then], is_test=True)
    return _select(s, value.name, s.env[number], [*then, *orelse])


def _select(
    s: Emitter, name: str | None, number: Operand, options: Sequence[Operand], *, is_test: bool = False
) -> Value:
    """The selection of one of several functions."""
    selected = Value(name, LOST)
    s.selections[selected] = Selection(number, tuple(options), is_test)
    return selected


def _is_chosen_inside(s: Emitter, operand: Operand, inside: Set[Operand]) -> bool:
    """Whether an operand is a selection by what is `inside` the sides."""
    return operand in s.selections and s.selections[operand].number in inside


def _number_of(s: Emitter, operand: Operand, inside: Set[Operand], first: int) -> Operand:
    """Which of its options an operand is, counted from `first`."""
    if not _is_chosen_inside(s, operand, inside):
        return Const(first)
    one = s.selections[operand]  # type: ignore[index]
    number = s.apply(bool, [one.number]) if one.is_test else one.number
    return s.apply(operator.add, [number, Const(first)])


def _options_of(s: Emitter, operand: Operand, inside: Set[Operand]) -> tuple[Operand, ...]:
    """The functions that an operand is one of, apart from what was chosen before the sides."""
    return s.selections[operand].options if _is_chosen_inside(s, operand, inside) else (operand,)  # type: ignore[index]


def _is_nested(operand: Operand) -> bool:
    return isinstance(type_of_operand(operand), (Closure, Lost))


def _is_function_outside(s: Emitter, operand: Operand, inside: Set[Operand]) -> bool:
    if isinstance(operand, Const):
        return callable(operand.value)
    if operand in s.selections:
        one = s.selections[operand]
        return one.number not in inside and all(_is_function_outside(s, o, inside) for o in one.options)
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


def select_item(s: Emitter, items: Sequence[Operand], numbers: Operand, index: Operand) -> Value | None:
    """The item of a container of functions by a late index, which finds its number in `numbers`; None for others."""
    if len(items) > MOST or not any(map(_is_nested, items)):
        return None
    if not all(_is_function_outside(s, item, frozenset()) for item in items):
        return None
    return _select(s, None, s.apply(operator.getitem, [numbers, index]), items)


def call_selected(s: CallEvaluator, selected: Value, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """The result of a call of one of several functions."""
    one = s.selections[selected]
    if one.is_test:
        calls = [lambda o=o: s.apply(o, args, kwargs) for o in reversed(one.options)]
        return either(s, one.number, calls)
    return _call_numbered(s, one, 0, args, kwargs)


def _call_numbered(
    s: CallEvaluator, one: Selection, i: int, args: list[Operand], kwargs: dict[str, Operand]
) -> Operand:
    """The result of a call of one of the functions from number `i` on."""
    if i == len(one.options) - 1:
        return s.apply(one.options[i], args, kwargs)
    test = s.apply(operator.eq, [one.number, Const(i)])
    call = lambda: s.apply(one.options[i], args, kwargs)  # noqa: E731
    return either(s, test, [call, lambda: _call_numbered(s, one, i + 1, args, kwargs)])


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


def either(s: SideEvaluator, test: Operand, calls: Sequence[Callable[[], Operand]]) -> Operand:
    """The result of one of two calls, as a test has it."""
    span = s.span
    sides = [s.side(lambda call=call: [call()]) for call in calls]  # type: ignore[misc]
    s.dead = s.dead or all(side.dead for side in sides)
    joined = Value(None, UNKNOWN)
    s.merge((joined,), test, sides, span)
    return s.env[joined]
