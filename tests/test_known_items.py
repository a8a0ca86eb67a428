"""Lists whose items are known one by one, and sums that start as numbers: right, or refused."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from rightness import check_right_or_refused, programs_of


class B:
    def __init__(self, v):
        self.v = v


def an_item_that_becomes_a_number(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    ps[1] = 3.0 * x[0]
    s = 0.0
    for p in ps:
        s = s + np.sum(p)
    ps[0] *= 2
    return W.sum() * s


def an_item_that_became_a_number(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    ps[1] = x[0] * 2
    for _ in range(2):
        for p in ps:
            p *= 2
        y = W.sum()
    return y


def unpacked_after_an_item_was_replaced(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    ps[0] = x[0] * 2
    W, b = ps
    return W * b.sum()


def an_item_replaced_before_its_turn(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    for i, p in enumerate(ps):
        p *= 2
        if i == 0:
            ps[1] = W
    return W.sum() + b.sum()


def items_replaced_in_turn(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    for i, p in enumerate(ps):
        p *= 2
        ps[1 - i] = W
    return W.sum() + b.sum()


def items_replaced_by_copies(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    for i, p in enumerate(ps):
        p *= 2
        ps[i] = p * 1.0
    return W.sum() + b.sum() + ps[0].sum() * ps[1].sum()


def another_list_under_the_name(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    for p in ps:
        p *= 2
        ps = [b, b]
    return W.sum() + b.sum() + ps[0].sum() * ps[1].sum()


def a_list_that_grows_under_the_loop(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    for p in ps:
        p *= 2
        if len(ps) < 3:
            ps.append(W)
    return W.sum() + b.sum() + ps[0].sum() * ps[1].sum()


def a_copy_backwards_and_a_replaced_item(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    for p in ps[::-1]:
        p *= 2
        ps[0] = b
    return W.sum() + b.sum() + ps[0].sum() * ps[1].sum()


def backwards_and_a_replaced_item(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    for p in reversed(ps):
        p *= 2
        ps[0] = b
    return W.sum() + b.sum() + ps[0].sum() * ps[1].sum()


def a_list_that_a_test_replaces(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b, b]
    for t in range(3):
        if x[0] > 0.1 * t:
            ps = [b, W]
        for p in ps:
            p *= 2
        W[0] *= 1.5
    return W.sum() + b.sum() + ps[0].sum() * ps[1].sum()


def a_list_that_turns_round(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    for _ in range(3):
        ps.reverse()
        for i, p in enumerate(ps):
            p *= 1 + i
        W[0] *= 1.5
    return W.sum() + b.sum() + ps[0].sum() * ps[1].sum()


def a_list_that_a_test_makes_longer(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    if x[0] > 0:
        ps.append(b)
    for i, p in enumerate(ps):
        p *= 1 + i
    return W.sum() + b.sum() + ps[0].sum() * ps[1].sum()


def a_list_that_a_round_makes_longer(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    for t in range(3):
        if t == 1:
            ps.append(b)
        for i, p in enumerate(ps):
            p *= 1 + i
        W[0] *= 1.5
    return W.sum() + b.sum() + ps[0].sum() * ps[1].sum()


def a_list_whose_last_item_is_another(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    for _ in range(3):
        for i, p in enumerate(ps):
            p *= 1 + i
        W[0] *= 1.5
        ps.pop()
        ps.append(W)
    return W.sum() + b.sum() + ps[0].sum() * ps[1].sum()


def left_at_the_last_item(x, n):
    W = np.outer(x, x)
    b = x * 1.0
    ps = [W, b]
    for _ in range(3):
        for i, p in enumerate(ps):
            p *= 1 + i
            if i == 1:
                break
        W[0] *= 1.5
    return W.sum() + b.sum() + ps[0].sum() * ps[1].sum()


def the_sum_before_is_read(x, n):
    s = 0.0
    for i in range(4):
        t = s
        s += x * i
        s = s + np.sum(t)
    return s.sum()


def sums_in_a_list(x, n):
    s = 0.0
    L = []
    for i in range(4):
        s += x * i
        L.append(s)
    return s.sum() + L[0].sum()


def the_sum_becomes_an_array_of_before(x, n):
    s = 0
    y = x * 2
    for i in range(3):
        s += y
        if i == 0:
            s = y
    return s.sum() + y.sum()


def a_sum_under_another_name(x, n):
    s = 0
    for _ in range(3):
        s += x
        q = s
        s += x
        s = s + q.sum()
    return s.sum()


def a_sum_with_a_test(x, n):
    s = 0
    for i in range(3):
        s += x * i if i else 0.0
    return s.sum()


def the_sum_of_the_round_before(x, n):
    s = 0.0
    q = 0.0
    a = 0.0
    for i in range(4):
        a = a + np.sum(q)
        q = s
        s += x * i
    return a + s.sum()


def the_last_but_one_sum(x, n):
    s = 0.0
    q = 0.0
    for i in range(4):
        q = s
        s += x * i
    return np.sum(q) + s.sum()


def the_sum_of_some_round(x, n):
    s = 0.0
    t = 0.0
    for i in range(4):
        s += x * i
        if i == 1:
            t = s
    return np.sum(t) * s.sum()


def the_sum_in_a_dict(x, n):
    s = 0.0
    d = {}
    for i in range(4):
        s += x * i
        d["k"] = s
    return np.sum(d["k"]) * s.sum()


def the_sum_of_a_nested_function(x, n):
    s = 0.0

    def add(v):
        nonlocal s
        s += v

    for i in range(4):
        add(x * i)
    return (s * s).sum()


def the_sum_before_the_inner_loop(x, n):
    s = 0.0
    for i in range(4):
        r = s
        for _ in range(2):
            s += x * i
    return (s * s).sum() + np.sum(r)


def sums_in_a_list_of_numbers(x, n):
    s = 0
    out = [0, 0, 0]
    for i in range(3):
        s += x
        out[i] = s
    return out[0].sum() + (s * s).sum()


def two_sums_that_change_places(x, n):
    s, t = (0, 0)
    for _ in range(3):
        s += x
        t += s
        s, t = (t, s)
    return (t * t).sum() + (s * s * s).sum()


def a_sum_and_an_array_of_each_other(x, n):
    s = 0
    y = x * 1.0
    for _ in range(3):
        s += y
        y += s
    return (s * s).sum() + y.sum()


def the_sum_before_in_a_tuple(x, n):
    s = 0
    t = (0, 1)
    for _ in range(3):
        t = (s, 1)
        s += x
    return np.sum(t[0]) + s.sum()


def the_sum_in_a_tuple(x, n):
    s = 0
    t = (0, 1)
    for _ in range(3):
        s += x
        t = (s, 1)
    s += x
    return np.sum(t[0]) + s.sum()


def the_sum_in_an_object(x, n):
    s = 0
    b = B(0)
    for _ in range(3):
        s += x
        b.v = s
    s += x
    return np.sum(b.v) + s.sum()


def the_sum_before_in_an_object(x, n):
    s = 0
    b = B(0)
    for _ in range(3):
        b = B(s)
        s += x
    return np.sum(b.v) + s.sum()


def a_function_reads_the_sum(x, n):
    s = 0

    def f():
        return np.sum(s)

    a = 0.0
    for _ in range(3):
        s += x
        a = a + f()
    return a + s.sum()


def functions_keep_the_sum(x, n):
    s = 0
    fs = []
    for _ in range(3):
        fs.append(lambda s=s: np.sum(s))
        s += x
    return fs[1]() + s.sum()


def the_sum_goes_by_two_names(x, n):
    s = 0
    for _ in range(3):
        t = s
        t += x
        s = t
    return s.sum() + t.sum()


def the_sum_is_not_kept(x, n):
    s = 0
    for _ in range(3):
        t = s
        t += x
    return np.sum(s) + t.sum()


def an_array_becomes_the_sum(x, n):
    s = 0
    y = x * 2
    for i in range(3):
        s += y
        if i == 1:
            s = y
    s += 1
    return y.sum() + s.sum()


def a_view_of_the_sum(x, n):
    s = 0
    for i in range(3):
        s += x
        v = s[1:] if i > 0 else s[:2]
        v *= 2
    return s.sum()


def a_view_of_the_sum_before(x, n):
    s = 0
    for i in range(3):
        if i:
            v = s[1:]
        s += x
    return s.sum() + v.sum()


def the_sum_before_in_a_list(x, n):
    s = 0
    L = [0.0]
    for _ in range(3):
        L[0] = s
        s += x
    return s.sum() + np.sum(L[0])


def an_array_that_is_the_sum(x, n):
    a = np.zeros(4)
    s = 0
    for i in range(3):
        s += a
        a += x
        a = s if i == 1 else a
    return s.sum() + a.sum()


def a_scalar_before_it_is_an_array(x, n):
    s = np.float64(0)
    for _ in range(3):
        q = s
        s += x
    return s.sum() + np.sum(q)


def the_argument_or_a_number(x, n):
    s = x if x[0] > 0 else 0.0
    s += x
    return s.sum() + x.sum()


def an_array_or_a_number(x, n):
    y = x * 1.0
    s = y if x[0] > 0 else 0.0
    s += x
    return s.sum() + y.sum()


def an_array_or_a_number_by_two_names(x, n):
    y = x * 1.0
    s = y if x[0] > 0 else 0.0
    t = s
    s += x
    return s.sum() + np.sum(t)


def sums_got_and_put_back(x, n):
    d = {}
    for i in range(4):
        t = d.get(i % 2, 0)
        t += x
        d[i % 2] = t
    return (d[0] * d[1]).sum()


def sums_got_and_not_put_back(x, n):
    d = {"a": x * 2}
    for i in range(4):
        t = d.get("ab"[i % 2], 0)
        t += x
    return d["a"].sum() + t.sum()


def a_list_that_is_repeated_beside_a_range(x, n):
    la = [x * 0.5, x * 2, x * 3]
    s = 0.0
    for p, j in zip(la, range(5), strict=False):
        s += (p * x).sum() * j
        la *= 2
    la[0][0] = 3.0
    return s + sum([q.sum() for q in la])


def a_list_that_grows_beside_a_range(x, n):
    la = [x * 0.5, x * 2]
    b = la[0]
    s = 0.0
    for p, j in zip(la, range(5), strict=False):
        s += (p * x).sum() * j
        p *= 2
        if len(la) < 4:
            la.append(x * 1.0)
    return s + sum([q.sum() for q in la]) + b.sum()


def numbered_by_a_range(x, n):
    la = [x * 0.5, x * 2, x * 3]
    b = la[0]
    for i, p in zip(range(3), la, strict=False):
        p *= 2 + i
    return sum([q.sum() for q in la]) + b.sum()


def rows_of_a_sum(x, n):
    t = 0.0
    for _ in range(3):
        t = t + x
    rows = list(np.atleast_2d(t))
    t *= 2.0
    return np.sum(t * x) + np.sum(rows[0])


def ravelled_sums_in_a_list(x, n):
    t, v = (0.0, [])
    for _ in range(3):
        v.append(np.ravel(t))
        t += x
    return np.sum(t * x) + np.sum(v[1]) + np.sum(v[2])


def a_reshaped_sum(x, n):
    t = 0.0
    for _ in range(3):
        t += x
    r = t.reshape(5, 1)
    t *= 2.0
    return np.sum(t * x) + r[1, 0] ** 2


def the_sum_itself_as_an_array(x, n):
    t = 0.0
    for _ in range(3):
        t = t + x
        r = np.asarray(t)
        r *= 0.5
    return np.sum(t * x)


def a_sum_of_at_least_one_axis(x, n):
    t = 0.0
    for _ in range(3):
        r = np.atleast_1d(t)
        t += x
    return np.sum(t * x) + r.sum()


def a_transposed_sum(x, n):
    t = 0.0
    for _ in range(3):
        r = np.transpose(t)
        t += x
    return np.sum(t * x) + r.sum()


def a_slice_of_a_sum_or_another(x, n):
    t = 0.0
    for k in range(3):
        r = (t if k else x)[1:]
        t += x
    return np.sum(t * x) + r.sum()


def slices_of_a_sum(x, n):
    t = 0.0
    for k in range(3):
        t += x
        r = t[1:] if k else t[:3]
    t -= 1.0
    return np.sum(t * t) + (r * r).sum()


def the_transpose_as_an_attribute(x, n):
    t = 0.0
    for _ in range(3):
        t += x
    for _ in t:
        pass
    m = t.T
    t *= t
    return np.sum(t * x) + m.sum()


def halves_of_a_sum(x, n):
    t = 0.0
    for _ in range(3):
        t += x
    a, b = np.split(t, [2])
    t *= t
    return np.sum(t * x) + a.sum()


def a_reshaped_sum_in_a_list(x, n):
    t = 0.0
    for _ in range(3):
        t += x
    a = [t.reshape(5, 1)]
    t *= t
    return np.sum(t * x) + a[0].sum()


def a_sum_in_a_dict(x, n):
    t = 0.0
    for _ in range(3):
        t += x
    a = np.asarray(t)
    d = {"k": a}
    t *= t
    return np.sum(t * x) + d["k"].sum()


def the_real_part_of_a_sum(x, n):
    t = 0.0
    for _ in range(3):
        t += x
    a = t.real
    t *= t
    return np.sum(t * x) + a.sum()


def zeros_or_a_number(x, n):
    t = np.zeros(5) if x[0] > 9 else 0.0
    v = np.atleast_1d(t)
    t += x
    return np.sum(t) + v.sum()


def an_item_replaced_beside_a_dict(x, n):
    la = [x * 0.5, x * 2]
    s = 0.0
    for q, k in zip(la, {"a": 1, "b": 2}, strict=False):
        s += (q * x).sum()
        if k == "a":
            la[1] = x * 3
    return s


def an_item_replaced_beside_a_numbered_list(x, n):
    la = [x * 0.5, x * 2, x]
    for p in la[::-1]:
        p[0] = x[1]
    s = 0.0
    for j, (_, q) in zip(range(3), enumerate(la), strict=False):
        s += (q * x).sum()
        if j == 0:
            la[1] = x * 3
    return s


def a_list_reversed_beside_a_range(x, n):
    la = [x * 0.5, x * 2, x]
    lb = la
    s = 0.0
    for q, j in zip(lb, range(9), strict=False):
        s += (q * x).sum() * j
        q *= 2
        la.reverse()
    return s + la[0].sum()


def taken_from_a_number_or_rows(x, n):
    t, v = 0.0, 0.0
    for k in range(3):
        if k == 2:
            v = np.take(t, 0, axis=0)
        t += np.outer(x, x)
    return np.sum(t * x) + np.sum(v)


PROGRAMS = programs_of(sys.modules[__name__])


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_right_or_refused(program):
    """Whatever a write reaches, it is seen, or the program is refused."""
    check_right_or_refused(program)


def test_most_are_there():
    """The list above finds the programs."""
    assert len(PROGRAMS) >= 45
