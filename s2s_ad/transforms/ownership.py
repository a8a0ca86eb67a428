"""Which finished cotangents belong to nobody else.

A caller may write to what a pullback returns. An array is *fresh* if arithmetic has just made it and nothing but its
place in the result reads it; a list, tuple or dict if it was made in the adjoint and all its items are fresh, which in
a loop means that the iteration itself has made them.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.sharing import makes_new
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, For, Op, Operand, Star, Value, operands, regions
from s2s_ad.ir.types import Array, List, Number, Tuple, Type

_IDLE = frozenset({primitives.make_list, primitives.make_tuple, primitives.make_dict, operator.getitem})
_CONTAINERS = frozenset({primitives.make_list, primitives.make_tuple, primitives.make_dict, primitives.store})


def is_immutable(t: Type) -> bool:
    """Whether values of type `t` cannot be written to, so that sharing them does no harm."""
    if isinstance(t, Tuple):
        return all(map(is_immutable, t.items))
    return isinstance(t, Number) or (isinstance(t, Array) and t.axes == () and not t.boxed)


class Ownership:
    """Answers for adjoint code that has been emitted so far, of which `results` will be used."""

    def __init__(self, ops: Sequence[Op], definitions: Mapping[Value, Call], results: Iterable[Operand]) -> None:
        self.definitions = definitions
        self.uses: Counter[Operand] = Counter()
        self.results = frozenset(results)
        self.loops: dict[Value, tuple[For, int]] = {}
        self._read(ops)

    def _read(self, ops: Sequence[Op]) -> None:
        for op in reversed(ops):
            if self._is_idle(op):
                continue
            for region in regions(op):
                self.uses.update(r for r in region.results if isinstance(r, Value))
                self._read(region.ops)
            self.uses.update(operands(op))
            if isinstance(op, For):
                self.loops.update((r, (op, i)) for i, r in enumerate(op.results))

    def _is_idle(self, op: Op) -> bool:
        """Whether `op` takes a structure apart or puts one together that nothing reads."""
        if not isinstance(op, Call) or callee(op) not in _IDLE:
            return False
        return not any(self.uses[r] or r in self.results for r in op.results)

    def is_fresh(self, operand: Operand, inside: frozenset[Value] | None = None) -> bool:
        """Whether nobody else has (any part of) a cotangent, which is made `inside` the region with these values."""
        if isinstance(operand, Const) or is_immutable(type_of_operand(operand)):
            return True
        if self.uses[operand] > 1 or (inside is not None and operand not in inside):
            return False
        if operand in self.loops:
            return self._is_fresh_list(*self.loops[operand])
        made = self.definitions.get(operand)
        return made is not None and self._is_fresh_call(made, inside)

    def _is_fresh_call(self, made: Call, inside: frozenset[Value] | None) -> bool:
        fn = callee(made)
        if makes_new(fn, made):
            return True
        parts = [a for a in made.args if not isinstance(a, Star)]
        is_list = isinstance(made.results[0].type, List)
        if is_list and fn is operator.getitem and isinstance(parts[1], Const) and isinstance(parts[1].value, slice):
            return self.is_fresh(parts[0], inside)
        if fn in _CONTAINERS or (is_list and fn in (operator.add, list)):
            return all(self.is_fresh(p, inside) for p in parts)
        return False

    def _is_fresh_list(self, loop: For, i: int) -> bool:
        """Whether a loop fills an empty list with items that each iteration makes."""
        start, param = self.definitions.get(loop.inits[i]), loop.body.params[1 + i]  # type: ignore[arg-type]
        filled = self.definitions.get(loop.body.results[1 + i])  # type: ignore[arg-type]
        if start is None or callee(start) is not primitives.make_list or start.args or filled is None:
            return False
        if callee(filled) is not primitives.append or filled.args[0] is not param or self.uses[param] > 1:
            return False
        return self.is_fresh(filled.args[1], frozenset(v for op in loop.body.ops for v in op.results))  # type: ignore[arg-type]
