"""Loops over arrays, and lists of arrays or objects, whose bodies write to the items, as loops over indices.

    for i, (row, b) in enumerate(zip(A, x)):       for i in range(min(len(A), len(x))):
        row[0] = b                                     A[i][0] = x[i]

    for k, row in d.items():                       for k in d:
        row[0] = x                                     d[k][0] = x

    for row in rows[::-1]:                         for i in range(len(rows)):
        row.append(x)                                  rows[~i].append(x)

    for a, b in combinations(rows, 2):             for i, j in combinations(range(len(rows)), 2):
        a.v -= b.v                                     rows[i].v -= rows[j].v

Python and NumPy read the items one by one, as the loop gets there, so both do the same. The left form is kept where
nothing is written: its items are read at once, and so are their cotangents.
"""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.roots import State
from s2s_ad.analysis.rows import Rows, call, named
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, For, Operand, Value
from s2s_ad.ir.types import Map


def is_written(s: Emitter, arrays: list[Operand], before: State, after: State) -> bool:
    """Whether the body of a loop that has been evaluated may write to one of these arrays."""
    roots = {r for r in map(s.memory.root, arrays) if r is not None}
    lost = any(r in after.lost and r not in before.lost for r in roots)
    changed = [r for r, version in before.version.items() if after.version[r] is not version]
    return lost or any(root.meets(other) for root in roots for other in changed)


def by_index(s: Emitter, op: For, rows: Rows) -> tuple[For, Operand]:
    """The loop over the indices, and what it runs through."""
    iterable, index, heads = rows.loop(s, op.body.params[0], op.span)
    body = Block((index, *op.body.params[1:]), (*heads, *op.body.ops), op.body.results)
    return replace(op, body=body), iterable


def by_key(s: Emitter, op: For, iterable: Operand) -> tuple[For, Operand] | None:
    """A loop over the values or items of a dict with late keys as one over the keys; None for all others."""
    view = s.views.get(iterable)
    if view is None or view.shows == "keys" or not isinstance(view.version.type, Map):
        return None
    source, key, item = named(s, view.version), Value(None, hint="k"), op.body.params[0]
    value = item if view.shows == "values" else Value()
    heads = [call(op.span, value, dict.__getitem__, source, key)]
    if value is not item:
        heads.append(call(op.span, item, primitives.make_tuple, key, value))
    body = Block((key, *op.body.params[1:]), (*heads, *op.body.ops), op.body.results)
    return replace(op, body=body), view.version
