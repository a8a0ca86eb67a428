"""`ad-dump` at the shell: every option, and one clear line for whatever is wrong."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import s2s_ad
from s2s_ad import cli

ROOT = Path(__file__).parent.parent

MODULE = """\
import math

import numpy as np

print("imported")
WEIGHTS = np.ones(3)


def square(x):
    y: float = x * x
    return y


def weighted(x, w=2.0, *, offset=0.0):
    return np.sum(x * w) + offset


def nothing():
    return 1.0


def lazy(x):
    global sample
    sample = x


class Model:
    class Layer:
        def apply(self, x):
            return 3.0 * x

    @staticmethod
    def half(x):
        return x / 2.0


bound = Model.Layer().apply
cube = lambda x: x * x * x


def chosen(x):
    match x:
        case [a, 0.0] if a > 0:
            y = a
        case _:
            y = 0.0
    return y


exec("def without_source(x): return x")
"""


class Run(NamedTuple):
    """What one run of the command gave."""

    status: int
    out: str
    err: str


Dump = Callable[..., Run]


@pytest.fixture
def dump(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Dump:
    """Runs `ad-dump` in a directory with the module `sample.py`."""
    (tmp_path / "sample.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "sample", raising=False)

    def run(*argv: str) -> Run:
        try:
            status = cli.main(argv)
        except SystemExit as exit:
            status = int(exit.code or 0)
        return Run(status, *capsys.readouterr())

    return run


def defines(run: Run, name: str) -> bool:
    """Whether a run was good, and its output is Python that defines the function `name`."""
    assert run.status == 0, run.err
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in ast.parse(run.out).body)


# --- which function ---------------------------------------------------------------------------------------------------


def test_a_function_in_a_file(dump: Dump) -> None:
    """The whole output, and what the file prints is not part of it."""
    status, out, err = dump("sample.py:square", "--args", "3.0")
    assert status == 0
    assert out == s2s_ad.source(sys.modules["sample_py"].square, 3.0)
    assert err == "imported\n"


def test_a_function_in_a_module(dump: Dump) -> None:
    """Modules are found from the working directory."""
    assert defines(dump("sample:square", "--args", "3.0"), "square_pullback")


def test_a_file_imports_its_neighbours(dump: Dump, tmp_path: Path) -> None:
    """As it would if it were run, from wherever that is."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "neighbour_of_inner.py").write_text("def twice(x):\n    return 2.0 * x\n")
    (tmp_path / "inner" / "main.py").write_text("from neighbour_of_inner import twice\n")
    assert defines(dump("inner/main.py:twice", "--args", "3.0"), "twice_pullback")


def test_a_file_may_be_named_as_a_library(dump: Dump, tmp_path: Path) -> None:
    """It is not taken for the library, and does not take its place."""
    (tmp_path / "math.py").write_text("def double(x):\n    return 2.0 * x\n\ndef f(x):\n    return double(x)\n")
    before = sys.modules["math"]
    assert defines(dump("math.py:f", "--args", "3.0"), "f_pullback")
    assert sys.modules["math"] is before


