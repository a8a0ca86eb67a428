"""How tightly each kind of expression binds."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from s2s_ad.codegen.literals import literal


class Level(IntEnum):
    """How tightly an expression binds, from the loosest to the tightest."""

    TEST, OR, AND, NOT, COMPARE, BIT_OR, BIT_XOR, BIT_AND, SHIFT, SUM, TERM, FACTOR, POWER, PRIMARY, ATOM = range(15)

    def tighter(self) -> Level:
        """The next level."""
        return Level(self + 1)


LEVELS = {"Lambda": Level.TEST, "IfExp": Level.TEST, "Starred": Level.TEST, "Compare": Level.COMPARE}
OPERATOR_LEVELS = {
    "Or": Level.OR,
    "And": Level.AND,
    "Not": Level.NOT,
    "BitOr": Level.BIT_OR,
    "BitXor": Level.BIT_XOR,
    "BitAnd": Level.BIT_AND,
    **dict.fromkeys(("LShift", "RShift"), Level.SHIFT),
    **dict.fromkeys(("Add", "Sub"), Level.SUM),
    **dict.fromkeys(("Mult", "MatMult", "Div", "FloorDiv", "Mod"), Level.TERM),
    **dict.fromkeys(("UAdd", "USub", "Invert"), Level.FACTOR),
    "Pow": Level.POWER,
}


def kind_of(node: object) -> str:
    """The name of the class of a node."""
    return type(node).__name__


def level_of(node: Any) -> Level:
    """How tightly a node binds."""
    kind = kind_of(node)
    if kind in ("BinOp", "UnaryOp", "BoolOp"):
        return OPERATOR_LEVELS[kind_of(node.op)]
    if kind == "Constant" and literal(node.value).startswith("-"):
        return Level.FACTOR
    return LEVELS.get(kind, Level.ATOM)
