"""Objects that are made inside: dataclasses, named tuples, namespaces, plain classes, numbers written in Python."""

import copy
import dataclasses
import functools
import math
import operator
from collections import namedtuple
from dataclasses import InitVar, dataclass, field
from types import SimpleNamespace
from typing import ClassVar, NamedTuple

import numpy as np

from programs.harness import program


@dataclass
class Point:
    """Arithmetic, comparison, iteration and indexing."""

    x: float
    y: float = 2.0

    def norm(self):
        """Squared."""
        return self.x**2 + self.y**2

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __neg__(self):
        return Point(-self.x, -self.y)

    def __sub__(self, other):
        return self + -other

    def __mul__(self, other):
        if isinstance(other, Point):
            return self.x * other.x + self.y * other.y
        return Point(self.x * other, self.y * other)

    __rmul__ = __mul__

    def __iter__(self):
        yield self.x
        yield self.y

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return self.x if i in (0, -2) else self.y

    def __bool__(self):
        return bool(self.x > 0)

    def __lt__(self, other):
        return self.x < other.x

    def __gt__(self, other):
        return self.x > other.x


@program((3.0,), (-0.5,))
def made_and_used(x):
    """A default of a field, and a method."""
    return Point(x).norm()


@program((1.0, 3), (0.5, 0))
def carried_through_a_loop(x, n):
    """A new object in each iteration; the loop may not run at all."""
    p = Point(x, 1.0)
    for i in range(n):
        p = p + Point(x * i, x) * 2.0
    return p.norm()


@program((2.0, 3.0), (3.0, 2.0))
def made_on_one_of_two_sides(x, y):
    """The sides of a conditional expression make different objects."""
    p = Point(x, y) if x > y else Point(y * y, x)
    return p.norm() * p.x


@program((2.0, 3.0), (-2.0, 3.0))
def truth_and_unpacking(x, y):
    """`__bool__`, `__iter__`, `__getitem__` and `__len__`."""
    p = Point(x, y)
    q = p * 2.0 if p else -p
    a, b = q
    first, *rest = q
    return a * b + q[0] * len(q) + sum(p) + first * rest[0] + q[-1] + math.hypot(*p)


@program((2.0, 3.0))
def iterated_in_loops_and_comprehensions(x, y):
    """The generator is run through."""
    total = 0.0
    for i, part in enumerate(Point(x, y)):
        total = total + part * (i + 1)
    return total * sum([part * part for part in Point(y, x)]) + max(Point(x, y)) + list(Point(x, y))[1]


@program((2.0, 3.0))
def objects_in_a_list(x, y):
    """Made in a comprehension, looped over, indexed."""
    points = [Point(x * i, y) for i in range(4)]
    total = 0.0
    for p in points:
        total = total + p.norm()
    return total + points[2].x * points[-1].y


@program((2.0, 3.0))
def objects_in_a_dict_and_a_tuple(x, y):
    """By key, and the same object twice."""
    p = Point(x, y)
    table = {"a": p, "b": Point(y, x), "both": (p, p)}
    return table["a"] * table["b"] + table["both"][0].x * table["both"][1].y


@program((1.5, 2.5))
def one_argument_for_two_fields(x, y):
    """The cotangents add up."""
    p = Point(y=x, x=x)
    return p.x * p.y + Point(p.y, y).norm()


@program((2.0, 3.0))
def sums_of_objects(x, y):
    """By `sum` with a start, `functools.reduce`, and in a loop."""
    points = [Point(x, y), Point(y, x * y), Point(1.0, x)]
    return sum(points, Point(0.0, 0.0)).norm() + functools.reduce(operator.add, points).y


@program((2.0, 3.0), (3.0, 2.0))
def extremes_of_objects(x, y):
    """By `__gt__` and `__lt__`, and by a key."""
    points = [Point(x, y), Point(y, x)]
    by_key = min(points, key=lambda p: p.y)
    return max(points).norm() + min(points).y * by_key.x + sorted(points)[0].y * sorted(points, key=len)[1].x


