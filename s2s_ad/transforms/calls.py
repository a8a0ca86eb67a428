"""The steps for calls: of primitives with each sort of rule, and of user functions."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.program import Instance
from s2s_ad.analysis.sharing import kinds
from s2s_ad.errors import MissingRuleError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Operand, Star, Value
from s2s_ad.ir.types import UNKNOWN, is_scalar
from s2s_ad.ir.types import Instance as InstanceType
from s2s_ad.rules.quotients import nonzero
from s2s_ad.rules.registry import WHOLE, LinearRule, ReverseRule, ScalarRule, registry
from s2s_ad.transforms import inline_rules
from s2s_ad.transforms.cotangent_types import cotangent_type
from s2s_ad.transforms.pairs import PairBackward, PairForward
from s2s_ad.transforms.scopes import WHOLE as WHOLE_BUFFER
from s2s_ad.transforms.scopes import Entry
from s2s_ad.transforms.steps import STEPS, CallStep, Step, copy_op, missing_rule
from s2s_ad.transforms.structural import STRUCTURAL, StructuralStep, sequence_arithmetic, taking
from s2s_ad.transforms.writes import inner_array, note_replaced_part, replaced_item

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


def call_step(t: Transform, op: Call) -> Step:
    """The step of a call, by what is known of its callee."""
    fn = callee(op)
    if isinstance(fn, Instance):
        return PairStep(t, op, fn)
    structural = STRUCTURAL.get(type(fn)) or STRUCTURAL.get(fn) or sequence_arithmetic(fn, op) or taking(fn, op)
    if structural is not None:
        replaced, inner = replaced_item(t, op), inner_array(t, op)
        note_replaced_part(t, op)
        copy_op(t, op)
        return StructuralStep(t, op, structural, replaced, inner)
    rule = registry.get(fn)
    if isinstance(rule, ScalarRule):
        if op.kwargs:
            raise missing_rule(op, f" with the keyword `{op.kwargs[0][0]}`")
        copy_op(t, op)
        return ScalarStep(t, op, rule)
    if isinstance(rule, LinearRule):
        others = (*op.args[1:], *(v for _, v in op.kwargs))
        if any(t.is_active(o) for o in others if not isinstance(o, Star)):
            raise missing_rule(op, " in another argument than the first")
        _refuse_misfit(op, rule.transpose, (None, *op.args))
        copy_op(t, op)
        return LinearStep(t, op, rule)
    if isinstance(rule, ReverseRule):
        return RuleStep(t, op, rule)
    error = missing_rule(op)
    error.function = fn
    raise error


@dataclass(eq=False)
class ScalarStep(CallStep):
    """x̄ᵢ = ȳ·∂y/∂xᵢ, element by element."""

    rule: ScalarRule

    def reverse(self) -> None:
        """Multiply by each partial derivative that is needed."""
        y_bar = self.take()
        if y_bar is None:
            return
        t, op = self.t, self.op
        y = t.resolve(op.results[0])
        if t.kinks.is_root_of_squares(op):
            twice = t.spec.apply(operator.mul, [Const(2), y])
            self.contribute(0, t.spec.apply(operator.truediv, [y_bar, self._nonzero(twice)]), WHOLE)
            return
        found = inline_rules.partials(t.spec, callee(op), self.rule.partials, y, self.args())
        if len(found) != len(op.args):
            raise _miscounted(op, "partial derivatives", len(found), len(op.args))
        for i, partial in enumerate(found):
            if self.is_active(i) and constant(partial, default=0) is not None:
                self.contribute(i, self.guarded(y_bar, self._scaled(y_bar, partial)), self._core(i))

    def _nonzero(self, b: Operand) -> Operand:
        with inline_rules.rule_arithmetic(self.t.spec, callee(self.op)):
            return self.t.spec.apply(nonzero, [b])

    def _core(self, i: int) -> int:
        """Nothing is broadcast where the other arguments are scalars."""
        others = [type_of_operand(a) for j, a in enumerate(self.args()) if j != i]
        return WHOLE if all(map(is_scalar, others)) else 0

    def _scaled(self, y_bar: Operand, partial: Operand) -> Operand:
        spec = self.t.spec
        factor = constant(partial)
        if isinstance(factor, (int, float)) and abs(factor) == 1:
            return y_bar if factor > 0 else spec.apply(operator.neg, [y_bar])
        made = spec.definitions.get(partial) if isinstance(partial, Value) else None
        if made is not None and callee(made) in (operator.truediv, np.divide) and constant(made.args[0]) == 1:  # type: ignore[arg-type]
            return spec.apply(callee(made), [y_bar, made.args[1]])  # type: ignore[list-item]
        return spec.apply(operator.mul, [y_bar, partial])


@dataclass(eq=False)
class LinearStep(CallStep):
    """x̄ = Aᵀ ȳ."""

    is_linear: ClassVar[bool] = True
    rule: LinearRule

    def reverse(self) -> None:
        """Apply the transpose."""
        y_bar = self.take()
        if y_bar is None or not self.is_active(0):
            return
        spec = self.t.spec
        y_bar = self.t.tangents.complete(y_bar, self.t.resolve(self.op.results[0]))
        with inline_rules.rule_arithmetic(spec, callee(self.op)):
            x_bar = spec.apply(self.rule.transpose, [y_bar, *self.args()], self.kwargs())
        if spec.dead:
            raise inline_rules.refusal(spec, spec.ops) or missing_rule(self.op, " in this form")
        self.contribute(0, x_bar, self.rule.core)


class RuleStep(CallStep):
    """A call whose rule is spliced in."""

    def __init__(self, t: Transform, op: Call, rule: ReverseRule) -> None:
        super().__init__(t, op)
        self.rule = rule
        mark = len(t.spec.ops)
        self._check_arguments()
        self.given = list(map(self._bound, self.args()))
        primals = list(zip((*self.given, *self.kwargs().values()), self._read(), strict=True))
        copies: list[Operand] = []

        def kept(arg: Operand) -> Operand:
            if not any(self._is_overwritten(primal) for given, primal in primals if given is arg):
                return arg
            copies.append(t.spec.emit(runtime.copy, [arg], None, type_of_operand(arg)))
            return copies[-1]

        y, self.pullback = inline_rules.forward(t.spec, rule.rrule, rule.fn, self.given, self.kwargs(), kept)
        if self.pullback.opaque:
            y = self._apart(y, copies)
        made_here = {v for o in t.spec.ops[mark:] for v in o.results}
        t.spliced.update(dict.fromkeys(made_here, op))
        result = op.results[0]
        self._as_written(y, mark)
        if isinstance(y, Value) and y in made_here:
            y.name = result.name
            y.type = result.type if y.type == UNKNOWN else y.type
        t.forward_of[result] = y

    def _check_arguments(self) -> None:
        """Refuse a call that the rule cannot take, or that is active in a keyword which carries no cotangent."""
        signature = _refuse_misfit(self.op, self.rule.rrule, self.op.args)
        for name, operand in self.op.kwargs:
            parameter = signature.parameters.get(str(name))
            keyword_only = parameter is None or parameter.kind is parameter.KEYWORD_ONLY
            if keyword_only and self.t.is_active(operand):
                raise missing_rule(self.op, f" in the argument `{name}`")

    def _as_written(self, y: Operand, mark: int) -> None:
        """The primal is the user's own call, not the rule's with every parameter spelled out."""
        ops = self.t.spec.ops
        for i in range(mark, len(ops)):
            made = ops[i]
            if isinstance(made, Call) and made.results[0] is y and callee(made) is self.rule.fn:
                ops[i] = Call(
                    made.results, made.target, tuple(self.given), tuple(self.kwargs().items()), span=made.span
                )

    def _read(self) -> list[Operand]:
        """The arguments in the primal."""
        return [*(a for a in self.op.args if not isinstance(a, Star)), *(operand for _, operand in self.op.kwargs)]

    def _is_overwritten(self, primal: Operand) -> bool:
        return isinstance(primal, Value) and self.t.overwriting.is_overwritten(primal, kinds(primal.type))

    def _apart(self, y: Operand, copies: list[Operand]) -> Operand:
        """The result of a rule that has been called, which may keep it, and has been given `copies` of arguments."""
        spec, result = self.t.spec, self.op.results[0]
        if copies and kinds(result.type):
            spec.emit(runtime.refuse_part, [y, *copies], None, InstanceType(type(None)))
        return spec.emit(runtime.copy, [y], None, result.type) if self._is_overwritten(result) else y

    def _bound(self, operand: Operand) -> Operand:
        """A variable that may be unbound, which it is not any more once it has been read here."""
        if not isinstance(operand, Value) or not operand.unbound:
            return operand
        return self.t.spec.emit(primitives.present, [operand], None, operand.type, operand.name)

    def reverse(self) -> None:
        """Splice the body of the pullback in."""
        y_bar = self.take()
        if y_bar is None:
            return
        t = self.t
        y_bar = t.tangents.complete(y_bar, t.resolve(self.op.results[0]))
        with inline_rules.rule_arithmetic(t.spec, callee(self.op)):
            primals = self._primals()
            last = max(i for i, primal in primals if t.is_active(primal))
            bars = self.pullback(t.spec, y_bar, 1 + last)
        refused = inline_rules.refusal(t.spec, t.spec.ops) if t.spec.dead else None
        if refused is not None:
            raise refused
        self._check_count(len(bars), last)
        for i, primal in primals:
            if t.is_active(primal):
                self.give(primal, self.guarded(y_bar, bars[i]), self.rule.core)

    def _check_count(self, found: int, last_active: int) -> None:
        """Refuse a pullback that leaves out a cotangent that is needed, or gives one too many."""
        parameters = inspect.signature(self.rule.rrule).parameters.values()
        variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        positional = sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
        if found <= last_active or (found > positional and not variadic):
            raise _miscounted(self.op, "cotangents", found, positional)

    def _primals(self) -> list[tuple[int, Operand]]:
        """The arguments by the numbers of the rule's parameters."""
        names = list(inspect.signature(self.rule.rrule).parameters) if self.op.kwargs else []
        positional = [(i, a) for i, a in enumerate(self.op.args) if not isinstance(a, Star)]
        return positional + [(names.index(k), v) for k, v in self.op.kwargs if k in names]


