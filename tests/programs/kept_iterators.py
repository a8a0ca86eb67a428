"""Iterators that are kept, and asked for one item after the other."""

import heapq
import itertools
from heapq import heappop, heappush

import numpy as np

from programs.harness import program
from s2s_ad import MutationError, UnsupportedSyntaxError


def four(x):
    """Some numbers."""
    return [x, 2 * x, 3 * x, x * x]


@program((1.3,), same_as=lambda x: x * 2 * x + x**3)
def three_times_next(x):
    """Of a list."""
    it = iter([x, x * 2, x**3])
    a = next(it)
    b = next(it)
    return a * b + next(it)


@program((1.3,), same_as=lambda x: x * 2 * x + 3 * x * x * x)
def next_within_the_loop(x):
    """Two items a round."""
    it, s = iter(four(x)), 0.0
    for v in it:
        s += v * next(it)
    return s


@program((1.3,), same_as=lambda x: x * sum((i + 2) * x**2 for i in range(2)) + x * x**2)
def first_and_the_rest(x):
    """The head of a file, and its body."""
    it = iter(four(x))
    head = next(it)
    return head * sum(v * x if v != x * x else v for v in it)


@program((1.3,), same_as=lambda x: x * 2 * x * 3 * x)
def two_names_of_one(x):
    """What one takes, the other has not; `iter` of an iterator is itself."""
    it = iter(four(x))
    other = iter(it)
    a, b = next(it), next(other)
    return a * b * next(it)


@program((1.3,))
def unpacked(x):
    """What is left goes to variables, and then nothing is left."""
    it = iter(four(x))
    a = next(it)
    b, *c = it
    return a * b * sum(c) + len(list(it))


@program((1.3,), same_as=lambda x: x * 2 * x + 3 * x**3)
def passed_to_a_function(x):
    """It takes two, and knows nothing of the others."""

    def two(it):
        return next(it) * next(it)

    it = iter(four(x))
    return two(it) + two(it)


@program((1.3,))
def rows_of_an_array(x):
    """Each is a view."""
    it = iter(np.array([[x, 2 * x], [x**3, 1.0]]))
    a = next(it)
    return a @ next(it)


@program((1.3,))
def of_a_range(x):
    """With a default at the end."""
    it, s = iter(range(5)), 0.0
    for i in it:
        s += x**i * next(it, 7)
    return s


@program((1.3,), refused=UnsupportedSyntaxError)
def keys_of_a_dict(x):
    """Python raises if the dict has got others meanwhile."""
    d = {"a": x, "b": x * x}
    it = iter(d)
    k, m = next(it), next(it)
    return d[k] * d[m] + d[m]


@program((1.3,))
def list_is_written_meanwhile(x):
    """The iterator sees it."""
    xs = [x, 2 * x]
    it = iter(xs)
    a = next(it)
    xs.append(x**3)
    xs[1] = 5 * x
    return a * next(it) * next(it)


@program((1.3,))
def items_are_written(x):
    """They are those of the list."""
    rows = [[x, 1.0], [2.0, x]]
    it = iter(rows)
    a = next(it)
    a[0] *= 2
    b = next(it)
    b[1] += a[0]
    return rows[0][0] * rows[1][1]


@program((1.3,), (0.4,))
def left_and_gone_on(x):
    """A loop that is left early leaves the rest to another."""
    it, s = iter(four(x)), 0.0
    for v in it:
        s += v
        if s > 3:
            break
    else:
        s *= 100
    for v in it:
        s = s * 0.5 + v
    return s * (1 + sum(it))


@program((1.3,), (0.4,))
def until_the_default(x):
    """As tokens are read."""
    it, s = iter(four(x)), 0.0
    v = next(it, None)
    while v is not None:
        s = s * 0.5 + v
        v = next(it, None)
    return s


@program((1.3,), refused=MutationError)
def after_the_end(x):
    """The exception is caught: what `next` does to the iterator is done in a `try`."""
    it = iter([x])
    next(it)
    try:
        return next(it)
    except StopIteration:
        return x * 5


