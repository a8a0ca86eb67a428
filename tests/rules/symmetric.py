"""The functions of symmetric matrices, which read one triangle only and so cannot stand in the table.

Each is tested through a plain function of any square matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

FUNCTIONS: tuple[Callable[..., Any], ...] = (np.linalg.cholesky, np.linalg.eigh, np.linalg.eigvalsh)


def random_symmetric(rng: np.random.Generator, *shape: int) -> Any:
    """A stack of symmetric matrices with well separated eigenvalues, all positive."""
    a = rng.normal(size=shape)
    return (a + np.swapaxes(a, -1, -2)) / 4 + np.diag(np.arange(1.0, shape[-1] + 1) * 2)
