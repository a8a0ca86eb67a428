"""Random programs give the same to the last bit whether they are optimised or not."""

from __future__ import annotations

import itertools
import linecache
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import s2s_ad
from programs.harness import identical
from s2s_ad.ir.verifier import verify_blocks
from s2s_ad.operators import compiled_for

NAMES = ("a", "b", "c")
_numbers = itertools.count()
leaf = st.sampled_from(
    [*NAMES, *NAMES, "x", "y", "v[1]", "v[i]", "v[i + 1]", "0.0", "-0.0", "1.0", "2.0", "(-0.5)", "1", "u[i]"]
)
scalar = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*"]), inner),
        st.builds("np.{}({})".format, st.sampled_from(["sin", "tanh", "exp"]), inner),
        st.builds("(-{})".format, inner),
        st.builds("({} if {} > {} else {})".format, inner, inner, inner, inner),
    ),
    max_leaves=4,
)
array = st.sampled_from(["v", "u", "np.sin(v)", "v * a", "u * 1.0", "np.tanh(u) * np.tanh(u)", "v[::-1] + u", "u * u"])
test = st.builds("{} {} {}".format, st.sampled_from(NAMES), st.sampled_from(["<", ">="]), scalar)


def indented(lines: list[str]) -> list[str]:
    """One level deeper."""
    return ["    " + line for line in lines]


assignment = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(NAMES), scalar),
    st.builds("{} = {}".format, st.sampled_from(NAMES), st.sampled_from([*NAMES, "1.0", "x"])),
    st.builds("u = {}".format, array),
    st.builds("{} = np.sum({})".format, st.sampled_from(NAMES), array),
    st.builds("{0}, {1} = {1}, {0}".format, st.sampled_from(NAMES), st.sampled_from(NAMES)),
).map(lambda line: [line])


def compound(inner: st.SearchStrategy[list[list[str]]]) -> st.SearchStrategy[list[str]]:
    """A branch, a loop, or a loop that may be left."""
    body = inner.map(lambda parts: indented(list(itertools.chain(*parts))))
    return st.one_of(
        st.builds(lambda t, a, b: [f"if {t}:", *a, "else:", *b], test, body, body),
        st.builds(lambda n, a: [f"for i in range({n}):", *a], st.integers(0, 2), body),
        st.builds(lambda a, t: ["for i in range(2):", *a, f"    if {t}:", "        break"], body, test),
        st.builds(lambda a, t: ["n = 0", f"while n < 2 and {t}:", "    n += 1", *a], body, test),
    )


def parts(depth: int) -> st.SearchStrategy[list[list[str]]]:
    """Some statements, nested at most so deep."""
    one = assignment if depth == 0 else st.one_of(assignment, assignment, compound(parts(depth - 1)))
    return st.lists(one, min_size=1, max_size=4)


def function(statements: list[list[str]], result: str) -> Any:
    """The function with this body, whose source is known."""
    start = ["a, b, c, u, i = x, y, 1.0, v, 0"]
    body = [*start, *itertools.chain(*statements), f"return {result} + 0.5 * np.sum(u) + a * x + b * c"]
    text = "\n".join(["def program(x, y, v):", *indented(body), ""])
    filename = f"<random program {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace = {"np": np}
    exec(compile(text, filename, "exec"), namespace)
    return namespace["program"]


@given(parts(2), scalar, st.sampled_from([(0.75, -1.25), (-0.0, 2.0), (1.0, 1.0)]))
@settings(max_examples=60)
def test_random_programs(statements: list[list[str]], result: str, xy: tuple[float, float]) -> None:
    """Values and cotangents, of the closure form and of the joint form; the IR is well formed."""
    program = function(statements, result)
    arguments = (*xy, np.array([0.5, -1.5, 0.25]))
    with np.errstate(all="ignore"):
        expected = program(*arguments)
        found = [outcome(program, arguments, optimize=optimize) for optimize in (True, False)]
    assert identical(found[0], found[1]), (found, "\n".join(itertools.chain(*statements)))
    assert identical(float(found[0][0]), float(expected))
    for mode in ("pullback", "grad", "value_and_grad"):
        made = compiled_for(program, arguments, {}, mode=mode, argnums=(0, 1, 2), optimize=True).stages["optimized"]
        verify_blocks(made.params, (made.forward, made.backward))


def outcome(program: Any, arguments: tuple[Any, ...], *, optimize: bool) -> tuple[Any, ...]:
    """The value and the cotangents by both forms, or the error that ends the program."""
    made = s2s_ad.differentiable(program, optimize=optimize)
    y, back = made.pullback(*arguments)
    once = back(1.0)
    again = back(1.0)
    assert identical(once, again)
    return y, once, made.grad(*arguments, argnums=(0, 1, 2)), made.value_and_grad(*arguments, argnums=(0, 1, 2))
