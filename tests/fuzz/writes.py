"""Random programs of writes, views and reads.

`PYTHONPATH=tests python -m fuzz.writes A B` checks the seeds from A to B.

    program   ::= def program(x): statements; return the sum of everything
    statement ::= a[i] = s | a[i] op= s | a[slice] op= … | a op= … | a = array | a, b = b, a | list writes
                | put(a, s) | a = same(a) | a[[0, 2]] = a[[2, 0]] | a[a > c] = s | if | for | while
                | np.sin(a, out=a) | np.add.at(a, [0, 2, 0], s) | m = view of m | a = row of m | f = m.ravel()
                | m[i] = a | m.T[i] op= a | m[i], m[j] = m[j], m[i] | f[i] = s | for row in m | …

Arrays have five elements, matrices five rows of five, and what is flat has 25. Names of arrays are few, so that they
are reused, swapped and alias each other. A program is compared with itself run plainly (the value, what becomes of the
argument), with finite differences, and with its unoptimised code.
"""

from __future__ import annotations

import linecache
import random
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from fuzz.check import Outcome
from programs.harness import identical
from s2s_ad import ADError, differentiable, grad, pullback

Lines = list[str]
Kinds = dict[str, str]  # name -> a (array) | m (matrix) | f (flat) | s (float) | l (list of floats) | i (counter)
HELPERS = "def put(z, v):\n    z[1] = v * z[0]\n\ndef same(z):\n    return z\n"
X = np.array([0.3, 0.7, 1.1, -0.4, 0.9])


