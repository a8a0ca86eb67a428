"""Global arrays, lists and other containers that a program writes to.

Global data is read when control gets there, by whatever function reads it. For a global that is written to, that is not
enough: the derivative has to follow what was written. Which globals these are is known only when the write is met, and
by then functions may have been compiled on their own that read it. So the compilation starts again, with the global
among those that are `written`. Now it is read where the outermost function begins, as if it were an argument; functions
that read it or write to it are evaluated in the place of their calls.

As arguments of a function that writes must not share memory, so must not the globals that it reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.program import GlobalName
from s2s_ad.analysis.sharing import kinds
from s2s_ad.errors import MutationError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, Op, Operand, Value, free_values
from s2s_ad.ir.types import Type
from s2s_ad.ir.values import type_of


def read(s: Emitter, namespace: Mapping[str, Any], name: str, t: Type) -> Operand:
    """The value of a global variable; one that is written to has been read before."""
    key = GlobalName(id(namespace), name)
    if key in s.globals:
        return s.globals[key]
    value = s.emit(primitives.read_global, [Const(name), Const(namespace)], None, t)
    if kinds(t):
        s.program.namespaces[key] = namespace
        s.global_of[value] = key
        for instance in s.program.stack:
            instance.reads.add(key)
    return value


def read_outside(s: Emitter, fn: Any, holder: Any, *key: str) -> Operand:
    """Data that an object of the program's surroundings holds, such as a class, a module, a cell; or is."""
    value = fn(holder, *key)
    t = type_of(value)
    args = (Const(holder), *map(Const, key))
    if kinds(t):
        s.program.read_outside[id(holder), *key] = Call((Value(None, t),), Const(fn), args)
    return s.emit(fn, args, None, t, None)


def read_written(s: Emitter) -> list[Value]:
    """Read the globals that the program writes to, which a function does before anything else."""
    for key, namespace in s.program.written.items():
        value = read(s, namespace, key.name, type_of(namespace[key.name], ("global", *key)))
        assert isinstance(value, Value)
        value.name = key.name
        s.memory.new_root(value, outside=True)
        s.globals[key] = value
    return list(s.globals.values())


def refuse_foreign(s: Emitter, target: Value) -> None:
    """Refuse to write to what may be anyone's, and to a global that was not known to be written to."""
    root = s.memory.root(target)
    if root is not None and not root.foreign:
        return
    hint = "pass it as an argument, or write to a copy of it"
    error = MutationError("a write to a global, or to what may be one", s.span, hint)
    if root is not None:
        sources = (key for value, key in s.global_of.items() if root in s.memory.reachable([value]))
        error.written_globals = {key: s.program.namespaces[key] for key in sources}
    raise error


def without_unread(s: Emitter, ops: Iterable[Op], result: Operand) -> tuple[Op, ...]:
    """`ops` without the reads of those written globals that a function has nothing to do with."""
    ops = tuple(ops)
    read_here = free_values(Block((), tuple(op for op in ops if not _is_read(op, s)), (result,)))
    return tuple(op for op in ops if not _is_read(op, s) or op.results[0] in read_here)


def _is_read(op: Op, s: Emitter) -> bool:
    return isinstance(op, Call) and any(result in s.globals.values() for result in op.results)


def others_read(s: Emitter) -> list[Call]:
    """Reads of the other data of the program's surroundings, to be compared with what it writes to."""
    rest = ((key.name, namespace) for key, namespace in s.program.namespaces.items() if key not in s.globals)
    others = s.program.read_outside.values()
    again = [Call((Value(None, op.results[0].type),), op.target, op.args) for op in others]
    return [*(_read(name, namespace) for name, namespace in rest), *again]


def _read(name: str, namespace: Mapping[str, Any]) -> Call:
    value = Value(None, type_of(namespace[name]))
    return Call((value,), Const(primitives.read_global), (Const(name), Const(namespace)))
