"""`with`: what is computed inside, exits out of it, and what the managers do, which is done once."""

import contextlib
import math
import threading

import numpy as np

from programs.harness import program
from s2s_ad import UnsupportedSyntaxError

V = np.array([0.5, -1.25, 2.0])
LOCK = threading.Lock()


class Announced:
    """Prints when it is entered and left."""

    def __init__(self, name):
        """Call it by a name."""
        self.name = name

    def __enter__(self):
        """Give itself."""
        print("enter", self.name)
        return self

    def __exit__(self, kind, error, traceback):
        """Swallow nothing."""
        print("exit", self.name)


class Swallowing(Announced):
    """Swallows what is raised inside."""

    def __exit__(self, *_):
        """Swallow everything."""
        return True


class Scaled:
    """Holds what may be differentiated, and changes it."""

    def __init__(self, w):
        """Hold a weight."""
        self.w = w

    def __enter__(self):
        """Give itself, changed."""
        self.w = self.w * 2.0
        return self

    def __exit__(self, *_):
        """Change it back."""
        self.w = self.w / 2.0


OUTER, INNER, SWALLOWING = Announced("outer"), Announced("inner"), Swallowing("swallowing")


@contextlib.contextmanager
def noted(text):
    """Prints, and gives a number."""
    print("begin", text)
    try:
        yield 3.0
    finally:
        print("end", text)


@contextlib.contextmanager
def silent():
    """Swallows."""
    try:
        yield
    except ValueError:
        pass


@program((np.array([2.0, -0.5, -1.0]),))
def errstate(v):
    """The logarithm of negative numbers is not taken, and not heard of."""
    with np.errstate(divide="ignore", invalid="ignore"):
        w = np.where(v > 0.0, np.log(v), v)
        y = np.sum(w * w)
    return y * w[0]


@program((V,))
def lock_is_taken_once(v):
    """A lock that is taken twice would never be given."""
    with LOCK:
        y = v * v
    return np.sum(y * v)


@program((2.0,), (20.0,))
def return_inside(x):
    """Leaves the `with` by a `return`, or goes on after it."""
    with OUTER:
        y = x * x
        if y > 100.0:
            return y * 3.0
        y = y + x
    return y * y


@program((2.0,))
def always_returns(x):
    """There is nothing after it."""
    with OUTER, INNER as inner:
        y = x * x
        return y * len(inner.name)


@program((V,))
def in_a_loop(v):
    """`break` and `continue` leave the `with` as well."""
    s = 1.0
    for x in v:
        with OUTER:
            if x < 0.0:
                continue
            s = s * x
            if s > 0.9:
                break
        s = s + x * x
    return s * v[0]


@program((2.0,))
def in_a_while(x):
    """What is carried is assigned inside."""
    y = x
    while y < 50.0:
        with np.errstate(all="ignore"), INNER:
            y = y * x + 1.0
    return y * x


@program((2.0, 3.0))
def null_context(x, y):
    """`as` binds what is given in."""
    with contextlib.nullcontext(x * y) as z:
        a = z * z
    with contextlib.nullcontext():
        a = a * x
    with contextlib.nullcontext((x, y)) as (p, q):
        return a * p + q


@program((2.0,))
def made_by_a_generator(x):
    """What the generator yields is a constant."""
    with noted("it") as k:
        y = x * k
    return y * x


@program((2.0, True), (2.0, False))
def in_a_branch(x, loud):
    """What is assigned in it on one side only."""
    if loud:
        with OUTER:
            y = x * x
    else:
        y = x
    return y * x


@program((V,))
def loop_inside(v):
    """The records of the loop are made inside."""
    with np.errstate(over="ignore"):
        s = 1.0
        for x in v:
            s = s * x + math.sin(s)
        t = [s * x for x in v]
    return s * t[0] + sum(t)


@program((2.0,))
def closures(x):
    """A nested function made inside runs outside, and one made outside inside."""
    y = x * x

    def outside(t):
        return t * y

    with OUTER as o:
        y = y + x
        z = outside(x)

        def inside(t):
            return t * z * len(o.name)

    return inside(x) + outside(z)


