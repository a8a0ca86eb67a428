"""Conditions: statements and expressions, and what is defined, rebound or skipped in their arms."""

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0])


@program((2.0,), (-2.0,), (0.25,))
def ladder(x):
    """Three arms of an `if`, `elif`, `else`."""
    if x > 1.0:
        y = x**2
    elif x > 0.0:
        y = np.sin(x)
    else:
        y = x**3 - x
    return y * x


@program((2.0, 1.0), (-2.0, 1.0))
def one_armed(x, y):
    """Without `else` the old value goes on."""
    z = x * y
    if x > 0:
        z = z * z
    return z + x


@program((2.0,), (-2.0,))
def defined_in_one_arm_only(x):
    """`extra` has no value on the other path, and is not read there."""
    if x > 0:
        extra = np.log(x)
    if x > 0:
        return extra * x
    return x * x


@program((2.0,))
def dead_arm(x):
    """The arm that is never taken calls what does not exist."""
    if x is None:
        return no_such_function(x)  # noqa: F821
    return x * x


@program((V,), (-V,))
def on_an_element(v):
    """The condition reads an array element, and the arms read others."""
    if v[0] > 0:
        y = v[1] * v
    else:
        y = v[2] + v
    return y.sum() * v[0]


@program((V, 1), (V, 5))
def on_an_integer(v, k):
    """The condition is an integer argument; an arm changes only integers."""
    if k > 3:
        k = k - 3
        i = 2
    else:
        i = 0
    return v[i] * k


@program((2.0, 3.0), (2.0, -3.0), (-2.0, 3.0), (-2.0, -3.0))
def nested(x, y):
    """Arms within arms assign the same name at different depths."""
    z = x
    if x > 0:
        if y > 0:
            z = x * y
        z = z + y
    else:
        if y > 0:
            w = y * y
        else:
            w = x
            z = w * y
        z = z * w
    return z


@program((2.0, 3.0), (3.0, 2.0))
def swapped_in_an_arm(x, y):
    """The arm exchanges two names."""
    if x > y:
        x, y = y, x
    return x**2 * y


@program((2.0,), (0.0,), (-3.0,))
def truth_of_a_number(x):
    """A float is its own condition."""
    y = x + 1.5
    if x:
        y = y + x * x
    return y if not x else y - x**3


@program((2.0, 3.0), (0, 3.0), (2.0, 0))
def operands_of_and_or(x, y):
    """`and` and `or` give one of their operands, and evaluate the other one only if they must."""
    return (x and y * 2.0) * 1.0 + (x or y + 5.0) * (y or x or 7.0)


@program((2.0,), (-2.0,), (0.3,))
def short_circuit_guards(x):
    """The right operand would fail where the left one decides."""
    values = [x, x * x]
    n = 5 if x < 0 else 1
    if n < len(values) and values[n] > 1.0:
        return values[n] * 3.0
    if n >= len(values) or values[n] < 0:
        return values[0] * x
    return x


@program((0.5, 2.0), (0.5, 0.75), (-0.5, 2.0))
def chained_comparison(x, y):
    """A chain stops at its first false link."""
    if 0 < x < 1 <= y:
        return x * y
    return x - y if -1 < x != y else y


@program((2.0,), (-2.0,))
def walrus_in_a_condition(x):
    """The condition binds a name that both arms read."""
    if (t := x * x * x) > 0:
        return t + x
    return t * x


@program((2.0, V), (-2.0, V))
def one_name_two_types(x, v):
    """The name holds a float on one path and an array on the other."""
    y = x
    if x > 0:
        y = v * x
    return np.sum(y * v)


@program((V, True), (V, False))
def on_a_flag(v, squared):
    """A flag picks the function."""
    return np.sum(v**2 if squared else np.sin(v))


@program((V,), (np.array([3.0, -4.0]),))
def on_a_shape(v):
    """The condition is about the shape, not about values."""
    if v.ndim == 1 and len(v) > 2 and v.shape[0] != 5:
        return v[2] * v
    return v * v


@program((V,), (-V,))
def on_any_and_all(v):
    """Conditions reduce arrays of booleans."""
    if np.any(v > 1.0) and not np.all(v > 0):
        return v * v.max()
    return v - v.min() if (v < 1.5).any() else v


@program((2.5,), (V,), ([1.0, 2.0],), ((1.0, 2.0, 3.0),))
def on_a_type(x):
    """One function takes floats, arrays and lists."""
    if isinstance(x, float):
        return x * x
    if isinstance(x, (list, tuple)):
        return x[0] * x[-1]
    return x**3


@program((2.0,), (-2.0,))
def empty_arms(x):
    """One arm says only `pass`."""
    if x > 0:
        pass
    else:
        x = x * x
    if x > 1000:
        x = 0.0
    else:
        pass
    return x * 3.0


@program((2.0, 0.5), (-2.0, 0.5))
def rebound_to_a_constant(x, y):
    """One arm cuts the dependence off."""
    z = x * y
    if z < 0:
        z = 0.0
    return z + y


@program((2.0, 0.5), (-2.0, 0.5))
def rebound_to_an_integer(x, y):
    """The name holds an integer on one path."""
    z = x * y
    if z < 0:
        z = 1
    return z * y


@program((2.0,), (-2.0,))
def result_of_either_kind(x):
    """The two returns give tuples whose parts come from different places."""
    if x > 0:
        return x, x * x
    return x * x, 1.0


@program((V,), (np.array([-1.0, 0.0, 4.0]),))
def untaken_side_of_where(v):
    """The logarithm of the negative numbers is computed and thrown away: no nan may come through."""
    return np.where(v > 0.1, np.log(v), v * 2.0)


@program((np.array([0.45, -1.25, 2.0]),))
def untaken_root_of_where(v):
    """The derivative of the root is infinite where it is not taken."""
    return np.where(v > 0.5, np.sqrt(v - 0.5), 0.0) + np.where(v < 0.4, 1.0 / (v - 2.0), v)


@program((2.0,), (-2.0,))
def condition_changed_by_its_arm(x):
    """The arm changes the value that the condition was about."""
    y = x
    if x > 0:
        x = -x
        y = y * x
    if x > 0:
        y = y + 100.0
    return y * x


@program((2.0,), (-2.0,))
def same_expression_in_both_arms(x):
    """Both arms and the way after them share a subexpression."""
    y = np.exp(x) * x if x > 0 else np.exp(x) - x
    return y * np.exp(x)


@program((2.0, 1.0))
def evaluated_in_order(x, y):
    """The operands print as they are evaluated, and the comparison's middle only once."""

    def show(name, value):
        print(name)
        return value

    if show("a", x) > show("b", y) > show("c", -1.0) and not show("d", 0.0):
        return show("e", x) * (show("f", y) if show("g", 1) else show("h", x))
    return y


@program((V,), raises=IndexError)
def unread_choice_raises(x):
    """Nobody reads what it gives."""
    t = x[5] if x[0] > 0 else 0.5  # noqa: F841
    return np.sum(x * 2)


@program((V,), raises=IndexError)
def unread_conjunction_raises(x):
    """The same, of `and`."""
    t = x[0] > 0 and x[4]  # noqa: F841
    return np.sum(x * 2)
