"""Programs whose numbers were wrong once, or that lost a derivative on a way that nobody had thought of."""

import numpy as np

from programs.harness import program
from s2s_ad import MissingRuleError, MutationError, UnsupportedSyntaxError

X = np.array([0.7, -0.4, 1.3, 0.9])
WEIGHTS = np.array([1.0, 10.0, 100.0, 1000.0])


@program((X,))
def key_put_in_later(x):
    """An array under a key that the dict did not have at first is the array that it was."""
    b = x * 1.0
    d = {}
    d["b"] = b
    d["b"][0] = x[1] * 5
    return (b * x).sum()


@program((X,))
def key_put_in_and_read(x):
    """Read again and again."""
    d = {}
    d["w"] = x * 1.0
    d["w"][0] += d["w"][1]
    d["l"] = []
    d["l"].append(x[0])
    d["l"].append(d["l"][0] * x[1])
    return np.sum(d["w"]) + sum(d["l"])


@program((X,))
def default_that_is_appended_to(x):
    """`setdefault` gives the very list."""
    d = {}
    d.setdefault("l", []).append(x[0])
    return d["l"][-1] * x[1]


@program((X,))
def two_keys_of_one_array(x):
    """What is written under one is read under the other."""
    d = {"a": x * 1.0}
    d["b"] = d["a"]
    d["a"][1] += d["b"][0]
    return np.sum(d["b"] * x)


@program((X,))
def product_with_one(x):
    """A copy in all but name, stored into the array that it was copied from."""
    y = x * 2.0
    y[::2] = y[:2] * 1.0
    return (y * WEIGHTS).sum()


@program((X,))
def copied_under_a_cotangents_name(x):
    """The user's names may end as ours."""
    y = x * 2.0
    t_bar = np.array(y[:2])
    y[::2] = t_bar
    return (y * WEIGHTS).sum()


@program((X,))
def buffers_that_swap(x):
    """In each round the other one is written to."""
    u, v, z = x * 1.0, np.sin(x), np.cos(x)
    for i in range(3):
        v[i] = 0.5
        u, v = v, u
    return ((u * 2.0 + (v + z)) * WEIGHTS).sum()


@program((X,))
def buffers_that_go_round(x):
    """Three of them; and the constant that they are multiplied with is what their cotangents start from."""
    a, b, c = x * 1.0, np.sin(x), np.cos(x)
    for i in range(3):
        b[i] = 0.5 * a[i]
        a, b, c = b, c, a
    return ((a * 2 + (b + c * x)) * np.array([1.0, 10.0, 100.0, 1000.0])).sum()


@program((X,))
def iterable_of_a_comprehension(x):
    """The first iterable of a comprehension is evaluated outside of it."""

    def run(v):
        def up():
            nonlocal v
            v = v * 3.0

        up()
        return max([v * 1.0 for v in (v, v * 0.1)])

    return run(x[0]) * run(x[2])


@program((X,))
def item_of_a_list_in_place(x):
    """The list is read as a whole afterwards."""
    items = [x * 0.7, x * 2]
    items[1] *= x
    return np.sum(items[1] * items[0]) + np.sum(np.array(items) ** 2)


@program((X,))
def order_by_position(x):
    """Fortran's order, where the result is indexed at once."""
    return np.outer(x, x + 1).ravel("F")[1] * np.ravel(np.outer(x, x), "F")[2]


@program((X,), refused=MutationError)
def written_in_fortrans_order(x):
    """It is a copy here."""
    y = np.outer(x, x)
    v = y.ravel("F")
    v *= 2.0
    return np.sum(y)


@program((X,), refused=MutationError)
def joined_into_its_parts(x):
    """NumPy reads while it writes."""
    y = x * 2.0
    np.concatenate([y[2:], y[:2]], out=y)
    return (y * WEIGHTS).sum()


@program((X,))
def joined_by_an_index(x):
    """`np.r_` is no array."""
    return np.sum(np.r_[x, 1.0])


@program((X,), refused=UnsupportedSyntaxError)
def carried_by_a_slice(x):
    """A slice can hold anything."""
    k = slice(x[0], x[1])
    return k.start * k.stop


