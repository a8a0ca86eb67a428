"""The compiler: the order of its passes, and the cache of what it has compiled.

A function is compiled for the types of its arguments. The cache is keyed by its code object and these types; each entry
also carries guards: the functions, modules and kinds of data that it found outside itself. When one of them no longer
holds, the entry is passed over and the function compiled anew.
"""

from __future__ import annotations

import ast
import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import FunctionType, MethodType
from typing import Any

from s2s_ad.analysis.captured import Captured, Given
from s2s_ad.analysis.cells import shows_function
from s2s_ad.analysis.effects import may_raise, may_raise_watched, watched_values
from s2s_ad.analysis.guards import Guard
from s2s_ad.analysis.libraries import library_source
from s2s_ad.analysis.program import Lowered, Program, can_be_followed, lowered
from s2s_ad.analysis.specialize import infer, infer_around
from s2s_ad.analysis.statics import unbound
from s2s_ad.codegen.linecache_store import register
from s2s_ad.codegen.module import closure_form, joint_form, pair_form
from s2s_ad.codegen.names import all_values
from s2s_ad.codegen.printer import Printer
from s2s_ad.codegen.references import References
from s2s_ad.errors import ADError, MissingRuleError, MutationError, UnsupportedSyntaxError
from s2s_ad.frontend.source import deep_recursion
from s2s_ad.ir.nodes import Block, Const, Function, Op, Operand, Value, free_values
from s2s_ad.ir.types import Array, Dict, List, Tuple, Type, is_scalar
from s2s_ad.ir.values import is_code, type_of
from s2s_ad.ir.verifier import verify_blocks
from s2s_ad.rules.registry import registry
from s2s_ad.runtime import Tangent
from s2s_ad.transforms.accumulation import accumulation
from s2s_ad.transforms.common_subexpressions import common_subexpressions
from s2s_ad.transforms.constant_folding import constant_folding
from s2s_ad.transforms.copy_elision import copy_elision
from s2s_ad.transforms.copy_propagation import copy_propagation
from s2s_ad.transforms.dead_code import dead_code
from s2s_ad.transforms.handing_out import handed_out
from s2s_ad.transforms.index_repetition import index_repetition
from s2s_ad.transforms.outside import Outside
from s2s_ad.transforms.pairs import Pairs, Reversed
from s2s_ad.transforms.pullback import pullback
from s2s_ad.transforms.real_powers import real_powers
from s2s_ad.transforms.rewriting import substitute
from s2s_ad.transforms.scale_gathering import scale_gathering

Pass = Callable[[Block, Outside], Block]
OPTIMISATIONS: tuple[tuple[str, Pass], ...] = (
    ("copy propagation", copy_propagation),
    ("constant folding", constant_folding),
    ("common subexpressions", common_subexpressions),
    ("index repetition", index_repetition),
    ("dead code", lambda block, outside: dead_code(block, outside.keep)),
    ("scale gathering", scale_gathering),
    ("accumulation", accumulation),
    ("copy elision", copy_elision),
)
verification = False  # whether to check the IR after every stage and pass, as the tests do


@dataclass(frozen=True)
class Request:
    """What is asked for: "pullback", "grad" or "value_and_grad", by which parameters, with or without an auxiliary."""

    mode: str = "pullback"
    wanted: tuple[int, ...] | None = None
    single: bool = False
    has_aux: bool = False
    optimize: bool = True


@dataclass(eq=False)
class Compiled:
    """Generated code for one function and one signature. `call` takes the arguments and then the captured variables."""

    call: Callable[..., Any]
    text: str
    result_type: Type
    guards: tuple[Guard, ...]
    version: object
    stages: dict[str, Any] = field(default_factory=dict)
    captured: tuple[Captured, ...] = ()

    def is_current(self, given: Given) -> bool:
        """Whether everything outside that the code relies on is as it was, also of what it is given."""
        is_same = self.version == registry.version and all(guard.holds() for guard in self.guards)
        return is_same and all(one.holds(given) for one in self.captured)


_lock = threading.RLock()
_cache: dict[Any, list[Compiled]] = {}
_alive: dict[Any, Any] = {}  # keeps what the keys name by id
_MOST = 5000


def signature(values: Sequence[Any]) -> tuple[Any, ...]:
    """The key of a call: the types of the arguments, and code itself where an argument is code."""
    return tuple(_key_of_code(v) if is_code(v) else type_of(v) for v in values)


