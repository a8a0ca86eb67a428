"""Writes random programs: the same text for the same seed, whatever the machine.

    program   ::= class  helpers  def program(x, y, v): statements; return score
    statement ::= name = expression | name += expression | names = names | def | append | write
                | if | for | while | try | with | match
    kind      ::= s (a float) | v (an array of three) | l (a list of floats) | p (a pair) | d (a dict) | f (a function)
                  | o (an object of the class)

An expression is bounded: everything goes through `sin`, `tanh` or a division by something positive, so that loops do
not overflow. Kinds are tracked, so that programs run; a name may change its kind, and is forgotten where the sides of
an `if` do not agree. What it computes is smooth nearly everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

Lines = list[str]
CHECKED = ["def checked(a):", "    if a > 0.3:", "        raise ValueError('large')", "    return np.sin(a)"]
CLASS = """
@dataclass
class Point:
    w: float
    u: np.ndarray
    k: float = 0.5

    @property
    def norm(self):
        return np.dot(self.u, self.u) * self.k

    def moved(self, t):
        return Point(self.w + t, np.sin(self.u) * t, k=self.k * 0.9)

    def __add__(self, other):
        return Point(self.w * 0.5, self.u + other.u, other.k)
"""


def program_text(seed: int) -> str:
    """The text of a module with the function `program`."""
    return _Writer(random.Random(seed)).module()


@dataclass
class _Writer:
    """What is in scope at the place where the text goes on: kinds by name."""

    rng: random.Random
    kinds: dict[str, str] = field(default_factory=dict)
    helpers: list[str] = field(default_factory=list)
    objects: bool = False
    counters: int = 0
    loops: int = 0
    size: int = 0
    writes: bool = False  # whether arrays are written to
    trying: int = 0  # how many `try` are around
    frozen: bool = False  # whether names keep their kinds: in loops, whose next round sees them

    # the module

    def module(self) -> str:
        """Imports, helpers and the program."""
        self.writes = self.rng.random() < 0.15
        self.objects = self.rng.random() < 0.3
        parts = ["import contextlib", "import math", "from dataclasses import dataclass", "import numpy as np", ""]
        parts += [*CHECKED, "", *(CLASS.splitlines() if self.objects else [])]
        for i in range(self.rng.randrange(3)):
            parts += [*self.helper(f"helper_{i}"), ""]
            self.helpers.append(f"helper_{i}")
        parts += self.main()
        return "\n".join(parts) + "\n"

    def helper(self, name: str) -> Lines:
        """A function of a float and an array."""
        self.kinds = {"a": "s", "b": "v"}
        default = self.rng.choice(["", "=2.0"])
        body = self.block(self.rng.randint(1, 3), 1)
        result = f"return {self.scalar(2)}"
        return [f"def {name}(a, b, c{default or '=0.5'}):", *_indented([*body, result])]

    def main(self) -> Lines:
        """The program itself."""
        self.kinds = {"x": "s", "y": "s", "v": "v"}
        body = self.block(self.rng.randint(3, 7), 2)
        return ["def program(x, y, v):", *_indented([*body, f"return {self.score()}"])]

    def score(self) -> str:
        """A float that depends on all that is in scope."""
        terms = {
            "s": "{}",
            "v": "np.sum({})",
            "l": "sum({}, 0.0)",
            "p": "{0}[0] * {0}[1]",
            "d": "{0}['a'] - {0}['b']",
            "f": "{}(x)",
            "o": "{0}.w * {0}.norm",
        }
        return " + ".join(terms[kind].format(name) for name, kind in sorted(self.kinds.items()) if kind in terms)

    # statements

    def block(self, count: int, depth: int) -> Lines:
        """Some statements, nested at most so deep."""
        return [line for _ in range(count) for line in self.statement(depth)]

    def statement(self, depth: int) -> Lines:
        """One statement."""
        self.size += 1
        simple: list[Callable[[], Lines]] = [self.assignment] * 5 + [self.augmented] * 2
        simple += [self.swap, self.appended, self.appended, self.unpacked, self.function, self.write]
        nested = [self.branch, self.branch, self.for_range, self.for_each, self.while_loop, self.ladder]
        nested += [self.attempt] * (6 if self.trying else 2) + [self.managed, self.matched]
        if depth and self.size < 25 and self.rng.random() < 0.5:
            chosen = self.rng.choice(nested)
            return chosen(depth - 1)
        return self.rng.choice(simple)()

    def assignment(self) -> Lines:
        """A name, old or new, is bound."""
        kinds = "ssssvvlpdoo" if self.objects else "ssssvvlpd"
        kind = self.rng.choice(kinds.replace("l", "") if self.trying else kinds)
        name = self.target(kind)
        text = self.expression(kind)
        self.kinds[name] = kind
        return [f"{name} = {text}"]

    def target(self, kind: str) -> str:
        """A name to bind."""
        fitting = [n for n, k in sorted(self.kinds.items()) if k == kind or not (self.frozen or k == "f")]
        fitting = [n for n in fitting if n not in ("x", "y", "v") or self.kinds[n] == kind]
        new = self.rng.choice("abcdeghu") if not self.frozen else ""
        if new and self.kinds.get(new) != "f" and (not fitting or self.rng.random() < 0.5):
            return new
        return self.rng.choice(fitting) if fitting else f"n{len(self.kinds)}"

    def augmented(self) -> Lines:
        """`s += …`, and now and then `v += …`."""
        kind = "v" if self.writes and self.rng.random() < 0.3 else "s"
        names = self.named(kind)
        if not names:
            return self.assignment()
        return [f"{self.rng.choice(names)} {self.rng.choice(['+', '-', '*'])}= {self.bounded(kind)}"]

    def swap(self) -> Lines:
        """Two names change places, or one moves on: `a, b = b, a + b`."""
        names = self.named("s")
        if len(names) < 2:
            return self.assignment()
        a, b = self.rng.sample(names, 2)
        return [f"{a}, {b} = {b}, {self.rng.choice([a, self.bounded('s')])}"]

    def appended(self) -> Lines:
        """A list grows; the list may be new."""
        names = self.named("l")
        if self.trying:
            return self.assignment()
        if names and self.rng.random() < 0.7:
            return [f"{self.rng.choice(names)}.append({self.scalar(2)})"]
        if self.frozen:
            return self.assignment()
        name, first = self.target("l"), self.scalar(1)
        self.kinds[name] = "l"
        return [f"{name} = [{first}]", f"{name}.append({self.scalar(1)})"]

    def unpacked(self) -> Lines:
        """A pair or an array is taken apart."""
        pairs = self.named("p")
        a, b = self.target("s"), self.target("s")
        source = self.rng.choice(pairs) if pairs else f"({self.vector(1)})[:2]"
        self.kinds |= {a: "s", b: "s"}
        return [f"{a}, {b} = {source}" if a != b else f"{a}, *rest_{a} = {source}"]

    def function(self) -> Lines:
        """A nested function, which sees its variables as they are when it runs."""
        if self.frozen or self.loops:
            return self.assignment()
        name = f"f{len(self.named('f'))}"
        outer = dict(self.kinds)
        default = f", k={self.scalar(1)}" if self.rng.random() < 0.5 else ""
        self.kinds = {n: k for n, k in outer.items() if k in "svp"} | {"t": "s"}
        if self.rng.random() < 0.5:
            lines = [f"{name} = lambda t: {self.scalar(2)}"]
        else:
            frozen, self.frozen = self.frozen, True
            lines = [
                f"def {name}(t{default}):",
                f"    r = {self.scalar(2)}",
                f"    return r * {'k' if default else 't'}",
            ]
            self.frozen = frozen
        self.kinds = outer | {name: "f"}
        return lines

    def write(self) -> Lines:
        """An array that is made here is written to."""
        if self.frozen or self.trying or not self.writes:
            return self.assignment()
        name, start = self.target("v"), self.vector(1)
        self.kinds[name] = "v"
        index = self.rng.choice(["0", "-1", "1:", "::2"])
        op = self.rng.choice(["=", "+=", "*="])
        return [f"{name} = {start} * 1.0", f"{name}[{index}] {op} {self.scalar(1)}"]

    # control flow

    def inside(self, depth: int, *, loop: bool = False) -> tuple[Lines, dict[str, str]]:
        """The body of a compound statement, and the kinds after it."""
        outer, frozen = dict(self.kinds), self.frozen
        self.frozen = frozen or loop
        self.loops += loop
        body = self.block(self.rng.randint(1, 3), depth)
        self.loops -= loop
        self.frozen = frozen
        after, self.kinds = self.kinds, outer
        return _indented(body), after

    def branch(self, depth: int) -> Lines:
        """With or without `else`; now and then one side leaves."""
        test = self.test()
        then, kinds = self.inside(depth)
        if not self.loops and self.rng.random() < 0.15:
            return [f"if {test}:", *then, f"    return {self.scalar(2)}"]
        if self.rng.random() < 0.3:
            self.kinds = _agreed(self.kinds, kinds)
            return [f"if {test}:", *then]
        orelse, others = self.inside(depth)
        self.kinds = _agreed(kinds, others)
        return [f"if {test}:", *then, "else:", *orelse]

    def ladder(self, depth: int) -> Lines:
        """`if … elif … else` that all bind one name."""
        name = self.target("s")
        lines = [
            f"if {self.test()}:",
            f"    {name} = {self.scalar(2)}",
            f"elif {self.test()}:",
            f"    {name} = {self.scalar(1)}",
        ]
        lines += ["else:", f"    {name} = {self.scalar(1)}"]
        self.kinds[name] = "s"
        return lines

    def for_range(self, depth: int) -> Lines:
        """A loop by numbers, which may run no round, may be left and may skip."""
        i = f"i{self.loops}"
        body, _ = self.inside(depth, loop=True)
        bound = self.rng.choice(["0", "1", "2", "3", f"len({self.vector(0)})"])
        return [f"for {i} in range({bound}):", *self.leaving(), *body, *self.leaving(), *self.orelse()]

    def for_each(self, depth: int) -> Lines:
        """A loop over items."""
        item = f"e{self.loops}"
        lists = self.named("l")
        source = self.rng.choice([self.vector(0), *(f"list({n})" for n in lists)])
        head = self.rng.choice(
            [f"for {item} in {source}:", f"for {item}, o{self.loops} in zip({source}, [{self.scalar(0)}, 2.0]):"]
        )
        self.kinds[item] = "s"
        body, _ = self.inside(depth, loop=True)
        del self.kinds[item]
        return [head, *body, *self.leaving()]

    def while_loop(self, depth: int) -> Lines:
        """A loop that ends by its counter, at last."""
        self.counters += 1
        n = f"w{self.counters}"
        test = f" and {self.test()}" if self.rng.random() < 0.5 else ""
        body, _ = self.inside(depth, loop=True)
        return [f"{n} = 0", f"while {n} < {self.rng.randint(1, 3)}{test}:", f"    {n} += 1", *body, *self.leaving()]

    def leaving(self) -> Lines:
        """A way out of the round or of the loop."""
        if self.rng.random() > 0.25:
            return []
        return [f"    if {self.test()}:", f"        {self.rng.choice(['break', 'continue'])}"]

    def orelse(self) -> Lines:
        """What runs unless the loop was left."""
        names = self.named("s")
        if not names or self.rng.random() > 0.15:
            return []
        return ["else:", f"    {self.rng.choice(names)} = {self.scalar(1)}"]

    def attempt(self, depth: int) -> Lines:
        """A `try` whose body may raise anywhere, with handlers, `else` and `finally`."""
        self.trying += 1
        body = self.fixed(depth, self.raising())
        self.trying -= 1
        head = self.rng.choice(
            ["except ValueError:", "except (ValueError, KeyError) as error:", "except IndexError:", "except Exception:"]
        )
        both = head == "except IndexError:" or self.rng.random() < 0.3
        lines = ["try:", *body, head, *self.fixed(depth, self.exits())]
        lines += ["except (ValueError, IndexError):", *self.fixed(0, self.exits())] if both else []
        lines += ["else:", *self.fixed(depth, [])] if self.rng.random() < 0.3 else []
        return lines + (["finally:", *self.fixed(0, [])] if self.rng.random() < 0.3 else [])

    def fixed(self, depth: int, more: Lines) -> Lines:
        """A body in which no name is new, with other lines somewhere."""
        frozen, kinds, self.frozen = self.frozen, dict(self.kinds), True
        parts = [self.statement(depth) for _ in range(self.rng.randint(1, 3))]
        self.frozen, self.kinds = frozen, kinds
        parts.insert(self.rng.randrange(len(parts) + 1), more)
        if self.trying:
            parts.insert(self.rng.randrange(len(parts) + 1), self.raising())
        return _indented([line for part in parts for line in part])

    def raising(self) -> Lines:
        """Something that may raise, or leave."""
        if self.rng.random() < 0.2:
            return self.exits()
        names = [n for n in self.named("s") if n not in ("x", "y")]
        name = self.rng.choice(names) if names else "_"
        return self.rng.choice(
            [
                [f"{name} = checked({self.scalar(1)})"],
                [f"{name} = {self.vector(0)}[{self.rng.randint(1, 3)}]"],
                [f"if {self.test()}:", "    raise ValueError('here')"],
            ]
        )

    def exits(self) -> Lines:
        """Now and then a way out."""
        if self.rng.random() < 0.7:
            return ["pass"]
        way = self.rng.choice(["break", "continue"]) if self.loops else f"return {self.scalar(1)}"
        return [f"if {self.test()}:", f"    {way}"]

    def managed(self, depth: int) -> Lines:
        """A `with`."""
        manager = self.rng.choice(
            ["np.errstate(all='ignore')", "contextlib.nullcontext()", f"contextlib.nullcontext({self.scalar(1)}) as m"]
        )
        if manager.endswith("m"):
            self.kinds["m"] = "s"
        body, self.kinds = self.inside(depth)
        self.kinds.pop("m", None)
        return [f"with {manager}:", *body]

    def matched(self, depth: int) -> Lines:
        """A `match` of a pair, with a guard."""
        subject, test = f"({self.scalar(1)}, {self.rng.choice(['1', '2', 'len(v)'])})", self.test()
        lines = [f"match {subject}:"]
        for head in ("case (m, 1):", f"case (m, _) if {test}:", "case _:"):
            outer = dict(self.kinds)
            self.kinds |= {"m": "s"} if "m" in head else {}
            lines += _indented([head, *self.fixed(depth, [])])
            self.kinds = outer
        return lines

    # expressions

    def named(self, kind: str) -> list[str]:
        """The names of a kind."""
        return [n for n, k in sorted(self.kinds.items()) if k == kind]

    def test(self) -> str:
        """A condition, away from where it changes its mind, as far as one can tell."""
        simple = f"{self.scalar(1)} {self.rng.choice(['<', '>', '<=', '>='])} {self.rng.uniform(-1, 1):.4f}"
        if self.rng.random() < 0.2:
            return f"({simple} {self.rng.choice(['and', 'or'])} not {self.scalar(1)} > {self.rng.uniform(-1, 1):.4f})"
        return simple

    def expression(self, kind: str) -> str:
        """An expression of a kind."""
        match kind:
            case "s":
                return self.scalar(3)
            case "v":
                return self.vector(2)
            case "l":
                return self.rng.choice(
                    [
                        f"[{self.scalar(1)}, {self.scalar(1)}]",
                        f"[q * {self.scalar(1)} for q in {self.vector(1)}]",
                        f"[np.sin(q) for q in {self.vector(1)} if q > {self.rng.uniform(-1, 1):.4f}]",
                    ]
                )
            case "p":
                return f"({self.scalar(1)}, {self.scalar(1)})"
            case "o":
                made = [
                    f"Point({self.scalar(1)}, {self.vector(1)})",
                    f"Point(u={self.vector(0)}, w={self.scalar(0)}, k=1.5)",
                ]
                for name in self.named("o"):
                    made += [
                        f"{name}.moved(np.sin({self.scalar(1)}))",
                        f"({name} + {self.rng.choice(self.named('o'))})",
                        name,
                    ]
                return self.rng.choice(made)
        return f"{{'a': {self.scalar(1)}, 'b': {self.scalar(1)}}}"

    def bounded(self, kind: str) -> str:
        """Something that does not grow from round to round."""
        return f"np.sin({self.scalar(2) if kind == 's' else self.vector(1)})"

    def scalar(self, depth: int) -> str:
        """A float."""
        names = self.named("s")
        leaves = [*names, *names, f"{self.rng.uniform(-2, 2):.2f}", str(self.rng.randint(1, 3))]
        leaves += [f"{n}[{self.rng.choice('012')}]" for n in self.named("v")]
        leaves += [f"{n}[{self.rng.choice('01')}]" for n in self.named("p")]
        leaves += [f"{n}['{self.rng.choice('ab')}']" for n in self.named("d")]
        leaves += [f"{n}.{self.rng.choice(['w', 'k', 'norm', 'u[1]'])}" for n in self.named("o")]
        if depth == 0 or self.rng.random() < 0.25:
            return self.rng.choice(leaves)
        a, b = self.scalar(depth - 1), self.scalar(depth - 1)
        forms = [
            f"({a} + {b})", f"({a} - {b})", f"{a} * np.sin({b})", f"np.tanh({a} * {b})", f"math.cos({a})",
            f"{a} / (2.0 + np.cos({b}))",
            f"np.sum({self.vector(1)})", f"np.dot({self.vector(0)}, {self.vector(0)})", f"(-{a})", f"np.sin({a}) ** 2",
            f"({a} if {self.scalar(0)} > {self.rng.uniform(-1, 1):.3f} else {b})", f"max({a}, {b})",
            *(f"np.sin({n}({a}))" for n in self.named("f")),
            *(f"np.sin({n}({a}, {self.vector(0)}{self.rng.choice(['', ', c=' + b])}))" for n in self.helpers),
            *(f"sum(np.sin(q) for q in {n})" for n in self.named("l")), *(f"len({n}) * {a}" for n in self.named("l")),
            *(f"({n}[-1] if len({n}) > 0 else {a})" for n in self.named("l")),
        ]  # fmt: skip
        return self.rng.choice(forms)

    def vector(self, depth: int) -> str:
        """An array of three floats."""
        names = self.named("v") or ["np.ones(3)"]
        if depth == 0 or self.rng.random() < 0.3:
            return self.rng.choice(names)
        a, b, s = self.vector(depth - 1), self.vector(depth - 1), self.scalar(1)
        return self.rng.choice(
            [f"({a} + {b})", f"np.sin({a}) * {b}", f"{a} * np.tanh({s})", f"({a})[::-1]",
             f"np.where({a} > 0.1, {b}, {s})",
             f"np.array([{s}, {self.scalar(0)}, 0.5])", f"np.tanh({a})", f"({a} - {s})", f"np.cumsum({a}) / 3",
             f"np.stack([{a}, {b}]).sum(axis=0)", f"np.concatenate([({a})[1:], ({b})[:1]])"]
        )  # fmt: skip


def _indented(lines: Lines) -> Lines:
    return ["    " + line for line in lines]


def _agreed(one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    return {name: kind for name, kind in one.items() if other.get(name) == kind}
