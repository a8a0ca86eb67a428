"""Copies the arrays of a result that the pullback needs, for the caller may write to what it is given.

    y = np.exp(x)                         y = np.exp(x)
    result = y, y * y                     result = y.copy(), y * y
    def pullback(y_bar): ... * y          def pullback(y_bar): ... * y

This holds for a result that is an array, and for tuples, lists and dicts that are made as it is returned. What an
argument has, or has been given, is handed out as it is: it is there already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.sharing import Sharing, kinds
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, Operand, Value, free_values, operands, regions
from s2s_ad.ir.types import Array, Record, Type, Unknown
from s2s_ad.rules.numpy import methods
from s2s_ad.transforms.lending import users_in
from s2s_ad.transforms.pairs import Reversed
from s2s_ad.transforms.rewriting import substitute

_DISPLAYS = frozenset({primitives.make_tuple, primitives.make_list, primitives.make_dict})


def handed_out(made: Reversed, body: Block) -> Reversed:
    """`made`, which is of `body`, with copies in its result, where the caller could change what the pullback reads."""
    y = made.forward.results[0]
    saved = tuple(v for v in free_values(made.backward) if v not in made.params)
    displays = _displays(made.forward, y, saved)
    arrays = [v for v in _in_displays(y, displays) if _is_array(v)]
    before = tuple(op for op in made.forward.ops if op not in displays)
    sharing = Sharing(Block((), before, (*arrays, *saved)), 0)
    needed = {web for v in saved for web in sharing.webs(v)}
    read = [v for v in arrays if v not in made.params and not needed.isdisjoint(sharing.webs(v))]
    if not read:
        return made
    sources, copies = _origins(body), {v: Value(v.name, v.type, v.hint) for v in read}
    ops = [Call((copy,), Const(_copier(v.type, sources)), (v, *sources)) for v, copy in copies.items()]
    after = substitute(Block((), tuple(displays), (y,)), copies)
    return replace(made, forward=Block((), (*before, *ops, *after.ops), after.results))


def _copier(t: Type, sources: Sequence[Value]) -> Any:
    """How to copy what may be one of the `sources`, or a number unless its type says that it is an array."""
    if sources:
        return runtime.copy_unless_of
    return methods.copy_method if isinstance(t, Array) and t.axes else runtime.copy


def _origins(body: Block) -> list[Value]:
    """The parameters of which what a function returns may be a view."""
    sharing = Sharing(body, 0)
    webs = {web for v in _given(body) if _is_array(v) for web in sharing.webs(v)}
    versions = [set(sharing.webs(v)) for v in _values(body) if isinstance(v.type, Record)]
    return [p for p in body.params if not webs.isdisjoint(_webs_of(sharing, p, versions))]


def _webs_of(sharing: Sharing, param: Value, versions: Sequence[set[Any]]) -> set[Any]:
    """The webs that a parameter is in, also by what an object has been given since."""
    own = set(sharing.webs(param))
    return own.union(*(webs for webs in versions if not webs.isdisjoint(own))) if versions else own


def _values(block: Block) -> Iterator[Value]:
    for op in block.ops:
        yield from op.results
        for region in regions(op):
            yield from _values(region)


def _given(body: Block) -> list[Value]:
    """What a function returns, and what stands in it."""
    return _in_displays(body.results[0], _displays(body, body.results[0], ()))


def _in_displays(y: Operand, displays: Sequence[Call]) -> list[Value]:
    """A value, or what stands in it if displays make it."""
    given = dict.fromkeys((y, *(o for op in displays for o in operands(op))))
    made = {r for op in displays for r in op.results}
    return [v for v in given if isinstance(v, Value) and v not in made]


def shown_later(body: Block) -> list[Value]:
    """The objects, lists and dicts that a function returns, of which there can be no copy."""
    return [v for v in _given(body) if not _is_array(v) and kinds(v.type)]


def _is_array(v: Value) -> bool:
    return isinstance(v.type, (Array, Unknown))


def _displays(block: Block, y: Operand, saved: tuple[Value, ...]) -> list[Call]:
    """The displays that make `y` and what is in it, and that nothing else reads, the innermost first."""
    users = users_in(block)
    makers = {
        op.results[0]: op
        for op in block.ops
        if isinstance(op, Call) and callee(op) in _DISPLAYS and len(users[op.results[0]]) == 1
    }
    found: list[Call] = []
    waiting = [y]
    for operand in waiting:
        if isinstance(operand, Value) and operand in makers and operand not in saved:
            found.insert(0, makers[operand])
            waiting += operands(makers[operand])
    return found
