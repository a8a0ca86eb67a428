"""How generated code refers to what is not a local variable: modules, functions, constants, the user's globals.

NumPy and its like are imported at the head of the generated text; what has no importable name is bound to a name that
nobody else uses.
"""

from __future__ import annotations

import ast
import builtins
import math
import operator
import sys
import types
from collections.abc import Mapping
from types import CellType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.codegen.names import _numbered

_MODULES: dict[str, tuple[str, Any]] = {
    "np": ("import numpy as np", np),
    "math": ("import math", math),
    "operator": ("import operator", operator),
    "runtime": ("from s2s_ad import runtime", runtime),
    "types": ("import types", types),
}


def load(name: str) -> ast.Name:
    """Reading a variable."""
    return ast.Name(name, ast.Load())


class References:
    """The names that one generated text uses for what is outside it."""

    def __init__(self, namespace: Mapping[str, Any], reserved: set[str]) -> None:
        self.namespace = namespace
        self.reserved = reserved
        self.taken: set[str] = set()
        self.locals: set[str] = set()
        self.imports: dict[str, str] = {}
        self.bound: dict[str, Any] = {}
        self.pair_names: dict[Any, tuple[str, str]] = {}
        self._alias: dict[int, str] = {}
        self._module_aliases: dict[str, list[str]] = {}

    def fresh(self, base: str) -> str:
        """A name that nothing else has."""
        outside = self.taken | self.reserved | self.locals
        name = next(n for n in _numbered(base) if n not in outside and n not in self.namespace)
        self.taken.add(name)
        return name

    def module(self, name: str) -> ast.expr:
        """One of the modules that generated code may import."""
        statement, value = _MODULES[name]
        aliases = self._module_aliases.setdefault(name, [])
        alias = next((a for a in aliases if a not in self.locals), None)
        if alias is None:
            same = name not in self.reserved or self.namespace.get(name) is value
            free = same and name not in self.taken and name not in self.locals
            alias = name if free else self.fresh(name)
            self.taken.add(alias)
            aliases.append(alias)
            self.imports[alias] = statement if alias == name else f"{statement.partition(' as ')[0]} as {alias}"
        return load(alias)

    def to(self, value: Any) -> ast.expr:
        """An expression for a constant of any kind."""
        literal = _literal(value)
        if literal is not None:
            return literal
        found = self._in_module(value)
        if found is not None:
            return found
        name = getattr(value, "__name__", None)
        hidden = name in self.namespace or name in self.taken or name in self.locals
        if isinstance(name, str) and getattr(builtins, name, None) is value and not hidden:
            return load(name)
        if isinstance(value, tuple) and type(value) is tuple:
            return ast.Tuple([self.to(v) for v in value], ast.Load())
        if isinstance(value, slice):
            return ast.Call(load("slice"), [self.to(v) for v in (value.start, value.stop, value.step)], [])
        kind = "cell" if isinstance(value, CellType) else "constant"
        return self._bind(value, name if isinstance(name, str) and name.isidentifier() else kind)

    def _bind(self, value: Any, base: str) -> ast.expr:
        alias = self._alias.get(id(value))
        if alias is None:
            for name in (base, getattr(value, "__name__", "")):
                is_guarded = name in self.reserved and self.namespace.get(name, _MISSING) is value
                if is_guarded and name not in self.taken | self.locals:
                    return load(name)
            alias = self._alias[id(value)] = self.fresh(base)
            self.bound[alias] = value
        return load(alias)

    def _in_module(self, value: Any) -> ast.expr | None:
        if isinstance(value, ModuleType):
            return self._module_path(value)
        name = getattr(value, "__name__", None)
        if not isinstance(name, str):
            if isinstance(value, np.dtype):
                return ast.Call(ast.Attribute(self.module("np"), "dtype", ast.Load()), [ast.Constant(value.str)], [])
            return None
        home = getattr(value, "__module__", None) or ("numpy" if isinstance(value, np.ufunc) else "")
        if home == "builtins":
            return None
        if isinstance(home, str) and home.partition(".")[0] == "numpy":
            for path in ((), ("linalg",), ("fft",), ("random",), ("lib", "stride_tricks")):
                owner: Any = np
                for part in path:
                    owner = getattr(owner, part)
                if getattr(owner, name, _MISSING) is value:
                    return _attributes(self.module("np"), (*path, name))
        for label, module in (
            ("np", np),
            ("math", math),
            ("types", types),
            ("runtime", runtime),
            ("operator", operator),
        ):
            if getattr(module, name, _MISSING) is value and str(home).startswith(_HOMES.get(label, str(home))):
                return _attributes(self.module(label), (name,))
        return None

    def _module_path(self, module: ModuleType) -> ast.expr | None:
        for label, (_, value) in _MODULES.items():
            if value is module:
                return self.module(label)
        if module.__name__ in ("numpy.linalg", "numpy.fft", "numpy.random"):
            return _attributes(self.module("np"), (module.__name__.partition(".")[2],))
        return self._bind(module, module.__name__.rpartition(".")[2])

    def global_name(self, name: str, namespace: Mapping[str, Any]) -> ast.expr:
        """A global variable of the module whose variables are `namespace`."""
        if namespace is self.namespace:
            return load(name)
        module = sys.modules.get(str(namespace.get("__name__")))
        if module is None or module.__dict__ is not namespace:
            module = _View(namespace)  # type: ignore[assignment]
        base = str(namespace.get("__name__", "module")).rpartition(".")[2]
        return ast.Attribute(self._bind_once(id(namespace), module, base), name, ast.Load())

    def _bind_once(self, key: int, value: Any, base: str) -> ast.expr:
        if key not in self._alias:
            self._alias[key] = self.fresh(base if base.isidentifier() else "module")
            self.bound[self._alias[key]] = value
        return load(self._alias[key])


class _View(SimpleNamespace):
    """The variables of a module that `sys.modules` does not know, as attributes."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        super().__init__()
        object.__setattr__(self, "_namespace", namespace)

    def __getattr__(self, name: str) -> Any:
        return self._namespace[name]


_MISSING = object()
# What these modules give has been defined in a module whose name begins so.
_HOMES = {"operator": "_operator", "runtime": "s2s_ad.runtime", "types": "types"}


def _attributes(base: ast.expr, path: tuple[str, ...]) -> ast.expr:
    for part in path:
        base = ast.Attribute(base, part, ast.Load())
    return base


def _literal(value: Any) -> ast.expr | None:
    if value is None or value is Ellipsis or isinstance(value, (bool, str, bytes)):
        return ast.Constant(value)
    if type(value) in (int, float):
        negative = value < 0 or (value == 0 and math.copysign(1, value) < 0)
        return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if negative else ast.Constant(value)
    return ast.Constant(value) if type(value) is complex else None
