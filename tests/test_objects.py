"""Objects as arguments, as what is called, as captured and global data: gradients with the structure of the object.

Each is compared with the same program on a dict or on plain arguments, and with finite differences.
"""

import dataclasses
import math
import types

import numpy as np
import pytest

from s2s_ad import Tangent, UnsupportedSyntaxError, differentiable, grad, pullback, value_and_grad

GENERATOR = np.random.default_rng(3)
X = GENERATOR.normal(size=(4, 2))


class Affine:
    """A layer with a class attribute, a function as an attribute, a property, and methods of every kind."""

    scale = 2.0

    def __init__(self, w, b, activation=np.tanh):
        self.w, self.b, self.activation, self.size = w, b, activation, len(b)

    @property
    def penalty(self):
        """A property counts as a method."""
        return np.sum(self.w**2) * self.size

    @staticmethod
    def twice(x):
        """No object is passed."""
        return 2.0 * x

    @classmethod
    def scaled(cls, x):
        """The class is passed."""
        return x * cls.scale

    def forward(self, x):
        """A method that calls an attribute."""
        return self.activation(x @ self.w + self.b)

    def __call__(self, x):
        """The object itself is called."""
        return self.scaled(self.twice(self.forward(x))) + 0.1 * self.penalty


class Wide(Affine):
    """Inherits, and overrides."""

    def forward(self, x):
        """The base class by its name."""
        return Affine.forward(self, x) + x @ self.w


class Model:
    """Objects in a list in an object."""

    def __init__(self, layers):
        self.layers, self.name, self.step = layers, "model", 0.5

    def __call__(self, x):
        """Calls each."""
        for layer in self.layers:
            x = layer(x)
        return np.sum(x) * self.step if self.name == "model" else np.sum(x)


def make_model(cls=Affine):
    """Two layers."""
    generator = np.random.default_rng(0)
    first = cls(generator.normal(size=(2, 3)), np.array([0.1, -0.2, 0.3]))
    return Model([first, Affine(generator.normal(size=(3, 2)), np.ones(2), np.sin)])


def by_differences(f, array):
    """The gradient of f() by the elements of an array that it reads."""
    found = np.zeros_like(array)
    for i in np.ndindex(array.shape):
        before = array[i]
        array[i] = before + 1e-6
        high = f()
        array[i] = before - 1e-6
        found[i] = (high - f()) / 2e-6
        array[i] = before
    return found


@pytest.mark.parametrize("cls", [Affine, Wide])
def test_the_object_that_is_called(cls):
    """f_bar has the structure of the object; what has no cotangent is not in it."""
    model = make_model(cls)
    y, back = pullback(model, X)
    assert y == model(X)
    f_bar, x_bar = back(1.0)
    for layer, layer_bar in zip(model.layers, f_bar.layers, strict=True):
        assert vars(layer_bar).keys() == {"w", "b"}
        for name in ("w", "b"):
            expected = by_differences(lambda: model(X), getattr(layer, name))
            np.testing.assert_allclose(getattr(layer_bar, name), expected, atol=1e-5)
    x = X.copy()
    np.testing.assert_allclose(x_bar, by_differences(lambda: model(x), x), atol=1e-5)
    again, _ = back(2.0)
    np.testing.assert_allclose(again.layers[0].w, 2 * f_bar.layers[0].w)
    assert isinstance(f_bar.step, float)


def test_the_object_as_an_argument():
    """`grad` by the object, by both, and together with the value."""
    model = make_model()

    def loss(model, x):
        return model(x) ** 2 + model.step

    expected = pullback(model, X)[1](2.0 * model(X))
    by_model = grad(loss)(model, X)
    np.testing.assert_allclose(by_model.layers[0].b, expected[0].layers[0].b)
    np.testing.assert_allclose(by_model.step, expected[0].step + 1.0)
    _, (again, x_bar) = value_and_grad(loss, (0, 1))(model, X)
    assert again.step == by_model.step
    np.testing.assert_allclose(x_bar, expected[1])


