"""What one compilation knows: the functions it has met, and the facts about the outside world that it relies on."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any, NamedTuple

import gast

from s2s_ad.analysis.captured import Captured, Given
from s2s_ad.analysis.guards import Guard
from s2s_ad.analysis.local_classes import LocalClass, Method
from s2s_ad.errors import SourceUnavailableError, Span
from s2s_ad.frontend.check import check_syntax
from s2s_ad.frontend.desugar import desugar
from s2s_ad.frontend.desugar.grouping import expand_groups
from s2s_ad.frontend.desugar.managers import follow_managers, halves, split_manager
from s2s_ad.frontend.lower import lower
from s2s_ad.frontend.source import (
    FunctionSource,
    LiveNames,
    deep_recursion,
    find_source,
    live_names,
    outside_value,
)
from s2s_ad.ir.nodes import Function, Operand
from s2s_ad.ir.primitives import Cell, ManagerParts
from s2s_ad.ir.types import NEVER, Type


@dataclass(frozen=True, eq=False)
class Lowered:
    """A Python function as untyped IR, with the names it sees."""

    fn: FunctionType
    code: Function
    names: LiveNames


_NONE: frozenset[Any] = frozenset()
_lowered: dict[Any, tuple[Any, Function]] = {}


def lowered(fn: FunctionType, followed: frozenset[Any] = _NONE) -> Lowered:
    """The IR of `fn`, made once for each code object; `followed` is what has to be looked into, see `Program`."""
    key = (id(fn.__code__), followed)
    known = _lowered.get(key)
    if known is None:
        with deep_recursion():
            source = replace(find_source(fn), pieces=followed)
            check_syntax(source)
            if followed:
                follow_managers(source.node, lambda made: _parts(source, made, followed))
            expand_groups(source.node, lambda callee: outside_value(source, callee) is itertools.groupby)
            desugar(source.node)
            known = _lowered[key] = ((fn.__code__, followed), lower(source))
    return Lowered(fn, known[1], live_names(fn))


def _parts(source: FunctionSource, made: Any, followed: frozenset[Any]) -> ManagerParts | bool | None:
    if source.span(made) in followed:
        return True
    fn = outside_value(source, made.func) if isinstance(made, gast.Call) else None
    return ManagerParts(fn, is_final=bool(_halves(fn.__wrapped__)[3])) if fn in followed else None  # type: ignore[index, union-attr]


def _halves(generator: FunctionType) -> tuple[Any, ...] | None:
    return halves(find_source(generator).node)


def can_be_followed(manager: Any) -> bool:
    """Whether what `contextlib.contextmanager` has made is of a form that can be taken apart at its `yield`."""
    if manager is None or isinstance(manager, Span):
        return manager is not None
    try:
        return _halves(manager.__wrapped__) is not None
    except SourceUnavailableError:
        return False


def lowered_parts(manager: Any, followed: frozenset[Any]) -> Lowered:
    """The IR of what enters a context manager."""
    fn = manager.__wrapped__
    key = (id(fn.__code__), "parts", followed)
    if key not in _lowered:
        with deep_recursion():
            source = replace(find_source(fn), pieces=followed)
            check_syntax(source)
            desugar(split_manager(source.node))
            _lowered[key] = ((fn.__code__, followed), lower(source))
    return Lowered(fn, _lowered[key][1], live_names(fn))


class GlobalName(NamedTuple):
    """A global variable: the id of its module's namespace, and its name."""

    namespace: int
    name: str


