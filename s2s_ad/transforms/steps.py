"""The steps of the pullback transform.

Each op of the primal becomes a `Step`, which has emitted its forward half when it is made, emits its adjoint half when
asked to, and then gives its final forward ops. `STEPS` tells which step an op becomes; the modules for calls, branches
and loops fill it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.cells import holds_function
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.program import Instance
from s2s_ad.errors import MissingRuleError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, Function, Op, Operand, Star, Value, regions, visible
from s2s_ad.ir.types import UNKNOWN, Type, Unknown, has_key, is_differentiable, is_scalar, part_type
from s2s_ad.rules.registry import WHOLE
from s2s_ad.transforms import one_sided
from s2s_ad.transforms.pairs import PairForward
from s2s_ad.transforms.rewriting import Rewriter, substitute_op
from s2s_ad.transforms.scopes import Entry

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


class Step:
    """One op of the primal on its way through the transform; of a linear one the adjoint of zero surely is zero."""

    t: Transform
    op: Op
    is_linear: ClassVar[bool] = False

    def reverse(self) -> None:
        """Emit the adjoint half."""

    def finish(self) -> Iterable[Op]:
        """The ops of the forward half, once the adjoint half has told what to save."""
        return ()


@dataclass(frozen=True, eq=False)
class Pending(Op):
    """Stands in the forward code for a step whose ops are not final yet."""

    step: Step


@dataclass(frozen=True, eq=False)
class ForwardBlock:
    """A block whose forward half has been emitted."""

    ops: list[Op]
    steps: list[Step]

    def reverse(self) -> None:
        """Emit the adjoint half of every op, the last first."""
        for step in reversed(self.steps):
            one_sided.reverse(step.t, step)

    def finish(self) -> list[Op]:
        """The final forward ops."""
        return [final for op in self.ops for final in (op.step.finish() if isinstance(op, Pending) else (op,))]


def defined_values(ops: Iterable[Op]) -> set[Value]:
    """What ops define for those that come after them."""
    return set(visible(ops))


def forward_block(t: Transform, block: Block) -> ForwardBlock:
    """Emit the forward half of a block."""
    steps: list[Step] = []
    with t.spec.region() as ops:
        for op in block.ops:
            t.spec.span = op.span
            step = make_step(t, op)
            if step is not None:
                steps.append(step)
    return ForwardBlock(ops, steps)


def make_step(t: Transform, op: Op) -> Step | None:
    """Emit the forward half of an op; None where it has no adjoint."""
    if not _touches(op, t.active) and replaced_type(op) is None:
        copy_op(t, op)
        return None
    step = STEPS[type(op)](t, op)
    if not isinstance(op, Call):
        t.spec.ops.append(Pending(op.results, step, span=op.span))
    return step


def replaced_type(op: Op) -> Type | None:
    """The type of the part of an object or dict that an op replaces, if that has a derivative; else None."""
    if not isinstance(op, Call) or callee(op) not in (primitives.set_attribute, primitives.set_item):
        return None
    t, key = op.args[0].type, constant(op.args[1])  # type: ignore[union-attr, arg-type]
    return kind if has_key(t, key) and is_differentiable(kind := part_type(t, key)) else None


STEPS: dict[type[Op], Callable[[Transform, Any], Step]] = {}


def _touches(op: Op, active: set[Value]) -> bool:
    if any(r in active for r in op.results):
        return True
    return any(_touches(inner, active) for block in regions(op) for inner in block.ops)


def copy_op(t: Transform, op: Op) -> None:
    """An op without an adjoint stands in the forward code as it is; a nested function is there in its forward form."""
    copied = substitute_op(op, {v: t.resolve(v) for v in t.forward_of})
    (copied,) = _ForwardForms(t).op(copied)
    t.spec.ops.append(copied)
    if isinstance(copied, Call):
        t.spec.definitions.update((r, copied) for r in copied.results)
        if isinstance(callee(copied), primitives.MakeClosure):
            t.spec.captured[copied.results[0]] = tuple(a for a in copied.args if not isinstance(a, Star))


class _ForwardForms(Rewriter):
    """Calls the forward form of nested functions, of which Python has none."""

    def __init__(self, t: Transform) -> None:
        super().__init__()
        self.t = t

    def op(self, op: Op) -> Iterable[Op]:
        """The op, with such calls; others stay the very ops that they are."""
        return super().op(op) if any(map(_calls_nested, _all_calls(op))) else (op,)

    def call(self, op: Call) -> Iterable[Op]:
        """The call."""
        if not _calls_nested(op):
            return (op,)
        pair = self.t.pairs.get(callee(op), (), (), exposed=False)
        return (replace(op, results=(*op.results, Value(None, UNKNOWN)), target=Const(PairForward(pair))),)


def _calls_nested(op: Op) -> bool:
    """Whether a nested function is called, or given to a function that may call it."""
    fn = callee(op)
    if not isinstance(op, Call) or not isinstance(fn, Instance):
        return False
    return isinstance(fn.origin, Function) or any(holds_function(o.type) for o in op.operands() if isinstance(o, Value))


def _all_calls(op: Op) -> Iterator[Op]:
    yield op
    for region in regions(op):
        for inner in region.ops:
            yield from _all_calls(inner)


HELD = "a result that depends on what an exception holds"


def missing_rule(op: Call, detail: str = "") -> MissingRuleError:
    """The refusal of a call that has no rule."""
    fn = callee(op)
    if fn is dict:
        hint = "give them as constants: `{'a': x, …}`, or put the values into a list"
        return MissingRuleError("a dict whose keys are not known when compiling", op.span, hint)
    if isinstance(fn, type) and issubclass(fn, BaseException):
        return MissingRuleError(HELD, op.span, "keep the value in a variable")
    what = "a function that is known only at run time"
    if fn in (primitives.call_method, getattr):
        name = constant(op.args[1])  # type: ignore[arg-type]
        if name is None:
            hint = "write the name: `obj.name`, or keep the values in a dict"
            return MissingRuleError("an attribute whose name is known late", op.span, hint)
        what = f"`.{name}`"
        if isinstance(type_of_operand(op.args[0]), Unknown):  # type: ignore[arg-type]
            return MissingRuleError(
                f"{what} of something whose class is not known here, or one of several",
                op.span,
                "do it on each side of the `if` that decides what it is, or give it one class",
            )
    elif fn not in (None, runtime.foreign):
        module = getattr(fn, "__module__", None)
        what = f"`{f'{module}.' if module else ''}{getattr(fn, '__name__', fn)}`"
    return MissingRuleError(
        f"no derivative rule for {what}{detail}",
        op.span,
        "register one with `def_rrule` or `scalar_rule`, declare it `non_differentiable`, or rewrite the call",
    )


@dataclass(eq=False)
class CallStep(Step):
    """Base of the steps for calls."""

    t: Transform
    op: Call

    def args(self) -> list[Operand]:
        """The positional arguments in the forward code."""
        return [self.t.resolve(a) for a in self.op.args if not isinstance(a, Star)]

    def kwargs(self) -> dict[str, Operand]:
        """The keyword arguments in the forward code."""
        return {str(k): self.t.resolve(v) for k, v in self.op.kwargs}

    def take(self) -> Operand | None:
        """The cotangent of the result, where there is one."""
        self.t.spec.span = self.op.span
        return self.t.take(self.op.results[0])

    def contribute(self, i: int, x_bar: Operand, core: int = WHOLE) -> None:
        """Add to the cotangent of a positional argument; its last `core` axes are surely as long as the argument's."""
        arg = self.op.args[i]
        assert not isinstance(arg, Star)
        self.give(arg, x_bar, core)

    def give(self, primal: Operand, x_bar: Operand, core: int) -> None:
        """Add to the cotangent of any argument."""
        if self.t.is_active(primal):
            x_bar = self.t.tangents.project(x_bar, self.t.resolve(primal), core)
            self.t.contribute(primal, x_bar, project=False)

    def hand_over(self, primal: Operand | Star, entry: Entry) -> None:
        """Add to the cotangent of any argument what nobody else has from now on, as far as `entry` says so."""
        if not isinstance(primal, Value) or not self.t.is_active(primal):
            return
        x_bar = self.t.tangents.project(entry.operand, self.t.resolve(primal), WHOLE)
        if x_bar is not entry.operand:
            self.t.contribute(primal, x_bar, project=False)
        elif constant(x_bar, default=0) is not None:
            self.t.adopt(primal, x_bar, entry)

    def guarded(self, y_bar: Operand, x_bar: Operand) -> Operand:
        """`x_bar`, but zero where `y_bar` is zero if the derivative may be infinite there."""
        t = self.t
        if not t.kinks.is_guarded(self.op) or constant(x_bar, default=0) is None:
            return x_bar
        if is_scalar(type_of_operand(y_bar)) and is_scalar(type_of_operand(x_bar)):
            return t.tangents.where_nonzero(y_bar, x_bar)
        return t.spec.apply(np.where, [t.spec.apply(operator.eq, [y_bar, Const(0)]), Const(0), x_bar])

    def is_active(self, i: int) -> bool:
        """Whether a positional argument is active."""
        arg = self.op.args[i]
        return not isinstance(arg, Star) and self.t.is_active(arg)
