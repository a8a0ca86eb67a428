"""Broadcasting of axes at compile time, and what undoes it."""

from __future__ import annotations

from itertools import zip_longest

from s2s_ad.ir.types import ANY, Axis, Length


def broadcast(*shapes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """The axes of the result of an elementwise operation on arrays of these axes."""
    columns = zip_longest(*(reversed(s) for s in shapes), fillvalue=1)
    return tuple(reversed([_broadcast_axis(column) for column in columns]))


def _broadcast_axis(axes: tuple[Axis, ...]) -> Axis:
    distinct = [a for a in dict.fromkeys(axes) if a != 1]
    if not distinct:
        return 1
    if len(distinct) == 1:
        return distinct[0]
    many = [a for a in distinct if isinstance(a, Length) and a.many]
    named = [a for a in many if isinstance(a, Length) and a.name is not None]
    return named[0] if named else many[0] if many else ANY


def same_length(a: Axis, b: Axis) -> bool:
    """Whether two axes that have been broadcast together into `b` surely have one length."""
    if a == 1 or b == 1:
        return a == b
    assert isinstance(a, Length)
    return a.many or (a == b and a.name is not None)


def surely_fit(*shapes: tuple[Axis, ...]) -> bool:
    """Whether arrays of these axes can be broadcast together for sure."""
    for column in zip_longest(*(reversed(s) for s in shapes), fillvalue=1):
        long = [a for a in column if isinstance(a, Length)]
        if len(long) > 1 and (len(set(long)) > 1 or long[0].name is None):
            return False
    return True


def reduction_to(target: tuple[Axis, ...], source: tuple[Axis, ...]) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """How to sum an array with axes `source` back to `target`, from which it was broadcast.

    Returns the leading axes to sum away and the further ones to sum to length one, counted after the former are gone;
    None where the types cannot tell.
    """
    extra = len(source) - len(target)
    if extra < 0:
        return None
    kept = []
    for i, (want, have) in enumerate(zip(target, source[extra:], strict=True)):
        if same_length(want, have):
            continue
        if want != 1:
            return None
        kept.append(i)
    return tuple(range(extra)), tuple(kept)
