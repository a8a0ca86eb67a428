"""Functions that have captured what the differentiated function is given as well: its variables, or its arguments."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from s2s_ad import UnsupportedSyntaxError, grad, pullback


class Kernel:
    """An object that has functions which read it among its attributes."""

    def __init__(self, w: Any) -> None:
        self.w = w
        self.bound = self.scaled
        self.closure = lambda x: self.w * x
        self.partial = functools.partial(Kernel.scaled, self)
        self.listed = [self.scaled, self.squared]
        self.named = {"squared": self.squared}

    def scaled(self, x: Any) -> Any:
        """w x."""
        return self.w * x

    def squared(self, x: Any) -> Any:
        """w² x."""
        return self.w**2 * x

    def call_bound(self, x: Any) -> Any:
        """w x by a bound method."""
        return self.bound(x)

    def call_closure(self, x: Any) -> Any:
        """w x by a closure."""
        return self.closure(x)

    def call_partial(self, x: Any) -> Any:
        """w x by a partial."""
        return self.partial(x)

    def call_listed(self, x: Any) -> Any:
        """(w + w²) x by the items of a list, and once more."""
        return sum(f(x) for f in self.listed) + self.scaled(x)

    def call_named(self, x: Any) -> Any:
        """w² x by an item of a dict."""
        return self.named["squared"](x)


@pytest.mark.parametrize(
    ("name", "w_bar", "x_bar"),
    [
        ("call_bound", 2.0, 3.0),
        ("call_closure", 2.0, 3.0),
        ("call_partial", 2.0, 3.0),
        ("call_listed", 16.0, 15.0),
        ("call_named", 12.0, 9.0),
    ],
)
def test_a_stored_function_reads_its_object(name: str, w_bar: float, x_bar: float) -> None:
    """The object that it is bound to, or has captured, is the very one that has it."""
    y, back = pullback(getattr(Kernel(3.0), name), 2.0)
    f_bar, bar = back(1.0)
    assert (y, f_bar.w, bar) == (2.0 * x_bar, w_bar, x_bar)


def _run(a: Any, x: Any) -> Any:
    return a.bound(x)


def _run_deeper(a: Any, x: Any) -> Any:
    return _run(a, x) * 2 + 1


def _run_two(a: Any, b: Any, x: Any) -> Any:
    return a.bound(x) * b.w


def test_the_object_is_an_argument() -> None:
    """Also where it is passed on to a function that is compiled by itself."""
    assert pullback(_run, Kernel(3.0), 2.0)[1](1.0)[1].w == 2.0
    assert pullback(_run_deeper, Kernel(3.0), 2.0)[1](1.0)[1].w == 4.0
    assert grad(_run)(Kernel(3.0), 2.0).w == 2.0


def test_whose_method_it_is_may_change_from_call_to_call() -> None:
    """What has been compiled for an object that has its own method is not used for one that has another's."""
    a, b, c = Kernel(3.0), Kernel(4.0), Kernel(5.0)
    c.bound = a.bound
    for _ in range(2):
        assert [t.w for t in pullback(_run_two, a, b, 2.0)[1](1.0)[1:3]] == [8.0, 6.0]
        assert [t.w for t in pullback(_run_two, c, b, 2.0)[1](1.0)[1:3]] == [0.0, 6.0]
        assert [t.w for t in pullback(_run_two, c, a, 2.0)[1](1.0)[1:3]] == [0.0, 12.0]
        assert pullback(_run, c, 2.0)[1](1.0)[1].w == 0.0
        assert pullback(_run, a, 2.0)[1](1.0)[1].w == 2.0


class Holder:
    """An object that has a method of an object in it."""

    def __init__(self, w: Any) -> None:
        self.inner = Kernel(w)
        self.f = self.inner.scaled

    def call(self, x: Any) -> Any:
        """w x."""
        return self.f(x)


def test_part_of_an_argument_is_refused() -> None:
    """The method is that of a part of what is given."""
    with pytest.raises(UnsupportedSyntaxError, match="captured an argument, or part of one") as info:
        pullback(Holder(3.0).call, 2.0)
    assert "self.f(x)" in str(info.value)


