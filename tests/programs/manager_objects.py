"""Objects as context managers that write: to themselves, to what they hold and to what they give."""

import threading

import numpy as np

from programs.harness import program
from s2s_ad import MutationError, UnsupportedSyntaxError

V = np.array([0.7, 1.3, 0.4, 2.1])
LOCK = threading.Lock()


class Sum:
    """Counts how often it is left, and what it was then."""

    def __init__(self):
        self.n = 0
        self.v = 0.0
        self.seen = []

    def __enter__(self):
        self.depth = self.n
        return self

    def __exit__(self, kind, error, traceback):
        self.n += 1
        self.seen.append(self.v)

    def add(self, a):
        """Writes twice."""
        self.v = self.v + a * a
        self.n += 1


class Weight:
    """Can be stepped."""

    def __init__(self, w):
        self.w = w

    def step(self):
        """Writes."""
        self.w = self.w * 0.5


class Stepping:
    """Writes by a method of what it holds, which says nothing of it by its name."""

    def __init__(self, inner):
        self.inner = inner

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.inner.step()


class Doubled:
    """Doubles weights for a while, and gives the first."""

    def __init__(self, ws):
        self.ws = ws

    def __enter__(self):
        self.old = [w.w for w in self.ws]
        for w in self.ws:
            w.w = w.w * 2.0
        return self.ws[0]

    def __exit__(self, *_):
        for w, old in zip(self.ws, self.old):
            w.w = old


class Restored:
    """Sets an item back, and says so."""

    def __init__(self, d):
        self.d = d

    def __enter__(self):
        self.old = self.d["a"]
        return self

    def __exit__(self, kind, error, traceback):
        print("exit", kind is None, error, traceback is None)
        self.d["a"] = self.old


class Scaled:
    """Writes in place to an array, and gives it."""

    def __init__(self, a):
        self.a = a

    def __enter__(self):
        self.a *= 2.0
        return self.a

    def __exit__(self, *_):
        b = self.a
        b /= 4.0


class Outer(Sum):
    """Calls the methods of another class."""

    def __enter__(self):
        super().__enter__()
        self.v = self.v + 1.0
        return self

    def __exit__(self, *error):
        self.v = self.v * 2.0
        return super().__exit__(*error)


class Telling:
    """Gives True where nothing was raised, which is not asked for."""

    def __init__(self, v):
        self.v = v

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.v = self.v * 3.0
        return kind is None


class Careful:
    """Looks at what the body has done."""

    def __init__(self):
        self.dirty = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.dirty:
            print("rolled back")


class Failing(Careful):
    """Raises something else after an exception."""

    def __exit__(self, kind, error, traceback):
        if kind is not None:
            raise RuntimeError("in __exit__")


class Popping(Restored):
    """Takes out what the body may not have come to put in."""

    def __exit__(self, *_):
        del self.d["b"]


@program((V,), same_as=lambda v: sum(a * a for a in v[:3]) * 3)
def counted(v):
    """The attribute that the body sets is a part of what is differentiated."""
    s = Sum()
    for i in range(3):
        with s:
            s.v = s.v + v[i] ** 2
    return s.v * s.n


def _added(v):
    total, n, seen = 0.0, 0, []
    for i in range(3):
        total, n = total + v[i] ** 2 + v[i + 1] ** 2, n + 3
        seen.append(total)
    return total * n + seen[1] * seen[0]


@program((V,), same_as=_added)
def written_by_methods(v):
    """Under two names, half-way through what may raise."""
    s = Sum()
    for i in range(3):
        with s as t:
            t.add(v[i])
            s.add(v[i + 1])
    return s.v * s.n + s.seen[1] * s.seen[0]


@program((V,), same_as=lambda v: np.sum(v * v * v * 0.5))
def steps(v):
    """What is read before it is left is what it was."""
    w = Weight(v * 1.0)
    with Stepping(w):
        y = w.w * v
    return np.sum(y * w.w)


@program((V,), same_as=lambda v: np.sum(2.0 * v))
def steps_a_number(v):
    """Nothing in the manager is differentiated."""
    w = Weight(2.0)
    with Stepping(w):
        y = w.w * v
    return np.sum(y * w.w)


