"""The adjoints of writes to a part of a structure whose parts are known: to an item of a dict, or an attribute."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.errors import MutationError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Operand, Star, Value
from s2s_ad.ir.types import Array, List, Map
from s2s_ad.transforms.cotangent_types import keys_of, static_parts
from s2s_ad.transforms.scopes import ITSELF
from s2s_ad.transforms.structural import StructuralStep, reverses


@reverses(primitives.set_item, primitives.delete_item, primitives.set_attribute)
def _reverse_part(step: StructuralStep) -> None:
    """`d[k] = v`, `obj.k = v`: v̄ is what the cotangent has under the key, which it did not have before."""
    entry = step.t.scope.get(step.op.results[0])
    bar = step.take()
    if bar is None or entry is None:
        return
    t, key = step.t, constant(step.op.args[1])  # type: ignore[arg-type]
    new, old = step.op.results[0].type, type_of_operand(step.args()[0])
    parts: dict[Any, Operand] = dict(zip(keys_of(new), t.tangents.parts_of_cotangent(bar, new), strict=True))
    if len(step.op.args) > 2:
        step.hand_over(step.op.args[2], entry.taken_out(parts[key]))
    rest = [Const(None) if k == key else parts[k] for k in keys_of(old)]
    step.hand_over(step.op.args[0], entry.shared_out(rest, t.tangents.rebuild(old, rest)))


@reverses(primitives.Refreshed)
def _reverse_refreshed(step: StructuralStep) -> None:
    """A structure whose parts have been written to: the cotangents of these go to what the parts are now."""
    t = step.t
    entry = t.scope.get(step.op.results[0])
    bar = step.take()
    if bar is None or entry is None:
        return
    if isinstance(step.op.results[0].type, Map):
        step.contribute(0, bar)  # whose keys were known before
        return
    kind, keys = type_of_operand(step.args()[0]), callee(step.op).keys
    if isinstance(kind, List) and static_parts(kind) is None:
        _reverse_refreshed_list(step, bar, keys)
        return
    new = step.op.results[0].type
    known = dict(zip(keys_of(new), t.tangents.parts_of_cotangent(bar, new), strict=True))
    for i, key in enumerate(keys):
        step.hand_over(step.op.args[1 + i], entry.taken_out(known[key]))
    rest = [Const(None) if k in keys else known[k] for k in keys_of(kind)]
    step.hand_over(step.op.args[0], entry.shared_out(rest, t.tangents.rebuild(kind, rest)))


def _reverse_refreshed_list(step: StructuralStep, bar: Operand, keys: Sequence[Any]) -> None:
    """The same for a list of items of one kind, whose cotangent is a list."""
    t, primal, items = step.t, step.op.args[0], step.args()[1:]
    shown = _items_of_display(step)
    if shown is not None:
        for i, item in enumerate(shown):
            if t.is_active(item):
                t.contribute(item, t.spec.apply(operator.getitem, [bar, Const(i)]))
        return
    if not all(isinstance(type_of_operand(item), Array) for item in items):
        raise MutationError(
            "a write to a list, dict or object in a list that is read as a whole", step.op.span, "read its items"
        )
    for i, key in enumerate(keys):
        if step.is_active(1 + i):
            step.contribute(1 + i, t.spec.apply(operator.getitem, [bar, Const(key)]))
    if step.is_active(0) and isinstance(primal, Value):
        rest = t.own(bar, primal, ITSELF)
        for key, item in zip(keys, items, strict=True):
            kind = type_of_operand(rest)
            rest = t.spec.emit(primitives.store, [rest, Const(key), t.tangents.zero(item)], None, kind)
        step.contribute(0, rest)


def _items_of_display(step: StructuralStep) -> list[Operand] | None:
    """What is in a list now that was made by `[a, b]`, and of which only the items have been written to since."""
    made: Call | None = step.op
    written: dict[Any, Operand] = {}
    while made is not None and isinstance(callee(made), primitives.Refreshed):
        written = dict(zip(callee(made).keys, made.args[1:], strict=True)) | written
        made = step.t.definitions.get(made.args[0])  # type: ignore[arg-type]
    if made is None or callee(made) is not primitives.make_list or any(isinstance(a, Star) for a in made.args):
        return None
    return [written.get(i, item) for i, item in enumerate(made.args)]  # type: ignore[arg-type]
