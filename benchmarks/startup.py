"""What one pays once: compiling for a new signature, and importing the package."""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from cases import perceptron, perceptron_params
from s2s_ad import value_and_grad

IMPORT = """
import time
start = time.perf_counter()
import numpy
middle = time.perf_counter()
import s2s_ad
print(middle - start, time.perf_counter() - middle)
"""


def compile_time() -> str:
    """The first call less the second, for the network with every mixture of precisions: each is a new signature."""
    gradient = value_and_grad(perceptron)
    params = perceptron_params()
    times = []
    for mixture in itertools.product((np.float64, np.float32), repeat=2 * len(params)):
        dtypes = iter(mixture)
        argument = [(w.astype(next(dtypes)), b.astype(next(dtypes))) for w, b in params]
        start = time.perf_counter()
        gradient(argument)
        middle = time.perf_counter()
        gradient(argument)
        times.append(2 * middle - start - time.perf_counter())
    return f"{1e3 * min(times):.1f} ms at best, {1e3 * float(np.median(times)):.1f} ms in the middle of {len(times)}"


def import_time() -> str:
    """`import s2s_ad` after `import numpy`, in a new process with cached bytecode; the best of seven."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", IMPORT]
    runs = [subprocess.run(command, capture_output=True, check=True, env=env).stdout for _ in range(7)]
    numpy, package = (min(times) for times in zip(*(map(float, run.split()) for run in runs), strict=True))
    return f"{1e3 * package:.0f} ms on top of the {1e3 * numpy:.0f} ms of numpy: {package / numpy:.2f} times as long"


STARTUP: dict[str, Callable[[], str]] = {"compile": compile_time, "import": import_time}
