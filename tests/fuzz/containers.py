"""Random programs of writes that change the length and the order of lists.

`PYTHONPATH=tests python -m fuzz.containers A B` checks the seeds from A to B.

    program   ::= def program(x): statements; return the sum of everything, each item with a weight of its own
    statement ::= l.append(s) | l.insert(i, s) | s = l.pop(i) | l.extend(l) | l += [s, s] | l.reverse() | l.sort(…)
                | l.clear() | del l[i] | del l[a:b] | l[a:b] = l | l[i] = s | l = l | l *= 2 | work list
                | if | for | helper(l)

The names of lists are few, so that they alias each other. A program that raises where it is run plainly has to raise
the same. Otherwise it is compared as in `fuzz.writes`.
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
from fuzz.writes import X, compared, indented
from s2s_ad import ADError, pullback

Lines = list[str]
Text = Callable[[int], str]
HELPERS = """
def rotate(items):
    items.append(items.pop(0) * 0.9)
    return items

def total(items):
    t = 0.0
    for i, v in enumerate(items):
        t += (i + 1) * v * v
    return t
"""


class Writer:
    """Writes one program."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.counters: list[str] = []
        self.count = 0

    def one(self, *options: Any) -> Any:
        """One of several, at random."""
        return self.random.choice(options)

    def name(self) -> str:
        """A list."""
        return self.one("a", "a", "b", "c")  # type: ignore[no-any-return]

    def index(self) -> str:
        """An index, mostly of an item that is there."""
        return self.one("0", "1", "-1", "-2", "2", *self.counters)  # type: ignore[no-any-return]

    def part(self) -> str:
        """A slice."""
        return self.one("1:", ":1", "1:2", ":-1", "-1:", ":", "2:1", f"{self.index()}:")  # type: ignore[no-any-return]

    def number(self, depth: int = 1) -> str:
        """A float."""
        options = ["p", f"x[{self.one(0, 1, 2, 3, 4)}]", "0.65", f"{self.name()}[{self.index()}]"]
        if depth:
            options += [f"np.sin({self.number(0)} * {self.number(0)})", f"({self.number(0)} - {self.number(0)}) * 0.5"]
        return self.one(*options)  # type: ignore[no-any-return]

    def write(self) -> Lines:
        """One write, or another name."""
        a, b, i, s = self.name(), self.name(), self.index(), self.number()
        return [
            self.one(
                *(f"{a}.append({s})", f"{a}.insert({i}, {s})", f"p = {a}.pop()", f"p = {a}.pop({i})", f"{a}.pop({i})"),
                *(f"{a}.extend({b})", f"{a} += [{s}, p]", f"{a}.reverse()", f"{a}.sort()", f"{a}.clear()"),
                f"{a}.sort(key=lambda v: v * v - 0.1 * v, reverse={self.one(True, False)})",
                *(f"del {a}[{i}]", f"del {a}[{self.part()}]", f"{a}[{self.part()}] = {b}"),
                f"{a}[{self.part()}] = [{s}]",
                *(f"{a}[{i}] = {s}", f"{a}[{i}] += {s}", f"{a} = {b}", f"{a} = {b}.copy()", f"{a} = [{s}, {s}]"),
                *(f"{a} = {b}[::-1]", f"{a} *= 2", f"p = total({a})", f"{a} = rotate({b})", f"rotate({a})"),
                *(f"p = {s}", f"{a} = {b} + [p]", f"{a}, {b} = {b}, {a}", f"p = sum({a})", f"{a}[0], {a}[-1] = p, {s}"),
            )
        ]

    def branch(self, depth: int) -> Lines:
        """An `if`."""
        test = self.one(f"len({self.name()}) > 3", f"{self.number()} > 0.2", self.name())
        sides = [self.block(depth - 1, self.random.randint(1, 2)) for _ in range(2)]
        return [f"if {test}:", *indented(sides[0]), *self.one([], ["else:", *indented(sides[1])])]

    def loop(self, depth: int) -> Lines:
        """A loop over numbers, over the items of a copy, or until a list is empty."""
        self.count += 1
        kind, a = self.one("range", "while", "items"), self.name()
        if kind == "range":
            i = f"i{self.count}"
            self.counters.append(i)
            body = self.block(depth - 1, self.random.randint(1, 2))
            self.counters.pop()
            return [f"for {i} in range({self.one(3, 2, 0)}):", *indented(body)]
        n = f"n{self.count}"
        if kind == "items":
            return [f"for p in {a}.copy():", *indented(self.block(depth - 1, self.random.randint(1, 2)))]
        body = [f"p = 0.5 * p + {a}.pop({self.one('', '0')})", *self.block(depth - 1, self.random.randint(0, 2))]
        return [f"{n} = 0", f"while {a} and {n} < 4:", *indented([*body, f"{n} += 1"])]

    def block(self, depth: int, count: int) -> Lines:
        """Some statements."""
        lines: Lines = []
        for _ in range(count):
            lines += self.one(self.branch, self.loop)(depth) if depth and self.random.random() < 0.25 else self.write()
        return lines


