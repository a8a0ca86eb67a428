"""Global arrays and containers that are written to: right wherever they are read, and as plain Python leaves them."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import s2s_ad
import written_tables
from programs.harness import identical

pytestmark = pytest.mark.slow  # looks through the globals of all modules, of which there are many in the tests

X = np.array([0.7, 1.3, 0.2])
TABLE = np.array([0.1, 0.2, 0.3])
SCALES = np.array([1.0, 2.0, 0.5])
LOG: list[Any] = []
STORE = {"w": np.array([1.0, 0.5, 0.25]), "count": np.zeros(1)}
GLOBALS = ("TABLE", "SCALES", "LOG", "STORE")


@pytest.fixture(autouse=True)
def _as_before() -> Any:
    """Each test finds the globals as they are written here."""
    here, kept = globals(), {name: copy.deepcopy(globals()[name]) for name in GLOBALS}
    other = written_tables.TABLE.copy()
    yield
    here.update(kept)
    written_tables.TABLE[:] = other


def entered(x):
    TABLE[0] = x[0] * x[1]
    return np.sum(TABLE * x)


def put(value):
    TABLE[1] = value


def squares():
    return np.sum(TABLE**2)


def by_helpers(x):
    put(x[0] ** 2)
    a = squares()
    TABLE[1] = 0
    return a * squares() + a * x[2]


def two_deep():
    return squares() * SCALES[0]


def read_two_deep(x):
    TABLE[2] *= x[1] ** 2
    return two_deep() + x[0]


def in_a_loop(x):
    for i in range(3):
        if x[i] > 0.5:
            put(x[i])
        TABLE[i] += x[i] ** 2
    return squares()


def under_another_name(x):
    row = TABLE[1:]
    row *= x[1:]
    alias = TABLE
    alias[0] = row[0] * x[0]
    return squares()


def appended(x):
    LOG.append(x[0] ** 2)
    LOG.append(x[1])
    return LOG[-1] * x[1] + LOG[-2] * len(LOG)


def in_a_dict(x):
    STORE["w"][0] = x[0] ** 2
    STORE["count"][0] += 1
    return np.sum(STORE["w"] * x) + STORE["count"][0]


def of_another_module(x):
    written_tables.enter(1, x[0] ** 2)
    written_tables.enter(0, x[1])
    return written_tables.total() * x[2]


def by_a_nested_function(x):
    def save(value):
        TABLE[0] += value
        return TABLE[0]

    return save(x[0] ** 2) * save(x[1])


def only_read_on_one_side(x):
    if x[0] > 100.0:
        return np.sum(SCALES * x)
    TABLE[:] = x * x
    return squares()


def overwritten_after_it_was_used(x):
    y = TABLE * x
    TABLE[:] = 5.0
    return np.sum(y * y)


PROGRAMS: list[Callable[..., Any]] = [
    entered, by_helpers, read_two_deep, in_a_loop, under_another_name, appended, in_a_dict, of_another_module,
    by_a_nested_function, only_read_on_one_side, overwritten_after_it_was_used,
]  # fmt: skip


def state() -> dict[str, Any]:
    """What is in the globals."""
    return copy.deepcopy({**{name: globals()[name] for name in GLOBALS}, "other": written_tables.TABLE})


def anew(before: dict[str, Any]) -> None:
    """Fill the globals, which stay the same objects."""
    TABLE[:], SCALES[:], LOG[:] = before["TABLE"], before["SCALES"], before["LOG"]
    for key, value in before["STORE"].items():
        STORE[key][:] = value
    written_tables.TABLE[:] = before["other"]


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("optimize", [True, False])
def test_derivatives_follow_what_was_written(function: Any, optimize: bool) -> None:
    """Value, gradient and the state that is left are those of plain Python; the pullback changes nothing."""
    before = state()

    def plain(x: Any) -> Any:
        anew(before)
        return function(x)

    wanted, left = plain(X.copy()), state()
    differences = [(plain(X + e) - plain(X - e)) / 2e-6 for e in 1e-6 * np.eye(3)]
    anew(before)
    y, back = s2s_ad.differentiable(function, optimize=optimize).pullback(X.copy())
    assert identical(float(y), float(wanted))
    assert identical(state(), left)
    first, second = back(1.0)[1], back(1.0)[1]
    assert identical(state(), left)
    assert identical(first, second)
    np.testing.assert_allclose(first, differences, rtol=1e-6, atol=1e-8)


def test_a_global_that_is_bound_anew_is_found() -> None:
    """It is read at each call."""
    gradient = s2s_ad.grad(entered)
    gradient(X)
    globals()["TABLE"] = np.array([0.0, 10.0, 20.0])
    np.testing.assert_allclose(gradient(X), [2 * X[0] * X[1], X[0] ** 2 + 10.0, 20.0])
    assert TABLE[0] == X[0] * X[1]


@pytest.mark.parametrize("name", ["TABLE", "SCALES"])
def test_an_argument_that_is_the_global_is_refused(name: str) -> None:
    """What is written to one would be read from the other."""

    def writes_its_argument(x):
        x[0] = 2.0 * x[1]
        return np.sum(SCALES * x)

    function = entered if name == "TABLE" else writes_its_argument
    with pytest.raises(s2s_ad.MutationError, match="share memory"):
        s2s_ad.grad(function)(globals()[name])


def test_two_globals_that_are_one_are_refused() -> None:
    """A view of what is written to is read under another name."""

    def both(x):
        TABLE[0] = x[0]
        return np.sum(SCALES * x)

    s2s_ad.grad(both)(X)
    globals()["SCALES"] = TABLE[::-1]
    with pytest.raises(s2s_ad.MutationError, match="share memory"):
        s2s_ad.grad(both)(X)


def walk(n):
    if n == 0:
        return 0.0
    TABLE[0] += 1.0
    return TABLE[0] + walk(n - 1)


def recursive(x):
    return walk(2) * x[0]


def test_a_recursion_that_writes_is_refused() -> None:
    """It would have to be evaluated in its own place."""
    with pytest.raises(s2s_ad.MutationError, match="calls itself"):
        s2s_ad.grad(recursive)(X)


def test_a_default_that_is_written_to_is_refused() -> None:
    """It is nobody's variable."""

    def kept(v, buffer=np.zeros(3)):  # noqa: B008
        buffer[0] = v
        return buffer[0]

    with pytest.raises(s2s_ad.MutationError, match="a write to a global, or to what may be one"):
        s2s_ad.grad(lambda x: kept(x[0]))(X)


