"""Variables that nested functions assign."""

import numpy as np

from programs.harness import program

X = np.array([0.7, 1.3, 0.2])


@program((X,))
def accumulated(x):
    """In a loop."""
    c = 0.0

    def add(v):
        nonlocal c
        c += v * v

    for v in x:
        add(v)
    return c * x[0]


@program((X,))
def straight_line(x):
    """Each call finds what the one before has left; the owner reads and assigns it too."""
    c = x[0]

    def scale(v):
        nonlocal c
        c = c * v
        return c + 1

    a = scale(x[1])
    c = c + a
    b = scale(x[2])
    return a * b + c


@program((X,))
def parameter_assigned_by_another(x):
    """A parameter is assigned by a function that the function has inside."""

    def g(y):
        def squared():
            nonlocal y
            y = y * y

        squared()
        squared()
        return y

    return g(x[0]) * g(x[1])


@program((X,))
def counters(x):
    """Each call of the maker gives a variable of its own."""

    def make():
        n = 0

        def count():
            nonlocal n
            n += 1
            return n

        return count

    a, b = make(), make()
    return x[0] * a() + x[1] * a() * b() + x[2] * a()


@program((X,))
def two_levels_up(x):
    """The innermost function assigns, by way of one that only passes the name on."""
    s = 1.0

    def outer(v):
        def inner(u):
            nonlocal s
            s = s * u + v

        inner(v)
        inner(x[0])

    outer(x[1])
    outer(s)
    return s


@program((X,), (-X,))
def largest(x):
    """Assigned on one side of a branch only."""
    best = x[0]

    def update(v):
        nonlocal best
        if v > best:
            best = v

    for v in x:
        update(v)
    return best**2


@program((X,))
def assigned_first_inside(x):
    """The owner has no value for it before the call."""

    def f():
        nonlocal y
        y = x[0]

    f()
    y = y * 2  # noqa: F821
    return y * x[1]


@program((X,))
def calls_counted(x):
    """A decorator that counts."""
    calls = 0

    def counted(f):
        def wrapper(v):
            nonlocal calls
            calls += 1
            return f(v)

        return wrapper

    g = counted(np.sin)
    return g(x[0]) * g(x[1]) * calls


@program((X,))
def two_functions_share(x):
    """What one puts in, the other takes out."""
    state = x[0]

    def put(v):
        nonlocal state
        state = state + v**2

    def take():
        nonlocal state
        got = state
        state = got * x[1]
        return got

    put(x[2])
    a = take()
    put(a)
    return a * take() + state


@program((X,))
def shadowed_names(x):
    """The same name means other variables in functions, parameters and comprehensions beside it."""
    n = x[0]

    def change():
        nonlocal n
        n = n * 2

    def own(n):
        n = n + 1
        return n

    def other():
        n = x[2]
        return n * n

    change()
    squares = [n * n for n in x]
    return n * own(x[1]) * other() + sum(squares) + (lambda n: n * 3)(n)


@program((X,))
def read_by_a_default(x):
    """A default is what the variable was when the function was made."""
    n = x[0]

    def change():
        nonlocal n
        n = n * x[1]

    def f(v, k=n):
        return v * k + n

    change()
    return f(x[2])


@program((X,))
def loop_variable_of_the_owner(x):
    """The owner's loop binds it, and the nested function changes it in each round."""
    total, v = 0.0, x[0]

    def double():
        nonlocal v
        v = 2 * v

    for v in x:
        double()
        total += v**2
    return total + v


@program((X, 3), (X, 0))
def while_it_lasts(x, n):
    """The test of a loop reads what the body's calls change."""
    left, product = n, x[0]

    def step():
        nonlocal left, product
        left -= 1
        product *= x[1]

    while left > 0:
        step()
    return product


@program((X,))
def name_of_the_box(x):
    """The user's own names are as likely as ours."""
    y_box = x[1]
    y = x[0]

    def change():
        nonlocal y
        y = y * y_box

    change()
    return y * y_box


@program((X,))
def early_returns(x):
    """Whether the assignment is reached depends on the data."""
    seen = 0.0

    def visit(v):
        nonlocal seen
        if v < 0.5:
            return v
        seen = seen + v
        if seen > 1.5:
            return seen * v
        seen = seen * 2
        return v**2

    return visit(x[0]) + visit(x[1]) + visit(x[2]) + seen
