"""Refuses what cannot be followed: writes to lists that may have another name, and iterators that are used twice.

The versions of a list form a *web*: what `append` gives, what loops carry, what the sides of an `if` merge. A web
may be appended to if all its lists are made in the function, and if nothing that could hold on to the list comes
before an append: a container, another function, a nested function, the merge of two different lists, a loop over the
list itself.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.program import Instance
from s2s_ad.errors import MutationError, Span, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, For, If, Op, Operand, Star, Try, Value, While, With, operands, regions, sides
from s2s_ad.ir.types import List, Unknown

_MAKERS = frozenset({primitives.make_list, list, sorted, operator.add, operator.mul})
_HOLDERS = frozenset({primitives.make_tuple, primitives.make_list, primitives.make_dict, primitives.make_set})
_TEMPLATES = (Instance, primitives.MakeClosure, primitives.MakeObject)
_ITERATORS = frozenset({zip, enumerate, reversed})
_REWRITE = "append under one name, before the list is stored or passed on, or copy it with `list(…)` first"


@dataclass(eq=False)
class _Event:
    """An append to a list, or something that holds on to it; `loops` are the loops around it, outermost first."""

    value: Value
    position: int
    loops: tuple[Op, ...]
    span: Span | None
    ends_with: Op | None = None


@dataclass(eq=False)
class _Webs:
    """What a sweep over a function has found out about its lists."""

    leader: dict[Value, Value] = field(default_factory=dict)
    makers: dict[Value, tuple[Op, ...]] = field(default_factory=dict)
    appends: list[_Event] = field(default_factory=list)
    holds: list[_Event] = field(default_factory=list)
    merges: list[_Event] = field(default_factory=list)
    origin: dict[Value, Value] = field(default_factory=dict)
    scope: dict[Value, tuple[Op, ...]] = field(default_factory=dict)
    superseded: set[Value] = field(default_factory=set)
    iterators: dict[Value, tuple[Op, ...]] = field(default_factory=dict)
    position: int = 0

    def find(self, value: Value) -> Value:
        """The representative of a value's web."""
        while value in self.leader:
            value = self.leader[value]
        return value

    def unite(self, a: Operand, b: Operand) -> None:
        """Put two versions of a list into one web."""
        if isinstance(a, Value) and isinstance(b, Value) and _may_be_list(a) and _may_be_list(b):
            x, y = self.find(a), self.find(b)
            if x is not y:
                self.leader[y] = x


def check_aliasing(ops: Sequence[Op], result: Operand) -> None:
    """Raise MutationError at an append whose list may have another name.

    Raises UnsupportedSyntaxError at an iterator that is used more than once.
    """
    webs = _Webs()
    _sweep(webs, Block((), tuple(ops), (result,)), ())
    if webs.appends:
        _check(webs)


def _may_be_list(value: Value) -> bool:
    return isinstance(value.type, (List, Unknown))


def _sweep(webs: _Webs, block: Block, loops: tuple[Op, ...]) -> None:
    for op in block.ops:
        webs.position += 1
        _use_iterators(webs, op, loops)
        _use_versions(webs, op)
        webs.scope.update((r, loops) for r in op.results)
        if isinstance(op, Call):
            _call(webs, op, loops)
            continue
        if isinstance(op, (For, While)):
            params = op.body.params[1:] if isinstance(op, For) else op.body.params
            starts = zip((*params, *op.results), (*op.inits, *op.inits), strict=True)
            webs.origin.update((p, webs.origin.get(i, i)) for p, i in starts if isinstance(i, Value))
        if isinstance(op, For) and isinstance(op.iterable, Value):
            webs.holds.append(_Event(op.iterable, webs.position, loops, op.span, ends_with=op))
        inner = (*loops, op) if isinstance(op, (For, While)) else loops
        for region in regions(op):
            webs.scope.update((p, inner) for p in region.params)
            _sweep(webs, region, inner)
        webs.position += 1
        _join(webs, op, loops)


def _call(webs: _Webs, op: Call, loops: tuple[Op, ...]) -> None:
    fn = callee(op)
    if fn is primitives.append:
        target, item = op.args
        assert isinstance(target, Value)
        if webs.scope.get(target, ()) != loops:
            raise MutationError("`.append()` in a loop to a list that has another name", op.span, _REWRITE)
        webs.superseded.add(target)
        webs.unite(target, op.results[0])
        webs.origin[op.results[0]] = webs.origin.get(target, target)
        webs.appends.append(_Event(target, webs.position, loops, op.span))
        _hold(webs, item, op, loops)
        return
    hashable = type(fn).__hash__ is not None
    if hashable and fn in _MAKERS:
        webs.makers.update((r, loops) for r in op.results)
    if hashable and fn in _ITERATORS:
        webs.iterators.update((r, loops) for r in op.results)
    holds = (hashable and fn in _HOLDERS) or isinstance(fn, _TEMPLATES) or fn is None
    if holds or fn in (primitives.call_method, operator.mul) or (hashable and fn in _ITERATORS):
        for operand in op.operands():
            _hold(webs, operand, op, loops)


def _hold(webs: _Webs, operand: Operand | Star, op: Op, loops: tuple[Op, ...]) -> None:
    if isinstance(operand, Value) and _may_be_list(operand):
        is_item = isinstance(op, Call) and callee(op) is operator.mul
        if not is_item:
            webs.holds.append(_Event(operand, webs.position, loops, op.span))


