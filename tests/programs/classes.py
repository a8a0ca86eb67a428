"""Classes that are made inside a function: what their methods see, and what they are made of."""

import abc
import dataclasses
import functools
from collections import namedtuple
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

import numpy as np

from programs.harness import program


class Shape:
    """A base outside of the function."""

    factor = 2.0

    def __init__(self, w):
        self.w = w

    def twice(self):
        """Asks a method that a subclass defines."""
        return 2.0 * self.area()


def area_of(shape, y):
    """A function that is compiled by itself."""
    return shape.area() * y


def made_by_a_function(y):
    """Gives an object of its own class, whose method sees the argument."""

    class Scaled:
        def __init__(self, w):
            self.w = w

        def area(self):
            return self.w**2 * y

    return Scaled(y)


def doubled(method):
    """A decorator for methods."""

    def call(*args):
        return 2.0 * method(*args)

    return call


@program((1.5,), (np.array([0.5, 2.0]),))
def local_class(x):
    """A constructor, a method and a constant of the class."""

    class Square:
        g = 3.0

        def __init__(self, w):
            self.w = w

        def area(self):
            return self.w**2 * self.g

    return np.sum(Square(x).area())


@program((1.5,))
def method_reads_a_variable(x):
    """It is the variable as it is when the method runs."""
    k = 3.0 * x

    class Scaled:
        def __init__(self, w):
            self.w = w

        def area(self):
            return self.w**2 * k * late

    p = Scaled(x)
    late = 2.0
    a = p.area()
    k = k * x
    late = x
    return a + p.area() * p.area()


@program((1.5,))
def variable_changes_in_a_loop(x):
    """A method is called in loops that assign what it reads."""

    class Scaled:
        def __init__(self, w):
            self.w = w

        def area(self):
            return self.w * k

    p, total = Scaled(x), 0.0
    for k in (1.0, x, 2.0 * x):
        total += p.area()
    for _ in range(3):
        k = k * x
        p.w = p.area()
    while k < 100.0:
        k = k * x
    return total + p.area() * p.w


@program((1.5,), (-1.5,))
def variable_changes_in_a_branch(x):
    """A method reads what one side has assigned."""
    k = x

    class Scaled:
        def __init__(self, w):
            self.w = w

        def area(self):
            return self.w * k

    p = Scaled(x)
    if x > 0:
        k = k * x
        p.w = p.area()
    else:
        k = 5.0
    return p.area()


@program((1.5,))
def inheritance(x):
    """From a class outside, and from one inside, with `super()` that runs through both."""

    class Cube(Shape):
        def area(self):
            return self.w**3 * self.factor

    class Box(Cube):
        def __init__(self, w, v):
            super().__init__(w)
            self.v = v

        def area(self):
            return super().area() * self.v * x

    box = Box(x, 2.0 * x)
    return box.twice() * isinstance(box, Cube) + issubclass(Box, Shape)


@program((1.5,))
def mixin(x):
    """A base whose methods read what they themselves do not set, and a variable."""
    s = x

    class Scales:
        def scaled(self):
            return self.w * s

    class Both(Scales, Shape):
        pass

    return Both(x).scaled() * Both.factor


@program((1.5,))
def local_dataclass(x):
    """With defaults, a factory that reads a variable, and a method that fills a list."""

    @dataclass
    class Layer:
        w: float
        b: float = 1.0
        n: int = field(default=2)
        seen: list = field(default_factory=lambda: [x])

        def __call__(self, y):
            self.seen.append(y)
            return self.w * y**self.n + self.b

    layer, other = Layer(x, b=x), Layer(2.0)
    return layer(x) + layer(2.0) * other(x) + sum(layer.seen) * len(other.seen)


@program((1.5,))
def frozen_dataclass(x):
    """Changed by `replace`, and with slots."""

    @dataclass(frozen=True, slots=True)
    class Point:
        w: float
        v: float = 2.0

        def grown(self, k):
            return dataclasses.replace(self, w=self.w * k)

    return Point(x).grown(x).w * Point(x).v


@program((1.5,))
def local_named_tuples(x):
    """Both kinds; they are tuples, and no two are of one class."""

    class Pair(NamedTuple):
        a: float
        b: float = 2.0

        def product(self):
            return self.a * self.b * x

    Other = namedtuple("Other", ["a", "b"])
    p, q = Pair(x), Other(x, b=x)
    a, b = p
    return p.product() * a * b + q.a * q[1] + (type(p) is type(q)) + isinstance(q, Pair)


