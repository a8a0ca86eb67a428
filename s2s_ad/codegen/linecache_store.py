"""Generated text shown by tracebacks, `pdb`, profilers and `inspect.getsource`, all of which read `linecache`."""

from __future__ import annotations

import io
import linecache


def register(filename: str, text: str) -> None:
    """Let `linecache` serve `text` as the file `filename`, a name such as ``<s2s_ad loss.pullback 3f2a>``.

    The entry stays: one without a modification time is never compared with the disk. Registering a name again
    replaces its text.
    """
    lines = io.StringIO(text).readlines()  # splits at "\n" alone, as the compiler counts lines
    linecache.cache[filename] = (len(text), None, lines, filename)
