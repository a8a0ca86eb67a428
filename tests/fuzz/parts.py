"""Random programs about parts of objects and dicts that become other objects and are written to.

`PYTHONPATH=tests python -m fuzz.parts A B` checks the seeds from A to B.

    program   ::= def program(x): statements; return the sum of everything, each item with a weight of its own
    statement ::= o.v = w | o.v[i] = s | o.v *= s | o.log = [s] | o.log.append(s) | o.v, q.v = q.v, o.v | d["a"] = o.v
                | d["b"].append(s) | w = o.v | o.v = None | if o.v is None: o.v = w | o = q | o.push(s) | if | for

Programs are compared as in `fuzz.containers`.
"""

from __future__ import annotations

import sys

from fuzz.containers import Lines, Writer, main
from fuzz.writes import indented

HELPERS = """
class P:
    def __init__(self, v, log):
        self.v = v
        self.log = log
        self.cache = None

    def push(self, s):
        if not self.log:
            self.log = [s]
        self.log.append(self.v[0] * s)

    def step(self, w):
        if self.cache is None:
            self.cache = w * 0.5
        self.cache *= 0.9
        self.v = self.v - self.cache

    def renew(self, s):
        self.v = self.v * s
        self.v[1] = self.v[0] * s
        return self
"""


class PartWriter(Writer):
    """Writes one program."""

    def index(self) -> str:
        """An index of an array."""
        return self.one("0", "1", "-1", *(f"{i} % 3" for i in self.counters))  # type: ignore[no-any-return]

    def obj(self) -> str:
        """An object."""
        return self.one("o", "o", "q")  # type: ignore[no-any-return]

    def array(self) -> str:
        """An array."""
        return self.one("w", f"{self.obj()}.v", f"{self.obj()}.v", "d['a']", "d['c']")  # type: ignore[no-any-return]

    def row(self) -> str:
        """A list of floats."""
        return self.one("r", f"{self.obj()}.log", f"{self.obj()}.log", "d['b']")  # type: ignore[no-any-return]

    def number(self, depth: int = 1) -> str:
        """A float."""
        options = ["p", f"x[{self.index()}]", "0.7", f"{self.array()}[{self.index()}]", f"sum({self.row()})"]
        if depth:
            options += [f"np.sin({self.number(0)} * {self.number(0)})", f"({self.number(0)} - {self.number(0)}) * 0.5"]
        return self.one(*options)  # type: ignore[no-any-return]

    def write(self) -> Lines:
        """One write, or another name."""
        return [self.one(self.to_array, self.to_array, self.to_row, self.to_object)()]

    def to_array(self) -> str:
        """A write to an array, or another array in its place."""
        w, v, s = self.array(), self.array(), self.number()
        return self.one(  # type: ignore[no-any-return]
            *(f"{w}[{self.index()}] = {s}", f"{w} *= {s}", f"{w} += x", f"{w}[1:] = {v}[:-1] * 2", f"{w} = {v}"),
            *(f"{w} = {v} * {s}", f"{w} = {v}.copy()", f"{w}, {v} = {v}, {w}", f"{w} = x * {s}", f"p = {w}.sum()"),
            *(
                f"{w} = {w} if {s} > 0.3 else {v}",
                f"m = {w} if {s} > 0.3 else {v}; m[1:] *= 0.5; {w}[0] = p; p = m.sum()",
            ),
        )

    def to_row(self) -> str:
        """A write to a list, or another list in its place."""
        r, t, s = self.row(), self.row(), self.number()
        return self.one(  # type: ignore[no-any-return]
            *(f"{r}.append({s})", f"{r}.append({s})", f"{r} = {t}", f"{r} = [{s}, p]", f"{r} = []", f"{r} += [{s}]"),
            *(f"{r} = [a * 0.5 for a in {t}]", f"{r}, {t} = {t}, {r}", f"{r} = list({t})", f"p = sum({r})"),
            *(f"{r} = {r} if {s} > 0.3 else {t}", f"({r} if {s} > 0.3 else {t}).append(p)"),
        )

    def to_object(self) -> str:
        """A write to an object, or another object."""
        o, s = self.obj(), self.number()
        return self.one(  # type: ignore[no-any-return]
            *(f"{o}.push({s})", f"{o}.step({self.array()})", f"{o}.renew({s})", f"{o}.cache = None"),
            *(f"{o} = P({self.array()}, {self.row()})", f"{o} = P(x * {s}, [])", "o = q", "q = o.renew(0.5)"),
            *(
                f"o = o if {s} > 0.3 else q",
                f"(o if {s} > 0.2 else q).push(p)",
                f"o, q = (o, q) if {s} > 0.3 else (q, o)",
            ),
            *(f"e = o if {s} > 0.2 else q; e.v = {self.array()}; e.log = {self.row()}; e.push(p)",),
        )

    def branch(self, depth: int) -> Lines:
        """An `if`."""
        test = self.one(f"{self.number()} > 0.2", self.row(), f"{self.obj()}.cache is None", "x[1] > 0")
        sides = [self.block(depth - 1, self.random.randint(1, 2)) for _ in range(2)]
        return [f"if {test}:", *indented(sides[0]), *self.one([], ["else:", *indented(sides[1])])]

    def loop(self, depth: int) -> Lines:
        """A loop, which may be left early."""
        self.count += 1
        i = f"i{self.count}"
        self.counters.append(i)
        body = self.block(depth - 1, self.random.randint(1, 3))
        self.counters.pop()
        stop = self.one([], [], [], [f"    if {self.number()} > 0.9:", f"        {self.one('break', 'continue')}"])
        return [f"for {i} in range({self.one(3, 2, 1, 0)}):", *stop, *indented(body)]


def program_text(seed: int) -> str:
    """The program of a seed."""
    writer = PartWriter(seed)
    lines = ["p = x[0]", "r, w = [x[1]], x * 0.5", "o, q = P(x * 2, [x[2]]), P(x * x, [])"]
    lines += ["d = {'a': x * 1.0, 'b': [p], 'c': w}", *writer.block(2, writer.random.randint(2, 6))]
    lines += ["k = np.arange(1.0, 6.0)", "t = p + sum(r) + w @ k + d['a'] @ k[::-1] - d['c'] @ k + 2 * sum(d['b'])"]
    lines += ["t += o.v @ k[::-1] + sum((i + 1) * a for i, a in enumerate(o.log))"]
    lines += ["t -= 0 if o.cache is None else o.cache[1]"]
    lines += ["return t + q.v @ (k + 1) - sum((i + 3) * a for i, a in enumerate(q.log))"]
    body = "\n".join(indented(lines))
    return f"import numpy as np\n{HELPERS}\ndef program(x):\n{body}\n"


if __name__ == "__main__":
    sys.exit(1 if main(*map(int, sys.argv[1:3]), program_text) else 0)
