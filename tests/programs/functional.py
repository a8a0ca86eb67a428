"""The functional tools of Python: `map` and its kin, `functools`, `operator`, `itertools`, decorators."""

import bisect
import functools
import heapq
import itertools
import operator

import numpy as np

from programs.harness import program
from s2s_ad import MutationError, UnsupportedSyntaxError

V = np.array([0.5, -1.25, 2.0])
W = np.array([1.5, 0.75, -0.25])
A = np.array([[1.0, 2.0, -0.5], [0.25, -1.0, 3.0]])


@program((V,), (np.zeros(0),))
def map_of_a_lambda(v):
    """One iterable, which may be empty."""
    return sum(map(lambda x: x * x, v)) + 1.0


@program((V, W))
def map_of_two(v, w):
    """As far as the shorter one goes."""
    s = 0.0
    for a in map(lambda x, y: x * y * y, v, w[:2]):
        s = s + a
    return s


@program((V,))
def map_of_a_function(v):
    """NumPy's, an operator's, and a type."""
    return sum(list(map(np.sin, v))) + sum(map(operator.mul, v, [1.0, 2.0, 3.0])) * max(map(float, v))


@program((V, 2.5))
def map_of_a_tuple(v, x):
    """Arrays and numbers, unpacked."""
    a, b, c = map(np.sum, (v, x, v * x))
    return a * b * c


@program((A,))
def map_of_rows(a):
    """The items are arrays."""
    return np.stack(list(map(lambda row: row * np.sum(row), a)))


@program((V,))
def map_in_a_map(v):
    """The iterator of one feeds the other."""
    return sum(map(lambda x: x * x, map(np.sin, v)))


@program((V, 2.0))
def map_late(v, x):
    """The function sees a variable as it is when the map is made and used."""
    a = x
    f = lambda t: t * a
    a = x * x
    return sum(map(f, v)) * a


@program((V, 2.0), refused=UnsupportedSyntaxError)
def map_before_a_change(v, x):
    """The map would run after the variable has changed."""
    a = x
    m = map(lambda t: t * a, v)
    a = x * x
    return sum(m) * a


@program((V,), refused=UnsupportedSyntaxError)
def map_used_twice(v):
    """The second sum is empty in Python."""
    m = map(np.sin, v)
    return sum(m) + sum(m)


@program((V,), refused=UnsupportedSyntaxError)
def map_used_up_in_the_first_round(v):
    """Only the first round finds anything."""
    m = map(np.sin, v)
    s = 0.0
    for _ in range(2):
        for x in m:
            s = s + x
    return s


@program((V,))
def map_that_prints(v):
    """Everything is printed before anything is summed."""

    def f(x):
        print(x > 0)
        return x * x

    return sum(map(f, v)) + list(map(f, v))[0]


@program((V,), refused=UnsupportedSyntaxError)
def map_that_prints_in_a_loop(v):
    """The order of what is printed would show."""

    def f(x):
        print(x > 0)
        return x * x

    s = 0.0
    for y in map(f, v):
        print(y > 1)
        s = s + y
    return s


@program((V,), refused=UnsupportedSyntaxError)
def map_that_is_kept(v):
    """Nobody knows what becomes of it."""
    pair = (map(np.sin, v), v[0])
    return pair[1]


@program((V,))
def map_of_the_user(v):
    """A local function of the name means itself."""
    map = lambda f, v: f(v[0]) * 3.0
    return map(np.sin, v)


@program((V,))
def loop_that_appends_over_a_map(v):
    """What the loop appends to is none of the map's business."""
    ys = []
    for y in map(lambda x: x * x, v):
        ys.append(y * v[0])
    return sum(ys)


@program((V,))
def filtered(v):
    """By a function and by truth."""
    return sum(filter(lambda x: x > 0, v)) * len(list(filter(None, v)))


@program((V,), (-V,))
def any_and_all(v):
    """Of lists and of maps."""
    a = v[0] if any([x > 1 for x in v]) else v[1]
    b = v[0] if all(map(lambda x: x < 1.5, v)) else v[2]
    return a * b


@program((V,))
def max_with_key(v):
    """The key decides, the item is the value."""
    return max(v, key=lambda x: abs(x)) * min(v[0], v[1] * v[2], key=lambda x: -x * x)


