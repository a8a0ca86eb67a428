"""Sequences whose items are known at compile time: unpacked, walked, spread over arguments."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence

from s2s_ad.analysis.cursors import cursor_class
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers import deques
from s2s_ad.analysis.handlers.operators import operation
from s2s_ad.analysis.handlers.records import is_object
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.places import locate_unpacked
from s2s_ad.analysis.python_types import iterated
from s2s_ad.analysis.rows import is_lenient
from s2s_ad.analysis.statics import (
    named,
)
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Call, Const, Operand, Star, Value
from s2s_ad.ir.types import Deque, Dict, List, Record, Tuple, Type, holds_different_objects


class SequenceEvaluator(Emitter):
    """Takes tuples, lists and the like apart."""

    def static_items(self, iterable: Operand) -> list[Operand] | None:
        """The items of an iterable whose length is known at compile time, or None."""
        self.refuse_iterator(iterable)
        iterable = self.current(iterable)
        if isinstance(iterable, Const):
            is_static = isinstance(iterable.value, (tuple, range))
            return [Const(v) for v in iterable.value] if is_static else None
        if isinstance(iterable.type, Dict):
            return [Const(k) for k in iterable.type.keys]
        made = self.definitions.get(iterable)
        fn = None if made is None else constant(made.target)
        if made is not None and fn in (primitives.make_tuple, primitives.make_list):
            return [a for a in made.args if not isinstance(a, Star)]
        if made is not None and fn is range and all(isinstance(a, Const) for a in made.args):
            return [Const(i) for i in range(*(a.value for a in made.args))]  # type: ignore[union-attr]
        if made is not None and fn is reversed and isinstance(type_of_operand(made.args[0]), (Tuple, List)):  # type: ignore[arg-type]
            items = self.static_items(made.args[0])  # type: ignore[arg-type]
            return None if items is None else items[::-1]
        if made is not None and fn in (zip, enumerate) and is_lenient(made):
            return self._static_rows(made)
        if isinstance(iterable.type, List) and (count := self._known_count(iterable)):
            return self._first(iterable, count)
        is_row = isinstance(iterable.type, Tuple) or holds_different_objects(iterable.type)
        return self.items(iterable) if is_row else None

    def _static_rows(self, made: Call) -> list[Operand] | None:
        """The items of a `zip` or an `enumerate` of static iterables."""
        parts = [self.static_items(a) for a in made.args if not isinstance(a, Star)]
        known = [p for p in parts if p is not None]
        if len(known) != len(parts) or len(parts) != len(made.args):
            return None
        if constant(made.target) is enumerate:
            known = [[Const(i) for i in range(len(known[0]))], *known]
            if len(known) != 2:
                return None
        return [self.apply(primitives.make_tuple, list(row)) for row in zip(*known, strict=False)]

    def items(self, sequence: Operand) -> list[Operand]:
        """The items of a sequence whose length is known at compile time."""
        sequence = self.current(sequence)
        if isinstance(sequence, Const):
            return [Const(v) for v in sequence.value]
        made = self.definitions.get(sequence)
        if made is not None and constant(made.target) in (primitives.make_tuple, primitives.make_list):
            return [a for a in made.args if not isinstance(a, Star)]
        parts = sequence.type.items if isinstance(sequence.type, (Tuple, List)) else None
        if parts is None and (count := self._known_count(sequence)):
            return self._first(sequence, count)
        if parts is None:
            raise UnsupportedSyntaxError(
                "unpacking a sequence whose length is not known at compile time",
                self.span,
                "index the items, loop over them, or pass a tuple",
            )
        return self._first(sequence, len(parts))

    def _first(self, sequence: Operand, count: int) -> list[Operand]:
        return [self.apply(operator.getitem, [sequence, Const(i)]) for i in range(count)]

    def walked(self, operand: Operand) -> Operand:
        """What to loop over where an object is looped over: what its `__iter__` gives."""
        t = type_of_operand(operand)
        if isinstance(t, Deque):
            return deques.walked(self, operand)
        if not is_object(t):
            return self.no_object(operand)
        kept = cursor_class(operand)
        if hasattr(kept, "rest"):
            return self.apply(kept.rest, [operand])
        iterator = operation(self, iter, [operand], {})
        if iterator is not None and isinstance(found := type_of_operand(iterator), Record):
            what = f"a loop over a `{found.cls.__name__}`, by its `__next__`"
            raise UnsupportedSyntaxError(what, self.span, "write `__iter__` as a generator, or a `while` with `next`")
        if iterator is None and isinstance(t, Record):
            raise UnsupportedSyntaxError(
                f"a loop over a `{t.cls.__name__}`, which has no method `__iter__`",
                self.span,
                "write the method as a generator, or loop over indices",
            )
        return operand if iterator is None else iterator

    def unpack(
        self, shape: primitives.Unpack, value: Operand, names: tuple[str | None, ...] | None = None
    ) -> list[Operand]:
        """The values of the targets of an unpacking assignment."""
        value = self.current(self.taken(self.walked(value), takes_all=shape.after is not None))
        t = type_of_operand(value)
        names = names or (None,) * shape.count
        made = self.definitions.get(value) if isinstance(value, Value) else None
        is_whole = made is None or constant(made.target) is not primitives.make_tuple
        is_whole = is_whole and not self._known_count(value)
        if isinstance(value, Value) and isinstance(t, Tuple) and is_whole and shape.after is None:
            if len(t.items) != shape.count:
                return self._raise_unpacking(shape, len(t.items))
            return self._unpacked(shape, value, names, t.items)
        known = isinstance(t, List) and self._known_count(value)
        if isinstance(value, Const) or isinstance(t, Tuple) or known:
            parts = self._first(value, known) if known else self.items(value)
            if len(parts) < shape.count - (shape.after is not None) or (
                shape.after is None and len(parts) > shape.count
            ):
                return self._raise_unpacking(shape, len(parts))
            if shape.after is None:
                return [named(p, n) if p in self.definitions else p for p, n in zip(parts, names, strict=True)]
            stop = len(parts) - shape.after
            middle = self.apply(primitives.make_list, parts[shape.before : stop])
            return [*parts[: shape.before], middle, *parts[stop:]]
        item = iterated(t)
        types = [item] * shape.count
        if isinstance(t, List) and t.items is not None and shape.after is None and len(t.items) == shape.count:
            types = list(t.items)
        if shape.after is not None:
            types[shape.before] = List(item)
        return self._unpacked(shape, value, names, types)

    def _known_count(self, value: Operand) -> int:
        """Of how many parts of a structure it is known what they are; of a list that is all or none."""
        root = self.memory.root(value)
        return 0 if root is None else len(self.memory.state.parts.get(root, {}))

    def _unpacked(
        self, shape: primitives.Unpack, value: Operand, names: Sequence[str | None], types: Sequence[Type]
    ) -> list[Operand]:
        values = tuple(map(Value, names, types))
        self.ops.append(Call(values, Const(shape), (value,), span=self.span))
        if self.hidden or not self.in_adjoint:
            locate_unpacked(self.memory, values, value, shape.before if shape.after is not None else None)
        return list(values)

    def _raise_unpacking(self, shape: primitives.Unpack, found: int) -> list[Operand]:
        """What Python raises where the number of values is another one than that of the targets."""
        least = shape.count - (shape.after is not None)
        if found > least:
            message = f"too many values to unpack (expected {least})"
        else:
            what = "expected" if shape.after is None else "expected at least"
            message = f"not enough values to unpack ({what} {least}, got {found})"
        self.raise_error(ValueError, message)
        return [UNDEFINED] * shape.count

    def expand(self, args: Sequence[Operand | Star]) -> list[Operand]:
        """Positional arguments with the starred ones spread out."""
        found: list[Operand] = []
        for arg in args:
            if isinstance(arg, Star):
                found += self.items(self.taken(self.walked(self.operand(arg.operand)), takes_all=True))
            else:
                found.append(self.operand(arg))
        return found

    def expand_keywords(self, kwargs: Sequence[tuple[str | None, Operand]]) -> dict[str, Operand]:
        """Keyword arguments with the mappings spread out."""
        found: dict[str, Operand] = {}
        for name, source in kwargs:
            operand = self.operand(source)
            if name is not None:
                found[name] = operand
                continue
            t = type_of_operand(operand)
            if not isinstance(t, Dict):
                raise UnsupportedSyntaxError(
                    "`**` of a mapping whose keys are not known at compile time", self.span, "name the arguments"
                )
            found |= {str(k): self.apply(operator.getitem, [operand, Const(k)]) for k in t.keys}
        return found

    def has_open_star(self, args: Sequence[Operand | Star]) -> bool:
        """Whether a sequence of a length known only at run time is unpacked."""
        return any(map(self._is_open, args))

    def first_open(self, args: Sequence[Operand | Star]) -> int:
        """Where the first such sequence stands."""
        return next(i for i, arg in enumerate(args) if self._is_open(arg))

    def _is_open(self, arg: Operand | Star) -> bool:
        sequence = self.operand(arg.operand) if isinstance(arg, Star) else None
        if not isinstance(sequence, Value):
            return False
        return sequence in self.runs or (not isinstance(sequence.type, Tuple) and self.static_items(sequence) is None)

    def joined_list(self, args: Sequence[Operand | Star]) -> Operand:
        """`[a, *b, c]` as `[a] + list(b) + [c]`."""
        parts = [
            self.apply(list, [self.operand(a.operand)])
            if isinstance(a, Star)
            else self.apply(primitives.make_list, [self.operand(a)])
            for a in args
        ]
        return functools.reduce(lambda a, b: self.apply(operator.add, [a, b]), parts)
