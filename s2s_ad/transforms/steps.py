"""The steps of the pullback transform for straight-line code: one for each sort of call."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.activity import is_cut
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.indexing import is_advanced
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.program import Instance
from s2s_ad.errors import MissingRuleError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, Op, Operand, Star, Value, regions
from s2s_ad.ir.types import UNKNOWN, Array, Dict, List, Tuple, is_scalar
from s2s_ad.rules.registry import LinearRule, ReverseRule, ScalarRule, registry
from s2s_ad.transforms import inline_rules
from s2s_ad.transforms.pairs import PairBackward, PairForward
from s2s_ad.transforms.rewriting import substitute_op
from s2s_ad.transforms.tangents import cotangent_type, static_parts

if TYPE_CHECKING:
    from s2s_ad.transforms.pullback import Transform


class Step:
    """One op of the primal on its way through the transform."""

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
            step.reverse()

    def finish(self) -> list[Op]:
        """The final forward ops."""
        return [final for op in self.ops for final in (op.step.finish() if isinstance(op, Pending) else (op,))]


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
    if not _touches(op, t.active):
        _copy(t, op)
        return None
    if isinstance(op, Call):
        return _call_step(t, op)
    step = REGION_STEPS[type(op)](t, op)
    t.spec.ops.append(Pending(op.results, step, span=op.span))
    return step


REGION_STEPS: dict[type, Callable[[Transform, Any], Step]] = {}


def _touches(op: Op, active: set[Value]) -> bool:
    if any(r in active for r in op.results):
        return True
    return any(_touches(inner, active) for block in regions(op) for inner in block.ops)


def _copy(t: Transform, op: Op) -> None:
    """An op without an adjoint stands in the forward code as it is."""
    copied = substitute_op(op, {v: t.resolve(v) for v in t.forward_of})
    t.spec.ops.append(copied)
    if isinstance(copied, Call):
        t.spec.definitions.update((r, copied) for r in copied.results)
        if isinstance(callee(copied), primitives.MakeClosure):
            t.spec.captured[copied.results[0]] = tuple(a for a in copied.args if not isinstance(a, Star))


def _call_step(t: Transform, op: Call) -> Step:
    fn = callee(op)
    if isinstance(fn, Instance):
        return PairStep(t, op, fn)
    structural = STRUCTURAL.get(type(fn)) or STRUCTURAL.get(fn) or _sequence_arithmetic(fn, op)
    if structural is not None:
        _copy(t, op)
        return StructuralStep(t, op, structural)
    rule = registry.get(fn)
    if isinstance(rule, ScalarRule):
        if op.kwargs:
            raise _missing(op, f" with the keyword `{op.kwargs[0][0]}`")
        _copy(t, op)
        return ScalarStep(t, op, rule)
    if isinstance(rule, LinearRule):
        others = (*op.args[1:], *(v for _, v in op.kwargs))
        if any(t.is_active(o) for o in others if not isinstance(o, Star)):
            raise _missing(op, " in another argument than the first")
        _copy(t, op)
        return LinearStep(t, op, rule)
    if isinstance(rule, ReverseRule):
        return RuleStep(t, op, rule)
    assert not is_cut(op)
    raise _missing(op)


def _missing(op: Call, detail: str = "") -> MissingRuleError:
    fn = callee(op)
    what = "a function that is known only at run time"
    if fn in (primitives.call_method, getattr):
        what = f"`.{constant(op.args[1])}`"  # type: ignore[arg-type]
    elif fn is not None:
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

    def contribute(self, i: int, x_bar: Operand) -> None:
        """Add to the cotangent of a positional argument."""
        arg = self.op.args[i]
        assert not isinstance(arg, Star)
        self.t.contribute(arg, x_bar)

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
            self.contribute(0, t.spec.apply(runtime.divide_or_zero, [y_bar, twice]))
            return
        found = inline_rules.partials(t.spec, callee(op), self.rule.partials, y, self.args())
        for i, partial in enumerate(found):
            if i < len(op.args) and self.is_active(i) and constant(partial, default=0) is not None:
                self.contribute(i, self.guarded(y_bar, self._scaled(y_bar, partial)))

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

    rule: LinearRule

    def reverse(self) -> None:
        """Apply the transpose."""
        y_bar = self.take()
        if y_bar is None or not self.is_active(0):
            return
        spec = self.t.spec
        with inline_rules.rule_arithmetic(spec, callee(self.op)):
            self.contribute(0, spec.apply(self.rule.transpose, [y_bar, *self.args()], self.kwargs()))


class RuleStep(CallStep):
    """A call whose rule is spliced in."""

    def __init__(self, t: Transform, op: Call, rule: ReverseRule) -> None:
        super().__init__(t, op)
        self.rule = rule
        mark = len(t.spec.ops)
        self._check_arguments()
        y, self.pullback = inline_rules.forward(t.spec, rule.rrule, rule.fn, self.args(), self.kwargs())
        made_here = {v for o in t.spec.ops[mark:] for v in o.results}
        result = op.results[0]
        self._as_written(y, mark)
        if isinstance(y, Value) and y in made_here:
            y.name = result.name
            y.type = result.type if y.type == UNKNOWN else y.type
        t.forward_of[result] = y

    def _check_arguments(self) -> None:
        """Refuse a call that the rule cannot take, or that is active in a keyword which carries no cotangent."""
        signature = inspect.signature(self.rule.rrule)
        try:
            signature.bind(*self.op.args, **dict(self.op.kwargs))  # type: ignore[arg-type]
        except TypeError as error:
            raise _missing(self.op, f" in this form ({error})") from None
        for name, operand in self.op.kwargs:
            parameter = signature.parameters.get(str(name))
            keyword_only = parameter is None or parameter.kind is parameter.KEYWORD_ONLY
            if keyword_only and self.t.is_active(operand):
                raise _missing(self.op, f" in the argument `{name}`")

    def _as_written(self, y: Operand, mark: int) -> None:
        """The primal is the user's own call, not the rule's with every parameter spelled out."""
        ops = self.t.spec.ops
        for i in range(mark, len(ops)):
            made = ops[i]
            if isinstance(made, Call) and made.results[0] is y and callee(made) is self.rule.fn:
                ops[i] = Call(
                    made.results, made.target, tuple(self.args()), tuple(self.kwargs().items()), span=made.span
                )

    def reverse(self) -> None:
        """Splice the body of the pullback in."""
        y_bar = self.take()
        if y_bar is None:
            return
        t = self.t
        y_bar = t.tangents.complete(y_bar, t.resolve(self.op.results[0]))
        with inline_rules.rule_arithmetic(t.spec, callee(self.op)):
            primals = self._primals()
            bars = self.pullback(t.spec, y_bar, 1 + max(i for i, _ in primals))
        for i, primal in primals:
            if t.is_active(primal) and i < len(bars):
                t.contribute(primal, self.guarded(y_bar, bars[i]))

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
        self.pair = t.pairs.get(instance, active)
        self.residuals = Value(instance.name, UNKNOWN)
        call = Call((op.results[0], self.residuals), Const(PairForward(self.pair)), tuple(self.args()), span=op.span)
        t.spec.ops.append(call)

    def reverse(self) -> None:
        """Call the backward half."""
        y_bar = self.take()
        if y_bar is None:
            return
        t = self.t
        y_bar = t.tangents.complete(y_bar, t.resolve(self.op.results[0]))
        args = self.args()
        bars = tuple(Value(None, cotangent_type(type_of_operand(args[i]))) for i in self.pair.active)
        t.spec.ops.append(Call(bars, Const(PairBackward(self.pair)), (self.residuals, y_bar), span=self.op.span))
        for i, x_bar in zip(self.pair.active, bars, strict=True):
            self.contribute(i, x_bar)


# Construction and selection.

Reverse = Callable[["StructuralStep"], None]
STRUCTURAL: dict[Any, Reverse] = {}


@dataclass(eq=False)
class StructuralStep(CallStep):
    """A call that makes a structure or takes it apart."""

    how: Reverse

    def reverse(self) -> None:
        """Do what the table says."""
        self.t.spec.span = self.op.span
        self.how(self)


def reverses(*fns: Any) -> Callable[[Reverse], Reverse]:
    """Register the decorated function as the reverse half of `fns`."""

    def register(how: Reverse) -> Reverse:
        for fn in fns:
            STRUCTURAL[fn] = how
        return how

    return register


@reverses(primitives.make_tuple, primitives.make_list, primitives.MakeClosure)
def _reverse_make(step: StructuralStep) -> None:
    bar = step.take()
    if bar is None:
        return
    for i in range(len(step.op.args)):
        if step.is_active(i):
            step.contribute(i, step.t.spec.apply(operator.getitem, [bar, Const(i)]))


@reverses(primitives.make_dict)
def _reverse_make_dict(step: StructuralStep) -> None:
    bar = step.take()
    if bar is None:
        return
    for i in range(1, len(step.op.args), 2):
        if step.is_active(i):
            step.contribute(i, step.t.spec.apply(operator.getitem, [bar, step.args()[i - 1]]))


@reverses(runtime.immutable)
def _reverse_immutable(step: StructuralStep) -> None:
    bar = step.take()
    if bar is not None:
        step.contribute(0, bar)


@reverses(list, tuple)
def _reverse_convert(step: StructuralStep) -> None:
    bar = step.take()
    if bar is None or not step.op.args:
        return
    t = type_of_operand(step.args()[0])
    if not isinstance(t, (List, Tuple)):
        raise _missing(step.op)
    step.contribute(0, bar)


def _sequence_arithmetic(fn: Any, op: Call) -> Reverse | None:
    """The reverse half of `+` and `*` where they join and repeat lists or tuples."""
    if not isinstance(op.results[0].type, (List, Tuple)):
        return None
    return {operator.add: _reverse_concatenation, operator.mul: _reverse_repetition}.get(fn)


def _reverse_concatenation(step: StructuralStep) -> None:
    bar = step.take()
    if bar is None:
        return
    spec = step.t.spec
    bar = step.t.tangents.complete(bar, step.t.resolve(step.op.results[0]))
    cut = spec.apply(len, [step.args()[0]])
    for i, bounds in ((0, [Const(None), cut]), (1, [cut, Const(None)])):
        if step.is_active(i):
            part = spec.apply(slice, [*bounds, Const(None)])
            step.contribute(i, spec.apply(operator.getitem, [bar, part]))


def _reverse_repetition(step: StructuralStep) -> None:
    bar = step.take()
    if bar is None:
        return
    t = step.t
    i = 0 if step.is_active(0) else 1
    items = step.args()[i]
    bar = t.tangents.complete(bar, t.resolve(step.op.results[0]))
    folded = t.spec.emit(runtime.unrepeat, [bar, items], None, cotangent_type(type_of_operand(items)))
    step.contribute(i, folded)


@reverses(zip, enumerate, reversed, range)
def _reverse_iterable(step: StructuralStep) -> None:
    if step.take() is not None:
        raise _missing(step.op)


@reverses(operator.getitem)
def _reverse_getitem(step: StructuralStep) -> None:
    bar = step.take()
    if bar is None or not step.is_active(0):
        return
    t = step.t
    obj, index = step.args()
    kind = type_of_operand(obj)
    primal = step.op.args[0]
    assert isinstance(primal, Value)
    if static_parts(kind) is not None and isinstance(index, Const) and not isinstance(index.value, bool):
        _contribute_part(step, kind, index.value, bar)
        return
    if isinstance(kind, List):
        _scatter_in_list(step, primal, index, bar)
        return
    if isinstance(kind, Array) and kind.axes == ():
        t.contribute(primal, bar)
        return
    if isinstance(kind, Array):
        scatter = primitives.scatter_add if _is_fancy(index, t) else primitives.accumulate
        buffer = t.buffer(primal)
        t.rewrite(primal, t.spec.emit(scatter, [buffer, index, bar], None, type_of_operand(buffer)))
        return
    t.contribute(primal, t.spec.emit(runtime.scatter, [bar, index, obj], None, UNKNOWN))


def _is_fancy(index: Operand, t: Transform) -> bool:
    """Whether an index may name one element twice: it holds an array or list of integers."""
    if isinstance(index, Const):
        parts: Any = index.value if isinstance(index.value, tuple) else (index.value,)
    else:
        kind = index.type
        parts = kind.items if isinstance(kind, Tuple) else (kind,)
    return any(p == UNKNOWN or (is_advanced(p) and not _is_mask(p)) for p in parts)


def _is_mask(part: Any) -> bool:
    return getattr(part, "dtype", None) == np.dtype(bool)


def _contribute_part(step: StructuralStep, kind: Any, index: Any, bar: Operand) -> None:
    t = step.t
    if isinstance(kind, Dict):
        step.contribute(0, t.tangents.one_part(kind, kind.keys.index(index), bar))
    elif isinstance(index, slice):
        n = len(kind.items)
        parts: list[Operand] = [Const(None)] * n
        for i, part in zip(range(*index.indices(n)), t.tangents.parts(bar), strict=True):
            parts[i] = part
        step.contribute(0, t.tangents.rebuild(kind, parts))
    else:
        step.contribute(0, t.tangents.one_part(kind, index, bar))


def _scatter_in_list(step: StructuralStep, primal: Value, index: Operand, bar: Operand) -> None:
    t = step.t
    buffer = t.buffer(primal)
    kind = type_of_operand(buffer)
    before = t.spec.apply(operator.getitem, [buffer, index])
    part = step.op.results[0]
    total = t.tangents.add(before, t.tangents.complete(bar, t.resolve(part)), part.type)
    t.rewrite(primal, t.spec.emit(primitives.store, [buffer, index, total], None, kind))


@reverses(primitives.Unpack)
def _reverse_unpack(step: StructuralStep) -> None:
    t = step.t
    t.spec.span = step.op.span
    bars = [t.take(r) for r in step.op.results]
    if all(b is None for b in bars) or not step.is_active(0):
        return
    primal = step.op.args[0]
    assert isinstance(primal, Value)
    kind = primal.type
    shape = callee(step.op)
    if isinstance(kind, Array) and shape.after is None:
        for i, bar in enumerate(bars):
            if bar is not None:
                buffer = t.buffer(primal)
                new = t.spec.emit(primitives.accumulate, [buffer, Const(i), bar], None, type_of_operand(buffer))
                t.rewrite(primal, new)
        return
    if isinstance(kind, Tuple):
        t.contribute(primal, t.tangents.rebuild(kind, [Const(None) if b is None else b for b in bars]))
        return
    full = [t.tangents.complete(b or Const(None), t.resolve(r)) for b, r in zip(bars, step.op.results, strict=True)]
    t.contribute(primal, _joined(t, full, shape))


def _joined(t: Transform, bars: list[Operand], shape: primitives.Unpack) -> Operand:
    """The cotangent of a list from those of the targets it was unpacked into."""
    if shape.after is None:
        return t.spec.apply(primitives.make_list, bars)
    middle = shape.before
    before = t.spec.apply(primitives.make_list, bars[:middle])
    after = t.spec.apply(primitives.make_list, bars[middle + 1 :])
    return t.spec.apply(operator.add, [t.spec.apply(operator.add, [before, bars[middle]]), after])


@reverses(primitives.append)
def _reverse_append(step: StructuralStep) -> None:
    t = step.t
    t.spec.span = step.op.span
    result, items = step.op.results[0], step.op.args[0]
    entry = t.scope.get(result)
    if entry is None:
        return
    buffer = t.buffer(result)
    entry = t.scope.get(result)
    assert entry is not None
    kind = type_of_operand(buffer)
    item_bar, rest = Value(None, kind.item if isinstance(kind, List) else UNKNOWN), Value(None, kind)
    t.spec.ops.append(Call((item_bar, rest), Const(primitives.pop), (buffer,), span=step.op.span))
    t.scope.take(result)
    step.contribute(1, item_bar)
    if isinstance(items, Value) and t.is_active(items):
        rest.name = getattr(buffer, "name", None)
        t.adopt(items, rest, entry)
