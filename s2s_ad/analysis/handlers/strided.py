"""Views that NumPy makes by strides.

np.einsum("ij->ji", x)      np.transpose(x, (1, 0))
np.einsum("ii->i", x)       runtime.einsum_view(x, "ii->i"), whose array comes first, as that of all views

That of windows which overlap must not be written to.
"""

from __future__ import annotations

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.errors import MutationError
from s2s_ad.ir.nodes import Const, Operand
from s2s_ad.ir.types import Array


@handles(np.einsum)
def _einsum(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand | None:
    spec, t = constant(args[0]) if args else None, type_of_operand(args[-1]) if args else None
    if s.in_adjoint or len(args) != 2 or kwargs or not isinstance(spec, str):
        return None
    if not isinstance(t, Array) or not t.axes:
        return None
    indices, output = _indices(spec, len(t.axes))
    if not indices or set(indices) != set(output) or len(output) > len(set(output)):
        return None
    if len(indices) == len(output):
        return s.apply(np.transpose, [args[1], Const(tuple(map(indices.index, output)))])
    return s.apply(runtime.einsum_view, [args[1], args[0]])


@handles(np.lib.stride_tricks.sliding_window_view)
def _sliding_window_view(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> None:
    if constant(kwargs.get("writeable", Const(False))) is not False:
        what = "a view of windows, which overlap, that can be written to"
        raise MutationError(what, s.span, "leave out `writeable`, and write to the array itself")


def _indices(spec: str, rank: int) -> tuple[str, str]:
    """The indices of the array and of the result; none where they do not fit the array."""
    if "," in spec:
        return "", ""
    (indices,), output = runtime.einsum_indices(spec, [rank])
    return (indices, output) if len(indices) == rank else ("", "")
