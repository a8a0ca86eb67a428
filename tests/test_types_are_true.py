"""What the compiler says of the type of a value is true of the value, in every program of the corpus.

The forward code is printed with a call after each statement that looks at the values that it has just given.
"""

from __future__ import annotations

import ast
import contextlib
import io
from typing import Any

import numpy as np
import pytest

from programs.harness import Program, corpus
from s2s_ad import ADError, differentiable
from s2s_ad.codegen.statements import StatementPrinter
from s2s_ad.ir.nodes import Call, Op
from soundness import Nameless

PROGRAMS = [program for program in corpus() if program.refused is None]
RESIDUALS = ("for_", "while_")  # what a round has saved of a way that it has not gone is of no type


@pytest.fixture
def lies(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is found untrue while the fixture is there."""
    found: list[str] = []
    told: list[tuple[str, Any, int]] = []

    def check(i: int, value: Any) -> None:
        name, t, line = told[i]
        try:
            if value is not None:  # as what is saved of a side that has not run may be
                Nameless().check(t, value)
        except AssertionError:
            found.append(f"line {line}: `{name}` is said to be {t}, and is {value!r}")

    printed = StatementPrinter.op

    def op(self: StatementPrinter, one: Op) -> list[ast.stmt]:
        made = printed(self, one)
        if self.comments or not made or isinstance(made[-1], (ast.Return, ast.Raise, ast.Break, ast.Continue)):
            return made
        for r in one.results:
            is_named = r in self.naming.name and r not in self.naming.nested and not r.unbound and self.uses[r]
            is_users = isinstance(one, Call) or r.name is not None
            if is_named and is_users and not str(self.naming.name[r]).startswith(RESIDUALS) and not _saves(one):
                told.append((self.naming.name[r], r.type, one.span.line if one.span else 0))
                fn = ast.unparse(self.expressions.references.to(check))
                made += ast.parse(f"{fn}({len(told) - 1}, locals().get({self.naming.name[r]!r}))").body
        return made

    monkeypatch.setattr(StatementPrinter, "op", op)
    return found


def _saves(op: Op) -> bool:
    """Whether an op makes a record of residuals, or adds it to those of a loop."""
    if not isinstance(op, Call):
        return False
    target = op.args[0] if op.args else None
    name = getattr(target, "name", None) or ""
    return name.startswith(RESIDUALS) or op.span is None


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.name)
def test_types_are_true(program: Program, lies: list[str]) -> None:
    """No value of the forward code is of another type than is said of it."""
    quiet = contextlib.redirect_stdout(io.StringIO())
    with quiet, np.errstate(all="ignore"), contextlib.suppress(ADError, program.raises or ADError):
        differentiable(program.function, optimize=False).pullback(*program.arguments())
    assert not lies, "\n".join(lies)
