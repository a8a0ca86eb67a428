"""Small questions about operands and values: what is code, what is compiled in, what may be folded."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Value
from s2s_ad.ir.types import Number, Type
from s2s_ad.ir.values import is_code

_FOLDABLE = (int, float, complex, bool, str, bytes, type(None), np.dtype, slice, type(Ellipsis))


def is_immutable(value: Any) -> bool:
    """Whether a value is, and holds, nothing that can change."""
    if type(value) is tuple:
        return all(map(is_immutable, value))
    return is_code(value) or isinstance(value, (bool, int, float, complex))


def is_static(operand: Operand) -> bool:
    """Whether an argument is compiled into the callee rather than passed."""
    return isinstance(operand, Const) and is_code(operand.value)


def static_key(value: Any) -> Any:
    """A hashable stand-in for a static argument."""
    return repr(value) if isinstance(value, slice) else value if is_hashable(value) else id(value)


def is_foldable(value: Any) -> bool:
    """Whether a value may stand in the code in place of the call that gave it."""
    if isinstance(value, tuple):
        return all(map(is_foldable, value))
    return type(value) in _FOLDABLE or isinstance(value, (np.dtype, type))


def is_hashable(fn: Any) -> bool:
    """Whether `fn` can be looked up in a table."""
    try:
        hash(fn)
    except TypeError:
        return False
    return True


def same(a: Operand, b: Operand) -> bool:
    """Whether two operands are one value, or equal constants of one type."""
    if a is b:
        return True
    if not (isinstance(a, Const) and isinstance(b, Const)):
        return False
    if a.value is b.value:
        return True
    alike = type(a.value) is type(b.value) and type(a.value) in _FOLDABLE and a.value == b.value
    return alike and repr(a.value) == repr(b.value)  # 0.0 is not -0.0


def unbound(operand: Operand) -> bool:
    """Whether an operand is a variable that may not be bound."""
    return operand.unbound if isinstance(operand, Value) else operand is UNDEFINED


def widen(t: Type) -> Type:
    """The type without facts that one iteration has and the next may not."""
    return Number(t.kind) if isinstance(t, Number) else t


def named(operand: Operand, name: str | None) -> Operand:
    """`operand`, called `name` if it has no name yet."""
    if isinstance(operand, Value) and operand.name is None:
        operand.name = name
    return operand