@program((V,), same_as=lambda v: 16.0 * v[0] * v[0] * 4.0 * v[1] * v[2] + v[0] * (v[1] * v[2]) ** 2)
def two_of_them(v):
    """One inside the other; what they give is one object."""
    ws = [Weight(v[0]), Weight(v[1] * v[2])]
    with Doubled(ws) as p, Doubled(ws) as q:
        y = p.w * ws[1].w * q.w
    return y + ws[0].w * ws[1].w ** 2


@program((V,), same_as=lambda v: v[1] ** 2 + 8.0 * v[0] ** 3)
def set_back(v):
    """The item is what it was; the manager prints."""
    d = {"a": v[0] * 2.0}
    with Restored(d):
        d["a"] = v[1] ** 2
        y = d["a"]
    return y + d["a"] ** 3


@program((V, 2), (V, 0), (V, 9))
def left_early(v, n):
    """By `break` and `continue`."""
    s = Sum()
    for i in range(4):
        with s:
            if i == n:
                break
            if i == 0:
                continue
            s.v = s.v + v[i] ** 2
    return s.v * s.n + s.seen[-1]


@program((V, 2), (V, 9), same_as=lambda v, n: np.sum(v[: n + 1] ** 3) * min(n, 3) if n < 4 else v[0])
def left_by_return(v, n):
    """What is returned is computed before it is left."""
    s = Sum()
    for i in range(4):
        with s:
            s.v = s.v + v[i] ** 3
            if i == n:
                return s.v * s.n
    return v[0]


@program((V, 0), (V, 2), same_as=lambda v, n: np.sum(v[:n] ** 2) * n + v[1])
def maybe_never(v, n):
    """A loop without a round."""
    s = Sum()
    for i in range(n):
        with s:
            s.v = s.v + v[i] ** 2
    return s.v * s.n + v[1]


@program((V,), same_as=lambda v: v[0] * v[1] * v[2] * v[3])
def shadowed(v):
    """The names that the rewrite would give."""
    manager, entered, error, type = v
    s = Sum()
    with s:
        s.v = manager * entered
    return s.v * error * type * s.n


@program((V.astype(np.float32),), same_as=lambda v: np.sum(v * v))
def single_precision(v):
    """It stays so."""
    s = Sum()
    with s:
        s.v = np.sum(v * v)
    return s.v * s.n


@program((V,), same_as=lambda v: (2.0 * v[0] * v[1]) * v[2] * (v[0] * v[1] / 2.0) + v[0] * v[1] / 2.0)
def array_without_axes(v):
    """Written to in place."""
    a = np.array(v[0] * v[1])
    with Scaled(a) as b:
        y = b * v[2]
    return y * a + b


@program((V,), same_as=lambda v: np.sum(((v * 2.0 + v[0]) / 4.0) ** 2))
def rows(v):
    """The manager writes to a view."""
    a = v.reshape(2, 2) * 1.0
    for row in a:
        with Scaled(row) as b:
            b += v[0]
    return np.sum(a * a)


@program((V,), same_as=lambda v: np.sum(v[:3] * 2.0 * 0.5), autograd="keeps an array that is written to later")
def constant_array(v):
    """What the body has read is written to afterwards, and nothing in the manager is differentiated."""
    a = np.ones(3)
    with Scaled(a):
        y = a * v[:3]
    return np.sum(y * a)


@program((V,), same_as=lambda v: (v[1] * v[0]) * 2.0 * (v[1] * v[0] + 1.0))
def class_inside(v):
    """Its methods read a variable of the function."""

    class Inner:
        def __init__(self, k):
            self.k = k

        def __enter__(self):
            self.k = self.k * v[0]
            return self.k

        def __exit__(self, *_):
            self.k = self.k + 1.0

    m = Inner(v[1])
    with m as k:
        y = k * 2.0
    return y * m.k


@program((V,))
def inherited(v):
    """Two names for one object, entered in itself."""
    m = Outer()
    with m:
        m.v = m.v + v[0] ** 2
    with m as q, q as r:
        r.v = r.v * v[1]
    return m.v * m.n + m.seen[0]


