"""Writes in the body of a `try`: those that were done when it raised are seen after it."""

import numpy as np

from programs.harness import program
from s2s_ad import MutationError

X = np.array([0.3, 0.7, 1.1, -0.4, 0.9])
LIMITS = ((X, 5.0), (X, 1.0), (X, 0.1))


def risky(v, limit):
    """The square of what is not too big."""
    if v > limit:
        raise ValueError("big")
    return v * v


def put(y, i, v):
    """A new array with another number in one place."""
    return np.where(np.arange(5) == i, v, y)


def _last(x, limit):
    y = put(2 * x, 1, x[0] * 3) if x[2] > limit else put(2 * x, 0, x[2] ** 2)
    return np.sum(y * x)


def _before(x, limit):
    y = put(2 * x, 0, x[1] * 5)
    if x[2] > limit:
        return np.sum(put(y, 1, y[0] * 3) * x)
    return np.sum(put(put(y, 3, x[2] ** 2), 2, y[2] * y[0]) * x)


def _in_a_finally(x, limit):
    y = put(2 * x, 0, x[1] ** 2)
    if x[2] > limit:
        return np.sum(put(put(y, 2, y[0] * x[1]), 3, y[0] * x[1] * x[0]) * x)
    return np.sum(put(put(y, 1, x[2] ** 2), 2, y[0] * x[1]) * x)


def _in_an_else(x, limit):
    y = put(2 * x, 0, x[1] ** 2)
    if x[2] > limit:
        return np.sum(put(y, 3, y[0] * x[0]) * x)
    return np.sum(put(put(y, 1, x[2] ** 2), 2, x[2] ** 2 * y[0]) * x)


def _by_a_helper(x, limit):
    y = put(2 * x, 0, 2 * x[2] * x[1]) if x[2] > limit else put(2 * x, 2, x[2] ** 2)
    return np.sum(y * x)


def _keys(x, limit):
    a, b = x[1] * 2, x[1] if x[2] > limit else x[2] ** 2
    return a * b * (a * 3 if x[2] > limit else 1.0)


def _argument(x, limit):
    z = put(x, 0, x[1] * 2)
    z = put(z, 4, x[4] * z[0]) if x[2] > limit else put(z, 3, x[2] ** 2)
    return np.sum(z * z)


def _whole(x, limit):
    y = 2 * x + x[1]
    return np.sum((y - x if x[2] > limit else y * x[2] ** 2) * x)


def _through(x, limit):
    y = put(2 * x, 0, x[1] ** 2)
    if x[2] > limit:
        return np.sum(put(y, 4, y[0] * 3) * x)
    return np.sum(put(put(y, 1, x[2] ** 2), 3, x[2] ** 2 * x[1]) * x)


def _again(x, limit):
    y = put(2 * x, 0, x[1] ** 2)
    if x[2] > limit:
        z = x[0] ** 2 * y[0]
        return np.sum(put(put(y, 2, z), 4, z * 3) * x)
    return np.sum(put(y, 1, x[2] ** 2) * x)


@program(*LIMITS, same_as=_last)
def written_last(x, limit):
    """A single write, which is done or not."""
    y = x * 2
    try:
        y[0] = risky(x[2], limit)
    except ValueError:
        y[1] = x[0] * 3
    return np.sum(y * x)


@program(*LIMITS, same_as=_before)
def written_before(x, limit):
    """Some of the writes are done when it raises."""
    y = x * 2
    try:
        y[0] = x[1] * 5
        y[3] = risky(x[2], limit)
        y[2] *= y[0]
    except ValueError:
        y[1] = y[0] * 3
    return np.sum(y * x)


@program(*LIMITS)
def written_in_a_loop(x, limit):
    """The loop breaks off in any round."""
    y = x * 2
    n = 0
    try:
        for i in range(5):
            y[i] = risky(y[i], limit) + y[0]
            n += 1
    except ValueError:
        y[n] = x[0]
    return np.sum(y * x)


@program(*LIMITS)
def written_in_each_round(x, limit):
    """Each round goes on."""
    y = x * 2
    for i in range(5):
        try:
            y[i] = risky(y[i], limit) + y[0]
            y[(i + 1) % 5] += x[i]
        except ValueError:
            continue
    return np.sum(y * x)


@program(*LIMITS)
def grown_before(x, limit):
    """Lists grow until it raises."""
    ys = []
    zs = [x[0]]
    for i in range(5):
        try:
            ys.append(x[i] * 2)
            zs.append(risky(x[i], limit))
        except ValueError:
            ys[-1] = ys[-1] * x[1]
            zs[0] *= x[2]
    return sum([(k + 1) * v for k, v in enumerate(ys)]) * sum(zs)


@program((X, 5), (X, 2))
def no_such_place(x, i):
    """It is the write itself that raises."""
    y = x * 2
    try:
        y[i] = x[0] ** 2
    except IndexError:
        y[0] = x[3]
    return np.sum(y * x)


@program((X, 5), (X, 2))
def written_before_a_read(x, i):
    """A read after a write raises."""
    y = x * 2
    try:
        y[0] = x[1] ** 2
        z = y[i]
        y[1] = z * x[2]
    except IndexError:
        z = y[0] * 2
    return np.sum(y * x) * z


