"""How the time of a gradient grows with the number of elements that are written one by one."""

import time
from collections.abc import Callable

import numpy as np

from cases import recurrence
from s2s_ad import grad

SIZES = (10**3, 10**4, 10**5, 10**6)


def growth() -> str:
    """Nanoseconds for each element of an in-place recurrence, primal and gradient, the best of a few runs."""
    gradient = grad(recurrence)
    rng = np.random.default_rng(0)
    rows = []
    for size in SIZES:
        x = rng.normal(size=size)
        best = [
            min(1e9 * _seconds(fn, x) / size for _ in range(max(3, 10**5 // size))) for fn in (recurrence, gradient)
        ]
        rows.append(f"n = {size}: {best[0]:.0f} and {best[1]:.0f}")
    return "ns for each element, primal and gradient: " + "; ".join(rows)


def _seconds(function: Callable[..., object], x: object) -> float:
    start = time.perf_counter()
    function(x)
    return time.perf_counter() - start


GROWTH: dict[str, Callable[[], str]] = {"growth": growth}
