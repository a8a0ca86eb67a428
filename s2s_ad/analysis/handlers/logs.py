"""Loggers: how one is got, and how it logs."""

from __future__ import annotations

import logging

from s2s_ad.analysis.emission import Emitter
from s2s_ad.analysis.handlers.table import handles
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Operand
from s2s_ad.ir.types import Instance


@handles(logging.getLogger)
def _get_logger(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    return s.emit(logging.getLogger, args, kwargs, Instance(logging.Logger))


def log(s: Emitter, args: list[Operand], kwargs: dict[str, Operand]) -> Operand:
    """A call of a method by which a logger logs."""
    return s.emit(primitives.call_method, args, kwargs, Instance(type(None)))
