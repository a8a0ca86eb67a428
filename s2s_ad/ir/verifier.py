"""Checks that IR is well formed; every pass takes and leaves IR that is.

* Every value is defined once, in one place of all the blocks that belong together.
* Every value that is read was defined before, in the same block or in one around it.
* No value that is read is of type `Never`, the type of what does not exist, unless control does not get there: after a
  call that gives a value of this type, or in the body of a loop over nothing.
* An `If` has two blocks without parameters, and gives one result for each of theirs.
* A `Try` likewise, where the handler has one parameter. The body of a `With` has one, and gives nothing.
* A loop gives one result for each value that it carries. Its body has these as parameters, a `For` after the item, and
  gives them as results, after the one that says whether to stop.
* A call gives a result; an unpacking gives one for each of its targets.
* Nested functions are well formed by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable

from s2s_ad.ir.nodes import Block, Call, Const, For, Function, If, Op, Operand, Try, Value, While, With, operands, sides
from s2s_ad.ir.primitives import MakeClosure, Unpack
from s2s_ad.ir.printer import head_text
from s2s_ad.ir.types import NEVER


class InvalidIR(AssertionError):
    """A pass has left IR that is not well formed. This is a bug of the compiler, never of the user."""


def verify(function: Function) -> None:
    """Raise InvalidIR unless `function` is well formed."""
    verify_blocks((), (function.body,))


def verify_blocks(params: Iterable[Value], blocks: Iterable[Block]) -> None:
    """Raise InvalidIR unless `blocks` are well formed, where each reads `params` and what those before it define."""
    verifier = _Verifier()
    for param in params:
        verifier.define(param, None)
    for block in blocks:
        verifier.block(block, None)


class _Verifier:
    """Walks the ops in the order in which they run."""

    def __init__(self) -> None:
        self.defined: set[Value] = set()
        self.visible: dict[Value, None] = {}
        self.reachable = True

    def define(self, value: Value, op: Op | None) -> None:
        """Enter a definition, which `op` makes."""
        _check(value not in self.defined, f"{value} is defined twice", op)
        self.defined.add(value)
        self.visible[value] = None

    def read(self, operand: Operand, op: Op | None) -> None:
        """Check an operand that `op` reads."""
        if isinstance(operand, Value):
            _check(operand in self.visible, f"{operand} is read where it is not defined", op)
            exists = operand.type != NEVER or operand.unbound  # a variable that is never bound raises when it is read
            _check(exists or not self.reachable, f"{operand} is read, and its type is never", op)

    def block(self, block: Block, op: Op | None) -> None:
        """Check a block of `op`; what it defines stays visible."""
        for param in block.params:
            self.define(param, op)
        if isinstance(op, For) and block.params[0].type == NEVER:
            self.reachable = False
        for inner in block.ops:
            self.op(inner)
        for result in block.results:
            self.read(result, op)

    def region(self, block: Block, op: Op) -> None:
        """Check a block of `op`; what it defines is visible only inside."""
        outside, reachable = len(self.visible), self.reachable
        self.block(block, op)
        while len(self.visible) > outside:
            self.visible.popitem()
        self.reachable = reachable

    def op(self, op: Op) -> None:
        """Check one op and its regions."""
        for operand in operands(op):
            self.read(operand, op)
        match op:
            case Call():
                _check_call(op)
            case If():
                _check_sides(op, 0)
                self.region(op.then, op)
                self.region(op.orelse, op)
            case For() | While():
                _check_loop(op)
                self.region(op.body, op)
            case With():
                _check(len(op.body.params) == 1 and not op.results, "a `with` has one parameter and no results", op)
                self.block(op.body, op)
            case Try():
                _check_sides(op, 1)
                self.region(op.body, op)
                self.region(op.handler, op)
        for result in op.results:
            self.define(result, op)
        if isinstance(op, Call) and any(r.type == NEVER for r in op.results):
            self.reachable = False


def _check_call(op: Call) -> None:
    _check(len(op.results) > 0, "a call gives no result", op)
    target = op.target.value if isinstance(op.target, Const) else None
    if isinstance(target, Unpack):
        _check(len(op.results) == target.count, f"an unpacking into {target.count} gives {len(op.results)} results", op)
    if isinstance(target, MakeClosure):
        verify(target.code)


def _check_sides(op: If | Try, params: int) -> None:
    what = "an `if`" if isinstance(op, If) else "a `try`"
    for block, wanted in zip(sides(op), (0, params), strict=True):
        _check(len(block.params) == wanted, f"a side of {what} has parameters", op)
        _check(
            len(block.results) == len(op.results),
            f"a side of {what} gives {len(block.results)} results for {len(op.results)}",
            op,
        )


def _check_loop(op: For | While) -> None:
    carried = len(op.inits)
    item = isinstance(op, For)
    for what, found, wanted in (
        ("gives", len(op.results), carried),
        ("has a body with the parameters", len(op.body.params), carried + item),
        ("has a body with the results", len(op.body.results), carried + 1),
    ):
        _check(found == wanted, f"a loop that carries {carried} {what} {found}, not {wanted}", op)


def _check(condition: bool, message: str, op: Op | None) -> None:
    if not condition:
        raise InvalidIR(message if op is None else f"{message}\n    {head_text(op)}")
