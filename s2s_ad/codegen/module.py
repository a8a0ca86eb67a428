"""Assembles generated functions: three printings of one pair of blocks.

* the closure form, `f_pullback(x) -> (y, pullback)`: the residuals are the variables that `pullback` captures;
* the joint form, `f_grad(x) -> x_bar`: both halves in one function;
* the pair form, `f_forward(x) -> (y, residuals)` and `f_backward(residuals, y_bar) -> x_bar`: what a callee gets; that
  of one which writes to `x` is given the cotangent of what `x` is then, too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from s2s_ad.codegen.expressions import ExpressionPrinter
from s2s_ad.codegen.names import Interference, Naming, all_values, unite_webs
from s2s_ad.codegen.nesting import carried_for_results, count_uses, nested_values
from s2s_ad.codegen.references import References, load
from s2s_ad.codegen.statements import StatementPrinter, mark
from s2s_ad.codegen.writes import store
from s2s_ad.ir.nodes import Block, Operand, Value, free_values
from s2s_ad.transforms.pairs import Pair, Reversed


class FunctionPrinter:
    """The naming and printing of one function with its two halves."""

    def __init__(
        self,
        references: References,
        params: tuple[Value, ...],
        blocks: tuple[Block, ...],
        captured: Iterable[Value],
        returned: Iterable[Operand] = (),
        copied: frozenset[str] = frozenset(),
        *,
        watched: bool = False,
    ) -> None:
        self.references = references
        self.copied = copied
        uses = count_uses(blocks)
        carried_for_results(blocks, uses)
        returned = tuple(returned)  # by the function, but only when all blocks have run
        self.nested = nested_values(blocks, watched=watched, joint=bool(returned))
        interference = Interference(self.nested)
        captured = [v for v in captured if v not in self.nested]
        live: set[Value] = set()
        for operand in returned:
            interference.read(operand, live)
        for block in reversed(blocks):
            live = interference.block(block, live)
            interference._define(block.params, live)
        interference._define(params, live)
        self.naming = Naming(self.nested, interference, references.taken | references.reserved)
        self.naming.add(params)
        for block in blocks:
            self.naming.add(all_values(block))
        for value in captured:
            for block in blocks[1:]:
                for other in all_values(block):
                    interference.conflict(value, other)
        for param in params:
            self.naming.fix(param, str(param.name))
        for block in blocks:
            unite_webs(self.naming, block)
        self.naming.assign()
        references.locals = set(self.naming.name.values())
        expressions = ExpressionPrinter(self.naming, references)
        self.forward = StatementPrinter(expressions, uses, copied, comments=False)
        self.backward = StatementPrinter(expressions, uses, copied, comments=True)

    def operand(self, operand: Operand) -> ast.expr:
        """The expression of an operand."""
        return self.forward.operand(operand)

    def returning(self, result: ast.expr, *blocks: Block) -> ast.stmt:
        """`return result`, which comes from where the last op that is nested in it does."""
        statement = ast.Return(result)
        nested = [op for block in blocks for op in block.ops if op.results and op.results[0] in self.nested]
        if nested:
            mark(statement, nested[-1].span)
        return statement

    def found_copied(self) -> frozenset[str]:
        """The variables that are copied or recorded where they may not be bound: these start as None."""
        return self.copied | self.forward.copied_names | self.backward.copied_names | self.forward.expressions.asked


def closure_form(
    references: References, made: Reversed, name: str, signature: ast.arguments, f_bar: list[tuple[str, Operand]] | None
) -> ast.FunctionDef:
    """`f_pullback(x) -> (y, pullback)`. `f_bar` gives the cotangents of captured variables, by name."""
    captured = free_values(made.backward)
    copied: frozenset[str] = frozenset()
    for _ in range(2):
        printer = FunctionPrinter(references, made.params, (made.forward, made.backward), captured, (), copied)
        first_half = printer.forward.block(made.forward)
        second_half = printer.backward.block(made.backward)
        copied = printer.found_copied()
    inner_name = _inner_name(printer, "pullback")
    bars = [printer.operand(r) for r in made.backward.results]
    first: ast.expr = ast.Constant(None)
    if f_bar is not None:
        keywords = [ast.keyword(n, printer.operand(o)) for n, o in f_bar]
        first = ast.Call(load("Tangent"), [], keywords)
        bars = bars[: len(bars) - len(f_bar)]
    y_bar = made.backward.params[0]
    inner = function(
        inner_name,
        [printer.naming.name[y_bar]],
        [*second_half, printer.returning(ast.Tuple([first, *bars], ast.Load()), made.backward)],
    )
    result = ast.Tuple([printer.operand(made.forward.results[0]), load(inner_name)], ast.Load())
    return _def(name, signature, [*first_half, inner, printer.returning(result, made.forward)])


def joint_form(
    references: References,
    params: tuple[Value, ...],
    forward: Block,
    backward: Block,
    name: str,
    signature: ast.arguments,
    structure: Any,
) -> ast.FunctionDef:
    """Both halves in one function that returns what `structure` makes of the expressions of the results."""
    copied: frozenset[str] = frozenset()
    for _ in range(2):
        printer = FunctionPrinter(references, params, (forward, backward), (), forward.results, copied)
        body = [*printer.forward.block(forward), *printer.backward.block(backward)]
        copied = printer.found_copied()
    results = [printer.operand(r) for r in (*forward.results, *backward.results)]
    return _def(name, signature, [*body, printer.returning(structure(results), forward, backward)])


def pair_form(references: References, pair: Pair) -> list[ast.FunctionDef]:
    """`f_forward` and `f_backward`."""
    made = pair.reversed
    assert made is not None
    forward_name, backward_name = references.pair_names[pair]
    residuals = list(free_values(made.backward))
    copied: frozenset[str] = frozenset()
    for _ in range(2):
        printer = FunctionPrinter(
            references, made.params, (made.forward, made.backward), residuals, (), copied, watched=made.watched
        )
        names = [printer.naming.name[r] for r in residuals]
        saved = load(names[0]) if len(names) == 1 else ast.Tuple([load(n) for n in names], ast.Load())
        y = printer.operand(made.forward.results[0])
        params = [printer.naming.name[p] for p in made.params]
        result: ast.expr = ast.Tuple([y, saved], ast.Load())
        first = [*printer.forward.block(made.forward), printer.returning(result, made.forward)]
        second = printer.backward.block(made.backward)
        copied = printer.found_copied() | set(names)
    forward = function(forward_name, params, first)
    taken = names[0] if len(names) == 1 else _inner_name(printer, "residuals")
    unpack: list[ast.stmt] = []
    if len(names) > 1:
        unpack = [ast.Assign([ast.Tuple([store(n) for n in names], ast.Store())], load(taken))]
    bars = [printer.operand(r) for r in made.backward.results]
    result = bars[0] if len(bars) == 1 else ast.Tuple(bars, ast.Load())
    body = [*unpack, *second, printer.returning(result, made.backward)]
    if not bars:
        return [forward]
    given = [printer.naming.name[p] for p in made.backward.params]
    return [forward, function(backward_name, [taken, *given], body)]


def _inner_name(printer: FunctionPrinter, wanted: str) -> str:
    used = {*printer.naming.name.values(), *printer.references.taken}
    name, i = wanted, 0
    while name in used:
        i += 1
        name = f"{wanted}_{i}"
    return name


def function(name: str, params: list[str], body: list[ast.stmt]) -> ast.FunctionDef:
    """A function of positional parameters."""
    arguments = ast.arguments([], [ast.arg(p) for p in params], None, [], [], None, [])
    return _def(name, arguments, body)


def _def(name: str, arguments: ast.arguments, body: list[ast.stmt]) -> ast.FunctionDef:
    made = ast.FunctionDef(name, arguments, body, [], None, None)
    made.type_params = []  # type: ignore[attr-defined]
    return made