class PairStep(CallStep):
    """A call of a user function, which has a forward and a backward half of its own."""

    def __init__(self, t: Transform, op: Call, instance: Instance) -> None:
        super().__init__(t, op)
        active = tuple(i for i in range(len(op.args)) if self.is_active(i))
        seeded = tuple(i for i, r in enumerate(op.results) if t.is_active(r))
        self.pair = t.pairs.get(instance, active, seeded, exposed=t.overwriting.touches(op))
        self.residuals = Value(instance.name.strip("_"), UNKNOWN)
        results = (*op.results, self.residuals)
        t.spec.ops.append(Call(results, Const(PairForward(self.pair)), tuple(self.args()), span=op.span))

    def reverse(self) -> None:
        """Call the backward half. The cotangents of what it has written to are lent to it."""
        t = self.t
        t.spec.span = self.op.span
        if all(t.scope.get(r) is None for r in self.op.results):
            return
        given = [self._given(i, self.op.results[i]) for i in self.pair.seeded]
        args, written = self.args(), self.pair.instance.written
        bars = tuple(Value(None, cotangent_type(type_of_operand(args[i]))) for i in self.pair.active)
        t.spec.ops.append(Call(bars, Const(PairBackward(self.pair)), (self.residuals, *given), span=self.op.span))
        for i, x_bar in zip(self.pair.active, bars, strict=True):
            arg = self.op.args[i]
            if i in written and isinstance(arg, Value):
                t.adopt(arg, x_bar, Entry(x_bar, WHOLE_BUFFER))
            else:
                self.contribute(i, x_bar)

    def _given(self, i: int, result: Value) -> Operand:
        """The finished cotangent of a result; of a parameter that was written to, one that is our own."""
        t = self.t
        if i == 0:
            return t.tangents.complete(t.take(result) or Const(None), t.resolve(result))
        buffer = t.tangents.complete(t.buffer(result, WHOLE_BUFFER), t.resolve(result))
        t.scope.take(result)
        return buffer


def _refuse_misfit(op: Call, rule: Callable[..., Any], args: Sequence[Any]) -> inspect.Signature:
    """The signature of a rule. Raises MissingRuleError where the call's arguments do not fit it."""
    signature = inspect.signature(rule)
    try:
        signature.bind(*args, **dict(op.kwargs))  # type: ignore[arg-type]
    except TypeError as error:
        raise missing_rule(op, f" in this form ({error})") from None
    return signature


def _miscounted(op: Call, what: str, found: int, wanted: int) -> MissingRuleError:
    """The refusal of a rule that gives another number of values than its function has arguments."""
    name = getattr(callee(op), "__name__", callee(op))
    return MissingRuleError(
        f"the rule of `{name}` gives {found} {what} for {wanted} argument{'s' * (wanted != 1)}",
        op.span,
        "give one for each argument, in order; None stands for an argument that carries none",
    )


STEPS[Call] = call_step
