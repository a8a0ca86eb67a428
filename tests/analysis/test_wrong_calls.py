"""A call that raises raises in generated code as well, though nothing reads what it gives."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from s2s_ad import grad

WRONG: dict[str, Callable[[Any], Any]] = {
    "reshape": lambda x: np.reshape(x, (2, 2)),
    "split": lambda x: np.split(x, 2),
    "squeeze": lambda x: np.squeeze(x, 0),
    "expand_dims": lambda x: np.expand_dims(x, 5),
    "transpose": lambda x: np.transpose(x, (1, 0)),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 2)),
    "sum": lambda x: np.sum(x, axis=1),
    "max": lambda x: np.max(x, axis=-2),
    "take": lambda x: np.take(x, 7),
    "stack": lambda x: np.stack([x, x[1:]]),
    "concatenate": lambda x: np.concatenate([x[None], x]),
    "einsum": lambda x: np.einsum("ij->ji", x),
    "trace": lambda x: np.trace(x),
    "diagonal": lambda x: np.diagonal(x),
    "inv": lambda x: np.linalg.inv(np.outer(x, x) * 0.0),
    "det": lambda x: np.linalg.det(x),
    "cholesky": lambda x: np.linalg.cholesky(-np.outer(x, x)),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_unused_wrong_call_raises(wrong: Callable[[Any], Any]) -> None:
    """With the error of the plain function."""

    def f(x: Any) -> Any:
        wrong(x)
        return x @ x

    x = np.array([1.0, 2.0, 3.0])
    with pytest.raises((ValueError, IndexError, np.linalg.LinAlgError)) as plain:
        f(x)
    with pytest.raises(plain.type):
        grad(f)(x)
