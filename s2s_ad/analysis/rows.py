"""What a loop runs through item by item, where the items may as well be read by an index.

    rows   ::= source | zip(part, …) | enumerate(part, start) | reversed(part) | choice | list(choice)
    part   ::= rows | list of numbers | range of a known length
    source ::= array | list of arrays or objects | copy
    copy   ::= list(source) | source[start:stop] | source[::-1]
    choice ::= combinations(source, n) | permutations(source, n) | pairwise(source) | …

The items of a copy are read out of the list that has been copied, for it is these objects that are written to.
"""

from __future__ import annotations

import itertools
import operator
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.sharing import kinds
from s2s_ad.errors import Span
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Op, Operand, Value
from s2s_ad.ir.types import INT, Array, Deque, Dict, Iterable, List, Map, Number, Record, Tuple, Type


class Rows(ABC):
    """What a loop runs through."""

    @property
    @abstractmethod
    def arrays(self) -> list[Operand]:
        """The arrays and lists whose items these are."""

    @property
    @abstractmethod
    def copied(self) -> list[Operand]:
        """The lists of whose objects these are, in a copy."""

    @property
    @abstractmethod
    def ends(self) -> list[Operand]:
        """What is as long as the loop, the shortest of several."""

    @abstractmethod
    def read(self, s: Emitter, item: Value, index: Value, span: Span | None) -> Iterator[Op]:
        """Ops that read the item at an index."""

    def loop(self, s: Emitter, item: Value, span: Span | None) -> tuple[Operand, Value, Iterator[Op]]:
        """What to loop over, what that gives, and the ops that read the item by it."""
        index, lengths = Value(None, hint="i"), [s.apply(len, [end]) for end in self.ends]
        end = lengths[0] if len(lengths) == 1 else s.apply(min, lengths)
        return s.apply(range, [end]), index, self.read(s, item, index, span)

    def read_back(self, s: Emitter, item: Value, index: Value, span: Span | None) -> Iterator[Op]:
        """Ops that read the item at an index that is counted from the end."""
        back = Value()
        yield call(span, back, operator.invert, index)
        yield from self.read(s, item, back, span)


@dataclass(frozen=True, eq=False)
class Source(Rows):
    """An array or a list."""

    items: Operand

    @property
    def arrays(self) -> list[Operand]:
        """The array or the list itself."""
        return [self.items]

    @property
    def copied(self) -> list[Operand]:
        """None."""
        return []

    @property
    def ends(self) -> list[Operand]:
        """The array or the list itself."""
        return [self.items]

    def read(self, s: Emitter, item: Value, index: Value, span: Span | None) -> Iterator[Op]:
        """Ops that read the item at an index."""
        yield call(span, item, operator.getitem, named(s, self.items), index)


@dataclass(frozen=True, eq=False)
class Copy(Source):
    """A list of some of the objects in another one: `rows[1:]`, `rows[::-1]`, `list(rows)`.

    `of`: the other list, to which nothing has been written since. `start`: where in it the first item is. `step`: how
    to get to the next one.
    """

    of: Source
    start: int
    step: int

    @property
    def arrays(self) -> list[Operand]:
        """The list whose items these are, be that copied once or more."""
        return self.of.arrays

    @property
    def copied(self) -> list[Operand]:
        """The other list."""
        return [self.of.items]

    def read(self, s: Emitter, item: Value, index: Value, span: Span | None) -> Iterator[Op]:
        """Ops that read the item at an index out of the other list."""
        at = Value()
        if self.step < 0:
            yield call(span, at, operator.invert, index)
        else:
            yield call(span, at, operator.add, index, named(s, self._first(s)))
        yield call(span, item, operator.getitem, named(s, self.of.items), at)

    def _first(self, s: Emitter) -> Operand:
        if self.start >= 0:
            return Const(self.start)
        return s.apply(max, [s.apply(operator.add, [s.apply(len, [self.of.items]), Const(self.start)]), Const(0)])

    def read_back(self, s: Emitter, item: Value, index: Value, span: Span | None) -> Iterator[Op]:
        """Ops that read the item at an index that is counted from the end, where the other list may not end."""
        back, last = Value(), s.apply(operator.sub, [s.apply(len, [self.items]), Const(1)])
        yield call(span, back, operator.sub, named(s, last), index)
        yield from self.read(s, item, back, span)


