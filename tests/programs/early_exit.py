"""Early returns at any depth, first-iteration exits, and exceptions."""

import math

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])
A = np.array([[1.0, 2.0, -0.5], [0.25, -1.0, 3.0]])


@program((V,), (np.zeros(0),))
def return_in_the_first_iteration(v):
    """The loop never gets to its second iteration, or not even to its first."""
    for x in v:
        return x * x
    return 0.0


@program((V, 1.0), (V, 0.1), (V, 9.0))
def return_from_a_loop(v, limit):
    """What was accumulated up to the return counts, and what would follow does not."""
    s = limit
    for i, x in enumerate(v):
        s = s * x + i
        if x > limit:
            return s * limit
    return s - limit


@program((A, 1.5), (A, 2.5), (A, 9.0))
def return_from_nested_loops(a, limit):
    """Leaves two loops at once."""
    s = 1.0
    for row in a:
        s = s * row[0]
        for x in row:
            if x > limit:
                return s + x * x
            s = s + x * 0.5
        s = s - row[1]
    return s * limit


@program((3.0,), (0.4,), (0.9,))
def return_from_while(x):
    """Both the condition and a return may end it."""
    y = x
    while y > 0.5:
        y = y * y * 0.6
        if y > 2.0:
            return y * x
        if 0.3 < y < 0.5:
            return y
    return x + y


@program((2.0, 1.0), (0.5, 1.0), (-1.0, 1.0))
def guards(x, y):
    """Guards before the work; each leaves with other values alive."""
    if x < 0:
        return y
    z = x * y
    if x < 1:
        return z
    w = np.exp(z)
    if w < 0:
        return w
    return w * z


@program((2.0,), (-2.0,), (12.0,))
def return_in_else_only(x):
    """The way on leads through the first arm."""
    if x > 0:
        y = x * x
    else:
        return -x * 3.0
    if y > 100.0:
        return y / x
    return y + x


@program((np.array([4.0, 1.0, 3.0]), 2.0), (np.array([1.0, 1.5]), 2.0))
def return_in_loop_else(v, limit):
    """The function returns from the `else` of a loop, or goes on after a `break`."""
    for x in v:
        if x > limit:
            break
    else:
        return limit * limit
    return x * limit


@program((A,))
def continue_of_the_outer_loop(a):
    """A flag carries a `break` of the inner loop outwards."""
    s = 1.0
    for row in a:
        negative = False
        for x in row:
            if x < 0:
                negative = True
                break
            s = s + x
        if negative:
            s = s * 0.5
            continue
        s = s * row[2]
    return s


@program((1.5, 0), (1.5, 1), (1.5, 2), (1.5, 3))
def different_exits(x, k):
    """Four returns of values from different depths."""
    y = x * x
    for i in range(3):
        if i == k:
            if k == 1:
                return y * i
            return y + x
        for j in range(2):
            if i + j > k + 1:
                return y * x * j
            y = y + x
    return y


@program((2.0,))
def code_after_the_return(x):
    """What follows the return is never run."""
    if x > 0:
        return x * x
        x = x / 0.0
    return x


@program((1.7,))
def breaks_in_sequence(x):
    """Several ways to break, before and after the carried value changes."""
    y = 1.0
    for i in range(10):
        if y > 20.0:
            break
        y = y * x
        if i > 7:
            break
        if y > 8.0:
            y = y + x
            break
    return y


@program((2.0,))
def return_of_loop_state(x):
    """Returns a tuple from within the loop: a float, an array and an integer."""
    y = np.array([x, 1.0])
    i = 0
    while True:
        y = y * x
        i += 1
        if y[0] > 20.0:
            return x * i, y, i


@program((2.0, 1.0))
def assertions_that_hold(x, y):
    """Assertions read values and change nothing."""
    assert x > y, f"{x} is not above {y}"
    z = x * y
    assert z
    return z * z


@program((2.0, 3.0))
def raise_not_reached(x, y):
    """The exception is on the path not taken."""
    if x > y:
        raise ValueError(f"{x} > {y}")
    return x * y


@program((2.0,), ([1.0, 2.0],))
def prints(x):
    """Prints once forwards, never backwards, with a value that varies."""
    print("begin", x)
    y = 1.0
    for i in range(2):
        print(f"{i}: {y!r:>8} {i + 1:03d}", end=";\n")
        y = y * 3.0
    print(f"{{}} {y=}", y, sep="|")
    return y * x if isinstance(x, float) else y * x[1]


@program((2.0, 1.0), raises=ValueError)
def raises_at_once(x, y):
    """The exception of the program is the exception of its derivative."""
    if x > y:
        raise ValueError(f"{x} > {y}")
    return x * y


@program((2.0,), raises=AssertionError)
def fails_an_assertion(x):
    """The second iteration fails."""
    for i in range(3):
        assert i * x < 1.0, "too far"
    return x


@program((V, 7), raises=IndexError)
def indexes_out_of_bounds(v, i):
    """The index is wrong at run time."""
    return v[i] * v[0]


@program((-1.0,), raises=ValueError)
def leaves_the_domain(x):
    """`math.log` refuses what `np.log` takes."""
    return math.log(x) * x


@program((0.0,), raises=ZeroDivisionError)
def divides_by_zero(x):
    """Python's floats raise where NumPy's warn."""
    return 1.0 / x


@program((1.0,), raises=UnboundLocalError)
def reads_what_has_no_value(x):
    """The name is bound on the path not taken."""
    if x > 5.0:
        y = x
    return x * y


@program((np.ones(3), np.ones(2)), raises=ValueError)
def shapes_do_not_match(x, y):
    """NumPy refuses the operands."""
    return x + y


@program((200.0,))
def result_that_may_be_unbound(x):
    """It is bound here."""
    if x > 100:
        k = x * x
    return k


@program((1.0,), raises=UnboundLocalError)
def result_that_is_unbound(x):
    """The same, not bound."""
    if x > 100:
        k = x * x
    return k
