"""Lists that are read in pieces which together are the whole.

    for w, b in params[:-1]:
        x = np.tanh(x @ w + b)
    w, b = params[-1]

The cotangent of such a list is the concatenation of the cotangents of its pieces, with no zeros to add them to. A piece
is an item or a slice at constant bounds, all of them counted from one end: then the pieces fit together whatever the
length, as slices are cut off at the end of the list, and an item that is not there raises an error.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import constant
from s2s_ad.ir.nodes import Block, Call, Op, Value, With, free_values, operands, regions
from s2s_ad.ir.types import List

Bound = tuple[int, int]  # from the start (0, k), or from the end (1, -k)
_START, _END = (0, 0), (1, 0)


@dataclass(frozen=True, eq=False)
class Partition:
    """The reads of one list, from its first item to its last.

    `first`: the active one that comes first in the program.
    """

    pieces: tuple[Call, ...]
    first: Call


def partitions(block: Block, active: set[Value], *, whole: bool = True) -> dict[Value, Partition]:
    """The lists of a block that are only read in pieces which make up the whole, regions included."""
    values = [*block.params, *(r for op in block.ops for r in op.results)]
    found: dict[Value, Partition] = {}
    for value in values if whole else ():
        if isinstance(value.type, List) and value.type.items is None and value in active:
            pieces = _pieces(value, block) or []
            first = next((p for p in pieces if p.results[0] in active), None)
            if first is not None and len(pieces) > 1:
                found[value] = Partition(tuple(_in_order(pieces)), first)
    for op in block.ops:
        for region in regions(op):
            found.update(partitions(region, active, whole=not isinstance(op, With)))
    return found


def _pieces(value: Value, block: Block) -> list[Call] | None:
    """The reads of `value` in this very block, if it is used in no other way and they tile the list."""
    reads = [op for op in block.ops if _uses(op, value)]
    if value in block.results or not all(_is_piece(op, value) for op in reads):
        return None
    calls = [op for op in reads if isinstance(op, Call) and callee(op) is not len]
    return calls if _tile(_in_order(calls)) else None


def _uses(op: Op, value: Value) -> bool:
    return value in operands(op) or any(value in free_values(region) for region in regions(op))


def _is_piece(op: Op, value: Value) -> bool:
    if not isinstance(op, Call) or any(value in free_values(region) for region in regions(op)):
        return False
    if callee(op) is len:
        return True
    return callee(op) is operator.getitem and op.args[0] is value and _bounds(op) is not None


def _bounds(read: Call) -> tuple[Bound, Bound] | None:
    """Where a piece starts and stops."""
    index = constant(read.args[1])  # type: ignore[arg-type]
    if type(index) is int:
        return _bound(index), _END if index == -1 else _bound(index + 1)
    if not isinstance(index, slice) or index.step not in (None, 1):
        return None
    if not all(type(b) in (int, type(None)) for b in (index.start, index.stop)):
        return None
    start = _START if index.start is None else _bound(index.start)
    return start, _END if index.stop is None else _bound(index.stop)


def _bound(i: int) -> Bound:
    return (0, i) if i >= 0 else (1, i)


def _in_order(pieces: Iterable[Call]) -> list[Call]:
    return sorted(pieces, key=lambda p: _bounds(p) or (_START, _START))


def _tile(pieces: list[Call]) -> bool:
    """Whether each piece starts where the one before it stops, counted from one end alone."""
    bounds = [b for p in pieces if (b := _bounds(p)) is not None]
    if not bounds or bounds[0][0] != _START or bounds[-1][1] != _END:
        return False
    inner = [stop for _, stop in bounds[:-1]]
    return inner == [start for start, _ in bounds[1:]] and len({end for end, _ in inner}) == 1
