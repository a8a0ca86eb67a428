"""Dicts whose keys are known only at run time: memos, sums by key, tables of dynamic programming, `collections`."""

from collections import Counter, OrderedDict, defaultdict

import numpy as np

from programs.harness import program
from s2s_ad import MutationError

X = np.array([0.7, 1.3, 0.2])


def _total(d):
    return sum(d.values())


def _weigh(d, w):
    s = 0.0
    for k in d:
        s = s + d[k] * w * k
    return s


class _C:
    def __init__(self, w):
        self.w = w
        self.cache = {}

    def at(self, i):
        if i not in self.cache:
            self.cache[i] = self.w[i] ** 2
        return self.cache[i]


@program((0.7,))
def fib(x):
    """The recurrence looks up what it has put in; its first values are given."""
    memo = {0: x, 1: x * x}
    for i in range(2, 6):
        memo[i] = memo[i - 1] * memo[i - 2] + x
    return memo[5]


@program((X,))
def counts(x):
    """A sum for each key, which is there or not."""
    d = {}
    for i in range(len(x)):
        k = i % 2
        if k in d:
            d[k] = d[k] + x[i] ** 2
        else:
            d[k] = x[i]
    s = 0.0
    for k, v in d.items():
        s = s + (k + 1) * v
    return s


@program((X,))
def comprehension(x):
    """A comprehension over indices."""
    d = {i: x[i] ** 2 for i in range(len(x))}
    return sum(d.values()) * d[0]


@program((X,))
def sums_by_get(x):
    """`get` with a default that stands for a key that is not there yet."""
    d = {}
    for i in range(len(x)):
        d[i % 2] = d.get(i % 2, 0.0) + x[i] ** 3
    return d[0] * d[1]


@program((X,))
def rows(x):
    """The values are arrays."""
    d = {}
    for i in range(3):
        d[i] = np.sin(x) * i
    return sum(np.sum(v * v) for v in d.values())


@program((X,))
def popped(x):
    """Values are taken out, and others put in their place."""
    d = {}
    for i in range(3):
        d[i] = x[i] ** 2
    a = d.pop(1)
    d[0] = a * d[0]
    del d[2]
    return d[0] + len(d)


@program((X,))
def loop_grows(x):
    """The loop runs over a list of the keys, and adds others."""
    d = {i: x[i] for i in range(3)}
    for k in list(d):
        d[k + 10] = d[k] ** 2
    return d[10] * d[0]


@program((X,))
def alias(x):
    """The dict has two names."""
    d = {i: x[i] for i in range(3)}
    e = d
    e[0] = x[1] ** 2
    return d[0] * e[1]


@program((X,))
def helper(x):
    """A nested function puts the values in."""

    def put(t, k, v):
        t[k] = v

    d = {}
    for i in range(3):
        put(d, i, x[i] * x[0])
    return d[0] + d[2]


@program((X,))
def two_names(x):
    """A copy is written to."""
    d = {}
    for i in range(3):
        d[i] = x[i]
    c = dict(d)
    c[0] = x[1] ** 3
    return d[0] * c[0]


@program((X,))
def copied(x):
    """The original is written to after it was copied."""
    d = {}
    for i in range(3):
        d[i] = x[i]
    c = d.copy()
    d[0] = 7.0
    return c[0] ** 2 * d[0]


@program((X,))
def strings(x):
    """The keys are texts that are made in the loop."""
    d = {}
    for i, name in enumerate(["a", "b", "c"]):
        d[name + "!"] = x[i] ** 2
    return d["a!"] * d["c!"]


@program((X,))
def tuples(x):
    """The keys are pairs."""
    d = {}
    for i in range(3):
        for j in range(3):
            d[i, j] = x[i] * x[j]
    s = 0.0
    for (i, j), v in d.items():
        s += v * i
    return s


