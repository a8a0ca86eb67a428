"""The verifier takes whatever the compiler makes, and refuses each way of being malformed."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import pytest

from programs.harness import Program, corpus
from s2s_ad.analysis.program import Instance
from s2s_ad.ir.nodes import (
    UNDEFINED,
    Block,
    Call,
    Const,
    For,
    Function,
    If,
    Op,
    Operand,
    Try,
    Value,
    While,
    With,
    regions,
)
from s2s_ad.ir.primitives import MakeClosure, Unpack, make_list
from s2s_ad.ir.types import NEVER
from s2s_ad.ir.verifier import InvalidIR, verify, verify_blocks
from s2s_ad.operators import compiled_for
from s2s_ad.transforms.pairs import Pair, Reversed

# --- what the compiler makes ------------------------------------------------------------------------------------------

pytestmark = pytest.mark.slow  # all of the corpus, on which the version of Python has little influence

PROGRAMS = [program for program in corpus() if program.refused is None]
each_program = pytest.mark.parametrize("program", PROGRAMS, ids=[program.name for program in PROGRAMS])


def stages(program: Program, *, optimize: bool) -> dict[str, Any]:
    """What the compiler makes of a program."""
    made = compiled_for(program.function, program.arguments(), {}, mode="pullback", argnums=0, optimize=optimize)
    return made.stages


def targets(block: Block) -> Iterator[Any]:
    """Every constant that is called in a block."""
    for op in block.ops:
        if isinstance(op, Call) and isinstance(op.target, Const):
            yield op.target.value
        for region in regions(op):
            yield from targets(region)


def callees(block: Block, met: list[Any]) -> list[Any]:
    """The instances, and the pairs of these, that are called in a block, and by them in turn."""
    for target in targets(block):
        found = getattr(target, "pair", target)
        if not isinstance(found, (Instance, Pair)) or found in met:
            continue
        met.append(found)
        if isinstance(found, Instance):
            assert found.typed is not None
            callees(found.typed.body, met)
        else:
            assert found.reversed is not None
            callees(found.reversed.forward, met)
            callees(found.reversed.backward, met)
    return met


def check(made: Reversed | None) -> None:
    """Verify the two halves of a function."""
    assert made is not None
    verify_blocks(made.params, (made.forward, made.backward))


def check_callees(*blocks: Block) -> None:
    """Verify all that is called in blocks."""
    met: list[Any] = []
    for block in blocks:
        for callee in callees(block, met):
            if isinstance(callee, Pair):
                check(callee.reversed)
            else:
                verify(callee.typed)


@each_program
def test_typed_code_is_well_formed(program: Program) -> None:
    """Before types are inferred and after, the callees included."""
    made = stages(program, optimize=True)
    verify(made["ssa"])
    verify(made["typed"])
    check_callees(made["typed"].body)


@each_program
@pytest.mark.parametrize("optimize", [False, True], ids=["unoptimised", "optimised"])
def test_adjoint_code_is_well_formed(program: Program, optimize: bool) -> None:
    """The two halves belong together, those of callees too."""
    made = stages(program, optimize=optimize)
    check(made["adjoint"])
    check(made["optimized"])
    check_callees(made["optimized"].forward, made["optimized"].backward)


# --- what it must not make --------------------------------------------------------------------------------------------


def call(result: Value, *args: Operand) -> Call:
    """`result` is the sum of `args`."""
    return Call((result,), Const(operator.add), args)


def function(params: tuple[Value, ...], ops: tuple[Op, ...], *results: Operand) -> Function:
    """A function of these ops."""
    return Function("f", (), (), Block(params, ops, results))


def block(*results: Operand, params: tuple[Value, ...] = (), ops: tuple[Op, ...] = ()) -> Block:
    """A block, most of all of results."""
    return Block(params, ops, results)


STOP = Const(True)


def test_an_op_may_read_what_is_around_it() -> None:
    """Values of enclosing blocks are visible in regions, and results after them."""
    x, y, z = Value("x"), Value("y"), Value("z")
    verify(function((x,), (If((z,), x, block(y, ops=(call(y, x, x),)), block(x)), call(w := Value(), z, x)), w))


@pytest.mark.parametrize("again", ["op", "region", "parameter"])
def test_a_value_is_defined_once(again: str) -> None:
    """Neither by a second op, nor in a region, nor by a region's parameter."""
    x, y = Value("x"), Value("y")
    second: dict[str, Op] = {
        "op": call(y, x),
        "region": If((), x, block(ops=(call(y, x),)), block()),
        "parameter": For((), x, (), block(STOP, params=(y,))),
    }
    with pytest.raises(InvalidIR, match="%y is defined twice"):
        verify(function((x,), (call(y, x), second[again])))


