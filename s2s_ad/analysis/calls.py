"""How the specializer treats the calls that are more than a function of their arguments' types.

Each handler takes the specializer and the operands. It gives the result, or None where the call is an ordinary one.
"""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.errors import MutationError, UnsupportedSyntaxError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Const, Operand, Value
from s2s_ad.ir.types import (
    NEVER,
    UNKNOWN,
    Array,
    Closure,
    Dict,
    Instance,
    Length,
    List,
    Never,
    Number,
    Tuple,
    Type,
    Unknown,
    is_complex,
    join,
    join_all,
    type_of,
)
from s2s_ad.rules.numpy.methods import ATTRIBUTES, METHODS
from s2s_ad.rules.registry import registry

if TYPE_CHECKING:
    from s2s_ad.analysis.specialize import Specializer

Handler = Callable[["Specializer", list[Operand], dict[str, Operand]], Operand | None]
HANDLERS: dict[Any, Handler] = {}

_WRITING_METHODS = frozenset({
    "append", "clear", "extend", "fill", "insert", "itemset", "partition", "pop", "popitem", "put", "remove", "resize",
    "reverse", "setdefault", "setfield", "setflags", "sort", "update", "add", "discard", "byteswap",
})  # fmt: skip
_CONTAINERS = (np.ndarray, list, dict, set)
_PYTHON_TYPES = {"bool": bool, "int": int, "float": float, "complex": complex}
_REWRITE = "build the value in one expression (np.where, np.stack, a list and np.array) instead of writing in place"


