"""Random programs about dicts whose keys are known late, and about deques.

`PYTHONPATH=tests python -m fuzz.maps A B` checks the seeds from A to B.

    program   ::= def program(x): statements; return the sum of everything, each item with a weight of its own
    statement ::= d[k] = s | d[k] += s | del d[k] | s = d.pop(k) | d.update(d) | d = d | d = {…} | c[k] += s | …
                | q.append(s) | s = q.popleft() | q.rotate(n) | q[i] = s | …
                | if | for | helper(d)

Dicts and deques have several names. Programs are compared as in `fuzz.containers`.
"""

from __future__ import annotations

import sys

from fuzz.containers import Lines, Writer, main
from fuzz.writes import indented

HELPERS = """
from collections import defaultdict, deque

def shift(d):
    if 0 in d:
        d[1] = d.pop(0) * 0.9
    return d

def total(d):
    t = 0.0
    for k, v in d.items():
        t += (k + 1) * v * v
    return t

def along(q):
    t = 0.0
    for i, v in enumerate(q):
        t += (i + 1) * v * v
    return t
"""


class MapWriter(Writer):
    """Writes one program."""

    def name(self) -> str:
        """A dict."""
        return self.one("a", "a", "b", "c")  # type: ignore[no-any-return]

    def queue(self) -> str:
        """A deque."""
        return self.one("q", "q", "r")  # type: ignore[no-any-return]

    def key(self) -> str:
        """A key, mostly one that is there."""
        return self.one("0", "1", "2", "int(p > 0.3)", *self.counters, *(f"{i} % 2" for i in self.counters))  # type: ignore[no-any-return]

    def number(self, depth: int = 1) -> str:
        """A float."""
        d, k = self.name(), self.key()
        options = ["p", f"x[{self.one(0, 1, 2, 3, 4)}]", "0.7", f"{d}[{k}]", f"{d}.get({k}, p)", f"{self.queue()}[0]"]
        if depth:
            options += [f"np.sin({self.number(0)} * {self.number(0)})", f"({self.number(0)} - {self.number(0)}) * 0.5"]
            options += [f"({d}[{k}] if {k} in {d} else {self.number(0)})"]
        return self.one(*options)  # type: ignore[no-any-return]

    def write(self) -> Lines:
        """One write, or another name."""
        return [self.to_queue() if self.random.random() < 0.3 else self.to_dict()]

    def to_dict(self) -> str:
        """A write to a dict."""
        a, b, k, s = self.name(), self.name(), self.key(), self.number()
        return self.one(  # type: ignore[no-any-return]
            *(f"{a}[{k}] = {s}", f"{a}[{k}] = {s}", f"{a}[{k}] += {s}", f"{a}[{k}] = {a}.get({k}, 0.0) + {s}"),
            *(f"del {a}[{k}]", f"p = {a}.pop({k})", f"p = {a}.pop({k}, {s})", f"{a}.pop({k}, 0.0)", f"{a}.clear()"),
            *(f"{a}.update({b})", f"{a} |= {b}", f"{a} = {b}", f"{a} = dict({b})", f"{a} = {b}.copy()"),
            *(f"{a} = {{**{a}, **{b}}}", f"{a} = {a} | {{{k}: {s}}}", f"p = {a}.setdefault({k}, {s})"),
            *(f"{a}.setdefault({k}, {s})", f"p = total({a})", f"p = sum({a}.values())", f"shift({a})"),
            *(
                f"{a} = {{k: v * 0.9 for k, v in {b}.items()}}",
                f"{a} = {{i: x[i] * p for i in range({self.one(2, 0)})}}",
            ),
            *(f"{a} = shift({b})", f"k, p = {a}.popitem()", f"{a}, {b} = {b}, {a}", f"p = {s} * len({a})"),
            *(f"{a} = defaultdict(float)", f"d[{k}] += {s}", f"d[{k}] = {s}", f"p = d[{k}] + 0.1", f"{a}.update(d)"),
            *(f"{a}[0], {a}[1] = {a}[1], {s}", f"{a}.update([({k}, {s})])", "p = total(d) * 0.2"),
        )

    def to_queue(self) -> str:
        """A write to a deque."""
        q, r, s = self.queue(), self.queue(), self.number()
        return self.one(  # type: ignore[no-any-return]
            *(f"{q}.append({s})", f"{q}.appendleft({s})", f"p = {q}.pop()", f"p = {q}.popleft()", f"{q}.reverse()"),
            *(f"{q}.rotate({self.one(1, -1, 2)})", f"{q}.extend([{s}, p])", f"{q}.extendleft([p, {s}])"),
            *(f"{q}[0] = {s}", f"{q}[-1] += {s}", f"{q} = {r}", f"{q} = {r}.copy()", f"{q} = deque({r}, maxlen=3)"),
            *(f"{q}.clear()", f"p = along({q})", f"p = sum({q})", f"{q}, {r} = {r}, {q}"),
        )

    def branch(self, depth: int) -> Lines:
        """An `if`."""
        test = self.one(
            f"len({self.name()}) > 2", f"{self.number()} > 0.2", self.name(), f"{self.key()} in {self.name()}"
        )
        sides = [self.block(depth - 1, self.random.randint(1, 2)) for _ in range(2)]
        return [f"if {test}:", *indented(sides[0]), *self.one([], ["else:", *indented(sides[1])])]

    def loop(self, depth: int) -> Lines:
        """A loop over numbers, over the items of a copy, or until a dict or deque is empty."""
        self.count += 1
        kind, a, i = self.one("range", "range", "while", "items", "keys"), self.name(), f"i{self.count}"
        self.counters.append(i)
        body = self.block(depth - 1, self.random.randint(1, 2))
        self.counters.pop()
        if kind == "range":
            return [f"for {i} in range({self.one(3, 2, 0)}):", *indented(body)]
        if kind == "items":
            return [f"for {i}, p in {self.one(f'list({a}.items())', f'{a}.items()')}:", *indented(body)]
        if kind == "keys":
            return [f"for {i} in {self.one(f'list({a})', f'sorted({a})', a)}:", *indented(body)]
        q = self.queue()
        taken = self.one(f"{a}.popitem()[1]", f"{q}.popleft()", f"{q}.pop()")
        held = taken.partition(".")[0]
        return [f"{i} = 0", f"while {held} and {i} < 4:", *indented([f"p = 0.5 * p + {taken}", *body, f"{i} += 1"])]


def program_text(seed: int) -> str:
    """The program of a seed."""
    writer = MapWriter(seed)
    lines = ["p = x[0]", "a = {0: x[0], 1: x[1] * x[2]}", "b = {i: v * v for i, v in enumerate(x)}"]
    lines += ["d = defaultdict(float)", "q = deque([x[1], x[2]])", writer.one("r = q", "r = deque(x, maxlen=2)")]
    lines += [writer.one("c = a", "c = {}"), *writer.block(2, writer.random.randint(3, 8))]
    lines += ["return p + total(a) + 0.3 * total(b) - total(c) + total(d) + along(q) - 0.4 * along(r)"]
    body = "\n".join(indented(lines))
    return f"import numpy as np\n{HELPERS}\ndef program(x):\n{body}\n"


if __name__ == "__main__":
    sys.exit(1 if main(*map(int, sys.argv[1:3]), program_text) else 0)
