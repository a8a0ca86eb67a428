"""Which calls are printed inside the expression that uses them, rather than as a statement of their own.

A result without a user's name that is used once, in the same block, is nested, unless something between the two could
change what it reads or an effect would be moved. Inside a `try`, what may raise stays in order too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from s2s_ad.analysis.effects import callee, is_pure, may_raise_watched, targets_of, writes
from s2s_ad.analysis.sharing import kinds, makes_new
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, For, If, Op, Operand, Try, Value, While, operands, regions

_MAX_NODES = 24


def count_uses(blocks: Iterable[Block]) -> Counter[Value]:
    """How often each value is read."""
    uses: Counter[Value] = Counter()
    for block in blocks:
        _count(block, uses)
    return uses


def _count(block: Block, uses: Counter[Value]) -> None:
    for op in block.ops:
        for operand in operands(op):
            if isinstance(operand, Value):
                uses[operand] += 1
        for region in regions(op):
            _count(region, uses)
    uses.update(r for r in block.results if isinstance(r, Value))


def carried_for_results(blocks: Iterable[Block], uses: Counter[Value]) -> None:
    """A loop's result is what it last carried: a parameter counts as read where the result is."""
    for block in blocks:
        for op in block.ops:
            carried_for_results(regions(op), uses)
            if isinstance(op, (For, While)):
                params = op.body.params[1:] if isinstance(op, For) else op.body.params
                uses.update(p for p, r in zip(params, op.results, strict=True) if uses[r])


def nested_values(blocks: Iterable[Block], *, watched: bool = False, joint: bool = False) -> dict[Value, Op]:
    """The values to be printed inside the expressions that use them, with the ops that define them.

    `watched`: it matters in which order things are raised, as it does inside a `try`. `joint`: the results of each
    block are read only after all blocks.
    """
    blocks = tuple(blocks)
    uses = count_uses(blocks)
    for block in blocks:
        _keep_written(block, uses)
    found: dict[Value, Op] = {}
    for i, block in enumerate(blocks):
        _nest_block(
            block, uses, found, watched=watched, settled=not (joint and any(map(_writes_to_older, blocks[i + 1 :])))
        )
    return found


def _writes_to_older(block: Block) -> bool:
    """Whether a block may write to memory that was there before it."""
    return _made_in(block, frozenset()) is None


def _made_in(block: Block, own: frozenset[Operand]) -> frozenset[Operand] | None:
    """`own` and the values that name what is made in a block; None if it may write to anything else."""
    for op in block.ops:
        if isinstance(op, (For, While)):
            carried = _made_by_loop(op, own)
            if carried is None:
                return None
            own |= carried
        elif any(_made_in(region, own) is None for region in regions(op)):
            return None
        elif isinstance(op, Call) and (makes_new(callee(op), op) or callee(op) is primitives.make_list):
            own |= set(op.results)
        elif writes(op):
            if any(target not in own for target in targets_of(op)):
                return None
            own |= set(op.results)
    return own


def _made_by_loop(op: For | While, own: frozenset[Operand]) -> frozenset[Operand] | None:
    """The results of a loop that name what is made in the block; None if its body may write to anything else."""
    params = op.body.params[isinstance(op, For) :]
    rows = list(zip(params, op.inits, op.body.results[1:], op.results, strict=True))
    rows = [row for row in rows if row[1] in own]
    while (inside := _made_in(op.body, own | {row[0] for row in rows})) is not None:
        kept = [row for row in rows if row[2] in inside]
        if len(kept) == len(rows):
            return frozenset(row[3] for row in rows)
        rows = kept
    return None


def _keep_written(block: Block, uses: Counter[Value]) -> None:
    """What is written in place needs a variable: count it as used more than once."""
    for op in block.ops:
        uses.update(target for target in targets_of(op) if isinstance(target, Value))
        for region in regions(op):
            _keep_written(region, uses)


def _nest_block(
    block: Block, uses: Counter[Value], found: dict[Value, Op], *, watched: bool = False, settled: bool = True
) -> None:
    """Nest what may be; the results of the block are used only after later blocks, unless these leave it `settled`."""
    candidates: dict[Value, int] = {}
    sizes: dict[Value, int] = {}
    for i, op in enumerate(block.ops):
        for region in regions(op):
            _nest_block(region, uses, found, watched=watched or isinstance(op, Try))
        reads = [o for o in operands(op) if isinstance(o, Value)]
        size, last = 1, -1
        for value in reads:
            start = candidates.pop(value, None)
            if start is None or size + sizes[value] > _MAX_NODES or not _may_move(block.ops, start, i, found):
                continue
            if not is_pure(block.ops[start]) or (watched and raises(block.ops[start], found)):
                if start < last:  # the arguments are not in the order in which they are evaluated
                    continue
                if watched and not _stays_in_order(block.ops, start, i, found):
                    continue
                last = start
            found[value] = block.ops[start]
            size += sizes[value]
        if _is_candidate(op, uses, found):
            candidates[op.results[0]] = i
            sizes[op.results[0]] = size
    for result in block.results:
        if isinstance(result, Value) and result in candidates:
            start, end = candidates.pop(result), len(block.ops)
            settles = settled or not _reads_memory(block.ops[start], found)
            if (
                settles
                and _may_move(block.ops, start, end, found)
                and not (watched and raises(block.ops[start], found))
            ):
                found[result] = block.ops[start]


def _reads_memory(op: Op, found: dict[Value, Op]) -> bool:
    """Whether an op, or what is nested in it, reads what can be written to."""
    reads = [o for o in operands(op) if isinstance(o, Value)]
    return any(_reads_memory(found[o], found) if o in found else kinds(o.type) for o in reads)


def _is_candidate(op: Op, uses: Counter[Value], found: dict[Value, Op]) -> bool:
    if len(op.results) != 1 or op.results[0].name is not None or uses[op.results[0]] != 1:
        return False
    if isinstance(op, If):
        return is_expression(op, found)
    return isinstance(op, Call) and not writes(op) and not isinstance(callee(op), primitives.Unpack)


def is_expression(op: If, found: dict[Value, Op]) -> bool:
    """Whether an `if` can be printed as a conditional expression."""
    if len(op.results) != 1:
        return False
    return all(all(len(o.results) == 1 and o.results[0] in found for o in side.ops) for side in (op.then, op.orelse))


def _may_move(ops: tuple[Op, ...], start: int, end: int, found: dict[Value, Op]) -> bool:
    """Whether the op at `start` may be evaluated at `end`: what runs between is pure, or nested as well."""
    between = [op for op in ops[start + 1 : end] if not all(r in found for r in op.results) or not op.results]
    if not between:
        return True
    return is_pure(ops[start]) and all(isinstance(op, Call) and is_pure(op) and not writes(op) for op in between)


def _stays_in_order(ops: tuple[Op, ...], start: int, end: int, found: dict[Value, Op]) -> bool:
    """Whether nothing that is evaluated between `start` and `end` may raise."""
    between = [op for op in ops[start + 1 : end] if not all(r in found for r in op.results)]
    return not any(raises(op, found) for op in between)


def raises(op: Op, found: dict[Value, Op]) -> bool:
    """Whether an op, or what is nested in it, may raise."""
    return may_raise_watched(op) or any(raises(found[o], found) for o in operands(op) if o in found)
