"""Programs that were wrong once, or failed: each is right now, or refused. Never a wrong number, never a crash."""

from __future__ import annotations

import copy
import dataclasses
import sys
from collections import deque

import numpy as np
import pytest

from rightness import X, check_right_or_refused, programs_of
from s2s_ad import ADError, def_rrule, primitive, pullback, value_and_grad


class Box:
    def __init__(self, v):
        self.v = v


class Pair:
    def __init__(self, x, v):
        self.x = x
        self.v = v


def made_in_a_branch_1(x, n):
    r = [x[0]]
    t = [r] if n > 3 else [[x[1]]]
    r.append(x[1] ** 2)
    return sum(t[0])


def made_in_a_branch_2(x, n):
    r = x * 1.0
    t = (r, 1.0) if n > 3 else (r, 2.0)
    r[0] = x[1] ** 2
    return t[0].sum()


def made_in_a_branch_3(x, n):
    r = [x[0]]
    t = {0: r} if n > 3 else {0: [x[1]]}
    r.append(x[1] ** 2)
    return sum(t[0])


def made_in_a_branch_4(x, n):
    r = x * 1.0
    t = [r, r] if n > 3 else [r, x * 2]
    t[0][0] = x[1] ** 2
    return t[1].sum()


def made_in_a_branch_5(x, n):
    y = x * 1.0
    try:
        a = [y, y * 2]
    except ValueError:
        a = [y * 2, y]
    a[0][0] *= x[1]
    return y.sum()


def pick(r):
    for i in range(3):
        if r[i] > 1:
            return Box(r)
    return Box(r * 2)


def made_in_a_branch_6(x, n):
    r = x * 1.0
    a = pick(r)
    a.v[0] = x[1] ** 2
    return r.sum()


def rec_holds(n, r):
    if n == 0:
        return [r]
    return rec_holds(n - 1, r)


def made_in_a_branch_7(x, n):
    r = x * 1.0
    a = rec_holds(2, r)
    a[0][1] = x[0] ** 2
    return r.sum()


def rec_twice(n, x):
    r = Box(x[n])
    if n > 0:
        return rec_twice(n - 1, x)
    return r, r


def made_in_a_branch_8(x, n):
    a, b = rec_twice(2, x)
    a.v = x[1] ** 2
    return b.v


def two_levels_down_1(x, n):
    row = [x[1]]
    rows = [Box([x[0]]), Box(row)]
    rows[n - 5] = Box([x[2]])
    row.append(x[1] ** 2)
    return sum(sum(o.v) for o in rows)


def two_levels_down_2(x, n):
    row = [x[1]]
    d = {0: Box([x[0]]), 1: Box(row)}
    d[n] = Box([x[2]])
    row.append(x[1] ** 2)
    return sum(sum(o.v) for o in d.values())


def two_levels_down_3(x, n):
    row = [x[1]]
    rows = [Box([x[0]]), Box(row)]
    rows.reverse()
    row.append(x[1] ** 2)
    return sum(sum(o.v) for o in rows)


def two_levels_down_4(x, n):
    row = [x[1]]
    q = Box(Box(row))
    if x[0] < 0.5:
        q.v = Box([x[3]])
    row.append(x[1] ** 2)
    return sum(q.v.v)


def two_levels_down_5(x, n):
    la = [x[1]]
    Q = [(la,)]
    i = 0
    while i < 2:
        la.append(sum(Q[0][0]))
        i += 1
    return sum(la)


def two_levels_down_6(x, n):
    rows = [Box([x[0]]), Box([x[1]])]
    row = rows[1].v
    if x[0] < 0.5:
        rows.pop()
    row.append(x[1] ** 2)
    return sum(sum(o.v) for o in rows)


def one_object_twice_1(x, n):
    t = [[x[2]], [x[1]]]
    for _i in range(n):
        r = [x[0]]
        t = [r, r]
    t[0].append(x[1] ** 2)
    return sum(t[1])


def one_object_twice_2(x, n):
    t = {}
    for _i in range(n):
        r = [x[0]]
        t = {0: r, 1: r}
    t[0].append(x[1] ** 2)
    return sum(t[1])


def one_object_twice_3(x, n):
    r = x * 1.0
    a = [Box(r), Box(r)] if n > 3 else [Box(x * 2), Box(x * 3)]
    a[0].v[1] = x[0] ** 2
    return a[1].v.sum()


def d1(o, n):
    o.append(o[0])
    if n > 0:
        d1(o, n - 1)


def held_twice_by_recursion_1(x, n):
    o = [[x[0]]]
    d1(o, 2)
    o[0].append(x[1] ** 2)
    return sum(o[1])


def d2(o, k):
    if k > 0:
        d2(o, k - 1)
    else:
        o[1] = o[0]


def held_twice_by_recursion_2(x, n):
    d = [x * 1.0, x * 2]
    d2(d, 2)
    d[0][0] = x[1] ** 2
    return d[1].sum()


def e1(memo, n, x):
    r = x * (n + 1)
    if n > 0:
        e1(memo, n - 1, x)
    memo.append(r)
    return r


def shared_by_recursion_1(x, n):
    m = []
    a = e1(m, 2, x)
    a[0] = x[1] * 3
    return m[2].sum()


def e2(o, p, k, x):
    r = [x[k]]
    o.append(r)
    p.append(r)
    if k > 0:
        e2(o, p, k - 1, x)


def shared_by_recursion_2(x, n):
    o = []
    p = []
    e2(o, p, 2, x)
    o[0].append(x[1] * 3)
    return sum(p[0])


