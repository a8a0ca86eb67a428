"""Writes in place: `append` is followed, everything else refused."""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.table import HANDLERS, REWRITE, Handler, handles
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.errors import MutationError, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Operand, Value
from s2s_ad.ir.types import (
    UNKNOWN,
    Array,
    Dict,
    Instance,
    List,
    Never,
    Number,
    Record,
    Tuple,
    Type,
    Unknown,
    join,
)
from s2s_ad.rules.numpy.methods import METHODS
from s2s_ad.rules.registry import registry

_INSTEAD = {
    "copy": "build the copy part by part",
    "itertools": "write the loop out",
    "collections": "use a list, a tuple or a dict",
    "builtins": "index the sequence, or loop over it",
}
WRITING_METHODS = frozenset({
    "append", "clear", "extend", "fill", "insert", "itemset", "partition", "pop", "popitem", "put", "remove", "resize",
    "reverse", "setdefault", "setfield", "setflags", "sort", "update", "add", "discard", "byteswap",
})  # fmt: skip


def refuse_writing_method(s: Emitter, t: Type, name: str) -> None:
    """Refuse a method that writes, called or taken as a value."""
    dunder = name.startswith(("__set", "__del", "__i")) and name not in (
        "__init__",
        "__index__",
        "__int__",
        "__invert__",
    )
    if (name in WRITING_METHODS or dunder) and isinstance(t, (Array, List, Dict, Unknown)):
        raise MutationError(f"`.{name}` writes in place", s.span, REWRITE)


def refuse_foreign_method(s: Emitter, t: Type, name: str, args: list[Operand]) -> None:
    """Refuse a method of which nothing is known where it could write to an argument."""
    harmless = name in METHODS or t in (Instance(str), Instance(bytes))
    if not harmless and any(_is_mutable(type_of_operand(a)) for a in args):
        raise MutationError(
            f"`.{name}()` may write to its argument",
            s.span,
            "call a function with a rule, or pass the method's result to this function as an argument",
        )


def refuse_writes(s: Emitter, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> None:
    """Refuse `out=`, by name or by position, and foreign functions that may write to their arguments."""
    given = constant(kwargs.get("out"), default=0 if "out" in kwargs else None) is not None
    if given or len(args) > _inputs(fn):
        raise MutationError("`out` writes in place", s.span, "use the value that the call returns")
    if _is_foreign(fn) and any(_is_mutable(type_of_operand(a)) for a in (*args, *kwargs.values())):
        if getattr(fn, "__module__", None) in _INSTEAD:
            raise UnsupportedSyntaxError(f"`{fn.__name__}` of a container", s.span, _INSTEAD[fn.__module__])
        raise MutationError(
            f"`{getattr(fn, '__name__', fn)}` may write to its argument",
            s.span,
            "pass the arrays themselves" if isinstance(fn, type) else "give it a derivative with `def_rrule`",
        )


@functools.cache
def _inputs(fn: Any) -> int:
    """How many positional arguments a NumPy function takes before the one that is its output."""
    if isinstance(fn, np.ufunc):
        return fn.nin
    owner = getattr(fn, "__self__", None)
    if isinstance(owner, np.ufunc):
        return {"reduce": 3, "accumulate": 3, "reduceat": 4, "outer": 2}.get(fn.__name__, 0)
    if (getattr(fn, "__module__", None) or "").partition(".")[0] != "numpy":
        return 1000
    if fn in (np.dot, np.concatenate):
        return 2
    try:
        parameters = inspect.signature(fn).parameters
    except (TypeError, ValueError):
        return 1000
    by_position = "out" in parameters and parameters["out"].kind is not inspect.Parameter.KEYWORD_ONLY
    return list(parameters).index("out") if by_position else 1000


def _is_foreign(fn: Any) -> bool:
    """Whether nothing is known of a function: it has no rule, and is not NumPy's."""
    if isinstance(fn, type) and issubclass(fn, BaseException):
        return False
    root = (getattr(fn, "__module__", None) or "").partition(".")[0]
    harmless = root in ("numpy", "scipy", "s2s_ad", "_operator") or (root == "builtins" and fn is not next)
    known = harmless or isinstance(fn, np.ufunc) or fn in HANDLERS
    return (
        not known
        and registry.get(fn) is None
        and not isinstance(getattr(fn, "__self__", None), (np.random.Generator, np.ufunc))
    )


def _is_mutable(t: Type) -> bool:
    return isinstance(t, (List, Dict, Record, Unknown)) or (isinstance(t, Array) and (t.axes != () or t.boxed))


@handles(primitives.append)
def _append(s: Emitter, args: list[Operand], _: Any) -> Operand:
    items, item = args
    t = type_of_operand(items)
    if isinstance(t, Never):
        return UNDEFINED
    if not isinstance(t, List):
        raise MutationError("`.append()` on something that is not surely a list made in this function", s.span, REWRITE)
    made = s.definitions.get(items) if isinstance(items, Value) else None
    is_hidden = s.hidden or getattr(items, "name", None) is None  # that of a generator has no name
    if is_hidden and made is not None and constant(made.target) is primitives.make_list:
        return s.apply(primitives.make_list, [*made.args, item])  # type: ignore[list-item]
    return s.emit(primitives.append, args, None, List(join(t.item, type_of_operand(item))))


@handles(primitives.store)
def _store(s: Emitter, args: list[Operand], _: Any) -> Operand:
    raise MutationError("writing to an item in place", s.span, REWRITE)


def _in_place(plain: Callable[..., Any]) -> Handler:
    def handler(s: Emitter, args: list[Operand], _: Any) -> Operand:
        t = type_of_operand(args[0])
        if isinstance(t, Unknown):
            return s.apply(plain, [s.emit(runtime.immutable, [args[0]], None, UNKNOWN), args[1]])
        immutable = isinstance(t, (Number, Tuple, Instance)) or (isinstance(t, Array) and t.axes == () and not t.boxed)
        if not immutable and not isinstance(t, Never):
            raise MutationError(
                f"an augmented assignment that writes in place ({_noun(t)})",
                s.span,
                "write `x = x + y` to make a new value",
            )
        return s.apply(plain, args)

    return handler


def _noun(t: Type) -> str:
    return {Array: "an array", List: "a list"}.get(type(t), "the type of the variable is not known")


for _plain in (
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.matmul, operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift,
):  # fmt: skip
    HANDLERS[getattr(operator, f"i{_plain.__name__.rstrip('_')}")] = _in_place(_plain)


@handles(
    operator.setitem,
    operator.delitem,
    np.copyto,
    np.put,
    np.place,
    np.putmask,
    np.put_along_axis,
    np.fill_diagonal,
    np.add.at,
    np.subtract.at,
    np.multiply.at,
    np.divide.at,
    np.maximum.at,
    np.minimum.at,
    np.random.shuffle,
)
def _writing_function(s: Emitter, args: list[Operand], _: Any) -> Operand:
    raise MutationError("a function that writes to its argument", s.span, REWRITE)
