"""Objects made inside a function: given back, seen through guards, and what is refused about them, with the place.

Programs whose arguments and values are floats and arrays are in `programs/objects.py`.
"""

import dataclasses
import functools
import types
from typing import NamedTuple

import numpy as np
import pytest

from s2s_ad import ADError, Tangent, grad, pullback, source, value_and_grad
from s2s_ad.ir.types import Instance
from s2s_ad.ir.values import type_of


@dataclasses.dataclass
class Point:
    """Two coordinates."""

    x: float
    y: float = 2.0

    def norm(self):
        """Squared."""
        return self.x**2 + self.y**2


class Layer:
    """A constructor that computes, and a list."""

    def __init__(self, w, b):
        self.w = w
        self.scaled = [w * 2.0, b]
        self.name = "layer"


class Pair(NamedTuple):
    """A named tuple."""

    a: float
    p: Point


def test_object_as_the_value():
    """It is a real one; its cotangent is a Tangent, an object of its kind or a dict, with what there is."""
    y, back = pullback(lambda x: Point(x, x * x), 3.0)
    assert y == Point(3.0, 9.0)
    for y_bar in (Tangent(x=1.0, y=2.0), Point(1.0, 2.0), {"x": 1.0, "y": 2.0}):
        assert back(y_bar) == (None, 13.0)
    assert back(Tangent(y=1.0)) == (None, 6.0)
    assert back(None) == (None, 0.0)
    with pytest.raises(ValueError, match="attributes"):
        back(Tangent(z=1.0))


def test_object_of_a_class_whose_constructor_computes():
    """The object has the attributes in order, and the class's methods; the constructor has run once."""
    w, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    y, back = pullback(lambda w, b: Layer(w, b), w, b)
    assert type(y) is Layer
    assert list(vars(y)) == ["w", "scaled", "name"]
    assert y.w is w
    np.testing.assert_array_equal(y.scaled[0], 2.0 * w)
    _, w_bar, b_bar = back({"w": np.ones(2), "scaled": [np.ones(2), np.array([5.0, 6.0])]})
    np.testing.assert_array_equal(w_bar, [3.0, 3.0])
    np.testing.assert_array_equal(b_bar, [5.0, 6.0])


def test_structures_of_objects_as_the_value():
    """A named tuple of an object, a namespace, a list of objects."""
    y, back = pullback(lambda x: (Pair(x, Point(x)), types.SimpleNamespace(ps=[Point(x * i) for i in range(3)])), 2.0)
    assert y[0] == Pair(2.0, Point(2.0))
    assert y[1] == types.SimpleNamespace(ps=[Point(0.0), Point(2.0), Point(4.0)])
    assert back((Pair(1.0, Point(2.0, 0.0)), {"ps": [None, Point(1.0, 0.0), {"x": 3.0}]})) == (None, 10.0)


def test_arrays_of_an_object_are_not_shared_with_its_cotangent():
    """The caller may write to what the pullback gives."""
    y_bar = np.ones(2)
    _, back = pullback(lambda w: Point(w, w), np.zeros(2))
    w_bar = back({"x": y_bar, "y": None})[1]
    w_bar += 1.0
    np.testing.assert_array_equal(y_bar, [1.0, 1.0])


def test_gradient_by_an_object_through_one_that_is_made():
    """Attributes go from one into the other."""

    def moved(p, dx):
        return dataclasses.replace(p, x=p.x * dx)

    assert grad(lambda p, dx: moved(p, dx).norm())(Point(3.0, 4.0), 2.0) == Tangent(x=24.0, y=8.0)
    assert grad(lambda p, dx: moved(moved(p, dx), p.y).x)(Point(3.0, 4.0), 2.0) == Tangent(x=8.0, y=6.0)


def test_effects_of_constructors_happen_once(capsys):
    """In `pullback`, `grad` and `value_and_grad`."""
    for transform in (pullback, lambda f, x: grad(f)(x), lambda f, x: value_and_grad(f)(x)):
        transform(lambda x: Loud(x).x + Loud(x * x).x, 3.0)
        assert capsys.readouterr().out == "3.0\n9.0\n"


class Loud:
    """Prints what it is made of."""

    def __init__(self, x):
        print(x)
        self.x = x


def test_generated_code_calls_the_class():
    """Where its constructor only sets attributes; nothing is made that nobody sees."""
    assert "Point(x, 1.0)" in source(lambda x: Point(x, 1.0), 2.0)
    assert "Pair(x, Point(y=x, x=1.0))" in source(lambda x: Pair(x, Point(y=x, x=1.0)), 2.0)
    assert "runtime.make_object(Layer, w=w, scaled=" in source(lambda w: Layer(w, w), np.ones(2))
    text = source(lambda x: Point(x, x).x * 2.0, 2.0)
    assert not any("Point" in line and "#" not in line for line in text.splitlines())


