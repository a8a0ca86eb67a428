"""The cotangents that have been accumulated so far, region by region.

A contribution inside a region to a value from outside it has to leave the region again: a branch gives it as a result,
a loop carries it. The scope of each region finds out which values these are.

A cotangent may be written in place where no one else has it. Of a list of lists or arrays, this may be so for the list
alone (`ITSELF`), or for all that it holds as well (`WHOLE`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.transforms.cotangent_types import cotangent_type
from s2s_ad.transforms.ownership import is_immutable

ITSELF, WHOLE = 1, 2


@dataclass
class Entry:
    """A cotangent so far.

    `owned`: how much of the buffer no one else has. `carriers`: the parameters of loops in which it came in, and for
    each whether that was in a list or dict; whoever enters the loop must own as much of it as is written.
    """

    operand: Operand
    owned: int = 0
    carriers: frozenset[tuple[Value, bool]] = frozenset()

    def taken_out(self, item: Operand) -> Entry:
        """The entry of an item that is no longer in this buffer."""
        return Entry(item, WHOLE, self._around()) if self.owned == WHOLE else Entry(item)

    def _around(self) -> frozenset[tuple[Value, bool]]:
        return frozenset((carrier, True) for carrier, _ in self.carriers)

    def shared_out(self, parts: Iterable[Operand], structure: Operand) -> Entry:
        """The entry of a structure that has just been made of parts of this one, or of numbers."""
        is_bare = all(isinstance(p, Const) or is_immutable(type_of_operand(p)) for p in parts)
        return Entry(structure, WHOLE) if is_bare else replace(self, operand=structure)

    def beside(self, other: Entry, total: Operand) -> Entry:
        """The entry of a structure some of whose parts are those of this one, and some of the other."""
        return Entry(total, min(self.owned, other.owned), self.carriers | other.carriers)

    def put_in(self, item: Entry) -> Entry:
        """The entry of this buffer when an item is in there whose own entry was `item`."""
        owned = self.owned if item.owned == WHOLE else min(self.owned, ITSELF)
        return replace(self, owned=owned, carriers=self.carriers | item._around())


@dataclass(eq=False)
class Scope:
    """The cotangents of one region of the adjoint code; `local` are the primal values that the region defines."""

    parent: Scope | None
    local: set[Value]
    is_loop: bool = False
    entries: dict[Value, Entry] = field(default_factory=dict)
    carried: dict[Value, Value] = field(default_factory=dict)

    def get(self, value: Value) -> Entry | None:
        """The cotangent of `value` so far. A loop starts to carry that of a value from outside when asked for it."""
        if value in self.entries:
            return self.entries[value]
        if self.parent is None or value in self.local:
            return None
        if not self.is_loop:
            return self.parent.get(value)
        param = Value(bar_name(value), cotangent_type(value.type))
        self.carried[value] = param
        self.entries[value] = Entry(param, WHOLE, frozenset({(param, False)}))
        return self.entries[value]

    def set(self, value: Value, entry: Entry) -> None:
        """Replace the cotangent of `value`."""
        self.entries[value] = entry

    def take(self, value: Value) -> Operand | None:
        """The finished cotangent of a value of this region."""
        entry = self.entries.pop(value, None)
        return None if entry is None else entry.operand

    def outside(self) -> list[Value]:
        """The values from outside to which this region has contributed."""
        return [v for v in self.entries if v not in self.local]


def bar_name(value: Value) -> str | None:
    """`x_bar` for `x`."""
    return None if value.name is None else f"{value.name}_bar"
