"""Arguments and results that are nested, and of which only a part matters."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])
W = np.array([[0.5, -1.0, 0.25], [1.5, 0.25, -0.75]])
MODEL = {"layers": [{"w": W, "b": np.array([0.1, -0.2])}, {"w": W[:, :2] * 2, "b": np.array([0.3, 0.0])}], "rate": 0.5}


@program((MODEL, V))
def model_in_a_dict(model, x):
    """Dicts in a list in a dict."""
    for layer in model["layers"]:
        x = np.tanh(layer["w"] @ x + layer["b"]) * model["rate"]
    return x.sum()


@program((MODEL,))
def part_that_is_not_read(model):
    """The rest has cotangents of zero."""
    return model["layers"][1]["b"] * 2.0


@program(({"a": 0.5, "n": 3, "name": "x", "none": None, "flag": True, "v": V},))
def parts_without_derivative(d):
    """Integers, texts, None and flags among the floats."""
    y = d["a"] * d["n"] if d["flag"] and d["none"] is None else 0.0
    return y * np.sum(d["v"]) * len(d["name"])


@program((0.5, V))
def nested_result(x, v):
    """Dicts, lists and tuples around what was computed, around arguments and around constants."""
    return {"y": [x * x, (v * x, 3)], "x": x, "n": 2, "w": {"v": v, "sum": [np.sum(v)]}}


@program((0.5, 3))
def result_of_unknown_length(x, n):
    """A list that grew."""
    ys = [x]
    for _ in range(n):
        ys.append(ys[-1] * x)
    return ys


@program((V,))
def result_with_nothing_to_differentiate(v):
    """Beside a float, a shape, an index and a flag."""
    return v.shape, int(np.argmax(v)), bool(v[0] > 0), v[0] * v[1]


@program(((0.5, [1.5, (2.0, V)]), [{"k": 3.0}]))
def patterns_in_assignments(p, q):
    """Taken apart at once."""
    a, (b, (c, v)) = p
    (d,) = q
    return a * b * c * np.sum(v) * d["k"]


@program(([V, V * 2], [0.5, 0.25]))
def lists_of_arrays_and_of_numbers(vs, xs):
    """Zipped."""
    total = np.zeros(3)
    for v, x in zip(vs, xs):
        total = total + v * x
    return total @ vs[0] + xs[-1]


@program(({"a": V, "b": V * 2},))
def loops_over_a_dict(d):
    """Keys, values and items, in order."""
    total = 0.0
    for key in d:
        total += d[key][0] * len(key)
    for i, value in enumerate(d.values()):
        total *= 1 + value[i]
    for key, value in d.items():
        total += np.sum(value) if key == "b" else value[2]
    return total


@program(({"a": 0.5}, {"b": 1.5, "a": 2.0}))
def merged_dicts(d, e):
    """The right one wins; keys are asked for, and missed."""
    f = d | e
    g = {**e, **d, "c": f["a"] * f["b"]}
    return g["a"] * g["c"] + f.get("a") * g.get("z", 3.0) + ("z" in f) + len(g)


@program((0.5, 1.5))
def dict_as_a_record(x, y):
    """Built in one branch or the other, with the same keys."""
    if x < y:
        r = {"low": x, "high": y}
    else:
        r = {"low": y, "high": x}
    return (r["high"] - r["low"]) ** 2 * r["low"]


@program((0.5, 3), (0.5, 0))
def dict_carried_by_a_loop(x, n):
    """Made anew in each round."""
    state = {"t": 0.0, "y": x}
    for _ in range(n):
        state = {"t": state["t"] + 0.1, "y": state["y"] * 1.5 + state["t"]}
    return state["y"] * (1 + state["t"])


@program((V, V * 2, {"k": 2.0}))
def keyword_structures(v, w, options):
    """A dict becomes keywords of a helper."""
    return combine(v, other=w, **options) + combine(w, k=v[0])


def combine(v, *, k, other=1.0):
    """All by name."""
    return np.sum(v * other) * k


@program((0.5, None), (0.5, 2.0))
def optional_argument(x, scale):
    """None or a number."""
    if scale is None:
        scale = x * 3
    return x * scale


@program(([0.5, None, 1.5],))
def list_with_gaps(xs):
    """Some items are None."""
    total = 0.0
    for x in xs:
        if x is None:
            continue
        total += x * x
    return total * xs[0]


@program((np.float32(0.5), np.array([1.5, 2.5], np.float32), 2.0))
def precisions_beside_each_other(a, v, x):
    """Each cotangent has the precision of its primal."""
    return {"a": a * x, "v": v * a, "x": x * x}


@program((True, 3, 0.5))
def flags_and_counts(flag, n, x):
    """Integers and bools in the arithmetic."""
    return (flag + n) * x + x * flag - n + (n > 2) * x**2


@program((1e-3, 1e3))
def far_apart(x, y):
    """Large and small numbers."""
    return (x * y + x / y) * (y - 999.0) + x**2 * y


@program(((0.5, 1.5),), ([0.5, 1.5],), (np.array([0.5, 1.5]),))
def three_kinds_of_pairs(p):
    """A tuple, a list or an array is taken apart alike."""
    a, b = p
    return a * b + p[0] ** 2 + sum(p) * len(p)


@program((0.5,))
def result_is_none_in_part(x):
    """None among the results."""
    return x * x, None, [None, x]
