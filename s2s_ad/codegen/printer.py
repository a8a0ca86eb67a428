"""Syntax trees, of `gast` or of `ast`, as the text that a careful person would write.

* Parentheses stand only where precedence asks for them: each method prints its node bare, and the parent, by `_at`,
  states how tightly a child must bind.
* Expressions write marks for the brackets and commas at which a line may be broken; a statement that is finished is
  laid out by `_fold`, which breaks lines that are too long and wipes the marks.
* A statement may carry two attributes besides its fields: `comment`, printed above it, and `origin`, the line of the
  user's file that it comes from, which `Printer.line_map` records for each line of text.
* The text depends on the tree alone, and is valid in every supported Python.

``match``, ``except*`` and ``type`` statements, which no differentiable function contains, are not printed.
"""

from __future__ import annotations

import ast
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from types import EllipsisType, NoneType
from typing import Any

import astunparse
from astunparse.unparser import interleave

WIDTH = 120
_QUOTES = ("'", '"', "'''", '"""')


def to_source(tree: ast.AST | list[ast.stmt]) -> str:
    """The text of `tree`; that of statements ends with a newline, that of an expression does not."""
    text = Printer(tree).text
    has_lines = isinstance(tree, (list, ast.stmt, ast.mod)) and _kind(tree) != "Expression"
    return text + "\n" if text and has_lines else text


# --- precedence -------------------------------------------------------------------------------------------------------


class Level(IntEnum):
    """How tightly an expression binds, from the loosest to the tightest."""

    TEST, OR, AND, NOT, COMPARE, BIT_OR, BIT_XOR, BIT_AND, SHIFT, SUM, TERM, FACTOR, POWER, PRIMARY, ATOM = range(15)

    def tighter(self) -> Level:
        """The next level."""
        return Level(self + 1)


_LEVELS = {"Lambda": Level.TEST, "IfExp": Level.TEST, "Starred": Level.TEST, "Compare": Level.COMPARE}
_OPERATOR_LEVELS = {
    "Or": Level.OR,
    "And": Level.AND,
    "Not": Level.NOT,
    "BitOr": Level.BIT_OR,
    "BitXor": Level.BIT_XOR,
    "BitAnd": Level.BIT_AND,
    **dict.fromkeys(("LShift", "RShift"), Level.SHIFT),
    **dict.fromkeys(("Add", "Sub"), Level.SUM),
    **dict.fromkeys(("Mult", "MatMult", "Div", "FloorDiv", "Mod"), Level.TERM),
    **dict.fromkeys(("UAdd", "USub", "Invert"), Level.FACTOR),
    "Pow": Level.POWER,
}


def _kind(node: object) -> str:
    return type(node).__name__


def _level(node: Any) -> Level:
    kind = _kind(node)
    if kind in ("BinOp", "UnaryOp", "BoolOp"):
        return _OPERATOR_LEVELS[_kind(node.op)]
    if kind == "Constant" and _literal(node.value).startswith("-"):
        return Level.FACTOR
    return _LEVELS.get(kind, Level.ATOM)


# --- literals ---------------------------------------------------------------------------------------------------------


def _int(value: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError:  # longer than Python converts to decimal digits
        return hex(value)


def _float(value: float) -> str:
    digits = float.__repr__(value)
    return digits if math.isfinite(value) else f"float('{digits}')"


def _complex(value: complex) -> str:
    signs = {math.copysign(1.0, part) for part in (value.real, value.imag)}
    if value.real == 0 and math.isfinite(value.imag) and len(signs) == 1:
        return "-" * (-1.0 in signs) + repr(complex(0.0, abs(value.imag)))
    return f"complex({_float(value.real)}, {_float(value.imag)})"


def _tuple(value: tuple[Any, ...]) -> str:
    return f"({', '.join(map(_literal, value))}{',' * (len(value) == 1)})"


# In this order, as a bool is an int. Called on the base type, as the repr of a NumPy scalar is no literal.
_LITERALS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (NoneType, repr),
    (bool, repr),
    (EllipsisType, lambda value: "..."),
    (int, _int),
    (float, _float),
    (complex, _complex),
    (str, str.__repr__),
    (bytes, bytes.__repr__),
    (tuple, _tuple),
)


