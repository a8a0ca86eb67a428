"""`ad-dump`: what the compiler makes of a function, at any stage.

    ad-dump examples/tutorial.py:taylor_sine --args 0.5
    ad-dump package.module:Class.method --args "Class(), np.ones(3), flag=True" --mode grad --argnums x
    ad-dump examples/tutorial.py:training_loss --sig "f64[3]" --stage typed

The stages are `core` (simpler Python), `ssa` (IR), `typed` (IR for these arguments), `adjoint` and `optimized` (its
forward and its backward half), and `python` (the generated code). Refusals and bad input end with status 2.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import importlib
import importlib.util
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import numpy as np
from rich.console import Console
from rich.syntax import Syntax

from s2s_ad import __version__
from s2s_ad.analysis.program import lowered
from s2s_ad.codegen.printer import to_source
from s2s_ad.errors import ADError
from s2s_ad.frontend.check import check_syntax
from s2s_ad.frontend.desugar import desugar
from s2s_ad.frontend.source import deep_recursion, find_source
from s2s_ad.ir.nodes import Block, Function
from s2s_ad.ir.printer import to_text
from s2s_ad.operators import ArgNums, compiled_for, target
from s2s_ad.transforms.pairs import Reversed

STAGES = ("core", "ssa", "typed", "adjoint", "optimized", "python")
_WITHOUT_ARGUMENTS = ("core", "ssa")


class UsageError(Exception):
    """Input that is no good; the message is one line."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `ad-dump` and give its exit status."""
    options = _parser().parse_args(argv)
    try:
        _write(dump(options), options)
    except (ADError, UsageError) as error:
        print(error if isinstance(error, ADError) else f"ad-dump: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing is left to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


# --- the command line -------------------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def _parser() -> _Parser:
    parser = _Parser(
        prog="ad-dump",
        description="Show what the compiler makes of a function.",
        epilog="Write --args=-1.0,2.0 with an equals sign if the arguments begin with a minus.",
    )
    add = parser.add_argument
    add("function", metavar="FILE:FUNCTION", help="path/file.py:function or package.module:Class.method")
    given = parser.add_mutually_exclusive_group()
    given.add_argument("--args", help="arguments of a call, as Python: 'np.ones(3), 2.0, flag=True'")
    given.add_argument(
        "--sig",
        help="types of arguments instead: f64 f32 i64 bool int float complex, with sizes where they are arrays, "
        "in tuple(...) or list(...): 'f64[3,4], tuple(float, int)'",
    )
    add("--stage", choices=STAGES, default="python", help="where to stop (default: python)")
    add("--mode", choices=("pullback", "grad", "value_and_grad"), default="pullback", help="default: pullback")
    add("--argnums", help="parameters to differentiate by, as numbers or names: '0', 'x' or '0,2' (default: 0)")
    add("--no-optimize", dest="optimize", action="store_false", help="leave out all optimisations")
    add("-o", "--output", type=Path, metavar="FILE", help="write to a file")
    add("--color", choices=("auto", "always", "never"), default="auto", help="default: auto, on a terminal")
    add("--version", action="version", version=f"ad-dump {__version__}")
    return parser


def _argnums(text: str | None) -> ArgNums:
    """`0` and `x` are one parameter; with a comma they are a tuple, as in Python."""
    if text is None:
        return 0
    found = tuple(int(p) if p.lstrip("-").isdigit() else p for p in map(str.strip, text.split(",")) if p)
    if not found:
        raise UsageError("--argnums names no parameter")
    return found if "," in text else found[0]


def _write(text: str, options: argparse.Namespace) -> None:
    if options.output is None:
        _show(text, sys.stdout, options.color)
        sys.stdout.flush()
        return
    try:
        with options.output.open("w", encoding="utf-8") as file:
            _show(text, file, "never" if options.color == "auto" else options.color)
    except OSError as error:
        raise UsageError(f"cannot write {options.output}: {error.strerror or error}") from None


def _show(text: str, file: Any, color: str) -> None:
    if color == "always" or (color == "auto" and file.isatty() and "NO_COLOR" not in os.environ):
        console = Console(file=file, force_terminal=True, color_system="standard", highlight=False, soft_wrap=True)
        console.print(Syntax("", "python", theme="ansi_dark", background_color="default").highlight(text), end="")
    else:
        file.write(text)


# --- the stages -------------------------------------------------------------------------------------------------------


def dump(options: argparse.Namespace) -> str:
    """The text of a stage of a function. Raises UsageError and ADError."""
    argnums = _argnums(options.argnums)
    if options.mode == "pullback" and options.argnums is not None:
        raise UsageError("--argnums is for --mode grad and value_and_grad; a pullback is by all parameters")
    module, function = _find(options.function)
    if options.stage in _WITHOUT_ARGUMENTS:
        fn = target(function).fn
        return _core_text(fn) if options.stage == "core" else to_text(lowered(fn).code)
    args, kwargs = _call_arguments(module, function, options)
    with _failures(f"cannot compile {options.function}"):
        compiled = compiled_for(function, args, kwargs, mode=options.mode, argnums=argnums, optimize=options.optimize)
    return _stage_text(compiled.stages[options.stage])


def _core_text(fn: Any) -> str:
    with deep_recursion():
        source = find_source(fn)
        check_syntax(source)
        return to_source(desugar(source.node)).rstrip("\n") + "\n"


def _stage_text(stage: str | Function | Reversed) -> str:
    if isinstance(stage, Reversed):
        return to_text(Block(stage.params, stage.forward.ops, stage.forward.results), stage.backward)
    return to_text(stage) if isinstance(stage, Function) else stage


@contextlib.contextmanager
def _failures(what: str) -> Iterator[None]:
    """Say in one line that `what`, and why; what is printed meanwhile does not get into the output."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except (ADError, UsageError, KeyboardInterrupt):
        raise
    except (SyntaxError, UnicodeDecodeError) as error:
        place = f" ({error.filename}:{error.lineno})" if isinstance(error, SyntaxError) and error.filename else ""
        raise UsageError(f"{what}: {getattr(error, 'msg', error)}{place}") from None
    except BaseException as error:  # a module may call sys.exit()
        reason = " ".join(str(error).split())
        raise UsageError(f"{what}: {type(error).__name__}{': ' if reason else ''}{reason}") from None


# --- the function -----------------------------------------------------------------------------------------------------


def _find(path: str) -> tuple[ModuleType, Callable[..., Any]]:
    """The module and the function of `file.py:name` or `package.module:Class.method`."""
    home, colon, name = path.rpartition(":")
    if not (home and name):
        raise UsageError(f"{path!r} is not of the form FILE:FUNCTION")
    is_file = home.endswith(".py") or os.sep in home
    module = _load_file(Path(home)) if is_file else _import(home)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            close = difflib.get_close_matches(part, dir(found), 1)
            raise UsageError(f"{home} has no {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
        found = getattr(found, part)
    if not callable(found):
        raise UsageError(f"{name!r} in {home} is no function but of type {type(found).__name__}")
    return module, found


def _import(name: str) -> ModuleType:
    sys.path.insert(0, os.getcwd())
    try:
        missing = importlib.util.find_spec(name) is None
    except (ImportError, ValueError):
        missing = True
    if missing:
        raise UsageError(f"there is no module {name!r}")
    with _failures(f"cannot import {name}"):
        return importlib.import_module(name)


def _load_file(path: Path) -> ModuleType:
    """The module in a file, which may import its neighbours, as if it were run."""
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    sys.path.insert(0, str(path.resolve().parent))
    # A name of its own, so that it does not pass for a module of another file.
    name = path.stem if path.stem not in sys.modules and path.stem not in sys.stdlib_module_names else f"{path.stem}_py"
    spec = importlib.util.spec_from_file_location(
        name, path, loader=importlib.machinery.SourceFileLoader(name, str(path))
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with _failures(f"cannot import {path}"):
        spec.loader.exec_module(module)
    return module


# --- the arguments ----------------------------------------------------------------------------------------------------

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def _call_arguments(module: ModuleType, function: Callable[..., Any], options: argparse.Namespace) -> Arguments:
    signature = target(function).signature
    bound = target(function)
    if options.args is not None:
        namespace = {"np": np, "numpy": np, "math": math, **vars(module)}
        args, kwargs = _evaluate(options.args, namespace)
    elif options.sig is not None:
        args, kwargs = _samples(options.sig)
    else:
        args, kwargs = (), {}
    try:
        signature.bind(*bound.args, *args, **{**bound.kwargs, **kwargs})
    except TypeError as error:
        hint = "" if options.args or options.sig else "; give the arguments with --args, or their types with --sig"
        raise UsageError(f"{options.function}: {error}{hint}") from None
    return args, kwargs


def _parse_call(text: str, option: str) -> ast.Call:
    """The arguments `text` as those of a call."""
    try:
        tree = ast.parse(f"f({text}\n)", "", "eval").body
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"{option} {text!r}: {getattr(error, 'msg', error)}") from None
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
        raise UsageError(f"{option} {text!r}: these are not the arguments of a call")
    return tree


def _evaluate(text: str, namespace: dict[str, Any]) -> Arguments:
    """The values of arguments that are written in Python."""
    _parse_call(text, "--args")
    with _failures(f"--args {text!r}"):
        found: Arguments = eval(f"_arguments_({text}\n)", {**namespace, "_arguments_": lambda *a, **k: (a, k)})
    return found


@dataclass(frozen=True)
class _Kind:
    """A name that a signature may use: the number it stands for, and the dtype of arrays of it."""

    number: Any
    dtype: Any


_KINDS = {
    "f64": _Kind(np.float64(1), np.float64),
    "f32": _Kind(np.float32(1), np.float32),
    "i64": _Kind(np.int64(1), np.int64),
    "bool": _Kind(True, np.bool_),
    "int": _Kind(1, np.int64),
    "float": _Kind(1.0, np.float64),
    "complex": _Kind(1j, np.complex128),
}


def _samples(text: str) -> Arguments:
    """Values of the types in a signature."""
    call = _parse_call(text, "--sig")
    return tuple(_sample(a) for a in call.args), {str(k.arg): _sample(k.value) for k in call.keywords}


def _sample(node: ast.expr) -> Any:
    match node:
        case ast.Name(id) if id in _KINDS:
            return _KINDS[id].number
        case ast.Subscript(ast.Name(id), sizes) if id in _KINDS:
            return _sample_array(_KINDS[id], sizes)
        case ast.Call(ast.Name("tuple"), args, []):
            return tuple(map(_sample, args))
        case ast.Call(ast.Name("list"), args, []):
            return list(map(_sample, args))
    raise UsageError(
        f"--sig: {ast.unparse(node)!r} is not a type; there are {' '.join(_KINDS)}, tuple(...) and list(...)"
    )


def _sample_array(kind: _Kind, sizes: ast.expr) -> Any:
    try:
        # Broadcast, so that large arrays take no memory: nothing reads them.
        return np.broadcast_to(np.ones((), kind.dtype), ast.literal_eval(sizes))
    except (ValueError, TypeError):
        raise UsageError(f"--sig: [{ast.unparse(sizes)}] are not the sizes of an array") from None


if __name__ == "__main__":
    sys.exit(main())
