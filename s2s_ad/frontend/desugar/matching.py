"""`match` becomes `if` and `elif`.

    match point():                 subject = point()
        case [x, 0] if x > y:      if subject matches [x, 0] if x > y:
            …                          …
        case [z]:                  elif subject matches [z]:
            …                          …
        case other:                else:
            …                          other = subject

`Matches` is an expression: whether a pattern fits, and a guard holds. It is lowered in `patterns.py`. The `if` that it
is the test of has the names that the pattern captures in an attribute, `captures`, to bind them in its body.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import gast

SUBJECT = "%subject"


class Matches(ast.expr):
    """`subject matches pattern if guard`."""

    _fields = ("subject", "pattern", "guard")

    def __init__(self, subject: Any, pattern: Any, guard: Any) -> None:
        super().__init__()
        self.subject, self.pattern, self.guard = subject, pattern, guard


class _ExpandMatches(gast.NodeTransformer):  # type: ignore[misc]
    def visit_Match(self, node: Any) -> list[gast.AST]:
        self.generic_visit(node)
        assign = gast.Assign([self._variable(gast.Store, node.subject)], node.subject, None)
        return [gast.copy_location(assign, node), *self._cases(node.cases, node.subject)]

    def _variable(self, context: Any, place: gast.AST) -> Any:
        return gast.copy_location(gast.Name(SUBJECT, context(), None, None), place)

    def _cases(self, cases: list[Any], subject: gast.AST) -> list[gast.AST]:
        if not cases:
            return []
        case, *rest = cases
        pattern, read = case.pattern, self._variable(gast.Load, subject)
        if isinstance(pattern, gast.MatchAs) and pattern.pattern is None and case.guard is None:
            return [*_assignment(pattern, read), *case.body]
        test = gast.copy_location(Matches(read, pattern, case.guard), pattern)
        made = gast.copy_location(gast.If(test, case.body, self._cases(rest, subject)), pattern)
        if not any(isinstance(n, gast.NamedExpr) for n in gast.walk(test)):  # it may give them other values
            made.captures = tuple(dict.fromkeys(captures(pattern)))
        return [made]


def _assignment(pattern: Any, read: Any) -> list[gast.AST]:
    """What the pattern `name` does; nothing for `_`."""
    if pattern.name is None:
        return []
    target = gast.copy_location(gast.Name(pattern.name, gast.Store(), None, None), pattern)
    return [gast.copy_location(gast.Assign([target], read, None), pattern)]


def captures(pattern: Any) -> Iterator[str]:
    """The names that a pattern captures, in the order of the text."""
    for name in (getattr(pattern, "name", None), getattr(pattern, "rest", None)):
        if name is not None:
            yield name
    for child in gast.iter_child_nodes(pattern):
        if isinstance(child, gast.pattern):
            yield from captures(child)


def expand_matches(node: gast.AST) -> gast.AST:
    """Apply the rewrite everywhere in `node`, which is changed."""
    return _ExpandMatches().visit(node)
