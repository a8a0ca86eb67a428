"""Scalars of every kind: Python's, NumPy's, integers, booleans, and the functions of `math`."""

import math

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])


@program((0.6,), (np.float64(0.6),))
def trigonometry(x):
    """The trigonometric functions of `math`, which make Python floats of everything."""
    return math.sin(x) * math.cos(x) + math.tan(x) * math.asin(x) - math.acos(x) / math.atan(x)


@program((0.6,))
def exponentials(x):
    """Exponentials, logarithms and roots of `math`."""
    return math.exp(x) * math.log(x) + math.sqrt(x) * math.log(x, 3.0) + math.log10(x) - math.log2(x) * math.expm1(x)


@program((0.6,))
def hyperbolic(x):
    """Hyperbolic functions of `math`, and log1p."""
    return math.sinh(x) * math.cosh(x) + math.tanh(x) * math.log1p(x)


@program((0.6, 1.5), (-0.6, 1.5))
def two_arguments(x, y):
    """Functions of two arguments of `math`."""
    return math.atan2(x, y) * math.hypot(x, y) + math.pow(y, x) + math.fabs(x) * y


@program((0.6,), (-0.6,))
def error_function(x):
    """The normal distribution function by `math.erf`."""
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0))) * x


@program((2.6,))
def rounding(x):
    """What rounds has no derivative."""
    return math.floor(x) * x + math.ceil(x) * x * x + int(x) - round(x) * x


@program((2.6,), (np.float64(2.6),), (np.array(2.6),))
def conversions(x):
    """`float` passes the derivative on; `int` and `bool` do not."""
    return float(x) * x + int(x) * float(x) + bool(x) * x


@program((2.6, 1.5), (1.5, 2.6))
def builtin_selection(x, y):
    """`abs`, `min` and `max` of scalars."""
    return abs(x - y) * max(x, y) + min(x, y * 2.0, 3.5) * max(x, 1)


@program((V,))
def elements_are_scalars(v):
    """Elements of an array are NumPy scalars, and `float` makes Python's of them."""
    a = v[0]
    b = float(v[1])
    return a * b, b * b, a * a, v[2].item() * a


@program((V,))
def scalars_from_reductions(v):
    """Sums are NumPy scalars, which `math` takes."""
    s = v.sum()
    return math.exp(s) * s + math.sqrt(float(np.dot(v, v)))


@program((2, 1.5), (-3, 1.5))
def integers_among_floats(k, x):
    """An integer argument becomes a float on the way."""
    y = k
    y = y + x
    z = y * k
    k = k * x
    return z + k


@program((True, 1.5), (False, 1.5))
def boolean_argument(flag, x):
    """A boolean counts as 0 or 1."""
    return flag * x + (1 - flag) * x**2 + (flag and x or 3.0)


@program((1.5,))
def integer_accumulator(x):
    """The accumulators are integers, one for good, one until the second iteration."""
    n = 0
    s = 0
    p = 1
    for i in range(4):
        n += i
        s += 0 if i < 1 else x * i
        p *= x if i % 2 else 2
    return s * n + p


@program((1.5,))
def constants_of_modules(x):
    """Constants of `math` and NumPy."""
    return x * math.pi + math.e**x * np.pi - x / np.e + (x if x < math.inf else 0.0)


@program((np.float64(1.5), 2.5), (1.5, np.float64(2.5)))
def numpy_scalars(x, y):
    """NumPy's scalars beside Python's: each has a cotangent of its own type."""
    return x * y + x / y


@program((np.array(1.5), 2.5))
def arrays_of_no_dimension(x, y):
    """Arithmetic turns an array of no dimension into a scalar, a method may keep it an array."""
    return x * y, x.reshape(()) * x, np.sin(x), x.sum()


@program((0.6,))
def ufuncs_of_floats(x):
    """NumPy's functions make NumPy scalars of Python floats."""
    return np.sin(x) + np.exp(x) * np.log(x) + np.sqrt(x) - np.tanh(x) * np.square(x) + np.arctan(x) + np.abs(-x)


@program((V + 1.5,))
def ufuncs_of_arrays(v):
    """The same for arrays, and some more."""
    return np.log1p(v) * np.expm1(v) + np.log2(v) / np.sqrt(v) - np.sinh(v) + np.cosh(v) * np.arcsinh(v) + np.cbrt(v)


@program((V * 0.4,))
def inverse_functions(v):
    """Functions on (-1, 1), and signs."""
    return np.arcsin(v) * np.arccos(v) + np.arctanh(v) + np.sign(v) * v + np.fabs(v) + np.sinc(v)


@program((V, -V), (V, 1.1))
def selections(x, y):
    """Element by element, one of two."""
    return np.maximum(x, y) * np.minimum(x, y) + np.where(x > y, x, y * y) + np.clip(x, -1.0, 1.75) + np.abs(x)


@program((2.6, 4), (2.6, 0))
def integer_arithmetic_in_python(x, n):
    """Factorials and binomials in exact integers."""
    total = 0.0
    factorial = 1
    for k in range(n + 1):
        factorial = factorial * max(k, 1)
        total = total + x**k / factorial
    return total


@program((1e-3,), (30.0,), (-30.0,))
def stable_sigmoid(x):
    """A branch keeps the exponential small."""
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


@program((1.5, "a"), (1.5, "bc"))
def strings(x, name):
    """A string decides and is measured."""
    label = f"{name}!{x:.1f}"
    return x * len(name) + x**2 if label == "a!1.5" else x * len(label)


@program((np.array([0.5, -0.3]),))
def loss_without_axes(x):
    """An array without axes is written to, and is one of the results: its cotangent is not ours to write to."""
    loss = np.zeros(())
    for v in x:
        loss += v * v
    return loss, 2 * loss


@program((1.5, np.array(0.7)))
def argument_without_axes(x, s):
    """It is a result as it is."""
    return s, s * x, {"s": np.asarray(s * x), "t": s}
