"""Attributes that are set, as the caller sees them afterwards, and what of them is refused, with the place."""

import copy
import dataclasses
import functools

import numpy as np
import pytest

from s2s_ad import ADError, MutationError, Tangent, pullback, source


class Particle:
    """A place and a velocity."""

    def __init__(self, x, v):
        self.x = x
        self.v = v

    def kick(self, dt):
        """A step."""
        self.v -= dt * self.x
        self.x += dt * self.v

    @functools.cached_property
    def energy(self):
        """Kept with the object once it is asked for."""
        return np.sum(self.v * self.v) * self.x

    @functools.cached_property
    def alias(self):
        """The very array, or number."""
        return self.v


class Slotted:
    """Without a dict."""

    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a = a
        self.b = b


class Guarded:
    """Sets attributes in its own way."""

    def __init__(self, x):
        object.__setattr__(self, "x", x)

    def __setattr__(self, name, value):
        object.__setattr__(self, name, 2 * value)


@dataclasses.dataclass(frozen=True)
class Fixed:
    """Cannot be set."""

    a: float


def swaps(p, y):
    """Two attributes, and the old value of one."""
    before = p.x
    p.x, p.v = p.v * y, p.x
    return before * p.x * p.v


def in_a_loop(p, y):
    """A method that writes."""
    for _ in range(3):
        p.kick(y)
    return p.x * p.v


def in_a_loop_with_an_array(p, y):
    """An attribute, and the array that another one holds."""
    for i in range(3):
        p.x = p.x * y
        p.v[i] = y * i + p.v[i]
    return np.sum(p.v) * p.x


def on_one_side(p, y):
    """Read again after the branch."""
    if y > 0:
        p.x = p.x * y
    else:
        p.v[1] = y
    return np.sum(p.v) * p.x


def new_attribute(p, y):
    """The caller has it afterwards."""
    p.extra = y * p.x
    return p.extra * p.x


def array_written_after_it_was_set(p, y):
    """Nobody reads it here."""
    a = np.zeros(3)
    p.v = a
    a[0] = y
    return y * p.x


def array_written_through_what_may_be_a_copy(p, y):
    """The view is of the array that the caller gets."""
    a = np.zeros(4)
    p.v = np.reshape(a, (2, 2))
    a[0] = y
    return y * p.x


def list_that_grows_after_it_was_set(p, y):
    """The list is the object's."""
    p.v = [y, y * 2]
    p.v.append(3 * y)
    return p.v[2] * p.v[0] * p.x


def old_array_is_replaced(p, y):
    """The tangent is that of the old one."""
    old = p.v
    p.v = np.ones(5) * y
    return np.sum(old * old) * np.sum(p.v) * p.x


def cached_properties(p, y):
    """The first read is a write, the second is not; the tangent is that of what it was computed of."""
    first = p.energy
    p.x = y * first
    return first * p.energy * p.x + np.sum(p.alias * p.v)


EFFECTS = [
    (swaps, 1.3), (in_a_loop, 1.3), (in_a_loop_with_an_array, np.array([0.1, 0.2, 0.3])),
    (on_one_side, np.array([0.1, 0.2, 0.3])), (new_attribute, 1.3), (array_written_after_it_was_set, 1.3),
    (array_written_through_what_may_be_a_copy, 1.3), (list_that_grows_after_it_was_set, 1.3),
    (old_array_is_replaced, np.array([0.1, 0.2, 0.3])), (cached_properties, 1.3),
    (cached_properties, np.array([0.1, 0.2, 0.3])),
]  # fmt: skip


def _plain(value):
    return {k: np.array(v).tolist() for k, v in vars(value).items()}


@pytest.mark.parametrize("y", [0.6, -0.6])
@pytest.mark.parametrize(("f", "v"), EFFECTS)
def test_the_caller_sees_what_python_does(f, v, y):
    """The object is left as by the function itself, the pullback changes nothing, and gives the same twice."""
    ours, plain = Particle(0.7, copy.deepcopy(v)), Particle(0.7, copy.deepcopy(v))
    value, back = pullback(f, ours, y)
    assert value == pytest.approx(f(plain, y))
    assert _plain(ours) == _plain(plain)
    first, second = back(1.0), back(1.0)
    assert repr(first) == repr(second)
    assert _plain(ours) == _plain(plain)


@pytest.mark.parametrize("y", [0.6, -0.6])
@pytest.mark.parametrize(("f", "v"), EFFECTS)
def test_the_tangent_is_that_of_the_object_as_it_was(f, v, y):
    """Against finite differences, in every number that the object holds."""
    _, back = pullback(f, Particle(0.7, copy.deepcopy(v)), y)
    _, tangent, y_bar = back(1.0)
    assert isinstance(tangent, Tangent)
    v_bar = np.zeros(np.shape(v)) if tangent.v is None else np.array(tangent.v)
    ours = np.array([tangent.x, y_bar, *v_bar.ravel()])
    start, flat = np.array([0.7, y]), np.array(v, dtype=float).ravel()

    def at(i, e):
        numbers = np.concatenate([start, flat])
        numbers[i] += e
        held = numbers[2:].reshape(np.shape(v)) if np.ndim(v) else float(numbers[2])
        return f(Particle(float(numbers[0]), held), float(numbers[1]))

    expected = [(at(i, 1e-6) - at(i, -1e-6)) / 2e-6 for i in range(2 + flat.size)]
    np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-8)