@program((X,))
def grid(x):
    """A table of dynamic programming, by pairs."""
    d = {}
    for i in range(3):
        for j in range(3):
            if i == 0 or j == 0:
                d[(i, j)] = x[i]
            else:
                d[(i, j)] = d[(i - 1, j)] * x[j] + d[(i, j - 1)]
    return d[(2, 2)]


@program((X,))
def branch(x):
    """The sides of a branch put in different keys."""
    d = {0: x[0]}
    if x[1] > 0:
        d[int(x[1])] = x[1] ** 2
    else:
        d[5] = x[2]
    return sum(d.values())


@program((X,))
def setdef(x):
    """`setdefault` keeps what is there."""
    d = {}
    for i in range(len(x)):
        d.setdefault(i % 2, x[i] ** 2)
    return d[0] * d[1]


@program((X,))
def updates(x):
    """`update`, `|=`, `|` and `**` of dicts with late keys."""
    d = {i: x[i] for i in range(2)}
    e = {i: x[i] ** 2 for i in range(1, 3)}
    d.update(e)
    d |= {i: x[0] for i in range(1)}
    f = {**d, **e}
    g = d | e
    return f[0] * f[1] * g[2] * d[2]


@program((X,))
def default_float(x):
    """`defaultdict(float)`, with `+=`."""
    d = defaultdict(float)
    for i in range(len(x)):
        d[i % 2] += x[i] ** 2
    return d[0] * d[1]


@program((X,))
def missing(x):
    """A key that is not there is caught."""
    d = {}
    for i in range(3):
        d[i] = x[i]
    try:
        return d[99]
    except KeyError:
        return d[0] ** 2


@program((X,))
def key_error(x):
    """`get` of a key that is there, and of one that is not."""
    d = {}
    for i in range(3):
        d[i] = x[i]
    return d.get(99, x[0] ** 2) * d.get(1)


@program((X,))
def overwritten(x):
    """One key is overwritten again and again."""
    d = {}
    for i in range(5):
        d[0] = x[i % 3] * (d[0] if 0 in d else 1.0)
    return d[0]


@program((X,))
def zero_len(x):
    """A loop that never runs."""
    d = {}
    for i in range(0):
        d[i] = x[i]
    return sum(d.values()) + x[0]


@program((X,))
def negative_keys(x):
    """Negative keys."""
    d = {}
    for i in range(3):
        d[-i] = x[i]
    return d[0] * d[-1] + d[-2]


@program((X,))
def boolkeys(x):
    """The keys are truth values of comparisons."""
    d = {}
    for i in range(3):
        d[x[i] > 0.5] = x[i] ** 2
    return d[True] + d.get(False, 0.0)


@program((X,))
def lengths(x):
    """The length counts the keys."""
    d = {}
    for i in range(4):
        d[i % 3] = x[0] ** i
    return len(d) * d[0]


@program((X,))
def while_below(x):
    """A `while` that looks at what it has put in."""
    d = {0: x[0]}
    i = 0
    while d[i] < 10.0:
        d[i + 1] = d[i] * (2 + x[1])
        i += 1
    return d[i]


@program((X,))
def sorted_keys(x):
    """The keys in another order."""
    d = {i: x[i] for i in range(3)}
    s = 1.0
    for k in sorted(d, key=lambda k: -k):
        s = s * d[k] + k
    return s


@program((X,))
def largest_item(x):
    """The item with the largest value."""
    d = {i: x[i] for i in range(3)}
    (k, v) = max(d.items(), key=lambda kv: kv[1])
    return v**2 * k


@program((X,))
def pops(x):
    """`popitem`, and `pop` with a default."""
    d = {i: x[i] for i in range(3)}
    k, v = d.popitem()
    return v**2 + d.pop(7, x[0]) * d.pop(0, 9.0)


@program((X,))
def clear(x):
    """`clear`, and the dict used again."""
    d = {i: x[i] for i in range(3)}
    a = d[1]
    d.clear()
    d[0] = a * x[0]
    return d[0] + len(d)


@program((X,))
def in_object(x):
    """The dict is in a tuple."""
    t = (x[0], {})
    t[1][2] = x[1]
    for i in range(3):
        t[1][i] = x[i] ** 2
    return t[1][1] * t[0]


