"""How often generated code has to ask `runtime` what the types could not tell."""

import re
from collections import Counter

import pytest

from programs.harness import Program, corpus
from s2s_ad import source
from s2s_ad.analysis.effects import callee
from s2s_ad.analysis.program import Instance
from s2s_ad.ir.nodes import Block, Function, Value, regions
from s2s_ad.ir.types import (
    Array,
    Closure,
    Dict,
    Iterable,
    List,
    Maybe,
    Record,
    Tuple,
    Type,
    Unknown,
    is_differentiable,
)
from s2s_ad.operators import compiled_for

pytestmark = pytest.mark.slow  # all of the corpus, on which the version of Python has little influence

CEILING = 0.215  # calls for each program
FOR_ANY_TYPE = (
    "dynamic.",
    "function_attributes.",
    "late_attributes.",
    "lengths.",
    "libraries.",
    "mutation_indices.",
    "numbers_first.",
    "once_wrong.",
    "optional.",
    "optional_parts.",
    "rows_and_columns.",
    "selections.",
    "texts_and_sets.",
)  # programs whose types are meant to be open

ALGORITHMS = {
    "products_of_others": "the products of all elements but one, without a division that zeros would spoil",
    "cofactors": "the derivative of a determinant, of a singular matrix as well",
    "as_it_is_read": "looks whether a matrix is symmetric, of which one triangle is read",
    "inverse_transpose": "that of its logarithm, infinite instead of an error where the matrix is singular",
    "place_diagonal": "writes along a diagonal of two axes out of many",
    "einsum_view": "a diagonal that can be written to",
    "place_in_view": "writes along it",
    "add_windows": "adds windows that overlap",
    "unrepeat": "the sum over the repetitions of a list of any length",
    "copy": "keeps what is in a list before it is written to",
    "copy_apart": "a copy of a cotangent that may be None, or of any structure",
    "copy_unless_of": "looks whether a result is an argument, or a view of one, by the way that was taken",
    "last_written": "which of several writes to one element by one index is the last",
    "attribute_now": "a counter that a function of the module has, which others may change",
    "refuse_shared": "looks for memory that is shared by arguments of a function that writes to them",
    "refuse_twice": "looks for an object that is in another twice, which is copied with all that is in it",
    "index_to_remove": "the place that `list.remove` finds",
    "permute": "puts a list in another order, in place",
    "inverse_permutation": "puts cotangents back into the order before a sort",
    "position": "the place that a number of any sign points to in a list",
    "refuse_overlap": "looks for rows that NumPy may read after it has written to them",
    "refuse_unordered": "looks for arrays of which a new shape would be a copy",
    "slice_start": "the place where a slice of a list begins",
    "sort_order": "the permutation that sorts by a key",
    "sinc_slope": "a power series near 0 and a quotient elsewhere",
}
CONTROL_FLOW = {
    "array_with": "says what is no array where one is needed",
    "as_in_place": "says what is written to in place although it may be a number",
    "bound": "says which variable has no value yet",
    "not_none": "says what is None where something is needed",
    "real_power": "says which power of a float is complex",
}
OBJECTS = {"make_object": "an object whose constructor has been written out before"}

PROGRAMS = [p for p in corpus() if p.refused is None and p.raises is None]


def helpers(program: Program) -> Counter[str]:
    """The helpers that the generated code of a program calls, but for those that types cannot spare."""
    called = Counter(re.findall(r"runtime\.(\w+)\(", source(program.function, *program.arguments())))
    return Counter({name: n for name, n in called.items() if name not in ALGORITHMS | CONTROL_FLOW | OBJECTS})


def test_helper_calls_do_not_rise() -> None:
    """Better types lower this number; nothing may raise it."""
    ours = [program for program in PROGRAMS if not program.name.startswith(FOR_ANY_TYPE)]
    found = {program.name: sum(helpers(program).values()) for program in ours}
    assert sum(found.values()) <= CEILING * len(ours), {name: n for name, n in found.items() if n}


def is_determined(t: Type) -> bool:
    """Whether a type says all: no part is unknown, or may be None, and each axis is one or is not."""
    match t:
        case Unknown() | Maybe():  # which is known to be there only where it is tested
            return False
        case Array(dtype, axes):
            return dtype is not None and axes is not None and all(a == 1 or a.many for a in axes)
        case Tuple(items) | Dict(_, items) | Closure(_, items) | Record(values=items):
            return all(map(is_determined, items))
        case List(item, items):
            return all(map(is_determined, (item,) if items is None else items))
        case Iterable(item):
            return is_determined(item)
    return True


def values(block: Block, seen: set[Instance]) -> list[Value]:
    """All values in a block and in the functions that are called there."""
    found = list(block.params)
    for op in block.ops:
        found += op.results
        for region in regions(op):
            found += values(region, seen)
        called = callee(op)
        if isinstance(called, Instance) and called not in seen and called.typed is not None:
            seen.add(called)
            found += values(called.typed.body, seen)
    return found


def typed(program: Program) -> Function:
    """The typed IR of a program."""
    made = compiled_for(program.function, program.arguments(), {}, mode="pullback", argnums=0, optimize=True)
    function: Function = made.stages["typed"]
    return function


def test_determined_programs_call_no_helper() -> None:
    """Where all types are inferred, the generated code is NumPy and nothing else."""
    determined = []
    for program in PROGRAMS:
        if program.name.startswith(FOR_ANY_TYPE):
            continue
        found = values(typed(program).body, set())
        if all(is_determined(v.type) and not (v.unbound and is_differentiable(v.type)) for v in found):
            determined.append(program)
    assert len(determined) > 400
    assert {p.name: helpers(p) for p in determined if helpers(p)} == {}