def test_a_list_that_grows_after_it_was_put_into_a_dict():
    """The caller's dict has all of it."""

    def f(d, y):
        d["v"] = [y]
        d["v"].append(2 * y)
        return y * d["x"]

    ours = {"x": 2.0, "v": 1.0}
    assert pullback(f, ours, 3.0)[0] == 6.0
    assert ours == {"x": 2.0, "v": [3.0, 6.0]}


@dataclasses.dataclass(frozen=True)
class Frozen:
    """Nothing but a cache, and code that means it, sets an attribute."""

    w: float

    @functools.cached_property
    def square(self):
        """Kept."""
        return self.w**2


def test_frozen_object_of_the_caller_is_written_to_past_its_class():
    """By a cached property, and by `object.__setattr__`."""

    def f(p):
        y = p.square
        object.__setattr__(p, "w", 2.0 * p.w)
        return y * p.w * p.square

    ours, plain = Frozen(1.5), Frozen(1.5)
    value, back = pullback(f, ours)
    assert value == f(plain)
    assert vars(ours) == vars(plain)
    assert back(1.0)[1].w == pytest.approx(10.0 * 1.5**4)


def test_slots_and_frozen_dataclasses_raise_as_in_python():
    """An attribute that there cannot be, and one that cannot be set."""

    def unknown(s, y):
        s.c = y
        return y

    def frozen(s, y):
        s.a = y
        return y

    with pytest.raises(AttributeError, match="no attribute 'c'"):
        pullback(unknown, Slotted(1.0, 2.0), 3.0)
    with pytest.raises(dataclasses.FrozenInstanceError, match="'a'"):
        pullback(frozen, Fixed(1.0), 3.0)


def test_one_object_in_two_arguments_is_refused():
    """A write to one would be one to the other."""

    def f(p, q):
        p.x = q.x * 2.0
        return p.x * q.x

    p = Particle(1.0, 2.0)
    with pytest.raises(MutationError, match="one object in two arguments"):
        pullback(f, p, p)
    assert p.x == 1.0
    assert pullback(f, Particle(1.0, 2.0), p)[0] == 2.0


def test_an_object_that_nobody_sees_is_not_made():
    """Its attributes are variables."""

    def f(x):
        p = Particle(x, x * x)
        p.x = p.x * p.v
        p.v += p.x
        return p.x * p.v

    assert not any("Particle" in line for line in source(f, 1.0).splitlines() if "#" not in line)


def itself(ps, y):
    """The object would be a part of its own."""
    p = Particle(y, y)
    p.v = p
    return p.x


def own_setter(ps, y):
    """Its class has `__setattr__`."""
    g = Guarded(y)
    g.x = 3.0
    return g.x


def nested_function(ps, y):
    """It would be no object any more."""
    p = Particle(y, y)
    p.f = lambda z: z * y
    return p.f(y)


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (itself, "an object that holds itself, by its attribute `v`"),
        (own_setter, "its own `__setattr__`"),
        (nested_function, "setting an attribute to a nested function"),
    ],
)
def test_what_cannot_be_followed_is_refused(f, message):
    """With the line, and a caret under the attribute."""
    with pytest.raises(ADError, match=message) as caught:
        pullback(f, [Particle(1.0, 2.0), Particle(3.0, 4.0)], 0.5)
    assert "^" in str(caught.value)


def keeps_late(p, y):
    """An attribute that the first round of a loop sets."""
    for i in range(2):
        p.kept = p.x * y[i]
        p.x = p.kept + y
    return (p.x * p.kept).sum()


def test_attribute_that_a_loop_sets_first():
    """The caller has it afterwards, and it has no part in the gradient; the next call finds it there."""
    x, y, p = np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.7, 0.9]), Particle(np.array([1.0, 2.0, 3.0]), 0.0)
    plain = Particle(x.copy(), 0.0)
    value = keeps_late(plain, y)
    result, back = pullback(keeps_late, p, y)
    assert result == value
    assert vars(p).keys() == vars(plain).keys()
    np.testing.assert_array_equal(p.kept, plain.kept)
    _, p_bar, y_bar = back(1.0)
    step = 1e-6 * np.array([1.0, -2.0, 0.5])
    moved = [keeps_late(Particle(x + s * step, 0.0), y) for s in (1, -1)]
    np.testing.assert_allclose(p_bar.x @ step, (moved[0] - moved[1]) / 2, rtol=1e-7)
    moved = [keeps_late(Particle(x.copy(), 0.0), y + s * step) for s in (1, -1)]
    np.testing.assert_allclose(y_bar @ step, (moved[0] - moved[1]) / 2, rtol=1e-7)
    assert pullback(keeps_late, p, y)[0] == keeps_late(plain, y)


def asks_for_it(p, y):
    """Whether an object has what it may have."""
    if y > 0:
        p.extra = y
    return p.extra if hasattr(p, "extra") else y


def copies_it(p, y):
    """All attributes of what may lack one."""
    if y > 0:
        p.extra = y
    return copy.copy(p).x


@pytest.mark.parametrize("f", [asks_for_it, copies_it])
def test_what_asks_for_a_missing_attribute_is_refused(f):
    """It is not known when compiling whether there is one."""
    with pytest.raises(ADError, match="the attribute `extra`, which an object may have or not") as caught:
        pullback(f, Particle(1.0, 2.0), 0.5)
    assert "^" in str(caught.value)
