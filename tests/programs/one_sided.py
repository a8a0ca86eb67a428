"""Values that are made before an `if`, and used on some of its sides only: the others have no part in them.

Where its derivative is infinite or not a number on a way that does not use it, nothing may come of that.
"""

import numpy as np

from programs.harness import program

X = np.array([0.4, 0.8, 1.3, 2.0])
AT = X.copy()


@program((800.0, 2.0), (1.5, 2.0))
def softplus_that_overflows(x, s):
    """eˣ is infinite where it is not used."""
    with np.errstate(over="ignore"):
        e = np.exp(x)
    if x > 500:
        return x * s
    return np.log(1 + e) * s


@program((X, 0.5), (X + 1, 0.5))
def unit_vector_of_nothing(x, s):
    """0 / 0 where the vector vanishes, which is asked for later."""
    d = x - AT
    r = np.sqrt(np.sum(d * d))
    with np.errstate(invalid="ignore", divide="ignore"):
        u = x / r
    if r < 0.1:
        return 3 * np.sum(x * s)
    return np.sum(u) * s


@program((X, 0.5), (X + 1, 0.5))
def added_on_one_side(x, s):
    """What comes in between is used on both sides."""
    d = x - AT
    r = np.sqrt(np.sum(d * d))
    with np.errstate(invalid="ignore", divide="ignore"):
        u = x / r
    y = 3 * np.sum(x * s)
    if r > 0.1:
        y = y + np.sum(u)
    return y


@program((X, 0.1), (X, 0.5), (X, 2.0), (X + 1, 1000.0))
def left_early_several_times(x, s):
    """The value is used after three early exits."""
    d = x - AT
    r = np.sqrt(np.sum(d * d))
    with np.errstate(invalid="ignore", divide="ignore"):
        u = x / r
    w = u * s
    if s < 0.2:
        return x[0] * s
    if s < 0.9:
        return x[1] * s
    v = w * 2
    if s < 900:
        return x[2] * s + s * s
    return np.sum(v) + np.sum(w)


@program((X, 0.5), (X, 2.0))
def newton_step_at_the_root(x, s):
    """The step is infinite in the round that leaves without it."""
    y = 0.0
    for v in x:
        f, slope = v * s, v - 0.4
        with np.errstate(divide="ignore"):
            step = f / slope
        if abs(slope) < 0.1:
            y = y + f
        else:
            y = y + step
    return y


@program((X, 0.5), (X, 2.0))
def used_on_one_side_in_a_loop(x, s):
    """An item of an array that is written to, and a product of it."""
    y = x * s
    total = 0.0
    for i in range(4):
        a = y[i]
        b = a * a * s
        c = np.log(b)
        if i % 2:
            y[i] = b
        elif i:
            total = total + c * a
        else:
            total = total * a + b
    return total + np.sum(y * x)


@program((X, 0.5), (X, 2.5))
def whole_loop_for_one_side(x, s):
    """A loop, an inner `if` and a `try`, of which only one side wants to know."""
    y = np.zeros(4)
    for i in range(4):
        y[i] = x[i] * s if i > 1 else x[i] + s
    z = y[1] * y[3] if s > 1 else y[0]
    try:
        w = z * x[int(s)]
    except IndexError:
        w = z
    if s > 1:
        return w + np.sum(y)
    return x[0] * s


@program((X, 0.5), (X, 2.0))
def several_parts_for_one_side(x, s):
    """A tuple, a list and a dict that one side takes apart."""
    pair = (x * s, x[1] * x[2])
    items = [pair[0] * x, x * 2]
    named = {"a": items[0], "b": pair[1]}
    items.append(named["a"] * s)
    if s < 1:
        return np.sum(items[2] * named["b"]) + np.sum(pair[0])
    return x[3] * s


@program((X, 0.5), (X, 2.0))
def other_side_has_one_too(x, s):
    """Each side uses something of its own, and something of both."""
    a, b = np.exp(x * s), np.log(x + s)
    c = a * b
    d = c[0] * s
    if s > 1:
        return np.sum(a * x) + d
    return np.sum(b) * d + c[1]


@program((X, 0.5), (X, 2.0))
def used_before_and_after(x, s):
    """The value goes on to another `if`, and its cotangent comes from both."""
    a = np.exp(x * s)
    y = np.sum(a) if s > 1 else s
    z = np.sum(a * x) if s < 1 else y * s
    return y * z


@program((X, 0.5), (X, 2.0))
def written_on_one_side(x, s):
    """A buffer that is written to before and on one side, and a view of it."""
    buffer = np.zeros(4)
    buffer[:] = x * s
    view = buffer[1:]
    view *= x[1:]
    if s > 1:
        view[0] = buffer[0] * s
        return np.sum(buffer * x)
    return s * x[0]


def _both(x, s):
    a = x[0] * s
    if s > 0.5:
        return a if s > 3 else np.exp(x[1] * s) * a
    return a - np.exp(x[1] * s)


@program((X, 0.2), (X, 0.7), (X, 4.0), same_as=_both)
def used_on_two_of_three_ways(x, s):
    """An exit inside of a side."""
    a = x[0] * s
    b = np.exp(x[1] * s)
    if s > 0.5:
        if s > 3:
            return a
        z = b * a
    else:
        z = a - b
    return z


@program((X, 0.5), (X + 1, 0.5), (X + 1, 4.0))
def whole_choice_in_a_with(x, s):
    """The `if` is in a `with`, and so is what comes before and after it."""
    d = x - AT
    r = np.sqrt(np.sum(d * d))
    with np.errstate(all="ignore"):
        z = x * s
        if r > 0.1:
            q = x / r
            if s > 3:
                q = q * z
        else:
            q = z
        w = q * s
    return np.sum(w * w) + x[0] * s


@program((np.array([0.7, 1.2, 0.4]),), (np.array([-0.7, 1.2, 0.4]),))
def read_between_the_value_and_the_if(x):
    """An array is written to after the value has been made of it; the one before that is read by both."""
    a = x * 1.5
    s = x[0] * x[1]
    t = s + s * 2
    u = a[0] * x[2]
    a[0] += x[2]
    if u > 0:
        t = u + t * 0.5
    return t * np.sum(a) + a[2]


@program((np.array([0.7, 1.2, 0.4]),), (np.array([-0.7, 1.2, 0.4]),))
def lists_read_between_the_value_and_the_if(x):
    """The same with lists, and with a view."""
    rows = [x * 1.5, x * x]
    view = rows[1][1:]
    u = rows[0][0] * view[0]
    rows[0][0] += x[2]
    view[0] *= x[1]
    rows.append(view * x[1:])
    t = x[1] * u if u > 0 else x[0] * rows[2][0]
    return t * np.sum(rows[0]) + np.sum(rows[1]) * np.sum(rows[2])


@program((X, 0.6), (X, 4.0), (X, -1.0))
def added_to_by_two_ifs(x, s):
    """An item comes from a side of one `if`, and from a side of another."""
    a = [x[0], x[3]]
    if s > 0:
        a = [0.65, 0.65]
    c = [x[2], x[1]]
    if s > 3:
        a += [0.65, s]
    else:
        c[0] += x[3]
    return sum((i + 1) * v * v for i, v in enumerate(a)) - sum((i + 1) * v * v for i, v in enumerate(c))
