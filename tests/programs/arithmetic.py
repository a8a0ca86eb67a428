"""Expression operators: precedence, operand kinds, shared and unused intermediate values."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])
W = np.array([1.5, 0.75, -0.25])
A = np.array([[1.0, 2.0, -0.5], [0.25, -1.0, 3.0]])


@program((2.0, 3.0), (V, W))
def precedence(x, y):
    """Needs every parenthesis that it has, and none that it has not."""
    return -(x**2) + x * (y - (x - y)) - (x + y) * -y - -x - (-y) ** 3


@program((1.75, 0.5))
def powers_to_the_right(x, y):
    """A chain of powers groups to the right."""
    return x**y**2.5 + (x**y) ** 2.5 - 2**x**y


@program((-1.5,), (V,))
def integer_powers_of_negative_numbers(x):
    """log(x) in the derivative with respect to the exponent would be nan, and is not asked for."""
    return x**3 + x**-2 - x**2 + x**1 + x**0


@program((1.5, 2.5))
def power_with_both_parts_varying(x, y):
    """Base and exponent depend on both arguments."""
    return (x + y) ** (y * x - 1) + (x * x) ** x


@program((-0.75, V))
def negative_constants_in_powers(x, v):
    """`(-2) ** n` and `-2 ** n` differ."""
    return x * (-2) ** 3 - x * -(2**4) + (-1.0) ** 2 * v


@program((7.3, 2.1), (-7.3, 2.1), (7.3, -2.1), (np.array([7.3, -5.2]), np.array([2.1, 1.7])))
def floor_division_and_remainder(x, y):
    """The remainder has the sign of the divisor, and a derivative in both operands; the quotient has none."""
    return x // y * x + x % y * y


@program((1.5, 7))
def integer_operators(x, k):
    """Integers go through every operator that floats have not."""
    return x * (k // 2) + (k % 3) - (k << 2) * x + (k >> 1) + (k ^ 5) * x**2 + (~k | 8) - (k & 6)


@program((1.5, 3))
def true_division_of_integers(x, k):
    """int / int is a float, int ** negative int too."""
    return x * (k / 2) + k**-2 * x - k**2


@program((2.0, -1.0))
def unused_result(x, y):
    """log(y) is never read, and its derivative would be a nan or an exception."""
    unused = np.log(x) / (y + 1.5)
    return x * y


@program((2.0, V), (V, 2.0), (2.0, [1.0, 2.0]), (2.0, {"w": V, "n": 3}))
def unused_argument(x, unused):
    """An unused argument has a cotangent of zeros of its own kind."""
    return x * x


@program((3.0,), (V,))
def constant_result(x):
    """The result does not depend on the argument."""
    return 4.25


@program((3.0,), (V,), (np.array(2.0),), ([1.0, V],))
def identity(x):
    """The result is the argument itself."""
    return x


@program((3.0,), (V,))
def one_value_twice(x):
    """Both parts of the result are the same object."""
    return x, x


@program((3.0, V), (V, V))
def arguments_and_results_swapped(x, y):
    """Results are the arguments in another order, beside a sum of both."""
    return y, x, x + y


@program((3.0,), (V,))
def difference_with_itself(x):
    """Two contributions cancel."""
    return x - x + (x - x) * x


@program((1.5, -0.5))
def reused_temporary(x, y):
    """`t` has three uses in one expression and one later."""
    t = x * y + y
    u = t * t + t
    return u * t


@program((1.1,))
def chain_of_squares(x):
    """Each step is used twice by the next and once by the result."""
    a = x * x
    b = a * a
    c = b * b
    return a + b + c + a * c


@program((1.5, V), (np.float64(1.5), V), (np.array(1.5), V))
def scalar_with_array(s, v):
    """A scalar meets an array on either side of every operator."""
    return s + v, v - s, s - v, s * v, v / s, s / (v + 3.0), (v + 3.0) ** s, s**v


@program((1.5, 2.5, -0.5))
def division_chain(a, b, c):
    """Division groups to the left."""
    return a / b / c / b - a / (b / c) / (a / b)


@program((A, np.array([0.3, 0.1, -0.2])))
def matrix_products(a, v):
    """`@` on matrices and vectors, left to right."""
    return a @ v @ a, v @ a.T @ a, (a @ a.T) @ (a @ v)


@program((1.25, -2.0))
def walrus(x, y):
    """The name is bound in the middle of the expression that reads it."""
    return (t := x * y) + t**2 * (t := t + 1.0) + t


@program((1.25, -2.0), (-1.3, 0.5))
def conditional_expressions(x, y):
    """Nested conditional expressions, in an operand and in a condition."""
    return (x if x > y else y * 3.0) * (y if (x if x > 0 else -x) > 1.0 else (x * y if y > 0 else x))


@program((0.5,), (-0.5,))
def booleans_as_numbers(x):
    """Comparisons take part in arithmetic."""
    return (x > 0) * x + True * x * x - (x < -1) + (not x) * 5.0


@program((V,))
def masks_as_numbers(v):
    """Boolean arrays combine by `&`, `|`, `^`, `~` and multiply."""
    mask = (v > 0) & (v < 1.0) | (v > 1.5)
    return v * mask + ~mask * v**2 - (mask ^ (v > 0.7)) * 3.0


@program((1.25,), (V,))
def unary_signs(x):
    """Signs pile up."""
    return +x - -x + --x * +3.0 - (-x) * -x


@program((0.7,))
def many_terms(x):
    """A long chain of additions is a deep tree."""
    return (
        x + x * 2 + x * 3 + x * 4 + x * 5 + x * 6 + x * 7 + x * 8 + x * 9 + x * 10 + x * 11 + x * 12 + x * 13
        + x**2 + x**3 + x**4 + x**5 + x**6 + x**7 + x**8 + x**9 + x**10 + x**11 + x**12 + x**13 + x**14
        - x / 2 - x / 3 - x / 4 - x / 5 - x / 6 - x / 7 - x / 8 - x / 9 - x / 10 - x / 11 - x / 12 - x / 13
        + 1 / x + 2 / x + 3 / x + 4 / x + 5 / x + 6 / x + 7 / x + 8 / x + 9 / x + 10 / x + 11 / x + 12 / x
    )  # fmt: skip


@program((1.5, 2.0))
def far_from_one(x, y):
    """Reassociating these products overflows."""
    return x * 1e200 * (y * 1e-200) * 1e150 / 1e150


@program((1.5, None), (1.5, 2.0))
def membership_and_identity(x, scale):
    """`in`, `not in`, `is` and `is not` decide."""
    factor = 3.0 if scale is None else scale
    return x * factor if 3 in (1, 2, 3) and "a" not in ("b", "c") and scale is not x else x


@program((1.5, 2.5))
def augmented_assignments(x, y):
    """Every augmented assignment, on names that hold scalars."""
    t = x
    t += y
    t *= x
    t -= y * x
    t /= y
    t **= 2
    t %= 1.75
    k = 13
    k //= 2
    k <<= 2
    k |= 1
    k &= 29
    k ^= 3
    k >>= 1
    return t * k


@program((1.5,))
def annotated_assignments(x):
    """Annotations bind no value of their own."""
    t: float = x * x
    u: float
    u = t + x
    return u * t


@program((1.5, 0.5))
def chained_assignment(x, y):
    """One value gets three names, one of which goes elsewhere."""
    a = b = c = x * y
    b = b + a
    return a * b * c


@program((2.0, 0.5))
def aliases(x, y):
    """`b` keeps the old value of `a`."""
    a = x * y
    b = a
    a = a + b
    c = a
    a = b
    return a * b + c


@program((V,), (2.5,))
def no_operation_at_all(x):
    """Adds zero and multiplies by one, which may be dropped, and by zero, which may not."""
    return (x + 0.0) * 1 + 0 * x + x**1 - 0


@program((0.5, 0.25))
def common_subexpressions(x, y):
    """The same product is written four times, once under another binding of `x`."""
    a = x * y + np.sin(x * y)
    x = x + 1.0
    return a + x * y + np.sin(x * y)
