"""Rewrites of syntax into simpler syntax, before anything is lowered. One file for each construct."""

from __future__ import annotations

import gast

from s2s_ad.frontend.desugar.annotations import drop_annotations
from s2s_ad.frontend.desugar.assertions import expand_assertions
from s2s_ad.frontend.desugar.caching import expand_caches
from s2s_ad.frontend.desugar.function_attributes import give_attributes
from s2s_ad.frontend.desugar.managers import expand_nested_managers
from s2s_ad.frontend.desugar.matching import expand_matches
from s2s_ad.frontend.desugar.nonlocals import share_nonlocals
from s2s_ad.frontend.desugar.suppressing import expand_suppressing

PASSES = (
    drop_annotations, expand_caches, expand_assertions, expand_matches, expand_suppressing,
    expand_nested_managers, share_nonlocals, give_attributes,
)  # fmt: skip


def desugar(node: gast.AST) -> gast.AST:
    """The core syntax of a function: every pass in order."""
    for rewrite in PASSES:
        node = rewrite(node)
    return node
