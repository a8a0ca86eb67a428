"""Lists that grow, shrink and change their order, under one name and several, each beside a form without writes."""

import numpy as np

from programs.harness import program

X = np.array([0.3, 0.7, 1.1, -0.4, 0.9])


def weighted(xs):
    """The sum, where each item counts more than the one before."""
    return sum([(k + 1) * v for k, v in enumerate(xs)])


def squares(xs):
    """The sum of the squares, where each item counts more than the one before."""
    return weighted([v * v for v in xs])


@program((X,), same_as=lambda x: x[3] * x[2] + 6 * x[0] + (x[0] * x[2]) ** 2 * x[1])
def both_ends(x):
    """Items are taken from and put in at both ends."""
    xs = [x[0], x[1], x[2]]
    a = xs.pop()
    b = xs.pop(0)
    xs.insert(0, a * b)
    xs.extend([b * 2, a])
    xs += [x[3]]
    xs.reverse()
    return xs[0] * xs[1] + xs[2] * 3 + xs[-1] ** 2 * xs[3]


def _worked_off(x):
    t = 0.0
    for v in [x[4], x[4] * 0.2, x[4] * 0.7, x[3], x[2], x[2] * 0.2, x[2] * 0.7, x[1], x[0]]:
        t = t * 0.5 + v * v * (t + 1)
    return t


@program((X,), same_as=_worked_off)
def stack(x):
    """A work list that grows while it is worked off."""
    todo = [v for v in x]
    t = 0.0
    while todo:
        v = todo.pop()
        t = t * 0.5 + v * v * (t + 1)
        if v > 0.8 and len(todo) < 9:
            todo.append(v * 0.7)
            todo.append(v * 0.2)
    return t


def _level_by_level(x):
    level = order = [x[0]]
    for _ in range(3):
        level = [w for v in level for w in (v * 0.9, v * v)]
        order = order + level
    return sum([np.sin(v) * (n + 1) for n, v in enumerate(order)])


@program((X,), same_as=_level_by_level)
def queue(x):
    """Breadth first."""
    q = [x[0]]
    total = 0.0
    n = 0
    while q:
        v = q.pop(0)
        total += np.sin(v) * (n + 1)
        n += 1
        if n < 8:
            q.append(v * 0.9)
            q.append(v * v)
    return total


@program((X,), same_as=lambda x: x[0] ** 2 + np.sum((x[1:] + x[:-1]) ** 2))
def moving_window(x):
    """The oldest item leaves when the window is full."""
    window = []
    t = 0.0
    for v in x:
        window.append(v)
        if len(window) > 2:
            window.pop(0)
        t += sum(window) ** 2
    return t


@program((X,), same_as=lambda x: (x[0] * x[1]) ** 2 + (x[2] * x[3]) ** 2 + x[4] ** 2 * x[1])
def cleared_now_and_then(x):
    """Batches."""
    batch = []
    t = 0.0
    for v in x:
        batch.append(v * v)
        if len(batch) > 1:
            t += batch[0] * batch[1]
            batch.clear()
    return t + batch[-1] * x[1]


@program((X,), same_as=lambda x: 2.25 * x[3] * x[0] + 2.25 * x[2] * x[4] + (1.5 * x[0]) ** 3)
def sorted_in_place(x):
    """By value, and by a key, downwards."""
    xs = [v * 1.5 for v in x]
    xs.sort()
    t = xs[0] * xs[1]
    xs.sort(key=lambda v: v * v, reverse=True)
    return t + xs[0] * xs[1] + xs[-1] ** 3


@program((X,), same_as=lambda x: 3 * x[2] ** 2 + (x[4] * x[1]) ** 2)
def sorted_downwards(x):
    """`reverse` alone, and a sort of what is sorted already."""
    xs = list(x * x)
    xs.sort(reverse=True)
    xs.sort()
    xs.sort(reverse=True)
    return xs[0] * 3 + xs[1] * xs[2]


def _merged(x):
    e = np.exp(x)
    left, right = e[0] + e[3], e[2] + e[4]
    pairs = [(e[3], e[0]), (e[1], left), (e[4], e[2]), (left + e[1], right)]
    return sum([(a + b) * 0.5 + a * b for a, b in pairs])


