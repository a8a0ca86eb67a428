"""Which names a piece of syntax binds, and where control may leave it: questions about the tree that need no values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import gast

FUNCTIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)
COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)
LOOPS = (gast.For, gast.While)
YIELDS = (gast.Yield, gast.YieldFrom)


def is_ours(name: str) -> bool:
    """Whether a variable is one of the compiler's, whose names no user can write, and whose values no round keeps."""
    return name.startswith("%")


def assigned_names(nodes: Iterable[gast.AST]) -> dict[str, None]:
    """The variables that `nodes` bind in their own scope, in the order of the text."""
    names: dict[str, None] = {}
    for node in nodes:
        for name in bindings(node):
            names[name] = None
    return names


def bindings(node: gast.AST) -> Iterator[str]:
    """The variables that `node` binds in its own scope, each as often as it does."""
    if isinstance(node, (gast.FunctionDef, gast.ClassDef)):
        yield node.name
    elif isinstance(node, gast.pattern):
        yield from filter(None, (getattr(node, "name", None), getattr(node, "rest", None)))
    elif isinstance(node, gast.alias):
        yield node.asname or node.name.partition(".")[0]
    if isinstance(node, FUNCTIONS):
        for default in (*getattr(node, "decorator_list", ()), *node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                yield from bindings(default)
        return
    if isinstance(node, gast.ClassDef):
        return
    if isinstance(node, COMPREHENSIONS):
        yield from _walrus_targets(node)
        return
    if isinstance(node, gast.Name) and isinstance(node.ctx, (gast.Store, gast.Del)) and not is_ours(node.id):
        yield node.id
    for child in gast.iter_child_nodes(node):
        yield from bindings(child)


def _walrus_targets(node: gast.AST) -> Iterator[str]:
    """A walrus inside a comprehension binds in the scope around it."""
    for child in gast.walk(node):
        if isinstance(child, gast.NamedExpr):
            yield child.target.id


def is_exchange(node: gast.Assign) -> bool:
    """Whether an assignment is `xs[i], xs[j] = xs[j], xs[i]`, and evaluating its parts again changes nothing."""
    match node:
        case gast.Assign(
            targets=[gast.Tuple(elts=[gast.Subscript() as a, gast.Subscript() as b])],
            value=gast.Tuple(elts=[gast.Subscript() as x, gast.Subscript() as y]),
        ):
            parts = [node for place in (a, b) for part in (place.value, place.slice) for node in gast.walk(part)]
            is_crossed = _place_of(a) == _place_of(y) and _place_of(b) == _place_of(x)
            return is_crossed and all(isinstance(node, _PLAIN) for node in parts)
    return False


_PLAIN = (
    gast.Name, gast.Attribute, gast.Constant, gast.BinOp, gast.UnaryOp, gast.expr_context, gast.operator, gast.unaryop,
)  # fmt: skip


def _place_of(node: gast.Subscript) -> tuple[str, str]:
    return gast.dump(node.value), gast.dump(node.slice)


def captured_names(node: gast.AST, *, generators: bool = True) -> frozenset[str]:
    """The names that functions in `node`, and `generators` if asked for, read from around them."""
    if isinstance(node, FUNCTIONS) or (generators and isinstance(node, gast.GeneratorExp)):
        return free_names(node)
    parts = gast.iter_child_nodes(node)
    return frozenset[str]().union(*(captured_names(part, generators=generators) for part in parts))


def free_names(node: gast.AST) -> frozenset[str]:
    """The names that `node` uses and does not bind in a scope of its own."""
    if isinstance(node, gast.Name):
        return frozenset({node.id})
    if not isinstance(node, FUNCTIONS):
        used = frozenset[str]().union(*map(free_names, gast.iter_child_nodes(node)))
        if not isinstance(node, COMPREHENSIONS):
            return used
        own = frozenset(assigned_names(g.target for g in node.generators))
        return (used - own) | free_names(node.generators[0].iter)
    body = node.body if isinstance(node.body, list) else [node.body]
    inside = frozenset[str]().union(*map(free_names, body))
    args = node.args
    named = (*args.posonlyargs, *args.args, *args.kwonlyargs, *filter(None, [args.vararg, args.kwarg]))
    own = frozenset(assigned_names(body)) | {a.id for a in named}
    outside = (*getattr(node, "decorator_list", ()), *args.defaults, *filter(None, args.kw_defaults))
    return (inside - own).union(*map(free_names, outside))


def declarations(nodes: Iterable[gast.AST]) -> Iterator[gast.AST]:
    """The `global` and `nonlocal` statements among and under `nodes`, other scopes left out."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, (gast.Global, gast.Nonlocal)):
            yield node
        elif not isinstance(node, (*FUNCTIONS, gast.ClassDef)):
            pending += gast.iter_child_nodes(node)


def classes_in(nodes: Iterable[gast.AST]) -> Iterator[gast.AST]:
    """The classes that are made among and under `nodes`, other scopes left out."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, gast.ClassDef):
            yield node
        elif not isinstance(node, FUNCTIONS):
            pending += gast.iter_child_nodes(node)


def contains(nodes: Iterable[gast.AST], kinds: tuple[type, ...], *, into_loops: bool = True) -> bool:
    """Whether a node of one of `kinds` is among or under `nodes`, nested functions left out."""
    for node in nodes:
        if isinstance(node, kinds):
            return True
        if isinstance(node, FUNCTIONS):
            continue
        if not into_loops and isinstance(node, LOOPS):
            if contains(node.orelse, kinds, into_loops=False):
                return True
            continue
        if contains(gast.iter_child_nodes(node), kinds, into_loops=into_loops):
            return True
    return False


def may_exit(nodes: Iterable[gast.AST]) -> bool:
    """Whether control may leave `nodes` by `return`, or by a `break` or `continue` of a loop around them."""
    nodes = list(nodes)
    return contains(nodes, (gast.Return,)) or contains(nodes, (gast.Break, gast.Continue), into_loops=False)


def exits(nodes: Iterable[gast.AST], *, in_loop: bool = False) -> Iterator[gast.AST]:
    """Each `return`, `break` and `continue` by which control may leave `nodes`."""
    for node in nodes:
        if isinstance(node, gast.Return) or (isinstance(node, (gast.Break, gast.Continue)) and not in_loop):
            yield node
        elif not isinstance(node, FUNCTIONS):
            inside = in_loop or isinstance(node, LOOPS)
            orelse = getattr(node, "orelse", []) if isinstance(node, LOOPS) else []
            yield from exits((c for c in gast.iter_child_nodes(node) if c not in orelse), in_loop=inside)
            yield from exits(orelse, in_loop=in_loop)


def always_exits(nodes: list[gast.AST]) -> bool:
    """Whether control surely leaves `nodes` by `return`, `break` or `continue`."""
    for node in nodes:
        if isinstance(node, (gast.Return, gast.Break, gast.Continue)):
            return True
        if isinstance(node, gast.If) and always_exits(node.body) and always_exits(node.orelse):
            return True
        if isinstance(node, gast.With) and always_exits(node.body):
            return True
    return False


def is_super(node: gast.AST) -> bool:
    """Whether an expression is `super()` or `super(cls, obj)`, as far as the name goes."""
    if not isinstance(node, gast.Call) or getattr(node.func, "id", None) != "super" or node.keywords:
        return False
    return len(node.args) in (0, 2) and not any(isinstance(a, gast.Starred) for a in node.args)


def is_item_of_vars(node: gast.AST) -> bool:
    """Whether an expression reads `vars(obj)[key]`, as far as the name goes."""
    match node:
        case gast.Subscript(value=gast.Call(func=gast.Name(id="vars"), args=[arg], keywords=[]), ctx=gast.Load()):
            return not isinstance(arg, gast.Starred)
    return False