def handles(*fns: Any) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of `fns`."""

    def register(handler: Handler) -> Handler:
        for fn in fns:
            HANDLERS[fn] = handler
        return handler

    return register


@handles(primitives.identity)
def _identity_of(_s: Specializer, args: list[Operand], _: Any) -> Operand:
    return args[0]


@handles(primitives.read_global)
def _read_global(s: Specializer, args: list[Operand], _: Any) -> Operand:
    return s.read_global(constant(args[0]))


# attributes and methods


def _refuse_writing_method(s: Specializer, t: Type, name: str) -> None:
    """Refuse a method that writes, called or taken as a value."""
    dunder = name.startswith(("__set", "__del", "__i")) and name not in (
        "__init__",
        "__index__",
        "__int__",
        "__invert__",
    )
    if (name in _WRITING_METHODS or dunder) and isinstance(t, (Array, List, Dict, Unknown)):
        raise MutationError(f"`.{name}` writes in place", s.span, _REWRITE)


@handles(getattr)
def _getattr(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    obj, name = args[0], constant(args[1])
    if not isinstance(name, str) or len(args) != 2:
        return None
    if isinstance(obj, Const):
        return _constant_attribute(s, obj, name)
    t = obj.type
    _refuse_writing_method(s, t, name)
    if isinstance(t, Array) and name in ATTRIBUTES:
        return s.apply(ATTRIBUTES[name], [obj])
    if isinstance(t, Array) and name == "dtype" and t.dtype is not None and not t.loose:
        return Const(t.dtype)
    fields = getattr(t.cls, "_fields", ()) if isinstance(t, Tuple) else ()
    if name in fields:
        return s.apply(operator.getitem, [obj, Const(fields.index(name))])
    return s.emit(getattr, args, None, UNKNOWN)


def _constant_attribute(s: Specializer, obj: Const, name: str) -> Operand:
    """An attribute of an object that is known now: code is resolved, and guarded; data is read at run time."""
    if name in _WRITING_METHODS and isinstance(obj.value, _CONTAINERS):
        raise MutationError(f"`.{name}` writes in place", s.span, _REWRITE)
    try:
        value = getattr(obj.value, name)
    except AttributeError:
        return s.emit(getattr, [obj, Const(name)], None, UNKNOWN)
    if _is_library_object(obj.value):
        data = isinstance(value, (bool, int, float, complex, np.ndarray, np.generic))
        return s.emit(getattr, [obj, Const(name)], None, type_of(value)) if data else Const(value)
    if callable(value) or isinstance(value, ModuleType):
        s.program.guard(obj.value, name, value)
        return Const(value)
    s.program.guard(obj.value, name, type_of(value), by_type=True)
    return s.emit(getattr, [obj, Const(name)], None, type_of(value))


def _is_library_object(obj: Any) -> bool:
    """Whether `obj` belongs to NumPy or the like, which does not change under a program."""
    home = getattr(obj, "__name__", None) if isinstance(obj, ModuleType) else getattr(obj, "__module__", None)
    if isinstance(obj, (np.ufunc, np.dtype)) or type(obj) in (str, int, float, bool, complex, tuple, slice, type(None)):
        return True
    return (home or "").partition(".")[0] in ("numpy", "scipy", "math", "operator")


@handles(primitives.call_method)
def _call_method(s: Specializer, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    obj, name = args[0], constant(args[1])
    if isinstance(obj, Const):
        method = _constant_attribute(s, obj, name)
        return s.apply(method, args[2:], kwargs)
    t = obj.type
    _refuse_writing_method(s, t, name)
    if isinstance(t, Array) and name in METHODS:
        return s.apply(METHODS[name], [obj, *args[2:]], kwargs)
    if isinstance(t, Dict) and name in ("items", "keys", "values", "get"):
        return _dict_method(s, obj, t, name, args[2:])
    if isinstance(t, (List, Tuple)) and name == "copy":
        return s.apply(list, [obj])
    _refuse_foreign_method(s, t, name, [*args[2:], *kwargs.values()])
    return s.emit(primitives.call_method, args, kwargs, UNKNOWN)


def _refuse_foreign_method(s: Specializer, t: Type, name: str, args: list[Operand]) -> None:
    """Refuse a method of which nothing is known where it could write to an argument."""
    harmless = name in METHODS or t in (Instance(str), Instance(bytes))
    if not harmless and any(_is_mutable(type_of_operand(a)) for a in args):
        raise MutationError(
            f"`.{name}()` may write to its argument",
            s.span,
            "call a function with a rule, or pass the method's result to this function as an argument",
        )


def _dict_method(s: Specializer, obj: Value, t: Dict, name: str, args: list[Operand]) -> Operand:
    if name == "get":
        key = args[0]
        if not isinstance(key, Const):
            return s.emit(primitives.call_method, [obj, Const(name), *args], None, UNKNOWN)
        if key.value not in t.keys:
            return args[1] if len(args) > 1 else Const(None)
        return s.apply(operator.getitem, [obj, key])
    if name == "keys":
        return Const(tuple(t.keys))
    values = [s.apply(operator.getitem, [obj, Const(k)]) for k in t.keys]
    if name == "values":
        return s.apply(primitives.make_tuple, values)
    pairs = [s.apply(primitives.make_tuple, [Const(k), v]) for k, v in zip(t.keys, values, strict=True)]
    return s.apply(primitives.make_tuple, pairs)


def refuse_writes(s: Specializer, fn: Any, args: list[Operand], kwargs: dict[str, Operand]) -> None:
    """Refuse `out=`, by name or by position, and foreign functions that may write to their arguments."""
    given = constant(kwargs.get("out"), default=0 if "out" in kwargs else None) is not None
    if given or len(args) > _inputs(fn):
        raise MutationError("`out` writes in place", s.span, "use the value that the call returns")
    if _is_foreign(fn) and any(_is_mutable(type_of_operand(a)) for a in (*args, *kwargs.values())):
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
    return not known and registry.get(fn) is None and not isinstance(getattr(fn, "__self__", None), np.random.Generator)


def _is_mutable(t: Type) -> bool:
    return isinstance(t, (List, Dict, Unknown)) or (isinstance(t, Array) and (t.axes != () or t.boxed))


# displays


@handles(primitives.make_tuple)
def _make_tuple(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    if args and all(isinstance(a, Const) for a in args):
        return None
    return s.emit(primitives.make_tuple, args, None, Tuple(tuple(map(type_of_operand, args))))


@handles(primitives.make_list)
def _make_list(s: Specializer, args: list[Operand], _: Any) -> Operand:
    types = tuple(map(type_of_operand, args))
    _refuse_closures(s, types)
    items = types if len(set(types)) > 1 else None
    return s.emit(primitives.make_list, args, None, List(join_all(types), items))


def _refuse_closures(s: Specializer, types: tuple[Type, ...]) -> None:
    if any(isinstance(t, Closure) for t in types):
        raise UnsupportedSyntaxError("a nested function stored in a list", s.span, "call it where it is defined")


@handles(primitives.make_dict)
def _make_dict(s: Specializer, args: list[Operand], _: Any) -> Operand:
    keys = [constant(k, default=UNDEFINED) for k in args[::2]]
    if not all(isinstance(k, (str, int)) for k in keys) or len(set(keys)) != len(keys):
        return s.emit(primitives.make_dict, args, None, UNKNOWN)
    return s.emit(primitives.make_dict, args, None, Dict(tuple(keys), tuple(map(type_of_operand, args[1::2]))))


@handles(dict)
def _dict(s: Specializer, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    if args:
        return None
    return _make_dict(s, [x for k, v in kwargs.items() for x in (Const(k), v)], {})


@handles(tuple)
def _tuple(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    made = s.definitions.get(args[0]) if args and isinstance(args[0], Value) else None
    if s.hidden and made is not None and constant(made.target) is primitives.make_list:
        return s.apply(primitives.make_tuple, list(made.args))  # type: ignore[arg-type]
    return None


@handles(primitives.merge_dicts)
def _merge_dicts(s: Specializer, args: list[Operand], _: Any) -> Operand:
    merged: dict[Any, Operand] = {}
    for part in args:
        t = type_of_operand(part)
        if not isinstance(t, Dict):
            raise UnsupportedSyntaxError("`**` of a mapping whose keys are not known", s.span, "write the keys out")
        merged |= {k: s.apply(operator.getitem, [part, Const(k)]) for k in t.keys}
    return s.apply(primitives.make_dict, [x for k, v in merged.items() for x in (Const(k), v)])


@handles(slice)
def _slice(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    if all(isinstance(a, Const) for a in args):
        return None
    return s.emit(slice, args, None, Instance(slice))


@handles(operator.getitem)
def _getitem(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    obj, index = args
    t = type_of_operand(obj)
    i = constant(index)
    if isinstance(obj, Value) and isinstance(t, Tuple) and type(i) in (int, slice):
        made = s.definitions.get(obj)
        if made is not None and constant(made.target) is primitives.make_tuple and _in_range(i, len(made.args)):
            return _part(s, made.args, i)
        if type(i) is int and -len(t.items) <= i < len(t.items):
            item = t.items[i]
            if isinstance(item, Number) and item.axis == 1:
                return Const(1)
    if isinstance(obj, Value) and isinstance(t, Dict):
        made = s.definitions.get(obj)
        if (
            made is not None
            and constant(made.target) is primitives.make_dict
            and isinstance(index, Const)
            and i in t.keys
        ):
            return made.args[2 * t.keys.index(i) + 1]  # type: ignore[return-value]
    return None


def _in_range(i: Any, n: int) -> bool:
    return isinstance(i, slice) or -n <= i < n


def _part(s: Specializer, items: Any, i: Any) -> Operand:
    return s.apply(primitives.make_tuple, list(items[i])) if isinstance(i, slice) else items[i]


# writes


@handles(primitives.append)
def _append(s: Specializer, args: list[Operand], _: Any) -> Operand:
    items, item = args
    t = type_of_operand(items)
    if isinstance(t, Never):
        return UNDEFINED
    if not isinstance(t, List):
        raise MutationError(
            "`.append()` on something that is not surely a list made in this function", s.span, _REWRITE
        )
    _refuse_closures(s, (type_of_operand(item),))
    made = s.definitions.get(items) if isinstance(items, Value) else None
    if s.hidden and made is not None and constant(made.target) is primitives.make_list:
        return s.apply(primitives.make_list, [*made.args, item])  # type: ignore[list-item]
    return s.emit(primitives.append, args, None, List(join(t.item, type_of_operand(item))))


@handles(primitives.store)
def _store(s: Specializer, args: list[Operand], _: Any) -> Operand:
    raise MutationError("writing to an item in place", s.span, _REWRITE)


def _in_place(plain: Callable[..., Any]) -> Handler:
    def handler(s: Specializer, args: list[Operand], _: Any) -> Operand:
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
def _writing_function(s: Specializer, args: list[Operand], _: Any) -> Operand:
    raise MutationError("a function that writes to its argument", s.span, _REWRITE)


@handles(primitives.raise_)
def _raise(s: Specializer, args: list[Operand], _: Any) -> Operand:
    s.emit(primitives.raise_, args, None, NEVER)
    s.dead = True
    return UNDEFINED


# facts that types decide


@handles(np.broadcast_to)
def _broadcast_to(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    scalar = isinstance(type_of_operand(args[0]), Number) or type_of_operand(args[0]) == Array(np.dtype(float), ())
    return args[0] if s.hidden and scalar and constant(args[1]) == () else None


@handles(np.ndim)
def _ndim(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    t = type_of_operand(args[0])
    if isinstance(t, Number):
        return Const(0)
    return Const(len(t.axes)) if isinstance(t, Array) and t.axes is not None else None


@handles(np.iscomplexobj)
def _iscomplexobj(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    t = type_of_operand(args[0])
    return Const(is_complex(t)) if isinstance(t, (Number, Array)) else None


@handles(np.shape)
def _shape(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    t = type_of_operand(args[0])
    if isinstance(t, Number) or (isinstance(t, Array) and t.axes == ()):
        return Const(())
    if isinstance(t, Array) and t.axes is not None:
        sizes = [_constant_length(a) for a in t.axes]
        return Const(tuple(sizes)) if None not in sizes else None
    return None


def _constant_length(axis: Any) -> int | None:
    if axis == 1:
        return 1
    named = isinstance(axis, Length) and isinstance(axis.name, tuple) and axis.name[0] == "const"
    return axis.name[1] if named else None


@handles(len)
def _len(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    t = type_of_operand(args[0])
    if isinstance(args[0], Value) and isinstance(t, Tuple):
        return Const(len(t.items))
    return Const(len(t.items)) if isinstance(t, List) and t.items is not None else None


@handles(isinstance)
def _isinstance(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    classes = constant(args[1])
    found = _class_of(args[0])
    if found is None or classes is None:
        return None
    try:
        return Const(issubclass(found, classes))
    except TypeError:
        return None


def _class_of(operand: Operand) -> type | None:
    """The class of every value that the operand may be, where there is one."""
    if isinstance(operand, Const):
        return type(operand.value)
    t = operand.type
    if isinstance(t, Number):
        return _PYTHON_TYPES.get(t.kind)
    if isinstance(t, Array) and not t.loose and t.dtype is not None and t.axes is not None:
        return np.ndarray if t.axes or t.boxed else t.dtype.type
    simple = {Tuple: getattr(t, "cls", None), List: list, Dict: dict, Instance: getattr(t, "cls", None)}
    return simple.get(type(t))


@handles(callable)
def _callable(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    if isinstance(args[0], Const):
        return Const(callable(args[0].value))
    t = type_of_operand(args[0])
    if isinstance(t, (Number, Array, List, Dict)):
        return Const(False)
    return Const(True) if isinstance(t, Closure) else None


@handles(operator.is_)
def _is(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    return _identity(s, args, same=True)


@handles(operator.is_not)
def _is_not(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    return _identity(s, args, same=False)


def _identity(s: Specializer, args: list[Operand], *, same: bool) -> Operand | None:
    a, b = args
    if s.hidden and any(type(constant(x)) in (int, float) for x in args):
        return Const(not same)  # which number object a constant is means nothing
    if isinstance(a, Const) and isinstance(b, Const):
        return Const((a.value is b.value) is same)
    for x, y in ((a, b), (b, a)):
        if isinstance(x, Const) and x.value is None:
            t = type_of_operand(y)
            if t == Instance(type(None)):
                return Const(same)
            if not isinstance(t, (Unknown, Never)):
                return Const(not same)
    return None


@handles(operator.not_)
def _not(s: Specializer, args: list[Operand], _: Any) -> Operand | None:
    known = s.truth(args[0])
    return None if known is None else Const(not known)