def test_bound_methods():
    """Their object is what f_bar belongs to."""
    layer = make_model().layers[0]
    y, back = pullback(layer.forward, X)
    f_bar, x_bar = back(np.ones_like(y))
    np.testing.assert_allclose(f_bar.w, by_differences(lambda: np.sum(layer.forward(X)), layer.w), atol=1e-6)
    assert x_bar.shape == X.shape
    np.testing.assert_allclose(grad(lambda x: np.sum(layer.forward(x)))(X), x_bar)


def test_what_changes_between_calls():
    """Attributes in value, type and kind; the activation; the class's own attributes and methods."""
    layer = Affine(np.ones((2, 2)), np.zeros(2))

    def loss(layer, x):
        return np.sum(layer(x))

    def check():
        for _ in range(2):
            found = grad(loss)(layer, X)
            np.testing.assert_allclose(found.w, by_differences(lambda: loss(layer, X), layer.w), atol=1e-5)

    check()
    layer.w = np.full((2, 2), 0.3)
    check()
    layer.activation = np.sin
    check()
    layer.activation = lambda x: x * x
    check()
    layer.w = np.ones((2, 1))
    layer.b = np.zeros(1)
    check()
    Affine.scale = 5.0
    try:
        check()
    finally:
        Affine.scale = 2.0
    check()


def test_methods_that_are_replaced(monkeypatch):
    """On the class, on a base, on the instance."""
    layer = Wide(np.ones((2, 2)), np.zeros(2))

    def loss(layer, x):
        return np.sum(layer.forward(x))

    def check():
        found = grad(loss)(layer, X)
        np.testing.assert_allclose(found.w, by_differences(lambda: loss(layer, X), layer.w), atol=1e-5)

    check()
    monkeypatch.setattr(Affine, "forward", lambda self, x: x @ self.w * 3.0)
    check()
    monkeypatch.setattr(Wide, "forward", lambda self, x: x @ self.w * 7.0)
    check()
    layer.forward = lambda x: np.sum(x) * 2.0
    np.testing.assert_array_equal(grad(loss)(layer, X).w, np.zeros((2, 2)))


SHARED = make_model()


def reads_a_global_object(x):
    """The object is data of the module."""
    return SHARED(x)


def test_objects_that_are_captured_or_global():
    """They are data, read when called."""
    model = make_model()
    expected = pullback(model, X)[1](1.0)
    f_bar, x_bar = pullback(lambda x: model(x), X)[1](1.0)
    np.testing.assert_allclose(f_bar.model.layers[0].w, expected[0].layers[0].w)
    np.testing.assert_allclose(x_bar, expected[1])
    gradient = grad(reads_a_global_object)
    np.testing.assert_allclose(gradient(X), expected[1])
    SHARED.layers[1].w = SHARED.layers[1].w * 2.0
    model.layers[1].w = model.layers[1].w * 2.0
    np.testing.assert_allclose(gradient(X), pullback(model, X)[1](1.0)[1])


@dataclasses.dataclass(frozen=True)
class Vector:
    """Arithmetic written in Python."""

    x: float
    y: float

    def __mul__(self, other):
        """The inner product, or a sum that stands for scaling."""
        return self.x * other.x + self.y * other.y if isinstance(other, Vector) else self.x * other + self.y * other

    def __rmul__(self, other):
        """A number from the left."""
        return self * other

    def __neg__(self):
        """Not a vector, to keep it short."""
        return -(self.x + self.y)

    def __getitem__(self, i):
        """By number."""
        return self.x if i == 0 else self.y

    def __len__(self):
        """Two."""
        return 2


def test_operators_of_classes():
    """Direct, reflected, unary, by index."""
    v = Vector(1.5, -2.0)
    assert grad(lambda v: v * v)(v) == Tangent(x=3.0, y=-4.0)
    assert grad(lambda v: 3.0 * v + v * v.x)(v) == Tangent(x=2 * 1.5 - 2.0 + 3.0, y=1.5 + 3.0)
    assert grad(lambda v: -v * len(v))(v) == Tangent(x=-2.0, y=-2.0)
    assert grad(lambda v: v[0] * v[1])(v) == Tangent(x=-2.0, y=1.5)
    assert grad(lambda a: Vector.__mul__(v, a))(2.0) == -0.5
    assert grad(lambda v: v.x * 0.0)(v) == Tangent(x=0.0, y=0.0)


