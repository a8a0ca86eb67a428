"""What is refused of `match`, `with`, `try`, imports and declarations: where, and what to write instead."""

import contextlib
import re
import threading

import numpy as np
import pytest

from s2s_ad import ADError, pullback

V = np.array([0.5, -1.25, 2.0])
COUNT = 0
LOCK = threading.Lock()


class Failed(Exception):
    """Carries a value."""


class Ignoring:
    """Swallows what is raised inside."""

    def __enter__(self):
        """Give nothing."""

    def __exit__(self, *_):
        """Swallow."""
        return True


class Giving:
    """Gives another object than itself."""

    def __init__(self, w):
        """Hold a weight."""
        self.w = w

    def __enter__(self):
        """Give the weight."""
        return self.w

    def __exit__(self, *_):
        """Do nothing."""


class Doubling(Giving):
    """Changes what it holds."""

    def __enter__(self):
        """Change the weight."""
        self.w = self.w * 2.0
        return self


@contextlib.contextmanager
def ignoring():
    """Swallows what is raised inside."""
    try:
        yield
    except ValueError:
        pass


@contextlib.contextmanager
def scaled(x):
    """Gives what is to be differentiated."""
    yield x * 2.0


def squares(v):
    """One after the other."""
    for x in v:
        yield x * x


def root(x):
    """Raises below zero."""
    if x < 0:
        raise ValueError("negative")
    return x**0.5


def writes_a_global(v):
    """Of the module."""
    global COUNT
    COUNT = 1
    return v[0] * COUNT


def imports_into_a_global(v):
    """Of the module."""
    global math
    import math

    return v[0] * math.pi


def class_out_of_a_list(v):
    """Which class it is, is known when the program runs."""
    kinds = [float, list]
    for kind in kinds[: len(v)]:
        match v[0]:
            case kind():
                return v[1]
    return v[2]


def swallowing_class(v):
    """The body may end half-way."""
    with Ignoring():
        return v[0] * v[0]


def swallowing_generator(v):
    """The body may end half-way."""
    with ignoring():
        return v[0] * v[0]


