"""Every program of the corpus, through the compiler and against two independent oracles."""

import contextlib
import copy
import functools
import io
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from programs.harness import Program, corpus, cotangent_like, identical, is_float, leaves, misfit
from programs.oracles import autograd_gradient, finite_differences, flatten, silently
from s2s_ad import differentiable, grad, pullback, value_and_grad

PROGRAMS = [program for program in corpus() if program.raises is None and program.refused is None]
REFUSED = [program for program in corpus() if program.refused is not None]
RAISING = [program for program in corpus() if program.raises is not None]
by_name = {"argvalues": PROGRAMS, "ids": [program.name for program in PROGRAMS]}
each_program = pytest.mark.parametrize("program", **by_name)


@functools.cache
def value(program: Program) -> Any:
    """What plain Python gives."""
    return silently(program.function)(*program.arguments())


@functools.cache
def printed(program: Program) -> str:
    """What plain Python prints."""
    with contextlib.redirect_stdout(io.StringIO()) as stream, np.errstate(all="ignore"):
        program.function(*program.arguments())
    return stream.getvalue()


@functools.cache
def warns(program: Program) -> bool:
    """Whether plain Python gives a floating-point warning; only then may the derivative give one."""
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("always")
        program.function(*program.arguments())
    return bool(caught)


@contextlib.contextmanager
def as_quiet_as(program: Program) -> Iterator[None]:
    """Lets floating-point warnings pass where the program itself gives some."""
    with np.errstate(all="ignore") if warns(program) else contextlib.nullcontext():
        yield


def scalar_valued(program: Program) -> bool:
    """Whether `grad` applies: the result is one float, and an argument holds floats."""
    y = value(program)
    return is_float(y) and np.ndim(y) == 0 and bool(program.varied())


def gradient(program: Program, transform: Callable[..., Any] = pullback) -> tuple[Any, ...]:
    """The cotangents of the arguments for a random cotangent of the result."""
    y, back = transform(program.function, *program.arguments())
    return tuple(back(cotangent_like(y))[1:])


def tolerance(program: Program) -> dict[str, float]:
    """How near to a derivative in double precision the compiled one must come."""
    parts = (*leaves(program.primals), *leaves(value(program)))
    if any(np.asarray(part).dtype == np.float32 for part in parts if is_float(part)):
        return {"rtol": 2e-5, "atol": 2e-5}
    return {"rtol": 1e-8, "atol": 1e-8}


def test_corpus_is_complete() -> None:
    """The topic files are all found, and each name occurs once."""
    functions = {program.function for program in PROGRAMS}
    assert len(functions) >= 350
    assert len({program.name for program in corpus()}) == len(corpus())


@pytest.mark.slow
@each_program
def test_oracles_agree(program: Program) -> None:
    """Finite differences agree with autograd, wherever autograd can run the program."""
    y_bar = cotangent_like(value(program))
    expected = oracle(program, y_bar)
    np.testing.assert_allclose(finite_differences(program, y_bar), expected, rtol=1e-8, atol=1e-8)


def oracle(program: Program, y_bar: Any) -> Any:
    """Autograd's gradient, or a skip."""
    pytest.importorskip("autograd")
    if program.autograd:
        pytest.skip(f"autograd differs: {program.autograd}")
    try:
        return autograd_gradient(program, y_bar)
    except Exception as error:
        pytest.skip(f"autograd cannot: {type(error).__name__}: {error}")


@pytest.mark.slow
def test_oracle_covers_the_corpus() -> None:
    """Autograd, or a form without writes, is a witness for most programs."""
    pytest.importorskip("autograd")
    silent = []
    for program in PROGRAMS:
        if program.same_as is not None:
            continue
        try:
            autograd_gradient(program, cotangent_like(value(program)))
        except Exception as error:
            silent.append(f"{program.name}: {type(error).__name__}")
    assert len(silent) < len(PROGRAMS) / 8, silent


@each_program
def test_primal_is_exact(program: Program) -> None:
    """The pullback's value is plain Python's to the last bit, and it prints the same, once."""
    with contextlib.redirect_stdout(io.StringIO()) as stream, as_quiet_as(program):
        y, back = pullback(program.function, *program.arguments())
        back(cotangent_like(y))
    assert identical(y, value(program)), (y, value(program))
    assert stream.getvalue() == printed(program)


@each_program
def test_gradient_agrees_with_finite_differences(program: Program) -> None:
    """Each cotangent is in its primal's space, and near to the finite differences."""
    arguments = program.arguments()
    with contextlib.redirect_stdout(io.StringIO()), as_quiet_as(program):
        x_bar = gradient(program)
    assert misfit(x_bar, arguments) is None
    expected = finite_differences(program, cotangent_like(value(program)))
    np.testing.assert_allclose(flatten(x_bar, arguments), expected, **tolerance(program))


