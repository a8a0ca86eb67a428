"""What a function returns may be written to before its pullback is called, and the pullback gives what it gave."""

import numpy as np
import pytest

from s2s_ad import pullback


class Holder:
    """An object that a function returns."""

    def __init__(self, v):
        self.v = v
        self.w = v * 2.0


def number_or_array(x, n):
    """A number on one way."""
    if n == 0:
        return -0.7
    return np.tanh(x)


def argument_or_array(x, n):
    """The argument itself on one way."""
    if n == 0:
        return x
    return np.exp(x)


def out_of_a_loop(x, n):
    """What a loop returns, or the argument."""
    for _ in range(n):
        if x[0] > 0:
            return np.tanh(x)
    return x


def early_and_nested(x, n):
    """A number out of an inner branch."""
    while n > 5:
        return x.sum()
    if n == 0:
        if x[0] > 1.0:
            return -0.7
    return np.tanh(x)


def in_a_tuple(x, n):
    """The argument or another array, in a tuple."""
    y = x if n == 0 else np.exp(x)
    return y, y * y


def list_that_grew(x, n):
    """Arrays in a list that a loop has filled, and read again."""
    ys = []
    for _ in range(n):
        ys.append(np.exp(x))
    return ys, x * sum(y.sum() for y in ys)


def dict_that_grew(x, n):
    """Arrays under keys that are known late."""
    d = {}
    for i in range(n):
        d[i] = np.exp(x) * (i + 1)
    return d, sum(v.sum() ** 2 for v in d.values())


def held_by_an_object(x, n):
    """Arrays that are attributes."""
    made = Holder(np.exp(x))
    return made, (made.w * made.v).sum()


def cotangent(y):
    """Ones, in the structure of a value."""
    if isinstance(y, (list, tuple)):
        return type(y)(map(cotangent, y))
    if isinstance(y, dict):
        return {k: cotangent(v) for k, v in y.items()}
    if isinstance(y, Holder):
        return {k: cotangent(v) for k, v in vars(y).items()}
    return np.ones_like(y) if isinstance(y, np.ndarray) else 1.0


def clear(y, but):
    """Write to every array of a value but one."""
    if isinstance(y, np.ndarray) and y is not but:
        y[...] = 0.0
    elif isinstance(y, (list, tuple, dict)):
        for v in y.values() if isinstance(y, dict) else y:
            clear(v, but)
    elif isinstance(y, Holder):
        clear(list(vars(y).values()), but)


FUNCTIONS = [
    number_or_array, argument_or_array, out_of_a_loop, early_and_nested, in_a_tuple, list_that_grew, dict_that_grew,
    held_by_an_object,
]  # fmt: skip


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("f", FUNCTIONS)
def test_result_may_be_written_to(f, n):
    """The arrays of a result may be cleared, but for the argument itself."""
    x = np.array([1.0, 2.0])
    y, back = pullback(f, x, n)
    y_bar = cotangent(y)
    before = np.array(back(y_bar)[1])
    clear(y, x)
    np.testing.assert_array_equal(back(y_bar)[1], before)


def test_argument_that_is_returned_is_itself():
    """No copy stands for an argument."""
    x = np.array([1.0, 2.0])
    assert pullback(argument_or_array, x, 0)[0] is x
