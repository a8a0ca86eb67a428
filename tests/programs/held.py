"""What a container holds goes by a name of its own: rows that make way for others, or are taken out and put back."""

from collections import deque

import numpy as np

from programs.harness import program

V = np.array([0.5, 1.2, -0.7, 2.0])


def _weighted(rows):
    return sum(sum(row) * (i + 1) + len(row) for i, row in enumerate(rows))


def _chunks_plain(x):
    return (x[0] ** 2 + x[1] ** 2) + (x[2] ** 2 + x[3] ** 2) * 2 + 4.0


@program((V,), same_as=_chunks_plain)
def chunks(x):
    """A row that makes way for a new one when it is full."""
    out, row = [], []
    for v in x:
        row.append(v * v)
        if len(row) == 2:
            out.append(row)
            row = []
    return _weighted(out)


@program((V,), (V[:3],), (V[:0],))
def chunks_and_a_rest(x):
    """The last row is not full, or there is none."""
    out, row = [], []
    for v in x:
        if len(row) == 2:
            out.append(row)
            row = [v]
        else:
            row.append(v * v)
    if row:
        out.append(row)
    return _weighted(out)


@program((V,), same_as=_chunks_plain)
def chunks_of_arrays(x):
    """The same with buffers."""
    out, buffer, k = [], np.zeros(2), 0
    for v in x:
        buffer[k] = v * v
        k += 1
        if k == 2:
            out.append(buffer)
            buffer, k = np.zeros(2), 0
    return _weighted(out)


class _Groups:
    def __init__(self):
        self.done, self.row = [], []

    def add(self, v):
        self.row.append(v)
        if len(self.row) == 2:
            self.done.append(self.row)
            self.row = []


@program((V,), same_as=_chunks_plain)
def chunks_in_an_object(x):
    """The same with attributes."""
    groups = _Groups()
    for v in x:
        groups.add(v * v)
    return _weighted(groups.done)


@program((V,))
def chunks_by_sign(x):
    """Rows of rows: what is in a row is written to as well."""
    out, rows, row = [], [], []
    for v in x:
        row.append(v)
        if v > 0:
            rows.append(row)
            row = [v * v]
        if len(rows) == 2:
            out.append(rows)
            rows = []
    out.append(rows)
    return sum(_weighted(r) * (i + 1) for i, r in enumerate(out)) + sum(row)


@program((V,))
def chunks_in_two_lists(x):
    """Each row goes to one of two lists."""
    up, down, row = [], [], []
    for v in x:
        row.append(v)
        if v < 0:
            down.append(row)
            row = []
        elif v > 1:
            up.append(row)
            row = [v]
    return _weighted(up) - 2 * _weighted(down) + sum(row)


@program((V,))
def put_in_and_kept(x):
    """What was put in twice is one object still, until another takes its name."""
    out, row = [], []
    for i, v in enumerate(x):
        row.append(v)
        if i == 1:
            out.append(list(row))
            out.append(row)
            row = [v]
    return _weighted(out) + sum(row)


def _popped_plain(x):
    return (x[0] + 2 * (x[1] + x[2])) * x[3] + 3 * x[3]


@program((V,), same_as=_popped_plain)
def popped_and_put_back(x):
    """A row that is taken out, written to and put back."""
    rows = [[x[0]], [x[1]]]
    row = rows.pop()
    row.append(x[2])
    rows.append(row)
    return _weighted(rows) * x[3]


@program((V,))
def popped_while_others_come(x):
    """The same in a loop, in which rows of others come in below."""
    rows = [[x[0]]]
    for v in x:
        row = rows.pop()
        row.append(v)
        if v < 0:
            rows.append([v * 2])
        rows.append(row)
    return _weighted(rows) * x[3]


