"""Lowers a class inside a function.

    class P(Base):            P = make_class(P)(Base, 2.0, area)
        g = 2.0               for the nested function
        def area(self): …         def area(self): …

Its methods are nested functions, which see the variables of the function and not those of the class. Besides its name,
a class is bound to a variable that nobody can assign, which is `__class__` for its methods.
"""

from __future__ import annotations

import ast
from types import CodeType
from typing import Any

import gast

from s2s_ad.errors import UnsupportedSyntaxError
from s2s_ad.frontend.scope import assigned_names
from s2s_ad.frontend.tries import TryLowering
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Const, Operand

_OF_PROPERTIES = ("getter", "setter", "deleter")


def class_variable(node: Any) -> str:
    """The variable that is `__class__` for the methods of a class."""
    return f"{node.name}.__class__ {node.lineno}"


class ClassLowering(TryLowering):
    """The statement `class`."""

    locals: set[str]
    class_scope: dict[str, Operand | None] | None = None  # in the body of a class, what it has bound so far

    def make_method(self, node: Any, variable: str) -> Operand:
        """The nested function that a `def` in a class makes; `variable` has the class."""
        raise NotImplementedError

    def _classdef(self, node: Any) -> None:
        variable = class_variable(node)
        args = [self.expression(d) for d in (*node.decorator_list, *node.bases)]
        self.class_scope = dict.fromkeys(assigned_names(node.body))
        members = []
        for statement in node.body:
            if not isinstance(statement, (gast.Pass, gast.Expr)):
                member, operands = self._member(node, statement, variable)
                members.append(member)
                args += operands
        self.class_scope = None
        qualname = f"{self.source.fn.__qualname__}.<locals>.{node.name}"
        shape = len(node.decorator_list), len(node.bases)
        made = primitives.MakeClass(node.name, qualname, *shape, tuple(members))
        cls = self.emit(node, Const(made), *args)
        self.bind(variable, cls)
        self.changed(node, [variable])
        self.bind(node.name, cls)

    def _member(self, cls: Any, node: Any, variable: str) -> tuple[primitives.Member, list[Operand]]:
        if isinstance(node, gast.FunctionDef):
            return self._method(cls, node, variable)
        target = node.targets[0] if isinstance(node, gast.Assign) else node.target
        annotation = ast.unparse(node.annotation) if isinstance(node, gast.AnnAssign) else None
        if node.value is None:
            return primitives.Member(target.id, (), annotation, has_value=False), []
        value = self.expression(node.value)
        self.class_scope[target.id] = value  # type: ignore[index]
        return primitives.Member(target.id, (), annotation), [value]

    def _method(self, cls: Any, node: Any, variable: str) -> tuple[primitives.Member, list[Operand]]:
        texts = [_part_of_property(d, node.name) for d in node.decorator_list]
        args = [self.expression(d) for d, text in zip(node.decorator_list, texts, strict=True) if text is None]
        function = self.make_method(node, variable)
        self.class_scope[node.name] = function  # type: ignore[index]
        code = _code_of(self.source.fn.__code__, node)
        return primitives.Member(node.name, tuple(texts), code=code), [*args, function]

    def in_class(self, name: str, node: gast.AST) -> Operand | None:
        """What the class whose body is lowered has bound a name to, if it binds it."""
        if self.class_scope is None or name not in self.class_scope:
            return None
        found = self.class_scope[name]
        if found is None:
            message = f"`{name}`, which the class around it binds afterwards"
            raise UnsupportedSyntaxError(message, self.span(node), "use another name for one of the two")
        return found


def _part_of_property(decorator: Any, name: str) -> str | None:
    """Which part of the property `name` a decorator gives; None for any other decorator."""
    match decorator:
        case gast.Attribute(value=gast.Name(id=owner), attr=part) if owner == name and part in _OF_PROPERTIES:
            return str(part)
    return None


def _code_of(code: CodeType, node: Any) -> CodeType | None:
    """The code object of a method, somewhere inside that of the function."""
    first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
    for inner in (c for c in code.co_consts if isinstance(c, CodeType)):
        if (inner.co_name, inner.co_firstlineno) == (node.name, first):
            return inner
        found = _code_of(inner, node)
        if found is not None:
            return found
    return None