@program((V,))
def max_with_default(v):
    """For when there is nothing."""
    a = max([x for x in v if x > 100], default=v[1])
    return a * min((x for x in v if x > 0), default=3.0) * max((x for x in v if x > 9), key=abs, default=v[0])


@program((V,), raises=ValueError)
def max_of_nothing(v):
    """Python's own error."""
    return max([x for x in v if x > 100], key=abs)


@program((A,))
def max_of_rows(a):
    """The items are arrays, and the keys decide."""
    return max(a, key=np.sum) * min([row * row for row in a], key=lambda row: row[0])


@program((V,))
def first_of_those_that_tie(v):
    """All keys are equal: the first wins, as in Python."""
    return max([v[0] * 2.0, v[1], v[2]], key=lambda x: 1) * min(v[1], v[0], key=lambda x: 0)


@program((V,))
def sorted_by_key(v):
    """Ties keep their order, in reverse too."""
    a, b, c = sorted(v, key=lambda x: -x)
    d = sorted([(v[0], 1), (v[1], 0), (v[2], 1)], key=lambda p: p[1], reverse=True)
    return a * b**2 * c**3 + d[0][0] * d[1][0] ** 2 * d[2][0] ** 3


@program((A,))
def sorted_rows(a):
    """The keys are numbers computed from arrays."""
    rows = sorted([a[0], a[1], a[0] * a[1]], key=np.sum)
    return np.sum(rows[0] * rows[1] ** 2) * rows[2]


@program((V,))
def numbered_and_reversed(v):
    """`enumerate` with a start, `reversed`, `zip` with `strict`."""
    s = 0.0
    for i, x in enumerate(v, 1):
        s = s + i * x
    for i, x in enumerate(reversed(v), start=2):
        s = s * x + i
    return s + sum(a * b for a, b in zip(v, v * 2, strict=True)) + list(reversed([x * x for x in v]))[0]


@program((V,))
def reduced(v):
    """By a lambda, by an operator, from a start."""
    a = functools.reduce(lambda p, q: p * q + 1.0, v)
    b = functools.reduce(operator.mul, v)
    return a * b * functools.reduce(lambda p, q: p * q + 1.0, [x for x in v if x > 0], v[1])


@program((V,))
def reduced_from_nothing(v):
    """The start is all there is."""
    return functools.reduce(operator.add, [x for x in v if x > 9], v[0])


@program((V,), raises=TypeError)
def reduced_nothing(v):
    """Python's own error."""
    return functools.reduce(operator.add, [x for x in v if x > 9])


@program((A,))
def reduced_matrices(a):
    """The values are arrays."""
    return functools.reduce(np.multiply, [a, a + 1.0, a * 2.0])


@program((V,))
def partially_applied(v):
    """Positional, by keyword, nested, overridden."""
    f = lambda a, b, c=1.0: a * b**2 * c**3
    g = functools.partial(f, v[0], c=v[2])
    return g(v[1]) * functools.partial(functools.partial(f, v[0]), v[1])(c=2.0) + g(v[1], c=v[0])


@program((V,))
def partially_applied_at_a_time(v):
    """The function is late, the argument is not."""
    a = v[0]
    f = functools.partial(lambda x, y: x * y * a, a)
    a = v[1]
    return f(v[2])


@program((V,))
def getters(v):
    """Items and attributes."""
    a, b = operator.itemgetter(2, 0)(v)
    return operator.itemgetter(1)(v) * a * b**2 * np.sum(operator.attrgetter("T")(v))


@program((V, W))
def chained(v, w):
    """One iterable after the other."""
    s = sum(x * x for x in itertools.chain(v, w * v, [v[0]]))
    return s * sum(itertools.chain.from_iterable([v, w])) + sum(itertools.chain())


@program((V, W))
def products(v, w):
    """All pairs and triples."""
    s = sum(a * b**2 for a, b in itertools.product(v, w))
    return s * sum(a * b * c for a, b, c in itertools.product(v, [w[0], 2.0], (1, 2)))


@program((V,), (V[:1],))
def pairwise(v):
    """Neighbours, and none at all."""
    return sum((a - b) ** 2 for a, b in itertools.pairwise(v)) + v[0]


