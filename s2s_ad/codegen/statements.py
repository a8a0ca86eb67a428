"""Prints blocks as statements.

The end of a loop's body is printed along its branches: each leaf assigns what the loop carries and then breaks, or goes
round. A body that begins with a test whose other side only breaks is a `while test`; one that only appends to a new
list is a comprehension; a single-use tuple of a loop's item is unpacked in the loop's head.
"""

from __future__ import annotations

import ast
import linecache
from collections import Counter
from dataclasses import dataclass
from typing import Any

from s2s_ad.analysis.effects import callee, is_pure, written_by
from s2s_ad.analysis.operands import constant
from s2s_ad.codegen.conditions import conditional, exit_first
from s2s_ad.codegen.expressions import ExpressionPrinter
from s2s_ad.codegen.nesting import raises
from s2s_ad.codegen.references import load
from s2s_ad.codegen.writes import WRITERS, WritePrinter, store
from s2s_ad.errors import ADError, MissingRuleError, MutationError, Span
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Call, Const, For, If, Op, Operand, Try, Value, While, With, regions
from s2s_ad.runtime import REFUSING, let_refusals_through
from s2s_ad.transforms.pairs import PairForward


@dataclass(frozen=True)
class Leaf:
    """What happens at the end of a loop's body: the variables that the loop carries."""

    params: tuple[Value, ...]