@pytest.mark.slow
@each_program
def test_gradient_agrees_with_autograd(program: Program) -> None:
    """Each cotangent is autograd's to rounding, wherever autograd can run the program."""
    expected = oracle(program, cotangent_like(value(program)))
    x_bar = silently(gradient)(program)
    close = tolerance(program) if tolerance(program)["rtol"] > 1e-6 else {"rtol": 1e-10, "atol": 1e-11}
    np.testing.assert_allclose(flatten(x_bar, program.arguments()), expected, **close)


@pytest.mark.slow
@each_program
def test_pullback_is_pure(program: Program) -> None:
    """Arguments and cotangents stay as they were, and a second call gives the same again."""
    arguments = program.arguments()
    y, back = silently(pullback)(program.function, *arguments)
    kept, y_bar = copy.deepcopy(y), cotangent_like(y)
    first = copy.deepcopy(silently(back)(y_bar))
    second = silently(back)(y_bar)
    assert identical(first[1:], second[1:]), (first, second)
    assert identical(y, kept)
    assert identical(y_bar, cotangent_like(y))
    assert identical(after_a_call(program), arguments)


def after_a_call(program: Program) -> tuple[Any, ...]:
    """The arguments as a plain call leaves them."""
    arguments = program.arguments()
    silently(program.function)(*arguments)
    return arguments


@pytest.mark.slow
@each_program
def test_optimised_agrees_with_unoptimised(program: Program) -> None:
    """The optimiser changes neither the value nor, beyond rounding, the derivative."""
    arguments = program.arguments()
    plain = differentiable(program.function, optimize=False)
    y, back = silently(plain.pullback)(*program.arguments())
    assert identical(y, value(program))
    x_bar = silently(back)(cotangent_like(y))[1:]
    assert misfit(x_bar, arguments) is None
    close = tolerance(program) if tolerance(program)["rtol"] > 1e-6 else {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(flatten(x_bar, arguments), flatten(silently(gradient)(program), arguments), **close)


TWICE = [program for program in PROGRAMS if program.same_as is not None]


@pytest.mark.parametrize("program", TWICE, ids=[program.name for program in TWICE])
def test_agrees_with_its_companion(program: Program) -> None:
    """A function that does the same in another way gives the same value and the same gradient."""
    assert program.same_as is not None
    other = replace(program, function=program.same_as)
    np.testing.assert_allclose(value(other), value(program), rtol=1e-12, atol=1e-12)
    found, expected = (flatten(silently(gradient)(p), p.arguments()) for p in (program, other))
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


SCALAR = [program for program in PROGRAMS if scalar_valued(program)]


@pytest.mark.parametrize("program", SCALAR, ids=[program.name for program in SCALAR])
def test_grad_agrees_with_pullback(program: Program) -> None:
    """`grad` and `value_and_grad` give what the pullback gives for a cotangent of one."""
    arguments, argnums = program.arguments(), program.varied()
    y, back = silently(pullback)(program.function, *arguments)
    x_bar = silently(back)(type(value(program))(1) if not isinstance(y, np.ndarray) else np.ones_like(y))[1:]
    expected = tuple(x_bar[i] for i in argnums)
    gradients = silently(grad(program.function, argnums))(*program.arguments())
    y_again, gradients_again = silently(value_and_grad(program.function, argnums))(*program.arguments())
    varied = tuple(program.arguments()[i] for i in argnums)  # as they were before the call
    assert identical(y_again, value(program))
    for found in (gradients, gradients_again):
        assert misfit(found, varied) is None
        close = tolerance(program) if tolerance(program)["rtol"] > 1e-6 else {"rtol": 1e-12, "atol": 1e-12}
        np.testing.assert_allclose(flatten(found, varied), flatten(expected, varied), **close)


@pytest.mark.parametrize("program", REFUSED, ids=[program.name for program in REFUSED])
def test_refusals_say_where(program: Program) -> None:
    """What cannot be differentiated right is refused, with the file, a caret and a way out."""
    assert program.refused is not None
    with pytest.raises(program.refused) as refusal:
        pullback(program.function, *program.arguments())
    text = str(refusal.value)
    assert program.function.__code__.co_filename in text
    assert "^" in text
    assert "hint: " in text


@pytest.mark.parametrize("program", RAISING, ids=[program.name for program in RAISING])
def test_exceptions_come_through(program: Program) -> None:
    """A program that raises raises the same from its pullback and its gradient, and without optimisation."""
    assert program.raises is not None
    with pytest.raises(program.raises) as plain, np.errstate(all="ignore"):
        program.function(*program.arguments())
    for transform in (
        pullback,
        lambda f, *args: pullback(differentiable(f, optimize=False), *args),
        lambda f, *args: value_and_grad(f, program.varied())(*args),
    ):
        with pytest.raises(program.raises) as compiled, np.errstate(all="ignore"):
            transform(program.function, *program.arguments())
        assert type(compiled.value) is type(plain.value)
        assert str(compiled.value) == str(plain.value)
