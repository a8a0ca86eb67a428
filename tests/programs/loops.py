"""Loops: what they carry, leave behind, skip and repeat."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])
W = np.array([1.5, 0.75, -0.25])
A = np.array([[1.0, 2.0, -0.5], [0.25, -1.0, 3.0]])


@program((V,), (np.zeros(0),), (np.array([2.0]),))
def sum_from_integer_zero(x):
    """The accumulator starts as an integer and becomes a float, or stays an integer."""
    s = 0
    for i in range(len(x)):
        s += x[i]
    return s * 2.0


@program((1.25, 0), (1.25, 1), (1.25, 5))
def power_by_products(x, n):
    """A product over a count that may be zero."""
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


@program((1.5, 2.0, 0), (1.5, 2.0, 1), (1.5, 2.0, 4))
def swap(a, b, n):
    """A loop-carried exchange."""
    for _ in range(n):
        a, b = b, a
    return a**2 * b


@program((1.5, 2.0, -0.5, 5))
def rotation(a, b, c, n):
    """Three names rotate, and one is changed on the way."""
    for i in range(n):
        a, b, c = b, c, a * b + i
    return a - b * c


@program((1.0, 1.5, 6))
def fibonacci(a, b, n):
    """The exchange of Fibonacci's numbers, with real beginnings."""
    for _ in range(n):
        a, b = b, a + b
    return a * b


@program((1.5, 3), (1.5, 0))
def value_from_before(x, n):
    """A value from before the loop is used in it and after it."""
    before = x * x
    y = x
    for _ in range(n):
        y = y * before + x
    return y + before


@program((V,))
def loop_variable_afterwards(v):
    """The loop variables keep their last values."""
    for i, x in enumerate(v):
        last = x * i
    return x * i + last


@program((V, 3.0), (np.zeros(0), 3.0))
def loop_variable_shadows_an_argument(v, x):
    """The loop variable has an argument's name; after no iteration it is still the argument."""
    s = 0.0
    for x in v:
        s += x * x
    return s + x


@program((A,))
def nested_loops(a):
    """All elements of a matrix, by two indices."""
    s = 0.0
    for i in range(a.shape[0]):
        row = 1.0
        for j in range(a.shape[1]):
            row = row * a[i, j] + s
        s = s + row
    return s


@program((1.1, 2), (1.1, 0))
def three_levels(x, n):
    """Three levels deep, with a value carried through all of them and one reset at each."""
    y = x
    for i in range(n):
        z = 1.0
        for j in range(i + 1):
            for k in range(j + n):
                z = z * x + k * y
            y = y + z * 0.1
        y = y * 0.5
    return y


@program((V,), (-V,))
def triangular(x):
    """The inner count depends on the outer index; the first inner loop is empty."""
    s = 0.0
    for i in range(len(x)):
        for j in range(i):
            s += x[i] * x[j] * (i - j)
    return s + x[0]


@program((V, 0.6), (V, 9.0), (V, -9.0))
def skip(v, limit):
    """`continue` passes over some elements, or all."""
    s = 1.0
    for x in v:
        if x > limit:
            continue
        s = s * x
    return s


@program((np.array([0.5, 1.0, 3.0, 0.25]), 2.0), (np.array([0.5, 1.0]), 2.0), (np.array([5.0, 1.0]), 2.0))
def stop(v, limit):
    """`break` ends the loop in the middle, never, or at once."""
    s = 1.0
    for x in v:
        if s * x > limit:
            break
        s = s + x * x
    return s * v[0]


@program((np.array([0.5, 1.0, 3.0]), 2.0), (np.array([0.5, 1.0, 1.5]), 2.0), (np.zeros(0), 2.0))
def loop_else(v, limit):
    """The `else` of a loop runs only if no `break` did."""
    s = limit
    for x in v:
        if x > limit:
            s = s * x
            break
    else:
        s = s + 10.0 * limit
    return s


@program((3.0,), (0.5,))
def while_with_else(x):
    """A `while` with `break` and `else`."""
    while x > 1.0:
        x = x * 0.7
        if x < 1.2:
            y = x * x
            break
    else:
        y = x * 5.0
    return y + x


@program((3.0,), (0.25,))
def while_on_data(x):
    """The number of iterations depends on the data, and may be zero."""
    y = x
    while y > 0.5:
        y = y * y / (y + 1.0) * 0.9
    return y * x


@program((2.0,))
def while_on_a_counter(x):
    """A counter decides; the condition has two parts."""
    i = 0
    y = x
    while i < 10 and y < 50.0:
        y = y + x * i
        i += 1
    return y * i