@program((X,), refused=UnsupportedSyntaxError)
def carried_by_objects(x):
    """An array of objects can hold floats."""
    return np.array([x[0], x[1]], dtype=object).sum()


@program((X,), refused=UnsupportedSyntaxError)
def stored_among_objects(x):
    """One by one."""
    y = np.empty(2, dtype=object)
    y[0] = x[0]
    y[1] = x[1]
    return y[0] * y[1]


@program((X,), refused=UnsupportedSyntaxError)
def carried_by_texts(x):
    """There and back."""
    return np.sum(x.astype(str).astype(float))


@program((X,), refused=UnsupportedSyntaxError)
def carried_by_a_key(x):
    """A float can be a key."""
    d = {x[0]: 2.0}
    return list(d)[0] * x[1]


@program((X, 0), (X, 1))
def grown_where_it_is_held(x, i):
    """A list without a name of its own, which a list holds, is the same list when it has grown."""
    rows = [[], [x[2]]]
    rows[0].append(x[0] * x[1])
    rows[1].append(x[1] ** 2)
    rows[0].append(x[3])
    row = rows[i]
    return row[0] * row[1] + len(rows[0]) * x[0]


@program((X,), refused=MutationError)
def joined_with_its_copy(x):
    """A copy of a list holds the same arrays."""
    rows = [x * (k + 1) for k in range(2)]
    both = rows + rows[:]
    both[0][0] = x[1] * 3
    return np.sum(both[2] * x)


@program((X,), same_as=lambda x: x[1] * 3 * x[0] + np.sum(2 * x[1:] ** 2))
def put_in_twice(x):
    """The parts of a tuple are one array."""
    a = x * 2
    both = list((a, a))
    both[0][0] = x[1] * 3
    return np.sum(both[1] * x)


@program((X,), refused=MutationError)
def rest_beside_the_whole(x):
    """What a star has taken is in the list too."""
    rows = [x * (k + 1) for k in range(2)]
    _, *rest = rows
    both = rest + rows
    both[0][0] = x[1] * 3
    return np.sum(both[2] * x)


@program((X, 0))
def joined_of_two(x, i):
    """Two lists with nothing in common hold nothing twice."""
    rows = [x * k for k in range(2)] + [x * k for k in range(2)]
    rows[i][0] = x[1] * 3
    return np.sum(rows[2] * x) + np.sum(rows[0] * x)


# arrays in a tuple that a loop takes apart, and writes to


PAIR = (np.array([0.5, 1.2]), np.array([-0.7, 2.0]))


def _doubled_and_added(x, y, n):
    u, w = x * 1.0, y * 3.0
    for _ in range(n):
        u = u * 2.0
        w = w + u
    return u * w


@program(PAIR, same_as=lambda x, y: _doubled_and_added(x, y, 3) * x)
def tuple_that_a_loop_takes_apart(x, y):
    """The arrays have names of their own, by which they are read afterwards."""
    a, b = x * 1.0, y * 3.0
    pair = (a, b)
    for _ in range(3):
        u, w = pair
        u *= 2.0
        w += u
    return a * b * x


@program(PAIR, same_as=lambda x, y: _doubled_and_added(x, y, 3) * x)
def tuple_that_a_nested_function_takes_apart(x, y):
    """In each round, and by a helper that gives it back."""
    a, b = x * 1.0, y * 3.0
    pair = ((a, 2.0), b)

    def step(both):
        (u, k), w = both
        u *= k
        w += u
        return both

    for _ in range(3):
        pair = step(pair)
    return a * pair[1] * x


@program(PAIR, same_as=lambda x, y: _doubled_and_added(x, y / 3.0, 2), autograd="`*=` replaces its boxes")
def tuple_of_arguments(x, y):
    """The caller sees the writes."""
    pair = (x, y)
    for _ in range(2):
        u, *w = pair
        u *= 2.0
        w[0] += u
    return x * y


