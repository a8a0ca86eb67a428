"""The callables that Python has syntax for but no function. Each runs as what it stands for."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType
from typing import Any, NoReturn

import numpy as np

from s2s_ad import runtime
from s2s_ad.runtime import make_object


def make_tuple(*items: Any) -> tuple[Any, ...]:
    """`(a, b)`."""
    return items


def make_list(*items: Any) -> list[Any]:
    """`[a, b]`."""
    return list(items)


def make_set(*items: Any) -> set[Any]:
    """`{a, b}`."""
    return set(items)


def make_dict(*items: Any) -> dict[Any, Any]:
    """`{k: v, …}` from alternating keys and values."""
    return dict(zip(items[::2], items[1::2], strict=True))


def merge_dicts(*parts: dict[Any, Any]) -> dict[Any, Any]:
    """`{**a, **b}`."""
    return {k: v for part in parts for k, v in part.items()}


def call_method(obj: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
    """`obj.name(*args, **kwargs)`."""
    return getattr(obj, name)(*args, **kwargs)


@dataclass(frozen=True)
class View:
    """Among the indices of a write, a view of what they have led to so far: `fn` of it and of the next operands.

    There are `count` of these by position, and then one for each of `names`.
    """

    fn: Callable[..., Any]
    count: int = 0
    names: tuple[str, ...] = ()

    @property
    def __name__(self) -> str:
        return self.fn.__name__


def steps(
    indices: Sequence[Any], value: Callable[[Any], Any] = lambda x: x
) -> Iterator[tuple[Any, list[Any], dict[str, Any]]]:
    """What the indices of a write do one after the other: a function, and its arguments but for the first.

    `value` tells what an index is.
    """
    rest = iter(indices)
    for index in rest:
        view = value(index)
        if isinstance(view, View):
            yield view.fn, [next(rest) for _ in range(view.count)], {name: next(rest) for name in view.names}
        else:
            yield operator.getitem, [index], {}


def store(target: Any, *indices_and_item: Any) -> Any:
    """`target[i] = item`, `target[i][j] = item`, `target.T[i] = item`, …, where a `View` stands for the `.T`.

    Gives the new version of the target, which is the same object.
    """
    *path, index, item = indices_and_item
    _followed(target, path)[index] = item
    return target


def _followed(target: Any, path: Sequence[Any]) -> Any:
    for fn, args, kwargs in steps(path):
        target = fn(target, *args, **kwargs)
    return target


def accumulate(target: Any, *indices_and_item: Any) -> Any:
    """`target[index] += item`, or of a view of the target; see `store`.

    Gives the new version of the target, which is the same object.
    """
    *path, index, item = indices_and_item
    _followed(target, path)[index] += item
    return target


def augment(target: Any, item: Any) -> Any:
    """`target += item` of an array, in place: gives the new version of the target, which is the same object."""
    target += item
    return target


def scatter_add(target: Any, *indices_and_item: Any) -> Any:
    """`np.add.at(target, index, item)`, of a view of the target where there are more indices; see `store`.

    Gives the new version of the target, which is the same object.
    """
    *path, index, item = indices_and_item
    np.add.at(_followed(target, path), index, item)
    return target


# Those that change the length or the order of a list, or the keys of a dict, give its new version, which is the same
# object. The list or dict may be in another one, in which case the path to it comes before the other arguments:
# `append(rows, i, x)` is `rows[i].append(x)`, and gives the new version of `rows`.


def append(items: list[Any], *path_and_item: Any) -> list[Any]:
    """`items.append(item)`."""
    *path, item = path_and_item
    _followed(items, path).append(item)
    return items


def pop(items: list[Any], *path_and_index: Any) -> tuple[Any, list[Any]]:
    """`items.pop(index)`: gives the item first."""
    *path, index = path_and_index
    return _followed(items, path).pop(index), items


def delete(items: list[Any], *path_and_index: Any) -> tuple[Any, list[Any]]:
    """`del items[index]`: gives the item first."""
    return pop(items, *path_and_index)


def insert(items: list[Any], *path_index_and_item: Any) -> list[Any]:
    """`items.insert(index, item)`."""
    *path, index, item = path_index_and_item
    _followed(items, path).insert(index, item)
    return items


def extend(items: list[Any], *path_and_more: Any) -> list[Any]:
    """`items.extend(more)`."""
    *path, more = path_and_more
    _followed(items, path).extend(more)
    return items


def reverse(items: list[Any], *path: Any) -> list[Any]:
    """`items.reverse()`."""
    _followed(items, path).reverse()
    return items


def permute(items: list[Any], *path_and_order: Any) -> list[Any]:
    """Puts the items of a list in another order."""
    *path, order = path_and_order
    runtime.permute(_followed(items, path), order)
    return items


def exchange(items: list[Any], *path_and_indices: Any) -> list[Any]:
    """`items[i], items[j] = items[j], items[i]`."""
    *path, i, j = path_and_indices
    inner = _followed(items, path)
    inner[i], inner[j] = inner[j], inner[i]
    return items


def store_both(xs: Any, i: Any, x: Any, ys: Any, j: Any, y: Any) -> None:
    """`xs[i], ys[j] = x, y`."""
    xs[i], ys[j] = x, y


def set_slice(items: list[Any], *path_where_and_more: Any) -> tuple[list[Any], list[Any]]:
    """`items[where] = more`: gives the items that were there first."""
    *path, where, more = path_where_and_more
    inner = _followed(items, path)
    before = inner[where]
    inner[where] = more
    return before, items


def set_attribute(obj: Any, name: str, value: Any) -> Any:
    """`obj.name = value`: gives the new version of the object, which is the same object."""
    setattr(obj, name, value)
    return obj


def cache(obj: Any, name: str, value: Any) -> Any:
    """Puts what a cached property gives into the object: gives the value."""
    raise AssertionError(obj, name, value)


def set_item(target: dict[Any, Any], key: Any, item: Any) -> dict[Any, Any]:
    """`target[key] = item` of a dict: gives the new version of the dict, which is the same object."""
    target[key] = item
    return target


def put(target: Any, *path_key_and_item: Any) -> Any:
    """`target[key] = item` of a dict whose keys are known only at run time: gives the new version of the target."""
    *path, key, item = path_key_and_item
    _followed(target, path)[key] = item
    return target


def put_new(target: Any, *path_key_and_item: Any) -> Any:
    """As `put`, of a key that the dict has not had."""
    return put(target, *path_key_and_item)


def pop_key(target: Any, *path_and_key: Any) -> tuple[Any, Any]:
    """`target.pop(key)` of such a dict: gives the item first, and then the new version of the target."""
    *path, key = path_and_key
    return _followed(target, path).pop(key), target


def take_key(target: Any, *path_key_and_default: Any) -> tuple[Any, Any]:
    """`target.pop(key, default)` of such a dict: gives the item first, and then the new version of the target."""
    *path, key, default = path_key_and_default
    return _followed(target, path).pop(key, default), target


def lookup(target: dict[Any, Any], key: Any, default: Any) -> Any:
    """`target.get(key, default)` of a dict whose keys are known only at run time."""
    return target.get(key, default)


def delete_item(target: dict[Any, Any], key: Any) -> dict[Any, Any]:
    """`del target[key]` of a dict: gives the new version of the dict, which is the same object."""
    del target[key]
    return target


def keep_item(items: Any, index: Any, item: Any) -> Any:
    """`items`, whose item `item` has been written to by itself: gives the new version of the list."""
    assert items[index] is item
    return items


def visible(*values: Any) -> None:
    """Nothing: marks the end of a function that has written to `values`, which the caller has too."""


def raise_(exception: Any, cause: Any = None) -> NoReturn:
    """`raise exception from cause`."""
    if cause is None:
        raise exception
    raise exception from cause


def import_module(name: str) -> Any:
    """`import name`: gives the module itself, `a.b` for the name `a.b`; dots before it are counted from the package."""
    raise AssertionError(name)


def import_from(module: Any, name: str) -> Any:
    """`from module import name`."""
    raise AssertionError(module, name)


def iterable(items: Any) -> Any:
    """`items`, over which one can surely loop."""
    return items


def is_instance(subject: Any, cls: Any) -> bool:
    """Whether the class pattern `cls(…)` is for values such as `subject`."""
    return isinstance(subject, cls)


def has_match_attribute(subject: Any, cls: type, name: str | tuple[int, int]) -> bool:
    """Whether `subject` has what a class pattern asks for, by name, or by position and the number of positions."""
    raise AssertionError(subject, cls, name)


def match_attribute(subject: Any, cls: type, name: str | tuple[int, int]) -> Any:
    """What a class pattern asks for: see `has_match_attribute`."""
    raise AssertionError(subject, cls, name)


def read_global(name: str) -> Any:
    """A global variable that holds data, read when control gets there."""
    raise AssertionError(name)


def identity(value: Any, *_: Any) -> Any:
    """`value`, whatever the other arguments are."""
    return value


def present(value: Any) -> Any:
    """`value`, which surely is not None where it is read."""
    return value


@dataclass(frozen=True)
class Unpack:
    """`a, *b, c = value`: `before` and `after` count the targets beside the star, None means there is no star."""

    before: int
    after: int | None = None

    @property
    def count(self) -> int:
        """The number of targets."""
        return self.before + (0 if self.after is None else 1 + self.after)

    def __call__(self, value: Any) -> tuple[Any, ...]:
        """The values of the targets."""
        if self.after is None:
            items = tuple(value)
            if len(items) != self.before:
                raise ValueError(f"expected {self.before} values to unpack, got {len(items)}")
            return items
        items = tuple(value)
        stop = len(items) - self.after
        return (*items[: self.before], list(items[self.before : stop]), *items[stop:])


@dataclass(frozen=True)
class FString:
    """An f-string: literal pieces, and `(conversion, format)` for each value that stands between them."""

    pieces: tuple[str | tuple[int, str], ...]

    def __call__(self, *values: Any) -> str:
        """The formatted text."""
        convert: dict[int, Callable[[Any], Any]] = {-1: lambda v: v, 115: str, 114: repr, 97: ascii}
        it = iter(values)
        return "".join(p if isinstance(p, str) else format(convert[p[0]](next(it)), p[1]) for p in self.pieces)


@dataclass(frozen=True, eq=False)
class ManagerParts:
    """Enters a context manager: gives what `as` binds, and the function to call at the end.

    The first argument must be `fn`, which `contextlib.contextmanager` has made. `is_final`: the end is in a `finally`.
    """

    fn: Any
    is_final: bool
    __name__ = "enter"


def own_attribute(obj: Any, key: Any) -> Any:
    """An attribute that an object has itself."""
    return vars(obj)[key]


def update_attributes(obj: Any, *others: Any, **named: Any) -> None:
    """Set the attributes that an object has itself, past any property."""
    vars(obj).update(*others, **named)


def traceback_of(error: BaseException) -> Any:
    """Where an exception has been raised."""
    return error.__traceback__


def let_through(manager: Any, swallows: Any) -> None:
    """That a context manager does not swallow an exception, by what its `__exit__` has given."""


def require_same(one: Any, other: Any) -> None:
    """That a decorator is, or gives, what it seems to by its name."""


@dataclass(frozen=True, eq=False)
class Cell:
    """A variable that nested functions read: they see the value that it has when they run.

    `lazy`: it belongs to a generator, of which others run between its items.
    """

    name: str
    lazy: bool = False


@dataclass(frozen=True)
class SetCell:
    """`cell` has another value from here on.

    `again`: it may have had one before, in an earlier round of a loop. `anew`: it is another variable from here on.
    """

    cell: Cell
    again: bool = False
    anew: bool = False
    __name__ = "set_cell"


@dataclass(frozen=True, eq=False)
class MakeClosure:
    """Makes a nested function of `code`; the arguments are the variables that it captures, as they are now.

    `cells` says by name which variables these are; a default of a parameter has none, as it never changes.
    `attributes` is the variable that has the attributes of the function, if it has some.
    """

    code: Any
    cells: Mapping[str, Cell] = field(default_factory=dict)
    attributes: str | None = None
    __name__ = "make_closure"


@dataclass(frozen=True)
class Member:
    """What a class has under a name: a value, or with `code` a method, and the decorators that it goes through.

    A decorator is an operand, or a text: what of the property of this name it is, as in `@x.setter`. `annotation` is
    the text of one. Without a value, the name is only annotated.
    """

    name: str
    decorators: tuple[str | None, ...] = ()
    annotation: str | None = None
    has_value: bool = True
    code: CodeType | None = None


@dataclass(frozen=True, eq=False)
class MakeClass:
    """Makes a class inside a function.

    The arguments are the class's decorators, its bases, and for each member its decorators and its value.
    """

    name: str
    qualname: str
    decorators: int
    bases: int
    members: tuple[Member, ...]
    __name__ = "make_class"


@dataclass(frozen=True)
class MakeObject:
    """Makes an object of `cls` with these attributes, or a named tuple of these items, without running `__init__`.

    `call`: how to call the class to the same effect, where that is known: the arguments, by the numbers of the
    attributes that they become, each with its keyword or None.
    """

    cls: type
    names: tuple[str, ...]
    call: tuple[tuple[str | None, int], ...] | None = None

    @property
    def __name__(self) -> str:
        return self.cls.__name__

    def __call__(self, *values: Any) -> Any:
        """The object."""
        if issubclass(self.cls, tuple):
            return self.cls(*values)
        return make_object(self.cls, **dict(zip(self.names, values, strict=True)))


def super_method(cls: type, obj: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
    """`super(cls, obj).name(*args, **kwargs)`."""
    return getattr(super(cls, obj), name)(*args, **kwargs)


def super_attribute(cls: type, obj: Any, name: str, /) -> Any:
    """`super(cls, obj).name`."""
    return getattr(super(cls, obj), name)


@dataclass(frozen=True)
class Refreshed:
    """`obj`, the same object, after its parts `keys` have been written to: `Refreshed(keys)(obj, *parts)`."""

    keys: tuple[Any, ...]
    __name__ = "refreshed"

    def __call__(self, obj: Any, *_: Any) -> Any:
        """The object."""
        return obj


AFTER_PATH = {
    append: 1, store: 2, accumulate: 2, scatter_add: 2, pop: 1, delete: 1, insert: 2, extend: 1, reverse: 0, permute: 1,
    exchange: 2, set_slice: 2, put: 2, put_new: 2, pop_key: 1, take_key: 2,
}  # how many arguments come after the path  # fmt: skip
RESIZING = frozenset({append, pop, delete, insert, extend, set_slice})
IN_PLACE = frozenset({
    append, store, accumulate, augment, scatter_add, pop, delete, insert, extend, reverse, permute, exchange, set_slice,
    set_attribute, keep_item, set_item, delete_item, put, put_new, pop_key, take_key,
})  # fmt: skip
