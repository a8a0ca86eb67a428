"""Evaluates blocks over types: a straight line in order, `if` and `try` by their two sides, the body of a `with`."""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Sequence

from s2s_ad.analysis.attempts import (
    Seen,
    exception_kinds,
    leaves_unknown,
    left_half_way,
    never_raises,
    refuse_half_done,
    refuse_unbound,
    seen,
    versions_in,
    writes_outside,
    written_in,
)
from s2s_ad.analysis.binding import takes_rest
from s2s_ad.analysis.dict_views import looped_over, refuse_written
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.emission import Fact
from s2s_ad.analysis.handlers.operators import operation
from s2s_ad.analysis.handlers.records import is_object
from s2s_ad.analysis.handlers.sets import SET
from s2s_ad.analysis.handlers.special_methods import refuse_special
from s2s_ad.analysis.managers import entered
from s2s_ad.analysis.narrowing import narrow, present_on
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.regions import changed, joined
from s2s_ad.analysis.sharing import kinds
from s2s_ad.analysis.sides import Side, SideEvaluator
from s2s_ad.analysis.spreading import spread
from s2s_ad.analysis.statics import is_hashable, same
from s2s_ad.errors import ADError, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, For, If, Operand, Star, Try, Value, While, With
from s2s_ad.ir.types import (
    UNKNOWN,
    Array,
    Deque,
    Dict,
    Instance,
    List,
    Map,
    Maybe,
    Number,
    Type,
    join_all,
)
from s2s_ad.rules import containers, functional, heaps, iterators
from s2s_ad.rules.functional import SPREAD, require_count

_FOREIGN = Instance(object)
_OWN_FILES = frozenset(
    {one.__file__ for one in (containers, functional, heaps, iterators)}
)  # of which users are not told


