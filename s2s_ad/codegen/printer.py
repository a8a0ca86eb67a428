"""Syntax trees, of `gast` or of `ast`, as the text that a careful person would write.

* Parentheses stand only where precedence asks for them: each method prints its node bare, and the parent, by `_at`,
  states how tightly a child must bind.
* Expressions write marks for the brackets and commas at which a line may be broken; a statement that is finished is
  laid out by `fold`, which breaks lines that are too long and wipes the marks.
* A statement may carry two attributes besides its fields: `comment`, printed above it, and `origin`, the place in
  the user's file that it comes from, which `Printer.line_map` records for each line of text.
* The text depends on the tree alone, and is valid in every supported Python.

``match``, ``except*`` and ``type`` statements, which no differentiable function contains, are not printed.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import astunparse
import gast
from astunparse.unparser import interleave

from s2s_ad.codegen.layout import CLOSE, CLOSE_BARE, COMMA, GAP, OPEN, OPEN_BARE, fold, plain
from s2s_ad.codegen.literals import literal, quotable, triple_quoted
from s2s_ad.codegen.precedence import Level, kind_of, level_of

_QUOTES = ("'", '"', "'''", '"""')


def to_source(tree: ast.AST | list[ast.stmt]) -> str:
    """The text of `tree`; that of statements ends with a newline, that of an expression does not."""
    text = Printer(tree).text
    has_lines = isinstance(tree, (list, ast.stmt, ast.mod)) and kind_of(tree) != "Expression"
    return text + "\n" if text and has_lines else text


