"""Structured SSA.

    Function ::= name(params) Block
    Block    ::= params, ops, results
    Op       ::= Call    results = target(*args, **kwargs)
               | If      results = test ? then : orelse
               | For     results = loop over `iterable`, carrying `inits`
               | While   results = loop until told to stop, carrying `inits`
               | With    a block inside a context manager
               | Try     results = body, or handler where the body raises one of `kinds`
    Operand  ::= Value | Const

Regions have no phi and no jumps. The blocks of an `If` take no parameters and give one result for each of the op's
results. The body of a `For` has the parameters (item, *carried) and the results (stop, *carried); that of a `While`
the same without an item. A true `stop` leaves the loop, so `break` and the test of a `while` are both an `If` that
gives a true `stop`. `for` and `while` loops give what they carry. The body of a `With` has what the manager gives as
its parameter; it is run once and to its end, so what it defines stays visible after it, and there are no results. The
body of a `Try` takes no parameters, its handler the exception. The handler cannot see what the body defines: a body
that raises has done nothing but raise. Every operator, attribute, index and display is a `Call` of a known callable,
some of them from `ir.primitives`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from s2s_ad.errors import Span
from s2s_ad.ir.types import UNKNOWN, Type


@dataclass(eq=False)
class Value:
    """A single assignment; the identity is what counts.

    `name` is the user's variable where there is one; `hint` what to call it where there is none and it needs a name.
    `unbound`: it may be a variable that was never assigned.
    """

    name: str | None = None
    type: Type = UNKNOWN
    hint: str = "t"
    unbound: bool = False

    def __repr__(self) -> str:
        return f"%{self.name or '_'}"


@dataclass(frozen=True, eq=False)
class Const:
    """A compile-time constant: a literal, a function, a module."""

    value: Any

    def __repr__(self) -> str:
        return f"{getattr(self.value, '__name__', None) or repr(self.value)}"


Operand = Value | Const


class Undefined:
    """The value of a variable that is not bound."""

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = Const(Undefined())


@dataclass(frozen=True, eq=False)
class Block:
    """A straight line of ops with parameters and results."""

    params: tuple[Value, ...]
    ops: tuple[Op, ...]
    results: tuple[Operand, ...]


@dataclass(frozen=True, eq=False)
class Op:
    """Base of all ops. `span` is the user's code that it comes from."""

    results: tuple[Value, ...]
    span: Span | None = field(default=None, kw_only=True)


@dataclass(frozen=True, eq=False)
class Star:
    """An unpacked argument: `*operand` among the positional arguments of a call."""

    operand: Operand


@dataclass(frozen=True, eq=False)
class Call(Op):
    """`results = target(*args, **kwargs)`; the keyword None stands for `**operand`."""

    target: Operand
    args: tuple[Operand | Star, ...] = ()
    kwargs: tuple[tuple[str | None, Operand], ...] = ()

    def operands(self) -> Iterator[Operand]:
        """Every operand: target, positional, keyword."""
        yield self.target
        for arg in self.args:
            yield arg.operand if isinstance(arg, Star) else arg
        for _, operand in self.kwargs:
            yield operand


@dataclass(frozen=True, eq=False)
class If(Op):
    """Two blocks of which one runs."""

    test: Operand
    then: Block
    orelse: Block


@dataclass(frozen=True, eq=False)
class For(Op):
    """A loop over an iterable; one to `unroll` is repeated item by item where the items are known when compiling."""

    iterable: Operand
    inits: tuple[Operand, ...]
    body: Block
    unroll: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, eq=False)
class While(Op):
    """A loop until its body says stop."""

    inits: tuple[Operand, ...]
    body: Block


@dataclass(frozen=True, eq=False)
class With(Op):
    """A block that a context manager runs before and after."""

    manager: Operand
    body: Block


@dataclass(frozen=True, eq=False)
class Try(Op):
    """A block, and another for when it raises an exception of one of the classes `kinds`.

    `half`: the body may be left half-way, which is right where nobody sees it.
    """

    kinds: Operand
    body: Block
    handler: Block
    half: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, eq=False)
class Parameter:
    """A formal parameter: its name, `kind` (as in `inspect.Parameter`) and the number of its default, if any."""

    name: str
    kind: Any
    has_default: bool = False


@dataclass(frozen=True, eq=False)
class Function:
    """A function. `free` are the variables it captures: values for them follow the parameters in `body.params`.

    `generator`: Python gets an iterator over the list that the body gives.
    """

    name: str
    parameters: tuple[Parameter, ...]
    free: tuple[str, ...]
    body: Block
    span: Span | None = None
    generator: bool = False

    def bound(self) -> Function:
        """The same with its first parameter, and the defaults of the others, among what it captures."""
        n = len(self.parameters)
        own, free = self.body.params[:n], self.body.params[n:]
        defaults = [p.name for p in self.parameters[1:] if p.has_default]
        names = (*self.free, self.parameters[0].name, *(f"={name}" for name in defaults))
        params = (*own[1:], *free, own[0], *map(Value, defaults))
        body = Block(params, self.body.ops, self.body.results)
        return Function(self.name, self.parameters[1:], names, body, self.span, self.generator)


def operands(op: Op) -> Iterator[Operand]:
    """The operands that `op` itself reads, not those inside its regions."""
    match op:
        case Call():
            yield from op.operands()
        case If():
            yield op.test
        case For():
            yield op.iterable
            yield from op.inits
        case While():
            yield from op.inits
        case With():
            yield op.manager
        case Try():
            yield op.kinds


def regions(op: Op) -> tuple[Block, ...]:
    """The blocks inside `op`."""
    match op:
        case If() | Try():
            return sides(op)
        case For() | While() | With():
            return (op.body,)
    return ()


def sides(op: If | Try) -> tuple[Block, Block]:
    """The two blocks of which the last to run gives the results."""
    return (op.then, op.orelse) if isinstance(op, If) else (op.body, op.handler)


def visible(ops: Iterable[Op]) -> Iterator[Value]:
    """What `ops` define for those that come after them."""
    for op in ops:
        if isinstance(op, With):
            yield from op.body.params
            yield from visible(op.body.ops)
        yield from op.results


def free_values(block: Block) -> dict[Value, None]:
    """The values that `block` reads and does not define, in the order of their first use."""
    defined: set[Value] = set(block.params)
    used: dict[Value, None] = {}

    def use(operand: Operand) -> None:
        if isinstance(operand, Value) and operand not in defined:
            used[operand] = None

    for op in block.ops:
        for operand in operands(op):
            use(operand)
        for region in regions(op):
            for value in free_values(region):
                use(value)
        defined.update(visible((op,)))
    for operand in block.results:
        use(operand)
    return used