@program((2.0, 3.0))
def bound_methods(x, y):
    """As values: called, mapped, partially applied."""
    p = Point(x, y)
    scale, norm = p.__mul__, p.norm
    twice = functools.partial(p.__add__, p)
    return scale(3.0).x * norm() + sum(map(p.__mul__, [Point(1.0, x), Point(y, 1.0)])) + twice().x


@program((2.0, 3.0), autograd="`asdict` copies its boxes")
def replaced_and_taken_apart(x, y):
    """`replace`, `asdict`, `astuple`."""
    p = Point(x, y)
    q = dataclasses.replace(p, y=x * x)
    parts, row = dataclasses.asdict(p), dataclasses.astuple(q)
    return q.norm() + p.y + parts["x"] * row[1]


@program((1.3, 2.0))
def made_in_a_while_loop(x, y):
    """The test reads an attribute."""
    p = Point(x, 0.0)
    while p.x < 10.0:
        p = Point(p.x * 1.5, p.y + p.x)
    return p.y * y


@program((1.3, 2.0), (4.0, 2.0))
def early_exit_with_an_object(x, y):
    """The loop is left with an object in hand."""
    best = Point(0.0, y)
    for i in range(5):
        candidate = Point(x * i, y * i)
        if candidate.x > 5.0:
            best = candidate
            break
        if i == 1:
            continue
        best = best + candidate
    return best.x * best.y


def steps(p, n):
    """Recursion that takes and gives objects."""
    return p if n == 0 else steps(p * 2.0 + Point(p.y, 1.0), n - 1)


@program((2.0, 3), (2.0, 0))
def recursive(x, n):
    """A callee that calls itself."""
    return steps(Point(x, x), n).norm()


@program((1.2, -0.4))
def nested_function_with_an_object(x, y):
    """Captured before and after the variable is bound anew."""
    p = Point(x, y)

    def shifted(k):
        return p.x * k + p.y

    before = shifted(y)
    p = Point(y, x)
    return before * shifted(x)


@program((np.array([0.5, -1.0]), np.array([[1.0, 2.0], [3.0, -1.0]])))
def arrays_as_attributes(x, w):
    """Broadcasting inside methods."""
    p = Point(w @ x, x)
    q = p * 0.5 + Point(x[:1], w)
    return np.sum(q.x) + np.sum(q.y * q.y)


@dataclass(frozen=True)
class Area:
    """Frozen, with an attribute that `__post_init__` computes."""

    a: float
    b: float = 3.0
    product: float = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "product", self.a * self.b)


@program((2.0, 5.0))
def frozen_dataclass(x, y):
    """Each is made once."""
    return Area(x, y).product * Area(b=x, a=1.0).product + Area(x).product


@dataclass
class Marked(Point):
    """Inherits fields; keyword-only ones, factories, what is passed on, a class variable."""

    z: float = field(default=1.0, kw_only=True)
    tags: list = field(default_factory=list)
    step: InitVar[float] = 2.0
    count: ClassVar[int] = 3

    def __post_init__(self, step):
        self.z = self.z * step * self.count


@program((2.0, 3.0))
def dataclass_with_everything(x, y):
    """Also `isinstance` and `type` of what was made."""
    m, n = Marked(x, y, z=x * y), Marked(y, x, ["a", "b"], x)
    bonus = x if isinstance(m, Point) and type(m) is Marked and type(m) is not Point else 0.0
    return m.z * m.norm() + n.z * len(n.tags) + bonus + len(m.tags)


@dataclass(slots=True)
class Slim:
    """With slots."""

    u: float
    v: float = 4.0
    w: float = field(init=False, default=0.5)


@program((2.0, 3.0))
def dataclass_with_slots(x, y):
    """Its class has descriptors for the attributes."""
    s = Slim(x) if x > 1.0 else Slim(y, x)
    return s.u * s.v + Slim(y, x * x).v * s.w


class Pair(NamedTuple):
    """A named tuple with methods and an operator of its own."""

    x: float
    y: float = 4.0

    @property
    def total(self):
        """A property."""
        return self.x + self.y

    @classmethod
    def unit(cls, x):
        """An alternative constructor."""
        return cls(x, 1.0)

    def norm(self):
        """A method."""
        return self.x**2 * self.y

    def __add__(self, other):
        return Pair(self.x * other.x, self.y + other.y)


