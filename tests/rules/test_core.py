"""A rule that promises the last axes of its cotangents keeps the promise, whatever the lengths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rules.table import ROWS, Row, variants
from s2s_ad.rules import LinearRule, ReverseRule, registry

PROMISING = [row for row in ROWS if getattr(registry.get(row.fn), "core", 0)]


def cotangent(y: Any) -> Any:
    """Ones in the form of a value."""
    if isinstance(y, (list, tuple)):
        return [cotangent(part) for part in y]
    return np.ones_like(y, dtype=float)


def cotangents(row: Row, args: tuple[Any, ...], y: Any) -> tuple[Any, ...]:
    """What the rule gives, before it is projected."""
    rule = registry.get(row.fn)
    if isinstance(rule, LinearRule):
        return (rule.transpose(cotangent(y), *args, **row.kwargs),)
    assert isinstance(rule, ReverseRule)
    bars = rule.rrule(*args, **row.kwargs)[1](cotangent(y))
    return bars if isinstance(bars, tuple) else (bars,)


def joined(x_bar: Any) -> Any:
    """The cotangents of rows as that of the array that has the rows."""
    return np.array(x_bar) if isinstance(x_bar, list) and len(x_bar) > 0 else x_bar


@pytest.mark.parametrize("row", PROMISING, ids=str)
def test_core_axes_are_those_of_the_argument(row: Row) -> None:
    """The shapes of cotangent and argument end alike."""
    core = registry.get(row.fn).core  # type: ignore[union-attr]
    for args, y in variants(row):
        try:
            with np.errstate(all="ignore"):
                bars = cotangents(row, args, y)
        except IndexError:
            assert row.fn is np.take  # which does not check the indices of an empty array
            continue
        for bar, x in zip(bars, args, strict=False):
            x_bar = joined(bar) if isinstance(x, np.ndarray) else None
            if isinstance(x, np.ndarray) and x.dtype.kind == "f" and isinstance(x_bar, np.ndarray):
                n = min(core, x.ndim)
                assert x_bar.shape[x_bar.ndim - n :] == x.shape[x.ndim - n :]
                assert core == 2 or x.ndim in (0, x_bar.ndim)


def test_products_promise() -> None:
    """The rules of which most is expected are among those that are tested."""
    assert {np.matmul, np.linalg.solve, np.tensordot, np.reshape, np.sum} <= {row.fn for row in PROMISING}
