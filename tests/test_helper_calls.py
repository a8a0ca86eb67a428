"""How often generated code has to ask `runtime` what the types could not tell."""

import re

from programs.harness import corpus
from s2s_ad import source

CEILING = 179


def helper_calls() -> dict[str, int]:
    """The number of helper calls in the generated code of each program that has any.

    `bound` is left out: it is about variables that may be unbound, not about types.
    """
    found = {}
    for program in corpus():
        if program.refused is None and program.raises is None:
            count = len(re.findall(r"runtime\.(?!bound\()\w+\(", source(program.function, *program.arguments())))
            if count:
                found[program.name] = count
    return found


def test_helper_calls_do_not_rise() -> None:
    """Better types lower this number; nothing may raise it."""
    found = helper_calls()
    assert sum(found.values()) <= CEILING, found
