"""A function leads to exactly its own definition in its file, or to an error that says why not."""

from __future__ import annotations
import __future__

import ast
import functools
import importlib.util
import linecache
import sys
import textwrap
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import gast
import pytest

from s2s_ad.codegen.linecache_store import register
from s2s_ad.errors import SourceUnavailableError
from s2s_ad.frontend.source import deep_recursion, find_source, live_names

Load = Callable[..., ModuleType]


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """A function that writes a module to disk and imports it."""

    def load_module(text: str | bytes, name: str = "sample") -> ModuleType:
        path = tmp_path / f"{name}.py"
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    yield load_module
    linecache.clearcache()


def returned(fn: Callable[..., Any]) -> str:
    """The expression that `fn` returns, as text of a tree."""
    node = find_source(fn).node
    return str(gast.dump(node.body if isinstance(node, gast.Lambda) else node.body[-1].value))


def expression(text: str) -> str:
    """The tree of an expression, as text."""
    return str(gast.dump(gast.parse(text, mode="eval").body))


def plain(x: float) -> float:
    """Has a comment below."""
    # A comment in the body.
    return x * 17


def asserting(x: float, scale: float) -> float:
    """Test files have their assert statements rewritten, which must not count as a change."""
    assert x > 0, f"{x} is too small"
    for _ in range(3):
        assert x == x
        scale = scale * x
    inner: list[Callable[[float], float]] = [lambda y: y + scale, lambda y: y - scale]
    while x < 0:
        assert scale
    return inner[0](x)


def test_def_is_found_with_its_true_place() -> None:
    """Line and column are those of the file."""
    source = find_source(plain)
    assert source.name == "plain" and source.filename == plain.__code__.co_filename
    assert source.node.lineno == plain.__code__.co_firstlineno
    span = source.span(source.node.body[-1].value)
    assert span.text[span.column : span.end_column] == "x * 17"
    assert span.function == "plain"


def test_each_call_gives_a_fresh_tree() -> None:
    """A caller may change its tree."""
    assert find_source(plain).node is not find_source(plain).node


def test_function_with_rewritten_asserts_is_current() -> None:
    """A function of this very file, whose asserts pytest has rewritten, is found."""
    assert "@pytest_ar" in asserting.__code__.co_names
    assert find_source(asserting).name == "asserting"


def test_nested_function_method_and_decorated_function(load: Load) -> None:
    """A def is found by its first decorator's line and its own name, wherever it stands."""
    module = load("""
        import functools
        def keep(*args):
            return lambda f: f
        def outer():
            def inner(x):
                return x + 1
            return inner
        class Model:
            def loss(self, x):
                return x + 2
            @staticmethod
            @keep(
                1, lambda f: f)
            def fixed(x):
                return x + 3
        def wrap(f):
            @functools.wraps(f)
            def wrapper(x):
                return x + 4
            return wrapper
        @wrap
        def wrapped(x):
            return x + 5
        """)
    assert returned(module.outer()) == expression("x + 1")
    assert returned(module.Model.loss) == expression("x + 2")
    assert returned(module.Model.fixed) == expression("x + 3")
    assert returned(module.wrapped) == expression("x + 4")
    assert returned(module.wrapped.__wrapped__) == expression("x + 5")


def test_redefined_function_is_the_later_one(load: Load) -> None:
    """Two functions of one name are told apart by their lines."""
    module = load("""
        def f(x):
            return x + 1
        first = f
        def f(x):
            return x + 2
        """)
    assert returned(module.first) == expression("x + 1")
    assert returned(module.f) == expression("x + 2")


LAMBDAS = """
fs = [lambda x: x + 1, lambda x: x + 2, (lambda x: (x + 3)), lambda x: 1, lambda x: 2, lambda *a, k=0: None]
outer = lambda x: lambda y: x * y; inner = outer(2)
default = lambda x, g=(lambda z: z + 5): (x and g) or -x
multi = [lambda x: (
    x + 6), lambda x: f"{x}é" + (
    "ü")]
comp = [lambda x, i=i: (x, i) for i in range(2)] + [lambda x: [(lambda q: q + v) for v in (1,)]]
deco = []
@(lambda f: deco.append(f) or f)
@lambda f: (f, deco)[0]
def decorated(x, *, g=lambda x: x + 7, h=lambda x: x + 8): return x
unpacked = (lambda x: x if x > 0 else -x), (lambda x: x if x < 0 else -x)
"""