@program((V,))
def accumulated(v):
    """Sums, products, and from a start."""
    s = sum(x * x for x in itertools.accumulate(v))
    return (
        s * sum(x * x for x in itertools.accumulate(v, operator.mul, initial=2.0))
        + list(itertools.accumulate([v[0]]))[0]
    )


@program((V,))
def combinations(v):
    """Pairs and triples."""
    s = sum(a * b**2 for a, b in itertools.combinations(v, 2))
    return s * sum(a * b**2 * c**3 for a, b, c in itertools.combinations(v, 3))


@program((V,))
def repeated(v):
    """A number of times."""
    return sum(a * b for a, b in zip(v, itertools.repeat(v[0], 2))) + sum(itertools.repeat(v[1], 0))


@program((V,), same_as=lambda v: v[0] * np.sum(v))
def repeated_for_ever(v):
    """Without a number."""
    return sum(a * b for a, b in zip(v, itertools.repeat(v[0])))


@program((V,))
def sliced(v):
    """A stop, a start and a step."""
    return sum(itertools.islice(v, 2)) * sum(x * x for x in itertools.islice(v, 0, None, 2))


@program((V,))
def zipped_to_the_longest(v):
    """With what fills up."""
    return sum(a * b for a, b in itertools.zip_longest(v, v[:2], fillvalue=2.0))


@program((V, W))
def star_mapped(v, w):
    """Each row is unpacked."""
    return sum(itertools.starmap(lambda a, b: a * b**2, zip(v, w)))


def scaled_by(factor):
    """A decorator with an argument."""

    def decorate(f):
        @functools.wraps(f)
        def wrapper(*args, **kwargs):
            return f(*args, **kwargs) * factor

        return wrapper

    return decorate


@scaled_by(2.0)
@scaled_by(3.0)
def decorated(a, /, b=1.5, *rest, c=2.0, **more):
    """A helper with parameters of all kinds."""
    return a * b * c * sum(rest, 1.0) * more.get("d", 1.0)


@functools.lru_cache
def remembered(x):
    """A helper with a cache."""
    return x * x


@functools.cache
def remembered_aloud(x):
    """A helper with a cache, and an effect."""
    print("now")
    return x * x


class Shapes:
    """Functions that live in a class."""

    @staticmethod
    def square(x):
        """Of the class."""
        return x * x

    @classmethod
    def cube(cls, x):
        """Of the class too."""
        return cls.square(x) * x


@program((V,))
def decorated_helper(v):
    """Arguments of all kinds go through two wrappers."""
    return decorated(v[0]) + decorated(v[0], v[1], v[2], c=v[1]) * decorated(v[2], d=v[0])


@program((V,))
def decorated_here(v):
    """A nested function that is decorated, with and without an argument."""

    def squared(f):
        return lambda *args: f(*args) ** 2

    @squared
    @scaled_by(v[1])
    def f(x):
        return x * v[0]

    return f(v[2]) + f(v[0])


@program((V,))
def cached_helper(v):
    """The function behind the cache is differentiated."""
    return remembered(v[0]) * remembered(x=v[1]) + remembered(v[0])


@program((V,), refused=UnsupportedSyntaxError)
def cached_helper_that_prints(v):
    """It would print each time."""
    return remembered_aloud(v[0])


@program((2.5,))
def functions_of_a_class(x):
    """Through the class."""
    return Shapes.square(x) * Shapes.cube(x)


@program((V,))
def defaults_once(v):
    """A default is evaluated where the function is made."""
    a = v[0]

    def f(x, b=a * 2.0, *, c=a):
        return x * b * c * a

    a = v[1]
    return f(v[2]) + f(v[2], c=v[0])


@program((V,))
def curried(v):
    """One argument at a time."""
    f = lambda a: lambda b: lambda c: a * b + c
    add = f(1.0)
    return f(v[0])(v[1])(v[2]) * add(v[0])(v[1])


@program((V,))
def forwarded(v):
    """Through three levels."""

    def inner(a, b=1.0, **k):
        return a * b * k["z"]

    def middle(*a, **k):
        return inner(*a, **k)

    def outer(*a, **k):
        return middle(*a, **{**k, "z": v[2]})

    return outer(v[0], b=v[1], z=0.0) + outer(v[1])


