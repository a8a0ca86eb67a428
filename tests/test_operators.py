"""What a user calls, and what comes back when it is called wrongly."""

import collections
import fractions
import functools
import zlib

import numpy as np
import pytest

from s2s_ad import (
    ADError,
    MissingRuleError,
    MutationError,
    SourceUnavailableError,
    Tangent,
    UnsupportedSyntaxError,
    def_rrule,
    differentiable,
    grad,
    non_differentiable,
    primitive,
    pullback,
    rrule,
    scalar_rule,
    source,
    value_and_grad,
)


def test_rules_chain_by_hand():
    """The rules of cos and sin, applied one after the other, give the derivative of the chain."""
    y, cos_back = rrule(np.cos, 0.6)
    z, sin_back = rrule(np.sin, y)
    assert y == pytest.approx(0.825335614909678)
    assert z == pytest.approx(0.734775474708269)
    _, y_bar = sin_back(1.0)
    assert y_bar == pytest.approx(0.67831, abs=1e-5)
    assert cos_back(y_bar) == (None, pytest.approx(-0.383002863242154))


def test_pullback_of_a_lambda_chains_the_rules():
    """The compiled chain is the chain by hand."""
    y, back = pullback(lambda x: np.sin(np.cos(x)), 0.6)
    assert y == pytest.approx(0.734775474708269)
    assert back(1.0) == (None, pytest.approx(-0.383002863242154))


def confused(x):
    """Computes something that it never uses."""
    a = np.sin(x)
    np.tan(0.2 + a)
    return np.cos(a)


def test_unused_intermediate_changes_nothing():
    """A result that nobody reads has no part in the derivative."""
    y, back = pullback(confused, 0.6)
    assert y == np.cos(np.sin(0.6))
    assert back(1.0)[1] == pytest.approx(-np.sin(np.sin(0.6)) * np.cos(0.6))


def test_pullback_of_a_closure_gives_a_tangent():
    """Captured data has cotangents by name, captured integers have None."""

    def make(w, n):
        def f(x):
            return np.sum(w * x) * n

        return f

    y, back = pullback(make(np.array([1.0, 2.0]), 3), 2.0)
    f_bar, x_bar = back(1.0)
    assert y == 18.0
    assert isinstance(f_bar, Tangent)
    np.testing.assert_array_equal(f_bar.w, [6.0, 6.0])
    assert f_bar.n is None
    assert x_bar == 9.0


def test_closures_that_share_code_keep_their_data_apart():
    """One code object, two captured values."""

    def make(w):
        return lambda x: w * x

    two, three = make(2.0), make(3.0)
    assert [pullback(f, 5.0)[1](1.0)[1] for f in (two, three, two)] == [2.0, 3.0, 2.0]
    assert [grad(f)(5.0) for f in (two, three)] == [2.0, 3.0]


def test_differentiable_behaves_as_the_function():
    """Name, doc, value and keyword arguments are the function's."""

    @differentiable
    def f(x, y=2.0):
        """Says what it does."""
        return x * y

    assert (f.__name__, f.__doc__, f(3.0), f(3.0, y=4.0)) == ("f", "Says what it does.", 6.0, 12.0)
    assert f.grad(3.0) == 2.0
    assert f.value_and_grad(3.0, 5.0) == (15.0, 5.0)
    assert f.pullback(3.0, 5.0)[1](1.0) == (None, 5.0, 3.0)
    assert "def f_pullback(x, y):" in f.source(3.0)


def test_differentiable_works_on_methods():
    """A decorated method binds its object."""

    class Scale:
        def __init__(self, by):
            self.by = by

        @differentiable
        def apply(self, x):
            return self.by * x * x

    assert Scale(3.0).apply(2.0) == 12.0
    assert Scale(3.0).apply.grad(2.0) == 12.0


def test_differentiable_reports_syntax_at_decoration():
    """All refused places come at once."""

    def f(x):
        class Local(key=1):
            pass

        return eval("x")

    with pytest.raises(UnsupportedSyntaxError) as refusal:
        differentiable(f)
    assert str(refusal.value).count("hint: ") == 2


def test_grad_takes_names_and_tuples():
    """`argnums` is a position, a name, or a tuple of these."""

    def f(x, y):
        return x * y**2

    assert grad(f, "y")(2.0, 3.0) == 12.0
    assert grad(f, (0, "y"))(2.0, 3.0) == (9.0, 12.0)
    assert grad(f, -1)(2.0, 3.0) == 12.0
    assert grad(f)(y=3.0, x=2.0) == 9.0
    with pytest.raises(ValueError, match="argnums 2 is out of range"):
        grad(f, 2)
    with pytest.raises(ValueError, match="no parameter 'z'"):
        grad(f, "z")


def test_grad_promotes_chosen_integers():
    """An integer that is differentiated by counts as a real number."""
    np.testing.assert_array_equal(grad(lambda x: np.sum(x**2))(np.array([1, 2, 3])), [2.0, 4.0, 6.0])
    assert grad(lambda x: x**2)(3) == 6.0


