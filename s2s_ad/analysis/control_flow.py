"""Evaluates blocks over types: a straight line in order, both sides of an `if`, a loop until the types are stable."""

from __future__ import annotations

from s2s_ad.analysis.attempts import exception_kinds, never_raises, refuse_outside_writes
from s2s_ad.analysis.binding import takes_rest
from s2s_ad.analysis.cells import has_code
from s2s_ad.analysis.choices import one_of
from s2s_ad.analysis.handlers.operators import operation
from s2s_ad.analysis.handlers.records import is_object
from s2s_ad.analysis.iterators import Run
from s2s_ad.analysis.managers import entered
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.python_types import iterated
from s2s_ad.analysis.sequences import SequenceEvaluator
from s2s_ad.analysis.statics import (
    is_hashable,
    same,
    unbound,
    widen,
)
from s2s_ad.errors import Span, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, For, If, Op, Operand, Try, Value, While, With, visible
from s2s_ad.ir.types import UNKNOWN, Instance, List, Tuple, Type, holds_unknown, join, join_all
from s2s_ad.rules.functional import SPREAD

_MAX_ROUNDS = 8
_MOST_UNROLLED = 64
_FOREIGN = Instance(object)
Sides = list[tuple[list[Op], list[Operand]]]
Straight = tuple[tuple[Op, ...], tuple[Operand, ...]]


