"""Attributes that are set: under several names of an object, in branches, loops, callees and methods."""

import dataclasses
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from programs.harness import program
from s2s_ad import MutationError

X = np.array([0.3, 0.7, 1.1, -0.4])
W = np.array([[0.2, -0.1, 0.4, 0.3], [0.5, 0.3, -0.2, 0.1], [0.1, 0.2, 0.6, -0.3], [-0.4, 0.2, 0.1, 0.7]])


class Particle:
    """A place and a velocity."""

    def __init__(self, x, v):
        self.x = x
        self.v = v

    def kick(self, force, dt):
        """A step of a symplectic integrator."""
        self.v += dt * force
        self.x += dt * self.v

    @property
    def energy(self):
        """That of an oscillator."""
        return 0.5 * self.v**2 + 0.5 * self.x**2

    @energy.setter
    def energy(self, value):
        self.v = np.sqrt(2 * value)


class Cell:
    """A recurrent cell that keeps its state."""

    def __init__(self, w, h):
        self.w = w
        self.h = h

    def __call__(self, x):
        self.h = np.tanh(self.w @ self.h + x)
        return self.h


class Momentum:
    """An optimiser."""

    def __init__(self, rate, decay):
        self.rate, self.decay = rate, decay
        self.m = 0.0
        self.count = 0

    def step(self, w, g):
        """One step downhill."""
        self.count += 1
        self.m = self.decay * self.m + g
        return w - self.rate * self.m


class Outer:
    """An object in an object."""

    def __init__(self, inner, scale):
        self.inner = inner
        self.scale = scale


class Slotted:
    """Without a dict."""

    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a = a
        self.b = b


@dataclass
class Pair:
    """Two numbers."""

    a: float
    b: float = 2.0

    def swap(self):
        """In place."""
        self.a, self.b = self.b, self.a

    def __iadd__(self, other):
        self.a += other
        return self


@dataclass(frozen=True)
class Fixed:
    """Cannot be set."""

    a: float


@program((0.7,))
def set_and_read(x):
    """What is read is what was set."""
    p = Particle(x, x * x)
    p.x = p.x * p.v
    p.v += 3 * p.x
    return p.x * p.v


@program((0.7,))
def read_before_and_after(x):
    """A read before the write keeps what was there."""
    p = Particle(x, 2.0)
    before = p.x
    p.x = before * before + 1.0
    return before * p.x


@program((0.7,))
def overwritten_without_being_read(x):
    """What was there first is of no account."""
    p = Particle(x, x)
    p.x = np.sin(x)
    p.x = np.cos(x)
    return p.x * p.v


@program((0.7,))
def two_names(x):
    """One object under two names."""
    p = Particle(x, 1.0)
    q = p
    q.x = x * x
    p.v = q.x * 3.0
    return q.v * p.x


@program((0.7,))
def a_new_attribute(x):
    """One that the constructor has not set."""
    p = Particle(x, 1.0)
    p.mass = x * x
    return p.mass * p.x


@program((0.7,))
def another_kind(x):
    """A number becomes an array."""
    p = Particle(x, 1.0)
    p.x = np.array([p.x, p.x * p.x, 1.0])
    return np.sum(p.x * p.x)


@program((X,))
def array_in_place_through_an_attribute(x):
    """The array of an attribute is written to, and seen under its other name."""
    a = x.copy()
    p = Particle(a, 1.0)
    p.x[1] = x[0] * 2.0
    a[2] *= x[3]
    return np.sum(p.x * a)


@program((X,))
def augmented_array(x):
    """`p.x += y` writes to the array itself."""
    a = x.copy()
    p = Particle(a, 1.0)
    p.x += x[0]
    return np.sum(a * p.x)


@program((X,))
def array_that_is_replaced(x):
    """The old array lives on, under its own name."""
    a = x.copy()
    p = Particle(a, 1.0)
    p.x = x * 2.0
    p.x[0] = x[1]
    a[1] = x[0] * x[1]
    return np.sum(a * p.x)