def _key_of_code(value: Any) -> tuple[Any, ...]:
    """A key for code: the object itself, but strings, slices and bound methods by what they are."""
    if type(value) in (str, bytes):
        return "static", value
    if type(value) is slice:
        return "static", repr(value)
    if isinstance(value, MethodType):
        return "static", id(value.__func__), id(value.__self__)
    return "static", id(value)


def find(fn: FunctionType, values: Sequence[Any], request: Request) -> Compiled:
    """The compiled code for a call of `fn` with these parameter values (captured variables last)."""
    key = (id(fn.__code__), id(fn.__globals__), signature(values), request)
    given = Given(fn, values, request.wanted)
    for entry in _cache.get(key, ()):
        if entry.is_current(given):
            return entry
    with _lock, deep_recursion():
        entry = compile_function(lowered(fn), values, request)
        if len(_cache) >= _MOST:
            _cache.clear()
            _alive.clear()
        _alive[key] = fn.__code__, fn.__globals__, [v for v in values if is_code(v)]
        _cache[key] = [entry, *[e for e in _cache.get(key, ()) if e.version == registry.version][:3]]
    return entry


def compile_function(source: Lowered, values: Sequence[Any], request: Request) -> Compiled:
    """Run every pass for one function and one signature, and again when it is found out what they have to know.

    That is: which library functions, context managers and bodies of `try` have to be opened, and which globals are
    written to.
    """
    opened: dict[Any, MissingRuleError] = {}
    followed: frozenset[Any] = frozenset()
    written: dict[Any, Mapping[str, Any]] = {}
    refused: ADError | None = None  # on the first look
    while True:
        program = Program(
            frozenset(opened),
            followed,
            written,
            closer=refused is not None,
            given=Given(source.fn, values, request.wanted),
        )
        try:
            return _compile(source, values, request, program)
        except ADError as error:
            match error:
                case MutationError() if not error.written_globals.keys() <= written.keys():
                    written |= error.written_globals
                case MissingRuleError() if library_source(error.function) and error.function not in opened:
                    opened[error.function] = error
                case _ if can_be_followed(error.follow) and error.follow not in followed:
                    followed |= {error.follow}
                    again = lowered(source.fn, followed)
                    if again.code.free != source.code.free:
                        raise
                    source = again
                case _ if program.could_be_closer and refused is None:
                    refused = error
                case _:
                    raise _explained(refused or error, opened) from None
        except RecursionError:
            what = f"`{source.code.name}`, whose calls are nested too deep, or give ever new types to a recursion"
            hint = "write a loop, or give the arguments of the recursion types that stay the same"
            raise UnsupportedSyntaxError(what, source.code.span, hint) from None


def _explained(error: ADError, opened: dict[Any, MissingRuleError]) -> ADError:
    """An error in a library function that was looked into, told as one about the user's call of it."""
    sources = filter(None, map(library_source, opened))
    files = {fn.__code__.co_filename for fn in sources}
    if error.span is None or error.span.filename not in files:
        return error
    for missing in reversed(opened.values()):
        if missing.span is not None and missing.span.filename not in files:
            message = f"{missing.message}, and its source cannot be differentiated"
            return MissingRuleError(message, missing.span, missing.hint, error.problems)
    return error


