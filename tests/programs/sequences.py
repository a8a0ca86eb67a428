"""Lists and tuples: cut, joined, reversed, walked in step, compared, nested, empty."""

import numpy as np

from programs.harness import program

XS = [0.5, -1.25, 2.0, 0.75]
V = np.array(XS)
ROWS = [[0.5, 1.5], [2.0], [-1.0, 0.25, 3.0]]


@program((XS,))
def slices_of_a_list(xs):
    """With steps, backwards, beyond the end, and empty."""
    a, b, c, d = xs[1:], xs[::-1], xs[::2], xs[5:]
    return a[0] * b[0] + c[1] * b[-1] + sum(xs[:-1]) * sum(xs[-2:]) + sum(d, 1.0) * sum(xs[10:0:-2])


@program((XS,), ([1.5],))
def joined_lists(xs):
    """With `+`, `*` and stars, in several orders."""
    ys = xs + [2.0] + xs[::-1]
    zs = [*xs, *ys[:1], xs[0] * 2]
    return sum(a * i for i, a in enumerate(ys)) + sum((xs * 2)[1:]) * zs[-1] + len(zs) * zs[0]


@program((0.5, 1.5))
def joined_tuples(x, y):
    """Of different lengths."""
    a = (x,) + (y, x * y)
    b = a[1:] + a[:1] * 2
    return sum(p * i for i, p in enumerate(b)) + len(a + b) * b[-1]


@program((XS,))
def reversed_in_four_ways(xs):
    """As an iterator, a slice, by index, and by a while loop."""
    total = 0.0
    for i, a in enumerate(reversed(xs)):
        total += a * i
    for a, b in zip(xs, xs[::-1]):
        total += a * b * b
    for i in range(len(xs) - 1, -1, -1):
        total = total * 0.5 + xs[i]
    i = len(xs)
    while i:
        i -= 1
        total = total * xs[i] + i
    return total


@program((XS, [1.0, 2.0]), ([], [1.0]), ([0.5], []))
def zips_of_unequal_length(xs, ys):
    """As far as the shorter one goes."""
    total = 1.0
    for i, (a, b) in enumerate(zip(xs, ys, strict=False), start=1):
        total += a * b * i
    return total * sum([a - b for a, b in zip(xs, ys)], 1.0)


@program((XS,))
def neighbours(xs):
    """By zip, by index, and around the corner."""
    total = sum((b - a) ** 2 for a, b in zip(xs, xs[1:]))
    total += sum(xs[i - 1] * xs[i] for i in range(len(xs)))
    return total + sum(a * b * c for a, b, c in zip(xs, xs[1:], xs[2:]))


@program((ROWS,))
def ragged_rows(rows):
    """Rows of different lengths, one of which is alone."""
    total = 0.0
    for i, row in enumerate(rows):
        product = 1.0
        for x in row:
            product *= x + i
        total += product / len(row)
    return total * rows[-1][-1] * sum(len(row) * sum(row) for row in rows)


@program((ROWS,))
def flattened(rows):
    """By two loops, and with an index into the result."""
    flat = [x * len(row) for row in rows for x in row if x > 0]
    return flat[0] * flat[-1] + sum(flat) * len(flat)


@program((XS,))
def transposed_by_hand(xs):
    """A matrix of lists."""
    m = [[a * b for b in xs] for a in (1.0, xs[0], 2.0)]
    t = [[row[j] for row in m] for j in range(len(xs))]
    return sum(t[i][1] * m[2][i] for i in range(len(xs))) + t[-1][-1]


@program((XS,))
def list_that_grows_and_is_read(xs):
    """Each new item is made from the last two."""
    ys = [xs[0], xs[1]]
    for x in xs[2:]:
        ys.append(ys[-1] * ys[-2] + x)
    return ys[-1] * ys[0] + sum(ys) * len(ys)


@program((XS,))
def two_lists_that_grow(xs):
    """Items go to one or the other."""
    small = []
    large = []
    for x in xs:
        if x < 0.6:
            small.append(x * x)
        else:
            large.append(x * 3)
    return sum(small) * sum(large) + len(small) * large[0]


@program((XS,))
def lists_of_pairs(xs):
    """Made, taken apart, and looked through."""
    pairs = [(i, x, x * x) for i, x in enumerate(xs)]
    total = 0.0
    for i, x, square in pairs:
        total += square * (i + 1) - x
    _, last, _ = pairs[-1]
    return total * last * [x for i, x, _ in pairs if i == 1][0]


