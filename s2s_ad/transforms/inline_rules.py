"""Splices derivative rules into the code around a call.

The forward half of a rule replaces the call; the body of its pullback is spliced into the adjoint code, where the
variables that it captures are the residuals. A rule whose source the compiler cannot follow is called as it stands.

Python floats need care: where NumPy gives inf, Python raises ZeroDivisionError. Inside rules `/` and `**` on Python
numbers therefore become NumPy's, unless the primal has already proved them safe, and `np.cos` becomes `math.cos` in
the rule of a function of `math`.
"""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.program import lowered
from s2s_ad.analysis.specialize import Specializer
from s2s_ad.errors import ADError, MissingRuleError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Op, Operand, Value
from s2s_ad.ir.types import UNKNOWN, Array, Closure, Number, Tuple, Unknown

_TWINS = {
    getattr(np, name): getattr(math, twin)
    for name, twin in {
        "sin": "sin", "cos": "cos", "tan": "tan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "exp": "exp",
        "arctan": "atan", "arcsinh": "asinh", "floor": "floor", "abs": "fabs",
    }.items()
}  # fmt: skip
_SAFE_DIVISIONS = frozenset(
    {operator.truediv, operator.mod, operator.floordiv, math.log, math.log2, math.log10, math.log1p}
    | {np.hypot, math.hypot, np.arctan2, math.atan2, math.dist, np.linalg.norm, np.std}
)


@dataclass(frozen=True)
class Pullback:
    """The pullback of one call: a nested function to splice in, or a value to call at run time."""

    value: Value
    opaque: bool
    most: int | None = None

    def __call__(self, spec: Specializer, y_bar: Operand, n: int) -> list[Operand]:
        """The cotangents of the `n` positional arguments; fewer, if the last carry none."""
        result = spec.apply(self.value, [y_bar])
        t = type_of_operand(result)
        if isinstance(t, Tuple):
            return spec.items(result)
        if self.opaque or (isinstance(t, Unknown) and not self._is_bare(spec, result)):
            return [
                spec.emit(runtime.nth_cotangent, [result, Const(i), Const(self.most)], None, UNKNOWN) for i in range(n)
            ]
        return [result]

    def _is_bare(self, spec: Specializer, result: Operand) -> bool:
        """Whether a result of unknown type is one cotangent for sure, being the result of arithmetic."""
        made = spec.definitions.get(result) if isinstance(result, Value) else None
        return made is not None and getattr(constant(made.target), "__module__", "") == "_operator"


def forward(
    spec: Specializer,
    rule: Any,
    fn: Any,
    args: list[Operand],
    kwargs: dict[str, Operand],
    kept: Callable[[Operand], Operand],
) -> tuple[Operand, Pullback]:
    """Emit the forward half of `rule`, and give the result and the pullback.

    `kept`: what a rule that is called may keep of an argument.
    """
    mark = len(spec.ops)
    try:
        with rule_arithmetic(spec, fn):
            made = spec.apply(rule, args, kwargs)
        if spec.dead:
            raise refusal(spec, spec.ops[mark:]) or MissingRuleError(
                f"no derivative rule for `{getattr(fn, '__name__', fn)}` in this form", spec.span
            )
        y, pullback = spec.items(made)
        if isinstance(pullback, Value) and isinstance(pullback.type, Closure):
            return y, Pullback(pullback, opaque=False)
    except MissingRuleError:
        raise
    except ADError:
        pass
    del spec.ops[mark:]
    return _opaque(spec, rule, list(map(kept, args)), {name: kept(arg) for name, arg in kwargs.items()})


def refusal(spec: Specializer, ops: Sequence[Op]) -> MissingRuleError | None:
    """What a rule, which has come to these `ops`, says that it does not cover; None if it says nothing."""
    raised = next((op for op in reversed(ops) if callee(op) is MissingRuleError), None)
    if isinstance(raised, Call) and all(isinstance(o, Const) for o in raised.operands()):
        hint = constant(dict(raised.kwargs).get("hint", Const(None)))
        return MissingRuleError(str(constant(raised.args[0])), spec.span, hint)  # type: ignore[arg-type]
    return None


def _opaque(spec: Specializer, rule: Any, args: list[Operand], kwargs: dict[str, Operand]) -> tuple[Operand, Pullback]:
    pair = spec.emit(rule, args, kwargs, Tuple((UNKNOWN, UNKNOWN)))
    y, pullback = spec.unpack(primitives.Unpack(2), pair)
    assert isinstance(pullback, Value)
    parameters = inspect.signature(rule).parameters.values()
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    positional = sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
    return y, Pullback(pullback, opaque=True, most=None if variadic else positional)


@contextmanager
def rule_arithmetic(spec: Specializer, fn: Any) -> Iterator[None]:
    """Write the code of a rule of `fn` so that Python numbers follow NumPy's arithmetic."""
    outer = spec.retarget
    of_math = getattr(fn, "__module__", "") == "math"

    def retarget(called: Any, args: list[Operand]) -> Any:
        types = [type_of_operand(a) for a in args]
        if called is operator.pow and type(constant(args[1])) is int and constant(args[1]) == 1:
            return primitives.identity
        if not types or not all(isinstance(t, Number) or (isinstance(t, Array) and t.loose) for t in types):
            return called
        if called is operator.truediv and fn not in _SAFE_DIVISIONS and not constant(args[1]):
            return np.divide
        if called is operator.pow and not (isinstance(args[1], Const) and args[1].value >= 0):
            return np.float_power
        return _TWINS.get(called, called) if of_math and all(isinstance(t, Number) for t in types) else called

    spec.retarget = retarget
    spec.hidden += 1
    try:
        yield
    finally:
        spec.retarget = outer
        spec.hidden -= 1


def partials(spec: Specializer, fn: Any, rule: Any, y: Operand, args: list[Operand]) -> list[Operand]:
    """The partial derivatives that a scalar rule gives."""
    with rule_arithmetic(spec, fn):
        result = spec.splice(lowered(rule).code, _fit(rule, [y, *args], spec), lowered(rule).names)
    if isinstance(type_of_operand(result), Tuple) and (isinstance(result, Value) or isinstance(result.value, tuple)):
        return spec.items(result)
    return [result]


def _fit(rule: Any, args: list[Operand], spec: Specializer) -> list[Operand]:
    """The arguments bound to the rule's parameters."""
    callee = lowered(rule)
    return spec.bind_call(callee, args, {})


__all__ = ["Pullback", "forward", "partials", "rule_arithmetic"]
