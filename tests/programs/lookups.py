"""Classes with `__getattr__`, which is called for the attributes that an object lacks."""

import numpy as np

from programs.harness import program
from s2s_ad import UnsupportedSyntaxError

V = np.array([0.7, 1.3, 0.4, 2.1])


class Table:
    """Has its attributes in a dict."""

    def __init__(self, w):
        self.parts = {"w": w}

    def __getattr__(self, name):
        return self.parts[name]


class Inner:
    """What is wrapped."""

    k = 3.0

    def __init__(self, w):
        self.w = w

    def scaled(self, z):
        """Reads."""
        return self.w * z

    def set(self, w):
        """Writes."""
        self.w = w


class Wrapper:
    """Passes on what it does not have."""

    def __init__(self, inner, s):
        self.inner = inner
        self.s = s

    def __getattr__(self, name):
        if name == "doubled":
            return self.inner.w * 2.0
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.inner, name)


class Base:
    """Has an attribute of the class, which comes before."""

    a = 2.0

    def __init__(self, x):
        self.x = x

    def __getattr__(self, name):
        return self.x * 5.0


class Derived(Base):
    """Asks the class above."""

    def __getattr__(self, name):
        return self.x if name == "z" else super().__getattr__(name) + 1.0


class Lazy:
    """Sets what was asked for, so that it is computed once."""

    def __init__(self, x):
        self.x = x
        self.n = 0

    def __getattr__(self, name):
        self.n += 1
        value = self.x**2
        setattr(self, name, value)
        return value


class Sometimes(Base):
    """Has a getter, after whose AttributeError the method is called."""

    @property
    def p(self):
        """Lacks what it reads."""
        return object.__getattribute__(self, "q")


@program((V,), same_as=lambda v: np.sum(v**2) * 2.0 + np.sum(v * 4.0))
def in_a_dict(v):
    """In a loop over objects."""
    s = 0.0
    for t in [Table(v * v), Table(v * v)]:
        s = s + np.sum(t.w)
    return s + np.sum(Table(v * 4.0).w)


@program((V,), same_as=lambda v: v[0] * v[1] * v[0] * v[2] * 3.0 + 2.0 * v[0])
def passed_on(v):
    """Attributes, methods and what the class of the other has."""
    q = Wrapper(Inner(v[0]), v[1])
    return q.w * q.s * q.scaled(v[2]) * q.k + q.doubled


@program((V,), same_as=lambda v: v[3] * v[2] ** 4 * v[1])
def set_and_passed_on(v):
    """An attribute that is set is that of the wrapper from then on."""
    q = Wrapper(Inner(v[0]), v[1])
    q.set(v[2] ** 2)
    q.other = q.w
    q.w = v[3]
    return q.w * q.inner.w * q.other * q.s


@program((V,), same_as=lambda v: v[0] * v[1])
def by_its_name(v):
    """`getattr`, with a default that is not needed."""
    q = Wrapper(Inner(v[0]), v[1])
    return getattr(q, "w") * getattr(q, "s", 1.0)  # noqa: B009


@program((V,), same_as=lambda v: 2.0 * 5.0 * v[0] ** 2 + (5.0 * v[1] + 1.0) * v[1] * 2.0)
def inherited(v):
    """From a class, and from one that asks another."""
    b, d = Base(v[0]), Derived(v[1])
    return b.a * b.other * b.x + d.b * d.z * d.a


@program((V,), same_as=lambda v: v[0] ** 4 + v[0])
def computed_once(v):
    """The second time it is there."""
    c = Lazy(v[0])
    return c.square * c.square * c.n + c.x


@program((V, 1.5), same_as=lambda v, x: 15.0 * x * v[0])
def class_inside(v, x):
    """Operators do not ask it."""

    class Inside:
        def __getattr__(self, name):
            if name == "__bool__":
                return lambda: False
            return x * 15.0

    inside = Inside()
    return inside.w * v[0] if inside else v[1]


@program((V,), refused=UnsupportedSyntaxError)
def asked_for(v):
    """`hasattr` calls it."""
    q = Wrapper(Inner(v[0]), v[1])
    return q.s * (2.0 if hasattr(q, "w") else 3.0)


@program((V,), refused=UnsupportedSyntaxError)
def perhaps_there(v):
    """In the first round it is called."""
    c, s = Lazy(v[0]), 0.0
    for _ in range(3):
        s = s + c.square
    return s * c.n


@program((V,), refused=UnsupportedSyntaxError)
def perhaps_a_getter(v):
    """Which is not known to go through."""
    return Sometimes(v[0]).p


@program((V,), raises=AttributeError)
def raises(v):
    """What is not passed on is not there."""
    return Wrapper(Inner(v[0]), v[1])._missing
