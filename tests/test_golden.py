"""The generated code of well-known functions, word for word, so that a change of it is seen and read.

    python -m pytest tests/test_golden.py --update-golden

writes `tests/golden/*.py.txt` anew; the difference is to be read before it is committed. Numbers of the user's lines
are left out of the files, so that they stay as they are when something is added above a function.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from programs.harness import Program, corpus
from s2s_ad import source

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
COMMAND = "python -m pytest tests/test_golden.py --update-golden"

PROGRAMS = (
    # scalars, arrays, broadcasting
    "arithmetic.precedence-0",
    "arithmetic.common_subexpressions-0",
    "scalars.stable_sigmoid-0",
    "broadcasting.column_with_row-0",
    "broadcasting.normalised_rows-0",
    "reductions.softmax-0",
    "branches.untaken_side_of_where-0",
    "textbook.huber-0",
    # branches, loops and ways out of them
    "branches.ladder-0",
    "branches.swapped_in_an_arm-0",
    "loops.power_by_products-0",
    "loops.fibonacci-0",
    "loops.nested_loops-0",
    "loops.while_true-0",
    "early_exit.return_from_a_loop-0",
    "textbook.taylor_sine-0",
    "textbook.newton_square_root-0",
    "textbook.bisection-0",
    # indexing, containers, comprehensions
    "indexing.loop_over_neighbours-0",
    "indexing.duplicated_indices-0",
    "containers.layers-0",
    "containers.appended_and_stacked-0",
    "comprehensions.squares-0",
    "comprehensions.filtered-0",
    "textbook.convolution-0",
    # functions
    "calls.defaults_and_keywords-0",
    "closures.captured_local-0",
    "closures.function_that_returns_a_function-0",
    "textbook.horner_recursive-0",
    "textbook.runge_kutta-0",
    # matrices and models
    "linalg.quadratic_form-0",
    "linalg.solutions-0",
    "textbook.rosenbrock-0",
    "textbook.logistic_regression-0",
    "textbook.recurrent_network-0",
    "textbook.multilayer_perceptron-0",
)
GRADIENTS = (
    "loops.fibonacci-0",
    "scalars.stable_sigmoid-0",
    "textbook.taylor_sine-0",
    "textbook.rosenbrock-0",
    "textbook.horner_recursive-0",
    "textbook.multilayer_perceptron-0",
)


@cache
def tutorial() -> ModuleType:
    """`examples/tutorial.py`."""
    spec = importlib.util.spec_from_file_location("tutorial", HERE.parent / "examples" / "tutorial.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def example(name: str, *arguments: Any) -> Callable[[str], str]:
    """The generated code of a function of the tutorial, by mode."""
    return lambda mode: source(getattr(tutorial(), name), *arguments, mode=mode)


def program(found: Program) -> Callable[[str], str]:
    """The generated code of a program of the corpus, by mode; gradients are by all arguments that have one."""
    return lambda mode: source(found.function, *found.arguments(), mode=mode, argnums=found.varied())


BY_NAME = {found.name: found for found in corpus()}
CASES: dict[str, Callable[[], str]] = {
    **{f"{name[:-2]}.pullback": lambda name=name: program(BY_NAME[name])("pullback") for name in PROGRAMS},
    **{f"{name[:-2]}.grad": lambda name=name: program(BY_NAME[name])("grad") for name in GRADIENTS},
    "textbook.rosenbrock.value_and_grad": lambda: program(BY_NAME["textbook.rosenbrock-0"])("value_and_grad"),
    "tutorial.tanh.grad": lambda: example("tanh", 1.0)("grad"),
    "tutorial.training_loss.value_and_grad": lambda: example("training_loss", np.zeros(3))("value_and_grad"),
    "tutorial.log_odds.pullback": lambda: example("log_odds", np.ones(3))("pullback"),
}


@pytest.mark.parametrize("name", CASES)
def test_generated_code_is_as_before(name: str, update_golden: bool) -> None:
    """Where it is not, the command above shows what has changed."""
    path = GOLDEN / f"{name}.py.txt"
    text = re.sub(r"# line \d+: ", "# line: ", CASES[name]())
    if update_golden:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if not path.is_file():
        pytest.fail(f"{path.relative_to(HERE.parent)} is missing; {COMMAND} writes it")
    assert text == path.read_text(encoding="utf-8"), f"if this is meant: {COMMAND}"


def test_there_are_no_other_golden_files(update_golden: bool) -> None:
    """A file whose case is gone is removed with the others written."""
    left_over = {path for path in GOLDEN.glob("*") if path.name.removesuffix(".py.txt") not in CASES}
    if update_golden:
        for path in left_over:
            path.unlink()
        left_over = set()
    assert not left_over