def test_lambdas_of_one_line_are_told_apart(load: Load) -> None:
    """The bytecode's columns lead to the right lambda."""
    module = load(LAMBDAS)
    assert [returned(f) for f in module.fs] == [expression(t) for t in ("x + 1", "x + 2", "x + 3", "1", "2", "None")]
    assert returned(module.unpacked[0]) == expression("x if x > 0 else -x")
    assert returned(module.unpacked[1]) == expression("x if x < 0 else -x")


def test_nested_lambdas_are_told_apart(load: Load) -> None:
    """A lambda within a lambda, in a default argument, a comprehension, a decorator, over several lines."""
    module = load(LAMBDAS)
    assert returned(module.outer) == expression("lambda y: x * y")
    assert returned(module.inner) == expression("x * y")
    assert returned(module.default) == expression("(x and g) or -x")
    assert returned(module.default.__defaults__[0]) == expression("z + 5")
    assert returned(module.multi[0]) == expression("x + 6")
    assert returned(module.multi[1]) == expression('f"{x}é" + "ü"')
    assert returned(module.comp[0]) == expression("(x, i)")
    assert returned(module.comp[2]) == expression("[(lambda q: q + v) for v in (1,)]")
    assert returned(module.comp[2](0)[0]) == expression("q + v")
    assert returned(module.decorated.__kwdefaults__["g"]) == expression("x + 7")
    assert returned(module.decorated.__kwdefaults__["h"]) == expression("x + 8")
    assert returned(module.decorated) == expression("x")


@pytest.mark.parametrize(
    "text",
    [
        b"def f(x):\n    y = x\n# column 0\n    return y + 1\n",
        b"def f(x):\n\ty = x\n\treturn y + 1\n",
        b"\x0c\ndef g(): pass\n\x0c\ndef f(x):\n    y = x\n\x0c\n    return y + 1\n",
        b"\xef\xbb\xbfdef f(x):\n    return y + 1\n",
        b"# -*- coding: latin-1 -*-\ne = '\xe9'\ndef f(x):\n    return y + 1\n",
        b"def f(x):\r\n    y = x\r\n    return y + 1\r\n",
        b"from __future__ import annotations\ndef f(x: Nowhere):\n    return y + 1",
        b"def f(x): '''a\n  doc'''; return y + 1",
    ],
    ids=["comment", "tabs", "formfeed", "bom", "latin-1", "crlf", "future", "one-liner"],
)
def test_odd_file_layouts(load: Load, text: bytes) -> None:
    """Layout that defeats a dedent of the text does no harm."""
    assert returned(load(text).f) == expression("y + 1")


