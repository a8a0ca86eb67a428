"""What `with`, `try` and `match` do besides computing: what is entered, caught, raised and looked up, and when."""

import sys
import threading
import traceback
import warnings

import numpy as np
import pytest

from s2s_ad import ADError, MutationError, differentiable, grad, pullback, source, value_and_grad

LOCK = threading.Lock()


class Recorder:
    """Notes what it is told."""

    def __init__(self):
        """Begin with nothing."""
        self.events = ()

    def __enter__(self):
        """Note it."""
        self.events += ("enter",)
        return self

    def __exit__(self, kind, error, trace):
        """Note what was raised."""
        self.events += (kind and kind.__name__,)


RECORDER = Recorder()


class Negative(ValueError):
    """With a second argument."""

    def __init__(self, message, value):
        """Keep the value."""
        super().__init__(message, value)
        self.value = value


def root(x):
    """Raises below zero."""
    if x < 0:
        raise Negative("below zero", 7)
    return x**0.5


def test_lock_is_free_when_the_pullback_runs():
    """It is taken for the primal, once."""

    def f(x):
        with LOCK:
            return x * x

    y, back = pullback(f, 3.0)
    assert not LOCK.locked()
    with LOCK:
        assert back(1.0)[1] == 6.0
    assert value_and_grad(f)(3.0) == (9.0, 6.0)


def test_manager_is_entered_once_and_sees_the_exception():
    """Its methods are called by the primal alone, with what was raised."""

    def f(x):
        with RECORDER:
            return root(x) * x

    RECORDER.events = ()
    y, back = pullback(f, 4.0)
    back(1.0)
    back(1.0)
    assert RECORDER.events == ("enter", None)
    grad(f)(4.0)
    assert RECORDER.events == ("enter", None) * 2
    with pytest.raises(Negative):
        grad(f)(-4.0)
    assert RECORDER.events[4:] == ("enter", "Negative")


def test_manager_that_is_redefined_is_looked_at_again(monkeypatch):
    """One that comes to swallow exceptions is refused from then on."""

    def f(x):
        with RECORDER:
            return -1.0 / x

    assert grad(f)(0.5) == 4.0

    def swallow(self, *_):
        return True

    monkeypatch.setattr(Recorder, "__exit__", swallow)
    with pytest.raises(ADError, match="swallow"):
        grad(f)(0.5)


def test_errstate_covers_the_adjoint():
    """The derivative of quiet code is quiet, that of other code is not."""

    def quiet(x):
        with np.errstate(divide="ignore"):
            return np.sum(np.sqrt(x))

    def loud(x):
        return np.sum(np.sqrt(x))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        np.testing.assert_array_equal(grad(quiet)(np.array([0.0, 4.0])), [np.inf, 0.25])
    assert not caught
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        grad(loud)(np.array([0.0, 4.0]))


def test_errstate_with_arguments_of_run_time():
    """The mode is kept for the adjoint."""

    def f(x, mode):
        for _ in range(2):
            with np.errstate(divide=mode):
                x = np.sqrt(x)
        return np.sum(x)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        grad(f)(np.array([0.0, 1.0]), "ignore")
    assert not caught
    with pytest.raises(FloatingPointError):
        grad(f)(np.array([0.0, 1.0]), "raise")


def test_exceptions_keep_type_arguments_and_traceback(capsys):
    """Those that are caught, those that are raised again, and the causes."""

    def f(x):
        try:
            return root(x)
        except Negative as error:
            print(error.args)
            raise

    plain = differentiable(f)
    for call in (lambda: pullback(plain, -1.0), lambda: grad(plain)(-1.0)):
        with pytest.raises(Negative) as raised:
            call()
        assert raised.value.args == ("below zero", 7)
        assert raised.value.value == 7
        frames = [frame.name for frame in traceback.extract_tb(raised.tb)]
        assert any("root" in name for name in frames), frames
        assert capsys.readouterr().out == "('below zero', 7)\n"


def test_causes_and_contexts():
    """`raise … from`, and what is raised while another is handled."""

    def caused(x):
        try:
            return root(x)
        except Negative as error:
            raise KeyError("no root") from error

    def silenced(x):
        try:
            return root(x)
        except Negative:
            raise KeyError("no root") from None

    def in_context(x):
        try:
            return root(x)
        except Negative:
            return {}["a"] * x

    for function in (caused, silenced, in_context):
        with pytest.raises(KeyError) as plain:
            function(-1.0)
        with pytest.raises(KeyError) as compiled:
            pullback(function, -1.0)
        for attribute in ("__cause__", "__context__"):
            assert type(getattr(compiled.value, attribute)) is type(getattr(plain.value, attribute))
        assert compiled.value.__suppress_context__ is plain.value.__suppress_context__


def test_what_is_not_caught_goes_through():
    """An interrupt is no `Exception`, and is seen by `finally`."""

    def f(x, stop):
        try:
            if stop:
                raise KeyboardInterrupt
            y = x * x
        except Exception:
            y = x
        finally:
            print("finally")
        return y

    with pytest.raises(KeyboardInterrupt):
        pullback(f, 2.0, True)
    assert grad(f)(2.0, False) == 4.0


