"""What Python decides when the program runs: kinds that change, texts, names, callees, containers by name."""

import copy
import enum
import functools
import itertools
import logging
import math
import operator
from collections import Counter, OrderedDict, defaultdict, deque

import numpy as np
import numpy.linalg as la

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])
QUEUE, WITH_DEFAULT = deque([1.0, 2.0]), defaultdict(lambda: 3.0, {"a": 2.0})
COUNTS, ORDERED = Counter("aab"), OrderedDict(a=1.0, b=2.0)
log = logging.getLogger("programs.dynamic")


# Kinds that change.


@program((V, 3), (V, 0))
def number_becomes_an_array(v, n):
    """A number, unless the loop runs."""
    t = 1.0
    for _ in range(n):
        t = t * v
    return t * 2.0


@program((V, 3))
def nothing_becomes_an_array(v, n):
    """The best so far is None at first."""
    best = None
    for i in range(n):
        c = v * (i - 1.5)
        if best is None or np.sum(c) > np.sum(best):
            best = c
    return best


@program((V,))
def the_one_before(v):
    """None only in the first round."""
    before, total = None, 0.0
    for a in v:
        if before is not None:
            total += a * before
        before = a
    return total


@program((0.7, True), (0.7, False))
def list_or_number(x, flag):
    """Told apart by `isinstance` when it runs."""
    y = [x, x * 2] if flag else x
    return y[0] * y[1] if isinstance(y, list) else y**2


@program((0.7, 0), (0.7, 1), (0.7, 2))
def three_kinds(x, k):
    """A number, an array or a list."""
    y = x if k == 0 else (np.array([x, x]) if k == 1 else [x, 2 * x])
    return np.sum(y)


@program((0.5, 4))
def rank_that_grows(x, n):
    """One axis more in each round."""
    a = np.array(x)
    for _ in range(n):
        a = np.stack([a, a * x])
    return np.sum(a)


@program((0.5,))
def swapped_kinds(x):
    """A float and an int change places, an odd number of times."""
    a, b = x, 3
    for _ in range(3):
        a, b = b, a
    return a * 2 + b * x


@program((0.5,))
def flag_that_becomes_a_sum(x):
    """`False + x`."""
    found = False
    for _ in range(4):
        found = found + x
    return found


@program((0.3,))
def state_by_name(x):
    """A text says what to do next."""
    state = "start"
    for _ in range(4):
        if state == "start":
            x = x * 2
            state = "go"
        elif state == "go":
            x, state = x + 1, "stop"
        else:
            x = x * x
    return x


# Names.


def pullback(x):
    """Has the name of a function of ours."""
    return x * 3.0


@program((0.5,))
def calls_a_namesake(x):
    """The user's `pullback`, and a local of that name in a lambda."""
    return pullback(x) ** 2 + (lambda pullback: pullback * x)(x)


@program((0.5,))
def variables_with_names_of_ours(x):
    """As the generated code would name its own."""
    x_bar = x * 2
    pullback = x_bar + 1
    t = pullback * x
    t_1 = t * t
    residuals = t_1 + x
    for_1 = [residuals]
    y_bar = for_1[0]
    runtime = y_bar * 2
    ans_bar = while_1 = runtime
    return ans_bar * x_bar + while_1


@program((0.5,))
def modules_as_variables(x):
    """`np` and `math` are numbers here."""
    np = x * 2
    math = np + 1
    return np * math


@program((0.5, V))
def letters_of_the_world(λ, été):
    """Identifiers beyond ASCII."""
    größe = λ * été
    数 = größe.sum()
    ß = 数**2
    return ß + λ


@program((0.5,))
def builtins_as_variables(x):
    """`sum`, `len` and `abs` are the program's own."""
    sum = lambda *a: a[0] * 3
    len, abs = 2, x
    return sum(x, 1) * len + abs * x


@program((V,))
def module_under_another_name(v):
    """`import numpy.linalg as la`."""
    return la.norm(v) * la.det(np.outer(v, v) + np.eye(3))


