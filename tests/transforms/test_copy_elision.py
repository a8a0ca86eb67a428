"""Copies of cotangents are left out only where nobody could tell."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

import s2s_ad
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, For, If, Op, Operand, Value
from s2s_ad.ir.printer import to_text
from s2s_ad.ir.types import BOOL, INT, Array, Length, List
from s2s_ad.ir.verifier import verify_blocks
from s2s_ad.transforms.copy_elision import copy_elision
from s2s_ad.transforms.outside import Outside

VECTOR = Array(np.dtype(float), (Length("n", many=True),))


def vector(name: str | None = "x_bar") -> Value:
    """A cotangent of a vector."""
    return Value(name, VECTOR)


def call(result: Value, fn: Any, *args: Operand) -> Call:
    """`result = fn(*args)`."""
    return Call((result,), Const(fn), args)


def copies_in(block: Block) -> int:
    """How many copies the pass leaves in a block, which stays well formed."""
    made = copy_elision(block, Outside())
    verify_blocks((), (made,))
    return to_text(made).count("np.array(")


def test_before_and_after() -> None:
    """The example of the module."""

    def stencil(u: Any) -> Any:
        u = u.copy()
        u[1:-1] += 0.1 * u[2:]
        return np.sum(u**2)

    text = s2s_ad.source(stencil, np.ones(5), mode="grad")
    assert "np.array(" not in text
    assert "u_bar[2:] += u_bar[1:-1] * 0.1" in text


def test_a_copy_for_arithmetic() -> None:
    """A product is exact, and makes an array of its own."""
    x, a, b = vector("x"), vector(None), vector()
    assert copies_in(Block((x,), (call(a, np.array, x), call(b, operator.mul, a, a)), (b,))) == 0


def test_a_copy_whose_elements_are_written_elsewhere() -> None:
    """A write of its elements leaves nothing behind."""
    x, y, a, b = vector("x"), vector("y"), vector(None), vector()
    copied, stored = call(a, np.array, x), call(b, primitives.accumulate, y, Const(slice(None)), a)
    assert copies_in(Block((x, y), (copied, stored), (b,))) == 0


def test_the_only_reader_of_a_new_array() -> None:
    """It has the array to itself."""
    x, a, b = vector("x"), vector(), vector()
    assert copies_in(Block((x,), (call(a, operator.neg, x), call(b, np.array, a)), (b,))) == 0


def test_a_buffer_that_a_loop_fills() -> None:
    """It is owned after the loop as it was before, whatever numbers are read out of it."""
    x, a, b, p, q, c, item = (vector() for _ in range(7))
    element = Value(None, Array(np.dtype(float), ()))
    i = Value("i", INT)
    ops = (
        call(element, operator.getitem, p, i),
        call(item, operator.mul, p, element),
        call(q, primitives.accumulate, p, Const(slice(None)), item),
    )
    loop = For((b,), Const(range(3)), (a,), Block((i, p), ops, (Const(False), q)))
    assert copies_in(Block((x,), (call(a, np.zeros_like, x), loop, call(c, np.array, b)), (c,))) == 0


def returned(x: Value) -> Block:
    """The copy leaves the block."""
    a = vector()
    return Block((x,), (call(a, np.array, x),), (a,))


def written_in_between(x: Value) -> Block:
    """The original is written to before the copy is read."""
    a, b, y = vector(), vector(), vector("x")
    write = call(y, primitives.store, x, Const(0), Const(0.0))
    return Block((x,), (call(a, np.array, x), write, call(b, operator.mul, a, Const(2.0))), (b, y))


def summed(x: Value) -> Block:
    """A sum of many numbers may come out otherwise for another layout."""
    a, b = vector(), Value("b", Array(np.dtype(float), ()))
    return Block((x,), (call(a, np.array, x), call(b, np.sum, a)), (b,))


def written_itself(x: Value) -> Block:
    """The copy is what is written to."""
    a, b = vector(), vector()
    return Block((x,), (call(a, np.array, x), call(b, primitives.store, a, Const(0), Const(0.0))), (b, x))


def read_by_another(x: Value) -> Block:
    """The new array goes elsewhere too."""
    a, b = vector(), vector()
    return Block((x,), (call(a, operator.neg, x), call(b, np.array, a)), (a, b))


def viewed_before(x: Value) -> Block:
    """A view of an earlier version is given too."""
    a, b, c, view = vector(), vector(), vector(), vector()
    ops = (
        call(a, np.zeros_like, x),
        call(view, operator.getitem, a, Const(slice(1, None))),
        call(b, primitives.store, a, Const(0), Const(1.0)),
        call(c, np.array, b),
    )
    return Block((x,), ops, (view, c))


def put_in_a_list(x: Value) -> Block:
    """A list has an earlier version."""
    a, b, c = vector(), vector(), vector()
    items = Value("items", List(VECTOR))
    ops: tuple[Op, ...] = (
        call(a, np.zeros_like, x),
        call(items, primitives.make_list, a),
        call(b, primitives.store, a, Const(0), Const(1.0)),
        call(c, np.array, b),
    )
    return Block((x,), ops, (items, c))


def on_one_side(x: Value) -> Block:
    """The original is outside of the branch that copies it, and is there for the other one."""
    a, b, c, test = vector(), vector(), vector(), Value("test", BOOL)
    copied = If((c,), test, Block((), (call(b, np.array, a),), (b,)), Block((), (), (x,)))
    return Block((x, test), (call(a, operator.neg, x), copied), (c,))


def in_each_round(x: Value) -> Block:
    """Each iteration starts from a copy of the same."""
    a, b, c, p, d = (vector() for _ in range(5))
    ops = (call(b, np.array, a), call(c, primitives.store, b, Const(0), Const(1.0)))
    loop = For((d,), Const(range(3)), (x,), Block((Value("i", INT), p), ops, (Const(False), c)))
    return Block((x,), (call(a, operator.neg, x), loop), (d,))


@pytest.mark.parametrize(
    "made",
    [
        returned,
        written_in_between,
        summed,
        written_itself,
        read_by_another,
        viewed_before,
        put_in_a_list,
        on_one_side,
        in_each_round,
    ],
)
def test_copies_that_are_needed(made: Any) -> None:
    """They stay."""
    assert copies_in(made(vector("x"))) == 1
