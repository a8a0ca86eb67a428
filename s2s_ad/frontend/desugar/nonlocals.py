"""A variable that nested functions assign becomes the attribute of an object that they share.

    def outer(x):                          def outer(x):
        total = 0.0                            total_box = SimpleNamespace()
        def add(v):                            total_box.total = 0.0
            nonlocal total                     def add(v):
            total += v                             total_box.total += v
        add(x)                                 add(x)
        return total                           return total_box.total

The object is made where the function starts, and no name is ever bound to another one. So nothing but attributes has to
be known of variables that several functions write to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gast

from s2s_ad.frontend.desugar.names import FreshNames
from s2s_ad.frontend.scope import COMPREHENSIONS, FUNCTIONS, assigned_names, declarations

NEW_BOX = "%variables"  # the name of the class of such an object

Boxes = dict[str, str]


def share_nonlocals(root: gast.AST) -> gast.AST:
    """Apply the rewrite everywhere in the function `root`, which is changed."""
    if any(isinstance(n, gast.Nonlocal) for n in gast.walk(root)):
        _Rewrite(shared_variables(root), FreshNames(root)).function(root, {})
    return root


def shared_variables(root: Any) -> dict[Any, set[str]]:
    """The variables that nested functions assign, by the function under `root` that they belong to."""
    found: dict[Any, set[str]] = {}
    for owner, _, name in written_nonlocals(root):
        if owner is not None:
            found.setdefault(owner, set()).add(name)
    return found


def written_nonlocals(root: Any) -> Iterator[tuple[Any, Any, str]]:
    """Each assigned nonlocal variable: the function it belongs to, or None if that is outside, and its declaration."""
    yield from _written(root, [])


def _written(function: Any, around: list[Any]) -> Iterator[tuple[Any, Any, str]]:
    body = _body(function)
    for node in declarations(body):
        if isinstance(node, gast.Nonlocal):
            for name in node.names:
                if name in assigned_names(body):
                    yield next((f for f in reversed(around) if name in _locals(f)), None), node, name
    for inner in _nested(body):
        yield from _written(inner, [*around, function])


def _nested(nodes: list[Any]) -> Iterator[Any]:
    """The functions that are directly inside; with a stack, since trees may be deep."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, FUNCTIONS):
            yield node
        else:
            pending += gast.iter_child_nodes(node)


def _body(function: Any) -> list[Any]:
    return function.body if isinstance(function.body, list) else [function.body]


def _parameters(function: Any) -> list[str]:
    args = function.args
    named = (*args.posonlyargs, *args.args, *args.kwonlyargs, *filter(None, [args.vararg, args.kwarg]))
    return [a.id for a in named]


def _locals(function: Any) -> set[str]:
    """The variables of a function itself."""
    body = _body(function)
    elsewhere = {n for d in declarations(body) for n in d.names}
    return ({*_parameters(function), *assigned_names(body)}) - elsewhere


class _Rewrite:
    """Replaces the variables; `boxes` are the names of the objects that have them, where they can be seen."""

    def __init__(self, shared: dict[Any, set[str]], names: FreshNames) -> None:
        self.shared = shared
        self.names = names

    def function(self, node: Any, boxes: Boxes) -> None:
        """Rewrite a function, and give it the objects for its own variables."""
        own = _locals(node)
        new = {name: self.names.like(f"{name}_box") for name in sorted(self.shared.get(node, ()))}
        node.boxes = frozenset(new.values())
        inner = {**{n: box for n, box in boxes.items() if n not in own}, **new}
        if isinstance(node.body, list):
            node.body = [self.visit(statement, inner) for statement in node.body]
            node.body = [s for s in node.body if not isinstance(s, gast.Nonlocal)] or [_at(gast.Pass(), node)]
            given = [name for name in new if name in _parameters(node)]
            node.body[:0] = [s for name in new for s in _made(node, name, new[name], given=name in given)]
        else:
            node.body = self.visit(node.body, inner)

    def visit(self, node: Any, boxes: Boxes) -> Any:
        """A piece of a function with the variables replaced."""
        if isinstance(node, FUNCTIONS):
            for field in ("decorator_list", "args"):
                if hasattr(node, field):
                    self._children(getattr(node, field), boxes)
            self.function(node, boxes)
            return node
        if isinstance(node, COMPREHENSIONS):
            self._comprehension(node, boxes)
            return node
        if isinstance(node, gast.ClassDef):
            self._class(node, boxes)
            return node
        if isinstance(node, gast.Name):
            return self._variable(node, boxes)
        self._children(node, boxes)
        return node

    def _comprehension(self, node: Any, boxes: Boxes) -> None:
        """A comprehension has a scope of its own, to which all but its first iterable belongs."""
        first = node.generators[0]
        iterable, first.iter = self.visit(first.iter, boxes), gast.copy_location(gast.Constant(None, None), first.iter)
        bound = assigned_names(g.target for g in node.generators)
        self._children(node, {n: box for n, box in boxes.items() if n not in bound})
        first.iter = iterable

    def _class(self, node: Any, boxes: Boxes) -> None:
        """The names that a class binds are its own, but its methods do not see them."""
        for outside in (node.decorator_list, node.bases, node.keywords):
            self._children(outside, boxes)
        own = assigned_names(node.body)
        inner = {n: box for n, box in boxes.items() if n not in own}
        node.body[:] = [self.visit(n, boxes if isinstance(n, FUNCTIONS) else inner) for n in node.body]

    def _children(self, node: Any, boxes: Boxes) -> None:
        if isinstance(node, list):
            node[:] = [self.visit(n, boxes) for n in node]
            return
        for field, value in gast.iter_fields(node):
            if isinstance(value, list):
                value[:] = [self.visit(v, boxes) if isinstance(v, gast.AST) else v for v in value]
            elif isinstance(value, gast.AST):
                setattr(node, field, self.visit(value, boxes))

    def _variable(self, node: Any, boxes: Boxes) -> Any:
        if node.id not in boxes or isinstance(node.ctx, gast.Param):
            return node
        box = _at(gast.Name(boxes[node.id], gast.Load(), None, None), node)
        return _at(gast.Attribute(box, node.id, node.ctx), node)


def _made(function: Any, name: str, box: str, *, given: bool) -> Iterator[Any]:
    """Statements that make the object of a variable, which may be a parameter."""
    target = _at(gast.Name(box, gast.Store(), None, None), function)
    call = _at(gast.Call(_at(gast.Name(NEW_BOX, gast.Load(), None, None), function), [], []), function)
    yield _at(gast.Assign([target], call, None), function)
    if given:
        obj = _at(gast.Name(box, gast.Load(), None, None), function)
        place = _at(gast.Attribute(obj, name, gast.Store()), function)
        value = _at(gast.Name(name, gast.Load(), None, None), function)
        yield _at(gast.Assign([place], value, None), function)


def _at(node: Any, place: Any) -> Any:
    return gast.copy_location(node, place)
