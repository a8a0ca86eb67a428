"""Imports inside functions, and `global` and `nonlocal` to read."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])
SCALE = 3.0


@program((2.0,))
def from_a_module(x):
    """A function under another name, and a number."""
    from math import pi
    from math import sin as sine

    return sine(x) * pi * x


@program((V,))
def a_submodule(v):
    """`import a.b` binds `a`; `import a.b as c` binds the inner one."""
    import numpy.linalg
    import numpy.linalg as la

    return la.norm(v) * numpy.linalg.norm(v) * numpy.sum(v)


@program((V, True), (V, False))
def in_a_branch(v, fast):
    """Bound on one side only."""
    if fast:
        import math as m

        return m.exp(v[0]) * v[1]
    import cmath as m

    return v[2] * m.pi


@program((2.0,))
def in_a_loop(x):
    """Once an iteration, which is no more than once."""
    y = x
    for _ in range(3):
        import math

        y = math.sin(y) * x
    return y


@program((2.0,))
def in_a_nested_function(x):
    """The nested function has its own."""

    def inner(t):
        from math import cos

        return cos(t) * x

    return inner(x) * inner(2.0 * x)


@program((2.0,))
def read_global(x):
    """A declaration that changes nothing."""
    global SCALE
    return x * SCALE


@program((2.0,))
def global_behind_a_local(x):
    """The nested function reads the global, not the variable around it."""
    SCALE = x * x

    def inner(t):
        global SCALE
        return t * SCALE

    return inner(x) + SCALE


@program((2.0,))
def read_nonlocal(x):
    """A declaration that changes nothing."""
    y = x * x

    def inner():
        nonlocal y
        return y * x

    y = y + 1.0
    return inner()


@program((2.0,), raises=ModuleNotFoundError)
def module_that_is_missing(x):
    """Raised when control gets there."""
    import no_such_module_anywhere as m

    return m.sin(x)


@program((2.0,))
def module_that_is_not_needed(x):
    """Control does not get there."""
    if x < 0.0:
        import no_such_module_anywhere as m

        return m.sin(x)
    return x * x


@program((2.0,), raises=ImportError)
def name_that_is_missing(x):
    """The module is there, the name is not."""
    from math import no_such_name

    return no_such_name(x)
