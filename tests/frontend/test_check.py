"""What is supported passes; what is not is refused with the place and a hint, all places at once."""

from __future__ import annotations

import itertools
import sys
import textwrap
from typing import Any

import gast
import pytest

from s2s_ad.codegen.linecache_store import register
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.frontend.check import BUILTIN_HINTS, REFUSED, SUPPORTED, check_syntax
from s2s_ad.frontend.source import FunctionSource, find_source

_numbers = itertools.count()


def source_of(
    body: str, header: str = "def f(x, y=1, *args, obj=None, **kwargs):", names: dict[str, Any] | None = None
) -> FunctionSource:
    """The source of a function with this body."""
    text = f"{header}\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"
    filename = f"<check {next(_numbers)}>"
    register(filename, text)
    scope = dict(names or {})
    exec(compile(text, filename, "exec"), scope)
    return find_source(scope["f"])


def refused(source: FunctionSource) -> list[str]:
    """The source text of each refused place, its first line."""
    with pytest.raises(UnsupportedSyntaxError) as caught:
        check_syntax(source)
    assert all(problem.hint and problem.span for problem in caught.value.problems)
    spans = [problem.span for problem in caught.value.problems if problem.span]
    return [span.text[slice(*span.characters)] for span in spans]


SUPPORTED_BODIES = """
z = +x - -x * ~y @ x / 2 // 3 % 4 ** 5 << 1 >> 2 & 3 | 4 ^ 5
---
return x < y <= 3 != 4 and not x or x is None and y not in (1, 2)
---
if (n := len(x)) > 1:
    return n if n else -n
elif x:
    pass
else:
    return
---
while (n := x - 1) > 0:
    x = n
    if x: continue
    else: break
else:
    x = 2
---
for i, (a, *b) in enumerate(x):
    a, *b = [*b, a]
else:
    x[i], kwargs["k"], (p, [q]) = 1, 2, (3, [4])
---
'''Has a docstring.'''
s = f"{x!r:>{y}}" + "s" + b"b".decode() + str(1.5j) + str(...)
---
d = {"a": 1, **kwargs}; t = {1, *x}; l = [1, *x]; u = (1, *x); e = ()
---
x += 1; x[0] *= 2; x[1:, ..., None] = x[::2, y]; obj.a += 1
---
obj.a = x; z, (obj.a, *obj.b) = x; obj.a: int = 3; setattr(obj, "a", x)
for obj.a in x: pass
return [q for obj.a in x]
---
return super().f(x).y + super(x, y).z
---
z: int = 3; w: (q for q in x)
---
return foo(x, *args, k=y, **kwargs).bar.baz[0](lambda a, *b, c=1: a + c)
---
def g(a, /, b: int = 1, *c, d, **e) -> float:
    def h(): return a
    return h
return g
---
assert x, "message"
if y: raise ValueError
if x: raise ValueError("x") from None
---
del x
del y, (args, kwargs)
---
return [a for a in x if a], {a for a in x for b in a}, {a: b for a, b in x}
---
return sum(a for a in x), np.sum(a for a in x if a), ", ".join(a for a in x), sorted((a for a in x))
---
return __debug__, abs(x), getattr(x, "y"), np.eval(x), obj.super()
---
return [(lambda q: [w for w in q]) for q in x][0]
---
yield x
yield from x
yield
---
g = (a for a in x)
return max((a for a in x), default=0), f(*(a for a in x)), sum((b for b in a) for a in x)
---
@deco
def g(): pass
---
match x:
    case 1 | None | -1.5 | "a": pass
    case [a, _, *rest] if a: pass
    case {"k": v, **r}: pass
    case foo.Bar(1, z=w) as whole: pass
    case other: return other
---
try:
    x = 1
except (A, B) as e:
    raise
except C:
    while x:
        raise
finally:
    for y in x: break
    def g(): return 1
---
with open(x) as y, x: return 1
---
import os.path, math as m
from . import sibling
from math import sin as s, cos
---
global G
def g():
    nonlocal x
    global K
    return x + K
return G
""".split("---")


@pytest.mark.parametrize("body", SUPPORTED_BODIES)
def test_supported(body: str) -> None:
    """Nothing to complain of."""
    check_syntax(source_of(body))


