"""Small programs as one writes them: objects that hold the state of a simulation, a filter, an optimiser, a parser."""

import math
from dataclasses import dataclass, field

import numpy as np

from programs.harness import program

X = np.array([1.1, 0.7])
WEIGHTS = np.array([[0.3, -0.2], [0.1, 0.8], [-0.5, 0.4]])


@dataclass
class Dense:
    """A layer with its activation by name."""

    w: np.ndarray
    b: np.ndarray
    act: str = "tanh"

    def __call__(self, x):
        y = self.w @ x + self.b
        return np.tanh(y) if self.act == "tanh" else y


@dataclass
class Network:
    """Layers in a list."""

    layers: list

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Adam:
    """Has an array for each weight."""

    def __init__(self, n, lr=0.1):
        self.lr, self.t = lr, 0
        self.m, self.v = np.zeros(n), np.zeros(n)

    def step(self, w, g):
        """The new weights."""
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * g
        self.v = 0.999 * self.v + 0.001 * g * g
        m, v = self.m / (1.0 - 0.9**self.t), self.v / (1.0 - 0.999**self.t)
        return w - self.lr * m / (np.sqrt(v) + 1e-8)


@program((X,))
def network_and_optimiser(x):
    """Three steps on the input of a network."""
    net = Network([Dense(WEIGHTS * x[0], np.zeros(3)), Dense(WEIGHTS.T, np.ones(2) * x[1], "identity")])
    opt, w = Adam(2), x
    for _ in range(3):
        w = opt.step(w, 2.0 * net(w) * x)
    return np.sum(w * w)


class Body:
    """A point with a mass."""

    def __init__(self, pos, vel, mass):
        self.pos, self.vel, self.mass = np.array(pos), np.array(vel), mass

    def kinetic(self):
        """Its energy."""
        return 0.5 * self.mass * np.dot(self.vel, self.vel)


class World:
    """Bodies that attract each other."""

    def __init__(self, bodies):
        self.bodies = bodies

    def forces(self):
        """One for each body."""
        found = []
        for i, p in enumerate(self.bodies):
            f = np.zeros(2)
            for j, q in enumerate(self.bodies):
                if i != j:
                    d = q.pos - p.pos
                    f = f + p.mass * q.mass * d / np.sqrt(np.sum(d**2) + 0.01) ** 3
            found.append(f)
        return found

    def step(self, dt):
        """First the velocities, then the places."""
        for p, f in zip(self.bodies, self.forces()):
            p.vel = p.vel + dt * f / p.mass
        for p in self.bodies:
            p.pos = p.pos + dt * p.vel


@program((X,))
def bodies_that_attract_each_other(x):
    """A world with a list of objects."""
    bodies = [
        Body([0.0, 0.0], [0.0, x[0]], 1.0),
        Body([1.0, 0.0], [x[1], 1.0], 0.5),
        Body([x[0], 1.0], [0.1, 0.0], 0.3),
    ]
    world = World(bodies)
    for _ in range(4):
        world.step(0.05)
    return sum(p.kinetic() for p in world.bodies)


@dataclass
class Tree:
    """A value and two trees."""

    value: float
    left: "Tree | None" = None
    right: "Tree | None" = None


def folded(tree):
    """Down to the leaves."""
    return 1.0 if tree is None else np.sin(tree.value) + folded(tree.left) * folded(tree.right)


@program((X,))
def tree_with_recursion(x):
    """Each node is of a type of its own."""
    return folded(Tree(x[0], Tree(x[1]), Tree(x[0] * x[1], Tree(2.0))))


class Thermostat:
    """Has two states."""

    def __init__(self, temperature):
        self.temperature, self.state, self.energy = temperature, "idle", 0.0

    def tick(self, outside):
        """One minute."""
        if self.state == "idle":
            if self.temperature < 18.0:
                self.state = "heating"
        elif self.state == "heating":
            self.temperature += 1.5
            self.energy += 2.0 * self.temperature
            if self.temperature > 20.0:
                self.state = "idle"
        self.temperature += 0.2 * (outside - self.temperature)


@program((X,))
def state_machine(x):
    """The state is a text that is known late."""
    t = Thermostat(x[0] * 15.0)
    for _ in range(8):
        t.tick(x[1] * 10.0)
    return t.temperature + t.energy


class Kalman:
    """A filter that sums up its likelihood."""

    def __init__(self, motion, sight, q, r):
        self.motion, self.sight, self.q, self.r = motion, sight, q, r
        self.x, self.p, self.likelihood = np.zeros(2), np.eye(2), 0.0

    def predict(self):
        """One step of time."""
        self.x = self.motion @ self.x
        self.p = self.motion @ self.p @ self.motion.T + self.q

    def update(self, z):
        """One measurement."""
        y = z - self.sight @ self.x
        s = self.sight @ self.p @ self.sight.T + self.r
        gain = self.p @ self.sight.T @ np.linalg.inv(s)
        self.x = self.x + gain @ y
        self.p = (np.eye(2) - gain @ self.sight) @ self.p
        self.likelihood += -0.5 * (y @ np.linalg.solve(s, y) + np.log(np.linalg.det(s)))


