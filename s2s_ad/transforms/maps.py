"""The adjoints of writes to a dict whose keys are known only at run time, on the dict of its cotangents.

    d[k] = v       v̄ += d̄.pop(k, 0)
    d.pop(k)       d̄[k] = cotangent of the item
    v = d[k]       d̄[k] = d̄.get(k, 0) + v̄      (in `structural`)

A key that d̄ does not have stands for zero, so that going back nothing has to be known of what was there before.
"""

from __future__ import annotations

from s2s_ad.ir import primitives
from s2s_ad.transforms.lists import close, is_idle, open_buffer, taken
from s2s_ad.transforms.structural import StructuralStep, reverses


@reverses(primitives.put)
def _reverse_put(step: StructuralStep) -> None:
    if is_idle(step):
        return
    buffer, entry = open_buffer(step)
    key, item = step.args()[1:]
    bar, rest = taken(step, primitives.pop, buffer, key, step.t.tangents.zero(item))
    step.contribute(2, bar)
    close(step, rest, entry)
