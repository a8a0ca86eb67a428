"""Sums and differences that are written back to where one side was read: `x[i] += v`, in all its disguises."""

import numpy as np

from programs.harness import program

X = np.array([0.3, 0.7, 1.1, -0.4, 0.9])
M = np.array([[0.2, 0.5, -0.3], [1.1, 0.4, 0.8]])


@program((X,))
def heat(u0):
    """A stencil that is linear in what it overwrites."""
    u = u0.copy()
    for _ in range(3):
        u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


@program((X,))
def heat_written_out(u0):
    """The same without an augmented assignment, and with the new values on the other side."""
    u = u0.copy()
    for _ in range(2):
        u[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) ** 2
        u[1:-1] = 0.2 * u[2:] ** 2 + u[1:-1]
        u[1:-1] = u[1:-1] - 0.3 * u[:-2] * u[2:]
    return np.sum(u**3)


@program((X, 0.3))
def advection(u, c):
    """Upwind, in a buffer that is made once; the step is differentiated too."""
    u, flux = u.copy(), np.zeros(len(u) - 1)
    for _ in range(3):
        flux[:] = c * (u[1:] - u[:-1])
        u[1:] -= flux
    return np.sum(u**2)


@program((X, 0.3))
def wave(u, c):
    """Three buffers that take turns."""
    before, now, after = u.copy(), u.copy(), np.zeros_like(u)
    for _ in range(4):
        after[1:-1] = 2 * now[1:-1] - before[1:-1]
        after[1:-1] += c * (now[2:] - 2 * now[1:-1] + now[:-2])
        before, now, after = now, after, before
    return np.sum(now**2 * np.arange(5.0))


@program((X,))
def doubled(x):
    """What is added is what it is added to."""
    y = x.copy()
    y[1:3] += y[1:3]
    y[0] += y[0]
    y[3] -= y[3] * y[3]
    y[4] = y[4] - y[4]
    return np.sum(y * y * np.arange(1.0, 6.0))


@program((X, 0.7))
def scalar_into_slice(x, a):
    """What is added is broadcast, from a number and from an axis of length one."""
    y = x.copy()
    y[1:4] += a
    y[1:] = y[1:] - np.array([a * a])
    y[:2] = a + y[:2]
    return np.sum(y**2)


@program((M, X[:3]))
def row_into_matrix(m, v):
    """What is added is broadcast along rows, and the sum is of higher rank than where it goes."""
    y = m.copy()
    y[0:2, :] += v
    y[0] = y[0] + v[None, :] * m[:1]
    y[:, 1] -= v[:2] * v[0]
    return np.sum(y**2)


@program((X,))
def sum_read_again(x):
    """The sum is used beside being written, and so is what was added, before and after the next write."""
    y = x.copy()
    added = x[:2] * x[1:3]
    total = y[1:3] + added
    y[1:3] = total
    y[0] = 2.0
    added = added * y[1]
    return np.sum(y**2) + np.sum(total * added)


@program((X,))
def stale_reads(x):
    """What is written back was read before another write: the old value counts."""
    y = x.copy()
    old = y[1]
    y[1] = 5.0 * y[0]
    y[1] = old + y[2]
    part = y[2:4].copy()
    y[2] *= y[3]
    y[2:4] = part + y[:2]
    return np.sum(y**2)


@program((X,))
def another_index(x):
    """The read is at another place than the write, however alike they look."""
    y, i, j = x.copy(), 1, 2
    y[i] = y[j] + x[0]
    y[1:3] = y[2:4] + x[:2]
    y[-1] = y[4] + x[0] * x[1]
    i = 3
    y[i] = y[1] - x[2]
    return np.sum(y**2)


@program((X.astype(np.float32), X), autograd="it keeps float64")
def narrow_and_wide(x, w):
    """A sum in float64 goes into an array of float32."""
    y = x.copy()
    y[1:4] += w[:3] * w[1:4]
    y[0] = y[0] - w[4]
    return np.sum(y * y)


@program((X,))
def repeated_places(x):
    """An index array that names one place twice: the last sum counts."""
    y = x.copy()
    y[[0, 0, 2]] += x[:3] * x[1:4]
    y[np.array([3, 3])] = y[np.array([3, 3])] - x[:2]
    return np.sum(y**2)


@program((X,))
def masked(x):
    """Where a mask says so."""
    y = x.copy()
    y[y > 0.5] += x[x > 0.5] ** 2
    y[y < 0] -= 1.0
    return np.sum(y**3)


@program((X,))
def constants_added(x):
    """Nothing is differentiated in what is added."""
    y = x.copy()
    y[1:3] += 2
    y[3] -= 1.5
    y[0] = 3 + y[0]
    return np.sum(y**2)


@program((X,))
def added_to_constants(x):
    """What is written to carries a derivative only afterwards."""
    y = np.ones(5)
    y[1:3] += x[:2]
    y[1:3] -= x[2:4] ** 2
    y[2] += y[1] * x[0]
    return np.sum(y**2)


@program((X,))
def gauss_seidel(b):
    """Each sweep reads what it has just written."""
    x = np.zeros(5)
    for _ in range(3):
        for i in range(1, 4):
            x[i] = x[i] + 0.5 * (b[i] - 2 * x[i] + x[i - 1] + x[i + 1])
    return np.sum(x**2)


@program((X,))
def under_another_name(x):
    """The slice is a variable, and is written to by its own name."""
    y = x.copy()
    inner = y[1:-1]
    for _ in range(2):
        inner += 0.3 * (y[2:] * y[:-2])
        y[1:-1] -= inner**2
    return np.sum(inner * y[:3])
