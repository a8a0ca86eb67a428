"""Reshaping, transposing, joining and splitting; making arrays."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0, 1.5, 0.25, -0.75])
A = np.array([[1.0, 2.0, -0.5], [0.25, -1.0, 3.0]])
T = np.linspace(-1.0, 1.3, 24).reshape(2, 3, 4)


@program((V,))
def reshaped(v):
    """There and back, with the sizes written, left open, and as a tuple."""
    return v.reshape(2, 3) * A, np.reshape(v, (3, -1)) @ A, v.reshape(-1, 1) * v, v.reshape((2, 3)).reshape(6)


@program((A,), (T,))
def flattened(a):
    """`ravel`, `flatten` and `reshape(-1)`."""
    return a.ravel() ** 2, np.ravel(a) * a.flatten(), a.reshape(-1)[::-1]


@program((T,))
def transposed(t):
    """All axes reversed, and permuted by functions and methods."""
    return t.T * 2.0, np.transpose(t, (1, 2, 0)), t.transpose(2, 0, 1), np.transpose(t)


@program((T,))
def moved_axes(t):
    """Two axes exchanged, one moved."""
    return np.swapaxes(t, 0, 2), t.swapaxes(-1, 1), np.moveaxis(t, 0, -1), np.moveaxis(t, -1, 0) * 2.0


@program((A[:, None, :],), (np.array([[[2.5]]]),))
def squeezed(a):
    """Axes of length one go away, all or one."""
    return np.squeeze(a) * 2.0, a.squeeze(axis=1), np.squeeze(a, 1)


@program((A,))
def expanded(a):
    """Axes of length one come in."""
    return np.expand_dims(a, 0) * a, np.expand_dims(a, -1) * 2.0, np.expand_dims(a, (0, 2))


@program((V[:3], A))
def broadcast(v, a):
    """Explicit stretching of a vector, a column and a scalar."""
    return np.broadcast_to(v, a.shape) * a, np.broadcast_to(v[:2, None], (2, 3)), np.broadcast_to(v[0], (2,))


@program((A, A * 2.0))
def concatenated(a, b):
    """Along either axis; one of the parts appears twice."""
    return np.concatenate([a, b, a]), np.concatenate((a, b[:, :1]), axis=1), np.concatenate([a, b], axis=-1)


@program((A, A * 2.0))
def concatenated_flat(a, b):
    """No axis: everything is flattened first."""
    return np.concatenate([a, b], axis=None) ** 2


@program((V, V * 2.0))
def stacked(v, w):
    """A new axis in front, behind and in the middle."""
    return np.stack([v, w]), np.stack((v, w, v), axis=1), np.stack([A, v.reshape(2, 3)], axis=1)


@program((V, A))
def stacked_sideways(v, a):
    """`hstack` and `vstack` of vectors and matrices."""
    return np.hstack([v, v[:2]]), np.hstack((a, a[:, :1])), np.vstack([v[:3], a]), np.vstack((v, v))


@program((V, A))
def split(v, a):
    """Parts of equal size, and parts at given places, one of which is unused."""
    first, second = np.split(v, 2)
    left, _, right = np.split(a, [1, 2], axis=1)
    return first * second, left @ right.T, np.split(v, [2, 2, 4])[3]


@program((1.5, 2.5))
def arrays_of_scalars(x, y):
    """Arrays written out of scalars, nested and mixed with constants."""
    return np.array([x, y, x * y]), np.array([[x, 0.0], [1, y]]) @ np.array([x, y]), np.array((x, y))


@program((V, 1.5))
def arrays_of_arrays(v, x):
    """Arrays written out of arrays and elements."""
    return np.array([v, v * x]), np.array([v[0], x, v[-1]]), np.asarray([[x], [v[1]]])


@program((V,), (A,))
def copies(a):
    """Copies and conversions that do nothing."""
    return a.copy() * 2.0, np.copy(a), np.asarray(a) * a, np.array(a) + a


@program((1.5, V))
def constants(x, v):
    """Fresh arrays of zeros and ones take no cotangent."""
    return np.zeros(6) + v, np.ones((2, 1)) * v, np.eye(2) * x, np.zeros_like(v) * v + np.ones_like(v), np.arange(3) * x


@program((1.5, V), autograd="gives an array's cotangent the sum over all of it")
def filled(x, v):
    """A scalar that varies fills an array."""
    return np.full(3, x) * v[:3], np.full((2, 6), v), np.ones(3) * x


@program((1.5, 2.5))
def evenly_spaced(x, y):
    """Points between two numbers that vary."""
    return np.linspace(x, y, 5) ** 2, np.linspace(0.0, 1.0, 4) * x, np.arange(0.0, 1.0, 0.25) * y


@program((A,))
def shape_arithmetic(a):
    """Shapes decide about new shapes."""
    m, n = a.shape
    return a.reshape(n, m) @ a / a.size, np.zeros((n, n)) + a[0], a.reshape(a.shape[::-1]).T


@program((T,))
def there_and_back(t):
    """The shape changes four times, and the elements are where they were."""
    y = t.reshape(6, 4).T.reshape(-1)[::-1].reshape(4, 6).T
    return y * y[0]


@program((V[:4],))
def blocks(v):
    """A matrix of blocks."""
    m = v.reshape(2, 2)
    return np.concatenate([np.concatenate([m, m.T], axis=1), np.hstack([m * 2.0, np.eye(2)])], axis=0)


@program((np.zeros((0, 2)), V[:2]))
def joined_with_nothing(empty, v):
    """An empty part takes an empty cotangent."""
    return np.concatenate([empty, v[None] * 2.0]), np.vstack([v, empty])


@program((V,))
def padded_by_hand(v):
    """A stencil over a ring, by joining the ends."""
    ring = np.concatenate([v[-1:], v, v[:1]])
    return ring[2:] - 2.0 * ring[1:-1] + ring[:-2]


@program((A,))
def flattened_by_reshape(a):
    """The length is worked out when the program runs."""
    flat = a.reshape(-1)
    return np.var(flat) + np.mean(flat**2) * len(flat) + np.sum(flat[1:] * flat[:-1]) + flat[::2][0] * flat.shape[0]
