"""Lists, tuples, dicts and sets: built, taken apart, passed in and passed out."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])
LAYERS = [(np.array([[1.0, 0.5], [-0.5, 2.0]]), np.array([0.1, -0.2])), (np.array([[0.3], [0.7]]), np.array([0.05]))]


@program((1.5, 2.5))
def unpacking(x, y):
    """Starred and nested targets."""
    (a, *b), [c, (d, *e)] = (x, y, x * y), [x + y, (y, x, 2.0)]
    first, *_, last = [*b, c, *e]
    return a * b[1] + c * d + first * last + len(e)


@program((V,))
def unpacked_array(v):
    """An array is unpacked into its elements."""
    a, b, c = v
    first, *rest = v
    return a * b + c * first + rest[0] * rest[1]


@program(((1.5, 2.5),), ([1.5, 2.5],))
def pair_as_argument(p):
    """The cotangent of a tuple is a tuple, that of a list is a list."""
    a, b = p
    return a * b + p[0]


@program(({"x": 1.5, "w": V, "name": "point", "n": 2},))
def dict_as_argument(d):
    """The dict holds things without a cotangent beside things with one, and one entry is not read."""
    return d["x"] * d["n"] + d["x"] ** 2 if d["name"] == "point" else d["w"]


@program(([1.0, (2.0, [3.0, {"a": 4.0, "b": [V]}])],))
def deep_argument(t):
    """Five levels of nesting."""
    return t[0] * t[1][0] + t[1][1][0] * t[1][1][1]["a"] + t[1][1][1]["b"][0].sum()


@program((LAYERS, np.array([[0.5, 1.5], [-1.0, 0.25]])))
def layers(params, x):
    """A list of pairs of weights and biases, as a network holds them."""
    for w, b in params:
        x = np.tanh(x @ w + b)
    return x


@program((V,), (np.zeros(0),))
def list_of_squares(v):
    """The list grows in a loop, or stays empty."""
    ys = []
    for x in v:
        ys.append(x * x)
    return sum(ys) * 2.0


@program((V,))
def appended_and_stacked(v):
    """Rows are collected and stacked."""
    rows = []
    row = v
    for i in range(3):
        row = row[::-1] * 0.5 + i
        rows.append(row * v[i])
    return np.stack(rows), np.array(rows).sum(axis=0)


@program((1.5,))
def list_read_while_it_grows(x):
    """Each element is made from the two before."""
    ys = [x, x * x]
    for i in range(4):
        ys.append(ys[-1] * 0.5 + ys[i])
    return ys[-1] * ys[2]


@program((1.5, 2.5))
def list_returned(x, y):
    """The result is a list that was built in two loops."""
    ys = [x]
    for i in range(2):
        ys.append(ys[i] * y)
    for i in (2, 0):
        ys.append(ys[i] + x)
    return ys


@program((1.5, 2.5))
def list_arithmetic(x, y):
    """Concatenation, repetition and slices of lists and tuples."""
    values = [x, y] + [x * y] * 2
    pair = (y,) + (x, y)
    return values[-1] * values[1:][0] + len(values[::2]) * pair[-2] + sum(values[1:3]) + sum(pair * 2)


@program((1.5, 2.5))
def dict_display(x, y):
    """Displays with `**`, where the later entry wins."""
    base = {"a": x, "b": y}
    more = {**base, "b": x * y, "c": [x]}
    return more["a"] * more["b"] + more["c"][0] * base["b"] + len(more)


@program((1.5, 2.5))
def dict_returned(x, y):
    """The order of the keys is part of the result."""
    return {"z": x * y, "a": [y, (x, 3)], "flag": x > y, 1: V * x}


@program((1.5,))
def returned_with_constants(x):
    """Parts of the result that do not depend on the argument: a float, an array, an integer, a string, None."""
    return x * x, 2.0, V, 3, "text", None, [], ()


@program((1.5, 2.5), (2.5, 1.5))
def ordered(x, y):
    """`sorted`, `min` and `max` of lists pick."""
    low, middle, high = sorted([x * y, x, y])
    return low * 2.0 + middle * high + min([x, y * 2.0]) * max((x, y, 0.5))


@program(([2.0, 0.5, 1.0],))
def sorted_backwards(values):
    """`sorted` with `reverse`, then picked by index."""
    descending = sorted(values, reverse=True)
    return descending[0] * 3.0 + descending[2] ** 2


@program((1.5, 2.5))
def deleted(x, y):
    """A local is deleted, and its name is bound again."""
    t = x * y
    u = t * t
    del t
    t = u + x
    del u
    return t * y


@program((V, [1.0, 2.0]))
def aliased_list(v, values):
    """Two names of one list; appending by one shows through the other."""
    ys = [v[0]]
    zs = ys
    zs.append(v[1] * values[1])
    ys.append(zs[0] * zs[1])
    return sum(zs) * len(ys)


@program((1.5,))
def list_of_lists(x):
    """Lists grow within a list."""
    table = []
    for i in range(3):
        row = []
        for j in range(i + 1):
            row.append(x**j * (i + 1))
        table.append(row)
    s = 0.0
    for row in table:
        s += row[-1] * len(row)
    return s + table[1][0] * table[2][1]


@program((1.5, 3), (1.5, 0))
def same_list_twice(x, n):
    """One list is an element twice."""
    row = [x] * n + [x * x]
    rows = [row, row]
    return rows[0][0] * rows[1][-1] + sum(rows[0])


@program((1.5, {1, 2}), (1.5, {2}))
def sets(x, members):
    """Sets decide, and hold nothing that is differentiated."""
    return x * x if 1 in members | {5} else x * len({1, 2, 2})


@program(([V, 2 * V, 3 * V],))
def list_of_arrays(vs):
    """A list of arrays is summed, concatenated and indexed from the end."""
    return np.concatenate(vs[1:]), sum(vs) * vs[-1], len(vs) * vs[0]


@program(([1, 2.0, True, 3.0],))
def mixed_list(values):
    """Integers and booleans among floats."""
    s = 0
    for value in values:
        s = s + value * value
    return s


@program((1.5, 2.5))
def tuple_through_a_branch(x, y):
    """A tuple is carried by a loop and changed in an arm."""
    state = (x, y, 0)
    for i in range(4):
        a, b, n = state
        state = (a * b, a + 0.1, n + 1) if i % 2 else (b, a, n)
    return state[0] * state[1] * state[2]


@program((1.5, 2.5))
def dict_through_a_loop(x, y):
    """A dict is carried by a loop and built anew in each iteration."""
    state = {"position": x, "velocity": y}
    for _ in range(3):
        state = {"position": state["position"] + 0.1 * state["velocity"], "velocity": -0.5 * state["position"]}
    return state


@program((V,))
def shape_unpacked(v):
    """Shapes are tuples of integers."""
    a = v[:, None] * v
    rows, columns = a.shape
    n, *_ = v.shape + a.shape
    return a.sum() * rows / columns + v[n - 1]


@program((1.5,))
def read_whole_while_it_grows(x):
    """Each sum is over as many items as there are by then."""
    items = [x]
    s = x
    for _ in range(3):
        s = s + sum([v * v for v in items])
        items.append(s)
    return s


@program(([0.5, 1.2, -0.7],), ([0.5],))
def last_item_apart(xs):
    """The pieces of the list are the whole of it."""
    total = 1.0
    for x in xs[:-1]:
        total = total * np.sin(x)
    return total * xs[-1] ** 2


@program(([0.5, 1.2, -0.7],), ([0.5],))
def slices_that_meet(xs):
    """Cut off at the end of the list, one of them may be empty."""
    return sum([x**3 for x in xs[:2]]) + 2 * sum([x**2 for x in xs[2:]]) * len(xs)


@program(([0.5, 1.2, -0.7],), ([0.5],))
def both_ends(xs):
    """Of a list of one item, the first is the last."""
    return xs[0] * (1.0 + sum([x**2 for x in xs[1:-1]])) * xs[-1]


@program(([0.5, 1.2, -0.7],))
def piece_without_derivative(xs):
    """Nothing comes back from one of the pieces."""
    return xs[0] ** 2 * len(xs[1:])


@program(([0.5, 1.2, -0.7],))
def piece_in_a_branch(xs):
    """Which piece counts depends on the data."""
    if xs[0] > 0:
        return xs[0] * 3.0
    return sum(xs[1:])
