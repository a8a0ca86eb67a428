"""The type of `x[index]`."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.analysis.broadcasting import broadcast
from s2s_ad.analysis.operands import as_array, is_position_type, length
from s2s_ad.analysis.slice_lengths import sliced
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import ANY, UNKNOWN, Array, Axis, Instance, List, Maybe, Number, Tuple, Type

FULL = slice(None)


def index_parts(index: Operand) -> tuple[Any, ...]:
    """The parts of an index: types, or constants."""
    if isinstance(index, Const):
        return index.value if isinstance(index.value, tuple) else (index.value,)
    return index.type.items if isinstance(index.type, Tuple) else (index.type,)


def copies(index: Operand) -> bool:
    """Whether indexing an array like this surely makes a copy."""
    return any(is_advanced(part) and getattr(part, "axes", None) != () for part in index_parts(index))


def is_advanced(part: Any) -> bool:
    """Whether an index part (a type, or a constant) selects by an array of integers or booleans."""
    return isinstance(part, (Array, List, Tuple, list, tuple, np.ndarray)) and not _is_integer(part)


def names_each_once(part: Any) -> bool:
    """Whether an index part surely names no element twice: it is a number, a slice, None or a mask."""
    if isinstance(part, Maybe):
        return names_each_once(part.item)
    if _is_integer(part) or getattr(part, "dtype", None) == np.dtype(bool) or part == Number("bool"):
        return True
    if isinstance(part, Instance):
        return part.cls in (slice, type(None), type(Ellipsis))
    return part is None or part is Ellipsis or isinstance(part, (bool, slice))


def _is_integer(part: Any) -> bool:
    if isinstance(part, Array):
        return part.axes == () and part.dtype is not None and part.dtype.kind in "iu"
    if isinstance(part, Number):
        return is_position_type(part)
    return isinstance(part, (int, np.integer)) and not isinstance(part, bool)


def array_item(array: Array, parts: tuple[Any, ...]) -> Type:
    """The type of indexing by `parts`: types of run-time values, or constants."""
    if array.axes is None or array.loose:
        return UNKNOWN
    expanded = _expand_ellipsis(array.axes, tuple(map(_as_index, parts)))
    if expanded is None:
        return UNKNOWN
    axes = list(array.axes)
    result: list[Axis] = []
    picked: list[tuple[Axis, ...]] = []
    where: list[int] = []
    for part in expanded:
        if part is None:
            result.append(1)
        elif is_advanced(part):
            if isinstance(part, Array) and part.axes is None:
                return UNKNOWN
            picked.append(_picked_axes(part, axes))
            where.append(len(result))
        elif _is_integer(part):
            if not axes:
                return UNKNOWN
            axes.pop(0)
            if picked:
                picked.append(())
                where.append(len(result))
        elif isinstance(part, slice) or _is_a(part, slice):
            if not axes:
                return UNKNOWN
            result.append(_sliced(axes.pop(0), part))
        else:
            return UNKNOWN
    result += axes
    if picked:
        contiguous = len(set(where)) == 1 and not _integer_before(expanded)
        at = where[0] if contiguous else 0
        if not contiguous and len(picked) > 1:
            return Array(array.dtype, (ANY,) * (len(result) + len(broadcast(*picked))))
        result[at:at] = broadcast(*picked)
    basic = not picked and any(not _is_integer(p) for p in parts)  # `x[0, ...]` is an array too
    is_array = not result and basic
    return Array(array.dtype, tuple(result), boxed=is_array, sure=is_array)


def _as_index(part: Any) -> Any:
    """A list or tuple among the parts of an index as the array that NumPy makes of it."""
    if isinstance(part, (list, tuple)):
        return np.asarray(part) if part else np.zeros(0, int)
    return as_array(part) if isinstance(part, (List, Tuple)) else part


def _integer_before(parts: list[Any]) -> bool:
    """Integers beside arrays count as arrays when NumPy places the picked axes; only the plain case is followed."""
    first = next(i for i, p in enumerate(parts) if is_advanced(p))
    return any(_is_integer(p) for p in parts[:first])


def _expand_ellipsis(axes: tuple[Axis, ...], parts: tuple[Any, ...]) -> list[Any] | None:
    is_ellipsis = [p is Ellipsis or _is_a(p, type(Ellipsis)) for p in parts]
    used = sum(_consumed(p) for p, e in zip(parts, is_ellipsis, strict=True) if not e)
    missing = len(axes) - used
    if missing < 0 or sum(is_ellipsis) > 1:
        return None
    if not any(is_ellipsis):
        return [*parts, *[FULL] * missing]
    i = is_ellipsis.index(True)
    return [*parts[:i], *[FULL] * missing, *parts[i + 1 :]]


def _consumed(part: Any) -> int:
    if part is None or _is_a(part, type(None)):
        return 0
    mask = _mask_rank(part)
    return 1 if mask is None else mask


def _is_a(part: Any, cls: type) -> bool:
    return isinstance(part, Instance) and part.cls is cls


def _mask_rank(part: Any) -> int | None:
    if isinstance(part, Array) and part.dtype == np.dtype(bool) and part.axes is not None:
        return len(part.axes)
    if isinstance(part, np.ndarray) and part.dtype == bool:
        return part.ndim
    return None


def _picked_axes(part: Any, axes: list[Axis]) -> tuple[Axis, ...]:
    rank = _mask_rank(part)
    if rank is not None:
        del axes[:rank]
        return (ANY,)
    axes.pop(0)
    if isinstance(part, np.ndarray):
        return tuple(map(length, part.shape))
    return part.axes  # type: ignore[no-any-return]


def _sliced(axis: Axis, part: Any) -> Axis:
    """The length of a slice, which must have constant bounds for it to be known."""
    constant = isinstance(part, slice) and all(b is None or type(b) is int for b in (part.start, part.stop, part.step))
    return sliced(axis, part) if constant and part.step != 0 else ANY


def sequence_item(t: Tuple | List, index: Any) -> Type:
    """The type of an item or a slice of a tuple or list; `index` is a type or a constant."""
    parts = t.items
    if isinstance(index, int) and not isinstance(index, bool):
        if parts is None:
            return t.item if isinstance(t, List) else UNKNOWN
        return parts[index] if -len(parts) <= index < len(parts) else UNKNOWN
    if isinstance(index, slice) and isinstance(t, Tuple):
        return Tuple(t.items[index])
    if isinstance(index, slice) or index == Instance(slice):
        if isinstance(t, List):
            return List(t.item, t.items[index] if t.items and isinstance(index, slice) else None)
        return UNKNOWN
    if isinstance(t, List) and _is_integer(index):
        return t.item
    if isinstance(t, Tuple) and len(set(t.items)) == 1 and _is_integer(index):
        return t.items[0]
    return UNKNOWN