@program((X,), same_as=_merged)
def sorted_in_a_loop(x):
    """A priority queue: the two smallest are merged."""
    heap = [np.exp(v) for v in x]
    cost = 0.0
    while len(heap) > 1:
        heap.sort()
        a = heap.pop(0)
        b = heap.pop(0)
        cost += (a + b) * 0.5 + a * b
        heap.append(a + b)
    return cost


@program((X,), same_as=lambda x: squares([x[0] * x[1], x[3], x[0], x[2], x[2] ** 2, x[4] * 2]))
def slices(x):
    """A slice is replaced by more and by fewer items."""
    xs = [v for v in x]
    xs[1:3] = [x[0] * x[1], x[2], x[2] ** 2]
    xs[-2:] = [x[4] * 2]
    xs[:1] = []
    xs[1:1] = [x[3], x[0]]
    return sum([(i + 1) * v * v for i, v in enumerate(xs)])


@program((X,), same_as=lambda x: squares([x[2] * x[3], x[1], x[2], x[3], x[1] * 3, x[4], x[0] * 2]))
def slice_after_its_end(x):
    """Bounds out of range are cut off, and where the start comes after the stop, it is the start that counts."""
    xs = [v for v in x]
    xs[10:] = [x[0] * 2]
    xs[4:2] = [x[1] * 3]
    xs[-10:1] = [x[2] * x[3]]
    return sum([(i + 1) * v * v for i, v in enumerate(xs)])


def _three_pieces(x, i, j):
    xs = [v * v for v in x]
    ys = xs[:i] + [xs[0] * xs[1], x[2] * 2, x[3]] + xs[max(i, j) :]
    return weighted(ys) * ys[2]


@program((X, 1, 3), (X, -4, -1), (X, 2, 2), (X, 4, 1), same_as=_three_pieces)
def slice_at_run_time(x, i, j):
    """The bounds are arguments."""
    xs = [v * v for v in x]
    xs[i:j] = [xs[0] * xs[1], x[2] * 2, x[3]]
    return sum([(k + 1) * v for k, v in enumerate(xs)]) * xs[2]


def _cut_and_joined(x, i):
    xs = [v * v for v in x]
    v = xs[i]
    xs = xs[:i] + xs[i:][1:]
    xs = xs[:i] + [v * x[0]] + xs[i:]
    xs = xs[: 2 * i] + [v] + xs[2 * i :]
    return weighted(xs[:i] + xs[i:][1:]) * v


@program((X, 0), (X, 3), (X, -1), (X, -2), same_as=_cut_and_joined)
def index_at_run_time(x, i):
    """Pop and insert count from either end."""
    xs = [v * v for v in x]
    v = xs.pop(i)
    xs.insert(i, v * x[0])
    xs.insert(2 * i, v)
    xs.pop(i)
    return sum([(k + 1) * v for k, v in enumerate(xs)]) * v


def _at_an_end(x, i):
    inner = [x[0], x[1], x[2]] if i > 0 else [x[2], x[0], x[1]]
    return squares([x[4] * 3] + inner + [x[3] * 2])


@program((X, 9), (X, -9), same_as=_at_an_end)
def insert_beyond_the_ends(x, i):
    """The index is cut off."""
    xs = [x[0], x[1]]
    xs.insert(i, x[2])
    xs.insert(100, x[3] * 2)
    xs.insert(-100, x[4] * 3)
    return sum([(k + 1) * v * v for k, v in enumerate(xs)])


@program((X,), same_as=lambda x: (x[1] ** 2 + x[4] ** 2 * x[1]) ** 2)
def deleted(x):
    """An item, a slice, two at once, and all."""
    xs = [v * v for v in x]
    ys = xs.copy()
    del xs[0]
    t = xs[0]
    del xs[1:3]
    t += xs[1] * x[1]
    del xs[0], xs[-1]
    del ys[1:]
    ys.append(t)
    del ys[:1]
    return ys[0] * t + len(xs)


@program((X,), same_as=lambda x: 3 * x[0] * x[2] + x[1] ** 2)
def removed(x):
    """By value; counting and finding have no derivative."""
    xs = [x[0], x[1], x[2], x[1]]
    k = xs.index(x[1]) + xs.count(x[1])
    xs.remove(x[1])
    return xs[0] * xs[1] * k + xs[2] ** 2


