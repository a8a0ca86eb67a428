"""Printed text reads back as the same tree, and looks as a careful person would write it."""

from __future__ import annotations

import ast
import glob
import inspect
import linecache
import os
import traceback
from typing import Any

import gast
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from s2s_ad.codegen.layout import WIDTH
from s2s_ad.codegen.linecache_store import register
from s2s_ad.codegen.printer import Printer, to_source
from s2s_ad.frontend.source import deep_recursion

# --- text that must come back as it is --------------------------------------------------------------------------------

EXPRESSIONS = r"""
a - (b - c) - (d - e) - f
a - b - c + -d - -1
(-x) ** 2 + -x ** 2 + 2 ** -x ** y + (2 ** 3) ** 4 + (-1) ** n
a * (b + c) @ d // (e % f) << 1 | (g & ~h ^ i)
not a == b and (not c or d) and not (e and f)
(not a) == b
a < b <= (c < d) != (e in f) is not None
(a if b else c) if d else e if f else (g if h else i)[0]
lambda: 0
lambda x, *y, z=1, **w: (x, y)
[lambda x: x, (lambda: 0)(), a if b else (lambda: c)]
(a, b) + (c,) + ()
x[1:, ..., None] + x[::2, ::-1] + x[()] + x[i,] + x[a, b][(a + b) * 2] + x[:] + x[1:2, (3, 4)]
x[i].T.dot(y)(1)[2].real
(1).real + 1.5.real + (-1).real + (a + b).real + (lambda: 0).real
f(x for x in y)
f((x for x in y), 1)
f((x for x in y), key=1)
f(*a, *(b or c), k=lambda: 0, **d)
f(n := 3, *args) + [n := 1, 2][0]
{**a, 'b': 1, **(c or d), **f(e)}
{}
{1}
{1, *a}
[*a, *b]
[x for x, y in z if x if (y or z) for w in (lambda: v)()]
{x: y for x, y in (a if b else c)}
{x for (x,) in y}
(n := len(a)) > 3
1000000000000000000000000000000000000000000
1.0 + 1e+300 + 5e-324 + 2j + -2j ** 2
'it\'s "so"\n' + "it's" + b'\x00"' + 'é日\u200b\\'
f'{a}'
f'{a!r:>{w}.{p}} {{}} {b!s}'
f"{d['k']} it"
f'''{d["it's"]}'''
f"'{a}"
f'"{a}"'
f'\n\t\\{a}é\x00'
f'{ {1: 2}[1]} { {x for x in y}}'
f'{(lambda: 0)()} {(a, b)} {a if b else c} {(a := b)}'
f"{f'{a}'} {f(x)['k']:{'>'}}"
f''
float('inf') + -float('nan')
...
None is True
u'kind'
a.b.c
-(a + b)
-(-1) - -(a * b)
~-+a
""".strip().splitlines()


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expression_reads_back(text: str) -> None:
    """The tree is the same, from ast and from gast, and printing is stable."""
    tree = ast.parse(text, mode="eval")
    printed = to_source(tree)
    assert ast.dump(ast.parse(printed, mode="eval")) == ast.dump(tree)
    assert to_source(gast.ast_to_gast(tree)) == printed
    assert to_source(ast.parse(printed, mode="eval")) == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("((a)) - ((b) * c)", "a - b * c"),
        ("(a - b) - c", "a - b - c"),
        ("-(x ** 2)", "-x ** 2"),
        ("x[(1, 2)]", "x[1, 2]"),
        ("not (a == b)", "not a == b"),
        ("(a < b) and (c or (d and e))", "a < b and (c or d and e)"),
        ("a if b else (c if d else e)", "a if b else c if d else e"),
        ("f((x), y = (1))", "f(x, y=1)"),
        ("[(x) for (x, y) in (z)]", "[x for x, y in z]"),
        ("lambda x : (x)", "lambda x: x"),
        ("dict(**a)", "dict(**a)"),
        ("a**b", "a ** b"),
    ],
)
def test_no_redundant_parentheses(text: str, printed: str) -> None:
    """Only what precedence asks for."""
    assert to_source(ast.parse(text, mode="eval")) == printed


