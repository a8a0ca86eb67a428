"""The functional tools of Python and of its library, written in the Python that is differentiated.

A call of a tool is replaced by its definition here. Those of `ITERATORS` give an iterator in Python: the definition
gives the list of what it runs through, and the compiler sees to it that nobody can tell the difference.
"""

from __future__ import annotations

import bisect
import copy
import functools
import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.rules.registry import zero_rules
from s2s_ad.runtime import groups, index_rows, sort_order

zero_rules((index_rows, sort_order, bisect.bisect_left, bisect.bisect_right))

DEFINITIONS: dict[Any, Callable[..., Any]] = {}
ITERATORS: set[Any] = set()


def defines(*tools: Any, iterator: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the decorated function as what `tools` mean."""

    def register(definition: Callable[..., Any]) -> Callable[..., Any]:
        for tool in tools:
            DEFINITIONS[tool] = definition
        if iterator:
            ITERATORS.update(tools)
        return definition

    return register


# Of the language.
@defines(map, iterator=True)
def _map(function: Any, *iterables: Any) -> Any:
    if len(iterables) == 1:
        return [function(x) for x in iterables[0]]
    return [function(*row) for row in zip(*iterables)]


@defines(filter, iterator=True)
def _filter(function: Any, iterable: Any) -> Any:
    if function is None:
        return [x for x in iterable if x]
    return [x for x in iterable if function(x)]


def list_of(iterable: Any) -> Any:
    """`list(iterable)`, item by item."""
    return [x for x in iterable]  # noqa: C416


def max_by(*args: Any, key: Any = None, **default: Any) -> Any:
    """`max` with a `key` or a `default`; of those that tie it is the first, which gets all of the cotangent."""
    return _best_by(max, operator.gt, args, key, default)


def min_by(*args: Any, key: Any = None, **default: Any) -> Any:
    """`min` with a `key` or a `default`; of those that tie it is the first, which gets all of the cotangent."""
    return _best_by(min, operator.lt, args, key, default)


def _best_by(tool: Any, is_better: Any, args: Any, key: Any, default: Any) -> Any:
    items = args if len(args) != 1 else args[0] if isinstance(args[0], list) else [x for x in args[0]]  # noqa: C416
    if default and len(items) == 0:
        return default["default"]
    if key is None:
        return tool(items)
    if len(items) == 0:
        tool(())  # raises
    if len(args) == 1:
        return items[_first_best([key(x) for x in items], is_better)]
    best = items[0]
    best_key = key(best)
    for x in items[1:]:
        x_key = key(x)
        if is_better(x_key, best_key):
            best, best_key = x, x_key
    return best


def _first_best(keys: Any, is_better: Any) -> int:
    """Where the best of some keys is, the first of those that tie."""
    best = 0
    for i in range(1, len(keys)):
        if is_better(keys[i], keys[best]):
            best = i
    return best


def _itself(x: Any) -> Any:
    return x


def max_sequence(*args: Any, **default: Any) -> Any:
    """`max` of tuples or lists, which are compared item by item."""
    return max_by(*args, key=_itself, **default)


def min_sequence(*args: Any, **default: Any) -> Any:
    """`min` of tuples or lists, which are compared item by item."""
    return min_by(*args, key=_itself, **default)


def first_of(items: Any, *default: Any) -> Any:
    """`next` of an iterator over `items`."""
    if len(items) > 0:
        return items[0]
    if len(default) == 0:
        raise StopIteration
    return default[0]


def sorted_by(iterable: Any, *, key: Any, reverse: Any = False) -> Any:
    """`sorted` with a `key`, which is called once for each item; those that tie keep their order."""
    items = [x for x in iterable]  # noqa: C416
    order = sort_order([key(x) for x in items], None, reverse)
    return [items[i] for i in order]


def order_by(items: Any, key: Any, reverse: Any) -> Any:
    """The order in which `items.sort(key=key, reverse=reverse)` puts a list."""
    return sort_order([key(x) for x in items], None, reverse)


def left_by(items: Any, where: Any) -> Any:
    """What `del items[where]` leaves of a list, where that is a slice."""
    gone = range(len(items))[where]
    return [x for i, x in enumerate(items) if i not in gone]


# Of the language, where the items are objects, whose own methods tell what is what.
def sum_of_objects(iterable: Any, /, start: Any = 0) -> Any:
    """`sum` by the `+` of the items."""
    items = [x for x in iterable]  # noqa: C416
    if len(items) == 0:
        if type(start) is int:
            raise TypeError("the sum of no objects, which is the int 0; give `sum` a start")
        return start
    total = start + items[0]
    for x in items[1:]:
        total = total + x
    return total


def max_of_objects(*args: Any, key: Any = None, **default: Any) -> Any:
    """`max` by the `>` of the items."""
    return max_by(*args, key=(lambda x: x) if key is None else key, **default)


def min_of_objects(*args: Any, key: Any = None, **default: Any) -> Any:
    """`min` by the `<` of the items."""
    return min_by(*args, key=(lambda x: x) if key is None else key, **default)


def sorted_objects(iterable: Any, *, key: Any = None, reverse: Any = False) -> Any:
    """`sorted` by the `<` of the items."""
    return sorted_by(iterable, key=(lambda x: x) if key is None else key, reverse=reverse)


OF_OBJECTS: dict[Any, Callable[..., Any]] = {
    sum: sum_of_objects,
    max: max_of_objects,
    min: min_of_objects,
    sorted: sorted_objects,
}


# Of dicts.
@defines(dict.fromkeys)
def _fromkeys(iterable: Any, value: Any = None, /) -> Any:
    return {key: value for key in iterable}  # noqa: C420


# Of `copy`.
COPIES = frozenset({copy.copy, copy.deepcopy})


@defines(copy.copy)
def _copy(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        return x.copy()
    if isinstance(x, list):
        return list(x)
    return dict(x) if isinstance(x, dict) else x


@defines(copy.deepcopy)
def _deepcopy(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        return x.copy()
    if isinstance(x, list):
        return [copy.deepcopy(item) for item in x]
    if isinstance(x, tuple):
        return tuple([copy.deepcopy(item) for item in x])
    return {key: copy.deepcopy(item) for key, item in x.items()} if isinstance(x, dict) else x


# Of `functools`.
@defines(functools.reduce)
def _reduce(function: Any, iterable: Any, *initial: Any) -> Any:
    items = [x for x in iterable]  # noqa: C416
    if not initial and len(items) == 0:
        raise TypeError("reduce() of empty iterable with no initial value")
    value = initial[0] if initial else items[0]
    for x in items if initial else items[1:]:
        value = function(value, x)
    return value


def made_of_items(cls: Any, iterable: Any) -> Any:
    """`cls._make(iterable)` of a named tuple."""
    items, n = [x for x in iterable], len(cls._fields)  # noqa: C416
    if len(items) != n:
        raise TypeError(f"Expected {n} arguments, got {len(items)}")
    return cls(*[items[i] for i in range(n)])


@defines(functools.partial)
def _partial(function: Any, /, *args: Any, **keywords: Any) -> Any:
    return lambda *more, **others: function(*args, *more, **{**keywords, **others})


@defines(functools.wraps)
def _wraps(wrapped: Any, *_: Any, **__: Any) -> Any:
    return lambda wrapper: wrapper


# Of `operator`.
@defines(operator.itemgetter)
def _itemgetter(item: Any, *items: Any) -> Any:
    return (lambda obj: tuple([obj[i] for i in (item, *items)])) if items else (lambda obj: obj[item])


@defines(operator.attrgetter)
def _attrgetter(name: Any) -> Any:
    return lambda obj: getattr(obj, name)


@defines(operator.methodcaller)
def _methodcaller(name: Any, /, *args: Any, **kwargs: Any) -> Any:
    return lambda obj: getattr(obj, name)(*args, **kwargs)


# Of `itertools`.
@defines(itertools.chain, iterator=True)
def _chain(*iterables: Any) -> Any:
    items: list[Any] = []
    for iterable in iterables:
        items = items + [x for x in iterable]  # noqa: C416
    return items


@defines(itertools.chain.from_iterable, iterator=True)
def _chain_from_iterable(iterables: Any) -> Any:
    return [x for iterable in iterables for x in iterable]


@defines(itertools.product, iterator=True)
def _product(*iterables: Any, repeat: Any = 1) -> Any:
    rows: list[tuple[Any, ...]] = [()]
    for iterable in iterables * repeat:
        items = [x for x in iterable]  # noqa: C416
        rows = [(*row, x) for row in rows for x in items]
    return rows


@defines(itertools.pairwise, iterator=True)
def _pairwise(iterable: Any) -> Any:
    items = [x for x in iterable]  # noqa: C416
    return [(items[i], items[i + 1]) for i in range(len(items) - 1)]


@defines(itertools.accumulate, iterator=True)
def _accumulate(iterable: Any, function: Any = operator.add, *, initial: Any = None) -> Any:
    items = [x for x in iterable]  # noqa: C416
    if initial is None:
        if len(items) == 0:
            return []
        total, rest = items[0], items[1:]
    else:
        total, rest = initial, items
    totals = [total]
    for x in rest:
        total = function(total, x)
        totals.append(total)
    return totals


def _chosen(items: Any, rows: Any) -> Any:
    """Items by their indices, row by row."""
    return [tuple([items[i] for i in row]) for row in rows]


@defines(itertools.combinations, iterator=True)
def _combinations(iterable: Any, r: Any) -> Any:
    items = [x for x in iterable]  # noqa: C416
    n = len(items)
    if r == 2:
        return [(items[i], items[j]) for i in range(n) for j in range(i + 1, n)]
    if r == 3:
        return [(items[i], items[j], items[k]) for i in range(n) for j in range(i + 1, n) for k in range(j + 1, n)]
    return _chosen(items, index_rows(itertools.combinations, n, r))


@defines(itertools.combinations_with_replacement, iterator=True)
def _combinations_with_replacement(iterable: Any, r: Any) -> Any:
    items = [x for x in iterable]  # noqa: C416
    n = len(items)
    if r == 2:
        return [(items[i], items[j]) for i in range(n) for j in range(i, n)]
    return _chosen(items, index_rows(itertools.combinations_with_replacement, n, r))


@defines(itertools.permutations, iterator=True)
def _permutations(iterable: Any, r: Any = None) -> Any:
    items = [x for x in iterable]  # noqa: C416
    n = len(items)
    if r == 2:
        return [(items[i], items[j]) for i in range(n) for j in range(n) if i != j]
    return _chosen(items, index_rows(itertools.permutations, n, r))


@defines(itertools.takewhile, iterator=True)
def _takewhile(predicate: Any, iterable: Any) -> Any:
    taken: list[Any] = []
    for x in iterable:
        if not predicate(x):
            break
        taken.append(x)
    return taken


@defines(itertools.dropwhile, iterator=True)
def _dropwhile(predicate: Any, iterable: Any) -> Any:
    left: list[Any] = []
    dropping = True
    for x in iterable:
        if dropping and predicate(x):
            continue
        dropping = False
        left.append(x)
    return left


@defines(itertools.filterfalse, iterator=True)
def _filterfalse(function: Any, iterable: Any) -> Any:
    if function is None:
        return [x for x in iterable if not x]
    return [x for x in iterable if not function(x)]


@defines(itertools.compress, iterator=True)
def _compress(data: Any, selectors: Any) -> Any:
    return [x for x, chosen in zip(data, selectors) if chosen]


@defines(groups, iterator=True)
def _groups(tool: Any, iterable: Any, key: Any = None) -> Any:
    if tool is not itertools.groupby:
        raise TypeError("`groupby` has become another function")
    items = [x for x in iterable]  # noqa: C416
    keys = items if key is None else [key(x) for x in items]
    found = []
    start = 0
    for i in range(1, len(items) + 1):
        goes_on = i < len(items) and keys[start] == keys[i]
        if not goes_on:
            found.append((keys[start], items[start:i]))
            start = i
    return found


@defines(itertools.repeat, iterator=True)
def _repeat(x: Any, times: Any) -> Any:
    return [x for _ in range(times)]


# Those without an end: what is computed when they are made, and what their first items are.
def _repeated(x: Any) -> Any:
    return [x]


def _counted(start: Any = 0, step: Any = 1) -> Any:
    return [start, step]


def _first_of_cycle(items: Any, n: int) -> Any:
    return [items[i % len(items)] for i in range(n if len(items) > 0 else 0)]


def _first_of_repeat(items: Any, n: int) -> Any:
    return [items[0] for _ in range(n)]


def _first_of_count(bounds: Any, n: int) -> Any:
    values = []
    value = bounds[0]
    for _ in range(n):
        values.append(value)
        value = value + bounds[1]
    return values


ENDLESS: dict[Any, tuple[Any, Any]] = {
    itertools.cycle: (list_of, _first_of_cycle),
    itertools.repeat: (_repeated, _first_of_repeat),
    itertools.count: (_counted, _first_of_count),
}


@defines(itertools.islice, iterator=True)
def _islice(iterable: Any, *bounds: Any) -> Any:
    return [x for x in iterable][slice(*bounds)]  # noqa: C416


@defines(itertools.starmap, iterator=True)
def _starmap(function: Any, iterable: Any) -> Any:
    return [function(*row) for row in iterable]


@defines(itertools.zip_longest, iterator=True)
def _zip_longest(*iterables: Any, fillvalue: Any = None) -> Any:
    columns = tuple([[x for x in iterable] for iterable in iterables])  # noqa: C416
    n = max([0, *[len(column) for column in columns]])
    return [tuple([column[i] if i < len(column) else fillvalue for column in columns]) for i in range(n)]


@defines(np.ndenumerate)
def _ndenumerate(arr: Any) -> Any:
    return zip(np.ndindex(np.shape(arr)), np.asarray(arr).flat)


# Calls with a starred sequence whose length is not known, as functions of that sequence.
def _zip_rows(rows: Any) -> Any:
    """``zip(*rows)``."""
    n = min([len(row) for row in rows]) if len(rows) > 0 else 0
    return [tuple([row[i] for row in rows]) for i in range(n)]


DEFINITIONS[_zip_rows] = _zip_rows
ITERATORS.add(_zip_rows)


def _max_of(items: Any) -> Any:
    """``max(*items)``."""
    return max(items) if len(items) != 1 else max(items[0])


def _min_of(items: Any) -> Any:
    """``min(*items)``."""
    return min(items) if len(items) != 1 else min(items[0])


def require_count(items: Any, count: int, given: int, more: Any, fewer: Any) -> None:
    """Raise what Python raises where the items do not go with the parameters."""
    if len(items) > count:
        raise TypeError(more[0] + str(given + len(items)) + more[1])
    if len(items) < count:
        raise TypeError(fewer[len(items)])


DEFINITIONS[require_count] = require_count
DEFINITIONS[first_of] = first_of

SPREAD: dict[Any, Callable[..., Any]] = {
    zip: _zip_rows,
    max: _max_of,
    min: _min_of,
    itertools.chain: itertools.chain.from_iterable,
}


def definition_of(tool: Any, keywords: Any) -> Callable[..., Any] | None:
    """What a call of `tool` with these keyword arguments means, or None where it is no functional tool."""
    if tool in (max, min) and keywords:
        return max_by if tool is max else min_by
    if tool is sorted and "key" in keywords:
        return sorted_by
    return DEFINITIONS.get(tool)
