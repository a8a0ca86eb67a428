"""Programs that print, log and warn about what they compute."""

import io
import logging
import sys

import numpy as np

from programs.harness import program
from s2s_ad import UnsupportedSyntaxError

V = np.array([0.5, -1.25, 2.0])
LOG = logging.getLogger("programs.reports")
PATTERNS = "a{}c"


@program((V,))
def loggers(x):
    """One of the module, one that is got in a variable, and one without a name; arrays, lists and dicts are logged."""
    y = x * 2.0
    LOG.debug("%s", y)
    log = logging.getLogger("programs.reports.inner")
    log.debug("%s %s", [y], {"y": y})
    logging.getLogger("programs.reports").info("%s", x, extra={"y": y})
    logging.debug("%s", y)
    return y * x


@program((V,))
def logged_before_and_after_a_write(x):
    """What is logged is what the array is at that time, and the array may be written to after it."""
    y = x * 2.0
    for i in range(3):
        LOG.debug("%d %s", i, y)
        y[i] *= x[0]
        LOG.log(logging.DEBUG, "%d %s", i, y)
    return y


@program((V,))
def logged_items(x):
    """A list that is logged while it grows."""
    history = []
    for i in range(3):
        history.append(x * i)
        LOG.debug("%s", history)
    return history[1] + history[2]


@program((V,))
def texts(x):
    """Into a buffer, and to what Python has for it."""
    buffer, y = io.StringIO(), x * x
    print(y, file=buffer)
    for v in y:
        buffer.write(f"{v:.1f}\n")
    sys.stdout.write("")
    print("", end="", file=sys.stdout, flush=True)
    return y * buffer.getvalue().count("\n")


class Layer:
    """Logs what it does."""

    def __init__(self, w):
        self.w = w
        self.log = logging.getLogger(type(self).__name__)

    def __call__(self, x):
        self.log.debug("%s", x)
        return np.tanh(x * self.w)


@program((V,))
def object_with_a_logger(x):
    """The logger is an attribute."""
    layer = Layer(x)
    return layer(layer(x))


@program((V,), refused=UnsupportedSyntaxError)
def function_in_a_text(x):
    """A nested function has no text of its own."""
    return x * len(PATTERNS.format(lambda y: y))


@program((V,), refused=UnsupportedSyntaxError)
def function_that_is_logged(x):
    """A nested function, in a tuple."""
    LOG.debug("%s %s", 1, (x, lambda y: y))
    return x


@program((V, []), (V, [V]), refused=UnsupportedSyntaxError)
def function_that_the_caller_gets(x, out):
    """The caller's list would have something else in it than a function."""
    out.append(lambda y: y * x)
    return x * 2.0
