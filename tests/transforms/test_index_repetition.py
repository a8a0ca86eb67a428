"""Indices are written out where they are used, and nowhere else."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

import s2s_ad
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, Value
from s2s_ad.ir.printer import to_text
from s2s_ad.ir.types import FLOAT, INT, Array, Instance, Length, Tuple
from s2s_ad.ir.verifier import verify_blocks
from s2s_ad.transforms.index_repetition import index_repetition
from s2s_ad.transforms.outside import Outside

MATRIX = Array(np.dtype(float), (Length("m", many=True), Length("n", many=True)))
PAIR = Tuple((INT, INT))


def repeated(block: Block) -> str:
    """The block after the pass, which is well formed."""
    made = index_repetition(block, Outside())
    verify_blocks((), (made,))
    return to_text(made)


def pair(name: str | None = None) -> tuple[Value, Value, Value, Call]:
    """A matrix, two ints and `(i, j)`."""
    x, i, j, index = Value("x", MATRIX), Value("i", INT), Value("j", INT), Value(name, PAIR)
    return x, i, j, Call((index,), Const(primitives.make_tuple), (i, j))


def test_before_and_after() -> None:
    """The example of the module, forwards and backwards."""

    def scaled(x: Any, n: Any) -> Any:
        y = np.ones((3, 3))
        for i in range(n):
            for j in range(n):
                y[i, j:] += 2.0 * x[i, j:]
        return np.sum(y**2)

    text = s2s_ad.source(scaled, np.ones((3, 3)), 3, mode="grad")
    assert "y[i, j:] += 2.0 * x[i, j:]" in text
    assert "x_bar[i, j:] += " in text
    assert "slice(" not in text


def test_a_read_and_a_write() -> None:
    """Each has an index of its own."""
    x, i, j, index = pair()
    item, y = Value("item", FLOAT), Value("x", MATRIX)
    read = Call((item,), Const(operator.getitem), (x, index.results[0]))
    write = Call((y,), Const(primitives.store), (x, index.results[0], item))
    assert repeated(Block((x, i, j), (index, read, write), (y,))).count("make_tuple") == 3


def test_a_slice_in_a_pair() -> None:
    """The slice is repeated with the pair."""
    x, i, j, _ = pair()
    part, index = Value(None, Instance(slice)), Value(None, Tuple((INT, Instance(slice))))
    ops = (
        Call((part,), Const(slice), (j, Const(None), Const(None))),
        Call((index,), Const(primitives.make_tuple), (i, part)),
        Call((Value("a", MATRIX),), Const(operator.getitem), (x, index)),
    )
    assert repeated(Block((x, i, j), ops, ops[-1].results)).count("slice(%j") == 2


def test_an_index_that_something_else_reads() -> None:
    """A record has it too, so that it is made anyway."""
    x, i, j, index = pair()
    item = Value("item", FLOAT)
    read = Call((item,), Const(operator.getitem), (x, index.results[0]))
    assert repeated(Block((x, i, j), (index, read), (item, index.results[0]))).count("make_tuple") == 1


def test_an_index_with_a_name() -> None:
    """The user's variable stays."""
    x, i, j, index = pair("place")
    item = Value("item", FLOAT)
    read = Call((item,), Const(operator.getitem), (x, index.results[0]))
    assert repeated(Block((x, i, j), (index, read), (item,))).count("make_tuple") == 1


def test_an_index_of_other_things() -> None:
    """An array or a float in it may cost more to put together, or mean something else."""
    x, i, _, _ = pair()
    a = Value("a", Array(np.dtype(int), (Length("k"),)))
    index, item = Value(None, Tuple((INT, a.type))), Value("item", Array(np.dtype(float), (Length("k"),)))
    ops = (
        Call((index,), Const(primitives.make_tuple), (i, a)),
        Call((item,), Const(operator.getitem), (x, index)),
    )
    assert repeated(Block((x, i, a), ops, (item,))).count("make_tuple") == 1
