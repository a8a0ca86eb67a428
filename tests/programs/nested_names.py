"""Parts of the items of lists that have names, while items that may be the same ones are written to."""

import numpy as np

from programs.harness import program
from s2s_ad import MutationError


class Cell:
    """A list, and a number."""

    def __init__(self, v, m):
        self.v, self.m = v, m


def of_lists(x):
    """What the programs come to, with lists of their own."""
    rows = [np.array([x * i, 1.0]) for i in range(4)]
    for i in range(4):
        for j in range(4):
            rows[i][0] += rows[j][1] * x
            rows[j][0] -= rows[i][0] * x * 0.2
    return sum(r[0] ** 2 for r in rows)


@program((1.3,), same_as=of_lists)
def in_tuples(x):
    """Lists that are parts of tuples."""
    rows = [([x * i, 1.0], 2.0) for i in range(4)]
    for i in range(4):
        for j in range(4):
            a, _ = rows[i]
            b, _ = rows[j]
            a[0] += b[1] * x
            b[0] -= a[0] * x * 0.2
    return sum(r[0] ** 2 for r, _ in rows)


@program((1.3,), same_as=of_lists)
def in_lists(x):
    """Lists that are items of lists."""
    rows = [[[x * i, 1.0], [2.0]] for i in range(4)]
    for i in range(4):
        for j in range(4):
            a, b = rows[i][0], rows[j][0]
            a[0] += b[1] * x
            b[0] -= a[0] * x * 0.2
    return sum(r[0][0] ** 2 for r in rows)


@program((1.3,), same_as=of_lists)
def in_dicts(x):
    """Lists that are values of dicts."""
    rows = [{"v": [x * i, 1.0], "m": 2.0} for i in range(4)]
    for i in range(4):
        for j in range(4):
            a, b = rows[i]["v"], rows[j]["v"]
            a[0] += b[1] * x
            rows[i]["m"] += 1.0
            b[0] -= a[0] * x * 0.2
    return sum(r["v"][0] ** 2 for r in rows)


@program((1.3,), same_as=of_lists)
def in_objects(x):
    """Lists that are attributes of objects, which get other numbers."""
    rows = [Cell([x * i, 1.0], 2.0) for i in range(4)]
    for i in range(4):
        for j in range(4):
            a, b = rows[i].v, rows[j].v
            a[0] += b[1] * x
            rows[i].m += x
            b[0] -= a[0] * x * 0.2
    return sum(r.v[0] ** 2 for r in rows)


@program((1.3,), same_as=of_lists)
def arrays_in_objects(x):
    """Arrays instead."""
    rows = [Cell(np.array([x * i, 1.0]), 2.0) for i in range(4)]
    for i in range(4):
        for j in range(4):
            a, b = rows[i].v, rows[j].v
            a[0] += b[1] * x
            b[0] -= a[0] * x * 0.2
    return sum(r.v[0] ** 2 for r in rows)


@program((1.3,), refused=MutationError)
def item_replaced_under_another_name(x):
    """`b` is no longer in the row; it was taken for what is there now."""
    rows = [[[x * i, 1.0], [2.0]] for i in range(4)]
    s = 0.0
    for i in range(4):
        for j in range(4):
            row = rows[j]
            b = row[0]
            rows[i][0] = [x * x, 5.0]
            s += row[0][1] * b[0] + b[1]
    return s


@program((1.3,), refused=MutationError)
def attribute_replaced_under_another_name(x):
    """The same, of objects."""
    rows = [Cell([x * i, 1.0], 2.0) for i in range(4)]
    s = 0.0
    for i in range(4):
        for j in range(4):
            cell = rows[j]
            b = cell.v
            rows[i].v = [x * x, 5.0]
            s += cell.m + cell.v[0]
            b[0] -= x
            s += b[0]
    return s


@program((1.3,), refused=MutationError)
def turned_under_another_name(x):
    """The items have changed places."""
    rows = [[[x * i, 1.0], [2.0, x]] for i in range(4)]
    s = 0.0
    for i in range(4):
        for j in range(4):
            row = rows[j]
            b = row[0]
            rows[i].reverse()
            s += row[1][0] + b[0]
            b[0] = x
    return s


@program((1.3,), refused=MutationError)
def tuple_replaced_under_another_name(x):
    """The tuple is another one, and so is its list."""
    rows = [[([x * i, 1.0], [2.0])] for i in range(4)]
    s = 0.0
    for i in range(4):
        for j in range(4):
            row = rows[j]
            b = row[0][0]
            rows[i][0] = ([x * x, 5.0], [1.0])
            s += row[0][0][0]
            b[0] -= x * 2
            s += b[0] * b[1]
    return s


@program((1.3,))
def replaced_by_its_own_name(x):
    """The part that has a name is replaced, and is read by it."""
    rows = [Cell([x * i, 1.0], 2.0) for i in range(4)]
    s = 0.0
    for j in range(4):
        cell = rows[j]
        b = cell.v
        cell.v = [x * x, 5.0]
        cell.v[0] += b[0] * 0.5
        s += b[0] * cell.v[0]
    return s + sum(r.v[0] * r.m for r in rows)
