"""Whether a value without axes is an array, which is mutable, or a number: what is said of it is what NumPy does."""

import inspect

import numpy as np
import pytest

from s2s_ad import ADError
from s2s_ad.inspection import compiled_for
from s2s_ad.ir.types import Array


class Functions:
    """Each makes a value without axes from one; NumPy decides of which kind."""

    def reshape(a):
        return np.reshape(a, ())

    def transpose(a):
        return np.transpose(a)

    def squeeze(a):
        return np.squeeze(a)

    def squeeze_of_one(a):
        return np.squeeze(np.reshape(a, 1))

    def moveaxis(a):
        return np.moveaxis(a, (), ())

    def flip(a):
        return np.flip(a, ())

    def roll(a):
        return np.roll(a, 1)

    def broadcast_to(a):
        return np.broadcast_to(a, ())

    def real(a):
        return np.real(a)

    def imag(a):
        return np.imag(a)

    def copy(a):
        return np.copy(a)

    def array(a):
        return np.array(a)

    def asarray(a):
        return np.asarray(a)

    def zeros_like(a):
        return np.zeros_like(a)

    def full(a):
        return np.full((), a)

    def where(a):
        return np.where(a > 0, a, 0.0)

    def select(a):
        return np.select([a > 0], [a], 0.0)

    def clip(a):
        return np.clip(a, 0, 1)

    def absolute(a):
        return abs(a)

    def plus(a):
        return +a

    def times(a):
        return 2.0 * a

    def exp(a):
        return np.exp(a)

    def summed(a):
        return np.sum(a)

    def summed_with_axes_kept(a):
        return np.sum(a, keepdims=True)

    def summed_along(a):
        return np.sum(np.reshape(a, 1), axis=0)

    def dot(a):
        return np.dot(a, a)

    def tensordot(a):
        return np.tensordot(np.ones(2), np.ones(2), 1) * a

    def tensordot_alone(a):
        return np.tensordot(np.reshape(a, 1), np.ones(1), 1)

    def einsum(a):
        return np.einsum("i->", np.reshape(a, 1))

    def kron(a):
        return np.kron(a, a)

    def take(a):
        return np.take(np.reshape(a, 1), 0)

    def item(a):
        return np.stack([a, a])[0]

    def item_and_ellipsis(a):
        return np.stack([a, a])[0, ...]

    def items_of_a_loop(a):
        return next(iter([v * 1 for v in np.stack([a, a])]))

    def ascontiguousarray(a):
        return np.ascontiguousarray(a)[0]

    def norm(a):
        return np.linalg.norm(a)

    def trace(a):
        return np.trace(np.reshape(a, (1, 1)))

    def method_reshape(a):
        return a.reshape(())

    def method_copy(a):
        return a.copy()

    def method_astype(a):
        return a.astype(float)

    def method_conj(a):
        return a.conj()

    def attribute_real(a):
        return a.real

    def transposed(a):
        return a.T

    def whole(a):
        return a[...]

    def element(a):
        return a[()]

    def either(a):
        return np.array(a) if a > 5 else np.sum(a)

    def from_a_list(a):
        return [np.array(a), np.sum(a)][1]

    def from_a_list_by_a_late_index(a):
        return [np.array(a), np.sum(a)][int(a)]

    def left_by_a_loop(a):
        s = np.zeros(())
        for _ in range(3):
            s = s + a
        return s


FUNCTIONS = [f for f in vars(Functions).values() if inspect.isfunction(f)]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("value", [1.5, np.float64(1.5), np.array(1.5)], ids=lambda v: type(v).__name__)
def test_an_array_is_told_from_a_number(function, value):
    """What is an array may be one as far as is known, and what is surely one is one."""
    try:
        found = function(value)
        t = compiled_for(function, (value,), {}, mode="pullback", argnums=0, optimize=True).result_type
    except (AttributeError, TypeError, ADError):  # Python's numbers have no such method
        pytest.skip("not of such a value")
    assert np.ndim(found) == 0
    is_array, known = isinstance(found, np.ndarray), isinstance(t, Array) and t.axes == ()
    assert known or not is_array or not hasattr(t, "kind"), t
    if known:
        assert t.boxed or not is_array
        assert is_array or not t.sure
