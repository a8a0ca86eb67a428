"""What is None at first, and then a number, an array, a list or a dict; and what may be None to the end."""

import numpy as np

from programs.harness import program

X = np.array([1.1, 0.7, 2.9, 0.4, 3.3])


class _Opt:
    def __init__(self, lr):
        self.lr = lr
        self.v = None

    def step(self, p, g):
        if self.v is None:
            self.v = np.zeros_like(p)
        self.v = 0.9 * self.v + g
        return p - self.lr * self.v


class _OptD:
    def __init__(self, lr):
        self.lr = lr
        self.v = {}

    def step(self, ps, gs):
        for k in ps:
            if k not in self.v:
                self.v[k] = np.zeros_like(ps[k])
            self.v[k] = 0.9 * self.v[k] + gs[k]
            ps[k] = ps[k] - self.lr * self.v[k]


class _Lazy:
    def __init__(self, x):
        self.x = x

    def norm(self):
        if not hasattr(self, "_n"):
            self._n = (self.x**2).sum()
        return self._n


class _Running:
    def __init__(self):
        self.mean = None
        self.count = 0

    def update(self, v):
        self.count += 1
        if self.mean is None:
            self.mean = v.copy()
        else:
            self.mean += (v - self.mean) / self.count


@program((X, 5))
def local_none(x, n):
    """An array from the second round on."""
    v = None
    s = 0.0
    for i in range(n):
        if v is None:
            v = x * 2
        else:
            v = v * x[i] + 1
        s += v.sum()
    return s


@program((X, 5), same_as=lambda x, n: (x**4).sum())
def local_none_write(x, n):
    """It is written to in the round in which it is made, and after."""
    v = None
    for i in range(n):
        if v is None:
            v = np.zeros(n)
        v[i] += x[i] ** 2
    return (v * v).sum()


@program((X, 5))
def local_none_scalar(x, n):
    """The test reads it where it is not None."""
    best = None
    for i in range(n):
        if best is None or x[i] > best:
            best = x[i] ** 2
    return best * 2


@program((X, 5))
def attr_none(x, n):
    """An attribute of an optimiser."""
    o = _Opt(0.1)
    p = x * 1.0
    for t in range(3):
        p = o.step(p, p * x)
    return (p * p).sum()


@program((X, 5))
def attr_dict(x, n):
    """A dict that is filled where keys are missing."""
    o = _OptD(0.1)
    ps = {"a": x * 1.0, "b": x * 2.0}
    for t in range(3):
        o.step(ps, {k: p * x for k, p in ps.items()})
    return sum((p * p).sum() for p in ps.values())


@program((X, 5))
def lazy(x, n):
    """An attribute that is set when it is first asked for."""
    o = _Lazy(x)
    return o.norm() * o.norm()


@program((X, 5))
def one_side(x, n):
    """Both sides set the attribute."""
    o = _Lazy(x)
    if x[0] > 2.0:
        o.y = x * 2
    else:
        o.y = x * 3
    return (o.y * o.x).sum()


@program((X, 5))
def dict_none(x, n):
    """An item of a dict with known keys."""
    d = {"v": None, "s": 0.0}
    for i in range(n):
        if d["v"] is None:
            d["v"] = x * 1.0
        d["v"] = d["v"] * x[i]
        d["s"] += d["v"].sum()
    return d["s"]


@program((X, 5))
def int_float(x, n):
    """An int that becomes a float, beside it."""
    s = 0
    m = None
    for i in range(n):
        s += x[i] ** 2
        m = s if m is None else max(m, s)
    return s * m


@program((X, 5))
def running(x, n):
    """A running mean, updated in place."""
    r = _Running()
    for i in range(n):
        r.update(x * x[i])
    return (r.mean**2).sum()


@program((X, 5))
def returned_none(x, n):
    """A function returns None, or a number."""

    def find(v):
        best = None
        for i in range(len(v)):
            if v[i] > 2.5 and (best is None or v[i] < best):
                best = v[i]
        return best

    a = find(x)
    b = find(x * 0.1)
    return (a if a is not None else 0.0) ** 2 + (b if b is not None else 7.0) * x[0]


@program((X, 5))
def list_of_none(x, n):
    """A memo that is a list of None at first."""
    memo = [None] * n

    def f(i):
        if memo[i] is None:
            memo[i] = x[i] if i < 2 else f(i - 1) * f(i - 2)
        return memo[i]

    return f(n - 1)


