"""From a Python function to its syntax tree, and to the values behind its free names.

The file of the function is parsed once, whole, so that every node keeps its true line and column:

* a ``def`` is the one that begins on the code's first line (that of the first decorator) under the code's name;
* a ``lambda`` begins on the code's first line too; where several do, the bytecode's column table tells them apart.

Then the file is compiled anew and the result compared with the running code, so that a file edited after its import
is noticed and never differentiated in place of what runs.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import dis
import linecache
import sys
import threading
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, reduce
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any, Literal

import gast

from s2s_ad.errors import SourceUnavailableError, Span

_RECURSION_LIMIT = 20_000
_FUTURE_FLAGS: int = reduce(
    lambda flags, name: flags | getattr(__future__, name).compiler_flag, __future__.all_feature_names, 0
)
_WRITE_IT_IN_A_FILE = "put the function into a file or a notebook cell, or give it a derivative with `def_rrule`"

_Definition = ast.FunctionDef | ast.AsyncFunctionDef
_Position = tuple[int, int]


@dataclass(frozen=True)
class FunctionSource:
    """A function with the tree of its definition; each call of `find_source` gives a fresh tree.

    `pieces` are the places of the `try` whose bodies are to be taken to pieces.
    """

    fn: FunctionType
    node: gast.FunctionDef | gast.Lambda
    filename: str
    name: str
    pieces: frozenset[Any] = frozenset()

    def span(self, node: ast.AST) -> Span:
        """Where `node`, a part of the function, stands in the file."""
        return Span.of(node, self.filename, self.name)


def find_source(fn: Callable[..., Any]) -> FunctionSource:
    """The definition of `fn` as it stands in its file. A decorator's wrapper is not unwrapped.

    Raises SourceUnavailableError if there is no source text, or if it is no longer that of the running code.
    """
    if not isinstance(fn, FunctionType):
        name = getattr(fn, "__name__", repr(fn))
        raise SourceUnavailableError(
            f"`{name}` is not written in Python", hint="give it a derivative with `def_rrule` or `scalar_rule`"
        )
    code = fn.__code__
    with deep_recursion(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those about the file's syntax were given when it was imported
        file = _read(fn)
        definition = _find(file, code)
        if definition is None or not file.is_current(code):
            raise _stale(code)
        node = _mangled(gast.ast_to_gast(definition), file.classes.get(definition))
    return FunctionSource(fn, node, code.co_filename, code.co_name)


# --- the file ---------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class _File:
    """A parsed file: its definitions by place, and the code objects that it compiles to."""

    filename: str
    lines: list[str]
    tree: ast.Module

    def __post_init__(self) -> None:
        self.definitions: dict[tuple[int, str], _Definition] = {}
        self.lambdas: dict[int, list[ast.Lambda]] = defaultdict(list)
        self.classes: dict[ast.AST, str] = {}
        self._compiled: dict[int, list[CodeType]] = {}
        self._index()

    def _index(self) -> None:
        pending: list[tuple[ast.AST, str | None]] = [(self.tree, None)]
        while pending:
            node, class_name = pending.pop()
            if isinstance(node, _Definition):
                first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
                self.definitions[first, node.name] = node
            elif isinstance(node, ast.Lambda):
                self.lambdas[node.lineno].append(node)
            if class_name is not None:
                self.classes[node] = class_name
            body_class = node.name if isinstance(node, ast.ClassDef) else class_name
            pending += [
                (child, body_class if isinstance(child, ast.stmt) else class_name)
                for child in ast.iter_child_nodes(node)
            ]

    def is_current(self, code: CodeType) -> bool:
        """Whether the file, compiled now, holds `code`."""
        candidates = [
            other
            for other in self._codes(code.co_flags & _FUTURE_FLAGS)
            if (other.co_firstlineno, other.co_name) == (code.co_firstlineno, code.co_name)
        ]
        if any(code == other and code.co_linetable == other.co_linetable for other in candidates):
            return True
        if not any(name.startswith("@pytest") for name in code.co_names):
            return False
        known = _outside(code, self.asserted_lines)
        return any(known == _outside(other, self.asserted_lines) for other in candidates)

    def _codes(self, flags: int) -> list[CodeType]:
        if flags not in self._compiled:
            flags_of_cell = flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            # From the text: the compiler takes deeper sums from text than from a tree.
            pending = [compile("".join(self.lines), self.filename, "exec", flags_of_cell, dont_inherit=True)]
            found = self._compiled[flags] = []
            while pending:
                found.append(code := pending.pop())
                pending.extend(constant for constant in code.co_consts if isinstance(constant, CodeType))
        return self._compiled[flags]

    @cached_property
    def asserted_lines(self) -> frozenset[int]:
        """The lines of all ``assert`` statements."""
        asserts = (node for node in ast.walk(self.tree) if isinstance(node, ast.Assert))
        return frozenset(line for node in asserts for line in range(node.lineno, (node.end_lineno or node.lineno) + 1))


_files: dict[str, _File] = {}


def _read(fn: FunctionType) -> _File:
    """The parsed file of `fn`; parsed again only when its lines have changed."""
    code = fn.__code__
    filename = code.co_filename
    linecache.checkcache(filename)
    lines = linecache.getlines(filename, fn.__globals__)
    if not lines:
        raise SourceUnavailableError(
            f"the source of `{code.co_name}` is not available: `{filename}` is not a file that can be read",
            hint=_WRITE_IT_IN_A_FILE,
        )
    file = _files.get(filename)
    if file is None or file.lines != lines:
        try:
            tree = ast.parse("".join(lines), filename)
        except (SyntaxError, ValueError):
            raise _stale(code) from None
        file = _files[filename] = _File(filename, list(lines), tree)
    return file


def _stale(code: CodeType) -> SourceUnavailableError:
    return SourceUnavailableError(
        f"the source of `{code.co_name}` at {code.co_filename}:{code.co_firstlineno} is not that of the running code: "
        "the file changed after it was imported, or an import hook rewrote it",
        hint="reload the module or restart Python",
    )


def _outside(code: CodeType, lines: frozenset[int]) -> list[tuple[str, Any]]:
    """The instructions of `code` that stand outside `lines`, without jumps.

    pytest rewrites the ``assert`` statements of test files; all other instructions must still be those of the file.
    """
    jumps = {*dis.hasjrel, *dis.hasjabs}
    return [
        (step.opname, _outside(step.argval, lines) if isinstance(step.argval, CodeType) else step.argval)
        for step in dis.get_instructions(code)
        if step.positions and step.positions.lineno not in lines
        if step.opcode not in jumps and step.opname not in ("NOP", "EXTENDED_ARG")
    ]


# --- the definition ---------------------------------------------------------------------------------------------------


def _find(file: _File, code: CodeType) -> _Definition | ast.Lambda | None:
    if code.co_name != "<lambda>":
        return file.definitions.get((code.co_firstlineno, code.co_name))
    candidates = file.lambdas.get(code.co_firstlineno, [])
    if len(candidates) <= 1:
        return candidates[0] if candidates else None
    extent = _extent(code)
    if extent is None:
        return _only_constant_lambda(candidates, code)
    around = [node for node in candidates if _body_start(node) <= extent[0] and extent[1] <= _body_end(node)]
    # Of nested ones the innermost: an outer one runs at least one instruction that spans more than the inner body.
    return max(around, key=_body_start, default=None)


def _extent(code: CodeType) -> tuple[_Position, _Position] | None:
    """From where to where the instructions of `code` reach in the file; None if they carry no columns."""
    places = [
        ((line, column), (end_line, end_column))
        for line, end_line, column, end_column in code.co_positions()
        if line and end_line and column is not None and end_column
    ]
    if not places:
        return None
    return min(start for start, _ in places), max(end for _, end in places)


def _body_start(node: ast.Lambda) -> _Position:
    return node.body.lineno, node.body.col_offset


def _body_end(node: ast.Lambda) -> _Position:
    return node.body.end_lineno or 0, node.body.end_col_offset or 0


def _only_constant_lambda(candidates: list[ast.Lambda], code: CodeType) -> ast.Lambda:
    """The lambda that compiles to `code`, which is so simple that its instructions carry no columns.

    Compiled out of its surroundings only a lambda without captured variables comes out the same. Of several that do,
    each is as good as the other.
    """
    alike = [node for node in candidates if _compiled_alone(node, code) == code]
    if not alike:
        raise SourceUnavailableError(
            f"several lambdas begin on line {code.co_firstlineno} of {code.co_filename}, and it cannot be told which "
            "one this is",
            hint="write them on lines of their own, or with `def`",
        )
    return alike[0]


def _compiled_alone(node: ast.Lambda, code: CodeType) -> CodeType:
    alone = compile(ast.Expression(node), code.co_filename, "eval", code.co_flags & _FUTURE_FLAGS, dont_inherit=True)
    return [constant for constant in alone.co_consts if isinstance(constant, CodeType)][-1]  # after its defaults


def _mangled(tree: Any, class_name: str | None) -> Any:
    """`tree`, which stands in a class, with its ``__private`` names spelled as Python spells them there."""
    pending = [(tree, (class_name or "").lstrip("_"))]
    while pending:
        node, prefix = pending.pop()
        for field in ("id", "attr", "name"):
            name = getattr(node, field, None)
            if prefix and isinstance(name, str) and name.startswith("__") and not name.endswith("__"):
                setattr(node, field, f"_{prefix}{name}")
        inside = node.name.lstrip("_") if isinstance(node, gast.ClassDef) else prefix
        body = node.body if isinstance(node, gast.ClassDef) else ()
        pending += [(child, inside if child in body else prefix) for child in ast.iter_child_nodes(node)]
    return tree


# --- free names -------------------------------------------------------------------------------------------------------

Scope = Literal["closure", "global", "builtin"]


@dataclass(frozen=True)
class LiveNames:
    """The variables that a function reads from outside itself, as they are at the moment of looking."""

    closure: Mapping[str, CellType]
    globals: Mapping[str, Any]
    builtins: Mapping[str, Any]

    def lookup(self, name: str) -> tuple[Scope, Any]:
        """Where Python would find `name`, and its value now. Raises KeyError if it is undefined."""
        if name in self.closure:
            try:
                return "closure", self.closure[name].cell_contents
            except ValueError:  # captured, but not assigned yet
                raise KeyError(name) from None
        if name in self.globals:
            return "global", self.globals[name]
        return "builtin", self.builtins[name]


def live_names(fn: FunctionType) -> LiveNames:
    """The free and global variables of `fn`."""
    closure = dict(zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True))
    return LiveNames(closure, fn.__globals__, getattr(fn, "__builtins__", vars(builtins)))


def outside_value(source: FunctionSource, node: ast.AST) -> Any:
    """What an expression in a function is, if it is a name from outside, or something in a module; else None."""
    match node:
        case gast.Name(id=name):
            stored = (n for n in ast.walk(source.node) if isinstance(n, gast.Name) and not isinstance(n.ctx, gast.Load))
            defined = (n for n in ast.walk(source.node) if isinstance(n, (gast.FunctionDef, gast.ClassDef)))
            if name in {n.id for n in stored} | {n.name for n in defined}:
                return None
            try:
                return live_names(source.fn).lookup(name)[1]
            except KeyError:
                return None
        case gast.Attribute(value=value, attr=name):
            module = outside_value(source, value)
            return getattr(module, name, None) if isinstance(module, ModuleType) else None
    return None


# --- deep trees -------------------------------------------------------------------------------------------------------

_recursion_lock = threading.Lock()
_recursion_users = 0
_limit_outside = 0


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Let trees as deep as a sum of hundreds of terms be walked recursively inside the block.

    May be nested, and entered by several threads: the limit of the first is restored when the last one leaves.
    """
    global _recursion_users, _limit_outside
    with _recursion_lock:
        if _recursion_users == 0:
            _limit_outside = sys.getrecursionlimit()
            sys.setrecursionlimit(max(_limit_outside, _RECURSION_LIMIT))
        _recursion_users += 1
    try:
        yield
    finally:
        with _recursion_lock:
            _recursion_users -= 1
            if _recursion_users == 0:
                sys.setrecursionlimit(_limit_outside)
