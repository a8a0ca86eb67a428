"""Names that collide: with generated code, with builtins, with modules, with each other."""

import math

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])


@program((1.5, 2.5))
def cotangent_names(x, x_bar):
    """The user's names are those that a pullback would choose."""
    y_bar = x * x_bar
    t_bar = y_bar + x
    ans_bar = t_bar * y_bar
    return ans_bar * x_bar


@program((1.5, 2.5))
def transform_names(pullback, back):
    """Arguments and locals called after the machinery."""
    primal = pullback * back
    residuals = primal + pullback
    grad = residuals * primal
    return grad


@program((1.5,))
def helper_names(np_):
    """Names near those of the modules in use."""
    _np = np.sin(np_)
    numpy = _np * np_
    runtime = numpy + _np
    return runtime * numpy


@program((1.5,))
def result_names(ans):
    """Names that results might get."""
    y = ans * ans
    result = y + ans
    out = result * y
    return out + result


@program((1.5, 2.5))
def numbered_names(x, x_1):
    """Versions of a name might get these names."""
    x_2 = x * x_1
    x = x_2 + x
    x_1 = x * x_1
    x = x * x_1
    return x * x_2


@program((1.5, 2.5))
def loop_names(while_1, for_1):
    """Names that saved values of a loop might get."""
    i = 0
    while i < 2:
        while_1 = while_1 * for_1
        i += 1
    for i_1 in range(2):
        for_1 = for_1 + while_1 * i_1
    return while_1 * for_1


@program((1.5, 2.5))
def temporary_names(t, a):
    """Single letters that temporaries like to have."""
    b = (t + a) * (t - a)
    c = (b + t) * (b - a)
    d = (c * b + a) * (t + 1.0)
    t_1 = d * c
    return (t_1 + d) * (a + b)


@program((V,))
def shadowed_builtins(list):
    """Locals called after builtins."""
    sum = 0.0
    for len in list:
        sum = sum + len * len
    range = sum * 2.0
    abs = range + sum
    tuple = (abs, range)
    return tuple[0] * tuple[1]


@program((1.5,))
def shadowed_reversed(reversed):
    """Backward code would like to have these builtins for itself."""
    zip = reversed * 2.0
    float = zip * reversed
    enumerate = 0.0
    for _ in (1, 2, 3):
        enumerate = enumerate * float + zip
    return enumerate


@program((1.5,))
def shadowed_module(x):
    """The module's name is a local number."""
    y = math.sin(x)
    np = y * x
    return np * np + y


@program((1.5,))
def shadowed_helper(x):
    """A nested function has the name of a builtin and of the function around it."""

    def abs(x):
        return x * x * x

    def shadowed_helper(x):
        return abs(-x) * 2.0

    return shadowed_helper(x) + abs(x)


@program((1.5,))
def own_name(own_name):
    """The argument has the function's name."""
    own_name = own_name * own_name
    return own_name + 1.0


@program((1.5, 2.5))
def unicode_names(α, β):
    """Letters beyond ASCII."""
    ᾱ = α * β
    θ_1 = ᾱ + α
    return θ_1 * ᾱ


@program((1.5, 2.5))
def underscores(_, __):
    """Names made of underscores."""
    ___ = _ * __
    _x_ = ___ + _
    __x = _x_ * ___
    return __x + __


@program((1.5, V))
def rebound_to_other_types(x, v):
    """One name holds a float, an array, an integer, a tuple, a string and a float again."""
    t = x * x
    y = t
    t = v * t
    y = y + t.sum()
    t = len(t)
    y = y * t
    t = (y, x)
    y = t[0] * t[1]
    t = "text"
    y = y + len(t)
    t = y * x
    return t


@program((1.5, 2.5))
def argument_rebound(x, y):
    """Arguments are rebound; the cotangent is that of their first values."""
    x = x * y
    y = x + y
    x = np.sin(x)
    return x * y


@program((1.5, 2.5))
def keywords_with_underscore(lambda_, self):
    """Names near the keywords."""
    if_ = lambda_ * self
    None_ = if_ + lambda_
    print_ = None_ * if_
    return print_


@program((1.5,))
def globals_called_alike(V):
    """The argument has the name of the module's array."""
    return V * V


@program((1.5, 2.5))
def dead_rebinding(x, y):
    """A binding is overwritten before anyone reads it."""
    t = np.log(x - 5.0 + 10.0)
    t = x * y
    u = t
    t = u * u
    u = None
    return t


@program((1.5,))
def numpy_under_other_names(x):
    """Functions and submodules under local names."""
    sine = np.sin
    la = np.linalg
    y = sine(x) * np.array([1.0, x])
    return la.norm(y) + sine(x)
