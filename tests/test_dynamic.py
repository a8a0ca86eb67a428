"""What changes between two calls, or comes from elsewhere: globals, code that closures share, star imports, threads."""

import functools
import importlib
import sys
import threading

import numpy as np
import pytest

from s2s_ad import ADError, SourceUnavailableError, grad, pullback, value_and_grad

STARS = """
from math import *
from numpy import *


def mixed(x, v):
    return sin(x) * dot(v, v) + exp(x) + array([x, x]).sum() + sum(v) + max(v) * abs(x) + pi * x


def own(v):
    return where(v > 0, v, 0.0).sum() + linalg.norm(v) + any(v > 0) * v[1]
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Makes modules out of texts."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    made = []

    def make(name, text):
        path = tmp_path / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        importlib.invalidate_caches()
        made.append(name)
        return importlib.import_module(name), path

    yield make
    for name in made:
        sys.modules.pop(name, None)


def test_star_imports(module):
    """`sum`, `max`, `abs` and `any` are NumPy's, and `sin` too, as it came last."""
    stars, _ = module("module_of_stars", STARS)
    v = np.array([0.5, -1.25, 2.0])
    x_bar, v_bar = grad(stars.mixed, (0, 1))(0.5, v)
    np.testing.assert_allclose(x_bar, np.cos(0.5) * (v @ v) + np.exp(0.5) + 2.0 + 2.0 + np.pi)
    np.testing.assert_allclose(v_bar, np.sin(0.5) * 2 * v + 1.0 + [0.0, 0.0, 0.5])
    np.testing.assert_allclose(grad(stars.own)(v), [1.0, 0.0, 1.0] + v / np.linalg.norm(v) + [0.0, 1.0, 0.0])


def test_source_that_changed_on_disk(module):
    """It is refused until the module is loaded again, and then differentiated anew; what was compiled goes on."""
    edited, path = module("module_that_is_edited", "def f(x):\n    return 2.0 * x\n\n\ndef g(x):\n    return f(x)\n")
    f, compiled = edited.f, grad(edited.g)
    assert compiled(1.0) == 2.0
    path.write_text("def f(x):\n    return 30.0 * x\n\n\ndef g(x):\n    return f(x) * x\n", encoding="utf-8")
    assert compiled(1.0) == 2.0
    with pytest.raises(SourceUnavailableError, match="changed after it was imported"):
        grad(reread(f))(1.0)
    importlib.reload(edited)
    assert grad(edited.f)(1.0) == 30.0
    assert grad(edited.g)(1.0) == 60.0


def reread(f):
    """The same code as another object, so that nobody knows it yet."""
    return type(f)(f.__code__.replace(co_name=f.__code__.co_name), f.__globals__, f.__name__)


def scaled_by(a, power):
    """Closures that share their code."""

    def scaled(x):
        return a * x**power

    return scaled


def test_closures_that_share_code():
    """Each has its own captured values, also of other types."""
    functions = [scaled_by(a, p) for a, p in ((2.0, 2), (np.array([1.0, 3.0]), 2), (5, 3.0), (np.float32(2.0), 1))]
    for _ in range(2):
        for f in functions:
            y, back = pullback(f, 2.0)
            np.testing.assert_array_equal(y, f(2.0))
            a, power = (cell.cell_contents for cell in f.__closure__)
            expected = np.sum(a * np.ones_like(y)) * power * 2.0 ** (power - 1)
            np.testing.assert_allclose(back(np.ones_like(y) if np.ndim(y) else 1.0)[1], expected, rtol=1e-6)


def test_closure_whose_variable_is_bound_again():
    """The value of the moment counts; the pullback keeps that of its forward pass."""
    a = 2.0

    def f(x):
        return a * x * x

    _, back = pullback(f, 3.0)
    a = np.array([1.0, 10.0])
    assert back(1.0)[1] == 12.0
    y, back_again = pullback(f, 3.0)
    np.testing.assert_array_equal(y, [9.0, 90.0])
    assert back_again(np.ones(2))[1] == 66.0
    a = lambda: 1.0
    with pytest.raises((TypeError, ADError)):
        grad(f)(3.0)


TABLE = {"scale": 2.0}
WEIGHTS = [1.0, 2.0]
FUNCTION = np.sin


def reads_globals(x):
    """A dict, a list and a function of the module."""
    return FUNCTION(x) * TABLE["scale"] + sum(w * x for w in WEIGHTS)


def test_globals_that_change(monkeypatch):
    """In place, in kind, by another function, and by going away."""
    gradient = grad(reads_globals)
    expected = lambda: (reads_globals(0.5 + 1e-6) - reads_globals(0.5 - 1e-6)) / 2e-6
    np.testing.assert_allclose(gradient(0.5), expected(), rtol=1e-8)
    WEIGHTS.append(4.0)
    TABLE["scale"] = np.float64(7.0)
    np.testing.assert_allclose(gradient(0.5), expected(), rtol=1e-8)
    monkeypatch.setitem(globals(), "FUNCTION", np.cosh)
    np.testing.assert_allclose(gradient(0.5), expected(), rtol=1e-8)
    monkeypatch.setitem(globals(), "WEIGHTS", (1.0, 1.0))
    np.testing.assert_allclose(gradient(0.5), expected(), rtol=1e-8)
    monkeypatch.delitem(globals(), "TABLE")
    with pytest.raises(NameError):
        gradient(0.5)


def test_the_rest_of_a_module_is_not_looked_at(monkeypatch):
    """Neither when its globals are read nor when their reads are dropped: here that would nest too deep."""
    deep = []
    for _ in range(100_000):
        deep = [deep]
    monkeypatch.setitem(globals(), "DEEP", deep)
    assert grad(reads_globals)(0.5) == value_and_grad(reads_globals)(0.5)[1]


def counted(x, seen=[]):  # noqa: B006
    """A default that is made once."""
    return x * (len(seen) + 1)


def test_default_is_evaluated_once():
    """The table of the function is read, not its text."""
    gradient = grad(lambda x: counted(x) + counted(x))
    assert gradient(1.0) == 2.0
    counted.__defaults__[0].append(1)
    assert gradient(1.0) == 4.0


def test_threads_that_compile_many_functions():
    """Eight threads, functions that are refused among them; all give what one thread gives."""

    def make(k):
        def right(x):
            return sum(x**i * k for i in range(k + 1))

        def refused(x):
            return eval("x") * k

        return right, refused

    functions = [make(k) for k in range(6)]
    expected = [sum(i * k * 0.5 ** (i - 1) for i in range(1, k + 1)) for k in range(6)]
    barrier, errors = threading.Barrier(8), []

    def work(seed):
        barrier.wait()
        try:
            for j in range(6):
                k = (seed + j) % 6
                right, refused = functions[k]
                np.testing.assert_allclose(grad(right)(0.5), expected[k], rtol=1e-12)
                np.testing.assert_allclose(value_and_grad(functools.partial(right))(0.5)[1], expected[k], rtol=1e-12)
                with pytest.raises(ADError, match="eval"):
                    grad(refused)(0.5)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
