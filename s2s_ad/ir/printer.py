"""One text form of the IR, the same in every process.

    Text     ::= (Function | Block)*               and after these the nested functions that they make
    Function ::= "def" name "(" Param,* "):"       ops, then "return" Operand,*
    Block    ::= "block(" Param,* "):"             likewise
    Param    ::= Value [":" type]
    Call     ::= Results Operand "(" [["*"]Operand | name"="Operand | "**"Operand],* ")"
    If       ::= Results "if" Operand ":"          ops, then "yield" Operand,*; the same once more under "else:"
    For      ::= Results "for" Param "in" Operand ":"
                                                   ("carry" Param "=" Operand)*, ops, "stop" Operand, "yield" Operand,*
    While    ::= Results "while:"                  likewise
    With     ::= "with" Operand "as" Param ":"     ops
    Try      ::= Results "try:"                    like an "if", its second side under "except" Operand "as" Param
    Results  ::= [Value,+ "="]
    Value    ::= "%" name ["." number]             the user's name, or what the value is called where it has none
    Operand  ::= Value | constant

The types of what an op defines stand behind it as a comment, unless none of them is known. Several values of one name
are numbered in the order of the text. For instance:

    def power(%x: float, %n: int):
        %t = range(%n)                 # iterable[int]
        %_, %y = for %_.1: int in %t:  # int, float
            carry %_.2: int = undefined
            carry %y.1: float = 1.0
            %y.2 = mul(%y.1, %x)       # float
            stop False
            yield %_.1, %y.2
        return %y
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from s2s_ad.ir.nodes import UNDEFINED, Block, Call, For, Function, If, Op, Operand, Star, Try, Value, While, With
from s2s_ad.ir.primitives import MakeClosure
from s2s_ad.ir.types import UNKNOWN, Type, describe

_INDENT = "    "
_COMMENT_COLUMN = 60
_BARE = ("builtins", "_operator", "operator")
_LITERALS = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis), np.generic, np.dtype)


def to_text(*pieces: Function | Block) -> str:
    """The text of functions and blocks; a value that several of them read has one name in all."""
    printer = _Printer()
    for piece in pieces:
        printer.piece(piece)
    while printer.nested:
        printer.forget_names()
        printer.piece(printer.nested.pop(0))
    return printer.text()


def head_text(op: Op) -> str:
    """One op without its regions."""
    return _Printer().head(op)


class _Printer:
    """Lines, each with its comment, and the names given so far."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.names: dict[Value, str] = {}
        self.used: Counter[str] = Counter()
        self.nested: list[Function] = []
        self.met: set[Function] = set()

    def forget_names(self) -> None:
        """Begin anew with `%x`, as nothing that follows reads what came before."""
        self.names, self.used = {}, Counter()

    def text(self) -> str:
        """The lines, with their comments aligned as far as most lines reach."""
        commented = [len(code) for code, comment in self.lines if comment]
        column = max((n for n in commented if n <= _COMMENT_COLUMN), default=_COMMENT_COLUMN)
        return "".join(f"{code:{column}}  # {comment}\n" if comment else f"{code}\n" for code, comment in self.lines)

    def piece(self, piece: Function | Block) -> None:
        """A function or a block, a blank line before it."""
        if self.lines:
            self.lines.append(("", ""))
        name, body = (f"def {piece.name}", piece.body) if isinstance(piece, Function) else ("block", piece)
        self.lines.append((f"{name}({', '.join(map(self.param, body.params))}):", ""))
        self.ops(body, 1)
        self.line(1, f"return {self.operands(body.results)}")

    def line(self, depth: int, code: str, comment: str = "") -> None:
        """Append a line."""
        self.lines.append((_INDENT * depth + code.rstrip(), comment))

    def ops(self, block: Block, depth: int) -> None:
        """The ops of a block."""
        for op in block.ops:
            self.line(depth, self.head(op), _types(op.results))
            match op:
                case If():
                    self.side(op.then, depth + 1)
                    self.line(depth, "else:")
                    self.side(op.orelse, depth + 1)
                case For():
                    self.loop(op.body.params[1:], op.inits, op.body, depth + 1)
                case While():
                    self.loop(op.body.params, op.inits, op.body, depth + 1)
                case With():
                    self.ops(op.body, depth + 1)
                case Try():
                    self.side(op.body, depth + 1)
                    self.line(depth, f"except {self.operand(op.kinds)} as {self.param(op.handler.params[0])}:")
                    self.side(op.handler, depth + 1)

    def side(self, block: Block, depth: int) -> None:
        """One side of an `If`."""
        self.ops(block, depth)
        self.line(depth, f"yield {self.operands(block.results)}")

    def loop(self, carried: tuple[Value, ...], inits: tuple[Operand, ...], body: Block, depth: int) -> None:
        """What a loop carries, and its body."""
        for param, init in zip(carried, inits, strict=True):
            self.line(depth, f"carry {self.param(param)} = {self.operand(init)}")
        self.ops(body, depth)
        self.line(depth, f"stop {self.operand(body.results[0])}")
        self.line(depth, f"yield {self.operands(body.results[1:])}")

    def head(self, op: Op) -> str:
        """The first line of an op."""
        results = f"{self.operands(op.results)} = " if op.results else ""
        match op:
            case Call():
                return results + self.call(op)
            case If():
                return f"{results}if {self.operand(op.test)}:"
            case For():
                item = ", ".join(map(self.param, op.body.params[:1]))
                return f"{results}for {item} in {self.operand(op.iterable)}:"
            case While():
                return results + "while:"
            case With():
                return f"with {self.operand(op.manager)} as {', '.join(map(self.param, op.body.params))}:"
            case Try():
                return results + "try:"
        raise TypeError(op)

    def call(self, op: Call) -> str:
        """A call."""
        args = ["*" + self.operand(a.operand) if isinstance(a, Star) else self.operand(a) for a in op.args]
        named = [f"**{self.operand(v)}" if k is None else f"{k}={self.operand(v)}" for k, v in op.kwargs]
        return f"{self.operand(op.target)}({', '.join([*args, *named])})"

    def param(self, value: Value) -> str:
        """A value where it is a parameter."""
        return self.value(value) + ("" if value.type == UNKNOWN else f": {describe(value.type)}")

    def value(self, value: Value) -> str:
        """The name of a value, given when it is first met."""
        if value not in self.names:
            base = value.name or value.hint
            number = self.used[base]
            self.used[base] += 1
            self.names[value] = f"%{base}.{number}" if number else f"%{base}"
        return self.names[value]

    def operand(self, operand: Operand) -> str:
        """A value or a constant."""
        if isinstance(operand, Value):
            return self.value(operand)
        if isinstance(operand.value, MakeClosure):
            code = operand.value.code
            if code not in self.met:
                self.met.add(code)
                self.nested.append(code)
            return f"make_closure[{code.name}]"
        return "undefined" if operand is UNDEFINED else constant_text(operand.value)

    def operands(self, operands: Iterable[Operand]) -> str:
        """Operands between commas."""
        return ", ".join(map(self.operand, operands))