@program((X,))
def array_set_and_written_later(x):
    """What was set is written to under another name."""
    p = Particle(0.0, 1.0)
    a = x * x
    p.x = a
    a[0] = x[2] * 5.0
    return np.sum(p.x * x)


@program((X,))
def two_objects_with_one_array(x):
    """Both see the write."""
    a = x * x
    p, q = Particle(a, 1.0), Particle(x, 2.0)
    q.x = p.x
    q.x[1] = x[0]
    p.x[2] = 3.0 * x[0]
    return np.sum(p.x * q.x)


@program((0.7,), (-0.7,))
def on_both_sides(x):
    """Different values on the sides of an `if`."""
    p = Particle(x, 1.0)
    if x > 0:
        p.x = x * x
    else:
        p.x = -x
    return p.x * p.v * x


@program((0.7,), (-0.7,))
def on_one_side(x):
    """Or what was there before."""
    p = Particle(x, x * 3.0)
    if x > 0:
        p.x = p.v * p.v
        p.v = 2.0 * x
    return p.x * p.v


@program((0.7,), (-0.7,))
def alias_in_a_branch(x):
    """A write by another name, on one side."""
    p = Particle(x, 1.0)
    q = p
    if x > 0:
        q.v = x**3
    return p.v * q.x


@program((0.7,), (-0.7,))
def early_return(x):
    """A write on a way that leaves."""
    p = Particle(x, 1.0)
    if x < 0:
        p.v = x * 4.0
        return p.v * p.x
    p.v = x**2
    return p.v + p.x


@program((0.7,))
def in_a_loop(x):
    """A method that writes to `self`."""
    p = Particle(x, 1.0)
    for _ in range(4):
        p.kick(-np.sin(p.x), 0.1)
    return p.energy


@program((0.7, 0), (0.7, 1), (0.7, 3))
def loop_of_unknown_length(x, n):
    """Also one that never runs."""
    p = Particle(x, 1.0)
    for i in range(n):
        p.x = p.x * p.v
        p.v = p.v + x * i
    return p.x + p.v * x


@program((0.7,))
def while_loop(x):
    """A loop that ends by what it writes."""
    p = Particle(x, 0.0)
    while p.x < 5.0:
        p.x = p.x * 1.5 + x
        p.v += 1.0
    return p.x * p.v


@program((0.7,))
def loop_with_break(x):
    """An exit between two writes."""
    p = Particle(x, 1.0)
    for i in range(10):
        p.x = p.x * 1.3
        if p.x > 1.8:
            break
        p.v = p.v + p.x * i
    return p.x * p.v


@program((X,))
def nested_loops(x):
    """Written in the inner loop, read in the outer."""
    p = Particle(0.0, 1.0)
    total = 0.0
    for a in x:
        for b in x:
            p.x = p.x + a * b * p.v
        p.v = p.v * 0.5 + p.x
        total = total + p.v
    return total * p.x


@program((X,))
def branch_in_a_loop(x):
    """Some rounds write."""
    p = Particle(1.0, 0.0)
    for a in x:
        if a > 0.5:
            p.x = p.x * a
        else:
            p.v = p.v + a * p.x
    return p.x * p.v


@program((W, X))
def recurrent_cell(w, x):
    """The state is kept by the object."""
    cell = Cell(w, np.zeros(4))
    loss = 0.0
    for t in range(3):
        loss = loss + np.sum(cell(x * (t + 1.0)) ** 2)
    return loss + np.sum(cell.h)


@program((W, X))
def two_cells(w, x):
    """One feeds the other."""
    first, second = Cell(w, x), Cell(w.T, np.ones(4))
    for _ in range(3):
        second(first(x))
    return np.sum(second.h * first.h)


@program((0.7,))
def optimiser(x):
    """With momentum and a count."""
    opt = Momentum(0.1, 0.9)
    w = x
    for _ in range(4):
        w = opt.step(w, 2.0 * w + x)
    return w * opt.m + opt.count