@program((X,), same_as=lambda x: 4 * x[3] * x[4] + 2 * x[0] * x[1])
def reversed_in_place(x):
    """Twice is not at all, once in a loop is."""
    xs = [v for v in x]
    t = 0.0
    for i in range(3):
        xs.reverse()
        t += xs[0] * xs[1] * (i + 1)
    return t


def _joined(x):
    a, b, c = x[0], x[1] * 2, x[2]
    return weighted([a, b, a, b, x[3], a, b, c, a, b, a, b, a, b, c, a, b, c]) * 6 * c


@program((X,), same_as=_joined)
def joined_and_repeated(x):
    """New lists leave the old ones alone."""
    xs = [x[0], x[1] * 2]
    ys = xs + [x[2]]
    zs = ys * 2
    xs[:] = xs * 2
    ys += xs
    xs.append(x[3])
    return sum([(i + 1) * v for i, v in enumerate(xs + ys + zs)]) * len(zs) * zs[-1]


@program((X,), same_as=lambda x: x[0] * x[1] * x[2] + 2 * x[3] + 3)
def two_names(x):
    """What is done under one name is seen under the other."""
    xs = [x[0], x[1]]
    ys = xs
    ys += [x[2] * x[0]]
    xs.insert(1, x[3])
    zs = (xs, 2.0)
    zs[0].pop(0)
    ys.reverse()
    return xs[0] * ys[1] + zs[0][2] * zs[1] + len(xs)


@program((X,), same_as=lambda x: squares([x[0]] + [x[0], x[1]] * 7))
def itself(x):
    """A list is put behind itself, and into its own middle."""
    xs = [x[0], x[1]]
    xs.extend(xs)
    xs += xs
    xs[1:2] = xs
    return sum([(i + 1) * v * v for i, v in enumerate(xs)])


@program((X,), same_as=lambda x: (x[0] + x[1]) * x[1] * (x[1] + x[2] + x[3]) * x[3])
def shared_with_a_closure(x):
    """The function sees the list as it is when it is called."""
    xs = [x[0]]

    def total():
        return sum(xs) * xs[-1]

    xs.append(x[1])
    a = total()
    xs.pop(0)
    xs.extend([x[2], x[3]])
    return a * total()


def push_twice(items, v):
    """Writes to its argument, and returns it."""
    items.append(v)
    items.insert(0, v * v)
    return items


@program((X,), same_as=lambda x: x[1] ** 6 * x[2] ** 2 + 4 * x[1] ** 2 * x[2])
def by_a_callee(x):
    """The list that comes back is the one that went in."""
    xs = [x[0]]
    ys = push_twice(xs, x[1])
    ys.pop()
    push_twice(ys, x[2] * xs[0])
    return xs[0] * xs[1] + xs[-1] * len(ys)


def _two_sides(x, c):
    shorter = [x[2] * x[3], x[2], x[3], x[4]]
    longer = [c * x[0], x[0] * x[1], x[4], x[3], x[2], x[1], x[0]]
    return squares(shorter if c > 0 else longer)


@program((X, 1.0), (X, -1.0), same_as=_two_sides)
def on_one_side(x, c):
    """One side shortens the list, the other lengthens it."""
    xs = [v for v in x]
    if c > 0:
        xs.pop(1)
        xs[0] = x[2] * x[3]
    else:
        xs.extend([x[0] * x[1], c * x[0]])
        xs.reverse()
    return sum([(i + 1) * v * v for i, v in enumerate(xs)])


@program((X,), same_as=lambda x: (x[3] ** 2 + x[2] ** 2) * x[0])
def pop_in_a_condition(x):
    """The test itself takes the item."""
    xs = [v for v in x]
    t = 0.0
    while len(xs) > 1 and xs.pop() < 1.0:
        t += xs[-1] ** 2
    return t * xs[0]


@program((X,), same_as=lambda x: x[4] - 2 * x[3] ** 2 + x[0] / (1 + x[2] ** 2) + x[1])
def of_a_pop(x):
    """The value of an expression with two of them: the left one is first."""
    xs = [v for v in x]
    return xs.pop() - 2 * xs.pop() ** 2 + xs.pop(0) / (1 + xs.pop() ** 2) + xs[0]