@pytest.mark.parametrize(
    "statement",
    [
        "try: pass\nexcept* E: pass",
        "raise",
    ],
)
def test_refused_statement(statement: str) -> None:
    """The place is the statement, also inside others."""
    first = statement.splitlines()[0]
    assert refused(source_of(statement)) == [first]
    nested = f"def g():\n    while x:\n{textwrap.indent(statement, ' ' * 8)}"
    assert refused(source_of(nested)) == [first]


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ("z = yield", ["yield"]),
        ("z = yield from x", ["yield from x"]),
        ("g = lambda: (yield)", ["yield"]),
        ("del x[0], obj.a", ["obj.a"]),
        ("g = (b := a for a in x)", ["(b := a for a in x)"]),
        ("@eval('x')\ndef g(): pass", ["eval('x')"]),
        ("def g():\n    nonlocal x\n    x = 1\nif (x := 2): pass", ["x := 2"]),
        ("def g():\n    nonlocal x\n    x = 1\ndel x", ["x"]),
        ("global K, G\nif x: G += 1", ["global K, G"]),
        ("global os\nimport os.path", ["global os"]),
        ("global G\nmatch x:\n    case [1, *G]: pass", ["global G"]),
        ("def g():\n    global G\n    del G", ["global G"]),
        ("async def g():\n    await x", ["async def g():"]),
        ("try: pass\nexcept E: pass\nelse: raise", ["raise"]),
        ("try: pass\nexcept E:\n    def g(): raise", ["raise"]),
        ("try: pass\nfinally:\n    if x: return 1", ["return 1"]),
        ("while x:\n    try: pass\n    finally:\n        for y in x: break\n        else: continue", ["continue"]),
        ("class A:\n    global G\n    G = 1", ["global G"]),
        ("class A(m=1):\n    if x: y = 1\n    z = [y for y in x]", ["m=1", "if x: y = 1", "[y for y in x]"]),
    ],
)
def test_refused_forms(body: str, places: list[str]) -> None:
    """Each refused part, at its own place, and nothing else."""
    assert refused(source_of(body)) == places


def test_coroutine_function_is_refused_as_a_whole() -> None:
    """One line for it, not one for each await."""
    body = "async for a in x: pass\nasync with x: pass\nreturn await y, [a async for a in x]"
    assert refused(source_of(body, "async def f(x, y):")) == ["async def f(x, y):"]


@pytest.mark.parametrize("name", BUILTIN_HINTS)
def test_refused_builtins(name: str) -> None:
    """By name, if the name means the builtin."""
    call = f"{name}(x)"
    assert refused(source_of(f"return 1 + {call}")) == [call]
    check_syntax(source_of(f"return {call}", names={name: abs}))
    check_syntax(source_of(f"{name} = abs\nreturn {call}"))
    check_syntax(source_of(f"return {call}", f"def f({name}, x):"))


def test_all_places_in_order_with_specific_hints() -> None:
    """The error reads from top to bottom."""
    source = source_of("class A(m=x): pass\nx = 1\nglobal g\nobj.a = eval('x'); g = 1\ndel obj.a")
    with pytest.raises(UnsupportedSyntaxError) as caught:
        check_syntax(source)
    hints = [problem.hint for problem in caught.value.problems]
    assert hints == [
        "define the class outside of the function",
        "take the value as an argument, and return the new one",
        "write the code itself",
        "build a new object without it",
    ]
    assert caught.value.lineno == 2
    assert f"{source.filename}:6:9: in f: `del` of an attribute" in str(caught.value)


def test_decorators_and_defaults_of_the_function_itself_are_not_its_code() -> None:
    """They have run already."""
    header = "@(lambda f: f)\ndef f(x: (q for q in ()), y=eval('1'), *, z=globals()):"
    check_syntax(source_of("return x", header))


def test_lambda() -> None:
    """The body of a lambda is checked."""
    register("<check lambda>", "f = lambda x: (yield)\n")
    scope: dict[str, Any] = {}
    exec(compile("f = lambda x: (yield)\n", "<check lambda>", "exec"), scope)
    assert refused(find_source(scope["f"])) == ["yield"]


def test_deep_tree() -> None:
    """Depth is no problem: the recursion limit is never near."""
    source = source_of(f"return {' + '.join(['x'] * 2000)} + eval('x')")
    assert refused(source) == ["eval('x')"]


def test_every_kind_of_node_is_decided() -> None:
    """Each statement and expression of gast is either supported or refused with a hint of its own."""
    other_versions = {getattr(gast, name, None) for name in ("Print", "Exec", "Repr", "TemplateStr", "Interpolation")}
    kinds = {
        kind
        for kind in vars(gast).values()
        if isinstance(kind, type) and kind.__module__ == "gast.gast" and issubclass(kind, (gast.stmt, gast.expr))
    }
    assert kinds - other_versions == SUPPORTED | set(REFUSED)
    assert not SUPPORTED & set(REFUSED)


def test_unknown_node_is_refused() -> None:
    """A construct of a later Python is not let through."""
    source = source_of("return x")
    source.node.body[0].value = gast.Repr(value=None, lineno=2, col_offset=4, end_lineno=2, end_col_offset=5)
    with pytest.raises(UnsupportedSyntaxError, match="`Repr` is not supported"):
        check_syntax(source)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the statement is new in Python 3.12")
def test_type_statement_is_refused() -> None:
    """The `type` statement."""
    assert refused(source_of("type A = int")) == ["type A = int"]
