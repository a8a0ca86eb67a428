"""Algebra on cotangents that is exact in floating point, applied as the adjoint code is written.

    a_bar = np.broadcast_to(y_bar, t.shape)         x_bar = y_bar / x
    b_bar = -(a_bar * c)                            z_bar = z_bar - y_bar * c
    x_bar = a_bar / x
    z_bar = z_bar + b_bar

* A cotangent that was spread to a shape need not be, where the other operand has that shape already; and the shape of
  an intermediate result is asked of what it was computed from.
* A sign moves outwards through products, quotients and sums, until an addition or a subtraction takes it up.
* A factor of one is no factor; and an integer beside an array of floating-point numbers is written as one of these,
  because NumPy takes a third of the time again to convert it.

Nothing else is simplified: `0 * x` is not 0, and sums are not reordered.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.specialize import Specializer
from s2s_ad.analysis.typing import result_type
from s2s_ad.ir.nodes import Call, Const, Operand, Star, Value
from s2s_ad.ir.types import Array, Length, Number, Type
from s2s_ad.rules.registry import registry

_BINARY = frozenset({operator.mul, operator.truediv, operator.sub, operator.add, np.divide})
_LINEAR = frozenset({operator.mul, operator.truediv, np.divide, operator.matmul})
_SIMPLIFIED = _BINARY | _LINEAR
_SUMS = {operator.add: operator.sub, operator.sub: operator.add}


class Algebra:
    """Simplifies the calls of one adjoint."""

    def __init__(self, spec: Specializer) -> None:
        self.spec = spec
        self._primal = frozenset(spec.definitions)
        self._alike: dict[Operand, set[Operand]] = {}  # values that surely have one shape

    def __call__(self, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | list[Operand]:
        """The result of a call where that is an operand already; else the arguments to call it with."""
        if fn is np.sum and args:
            return self._sum(args, kwargs)
        if kwargs:
            return args
        if fn is np.shape:
            return [self._earliest(args[0])]
        if fn is operator.neg:
            return self._negation(args)
        if len(args) != 2 or fn not in _SIMPLIFIED:
            return args
        if fn is operator.mul:
            for one, other in (args, args[::-1]):
                if _is_one(one) and _is_floating(other):
                    return self._number(other)
        args = self._unspread(fn, [_floating(a, b) for a, b in (args, args[::-1])])
        return self._signs(fn, args)

    def _number(self, operand: Operand) -> Operand:
        """An array without axes as a number: it may be the primal's, and the result is added to in place."""
        t = type_of_operand(operand)
        boxed = isinstance(t, Array) and t.axes == () and t.boxed
        return self.spec.apply(operator.getitem, [operand, Const(())]) if boxed else operand

    # signs

    def _negated(self, operand: Operand) -> Operand | None:
        """What a cotangent is the negative of."""
        made = self._adjoint_call(operand, operator.neg)
        return None if made is None or not _is_arithmetic(made[0]) else made[0]

    def _negation(self, args: list[Operand]) -> Operand | list[Operand]:
        inner = self._negated(args[0])
        if inner is not None:
            return self._number(inner)
        spread = self._adjoint_call(args[0], np.broadcast_to)
        if spread is not None:
            return self.spec.apply(np.broadcast_to, [self.spec.apply(operator.neg, [spread[0]]), spread[1]])
        return args

    def _signs(self, fn: Any, args: list[Operand]) -> Operand | list[Operand]:
        a, b = args
        if not (_is_arithmetic(a) and _is_arithmetic(b)):
            return args
        plus_a, plus_b = self._negated(a), self._negated(b)
        if fn in _SUMS:
            if plus_b is not None:
                return self.spec.apply(_SUMS[fn], [a, plus_b])
            if plus_a is not None and fn is operator.add:
                return self.spec.apply(operator.sub, [b, plus_a])
            if plus_a is not None:
                return self.spec.apply(operator.neg, [self.spec.apply(operator.add, [plus_a, b])])
        elif plus_a is not None or plus_b is not None:
            product = self.spec.apply(fn, [a if plus_a is None else plus_a, b if plus_b is None else plus_b])
            return product if plus_a and plus_b else self.spec.apply(operator.neg, [product])
        return args

    def _sum(self, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | list[Operand]:
        plus = self._negated(args[0])
        if plus is None:
            return args
        return self.spec.apply(operator.neg, [self.spec.apply(np.sum, [plus, *args[1:]], kwargs)])

    # shapes

    def _unspread(self, fn: Any, args: list[Operand]) -> list[Operand]:
        """Use what was broadcast in place of the broadcast, where the result is of the same type."""
        if fn is operator.matmul:
            return args
        for i in (0, 1):
            spread = self._adjoint_call(args[i], np.broadcast_to)
            if spread is None:
                continue
            other = args[1 - i]
            lean = [spread[0], other] if i == 0 else [other, spread[0]]
            if self._has_shape(other, spread[1], type_of_operand(args[i])):
                same = result_type(fn, tuple(lean), {}), result_type(fn, tuple(args), {})
                if _kind(same[0]) == _kind(same[1]):
                    return lean
        return args

    def _has_shape(self, operand: Operand, shape: Operand, spread: Type) -> bool:
        """Whether `operand` surely has this shape, which is that of a value of type `spread`."""
        if _has_axes_of(type_of_operand(operand), spread):
            return True
        made = self._call(shape)
        if made is None or callee(made) is not np.shape:
            return False
        return operand in self._alike.get(made.args[0], ())  # type: ignore[arg-type]

    def _earliest(self, value: Operand) -> Operand:
        """The earliest variable that surely has the shape of `value`; `value` itself if there is none."""
        alike = [value]
        for v in alike:  # grows as it is walked
            alike += [source for source in self._sources_of_shape(v) if source not in alike]
        named = [v for v in alike if isinstance(v, Value) and v.name is not None]
        best = named[-1] if named else value
        self._alike.setdefault(best, set()).update(alike)
        return best

    def _sources_of_shape(self, value: Operand) -> list[Value]:
        """The operands of an elementwise operation that surely have the shape of its result.

        Those are of the result's rank and none of their axes has length one, so that nothing stretches them.
        """
        made, t = self._call(value), type_of_operand(value)
        rule = None if made is None else registry.get(callee(made))
        if made is None or rule is None or rule.family != "elementwise" or not isinstance(t, Array) or not t.axes:
            return []
        rank = len(t.axes)
        return [a for a in made.args if isinstance(a, Value) and _is_unstretched(a.type, rank)]

    # definitions

    def _call(self, operand: Operand) -> Call | None:
        return self.spec.definitions.get(operand) if isinstance(operand, Value) else None

    def _adjoint_call(self, operand: Operand, fn: Any) -> list[Operand] | None:
        """The arguments of the call of `fn` in the adjoint that gave this operand."""
        made = self._call(operand)
        if made is None or operand in self._primal or callee(made) is not fn or made.kwargs:
            return None
        return [a for a in made.args if not isinstance(a, Star)]


def _is_unstretched(t: Type, rank: int) -> bool:
    if not isinstance(t, Array) or t.axes is None or len(t.axes) != rank:
        return False
    return all(isinstance(a, Length) and a.many for a in t.axes)


def _has_axes_of(have: Type, wanted: Type) -> bool:
    """Whether two arrays surely have the same shape."""
    if not (isinstance(have, Array) and isinstance(wanted, Array)) or have.axes is None or have.axes != wanted.axes:
        return False
    return all(not isinstance(a, Length) or a.name is not None for a in have.axes)


def _kind(t: Type) -> Any:
    return (t.dtype, None if t.axes is None else len(t.axes)) if isinstance(t, Array) else t


def _is_one(operand: Operand) -> bool:
    value = constant(operand)
    return type(value) in (int, float) and value == 1


def _floating(operand: Operand, other: Operand) -> Operand:
    """An integer constant as a real number where the other operand is an array of such."""
    value, t = constant(operand), type_of_operand(other)
    is_beside_floats = isinstance(t, Array) and t.axes != () and _is_floating(other)
    return Const(float(value)) if type(value) is int and abs(value) < 2**24 and is_beside_floats else operand


def _is_arithmetic(operand: Operand) -> bool:
    return isinstance(type_of_operand(operand), (Number, Array))


def _is_floating(operand: Operand) -> bool:
    t = type_of_operand(operand)
    if isinstance(t, Number):
        return t.kind == "float"
    return isinstance(t, Array) and t.dtype is not None and t.dtype.kind == "f"
