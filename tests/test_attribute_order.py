"""Objects of one class get their attributes in different orders: that means nothing to their derivatives."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from programs.harness import Program, corpus, cotangent_like
from programs.oracles import flatten, silently
from s2s_ad import compiler, differentiable, dispatch, pullback
from s2s_ad.analysis.handlers import construction

TOPICS = ("one_of_two", "items", "parts_replaced", "selections")
PROGRAMS = [
    p for p in corpus() if p.name.partition(".")[0] in TOPICS and p.raises is None and p.refused is None and p.varied()
]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("program", PROGRAMS, ids=[p.name for p in PROGRAMS])
def test_attributes_in_any_order(program: Program, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every object that the program makes has them in an order of its own."""
    made, rng = construction._made, random.Random(seed)

    def shuffled(s: Any, cls: Any, attributes: Any, call: Any, name: Any) -> Any:
        names = rng.sample(list(attributes), len(attributes))
        if call is not None:
            call = [(k, names.index(list(attributes)[i])) for k, i in call]
        return made(s, cls, {k: attributes[k] for k in names}, call, name)

    expected = gradient(program)
    monkeypatch.setattr(construction, "_made", shuffled)
    monkeypatch.setattr(compiler, "_cache", {})
    monkeypatch.setattr(dispatch, "_shortcuts", {})
    np.testing.assert_allclose(gradient(program), expected, rtol=1e-12, atol=1e-12)


def gradient(program: Program) -> Any:
    """The gradient of a weighted sum of what the function gives."""
    y, back = silently(pullback)(program.function, *program.arguments())
    return flatten(silently(back)(cotangent_like(y))[1:], program.arguments())


class Slotted:
    """Python has its slots in the order of their names."""

    __slots__ = ("x", "y")

    def __init__(self, y: float, x: float) -> None:
        self.y = y
        self.x = x


class Body:
    """Something that a step makes anew, or leaves."""

    def __init__(self) -> None:
        self.q = Slotted(0.5, 0.7)
        self.sleeps = False
        self.n = 0


class World:
    """What it is in."""

    def __init__(self) -> None:
        self.body = Body()
        self.scale = 3.0


def step(body: Body) -> None:
    """One."""
    if body.sleeps:
        return
    body.q = Slotted(body.q.y, body.q.x)
    if body.n > 30:
        pass


@pytest.mark.parametrize("optimize", [True, False])
def test_slots_are_in_the_order_of_their_names(optimize: bool) -> None:
    """The cotangent of `y` was given to `x`."""

    def value(world: World) -> float:
        step(world.body)
        return world.body.q.y * world.scale

    bar = pullback(differentiable(value, optimize=optimize), World())[1](1.0)[1]
    assert (bar.body.q.x, bar.body.q.y, bar.scale) == (0.0, 3.0, 0.5)
