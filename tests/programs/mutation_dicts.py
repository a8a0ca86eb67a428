"""Dicts whose keys are known when compiling, written to under one name and several, beside forms without writes."""

import numpy as np

from programs.harness import program

X = np.array([0.3, 0.7, 1.1, -0.4, 0.9])


@program((X,), same_as=lambda x: x[2] + 2 * x[1] * (1 + x[0]) * (x[2] + 1))
def new_and_old_keys(x):
    """An item is set anew, another is added and deleted again."""
    d = {"a": x[0], "b": x[1] * 2}
    d["c"] = d["a"] * d["b"]
    d["a"] = x[2]
    d["b"] += d["c"]
    del d["c"]
    return d["a"] * d["b"] + sum(d.values())


def _item_by_item(x):
    s, q = x * x, x[4] * x[2]
    product = 5 * x[0] * x[1] + 18 * s[0] + 2 * (s[2] + s[3] + s[4])
    return product * 3 + x[3] * x[2] * q + q + 0.5


@program((X,), same_as=_item_by_item)
def all_methods(x):
    """Under two names, with arrays that are written to by themselves."""
    d = {"w": x * 1.0, "n": 2}
    e = d
    e["w"][1] = x[0] * 3
    e["v"] = d["w"] * 2
    d["v"][0] = 5 * x[1]
    d |= {"k": x[2]}
    d.update(z=x[3] * d["k"], n=3)
    t = e.pop("k")
    u = d.setdefault("q", x[4] * t)
    w = d.setdefault("q", 7.0) + d.pop("none", 0.5)
    return np.sum(d["w"] * e["v"]) * d["n"] + d["z"] * u + d.get("missing", 1.0) * w


def _sum_and_product(x):
    p = x[1] * x[2]
    return (4 * x[0] + 2 * x[1] + 2 * p + 2 * x[3] * p + x[4] * p) * p * x[4]


@program((X,), same_as=_sum_and_product)
def state_in_a_loop(x):
    """The keys stay, the values change, on both sides of a branch."""
    d = {"s": 0.0, "p": 1.0}
    for v in x:
        d["s"] += v * d["p"]
        if v > 0.5:
            d["p"] *= v
        else:
            d["s"] = d["s"] * 2
    return d["s"] * d["p"]


@program((X, 1.0), same_as=lambda x, c: x[0] ** 2 * x[1])
def another_key_on_each_side(x, c):
    """What is read is on the side that ran."""
    d = {"a": x[0]}
    if c > 0:
        d["b"] = x[1] * d["a"]
    else:
        d["c"] = x[0]
    return d["b"] * d["a"]


@program((X, 1.0), (X, -1.0), same_as=lambda x, c: x[0] * (x[2] * x[0] if c > 0 else x[1]) ** 2)
def set_on_one_side(x, c):
    """And read on both."""
    d = {"a": x[0], "b": x[1]}
    if c > 0:
        d["b"] = x[2] * d["a"]
    d["a"] *= d["b"]
    return d["a"] * d["b"]


@program((X,), same_as=lambda x: x[1] ** 2 * x[2] + 2)
def lists_in_a_dict(x):
    """A list is put under another key, and changed there."""
    d = {"a": [x[0]], "b": x[1]}
    d["a"].append(x[1] * d["b"])
    d["a"] = d["a"] + [x[2]]
    items = d["a"]
    d["b"] = items
    d["b"].pop(0)
    return d["a"][0] * d["b"][1] + len(items)


def put(d, k):
    """Writes to its argument, and returns it."""
    d["z"] = k * d["a"]
    return d


@program((X,), same_as=lambda x: x[4] * (x[0] * x[1] * x[2] * x[3]) ** 2 + 2)
def by_a_callee(x):
    """The dict that comes back is the one that went in."""
    d = {"a": x[0]}
    e = put(d, x[1])
    e["a"] = x[2] * d["z"]
    t = d["a"]
    d.clear()
    d["a"] = x[3] * t
    return put(d, x[4])["z"] * e["a"] + len(d)


@program((X,), same_as=lambda x: (x[1] ** 2 + 2 * x[2] ** 2) * x[3])
def order_of_the_keys(x):
    """A key that was deleted comes last when it is set again."""
    d = {"b": x[0], "a": x[1]}
    d["c"] = x[2]
    del d["b"]
    d["b"] = x[3]
    _, v = d.popitem()
    t = 0.0
    for i, (_, u) in enumerate(d.items()):
        t += (i + 1) * u * u
    return t * v


@program((X,), same_as=lambda x: x[0] ** 2 * x[1] * x[2] * x[3])
def seen_by_a_closure(x):
    """The function finds what is there when it is called."""
    d = {"a": x[0]}

    def product():
        return d["a"] * d.get("b", 1.0)

    u = product()
    d["a"] = x[1] * u
    d["b"] = x[2]
    t = (d, d)
    t[0]["b"] = t[1]["b"] * x[3]
    return product() * u


@program((X,), same_as=lambda x: x[0] * (1 + x[0]) * (1 + x[1]) * (1 + x[2]))
def dict_in_a_while(x):
    """One is new in each round, the other stays."""
    d = {"a": x[0]}
    i = 0
    while i < 3:
        e = {"a": d["a"] * x[i]}
        e["b"] = d["a"]
        d["a"] = e["a"] + e.pop("b")
        i += 1
    return d["a"]


