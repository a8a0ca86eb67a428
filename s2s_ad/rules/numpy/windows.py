"""Rules of the views that NumPy makes by strides: chosen diagonals, and windows."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.rules.registry import WHOLE, linear_rule
from s2s_ad.runtime import add_windows, einsum_view, place_in_view


def _einsum_view_back(y_bar: Any, a: Any, subscripts: Any) -> Any:
    """Zeros but for what is viewed."""
    return place_in_view(y_bar, np.shape(a), subscripts)


def _windows_back(
    y_bar: Any, x: Any, window_shape: Any, axis: Any = None, *, subok: Any = False, writeable: Any = False
) -> Any:
    """Each element gets the cotangents of all windows that it is in."""
    return add_windows(y_bar, np.shape(x), window_shape, axis)


linear_rule(einsum_view, _einsum_view_back, core=WHOLE)
linear_rule(np.lib.stride_tricks.sliding_window_view, _windows_back, core=WHOLE)
