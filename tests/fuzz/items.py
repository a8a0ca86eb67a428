"""Random programs about what is in containers: lists, arrays, dicts and objects in lists and dicts, under many names.

`PYTHONPATH=tests python -m fuzz.items A B` checks the seeds from A to B.

    program   ::= def program(x): statements; return the sum of everything, each item with a weight of its own
    statement ::= rows[i].append(s) | rows[i][0] += s | d[k].append(s) | d.setdefault(k, []).append(s) | ps[i].v[j] = s
                | r = rows[i] | r.append(s) | rows.append(r) | d[k] = r | ps[i].v = w | w[0] = s | p = ps[i] | p.w *= s
                | rows[i], rows[j] = rows[j], rows[i] | rows = [row] * 2 | grow(rows, i) | fill(d, k) | push(p, n) | …
                | if | for

Rows, arrays and objects have several names. Programs are compared as in `fuzz.containers`.
"""

from __future__ import annotations

import sys

from fuzz.containers import Lines, Writer, main
from fuzz.writes import indented

HELPERS = """
from collections import defaultdict

class P:
    def __init__(self, w, v):
        self.w = w
        self.v = v
        self.log = []

    def push(self, s):
        self.v += s
        self.log.append(self.v[0] * s)

def grow(rows, i):
    if i < len(rows):
        rows[i].append(0.5 * i + rows[i][0])
        grow(rows, i + 1)

def fill(d, k):
    if k < 3:
        if k not in d:
            d[k] = []
        d[k].append(0.3 * k)
        fill(d, k + 1)

def put(one, other, row):
    one.append(row)
    other.append(row)

def pair(row):
    return [row], [row]

def push(p, n):
    if n > 0:
        p.v[n] = p.v[n - 1] * p.w
        p.log.append(p.v[n])
        push(p, n - 1)

def total(rows):
    t = 0.0
    for i, r in enumerate(rows):
        for j, v in enumerate(r):
            t += (i + 1) * (j + 2) * v
    return t
"""


