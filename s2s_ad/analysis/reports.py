"""Calls that tell somebody something: they print, log or warn.

Such a call reads its arguments when it runs, once and in order, and writes to nothing that the program reads.
"""

from __future__ import annotations

import inspect
import logging
import warnings
from typing import Any

from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const
from s2s_ad.ir.types import Instance, Type

_LEVELS = ("debug", "info", "warning", "error", "critical", "exception", "log")
_REPORTS = frozenset({print, warnings.warn, *(getattr(logging, name) for name in _LEVELS)})


def reports(fn: Any) -> bool:
    """Whether a function is one that only tells something."""
    return type(fn).__hash__ is not None and fn in _REPORTS


def method_reports(t: Type, name: Any) -> bool:
    """Whether a method of an object of type `t` is one by which a logger logs."""
    if name not in _LEVELS or not isinstance(t, Instance) or not issubclass(t.cls, logging.Logger):
        return False
    return inspect.getattr_static(t.cls, name) is vars(logging.Logger)[name]


def is_report(op: Call) -> bool:
    """Whether a call only tells something."""
    fn = op.target.value if isinstance(op.target, Const) else None
    if fn is primitives.call_method:
        return method_reports(type_of_operand(op.args[0]), constant(op.args[1]))  # type: ignore[arg-type]
    return reports(fn)