@program((XS,))
def sums_and_products(xs):
    """The builtins, with starts, of generators and of slices."""
    return sum(xs) * sum(xs[1:], xs[0]) + sum([], 2.0) * max(xs) - min(xs) * max(xs[0], xs[1], 0.1) + min(2.5, *xs[1:])


@program((XS,))
def sorted_lists(xs):
    """By value, reversed, by key, and pairs by their first item."""
    a = sorted(xs)
    b = sorted(xs, reverse=True)
    c = sorted(xs, key=lambda x: abs(x - 0.6))
    d = sorted((x * x, i) for i, x in enumerate(xs))
    return a[0] * b[0] + c[0] * c[-1] + sum(x * i for x, i in d)


@program((XS,))
def first_that_fits(xs):
    """An index from `list.index` of numbers, and a position by hand."""
    order = [3, 1, 2, 0]
    k = order.index(2)
    best = 0
    for i in range(1, len(xs)):
        if xs[i] > xs[best]:
            best = i
    return xs[k] * xs[best] + order.count(1) * xs[0]


@program(((0.5, (1.5, (2.0, (3.0, ())))),))
def linked_list(cells):
    """Pairs in pairs, each of its own type."""
    a, (b, (c, (d, _))) = cells
    return a * b + cells[1][1][0] * c + d


@program((0.5, 4))
def tuple_as_a_state(x, n):
    """Rebuilt in each round, nested."""
    state = (x, (1.0, x * x))
    for _ in range(n):
        a, (b, c) = state
        state = (b, (c, a + b * c))
    return state[0] * state[1][1]


@program((0.5, 3))
def list_as_a_state(x, n):
    """Rebuilt in each round, by slices."""
    window = [x, 1.0, x * 2]
    for i in range(n):
        window = window[1:] + [window[0] * window[-1] + i]
    return window[0] * window[1] * window[2]


@program((V, [2, 0, 1]))
def indices_from_a_list(v, order):
    """Integers of an argument choose."""
    total = 0.0
    for k, i in enumerate(order):
        total += v[i] * v[order[k - 1]] * (k + 1)
    return total + v[order].sum() + [v[i] for i in order][0]


@program((XS, 2), (XS, -1), (XS, 0))
def index_that_is_computed(xs, k):
    """Also a negative one."""
    i = k * 1
    return xs[i] * xs[i - 1] + xs[(i + 2) % len(xs)] * xs[-i]


@program((XS,))
def membership_and_comparison(xs):
    """Of numbers that are not differentiated, and of whole tuples."""
    y = 0.0
    for i in range(len(xs)):
        if i in (0, 3) or (i, 1) == (1, 1):
            y += xs[i] ** 2
    return y * 2 if (1, 2) < (1, 3) and [1, 2] != [1, 2, 3] else y


@program(([],), ([0.5],), ([0.5, 2.0],))
def truth_of_a_list(xs):
    """Empty or not, in four ways."""
    y = xs[0] if xs else 1.5
    if not xs:
        return y * y
    while len(xs) > 1:
        y = y * xs[-1]
        xs = xs[:-1]
    return y * bool(xs)


@program((XS,))
def strings_beside_numbers(xs):
    """A list of pairs with names."""
    named = list(zip(["a", "b", "c", "d"], xs))
    total = 0.0
    for name, x in named:
        if name != "b":
            total += x * x * len(name)
    return total * named[2][1]


@program((XS,))
def enumerate_in_enumerate(xs):
    """Two counters."""
    total = 0.0
    for i, a in enumerate(xs):
        for j, b in enumerate(xs[: i + 1], start=2):
            total += a * b / (i + j)
    return total


@program((XS,))
def chunks(xs):
    """Pairs by a step."""
    return sum(a * b for a, b in [xs[i : i + 2] for i in range(0, len(xs), 2)])


@program((XS, 3), (XS, 1))
def moving_sums(xs, width):
    """Windows of a length that is known late."""
    return [sum(xs[i : i + width]) * i for i in range(len(xs) - width + 1)]


@program((0.5, 3))
def list_of_arrays(x, n):
    """Made in a loop, stacked, summed and indexed."""
    rows = [np.arange(3.0) * x**k for k in range(n)]
    m = np.array(rows)
    return m[1] @ m[2] + sum(rows)[1] * np.stack(rows).sum() + rows[-1][-1]


@program((V,))
def lists_as_vectors(x):
    """NumPy takes lists and tuples for arrays in its products."""
    grown = []
    for v in x:
        grown.append(v * 2)
    pair = (x[0], x[1])
    return np.dot(grown, x) + np.inner(grown, grown) * np.dot(pair, [x[1], 3.0]) + np.dot(x, list(x))