def swap(monkeypatch, *, target, name, value):
    """Replace an attribute of a class for the rest of a test."""
    monkeypatch.setattr(target, name, value, raising=False)


def test_what_a_class_gives_is_looked_at_again(monkeypatch):
    """Methods, constructors, properties, operators and data that come, go, or change."""

    class Thing:
        scale = 2.0

        def __init__(self, x):
            self.x = x

        def value(self):
            return self.x * self.scale

    def f(x):
        thing = Thing(x)
        return thing.value() + thing.x

    gradient = grad(f)
    assert gradient(1.0) == 3.0
    swap(monkeypatch, target=Thing, name="scale", value=5.0)
    assert gradient(1.0) == 6.0
    swap(monkeypatch, target=Thing, name="scale", value=np.float32(3.0))
    assert gradient(1.0) == 4.0
    swap(monkeypatch, target=Thing, name="value", value=lambda self: self.x * 10.0)
    assert gradient(1.0) == 11.0
    swap(monkeypatch, target=Thing, name="__init__", value=lambda self, x: setattr(self, "x", x * 2.0))
    assert gradient(1.0) == 22.0
    swap(monkeypatch, target=Thing, name="x", value=property(lambda self: 7.0 * self._x, _set_x))
    assert gradient(1.0) == 7.0 * 2.0 * 11.0
    monkeypatch.undo()
    assert gradient(1.0) == 3.0


def _set_x(self, x):
    self._x = x


class Late:
    """Gets a property, an operator and a truth value later."""

    def __init__(self, x):
        self.x = x

    def __radd__(self, other):
        return other + self.x * 2.0


def test_additions_to_a_class_are_noticed(monkeypatch):
    """Of an object that is an argument, and of one that is made."""
    late = Late(3.0)
    by_argument = grad(lambda late: late.x * late.x if late else late.x)
    made = grad(lambda x: 1.0 + Late(x) if Late(x) else x)
    assert by_argument(late) == Tangent(x=6.0)
    assert made(3.0) == 2.0
    monkeypatch.setattr(Late, "__bool__", lambda self: self.x > 5.0, raising=False)
    assert by_argument(late) == Tangent(x=1.0)
    assert made(3.0) == 1.0
    assert made(6.0) == 2.0
    monkeypatch.setattr(Late, "x", property(lambda self: 10.0), raising=False)
    assert by_argument(late) == Tangent(x=0.0)


def test_defaults_of_fields_are_looked_at_again():
    """The defaults of a generated constructor are those of its function."""

    @dataclasses.dataclass
    class Made:
        a: float
        b: float = 2.0

    gradient = grad(lambda x: Made(x).a * Made(x).b)
    assert gradient(3.0) == 2.0
    Made.__init__.__defaults__ = (5.0,)
    assert gradient(3.0) == 5.0


# self-reference and sharing


class Node:
    """Anything may be in it."""

    def __init__(self, w, left=None, right=None):
        self.w, self.left, self.right = w, left, right


def chain(n):
    """Each object holds the next one twice."""
    node = Node(1.0)
    for _ in range(n):
        node = Node(1.0, node, node)
    return node


def test_objects_shared_in_two_places():
    """Each way to an object has a cotangent of its own."""
    inner = Node(3.0)
    found = grad(lambda n: n.left.w * n.right.w * n.w)(Node(2.0, inner, inner))
    assert (found.w, found.left.w, found.right.w) == (9.0, 6.0, 6.0)


def test_deep_sharing_terminates():
    """A few ways are followed, a million are refused, in no time."""
    assert grad(lambda n: n.left.right.w * n.w)(chain(6)).left.right.w == 1.0
    assert type_of(chain(60)) == Instance(Node)
    with pytest.raises(TypeError, match="reached in very many ways"):
        grad(lambda n: n.w)(chain(60))
    with pytest.raises(ADError, match="reached in very many ways"):
        pullback(lambda n, x: n.w * x, chain(60), 1.0)


def test_self_reference_is_refused():
    """By itself, by a list, in a cycle of two."""
    alone, held, one = Node(1.0), Node(1.0), Node(1.0)
    alone.left = alone
    held.left = [{"a": (held,)}]
    one.left = Node(2.0, one)
    for node in (alone, held, one):
        with pytest.raises(TypeError, match="refers to itself"):
            grad(lambda n: n.w)(node)
        with pytest.raises(ADError, match="refers to itself"):
            pullback(lambda n, x: n.w * x, node, 1.0)
    loop = [1.0]
    loop.append(loop)
    with pytest.raises(TypeError, match="holds a `list`"):
        grad(lambda xs: xs[0])(loop)


