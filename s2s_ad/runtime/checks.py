"""What generated code asks about values of which the compiler could not know enough; it goes on, or refuses."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from s2s_ad.errors import ADError, MissingRuleError, MutationError
from s2s_ad.objects import CONTAINERS, attributes_of, inside, is_of_library, is_writing
from s2s_ad.runtime.primal import attribute_now, may_hold


def not_none(x: Any, attribute: str | None = None) -> Any:
    """`x`, where Python would raise if it were None, for lack of an `attribute` or else a TypeError."""
    if x is None and attribute is not None:
        raise AttributeError(f"'NoneType' object has no attribute {attribute!r}")
    if x is None:
        raise TypeError("'NoneType' object where a number, an array or a container is needed")
    return x


def immutable(x: Any) -> Any:
    """`x`, which an augmented assignment is about to bind anew. Raises MutationError if it would write in place."""
    if isinstance(x, (np.ndarray, list, dict, set)):
        raise MutationError(
            f"an augmented assignment that writes in place (a {type(x).__name__})",
            hint="write `x = x + y` to make a new value",
        )
    return x


def as_in_place(y: Any, x: Any) -> Any:
    """`y`, the result of `x op z`, in place of `x op= z`, where nothing else has `x`.

    Raises MutationError where an array `x` is of another shape or dtype than `y`, which Python would cast or refuse.
    """
    if not isinstance(x, (np.ndarray, np.generic, float, int, complex)) or (
        isinstance(x, np.ndarray) and (x.shape, x.dtype) != (np.shape(y), np.asarray(y).dtype)
    ):
        raise MutationError(
            f"an augmented assignment that writes in place (a {type(x).__name__}), to what may be a number",
            hint="write `x = x + y` to make a new value",
        )
    return y


def array_with(x: Any, name: str) -> Any:
    """`x`, of which arrays have an attribute `name`, though it was not known before whether it is one.

    Raises AttributeError where it has no such attribute, and MissingRuleError where it has one, but is no array.
    """
    if isinstance(x, (np.ndarray, np.generic, float, int, complex)) or not hasattr(x, name):
        getattr(x, name)
        return x
    raise MissingRuleError(
        f"`.{name}` of a `{type(x).__name__}`, whose class was not known when this was compiled",
        hint="do it on each side of the `if` that decides what it is, or give it one class",
    )


def no_object(x: Any) -> Any:
    """`x`, of which it was not known before whether it is an object. Raises MissingRuleError where it is one."""
    if not isinstance(x, (np.ndarray, np.generic, float, int, complex, list, tuple, dict)) and attributes_of(x):
        raise MissingRuleError(
            f"an operator or a function on a `{type(x).__name__}`, whose class was not known when this was compiled",
            hint="do it on each side of the `if` that decides which object it is, or give it one class",
        )
    return x


def real_power(y: Any) -> Any:
    """`y`, a power of floats. Raises MissingRuleError if the base was negative, and it is complex."""
    if isinstance(y, complex):
        raise MissingRuleError("a complex value", hint="differentiate the real and the imaginary part by themselves")
    return y


def no_property(x: Any, name: str) -> Any:
    """`x`, of which it was not known before what it is. Raises MissingRuleError where its attribute is a property."""
    if isinstance(getattr(type(x), name, None), (property, functools.cached_property)) and attributes_of(x):
        raise MissingRuleError(
            f"the property `{name}` of a `{type(x).__name__}`, whose class was not known when this was compiled",
            hint="do it on each side of the `if` that decides which object it is, or give it one class",
        )
    return x


def foreign(fn: Any, *given: Any) -> Any:
    """`fn`, of which it was not known before what it is. Raises MissingRuleError where its call may change something.

    That is so of objects that are called, of methods of objects, of those of lists, dicts and arrays that write, and of
    any function if something is `given` to it that can be changed.
    """
    called = fn.func if isinstance(fn, functools.partial) else fn
    owner = getattr(called, "__self__", None)
    of_objects = any(attributes_of(x) and not is_of_library(type(x)) for x in (called, owner))
    if of_objects or (isinstance(owner, CONTAINERS) and is_writing(called.__name__)):
        raise MissingRuleError(
            f"a call of a method of a `{type(called if owner is None else owner).__name__}`, which was not known when "
            "this was compiled",
            hint="write the name of the method, and call it where the class of the object is known",
        )
    if any(map(_can_be_changed, given)):
        name = getattr(called, "__name__", type(called).__name__)
        raise MissingRuleError(
            f"a call of `{name}`, which was not known when this was compiled, and may write to its argument",
            hint="call each of the functions in its own branch",
        )
    return fn


def _can_be_changed(x: Any) -> bool:
    """Whether something can be changed by who gets it, or holds something that can."""
    return any(map(_can_be_changed, x)) if isinstance(x, tuple) else isinstance(x, CONTAINERS) or bool(attributes_of(x))


def refuse_shared(*values: Any) -> None:
    """Raise MutationError if two of the arrays, lists, dicts or objects in `values` share memory.

    A function that writes to its arguments is compiled for arguments that have nothing to do with each other.
    """
    arrays: list[np.ndarray[Any, Any]] = []
    seen: set[int] = set()
    for value, is_structure in inside(*values):
        if isinstance(value, np.ndarray) and value.size:
            if any(np.may_share_memory(value, a) and np.shares_memory(value, a) for a in arrays):
                raise MutationError("arguments that share memory, of a function that writes to them", hint=_COPIES)
            arrays.append(value)
        elif is_structure and not isinstance(value, tuple):
            if id(value) in seen:
                raise MutationError("one object in two arguments of a function that writes to them", hint=_COPIES)
            seen.add(id(value))


def refuse_twice(value: Any) -> None:
    """Raise MutationError if an array, list, dict or object is in `value` twice, as it would be in its `deepcopy`."""
    seen: set[int] = set()
    for one, is_structure in inside(value):
        if isinstance(one, np.ndarray) or (is_structure and not isinstance(one, tuple)):
            if id(one) in seen:
                raise MutationError("a `deepcopy` of what holds one object twice, as its copy would", hint=_ITS_PARTS)
            seen.add(id(one))


def refuse_overlap(target: Any, item: Any) -> None:
    """Raise MutationError if a row `item` has an element that is another one of the row `target` it is assigned to.

    NumPy may write that before it reads it, unless the strides are the same, or one of them is negative.
    """
    if np.ndim(target) != 1 or np.ndim(item) != 1 or not np.may_share_memory(target, item):
        return
    (step,), (other,) = target.strides, item.strides
    if step == other or step * other < 0 or len(target) != len(item):
        return
    numbers = np.arange(len(target))
    there, here = (a.__array_interface__["data"][0] + a.strides[0] * numbers for a in (target, item))
    _, first, second = np.intersect1d(there, here, return_indices=True)
    if np.any(first != second):
        raise MutationError(
            "a write of a view to another view of the same elements in other places",
            hint="write a copy: `x[::2] = x[:3].copy()`",
        )


def refuse_number(x: Any) -> None:
    """Raise MutationError if `x` is a number, which `x op= y` does not write to: nobody else may see that."""
    if not isinstance(x, np.ndarray):
        raise MutationError(
            f"a write to what is a {type(x).__name__}, and might have been an array that others have",
            hint="write `x = x + y` to make a new value",
        )


def refuse_complex(y: Any) -> None:
    """Raise MutationError if `y`, which is written to an array of floats, is complex, or no number or array of such."""
    if np.asarray(y).dtype.kind not in "biuf":
        raise MutationError(
            f"an augmented assignment of a {type(y).__name__} of another kind to an array of floats",
            hint="write `x = x + y` to make a new value",
        )


def refuse_part(y: Any, *copies: Any) -> None:
    """Raise MutationError if `y`, which a rule has made of copies of what is overwritten later, has part in them."""
    for part, _ in inside(y):
        if isinstance(part, np.ndarray) and any(may_hold(copy, part) for copy in copies):
            raise MutationError(
                "a write to an array, or to a view of it that a rule has made which cannot be written out",
                hint="write to a copy: `x.copy()`",
            )


def refuse_unordered(x: Any) -> None:
    """Raise MutationError if the array `x` cannot be reshaped without a copy: a write to that would not reach `x`."""
    if not x.flags.c_contiguous:
        raise MutationError(
            "a write to an array, or to what it is when it is reshaped, whose elements are not in order in memory",
            hint="write to the array by its own indices, or make a copy first, `x.copy()`",
        )


_ITS_PARTS = "copy its parts, or make each of them an object of its own"

_COPIES = "pass copies: `x.copy()`, `list(x)`"


def let_refusals_through(error: BaseException) -> None:
    """Raise what says that a program cannot be differentiated again: a handler of the program is not for that."""
    if isinstance(error, ADError):
        raise error


CHECKS = (
    refuse_shared,
    refuse_twice,
    refuse_overlap,
    refuse_number,
    refuse_complex,
    refuse_part,
    refuse_unordered,
)  # these do nothing, or refuse

ORDERED = (*CHECKS, attribute_now)  # these stay where they are

REFUSING = (as_in_place, immutable, array_with, no_object, no_property, foreign, real_power, *CHECKS)