@program((X,))
def default_by_lambda(x):
    """The default is a `lambda`."""
    d = defaultdict(lambda: 1.0)
    for i in range(5):
        d[i % 2] *= x[i % 3]
    return d[0] + d[1] * d[7]


@program((X,))
def lookup_puts_in(x):
    """To look a key up is to put it in."""
    d = defaultdict(float)
    y = d[3] + d[4]
    return (y + len(d)) * x[0] + x[1]


@program((X,))
def get_puts_nothing_in(x):
    """`get` does not ask for the default."""
    d = defaultdict(float)
    y = d.get(3, 2.0)
    return (y + len(d)) * x[0] + x[1]


@program((X,))
def default_int(x):
    """`defaultdict(int)` that comes to hold floats."""
    d = defaultdict(int)
    for i in range(3):
        d[i] += x[i] ** 2
    return d[0] * d[1]


@program((X,))
def default_with_items(x):
    """A `defaultdict` that begins with items."""
    d = defaultdict(float, {0: x[0]})
    d[1] += x[1]
    s = 0.0
    for k, v in d.items():
        s += v**2 * (k + 1)
    return s


@program((X,))
def ordered(x):
    """An `OrderedDict`, whose order is changed."""
    d = OrderedDict()
    for i in range(3):
        d[i] = x[i] ** 2
    d.move_to_end(0)
    k, v = d.popitem()
    k2, v2 = d.popitem(last=False)
    return v * (k + 1) + v2 * k2


@program((X,))
def ordered_pairs(x):
    """An `OrderedDict` from pairs."""
    d = OrderedDict([("a", x[0]), ("b", x[1])])
    d["c"] = x[2]
    return d["a"] * d["b"] + sum(d.values())


@program((X,))
def counter(x):
    """A `Counter` of constants."""
    c = Counter([1, 2, 1, 1])
    return x[0] ** c[1] + c[5] * x[1] + c.total() * x[2]


@program((X,))
def counter_of_floats(x):
    """A `Counter` that sums floats."""
    c = Counter()
    for i in range(4):
        c[i % 2] += x[i % 3]
    return c[0] * c[1]


@program((X,))
def counter_less(x):
    """`subtract` and `update` of a `Counter`."""
    c = Counter({"a": 3, "b": 1})
    c.subtract(["a"])
    c.update(b=2)
    return x[0] * c["a"] + x[1] * c["b"]


@program((X,))
def class_is_known(x):
    """Its class is known."""
    d = defaultdict(float)
    d[1] = x[0] ** 2
    return d[1] if isinstance(d, defaultdict) and isinstance(d, dict) else x[1]


@program((X,))
def filtered(x):
    """A comprehension with a condition on the values."""
    d = {i: v**2 for i, v in enumerate(x) if v > 0.5}
    return sum(d.values())


@program((X,))
def formatted_keys(x):
    """A comprehension with formatted keys."""
    d = {f"w{i}": x[i] for i in range(len(x))}
    return d["w0"] * d["w2"]


@program((X,))
def invert(x):
    """Keys and values change places."""
    d = {"a": 1, "b": 2}
    e = {v: k for k, v in d.items()}
    return x[0] * len(e[1])


@program((X,))
def zipped_array(x):
    """`dict(zip(...))` with an array."""
    names = ["a", "b", "c"]
    d = dict(zip(names, x))
    return d["a"] * d["c"]


@program((X,))
def enumerated_array(x):
    """`dict(enumerate(...))`."""
    d = dict(enumerate(x))
    return d[0] * d[2]


@program((X,))
def pairs_as_values(x):
    """The values are pairs."""
    g = {}
    for i in range(3):
        g[i] = (x[i], x[i] ** 2)
    a, b = g[1]
    return a * b * g[0][1]


