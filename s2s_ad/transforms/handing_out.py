"""Copies the arrays of a result that the pullback needs, for the caller may write to what it is given.

    y = np.exp(x)                         y = np.exp(x)
    result = y, y * y                     result = y.copy(), y * y
    def pullback(y_bar): ... * y          def pullback(y_bar): ... * y

This holds for a result that is an array, and for tuples, lists and dicts that are made as it is returned. Of an object,
of a list that grew before, and of what may be an array of the caller's or a new one, no copy can be given: what the
pullback needs of it is copied instead. The caller's own arrays and views of them are given as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.sharing import Sharing, kinds
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, Operand, Value, free_values, operands, regions
from s2s_ad.ir.types import Array, Type, Unknown
from s2s_ad.rules.numpy import methods
from s2s_ad.transforms.lending import users_in
from s2s_ad.transforms.pairs import Reversed
from s2s_ad.transforms.rewriting import substitute

_DISPLAYS = frozenset({primitives.make_tuple, primitives.make_list, primitives.make_dict})


def handed_out(made: Reversed) -> Reversed:
    """`made` with copies in its result, where the caller could change what the pullback reads."""
    y = made.forward.results[0]
    saved = tuple(v for v in free_values(made.backward) if v not in made.params)
    displays = _displays(made.forward, y, saved)
    given = dict.fromkeys((y, *(o for op in displays for o in operands(op))))
    arrays = tuple(v for v in given if isinstance(v, Value) and isinstance(v.type, (Array, Unknown)))
    before = tuple(op for op in made.forward.ops if op not in displays)
    sharing = Sharing(Block((), before, (*arrays, *saved)), 0)
    needed = {web for v in saved for web in sharing.webs(v)} - {web for v in made.params for web in sharing.webs(v)}
    copies: dict[Value, Operand] = {
        v: Value(v.name, v.type, v.hint) for v in arrays if not needed.isdisjoint(sharing.webs(v))
    }
    ops = [Call((copy,), Const(_copier(v.type)), (v,)) for v, copy in copies.items() if isinstance(copy, Value)]
    after = substitute(Block((), tuple(displays), (y,)), copies)
    return replace(made, forward=Block((), (*before, *ops, *after.ops), after.results))


def _copier(t: Type) -> Any:
    """How to copy what may be a number too, unless its type says that it is an array."""
    return methods.copy_method if isinstance(t, Array) and t.axes else runtime.copy


def shown_later(body: Block) -> list[Value]:
    """What a function returns that cannot be copied: objects, and what may be an argument or new, by the way taken."""
    y = body.results[0]
    displays = _displays(body, y, ())
    given = dict.fromkeys((y, *(o for op in displays for o in operands(op))))
    made = {r for op in displays for r in op.results}
    merged = {r for op in body.ops if regions(op) for r in op.results if isinstance(r.type, (Array, Unknown))}
    arrays = [v for v in given if v in merged]
    objects = [v for v in given if isinstance(v, Value) and not isinstance(v.type, (Array, Unknown)) and v not in made]
    if arrays:
        sharing = Sharing(body, 0)
        outside = {web for v in body.params for web in sharing.webs(v)}
        arrays = [v for v in arrays if not outside.isdisjoint(sharing.webs(v))]
    return [*arrays, *(v for v in objects if kinds(v.type))]


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