@program((X,), same_as=lambda x: (x[0] * x[1] + x[2]) * x[3])
def postfix(x):
    """A calculator with a stack."""
    values = [x[0], x[1], x[2], x[3]]
    stack = []
    k = 0
    for token in (0, 0, 1, 0, 2, 0, 1):
        if token == 0:
            stack.append(values[k])
            k += 1
        else:
            b = stack.pop()
            a = stack.pop()
            stack.append(a * b if token == 1 else a + b)
    return stack.pop()


def _path_by_path(x):
    s = np.sin(x)
    by_one, by_two = x[0] * x[1], x[0] * x[2]
    below_one = by_one * (s[1] + x[1] * x[3] * s[3] + x[1] * x[4] * s[4])
    return s[0] + below_one + by_two * (s[2] + x[2] * x[4] * s[4])


@program((X,), same_as=_path_by_path)
def depth_first(x):
    """The work list holds tuples of a number and a weight."""
    children = [[1, 2], [3, 4], [4], [], []]
    todo = [(0, 1.0)]
    total = 0.0
    while todo:
        node, weight = todo.pop()
        total += weight * np.sin(x[node])
        for child in children[node]:
            todo.append((child, weight * x[node] * x[child]))
    return total


def _soft_min(x):
    one, two = x[0] * x[1] + 1, x[0] * x[2] + 1
    three = -np.log(np.exp(-(one + x[1] * x[3] + 1)) + np.exp(-(two + x[2] * x[3] + 1)))
    return -np.log(np.exp(-(two + x[2] * x[4] + 1)) + np.exp(-(three + x[3] * x[4] + 1)))


@program((X,), same_as=_soft_min)
def topological_soft_min(x):
    """Nodes in topological order by a queue, with a soft-min path to each."""
    edges = [[1, 2], [3], [3, 4], [4], []]
    missing = [0, 1, 1, 2, 2]
    cost = [[] for _ in range(0)]
    into = [[], [0], [0], [1, 2], [2, 3]]
    ready = [0]
    order = []
    while ready:
        node = ready.pop(0)
        order.append(node)
        for other in edges[node]:
            missing[other] -= 1
            if missing[other] == 0:
                ready.append(other)
    reach = [0.0] * 5
    for node in order[1:]:
        ways = [np.exp(-(reach[k] + x[node] * x[k] + 1.0)) for k in into[node]]
        reach[node] = -np.log(sum(ways))
    return reach[4] + len(cost)


def _five_numbers(x):
    a, b, c = x[0] ** 2, x[1] ** 2, x[2] ** 2
    d, e = x[3] ** 2 + 0.5 * a, x[4] ** 2 + 0.5 * b
    return a + (a * c + b) + (b * d + c) + (c * e + d)


@program((X,), same_as=_five_numbers)
def ring_buffer(x):
    """A list of constant length that turns."""
    ring = [0.0, 0.0, 0.0]
    t = 0.0
    for v in x:
        ring.append(v * v + 0.5 * ring.pop(0))
        t += ring[0] * ring[2] + ring[1]
    return t


@program((X,), same_as=lambda x: np.sum(np.sin(x[1:]) ** 2) + np.sum(x[:2] ** 2) * np.sum(2 * x * x))
def arrays_in_a_list(x):
    """Arrays of different lengths come and go."""
    xs = [x * 2, x[:2]]
    xs.insert(0, np.sin(x[1:]))
    a = xs.pop()
    b = xs.pop(0)
    xs.extend([a * a, b])
    xs.reverse()
    return np.sum(xs[0] ** 2) + np.sum(xs[1]) * np.sum(xs[2] * x)


@program((X,), same_as=lambda x: x[0] * np.sum(x[1:3] ** 2) + 2 * np.sum(x))
def mixed_kinds(x):
    """A float leaves a list of a float and arrays."""
    xs = [x * 2, x[0] * 1.0, x[1:3]]
    a = xs.pop(1)
    b = xs.pop()
    return a * np.sum(b * b) + np.sum(xs[0])


@program((X,), same_as=lambda x: x[0] ** 3 + x[1] * x[4] ** 4 + x[2] * x[3] ** 4 + x[1] * x[2] ** 4)
def saved_before_it_goes(x):
    """The pullback needs items that are not in the list any more, and that have been overwritten."""
    xs = [v for v in x]
    t = 0.0
    for i in range(4):
        t += xs[i % len(xs)] * xs[0] ** 2
        xs[0] = xs[-1] * xs.pop()
    return t