def test_the_module_is_left_alone() -> None:
    """No names are added."""
    names = set(vars(sys.modules[__name__]))
    s2s_ad.grad(entered)(X)
    assert set(vars(sys.modules[__name__])) == names


class Held:
    """Has an array that all its objects share, and slots."""

    __slots__ = ("v", "w")
    SHARED = np.array([1.0, 2.0, 3.0])

    def __init__(self, w, v):
        self.w, self.v = w, v


def writes_a_slot(x, held):
    held.w[0] = x[0]
    return held.v[0] * x[1]


def writes_beside_a_class(x, y):
    y[0] = x[0]
    return Held.SHARED[0] * x[1]


def test_what_objects_with_slots_share_is_seen() -> None:
    """They have no dict to look into."""
    both = np.ones(2)
    with pytest.raises(s2s_ad.MutationError, match="share memory"):
        s2s_ad.grad(writes_a_slot)(X, Held(both, both))
    np.testing.assert_array_equal(s2s_ad.grad(writes_a_slot)(X, Held(np.ones(2), np.ones(2))), [0, 1, 0])


def test_an_array_of_a_class_is_compared_too() -> None:
    """It is read like a global."""
    with pytest.raises(s2s_ad.MutationError, match="share memory"):
        s2s_ad.grad(writes_beside_a_class)(X, Held.SHARED)
    np.testing.assert_array_equal(s2s_ad.grad(writes_beside_a_class)(X, np.ones(3)), [0, 1, 0])


def grows(x):
    SCALES[:] = SCALES * 1.5
    return np.sum(SCALES * x)


def test_a_pullback_is_not_changed_by_the_next_call() -> None:
    """What it needs of a global that the function writes to is its own."""
    _, back = s2s_ad.pullback(grows, X)
    first = back(1.0)[1]
    s2s_ad.pullback(grows, X)
    assert identical(back(1.0)[1], first)


def doubled(a):
    return a * 2.0 if a > 0 else a


FUNCTIONS = {"f": doubled}


def by_a_table(x):
    return FUNCTIONS["f"](0.3) * x[0]


def test_a_table_keeps_the_function_that_it_has() -> None:
    """Its name may be bound to another one."""
    assert s2s_ad.grad(by_a_table)(X)[0] == 0.6
    kept = globals()["doubled"]
    globals()["doubled"] = lambda a: a * 5.0
    try:
        assert s2s_ad.grad(by_a_table)(X)[0] == 0.6
    finally:
        globals()["doubled"] = kept


class Setting:
    """Changes a global array when it is entered."""

    def __enter__(self):
        TABLE[0] = 5.0

    def __exit__(self, *_):
        TABLE[0] = 7.0


class Filling(Setting):
    """Changes it by a method."""

    def __enter__(self):
        TABLE.fill(5.0)


class Copying(Setting):
    """Changes it by a function of NumPy, which a helper calls."""

    def __enter__(self):
        _set_table()

    def __exit__(self, *_):
        self._leave()

    def _leave(self):
        pass


class Noting:
    """Changes the list that it was made with, in a method that it calls."""

    def __init__(self, notes):
        self.notes = notes

    def __enter__(self):
        self._note()

    def __exit__(self, *_):
        pass

    def _note(self):
        self.notes.append(2.0)


def _set_table():
    np.copyto(TABLE, 5.0)


def under_a_setting(x):
    s = TABLE @ x
    with Setting():
        s += TABLE @ x
    return s


def under_a_filling(x):
    s = TABLE @ x
    with Filling():
        s += TABLE @ x
    return s


def under_a_copying(x):
    s = TABLE @ x
    with Copying():
        s += TABLE @ x
    return s


def under_a_noting(x):
    notes = [x[0]]
    with Noting(notes):
        s = x[1] * notes[-1]
    return s * notes[-1]


@pytest.mark.parametrize("f", [under_a_setting, under_a_filling, under_a_copying, under_a_noting])
def test_a_manager_that_writes_is_followed(f) -> None:
    """What it writes is read in the body, and after it."""
    table = TABLE.copy()
    found = s2s_ad.grad(f)(X)
    written, TABLE[:] = TABLE.copy(), table
    differences = []
    for step in 1e-6 * np.eye(X.size):
        ends = []
        for x in (X + step, X - step):
            ends.append(f(x))
            np.testing.assert_array_equal(TABLE, written)
            TABLE[:] = table
        differences.append((ends[0] - ends[1]) / 2e-6)
    np.testing.assert_allclose(found, differences, rtol=1e-6, atol=1e-8)
