"""What a recogniser says yes to has the same signature, and nothing that a guard watches has changed."""

import collections
import math

import numpy as np
import pytest

from s2s_ad import grad, pullback
from s2s_ad.analysis.guards import MISSING, Guard, recogniser
from s2s_ad.compiler import signature
from s2s_ad.ir.values import is_code

Point = collections.namedtuple("Point", "x y")

VALUES = (
    1.0, 1, True, 1j, None, "mean", "sum", b"x", np.float64(1.0), np.float32(1.0), np.int64(1), np.array(1.0),
    np.ones(3), np.ones(1), np.ones(0), np.ones((3, 1)), np.ones((1, 3)), np.ones((2, 3)), np.ones(3, np.float32),
    np.ones(3, int), np.ones(3, ">f8"), np.ma.ones(3), (1.0, 2.0), (1.0, 2), [1.0, 2.0], [1.0, 2], [], (),
    [1.0] * 40, [1] * 40, [1.0] * 39 + [1], [np.ones(2)] * 40, [np.ones(2)] * 39 + [np.ones(1)], [(np.ones(2), 1.0)],
    ((np.ones(2), 1.0),), {"a": 1.0}, {"a": 1}, {"b": 1.0}, {"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0}, {1: 1.0},
    Point(1.0, 2.0), Point(1.0, 2), math.sin, math.cos, len, range(3), slice(1), slice(2), ..., np.dtype("f4"), {1.0},
)  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_it_says_yes_only_to_the_same_signature(value):
    """Each pair of values; and it says yes to the value that it was made from, slices apart."""
    recognise = recogniser([value], (), is_code)
    assert recognise(value) is True
    for other in VALUES:
        try:
            answer = recognise(other)
        except Exception:
            continue
        assert not answer or signature([other]) == signature([value]), other


def test_each_kind_of_guard():
    """Entries, attributes, absent names, data and cells."""

    class Holder:
        part = math.sin

    def make(cell):
        return lambda: cell

    space = {"f": math.sin, "data": np.ones(3), "text": "a"}
    cell = make(1.0).__closure__[0]
    guards = [
        Guard(space, "f", math.sin),
        Guard(space, "absent", MISSING),
        Guard(space, "data", signature([space["data"]])[0], by_type=True),
        Guard(space, "text", "a"),
        Guard(Holder, "part", math.sin),
        Guard(cell, "cell_contents", cell.cell_contents),
    ]
    recognise = recogniser([], guards, is_code)

    def holds():
        assert recognise() == all(g.holds() for g in guards)
        return recognise()

    assert holds()
    for name, value in (("f", math.cos), ("absent", 1), ("data", np.ones((3, 3))), ("text", "b")):
        before = dict(space)
        space[name] = value
        assert not holds(), name
        space.clear()
        space.update(before)
        assert holds(), name
    space["data"] = np.zeros(7)
    assert holds()
    Holder.part = math.cos
    assert not holds()
    Holder.part = math.sin
    cell.cell_contents = 2.0
    assert not holds()


def test_defaults_are_those_of_the_moment():
    """A default that is replaced after the first call."""

    def f(x, n=2.0):
        return x * n

    gradient = grad(f)
    assert [gradient(3.0), gradient(3.0), gradient(3.0, 5.0)] == [2.0, 2.0, 5.0]
    f.__defaults__ = (4.0,)
    assert gradient(3.0) == 4.0
    assert pullback(f, 3.0)[1](1.0) == (None, 4.0)
    f.__defaults__ = None
    with pytest.raises(TypeError):
        gradient(3.0)


def test_code_is_that_of_the_moment():
    """A function that gets other code after the first call."""

    def f(x):
        return x * 2.0

    def g(x):
        return x * x

    gradient = grad(f)
    assert [gradient(3.0), gradient(3.0)] == [2.0, 2.0]
    f.__code__ = g.__code__
    assert gradient(3.0) == 6.0
    assert pullback(f, 3.0)[1](1.0) == (None, 6.0)


def test_cells_are_read_at_each_call():
    """Captured variables that change in value, type and code; and closures that share code."""

    def make(w):
        def f(x):
            return np.sum(w * x) if not callable(w) else w(x)

        def change(new):
            nonlocal w
            w = new

        return f, change

    f, change = make(2.0)
    g, _ = make(7.0)
    gradient, x = grad(f), 3.0
    for w, expected in ((2.0, 2.0), (3, 3.0), (5.0, 5.0), (math.exp, math.exp(3.0)), (math.sin, math.cos(3.0))):
        change(w)
        for _ in range(2):
            assert gradient(x) == pytest.approx(expected)
            assert pullback(f, x)[1](1.0)[1] == pytest.approx(expected)
            assert grad(g)(x) == 7.0
    change(np.ones(3))
    np.testing.assert_array_equal(gradient(np.arange(3.0)), np.ones(3))