def test_the_two_sides_of_an_if_share_no_definition() -> None:
    """A value has one definition even where only one of two can run."""
    x, y = Value("x"), Value("y")
    side = block(y, ops=(call(y, x),))
    with pytest.raises(InvalidIR, match="%y is defined twice"):
        verify(function((x,), (If((Value(),), x, side, side),)))


def test_a_value_is_read_after_its_definition() -> None:
    """Later ops of the same block do not count; the message shows the op."""
    x, y, z = Value("x"), Value("y"), Value("z")
    with pytest.raises(InvalidIR, match=r"%z is read where it is not defined\n    %y = add\(%z\)"):
        verify(function((x,), (call(y, z), call(z, x)), y))


def test_a_region_hides_its_values() -> None:
    """What a region defines is not visible after it."""
    x, y = Value("x"), Value("y")
    branch = If((), x, block(ops=(call(y, x),)), block())
    with pytest.raises(InvalidIR, match="%y is read where it is not defined"):
        verify(function((x,), (branch,), y))


def test_a_side_of_an_if_does_not_see_the_other() -> None:
    """The sides are regions of their own."""
    x, y = Value("x"), Value("y")
    branch = If((Value(),), x, block(y, ops=(call(y, x),)), block(y))
    with pytest.raises(InvalidIR, match="%y is read where it is not defined"):
        verify(function((x,), (branch,)))


def test_an_op_does_not_see_its_own_results() -> None:
    """The results of a loop are not there in its body."""
    x, y = Value("x"), Value("y")
    with pytest.raises(InvalidIR, match="%y is read where it is not defined"):
        verify(function((x,), (While((y,), (x,), block(STOP, y, params=(Value(),))),)))


def test_the_results_of_a_block_are_read_in_it() -> None:
    """A function gives what it has."""
    with pytest.raises(InvalidIR, match="%x is read where it is not defined"):
        verify(function((), (), Value("x")))


def test_sides_of_an_if_have_no_parameters() -> None:
    """Nothing is passed to them."""
    x = Value("x")
    with pytest.raises(InvalidIR, match="a side of an `if` has parameters"):
        verify(function((x,), (If((), x, block(params=(Value(),)), block()),)))


@pytest.mark.parametrize(("then", "orelse"), [(0, 1), (1, 0), (2, 1)])
def test_sides_of_an_if_give_its_results(then: int, orelse: int) -> None:
    """Both give as many as the `If` does, which is one here."""
    x = Value("x")
    with pytest.raises(InvalidIR, match=r"gives \d results for 1"):
        verify(function((x,), (If((Value(),), x, block(*[x] * then), block(*[x] * orelse)),)))


def loop(kind: type, results: int, params: int, given: int) -> Op:
    """A loop that carries one value, and has these numbers of other things."""
    inner = tuple(Value() for _ in range(params))
    body = block(*[STOP] * given, params=inner)
    outer = tuple(Value() for _ in range(results))
    return For(outer, Const(()), (STOP,), body) if kind is For else While(outer, (STOP,), body)


@pytest.mark.parametrize(
    ("kind", "results", "params", "given", "message"),
    [
        (For, 0, 2, 2, "carries 1 gives 0, not 1"),
        (For, 1, 1, 2, "a body with the parameters 1, not 2"),
        (For, 1, 2, 1, "a body with the results 1, not 2"),
        (While, 2, 1, 2, "carries 1 gives 2, not 1"),
        (While, 1, 2, 2, "a body with the parameters 2, not 1"),
        (While, 1, 1, 3, "a body with the results 3, not 2"),
    ],
)
def test_a_loop_carries_the_same_everywhere(kind: type, results: int, params: int, given: int, message: str) -> None:
    """What goes in, around and out is equally many."""
    with pytest.raises(InvalidIR, match=message):
        verify(function((), (loop(kind, results, params, given),)))


@pytest.mark.parametrize(("kind", "params"), [(For, 2), (While, 1)])
def test_a_loop_that_carries_one_value(kind: type, params: int) -> None:
    """The numbers that are right."""
    verify(function((), (loop(kind, 1, params, 2),)))


def test_a_call_gives_a_result() -> None:
    """Even one that is called for its effect."""
    with pytest.raises(InvalidIR, match=r"a call gives no result\n    print\(\)"):
        verify(function((), (Call((), Const(print)),)))


def test_an_unpacking_gives_a_result_for_each_target() -> None:
    """`a, *b = x` has two."""
    x = Value("x")
    verify(function((x,), (Call((Value(), Value()), Const(Unpack(1, 0)), (x,)),)))
    with pytest.raises(InvalidIR, match="an unpacking into 2 gives 1 results"):
        verify(function((x,), (Call((Value(),), Const(Unpack(1, 0)), (x,)),)))


