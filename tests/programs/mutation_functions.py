"""NumPy's own writing functions, and `out=`, each beside a form without writes."""

import numpy as np

from programs.harness import program

X = np.array([0.3, 0.7, 1.1, -0.4, 0.9, 0.2])
A = np.array([[0.9, 0.3, -0.2], [0.4, 1.1, 0.5], [0.2, -0.6, 1.3]])
GENERATOR = np.random.default_rng(3)


def unit(i, n=6):
    return np.arange(n) == i


# out=


@program((X,), same_as=lambda x: np.sum(np.sin(np.where(unit(1), x**2, 3 * x) * x) ** 2) * 2)
def into_what_is_read(x):
    """The array is read and written by one call, and the result is the array."""
    y = x * 2.0
    z = np.add(x, y, out=y)
    z[1] = x[1] ** 2
    np.multiply(y, x, y)
    np.sin(y, out=(y,))
    return np.sum(y**2) + np.sum(z * y)


def _sums(a):
    w = np.clip(np.cumsum(a @ a @ a, axis=0), 0.1, 2.0)
    return np.sum(np.sum(a, axis=0) * w)


@program((A,), same_as=_sums)
def sums_and_products(a):
    """Reductions, products, sums along an axis."""
    y, z, w = np.zeros(3), np.empty((3, 3)), np.empty((3, 3))
    np.sum(a, axis=0, out=y)
    np.dot(a, a, out=z)
    np.matmul(z, a, out=w)
    np.cumsum(w, axis=0, out=w)
    np.clip(w, 0.1, 2.0, out=w)
    return np.sum(y * w)


@program(
    (A,),
    autograd="NumPy writes to what it does not watch",
    same_as=lambda a: np.sum(np.max(a * 2, axis=1) ** 2) + np.prod(np.mean(a, axis=0)),
)
def by_methods(a):
    """The methods have it too."""
    y, z = np.zeros(3), np.zeros(3)
    (a * 2).max(axis=1, out=y)
    a.mean(0, out=z)
    return np.sum(y**2) + np.prod(z)


@program((X,), same_as=lambda x: np.sum(np.where(x > 0.25, 1.0 / x, 2.0 * x) ** 2))
def only_where_it_is_defined(x):
    """Elsewhere the function is not even evaluated."""
    y = x * 2.0
    np.divide(1.0, x, out=y, where=x > 0.25)
    return np.sum(y**2)


@program((np.array([0.5, 0.0, 2.0, 0.0]),), same_as=lambda x: np.log(x[0]) ** 2 + np.log(x[2]) ** 2 + x[0] * 2)
def never_infinite(x):
    """A function that would be infinite where the mask is false."""
    y = np.zeros_like(x)
    np.log(x, out=y, where=np.array([True, False, True, False]))
    return np.sum(y**2) + x[0] * 2


@program((X,), same_as=lambda x: np.sum(np.where(x[:2, None] < x, x[:2, None] * x, 1.0) ** 2))
def masked_and_broadcast(x):
    """All three are spread over the array."""
    y = np.ones((2, 6))
    np.multiply(x[:2, None], x, out=y, where=x[:2, None] < x)
    return np.sum(y**2)


@program((X,), same_as=lambda x: np.sum(np.concatenate([2 * x[:1], x[1:] * x[:-1], 0 * x[:0]]) ** 2))
def into_a_slice(x):
    """A view as the output."""
    y = x * 2.0
    np.multiply(x[1:], x[:-1], out=y[1:])
    return np.sum(y**2)


@program((A,), same_as=lambda a: np.sum(np.stack([a[0] * a[1], 2 * a[:, 1], 2 * a[:, 2]]).T * a))
def into_a_column(a):
    """A row of the transposed as the output."""
    y = a * 2.0
    np.multiply(a[0], a[1], out=y.T[0])
    return np.sum(y * a)


@program((X,), same_as=lambda x: np.sum(np.sin(x) * np.ones((3, 6)) * x[:3, None]))
def spread_over_more_axes(x):
    """An elementwise function is broadcast into its output."""
    y = np.empty((3, 6))
    np.sin(x, out=y)
    return np.sum(y * x[:3, None])