def program_text(seed: int) -> str:
    """The program of a seed."""
    writer = Writer(seed)
    lines = ["p = x[0]", "a = [x[0], x[1] * x[2], x[3]]", "b = [v * v for v in x]"]
    lines += [writer.one("c = a", "c = [x[4], x[1]]"), *writer.block(2, writer.random.randint(3, 8))]
    lines += ["return p + total(a) + 0.3 * total(b) - total(c)"]
    body = "\n".join(indented(lines))
    return f"import numpy as np\n{HELPERS}\ndef program(x):\n{body}\n"


def check(seed: int, write: Text = program_text) -> Outcome:
    """Write the program of a seed, and compare."""
    program = made(write(seed), f"<random program of {write.__module__} {seed}>")
    with np.errstate(all="ignore"):
        plain = X.copy()
        try:
            value = program(plain)
        except (LookupError, ValueError, RuntimeError) as error:
            return raises(program, error)
        if not np.isfinite(value) or abs(value) > 1e6:
            return Outcome("fails", f"gives {value}")
        try:
            return compared(program, value, plain)
        except ADError as error:
            return Outcome("refused", error.message)
        except Exception as error:
            return Outcome("rough" if _runs(program) else "wrong", f"raises {error!r}")


def _runs(program: Callable[..., Any]) -> bool:
    """Whether the derivative does not raise, so that it was the program that did, near by."""
    try:
        pullback(program, X.copy())[1](1.0)
    except Exception:
        return False
    return True


def raises(program: Callable[..., Any], expected: Exception) -> Outcome:
    """The verdict on a program that ends with an exception."""
    try:
        pullback(program, X.copy())
    except ADError as error:
        return Outcome("refused", error.message)
    except Exception as error:
        return Outcome("fails") if type(error) is type(expected) else Outcome("wrong", f"raises {error!r}")
    return Outcome("wrong", f"does not raise {expected!r}")


def made(text: str, filename: str) -> Callable[..., Any]:
    """The function of a text, with its source at hand."""
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    names: dict[str, Any] = {"__name__": "random_containers"}
    exec(compile(text, filename, "exec"), names)
    return names["program"]  # type: ignore[no-any-return]


def main(first: int, last: int, write: Text = program_text) -> int:
    """Check the seeds from `first` up to `last`; how many programs are wrong."""
    verdicts, refusals = Counter[str](), Counter[str]()
    for seed in range(first, last):
        outcome = check(seed, write)
        verdicts[outcome.verdict] += 1
        if outcome.verdict == "refused":
            refusals[outcome.detail.partition(" in line")[0]] += 1
        if outcome.verdict == "wrong":
            print(f"# seed {seed}: {outcome.detail}\n{write(seed)}")
    print(dict(verdicts))
    for message, count in refusals.most_common(20):
        print(f"{count:6} {message}")
    return verdicts["wrong"]


if __name__ == "__main__":
    sys.exit(1 if main(*map(int, sys.argv[1:3])) else 0)
