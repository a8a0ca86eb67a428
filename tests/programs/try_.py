"""`try`: the path that ran is the one that is differentiated, also where a handler is entered half-way."""

import math

import numpy as np

from programs.harness import program
from s2s_ad import UnsupportedSyntaxError

V = np.array([0.5, -1.25, 2.0])
TABLE = {"a": 2.0, "b": 3.0}


class Found(Exception):
    """Carries what was found."""


def root(x):
    """Raises for negative numbers."""
    if x < 0:
        raise ValueError(f"{x < 0}")
    return math.sqrt(x)


@program((4.0,), (-3.0,))
def instead(x):
    """The handler computes the same variable in another way."""
    try:
        y = math.sqrt(x)
    except ValueError as error:
        print(error)
        y = -x * x
    return y * x


@program((4.0,), (-3.0,))
def returns_on_both_sides(x):
    """Neither side goes on."""
    try:
        return root(x) * x
    except ValueError:
        return x * x * x


@program((V, 2), (V, 5), (V, 0))
def loop_half_way(v, n):
    """What the loop has summed up stays."""
    s = 0.0
    try:
        for i in range(n):
            s = s + v[i] ** 2
    except IndexError:
        s = s * 3.0
    return s * v[0]


@program((1.0,), (3.0,), (-4.0,))
def assigned_half_way(x):
    """The handler reads what the body assigned last before it raised."""
    n = x
    try:
        n = n * 2.0
        m = root(6.5 - n)
        n = n + m
        m = root(n)
        n = n * m
    except ValueError:
        return n * n * x
    return n + m


@program((1.0,), (3.0,), (-3.0,))
def assigned_in_a_branch(x):
    """Half-way inside an `if` inside the body."""
    n = x
    try:
        n = n * 2.0
        if n > 5.0:
            n = n * n
            n = math.log(-n)
        elif root(n) > 0.0:
            n = n + x
        n = n * 3.0
    except (ValueError, KeyError):
        n = n * x
    return n


@program((2.0, 1), (2.0, 4), (2.0, 9))
def while_half_way(x, k):
    """The test of the `while` raises, or its body."""
    y = x
    i = 0
    try:
        while 10 // (k - i) > 0:
            y = y * x
            i = i + 1
            y = y + 1.0 / (i - 3)
    except ZeroDivisionError:
        y = y * 0.5
    return y * i


@program((2.0, "a"), (2.0, "z"), (2.0, 3))
def several_handlers(x, key):
    """The first that fits; one names its classes in a tuple."""
    try:
        y = TABLE[key] * x + len(key)
    except KeyError as e:
        y = x * x * len(e.args)
    except (TypeError, ValueError):
        y = x**3
    return y


@program((2.0,), (-2.0,))
def otherwise(x):
    """What `else` raises is not caught."""
    try:
        y = root(x)
    except ValueError:
        y = x * x
    else:
        try:
            y = y * root(1.0 - x)
        except ValueError:
            y = y * 2.0
    return y * x


@program((2.0,), (-2.0,))
def finally_assigns(x):
    """`finally` runs in any case, and what it assigns counts."""
    y = x * x
    try:
        z = root(x)
    except ValueError:
        z = y * x
    finally:
        print("finally")
        y = y * 2.0
    return y * z


@program((2.0,), (-2.0,))
def finally_after_return(x):
    """What is returned was read before `finally` assigns."""
    y = x * x
    try:
        y = y * 2.0
        if x > 0.0:
            return y * x
        y = y + x
    finally:
        y = y * 100.0
        print("finally")
    return y + x


def printing(x):
    """`finally` sees what was assigned before the exception."""
    y = x
    try:
        y = y * 3.0
        y = y * root(x) * root(1.0 - x)
    finally:
        print(y > 0.0)
    return y


@program((2.0,), (-2.0,), (0.5,))
def finally_reads(x):
    """The exception goes on to the outer handler."""
    try:
        y = printing(x)
    except ValueError:
        y = x * x
    return y * x


@program((V,))
def in_a_loop(v):
    """Each iteration for itself; `continue` and `break` from the handler."""
    s = 1.0
    for i, x in enumerate(v):
        try:
            t = root(x)
        except ValueError:
            s = s - x
            continue
        finally:
            print(i)
        s = s * t + i
        try:
            s = s + 1 // (i - 2)
        except ZeroDivisionError:
            s = s * x
            break
    else:
        s = s * 100.0
    return s


