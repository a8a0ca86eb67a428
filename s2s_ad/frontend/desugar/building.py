"""Nodes that rewrites make."""

from __future__ import annotations

import gast


def load(name: str) -> gast.Name:
    """A variable that is read."""
    return gast.Name(name, gast.Load(), None, None)


def store(name: str) -> gast.Name:
    """A variable that is assigned."""
    return gast.Name(name, gast.Store(), None, None)


def placed(new: gast.AST, old: gast.AST) -> gast.AST:
    """`new`, with all of it that has no place yet at the place of `old`."""
    for part in gast.walk(new):
        if not hasattr(part, "lineno") and hasattr(old, "lineno"):
            gast.copy_location(part, old)
    return new
