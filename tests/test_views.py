"""Writes through views: what the caller sees, what is refused, and which memory is whose."""

import numpy as np
import pytest

from s2s_ad import MissingRuleError, MutationError, grad, pullback, source, value_and_grad

X = np.array([0.3, 0.7, 1.1, -0.4, 0.9, 0.2])
A = np.array([[0.9, 0.3, -0.2], [0.4, 1.1, 0.5], [0.2, -0.6, 1.3]])


def slopes(f, x):
    """Central differences, each from a fresh array."""
    units = 1e-6 * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([(f(x + u) - f(x - u)) / 2e-6 for u in units]).reshape(x.shape)


def normalised_rows(a):
    for row in a:
        row /= np.sum(row)
    return np.sum(a**2)


def through_the_transposed(a):
    a.T[0] = a[1] ** 2
    return np.sum(a**3)


def in_one_row(a):
    z = a.reshape(-1)
    z[1:] *= z[0]
    return np.sum(a**2)


def by_functions(a):
    np.sin(a, out=a)
    np.fill_diagonal(a, a[0, 1] ** 2)
    a.sort(axis=1)
    np.add.at(a, ([0, 0], [1, 1]), a[2, 0])
    return np.sum(a**2 * np.arange(9.0).reshape(3, 3))


@pytest.mark.parametrize("f", [normalised_rows, through_the_transposed, in_one_row, by_functions])
def test_the_caller_sees_what_plain_python_leaves(f):
    """Once; the pullback changes nothing, however often it is called."""
    given, plain = A.copy(), A.copy()
    y, back = pullback(f, given)
    assert y == f(plain)
    np.testing.assert_array_equal(given, plain)
    first, second = back(1.0)[1], back(1.0)[1]
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(given, plain)
    np.testing.assert_allclose(first, slopes(f, A), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(grad(f)(A.copy()), first)


@pytest.mark.parametrize("f", [normalised_rows, through_the_transposed, by_functions])
def test_the_order_of_elements_does_not_matter(f):
    """The same for an array whose columns lie one after the other."""
    np.testing.assert_allclose(grad(f)(np.asfortranarray(A)), slopes(f, A), rtol=1e-6, atol=1e-8)


def test_an_array_out_of_order_is_not_reshaped_and_written_to():
    """There NumPy makes a copy, which nobody can know when compiling."""
    given = np.asfortranarray(A)
    with pytest.raises(MutationError, match="not in order in memory"):
        pullback(in_one_row, given)
    np.testing.assert_array_equal(given, A)


def test_reading_is_allowed_in_any_order():
    """Only a write makes it matter."""

    def f(a):
        return np.sum(a.reshape(-1)[1:] * a.T.ravel()[:-1])

    for a in (A, np.asfortranarray(A)):
        np.testing.assert_allclose(grad(f)(a), slopes(f, A), rtol=1e-6, atol=1e-8)


def test_result_is_the_array_itself():
    """What a call with `out` gives is its output, and no copy."""

    def f(x, y):
        return np.multiply(x, x, out=y)

    y = np.zeros(6)
    z, back = pullback(f, X, y)
    assert z is y
    np.testing.assert_array_equal(y, X * X)
    np.testing.assert_allclose(back(np.ones(6))[1], 2 * X)


def test_value_is_not_what_the_gradient_makes_of_it():
    """The value is computed before its parts become buffers of the gradient."""

    def f(a):
        y = a * 1.0
        y[1] += a[0, 0]
        return np.sum(y**2 * a)

    y, a_bar = value_and_grad(f)(A)
    assert y == f(A)
    np.testing.assert_allclose(a_bar, slopes(f, A), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("to", "of"), [(slice(None, None, 2), slice(3)), (slice(3), slice(None, None, 2))])
def test_rows_out_of_step(to, of):
    """NumPy reads what it has just written in the first of these; the gradient would be that of something else."""

    def f(x):
        y = x * 1.0
        y[to] = y[of]
        return np.sum(y**2)

    with pytest.raises(MutationError, match="the same elements in other places"):
        grad(f)(X)


def test_rows_in_step():
    """Shifted, turned round, and with one element in common that stays where it is."""

    def f(a):
        y = a * 1.0
        y[0, 1:] = y[0, :-1]
        y[1] = y[1, ::-1]
        y[2] = y[:, 2]
        return np.sum(y**2 * a)

    np.testing.assert_allclose(grad(f)(A), slopes(f, A), rtol=1e-6, atol=1e-8)


def test_casts():
    """Into single precision, from double and from integers."""

    def f(x):
        y = np.ones(6, dtype=np.float32)
        np.add(x.astype(np.float64), x, out=y)
        y[:2] = x[:2].astype(np.float64) * 3
        y[2] = 7
        y *= np.float32(2)
        return np.sum(y)

    x_bar = grad(f)(X.astype(np.float32))
    assert x_bar.dtype == np.float32
    np.testing.assert_array_equal(x_bar, [6, 6, 0, 4, 4, 4])


def test_a_loop_through_a_view_costs_no_copies():
    """The cotangent of a view is a view of the cotangent."""

    def f(a):
        v = a.T
        s = 0.0
        for i in range(3):
            s += v[0, i] ** 2
        return s

    text = source(f, A)
    assert text.count("np.zeros_like") == 1
    assert "A_bar" not in text
    np.testing.assert_allclose(grad(f)(A), slopes(f, A), rtol=1e-6, atol=1e-8)


def row_after_the_loop(a):
    y = a * 1.0
    for row in y:
        row[0] = 2.0
    row[1] = 5.0
    return np.sum(y**2)


def view_that_may_be_a_copy(a):
    y = a * 1.0
    y.T.ravel()[0] = 3.0
    return np.sum(y**2)


def view_on_one_side(a):
    y = a * 1.0
    v = y.T
    if a[0, 0] > 0:
        v = v * 2
    v[1] *= 3.0
    return np.sum(y**2)


def list_of_views(a):
    pieces = np.split(a * 1.0, 3)
    pieces[0] = a[:1] ** 2
    return np.sum(pieces[0])


def place_of_itself(a):
    y = a[0] * 1.0
    np.place(y, y > 0, y[:2])
    return np.sum(y)


def output_of_integers(a):
    y = np.zeros((3, 3), dtype=int)
    np.add(a, 1.5, out=y)
    return np.sum(y)


def sum_in_another_precision(a):
    y = np.zeros(3)
    np.sum(a.astype(np.float32), axis=0, out=y)
    return np.sum(y * a)


def output_of_another_rank(a):
    y = np.zeros((3, 3))
    np.sum(a, axis=0, out=y)
    return np.sum(y)


def one_array_for_several_outputs(a):
    y = np.zeros((3, 3))
    np.modf(a, out=(y, y))
    return np.sum(y)


def multiplied_at_by_itself(a):
    y = a * 1.0
    np.multiply.at(y, [0, 1], y[1:])
    return np.sum(y)


def partitioned_along_what_is_not_known(a):
    y = a * 1.0
    y.partition(1, axis=None if a[0, 0] > 0 else 0)
    return y[0, 0]


def flat_of_a_view_out_of_order(a):
    y = a * 1.0
    y.T.flat[1] = 2.0
    return np.sum(y)


def flat_of_itself(a):
    y = a * 1.0
    y.flat[:] = y[::-1]
    return np.sum(y)


def more_arguments_after_the_output(a):
    return np.sum(np.sum(a, 0, None, None, True))


@pytest.mark.parametrize(
    "f",
    [
        row_after_the_loop, view_that_may_be_a_copy, view_on_one_side, list_of_views, place_of_itself,
        output_of_integers, sum_in_another_precision, output_of_another_rank, one_array_for_several_outputs,
        multiplied_at_by_itself, partitioned_along_what_is_not_known, flat_of_a_view_out_of_order, flat_of_itself,
        more_arguments_after_the_output,
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused(f):
    """With the place, and what to do instead."""
    with pytest.raises(MutationError, match="hint: ") as refusal:
        grad(f)(A.copy())
    assert "^" in str(refusal.value)


def test_masked_without_an_output_is_refused():
    """Nobody knows what is in the other elements."""
    with pytest.raises(MissingRuleError, match="where"):
        grad(lambda x: np.sum(np.add(x, x, where=x > 0)))(X)


def beyond_the_end_of_flat(a):
    return a.flat[9] * a[0, 0]


def too_few_to_multiply_by(a):
    y = a[0] * 2
    np.multiply.at(y, [0, 1, 2], a[0, :2])
    return np.sum(y)


@pytest.mark.parametrize(("f", "error"), [(beyond_the_end_of_flat, IndexError), (too_few_to_multiply_by, ValueError)])
def test_errors_are_of_the_kind_that_numpy_raises(f, error):
    """In other words, as other functions raise them."""
    with pytest.raises(error):
        f(A.copy())
    with pytest.raises(error):
        grad(f)(A.copy())