# refusals


class Registered:
    """Escapes from its constructor."""

    known = ()

    def __init__(self, x):
        keep(self)
        self.x = x


def keep(obj):
    """Holds on to what it is given."""
    return [obj]


class Partial:
    """An attribute on one side only."""

    def __init__(self, x):
        if x > 0:
            self.x = x


class Summing:
    """An attribute in a loop."""

    def __init__(self, xs):
        self.total = 0.0
        for x in xs:
            self.total = self.total + x


class Cyclic:
    """Holds itself."""

    def __init__(self, x):
        self.x = x
        self.me = self


class Parent:
    """Is held by its child."""

    def __init__(self, x):
        self.child = Node(x, self)


class Lambdas:
    """Holds a nested function."""

    def __init__(self, x):
        self.f = lambda t: t * x


class OwnNew:
    """Has `__new__`."""

    def __new__(cls, x):
        return object.__new__(cls)

    def __init__(self, x):
        self.x = x


class OwnGet:
    """Has `__getattribute__`."""

    def __init__(self, x):
        self.x = x

    def __getattribute__(self, name):
        return 1.0


class OwnSet:
    """Has `__setattr__`."""

    def __init__(self, x):
        self.x = x

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 2.0)


class Finalised:
    """Has `__del__`."""

    def __init__(self, x):
        self.x = x

    def __del__(self):
        pass


class Meta(type):
    """Makes no objects."""

    def __call__(cls, x):
        return x


class OwnMeta(metaclass=Meta):
    """Is made by its metaclass."""


class Doubling:
    """A descriptor."""

    def __get__(self, obj, cls=None):
        return obj.hidden * 2.0

    def __set__(self, obj, value):
        obj.hidden = value


class Described:
    """Has a descriptor."""

    v = Doubling()

    def __init__(self, x):
        self.v = x


class Indexed:
    """Is iterated by its items."""

    def __init__(self, x):
        self.x = x

    def __getitem__(self, i):
        if i > 2:
            raise IndexError
        return self.x * i


class Endless:
    """Makes another of its kind."""

    def __init__(self, x):
        self.x = x
        self.next = Endless(x * 2.0)


class Undecided:
    """Its method may decline."""

    def __init__(self, x):
        self.x = x

    def __mul__(self, other):
        return self.x * other if other > 0 else NotImplemented


class Arraylike:
    """NumPy takes it for an array."""

    def __init__(self, x):
        self.x = x

    def __array__(self, dtype=None, copy=None):
        return np.array([self.x])


class Shapes(tuple):
    """A tuple that is made in its own way."""

    def __new__(cls, x):
        return super().__new__(cls, (x, x))


class Attribute:
    """Not a method where Python looks for one."""

    __add__ = functools.partial(max, 1.0)

    def __init__(self, x):
        self.x = x


class Recursive:
    """Has a generator that needs another `super`."""

    def __init__(self, x):
        self.x = x

    def all(self):
        """`super()` where there is no method."""
        return [super().x for _ in range(2)]


REFUSALS = [
    (lambda x: Registered(x).x, "[obj]", "leaves its `__init__`"),
    (lambda x: Partial(x).x, "if x > 0:", "set on one side of an `if` only"),
    (lambda x: Summing([x, x]).total, "self.total", "which is set in a loop"),
    (lambda x: Cyclic(x).x, "self.me", "leaves its `__init__`"),
    (lambda x: Parent(x).child.w, "w, left, right", "`Parent` that leaves"),
    (lambda x: Lambdas(x).f(x), "Lambdas(x)", "a nested function as the attribute `f`"),
    (lambda x: OwnNew(x).x, "OwnNew(x)", "its own `__new__`"),
    (lambda x: OwnGet(x).x, "OwnGet(x)", "its own `__getattribute__`"),
    (lambda x: OwnSet(x).x, "self.x", "its own `__setattr__`"),
    (lambda x: Finalised(x).x, "Finalised(x)", "its own `__del__`"),
    (lambda x: OwnMeta(x) * x, "OwnMeta(x)", "its own `Meta.__call__`"),
    (lambda x: Described(x).v, "self.v", "`v`, which is a descriptor"),
    (lambda x: sum([part + x for part in Indexed(x)]), "[part + x for part in Indexed(x)]", "no method `__iter__`"),
    (lambda x: Endless(x).x, "Endless(x * 2.0)", "makes another, and so on"),
    (lambda x: Undecided(x) * x, "Undecided(x) * x", "whether it gives NotImplemented"),
    (lambda x: np.sum(np.sin(Arraylike(x))), "np.sin(Arraylike(x))", "a `Arraylike` as an argument of `sin`"),
    (lambda x: Shapes(x)[0], "Shapes(x)", "made in its own way"),
    (lambda x: Attribute(x) + x, "Attribute(x) + x", "`__add__` of `Attribute`, which is no method"),
    (lambda x: np.array([x]) * Node(x), "np.array([x]) * Node(x)", "an array, or what may be one, before"),
    (lambda x: (Point(x) if x > 0 else Node(x)).norm(), "(Point(x) if x > 0 else Node(x)).norm()", "one of several"),
    (lambda x: Recursive(x).all(), "super()", "`super()` outside of a method"),
    (lambda x: super(Point, x).norm(), "super(Point, x).norm()", "an object whose class is not known"),
    (lambda x: Point(x)(x), "Point(x)(x)", "has no method `__call__`"),
    (lambda x: Point(x).__dict__["x"], "Point(x).__dict__", "the attribute `__dict__`"),
]


