"""What the pullback transform makes: a forward block with an adjoint block, and pairs of these for callees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from s2s_ad.analysis.program import Instance
from s2s_ad.ir.nodes import Block, Value


@dataclass(frozen=True, eq=False)
class Reversed:
    """A function in two halves.

    `forward.results` is (y,); `backward` takes y_bar and gives the cotangents that were asked for. What it reads of
    `forward` are the residuals. `watched`: it may matter what it raises.
    """

    name: str
    params: tuple[Value, ...]
    forward: Block
    backward: Block
    watched: bool = False


@dataclass(eq=False)
class Pair:
    """A callee in forward and backward form, with certain of its parameters active.

    `exposed`: its caller goes on to write to what it was given, or has got from it.
    """

    instance: Instance
    active: tuple[int, ...]
    exposed: bool
    reversed: Reversed | None = None


@dataclass(frozen=True, eq=False)
class PairForward:
    """Calls the forward half of a pair: gives (y, residuals)."""

    pair: Pair

    @property
    def __name__(self) -> str:
        return f"{self.pair.instance.name}_forward"


@dataclass(frozen=True, eq=False)
class PairBackward:
    """Calls the backward half of a pair on (residuals, y_bar): gives the cotangents of the active parameters."""

    pair: Pair

    @property
    def __name__(self) -> str:
        return f"{self.pair.instance.name}_backward"


@dataclass(eq=False)
class Pairs:
    """The callees that a program differentiates. Each is transformed after its caller, so recursion is no problem."""

    known: dict[Any, Pair] = field(default_factory=dict)
    waiting: list[Pair] = field(default_factory=list)

    def get(self, instance: Instance, active: tuple[int, ...], *, exposed: bool) -> Pair:
        """The pair of an instance with these active parameters."""
        key = (instance, active, exposed)
        if key not in self.known:
            self.known[key] = Pair(instance, active, exposed)
            self.waiting.append(self.known[key])
        return self.known[key]