@program((X,))
def kalman_filter(x):
    """By the two variances."""
    motion, sight = np.array([[1.0, 0.1], [0.0, 1.0]]), np.array([[1.0, 0.0]])
    kf = Kalman(motion, sight, x[0] * np.eye(2), np.array([[x[1]]]))
    for z in (0.1, 0.3, 0.2, 0.5):
        kf.predict()
        kf.update(np.array([z]))
    return kf.likelihood


@program((X,))
def hidden_markov_model(x):
    """The forward algorithm and the best path, with dicts of dicts."""
    states = ("rain", "sun")
    start = {"rain": 0.6, "sun": 0.4}
    step = {"rain": {"rain": x[0] / 2, "sun": 1 - x[0] / 2}, "sun": {"rain": 0.4, "sun": 0.6}}
    emit = {"rain": {"walk": 0.1, "shop": 0.9}, "sun": {"walk": x[1] / 2, "shop": 1 - x[1] / 2}}
    seen = ("walk", "shop", "walk")
    f = {s: start[s] * emit[s][seen[0]] for s in states}
    best = [f]
    for o in seen[1:]:
        f = {s: sum(f[r] * step[r][s] for r in states) * emit[s][o] for s in states}
        best.append({s: max(best[-1][r] * step[r][s] for r in states) for s in states})
    return np.log(sum(f.values())) * max(best[-1].values())


class Polynomial:
    """Coefficients from the lowest on."""

    def __init__(self, coefficients):
        self.coefficients = list(coefficients)

    def __call__(self, x):
        r = 0.0
        for c in reversed(self.coefficients):
            r = r * x + c
        return r

    def derivative(self):
        """Another one."""
        return Polynomial([i * c for i, c in enumerate(self.coefficients)][1:])

    def root(self, x):
        """By Newton's method."""
        d = self.derivative()
        for _ in range(5):
            x = x - self(x) / d(x)
        return x

    def __add__(self, other):
        return Polynomial([a + b for a, b in zip(self.coefficients, other.coefficients)])


@program((X,))
def root_of_a_polynomial(x):
    """And the value of a sum of two."""
    p = Polynomial([-2.0 * x[0], x[1], 1.0])
    return p.root(1.5) + (p + p)(x[0])


class RungeKutta:
    """Holds the right-hand side."""

    def __init__(self, f, h):
        self.f, self.h, self.steps = f, h, 0

    def step(self, t, y):
        """Of fourth order."""
        h, self.steps = self.h, self.steps + 1
        k1 = self.f(t, y)
        k2 = self.f(t + h / 2, y + h / 2 * k1)
        k3 = self.f(t + h / 2, y + h / 2 * k2)
        k4 = self.f(t + h, y + h * k3)
        return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def lorenz(t, y):
    """Does not depend on time."""
    return np.array([10.0 * (y[1] - y[0]), y[0] * (28.0 - y[2]) - y[1], y[0] * y[1] - 8.0 / 3.0 * y[2]])


@program((X,))
def differential_equation(x):
    """A solver as an object."""
    solver, y, t = RungeKutta(lorenz, 0.01), np.array([x[0], x[1], 1.0]), 0.0
    for _ in range(5):
        y = solver.step(t, y)
        t += solver.h
    return np.sum(y) * solver.steps


class Stack:
    """A list by another name."""

    def __init__(self):
        self.items = []

    def push(self, v):
        """On top."""
        self.items.append(v)

    def pop(self):
        """From the top."""
        return self.items.pop()


@program((X,))
def calculator(x):
    """A formula in reverse Polish notation."""
    s = Stack()
    for token in ("x", "y", "+", "x", "*", "y", "-"):
        if token == "x":
            s.push(x[0])
        elif token == "y":
            s.push(x[1])
        else:
            b, a = s.pop(), s.pop()
            s.push(a + b if token == "+" else a * b if token == "*" else a - b)
    return s.pop()


@dataclass
class Num:
    """A constant."""

    v: float

    def value(self, env):
        """Itself."""
        return self.v


@dataclass
class Var:
    """A variable by its name."""

    name: str

    def value(self, env):
        """What it stands for."""
        return env[self.name]


@dataclass
class Op:
    """Two expressions."""

    sign: str
    left: object
    right: object

    def value(self, env):
        """From the leaves up."""
        a, b = self.left.value(env), self.right.value(env)
        return a + b if self.sign == "+" else a * b


@program((X,))
def expression_tree(x):
    """Objects of several classes."""
    e = Op("+", Op("*", Var("x"), Num(3.0)), Op("*", Var("y"), Var("x")))
    return e.value({"x": x[0], "y": x[1]})


class Queue:
    """Events in the order of their time."""

    def __init__(self):
        self.events = []

    def put(self, t, v):
        """Sorted at once."""
        self.events.append((t, v))
        self.events.sort()

    def get(self):
        """The first."""
        return self.events.pop(0)


@program((X,))
def event_queue(x):
    """Until it is empty."""
    q, total = Queue(), 0.0
    q.put(3.0, x[0])
    q.put(1.0, x[1])
    q.put(2.0, x[0] * x[1])
    while q.events:
        t, v = q.get()
        total = total * 0.5 + v * t
    return total


