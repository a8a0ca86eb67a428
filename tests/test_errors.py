"""Errors name the place, show the line with carets under the very text, and say what to write instead."""

from __future__ import annotations

import ast
import copy
import pickle
import traceback

import pytest

from s2s_ad.codegen.linecache_store import register
from s2s_ad.errors import (
    ADError,
    MissingRuleError,
    MutationError,
    Problem,
    SourceUnavailableError,
    Span,
    UnsupportedSyntaxError,
)

TEXT = """\
def loss(x):
    y = foo(x)
    s = "größe→" + bar(x)
\t\tz = \tfoo(x)
    long = foo(x,
               y)
    日 = 本(x)
"""


@pytest.fixture(autouse=True)
def _source() -> None:
    register("<errors test>", TEXT)


def span(line: int, part: str, end_line: int | None = None, end_column: int = 0) -> Span:
    """The place of `part` on `line`, in bytes as `ast` counts."""
    text = TEXT.splitlines()[line - 1]
    start = len(text[: text.index(part)].encode())
    end = end_column if end_line else start + len(part.encode())
    return Span("<errors test>", line, start, end_line or line, end, "loss")


def under_carets(text: str) -> str:
    """What stands above the carets, if the line holds neither tabs nor wide characters."""
    lines = text.splitlines()
    row = next(i for i, line in enumerate(lines) if set(line.strip()) == {"^"})
    start = lines[row].index("^")
    return lines[row - 1][start : len(lines[row])]


def test_text_of_an_error() -> None:
    """The whole form."""
    error = MissingRuleError("no rule for `foo`", span(2, "foo(x)"), "register one with `def_rrule`")
    assert str(error) == (
        "<errors test>:2:9: in loss: no rule for `foo`\n"
        "    y = foo(x)\n"
        "        ^^^^^^\n"
        "hint: register one with `def_rrule`"
    )


def test_text_without_place_or_hint() -> None:
    """What is not known is left out."""
    assert str(MutationError("no")) == "no"
    assert str(MutationError("no", hint="copy")) == "no\nhint: copy"
    assert str(MutationError("no", Span("<nowhere>", 3, 4, 3, 6))) == "<nowhere>:3:5: no"


def test_columns_count_utf8_bytes() -> None:
    """`ast` counts bytes, carets count characters."""
    error = ADError("m", span(3, "bar(x)"))
    assert under_carets(str(error)) == "bar(x)"
    assert str(error).startswith("<errors test>:3:20: ")


def test_tabs_stay_tabs() -> None:
    """A tab before the place is repeated above the caret."""
    lines = str(ADError("m", span(4, "foo"))).splitlines()
    assert lines[1:] == ["    z = \tfoo(x)", "        \t^^^"]


def test_wide_characters_take_two_columns() -> None:
    """As terminals show them."""
    lines = str(ADError("m", span(7, "本(x)"))).splitlines()
    assert lines[1:] == ["    日 = 本(x)", "         ^^^^^"]


def test_span_over_several_lines_is_underlined_to_the_end_of_the_first() -> None:
    """A caret never runs into the next line."""
    assert under_carets(str(ADError("m", span(5, "foo", end_line=6, end_column=17)))) == "foo(x,"


def test_span_of_a_node() -> None:
    """Every node of `ast` gives its place; one without a place gives the first line."""
    node = ast.parse("x = 1\ny = g(2)").body[1]
    assert Span.of(node, "f.py", "f") == Span("f.py", 2, 0, 2, 8, "f")
    assert Span.of(ast.Load(), "f.py") == Span("f.py", 1, 0, 1, 0)


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (ADError, Exception),
        (UnsupportedSyntaxError, SyntaxError),
        (MissingRuleError, NotImplementedError),
        (SourceUnavailableError, OSError),
        (MutationError, Exception),
    ],
)
def test_every_error_is_also_a_builtin_one(kind: type[ADError], builtin: type[Exception]) -> None:
    """They can be caught as what they are, and keep message, span and hint; also copied and pickled."""
    place = span(2, "foo(x)")
    error = kind("message", place, "hint")
    assert isinstance(error, ADError) and isinstance(error, builtin)
    for same in (error, copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(same) is kind
        assert (same.message, same.span, same.hint) == ("message", place, "hint")
        assert str(same) == str(error) == str(kind(message="message", span=place, hint="hint"))


def test_all_problems_are_shown() -> None:
    """One error about several places."""
    problems = [Problem("`a` is bad", span(2, "foo(x)"), "write b"), Problem("`c` is bad", span(5, "foo(x,"), None)]
    error = UnsupportedSyntaxError.of(problems)
    assert error.problems == tuple(problems)
    assert str(error) == f"{problems[0]}\n{problems[1]}"
    assert pickle.loads(pickle.dumps(error)).problems == tuple(problems)


def test_syntax_error_knows_its_place() -> None:
    """Editors and notebooks read these attributes."""
    error = UnsupportedSyntaxError("bad", span(3, "bar(x)"), "good")
    assert (error.filename, error.lineno, error.text) == ("<errors test>", 3, TEXT.splitlines()[2])
    assert error.text is not None and error.offset is not None and error.end_offset is not None
    assert error.text[error.offset - 1 : error.end_offset - 1] == "bar(x)"


def test_traceback_of_a_syntax_error_shows_all_once() -> None:
    """Python prints place and line of a SyntaxError itself; message, hint and further places come from us."""
    problems = [("`a` is bad", span(2, "foo(x)"), "write b"), ("`c` is bad", span(5, "foo"), "write d")]
    text = "".join(traceback.format_exception_only(UnsupportedSyntaxError.of(problems)))
    assert text == (
        '  File "<errors test>", line 2\n'
        "    y = foo(x)\n"
        "        ^^^^^^\n"
        "s2s_ad.errors.UnsupportedSyntaxError: in loss: `a` is bad\n"
        "hint: write b\n"
        "<errors test>:5:12: in loss: `c` is bad\n"
        "    long = foo(x,\n"
        "           ^^^\n"
        "hint: write d\n"
    )


@pytest.mark.parametrize("kind", [ADError, MissingRuleError, SourceUnavailableError, MutationError])
def test_traceback_of_other_errors_shows_the_text(kind: type[ADError]) -> None:
    """The last lines of a traceback are our text."""
    error = kind("message", span(2, "foo(x)"), "do")
    assert "".join(traceback.format_exception_only(error)) == f"s2s_ad.errors.{kind.__name__}: {error}\n"


def test_text_is_that_of_the_moment() -> None:
    """An edit of the file after the error does not change what is shown."""
    error = MutationError("m", span(2, "foo(x)"))
    register("<errors test>", "something else\n" * 9)
    assert "y = foo(x)" in str(error)