@program((V,))
def turned_deque(x):
    """Taken from one end, put in at the other."""
    rows = deque([[x[0]], [x[1]]])
    for v in x:
        row = rows.popleft()
        row.append(v)
        rows.append(row)
    return sum(sum(row) ** 2 * (i + 1) for i, row in enumerate(rows))


@program((V,))
def popped_from_a_dict(x):
    """And from a dict."""
    rows = {0: [x[0]], 1: [x[1]]}
    for i, v in enumerate(x):
        row = rows.pop(i % 2)
        row.append(v)
        rows[i % 2] = row
    return sum(rows[0]) * sum(rows[1])


@program((V,))
def popped_from_a_list_in_a_list(x):
    """What is taken out of an inner list is in the outer one no more."""
    cube = [[[x[0]], [x[1]]], [[x[2]]]]
    row = cube[0].pop()
    row.append(x[3])
    cube[1].append(row)
    return sum(_weighted(rows) * (i + 1) for i, rows in enumerate(cube))


@program((V, 3))
def popped_and_put_elsewhere(x, n):
    """Under another key of the same dict."""
    d = {}
    for i in range(n):
        d[i] = [x[i]]
    d[n] = d.pop(0)
    d[n].append(x[1])
    return sum(sum(v) ** 2 * k for k, v in d.items())


@program((V,))
def taken_from_a_list_of_lists(x):
    """The others are as they were."""
    rows = [[x[0]], [x[1]]]
    row = rows.pop()
    row.append(x[2])
    return rows[0][0] ** 2 + row[1] * row[0]


class _Ball:
    def __init__(self, x, v):
        self.x, self.v, self.path = x, v, []

    def step(self, h):
        self.x = self.x + h * self.v
        self.path.append(self.x)


@program((V,))
def objects_taken_in_turn(x):
    """Objects with a state that wait in a queue."""
    balls = deque([_Ball(x[0], x[1]), _Ball(x[2], x[3])])
    for i in range(5):
        ball = balls.popleft()
        ball.step(0.1 * i)
        balls.append(ball)
    return sum(ball.x**2 + sum(ball.path) * (i + 1) for i, ball in enumerate(balls))


@program((V,))
def got_or_new(x):
    """`get` and a test, as many write `setdefault`."""
    groups = {}
    for i, v in enumerate(x):
        group = groups.get(i % 2)
        if group is None:
            group = groups[i % 2] = []
        group.append(v)
    return sum(groups[0]) * sum(groups[1])


@program((V,))
def looked_up_or_new(x):
    """What is at one place on both ways is written to there."""
    groups = {}
    for i, v in enumerate(x):
        k = i % 2
        try:
            group = groups[k]
        except KeyError:
            group = groups[k] = []
        group.append(v)
        if k in groups:
            other = groups[k]
        else:
            other = groups[k] = [1.0]
        other.append(v * v)
    return sum(groups[0]) * sum(groups[1])


@program((V,))
def last_or_new(x):
    """The last row, which is a new one now and then."""
    rows = []
    for i, v in enumerate(x):
        if i % 2 == 0:
            row = []
            rows.append(row)
        else:
            row = rows[-1]
        row.append(v)
    return _weighted(rows)


class _Layer:
    def __init__(self, w):
        self.w, self.cache, self.grads, self.seen = w, {}, {}, [0.0]

    def forward(self, x):
        self.cache["x"] = x
        self.cache["z"] = x * self.w
        return np.tanh(self.cache["z"])

    def backward(self, g):
        z_bar = g * (1 - np.tanh(self.cache["z"]) ** 2)
        self.grads["w"] = z_bar * self.cache["x"]
        self.seen.append(g[0])
        return z_bar * self.w


@program((V,))
def layers_reversed(x):
    """Layers that keep what they need in a dict, and gradients in another, by keys of their own."""
    layers = [_Layer(x), _Layer(x * 2), _Layer(x[::-1])]
    h = x
    for layer in layers:
        h = layer.forward(h)
    g = 2 * h
    for layer in reversed(layers):
        g = layer.backward(g)
    return sum(np.sum(la.grads["w"]) * (i + 1) + sum(la.seen) for i, la in enumerate(layers))


