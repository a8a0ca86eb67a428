"""Which variable a name means: loops, comprehensions, nested functions, parameters, globals and builtins."""

import math

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])
scale = 3.0
offset = np.array([1.0, 0.0, -1.0])


@program((V,))
def comprehension_does_not_leak(v):
    """The variable of a comprehension is its own."""
    x = 2.0
    y = sum([x * x for x in v])
    return y * x


@program((V,))
def comprehension_reads_its_namesake(v):
    """The first iterable is evaluated outside, the rest inside."""
    x = v
    return sum([sum([x * x for x in x]) for x in [x, x * 2]])


@program((V,))
def loop_variable_survives(v):
    """Also that of a loop within a loop."""
    for i in range(3):
        for j in range(i + 1):
            a = v[i] * v[j]
    return a * i + j


@program((V,))
def loop_variable_is_assigned(v):
    """In the body, which does not disturb the loop."""
    total = 0.0
    for i in range(3):
        total += v[i]
        i = i * 10
        total += i
    for a in v:
        a = a * a
        total += a
    return total + a


@program((V,))
def parameter_is_assigned(v):
    """And read before and after."""
    w = v
    v = v * 2
    v = v + w
    return np.sum(v * w)


@program((2.0,))
def local_hides_a_global(x):
    """`scale` is a local here, as it is assigned."""
    scale = x * x
    return scale * x


@program((2.0,))
def global_in_a_nested_function(x):
    """And a parameter of the same name."""

    def f(offset):
        return offset * scale

    return f(x) + np.sum(offset * x)


@program((2.0,))
def parameter_hides_a_builtin(max, min=3.0):
    """`max` and `min` are numbers."""
    return max * min + (lambda sum: sum * max)(2.0)


@program((2.0,))
def nested_function_sees_later_values(x):
    """It reads the variable when it runs."""
    y = x

    def f(t):
        return t * y

    a = f(1.0)
    y = x * x
    return a + f(1.0)


@program((2.0,))
def nested_function_hides_the_variable(x):
    """Its own `y` is another one."""
    y = x * 5

    def f(t):
        y = t + 1
        return y * y

    return f(x) + y


@program((2.0,))
def three_levels_of_functions(x):
    """The innermost one reads from all levels."""
    a = x

    def f(b):
        c = a * b

        def g(d):
            return a + b * c * d

        return g(b) * g(a)

    return f(x + 1)


@program((2.0,))
def function_that_hides_itself(x):
    """A name is a function first, and then a number."""

    def y(t):
        return t * t

    y = y(x)
    return y * x


@program((0.5,))
def lambda_in_a_loop_called_at_once(x):
    """Each sees the value of its round."""
    total = 0.0
    for k in range(3):
        total += (lambda t: t * k * x)(x)
    return total


@program((0.5,))
def lambdas_with_bound_defaults(x):
    """Kept for later, each with its own number."""
    fs = [lambda t, k=k: t**k for k in (1, 2, 3)]
    return sum([f(x) * i for i, f in enumerate(fs)])


@program((0.5,))
def walrus_in_conditions(x):
    """A name that is bound in a test."""
    if (y := x * 2) > 0.5 and (z := y * y) > 0:
        return y * z
    return y


@program((V,))
def walrus_out_of_a_comprehension(v):
    """It binds in the function around it."""
    ys = [last := a * a for a in v]
    return ys[0] * last


@program((V,))
def walrus_in_a_while(v):
    """The test moves on."""
    i = -1
    total = 1.0
    while (i := i + 1) < 3 and (a := v[i]) < 1.9:
        total *= 1 + a
    return total * a


@program((0.5,))
def deleted_and_bound_again(x):
    """`del` in between."""
    y = x * 2
    z = y * y
    del y
    y = z + x
    del z
    return y * x


@program((0.5, True), (0.5, False))
def bound_in_one_branch(x, flag):
    """Read only where it is bound."""
    if flag:
        y = x * x
    if flag:
        return y * 3
    return x


@program((0.5, 3), (0.5, 1))
def bound_by_a_loop(x, n):
    """The loop runs at least once."""
    for i in range(n):
        y = x * (i + 1)
    return y * y


@program((0.5,))
def annotated_variables(x):
    """Annotations are not run."""
    y: float
    z: "no such name" = x * 2  # noqa: F722
    y = z * x
    return y


@program((0.5,))
def underscores(x):
    """`_` is a variable as any other."""
    _ = x * 2
    for _ in range(3):
        x = x * 1.5
    __ = x + _
    return __ * _


@program((0.5,))
def names_with_numbers(x):
    """As the generated code counts up its own."""
    x_1 = x * 2
    x_2 = x_1 * x
    x_1_1 = x_2 + x_1
    x_bar_1 = x_1_1 * x_2
    return x_bar_1 + x_1


@program((0.5,))
def module_functions_as_locals(x):
    """Taken out of their modules first."""
    sin, array, total = math.sin, np.array, np.sum
    return total(array([sin(x), x]) ** 2)


class Holder:
    """Class attributes are read through the class."""

    rate = 1.5

    @staticmethod
    def twice(x):
        """A static method."""
        return x * 2

    @classmethod
    def scaled(cls, x):
        """A class method."""
        return x * cls.rate


@program((0.5,))
def names_of_a_class(x):
    """Static and class methods, and an attribute."""
    return Holder.twice(x) * Holder.scaled(x) + Holder.rate * x


@program((0.5,))
def star_parameters_as_variables(x):
    """`*args` and `**kwargs` are ordinary names within."""

    def f(*args, **kwargs):
        args = (*args, 2.0)
        kwargs = {**kwargs, "k": x}
        return args[0] * args[-1] * kwargs["k"] * kwargs.get("missing", 3.0)

    return f(x, x * x, j=1.0)
