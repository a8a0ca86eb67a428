"""Out of SSA: which values share a variable, and what it is called.

Two values interfere if one is defined while the other is still needed. What a loop carries (start, parameter, next
value, result) is given one variable where nothing interferes, and so are the two sides of an `if` and the versions of a
buffer that is written in place; otherwise a copy is printed. Names are the user's, with a number where one is taken.
"""

from __future__ import annotations

import keyword
from collections import defaultdict
from collections.abc import Iterable, Iterator

from s2s_ad.analysis.effects import written_by
from s2s_ad.ir.nodes import Block, Call, For, If, Op, Operand, Try, Value, While, With, operands, regions, sides

CONTROL_NAMES = frozenset({"done", "stop", "broke", "returned", "result", "raised", "error", "completed"})


class Interference:
    """Liveness over structured code, backwards; a nested value is needed where the statement around it is."""

    def __init__(self, nested: dict[Value, Op]) -> None:
        self.nested = nested
        self.neighbours: dict[Value, set[Value]] = defaultdict(set)
        self.order: dict[Value, int] = {}

    def conflict(self, a: Value, b: Value) -> None:
        """Note that `a` and `b` need different variables."""
        if a is not b:
            self.neighbours[a].add(b)
            self.neighbours[b].add(a)

    def _define(self, values: Iterable[Value], live: set[Value]) -> None:
        values = [v for v in values if v not in self.nested]
        live |= set(values)
        for value in values:
            for other in live:
                self.conflict(value, other)
        live.difference_update(values)

    def read(self, operand: Operand, live: set[Value]) -> None:
        """Make live what evaluating `operand` reads."""
        if not isinstance(operand, Value):
            return
        op = self.nested.get(operand)
        if op is None:
            live.add(operand)
            return
        for inner in operands(op):
            self.read(inner, live)
        for region in regions(op):
            for result in region.results:
                self.read(result, live)

    def block(
        self, block: Block, live: set[Value], *, read_results: bool = True, throughout: Iterable[Value] = ()
    ) -> set[Value]:
        """The values live before the ops of `block`, given those live after it.

        Those live `throughout` are needed up to the last thing that it does, be that in a region of its last op.
        """
        live = set(live)
        if read_results:
            for result in block.results:
                self.read(result, live)
        for op in reversed(block.ops):
            if all(r in self.nested for r in op.results) and op.results:
                continue
            if not isinstance(op, Call):
                live.update(throughout)
            live = self._op(op, live)
            live.update(throughout)
        live.update(throughout)
        return live

    def _op(self, op: Op, live: set[Value]) -> set[Value]:
        if isinstance(op, Call):
            self._define(op.results, live)
            written = written_by(op)
            versions = [version for version, _ in written]
            for _, target in written:
                for taken in op.results:  # is assigned before what it was taken from has its next name
                    if taken not in versions and isinstance(target, Value):
                        self.conflict(taken, target)
            for operand in op.operands():
                self.read(operand, live)
            return live
        if isinstance(op, If):
            self._define(op.results, live)
            live = self.block(op.then, live) | self.block(op.orelse, live)
            self.read(op.test, live)
            return live
        if isinstance(op, With):
            live = self.block(op.body, live)
            self._define(op.body.params, live)
            self.read(op.manager, live)
            return live
        if isinstance(op, Try):
            return self._try(op, live)
        assert isinstance(op, (For, While))
        return self._loop(op, live)

    def _try(self, op: Try, after: set[Value]) -> set[Value]:
        """What the handler reads is needed all through the body; its exception is gone when it ends."""
        self._define(op.results, after)
        error = op.handler.params[0]
        handler = self.block(op.handler, after)
        self._define(op.handler.params, handler)
        for value in (*after, *op.results):
            self.conflict(error, value)
        if not self.nested.keys().isdisjoint(op.body.results):  # evaluating one may raise after another was assigned
            for value in handler:
                for result in op.results:
                    self.conflict(value, result)
        return self.block(op.body, after, throughout=handler)

    def _loop(self, op: For | While, after: set[Value]) -> set[Value]:
        self._define(op.results, after)
        params = set(op.body.params)
        head = set(after)
        while True:
            inside = self.block(op.body, head)
            grown = head | (inside - params)
            if grown == head:
                break
            head = grown
        live = set(head) | params
        if isinstance(op, For):  # the iterable is evaluated after what the loop carries has got its start
            self.read(op.iterable, live)
        self._define(op.body.params, live)
        before = head - set(op.results)
        for init in op.inits:
            self.read(init, before)
        if isinstance(op, For):
            self.read(op.iterable, before)
        return before