@dataclass(frozen=True, eq=False)
class Chosen(Rows):
    """Tuples of so many items of a list: `combinations(rows, 2)`.

    `of`: the list, which has the same objects as when they were chosen. `table`: their indices, tuple by tuple.
    """

    of: Source
    table: Operand
    count: int

    @property
    def arrays(self) -> list[Operand]:
        """The list."""
        return self.of.arrays

    @property
    def copied(self) -> list[Operand]:
        """The list: what is chosen later is chosen out of what it was in the beginning."""
        return [self.of.items]

    @property
    def ends(self) -> list[Operand]:
        """The table."""
        return [self.table]

    def read(self, s: Emitter, item: Value, index: Value, span: Span | None) -> Iterator[Op]:
        """Ops that read the tuple at an index."""
        row = Value()
        yield call(span, row, operator.getitem, named(s, self.table), index)
        yield from self._read(s, item, row, span)

    def loop(self, s: Emitter, item: Value, span: Span | None) -> tuple[Operand, Value, Iterator[Op]]:
        """The table, and a row of that."""
        row = Value()
        return self.table, row, self._read(s, item, row, span)

    def _read(self, s: Emitter, item: Value, row: Value, span: Span | None) -> Iterator[Op]:
        places, items = [Value(None, hint="i") for _ in range(self.count)], [Value() for _ in range(self.count)]
        yield Call(tuple(places), Const(primitives.Unpack(self.count)), (row,), span=span)
        for place, one in zip(places, items):
            yield from self.of.read(s, one, place, span)
        yield call(span, item, primitives.make_tuple, *items)


@dataclass(frozen=True, eq=False)
class Lazy(Rows):
    """Items that Python makes of those of its `parts` as the loop gets there."""

    parts: tuple[Rows, ...]

    @property
    def arrays(self) -> list[Operand]:
        """Those of the parts."""
        return [array for part in self.parts for array in part.arrays]

    @property
    def copied(self) -> list[Operand]:
        """Those of the parts."""
        return [copied for part in self.parts for copied in part.copied]

    @property
    def ends(self) -> list[Operand]:
        """Those of the parts."""
        return [end for part in self.parts for end in part.ends]


class Backwards(Lazy):
    """The items of one part from the last to the first: `reversed(rows)`."""

    def read(self, s: Emitter, item: Value, index: Value, span: Span | None) -> Iterator[Op]:
        """Ops that read the item at an index."""
        return self.parts[0].read_back(s, item, index, span)


class Together(Lazy):
    """The items of the parts side by side: `zip(rows, x)`."""

    def read(self, s: Emitter, item: Value, index: Value, span: Span | None) -> Iterator[Op]:
        """Ops that read the tuple at an index."""
        items = [Value() for _ in self.parts]
        for part, one in zip(self.parts, items):
            yield from part.read(s, one, index, span)
        yield call(span, item, primitives.make_tuple, *items)


@dataclass(frozen=True, eq=False)
class Numbered(Lazy):
    """The items of one part with their numbers, from `start` on if there is one: `enumerate(rows, start)`."""

    start: Operand | None

    def read(self, s: Emitter, item: Value, index: Value, span: Span | None) -> Iterator[Op]:
        """Ops that read the pair at an index."""
        number, one = index, Value()
        yield from self.parts[0].read(s, one, index, span)
        if self.start is not None:
            number = Value()
            yield call(span, number, operator.add, named(s, self.start), index)
        yield call(span, item, primitives.make_tuple, number, one)


def rows_of(s: Emitter, iterable: Operand) -> Rows | None:
    """What a loop runs through; None if this is, somewhere, anything else than arrays and lists."""
    made = s.definitions.get(iterable)  # type: ignore[arg-type]
    fn = None if made is None or not is_lenient(made) else callee(made)
    args: tuple[Operand, ...] = () if made is None else made.args  # type: ignore[assignment]
    if fn not in (enumerate, reversed, zip) or not args:
        return chosen_rows(s, iterable) or _source(s, iterable)
    found = [_part(s, arg) for arg in (args if fn is zip else args[:1])]
    parts = tuple(part for part in found if isinstance(part, Source if fn is reversed else Rows))
    if len(parts) < len(found):
        return None
    if fn is enumerate:
        return Numbered(parts, args[1] if len(args) > 1 else None)
    return Together(parts) if fn is zip else Backwards(parts)


def is_lenient(made: Call) -> bool:
    """Whether a call has no keywords, but for the `strict=False` of a `zip`, which ends with its shortest iterable."""
    return all(name == "strict" and constant(value) is False for name, value in made.kwargs)


def _part(s: Emitter, iterable: Operand) -> Rows | None:
    t = type_of_operand(iterable)
    is_of_numbers = isinstance(t, List) and isinstance(t.item, (Number, Array)) and not kinds(t.item)
    made = s.definitions.get(iterable)  # type: ignore[arg-type]
    numbers = s.static_items(iterable) if s.program.closer and made is not None and callee(made) is range else None
    if numbers:
        iterable = s.apply(primitives.make_tuple, numbers)
    return rows_of(s, iterable) or (Source(iterable) if is_of_numbers else None)


