"""Shapes that stretch: each cotangent must shrink back to the shape of its primal."""

import numpy as np

from programs.harness import program

COLUMN = np.array([[0.5], [1.5], [-1.0]])
ROW = np.array([[1.0, -2.0, 0.25, 3.0]])
MATRIX = np.array([[1.0, 2.0, 3.0], [0.5, -1.5, 2.5]])
VECTOR = np.array([0.5, 1.25, -0.75])


@program((COLUMN, ROW), (ROW, COLUMN), (COLUMN, np.array([1.0, 2.0])))
def column_with_row(x, y):
    """Both operands stretch, along different axes."""
    return x + y, x * y - y, x / (y + 5.0)


@program((MATRIX, VECTOR))
def matrix_with_vector(a, v):
    """The vector lacks an axis."""
    return (a + v) * v - v / a


@program((MATRIX, np.array([[2.0]])), (VECTOR, np.array([2.0])), (np.array(3.0), np.array([[2.0]])))
def axes_of_length_one(a, s):
    """An operand of length one keeps its axes of length one."""
    return a * s + s


@program((np.array([[2.0]]), np.array([[3.0]])), (np.array([2.0]), np.array([[3.0]])))
def axes_of_length_one_on_both_sides(x, y):
    """Length one against length one does not stretch."""
    return x * y + x


@program((np.array(2.0), np.array(0.5)), (np.array(2.0), 0.5), (2.0, np.float64(0.5)))
def zero_dimensional(x, y):
    """Arrays of no dimension beside scalars; NumPy's arithmetic turns them into scalars."""
    return x * y + np.sin(x) - y / x


@program((np.array(2.0), VECTOR))
def zero_dimensional_with_array(s, v):
    """An array of no dimension stretches to a vector."""
    return s * v + s**2, np.exp(s) * v


@program((np.arange(6.0).reshape(2, 1, 3), np.arange(4.0).reshape(4, 1)))
def three_axes_with_two(x, y):
    """(2, 1, 3) with (4, 1) gives (2, 4, 3): a new axis and two stretched ones."""
    return x * y + y


@program((np.zeros((0, 3)), VECTOR), (np.zeros((3, 0)), COLUMN))
def empty_with_vector(x, v):
    """Every sum in the backward code is over nothing."""
    return x * v + v, np.sum(x + v)


@program((np.zeros(0), 2.0))
def empty_with_scalar(x, s):
    """The scalar is used, and has no influence."""
    return x * s, np.sum(x - s)


@program((VECTOR, np.array([1.0, -0.5])))
def outer_difference(x, y):
    """All differences, by new axes."""
    return (x[:, None] - y) ** 2 + y[None, :] * x[:, np.newaxis]


@program((MATRIX,))
def normalised_rows(a):
    """The divisor comes from the dividend, with its axis kept."""
    return a / np.sqrt(np.sum(a**2, axis=1, keepdims=True)) - a.mean(axis=0)


@program((VECTOR, 2.5), (MATRIX, 0.25))
def where_stretches_scalars(x, fill):
    """Both branches and the condition have different shapes."""
    return np.where(x > 0.6, x * x, fill) + np.where(x[..., :1] > 0.6, fill, x)


@program((VECTOR, 0.75), (0.75, VECTOR))
def selection_stretches_scalars(x, s):
    """`maximum` and `minimum` send the cotangent to whichever operand wins, and sum it there."""
    return np.maximum(x, s) + np.minimum(s, x) * x


@program((VECTOR, COLUMN), (2.0, VECTOR))
def two_argument_functions(x, y):
    """Functions of two arguments stretch as operators do."""
    return np.arctan2(y, x + 3.0) + np.hypot(x, y + 2.0), np.power(x + 2.0, y), np.logaddexp(x, y)


@program((VECTOR,), (np.array([[2.0]]),))
def explicit_broadcast(x):
    """`broadcast_to` repeats without copying."""
    y = np.broadcast_to(x, (2, 3))
    return y * np.array([[1.0], [2.0]]) + y


@program((VECTOR, MATRIX))
def stretched_twice(v, a):
    """One operand stretches in two different ways in one expression."""
    return v * a + v[:2, None] * a - v[0] * a


@program((MATRIX, VECTOR, np.array([0.1, -0.1])))
def affine_layers(a, v, b):
    """A bias is added to a row for each sample."""
    hidden = np.tanh(a.T * 0.1 @ b[:, None] + v[:, None])
    return hidden @ b[None, :] + b


@program((np.array([1, 2, 3]), 1.5), (np.array([[1], [2]]), VECTOR))
def integer_array_with_floats(k, x):
    """The integer array stretches or is stretched over, and has no cotangent."""
    return k * x + x**k - k


@program((VECTOR, MATRIX))
def scalar_parts_of_arrays(v, a):
    """Elements and sums of one array scale another."""
    return v[1] * a + v.sum() * a - a[0, 0] * v, a.sum(axis=0) * v.max()


@program((1.5, VECTOR))
def scalar_condition_stretches_nothing(s, v):
    """A branch gives a scalar on one path and an array on the other."""
    y = v * s if s > 1.0 else s
    return y + s