@pytest.mark.parametrize(("function", "text", "message"), REFUSALS, ids=[text for _, text, _ in REFUSALS])
def test_refusals_name_the_place(function, text, message):
    """The file, the line, the text above the carets, what is wrong, and what to write instead."""
    with pytest.raises(ADError) as refusal:
        pullback(function, 1.5)
    problem = refusal.value.problems[0]
    assert message in problem.message
    assert problem.hint
    assert problem.span is not None
    assert problem.span.filename == __file__
    assert problem.span.text[slice(*problem.span.characters)] == text
    assert "hint: " in str(refusal.value)


class Guarded:
    """Attributes are looked up in its own way."""

    def __init__(self, w):
        self.w = w

    def __getattribute__(self, name):
        return object.__getattribute__(self, name)


def test_arguments_that_are_not_followed_are_refused_where_they_are_read():
    """Never a gradient that misses a part."""
    with pytest.raises(ADError, match="its own `__getattribute__`") as refusal:
        pullback(lambda o, x: o.w * x, Guarded(2.0), 1.0)
    assert "hint: " in str(refusal.value)
    described = Described(2.0)
    with pytest.raises(ADError, match="which is a descriptor"):
        pullback(lambda o, x: o.v * x, described, 1.0)


def test_odd_attributes_are_refused_where_they_are_read():
    """What holds numbers in a way that is not followed."""
    odd = types.SimpleNamespace(w=2.0, table={1.5: 3.0})
    assert grad(lambda o, x: o.w * x)(odd, 3.0) == Tangent(w=3.0)
    with pytest.raises(ADError, match="the attribute `table`, a `dict`"):
        pullback(lambda o, x: o.table[1.5] * x, odd, 1.0)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: Point(x, x, x).x, "positional arguments but 4 were given"),
        (lambda x: Point().x * x, "missing 1 required positional argument: 'x'"),
        (lambda x: Point(x, z=x).x, "unexpected keyword argument 'z'"),
        (lambda x: Pair(x).a, r"Pair.__new__\(\) missing 1 required positional argument: 'p'"),
        (lambda x: Pair(x, x, x).a, "too many positional"),
        (lambda x: Empty(x), r"Empty\(\) takes no arguments"),
    ],
)
def test_wrong_arguments_of_constructors(function, message):
    """A TypeError, as in Python."""
    with pytest.raises(TypeError):
        function(1.5)
    with pytest.raises(TypeError, match=message):
        pullback(function, 1.5)


class Empty:
    """No constructor."""


class Slotted:
    """One slot."""

    __slots__ = ("a",)

    def __init__(self, a):
        self.a = a
        self.b = a


class ReadOnly:
    """A property without a setter."""

    def __init__(self, x):
        self.x = x

    @property
    def x(self):
        """Always the same."""
        return 1.0


@pytest.mark.parametrize(
    "function",
    [
        lambda x: Slotted(x).a,
        lambda x: ReadOnly(x).x,
        lambda x: Point(x).z,
        lambda x: Point(x).move(),
        lambda x: Pair(x, x).c,
    ],
)
def test_missing_attributes(function):
    """An AttributeError, as in Python."""
    with pytest.raises(AttributeError) as plain:
        function(1.5)
    with pytest.raises(AttributeError) as compiled:
        pullback(function, 1.5)
    assert str(plain.value).startswith(str(compiled.value))  # Python 3.13 says more of slots


# objects whose class is not known when the function is compiled


