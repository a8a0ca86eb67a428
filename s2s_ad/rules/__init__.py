"""The derivative rules. Importing this package fills the `registry`."""

from s2s_ad.rules import python
from s2s_ad.rules.evaluate import rrule
from s2s_ad.rules.numpy import creation, joining, linalg, products, reductions, selecting, shaping, ufuncs, windows
from s2s_ad.rules.numpy.methods import ATTRIBUTES, METHODS
from s2s_ad.rules.registry import (
    LinearRule,
    Opaque,
    Registry,
    ReverseRule,
    Rule,
    ScalarRule,
    ZeroRule,
    def_rrule,
    linear_rule,
    non_differentiable,
    primitive,
    registry,
    scalar_rule,
    zero_rules,
)

RULE_MODULES = (python, creation, joining, linalg, products, reductions, selecting, shaping, ufuncs, windows)

__all__ = [
    "ATTRIBUTES",
    "METHODS",
    "RULE_MODULES",
    "LinearRule",
    "Opaque",
    "Registry",
    "ReverseRule",
    "Rule",
    "ScalarRule",
    "ZeroRule",
    "def_rrule",
    "linear_rule",
    "non_differentiable",
    "primitive",
    "registry",
    "rrule",
    "scalar_rule",
    "zero_rules",
]