@program((V,))
def layers_in_slices(x):
    """The same, of slices of the list."""
    layers = [_Layer(x), _Layer(x * 2), _Layer(x[::-1])]
    h = x
    for layer in layers[:]:
        h = layer.forward(h)
    g = 2 * h
    for layer in layers[::-1]:
        g = layer.backward(g)
    for layer, other in zip(layers[:-1], layers[1:]):
        g = layer.backward(g * other.w)
    for layer in layers[-2:]:
        g = layer.backward(g)
    return sum(np.sum(la.grads["w"]) * (i + 1) + sum(la.seen) for i, la in enumerate(layers))


@program((V,))
def layers_in_a_tuple(x):
    """And of a tuple."""
    layers = (_Layer(x), _Layer(x * 2))
    h = x
    for layer in layers:
        h = layer.forward(h)
    g = 2 * h
    for layer in reversed(layers):
        g = layer.backward(g)
    return sum(np.sum(la.grads["w"]) * (i + 1) + sum(la.seen) for i, la in enumerate(layers))


@program((V,), (V[:1],), (V[:0],))
def the_last_row(x):
    """A variable that names the last row in every round, and nothing at first."""
    rows, row = [], None
    for i, v in enumerate(x):
        if i % 2 == 0:
            row = []
            rows.append(row)
        row.append(v)
    return _weighted(rows)


@program((V,))
def the_last_row_in_nested_loops(x):
    """And is read after the loops."""
    rows, row = [], None
    for v in x:
        for k in range(2):
            if row is None or len(row) > 2:
                row = []
                rows.append(row)
            row.append(v * k + v)
    return _weighted(rows) + sum(row) ** 2


@program((V,))
def the_last_buffer(x):
    """The same with arrays."""
    buffers, buffer, k = [], None, 0
    for v in x:
        if buffer is None or k == 3:
            buffer, k = np.zeros(3), 0
            buffers.append(buffer)
        buffer[k] = v * v
        k += 1
    return np.concatenate(buffers) * buffer[0]


def _turns_plain(x):
    first, second = [x[0]], [x[1] * 2]
    for i in range(3):
        first, second = second, [*first, x[i] * x[3]]
    return _weighted([first, second])


@program((V,), same_as=_turns_plain)
def rows_take_turns(x):
    """A row is taken out in front, and put in again at the end."""
    rows = [[x[0]], [x[1] * 2]]
    for i in range(3):
        row = rows.pop(0)
        row.append(x[i] * x[3])
        rows.append(row)
    return _weighted(rows)


@program((V,))
def rows_take_turns_and_are_copied(x):
    """What is read of the row before it is put back is kept by others."""
    rows, last = [[x[0]], [x[1] * 2]], [x[2]]
    for i in range(3):
        row = rows.pop(0)
        sums = [a + b * i for a, b in zip(row, last, strict=False)]
        row.append(x[i] * x[3])
        last = list(row)
        rows.append(row)
    return _weighted(rows) + sum(sums) + last[0] * last[-1]


@program((V,))
def values_of_a_dict_take_turns(x):
    """The same with a dict whose keys are known late."""
    rows = {0: [x[0]], 1: [x[1] * 2]}
    for i in range(4):
        row = rows.pop(i % 2)
        row.append(x[i] * row[0])
        rows[i % 2] = row
    return _weighted([rows[0], rows[1]])


@program((V,), same_as=lambda x: x[0] * x[1] * 2 + x[2] ** 2 + (x[0] * x[2]) ** 2 * 3)
def a_row_is_written_to_through_another(x):
    """An item of an item: both are taken out, and put back."""
    rows = [[np.array([x[0], x[1]]), x[2:] * 1.0]]
    for _ in range(2):
        row = rows.pop()
        a = row.pop()
        a[0] = a[0] * x[2]
        row.append(a)
        rows.append(row)
    (first, second), *_ = rows
    return first[0] * first[1] * 2 + x[2] ** 2 + (x[0] * x[2]) ** 2 * 3 + second[0] * 0


