"""Breaks lines that are too long, inside brackets and at commas that expressions have marked."""

from __future__ import annotations

import re
from collections.abc import Iterator

WIDTH = 120

# Marks: a bracketed group begins and ends, a bare tuple begins and ends, a space at which the line may be broken.
OPEN, CLOSE, OPEN_BARE, CLOSE_BARE, GAP = "\x01\x02\x03\x04\x05"
_WIPE = str.maketrans({OPEN: "", CLOSE: "", OPEN_BARE: "", CLOSE_BARE: "", GAP: " "})
COMMA = "," + GAP


def plain(marked: str) -> str:
    """A marked line as text."""
    return marked.translate(_WIPE)


def fold(line: str, hang: int) -> list[str]:
    """The marked `line` in rows of at most `WIDTH` columns, as far as it has brackets; later rows begin at `hang`."""
    group = _widest_group(line) if len(plain(line)) > WIDTH else None
    if group is None:
        return [plain(line)]
    start, end = group
    is_bare = line[start] == OPEN_BARE
    pieces = _split(line[start + 1 : end])
    pieces[-1] += (")" if is_bare else "") + line[end + 1 :]
    rows = [line[:start] + ("(" if is_bare else "")]
    row = ""
    for piece in pieces:
        if row and hang + len(plain(row)) + 1 + len(plain(piece)) > WIDTH:
            rows.append(" " * hang + row)
            row = ""
        row = f"{row} {piece}" if row else piece
    rows.append(" " * hang + row)
    return [text for row in rows for text in fold(row, hang + 4)]


def _depths(marked: str) -> Iterator[tuple[int, str, int]]:
    """Each mark with its place and the number of groups around it."""
    depth = 0
    for match in re.finditer("[\x01-\x05]", marked):
        mark = match[0]
        depth -= mark in (CLOSE, CLOSE_BARE)
        yield match.start(), mark, depth
        depth += mark in (OPEN, OPEN_BARE)


def _widest_group(line: str) -> tuple[int, int] | None:
    """Where the widest of the outermost groups that can be broken begins and ends."""
    ends = [place for place, mark, depth in _depths(line) if depth == 0 and mark != GAP]
    groups = [(start, end) for start, end in zip(ends[::2], ends[1::2], strict=True) if GAP in line[start:end]]
    return max(groups, key=lambda group: group[1] - group[0], default=None)


def _split(inside: str) -> list[str]:
    """The parts of `inside` between the gaps that stand in no further group."""
    places = [place for place, mark, depth in _depths(inside) if depth == 0 and mark == GAP]
    return [inside[start:end] for start, end in zip([0, *(p + 1 for p in places)], [*places, None], strict=True)]
