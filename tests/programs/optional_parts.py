"""Parts that are None at first, or an empty list, and then an array or a list that is written to."""

from functools import cache

import numpy as np

from programs.harness import program
from programs.parts_replaced import fibonacci_without_memo

X = np.array([0.7, 1.2, 0.4])
Y = np.array([1.1, 0.6, 1.4])


class _Box:
    def __init__(self, v):
        self.v = v


class _Layer:
    def __init__(self, w):
        self.w = w
        self.x = None

    def forward(self, x):
        self.x = x
        return np.tanh(self.w * x + 0.1)

    def backward(self, y_bar):
        return y_bar * (1 - np.tanh(self.w * self.x + 0.1) ** 2) * self.w


class _Net:
    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, y_bar):
        for layer in reversed(self.layers):
            y_bar = layer.backward(y_bar)
        return y_bar


class _Momentum:
    def __init__(self, start):
        self.v = start

    def step(self, params, grads):
        if not self.v:
            self.v = [np.zeros_like(p) for p in params]
        for i in range(len(params)):
            self.v[i] = 0.9 * self.v[i] - 0.1 * grads[i]
            params[i] = params[i] + self.v[i]
        return params


class _Lazy:
    def __init__(self):
        self.cache = None

    def step(self, w):
        if self.cache is None:
            self.cache = w * 0.5
        self.cache *= 0.9
        return w - self.cache


def _net_plain(x, y):
    a = np.tanh(x * x + 0.1)
    b = np.tanh(2 * y * a + 0.1)
    return b.sum() + (a * b).sum()


@program((X, Y), same_as=_net_plain)
def layers_that_keep_their_input(x, y):
    """Each layer sets an attribute as the loop over the layers goes on."""
    net = _Net([_Layer(x), _Layer(2 * y)])
    out = net.forward(x)
    return out.sum() + (net.layers[1].x * out).sum()


def _backward_plain(x, y):
    a = np.tanh(y * x + 0.1)
    b = np.tanh(y * y * a + 0.1)
    return ((b - 1) * (1 - b**2) * y * y * (1 - a**2) * y).sum()


@program((X, Y), same_as=_backward_plain)
def backward_by_hand(x, y):
    """A network with its own backward pass, which reads what the layers kept."""
    net = _Net([_Layer(w) for w in (y, y * y)])
    return net.backward(net.forward(x) - 1).sum()


@program((X, Y), same_as=lambda x, y: (y * x * x).sum() + (x * x * x).sum())
def one_array_kept_by_two(x, y):
    """Two layers keep one array, which neither writes to."""
    layers = [_Layer(y), _Layer(x)]
    for layer in layers:
        layer.x = x
    return sum((layer.w * layer.x * x).sum() for layer in layers)


def _momentum_plain(x, y):
    p, v = np.stack([x, y]), np.zeros((2, 3))
    for _ in range(3):
        v = 0.9 * v - 0.2 * p
        p = p + v
    return (p**2).sum()


@program((X, Y), same_as=_momentum_plain)
def momentum(x, y):
    """A list of buffers, made at the first step in the place of None."""
    optimizer, params = _Momentum(None), [x, y]
    for _ in range(3):
        params = optimizer.step(params, [2 * p for p in params])
    return sum((p**2).sum() for p in params)


@program((X, Y), same_as=_momentum_plain)
def momentum_of_an_empty_list(x, y):
    """The same in the place of an empty list."""
    optimizer, params = _Momentum([]), [x, y]
    for _ in range(3):
        params = optimizer.step(params, [2 * p for p in params])
    return sum((p**2).sum() for p in params)


def _lazy_plain(x, y):
    c, w = x * 0.5, x
    for _ in range(3):
        c = c * 0.9
        w = w - c
    return (w * y).sum()


@program((X, Y), same_as=_lazy_plain)
def array_made_when_first_needed(x, y):
    """An attribute that is None, then an array that is written to."""
    lazy, w = _Lazy(), x
    for _ in range(3):
        w = lazy.step(w)
    return (w * y).sum()


@program((X, Y))
def nothing_or_a_list(x, y):
    """A list of floats that is set together with what may be None."""
    o, log = _Lazy(), _Box([])
    w = x
    for k in range(2):
        log.v = [w[1]]
        w = o.step(w * y)
        log.v.append(w[k])
    return w.sum() - sum(log.v)


@program((X, Y), same_as=fibonacci_without_memo)
def memo_in_a_list(x, y):
    """The same in a list that starts with None everywhere."""
    memo = [None] * 5

    def f(i):
        if memo[i] is None:
            memo[i] = x if i == 0 else y if i == 1 else f(i - 1) * f(i - 2) + f(i - 1)
        return memo[i]

    return f(4).sum()


@program((X, Y))
def cache_of_what_may_be_none(x, y):
    """The decorator is given the function itself; some ways end without a `return`."""
    calls = []

    @cache
    def f(n):
        calls.append(n)
        if n == 0:
            return x[0]
        if n < 9:
            return f(n - 1) * y[0] + n

    return (f(4) + f(3)) * len(calls)


class _Parameter:
    def __init__(self, w):
        self.w = w
        self.m = None


def _two_momenta(x, y):
    w, m = np.stack([x, y]), np.zeros((2, 3))
    for _ in range(3):
        m = 0.9 * m + w
        w = w - 0.1 * m
    return (w**2).sum()


@program((X, Y), same_as=_two_momenta)
def buffers_of_objects_in_a_list(x, y):
    """Each parameter gets its buffer in the first round."""
    ps = [_Parameter(x), _Parameter(y)]
    for _ in range(3):
        for p in ps:
            if p.m is None:
                p.m = np.zeros_like(p.w)
            p.m = 0.9 * p.m + p.w
            p.w = p.w - 0.1 * p.m
    return sum((p.w**2).sum() for p in ps)


@program((X, Y), same_as=_two_momenta)
def buffers_that_are_written_to(x, y):
    """The same in place."""
    ps = [_Parameter(x), _Parameter(y)]
    for _ in range(3):
        for p in ps:
            if p.m is None:
                p.m = np.zeros_like(p.w)
            p.m *= 0.9
            p.m += p.w
            p.w = p.w - 0.1 * p.m
    return sum((p.w**2).sum() for p in ps)
