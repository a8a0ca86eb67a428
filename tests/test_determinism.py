"""The same function gives the same text in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

NAMES = (
    "branches.ladder-0",
    "calls.defaults_and_keywords-0",
    "closures.captured_local-0",
    "containers.dict_display-0",
    "early_exit.return_from_a_loop-0",
    "indexing.loop_over_neighbours-0",
    "linalg.solutions-0",
    "loops.rotation-0",
    "loops.three_levels-0",
    "textbook.kalman_filter-0",
    "textbook.newton_square_root-0",
    "textbook.rosenbrock-0",
    "textbook.runge_kutta-0",
)

SCRIPT = f"""
from programs.harness import corpus
from s2s_ad.inspection import STAGES, stage_text

for program in corpus():
    if program.name in {NAMES!r}:
        for stage in STAGES:
            print("#", program.name, stage)
            print(stage_text(program.function, program.arguments(), {{}}, stage))
"""


def texts(seed: str) -> str:
    """Every stage of the programs, from a process of its own with another order of sets of strings."""
    path = os.pathsep.join([str(HERE), str(HERE.parent)])
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
    return subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, check=True).stdout


def test_text_does_not_depend_on_the_process() -> None:
    """Byte for byte, at every stage, whatever the hashes of strings are."""
    first, second = texts("1"), texts("2")
    assert first.count("\n# ") + 1 == len(NAMES) * 6
    assert first == second