def _turned_round(x):
    a, b = x[0], x[1]
    for k in range(3):
        a, b = b * x[k] + 0.1, a * x[k] + 0.1
    return a * b


@program((X,), same_as=_turned_round)
def emptied_and_filled(x):
    """The list is another one in each round, under one name."""
    xs = [x[0], x[1]]
    for k in range(3):
        ys = []
        while xs:
            ys.append(xs.pop() * x[k] + 0.1)
        xs = ys
    return xs[0] * xs[1]


def _as_it_is_left(x):
    out = [x[3] ** 4, x[2] ** 2, x[1] ** 2, x[0] ** 2]
    return weighted(out + [x[4], x[0] * 0.5, x[1] * 0.5, x[2] * 0.5])


@program((X,), same_as=_as_it_is_left)
def left_early(x):
    """A `break` and a `continue` between the writes."""
    xs = [v for v in x]
    out = []
    while xs:
        v = xs.pop(0)
        if v < 0:
            xs.insert(0, v * v)
            continue
        out.insert(0, v * v)
        if len(out) > 3:
            break
        xs.append(v * 0.5)
    return sum([(i + 1) * v for i, v in enumerate(out + xs)])


@program((X,), same_as=lambda x: (x[1] * x[2]) ** 2 + 2)
def returned_from_a_loop(x):
    """The function returns from where it pops."""
    xs = [v * v for v in x]
    while True:
        v = xs.pop()
        if v > 1.0:
            return v * xs[-1] + len(xs)
        xs[0] = xs[0] + v


@program((X,), same_as=lambda x: squares([x[3], x[0], x[1], x[4], x[2]]))
def nested_loops(x):
    """Bubbles up by pop and insert."""
    xs = [v for v in x]
    for i in range(1, len(xs)):
        v = xs.pop(i)
        j = i
        while j > 0 and xs[j - 1] > v:
            j -= 1
        xs.insert(j, v)
    return sum([(i + 1) * v * v for i, v in enumerate(xs)])


@program((X,), same_as=lambda x: squares([x[0], x[1], x[2] * x[3], x[3], x[4]]))
def scalar_from_the_list(x):
    """Lengths and tests tell the way, and have no derivative."""
    xs = []
    for v in x:
        if v in xs or not xs or xs[-1] < v:
            xs.append(v)
        elif len(xs) > 1:
            xs[-1:] = [xs[-1] * v, v]
    return sum([(i + 1) * v * v for i, v in enumerate(xs)])


@program((X,), same_as=lambda x: squares([0, 1, 2, x[1], x[2]] + [v * v for v in x] + [v * 2 for v in x]))
def extended_by_other_things(x):
    """A tuple, an array, a generator, a range and a string of no float."""
    xs = [x[0]]
    xs.extend((x[1], x[2]))
    xs += (v * v for v in x)
    xs.extend(x * 2)
    xs[:1] = range(3)
    return sum([(i + 1) * v * v for i, v in enumerate(xs)])


@program((X,), raises=IndexError)
def popped_when_empty(x):
    """The error is Python's, also if nothing reads the item."""
    xs = [x[0]]
    xs.pop()
    xs.pop()
    return x[0] * x[1]


@program((X,), raises=ValueError)
def removed_what_is_not_there(x):
    """The error is Python's."""
    xs = [x[0]]
    xs.remove(5.0)
    return x[0] * x[1]


@program((X,), raises=IndexError)
def deleted_what_is_not_there(x):
    """The error is Python's."""
    xs = [x[0]]
    del xs[3]
    return x[0] * xs[0]


@program((np.array([0.7, 1.3, 0.2]),), same_as=lambda x: np.sum(2 * x[0] * x[1:] ** 2 + x[0] * x[1:] ** 4))
def replaced_by_another_shape(x):
    """An item of length one makes room for one of length two: the cotangents have the shapes of then."""
    a, b = x[:1] * 2, x[1:] ** 2
    ys = [a, b]
    s = np.sum(ys[0] * ys[1])
    ys[0] = b * x[0]
    return s + np.sum(ys[0] * ys[1])


