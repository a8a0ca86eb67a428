"""The constructs of Python that docs/python.md tells about, each by the body of a function that uses it.

The functions are called `f(x, v, xs, p)` with a float, an array, a list of floats and an object with a float `w`; what
stands in `PREAMBLE` is around them.
"""

from __future__ import annotations

from typing import NamedTuple


class Construct(NamedTuple):
    """How a construct is shown, and a function body that uses it; `old` bodies cannot be parsed before Python 3.12."""

    shown: str
    body: str
    header: str = "def f(x, v, xs, p):"
    needs: tuple[int, int] = (3, 11)


PREAMBLE = """
import collections
import contextlib
import dataclasses
import functools
import heapq
import itertools
import math
from collections import namedtuple
from dataclasses import dataclass

import numpy as np

SCALE = 2.0


@dataclass
class Point:
    w: float = 1.5


Row = namedtuple("Row", "a b")


class Swallowing:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        return True


class Switched:
    def __init__(self, inner):
        self.w = inner.w

    def __enter__(self):
        self.w = self.w * 2.0

    def __exit__(self, *error):
        self.w = self.w / 4.0


class Passing:
    def __init__(self, inner):
        self.inner = inner

    def __getattr__(self, name):
        return getattr(self.inner, name)


class Ball(Point):
    def __init__(self, r):
        super().__init__(r * r)
        self.r = r

    def volume(self):
        return self.w * self.r

    def __add__(self, other):
        return Ball(self.r + other.r)

    def __iter__(self):
        yield self.w
        yield self.r

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return self.w if i else self.r

    @functools.cached_property
    def radius(self):
        return self.r


class Sometimes:
    def __init__(self, w):
        if w > 0:
            self.w = w


def helper(a, b=2.0, *rest, c=1.0, **more):
    return a * b * c + sum(rest) + sum(more.values())

"""