class ItemWriter(Writer):
    """Writes one program."""

    def index(self) -> str:
        """An index that is mostly there."""
        return self.one("0", "1", "-1", "int(p > 0.31)", *self.counters, *(f"{i} % 2" for i in self.counters))  # type: ignore[no-any-return]

    def row(self) -> str:
        """A list of floats."""
        i = self.index()
        return self.one("r", "r", "s", f"rows[{i}]", f"d[{i}]", f"ps[{i}].log", "o.log", f"cube[{i}][0]")  # type: ignore[no-any-return]

    def array(self) -> str:
        """An array."""
        i = self.index()
        return self.one("w", f"ps[{i}].v", "o.v", f"us[{i}]", f"e[{i}]")  # type: ignore[no-any-return]

    def number(self, depth: int = 1) -> str:
        """A float."""
        i = self.index()
        options = ["p", f"x[{i}]", "0.7", f"rows[{i}][0]", f"{self.array()}[{i}]", f"ps[{i}].w", f"sum({self.row()})"]
        if depth:
            options += [f"np.sin({self.number(0)} * {self.number(0)})", f"({self.number(0)} - {self.number(0)}) * 0.5"]
        return self.one(*options)  # type: ignore[no-any-return]

    def write(self) -> Lines:
        """One write, or another name."""
        kinds = (self.to_row, self.to_rows, self.to_dict, self.to_array, self.to_object, self.handed_over)
        return [self.one(*kinds)()]

    def to_row(self) -> str:
        """A write to a list of floats."""
        r, i, s = self.row(), self.index(), self.number()
        return self.one(  # type: ignore[no-any-return]
            *(f"{r}.append({s})", f"{r}.append({s})", f"{r}[{i}] = {s}", f"{r}[0] += {s}", f"p = {r}.pop()"),
            *(f"{r}.insert(0, {s})", f"{r}.extend({self.row()})", f"{r}.reverse()", f"{r}.clear()", f"del {r}[0]"),
            *(f"r = {r}", f"s = {r}", f"r = list({r})", f"r = [{s}, p]", f"{r}[:1] = [{s}]", f"p = sum({r})"),
        )

    def to_rows(self) -> str:
        """A write to the list of these."""
        r, i, j, s = self.row(), self.index(), self.index(), self.number()
        return self.one(  # type: ignore[no-any-return]
            *(
                f"rows.append({r})",
                f"rows.append([{s}])",
                f"rows[{i}] = {r}",
                f"rows[{i}] = [p, {s}]",
                "rows.reverse()",
            ),
            *(f"rows[{i}], rows[{j}] = rows[{j}], rows[{i}]", "grow(rows, 0)", f"rows = [{r}, [{s}]]", "rows.pop()"),
            *(
                "rows = [list(q) for q in rows]",
                f"rows.insert(0, [{s}])",
                f"cube[{i}].append([{s}])",
                "p = total(rows)",
            ),
            *(f"cube[{i}][0] = {r}", f"cube[{i}] = [[{s}], [p]]", f"rows = cube[{i}]", "cube.append(rows)"),
        )

    def handed_over(self) -> str:
        """A row that is put into a container or taken out of it, and is written to, or makes way for another."""
        r, i, k, s = self.one("r", "s"), self.index(), self.index(), self.number()
        return self.one(  # type: ignore[no-any-return]
            *(f"rows.append({r}); {r} = [{s}]", f"rows.append({r}); {r} = [{s}]; {r}.append(p)", f"{r} = rows.pop()"),
            *(f"{r} = rows.pop({i}); {r}.append({s}); rows.append({r})", f"{r} = rows.pop(); cube[{i}].append({r})"),
            *(f"{r} = [{s}]; rows.append({r}); {r}.append(p)", f"{r} = d[{k}] = [{s}]", f"d[{k}] = {r}; {r} = [{s}]"),
            *(f"{r} = d[{k}] if {k} in d else [{s}]", f"{r} = d.get({k}, [{s}]); {r}.append(p); d[{k}] = {r}"),
            *(f"more = rows[:]; {r} = more[{i}]; more.pop().append({s})", f"{r} = list(rows).pop(); {r}.append({s})"),
            *(
                f"put(rows, cube[{i}], [{s}])",
                f"h = dict(d); h[{k}].append({s})",
                f"{r}, s = pair(rows[{i}])[0][0], {r}",
            ),
            *(f"{r} = cube[{i}].pop(); {r}.append({s})", f"rows = cube.pop(); {r} = rows[{i}]", f"{r} = rows[-1]"),
            *(
                f"{r} = r if {s} > 0.2 else s",
                f"(r if {s} > 0.2 else s).append(p)",
                f"({r} if {s} > 0.2 else {self.row()})[0] = p",
            ),
            *(f"(o if {s} > 0.2 else ps[{i}]).push(p)", f"o = o if {s} > 0.3 else ps[{i}]; o.log.append({s})"),
            *(f"o = ps.pop(); o.push({s}); ps.append(o)", f"o.log = {r}; {r} = [{s}]", f"{r} = o.log; o.log = []"),
        )

    def to_dict(self) -> str:
        """A write to a dict of lists, or of arrays."""
        r, k, s = self.row(), self.index(), self.number()
        return self.one(  # type: ignore[no-any-return]
            *(f"d[{k}] = {r}", f"d[{k}] = [{s}]", f"d.setdefault({k}, []).append({s})", f"d[{k}].append({s})"),
            *(f"r = d.pop({k})", f"r = d.setdefault({k}, [{s}])", "fill(d, 0)", f"del d[{k}]", "d = d.copy()"),
            *(f"g[{k}].append({s})", f"g[{k}] = {r}", "d = {k: list(q) for k, q in d.items()}", f"r = g[{k}]"),
            *(
                f"e[{k}] = {self.array()}",
                f"e[{k}] = x * {s}",
                f"e[{k}][0] = {s}",
                f"e[{k}] += {s}",
                "p = total(d.values())",
            ),
        )

    def to_array(self) -> str:
        """A write to an array."""
        w, i, s = self.array(), self.index(), self.number()
        return self.one(  # type: ignore[no-any-return]
            *(f"{w}[{i}] = {s}", f"{w}[0] += {s}", f"{w} *= {s}", f"{w} += x", f"{w}[1:] = {self.array()}[1:]"),
            *(f"w = {w}", f"w = {w} * {s}", f"w = {w}.copy()", f"us.append({w})", f"us[{i}] = {w}", f"us[{i}] = x * p"),
        )

    def to_object(self) -> str:
        """A write to an object."""
        i, j, s, w = self.index(), self.index(), self.number(), self.array()
        o = self.one("o", f"ps[{i}]")
        return self.one(  # type: ignore[no-any-return]
            *(f"{o}.w = {s}", f"{o}.w *= {s}", f"{o}.v = {w}", f"{o}.v = {w} * 0.9", f"{o}.push({s})", f"push({o}, 2)"),
            *(
                f"o = ps[{i}]",
                f"ps[{i}] = o",
                f"ps.append(P({s}, {w}))",
                f"ps[{i}] = P({s}, x * p)",
                f"{o}.log = [{s}]",
            ),
            *(f"{o}.log = {self.row()}", f"ps[{i}], ps[{j}] = ps[{j}], ps[{i}]", f"o = P(p, {w})", f"p = {o}.v.sum()"),
        )

    def branch(self, depth: int) -> Lines:
        """An `if`."""
        test = self.one("len(rows) > 2", f"{self.number()} > 0.2", self.row(), f"{self.index()} in d")
        sides = [self.block(depth - 1, self.random.randint(1, 2)) for _ in range(2)]
        return [f"if {test}:", *indented(sides[0]), *self.one([], ["else:", *indented(sides[1])])]

    def loop(self, depth: int) -> Lines:
        """A loop over numbers, over rows or objects, or over a dict."""
        self.count += 1
        i = f"i{self.count}"
        kind = self.one("range", "range", "rows", "objects", "keys", "items", "arrays")
        if kind in ("range", "keys"):
            self.counters.append(i)
        body = self.block(depth - 1, self.random.randint(1, 2))
        if kind in ("range", "keys"):
            self.counters.pop()
        if any(
            f"{name}.append(" in line or f"{name}.insert(" in line for line in body for name in ("rows", "us", "ps")
        ):
            rows, objects, arrays = "list(rows)", "list(ps)", "list(us)"  # it might never end
        else:
            rows, objects, arrays = "rows", "ps", "us"
        heads = {
            "range": f"for {i} in range({self.one(2, 2, 0)}):",
            "rows": f"for r in {rows}:",
            "objects": f"for o in {objects}:",
            "keys": f"for {i} in {self.one('sorted(d)', 'list(d)', 'd')}:",
            "items": f"for {i}, r in d.items():",
            "arrays": f"for w in {arrays}:",
        }
        return [heads[kind], *indented(body)]