@program((1.3,))
def list_grows_after_the_end(x):
    """An iterator that has come to its end stays there."""
    xs = [x, 2 * x]
    it = iter(xs)
    s = sum(it)
    xs.append(x**3)
    for v in it:
        s += v
    return s + next(it, x * 7)


@program((1.3,))
def list_of_a_cycle_is_written(x):
    """It is looked at once."""
    xs = [x, 2 * x]
    c = itertools.cycle(xs)
    s = next(c)
    xs[1] = 5 * x
    xs.append(x**2)
    for k in range(4):
        s = s * 0.5 + next(c) * k
        xs[0] = x * k
    return s


@program((1.3,), raises=StopIteration)
def after_the_end_uncaught(x):
    """It comes through."""
    it = iter([x])
    return next(it) + next(it)


@program((1.3,))
def numbers_for_objects(x):
    """Each gets the next."""
    ids, s = itertools.count(1), 0.0

    class Item:
        def __init__(self, v):
            self.v, self.id = v, next(ids)

    for i in range(3):
        item = Item(x * i)
        s += item.v * item.id
    return s


@program((1.3,), same_as=lambda x: 0.0 + 2 + 2 * x * x + 3 * x + 4 * 2)
def colours(x):
    """Those of a cycle."""
    c = itertools.cycle([x, 2.0, x * x])
    return sum(next(c) * i for i in range(5))


@program((1.3,), refused=UnsupportedSyntaxError)
def pairs_of_one_iterator(x):
    """`zip` takes from it in turns."""
    it, s = iter(four(x)), 0.0
    for a, b in zip(it, it, strict=False):
        s += a * b
    return s


@program((1.3,), refused=UnsupportedSyntaxError)
def found_in_it(x):
    """`in` takes items up to the one that is looked for."""
    it = iter([1, 2, 3, 4])
    s = x if 2 in it else 0.0
    return s * next(it)


@program((1.3,), refused=UnsupportedSyntaxError)
def mapped_later(x):
    """`map` takes items when it is asked."""
    it = iter(four(x))
    m = map(lambda v: v * v, it)
    return next(it) * sum(m)


class Node:
    """Something with a cost, by which it is ordered."""

    def __init__(self, cost, v):
        self.cost, self.v = cost, v

    def __lt__(self, other):
        return self.cost < other.cost


@program((1.3,), (-0.4,))
def heap_of_numbers(x):
    """Two are taken, and their sum is put back."""
    h = [x * v for v in (3.0, 1.0, 2.0, -1.0, 0.5)]
    heapq.heapify(h)
    s = 0.0
    while len(h) > 1:
        a = heappop(h)
        b = heappop(h)
        s += a * b
        heappush(h, a + b)
    return s + h[0]


@program((1.3,))
def heap_with_ties(x):
    """Which of equal ones comes first is told by what is behind them, or by where they are."""
    h = []
    for i in range(7):
        heappush(h, (x * (i % 3), -(i % 2), i))
    s = 0.0
    while h:
        w, _, i = heappop(h)
        s = s * 0.9 + w * i
    return s


@program((1.3,))
def heap_of_objects(x):
    """By their own order, which has ties."""
    h = []
    for i in range(6):
        heappush(h, Node((i * 3) % 4, x * i))
    s = 0.0
    while h:
        n = heappop(h)
        s = s * 0.5 + n.v * n.cost
    return s


@program((1.3,))
def queue_with_a_counter(x):
    """The counter sees to it that no two objects are compared."""
    h, c, s = [], itertools.count(), 0.0
    for i in range(5):
        heappush(h, (x * ((i * 3) % 5), next(c), Node(0, x * i)))
    while h:
        f, _, n = heappop(h)
        s = s * 0.5 + n.v * f
    return s


