"""A nested function with a cache becomes one that keeps what it has given in a dict.

@lru_cache(maxsize=None)           if lru_cache is functools.lru_cache:
def f(n):                              memo = {}
    if n == 0:                         def f(n):
        return x                           key = (n,)
    return f(n - 1) * y                    if key in memo:
                                               return memo[key]
                                           if n == 0:
                                               memo[key] = x
                                               return memo[key]
                                           memo[key] = f(n - 1) * y
                                           return memo[key]
                                   else:
                                       @lru_cache(maxsize=None)
                                       def f(n): …

What the decorator is, is known only later. Nothing is forgotten here: what would be is computed again by Python, to the
same effect.
"""

from __future__ import annotations

import copy
import functools
from typing import Any

import gast

from s2s_ad.frontend.scope import FUNCTIONS, YIELDS, contains

_CACHES = {"cache": functools.cache, "lru_cache": functools.lru_cache}


class _ExpandCaches(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, outermost: gast.AST) -> None:
        self.outermost = outermost
        self.taken = {n.id for n in gast.walk(outermost) if isinstance(n, gast.Name)}

    def visit_FunctionDef(self, node: gast.FunctionDef) -> Any:
        self.generic_visit(node)
        decorator = _cache_of(node)
        if node is self.outermost or decorator is None or contains(node.body, YIELDS):
            return node
        memo, key = self._fresh(f"{node.name}_memo"), self._fresh(f"{node.name}_key")
        name = decorator.func if isinstance(decorator, gast.Call) else decorator
        ours = gast.Constant(_CACHES[_name_of(decorator)], None)
        test = gast.Compare(copy.deepcopy(name), [gast.Is()], [ours])
        made = gast.Assign([_store(memo)], gast.Dict([], []), None)
        return _at(gast.If(test, [made, _remembering(node, memo, key)], [node]), node)

    def _fresh(self, name: str) -> str:
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name


class _RememberReturns(gast.NodeTransformer):  # type: ignore[misc]
    """Puts what is returned into the memo, and returns it from there."""

    def __init__(self, place: gast.Subscript) -> None:
        self.place = place

    def visit(self, node: gast.AST) -> Any:
        return node if isinstance(node, (*FUNCTIONS, gast.ClassDef)) else super().visit(node)

    def visit_Return(self, node: gast.Return) -> Any:
        stored = copy.deepcopy(self.place)
        stored.ctx = gast.Store()
        value = node.value or gast.Constant(None, None)
        return [_at(gast.Assign([stored], value, None), node), _at(gast.Return(copy.deepcopy(self.place)), node)]


def _remembering(node: gast.FunctionDef, memo: str, key: str) -> gast.FunctionDef:
    made = copy.deepcopy(node)
    made.decorator_list = []
    place = gast.Subscript(_load(memo), _load(key), gast.Load())
    args = [*made.args.posonlyargs, *made.args.args, *made.args.kwonlyargs]
    values = [_load(a.id) for a in args] + [_load(a.id) for a in (made.args.vararg,) if a]
    known = gast.Compare(_load(key), [gast.In()], [_load(memo)])
    body = [_RememberReturns(place).visit(statement) for statement in (*made.body, gast.Return(None))]
    flat = [s for statement in body for s in (statement if isinstance(statement, list) else [statement])]
    made.body = [
        gast.Assign([_store(key)], gast.Tuple(values, gast.Load()), None),
        gast.If(known, [gast.Return(copy.deepcopy(place))], []),
        *flat,
    ]
    for statement in made.body:
        _at(statement, node)
    return made


def _cache_of(node: gast.FunctionDef) -> Any:
    """The decorator of a function that may be a cache, by its name, if it is the only one."""
    if len(node.decorator_list) != 1 or node.args.kwarg is not None:
        return None
    (decorator,) = node.decorator_list
    return decorator if _name_of(decorator) in _CACHES else None


def _name_of(decorator: Any) -> Any:
    name = decorator.func if isinstance(decorator, gast.Call) else decorator
    return getattr(name, "attr", getattr(name, "id", None))


def _load(name: str) -> gast.Name:
    return gast.Name(name, gast.Load(), None, None)


def _store(name: str) -> gast.Name:
    return gast.Name(name, gast.Store(), None, None)


def _at(new: gast.AST, old: gast.AST) -> gast.AST:
    """`new`, with all of it that has no place yet at the place of `old`."""
    for part in gast.walk(new):
        if not hasattr(part, "lineno") and hasattr(old, "lineno"):
            gast.copy_location(part, old)
    return new


def expand_caches(node: gast.AST) -> gast.AST:
    """Apply the rewrite to the functions inside `node`, which is changed."""
    return _ExpandCaches(node).visit(node)