def f1(m, k):
    if k > 0:
        f1(m, k - 1)
    m[k][0] *= 2


def read_before_recursion_1(x, n):
    m = [[q] for q in x]
    r = m[0]
    f1(m, 1)
    return r[0]


def f2(m, k):
    if k < len(m):
        r = m[k]
        f2(m, k + 1)
        m[k - 1] *= r


def read_before_recursion_2(x, n):
    m = [x * q for q in x]
    f2(m, 1)
    return sum((r * r).sum() for r in m)


def g1(o, k, x):
    o.v.append(x[k])
    o.x = x[k]
    if k > 0:
        g1(o, k - 1, x)


def empty_before_recursion_1(x, n):
    o = Pair(1.0, [])
    g1(o, 1, x)
    return sum(o.v)


def g2(o, k, x):
    o.v[k] = x[k] ** 2
    o.x = x[k]
    if k > 0:
        g2(o, k - 1, x)


def empty_before_recursion_2(x, n):
    o = Pair(1.0, {})
    g2(o, 1, x)
    return sum(o.v.values())


class N:
    def __init__(s, w):
        s.w = w
        s.memo = {}

    def f(s, k):
        if k < 2:
            return s.w[k]
        s.memo[k] = s.f(k - 1) * s.f(k - 2)
        return s.memo[k]


def empty_before_recursion_3(x, n):
    ms = [N(x) for i in range(n)]
    ms[1].f(3)
    return sum(ms[1].memo.values())


def broadcast_in_a_dict_1(x, n):
    d = {n: x * 2}
    d[n] += x[1]
    return d[n].sum()


def broadcast_in_a_dict_2(x, n):
    d = {}
    for i in range(n):
        d[i] = x[i] + np.zeros(3)
    return sum(v.sum() for v in d.values())


def broadcast_in_a_dict_3(x, n):
    d = {}
    m = np.outer(x, x)
    for i in range(n):
        d[i] = m + x
    return d[1].sum(axis=0)[0]


def broadcast_in_a_dict_4(x, n):
    d = {}
    d[n] = x * 2
    d[n][1:3] *= x[4]
    return d[n].sum()


def broadcast_in_a_dict_5(x, n):
    d = {}
    for i in range(n):
        d[i % 2] = x * 2
        d[i % 2][1] = x[4]
    return d[1].sum()


def replaced_by_another_shape_1(x, n):
    ds = [Box(np.full((1, 5), x[0])) for i in range(3)]
    s = ds[0].v.sum() ** 2
    ds[0].v = x[:, None] * 3
    return s + ds[0].v.sum()


def replaced_by_another_shape_2(x, n):
    ds = [Box([x[i], x[0]]) for i in range(3)]
    for o in ds:
        o.v = [x[3]]
    return sum(sum(o.v) for o in ds)


def replaced_by_another_shape_4(x, n):
    ds = [Box(x * i) for i in range(3)]
    for i in range(n):
        ds[i % 3].v = x[: i + 1] + x[0]
    return np.sum(ds[1].v)


def replaced_by_another_shape_5(x, n):
    ps = [Pair(x[i], [x[i]]) for i in range(3)]
    ps[0].v = 0
    return sum(p.x for p in ps)


def replaced_by_another_shape_6(x, n):
    ps = [Pair(x[i], ()) for i in range(n)]
    for i, p in enumerate(ps):
        p.v = (i, x[i])
    return sum(p.v[1] * p.x for p in ps)


def parts_without_derivative_1(x, n):
    ps = [Pair(x[i], []) for i in range(n)]
    for i in range(1, n):
        ps[i - 1].v.append(i)
    return sum(x[j] * p.x for p in ps for j in p.v)


def parts_without_derivative_2(x, n):
    d = {}
    for i in range(n):
        d.setdefault(i % 2, {"s": 0.0, "ix": []})
        d[i % 2]["s"] += x[i]
        d[i % 2]["ix"].append(i)
    return sum(e["s"] * len(e["ix"]) for e in d.values())


def parts_without_derivative_3(x, n):
    T = [([], []) for _ in range(2)]
    for i in range(n):
        T[i % 2][0].append(i)
        T[i % 2][1].append(x[i])
    return sum(v * i for a, b in T for i, v in zip(a, b))


def parts_without_derivative_5(x, n):
    ps = [(0, x[1]), (x[2], 3)]
    return ps[n % 2][0] * ps[n % 2 - 1][1]


def in_tuples_1(x, n):
    ps = [(x * (i + 1), [x[i]]) for i in range(3)]
    return np.dot(ps[0][0], x)


def in_tuples_2(x, n):
    d = {}
    for i in range(n):
        d[i] = (x * x[i], 1)
    return d[1][0].sum()


def k3(o, k, x):
    o[k] = x[k]
    if k > 0:
        k3(o, k - 1, x)


def in_tuples_3(x, n):
    ms = [({}, 1), ({}, 2)]
    k3(ms[n % 2][0], 2, x)
    return sum(ms[1][0].values())


def slices_of_ints_1(x, n):
    rows = [0] * n
    rows[1:3] = [x[0], x[1]]
    return sum(rows)


def slices_of_ints_2(x, n):
    rows = []
    rows[:] = [x[0], x[1]]
    return sum(rows)


def slices_of_ints_3(x, n):
    T = [[] for i in range(3)]
    T[0][:] = [x[1], x[2]]
    return sum(sum(r) for r in T)


def known_key_in_a_late_dict_1(x, n):
    D = {0: {0: x[0]}}
    D[n] = {1: x[2]}
    D[0][0] = x[4]
    return sum(sum(d.values()) for d in D.values())