@pytest.mark.parametrize(
    ("path", "args", "name"),
    [
        ("Model.half", "3.0", "half_pullback"),
        ("Model.Layer.apply", "Model.Layer(), 3.0", "apply_pullback"),
        ("bound", "3.0", "apply_pullback"),
        ("cube", "3.0", "lambda_pullback"),
    ],
)
def test_paths_to_functions(dump: Dump, path: str, args: str, name: str) -> None:
    """Attributes of classes, bound methods and lambdas."""
    assert defines(dump(f"sample.py:{path}", "--args", args), name)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("sample.py", "'sample.py' is not of the form FILE:FUNCTION"),
        ("sample.py:", "'sample.py:' is not of the form FILE:FUNCTION"),
        (":square", "':square' is not of the form FILE:FUNCTION"),
        ("other.py:square", "there is no file other.py"),
        ("./:square", "there is no file ."),
        ("other:square", "there is no module 'other'"),
        ("sample.deeper:square", "there is no module 'sample.deeper'"),
        ("sample.py:sqare", "sample.py has no 'sqare'; did you mean 'square'?"),
        ("sample.py:Model.zzz", "sample.py has no 'Model.zzz'"),
        ("sample.py:WEIGHTS", "'WEIGHTS' in sample.py is no function but of type ndarray"),
    ],
)
def test_functions_that_are_not_there(dump: Dump, path: str, message: str) -> None:
    """One line says what is missing."""
    run = dump(path, "--args", "3.0")
    assert (run.status, run.out) == (2, "")
    assert run.err.removeprefix("imported\n") == f"ad-dump: {message}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f(x:\n", "bad.py:1: '(' was never closed"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        ("import not_installed_at_all\n", "ModuleNotFoundError: No module named 'not_installed_at_all'"),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
        ("raise ValueError('two\\nlines')\n", "ValueError: two lines"),
        ("raise KeyError\n", "KeyError"),
    ],
)
@pytest.mark.parametrize("path", ["bad.py:f", "bad:f"])
def test_files_that_cannot_be_imported(dump: Dump, tmp_path: Path, text: str, message: str, path: str) -> None:
    """One line with the reason."""
    (tmp_path / "bad.py").write_text(text)
    sys.modules.pop("bad", None)
    run = dump(path, "--args", "3.0")
    assert (run.status, run.out) == (2, "")
    where = f"{tmp_path}{os.sep}" if "Error" not in message and "Exit" not in message and path == "bad:f" else ""
    assert run.err == f"ad-dump: cannot import {path[:-2]}: {where}{message}\n"


def test_an_attribute_that_cannot_be_read(dump: Dump, tmp_path: Path) -> None:
    """A module may do as it likes when it is asked for a name."""
    (tmp_path / "odd.py").write_text("def __getattr__(name):\n    raise RuntimeError(f'not {name}')\n")
    assert dump("odd.py:f") == (2, "", "ad-dump: cannot read odd.py:f: RuntimeError: not f\n")


# --- its arguments ----------------------------------------------------------------------------------------------------


def test_arguments_may_be_named(dump: Dump) -> None:
    """They are those of a call, with the names of the module, `np`, `numpy` and `math` at hand."""
    run = dump("sample.py:weighted", "--args", "WEIGHTS * numpy.ones(3), w=np.ones(3), offset=math.pi,  # all")
    assert defines(run, "weighted_pullback")


def test_arguments_may_begin_with_a_minus(dump: Dump) -> None:
    """They are not taken for an option."""
    run = dump("sample.py:weighted", "--args", "-1.0,-2.0", "--stage", "typed")
    assert run.status == 0
    assert run.out.startswith("def weighted(%x: float, %w: float, %offset: float):\n")


def test_no_arguments_are_needed_where_none_are_taken(dump: Dump) -> None:
    """Nor where all have defaults."""
    assert defines(dump("sample.py:nothing"), "nothing_pullback")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ("x", "--args 'x': NameError: name 'x' is not defined"),
        ("1 / 0", "--args '1 / 0': ZeroDivisionError: division by zero"),
        ("1 2", "--args '1 2': invalid syntax. Perhaps you forgot a comma?"),
        ("1)(2", "--args '1)(2': these are not the arguments of one call"),
        ("1) + f(2", "--args '1) + f(2': these are not the arguments of one call"),
        ("1, 2", "sample.py:square: too many positional arguments"),
        ("z=1", "sample.py:square: missing a required argument: 'x'"),
        ("", "sample.py:square: missing a required argument: 'x'"),
    ],
)
def test_bad_arguments(dump: Dump, args: str, message: str) -> None:
    """One line says what is wrong with them."""
    assert dump("sample.py:square", "--args", args) == (2, "", f"imported\nad-dump: {message}\n")


def test_missing_arguments(dump: Dump) -> None:
    """The line names both ways to give them."""
    status, out, err = dump("sample.py:square")
    assert (status, out) == (2, "")
    assert err == (
        "imported\nad-dump: sample.py:square: missing a required argument: 'x'; give arguments with --args, or their "
        "types with --sig\n"
    )


