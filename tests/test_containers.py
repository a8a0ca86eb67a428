"""Lists that change their length or order: what the caller sees, names for one list, and what is refused."""

import copy

import numpy as np
import pytest

from fuzz import containers
from s2s_ad import ADError, MutationError, UnsupportedSyntaxError, grad, pullback, value_and_grad

X = np.array([0.3, 0.7, 1.1, -0.4, 0.9])


@pytest.mark.parametrize("block", range(8))
def test_random_programs_are_right_or_refused(block):
    """Values, effects, errors and gradients; twice, joint and unoptimised."""
    for seed in range(25 * block, 25 * block + 25):
        outcome = containers.check(seed)
        assert outcome.verdict != "wrong", f"{outcome.detail}\n{containers.program_text(seed)}"


def rearranged(xs):
    """Takes out, puts in, and turns round."""
    v = xs.pop()
    xs.insert(1, v * xs[0])
    xs += [v, v]
    del xs[0]
    xs.reverse()
    xs[1:2] = [v * v, xs[-1]]
    return xs[0] * xs[1] * xs[2] + xs[-1]


@pytest.mark.parametrize("run", [pullback, lambda f, *a: grad(f)(*a), lambda f, *a: value_and_grad(f)(*a)])
def test_the_caller_sees_what_plain_python_leaves(run):
    """In its own list, which stays the same object."""
    given, plain = [0.3, 0.7, 1.1], [0.3, 0.7, 1.1]
    alias = given
    run(rearranged, given)
    rearranged(plain)
    assert alias == plain


def test_the_cotangent_has_the_length_that_was_given():
    """Whatever becomes of the list."""
    given = [0.3, 0.7, 1.1]
    h = 1e-6
    expected = []
    for i in range(3):
        ends = []
        for sign in (1, -1):
            xs = list(given)
            xs[i] += sign * h
            ends.append(rearranged(xs))
        expected.append((ends[0] - ends[1]) / (2 * h))
    np.testing.assert_allclose(grad(rearranged)(list(given)), expected, rtol=1e-7)


def test_the_pullback_leaves_everything_as_it_is():
    """However often it is called."""
    xs = [0.3, 0.7, 1.1]
    _, back = pullback(rearranged, xs)
    after = copy.deepcopy(xs)
    first = back(1.0)[1]
    assert first == back(1.0)[1]
    assert xs == after


def test_a_list_in_a_dict_of_the_caller():
    """It is the caller's too."""

    def f(x, state):
        state["seen"].append(x * 2)
        state["seen"].pop(0)
        return state["seen"][-1] * x

    state = {"seen": [1.0, 2.0]}
    assert grad(f)(3.0, state) == 12.0
    assert state == {"seen": [2.0, 6.0]}


def test_what_is_returned_is_the_argument():
    """Also if it has been emptied in between."""

    def f(xs):
        last = xs[-1]
        xs.clear()
        xs.append(last * last)
        return xs

    xs = [1.0, 3.0]
    y, back = pullback(f, xs)
    assert y is xs
    assert xs == [9.0]
    assert back([1.0])[1] == [0.0, 6.0]


def test_keys_of_the_caller():
    """The caller's dict has the keys that plain Python leaves, its cotangent those that were given."""

    def f(d):
        d["new"] = d["a"] * d.pop("b")
        return d["new"] * d["a"]

    d = {"a": 2.0, "b": 3.0}
    y, back = pullback(f, d)
    assert y == 12.0
    assert d == {"a": 2.0, "new": 6.0}
    assert back(1.0)[1] == {"a": 12.0, "b": 4.0} == back(1.0)[1]


def test_arrays_in_a_dict_of_the_caller():
    """They are written to where they are."""

    def f(d):
        d["a"] = d["a"] * np.sum(d["b"])
        d["b"][0] *= d["a"]
        return d["a"] * np.sum(d["b"])

    found = grad(f)({"a": 0.3, "b": np.array([1.0, 2.0])})
    np.testing.assert_allclose(found["a"], 11.4)
    np.testing.assert_allclose(found["b"], [1.95, 2.04])


def test_float32_stays():
    """The cotangent of what is popped has the kind of the item."""

    def f(x):
        xs = [v * 1.0 for v in x]
        xs.insert(0, xs.pop() * xs.pop())
        return xs[0] * xs[1]

    g = grad(f)(np.array([1.0, 2.0, 3.0], np.float32))
    assert g.dtype == np.float32
    np.testing.assert_array_equal(g, [6.0, 3.0, 2.0])


def stepped(x):
    xs = [v * 1.0 for v in x]
    for step in range(2, len(x)):
        xs[::step] = [x[0]] * len(xs[::step])
    return sum(xs)


def while_iterated(x):
    xs = [v * 1.0 for v in x]
    t = 0.0
    for v in xs:
        t += v * xs.pop()
    return t


def one_of_two(x):
    a, b = [x[0], x[1]], [x[2], x[3]]
    c = [a, b][int(x[0] > 0)]
    c.pop()
    return sum(a) + sum(b)


def by_no_keyword_of_a_list(x):
    xs = [x[0], x[1]]
    xs.sort(reversed=True)
    return xs[0]


def keys_grow_in_a_loop(x):
    d = {"a": x[0]}
    for k in d:
        d[k + "x"] = x[1]
    return d["a"]


def stale_view(x):
    d = {"a": x[0], "b": x[1]}
    values = d.values()
    d["a"] = x[2]
    return sum(values)


def view_kept_by_a_loop(x):
    d = {"a": x[0], "b": x[1]}
    values, t = d.values(), 0.0
    for i in range(len(x)):
        t += sum(values)
        d["a"] = x[i]
        values = d.values()
    return t


def key_with_a_derivative(x):
    d = {"a": x[0]}
    for i in range(3):
        d[x[i]] = i
    return d["a"]


@pytest.mark.parametrize(
    ("f", "error", "message", "offending"),
    [
        (stepped, MutationError, "a slice of a list with a step that is known late", "xs[::step]"),
        (while_iterated, ADError, "which its body writes to", "for v in xs"),
        (one_of_two, MutationError, "under another name", "sum(a)"),
        (keys_grow_in_a_loop, MutationError, "to which its body writes", "for k in d:"),
        (stale_view, MutationError, "a view of a dict that has been written to since", "sum(values)"),
        (view_kept_by_a_loop, MutationError, "a view of a dict that leaves", "for i in range(len(x)):"),
        (key_with_a_derivative, UnsupportedSyntaxError, "a key of a dict that may be differentiated", "d[x[i]]"),
        (by_no_keyword_of_a_list, UnsupportedSyntaxError, "in this form", "xs.sort(reversed=True)"),
    ],
)
def test_refused(f, error, message, offending):
    """With the place."""
    with pytest.raises(error) as caught:
        grad(f)(X)
    assert message in str(caught.value)
    assert offending in str(caught.value)
    assert "^" in str(caught.value)