class Naming:
    """The variable of every value."""

    def __init__(self, nested: dict[Value, Op], interference: Interference, reserved: set[str]) -> None:
        self.nested = nested
        self.interference = interference
        self.reserved = reserved | {"_"}  # what is never read is assigned to it
        self.leader: dict[Value, Value] = {}
        self.members: dict[Value, list[Value]] = {}
        self.name: dict[Value, str] = {}
        self.order: list[Value] = []

    def add(self, values: Iterable[Value]) -> None:
        """Take values in, in the order of the text."""
        for value in values:
            if value not in self.leader and value not in self.nested:
                self.leader[value] = value
                self.members[value] = [value]
                self.order.append(value)

    def unite(self, a: Operand, b: Operand, inside: set[Value] | None = None) -> None:
        """Give two values one variable if nothing speaks against it.

        A variable that may be unbound is shared only with what is assigned `inside` the region that may bind it: else
        reading it unbound would find another value there. A cotangent does not go by the name of a primal.
        """
        if not (isinstance(a, Value) and isinstance(b, Value)) or a not in self.leader or b not in self.leader:
            return
        if a.unbound and not b.unbound and inside is not None and b not in inside:
            return
        x, y = self.leader[a], self.leader[b]
        if x is y or self._conflict(x, y) or self._two_fixed(x, y) or self._is_bar(x) is not self._is_bar(y):
            return
        for value in self.members[y]:
            self.leader[value] = x
        self.members[x] += self.members.pop(y)

    def _is_bar(self, leader: Value) -> bool:
        return any(m.name is not None and m.name.endswith("_bar") for m in self.members[leader])

    def _conflict(self, x: Value, y: Value) -> bool:
        neighbours = self.interference.neighbours
        small, large = sorted((self.members[x], self.members[y]), key=len)
        return any(neighbours[v].intersection(large) for v in small)

    def _two_fixed(self, x: Value, y: Value) -> bool:
        fixed = [m for leader in (x, y) for m in self.members[leader] if m in self.name]
        return len({self.name[m] for m in fixed}) > 1

    def fix(self, value: Value, name: str) -> None:
        """A parameter keeps its name."""
        self.name[value] = name

    def assign(self) -> None:
        """Choose the names, in the order of the text."""
        chosen: dict[Value, str] = {}
        for leader, members in self.members.items():
            fixed = [self.name[m] for m in members if m in self.name]
            if fixed:
                chosen[leader] = fixed[0]
        for value in self.order:
            leader = self.leader[value]
            if leader not in chosen:
                chosen[leader] = self._choose(leader, chosen)
        for value, leader in self.leader.items():
            self.name[value] = chosen[leader]

    def _choose(self, leader: Value, chosen: dict[Value, str]) -> str:
        members = self.members[leader]
        taken = {
            chosen[self.leader[n]]
            for m in members
            for n in self.interference.neighbours[m]
            if n in self.leader and self.leader[n] in chosen
        }
        names = [m.name for m in members if m.name is not None]
        base = next((n for n in names if n not in CONTROL_NAMES), names[0] if names else leader.hint)
        if any(m.unbound for m in members):
            taken = taken | set(chosen.values())
        for candidate in _numbered(base):
            if candidate not in taken and candidate not in self.reserved and not keyword.iskeyword(candidate):
                if any(m.unbound for m in members):
                    self.reserved = self.reserved | {candidate}
                return candidate
        raise AssertionError(base)


def _numbered(base: str) -> Iterator[str]:
    yield base
    i = 0
    while True:
        i += 1
        yield f"{base}_{i}"


def all_values(block: Block) -> Iterator[Value]:
    """Every value that a block defines, in the order of the text."""
    yield from block.params
    for op in block.ops:
        for region in regions(op):
            yield from all_values(region)
        yield from op.results


def unite_webs(naming: Naming, block: Block) -> None:
    """Unite what loops carry, what the sides of an `if` give, and the versions of a buffer."""
    for op in block.ops:
        for version, target in written_by(op):
            naming.unite(target, version)
        for region in regions(op):
            unite_webs(naming, region)
        if isinstance(op, (For, While)):
            params = op.body.params[1:] if isinstance(op, For) else op.body.params
            inside = set(all_values(op.body))
            for param, out, result, init in zip(params, op.body.results[1:], op.results, op.inits, strict=True):
                naming.unite(param, result)
                naming.unite(param, out, inside)
                naming.unite(param, init, inside)
        if isinstance(op, (If, Try)):
            inner = [set(all_values(side)) for side in sides(op)]
            for result, *sources in zip(op.results, *(side.results for side in sides(op)), strict=True):
                for source, inside in zip(sources, inner, strict=True):
                    naming.unite(result, source, inside)
