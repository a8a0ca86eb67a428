"""Generated text shown by tracebacks, `pdb`, profilers and `inspect.getsource`, all of which read `linecache`.

The place in the user's file that each line comes from is kept beside it, for a note on what the line raises.
"""

from __future__ import annotations

import io
import linecache
import traceback
from collections.abc import Mapping

from s2s_ad.errors import ADError, Span

_origins: dict[str, Mapping[int, Span]] = {}
_NOTE = "raised by the derivative code of line"


def register(filename: str, text: str, origins: Mapping[int, Span] | None = None) -> None:
    """Let `linecache` serve `text` as the file `filename`, a name such as ``<s2s_ad loss.pullback 3f2a>``.

    The entry stays: one without a modification time is never compared with the disk. Registering a name again
    replaces its text. `origins` gives the user's place for numbers of lines.
    """
    lines = io.StringIO(text).readlines()  # splits at "\n" alone, as the compiler counts lines
    linecache.cache[filename] = (len(text), None, lines, filename)
    _origins[filename] = origins or {}


def explain(error: BaseException) -> None:
    """Add a note to an exception out of generated code: the user's function, file and line. One note, no more.

    An error of our own, which is raised when the program runs, is told its place instead.
    """
    if any(note.startswith(_NOTE) for note in getattr(error, "__notes__", ())):
        return
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        span = _origins.get(frame.f_code.co_filename, {}).get(line)
        if span is not None and isinstance(error, ADError):
            error.place(span)
            return
        if span is not None:
            where = f" in {span.function}" if span.function else ""
            error.add_note(f"{_NOTE} {span.line}{where}: {span.filename}:{span.line}\n    {span.text.strip()}")
            return
