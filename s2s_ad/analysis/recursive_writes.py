"""Functions that call themselves and write to their arguments.

A function that writes is evaluated in the place of its call, where it is known what its arguments are. One that calls
itself cannot be. Its body gives, beside its result, the new versions of the parameters that it has written to:

    def fill(x, i):                            fill(x, i) -> None, x'
        if i < len(x):
            x[i] = 2.0 * x[i]
            fill(x, i + 1)

A call of it is a write to these arguments. That no two arguments share memory is seen to where it is called.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from s2s_ad.analysis.handlers.targets import owner_of, with_item, written_in
from s2s_ad.analysis.handlers.writes import indices_of
from s2s_ad.analysis.operands import type_of_operand
from s2s_ad.analysis.places import locate
from s2s_ad.analysis.program import Instance
from s2s_ad.analysis.roots import Parts, Root, Ways
from s2s_ad.analysis.statics import widen
from s2s_ad.analysis.written_globals import refuse_foreign
from s2s_ad.errors import MutationError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Operand, Value
from s2s_ad.ir.types import Array, Dict, List, Map, Record, Type, join

if TYPE_CHECKING:
    from s2s_ad.analysis.emission import Emitter

_RETURN = "return the new value, and let the caller take it"


def note_writes(s: Emitter, instance: Instance, params: Sequence[Value], result: Operand) -> list[Operand]:
    """Note which of its parameters a function has written to; gives their new versions."""
    memory = s.memory
    written = set(memory.written_outside)
    reached = [frozenset(r for root in memory.reachable([p]) for r in root.closure) for p in params]
    if not written <= frozenset().union(*reached):
        span = next(span for root, span in memory.written_outside.items() if not any(root in r for r in reached))
        message = f"`{instance.name}`, which calls itself, writes to what is in an argument no more, or to a global"
        raise MutationError(message, span, _RETURN)
    versions: dict[int, Operand] = {}
    for i, (param, roots) in enumerate(zip(params, reached, strict=True)):
        if not written.isdisjoint(roots):
            versions[i] = s.whole(param)
    own = [memory.root(p) for p in params]
    instance.resizes = instance.resizes or bool(memory.state.resized)
    instance.trees = frozenset(i for i, version in versions.items() if memory.is_tree(version))
    for i in versions:
        instance.dirty[i] = memory.dirty_parts(own[i], written & reached[i])  # type: ignore[arg-type]
    instance.deep |= {i for i in versions if any(r is not own[i] or r in memory.dug for r in written & reached[i])}
    instance.holds |= {
        (i, j) for i in versions for j, root in enumerate(own) if j != i and root is not None and root in reached[i]
    }
    final = {i: memory.reachable([version]) for i, version in versions.items()}
    pairs = [(i, j) for i in final for j in final if i != j]
    instance.holds |= {(i, j) for i, j in pairs if any(a.meets(b) for a in final[i] for b in final[j])}
    instance.gives = next((i for i, p in enumerate(params) if memory.is_same(result, s.memory.newest(p))), None)
    types = {i: widen(type_of_operand(version)) for i, version in versions.items()}
    types = {i: join(instance.written.get(i, t), t) for i, t in types.items()}
    instance.written = dict(sorted({**instance.written, **types}.items()))
    return [versions.get(i, params[i]) for i in instance.written]


def call(s: Emitter, instance: Instance, args: list[Operand], result: Type, name: str | None) -> Operand:
    """A call of such a function."""
    _refuse_shared(s, instance, args)
    y = Value(name, result)
    versions = [Value(getattr(args[i], "name", None), t) for i, t in instance.written.items()]
    op = Call((y, *versions), Const(instance), tuple(args), span=s.span)
    s.append(op)
    for (i, target), version in zip(((i, args[i]) for i in instance.written), versions, strict=True):
        assert isinstance(target, Value)
        _written(s, instance, i, target, version)
    s.memory.put_under_keys(s.memory.reachable(args), None)
    for i, j in instance.holds:
        s.memory.hold(s.memory.newest(args[i]), args[j])
    if instance.gives is not None:
        return s.current(args[instance.gives])
    locate(s.memory, y, op)
    return y


def _refuse_shared(s: Emitter, instance: Instance, args: Sequence[Operand]) -> None:
    """Refuse to write to an argument that may share memory with another one, or may be anyone's.

    Of a container that gets other items it does not matter whether another argument holds the same items.
    """
    reached = [s.memory.reachable([a]) for a in args]
    for i in instance.written:
        refuse_foreign(s, args[i])  # type: ignore[arg-type]
        others = (r for j, roots in enumerate(reached) if j != i for r in roots)
        written = reached[i] if i in instance.deep else reached[i] & {s.memory.root(args[i])}
        is_shared = any(own.meets(other) for other in others for own in written)
        if is_shared or (i in instance.deep and not s.memory.is_tree(args[i])):
            raise MutationError(
                f"arguments that may share memory, of `{instance.name}`, which writes to one of them and calls itself",
                s.span,
                "pass copies: `x.copy()`, `list(x)`",
            )


def _written(s: Emitter, instance: Instance, i: int, target: Value, version: Value) -> None:
    """Record the version of an argument that the function has written to."""
    memory, place = s.memory, s.memory.places[target]
    deep, dirty = i in instance.deep, instance.dirty[i]
    if instance.resizes:
        memory.state.resized |= memory.reachable([target])
    clean = _clean_parts(s, target, dirty)
    inside = memory.reachable([target]) - {place.root} if deep else frozenset[Root]()
    inside -= memory.reachable(clean.values())
    root = memory.state.version[place.root]
    owner = owner_of(s, root)
    if owner is None and not place.path:
        s.written(target, version)
    else:
        if not isinstance(target.type, (Array, List)):
            what = f"an object or dict in a list or dict, to which `{instance.name}` writes, which calls itself"
            raise MutationError(what, s.span, "give it a name of its own, and put it in last")
        if instance.resizes and isinstance(target.type, List):
            what = f"a list in a list or dict, which `{instance.name}`, which calls itself, may make longer or shorter"
            raise MutationError(what, s.span, "give it a name of its own, and put it in last")
        base, path = (root, ()) if owner is None else (owner.base, owner.path)
        kind = with_item(base.type, path, version.type) if path else base.type
        indices = [*path, *(indices_of(s, root, place.path, whole=True) if place.path else ())]
        kept = s.emit(primitives.keep_item, [base, *indices, version], None, kind, base.name)
        if owner is None:
            s.written(target, kept)
        else:
            written_in(s, owner, kept)
            memory.reorder(target)
    if isinstance(version.type, Map):
        memory.rekey(target)
    if deep:
        memory.dug.add(place.root)
    around = [memory.places[v].root for v in (() if owner is None else (owner.base, *owner.items))]
    but = frozenset(r for own in (place.root, *around) for r in (own, own.inner) if r is not None)
    memory.lose_inside(inside, but, s.span)
    if i in instance.trees and owner is None and not place.root.may:
        if deep:  # it holds what it then is found to hold
            memory.state.held.pop(place.root, None)
        memory.state.parts[place.root] = clean
        memory.state.content[version] = clean
    if i not in instance.trees:
        memory.tie(memory.state, place.root, Ways.ALL)
    names = getattr(target.type, "names", getattr(target.type, "keys", ()))
    memory.rebound[place.root] = memory.rebound.get(place.root, frozenset()) | frozenset(
        names if dirty is None else dirty
    )


def _clean_parts(s: Emitter, target: Value, dirty: frozenset[Hashable] | None) -> Parts:
    """The parts of an argument in which the function does not write, as they are now."""
    if dirty is None or not isinstance(target.type, (Record, Dict)):
        return {}
    parts = s.memory.state.parts.get(s.memory.places[target].root, {})
    return {key: s.memory.newest(part) for key, part in parts.items() if key not in dirty}
