"""A loop over `itertools.groupby`, whose groups are iterators that end with their round, runs through lists.

    for k, g in groupby(xs, key):        for k, group in groups(groupby, xs, key):
        y += k * sum(g)                      g = once(group)
                                             y += k * sum(g)

    {k: sum(g) for k, g in …}            {k: sum(once(group)) for k, group in …}

So nobody can tell: an iterator over a list is used up by its first use too, and refused where it is kept. In a
comprehension the group must be named once, where it is looked at once in a round; else all is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from s2s_ad.frontend.desugar.building import load, placed, store
from s2s_ad.frontend.desugar.names import FreshNames
from s2s_ad.frontend.scope import COMPREHENSIONS, FUNCTIONS
from s2s_ad.runtime import groups, once


def expand_groups(root: gast.AST, is_groupby: Callable[[Any], bool]) -> gast.AST:
    """Apply the rewrite everywhere in the function `root`; `is_groupby` tells whether a callee is that function."""
    return _ExpandGroups(root, is_groupby).visit(root)


class _ExpandGroups(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, root: gast.AST, is_groupby: Callable[[Any], bool]) -> None:
        self.root = root
        self.names = FreshNames(root)
        self.is_groupby = is_groupby

    def visit_For(self, node: gast.For) -> gast.AST:
        self.generic_visit(node)
        group = self._named(node)
        if group is not None and self._is_read_only_in(group.id, node.body):
            start = gast.Assign([store(f"%{group.id}")], _iterator(self._grouped(node)), None)
            for name in _names(group.id, node.body):
                name.id = f"%{group.id}"  # which the next round does not know any more
            node.body = [placed(start, node.target), *node.body]
        return node

    def _is_read_only_in(self, name: str, body: list[Any]) -> bool:
        """Whether a variable is bound by such loops only, and read in their bodies, by no nested function."""
        loops = [n for n in gast.walk(self.root) if getattr(self._named(n), "id", None) == name]
        functions = [n for n in gast.walk(self.root) if isinstance(n, FUNCTIONS) and n is not self.root]
        known = {id(n) for loop in loops for n in (loop.target.elts[1], *_names(name, loop.body))}
        is_known = all(id(n) in known for n in _names(name, [self.root]))
        stored = [n for n in _names(name, body) if not isinstance(n.ctx, gast.Load)]
        return is_known and not stored and not _names(name, functions)

    def _comprehension(self, node: Any) -> gast.AST:
        self.generic_visit(node)
        first, *others = node.generators
        group = self._named(first)
        parts = [node.key, node.value] if isinstance(node, gast.DictComp) else [node.elt]
        once = None if group is None else _only_read(group.id, [*parts, *first.ifs, *others])
        if once is not None and not others:
            iterator = _iterator(self._grouped(first))
            _Replace(once, placed(iterator, once)).visit(node)
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def _named(self, node: Any) -> Any:
        """The variable for the groups that a loop runs through; None where it is about something else."""
        match node:
            case (
                gast.For(target=gast.Tuple(elts=[_, gast.Name() as group]), iter=gast.Call(func=callee))
                | gast.comprehension(target=gast.Tuple(elts=[_, gast.Name() as group]), iter=gast.Call(func=callee))
            ) if self.is_groupby(callee):
                return group
        return None

    def _grouped(self, node: Any) -> str:
        """Have a loop run through lists; the name of these."""
        call, name = node.iter, self.names.like("group")
        node.target.elts[1] = placed(store(name), node.target)
        node.iter = placed(gast.Call(gast.Constant(groups, None), [call.func, *call.args], call.keywords), call)
        return name


class _Replace(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, old: gast.AST, new: gast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: gast.AST) -> gast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _names(name: str, trees: list[Any]) -> list[Any]:
    return [n for tree in trees for n in gast.walk(tree) if isinstance(n, gast.Name) and n.id == name]


def _iterator(name: str) -> Any:
    return gast.Call(gast.Constant(once, None), [load(name)], [])


def _only_read(name: str, trees: list[Any]) -> Any:
    """Where a variable is named, if that is one place, and one that is come to once in a round."""
    found = _names(name, trees)
    nested = [n for tree in trees for n in gast.walk(tree) if isinstance(n, (gast.Lambda, *COMPREHENSIONS))]
    around = [n for n in nested if any(m is found[0] for m in gast.walk(n))] if len(found) == 1 else []
    is_plain = len(found) == 1 and not around
    is_first = len(around) == 1 and not isinstance(around[0], gast.Lambda) and around[0].generators[0].iter is found[0]
    return found[0] if is_plain or is_first else None