@program(PAIR, same_as=lambda x, y: _doubled_and_added(x, y, 2) * x)
def tuple_that_a_loop_leaves_early(x, y):
    """By a `break`, and by a `return` in another loop."""
    a, b = x * 1.0, y * 3.0
    pair = (a, b)
    i = 0
    while True:
        u, w = pair
        u *= 2.0
        i += 1
        if i == 2:
            break
        w += u
    while True:
        u, w = pair
        w += u
        if i == 2:
            return a * b * x


@program((np.outer(*PAIR) + 2.0,), same_as=lambda m: np.stack([m[0] * 4.0, m[1] + 6.0 * m[0]]) * m)
def tuple_of_rows_that_a_loop_takes_apart(m):
    """Views of one array."""
    a = m.copy()
    rows = (a[0], a[1])
    for _ in range(2):
        u, w = rows
        u *= 2.0
        w += u
    return a * m


@program((X,), same_as=lambda x: np.prod(x) + x @ x + 1.5)
def bound_in_a_loop_and_cleared(x):
    """What a rule keeps of an array that only a loop has bound, and that is overwritten later."""
    for _ in range(2):
        y = x * 1.0
    t = np.prod(y) + y @ x
    y[:] = 0.5
    return t + y[:3].sum()


@program((X,), same_as=lambda x: (1 / (x + 3)).sum() + np.linalg.norm(x + 3))
def bound_on_one_side_and_divided(x):
    """The same after an `if`, and an endless loop."""
    if x[0] < 10.0:
        y = x + 3
    t = (1 / y).sum()
    y *= 0.0
    while True:
        z = x + 3
        if z[0] < 10.0:
            break
    n = np.linalg.norm(z)
    z /= n
    return t + n + y.sum()


@program((X,), same_as=lambda x: np.sort(x * 1.0)[0] * np.sort(x * 1.0)[1])
def bound_in_a_try_and_sorted(x):
    """What sorting keeps."""
    try:
        y = x * 1.0
        y.sort()
    except ZeroDivisionError:
        pass
    return y[0] * y[1]


@program((X, 3.0), (X, 0.5), same_as=lambda x, s: ((x * s) ** 2).sum() if s > 1 else (x * x).sum() * 2)
def written_to_before_it_raises(x, s):
    """A write on a side of an `if` that then leaves the `try`."""
    k = 2
    try:
        a = x * 1.0
        if s > 1:
            a[:] = a * s
            raise KeyError
        k = 1
    except KeyError:
        pass
    return np.sum(a * a) * (1 if k == 2 else 2)


@program((X, 3.0), (X, 0.5), same_as=lambda x, s: s * s + x[0] ** 2 + ((x[1] * s) ** 2 if s > 1 else 0))
def appended_to_before_it_raises(x, s):
    """The same with a list."""
    try:
        a = [s, x[0]]
        if s > 1:
            a.append(x[1] * s)
            raise KeyError
    except KeyError:
        pass
    return sum(v * v for v in a)


def _square(a):
    return a * a


def _product(a, b):
    return a * b


def _applied(f, a, n):
    if n > 0:
        return f(a, a)
    return f(a)


@program((X, 1), same_as=lambda x, n: 2 * x[0] ** 2)
def call_that_would_not_fit(x, n):
    """With too few arguments, on a way that is not taken; and one that a handler catches."""
    try:
        t = _product(x[0])
    except TypeError:
        t = 0.0
    return _applied(_product, x[0], n) + _applied(_square, x[0], n - 1) + t


@program((X, 1.0), (X, 20.0), same_as=lambda x, s: 0.0 * s if s < 10 else s * 2 + x[0])
def falls_off_its_end(x, s):
    """Beside a tuple that is returned in a `try`."""

    def maybe():
        if s > 10:
            try:
                return s * 2, x
            finally:
                pass

    found = maybe()
    return 0.0 if found is None else found[0] + found[1][0]


@program((X,), raises=UnboundLocalError)
def read_before_it_is_bound(x):
    """In the first round, though nobody needs what is computed."""
    for k in range(2):
        unused = v * 2  # noqa: F821, F841
        v = x[k]
    return v


