"""Lowers a Python function to structured SSA.

`break`, `continue` and `return` in mid-body become structure: where one side of an `if` leaves, the statements after
it go into the other side; where both may, or a loop may have returned, they go under a test. The loop is left by the
`stop` result of its body, and codegen prints all of this back as `break`.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import gast

from s2s_ad.frontend.builder import FALSE, NONE, TRUE
from s2s_ad.frontend.classes import ClassLowering, class_variable
from s2s_ad.frontend.desugar.scoped import NEW_BOX
from s2s_ad.frontend.expressions import AUGMENTED
from s2s_ad.frontend.scope import (
    YIELDS,
    always_exits,
    assigned_names,
    captured_names,
    classes_in,
    contains,
    declarations,
    is_exchange,
    is_ours,
    may_exit,
)
from s2s_ad.frontend.segments import ITERABLE, Guarded
from s2s_ad.frontend.source import FunctionSource
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import UNDEFINED, Block, Const, Function, Operand, Parameter, Value, With

_KINDS = inspect.Parameter
_OURS = {ITERABLE: primitives.iterable, NEW_BOX: SimpleNamespace}


def lower(source: FunctionSource) -> Function:
    """The IR of a function, with every variable that it captures as a parameter after its own."""
    return FunctionLowering(source, source.node, None).run()


def parameters(args: gast.arguments) -> tuple[Parameter, ...]:
    """The formal parameters in the order of the IR: positional, `*args`, keyword-only, `**kwargs`."""
    positional = [*args.posonlyargs, *args.args]
    required = len(positional) - len(args.defaults)
    kinds = [_KINDS.POSITIONAL_ONLY] * len(args.posonlyargs) + [_KINDS.POSITIONAL_OR_KEYWORD] * len(args.args)
    found = [Parameter(a.id, kind, i >= required) for i, (a, kind) in enumerate(zip(positional, kinds, strict=True))]
    if args.vararg:
        found.append(Parameter(args.vararg.id, _KINDS.VAR_POSITIONAL))
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        found.append(Parameter(arg.id, _KINDS.KEYWORD_ONLY, default is not None))
    if args.kwarg:
        found.append(Parameter(args.kwarg.id, _KINDS.VAR_KEYWORD))
    return tuple(found)


class FunctionLowering(ClassLowering):
    """Lowers one function; nested ones are lowered by a child that reads its free variables from here.

    Of a method, `own_class` is the variable that has its class.
    """

    def __init__(
        self, source: FunctionSource, node: gast.AST, parent: FunctionLowering | None, own_class: str | None = None
    ) -> None:
        super().__init__(source, getattr(node, "name", "lambda"))
        self.node = node
        self.parent = parent
        self.own_class = own_class
        self.parameters = parameters(node.args)
        body = node.body if isinstance(node.body, list) else [node.body]
        classes = {class_variable(n) for n in classes_in(body)}
        self.locals = {p.name for p in self.parameters} | set(assigned_names(body)) | classes
        self.free: dict[str, Value] = {}
        self.cells: dict[str, primitives.Cell] = {}
        self.boxes: frozenset[str] = getattr(node, "boxes", frozenset())
        self.shared = frozenset[str]().union(*map(captured_names, body), classes) - self.boxes
        self.yields = contains(body, YIELDS)
        self.generator = self.yields or getattr(node, "generator", False)
        self.declared_global = {n for d in declarations(body) if isinstance(d, gast.Global) for n in d.names}

    def run(self) -> Function:
        """Lower the whole function."""
        params = tuple(Value(p.name) for p in self.parameters)
        self.env.update(zip((p.name for p in self.parameters), params, strict=True))
        if self.yields:
            self.env["%yielded"] = self.emit(self.node, primitives.make_list)
        result = self._body()
        body = Block((*params, *self.free.values()), tuple(self.ops), (result,))
        return Function(self.name, self.parameters, tuple(self.free), body, self.span(self.node), self.generator)

    def _body(self) -> Operand:
        if isinstance(self.node, gast.Lambda):
            return self.expression(self.node.body)
        self.statements(self.node.body)
        if self.yields:
            return self.env["%yielded"]
        finished = self.env["%exit"]
        if isinstance(finished, Value):
            self.branch(self.node, finished, lambda: None, lambda: self.env.update({"%result": NONE}))
        return (
            NONE if finished is not TRUE and isinstance(finished, Const) and not finished.value else self.env["%result"]
        )

    # variables

    def read(self, name: str, node: gast.AST) -> Operand:
        """A local variable, a captured one, or a global one."""
        if name in _OURS:
            return Const(_OURS[name])
        own = self.in_class(name, node)
        if own is not None:
            return own
        if name == "__class__":
            name = self._class_around() or name
        if name in self.locals or is_ours(name):
            operand = self.env.get(name, UNDEFINED)
            return self.unbound(node, name) if operand is UNDEFINED else operand
        if self._is_captured(name):
            return self._captured(name)
        return self.emit(node, primitives.read_global, Const(name))

    def _is_captured(self, name: str) -> bool:
        if name in self.declared_global:
            return False
        if self.parent is None:
            return name in self.source.fn.__code__.co_freevars
        if name == self.name and isinstance(self.node, gast.FunctionDef) and self.own_class is None:
            return True
        return name in self.parent.locals or self.parent._is_captured(name)

    def _class_around(self) -> str | None:
        """The variable that has the class of the method that this is, or is in."""
        return self.own_class or (None if self.parent is None else self.parent._class_around())

    def is_bound(self, name: str) -> bool:
        """Whether this function, or one around it, has a variable of this name."""
        return name in self.locals or self._is_captured(name)

    def _captured(self, name: str) -> Value:
        return self.free.setdefault(name, Value(name))

    def cell(self, name: str) -> primitives.Cell | None:
        """The variable itself, of this function or of one around it; None for what a function has captured itself."""
        if name in self.boxes:
            return None  # it is never bound to another object
        if name in self.locals:
            return self._own_cell(name)
        return None if self.parent is None else self.parent.cell(name)

    def bind(self, name: str, operand: Operand) -> None:
        """Assign; the nested functions that read the variable see the new value."""
        super().bind(name, operand)
        self.changed(self.node, [name])

    def changed(self, node: gast.AST, names: Iterable[str], *, again: bool = False, anew: bool = False) -> None:
        """Tell what the variables that nested functions read are from here on."""
        for name in names:
            if name in self.shared:
                set_cell = primitives.SetCell(self._own_cell(name), again, anew)
                self.emit(node, Const(set_cell), self.env.get(name, UNDEFINED))

    def _own_cell(self, name: str) -> primitives.Cell:
        return self.cells.setdefault(name, primitives.Cell(name, self.generator))

    def make_method(self, node: Any, variable: str) -> Operand:
        """As `make_function`; but the name of a method is no variable of its function."""
        return self.make_function(node, variable)

    def make_function(self, node: gast.AST, own_class: str | None = None) -> Operand:
        """A closure over the variables; the defaults of its parameters are captured too."""
        child = FunctionLowering(self.source, node, self, own_class)
        attributes = getattr(node, "attributes", None)
        if attributes is not None:
            child.read(attributes, node)  # so that the function leads to them
        code = child.run()
        defaults = {f"={name}": self.expression(d) for name, d in _defaults(node.args)}
        own = code.name if isinstance(node, gast.FunctionDef) and own_class is None else None
        captured = [self._seen(n) for n in code.free if n != own]
        extra = tuple(Value(f"default_{n[1:]}") for n in defaults)
        body = Block((*code.body.params, *extra), code.body.ops, code.body.results)
        code = replace(code, free=(*code.free, *defaults), body=body)
        cells = {n: cell for n in code.free if (cell := self.cell(n)) is not None}
        return self.emit(node, Const(primitives.MakeClosure(code, cells, attributes)), *captured, *defaults.values())

    def _seen(self, name: str) -> Operand:
        """A variable as a nested function finds it if it runs now."""
        return self.env.get(name, UNDEFINED) if name in self.locals else self._captured(name)

    # statements

    def statements(self, nodes: list[Any]) -> None:
        """Lower a suite up to where control surely leaves it."""
        for i, node in enumerate(nodes):
            rest = nodes[i + 1 :]
            if isinstance(node, gast.If) and rest and may_exit([node]):
                return self._if_then_rest(node, rest)
            getattr(self, "_" + type(node).__name__.lower())(node)
            done = self.env["%exit"]
            if isinstance(done, Value) and rest:
                return self._unless(node, done, rest)
            if isinstance(done, Const) and done.value:
                return None
        return None

    def _unless(self, node: Any, done: Value, rest: list[Any]) -> None:
        """Lower `rest` under the test that control has not left yet."""
        self.branch(node, done, self._exited(done), lambda: self._resume(rest))

    def _exited(self, done: Value) -> Callable[[], None]:
        """The side on which the flag `done` is true: whatever it stands for is true there."""

        def exited() -> None:
            self.env.update({name: TRUE for name, operand in self.env.items() if operand is done})

        return exited

    def _resume(self, nodes: list[Any]) -> None:
        self.env.update({"%exit": FALSE, "%stop": FALSE, "%returned": FALSE})
        self.statements(nodes)

    def _if_then_rest(self, node: gast.If, rest: list[Any]) -> None:
        then_leaves, else_leaves = always_exits(node.body), always_exits(node.orelse)
        if then_leaves or else_leaves:
            then = node.body if then_leaves else [*node.body, *rest]
            orelse = node.orelse if else_leaves else [*node.orelse, *rest]
            self._branch(node, then, orelse)
            return
        self._branch(node, node.body, node.orelse)
        done = self.env["%exit"]
        if isinstance(done, Value):
            self._unless(node, done, rest)
        else:
            self.statements(rest)

    def _branch(self, node: gast.If, then: list[Any], orelse: list[Any]) -> None:
        test = self.expression(node.test)
        captured = getattr(node, "captures", ())

        def matched() -> None:
            self.bind_captures(captured)
            self.forget_captures(captured)
            self.statements(then)

        def other() -> None:
            self.forget_captures(captured)
            self.statements(orelse)

        self.branch(node, test, matched, other)

    def _if(self, node: gast.If) -> None:
        self._branch(node, node.body, node.orelse)

    def _for(self, node: gast.For) -> None:
        def body(item: Value | None) -> None:
            assert item is not None
            self.assign(node.target, item)
            self.statements(node.body)

        iterable = self.expression(node.iter)
        self._loop(node, iterable, assigned_names([node.target, *node.body]), body)

    def _with(self, node: gast.With) -> None:
        self._with_items(node, node.items)

    def _with_items(self, node: gast.With, items: list[Any]) -> None:
        """What the body assigns is assigned after it too, so that it shares our variables."""
        if not items:
            self.statements(node.body)
            return
        manager, target = self.expression(items[0].context_expr), Value()
        outer, self.ops = self.ops, []
        try:
            if items[0].optional_vars is not None:
                self.assign(items[0].optional_vars, target)
            self._with_items(node, items[1:])
            body = Block((target,), tuple(self.ops), ())
        finally:
            self.ops = outer
        self.ops.append(With((), manager, body, span=self.span(items[0].context_expr)))

    def _while(self, node: gast.While) -> None:
        def leave() -> None:
            self.env.update({"%stop": TRUE, "%exit": TRUE})

        def body(_: Value | None) -> None:
            test = self.expression(node.test)
            if isinstance(test, Const) and test.value is not UNDEFINED.value and test.value:
                self.statements(node.body)
            else:
                self.branch(node, test, lambda: self.statements(node.body), leave)

        self._loop(node, None, assigned_names([node.test, *node.body]), body)

    def _loop(
        self, node: Any, iterable: Operand | None, names: dict[str, None], body: Callable[[Value | None], None]
    ) -> None:
        outer_broke = self.env.pop("%broke", None)
        raises = contains(node.body, (Guarded,))  # it leaves the loop as a `return` does
        returns = raises or contains(node.body, (gast.Return,))
        if contains(node.body, YIELDS):
            names["%yielded"] = None
        carried = [*names, *(("%returned", "%result") if returns else ()), *(("%broke",) if node.orelse else ())]
        carried += ["%raised", "%error"] if raises else []
        if node.orelse:
            self.env["%broke"] = FALSE
        self.loop(node, iterable, carried, body)
        broke = self.env.pop("%broke", None)
        if outer_broke is not None:
            self.env["%broke"] = outer_broke
        if returns and _ends_only_by_return(node):
            self.env.update({"%exit": TRUE, "%stop": TRUE, "%returned": TRUE})
        elif returns:
            self.env.update({"%exit": self.env["%returned"], "%stop": self.env["%returned"]})
        if broke is not None:
            self._loop_else(node, broke, returns)

    def _loop_else(self, node: Any, broke: Operand, returns: bool) -> None:
        def orelse() -> None:
            self.env.update({"%exit": FALSE, "%stop": FALSE, "%returned": FALSE})
            self.branch(node, broke, _skip, lambda: self.statements(node.orelse))

        if returns:
            returned = self.env["%returned"]
            assert isinstance(returned, Value)
            self.branch(node, returned, self._exited(returned), orelse)
        else:
            orelse()

    def _leave_loop(self) -> None:
        self.env.update({"%exit": TRUE, "%stop": TRUE})
        if "%broke" in self.env:
            self.env["%broke"] = TRUE

    def _break(self, _: gast.Break) -> None:
        self._leave_loop()

    def _continue(self, _: gast.Continue) -> None:
        self.env["%exit"] = TRUE

    def _return(self, node: gast.Return) -> None:
        value = NONE if node.value is None else self.expression(node.value)
        if isinstance(node.value, gast.Name) and value in self.loose:
            self.emit(node, primitives.present, value)
        self._leave_loop()
        self.env.update({"%returned": TRUE, "%result": value})

    def _pass(self, _: gast.Pass) -> None:
        pass

    def _global(self, _: gast.Global) -> None:
        pass

    _nonlocal = _global

    def _import(self, node: gast.Import) -> None:
        for alias in node.names:
            module = self.emit(node, primitives.import_module, Const(alias.name))
            if alias.asname is None:
                name = alias.name.partition(".")[0]
                module = module if name == alias.name else self.emit(node, primitives.import_module, Const(name))
                self.bind(name, module)
            else:
                self.bind(alias.asname, module)

    def _importfrom(self, node: gast.ImportFrom) -> None:
        path = "." * node.level + (node.module or "")
        module = self.emit(node, primitives.import_module, Const(path))
        for alias in node.names:
            found = self.emit(node, primitives.import_from, module, Const(alias.name))
            self.bind(alias.asname or alias.name, found)

    def _expr(self, node: gast.Expr) -> None:
        if isinstance(node.value, gast.Yield):
            self._yield(node, NONE if node.value.value is None else self.expression(node.value.value))
        elif isinstance(node.value, gast.YieldFrom):
            self._yield_all(node, self.expression(node.value.value))
        elif isinstance(node.value, gast.Name):
            self.emit(node, primitives.present, self.expression(node.value))
        elif not isinstance(node.value, gast.Constant):
            self.expression(node.value)

    def _yield(self, node: gast.AST, item: Operand) -> None:
        """What a generator yields is appended to the list that it gives."""
        self.env["%yielded"] = self.emit(node, primitives.append, self.env["%yielded"], item)

    def _yield_all(self, node: gast.AST, iterable: Operand) -> None:
        def body(item: Value | None) -> None:
            assert item is not None
            self._yield(node, item)

        self.loop(node, iterable, ["%yielded"], body)

    def _assign(self, node: gast.Assign) -> None:
        if is_exchange(node):
            self._exchange(node)
            return
        value = self.expression(node.value)
        if isinstance(node.value, gast.Name) and value in self.loose:
            value = self.emit(node, primitives.present, value)  # `x = y` reads `y`
        for target in node.targets:
            self.assign(target, value)

    def _exchange(self, node: gast.Assign) -> None:
        """`xs[i], xs[j] = xs[j], xs[i]`: two writes as one, which may turn out to change but the order of a list."""
        values, (first, second) = [self.expression(value) for value in node.value.elts], node.targets[0].elts
        places = [[self.expression(target.value), self.expression(target.slice)] for target in (first, second)]
        self.emit(node, primitives.store_both, *places[0], values[0], *places[1], values[1])

    def _augassign(self, node: gast.AugAssign) -> None:
        target = node.target
        if isinstance(target, gast.Name):
            current = self.read(target.id, target)
            self.bind(target.id, self.emit(node, AUGMENTED[type(node.op)], current, self.expression(node.value)))
        else:
            self._augment_part(node, target)

    def _augment_part(self, node: gast.AugAssign, target: gast.AST) -> None:
        """`obj[index] += value` or `obj.name += value`: the object and the index are evaluated once."""
        obj, is_item = self.expression(target.value), isinstance(target, gast.Subscript)
        part = self.expression(target.slice) if is_item else Const(target.attr)
        current = self.emit(target, operator.getitem if is_item else getattr, obj, part)
        value = self.emit(node, AUGMENTED[type(node.op)], current, self.expression(node.value))
        self.emit(target, primitives.store if is_item else setattr, obj, part, value)

    def _delete(self, node: gast.Delete) -> None:
        for target in node.targets:
            self._delete_one(target)

    def _delete_one(self, target: Any) -> None:
        if isinstance(target, gast.Subscript):
            self.emit(target, operator.delitem, self.expression(target.value), self.expression(target.slice))
        elif isinstance(target, (gast.Tuple, gast.List)):
            for part in target.elts:
                self._delete_one(part)
        else:
            self.read(target.id, target)
            self.env[target.id] = UNDEFINED
            self.changed(target, [target.id])

    def _raise(self, node: gast.Raise) -> None:
        exception = self.env["%caught"] if node.exc is None else self.expression(node.exc)
        cause = () if node.cause is None else (self.expression(node.cause),)
        self.emit(node, primitives.raise_, exception, *cause)

    def _functiondef(self, node: gast.FunctionDef) -> None:
        decorators = [self.expression(d) for d in node.decorator_list]
        function = made = self.make_function(node)
        for decorator in reversed(decorators):
            function = self.call(node, decorator, [function])[0]
        if decorators and hasattr(node, "attributes"):
            self.emit(node, primitives.require_same, function, made)
        self.bind(node.name, function)


def _ends_only_by_return(node: Any) -> bool:
    """Whether a loop is a `while True` without `break`: after it, the function has returned."""
    endless = isinstance(node, gast.While) and isinstance(node.test, gast.Constant) and bool(node.test.value)
    return endless and not contains(node.body, (gast.Break,), into_loops=False)


def _defaults(args: gast.arguments) -> list[tuple[str, gast.AST]]:
    positional = [*args.posonlyargs, *args.args]
    named = list(zip((a.id for a in positional[len(positional) - len(args.defaults) :]), args.defaults, strict=True))
    return named + [(a.id, d) for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None]


def _skip() -> None:
    return None