def test_order_of_what_raises_is_kept():
    """The first of several errors decides which handler runs, also where the value is not needed."""

    def f(x, table, key):
        try:
            y = table[key] * x + len(key)
        except KeyError:
            y = x * x
        except TypeError:
            y = x**3
        return y

    for key, expected in (("a", 5.0), ("b", 4.0), (3, 4.0)):
        assert grad(f)(2.0, {"a": 5.0}, key) == expected
        assert pullback(f, 2.0, {"a": 5.0}, key)[1](1.0)[1] == expected


def test_module_is_looked_up_again(monkeypatch):
    """A module that is replaced is noticed at the next call."""

    class Module:
        """Stands in for a module."""

        @staticmethod
        def scale(x):
            """Twice."""
            return 2.0 * x

    class Other:
        """Stands in for another."""

        @staticmethod
        def scale(x):
            """Three times."""
            return 3.0 * x

    def f(x):
        import module_of_this_test as m

        return m.scale(x)

    for stand_in, expected in ((Module, 2.0), (Other, 3.0)):
        module = type(sys)("module_of_this_test")
        module.scale = stand_in.scale
        monkeypatch.setitem(sys.modules, "module_of_this_test", module)
        assert grad(f)(1.0) == expected


def test_one_piece_is_printed_as_it_was_written():
    """A body without anything half-way stays one `try`, with the handler in its `except`."""

    def f(x):
        try:
            y = root(x) * x
        except Negative as error:
            print(error)
            y = x
        return y

    text = source(f, 2.0)
    assert text.count("\n    try:\n") == 1
    assert "    except Negative as error:\n        print(error)\n        y = x\n" in text


def test_what_cannot_raise_is_not_tried():
    """Arithmetic on numbers never raises."""

    def f(x, n):
        try:
            y = x * n + 1
        except ValueError:
            y = x
        return y

    assert "try" not in source(f, 2.0, 3)


class Counting:
    """Counts how often it is entered, and remembers when it was first."""

    def __init__(self):
        """Never so far."""
        self.first = None
        self.count = 0.0

    def __enter__(self):
        """Count."""
        self.first = 1.0
        self.count = self.count + 1.0
        return self

    def __exit__(self, *_):
        """Do nothing."""


class Rescaled:
    """Holds a weight, and changes it."""

    def __init__(self, w):
        """Hold a weight."""
        self.w = w

    def __enter__(self):
        """Change it."""
        self.w = self.w * 2.0
        return self

    def __exit__(self, *_):
        """Change it back."""
        self.w = self.w / 2.0


COUNTING = Counting()


def test_numbers_of_a_manager_are_read_when_control_gets_there():
    """What it counts may be read after it."""

    def f(x):
        with COUNTING:
            y = x * x
        return y * COUNTING.count

    COUNTING.count = 0.0
    assert grad(f)(3.0) == 6.0
    assert grad(f)(3.0) == 12.0


def test_attributes_that_a_manager_changes_are_read_anew():
    """None that becomes a number, and what an object was made with."""

    def of_none(x):
        with COUNTING:
            y = x * x
        return y if COUNTING.first is None else 2.0 * y

    def before(x):
        a = 2.0 if COUNTING.first is None else 1.0
        with COUNTING:
            return x * a

    def of_a_new_object(x):
        with Rescaled(x) as scaled:
            return scaled.w * x

    for first, slope in ((None, 2.0), (1.0, 1.0), (None, 2.0)):
        for function, expected in ((of_none, 12.0), (before, slope), (of_a_new_object, 12.0)):
            COUNTING.first = first
            assert grad(function)(3.0) == expected
    assert COUNTING.first is None


def test_a_name_that_comes_to_be_defined_is_noticed():
    """A global name, and a module."""
    scope = globals()

    def f(x):
        try:
            return later * x
        except NameError:
            return x * x

    def g(x):
        try:
            import module_that_comes_later as m
        except ImportError:
            return x * x
        return m.scale * x

    assert grad(f)(3.0) == 6.0
    assert grad(g)(3.0) == 6.0
    scope["later"] = 5.0
    sys.modules["module_that_comes_later"] = type(sys)("module_that_comes_later")
    sys.modules["module_that_comes_later"].scale = 7.0
    try:
        assert grad(f)(3.0) == 5.0
        assert grad(g)(3.0) == 7.0
    finally:
        del scope["later"], sys.modules["module_that_comes_later"]
    assert grad(f)(3.0) == 6.0
    assert grad(g)(3.0) == 6.0


def plus_one(items, i):
    """Writes in place if the item is an array."""
    y = items[i]
    y += 1.0
    return y


def test_handlers_do_not_catch_refusals():
    """What is refused when the program runs is refused, whatever the program catches."""

    def here(x, i):
        items = [x, np.ones(2) * x]
        try:
            y = items[i]
            y += 1.0
        except Exception:
            return x
        return np.sum(y)

    def in_a_callee(x, i):
        try:
            return np.sum(plus_one([x, np.ones(2) * x], i))
        except:  # noqa: E722
            return x

    assert [grad(here)(2.0, i) for i in (0, 1, 5)] == [1.0, 2.0, 1.0]
    assert [grad(in_a_callee)(2.0, i) for i in (0, 5)] == [1.0, 1.0]
    with pytest.raises(MutationError):
        grad(in_a_callee)(2.0, 1)
    with pytest.raises(MutationError):
        pullback(in_a_callee, 2.0, 1)
