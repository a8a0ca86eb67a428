"""Objects whose attributes are set under several names, and nested functions that assign: programs by Hypothesis."""

from __future__ import annotations

import linecache
from itertools import count
from typing import Any

import numpy as np
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from fuzz.writes import X, compared
from s2s_ad import ADError

_numbers = count()

objects = st.sampled_from(("p", "q", "r", "o.inner"))
places = st.sampled_from(("0", "1", "-1"))
tests = st.sampled_from(("x[0] > 0.1", "p.s > q.s", "t < 0.0"))

HELPERS = """
import numpy as np

class P:
    def __init__(self, s, v):
        self.s = s
        self.v = v
        self.count = 0

    def scale(self, f):
        self.s = self.s * f
        self.count += 1
        return self.s

    @property
    def twice(self):
        return 2.0 * self.s

    @twice.setter
    def twice(self, value):
        self.s = 0.5 * value

class O:
    def __init__(self, inner):
        self.inner = inner

def same(z):
    return z

def shift(z, d):
    z.s += d
    z.v = z.v + d

def swap(y, z):
    y.s, z.s = z.s, y.s

"""


@st.composite
def values(draw: st.DrawFn) -> str:
    """A float."""
    one, other = draw(objects), draw(objects)
    forms = (f"{one}.s", f"{one}.v[{draw(places)}]", f"{one}.s * x[{draw(places)}]", f"0.5 * {other}.twice", "1.5", "t")
    return draw(st.sampled_from(forms))


@st.composite
def writes(draw: st.DrawFn) -> str:
    """An attribute is set, or what it holds is written to."""
    obj, other, value = draw(objects), draw(objects), draw(values())
    forms = (
        f"{obj}.s = {value}",
        f"{obj}.s += {value}",
        f"{obj}.v[{draw(places)}] = {value}",
        f"{obj}.v = {other}.v * {value}",
        f"{obj}.v = {other}.v",
        f"{obj}.v *= 0.5",
        f"t = {obj}.scale({value})",
        f"{obj}.twice = {value}",
        f"shift({obj}, {value})",
        f"swap({obj}, {other})",
        f"add({value})",
        f"t = t * {value}",
        f"(p, q)[{draw(st.sampled_from((0, 1)))}].s = {value}",
    )
    return draw(st.sampled_from(forms))


@st.composite
def bindings(draw: st.DrawFn) -> str:
    """A name becomes that of another object, or an object takes another one in."""
    target, source = draw(st.sampled_from(("p", "q", "r"))), draw(objects)
    forms = (
        f"{target} = {source}",
        f"{target} = same({source})",
        f"{target} = P({draw(values())}, {source}.v.copy())",
        f"{target} = {{'k': {source}}}['k']",
        f"o.inner = {source}",
        f"o = O({source})",
        "p, q = q, p",
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


def program_of(lines: list[str]) -> Any:
    """The function with these statements; its source is at hand."""
    body = [
        "p = P(x[0], x[:3] * 2.0)",
        "q = P(x[1], x[1:4] * x[0])",
        "r = P(0.7, np.ones(3))",
        "o = O(p)",
        "t = x[2]",
        "def add(v):",
        "    nonlocal t",
        "    t = t + v * x[3]",
        *lines,
        "return p.s * q.s + r.s + np.sum(p.v * q.v) + np.sum(r.v) * t + o.inner.s * (p.count + 1)",
    ]
    text = HELPERS + "def program(x):\n" + "".join(f"    {line}\n" for line in body)
    filename = f"<object property {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    scope: dict[str, Any] = {"__name__": "object_property"}
    exec(compile(text, filename, "exec"), scope)
    return scope["program"]


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(statements())
@example(["for _ in range(2):", "    p.s = p.s * q.s", "    p.v[0] = p.s", "o.inner.v[1] = p.s"])
@example(["if x[0] > 0.1:", "    r = p", "r.s = t", "add(p.s)"])
def test_right_or_refused(lines: list[str]) -> None:
    """Value and gradient are those of plain Python, or the program is refused."""
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
