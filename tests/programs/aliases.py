"""One value under several names, in several places, or more than once in a result; nothing is written to."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])
W = np.array([1.5, 0.5, -0.75])


@program((V,))
def the_argument_itself(v):
    """Nothing is computed."""
    return v


@program((0.5,))
def the_argument_three_times(x):
    """The cotangents of the parts add up."""
    return x, [x, {"a": x}]


@program((V, V))
def one_array_as_two_arguments(v, w):
    """Each argument has a cotangent of its own."""
    return np.sum(v * w * w)


@program((V,))
def view_and_array(v):
    """Views of one array, all of them read."""
    a, b, c = v[:2], v[1:], v[::-1]
    return np.sum(a * b) + np.sum(c * v)


@program((V,))
def same_value_in_two_variables(v):
    """Both go on, in different ways."""
    a = b = np.sin(v)
    a = a * 2
    return np.sum(a * b)


@program((V, W))
def names_that_go_round(v, w):
    """Three names exchange their values, twice."""
    a, b, c = v, w, v * w
    for _ in range(2):
        a, b, c = c, a, b
    return np.sum(a * 2 + b * 3 + c * c)


@program((V,))
def list_with_one_thing_twice(v):
    """The items of a list are one array."""
    rows = [v, v, v * 1]
    return sum(np.sum(r * i) for i, r in enumerate(rows)) + np.sum(rows[0] * rows[2])


@program((V,))
def repeated_list(v):
    """`[v] * 3` holds one array three times."""
    rows = [v] * 3
    return np.sum(rows[0] * rows[1] * rows[2])


@program(([0.5, 1.5],))
def two_names_of_a_list(xs):
    """Read under both."""
    ys = xs
    zs = [ys, xs]
    return ys[0] * xs[1] * zs[0][0] + zs[1][1]


@program(({"a": V, "b": W},))
def two_names_of_a_dict(d):
    """A dict in a list and by itself."""
    e = d
    return [e, d["a"]][0]["b"] * d["a"] + e["a"]


@program((V,))
def result_with_shared_parts(v):
    """An intermediate is returned twice, and an argument beside it."""
    y = v * v
    return {"y": y, "pair": (y, v), "sum": np.sum(y)}


@program((0.5,))
def identity_functions(x):
    """Functions that hand back what they get."""
    same = lambda t: t
    pair = lambda t: (t, t)
    a, b = pair(same(x))
    return same(a) * b


def swap(a, b):
    """Its arguments, exchanged."""
    return b, a


@program((V, 2.0))
def helper_that_swaps(v, x):
    """The results of a helper are its arguments."""
    a, b = swap(v, x)
    c, d = swap(a, b)
    return np.sum(c * c * d) + a


@program((V,))
def reshaped_and_back(v):
    """Reshapes and transposes of one array."""
    m = v.reshape(3, 1)
    n = m.T
    return np.sum(m @ n) + np.sum(n.ravel() * v)


@program((V, True), (V, False))
def branch_that_chooses_an_alias(v, flag):
    """Either the argument or something new."""
    y = v if flag else v * v
    return np.sum(y * v)


@program((V, 3), (V, 0))
def loop_that_keeps_the_first(v, n):
    """What the loop starts with is read after it."""
    first = y = v
    for _ in range(n):
        y = y * first
    return np.sum(y + first)


@program((V,))
def old_values_in_a_list(v):
    """Each round keeps what was before."""
    kept = []
    y = v
    for i in range(3):
        kept.append(y)
        y = y * (i + 1.5)
    return sum(np.sum(k * y) for k in kept)


@program((V,))
def row_of_a_stack(v):
    """The rows of a stack of one array."""
    m = np.stack([v, v, v])
    a, b, c = m
    return np.sum(a * b * c * m[0])


@program((0.5, 2.0))
def default_that_is_an_argument(x, y):
    """A default captures the value of its time."""
    f = lambda t, k=x: t * k
    x = y * 10
    return f(x) + f(x, k=x)


@program((V,))
def unpacked_and_packed_again(v):
    """Taken apart and put together in another order."""
    a, b, c = v
    w = np.array([c, a, b, a])
    return np.sum(w[:3] * v) * w[3]


@program((V, W))
def conditional_swap_in_a_loop(v, w):
    """Two names change places in some rounds only."""
    for i in range(4):
        if i % 2:
            v, w = w, v * 1.5
    return np.sum(v * v * w)


@program(((V, (W, 2.0)),))
def nested_argument_in_parts(p):
    """The same part by two ways."""
    a, (b, k) = p
    return np.sum(a * p[1][0]) * k + np.sum(b) * p[1][1]
