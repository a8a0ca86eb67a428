"""Classes that are made inside a function, and their methods.

Each time that the statement `class` is evaluated, a class is made that stands in for the one of the program. Its
methods are functions that are never run: they lead to the nested functions that have their code, and that see the
variables of the function around them as these are when a method is called.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from s2s_ad.analysis.statics import is_hashable
from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.ir import primitives, types
from s2s_ad.ir.nodes import Const, Operand, Value
from s2s_ad.ir.types import Closure, Dict, List, Record, Static, Tuple, Type

if TYPE_CHECKING:
    from s2s_ad.analysis.emission import Emitter

_MAKERS = (primitives.MakeClosure, primitives.MakeObject, primitives.Refreshed)
_FOLLOWED = frozenset({
    getattr, isinstance, issubclass, len, bool, list, tuple, dict, reversed, zip, enumerate, operator.getitem,
    operator.add, operator.mul, operator.is_, operator.is_not, operator.not_, primitives.make_tuple,
    primitives.make_list, primitives.make_dict, primitives.merge_dicts, primitives.visible, *primitives.IN_PLACE,
})  # fmt: skip
_SHOWS = frozenset({print, str, repr, format})
_TEXTS = frozenset({"__repr__", "__str__", "__format__"})
OUTSIDE = "define the class outside of the function"


@dataclass(frozen=True, eq=False)
class LocalClass:
    """A class that was made in the code of an `instance`; its methods have the same `birth`."""

    instance: Any
    birth: object


@dataclass(frozen=True, eq=False)
class Method:
    """The nested function that a method is, and whose it is. `birth` is a box that is full where the class is known.

    `runs`: what stands in for it has its code, and does the same where that reads nothing around it.
    """

    closure: Value
    owner: Any
    birth: object
    runs: bool


def classes_in(t: Type) -> Iterator[type]:
    """The classes of the objects in a value of type `t`, and those that are in it themselves."""
    match t:
        case Record(cls, _, parts):
            yield cls
        case Tuple(parts, cls):
            yield cls
        case Dict(_, parts) | Closure(_, parts):
            pass
        case List(item, items):
            parts = (item, *(items or ()))
        case types.Iterable(item):
            parts = (item,)
        case Static(value):
            parts = ()
            if isinstance(value, type):
                yield value
        case _:
            return
    for part in parts:
        yield from classes_in(part)


def made_here(s: Emitter, operands: Iterable[Operand]) -> Iterator[type]:
    """The classes made inside a function that are among operands, or whose objects are in them."""
    for operand in operands:
        parts = operand.value if isinstance(operand, Const) else ()
        held = parts if isinstance(parts, tuple) else (parts,)
        found = (v for v in held if isinstance(v, type)) if isinstance(operand, Const) else classes_in(operand.type)
        yield from (cls for cls in found if cls in s.program.classes)


def refuse_foreign(s: Emitter, fn: Any, operands: Sequence[Operand]) -> None:
    """Refuse to give an object with methods of its own to code that is not followed, and may call them."""
    value = fn.value if isinstance(fn, Const) else fn
    if isinstance(value, _MAKERS) or hasattr(value, "typed") or (is_hashable(value) and value in _FOLLOWED):
        return
    shows = isinstance(value, primitives.FString) or (is_hashable(value) and value in _SHOWS)
    for cls in made_here(s, operands):
        own = [n for c in cls.__mro__ for n, v in vars(c).items() if inspect.isfunction(v) and v in s.program.methods]
        if not shows or not _TEXTS.isdisjoint(own):
            raise UnsupportedSyntaxError(
                f"an object of `{cls.__name__}`, a class inside a function, in code that is not followed",
                s.span,
                f"pass the attributes that are needed, or {OUTSIDE}",
            )


def refuse_unknown(s: Emitter, operand: Operand) -> None:
    """Refuse to look into what may be an object of one of several classes inside a function."""
    if s.program.classes and not s.in_adjoint and isinstance(operand, Value) and operand.type == types.UNKNOWN:
        raise UnsupportedSyntaxError(
            "a method, an attribute or a call of something whose class is not known here, or one of several,"
            " beside classes inside a function",
            s.span,
            f"do it where the class is known, or {OUTSIDE}",
        )


def refuse_to_leave(s: Emitter, operands: Iterable[Operand]) -> None:
    """Refuse what the caller would find another class of at each call."""
    for cls in made_here(s, operands):
        raise UnsupportedSyntaxError(
            f"an object of `{cls.__name__}`, a class inside a function, that leaves the function",
            s.span,
            f"return the attributes that are needed, or {OUTSIDE}",
        )