@pytest.mark.parametrize(
    ("sig", "described"),
    [
        ("f64", "f64[]"),
        ("f32[3]", "f32[n]"),
        ("f64[3, 1]", "f64[n,1]"),
        ("f64[1_000_000_000, 1_000]", "f64[n,n]"),
        ("f64[()]", "f64[]"),
        ("i64[2]", "i64[n]"),
        ("i64", "i64[]"),
        ("bool", "bool"),
        ("bool[2]", "b8[n]"),
        ("int", "int"),
        ("float", "float"),
        ("tuple(float, f32[2])", "tuple[float, f32[n]]"),
        ("list(float, float)", "list[float]"),
        (
            "list(tuple(f64[2, 3], f64[3]), tuple(f64[3, 1], f64[1]))",
            "list[tuple[f64[n,n], f64[n]], tuple[f64[n,1], f64[1]]]",
        ),
        ("x=float", "float"),
    ],
)
def test_types_of_arguments(dump: Dump, tmp_path: Path, sig: str, described: str) -> None:
    """Every type of the little language, which costs no memory."""
    (tmp_path / "identity.py").write_text("def identity(x):\n    return x\n")
    run = dump("identity.py:identity", "--sig", sig, "--stage", "typed")
    assert run.status == 0, run.err
    assert run.out.startswith(f"def identity(%x: {described}):\n")


KINDS = "f64, f32, i64, bool, int, float, complex, tuple(...) and list(...)"


@pytest.mark.parametrize(
    ("sig", "message"),
    [
        ("f16", f"--sig: 'f16' is not a type; there are {KINDS}"),
        ("3.0", f"--sig: '3.0' is not a type; there are {KINDS}"),
        ("tuple(float, set(int))", f"--sig: 'set(int)' is not a type; there are {KINDS}"),
        ("*float", f"--sig: '*float' is not a type; there are {KINDS}"),
        ("f64[n]", "--sig: [n] are not the sizes of an array"),
        ("f64[-1]", "--sig: [-1] are not the sizes of an array"),
        ("f64[2.5]", "--sig: [2.5] are not the sizes of an array"),
        ("f64[3", "--sig 'f64[3': closing parenthesis ')' does not match opening parenthesis '[' on line 1"),
        ("float, float", "sample.py:square: too many positional arguments"),
    ],
)
def test_bad_types(dump: Dump, sig: str, message: str) -> None:
    """One line says what is wrong with them."""
    assert dump("sample.py:square", "--sig", sig) == (2, "", f"imported\nad-dump: {message}\n")


def test_arguments_are_given_in_one_way(dump: Dump) -> None:
    """Values and types exclude each other."""
    status, out, err = dump("sample.py:square", "--args", "1.0", "--sig", "float")
    assert (status, out) == (2, "")
    assert err == "ad-dump: argument --sig: not allowed with argument --args; see ad-dump --help\n"


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_stage_core(dump: Dump) -> None:
    """The function in simpler Python; no arguments are needed."""
    assert dump("sample.py:square", "--stage", "core").out == "def square(x):\n    y = x * x\n    return y\n"
    assert dump("sample.py:cube", "--stage", "core").out == "lambda x: x * x * x\n"
    first = "subject = x\n    if subject matches [a, 0.0] if a > 0:\n        y = a\n    else:\n        y = 0.0\n"
    assert first in dump("sample.py:chosen", "--stage", "core").out


def test_stage_ssa(dump: Dump) -> None:
    """IR without types; no arguments are needed."""
    out = dump("sample.py:square", "--stage", "ssa").out
    assert out == "def square(%x):\n    %y = mul(%x, %x)\n    return %y\n"


def test_stage_typed(dump: Dump) -> None:
    """IR with types."""
    out = dump("sample.py:square", "--stage", "typed", "--sig", "f64[3]").out
    assert out == "def square(%x: f64[n]):\n    %y = mul(%x, %x)  # f64[n]\n    return %y\n"


@pytest.mark.parametrize("stage", ["adjoint", "optimized"])
def test_stages_in_two_halves(dump: Dump, stage: str) -> None:
    """The forward block, and the adjoint block, which reads the former's values by the same names."""
    out = dump("sample.py:square", "--stage", stage, "--sig", "f64[3]").out
    forward, backward = out.split("\n\n")
    assert forward.startswith("block(%x: f64[n]):\n")
    assert backward.startswith("block(%y_bar: f64[n]):\n")
    assert "%x)" in backward


