"""Takes the body of a `try` to pieces that are done as a whole or not at all.

A body that raises has bound what it assigned up to there, and a handler, or what follows, may read it. Names for which
that can be so are *watched*. So can be what was there before the `try`, and has been written to in place. A body that
assigns no watched name, and does not write so, before it is over is one piece. Any other is cut after each statement
that does:

    try:                         Guarded:    n = 1
        n = 1                    Guarded:    t = not not f(n)
        if f(n):                 if t:
            n = g(n)                 Guarded:    n = g(n)
        h(n)                     Guarded:    h(n)
    except E:
        print(n)

Tests and iterables become statements of their own, so that all that may raise is in some `Guarded`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

import gast

from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.frontend.scope import FUNCTIONS, LOOPS, assigned_names, contains, may_exit
from s2s_ad.frontend.source import FunctionSource

_COMPOUND = (gast.If, gast.For, gast.While, gast.With, gast.Try)
_MAKE_ITERABLES = ("enumerate", "len", "range", "reversed", "zip")
_JUMPS = (gast.Break, gast.Continue)
_WRITING = frozenset({
    "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update", "setdefault", "popitem",
    "fill", "partition", "put", "add", "discard",
})  # fmt: skip

ITERABLE = "%iterable"  # the name of `primitives.iterable`


class Guarded(ast.stmt):
    """Statements of the body of a `try` that raise before they bind anything that is watched."""

    _fields = ("body",)
    test: str | None = None  # our own variable for the truth of a test, if that is what is computed

    def __init__(self, body: list[Any]) -> None:
        super().__init__()
        self.body = body


# --- which names are watched ------------------------------------------------------------------------------------------


def watched_names(node: Any, function: Any, shared: frozenset[str]) -> set[str]:
    """The names of which a value that the body of a `try` gives them may be read although the body has raised.

    `shared` are the names that nested functions read.
    """
    inside = {id(n) for statement in node.body for n in gast.walk(statement)}
    read = {n.id for n in _reads(function) if id(n) not in inside}
    repeated = _is_in_loop(function, node.body)
    return {name for name in assigned_names(node.body) if name in shared or _is_watched(name, node, read, repeated)}


def _is_watched(name: str, node: Any, read: set[str], repeated: bool) -> bool:
    for handler in node.handlers:
        if handler.name is not None and handler.name.id == name:
            continue
        use = _first_use(handler.body, name)
        goes_on = use is None and (name in read or (repeated and _first_use(node.body, name) != "assigned"))
        if use == "read" or goes_on:
            return True
    return False


def _first_use(nodes: list[Any], name: str) -> str | None:
    """Whether a variable is first "read" or "assigned", or control has "left" the function; None if none is sure."""
    for node in nodes:
        if any(n.id == name for n in gast.walk(node) if isinstance(n, gast.Name)):
            is_assigned = isinstance(node, gast.Assign) and all(map(_is_plain, node.targets))
            is_read = not isinstance(node, gast.Assign) or any(n.id == name for n in _reads(node))
            return "assigned" if is_assigned and not is_read else "read"
        if isinstance(node, (gast.Return, gast.Raise)):
            return "left"
        if contains([node], _JUMPS):
            return None
    return None


def _reads(tree: Any) -> Iterator[Any]:
    """The names that `tree` reads, in nested functions too."""
    for node in gast.walk(tree):
        if isinstance(node, gast.Name) and isinstance(node.ctx, (gast.Load, gast.Del)):
            yield node
        elif isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
            yield node.target


def _is_in_loop(function: Any, body: list[Any]) -> bool:
    first = body[0]
    while isinstance(first, gast.Try):  # one of our own is not part of the function
        first = first.body[0]
    return any(isinstance(n, LOOPS) and any(inner is first for inner in gast.walk(n)) for n in gast.walk(function))


def _is_plain(target: Any) -> bool:
    """Whether assigning to a target binds all its names, or none."""
    if isinstance(target, gast.Starred):
        target = target.value
    parts = target.elts if isinstance(target, (gast.Tuple, gast.List)) else ()
    return isinstance(target, gast.Name) or (
        bool(parts) and all(isinstance(getattr(p, "value", p), gast.Name) for p in parts)
    )


def written_names(body: list[Any], watched: set[str]) -> set[str]:
    """The names of what the body of a `try` writes to in place, but for names of its own that are not `watched`."""
    walked = [n for node in body for n in gast.walk(node)]
    again = {id(n.target) for n in walked if isinstance(n, gast.AugAssign)}
    bound = {n.id for n in walked if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Store) and id(n) not in again}
    return set(_written(body)) - (bound - watched)


def _written(nodes: Iterable[Any]) -> Iterator[str]:
    """The names by which statements write in place, as far as can be told from the text, or whoever made it."""
    for node in (n for statement in nodes for n in gast.walk(statement)):
        places: list[Any] = []
        if getattr(node, "may_write", False):
            yield "%elsewhere"
        if isinstance(node, (gast.Assign, gast.Delete)):
            places = node.targets
        elif isinstance(node, gast.AugAssign):
            places = [node.target]
        elif isinstance(node, gast.Expr) and isinstance(node.value, gast.Call):
            function = node.value.func
            places = [function] if isinstance(function, gast.Attribute) and function.attr in _WRITING else []
        for place in places:
            base = place
            while isinstance(base, (gast.Subscript, gast.Attribute)):
                base = base.value
            if base is not place and isinstance(base, gast.Name):
                yield base.id


# --- the pieces -------------------------------------------------------------------------------------------------------


def is_whole(body: list[Any], watched: set[str], written: set[str]) -> bool:
    """Whether a body binds what is watched, or writes in place, by its very last action, if at all."""
    *others, last = body
    if not watched.isdisjoint(assigned_names(others)) or not written.isdisjoint(_written(others)):
        return False
    if watched.isdisjoint(assigned_names([last])) and written.isdisjoint(_written([last])):
        return True
    return not isinstance(last, _COMPOUND) and binds_at_once(last)


def raises_again(node: Any) -> bool:
    """Whether a `try` lets every exception through, after what stands in its one handler."""
    *others, last = node.handlers[0].body
    catches_all = len(node.handlers) == 1 and node.handlers[0].type is None and not node.orelse
    return catches_all and isinstance(last, gast.Raise) and last.exc is None and not may_exit(others)


def binds_at_once(node: Any) -> bool:
    """Whether a simple statement binds all its names, and does its write in place, or nothing of it."""
    if _walrus_names(node) or any(getattr(n, "guard", None) is not None for n in gast.walk(node)):
        return False
    match node:
        case gast.Assign():
            if len(node.targets) == 1 and isinstance(node.targets[0], (gast.Subscript, gast.Attribute)):
                return True
            return all(map(_is_plain, node.targets)) and (
                len(node.targets) == 1 or all(isinstance(t, gast.Name) for t in node.targets)
            )
        case gast.Import() | gast.ImportFrom():
            return len(node.names) == 1
        case gast.Delete():
            return len(node.targets) == 1
    return True


def _walrus_names(node: Any) -> bool:
    return any(isinstance(n, gast.NamedExpr) for n in gast.walk(node)) and not isinstance(node, FUNCTIONS)


def _is_harmless(iterable: Any) -> bool:
    """Whether an iterable is made without running code that may raise in a program that is right."""
    if isinstance(iterable, gast.Call):
        plain = isinstance(iterable.func, gast.Name) and iterable.func.id in _MAKE_ITERABLES and not iterable.keywords
        return plain and all(map(_is_harmless, iterable.args))
    return isinstance(iterable, (gast.Name, gast.Constant))


class Segments:
    """Cuts the body of one `try`.

    `around` is that of a `try` around this one whose body is cut as well.
    """

    def __init__(
        self, source: FunctionSource, watched: set[str], written: set[str], around: Segments | None = None
    ) -> None:
        self.source = source
        self.around = around
        self._numbers = count()
        self.watched, self.written = watched, written
        if around is not None:
            self.watched, self.written = watched | around.watched, written | around.written

    def cut(self, nodes: list[Any]) -> list[Any]:
        """The pieces of a suite."""
        made: list[Any] = []
        group: list[Any] = []
        for node in nodes:
            names = self._watched_in([node])
            if isinstance(node, _COMPOUND) and names:
                made += [*self._guarded(group), *self._compound(node, names)]
                group = []
                continue
            if names and not binds_at_once(node):
                raise self._half_way(node, names, "assign it in a statement of its own")
            group.append(node)
            if names:
                made += self._guarded(group)
                group = []
        return [*made, *self._guarded(group)]

    def _watched_in(self, nodes: Iterable[Any]) -> list[str]:
        nodes = list(nodes)
        assigned = [n for n in assigned_names(nodes) if n in self.watched]
        return assigned + [n for n in _written(nodes) if n in self.written]

    def _half_way(self, node: Any, names: list[str], hint: str) -> UnsupportedSyntaxError:
        return UnsupportedSyntaxError(
            f"`{names[0]}` may be assigned, or written to, half-way through this statement of a `try`, and is read "
            "after an exception",
            self.source.span(node),
            hint,
        )

    def _guarded(self, nodes: list[Any]) -> list[Any]:
        return [gast.copy_location(Guarded(list(nodes)), nodes[0])] if nodes else []

    def _compound(self, node: Any, names: list[str]) -> list[Any]:
        match node:
            case gast.If():
                return self._if(node)
            case gast.For() if not node.orelse:
                return self._for(node)
            case gast.While() if not node.orelse:
                return self._while(node)
            case gast.Try():
                return [self._inner(node)]
        raise self._half_way(node, names, "put it into a function of its own, or the `try` into it")

    def _inner(self, node: Any) -> Any:
        """A `try` that lets exceptions which it does not catch through to ours."""
        made = gast.copy_location(gast.Try(node.body, node.handlers, node.orelse, node.finalbody), node)
        made.around, made.handles_raising = self, getattr(node, "handles_raising", False)
        return made

    def _if(self, node: Any) -> list[Any]:
        test, ask = self._test(node.test)
        made = gast.If(test, self.cut(node.body), self.cut(node.orelse))
        made.captures = getattr(node, "captures", ())
        return [*ask, gast.copy_location(made, node)]

    def _for(self, node: Any) -> list[Any]:
        checked = gast.copy_location(gast.Name(ITERABLE, gast.Load(), None, None), node.iter)
        iterable = gast.copy_location(gast.Call(checked, [node.iter], []), node.iter)
        evaluate: list[Any] = []
        if not _is_harmless(node.iter):
            iterable, evaluate = self._variable(node.iter, iterable)
        item, read = self._name(node.target), self._name(node.target)
        read.id = item.id
        item.ctx = gast.Store()
        bind = gast.copy_location(gast.Assign([node.target], read, None), node.target)
        made = gast.For(item, iterable, self.cut([bind, *node.body]), [], None)
        return [*evaluate, gast.copy_location(made, node)]

    def _while(self, node: Any) -> list[Any]:
        test, ask = self._test(node.test)
        leave = gast.copy_location(gast.Break(), node.test)
        inner = gast.copy_location(gast.If(test, self.cut(node.body), [leave]), node.test)
        endless = gast.copy_location(gast.Constant(True, None), node.test)
        return [gast.copy_location(gast.While(endless, [*ask, inner], []), node)]

    def _test(self, node: Any) -> tuple[Any, list[Any]]:
        """A variable for the truth of a test, and what computes it."""
        value = node
        for _ in range(2):
            value = gast.copy_location(gast.UnaryOp(gast.Not(), value), node)
        read, ask = self._variable(node, value)
        ask[0].test = read.id
        return read, ask

    def _variable(self, place: Any, value: Any) -> tuple[Any, list[Any]]:
        if not binds_at_once(place) and self._watched_in([place]):
            raise self._half_way(place, self._watched_in([place]), "assign it in a statement of its own")
        read = self._name(place)
        target = gast.Name(read.id, gast.Store(), None, None)
        assign = gast.Assign([gast.copy_location(target, place)], gast.copy_location(value, place), None)
        return read, self._guarded([gast.copy_location(assign, place)])

    def _name(self, place: Any) -> Any:
        name = f"%part {next(self._numbers)}"
        return gast.copy_location(gast.Name(name, gast.Load(), None, None), place)