def program_text(seed: int) -> str:
    """The program of a seed."""
    writer = ItemWriter(seed)
    lines = ["p = x[0]", "r, s, w = [x[1]], [x[2], x[0]], x * 0.5", "rows = [[x[0]], [x[1] * x[2], x[2]]]"]
    lines += [
        "cube = [[[x[0]], [p]], [[x[1]]]]",
        "d = {i: [v, v * v] for i, v in enumerate(x)}",
        "g = defaultdict(list)",
    ]
    lines += ["e = {i: x * v for i, v in enumerate(x)}", "us = [x * 1.0, x * 2.0]", "ps = [P(v, x * v) for v in x]"]
    lines += ["o = ps[0]", *writer.block(2, writer.random.randint(2, 6))]
    lines += ["t = p + total(rows) + 0.3 * total(d.values()) - total(g.values()) + sum(r) - 0.2 * sum(s) + w.sum()"]
    lines += ["t += sum(total(c) for c in cube) + 0.5 * total(us) + total(e.values()) + o.w * o.v.sum() + sum(o.log)"]
    lines += ["return t + sum((i + 1) * q.w * q.v.sum() + sum(q.log) for i, q in enumerate(ps))"]
    body = "\n".join(indented(lines))
    return f"import numpy as np\n{HELPERS}\ndef program(x):\n{body}\n"


if __name__ == "__main__":
    sys.exit(1 if main(*map(int, sys.argv[1:3]), program_text) else 0)