@program((0.7,))
def object_in_an_object(x):
    """Written through the outer one, read under its own name."""
    p = Particle(x, 1.0)
    o = Outer(p, 2.0)
    o.inner.x = x * x
    p.v = o.inner.x * o.scale
    o.scale = p.v
    return o.inner.v * o.scale * p.x


@program((0.7,))
def inner_is_replaced(x):
    """The old one goes on on its own."""
    p = Particle(x, 1.0)
    o = Outer(p, 2.0)
    o.inner = Particle(x * x, 3.0)
    o.inner.x = o.inner.x * 2.0
    p.x = x**3
    return o.inner.x * p.x * o.inner.v


@program((0.7,))
def object_in_tuple_and_dict(x):
    """Containers see the write."""
    p = Particle(x, 1.0)
    t = (p, 2.0)
    d = {"p": p, "t": t}
    t[0].x = x * x
    d["p"].v = t[0].x * 3.0
    return d["t"][0].v * p.x


@program((0.7,))
def in_a_callee(x):
    """A function that writes to its argument."""

    def double(p, by):
        p.x = p.x * by
        return p

    p = Particle(x, 1.0)
    q = double(p, x)
    q.v = q.x * 2.0
    return double(p, 3.0).x * p.v


def _scale(p, by):
    p.x *= by
    if by > 0.5:
        p.v = by * p.x


def _deep(o, by):
    _scale(o.inner, by)
    o.scale = o.inner.v * by


@program((0.7,))
def in_callees_at_depth(x):
    """A callee of a callee."""
    o = Outer(Particle(x, 1.0), x)
    _deep(o, x)
    _deep(o, x * x)
    return o.scale * o.inner.x


@program((0.7,))
def captured(x):
    """A nested function writes to what it has captured."""
    p = Particle(x, 1.0)

    def add(y):
        p.x = p.x + y * p.v
        p.v = p.v * y

    add(x)
    add(x * 2.0)
    return p.x * p.v


@program((0.7,))
def counter_of_calls(x):
    """An object counts what is done."""
    count = SimpleNamespace(n=0, total=0.0)

    def f(y):
        count.n += 1
        count.total += y * y
        return y * count.total

    return f(x) * f(2 * x) + f(3 * x) * count.n


@program((0.7,))
def property_setter(x):
    """A property that computes what it sets."""
    p = Particle(x, 1.0)
    p.energy = x**3
    p.energy *= 2.0
    return p.v * p.x


@program((0.7,))
def slots(x):
    """A class with `__slots__`."""
    s = Slotted(x, 1.0)
    s.a, s.b = s.b, s.a * x
    return s.a * s.b


@program((0.7,))
def swap(x):
    """Two attributes at once, of a dataclass."""
    p = Pair(x, x * x)
    p.swap()
    p.a *= 2.0
    p.swap()
    return p.a * p.b * p.b


@program((0.7,))
def in_place_operator(x):
    """`+=` writes to the object."""
    p = Pair(x)
    q = p
    p += x * x
    return q.a * p.b


@program((0.7,))
def by_setattr(x):
    """`setattr` and `getattr` with names that are known."""
    p = Pair(x)
    for name, by in (("a", 2.0), ("b", 3.0)):
        setattr(p, name, getattr(p, name) * by * x)
    return p.a * p.b


@program((0.7,))
def dataclass_replace_after_a_write(x):
    """A copy has what is there now, and goes on on its own."""
    p = Pair(x)
    p.b = x * 3.0
    q = dataclasses.replace(p, a=p.b)
    p.b = x**4
    return q.a * q.b * p.b


@program((0.7,))
def frozen_raises(x):
    """As in Python."""
    p = Fixed(x)
    try:
        p.a = 2.0
    except dataclasses.FrozenInstanceError:
        return p.a * 3.0
    return p.a