def test_stage_python_is_the_default(dump: Dump) -> None:
    """It is what `source` gives."""
    given = ("sample.py:weighted", "--sig", "f64[3]")
    assert dump(*given).out == dump(*given, "--stage", "python").out
    assert dump(*given).out == s2s_ad.source(sys.modules["sample_py"].weighted, np.ones(3))


@pytest.mark.parametrize("mode", ["pullback", "grad", "value_and_grad"])
def test_modes(dump: Dump, mode: str) -> None:
    """The form of the generated function."""
    assert defines(dump("sample.py:square", "--args", "3.0", "--mode", mode), f"square_{mode}")


@pytest.mark.parametrize(("text", "argnums"), [("1", 1), ("w", "w"), ("x, 1", ["x", 1]), ("0,", [0]), ("-1", -1)])
def test_argnums(dump: Dump, text: str, argnums: int | str | list[int | str]) -> None:
    """Numbers and names; a comma makes a tuple."""
    run = dump("sample.py:weighted", "--sig", "f64[3], f64[3]", "--mode", "grad", f"--argnums={text}")
    function = sys.modules["sample_py"].weighted
    assert run.out == s2s_ad.source(function, np.ones(3), np.ones(3), mode="grad", argnums=argnums)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--mode", "grad", "--argnums", "y"], "square() has no parameter 'y'"),
        (["--mode", "grad", "--argnums", "1"], "argnums 1 is out of range: square() takes 1 arguments"),
        (["--mode", "grad", "--argnums", ","], "--argnums names no parameter"),
        (["--argnums", "0"], "--argnums goes with --mode grad or value_and_grad; a pullback is by all parameters"),
    ],
)
def test_bad_argnums(dump: Dump, options: list[str], message: str) -> None:
    """One line says what is wrong with them."""
    run = dump("sample.py:square", "--args", "3.0", *options)
    assert (run.status, run.out) == (2, "")
    assert run.err.removeprefix("imported\n") == f"ad-dump: {message}\n"


def test_no_optimize(dump: Dump) -> None:
    """It is what the compiler makes without its optimisations."""
    run = dump("sample.py:weighted", "--sig", "f64[3]", "--no-optimize")
    assert run.out == s2s_ad.source(sys.modules["sample_py"].weighted, np.ones(3), optimize=False)


@pytest.mark.parametrize("stage", ["core", "ssa", "python"])
def test_refusals_are_shown_in_full(dump: Dump, stage: str) -> None:
    """Place, line, carets and hint of every problem."""
    run = dump("sample.py:lazy", "--args", "3.0", "--stage", stage)
    assert (run.status, run.out) == (2, "")
    with pytest.raises(s2s_ad.UnsupportedSyntaxError) as refusal:
        s2s_ad.source(sys.modules["sample_py"].lazy, 3.0)
    assert run.err == f"imported\n{refusal.value}\n"
    assert re.match(r"imported\nsample\.py:\d+:\d+: in lazy: .*\n +global sample\n +\^+\nhint: ", run.err)


@pytest.mark.parametrize(("path", "name"), [("sample.py:without_source", "without_source"), ("zlib:crc32", "crc32")])
@pytest.mark.parametrize("stage", ["core", "ssa", "python"])
def test_functions_without_source(dump: Dump, path: str, name: str, stage: str) -> None:
    """They are refused as the compiler refuses them."""
    run = dump(path, "--args", "3.0", "--stage", stage)
    assert (run.status, run.out) == (2, "")
    assert f"`{name}` is not" in run.err
    assert "\nhint: " in run.err