@program((X,), raises=UnboundLocalError)
def read_for_nothing(x):
    """A variable that is not bound, in a statement of its own, and in a tuple that nobody needs."""
    for _ in range(0):
        y = x
    unused = (y, 1)  # noqa: F841
    y
    return x[0]


@program((X,), same_as=lambda x: x[0])
def tested_by_a_handler(x):
    """Whether a variable is bound."""
    if x[0] > 90.0:
        v = 1.0
    try:
        v
    except NameError:
        return x[0]
    return v


@program((X,), refused=UnsupportedSyntaxError)
def deleted_in_a_loop(x):
    """And read in the next round, which would be an error."""
    y = x[0]
    for i in range(2):
        if i == 1:
            return y * 1.0
        del y
    return x[0]


@program((X,), (X + 100.0,))
def assigned_if_it_is_bound(x):
    """A variable that may not be bound is given to another one, and a handler sees to that."""
    if x[0] > 90.0:
        v = 1.0
    try:
        t = v
    except NameError:
        t = x[0]
    return t * 2


def _may_give_what_is_not_bound(x, n):
    if n > 2:
        y = x * 2.0
    if n > 1:
        return y
    return None


@program((X, 2), raises=UnboundLocalError)
def returned_before_it_is_bound(x, n):
    """By a function that may give None as well."""
    found = _may_give_what_is_not_bound(x, n)
    return x.sum() if found is None else found.sum()


def _doubled_up_to(a, limit):
    for _ in range(9):
        a = a * 2
        if np.sum(a) > limit:
            raise ValueError
    return a


@program((X, 4.0), (X, 1e9), same_as=lambda x, limit: np.sum((x if limit < 10 else x * 512 * 2) ** 2))
def kept_where_a_loop_raises(x, limit):
    """What a variable was before a `try`, in which a loop starts from it and raises."""
    y = x
    try:
        a = y
        for _ in range(9):
            a = a * 2
            if np.sum(a) > limit:
                raise ValueError
        y = a * 2
    except ValueError:
        pass
    return np.sum(y * y)


@program((X, 4.0), (X, 1e9), same_as=lambda x, limit: np.sum((x if limit < 10 else x * 512) ** 2))
def kept_where_a_function_raises(x, limit):
    """The same with a function that is spliced in, or called."""
    y = x
    try:
        y = _doubled_up_to(y, limit)
    except ValueError:
        pass
    return np.sum(y * y)


def _tripled_after_all(y, t):
    try:
        if t > 0:
            raise ValueError
        y = y * 2
    except KeyError:
        pass
    finally:
        y *= 3
    return y


@program((X, 1.0), refused=MutationError)
def written_to_as_an_exception_passes(x, t):
    """In the `finally` of an inner `try`, on the way to the handler of an outer one."""
    y = x.copy()
    try:
        y = _tripled_after_all(y, t)
    except ValueError:
        pass
    return np.sum(y)


@program((X, X[::-1] + 1.0), same_as=lambda x, y: np.sum(((np.sum(x) + y) * 0.5 + x) ** 2))
def item_that_becomes_an_array(x, y):
    """An item of a list that is a number first; its cotangent is that of something else as well."""
    sums = [x.sum(), 0.0]
    sums[0] += y
    sums[0] *= 0.5
    z = sums[0] + x
    return np.sum(z * z)


@program((X, 1), (X, 3), same_as=lambda x, n: x[0] ** 2 if n == 1 else x[0] * 3)
def tested_for_the_error(x, n):
    """A test whose sides do nothing, of a quotient that is written into it."""
    t = x[0] * 3
    try:
        if 1 // (n - 1) > 0:
            pass
    except ZeroDivisionError:
        t = x[0] ** 2
    return t


@program((X,), same_as=lambda x: np.sum(x[1:]))
def bound_that_moves_on(x):
    """A bound of a slice is an array without axes, which is written to when the slice has been used."""
    k = np.array(1)
    total = np.sum(x[k:])
    k += 1
    return total