def test_has_aux_passes_the_auxiliary_through():
    """The second part of the result is returned, not differentiated."""

    def f(x):
        return x**2, {"x": x}

    assert grad(f, has_aux=True)(3.0) == (6.0, {"x": 3.0})
    assert value_and_grad(f, has_aux=True)(3.0) == ((9.0, {"x": 3.0}), 6.0)


def test_grad_of_an_array_names_the_shape_and_the_way_out():
    """A gradient needs a scalar."""
    with pytest.raises(TypeError, match=r"array of shape \(2,\); use `jacobian`, or `elementwise_grad`"):
        grad(lambda x: x * 2)(np.ones(2))
    with pytest.raises(TypeError, match="returns tuple"):
        grad(lambda x: (x, x))(1.0)


@pytest.mark.parametrize(
    ("f", "x", "y_bar"),
    [
        (lambda x: x, np.ones(2), np.ones(3)),
        (lambda x: x, np.ones(2), 1.0),
        (lambda x: (x, x), 1.0, (1.0,)),
        (lambda x: {"a": x}, 1.0, {"b": 1.0}),
    ],
)
def test_wrong_cotangents_are_refused(f, x, y_bar):
    """A cotangent has the structure and the shapes of its primal."""
    _, back = pullback(f, x)
    with pytest.raises(ValueError, match="the cotangent has the"):
        back(y_bar)


def test_pullback_may_be_called_again_and_results_changed():
    """What the caller does to one answer does not reach the next."""
    x = np.arange(3.0)
    _, back = pullback(lambda x: np.sum(x * x) + x[0], x)
    (first,) = back(1.0)[1:]
    kept = first.copy()
    first[:] = np.nan
    np.testing.assert_array_equal(back(1.0)[1], kept)
    np.testing.assert_array_equal(x, np.arange(3.0))


def test_partial_and_bound_methods_are_taken_apart():
    """Arguments that are bound already have no cotangent."""

    def f(a, b, c=1.0):
        return a * b * c

    assert pullback(functools.partial(f, 2.0, c=3.0), 5.0)[1](1.0) == (None, 6.0)


def test_unused_arguments_get_zeros():
    """Never None where there is something to differentiate."""
    x_bar, y_bar, n_bar = pullback(lambda x, y, n: x, 1.0, np.ones(2), 3)[1](1.0)[1:]
    assert (x_bar, n_bar) == (1.0, None)
    np.testing.assert_array_equal(y_bar, [0.0, 0.0])


@pytest.mark.parametrize(
    ("f", "error", "where"),
    [
        (lambda x: np.median(x), MissingRuleError, "np.median(x)"),
        (lambda x: np.sum(x, out=np.zeros((), int)), MutationError, "np.sum(x, out=np.zeros((), int))"),
        (lambda x: x.resize(1), MutationError, "x.resize(1)"),
        (lambda x: np.multiply.at(x, "a", 2.0), MutationError, 'np.multiply.at(x, "a", 2.0)'),
        (lambda x: np.exp(x, where=x > 0), MissingRuleError, "np.exp(x, where=x > 0)"),
    ],
)
def test_refusals_point_at_the_expression(f, error, where):
    """File, line, a caret under the very expression, and what to write instead."""
    with pytest.raises(error) as refusal:
        pullback(f, np.ones(3))
    lines = str(refusal.value).splitlines()
    assert isinstance(refusal.value, ADError)
    assert lines[0].startswith(__file__)
    caret = lines[2]
    start, end = caret.index("^"), caret.rindex("^") + 1
    assert lines[1][start:end] == where
    assert lines[3].startswith("hint: ")


def test_complex_values_are_refused():
    """Never a number that may be wrong."""
    with pytest.raises(MissingRuleError, match="`z` is complex"):
        grad(lambda z: np.abs(z))(1j)
    with pytest.raises(MissingRuleError, match="a complex value"):
        grad(lambda x: np.abs(x * 1j))(1.0)


def test_functions_without_source_are_refused():
    """Nothing to read, nothing to differentiate."""
    namespace = {}
    exec("def f(x): return x", namespace)
    with pytest.raises(SourceUnavailableError, match="hint: "):
        pullback(namespace["f"], 1.0)
    with pytest.raises(SourceUnavailableError, match="hint: "):
        pullback(zlib.crc32, b"")


def test_own_rule_is_spliced_in():
    """A registered rule is written into the generated code."""

    @primitive
    def log_sum_exp(x):
        top = np.max(x)
        return top + np.log(np.sum(np.exp(x - top)))

    with pytest.raises(MissingRuleError, match="log_sum_exp"):
        grad(lambda x: log_sum_exp(x))(np.ones(2))

    @def_rrule(log_sum_exp)
    def log_sum_exp_rule(x):
        y = log_sum_exp(x)

        def log_sum_exp_pullback(y_bar):
            return y_bar * np.exp(x - y)

        return y, log_sum_exp_pullback

    np.testing.assert_allclose(grad(lambda x: log_sum_exp(x) * 2)(np.ones(2)), [1.0, 1.0])
    text = source(lambda x: log_sum_exp(x) * 2, np.ones(2))
    assert "np.exp(x - t)" in text
    assert "log_sum_exp_pullback" not in text


