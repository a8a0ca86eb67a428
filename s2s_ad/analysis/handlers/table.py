"""The table of handlers: how the specializer treats calls that are more than a function of their arguments' types.

Each handler takes the specializer and the operands. It gives the result, or None where the call is an ordinary one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.tables import entering
from s2s_ad.ir.nodes import Operand

Handler = Callable[[Emitter, list[Operand], dict[str, Operand]], Operand | None]
HANDLERS: dict[Any, Handler] = {}
handles = entering(HANDLERS)
REWRITE = "build the value in one expression (np.where, np.stack, a list and np.array) instead of writing in place"