@program((2.0, 3.0))
def named_tuple_with_methods(x, y):
    """`+` is not that of tuples."""
    p = Pair(x, y)
    q = p + Pair.unit(y)
    a, b = q
    return q.norm() + p.total * q[0] + p.x + a * b + p._replace(y=x * x).norm() + p._asdict()["y"]


Row = namedtuple("Row", "u v", defaults=[2.0])


@program((1.5, 0.5))
def plain_named_tuple(x, y):
    """Defaults and keywords; carried through a loop."""
    row = Row(x)
    for _ in range(3):
        row = Row(v=row.u * y, u=row.v + x)
    a, b = Row(v=x, u=3.0)
    return row.u * row.v + a * b + Row(x, y)._replace(u=y).u


@program((1.5, 0.5))
def namespaces(x, y):
    """`SimpleNamespace`, nested."""
    space = SimpleNamespace(a=x, inner=SimpleNamespace(b=y, p=Point(y, x)))
    return space.a * space.inner.p.norm() + space.inner.b


class Base:
    """A plain class with a class attribute, and methods of every kind."""

    scale = 2.0

    def __init__(self, w):
        self.w = w * self.scale

    def f(self, x):
        """Overridden."""
        return self.w * x

    def g(self, x):
        """Calls what may be overridden."""
        return self.f(x) + 1.0

    @classmethod
    def make(cls, w):
        """Makes an object of the very class."""
        return cls(w)

    @staticmethod
    def square(x):
        """Has no object."""
        return x * x

    @property
    def area(self):
        """Computed."""
        return self.w**2


class Derived(Base):
    """`super()` in the constructor and in a method."""

    scale = 3.0

    def __init__(self, w, b):
        super().__init__(w)
        self.b = b

    def f(self, x):
        """Calls the base's."""
        return super().f(x) + self.b

    @property
    def area(self):
        """A property of the base by `super()`."""
        return super().area * self.b


class Twice(Derived):
    """The base by name, branches and calls in the constructor, `super` with arguments."""

    def __init__(self, w, b, c):
        Derived.__init__(self, w, b)
        self.c = c
        if c > 0:
            self.d = w * b
        else:
            self.d = -w
        self.finish()

    def finish(self):
        """Part of the constructor."""
        self.e = self.d * self.area

    def f(self, x):
        """Two-argument `super`."""
        return super().f(x) * self.c + self.e

    @classmethod
    def make(cls, w):
        """Another signature."""
        return cls(w, w * 2.0, w * 3.0)

    @classmethod
    def made_by_base(cls, w):
        """`super()` in a class method."""
        return super(Derived, cls).make


@program((2.0, 3.0))
def plain_classes(x, y):
    """Class methods, static methods, properties, inheritance."""
    return Base.make(x).g(y) * Base.square(x) + Derived(x, y).g(2.0) + Derived(y, x).area + Base(y).area


@program((2.0, 3.0, 1.5), (2.0, 3.0, -1.5))
def inherited_constructors(x, y, z):
    """Three levels, with branches on data."""
    t = Twice(x, y, z)
    return t.g(2.0) + t.e * t.b + Twice.make(x).f(y)


@program((2.0, 3.0))
def partial_of_a_method(x, y):
    """`functools.partial` of a bound method."""
    h = functools.partial(Base(x).f, y)
    return h() * h()


class Left:
    """One side of a diamond."""

    def __init__(self, x):
        super().__init__(x)
        self.left = x * 2.0


class Right:
    """The other side; which `__init__` comes next depends on the object's class."""

    def __init__(self, x):
        self.right = x * x


class Bottom(Left, Right):
    """The order of resolution is Bottom, Left, Right."""

    def __init__(self, x):
        super().__init__(x + 1.0)
        self.both = self.left * self.right


@program((2.0,))
def diamond(x):
    """Cooperative constructors."""
    return Bottom(x).both


