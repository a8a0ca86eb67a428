"""What the rest of a program does with a block: all that an optimisation needs to know besides the block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from s2s_ad.ir.nodes import Op, Value


def nothing(_: Op) -> bool:
    """Keeps no op."""
    return False


@dataclass(frozen=True)
class Outside:
    """`keep` names ops that stay even if nothing reads what they give: calls of the user's that may raise.

    The first `given` results of the block go to the caller, who may write to them; those that follow are residuals.
    `users` are the values that the user's own code computes, to the last bit as it is written.
    """

    keep: Callable[[Op], bool] = nothing
    given: int = 1
    users: frozenset[Value] = frozenset()
