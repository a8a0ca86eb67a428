"""Context managers by `contextlib.contextmanager` that take, yield and write to what is differentiated."""

import contextlib
from contextlib import contextmanager

import numpy as np

from programs.harness import program
from s2s_ad import UnsupportedSyntaxError

V = np.array([0.5, -1.25, 2.0])
FACTOR = 3.0


class Net:
    """Has a weight that can be changed for a while."""

    def __init__(self, w):
        self.w = w

    def __call__(self, x):
        return np.tanh(x * self.w)

    @contextmanager
    def with_weight(self, w):
        """A method."""
        old, self.w = self.w, w
        try:
            yield self
        finally:
            self.w = old


@contextmanager
def doubled(x):
    """Writes to what it has yielded."""
    y = x * 2.0
    yield y
    y[0] = 0.0


@contextmanager
def scaled(net, s=2.0):
    """Sets an attribute and sets it back."""
    old = net.w
    net.w = old * s * FACTOR
    try:
        yield net
    finally:
        net.w = old


@contextmanager
def announced(net):
    """Sets an attribute back, and says so."""
    old = net.w
    net.w = old * 2.0
    try:
        yield net
    finally:
        print("set back", net.w)
        net.w = old


@contextmanager
def silent(x):
    """Swallows what the body raises."""
    try:
        yield x
    except ValueError:
        pass


@program((V,))
def array_from_a_manager(x):
    """What was read in the body was read before the manager wrote to it."""
    FACTOR = 100.0
    with doubled(x) as q:
        y = q * x
    return y * q + FACTOR


@program((V,))
def two_managers(x):
    """One after the other, the last is left first; the target is an attribute and an item."""
    net, ys = Net(x), [x]
    with doubled(x) as net.w, doubled(x * x) as ys[0]:
        y = net(x) * ys[0]
    return y + net.w * ys[0]


@program((V,))
def attribute_for_a_while(x):
    """The weight is what it was after the body; the manager takes an argument by name."""
    net = Net(x)
    with scaled(net, s=x[0]) as same:
        a = same(x) + net.w
    with scaled(net):
        a = a + net(a)
    return a * net(x)


@program((V, 3), (V, 1))
def left_by_return(x, n):
    """Out of the body and the loop around it."""
    net = Net(x)
    for i in range(n):
        with scaled(net, x[2]) as same:
            if i == 1:
                return same(x) + net.w
            x = same(x)
    return x * net.w


@program((V,))
def seen_by_all(x):
    """What it prints."""
    net = Net(x)
    with announced(net) as same:
        y = same(x)
        net.w = net.w * x
    return y * net.w


@program((V, 9), raises=IndexError)
def seen_half_way(x, i):
    """It prints what the body has set."""
    net = Net(x)
    with announced(net):
        net.w = net.w * x
        y = x[i]
    return y


@program((V,))
def nested_manager(x):
    """It reads and writes to variables around it."""
    depth = x[0]

    @contextlib.contextmanager
    def deeper(s):
        nonlocal depth
        depth += s
        k = x * s
        yield k
        k[0] = depth
        depth -= x[1]

    with deeper(2.0) as q:
        y = q * x * depth
    return y * q + depth


@program((V, True), raises=ValueError)
def body_that_raises(x, fails):
    """The manager's end is not reached without a `finally`."""
    with doubled(x) as q:
        if fails:
            raise ValueError("in the body")
        y = q * x
    return y


@program((V,), refused=UnsupportedSyntaxError)
def left_without_finally(x):
    """The body may be left by `return`."""
    with doubled(x) as q:
        if x[0] > 0.0:
            return q * x
    return q


@program((V,), refused=UnsupportedSyntaxError)
def manager_that_swallows(x):
    """It would have to be known whether the body was finished."""
    with silent(x) as q:
        x = q * q
    return x


@program((V,), refused=UnsupportedSyntaxError)
def manager_of_an_object(x):
    """A method is no name for a function."""
    net = Net(x)
    with net.with_weight(2.0 * x):
        y = net(x)
    return y


@program((V,))
def manager_in_a_manager(x):
    """Both set the attribute, and set it back."""
    net = Net(x)
    with scaled(net), scaled(net):
        y = net(x)
    return y
