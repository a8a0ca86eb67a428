"""`x: float = v` becomes `x = v`; a bare `x: float` becomes `pass`. Local annotations are never evaluated in Python."""

from __future__ import annotations

import gast


class _DropAnnotations(gast.NodeTransformer):  # type: ignore[misc]
    def visit_AnnAssign(self, node: gast.AnnAssign) -> gast.AST:
        if node.value is None:
            return gast.copy_location(gast.Pass(), node)
        return gast.copy_location(gast.Assign([node.target], node.value, None), node)


def drop_annotations(node: gast.AST) -> gast.AST:
    """Apply the rewrite everywhere in `node`, which is changed."""
    return _DropAnnotations().visit(node)
