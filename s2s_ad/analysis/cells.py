"""The variables that nested functions read, which see the value that a variable has when they run.

A run of a function has a *box* for each such variable. The boxes are filled as the code is evaluated, and a nested
function that is called where it is known which boxes it has reads them then. One that comes out of a loop, a merge, a
container or another function has only the values of the time when it was made. Where a variable may have been assigned
again since then, it finds the box if there has been but one; else it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from s2s_ad.ir.nodes import Function, Operand, Value
from s2s_ad.ir.primitives import Cell, MakeClosure, SetCell
from s2s_ad.ir.types import Closure, Deque, Dict, Instance, Iterable, List, Lost, Map, Maybe, Record, Tuple, Type

Scope = dict[Cell, object]


@dataclass(eq=False)
class Cells:
    """The boxes of the function that is evaluated, and what is in them."""

    scope: Scope = field(default_factory=dict)
    contents: dict[object, Operand] = field(default_factory=dict)
    watched: set[object] = field(default_factory=set)  # the boxes that a nested function has
    changed: set[Cell] = field(default_factory=set)
    boxes: dict[Cell, set[object]] = field(default_factory=dict)  # all that there have been, in whatever round
    unknown: set[object] = field(default_factory=set)  # those that stand for one of several
    foreign: frozenset[object] = frozenset()  # the code of nested functions that have the boxes of another evaluation
    made: dict[Value, tuple[dict[str, object], dict[str, Operand | None]]] = field(default_factory=dict)

    def box(self, cell: Cell) -> object:
        """The box that a variable of the function that runs has."""
        if cell not in self.scope:
            self.scope[cell] = object()
            self.boxes.setdefault(cell, set()).add(self.scope[cell])
        return self.scope[cell]

    def set(self, what: SetCell, operand: Operand) -> bool:
        """Fill a box; whether a nested function that was made before could tell."""
        if what.anew:
            self.scope.pop(what.cell, None)
        box = self.box(what.cell)
        self.contents[box] = operand
        if what.again or box in self.watched:
            self.changed.add(what.cell)
        return box in self.watched

    def capture(self, closure: Value, made: MakeClosure, other: Value | None = None) -> None:
        """Note which boxes a nested function has, those of the `other` one, say, and what is in them now."""
        known = self.made[other][0] if other in self.made else {}
        boxes = {name: known.get(name) or self.box(cell) for name, cell in made.cells.items()}
        self.made[closure] = boxes, {name: self.contents.get(box) for name, box in boxes.items()}
        self.watched.update(boxes.values())

    def inside(self, closure: Value, cells: Mapping[str, Cell]) -> Scope:
        """The boxes that the code of a nested function finds."""
        if closure in self.made:
            return {cells[name]: box for name, box in self.made[closure][0].items()}
        found = {cell: self._only_box(closure.type, cell) or object() for cell in cells.values()}
        self.unknown.update(box for box in found.values() if box not in self.contents)
        return found

    def news(self, closure: Value, cells: Mapping[str, Cell]) -> dict[str, Operand]:
        """The variables that may have other values than when the nested function was made."""
        if is_bare(closure.type):
            return {}
        if closure not in self.made:
            late = {name: self._only_box(closure.type, cell) for name, cell in cells.items() if cell in self.changed}
            return {name: self.contents[box] for name, box in late.items() if box is not None}
        boxes, before = self.made[closure]
        now = {name: self.contents.get(box) for name, box in boxes.items()}
        return {name: operand for name, operand in now.items() if operand is not None and operand is not before[name]}

    def _only_box(self, t: Type, cell: Cell) -> object | None:
        """The box of a variable, if there has been one only, and what is in it now is known."""
        boxes = self.boxes.get(cell, set())
        if cell.lazy or len(boxes) != 1 or (isinstance(t, Closure) and t.code in self.foreign):
            return None
        return next((box for box in boxes if box in self.contents), None)

    def stale(self, t: Type, cells_of: Mapping[object, Mapping[str, Cell]]) -> str | None:
        """A variable that a nested function in a value of type `t` may have seen change, or None."""
        if is_bare(t):
            return None
        read = (cell for code in codes(t) for cell in cells_of.get(code, {}).values())
        return next((cell.name for cell in read if cell in self.changed), None)

    def lost(self, closure: Value, cells: Mapping[str, Cell]) -> str | None:
        """A variable of a nested function that has changed, of which it is not known what it is now, or None."""
        boxes = self.made[closure][0] if closure in self.made else None
        for name, cell in cells.items() if not is_bare(closure.type) else ():
            known = self._only_box(closure.type, cell) if boxes is None else boxes[name] not in self.unknown
            if cell in self.changed and not known:
                return cell.name
        return None


def is_bare(t: Type) -> bool:
    """Whether a value is a nested function without its variables, which it is passed when it calls itself."""
    return isinstance(t, Closure) and not t.captured and len(t.code.free) > 0 and t.code.name in t.code.free


def holds_function(t: Type) -> bool:
    """Whether values of type `t` are nested functions, or hold some."""
    return next(codes(t), None) is not None


def shows_function(t: Type) -> bool:
    """Whether a value of type `t`, seen from outside, would show what stands for a nested function."""
    match t:
        case Closure() | Lost():
            return True
        case Tuple(parts) | Dict(_, parts) | Record(values=parts):
            return any(map(shows_function, parts))
        case List(item, parts):
            return any(map(shows_function, (item,) if parts is None else parts))
        case Map(_, item, _, default):
            return isinstance(default, Function) or shows_function(item)
        case Iterable(item) | Deque(item) | Maybe(item):
            return shows_function(item)
    return False


def has_code(operand: Operand) -> bool:
    """Whether an operand is, or holds, what decides at compile time what runs: a function, a name to look one up by."""
    if isinstance(operand, Value):
        return holds_function(operand.type) or _holds_callable(operand.type)
    parts = operand.value if isinstance(operand.value, tuple) else (operand.value,)
    return any(isinstance(p, str) or callable(p) for p in parts)


def _holds_callable(t: Type) -> bool:
    match t:
        case Tuple(parts) | Dict(_, parts):
            return any(map(_holds_callable, parts))
        case List(item, parts):
            return any(map(_holds_callable, (item,) if parts is None else parts))
        case Map(_, item) | Deque(item) | Maybe(item):
            return _holds_callable(item)
        case Instance(cls):
            return hasattr(cls, "__call__")  # noqa: B004
    return False


def codes(t: Type) -> Iterator[object]:
    """The code of the nested functions that values of a type are, or hold."""
    match t:
        case Closure(code, parts):
            yield code
        case Tuple(parts) | Dict(_, parts):
            pass
        case List(item, parts):
            parts = (item,) if parts is None else parts
        case Iterable(item) | Map(_, item) | Deque(item) | Maybe(item):
            parts = (item,)
        case _:
            return
    for part in parts:
        yield from codes(part)