def _types(values: tuple[Value, ...]) -> str:
    """The types of values as a comment; empty if nothing is known."""
    types: list[Type] = [v.type for v in values]
    return "" if all(t == UNKNOWN for t in types) else ", ".join(map(describe, types))


# --- constants --------------------------------------------------------------------------------------------------------


def constant_text(value: Any) -> str:
    """A constant as text without addresses: literals as Python writes them, code by its name, the rest by its class."""
    if isinstance(value, _LITERALS):
        return repr(value)
    if isinstance(value, (tuple, list, set, frozenset, dict, slice)):
        return _container_text(value)
    if isinstance(value, np.ndarray):
        return f"<array {value.dtype} {value.shape}>"
    if isinstance(value, partial):
        return f"partial[{constant_text(value.func)}]"
    name = getattr(value, "__name__", None)
    if isinstance(name, str):
        return _qualified(value, name)
    return repr(value) if _is_record_of_literals(value) else f"<{type(value).__name__}>"


def _container_text(value: Any) -> str:
    match value:
        case tuple():
            inner = ", ".join(map(constant_text, value))
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        case list():
            return f"[{', '.join(map(constant_text, value))}]"
        case slice():
            return f"slice({', '.join(map(constant_text, (value.start, value.stop, value.step)))})"
        case dict():
            if isinstance(value.get("__name__"), str):
                return f"<globals of {value['__name__']}>"
            return "{" + ", ".join(f"{constant_text(k)}: {constant_text(v)}" for k, v in value.items()) + "}"
    return "{" + ", ".join(sorted(map(constant_text, value))) + "}"


def _is_record_of_literals(value: Any) -> bool:
    """Whether `value` is something like `Unpack`, whose repr says it all."""
    fields = getattr(type(value), "__dataclass_fields__", None)
    return fields is not None and all(_is_literal(getattr(value, name)) for name in fields)


def _is_literal(value: Any) -> bool:
    return all(map(_is_literal, value)) if type(value) is tuple else isinstance(value, _LITERALS)


def _qualified(value: Any, name: str) -> str:
    """The name of code, with its owner or its module; that of a function written in Python, or of ours, alone."""
    if isinstance(value, (FunctionType, ModuleType)):
        return name
    owner = getattr(value, "__self__", None)
    if owner is not None and not isinstance(owner, ModuleType):
        label = constant_text(owner) if isinstance(owner, (type, np.ufunc)) else type(owner).__name__
        return f"{label}.{name}"
    home = getattr(value, "__module__", None)
    if not isinstance(home, str) or home in _BARE or home.partition(".")[0] == "s2s_ad":
        return name
    return f"{home.replace('numpy', 'np', 1) if home.startswith('numpy') else home}.{name}"