@program((2.0,))
def while_true(x):
    """Only `break` leaves the loop, from its middle."""
    n = 0
    while True:
        x = x * 0.8
        if x < 1.0:
            break
        n += 1
        x = x + 0.05
    return x * n


@program((V,))
def backwards_by_range(v):
    """A negative step, and one that misses the end."""
    s = 0.0
    for i in range(len(v) - 1, -1, -1):
        s = s * 0.5 + v[i]
    for i in range(0, 3, 2):
        s = s * v[i]
    return s


@program((V, W), (V, W[:2]))
def pairs(v, w):
    """`zip` stops at the shorter one."""
    s = 0.0
    for x, y in zip(v, w, strict=False):
        s += x * y * y
    return s


@program((V, W))
def numbered_pairs(v, w):
    """Nested targets of a loop."""
    s = 0.0
    for i, (x, y) in enumerate(zip(v, w, strict=True), 1):
        s += x * y**i
    return s


@program((V,), ([1.5, 0.5],))
def reversed_order(v):
    """`reversed`, over what the backward code has to run through forwards."""
    s = 1.0
    for x in reversed(v):
        s = s * 0.5 + x * s
    return s


@program(([(1.0, 2.0, 3.0), (0.5, 1.5)],))
def starred_target(rows):
    """A starred target takes what is left over."""
    s = 0.0
    for first, *rest in rows:
        s += first * len(rest)
        for x in rest:
            s += x * first
    return s


@program((A,), (np.zeros((0, 3)),))
def rows_of_a_matrix(a):
    """Iterating over a matrix gives rows."""
    total = np.ones(3)
    for row in a:
        total = total * row + row.sum()
    return total


@program((A, V))
def invariant_work(a, v):
    """What the loop computes again and again does not change; its cotangent adds up."""
    y = v
    for _ in range(3):
        y = np.tanh(a @ v).sum() * y + v[0]
    return y


@program((2.0,))
def over_constants(x):
    """The sequence is written in the loop's head, and mixes integers and floats."""
    y = 0
    for c in (1, 0.5, -2, 3.0):
        y = y * x + c
    return y


@program((2.0, 1.5))
def over_a_list_of_expressions(x, y):
    """The sequence is made of values that vary."""
    z = 1.0
    for t in [x, x * y, y]:
        z = z * t + x
    return z


@program((2.0,))
def body_without_effect(x):
    """The loop computes, and nothing comes of it."""
    for i in range(3):
        unused = np.log(x - 5.0 + 10.0 * i) * x
    return x * x


@program((V,))
def largest_by_comparison(v):
    """A running maximum: the cotangent goes to one element."""
    best = v[0]
    where = 0
    for i in range(1, len(v)):
        if v[i] > best:
            best = v[i]
            where = i
    return best * best + v[where]


@program((A,))
def break_out_of_one_level(a):
    """`break` and `continue` belong to the inner loop, and the outer one goes on."""
    s = 0.0
    for row in a:
        for x in row:
            if x > 1.5:
                s = s * 2.0
                break
            if x < 0:
                continue
            s += x * x
        else:
            s = s * row[1]
    return s


@program((1.5,))
def type_changes_in_the_loop(x):
    """The carried name is an integer, then a float, then an array."""
    y = 1
    for i in range(3):
        y = np.array([x, 2.0]) * y if i == 1 else y * x
    return y


@program((2.0, 4))
def last_value_before(x, n):
    """Reads in each iteration what the one before left behind."""
    previous = 0.0
    current = x
    for _ in range(n):
        following = current * x - previous
        previous = current
        current = following
    return current + previous


@program((1.5, 3), (-1.4, 3))
def loop_within_an_arm(x, n):
    """A loop in one arm, a branch in the loop of the other."""
    y = x
    if x > 0:
        for i in range(n):
            y = y * x if i % 2 == 0 else y + x
    else:
        while y < 3.0:
            y = y + x * x
    return y * x


@program((0.5, 3))
def constant_until_late(x, n):
    """The carried value begins to depend on the argument in the last iteration only."""
    y = 1.0
    z = 2.0
    for _ in range(n):
        z = y
        y = z * 0.5 if y > 0.3 else x * z
    return y * z + x


@program((0.5,))
def two_loops_one_name(x):
    """Two loops after each other use the same names."""
    y = x
    for i in range(2):
        y = np.sin(y) + i
    for i in range(3):
        y = y * x - i
    return y * i


@program((np.array([2.2, 0.5]),))
def range_from_data(v):
    """The count comes from the values, and the loop variable is changed in the body."""
    s = 1.0
    for i in range(int(v[0] * 2.0)):
        i = i * 2
        s = s * v[1] + v[0] * i
    return s
