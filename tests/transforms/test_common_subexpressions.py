"""What was computed is not computed again, unless that could be noticed."""

from __future__ import annotations

import math
import operator
from functools import partial
from typing import Any

import numpy as np
import pytest

import s2s_ad
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, Value
from s2s_ad.ir.printer import to_text
from s2s_ad.ir.types import Array, Length
from s2s_ad.transforms.common_subexpressions import common_subexpressions
from s2s_ad.transforms.outside import Outside
from transforms.before_after import check_unchanged, passed

common_text = partial(passed, common_subexpressions)
check_not_shared = partial(check_unchanged, common_subexpressions)
X = np.array([0.5, 1.5, 2.5])
VECTOR = Array(np.dtype(float), (Length("n", many=True),))


def test_calls_on_equal_operands() -> None:
    """The example of the module: the index is cheap enough to be read again, the exponential is not."""

    def before(x, i):
        y = np.exp(x[i]) / (1.0 + np.exp(x[i]))
        return y * x[i + 1]

    text = common_text(before, X, 1)
    assert text.count("np.exp") == 1
    assert text.count("getitem(%x, %i)") == 1


def test_a_cheap_call_is_written_again_and_recognised() -> None:
    """`i + 1` is; the element that it picks is read once."""

    def before(x, i):
        return x[i + 1] * np.sin(x[i + 1])

    def after(x, i):
        t = x[i + 1]
        return t * np.sin(t)

    text = common_text(before, X, 1)
    assert text.count("getitem(") == common_text(after, X, 1).count("getitem(") == 1


def test_arrays_that_stay_inside() -> None:
    """They are neither written nor given away."""

    def before(x):
        return np.sum(np.exp(x) * (1.0 - np.exp(x)))

    text = common_text(before, X)
    assert text.count("np.exp(") == 1
    assert "mul(%t, %t.1)" in text


def test_branches_and_loops_see_what_came_before() -> None:
    """But not each other, and nothing sees what only they have computed."""

    def program(x, n):
        a = math.exp(x)
        for _ in range(n):
            a = a + math.exp(x)
            if a > 100.0:
                a = a - math.sin(x)
            else:
                a = a - math.sin(x) * 2.0
        return a + math.sin(x)

    text = common_text(program, 1.5, 2)
    assert text.count("exp(") == 1
    assert text.count("sin(") == 3


def test_what_a_loop_carries_is_another_value_each_time() -> None:
    """The call is the same to look at, its operand is not."""

    def program(x, n):
        a = x
        for _ in range(n):
            a = a + math.exp(a)
        return a + math.exp(a)

    check_not_shared(program, 0.5, 2)


def constants(x):
    """Constants of other types, or of another sign, that are equal."""
    return np.power(x, 2) + np.power(x, 2.0) + np.power(x, True) + np.copysign(x, 0.0) + np.copysign(x, -0.0)


def given_twice(x):
    """The caller may write to one of two arrays, and look at the other."""
    return np.exp(x), np.exp(x)


def given_in_a_list(x):
    """The same, as parts of structures."""
    return [np.exp(x)], {"a": np.exp(x)}


def compared(x):
    """Two objects are not one."""
    return 1.0 if np.exp(x) is np.exp(x) else 2.0


def random(x):
    """A random draw is made as often as it is written."""
    return x * (np.random.random() + np.random.random())


def printed(x):
    """And so is a call that is seen."""
    print(x)
    print(x)
    return x * x


def lists(x):
    """Each display is a list of its own."""
    a = [x, x]
    b = [x, x]
    a.append(x)
    return a[0] * len(a) + b[0] * len(b)


def grown(x):
    """A list is not what it was before it has grown."""
    items = [x]
    first = len(items)
    items.append(x)
    return items[0] * first + items[0] * len(items)


@pytest.mark.parametrize(
    ("program", "argument"),
    [
        (constants, 1.5),
        (given_twice, X),
        (given_in_a_list, X),
        (compared, X),
        (random, 1.5),
        (printed, 1.5),
        (lists, 1.5),
        (grown, 1.5),
    ],
    ids=lambda p: getattr(p, "__name__", ""),
)
def test_what_stays_two(program, argument) -> None:
    """The pass changes nothing."""
    check_not_shared(program, argument)