def _join(webs: _Webs, op: Op, loops: tuple[Op, ...]) -> None:
    if isinstance(op, (If, Try)):
        for result, a, b in zip(op.results, *(side.results for side in sides(op)), strict=True):
            if isinstance(a, Value) and isinstance(b, Value) and _may_be_list(result):
                x, y = webs.origin.get(a, a), webs.origin.get(b, b)
                webs.origin[result] = x
                if x is not y:
                    webs.merges.append(_Event(result, webs.position, loops, op.span))
            webs.unite(result, a)
            webs.unite(result, b)
    if isinstance(op, (For, While)):
        params = op.body.params[1:] if isinstance(op, For) else op.body.params
        for result, param, start, out in zip(op.results, params, op.inits, op.body.results[1:], strict=True):
            for version in (param, start, out):
                webs.unite(result, version)


def _check(webs: _Webs) -> None:
    made = {webs.find(v) for v in webs.makers}
    for event in webs.appends:
        web = webs.find(event.value)
        if web not in made:
            raise MutationError("`.append()` on a list that is not made in this function", event.span, _REWRITE)
        for hold in webs.holds:
            if _is_same_list(webs, event, hold) and _may_follow(webs, event, hold):
                raise MutationError(
                    "`.append()` to a list that something else may hold on to", event.span, f"{_REWRITE}{_where(hold)}"
                )
    _check_merges(webs)


def _is_same_list(webs: _Webs, append: _Event, hold: _Event) -> bool:
    """Whether what is held on to may be the list that is appended to; a loop holds on to the very list it runs over."""
    if hold.ends_with is not None:
        return webs.origin.get(hold.value, hold.value) is webs.origin.get(append.value, append.value)
    return webs.find(hold.value) is webs.find(append.value)


def _where(hold: _Event) -> str:
    return "" if hold.span is None else f"; it is held since line {hold.span.line}"


def _may_follow(webs: _Webs, append: _Event, hold: _Event) -> bool:
    """Whether an append may come after its list has been held on to."""
    if hold.ends_with is not None:
        return hold.ends_with in append.loops
    if append.position > hold.position:
        return True
    shared = [loop for loop in hold.loops if loop in append.loops]
    return any(not _made_inside(webs, append.value, loop) for loop in shared)


def _made_inside(webs: _Webs, value: Value, loop: Op) -> bool:
    """Whether every list of a web is made anew in each iteration of a loop."""
    web = webs.find(value)
    return all(loop in loops for v, loops in webs.makers.items() if webs.find(v) is web)


def _check_merges(webs: _Webs) -> None:
    """Lists of different origin that an `if` merges have two names from then on."""
    for merge in webs.merges:
        for event in webs.appends:
            same_web = webs.find(event.value) is webs.find(merge.value)
            if same_web and (event.position > merge.position or set(event.loops) & set(merge.loops)):
                raise MutationError("`.append()` to one of several lists", event.span, _REWRITE)


def _use_versions(webs: _Webs, op: Op) -> None:
    """Only the last version of a list may be read."""
    for operand in operands(op):
        if operand in webs.superseded:
            raise MutationError("a list that has been appended to under another name", op.span, _REWRITE)


def _use_iterators(webs: _Webs, op: Op, loops: tuple[Op, ...]) -> None:
    """A `zip`, `enumerate` or `reversed` is consumed by its first use."""
    for operand in operands(op):
        if isinstance(operand, Value) and operand in webs.iterators:
            if webs.iterators[operand] != loops:
                raise UnsupportedSyntaxError(
                    "an iterator that is used up by its first use",
                    op.span,
                    "write `zip`, `enumerate` or `reversed` where it is looped over, or make a list of it",
                )
            webs.iterators[operand] = (op,)


def growing_lists(body: Block) -> dict[Value, Span | None]:
    """The versions of lists that may be appended to later, with the place of an append."""
    found: dict[Value, Span | None] = {}
    size = -1
    while len(found) != size:
        size = len(found)
        _grow(body, found)
    return found


def _grow(block: Block, found: dict[Value, Span | None]) -> None:
    for op in reversed(block.ops):
        if isinstance(op, Call):
            if callee(op) is primitives.append and isinstance(op.args[0], Value):
                found.setdefault(op.args[0], op.span)
            continue
        for later, earlier in _flows(op):
            if later in found and isinstance(earlier, Value):
                found.setdefault(earlier, found[later])
        for region in regions(op):
            _grow(region, found)


def _flows(op: Op) -> list[tuple[Value, Operand]]:
    """Pairs of a version and one that it may be the same list as, later and earlier."""
    if isinstance(op, (If, Try)):
        return [pair for side in sides(op) for pair in zip(op.results, side.results, strict=True)]
    if isinstance(op, With):
        return []
    assert isinstance(op, (For, While))
    params = op.body.params[1:] if isinstance(op, For) else op.body.params
    outs = op.body.results[1:]
    return [
        pair
        for later in (op.results, params)
        for earlier in (outs, op.inits, params)
        for pair in zip(later, earlier, strict=True)
        if pair[0] is not pair[1]
    ]