@program((X,))
def two_phase(x):
    """A second loop reads and writes all keys."""
    d = {}
    for i in range(3):
        d[i] = x[i]
    for i in range(3):
        d[i] = d[i] * d[(i + 1) % 3]
    return d[0] + d[1] * d[2]


@program((X,))
def swap(x):
    """Two values change places, by constant keys."""
    d = {0: x[0], 1: x[1]}
    for i in range(3):
        d[0], d[1] = d[1], d[0] * d[1]
    return d[0]


@program((X,))
def swap2(x):
    """Two values change places, by late keys."""
    d = {}
    for i in range(3):
        d[i] = x[i]
    for i in range(2):
        d[i], d[i + 1] = d[i + 1], d[i] * x[0]
    return d[0] * d[1] + d[2]


@program((X,))
def deleted_and_back(x):
    """Keys are deleted and put in again."""
    d = {}
    for i in range(3):
        d[i] = x[i]
    for i in range(3):
        v = d[i]
        del d[i]
        if i == 1:
            d[i] = v**2
    return sum(d.values()) + len(d)


@program((X,))
def mixed(x):
    """A value is an int at first."""
    d = {}
    for i in range(3):
        d[i] = x[i] if i else 1
    return d[0] + d[2] * x[0] * d[1]


@program((X,))
def put_in_on_one_side(x):
    """A key that is put in on one side of a branch, and asked for."""
    d = {}
    if x[0] > 0:
        d["a"] = x[0] ** 2
    if "a" in d:
        return d["a"] * x[1]
    return x[2]


@program((X,))
def not_put_in(x):
    """A branch that is not taken would put a key in."""
    d = {"b": x[2]}
    if x[0] > 100:
        d["a"] = x[0] ** 2
    return d.get("a", x[1]) * d["b"]


@program((X,))
def callee(x):
    """Functions that only read take the dict as an argument."""
    d = {}
    for i in range(3):
        d[i] = x[i] ** 2
    return _total(d) * d[1] + _weigh(d, x[0]) * _weigh(d, x[1])


@program((X,))
def whilebreak(x):
    """A loop without a condition, that breaks."""
    d = {}
    i = 0
    while True:
        d[i] = x[i % 3] * (i + 1) + (d[i - 1] if i else 0.0)
        if d[i] > 5 or i > 6:
            break
        i += 1
    return d[i] * d[0]


@program((X,))
def closure_reads(x):
    """A nested function reads what is there when it is called."""
    d = {}

    def total():
        return sum(d.values())

    for i in range(3):
        d[i] = x[i] ** 2 + total()
    return total()


@program((X,))
def cache(x):
    """A cache that is an attribute, filled by a method."""
    c = _C(x)
    return c.at(0) * c.at(1) + c.at(0)


@program((X,))
def cache_in_a_loop(x):
    """The same in a loop."""
    c = _C(x)
    s = 0.0
    for i in range(5):
        s += c.at(i % 3) * (i + 1)
    return s


@program((X,))
def truth(x):
    """An empty dict is false."""
    d = {}
    r = 0.0 if d else x[0]
    for i in range(2):
        d[i] = x[i]
    return r * d[1] if d else x[2]


@program((X,))
def loopelse(x):
    """`break`, `else` and a loop in a loop over the keys."""
    d = {i: x[i] for i in range(3)}
    for k in d:
        if d[k] > 1:
            s = d[k] ** 2
            break
    else:
        s = x[0]
    for i in d:
        for j in d:
            s += d[i] * d[j] * (i - j) ** 2
    return s


@program((X,))
def sortit(x):
    """The items in the order of their keys."""
    d = {2 - i: x[i] for i in range(3)}
    s = 0.0
    for k, v in sorted(d.items()):
        s = s * 0.5 + v
    return s


@program((X,))
def maxget(x):
    """The key with the largest value."""
    d = {i: x[i] for i in range(3)}
    k = max(d, key=d.get)
    return d[k] ** 2 * k


@program((X,))
def array_of_values(x):
    """An array of the values."""
    d = {i: x[i] for i in range(3)}
    v = np.array(list(d.values()))
    return np.sum(v**2) * list(d.values())[0]