class Printer(astunparse.Unparser):  # type: ignore[misc]
    """Prints a tree; the result is in `lines` (and `text`), and `line_map` leads from their numbers to the user's.

    What is not redefined here is inherited: the inherited methods dispatch each child where any expression may stand
    that has no comma or ``:=`` of its own, and tuples, walruses and yields bring their parentheses.
    """

    def __init__(self, tree: ast.AST | list[ast.stmt]) -> None:
        self.lines: list[str] = []
        self.line_map: dict[int, Any] = {}
        self._line: list[str] = []
        self._is_header = False
        self._line_indent = 0
        self._origin: Any = None
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
            rows = line.split("\n") if "\n" in text else fold(line, hang)
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
        if kind_of(t) not in ("FunctionDef", "AsyncFunctionDef", "ClassDef"):
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
        value = t.body[0].value if t.body and kind_of(t.body[0]) == "Expr" else None
        self._docstring = value if isinstance(getattr(value, "value", None), str) else None

    def _Expr(self, t: Any) -> None:
        self.fill()
        if t.value is self._docstring:
            self.write(triple_quoted(t.value.value))
        else:
            self.dispatch(t.value)

    def _Assign(self, t: Any) -> None:
        self.fill()
        for target in t.targets:
            self._bare(target)
            self.write(" = ")
        unpacks = any(kind_of(target) in ("Tuple", "List") for target in t.targets)
        (self._bare if unpacks else self.dispatch)(t.value)

    def _AnnAssign(self, t: Any) -> None:
        self.fill()
        is_parenthesized = kind_of(t.target) == "Name" and not t.simple
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
        while len(t.orelse) == 1 and kind_of(t.orelse[0]) == "If":
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
        self.write({"TypeVarTuple": "*", "ParamSpec": "**"}.get(kind_of(t), "") + t.name)
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
        if level_of(t) >= level:
            self.dispatch(t)
        else:
            self.write("(")
            self.dispatch(t)
            self.write(")")

    def _bare(self, t: Any) -> None:
        """Print `t`, a tuple without its parentheses, where nothing else stands beside it."""
        if kind_of(t) == "Tuple" and len(t.elts) > 1:
            self.write(OPEN_BARE)
            interleave(lambda: self.write(COMMA), self.dispatch, t.elts)
            self.write(CLOSE_BARE)
        else:
            self.dispatch(t)

    def _element(self, t: Any) -> None:
        """Print `t`, a walrus without its parentheses."""
        if kind_of(t) == "NamedExpr":
            self.dispatch(t.target)
            self.write(" := ")
            self.dispatch(t.value)
        else:
            self.dispatch(t)

    def _group(
        self, opening: str, items: Iterable[Any], closing: str, each: Callable[[Any], None] | None = None
    ) -> None:
        """Print a bracket in which the line may be broken after each comma."""
        self.write(opening + OPEN)
        interleave(lambda: self.write(COMMA), each or self._element, items)
        self.write(CLOSE + closing)

    def _Constant(self, t: Any) -> None:
        self.write(("u" if getattr(t, "kind", None) == "u" else "") + literal(t.value))

    def _BinOp(self, t: Any) -> None:
        level, tail = level_of(t), []
        if level == Level.POWER:
            self._at(Level.PRIMARY, t.left)
            self.write(" ** ")
            self._at(Level.FACTOR, t.right)
            return
        # Down the left operands in a loop: a sum of many terms is a deep tree.
        while kind_of(t) == "BinOp" and level <= level_of(t) < Level.POWER:
            level = level_of(t)
            tail.append((self.binop[kind_of(t.op)], level.tighter(), t.right))
            t = t.left
        self._at(level, t)
        for operator, right_level, right in reversed(tail):
            self.write(f" {operator} ")
            self._at(right_level, right)

    def _UnaryOp(self, t: Any) -> None:
        operator = self.unop[kind_of(t.op)]
        self.write(operator + " " * (operator == "not"))
        self._at(level_of(t), t.operand)

    def _BoolOp(self, t: Any) -> None:
        level = level_of(t).tighter()
        interleave(lambda: self.write(f" {kind_of(t.op).lower()} "), lambda value: self._at(level, value), t.values)

    def _Compare(self, t: Any) -> None:
        self._at(Level.BIT_OR, t.left)
        for operator, right in zip(t.ops, t.comparators, strict=True):
            self.write(f" {self.cmpops[kind_of(operator)]} ")
            self._at(Level.BIT_OR, right)

    def _IfExp(self, t: Any) -> None:
        self._at(Level.OR, t.body)
        self.write(" if ")
        self._at(Level.OR, t.test)
        self.write(" else ")
        self._at(Level.TEST if kind_of(t.orelse) == "IfExp" else Level.OR, t.orelse)

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
        is_int = kind_of(t.value) == "Constant" and type(t.value.value) is int
        self.write("(" * is_int)  # the point would be read as a decimal point
        self._at(Level.ATOM, t.value)
        self.write(f"{')' * is_int}.{t.attr}")

    def _Call(self, t: Any) -> None:
        self._at(Level.ATOM, t.func)
        arguments = [*t.args, *t.keywords]
        if len(arguments) == 1 and kind_of(arguments[0]) == "GeneratorExp":
            self.dispatch(arguments[0])
        else:
            self._group("(", arguments, ")")

    def _Name(self, t: Any) -> None:
        """A name; those of our own variables begin with a percent sign, so that none of the user's is the same."""
        self.write(t.id.removeprefix("%"))

    def _Matches(self, t: Any) -> None:
        """A pattern in core Python, which is no Python."""
        self._at(Level.ATOM, t.subject)
        self.write(f" matches {ast.unparse(gast.gast_to_ast(t.pattern))}")
        if t.guard is not None:
            self.write(" if ")
            self.dispatch(t.guard)

    def _Subscript(self, t: Any) -> None:
        self._at(Level.ATOM, t.value)
        indices = t.slice.elts if kind_of(t.slice) == "Tuple" and t.slice.elts else [t.slice]
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
        self.write(opening + OPEN)
        if kind_of(t) == "DictComp":
            self._item((t.key, t.value))
        else:
            self.dispatch(t.elt)
        for generator in t.generators:
            self.dispatch(generator)
        self.write(CLOSE + closing)

    def _comprehension(self, t: Any) -> None:
        self.write(f"{GAP}{'async ' * bool(t.is_async)}for ")
        self._bare(t.target)
        self.write(" in ")
        self._at(Level.OR, t.iter)
        for condition in t.ifs:
            self.write(f"{GAP}if ")
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
            body = "".join(quotable(text, quote) if sort == "literal" else text for sort, text in parts)
            self.write(f"f{quote}{body}{quote}")
        else:
            template = "".join(text for sort, text in parts if sort != "code")
            self.write(f"{template!r}.format({', '.join(text for sort, text in parts if sort == 'code')})")

    def _FormattedValue(self, t: Any) -> None:
        self._JoinedStr(ast.JoinedStr(values=[t]))

    def _format_parts(self, values: list[Any]) -> Iterator[tuple[str, str]]:
        """The text of a formatted string in parts, each with its sort: "literal", "code" or "mark"."""
        for value in values:
            if kind_of(value) == "Constant":
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
        self._at(Level.OR if kind_of(t) == "Lambda" else Level.TEST, t)
        text = plain("".join(self._line))
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
