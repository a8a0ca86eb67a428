"""Lists, dicts, deques, arrays and objects in dicts whose keys are known only at run time, and lists three deep."""

from collections import defaultdict, deque

import numpy as np

from programs.harness import program

X = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


class _Node:
    def __init__(self, w):
        self.w = w


def _grid(a, b):
    return [[0.0] * b for _ in range(a)]


def _two_apart(x):
    return [x[0]], [x[1]]


def _arrays_whole(x, n):
    d = {0: np.zeros(n), 1: np.zeros(n)}
    for i in range(n):
        d[i % 2] = np.concatenate([np.ones(1), (d[i % 2] * x[i] + x)[1:]])
    return sum((v**2).sum() for v in d.values())


@program((X, 5))
def grouped_maxima(x, n):
    """The items of the groups are read while one loops over the keys."""
    d = defaultdict(list)
    for i in range(n):
        d[i % 3].append(x[i] * x[i])
    s = 0.0
    for k in d:
        s += max(d[k]) * len(d[k])
    return s


@program((X, 5))
def filled_where_missing(x, n):
    """The key is known to be absent where the list is put in."""
    groups = {}
    for i in range(n):
        k = i % 2
        if k not in groups:
            groups[k] = []
        groups[k].append(x[i] * 2)
    return sum(sum(v) ** 2 for v in groups.values())


@program((X, 5))
def set_default(x, n):
    """The default is put in, and then written to as what is in the dict."""
    groups = {}
    for i in range(n):
        groups.setdefault(i % 2, []).append(x[i] * 2)
    return sum(sum(v) ** 2 for v in groups.values())


@program((X, 5))
def forward_pass(x, n):
    """A table of dynamic programming: a list of dicts, of which one is filled from the one before."""
    V = [{}]
    for s in range(3):
        V[0][s] = x[s]
    for t in range(1, n):
        V.append({})
        for s in range(3):
            V[t][s] = max(V[t - 1][r] * x[r] for r in range(3)) + x[s]
    return max(V[n - 1][s] for s in range(3))


@program((X, 5))
def dict_in_dict(x, n):
    """A dict is put in, and then filled."""
    g = {}
    for i in range(n):
        g[i] = {}
        for j in range(i):
            g[i][j] = x[i] * x[j]
    return sum(g[i][j] for i in g for j in g[i])


@program(
    (X, 5), same_as=lambda x, n: sum((x[i] ** 2 + x[i]) ** 2 if i % 3 == 1 else x[i] ** 4 + x[i] ** 2 for i in range(n))
)
def array_elements(x, n):
    """Elements of arrays in a dict, set and added to."""
    d = {}
    for i in range(n):
        d[i] = np.zeros(3)
        d[i][i % 3] = x[i] ** 2
        d[i][1] += x[i]
    return sum((d[i] * d[i]).sum() for i in d)


@program((X, 5), same_as=lambda x, n: ((x[0] + x[2] + x[4]) ** 2 + (x[1] + x[3]) ** 2) * (x[:3] ** 2).sum())
def arrays_by_default(x, n):
    """Arrays that are added to in place, and made where they are missing."""
    d = defaultdict(lambda: np.zeros(3))
    for i in range(n):
        d[i % 2] += x[i] * x[:3]
    return sum((d[i] * d[i]).sum() for i in d)


@program((X, 5))
def dicts_by_default(x, n):
    """A dict for each key."""
    d = defaultdict(dict)
    for i in range(n):
        d[i % 2][i] = x[i] ** 2
    return sum(v * i for i in d for v in d[i].values())


@program((X, 5))
def first_row_filled_before(x, n):
    """What the list holds was written to before it grows in a loop."""
    V = [[]]
    for s in range(3):
        V[0].append(x[s])
    for t in range(1, n):
        V.append([])
        for s in range(3):
            V[t].append(V[t - 1][s] * x[s])
    return sum(V[n - 1][s] for s in range(3))