def known_key_in_a_late_dict_2(x, n):
    rows = [Box({}) for i in range(3)]
    for i in range(2):
        rows[0].v[i] = [x[i]]
    s = rows[0].v[0][0] * 3
    rows[0].v = {0: [x[0]], 2: [x[3]]}
    return s + sum(rows[0].v[0])


class Q:
    def __init__(s, v):
        s.v = v
        s.w = 1.0
        s.d = {}


def n1(o, k, x):
    o.d[k] = x[k] ** 2
    o.v[k] += o.w
    if k > 0:
        return n1(o, k - 1, x) + o.d[k]
    return o.v[0]


def attributes_in_recursion_1(x, n):
    o = Q(x * 1.0)
    return n1(o, 3, x) + o.v.sum()


class M:
    def __init__(s, w):
        s.w = w
        s.tape = []
        s.n = 0
        s.tot = 0.0
        s.memo = {}

    def g(s, k):
        s.tape.append(s.w[k] ** 2)
        s.tot += s.tape[-1]
        if k > 0:
            s.g(k - 1)


def attributes_in_recursion_2(x, n):
    m = M(x * 1.0)
    m.g(4)
    return m.tot * sum(m.tape)


class Two:
    def __init__(self, a, b):
        self.a = a
        self.b = b


def part_read_again_1(x, n):
    ps = [Box(x[j : j + 2].copy()) for j in range(2)]
    first = ps[0]
    s = first.v[0]
    for p in ps:
        p.v[0] = x[4] * 3
    return first.v[0] * x[1] + s


def part_read_again_2(x, n):
    ps = [Box(x[j : j + 2].copy()) for j in range(2)]
    p = ps[n - 4]
    s = p.v[0]
    ps[1].v[0] = x[4]
    return p.v[0] * x[1] + s


def object_read_again_1(x, n):
    ps = [Box(x[j : j + 2].copy()) for j in range(2)]
    p = ps[n - 4]
    s = p.v[0]
    ps[1].v = x[3:5].copy()
    return p.v[0] * x[1] + s


def structure_chosen_1(x, n):
    p = {"m": x[:2].copy()}
    q = {"m": x[3:5].copy()}
    r = p if n > 3 else q
    r["m"] = x[3:5].copy()
    return p["m"][0] * x[1]


def structure_chosen_2(x, n):
    p = [x[:2].copy(), x[1:3].copy()]
    q = [x[3:5].copy(), x[1:3].copy()]
    r = p if n > 3 else q
    r.reverse()
    return p[0][0] * x[3]


def put_in_twice_1(x, n):
    qs = []
    ps = [x[j : j + 2].copy() for j in range(2)]
    qs.append(ps[n - 4])
    qs.append(ps[1])
    qs[n - 5][0] = x[3]
    return np.sum(qs[1] ** 2)


def updated_by_pairs_1(x, n):
    a = x[:2].copy()
    pairs = [(n, a), (n + 1, a)]
    d = dict(pairs)
    d[n][0] = x[3]
    return np.sum(d[n + 1] ** 2)


def one_part_twice_1(x, n):
    r = Two(x[:2].copy(), x[2:4].copy())
    t = Two(x[1:3].copy(), x[3:5].copy())
    q = r if n > 3 else t
    q.b = q.a
    ps = [q, Two(x[1:3].copy(), x[3:5].copy())]
    ps[n - 5].a[0] = x[3]
    return np.sum(ps[0].b ** 2)


def inside_an_item_1(x, n):
    ps = [[[x[0]]], [[x[1]]]]
    p = ps[n - 4]
    a = p[0]
    ps[1][0].append(x[4])
    return a[-1] * x[1]


def grows_in_a_loop_1(x, n):
    g = [[Box(x[0]), Box(x[1])] for i in range(2)]
    r = g[n - 5]
    s = 0.0
    for p in r:
        s = s + p.v**2
        if len(r) < 5:
            r.append(Box(x[3]))
    return s


def _grow(rows, i, x):
    if i > 0:
        rows.append([x[i]])
        _grow(rows, i - 1, x)


def grows_in_a_loop_2(x, n):
    rows = [[x[0]], [x[1]]]
    s = 0.0
    for p in rows:
        s = s + p[0] ** 2
        if len(rows) < 5:
            _grow(rows, 1, x)
    return s


def _scale_and_stop(y, i, x):
    if i > 0:
        y[i] = x[i] * x[0]
        if i == 2:
            raise ValueError("stop")
        _scale_and_stop(y, i - 1, x)


def raises_after_a_write_1(x, n):
    y = x.copy()
    try:
        _scale_and_stop(y, 4, x)
    except ValueError:
        pass
    return np.sum(y**2)


def _drop(w, i):
    if i > 0:
        w.pop()
        _drop(w, i - 1)


def shorter_in_recursion_1(x, n):
    rows = [[0.0] * 2 for j in range(2)]
    k = n - 4
    rows[k][0] = x[0]
    rows[k][-1] = x[1]
    s = rows[k][0] * 2.0 + rows[k][-1] * 3.0
    _drop(rows[k], 1)
    return s + rows[1][0] * x[3]


def shorter_in_recursion_2(x, n):
    rows = [[x[j], x[j + 1]] for j in range(2)]
    k = n - 4
    s = rows[k][-1] * x[0]
    _drop(rows[k], 1)
    return s + rows[1][0] * x[3]


