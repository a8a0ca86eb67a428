"""`x: float = v` becomes `x = v`; a bare `x: float` becomes `pass`. Local annotations are never evaluated in Python.

Those of a class are left, as it may be made of them.
"""

from __future__ import annotations

import gast


class _DropAnnotations(gast.NodeTransformer):  # type: ignore[misc]
    def visit_ClassDef(self, node: gast.ClassDef) -> gast.AST:
        node.body = [n if isinstance(n, gast.AnnAssign) else self.visit(n) for n in node.body]
        return node

    def visit_AnnAssign(self, node: gast.AnnAssign) -> gast.AST:
        if node.value is None:
            return gast.copy_location(gast.Pass(), node)
        return gast.copy_location(gast.Assign([node.target], node.value, None), node)


def drop_annotations(node: gast.AST) -> gast.AST:
    """Apply the rewrite everywhere in `node`, which is changed."""
    return _DropAnnotations().visit(node)
