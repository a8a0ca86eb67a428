"""What is one of two objects, as a test has it: a write to it is a write to the one that it is.

    w = y if test else z       if test: y[0] = v
    w[0] = v                   else: z[0] = v

Whoever reads `w` afterwards gets the one that the test chooses, as it is then.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from s2s_ad.analysis.choices import Row, either
from s2s_ad.analysis.handlers.operators import IN_PLACE
from s2s_ad.analysis.handlers.writes import is_there
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.roots import State, Step, part_at
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import Array, Dict, Instance, List, Map, Type, Unknown, is_differentiable
from s2s_ad.objects import is_writing

if TYPE_CHECKING:
    from s2s_ad.analysis.sides import SideEvaluator

_WRITES = IN_PLACE.keys() | {primitives.store, primitives.append, operator.delitem, setattr}


@dataclass(frozen=True, eq=False)
class Alternative:
    """One of two objects that were there before a test chose it, of which one may be such a choice again."""

    test: Operand
    then: Option
    orelse: Option


@dataclass(frozen=True, eq=False)
class View:
    """A view of what was there before the test, which only the side of it has named."""

    of: Operand
    path: tuple[Step, ...]


Option = Operand | Alternative | View


def tests_of(s: SideEvaluator, rows: Sequence[Row], inside: Set[Operand]) -> dict[Value, Row]:
    """The tests that have to be known after an `if` as well, since its sides have chosen by them what they give."""
    no = Const(False)
    tests: dict[Value, Row] = {test: (Value(), test, no) for _, a, _ in rows for test in _tests_inside(s, a, inside)}
    return tests | {test: (Value(), no, test) for _, _, b in rows for test in _tests_inside(s, b, inside)}


def _tests_inside(s: SideEvaluator, option: Operand, inside: Set[Operand]) -> list[Value]:
    """The tests by which a side of an `if` has chosen what it gives."""
    root = s.memory.root(option)
    pending: list[Option] = [s.alternatives[root]] if root in s.alternatives else []
    found: list[Value] = []
    while pending:
        one = pending.pop()
        if isinstance(one, Alternative):
            found += [one.test] if isinstance(one.test, Value) and one.test in inside else []
            pending += [one.then, one.orelse]
    return [] if any(is_differentiable(test.type) for test in found) else found


def note(
    s: SideEvaluator,
    chosen: Value,
    one: Alternative,
    before: State,
    inside: Set[Operand],
    outside: Mapping[Value, Operand],
) -> None:
    """Note what a test has chosen, if all objects that it may be can be named after the sides of the `if`.

    `outside`: what tests of the sides are after it.
    """
    root = s.memory.root(chosen)
    if _may_change(one.test):
        return
    found = _named_outside(s, one, before, inside, outside)
    if root is not None and root not in before.version and found is not None:
        s.alternatives[root] = found


def _may_change(test: Operand) -> bool:
    """Whether a test could be answered otherwise, or do something, when it is asked again."""
    t = type_of_operand(test)
    return isinstance(t, Unknown) or (isinstance(t, Instance) and t.cls not in (bool, str, bytes, type(None)))


def _named_outside(
    s: SideEvaluator,
    option: Option,
    before: State,
    inside: Set[Operand],
    outside: Mapping[Value, Operand],
) -> Option | None:
    """An option by names that are known after the sides; None where it has none."""
    if isinstance(option, Alternative):
        options = [_named_outside(s, o, before, inside, outside) for o in (option.then, option.orelse)]
        test = outside.get(option.test, option.test)  # type: ignore[arg-type]
        return None if None in options or test in inside else Alternative(test, *options)  # type: ignore[arg-type]
    if isinstance(option, View):
        root = s.memory.root(option.of)
        of = before.version.get(root) if option.of in inside else option.of  # type: ignore[arg-type]
        return _view(of, option.path, inside) if root in before.version else None  # type: ignore[arg-type]
    root = s.memory.root(option)
    if root in before.version:
        return option if option not in inside else _view(before.version[root], s.memory.places[option].path, inside)  # type: ignore[index]
    return _named_outside(s, s.alternatives[root], before, inside, outside) if root in s.alternatives else None


def _view(of: Value, path: tuple[Step, ...], inside: Set[Operand]) -> Option | None:
    """A view by names that are known after the sides."""
    names = {o for _, rest, kwargs in path for o in (*rest, *kwargs.values()) if isinstance(o, Value)}
    return None if not inside.isdisjoint(names) else View(of, path) if path else of


def write(s: SideEvaluator, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    """The result of a call that writes to one of two objects, or to a part of it; None for all other calls."""
    found = _chosen(s, args[0]) if args and _writes(fn, args) else None
    if found is None:
        return None
    if fn is primitives.store and is_there(s, args[0], args[1], args[2]):  # type: ignore[arg-type]
        return args[0]
    one, steps = found

    def write_to(option: Operand) -> Operand:
        for step, rest, named in steps:
            option = s.apply(step, [option, *rest], named)
        return s.apply(fn, [option, *args[1:]], kwargs)

    def only_write_to(option: Operand) -> Operand:
        write_to(option)
        return Const(None)

    if fn is primitives.call_method:
        return on_the_one(s, one, write_to)
    on_the_one(s, one, only_write_to)
    return args[0]


def on_the_one(s: SideEvaluator, option: Option, do: Callable[[Operand], Operand]) -> Operand:
    """What is done with the one that the tests choose."""
    if isinstance(option, View):
        return do(functools.reduce(lambda base, step: s.follow(step, base), option.path, option.of))
    if not isinstance(option, Alternative):
        return do(option)
    return either(s, option.test, [lambda o=o: on_the_one(s, o, do) for o in (option.then, option.orelse)])  # type: ignore[misc]


def _chosen(s: SideEvaluator, target: Operand) -> tuple[Alternative, list[Step]] | None:
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
    """Whether a call surely writes to its first argument, or calls a method of it that may do so."""
    if fn is primitives.call_method:
        return is_writing(str(constant(args[1])))
    if type(fn).__hash__ is None or fn not in _WRITES:
        return False
    return fn not in IN_PLACE or _is_changed_in_place(type_of_operand(args[0]))


def _is_changed_in_place(t: Type) -> bool:
    """Whether `x op= y` surely leaves the object that `x` is, and gives no other one."""
    return isinstance(t, (List, Dict, Map)) or (isinstance(t, Array) and bool(t.axes or t.boxed))
