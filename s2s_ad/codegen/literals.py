"""Constants as text that every supported Python reads back as the same value."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from types import EllipsisType, NoneType
from typing import Any


def _int(value: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError:  # longer than Python converts to decimal digits
        return hex(value)


def _float(value: float) -> str:
    digits = float.__repr__(value)
    return digits if math.isfinite(value) else f"float('{digits}')"


def _complex(value: complex) -> str:
    signs = {math.copysign(1.0, part) for part in (value.real, value.imag)}
    if value.real == 0 and math.isfinite(value.imag) and len(signs) == 1:
        return "-" * (-1.0 in signs) + repr(complex(0.0, abs(value.imag)))
    return f"complex({_float(value.real)}, {_float(value.imag)})"


def _tuple(value: tuple[Any, ...]) -> str:
    return f"({', '.join(map(literal, value))}{',' * (len(value) == 1)})"


# In this order, as a bool is an int. Called on the base type, as the repr of a NumPy scalar is no literal.
_LITERALS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (NoneType, repr),
    (bool, repr),
    (EllipsisType, lambda value: "..."),
    (int, _int),
    (float, _float),
    (complex, _complex),
    (str, str.__repr__),
    (bytes, bytes.__repr__),
    (tuple, _tuple),
)


def literal(value: object) -> str:
    """The text of a constant."""
    for kind, text in _LITERALS:
        if isinstance(value, kind):
            return text(value)
    raise TypeError(f"there is no literal for {value!r}, of type {type(value).__name__}")


def escape(text: str, keep: str = "") -> str:
    """`text` with backslashes and unprintable characters, but those in `keep`, as escape sequences."""
    plain = (c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)
    return "".join("\\\\" if c == "\\" else c for c in plain)


def triple_quoted(text: str) -> str:
    """A docstring."""
    escaped = re.sub(r'"{3,}|"+\Z', lambda quotes: '\\"' * len(quotes[0]), escape(text, keep="\n\t"))
    return f'"""{escaped}"""'


def quotable(text: str, quote: str) -> str:
    """Text that may stand between these quotes."""
    return escape(text).replace(quote[0], "\\" + quote[0])