def _literal(value: object) -> str:
    for kind, text in _LITERALS:
        if isinstance(value, kind):
            return text(value)
    raise TypeError(f"there is no literal for {value!r}, of type {_kind(value)}")


def _escape(text: str, keep: str = "") -> str:
    """`text` with backslashes and unprintable characters, but those in `keep`, as escape sequences."""
    plain = (c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)
    return "".join("\\\\" if c == "\\" else c for c in plain)


# --- layout -----------------------------------------------------------------------------------------------------------

# Marks: a bracketed group begins and ends, a bare tuple begins and ends, a space at which the line may be broken.
_OPEN, _CLOSE, _OPEN_BARE, _CLOSE_BARE, _GAP = "\x01\x02\x03\x04\x05"
_WIPE = str.maketrans({_OPEN: "", _CLOSE: "", _OPEN_BARE: "", _CLOSE_BARE: "", _GAP: " "})
_COMMA = "," + _GAP


def _plain(marked: str) -> str:
    return marked.translate(_WIPE)


def _fold(line: str, hang: int) -> list[str]:
    """The marked `line` in rows of at most `WIDTH` columns, as far as it has brackets; later rows begin at `hang`."""
    group = _widest_group(line) if len(_plain(line)) > WIDTH else None
    if group is None:
        return [_plain(line)]
    start, end = group
    is_bare = line[start] == _OPEN_BARE
    pieces = _split(line[start + 1 : end])
    pieces[-1] += (")" if is_bare else "") + line[end + 1 :]
    rows = [line[:start] + ("(" if is_bare else "")]
    row = ""
    for piece in pieces:
        if row and hang + len(_plain(row)) + 1 + len(_plain(piece)) > WIDTH:
            rows.append(" " * hang + row)
            row = ""
        row = f"{row} {piece}" if row else piece
    rows.append(" " * hang + row)
    return [text for row in rows for text in _fold(row, hang + 4)]


def _depths(marked: str) -> Iterator[tuple[int, str, int]]:
    """Each mark with its place and the number of groups around it."""
    depth = 0
    for match in re.finditer("[\x01-\x05]", marked):
        mark = match[0]
        depth -= mark in (_CLOSE, _CLOSE_BARE)
        yield match.start(), mark, depth
        depth += mark in (_OPEN, _OPEN_BARE)


def _widest_group(line: str) -> tuple[int, int] | None:
    """Where the widest of the outermost groups that can be broken begins and ends."""
    ends = [place for place, mark, depth in _depths(line) if depth == 0 and mark != _GAP]
    groups = [(start, end) for start, end in zip(ends[::2], ends[1::2], strict=True) if _GAP in line[start:end]]
    return max(groups, key=lambda group: group[1] - group[0], default=None)


def _split(inside: str) -> list[str]:
    """The parts of `inside` between the gaps that stand in no further group."""
    places = [place for place, mark, depth in _depths(inside) if depth == 0 and mark == _GAP]
    return [inside[start:end] for start, end in zip([0, *(p + 1 for p in places)], [*places, None], strict=True)]


# --- the printer ------------------------------------------------------------------------------------------------------


