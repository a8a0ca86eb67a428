"""Gradient times, as multiples of the time of the primal and of the gradient written by hand.

    python benchmarks/run.py [--budget SECONDS] [names]

All contestants of a program are measured in the same run, in turns. Their gradients are compared first.
"""

import argparse

import numpy as np
import optree
from rich.console import Console
from rich.table import Table

from cases import CASES, Case
from contestants import CONTESTANTS, Gradient
from growth import GROWTH
from startup import STARTUP
from timing import best_times


def contestants(case: Case) -> dict[str, Gradient]:
    """Those that can run the case."""
    entries = ((name, enter(case)) for name, enter in CONTESTANTS.items())
    return {name: gradient for name, gradient in entries if gradient is not None}


def check(case: Case, gradients: dict[str, Gradient]) -> None:
    """All gradients must agree with the one by hand."""
    expected = optree.tree_leaves(gradients["by hand"]())
    for name, gradient in gradients.items():
        for found, wanted in zip(optree.tree_leaves(gradient()), expected, strict=True):
            np.testing.assert_allclose(np.asarray(found), wanted, rtol=1e-9, atol=1e-12, err_msg=f"{case.name}: {name}")


def measure(case: Case, budget: float) -> list[str]:
    """A row of the table."""
    gradients = contestants(case)
    check(case, gradients)
    times = best_times({"primal": lambda: case.primal(case.argument), **gradients}, budget)
    multiples = [f"{times[name] / times['primal']:.2f}" if name in times else "–" for name in CONTESTANTS]
    return [case.name, f"{1e6 * times['primal']:.1f}", *multiples, f"{times['s2s_ad'] / times['by hand']:.2f}"]


OTHERS = {**STARTUP, **GROWTH}


def main() -> None:
    """Measure what is named, or everything."""
    choices = [*(case.name for case in CASES), *OTHERS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(choices)}")
    parser.add_argument("--budget", type=float, default=1.0, help="seconds for each measurement (default: 1)")
    options = parser.parse_args()
    if unknown := set(options.names) - set(choices):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    chosen = options.names or choices

    console = Console(width=110)
    cases = [case for case in CASES if case.name in chosen]
    if cases:
        table = Table(title="Time of the gradient, as a multiple of the time of the primal", title_justify="left")
        for heading in ("program", "primal, µs", *CONTESTANTS, "s2s_ad / by hand"):
            table.add_column(heading, justify="left" if heading == "program" else "right")
        for case in cases:
            table.add_row(*measure(case, options.budget))
        console.print(table)
    for name, describe in OTHERS.items():
        if name in chosen:
            console.print(f"{name}: {describe()}", highlight=False)


if __name__ == "__main__":
    main()
