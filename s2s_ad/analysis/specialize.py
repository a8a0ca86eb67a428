"""Specializes untyped IR for known argument types: type inference by abstract evaluation.

The ops are run over types. What is known at compile time is folded, an `if` on a constant keeps one side, a loop is
repeated until the types of what it carries no longer grow, methods become the functions they stand for, nested
functions and helpers of rules are spliced in, and calls of user functions are resolved to an `Instance`. The same
machinery writes the adjoint code, so that it is typed and folded as it is made.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from s2s_ad import runtime
from s2s_ad.analysis import methods, recursive_writes, written_globals
from s2s_ad.analysis.applying import ApplyEvaluator
from s2s_ad.analysis.attempts import left_half_way
from s2s_ad.analysis.axis_names import AxisNames
from s2s_ad.analysis.calls import own_name
from s2s_ad.analysis.cells import codes, holds_function
from s2s_ad.analysis.consumed import check_iterators
from s2s_ad.analysis.cursors import refuse_shown
from s2s_ad.analysis.effects import is_pure
from s2s_ad.analysis.escapes import refuse_escape
from s2s_ad.analysis.local_classes import refuse_to_leave
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.outside import CapturedError
from s2s_ad.analysis.program import Instance, Program
from s2s_ad.analysis.sharing import kinds
from s2s_ad.analysis.statics import (
    is_static,
    static_key,
    widen,
)
from s2s_ad.errors import MutationError, UnsupportedSyntaxError
from s2s_ad.frontend.source import LiveNames
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, Function, Operand, Value
from s2s_ad.ir.types import (
    UNKNOWN,
    Array,
    Dict,
    Record,
    Tuple,
    Type,
    join,
    object_in,
)
from s2s_ad.ir.types import (
    Instance as InstanceType,
)

_MAX_ROUNDS = 8


class Specializer(ApplyEvaluator):
    """Evaluates untyped ops over operands of known type, and emits typed ops."""

    def call_instance(
        self,
        label: str,
        origin: Any,
        code: Function,
        names: LiveNames | None,
        args: list[Operand],
        name: str | None = None,
    ) -> Operand:
        """A call of the function for the types of these arguments, or its body, where it has to be evaluated here."""
        known = AxisNames()
        references = [self.settled(a) for a in args]
        with self.region():  # only for the types, as what a callee that is spliced in gets are references
            wholes = [self.whole(a) for a in references]
            types = list(map(type_of_operand, wholes))
        if self.program.classes and not all(methods.is_portable(self.program, a) for a in wholes):
            return self.splice(code, references, names)
        formal = [
            a if is_static(a) else Value(None, known.canonical(widen(t)))
            for a, t in zip(references, types, strict=True)
        ]
        depth = len(self.program.stack)
        try:
            instance = infer(self.program, label, origin, code, names, formal)
        except (MutationError, CapturedError):
            if code in self.running or not self.program.looks_closer():
                raise
            self.program.unwind(depth)  # here more is known of what it is given
            return self.splice(code, references, names)
        for outer in self.program.stack:
            outer.reads |= instance.reads
        found = _constant_result(instance)
        if found is not None:
            return found
        if not instance.reads.isdisjoint(self.program.written):
            if instance.recursive:
                message = f"`{code.name}`, which calls itself, reads a global that is written to"
                raise MutationError(message, self.span, "pass the global as an argument")
            return self.splice(code, references, names)
        if instance.writes and not instance.recursive:
            if code not in self.running:
                return self.splice(code, references, names)
            instance = infer(self.program, label, origin, code, names, formal, called=True)
        if _gives_parts(instance) and code not in self.running and self.program.looks_closer():
            return self.splice(code, references, names)
        leaves = bool(self.program.classes) and methods.leaves(self.program, instance.result_type)
        if leaves and code in self.running:
            refuse_to_leave(self, [Value(None, instance.result_type)])
        if leaves or (holds_function(instance.result_type) and code not in self.running):
            return self.splice(code, references, names)  # only here it is known which variables these have
        kept = [self.whole(a) for a in references if not is_static(a)]
        if instance.written:
            return recursive_writes.call(self, instance, kept, known.outside(instance.result_type), name)
        return self.emit(instance, kept, None, known.outside(instance.result_type), name)

    def show_writes(self, given: list[Value]) -> None:
        """Keep what the caller will see, and make sure first that no two of the objects it has share memory."""
        self.keep_writes()
        others = written_globals.others_read(self)
        compared = (*given, *(r for op in others for r in op.results))
        if len(compared) > 1 or not isinstance(compared[0].type, Array):
            nothing = Value(None, InstanceType(type(None)))
            check = Call((nothing,), Const(runtime.refuse_shared), compared, span=self.span)
            self.ops[len(self.globals) : len(self.globals)] = [*others, check]

    def call_around(self, instance: Instance) -> Callable[..., Operand]:
        """What calls the function of an instance rather than to evaluate its body."""

        def call(code: Function, args: list[Operand], names: LiveNames | None) -> Operand:
            return self.call_instance(instance.name, instance.origin, code, names, args)

        return call

    def keep_writes(self) -> None:
        """Keep what the caller will see of the arguments."""
        memory, state = self.memory, self.memory.state
        last = [state.version[root] for root in memory.written_outside if root in self.given and root not in state.lost]
        if last:
            self.emit(primitives.visible, last, None, InstanceType(type(None)))


def infer(
    program: Program,
    label: str,
    origin: Any,
    code: Function,
    names: LiveNames | None,
    args: Sequence[Operand],
    *,
    called: bool = False,
) -> Instance:
    """The instance of a function for arguments of these types; constants that are not data stay constants.

    `called`: it will be called also if it writes.
    """
    program.has_objects = program.has_objects or any(object_in(type_of_operand(a)) is not None for a in args)
    signature = tuple(("static", static_key(constant(a))) if is_static(a) else type_of_operand(a) for a in args)
    if code.generator and not program.stack:
        raise UnsupportedSyntaxError("the derivative of a generator", code.span, "return a list of what it yields")
    key = (id(code), signature, called)
    instance = program.instances.get(key)
    if instance is None:
        types = tuple(type_of_operand(a) for a in args if not is_static(a))
        statics = tuple(a if is_static(a) else None for a in args)
        instance = program.instances[key] = Instance(label, origin, code, names, types, statics, called=called)
        _infer_body(program, instance, args)
    elif instance.running:
        instance.recursive = True
        for inner in program.stack[program.stack.index(instance) + 1 :]:
            inner.provisional = True
    elif instance.provisional and instance.round != program.round and program.stack:
        _infer_body(program, instance, args)
    return instance


def _constant_result(instance: Instance) -> Const | None:
    """What a function gives that does nothing but give a constant, which may be a dtype or steer the control flow."""
    if instance.typed is None or instance.typed.body.ops:
        return None
    result = instance.typed.body.results[0]
    return result if isinstance(result, Const) else None


def _gives_parts(instance: Instance) -> bool:
    """Whether a function gives something of its arguments, or a structure, which a call would make opaque."""
    t = instance.result_type
    return not instance.recursive and bool(kinds(t)) and not (instance.gives_new and isinstance(t, Array))


def infer_around(program: Program, inner: Instance, args: Sequence[Operand]) -> Instance:
    """A call, from outside, of a function that calls itself and writes to its arguments."""
    types = inner.arg_types, inner.statics
    instance = Instance(inner.name, inner.origin, inner.code, inner.names, *types, around=inner)
    _infer_body(program, instance, args)
    return instance


def _told(instance: Instance) -> tuple[Any, ...]:
    """What a call of a function rests on, and so has to be known before it is."""
    return (
        instance.result_type,
        instance.written,
        instance.deep,
        dict(instance.dirty),
        instance.resizes,
        instance.trees,
        instance.holds,
        instance.gives,
    )


def _infer_body(program: Program, instance: Instance, args: Sequence[Operand]) -> None:
    """Repeat while the result type of a recursive function grows.

    What is inferred meanwhile rests on its provisional type, and is inferred again in each round.
    """
    instance.running = True
    program.stack.append(instance)
    for attempt in range(_MAX_ROUNDS):
        program.round += 1
        instance.round = program.round
        before = _told(instance)
        result, specializer = _evaluate_apart(program, instance, args)
        instance.result_type = join(before[0], widen(type_of_operand(result)))
        instance.pure = all(map(is_pure, specializer.ops))
        if not instance.recursive or _told(instance) == before:
            break
        if attempt == _MAX_ROUNDS - 3:
            instance.result_type = UNKNOWN
    program.stack.pop()
    instance.running = False
    check_iterators(specializer.ops, result)


def _evaluate_apart(program: Program, instance: Instance, args: Sequence[Operand]) -> tuple[Operand, Specializer]:
    """Evaluate the body, taking the arguments apart at once if it does not go without."""
    try:
        return _evaluate_body(program, instance, args)
    except MutationError as error:
        if instance.takes_apart or error.is_settled or not any(_parts(type_of_operand(a)) for a in args):
            error.is_settled = True  # nothing that a caller may do would help
            raise
    program.unwind(program.stack.index(instance) + 1)
    instance.takes_apart = True
    return _evaluate_body(program, instance, args)


def _parts(t: Type) -> list[tuple[Any, Any]]:
    """What a structure is taken apart by, for each part that has memory."""
    match t:
        case Record(_, keys, types):
            fn: Any = getattr
        case Dict(keys, types):
            fn = operator.getitem
        case Tuple(types):
            fn, keys = operator.getitem, range(len(types))  # type: ignore[assignment]
        case _:
            return []
    return [(fn, key) for key, kind in zip(keys, types, strict=True) if kinds(kind)]


def _take_apart(s: Specializer, value: Operand) -> None:
    for fn, key in _parts(type_of_operand(value)):
        _take_apart(s, s.apply(fn, [value, Const(key)]))


def _own(program: Program, instance: Instance, params: Sequence[Operand]) -> dict[int, Operand]:
    """What a function is given and has captured, by its identity: its cells, and for the outermost its arguments."""
    code, is_first = instance.code, len(program.stack) == 1
    closure = getattr(instance.names, "closure", None) or {}
    cells = program.given.cells() if is_first else closure
    own = {
        id(cells[n]): p for n, p in zip(code.free, params[len(params) - len(code.free) :], strict=True) if n in cells
    }
    values = program.given.values if is_first and len(program.given.values) == len(params) else ()
    return own | {id(v): p for v, p in zip(values, params, strict=False) if isinstance(p, Value)}


def _evaluate_body(program: Program, instance: Instance, args: Sequence[Operand]) -> tuple[Operand, Specializer]:
    specializer = Specializer(program, instance.names)
    params = [
        a if is_static(a) else Value(p.name, widen(type_of_operand(a)))
        for a, p in zip(args, instance.code.body.params, strict=True)
    ]
    memory = specializer.memory
    specializer.cells.foreign = frozenset(code for p in params for code in codes(type_of_operand(p)))
    given = [p for p in params if isinstance(p, Value) and kinds(p.type)]
    specializer.given = {memory.new_root(p, outside=True) for p in given}
    shared = written_globals.read_written(specializer)
    specializer.given |= {memory.places[value].root for value in shared}
    for param in given if instance.takes_apart else ():
        _take_apart(specializer, param)
    own_name(specializer, instance.code, params)
    specializer.own = _own(program, instance, params)
    call = specializer.splice if instance.around is None else specializer.call_around(instance)
    result = call(instance.code, params, instance.names)
    specializer.span = specializer.span or instance.code.span
    if result is UNDEFINED and not specializer.dead:
        text = "cannot access local variable where it is not associated with a value"
        specializer.raise_error(UnboundLocalError, text)
    result = specializer.whole(specializer.settled(result))
    lost = [memory.state.lost[root] for root in specializer.given if root in memory.state.lost]
    instance.writes = bool(memory.written_outside or lost)
    if specializer.seen_by_caller and (instance.recursive or instance.called or not instance.writes):
        raise left_half_way(specializer.seen_by_caller)
    instance.gives_new = not any(r.outside for r in memory.reachable([result]))
    instance.gives_tree = memory.is_tree(result)
    versions: list[Operand] = []
    if instance.writes and (instance.recursive or instance.called):
        own = [p for p in params if isinstance(p, Value)]
        if lost:
            what = f"a write to what `{instance.name}`, which calls itself, has got, under another name"
            raise MutationError(what, lost[0], "write to the argument itself")
        versions = recursive_writes.note_writes(specializer, instance, own, result)
        specializer.keep_writes()
    elif instance.writes:
        specializer.show_writes([*given, *shared])
    if len(program.stack) == 1:
        versions_now = memory.state.version  # in which there is no name that only a loop or a branch had
        seen = [versions_now[root] for root in memory.written_outside if root in versions_now]
        refuse_escape(seen, specializer.span, shown=True, where="in what the caller has")
        refuse_shown([result, *seen], specializer.span)
        if program.classes:
            refuse_to_leave(specializer, [result, *seen])
    ops = written_globals.without_unread(specializer, specializer.ops, result)
    body = Block(tuple(p for p in params if isinstance(p, Value)), ops, (result, *versions))
    code = instance.code
    instance.typed = Function(instance.name, code.parameters, code.free, body, code.span)
    return result, specializer