class StatementPrinter(WritePrinter):
    """Turns blocks into lists of statements. `comments`: say above each group which user line it belongs to."""

    def __init__(
        self, expressions: ExpressionPrinter, uses: Counter[Value], copied: frozenset[str], *, comments: bool
    ) -> None:
        self.expressions = expressions
        self.naming = expressions.naming
        self.uses = uses
        self.copied = copied
        expressions.started = copied
        self.copied_names: set[str] = set()
        self.comments = comments
        self.last_line: tuple[str, int] | None = None
        self.caught: Value | None = None  # the exception whose handler is printed

    def block(self, block: Block) -> list[ast.stmt]:
        """The statements of all ops of a block."""
        return self.ops(block.ops)

    def ops(self, ops: tuple[Op, ...]) -> list[ast.stmt]:
        """The statements of ops, in order; nested ones are printed where they are used."""
        out: list[ast.stmt] = []
        for op in ops:
            if op.results and all(r in self.naming.nested for r in op.results):
                continue
            out += self.op(op)
        return out

    def op(self, op: Op) -> list[ast.stmt]:
        """The statements of one op."""
        comment = self._comment(op)
        try:
            made = self._statements(op)
        except ADError as error:
            error.place(op.span)
            raise
        for statement in made:
            mark(statement, op.span)
        if made and comment:
            _put_comment(made[0], comment)
        return made

    def _statements(self, op: Op) -> list[ast.stmt]:
        match op:
            case Call():
                return self.call(op)
            case If():
                return self.if_(op)
            case For():
                return self.for_(op)
            case While():
                return self.while_(op)
            case With():
                return self.with_(op)
            case Try():
                return self.try_(op)
        raise TypeError(op)

    def _comment(self, op: Op) -> str | None:
        """`line 7: y = x ** 2`, where the user's line is another one than before."""
        if not self.comments or op.span is None:
            return None
        here = (op.span.filename, op.span.line)
        if here == self.last_line:
            return None
        self.last_line = here
        text = linecache.getline(*here).strip()
        return f"line {op.span.line}: {text}" if text else None

    # calls

    def call(self, op: Call) -> list[ast.stmt]:
        """A call as a statement."""
        fn = callee(op)
        if fn is primitives.raise_:
            return self._raise(op)
        writer = WRITERS.get(type(fn)) or (WRITERS.get(fn) if type(fn).__hash__ is not None else None)
        if writer is not None:
            return writer(self, op)
        value = self.expressions.call(op)
        if isinstance(fn, primitives.Unpack):
            return [ast.Assign([self.targets(op.results, fn)], self.operand(op.args[0]))]
        written = written_by(op)
        if written:
            return self._call_that_writes(op, value, written)
        if len(op.results) > 1 or isinstance(fn, PairForward):
            return [ast.Assign([self.targets(op.results)], value)]
        result = op.results[0]
        if not self.uses[result]:
            statement = ast.Expr(value)
            if is_pure(op):
                _put_comment(statement, "only for the error that it may raise")
            return [statement]
        return [self.assign(result, value, op.args[0] if op.args else None)]

    def _raise(self, op: Call) -> list[ast.stmt]:
        if op.args[0] is self.caught and len(op.args) == 1:
            return [ast.Raise(None, None)]
        cause = self.operand(op.args[1]) if len(op.args) > 1 else None
        return [ast.Raise(self.operand(op.args[0]), cause)]

    # regions

    def copies(self, targets: tuple[Value, ...], sources: tuple[Operand, ...]) -> list[ast.stmt]:
        """Assign all `sources` to `targets` at once."""
        pairs = self._copied_pairs(targets, sources)
        self.copied_names |= {v.id for _, v in pairs if isinstance(v, ast.Name)}
        unread = self._unread(targets, sources)
        if len(pairs) > 1 and self._entangled(pairs):
            names: list[ast.expr] = [store(self.naming.name[t]) for t, _ in pairs]
            made = ast.Assign([ast.Tuple(names, ast.Store())], ast.Tuple([v for _, v in pairs], ast.Load()))
            return [*unread, made]
        return [*unread, *self._sequence(pairs)]

    def _unread(self, targets: tuple[Value, ...], sources: tuple[Operand, ...]) -> list[ast.stmt]:
        """What would be nested in an assignment that is left out, as nobody reads it, though it may raise."""
        nested = self.naming.nested
        left_out = [source for target, source in zip(targets, sources, strict=True) if not self.uses[target]]
        statements = [ast.Expr(self.operand(o)) for o in left_out if o in nested and raises(nested[o], nested)]
        for statement in statements:
            _put_comment(statement, "only for the error that it may raise")
        return list(statements)

    def _moved(self, source: Operand) -> ast.expr:
        """A variable that is moved, or an expression that is evaluated."""
        if source in self.naming.nested:
            return self.operand(source)
        with self._unchecked():
            return self.operand(source)

    def _copied_pairs(self, targets: tuple[Value, ...], sources: tuple[Operand, ...]) -> list[tuple[Value, ast.expr]]:
        """The assignments that are not of a variable to itself."""
        pairs = []
        for target, source in zip(targets, sources, strict=True):
            if not self.uses[target] or target not in self.naming.name:
                continue
            if source is UNDEFINED and self.naming.name[target] not in self.copied:
                continue
            value = self._moved(source)
            if not (isinstance(value, ast.Name) and value.id == self.naming.name[target]):
                pairs.append((target, value))
        return pairs

    def _sequence(self, pairs: list[tuple[Value, ast.expr]]) -> list[ast.stmt]:
        """One assignment after the other; variables that get one value share a statement, `a = b = c`."""
        out: list[ast.stmt] = []
        before: ast.expr | None = None
        for target, value in pairs:
            shared = isinstance(value, ast.Name) and isinstance(before, ast.Name) and before.id == value.id
            last = out[-1] if out else None
            if shared and isinstance(last, ast.Assign):
                last.targets.insert(0, store(self.naming.name[target]))
            else:
                out.append(self.assign(target, value))
            before = value
        return out

    def _entangled(self, pairs: list[tuple[Value, ast.expr]]) -> bool:
        """Whether a later source reads an earlier target."""
        assigned: set[str] = set()
        for target, value in pairs:
            if any(isinstance(n, ast.Name) and n.id in assigned for n in ast.walk(value)):
                return True
            assigned.add(self.naming.name[target])
        return False

    def side(self, results: tuple[Value, ...], block: Block) -> list[ast.stmt]:
        """A block that assigns the results of its op, if it gets to its end."""
        statements = self.block(block)
        if statements and isinstance(statements[-1], ast.Raise):
            return statements
        return [*statements, *self.copies(results, block.results)]

    def if_(self, op: If) -> list[ast.stmt]:
        """An `if` whose sides assign its results."""
        test = self.operand(op.test)
        then = self.side(op.results, op.then)
        before, self.last_line = self.last_line, None if self.comments else self.last_line
        orelse = self.side(op.results, op.orelse)
        self.last_line = before if not orelse else None
        made = self.naming.nested.get(op.test) if isinstance(op.test, Value) else None
        if not then and not orelse and made is not None and (not is_pure(made) or raises(made, self.naming.nested)):
            return [ast.Expr(test)]
        return conditional(test, then, orelse)

    def with_(self, op: With) -> list[ast.stmt]:
        """A `with`."""
        manager, target = self.operand(op.manager), op.body.params[0]
        item = ast.withitem(manager, store(self.naming.name[target]) if self.uses[target] else None)
        body = self.block(op.body) or [ast.Pass()]
        if len(body) == 1 and isinstance(body[0], ast.With):  # `with a, b:`
            return [ast.With([item, *body[0].items], body[0].body)]
        return [ast.With([item], body)]

    def try_(self, op: Try) -> list[ast.stmt]:
        """A `try` whose body and handler assign its results."""
        with self.expressions.telling_none():
            body = self.side(op.results, op.body)
        before, self.last_line = self.last_line, None if self.comments else self.last_line
        error = op.handler.params[0]
        outer, self.caught = self.caught, error
        handler: list[ast.stmt] = self.side(op.results, op.handler) or [ast.Pass()]
        self.caught, self.last_line = outer, before
        if any(issubclass(refusal, constant(op.kinds)) for refusal in _REFUSALS) and _may_refuse(op.body):
            through = self.expressions.references.to(let_refusals_through)
            handler.insert(0, ast.Expr(ast.Call(through, [load(self.naming.name[error])], [])))
        name = self.naming.name[error] if any(_reads(s, self.naming.name[error]) for s in handler) else None
        kinds = [self.expressions.references.to(kind) for kind in constant(op.kinds)]
        caught = kinds[0] if len(kinds) == 1 else ast.Tuple(kinds, ast.Load())
        return [ast.Try(body, [ast.ExceptHandler(caught, name, handler)], [], [])] if body else []

    def for_(self, op: For) -> list[ast.stmt]:
        """A `for`, or a comprehension."""
        comprehension = self._comprehension(op)
        if comprehension is not None:
            return comprehension
        item, params = op.body.params[0], op.body.params[1:]
        start = self.copies(params, op.inits)
        iterable = self.operand(op.iterable)
        target, ops = self._loop_target(item, op.body.ops)
        body = self._tail(ops, op.body.results, Leaf(params))
        loop = ast.For(target, iterable, body or [ast.Pass()], [])
        mark(loop, op.span)
        return [*start, loop, *self.copies(op.results, params)]

    def _loop_target(self, item: Value, ops: tuple[Op, ...]) -> tuple[ast.expr, tuple[Op, ...]]:
        """The target of a `for`; unpacking that only takes the item apart moves into it."""
        if not self.uses[item]:
            return store("_"), ops
        for i, op in enumerate(ops):
            is_unpack = isinstance(op, Call) and isinstance(callee(op), primitives.Unpack) and op.args[0] is item
            if not is_unpack or self.uses[item] != 1:
                continue
            assert isinstance(op, Call)
            rest = (*ops[:i], *ops[i + 1 :])
            shape = callee(op)
            targets: list[ast.expr] = []
            for result in op.results:
                target, rest = self._loop_target(result, rest)
                targets.append(target)
            if shape.after is not None:
                targets[shape.before] = ast.Starred(targets[shape.before], ast.Store())
            return ast.Tuple(targets, ast.Store()), rest
        return store(self.naming.name[item]), ops

    def _comprehension(self, op: For) -> list[ast.stmt] | None:
        made = self._list_of(op)
        return None if made is None else [ast.Assign([store(self.naming.name[op.results[0]])], made)]

    def _list_of(self, op: For) -> ast.expr | None:
        """The comprehension that says the same as a loop."""
        item, params = op.body.params[0], op.body.params[1:]
        if len(params) != 1 or constant(op.body.results[0]) is not False or not self._is_empty_list(op.inits[0]):
            return None
        _, ops = self._loop_target(item, op.body.ops)
        found = self._appended(ops, op.body.results[1], params[0])
        if found is None or self.uses[params[0]] != found[2] + bool(self.uses[op.results[0]]):
            return None
        element, tests, _ = found
        target, _ = self._loop_target(item, op.body.ops)
        generator = ast.comprehension(target, self.operand(op.iterable), tests, 0)
        return ast.ListComp(element, [generator])

    def _is_only_appended(self, loop: Op, op: Op) -> bool:
        """Whether `op` appends what a loop gives, which nothing else reads."""
        result = loop.results[0] if isinstance(loop, For) and len(loop.results) == 1 else None
        is_append = isinstance(op, Call) and callee(op) is primitives.append and op.args[1:] == (result,)
        return is_append and self.uses[result] == 1  # type: ignore[index]

    def _appended(
        self, ops: tuple[Op, ...], version: Operand, items: Value
    ) -> tuple[ast.expr, list[ast.expr], int] | None:
        """The element that a body appends to `items`, the tests it is under, and the uses of `items` this explains."""
        loose = [o for o in ops if not (o.results and all(r in self.naming.nested for r in o.results))]
        inner: Any = loose[0] if len(loose) == 2 and self._is_only_appended(*loose) else None
        if len(loose) != 1 + (inner is not None):
            return None
        op = loose[-1]
        if (
            isinstance(op, Call)
            and callee(op) is primitives.append
            and op.args[0] is items
            and op.results[0] is version
            and len(op.args) == 2
        ):
            element = self.operand(op.args[1]) if inner is None else self._list_of(inner)
            return None if element is None else (element, [], 1)
        if isinstance(op, If) and op.results == (version,) and op.orelse.results[0] is items and not op.orelse.ops:
            found = self._appended(op.then.ops, op.then.results[0], items)
            return None if found is None else (found[0], [self.operand(op.test), *found[1]], found[2] + 1)
        return None

    def while_(self, op: While) -> list[ast.stmt]:
        """A `while`, with the test in its head where the body begins with it."""
        params = op.body.params
        start = self.copies(params, op.inits)
        loop = self._with_test(op) or ast.While(
            ast.Constant(True), self._tail(op.body.ops, op.body.results, Leaf(params)), []
        )
        mark(loop, op.span)
        return [*start, loop, *self.copies(op.results, params)]

    def _with_test(self, op: While) -> ast.stmt | None:
        last = op.body.ops[-1] if op.body.ops else None
        if not isinstance(last, If) or not self._is_tail(last, op.body.results):
            return None
        if any(r not in self.naming.nested for o in op.body.ops[:-1] for r in o.results):
            return None
        leaf = Leaf(op.body.params)
        leaving = _through(op.body.results, last.results, last.orelse.results)
        if last.orelse.ops or constant(leaving[0]) is not True or self.copies(op.body.params, leaving[1:]):
            return None
        test = self.operand(last.test)
        inside = _through(op.body.results, last.results, last.then.results)
        return ast.While(test, self._tail(last.then.ops, inside, leaf) or [ast.Pass()], [])

    def _is_tail(self, op: If, results: tuple[Operand, ...]) -> bool:
        """Whether all that is read of an `if` are the results of the block that it ends."""
        return all(self.uses[r] == sum(o is r for o in results) for r in op.results)

    def _tail(self, ops: tuple[Op, ...], results: tuple[Operand, ...], leaf: Leaf) -> list[ast.stmt]:
        """The end of a loop's body: branches up to their leaves."""
        last = ops[-1] if ops else None
        is_exit = isinstance(last, If) and any(o in last.results for o in results[:1])
        if not isinstance(last, If) or not (is_exit or last.results) or not self._is_tail(last, results):
            return [*self.ops(ops), *self._leave(results, leaf)]
        out = self.ops(ops[:-1])
        comment = self._comment(last)
        then = self._tail(last.then.ops, _through(results, last.results, last.then.results), leaf)
        orelse = self._tail(last.orelse.ops, _through(results, last.results, last.orelse.results), leaf)
        made = exit_first(self.operand(last.test), then, orelse)
        if made:
            mark(made[0], last.span)
            if comment:
                _put_comment(made[0], comment)
        return [*out, *made]

    def _leave(self, results: tuple[Operand, ...], leaf: Leaf) -> list[ast.stmt]:
        stop = results[0]
        out = self.copies(leaf.params, results[1:])
        if not isinstance(stop, Const):
            return [*out, ast.If(self.operand(stop), [ast.Break()], [])]
        return [*out, ast.Break()] if stop.value else out