@dataclass(eq=False)
class Instance:
    """A function for arguments of certain types. Its result is `Never` until a first pass has been over it.

    `writes`: to memory that the caller has. `gives_new`: the caller has none of the result's memory. `gives_tree`:
    nothing in the result can be reached in two ways. `reads`: the globals with memory that it and its callees read.
    `takes_apart`: the parts of the arguments are read at once, so that a loop or a branch that writes to one is known
    to write to just that.

    Of a function that writes and calls itself, or is `called` all the same, the body gives the new versions of what it
    has written to beside its result. `written`: by the number of a parameter, the type which that then has. `deep`:
    those in which something is written to that may have another name. `dirty`: by the number of a parameter, the parts
    in which it has written, or which are others now. `trees`: those of which no part is another one. `holds`: pairs of
    parameters, of which the one then may hold what is in the other. `gives`: the number of the parameter that is the
    result. `resizes`: it makes lists longer or shorter. `around`: this one is no more than a call of that.
    """

    name: str
    origin: Any
    code: Function
    names: LiveNames | None
    arg_types: tuple[Type, ...]
    statics: tuple[Operand | None, ...] = ()
    result_type: Type = NEVER
    typed: Function | None = None
    running: bool = False
    recursive: bool = False
    provisional: bool = False
    round: int = 0
    pure: bool = True
    writes: bool = False
    gives_new: bool = False
    gives_tree: bool = False
    reads: set[GlobalName] = field(default_factory=set)
    takes_apart: bool = False
    written: dict[int, Type] = field(default_factory=dict)
    deep: frozenset[int] = frozenset()
    dirty: dict[int, frozenset[Hashable] | None] = field(default_factory=dict)
    trees: frozenset[int] = frozenset()
    holds: frozenset[tuple[int, int]] = frozenset()
    gives: int | None = None
    resizes: bool = False
    around: Instance | None = None
    called: bool = False

    @property
    def __name__(self) -> str:
        return self.name


@dataclass(eq=False)
class Program:
    """The instances of functions, and the guards, of one compilation.

    `opened` are library functions to look into, `followed` context managers, and places of statements to lower so that
    they are followed; `written` the globals that are known to be written to. `closer`: loops over a few known
    objects are repeated for each of them, and functions that give parts of their arguments are spliced in, as more is
    known of memory then; `could_be_closer`: there are such loops or functions.
    """

    opened: frozenset[Any] = frozenset()
    followed: frozenset[Any] = frozenset()
    written: Mapping[GlobalName, Mapping[str, Any]] = field(default_factory=dict)
    closer: bool = False
    could_be_closer: bool = False
    given: Given = field(default_factory=Given)
    captured: dict[int, Captured] = field(default_factory=dict)  # what has been asked of it, by identity
    read_outside: dict[Any, Any] = field(default_factory=dict)  # calls that read other data with memory, by what it is
    namespaces: dict[GlobalName, Mapping[str, Any]] = field(default_factory=dict)  # of the globals with memory
    guards: dict[tuple[int, Any], Guard] = field(default_factory=dict)
    instances: dict[Any, Instance] = field(default_factory=dict)
    stack: list[Instance] = field(default_factory=list)
    round: int = 0
    names_of: dict[Function, LiveNames | None] = field(default_factory=dict)
    cells_of: dict[Any, Mapping[str, Cell]] = field(default_factory=dict)
    attributes_of: dict[Any, str] = field(default_factory=dict)  # the variables that have attributes of functions
    has_objects: bool = False  # values of unknown type may be objects
    watched: bool = False  # whether it may matter what a callee raises: there is a `try`, or an `np.errstate`
    known_attributes: set[tuple[type, str]] = field(default_factory=set)  # what they are is compiled in
    changed_attributes: dict[tuple[type, str | None], Span | None] = field(
        default_factory=dict
    )  # by the manager of which `with`; None for all
    bound: dict[Function, Function] = field(default_factory=dict)  # methods that have their object
    classes: dict[type, LocalClass] = field(default_factory=dict)  # those that are made inside a function
    methods: dict[FunctionType, Method] = field(default_factory=dict)  # of these classes

    def looks_closer(self) -> bool:
        """Whether something is to be repeated or spliced in so that more is known of memory; notes that it could be."""
        self.could_be_closer = True
        return self.closer

    def unwind(self, depth: int) -> None:
        """Forget the instances whose inference has been given up, above a `depth` of the stack."""
        given_up = self.stack[depth:]
        del self.stack[depth:]
        for key in [key for key, instance in self.instances.items() if instance in given_up]:
            del self.instances[key]

    def guard(self, holder: Any, name: Any, value: Any, *, by_type: bool = False) -> None:
        """Rely on a fact from now on."""
        self.guards.setdefault((id(holder), name), Guard(holder, name, value, by_type))
