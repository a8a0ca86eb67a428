"""The adjoints of writes to dicts whose keys are known: the cotangent gets the keys that were there before."""

from __future__ import annotations

from typing import Any

from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import Dict
from s2s_ad.transforms.structural import StructuralStep, reverses


@reverses(primitives.set_item, primitives.delete_item)
def _reverse_item(step: StructuralStep) -> None:
    """`d[k] = v`: v̄ is what the cotangent of the dict has under the key, which it did not have before."""
    bar = step.take()
    if bar is None:
        return
    t, key = step.t, constant(step.op.args[1])  # type: ignore[arg-type]
    new, old = step.op.results[0].type, type_of_operand(step.args()[0])
    assert isinstance(new, Dict)
    assert isinstance(old, Dict)
    parts: dict[Any, Operand] = dict(zip(new.keys, t.tangents.parts_of_cotangent(bar, new), strict=True))
    if len(step.op.args) > 2 and step.is_active(2):
        step.contribute(2, parts[key])
    if step.is_active(0):
        before = [Const(None) if k == key else parts[k] for k in old.keys]
        step.contribute(0, t.tangents.rebuild(old, before))