def test_rule_that_cannot_be_spliced_is_called():
    """A rule whose Python the compiler does not follow runs as it stands."""

    @primitive
    def twice(x):
        return x * 2

    @def_rrule(twice)
    def twice_rule(x):
        try:
            y = x * 2
        finally:
            pass
        return y, lambda y_bar: y_bar * 2

    assert grad(lambda x: twice(x) * x)(3.0) == 12.0


def test_non_differentiable_is_a_constant():
    """A zero by decree."""

    @non_differentiable
    def scale(x):
        return x * 10.0

    assert grad(lambda x: scale(x) * x)(2.0) == 20.0


def test_functions_with_a_rule_are_not_looked_into():
    """The rule counts, also where the function itself is differentiated."""

    @primitive
    def double(x):
        return 2.0 * x

    @def_rrule(double)
    def rule(x):
        return 2.0 * x, lambda y_bar: 7.0 * y_bar

    assert grad(double)(3.0) == 7.0
    assert pullback(double, 3.0)[1](1.0) == (None, 7.0)
    assert value_and_grad(double)(3.0) == (6.0, 7.0)
    assert grad(non_differentiable(lambda x: 3.0 * x))(2.0) == 0.0


def test_library_functions_are_differentiated_as_they_are():
    """No lambda is needed around them."""
    assert grad(np.sin)(0.5) == np.cos(0.5)
    assert grad(abs)(-2.0) == -1.0
    assert pullback(np.multiply, 2.0, 3.0)[1](1.0) == (None, 3.0, 2.0)
    f_bar, a_bar = pullback(np.sum, np.ones((2, 3)), axis=0)[1](np.arange(3.0))
    assert f_bar is None
    np.testing.assert_array_equal(a_bar, [[0.0, 1.0, 2.0]] * 2)


@pytest.mark.parametrize(
    "given",
    [
        collections.OrderedDict(a=1.0), collections.deque([1.0]), {1.5: 2.0}, fractions.Fraction(1, 2), np.ma.ones(3),
        np.array([1.0], object), [(1.0, np.ma.ones(3))],
    ],
    ids=repr,
)  # fmt: skip
def test_numbers_that_are_not_followed_are_refused(given):
    """A cotangent of None would look as if there were none."""
    with pytest.raises(TypeError, match=r"argument `x` of .* holds a"):
        grad(lambda x: 1.0)(given)
    with pytest.raises(TypeError, match=r"argument `x` of .* holds a"):
        pullback(lambda x: 1.0, given)


@pytest.mark.parametrize("given", ["a", None, [1, 2], (), {"a": 1}, range(2), True, print], ids=repr)
def test_nothing_to_differentiate_by(given):
    """`grad` says so; the pullback gives None."""
    with pytest.raises(TypeError, match="there is nothing to differentiate by"):
        grad(lambda x: 1.0)(given)


def test_integers_count_as_real_numbers_for_grad():
    """Python's, NumPy's, and arrays of them."""
    assert grad(lambda x: x**2)(3) == 6.0
    assert grad(lambda x: x**2)(np.int64(3)) == 6.0
    np.testing.assert_array_equal(grad(lambda x: np.sum(x**2))(np.array([1, 2])), [2.0, 4.0])


def test_rules_must_count_right():
    """A cotangent that was left out is no zero."""

    @primitive
    def product(x, y):
        return x * y

    @def_rrule(product)
    def too_few(x, y):
        return x * y, lambda z_bar: (z_bar * y,)

    with pytest.raises(MissingRuleError, match="gives 1 cotangents for 2 arguments"):
        pullback(product, 2.0, 3.0)

    @def_rrule(product)
    def too_many(x, y):
        return x * y, lambda z_bar: (z_bar * y, z_bar * x, z_bar)

    with pytest.raises(MissingRuleError, match="gives 3 cotangents for 2 arguments"):
        pullback(product, 2.0, 3.0)
    scalar_rule(product, lambda z, x, y: y)
    with pytest.raises(MissingRuleError, match="gives 1 partial derivatives for 2 arguments"):
        pullback(product, 2.0, 3.0)


def test_unpacking_errors_are_raised_when_control_gets_there():
    """As Python words them."""

    def f(x, n):
        if n == 1:
            a, b, c = x, x
        elif n == 2:
            a, b = x, x, x
        elif n == 3:
            a, *b, c = (x,)
        else:
            a = x
        return a * 2.0 if n != 1 else b * c

    assert grad(f)(1.5, 0) == 2.0
    for n in (1, 2, 3):
        with pytest.raises(ValueError, match="unpack") as expected:
            f(1.5, n)
        with pytest.raises(ValueError, match="unpack") as found:
            grad(f)(1.5, n)
        assert str(found.value) == str(expected.value)
