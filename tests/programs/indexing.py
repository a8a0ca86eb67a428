"""Reading by index, slice, ellipsis, new axis, mask and integer array."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0, 1.5])
A = np.array([[1.0, 2.0, -0.5], [0.25, -1.0, 3.0]])
T = np.linspace(-1.0, 1.0, 24).reshape(2, 3, 4)


@program((V,))
def duplicated_indices(x):
    """One element is taken twice: its cotangents add up."""
    y = x[[0, 0, 1]]
    return y * np.array([1.0, 2.0, 3.0]) * x[0]


@program((V, np.array([3, 1, 1, -1])))
def index_array_argument(x, i):
    """The indices are an argument; -1 and 3 are one element."""
    return x[i] * x[i][0] + x[-i]


@program((A, np.array([1, 0, 1]), np.array([2, 2, 2])))
def pairs_of_indices(a, i, j):
    """Two index arrays walk together."""
    return a[i, j] ** 2 + a[0, j] * a[i, -1]


@program((A,))
def grid_of_indices(a):
    """Two index arrays broadcast against each other."""
    return a[[[0], [1]], [0, 2, 2]] * a[:, :1]


@program((A,))
def rows_by_indices(a):
    """Rows are repeated."""
    return a[[1, 1, 0]] * a[np.array([0, 1, 1])]


@program((V,))
def negative_indices(x):
    """From the end."""
    return x[-1] * x[-4] + x[3] + x[-2:].sum() * x[:-3].sum()


@program((V,))
def negative_steps(x):
    """Backwards, wholly and in part."""
    return x[::-1] * x, x[-2::-1], x[2:0:-1] * x[1:3], x[::-2]


@program((V,))
def overlapping_slices(x):
    """Neighbours: each element is in several slices."""
    return (x[1:] - x[:-1]) ** 2, x[2:] - 2 * x[1:-1] + x[:-2]


@program((V,))
def strided_slices(x):
    """Every other element."""
    return x[::2] * x[1::2] + x[0:100:3]


@program((V,))
def empty_slices(x):
    """Slices that hold nothing."""
    return x[4:] * x[2:2], np.sum(x[5:]) + x[0]


@program((T,))
def ellipses(t):
    """An ellipsis stands for the axes that are not written."""
    return t[..., 0], t[1, ...] * t[0], t[..., 1, :], t[0, ..., -1]


@program((V, A))
def new_axes(x, a):
    """New axes before, between and after."""
    return x[:, None] * x[None], a[:, np.newaxis, :] + a[0], a[..., None] * 2.0


@program((T,))
def mixed_subscripts(t):
    """Slices, integers, steps and new axes in one subscript."""
    return t[:, 1, ::-2], t[1, None, 1:, 0], t[-1:, :2, 3] * t[:, 2, 0][:, None]


@program((V,))
def mask(x):
    """The mask comes from the array itself."""
    return x[x > 0.6] * 2.0, np.sum(x[(x < 0) | (x > 1.9)])


@program((A,))
def mask_of_a_matrix(a):
    """A mask of two axes flattens; one of one axis picks rows."""
    return a[a > 0.5] ** 2, a[np.array([False, True])], a[:, np.array([True, False, True])]


@program((V, np.array([False, False, False, False])))
def mask_that_picks_nothing(x, m):
    """No element is picked."""
    return x[m].sum() + x[0]


@program((A,))
def integers_one_after_another(a):
    """`a[i][j]` takes a row and then an element."""
    return a[0][1] * a[1][-1] + a[1, 0] * a[0][1:][0]


@program((V,))
def computed_index(x):
    """The index is computed from the values."""
    i = np.argmax(x)
    j = int(np.argmin(x))
    return x[i] * x[j] + x[(i + j) % 4]


@program((V,))
def loop_over_neighbours(x):
    """A scalar loop over elements, reading three of them at a time."""
    s = 0.0
    for i in range(1, len(x) - 1):
        s += x[i] * x[i + 1] - x[i - 1] ** 2
    return s


@program((V,))
def same_element_in_a_loop(x):
    """One element is read in each iteration."""
    s = 1.0
    for i in range(3):
        s = s * x[1] + x[i]
    return s


@program((A,))
def row_then_columns_in_a_loop(a):
    """Rows and columns are read crosswise."""
    s = 0.0
    for i in range(2):
        s += np.sum(a[i] * a[1 - i]) * a[:, i].sum()
    return s


@program((np.array(2.5),), (np.array([[2.5]]),))
def empty_subscript(x):
    """An empty tuple or an ellipsis as subscript."""
    return x[()] * 2.0 + x[...]


@program((V,))
def slice_of_a_slice(x):
    """A slice of a slice of a reversed array."""
    return x[::-1][1:][::2] * x[1:][1:][:2] + x[1:3][-1]


@program((V, 1, 3))
def slice_with_variable_bounds(x, i, j):
    """The bounds are arguments, with expressions around them."""
    return x[i:j] * x[i - 1 : j - 1] + x[-j:-i]


@program((V,))
def boolean_and_integer_elements(x):
    """Elements of arrays of integers and booleans index and decide."""
    order = np.array([2, 0, 3, 1])
    keep = x > 0
    s = 0.0
    for k in order:
        if keep[k]:
            s = s * x[k] + x[order[k]]
    return s


@program((A,))
def unpacked_rows(a):
    """A matrix is unpacked into rows."""
    first, second = a
    return first * second[::-1] + second[0]


@program((V, A))
def iterated_array(x, a):
    """Elements come from iteration and from indices in one loop."""
    s = 0.0
    for i, row in enumerate(a):
        for j, y in enumerate(row):
            s += y * x[i + j] * a[i, j]
    return s


@program((T,))
def index_arrays_split_by_a_slice(t):
    """Index arrays on both sides of a slice move their axis to the front."""
    return t[[0, 1, 1], :, [3, 0, 0]], t[:, [2, 0], 1:3]
