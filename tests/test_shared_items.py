"""What a program does to what is in containers where one object may be there twice: mostly it is refused."""

import numpy as np
import pytest

from s2s_ad import MutationError, grad

X = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


def _twice(row):
    return [row, row]


def _pairs(row):
    return [(0, row), (1, row)]


def _bad_grid(a, b):
    return [[0.0] * b] * a


def _two(x):
    a = [x[0]]
    return a, a


def _given(x, rows):
    return list(rows)


def same_list_twice(x, n):
    row = [x[0]]
    d = {}
    for i in range(n):
        d[i] = row
    d[0].append(x[1])
    return sum(sum(v) ** 2 for v in d.values())


def item_of_item(x, n):
    d = {}
    for i in range(n):
        d[i] = [x[i]]
    d[0] = d[1]
    d[0].append(x[2] ** 2)
    return sum(sum(v) ** 2 for v in d.values())


def read_then_put_other(x, n):
    d = {i: [x[i]] for i in range(n)}
    r = d[1]
    d[n] = [x[0]]
    r.append(x[2])
    return sum(d[1]) ** 2


def copied(x, n):
    d = {i: [x[i]] for i in range(n)}
    e = d.copy()
    e[0].append(x[1])
    return sum(sum(v) ** 2 for v in d.values())


def three_deep_rows(x, n):
    t = [[[0.0] * 2 for _ in range(2)] for _ in range(2)]
    for i in range(n):
        r = t[i % 2][0]
        t[i % 2][0] = [x[i], x[i] ** 2]
        r.append(1.0)
    return sum(v * v for a in t for b in a for v in b)


def twice(x, n):
    r = [x[0]]
    rows = _twice(r)
    rows[0].append(x[1])
    return sum(rows[1]) ** 2


def twice_dict(x, n):
    r = [x[0]]
    rows = dict(enumerate(_twice(r)))
    rows[0].append(x[1])
    return sum(rows[1]) ** 2


def twice_pairs(x, n):
    r = [x[0]]
    rows = dict(_pairs(r))
    for k in range(2):
        rows[k].append(x[k])
    return sum(rows[1]) ** 2


def twice_pairs2(x, n):
    r = [x[0]]
    ps = []
    for i in range(2):
        ps.append((i, r))
    rows = dict(ps)
    for k in range(2):
        rows[k].append(x[k])
    return sum(rows[1]) ** 2


def loop_over_item(x, n):
    rows = [[1.0, 2.0], [x[0]]]
    s = 0.0
    for i in range(2):
        for v in rows[i]:
            if len(rows[i]) < 5:
                rows[i].append(x[1])
            s += v * v
    return s


def rows_reordered_in_loop(x, n):
    rows = [[] for _ in range(3)]
    r = rows[0]
    for i in range(n):
        rows.reverse()
        r.append(x[i])
    return sum(rows[0]) * 2 + sum(rows[2])


def rows_swapped_in_branch(x, n):
    rows = [[x[0]], [x[1]]]
    rows = [list(r) for r in rows]
    r = rows[0]
    if x[0] < 3:
        rows[0] = [x[3]]
    r.append(x[2])
    return sum(rows[0]) * 2 + sum(r)


def bad_grid(x, n):
    g = _bad_grid(2, 3)
    for i in range(n):
        g[i % 2][i % 3] += x[i] ** 2
    return sum(v * v for r in g for v in r)


def two(x, n):
    a, b = _two(x)
    a.append(x[1])
    return sum(b) ** 2


def given(x, n):
    rows = [[x[0]], [x[1]]]
    c = _given(x, rows)
    c[0].append(x[2])
    return sum(rows[0]) ** 2


def put_other_items(x, n):
    d = {i: x[i] for i in range(n)}
    for k, v in d.items():
        if k + 1 < n:
            d[k + 1] = v * d[k + 1]
    return sum(d.values())


def row_before_loop(x, n):
    d = {0: [], 1: []}
    for k in range(2):
        r = d[k]
        for i in range(n):
            r.append(x[i] * (k + 1))
        r[0] = r[1] * x[0]
    return sum(d[0]) * sum(d[1])


class _Particle:
    def __init__(self, x, v):
        self.x = x
        self.v = v


def shared_below(x, n):
    a = [x[0]]
    rows = [[a], [a]]
    for i in range(2):
        rows[i][0].append(x[i + 1])
    return sum(rows[1][0]) ** 2


def shared_below_appended(x, n):
    a = [x[0]]
    rows = []
    for _ in range(2):
        rows.append([a])
    for i in range(2):
        rows[i][0].append(x[i + 1])
    return sum(rows[1][0]) ** 2


def shared_below_known(x, n):
    a = [x[0]]
    rows = [[a], [a]]
    rows.append([[x[3]]])
    for i in range(2):
        rows[i][0].append(x[i + 1])
    return sum(rows[1][0]) ** 2


def shared_below_comp(x, n):
    a = [x[0]]
    rows = [[a] for _ in range(2)]
    for i in range(2):
        rows[i][0].append(x[i + 1])
    return sum(rows[1][0]) ** 2


def shared_below_dict(x, n):
    a = [x[0]]
    rows = {}
    for i in range(2):
        rows[i] = {0: a}
    for i in range(2):
        rows[i][0].append(x[i + 1])
    return sum(rows[1][0]) ** 2