def test_nothing_reads_what_does_not_exist() -> None:
    """A value of type `Never` is not read, but the constant `undefined` may be."""
    x, y = Value("x", NEVER), Value("y")
    verify(function((x,), (call(y, UNDEFINED),), y))
    with pytest.raises(InvalidIR, match="%x is read, and its type is never"):
        verify(function((x,), (call(y, x),), y))


def test_nothing_runs_after_a_call_that_does_not_return() -> None:
    """Its result may be read, in the rest of its own block and no further."""
    x, nothing = Value("x"), Value("nothing", NEVER)
    ends = (call(nothing, x), call(y := Value("y"), nothing))
    verify(function((x,), ends, y))
    other = Value("other", NEVER)
    with pytest.raises(InvalidIR, match="%other is read, and its type is never"):
        verify(function((x, other), (If((), x, block(ops=ends), block()), call(Value(), other))))


def test_the_body_of_a_loop_over_nothing_never_runs() -> None:
    """Its item has the type `Never`, and may be read; not so where the loop is over something."""

    def over(iterable: Value, item: Value, nothing: Value) -> Function:
        body = block(STOP, params=(item,), ops=(call(Value(), nothing),))
        return function((iterable,), (For((), iterable, (), body),))

    item = Value("item", NEVER)
    verify(over(Value("empty"), item, item))
    with pytest.raises(InvalidIR, match="its type is never"):
        verify(over(nothing := Value("x", NEVER), Value("item"), nothing))


def test_the_handler_of_a_try_sees_its_exception_and_not_the_body() -> None:
    """Nor does what follows see into either."""
    x, y, error, result = Value("x"), Value("y"), Value("error"), Value("z")
    body = block(y, ops=(call(y, x),))
    verify(function((x,), (Try((result,), Const((ValueError,)), body, block(error, params=(error,))),), result))
    with pytest.raises(InvalidIR, match="%y is read where it is not defined"):
        verify(function((x,), (Try((result,), Const((ValueError,)), body, block(y, params=(error,))),), result))
    with pytest.raises(InvalidIR, match="%y is read where it is not defined"):
        verify(function((x,), (Try((result,), Const((ValueError,)), body, block(x, params=(error,))),), y))


@pytest.mark.parametrize(
    ("body", "handler"),
    [(block(params=(Value(),)), block(params=(Value(),))), (block(), block()), (block(STOP), block(params=(Value(),)))],
)
def test_sides_of_a_try(body: Block, handler: Block) -> None:
    """The handler has one parameter, the body none, and both give the results."""
    with pytest.raises(InvalidIR, match="a side of a `try`"):
        verify(function((), (Try((), Const((ValueError,)), body, handler),)))


def test_what_a_with_defines_is_visible_after_it() -> None:
    """Its parameter too; but it has one, and no results."""
    x, y, given = Value("x"), Value("y"), Value("given")
    body = block(params=(given,), ops=(call(y, x),))
    verify(function((x,), (With((), x, body),), y, given))
    for made in (With((), x, block()), With((Value(),), x, block(params=(Value(),)))):
        with pytest.raises(InvalidIR, match="a `with` has one parameter and no results"):
            verify(function((x,), (made,)))


def test_nested_functions_are_verified() -> None:
    """The code of a closure is checked by itself, and sees nothing of what is around it."""
    x = Value("x")
    inner = function((), (), x)
    with pytest.raises(InvalidIR, match="%x is read where it is not defined"):
        verify(function((x,), (Call((Value(),), Const(MakeClosure(inner))),)))


def test_a_later_block_reads_what_earlier_ones_define() -> None:
    """The adjoint block reads parameters and values of the forward block, not the other way round."""
    x, y, x_bar = Value("x"), Value("y"), Value("x_bar")
    forward, backward = block(y, ops=(call(y, x),)), block(x_bar, ops=(call(x_bar, x, y),))
    verify_blocks((x,), (forward, backward))
    with pytest.raises(InvalidIR, match="%y is read where it is not defined"):
        verify_blocks((x,), (backward, forward))


def test_a_later_block_does_not_see_into_regions() -> None:
    """Residuals of a region must be results of it."""
    x, y = Value("x"), Value("y")
    forward = block(ops=(While((), (), block(STOP, ops=(Call((y,), Const(make_list)),))),))
    with pytest.raises(InvalidIR, match="%y is read where it is not defined"):
        verify_blocks((x,), (forward, block(y)))