def part_of_another_shape_1(x, n):
    ps = [Box(np.array([x[j]])) for j in range(2)]
    k = n - 4
    s = ps[k].v[-1]
    ps[k].v = x[2:4].copy()
    return s * x[4] + ps[k].v[0] * x[0]


def facts_about_keys_1(x, n):
    d = {}
    for i in range(2):
        d[i] = {}
    a = d[n - 4]
    b = d[n - 4]
    if n not in a:
        b[n] = [x[0]]
        a[n] = [x[1]]
    return a[n][0] * x[2]


def _add(d, k, x, i):
    if i > 0:
        d[k] = [x[i]]
        _add(d, k, x, i - 1)


def facts_about_keys_2(x, n):
    d = {}
    for i in range(2):
        d[i] = [x[i]]
    if n not in d:
        _add(d, n, x, 1)
        d[n] = [x[4]]
    return d[n][0] * x[2]


def deque_of_objects_1(x, n):
    d = deque([Box(x[0]), Box(x[1])])
    s = 0.0
    for p in d:
        p.v = p.v * x[2]
        s = s + p.v**2
    return s


def none_as_argument_1(x, n):
    axis = 0
    if n > 3:
        axis = None
    return np.sum(np.outer(x, x), axis) * x[0]


def none_as_argument_2(x, n):
    lo = None
    if n < 3:
        lo = x[0]
    return np.sum(np.clip(x, lo, x[4]) ** 2)


def item_put_again_1(x, n):
    ps = [Two(x[1:3].copy(), x[4]), Two(x[:2].copy(), x[3])]
    ps[1] = ps[n - 5]
    return np.sum(ps[0].a * x[1:3]) + ps[1].b * x[2]


def item_put_again_2(x, n):
    ps = [(x[0], x[1]), (x[2], 1)]
    ps[1] = ps[n - 5]
    return ps[0][0] ** 2 + ps[1][1] * x[2]


def _into_both(q, done, z):
    q.append(z)
    done.append(z)


def _into_both_deep(p, q, z):
    p.append(z)
    q.append([z])


def new_in_two_lists_1(x, n):
    q, done = [], []
    for v in x:
        _into_both(q, done, [v])
    q[0].append(x[3] ** 2)
    return sum(sum(r) * (i + 1) for i, r in enumerate(done))


def new_in_two_lists_2(x, n):
    q, done = [], []
    for v in x:
        _into_both(q, done, [v])
    for k in range(3):
        r = q.pop()
        r.append(r[0] * k)
    return sum(sum(r) * (i + 1) for i, r in enumerate(done))


def new_in_two_lists_3(x, n):
    p, q = [], []
    for v in x:
        _into_both_deep(p, q, [v])
    p[-1].append(n * x[0])
    return sum(sum(sum(a) for a in r) * (i + 1) for i, r in enumerate(q))


def new_in_two_lists_4(x, n):
    q, done = [], []
    for v in x:
        if q:
            q[0].append(v)
        _into_both(q, done, [v])
    return sum(sum(r) * (i + 1) for i, r in enumerate(done))


def new_in_two_lists_5(x, n):
    q = [[[x[0]]], [[x[1]]]]
    p = q.pop()
    for v in x:
        _into_both_deep(p, q, [v])
    p[-1].append(n * x[0])
    return sum(sum(sum(a) for a in r) * (i + 1) for i, r in enumerate(q))


def new_in_two_dicts(x, n):
    d, e = {}, {}

    def put(k, z):
        d[k] = z
        e[k] = z

    for i, v in enumerate(x):
        put(i, x * v)
    d[n - 4] *= 2
    return sum(sum(r) * (k + 1) for k, r in e.items())


def new_in_two_attributes(x, n):
    p = Pair([], [])

    def put(z):
        p.x.append(z)
        p.v.append(z)

    for v in x:
        put([v])
    p.x[1].append(x[0] ** 2)
    return sum(sum(r) * (k + 1) for k, r in enumerate(p.v))


def popped_after_put_elsewhere_1(x, n):
    q, done = [], []
    for v in x:
        q.append([v])
    for i in range(3):
        done.append(q[i])
    for v in x:
        r = q.pop(0)
        r.append(v * v)
        q.append(r)
    return sum(sum(r) * (i + 1) for i, r in enumerate(done))


def popped_after_put_elsewhere_2(x, n):
    stack, log, i = [], [], 0
    while i < 4:
        stack.append([x[i]])
        log.append(stack[-1])
        i += 1
    while stack:
        r = stack.pop()
        r[0] = r[0] * x[0]
    return sum(r[0] * (k + 1) for k, r in enumerate(log))


def peeked_deque_1(x, n):
    q = deque([x * 1, x * 2])
    t = np.sum(q[0] * q[1])
    q.popleft()
    return t


def peeked_deque_2(x, n):
    q = deque([x[0], x[1]], maxlen=2)
    t = q[0] * q[1]
    q.append(x[2])
    q.clear()
    return t


def item_of_an_item_1(x, n):
    a = [x[0]]
    rows = [[a]]
    p = rows.pop()[0]
    a.append(x[2])
    return sum(p)


def item_of_an_item_2(x, n):
    groups = [[x[0]], [x[1]]]
    best = groups[0]
    for g in groups:
        if sum(g) < sum(best):
            best = g
    groups[1].append(x[2] ** 2)
    return sum(best)


def item_of_an_item_3(x, n):
    a, b = Box(x * 1), Box(x * 2)
    last = a
    for u in [a, b]:
        last = u
    b.v = x * 5
    return np.sum(last.v)


def item_of_an_item_4(x, n):
    a = [x[0]]
    found = [u for u, _ in [(a, 1)]]
    a.append(x[2])
    return sum(found[0])


