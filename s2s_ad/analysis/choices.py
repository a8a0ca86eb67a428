"""Callees that are one of several functions, which of them is known when the program runs: `(f if test else g)(x)`.

A call of such a value tries the functions one after the other,

    if callee is f: y = f(x)
    else: y = g(x)

so each has code of its own. Where the functions are not known, a call of a value is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.operands import constant
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand, Star, Value
from s2s_ad.ir.types import UNKNOWN

if TYPE_CHECKING:
    from s2s_ad.analysis.specialize import Specializer

_MOST = 8


def one_of(s: Emitter, operands: Sequence[Operand]) -> tuple[Const, ...]:
    """The functions that `operands` are or may be; none where one of these is something else, or there are too many."""
    found: dict[int, Const] = {}
    for operand in operands:
        options = (operand,) if isinstance(operand, Const) else s.choices.get(operand, ())
        if not options or not all(callable(option.value) for option in options):
            return ()
        found |= {id(option.value): option for option in options}
    return tuple(found.values()) if len(found) <= _MOST else ()


def functions_in(s: Emitter, container: Operand) -> tuple[Const, ...]:
    """The functions that a container which is written out holds, if it holds nothing else."""
    if isinstance(container, Const):
        return one_of(s, [Const(v) for v in container.value]) if isinstance(container.value, tuple) else ()
    made = s.definitions.get(container)
    fn = None if made is None else constant(made.target)
    if made is None or fn not in (primitives.make_list, primitives.make_tuple, primitives.make_dict):
        return ()
    items = made.args[1::2] if fn is primitives.make_dict else made.args
    return () if any(isinstance(item, Star) for item in items) else one_of(s, items)  # type: ignore[arg-type]


def choose(
    s: Specializer, callee: Value, options: tuple[Const, ...], args: list[Operand], kwargs: dict[str, Operand]
) -> Operand:
    """The result of a call of one of several functions."""
    first, *others = options
    if not others:
        return s.apply(first, args, kwargs)
    test, span = s.apply(operator.is_, [callee, first]), s.span
    sides = [
        s.side(lambda rest=rest: [choose(s, callee, rest, args, kwargs)])  # type: ignore[misc]
        for rest in (options[:1], tuple(others))
    ]
    s.dead = s.dead or all(side.dead for side in sides)
    joined = Value(None, UNKNOWN)
    s.merge((joined,), test, sides, span)
    return s.env[joined]
