"""Lowers the patterns of `match` to tests, in Python's order, each only if those before it hold.

What a pattern captures is kept in variables of our own, and bound when the whole pattern fits, as Python does it: for
the guard, and once more in the body, where it is known that they are bound.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast

from s2s_ad import runtime
from s2s_ad.frontend.builder import CAPTURED, FALSE, TRUE
from s2s_ad.frontend.desugar.matching import captures
from s2s_ad.frontend.expressions import ExpressionLowering
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand, Value

Test = Callable[[], Operand]


class PatternLowering(ExpressionLowering):
    """One method for each kind of pattern."""

    def _matches(self, node: Any) -> Operand:
        fits = self._fits(node.pattern, self.expression(node.subject))
        if node.guard is None:
            return fits

        def guard() -> Operand:
            self.bind_captures(tuple(dict.fromkeys(captures(node.pattern))))
            return self.expression(node.guard)

        return self._merged(node, fits, guard, lambda: fits)

    def bind_captures(self, names: tuple[str, ...]) -> None:
        """Bind what the pattern that has just been matched captures."""
        for name in names:
            self.bind(name, self.env[CAPTURED + name])

    def forget_captures(self, names: tuple[str, ...]) -> None:
        """Drop what the pattern that has just been matched captures."""
        for name in names:
            self.env.pop(CAPTURED + name, None)

    def _keep(self, name: str, operand: Operand) -> None:
        if isinstance(operand, Value) and operand.name is None:
            operand.name = name
        self.env[CAPTURED + name] = operand

    def _fits(self, pattern: Any, subject: Operand) -> Operand:
        method: Callable[[Any, Operand], Operand] = getattr(self, "_fits_" + type(pattern).__name__.lower())
        return method(pattern, subject)

    def _all(self, node: gast.AST, tests: list[Test]) -> Operand:
        """Whether all tests hold; none is made after one that fails."""
        if not tests:
            return TRUE
        holds, rest = tests[0](), tests[1:]
        if holds is TRUE or not rest:
            return self._all(node, rest) if rest else holds
        return self._merged(node, holds, lambda: self._all(node, rest), lambda: FALSE)

    def _fits_matchvalue(self, pattern: Any, subject: Operand) -> Operand:
        return self.emit(pattern, operator.eq, subject, self.expression(pattern.value))

    def _fits_matchsingleton(self, pattern: Any, subject: Operand) -> Operand:
        return self.emit(pattern, operator.is_, subject, Const(pattern.value))

    def _fits_matchas(self, pattern: Any, subject: Operand) -> Operand:
        def keep() -> Operand:
            if pattern.name is not None:
                self._keep(pattern.name, subject)
            return TRUE

        first = [] if pattern.pattern is None else [lambda: self._fits(pattern.pattern, subject)]
        return self._all(pattern, [*first, keep])

    def _fits_matchor(self, pattern: Any, subject: Operand) -> Operand:
        return self._any_of(pattern, pattern.patterns, subject)

    def _any_of(self, node: gast.AST, patterns: list[Any], subject: Operand) -> Operand:
        first, *rest = patterns
        fits = self._fits(first, subject)
        if not rest or fits is TRUE:
            return fits
        return self._merged(node, fits, lambda: fits, lambda: self._any_of(node, rest, subject))

    def _fits_matchsequence(self, pattern: Any, subject: Operand) -> Operand:
        parts = pattern.patterns
        star = next((i for i, p in enumerate(parts) if isinstance(p, gast.MatchStar)), None)
        before, after = (len(parts), None) if star is None else (star, len(parts) - star - 1)

        def has_length() -> Operand:
            compare = operator.eq if star is None else operator.ge
            return self.emit(pattern, compare, self.emit(pattern, len, subject), Const(before + (after or 0)))

        def has_items() -> Operand:
            if all(_captures_nothing(p) for p in parts):
                return TRUE
            shape = primitives.Unpack(before, after)
            items = self.call(pattern, shape, [subject], results=shape.count)
            return self._all(pattern, [_later(self._fits, p, item) for p, item in zip(parts, items, strict=True)])

        return self._all(pattern, [lambda: self.emit(pattern, runtime.is_sequence, subject), has_length, has_items])

    def _fits_matchstar(self, pattern: Any, subject: Operand) -> Operand:
        return self._fits_matchas(gast.copy_location(gast.MatchAs(None, pattern.name), pattern), subject)

    def _fits_matchmapping(self, pattern: Any, subject: Operand) -> Operand:
        keys: list[Operand] = []

        def has_keys() -> Operand:
            return self.emit(pattern, operator.ge, self.emit(pattern, len, subject), Const(len(pattern.keys)))

        def has(key: gast.AST) -> Operand:
            keys.append(self.expression(key))
            return self.emit(key, operator.contains, subject, keys[-1])

        def item(i: int) -> Operand:
            return self._fits(pattern.patterns[i], self.emit(pattern, operator.getitem, subject, keys[i]))

        def rest() -> Operand:
            if pattern.rest is not None:
                self._keep(pattern.rest, self.emit(pattern, runtime.without, subject, *keys))
            return TRUE

        tests: list[Test] = [lambda: self.emit(pattern, runtime.is_mapping, subject)]
        if pattern.keys:
            tests += [has_keys, *(_later(has, key) for key in pattern.keys)]
        return self._all(pattern, [*tests, *(_later(item, i) for i in range(len(pattern.keys))), rest])

    def _fits_matchclass(self, pattern: Any, subject: Operand) -> Operand:
        cls = self.expression(pattern.cls)
        count = len(pattern.patterns)
        names = [*(Const((i, count)) for i in range(count)), *map(Const, pattern.kwd_attrs)]
        parts = [*pattern.patterns, *pattern.kwd_patterns]
        found: list[Operand] = []

        def get(name: Operand) -> Operand:
            found.append(self.emit(pattern, primitives.match_attribute, subject, cls, name))
            return TRUE

        tests: list[Test] = [lambda: self.emit(pattern, primitives.is_instance, subject, cls)]
        for name in names:
            tests += [_later(self.emit, pattern, primitives.has_match_attribute, subject, cls, name), _later(get, name)]
        tests += [_later(lambda p, i: self._fits(p, found[i]), p, i) for i, p in enumerate(parts)]
        return self._all(pattern, tests)


def _captures_nothing(pattern: Any) -> bool:
    """Whether a pattern is `_` or `*_`."""
    is_name = isinstance(pattern, (gast.MatchAs, gast.MatchStar)) and getattr(pattern, "pattern", None) is None
    return is_name and pattern.name is None


def _later(function: Callable[..., Operand], *args: Any) -> Test:
    return lambda: function(*args)
