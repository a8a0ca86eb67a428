"""Functions out of tables, and one of several functions, which of them is known late."""

import numpy as np

from programs.harness import program

X = np.array([0.7, 1.3, 0.2])
TABLE = {"sine": np.sin, "square": lambda v: v * v, "twice": lambda v: 2.0 * v}
STEPS = [np.sin, np.exp]


def square(v):
    return v * v


@program(({"first": np.sin, "second": square}, X), ({"first": square, "second": np.exp}, X))
def table_as_argument(functions, x):
    """A dict of functions is passed; each dict has code of its own."""
    return np.sum(functions["first"](x) * functions["second"](x))


@program(([np.sin, square], X), ([np.exp], X), ([], X))
def pipeline(functions, x):
    """A list of functions, one after the other."""
    for f in functions:
        x = f(x)
    return np.sum(x)


@program(([np.sin, square], (2.0, 3.0), X))
def pipeline_with_weights(functions, weights, x):
    """Each function goes with a number."""
    for f, w in zip(functions, weights):
        x = f(w * x)
    return np.sum(x)


@program(({"f": np.sin, "w": 2.0, "b": X}, X))
def functions_beside_numbers(layer, x):
    """A dict of a function, a number and an array: the latter two have cotangents."""
    return np.sum(layer["f"](layer["w"] * x + layer["b"]))


@program((np.array([0.3, 0.4, 0.5]), "square"), (X, "sine"))
def global_table_by_name(x, name):
    """The name is an argument."""
    return np.sum(TABLE[name](x) * x)


@program((X, 0), (X, 1), (X, -1))
def global_list_by_number(x, i):
    """The number is known only when the function runs."""
    return np.sum(STEPS[i](x) ** 2)


@program((X,))
def all_of_a_table(x):
    """Every function of a global dict, with its name."""
    total = 0.0
    for name, f in TABLE.items():
        total += np.sum(f(x)) * len(name)
    return total


@program((X,), (np.array([0.4, 0.3, 0.9]),))
def one_of_two_nested(x):
    """Both have captured something that is differentiated."""

    def scaled(v):
        return v * x[0]

    def shifted(v):
        return v + x[1]

    h = scaled if x[0] > 0.5 else shifted
    return h(x[2]) ** 2 + h(h(x[1]))


@program((X,), (np.array([0.4, 0.3, 0.9]),))
def nested_or_not(x):
    """One is nested, and reads a variable that is assigned after the choice; the other is NumPy's."""
    k = 2.0 * x[0]
    if x[1] > 1:
        h = lambda v: v * k
    else:
        h = np.sin
    k = x[1] ** 2
    return h(x[2]) * h(k)


@program((X,), (-X,))
def lambdas_on_the_spot(x):
    """They are made where they are chosen, and passed on."""

    def apply(f, v):
        return f(v) * x[1]

    h = (lambda v: v**2) if x[0] > 0 else (lambda v: v**3 * x[2])
    return apply(h, x[2]) + apply(h, x[0])


@program((X,), (np.array([0.4, 1.3, 0.2]),))
def defined_on_either_side(x):
    """The name is that of one function or of another."""
    if x[0] > 0.5:

        def h(v):
            return v * x[1]

    else:

        def h(v):
            return v * v * x[2]

    total = 0.0
    for v in x:
        total += h(v)
    return total


@program((X,), (np.array([0.4, 1.3, 0.2]),))
def choice_in_a_loop(x):
    """Each round chooses anew."""
    total = 0.0
    for v in x:

        def f(u):
            return u * v

        def g(u):
            return u * u * total

        h = f if v > 0.5 else g
        total += h(x[1])
    return total


@program((X,), (np.array([0.4, 0.9, 0.2]),))
def choice_of_a_choice(x):
    """One of two, of which one is one of two."""

    def f(v):
        return v * x[0]

    def g(v):
        return v * v

    h = f if x[0] > 0.5 else g
    k = h if x[1] > 1.0 else np.cos
    return k(x[2]) + h(x[1])