class _Particle:
    def __init__(self, v):
        self.v = v
        self.path = [v]


@program((V,), same_as=lambda x: _weighted([[x[0], x[0] * x[2]], [x[1], x[1] * x[3]]]) + x[0] * x[2] * x[1] * x[3])
def objects_take_turns(x):
    """A list in an object is written to, and then an attribute of it."""
    particles = [_Particle(x[0]), _Particle(x[1])]
    for i in range(2):
        particle = particles.pop(0)
        particle.path.append(particle.v * x[2 + i])
        particle.v = particle.path[-1]
        particles.append(particle)
    first, second = particles
    return _weighted([first.path, second.path]) + first.v * second.v


@program((V,), same_as=lambda x: (x[0] + x[0] ** 2 * x[2]) ** 2 + (x[1] + x[1] ** 2 * x[2]) ** 2)
def rows_that_do_not_come_back(x):
    """A work list: what is taken out is written to, and read, and is gone."""
    rows, total = [[x[1]], [x[0]]], 0.0
    while rows:
        row = rows.pop()
        row.append(row[0] ** 2 * x[2])
        total = total + sum(row) ** 2
    return total


@program((V,), (V[:3],), same_as=lambda x: ((2 * x) ** 2 + (3 * x) ** 4).sum())
def arrays_that_do_not_come_back(x):
    """The same with arrays, of which the last has a name afterwards."""
    rows, total, k = [x * 2.0, x * 3.0], 0.0, 1
    while rows:
        row = rows.pop(0)
        row **= k
        k += 1
        total = total + (row**2).sum()
    return total


@program((V,), same_as=lambda x: x[1] * 3 + x[1] * x[0] * 2 + x[0] ** 2)
def a_row_that_does_not_come_back_is_read(x):
    """The last row that was taken out keeps its name."""
    rows = [[x[0]], [x[1]], [x[2]]]
    for _ in range(2):
        row = rows.pop(0)
        row.append(row[0] * x[0])
    rows[0][0] = x[0] ** 2
    return row[0] * 3 + row[1] * 2 + rows[0][0]


@program((V,), (V[:2],), same_as=lambda x: _weighted([[v, v * x[0], v * x[0]] for v in x]))
def a_work_list_and_what_is_done(x):
    """What is taken out goes back, or to a list of its own."""
    rows, done = [[v] for v in x], []
    while rows:
        row = rows.pop(0)
        row.append(row[0] * x[0])
        if len(row) < 3:
            rows.append(row)
        else:
            done.append(row)
    return _weighted(done)


@program((V,))
def rows_of_two_lists_change_places(x):
    """Each round takes a row out of either list, and puts it into the other one."""
    one, other = [[x[0]]], [[x[1] * 2]]
    for i in range(3):
        p, q = one.pop(), other.pop()
        p.append(x[i] * q[-1])
        q.append(x[3] * p[0])
        one.append(q)
        other.append(p)
    return _weighted([one[0], other[0]])


class _Cell:
    def __init__(self, mass):
        self.mass = mass
        self.born = [mass]


@program((V,))
def cells_that_live_and_die(x):
    """Objects in two lists, one of which a method fills."""
    alive, dead = [_Cell(v * v) for v in x], []
    for i in range(3):
        still = []
        while alive:
            cell = alive.pop(0)
            cell.mass = cell.mass * x[i] + 1.0
            cell.born.append(cell.mass)
            if len(cell.born) > 2 + i:
                dead.append(cell)
            else:
                still.append(cell)
        alive = still
    return sum(sum(cell.born) * cell.mass for cell in dead) + sum(cell.mass for cell in alive)
