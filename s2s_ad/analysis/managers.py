"""What is known of a context manager: its class, what `as` binds, and that it never swallows an exception.

The body of a `with` counts as run to its end, so a manager that may swallow exceptions is refused. Those are told from
others by the source of `__exit__`, which must return nothing, or by that of the generator of a `contextmanager`, which
must not catch anything at its `yield`.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import io
import textwrap
import threading
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.records import refuse_changes
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.local_classes import refuse_foreign
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.errors import Span, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Operand, Star, Value, With
from s2s_ad.ir.types import Instance, Never, Number, Record, Static, Type, Unknown, is_differentiable
from s2s_ad.ir.values import is_code, is_written_in_python
from s2s_ad.runtime import is_of_library

_NEVER_SWALLOW = (type(threading.Lock()), type(threading.RLock()), threading.Condition, threading.Semaphore, io.IOBase)
_GENERATED = contextlib.contextmanager(lambda: iter(())).__code__
_WRITING_FUNCTIONS = frozenset({
    "at", "copyto", "delattr", "delitem", "exec", "fill_diagonal", "place", "put_along_axis", "putmask", "setattr",
    "setitem", "shuffle",
})  # fmt: skip
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
        if _catches_at_yield(generator):
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
    if _writes(fn.__wrapped__):
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
            if is_written_in_python(cls) and (reaches or _writes(getattr(cls, name), cls)):
                raise _refusal(s, f"`{cls.__name__}`, a context manager that may write to what others may read,")
    if not issubclass(cls, _NEVER_SWALLOW) and _returns_something(cls.__exit__):
        raise _swallows(s, cls)
    if isinstance(type_of_operand(manager), Record):
        for method in (cls.__enter__, cls.__exit__):
            for changed in _changed_attributes(method):
                s.program.changed_attributes.setdefault((cls, changed), place)
        refuse_changes(s, cls)
    if _gives_itself(cls.__enter__):
        return manager
    return _foreign(s, (manager,) if made is None else made.operands())


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


# --- sources ----------------------------------------------------------------------------------------------------------


def _asks_source(question: Callable[[ast.AST], bool], *, unknown: bool) -> Callable[[Any], bool]:
    """Asks about the source of a function; `question` is about its definition, `unknown` the answer without one."""

    @functools.cache
    def ask(fn: Any) -> bool:
        try:
            return question(ast.parse(textwrap.dedent(inspect.getsource(fn))).body[0])
        except (OSError, TypeError, SyntaxError):
            return unknown

    return ask


@functools.cache
def _changed_attributes(fn: Any) -> frozenset[str | None]:
    """The attributes that a method may set; None among them if it may set any."""
    try:
        definition = ast.parse(textwrap.dedent(inspect.getsource(fn))).body[0]
    except (OSError, TypeError, SyntaxError):
        return frozenset({None})
    own = next((a.arg for a in ast.walk(definition) if isinstance(a, ast.arg)), None)
    found: set[str | None] = set()
    for node in ast.walk(definition):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            found.add(node.attr)
        elif isinstance(node, ast.Call) and _passes_on(node, own):
            found.add(None)
    return frozenset(found)


def _passes_on(call: ast.Call, own: str | None) -> bool:
    """Whether a call has the object itself, as an argument or as that of a method."""
    on = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    return any(isinstance(n, ast.Name) and n.id == own for n in (on, *call.args, *(k.value for k in call.keywords)))


def _has_returns(definition: ast.AST) -> bool:
    returned = [n.value for n in ast.walk(definition) if isinstance(n, ast.Return) and n.value is not None]
    return not all(isinstance(v, ast.Constant) and not v.value for v in returned)


def _has_handlers(definition: ast.AST) -> bool:
    risky = (n for n in ast.walk(definition) if isinstance(n, (ast.Try, ast.With)))
    yields = (ast.Yield, ast.YieldFrom)
    return any(
        any(isinstance(inner, yields) for inner in ast.walk(n)) and not (isinstance(n, ast.Try) and not n.handlers)
        for n in risky
    ) or any(isinstance(n, ast.Return) for f in ast.walk(definition) if isinstance(f, ast.Try) for n in _final(f))


def _final(node: ast.Try) -> list[ast.AST]:
    return [n for statement in node.finalbody for n in ast.walk(statement)]


def _is_return_self(definition: ast.AST) -> bool:
    if not isinstance(definition, ast.FunctionDef) or len(definition.args.args) != 1:
        return False
    own = definition.args.args[0].arg
    returned = [n.value for n in ast.walk(definition) if isinstance(n, ast.Return)]
    stored = any(isinstance(n, ast.Name) and n.id == own and isinstance(n.ctx, ast.Store) for n in ast.walk(definition))
    return bool(returned) and not stored and all(isinstance(v, ast.Name) and v.id == own for v in returned)


def _writes(fn: FunctionType, cls: type | None = None, seen: frozenset[Any] = frozenset()) -> bool:
    """Whether a function may write to what others may read: to items, globals, attributes, or by a call that does.

    The attributes of a method's own object do not count; they are known as those that may have changed. Functions and
    methods of `cls` that it calls are looked into; of calls into libraries the names tell.
    """
    try:
        definition = ast.parse(textwrap.dedent(inspect.getsource(fn))).body[0]
    except (OSError, TypeError, SyntaxError):
        return False
    own = None if cls is None else next((a.arg for a in ast.walk(definition) if isinstance(a, ast.arg)), None)
    seen |= {fn}
    for node in ast.walk(definition):
        stored = not isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
        if isinstance(node, ast.Call):
            called, of = _called(node.func, fn, cls, own)
            if isinstance(called, FunctionType) and not is_of_library(called):
                if called not in seen and _writes(called, of, seen):
                    return True
            elif called is None or _is_writing_call(node):
                return True
        elif (
            isinstance(node, ast.Global)
            or (isinstance(node, ast.AugAssign) and not _is_own(node.target, own))
            or (stored and isinstance(node, (ast.Attribute, ast.Subscript)) and not _is_own(node, own))
        ):
            return True
    return False


def _is_own(node: ast.AST, own: str | None) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own


def _called(node: ast.AST, fn: FunctionType, cls: type | None, own: str | None) -> tuple[Any, type | None]:
    """What is called in the source of `fn`, and its class; None where that may be code that is not looked into."""
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=attr) if name == own:
            return inspect.getattr_static(cls, attr, None), cls
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id=name)), attr=attr) if name == own:
            return attr, None  # a method of an attribute, which has nothing of interest
        case ast.Attribute(value=ast.Constant(), attr=attr):
            return attr, None
    base, *names = ast.unparse(node).split(".")
    around = inspect.getclosurevars(fn)
    found = {**around.builtins, **around.globals, **around.nonlocals}.get(base)
    for name in names:
        if not isinstance(found, ModuleType) and not is_of_library(type(found)):
            return None, None
        found = getattr(found, name, None)
    is_library = is_of_library(found) or is_of_library(type(getattr(found, "__self__", None)))
    return found if isinstance(found, FunctionType) or is_library else None, None


def _is_writing_call(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", None))
    return runtime.is_writing(str(name)) or name in _WRITING_FUNCTIONS or any(k.arg == "out" for k in call.keywords)


_returns_something = _asks_source(_has_returns, unknown=True)
_catches_at_yield = _asks_source(_has_handlers, unknown=True)
_gives_itself = _asks_source(_is_return_self, unknown=False)
