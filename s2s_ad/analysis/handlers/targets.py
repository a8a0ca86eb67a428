"""What may be written to."""

from __future__ import annotations

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.written_globals import refuse_foreign
from s2s_ad.errors import MutationError
from s2s_ad.ir.nodes import Value


def whole(s: Emitter, target: Value, method: str) -> Value:
    """A list that is a root of its own: of one that is in another list it is not known which other list it is too."""
    if target in s.memory.origin:
        raise MutationError(
            f"`.{method}()` on a list that is in another list", s.span, "build the inner list first, and put it in last"
        )
    refuse_foreign(s, target)
    refuse_views(s, target)
    return target


def refuse_views(s: Emitter, target: Value) -> None:
    """Refuse to change a list of views, which is at the place of what it shows."""
    if s.memory.is_of_views(target):
        raise MutationError("a write to a list of views", s.span, "write to the views, or make a list of your own")
