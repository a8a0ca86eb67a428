"""The adjoints of writes to a dict whose keys are known only at run time, on the dict of its cotangents.

    d[k] = v       v̄ += d̄.pop(k, 0)
    d.pop(k)       d̄[k] = cotangent of the item
    v = d[k]       d̄[k] = d̄.get(k, 0) + v̄      (in `structural`)

A key that d̄ does not have stands for zero, so that going back nothing has to be known of what was there before.
"""

from __future__ import annotations

from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const
from s2s_ad.transforms.lists import close, is_idle, open_buffer, taken
from s2s_ad.transforms.structural import StructuralStep, reverses


@reverses(primitives.put)
def reverse_put(step: StructuralStep) -> None:
    """`d[k] = v`, and `d[k][...] = v` too."""
    if is_idle(step):
        return
    (buffer, _), entry = open_buffer(step)
    key, item = step.args()[1], step.args()[-1]
    bar, rest = taken(step, primitives.pop_key, (buffer, []), key, step.t.tangents.zero(item))
    step.contribute(len(step.op.args) - 1, bar)
    close(step, rest, entry)


@reverses(primitives.pop_key)
def _reverse_pop_key(step: StructuralStep) -> None:
    if is_idle(step) or not step.is_active(0):
        return
    t, item = step.t, step.op.results[0]
    bar = t.tangents.complete(t.take(item) or Const(None), t.resolve(item))
    (buffer, _), entry = open_buffer(step)
    args = [buffer, step.args()[1], bar]
    close(step, t.spec.emit(primitives.put, args, None, type_of_operand(buffer)), entry, bar)
