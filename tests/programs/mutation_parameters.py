"""Lists of the very arrays that are read by other names: parameters that an optimiser writes to."""

import numpy as np

from programs.harness import program

X = np.array([0.3, 0.5, 0.2])
Y = np.array([0.4, -0.3, 0.6])


def _step(w, b, rate=0.1):
    return w - rate * 2 * w, b - rate * b**2


@program((X, Y), same_as=lambda x, y: _after(x, y, 2))
def parameters_in_a_list(x, y):
    """The loop over the parameters writes to `w` and `b`."""
    w, b = np.outer(x, y), y * 1.0
    parameters = [w, b]
    for _ in range(2):
        gradients = [2 * w, b**2]
        for p, g in zip(parameters, gradients):
            p -= 0.1 * g
    return w.sum() + (b * b).sum()


def _after(x, y, steps):
    w, b = np.outer(x, y), y * 1.0
    for _ in range(steps):
        w, b = _step(w, b)
    return w.sum() + (b * b).sum()


@program((X, Y), same_as=lambda x, y: _after(x, y, 3))
def parameters_by_index(x, y):
    """The same with indices."""
    w, b = np.outer(x, y), y * 1.0
    parameters = [w, b]
    for _ in range(3):
        gradients = [2 * w, b**2]
        for i in range(len(parameters)):
            parameters[i] -= 0.1 * gradients[i]
    return w.sum() + (b * b).sum()


@program((X, Y), same_as=lambda x, y: _after(x, y, 2))
def parameters_in_a_tuple(x, y):
    """A tuple beside a list."""
    w, b = np.outer(x, y), y * 1.0
    parameters = (w, b)
    for _ in range(2):
        for p, g in zip(parameters, [2 * w, b**2], strict=False):
            p -= 0.1 * g
    return w.sum() + (b * b).sum()


def _with_momentum(x, y):
    w, b = np.outer(x, y), y * 1.0
    v, u = 0.0, 0.0
    for _ in range(3):
        v, u = 0.9 * v + 2 * w, 0.9 * u + b**2
        w, b = w - 0.1 * v, b - 0.1 * u
    return w.sum() + (b * b).sum()


@program((X, Y), same_as=_with_momentum)
def momentum_in_place(x, y):
    """Buffers of a comprehension over the parameters, written to beside these."""
    w, b = np.outer(x, y), y * 1.0
    parameters = [w, b]
    velocities = [np.zeros_like(p) for p in parameters]
    for _ in range(3):
        for p, v, g in zip(parameters, velocities, [2 * w, b**2]):
            v *= 0.9
            v += g
            p -= 0.1 * v
    return w.sum() + (b * b).sum()


@program((X, Y), same_as=_with_momentum)
def momentum_replaced(x, y):
    """Buffers that are replaced by their indices."""
    w, b = np.outer(x, y), y * 1.0
    parameters = [w, b]
    velocities = [np.zeros_like(p) for p in parameters]
    for _ in range(3):
        for i, (p, g) in enumerate(zip(parameters, [2 * w, b**2])):
            velocities[i] = 0.9 * velocities[i] + g
            p -= 0.1 * velocities[i]
    return w.sum() + (b * b).sum()


class _Sgd:
    def __init__(self, parameters, rate):
        self.parameters, self.rate = parameters, rate

    def step(self, gradients):
        for p, g in zip(self.parameters, gradients):
            p -= self.rate * g


class _Adam:
    def __init__(self, parameters, rate=0.1):
        self.parameters, self.rate, self.t = parameters, rate, 0
        self.m = [np.zeros_like(p) for p in parameters]
        self.v = [np.zeros_like(p) for p in parameters]

    def step(self, gradients):
        self.t += 1
        for i, g in enumerate(gradients):
            self.m[i] += 0.1 * (g - self.m[i])
            self.v[i] += 0.01 * (g * g - self.v[i])
            m, v = self.m[i] / (1 - 0.9**self.t), self.v[i] / (1 - 0.99**self.t)
            self.parameters[i] -= self.rate * m / (np.sqrt(v) + 0.1)


