"""The step for a `with`: its adjoint stands where the `with` stands, without the context manager.

What a manager does (take a lock, measure the time) has been done when the primal ran, and is not done again. Only how
NumPy treats errors is part of what the body computes: the adjoint of a body under `np.errstate` runs under the same.
What the body defines is visible after a `with`, so the adjoint reads it like anything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from s2s_ad.analysis.effects import is_errstate
from s2s_ad.analysis.managers import can_be_written_out
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.errors import MutationError
from s2s_ad.ir.nodes import Block, Op, Star, Value, With
from s2s_ad.ir.types import UNKNOWN, Instance
from s2s_ad.transforms.steps import STEPS, Step, forward_block

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


class WithStep(Step):
    """Reverses the body of a `with`."""

    op: With

    def __init__(self, t: Transform, op: With) -> None:
        self.t = t
        self.op = op
        if t.is_active(op.manager):
            error = MutationError(
                "a context manager with something in it that is differentiated",
                op.span,
                "a manager may change what it holds: pass what is differentiated as an argument of its own",
            )
            if can_be_written_out(getattr(type_of_operand(op.manager), "cls", None)):
                error.follow = op.span
            raise error
        self.forward = forward_block(t, op.body)

    def reverse(self) -> None:
        """Emit the adjoint of the body."""
        t = self.t
        made = t.definitions.get(self.op.manager) if isinstance(self.op.manager, Value) else None
        if made is None or not is_errstate(self.op.manager):
            self.forward.reverse()
            return
        with t.spec.region() as ops:
            self.forward.reverse()
        t.spec.span = self.op.span
        args = [t.resolve(a) for a in made.args if not isinstance(a, Star)]
        kwargs = {str(k): t.resolve(v) for k, v in made.kwargs}
        manager = t.spec.emit(np.errstate, args, kwargs, Instance(np.errstate))
        t.spec.ops.append(With((), manager, Block((Value(None, UNKNOWN),), tuple(ops), ()), span=self.op.span))

    def finish(self) -> Iterable[Op]:
        """The `with` around the forward half of its body."""
        body = Block(self.op.body.params, tuple(self.forward.finish()), ())
        yield With((), self.t.resolve(self.op.manager), body, span=self.op.span)


STEPS[With] = WithStep
