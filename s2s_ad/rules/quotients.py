"""Quotients at the tip of a cone such as ``hypot`` or ``norm``, where zero is chosen among the subgradients."""

from __future__ import annotations

from typing import Any

import numpy as np


def nonzero(b: Any) -> Any:
    """`b`, and ∞ where it is 0: a divisor by which a quotient is 0 there."""
    if np.ndim(b) == 0:
        return b or np.inf
    return np.where(b == 0, np.inf, b)