@program((X, 5))
def first_dict_filled_before(x, n):
    """The same with a dict."""
    V = [{}]
    for s in range(3):
        V[0][s] = x[s]
    for t in range(1, n):
        V.append({})
    return sum(V[0][s] for s in range(3))


@program((X, 5))
def overwritten(x, n):
    """A list takes the place of one that has grown."""
    d = {}
    for i in range(n):
        d[i % 2] = [x[i], x[i] * 2]
        d[i % 2].append(x[i] ** 2)
    return sum(a * a for k in d for a in d[k])


@program((X, 5))
def overwritten_longer(x, n):
    """The list that is replaced has another length, and has been read."""
    d = {}
    s = 0.0
    for i in range(n):
        d[i % 2] = [x[j] * i for j in range(i)]
        for a in d[0]:
            s += a * a
        d[i % 2].append(x[i])
    return s + sum(sum(v) for v in d.values())


@program((X, 5))
def popped(x, n):
    """What is taken out is read."""
    d = {}
    for i in range(n):
        d[i] = [x[i], x[i] ** 2]
    s = 0.0
    for i in range(0, n, 2):
        v = d.pop(i)
        s += v[0] * v[1]
    return s + sum(v[1] for v in d.values())


@program((X, 5))
def pop_from_list_in_dict(x, n):
    """Items are taken from both ends of lists in a dict."""
    d = defaultdict(list)
    for i in range(n):
        d[i % 2].append(x[i] ** 2)
    s = 0.0
    while d[0]:
        s = s * 1.5 + d[0].pop()
    return s + d[1].pop(0) * 3


@program((X, 5))
def sorted_in_place(x, n):
    """Lists are sorted while one loops over the keys."""
    d = defaultdict(list)
    for i in range(n):
        d[i % 2].append(-(x[i] ** 2))
    for k in d:
        d[k].sort()
    return sum(v * i for k in sorted(d) for i, v in enumerate(d[k]))


@program((X, 5))
def read_before_write(x, n):
    """The item was read before it is written to, by another name."""
    d = {i: [x[i]] for i in range(n)}
    r = d[1]
    d[1].append(x[0])
    return sum(r) ** 2


@program((X, 5))
def write_through_values(x, n):
    """The values are written to while one loops over them."""
    d = {i: [x[i]] for i in range(n)}
    for v in d.values():
        v.append(x[0])
    return sum(sum(v) ** 2 for v in d.values())


@program((X, 5))
def write_through_items(x, n):
    """And so with the keys beside them."""
    d = {i: [x[i]] for i in range(n)}
    for k, v in d.items():
        v.append(x[k])
    return sum(sum(v) ** 2 for v in d.values())


@program((X, 5), same_as=lambda x, n: sum((i % 2 + 1) * x[i] ** 2 for i in range(n)))
def nested(x, n):
    """Numbers in dicts in a dict, all made where they are missing."""
    g = defaultdict(lambda: defaultdict(float))
    for i in range(n):
        g[i % 2][i % 3] += x[i] ** 2
    return sum(g[a][b] * (a + 1) for a in g for b in g[a])


@program((X, 5))
def nested_lists(x, n):
    """Lists in dicts in a dict."""
    g = defaultdict(lambda: defaultdict(list))
    for i in range(n):
        g[i % 2][i % 3].append(x[i] ** 2)
    return sum(v * (a + 1) for a in g for b in g[a] for v in g[a][b])


@program((X, 5))
def list_of_dicts(x, n):
    """Dicts in a list."""
    rows = [{} for _ in range(3)]
    for i in range(n):
        rows[i % 3][i] = x[i] ** 2
    return sum(v * k for r in rows for k, v in r.items())


@program((X, 5))
def list_of_dicts_of_lists(x, n):
    """Lists in dicts in a list."""
    rows = [{} for _ in range(3)]
    for i in range(n):
        rows[i % 3].setdefault(i % 2, []).append(x[i] ** 2)
    return sum(sum(v) ** 2 for r in rows for v in r.values())


