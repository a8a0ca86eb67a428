"""What is known of a context manager: its class, what `as` binds, and that it never swallows an exception.

The body of a `with` counts as run to its end, so a manager that may swallow exceptions is refused. Those are told from
others by the source of `__exit__`, which must return nothing, or by that of the generator of a `contextmanager`, which
must not catch anything at its `yield`.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import threading
from types import FunctionType
from typing import Any

import numpy as np

from s2s_ad.analysis import by_source
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.records import made_with, refuse_changes
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.local_classes import refuse_foreign
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.errors import Span, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Operand, Star, Value, With
from s2s_ad.ir.types import Instance, Never, Number, Record, Static, Type, Unknown, is_differentiable
from s2s_ad.ir.values import is_code, is_written_in_python
from s2s_ad.objects import is_of_library

_NEVER_SWALLOW = (type(threading.Lock()), type(threading.RLock()), threading.Condition, threading.Semaphore, io.IOBase)
_GENERATED = contextlib.contextmanager(lambda: iter(())).__code__
_HINT = "put the `with` into the caller, around the call of this function"


def is_generated(fn: Any) -> bool:
    """Whether a function is one that `contextlib.contextmanager` has made."""
    return isinstance(fn, FunctionType) and fn.__code__ is _GENERATED


def entered(s: Emitter, manager: Operand, place: Span | None) -> Operand:
    """What `as` binds. Raises UnsupportedSyntaxError for a manager that cannot be run as it is."""
    made = s.definitions.get(manager) if isinstance(manager, Value) else None
    fn: Any = None if made is None else callee(made)
    generator = getattr(fn, "__wrapped__", None) if is_generated(fn) else None
    if generator is not None:
        s.program.guard(fn, "__wrapped__", generator)
        if by_source.catches_at_yield(generator):
            raise _refusal(s, f"`{fn.__name__}`, a context manager that may swallow exceptions,", "write `try`")
    try:
        refuse_foreign(s, Const(With), [manager])
        return _entered(s, manager, made, fn, place) if generator is None else _generated(s, made, fn)  # type: ignore[arg-type]
    except UnsupportedSyntaxError as error:
        written_out = generator is None and can_be_written_out(_class_of(manager, fn))
        error.follow = fn if generator is not None else place if written_out else None
        raise


def holds_nothing(manager: Operand) -> bool:
    """Whether a manager is a lock, a file or the like, which knows nothing of the objects of a program."""
    t = type_of_operand(manager)
    return isinstance(t, Instance) and (t.cls is np.errstate or issubclass(t.cls, _NEVER_SWALLOW))


def can_be_written_out(cls: Any) -> bool:
    """Whether the methods by which an object is entered and left are of the user's making."""
    methods = [inspect.getattr_static(cls, name, None) for name in ("__enter__", "__exit__")]
    return all(isinstance(method, FunctionType) and not is_of_library(method) for method in methods)


@handles(primitives.let_through)
def _let_through(s: Emitter, args: list[Operand], _: Any) -> Operand:
    manager, swallows = args
    if isinstance(type_of_operand(swallows), Never):
        s.dead = True
    elif s.truth(swallows) is not False:
        raise _swallows(s, _class_of(manager, None))
    return Const(None)


def _swallows(s: Emitter, cls: Any) -> UnsupportedSyntaxError:
    return _refusal(s, f"`{cls.__name__}`, a context manager that may swallow exceptions,", "write `try`")


def _generated(s: Emitter, made: Call, fn: Any) -> Operand:
    if by_source.writes(fn.__wrapped__):
        raise _refusal(s, f"`{fn.__name__}`, a context manager that may write to what others may read,")
    return _foreign(s, made.operands())


def _entered(s: Emitter, manager: Operand, made: Call | None, fn: Any, place: Span | None) -> Operand:
    cls = _class_of(manager, fn)
    if cls is None:
        raise _refusal(s, "a context manager that is known only at run time")
    if cls is contextlib.nullcontext and made is not None:
        values = [a for a in (*made.args, *(v for _, v in made.kwargs)) if not isinstance(a, Star)]
        return values[0] if values else Const(None)
    for name in ("__enter__", "__exit__"):
        if not hasattr(cls, name):
            raise _refusal(s, f"a `with` about a `{cls.__name__}`, which is no context manager", "leave the `with` out")
        if isinstance(inspect.getattr_static(cls, name), FunctionType):
            s.program.guard(cls, name, getattr(cls, name))
            reaches = not _is_apart(type_of_operand(manager))
            if is_written_in_python(cls) and (reaches or by_source.writes(getattr(cls, name), cls)):
                raise _refusal(s, f"`{cls.__name__}`, a context manager that may write to what others may read,")
    if not issubclass(cls, _NEVER_SWALLOW) and by_source.returns_something(cls.__exit__):
        raise _swallows(s, cls)
    if isinstance(type_of_operand(manager), Record):
        for method in (cls.__enter__, cls.__exit__):
            for changed in by_source.changed_attributes(method):
                if _may_be_active(s, manager, changed):
                    raise _refusal(s, f"`{cls.__name__}`, a context manager that may change what is differentiated,")
                s.program.changed_attributes.setdefault((cls, changed), place)
        refuse_changes(s, cls)
    if by_source.gives_itself(cls.__enter__):
        return manager
    return _foreign(s, (manager,) if made is None else made.operands())


def _may_be_active(s: Emitter, manager: Operand, name: str | None) -> bool:
    """Whether an attribute, or any if there is no name, may be differentiated: a float that is no constant."""
    t = type_of_operand(manager)
    assert isinstance(t, Record)
    names = [n for n, kind in zip(t.names, t.values, strict=True) if n == (name or n) and is_differentiable(kind)]
    return not all(isinstance(made_with(s, manager, n), Const) for n in names)


def _is_apart(t: Type) -> bool:
    """Whether an object holds no more than numbers, texts and what libraries have made."""
    return isinstance(t, Record) and all(map(_is_plain, t.values))


def _is_plain(t: Type) -> bool:
    if isinstance(t, Static):
        return not is_code(t.value) or isinstance(t.value, str)
    return isinstance(t, Number) or (isinstance(t, Instance) and is_of_library(t.cls))


def _class_of(manager: Operand, fn: Any) -> Any:
    t = type_of_operand(manager)
    if isinstance(manager, Const):
        return type(manager.value)
    if isinstance(t, (Instance, Record)):
        return t.cls
    return fn if isinstance(t, Unknown) and isinstance(fn, type) else None


def _foreign(s: Emitter, sources: Any) -> Operand:
    """What foreign code gives; it must not have what is differentiated from any of `sources`."""
    if any(isinstance(o, Value) and is_differentiable(type_of_operand(o)) for o in sources):
        raise _refusal(s, "a context manager that takes what may be differentiated", "use `contextlib.nullcontext`")
    return Value(None, Instance(object))


def _refusal(s: Emitter, what: str, hint: str = _HINT) -> UnsupportedSyntaxError:
    return UnsupportedSyntaxError(f"{what} is not supported" if what.endswith(",") else what, s.span, hint)