@program((X,), same_as=lambda x: 2 * np.sum(x[1:] ** 2))
def view_from_a_bound_that_moves_on(x):
    """A view begins where its bound was, and is written through."""
    a = x * 1.0
    k = np.array(1)
    v = a[k:]
    k[...] = 2
    v *= 2.0
    return np.sum(a[1:] * x[1:])


@program((X,), same_as=lambda x: sum(x[i] ** 2 + np.sum(x[i:]) for i in range(2)))
def bounds_of_each_round(x):
    """Each round has a slice of its own, by a bound that it moves on."""
    total, k = 0.0, np.array(0)
    for _ in range(2):
        total += x[k : k + 2][0] ** 2 + np.sum(x[k:])
        k += 1
    return total


@program((X,), same_as=lambda x: np.sum(x[1:]))
def bound_that_may_be_missing(x):
    """It is not known whether the bound is an array, a number, or None."""
    bounds = [np.array(1), None, 1]
    total = np.sum(x[bounds[0] : bounds[1]])
    for b in bounds:
        if isinstance(b, np.ndarray):
            b += 1
    return total


@program((X,), refused=MutationError)
def output_that_is_not_the_result(x):
    """Of an output without axes, `np.dot` gives the number that is in it."""
    o = np.zeros(())
    k = np.dot(x, x, out=o)
    o += 1.0
    return k * o


@program((X,), refused=MutationError)
def number_without_nan(x):
    """So does `np.nan_to_num`."""
    o = np.array(x[0])
    k = np.nan_to_num(o, copy=False)
    o += 1.0
    return k * o


@program((X, 0), (X, 2), refused=MutationError)
def sum_that_may_stay_a_number(x, n):
    """What was put into a list in the rounds is not there where there was none: it is still a number then."""
    total, known = 0, [x * 1]
    for _ in range(n):
        total = total + x
        known.append(total)
    for one in known:
        one *= 2
    return np.sum(total)


@program((X, 0), (X, 2), refused=MutationError)
def scalar_that_may_be_in_a_list(x, n):
    """The same, where it starts as a scalar of NumPy."""
    total, known = x[0], [x * 1]
    for i in range(n):
        total = x * i
        known.append(total)
    for one in known:
        one *= 2
    return np.sum(total)


@program((X, 2), refused=UnsupportedSyntaxError)
def none_or_not_bound(x, n):
    """A variable that a loop has set to None is bound."""
    total = 0.0
    for v in x:
        try:
            for k in range(n):
                best = None
                if v * k > 1:
                    best = v * k
            total += v if best is None else best
        except Exception:
            total += 100.0
    return total


class Node:
    """A value, a list and a dict."""

    def __init__(self, v):
        self.v, self.kids, self.d = v, [], {}


@program((X,), same_as=lambda x: x[2] * x[0] + x[0] * x[1])
def objects_in_the_place_of_none(x):
    """Lists and dicts of objects that stand where None stood."""
    nodes = [None, None]
    nodes[0] = Node(x[0])
    nodes[1] = Node(x[1])
    nodes[0].kids.append(x[2])
    nodes[1].d["k"] = x[0]
    return sum(nodes[0].kids) * nodes[0].v + sum(nodes[1].d.values()) * nodes[1].v


@program((X,), same_as=lambda x: x[1] * x[0])
def list_in_a_tuple_in_the_place_of_none(x):
    """A list two levels deep."""
    t = [None, None]
    t[0] = ([], x[0])
    t[0][0].append(x[1])
    return sum(t[0][0]) * t[0][1]


@program((X,), same_as=lambda x: 4 * np.sum(x))
def dicts_in_the_place_of_none(x):
    """A dict in a dict, written to in place."""
    c = [None]
    c[0] = {}
    c[0]["k"] = {}
    c[0]["k"]["z"] = x * 2
    c[0]["k"]["z"] *= 2
    return np.sum(c[0]["k"]["z"])


@program((X,), same_as=lambda x: np.sum(2 * x * x * 2))
def list_of_an_object_beside_a_number(x):
    """The cotangents of a list in an object, which is an item beside an int."""
    c = [None, 1]
    c[0] = Node(x)
    c[0].kids = [x]
    c[0].kids[0] = c[0].kids[0] * 2
    c[0].kids.append(x)
    return np.sum(c[0].kids[0] * c[0].kids[-1] * len(c[0].kids))