@program((X,))
def history_of_numbers(x):
    """Numbers that were read stay what they were."""
    p = Particle(1.0, 0.0)
    seen = []
    for a in x:
        seen.append(p.x)
        p.x = p.x * a + 1.0
    return seen[0] + seen[1] * seen[2] + p.x * seen[3]


@program((X,))
def array_of_an_attribute_in_a_loop(x):
    """In a loop that sets another attribute, it is still known which array this is."""
    p = Particle(np.zeros(4), 1.0)
    for i in range(4):
        p.x[i] = x[i] * p.v
        p.v = p.v + p.x[i]
    return np.sum(p.x * p.x)


@program((X, 0.5), (X, -0.5))
def array_and_attribute_on_different_sides(x, y):
    """One side sets an attribute, the other writes to the array of another one."""
    p = Particle(x.copy(), 1.0)
    v = p.x
    v[0] = y * 3.0
    if y > 0:
        p.v = p.v * y
    else:
        v[1] = y
    return np.sum(p.x) * p.v


@program((X, 0.5))
def array_written_before_a_loop(x, y):
    """The object goes into the loop with what has been written to its array."""
    p = Particle(x.copy(), 1.0)
    p.x[0] = y
    for _ in range(2):
        p.v = p.v * y
    return np.sum(p.x) * p.v


def _fill(p, x, y):
    for i in range(3):
        p.v = p.v * y
        p.x[i] = y * i + p.x[i] * x[i]
    return np.sum(p.x) * p.v


@program((X, 0.5))
def array_filled_beside_an_attribute(x, y):
    """As above, in a callee."""
    return _fill(Particle(x.copy(), 1.0), x, y)


@program((X,))
def old_array_kept_in_a_loop(x):
    """Each round makes a new array; the one of before is read too."""
    p = Particle(x, 0.0)
    for _ in range(3):
        old = p.x
        p.x = np.sin(old) + 0.5 * x
        p.v = p.v + np.sum(old * p.x)
    return p.v


@program((0.7,), (-0.7,))
def fresh_object_in_each_round(x):
    """An object that lives for one round."""
    total = 0.0
    for i in range(3):
        p = Particle(x, i * 1.0)
        if x > 0:
            p.x = p.x * p.v
        p.v += x
        total = total + p.x * p.v
    return total


@program((0.7,))
def shadowed(x):
    """The name goes on to another object."""
    p = Particle(x, 1.0)
    q = p
    p = Particle(x * x, 2.0)
    p.x = p.x * 3.0
    q.x = q.x * 5.0
    return p.x * q.x * q.v


@program((np.float32(0.7),))
def of_float32(x):
    """A number of single precision."""
    p = Particle(x, x * x)
    p.x = p.x * p.v
    return p.x * p.v


@program((0.7, 2))
def of_integers(x, n):
    """An integer becomes a float."""
    p = Particle(n, n)
    p.x = p.x * x
    p.v = p.v + 1
    return p.x * p.v


class Trace:
    """A list, an array and a dict, filled by methods."""

    def __init__(self, w):
        """Begin with nothing."""
        self.w = w
        self.seen = []
        self.table = np.zeros(3)
        self.cache = {}

    def note(self, i):
        """Append to the list."""
        self.seen.append(self.w * (i + 1))

    def put(self, i):
        """Write to the array."""
        self.table[i] = self.w**2 * i

    def at(self, i):
        """Look a power up, which is computed once."""
        if i not in self.cache:
            self.cache[i] = self.w**i
        return self.cache[i]


@program((0.7,))
def list_grows_by_a_method(x):
    """In a loop, on one side of a branch."""
    t = Trace(x)
    s = 0.0
    for i in range(4):
        if i != 1:
            t.note(i)
        s += t.seen[-1] ** 2 * i
    return s * len(t.seen)


@program((0.7,))
def array_filled_by_a_method(x):
    """In a loop, on one side of a branch, and read after it."""
    t = Trace(x)
    s = 0.0
    for i in range(3):
        if i != 1:
            t.put(i)
        s += t.table[i] * (i + x)
    return s + np.sum(t.table) * x