class Odd:
    """Operators that are not what they are for numbers."""

    def __init__(self, x):
        self.x = x

    def __add__(self, other):
        return type(self)(self.x * getattr(other, "x", other))

    def __sub__(self, other):
        return type(self)(self.x**3)

    def __neg__(self):
        return type(self)(self.x**2)

    def __mul__(self, k):
        return self.x**2 * k

    __rmul__ = __mul__

    def __getitem__(self, i):
        return self.x**2

    def __len__(self):
        return 2

    def __abs__(self):
        return self.x**2

    def __float__(self):
        return self.x * 5.0

    def __gt__(self, other):
        return False


class Odder(Odd):
    """Another class with the same operators."""


def either(x):
    """One of two classes."""
    return Odd(x) if x > 0 else Odder(x * 2.0)


def through(obj):
    """Gives back what it gets."""
    return obj


@pytest.mark.parametrize(
    "function",
    [
        lambda x: either(x) + either(x),
        lambda x: either(x) + 2.0,
        lambda x: either(x) - 1.0,
        lambda x: -either(x),
        lambda x: either(x) * 2.0,
        lambda x: 2.0 * either(x),
        lambda x: either(x)[0],
        lambda x: abs(either(x)),
        lambda x: float(either(x)),
        lambda x: max(either(x), either(x)),
        lambda x: sum([part for part in either(x)]),  # noqa: C416
        lambda x: np.sum(np.asarray(either(x))),
        lambda x: [either(x * i) for i in range(1, 3)][1] + 2.0,
    ],
)
def test_operators_on_one_of_several_classes_are_refused(function):
    """They are not taken for those of numbers."""
    with pytest.raises(ADError, match="whose class was not known") as refusal:
        pullback(function, 3.0)
    assert "hint: " in str(refusal.value)


def test_one_of_several_classes_as_the_value():
    """It may be passed on."""
    for function in (either, lambda x: through(either(x)), lambda x: [either(x), Odd(x)][0]):
        for x, slope in ((3.0, 1.0), (-3.0, 2.0)):
            y, back = pullback(function, x)
            assert y.x == function(x).x
            assert back({"x": 1.0}) == (None, slope)


def test_a_zero_keeps_its_sign():
    """Where two sides differ by no more than that, and where a class is called with both."""
    for x in (2.0, -2.0):
        assert pullback(lambda x: np.copysign(1.0, 0.0 if x > 1 else -0.0) * x, x)[1](1.0)[1] == (1.0 if x > 1 else -1)
    assert np.signbit(pullback(lambda x: Point(-0.0, x * 0.0 + 0.0), 1.0)[0].x)
    y, _ = pullback(lambda x: (through(Point(-0.0, 0.0)), x), 1.0)
    assert (np.signbit(y[0].x), np.signbit(y[0].y)) == (True, False)


class Scaled(NamedTuple):
    """A named tuple."""

    x: float
    y: float


class OwnItems(Scaled):
    """Whose items are not those of the tuple."""

    def __getitem__(self, i):
        return 5.0


def test_tuples_with_items_of_their_own_are_refused():
    """The fields and the items would not be the same."""
    with pytest.raises(TypeError, match="`OwnItems`"):
        pullback(lambda v: v[0] + v.x, OwnItems(1.0, 2.0))
    with pytest.raises(ADError, match="made in its own way"):
        pullback(lambda x: OwnItems(x, x)[0], 1.0)
    assert grad(lambda v: v.x * v.count(2.0) + v.index(3.0) * v.y)(Scaled(2.0, 3.0)) == Scaled(1.0, 1.0)


def test_nested_functions_are_no_values():
    """Generated code has none, so none is given back."""
    for function in (lambda x: lambda t: t * x, lambda x: (x, [lambda t: t * x])):
        with pytest.raises(ADError, match="a nested function in the value") as refusal:
            pullback(function, 2.0)
        assert "hint: " in str(refusal.value)


class Static:
    """Callable objects and functions as attributes of the class."""

    square = Odd(3.0)
    sine = staticmethod(np.sin)
    product = np.multiply
    half = functools.partial(pow, 0.5)

    def __init__(self, x):
        self.x = x


def test_callables_of_a_class():
    """They are no methods, and get no object."""
    assert grad(lambda s: s.product(s.x, 3.0) + s.half(2.0) * s.x)(Static(2.0)) == Tangent(x=3.25)
    assert grad(lambda s: s.sine(s.x))(Static(2.0)) == Tangent(x=np.cos(2.0))
    assert grad(lambda s: s.square.x * s.x)(Static(2.0)) == Tangent(x=3.0)