class BlockEvaluator(SequenceEvaluator):
    """Runs untyped ops over operands of known type."""

    def block(self, block: Block) -> list[Operand]:
        """Evaluate the ops of a block; its parameters are bound already."""
        for op in block.ops:
            if self.dead:
                return [UNDEFINED] * len(block.results)
            if not self.hidden:
                self.span = op.span or self.span
            match op:
                case Call():
                    self._call(op)
                case If():
                    self._if(op)
                case For() | While():
                    self._loop(op)
                case With():
                    self._with(op)
                case Try():
                    self._try(op)
        return [UNDEFINED] * len(block.results) if self.dead else [self.operand(r) for r in block.results]

    def _call(self, op: Call) -> None:
        target = self.operand(op.target)
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
            return self.apply(target, self.expand(args), kwargs, op.results[0].name)  # or says why not
        rest = self.joined_list(args[first:])
        self.rests.append(rest)
        try:
            return self.apply(target, [*plain, rest], kwargs, op.results[0].name)
        finally:
            self.rests.pop()

    def _with(self, op: With) -> None:
        """The body is emitted into the `with`; what is known and changed in it is so after it too."""
        manager, span = self.operand(op.manager), self.span
        given = entered(self, manager)
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
        test, span = self.operand(op.test), self.span
        if is_object(type_of_operand(test)):
            test = operation(self, bool, [test], {}) or test
        known = self.truth(test)
        if known is not None:
            side = op.then if known else op.orelse
            self.env.update(zip(op.results, self.block(side), strict=True))
            return
        if isinstance(test, Value) and isinstance(test.type, List):
            test = self.apply(bool, [test])  # whether it is empty now; the list itself may grow
        sides, dead, made, before = [], [], [], self.making
        for region in (op.then, op.orelse):
            with self.region() as ops:
                results = self.block(region)
                dead.append(self.dead)
                made.append(self.making)
                self.making = before
            sides.append((ops, results))
        self.dead = self.dead or all(dead)
        rows = self._attributes_of_sides(made, dead)
        for _, _, _, a, b in rows:
            sides[0][1].append(a)
            sides[1][1].append(b)
        self.merge((*op.results, *(merged for _, _, merged, _, _ in rows)), test, sides, dead, span)
        for obj, name, merged, _, _ in rows:
            self.making = {**self.making, obj: {**self.making[obj], name: self.env[merged]}}

    def _attributes_of_sides(
        self, made: list[dict[Value, dict[str, Operand]]], dead: list[bool]
    ) -> list[tuple[Value, str, Value, Operand, Operand]]:
        """The attributes that the sides of an `if` in an `__init__` leave different."""
        rows = []
        for obj in self.making:
            then, orelse = (side[obj] for side in made)
            for name in then | orelse:
                a, b = then.get(name, UNDEFINED), orelse.get(name, UNDEFINED)
                if (a is UNDEFINED and not dead[0]) or (b is UNDEFINED and not dead[1]):
                    raise UnsupportedSyntaxError(
                        f"the attribute `{name}`, which is set on one side of an `if` only",
                        self.span,
                        "set it on both sides, or before the `if`",
                    )
                if not same(a, b):
                    rows.append((obj, name, Value(name), a, b))
        return rows

    def merge(
        self, values: tuple[Value, ...], test: Operand, sides: Sides, dead: list[bool], span: Span | None
    ) -> None:
        """Emit an `If` with these sides."""
        results, then, orelse = self._merged(values, sides, dead)
        self.ops.append(If(results, test, Block((), *then), Block((), *orelse), span=span))

    def _try(self, op: Try) -> None:
        kinds, span, error = exception_kinds(self, self.operand(op.kinds)), self.span, op.handler.params[0]
        caught = Value(error.name, UNKNOWN, error.hint)
        self.env[error] = caught
        sides, dead, before = [], [], self.making
        self.place.append(op)
        for region in (op.body, op.handler):
            with self.region() as ops:
                results = self.block(region)
                dead.append(self.dead)
            sides.append((ops, results))
            if self.making != before:
                hint = "set it after the `try`"
                raise UnsupportedSyntaxError("an attribute of a new object that is set in a `try`", span, hint)
        self.place.pop()
        if never_raises(sides[0][0]):
            self.ops += sides[0][0]
            self.env.update(zip(op.results, sides[0][1], strict=True))
            return
        refuse_outside_writes(sides[0][0])
        self.dead = self.dead or all(dead)
        merged, body, handler = self._merged(op.results, sides, dead, caught)
        self.ops.append(Try(merged, Const(kinds), Block((), *body), Block((caught,), *handler), span=span))
        self.clock += 1

    def _merged(
        self, values: tuple[Value, ...], sides: Sides, dead: list[bool], *params: Value
    ) -> tuple[tuple[Value, ...], Straight, Straight]:
        """What two sides, with these parameters, give; after one that raises, there is only what the other gives."""
        (then_ops, then), (else_ops, orelse) = sides
        inside = {*params, *(v for ops, _ in sides for v in visible(ops))}
        results, pairs = [], []
        for value, a, b in zip(values, then, orelse, strict=True):
            if same(a, b) or (dead[0] and b not in inside) or (dead[1] and a not in inside):
                self.env[value] = b if dead[0] else a
                continue
            self.refuse_iterator(a)
            self.refuse_iterator(b)
            merged = Value(value.name, join(type_of_operand(a), type_of_operand(b)))
            merged.unbound = (unbound(a) and not dead[0]) or (unbound(b) and not dead[1])
            options = one_of(self, (a, b))
            if options:
                self.choices[merged] = options
            self.env[value] = merged
            results.append(merged)
            pairs.append((a, b))
        first = (tuple(then_ops), tuple(a for a, _ in pairs))
        return tuple(results), first, (tuple(else_ops), tuple(b for _, b in pairs))

    def _loop(self, op: For | While) -> None:
        iterable, span = self.walked(self.operand(op.iterable)) if isinstance(op, For) else None, self.span
        run = self.runs.get(iterable) if isinstance(iterable, Value) else None
        if iterable is not None:
            iterable = self.taken(iterable, takes_all=False)
            if run is not None and run.endless and not _falls_through(op.body):
                raise UnsupportedSyntaxError(
                    f"{run.name} that may have no end", span, "write a loop with `while` and `break`"
                )
        if isinstance(op, For) and iterable is not None and _falls_through(op.body):
            items = self.static_items(iterable)
            rolled = self.rolled and not isinstance(type_of_operand(iterable), Tuple)
            wanted = op.unroll and len(items or ()) <= _MOST_UNROLLED
            if items is not None and (wanted or (self.hidden and not rolled) or _differ_in_code(items)):
                self._unroll(op, items)
                return
        inits = [self.operand(i) for i in op.inits]
        clock = self.clock
        types = [widen(type_of_operand(i)) for i in inits]
        item_type = None if iterable is None else iterated(type_of_operand(iterable))
        for attempt in range(_MAX_ROUNDS):
            params, ops, outs = self._loop_body(op, item_type, types, inits)
            found = [join(t, widen(type_of_operand(o))) for t, o in zip(types, outs[1:], strict=True)]
            if found == types:
                break
            last = attempt >= _MAX_ROUNDS - 3
            types = [UNKNOWN if last and f != t else f for f, t in zip(found, types, strict=True)]
        if run is not None:
            self._check_body(run, clock, inits, params, outs)
        results = tuple(Value(r.name, t, unbound=unbound(i)) for r, t, i in zip(op.results, types, inits, strict=True))
        self.env.update(zip(op.results, results, strict=True))
        body = Block(params, tuple(ops), tuple(outs))
        if iterable is None:
            self.ops.append(While(results, tuple(inits), body, span=span))
        else:
            self.ops.append(For(results, iterable, tuple(inits), body, span=span))

    def _check_body(
        self, run: Run, clock: int, inits: list[Operand], params: tuple[Value, ...], outs: list[Operand]
    ) -> None:
        """Refuse a loop over an iterator whose code would see what the body writes."""
        carried = zip(inits, params[len(params) - len(inits) :], outs[1:], strict=True)
        grown = [i for i, p, out in carried if out is not p and isinstance(type_of_operand(i), List)]
        if self.clock != clock or any(i is x for i in grown for x in run.inputs):
            raise UnsupportedSyntaxError(
                f"a loop over {run.name} that writes what the latter may read", self.span, "loop over `list(…)` of it"
            )

    def _unroll(self, op: For, items: list[Operand]) -> None:
        """Repeat the body for each item of an iterable that is known at compile time."""
        carried = [self.operand(i) for i in op.inits]
        for item in items:
            self.env.update(zip(op.body.params, [item, *carried], strict=True))
            carried = self.block(op.body)[1:]
        self.env.update(zip(op.results, carried, strict=True))

    def _loop_body(
        self, op: For | While, item_type: Type | None, types: list[Type], inits: list[Operand]
    ) -> tuple[tuple[Value, ...], list[Op], list[Operand]]:
        all_types = types if item_type is None else [item_type, *types]
        params = tuple(Value(p.name, t) for p, t in zip(op.body.params, all_types, strict=True))
        for param, init in zip(params[len(params) - len(inits) :], inits, strict=True):
            param.unbound = unbound(init)
        self.env.update(zip(op.body.params, params, strict=True))
        self.depth += 1
        with self.region() as ops:
            outs = self.block(op.body)
        self.depth -= 1
        for operand in (*inits, *outs):
            self.refuse_iterator(operand)
        return params, ops, outs


def _differ_in_code(items: list[Operand]) -> bool:
    """Whether the items of a sequence are functions, or of kinds that no single code fits."""
    if any(map(has_code, items)):
        return True
    types = [type_of_operand(i) for i in items]
    return holds_unknown(join_all(tuple(types))) and not any(map(holds_unknown, types))


def _falls_through(body: Block) -> bool:
    stop = body.results[0]
    return isinstance(stop, Const) and stop.value is False