@program((1.6,))
def first_items(x):
    """`next` of iterators over lists, tuples, arrays and dicts, and of generators, with and without a default."""
    xs, d = [x, 2.0 * x, 3.0 * x], {"a": x, "b": 2.0}
    total = next(iter(xs)) * next(iter(np.array(xs))) * next(v for v in xs if v > 2.0)
    total += next((v for v in xs if v > 200.0), x * x) + next(iter([]), x)
    return total + d[next(iter(d))] * next(iter((x, 1.0))) + next(v * x for v in xs)


@program((1.6,), raises=StopIteration)
def first_item_of_nothing(x):
    """There is none."""
    return next(v for v in [x, 2.0 * x] if v > 200.0)


@program((1.6,))
def extremes_of_tuples(x):
    """They are compared item by item."""
    pairs = [(x * (3 - i), x + i) for i in range(3)]
    best, (i, v) = max([(x, 1.0), (2.0 * x, x)]), min((1, x), (2, 2.0 * x))
    lists = max([[x, 1.0], [x, x]])
    empty = [p for p in pairs if p[0] > 100.0]
    return (
        best[1] * v * i + sorted(pairs)[0][1] * max(pairs)[0] * min(pairs)[1] * lists[1] + max(empty, default=(x,))[0]
    )


@program((1.6,))
def largest_and_smallest(x):
    """As `sorted`, and cut."""
    xs = [x, 3.0 * x, 2.0 * x * x]
    first = heapq.nlargest(2, xs)[1] * heapq.nsmallest(2, xs, key=lambda v: -v)[0]
    return first * sum(heapq.nsmallest(5, xs)) + heapq.nsmallest(1, [(x, 1.0), (0.5 * x, 2.0)])[0][0]


@program((1.6,))
def places_in_a_sorted_list(x):
    """A table that is looked up, whose entries depend on the argument too."""
    xs = [x * i for i in range(5)]
    ys = [x, x * x, x**3, 2.0 * x, x]
    i, j = bisect.bisect(xs, 3.1), bisect.bisect_left([0.0, 1.0, 2.0, 3.0], x, 1)
    t = (3.1 - xs[i - 1]) / (xs[i] - xs[i - 1])
    return (1.0 - t) * ys[i - 1] + t * ys[i] * ys[j]


@program((V,), same_as=lambda x: 2.0 * (x[0] + x[0] ** 2) + x[1] * 3.0 + x[2])
def sums_of_lists_and_tuples(x):
    """What some objects give, one after the other."""
    rows = [[x[0], x[0] ** 2], [], [x[1]]]
    flat = sum(rows, [x[2]])
    pairs = sum(((x[0], x[0] ** 2), (x[1] * 2.0,)), ())
    return flat[0] + flat[1] + flat[2] + flat[3] + pairs[0] + pairs[1] + pairs[2]


@program((V,), same_as=lambda x: x[0] ** 2 + x[1] * 2.0)
def dicts_of_one_value(x):
    """`dict.fromkeys`, with keys that are known, or known late."""
    known = dict.fromkeys(["a", "b", "c"], 0.0)
    known["a"] = x[0] ** 2
    late = dict.fromkeys(range(len(x)), x[1])
    late[len(x) - 1] += known["a"]
    return late[0] + late[2] if dict.fromkeys("ab")["b"] is None else x[2]


@program((V,))
def sorted_pairs(v):
    """What `zip` gives, by its first parts."""
    return sum(a * b * i for i, (a, b) in enumerate(sorted(zip(v, [1.0, 2.0, 3.0, 4.0, 5.0], strict=False))))


@program((V,), same_as=lambda v: 2 * np.sum(v) + 1.0)
def reduced_into_a_list(v):
    """The list that grows is not the one that is run through."""
    found = functools.reduce(lambda found, a: found.append(a * 2) or found, v, [1.0])
    return sum(found)


@program((V,), refused=MutationError)
def reduced_while_it_changes(v):
    """Python reads an item when it gets there."""
    xs = list(v)

    def step(a, b):
        xs[-1] += a
        return a + b

    return functools.reduce(step, xs)