@program((X,))
def in_values(x):
    """`in` of the values."""
    d = {i: x[i] for i in range(3)}
    return x[0] ** 2 if x[1] in d.values() else x[2]


@program((X,))
def numpy_key(x):
    """A key that NumPy has computed."""
    d = {i: x[i] for i in range(3)}
    return d[np.argmax(x)] ** 2


@program((X,))
def getnone(x):
    """`get` gives None."""
    d = {i: x[i] for i in range(3)}
    v = d.get(7)
    if v is None:
        v = x[0] ** 2
    w = d.get(1)
    if w is not None:
        v = v * w
    return v


@program((X,))
def int_becomes_float(x):
    """An int becomes a float in the loop."""
    d = {}
    for i in range(3):
        d[0] = 1 if i == 0 else d[0] * x[i]
    return d[0]


@program((X,))
def default_argument(x):
    """The dict is a default of a nested function."""

    def f(n, memo={}):
        if n in memo:
            return memo[n]
        memo[n] = x[n] ** 2
        return memo[n]

    return f(0) * f(1) + f(0)


@program((X,))
def merge_branch(x):
    """One side of a branch puts keys in, the other overwrites."""
    d = {0: x[0]}
    if x[1] > 0:
        for i in range(1, 3):
            d[i] = x[i]
    else:
        d[0] = 7.0
    return sum(d.values()) * len(d)


@program((X,))
def early(x):
    """A return from the middle of the loop."""
    d = {}
    for i in range(5):
        if i in d or i == 3:
            return d[i - 1] * d[0]
        d[i] = x[i] * (d[i - 1] if i else 2.0)
    return 0.0


@program((X,))
def views(x):
    """The values are views of an array."""
    d = {}
    for i in range(2):
        d[i] = x[i : i + 2]
    return np.sum(d[0] * d[1])


@program((X,))
def compared(x):
    """Two dicts are compared."""
    d = {i: x[i] for i in range(3)}
    e = dict(d)
    return x[0] ** 2 if d == e else x[1]


@program((X,))
def unpacked(x):
    """The keys and the items are unpacked."""
    d = {i: x[i] for i in range(2)}
    (a, b), (c, e) = d.items()
    k, l = d
    return b * e * (a + 1) + c + l * x[2]


@program((X,))
def printed(x):
    """The dict is formatted."""
    d = {i: x[i] for i in range(2)}
    s = f"{d}"
    return d[0] * len(s) * 0 + d[1] ** 2


@program((X,))
def enumerated(x):
    """`enumerate` of the items."""
    d = {i * 10: x[i] for i in range(3)}
    s = 0.0
    for i, (k, v) in enumerate(d.items()):
        s += v**2 * (k + i)
    return s


@program((X,))
def zipped(x):
    """`zip` of the values of two dicts."""
    d = {i: x[i] for i in range(3)}
    e = {i: x[i] ** 2 for i in range(3)}
    return sum(a * b for a, b in zip(d.values(), e.values()))


@program((X,))
def layers_by_name(x):
    """Matrices by the names of layers."""
    d = {}
    for i in range(2):
        d["W%d" % i] = np.outer(x, x) * (i + 1)  # noqa: UP031
    h = x
    for i in range(2):
        h = np.tanh(d["W" + str(i)] @ h)
    return np.sum(h)


@program((X,))
def sgd(x):
    """A step of gradient descent on a dict of arrays."""
    p = {}
    for i in range(2):
        p[f"w{i}"] = x * (i + 1)
    g = {k: v**2 for k, v in p.items()}
    q = {k: p[k] - 0.1 * g[k] for k in p}
    return sum(np.sum(v * v) for v in q.values())


@program((X,))
def accum_arr(x):
    """Arrays are summed by key."""
    d = {}
    for i in range(4):
        k = i % 2
        if k not in d:
            d[k] = np.zeros(3)
        d[k] = d[k] + x * i
    return np.sum(d[0] * d[1])


