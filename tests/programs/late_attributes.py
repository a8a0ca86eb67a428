"""Attributes that are set late: in a method, on one side of an `if`, in a loop; and those that a class gives first."""

import numpy as np

from programs.harness import program

X = np.array([0.7, 1.2, 0.4])
Y = np.array([1.1, 0.6, 1.4])


class _Bare:
    pass


class _Value:
    def __init__(self, v):
        self.v = v

    def touch(self, s):
        self.t = self.v * s
        return self.t


class _Layer:
    def __init__(self, w):
        self.w = w

    def forward(self, x):
        self.x = x
        return np.tanh(self.w * x)

    def backward(self, y_bar):
        self.w_bar = y_bar * self.x
        return y_bar * self.w


class _Net:
    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, y_bar):
        for layer in reversed(self.layers):
            y_bar = layer.backward(y_bar)

    def step(self, rate):
        for layer in self.layers:
            layer.w = layer.w - rate * layer.w_bar


class _Total:
    count = 0
    total = 0.0
    best = None

    def add(self, v):
        self.count += 1
        self.total += v
        if self.best is None or v > self.best:
            self.best = v


@program((X, Y), same_as=lambda x, y: np.tanh(y * np.tanh(x * x)).sum() + (np.tanh(x * x) ** 2).sum())
def input_that_a_layer_keeps(x, y):
    """Each layer keeps its input when it is first called."""
    net = _Net([_Layer(x), _Layer(y)])
    return net.forward(x).sum() + (net.layers[1].x ** 2).sum()


@program((X, Y))
def training(x, y):
    """Two steps of training by hand, of which the result is differentiated."""
    net = _Net([_Layer(x), _Layer(y * 1.0)])
    for _ in range(2):
        net.backward(net.forward(x) - y)
        net.step(0.1)
    return ((net.forward(x) - y) ** 2).sum()


@program((X, Y), same_as=lambda x, y: ((x + y) ** 2).sum())
def set_in_a_loop(x, y):
    """An attribute that the loop sets each time."""
    o = _Bare()
    for i in range(2):
        o.a = x * i + y
    return (o.a**2).sum()


@program((X, Y), same_as=lambda x, y: ((x * y) ** 2).sum())
def set_on_one_side(x, y):
    """And read after it."""
    o = _Bare()
    if x[0] > 0:
        o.a = x * y
    return (o.a**2).sum()


@program((X, Y), same_as=lambda x, y: (x**2).sum())
def never_set(x, y):
    """Another attribute is not set on the way that is taken."""
    o = _Bare()
    if x[0] > 9:
        o.b = x * y
    o.a = x
    return (o.a**2).sum()


@program((X, Y), same_as=lambda x, y: ((x * y * x) ** 2).sum() + (x * y).sum())
def one_after_the_other(x, y):
    """One attribute is set from the other, in turn."""
    o = _Bare()
    o.a = x
    for i in range(3):
        if i == 1:
            o.b = o.a * y
        if i == 2:
            o.a = o.b * x
    return (o.a**2).sum() + o.b.sum()


@program((X, Y))
def first_and_then(x, y):
    """The first round sets, the others add and write."""
    o = _Bare()
    for i in range(3):
        if i > 0:
            o.s = o.s + x * i
        else:
            o.s = y * 1.0
        o.s[0] = o.s[1] * 2
    return (o.s**2).sum()


@program((X, Y), same_as=lambda x, y: y[0] ** 2 + 2 * x[1] ** 2 + 3 * x[2] ** 2)
def list_made_late(x, y):
    """A list that the first round makes."""
    o = _Bare()
    for i in range(3):
        if i > 0:
            o.log.append(x[i])
        else:
            o.log = [y[0]]
    return sum((k + 1) * v * v for k, v in enumerate(o.log))


@program((X, Y), same_as=lambda x, y: 2 * x[2] * y[0])
def numbers(x, y):
    """A float and an int."""
    o = _Bare()
    for i in range(3):
        o.n = i
        o.t = x[i] * y[0]
    return o.t * o.n


@program((X, Y), same_as=lambda x, y: ((x * y) ** 2).sum())
def left_by_break(x, y):
    """The loop is left before the second is set."""
    o = _Bare()
    while True:
        o.z = x * y
        if o.z.sum() > 0:
            break
        o.w = x
    return (o.z**2).sum()


@program((X, Y))
def items_some_of_which_have_it(x, y):
    """Of three objects in a list, two have it."""
    os, s = [_Value(x), _Value(y), _Value(x * y)], 0.0
    for i, o in enumerate(os):
        if i != 1:
            s = s + o.touch(y[0]).sum()
    return s + (os[2].t * os[0].t).sum()


