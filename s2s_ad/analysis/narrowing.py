"""Values that may be None, on the side of a test where they are not.

    if v is None:                 if v is None:
        v = f(x)                      v_1 = f(x)
    else:                         else:
        v = g(v)                      v_2 = present(v)
                                      v_1 = g(v_2)

Where such a value is read as a number, an array or a container, it has to be one: if it is None, that is an error in
Python, and is one in the generated code. An attribute, or an item of a dict, is narrowed in the object that
has it.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.statics import is_hashable
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import Dict, List, Maybe, Record, Tuple, is_differentiable, with_parts
from s2s_ad.rules.registry import Opaque, registry

if TYPE_CHECKING:
    from s2s_ad.analysis.emission import Emitter

_FIRST = frozenset({
    getattr, setattr, operator.getitem, operator.setitem, operator.delitem, primitives.call_method, primitives.store,
    primitives.append, operator.contains,
})  # which take no None for their first argument  # fmt: skip
_INDEXED = frozenset({operator.getitem, operator.setitem, operator.delitem, primitives.store})
_ALL = frozenset({
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.matmul, operator.neg, operator.pos, operator.lt, operator.le, operator.gt, operator.ge, operator.iadd,
    operator.isub, operator.imul, operator.itruediv, operator.ifloordiv, operator.imod, operator.ipow,
    operator.imatmul, len, iter, zip, enumerate, reversed, sum, min, max, sorted, list, tuple, abs, float, int,
    primitives.Unpack,
})  # which take none at all  # fmt: skip

_TAKING_NONE = frozenset({
    operator.is_, operator.is_not, operator.not_, operator.eq, operator.ne, bool, np.clip, np.isin, np.array_equal,
    np.equal, np.not_equal,
})  # fmt: skip


def present_on(s: Emitter, test: Operand) -> tuple[list[Value], list[Value]]:
    """What is not None on the two sides of a test."""
    side, made = 0, s.definitions.get(test)  # type: ignore[arg-type]
    while made is not None and callee(made) in (operator.not_, bool):
        side = 1 - side if callee(made) is operator.not_ else side
        test = made.args[0]  # type: ignore[assignment]
        made = s.definitions.get(test)  # type: ignore[arg-type]
    value: Any = test
    if made is not None and callee(made) in (operator.is_, operator.is_not):
        side = 1 - side if callee(made) is operator.is_ else side
        value = made.args[0] if constant(made.args[1], default=0) is None else made.args[1]  # type: ignore[arg-type]
        if all(constant(a, default=0) is not None for a in made.args):  # type: ignore[arg-type]
            return [], []
    found = [value] if isinstance(type_of_operand(value), Maybe) else []
    return (found, []) if side == 0 else ([], found)


def narrow(s: Emitter, value: Value) -> None:
    """From here on `value` is not None."""
    found = s.present(value)
    made = s.definitions.get(value)
    if made is None or callee(made) not in (getattr, operator.getitem) or len(made.args) != 2:
        return
    base, key = made.args
    if not isinstance(base, Value) or not isinstance(key, Const) or not isinstance(base.type, (Record, Dict)):
        return
    root = s.memory.root(base)
    now = s.memory.newest(base)
    if (
        root is None
        or not isinstance(now, Value)
        or now in s.memory.origin
        or not _is_part(s, value, now, base, key.value)
    ):
        return
    t = with_parts(now.type, {key.value: type_of_operand(found)})
    fresh = s.emit(primitives.Refreshed((key.value,)), [now, found], None, t, now.name)
    content = s.memory.state.content.get(now, {})
    s.memory.renew(root, fresh, {**content, key.value: found} if s.memory.root(found) is not None else content)


def _is_part(s: Emitter, value: Value, now: Value, base: Value, key: Any) -> bool:
    """Whether `value` is still what the structure has there."""
    own = s.memory.root(value)
    if own is None:
        return now is base
    return s.memory.root(s.memory.state.parts.get(s.memory.places[base].root, {}).get(key)) is own  # type: ignore[arg-type]


def without_none(s: Emitter, fn: Any, args: list[Operand]) -> list[Operand]:
    """The arguments of a call, where those for which None is no argument are not None."""
    if not any(isinstance(type_of_operand(a), Maybe) for a in args):
        return args
    if is_hashable(fn) and fn in _FIRST:
        is_attribute = fn in (getattr, setattr, primitives.call_method, primitives.append)
        name = Const("append") if fn is primitives.append else args[1]
        first = s.required(args[0], name if is_attribute else None)
        is_index = fn in _INDEXED and isinstance(type_of_operand(first), (List, Tuple))
        return [first, s.required(args[1]) if is_index else args[1], *args[2:]]
    rule = registry.get(fn) if is_hashable(fn) else None
    is_rule = rule is not None and not isinstance(rule, Opaque) and fn not in _TAKING_NONE
    if is_rule:  # its other arguments say how it works, as `axis` does
        return [s.required(a) if is_differentiable(type_of_operand(a)) else a for a in args]
    if (is_hashable(fn) and fn in _ALL) or isinstance(fn, primitives.Unpack):
        return [s.required(a) for a in args]
    return args
