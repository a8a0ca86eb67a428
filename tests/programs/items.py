"""What is in lists and dicts of objects, tuples, dicts and lists: arrays, lists and numbers, written to in loops."""

import numpy as np

from programs.harness import program

X = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


class _Particle:
    def __init__(self, x, v):
        self.x = x
        self.v = v
        self.trail = []

    def step(self, dt):
        self.x += dt * self.v

    def kick(self, a, dt):
        self.v += dt * a

    def remember(self):
        self.trail.append(self.x[0])


def _leapfrog(x, n):
    ps, vs = [x * (i + 1.0) for i in range(3)], [0.0 * x] * 3
    for _ in range(4):
        vs = [v - 0.1 * p for p, v in zip(ps, vs)]
        ps = [p + 0.1 * v for p, v in zip(ps, vs)]
    return sum((p**2).sum() for p in ps)


def _replaced(x, n):
    s = 0.0
    for i in range(3):
        p = x * (i + 1.0)
        s += x[0] * x[0] * p[0] + (4.0 * p[1:] ** 3 * x[1]).sum()
    return s


def _momentum(x, n):
    s = 0.0
    for p in (x * 1.0, x * 2.0):
        v = 0.0 * x
        for _ in range(3):
            v = 0.9 * v + p**2
            p = p - 0.01 * v
        s += (p**2).sum()
    return s


def _pairs(x, n):
    ps, vs = [x * (i + 1.0) for i in range(3)], [0.0 * x] * 3
    for _ in range(4):
        vs = [v + 0.1 * ((ps[0] - p) ** 2 + (ps[1] - p) ** 2 + (ps[2] - p) ** 2) for p, v in zip(ps, vs)]
        ps = [p + v for p, v in zip(ps, vs)]
    return sum((p**2).sum() for p in ps)


def _elements(x, n):
    return sum(((x * (i + 1.0)) ** 4 * x[0] ** 2 * np.arange(n)).sum() for i in range(3))


@program((X, 5), same_as=_leapfrog)
def particles(x, n):
    """Arrays that are attributes of objects in a list, in loops over the objects."""
    ps = [_Particle(x * (i + 1.0), np.zeros(n)) for i in range(3)]
    for t in range(4):
        for p in ps:
            p.v += -0.1 * p.x
        for p in ps:
            p.x += 0.1 * p.v
    return sum((p.x**2).sum() for p in ps)


@program((X, 5))
def particles_methods(x, n):
    """The same by methods, one of which appends to a list."""
    ps = []
    for i in range(3):
        ps.append(_Particle(x * (i + 1.0), np.zeros(n)))
    for t in range(4):
        for p in ps:
            p.kick(-p.x, 0.1)
            p.step(0.1)
            p.remember()
    return sum((p.x**2).sum() * sum(p.trail) for p in ps)


@program((X, 5), same_as=_pairs)
def particles_index(x, n):
    """By index, reading what belongs to another object."""
    ps = [_Particle(x * (i + 1.0), np.zeros(n)) for i in range(3)]
    for t in range(4):
        for i in range(3):
            for j in range(3):
                if i != j:
                    ps[i].v += 0.1 * (ps[j].x - ps[i].x) ** 2
        for i in range(3):
            ps[i].x += ps[i].v
    return sum((p.x**2).sum() for p in ps)


@program((X, 5), same_as=_elements)
def elements(x, n):
    """Elements of the arrays."""
    ps = [_Particle(x * (i + 1.0), np.zeros(n)) for i in range(3)]
    for i in range(3):
        for j in range(n):
            ps[i].v[j] += ps[i].x[j] ** 2 * x[0]
            ps[i].x[j] = ps[i].v[j] * j
    return sum((p.x * p.v).sum() for p in ps)


@program((X, 5), same_as=_elements)
def elements_named(x, n):
    """Under names of their own."""
    ps = [_Particle(x * (i + 1.0), np.zeros(n)) for i in range(3)]
    for p in ps:
        v = p.v
        w = p.x
        for j in range(n):
            v[j] += w[j] ** 2 * x[0]
            w[j] = v[j] * j
    return sum((p.x * p.v).sum() for p in ps)


@program((X, 5), same_as=_replaced)
def replaced_and_written(x, n):
    """The attributes become new arrays, which are then written to."""
    ps = [_Particle(x * (i + 1.0), np.zeros(n)) for i in range(3)]
    for p in ps:
        p.v = p.x * 2
        p.v[0] = x[0]
        p.x = p.v * p.x
        p.x[1:] *= x[1]
    return sum((p.x * p.v).sum() for p in ps)


