"""Parts that are None at first, or an empty list, and then an array or a list that is written to."""

from collections import deque, namedtuple
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


Q = np.array([0.7, -0.4, 1.3, 0.9])


@program((Q,), same_as=lambda x: x[0] ** 2 + x[1] ** 2 + x[0] + x[1])
def deque_that_may_be_none(x):
    """It is read twice."""
    q = None
    if x[0] < 10.0:
        q = deque([x[0], x[1]])
    return sum(v * v for v in q) + sum(q)


class _Buffer:
    def __init__(self):
        self.q = None

    def put(self, v):
        if self.q is None:
            self.q = deque(maxlen=3)
        self.q.append(v)


@program((Q, 0.7), same_as=lambda x, s: (x[-3:] * s).mean() + x[-3] * s)
def deque_that_is_made_when_needed(x, s):
    """An attribute that is None first."""
    b = _Buffer()
    for v in x:
        b.put(v * s)
    return sum(b.q) / len(b.q) + b.q[0]


@program((Q, 1), (Q, 0), same_as=lambda x, n: x[0] ** 2 + (1 if n > 0 else 2) * x[0])
def number_or_float_by_a_late_index(x, n):
    """One of two tuples with an int in either place."""
    z = (x[0], 1) if n > 0 else (2, x[0])
    t = 0.0
    for i in range(2):
        t += z[i] * x[0]
    return t


@program((Q, 0), (Q, 1), same_as=lambda x, n: (2 if n == 0 else x[2]) * x[0] + 2)
def tuple_that_a_loop_replaces(x, n):
    """Of an int and a float."""
    z = (x[0], 1.0)
    for i in range(3):
        z = (i, z[0] * x[i])
    return z[n] * x[0] + z[0]


class _Part:
    def __init__(self, x, v):
        self.x, self.v = x, v


@program((Q,), same_as=lambda x: x[2] * x[0] + x[0] ** 2)
def rows_and_objects_bound_late(x):
    """With ints among floats, in lists that only a branch or a loop has bound, read by late indices."""
    if x[0] < 10.0:
        rows = [[0, 1], [x[0], 2]]
    for _ in range(2):
        parts = [_Part(0, x[0]), _Part(x[2], x[0])]
    t = 0.0
    for i in range(2):
        t += rows[i][0] * rows[i][0]
        t += parts[i].v * parts[i].x
    return t


_Pair = namedtuple("_Pair", "a b")


@program((Q,), same_as=lambda x: 2 + x[0])
def named_tuple_that_may_be_none(x):
    """Its sum of cotangents is a named tuple."""
    z = None
    if x[0] < 10.0:
        z = _Pair(2.0, x[0])
    t = 0.0
    for i in range(2):
        t += z[i]
    return t


@program((Q,), same_as=lambda x: x[1] ** 2 + x[2] ** 2)
def deque_of_two_made_when_needed(x):
    """What is appended makes room first."""
    q = None
    for i in range(3):
        if q is None:
            q = deque([x[3], x[0]], maxlen=2)
        else:
            q.append(x[i])
    return sum(v * v for v in q)
