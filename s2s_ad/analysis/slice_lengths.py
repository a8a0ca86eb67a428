"""The length of a constant slice as a symbolic length.

How long `x[a:b:c]` is depends on nothing but the length n of `x`, and so it does for slices of slices. Such a law
n ↦ length is linear from some n on, but for a period: `values` are its first values, and each `period` further the
length grows by `growth`. The shortest such table names the length, so that `x[1:]` and `x[:-1]`, or `x[2:0:-1]`
and `x[1:3]`, are seen to be equally long.
"""

from __future__ import annotations

from dataclasses import dataclass

from s2s_ad.analysis.operands import constant_length, length
from s2s_ad.ir.types import ANY, MANY, Axis, Length

_LONGEST = 1000


@dataclass(frozen=True)
class Law:
    """n ↦ length: the first values, of which the last `period` repeat with `growth` added each time."""

    values: tuple[int, ...]
    period: int
    growth: int

    def __call__(self, n: int) -> int:
        """The length that is cut from an axis of length n."""
        times = max(0, -((len(self.values) - 1 - n) // self.period))
        return self.values[n - times * self.period] + times * self.growth


@dataclass(frozen=True)
class Cut:
    """The name of the length that `law` cuts from an axis of length `of`."""

    of: Length
    law: Law


IDENTITY = Law((0,), 1, 1)


def sliced(axis: Axis, part: slice) -> Axis:
    """The length of a slice with constant bounds."""
    known = constant_length(axis)
    if known is not None:
        return length(len(range(*part.indices(known))))
    assert isinstance(axis, Length)
    cut = axis.name if isinstance(axis.name, Cut) else Cut(axis, IDENTITY)
    law = _composed(cut.law, part)
    if law is None:
        return ANY
    if law == IDENTITY:
        return cut.of
    many = _is_never_one(law, cut.of)
    if cut.of.name is None:
        return MANY if many else ANY
    return Length(Cut(cut.of, law), many)


def _composed(law: Law, part: slice) -> Law | None:
    """The law of a slice of what `law` cuts; None where its table would be too long."""
    start, stop, step = part.start or 0, part.stop or 0, part.step or 1
    period = law.period * (abs(step) if law.growth else 1)
    # from here on the bounds lie within the axis
    settled = len(law.values) + law.period * (abs(start) + abs(stop) + 2)
    if settled + period > _LONGEST:
        return None
    values = [len(range(*part.indices(law(n)))) for n in range(settled + 2 * period)]
    growth = values[-1] - values[-1 - period]
    if growth == 0:
        period = 1
    while len(values) > period and values[-1] - values[-1 - period] == growth:
        values.pop()
    return Law(tuple(values), period, growth)


def _is_never_one(law: Law, of: Length) -> bool:
    """Whether the law gives no length of one; it does not fall where it grows, so that the first values tell."""
    return all(law(n) != 1 or (n == 1 and of.many) for n in range(len(law.values) + 2 * law.period))