@program((0.7,))
def cache_filled_by_a_method(x):
    """In a loop that asks for some twice."""
    t = Trace(x)
    s = 0.0
    for i in range(5):
        s += t.at(i % 3) * (i + 1)
    return s * t.at(7)


@program((0.7,), (-0.7,), refused=MutationError)
def attribute_becomes_another_object(x):
    """In a loop, on one side of a branch: what is appended to, is one of two lists."""
    t = Trace(x)
    old = t.seen
    s = 0.0
    for i in range(4):
        t.note(i)
        if x > 0 and i == 2:
            t.seen = [x**3]
        s += t.seen[-1] * len(t.seen)
    return s + sum(old) * sum(t.seen)


@program((0.7,))
def two_objects_share_a_list(x):
    """What one appends, the other has."""
    t, u = Trace(x), Trace(x * x)
    u.seen = t.seen
    for i in range(3):
        t.note(i)
        u.note(i)
    return sum(t.seen) * u.seen[1]


def _note_and_put(t, x):
    for i in range(3):
        if x[i] > 0.5:
            t.note(i)
        t.table[i] = len(t.seen) * x[i]
    return sum(t.seen) + np.sum(t.table**2)


@program((X,))
def parts_of_an_argument(x):
    """A function that knows its object as an argument only writes to its parts, to one of them on one side."""
    return _note_and_put(Trace(x[0]), x) * _note_and_put(Trace(x[1]), x)


@program((X,))
def parts_of_an_inner_object(x):
    """Parts of what is a part."""
    t = Trace(x[0])
    t.inner = Trace(x[1])
    for i in range(3):
        if i != 1:
            t.inner.note(i)
        t.inner.table[i] = t.inner.seen[-1] * x[i]
    return sum(t.inner.seen) * np.sum(t.inner.table) + len(t.seen)


@program((X,))
def part_put_back(x):
    """A part is another object for a while, in each round."""
    t = Trace(x[0])
    for i in range(3):
        kept = t.seen
        t.seen = []
        t.note(i)
        kept.append(t.seen[0] * x[i])
        t.seen = kept
    return sum(t.seen) * len(t.seen)


@program((X,))
def array_attribute_in_a_loop(x):
    """Written in place while another attribute is set, in nested loops, with an `if`, and left early."""
    p = Particle(x.copy(), np.ones(4))
    for i in range(4):
        p.v -= 0.1 * p.x * x
        if i % 2 == 0:
            p.x = p.x + 0.1 * p.v
        for _ in range(2):
            p.v[1:] *= x[0]
            p.x = p.x * 1.1
        if np.sum(p.v) < -5.0:
            break
    return np.sum(p.v * p.x)


@program((X,))
def array_attribute_under_another_name(x):
    """A variable, a view and another object have the array too, and a loop may run no time at all."""
    v = np.ones(4)
    p, q, part = Particle(x.copy(), v), Particle(2.0 * x, v), v[1:3]
    for _ in range(3):
        p.x = p.x * x
        p.v += p.x
        q.v *= q.x
        part *= x[0]
        v[0] *= p.v[1]
    for _ in range(0):
        p.x = p.x * 2.0
        p.v += p.x
    before = np.sum(p.v * q.v)
    v[3] = x[0]
    return before * np.sum(p.v * p.x * v)


@program((X,))
def array_attribute_after_a_branch(x):
    """One side sets the other attribute."""
    p = Particle(x.copy(), np.ones(4))
    if x[0] > 0:
        p.x = p.x * x
    p.v += p.x
    p.v[0] *= x[1]
    return np.sum(p.v * p.x * p.v)


class InPlace:
    """An optimiser that keeps two arrays and counts."""

    def __init__(self, w):
        self.w, self.m, self.t = w, np.zeros_like(w), 0

    def step(self, gradient):
        """As Adam does it, without the second moment."""
        self.t += 1
        self.m *= 0.9
        self.m += 0.1 * gradient
        self.w -= 0.1 * self.m / (1.0 - 0.9**self.t)