def item_of_a_part(x, n):
    a = [x[0]]
    o, other = Box([a]), Box([[x[1]]])
    k = o if n > 3 else other
    p = k.v[0]
    a.append(x[2])
    return sum(p)


def part_read_in_a_branch_1(x, n):
    def f(x, d):
        a = d["a"] if n > 3 else d["b"]
        a *= x
        return np.sum(d["a"])

    return f(x, {"a": x * 2, "b": x * 3})


def both_replaced_1(x, n):
    if n > 3:
        k = [x * 2]
        p = k[0]
    else:
        k = [x * 3]
        p = k[0]
    p[0] = x[1]
    return np.sum(k[0])


def both_replaced_2(x, n):
    rows = [x * 1]
    p = rows[0]
    if n > 3:
        rows = [x * 3]
        p = rows[0]
    p[0] = x[1]
    return np.sum(rows[0])


def both_replaced_3(x, n):
    if n > 3:
        o = Box(x * 2)
        w = o.v
    else:
        o = Box(x * 3)
        w = o.v
    w[0] = x[1]
    return np.sum(o.v)


def starred_list_1(x, n):
    rows = [[x[0]], [x[1]]]
    p, *_ = rows
    p.append(x[2])
    return sum(rows[0])


def found_in_a_branch_1(x, n):
    s = 0.0
    if n > 3:
        m = [[t] for t in x]
        p = m[0]
        s += sum(p)
    return s


def copied_and_popped_1(x, n):
    rows = []
    for k in range(3):
        rows.append([x[k]])
    copy = rows[:]
    a = rows.pop()
    a.append(x[n - 1])
    return copy[2][-1] * 3


def copied_and_popped_2(x, n):
    d = {}
    for k in range(3):
        d[k] = [x[k]]
    copy = dict(d)
    a = d.pop(2)
    a.append(x[n - 1])
    return copy[2][-1] * 3


def reversed_slice_1(x, n):
    rows = [Box(v) for v in x]
    for a in reversed(rows[1:-1]):
        a.v = a.v * x[0]
    for i, a in enumerate(reversed(rows[:2])):
        a.v = a.v * x[3] * (i + 1)
    return sum(r.v * (i + 1) for i, r in enumerate(rows))


def held_below_1(x, n):
    row, out, s = np.array([x[0], x[1]]), [], 0.0
    out.append(np.array([x[2]]))
    for i in range(3):
        out[0][0] = x[i] * 2
        s = s + row[0] * (i + 1)
        row = x[i : i + 2] * 2.0
        inner = []
        inner.append(row)
        out = []
        out.append(inner[-1])
    return s


def _pair_of(r):
    return [r], [r]


def structures_around_an_argument(x, n):
    r = [x[4] * 2.0]
    _, b = _pair_of(r)
    r[0] = x[0] * 7.0
    return b[-1][-1]


def copies_in_a_loop(x, n):
    a, b, s = [x * 1.0], [x * 2.0], 0.0
    for i in range(4):
        a[0][0] = x[i] * 2
        s = s + b[0][0] * (i + 1)
        a = [x * (i + 1.0)]
        b = a[:]
    return s


def _both(u, v):
    return u, v


def _named(u, v):
    return {"u": u, "v": v}


def _pair(u, v):
    return Pair(u, v)


def _heads(a, b):
    return a[0], b[0]


def _joined(a, b):
    return a + b


def _yielded(u, v):
    yield u
    yield v


def _exchanged(u, v):
    return v, u


def one_array_given_back_twice(x, n):
    a = x * 1.0
    p, q = _both(a, a)
    p[1] *= x[0]
    return (q * x).sum()


def one_list_given_back_twice(x, n):
    a = [x[0]]
    p, q = _both(a, a)
    p.append(x[1])
    return len(q) * sum(q)


def items_given_back(x, n):
    rows = [[x[0]], [x[1]]]
    p, q = _both(rows[0], rows[-2])
    p.append(x[2])
    return sum(q)


def views_given_back(x, n):
    m = np.outer(x, x)
    p, q = _both(m[1:], m[:-1])
    p[0] *= x
    return (q.sum(0) * x).sum()


def given_back_in_a_dict(x, n):
    a = x * 1.0
    d = _named(a, a)
    d["u"] *= x[0]
    return (d["v"] * x).sum()


def given_back_in_an_object(x, n):
    a = x * 1.0
    o = _pair(a, a)
    o.x += x[1] ** 2
    return (o.v * x).sum()


def first_items_given_back(x, n):
    a = x * 1.0
    p, q = _heads([a], [a])
    p[0] = x[1] ** 2
    return (q * x).sum()


def lists_joined_by_a_function(x, n):
    a = [x * 1.0]
    b = _joined(a, a)
    b[0][0] = x[1] ** 2
    return (b[1] * x).sum()


def yielded_twice(x, n):
    a = x * 1.0
    both = list(_yielded(a, a))
    both[0][0] = x[1] ** 2
    return (both[1] * x).sum()


def exchanged_by_a_function(x, n):
    u = v = np.zeros(5)
    for k in range(4):
        u, v = _exchanged(u, v)
        u[k] = x[k] + v[k - 1]
    return (u * x).sum()


def given_back_by_choice(x, n):
    a, b = x * 1.0, x * 2.0
    p, q = _both(a if n < 3 else b, b)
    p[0] = x[1] ** 2
    return (q * x).sum()


