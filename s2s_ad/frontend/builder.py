"""The state of lowering one function: its variables, the ops so far, and the two ways to nest them.

Variables are looked up in `env`; assigning binds a name to another value, so the result is in SSA form as it is made.
Control is kept in variables too, whose names no user can write: "%exit" (skip the rest of this body), "%stop" (leave
the loop), "%broke" (its `else` does not run), "%returned" and "%result" (of the function), "%raised" and "%error" (of
the body of a `try`), "%completed" (likewise). They are constants wherever
the way of control is known, and become data only where it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import gast

from s2s_ad.errors import Span
from s2s_ad.frontend.source import FunctionSource
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, For, If, Op, Operand, Star, Try, Value, While

TRUE, FALSE, NONE = Const(True), Const(False), Const(None)
_CONTROL = ("returned", "result", "stop", "broke", "raised", "error", "completed", "subject")
_CONTROL_NAMES = {"%exit": "done"} | {f"%{name}": name for name in _CONTROL}
CAPTURED = "%match "  # before the name under which a pattern captures something


def same(a: Operand, b: Operand) -> bool:
    """Whether two operands are one and the same."""
    if a is b:
        return True
    return (
        isinstance(a, Const)
        and isinstance(b, Const)
        and (a.value is b.value or (type(a.value) is bool and a.value == b.value))
    )


def _variable(name: str) -> str | None:
    """What the user, or a reader, calls a variable; a comprehension's own has no name."""
    if name.startswith(CAPTURED):
        return name.removeprefix(CAPTURED)
    return _CONTROL_NAMES.get(name, None if name.startswith("%") else name)