@program((V, 1), (V, 3), (V, 0))
def exits_out_of_the_body(v, k):
    """`break` and `continue` inside the body, after something watched was assigned."""
    s = v[0]
    n = 0.0
    for i in range(5):
        try:
            n = n + v[i]
            if i == k:
                s = s * 2.0
                break
            s = s + n * v[i]
            if i % 2:
                continue
            s = s * 1.5
        except IndexError:
            s = s * n
            break
        s = s + 1.0
    return s + n


@program((2.0,), (-2.0,))
def raises_again(x):
    """A bare `raise`, and another exception out of a handler."""
    y = x
    try:
        try:
            y = root(y)
        except ValueError as e:
            y = y * y
            if x < -1.0:
                raise
            raise KeyError("small") from e
    except KeyError:
        y = y * 3.0
    except ValueError as e:
        y = y * len(str(e))
    return y * x


@program((2.0,), (-2.0,))
def exception_name_is_unbound(x):
    """The name is gone after the handler."""
    e = x * x
    try:
        y = root(x)
    except ValueError as e:
        y = x
    try:
        z = e * y
    except UnboundLocalError:
        z = y * y
    return z


@program((2.0,), (-2.0,))
def caught_in_a_caller(x):
    """The exception comes out of a callee, and of a nested function."""

    def inner(t):
        return root(t) * x

    try:
        a = root(x) * 2.0
        b = inner(a)
    except ValueError:
        a = x * x
        b = inner(a)
    return a * b


@program((np.array([2.0, 3.0]), np.eye(2)), (np.array([2.0, 3.0]), np.zeros((2, 2))))
def linear_algebra(b, a):
    """A singular matrix, whose gradient is zero."""
    try:
        y = np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        y = b * b
    return np.sum(y * b)


@program((np.array([2.0, 3.0]), np.array([1, 4])), (np.array([2.0, 3.0]), np.array([1, 0])))
def floating_point_errors(v, w):
    """`np.errstate` turns them into exceptions, also of what nothing reads."""
    try:
        with np.errstate(all="raise"):
            1.0 / w
            y = v * 2.0
    except FloatingPointError:
        y = v * v
    return np.sum(y * w)


@program((V,))
def list_made_inside(v):
    """A list that the body makes may grow in it."""
    try:
        ys = []
        for x in v:
            ys.append(x * x)
        total = sum(ys) * ys[2]
        total = total * v[7]
    except IndexError:
        total = v[0] * v[1]
    return total


@program((V,))
def tuple_half_way(v):
    """The handler finds the first tuple, of another length than the one before."""
    ys = (v[0],)
    try:
        ys = (v[0] * v[0], v[1] * v[1])
        ys = (root(ys[0]), root(v[1]))
    except ValueError:
        ys = (ys[1], v[2])
    return sum(ys) * ys[-1]


@program((2.0, 1), (2.0, 0))
def captured_by_a_nested_function(x, k):
    """The handler calls a function that reads what the body assigned."""
    y = x

    def twice():
        return 2.0 * y

    try:
        y = y * x
        z = 1 // k
        y = y * x
    except ZeroDivisionError:
        return twice() * x
    return twice() + z


@program((2.0, "import"), (2.0, "value"))
def fallbacks(x, how):
    """The usual ones: a module that is missing, a number that is none."""
    try:
        import no_such_module_anywhere as m
    except ImportError:
        import math as m
    try:
        k = int(how)
    except ValueError:
        k = len(how)
    return m.sin(x) * k


@program((2.0,), (-2.0,))
def bare(x):
    """Catches everything."""
    try:
        y = root(x)
    except:  # noqa: E722
        y = x * 5.0
    return y


@program((2.0, 3), (2.0, 0), (2.0, -1))
def nested(x, k):
    """An inner `try` that catches something else lets the exception through."""
    y = x
    try:
        try:
            z = y + 1 // k
            z = z * root(k - 1.0)
        except ValueError:
            z = x * x
        y = y * z
    except ZeroDivisionError:
        z = x
    return y * z


