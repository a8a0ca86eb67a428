"""What a program prints, logs and warns about comes once, in order, and as in plain Python."""

from __future__ import annotations

import logging
import re
import warnings

import numpy as np
import pytest

from s2s_ad import UnsupportedSyntaxError, pullback

LOG = logging.getLogger("reported")
V = np.array([0.5, -1.25, 2.0])


def noisy(x):
    """Logs and prints in turn, while it writes to what it shows."""
    y = x * 2.0
    for i in range(2):
        LOG.info("%d %s", i, y)
        print(i, y)
        y[i] = x[0]
        logging.getLogger("reported").info("%s", [y])
    return y


def warning(x):
    """Warns in a loop."""
    for v in x:
        if v > 0.0:
            warnings.warn(f"{v:.2f}", RuntimeWarning, stacklevel=1)
    return x * x


def test_logs_and_prints_are_those_of_plain_python(capsys, caplog):
    """And the pullback adds nothing to them."""
    heard = []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(record.getMessage())
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    try:
        noisy(V.copy())
        plain = heard.copy(), capsys.readouterr().out
        heard.clear()
        _, back = pullback(noisy, V.copy())
        back(V)
        back(V)
        assert (heard, capsys.readouterr().out) == plain
    finally:
        LOG.removeHandler(handler)


def test_warnings_are_those_of_plain_python():
    """Each is given once."""
    with pytest.warns(RuntimeWarning) as plain:
        warning(V)
    with pytest.warns(RuntimeWarning) as ours:
        pullback(warning, V)[1](V)
    assert [str(w.message) for w in ours] == [str(w.message) for w in plain] == ["0.50", "2.00"]


def replaced(x):
    """The library would call the function."""
    return x * len(re.sub("a", lambda found: found.group() * 3, "banana"))


def test_nested_functions_are_not_given_to_libraries():
    """There is no such object in the generated code."""
    with pytest.raises(UnsupportedSyntaxError, match="the nested function `lambda` as an argument"):
        pullback(replaced, V)


def leaving(x, limit):
    """Prints whatever comes."""
    y = x * 2
    try:
        y *= x
        if y.sum() > limit:
            raise ValueError("too much")
    finally:
        print("left")
    return y * x


def test_what_a_finally_prints_is_printed_once(capsys):
    """Also after an exception, on whose way nobody looks at what has been written."""
    value, back = pullback(leaving, V, 1e9)
    assert capsys.readouterr().out == "left\n"
    np.testing.assert_array_equal(value, leaving(V, 1e9))
    np.testing.assert_allclose(back(np.ones_like(V))[1], 6 * V**2, rtol=1e-12)
    capsys.readouterr()
    with pytest.raises(ValueError, match="too much"):
        pullback(leaving, V, -1e9)
    assert capsys.readouterr().out == "left\n"
