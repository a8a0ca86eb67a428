"""The adjoints of writes to a dict whose keys are known only at run time, on the dict of its cotangents.

    d[k] = v       v̄ += d̄.pop(k, 0)
    d.pop(k)       d̄[k] = cotangent of the item
    v = d[k]       d̄[k] = d̄.get(k, 0) + v̄      (in `structural`)

Where d holds numbers or arrays, a key that d̄ does not have stands for zero, so that going back nothing has to be known
of what was there before. Where it holds lists, dicts or objects, which are written to by themselves, d̄ has the keys
that d has at each place:

    d[k] = v       v̄ += d̄.pop(k), and d̄[k] = 0 for what was there before
    v = d[k]       d̄[k] = d̄[k] + v̄

That of a dict in a list or dict is reached by the same path.
"""

from __future__ import annotations

import operator

from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, If, Operand, Value
from s2s_ad.ir.types import BOOL
from s2s_ad.transforms.cotangent_types import has_all_keys
from s2s_ad.transforms.lists import Buffer, close, is_idle, open_buffer, take_item, taken
from s2s_ad.transforms.structural import StructuralStep, followed, reverses


@reverses(primitives.put, primitives.put_new)
def _reverse_put(step: StructuralStep) -> None:
    if is_idle(step):
        return
    buffer, entry = open_buffer(step)
    key, item = step.args()[-2:]
    if has_all_keys(type_of_operand(followed(step.t, *buffer))):
        bar, rest = taken(step, primitives.pop_key, buffer, key)
    else:
        bar, rest = taken(step, primitives.take_key, buffer, key, step.t.tangents.zero(item))
    step.hand_over(step.op.args[-1], entry.taken_out(bar))
    if step.replaced is not None:
        rest = _with_zero(step, (rest, buffer[1]), key, step.replaced)
    close(step, rest, entry)


def reverse_whole(step: StructuralStep) -> None:
    """`d[k][...] = v` of an array in a dict."""
    (buffer, (key,)), entry = open_buffer(step)
    bar, rest = taken(step, primitives.take_key, (buffer, []), key, step.t.tangents.zero(step.args()[-1]))
    step.contribute(len(step.op.args) - 1, bar)
    close(step, rest, entry)


def _with_zero(step: StructuralStep, buffer: Buffer, key: Operand, before: Operand) -> Value:
    """The buffer with the zero cotangent of what was under a key, if something was."""
    (target, path), spec, name = buffer, step.t.spec, getattr(buffer[0], "name", None)
    was_there = Value(None, BOOL)
    spec.ops.append(Call((was_there,), Const(operator.is_not), (before, Const(None)), span=step.op.span))
    with spec.region() as ops:
        args = [target, *path, key, step.t.tangents.zero(before)]
        version = spec.emit(primitives.put_new, args, None, type_of_operand(target), name)
    result = Value(name, type_of_operand(target))
    spec.ops.append(If((result,), was_there, Block((), tuple(ops), (version,)), Block((), (), (target,))))
    return result


@reverses(primitives.pop_key)
def _reverse_pop_key(step: StructuralStep) -> None:
    if is_idle(step) or not step.is_active(0):
        return
    t = step.t
    (buffer, path), entry = open_buffer(step)
    item = take_item(step)
    args = [buffer, *path, step.args()[-1], item.operand]
    close(step, t.spec.emit(primitives.put_new, args, None, type_of_operand(buffer)), entry.put_in(item))
