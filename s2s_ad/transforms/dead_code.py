"""Drops what nothing reads.

    def before(x):                 def after(x):
        y = np.sin(x)                  for x in range(3):
        t = 0                              print(x)
        for x in range(3):
            t += x
            print(x)

A loop keeps of what it carries only what is read after it or feeds what is. Effects stay, and so does what `keep`
names (calls of the user's that may raise). An item that is looked up only to be written to, `rows[i]` in
`rows[i][j] = y`, is looked up by the write.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from s2s_ad.analysis.effects import callee, is_errstate, is_pure, may_raise, path_of, writes
from s2s_ad.analysis.statics import same
from s2s_ad.ir.nodes import Block, Call, For, If, Op, Operand, Try, Value, While, With, operands

Keep = Callable[[Op], bool]


def dead_code(block: Block, keep: Keep = lambda _: False) -> Block:
    """`block` without the ops that neither have an effect nor feed its results."""
    return _sweep(block, block.results, keep)[0]


def _sweep(block: Block, results: tuple[Operand, ...], keep: Keep) -> tuple[Block, set[Value]]:
    """The block with only `results`, and the values that it reads."""
    live = {r for r in results if isinstance(r, Value)}
    ops: list[Op] = []
    ahead: list[tuple[Operand, Operand]] = []  # what will be looked up again before anything else can happen
    for op in reversed(block.ops):
        kept = None if _is_ahead(op, ahead) and op.results[0] not in live else _sweep_op(op, live, keep)
        if kept is not None:
            ops.append(kept)
            ahead = _looked_up(kept, ahead)
    return Block(block.params, tuple(reversed(ops)), results), live


def _is_ahead(op: Op, ahead: list[tuple[Operand, Operand]]) -> bool:
    if not isinstance(op, Call) or callee(op) is not operator.getitem:
        return False
    return any(same(op.args[0], base) and same(op.args[1], index) for base, index in ahead)  # type: ignore[arg-type]


def _looked_up(op: Op, after: list[tuple[Operand, Operand]]) -> list[tuple[Operand, Operand]]:
    """What `op` looks up before it does anything else, if it is a write; or what is looked up after it."""
    if isinstance(op, Call) and writes(op):
        return [(op.args[0], index) for index in path_of(op)[:1]]  # type: ignore[misc]
    return after if is_pure(op) and not may_raise(op) else []


def _sweep_op(op: Op, live: set[Value], keep: Keep) -> Op | None:
    """What is left of `op`, or None; `live` grows by what that reads."""
    match op:
        case Call():
            if not (any(r in live for r in op.results) or keep(op) or not is_pure(op)):
                return None
            live.update(o for o in op.operands() if isinstance(o, Value))
            return op
        case If():
            return _sweep_if(op, live, keep)
        case For() | While():
            return _sweep_loop(op, live, keep)
        case With():
            return _sweep_with(op, live, keep)
        case Try():
            return _sweep_try(op, live, keep)
    raise TypeError(op)


def _sweep_if(op: If, live: set[Value], keep: Keep) -> Op | None:
    chosen = [i for i, r in enumerate(op.results) if r in live]
    then, then_live = _sweep(op.then, tuple(op.then.results[i] for i in chosen), keep)
    orelse, else_live = _sweep(op.orelse, tuple(op.orelse.results[i] for i in chosen), keep)
    if not chosen and not then.ops and not orelse.ops:
        return None
    live |= then_live | else_live
    kept = If(tuple(op.results[i] for i in chosen), op.test, then, orelse, span=op.span)
    live.update(o for o in operands(kept) if isinstance(o, Value))
    return kept


def _sweep_with(op: With, live: set[Value], keep: Keep) -> Op | None:
    """A `With`; what its body defines may be read after it. Without a body only that of NumPy's errors may go."""
    inner = [kept for o in reversed(op.body.ops) if (kept := _sweep_op(o, live, keep)) is not None]
    if not inner and is_errstate(op.manager):
        return None
    if isinstance(op.manager, Value):
        live.add(op.manager)
    return With((), op.manager, Block(op.body.params, tuple(reversed(inner)), ()), span=op.span)


def _sweep_try(op: Try, live: set[Value], keep: Keep) -> Op | None:
    """A `Try`; one whose body does nothing has no need of a handler."""
    chosen = [i for i, r in enumerate(op.results) if r in live]
    body, body_live = _sweep(op.body, tuple(op.body.results[i] for i in chosen), keep)
    handler, handler_live = _sweep(op.handler, tuple(op.handler.results[i] for i in chosen), keep)
    if not chosen and not body.ops:
        return None
    live |= body_live | (handler_live - set(handler.params))
    return Try(tuple(op.results[i] for i in chosen), op.kinds, body, handler, span=op.span)


def _sweep_loop(op: For | While, live: set[Value], keep: Keep) -> Op | None:
    first = 1 if isinstance(op, For) else 0
    carried = op.body.params[first:]
    chosen = {i for i, r in enumerate(op.results) if r in live}
    while True:
        order = sorted(chosen)
        outs = (op.body.results[0], *(op.body.results[1 + i] for i in order))
        body, used = _sweep(op.body, outs, keep)
        needed = {i for i, p in enumerate(carried) if p in used}
        if needed <= chosen:
            break
        chosen |= needed
    endless = isinstance(op, While) and keep(op)
    if not order and not endless and not _sweep(op.body, (), keep)[0].ops:
        return None
    inits = tuple(op.inits[i] for i in order)
    results = tuple(op.results[i] for i in order)
    kept_body = Block((*op.body.params[:first], *(carried[i] for i in order)), body.ops, body.results)
    kept: Op
    if isinstance(op, For):
        kept = For(results, op.iterable, inits, kept_body, span=op.span)
    else:
        kept = While(results, inits, kept_body, span=op.span)
    live |= used - set(kept_body.params)
    live.update(o for o in operands(kept) if isinstance(o, Value))
    return kept