@program((X,), same_as=lambda x: np.sum(x) * 3.0)
def integers_into_floats(x):
    """What is computed with integers is cast."""
    y = np.zeros(6)
    np.add(np.arange(6), 3 - np.arange(6), out=y)
    return np.sum(y * x)


def _leaky(x):
    h = np.zeros(6)
    for _ in range(4):
        h = np.tanh(h * 0.5 + x)
    return np.sum(h**2)


@program((X,), same_as=_leaky)
def one_buffer_in_a_loop(x):
    """No step allocates anything."""
    h = np.zeros(6)
    for _ in range(4):
        np.multiply(h, 0.5, out=h)
        np.add(h, x, out=h)
        np.tanh(h, out=h)
    return np.sum(h**2)


def into(out, x):
    """A function of the user's with a parameter of this name."""
    np.multiply(x, x[0], out=out)
    return out


@program((X,), same_as=lambda x: 2 * np.sum((x * x[0]) ** 2))
def output_of_a_callee(x):
    """It gives back what it has got."""
    y = np.zeros(6)
    z = into(x=x, out=y)
    return np.sum(y**2) + np.sum(z * y)


@program((X,), same_as=lambda x: np.sum(np.sin(x) ** 2))
def no_output(x):
    """None is no output."""
    return np.sum(np.sin(x, out=None) ** 2)


@program((X,), same_as=lambda x: np.sum(np.take(x, [2, 0, 2]) ** 2) + np.sum(np.concatenate([x[:2], x[1:2]]) ** 3))
def taken_and_joined(x):
    """Not elementwise."""
    y, z = np.empty(3), np.empty(3)
    np.take(x, [2, 0, 2], out=y)
    np.concatenate([x[:2], x[1:2]], out=z)
    return np.sum(y**2) + np.sum(z**3)


# add.at


def _counted(x):
    spread = np.array([[1.0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]])
    return np.sum((2 * x + spread @ x[:4] ** 2 - 2 * unit(1) * x[0]) ** 2)


@program((X,), same_as=_counted)
def counted_again_and_again(x):
    """Each index counts as often as it is there."""
    y = x * 2.0
    i = np.array([0, 0, 2, 5])
    np.add.at(y, i, x[:4] ** 2)
    np.subtract.at(y, [1, 1], x[0])
    return np.sum(y**2)


@program(
    (X,),
    same_as=lambda x: np.sum((np.where((np.arange(6) > 0) & (np.arange(6) < 3), x[4], 0.0) + x * unit(3) + x) ** 2),
)
def at_slices_and_numbers(x):
    """An index of any kind."""
    y = x * 1.0
    np.add.at(y, slice(1, 3), x[4])
    np.add.at(y, 3, x[3])
    return np.sum(y**2)


@program((X,), same_as=lambda x: (x[0] + x[2]) ** 2 + (x[1] + x[0]) ** 2 + x[1] ** 2)
def at_pairs_and_through_a_view(x):
    """Rows and columns, and those of the transposed."""
    z = np.zeros((2, 3))
    np.add.at(z, (np.array([0, 1, 0]), np.array([1, 1, 1])), x[:3])
    np.add.at(z.T, (np.array([1, 2]), np.array([1, 0])), x[:2])
    return np.sum(z**2)


def _histogram(x):
    y = [0.0, 0.0, 0.0]
    for i in range(6):
        v = x[i] * y[0] + x[i]
        for k in (i % 3, i % 2):
            y[k] = y[k] + v
    return y[0] ** 2 + y[1] ** 2 + y[2] ** 2


@program((X,), same_as=_histogram)
def at_what_a_loop_says(x):
    """What is added depends on what has been added."""
    y = np.zeros(3)
    for i in range(6):
        np.add.at(y, [i % 3, i % 2], x[i] * y[0] + x[i])
    return np.sum(y**2)


@program((X,), same_as=lambda x: np.sum(x[:4] ** 2) + (x[0] * x[1]) ** 2)
def at_indices_that_change_later(x):
    """The indices are kept as they were."""
    i, y = np.arange(4), np.zeros(5)
    np.add.at(y, i, x[:4])
    i[...] = 4
    np.add.at(y, i[:1], x[0] * x[1])
    return np.sum(y**2)


# fills