@program((X, Y))
def items_read_in_the_next_round(x, y):
    """What a round sets, the next one reads."""
    os = [_Value(x), _Value(y)]
    for k in range(3):
        for o in os:
            if k:
                o.v = o.v + o.t
            o.touch(0.5)
    return (os[0].v * os[1].t).sum()


@program((X, Y), same_as=lambda x, y: ((y * x * y) ** 2).sum())
def in_a_try(x, y):
    """The handler sets what the body did not get to."""
    o = _Bare()
    try:
        o.a = x * y
        if x[0] > 0:
            raise ValueError
        o.b = x
    except ValueError:
        o.b = y * o.a
    return (o.b**2).sum()


@program((X, Y), same_as=lambda x, y: (x * (x + y)).sum())
def two_names(x, y):
    """Set under one name, read under the other."""
    o = _Value(x)
    p = o
    for i in range(2):
        p.n = x * i
        o.m = p.n + y
    return (o.n * p.m).sum()


@program((X, Y))
def written_to_later(x, y):
    """An array that is set and then written to."""
    o = _Bare()
    for i in range(3):
        if i == 2:
            o.a[0] = o.a[1] * 5
            o.a *= y
        else:
            o.a = x * (i + 1.0)
    return (o.a**2).sum()


@program((X, Y), same_as=lambda x, y: (x * y).sum())
def made_by_a_function(x, y):
    """Objects with different attributes out of one function."""

    def make(i):
        o = _Bare()
        if i > 0:
            o.a = x * i
        else:
            o.b = y
        return o

    return (make(1).a * make(0).b).sum()


@program((X, Y), same_as=lambda x, y: (x * y * 3).sum() + y.sum())
def different_items_of_a_list(x, y):
    """Objects with different attributes in a list."""
    os = []
    for i in range(3):
        o = _Bare()
        if i % 2:
            o.a = x * i
        else:
            o.b = y * (i + 1)
        os.append(o)
    return (os[1].a * os[2].b).sum() + os[0].b.sum()


@program((X, Y), same_as=lambda x, y: (2 * x * y).sum() + x.sum())
def different_items_of_a_dict(x, y):
    """The same under late keys."""
    d = {}
    for i in range(3):
        o = _Value(x * i)
        if i == 2:
            o.extra = y * o.v
        d[i] = o
    return d[2].extra.sum() + d[1].v.sum()


@program((X, Y))
def recurrence(x, y):
    """A state that the first step sets up."""
    o, i = _Bare(), 0
    while i < 3:
        if i:
            o.h = np.tanh(o.h * x + o.g)
        else:
            o.h = y
        o.g = o.h * 0.5
        i += 1
    return o.h.sum() + (o.g**2).sum()


@program((X, Y), same_as=lambda x, y: (x * y).sum() / 3)
def defaults_of_the_class(x, y):
    """What the class has, until the object has its own."""
    a = _Total()
    for v in x * y:
        a.add(v)
    return a.total / a.count


@program((X, Y), same_as=lambda x, y: (x * y).max())
def default_that_is_none(x, y):
    """None is what the class has."""
    a = _Total()
    for v in x * y:
        a.add(v)
    return a.best


@program((X, Y), same_as=lambda x, y: 3 * x.sum() * y[0])
def one_with_and_one_without(x, y):
    """Two objects, of which only one gets its own."""
    a, b = _Total(), _Total()
    for v in x:
        a.add(v * y[0])
    return a.total * 2 + b.total + b.count + (a.total if a.count > 2 else 0.0)


class _Dense:
    def __init__(self, w, b):
        self.w = w
        self.b = b

    def forward(self, x):
        self.x = x
        self.y = np.tanh(self.w * x + self.b)
        return self.y

    def backward(self, g):
        d = g * (1.0 - self.y**2)
        self.dw = d * self.x
        self.db = d
        return d * self.w

    def step(self, rate):
        self.w -= rate * self.dw
        self.b -= rate * self.db


def _trained(layers, x, rounds):
    for _ in range(rounds):
        h = x
        for layer in layers:
            h = layer.forward(h)
        g = 2.0 * h
        for layer in reversed(layers):
            g = layer.backward(g)
        for layer in layers:
            layer.step(0.1)
    h = x
    for layer in layers:
        h = layer.forward(h)
    return np.sum(h**2)


