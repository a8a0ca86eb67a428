"""Sets of keys, from which nothing is differentiated, and which steer what is."""

import numpy as np

from programs.harness import program
from s2s_ad import MissingRuleError, UnsupportedSyntaxError

X = np.array([0.7, 1.3, 0.2])


@program((X,))
def seen_before(x):
    """Each index counts once."""
    seen, total = set(), 0.0
    for i in [0, 1, 0, 2, 1]:
        if i not in seen:
            total += x[i] ** 2
            seen.add(i)
    return total * len(seen)


@program((X,))
def two_names(x):
    """What is put in under one name is there under the other."""
    keep = {0, 2}
    same = keep
    keep.discard(2)
    keep |= {1}
    same.update([1, 1])
    return sum(x[i] ** 2 for i in sorted(same)) * len(keep)


@program((X,), (-X,))
def filled_on_one_side(x):
    """Whether a key is in it depends on the data."""
    names = {"a"}
    if x[0] > 0.5:
        names.add("b")
    return x[0] * len(names) + (x[1] if "b" in names else x[2] ** 2)


@program((X, {0, 2}))
def of_the_caller(x, chosen):
    """An argument, in the order that Python has."""
    total = 0.0
    for i in chosen:
        total += x[i] ** 2
    return total


@program((X,))
def walked_graph(x):
    """A walk along neighbours, with a stack."""
    visited, stack, total = set(), [0], 0.0
    neighbours = [[1, 2], [0, 2], [0]]
    while stack:
        n = stack.pop()
        if n in visited:
            continue
        visited.add(n)
        total += x[n] * len(visited)
        for m in neighbours[n]:
            stack.append(m)
    return total**2


@program((X,))
def algebra(x):
    """Sets out of sets."""
    a, b = set(range(2)), {1, 2}
    both, either = a & b, a.union(b)
    return x[len(both)] * x[0] + sum(x[i] for i in sorted(either - both)) ** 2


@program((X,), refused=MissingRuleError)
def of_floats(x):
    """The floats in it would lose their derivatives."""
    return sum({x[0], x[1]}) ** 2


@program((X,), refused=UnsupportedSyntaxError)
def filled_with_floats(x):
    """One by one."""
    seen = set()
    for v in x:
        seen.add(v)
    return sum(seen) ** 2


@program((0.7,))
def is_empty_at_first(x):
    """A test of the set itself, which is filled meanwhile."""
    seen = set()
    y = 0.0
    for i in range(3):
        if seen:
            y += x * i
        else:
            y += x**2
        seen.add(i)
    return y


@program((0.7,))
def is_emptied(x):
    """A conditional expression and an `and` about a set, a dict and a list that are emptied."""
    many, named, some = {1}, {"a": x}, [x]
    y = 0.0
    for _ in range(2):
        y += x**2 if many else x**3
        y += (many and x**4) or x**5
        y += x**6 if named else x**7
        y += x**8 if some else x**9
        many.clear()
        named.clear()
        some.clear()
    return y