@program((X,), same_as=lambda x: np.sum(np.where(x < 0, np.sin(x), np.where(x > 0.5, x[0], x * x)) ** 3))
def copied_over(x):
    """All, or where a mask is true."""
    y = np.zeros(6)
    np.copyto(y, x * x)
    np.copyto(y, x[0], where=x > 0.5)
    np.copyto(y, np.sin(x), where=x < 0)
    return np.sum(y**3)


@program((A,), same_as=lambda a: np.sum(np.where(np.arange(3) == 1, 3.0, a[0] * np.ones((3, 1))) * a))
def copied_and_spread(a):
    """A row into each row, by a mask of one row."""
    y = np.full((3, 3), 3.0)
    np.copyto(y, a[0], where=np.array([True, False, True]))
    return np.sum(y * a)


@program((X,), same_as=lambda x: (x[2] ** 2) ** 2 + (x[1] ** 2) ** 2 + 2 * x[0] ** 2)
def put_at_indices(x):
    """The last of two values for one index counts."""
    y = np.zeros(6)
    np.put(y, [0, 2, 0], x[:3] ** 2)
    np.put(y, [4, -1], x[0])
    return np.sum(y**2)


@program((X,), same_as=lambda x: x[2] ** 3 + x[3] ** 3 + x[0] ** 2 * 2 + x[1] ** 2)
def put_into_a_matrix(x):
    """Counted along the rows; values that are too few start again."""
    z = np.zeros((2, 3))
    np.put(z, np.array([1, 5]), x[2:4])
    y = np.zeros(6)
    y.put([1, 3, 5], x[:2])
    return np.sum(z**3) + np.sum(y**2)


@program((X,), same_as=lambda x: x[0] ** 2 + x[0] ** 4 + x[1] ** 4 + x[0] ** 4 + x[3] ** 4 + x[5] ** 2)
def placed(x):
    """In turn where a mask is true, and each in its own place."""
    y = x * 1.0
    np.place(y, y > 0.5, x[:2] ** 2)
    np.putmask(y, y < 0, x * x)
    return np.sum(y**2)


@program((A,), same_as=lambda a: np.sum(np.where(np.argmax(a, axis=1)[:, None] == np.arange(3), a[:, :1] ** 2, a) ** 2))
def put_along_an_axis(a):
    """One in each row."""
    y = a * 1.0
    np.put_along_axis(y, np.argmax(a, axis=1)[:, None], a[:, :1] ** 2, axis=1)
    return np.sum(y**2)


@program((A,), same_as=lambda a: np.sum(np.where(np.eye(3) == 1, a[0] ** 2, a) ** 2) + 2 * a[0, 0])
def filled_diagonal(a):
    """With a row, and with a number."""
    y, z = a * 1.0, np.zeros((3, 2))
    np.fill_diagonal(y, a[0] ** 2)
    np.fill_diagonal(z, a[0, 0])
    return np.sum(y**2) + np.sum(z)


@program((X,), same_as=lambda x: 2 * x[0] ** 4 + 2 * x[1] ** 2)
def filled(x):
    """All, and a part."""
    y = np.empty(4)
    y.fill(x[0] ** 2)
    y[1:3].fill(x[1])
    return np.sum(y**2)


@program((A,), same_as=lambda a: np.sum(np.sort(np.sort(a * np.array([1.0, -1.0, 0.5])), axis=0) ** 2 * a))
def sorted_in_place(a):
    """Each row, then each column."""
    y = a * np.array([1.0, -1.0, 0.5])
    y.sort()
    y.sort(axis=0)
    return np.sum(y**2 * a)


@program((X,), same_as=lambda x: np.sum(np.sort(x)[::-1] * np.arange(6.0)))
def sorted_backwards(x):
    """A view is sorted."""
    y = x.copy()
    y[::-1].sort()
    return np.sum(y * np.arange(6.0))


@program((X,), same_as=lambda x: np.sum(np.where(unit(0), x[1], np.where(unit(3), 0.0, x)) ** 2))
def numbers_made_finite(x):
    """In place, and given back."""
    y = x * 1.0
    y[3] = np.nan
    z = np.nan_to_num(y, copy=False)
    z[0] = x[1]
    return np.sum(y**2)