def test_namespaces_and_containers_of_objects():
    """In tuples, dicts, and as parts of one another."""
    space = types.SimpleNamespace(a=2.0, parts=(Vector(1.0, 2.0), {"v": Vector(3.0, 4.0), "n": 3}))

    def f(space, x):
        first, table = space.parts
        return space.a * first.x * table["v"].y * x * table["n"]

    space_bar, x_bar = grad(f, (0, 1))(space, 0.5)
    assert space_bar.a == 1.0 * 4.0 * 0.5 * 3
    assert space_bar.parts[0] == Tangent(x=2.0 * 4.0 * 0.5 * 3, y=0.0)
    assert space_bar.parts[1]["v"] == Tangent(x=0.0, y=2.0 * 1.0 * 0.5 * 3)
    assert space_bar.parts[1]["n"] is None
    assert x_bar == 2.0 * 1.0 * 4.0 * 3


def test_one_of_two_objects():
    """Which it is depends on the data."""

    def f(u, v, x):
        w = u if x > 0 else v
        return w.x * w.y * x

    u, v = Vector(1.0, 2.0), Vector(3.0, 4.0)
    assert grad(f, (0, 1))(u, v, 2.0) == (Tangent(x=4.0, y=2.0), Tangent(x=0.0, y=0.0))
    assert grad(f, (0, 1))(u, v, -2.0) == (Tangent(x=0.0, y=0.0), Tangent(x=-8.0, y=-6.0))


def test_objects_in_loops():
    """The same object in every iteration, and an object for each."""

    def f(v, vs):
        total = 0.0
        for u in vs:
            total = total + v.x * u.y
        return total

    v, vs = Vector(2.0, 0.0), [Vector(1.0, 3.0), Vector(1.0, 5.0)]
    v_bar, vs_bar = grad(f, (0, 1))(v, vs)
    assert v_bar == Tangent(x=8.0, y=0.0)
    assert vs_bar == [Tangent(x=0.0, y=2.0)] * 2
    assert grad(f)(v, []) == Tangent(x=0.0, y=0.0)


def test_an_object_as_the_value():
    """Its cotangent is a Tangent, an object of its kind, or a dict."""
    v = Vector(1.5, -2.0)
    y, back = pullback(lambda v, w: v if w.x > 0 else w, v, v)
    assert y is v
    for y_bar in (Tangent(x=2.0, y=3.0), Vector(2.0, 3.0), {"x": 2.0, "y": 3.0}):
        assert back(y_bar) == (None, Tangent(x=2.0, y=3.0), Tangent(x=0.0, y=0.0))
    assert back(Tangent(y=1.0))[1] == Tangent(x=0.0, y=1.0)
    with pytest.raises(ValueError, match="attributes"):
        back(Tangent(z=1.0))


class Decorated:
    """A method that is differentiable by itself."""

    def __init__(self, a):
        self.a = a

    @differentiable
    def f(self, x):
        """The cube."""
        return self.a * x**3


def test_decorated_methods():
    """As `f.grad` of an instance."""
    assert Decorated(2.0).f.grad(3.0) == 54.0
    assert Decorated(2.0).f(3.0) == 54.0
    assert Decorated(2.0).f.pullback(3.0)[1](1.0)[1] == 54.0


class Node:
    """Refers to itself."""

    def __init__(self, w):
        self.w, self.me = w, self


class Counting:
    """Writes to itself."""

    def __init__(self, w):
        self.w, self.calls = w, 0

    def __call__(self, x):
        """Counts."""
        self.calls += 1
        return self.w * x