@program((X,), same_as=lambda x: x[0] * x[1] * x[2] ** 2)
def over_the_keys(x):
    """The values of the keys that are there may change."""
    d = {"a": x[0], "b": x[1]}
    for k in d:
        d[k] = d[k] * x[2]
    return d["a"] * d["b"]


@program((X,), same_as=lambda x: x[0] ** 2 * x[2] * x[3] * x[4] + x[1])
def copies(x):
    """They have items of their own."""
    d = dict(a=x[0])
    e = d.copy()
    g = dict(d)
    h = {**d, "b": x[1]}
    d["a"] = x[2]
    e["a"] = x[3] * e["a"]
    g["q"] = x[4] * g["a"]
    del h["a"]
    return d["a"] * e["a"] * g["q"] + h["b"]


@program((X,), same_as=lambda x: 3 * (x[0] + x[1]) ** 2 + 3 * (x[0] + x[1]))
def tests_and_lengths(x):
    """They are those of the moment."""
    d = {"a": x[0], "b": x[1]}
    t = 0.0
    for k in d:
        if k in d and "c" not in d:
            t += d[k]
    d["c"] = t
    if "c" in d:
        t *= d["c"]
    return t * len(d) + max(d.values()) + sum([v for v in d.values()])


def _before_and_after(x):
    t = x * x / 4
    return np.sum((np.where(np.arange(5) == 0, x[1] ** 2, np.sin(t)) * t) ** 2)


@program((X,), same_as=_before_and_after)
def saved_and_overwritten(x):
    """The pullback needs what is not there any more."""
    d = {"h": x * 0.5}
    t = d["h"] * d["h"]
    d["h"] = np.sin(t)
    d["h"][0] = x[1] ** 2
    d["h"] = d["h"] * t
    return np.sum(d.pop("h") ** 2)


@program((X,), raises=KeyError)
def deleted_twice(x):
    """The error is Python's."""
    d = {"a": x[0]}
    del d["a"]
    del d["a"]
    return x[0]


@program((X,), raises=KeyError)
def popped_when_it_is_not_there(x):
    """The error is Python's."""
    d = {"a": x[0]}
    return d.pop("b") * x[0]


@program((np.array([1.1, 0.7, 1.3, 0.4, 0.9]), 5))
def updated(x, n):
    """Two dicts side by side."""
    ps = {"a": x * 1.0, "b": x * 2.0}
    v = {}
    for k in ps:
        if k not in v:
            v[k] = np.zeros_like(ps[k])
        v[k] = 0.9 * v[k] + x
        ps[k] = ps[k] - 0.1 * v[k]
    return sum((p * p).sum() for p in ps.values())


@program((np.array([1.1, 0.7, 1.3, 0.4, 0.9]), 5))
def updated3(x, n):
    """The items change while one loops over them."""
    ps = {"a": x * 1.0, "b": x * 2.0}
    for t in range(2):
        for k, p in ps.items():
            ps[k] = p - 0.1 * x
    return sum((p * p).sum() for p in ps.values())


@program((np.array([1.1, 0.7, 1.3, 0.4, 0.9]), 5), same_as=lambda x, n: 5 * (x**2 * (1 - 0.1 * x) ** 4).sum())
def updated4(x, n):
    """The values are written to in place."""
    ps = {"a": x * 1.0, "b": x * 2.0}
    for t in range(2):
        for k, p in ps.items():
            p -= 0.1 * x * p
    return sum((p * p).sum() for p in ps.values())


@program((np.array([1.1, 0.7, 1.3, 0.4, 0.9]), 5))
def later_key(x, n):
    """The value of a key that comes later changes."""
    ps = {"a": x * 1.0, "b": x * 2.0}
    for k, p in ps.items():
        ps["b"] = p * x
    return sum((p * p).sum() for p in ps.values())


@program((np.array([1.1, 0.7, 1.3, 0.4, 0.9]), 5))
def earlier_key(x, n):
    """And that of one that came before."""
    ps = {"a": x * 1.0, "b": x * 2.0}
    s = 0.0
    for p in ps.values():
        ps["a"] = p * x
        s += ps["a"].sum()
    return s + sum((p * p).sum() for p in ps.values())


@program((np.array([1.1, 0.7, 1.3, 0.4, 0.9]), 5))
def different_shapes(x, n):
    """The values are of several kinds."""
    ps = {"w": np.outer(x, x), "b": x * 2.0, "c": x[0]}
    for t in range(2):
        g = {k: p * 0.5 for k, p in ps.items()}
        for k, p in ps.items():
            ps[k] = p - 0.1 * g[k]
    return (ps["w"] @ ps["b"]).sum() * ps["c"]


@program((np.array([1.1, 0.7, 1.3, 0.4, 0.9]), 5))
def updated5(x, n):
    """Momentum."""
    ps = {"a": x * 1.0, "b": x * 2.0}
    m = {k: np.zeros_like(p) for k, p in ps.items()}
    for t in range(2):
        g = {k: p * x for k, p in ps.items()}
        for k in ps:
            m[k] = 0.9 * m[k] + g[k]
            ps[k] -= 0.1 * m[k]
    return sum((p * p).sum() for p in ps.values())
