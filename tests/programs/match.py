"""`match`: what each sort of pattern takes, captures and leaves alone, and in which order."""

from typing import NamedTuple

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])
ONE, TWO = 1, 2


class Options:
    """Constants with a dot."""

    fast = "fast"
    slow = "slow"


class Pair(NamedTuple):
    """Two numbers with names."""

    left: float
    right: float


PAIR = Pair(2.0, 3.0)


@program((2.0, 0), (2.0, 1), (2.0, 2), (2.0, 7), (2.0, -3))
def values_and_guards(x, k):
    """Literals, alternatives, a capture with a guard, and the rest."""
    match k:
        case 0:
            return x * x
        case 1 | 2:
            y = x * 3.0
        case n if n > 5:
            y = x**n
        case _:
            y = -x
    return y * x


@program((2.0, "fast"), (2.0, "slow"), (2.0, "other"))
def dotted_constants(x, mode):
    """A dotted name is a value, a bare one captures."""
    match mode:
        case Options.fast:
            return x * x
        case Options.slow:
            return np.sin(x)
        case name:
            return x * len(name)


@program((2.0, 3.0), (-2.0, 3.0))
def no_case_fits(x, y):
    """Without a case that fits, nothing happens."""
    z = x * y
    match int(x > 0):
        case 1:
            z = z * z
    return z


@program(([2.0, 3.0, 4.0],), ([2.0, 3.0],), ([5.0],), ([],), ((1.5, 2.5),))
def sequences(v):
    """By length, with a star in the middle and at the end."""
    match v:
        case []:
            return 1.0
        case [x]:
            return x * x
        case [x, y]:
            return x * y
        case [x, *_, z]:
            return x / z
    return 0.0


@program(([2.0, 3.0, 4.0, 5.0],), ((2.0, 3.0),))
def starred(v):
    """What the star takes is a list."""
    match v:
        case [x, *rest]:
            return x * sum(rest) + len(rest)
    return 0.0


@program((V,), (2.0,), (np.float64(2.0),))
def arrays_may_be_sequences(x):
    """Since NumPy 2.5 an array fits a sequence pattern; a float and a NumPy scalar do not."""
    match x:
        case [a, b, c]:
            return np.sum(a * b * c)
        case _:
            return np.sum(x * x)


@program((((2.0, 3), (4.0, 5.0)),), (((2.0, 0), (4.0, 5.0)),))
def nested(p):
    """A literal deep inside decides at run time; a capture before it must not bind if it fails."""
    a = 1.0
    match p:
        case ((a, 0), _):
            y = a * a
        case ((b, c), (d, e) as last):
            y = a * b * c + last[0] * e + d
    return y * a


@program((2.0, 3.0), (3.0, 2.0), (2.0, float("nan")))
def tuple_of_two(x, y):
    """A display as subject."""
    match x, y:
        case (a, b) if a > b:
            return a * a * b
        case (a, b) if a < b:
            return a * b * b
        case both:
            return both[0] * 3.0


@program(({"w": 2.0, "b": 3.0},), ({"w": 2.0, "c": 3.0, "d": 4.0},), ({"q": 2.0},))
def mappings(d):
    """Keys that must be there, others that may, and the rest."""
    match d:
        case {"w": w, "b": b}:
            return w * b
        case {"w": w, **rest}:
            return w * rest["c"] + len(rest)
        case {}:
            return d["q"] ** 2


@program((2.0,))
def classes(x):
    """By position and by name; a value inside, and an attribute that is not there."""
    y = x
    for _ in range(2):
        match PAIR:
            case Pair(_, missing=_):
                y = y - 100.0
            case Pair(a, right=5.0):
                y = y + a
            case Pair(a, b):
                y = y * a * x + b
    match PAIR:
        case Options() | Pair(7.0):
            return x
        case tuple([a, *_]):
            return y * a
    return x


@program((2.0,), (3,), ([2.0, 4.0],), (V,))
def builtin_classes(x):
    """`float(v)` takes the value itself."""
    match x:
        case int(n):
            return n * 2.0
        case float(v):
            return v * v
        case list([a, float(b)]):
            return a * b
        case np.ndarray(shape=(3,)):
            return np.sum(x) ** 2


@program((2.0, 1), (2.0, (1, 2)), (2.0, [3]))
def alternatives_that_capture(x, k):
    """Each alternative binds the same names."""
    match k:
        case (n, _) | [n] | n:
            return x**n


@program((2.0, 5), (2.0, -1))
def guards_that_rebind(x, k):
    """A walrus in the guard wins over the capture."""
    match k:
        case n if (n := n + 1) > 3:
            return x * n
        case n:
            return x**2 * n


@program((2.0, 1), (2.0, 0))
def captures_stay_after_a_guard_that_fails(x, k):
    """The name is bound even if the guard then says no."""
    n = 10.0
    match k:
        case n if n > 0:
            y = x * n
        case _:
            y = x * x
    return y + n * x


@program((V,))
def match_in_a_loop(v):
    """`continue` and `break` belong to the loop."""
    s = 1.0
    for i, x in enumerate(v):
        match i:
            case 0:
                s = s * x
                continue
            case 2:
                break
            case j:
                s = s + x * j
        s = s * 2.0
    return s


@program((2.0, 1), (2.0, 2), (2.0, 3))
def named_values(x, k):
    """The subject is evaluated once, and printed so."""

    def subject():
        print("subject")
        return k

    match subject():
        case 1 as one:
            return x * one
        case 2 | 4 as even:
            return x**even
        case _:
            return x


@program((2.0, None), (2.0, 3.0), (2.0, True))
def singletons(x, y):
    """None, True and False are compared by identity."""
    match y:
        case None:
            return x
        case True:
            return x * x
        case z:
            return x * z


@program((3.0,), (0.5,))
def subject_is_rebound(x):
    """The subject was read before its variable gets another value."""
    match x:
        case x if (x := x * 2.0) > 2.0:
            return x * x
        case y:
            return x * y


@program((2.0, [1.0, 2.0]), (2.0, []))
def match_in_a_nested_function(x, v):
    """A closure in a case reads what the case captured."""
    match v:
        case [a, b]:
            scale = lambda t: t * a * b
            y = scale(x)
        case _:
            y = x
    return y * x


@program((2.0, 2), (2.0, 3))
def matches_in_matches(x, k):
    """An inner `match` on what an outer one captured."""
    match (k, x):
        case (n, y):
            match n % 2:
                case 0:
                    return y * y
                case r:
                    return y * r + n * x


@program((1.0, 3), raises=UnboundLocalError)
def nothing_bound(x, k):
    """What no case has bound is not bound."""
    match k:
        case 1:
            y = x
    return x * y


@program((1.0,), raises=TypeError)
def too_many_positions(x):
    """As Python says."""
    match PAIR:
        case Pair(a, b, c):
            return a * x
