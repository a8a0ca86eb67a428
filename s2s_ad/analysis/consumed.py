"""Refuses iterators that are used twice: a `zip`, `enumerate` or `reversed` is used up by its first use."""

from __future__ import annotations

from collections.abc import Sequence

from s2s_ad.analysis.effects import callee
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir.nodes import Block, For, Op, Operand, Value, While, operands, regions

_ITERATORS = frozenset({zip, enumerate, reversed})


def check_iterators(ops: Sequence[Op], result: Operand) -> None:
    """Raise UnsupportedSyntaxError at an iterator that is used more than once."""
    _sweep({}, Block((), tuple(ops), (result,)), ())


def _sweep(iterators: dict[Value, tuple[Op, ...]], block: Block, loops: tuple[Op, ...]) -> None:
    """`iterators`: those that have been made, with the loops around them, or with the op that has used them up."""
    for op in block.ops:
        for operand in operands(op):
            if isinstance(operand, Value) and operand in iterators:
                if iterators[operand] != loops:
                    raise UnsupportedSyntaxError(
                        "an iterator that is used up by its first use",
                        op.span,
                        "write `zip`, `enumerate` or `reversed` where it is looped over, or make a list of it",
                    )
                iterators[operand] = (op,)
        fn = callee(op)
        if type(fn).__hash__ is not None and fn in _ITERATORS:
            iterators.update((r, loops) for r in op.results)
        inner = (*loops, op) if isinstance(op, (For, While)) else loops
        for region in regions(op):
            _sweep(iterators, region, inner)