@program((X, 5), same_as=lambda x, n: sum((i * (x.sum() - x[1]) + x[i] ** 2) * (x[0] + x[1]) for i in range(3)))
def tuples(x, n):
    """Arrays and lists in tuples in a list."""
    ps = [(x * i, [x[0]]) for i in range(3)]
    for i in range(3):
        ps[i][0][1] = x[i] ** 2
        ps[i][1].append(x[1])
    return sum(a.sum() * sum(b) for a, b in ps)


@program((X, 5), same_as=lambda x, n: sum((i * (x.sum() - x[1]) + x[2] ** 2) * x[1] * (x[0] + x[1]) for i in range(3)))
def dicts(x, n):
    """Arrays and lists in dicts in a list."""
    ps = [{"w": x * i, "h": [x[0]]} for i in range(3)]
    for p in ps:
        p["w"][1] = x[2] ** 2
        p["w"] *= x[1]
        p["h"].append(x[1])
    return sum(p["w"].sum() * sum(p["h"]) for p in ps)


@program((X, 5))
def dict_items_set(x, n):
    """Numbers in dicts in a list."""
    ps = [{"w": x[i], "c": 0} for i in range(3)]
    for p in ps:
        p["w"] = p["w"] ** 2
        p["c"] += 1
    return sum(p["w"] * p["c"] for p in ps)


@program((X, 5))
def nested_objects(x, n):
    """Objects in objects in a list."""
    ps = [_Particle(_Particle(x * i, np.zeros(n)), [x[0]]) for i in range(3)]
    for p in ps:
        p.x.v += x * 2
        p.x.x[0] = x[1]
        p.v.append(x[2])
        p.x.trail.append(p.v[0])
    return sum((p.x.v * p.x.x).sum() * sum(p.v) + sum(p.x.trail) for p in ps)


@program((X, 5))
def layers(x, n):
    """Lists of two arrays in a list."""
    net = [[x * 0.1, np.zeros(n)] for _ in range(2)]
    for t in range(3):
        for layer in net:
            w, b = layer
            layer[0] -= 0.1 * w**2
            layer[1] += w * x[0]
    return sum((w * b).sum() for w, b in net)


@program((X, 5), same_as=_momentum)
def velocity(x, n):
    """Gradient descent with momentum: two lists of arrays side by side."""
    params = [x * 1.0, x * 2.0]
    vel = [np.zeros(n) for _ in params]
    for t in range(3):
        grads = [p**2 for p in params]
        for p, v, g in zip(params, vel, grads):
            v *= 0.9
            v += g
            p -= 0.01 * v
    return sum((p**2).sum() for p in params)


@program((X, 5))
def in_dict(x, n):
    """Objects in a dict with late keys."""
    d = {}
    for i in range(3):
        d[i] = _Particle(x * i, np.zeros(n))
    for k in d:
        d[k].v += d[k].x * x[0]
        d[k].trail.append(d[k].v[1])
    for p in d.values():
        p.v *= x[1]
    return sum((p.v**2).sum() * sum(p.trail) for p in d.values())


@program((X, 5))
def branch_write(x, n):
    """Which attribute is written to is decided by a test."""
    ps = [_Particle(x * (i + 1.0), np.zeros(n)) for i in range(3)]
    for p in ps:
        if p.x[0] > 1.5:
            p.v += p.x
        else:
            p.x[0] = x[3]
        p.trail.append(p.v[0] + p.x[0])
    return sum((p.x * p.v).sum() + sum(p.trail) for p in ps)


@program((X, 5), same_as=lambda x, n: x[0] ** 2 + 4 * (x[1:] ** 2).sum())
def alias_then_write(x, n):
    """An object has a name of its own before and after the loop."""
    ps = [_Particle(x * (i + 1.0), np.zeros(n)) for i in range(3)]
    q = ps[1]
    for p in ps:
        p.v += p.x
    q.v[0] = x[0]
    return (q.v * ps[1].v).sum()


@program((X, 5), same_as=lambda x, n: 14 * (x**2).sum() - x[1] ** 2 + x[1] * x[0])
def returned(x, n):
    """A nested function writes to all, and gives the list back."""

    def go(ps):
        for p in ps:
            p.v += p.x
        return ps

    ps = go([_Particle(x * (i + 1.0), np.zeros(n)) for i in range(3)])
    ps[0].v[1] = x[0]
    return sum((p.x * p.v).sum() for p in ps)