@program((X,))
def optimiser_in_place(x):
    """Its method writes to two arrays in a loop, and sets a number."""
    s = InPlace(x.copy())
    for _ in range(4):
        s.step(2.0 * s.w * x)
    return np.sum(s.w * s.m)


@program((X,))
def objects_that_hold_objects(x):
    """An array two levels down, while attributes above it are set."""
    p = Particle(x.copy(), np.ones(4))
    b = SimpleNamespace(p=p, q=1.0)
    for _ in range(3):
        b.q = b.q * x[0]
        b.p.v += b.p.x * b.q
        p.x = b.p.x + p.v
    return np.sum(b.p.v * p.x) * b.q


@program((X,))
def array_in_a_dict_in_a_loop(x):
    """The same of a dict with known keys."""
    d = {"x": x.copy(), "v": np.ones(4), "n": 0}
    for _ in range(3):
        d["v"] += d["x"] * x
        d["x"] = d["x"] + d["v"]
        d["n"] += 1
    return np.sum(d["v"] * d["x"]) * d["n"]


@program((0.7,))
def several_attributes_of_an_item(x):
    """Of each object of a list one after the other, in a loop around it, in functions and beside other lists."""
    ps = [Particle(x * i, 1.0) for i in range(3)]
    few = [Particle(x, 1.0), Particle(2.0 * x, 2.0)]
    forces = [x * i for i in range(3)]

    def drift():
        for p in ps:
            p.x += 0.1 * p.v
            p.v = p.v * p.x

    for _ in range(3):
        for p in ps:
            p.v -= 0.1 * p.x
            p.x += 0.1 * p.v
        for q in few:
            q.v -= 0.1 * q.x
            q.x += 0.1 * q.v
        drift()
        for i, (p, f) in enumerate(zip(ps, forces)):
            p.v += f * p.x
            p.x += i * f
    last = ps[1]
    last.v = last.x * last.v
    last.x = last.v
    return sum(p.v * p.x for p in ps) + sum(p.v * p.x for p in few)


@program((0.7,), refused=MutationError)
def list_of_objects_grows_in_its_loop(x):
    """Python would run through the new ones too."""
    ps, total = [Particle(x * i, 1.0) for i in range(3)], 0.0
    for p in ps:
        if len(ps) < 5:
            ps.append(Particle(x, 2.0))
        total += p.x * x
    return total


@program((0.7,), refused=MutationError)
def list_of_kinds_grows_in_its_loop(x):
    """Also where the code is repeated for each item."""
    fs, total = [np.sin, np.cos], 0.0
    for f in fs:
        if len(fs) < 3:
            fs.append(np.exp)
        total += f(x)
    return total


@program((0.7,), refused=MutationError)
def list_beside_objects_grows(x):
    """The shortest list tells how far the loop goes."""
    ps = [Particle(x * i, 1.0) for i in range(3)]
    fs = [x, x * x]
    for p, f in zip(ps, fs):
        fs.append(1.0)
        p.v += f * p.x
    return sum(p.v * p.x for p in ps)


@program((0.7,))
def two_items_that_may_be_one(x):
    """What the first write did to the second name is read again."""
    ps = [Particle(x * i, 1.0) for i in range(3)]
    for i in range(3):
        for j in range(3):
            a, b = ps[i], ps[j]
            a.v += b.x
            b.v -= a.x
    return sum(p.v * p.x for p in ps)


def _become_one(x):
    w, v = x, np.ones(4)
    for _ in range(3):
        v = v + 0.1 * w * x
        w = v
    return np.sum(v * w * v)


@program((X,), same_as=_become_one)
def attributes_that_become_one_array(x):
    """In the second round the one is the other."""
    p = Particle(x.copy(), np.ones(4))
    for _ in range(3):
        p.v += 0.1 * p.x * x
        p.x = p.v
    return np.sum(p.v * p.x * p.v)
