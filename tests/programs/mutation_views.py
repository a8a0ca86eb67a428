"""Writes through every kind of view, and classic algorithms that work in place, each beside a form without writes."""

import numpy as np

from programs.harness import program

X = np.array([0.3, 0.7, 1.1, -0.4, 0.9, 0.2])
A = np.array([[0.9, 0.3, -0.2], [0.4, 1.1, 0.5], [0.2, -0.6, 1.3]])
F = np.asfortranarray(A)
I3 = np.eye(3)
SPREAD = A @ A.T + 2 * I3


def unit(i, n=3):
    return np.arange(n) == i


def with_row(a, i, new):
    """`a` with another row in the place of the i-th."""
    return np.where(unit(i, len(a))[:, None], new, a)


# transposed


@program((A,), (F,), same_as=lambda a: np.sum(with_row((2.0 * a).T, 0, a[1] ** 2) ** 3))
def transposed(a):
    """A row of the transposed is a column."""
    y = a * 2.0
    y.T[0] = a[1] ** 2
    return np.sum(y**3)


def _transposed_later(a):
    t = with_row((2.0 * a).T, 0, a[1] ** 2)
    t = t * np.where(unit(1)[:, None] & unit(2), 3.0, 1.0)
    y = with_row(t.T, 0, t.T[0] + t[2])
    return np.sum(y**2) + np.sum(y.T[0] * a[0])


@program((A,), (F,), same_as=_transposed_later)
def both_names_are_read(a):
    """Writes to the view are seen in the array, and the other way round."""
    y = a * 2.0
    w = y.T
    w[0] = a[1] ** 2
    w[1, 2] *= 3.0
    y[0] += w[2]
    return np.sum(y**2) + np.sum(w[0] * a[0])


@program((A,), same_as=lambda a: np.sum((2.0 * (2.0 * a + (a**2).T)) ** 2))
def augmented_through_a_view(a):
    """All of a view, twice."""
    y = a * 2.0
    w = np.swapaxes(y, 0, 1)
    w += a**2
    w *= 2.0
    return np.sum(y**2)


@program((A,), same_as=lambda a: np.sum(np.where(unit(1), a[0, 0], a) ** 2 * a))
def moved_axis(a):
    """`moveaxis`, `rollaxis` and `matrix_transpose`, back and forth."""
    y = a * 1.0
    np.moveaxis(y, 0, -1)[1] = 5.0
    np.rollaxis(y, 1)[1] *= 0.0
    np.matrix_transpose(y)[1] += a[0, 0]
    return np.sum(y**2 * a)


@program((A,), same_as=lambda a: np.sum((a * np.outer([1, 2, 1], [3, 1, 1])) ** 2))
def flipped(a):
    """Flips are views."""
    y = a * 1.0
    np.flip(y, 1)[1:2, :] *= 2.0
    np.fliplr(y)[:, 2] *= 3.0
    np.flipud(y)[0, 0] += 0.0
    y[::-1][0] *= 1.0
    return np.sum(y**2)


@program((A,), same_as=lambda a: np.sum(np.rot90(with_row(np.rot90(a), 0, a[0] ** 2), -1) * a))
def turned(a):
    """A quarter turn is a view."""
    y = a * 1.0
    np.rot90(y)[0] = a[0] ** 2
    return np.sum(y * a)


@program(
    (A,), same_as=lambda a: np.sum((a + np.outer([1.0, 0, 0], [0, a[1, 1], 0]) + a * np.outer([0, 0, 1], I3[0])) ** 2)
)
def more_axes(a):
    """New axes, in three ways, and gone again."""
    y = a * 1.0
    y[:, None][0, 0, 1] += a[1, 1]
    np.squeeze(np.expand_dims(y, 0))[2, 0] *= 2.0
    np.atleast_3d(y)[1, 1, 0] *= 1.0
    np.atleast_2d(y)[1, 1] += 0.0
    return np.sum(y**2)


@program((A,), same_as=lambda a: np.sum(np.where(unit(2), a**2, a) ** 2))
def real_part(a):
    """Of a real array it is the array itself."""
    y = a * 1.0
    y.real[:, 2] = a[:, 2] ** 2
    return np.sum(y**2)