@dataclass
class Robot:
    """Keeps its path."""

    x: float
    y: float
    angle: float
    path: list = field(default_factory=list)

    def forward(self, d):
        """Straight on."""
        self.x += d * math.cos(self.angle)
        self.y += d * math.sin(self.angle)
        self.path.append((self.x, self.y))

    def turn(self, angle):
        """On the spot."""
        self.angle += angle


@program((X,))
def path_of_a_robot(x):
    """A list of pairs in an object."""
    r = Robot(0.0, 0.0, x[0])
    for _ in range(4):
        r.forward(x[1])
        r.turn(0.3 * x[0])
    return sum(math.hypot(a, b) for a, b in r.path)


class GaussSeidel:
    """Counts its iterations in an attribute."""

    def __init__(self, a, b):
        self.a, self.b, self.rounds = a, b, 0

    def solve(self):
        """Element by element, until nothing changes."""
        x = np.zeros(len(self.b))
        for self.rounds in range(20):
            old = x.copy()
            for i in range(len(x)):
                x[i] = (self.b[i] - self.a[i] @ x + self.a[i, i] * x[i]) / self.a[i, i]
            if np.max(np.abs(x - old)) < 1e-9:
                break
        return x


@program((X,))
def linear_system(x):
    """Solved by iteration."""
    s = GaussSeidel(np.array([[4.0, 1.0], [x[0], 5.0]]), x)
    return np.sum(s.solve())


class Grid:
    """Heat on a rod."""

    def __init__(self, n, d):
        self.u, self.d = np.zeros(n), d
        self.u[n // 2] = 1.0

    def step(self, dt):
        """In place."""
        lap = np.zeros_like(self.u)
        lap[1:-1] = self.u[2:] - 2.0 * self.u[1:-1] + self.u[:-2]
        self.u += dt * self.d * lap


@program((X,))
def heat_on_a_rod(x):
    """And a sum over time."""
    grid, total = Grid(7, x[0]), 0.0
    for _ in range(5):
        grid.step(0.1 * x[1])
        total += grid.u[3]
    return np.sum(grid.u**2) + total


class Account:
    """Methods that give the object, and a log."""

    def __init__(self, balance):
        self.balance, self.log = balance, []

    def deposit(self, a):
        """More."""
        self.balance += a
        self.log.append(("deposit", a))
        return self

    def interest(self, r):
        """In percent."""
        self.balance *= 1.0 + r
        self.log.append(("interest", r))
        return self


@program((X,))
def account(x):
    """Calls in a row."""
    a = Account(100.0)
    a.deposit(x[0]).interest(x[1] / 10).deposit(5.0)
    return a.balance + sum(v for kind, v in a.log if kind == "deposit")


def _pulled(x):
    pos = [np.array([x[i % 2] + i, x[1] * i]) for i in range(3)]
    vel = [np.zeros(2) for _ in range(3)]
    for _ in range(3):
        for i in range(3):
            for j in range(i + 1, 3):
                d = pos[j] - pos[i]
                f = d / (np.dot(d, d) + 0.1) ** 1.5
                vel[i] = vel[i] + 0.1 * (j + 1.0) * f
                vel[j] = vel[j] - 0.1 * (i + 1.0) * f
        pos = [p + 0.1 * v for p, v in zip(pos, vel)]
    return sum(np.sum(p * p) * (i + 1.0) for i, p in enumerate(pos))


@program((X,), same_as=_pulled)
def each_pair_of_bodies_once(x):
    """The inner loop is over those that follow; none follows the last."""
    bodies = [Body([x[i % 2] + i, x[1] * i], [0.0, 0.0], i + 1.0) for i in range(3)]
    for _ in range(3):
        for i, b in enumerate(bodies):
            for c in bodies[i + 1 :]:
                d = c.pos - b.pos
                f = d / (np.dot(d, d) + 0.1) ** 1.5
                b.vel += 0.1 * c.mass * f
                c.vel -= 0.1 * b.mass * f
        for b in bodies:
            b.pos += 0.1 * b.vel
    return sum(np.sum(b.pos * b.pos) * b.mass for b in bodies)


class Point:
    """A point in a space of any dimension."""

    def __init__(self, *parts):
        self.parts = parts

    def __add__(self, other):
        return Point(*[a + b for a, b in zip(self.parts, other.parts)])

    def __mul__(self, k):
        return Point(*[a * k for a in self.parts])

    def __neg__(self):
        return Point(*(-a for a in self.parts))

    def __iter__(self):
        return iter(self.parts)

    def dot(self, other):
        """The scalar product."""
        return sum(a * b for a, b in zip(self.parts, other.parts))


@program((X,))
def points_of_any_dimension(x):
    """Their parts are spread out into the parameters of another."""
    a, b = Point(x[0], x[1]), Point(x[1] * x[0], 2.0)
    c = Point(x[0], x[1], 1.5)
    for _ in range(3):
        c = c * x[1] + -c * 0.1
    return (a + b * x[1]).dot(-b) + sum(c) + max(*[v * x[0] for v in c])
