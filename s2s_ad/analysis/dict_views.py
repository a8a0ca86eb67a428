"""`d.keys()`, `d.values()` and `d.items()`, which Python keeps up to date, and the compiler does not.

They are evaluated where they are called. To read one after its dict has been written to is refused, and so is a loop
over one, or over a dict, whose body writes to the dict: only the values of the keys that are there may change while one
loops over the keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.errors import MutationError, Span, UnsupportedSyntaxError
from s2s_ad.ir.nodes import For, Operand, Value, While
from s2s_ad.ir.types import Dict, Map

if TYPE_CHECKING:
    from s2s_ad.analysis.emission import Emitter
    from s2s_ad.analysis.roots import Root, State


@dataclass(frozen=True)
class View:
    """What `shows` the "keys", "values" or "items" of a dict, as it was in a version of its root.

    `since`: the version since which it has had these keys.
    """

    root: Root
    version: Value
    shows: str
    since: Value | None

    def is_stale(self, state: State) -> bool:
        """Whether Python would show something else now."""
        now = state.version[self.root]
        if now is self.version or self.shows != "keys":
            return now is not self.version
        if isinstance(now.type, Map):
            return state.keys.get(self.root) is not self.since
        return not (
            isinstance(now.type, Dict)
            and isinstance(self.version.type, Dict)
            and now.type.keys == self.version.type.keys
        )


def keep_view(s: Emitter, view: Operand, obj: Operand, shows: str) -> Operand:
    """Note that `view` shows the "keys", "values" or "items" of the dict `obj`."""
    root = s.memory.root(obj)
    if root is not None and not s.in_adjoint:
        s.views[view] = _view(s, root, shows)
    return view


def _view(s: Emitter, root: Root, shows: str) -> View:
    state = s.memory.state
    return View(root, state.version[root], shows, state.keys.get(root))


def views_in(s: Emitter, operand: Operand) -> Iterator[View]:
    """What of `operand` shows a dict."""
    if operand in s.views:
        yield s.views[operand]
    if not isinstance(operand, Value) or not s.views:
        return
    made = s.definitions.get(operand)
    if made is not None and callee(made) in (zip, enumerate, reversed, iter):
        for arg in made.args:
            yield from views_in(s, arg)  # type: ignore[arg-type]
    if operand in s.runs:
        for arg in s.runs[operand].inputs:
            yield from views_in(s, arg)


def refuse_stale(s: Emitter, operand: Operand) -> None:
    """Refuse to read a view of a dict that has been written to since."""
    if operand in s.views and s.views[operand].is_stale(s.memory.state):
        raise MutationError(
            "a view of a dict that has been written to since", s.span, "call the method again, or make a list of it"
        )


def refuse_as_set(s: Emitter, args: Sequence[Operand]) -> None:
    """Refuse to join or compare views as the sets that they are."""
    if any(a in s.views for a in args):
        raise UnsupportedSyntaxError("a view of a dict in an operator", s.span, "make a set or a list of it")


def refuse_kept(s: Emitter, operand: Operand) -> None:
    """Refuse to give a view of a dict out of a region, or to carry it around a loop."""
    if s.views and any(views_in(s, operand)):
        raise MutationError("a view of a dict that leaves a loop or a branch", s.span, "make a list of it")


def looped_over(s: Emitter, op: For | While) -> list[View]:
    """The views that a loop takes its items from."""
    if not isinstance(op, For):
        return []
    iterable = s.operand(op.iterable)
    view = s.views.get(iterable)
    if view is not None and isinstance(view.version.type, Map):  # the values are read as the loop gets there
        return [replace(view, shows="keys")]
    found = list(views_in(s, iterable))
    root = s.memory.root(iterable) if isinstance(type_of_operand(iterable), (Dict, Map)) else None
    if root is not None:
        found.append(_view(s, root, "keys"))
    return found


def refuse_written(s: Emitter, views: list[View], span: Span | None) -> None:
    """Refuse a loop over views of a dict to which its body has written."""
    if not s.dead and any(view.is_stale(s.memory.state) for view in views):
        raise MutationError("a loop over a dict, to which its body writes", span, "loop over a list: `list(d.items())`")
