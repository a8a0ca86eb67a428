"""A module imports only from the layers before its own, no imports run in a circle, and none hide in functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).parent.parent / "s2s_ad"

LAYERS = (
    "errors",
    "objects",
    "runtime",
    "ir",
    "frontend",
    "rules",
    "analysis",
    "transforms",
    "codegen",
    "compiler",
    "dispatch",
    "operators",
    "inspection",
    "__init__",
    "testing",
    "cli",
)


class Import(NamedTuple):
    """Something that a module imports from the package."""

    name: str
    line: int
    in_function: bool


def module_name(path: Path) -> str:
    """`s2s_ad.ir.nodes` for its file; a package is called as it is imported."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def layer(module: str) -> str:
    """What stands after `s2s_ad.`; the root itself is a layer too, as it gathers the public interface."""
    return [*module.split("."), "__init__"][1]


def imports(tree: ast.AST, names: frozenset[str], *, in_function: bool = False) -> Iterator[Import]:
    """What of the package's modules, whose names are given, a syntax tree imports; not for the type checker only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        inside = in_function or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: write imports in full"
            for alias in node.names:
                # `from package import name` gets a module if there is one of this name.
                module = f"{node.module}.{alias.name}"
                yield Import(module if module in names else str(node.module), node.lineno, inside)
        elif isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, inside) for alias in node.names)
        else:
            yield from imports(node, names, in_function=inside)


def own_imports(module: str) -> list[Import]:
    """What a module imports from this package."""
    names = frozenset(FILES)
    return [i for i in imports(ast.parse(FILES[module].read_text()), names) if i.name.partition(".")[0] == "s2s_ad"]


def circle(edges: dict[str, list[str]]) -> list[str] | None:
    """The nodes along some circle of a graph."""
    done: set[str] = set()

    def walk(node: str, path: list[str]) -> list[str] | None:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return None
        found = next(filter(None, (walk(after, [*path, node]) for after in edges.get(node, ()))), None)
        done.add(node)
        return found

    return next(filter(None, (walk(node, []) for node in edges)), None)


each_module = pytest.mark.parametrize("module", FILES)


@each_module
def test_a_module_belongs_to_a_layer(module: str) -> None:
    """New ones have to be put into the list above."""
    assert layer(module) in LAYERS


@each_module
def test_a_module_imports_from_layers_before_its_own(module: str) -> None:
    """Or from its own."""
    rank = LAYERS.index(layer(module))
    later = [f"line {i.line}: {i.name}" for i in own_imports(module) if LAYERS.index(layer(i.name)) > rank]
    assert not later


@each_module
def test_imports_stand_at_the_top(module: str) -> None:
    """Not within functions, where they would hide a circle."""
    assert not [f"line {i.line}: {i.name}" for i in own_imports(module) if i.in_function]


@each_module
def test_what_is_imported_exists(module: str) -> None:
    """Every import from this package names one of its modules."""
    assert {i.name for i in own_imports(module)} <= set(FILES)


def test_no_imports_run_in_a_circle() -> None:
    """Not within a layer either."""
    assert circle({module: [i.name for i in own_imports(module)] for module in FILES}) is None


@pytest.mark.parametrize("module", [module for module in FILES if layer(module) == "rules"])
def test_rules_know_nothing_of_the_compiler(module: str) -> None:
    """They are ordinary Python, and import from this package no more than the registry and the run-time helpers."""
    assert {layer(i.name) for i in own_imports(module)} <= {"errors", "runtime", "rules"}


# --- the test itself --------------------------------------------------------------------------------------------------

SAMPLE = """
import numpy as np
import s2s_ad.errors
from typing import TYPE_CHECKING
from s2s_ad.ir import nodes, Thing
from s2s_ad import runtime
if TYPE_CHECKING:
    from s2s_ad.cli import main
class C:
    def method(self):
        if self:
            from s2s_ad.compiler import find
"""


def test_all_forms_of_imports_are_seen() -> None:
    """Modules, modules as names, names of modules, and those within functions; not those for the type checker."""
    names = frozenset({"s2s_ad.ir.nodes", "s2s_ad.runtime"})
    found = [i for i in imports(ast.parse(SAMPLE), names) if i.name.startswith("s2s_ad")]
    assert [(i.name, i.in_function) for i in found] == [
        ("s2s_ad.errors", False),
        ("s2s_ad.ir.nodes", False),
        ("s2s_ad.ir", False),
        ("s2s_ad.runtime", False),
        ("s2s_ad.compiler", True),
    ]


def test_circles_are_found() -> None:
    """Wherever they begin; shared nodes are none."""
    assert circle({"a": ["b"], "b": ["c"], "c": ["d", "b"], "d": []}) == ["b", "c", "b"]
    assert circle({"a": ["a"]}) == ["a", "a"]
    assert circle({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) is None