class Holding:
    """Holds a list that a method appends to."""

    def __init__(self, w):
        self.w, self.seen = w, []

    def __call__(self, x):
        """Remembers."""
        self.seen.append(x)
        return self.w * x


class Slotted:
    """Has no dict."""

    __slots__ = ("u", "w")

    def __init__(self, w):
        self.w = w


class Mixed(Slotted):
    """Has slots and a dict."""

    def __init__(self, w, v):
        super().__init__(w)
        self.v = v


def test_slots():
    """They are attributes like others; one that is not set is none."""
    slotted = Slotted(2.0)
    loss = grad(lambda s, x: s.w * x)
    for _ in range(2):
        assert loss(slotted, 3.0) == Tangent(w=3.0)
    slotted.w = np.ones(2)
    np.testing.assert_array_equal(grad(lambda s, x: np.sum(s.w * x))(slotted, 3.0).w, [3.0, 3.0])
    slotted.u = 5.0
    assert grad(lambda s: s.u * s.u)(slotted).u == 10.0
    assert grad(lambda m: m.w * m.v**2)(Mixed(2.0, 3.0)) == Tangent(w=9.0, v=12.0)
    with pytest.raises(AttributeError, match="'Slotted' object has no attribute 'u'"):
        pullback(lambda s: s.u, Slotted(2.0))


def test_refusals():
    """Never a gradient that misses a part."""
    with pytest.raises(TypeError, match="refers to itself"):
        grad(lambda n, x: n.w * x)(Node(2.0), 1.0)
    with pytest.raises(AttributeError, match="'Vector' object has no attribute 'z'"):
        pullback(lambda v: v.z, Vector(1.0, 2.0))


def test_objects_that_count_their_calls():
    """The attribute is there afterwards, counted up once; the pullback leaves it alone."""
    counting = Counting(2.0)
    back = pullback(counting, 1.5)[1]
    assert counting.calls == 1
    assert back(1.0)[1] == back(1.0)[1] == 2.0
    assert counting.calls == 1


def test_lists_of_objects_grow():
    """What a method appends is there afterwards, once."""
    holding = Holding(2.0)
    assert pullback(holding, 1.5)[1](1.0)[1] == 2.0
    assert holding.seen == [1.5]


def test_errors_in_methods_name_the_method():
    """The note says where."""

    class Bad:
        def __init__(self):
            self.w = np.ones((3, 3))

        def __call__(self, x):
            return np.sum(x @ self.w)

    with pytest.raises(ValueError, match="matmul") as error:
        pullback(Bad(), np.ones(2))
    assert "x @ self.w" in error.value.__notes__[0]


def test_mathematical_attributes_keep_their_kind():
    """float in, float out; float32 in, float32 out; 0-d arrays."""
    space = types.SimpleNamespace(a=1.0, b=np.float32(2.0), c=np.array(3.0), d=np.ones(2, np.float32), n=2)
    found = grad(lambda s: math.sin(s.a) * s.b * s.c * np.sum(s.d) * s.n)(space)
    assert type(found.a) is float
    assert type(found.b) is np.float32
    assert isinstance(found.c, (np.ndarray, np.floating))
    assert found.d.dtype == np.float32
    assert not hasattr(found, "n")


class Peak:
    """An operator that sees an array as a whole."""

    def __init__(self, w):
        self.w = w

    def __mul__(self, other):
        """The largest element counts."""
        return np.max(other) * self.w

    __rmul__ = __mul__


def test_arrays_before_objects_are_refused():
    """NumPy calls the method once for each element, and not with the array."""
    x, peak = np.array([1.0, 2.0]), Peak(3.0)
    assert list(x * peak) == [3.0, 6.0]
    with pytest.raises(UnsupportedSyntaxError, match="write the object first"):
        value_and_grad(lambda p, x: np.sum(x * p))(peak, x)
    assert value_and_grad(lambda p, x: p * x)(peak, x) == (6.0, Tangent(w=2.0))
    assert value_and_grad(lambda p, x: 2.0 * p * np.sum(x))(peak, x) == (18.0, Tangent(w=6.0))