@program((X,), same_as=lambda x: sum(2 * v * v for v in x))
def objects_in_the_places_of_none(x):
    """One after the other, by an index that is known late."""
    nodes = [None] * 4
    for i in range(4):
        nodes[i] = Node(x[i])
    for i in range(4):
        nodes[i].kids.append(x[i] * 2)
    return sum(sum(n.kids) * n.v for n in nodes)


@program((X,), refused=MutationError)
def numbers_exchanged_and_added_to(x):
    """What an operator gives for a number that a test has chosen is another one."""
    a, b = 0.0, 1.0
    for i in range(3):
        if i == 1:
            a, b = b, a
        a += x
    return np.sum(a * b)


class Plus:
    """What `+=` makes a new one of."""

    def __init__(self, a):
        self.a = a

    def __add__(self, other):
        return Plus(self.a + other)


class Other:
    """What `+=` writes to, and gives another one for."""

    def __init__(self, a):
        self.a = a

    def __iadd__(self, other):
        self.a = self.a * 2
        return Other(other)


@program((X, True), (X, False), same_as=lambda x, first: np.sum((x * (2 if first else 3) + x) * x * 2) + 3 * np.sum(x))
def one_of_two_objects_plus(x, first):
    """`+=` of one of two objects leaves both as they are, if their class has no `__iadd__`."""
    p, q = Plus(x * 2), Plus(x * 3)
    c = p if first else q
    c += x
    return np.sum(c.a * p.a) + np.sum(q.a)


@program((X, True), (X, False))
def one_of_two_objects_becomes_another(x, first):
    """An `__iadd__` that writes to the object, and gives another one."""
    p, q = Other(x * 2), Other(x * 3)
    c = p if first else q
    c += x * x
    return np.sum(c.a * p.a) + np.sum(q.a)


@program((X, 0), (X, 1), same_as=lambda x, n: np.sum(x * 111) if n == 0 else 11 * x[0] + 100 * x[1])
def index_that_may_be_none(x, n):
    """An index that may be None, or name one element twice."""
    k = None
    if n > 0:
        k = np.array([0, 0, 1])
    return np.sum(x[k] * (111 if n == 0 else np.array([1.0, 10.0, 100.0])))


@program((X, 0), (X, 1), (X, 2))
def index_that_is_a_number_first(x, n):
    """A number becomes an array that names one element twice."""
    k, total = 0, 0.0
    for _ in range(n):
        total = total + np.sum(x[k])
        k = k + np.array([1, 1])
    return total + np.sum(x[k])


@program((X, 0), (X, 1), (X, 2))
def index_out_of_a_list(x, n):
    """One of a number and an array."""
    indices = [0, np.array([1, 1]), 2]
    rows = np.outer(x, x)
    return np.sum(x[indices[n]]) + np.sum(rows[:, indices[n]] * x[0]) + np.sum(rows[indices[n]])


@program((X,), same_as=lambda x: np.sum(np.array([5, 3, 12, 18]) * x))
def sums_as_whole_numbers(x):
    """A dtype of ints has no derivative."""
    return np.sum(np.cumsum(x * 7.3, dtype=int) * x)


class Listing:
    """An object that fills a list and a dict of its own while it is made."""

    def __init__(self, values):
        self.values = []
        self.named = {}
        self.scale = values[0]
        for v in values:
            self.add(v)
        self.named["last"] = values[-1]

    def add(self, v):
        """One more."""
        self.values.append(v)

    def mean(self):
        """The mean, scaled."""
        return self.scale * sum(self.values) / len(self.values)

    @property
    def last(self):
        """The last one."""
        return self.named["last"]


@program((X,), same_as=lambda x: x[0] * np.mean(x) * x[3])
def lists_filled_while_an_object_is_made(x):
    """What `__init__` has put into its lists is read by methods that are compiled by themselves."""
    listing = Listing(list(x))
    return listing.mean() * listing.last


