"""Classes inside a function: what is refused, and what stays as it was."""

import abc
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pytest

from s2s_ad import ADError, grad, pullback, source


class Told:
    """A class that is told of its subclasses."""

    def __init_subclass__(cls):
        raise AssertionError


class Holder:
    """An object of the caller's."""

    def __init__(self, w):
        self.w = w


def returned(x):
    """The caller would get objects of another class at each call."""

    class P:
        w = 2.0

    return P()


def returned_in_a_tuple(x):
    """As above, beside a number."""

    class P(NamedTuple):
        w: float

    return x, P(x)


def class_returned(x):
    """The class itself."""

    class P:
        pass

    return P


def put_into_an_argument(holder):
    """The caller would find the object later."""

    class P:
        pass

    holder.p = P()
    return holder.w


def in_a_loop(x):
    """There is a new class in each round."""
    for _ in range(2):

        class P:
            pass

    return x


def after_a_branch(x):
    """What the method reads is known in the branch only."""
    if x > 0:
        k = x * x

        class P:
            def f(self):
                return k

        p = P()
    return p.f()


def own_list(x):
    """Each call of the function makes a new list."""

    class P:
        items = []

    return x


def computed_attribute(x):
    """It would have to be kept for each run."""

    class P:
        scale = 2.0 * x

    return P.scale


def counted(x):
    """Writes to the class."""

    class P:
        count = 0

        def __init__(self):
            P.count += 1

    P()
    return x * P.count


def decorated(x):
    """By a function that may do anything to the class."""

    def same(cls):
        return cls

    @same
    class P:
        pass

    return x


def of_a_told_base(x):
    """The base runs code of its own."""

    class P(Told):
        pass

    return x


def with_a_keyword(x):
    """The metaclass is named."""

    class P(metaclass=abc.ABCMeta):
        @abc.abstractmethod
        def f(self): ...

    return x


def with_a_statement(x):
    """The body of the class is a program of its own."""

    class P:
        if x > 0:
            w = 1.0

    return x


def bound_afterwards(x):
    """A name that means something else further down."""
    a = x

    class P:
        b = a
        a = 1.0

    return x


def to_foreign_code(x):
    """A method would be called from code that is not followed."""

    class P:
        def __len__(self):
            return int(x)

        def __repr__(self):
            return str(x)

    return x * len(str(P()))


def own_exception(x):
    """Exceptions leave the function."""

    class Wrong(ValueError):
        def __str__(self):
            return str(x)

    if x < 0:
        raise Wrong
    return x


def local_annotation(x):
    """What the annotation means is known inside only."""
    from dataclasses import InitVar

    @dataclass
    class P:
        a: float
        k: InitVar[float]

    return x


def endless(x, before, n):
    """Each call gives the next one an object of another class."""

    class P:
        def __init__(self, w):
            self.w = w

    return before.w if n == 0 else endless(x, P(before.w * x), n - 1)


def calls_endless(x):
    """Starts it."""
    return endless(x, Holder(x), 2)


REFUSALS = [
    (returned, "def returned(x):", "an object of `P`, a class inside a function, that leaves the function"),
    (returned_in_a_tuple, "def returned_in_a_tuple(x):", "that leaves the function"),
    (class_returned, "def class_returned(x):", "that leaves the function"),
    (in_a_loop, "class P:", "a class in a loop"),
    (after_a_branch, "p.f()", "the method `f` of a class that was made in a branch"),
    (own_list, "class P:", "`items`, which a class inside a function has and which is computed or can be changed"),
    (computed_attribute, "class P:", "`scale`, which a class inside a function has"),
    (counted, "P.count", "setting an attribute of something whose class is not known here"),
    (decorated, "class P:", "a decorator of a class inside a function, other than `dataclass`"),
    (of_a_told_base, "class P(Told):", "a base of a class inside a function"),
    (with_a_keyword, "metaclass=abc.ABCMeta", "a keyword in the head of a class"),
    (with_a_statement, "if x > 0:", "this statement in the body of a class"),
    (bound_afterwards, "a", "`a`, which the class around it binds afterwards"),
    (to_foreign_code, "str(P())", "in code that is not followed"),
    (own_exception, "class Wrong(ValueError):", "an exception with methods"),
    (local_annotation, "class P:", "the annotation `InitVar[float]`"),
    (calls_endless, "def calls_endless(x):", "ever new types"),
]


@pytest.mark.parametrize(("function", "text", "message"), REFUSALS, ids=[f.__name__ for f, _, _ in REFUSALS])
def test_refusals_name_the_place(function, text, message):
    """The file, the text above the carets, what is wrong, and what to write instead."""
    with pytest.raises(ADError) as refusal:
        pullback(function, 1.5)
    problem = refusal.value.problems[0]
    assert message in problem.message
    assert problem.hint
    assert problem.span is not None
    assert problem.span.filename == __file__
    assert problem.span.text[slice(*problem.span.characters)].startswith(text.partition("\n")[0])


def test_object_for_the_caller_is_refused():
    """Also where it is an attribute of an argument."""
    with pytest.raises(ADError, match="that leaves the function"):
        pullback(put_into_an_argument, Holder(1.5))


@dataclass
class Counter:
    """Has what no object of it has of its own."""

    kind: ClassVar[str] = "c"


def test_no_object_is_made_that_nobody_sees():
    """A method that reads a variable is written where it is called."""

    def scaled(x):
        k = 3.0 * x

        class Square:
            def __init__(self, w):
                self.w = w

            def area(self):
                return self.w**2 * k

        return np.sum(Square(x).area())

    text = source(scaled, 1.5, mode="grad")
    assert "Square" not in text.replace("class Square", "").split("# line")[0]
    assert "runtime" not in text


def test_base_that_changes_is_noticed(monkeypatch):
    """A method of a base outside is looked up again."""

    class Base:
        def area(self):
            return self.w**2

    def f(x):
        class P(Base):
            def __init__(self, w):
                self.w = w

        return P(x).area()

    assert grad(f)(3.0) == 6.0
    monkeypatch.setattr(Base, "area", lambda self: self.w**3)
    assert grad(f)(3.0) == 27.0