@program((V,), same_as=lambda v: v[0] * v[1] * v[0] * 3.0)
def gives_true(v):
    """Only after an exception is it asked whether that is swallowed."""
    m = Telling(v[0])
    with m:
        y = m.v * v[1]
    return y * m.v


def _entered(s, a):
    with s as t:
        t.v = t.v + a
        return t.v * 2.0


@program((V,))
def in_a_helper(v):
    """Which is given the manager."""
    s = Sum()
    return _entered(s, v[0] ** 2) * _entered(s, v[1]) * s.n


@program((V,), same_as=lambda v: v[0] ** 2 * v[1])
def beside_a_lock(v):
    """Which knows nothing of it."""
    s = Sum()
    with LOCK, s as t:
        t.v = v[0] ** 2
        t.v = t.v * v[1]
    return s.v * s.n


@program((V,), same_as=lambda v: v[0] * v[0] * v[1] + v[0] * v[1])
def cleaned_up(v):
    """The same by `finally`; the body writes twice."""
    w = Weight(v[0])
    try:
        w.w = w.w * v[0]
        y = w.w * v[1]
        w.w = w.w * v[1]
    finally:
        w.w = v[0]
    return y + w.w * v[1]


@program((V, 9), raises=IndexError)
def body_raises(v, i):
    """It is told of the exception."""
    d = {"a": v[0]}
    with Restored(d):
        d["a"] = v[1]
        y = v[i]
    return y


@program((V, 9), raises=IndexError)
def half_done(v, i):
    """It finds what the body has written up to there."""
    m = Careful()
    with m:
        m.dirty = True
        y = v[i]
        m.dirty = False
    return y


@program((V, 9), raises=IndexError)
def set_for_a_while(v, i):
    """It finds what was None before and would be None afterwards."""

    class Remembering(Careful):
        def __init__(self):
            self.v = None

        def __exit__(self, *_):
            if self.v is not None:
                print("had", self.v)

    m = Remembering()
    with m:
        m.v = 3.0
        y = v[i]
        m.v = None
    return y


@program((V, 9), raises=RuntimeError)
def raises_another(v, i):
    """The exception takes the place of that of the body."""
    with Failing():
        y = v[i]
    return y


@program((V, 9), raises=KeyError)
def raises_as_well(v, i):
    """Because of what the body has not come to."""
    d = {"a": v[0]}
    with Popping(d):
        d["b"] = v[i]
    return d["a"]


@program((V, 9), raises=IndexError)
def cleaned_up_after(v, i):
    """What the caller has is cleaned up too."""
    try:
        v[0] = v[1] * v[2]
        v[1] = v[i]
    finally:
        v[2] = 0.0
    return v


@program((V,), refused=UnsupportedSyntaxError)
def swallowing(v):
    """It may swallow what was raised."""

    class Swallowing(Sum):
        def __exit__(self, kind, error, traceback):
            self.n += 1
            return kind is IndexError

    with Swallowing() as s:
        s.v = v[9]
    return s.v


@program((V,), refused=UnsupportedSyntaxError)
def seen_by_a_handler(v):
    """Of a `try` whose body the `with` may end half-way."""
    s = Sum()
    try:
        with s:
            s.v = v[1] ** 2
            s.v = v[9]
    except IndexError:
        y = s.v * 3.0
    return y * s.n


def _deeper(s, a, n):
    if n == 0:
        return s.v
    with s:
        s.v = s.v * a
        return _deeper(s, a, n - 1) + a


@program((V,), refused=MutationError)
def in_a_recursion(v):
    """Each round leaves what those around it have entered."""
    s = Sum()
    s.v = v[0]
    return _deeper(s, v[1], 3) * s.n


class Doubling:
    """Holds nothing but a number, which it changes as it is entered."""

    def __init__(self, v):
        self.v = v

    def __enter__(self):
        self.v = self.v * 2.0
        return self

    def __exit__(self, *_):
        return False


@program((1.5,), same_as=lambda x: 4 * x * x)
def own_number_is_changed(x):
    """Nothing happens inside; it was read as if it had not changed."""
    c = Doubling(x)
    for _ in range(2):
        with c:
            print("hello")
    return x * c.v