class Spline:
    """Straight lines between points."""

    def __init__(self, at, y):
        self.at, self.y, self.slopes = at, list(y), []
        for i in range(len(at) - 1):
            self.slopes.append((y[i + 1] - y[i]) / (at[i + 1] - at[i]))

    def find(self, t):
        """The interval of a point."""
        for i in range(len(self.at) - 1):
            if t < self.at[i + 1]:
                return i
        return len(self.at) - 2

    def __call__(self, t):
        i = self.find(t)
        return self.y[i] + self.slopes[i] * (t - self.at[i])


@program((X, 0.3), (X, 1.7), (X, 2.5))
def spline_that_is_made_and_called(y, t):
    """Coefficients that are computed when it is made."""
    return Spline([0.0, 1.0, 2.0, 3.0], y)(t) ** 2


class Network:
    """Layers that are made in a loop, each with a list of its own."""

    def __init__(self, w):
        self.layers = []
        for i in range(3):
            self.layers.append(Listing([w * (i + 1), w]))

    def __call__(self, x):
        for layer in self.layers:
            x = x * layer.mean()
        return x


@program((X, 0.7))
def objects_filled_while_another_is_made(x, w):
    """Lists in objects in a list."""
    return np.sum(Network(w)(x))


@program((X,), refused=MissingRuleError)
def columns_of_what_is_not_known(x):
    """Arrays put together by `np.c_`, of one of which the type is not known."""
    items = [x, 2.0]
    for _ in range(3):
        items.append(x)
    return np.sum(np.c_[x, items[-1]])


@program((X, True), (X, False))
def whole_numbers_or_not(x, whole):
    """An array of ints, or of floats: the cotangent of the former is zero."""
    k = np.arange(4) if whole else x
    return np.sum(-k * x) + np.sum(k**2 * x) + np.sum(np.diff(k) * x[1:]) + np.sum(np.sort(k) * x)


@program((X,))
def whole_numbers_at_first(x):
    """An array of ints that becomes one of floats in a later round."""
    a = np.arange(4)
    for i in range(3):
        if i == 1:
            a = a * x
        a = a + a[0] * 2
    return np.sum(a)


@program((X * 3.1, True), (X * 3.1, False))
def dtype_that_is_known_late(x, whole):
    """What is cast to ints has no derivative, also if that is known only when it runs."""
    kind = int if whole else float
    total = np.sum(x.astype(kind)) * x[0] + np.sum(x, dtype=kind) * x[1] + np.mean(x, dtype=kind) * x[2]
    return total + np.sum(np.array(x, dtype=kind) * x) + np.sum(np.cumsum(x, dtype=kind) * x)


@program((X, True), (X, False), refused=MutationError)
def write_into_a_dtype_that_is_known_late(x, whole):
    """What is written to it may be cut off."""
    a = np.zeros(4, dtype=int if whole else float)
    a[0] = x[0] * 5
    return np.sum(a * x)


@program((X, True), (X, False), refused=MutationError)
def write_into_numbers_that_may_be_whole(x, whole):
    """A list of ints, or of an int and a float, makes arrays of different kinds."""
    t = 0 if whole else x[0] * 1.5
    k = np.array([t, 2])
    k[1] = x[1] * 5.0
    return k[1] * x[0]


@program((X * 2.3, 4), (X * 2.3, 0), autograd="casts to ints as if these were floats")
def kind_of_a_list_that_may_be_empty(x, n):
    """An empty list makes an array of floats."""
    found = np.array([i for i in range(4) if i >= n])
    return np.sum(x.astype(found.dtype) * x)


@program((X, True), (X, False), same_as=lambda x, second: x[int(second)] + np.sum(x[:3] * x[1:]) + x[0] * x[2])
def taken_by_a_bool_or_a_tuple(x, second):
    """`np.take` takes a bool for a number, and a tuple for an array."""
    return np.take(x, second) + np.sum(np.take(x, (0, 1, 2)) * x.take((1, 2, 3))) + x[0] * np.take(x, [2])[0]


@program((X,), refused=MutationError)
def put_by_a_mask(x):
    """`np.put` takes a mask for numbers."""
    y = x * 1.0
    np.put(y, x > 0.5, 5.0)
    return np.sum(y * x)