@program((1.5,))
def operators_give_new_objects(x):
    """A class that names itself, in a loop that carries an object."""

    class Vector:
        def __init__(self, a, b):
            self.a, self.b = a, b

        def __add__(self, other):
            return Vector(self.a + other.a, self.b + other.b * x)

        def __mul__(self, scale):
            return Vector(self.a * scale, self.b * scale)

        __rmul__ = __mul__

        def dot(self, other):
            return self.a * other.a + self.b * other.b

    u, v = Vector(x, 2.0), Vector(1.0, x * x)
    w = u + 0.5 * v
    for _ in range(3):
        w = w * x + u
    return w.dot(w)


@program((1.5,))
def kinds_of_methods(x):
    """A property with a setter, a static method, a class method and a cache."""

    class Ball:
        k = 2.0

        def __init__(self, r):
            self._r = r

        @property
        def r(self):
            return self._r * self.k

        @r.setter
        def r(self, value):
            self._r = value * x

        @staticmethod
        def squared(a):
            return a * a * x

        @classmethod
        def make(cls, a):
            return cls(a * x)

    ball = Ball.make(x)
    ball.r = ball.r * x
    return Ball.squared(ball.r) + ball.squared(x) + Ball.r.fget(ball)


@program((1.5,))
def decorated_methods(x):
    """By a function outside, and by a nested one that reads a variable."""

    def scaled(method):
        return lambda *args: x * method(*args)

    class P:
        def __init__(self, w):
            self.w = w

        @doubled
        def a(self):
            return self.w**2

        @scaled
        def b(self):
            return self.w**3

        c = lambda self, y: y * self.w  # noqa: E731

    p = P(x)
    return p.a() + p.b() * p.c(x)


@program((1.5,))
def private_names(x):
    """They are spelled as in a class, and `__class__` is the class."""

    class P:
        def __init__(self, w):
            self.__w = w

        def __squared(self):
            return self.__w**2

        def value(self):
            return self.__squared() * (__class__ is P) * isinstance(self, __class__)

    return P(x).value()


@program((1.5,))
def methods_assign_a_nonlocal_variable(x):
    """Two objects share the variable, which a method changes."""
    total = x

    class Adds:
        def __init__(self, w):
            self.w = w

        def add(self):
            nonlocal total
            total += self.w * total

    p, q = Adds(x), Adds(2.0)
    for _ in range(2):
        p.add()
        q.add()
    return total * x


@program((1.5,))
def bound_methods(x):
    """As values, with a default, and handed to `map` and `partial`; they see a variable that is assigned again."""
    k = x

    class P:
        def __init__(self, w):
            self.w = w

        def area(self, z=x):
            return self.w**2 * k * z

    f = P(x).area
    k = 2.0 * x
    g = functools.partial(f, x)
    return f() + sum(map(f, [1.0, x])) + g() * P.area(P(2.0), 3.0)


@program((1.5,))
def classes_as_values(x):
    """In a tuple, out of a function that makes one at each call, and under one name after another."""

    def make(k):
        class P:
            def __init__(self, w):
                self.w = w

            def f(self):
                return self.w * k

        return P

    A, B = make(x), make(x * x)
    total = A(x).f() + B(2.0 * x).f() + isinstance(A(x), B)
    for cls in (A, B):
        total += cls(x).f()
    a = A(x)

    class A:
        def f(self):
            return x**3

    return total * A().f() + (a.f() if isinstance(a, A) else 1.0)


@program((1.5,))
def objects_for_other_functions(x):
    """What is compiled by itself calls methods that read variables, and gives objects of classes of its own."""
    k = x * x

    class Plain(Shape):
        def area(self):
            return self.w**2

    class Reads(Shape):
        def area(self):
            return self.w**2 * k

    p, q = made_by_a_function(x), made_by_a_function(2.0 * x)
    other = p.area() * q.area() + (type(p) is type(q))
    return area_of(Plain(x), x) + area_of(Reads(x), 2.0) * area_of(Plain(2.0), x) + other


@program((1.5,))
def recursion_over_objects(x):
    """A method that calls itself down a list, and a recursive function that makes objects."""

    class Node:
        def __init__(self, v, rest=None):
            self.v, self.rest = v, rest

        def total(self):
            return self.v if self.rest is None else self.v + x * self.rest.total()

    class Number:
        def __init__(self, w):
            self.w = w

        def times(self, other):
            return Number(self.w * other.w)

    def power(p, n):
        return Number(1.0) if n == 0 else p.times(power(p, n - 1))

    return Node(x, Node(2.0 * x, Node(x * x))).total() * power(Number(x), 3).w


