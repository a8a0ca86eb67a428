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

from s2s_ad.frontend.desugar.building import load, placed, store
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
from s2s_ad.frontend.scope import assigned_names, declarations


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
    body = body_of(function)
    for node in declarations(body):
        if isinstance(node, gast.Nonlocal):
            for name in node.names:
                if name in assigned_names(body):
                    yield next((f for f in reversed(around) if name in locals_of(f)), None), node, name
    for inner in functions_in(body):
        yield from _written(inner, [*around, function])


class _Rewrite(ScopedRewrite):
    """Replaces the variables by attributes of the objects that have them."""

    def __init__(self, shared: dict[Any, set[str]], names: FreshNames) -> None:
        self.shared = shared
        self.names = names

    def function(self, node: Any, seen: Seen) -> None:
        """Rewrite a function, and give it the objects for its own variables."""
        own = locals_of(node)
        new = {name: self.names.like(f"{name}_box") for name in sorted(self.shared.get(node, ()))}
        node.boxes = frozenset(new.values())
        inner = {**{n: box for n, box in seen.items() if n not in own}, **new}
        if isinstance(node.body, list):
            node.body = [self.visit(statement, inner) for statement in node.body]
            node.body = [s for s in node.body if not isinstance(s, gast.Nonlocal)] or [placed(gast.Pass(), node)]
            given = [name for name in new if name in parameters_of(node)]
            node.body[:0] = [s for name in new for s in _made(node, name, new[name], given=name in given)]
        else:
            node.body = self.visit(node.body, inner)

    def replaced(self, node: Any, seen: Seen) -> Any:
        """A variable."""
        if not isinstance(node, gast.Name) or node.id not in seen or isinstance(node.ctx, gast.Param):
            return None
        return attribute_of(seen[node.id], node.id, node)


def _made(function: Any, name: str, box: str, *, given: bool) -> Iterator[Any]:
    """Statements that make the object of a variable, which may be a parameter."""
    yield new_object(box, function)
    if given:
        place = attribute_of(box, name, placed(store(name), function))
        value = placed(load(name), function)
        yield placed(gast.Assign([place], value, None), function)
