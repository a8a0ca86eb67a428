"""Ways out of loops and functions that lie deep: which of them was taken decides what is differentiated."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0, 0.75])
M = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])


@program((V, 1.0), (V, 5.0), (V, -9.0))
def out_of_two_loops(v, limit):
    """A return from the inner of two loops, or from neither."""
    total = 0.0
    for a in v:
        for b in v:
            total += a * b * b
            if total > limit:
                return total * a
    return total


@program((M, 2.5), (M, 0.1), (M, 99.0))
def break_out_of_the_outer_by_a_flag(m, limit):
    """The inner `break` sets a flag that the outer one reads."""
    total, found = 0.0, False
    for row in m:
        for x in row:
            if total + x * x > limit:
                found = True
                break
            total += x * x
        if found:
            break
        total = total * 1.5
    return total if found else total * total


@program((M, 2.5), (M, 0.1), (M, 99.0))
def break_out_of_the_outer_by_else(m, limit):
    """`for … else: continue; break`."""
    total = 0.0
    for row in m:
        for x in row:
            if total + x * x > limit:
                break
            total += x * x
        else:
            total = total * 1.5
            continue
        break
    return total


@program((V, 0), (V, 1), (V, 2), (V, 7))
def continue_before_and_after(v, k):
    """`continue` in front of an assignment that others read."""
    last, total = 1.0, 0.0
    for i, a in enumerate(v):
        if i == k:
            continue
        total += last * a
        if a < 0:
            continue
        last = a
    return total * last


@program((0.7, 5), (0.7, 0), (-0.7, 5))
def while_with_three_ways_out(x, n):
    """The condition, a break and a return."""
    i = 0
    while i < n:
        x = x * 1.5
        if x > 2.0:
            return x * x
        if x < -1.0:
            break
        i += 1
    else:
        x = x + 10.0
    return x * 3.0


@program((V, True), (V, False))
def while_true_with_a_return_deep_inside(v, up):
    """Nobody reaches the end of the function."""
    i, y = 0, 1.0
    while True:
        y = y * v[i]
        if up:
            if y * y > 0.1:
                i += 1
                if i == 3:
                    return y
                continue
        else:
            return y * 2
        return y * 3


@program((V, 0.6), (V, 3.0), (V, -2.0))
def value_at_the_exit(v, x):
    """What is returned is made only where the function is left."""
    for i in range(len(v)):
        if v[i] > x:
            y = v[i] - x
            return y * y * i
    y = x
    return y


@program((0.55, 3), (0.55, 0))
def else_of_a_loop_that_returns(x, n):
    """`else` of a loop that may be left by a return only."""
    for i in range(n):
        if x > 1.0:
            return x * i
        x = x * 2
    else:
        x = x * 5
    return x


@program((0.5, 3.0), (2.0, 3.0), (5.0, 3.0), (2.0, -3.0))
def four_returns(x, y):
    """One for each corner."""
    if x > 1:
        if y > 0:
            if x > 4:
                return x * y
            z = x / y
        else:
            return y * y
        return z * z
    return x + y


@program((0.5, 3.0), (2.0, 3.0), (5.0, 3.0))
def returns_of_different_kinds(x, y):
    """A float that is an argument, one that is new, and a constant."""
    if x < 1:
        return y
    if x < 3:
        return x * y
    return 2.5


@program((V,), (V[:0],), (V[1:2],))
def exit_in_the_first_round(v):
    """`break` after the first item, if there is one."""
    y = 1.0
    for a in v:
        y = y + a
        break
    for a in v:
        y = y * a
        if True:
            break
    return y


@program((V, 2), (V, 9))
def loop_variables_after_an_exit(v, k):
    """What the loop was at when it was left."""
    for i, a in enumerate(v):
        b = a * i
        if i == k:
            break
    return a * b + i


@program((V, 1.6), (V, 9.0))
def nested_function_with_exits(v, limit):
    """Its returns are its own."""

    def first_above(t):
        for a in v:
            if a > t:
                return a * t
        return t

    total = 0.0
    for t in (0.6, limit):
        y = first_above(t)
        if y > 3:
            return total * y
        total += y
    return total


@program((0.5, 4), (3.0, 4))
def exit_from_a_comprehension_by_any(x, n):
    """`any` stops at the first that fits, `all` at the first that does not."""
    y = x * 2 if any(x * k > 1.2 for k in range(n)) else x * 3
    return y * x if all(x > k for k in range(n - 2)) else y


@program((0.5,), (1.5,), (-0.5,))
def raise_that_is_not_reached(x):
    """A branch that raises gives no value, and no derivative."""
    if x < -1:
        raise ValueError("too small")
    elif x < 0:
        y = -x
    elif x > 10:
        raise ValueError("too large")
    else:
        y = x * x
    return y * x


@program((V,))
def returns_in_both_arms_of_a_loop(v):
    """The loop never comes to its second round."""
    for a in v:
        if a > 0:
            return a * v[1]
        else:
            return a * v[2]
    return v[0]


@program((M,))
def three_levels(m):
    """Each level leaves on its own account."""
    total = 0.0
    for row in m:
        if row[0] > 1:
            scale = 2.0
        else:
            scale = 1.0
        for a in row:
            if a < 0:
                continue
            k = 0
            while True:
                k += 1
                total += a * scale / k
                if k * a > 1.1 or k > 3:
                    break
            scale = scale * a
        total = total * scale
    return total


@program((V, 3), (V, 0))
def while_over_a_stack_of_indices(v, n):
    """A list of numbers that are not differentiated steers."""
    todo = [n]
    total = 1.0
    seen = 0
    while len(todo) > seen:
        k = todo[seen]
        seen += 1
        total = total * (1 + v[k])
        if k > 0:
            todo.append(k - 1)
        if seen > 10:
            break
    return total
