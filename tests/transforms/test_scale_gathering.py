"""Powers of two are multiplied together where nothing can tell."""

from __future__ import annotations

import operator
import re

import numpy as np
import pytest

from s2s_ad.ir.nodes import Block, Call, Const, Operand, Value
from s2s_ad.ir.printer import to_text
from s2s_ad.ir.types import INT, Array, Length, Type
from s2s_ad.ir.verifier import verify_blocks
from s2s_ad.transforms.outside import Outside
from s2s_ad.transforms.scale_gathering import scale_gathering

VECTOR = Array(np.dtype(float), (Length("n", many=True),))


def product(a: Operand, b: Operand, t: Type = VECTOR) -> Call:
    """A product of vectors."""
    return Call((Value(None, t),), Const(operator.mul), (a, b))


def factors_in(block: Block, outside: Outside = Outside()) -> list[str]:  # noqa: B008
    """The constants by which the block multiplies after the pass."""
    made = scale_gathering(block, outside)
    verify_blocks((), (made,))
    return re.findall(r", ([\d.]+)\)", to_text(made))


def chain(first: float, second: float) -> tuple[Block, list[Call]]:
    """`x * first * y * second`."""
    x, y = Value("x", VECTOR), Value("y", VECTOR)
    a = product(x, Const(first))
    b = product(a.results[0], y)
    c = product(b.results[0], Const(second))
    return Block((x, y), (a, b, c), c.results), [a, b, c]


def test_halves() -> None:
    """Two factors become one, the first."""
    assert factors_in(chain(0.5, 0.5)[0]) == ["0.25"]


def test_three_halves() -> None:
    """So do three."""
    block, (a, b, c) = chain(0.5, 0.25)
    d = product(c.results[0], Const(0.5))
    assert factors_in(Block(block.params, (a, b, c, d), d.results)) == ["0.0625"]


@pytest.mark.parametrize(("first", "second"), [(0.3, 0.5), (0.5, 0.1), (2.0, 0.5), (0.5, 2.0)])
def test_other_factors(first: float, second: float) -> None:
    """They round, or may overflow."""
    assert factors_in(chain(first, second)[0]) == [str(first), str(second)]


def test_products_that_are_read_again() -> None:
    """They are needed as they are."""
    block, (_, b, c) = chain(0.5, 0.5)
    assert factors_in(Block(block.params, block.ops, (*b.results, *c.results))) == ["0.5", "0.5"]


def test_products_of_the_user() -> None:
    """They stay as they are written."""
    block, ops = chain(0.5, 0.5)
    assert factors_in(block, Outside(users=frozenset(ops[0].results))) == ["0.5", "0.5"]


def test_sums_in_between() -> None:
    """A factor of one term is no factor of the sum."""
    x = Value("x", VECTOR)
    a = product(x, Const(0.5))
    b = Call((Value(None, VECTOR),), Const(operator.add), (a.results[0], x))
    c = product(b.results[0], Const(0.5))
    assert factors_in(Block((x,), (a, b, c), c.results)) == ["0.5", "0.5"]


@pytest.mark.parametrize("t", [INT, Array(np.dtype(int), (Length("n", many=True),))])
def test_whole_numbers(t: Type) -> None:
    """What is no array of floats is left alone."""
    x = Value("x", t)
    a = product(x, Const(0.5), t)
    b = product(a.results[0], Const(0.5), t)
    assert factors_in(Block((x,), (a, b), b.results)) == ["0.5", "0.5"]


def test_to_the_last_bit() -> None:
    """The two forms agree for all sorts of numbers."""
    x = np.random.default_rng(0).normal(size=1000) * 10.0 ** np.arange(-250, 250, 0.5)
    y = np.cos(np.arange(1000.0))
    np.testing.assert_array_equal(x * 0.5 * y * 0.25, x * 0.125 * y)
