"""The attributes of a nested function become those of an object beside it.

    def g(y):                         g_attributes = SimpleNamespace()
        g.calls += 1                  def g(y):
        return y * x                      g_attributes.calls += 1
    g.calls = 0                           return y * x
                                      g_attributes.calls = 0

That holds where the name is bound by this one `def`, or one lambda, so that it is surely the function; what seems to be
`functools.wraps` is looked at later. Under other names the function leads to the object, which it has captured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import gast

from s2s_ad.frontend.desugar.names import FreshNames
from s2s_ad.frontend.desugar.scoped import (
    ScopedRewrite,
    Seen,
    attribute_of,
    body_of,
    functions_in,
    locals_of,
    new_object,
    parameters_of,
)
from s2s_ad.frontend.scope import FUNCTIONS, bindings, declarations


def give_attributes(root: gast.AST) -> gast.AST:
    """Apply the rewrite everywhere in the function `root`, which is changed."""
    stored = {(n.value.id, n.attr) for n in gast.walk(root) if _is_stored(n)}
    if stored:
        rewrite = _Rewrite(stored, FreshNames(root))
        rewrite.function(root, {})
        _Insert(rewrite.made).visit(root)
    return root


def _is_stored(node: Any) -> bool:
    is_attribute = isinstance(node, gast.Attribute) and isinstance(node.value, gast.Name)
    return is_attribute and isinstance(node.ctx, gast.Store)


class _Rewrite(ScopedRewrite):
    """Replaces the attributes; `made` are the objects of functions, by the statement that makes the function."""

    def __init__(self, stored: set[tuple[str, str]], names: FreshNames) -> None:
        self.stored = stored
        self.names = names
        self.made: dict[Any, str] = {}

    def function(self, node: Any, seen: Seen) -> None:
        """Rewrite a function, and give objects to the functions in it that have attributes."""
        own, body = locals_of(node), body_of(node)
        new = {}
        for name, statement in _functions_by_name(node):
            if name in {n for n, _ in self.stored}:
                new[name] = self.made[statement] = self.names.like(f"{name}_attributes")
                made = statement.value if isinstance(statement, gast.Assign) else statement
                made.attributes = new[name]
        inner = {**{n: box for n, box in seen.items() if n not in own}, **new}
        visited = [self.visit(part, inner) for part in body]
        node.body = visited if isinstance(node.body, list) else visited[0]

    def replaced(self, node: Any, seen: Seen) -> Any:
        """An attribute."""
        if not isinstance(node, gast.Attribute) or not isinstance(node.value, gast.Name):
            return None
        name = node.value.id
        return attribute_of(seen[name], node.attr, node) if name in seen and (name, node.attr) in self.stored else None


class _Insert(gast.NodeTransformer):  # type: ignore[misc]
    """Puts in front of each function the statement that makes its object."""

    def __init__(self, made: dict[Any, str]) -> None:
        self.made = made

    def visit(self, node: Any) -> Any:
        self.generic_visit(node)
        return [new_object(self.made[node], node), node] if node in self.made else node


def _functions_by_name(function: Any) -> Iterator[tuple[str, Any]]:
    """The functions in a function that have a name which nothing else has, with their statements."""
    body = body_of(function)
    elsewhere = {n for inner in functions_in(body) for d in _declared_in(inner) for n in d.names}
    counted = Counter(name for part in body for name in bindings(part))
    counted.update([*parameters_of(function), *elsewhere])
    counted.update(n for d in declarations(body) for n in d.names)
    pending = list(body)
    while pending:
        node = pending.pop()
        name = _name_of(node)
        if name is not None and counted[name] == 1:
            yield name, node
        if not isinstance(node, (*FUNCTIONS, gast.ClassDef)):
            pending += gast.iter_child_nodes(node)


def _declared_in(function: Any) -> Iterator[Any]:
    body = body_of(function)
    yield from declarations(body)
    for inner in functions_in(body):
        yield from _declared_in(inner)


def _name_of(node: Any) -> str | None:
    match node:
        case gast.FunctionDef() if all(map(_is_wraps, node.decorator_list)):
            return str(node.name)
        case gast.Assign(targets=[gast.Name(id=name)], value=gast.Lambda()):
            return str(name)
    return None


def _is_wraps(decorator: Any) -> bool:
    """Whether a decorator gives the function itself, by its name."""
    name = decorator.func if isinstance(decorator, gast.Call) else None
    return getattr(name, "attr", getattr(name, "id", None)) == "wraps"