def _compile(source: Lowered, values: Sequence[Any], request: Request, program: Program) -> Compiled:
    """Run every pass for one function and one signature."""
    pairs = Pairs()
    version = registry.version
    operands = _arguments(source.code, values)
    instance = infer(program, source.code.name, source.fn, source.code, source.names, operands)
    if instance.written:
        instance = infer_around(program, instance, operands)
    real_powers(program)
    typed = instance.typed
    assert typed is not None
    if shows_function(instance.result_type):
        what = f"a nested function in the value of `{source.code.name}`"
        raise UnsupportedSyntaxError(what, source.code.span, "call it here, or define it at the top of the module")
    stages: dict[str, Any] = {"ssa": source.code, "typed": typed}
    if request.mode != "pullback":
        _require_scalar(source, instance.result_type, has_aux=request.has_aux)
    params = [i for i, o in enumerate(operands) if isinstance(o, Value)]
    wanted = range(len(operands)) if request.wanted is None else request.wanted
    active = tuple(params.index(i) for i in wanted if i in params)
    seed = "y_bar" if request.mode == "pullback" else "aux" if request.has_aux else "one"
    made = pullback(program, pairs, typed, active, seed=seed, lean=request.optimize, shown=seed == "y_bar")
    _verified((), typed.body)
    _verified(made.params, made.forward, made.backward)
    stages["adjoint"] = made
    references = References(source.names.globals, _reserved(program))
    joint = request.mode != "pullback"
    keep_y = request.mode != "grad" or unbound(typed.body.results[0])  # to return which may be an error
    made = optimise(made, typed, optimize=request.optimize, joint=joint, keep_y=keep_y)
    if not joint:
        made = handed_out(made, typed.body)
    stages["optimized"] = made
    _reverse_callees(program, pairs, references, request)
    main = _print(references, source, made, operands, wanted, params, request)
    helpers = [f for pair in pairs.known.values() for f in pair_form(references, pair)]
    call, text = assemble(references, [*helpers, main], f"{source.fn.__name__}.{request.mode}", source.fn.__globals__)
    stages["python"] = text
    guards = tuple(program.guards.values())
    return Compiled(call, text, instance.result_type, guards, version, stages, tuple(program.captured.values()))


def _require_scalar(source: Lowered, result: Type, *, has_aux: bool) -> None:
    """Refuse a gradient of what is surely no scalar."""
    name = source.code.name
    if has_aux:
        if not isinstance(result, Tuple) or len(result.items) != 2:
            raise TypeError(f"with has_aux, {name}() must return (value, aux)")
        result = result.items[0]
    known = isinstance(result, (Array, Tuple, List, Dict)) and not (isinstance(result, Array) and result.axes is None)
    if known and not is_scalar(result):
        raise NotScalar(name)


class NotScalar(TypeError):
    """The value of a function whose gradient is asked for is no scalar."""

    def __init__(self, name: str, what: str = "a structure") -> None:
        super().__init__(
            f"grad needs a scalar, but {name}() returns {what}; use `jacobian`, or `elementwise_grad` for a function "
            "that acts element by element"
        )


def _arguments(code: Function, values: Sequence[Any]) -> list[Operand]:
    return [
        Const(v) if is_code(v) else Value(p.name, type_of(v, i))
        for i, (v, p) in enumerate(zip(values, code.body.params, strict=True))
    ]


def _reserved(program: Program) -> set[str]:
    """The global names that the user's functions read must not become local."""
    return {str(name) for _, name in program.guards}


def optimise(
    made: Reversed, typed: Function, *, optimize: bool, joint: bool = False, keep_y: bool = True, watched: bool = False
) -> Reversed:
    """Run the optimisations over both halves: as one straight line if they are `joint`, else each on its own.

    `watched`: it may matter to a caller what is raised here.
    """
    users = frozenset(all_values(typed.body))
    y = made.forward.results if keep_y else ()
    forward, backward = Block((), made.forward.ops, y), made.backward

    raising = set(all_values(made.forward)) if watched else watched_values(made.forward)

    def keep(op: Op) -> bool:
        if any(r in raising for r in op.results) and may_raise_watched(op):
            return True
        return op.span is not None and any(r in users for r in op.results) and may_raise(op)

    if not optimize:
        return Reversed(made.name, made.params, forward, backward)
    if joint:
        whole = Block((), (*forward.ops, *backward.ops), (*y, *backward.results))
        forward, backward = _split(_optimised(whole, Outside(keep, len(whole.results), users)), len(y), backward)
        return Reversed(made.name, made.params, forward, backward)
    backward = _optimised(backward, Outside(given=len(backward.results)))
    residuals = tuple(free_values(backward))
    saved = _optimised(Block((), forward.ops, (*y, *residuals)), Outside(keep, len(y), users))
    backward = substitute(backward, dict(zip(residuals, saved.results[len(y) :], strict=True)))
    return Reversed(made.name, made.params, Block((), saved.ops, saved.results[: len(y)]), backward)


def _optimised(block: Block, outside: Outside) -> Block:
    around = tuple(free_values(block))
    for _, run in OPTIMISATIONS:
        block = run(block, outside)
        _verified(around, block)
    return block


def _verified(params: Sequence[Value], *blocks: Block) -> None:
    """Check what a stage has made, where that is asked for."""
    if verification:
        verify_blocks(params, blocks)