def test_doubtful_syntax_gives_no_second_warning(load: Load) -> None:
    """Where warnings are errors, a file that Python has warned about is still read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = load(b'def f(x):\n    "\\d"\n    return x + 1\n')
        warnings.simplefilter("error")
        assert returned(module.f) == expression("x + 1")


def test_function_known_to_linecache_alone() -> None:
    """Notebook cells and generated code stand in linecache and in no file."""
    text = "def f(x):\n    return x + 1\n"
    register("<cell 3>", text)
    scope: dict[str, Any] = {}
    exec(compile(text, "<cell 3>", "exec"), scope)
    assert returned(scope["f"]) == expression("x + 1")


def test_future_import_of_an_earlier_cell() -> None:
    """A cell is compiled under the __future__ imports of the cells before it."""
    text = "def f(x: float) -> float:\n    def g(y: int): return y\n    return g(x)\n"
    register("<cell 4>", text)
    scope: dict[str, Any] = {}
    exec(compile(text, "<cell 4>", "exec", __future__.annotations.compiler_flag), scope)
    assert returned(scope["f"]) == expression("g(x)")


def test_private_names_are_spelled_as_python_spells_them(load: Load) -> None:
    """Names with two leading underscores in a class, but not keywords of calls and not dunders."""
    module = load("""
        class _Model:
            def loss(self, x):
                return self.__w * __debug__ + h(__k=x) + self.__len__()
            scale = [(lambda self: self.__w)]
        """)
    model = module._Model
    assert returned(model.loss) == expression("self._Model__w * __debug__ + h(__k=x) + self.__len__()")
    assert returned(model.scale[0]) == expression("self._Model__w")


@pytest.mark.parametrize("fn", [len, functools.partial(len), int])
def test_what_is_not_written_in_python(fn: Any) -> None:
    """The way out is a rule."""
    with pytest.raises(SourceUnavailableError, match="def_rrule"):
        find_source(fn)


def test_source_that_was_never_in_a_file() -> None:
    """Code given to exec as text."""
    scope: dict[str, Any] = {}
    exec("def f(x): return x", scope)
    with pytest.raises(SourceUnavailableError, match="put the function into a file"):
        find_source(scope["f"])


@pytest.mark.parametrize(
    "edited",
    [
        "def f(x):\n    return x - 1\n",
        "\ndef f(x):\n    return x + 1\n",
        "def f(y):\n    return y + 1\n",
        "def f(x):\n    return x + 1.0\n",
        "def f(x: return\n",
        "",
    ],
)
def test_file_that_changed_after_import(load: Load, edited: str) -> None:
    """Never the tree of other code than what runs."""
    module = load("def f(x):\n    return x + 1\n")
    assert module.__file__ is not None
    find_source(module.f)
    Path(module.__file__).write_text(edited + "#" * 40)
    with pytest.raises(SourceUnavailableError, match="changed after it was imported"):
        find_source(module.f)


def test_lambdas_that_changed_places(load: Load) -> None:
    """Two lambdas of one line exchanged in the file are noticed although both still exist."""
    module = load("fs = [lambda x: x + 1, lambda x: x + 2]\n")
    assert module.__file__ is not None
    Path(module.__file__).write_text("fs = [lambda x: x + 2, lambda x: x + 1]  # exchanged\n")
    with pytest.raises(SourceUnavailableError, match="changed"):
        find_source(module.fs[0])


def test_change_elsewhere_in_the_file_is_harmless(load: Load) -> None:
    """Only the function itself must be unchanged."""
    module = load("def f(x):\n    return x + 1\ndef g(x):\n    return x\n")
    assert module.__file__ is not None
    Path(module.__file__).write_text("def f(x):\n    return x + 1\ndef g(x):\n    return x + 1000\n")
    assert returned(module.f) == expression("x + 1")


def test_long_sum_and_long_function(load: Load) -> None:
    """Four hundred terms, two thousand lines."""
    terms = " + ".join(["a"] * 400)
    lines = "".join(f"    a = a + {i}\n" for i in range(2000))
    module = load(f"def f(a):\n    return {terms}\n\ndef g(a):\n{lines}    return a\n")
    node = find_source(module.f).node.body[0].value
    count = 1
    while isinstance(node, gast.BinOp):
        node, count = node.left, count + 1
    assert count == 400
    assert len(find_source(module.g).node.body) == 2001


def test_deep_recursion_nests_and_restores() -> None:
    """The limit is back when the outermost block ends, also after an error."""
    before = sys.getrecursionlimit()
    with pytest.raises(ZeroDivisionError), deep_recursion():
        with deep_recursion():
            pass
        assert sys.getrecursionlimit() > before
        _ = 1 / 0
    assert sys.getrecursionlimit() == before


def test_deep_recursion_of_two_threads() -> None:
    """A thread that leaves first does not lower the limit under the other."""
    before = sys.getrecursionlimit()
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with deep_recursion():
            entered.set()
            leave.wait()

    thread = threading.Thread(target=other)
    with deep_recursion():
        thread.start()
        entered.wait()
    high = sys.getrecursionlimit()
    leave.set()
    thread.join()
    assert high > before and sys.getrecursionlimit() == before


def test_live_names_resolve_as_python_does(load: Load) -> None:
    """Closure before globals before builtins, with today's values."""
    module = load("""
        abs = 5
        def outer(w):
            def f(x):
                return w, late, abs, len, missing
            if w:
                late = 1
            return f
        """)
    names = live_names(module.outer(0))
    assert names.lookup("w") == ("closure", 0)
    assert names.lookup("abs") == ("global", 5)
    assert names.lookup("len") == ("builtin", len)
    vars(module)["abs"] = 6
    assert names.lookup("abs") == ("global", 6)
    for undefined in ("late", "missing"):
        with pytest.raises(KeyError):
            names.lookup(undefined)
    assert live_names(module.outer(1)).lookup("late") == ("closure", 1)


def test_nodes_are_gast() -> None:
    """Parameters are names in gast, whatever the Python version."""
    node = find_source(plain).node
    assert isinstance(node, gast.FunctionDef) and isinstance(node.args.args[0], gast.Name)
    assert not isinstance(node, ast.FunctionDef)