@program((1.5,))
def objects_in_containers(x):
    """A list and a dict of objects, sorted, and with an attribute that is set."""

    @dataclass
    class Particle:
        x: float
        v: float

        def energy(self):
            return 0.5 * m * self.v**2

    m = x
    ps = sorted([Particle(x * i, x + i) for i in range(4)], key=lambda p: -p.v)
    named = {"a": ps[0], "b": Particle(x, x * x)}
    named["b"].v = named["a"].energy()
    return sum(p.energy() * p.x for p in ps) + named["b"].energy()


@program((1.5,))
def abstract_base(x):
    """A shape that knows its area only in its subclass."""

    class Figure(abc.ABC):
        @abc.abstractmethod
        def area(self): ...

        def scaled(self):
            return self.area() * x

    class Square(Figure):
        def __init__(self, s):
            self.s = s

        def area(self):
            return self.s**2

    return Square(x).scaled()


@program((1.5,), (-1.5,))
def local_exception_and_enum(x):
    """Classes that only tell cases apart."""

    class Negative(ValueError):
        pass

    class Mode(Enum):
        FLAT = 1
        STEEP = 2

    def slope(mode):
        return x if mode is Mode.FLAT else x * x

    try:
        if x < 0:
            raise Negative("no")
        y = slope(Mode.STEEP)
    except Negative:
        y = slope(Mode.FLAT)
    return y * x


@program((1.5,))
def class_scope(x):
    """A method sees the variable of its function, not the attribute of that name; a body sees what it has bound."""
    w = x

    def norm(v):
        return v * v

    class P:
        w = 2.0
        twice = w * 2.0

        def norm(self, v):
            return norm(v) * w * self.w * self.twice

    return P().norm(x)


@program((1.5,))
def attribute_over_a_class_attribute(x):
    """Setting an attribute of one object leaves the class as it is, and its other objects."""

    class P:
        w = 1.0

    p, q = P(), P()
    p.w = x
    return p.w * q.w + P.w


@program((1.5,))
def iteration_and_calls(x):
    """Special methods, one of them a generator."""

    class Poly:
        def __init__(self, *c):
            self.c = c

        def __call__(self, t):
            r = 0.0
            for a in self.c:
                r = r * t + a
            return r

        def __iter__(self):
            for a in self.c:
                yield a * x

        def __len__(self):
            return len(self.c)

        def __getitem__(self, i):
            return self.c[i]

    p = Poly(x, 2.0, x * x)
    return p(x) + sum(p) * len(p) + p[1] * p[0]


@program((1.5,))
def class_in_a_branch_and_a_try(x):
    """It is used where it is made."""
    y = 0.0
    if x > 0:
        k = x

        class P:
            def area(self):
                return k * x

        y = P().area()
    try:

        class Q:
            def area(self):
                return y * x

        y = Q().area()
        raise ValueError
    except ValueError:
        y = y * x
    return y


@program((1.5,))
def class_in_a_method_of_a_class(x):
    """Derived from the class that it is in."""

    class P:
        def __init__(self, w):
            self.w = w

        def larger(self):
            class Q(P):
                def area(self):
                    return self.w * x

            return Q(self.w * 2.0).area()

    return P(x).larger()


@program((1.5,))
def pattern_of_a_local_class(x):
    """`match` takes the object apart."""

    @dataclass
    class P:
        a: float
        b: float

    match P(x, 2.0):
        case P(a, 2.0):
            return a * a
        case _:
            return x


@program((1.5,))
def shown_object(x):
    """A dataclass is printed as ever."""

    @dataclass
    class P:
        n: int

        def double(self):
            return self.n * 2

    p = P(3)
    print(p, f"{p}")
    return x * p.double()


@program((-1.0,), raises=TypeError)
def class_that_cannot_be_made(x):
    """The statement raises, as in Python."""

    @dataclass
    class P:
        a: float = 1.0
        b: float

    return x


def value_of(p):
    """Compiled by itself, if it can be."""
    return p.value()


def made_and_asked(cls, x):
    """Is given a class."""
    return cls(x).value()


def called(f):
    """Is given a method."""
    return f()


@program((1.5,))
def variable_changes_between_calls(x):
    """Another function is given the object, the class, a method and a member of an enumeration before and after."""
    k, f = 2.0, np.sin

    class Inner:
        def value(self):
            return k

    class P:
        def __init__(self, w):
            self.w = w

        def value(self):
            return f(self.w) * k * Inner().value()

        @staticmethod
        def constant():
            return k

    class Mode(Enum):
        ON = 1

        def value_of_mode(self):
            return k

    def all_of_them():
        modes = called(Mode.ON.value_of_mode) * called(P.constant)
        return value_of(P(x)) * made_and_asked(P, x) + modes * x + value_of(Inner()) * x

    total = all_of_them()
    k = 3.0
    total += all_of_them()
    f = np.cos
    k = x
    return total + all_of_them()