def _random(x):
    r = np.random.default_rng(3)
    noise, order = r.random(6), r.permutation(6)
    return np.sum(x * noise) + np.sum(x[order] * np.arange(6.0))


@program((X,), same_as=_random)
def random_numbers(x):
    """What is drawn carries no derivative; what is shuffled does."""
    r = np.random.default_rng(3)
    y = np.empty(6)
    r.random(out=y)
    z = x * 1.0
    r.shuffle(z)
    return np.sum(x * y) + np.sum(z * np.arange(6.0))


# kinds of numbers


@program((X,), same_as=lambda x: np.sum(np.array([3.0, 7, 0, 1, 2, 3]) * x))
def floats_into_integers(x):
    """What is cut off has no derivative."""
    y = np.zeros(6, dtype=int)
    y[:2] = 10.3 * np.round(x[:2], 1)
    y[2:] = np.arange(4)
    return np.sum(y * x)


@program((X,), same_as=lambda x: np.sum(np.concatenate([np.arange(3) * x[0], x[3:] + 1])))
def integers_assigned(x):
    """Integers among floats."""
    y = x + 1
    y[:3] = np.arange(3)
    y[:3] *= x[0]
    return np.sum(y)


# at


def _products_at(x):
    y = x * 2
    y = y * np.array([x[0] * x[2], x[1] * x[3], 1, 1, 1, 1])
    y = y * np.where(unit(2), x[0] ** 2, 1.0)
    return np.sum(y * np.where(unit(4), x[1] * x[0], 1.0) * x)


@program((X,), same_as=_products_at)
def multiplied_at(x):
    """An index that is there twice counts twice; by one number, by a mask, and at one place."""
    y = x * 2
    np.multiply.at(y, [0, 1, 0, 1], x[:4])
    np.multiply.at(y, np.array([2, 2]), x[0])
    np.multiply.at(y, 4, x[1])
    np.multiply.at(y, np.arange(6) == 4, x[0])
    return np.sum(y * x)


@program((X,))
def divided_at(x):
    """And taken to a power."""
    y = x * 2
    np.divide.at(y, [0, 1, 1, 0, 3], x[:5] + 3)
    np.divide.at(y, y > 0.1, 2.0)
    np.power.at(y, np.array([4, 1, 4]), 2)
    return np.sum(y * x)


@program((X,))
def largest_at(x):
    """The largest and the smallest of what is given for a place."""
    y = x * 2
    np.maximum.at(y, [0, 1, 1, 0, 3], x[:5] * 3)
    np.minimum.at(y, np.array([0, 1, -1]), 0.5 * x[0])
    return np.sum(y * x)


@program((A,))
def multiplied_at_rows_and_places(a):
    """Whole rows, one row for several, and single elements of a matrix."""
    y = a * 2
    r, c = np.array([0, 1, 1, 0]), np.array([0, 2, 2, 1])
    np.multiply.at(y, (r, c), a.ravel()[:4])
    np.multiply.at(y, np.array([0, 0]), a[1])
    np.multiply.at(y, np.array([1, 2, 1]), a)
    np.multiply.at(y, np.array([1, 0]), a[0, 0])
    np.multiply.at(y, (slice(None), 1), a[0, 1])
    return np.sum(y * a)


@program((X,))
def multiplied_at_in_a_loop(x):
    """Again and again."""
    y = np.ones(3)
    for k in range(3):
        np.multiply.at(y, np.arange(5) % 3, x[:5])
        np.maximum.at(y, np.array([k, k]), x[k : k + 2])
    return np.sum(y)


# partition


@program((X,))
def partitioned(x):
    """In place, and into a new array."""
    y = x * 2
    y.partition(2)
    z = np.partition(x, 1)
    return np.sum(y * x) + z[1] * z[4]


@program((A,))
def partitioned_by_columns(a):
    """By two places, and a row alone."""
    y = a * 2
    y[0].partition(1)
    y.partition((0, 1), axis=0)
    return np.sum(y * a)


# several outputs


def _fractions(x):
    y, a, b = np.modf(3 * x)[0], np.modf(x)[0], np.modf(x)[1]
    c, d = np.divmod(x, 0.37)
    return np.sum(a * x) + np.sum(c * a) + np.sum(d * x * y) + np.sum(b * x)


