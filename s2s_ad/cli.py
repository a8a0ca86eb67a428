"""`ad-dump`: shows what the compiler makes of a function.

    ad-dump examples/tutorial.py:taylor_sine --args 0.5
    ad-dump package.module:Class.method --args "Class(), np.ones(3), flag=True" --mode grad --argnums x
    ad-dump examples/tutorial.py:training_loss --sig "f64[3]" --stage typed

A refusal is shown as it is, any other trouble in one line; both end with status 2.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import importlib
import importlib.machinery
import importlib.util
import io
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import numpy as np
from rich.console import Console
from rich.syntax import Syntax

from s2s_ad import __version__
from s2s_ad.dispatch import ArgNums, target
from s2s_ad.errors import ADError
from s2s_ad.inspection import STAGES, WITHOUT_ARGUMENTS, stage_text

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


class UsageError(Exception):
    """Input that is no good; the message is one line."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `ad-dump` and give its exit status."""
    options = _parser().parse_args(_joined(list(sys.argv[1:] if argv is None else argv)))
    try:
        _write(dump(options), options.output, options.color)
    except ADError as error:
        print(error, file=sys.stderr)
        return 2
    except UsageError as error:
        print(f"ad-dump: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever reads has seen enough, and Python shall not complain when it flushes what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    return 0


def dump(options: argparse.Namespace) -> str:
    """The text that the options ask for. Raises UsageError and ADError."""
    if options.mode == "pullback" and options.argnums is not None:
        raise UsageError("--argnums goes with --mode grad or value_and_grad; a pullback is by all parameters")
    module, f = _find(options.function)
    args, kwargs = ((), {}) if options.stage in WITHOUT_ARGUMENTS else _arguments(module, f, options)
    with _failures(f"cannot compile {options.function}"):
        argnums = _argnums(f, options.argnums) if options.mode != "pullback" else 0
        return stage_text(f, args, kwargs, options.stage, mode=options.mode, argnums=argnums, optimize=options.optimize)


# --- the command line -------------------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> _Parser:
    parser = _Parser(prog="ad-dump", description="Show what the compiler makes of a function.")
    add = parser.add_argument
    add("function", metavar="FILE:FUNCTION", help="path/file.py:function or package.module:Class.method")
    given = parser.add_mutually_exclusive_group()
    given.add_argument("--args", help="arguments of a call, as Python: 'np.ones(3), 2.0, flag=True'")
    given.add_argument(
        "--sig",
        help=f"types of arguments instead, such as 'f64[3,4], tuple(float, int)': {' '.join(_KINDS)}, "
        "with sizes for arrays, within tuple(...) and list(...)",
    )
    add("--stage", choices=STAGES, default="python", help="where to stop (default: python)")
    add("--mode", choices=("pullback", "grad", "value_and_grad"), default="pullback", help="default: pullback")
    add("--argnums", help="differentiate by these parameters, numbers or names: '0', 'x', '0,2' (default: 0)")
    add("--no-optimize", dest="optimize", action="store_false", help="leave out the optimisations")
    add("-o", "--output", type=Path, metavar="FILE", help="write to a file")
    add("--color", choices=("auto", "always", "never"), default="auto", help="default: auto, on a terminal")
    add("--version", action="version", version=f"ad-dump {__version__}")
    return parser


def _joined(argv: list[str]) -> list[str]:
    """`--args -1.0` as `--args=-1.0`, lest it be taken for an option."""
    if "--args" in argv[:-1]:
        i = argv.index("--args")
        argv[i : i + 2] = [f"--args={argv[i + 1]}"]
    return argv


def _argnums(f: Callable[..., Any], text: str | None) -> ArgNums:
    """`0` and `x` are one parameter; with a comma they are a tuple, as in Python."""
    if text is None:
        return 0

    def number(part: str) -> int | str:
        try:
            return int(part)
        except ValueError:
            return part.strip()

    chosen = [number(part) for part in text.split(",") if part.strip()]
    if not chosen:
        raise UsageError("--argnums names no parameter")
    argnums = chosen if "," in text else chosen[0]
    try:
        target(f).numbers(argnums)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return argnums


@contextlib.contextmanager
def _failures(what: str) -> Iterator[None]:
    """Say in one line that `what`, and why. What is printed meanwhile does not get into the output."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except (ADError, UsageError, KeyboardInterrupt):
        raise
    except SyntaxError as error:
        place = f"{error.filename}:{error.lineno}: " if error.filename else ""
        raise UsageError(f"{what}: {place}{error.msg}") from None
    except BaseException as error:  # a module may also call sys.exit()
        reason = " ".join(str(error).split())
        raise UsageError(f"{what}: {type(error).__name__}{reason and ': '}{reason}") from None


# --- the output -------------------------------------------------------------------------------------------------------


def _write(text: str, path: Path | None, color: str) -> None:
    if path is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        auto = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        sys.stdout.write(_highlighted(text) if color == "always" or (color == "auto" and auto) else text)
        sys.stdout.flush()
        return
    try:
        path.write_text(_highlighted(text) if color == "always" else text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from None


def _highlighted(text: str) -> str:
    """The text with the colours of Python, as escape codes of terminals."""
    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard", soft_wrap=True)
    with console.capture() as capture:
        console.print(Syntax("", "python", theme="ansi_dark").highlight(text), end="")
    return capture.get()


# --- the function -----------------------------------------------------------------------------------------------------


def _find(path: str) -> tuple[ModuleType, Callable[..., Any]]:
    """The module and the function of `file.py:name` or `package.module:Class.method`."""
    home, _, name = path.rpartition(":")
    if not home or not name:
        raise UsageError(f"{path!r} is not of the form FILE:FUNCTION")
    is_file = home.endswith(".py") or os.sep in home
    module = _load(Path(home)) if is_file else _import(home)
    found: Any = module
    for part in name.split("."):
        with _failures(f"cannot read {path}"):
            missing = not hasattr(found, part)
        if missing:
            close = difflib.get_close_matches(part, dir(found), 1)
            raise UsageError(f"{home} has no {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
        found = getattr(found, part)
    if not callable(found):
        raise UsageError(f"{name!r} in {home} is no function but of type {type(found).__name__}")
    return module, found


def _import(name: str) -> ModuleType:
    sys.path.insert(0, str(Path.cwd()))
    with _failures(f"cannot import {name}"):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name and f"{name}.".startswith(f"{error.name}."):
                raise UsageError(f"there is no module {name!r}") from None
            raise


def _load(path: Path) -> ModuleType:
    """The module in a file, which may import its neighbours as if it were run."""
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    sys.path.insert(0, str(path.resolve().parent))
    name = f"{path.stem}_py"  # not its own, which may be that of a library
    loader = importlib.machinery.SourceFileLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    with _failures(f"cannot import {path}"):
        loader.exec_module(module)
    return module


# --- the arguments ----------------------------------------------------------------------------------------------------


def _arguments(module: ModuleType, f: Callable[..., Any], options: argparse.Namespace) -> Arguments:
    """The arguments of the options, which must be such as `f` takes."""
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    if options.args is not None:
        args, kwargs = _evaluate(options.args, {"np": np, "numpy": np, "math": math, **vars(module)})
    elif options.sig is not None:
        args, kwargs = _samples(options.sig)
    bound = target(f)
    try:
        bound.signature.bind(*bound.args, *args, **{**bound.kwargs, **kwargs})
    except TypeError as error:
        nothing = options.args is None and options.sig is None
        way_out = "; give arguments with --args, or their types with --sig" if nothing else ""
        raise UsageError(f"{options.function}: {error}{way_out}") from None
    return args, kwargs


def _call(text: str, option: str) -> ast.Call:
    """`text` as the arguments of a call."""
    try:
        tree = ast.parse(f"f({text}\n)", mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"{option} {text!r}: {getattr(error, 'msg', error)}") from None
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
        raise UsageError(f"{option} {text!r}: these are not the arguments of one call")
    return tree


def _evaluate(text: str, namespace: dict[str, Any]) -> Arguments:
    """The values of arguments that are written in Python."""
    call = ast.Expression(_call(text, "--args"))
    call.body.func.id = "%collect"  # type: ignore[attr-defined]  # a name that no module has
    with _failures(f"--args {text!r}"):
        namespace["%collect"] = lambda *args, **kwargs: (args, kwargs)
        found: Arguments = eval(compile(call, "--args", "eval"), namespace)
    return found


_KINDS: dict[str, tuple[Any, Any]] = {
    "f64": (np.float64(1), np.float64),
    "f32": (np.float32(1), np.float32),
    "i64": (np.int64(1), np.int64),
    "bool": (True, np.bool_),
    "int": (1, np.int64),
    "float": (1.0, np.float64),
    "complex": (1j, np.complex128),
}


def _samples(text: str) -> Arguments:
    """Values of the types in a signature."""
    call = _call(text, "--sig")
    return tuple(map(_sample, call.args)), {str(k.arg): _sample(k.value) for k in call.keywords}


def _sample(node: ast.expr) -> Any:
    match node:
        case ast.Name(kind) if kind in _KINDS:
            return _KINDS[kind][0]
        case ast.Subscript(ast.Name(kind), sizes) if kind in _KINDS:
            return _sample_array(_KINDS[kind][1], sizes)
        case ast.Call(ast.Name("tuple"), items, []):
            return tuple(map(_sample, items))
        case ast.Call(ast.Name("list"), items, []):
            return list(map(_sample, items))
    known = f"{', '.join(_KINDS)}, tuple(...) and list(...)"
    raise UsageError(f"--sig: {ast.unparse(node)!r} is not a type; there are {known}")


def _sample_array(dtype: Any, sizes: ast.expr) -> Any:
    try:
        # Nothing reads its elements, so that they need no memory.
        return np.broadcast_to(np.ones((), dtype), ast.literal_eval(sizes))
    except (ValueError, TypeError):
        raise UsageError(f"--sig: [{ast.unparse(sizes)}] are not the sizes of an array") from None


if __name__ == "__main__":
    sys.exit(main())