class Writer:
    """Writes one program; `kinds` say what the names are at each point."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.counters = 0
        plain = [self.element, self.element, self.part, self.part, self.name, self.items]
        more = [self.output, self.output, self.matrix, self.matrix, self.matrix, self.matrix, self.matrix]
        self.statements = plain if self.random.random() < 0.3 else plain + more

    def one(self, *options: Any) -> Any:
        """One of several, at random."""
        return self.random.choice(options)

    def named(self, kinds: Kinds, kind: str) -> list[str]:
        """The names of a kind."""
        return [name for name, k in kinds.items() if k == kind]

    def index(self, kinds: Kinds) -> str:
        """An index of an element."""
        counters = self.named(kinds, "i")
        return self.one("0", "1", "2", "3", "4", "-1", "-2", *counters, *(f"{i} + 1" for i in counters))

    def number(self, kinds: Kinds, depth: int = 2) -> str:
        """A float."""
        arrays, lists, numbers = (self.named(kinds, kind) for kind in "als")
        options = [lambda: f"{self.one(*arrays)}[{self.index(kinds)}]", lambda: self.one("0.5", "1.3", "-0.7")]
        if lists:
            options.append(lambda: f"{self.one(*lists)}[{self.one('0', '1', '-1')}]")
        if numbers:
            options.append(lambda: self.one(*numbers))
        if depth:
            a, b = self.number(kinds, depth - 1), self.number(kinds, depth - 1)
            options += [
                lambda: f"np.sin({a} * {b})",
                lambda: f"({a} {self.one('+', '-', '*')} {b}) * 0.5",
                lambda: f"np.tanh(np.sum({self.one(*arrays)} * {self.one(*arrays)}))",
            ]
        return self.one(*options)()  # type: ignore[no-any-return]

    def array(self, kinds: Kinds) -> str:
        """An array, which may be one that has a name already."""
        arrays = self.named(kinds, "a")
        a, b = self.one(*arrays), self.one(*arrays)
        forms = ["np.sin({a})", "{a} * {s}", "{a}.copy()", "np.tanh({a} * {b})", "{a}", "{a} + {b}", "{a}[::-1]"]
        return self.one(*forms).format(a=a, b=b, s=self.number(kinds, 1))  # type: ignore[no-any-return]

    def element(self, kinds: Kinds) -> Lines:
        """A write to one element."""
        target = f"{self.one(*self.named(kinds, 'a'))}[{self.index(kinds)}]"
        return [f"{target} {self.one('=', '=', '+=', '-=', '*=')} {self.number(kinds)}"]

    def part(self, kinds: Kinds) -> Lines:
        """A write to a slice, by a mask, by index arrays, or to all of an array."""
        arrays = self.named(kinds, "a")
        a, b, s = self.one(*arrays), self.one(*arrays), self.one("1:", "::2", ":-1", "1:4", "::-1", ":", "2:")
        op, v = self.one("=", "+=", "*="), self.number(kinds, 1)
        value = self.one(f"{b}[{s}]", f"np.sin({b}[{s}])", v, f"{b}[{s}] * {v}")
        return [
            self.one(
                f"{a}[{s}] {op} {value}",
                f"{a}[{s}] {op} {value}",
                f"{a} {self.one('+=', '*=')} {self.one(v, f'np.tanh({b})')}",
                f"{a}[[0, 2]] = {a}[[2, 0]]",
                f"{a}[{a} > 0.2] = {v}",
            )
        ]

    def name(self, kinds: Kinds) -> Lines:
        """Another value for a name, or another name for a value."""
        arrays = self.named(kinds, "a")
        kind = self.one("a", "a", "a", "s", "l", "swap", "same", "choice", "pair")
        if kind == "swap" and len(arrays) > 1:
            a, b = self.random.sample(arrays, 2)
            return [f"{a}, {b} = {b}, {a}"]
        if kind == "pair" and len(arrays) > 1:
            (a, b), test = self.random.sample(arrays, 2), f"{self.number(kinds, 1)} > {self.number(kinds, 0)}"
            return [f"{a}, {b} = ({a}, {b}) if {test} else ({b}, {a})"]
        if kind == "s":
            name, value = self.one("p", "q"), self.number(kinds)
        elif kind == "l":
            name, value = self.one("u", "w"), f"[{self.number(kinds, 1)}, {self.number(kinds, 1)}]"
        else:
            name = self.one("a", "b", "c", *arrays)
            value = f"same({self.one(*arrays)})" if kind == "same" else self.array(kinds)
            if kind == "choice":
                some = self.one(self.one(*arrays), f"{self.one(*arrays)}[::-1]")
                value = f"{some} if {self.number(kinds, 1)} > 0.2 else {self.one(*arrays)}"
            kind = "a"
        kinds[name] = kind
        return [f"{name} = {value}"]

    def items(self, kinds: Kinds) -> Lines:
        """A write to a list, or by a helper."""
        lists, v = self.named(kinds, "l"), self.number(kinds, 1)
        if not lists or self.random.random() < 0.4:
            return [f"put({self.one(*self.named(kinds, 'a'))}, {v})"]
        return [self.one(f"{self.one(*lists)}.append({v})", f"{self.one(*lists)}[{self.one('0', '1', '-1')}] = {v}")]

    def output(self, kinds: Kinds) -> Lines:
        """A write by one of NumPy's writing functions."""
        arrays = self.named(kinds, "a")
        a, b, c, v = self.one(*arrays), self.one(*arrays), self.one(*arrays), self.number(kinds, 1)
        i = self.one("0", "2", "-1", *self.named(kinds, "i"))
        form = self.one(
            f"np.sin({a}, out={c})",
            f"np.multiply({a}, {b}, out={c})",
            f"np.add({a}[1:], {b}[:-1], out={c}[1:])",
            f"np.multiply({a}, {v}, out={c}, where={b} > 0.2)",
            f"np.cumsum({a} * 0.5, out={c})",
            f"{c} = np.subtract({a}, {b}, out={a})",
            f"np.add.at({a}, [0, {i}, 0], {v})",
            f"np.add.at({a}, [{i}, 1, {i}], {b}[:3])",
            f"np.subtract.at({a}, slice(1, 4), {b}[2:])",
            f"np.copyto({a}, {b}[::-1])",
            f"np.copyto({a}, {v}, where={b} > 0.2)",
            f"np.put({a}, [0, {i}, 3], {b}[1:4])",
            f"{a}.fill({v})",
            f"np.place({a}, {b} > 0.2, {c}[:2])",
        )
        return [form]

    def matrix(self, kinds: Kinds) -> Lines:
        """A matrix, a view of one, or a write to either."""
        matrices, arrays, flats = (self.named(kinds, kind) for kind in "maf")
        a, b, v = self.one(*arrays), self.one(*arrays), self.number(kinds, 1)
        if not matrices or self.random.random() < 0.15:
            name = self.one("m", "n", *matrices)
            kinds[name] = "m"
            old = self.one(*matrices) if matrices else "np.zeros((5, 5))"
            return [f"{name} = {self.one(f'np.outer({a}, {b})', 'np.zeros((5, 5))', f'np.tanh({old})')}"]
        m, n, i, j = self.one(*matrices), self.one(*matrices), self.index(kinds), self.index(kinds)
        op = self.one("=", "+=", "*=")
        view = self.one(
            "{m}", "{m}.T", "np.swapaxes({m}, 0, 1)", "{m}[::-1]", "np.flip({m}, 1)", "np.expand_dims({m}, 0)[0]"
        )
        view = view.format(m=m)
        if self.random.random() < 0.3:
            name, value, kind = self.one(
                (self.one("m", "n"), view, "m"),
                (self.one("a", "b", "c"), f"{view}[{i}]", "a"),
                (self.one("a", "b", "c"), f"{view}[:, {i}]", "a"),
                ("f", f"{m}.{self.one('ravel()', 'reshape(-1)', 'reshape((25,))', 'T.ravel()')}", "f"),
            )
            kinds[name] = kind
            return [f"{name} = {value}"]
        forms = [
            f"{view}[{i}] {op} {a}", f"{view}[{i}, {j}] {op} {v}", f"{view}[1:, {i}] {op} {a}[1:]", f"{m} {op[0]}= {v}",
            f"{m}[{i}], {m}[{j}] = {m}[{j}], {m}[{i}]", f"{m}[[0, 1]] = {m}[[1, 0]]", f"{m}.reshape(-1)[{i}] {op} {v}",
            f"{view}[...] = np.tanh({n} * {v})", f"np.fill_diagonal({view}, {self.one(v, a)})",
            f"np.tanh({n}, out={view})", f"np.add.at({view}, ([0, 1, 0], [{i}, 2, {i}]), {a}[:3])",
            f"np.copyto({view}, {n}.T)", f"np.sum({n}, axis=0, out={a})", f"{view}.ravel()[{i}] = {v}",
            f"{a}, {b} = {m}[1:3]", f"{view}[{i}] {op} {view}[{j}] * {v}",
        ]  # fmt: skip
        if flats:
            f = self.one(*flats)
            forms += [
                f"{f}[{i}] {op} {v}",
                f"{f}[::6] {op} {a}",
                f"{f}[{i}] = {f}[{j}] * {v}",
                f"np.put({f}, [3, {i}, 3], {a}[:3])",
            ] * 3
        return [self.one(*forms)]

    def rows(self, kinds: Kinds, depth: int) -> Lines:
        """A loop over the rows of a matrix, or over elements, which may be written to in its body."""
        matrices, arrays = self.named(kinds, "m"), self.named(kinds, "a")
        self.counters += 1
        i, r, e = f"i{self.counters}", f"r{self.counters}", f"e{self.counters}"
        inside = dict(kinds)
        if matrices and self.random.random() < 0.8:
            m = self.one("{m}", "{m}.T", "{m}[1:]", "{m}[::2]", "{m}").format(m=self.one(*matrices))
            head, new = self.one(
                (f"{r} in {m}", {r: "a"}),
                (f"{i}, {r} in enumerate({m})", {i: "i", r: "a"}),
                (f"{r}, {e} in zip({m}, {self.one(*arrays)})", {r: "a", e: "s"}),
                (f"{r} in reversed({m})", {r: "a"}),
            )
        else:
            head, new = f"{i}, {e} in enumerate({self.one(*arrays)})", {i: "i", e: "s"}
        inside.update(new)
        body = self.block(inside, depth - 1, self.random.randint(1, 3))
        if r in new:
            body.append(f"{r}[{self.index(inside)}] {self.one('=', '+=')} {self.number(inside, 1)}")
        self.keep(kinds, inside)
        return [f"for {head}:", *indented(body)]

    def branch(self, kinds: Kinds, depth: int) -> Lines:
        """An `if`; a name whose kind the sides do not agree on is forgotten."""
        test = f"if {self.number(kinds, 1)} > {self.one('0.1', '-0.2', '0.4')}:"
        sides = [dict(kinds), dict(kinds)]
        then, orelse = (self.block(side, depth - 1, self.random.randint(1, 3)) for side in sides)
        self.keep(kinds, *sides)
        return [test, *indented(then), *(["else:", *indented(orelse)] if self.random.random() < 0.6 else [])]

    def loop(self, kinds: Kinds, depth: int) -> Lines:
        """A `for` or a `while`, perhaps with a way out."""
        self.counters += 1
        i = f"i{self.counters}"
        inside = {**kinds, i: "i"}
        body = self.block(inside, depth - 1, self.random.randint(1, 3))
        self.keep(kinds, inside)
        way_out = [f"if {self.number(kinds, 1)} > 0.3: break"] if self.random.random() < 0.15 else []
        if self.random.random() < 0.75 or way_out:
            return [f"for {i} in range({self.one(3, 2, 0)}):", *indented([*body, *way_out])]
        return [f"{i} = 0", f"while {i} < {self.one(2, 3)}:", *indented([*body, f"{i} += 1"])]

    def keep(self, kinds: Kinds, *others: Kinds) -> None:
        """Forget what is not of one kind everywhere."""
        for name in [n for n in kinds if any(other.get(n) != kinds[n] for other in others)]:
            del kinds[name]

    def block(self, kinds: Kinds, depth: int, count: int) -> Lines:
        """Some statements."""
        lines: Lines = []
        for _ in range(count):
            nested = [self.branch, self.loop, self.rows] if depth and self.random.random() < 0.25 else []
            if nested:
                lines += self.one(*nested)(kinds, depth)
            else:
                lines += self.one(*self.statements)(kinds)
        return lines