def deep_copy_of_one_array_twice(x, n):
    a = x * 1.0
    rows = copy.deepcopy([a, a])
    rows[0][0] = x[1] ** 2
    return (rows[1] * x).sum()


def deep_copy_of_one_row_twice(x, n):
    row = [x[0]]
    rows = copy.deepcopy([row, row])
    rows[0].append(x[1])
    return sum(rows[1])


def deep_copy_of_a_pair(x, n):
    a = x * 1.0
    o = copy.deepcopy(Pair(a, a))
    o.x[0] = x[1] ** 2
    return (o.v * x).sum()


class Depth:
    n = 1

    def __init__(self, v, deep):
        if deep:
            self.n = 5
            self.q = v
        else:
            self.n = 5
            self.q = v * 2


class Overwritten:
    def __init__(self, v, w):
        self.w = v * 3
        if v[0] > 100:
            self.w = w
        else:
            self.w = w


class OneOfTwo:
    def __init__(self, v):
        if v[0] > 100:
            self.w = v
        else:
            self.w = v


def same_attribute_on_both_sides_1(x, n):
    o = Depth(x, n > 3)
    return (o.q * x).sum() * o.n


def same_attribute_on_both_sides_2(x, n):
    return (Overwritten(x, x * 1.0).w * x).sum()


def same_attribute_on_both_sides_3(x, n):
    return (OneOfTwo(x).w * x).sum()


def windows_written_to(x, n):
    a = x * 1.0
    w = np.lib.stride_tricks.sliding_window_view(a, 2, writeable=True)
    w[0] = x[2:4]
    return (w * w).sum()


def one_of_two_with_other_keys(x, n):
    o, p = {"v": x[0], "d": {}}, {"v": x[1], "d": {"k": x[2]}}
    w = o if n < 3 else p
    w["v"] = w["v"] * 2
    return p["v"] * o["v"] * p["d"]["k"]


class Stored:
    def __init__(self, v):
        self.v = v
        self.known = {}

    def get(self, k):
        if k not in self.known:
            self.known[k] = self.v * k
        return self.known[k]

    def twice(self):
        return self.v * 2


def keys_on_one_side(x, n):
    o = Stored(x[0])
    t = x[2] if n < 3 else o.get(3) * o.twice()
    return t * o.v


def one_of_two_objects_with_other_keys(x, n):
    o, p = Stored(x[0]), Stored(x[1])
    p.known[1] = x[2] ** 2
    if n > 3:
        o, p = p, o
    o.v = o.v * 2
    return o.v * p.v * sum(o.known.values()) + sum(p.known.values())


def order_in_memory(x, n):
    a = np.outer(x, x)
    return (a.ravel("K") ** 2).sum()


class Layer:
    def __init__(self, a, b):
        self.a = a
        self.b = b


class Holder:
    def __init__(self, ch, b):
        self.ch = ch
        self.b = b


@dataclasses.dataclass
class Data:
    a: object
    b: object


def _layers(x):
    return [Layer(x * (i + 1.0), x * 0.5) for i in range(3)]


def _weigh(net):
    return sum((p.a * p.a).sum() + (p.b * p.b).sum() * 2 for p in net)


def _layer(a, b):
    return Layer(a, b)


def put_there_by_choice(x, n):
    net = _layers(x)
    c = x * 0.5
    d = x * 0.2
    i = 0
    for p in net:
        if x[i] > 0.3:
            m = c
        else:
            m = d * 1.5
        p.b = m
        i += 1
    for p in net[:1]:
        p.b *= 2.0
    return _weigh(net) + (c * x).sum() + d.sum()


def put_there_from_round_to_round(x, n):
    net = _layers(x)
    c = x * 0.5
    h = c
    for p in net:
        p.b = h
        h = p.a * h
    for p in net:
        p.b *= 2.0
    return _weigh(net) + (c * x).sum()


def put_there_by_a_function(x, n):
    c = x * 0.5
    net = [_layer(x * 1.0, c), _layer(x * 2.0, x * 0.3)]
    for p in net:
        p.b *= 2.0
    return _weigh(net) + (c * x).sum()


def put_there_under_two_names(x, n):
    net = _layers(x)[:1]
    c = x * 0.5
    for p in net:
        p.a = c
    for p in net:
        p.b = p.a
    for p in net:
        p.b *= 2.0
    return _weigh(net) + (c * x).sum()


def one_array_under_two_names(x, n):
    net = _layers(x)
    for p in net:
        p.b = p.a
    for p in net:
        p.b *= 2.0
    return _weigh(net)


def put_into_dicts_in_a_list(x, n):
    rows = [{"a": x * 1.0, "b": x * 2.0} for i in range(2)]
    c = x * 0.5
    for r in rows[:1]:
        r["b"] = c
    for r in rows:
        r["b"] *= 2.0
    return sum(r["a"].sum() + (r["b"] ** 2).sum() for r in rows) + (c * x).sum()


def put_there_by_a_copy(x, n):
    c = x * 0.5
    o = Layer(x * 1.0, c)
    net = _layers(x)
    net.append(copy.copy(o))
    for p in net:
        p.b *= 2.0
    return _weigh(net) + (c * x).sum() + (o.b * x).sum()


def put_there_as_a_view(x, n):
    net = _layers(x)
    c = x * 0.5
    net[1].b = c[:]
    for p in net:
        p.b *= 2.0
    return _weigh(net) + (c * x).sum()


def put_there_from_another_list(x, n):
    net = _layers(x)
    c = x * 0.5
    e = x * 0.1
    for p, v in zip(net, [c, e]):
        p.b = v
    for p in net:
        p.b *= 2.0
    return _weigh(net) + (c * x).sum() + e.sum()


