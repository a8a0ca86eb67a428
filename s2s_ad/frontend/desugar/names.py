"""Names for the variables that a rewrite adds, which no variable of the user's has."""

from __future__ import annotations

import gast


class FreshNames:
    """Gives names that nothing in a function has; each of them once."""

    def __init__(self, root: gast.AST) -> None:
        self.taken = {n.id for n in gast.walk(root) if isinstance(n, gast.Name)}

    def like(self, name: str) -> str:
        """The name, with as many underlines at its end as it takes."""
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name