@program((X,), same_as=lambda x: np.sum(x[1] * x) + x[1] * np.sum(x) * x[2])
def arrays_in_the_place_of_numbers_in_the_place_of_none(x):
    """A number in a list, where None stood first, becomes an array: its cotangent has the shape that it had."""
    items = [None, None]
    items[0] = [x[0], x[1]]
    items[1] = [x * 1, x[1]]
    items[-1][-1] = items[-1][-1] * x
    return np.sum(items[1][1]) + np.sum(items[1][1]) * x[2]


@program((X, "aba"), same_as=lambda x, keys: (x[0] + x[2]) / 2 + x[1])
def sums_and_counts_by_key(x, keys):
    """Lists of ints that stand where None stood, and take in floats."""
    found = {k: None for k in keys}
    for i, k in enumerate(keys):
        if found[k] is None:
            found[k] = [0, 0]
        found[k][0] += x[i]
        found[k][1] += 1
    return sum(v[0] / v[1] for v in found.values())


@program((X,), same_as=lambda x: 4 * np.sum(x))
def a_number_that_becomes_an_array_late(x):
    """An int first, which is worked with, then an array."""
    a = 1
    for i in range(3):
        if i == 1:
            a = x
        a = a * 2
    return np.sum(a)


class Slot:
    """Something, and None."""

    def __init__(self, v):
        self.v, self.w = v, None


@program((X,), same_as=lambda x: np.sum(2 * x * x))
def objects_beside_numbers_in_tuples(x):
    """Objects in tuples in a list, one attribute of which is set."""
    pairs = [(v, Slot(v * 2)) for v in x]
    for k, one in pairs:
        one.v = one.v * k
    return sum(one.v for _, one in pairs)


@program((X,), same_as=lambda x: np.sum(2 * x**3))
def objects_in_tuples_in_tuples(x):
    """Two levels of tuples."""
    pairs = [(v, (Slot(v * 2), v)) for v in x]
    for k, (one, q) in pairs:
        one.v = one.v * k
        one.w = q * one.v
    return sum(one.w for _, (one, _) in pairs)


@program((X,), same_as=lambda x: x[1] + x[2] + x[3])
def attribute_that_has_no_derivative_any_more(x):
    """A list in one object of a list gives way to an empty one."""
    slots = [Slot([v]) for v in x]
    slots[0].v = []
    return sum(sum(one.v) for one in slots)


@program((X,), same_as=lambda x: x[3] * np.sum(x) + 12 + 2 * np.sum(x))
def attributes_that_become_numbers(x):
    """Arrays in some objects of a list give way to ints."""
    slots = [Slot(x * v) for v in x[1:]]
    slots[1].v = 0
    for i in range(1):
        slots[i].v = 3
    slots[1].v = x * 2
    return sum(np.sum(one.v * np.ones(4)) for one in slots)


@program((X,), refused=MutationError)
def arrays_without_axes_in_a_list(x):
    """Arrays without axes, as items of a list, are written to."""
    items = [np.array(v) for v in x]
    for v in items:
        v *= 2
    return sum(items)


@program((X,), same_as=lambda x: sum(v * (i + 1) for i, v in enumerate(x)))
def attributes_in_the_place_of_none(x):
    """Lists of ints that stand where None stood, in objects."""
    slots = [Slot(v) for v in x]
    for one in slots:
        if one.w is None:
            one.w = [0, 0]
        one.w[0] += one.v
        one.w[1] += 1
    return sum(one.w[0] / one.w[1] * (i + 1) for i, one in enumerate(slots))


@program((X,), same_as=lambda x: 2 * np.sum(x))
def dicts_made_when_they_are_needed(x):
    """Dicts with lists in the places of None."""
    bins = [None] * 2
    for i in range(4):
        if bins[i % 2] is None:
            bins[i % 2] = {"n": 0, "l": []}
        bins[i % 2]["l"].append(x[i] * 2)
    return sum(sum(one["l"]) for one in bins if one is not None)