@program((A,), same_as=lambda a: np.sum((a**2).T[1:][::-1, :2] * a[:2, 1:].T) + a[0, 0])
def views_of_views(a):
    """Four steps to the elements."""
    y = a * 1.0
    v = y.T[1:][::-1][:, :2]
    v *= v
    y[2] = 0.0
    return np.sum(v * a[:2, 1:].T) + y[0, 0]


@program((A,), same_as=lambda a: np.sum(np.diagonal(np.where(unit(0)[:, None], a**2, a)) ** 2))
def diagonal_is_seen(a):
    """The diagonal shows what is written to its array."""
    y = a * 1.0
    d = np.diagonal(y)
    y[0] = a[0] ** 2
    return np.sum(d**2)


@program((A,), raises=ValueError)
def diagonal_is_read_only(a):
    """As NumPy has it."""
    y = a * 1.0
    d = np.diagonal(y)
    d[0] = 1.0
    return np.sum(y)


@program((X,), raises=ValueError)
def broadcast_is_read_only(x):
    """As NumPy has it."""
    y = np.broadcast_to(x, (2, 6))
    y[0, 0] = 1.0
    return np.sum(y)


@program((X,), same_as=lambda x: np.sum(np.where(unit(1, 6), x[0] ** 2, x) * np.ones((2, 6)) * x))
def broadcast_is_seen(x):
    """It shows what is written to its array."""
    y = x * 1.0
    b = np.broadcast_to(y, (2, 6))
    y[1] = x[0] ** 2
    return np.sum(b * x)


# reshaped


def _numbered(a):
    y = np.concatenate([np.zeros(4), [a[1, 1] ** 2], np.zeros(4)])
    y = np.concatenate([y[:2], y[2:] + a[0, 1]])
    m = with_row(y.reshape(3, 3), 0, a[2] * y[3])
    return np.sum(m**2) + np.sum(m.reshape(-1)[:4] ** 3)


@program((A,), (F,), same_as=_numbered)
def in_one_row(a):
    """A new array reshaped is a view."""
    y = np.zeros((3, 3))
    z = y.reshape(-1)
    z[4] = a[1, 1] ** 2
    z[2:] += a[0, 1]
    y[0] = a[2] * z[3]
    return np.sum(y**2) + np.sum(z[:4] ** 3)