@program((2.0,))
def called(x):
    """The callee has the `with`."""

    def quiet(t):
        with INNER:
            with np.errstate(divide="ignore"):
                u = np.exp(t)
            return u * t

    return quiet(x) * quiet(quiet(x))


def in_another_function(t):
    """A function of its own."""
    with OUTER:
        return t * math.sin(t)


@program((2.0,))
def in_a_callee(x):
    """A pair of functions; the backward one enters nothing."""
    return in_another_function(x) * in_another_function(x * x)


@program((V,))
def appended(v):
    """A list grows inside."""
    ys = []
    for x in v:
        with OUTER:
            ys.append(x * x)
    with INNER:
        total = sum(ys)
    return total * ys[1]


@program((np.array([1.0, 0.0]),), raises=FloatingPointError)
def errors_are_raised(v):
    """What nothing reads raises all the same."""
    with np.errstate(divide="raise"):
        w = 1.0 / v
    return np.sum(v)


@program((2.0,), raises=ValueError)
def raises_inside(x):
    """The manager is left, and the exception goes on."""
    with OUTER:
        if x > 1.0:
            raise ValueError("too large")
        y = x * x
    return y


@program((np.array([1.0, 2.0]), np.array([3.0, 0.5])))
def same_inside_and_outside(v, w):
    """What was computed before may raise when it is computed again."""
    a = v / w
    with np.errstate(all="raise"):
        b = v / w
        c = np.sum(a * b)
    d = v / w
    return c * np.sum(d)


@program((2.0,), refused=UnsupportedSyntaxError)
def swallows(x):
    """The body may end half-way."""
    with SWALLOWING:
        x = 1.0 / x
    return x


@program((2.0,))
def suppresses(x):
    """The standard library's."""
    with contextlib.suppress(ValueError):
        x = x * x
    return x


@program((2.0,), refused=UnsupportedSyntaxError)
def swallows_at_yield(x):
    """A generator that catches what is raised at its `yield`."""
    with silent():
        x = x * x
    return x


@program((2.0,))
def takes_what_is_differentiated(x):
    """What the generator does with `x` is followed."""
    with noted(x) as k:
        return x * k


@program((2.0, Announced("argument")), (2.0, 3.0), refused=UnsupportedSyntaxError)
def any_manager(x, m):
    """A manager that gives something else than itself, or none at all."""
    with m.name if isinstance(m, Announced) else m:
        return x * x


@program((2.0,), refused=UnsupportedSyntaxError)
def iterator_across_the_border(x):
    """The code of a generator would run inside."""
    squares = (x * i for i in range(3))
    with OUTER:
        return sum(squares)


class _Suppressor:
    def __init__(self, e):
        self.e = e

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return None


@program((np.array([1.1, 0.7, 1.3, 0.4, 0.9]), 5))
def suppresses_plain(x, n):
    """What is left of the loop is skipped, again and again."""
    s = 0.0
    for i in range(7):
        with contextlib.suppress(IndexError):
            s += x[i] * x[i]
    return s


@program((np.array([1.1, 0.7, 1.3, 0.4, 0.9]), 5))
def suppresses_several(x, n):
    """Two classes of exceptions; what was computed before stays."""
    d = {"a": x[0]}
    s = 1.0
    for k in ("a", "b", "c"):
        with contextlib.suppress(KeyError, IndexError):
            s = s * d[k] + x[1]
    return s


@program((np.array([1.1, 0.7, 1.3, 0.4, 0.9]), 5))
def suppresses_with_others(x, n):
    """Beside another manager; the body ends half-way."""
    y = x[0]
    with np.errstate(all="ignore"), contextlib.suppress(ValueError):
        y = y * x[1]
        if n > 3:
            raise ValueError("no")
        y = y * 100
    return y * x[2]


@program((np.array([1.1, 0.7, 1.3, 0.4, 0.9]), 5))
def suppresses_own(x, n):
    """It is called like that of the standard library, and is another one."""
    suppress = _Suppressor
    y = x[0]
    with suppress(3):
        y = y * x[1]
    return y