class Dual:
    """A number with a derivative, carried forwards by hand."""

    def __init__(self, value, slope=0.0):
        self.value, self.slope = value, slope

    @staticmethod
    def lift(other):
        """A constant, where it is no dual number."""
        return other if isinstance(other, Dual) else Dual(other)

    def __add__(self, other):
        other = Dual.lift(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    __radd__ = __add__

    def __mul__(self, other):
        other = Dual.lift(other)
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    __rmul__ = __mul__

    def __sub__(self, other):
        return self + (-1.0) * Dual.lift(other)

    def __rsub__(self, other):
        return Dual.lift(other) - self

    def __truediv__(self, other):
        other = Dual.lift(other)
        return Dual(self.value / other.value, (self.slope - self.value / other.value * other.slope) / other.value)

    def __pow__(self, n):
        power = Dual(1.0)
        for _ in range(n):
            power *= self
        return power

    def __lt__(self, other):
        return self.value < Dual.lift(other).value

    def sin(self):
        """By the chain rule."""
        return Dual(math.sin(self.value), math.cos(self.value) * self.slope)


@program((1.3,), (6.0,))
def second_derivative_by_dual_numbers(x):
    """The derivative of a derivative."""
    d = Dual(x, 1.0)
    r = d * d * 3.0 + 2.0 * d - 1.0 * d.sin()
    if d < 5:
        r = r / d
    r += 1.0 - d
    return (r**3).slope


@program((0.7,))
def newton_with_dual_numbers(x):
    """A loop over objects, the derivative in the step."""
    guess = 1.0
    for _ in range(4):
        f = Dual(guess, 1.0) ** 3 - x
        guess = guess - f.value / f.slope
    return guess


class Printing:
    """A constructor with effects, and one that may raise."""

    def __init__(self, x):
        print("made")
        if x < 0.0:
            raise ValueError("negative")
        self.x = x * x
        print("of", round(x, 1))


@program((2.0, 3.0))
def effects_of_a_constructor(x, y):
    """Once, in order, and before what comes after."""
    a = Printing(x)
    print("between")
    b = Printing(y)
    return a.x * b.x


@program((-2.0,), raises=ValueError)
def constructor_that_raises(x):
    """The user's exception comes through."""
    return Printing(x).x


@program((2.0,), raises=dataclasses.FrozenInstanceError)
def assignment_in_a_frozen_post_init(x):
    """As in Python."""
    return Impossible(x).a


@dataclass(frozen=True)
class Impossible:
    """Sets an attribute in the ordinary way."""

    a: float

    def __post_init__(self):
        self.a = self.a * 2.0


class Configured:
    """Attributes by keyword, with `setattr` in a loop."""

    def __init__(self, **options):
        for name, value in options.items():
            setattr(self, name, value)
        self.options = len(options)


@program((2.0, 3.0))
def attributes_by_keyword(x, y):
    """`setattr` with the names of a known dict."""
    c = Configured(rate=x, depth=y * y)
    return c.rate * c.depth * c.options


class Clamped:
    """A property with a setter, an early return, a private name."""

    def __init__(self, x, limit=None):
        self.__raw = x
        self.value = x * x
        if limit is None:
            return
        self.value = limit

    @property
    def value(self):
        """What the setter has left."""
        return self._value * self.__raw

    @value.setter
    def value(self, value):
        self._value = value if value > 1.0 else value * 3.0


@program((2.0, 3.0), (0.5, 0.25))
def property_with_a_setter(x, y):
    """The setter runs in the constructor."""
    return Clamped(x).value + Clamped(x, y).value


class Network:
    """Layers made in the constructor, an activation by name."""

    def __init__(self, weights, activation="tanh"):
        self.layers = [Dense(w, b) for w, b in weights]
        self.activation = np.tanh if activation == "tanh" else np.sin

    def __call__(self, x):
        """One layer after the other."""
        for layer in self.layers:
            x = self.activation(layer(x))
        return x


class Dense:
    """An affine layer."""

    def __init__(self, w, b):
        self.w, self.b = w, b

    def __call__(self, x):
        """w x + b."""
        return x @ self.w + self.b


WEIGHTS = [(np.array([[0.5, -1.0], [0.3, 0.2]]), np.array([0.1, 0.2])), (np.array([[1.0], [2.0]]), np.array([0.5]))]


@program((WEIGHTS, np.array([[1.0, 2.0], [0.5, -0.5]])))
def network_made_inside(weights, x):
    """Objects in a list in an object."""
    return np.sum(Network(weights)(x)) + np.sum(Network(weights[:1], activation="sin")(x))


class Tree:
    """Makes its own children."""

    def __init__(self, x, depth):
        self.x = x
        self.children = (Tree(x * 2.0, depth - 1), Tree(x + 1.0, depth - 1)) if depth > 0 else None

    def total(self):
        """Recursion over the structure."""
        if self.children is None:
            return self.x**2
        left, right = self.children
        return self.x * left.total() + right.total()


@program((1.5,))
def tree_of_a_known_depth(x):
    """Constructors inside a constructor."""
    return Tree(x, 2).total()


class Holder:
    """Objects within objects."""

    def __init__(self, inner, factor):
        self.inner = inner
        self.factor = factor
        self.cached = inner.norm() * factor

    def moved(self):
        """A new object around another inner one."""
        return Holder(self.inner + Point(self.factor, 1.0), self.cached)


@program((1.5, 0.5))
def objects_within_objects(x, y):
    """Carried through a loop."""
    h = Holder(Point(x, y), y)
    for _ in range(2):
        h = h.moved()
    return h.inner.norm() * h.factor + h.cached


class Matrix:
    """A wrapper around an array, with operators that NumPy has too."""

    __array_ufunc__ = None

    def __init__(self, a):
        self.a = np.asarray(a)

    def __matmul__(self, other):
        return Matrix(self.a @ other.a)

    def __or__(self, other):
        return Matrix(np.concatenate([self.a, other.a]))

    def __abs__(self):
        return np.sum(np.abs(self.a))

    def __float__(self):
        return float(self.a[0, 0])

    def __divmod__(self, k):
        return Matrix(self.a / k), k * self.a[0, 0]


@program((np.array([[1.0, 2.0], [3.0, -1.5]]),))
def matrix_class(a):
    """`@`, `|`, `abs`, `float`, `divmod`."""
    m = Matrix(a)
    quotient, rest = divmod(m, 3.0)
    return abs((m @ m) | m) * float(m) + abs(quotient) * rest


class Accumulated:
    """`+=` falls back to `+`."""

    def __init__(self, total, count=0):
        self.total, self.count = total, count

    def __add__(self, x):
        return Accumulated(self.total + x * x, self.count + 1)

    def mean(self):
        """Sum over count."""
        return self.total / self.count


@program((np.array([1.0, 2.0, -3.0]),))
def augmented_assignment_of_an_object(xs):
    """An int attribute beside a float one."""
    a = Accumulated(0.0)
    for x in xs:
        a += x
    return a.mean()


class Reversing:
    """Methods that differ by the side of the operator."""

    def __init__(self, x):
        self.x = x

    def __sub__(self, other):
        return self.x - other * 2.0 if not isinstance(other, Reversing) else self.x * other.x

    def __rsub__(self, other):
        return other * 3.0 - self.x

    def __rpow__(self, other):
        return other**self.x


@program((2.0, 3.0))
def reflected_operators(x, y):
    """The object on the left, on the right, on both sides."""
    r = Reversing(x)
    return (r - y) * (y - r) + (r - Reversing(y)) + y**r


class Derivative(Reversing):
    """Inherits the reflected method without refining it: the left operand goes first."""


@program((2.0, 3.0))
def derived_operands(x, y):
    """Python asks the derived class first only if it has a method of its own."""
    return (Reversing(x) - Derivative(y)) * 1.0


class Declining:
    """Gives NotImplemented for what it does not know."""

    def __init__(self, x):
        self.x = x

    def __mul__(self, other):
        if isinstance(other, float):
            return self.x * other
        return NotImplemented


class Accepting:
    """Knows how to be multiplied from the left."""

    def __init__(self, x):
        self.x = x

    def __rmul__(self, other):
        return other.x * self.x**2


@program((2.0, 3.0))
def operators_that_decline(x, y):
    """The next one is asked."""
    return Declining(x) * Accepting(y) + Declining(y) * x


@dataclass(order=True)
class Version:
    """Comparison by all fields, written by `dataclass`."""

    major: float
    minor: float = 0.0


@program((2.0, 3.0), (3.0, 2.0))
def generated_comparison(x, y):
    """Decides, and is not differentiated."""
    a, b = Version(x, y), Version(y)
    larger = a if a > b else b
    return larger.major * 2.0 + (x if a == Version(x, y) and a != b else y)


class Counted:
    """Class data as defaults, identity."""

    step: float = 0.5

    def __init__(self, x, step=None):
        self.x = x
        if step is not None:
            self.step = step

    def value(self):
        """Reads the class's attribute or the object's own."""
        return self.x * self.step


@program((2.0, 3.0))
def class_attribute_behind_an_attribute(x, y):
    """One object has it, the other has not."""
    a, b = Counted(x), Counted(x, y)
    same = a
    return a.value() + b.value() * (2.0 if same is a and same is not b else 3.0)


@program((1.0, 4), (0.5, 1))
def polynomials_as_objects(x, n):
    """A list of coefficients in an object; Horner's scheme."""
    p = Polynomial([1.0, x])
    for _ in range(n):
        p = p.times_x_plus(x)
    return p(0.7) + p.derivative()(x)


class Polynomial:
    """Coefficients, the lowest first."""

    def __init__(self, coefficients):
        self.coefficients = coefficients

    def __call__(self, x):
        """Horner's scheme."""
        value = 0.0
        for c in reversed(self.coefficients):
            value = value * x + c
        return value

    def times_x_plus(self, c):
        """Another one."""
        return Polynomial([c, *self.coefficients])

    def derivative(self):
        """Term by term."""
        return Polynomial([i * c for i, c in enumerate(self.coefficients)][1:])


@program((np.array([1.0, 0.5]), np.float32(2.0)), (np.array([1.0, 0.5], np.float32), 2.0))
def objects_in_single_precision(x, y):
    """What an attribute holds keeps its kind."""
    p = Point(x, y)
    return np.sum(p.x * p.y) + np.sum((p * 2.0).x)


@program((1.5, 2.5))
def methods_without_an_object(x, y):
    """Called through the class, on what was made here."""
    p = Point(x, y)
    return Point.norm(p) + Point.__mul__(p, p) + operator.mul(p, p) + operator.attrgetter("x")(p)


@program((1.5, 2.5), (2.5, 1.5))
def object_or_nothing(x, y):
    """None on one side."""
    p = Point(x, y) if x < y else None
    return x * y if p is None else p.norm()


@program((1.7, 3))
def object_that_may_be_unbound(x, n):
    """It is assigned in a loop only."""
    for i in range(n):
        p = Point(x * i, x)
    return p.norm()


@program((1.7, 0), raises=UnboundLocalError)
def object_that_is_unbound(x, n):
    """As in Python."""
    for i in range(n):
        p = Point(x * i, x)
    return p.norm()


@program((1.7,))
def attributes_by_name(x):
    """`getattr` with and without a default, `hasattr`, `__class__`."""
    p = Point(x, 1.0)
    q = p.__class__(x, x) if hasattr(p, "x") else p
    return getattr(p, "x", 5.0) + getattr(p, "z", x * x) * len(q.__class__.__name__) + q.norm()


@program((1.7,))
def starred_arguments(x):
    """Of the class."""
    return Point(*[x, x * x]).norm() + Point(**{"y": x, "x": 2.0}).x * Point(*(x,)).norm()


@program((1.7,))
def methods_in_containers(x):
    """Bound methods of objects made in a loop, in a list and a dict."""
    norms = [Point(x * i, 1.0).norm for i in range(3)]
    table = {"a": Point(x, 1.0).norm, "b": Point(1.0, x).__mul__}
    return sum([norm() for norm in norms]) * table["a"]() + table["b"](2.0).y


@program((1.7,))
def identity_of_objects(x):
    """Two objects are equal, and not the same; an attribute is what was put into it."""
    y = x * x
    p, r = Point(x, y), Point(x, y)
    q = p
    return x * (1.0 if p is q else 2.0) * (3.0 if p is r else 4.0) * (5.0 if p == r else 6.0) * (p.y is y)


class Momentum:
    """An optimiser without state of its own."""

    def __init__(self, rate, inertia=0.9):
        self.rate, self.inertia = rate, inertia

    def step(self, w, w_bar, speed):
        """One step."""
        speed = self.inertia * speed - self.rate * w_bar
        return w + speed, speed


@program((1.7, 0.1))
def optimiser_object(x, rate):
    """The gradient of what training leaves, by the rate."""
    optimiser, w, speed = Momentum(rate), x, 0.0
    for _ in range(5):
        w, speed = optimiser.step(w, 2.0 * w, speed)
    return w * w


class Stack:
    """Makes new stacks."""

    def __init__(self, items=()):
        self.items = items

    def push(self, x):
        """A longer one."""
        return Stack((*self.items, x))

    def pop(self):
        """The last item and a shorter one."""
        return self.items[-1], Stack(self.items[:-1])


@program((1.7,))
def immutable_stack(x):
    """Tuples grow and shrink."""
    stack = Stack().push(x).push(x * x)
    a, stack = stack.pop()
    b, stack = stack.pop()
    return a * b * b + len(stack.items)


class Link:
    """A linked list of a length that is known."""

    def __init__(self, value, rest=None):
        self.value, self.rest = value, rest

    def total(self):
        """Recursion, a new type at each link."""
        return self.value**2 + (self.rest.total() if self.rest is not None else 0.0)


@program((1.7,))
def linked_list(x):
    """Three links."""
    return Link(x, Link(x * 2.0, Link(x * x))).total()


class Complex:
    """Complex numbers by hand."""

    def __init__(self, re, im):
        self.re, self.im = re, im

    def __mul__(self, other):
        return Complex(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)

    def __add__(self, other):
        return Complex(self.re + other.re, self.im + other.im)

    def __abs__(self):
        return math.hypot(self.re, self.im)


@program((0.3, 0.4), (0.5, 0.6))
def mandelbrot(x, y):
    """A while loop whose test takes the absolute value of an object."""
    z, c, n = Complex(0.0, 0.0), Complex(x, y), 0
    while abs(z) < 2.0 and n < 10:
        z = z * z + c
        n += 1
    return abs(z) * n


@dataclass
class State:
    """Of a body, in arrays."""

    position: np.ndarray
    velocity: np.ndarray
    time: float = 0.0


def euler(state, dt):
    """One step of a spring."""
    velocity = state.velocity - dt * state.position
    return State(state.position + dt * state.velocity, velocity, state.time + dt)


@program((np.array([1.0, 2.0]), np.array([0.5, -1.0])))
def simulation(position, velocity):
    """A loop over states; then `replace` in a while loop."""
    state = State(position, velocity=velocity)
    for _ in range(5):
        state = euler(state, 0.1)
    while state.time < 0.75:
        state = dataclasses.replace(state, position=state.position + 0.1 * state.velocity, time=state.time + 0.1)
    return np.sum(state.position**2) + np.sum(state.velocity * state.position) + state.time


class Rewriting:
    """Sets an attribute several times, and reads it in between."""

    def __init__(self, x, y):
        self.x = x
        self.x += y
        self.x *= self.x
        self.y, self.x = self.x, y

    class Inner:
        """A class in a class."""

        def __init__(self, x):
            self.cube = x**3

    def inner(self):
        """Found through the object."""
        return self.Inner(self.y).cube * self.x


@program((0.7, 0.3))
def attributes_that_are_set_again(x, y):
    """The last one counts."""
    return Rewriting(x, y).inner()


class Tables:
    """Data of the class, in methods of objects made here."""

    table = [1.0, 2.0]
    weights = np.array([1.0, 2.0])

    def __init__(self, x):
        self.x = x * self.table[0]

    def __call__(self):
        return self.x * self.table[1] + np.sum(self.weights * self.x)


@program((1.7,))
def data_of_the_class(x):
    """A list and an array."""
    return Tables(x)() * type(Tables(x)).table[1]


@program((1.7,))
def matched_objects(x):
    """`match` with classes that were made here."""
    total = x
    for shape in (Point(x, 1.0), Pair(x, 2.0)):
        match shape:
            case Point(x=a, y=b):
                total = total + a * b
            case Pair(a, b):
                total = total * a + b
    return total


@program((1.7, 2.0), autograd="`deepcopy` copies its boxes")
def copies_of_objects(x, y):
    """By `copy` and `deepcopy`."""
    p = copy.copy(Point(x, y))
    q = copy.deepcopy(Holder(p, y))
    return p.norm() * q.cached + q.inner.x + copy.deepcopy(Pair(x, y)).norm()


class Parts:
    """Yields."""

    def __init__(self, x):
        self.x = x

    def powers(self, n):
        """A generator as a method."""
        for i in range(n):
            yield self.x**i

    def line(self):
        """A closure over the object."""
        return lambda t: t * self.x + 1.0

    def __iter__(self):
        return iter([self.x, self.x * 2.0])


@program((1.7,))
def generators_and_closures_of_objects(x):
    """Run through, called."""
    parts = Parts(x)
    a, b = parts
    return sum(parts.powers(4)) * parts.line()(3.0) + a * b + sum([part * a for part in parts])


class Defaults:
    """All kinds of parameters, in the constructor and in a method."""

    def __init__(self, x, weights=(1.0, 2.0), *rest, z=2.0, **options):
        self.x, self.z = x * weights[1], z
        self.rest, self.options = rest, options

    def __call__(self, k=3.0, /, *more, j=2.0):
        return self.x * k * j * self.z + sum(self.rest) + self.options.get("q", 0.0) + len(more)


@program((1.7,))
def parameters_of_constructors(x):
    """Defaults, `*args`, keyword-only, `**kwargs`."""
    f = Defaults(x, (x, x), x, x, z=x, q=x).__call__
    return f() + f(x) + f(x, 1.0, 2.0, j=x) + Defaults(x)(x)


class Cached:
    """What is computed when it is asked for, and then kept."""

    def __init__(self, w):
        self.w = w

    @functools.cached_property
    def doubled(self):
        """A new array."""
        return self.w * 2.0

    @functools.cached_property
    def same(self):
        """The very array of the object."""
        return self.w

    @functools.cached_property
    def several(self):
        """Asks another one, and sets an attribute."""
        self.k = 3.0 * self.w
        return [self.k, self.doubled]

    @functools.cached_property
    def nothing(self):
        """None is kept as well."""
        return None

    @functools.cached_property
    def total(self):
        """Asks two others."""
        return np.sum(self.doubled * self.same)


@program((1.5,), (np.array([0.5, 2.0]),))
def cached_properties(x):
    """The first read counts; the list is the one that is kept."""
    p = Cached(x * 1.0)
    first = p.total
    p.w = 3.0 * x
    p.several.append(x * x)
    y = 2.0 if p.nothing is None and p.nothing is None else x
    return first * p.total * np.sum(sum(p.several)) * np.sum(p.k) * len(p.several) * y


@program((np.array([0.5, 2.0]),))
def cached_array_is_written_to(x):
    """It is one with the attribute, under either name."""
    p = Cached(x.copy())
    a = p.same
    p.w[0] = 2.0 * x[1]
    p.doubled[1] = x[0] * p.doubled[0]
    return np.sum(p.same * a * p.doubled) + p.w[0]


def asks(p):
    """A function that is asked twice."""
    return p.total * np.sum(p.w)


@program((1.5,))
def cached_in_another_function(x):
    """Overwritten, asked by a function, in a tuple of objects, and in a copy."""
    p = Cached(x)
    y = asks(p)
    p.w = x * x
    other = copy.copy(p)
    p.total = x
    for q in (Cached(x), Cached(2.0 * x)):
        y = y * q.doubled * q.doubled
    return y * asks(p) + getattr(other, "total") * other.doubled  # noqa: B009


class Interval:
    """What lies between two numbers."""

    def __init__(self, low, high):
        self.low, self.high = low, high

    def __contains__(self, v):
        return self.low <= v <= self.high

    def __len__(self):
        return np.int64(2)

    def __float__(self):
        return float(self.high - self.low)


@program((np.array([0.4, 0.7, 1.2]),))
def truth_of_special_methods(x):
    """`in` gives a bool, `len` an int and `float` a float, whatever the methods give."""
    interval = Interval(x[0] - 1, x[0] + 1)
    n = (x[0] in interval) + (x[0] * 0.5 in interval)
    return np.sum(n * x) - (x[0] in interval) * x[0] * float(interval) + len(interval) * x[0]