@program((X, 5))
def queues(x, n):
    """Deques in a dict, to which one writes at both ends."""
    d = defaultdict(deque)
    for i in range(n):
        d[i % 2].append(x[i] ** 2)
        d[i % 2].appendleft(x[i])
    return sum(d[k].popleft() * d[k].pop() for k in list(d))


@program((X, 5))
def dicts_of_known_keys(x, n):
    """Dicts with known keys in dicts with late ones."""
    V = [{}]
    for s in range(3):
        V[0][s] = {"prob": x[s], "prev": None}
    for t in range(1, n):
        V.append({})
        for s in range(3):
            best = max(V[t - 1][r]["prob"] * x[r] for r in range(3))
            V[t][s] = {"prob": best + x[s], "prev": 1}
    return max(v["prob"] for v in V[n - 1].values())


@program((X, 5))
def tree(x, n):
    """A tree as a dict of lists of numbers."""
    children = {0: [1, 2], 1: [3], 2: [4], 3: [], 4: []}
    depth = {}
    for i in range(n):
        for c in children[i]:
            depth[c] = x[c] * x[i]
    return sum(depth.values())


@program((X, 5))
def adjacency(x, n):
    """A graph as a dict of lists of pairs."""
    g = {}
    for i in range(n):
        g[i] = []
        for j in range(i):
            g[i].append((j, x[i] * x[j]))
            g[j].append((i, x[i] - x[j]))
    dist = {i: 0.0 for i in range(n)}
    for i in range(n):
        for j, w in g[i]:
            dist[j] = dist[j] * 0.5 + w * w
    return sum(dist.values())


@program((X, 5))
def arrays_elements(x, n):
    """Arrays are replaced, their elements written to and read one by one."""
    d = {}
    for i in range(n):
        d[i % 2] = np.zeros(n)
        d[i % 2][i] = x[i]
        d[i % 2][1:] += x[i] * x[1:]
    s = 0.0
    for k in d:
        for j in range(n):
            s += d[k][j] ** 2 * (j + 1)
    return s


@program((X, 5), same_as=_arrays_whole)
def arrays_whole(x, n):
    """Arrays are multiplied, added to, and written to by element."""
    d = {}
    for i in range(n):
        if i % 2 not in d:
            d[i % 2] = np.zeros(n)
        d[i % 2] *= x[i]
        d[i % 2] += x
        d[i % 2][0] = 1.0
    return sum((v**2).sum() for v in d.values())


@program((X, 5))
def branches(x, n):
    """What is put in, and whether it is written to, is decided by tests."""
    d = {}
    for i in range(n):
        if x[i] > 2.5:
            d[i] = [x[i]]
        else:
            d[i] = []
        if i % 2:
            d[i].append(x[0])
    return sum(sum(v) ** 2 * k for k, v in d.items())


@program((X, 5))
def known_then_late(x, n):
    """The keys of a dict of lists are forgotten where a list is found by a late key and written to."""
    d = {"a": [x[0]], "b": []}
    for i in range(n):
        k = "ab"[i % 2]
        d[k].append(x[i] ** 2)
    return sum(d["a"]) * sum(d["b"])


@program((X, 5))
def known_then_more(x, n):
    """The same, where more keys come."""
    d = {0: [x[0]]}
    for i in range(n):
        d.setdefault(i % 3, []).append(x[i] ** 2)
    return sum(sum(v) ** 2 for v in d.values())


@program((X, 5))
def given_back(x, n):
    """A nested function gives the dict, which is then written to."""

    def group(v):
        d = {}
        for i in range(n):
            d.setdefault(i % 2, []).append(v[i] ** 2)
        return d

    d = group(x)
    d[0].append(x[0])
    return sum(d[0]) * sum(d[1])


@program((X, 5))
def cleared(x, n):
    """Lists are emptied now and then."""
    d = defaultdict(list)
    s = 0.0
    for i in range(n):
        d[i % 2].append(x[i])
        if len(d[0]) == 2:
            s += d[0][0] * d[0][1]
            d[0].clear()
    return s + sum(sum(v) for v in d.values())