class Printer(astunparse.Unparser):  # type: ignore[misc]
    """Prints a tree; the result is in `lines` (and `text`), and `line_map` leads from their numbers to the user's.

    What is not redefined here is inherited: the inherited methods dispatch each child where any expression may stand
    that has no comma or ``:=`` of its own, and tuples, walruses and yields bring their parentheses.
    """

    def __init__(self, tree: ast.AST | list[ast.stmt]) -> None:
        self.lines: list[str] = []
        self.line_map: dict[int, int] = {}
        self._line: list[str] = []
        self._is_header = False
        self._line_indent = 0
        self._origin: int | None = None
        self._at_block_start = True
        self._blank_lines = 0
        self._docstring: Any = None
        super().__init__(tree, io.StringIO())
        self._finish_line()

    @property
    def text(self) -> str:
        """The printed lines, without a newline at the end."""
        return "\n".join(self.lines)

    # Lines

    def fill(self, text: str = "") -> None:
        """Begin a new line."""
        self._finish_line()
        self._line = [text]
        self._line_indent = self._indent
        self._at_block_start = False

    def write(self, text: str) -> None:
        """Append to the line."""
        self._line.append(text)

    def enter(self) -> None:
        """Begin a block."""
        super().enter()
        self._is_header = True
        self._at_block_start = True
        self._blank_lines = 0

    def _finish_line(self) -> None:
        text = "".join(self._line)
        if text:
            line = " " * 4 * self._line_indent + text
            hang = 4 * self._line_indent + (8 if self._is_header else 4)
            rows = line.split("\n") if "\n" in text else _fold(line, hang)
            if self._origin is not None:
                first = len(self.lines) + 1
                self.line_map.update(dict.fromkeys(range(first, first + len(rows)), self._origin))
            self.lines += rows
        self._line = []
        self._is_header = False

    # Statements

    def dispatch(self, tree: Any) -> None:
        """Print a node, or a block of statements."""
        if isinstance(tree, list):
            self._block(tree)
        elif isinstance(tree, ast.stmt):
            self._statement(tree)
        else:
            super().dispatch(tree)

    def _block(self, statements: list[ast.stmt]) -> None:
        if not statements:
            self.fill("pass")
        for statement in statements:
            self.dispatch(statement)

    def _statement(self, t: ast.stmt) -> None:
        self._finish_line()
        around = self._blank_lines_around(t)
        if not self._at_block_start:
            self.lines += [""] * max(self._blank_lines, around)
        self._blank_lines = 0
        outer = self._origin
        self._begin(t)
        super().dispatch(t)
        self._finish_line()
        self._origin = outer
        self._blank_lines = max(around, self._blank_lines)

    def _blank_lines_around(self, t: ast.stmt) -> int:
        if _kind(t) not in ("FunctionDef", "AsyncFunctionDef", "ClassDef"):
            return 0
        return 1 if self._indent else 2

    def _begin(self, t: ast.stmt) -> None:
        """Print the comment of `t`, and count the lines from here on as those of `t`."""
        self._finish_line()
        self._origin = getattr(t, "origin", None)
        for line in (getattr(t, "comment", None) or "").splitlines():
            self.fill(f"# {line}".rstrip())

    def _Module(self, t: Any) -> None:
        self._find_docstring(t)
        super()._Module(t)

    def _find_docstring(self, t: Any) -> None:
        value = t.body[0].value if t.body and _kind(t.body[0]) == "Expr" else None
        self._docstring = value if isinstance(getattr(value, "value", None), str) else None

    def _Expr(self, t: Any) -> None:
        self.fill()
        if t.value is self._docstring:
            self.write(_triple_quoted(t.value.value))
        else:
            self.dispatch(t.value)

    def _Assign(self, t: Any) -> None:
        self.fill()
        for target in t.targets:
            self._bare(target)
            self.write(" = ")
        unpacks = any(_kind(target) in ("Tuple", "List") for target in t.targets)
        (self._bare if unpacks else self.dispatch)(t.value)

    def _AnnAssign(self, t: Any) -> None:
        self.fill()
        is_parenthesized = _kind(t.target) == "Name" and not t.simple
        self.write("(" * is_parenthesized)
        self.dispatch(t.target)
        self.write(")" * is_parenthesized + ": ")
        self.dispatch(t.annotation)
        if t.value is not None:
            self.write(" = ")
            self.dispatch(t.value)

    def _Return(self, t: Any) -> None:
        self.fill("return")
        if t.value is not None:
            self.write(" ")
            self._bare(t.value)

    def _If(self, t: Any) -> None:
        self._clause("if ", t)
        while len(t.orelse) == 1 and _kind(t.orelse[0]) == "If":
            t = t.orelse[0]
            self._begin(t)
            self._clause("elif ", t)
        self._else(t)

    def _While(self, t: Any) -> None:
        self._clause("while ", t)
        self._else(t)

    def _clause(self, keyword: str, t: Any) -> None:
        self.fill(keyword)
        self._element(t.test)
        self._suite(t.body)

    def _else(self, t: Any) -> None:
        if t.orelse:
            self.fill("else")
            self._suite(t.orelse)

    def _suite(self, statements: list[ast.stmt]) -> None:
        self.enter()
        self.dispatch(statements)
        self.leave()

    def _For(self, t: Any, keyword: str = "for ") -> None:
        self.fill(keyword)
        self._bare(t.target)
        self.write(" in ")
        self.dispatch(t.iter)
        self._suite(t.body)
        self._else(t)

    def _AsyncFor(self, t: Any) -> None:
        self._For(t, "async for ")

    def _ExceptHandler(self, t: Any) -> None:
        self.fill("except")
        if t.type is not None:
            self.write(" ")
            self.dispatch(t.type)
        if t.name is not None:
            self.write(f" as {getattr(t.name, 'id', t.name)}")  # a Name in gast
        self._suite(t.body)

    # Definitions

    def _FunctionDef(self, t: Any, keyword: str = "def ") -> None:
        self._decorators(t)
        self.fill(keyword + t.name)
        self._type_parameters(t)
        self._group("(", _parameters(t.args), ")", self._parameter)
        if t.returns is not None:
            self.write(" -> ")
            self.dispatch(t.returns)
        self._find_docstring(t)
        self._suite(t.body)

    def _AsyncFunctionDef(self, t: Any) -> None:
        self._FunctionDef(t, "async def ")

    def _ClassDef(self, t: Any) -> None:
        self._decorators(t)
        self.fill(f"class {t.name}")
        self._type_parameters(t)
        if t.bases or t.keywords:
            self._group("(", [*t.bases, *t.keywords], ")")
        self._find_docstring(t)
        self._suite(t.body)

    def _decorators(self, t: Any) -> None:
        for decorator in t.decorator_list:
            self.fill("@")
            self.dispatch(decorator)

    def _type_parameters(self, t: Any) -> None:
        if getattr(t, "type_params", None):
            self._group("[", t.type_params, "]", self._type_parameter)

    def _type_parameter(self, t: Any) -> None:
        self.write({"TypeVarTuple": "*", "ParamSpec": "**"}.get(_kind(t), "") + t.name)
        for sign, field in ((": ", "bound"), (" = ", "default_value")):
            if getattr(t, field, None) is not None:
                self.write(sign)
                self.dispatch(getattr(t, field))

    def _parameter(self, t: tuple[str, Any, Any]) -> None:
        stars, parameter, default = t
        self.write(stars)
        annotation = getattr(parameter, "annotation", None)
        if parameter is not None:
            self.write(parameter.arg if hasattr(parameter, "arg") else parameter.id)  # a Name in gast
        if annotation is not None:
            self.write(": ")
            self.dispatch(annotation)
        if default is not None:
            self.write("=" if annotation is None else " = ")
            self.dispatch(default)

    # Expressions

    def _at(self, level: Level, t: Any) -> None:
        """Print `t`, in parentheses if it binds less tightly than `level`."""
        if _level(t) >= level:
            self.dispatch(t)
        else:
            self.write("(")
            self.dispatch(t)
            self.write(")")

    def _bare(self, t: Any) -> None:
        """Print `t`, a tuple without its parentheses, where nothing else stands beside it."""
        if _kind(t) == "Tuple" and len(t.elts) > 1:
            self.write(_OPEN_BARE)
            interleave(lambda: self.write(_COMMA), self.dispatch, t.elts)
            self.write(_CLOSE_BARE)
        else:
            self.dispatch(t)

    def _element(self, t: Any) -> None:
        """Print `t`, a walrus without its parentheses."""
        if _kind(t) == "NamedExpr":
            self.dispatch(t.target)
            self.write(" := ")
            self.dispatch(t.value)
        else:
            self.dispatch(t)

    def _group(
        self, opening: str, items: Iterable[Any], closing: str, each: Callable[[Any], None] | None = None
    ) -> None:
        """Print a bracket in which the line may be broken after each comma."""
        self.write(opening + _OPEN)
        interleave(lambda: self.write(_COMMA), each or self._element, items)
        self.write(_CLOSE + closing)

    def _Constant(self, t: Any) -> None:
        self.write(("u" if getattr(t, "kind", None) == "u" else "") + _literal(t.value))

    def _BinOp(self, t: Any) -> None:
        level, tail = _level(t), []
        if level == Level.POWER:
            self._at(Level.PRIMARY, t.left)
            self.write(" ** ")
            self._at(Level.FACTOR, t.right)
            return
        # Down the left operands in a loop: a sum of many terms is a deep tree.
        while _kind(t) == "BinOp" and level <= _level(t) < Level.POWER:
            level = _level(t)
            tail.append((self.binop[_kind(t.op)], level.tighter(), t.right))
            t = t.left
        self._at(level, t)
        for operator, right_level, right in reversed(tail):
            self.write(f" {operator} ")
            self._at(right_level, right)

    def _UnaryOp(self, t: Any) -> None:
        operator = self.unop[_kind(t.op)]
        self.write(operator + " " * (operator == "not"))
        self._at(_level(t), t.operand)

    def _BoolOp(self, t: Any) -> None:
        level = _level(t).tighter()
        interleave(lambda: self.write(f" {_kind(t.op).lower()} "), lambda value: self._at(level, value), t.values)

    def _Compare(self, t: Any) -> None:
        self._at(Level.BIT_OR, t.left)
        for operator, right in zip(t.ops, t.comparators, strict=True):
            self.write(f" {self.cmpops[_kind(operator)]} ")
            self._at(Level.BIT_OR, right)

    def _IfExp(self, t: Any) -> None:
        self._at(Level.OR, t.body)
        self.write(" if ")
        self._at(Level.OR, t.test)
        self.write(" else ")
        self._at(Level.TEST if _kind(t.orelse) == "IfExp" else Level.OR, t.orelse)

    def _Lambda(self, t: Any) -> None:
        parameters = list(_parameters(t.args))
        self.write("lambda " if parameters else "lambda")
        interleave(lambda: self.write(", "), self._parameter, parameters)
        self.write(": ")
        self.dispatch(t.body)

    def _Starred(self, t: Any) -> None:
        self.write("*")
        self._at(Level.BIT_OR, t.value)

    def _Attribute(self, t: Any) -> None:
        is_int = _kind(t.value) == "Constant" and type(t.value.value) is int
        self.write("(" * is_int)  # the point would be read as a decimal point
        self._at(Level.ATOM, t.value)
        self.write(f"{')' * is_int}.{t.attr}")

    def _Call(self, t: Any) -> None:
        self._at(Level.ATOM, t.func)
        arguments = [*t.args, *t.keywords]
        if len(arguments) == 1 and _kind(arguments[0]) == "GeneratorExp":
            self.dispatch(arguments[0])
        else:
            self._group("(", arguments, ")")

    def _Subscript(self, t: Any) -> None:
        self._at(Level.ATOM, t.value)
        indices = t.slice.elts if _kind(t.slice) == "Tuple" and t.slice.elts else [t.slice]
        is_one_tuple = len(indices) == 1 and indices[0] is not t.slice
        self._group("[", indices, ",]" if is_one_tuple else "]", self.dispatch)

    def _Tuple(self, t: Any) -> None:
        self._group("(", t.elts, ",)" if len(t.elts) == 1 else ")", self.dispatch)

    def _List(self, t: Any) -> None:
        self._group("[", t.elts, "]")

    def _Set(self, t: Any) -> None:
        self._group("{", t.elts, "}") if t.elts else self.write("{*()}")

    def _Dict(self, t: Any) -> None:
        self._group("{", zip(t.keys, t.values, strict=True), "}", self._item)

    def _item(self, item: tuple[Any, Any]) -> None:
        key, value = item
        if key is None:
            self.write("**")
            self._at(Level.BIT_OR, value)
        else:
            self.dispatch(key)
            self.write(": ")
            self.dispatch(value)

    def _ListComp(self, t: Any) -> None:
        self._comprehended("[", t, "]")

    def _SetComp(self, t: Any) -> None:
        self._comprehended("{", t, "}")

    def _GeneratorExp(self, t: Any) -> None:
        self._comprehended("(", t, ")")

    def _DictComp(self, t: Any) -> None:
        self._comprehended("{", t, "}")

    def _comprehended(self, opening: str, t: Any, closing: str) -> None:
        self.write(opening + _OPEN)
        if _kind(t) == "DictComp":
            self._item((t.key, t.value))
        else:
            self.dispatch(t.elt)
        for generator in t.generators:
            self.dispatch(generator)
        self.write(_CLOSE + closing)

    def _comprehension(self, t: Any) -> None:
        self.write(f"{_GAP}{'async ' * bool(t.is_async)}for ")
        self._bare(t.target)
        self.write(" in ")
        self._at(Level.OR, t.iter)
        for condition in t.ifs:
            self.write(f"{_GAP}if ")
            self._at(Level.OR, condition)

    # Formatted strings

    def _JoinedStr(self, t: Any) -> None:
        parts = list(self._format_parts(t.values))
        literal = "".join(text for sort, text in parts if sort == "literal")
        code = "".join(text for sort, text in parts if sort == "code")
        # Until Python 3.12 neither the quote nor a backslash may stand in the braces.
        fitting = [quote for quote in _QUOTES if quote not in code and "\\" not in code]
        if fitting:
            quote = min(fitting, key=lambda quote: (len(quote), literal.count(quote)))
            body = "".join(_quotable(text, quote) if sort == "literal" else text for sort, text in parts)
            self.write(f"f{quote}{body}{quote}")
        else:
            template = "".join(text for sort, text in parts if sort != "code")
            self.write(f"{template!r}.format({', '.join(text for sort, text in parts if sort == 'code')})")

    def _FormattedValue(self, t: Any) -> None:
        self._JoinedStr(ast.JoinedStr(values=[t]))

    def _format_parts(self, values: list[Any]) -> Iterator[tuple[str, str]]:
        """The text of a formatted string in parts, each with its sort: "literal", "code" or "mark"."""
        for value in values:
            if _kind(value) == "Constant":
                yield "literal", value.value.replace("{", "{{").replace("}", "}}")
                continue
            yield "mark", "{"
            yield "code", self._inner_text(value.value)
            if value.conversion != -1:
                yield "mark", f"!{chr(value.conversion)}"
            if value.format_spec is not None:
                yield "mark", ":"
                yield from self._format_parts(value.format_spec.values)
            yield "mark", "}"

    def _inner_text(self, t: Any) -> str:
        outer, self._line = self._line, []
        self._at(Level.OR if _kind(t) == "Lambda" else Level.TEST, t)
        text = _plain("".join(self._line))
        self._line = outer
        return f" {text}" if text.startswith("{") else text


def _parameters(t: Any) -> Iterator[tuple[str, Any, Any]]:
    """What stands between the commas of a parameter list: stars or a slash, the parameter, its default."""
    positional = [*t.posonlyargs, *t.args]
    defaults = [*[None] * (len(positional) - len(t.defaults)), *t.defaults]
    for place, (parameter, default) in enumerate(zip(positional, defaults, strict=True), 1):
        yield "", parameter, default
        if place == len(t.posonlyargs):
            yield "/", None, None
    if t.vararg is not None or t.kwonlyargs:
        yield "*", t.vararg, None
    yield from (("", *pair) for pair in zip(t.kwonlyargs, t.kw_defaults, strict=True))
    if t.kwarg is not None:
        yield "**", t.kwarg, None


def _triple_quoted(text: str) -> str:
    escaped = re.sub(r'"{3,}|"+\Z', lambda quotes: '\\"' * len(quotes[0]), _escape(text, keep="\n\t"))
    return f'"""{escaped}"""'


def _quotable(text: str, quote: str) -> str:
    return _escape(text).replace(quote[0], "\\" + quote[0])