def shared_later(x, n):
    a = [x[0]]
    rows = [[[x[1]]], [[x[2]]]]
    for i in range(2):
        rows[i].append(a)
    for i in range(2):
        rows[i][1].append(x[i + 1])
    return sum(rows[1][1]) ** 2


def shared_later_store(x, n):
    rows = [[[x[1]]], [[x[2]]]]
    for i in range(1):
        rows[i][0] = rows[i + 1][0]
    for i in range(2):
        rows[i][0].append(x[i + 1])
    return sum(rows[1][0]) ** 2


def shared_extend(x, n):
    rows = [[[x[1]]], [[x[2]]]]
    for i in range(2):
        rows[i].extend(rows[0])
    for i in range(2):
        rows[i][-1].append(x[i + 1])
    return sum(rows[1][-1]) ** 2


def shared_arrays(x, n):
    a = x * 2
    rows = [[a], [a]]
    for i in range(2):
        rows[i][0][1] = x[i + 1]
    return (rows[1][0] ** 2).sum()


def same_parts(x, n):
    r = [x[0]]
    rows = [r, r]
    for i in range(2):
        rows[i].append(x[i + 1])
    return sum(rows[1]) ** 2


def same_parts_store(x, n):
    r = [x[0]]
    rows = [r, r]
    for i in range(2):
        rows[i][0] = rows[i][0] * x[i]
    return sum(rows[1]) ** 2


def replaced_old_written(x, n):
    ps = [_Particle(x * (i + 1.0), np.zeros(n)) for i in range(3)]
    for p in ps:
        v = p.v
        p.v = p.x * 2
        v[0] = x[0]
    return sum((p.x * p.v).sum() for p in ps)


def shared_attribute(x, n):
    c = np.zeros(n)
    ps = [_Particle(x * (i + 1.0), c) for i in range(3)]
    for p in ps:
        p.v += p.x
    return sum((p.x * p.v).sum() for p in ps)


def shared_between(x, n):
    ps = [_Particle(x * (i + 1.0), np.zeros(n)) for i in range(3)]
    for i in range(2):
        ps[i].v = ps[i + 1].v
    for p in ps:
        p.v += p.x
    return sum((p.x * p.v).sum() for p in ps)


def put_in_appended_then_more(x, n):
    a, b = [x[0]], [x[1]]
    rows = []
    rows.append(a)
    a.append(x[2])
    rows.append(b)
    b.append(x[3] ** 2)
    return sum(rows[0]) * sum(rows[1]) * sum(a) * len(b)


def put_in_stale_name(x, n):
    a, b = [x[0]], [x[1]]
    rows = []
    rows.append(a)
    rows.append(b)
    a.append(x[2])
    return sum(rows[0]) * sum(b)


def put_in_twice_one(x, n):
    a = [x[0]]
    rows = []
    rows.append(a)
    rows.append(a)
    a.append(x[1])
    return sum(rows[0]) + sum(rows[1]) ** 2


def put_in_then_replaced(x, n):
    a = [x[0]]
    rows = [[x[1]], [x[2]]]
    k = int(x[0] > 0)
    rows[k] = a
    rows[k] = [x[3]]
    a.append(x[1])
    return sum(a) * sum(rows[1])


def put_in_popped(x, n):
    a = [x[0]]
    rows = []
    rows.append(a)
    b = rows.pop()
    a.append(x[1])
    return sum(b) ** 2


def _grow(rows, i):
    if i < len(rows):
        rows[i].append(0.5 * i + rows[i][0])
        _grow(rows, i + 1)


def grown_while_named(x, n):
    rows = [[x[0]], [x[1] * x[2], x[2]]]
    last = [1.0]
    for r in rows:
        _grow(rows, 0)
        last = r
    return sum(last)


def grown_while_held(x, n):
    rows = [[x[0]], [x[1] * x[2], x[2]]]
    q = [rows[int(x[0] > 0.31)], [1.0]]
    _grow(rows, 0)
    return sum(q[0])


@pytest.mark.parametrize(
    "function",
    [
        twice,
        twice_dict,
        twice_pairs,
        two,
        given,
        row_before_loop,
        shared_below,
        shared_below_dict,
        shared_later_store,
        shared_arrays,
        same_parts,
        same_parts_store,
    ],
)
def test_right(function):
    """A list of which each item is known, and which one holds one object twice."""
    differences = [(function(X + 1e-6 * d, 5) - function(X - 1e-6 * d, 5)) / 2e-6 for d in np.eye(5)]
    np.testing.assert_allclose(grad(function)(X.copy(), 5), differences, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    "function",
    [
        same_list_twice,
        item_of_item,
        read_then_put_other,
        copied,
        three_deep_rows,
        twice_pairs2,
        loop_over_item,
        rows_reordered_in_loop,
        rows_swapped_in_branch,
        bad_grid,
        put_other_items,
        shared_below_appended,
        shared_below_known,
        shared_below_comp,
        shared_later,
        shared_extend,
        replaced_old_written,
        shared_attribute,
        shared_between,
        put_in_appended_then_more,
        put_in_stale_name,
        put_in_twice_one,
        put_in_then_replaced,
        put_in_popped,
        grown_while_named,
        grown_while_held,
    ],
)
def test_refused(function):
    """Never a guess."""
    with pytest.raises(MutationError) as refusal:
        grad(function)(X, 5)
    assert refusal.value.hint
