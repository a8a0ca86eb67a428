"""Copies go away; whatever may differ from its original stays."""

from __future__ import annotations

import math
import operator
from functools import partial

import pytest

import s2s_ad
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, For, If, Operand, Value, While
from s2s_ad.ir.printer import to_text
from s2s_ad.ir.types import FLOAT, INT, Iterable
from s2s_ad.ir.verifier import verify_blocks
from s2s_ad.transforms.copy_propagation import copy_propagation
from s2s_ad.transforms.outside import Outside
from transforms.before_after import check, check_unchanged

check_copies = partial(check, copy_propagation)
check_no_copies = partial(check_unchanged, copy_propagation)


def test_a_loop_carried_constant() -> None:
    """The example of the module; what an `if` leaves as it was is found first."""

    def before(x):
        y, scale = x, 2.0
        while y < 10.0:
            y = y * scale
            scale = scale if y > 5.0 else 2.0
        return y + scale

    def after(x):
        y = x
        while y < 10.0:
            y = y * 2.0
        return y + 2.0

    check_copies(before, after, 1.5)


def test_a_variable_from_outside() -> None:
    """What a loop does not change is what it was before, in loops inside too."""

    def before(x, n):
        y, z = x, 1.0
        for _ in range(n):
            for _ in range(n):
                z = z * y
            y = y if z > 0.0 else x
        return y * z

    def after(x, n):
        z = 1.0
        for _ in range(n):
            for _ in range(n):
                z = z * x
        return x * z

    check_copies(before, after, 1.5, 2)


def test_one_copy_makes_the_next() -> None:
    """`b` is a copy once `a` is known to be one."""

    def before(x, n):
        a = b = c = x
        for _ in range(n):
            c = c + b
            b = a
            a = x if c > 0.0 else a
        return c + b

    def after(x, n):
        c = x
        for _ in range(n):
            c = c + x
        return c + x

    check_copies(before, after, 1.5, 2)


def test_variables_that_stay_equal() -> None:
    """The second of two variables that start and go on with the same is the first."""

    def before(x, n):
        a = b = x
        for _ in range(n):
            a = b = a * b
        return a + b

    def after(x, n):
        a = x
        for _ in range(n):
            a = a * a
        return a + a

    check_copies(before, after, 1.5, 2)


def test_an_if_with_the_same_on_both_sides() -> None:
    """A result that does not depend on the test is no result; one that does, stays."""

    def before(x, y):
        if x > y:
            a, b = x, 1.0
        else:
            a, b = x, 2.0
        return a * b

    def after(x, y):
        if x > y:
            b = 1.0
        else:
            b = 2.0
        return x * b

    check_copies(before, after, 1.5, 2.5)


def test_a_flag_that_is_never_set() -> None:
    """The constant test of an `if` leaves one of its sides."""

    def before(x, n):
        first = False
        for _ in range(n):
            if first:
                x = x * 2.0
            else:
                x = x + 1.0
        return x

    def after(x, n):
        for _ in range(n):
            x = x + 1.0
        return x

    check_copies(before, after, 1.5, 2)


def swapped(x, n):
    """Both hold what they start from, but not always."""
    a, b = x, 1.0
    for _ in range(n):
        a, b = b, a
    return a - 2.0 * b


def negative_zero(x, n):
    """-0.0 equals 0.0, and is another number."""
    z = 0.0
    for _ in range(n):
        x = x + z
        z = -0.0
    return x + z


def of_another_type(x, n):
    """1 equals 1.0 and True."""
    z = 1
    for _ in range(n):
        x = x * z
        z = 1.0
    return x * z


def one_side_differs(x, y):
    """The sides agree in all but the sign of zero."""
    return x * (0.0 if x > y else -0.0)


def set_before_leaving(x, n):
    """An iteration that breaks gives what it carries too."""
    scale = 2.0
    for _ in range(n):
        x = x * scale
        if x > 10.0:
            scale = 3.0
            break
    return x * scale


def grows(x, n):
    """A list that is appended to is another version of itself."""
    items = [x]
    for i in range(n):
        items.append(x * i)
    return items[0] * len(items)


@pytest.mark.parametrize("program", [swapped, negative_zero, of_another_type, set_before_leaving, grows])
def test_what_is_no_copy_in_a_loop(program) -> None:
    """The variable stays."""
    check_no_copies(program, 1.5, 3)


def test_what_is_no_copy_after_an_if() -> None:
    """Both sides stay."""
    check_no_copies(one_side_differs, 1.5, 3.0)


def loop(init: Operand, *, unbound: bool) -> Block:
    """A block with a loop that carries a variable without changing it."""
    item, param, result = Value("i", INT), Value("v", FLOAT, unbound=unbound), Value("v", FLOAT, unbound=unbound)
    body = Block((item, param), (), (Const(False), param))
    iterable = Value(None, Iterable(INT))
    made = Call((iterable,), Const(range), (Const(3),))
    return Block((), (made, For((result,), iterable, (init,), body)), (result,))


def test_an_unbound_variable_stays() -> None:
    """Reading it is an error, which a constant would hide."""
    block = loop(UNDEFINED, unbound=True)
    assert to_text(copy_propagation(block, Outside())) == to_text(block)


def test_nan_is_the_same_constant_as_itself() -> None:
    """It is the same literal, though it equals nothing."""
    param, result = Value("v", FLOAT), Value("v", FLOAT)
    body = Block((param,), (), (Const(True), Const(math.nan)))
    block = copy_propagation(Block((), (While((result,), (Const(math.nan),), body),), (result,)), Outside())
    verify_blocks((), (block,))
    assert to_text(Block((), (), block.results)) == "block():\n    return nan\n"


def test_a_side_that_leaves_a_variable_unbound_stays() -> None:
    """The side is known, but what it gives cannot be read."""
    result = Value("v", FLOAT, unbound=True)
    branch = If((result,), Const(False), Block((), (), (Const(1.0),)), Block((), (), (UNDEFINED,)))
    block = Block((), (branch,), (result,))
    assert to_text(copy_propagation(block, Outside())) == to_text(block)


def test_a_buffer_that_is_written_is_no_copy_of_itself() -> None:
    """An iteration gives a new version; the buffer that is only read goes on as what it was."""
    x, buffer, other = Value("x", FLOAT), Value("buffer"), Value("other")
    item, written, read, version = Value("i", INT), Value("buffer"), Value("other"), Value("buffer")
    store = Call((version,), Const(primitives.accumulate), (written, item, read))
    body = Block((item, written, read), (store,), (Const(False), version, read))
    results = Value("buffer"), Value("other")
    made = Call((buffer,), Const(operator.mul), (x, x)), Call((other,), Const(operator.neg), (x,))
    block = Block((x,), (*made, For(results, x, (buffer, other), body)), results)
    after = copy_propagation(block, Outside())
    verify_blocks((), (after,))
    (changed,) = (op for op in after.ops if isinstance(op, For))
    assert changed.inits == (buffer,)
    assert after.results == (results[0], other)


def test_gradient_of_a_series_has_no_constant_cotangent() -> None:
    """The cotangent of a sum is one in each iteration: it becomes a literal."""

    def series(x):
        total = term = x
        while abs(term) > 0.001:
            term = term * x * 0.5
            total = total + term
        return total

    text = s2s_ad.source(series, 0.5, mode="grad")
    assert "term_bar += 1.0" in text
    assert "total_bar" not in text
    plain = s2s_ad.differentiable(series, optimize=False)
    assert s2s_ad.grad(series)(0.5) == plain.grad(0.5)