# Texts, printing and logging.


@program((0.5, V))
def texts(x, v):
    """Made in four ways, and of use for their length only."""
    s = "{:.2f}".format(x)  # noqa: UP032
    t = "%s-%d" % (s, 3)  # noqa: UP031
    u = f"{x!r:>10}|{v.shape}"
    print(s, t, u, end="!\n")
    print("a", "b", sep="-")
    return x * len(t)


@program((0.5,))
def methods_of_texts(x):
    """They steer a loop."""
    names = "a,b,c".split(",")
    total = 0.0
    for n in names:
        if n.upper() == "B" or n.startswith("c"):
            total += x * len("".join(names)) * ",a,c".find(n)
    return total


@program((0.5,))
def logs(x):
    """To nobody."""
    log.debug("x is %s", x)
    log.info(f"{x=:.3f}")
    return x * x


@program((0.5,))
def prints_in_a_loop(x):
    """Once for each round, in order."""
    for i in range(3):
        print(i, x)
        x = x * x
    return x


@program((0.5,), (-0.5,))
def methods_as_values(x):
    """Of an object that nothing is known of; called in a branch that begins with it, and at once."""
    enabled = log.isEnabledFor
    if x > 0:
        enabled(10)
        x = x * x
    return x * 2 if getattr(log, "isEnabledFor")(99) or enabled(10) else x * 3


# Tools.


@program((V,))
def rows_of_three(v):
    """`itertools.product` of one thing with itself, `permutations` of all, `combinations` of four."""
    total = sum(a * b * c for a, b, c in itertools.product(v, repeat=3))
    total += sum(a * b**2 * c**3 for a, b, c in itertools.permutations(v))
    return total + sum(a * b * c * d for a, b, c, d in itertools.combinations([*v, v[0]], 4))


@program((V,))
def pairs(v):
    """Ordered, and with repetitions."""
    total = sum(a * b**2 for a, b in itertools.permutations(v, 2))
    total += sum(a * b for a, b in itertools.combinations_with_replacement(v, 2))
    return total + sum(a * b * c**2 for a, b, c in itertools.combinations_with_replacement(v, 3))


@program((V,))
def while_it_lasts(v):
    """`takewhile`, `dropwhile`, `compress` and `filterfalse`."""
    total = sum(itertools.takewhile(lambda a: a < 1, v)) * sum(itertools.dropwhile(lambda a: a > 0, v))
    return total + sum(itertools.compress(v, [1, 0, 1])) ** 2 * sum(itertools.filterfalse(lambda a: a > 0, v))


@program((V,))
def methods_by_name(v):
    """`operator.methodcaller` with and without arguments."""
    return operator.methodcaller("sum")(v) * operator.methodcaller("dot", v)(v) + getattr(v, "max")()


@program(([0.5, 1.0], {"k": V}), autograd="it does not follow copy.copy")
def copies(a, d):
    """In seven ways; changing none."""
    b, c, e = a[:], list(a), a.copy()
    f, g = copy.copy(a), copy.deepcopy((a, [[a[1]]], d))
    return b[0] * c[1] + e[0] * f[1] + g[0][0] * g[1][0][0] * np.sum(g[2]["k"]) + np.sum(copy.copy(d)["k"])


@program((0.5,))
def containers_out_of_the_module(x):
    """Read only."""
    total = x * QUEUE[0] + x * WITH_DEFAULT["a"] * COUNTS["a"] + x * ORDERED["b"] + COUNTS["missing"]
    total += sum(x * a for a in QUEUE) + sum(x * value for value in ORDERED.values())
    return total + sum(x * value * len(key) for key, value in WITH_DEFAULT.items())


# Dicts.


@program((0.5, 1.5))
def dicts_of_pairs(x, y):
    """Of a zip of names, of keywords, of a list of pairs; merged and overwritten."""
    keys = ("p", "q")
    d = dict(zip(keys, (x, y)))
    e = {**d, "r": x * y}
    f = d | {"p": y}
    g = dict([("z", x), ("w", y), ("z", x * 3)], w=x)
    return e["r"] * e["p"] + f["p"] * g["z"] + g["w"] ** 2 + dict(d)["q"] + dict(a=x)["a"] * len(g)