def _running(a):
    total, out = (a * 2)[2, 2], []
    for i in range(9):
        total = total * a[0, 0] + a[i // 3, i % 3]
        out.append(total)
    return np.sum(np.array(out) ** 2)


@program((A,), same_as=_running)
def along_a_raveled_view(a):
    """The result of arithmetic is looked at when the program runs."""
    y = a * 2
    z = y.ravel()
    for i in range(9):
        z[i] = z[i - 1] * a[0, 0] + a[i // 3, i % 3]
    return np.sum(y**2)


@program((X,), same_as=lambda x: np.sum((x * 2).reshape(2, 3).T ** 2) + 3 * x[1] ** 4 - 4 * x[3] ** 2 + x[1] ** 4)
def rows_of_a_row(x):
    """A row in two rows, transposed."""
    y = x * 2
    z = y.reshape(2, 3)
    z.T[0, 1] = 2 * x[1] ** 2
    return np.sum(y**2)


@program((A,), same_as=lambda a: np.sum(np.where(unit(0), a[0, 0] ** 2, (2 * a)[1]) ** 2) + np.sum(4 * a[0] ** 2))
def part_of_a_row(a):
    """A row of an array in order is in order."""
    y = a * 2
    z = y[1].reshape(3, 1)
    z[0, 0] = a[0, 0] ** 2
    return np.sum(y[:2] ** 2)


@program((A,), (F,), same_as=lambda a: np.sum(a.T.reshape(-1)[1:] * a.T.reshape(-1)[:-1] * np.arange(8.0)))
def elements_of_a_copy(a):
    """Where reshaping makes a copy, reading it is as good."""
    z = a.T.reshape(-1)
    s = 0.0
    for i in range(8):
        s += z[i + 1] * z[i] * i
    return s


@program((A,), same_as=lambda a: np.sum(np.where(unit(0)[:, None] & unit(0), 3.0, a.T) ** 2))
def written_to_a_copy(a):
    """A copy is another array."""
    v = (a * 1.0).T.ravel()
    v[0] = 3.0
    w = (a * 1.0).flatten()
    w[1] = 7.0
    return np.sum(v**2)


@program((A,), same_as=lambda a: np.sum(a**2) + np.sum(np.array([a[0, 0] ** 3, 0.0]) * a[1, 0]))
def copy_of_the_layout(a):
    """The array that is reshaped is made like another one."""
    y = np.zeros_like(a.T)
    y[0, 0] = a[0, 0] ** 3
    v = np.array([y[0, 0], 0.0]).reshape(2, 1)
    v[1] = 0.0
    return np.sum(a**2) + np.sum(v * a[1, 0])


@program((F,), same_as=lambda a: np.sum(((a[1, 1] ** 2 * np.outer(I3[0], I3[1])).T * a) ** 2))
def cotangent_in_another_order(a):
    """The cotangent comes from a transposed, and is reshaped."""
    y = np.zeros((3, 3))
    z = y.reshape(-1)
    z[1] = a[1, 1] ** 2
    return np.sum((y.T * a) ** 2)


# rows of loops


def _rows(a):
    y = 2.0 * a
    first = y[:, 1] * y[:, 2]
    return np.sum(np.stack([first, y[:, 1] * first, y[:, 2] * first], axis=1) ** 2)


@program((A,), (F,), same_as=_rows)
def each_row(a):
    """A row is a view."""
    y = a * 2.0
    for row in y:
        row[0] = row[1] * row[2]
        row[1:] *= row[0]
    return np.sum(y**2)


def _numbered_rows(a):
    out = []
    for i in range(3):
        before = a[2, 0] if i == 0 else out[-1][0]
        out.append(np.where(unit(i), before * a[i, 2] + i, a[i]))
    return np.sum(np.stack(out) ** 2)


@program((A,), same_as=_numbered_rows)
def numbered_rows(a):
    """What is written to one row is read in the next."""
    y = a * 1.0
    for i, row in enumerate(y):
        row[i] = y[i - 1, 0] * row[2] + i
    return np.sum(y**2)


def _rows_and_numbers(a):
    x, out = [a[0, i] for i in range(3)], []
    for i in range(3):
        b = x[i]
        out.append(np.where(unit(0), b * a[1, i], a[i]))
        x[2] = a[i, 1] * b
    return np.sum(np.stack(out) ** 2) + x[0] + x[1] + x[2]


@program((A,), same_as=_rows_and_numbers)
def rows_and_numbers(a):
    """Arrays side by side, two of which are written to."""
    y = a * 1.0
    x = a[0] * 1.0
    for row, b, c in zip(y, x, a[1]):
        row[0] = b * c
        x[2] = row[1] * b
    return np.sum(y**2) + np.sum(x)


def _overtaken(x):
    v = [x[i] for i in range(6)]
    for i in range(6):
        e = v[i]
        v[0] = e * x[1]
        v[4] = v[4] + e
    return sum(e**2 for e in v)


@program((X,), same_as=_overtaken)
def elements_written_ahead(x):
    """The loop comes to what its body has written."""
    y = x * 1.0
    for e in y:
        y[0] = e * x[1]
        y[4] += e
    return np.sum(y**2)


def _columns(a):
    cols = []
    for c in range(3):
        col = a[:, c] / np.sum(a[:, c])
        e = [col[i] for i in range(3)]
        for i in range(3):
            e[i] = e[i - 1] * a[0, i]
        cols.append(np.array(e))
    return np.sum(np.stack(cols) ** 2)


@program((A,), same_as=_columns)
def each_column(a):
    """The rows of the transposed, and a loop in the loop."""
    y = a * 1.0
    for col in y.T:
        col /= np.sum(col)
        for i in range(3):
            col[i] = col[i - 1] * a[0, i]
    return np.sum(y**2)


def _matrices(a):
    out = []
    for i in range(2):
        m = [a[j] * (i + 1) for j in range(3)]
        for j in range(3):
            before = (0.0 if j == 0 else m[j - 1][0]) if j else 0.0
            m[j] = m[j] + before * unit(j)
        out.append(np.stack(m))
    return np.sum(np.stack(out) ** 3)


@program((A,), same_as=_matrices)
def rows_of_matrices(a):
    """Rows of what is a row itself."""
    y = np.zeros((2, 3, 3))
    for i, m in enumerate(y):
        for j, row in enumerate(m):
            row[:] = a[j] * (i + 1)
            row[j] += m[j - 1, 0]
    return np.sum(y**3)


@program((A,), same_as=lambda a: np.sum(np.concatenate([np.where(unit(0), a[2, 0] ** 2, a[:1]) + 1, a[1:]]) ** 2))
def until_a_break(a):
    """The rows after the break stay."""
    y = a * 1.0
    for i, row in enumerate(y):
        if i == 1:
            break
        row[0] = a[2, i] ** 2
        row += 1
    return np.sum(y**2)


@program((A,), same_as=lambda a: np.sum(a) + 0.0)
def no_rows(a):
    """A loop that is not entered."""
    y = a[:0] * 1.0
    for row in y:
        row[0] = 2.0
    return np.sum(y**2) + np.sum(a)


def _backwards(a):
    rows = [a[i] for i in range(3)]
    for i in range(3):
        rows[2 - i] = np.sin(rows[i]) * rows[2 - i]
    return np.sum(np.stack(rows) ** 2)


@program((A,), same_as=_backwards)
def from_both_ends(a):
    """One and the same array twice, once from its end."""
    y = a * 1.0
    for row, other in zip(reversed(y), y):
        row[:] = np.sin(other) * row
    return np.sum(y**2)


# pieces


def _unpacked(a):
    p, q, r = a[0], a[1], a[2]
    p = np.where(unit(0), q[1] * r[2], p)
    q = q + p
    r = p * q
    return np.sum(np.stack([p, q, r]) ** 2) + p[0]


@program((A,), same_as=_unpacked)
def unpacked_rows(a):
    """Rows by unpacking are views."""
    y = a * 1.0
    p, q, r = y
    p[0] = q[1] * r[2]
    q += p
    r[:] = p * q
    return np.sum(y**2) + p[0]


def _halves(x):
    a, b = 2 * x[:3], 2 * x[3:]
    a = np.array([b[1] ** 2, 3 * x[5], a[2]])
    return np.sum(a**2) + np.sum((a * b) ** 2) + np.sum(a * a * b)


@program((X,), same_as=_halves)
def split_in_halves(x):
    """The pieces of a split are views."""
    y = x * 2.0
    a, b = np.split(y, 2)
    a[0] = b[1] ** 2
    y[1] = 3.0 * x[5]
    b *= a
    return np.sum(y**2) + np.sum(a * b)


@program((X,), same_as=lambda x: np.sum(np.stack([x[:3] * x[1::2], x[1::2]], axis=1) ** 2) * 4)
def each_piece(x):
    """A loop over pieces."""
    y = x * 1.0
    for i, p in enumerate(np.split(y, 3)):
        p[0] = x[i] * p[1]
        p *= 2
    return np.sum(y**2)


@program(
    (A,),
    same_as=lambda a: np.sum(
        np.stack(
            [np.where(unit(0), a[1, 1] ** 2, a[:, 0]), a[:, 1] * np.where(unit(0), a[1, 1] ** 2, a[:, 0]), a[:, 2]]
        )
        ** 2
    ),
)
def left_and_right(a):
    """`hsplit`, at a column."""
    y = a * 1.0
    left, right = np.hsplit(y, [1])
    left[0] = a[1, 1] ** 2
    right[:, 0] *= left[:, 0]
    return np.sum(y**2)


@program(
    (X,), same_as=lambda x: np.sum(np.concatenate([2 * x[:2] + 1, [x[0] ** 2], 2 * x[3:]]) ** 2) + x[0] ** 2 + 2 * x[3]
)
def list_of_pieces(x):
    """The list stays at the place of the array."""
    y = x * 2.0
    pieces = np.array_split(y, 4)
    pieces[1][0] = x[0] ** 2
    pieces[0] += 1.0
    return np.sum(y**2) + np.sum(pieces[1])


# swaps


@program((A,), same_as=lambda a: np.sum(np.stack([a[1], a[1], a[2]]) ** 2 * a))
def rows_that_are_not_swapped(a):
    """Rows are views, so this famous line copies one of them over the other."""
    y = a * 1.0
    y[0], y[1] = y[1], y[0]
    return np.sum(y**2 * a)


@program((A,), same_as=lambda a: np.sum((a[[1, 2, 0]])[:, [2, 1, 0]] ** 2 * a))
def swaps(a):
    """By index arrays, with copies, and by elements."""
    y = a * 1.0
    y[[0, 1]] = y[[1, 0]]
    y[1], y[2] = y[2].copy(), y[1].copy()
    y[:, [0, 2]] = y[:, [2, 0]]
    return np.sum(y**2 * a)


@program((A,), same_as=lambda a: np.sum(np.array([a[1, 0], a[0, 1]]) * a[2, :2] ** 2) + np.sum(a**2))
def elements_across_the_diagonal(a):
    """Elements are no views."""
    y = a * 1.0
    y[0, 1], y[1, 0] = y[1, 0], y[0, 1]
    return y[0, 1] * a[2, 0] ** 2 + y[1, 0] * a[2, 1] ** 2 + np.sum(y**2)


# where views go


def through(v, s):
    """Writes to a view of its caller's, and gives back another."""
    v[0] = v[1] * s
    return v.T


@program((A,), same_as=lambda a: np.sum(with_row(np.where(unit(0), a[:, 1:2] * a[0, 0], a), 2, 3 * a[1]) ** 2))
def through_a_callee(a):
    """A view goes in, and a view comes out."""
    y = a * 1.0
    w = through(y.T, a[0, 0])
    w[2] = 3.0 * a[1]
    return np.sum(y**2)


@program((A,), same_as=lambda a: np.sum(np.array([a[0, 0] * a[0, 1] ** i for i in range(9)]) ** 2))
def through_a_nested_function(a):
    """A captured view."""
    y = a * 1.0
    v = y.reshape(-1)

    def step(i):
        v[i] = v[i - 1] * a[0, 1]

    for i in range(1, 9):
        step(i)
    return np.sum(y**2)


@program(
    (A,),
    same_as=lambda a: (
        np.sum(with_row(a.T, 0, a[1] ** 2) ** 2) + np.sum(np.where(unit(0)[:, None], 2 * a.T + 1, 2 * a.T) ** 2)
    ),
)
def in_containers(a):
    """Views in a dict and in a tuple."""
    d = {"a": a * 1.0, "b": (a * 2.0).T}
    d["a"].T[0] = a[1] ** 2
    d["b"][0] += 1.0
    t = (d["a"], 3)
    t[0].ravel()[0] *= 1.0
    return np.sum(d["a"] ** 2) + np.sum(d["b"] ** 2)


def _lists(a):
    first = with_row(a.T, 0, a[1] ** 2).T
    second = np.where(unit(2), 2 * first[0][:, None], 2 * a)
    return np.sum(first**2) + np.sum(np.where(unit(1)[:, None] & unit(0), a[0, 0] ** 3, second) ** 2)


@program((A,), same_as=_lists)
def in_a_list(a):
    """Views of the items of a list."""
    ms = [a * 1.0, a * 2.0]
    ms[0].T[0] = a[1] ** 2
    ms[1].reshape(-1)[3] = a[0, 0] ** 3
    ms[1].T[2] = ms[0][0] * 2.0
    return np.sum(ms[0] ** 2) + np.sum(ms[1] ** 2)


@program(
    (A,),
    (-A,),
    same_as=lambda a: np.sum(
        np.where(unit(1)[:, None], 3.0, 1.0) * (with_row(a.T, 0, a[1] ** 2) if a[0, 0] > 0 else a.T * 1.0) ** 2
    ),
)
def on_one_side(a):
    """A write through a view in a branch."""
    y = a * 1.0
    v = y.T
    if a[0, 0] > 0:
        v[0] = a[1] ** 2
    v[1] *= 3.0
    return np.sum(v * v / np.where(unit(1)[:, None], 3.0, 1.0))


@program((A.astype(np.float32),), same_as=lambda a: np.sum(with_row(a.T, 0, a[1] ** 2) ** 2))
def in_single_precision(a):
    """It stays so."""
    y = a * 1
    y.T[0] = a[1] ** 2
    return np.sum(y**2)


@program(
    (A,),
    same_as=lambda a: np.sum(
        (
            np.stack([with_row(with_row(a, 0, 2 * a[0]), 1, a[0, 0] + 0 * a[0]), with_row(a, 1, a[0, 0] + 0 * a[0])])
            * np.array([2.0, 1, 1])
        )
        ** 2
    ),
)
def broadcast_on_assignment(a):
    """Fewer axes on the right, and a number."""
    y = np.zeros((2, 3, 3))
    y[:] = a
    y[0, 0] += a[0]
    y[:, 1, :] = a[0, 0]
    y.T[0] *= 2
    return np.sum(y**2)


# algorithms


@program((SPREAD + A, X[:3]), same_as=lambda a, b: np.sum(np.linalg.solve(a, b) ** 2))
def gauss(a, b):
    """Elimination with row swaps, in place."""
    m = np.empty((3, 4))
    m[:, :3] = a
    m[:, 3] = b
    for k in range(3):
        p = k + int(np.argmax(np.abs(m[k:, k])))
        m[[k, p]] = m[[p, k]]
        for row in m[k + 1 :]:
            row[k:] -= m[k, k:] * (row[k] / m[k, k])
    x = np.zeros(3)
    for k in range(2, -1, -1):
        x[k] = (m[k, 3] - np.dot(m[k, :3], x)) / m[k, k]
    return np.sum(x**2)


@program((SPREAD,), same_as=lambda a: np.sum(np.linalg.cholesky((a + a.T) / 2) ** 3))
def cholesky(a):
    """The factor grows column by column."""
    m = (a + a.T) / 2
    n = len(m)
    for j in range(n):
        col = m.T[j]
        col[:j] = 0.0
        col[j] = np.sqrt(col[j])
        col[j + 1 :] /= col[j]
        for k in range(j + 1, n):
            m[k:, k] -= m[k:, j] * m[k, j]
    return np.sum(m**3)


def _lu(a):
    u = [a[0]]
    l10, l20 = a[1, 0] / a[0, 0], a[2, 0] / a[0, 0]
    u.append(a[1] - l10 * a[0])
    r = a[2] - l20 * a[0]
    l21 = r[1] / u[1][1]
    u.append(r - l21 * u[1])
    upper = np.triu(np.stack(u))
    return np.sum(upper**2) + l10**2 + l20**2 + l21**2


@program((SPREAD + A,), same_as=_lu)
def lower_and_upper(a):
    """Both factors in one array."""
    m = a * 1.0
    for k in range(3):
        below, right = m[k + 1 :, k], m[k, k + 1 :]
        below /= m[k, k]
        m[k + 1 :, k + 1 :] -= np.outer(below, right)
    return np.sum(m**2)


def _dft(x, y):
    n = np.arange(4)
    c, s = np.cos(np.outer(n, n) * np.pi / 2), np.sin(np.outer(n, n) * np.pi / 2)
    re, im = c @ x + s @ y, c @ y - s @ x
    return np.sum(re**3) + np.sum(re * im)


@program((X[:4], X[2:]), same_as=_dft)
def fourier(x, y):
    """Butterflies on real and imaginary parts, in place."""
    re, im = x.copy(), y.copy()
    re[1], re[2] = re[2], re[1]
    im[[1, 2]] = im[[2, 1]]
    for size in (2, 4):
        half = size // 2
        for first in range(0, 4, size):
            for k in range(half):
                c, s = np.cos(2 * np.pi * k / size), np.sin(2 * np.pi * k / size)
                i, j = first + k, first + k + half
                p, q = c * re[j] + s * im[j], c * im[j] - s * re[j]
                re[j], im[j] = re[i] - p, im[i] - q
                re[i] += p
                im[i] += q
    return np.sum(re**3) + np.sum(re * im)


@program((X,), same_as=lambda x: np.sum(np.cumsum(np.sin(x)) ** 2))
def prefix_sums(x):
    """In strides that double."""
    y = np.sin(x)
    step = 1
    while step < len(y):
        y[step:] += y[:-step].copy()
        step *= 2
    return np.sum(y**2)


def _blurred(a):
    k = 0.5 * np.eye(3) + 0.25 * (np.eye(3, k=1) + np.eye(3, k=-1))
    return np.sum((k @ a @ k.T) ** 2 * a)


@program((A,), same_as=_blurred)
def blur(a):
    """Over the rows, and by the transposed over the columns."""
    y = a * 1.0
    for view in (y, y.T):
        for row in view:
            padded = np.zeros(5)
            padded[1:-1] = row
            row[:] = 0.5 * padded[1:-1] + 0.25 * (padded[:-2] + padded[2:])
    return np.sum(y**2 * a)


def _seidel(a, b):
    x = [0.0, 0.0, 0.0]
    for _ in range(4):
        for i in range(3):
            x[i] = (b[i] - sum(a[i, j] * x[j] for j in range(3) if j != i)) / a[i, i]
    return x[0] ** 2 + x[1] ** 2 + x[2] ** 2


@program((SPREAD, X[:3]), same_as=_seidel)
def gauss_seidel(a, b):
    """Each unknown is used as soon as it is known better."""
    x = np.zeros_like(b)
    for _ in range(4):
        for i in range(3):
            x[i] = 0.0
            x[i] = (b[i] - np.dot(a[i], x)) / a[i, i]
    return np.sum(x**2)


# the real part of real numbers, which is the array itself


def _real_parts(x):
    y = np.where(unit(1, 6), x[0] * x[2], x) * 2.0
    y = (y[::-1] + x) * np.where(np.arange(6) > 3, x[0], 1.0)
    return y * y * x


@program((X,), same_as=_real_parts)
def real_part_of_real_numbers(x):
    """Read, written to, and set."""
    y = x.copy()
    y.real[1] = x[0] * x[2]
    y.real *= 2
    z = y.real
    y.real = y[::-1]
    z.real += x
    y.real = z
    y[4:].real *= x[0]
    return np.real(y) * z * x


@program((X,), same_as=lambda x: (x[0] * x[1]) ** 2 * x)
def real_part_of_an_array_without_axes(x):
    """Set to a number."""
    y = np.array(x[0])
    y.real *= x[1]
    z = y
    y.real = z * z
    return z * x


@program((A,), raises=AttributeError)
def transposed_is_no_attribute_to_set(a):
    """`y.T += a` writes, and then raises."""
    y = a.copy()
    y.T += a
    return np.sum(y)


# what einsum views, and windows


def _diagonal_by_einsum(a):
    y = np.where(I3 > 0, a * a + a[0], a * a)
    y = np.where((np.arange(3) == 1)[:, None] & (I3 > 0), y * y[0, 0], y)
    return np.where(np.arange(3)[:, None] == 2, a[1] * 3.0, y).T * a


@program((A,), (F,), same_as=_diagonal_by_einsum)
def by_einsum(a):
    """The diagonal, and the transposed."""
    y = a.copy()
    d, w = np.einsum("ii->i", y), np.einsum("ij->ji", y)
    y *= a
    d += a[0]
    d[1] *= d[0]
    w[:, 2] = a[1] * 3.0
    return np.einsum("ji", y) * a


def _einsum_of_stacks(a):
    y = np.where(I3 > 0, a * a[0, 0, 0], a)
    y = y + np.where((np.arange(3)[:, None, None] == np.arange(3)), a[1], 0.0).transpose(0, 1, 2)
    return y * a


@program((np.array([A, A.T + 0.5, SPREAD]),), same_as=_einsum_of_stacks)
def by_einsum_of_stacks(a):
    """The diagonals of some matrices, and one across them."""
    y = a.copy()
    np.einsum("...ii->...i", y)[...] *= a[0, 0, 0]
    across = np.einsum("iji->ji", y)
    across += np.einsum("ji->ji", a[1])
    return y * a


@program((A,), same_as=lambda a: (np.sum(a, axis=1) * a[0, 0])[0] * a * 2.0)
def einsum_that_sums_is_new(a):
    """A row of sums, and a product."""
    y = a.copy()
    s, p = np.einsum("ij->i", y), np.einsum("ij,->ij", y, 2.0)
    s *= a[0, 0]
    p *= s[0]
    return p * y / a


@program((X,), same_as=lambda x: np.array([x[i : i + 2] ** 2 for i in range(5)]) * x[0])
def windows(x):
    """They are views, in which writes to the array are seen."""
    y = x.copy()
    w = np.lib.stride_tricks.sliding_window_view(y, 2)
    y *= x
    return w * x[0]


@program((X,), raises=ValueError)
def windows_are_read_only(x):
    """As NumPy has it."""
    y = x.copy()
    w = np.lib.stride_tricks.sliding_window_view(y, 2)
    w[0] = 1.0
    return y


def _smoothed(a):
    rows = [[np.sum(a[i : i + 2, j : j + 3] * a[:2]) for j in range(1)] for i in range(2)]
    return np.array(rows)


@program((A,), same_as=_smoothed)
def windows_of_two_axes(a):
    """A correlation, as it is written with windows."""
    w = np.lib.stride_tricks.sliding_window_view(a, (2, 3))
    return np.sum(w * a[:2], axis=(2, 3))


# views in containers


class Rows:
    """Has views of one array."""

    def __init__(self, a):
        self.first, self.others = a[0], (a[1], a[2])

    def step(self, x):
        """Write to all of them."""
        self.first *= 2.0
        second, third = self.others
        second += self.first
        third *= x


def _by_item(a):
    u = a[0] * 2.0
    return np.stack([u, a[1] * u, a[2] + u]) * a


@program((A,), (F,), same_as=_by_item)
def by_item(a):
    """Of lists and dicts, by constant indices and keys, which are seen under all other names."""
    y = a.copy()
    rows, d = [y[0], y[1]], {"last": y[2]}
    rows[0] *= 2.0
    d["last"] += rows[0]
    rows[-1][:] = rows[1] * y[0]
    return np.stack([rows[0], y[1], d["last"]]) * a


@program((A,), same_as=lambda a: np.stack([a[0] * 6.0, a[1] + a[0]]) * a[:2])
def one_row_twice(a):
    """Two items that are one view, and one that is the array."""
    y = a.copy()
    rows = [y[0], y[0], y]
    rows[0] *= 2.0
    rows[2][1] += rows[1] * 0.5
    rows[1] *= 3.0
    return rows[2][:2] * a[:2]


def _items_in_a_loop(a):
    u, v = a[0], a[1]
    for i in range(3):
        u = u * 2.0
        v = v + u * a[i]
    return np.stack([u, v, a[2] * 2.0]) * a


@program((A,), same_as=_items_in_a_loop)
def items_in_a_loop(a):
    """A tuple and a dict that each round writes to, beside the array."""
    y = a.copy()
    pair, d = (y[0], y[1]), {"u": y[0], "v": y[1]}
    for i in range(3):
        d["u"] *= 2.0
        u, v = pair
        v += d["u"] * a[i]
        if i == 1:
            y[2] *= 2.0
        u += 0.0
    u, v = pair
    return np.stack([u, v, y[2]]) * a


def _of_an_object(a):
    u, v, w = a
    for i in range(2):
        u = u * 2.0
        v, w = v + u, w * a[i]
    return np.stack([u, v, w]) * a


@program((A,), same_as=_of_an_object)
def views_of_an_object(a):
    """Attributes, and items of an attribute."""
    y = a.copy()
    rows = Rows(y)
    for i in range(2):
        rows.step(a[i])
    return np.stack([rows.first, y[1], rows.others[1]]) * a


@program((A, True), (A, False), same_as=lambda a, b: np.stack([a[0] * 2.0, a[1]] if b else [a[0], a[1] * 3.0]) * a[:2])
def items_in_a_branch(a, first):
    """One of two items."""
    y = a.copy()
    rows = {"u": y[0], "v": y[1]}
    if first:
        rows["u"] *= 2.0
    else:
        rows["v"] *= 3.0
    rows["u"] += 0.0
    return y[:2] * a[:2]


@program((A,), same_as=lambda a: np.stack([a[0] * 4.0, a[1] + 6.0 * a[0], *a[2:]]) * a)
def items_of_a_list_in_a_loop(a):
    """Of a list that is written down, what its items are is known in a loop too."""
    y = a.copy()
    rows = [y[0], y[1]]
    for _ in range(2):
        rows[0] *= 2.0
        rows[1] += rows[0]
    return y * a