def put_into_what_was_taken_out(x, n):
    pool = _layers(x)
    c = x * 0.5
    net = []
    while pool:
        p = pool.pop()
        p.b = c * 1.0 if len(pool) else c
        net.append(p)
    for p in net:
        p.b *= 2.0
    return _weigh(net) + (c * x).sum()


def put_there_by_a_closure(x, n):
    net = _layers(x)
    c = x * 0.5

    def put(p):
        p.b = c

    put(net[1])
    for p in net:
        p.b *= 2.0
    return _weigh(net) + (c * x).sum()


def put_into_an_inner_object(x, n):
    c = x * 0.5
    net = [Holder(Layer(x * 1.0, c), x * 0.3), Holder(Layer(x * 2.0, x * 0.1), x * 0.7)]
    for p in net:
        p.ch.b *= 2.0
    return sum((p.ch.b**2).sum() + p.b.sum() for p in net) + (c * x).sum()


def put_there_by_replace(x, n):
    c = x * 0.5
    net = [Data(x * 1.0, x * 2.0), Data(x * 1.0, x * 3.0)]
    net[0] = dataclasses.replace(net[0], b=c)
    for p in net:
        p.b *= 2.0
    return _weigh(net) + (c * x).sum()


def read_there_and_put_under_another_name(x, n):
    net = _layers(x)
    c = x * 0.5
    for p in net:
        p.b = c
    q = net[0].b
    for p in net[1:]:
        p.a = q
    for p in net[1:2]:
        p.a *= 2.0
    return _weigh(net) + (c * x).sum()


def listed_and_put_there(x, n):
    net = _layers(x)
    t = [p.b for p in net]
    for p, v in zip(net, t[::-1]):
        p.a = v
    for p in net:
        p.a *= 2.0
    return _weigh(net) + t[0].sum()


def neighbours_share(x, n):
    net = _layers(x)
    prev = net[0].a
    for p in net:
        p.b = prev
        prev = p.a
    for p in net:
        p.b *= 2.0
    return _weigh(net)


def handed_round(x, n):
    o = Layer(x * 1.0, x * 2.0)
    net = _layers(x)
    for i in range(2):
        net[i].b = o.a
        o.a = net[i].a
    for p in net:
        p.b *= 2.0
    return _weigh(net) + (o.a * x).sum()


def names_exchanged(x, n):
    net = _layers(x)

    def swap():
        for p in net:
            p.a, p.b = p.b, p.a

    c = x * 0.5
    for p in net:
        p.a = c
    swap()
    for p in net[:1]:
        p.b *= 2.0
    return _weigh(net) + (c * x).sum()


def put_there_from_a_dict(x, n):
    net = _layers(x)
    c = x * 0.5
    d = {}
    d["a"] = c
    for p in net:
        p.b = d["a"]
    for p in net[:1]:
        p.b *= 2.0
    return _weigh(net) + (c * x).sum() + d["a"].sum()


def put_there_by_a_late_key(x, n):
    net = _layers(x)
    c = x * 0.5
    d = {}
    for i in range(2):
        d[i] = c
    for p in net:
        p.b = d[1]
    for p in net[:1]:
        p.b *= 2.0
    return _weigh(net) + (c * x).sum()


class Entries:
    def __init__(self, x, is_long):
        if is_long:
            self.values = [x[0]]
            self.values.append(x[1])
        else:
            self.values = [x[2]]


class Replaced:
    def __init__(self, x, is_new):
        self.values = [x[0]]
        if is_new:
            self.values = [x[1]]
        else:
            self.values[0] = x[3] ** 2


class Filled:
    def __init__(self, x, is_new):
        if is_new:
            self.v = np.zeros(5)
            for i in range(5):
                self.v[i] = x[i] ** 2
        else:
            self.v = x * 1.0


class Checked:
    def __init__(self, x):
        if x[0] > 0:
            self.values = [x[0]]
            self.note(x[1])
        else:
            raise ValueError
        self.note(x[2])

    def note(self, v):
        self.values.append(v)


def set_and_written_to_1(x, n):
    return sum(Entries(x, n > 3).values)


def set_and_written_to_2(x, n):
    return Replaced(x, n < 3).values[0]


def set_and_written_to_3(x, n):
    return Filled(x, n > 3).v.sum()


def set_and_written_to_4(x, n):
    return sum(Checked(x).values)


class Double:
    def __init__(self, x):
        self.a = x * 2
        self.b = x * 3


def one_cotangent_for_two_1(x, n):
    for i in range(2):
        if i == 0:
            o = Double(x)
        o.a[i] = x[1] ** 2
    return ((o.a + o.b) ** 2).sum()


def one_cotangent_for_two_2(x, n):
    w = None
    for i in range(2):
        if w is None:
            w = [x * 2, x * 3]
        w[0][i] = x[1] ** 2
    if w is None:
        return 0.0
    p = w.pop()
    q = w.pop()
    return ((p + q) ** 2).sum()


def _first_of(d):
    return d[0].sum()


def one_cotangent_for_two_3(x, n):
    w, d = x * x, {}
    for i in range(2):
        d[i] = x * 1.0
    d[1][0] = 2.0
    s = _first_of(d)
    return s + ((d.pop(1) + w) ** 2).sum()


@primitive
def _ends(a):
    return a[0] + a[1]


@def_rrule(_ends)
def _ends_rule(a):
    weights = [1.0, 1.0]
    return _ends(a), lambda y_bar: [y_bar * w for w in weights] if y_bar != 1.0 else weights


