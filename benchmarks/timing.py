"""Times that other work on the machine disturbs little: many short blocks, in turns, of which the best one counts."""

import time
from collections.abc import Callable, Mapping
from typing import Any

BLOCK = 2e-3  # seconds


def seconds(function: Callable[[], Any], calls: int) -> float:
    """The mean time of a call over a block of `calls` calls."""
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls


def best_times(functions: Mapping[str, Callable[[], Any]], budget: float = 1.0) -> dict[str, float]:
    """Seconds per call of each function, from about `budget` seconds for each, in interleaved blocks."""
    calls = {name: max(1, round(BLOCK / seconds(function, 3))) for name, function in functions.items()}
    best = dict.fromkeys(functions, float("inf"))
    start, rounds = time.perf_counter(), 0
    while rounds < 5 or time.perf_counter() - start < budget * len(functions):
        for name, function in functions.items():
            best[name] = min(best[name], seconds(function, calls[name]))
        rounds += 1
    return best
