"""Models, searches and filters as people write them: classes that keep a state, methods that change it."""

from collections import deque

import numpy as np

from programs.harness import program

X = np.array([0.7, 1.2, 0.4])
Y = np.array([1.1, 0.6, 1.4])


class _Cell:
    def __init__(self, w):
        self.w = w
        self.h = None
        self.c = None

    def step(self, x):
        if self.h is None:
            self.h = np.zeros_like(x)
            self.c = np.zeros_like(x)
        self.c = np.tanh(self.w * x + self.h) * self.c + np.tanh(x)
        self.h = np.tanh(self.c)
        return self.h


@program((X, Y))
def recurrent_cell(x, y):
    """A state that is made in the first step; all outputs are kept."""
    cell = _Cell(y)
    outputs = [cell.step(x * t) for t in range(3)]
    return sum((i + 1) * h.sum() for i, h in enumerate(outputs))


class _World:
    def __init__(self, s):
        self.s = s
        self.t = 0
        self.done = False

    def step(self, a):
        self.s = self.s + 0.1 * a
        self.t += 1
        if self.s.sum() > 4 or self.t > 5:
            self.done = True
        return self.s, -(self.s**2).sum(), self.done


@program((X, Y))
def rollout(x, y):
    """A policy runs until the world says that it is over."""
    world, total, done = _World(x), 0.0, False
    while not done:
        _, reward, done = world.step(np.tanh(y * world.s))
        total += reward
    return total


class _Particle:
    def __init__(self, p, v):
        self.p = p
        self.v = v
        self.best = p

    def move(self, g):
        self.v = 0.7 * self.v + 0.3 * (g - self.p)
        self.p = self.p + self.v
        if (self.p**2).sum() < (self.best**2).sum():
            self.best = self.p


@program((X, Y))
def swarm(x, y):
    """Particles know the best place that they have been at, and the best of all."""
    ps = [_Particle(x * k, y * 0.1) for k in (1.0, 2.0, 3.0)]
    g = ps[0].p
    for _ in range(3):
        for p in ps:
            p.move(g)
            if (p.best**2).sum() < (g**2).sum():
                g = p.best
    return (g**2).sum() + sum(p.p.sum() for p in ps)


class _Kalman:
    def __init__(self, m, p):
        self.m = m
        self.p = p
        self.history = []

    def predict(self):
        self.p = self.p + 0.1

    def update(self, z):
        k = self.p / (self.p + 1.0)
        self.m = self.m + k * (z - self.m)
        self.p = (1 - k) * self.p
        self.history.append(self.m)


@program((X, Y))
def kalman_filter(x, y):
    """A mean and a variance, and the history of the mean."""
    f = _Kalman(x[0], y[0])
    for z in x:
        f.predict()
        f.update(z)
    return sum(m**2 for m in f.history) + f.p


class _Ring:
    def __init__(self, n):
        self.items = [0.0] * n
        self.i = 0

    def push(self, v):
        self.items[self.i % len(self.items)] = v
        self.i += 1


@program((X, Y))
def ring_buffer(x, y):
    """The mean of the last two."""
    ring, s = _Ring(2), 0.0
    for v in x:
        ring.push(v * y[0])
        s += (sum(ring.items) / len(ring.items)) ** 2
    return s


class _Average:
    def __init__(self, decay):
        self.decay = decay
        self.shadow = {}

    def update(self, params):
        for k, v in params.items():
            if k not in self.shadow:
                self.shadow[k] = v.copy()
            else:
                self.shadow[k] = self.decay * self.shadow[k] + (1 - self.decay) * v


@program((X, Y))
def moving_average(x, y):
    """Of parameters in a dict, whose first values are copied."""
    average, params = _Average(0.9), {"w": x, "b": y}
    for _ in range(3):
        params = {k: v * 0.9 for k, v in params.items()}
        average.update(params)
    return sum((v**2).sum() for v in average.shadow.values())


@program((X, Y))
def shortest_path(x, y):
    """Distances in a dict, nodes in a queue."""
    graph = {0: [1, 2], 1: [3], 2: [3], 3: []}
    distance, queue = {0: x[0]}, deque([0])
    while queue:
        u = queue.popleft()
        for w in graph[u]:
            d = distance[u] + y[w % 3] ** 2
            if w not in distance or d < distance[w]:
                distance[w] = d
                queue.append(w)
    return distance[3]


@program((X, Y))
def best_of_several(x, y):
    """The best object so far is another one, or keeps a copy."""
    best, kept, current = _Cell(x), _Cell(x), _Cell(y)
    for _ in range(4):
        current = _Cell(current.w * 0.9 + x * 0.1)
        if (current.w**2).sum() < (best.w**2).sum():
            best = current
            kept.w = current.w.copy()
    return (best.w**2).sum() + current.w.sum() + (kept.w * x).sum()


@program((X, Y))
def quicksort_in_place(x, y):
    """A nested function that calls itself sorts the list around it."""
    a = list(x * y)

    def sort(low, high):
        if low < high:
            pivot, i = a[high], low
            for j in range(low, high):
                if a[j] < pivot:
                    a[i], a[j] = a[j], a[i]
                    i += 1
            a[i], a[high] = a[high], a[i]
            sort(low, i - 1)
            sort(i + 1, high)

    sort(0, len(a) - 1)
    return sum((i + 1) * v for i, v in enumerate(a))


@program((X, Y))
def merge_sort(x, y):
    """Lists that are taken from, until one is empty."""

    def sort(a):
        if len(a) <= 1:
            return a
        left, right, out = sort(a[: len(a) // 2]), sort(a[len(a) // 2 :]), []
        while left and right:
            out.append(left.pop(0) if left[0] < right[0] else right.pop(0))
        return out + left + right

    return sum((i + 1) * v for i, v in enumerate(sort(list(x * y))))


@program((X, Y))
def slices_of_lists_without_a_derivative(x, y):
    """Ints, or nothing, make way for floats."""
    a, b = [1, 2, 3], []
    a[1:] = [x[0], y[1]]
    a[:1] = []
    a[:0] = [x[1] * y[2]]
    b[:1] = [x[2]]
    return sum((i + 1) * v for i, v in enumerate(a)) * b[0]