def _adam_by_hand(x, y):
    w, b = np.outer(x, y), y * 1.0
    m, v, n, u = 0.0, 0.0, 0.0, 0.0
    for t in range(1, 4):
        g, h = 2 * w, b**2 + 1
        m, v = m + 0.1 * (g - m), v + 0.01 * (g * g - v)
        n, u = n + 0.1 * (h - n), u + 0.01 * (h * h - u)
        w = w - 0.1 * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.99**t)) + 0.1)
        b = b - 0.1 * n / (1 - 0.9**t) / (np.sqrt(u / (1 - 0.99**t)) + 0.1)
    return w.sum() + (b * b).sum()


@program((X, Y), same_as=lambda x, y: _after(x, y, 2))
def optimiser_object(x, y):
    """An object that keeps the parameters and writes to them."""
    w, b = np.outer(x, y), y * 1.0
    optimiser = _Sgd([w, b], 0.1)
    for _ in range(2):
        optimiser.step([2 * w, b**2])
    return w.sum() + (b * b).sum()


@program((X, Y), same_as=_adam_by_hand)
def adam(x, y):
    """An optimiser with two lists of its own, which counts its steps."""
    w, b = np.outer(x, y), y * 1.0
    optimiser = _Adam([w, b])
    for _ in range(3):
        optimiser.step([2 * w, b**2 + 1])
    return w.sum() + (b * b).sum()


class _Linear:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def __call__(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, y_bar):
        self.dw, self.db = np.outer(self.x, y_bar), y_bar
        return self.w @ y_bar

    def parameters(self):
        return [self.w, self.b]

    def gradients(self):
        return [self.dw, self.db]


class _Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, y_bar):
        for layer in reversed(self.layers):
            y_bar = layer.backward(y_bar)

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]

    def gradients(self):
        return [g for layer in self.layers for g in layer.gradients()]


def _layers(x, y):
    return [_Linear(np.outer(x, y), y * 1.0), _Linear(np.outer(y, x) + 0.5, x * 2.0)]


def _trained(x, y):
    w, b, u, c = np.outer(x, y), y * 1.0, np.outer(y, x) + 0.5, x * 2.0
    for _ in range(2):
        h = x @ w + b
        g = h @ u + c - 1
        f = u @ g
        w, b, u, c = w - 0.1 * np.outer(x, f), b - 0.1 * f, u - 0.1 * np.outer(h, g), c - 0.1 * g
    return ((x @ w + b) @ u + c).sum()


@program((X, Y), same_as=_trained)
def network_and_optimiser(x, y):
    """The parameters of a network of layers, in a list that the optimiser keeps."""
    net = _Sequential(*_layers(x, y))
    optimiser = _Sgd(net.parameters(), 0.1)
    for _ in range(2):
        net.backward(net(x) - 1)
        optimiser.step(net.gradients())
    return net(x).sum()


@program((X, Y), same_as=_trained)
def network_without_optimiser(x, y):
    """The parameters are listed anew in each step."""
    net = _Sequential(*_layers(x, y))
    for _ in range(2):
        net.backward(net(x) - 1)
        for p, g in zip(net.parameters(), net.gradients()):
            p -= 0.1 * g
    return net(x).sum()


@program((X, Y), same_as=_trained)
def layers_one_by_one(x, y):
    """Each layer lists its own parameters; the layers are in a list that a function has made."""
    layers = _layers(x, y)
    for _ in range(2):
        h = x
        for layer in layers:
            h = layer(h)
        g = h - 1
        for layer in reversed(layers):
            g = layer.backward(g)
        for layer in layers:
            for p, q in zip(layer.parameters(), layer.gradients()):
                p -= 0.1 * q
    for layer in layers:
        x = layer(x)
    return x.sum()


@program((X, Y), same_as=lambda x, y: (x * y).sum() + (3 * x * y).sum() + x[0])
def weight_that_a_method_gives(x, y):
    """What a method returns is the attribute itself."""
    layer = _Linear(np.outer(x, y), y * 1.0)
    w, b = layer.parameters()
    w *= 3
    b[:] = x
    return np.trace(layer.w) + layer.b[0] + (x * y).sum()


