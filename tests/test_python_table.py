"""docs/python.md, the table of what is supported, is what the compiler does.

    python -m pytest tests/test_python_table.py --update-golden

writes it anew; the difference is to be read before it is committed.
"""

from __future__ import annotations

import itertools
import linecache
import sys
import textwrap
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import gast
import numpy as np
import pytest

from constructs import CONSTRUCTS, PREAMBLE, Construct
from s2s_ad import ADError, pullback
from s2s_ad.frontend.check import BUILTIN_HINTS, REFUSED, SUPPORTED

PAGE = Path(__file__).parent.parent / "docs" / "python.md"
BAR = "\\|"  # a bar within a cell
COMMAND = "python -m pytest tests/test_python_table.py --update-golden"
HEAD = f"""# What of Python is supported

What cannot be differentiated right is refused, with the place and a way out. This page is made from the test suite, by
`{COMMAND}`: each line stands for a function that was compiled, run and
compared, or for a refusal with these words.
"""
MODULE = "constructs_of_python"
ALL = [construct for section in CONSTRUCTS.values() for construct in section]
_numbers = itertools.count()


def text_of(construct: Construct) -> str:
    """The module in which the construct is used."""
    return f"{PREAMBLE}{construct.header}\n{textwrap.indent(construct.body, '    ')}\n"


def made(construct: Construct) -> tuple[Callable[..., Any], type]:
    """The function that uses the construct, and the class of its last argument."""
    text, filename = text_of(construct), f"<construct {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    module = sys.modules[MODULE] = ModuleType(MODULE)  # dataclasses look it up
    exec(compile(text, filename, "exec"), vars(module))
    return module.f, module.Point


def arguments(point: type) -> tuple[Any, ...]:
    """Arguments made anew, as some constructs write to them."""
    return 0.7, np.array([0.5, -1.25, 2.0]), [0.5, 1.5], point()


@cache
def refusal(construct: Construct) -> ADError | None:
    """The error with which the construct is refused, or None. Where it is supported, it is right."""
    f, point = made(construct)
    try:
        y, back = pullback(f, *arguments(point))
    except ADError as error:
        return error
    assert y == f(*arguments(point))
    x, *others = arguments(point)
    h = 1e-6
    expected = (f(x + h, *arguments(point)[1:]) - f(x - h, *others)) / (2 * h)
    np.testing.assert_allclose(back(1.0)[1], expected, rtol=1e-6, atol=1e-8)
    return None


def line(construct: Construct) -> str:
    """The line of the table for a construct."""
    if construct.needs > sys.version_info[:2]:
        cells = [construct.shown, "no", *REFUSED[gast.TypeAlias]]
    else:
        error = refusal(construct)
        told = ("yes", "", "") if error is None else ("no", error.problems[0].message, error.problems[0].hint or "")
        cells = [construct.shown, *told]
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def page() -> str:
    """The text of docs/python.md."""
    parts = [HEAD]
    for section, constructs in CONSTRUCTS.items():
        parts += [f"## {section}\n", "| construct | | why not | instead |", "|---|---|---|---|"]
        parts += [*map(line, constructs), ""]
    return "\n".join(parts)


@pytest.mark.parametrize("construct", ALL, ids=[c.shown for c in ALL])
@pytest.mark.filterwarnings("ignore")
def test_supported_is_right_and_refused_says_where(construct: Construct) -> None:
    """A refusal has a caret under a part of the function, and a hint."""
    if construct.needs > sys.version_info[:2]:
        pytest.skip("cannot be parsed by this Python")
    error = refusal(construct)
    if error is not None:
        place, shown, under = str(error).splitlines()[:3]
        assert "<construct" in place
        assert shown.strip() in text_of(construct)
        assert set(under.strip()) == {"^"}
        assert error.problems[0].hint


def test_page_is_up_to_date(update_golden: bool) -> None:
    """What was lifted or newly refused is to be told there."""
    text = page()
    if update_golden:
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, f"docs/python.md is stale: {COMMAND}"


def test_every_construct_is_told_about() -> None:
    """Each kind of statement and expression, and each refused builtin, stands in the table."""
    trees = [gast.parse(text_of(c)) for c in ALL if c.needs <= sys.version_info[:2]]
    kinds = {type(node) for tree in trees for node in gast.walk(tree)} | {gast.TypeAlias}
    needed = SUPPORTED | set(REFUSED) - {gast.AsyncFor, gast.AsyncWith}
    assert {kind.__name__ for kind in needed - kinds} <= {"Slice", "TypeAlias"}
    called = {
        node.func.id
        for tree in trees
        for node in gast.walk(tree)
        if isinstance(node, gast.Call) and hasattr(node.func, "id")
    }
    assert set(BUILTIN_HINTS) - {"super"} <= called
