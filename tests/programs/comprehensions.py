"""List comprehensions: their scope, conditions and nesting."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])
A = np.array([[1.0, 2.0, -0.5], [0.25, -1.0, 3.0]])


@program((V,), (np.zeros(0),))
def squares(v):
    """A plain comprehension, over something or nothing."""
    return sum([x * x for x in v]) + 1.0


@program((V, 3.0))
def variable_shadows_an_argument(v, x):
    """The comprehension's `x` is not the argument, and leaves it alone."""
    y = [x * x for x in v]
    return y[0] + y[2] * x


@program((V, 3.0))
def variable_shadows_itself(v, x):
    """The iterable is evaluated outside, where `x` is still the argument."""
    return sum([x * i for i, x in enumerate([x, v[0], x * v[1]])]) + x


@program((V,))
def filtered(v):
    """A condition passes over elements."""
    return sum([x**3 for x in v if x > 0 if x < 9.0]) * len([x for x in v if x < 0])


@program((A,))
def two_levels(a):
    """Two loops in one comprehension, the second over the variable of the first."""
    return sum([x * i for i, row in enumerate(a) for x in row if x > 0])


@program((A,))
def nested(a):
    """A comprehension in a comprehension."""
    table = [[x * row[0] for x in row] for row in a]
    return np.array(table), sum([sum(row) for row in table])


@program((V,))
def made_into_arrays(v):
    """Lists of scalars and of arrays become arrays."""
    return np.array([x * v[0] for x in v]), np.stack([v * k for k in range(1, 3)]), np.concatenate([v, v * 2.0])


@program((V,))
def conditional_element(v):
    """The element is a conditional expression."""
    return [x if x > 0 else x * x for x in v]


@program((V, 2.0))
def walrus_inside(v, s):
    """The walrus binds in the function, not in the comprehension."""
    y = [(last := x * s) + last for x in v]
    return sum(y) * last


@program((V, V[::-1]))
def over_pairs(v, w):
    """Pairs are unpacked."""
    return sum([a * b**2 for a, b in zip(v, w, strict=True)]) + max([a - b for (a, b) in zip(v, w, strict=True)])


@program((1.5, 4), (1.5, 0))
def powers(x, n):
    """The count is known only when called."""
    return sum([x**k / (k + 1) for k in range(n)]) + x


@program((1.5, 2.5))
def within_a_loop(x, y):
    """A comprehension in each iteration reads what the loop carries."""
    values = [x, y]
    for i in range(3):
        values = [value * 0.5 + values[0] * i for value in values]
    return values


@program((V,))
def argument_of_a_call(v):
    """Comprehensions as arguments of `max`, `sorted` and `len`."""
    return max([x * x for x in v]) * sorted([-x for x in v])[1] + len([0 for _ in v])


@program((1.5,))
def constants_only(x):
    """Nothing in the comprehension is differentiated."""
    weights = [1.0 / k for k in range(1, 4)]
    return x * sum(weights) + x ** weights[1]


@program((V, 2.0))
def generator_as_argument(v, s):
    """A generator is used up at once by `sum` and `max`."""
    return sum(x * s for x in v if x > 0) * max(x * x for x in v) + sum(i * x for i, x in enumerate(v))


@program((1.5, 2.5))
def dict_comprehension(x, y):
    """A dict is built from pairs, and read by key."""
    table = {name: value * y for name, value in [("a", x), ("b", x * x), ("a", y)]}
    return table["a"] * table["b"] + len(table)


@program((1.5, 3))
def set_comprehension(x, n):
    """A set of integers decides."""
    return x ** len({k % 2 for k in range(n)}) * (x if 4 in {k * k for k in range(n)} else 1.0)
