"""Sums of cotangents are written in place only where nobody else can see the buffer."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

import s2s_ad
from programs.harness import identical
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, For, If, Op, Operand, Value
from s2s_ad.ir.printer import to_text
from s2s_ad.ir.types import ANY, INT, Array, Length
from s2s_ad.ir.verifier import verify_blocks
from s2s_ad.transforms.accumulation import accumulation
from s2s_ad.transforms.outside import Outside

N = Length("n", many=True)
VECTOR = Array(np.dtype(float), (N,))


def vector(name: str | None = "x_bar") -> Value:
    """A cotangent of a vector."""
    return Value(name, VECTOR)


def total(result: Value, a: Operand, b: Operand) -> Call:
    """`result` is the sum of `a` and `b`."""
    return Call((result,), Const(operator.add), (a, b))


def new(result: Value, x: Value) -> Call:
    """`result` is new."""
    return Call((result,), Const(np.zeros_like), (x,))


def writes_in(block: Block) -> int:
    """How many sums in place the pass makes of a block, which stays well formed."""
    made = accumulation(block, Outside())
    verify_blocks((), (made,))
    return to_text(made).count("augment(")


def test_a_new_buffer() -> None:
    """The sum takes it over, and a second sum takes over the first."""
    x, y, a, b, c = vector("x"), vector("y"), vector(), vector(), vector()
    assert writes_in(Block((x, y), (new(a, x), total(b, a, y), total(c, b, y)), (c,))) == 2


def loop(start: Value, param: Value, ops: tuple[Op, ...], out: Operand, result: Value) -> For:
    """A loop that carries one value."""
    return For((result,), Const(range(3)), (start,), Block((Value("i", INT), param), ops, (Const(False), out)))


def test_a_buffer_that_a_loop_carries() -> None:
    """Each iteration adds to it, loops inside too, and so does what follows."""
    x, y, a = vector("x"), vector("y"), vector()
    p, q, inner, outer, out, end = (vector() for _ in range(6))
    inside = loop(p, q, (total(out, q, y),), out, inner)
    block = Block((x, y), (new(a, x), loop(a, p, (inside,), inner, outer), total(end, outer, y)), (end,))
    assert writes_in(block) == 2


def test_a_buffer_that_has_been_read() -> None:
    """What was computed from it before stays as it is, and so does what a view of it was read for."""
    x, y, a, b, c, view, d = vector("x"), vector("y"), vector(), vector(), vector("c"), vector(None), vector("d")
    ops = (
        new(a, x),
        Call((c,), Const(operator.mul), (a, y)),
        Call((view,), Const(operator.getitem), (a, Const(slice(1, None)))),
        Call((d,), Const(operator.neg), (view,)),
        total(b, a, y),
    )
    assert writes_in(Block((x, y), ops, (b, c, d))) == 1


def read_for_a_product_later(x: Value, y: Value) -> Block:
    """A product reads the buffer after the sum."""
    a, b, c = vector(), vector(), vector("c")
    return Block((x, y), (new(a, x), total(b, a, y), Call((c,), Const(operator.mul), (a, y))), (b, c))


def viewed_for_a_product_later(x: Value, y: Value) -> Block:
    """A view that was taken before the sum is read after it."""
    a, b, c, view = vector(), vector(), vector("c"), vector(None)
    viewed = Call((view,), Const(operator.getitem), (a, Const(slice(1, None))))
    return Block((x, y), (new(a, x), viewed, total(b, a, y), Call((c,), Const(operator.mul), (view, y))), (b, c))


def added_to_itself(x: Value, y: Value) -> Block:
    """Both terms are the buffer."""
    a, b, c = vector(), vector(), vector("c")
    return Block((x, y), (new(a, x), total(b, a, a), Call((c,), Const(operator.mul), (b, y))), (c,))


def not_new(x: Value, y: Value) -> Block:
    """The buffer is a parameter: that of the caller."""
    b = vector()
    return Block((x, y), (total(b, x, y),), (b,))


def viewed(x: Value, y: Value) -> Block:
    """The buffer is a view of another."""
    a, b = vector(), vector()
    view = Call((a,), Const(operator.getitem), (x, Const(slice(None))))
    return Block((x, y), (view, total(b, a, y)), (b,))


def read_again(x: Value, y: Value) -> Block:
    """The buffer is read after the sum."""
    a, b = vector(), vector()
    return Block((x, y), (new(a, x), total(b, a, y)), (b, a))


def read_in_a_loop(x: Value, y: Value) -> Block:
    """Each iteration reads the buffer as it was."""
    a, p, b, r = vector(), vector("p"), vector(), vector("r")
    return Block((x, y), (new(a, x), loop(x, p, (total(b, a, y),), b, r)), (r,))


def read_on_one_side(x: Value, y: Value) -> Block:
    """The side that adds is not the only one to read what an outer loop carries."""
    a, p, b, r, s = vector(), vector(), vector(), vector(), vector()
    branch = If((s,), Const(1) and y, Block((), (total(b, p, y),), (b,)), Block((), (), (p,)))
    return Block((x, y), (new(a, x), loop(a, p, (branch,), s, r)), (r,))


def started_twice(x: Value, y: Value) -> Block:
    """The buffer that a loop starts from is read after it."""
    a, p, b, r = vector(), vector(), vector(), vector()
    return Block((x, y), (new(a, x), loop(a, p, (total(b, p, y),), b, r)), (r, a))


def given_another(x: Value, y: Value) -> Block:
    """The next iteration gets a buffer that is not new."""
    a, p, b, r = vector(), vector(), vector(), vector()
    return Block((x, y), (new(a, x), loop(a, p, (total(b, p, y),), y, r)), (r,))


def kept_in_a_list(x: Value, y: Value) -> Block:
    """A record holds on to the buffer."""
    a, b = vector(), vector()
    items = Value("items")
    return Block((x, y), (new(a, x), Call((items,), Const(primitives.make_list), (a,)), total(b, a, y)), (b, items))


def of_the_user(x: Value, y: Value) -> Block:
    """A sum that the user has written."""
    a, b = vector("h"), vector("h")
    return Block((x, y), (new(a, x), total(b, a, y)), (b,))


def spread(x: Value, y: Value) -> Block:
    """The sum is larger than the buffer."""
    a, b = Value("x_bar", Array(np.dtype(float), (1,))), vector()
    return Block((x, y), (new(a, x), total(b, a, y)), (b,))


def widened(x: Value, y: Value) -> Block:
    """The sum is of another dtype."""
    a, b = Value("x_bar", Array(np.dtype(np.float32), (N,))), vector()
    return Block((x, y), (new(a, x), total(b, a, y)), (b,))


def of_any_length(x: Value, y: Value) -> Block:
    """Nothing says that the buffer is as long as the sum."""
    t = Array(np.dtype(float), (ANY,))
    a, b = Value("x_bar", t), Value("x_bar", t)
    return Block((x, y), (new(a, x), total(b, a, y)), (b,))


@pytest.mark.parametrize(
    "make",
    [
        not_new, viewed, read_again, read_in_a_loop, read_on_one_side, started_twice, given_another, kept_in_a_list,
        of_the_user, spread, widened, of_any_length, read_for_a_product_later, viewed_for_a_product_later,
        added_to_itself,
    ],
)  # fmt: skip
def test_what_is_not_written(make: Any) -> None:
    """The sum stays a new array."""
    assert writes_in(make(vector("x"), vector("y"))) == 0


def layers(w, xs):
    h = np.zeros(2)
    for i in range(3):
        h = np.tanh(w @ h + xs[i])
    return np.sum(h * h)


def test_a_network_adds_up_its_weights_in_place() -> None:
    """The pullback can be called again, and leaves what it was given as it is."""
    w, xs = np.array([[0.5, -0.25], [1.0, 0.75]]), np.array([[1.0, 2.0], [0.5, -1.0], [0.25, 0.125]])
    assert "w_bar += " in s2s_ad.source(layers, w, xs)
    _, back = s2s_ad.pullback(layers, w, xs)
    _, plain = s2s_ad.differentiable(layers, optimize=False).pullback(w, xs)
    first, second = back(1.0), back(1.0)
    assert identical(first, second)
    assert identical(first, plain(1.0))


def test_the_cotangent_that_is_passed_in_is_left_alone() -> None:
    """It belongs to the caller."""

    def twice(x):
        y = x * 2.0
        return y + x

    _, back = s2s_ad.pullback(twice, np.ones(3))
    y_bar = np.ones(3)
    back(y_bar)
    assert identical(y_bar, np.ones(3))
