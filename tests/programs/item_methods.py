"""`__setitem__` and `__delitem__` of classes, `_make` of named tuples, and `vars(obj)[key]`."""

from collections import namedtuple

import numpy as np

from programs.harness import program
from s2s_ad import MutationError, UnsupportedSyntaxError

V = np.array([0.5, -1.25, 2.0])
Pair = namedtuple("Pair", "a b")


class Shifted:
    """Doubles what is read, and adds to what is written."""

    def __init__(self, data):
        self.data = data
        self.writes = 0

    def __getitem__(self, i):
        return self.data[i] * 2.0

    def __setitem__(self, i, value):
        self.writes += 1
        self.data[i] = value + 1.0

    def __delitem__(self, i):
        del self.data[i]


class Frozen:
    """Can only be read."""

    def __getitem__(self, i):
        return i


@program((V,))
def items_of_a_list(x):
    """Each augmented assignment reads once and writes once."""
    a = Shifted([x, 2.0 * x, 3.0 * x])
    a[1] = x * x
    a[1] += x
    a[0] *= 2.0
    a[0], a[2] = a[2], a[0]
    del a[1]
    return a[1] * a[0] * a.writes


@program((V,))
def items_of_an_array(x):
    """In a loop, and under another name."""
    a = Shifted(x.copy())
    same = a
    a[1] = x[0] * 5.0
    same[0] += x[1]
    for i in range(3):
        if i != 1:
            a[i] = same[i] * x[2]
    return a.data * a.writes


@program((V,))
def key_of_several_parts(x):
    """The key is a tuple, or a slice."""

    class Grid:
        def __init__(self):
            self.cells = {}

        def __setitem__(self, key, value):
            self.cells[key] = value

        def __getitem__(self, key):
            return self.cells.get(key, 0.0)

    grid = Grid()
    for i in range(3):
        grid[i, i + 1] = x[i]
    grid[0, 1] += x[2]
    return grid[0, 1] * grid[2, 3] + grid[5, 5]


@program((V,), refused=MutationError)
def no_such_method(x):
    """Python raises a TypeError."""
    a = Frozen()
    a[0] = x
    return x


@program((V,))
def named_tuples_of_sequences(x):
    """Out of a list, a tuple, an iterator, and by the type of another one."""
    p = Pair._make([x, x * 2.0])
    q = Pair._make((p.a + 1.0, p.b))
    r = type(q)._make(map(np.sin, q))
    return p.a * q.b * r.a + Pair._make(v * 2.0 for v in r).b


@program((V, [1.0, 2.0]), (V, [3.0, 4.0]))
def named_tuple_of_an_argument(x, values):
    """The list's length is known when the program runs."""
    p = Pair._make(values)
    return x * p.a + p.b


@program((V, [1.0, 2.0, 3.0]), raises=TypeError)
def too_many_items(x, values):
    """More than there are fields."""
    return x * Pair._make(values).a


class Layer:
    """Has a property, and an attribute of the class."""

    scale = 3.0

    def __init__(self, w, b):
        self.w = w
        self.b = b

    @property
    def total(self):
        return self.w + self.b


@program((V,))
def attributes_by_vars(x):
    """What is read is what the object has now."""
    layer = Layer(x, 2.0 * x)
    a = vars(layer)["b"] * x
    layer.b = x * x
    for name in ("w", "b"):
        a = a + vars(layer)[name]
    return a


@program((V, "scale"), (V, "total"), (V, "missing"))
def not_its_own(x, name):
    """Of the class, a property, or nothing at all."""
    try:
        return vars(Layer(x, x))[name]
    except KeyError:
        return x * 7.0


@program((V,), refused=UnsupportedSyntaxError)
def vars_as_a_value(x):
    """The dict is the object's own."""
    layer = Layer(x, x)
    d = vars(layer)
    layer.w = x * x
    return d["w"]


@program((V, ["w", "b"]), refused=UnsupportedSyntaxError)
def vars_by_a_late_name(x, names):
    """The attributes may be of different kinds."""
    layer = Layer(x, x)
    for name in names:
        x = x + vars(layer)[name]
    return x
