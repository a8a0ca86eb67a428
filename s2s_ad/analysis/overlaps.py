"""Views of one array of which one is assigned to another.

NumPy copies a row over another row that shares memory with it from its start or from its end, and is right where both
have the same stride, or strides of opposite signs. `x[::2] = x[:3]` reads what it has just written. Nobody means that,
so where such views are not surely apart, or in step, the program looks at them when it runs, and refuses.
"""

from __future__ import annotations

import operator
from typing import Any

from s2s_ad.analysis.memory import Memory
from s2s_ad.analysis.operands import constant, is_position_type, type_of_operand
from s2s_ad.analysis.places import is_basic
from s2s_ad.analysis.roots import Step
from s2s_ad.analysis.typing import result_type
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import Array, Tuple


def may_be_out_of_step(memory: Memory, target: Value, index: Operand | None, item: Operand) -> bool:
    """Whether `target[index] = item` may copy a row over another one that has some of its elements in other places."""
    if not isinstance(item, Value) or not isinstance(item.type, Array) or item.type.axes == ():
        return False
    if index is not None and not is_basic(index):
        return False
    t = target.type if index is None else result_type(operator.getitem, (target, index), {})
    if isinstance(t, Array) and t.axes is not None and len(t.axes) != 1:
        return False
    at, of = memory.places.get(item), memory.places[target]
    if at is None or not at.root.meets(of.root):
        return False
    path = of.path if index is None else (*of.path, (operator.getitem, (index,), {}))
    return at.root is not of.root or not _in_step(at.path, path)


def _in_step(a: tuple[Step, ...], b: tuple[Step, ...]) -> bool:
    """Whether two paths surely lead to views of the same strides."""
    return len(a) == len(b) and all(map(_has_strides_of, a, b))


def _has_strides_of(a: Step, b: Step) -> bool:
    if a[0] is not b[0] or a[2] or b[2] or len(a[1]) != len(b[1]):
        return False
    if a[0] is not operator.getitem:
        known = [constant(o, default=...) for o in (*a[1], *b[1])]
        return ... not in known and known[: len(a[1])] == known[len(a[1]) :]
    one, other = _strides(a[1][0]), _strides(b[1][0])
    return one is not None and one == other


def _strides(index: Operand) -> list[Any] | None:
    """What an index does to the strides of an array; None where that is not known."""
    t = type_of_operand(index)
    if isinstance(index, Const):
        parts = index.value if isinstance(index.value, tuple) else (index.value,)
        return [_of_part(part) for part in parts]
    parts = t.items if isinstance(t, Tuple) else (t,)
    return ["number"] * len(parts) if all(map(is_position_type, parts)) else None


def _of_part(part: Any) -> Any:
    if isinstance(part, slice):
        return part.step or 1
    return part if part is None or part is Ellipsis else "number"