BLOCKS = [
    '''
"""Module."""
import numpy as np
from os import path as p, sep


def f(a, b=1, /, c: int = 2, *args: float, d, e=(1,), **kw) -> 'x':
    """Doc with "quotes" and \\\\.

    Second paragraph.
    """
    a, b = b, a
    c = (a, b)
    x[i], (y, *z) = c = a, b
    (w,) = x[1:, None]
    a += (1, 2)
    n: int = 3
    o: int
    (q): int = 1
    del a, (b, c), x[0]
    assert (a, b), 'm'
    assert (n := a) > 0
    return a, b


def g(*, a):
    def h():
        return (1,)

    def i():
        return

    return h


y = f(1)


class A(B, metaclass=C):
    """Doc."""

    def m(self):
        raise X(1) from Y

    @prop
    @deco(1, 2)
    def n(self):
        raise
''',
    """
if a:
    pass
elif (b := c):
    pass
elif d:

    def f():
        pass

else:
    if e:
        pass
    x = 1
while (n := n - 1) > 0 and n:
    break
else:
    continue
for (i,) in x:
    pass
for i, (a, *b) in zip(x, y):
    if a:
        if b:
            pass
        else:
            pass
else:
    pass
for i in (1, 2):
    for x[i] in y:
        pass
with a as b, c as (d, e):
    global g, h
    yield
    x = yield a
    yield from (b, c)
try:
    nonlocal_ = 1
except (A, B) as e:
    pass
except C:
    pass
else:
    pass
finally:
    print(*a)
async def f():
    async for x in y:
        await z
    async with a:
        return [x async for x in y]
""",
]


@pytest.mark.parametrize("text", BLOCKS)
def test_statements_read_back(text: str) -> None:
    """All statements, from ast and from gast."""
    tree = ast.parse(text)
    printed = to_source(tree)
    assert ast.dump(ast.parse(printed)) == ast.dump(tree)
    assert to_source(gast.ast_to_gast(tree)) == printed


def test_layout_of_statements() -> None:
    """The first block above is written as it should be printed."""
    assert to_source(ast.parse(BLOCKS[0])).splitlines() == BLOCKS[0].strip().splitlines()


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("if a:\n  x\nelse:\n  if b: y\n  else: z", "if a:\n    x\nelif b:\n    y\nelse:\n    z\n"),
        ("if (n := a): pass", "if n := a:\n    pass\n"),
        ("while (n := a): pass", "while n := a:\n    pass\n"),
        (
            "def f():\n  def g(): pass\n  def h(): pass",
            "def f():\n    def g():\n        pass\n\n    def h():\n        pass\n",
        ),
        ("def f(): pass\nx = 1", "def f():\n    pass\n\n\nx = 1\n"),
        ("if a:\n  def g(): pass\nx = 1", "if a:\n    def g():\n        pass\n\nx = 1\n"),
        ("def f(): '''d'''; return 1", 'def f():\n    """d"""\n    return 1\n'),
        ("(a, b) = (b, a)", "a, b = b, a\n"),
        ("a = b, c", "a = (b, c)\n"),
        ("for (a, b) in c: pass", "for a, b in c:\n    pass\n"),
    ],
)
def test_layout(text: str, printed: str) -> None:
    """Blank lines, elif, bare tuples."""
    assert to_source(ast.parse(text)) == printed


@pytest.mark.parametrize(
    "text",
    ['a"""b', 'ends with "', 'ends with ""', "back\\slash\\", '"', '""""', "tab\t\x00\x0c\r\n  indented  \n", ""],
)
def test_docstrings_read_back(text: str) -> None:
    """A docstring may hold anything."""
    tree = ast.parse(f"def f():\n    {text!r}")
    printed = to_source(tree)
    assert ast.dump(ast.parse(printed)) == ast.dump(tree)
    assert printed.splitlines()[1].startswith('    """')


@given(st.text())
def test_any_docstring_reads_back(text: str) -> None:
    """The same, for random text."""
    tree = ast.parse("'''d'''")
    tree.body[0].value.value = text  # type: ignore[attr-defined]
    assert ast.dump(ast.parse(to_source(tree))) == ast.dump(tree)


# --- nodes that no text parses to -------------------------------------------------------------------------------------


def constant(value: Any) -> Any:
    """A constant of gast."""
    return gast.Constant(value, None)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (-1, "(-1) ** x"),
        (-0.0, "(-0.0) ** x"),
        (-2j, "(-2j) ** x"),
        (1, "1 ** x"),
        (True, "True ** x"),
        (float("inf"), "float('inf') ** x"),
        (float("-inf"), "float('-inf') ** x"),
        (1 + 2j, "complex(1.0, 2.0) ** x"),
        (complex("infj"), "complex(0.0, float('inf')) ** x"),
        ((1, -2), "(1, -2) ** x"),
        ((1,), "(1,) ** x"),
        (np.float64(1.5), "1.5 ** x"),
        (np.float64("nan"), "float('nan') ** x"),
    ],
)
def test_computed_constants(value: Any, printed: str) -> None:
    """Negative, infinite and complex constants, and NumPy's subclasses of Python's numbers."""
    assert to_source(gast.BinOp(constant(value), gast.Pow(), gast.Name("x", gast.Load(), None, None))) == printed


