"""What the pullback transform makes: a forward block with an adjoint block, and pairs of these for callees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from s2s_ad.analysis.program import Instance
from s2s_ad.ir.nodes import Block, Value


@dataclass(frozen=True, eq=False)
class Reversed:
    """A function in two halves.

    `forward.results` is (y,); `backward` takes y_bar, and the cotangents of the parameters that were written to, and
    gives those that were asked for. What it reads of `forward` are the residuals. `watched`: it may matter what it
    raises.
    """

    name: str
    params: tuple[Value, ...]
    forward: Block
    backward: Block
    watched: bool = False


@dataclass(eq=False)
class Pair:
    """A callee in forward and backward form, with certain of its parameters active.

    `seeded`: the numbers of what it gives, the result and then the parameters that it has written to, that carry a
    cotangent. `exposed`: its caller goes on to write to what it was given, or has got from it.
    """

    instance: Instance
    active: tuple[int, ...]
    seeded: tuple[int, ...]
    exposed: bool
    reversed: Reversed | None = None


@dataclass(frozen=True, eq=False)
class PairForward:
    """Calls the forward half of a pair: gives y, the new versions of what it writes to, and the residuals."""

    pair: Pair

    @property
    def __name__(self) -> str:
        return f"{self.pair.instance.name}_forward"

    @property
    def writer(self) -> Instance:
        """The function that is called."""
        return self.pair.instance


@dataclass(frozen=True, eq=False)
class PairBackward:
    """Calls the backward half of a pair: gives the cotangents of the active parameters.

    It is given the residuals and the cotangents of what is seeded. Those of written parameters it may write to, and
    gives them back as those of the parameters as they were.
    """

    pair: Pair

    @property
    def __name__(self) -> str:
        return f"{self.pair.instance.name}_backward"

    @property
    def lent(self) -> tuple[int, ...]:
        """The numbers of the arguments that it may write to."""
        return tuple(k for k, i in enumerate(self.pair.seeded, 1) if i > 0)


@dataclass(eq=False)
class Pairs:
    """The callees that a program differentiates. Each is transformed after its caller, so recursion is no problem."""

    known: dict[Any, Pair] = field(default_factory=dict)
    waiting: list[Pair] = field(default_factory=list)

    def get(self, instance: Instance, active: tuple[int, ...], seeded: tuple[int, ...], *, exposed: bool) -> Pair:
        """The pair of an instance with these active parameters."""
        key = (instance, active, seeded, exposed)
        if key not in self.known:
            self.known[key] = Pair(instance, active, seeded, exposed)
            self.waiting.append(self.known[key])
        return self.known[key]
