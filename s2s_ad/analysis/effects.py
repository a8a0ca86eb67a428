"""What a call does besides giving a result, and so whether it may be dropped, moved or repeated."""

from __future__ import annotations

import contextlib
import itertools
import operator
from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.broadcasting import surely_fit
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.program import Instance as FunctionInstance
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, For, Op, Operand, Try, Value, While, With, regions
from s2s_ad.ir.types import Absent, Array, Dict, Instance, Iterable, List, Never, Number, Tuple, Unknown, part_type
from s2s_ad.rules.registry import Opaque, registry

_PURE = {
    primitives.make_tuple, primitives.make_list, primitives.make_set, primitives.make_dict, primitives.read_global,
    primitives.lookup, primitives.present, primitives.identity, slice, getattr, isinstance, len, range, zip, enumerate,
    reversed, list, tuple, bool, float, deque, OrderedDict, defaultdict, Counter, operator.getitem, operator.contains,
    np.errstate, contextlib.nullcontext, np.ndindex, type, primitives.traceback_of, itertools.combinations,
    itertools.combinations_with_replacement, itertools.permutations, itertools.pairwise,
}  # fmt: skip
_NEVER_RAISE = frozenset({type, primitives.traceback_of})
_DISPLAYS = frozenset({primitives.make_tuple, primitives.make_list, slice})
_MAKERS = (primitives.MakeClosure, primitives.MakeObject)
_TEMPLATES = (primitives.Unpack, primitives.FString, primitives.Refreshed, *_MAKERS)
_LAZY = frozenset({zip, enumerate})
_SAFE_ON_NUMBERS = frozenset({
    operator.add, operator.sub, operator.mul, operator.neg, operator.pos, operator.eq, operator.ne, operator.lt,
    operator.le, operator.gt, operator.ge, operator.not_, operator.is_, operator.is_not,
})  # fmt: skip
_DIVIDING = (operator.truediv, operator.floordiv, operator.mod, operator.pow, divmod, pow)
_CHECKING = frozenset({
    np.reshape, np.broadcast_to, np.squeeze, np.take, np.take_along_axis, np.split, np.array_split, np.hsplit,
    np.vsplit, np.dsplit, np.concatenate, np.stack, np.hstack, np.vstack, np.dstack, np.column_stack,
    np.max, np.min, np.argmax, np.argmin,
})  # fmt: skip
_WRITE_WHERE = frozenset({
    primitives.store, primitives.accumulate, primitives.scatter_add, primitives.set_slice, primitives.pop,
    primitives.pop_key, primitives.take_key, primitives.delete, runtime.index_to_remove,
})  # to a place that there may not be  # fmt: skip
_LOOKUPS = (operator.getitem, primitives.read_global)


def callee(op: Op) -> Any:
    """The function that a call is known to call, or None."""
    return op.target.value if isinstance(op, Call) and isinstance(op.target, Const) else None


def path_of(op: Call) -> tuple[Operand, ...]:
    """The indices by which a write in place gets from its target to the list or array that it changes."""
    return op.args[1 : max(1, len(op.args) - primitives.AFTER_PATH.get(callee(op), len(op.args)))]  # type: ignore[return-value]


def is_pure(op: Op) -> bool:
    """Whether running `op` has no effect but its results: no output, no random draw, no foreign code.

    A write in place counts as pure: it makes a new version of its operand, and only that version is read afterwards.
    """
    if isinstance(op, With) and not is_errstate(op.manager):
        return False
    if not isinstance(op, Call):
        return all(is_pure(inner) for block in regions(op) for inner in block.ops)
    fn = callee(op)
    if isinstance(fn, FunctionInstance):
        return fn.pure
    if isinstance(fn, _TEMPLATES):
        return True
    if (getattr(fn, "__module__", None) or "").startswith("s2s_ad.runtime"):
        return fn not in runtime.ORDERED
    rule = registry.get(fn)
    if rule is not None:
        return not isinstance(rule, Opaque)
    return _is_hashable(fn) and (fn in _PURE or fn in primitives.IN_PLACE)


def is_errstate(manager: Operand) -> bool:
    """Whether a context manager is NumPy's, which does nothing but tell how errors are treated."""
    return type_of_operand(manager) == Instance(np.errstate)


def _is_hashable(fn: Any) -> bool:
    return type(fn).__hash__ is not None


def may_lack(op: Op) -> bool:
    """Whether an attribute is read that an object may lack."""
    if not isinstance(op, Call) or callee(op) is not getattr or len(op.args) != 2:
        return False
    name = op.args[1]
    return isinstance(name, Const) and isinstance(part_type(type_of_operand(op.args[0]), name.value), Absent)  # type: ignore[arg-type]


