"""The supported part of Python: every other construct is refused, all at once, each with its place and a way out.

    statements   assignments of all sorts · if · match · try · with · for · while · break · continue · return · pass ·
                 assert · raise X · nested def · class · del name · import · `global` and `nonlocal` to read ·
                 expressions
    expressions  all but await, and the value of a yield

Whether a write to a subscript can be differentiated is decided later, when it is known what is written.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import gast

from s2s_ad.errors import Problem, UnsupportedSyntaxError
from s2s_ad.frontend.desugar.nonlocals import shared_variables, written_nonlocals
from s2s_ad.frontend.scope import (
    COMPREHENSIONS,
    FUNCTIONS,
    assigned_names,
    declarations,
    exits,
    is_item_of_vars,
    is_super,
    may_exit,
)
from s2s_ad.frontend.source import FunctionSource, live_names


class Refusal(NamedTuple):
    """What is not supported, and what to write instead."""

    message: str
    hint: str


def check_syntax(source: FunctionSource) -> None:
    """Raise UnsupportedSyntaxError, with every place, if `source` is not all within the supported part of Python."""
    found = sorted(_refusals(source), key=lambda pair: (pair[0].lineno, pair[0].col_offset))
    if found:
        raise UnsupportedSyntaxError.of(
            Problem(refusal.message, source.span(node), refusal.hint) for node, refusal in found
        )


# --- refused wherever they stand --------------------------------------------------------------------------------------

_COROUTINE = Refusal("`async` and `await` are not supported", "write an ordinary function, and await outside of it")
_SENT = Refusal("the value of `yield` is not supported", "give the generator what it needs as arguments")
_GROUPS = Refusal("`except*` is not supported", "write `except`, and look into the group there")

REFUSED: dict[type, Refusal] = {
    gast.AsyncFunctionDef: _COROUTINE,
    gast.AsyncFor: _COROUTINE,
    gast.AsyncWith: _COROUTINE,
    gast.Await: _COROUTINE,
    gast.Yield: _SENT,  # met only where it is no statement, see `_parts`
    gast.YieldFrom: _SENT,
    gast.TryStar: _GROUPS,
    gast.TypeAlias: Refusal("`type` inside a function is not supported", "move it to the top of the file"),
}

SUPPORTED: frozenset[type] = frozenset(
    {
        *(gast.FunctionDef, gast.ClassDef, gast.Return, gast.Delete, gast.Assign, gast.AugAssign, gast.AnnAssign),
        *(gast.For, gast.While, gast.If, gast.Raise, gast.Assert, gast.Expr, gast.Pass, gast.Break, gast.Continue),
        *(gast.Try, gast.With, gast.Match, gast.Import, gast.ImportFrom, gast.Global, gast.Nonlocal),
        *(gast.BoolOp, gast.NamedExpr, gast.BinOp, gast.UnaryOp, gast.Compare, gast.IfExp, gast.Lambda, gast.Call),
        *(gast.Tuple, gast.List, gast.Set, gast.Dict, gast.Starred),
        *(gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp),
        *(gast.Name, gast.Constant, gast.Attribute, gast.Subscript),
        *(gast.JoinedStr, gast.FormattedValue),
    }
)

# --- refused in some forms --------------------------------------------------------------------------------------------

_WALRUS = Refusal("`:=` in a generator expression is not supported", "write a list: `[… for … in …]`")
_BARE_RAISE = Refusal(
    "`raise` without an exception outside of an `except` is not supported", "name the exception: `raise ValueError(…)`"
)
_EXIT_FROM_FINALLY = Refusal(
    "`return`, `break` or `continue` out of a `finally` is not supported, as it swallows exceptions",
    "write it after the `try`",
)
_IN_CLASS = Refusal(
    "this statement in the body of a class inside a function is not supported",
    "define the class outside of the function",
)
_KEYWORD = Refusal("a keyword in the head of a class inside a function is not supported", _IN_CLASS.hint)
_DELETE_ATTRIBUTE = Refusal("`del` of an attribute is not supported", "build a new object without it")
_HIDDEN_RESULT = "take the value as an argument, and return the new one"
_GLOBAL = Refusal("assignment to a `global` variable is not supported", _HIDDEN_RESULT)
_NONLOCAL = Refusal("assignment to a `nonlocal` variable from outside is not supported", _HIDDEN_RESULT)
_SHARED = Refusal(
    "a variable that nested functions assign, and that is bound in another way, is not supported", "bind it by `=`"
)


CONDITIONAL: dict[type, Callable[[Any], Refusal | None]] = {
    gast.GeneratorExp: lambda node: _WALRUS if any(isinstance(n, gast.NamedExpr) for n in gast.walk(node)) else None,
    gast.Attribute: lambda node: _DELETE_ATTRIBUTE if isinstance(node.ctx, gast.Del) else None,
    gast.comprehension: lambda node: _COROUTINE if node.is_async else None,
}

BUILTIN_HINTS = {
    "eval": "write the code itself",
    "exec": "write the code itself",
    "locals": "name the variables",
    "globals": "name the variables",
    "vars": "name the attributes, or read one at once: `vars(obj)['name']`",
    "delattr": "build a new object without the attribute",
    "super": "call a method of what it gives at once: `super().method(…)`",
}

# --- the walk ---------------------------------------------------------------------------------------------------------

_OTHER_CODE = (gast.AsyncFunctionDef,)  # not searched for more, as all of it is to go


def _refusals(source: FunctionSource) -> Iterator[tuple[Any, Refusal]]:
    """Each refused node; with a stack, since trees may be deep."""
    builtin_calls = _builtin_calls(source)
    root = source.node
    yield from _written_declarations(root)
    yield from _in_classes(root)
    yield from _misplaced(root if isinstance(root, _OTHER_CODE) else _body(root))
    pending = [root] if isinstance(root, _OTHER_CODE) else _body(root)
    while pending:
        node = pending.pop()
        refusal = _refusal(node, builtin_calls)
        if refusal is not None:
            yield (node.target if isinstance(node, gast.comprehension) else node), refusal
        if not isinstance(node, _OTHER_CODE):
            pending += _parts(node)


def _refusal(node: Any, builtin_calls: frozenset[str]) -> Refusal | None:
    kind = type(node)
    if kind in REFUSED:
        return REFUSED[kind]
    if isinstance(node, (ast.stmt, ast.expr)) and kind not in SUPPORTED:
        return Refusal(f"`{kind.__name__}` is not supported", "write it in other words")
    if kind is gast.Call and getattr(node.func, "id", None) in builtin_calls:
        return Refusal(f"`{node.func.id}()` is not supported", BUILTIN_HINTS[node.func.id])
    return CONDITIONAL[kind](node) if kind in CONDITIONAL else None


def _parts(node: Any) -> list[Any]:
    """The children of `node` to look at: all but annotations, and what is fine in its place."""
    if isinstance(node, (gast.FunctionDef, gast.Lambda)):
        decorators = getattr(node, "decorator_list", [])
        return [*decorators, *node.args.defaults, *filter(None, node.args.kw_defaults), *_body(node)]
    if isinstance(node, gast.ClassDef):
        return [*node.decorator_list, *node.bases, *node.keywords, *node.body]
    if isinstance(node, gast.AnnAssign):
        return [node.target, *filter(None, [node.value])]
    if isinstance(node, gast.AugAssign):
        return [*ast.iter_child_nodes(node.target), node.value]
    if isinstance(node, gast.Attribute) and is_super(node.value):
        return list(node.value.args)
    if is_item_of_vars(node):
        return [*node.value.args, node.slice]
    if isinstance(node, gast.Expr) and isinstance(node.value, (gast.Yield, gast.YieldFrom)):
        return list(ast.iter_child_nodes(node.value))
    return list(ast.iter_child_nodes(node))


def _body(function: Any) -> list[Any]:
    return list(function.body) if isinstance(function.body, list) else [function.body]


def _misplaced(nodes: Any, *, caught: bool = False) -> Iterator[tuple[Any, Refusal]]:
    """Each `raise` without an exception that is not in an `except`, and each exit out of a `finally`."""
    pending = [(node, caught) for node in (nodes if isinstance(nodes, list) else [])]
    while pending:
        node, caught = pending.pop()
        if isinstance(node, gast.Raise) and node.exc is None and not caught:
            yield node, _BARE_RAISE
        if isinstance(node, gast.Try) and may_exit(node.finalbody):
            yield next(n for n in exits(node.finalbody)), _EXIT_FROM_FINALLY
        inside = not isinstance(node, FUNCTIONS) and (caught or isinstance(node, gast.ExceptHandler))
        pending += [(child, inside) for child in ast.iter_child_nodes(node) if not isinstance(node, _OTHER_CODE)]


def _in_classes(root: Any) -> Iterator[tuple[Any, Refusal]]:
    """Each part of a class for which its namespace would have to be followed as the variables of a function are."""
    for cls in (n for n in ast.walk(root) if isinstance(n, gast.ClassDef)):
        yield from ((n, _KEYWORD) for n in cls.keywords)
        yield from ((n, _IN_CLASS) for n in (*cls.body, *getattr(cls, "type_params", ())) if not _is_member(n))
        outside = [n for n in ast.iter_child_nodes(cls) if not isinstance(n, gast.FunctionDef)]
        inner = (n for part in outside for n in ast.walk(part))
        yield from ((n, _IN_CLASS) for n in inner if isinstance(n, (gast.NamedExpr, *COMPREHENSIONS)))


def _is_member(node: Any) -> bool:
    match node:
        case gast.FunctionDef() | gast.Pass() | gast.Expr(value=gast.Constant()):
            return True
        case gast.Assign(targets=[gast.Name()]) | gast.AnnAssign(target=gast.Name()):
            return True
    return False


def _written_declarations(root: Any) -> Iterator[tuple[Any, Refusal]]:
    """The `global` statements about variables that the same function assigns, and `nonlocal` ones that go too far."""
    for function in ast.walk(root):
        if isinstance(function, FUNCTIONS):
            body = _body(function)
            for node in declarations(body):
                if isinstance(node, gast.Global) and not assigned_names(body).keys().isdisjoint(node.names):
                    yield node, _GLOBAL
    yield from ((node, _NONLOCAL) for owner, node, _ in written_nonlocals(root) if owner is None)
    shared = shared_variables(root)
    for function, names in shared.items():
        yield from ((node, _SHARED) for node in _binding_otherwise(function, names))


def _binding_otherwise(function: Any, names: set[str]) -> Iterator[Any]:
    """What binds one of a function's variables in a way for which no attribute can stand in."""
    return (node for node in ast.walk(function) if _bound_otherwise(node) in names)


def _bound_otherwise(node: Any) -> Any:
    """The variable that a node binds, if not by an assignment or a loop."""
    match node:
        case gast.FunctionDef() | gast.ClassDef() | gast.MatchAs() | gast.MatchStar():
            return node.name
        case gast.ExceptHandler(name=gast.Name(id=name)) | gast.NamedExpr(target=gast.Name(id=name)):
            return name
        case gast.MatchMapping():
            return node.rest
        case gast.alias():
            return node.asname or node.name.partition(".")[0]
        case gast.Name(ctx=gast.Del()):
            return node.id
    return None


def _builtin_calls(source: FunctionSource) -> frozenset[str]:
    """Those names of `BUILTIN_HINTS` that mean the builtin in `source`."""
    names = live_names(source.fn)
    bound = {*names.closure, *names.globals}
    for node in ast.walk(source.node):
        if isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load):
            bound.add(node.id)
        elif isinstance(node, (gast.FunctionDef, gast.ClassDef)):
            bound.add(node.name)
    return frozenset(BUILTIN_HINTS) - bound
