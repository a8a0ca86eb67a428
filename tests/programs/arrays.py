"""Arrays that are odd in rank, length or kind."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])
M = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
T = np.arange(1.0, 13.0).reshape(2, 3, 2) / 7
I = np.array([2, 0, 0, 1])


@program((np.array(0.5), V), (np.float64(0.5), V), (0.5, V))
def scalar_of_three_kinds(x, v):
    """A 0-d array, a NumPy scalar and a float."""
    return np.sum(x * v) + x * x


@program((np.zeros(0), 2.0), (np.zeros((0, 3)), 2.0))
def nothing_in_it(v, x):
    """Sums, products and concatenations of nothing."""
    return np.sum(v * x) + np.prod(v) * x + np.concatenate([v.ravel(), [x]])[0]


@program((np.zeros((2, 0)),))
def rows_of_nothing(m):
    """Each row is empty."""
    return m.sum(axis=1) + 1.0


@program((V[:1], V), (V, V[:1]), (V[:1], V[:1]))
def length_one_stretches(a, b):
    """An axis of length one in either, or in both."""
    return np.sum(a * b + a - b / 2)


@program((M, V), (M[:1], V), (M[:, :1], V))
def ranks_that_differ(m, v):
    """A matrix and a vector, stretched in several ways."""
    return (m * v).sum() * (m[:, None, :] * v[:, None]).sum()


@program((V,))
def outer_products_by_broadcasting(v):
    """`None` in several places."""
    return np.sum(v[:, None] * v[None, :] * v[None, None, :].reshape(1, 3)) + (v[..., None] @ v[None]).trace()


@program((M,))
def integer_and_boolean_companions(m):
    """Only the floats carry derivatives."""
    counts, mask = np.arange(3), m > 0
    return np.sum(m * counts) + np.sum(m * mask) + np.sum(np.where(mask, counts, m)) + mask.sum() * m[0, 0]


@program((V,))
def floor_division_and_modulus(v):
    """Steps carry no derivative, remainders do."""
    return np.sum(v // 0.6 * v) + np.sum(v % 0.7) + np.sum(np.fmod(v, 0.7))


@program((V,))
def repeated_indices(v):
    """In several forms."""
    return np.sum(v[I] * v[I[::-1]]) + v[[0, 0, 1]].prod() + np.take(v, I).sum() * v[I].sum()


@program((M,))
def indices_in_both_axes(m):
    """Fancy ones, with a slice between, and with broadcasting."""
    a = m[[0, 1, 0], [2, 2, 1]]
    b = m[np.array([[0], [1]]), [0, 2]]
    return np.sum(a) * np.sum(b) + np.sum(m[:, [1, 1]] ** 2) + m[[1], 0][0] * m[1, [0, 1]][1]


@program((T,))
def ellipsis_and_negative_steps(t):
    """Of rank three."""
    return np.sum(t[..., ::-1] * t[::-1, ...]) + t[0, ..., -1].sum() + t[:, ::2, 1:].prod() + t[-1, -1, -1]


@program((M,))
def mask_of_two_axes(m):
    """Picks elements in a row."""
    return np.sum(m[m > 0] ** 2) + m[m[:, 0] > 1].sum() + np.sum(m[:, m[0] > 0])


@program((T,))
def axes_that_move(t):
    """`transpose`, `moveaxis`, `swapaxes`, `rollaxis`."""
    a = t.transpose(2, 0, 1) * np.moveaxis(t, 2, 0)
    b = np.swapaxes(t, 0, 2)[:, :, 0] @ t[0].sum(axis=1)
    return np.sum(a) + np.sum(b * b)


@program((T,))
def reductions_over_several_axes(t):
    """Tuples of axes, negative ones, kept ones."""
    a = t.sum(axis=(0, 2), keepdims=True) * t
    return np.mean(a, axis=(-1, 0)) @ t.max(axis=(0, 2)) + t.min(axis=-1).prod() + np.var(t, axis=(0, 1)).sum()


@program((T,))
def norms_and_products(t):
    """Along axes."""
    return (
        np.linalg.norm(t, axis=2).sum() + np.prod(t, axis=1).sum() + np.cumsum(t, axis=1)[0, 1, 1] + t.std(axis=0).sum()
    )


@program((M, V))
def einsum_in_many_forms(m, v):
    """Traces, transposes, broadcasts and outer products."""
    a = np.einsum("ij,j->i", m, v)
    b = np.einsum("ij,ik->jk", m, m)
    c = np.einsum("ii", b) + np.einsum("ij->", m) + np.einsum("i,j,ij", a, v, m)
    return c + np.einsum("...j,j", m, v).sum() + np.einsum("ij,ij->j", m, m)[0]


@program((M,))
def stacks_and_splits(m):
    """Put together and taken apart again."""
    a, b = np.split(np.concatenate([m, m * 2], axis=1), 2, axis=1)
    c = np.stack([a, b], axis=1)
    d = np.hstack([c[0], c[1]])
    return np.sum(d[:, ::2] * np.vstack([m[0], m[1]])) + np.dstack([m, m])[0, 1, 1]


@program((V,))
def sorted_and_searched(v):
    """Permutations follow the values."""
    order = np.argsort(v)
    return np.sort(v) @ np.array([1.0, 10.0, 100.0]) + v[order][0] * v[np.argmax(v)] + np.sort(-v)[0]


@program((M,))
def largest_of_rows(m):
    """By index, by value, and both."""
    return np.max(m, axis=1) @ m[np.arange(2), np.argmin(m, axis=1)] + np.maximum(m[0], m[1]).sum()


@program((V,))
def clipped_and_rounded(v):
    """Flat parts."""
    v = v * 1.1
    return np.sum(np.clip(v, -1.0, 1.5) * v) + np.sum(np.round(v) * v) + np.sum(np.sign(v) * v)


@program((V,))
def differences_and_cumulations(v):
    """`diff`, `cumsum`, `cumprod`, and a roll."""
    return np.sum(np.diff(v) ** 2) + np.cumsum(v) @ np.cumprod(v) + np.roll(v, 1) @ v + np.diff(v, n=2)[0]


@program((M,))
def tiled_and_repeated(m):
    """More of the same."""
    return np.tile(m, (2, 1))[2] @ np.repeat(m, 2, axis=0)[1] + np.repeat(m, 2)[3] + np.tile(m[0], 2)[4]


@program((M,))
def padded(m):
    """By concatenation with zeros."""
    z = np.zeros((2, 1))
    p = np.concatenate([z, m, z], axis=1)
    return np.sum(p[:, 1:] * p[:, :-1]) + np.sum(p[:, 2:] - 2 * p[:, 1:-1] + p[:, :-2])


@program((V, M))
def triangles(v, m):
    """`tril`, `triu`, `diag`, `outer`."""
    a = np.outer(v, v)
    return np.tril(a).sum() * np.triu(a, 1).sum() + np.diag(a) @ v + np.diag(v)[1] @ v + np.trace(m @ m.T)


@program((V,))
def comparisons_of_results(v):
    """Chosen by what was computed."""
    w = np.sin(v)
    a = np.where(w > v, w, v * w)
    return np.sum(np.where(a > 0.2, a * a, np.where(a < -0.5, -a, 0.25)))


@program((np.array([[2.0, 0.5], [0.25, 1.5]]), np.array([1.0, -0.5])))
def linear_algebra(a, b):
    """Solutions, inverses and determinants of one matrix."""
    x = np.linalg.solve(a, b)
    return x @ np.linalg.inv(a) @ b + np.linalg.det(a) * np.sum(x**2) + np.linalg.slogdet(a)[1]


@program((M.astype(np.float32), 0.5))
def single_precision(m, x):
    """It stays single."""
    y = m * x + m.sum(axis=0) / 3
    return y @ np.ones(3, np.float32)


@program((V, 3), (V, 1), (V, 0))
def length_by_a_number(v, n):
    """A slice, a range and an array of this length."""
    return np.sum(v[:n] * np.arange(n)) + np.sum(np.full(n, v[0]) * np.linspace(0.0, 1.0, n)) + np.ones(n).sum() * v[1]


@program((V,))
def methods_in_a_chain(v):
    """Each on the result of the last."""
    return v.reshape(-1, 1).repeat(2, axis=1).T.copy().cumsum(axis=1).mean(axis=0).clip(-1, 9).dot(v).item()


@program((M,))
def loops_over_rows_and_columns(m):
    """By items, by index, and by the transpose."""
    total = 0.0
    for row in m:
        for x in row:
            total += x * x
    for j in range(m.shape[1]):
        total *= 1 + m[0, j] * m[1, j]
    for column in m.T:
        total += column @ column[::-1]
    return total


@program((np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 5.0])))
def table_of_divided_differences(x, f):
    """A table whose rank is not known, written to by slices, column by column."""
    m = len(x)
    table = np.zeros([m, m])
    table[:, 0] = f
    for i in range(1, m):
        table[i:, i] = np.diff(table[i - 1 :, i - 1]) / (x[i:] - x[: m - i])
    return table


@program((V, [0, 2, 0]))
def twice_written_elements_of_unknown_rank(v, order):
    """The last write to an element counts."""
    m = len(v)
    table = np.zeros([m] * 2) + v
    table[order] = table[:, order] * v
    return table * v


@program((np.array([0.3, 0.7, 1.2]),))
def lists_for_arrays(x):
    """NumPy makes arrays of them; those with numbers of `x` carry a cotangent."""
    a = x ** [1.0, 2, 3] + np.power(x, [1.0, 2.0, x[0]]) + [1, 2.0, 3] ** x
    b = np.hypot(x, [1.0, 2.0, 3.0]) + np.arctan2([1.0, x[1], 3.0], x)
    c = np.linalg.solve([[2.0, 1.0], [1.0, x[2]]], [x[0], x[1]])
    return a @ [1.0, 2.0, 3.0] + b @ (1.0, 2.0, 3.0) + np.sum(c) + [x[1], 2.0, 3.0] @ x


@program((np.array([[0.3], [0.7], [-1.2]]),))
def extremes_of_narrow_rows(a):
    """Rows of one element are compared as numbers are."""
    return max(a) * 2 + min(a)