def indented(lines: Lines) -> Lines:
    """One level further in."""
    return [f"    {line}" for line in lines]


def program_text(seed: int) -> str:
    """The program of a seed."""
    writer, kinds = Writer(seed), {"x": "a", "a": "a"}
    lines = ["a = x * 1.0" if writer.random.random() < 0.7 else "a = np.zeros(5)"]
    lines += writer.block(kinds, 2, writer.random.randint(4, 9))
    square = "np.sum({0} * {0})"
    parts = {"a": square, "m": square, "f": square, "l": "sum({0})", "s": "{0}"}
    score = (
        " + ".join(parts[kind].format(name) for name, kind in kinds.items() if writer.random.random() < 0.8) or "x[0]"
    )
    body = "\n".join(indented([*lines, f"return {score}"]))
    return f"import numpy as np\n\n{HELPERS}\ndef program(x):\n{body}\n"


def check(seed: int) -> Outcome:
    """Write the program of a seed, and compare."""
    program = made(seed)
    with np.errstate(all="ignore"):
        plain = X.copy()
        try:
            value = program(plain)
        except (IndexError, ValueError) as error:
            return Outcome("fails", repr(error))
        if not np.isfinite(value) or abs(value) > 1e6:
            return Outcome("fails", f"gives {value}")
        try:
            return compared(program, value, plain)
        except ADError as error:
            return Outcome("refused", error.message)