@program((np.array([0.7, 1.3, 0.2]),), same_as=lambda x: np.sum(2 * x[0] * x[1:] ** 2 + 2 * x[0] * x[1:] ** 4))
def stretched_in_a_loop(x):
    """In the first round an item is stretched to the length of another."""
    ys = [x[:1] * 2, x[1:] ** 2]
    for k in range(2):
        ys[k] = ys[k] * ys[1 - k]
    return np.sum(ys[0]) + np.sum(ys[1])


@program((X,), same_as=lambda x: squares([3 * x[0] * x[1], 3 * x[0] * x[1], x[0] * x[2] ** 2, x[2], x[0] ** 2 * x[1]]))
def slices_in_steps(x):
    """Every other item is replaced, from the front and from the back."""
    xs = [v for v in x]
    xs[::2] = [x[0] * x[1], x[2] ** 2, xs[1] * 3]
    xs[::-1] = [v * x[0] for v in xs]
    xs[3:0:-2] = [x[1], x[2]]
    xs[1::2] = xs[:2]
    return sum([(k + 1) * v * v for k, v in enumerate(xs)])


def _every_other_one(x, i):
    start = i % 5
    return squares([x[0] * x[(k - start) // 2] if k in range(start, 4, 2) else x[k] for k in range(5)])


@program((X, 1), (X, 0), (X, -3), same_as=_every_other_one)
def slices_in_steps_from_somewhere(x, i):
    """The start is an argument."""
    xs = [v for v in x]
    n = len(xs[i:4:2])
    xs[i:4:2] = [x[0] * x[k] for k in range(n)]
    return sum([(k + 1) * v * v for k, v in enumerate(xs)])


@program((X,), same_as=lambda x: 12 * x[0] ** 2 + np.sum(3 * x**4 + 36 * x**2))
def arrays_in_steps(x):
    """Arrays take the place of others of another length."""
    xs = [x * k for k in range(4)]
    xs[::2] = [x[:1] * 2, x**2]
    xs[1::2] = [xs[0], xs[3]]
    return sum([np.sum(v * v) * (k + 1) for k, v in enumerate(xs)])


@program((X,), raises=ValueError)
def too_few_for_a_step(x):
    """The error is Python's."""
    xs = [v for v in x]
    xs[::2] = [x[0]]
    return xs[0]


@program((X, 2), (X, 0), (X, -1), (X, 1), same_as=lambda x, n: squares(([v * v for v in x] * n + [x[1] * x[2]]) * 2))
def repeated_in_place(x, n):
    """The list is the same one, twice as long or empty."""
    xs = ys = [v * v for v in x]
    xs *= n
    xs.append(x[1] * x[2])
    xs *= 2
    return sum([(k + 1) * v * v for k, v in enumerate(ys)])


def _eight_items(x):
    a, b = x[0] ** 2, x[0] * x[1]
    return squares([a, b, a * x[2], x[0], a, b, a, x[0]])


@program((X,), same_as=_eight_items)
def repeated_in_a_loop(x):
    """Twice, four times, eight times."""
    xs = [x[0]]
    for k in range(3):
        xs *= 2
        xs[k] = xs[k] * x[k]
    return sum([(k + 1) * v * v for k, v in enumerate(xs)])


@program((X,), same_as=lambda x: 3 * x[0] * (8 * x[1] + 6 * x[2]))
def repeated_in_a_list(x):
    """The list that is repeated is in another one."""
    rows = [[x[0]], [x[1], x[2]]]
    for k in range(2):
        rows[k] *= 2
        rows[k][::2] = [v * 2 for v in rows[k][::2]]
    return sum(rows[0]) * sum([(k + 1) * v for k, v in enumerate(rows[1])])


@program((X,), same_as=lambda x: weighted([*x, *x[::-1]]))
def extended_by_itself_backwards(x):
    """By `+=` of a slice of itself."""
    ys = list(x)
    ys += ys[::-1]
    return weighted(ys)


@program((X,), same_as=lambda x: weighted([*x[1:], *(2 * x[1:])]) + weighted([*(2 * x), *x[2:]]))
def extended_by_slices_of_others(x):
    """Each by a part of the other."""
    ys, zs = list(x), list(x * 2)
    del ys[:1]
    more = ys[1:]
    ys += zs[1:]
    zs += more[:]
    return weighted(ys) + weighted(zs)


@program((X,), same_as=lambda x: 6 * x[1] + 3 * x[2] + 4 * x[3] * x[1] + 5 * x[4] + 1)
def ints_over_floats(x):
    """Whole numbers take the place of items, which are read before and after."""
    ys = list(x)
    ys[0] = 1
    ys[1] *= 3
    ys[3] *= x[1]
    for i in range(5):
        if i == 4:
            ys[i] = 0
    return weighted(ys) + 5 * x[4]


@program((X,), same_as=lambda x: 2 * x[1] + (x[1] + 2 * x[2]) * x[2])
def ints_over_floats_in_a_list(x):
    """In lists in a list, and what was there before."""
    rows = [[x[0], x[1]], [x[1], x[2]]]
    t = rows[0][1]
    rows[0][0] = 0
    rows[0][1] = True
    return (t * 2 - 2 + weighted(rows[0])) + weighted(rows[1]) * x[2]


@program((np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 5))
def del_steps(x, n):
    """A slice with a step is deleted."""
    ys = [v * v for v in x]
    del ys[::2]
    return sum(v * (i + 1) for i, v in enumerate(ys))


@program((np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 5))
def del_steps_back(x, n):
    """Backwards, with a step that is known late."""
    ys = [v * v for v in x]
    k = -2
    del ys[n::k]
    ys.append(x[0])
    return sum(v * (i + 1) for i, v in enumerate(ys))


@program((np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 5))
def del_nested(x, n):
    """Of lists in a list."""
    rows = [[v * v * j for v in x] for j in range(3)]
    for i in range(3):
        del rows[i][i::3]
        rows[i][0] += x[i]
    return sum(v * (i + 1) for r in rows for i, v in enumerate(r))


@program((X,), same_as=lambda x: 3 * x[1] + x[0] * x[1])
def made_in_some_round(x):
    """A list that one round makes and a later one makes longer."""
    for i in range(3):
        if i == 1:
            row = [x[i]]
        if i == 2:
            row.append(x[0] * row[0])
    return row[0] * 3 + row[1]


@program((X,), same_as=lambda x: (2 * x).sum() - 2 * x[1] + x[0] * x[3])
def array_made_in_some_round(x):
    """The same with an array in a list."""
    for i in range(4):
        if i == 0:
            rows = [x * 2.0]
        elif i == 3:
            rows[0][1] = x[0] * x[i]
    return np.sum(rows[0])


@program((X,), same_as=lambda x: (x[1] + x[0] * 4) ** 2)
def made_on_one_way_and_written_to_on_another(x):
    """In an inner loop, whose rounds find it or make it anew."""
    for i in range(2):
        for j in range(2):
            if j == 0:
                rows = [[x[i]]]
            else:
                rows[0].append(x[0] * 4)
    return sum(rows[0]) ** 2


def fresh(a=0.5, b=0.6):
    """Two arrays without axes."""
    return [np.array(a), np.array(b)]


@program((0.4, fresh()), same_as=lambda x, xs: (xs[0] + x) * 2 + xs[0])
def put_anew(x, xs):
    """`xs[0] = xs[0] + x` writes to no array, whatever that has for axes."""
    a = xs[0]
    xs[0] = xs[0] + x
    return xs[0] * 2 + a


@program((0.4, fresh()), same_as=lambda x, xs: (xs[0] + xs[1]) ** 2 * 2)
def put_one_after_the_other(x, xs):
    """The same, in two places."""
    t = xs[0]
    xs[0] = xs[0] + xs[1]
    xs[1] = (t + xs[1]) * 2
    return xs[0] * xs[1]


@program((0.4, {"a": np.array(0.5), "b": np.array(0.6)}))
def put_anew_under_a_key(x, d):
    """The array that was there stays as it was."""
    a = d["a"]
    for _ in range(2):
        d["a"] = d["a"] * x
        d["b"] = 0.9 * d["b"] + d["a"]
    return a + d["b"] * d["a"]


def _step(ps, g):
    for i in range(len(ps)):
        ps[i] = ps[i] - 0.1 * g


@program((0.4, fresh()), same_as=lambda x, ps: (ps[0] - 0.1 * x) * (ps[1] - 0.1 * x) * ps[0])
def put_anew_by_a_callee(x, ps):
    """As an optimiser does it."""
    before = ps[0]
    _step(ps, x)
    return ps[0] * ps[1] * before