@program((0.5,))
def dict_comprehensions(x):
    """Over names, over numbers, over a zip, nested, and with a filter that is decided at once."""
    a = {name: x * len(name) for name in ("a", "bb")}
    b = {i: x**i for i in range(3)}
    c = {name: value * 2 for name, value in zip(("p", "q"), [x, x * x])}
    d = {k: {j: x * k * j for j in (1, 2)} for k in (3, 4)}
    e = {n: x * n for n in (1, 2, 3) if n != 2}
    return a["bb"] * b[2] + c["q"] * d[4][2] + e[3] * len(e) + sum(a.values()) * sum(v for v in d[3].values())


@program((0.5,))
def dict_with_a_repeated_key(x):
    """The last value counts, in the first place."""
    d = {k[0]: x * len(k) for k in ("ab", "b", "acd")}
    return list(d.values())[0] * 10 + list(d.values())[1]


@program((0.5, ["u", "v"]))
def dict_that_is_not_differentiated(x, names):
    """Keys that are known only when it runs."""
    positions = {name: i for i, name in enumerate(names)}
    return x * positions["v"]


# Callees.


def square(x):
    """One."""
    return x * x


def triple(x):
    """Two."""
    return x * 3


@program((0.5, True), (0.5, False))
def callee_by_a_branch(x, flag):
    """One function or the other."""
    f = square if flag else triple
    return f(x) * f(x + 1)


@program((0.5, 0), (0.5, 1), (0.5, 2), (0.5, -1))
def callee_out_of_a_list(x, k):
    """By a number; one is NumPy's, one a lambda of the module."""
    return [square, np.sin, triple][k](x) * (triple, math.exp, square)[k](x)


@program((0.5, "square"), (0.5, "triple"))
def callee_by_name(x, name):
    """A table of functions."""
    table = {"square": square, "triple": triple}
    return table[name](x) + table[name](x * x)


@program((0.5, 1), (0.5, 2), (0.5, 3))
def callee_by_a_ladder(x, k):
    """Three sides, one of which is the default; called with a keyword."""
    if k == 1:
        f = np.cos
    elif k == 2:
        f = np.tanh
    else:
        f = square
    return f(x) * 2


@program((V, [1, 0, 1, 1]))
def callee_that_changes_in_a_loop(v, ks):
    """Another one in each round."""
    for k in ks:
        f = square if k else np.sin
        v = f(v) / 2
    return v


@program((0.5, True), (0.5, False))
def callee_that_is_handed_on(x, flag):
    """The choice is made here, the call elsewhere."""
    return apply_twice(lambda y: (square if flag else triple)(y), x)


def apply_twice(f, x):
    """Calls what it is given."""
    return f(f(x))


class Colour(enum.Enum):
    """Two values."""

    RED = 1
    BLUE = 2.5


@program((0.5, Colour.BLUE), (0.5, Colour.RED))
def enumerations(x, c):
    """Compared, and read."""
    return x * 3 * Colour.BLUE.value if c is Colour.BLUE else x


@functools.wraps(square)
def wrapped(*args, **kwargs):
    """Forwards everything."""
    return square(*args, **kwargs) * 2


def inner(a, b=2.0, *args, c, d=4.0, **kw):
    """All kinds of parameters."""
    return a * b + sum(args) * c + d * a + sum(kw.values())


def outer(*args, **kwargs):
    """Through two levels."""
    return (lambda *a, **k: inner(*a, **k))(*args, c=3.0, **kwargs)


@program((0.5, 0.7))
def forwarded(x, y):
    """Positional, too many, by name, unknown names."""
    return outer(x, y) + outer(x, y, x, y) + outer(x, d=y) + outer(x, z=y, w=x) + wrapped(x)