@given(st.one_of(st.complex_numbers(), st.floats(), st.integers(), st.binary(), st.text()))
@example(complex(0.0, -0.0))
@example(complex(-0.0, -0.0))
@example(complex(-0.0, 2.0))
def test_constants_keep_their_value(value: Any) -> None:
    """Evaluated, the text is the value, to the sign of a zero."""
    assert repr(eval(to_source(constant(value)))) == repr(value)


def test_long_int() -> None:
    """Longer than Python converts to decimal digits."""
    assert eval(to_source(constant(10**5000))) == 10**5000


def test_constant_without_literal() -> None:
    """Never text that means something else."""
    with pytest.raises(TypeError, match="no literal"):
        to_source(constant(np.float32(1)))


def test_negative_constant_after_minus() -> None:
    """`x - -1`, not `x --1`."""
    name = gast.Name("x", gast.Load(), None, None)
    assert to_source(gast.BinOp(name, gast.Sub(), constant(-1))) == "x - -1"


def test_empty_body_and_empty_set() -> None:
    """They have no text of their own."""
    loop = gast.While(constant(True), [], [])
    assert to_source(loop) == "while True:\n    pass\n"
    assert to_source(gast.Set([])) == "{*()}"
    assert to_source(gast.Module([], [])) == ""


@pytest.mark.parametrize("inner", ["'\\n'", "'\\\\'", "\"it's\" + '\"' + 'b'", "'a\"' + \"it's\" + '\"\"\"' + \"'''\""])
def test_fstring_that_cannot_be_written_as_one(inner: str) -> None:
    """Where quotes or backslashes leave no choice before Python 3.12, the value is the same, by `str.format`."""
    value = ast.FormattedValue(ast.parse(inner, mode="eval").body, ord("r"), ast.JoinedStr([ast.Constant(">20")]))
    tree = ast.JoinedStr([ast.Constant("{it's} \n"), value])
    assert eval(to_source(tree)) == f"{{it's}} \n{eval(inner)!r:>20}"


# --- comments, origins, long lines ------------------------------------------------------------------------------------


def statements(text: str) -> list[Any]:
    """The statements of `text`, of gast."""
    return list(gast.parse(text).body)


def test_comments_stand_above_their_statement() -> None:
    """At its indentation; also above decorators and elif."""
    tree = statements("@d\ndef f():\n  x = 1\n  if a: pass\n  elif b: pass")
    tree[0].comment = "line 1: def f\n\nmore  "
    tree[0].body[0].comment = "line 2: x = 1"
    tree[0].body[1].orelse[0].comment = "line 4"
    assert to_source(tree) == (
        "# line 1: def f\n#\n# more\n@d\ndef f():\n    # line 2: x = 1\n    x = 1\n"
        "    if a:\n        pass\n    # line 4\n    elif b:\n        pass\n"
    )


def test_line_map_leads_to_the_users_lines() -> None:
    """Each physical line of a statement with an origin, its comments and `else` included."""
    names = [f"argument_number_{i}" for i in range(8)]
    call = f"x = f({', '.join(names)})"
    tree = statements(f"def f():\n  '''a\n  b'''\n  {call}\n  if a: y = 1\n  else: z = 2\n  return x")
    function = tree[0]
    function.body[0].origin = 2
    function.body[1].origin, function.body[1].comment = 10, "a long call"
    function.body[2].origin = 20
    function.body[2].orelse[0].origin = 23
    function.body[3].origin = 30
    printer = Printer(tree)
    assert [(line.strip()[:14], printer.line_map.get(number)) for number, line in enumerate(printer.lines, 1)] == [
        ("def f():", None),
        ('"""a', 2),
        ('b"""', 2),
        ("# a long call", 10),
        ("x = f(", 10),
        ("argument_numbe", 10),
        ("argument_numbe", 10),
        ("if a:", 20),
        ("y = 1", None),
        ("else:", 20),
        ("z = 2", 23),
        ("return x", 30),
    ]