def a_list_that_a_rule_keeps(x, n):
    a = [x[0], x[1]]
    for i in range(1):
        a[i] = x[2]
    return _ends(a) * 1.0


class Bag:
    def __init__(self, v):
        self.v = v * 1.0
        self.rows = [v * 3]
        self.d = {}


def set_where_it_may_be_none(x, n):
    o = None
    for _ in range(2):
        o = Bag(x * x)
    if o is not None:
        o.v = o.v * 2
        o.rows[-1][0] = x[0] * 2
    return o.v[0] * o.rows[0][0]


def empty_dict_among_others(x, n):
    p, bags = Bag(x), []
    for _ in range(3):
        bags.append(Bag(x))
    if n > 7:
        p.d[n] = x * x
    y = bags[0].v.sum()
    bags[2] = p
    return y + sum((b.v * b.v).sum() + sum(v.sum() for v in b.d.values()) for b in bags)


@primitive
def energy(y):
    return np.sum(y * y)


@def_rrule(energy)
def energy_rule(y):
    """It leaves early, so that it is called, and not written out."""
    if y[0] > 100.0:
        return energy(y), lambda e_bar: 2 * e_bar * y
    return energy(y), lambda e_bar: 2 * y * e_bar


@primitive
def itself(y):
    return y


@def_rrule(itself)
def itself_rule(y):
    if y[0] > 100.0:
        return itself(y), lambda y_bar: y_bar * 1.0
    return itself(y), lambda y_bar: y_bar


def kept_by_a_rule_1(x, n):
    y = x * 0.6
    t = energy(y)
    y[:] = 0.3
    return t + y[0]


def kept_by_a_rule_2(x, n):
    y = x * 0.6
    t = 0.0
    for _ in range(2):
        t = t + energy(y)
        y *= y
    return t + y[0]


def kept_by_a_rule_3(x, n):
    y = x * 0.6
    z = itself(y)
    y[:] = 0.3
    return np.sum(z * x)


def kept_by_a_rule_4(x, n):
    y = x * 0.6
    z = itself(y)
    y = y + np.sum(z)
    y[:] = 0.3
    return np.sum(z * x) + energy(y)


PROGRAMS = programs_of(sys.modules[__name__])


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_right_or_refused(program):
    """The value is that of plain Python, and the gradient that of finite differences; or there is an error of ours."""
    check_right_or_refused(program)


def test_most_are_there():
    """The list above finds the programs."""
    assert len(PROGRAMS) >= 100


def read_on_one_side(x, d):
    a = d["a"] if x[0] > 0 else d["b"]
    a *= x
    return np.sum(d["a"])


def read_and_written_elsewhere(x, d):
    k = x * 2
    if x[0] > 0:
        k = d["a"]
    d["a"][0] = x[1]
    return np.sum(k)


def read_in_a_loop(x, d):
    for _ in range(1):
        a = d["a"]
    a *= x
    return np.sum(d["a"] * d["b"])


def read_deep_down(x, d):
    a = d["p"]["q"] if x[0] > 0 else x * 1
    a[0] = x[1]
    return np.sum(d["p"]["q"] * d["a"])


def read_in_a_try(x, d):
    try:
        a = d["a"]
    finally:
        pass
    a[0] = x[1] ** 2
    return np.sum(d["a"] + d["b"])


def put_under_another_key(x, d):
    if x[0] > 0:
        d["c"] = d["b"]
    else:
        d["c"] = x * 1
    d["c"][0] = x[1]
    return np.sum(d["b"])


def read_by_comprehension(x, d):
    a = [d["a"] for _ in range(2)]
    a[0] *= x
    return np.sum(d["a"]) + np.sum(a[1])


@pytest.mark.parametrize(
    "program",
    [
        *(read_on_one_side, read_and_written_elsewhere, read_in_a_loop, read_deep_down, read_in_a_try),
        *(put_under_another_key, read_by_comprehension),
    ],
    ids=lambda f: f.__name__,
)
def test_parts_of_arguments(program):
    """What is first read of an argument in a region is the same object after it."""
    given = lambda: {"a": X * 2, "b": X * 3, "p": {"q": X * 4}}
    try:
        value, gradient = value_and_grad(program)(X.copy(), given())
    except ADError:
        return
    assert value == program(X.copy(), given())
    steps = 1e-6 * np.eye(5)
    differences = [(program(X + step, given()) - program(X - step, given())) / 2e-6 for step in steps]
    np.testing.assert_allclose(gradient, differences, rtol=1e-5, atol=1e-6)


def test_what_a_pullback_is_given_is_left_alone():
    """The cotangents of a dict and of its items, one of which are the other."""

    def with_keys(x):
        d = {}
        for i in range(2):
            d[i] = x * 1.0
        d[1][0] = x[1] ** 2
        return d, d[0].sum()

    _, back = pullback(with_keys, X)
    given = {i: np.ones(5) for i in range(2)}, 1.0
    first = np.array(back(given)[1])
    np.testing.assert_array_equal(back(given)[1], first)
    assert all((v == 1.0).all() for v in given[0].values())


def test_deep_copies_of_arguments_keep_their_parts_apart():
    """Of what holds one array twice, the copy would as well."""

    def changed(xs):
        ys = copy.deepcopy(xs)
        ys[0][0] = 5.0
        return ys[1][0]

    one = X.copy()
    with pytest.raises(ADError, match="what holds one object twice"):
        value_and_grad(changed)([one, one])
    assert value_and_grad(changed)([one, one.copy()])[0] == X[0]