@program((X,))
def comprehension_of_comprehension(x):
    """A comprehension of a comprehension."""
    d = {k: v * x[0] for k, v in {i: x[i] for i in range(3)}.items()}
    return d[2] * d[1]


@program((X,))
def delall(x):
    """The dict is emptied by `popitem`."""
    d = {i: x[i] for i in range(3)}
    e = {}
    while d:
        k, v = d.popitem()
        e[k] = v * (e[k + 1] if k + 1 in e else 1.0)
    return e[0]


@program((X,))
def genexp(x):
    """A generator over the keys."""
    d = {i: x[i] for i in range(3)}
    return sum(d[k] ** 2 for k in d if k != 1)


@program((X,))
def setcomp(x):
    """A set of keys."""
    d = {i: x[i] for i in range(3)}
    ks = {k % 2 for k in d}
    return sum(d[k] for k in ks)


@program((X,))
def keys_of_an_array(x):
    """The keys are items of an array of ints."""
    d = {}
    for v in np.array([1, 2, 1]):
        d[v] = d.get(v, 0.0) + x[v] ** 2
    return d[1] * d[2]


@program((X,))
def known_keys_read_late(x):
    """The keys are known, but for which of them is read, and how often."""
    d = {i: x[i] for i in range(3)}
    s = 0.0
    for i in range(2):
        for k in d:
            s += d[k] ** 2 * (k + i) * d[0]
    return s + sum(d.values())


@program(({"a": 0.7, "b": 1.3},))
def argument_read_late(p):
    """Each item of an argument."""
    s = 0.0
    for k in p:
        s += p[k] ** 2
    return s * p["a"]


@program((X, 0), (X, 1))
def known_keys_on_one_side(x, n):
    """What a loop that may not run leaves, and one side of a branch."""
    d = {0: x[0], 1: x[1]}
    for i in range(n):
        d = {2: x[2] * i}
    if x[0] > 0:
        del d[2 if 2 in d else n]
    return sum(d.values()) * x[1]


@program((X, 1))
def known_keys_read_and_given(x, n):
    """A dict that is read by a late key, and then goes over into another."""
    d = {0: x[0], 1: x[1] ** 2}
    e = {k: v * d[n] for k, v in d.items()}
    f = dict(d)
    f[n] = d[1 - n] * 2
    return sum(f.values()) * e[0] + e[1] * d[n]


@program((X, 1))
def known_keys_read_beside_constants(x, n):
    """Some items are read by their keys only, in front of a loop that is not run."""
    d = {0: x[0], 1: x[1] * x[2]}
    d[1] = d[0] if 0 in d else x[2]
    s = d[n] * 2
    for i in range(0):
        s += d[i]
    return s + sum([d[0] * d[k] for k in (1, n)])


@program((X,))
def sparse_product(x):
    """A sparse matrix by the pairs of its rows and columns, which are constants, times a vector."""
    a = {(0, 0): x[0], (0, 2): x[1], (1, 1): x[2], (2, 0): x[0] * x[1]}
    y = {}
    for (i, j), v in a.items():
        y[i] = y.get(i, 0.0) + v * x[j]
    return sum(v**2 for v in y.values())


@program((X,))
def polynomials(x):
    """The product of two polynomials by their exponents."""
    p = {0: x[0], 2: x[1]}
    q = {1: x[2], 0: 1.0}
    r = {}
    for i, a in p.items():
        for j, b in q.items():
            r[i + j] = r.get(i + j, 0.0) + a * b
    return sum(c * 0.5**k for k, c in r.items()) * r[3]


@program((X,))
def shortest_paths(x):
    """Edges that make a path shorter, as long as there are some."""
    dist = {0: 0.0}
    for _ in range(2):
        for u, v, k in [(0, 1, 0), (1, 2, 1), (0, 2, 2)]:
            if u in dist and (v not in dist or dist[u] + x[k] < dist[v]):
                dist[v] = dist[u] + x[k]
    return dist[2] ** 2 + dist[1]