# Sequences whose length is known only when it runs, as arguments.


@program(([(0.5, 1.5), (2.0, -1.0), (0.25, 3.0)],), ([(0.5, 1.5)],))
def transposed(points):
    """`zip(*rows)`, taken apart and looped over."""
    xs, ys = zip(*points)
    total = 0.0
    for column in zip(*points):
        total += sum(column) ** 2
    return sum(a * b for a, b in zip(xs, ys)) + total


@program(([[0.5, 1.5], [2.0, -1.0, 4.0]],))
def transposed_ragged(rows):
    """As far as the shortest row goes; no row at all gives nothing."""
    return sum(a * b for a, b in zip(*rows)) + len(list(zip(*rows[:0])))


@program(([0.5, 1.5], 0.7), ([2.0], 0.7))
def more_arguments(xs, x):
    """A list of any length goes on in `*args`, of a function, a nested function and a lambda."""

    def f(a, *rest, k=1.0):
        return a * len(rest) + k * sum(rest) * rest[-1]

    return inner(x, x, *xs, x, c=2.0) + f(x, *xs) * f(x, x, *xs, *xs, k=x) + (lambda *r: sum(r))(*xs)


@program(([0.5, 1.5, 1.0],))
def extremes_of_all(xs):
    """`max(*xs)`, and a tuple with a starred list in its middle."""
    t = (xs[0], *[x * x for x in xs], 2.0)
    return max(*xs) * min(*t) + t[1] * t[-2] + len(t)


@program(([[0.5, 1.5], [2.0]],))
def chained_lists(rows):
    """`itertools.chain(*rows)`."""
    return sum(x * i for i, x in enumerate(itertools.chain(*rows), start=1))


def tower(x, n):
    """A tuple whose length is not known."""
    return () if n == 0 else (*tower(x, n - 1), x * n)


@program((0.7, 3), (0.7, 1))
def walk_over_a_tuple_of_unknown_length(x, n):
    """In a loop that goes all the way, in one that is left, in a zip, backwards, and made a list."""
    t = tower(x, n)
    total = 0.0
    for a in t:
        total += a * a
    for a in t:
        if a > 1.5:
            break
        total *= a
    for a, b in zip(t, [2.0, 3.0]):
        total += a * b
    for i, a in enumerate(reversed(t)):
        total += i * a
    return total * list(t)[-1] + sum([a * 2 for a in tuple(list(t))])


@program((0.7, "list"), (0.7, "tuple"), (0.7, "array"), (0.7, "dict"), (0.7, "set"))
def walk_over_anything(x, kind):
    """What is looped over is known only when it runs; a dict and a set give what is constant."""
    many = {"list": [x, 2.0], "tuple": (x, x * x), "array": np.array([x, 3.0]), "dict": {1.5: x}, "set": {2.5}}
    total = 0.0
    items = many["list"] if kind == "list" else many["tuple"] if kind == "tuple" else many["array"]
    items = many["dict"] if kind == "dict" else many["set"] if kind == "set" else items
    for a in items:
        total += a * a
    return total * sum(list(items)) * x


class Average:
    """Of a stream of numbers; the first is taken as it is."""

    def __init__(self, a):
        self.a, self.value = a, None

    def __call__(self, v):
        self.value = v if self.value is None else self.a * v + (1.0 - self.a) * self.value
        return self.value


class Momentum:
    """Makes its array when it sees the first weights."""

    def __init__(self):
        self.m = None

    def step(self, w, g):
        """The new weights."""
        if self.m is None:
            self.m = np.zeros_like(w)
        self.m = 0.9 * self.m + 0.1 * g
        return w - 0.1 * self.m


@program((np.array([1.1, 0.7]),))
def attributes_that_start_as_none(x):
    """Of an optimiser, and of a running average."""
    opt, average, w, total = Momentum(), Average(x[0] / 2), x, 0.0
    for _ in range(3):
        w = opt.step(w, 2.0 * w * x)
        total += average(w[1])
    return np.sum(w * w) + total