@program((X, 5), same_as=lambda x, n: sum(x[i] * x[1] for i in range(3)))
def written_under_its_name(x, n):
    """What an attribute was set to is written to by the name that it had before."""
    ps = [_Particle(x[i], 1.0) for i in range(3)]
    for p in ps:
        w = x * 2
        p.v = w
        w[0] = x[1]
    return sum(p.x * p.v[0] for p in ps)


@program((X, 5))
def put_in_named_row(x, n):
    """A list is put into a dict, and then filled by its own name."""
    d = {}
    for i in range(n):
        row = []
        d[i % 2] = row
        row.append(x[i])
        row.append(x[i] ** 2)
    return sum(sum(v) ** 2 for v in d.values())


@program((X, 5))
def put_in_appended_row(x, n):
    """So it is in a list."""
    rows = []
    for i in range(n):
        row = []
        rows.append(row)
        for j in range(i):
            row.append(x[j] * x[i])
    return sum(sum(v) ** 2 for v in rows)


@program((X, 5), same_as=lambda x, n: sum((x[i] ** 2 + x[0]) ** 2 + (((i + 1) * x[1:]) ** 2).sum() for i in range(n)))
def put_in_arrays(x, n):
    """Arrays are put into a list, and then written to."""
    us = []
    for i in range(n):
        u = x * i
        us.append(u)
        u[0] = x[i] ** 2
        u += x
    return sum((u * u).sum() for u in us)


@program((X, 5))
def put_in_in_tuple_too(x, n):
    """The list is in a tuple as well."""
    a = [x[0]]
    t = (a, 2.0)
    rows = []
    rows.append(a)
    a.append(x[1])
    return sum(t[0]) ** 2 + sum(rows[0])


@program((X, 5))
def put_in_argument(x, n):
    """The list is an argument of a nested function."""

    def g(a):
        rows = []
        rows.append(a)
        a.append(x[0])
        return sum(rows[0])

    b = [x[1]]
    return g(b) * sum(b)


@program((X, 5))
def put_in_loop_after(x, n):
    """Written to by both names in a loop."""
    a = []
    d = {}
    d[n] = a
    for i in range(n):
        a.append(x[i] * i)
        d[n].append(x[0])
    return sum(d[n]) * sum(a)


@program((X, 5))
def put_in_captured(x, n):
    """A nested function writes to it."""
    rows = []
    row = []
    rows.append(row)

    def add(v):
        row.append(v)

    for i in range(n):
        add(x[i])
    return sum(rows[0]) ** 2


@program((X, 5), same_as=lambda x, n: (x**2).sum() + x[0] ** 2)
def put_in_matrix_row(x, n):
    """Rows of a matrix in a list."""
    A = np.zeros((n, n))
    rows = []
    rows.append(A)
    A[0] = x
    A[1, 2] = x[0]
    return (rows[0] ** 2).sum()


@program((X, 5))
def written_where_nothing_is_differentiated(x, n):
    """Lists of ints in objects of which other attributes are differentiated."""
    ps = [_Particle(x[i], x[i] ** 2) for i in range(3)]
    k = int(x[0] > 0.31)
    ps[k].trail.append(k)
    ps[k].trail.append(2)
    ps[k].trail.pop(0)
    ps[k - 1].trail.clear()
    return sum(p.x * p.v * len(p.trail) for p in ps) + ps[k].trail[0] * x[1]


@program((X, 5))
def mixed_with_constants(x, n):
    """Objects of which some hold constants and some what is differentiated, at indices known at run time."""
    ps = [_Particle(0, 2), _Particle(x[3], 1), _Particle(3, x[1])]
    s = 0.0
    for i in range(3):
        s += ps[i].v * ps[i].x
    return s


@program((X, 5))
def empty_part_replaced(x, n):
    """An empty list in an object of a list gives way to one of what is differentiated."""
    ps = [_Particle(v, x * v) for v in x]
    p = ps[0]
    p.trail = [np.sin(ps[0].x * ps[-1].v[2])]
    return sum((i + 1) * q.x * q.v.sum() + sum(q.trail) ** 2 for i, q in enumerate(ps))


@program((X, 3))
def ints_among_floats(x, n):
    """Numbers in a list, and in tuples in a list, of which some are ints."""
    ys = [1, x[0], 2]
    ps = [(1, x[0]), (x[1], 2), (x[2] * x[0], 3)]
    s = 0.0
    for i in range(n):
        s += ys[i] * x[i]
    for i in range(n):
        s += ps[i][0] * ps[i][1] ** 2
    return s
