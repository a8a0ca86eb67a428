"""Tests and the statements that they decide on, written the way one would."""

from __future__ import annotations

import ast

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_GIVE_BOOL = (ast.Is, ast.IsNot, ast.In, ast.NotIn)


def conditional(test: ast.expr, then: list[ast.stmt], orelse: list[ast.stmt]) -> list[ast.stmt]:
    """An `if`, without the sides that do nothing."""
    if not then and not orelse:
        return []
    if not then:
        return [ast.If(negated(test), orelse, [])]
    return [ast.If(test, then, orelse)]


def exit_first(test: ast.expr, then: list[ast.stmt], orelse: list[ast.stmt]) -> list[ast.stmt]:
    """An `if` of which a side that breaks needs no `else` after it."""
    if then and isinstance(then[-1], ast.Break):
        return [ast.If(test, then, []), *orelse]
    if orelse and isinstance(orelse[-1], ast.Break):
        return [ast.If(negated(test), orelse, []), *then]
    return conditional(test, then, orelse)


def negated(test: ast.expr) -> ast.expr:
    """A test that holds where `test` does not."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in _OPPOSITE:
        return ast.Compare(test.left, [_OPPOSITE[type(test.ops[0])]()], test.comparators)
    return ast.UnaryOp(ast.Not(), test)


def inverted(value: ast.expr) -> ast.expr:
    """`not value` as a value."""
    gives_bool = isinstance(value, ast.Compare) and isinstance(value.ops[0], _GIVE_BOOL)
    return negated(value) if gives_bool else ast.UnaryOp(ast.Not(), value)
