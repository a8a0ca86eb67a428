"""Rewrites of what a name stands for, wherever it can be seen: in a function and in those inside it that let it be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gast

from s2s_ad.frontend.scope import COMPREHENSIONS, FUNCTIONS, assigned_names, declarations

NEW_BOX = "%variables"  # the name of the class of objects whose attributes are variables
Seen = dict[str, str]  # by what a name that can be seen is replaced


def functions_in(nodes: list[Any]) -> Iterator[Any]:
    """The functions that are directly inside; with a stack, since trees may be deep."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, FUNCTIONS):
            yield node
        else:
            pending += gast.iter_child_nodes(node)


def body_of(function: Any) -> list[Any]:
    """The statements of a function, or the expression of a lambda."""
    return function.body if isinstance(function.body, list) else [function.body]


def parameters_of(function: Any) -> list[str]:
    """The names of the parameters."""
    args = function.args
    named = (*args.posonlyargs, *args.args, *args.kwonlyargs, *filter(None, [args.vararg, args.kwarg]))
    return [a.id for a in named]


def locals_of(function: Any) -> set[str]:
    """The variables of a function itself."""
    body = body_of(function)
    elsewhere = {n for d in declarations(body) for n in d.names}
    return ({*parameters_of(function), *assigned_names(body)}) - elsewhere


class ScopedRewrite:
    """Visits a function with all that can be seen at each place of it."""

    def function(self, node: Any, seen: Seen) -> None:
        """Rewrite the body of a function, from which this can be seen."""
        raise NotImplementedError

    def replaced(self, node: Any, seen: Seen) -> Any:
        """What stands for a node; None for what stays as it is."""
        raise NotImplementedError

    def visit(self, node: Any, seen: Seen) -> Any:
        """A piece of a function, rewritten."""
        if isinstance(node, FUNCTIONS):
            for field in ("decorator_list", "args"):
                if hasattr(node, field):
                    self.children(getattr(node, field), seen)
            self.function(node, seen)
            return node
        if isinstance(node, COMPREHENSIONS):
            self._comprehension(node, seen)
            return node
        if isinstance(node, gast.ClassDef):
            self._class(node, seen)
            return node
        other = self.replaced(node, seen)
        if other is None:
            self.children(node, seen)
        return node if other is None else other

    def children(self, node: Any, seen: Seen) -> None:
        """Rewrite the parts of a node, or the items of a list."""
        if isinstance(node, list):
            node[:] = [self.visit(n, seen) for n in node]
            return
        for field, value in gast.iter_fields(node):
            if isinstance(value, list):
                value[:] = [self.visit(v, seen) if isinstance(v, gast.AST) else v for v in value]
            elif isinstance(value, gast.AST):
                setattr(node, field, self.visit(value, seen))

    def _comprehension(self, node: Any, seen: Seen) -> None:
        """A comprehension has a scope of its own, to which all but its first iterable belongs."""
        first = node.generators[0]
        iterable, first.iter = self.visit(first.iter, seen), gast.copy_location(gast.Constant(None, None), first.iter)
        bound = assigned_names(g.target for g in node.generators)
        self.children(node, {n: other for n, other in seen.items() if n not in bound})
        first.iter = iterable

    def _class(self, node: Any, seen: Seen) -> None:
        """The names that a class binds are its own, but its methods do not see them."""
        for outside in (node.decorator_list, node.bases, node.keywords):
            self.children(outside, seen)
        own = assigned_names(node.body)
        inner = {n: other for n, other in seen.items() if n not in own}
        node.body[:] = [self.visit(n, seen if isinstance(n, FUNCTIONS) else inner) for n in node.body]


def new_object(target: str, place: Any) -> Any:
    """A statement that makes an object whose attributes are variables."""
    call = gast.Call(gast.Name(NEW_BOX, gast.Load(), None, None), [], [])
    made = gast.Assign([gast.Name(target, gast.Store(), None, None)], call, None)
    for node in gast.walk(made):
        gast.copy_location(node, place)
    return made


def attribute_of(box: str, name: str, node: Any) -> Any:
    """The attribute of such an object, in the place of `node`."""
    obj = gast.copy_location(gast.Name(box, gast.Load(), None, None), node)
    return gast.copy_location(gast.Attribute(obj, name, node.ctx), node)
