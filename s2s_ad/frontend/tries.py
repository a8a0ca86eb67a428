"""Lowers `try`.

    try: B              a `Try` of B, whose handler tells the kinds of exceptions apart by `isinstance`
    except E as e: H

Where B binds what a handler may read (see `segments.py`), each of its pieces becomes a `Try` of its own, whose handler
notes the exception and leaves B as a `return` would; H then stands under a test on whether something was raised.

    try: B              try: B
    finally: F          except BaseException: F; raise
                        F

One that `handles_raising` has a handler for all exceptions, which takes the place of F after one, and raises again.

If nobody sees what such an F does after an exception, it does not matter either what B has written up to there. So B is
not taken to pieces at first; the analysis says where it has to be, and the function is lowered anew.
"""

from __future__ import annotations

import operator
from typing import Any

import gast

from s2s_ad.frontend.builder import FALSE, NONE, TRUE
from s2s_ad.frontend.patterns import PatternLowering
from s2s_ad.frontend.scope import may_exit
from s2s_ad.frontend.segments import Guarded, Segments, is_whole, raises_again, watched_names, written_names
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Value

_FLAGS = ("%exit", "%stop", "%returned", "%result", "%broke")


class TryLowering(PatternLowering):
    """One method for each part of a `try`."""

    node: Any
    shared: frozenset[str]
    kinds: Operand | None = None  # of the exceptions that are caught around the pieces of a body

    def statements(self, nodes: list[Any]) -> None:
        """Lower a suite up to where control surely leaves it."""
        raise NotImplementedError

    def _leave_loop(self) -> None:
        raise NotImplementedError

    def _try(self, node: Any) -> None:
        if node.finalbody:
            self._try_finally(node)
            return
        around: Segments | None = getattr(node, "around", None)
        watched = watched_names(node, self.node, self.shared)
        written = written_names(node.body, watched)
        half = not watched and raises_again(node) and self.span(node) not in self.source.pieces
        if around is None and (half or is_whole(node.body, watched, written)):
            self._whole(node, half=half)
        else:
            self._in_pieces(node, Segments(self.source, watched, written, around))

    def _try_finally(self, node: Any) -> None:
        inner, handlers = node.body, node.handlers
        if not getattr(node, "handles_raising", False):
            if node.handlers:
                inner = [gast.copy_location(gast.Try(node.body, node.handlers, node.orelse, []), node)]
            again = gast.copy_location(gast.Raise(None, None), node)
            handlers = [gast.copy_location(gast.ExceptHandler(None, None, [*node.finalbody, again]), node)]
        made = gast.copy_location(gast.Try(inner, handlers, [], []), node)
        around = made.around = getattr(node, "around", None)
        self._try(made)
        raised = FALSE if around is None else self.env["%raised"]  # if so, the handler has cleaned up
        suite = node.finalbody if around is None else around.cut(node.finalbody)
        if isinstance(raised, Value):
            self.branch(node, raised, lambda: None, lambda: self._clean_up(node, suite))
        elif raised is FALSE:
            self._clean_up(node, suite)

    def _clean_up(self, node: Any, suite: list[Any]) -> None:
        """Run what stands in a `finally`, and then go where control wanted to."""
        left = {name: self.env[name] for name in _FLAGS if name in self.env}
        self._go_on()
        self.statements(suite)
        self._unless_left(node, lambda: self.env.update(left))

    def _go_on(self) -> None:
        self.env.update({"%exit": FALSE, "%stop": FALSE, "%returned": FALSE})

    # the body as a whole

    def _whole(self, node: Any, *, half: bool) -> None:
        def body() -> None:
            self.statements(node.body)
            if node.orelse:
                self.env["%completed"] = TRUE

        def handler(error: Value) -> None:
            self._handlers(node.handlers, error)
            if node.orelse:
                self.env["%completed"] = FALSE

        def orelse() -> None:
            self.branch(node, completed, lambda: self.statements(node.orelse), lambda: None)

        self.attempt(node, self._kinds(node), body, handler, half=half)
        if node.orelse:
            completed = self.env.pop("%completed")
            self._unless_left(node, orelse)

    def _unless_left(self, node: Any, then: Any) -> None:
        """Lower what comes next if control has not left by a `return` or the like."""
        done = self.env["%exit"]
        if not isinstance(done, Value):
            if done is FALSE or not done.value:
                then()
            return

        def left() -> None:
            self.env.update({name: TRUE for name, operand in self.env.items() if operand is done})

        def goes_on() -> None:
            self._go_on()
            then()

        self.branch(node, done, left, goes_on)

    # the handlers

    def _kinds(self, node: Any) -> Operand:
        return self.emit(node, primitives.make_tuple, *map(self._kind, node.handlers))

    def _kind(self, handler: Any) -> Operand:
        return Const(BaseException) if handler.type is None else self.expression(handler.type)

    def _handlers(self, handlers: list[Any], error: Operand) -> None:
        """The first handler whose classes fit; one of them does."""
        first, *rest = handlers
        if not rest:
            self._handler(first, error)
            return
        fits = self.emit(first, isinstance, error, self._kind(first))
        self.branch(first, fits, lambda: self._handler(first, error), lambda: self._handlers(rest, error))

    def _handler(self, handler: Any, error: Operand) -> None:
        outer = self.env.get("%caught")
        self.env["%caught"] = error
        if handler.name is not None:
            self.bind(handler.name.id, error)
        self.statements(handler.body)
        self.env.pop("%caught", None)
        if outer is not None:
            self.env["%caught"] = outer
        if handler.name is not None:
            self.bind(handler.name.id, UNDEFINED)

    # the body in pieces

    def _in_pieces(self, node: Any, segments: Segments) -> None:
        around = segments.around
        pieces = segments.cut(node.body)
        own, outer = self._kinds(node), self.kinds
        self.kinds = own if outer is None or around is None else self.emit(node, operator.add, own, outer)
        before = {name: self.env.get(name) for name in ("%raised", "%error", "%broke")}
        self.env.update({"%raised": FALSE, "%error": NONE})
        self.statements(pieces)
        self.kinds = outer
        raised, error = self.env["%raised"], self.env["%error"]

        def restore(*names: str) -> None:
            for name in names:
                self.env.pop(name, None)
                if before[name] is not None:
                    self.env[name] = before[name]  # type: ignore[assignment]

        def handle() -> None:
            self._go_on()
            restore("%raised", "%error", "%broke")
            if around is None:
                self._handlers(node.handlers, error)
                return
            handlers = [_with_body(h, around.cut(h.body)) for h in node.handlers]
            ours = self.emit(node, isinstance, error, own)
            self.branch(node, ours, lambda: self._handlers(handlers, error), lambda: self._note(error))

        def go_on() -> None:
            restore("%raised", "%error")
            if not may_exit(node.body):
                self._go_on()
                restore("%broke")
            if node.orelse:
                orelse = node.orelse if around is None else around.cut(node.orelse)
                self._unless_left(node, lambda: self.statements(orelse))

        self.branch(node, raised, handle, go_on)

    def _guarded(self, node: Guarded) -> None:
        def note(error: Value) -> None:
            self._note(error)
            if node.test is not None:
                self.env[node.test] = FALSE  # not asked for, but easier to carry on than nothing

        assert self.kinds is not None
        self.attempt(node, self.kinds, lambda: self.statements(node.body), note)

    def _note(self, error: Operand) -> None:
        """Leave the body of a `try` because of an exception."""
        self._leave_loop()
        self.env.update({"%returned": TRUE, "%raised": TRUE, "%error": error})


def _with_body(handler: Any, body: list[Any]) -> Any:
    return gast.copy_location(gast.ExceptHandler(handler.type, handler.name, body), handler)