@program((1.3,))
def replaced_in_a_heap(x):
    """`heapreplace`, `heappushpop`, and what is left in its order."""
    h = [x, 2 * x, 3 * x, 1.5]
    heapq.heapify(h)
    a = heapq.heapreplace(h, x * x)
    b = heapq.heappushpop(h, 0.1)
    c = heapq.heappushpop(h, x * 4)
    return a + 2 * b + 3 * c + sum((i + 1) * v for i, v in enumerate(h))


@program((1.3,), (0.6,))
def largest_three(x):
    """Kept in a heap."""
    h = []
    for v in [x, 3 * x, x * x, 0.2, 5 * x]:
        if len(h) < 3:
            heappush(h, v)
        elif v > h[0]:
            heapq.heapreplace(h, v)
    return sum(v**2 for v in h)


@program((1.3,), (2.4,))
def shortest_way(x):
    """As Dijkstra finds it."""
    graph = {"a": {"b": x, "c": 4 * x}, "b": {"c": 2 * x, "d": 6.0}, "c": {"d": x}, "d": {}}
    dist = dict.fromkeys(graph, float("inf"))
    dist["a"] = 0.0
    queue, seen = [(0.0, "a")], set()
    while queue:
        d, u = heappop(queue)
        if u in seen:
            continue
        seen.add(u)
        for v, w in graph[u].items():
            if d + w < dist[v]:
                dist[v] = d + w
                heappush(queue, (dist[v], v))
    return dist["d"] ** 2


@program((1.3,), (0.3,))
def cheapest_way_through_a_grid(x):
    """Each cell costs something."""
    grid = np.array([[1.0, x, 2.0], [x * x, 3.0, 1.0], [1.0, 1.0, x]])
    best, queue = {(0, 0): grid[0, 0]}, [(grid[0, 0], (0, 0))]
    while queue:
        c, (i, j) = heapq.heappop(queue)
        if (i, j) == (2, 2):
            return c**2
        for di, dj in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            k = (i + di, j + dj)
            if 0 <= k[0] < 3 and 0 <= k[1] < 3:
                n = c + grid[k]
                if k not in best or n < best[k]:
                    best[k] = n
                    heapq.heappush(queue, (n, k))
    return 0.0


class Body:
    """Something with a mass."""

    def __init__(self, m):
        self.m = m


@program((1.3,))
def smallest_is_written_to(x):
    """`min` and `max` with a key give the object itself."""
    bodies = [Body(1.0 + x * (3 - i)) for i in range(4)]
    for _ in range(3):
        b = min(bodies, key=lambda b: b.m)
        b.m = b.m * 2.5 + x
    max(bodies, key=lambda b: b.m).m *= x
    return sum(b.m**2 * (i + 1) for i, b in enumerate(bodies))


@program((1.3,))
def row_with_the_least(x):
    """Of lists."""
    rows = [[x, 1.0], [x * x, 0.5], [0.3, x]]
    r = min(rows, key=lambda r: r[0])
    r[1] += x
    r.append(x)
    return sum(sum(r) * (i + 1) for i, r in enumerate(rows))


@program((1.3,), refused=UnsupportedSyntaxError)
def asked_for_its_attributes(x):
    """It has others than an iterator of Python."""
    it = iter(four(x))
    a = next(it)
    return a * 2 if hasattr(it, "take") else a * next(it)


@program((1.3,))
def true_as_all_iterators_are(x):
    """Even if nothing is left; and a default may be an object."""
    it = iter([x])
    a = next(it)
    nodes = iter([Node(1, a)])
    return a * next(nodes, Node(2, x)).v if it else a * 3


@program((1.3,), refused=UnsupportedSyntaxError)
def given_to_the_caller(x):
    """It would be no iterator of Python."""
    it = iter(four(x))
    return next(it) * next(it), it


@program((0.7,), same_as=lambda x: x * 15 + x * 4 + x * 2 + x * x * 5)
def counted_by_keywords(x):
    """From here, by so much."""
    s = 0.0
    for i in itertools.count(start=3, step=2):
        if i > 8:
            break
        s += x * i
    c = itertools.count(2, step=3)
    return s + x * next(itertools.count(start=4)) + x * next(c) + x * x * next(c)
