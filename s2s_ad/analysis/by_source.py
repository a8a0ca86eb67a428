"""What the source of a function tells without being followed: whether it writes, what it returns, what it catches."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from s2s_ad.objects import is_of_library, is_writing

_WRITING_FUNCTIONS = frozenset({
    "at", "copyto", "delattr", "delitem", "exec", "fill_diagonal", "place", "put_along_axis", "putmask", "setattr",
    "setitem", "shuffle",
})  # fmt: skip


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
def changed_attributes(fn: Any) -> frozenset[str | None]:
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


def writes(fn: FunctionType, cls: type | None = None, seen: frozenset[Any] = frozenset()) -> bool:
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
                if called not in seen and writes(called, of, seen):
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
    return is_writing(str(name)) or name in _WRITING_FUNCTIONS or any(k.arg == "out" for k in call.keywords)


returns_something = _asks_source(_has_returns, unknown=True)
catches_at_yield = _asks_source(_has_handlers, unknown=True)
gives_itself = _asks_source(_is_return_self, unknown=False)
