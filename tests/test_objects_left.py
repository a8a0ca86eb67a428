"""Objects that are reached in a roundabout way are left as plain Python leaves them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from s2s_ad import differentiable


class Layer:
    """Keeps what it was last called with."""

    def __init__(self, last: Any = None) -> None:
        self.last = last

    def forward(self, x: Any) -> Any:
        """3 x."""
        self.last = x
        return 3 * x


class Doubling(Layer):
    """Another class."""

    def forward(self, x: Any) -> Any:
        """2 x."""
        self.last = x
        return 2 * x


class Holder:
    """Has something else."""

    def __init__(self, held: Any) -> None:
        self.held = held


def first_of(items: Any, x: Any) -> None:
    """Set an attribute of the first of some objects."""
    items[0].last = x


def by_list(layers, x):
    """`list` makes a list of its own, not objects."""
    copied = list(layers)
    copied[0].last = x
    return 3 * x


def by_slice(layers, x):
    """The object is called at once."""
    return layers[:][0].forward(x)


def by_reversed_slice(layers, x):
    """The last comes first."""
    copied = layers[::-1]
    copied[0].last = x
    return x * x


def by_copy(layers, x):
    """`copy.copy` is shallow."""
    copied = copy.copy(layers)
    copied[0].last += x
    return x


def by_method(layers, x):
    """And `list.copy`."""
    copied = layers.copy()
    copied[1].last = x
    return x


def by_star(layers, x):
    """A display."""
    copied = [*layers]
    copied[0].last = x
    return x * x


def by_sum(layers, x):
    """A concatenation."""
    copied = layers + []
    copied[0].last = x
    return x * x


def by_extending(layers, x):
    """An empty list that is extended."""
    copied = []
    copied += layers
    copied[0].last = x
    return x


def by_extend(layers, x):
    """Another."""
    copied = []
    copied.extend(layers)
    copied[0].last += x
    return x


def after_deleting(layers, x):
    """The second comes first."""
    copied = layers[:]
    del copied[0]
    copied[0].last = x
    return x * x


def by_a_list_of_lists(layers, x):
    """A copy in a list."""
    copied = [layers[:]]
    copied[0][0].last = x
    return x * x


def by_a_dict(layers, x):
    """Under keys."""
    named = {"a": layers[0], "b": layers[1]}
    named["a"].last = x
    list(named.values())[1].last = x * x
    return x * x


def by_a_tuple(layers, x):
    """In a tuple."""
    pair = (layers[0], layers[1])
    pair[1].last = x
    return x * x


def by_objects(layers, x):
    """In an object in an object."""
    outer = Holder(Holder(list(layers)))
    outer.held.held[1].last = x
    return x * x


def by_a_choice(layers, x):
    """One of two lists."""
    chosen = list(layers) if x > 0.5 else [Layer(2.0)]
    chosen[0].last = x
    return x * x


def by_a_helper(layers, x):
    """A function that writes to what it is given."""
    first_of(list(layers), x)
    return x * x


def all_of_a_copy(layers, x):
    """A loop over a copy, as networks have it."""
    for layer in layers[:]:
        x = layer.forward(x)
    return x


def greatest(layers, x):
    """`max` gives one of them."""
    max(layers, key=lambda one: one.last).last = x
    return x * x


ONE_CLASS = (
    by_list, by_slice, by_reversed_slice, by_copy, by_method, by_star, by_sum, by_extending, by_extend, after_deleting,
    by_a_list_of_lists, by_a_dict, by_a_tuple, by_objects, by_a_choice, by_a_helper, all_of_a_copy, greatest,
)  # fmt: skip
TWO_CLASSES = (by_list, by_slice, by_method, by_star, by_a_dict, by_a_tuple, by_a_helper, all_of_a_copy)
CASES = [(f, Layer, Layer) for f in ONE_CLASS] + [(f, Layer, Doubling) for f in TWO_CLASSES]


@pytest.mark.parametrize("optimize", [True, False])
@pytest.mark.parametrize(("function", "first", "second"), CASES)
def test_objects_are_left_as_python_leaves_them(
    function: Callable[..., Any], first: type, second: type, *, optimize: bool
) -> None:
    """The attributes of the caller's objects, after a call and after the pullback."""
    for x in (0.7, 0.3):
        expected, found = ([first(0.2), second(1.2)] for _ in range(2))
        y = function(expected, x)
        value, back = differentiable(function, optimize=optimize).pullback(found, x)
        back(1.0)
        assert value == y
        assert [vars(one) for one in found] == [vars(one) for one in expected]