def _closures(w: Any, b: Any) -> Any:
    def layer(x: Any) -> Any:
        return w * x + b

    def predict(x: Any) -> Any:
        return layer(x) ** 2

    def loss(x: Any) -> Any:
        return predict(x) + w**2

    return layer, predict, loss


def test_closures_share_a_variable() -> None:
    """Whichever function in between has captured it as well, or has not."""
    for w, b, x in [(3.0, 1.0, 2.0), (2.0, -1.0, 0.5)]:
        f_bar, x_bar = pullback(_closures(w, b)[2], x)[1](1.0)
        assert (f_bar.w, x_bar) == (2 * (w * x + b) * x + 2 * w, 2 * (w * x + b) * w)
        assert grad(_closures(w, b)[2])(x) == 2 * (w * x + b) * w
        assert pullback(_closures(w, b)[1], x)[1](1.0)[1] == 2 * (w * x + b) * w


def _least_squares(matrix: Any, y: Any) -> Any:
    def predict(w: Any) -> Any:
        return matrix @ w

    def loss(w: Any) -> Any:
        r = predict(w) - y
        return r @ r + np.sum(matrix)

    return loss


def test_data_that_closures_share() -> None:
    """An array that the one reads, and the other one too."""
    w = np.array([2.0, 3.0])
    f_bar, w_bar = pullback(_least_squares(np.eye(2), np.ones(2)), w)[1](1.0)
    np.testing.assert_array_equal(f_bar.matrix, 2 * np.outer([1.0, 2.0], w) + 1)
    np.testing.assert_array_equal(w_bar, [2.0, 4.0])


def _recursive(w: Any) -> Any:
    def power(n: int, x: Any) -> Any:
        return 1.0 if n == 0 else w * x * power(n - 1, x)

    def f(x: Any) -> Any:
        return power(3, x) + w

    return f


def test_a_recursive_closure_shares_a_variable() -> None:
    """w³ x³ + w."""
    f_bar, x_bar = pullback(_recursive(3.0), 2.0)[1](1.0)
    assert (f_bar.w, x_bar) == (3 * 9.0 * 8 + 1, 27.0 * 12)


class Weighted:
    """An object with a function that has captured what is one of its attributes as well."""

    def __init__(self, w: Any, how: str) -> None:
        self.w = w
        self.f: Any = {
            "closure": lambda x: sum(v * x for v in w),
            "default": lambda x, w=w: sum(v * x for v in w),
            "partial": functools.partial(_times, w),
            "own": lambda x: sum(v * x for v in self.w),
        }[how]

    def call(self, x: Any) -> Any:
        """w₁ x + w₂ x by the function."""
        return self.f(x)


def _times(w: Any, x: Any) -> Any:
    return sum(v * x for v in w)


@pytest.mark.parametrize("w", [[2.0, 3.0], np.array([2.0, 3.0])], ids=["list", "array"])
@pytest.mark.parametrize("how", ["closure", "default", "partial"])
def test_a_container_beside_what_has_captured_it_is_refused(w: Any, how: str) -> None:
    """What changes the attribute in place changes what the function reads."""
    with pytest.raises(UnsupportedSyntaxError, match="captured an argument, or part of one"):
        pullback(Weighted(w, how).call, 2.0)
    assert pullback(Weighted(w, "own").call, 2.0)[1](1.0)[0].w[1] == 2.0


def test_what_a_function_outside_has_captured_is_a_constant() -> None:
    """The array that the function starts from is not the argument, though it is the same array at first."""
    start = np.array([2.0, 3.0])
    assert grad(lambda w: np.sum((w - start) ** 2) + np.sum(w))(start).tolist() == [1.0, 1.0]


def test_a_function_that_keeps_its_own_may_come_to_share_it() -> None:
    """What has been compiled for an object that keeps something else is not used."""
    one = Weighted([2.0, 3.0], "closure")
    w, one.w = one.w, [1.0, 1.0]
    assert pullback(one.call, 2.0)[1](1.0)[1] == 5.0
    one.w = w
    with pytest.raises(UnsupportedSyntaxError, match="captured an argument, or part of one"):
        pullback(one.call, 2.0)
