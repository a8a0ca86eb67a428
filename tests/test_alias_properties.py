"""Arrays under several names, written to by any of them: programs made by Hypothesis, and made small if they fail."""

from __future__ import annotations

import linecache
from itertools import count
from typing import Any

import numpy as np
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from fuzz.writes import X, compared
from s2s_ad import ADError

NAMES = ("a", "b", "c")
_numbers = count()

names = st.sampled_from(NAMES)
places = st.sampled_from(("0", "1", "-1"))
slices = st.sampled_from(("1:", ":-1", "::-1", ":2", "1:3", ":"))
tests = st.sampled_from(("x[0] > 0.1", "x[1] < 0.0", "a[0] > b[0]"))


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A float: an element, or a product of two."""
    one = f"{draw(names)}[{draw(places)}]"
    return draw(st.sampled_from((one, f"{one} * x[{draw(places)}]", f"0.5 * {one}", "1.5")))


@st.composite
def bindings(draw: st.DrawFn) -> str:
    """A name becomes another one, a view of it, or an array of its own."""
    target, source = draw(names), draw(names)
    forms = (
        f"{target} = {source}",
        f"{target} = {source}[::-1]",
        f"{target} = pad({source}[{draw(slices)}])",
        f"{target} = {source}.copy()",
        f"{target} = {source} * {draw(numbers())}",
        f"{target} = (a, b)[{draw(st.sampled_from((0, 1)))}]",
        f"{target} = [{source}, x][0]",
        f"{target} = {{'k': {source}}}['k']",
        f"{target} = same({source})",
        f"{target}, {source} = {source}, {target}",
    )
    return draw(st.sampled_from(forms))


@st.composite
def writes(draw: st.DrawFn) -> str:
    """A write by a name, by a part of it, or by a function."""
    target, value = draw(names), draw(numbers())
    op, part = draw(st.sampled_from(("=", "+=", "*=", "-="))), draw(slices)
    forms = (
        f"{target}[{draw(places)}] {op} {value}",
        f"{target}[{part}] {op} {value}",
        f"{target}[{part}] = {draw(names)}[{part}] * {value}",
        f"{target} += {value}",
        f"{target}[{part}][{draw(st.sampled_from(('0', '-1')))}] = {value}",
        f"put({target}, {value})",
        f"put({target}[::-1], {value})",
        f"set_first({target}, {value})",
    )
    return draw(st.sampled_from(forms))


@st.composite
def statements(draw: st.DrawFn, depth: int = 2) -> list[str]:
    """A few statements, some of them nested."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 4 if depth == 2 else 2))):
        kind = draw(st.sampled_from(("write", "write", "bind", "branch", "loop") if depth else ("write", "bind")))
        if kind == "write":
            lines.append(draw(writes()))
        elif kind == "bind":
            lines.append(draw(bindings()))
        else:
            head = f"if {draw(tests)}:" if kind == "branch" else f"for _ in range({draw(st.integers(0, 2))}):"
            lines += [head, *(f"    {line}" for line in draw(statements(depth - 1)))]
            if kind == "branch" and draw(st.booleans()):
                lines += ["else:", *(f"    {line}" for line in draw(statements(depth - 1)))]
    return lines


HELPERS = """
import numpy as np

def put(z, v):
    z[1] = v * z[0]

def same(z):
    return z

def pad(z):
    return z if len(z) == 5 else np.concatenate([z, x_like(5 - len(z))])

def x_like(n):
    return np.full(n, 0.25)

"""


def program_of(lines: list[str]) -> Any:
    """The function with these statements; its source is at hand."""
    body = [
        "a = x",
        "b = x.copy()",
        "c = np.ones(5)",
        "def set_first(z, v):",
        "    z[0] = v",
        *lines,
        "return np.sum(a * a) + np.sum(b * np.arange(5.0)) + np.sum(c) * x[0] + x[1] * b[0]",
    ]
    text = HELPERS + "def program(x):\n" + "".join(f"    {line}\n" for line in body)
    filename = f"<alias property {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    scope: dict[str, Any] = {"__name__": "alias_property"}
    exec(compile(text, filename, "exec"), scope)
    return scope["program"]


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(statements())
@example(["b = a[::-1]", "b[0] = a[0] * x[1]", "a[:2] *= b[0]"])
@example(["for _ in range(2):", "    a, b = b, a", "    a[0] += b[1]"])
@example(["if x[0] > 0.1:", "    b = a", "b[0] = 1.5", "c = a * b[0]"])
def test_right_or_refused(lines: list[str]) -> None:
    """Value, argument and gradient are those of plain Python, or the program is refused."""
    program = program_of(lines)
    note("\n".join(lines))
    plain = X.copy()
    with np.errstate(all="ignore"):
        value = program(plain)
        if not np.isfinite(value) or abs(value) > 1e6:
            return
        try:
            outcome = compared(program, value, plain)
        except ADError:
            return
    assert outcome.verdict in ("right", "rough"), outcome.detail