def _through(results: tuple[Operand, ...], names: tuple[Value, ...], given: tuple[Operand, ...]) -> tuple[Operand, ...]:
    """`results` as they are on the side of an `if` that gives `given` for `names`."""
    mapping = dict(zip(names, given, strict=True))
    return tuple(mapping.get(r, r) if isinstance(r, Value) else r for r in results)


_REFUSALS = (MissingRuleError, MutationError)


def _may_refuse(block: Block, asked: tuple[Any, ...] = ()) -> bool:
    """Whether running a block may show that the program cannot be differentiated; `asked` are the callees around it."""
    for op in block.ops:
        fn = callee(op)
        if any(fn is refusing for refusing in REFUSING) or any(_may_refuse(region, asked) for region in regions(op)):
            return True
        made = fn.pair.reversed if isinstance(fn, PairForward) and fn.pair not in asked else None
        if made is not None and _may_refuse(made.forward, (*asked, fn.pair)):
            return True
    return False


def _reads(statement: ast.stmt, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(statement))


def _put_comment(statement: ast.stmt, text: str) -> None:
    before = getattr(statement, "comment", None)
    statement.comment = f"{text}\n{before}" if before else text  # type: ignore[attr-defined]


def mark(statement: ast.stmt, span: Span | None) -> None:
    """Record where in the user's file a statement comes from."""
    if span is not None and getattr(statement, "origin", None) is None:
        statement.origin = span  # type: ignore[attr-defined]