def _split(whole: Block, n: int, backward: Block) -> tuple[Block, Block]:
    """The two halves of a straight line: the second begins with the first op that defines a value of `backward`."""
    adjoint = set(all_values(backward))
    defines = (any(v in adjoint for v in all_values(Block((), (op,), ()))) for op in whole.ops)
    cut = next((i for i, found in enumerate(defines) if found), len(whole.ops))
    return Block((), whole.ops[:cut], whole.results[:n]), Block((), whole.ops[cut:], whole.results[n:])


def _reverse_callees(program: Program, pairs: Pairs, references: References, request: Request) -> None:
    """Transform the callees, and the callees of these."""
    while pairs.waiting:
        pair = pairs.waiting.pop(0)
        typed = pair.instance.typed
        assert typed is not None
        made = pullback(
            program, pairs, typed, pair.active, seeded=pair.seeded, lent=pair.instance.written, exposed=pair.exposed,
            to_space=False, lean=request.optimize,
        )  # fmt: skip
        _verified((), typed.body)
        _verified(made.params, made.forward, made.backward)
        made = optimise(made, typed, optimize=request.optimize, watched=program.watched)
        pair.reversed = replace(made, watched=program.watched)
        name = pair.instance.name.strip("_")
        references.pair_names[pair] = (references.fresh(f"{name}_forward"), references.fresh(f"{name}_backward"))


def _print(
    references: References,
    source: Lowered,
    made: Reversed,
    operands: Sequence[Operand],
    wanted: Sequence[int],
    params: list[int],
    request: Request,
) -> ast.FunctionDef:
    name = references.fresh(f"{source.code.name.strip('_')}_{request.mode}")
    own = len(operands) - len(source.code.free)
    arguments = ast.arguments([], [ast.arg(str(v.name)) for v in made.params], None, [], [], None, [])
    bars = iter(made.backward.results)
    by_param: list[Operand] = [next(bars) if i in params else Const(None) for i in wanted]
    if request.mode == "pullback":
        captured = zip(source.code.free, by_param[own:], operands[own:], strict=True)
        f_bar = [(n, bar) for n, bar, o in captured if isinstance(o, Value)]
        made = _giving(made, (*by_param[:own], *(bar for _, bar in f_bar)))
        if f_bar:
            references.bound["Tangent"] = Tangent
        return closure_form(references, made, name, arguments, f_bar or None)
    made = _giving(made, tuple(by_param))
    keep_y = len(made.forward.results)

    def structure(results: list[ast.expr]) -> ast.expr:
        gradient = results[keep_y] if request.single else ast.Tuple(results[keep_y:], ast.Load())
        if not keep_y:
            return gradient
        both = ast.Tuple([results[0], gradient], ast.Load())
        return both if request.mode == "value_and_grad" else ast.Subscript(both, ast.Constant(1), ast.Load())

    return joint_form(references, made.params, made.forward, made.backward, name, arguments, structure)


def _giving(made: Reversed, results: tuple[Operand, ...]) -> Reversed:
    """The same with these cotangents as its results."""
    backward = Block(made.backward.params, made.backward.ops, results)
    return Reversed(made.name, made.params, made.forward, backward)


def assemble(
    references: References, functions: list[ast.FunctionDef], label: str, namespace: dict[str, Any]
) -> tuple[Callable[..., Any], str]:
    """The text of a generated module, and the last of its functions, compiled from that text."""
    imports = [ast.parse(line).body[0] for line in dict.fromkeys(references.imports.values())]
    printer = Printer(ast.Module([*imports, *functions], []))
    text = f"{printer.text}\n"
    filename = f"<s2s_ad {label} {hashlib.sha256(text.encode()).hexdigest()[:8]}>"
    register(filename, text, printer.line_map)
    tree = ast.parse(text)
    factory = ast.FunctionDef(
        "_s2s_factory",
        ast.arguments([], [ast.arg(n) for n in references.bound], None, [], [], None, []),
        [*tree.body, ast.Return(ast.Name(functions[-1].name, ast.Load()))],
        [],
        None,
        None,
    )
    factory.type_params = []  # type: ignore[attr-defined]
    module = ast.fix_missing_locations(ast.Module([factory], []))
    local: dict[str, Any] = {}
    exec(compile(module, filename, "exec"), namespace, local)
    return local["_s2s_factory"](**references.bound), text