@program((X, Y), same_as=lambda x, y: (x * y * y).sum() + ((x * y * y) ** 2 * y).sum())
def named_layers_in_a_list(x, y):
    """The layers are read by their names after a loop over the list has called them."""
    a, b = _Linear(np.diag(y), y * 0.0), _Linear(np.diag(y), x * 0.0)
    h = x
    for _ in range(2):
        h = x
        for layer in [a, b]:
            h = layer(h)
    return h.sum() + (h**2 * y).sum() + 0 * (a.x.sum() + b.x.sum())


@program((X, Y), same_as=lambda x, y: ((x * y) ** 2).sum() * 3 * x.sum())
def buffers_in_turn_in_a_tuple(x, y):
    """Two buffers, of which each round reads one and writes the other, by late indices."""
    buffers = (np.zeros(3), np.zeros(3))
    buffers[0][:] = x
    for i in range(3):
        buffers[(i + 1) % 2][:] = buffers[i % 2] * y if i != 1 else buffers[i % 2] * x
    return buffers[1].sum() * (3 * x).sum()


def _best_scaled(x, y):
    return 9 * x[1] * y[1] + x[0] * y[0] + x[2] * y[2]


@program((X, Y), same_as=_best_scaled)
def best_of_rows(x, y):
    """The best row is replaced in a loop over the others, and then written to."""
    rows = [[x[0], y[0]], [x[1], y[1]], [x[2], y[2]]]
    best = rows[0]
    for row in rows[1:]:
        if row[0] > best[0]:
            best = row
    best[0] = best[0] * 9
    return sum(row[0] * row[1] for row in rows)


@program((X, Y), same_as=_best_scaled)
def best_of_arrays(x, y):
    """The same with arrays; where none is better, the first one is the best."""
    rows = [np.array([x[0], y[0]]), np.array([x[1], y[1]]), np.array([x[2], y[2]])]
    best = rows[0]
    for row in rows:
        if row[0] > best[0]:
            best = row
    best *= 3
    return sum((row[0] * row[1] for row in rows), 0.0)


@program((X, Y), same_as=lambda x, y: (3 * (2 * x + 1)).sum() * (4 * y).sum() + (6 * x).sum())
def list_that_is_sliced_and_copied(x, y):
    """Slices and copies of a list hold the same arrays."""
    a, b, c = x * 2, y * 2, x * 3
    rows = [a, b, c]
    for row in rows[1:]:
        row *= 2
    for row in list(rows)[:1]:
        row += 1
    for row in tuple(rows)[::2]:
        row *= 3
    c /= 3
    return a.sum() * b.sum() + c.sum()


@program((X, Y), same_as=lambda x, y: ((3 * x) * (5 * y)).sum())
def list_that_an_if_leaves_alone(x, y):
    """A list is known item by item after a test that writes to the items."""
    a, b = x * 1.0, y * 1.0
    both = [a, b]
    if x[0] > 0:
        both[0] *= 3
    else:
        both[1] *= 7
    for _ in range(1):
        both[1] *= 5
    return (a * b).sum()


@program((X, Y), same_as=lambda x, y: _two_trained(x, y))
def layers_that_are_handed_their_outputs(x, y):
    """The outputs are in a list beside the layers, which is gone through backwards with these."""
    layers = _layers(x, y)
    h = x
    for _ in range(2):
        h, outputs = x, []
        for layer in layers:
            h = np.tanh(layer(h))
            outputs.append(h)
        g = h - 1
        for layer, out in zip(reversed(layers), reversed(outputs)):
            g = layer.backward(g * (1 - out * out))
        for layer in layers:
            layer.w -= 0.1 * layer.dw
            layer.b -= 0.1 * layer.db
    return (layers[0].w * layers[1].w.T).sum() + (h * layers[1].b).sum()


def _two_trained(x, y):
    w, b, u, c = np.outer(x, y), y * 1.0, np.outer(y, x) + 0.5, x * 2.0
    k = x
    for _ in range(2):
        h = np.tanh(x @ w + b)
        k = np.tanh(h @ u + c)
        g = (k - 1) * (1 - k * k)
        f = (u @ g) * (1 - h * h)
        w, b, u, c = w - 0.1 * np.outer(x, f), b - 0.1 * f, u - 0.1 * np.outer(h, g), c - 0.1 * g
    return (w * u.T).sum() + (k * c).sum()
