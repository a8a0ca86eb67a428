"""`assert test, message` becomes `if not test: raise AssertionError(message)`, and nothing under `python -O`."""

from __future__ import annotations

import gast


class _ExpandAssertions(gast.NodeTransformer):  # type: ignore[misc]
    def visit_Assert(self, node: gast.Assert) -> gast.AST:
        if not __debug__:
            return gast.copy_location(gast.Pass(), node)
        error = gast.Name("AssertionError", gast.Load(), None, None)
        call = gast.Call(error, [] if node.msg is None else [node.msg], [])
        check = gast.If(gast.UnaryOp(gast.Not(), node.test), [gast.Raise(call, None)], [])
        for new in (error, call, check, check.test, check.body[0]):
            gast.copy_location(new, node)
        return check


def expand_assertions(node: gast.AST) -> gast.AST:
    """Apply the rewrite everywhere in `node`, which is changed."""
    return _ExpandAssertions().visit(node)