class BlockEvaluator(SideEvaluator):
    """Runs untyped ops over operands of known type."""

    def block(self, block: Block) -> list[Operand]:
        """Evaluate the ops of a block; its parameters are bound already."""
        for op in block.ops:
            if self.dead:
                return [UNDEFINED] * len(block.results)
            if not self.hidden and op.span is not None and op.span.filename not in _OWN_FILES:
                self.span = op.span
            match op:
                case Call():
                    self._call(op)
                case If():
                    self._if(op)
                case For() | While():
                    views, span = looped_over(self, op), self.span
                    is_up_to_date = self._loop(op)
                    refuse_written(self, [] if is_up_to_date else views, span)
                case With():
                    self._with(op)
                case Try():
                    self._try(op)
        return [UNDEFINED] * len(block.results) if self.dead else [self.operand(r) for r in block.results]

    def _call(self, op: Call) -> None:
        target = self.operand(op.target)
        for arg in op.args:
            if isinstance(arg, Star):
                refuse_special(self, list, [self.operand(arg.operand)])  # it is asked for its length
        if self.has_open_star(op.args):
            self.env[op.results[0]] = self._open_call(target, op)
            return
        args = self.expand(op.args)
        kwargs = self.expand_keywords(op.kwargs)
        if isinstance(target, Const) and isinstance(target.value, primitives.Unpack):
            names = tuple(r.name for r in op.results)
            self.env.update(zip(op.results, self.unpack(target.value, args[0], names), strict=True))
            return
        result = self.apply(target, args, kwargs, op.results[0].name)
        self.env[op.results[0]] = result

    def _open_call(self, target: Operand, op: Call) -> Operand:
        """A call with a starred sequence whose length is not known: the arguments from there on are one list."""
        fn, args = constant(target), op.args
        if fn is primitives.make_list:
            return self.joined_list(args)
        if fn is primitives.make_tuple:
            return self.apply(tuple, [self.joined_list(args)])
        if fn is primitives.call_method and isinstance(owner := self.operand(args[0]), Const):  # type: ignore[arg-type]
            target, args = self.apply(getattr, [owner, self.operand(args[1])]), args[2:]  # type: ignore[arg-type]
            fn = constant(target)
        kwargs, first = self.expand_keywords(op.kwargs), self.first_open(args)
        if is_hashable(fn) and fn in SPREAD:
            return self.apply(SPREAD[fn], [self.joined_list(args)], kwargs)
        plain = self.expand(args[:first])
        if not takes_rest(target, len(plain)):
            counted = self._counted(target, args, first, kwargs)
            return self.apply(target, counted or self.expand(args), kwargs, op.results[0].name)  # or says why not
        rest = self.joined_list(args[first:])
        self.rests.append(rest)
        try:
            return self.apply(target, [*plain, rest], kwargs, op.results[0].name)
        finally:
            self.rests.pop()

    def _counted(
        self, target: Operand, args: Sequence[Operand | Star], first: int, kwargs: Collection[str]
    ) -> list[Operand] | None:
        """The arguments of a call, with a sequence of unknown length spread over the parameters that are left."""
        before, after = self.expand(args[:first]), args[first + 1 :]
        if self.has_open_star(after):
            return None
        rest, is_method = self.expand(after), constant(target) is primitives.call_method
        found = spread(self.program, target, before, len(before) + len(rest) - 2 * is_method, kwargs)
        if found is None:
            return None
        items = self.taken(self.walked(self.operand(args[first].operand)), takes_all=True)  # type: ignore[union-attr]
        if not isinstance(type_of_operand(items), (List, Array)):
            items = self.apply(list, [items])
        sizes = Const(found.size), Const(found.given), Const(found.more), Const(found.fewer)
        self.apply(require_count, [items, *sizes])
        return [*before, *self.unpack(primitives.Unpack(found.size), items), *rest]

    def _with(self, op: With) -> None:
        """The body is emitted into the `with`; what is known and changed in it is so after it too."""
        manager, span = self.current(self.operand(op.manager)), self.span
        given = entered(self, manager, op.span)
        self.program.watched = True
        target = Value(op.body.params[0].name, type_of_operand(given))
        self.env[op.body.params[0]] = target if isinstance(given, Value) and given.type == _FOREIGN else given
        outer, self.ops = self.ops, []
        self.place.append(op)
        self.block(op.body)
        self.place.pop()
        ops, self.ops = self.ops, outer
        self.ops.append(With((), manager, Block((target,), tuple(ops), ()), span=span))
        self.clock += 1

    def _if(self, op: If) -> None:
        test, span = self.current(self.operand(op.test)), self.span
        if is_object(type_of_operand(test)):
            test = operation(self, bool, [test], {}) or test
        known = self.truth(test)
        if known is not None:
            side = op.then if known else op.orelse
            self.env.update(zip(op.results, self.block(side), strict=True))
            return
        self._refresh(self.memory.state.version)
        if isinstance(test, Value) and _may_change(test.type):
            test = self.apply(bool, [test])  # what it is now; a list, say, may grow
        elif isinstance(test, Value) and isinstance(test.type, Maybe):
            test = self.apply(bool, [test])
        elif isinstance(test, Value) and not isinstance(test.type, (Number, Instance)) and self._in_try():
            test = self.apply(bool, [test])  # which may raise, where that matters
        regions, absent, there = (op.then, op.orelse), self._absent(test), present_on(self, test)
        ways = zip(regions, absent, there, strict=True)
        sides = [self.side(functools.partial(self._block_where, r, values), a) for r, a, values in ways]
        self.dead = self.dead or all(s.dead for s in sides)
        rows = self._attributes_of_sides(sides)
        for _, _, _, a, b in rows:
            sides[0].results.append(a)
            sides[1].results.append(b)
        self.merge((*op.results, *(merged for _, _, merged, _, _ in rows)), test, sides, span)
        for obj, name, merged, _, _ in rows:
            self.making = {**self.making, obj: {**self.making[obj], name: self.env[merged]}}

    def _block_where(self, block: Block, there: Sequence[Value]) -> list[Operand]:
        """Evaluate a block where these values are not None."""
        for value in there:
            narrow(self, value)
        return self.block(block)

    def _in_try(self) -> bool:
        return any(isinstance(op, Try) for op in self.place)

    def _absent(self, test: Operand) -> list[tuple[Fact, ...]]:
        """What dict lacks what key on the two sides of a test for that."""
        made, lacks = self.definitions.get(test), 1  # type: ignore[arg-type]
        while made is not None and callee(made) is operator.not_:
            made, lacks = self.definitions.get(made.args[0]), 1 - lacks  # type: ignore[arg-type]
        found: tuple[Fact, ...] = ()
        if made is not None and callee(made) is operator.contains:
            found = self.fact(*made.args)  # type: ignore[arg-type]
        return [found if side == lacks else () for side in (0, 1)]

    def _attributes_of_sides(self, sides: Sequence[Side]) -> list[tuple[Value, str, Value, Operand, Operand]]:
        """The attributes that the sides of an `if` in an `__init__` have set."""
        rows = []
        for obj, known in self.making.items():
            then, orelse = (side.making[obj] for side in sides)
            for name in then | orelse:
                a, b = then.get(name, UNDEFINED), orelse.get(name, UNDEFINED)
                if (a is UNDEFINED and not sides[0].dead) or (b is UNDEFINED and not sides[1].dead):
                    raise UnsupportedSyntaxError(
                        f"the attribute `{name}`, which is set on one side of an `if` only",
                        self.span,
                        "set it on both sides, or before the `if`",
                    )
                if not (same(a, b) and name in known and same(a, known[name])):
                    rows.append((obj, name, Value(name), a, b))
        return rows

    def _try(self, op: Try) -> None:
        kinds, span, error = exception_kinds(self, self.operand(op.kinds)), self.span, op.handler.params[0]
        caught = Value(error.name, UNKNOWN, error.hint)
        self.env[error] = caught
        self._refresh(self.memory.state.version)
        before = self.memory.state
        done = self._attempted(op, op.body)
        named = zip(op.results, done.results, strict=True)
        refuse_unbound(self, done.ops, [b for a, b in named if getattr(b, "name", a.name) != a.name], kinds)
        found = Seen.NOTHING if never_raises(done.ops) else self._seen(op, done) if op.half else None
        if found is Seen.NOTHING:
            self.ops += done.ops
            self.memory.state = done.state
            self.env.update(zip(op.results, done.results, strict=True))
            return
        if found is Seen.STATE:
            raise left_half_way(op)
        sides = [done, self._attempted(op, op.handler)]
        self.program.watched = True
        if found is None:
            written = {*changed(before, done.state), *written_in(self, done.ops)}
            older = [r for r in written if r in before.version or r.outside]  # what the caller has may be read late
            refuse_half_done(self, older, done.ops, kinds)
        self.dead = self.dead or all(side.dead for side in sides)
        rows = zip(op.results, sides[0].results, sides[1].results, strict=True)
        merged, body, handler, reads = self._merged(rows, sides, caught)
        self.ops.append(Try(merged, Const(kinds), Block((), *body), Block((caught,), *handler), span=span))
        self.append_all(reads)
        self.clock += 1

    def _attempted(self, op: Try, block: Block) -> Side:
        """The body, or the handler, of a `try`."""
        self.place.append(op)
        side = self.side(functools.partial(self.block, block))
        self.place.pop()
        if side.making != self.making:
            hint = "set it after the `try`"
            raise UnsupportedSyntaxError("an attribute of a new object that is set in a `try`", self.span, hint)
        return side

    def _seen(self, op: Try, body: Side) -> Seen:
        """What may be seen of a handler that runs after any part of a body."""
        memory, before = self.memory, self.memory.state
        roots = changed(before, body.state)
        types = {r: [before.version[r].type] for r in roots}
        for value in versions_in(body.ops):
            if memory.root(value) in types and not memory.places[value].path:
                types[memory.root(value)].append(value.type)  # type: ignore[index]
        versions = {r: Value(None, join_all(tuple(known))) for r, known in types.items()}
        memory.state = joined(memory, before, [before, body.state], versions, [])
        try:
            with self.restored():
                handler = self._attempted(op, op.handler)
        except ADError:
            return Seen.STATE
        finally:
            memory.state = before
        caught = self.env[op.handler.params[0]]
        if body.dead or leaves_unknown(body.ops) or not handler.dead:
            return Seen.STATE
        found = seen(self, handler.ops, caught, roots)
        if found is not Seen.STATE and writes_outside(self, handler.ops):
            self.seen_by_caller = op
            return Seen.STATE if len(self.program.stack) == 1 else found
        return found

    def _loop(self, op: For | While) -> bool:
        """Evaluate a loop; whether it saw what its body wrote to the dict that it goes over."""
        raise NotImplementedError


def _may_change(t: Type) -> bool:
    """Whether what a value of a known type holds may be other things at other times."""
    return t == SET or (isinstance(t, (Array, List, Deque, Dict, Map)) and bool(kinds(t)))
