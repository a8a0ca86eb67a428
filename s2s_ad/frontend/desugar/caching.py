"""A nested function with a cache becomes one that keeps what it has given in a dict.

@cache                             if cache is functools.cache:
def f(n):                              memo = {}
    if n == 0:                         def f(n):
        return x                           key = (n,) if type(n) is int or type(n) is str else (n, None)
    return f(n - 1) * y                    if key in memo:
                                               return memo[key]
                                           if n == 0:
                                               memo[key] = x
                                               return memo[key]
                                           memo[key] = f(n - 1) * y
                                           return memo[key]
                                   else:
                                       @cache
                                       def f(n): …

A cache of a certain size keeps its keys in the order of their last use, and forgets the first one:

    if key in memo:                            memo_value = f(n - 1) * y
        memo[key] = memo.pop(key)              if key not in memo:
        return memo[key]                           memo[key] = memo_value
                                                   if len(memo) > 128:
                                                       for oldest in memo:
                                                           break
                                                       del memo[oldest]
                                               return memo_value

What the decorator is, is known only later. Python does not take 1 and True for the same if they are the only argument,
nor `f(1)` and `f(n=1)`, so that a function that is called by keyword is left as it is, and one with defaults, for which
`f(1)` and `f(1, 2)` may be the same call. So is a cache that looks at types, or that keeps nothing.
"""

from __future__ import annotations

import copy
import functools
from dataclasses import dataclass
from typing import Any

import gast

from s2s_ad.frontend.desugar.building import load, placed, store
from s2s_ad.frontend.desugar.names import FreshNames
from s2s_ad.frontend.scope import FUNCTIONS, YIELDS, contains

_DEFAULT_SIZE = 128
_PARTS = ("memo", "key", "value", "oldest")
_CACHES = {"cache": functools.cache, "lru_cache": functools.lru_cache}


class _ExpandCaches(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, outermost: gast.AST) -> None:
        self.outermost = outermost
        nodes = list(gast.walk(outermost))
        self.names = FreshNames(outermost)
        self.methods = {m for n in nodes if isinstance(n, gast.ClassDef) for m in n.body}
        named = [n.func for n in nodes if isinstance(n, gast.Call) and n.keywords]
        named += [n.value for n in nodes if isinstance(n, gast.Attribute)]
        self.odd = {n.id for n in named if isinstance(n, gast.Name)}  # called by keyword, or asked for `cache_info`

    def visit_FunctionDef(self, node: gast.FunctionDef) -> Any:
        self.generic_visit(node)
        decorator = _cache_of(node)
        if node is self.outermost or node in self.methods or decorator is None or contains(node.body, YIELDS):
            return node
        if node.args.defaults or node.args.kwonlyargs or node.name in self.odd:
            return node
        name = decorator.func if isinstance(decorator, gast.Call) else decorator
        ours = gast.Constant(_CACHES[_name_of(decorator)], None)
        test = gast.Compare(copy.deepcopy(name), [gast.Is()], [ours])
        memo = _Memo(_size_of(decorator), *(self.names.like(f"{node.name}_{part}") for part in _PARTS))
        made = gast.Assign([store(memo.name)], gast.Dict([], []), None)
        return placed(gast.If(test, [made, _remembering(node, memo)], [node]), node)


@dataclass(frozen=True)
class _Memo:
    """How much a memo keeps, if that has bounds; the names of it, of the key of the call, and of two helpers."""

    size: int | None
    name: str
    key: str
    value: str
    oldest: str

    def place(self, ctx: Any = None) -> gast.Subscript:
        """The place of the call in the memo."""
        return gast.Subscript(load(self.name), load(self.key), ctx or gast.Load())

    def store(self, value: gast.AST) -> gast.Assign:
        """Puts a value there."""
        return gast.Assign([self.place(gast.Store())], value, None)

    def found(self) -> list[gast.AST]:
        """Returns what is there, which is the newest from now on."""
        popped = gast.Call(gast.Attribute(load(self.name), "pop", gast.Load()), [load(self.key)], [])
        return [*([] if self.size is None else [self.store(popped)]), gast.Return(self.place())]

    def computed(self, value: gast.AST) -> list[gast.AST]:
        """Keeps a value and returns it."""
        if self.size is None:
            return [self.store(value), gast.Return(self.place())]
        kept = gast.Assign([store(self.value)], value, None)
        is_new = gast.Compare(load(self.key), [gast.NotIn()], [load(self.name)])
        length = gast.Call(gast.Constant(len, None), [load(self.name)], [])
        is_full = gast.Compare(length, [gast.Gt()], [gast.Constant(self.size, None)])
        first = gast.For(store(self.oldest), load(self.name), [gast.Break()], [], None)
        forget = gast.Delete([gast.Subscript(load(self.name), load(self.oldest), gast.Del())])
        added = gast.If(is_new, [self.store(load(self.value)), gast.If(is_full, [first, forget], [])], [])
        return [kept, added, gast.Return(load(self.value))]