def may_raise(op: Op) -> bool:
    """Whether a pure `op` may raise on some arguments of its types, so that dropping it could hide an error."""
    if isinstance(op, For) and not isinstance(type_of_operand(op.iterable), (Array, List, Tuple, Dict, Iterable)):
        return True
    if not isinstance(op, Call):
        return isinstance(op, (While, With)) or any(may_raise(inner) for block in regions(op) for inner in block.ops)
    fn = callee(op)
    if isinstance(fn, _MAKERS):
        return False
    if any(isinstance(o, Value) and o.unbound for o in op.operands()) and fn not in (runtime.zeros_like, runtime.copy):
        return True
    if (_is_hashable(fn) and fn in _DISPLAYS | _NEVER_RAISE) or fn is primitives.present:
        return False
    if (
        _is_hashable(fn)
        and fn in _LAZY
        and all(isinstance(type_of_operand(a), Array) for a in op.operands() if a is not op.target)
    ):
        return False
    if _is_hashable(fn) and (fn in _WRITE_WHERE or fn is runtime.not_none or path_of(op)):
        return True
    if any(isinstance(r.type, (Unknown, Never)) for r in op.results) or may_lack(op):
        return True
    if fn is operator.getitem and getattr(type_of_operand(op.args[0]), "default", None) is not None:  # type: ignore[arg-type]
        return False  # it has been seen to it that the dict has the key
    if isinstance(fn, FunctionInstance) and fn.typed is not None and not fn.recursive:
        return any(map(may_raise, fn.typed.body.ops))
    if isinstance(fn, (FunctionInstance, primitives.Unpack)) or fn in _LOOKUPS:
        return True  # before the types: a namespace is all that its module reaches
    types = [type_of_operand(o) for o in (*op.args, *(v for _, v in op.kwargs))]  # type: ignore[arg-type]
    if any(isinstance(t, Unknown) for t in types):
        return True
    if fn in (max, min) and len(types) == 1:
        return True
    if fn in _CHECKING or getattr(fn, "__module__", "") == "numpy.linalg":
        return True
    if all(isinstance(t, Number) for t in types):
        return fn in _DIVIDING or getattr(fn, "__module__", "") == "math"
    rule = registry.get(fn)
    if rule is not None and rule.family == "elementwise":
        shapes = [t.axes for t in types if isinstance(t, Array) and t.axes != ()]
        return None in shapes or (len(shapes) > 1 and not surely_fit(*shapes))  # type: ignore[arg-type]
    return sum(isinstance(t, Array) and t.axes != () for t in types) > 1


def watched_values(block: Block) -> set[Value]:
    """What is computed where it matters whether that raises: inside a `try` or a `with`."""
    found: set[Value] = set()
    for op in block.ops:
        watched = isinstance(op, (Try, With))
        for region in regions(op):
            found |= _all_values(region) if watched else watched_values(region)
    return found


def _all_values(block: Block) -> set[Value]:
    inner = set().union(*(_all_values(region) for op in block.ops for region in regions(op)))
    return inner.union(*(op.results for op in block.ops))


def may_raise_watched(op: Op) -> bool:
    """Whether `op` may raise where that matters, and NumPy may be told to raise on every floating-point error."""
    if not isinstance(op, Call):
        return may_raise(op)
    fn = callee(op)
    if isinstance(fn, primitives.MakeClosure) or (_is_hashable(fn) and fn in _DISPLAYS | _NEVER_RAISE):
        return False
    if not _is_hashable(fn) or fn not in _SAFE_ON_NUMBERS:
        return True
    operands_of = [o for o in op.operands() if o is not op.target]
    return not all(isinstance(type_of_operand(o), Number) and not getattr(o, "unbound", False) for o in operands_of)


def is_write(op: Op) -> bool:
    """Whether `op` is one of the writes in place of `primitives`."""
    fn = callee(op)
    return _is_hashable(fn) and fn in primitives.IN_PLACE


def written_by(op: Op) -> tuple[tuple[Value, Value], ...]:
    """What a call writes to in place: the new version of each operand, and the operand."""
    fn = callee(op)
    if is_write(op):
        return ((op.results[-1], op.args[0]),)  # type: ignore[attr-defined]
    instance = fn if isinstance(fn, FunctionInstance) else getattr(fn, "writer", None)
    if instance is None or len(op.results) <= len(instance.written):
        return ()
    return tuple((op.results[1 + k], op.args[i]) for k, i in enumerate(instance.written))  # type: ignore[attr-defined]


def targets_of(op: Op) -> list[Value]:
    """The operands that a call writes to in place."""
    lent = [op.args[i] for i in getattr(callee(op), "lent", ())]  # type: ignore[attr-defined]
    return [*(target for _, target in written_by(op)), *lent]


def writes(op: Op) -> bool:
    """Whether `op` writes to one of its operands in place."""
    if isinstance(op, Call):
        return bool(targets_of(op))
    return any(writes(inner) for block in regions(op) for inner in block.ops)
