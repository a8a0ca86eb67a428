"""Copies the arrays of a result that the pullback needs, for the caller may write to what it is given.

    y = np.exp(x)                         y = np.exp(x)
    result = y, y * y                     result = y.copy(), y * y
    def pullback(y_bar): ... * y          def pullback(y_bar): ... * y

This holds for a result that is an array, and for tuples, lists and dicts that are made as it is returned. A list that
grew before, say, is given as it is; so are the caller's own arrays and views of them.
"""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.sharing import Sharing
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, Operand, Value, free_values, operands
from s2s_ad.ir.types import Array
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
    arrays = tuple(v for v in given if isinstance(v, Value) and isinstance(v.type, Array))
    before = tuple(op for op in made.forward.ops if op not in displays)
    sharing = Sharing(Block((), before, (*arrays, *saved)), 0)
    needed = {web for v in saved for web in sharing.webs(v)} - {web for v in made.params for web in sharing.webs(v)}
    copies: dict[Value, Operand] = {
        v: Value(v.name, v.type, v.hint) for v in arrays if not needed.isdisjoint(sharing.webs(v))
    }
    ops = [Call((copy,), Const(methods.copy_method), (v,)) for v, copy in copies.items() if isinstance(copy, Value)]
    after = substitute(Block((), tuple(displays), (y,)), copies)
    return replace(made, forward=Block((), (*before, *ops, *after.ops), after.results))


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