def test_results_of_the_caller_are_its_own() -> None:
    """Writing to one part of a result, or to one cotangent, reaches no other."""

    def twins(x, y):
        return np.exp(x) * 2.0, np.exp(x) * 2.0, np.sum(x * y)

    (a, b, _), back = s2s_ad.pullback(twins, X, X + 1.0)
    assert not np.shares_memory(a, b)
    _, x_bar, y_bar = back((np.ones(3), np.ones(3), 1.0))
    assert not np.shares_memory(x_bar, y_bar)


def written(writer: Any, *more: Any) -> Block:
    """A block that computes the same before and after it writes to a view of what it reads."""
    x, buffer, view, version = Value("x", VECTOR), Value("b", VECTOR), Value("v", VECTOR), Value("v", VECTOR)
    before, after, total = Value("p", VECTOR), Value("q", VECTOR), Value("s", VECTOR)
    ops = (
        Call((buffer,), Const(operator.mul), (x, Const(2.0))),
        Call((view,), Const(operator.getitem), (buffer, Const(slice(1, None)))),
        Call((before,), Const(np.exp), (buffer,)),
        Call((version,), Const(writer), (view, *more, Const(1.0))),
        Call((after,), Const(np.exp), (buffer,)),
        Call((total,), Const(operator.add), (before, after)),
    )
    return Block((x,), ops, (total,))


@pytest.mark.parametrize(
    ("writer", "more"),
    [
        (primitives.store, (Const(0),)),
        (primitives.accumulate, (Const(0),)),
        (primitives.scatter_add, (Const([0]),)),
        (primitives.augment, ()),
    ],
)
def test_a_write_to_a_view_in_between(writer, more) -> None:
    """What is read has changed, though it goes by the same name."""
    block = written(writer, *more)
    assert to_text(common_subexpressions(block, Outside())) == to_text(block)


def test_foreign_code_may_write() -> None:
    """A call of which nothing is known has had the buffer in its hands."""
    block = written(primitives.augment)
    foreign = Call(block.ops[3].results, Const(lambda b, _: b), block.ops[3].args)  # type: ignore[attr-defined]
    block = Block(block.params, (*block.ops[:3], foreign, *block.ops[4:]), block.results)
    assert to_text(common_subexpressions(block, Outside())) == to_text(block)


def test_a_write_to_another_buffer_in_between() -> None:
    """A copy is not the same memory."""
    block = written(primitives.augment)
    copy = Call(block.ops[1].results, Const(np.array), block.ops[1].args[:1])  # type: ignore[attr-defined]
    block = Block(block.params, (block.ops[0], copy, *block.ops[2:]), block.results)
    assert to_text(common_subexpressions(block, Outside())).count("np.exp") == 1


def test_a_residual_is_shared_but_a_result_is_not() -> None:
    """Only the first results are given to the caller."""
    x, p, q = Value("x", VECTOR), Value("p", VECTOR), Value("q", VECTOR)
    calls = (Call((p,), Const(np.exp), (x,)), Call((q,), Const(np.exp), (x,)))
    block = Block((x,), calls, (Const(1.0), p, q))
    assert common_subexpressions(block, Outside(given=1)).results[1:] == (p, p)
    assert common_subexpressions(block, Outside(given=2)).results[1:] == (p, q)


def test_the_backward_half_reuses_the_forward_half() -> None:
    """In a gradient the two are one straight line."""

    def program(x):
        return np.sin(x) * np.cos(x)

    text = s2s_ad.source(program, 0.5, mode="grad")
    code = [line for line in text.splitlines() if "#" not in line]
    assert sum(line.count("np.") for line in code) == 2
    assert s2s_ad.grad(program)(0.5) == s2s_ad.differentiable(program, optimize=False).grad(0.5)


def test_the_pullback_saves_no_more_than_it_did() -> None:
    """Halves that run at different times do not share what only one of them needs."""

    def program(x):
        return np.sin(x) + np.cos(x)

    text = s2s_ad.source(program, X)
    assert "return np.sin(x) + np.cos(x), pullback" in text
    assert text.count("y_bar * np.cos(x)") == 1
