"""Writes to arrays without axes, which other names see, beside NumPy scalars, which `+=` replaces."""

import numpy as np

from programs.harness import program

X = np.array([0.5, 1.2, -0.7, 2.0])
A = np.array([[1.0, 0.3], [0.2, 2.0]])


@program((X,), same_as=lambda x: np.array(np.sum(x**2)))
def loss_of_a_loop(x):
    """The array itself is the result."""
    loss = np.zeros(())
    for t in x:
        loss += t * t
    return loss


@program((X,), (X.astype(np.float32),), same_as=lambda x: (x[0] * x[1] + x[2] + x[3]) ** 2)
def every_spelling(x):
    """All of it by `...` and by `()`."""
    y = np.zeros((), x.dtype)
    y[...] = x[0] * x[1]
    y[()] += x[2]
    y[...,] += x[3]
    return y * y


@program((X,), same_as=lambda x: (x[0] * x[1] + 1.0) ** 2 * x)
def alias_sees_it(x):
    """Two names, and a tuple that holds the array."""
    y = np.array(x[0])
    z = y
    pair = (y, x)
    y *= x[1]
    pair[0][...] = z + 1.0
    return z * pair[0] * x


@program((X,), same_as=lambda x: (np.sum(x) + 1.0) * np.sum(x))
def a_numpy_scalar_is_replaced(x):
    """`np.sum` gives a number, which is as it was under its other name."""
    s = np.sum(x)
    t = s
    s += 1
    return t * s


@program((X,), same_as=lambda x: (2.0 * x[0] + x[1]) * 2.0 * x[0])
def arithmetic_gives_a_scalar(x):
    """So does arithmetic with arrays without axes."""
    s = np.array(x[0]) * 2
    t = s
    s += x[1]
    return t * s


@program((X,), same_as=lambda x: (2.0 * (x[0] + x[1])) ** 2 * x)
def output_without_axes(x):
    """Of an elementwise function and of a reduction; what the call gives is the array itself."""
    y = np.zeros(())
    w = np.add(x[0], x[1], out=y)
    w *= 2
    z = np.empty(())
    np.sum(x, out=z)
    np.copyto(z, w)
    y.fill(y * z)
    return w * x


@program((np.array(1.3), X), same_as=lambda a, x: (a * x[0] + x[1]) ** 2 * x)
def argument_without_axes(a, x):
    """The caller sees what is written."""
    a *= x[0]
    b = a
    b += x[1]
    return a * a * x


@program((A,), same_as=lambda a: np.where([[0, 1], [0, 0]], a * a[1, 0] + a[0, 0], a) * a)
def view_of_an_element(a):
    """`b[0, 1, ...]` is an array without axes that views the element; `b[0, 1]` a number."""
    b = a.copy()
    c = b[0, 1, ...]
    c *= a[1, 0]
    c += a[0, 0]
    d = b[0, 1]
    d += 1.0
    return b * a


@program((X,), same_as=lambda x: np.sum(x) + x[0], autograd="gives a number for `x[0, ...]`")
def view_of_an_element_of_an_argument(x):
    """The caller sees it, and so does the sum."""
    v = x[0, ...]
    v *= 2
    return np.sum(x)


def _reshaped(x):
    y = x * np.where(np.arange(4) == 1, x[0], 1.0)
    y = y * y[1]
    return np.where(np.arange(4) == 1, x[3], y) * x


@program((X,), same_as=_reshaped)
def reshaped_to_no_axes(x):
    """An array of one element, and an element that multiplies the array that it is in."""
    y = x.copy()
    t = y[1:2].reshape(())
    t *= x[0]
    y *= t
    t[...] = x[3]
    return y * x


@program((X,), same_as=lambda x: ((x[0] * x[1] + x[2]) * x[3]) ** 3 * x)
def views_of_it(x):
    """All views without axes are the array itself."""
    y = np.array(x[0])
    a, b, c, d = y.T, y.reshape(()), y[...], y.real
    a *= x[1]
    b += x[2]
    c *= x[3]
    return a * d * y * x


@program((X,), same_as=lambda x: x[0] ** 3 * (x[0] + x[0] * x[1] + x[0] * x[1] * x[2]))
def value_is_needed_after_it_was_written_over(x):
    """What the pullback needs of it is copied in each round."""
    y = np.array(x[0])
    total = 0.0
    for t in x[1:]:
        total = total + y * x[0]
        y *= t
    return total * x[0] ** 2 * 1.0


@program((X,), same_as=lambda x: np.cumsum(x**2) * x)
def copied_in_each_round(x):
    """Into a list, and into an array."""
    acc, out, seen = np.zeros(()), np.zeros(4), []
    for i, t in enumerate(x):
        acc += t * t
        out[i] = acc
        seen.append(acc.copy())
    return (out + np.array(seen)) / 2.0 * x


class Meter:
    """Has an attribute without axes."""

    def __init__(self):
        self.total = np.zeros(())

    def add(self, t):
        """Add to the array that it has."""
        self.total += t


@program((X,), same_as=lambda x: np.sum(x) ** 2 * 2.0 * x)
def attribute_item_and_captured(x):
    """Through an object, a dict, a helper and a nested function."""
    meter = Meter()
    seen = meter.total
    d = {"a": np.array(2.0)}

    def double(t):
        seen[...] = seen + t

    for i, t in enumerate(x):
        if i % 2:
            meter.add(t)
        else:
            double(t)
    d["a"] *= meter.total
    return d["a"] * seen * x


def _multiply(a, n, x):
    if n == 0:
        return
    a *= x[n]
    _multiply(a, n - 1, x)


@program((X,), same_as=lambda x: x[1] * x[2] * x[3] * x)
def by_a_function_that_calls_itself(x):
    """The callee writes to its argument."""
    a = np.array(1.0)
    _multiply(a, 3, x)
    return a * x


@program((X,), (-X,), same_as=lambda x: (np.where(x[0] > 0, x[0] * x[1], x[0] + x[2])) ** 2)
def in_a_branch(x):
    """One of two writes."""
    a = np.array(x[0])
    b = a
    if x[0] > 0:
        a *= x[1]
    else:
        a += x[2]
    return b * a


@program((X,), same_as=lambda x: np.array(2.0) * x[0] ** 2)
def made_by_where_and_copy(x):
    """`np.where`, `np.copy` and `zeros_like` of numbers give arrays."""
    a = np.where(x[0] > 0, x[0], x[1])
    b = a
    a *= 2
    c = np.copy(x[0])
    c *= b
    d = np.zeros_like(x[0])
    d += c
    return d
