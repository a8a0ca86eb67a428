"""`with suppress(KeyError): …` becomes a `try`, where `suppress` is that of `contextlib`, which is known only later.

with suppress(KeyError):           if suppress is contextlib.suppress:
    y = d[k]                           try:
                                           y = d[k]
                                       except KeyError:
                                           pass
                                   else:
                                       with suppress(KeyError):
                                           y = d[k]
"""

from __future__ import annotations

import contextlib
import copy

import gast

from s2s_ad.frontend.desugar.building import placed


class _ExpandSuppressing(gast.NodeTransformer):  # type: ignore[misc]
    def visit_With(self, node: gast.With) -> gast.AST:
        self.generic_visit(node)
        for i, item in enumerate(node.items):
            if _is_suppressing(item):
                made = _expanded(node, item, node.items[i + 1 :])
                return made if i == 0 else placed(gast.With(node.items[:i], [made], None), node)
        return node


def _is_suppressing(item: gast.withitem) -> bool:
    """Whether a manager may be `contextlib.suppress`, by its name."""
    call = item.context_expr
    if not isinstance(call, gast.Call) or call.keywords or item.optional_vars is not None:
        return False
    name = getattr(call.func, "attr", getattr(call.func, "id", None))
    return name == "suppress" and not any(isinstance(a, gast.Starred) for a in call.args)


def _expanded(node: gast.With, item: gast.withitem, rest: list[gast.withitem]) -> gast.AST:
    call = item.context_expr
    body = [placed(gast.With(rest, node.body, None), node)] if rest else node.body
    kinds = call.args[0] if len(call.args) == 1 else placed(gast.Tuple(list(call.args), gast.Load()), call)
    handler = placed(gast.ExceptHandler(copy.deepcopy(kinds), None, [placed(gast.Pass(), call)]), call)
    guarded = placed(gast.Try(copy.deepcopy(body), [handler], [], []), call)
    ours = placed(gast.Constant(contextlib.suppress, None), call)
    test = placed(gast.Compare(copy.deepcopy(call.func), [gast.Is()], [ours]), call)
    return placed(gast.If(test, [guarded], [placed(gast.With([item], body, None), node)]), node)


def expand_suppressing(node: gast.AST) -> gast.AST:
    """Apply the rewrite everywhere in `node`, which is changed."""
    return _ExpandSuppressing().visit(node)