@program(*LIMITS, same_as=_in_a_finally)
def read_in_a_finally(x, limit):
    """A `finally` reads what was written."""
    y = x * 2
    try:
        try:
            y[0] = x[1] ** 2
            y[1] = risky(x[2], limit)
        finally:
            y[2] = y[0] * x[1]
    except ValueError:
        y[3] = y[2] * x[0]
    return np.sum(y * x)


@program(*LIMITS, same_as=_in_an_else)
def read_in_an_else(x, limit):
    """An `else` goes on from there."""
    y = x * 2
    try:
        y[0] = x[1] ** 2
        y[1] = risky(x[2], limit)
    except ValueError:
        y[3] = y[0] * x[0]
    else:
        y[2] = y[1] * y[0]
    return np.sum(y * x)


@program(*LIMITS, same_as=_by_a_helper)
def written_by_a_helper(x, limit):
    """A helper whose last action is the write."""

    def fill(y, i):
        y[i + 1] = risky(x[2], limit)

    y = x * 2
    try:
        fill(y, 1)
    except ValueError:
        y[0] = y[2] * x[1]
    return np.sum(y * x)


@program(*LIMITS)
def written_through_a_view(x, limit):
    """By the array and by a view of it."""
    y = x * 2
    w = y[1:]
    try:
        y[1] = x[1] ** 2
        w[1] = risky(x[2], limit)
    except ValueError:
        w[2] = w[0] * x[0]
    return np.sum(y * x)


@program(*LIMITS, same_as=_keys)
def keys_set_before(x, limit):
    """Items of a dict."""
    d = {"a": x[0], "b": x[1]}
    try:
        d["a"] = x[1] * 2
        d["b"] = risky(x[2], limit)
    except ValueError:
        d["b"] *= d["a"] * 3
    return d["a"] * d["b"]


@program(*LIMITS)
def lists_of_lists(x, limit):
    """Lists in lists."""
    g = [[0.0] * 3 for _ in range(3)]
    for i in range(3):
        try:
            g[i][0] = x[i] * 2
            g[i][1] += risky(x[i], limit)
            g[i].append(g[i][1])
        except ValueError:
            g[i].append(x[4] * g[i][0])
    return sum([sum([(k + 1) * v for k, v in enumerate(r)]) for r in g])


@program(*LIMITS, same_as=_argument)
def written_argument(x, limit):
    """The argument itself."""
    try:
        x[0] = x[1] * 2
        x[3] = risky(x[2], limit)
    except ValueError:
        x[4] *= x[0]
    return np.sum(x * x)


@program(*LIMITS, same_as=_whole)
def whole_array(x, limit):
    """The whole of an array."""
    y = x * 2
    try:
        y += x[1]
        y *= risky(x[2], limit)
    except ValueError:
        y -= x
    return np.sum(y * x)


@program((X, 3), (X, 1))
def popped_until_it_is_empty(x, n):
    """A list is popped until it is empty."""
    st = [x[0], x[1], x[2]]
    t = 0.0
    try:
        for k in range(5):
            v = st.pop()
            t = t * 0.5 + v * x[k]
            if k == n:
                st.append(v)
    except IndexError:
        st.append(t)
    return t * sum(st)


@program(*LIMITS, same_as=_through)
def through_an_inner_try(x, limit):
    """An inner `try` does not catch it."""
    y = x * 2
    try:
        try:
            y[0] = x[1] ** 2
            y[1] = risky(x[2], limit)
        except IndexError:
            y[2] = x[0]
        y[3] = y[1] * x[1]
    except ValueError:
        y[4] = y[0] * 3
    return np.sum(y * x)


@program(*LIMITS, same_as=_again)
def raised_again(x, limit):
    """It is raised again after a write in the handler."""
    y = x * 2
    try:
        try:
            y[0] = x[1] ** 2
            y[1] = risky(x[2], limit)
        except ValueError:
            y[2] = x[0] ** 2 * y[0]
            raise
    except ValueError:
        y[4] = y[2] * 3
    return np.sum(y * x)


@program((X, 1.0), refused=MutationError)
def written_by_a_helper_that_may_raise(x, limit):
    """What the helper has done when it raises is not known."""

    def fill(y, i):
        y[i] = x[1] ** 2
        y[i + 1] = risky(x[2], limit)

    y = x * 2
    try:
        fill(y, 1)
    except ValueError:
        pass
    return np.sum(y * x)


@program((X, 2.0), refused=MutationError)
def half_of_an_array(x, d):
    """NumPy raises such errors when it has written already."""
    y = x * 2
    try:
        y /= d
    except ArithmeticError:
        y[0] = 3 * x[0]
    return np.sum(y * x)


def _after_all(x, limit):
    y = x * 2 * x
    return np.sum((y + risky(x[2], limit)) * x)


@program((X, 2.0), (X, 3.0), same_as=_after_all)
def printed_after_all(x, limit):
    """What prints in a `finally` looks at nothing that has been written."""
    y = x * 2
    try:
        y *= x
        y += risky(x[2], limit)
    finally:
        print("done", end="\r")
    return np.sum(y * x)


@program((X, 2.0), same_as=_after_all)
def counted_after_all(x, limit):
    """A `finally` that writes to something else."""
    y, count = x * 2, [0]
    try:
        y *= x
        y += risky(x[2], limit)
    finally:
        count[0] += 1
    return np.sum(y * x) * count[0]
