"""What a function finds outside itself: globals, captured variables, defaults.

Code is resolved now and guarded; data is read when control gets there, and only its type is guarded.
"""

from __future__ import annotations

import functools
from collections import deque
from types import CellType, FunctionType
from typing import Any

import numpy as np

from s2s_ad.analysis import written_globals
from s2s_ad.analysis.captured import Captured, Elsewhere
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.guards import MISSING
from s2s_ad.analysis.program import Lowered
from s2s_ad.analysis.statics import is_immutable, named
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand
from s2s_ad.ir.values import fields_of, is_code, type_of


def read_global(s: Emitter, name: str) -> Operand:
    """A global name: code is resolved now and guarded, data is read when control gets there."""
    names = s.names
    assert names is not None
    key = (id(names.globals), name)
    try:
        scope, value = names.lookup(name)
    except KeyError:
        s.program.guard(names.globals, name, MISSING)
        s.raise_error(NameError, f"name {name!r} is not defined")
        return UNDEFINED
    if is_code(value):
        if str(names.globals.get("__name__")).startswith("s2s_ad.rules."):
            return Const(value)  # our own modules stay as they are
        s.program.guard(names.globals, name, MISSING if scope == "builtin" else value)
        return Const(value)
    t = type_of(value, ("global", *key))
    s.program.guard(names.globals, name, type_of(value), by_type=True)
    return written_globals.read(s, names.globals, name, t)


def guard_function(s: Emitter, fn: FunctionType) -> None:
    """Rely on a callee's code and defaults."""
    if not (fn.__module__ or "").startswith("s2s_ad."):
        for part in ("__code__", "__defaults__", "__kwdefaults__"):
            s.program.guard(fn, part, getattr(fn, part))


def default(s: Emitter, fn: FunctionType, parameter: str) -> Operand:
    """The default of a parameter, from the table that the function has now."""
    if fn.__kwdefaults__ and parameter in fn.__kwdefaults__:
        holder: Any = fn.__kwdefaults__
        key: Any = parameter
    else:
        holder, names = fn.__defaults__ or (), fn.__code__.co_varnames[: fn.__code__.co_argcount]
        key = names.index(parameter) - len(names) + len(holder)
    _refuse_kept(s, fn, holder[key])
    return held(s, holder, key)


def held(s: Emitter, holder: Any, key: Any) -> Operand:
    """An item of a table: a constant where it can never change, else data of a type that is guarded."""
    value = holder[key]
    if is_immutable(value):
        if isinstance(holder, dict):
            s.program.guard(holder, key, value)
        return Const(value)
    s.program.guard(holder, key, type_of(value), by_type=True)
    return written_globals.read_outside(s, primitives.identity, value)


def cell(s: Emitter, callee: Lowered, name: str) -> Operand:
    """A variable that a callee has captured: code is resolved now and guarded, data is read at run time."""
    box = callee.names.closure[name]
    value = box.cell_contents
    if is_code(value):
        s.program.guard(box, "cell_contents", value)
        return Const(value)
    s.program.guard(box, "cell_contents", type_of(value), by_type=True)
    own = _given_cell(s, box) or _given_to(s, callee.fn, value)
    return own or named(written_globals.read_outside(s, getattr, box, "cell_contents"), name)


def held_by_partial(s: Emitter, code: functools.partial[Any], holder: Any, key: Any) -> Operand:
    """The same as `held`, of an argument that a `partial` has."""
    return _given_to(s, code, holder[key]) or held(s, holder, key)


def _given_to(s: Emitter, code: Any, value: Any) -> Operand | None:
    """The parameter that is an object which code has captured; refused where it is a container and cannot be told."""
    own = given_object(s, value)
    if own is None:
        _refuse_kept(s, code, value)
    return own


def _refuse_kept(s: Emitter, code: Any, value: Any) -> None:
    """Refuse what code has captured and an argument has in it too, beside that code: a change of it is seen by both."""
    if isinstance(value, (list, dict, deque, np.ndarray)) and s.program.given.keeps(code):
        _given(s, value)


def _given_cell(s: Emitter, cell: CellType) -> Operand | None:
    """The variable of the function to be compiled that another function has captured as well, if it is one."""
    given = s.program.given
    if not given.cells() or given.wanted is not None:  # the derivative by what is captured is not asked for
        return None
    return _given(s, cell)


def given_object(s: Emitter, thing: Any) -> Operand | None:
    """The parameter that is an object which a function has captured, or is bound to, if there is one."""
    return None if fields_of(thing) is None else _given(s, thing)


def _given(s: Emitter, thing: Any) -> Operand | None:
    known = s.program.captured.get(id(thing))
    if known is None:
        known = s.program.captured[id(thing)] = Captured(thing, s.program.given.place_of(thing))
    own = s.own.get(id(thing))
    if own is None and known.place is not Elsewhere.NOWHERE:
        what = "a call of a function that has captured an argument, or part of one, whose derivative would be lost"
        raise CapturedError(what, s.span, "call the method of the object, `obj.f(x)`, or pass it what it reads")
    return own


class CapturedError(UnsupportedSyntaxError):
    """A function has captured what the one to be compiled is given, and is not evaluated where that is known."""
