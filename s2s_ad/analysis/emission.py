"""Emits typed ops: the part of the specializer that everything else builds on."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterator, Sequence
from collections.abc import Iterable as Items
from contextlib import contextmanager
from dataclasses import replace
from types import FunctionType
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis import lengths
from s2s_ad.analysis.cells import Cells
from s2s_ad.analysis.dict_views import View, refuse_stale
from s2s_ad.analysis.effects import callee, is_pure, targets_of, writes
from s2s_ad.analysis.iterators import Run, refusal
from s2s_ad.analysis.local_classes import refuse_foreign
from s2s_ad.analysis.memory import Memory
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.places import ORDERING, locate, part_key
from s2s_ad.analysis.program import GlobalName, Program
from s2s_ad.analysis.python_types import iterated
from s2s_ad.analysis.reports import is_report
from s2s_ad.analysis.roots import Part, Root, Step
from s2s_ad.analysis.statics import is_foldable, same
from s2s_ad.errors import ADError, Span, UnsupportedSyntaxError
from s2s_ad.frontend.source import LiveNames
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Call, Const, Function, Op, Operand, Try, Value, regions
from s2s_ad.ir.types import (
    LOST,
    NEVER,
    UNKNOWN,
    Array,
    Closure,
    Dict,
    Iterable,
    Maybe,
    Number,
    Record,
    Tuple,
    Type,
    hides_derivative,
    holds_unknown,
    is_differentiable,
    object_in,
    with_parts,
)
from s2s_ad.ir.types import Instance as InstanceType
from s2s_ad.rules.registry import registry

_REPLACING = (primitives.set_attribute, primitives.set_item, primitives.store)  # a part of a known structure
_FOLDED = {
    primitives.make_tuple, operator.getitem, operator.contains, slice, isinstance, len, str, float, int, bool, range,
    tuple, str.startswith, str.endswith, np.dtype,
}  # fmt: skip


Mark = tuple[int, int]
Fact = tuple[Root, Value | None, Operand]  # about a key of a dict, since a version of it


class Emitter:
    """The ops that have been emitted so far, and what is known of their results."""

    def __init__(self, program: Program, names: LiveNames | None = None) -> None:
        self.program = program
        self.names = names
        self.env: dict[Value, Operand] = {}
        self.ops: list[Op] = []
        self.span: Span | None = None
        self.dead = False
        self.captured: dict[Value, tuple[Operand, ...]] = {}
        self.cells = Cells()
        self.memory = Memory()
        self.running: list[Function] = []
        self.definitions: dict[Value, Call] = {}
        self.retarget: Callable[[Any, list[Operand]], Any] | None = None
        self.simplify: Callable[[Any, list[Operand], dict[str, Operand]], Operand | list[Operand]] | None = None
        self.in_adjoint = False
        self.runs: dict[Value, Run] = {}
        self.inside: dict[Value, list[Run]] = {}  # the runs that a `zip` or an `enumerate` takes from
        self.chosen: dict[Value, Any] = {}  # lists of tuples of the items of other lists
        self.rests: list[Operand] = []  # the lists that stand for all further arguments of the calls that are bound
        self.choices: dict[Value, tuple[Const, ...]] = {}
        self.selections: dict[Value, Any] = {}
        self.alternatives: dict[Root, Any] = {}  # what is one of two objects
        self.making: dict[Value, dict[str, Operand]] = {}  # objects whose `__init__` runs, with their attributes so far
        self.clock = 0  # counts what has been written that other code could see
        self.appends = 0
        self.copies = 1  # of this place, as loops around it are repeated item by item
        self.depth = 0  # how many loops are around this place
        self.place: list[Op] = []  # what is around it whose border no iterator may cross
        self.rolled = False  # loops over lists stay loops, in hidden code too
        self.views: dict[Operand, View] = {}
        self.own: dict[int, Operand] = {}  # what its function is given and has captured, by the identity of that
        self.later_rounds: set[Op] = set()  # loops whose first round is there by itself
        self.key_by_key: set[Op] = set()  # loops over views of dicts that look up each value when they get there
        self.flats: dict[Operand, Operand] = {}  # the `x.flat` of arrays
        self.given: set[Root] = set()  # the roots of the parameters, and of written globals
        self.globals: dict[GlobalName, Value] = {}  # what has been read of those that the program writes to
        self.global_of: dict[Value, GlobalName] = {}
        self.lacks_keys: tuple[Fact, ...] = ()  # keys that dicts do not have
        self.has_keys: tuple[Fact, ...] = ()  # keys that they have
        self.narrowed: dict[Operand, Operand] = {}  # what may be None, as what it is where it is not
        self.seen_by_caller: Try | None = None  # one that was taken for its body, which only a caller can know
        self.hidden = 0  # how deep in code that counts as that of the call it is for

    def operand(self, operand: Operand) -> Operand:
        """What an operand of the untyped code has become."""
        found = self.env[operand] if isinstance(operand, Value) else operand
        return self.narrowed.get(found, found)

    @contextmanager
    def region(self) -> Iterator[list[Op]]:
        """Emit into a list of its own."""
        outer_ops, outer_dead, span, contents = self.ops, self.dead, self.span, self.cells.contents
        narrowed, self.narrowed = self.narrowed, dict(self.narrowed)
        making, state = self.making, self.memory.state
        self.memory.state = state.copy()
        self.ops, self.dead, self.cells.contents = [], False, dict(contents)
        try:
            yield self.ops
            self._refuse_new_attributes(making)
        finally:
            self.ops, self.dead, self.span, self.cells.contents = outer_ops, outer_dead, span, contents
            self.making, self.memory.state, self.narrowed = making, state, narrowed

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Come back to the state of now where an error ends what is done inside."""
        before, depth, places, callees = self.memory.state, self.depth, len(self.place), len(self.program.stack)
        try:
            yield
        except ADError:
            self.memory.state, self.depth = before, depth
            del self.place[places:]
            self.program.unwind(callees)
            raise

    def no_object(self, operand: Operand) -> Operand:
        """An operand that is no object; where that is not known, it is tested when the program runs."""
        if not self.program.has_objects or not isinstance(operand, Value) or operand.type != UNKNOWN:
            return operand
        return self.emit(runtime.no_object, [operand], None, UNKNOWN)

    def _refuse_new_attributes(self, before: dict[Value, dict[str, Operand]]) -> None:
        """Refuse to set an attribute of an object that is being made where that may not happen, or happen again."""
        for obj, attributes in before.items():
            now = self.making[obj]
            if now is not attributes and not self.dead:
                name = next(n for n, operand in now.items() if attributes.get(n) is not operand)
                raise UnsupportedSyntaxError(
                    f"the attribute `{name}` of an object that is being made, which is set in a loop or a `with`",
                    self.span,
                    "compute it in a variable, and set the attribute afterwards",
                )

    def present(self, operand: Operand) -> Operand:
        """What may be None, where it surely is not."""
        return self._narrowed(operand, primitives.present, [])

    def required(self, operand: Operand, attribute: Operand | None = None) -> Operand:
        """What may be None, where that is an error, which has to do with an attribute or not."""
        return self._narrowed(operand, runtime.not_none, [] if attribute is None else [attribute])

    def _narrowed(self, operand: Operand, how: Any, more: list[Operand]) -> Operand:
        operand = self.narrowed.get(operand, operand)
        t = type_of_operand(operand)
        if not isinstance(t, Maybe) or not isinstance(operand, Value):
            return operand
        found = self.emit(how, [operand, *more], None, t.item, operand.name)
        self.narrowed[operand] = found
        root = self.memory.root(operand)
        if root is not None and self.memory.state.version.get(root) is operand:
            self.memory.renew(root, found, self.memory.state.content.get(operand, {}))
        return found

    def choose_again(self, operand: Value) -> None:
        """Bring what is one of two objects up to date."""
        raise NotImplementedError

    def apply(
        self, target: Any, args: list[Operand], kwargs: dict[str, Operand] | None = None, name: str | None = None
    ) -> Operand:
        """The result of a call, folded, spliced in or emitted."""
        raise NotImplementedError

    def static_items(self, iterable: Operand) -> list[Operand] | None:
        """The items of an iterable whose length is known at compile time, or None."""
        raise NotImplementedError

    def call_in_place(self, fn: FunctionType, args: list[Operand], kwargs: dict[str, Operand] | None = None) -> Operand:
        """The result of a call of a Python function whose code is evaluated here."""
        raise NotImplementedError

    def attributes_of(self, closure: Value) -> Operand:
        """The object that has the attributes of a nested function."""
        raise NotImplementedError

    def bound_method(self, fn: FunctionType, obj: Operand) -> Operand:
        """A method with its object, as a value."""
        raise NotImplementedError

    def emit(
        self, fn: Any, args: Sequence[Operand], kwargs: dict[str, Operand] | None, type_: Type, name: str | None = None
    ) -> Value:
        """Append a typed call."""
        for operand in (*args, *(kwargs or {}).values()):
            self.refuse_iterator(operand)
        if not isinstance(fn, (primitives.MakeClosure, primitives.Refreshed)) and fn is not primitives.keep_item:
            args, kwargs = self.all_handed(fn, args), {k: self.handed(v) for k, v in (kwargs or {}).items()}
        if self.program.classes and not self.in_adjoint and self.retarget is None:
            refuse_foreign(self, fn, (*args, *(kwargs or {}).values()))
        if hides_derivative(type_) and not self.in_adjoint:
            self._refuse_hidden(type_, (*args, *(kwargs or {}).values()))
        args, kwargs = [self.no_selection(a, self.ops) for a in args], kwargs or {}
        value = Value(name, type_)
        self.program.has_objects = self.program.has_objects or object_in(type_) is not None
        call = Call(
            (value,),
            fn if isinstance(fn, (Value, Const)) else Const(fn),
            tuple(args),
            tuple((k, self.no_selection(v, self.ops)) for k, v in kwargs.items()),
            span=self.span,
        )
        value.type = lengths.with_names(value, call, self.definitions)
        self.ops.append(call)
        self.definitions[value] = call
        if self.hidden or not self.in_adjoint:  # adjoint code names each version of a buffer; spliced code does not
            locate(self.memory, value, call)
        self._tick(call)
        if self.in_adjoint and isinstance(type_, Array) and type_.boxed and type_.axes == () and fn is not np.asarray:
            # a 0-d array is mutable, so `x_bar += …` would reach whoever else has it
            if type_.loose:  # and a number has no items
                value = self.emit(np.asarray, [value], None, replace(type_, loose=False))
            return self.emit(operator.getitem, [value, Const(())], None, replace(type_, boxed=False), name)
        return value

    def no_selection(self, operand: Operand, ops: list[Op]) -> Operand:
        """An operand that may leave this code; for a selection something, put in `ops`, that only stands for it."""
        if operand not in self.selections:
            return operand
        value = Value(None, LOST)
        ops.append(Call((value,), Const(primitives.identity), (Const(None),), span=self.span))
        self.selections[value] = self.selections[operand]
        return value

    def append(self, call: Call) -> None:
        """Append a write in place that gives more than the new version of its target."""
        for operand in call.args:
            self.refuse_iterator(operand)  # type: ignore[arg-type]
        self.ops.append(call)
        self.definitions.update((r, call) for r in call.results)
        self._tick(call)

    def _refuse_hidden(self, made: Type, operands: Sequence[Operand]) -> None:
        """Refuse to put floats where they cannot be followed: into a slice, or an array of objects or texts."""
        types = [type_of_operand(o) for o in operands]
        if made == InstanceType(slice):  # what may be an int is one
            types = [t for t in types if t != Number("real")]
        if any(is_differentiable(t) and not holds_unknown(t) for t in types):
            raise UnsupportedSyntaxError(
                "a float in a slice, or in an array of objects or of texts",
                self.span,
                "use an array of floats, or a list",
            )

    # memory

    def current(self, operand: Operand, but: Hashable = None) -> Operand:
        """What a reference finds now: the newest version of what it names, whatever its part `but` may be now.

        Raises MutationError if it is not known.
        """
        refuse_stale(self, operand)
        if not self.memory.is_written or not isinstance(operand, Value):
            return operand
        if self.alternatives:
            self.choose_again(operand)
        found = self.memory.current(operand, self.follow, self.span)
        is_stale = found in self.memory.state.content and not isinstance(type_of_operand(found), Closure)
        return self._refreshed(found, but) if is_stale else found

    def whole(self, operand: Operand) -> Operand:
        """As `current`, for code that is not evaluated here, and so has to be given what a nested function captured."""
        found = self.current(operand)
        return self._refreshed(found) if self.memory.is_written and found in self.memory.state.content else found

    def handed(self, operand: Operand) -> Operand:
        """As `current`; a nested function, which is on its way elsewhere, has captured what there is now."""
        if self.reads_unbound(operand):
            code = operand.type.code  # type: ignore[union-attr]
            what = f"`{code.name}`, which reads what may not be assigned yet, as a value"
            raise UnsupportedSyntaxError(what, self.span, "assign it before the function is made")
        is_function = isinstance(operand, Value) and isinstance(operand.type, Closure)
        return self.whole(operand) if is_function else self.current(operand)

    def all_handed(self, fn: Any, args: Sequence[Operand]) -> list[Operand]:
        """Arguments as what is called finds them; a part that is to be replaced may be anything before that."""
        if fn in _REPLACING and isinstance(type_of_operand(args[0]), (Dict, Record)) and isinstance(args[1], Const):
            return [self.current(args[0], args[1].value), *map(self.handed, args[1:])]
        return list(map(self.handed, args))

    def reads_unbound(self, operand: Operand) -> bool:
        """Whether an operand is a nested function that has captured what may not be assigned yet."""
        return any(getattr(variable, "unbound", False) for variable in self.captured.get(operand, ()))  # type: ignore[arg-type]

    def follow(self, step: Step, base: Operand) -> Operand:
        """One step of a path, as it leads on from what is there now."""
        fn, rest, kwargs = step
        if fn in ORDERING:
            self.keep_order(base)
        span, self.span = self.span, None  # it cannot raise, as it has been there before
        try:
            return self.apply(fn, [base, *rest], kwargs)
        except ADError as error:
            error.place(span)
            raise
        finally:
            self.span = span

    def keep_order(self, array: Operand) -> None:
        """See to it that to reshape an array is to view it: that it has its elements in order."""
        root, state = self.memory.root(array), self.memory.state
        if root is not None and not root.solid and root not in state.ordered:
            state.ordered |= {root}
            self.emit(runtime.refuse_unordered, [array], None, InstanceType(type(None)))

    def item_again(self, items: Value, index: Operand | Part, kind: Type, name: str | None) -> Value:
        """An item of a list, or a part of a structure, which has been read before."""
        span, self.span = self.span, None
        fn, at = (index.fn, Const(index.key)) if isinstance(index, Part) else (operator.getitem, index)
        item = self.emit(fn, [items, at], None, kind, name)
        self.span = span
        return item

    def append_all(self, calls: Items[Call]) -> None:
        """Append reads of which it is known where their results are."""
        for call in calls:
            self.append(call)

    def _refreshed(self, obj: Any, but: Hashable = None) -> Operand:
        """A structure with parts that have been written to since it was made or read; `but` one that is replaced."""
        memory = self.memory
        content = memory.state.content[obj].items()
        now = {key: part if key == but and but is not None else self.handed(part) for key, part in content}
        stale = {key: part for key, part in now.items() if part is not memory.state.content[obj][key]}
        root = memory.root(obj)
        if not stale or root is None:
            return obj  # type: ignore[no-any-return]
        t = with_parts(obj.type, {key: type_of_operand(part) for key, part in stale.items()})
        fresh = self.emit(primitives.Refreshed(tuple(stale)), [obj, *stale.values()], None, t, obj.name)
        made = self.definitions.get(obj)
        if made is not None and callee(made) in (primitives.make_tuple, primitives.make_list):
            self.definitions[fresh] = replace(made, results=(fresh,), args=tuple(now.values()))
        elif made is not None and callee(made) is primitives.make_dict:
            args = tuple(x for k, v in zip(made.args[::2], now.values(), strict=True) for x in (k, v))
            self.definitions[fresh] = replace(made, results=(fresh,), args=args)
        if obj in self.captured:
            self.captured[fresh] = self.captured[obj]
        if obj in self.cells.made:
            self.cells.made[fresh] = self.cells.made[obj]
        memory.renew(root, fresh, now)
        return fresh

    def part(self, fn: Any, args: Sequence[Operand]) -> Operand | None:
        """The part of a structure that has been read before, or was put into it."""
        if fn is not operator.getitem and fn is not getattr:
            return None
        root = self.memory.root(args[0])
        parts = None if root is None else self.memory.state.parts.get(root)
        if not parts or len(args) != 2 or root in self.memory.state.lost:
            return None
        t = type_of_operand(self.memory.newest(args[0]))
        key = part_key(t, args[1], len(parts)) if fn is operator.getitem else constant(args[1])
        found = parts.get(key)
        return None if self.memory.root(found) is None else found  # type: ignore[arg-type]

    def written(self, target: Value, version: Value) -> None:
        """Record that `target` has been written to, which made a version of its root."""
        made = self.definitions.get(version)
        if made is not None and callee(made) in primitives.RESIZING:
            self.memory.state.resized |= {self.memory.places[target].root}
        self.memory.write(target, version, self.span)
        self.show(target, version)

    def written_item(self, owner: Value, items: Sequence[Value], version: Value) -> None:
        """Record that an item of a list or dict has been written to; see `Memory.write_item`."""
        self.memory.write_item(owner, items, version, self.span)
        self.show(owner, version, items[-1])

    def show(self, target: Value, version: Value, item: Value | None = None) -> None:
        """Keep a write to `target`, or to an item of it, that the caller sees, unless the end of the function does."""
        root, inner = self.memory.root(target), None if item is None else self.memory.root(item)
        if root not in self.given and any(r is not None and r.outside for r in (root, inner)):
            self.emit(primitives.visible, [version], None, InstanceType(type(None)))

    def _tick(self, call: Call) -> None:
        fn = constant(call.target)
        if fn is primitives.append:
            self.appends += getattr(call.args[0], "name", None) is not None  # that of a comprehension has no name
        elif writes(call) or not (is_pure(call) or is_report(call) or fn is primitives.raise_ or isinstance(fn, type)):
            self.clock += 1

    def fact(self, target: Operand, key: Operand) -> tuple[Fact, ...]:
        """That a dict has, or has not, a key while its keys are the same as now; nothing of what it was before."""
        root = self.memory.root(target)
        if root is None or self.memory.newest(target) is not target:
            return ()
        return ((root, self.memory.state.keys.get(root), key),)

    def is_known(self, facts: Items[Fact], target: Operand, key: Operand) -> bool:
        """Whether one of these facts is about a key of a dict as it is now."""
        now = self.fact(self.memory.newest(target), key)
        return any(r is root and since is token and same(k, key) for r, since, k in facts for root, token, _ in now)

    def mark(self) -> Mark:
        """How many ops and roots there are at this place."""
        return len(self.ops), self.memory.count

    def run_of(self, name: str, items: Operand, inputs: Sequence[Operand], since: Mark, *, endless: bool) -> Value:
        """An iterator over `items`, which the ops `since` a place have computed."""
        ops = self.ops[since[0] :]
        if any(r.number <= since[1] for root in self.roots_written(ops) for r in root.closure):
            hint = "write a loop, or a function that returns a list"
            raise UnsupportedSyntaxError(f"{name} whose code writes to what was there before", self.span, hint)
        pure = all(map(is_pure, ops))
        value = Value(None, Iterable(iterated(type_of_operand(items))))
        when = self.clock + self.appends, self.depth, tuple(self.place), self.span
        self.runs[value] = Run(name, items, tuple(inputs), pure, endless, *when)
        return value

    def roots_written(self, ops: Sequence[Op]) -> Iterator[Root]:
        """The roots of what `ops` write to."""
        for op in ops:
            yield from filter(None, map(self.memory.root, targets_of(op)))
            for region in regions(op):
                yield from self.roots_written(region.ops)

    def taken(self, operand: Operand, *, takes_all: bool) -> Operand:
        """What to take the items from, one after the other: the list of those of an iterator, which is then used up."""
        if not isinstance(operand, Value) or operand not in self.runs:
            return operand
        run = self.runs[operand]
        found = refusal(run, self.clock + self.appends, self.depth, tuple(self.place), takes_all=takes_all)
        if found is not None:
            raise _kept(UnsupportedSyntaxError(found[0], self.span, found[1]), run)
        run.used = True
        return self.current(run.items)

    def refuse_iterator(self, operand: Operand) -> None:
        """Refuse an iterator, or an object whose `__init__` runs, where it is not known what becomes of it."""
        if isinstance(operand, Value) and operand in self.making:
            raise UnsupportedSyntaxError(
                f"a `{operand.type.cls.__name__}` that leaves its `__init__` before it is complete",  # type: ignore[attr-defined]
                self.span,
                "pass the attributes that are needed, or do it after the object is made",
            )
        if isinstance(operand, Value) and operand in self.runs:
            run = self.runs[operand]
            what = f"{run.name} that is kept or passed on"
            raise _kept(UnsupportedSyntaxError(what, self.span, "make a list of it: `list(…)`"), run)

    def fold(self, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> Const | None:
        """The constant result of a pure call on constants."""
        if not all(isinstance(a, Const) and a is not UNDEFINED for a in (*args, *kwargs.values())):
            return None
        if registry.get(fn) is None and fn not in _FOLDED:
            return None
        try:
            with np.errstate(all="raise"):
                value = fn(*(constant(a) for a in args), **{k: constant(v) for k, v in kwargs.items()})
        except Exception:  # it will be raised when the program runs, in its place
            return None
        return Const(value) if is_foldable(value) else None

    def truth(self, test: Operand) -> bool | None:
        """The truth of a test that is known at compile time."""
        if isinstance(test, Const):
            return bool(test.value)
        t = test.type
        if t == InstanceType(type(None)):
            return False
        if isinstance(t, Dict):
            return bool(t.keys)
        if test in self.runs:
            return True
        return bool(t.items) if isinstance(t, Tuple) and t.cls is tuple else None

    def keep_writes(self) -> None:
        """Keep what the caller will see of the arguments."""
        raise NotImplementedError

    def raise_error(self, kind: type[Exception], message: Any) -> None:
        """Raise an error when control gets here."""
        self.keep_writes()
        error = self.emit(kind, [Const(message)], None, InstanceType(kind))
        self.emit(primitives.raise_, [error], None, NEVER)
        self.dead = True


def _kept(error: UnsupportedSyntaxError, run: Run) -> UnsupportedSyntaxError:
    """The refusal of what is done with an iterator, which an object in its place may allow."""
    error.follow = run.span
    return error
