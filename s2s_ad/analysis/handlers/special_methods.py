"""Special methods that functions of Python call by themselves, and that are not followed there.

    print(a), f"{a}"     ->  a.__str__(), a.__repr__(), a.__format__()
    {a}                  ->  a.__hash__(), a.__eq__(b)
    sorted([a, b])       ->  a.__lt__(b)
    any([a])             ->  a.__bool__(), a.__len__()
    xs[a]                ->  a.__index__(), and so on: other functions of Python may call any of them

Those of objects that stand alone in an operator are followed (see `operators`). A method that is called here without
being followed must not write, as what it writes would be lost. That is told by its code, and by that of the functions
and methods that it names; a write to what these have given another name is not noticed.
"""

from __future__ import annotations

import dis
import functools
import operator
from collections.abc import Sequence
from types import BuiltinFunctionType, CodeType, FunctionType
from typing import Any

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.records import found_in_class
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.reports import method_reports, reports
from s2s_ad.analysis.statics import is_hashable
from s2s_ad.errors import MutationError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Operand
from s2s_ad.ir.types import UNKNOWN, Instance, classes_in
from s2s_ad.ir.values import is_written_in_python
from s2s_ad.objects import is_writing
from s2s_ad.rules.iterators import Kept

_TO_SHOW = ("__str__", "__repr__", "__format__")
_TO_FIND = ("__hash__", "__eq__")
_ALL = (
    *_TO_SHOW, *_TO_FIND, "__ne__", "__lt__", "__gt__", "__le__", "__ge__", "__bool__", "__len__", "__length_hint__",
    "__iter__", "__next__", "__reversed__", "__contains__", "__getitem__", "__index__", "__int__", "__float__",
    "__complex__", "__round__", "__trunc__", "__floor__", "__ceil__", "__abs__", "__dir__",
)  # fmt: skip
_CALLED = dict.fromkeys((primitives.make_set, primitives.make_dict), _TO_FIND)
_HARMLESS = frozenset({
    isinstance, issubclass, type, id, callable, getattr, setattr, hasattr, super, object.__setattr__, operator.not_,
    operator.is_, operator.is_not,
})  # fmt: skip
_STORES = frozenset({"STORE_ATTR", "DELETE_ATTR", "STORE_SUBSCR", "DELETE_SUBSCR", "STORE_SLICE", "STORE_GLOBAL"})
_HINT = "call that method itself, or compute what it writes before"


def refuse_special(s: Emitter, fn: Any, operands: Sequence[Operand]) -> None:
    """Refuse a function that calls special methods which write of an object that it is given, or of one in a list."""
    names = _called_by(fn, operands)
    if not names:
        return
    shown = (cls for o in operands for cls in classes_in(type_of_operand(o), within=True))
    found = frozenset(cls for cls in shown if not issubclass(cls, Kept))
    for cls in sorted(found, key=lambda cls: cls.__name__):
        written = next((name for name in names if _writes(cls, name, found)), None)
        if written is not None:
            called = "a string" if isinstance(fn, primitives.FString) else f"`{fn.__name__}`"
            raise MutationError(f"`{cls.__name__}.{written}`, which writes, called by {called}", s.span, _HINT)


def _called_by(fn: Any, operands: Sequence[Operand]) -> tuple[str, ...]:
    on = type_of_operand(operands[0]) if fn is primitives.call_method else UNKNOWN
    text = isinstance(getattr(fn, "__self__", None), str) or on == Instance(str) or method_reports(on, "info")
    is_exception = isinstance(fn, type) and issubclass(fn, BaseException)
    if text or is_exception or reports(fn) or isinstance(fn, primitives.FString):
        return _TO_SHOW
    if not is_hashable(fn) or fn in _HARMLESS:
        return ()
    is_builtin = isinstance(fn, BuiltinFunctionType) or getattr(fn, "__module__", None) == "builtins"
    return _CALLED.get(fn, _ALL if is_builtin else ())


def _writes(cls: type, name: str, within: frozenset[type]) -> bool:
    found = found_in_class(cls, name)
    return isinstance(found, FunctionType) and is_written_in_python(cls) and _code_writes(found, within)


@functools.cache
def _code_writes(fn: FunctionType, within: frozenset[type]) -> bool:
    """Whether code stores to attributes, items or variables around it, or calls what does.

    That is: functions of its module, and whatever goes by the name of a method of one of the classes of what is shown.
    """
    seen, pending = {fn.__code__}, [(fn.__code__, fn.__globals__)]
    while pending:
        code, names = pending.pop()
        steps = [i for i in dis.get_instructions(code) if i.opname not in ("CACHE", "PRECALL", "PUSH_NULL")]
        for before, step in zip([None, *steps], steps):
            if _stores(step, code) or (_is_attribute(before) and _is_attribute(step) and is_writing(step.argval)):
                return True
            called = [(one.__code__, one.__globals__) for one in _called_at(step, names, within)]
            nested = [(step.argval, names)] if isinstance(step.argval, CodeType) else []
            news = [one for one in (*called, *nested) if one[0] not in seen]
            seen.update(one for one, _ in news)
            pending += news
    return False


def _stores(step: dis.Instruction, code: CodeType) -> bool:
    is_around = step.opname == "STORE_DEREF" and step.argval in code.co_freevars
    return step.opname in _STORES or is_around or (isinstance(step.argval, tuple) and "out" in step.argval)


def _called_at(step: dis.Instruction, names: dict[str, Any], within: frozenset[type]) -> list[FunctionType]:
    """The functions that a step may be about to call."""
    found = [names.get(step.argval)] if step.opname == "LOAD_GLOBAL" else []
    if _is_attribute(step):
        found = [found_in_class(cls, step.argval) for cls in within]
    return [one for one in (getattr(f, "fget", f) for f in found) if isinstance(one, FunctionType)]


def _is_attribute(step: dis.Instruction | None) -> bool:
    return step is not None and step.opname in ("LOAD_ATTR", "LOAD_METHOD")
