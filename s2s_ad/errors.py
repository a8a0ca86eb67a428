"""Exceptions that show the place in the user's file, what is wrong there, and what to write instead.

The text of every error has one form; lines that are not known are left out:

    model.py:12:9: in loss: what is wrong
        y = foo(x)
            ^^^^^^
    hint: what to write instead
"""

from __future__ import annotations

import ast
import linecache
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Span:
    """A stretch of a source file, counted as `ast` counts: lines from 1, columns from 0 in UTF-8 bytes."""

    filename: str
    line: int
    column: int
    end_line: int
    end_column: int
    function: str = ""

    @classmethod
    def of(cls, node: ast.AST, filename: str, function: str = "") -> Span:
        """The stretch of `filename` that `node` was parsed from; `function` is the name of the one it stands in."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        end_line, end_column = getattr(node, "end_lineno", None), getattr(node, "end_col_offset", None)
        return cls(filename, line, column, end_line or line, column if end_column is None else end_column, function)

    @property
    def text(self) -> str:
        """The first source line of the span, without its line end; empty if the source is not at hand."""
        return linecache.getline(self.filename, self.line).rstrip("\r\n")

    @property
    def characters(self) -> tuple[int, int]:
        """Where the span begins and ends on its first line, counted in characters of `text`."""
        text = self.text.rstrip()
        if not text:
            return self.column, self.column + 1
        encoded = text.encode(errors="surrogatepass")
        start = len(encoded[: self.column].decode(errors="ignore"))
        end = len(encoded[: self.end_column].decode(errors="ignore")) if self.end_line == self.line else len(text)
        return start, max(end, start + 1)

    def __str__(self) -> str:
        """`file:line:column`, with the column counted from 1 as editors do."""
        return f"{self.filename}:{self.line}:{self.characters[0] + 1}"

    def excerpt(self) -> str:
        """The source line with carets under the span, both indented by four; empty if the source is not at hand."""
        text = self.text.rstrip()
        if not text:
            return ""
        start, end = self.characters
        indent = len(text) - len(text.lstrip())
        gap = "".join("\t" if c == "\t" else " " * _width(c) for c in text[indent:start])
        carets = "^" * max(1, sum(map(_width, text[max(start, indent) : end])))
        return f"    {text[indent:]}\n    {gap}{carets}"


def _width(character: str) -> int:
    """How many columns of a terminal `character` takes."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Problem(NamedTuple):
    """One thing that is wrong: what, where, and what to write instead."""

    message: str
    span: Span | None = None
    hint: str | None = None

    def sentence(self) -> str:
        """The message, with the function it is about."""
        return f"in {self.span.function}: {self.message}" if self.span and self.span.function else self.message

    def __str__(self) -> str:
        """The full form of the module's docstring."""
        parts = [f"{self.span}: {self.sentence()}" if self.span else self.message]
        if self.span:
            parts.append(self.span.excerpt())
        if self.hint:
            parts.append(f"hint: {self.hint}")
        return "\n".join(filter(None, parts))


class ADError(Exception):
    """What every error of this package derives from.

    `follow` is what to look into when compiling anew, if that may help: a context manager, or a statement by its place.
    """

    follow: Any = None

    def __init__(
        self, message: str, span: Span | None = None, hint: str | None = None, others: Sequence[Problem] = ()
    ) -> None:
        super().__init__(message)
        # Set after the base class, so that a copy or an unpickled error is built from the same four.
        self.args = (message, span, hint, tuple(others))
        self.message, self.span, self.hint = message, span, hint
        self.problems = (Problem(message, span, hint), *others)
        # Rendered now, as the source may be edited before the error is shown.
        self._text = "\n".join(map(str, self.problems))

    def place(self, span: Span | None) -> None:
        """Say where it has been raised, where that was not known."""
        if self.span is None:
            ADError.__init__(self, self.message, span, self.hint, self.problems[1:])

    def __str__(self) -> str:
        """The message with place, source line, carets and hint."""
        return self._text


class UnsupportedSyntaxError(ADError, SyntaxError):
    """The function uses Python syntax that cannot be differentiated; all such places are listed in `problems`."""

    def __init__(
        self, message: str, span: Span | None = None, hint: str | None = None, others: Sequence[Problem] = ()
    ) -> None:
        super().__init__(message, span, hint, others)
        first = self.problems[0]
        # Python prints the place of a SyntaxError by itself, from these; `msg` adds only what it does not know.
        self.msg = "\n".join([first.sentence(), *([f"hint: {hint}"] if hint else []), *map(str, self.problems[1:])])
        if span is not None:
            start, end = span.characters
            self.filename, self.text = span.filename, span.text
            self.lineno = self.end_lineno = span.line
            self.offset, self.end_offset = start + 1, end + 1

    @classmethod
    def of(cls, problems: Iterable[tuple[str, Span | None, str | None]]) -> UnsupportedSyntaxError:
        """One error about all `problems`, of which there must be at least one."""
        first, *others = (Problem(*problem) for problem in problems)
        return cls(*first, others)


class MissingRuleError(ADError, NotImplementedError):
    """A function is called that has no derivative rule and cannot be looked into.

    `function` is that function, where it is known when compiling.
    """

    function: object = None


class SourceUnavailableError(ADError, OSError):
    """The source text of a function cannot be found, or is no longer that of the running code."""


class MutationError(ADError):
    """An in-place change whose derivative cannot be told for sure.

    `written_globals` are the global variables, with their namespaces, that such a change is surely one of.
    `is_settled`: the function has been looked at in every way that there is.
    """

    written_globals: Mapping[Any, Mapping[str, Any]] = {}
    is_settled = False
