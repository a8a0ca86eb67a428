"""Programs whose derivative code was once left with an exception of its own."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])


class Dense:
    """A layer that keeps two things."""

    def __init__(self, w):
        self.w = w

    def backward(self, d):
        """Sets one more attribute than the other kind."""
        self.dw = d * 2.0
        self.dinputs = d * self.w
        return self.dinputs


class Triple:
    """A layer that keeps one."""

    def backward(self, d):
        """Three times as much."""
        self.dinputs = d * 3.0
        return self.dinputs


@program((0.7, 1.5))
def layers_of_two_kinds(d, w):
    """Each keeps other attributes."""
    for layer in [Dense(w), Triple(), Dense(w * w)]:
        d = layer.backward(d)
    return d


class Holder:
    """Something that is put into others."""

    def __init__(self, q):
        self.q = q
        self.n = 0


def _step(s):
    if s.n > 30:
        return
    s.q = Holder(s.q.q * 2)
    if s.n > 3:
        s.w = Holder(1.0)


@program((0.5, 1.5))
def attribute_on_one_side_of_one_side(x, y):
    """The one that may be missing has no cotangent."""
    a = Holder(Holder(x))
    _step(a)
    return a.q.q * y


@program((V, 5.0), (V, 0.1))
def best_so_far(x, best):
    """A number, or an array without axes."""
    held = Holder(best)
    loss = np.zeros(())
    for v in x:
        loss += v * v
    if loss < held.q:
        held.q = loss
    return loss * 2, held.q


@program((np.array([2, 1, 3]), 0.6, 2), (np.array([2, 1, 3]), 0.6, 0))
def ints_give_way_to_a_float(ids, c, k):
    """In a list, after they have been written to."""
    m = [ids, c]
    for _ in range(k):
        m[0] += 1
    m[0] = c * 2
    return m[0] * c


@program((1.5,), (np.float64(1.5),), (np.array(1.5),))
def number_along_an_axis(x):
    """NumPy takes it for an array with one element."""
    return np.sum(x, axis=0) * np.prod(x, axis=-1) + np.cumsum(x, 0)[0] * np.max(x, axis=0)


@program((np.array([2.0, 1.0]),))
def none_is_in_nothing(v):
    """`np.isin` takes None."""
    q = None
    for _ in range(2):
        m = np.isin(v, q)
        q = v * 1.0
    return np.sum(v[m] * 3)