@program((X, 5))
def list_of_none_loop(x, n):
    """The same in a loop."""
    memo = [None] * n
    for i in range(n):
        if memo[i // 2] is None:
            memo[i // 2] = x[i] ** 2
        else:
            memo[i // 2] = memo[i // 2] * x[i]
    return sum(m for m in memo if m is not None)


@program((X, 5))
def swap(x, n):
    """What was there in the round before."""
    prev = None
    s = 0.0
    for i in range(n):
        cur = x[i] * x
        if prev is not None:
            s += (cur * prev).sum()
        prev = cur
    return s


@program((X, 5))
def swap_scalar(x, n):
    """The same for numbers."""
    prev = None
    s = 0.0
    for v in x:
        if prev is not None:
            s += (v - prev) ** 2
        prev = v
    return s


@program((X, 5), same_as=lambda x, n: sum(x[0] * x[i] + (x[1:] ** 2).sum() * x[i] * x[i - 1] for i in range(1, n)))
def prev_write(x, n):
    """It is written to."""
    prev = None
    s = 0.0
    for i in range(n):
        cur = x * x[i]
        if prev is not None:
            prev[0] = 1.0
            s += (cur * prev).sum()
        prev = cur
    return s


@program((X, 5))
def not_truth(x, n):
    """The test asks for its truth."""
    acc = None
    for i in range(n):
        if not acc:
            acc = [x[i] ** 2]
        else:
            acc.append(acc[-1] * x[i])
    return sum(acc)


@program((X, 5))
def while_none(x, n):
    """In the test of a `while`."""
    y = None
    i = 0
    while y is None or y < 2.0:
        y = x[i] if y is None else y * x[i]
        i += 1
    return y * x[0]


@program((X, 5))
def none_again(x, n):
    """It becomes None again."""
    y = None
    s = 0.0
    for i in range(n):
        if y is None:
            y = x[i] ** 2
        else:
            s += y * x[i]
            y = None
    return s


@program((X, 5))
def nested_obj(x, n):
    """Two attributes, the best and where it is."""

    class N:
        def __init__(self):
            self.best = None
            self.arg = None

        def see(self, v, a):
            if self.best is None or v > self.best:
                self.best = v
                self.arg = a

    o = N()
    for i in range(n):
        o.see(x[i] * (5 - i), i)
    return o.best**2 + o.arg * x[0]


@program((X, 5))
def default_none(x, n):
    """A default that is None."""

    def g(v, w=None):
        if w is None:
            w = v * 2
        return (v * w).sum()

    return g(x) + g(x, x * 3)


@program((X, 5, 2.5), (X, 5, 250.0))
def early(x, n, limit):
    """Found before the loop is through, or never."""
    r = None
    for i in range(n):
        if x[i] > limit:
            r = x[i] ** 2
            break
    if r is None:
        return x[0]
    return r * x[1]


@program((X, 5))
def both(x, n):
    """Two of them."""
    a = b = None
    for i in range(n):
        if i % 2:
            a = x[i] if a is None else a + x[i] ** 2
        else:
            b = x[i] if b is None else b * x[i]
    return a * b


@program((X, 5))
def tuple_none(x, n):
    """In a tuple."""
    st = (None, 0.0)
    for i in range(n):
        p, s = st
        if p is None:
            st = (x[i], s + 1.0)
        else:
            st = (p * x[i], s + p)
    return st[0] * st[1]


@program((X, 5))
def record(x, n):
    """A dict, or None."""
    head = None
    for i in range(n):
        if head is None:
            head = {"v": x[i], "c": 1}
        else:
            head = {"v": head["v"] * x[i], "c": head["c"] + 1}
    return head["v"] * head["c"]


@program((X, 5))
def dict_values(x, n):
    """What `get` gives."""
    d = {}
    for i in range(n):
        cur = d.get(i % 2)
        if cur is None:
            d[i % 2] = x[i] ** 2
        else:
            d[i % 2] = cur * x[i]
    return d[0] + d[1]


@program((X, 5), same_as=lambda x, n: (x**2).sum() * (8 * x[0] + 4 * x[1] + 2 * x[2]) ** 2)
def loop_none_arr(x, n):
    """Its elements are written to."""
    v = None
    for i in range(3):
        if v is None:
            v = np.zeros(n)
        for j in range(n):
            v[j] += x[j] * x[i]
        v = v * 2
    return (v * v).sum()