class _RememberReturns(gast.NodeTransformer):  # type: ignore[misc]
    """Puts what is returned into the memo."""

    def __init__(self, memo: _Memo) -> None:
        self.memo = memo

    def visit(self, node: gast.AST) -> Any:
        return node if isinstance(node, (*FUNCTIONS, gast.ClassDef)) else super().visit(node)

    def visit_Return(self, node: gast.Return) -> Any:
        return [placed(made, node) for made in self.memo.computed(node.value or gast.Constant(None, None))]


def _remembering(node: gast.FunctionDef, memo: _Memo) -> gast.FunctionDef:
    made = copy.deepcopy(node)
    made.decorator_list = []
    args = [*made.args.posonlyargs, *made.args.args]
    values = gast.Tuple([load(a.id) for a in args] + [load(a.id) for a in (made.args.vararg,) if a], gast.Load())
    known = gast.Compare(load(memo.key), [gast.In()], [load(memo.name)])
    body = [_RememberReturns(memo).visit(statement) for statement in (*made.body, gast.Return(None))]
    flat = [s for statement in body for s in (statement if isinstance(statement, list) else [statement])]
    made.body = [
        gast.Assign([store(memo.key)], _told_apart(values) if len(values.elts) == 1 else values, None),
        gast.If(known, memo.found(), []),
        *flat,
    ]
    for statement in made.body:
        placed(statement, node)
    return made


def _told_apart(values: gast.Tuple) -> gast.IfExp:
    """The key of a single argument: an int is not taken for a bool or a number of NumPy that is equal to it."""
    (value,) = values.elts
    kind = gast.Call(gast.Constant(type, None), [value], [])
    tests = [gast.Compare(kind, [gast.Is()], [gast.Constant(cls, None)]) for cls in (int, str)]
    other = gast.Tuple([value, gast.Constant(None, None)], gast.Load())
    return gast.IfExp(gast.BoolOp(gast.Or(), tests), values, other)


def _cache_of(node: gast.FunctionDef) -> Any:
    """The decorator of a function that may be a cache, by its name, if it is the only one."""
    if len(node.decorator_list) != 1 or node.args.kwarg is not None:
        return None
    (decorator,) = node.decorator_list
    if _name_of(decorator) == "cache":
        return None if isinstance(decorator, gast.Call) else decorator
    return decorator if _name_of(decorator) == "lru_cache" and _size_of(decorator) != 0 else None


def _size_of(decorator: Any) -> int | None:
    """How much a cache keeps, None for all; 0 where that is not written out, or types matter."""
    if _name_of(decorator) == "cache":
        return None
    if not isinstance(decorator, gast.Call) or not (decorator.args or decorator.keywords):
        return _DEFAULT_SIZE
    given = [*decorator.args, *(k.value for k in decorator.keywords if k.arg == "maxsize")]
    size = getattr(given[0], "value", 0) if len(given) == len(decorator.args) + len(decorator.keywords) == 1 else 0
    return size if size is None or (type(size) is int and size > 0) else 0


def _name_of(decorator: Any) -> Any:
    name = decorator.func if isinstance(decorator, gast.Call) else decorator
    return getattr(name, "attr", getattr(name, "id", None))


def expand_caches(node: gast.AST) -> gast.AST:
    """Apply the rewrite to the functions inside `node`, which is changed."""
    return _ExpandCaches(node).visit(node)