@program((X,))
def last_recently_used(x):
    """A cache of two, in the order of use."""
    cache = OrderedDict()
    s = 0.0
    for k in [0, 1, 0, 2, 1, 0]:
        if k in cache:
            cache.move_to_end(k)
            v = cache[k] * 0.5
        else:
            v = x[k] ** 2
            cache[k] = v
            if len(cache) > 2:
                cache.popitem(last=False)
        s += v
    return s


@program((X,))
def arrays_added_up_in_place(x):
    """An array for each key, added to and scaled in place."""
    d = defaultdict(lambda: np.zeros(3))
    for i in range(4):
        d[i % 2] += x**2 * (i + 1)
        d[0] *= x
    return np.sum(d[0] * d[1])


@program((X,))
def arrays_overwritten_after_they_were_needed(x):
    """What is multiplied is kept for the pullback."""
    d = {}
    for i in range(2):
        d[i] = x * (i + 1)
    s = 0.0
    for _ in range(3):
        s += np.sum(d[1] * d[1] * d[0])
        d[1] += x
        d[0] *= d[1]
    return s


@program((X,))
def array_under_a_name_and_a_key(x):
    """What is written by the name is seen by the key."""
    d = {}
    for i in range(2):
        d[i] = x * i
    a = d[1]
    a += x
    b = d[1]
    b *= a
    return np.sum(d[1] * x) + np.sum(a)


@program((X,), same_as=lambda x: np.sum((3 * x) ** 2))
def array_under_two_keys(x):
    """The keys are few, and known when the loop is looked at round by round."""
    y = x * 2
    d = {}
    for i in range(2):
        d[i] = y
    d[0] += x
    return np.sum(d[0] * d[1])


@program((X,), refused=MutationError)
def array_under_many_keys(x):
    """Which of them has it is not known."""
    y = x * 2
    d = {}
    for i in range(len(x)):
        d[i] = y
    d[0] += x
    return np.sum(d[0] * d[1])


@program((X,))
def array_read_by_its_old_name(x):
    """It has been changed by its key."""
    y = x * 2
    d = {}
    for i in range(2):
        d[i] = np.ones(3) * i
    d[0] = y
    d[0] += x
    return np.sum(d[0] * y)


@program((X, 1), (X, 0))
def read_late_and_then_taken_out(x, n):
    """An item is read by a late key before another is taken out, which is all that is read after."""
    d = {0: x[0], 1: x[1] * x[2]}
    d[1] = d.get(1, x[0])
    y = d[n] if n in d else x[2]
    d[1] = d.pop(0) * 0.9
    return x[0] + y + d[1]


@program((X, 1), (X, 0))
def read_late_in_a_loop_that_overwrites(x, n):
    """The items are read by a late key, and by constant keys put in again."""
    d = {0: x[0], 1: x[1] * x[2]}
    s = 0.0
    for _ in range(3):
        s = s * 0.5 + d[n] * 2
        d[0], d[1] = d[1], s
    return s


@program((X, 1), (X, 0))
def read_late_and_given(x, n):
    """The dict is part of the result, so that its cotangent belongs to the caller."""
    d = {0: x[0], 1: x[1] * x[2]}
    y = d[n] ** 2
    return d, y


@program((X, 1), (X, 0))
def replaced_in_a_loop(x, n):
    """A dict with known keys takes the place of one without, and only some of it is read."""
    d = {0: x[0], 1: x[1]}
    s = d.pop(n)
    for i in range(2):
        if i in d:
            s += d[i]
        d = {0: x[0] * s, 1: x[2]}
    return s + d[n]


@program((X, 1), (X, 0))
def replaced_on_one_side(x, n):
    """The same on one side of a branch."""
    d = {0: x[0], 1: x[1]}
    if x[0] > n:
        d = {0: x[0] ** 2, 1: x[2]}
    else:
        d[n + 2] = x[1] ** 2
        d[0] = d[n + 2] * x[2]
    return d[0]
