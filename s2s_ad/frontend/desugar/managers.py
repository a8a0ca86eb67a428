"""A `with` about a function that `contextlib.contextmanager` has made becomes what stands before and after its `yield`.

    @contextmanager                   def scaled(obj, s):
    def scaled(obj, s):                   old = obj.w
        old = obj.w                       obj.w = old * s
        obj.w = old * s                   def leave():
        try:                                  obj.w = old
            yield obj                     return obj, leave
        finally:
            obj.w = old               value, leave = scaled(net, 2.0)
                                      try:
    with scaled(net, 2.0) as q:           q = value
        y = q(x)                          y = q(x)
                                      finally:
                                          leave()

Without a `finally` around its `yield`, the function is not gone on with after an exception. Which functions of a module
are to be followed so is found out by the analysis: others are run as they are. Nested ones always are.

A `with` about an object is written out where the analysis says so:

    with E as q:              manager = E
        y = q(x)              entered = type(manager).__enter__(manager)
                              try:
                                  q = entered
                                  y = q(x)
                              except BaseException as error:
                                  assert not type(manager).__exit__(manager, type(error), error, error.__traceback__)
                                  raise
                              else, or where the body is left by a `return`, `break` or `continue`:
                                  type(manager).__exit__(manager, None, None, None)
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import gast

from s2s_ad.frontend.desugar.building import load, placed, store
from s2s_ad.frontend.desugar.names import FreshNames
from s2s_ad.frontend.scope import YIELDS, assigned_names, contains, may_exit
from s2s_ad.ir.primitives import ManagerParts, let_through, require_same, traceback_of

Followed = Callable[[Any], Any]  # gives for what a `with` is about the function to follow, True for an object, or None


def halves(function: Any) -> tuple[list[Any], Any, list[Any], bool] | None:
    """What is before the only `yield` of a generator, the value, what is after, and whether that is in a `finally`."""
    body = function.body
    places = [i for i, node in enumerate(body) if contains([node], YIELDS)]
    if len(places) != 1 or contains(body[: places[0]], (gast.Return,)):
        return None
    (i,) = places
    match body[i]:
        case gast.Expr(value=gast.Yield(value=value)):
            return body[:i], value, body[i + 1 :], False
        case gast.Try(body=[gast.Expr(value=gast.Yield(value=value))], handlers=[], orelse=[], finalbody=final):
            is_safe = value is None or isinstance(value, (gast.Name, gast.Constant))
            return (
                (body[:i], value, final, True)
                if is_safe and not body[i + 1 :] and not contains(final, YIELDS)
                else None
            )
    return None


def split_manager(function: Any) -> Any:
    """The function that gives what `as` binds, and what to call at the end of the `with`; `function` is changed."""
    found = halves(function)
    assert found is not None
    before, value, after, _ = found
    place = function.body[len(before)]
    own = {a.id for a in gast.walk(function.args) if isinstance(a, gast.Name)} | set(assigned_names(before))
    again = [name for name in assigned_names(after) if name in own]
    name = FreshNames(function).like("leave")
    nothing = gast.arguments([], [], None, [], [], None, [])
    body = [*([gast.Nonlocal(again)] if again else []), *(after or [gast.Pass()])]
    leave = gast.FunctionDef(name, nothing, body, [], None, None, [])
    both = gast.Tuple([value or gast.Constant(None, None), load(name)], gast.Load())
    function.body = [*before, leave, gast.Return(both)]
    function.decorator_list = []
    return placed(function, place)


def follow_managers(root: gast.AST, followed: Followed) -> gast.AST:
    """Apply the rewrite to all `with` in the function `root` whose managers are to be `followed`."""
    return _FollowManagers(FreshNames(root), followed).visit(root)


def expand_nested_managers(root: gast.AST) -> gast.AST:
    """Apply the rewrite to the managers that are defined in the function `root`."""
    nested = {n.name: n for n in gast.walk(root) if n is not root and _is_manager(n) and halves(n) is not None}
    callees = {name: ManagerParts(None, halves(node)[3]) for name, node in nested.items()}  # type: ignore[index]
    withs = [n for n in gast.walk(root) if isinstance(n, gast.With)]
    entered = {id(i.context_expr.func) for n in withs for i in n.items if _is_followed(n, i, callees)}
    names = [n for n in gast.walk(root) if isinstance(n, gast.Name)]
    odd = {n.id for n in names if id(n) not in entered}  # bound or used in another way
    count = Counter(n.name for n in gast.walk(root) if isinstance(n, (gast.FunctionDef, gast.ClassDef)))
    callees = {name: parts for name, parts in callees.items() if name not in odd and count[name] == 1}
    if not callees:
        return root
    _SplitManagers([nested[name] for name in callees]).visit(root)
    return follow_managers(root, lambda made: callees.get(getattr(getattr(made, "func", None), "id", None)))


def _is_followed(node: gast.With, item: gast.withitem, callees: dict[str, ManagerParts]) -> bool:
    func = getattr(item.context_expr, "func", None)
    parts = callees.get(func.id) if isinstance(func, gast.Name) else None
    return parts is not None and (parts.is_final or not may_exit(node.body))


def _is_manager(node: Any) -> bool:
    """Whether a node is a function under the one decorator `contextmanager`, by its name."""
    if not isinstance(node, gast.FunctionDef) or len(node.decorator_list) != 1:
        return False
    (name,) = node.decorator_list
    return getattr(name, "attr", getattr(name, "id", None)) == "contextmanager"


class _SplitManagers(gast.NodeTransformer):  # type: ignore[misc]
    """Splits the managers among the nested functions, and has the decorator looked at."""

    def __init__(self, managers: list[Any]) -> None:
        self.managers = managers

    def visit_FunctionDef(self, node: gast.FunctionDef) -> Any:
        self.generic_visit(node)
        if node not in self.managers:
            return node
        ours = gast.Constant(contextlib.contextmanager, None)
        check = gast.Expr(gast.Call(gast.Constant(require_same, None), [node.decorator_list[0], ours], []))
        return [placed(check, node), split_manager(node)]


class _FollowManagers(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, names: FreshNames, followed: Followed) -> None:
        self.names = names
        self.followed = followed

    def visit_With(self, node: gast.With) -> Any:
        self.generic_visit(node)
        return self._items(node, node.items)

    def _items(self, node: gast.With, items: list[gast.withitem]) -> list[Any]:
        """The statements for the managers `items` and the body, from the outermost manager inwards."""
        if not items:
            return list(node.body)
        item, body = items[0], self._items(node, items[1:])
        found = self.followed(item.context_expr)
        if found is True:
            return self._written_out(node, item, body)
        if found is None or (may_exit(node.body) and not found.is_final):
            return [placed(gast.With([item], body, None), node)]
        return self._expanded(node, item, found, body)

    def _written_out(self, node: gast.With, item: gast.withitem, body: list[Any]) -> list[Any]:
        manager, value, error = (self.names.like(name) for name in ("manager", "entered", "error"))
        make = gast.Assign([store(manager)], item.context_expr, None)
        enter = gast.Assign([store(value)], _method(manager, "__enter__"), None)
        bound = [] if item.optional_vars is None else [gast.Assign([item.optional_vars], load(value), None)]
        raised = _call(type, load(error)), load(error), _call(traceback_of, load(error))
        passed_on = gast.Expr(_call(let_through, load(manager), _method(manager, "__exit__", *raised)))
        handler = gast.ExceptHandler(None, store(error), [passed_on, gast.Raise(None, None)])
        leave = gast.Expr(_method(manager, "__exit__", *(gast.Constant(None, None) for _ in raised)))
        enter.may_write = leave.may_write = True
        make, enter, handler, leave, *bound = (
            placed(n, item.context_expr) for n in (make, enter, handler, leave, *bound)
        )
        rest = gast.Try([*bound, *body], [handler], [], [leave])
        rest.handles_raising = True
        return [make, enter, placed(rest, node)]

    def _expanded(self, node: gast.With, item: gast.withitem, parts: ManagerParts, body: list[Any]) -> list[Any]:
        call = item.context_expr
        value, leave = (self.names.like(name) for name in ("entered", "leave"))
        if parts.fn is None:
            made = call
        else:
            made = gast.Call(gast.Constant(parts, None), [call.func, *call.args], call.keywords)
        both = gast.Tuple([store(value), store(leave)], gast.Store())
        bound = [] if item.optional_vars is None else [gast.Assign([item.optional_vars], load(value), None)]
        left = gast.Expr(gast.Call(load(leave), [], []))
        left.may_write = True
        enter = gast.Assign([both], made, None)
        enter.may_write = True
        enter, left, *bound = (placed(statement, call) for statement in (enter, left, *bound))
        inside = [*bound, *body]
        return [enter, *([placed(gast.Try(inside, [], [], [left]), node)] if parts.is_final else [*inside, left])]


def _call(fn: Any, *args: Any) -> Any:
    return gast.Call(gast.Constant(fn, None), list(args), [])


def _method(manager: str, name: str, *args: Any) -> Any:
    """A call of a method of a manager, which is looked up in its class."""
    return gast.Call(gast.Attribute(_call(type, load(manager)), name, gast.Load()), [load(manager), *args], [])