LONG = [
    f"x = f({', '.join(['argument'] * 20)})",
    f"def f({', '.join(f'argument_{i}=1' for i in range(20))}):\n    return 1",
    f"return_value = {', '.join(f'a_long_name_{i}' for i in range(20))}",
    f"{', '.join(f'a_long_name_{i}' for i in range(20))} = residual",
    f"for {', '.join(f'a_long_name_{i}' for i in range(20))} in reversed(loop):\n    pass",
    f"x[{', '.join(f'a_long_name_{i}:' for i in range(20))}] = y",
    f"x = f(g(h({', '.join(f'a_{i}' for i in range(60))}), 1), {{{', '.join(f'k{i}: 1' for i in range(40))}}})",
    f"y = [a_long_name_of_something(i, j) for i, j in {'a' * 50} if {'b' * 50}]",
    f"y = f({', '.join(['a'] * 30)}) + g({', '.join(['b'] * 30)}) + h(c, d)[{', '.join(['0'] * 20)}]",
    f"if {' and '.join(f'function_{i}(a, b)' for i in range(10))}:\n    pass",
    f"assert f({', '.join(f'a_long_name_{i}' for i in range(20))}), 'message'",
]


@pytest.mark.parametrize("text", LONG)
def test_long_lines_are_broken_at_commas(text: str) -> None:
    """No line is too long, and the tree is the same."""
    tree = ast.parse(text)
    printed = to_source(tree)
    assert max(map(len, printed.splitlines())) <= WIDTH
    assert len(printed.splitlines()) > len(text.splitlines())
    assert ast.dump(ast.parse(printed)) == ast.dump(tree)


def test_form_of_broken_lines() -> None:
    """Hanging indent of four, of eight where a block follows."""
    names = [f"argument_number_{i}" for i in range(8)]
    call, definition = to_source(ast.parse(f"x = f({', '.join(names)})\ndef f({', '.join(names)}): pass")).split(
        "\n\n\n"
    )
    assert call.splitlines() == ["x = f(", f"    {', '.join(names[:6])},", f"    {', '.join(names[6:])})"]
    assert definition.splitlines()[:2] == ["def f(", f"        {', '.join(names[:5])},"]


def test_line_that_cannot_be_broken_stays() -> None:
    """A long string, a long sum without calls."""
    for text in (f"x = '{'a' * 200}'\n", f"x = {' + '.join(['name'] * 40)}\n"):
        assert to_source(ast.parse(text)) == text


# --- at large ---------------------------------------------------------------------------------------------------------


def test_long_sum_needs_no_recursion() -> None:
    """Left operands are followed in a loop."""
    text = " - ".join(["a"] * 2000)
    tree: Any = gast.Name("a", gast.Load(), None, None)
    for _ in range(1999):
        tree = gast.BinOp(tree, gast.Sub(), gast.Name("a", gast.Load(), None, None))
    assert to_source(tree) == text


names = st.sampled_from("abc").map(lambda name: ast.Name(name, ast.Load()))
constants = st.one_of(
    st.integers(0, 9), st.floats(0, 1e9), st.sampled_from(["s", "it's", '"', "{", b"b", 2j, None, True, ...])
).map(ast.Constant)
operators = st.sampled_from(ast.operator.__subclasses__()).map(lambda kind: kind())
unary_operators = st.sampled_from(ast.unaryop.__subclasses__()).map(lambda kind: kind())
comparisons = st.sampled_from(ast.cmpop.__subclasses__()).map(lambda kind: kind())
connectives = st.sampled_from([ast.And(), ast.Or()])
target = ast.Name("t", ast.Store())
targets = st.sampled_from(
    [target, *(kind([target] * length, ast.Store()) for kind in (ast.Tuple, ast.List) for length in (1, 2))]
)


def parameters(defaults: list[ast.expr]) -> ast.arguments:
    """`p, q=…` with as many defaults."""
    args = [ast.arg(name) for name in "pqr"[: len(defaults) + 1]]
    return ast.arguments([], args, None, [], [], None, defaults)


