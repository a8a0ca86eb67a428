"""Views in the adjoint: the cotangent of a view is the same view of the cotangent of what it shows.

So is that of a list or array that is an item of a list.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import constant, is_position, type_of_operand
from s2s_ad.analysis.places import READ_ONLY, RESHAPING, VIEWS, is_basic, keeps_order
from s2s_ad.analysis.roots import Step
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand, Star, Value
from s2s_ad.ir.types import (
    Array,
    Deque,
    Dict,
    List,
    Map,
    Record,
    Tuple,
    Type,
    is_differentiable,
    part_type,
)
from s2s_ad.transforms.cotangent_types import static_parts

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


def indices_of(steps: list[Step]) -> list[Operand]:
    """The indices of a write that goes along a path; see `primitives.store`."""
    found: list[Operand] = []
    for fn, args, kwargs in steps:
        if fn is not operator.getitem:
            found.append(Const(primitives.View(fn, len(args), tuple(kwargs))))
        found += (*args, *kwargs.values())
    return found


def in_cotangent(indices: Sequence[Operand]) -> list[Operand]:
    """The indices of a write as those of the cotangent, where an attribute is an item of a dict."""
    is_attribute = [isinstance(v := constant(i), primitives.View) and v.fn is getattr for i in indices]
    return [index for index, skipped in zip(indices, is_attribute, strict=True) if not skipped]


def origin(t: Transform, view: Value, read: Value) -> tuple[Value, list[Operand]]:
    """The array that a value is surely a view of, or the list that it is in, and the indices from there.

    `read` is what has been read of the view; since the view was made, the list has to have had the same items.
    """
    base, steps = view, []
    chain: list[tuple[Value, Step]] = []
    while (step := _step(t, base, read)) is not None:
        made = t.definitions[base]
        base = made.args[0]  # type: ignore[assignment]
        chain.insert(0, (base, step))
    while chain and any(s[0] in RESHAPING and not _in_order(chain[:i]) for i, (_, s) in enumerate(chain)):
        chain.pop(0)
    while chain and not isinstance(chain[0][0].type, (List, Map, Array)):
        chain.pop(0)  # a structure that is in no list has its cotangents part by part
    base, steps = (chain[0][0] if chain else view), [step for _, step in chain]
    resolved: list[Any] = [
        (fn, tuple(map(t.resolve, args)), {k: t.resolve(v) for k, v in kwargs.items()}) for fn, args, kwargs in steps
    ]
    return base, in_cotangent(indices_of(resolved))


def _in_order(chain: list[tuple[Value, Step]]) -> bool:
    return all(is_array(base) and keeps_order(step) for base, step in chain)


def _step(t: Transform, view: Value, read: Value) -> Step | None:
    """How a value is made from the array that it is a view of, or from the list that it is in, if it is still."""
    made = t.definitions.get(view)
    if (
        made is None
        or not (is_array(view) or isinstance(view.type, (List, Map, Deque, Record, Tuple, Dict)))
        or any(isinstance(a, Star) for a in made.args)
        or None in dict(made.kwargs)
    ):
        return None
    fn, base = callee(made), made.args[0] if made.args else None
    if not isinstance(base, Value) or not t.is_active(base):
        return None
    step: Step = (fn, tuple(made.args[1:]), dict(made.kwargs))  # type: ignore[arg-type]
    if isinstance(base.type, (List, Map)):
        is_item = fn is operator.getitem and base not in t.partitions and _is_item(base.type, view.type, made.args[1])  # type: ignore[arg-type]
        return step if is_item and t.overwriting.is_newest(base, view, read) else None
    if isinstance(base.type, (Record, Tuple, Dict)) and fn in (operator.getitem, getattr):
        is_part = is_differentiable(part_type(base.type, constant(made.args[1])))  # type: ignore[arg-type]
        return step if is_part and t.overwriting.is_newest(base, view, read) else None
    if not is_array(base) or not is_array(view):
        return None
    if fn is operator.getitem:
        return step if is_basic(made.args[1]) else None  # type: ignore[arg-type]
    if type(fn).__hash__ is None:
        return None
    return step if (fn in VIEWS and fn not in READ_ONLY) or (fn in RESHAPING and keeps_order(step)) else None


def _is_item(t: List | Map, kind: Type, index: Operand) -> bool:
    """Whether this is the index of an item of a list or dict whose cotangent is kept as one of lists or arrays."""
    if isinstance(t, Map):
        return type(t.item) is type(kind)
    is_part = static_parts(t) is not None and isinstance(index, Const)
    return is_position(index) and not is_part and type(t.item) is type(kind)


def is_array(operand: Operand) -> bool:
    """Whether an operand surely is an array that can be written to in place."""
    t = type_of_operand(operand)
    return isinstance(t, Array) and t.axes != () and not t.loose