class Builder:
    """Emits ops into the block under construction."""

    def __init__(self, source: FunctionSource, name: str) -> None:
        self.source = source
        self.name = name
        self.loose: set[Operand] = {UNDEFINED}  # what may not be bound on some way
        self.env: dict[str, Operand] = {"%exit": FALSE, "%stop": FALSE, "%returned": FALSE, "%result": UNDEFINED}
        self.ops: list[Op] = []

    def span(self, node: gast.AST) -> Span:
        """Where `node` stands in the user's file."""
        return self.source.span(node)

    def emit(
        self, node: gast.AST, target: Operand | Callable[..., Any], *args: Operand | Star, **kwargs: Operand
    ) -> Value:
        """Append a call and give its result."""
        return self.call(node, target, args, tuple(kwargs.items()))[0]

    def call(
        self,
        node: gast.AST,
        target: Operand | Callable[..., Any],
        args: Iterable[Operand | Star],
        kwargs: tuple[tuple[str | None, Operand], ...] = (),
        results: int = 1,
    ) -> tuple[Value, ...]:
        """Append a call with any number of results."""
        operand = target if isinstance(target, (Value, Const)) else Const(target)
        values = tuple(Value() for _ in range(results))
        self.ops.append(Call(values, operand, tuple(args), kwargs, span=self.span(node)))
        return values

    def bind(self, name: str, operand: Operand) -> None:
        """Assign to a variable; a value that has no name yet gets this one."""
        if isinstance(operand, Value) and operand.name is None and not name.startswith("%"):
            operand.name = name
        self.env[name] = operand

    def changed(self, node: gast.AST, names: Iterable[str], *, again: bool = False, anew: bool = False) -> None:
        """Note that variables have other values than before.

        `again`: at the start of a round of a loop. `anew`: they are other variables, which have just come to be.
        """

    def _region(self, body: Callable[[], Any]) -> tuple[list[Op], dict[str, Operand], Any]:
        """The ops, variables and value that `body` leaves, starting from the variables of now."""
        outer_ops, outer_env = self.ops, self.env
        self.ops, self.env = [], dict(outer_env)
        try:
            value = body()
            return self.ops, self.env, value
        finally:
            self.ops, self.env = outer_ops, outer_env

    def branch(
        self, node: gast.AST, test: Operand, then: Callable[[], Operand | None], orelse: Callable[[], Operand | None]
    ) -> Operand | None:
        """An `If`. Variables that the two sides leave different are merged; so are the operands that they return."""
        then_ops, then_env, then_value = self._region(then)
        else_ops, else_env, else_value = self._region(orelse)
        names, results, pairs = self._merge(then_env, else_env)
        merged: Operand | None = None
        if then_value is not None and else_value is not None:
            pairs.append((then_value, else_value))
            results.append(merged := Value())
        then_block = Block((), tuple(then_ops), tuple(a for a, _ in pairs))
        else_block = Block((), tuple(else_ops), tuple(b for _, b in pairs))
        self.ops.append(If(tuple(results), test, then_block, else_block, span=self.span(node)))
        self.changed(node, names)
        return merged

    def attempt(
        self,
        node: gast.AST,
        kinds: Operand,
        body: Callable[[], None],
        handler: Callable[[Value], None],
        *,
        half: bool = False,
    ) -> None:
        """A `Try`. Variables are merged as those of a `branch`; the handler finds them as they were before the body."""
        error = Value(hint="error")
        body_ops, body_env, _ = self._region(body)
        handler_ops, handler_env, _ = self._region(lambda: handler(error))
        names, results, pairs = self._merge(body_env, handler_env)
        body_block = Block((), tuple(body_ops), tuple(a for a, _ in pairs))
        handler_block = Block((error,), tuple(handler_ops), tuple(b for _, b in pairs))
        self.ops.append(Try(tuple(results), kinds, body_block, handler_block, span=self.span(node), half=half))
        self.changed(node, names)

    def _merge(
        self, first: dict[str, Operand], second: dict[str, Operand]
    ) -> tuple[list[str], list[Value], list[tuple[Operand, Operand]]]:
        """The variables that two sides leave different, what they become, and what they are on either side."""
        names = [n for n in first | second if not same(first.get(n, UNDEFINED), second.get(n, UNDEFINED))]
        pairs = [(first.get(n, UNDEFINED), second.get(n, UNDEFINED)) for n in names]
        merged_of: dict[tuple[int, int], Value] = {}  # names that had one value before have one value after
        for n, (a, b) in zip(names, pairs, strict=True):
            merged = merged_of.setdefault((id(a), id(b)), Value(_variable(n)))
            if a in self.loose or b in self.loose:
                self.loose.add(merged)
        self.env = {n: first[n] for n in first if n in second} | {
            n: merged_of[id(a), id(b)] for n, (a, b) in zip(names, pairs, strict=True)
        }
        return names, list(merged_of.values()), list({(id(a), id(b)): (a, b) for a, b in pairs}.values())

    def loop(
        self, node: gast.AST, iterable: Operand | None, names: Iterable[str], body: Callable[[Value | None], None]
    ) -> None:
        """A `For` over `iterable`, or a `While`, that carries the variables `names`."""
        names = list(names)
        inits = tuple(self.env.get(n, UNDEFINED) for n in names)
        carried = tuple(Value(_variable(n)) for n in names)
        item = None if iterable is None else Value()
        self.loose.update(v for v, init in zip(carried, inits, strict=True) if init in self.loose)

        def run() -> tuple[Operand, ...]:
            self.env.update(zip(names, carried, strict=True))
            self.env.update({"%exit": FALSE, "%stop": FALSE, "%returned": FALSE})
            self.env.update({n: FALSE for n in ("%broke", "%raised") if n in names})
            self.changed(node, names, again=True)
            body(item)
            return (self.env["%stop"], *(self.env.get(n, UNDEFINED) for n in names))

        ops, _, outs = self._region(run)
        results = tuple(Value(v.name) for v in carried)
        self.loose.update(r for r, v in zip(results, carried, strict=True) if v in self.loose)
        span = self.span(node)
        if item is None or iterable is None:
            self.ops.append(While(results, inits, Block(carried, tuple(ops), outs), span=span))
        else:
            block = Block((item, *carried), tuple(ops), outs)
            self.ops.append(For(results, iterable, inits, block, span=span, unroll=getattr(node, "unroll", False)))
        self.env.update(zip(names, results, strict=True))
        self.changed(node, names)

    def unbound(self, node: gast.AST, name: str) -> Operand:
        """Reading a variable that is certainly not bound raises, as in Python."""
        message = f"cannot access local variable {name!r} where it is not associated with a value"
        self.emit(node, primitives.raise_, self.emit(node, UnboundLocalError, Const(message)))
        return UNDEFINED