def larger(part: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Expressions made of `part`."""
    several = st.lists(part, min_size=1, max_size=3)
    elements = st.lists(part | part.map(lambda x: ast.Starred(x, ast.Load())), max_size=3)
    slices = st.builds(ast.Slice, st.none() | part, st.none() | part, st.none() | part)
    indices = part | slices | st.lists(part | slices, min_size=1, max_size=3).map(lambda x: ast.Tuple(x, ast.Load()))
    clauses = st.lists(
        st.builds(ast.comprehension, targets, part, st.lists(part, max_size=2), st.just(0)), min_size=1, max_size=2
    )
    keywords = st.lists(st.builds(ast.keyword, st.none() | st.just("k"), part), max_size=1)
    entries = st.lists(st.tuples(st.none() | part, part), max_size=3)
    return st.one_of(
        st.builds(ast.BinOp, part, operators, part),
        st.builds(ast.UnaryOp, unary_operators, part),
        st.builds(ast.BoolOp, connectives, st.lists(part, min_size=2, max_size=3)),
        st.tuples(part, st.lists(st.tuples(comparisons, part), min_size=1, max_size=2)).map(
            lambda x: ast.Compare(x[0], [op for op, _ in x[1]], [right for _, right in x[1]])
        ),
        st.builds(ast.IfExp, part, part, part),
        st.builds(ast.Lambda, st.lists(part, max_size=2).map(parameters), part),
        st.builds(ast.NamedExpr, st.just(target), part),
        st.builds(ast.Call, part, elements, keywords),
        st.builds(ast.Attribute, part, st.just("attr"), st.just(ast.Load())),
        st.builds(ast.Subscript, part, indices, st.just(ast.Load())),
        st.builds(ast.Tuple, elements, st.just(ast.Load())),
        st.builds(ast.List, elements, st.just(ast.Load())),
        st.builds(ast.Set, several),
        entries.map(lambda x: ast.Dict([key for key, _ in x], [value for _, value in x])),
        st.builds(ast.ListComp, part, clauses),
        st.builds(ast.SetComp, part, clauses),
        st.builds(ast.GeneratorExp, part, clauses),
        st.builds(ast.DictComp, part, part, clauses),
    )


expressions = st.recursive(names | constants, larger, max_leaves=20)


@settings(max_examples=400, deadline=None)
@given(expressions)
def test_any_expression_reads_back(tree: ast.expr) -> None:
    """Random trees, as an expression, returned and as a condition."""
    assert ast.dump(ast.parse(to_source(tree), mode="eval").body) == ast.dump(tree)
    for statement in (ast.Return(tree), ast.If(tree, [ast.Pass()], []), ast.Assign([target], tree), ast.Expr(tree)):
        module = ast.Module([ast.FunctionDef("f", parameters([]), [ast.Pass(), statement], [])], [])
        read = ast.parse(to_source(module))
        assert ast.dump(read.body[0].body[1]) == ast.dump(statement)  # type: ignore[attr-defined]


@settings(max_examples=200, deadline=None)
@given(expressions, expressions)
def test_any_formatted_string_has_its_value(first: ast.expr, second: ast.expr) -> None:
    """Random trees in the braces: an f-string reads back the same unless quotes or backslashes forbid one."""
    value = ast.FormattedValue(first, -1, ast.JoinedStr([ast.FormattedValue(second, ord("r"), None)]))
    tree = ast.JoinedStr([ast.Constant("it's {"), value])
    read = ast.parse(to_source(tree), mode="eval").body
    if isinstance(read, ast.JoinedStr):
        no_empty_parts = ast.dump(read).replace(", Constant(value='')", "")  # which Python 3.12.1 adds
        assert no_empty_parts == ast.dump(tree)
    else:
        assert isinstance(read, ast.Call)
        assert [ast.dump(argument) for argument in read.args] == [ast.dump(first), ast.dump(second)]


LIBRARY = sorted(glob.glob(os.path.join(os.path.dirname(os.__file__), "*.py")))
LEFT_OUT = tuple(getattr(ast, name) for name in ("Match", "TryStar", "TypeAlias") if hasattr(ast, name))


@pytest.mark.parametrize("path", LIBRARY[::6], ids=os.path.basename)
def test_standard_library_reads_back(path: str) -> None:
    """A part of the standard library, through ast and gast."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with deep_recursion():
        tree = ast.parse(text)
        if any(isinstance(node, LEFT_OUT) for node in ast.walk(tree)):
            pytest.skip("has statements that are not printed")
        printed = to_source(gast.ast_to_gast(ast.parse(text)))
        assert to_source(tree) == printed
        assert ast.dump(ast.parse(printed)) == ast.dump(tree)


# --- linecache --------------------------------------------------------------------------------------------------------


def test_registered_text_is_seen_by_everyone() -> None:
    """Tracebacks, inspect and linecache show it, also after a check of the cache."""
    text = "def f(x):\n    s = '\x0c'\n    return 1 / x\n"
    register("<s2s_ad f.pullback 3f2a>", text)
    scope: dict[str, Any] = {}
    exec(compile(text, "<s2s_ad f.pullback 3f2a>", "exec"), scope)
    linecache.checkcache()
    assert inspect.getsource(scope["f"]) == text
    with pytest.raises(ZeroDivisionError) as caught:
        scope["f"](0)
    assert traceback.extract_tb(caught.value.__traceback__)[-1].line == "return 1 / x"


def test_registering_again_replaces() -> None:
    """The newest text counts."""
    register("<s2s_ad g>", "old\n")
    register("<s2s_ad g>", "new\n")
    assert linecache.getline("<s2s_ad g>", 1) == "new\n"