@program((X,), same_as=_fractions)
def several_outputs(x):
    """By name, by position, and some of them None."""
    y, z = np.zeros(6), np.zeros(6)
    np.modf(x * 3, out=(y, z))
    f = y.copy()
    a, b = np.modf(x, y, None)
    c, d = np.divmod(x, 0.37, out=(z, None))
    return np.sum(y * x) + np.sum(z * a) + np.sum(d * x * f) + np.sum(b * x)


@program((X,))
def outputs_that_are_inputs(x):
    """Either of the outputs is the input."""
    y, z = x * 3, np.zeros(6)
    np.modf(y, out=(y, z))
    t = np.sum(y * x + z)
    w = x * 3
    np.modf(w, out=(z, w))
    return t + np.sum(w * x + z * x)


@program((X,))
def mantissas(x):
    """The exponents are integers, and may be kept as floats."""
    y, e, f = np.zeros(6), np.zeros(6, dtype=np.int32), np.zeros(6)
    m, n = np.frexp(x * 3, out=(y, e))
    np.frexp(x, out=(None, f))
    return np.sum(m * x) + np.sum(y * e) + np.sum(n * x * f)


def _repeated_plain(x):
    z = x * x
    z = np.where(x * x > 0.3, (3 * x[:2])[np.arange(len(x)) % 2], z)
    at = np.cumsum(x > 0.5) - 1
    return np.sum(np.where(x > 0.5, np.where(at % 2 == 0, x[0], 2.0), z) ** 2 * np.arange(1.0, len(x) + 1))


@program((X,), same_as=_repeated_plain)
def values_of_another_shape(x):
    """`putmask` takes them by the place in the array, `place` one after the other, a list too."""
    z = x * x
    np.putmask(z, z > 0.3, 3 * x[:2])
    np.place(z, x > 0.5, [x[0], 2.0])
    return np.sum(z**2 * np.arange(1.0, len(x) + 1))


@program((X,))
def values_of_a_table(x):
    """Into a matrix, and from a list."""
    z = np.outer(x, x)
    np.putmask(z, z > 0.6, x * 2)
    np.putmask(z, z < 0.1, [x[0], 3.0])
    return np.sum(z**2)


def _shuffled(x):
    np.random.seed(7)
    y = np.array([x[i] for i in np.random.permutation(6)])
    even = [y[2 * i] for i in np.random.permutation(3)]
    return np.array([even[0], y[1], even[1], y[3], even[2], y[5]]) * np.random.rand(6)


@program((X,), same_as=_shuffled)
def shuffled_by_the_global_generator(x):
    """As many numbers are drawn as there are to be; a view is shuffled too, and an array of places."""
    np.random.seed(7)
    y = x * 1.0
    np.random.shuffle(y)
    np.random.shuffle(y[::2])
    return y * np.random.rand(len(x))


def _put_lists(x):
    y = np.concatenate([[x[1] * x[0]], x[1:-1], [x[2]]])
    y = np.where(np.arange(6) == 3, x[0], y)
    return np.where(np.isin(np.arange(6), [1, 2]), x[4] ** 2, y) * x


@program((X,), same_as=_put_lists)
def lists_that_are_put(x):
    """Values in a list and a tuple, one for several places, and several for one."""
    y = x.copy()
    np.put(y, [0, -1], [x[1] * x[0], x[2]])
    np.put(y, 3, (x[0], x[1]))
    y.put([1, 2], [x[4] ** 2])
    return y * x


def _put_into_a_table(a):
    y = np.where(np.isin(np.arange(9).reshape(3, 3), [0, 5]), a[0, 1] * 2.0, a)
    return np.where(np.arange(3) == np.array([[0], [2], [1]]), np.array([a[0, 0], a[1, 1], 1.0])[:, None], y) * a


@program((A,), same_as=_put_into_a_table)
def lists_that_are_put_into_a_table(a):
    """By places of the table in a row, and along an axis."""
    y = a.copy()
    np.put(y, [0, 5], [a[0, 1] * 2.0, a[0, 1] + a[0, 1]])
    np.put_along_axis(y, np.array([[0], [2], [1]]), [[a[0, 0]], [a[1, 1]], [1.0]], 1)
    return y * a