@program((X, 5))
def deleted(x, n):
    """A list is deleted, and another put under its key."""
    d = {i: [x[i], 2 * x[i]] for i in range(n)}
    del d[1]
    d[1] = [x[0]]
    d[1].append(x[3])
    return sum(sum(v) ** 2 for v in d.values())


@program((X, 5))
def float_int_mix(x, n):
    """The default is a list with an int."""
    d = defaultdict(lambda: [0])
    for i in range(n):
        d[i % 2][0] += x[i] ** 2
    return d[0][0] * d[1][0]


@program((X, 5))
def pairs_of_counts(x, n):
    """A sum and a count for each key."""
    d = defaultdict(lambda: [0.0, 0])
    for i in range(n):
        d[i % 2][0] += x[i] ** 2
        d[i % 2][1] += 1
    return sum(t / c for t, c in d.values())


@program((X, 5))
def three_deep(x, n):
    """Lists in lists in lists grow."""
    rows = [[[] for _ in range(2)] for _ in range(2)]
    for i in range(n):
        rows[i % 2][(i // 2) % 2].append(x[i] ** 2)
    return sum(v * (i + 1) * (j + 2) for i in range(2) for j in range(2) for v in rows[i][j])


@program((X, 5))
def three_deep_store(x, n):
    """Their items are written to, and read."""
    t = [[[0.0] * 2 for _ in range(2)] for _ in range(2)]
    for i in range(n):
        t[i % 2][(i // 2) % 2][i % 2] += x[i] ** 2
        t[i % 2][0][1] = x[i]
    return sum(v * v for a in t for b in a for v in b)


@program((X, 5))
def put_known(x, n):
    """A loop over the keys changes the values."""
    d = {i: x[i] for i in range(n)}
    for k in d:
        d[k] = d[k] ** 2
    return sum(d.values())


@program((X, 5))
def put_known_items(x, n):
    """So does a loop over the items."""
    d = {i: x[i] for i in range(n)}
    for k, v in d.items():
        d[k] = v**2
    return sum(d.values())


@program((X, 5))
def stale_test(x, n):
    """The test was made before the key was put in."""
    d = {i: x[i] for i in range(n)}
    t = n not in d
    d[n] = x[0]
    if t:
        d[n] = x[1] ** 2
    return d[n] * d[0]


@program((X, 5))
def stale_test2(x, n):
    """So here, where the key may be another one."""
    d = {}
    for i in range(n):
        k = i % 2
        t = k not in d
        d.setdefault(0, [x[0]])
        if t:
            d[k] = [x[i] ** 2]
        d[k].append(x[1])
    return sum(sum(v) ** 2 for v in d.values())


@program((X, 5))
def rows_before_loop(x, n):
    """A row is read before a loop that writes to it, under both names."""
    rows = [[] for _ in range(3)]
    for k in range(3):
        r = rows[k]
        for i in range(n):
            if i > k:
                r.append(x[i] * (k + 1))
            else:
                rows[k].append(x[i])
    return sum(rows[0]) * sum(rows[1]) * sum(rows[2])


@program((X, 5))
def zero_times(x, n):
    """The loop that writes to the row is not run."""
    rows = [[x[0]] for _ in range(2)]
    r = rows[0]
    for i in range(n - 5):
        r.append(x[i])
    rows[0].append(x[1])
    return sum(r) ** 2


@program((X, 5))
def objects(x, n):
    """Attributes of objects in a dict."""
    d = {}
    for i in range(n):
        d[i] = _Node(x[i])
    for i in range(n):
        d[i].w = d[i].w * x[0]
    return sum(d[i].w ** 2 for i in range(n))


@program((X, 5))
def grid(x, n):
    """A helper makes the rows, each of its own."""
    g = _grid(2, 3)
    for i in range(n):
        g[i % 2][i % 3] += x[i] ** 2
    return sum(v * v for r in g for v in r)


@program((X, 5))
def two_apart(x, n):
    """A helper gives two lists."""
    a, b = _two_apart(x)
    a.append(x[1])
    return sum(b) ** 2 * sum(a)
