"""The text form of the IR."""

from __future__ import annotations

import functools
import math
import operator
import re
from typing import Any

import numpy as np
import pytest

from programs.harness import Program, corpus
from s2s_ad.analysis.program import lowered
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, Function, If, Star, Value, While
from s2s_ad.ir.printer import constant_text, head_text, to_text
from s2s_ad.ir.types import FLOAT, INT
from s2s_ad.operators import compiled_for


def power(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


def outer(x):
    def inner(y):
        return x * y

    return inner(x) if x > 0 else x


def forever(x):
    while True:
        if x > 1.0:
            break
    return x


def typed(function: Any, *args: Any) -> Function:
    """The IR of a function for the types of these arguments."""
    compiled = compiled_for(function, args, {}, mode="pullback", argnums=0, optimize=True)
    code = compiled.stages["typed"]
    assert isinstance(code, Function)
    return code


def test_a_function_for_certain_types() -> None:
    """Parameters have their types beside them, ops behind them, in one column."""
    assert to_text(typed(power, 2.0, 3)) == (
        "def power(%x: float, %n: int):\n"
        "    %t = range(%n)                 # iterable[int]\n"
        "    %_, %y = for %_.1: int in %t:  # int, float\n"
        "        carry %_.2: int = undefined\n"
        "        carry %y.1: float = 1.0\n"
        "        %y.2 = mul(%y.1, %x)       # float\n"
        "        stop False\n"
        "        yield %_.1, %y.2\n"
        "    return %y\n"
    )


def test_a_function_without_types() -> None:
    """Unknown types are left out, and the nested functions come last, with names of their own."""
    assert to_text(lowered(outer).code) == (
        "def outer(%x):\n"
        "    %inner = make_closure[inner](%x)\n"
        "    %t = gt(%x, 0)\n"
        "    %t.1 = if %t:\n"
        "        %t.2 = %inner(%x)\n"
        "        yield %t.2\n"
        "    else:\n"
        "        yield %x\n"
        "    return %t.1\n"
        "\n"
        "def inner(%y, %x):\n"
        "    %t = mul(%x, %y)\n"
        "    return %t\n"
    )


def test_a_loop_that_carries_nothing() -> None:
    """Headers and results may be empty."""
    assert to_text(lowered(forever).code) == (
        "def forever(%x):\n"
        "    while:\n"
        "        %t = gt(%x, 1.0)\n"
        "        %done = if %t:\n"
        "            yield True\n"
        "        else:\n"
        "            yield False\n"
        "        stop %done\n"
        "        yield\n"
        "    return %x\n"
    )


def guarded(x):
    with np.errstate(all="ignore"):
        try:
            y = 1.0 / x
        except (ZeroDivisionError, ValueError):
            y = x
    return y


def test_a_with_and_a_try() -> None:
    """Their regions are marked as in Python; each side of a `try` says what it gives."""
    assert to_text(typed(guarded, 2.0)) == (
        "def guarded(%x: float):\n"
        "    %t = np.errstate(all='ignore')   # errstate\n"
        "    with %t as %t.1: object:\n"
        "        %y = try:                    # float\n"
        "            %y.1 = truediv(1.0, %x)  # float\n"
        "            yield %y.1\n"
        "        except (ZeroDivisionError, ValueError) as %error:\n"
        "            yield %x\n"
        "    return %y\n"
    )


def test_names_are_shared_between_blocks() -> None:
    """A value that a later block reads has the name that it got where it was defined."""
    x, a, b = Value("x", FLOAT), Value(), Value("x_bar", FLOAT)
    forward = Block((x,), (Call((a,), Const(math.sin), (x,)),), (a,))
    backward = Block((), (Call((b,), Const(operator.mul), (a, x)),), (b,))
    assert to_text(forward, backward) == (
        "block(%x: float):\n"
        "    %t = math.sin(%x)\n"
        "    return %t\n"
        "\n"
        "block():\n"
        "    %x_bar = mul(%t, %x)  # float\n"
        "    return %x_bar\n"
    )


def test_values_without_a_name_are_called_by_their_hint() -> None:
    """The hint is numbered as a name is, and together with the name it equals."""
    values = [Value("t"), Value(), Value(hint="t_bar"), Value()]
    assert to_text(Block(tuple(values), (), tuple(values))).splitlines()[0] == "block(%t, %t.1, %t_bar, %t.2):"


def test_arguments_of_every_kind() -> None:
    """Starred, named and double-starred arguments look as in Python."""
    x, y = Value("x"), Value("y")
    op = Call((y,), Const(np.sum), (x, Star(x)), (("axis", Const(0)), (None, x)))
    assert head_text(op) == "%y = np.sum(%x, *%x, axis=0, **%x)"


def test_the_head_of_an_op_leaves_out_its_regions() -> None:
    """What an op with regions is called in messages."""
    x, y = Value("x", INT), Value("y")
    side = Block((), (), (x,))
    assert head_text(If((y,), x, side, side)) == "%y = if %x:"
    assert head_text(While((y,), (UNDEFINED,), Block((x,), (), (Const(True), x)))) == "%y = while:"


def test_a_long_line_does_not_move_the_comments_of_the_others() -> None:
    """Comments are aligned only as far as most lines reach."""
    x, short, long = Value("x", FLOAT), Value("a", FLOAT), Value("b", FLOAT)
    ops = (Call((short,), Const(abs), (x,)), Call((long,), Const(max), (x,) * 30))
    lines = to_text(Block((x,), ops, ())).splitlines()
    assert lines[1] == "    %a = abs(%x)  # float"
    assert lines[2].endswith("%x)  # float")


class _Plain:
    """A class whose objects have an address for a repr."""


CONSTANTS = [
    (None, "None"),
    (1, "1"),
    (-0.0, "-0.0"),
    ("a", "'a'"),
    (..., "Ellipsis"),
    ((), "()"),
    ((1,), "(1,)"),
    ([1, (2.5, "b")], "[1, (2.5, 'b')]"),
    ({"k": 1}, "{'k': 1}"),
    ({"b", "a", "c"}, "{'a', 'b', 'c'}"),
    (slice(None, 2), "slice(None, 2, None)"),
    ({"__name__": "a.module", "x": 1}, "<globals of a.module>"),
    (np.float32(0.5), "np.float32(0.5)"),
    (np.dtype("f8"), "dtype('float64')"),
    (np.zeros((2, 3)), "<array float64 (2, 3)>"),
    (len, "len"),
    (float, "float"),
    (operator.add, "add"),
    (math.sin, "math.sin"),
    (np.sin, "np.sin"),
    (np.linalg.inv, "np.linalg.inv"),
    (np.float64, "np.float64"),
    (np.add.at, "np.add.at"),
    ([].append, "list.append"),
    (power, "power"),
    (np, "numpy"),
    (functools.partial(math.pow, 2), "partial[math.pow]"),
    (primitives.store, "store"),
    (primitives.Unpack(1, 2), "Unpack(before=1, after=2)"),
    (_Plain(), "<_Plain>"),
]


@pytest.mark.parametrize(("value", "text"), CONSTANTS, ids=[text for _, text in CONSTANTS])
def test_constants(value: Any, text: str) -> None:
    """Literals are as in Python, code goes by its name, other things by their class."""
    assert constant_text(value) == text


COMPILED = [program for program in corpus() if program.refused is None]


@pytest.mark.parametrize("program", COMPILED, ids=[program.name for program in COMPILED])
def test_no_address_is_printed(program: Program) -> None:
    """The text of no program depends on where things are in memory."""
    code = lowered(program.function).code
    assert not re.search(r"\bat 0x|\b0x[0-9a-f]{6}", to_text(code))