C = Construct
CONSTRUCTS: dict[str, tuple[Construct, ...]] = {
    "Assignments": (
        C("`y = x`, `y = z = x`", "y = z = x\nreturn y * z"),
        C("`y: float = x`", "y: float = x * 2\nreturn y"),
        C("`a, (b, c) = …`", "a, (b, c) = x, (x * 2, x * 3)\nreturn a * b * c"),
        C("`a, *rest = …`", "a, *rest = xs\nreturn a * sum(rest)"),
        C("`a, b = b, a`", "a, b = x, 2.0\na, b = b, a\nreturn a / b"),
        C("`y += x` of a number", "y = x\ny += x * x\nreturn y"),
        C("`y += v` of an array", "y = v * 2\ny += v\nreturn np.sum(y * y)"),
        C(
            "`y += v` of a number, which becomes an array",
            "y = 0\nfor _ in range(3):\n    y += v\nreturn np.sum(y * y)",
        ),
        C(
            "`p -= …` of the items of a list, which have other names",
            "a, b = v * 2, v * 3\nfor p in [a, b]:\n    p -= v\nreturn np.sum(a * b)",
        ),
        C("`y += …` of a list", "y = [x]\ny += [x * 2]\nreturn y[0] * y[1]"),
        C("`y[i] = …` of an array that is made here", "y = np.zeros(3)\ny[1] = x\nreturn np.sum(y * v)"),
        C("`y[i] = …` of a list that is made here", "y = [x, 2.0]\ny[1] = x * x\nreturn y[0] * y[1]"),
        C("a write through a view", "y = np.zeros((3, 3))\ny.T[0] = x * v\ny.reshape(-1)[4] = x\nreturn np.sum(y * y)"),
        C("a write to rows", "y = np.outer(v, v)\nfor row in y:\n    row[0] = x * row[1]\nreturn np.sum(y)"),
        C("`out=` of NumPy's functions", "y = v * 2\nnp.multiply(y, x, out=y)\nreturn np.sum(y * y)"),
        C("`np.add.at`, `y.sort()`, …", "y = v * 2\nnp.add.at(y, [0, 0], x)\ny.sort()\nreturn np.sum(y * v)"),
        C("`d[key] = …` of a dict that is made here", "d = {'a': x}\nd['b'] = x * x\nreturn d['a'] * d['b']"),
        C("`obj.w = …`", "p.w = x\nreturn p.w * x"),
        C("`(y := x)`", "return (y := x * x) + y"),
        C("`del y`", "y = x\ndel y\nreturn x"),
        C("`del xs[i]`", "del xs[0]\nreturn xs[0] * x"),
        C("`del obj.w`", "del p.w\nreturn x"),
        C("`global SCALE`, read", "global SCALE\nreturn x * SCALE"),
        C("`global SCALE`, assigned", "global SCALE\nSCALE = x\nreturn x"),
        C("`nonlocal y`, assigned", "y = x\ndef g():\n    nonlocal y\n    y = 2 * x\ng()\nreturn y"),
    ),
    "Control flow": (
        C("`if`, `elif`, `else`", "if x > 1:\n    y = x\nelif x > 0.5:\n    y = x * x\nelse:\n    y = 1.0\nreturn y"),
        C("`a if test else b`", "return x if x > 1 else x * x"),
        C("`for a in xs`", "y = 0.0\nfor a in xs:\n    y += a * a\nreturn y"),
        C("`for i in range(n)`", "y = x\nfor i in range(len(xs)):\n    y = y * xs[i]\nreturn y"),
        C(
            "`for i, (a, b) in enumerate(zip(…))`",
            "y = x\nfor i, (a, b) in enumerate(zip(xs, v)):\n    y += i * a * b\nreturn y",
        ),
        C("`while`", "while x > 0.1:\n    x = x * 0.5\nreturn x"),
        C(
            "`break`, `continue`",
            "for a in xs:\n    if a > 1:\n        break\n    if a < 0:\n        continue\n    x += a\nreturn x",
        ),
        C("`else` of a loop", "for a in xs:\n    if a > 9:\n        break\nelse:\n    x = x * 2\nreturn x"),
        C("`return` anywhere", "for a in xs:\n    if a > 1:\n        return a * x\nreturn x"),
        C("`pass`, a docstring, `…`", "'''Says nothing.'''\npass\n...\nreturn x"),
        C("`match`", "match xs:\n    case [a, *_] if a > 0:\n        return a * x\n    case _:\n        return x"),
        C("`assert`", "assert x > 0, 'positive'\nreturn x * x"),
        C("`raise Error(…)`", "if x < 0:\n    raise ValueError('negative')\nreturn x * x"),
        C("`raise` outside of an `except`", "if x < 0:\n    raise\nreturn x"),
        C("`try` … `except`", "try:\n    y = x / 0.5\nexcept ZeroDivisionError:\n    y = x\nreturn y"),
        C("`try` … `finally`", "try:\n    y = x * x\nfinally:\n    z = 1.0\nreturn y * z"),
        C("`raise` in an `except`", "try:\n    return x * x\nexcept ValueError:\n    raise"),
        C("`return` in a `finally`", "try:\n    y = x\nfinally:\n    return x"),
        C(
            "what an exception holds",
            "try:\n    raise ValueError(x)\nexcept ValueError as error:\n    return error.args[0]",
        ),
        C("`except*`", "try:\n    y = x\nexcept* ValueError:\n    y = x * x\nreturn y"),
        C("`with`", "with np.errstate(all='ignore'):\n    y = x * x\nreturn y"),
        C("`with contextlib.suppress(KeyError)`", "with contextlib.suppress(KeyError):\n    x = x * x\nreturn x"),
        C("`with` about an object that writes", "p = Switched(p)\nwith p:\n    y = p.w * x\nreturn y * p.w"),
        C("another manager that swallows exceptions", "with Swallowing():\n    x = 1.0 / x\nreturn x"),
        C("`async with`, `async for`, `await`", "await x\nreturn x", "async def f(x, v, xs, p):"),
    ),
    "Operators": (
        C("`+ - * / // % **` and signs", "return -x + x * 2 - x / 3 + x**2 * (7 // 2) + 7 % 4"),
        C("`@`", "return v @ v * x"),
        C("`& | ^ ~ << >>` of integers and masks", "return np.sum(v[(v > 0) & ~(v > 1)]) * (5 ^ 1 << 1 | 8 >> 2)"),
        C("`and`, `or`, `not`", "return (x > 0 and x or 1.0) * (2.0 if not x else x)"),
        C("`a < b <= c`, `is`, `in`", "return x if 0 < x <= 1 and x is not None and 'a' not in 'b' else 1.0"),
    ),
    "Containers": (
        C("tuples, lists and dicts", "d = {'a': [x, 2.0], 'b': (x, {'c': x})}\nreturn d['a'][0] * d['b'][1]['c']"),
        C("`[*xs, x]`, `(*xs, x)`", "y = [*xs, x]\nz = (*y[:2], x)\nreturn y[-1] * z[0]"),
        C("`{**d, 'k': x}`, `d | e`", "d = {'a': x}\ne = {**d, 'b': x * x} | {'a': 2.0}\nreturn e['a'] * e['b']"),
        C("sets of constants", "y = {1, 2, 2}\nreturn x * len(y) if 1 in y else x"),
        C("`xs.append(x)` to a list that is made here", "ys = []\nfor a in xs:\n    ys.append(a * x)\nreturn ys[-1]"),
        C(
            "`rows[i], rows[j] = rows[j], rows[i]`, then written to",
            "rows = [[a, x] for a in xs]\nfor i in range(len(rows) - 1):\n"
            "    rows[i], rows[i + 1] = rows[i + 1], rows[i]\n    rows[i][0] *= x\nreturn rows[0][0] + rows[1][0]",
        ),
        C(
            "attributes that get another object, in a branch or a loop",
            "p.v = None\nfor i in range(3):\n    if p.v is None:\n        p.v = [x, v]\n    p.v[0] = p.v[0] * x\n"
            "return p.v[0]",
        ),
        C(
            "attributes that are first set in a loop, or on one side of an `if`",
            "for i in range(3):\n    if i > 0:\n        p.t = p.w * x * i\nreturn p.t",
        ),
        C("`for a in rows: a *= x`", "rows = [v * 1.0, v * x]\nfor a in rows:\n    a *= x\nreturn rows[0].sum()"),
        C("`xs.append(x)` to an argument", "xs.append(x)\nreturn xs[-1] * x"),
        C(
            "`ys.insert`, `extend`, `pop`, `remove`",
            "ys = [x]\nys.extend([2.0 * x])\nys.insert(0, x)\nreturn ys.pop() * ys[0]",
        ),
        C("`ys.sort(key=…)`, `reverse`, `clear`", "ys = [x, -x]\nys.sort(key=abs)\nys.reverse()\nreturn ys[0] * x"),
        C("`ys += zs`", "ys = zs = [x]\nys += [x * x]\nreturn zs[0] * zs[1]"),
        C("`ys *= n`", "ys = zs = [x]\nys *= 2\nreturn zs[0] * zs[1]"),
        C("`ys[i:j] = zs`, `del ys[i:j]`", "ys = [x, x, x]\nys[1:] = [x * x]\ndel ys[:1]\nreturn ys[0]"),
        C("`ys[::2] = zs`", "ys = [x, x]\nys[::2] = [x * x]\nreturn ys[0]"),
        C("`del ys[::2]`", "ys = [x, x]\ndel ys[::2]\nreturn ys[0]"),
        C("`rows[i].append(x)`", "rows = [[x], [x]]\nfor i in range(2):\n    rows[i].append(x)\nreturn rows[1][1]"),
        C("`grid[i][j] += x`", "grid = [[0.0] * 2 for _ in range(2)]\ngrid[1][0] += x\nreturn grid[1][0]"),
        C("`d.pop`, `setdefault`, `update`", "d = {'a': x}\nd.update(b=x * d.pop('a'))\nreturn d.setdefault('b', 0.0)"),
        C("`d |= e`", "d = {'a': x}\nd |= {'b': x}\nreturn d['b'] * d['a']"),
        C("`del d[k]`", "d = {'a': x, 'b': x}\ndel d['a']\nreturn d['b']"),
        C(
            "`x[i]`, `x[1:, None]`, `x[mask]`, `x[[0, 0]]`",
            "return v[0] * v[1:, None].sum() + v[v > 0].sum() + v[[0, 0]].sum()",
        ),
        C("`x[i]` of a list by a number known late", "i = int(x > 0)\nreturn xs[i] * x"),
        C("`d[key]` by a text known late", "d = {'a': x, 'b': x * x}\nreturn d['ab'[int(x > 0)]]"),
        C("comprehensions of lists", "return sum([a * b for a in xs for b in v if b > 0])"),
        C("comprehensions of sets", "return x * len({int(a) for a in xs})"),
        C(
            "comprehensions of dicts over known keys",
            "d = {k: x * len(k) for k in ('a', 'bb')}\nreturn d['a'] * d['bb']",
        ),
        C("comprehensions of dicts over other keys", "d = {i: a for i, a in enumerate(v)}\nreturn d[0] * x"),
        C("`collections.deque`", "q = collections.deque(v, maxlen=2)\nq.append(x)\nreturn q[0] * q.pop() * x"),
        C("a deque whose `maxlen` is known late", "q = collections.deque(v, maxlen=len(xs))\nreturn q[0] * x"),
        C("slices of what is no list", "q = collections.deque(v)\nreturn sum(q[1:])"),
        C(
            "`d[key] = …` by a key known late",
            "d = {}\nfor i, a in enumerate(v):\n    d[i % 2] = a * x\nreturn d[0] * d[1]",
        ),
        C(
            "lists, dicts and objects in dicts with such keys",
            "d = {}\nfor i, a in enumerate(v):\n    d[i] = [a]\nreturn d[0][0]",
        ),
        C("keys that are floats, where they may be read again", "d = {}\nfor a in v:\n    d[a] = 1.0\nreturn sum(d)"),
        C(
            "`None` that becomes an array",
            "y = None\nfor a in v:\n    if y is None:\n        y = np.zeros(2)\n    y[0] += a * x\nreturn y[0]",
        ),
        C("an attribute that is `None` at first", "p.w = None\nif p.w is None:\n    p.w = x\nreturn p.w"),
        C(
            "`for k, a in d.items(): d[k] = …`",
            "d = {'a': x, 'b': v}\nfor k, a in d.items():\n    d[k] = a * a\nreturn d['a']",
        ),
        C("a view of a dict as a set", "d, e = {'a': x}, {'a': 2.0}\nreturn x * len(d.keys() & e.keys())"),
        C(
            "`collections.defaultdict`, `OrderedDict`, `Counter`",
            "d = collections.defaultdict(float)\nfor i, a in enumerate(v):\n    d[i % 2] += a * x\n"
            "return d[0] * collections.Counter('aab')['a']",
        ),
        C("generator expressions", "return sum(a * x for a in xs)"),
        C("`:=` in a comprehension", "y = [b * b for a in xs if (b := a * x) > 0]\nreturn y[0]"),
        C("`:=` in a generator expression", "g = (b * b for a in xs if (b := a * x) > 0)\nreturn sum(g)"),
        C("f-strings and their formats", "print(f'{x!r:>10}', '%s' % x, 'a'.upper())\nreturn x"),
        C("a number that goes through a text", "return float(f'{x:.3f}') * x"),
        C("complex values", "z = x * 1j\nreturn abs(z)"),
    ),
    "Functions": (
        C("calls of Python functions, with all kinds of arguments", "return helper(x, 2.0, *xs, c=x, **{'d': x})"),
        C("`f(*xs)` with a list, into parameters", "return (lambda a, b: a * b * x)(*xs)"),
        C("`f(*xs)` with a list, into parameters with defaults", "return helper(*xs)"),
        C("`zip(*rows)`, `max(*xs)`, `print(x)`", "print(x)\nreturn sum(a * b for a, b in zip(*[xs, v])) + max(*xs)"),
        C(
            "recursion that writes to its arguments, or around it",
            "memo = {}\ndef f(n):\n    if n not in memo:\n        memo[n] = x if n < 2 else f(n - 1) * f(n - 2)\n"
            "    return memo[n]\nreturn f(4)",
        ),
        C("recursion", "def power(y, n):\n    return 1.0 if n == 0 else y * power(y, n - 1)\nreturn power(x, 3)"),
        C(
            "nested functions and `lambda`",
            "def g(y, k=2.0):\n    return k * y * x\nreturn g(x) + (lambda y: y * y)(x)",
        ),
        C(
            "decorated nested functions",
            "def twice(h):\n    return lambda y: h(h(y))\n@twice\ndef g(y):\n    return y * x\nreturn g(x)",
        ),
        C(
            "`cache` and `lru_cache` of nested functions",
            "@functools.cache\ndef f(n):\n    return x if n < 2 else f(n - 1) * f(n - 2)\nreturn f(5)",
        ),
        C(
            "`lru_cache(maxsize=2)` of nested functions, which forgets",
            "@functools.lru_cache(maxsize=2)\ndef f(n):\n    return x if n < 2 else f(n - 1) * f(n - 2)\nreturn f(5)",
        ),
        C(
            "`lru_cache(typed=True)` of nested functions",
            "@functools.lru_cache(typed=True)\ndef f(n):\n    return x if n < 2 else f(n - 1) * f(n - 2)\nreturn f(5)",
        ),
        C("functions in containers", "fs = [np.sin, helper, lambda y: y * x]\nfor g in fs:\n    x = g(x)\nreturn x"),
        C("one of several functions", "g = np.sin if x > 0 else helper\nreturn g(x)"),
        C(
            "functions in a list that read the variable of a loop",
            "fs = []\nfor k in range(3):\n    fs.append(lambda y: y * k)\nreturn fs[0](x)",
        ),
        C(
            "attributes of nested functions",
            "def g(y):\n    g.n += 1\n    return y * x\ng.n = 0\nreturn g(x) * g.n",
        ),
        C("the name of a nested function", "def g(y):\n    return y\nprint(g.__name__)\nreturn g(x)"),
        C("one of several nested functions", "g = (lambda y: y * 2) if x > 0 else (lambda y: y)\nreturn g(x)"),
        C(
            "one of them by a late index or key",
            "gs = [lambda y: y * v, np.sin]\nreturn gs[int(x > 0)](x)",
        ),
        C(
            "`zip(xs, itertools.cycle(…))`, beside what ends",
            "return sum(a * b for a, b in zip(xs, itertools.cycle([x, 2.0])))",
        ),
        C("`itertools.cycle` by itself", "for a in itertools.cycle(xs):\n    return a * x"),
        C("`next` of an iterator that is kept", "it = iter(xs)\na = next(it)\nreturn a * sum(it) * next(it, x)"),
        C("`zip` of one that is kept", "it = iter(xs)\na = next(it)\nreturn sum(a * b for b, c in zip(it, it))"),
        C("`next` of `itertools.count`", "c = itertools.count(1)\nnext(c)\nreturn x * next(c)"),
        C(
            "`heapq`",
            "h = [a * x for a in xs]\nheapq.heapify(h)\nheapq.heappush(h, x)\nreturn heapq.heappop(h) * h[0]",
        ),
        C(
            "pairs of objects that are written to",
            "ps = [Point(x), Point(x * x)]\nfor p, q in itertools.combinations(ps, 2):\n    p.w += q.w\nreturn ps[0].w",
        ),
        C(
            "writes to what `min` or `max` gives by a key",
            "ps = [Point(x), Point(x * x)]\nmax(ps, key=lambda p: p.w).w = x\nreturn ps[1].w * ps[0].w",
        ),
        C(
            "loops over `itertools.groupby`",
            "for k, g in itertools.groupby(xs, lambda a: a > 1.0):\n    x = x * sum(g)\nreturn x",
        ),
        C("its groups after the next one", "gs = [g for k, g in itertools.groupby(xs)]\nreturn x * sum(gs[0])"),
        C("generators that are used up at once", "def g():\n    for a in xs:\n        yield a * x\nreturn sum(g())"),
        C("`yield from`", "def g():\n    yield from xs\n    yield x\nreturn sum(g())"),
        C("the value of `yield`", "def g():\n    y = yield x\n    yield y\nreturn sum(g())"),
        C("`y = yield from …`", "def g():\n    y = yield from xs\n    yield x\nreturn sum(g())"),
        C("a generator that is used twice", "g = (a * x for a in xs)\nreturn sum(g) * sum(g)"),
        C("a generator as the function itself", "yield x"),
        C("imports", "import math as m\nfrom math import sin\nreturn m.cos(x) * sin(x)"),
        C("methods, properties and operators of objects", "return p.w * x"),
        C("objects that are made here", "q = Point(x)\nreturn q.w * x"),
        C("a constructor that computes, with `super()`", "q = Ball(x)\nreturn q.w * q.volume()"),
        C("`__getattr__`, for what is not there", "return Passing(p).w * x"),
        C("`hasattr` beside `__getattr__`", "return x * x if hasattr(Passing(p), 'w') else x"),
        C("operators that give new objects", "q = Ball(x) + Ball(x * x)\nreturn q.w"),
        C("named tuples", "q = Row(x, b=2.0)\na, b = q._replace(b=x)\nreturn q.a * b + a"),
        C("bound methods as values", "f = Ball(x).volume\nreturn f() * x"),
        C(
            "`dataclasses.replace`, `asdict`",
            "q = dataclasses.replace(p, w=x)\nreturn dataclasses.asdict(q)['w'] * x",
        ),
        C("objects in loops, lists and dicts", "qs = [Ball(a) for a in xs]\nreturn sum([q.volume() for q in qs]) * x"),
        C("`isinstance`, `type(x) is`", "q = Ball(x)\nreturn q.w if isinstance(q, Point) and type(q) is Ball else 0.0"),
        C("`__iter__`, `__len__`, `__getitem__`", "a, b = Ball(x)\nreturn a * b * len(Ball(x)) + Ball(x)[1]"),
        C("one of several classes", "q = Ball(x) if x > 0 else Point(x)\nreturn q.w"),
        C("cached properties", "b = Ball(x)\nreturn b.radius * b.radius"),
        C("one that is cached on one side of an `if`", "b = Ball(x)\nif x > 0:\n    b.radius\nreturn b.radius"),
        C("an attribute that a constructor sets on one side of an `if`", "return Sometimes(x).w"),
        C(
            "`getattr`, `isinstance`, `hasattr`",
            "return getattr(np, 'sin')(x) if isinstance(x, float) and not hasattr(x, 'w') else x",
        ),
        C(
            "classes inside the function, which read its variables",
            "class A:\n    def __init__(self, w):\n        self.w = w\n    def area(self):\n        return self.w * x\n"
            "return A(x).area()",
        ),
        C("`@dataclass`, `NamedTuple` and `namedtuple` inside", "N = namedtuple('N', 'a b')\nreturn N(x, 2.0).a * x"),
        C("an object of a class inside that is returned", "class A:\n    w = 2.0\nreturn A()"),
        C("a class in a loop", "for _ in range(2):\n    class A:\n        pass\nreturn x"),
        C("a class inside with a list of its own", "class A:\n    ws = []\nreturn x"),
        C("`async def`", "async def g():\n    return x\nreturn x"),
        C("`type A = …`", "type A = int\nreturn x", needs=(3, 12)),
        C("`eval`", "return eval('x')"),
        C("`exec`", "exec('y = x')\nreturn x"),
        C("`locals`", "return locals()['x']"),
        C("`globals`", "return globals()['SCALE'] * x"),
        C("`vars`", "return vars(p)['w'] * x"),
        C("`setattr`", "setattr(p, 'w', x)\nreturn p.w"),
        C("`delattr`", "delattr(p, 'w')\nreturn x"),
        C("a function in C without a rule", "return np.interp(x, v, v)"),
    ),
}