def stacked(v):
    """A stack may hold managers of all sorts."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(LOCK)
        return v[0] * v[0]


def no_manager(v):
    """Python raises a TypeError."""
    with v[0]:
        return v[0] * v[0]


def differentiated_manager(v):
    """The generator is not followed."""
    with scaled(v[0]) as w:
        return w * w


def iterator_into_a_with(v):
    """The code of the generator would run inside."""
    g = squares(v)
    with LOCK:
        return sum(g)


def iterator_out_of_a_try(v):
    """The code of the generator would run outside."""
    try:
        g = squares(v)
    except ValueError:
        g = squares(v[1:])
    return sum(g)


def value_of_an_exception(v):
    """The derivative would be lost."""
    try:
        raise Failed(v[0] * v[0])
    except Failed as failed:
        return failed.args[0]


def attribute_of_an_exception(v):
    """The derivative would be lost."""
    try:
        y = root(v[1])
    except ValueError as error:
        y = v[0] * error.weight
    return y


def two_writes_at_once(v):
    """One of the two may be done."""
    y = v * 2
    try:
        y[0], y[9] = root(v[0]), v[1]
    except IndexError:
        pass
    return sum(y)


def walrus(v):
    """Bound before the statement raises."""
    y = v[0]
    try:
        z = (y := v[2] * y) * root(v[1])
    except ValueError:
        z = y
    return z


def nested_targets(v):
    """`y` is bound when the inner unpacking raises."""
    y = v[0]
    try:
        y, (a, b) = v[2], v
        y = y * a * b
    except ValueError:
        pass
    return y


def with_in_pieces(v):
    """The manager would not see the exception."""
    y = v[0]
    try:
        with LOCK:
            y = y * v[2]
            y = root(v[1])
    except ValueError:
        pass
    return y


def loop_with_else(v):
    """The `else` of a loop that is cut to pieces."""
    y = v[0]
    try:
        for x in v:
            y = y * root(x)
        else:
            y = y * 2.0
    except ValueError:
        pass
    return y


def loop_over_anything(v):
    """Python raises a TypeError, which the handler catches."""
    y = v[0]
    try:
        for x in v[0]:
            y = y * x
            y = y + 1.0
    except TypeError:
        pass
    return y


def late_classes(v):
    """Looked up when the exception is there."""
    kinds = [ValueError, KeyError]
    try:
        return root(v[1])
    except kinds[len(v) - 3]:
        return v[0]


def no_class(v):
    """Python raises a TypeError when it compares."""
    try:
        return root(v[1])
    except 3:  # noqa: B030
        return v[0]


def return_in_finally(v):
    """Swallows what was raised."""
    try:
        root(v[1])
    finally:
        return v[0]  # noqa: B012


def break_in_finally(v):
    """Swallows what was raised."""
    for x in v:
        try:
            root(x)
        finally:
            break  # noqa: B012
    return v[0]


def bare_raise(v):
    """There is nothing to raise."""
    if v[0] > 10:
        raise
    return v[0]


@pytest.mark.parametrize(
    ("function", "line", "caret", "hint"),
    [
        (writes_a_global, "global COUNT", "global COUNT", "as an argument"),
        (imports_into_a_global, "global math", "global math", "as an argument"),
        (class_out_of_a_list, "case kind():", "kind()", "name the class"),
        (swallowing_class, "with Ignoring():", "Ignoring()", "`try`"),
        (swallowing_generator, "with ignoring():", "ignoring()", "`try`"),
        (stacked, "with contextlib.ExitStack()", "contextlib.ExitStack()", "`try`"),
        (no_manager, "with v[0]:", "v[0]", "into the caller"),
        (differentiated_manager, "with scaled(v[0])", "scaled(v[0])", "nullcontext"),
        (iterator_into_a_with, "return sum(g)", "sum(g)", "list"),
        (iterator_out_of_a_try, "try:", "", "list"),
        (value_of_an_exception, "try:", "try:", "in a variable"),
        (attribute_of_an_exception, "try:", "try:", "in a variable"),
        (two_writes_at_once, "y[0], y[9] = root(v[0]), v[1]", "y[0]", "after the `try`"),
        (walrus, "z = (y :=", "z = (y := v[2] * y) * root(v[1])", "statement of its own"),
        (nested_targets, "y, (a, b) = v[2], v", "y, (a, b) = v[2], v", "statement of its own"),
        (with_in_pieces, "with LOCK:", "with LOCK:", "function of its own"),
        (loop_with_else, "for x in v:", "for x in v:", "function of its own"),
        (loop_over_anything, "for x in v[0]:", "v[0]", "function of its own"),
        (late_classes, "try:", "", "name the classes"),
        (no_class, "try:", "", "name the classes"),
        (return_in_finally, "return v[0]", "return v[0]", "after the `try`"),
        (break_in_finally, "break", "break", "after the `try`"),
        (bare_raise, "raise", "raise", "name the exception"),
    ],
)
def test_refused_with_place_and_way_out(function, line, caret, hint):
    """The line, what is under the caret, and the hint."""
    with pytest.raises(ADError) as refusal:
        pullback(function, V)
    text = str(refusal.value)
    place, shown, under = text.splitlines()[:3]
    assert re.search(rf":\d+:\d+: in {function.__name__}: ", place), place
    assert shown.strip().startswith(line)
    marked = shown[under.index("^") : under.rindex("^") + 1]
    assert marked.startswith(caret)
    assert hint in text.partition("hint: ")[2]


@pytest.mark.parametrize(("cls", "factor"), [(Giving, 1.0), (Doubling, 2.0)])
def test_managers_that_hold_what_is_differentiated(cls, factor):
    """What they give, or change, is followed; the caller sees the change."""

    def f(x, manager):
        with manager as m:
            return x * (m if cls is Giving else m.w)

    manager = cls(3.0)
    y, back = pullback(f, 2.0, manager)
    x_bar, manager_bar = back(1.0)[1:]
    assert (y, x_bar, manager_bar.w, manager.w) == (6.0 * factor, 3.0 * factor, 2.0 * factor, 3.0 * factor)