def _trained_plain(w):
    x = w[::-1] * 0.7
    ws, bs = [w * 1.0, w * 2.0], [w * 0.5, w * 0.1]
    for _ in range(2):
        hs = [x]
        for v, b in zip(ws, bs, strict=True):
            hs.append(np.tanh(v * hs[-1] + b))
        g, news = 2.0 * hs[-1], []
        for i in (1, 0):
            d = g * (1.0 - hs[i + 1] ** 2)
            news.append((ws[i] - 0.1 * d * hs[i], bs[i] - 0.1 * d))
            g = d * ws[i]
        ws, bs = [news[1][0], news[0][0]], [news[1][1], news[0][1]]
    for v, b in zip(ws, bs, strict=True):
        x = np.tanh(v * x + b)
    return np.sum(x**2)


@program((X,), same_as=_trained_plain)
def layers_that_train_in_place(w):
    """Layers that keep their inputs, the first of which is the same in each round, and write to their weights."""
    return _trained([_Dense(w * 1.0, w * 0.5), _Dense(w * 2.0, w * 0.1)], w[::-1] * 0.7, 2)


@program((X,))
def as_many_layers_as_wanted(w):
    """The same with a list that a comprehension makes, of the argument itself."""
    return _trained([_Dense(w * (i + 1.0), w / (i + 2.0)) for i in range(3)], w, 1)


class _Network:
    def __init__(self, w):
        self.layers = [_Dense(w * (i + 1.0), w * 0.1) for i in range(2)]

    def forward(self, h):
        for layer in self.layers:
            h = layer.forward(h)
        return h

    def train(self, x, target):
        g = self.forward(x) - target
        for layer in reversed(self.layers):
            g = layer.backward(g)
        for layer in self.layers:
            layer.w -= 0.2 * layer.dw
            layer.b -= 0.2 * layer.db


@program((X,))
def a_network_with_a_step_of_its_own(w):
    """Two inputs in turn, each of which is used again."""
    network, other = _Network(w), w[::-1] * 0.3
    for _ in range(2):
        network.train(w, 0.5)
        network.train(other, -0.5)
    return np.sum(network.forward(w) ** 2) + np.sum(other * w)


class _Bunch:
    def __init__(self, **parts):
        self.__dict__.update(parts)


class _Rows:
    def __init__(self, x, n):
        for i in range(n):
            setattr(self, f"row_{i}", x * i)
            self.last = x[i]


class _MayHave:
    def __init__(self, w, b=None):
        self.w = w
        if b is not None:
            self.b = b

    def value(self):
        return self.w * self.b if hasattr(self, "b") else self.w


@program((X, Y), same_as=lambda x, y: (x * y * np.exp(x)).sum())
def attributes_of_keywords(x, y):
    """They are put into the dict of the object, before it is made and after."""
    both = _Bunch(a=x, b=y)
    both.__dict__.update(c=np.exp(both.a))
    return (both.a * both.b * both.c).sum()


@program((X,), same_as=lambda x: (x * 2 * x).sum() + x[2])
def attributes_named_in_a_loop(x):
    """The names are written with the number of the round."""
    rows = _Rows(x, 3)
    return (rows.row_1 * rows.row_2).sum() + rows.row_0.sum() + rows.last


@program((X, Y), same_as=lambda x, y: x[0] + x[1] * y[1] + x[2])
def objects_of_which_some_have_more(x, y):
    """In a loop over a few indices it is known which object is which."""
    total = 0.0
    for i in range(3):
        one = _MayHave(x[i], y[i]) if i == 1 else _MayHave(x[i])
        total += one.value()
    return total


class Machine:
    """What it does next depends on its state."""

    def __init__(self, x):
        self.state, self.x = "open", x

    def on_open(self, by):
        """Goes on."""
        self.x = self.x * by
        return "shut"

    def on_shut(self, by):
        """Goes back."""
        self.x = self.x**2 + by
        return "open"

    def on_both(self, by, more):
        """Takes two."""
        return by * more

    def run(self, n):
        """Some steps."""
        for _ in range(n):
            self.state = getattr(self, "on_" + self.state)(0.3)
        return self.x


@program((1.3, 5), (1.3, 0))
def by_a_name_put_together(x, n):
    """It begins as the methods do."""
    return Machine(x).run(n)


class Teller:
    """Methods that write to nothing."""

    def tell_one(self, x):
        """Takes one."""
        return x**2

    def tell_both(self, x, y):
        """Takes two."""
        return x * y


@program((1.3,), (0.7,), (-1.0,))
def by_a_name_of_another_kind(x):
    """There is no such method, or it takes another number of arguments."""
    teller, name = Teller(), "both" if x > 1 else "none" if x > 0 else "one"
    try:
        r = getattr(teller, f"tell_{name}")(x)
    except AttributeError:
        r = x * 3
    except TypeError:
        r = x * 2
    return r * x