def _source(s: Emitter, items: Operand) -> Source | None:
    t = type_of_operand(items)
    is_followed = (isinstance(t, Array) and t.axes) or s.memory.is_of_views(items) or _is_of_objects(t)
    is_known = isinstance(t, Tuple) and s.program.closer  # by known indices
    return _copy(s, items) or (Source(items) if is_followed or is_known else None)


@dataclass(frozen=True)
class Choice:
    """That a list is what `tool` chooses of the `items` of a list of objects, in this `order`: tuples of `count`.

    `ops`: what makes the list.
    """

    tool: Any
    items: Value
    count: int
    order: Value | None
    ops: Sequence[Op] = ()


_CHOOSING = (itertools.combinations, itertools.combinations_with_replacement, itertools.permutations)


def choice(s: Emitter, tool: Any, args: list[Operand]) -> Choice | None:
    """What a function of `itertools` chooses, if it chooses objects."""
    count = 2 if tool is itertools.pairwise else constant(args[1]) if tool in _CHOOSING and len(args) == 2 else None
    items = args[0] if args else None
    root = None if items is None else s.memory.root(items)
    if type(count) is not int or not isinstance(items, Value) or root is None or not _is_of_objects(items.type):
        return None
    return Choice(tool, items, count, s.memory.state.order.get(root))


def chosen_rows(s: Emitter, iterable: Operand) -> Chosen | None:
    """What a loop runs through that is a list of tuples of the items of another one, both as they were then."""
    made = s.definitions.get(iterable)  # type: ignore[arg-type]
    is_copy = made is not None and callee(made) is list and len(made.args) == 1
    found = s.chosen.get(made.args[0] if is_copy else iterable)  # type: ignore[union-attr, arg-type]
    if found is None or not _is_in_order(s, found.items, found.order) or not _is_in_order(s, iterable, None):
        return None
    numbers = s.apply(range, [s.apply(len, [found.items])])
    given = [numbers] if found.tool is itertools.pairwise else [numbers, Const(found.count)]
    row = Tuple((INT,) * found.count)
    table = s.emit(list, [s.emit(found.tool, given, None, Iterable(row))], None, List(row))
    return Chosen(Source(s.memory.newest(found.items)), table, found.count)


def _is_in_order(s: Emitter, items: Operand, order: Value | None) -> bool:
    """Whether a list surely has the same items in the same places as when its `order` was this."""
    root = s.memory.root(items)
    return root is not None and s.memory.state.order.get(root) is order and root not in s.memory.stirred


def _is_of_objects(t: Type) -> bool:
    followed = (Array, Record, Tuple, Dict, List, Map, Deque)
    return isinstance(t, List) and isinstance(t.item, followed) and bool(kinds(t.item))


def _copy(s: Emitter, items: Operand) -> Copy | None:
    made = s.definitions.get(items)  # type: ignore[arg-type]
    if made is None or made.kwargs or not made.args or not isinstance(copied := made.args[0], Value):
        return None
    root, bounds = s.memory.root(copied), _bounds(s, made)
    is_current = root is not None and s.memory.state.version.get(root) is copied
    if bounds is None or not is_current or not _is_of_objects(copied.type):
        return None
    return Copy(items, _copy(s, copied) or Source(copied), *bounds)


def _bounds(s: Emitter, made: Call) -> tuple[int, int] | None:
    """The start and the step of what is a copy of a list, or a slice; None for what is neither, or has others."""
    if callee(made) is list:
        return 0, 1
    where = made.args[1] if callee(made) is operator.getitem else Const(0)
    found, given = s.definitions.get(where), constant(where)  # type: ignore[arg-type]
    if found is not None and callee(found) is slice and len(found.args) == 3:
        start, stop, step = (constant(arg, default=NotImplemented) for arg in found.args)  # type: ignore[arg-type]
    elif isinstance(given, slice):
        start, stop, step = given.start, given.stop, given.step
    else:
        return None
    if step in (None, 1) and (start is None or type(start) is int):
        return start or 0, 1
    return (-1, -1) if (start, stop, step) == (None, None, -1) else None


def named(s: Emitter, operand: Operand) -> Value:
    """What an operand goes by in ops that are yet to be evaluated."""
    name = Value()
    s.env[name] = operand
    return name


def call(span: Span | None, result: Value, fn: Any, *args: Operand) -> Call:
    """An op that is yet to be evaluated."""
    return Call((result,), Const(fn), args, span=span)