def made(seed: int) -> Callable[..., Any]:
    """The function of a seed, with its source at hand."""
    text, filename = program_text(seed), f"<random writes {seed}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    names: dict[str, Any] = {"__name__": "random_writes"}
    exec(compile(text, filename, "exec"), names)
    return names["program"]  # type: ignore[no-any-return]


def compared(program: Callable[..., Any], value: Any, plain: Any) -> Outcome:
    """The verdict on the value, on what was done to the argument, and on the gradients."""
    given = X.copy()
    y, back = pullback(program, given)
    once, again = back(1.0)[1], back(1.0)[1]
    if not identical(float(y), float(value)) or not identical(given, plain):
        return Outcome("wrong", f"the value is {y} instead of {value}, the argument {given} instead of {plain}")
    joint = grad(program)(X.copy())
    unoptimised = differentiable(program, optimize=False).pullback(X.copy())[1](1.0)[1]
    close = {"rtol": 1e-9, "atol": 1e-9 * max(1.0, np.max(np.abs(once)))}
    if (
        not identical(once, again)
        or not np.allclose(once, joint, **close)
        or not np.allclose(once, unoptimised, **close)
    ):
        return Outcome("wrong", f"gradients that differ: {once}, {again}, {joint}, {unoptimised}")
    differences = [finite_differences(program, step) for step in (1e-5, 1e-6)]
    near = 1e-4 * max(1.0, np.max(np.abs(once)))
    if any(np.allclose(once, d, rtol=1e-4, atol=near) for d in differences):
        return Outcome("right")
    rough = not np.allclose(*differences, rtol=1e-3, atol=10 * near)
    return Outcome("rough") if rough else Outcome("wrong", f"the gradient is {once} instead of {differences[0]}")


def finite_differences(program: Callable[..., Any], step: float) -> Any:
    """Central differences of second order."""
    units = step * np.eye(len(X))
    return np.array([(program(X + unit) - program(X - unit)) / (2 * step) for unit in units])


def main(first: int, last: int) -> int:
    """Check the seeds from `first` up to `last`; how many programs are wrong."""
    verdicts, refusals = Counter[str](), Counter[str]()
    for seed in range(first, last):
        outcome = check(seed)
        verdicts[outcome.verdict] += 1
        if outcome.verdict == "refused":
            refusals[outcome.detail.partition(" in line")[0]] += 1
        if outcome.verdict == "wrong":
            print(f"# seed {seed}: {outcome.detail}\n{program_text(seed)}")
    print(dict(verdicts))
    for message, count in refusals.most_common(20):
        print(f"{count:6} {message}")
    return verdicts["wrong"]


if __name__ == "__main__":
    sys.exit(1 if main(*map(int, sys.argv[1:3])) else 0)