@program((2.0, [1.0, 2.0]), (2.0, (3.0,)), (2.0, None))
def match_in_a_body(x, v):
    """What a pattern captures before the body raises is bound."""
    a = x
    try:
        match v:
            case [a, b]:
                a = a * b
            case (a,):
                a = a * root(-a)
            case other:
                a = a * len(other)
    except (ValueError, TypeError):
        a = a * 3.0
    return a * x


@program((2.0,), (-2.0,))
def unbound_after_all(x):
    """A name that only the body binds."""
    try:
        y = root(x)
        z = y * 2.0
    except ValueError:
        pass
    try:
        return y * z
    except NameError:
        return x * x


@program((2.0,), (-2.0,))
def temporaries_of_one_name(x):
    """The handler's temporaries do not disturb what the body has computed."""
    t = x * 2.0
    try:
        t = t * t
        u = t + root(x)
        t = u * u
    except ValueError:
        u = t * x
        t = u + t
    return t * u


@program((2.0, 3), (2.0, 0))
def conditional_expression(x, k):
    """What raises is an expression in the middle of a statement."""
    a, b = x, 1.0
    try:
        a, b = b * a, a + (x + 1 // k if k < 5 else x)
    except ZeroDivisionError:
        a = a * 7.0
    return a * b


@program((2.0, 3), (2.0, 0))
def value_that_is_not_needed(x, k):
    """Only the exception matters."""
    try:
        1 // k
        1 % k
    except ZeroDivisionError:
        return x * x
    return x * 3.0


@program((1.3,), (0.9,))
def finally_inside_of_a_body_in_pieces(x):
    """`finally` runs once, whether the exception comes from its own body or not."""
    y = x
    for i in range(3):
        try:
            y = y * x
            try:
                y = y + root(1.5 - i)
            finally:
                y = y * 1.1
            y = y * 0.9
        except ValueError:
            y = y - x
            if i == 2:
                return y * y
    return y


@program((1.5, 3), (1.5, -1))
def recursive(x, n):
    """The exception ends the recursion."""
    try:
        if n < 0:
            raise ValueError
        return x * recursive(x, n - 1)
    except ValueError:
        return x + 1.0


@program((1.1,))
def two_loops_half_way(x):
    """Leaves two loops by an exception, one of them by a `break` before."""
    y = 1.0
    try:
        for i in range(5):
            for j in range(3):
                y = y * x
                if i + j > 3:
                    raise KeyError(i)
                if j == 2:
                    break
                y = y + root(3.5 - i - j)
    except (KeyError, ValueError):
        y = y * 2.0
    return y


@program((1.0,), (2.0,), (0.3,))
def endless_until_it_raises(x):
    """All ways round and out of a `while True`."""
    y = x
    n = 0
    while True:
        n += 1
        try:
            y = y * 1.5
            if y > 10.0:
                break
            y = y + root(5.0 - y)
            continue
        except ValueError:
            y = y - 0.25 * x
            if n > 4:
                return y * x
        finally:
            y = y + 0.01 * x
        y = y * x * 0.7
    return y


@program((1.2,))
def what_python_raises(x):
    """A missing key, an index too large, a wrong number of values, types that do not fit."""
    d = {"a": x}
    try:
        y = d["b"]
    except KeyError:
        y = d["a"] * x
    try:
        z = [x, y][5]
    except IndexError:
        z = [x, y][1]
    try:
        (p, q) = (x, y, z)
    except ValueError:
        p = q = x * 2.0
    try:
        u = None + x
    except TypeError:
        u = x * x
    try:
        w = no_such_name * x  # noqa: F821
    except NameError:
        w = x
    return y * z * p * q * u * w


@program((V, V[:1]), (V, V))
def truth_of_an_array(v, w):
    """That of an array with several elements is an error, also where nothing depends on it."""
    try:
        if w:
            pass
    except ValueError:
        return np.sum(v * v)
    return np.sum(v) * w[0]


def careless(v, w, text):
    """Computes what it does not need."""
    1.0 / w
    int(text)
    return v * 2.0


@program((V, np.array([1, 2]), "3"), (V, np.array([1, 0]), "3"), (V, np.array([1, 2]), "x"))
def errors_of_a_callee(v, w, text):
    """What a callee computes for nothing may still raise."""
    try:
        with np.errstate(all="raise"):
            y = careless(v, w, text)
    except FloatingPointError:
        y = v * v
    except ValueError:
        y = v * v * v
    return np.sum(y)


@program((1.2,))
def nested_finallies(x):
    """Both run after the value to return is known."""
    try:
        try:
            return root(-x)
        except ValueError:
            return root(x) * x
        finally:
            x = 100.0
    finally:
        x = x * 200.0
        print(x)


@program((1.2,))
def finally_in_a_loop(x):
    """After `continue`, after `break`, and after neither."""
    for i in range(5):
        try:
            if i == 1:
                continue
            if i == 3:
                break
            x = x * 1.5
        finally:
            x = x + i * x
    return x


@program((0.5,), (1.0,), (3.0,))
def with_and_try_in_a_loop(x):
    """Managers, handlers and exits inside of each other."""
    for i in range(3):
        with np.errstate(all="ignore"):
            if i == 1:
                continue
            x = x + x * i
            try:
                x = x * root(2.2 - x)
            except ValueError:
                x = x * 0.5
                break
    else:
        x = x * 100.0
    return x


@program((1.2,))
def generator_in_a_body(x):
    """Taken whole in the body, and again in the handler."""

    def multiples():
        for i in range(3):
            yield x * i

    try:
        s = sum(multiples())
        s = s * root(-s)
    except ValueError:
        s = sum(multiples()) * s
    return s


@program((2.0,), raises=KeyError)
def raises_in_a_handler(x):
    """The exception comes through with its cause."""
    try:
        y = root(-x)
    except ValueError as e:
        raise KeyError("no root") from e
    return y


@program((2.0,), raises=ValueError)
def not_caught(x):
    """The handler is for another class."""
    try:
        y = root(-x)
    except KeyError:
        y = x
    finally:
        print("finally")
    return y


@program((2.0,), raises=UnboundLocalError)
def reads_the_name_of_the_exception(x):
    """It is not bound after the handler."""
    try:
        y = root(-x)
    except ValueError as e:
        y = x
    return y * len(e.args)  # noqa: F821


@program((V,), refused=UnsupportedSyntaxError)
def value_in_an_exception(v):
    """The derivative would be lost."""
    try:
        for x in v:
            if x > 1.0:
                raise Found(x * x)
    except Found as found:
        return found.args[0]
    return v[0]


@program((V,))
def appends_to_a_list_outside(v):
    """The list has grown, or not, when the body raises."""
    ys = []
    try:
        ys.append(v[0])
        ys.append(v[9])
    except IndexError:
        pass
    return sum(ys)


@program((2.0,), refused=UnsupportedSyntaxError)
def walrus_half_way(x):
    """The statement raises after the walrus has bound."""
    y = x
    try:
        z = (y := x * x) * root(-x)
    except ValueError:
        z = y
    return z


@program((2.0,), refused=UnsupportedSyntaxError)
def with_half_way(x):
    """The body of the `with` assigns what the handler reads."""
    y = x
    try:
        with np.errstate(all="ignore"):
            y = y * x
            y = y * root(-x)
    except ValueError:
        y = y * 2.0
    return y


@program((2.0, ValueError))
def class_of_an_argument(x, kinds):
    """A class is known when compiling."""
    try:
        return root(-x)
    except kinds:
        return x * x


@program((2.0, (KeyError, ValueError)), refused=UnsupportedSyntaxError)
def classes_of_an_argument(x, kinds):
    """A tuple of classes is not."""
    try:
        return root(-x)
    except kinds:
        return x * x


@program((1.3,), (0.2,), same_as=lambda x: np.sqrt(2 * x))
def best_of_those_that_can_be_computed(x):
    """What is bound in a `try` has been read when it goes by another name."""
    best = None
    for v in [x, 2 * x, -x]:
        try:
            s = np.sqrt(v) if v > 0 else 1 / 0
        except ZeroDivisionError:
            continue
        if best is None or s > best:
            best = s
    return best


@program((1.3,), raises=UnboundLocalError)
def unbound_when_it_is_named(x):
    """`y = s` reads `s`."""
    for v in [-x, x]:
        if v > 0:
            s = v
        y = s
    return y