def test_failures_of_the_compiler_are_one_line(dump: Dump, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong, there is no traceback."""

    def fail(*args: object, **kwargs: object) -> str:
        raise LookupError("it is\nnot there")

    monkeypatch.setattr(cli, "stage_text", fail)
    run = dump("sample.py:square", "--args", "3.0")
    assert run == (2, "", "imported\nad-dump: cannot compile sample.py:square: LookupError: it is not there\n")


def test_interrupts_are_quiet(dump: Dump, monkeypatch: pytest.MonkeyPatch) -> None:
    """The status is the shell's for an interrupt."""

    def interrupt(*args: object, **kwargs: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "stage_text", interrupt)
    assert dump("sample.py:square", "--args", "3.0") == (130, "", "imported\n")


# --- where it goes ----------------------------------------------------------------------------------------------------

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("stage", ["core", "ssa", "python"])
def test_colours_change_nothing_else(dump: Dump, stage: str) -> None:
    """Without the escape codes the text is that without colours, whose long lines are whole."""
    given = ("sample.py:weighted", "--args", "1.0", "--stage", stage)
    plain, coloured = dump(*given, "--color", "never").out, dump(*given, "--color", "always").out
    assert ESCAPE.search(coloured)
    assert ESCAPE.sub("", coloured) == plain


def test_colours_on_a_terminal(dump: Dump, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default only there, and not where the user wants none anywhere."""
    given = ("sample.py:square", "--args", "3.0")
    assert not ESCAPE.search(dump(*given).out)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert ESCAPE.search(dump(*given).out)
    assert not ESCAPE.search(dump(*given, "--color", "never").out)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not ESCAPE.search(dump(*given).out)


@pytest.mark.parametrize("option", ["-o", "--output"])
def test_output_to_a_file(dump: Dump, tmp_path: Path, option: str) -> None:
    """Nothing is printed, and the file has what would be."""
    given = ("sample.py:square", "--args", "3.0")
    plain = dump(*given).out
    assert dump(*given, option, "out.py")[:2] == (0, "")
    assert (tmp_path / "out.py").read_text() == plain
    dump(*given, option, "out.txt", "--color", "always")
    assert ESCAPE.search((tmp_path / "out.txt").read_text())


def test_output_that_cannot_be_written(dump: Dump) -> None:
    """One line with the reason."""
    run = dump("sample.py:square", "--args", "3.0", "-o", "not/there.py")
    assert run == (2, "", "imported\nad-dump: cannot write not/there.py: No such file or directory\n")


def test_version(dump: Dump) -> None:
    """That of the package."""
    assert dump("--version") == (0, f"ad-dump {s2s_ad.__version__}\n", "")


def test_help_names_every_option(dump: Dump) -> None:
    """And ends well."""
    status, out, _ = dump("--help")
    assert status == 0
    for option in ("--args", "--sig", "--stage", "--mode", "--argnums", "--no-optimize", "--output", "--color"):
        assert option in out


@pytest.mark.parametrize("argv", [[], ["sample.py:square", "--stage", "tokens"], ["--no-such-option"]])
def test_bad_options_are_one_line(dump: Dump, argv: list[str]) -> None:
    """With a pointer to the help, and no usage text."""
    status, out, err = dump(*argv)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("ad-dump: ")
    assert err.endswith("; see ad-dump --help\n")


# --- as a process -----------------------------------------------------------------------------------------------------

COMMAND = [sys.executable, "-m", "s2s_ad.cli"]


def test_a_pipe_gets_plain_text() -> None:
    """The demo's call, from the shell."""
    given = ["examples/tutorial.py:taylor_sine", "--args", "0.5"]
    run = subprocess.run([*COMMAND, *given], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stderr == ""
    assert run.stdout.startswith("def taylor_sine_pullback(x):\n")
    assert "\x1b" not in run.stdout


def test_a_pipe_may_be_closed_early() -> None:
    """As `head` does; nobody complains."""
    reader, writer = os.pipe()
    os.close(reader)
    given = ["examples/tutorial.py:taylor_sine", "--stage", "ssa"]
    with os.fdopen(writer, "wb") as out:
        run = subprocess.run([*COMMAND, *given], cwd=ROOT, stdout=out, stderr=subprocess.PIPE, check=True)
    assert run.stderr == b""


def test_names_that_the_terminal_cannot_show(tmp_path: Path) -> None:
    """They are escaped."""
    (tmp_path / "greek.py").write_text("def f(α):\n    return α\n", encoding="utf-8")
    run = subprocess.run(
        [*COMMAND, "greek.py:f", "--stage", "ssa"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith("def f(%\\u03b1):\n")


def test_the_command_is_installed() -> None:
    """The entry point is `main`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"ad-dump": f"{cli.main.__module__}:{cli.main.__name__}"}
