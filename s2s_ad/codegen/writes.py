"""Prints writes in place: to lists, dicts, arrays and attributes, and calls that write to their arguments."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np

from s2s_ad import runtime
from s2s_ad.analysis.effects import callee, path_of
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.typing import result_type
from s2s_ad.codegen.expressions import ExpressionPrinter
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Call, Const, Operand, Value
from s2s_ad.ir.types import Array, Deque, Number, is_scalar, without_none


def store(name: str) -> ast.Name:
    """Assigning to a variable."""
    return ast.Name(name, ast.Store())


class WritePrinter:
    """Turns writes into statements; where an operand is nested in them, it is printed there."""

    expressions: ExpressionPrinter
    uses: Counter[Value]
    copied_names: set[str]

    def operand(self, operand: Any) -> ast.expr:
        """The expression of an operand."""
        return self.expressions.operand(operand)

    def assign(self, target: Value, value: ast.expr, left: Any = None) -> ast.stmt:
        """`target = value`, or `target += …` where that is the same because the `left` operand is immutable."""
        name = self.expressions.naming.name[target]
        t = left.type if isinstance(left, Value) else None
        immutable = isinstance(t, Number) or (isinstance(t, Array) and t.axes == () and not t.boxed)
        if immutable and isinstance(value, ast.BinOp) and isinstance(value.left, ast.Name) and value.left.id == name:
            return ast.AugAssign(store(name), value.op, value.right)
        return ast.Assign([store(name)], value)

    def targets(self, results: tuple[Value, ...], shape: primitives.Unpack | None = None) -> ast.expr:
        """What the results of a call are assigned to, or those of an unpacking."""
        names: list[ast.expr] = [store(self.expressions.naming.name[r] if self.uses[r] else "_") for r in results]
        if shape is not None and shape.after is not None:
            names[shape.before] = ast.Starred(names[shape.before], ast.Store())
        return ast.Tuple(names, ast.Store())

    def _call_that_writes(
        self, op: Call, value: ast.expr, written: tuple[tuple[Value, Value], ...]
    ) -> list[ast.stmt]:  # fmt: skip
        """A call of a function that writes to its arguments, whose new versions are the old objects."""
        versions = [version for version, _ in written]
        results = tuple(r for r in op.results if r not in versions)
        if len(results) > 1:
            made: ast.stmt = ast.Assign([self.targets(results)], value)
        elif self.uses[results[0]]:
            made = self.assign(results[0], value)
        else:
            made = ast.Expr(value)
        renamed = [(version, self.operand(target)) for version, target in written if self.uses[version]]
        return [made, *(s for version, old in renamed for s in self._rename(version, old))]

    def _append(self, op: Call) -> list[ast.stmt]:
        items, (item,) = self._changed(op)
        with self._unchecked():
            node = self.operand(item)
        self.copied_names |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        method = ast.Attribute(items, "append", ast.Load())
        return [ast.Expr(ast.Call(method, [node], [])), *self._version(op, 0)]

    def _changed(self, op: Call) -> tuple[ast.expr, tuple[Operand, ...]]:
        """The list that a write changes, which may be in another one, and the other arguments."""
        path = path_of(op)
        items = self.expressions.view(op.args[0], list(path))  # type: ignore[arg-type]
        return items, op.args[1 + len(path) :]  # type: ignore[return-value]

    def _store(self, op: Call) -> list[ast.stmt]:
        target, *indices, item = op.args
        place = self.expressions.view(target, indices)  # type: ignore[arg-type]
        return [self._put(place, self.operand(item), op), *self._version(op, 0)]

    def _put(self, place: ast.expr, value: ast.expr, op: Call) -> ast.stmt:
        """`place = value`, or `place += …` where that is what it comes to."""
        whole = isinstance(op.args[1], Const) and op.args[1].value is Ellipsis
        target = place.value if whole and isinstance(place, ast.Subscript) else place
        is_place = not isinstance(target, ast.Call)  # which asks whether a variable is bound
        if (
            is_place
            and isinstance(value, ast.BinOp)
            and _writes_in_place(op)
            and ast.dump(value.left) == ast.dump(target)
        ):
            target.ctx = ast.Store()  # type: ignore[attr-defined]
            return ast.AugAssign(target, value.op, value.right)  # type: ignore[arg-type]
        place.ctx = ast.Store()  # type: ignore[attr-defined]
        return ast.Assign([place], value)

    def _set_attribute(self, op: Call) -> list[ast.stmt]:
        obj, name, value = op.args
        place = ast.Attribute(self.operand(obj), constant(name), ast.Store())  # type: ignore[arg-type]
        assign: ast.stmt = ast.Assign([place], self.operand(value))
        cls = without_none(type_of_operand(obj)).cls  # type: ignore[arg-type, attr-defined]
        if cls.__setattr__ is not object.__setattr__ and cls is not SimpleNamespace:
            setter = ast.Attribute(self.expressions.references.to(object), "__setattr__", ast.Load())
            args = [self.operand(a) for a in op.args]
            assign = ast.Expr(ast.Call(setter, args, []))
        return [assign, *self._version(op, 0)]

    def _keep_item(self, op: Call) -> list[ast.stmt]:
        return self._version(op, 0)

    def _refreshed(self, op: Call) -> list[ast.stmt]:
        return self._version(op, 0)

    def _visible(self, _: Call) -> list[ast.stmt]:
        return []

    def _accumulate(self, op: Call) -> list[ast.stmt]:
        target, *indices, item = op.args
        place: Any = self.expressions.view(target, indices)  # type: ignore[arg-type]
        if constant(indices[-1]) is Ellipsis and isinstance(place.value, ast.Subscript):  # type: ignore[arg-type]
            place = place.value
        place.ctx = ast.Store()
        value = self.operand(item)
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
            return [ast.AugAssign(place, ast.Sub(), value.operand), *self._version(op, 0)]
        return [ast.AugAssign(place, ast.Add(), value), *self._version(op, 0)]

    def _augment(self, op: Call) -> list[ast.stmt]:
        target, item = op.args
        name = self.operand(target)
        assert isinstance(name, ast.Name)
        value = self.operand(item)
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
            return [ast.AugAssign(store(name.id), ast.Sub(), value.operand), *self._version(op, 0)]
        return [ast.AugAssign(store(name.id), ast.Add(), value), *self._version(op, 0)]

    def _scatter_add(self, op: Call) -> list[ast.stmt]:
        function = ast.Attribute(self.expressions.references.to(np.add), "at", ast.Load())
        target, *path, index, item = op.args
        args = [self.expressions.view(target, path), self.operand(index), self.operand(item)]  # type: ignore[arg-type]
        return [ast.Expr(ast.Call(function, args, [])), *self._version(op, 0)]

    def _pop(self, op: Call) -> list[ast.stmt]:
        value, taken = self._method(op, "pop"), op.results[0]
        if _is_of_deque(op) and constant(op.args[-1]) == 0:  # type: ignore[arg-type]
            value = self._method(op, "popleft", 1)
        first = ast.Assign([store(self.expressions.naming.name[taken])], value) if self.uses[taken] else ast.Expr(value)
        return [first, *self._version(op, 1)]

    def _pop_key(self, op: Call) -> list[ast.stmt]:
        target, (key, *default) = self._changed(op)
        if not self.uses[op.results[0]] and not default:
            place = ast.Subscript(target, self.expressions.index(key), ast.Del())
            return [ast.Delete([place]), *self._version(op, 1)]
        value = ast.Call(ast.Attribute(target, "pop", ast.Load()), [*map(self.operand, (key, *default))], [])
        taken = self.expressions.naming.name[op.results[0]] if self.uses[op.results[0]] else None
        return [ast.Assign([store(taken)], value) if taken else ast.Expr(value), *self._version(op, 1)]

    def _delete(self, op: Call) -> list[ast.stmt]:
        if self.uses[op.results[0]]:
            return self._pop(op)
        return self._delete_item(op)

    def _delete_item(self, op: Call) -> list[ast.stmt]:
        items, (index,) = self._changed(op)
        place = ast.Subscript(items, self.expressions.index(index), ast.Del())
        return [ast.Delete([place]), *self._version(op, len(op.results) - 1)]

    def _set_item(self, op: Call) -> list[ast.stmt]:
        items, (key, item) = self._changed(op)
        place = ast.Subscript(items, self.expressions.index(key), ast.Load())
        return [self._put(place, self.operand(item), op), *self._version(op, 0)]

    def _insert(self, op: Call) -> list[ast.stmt]:
        if not _is_of_deque(op):
            return self._write_by_method(op)
        return [ast.Expr(self._method(op, "appendleft", 1)), *self._version(op, 0)]

    def _write_by_method(self, op: Call) -> list[ast.stmt]:
        return [ast.Expr(self._method(op, callee(op).__name__)), *self._version(op, 0)]

    def _method(self, op: Call, name: str, first: int = 0) -> ast.expr:
        items, args = self._changed(op)
        given = () if name == "pop" and constant(args[0]) == -1 else args[first:]
        return ast.Call(ast.Attribute(items, name, ast.Load()), [*map(self.operand, given)], [])

    def _permute(self, op: Call) -> list[ast.stmt]:
        function = self.expressions.references.to(runtime.permute)
        items, args = self._changed(op)
        return [ast.Expr(ast.Call(function, [items, *map(self.operand, args)], [])), *self._version(op, 0)]

    def _exchange(self, op: Call) -> list[ast.stmt]:
        def both(ctx: ast.expr_context, *indices: Operand) -> ast.expr:
            return ast.Tuple([ast.Subscript(self._changed(op)[0], self.operand(i), ctx) for i in indices], ctx)

        _, (i, j) = self._changed(op)
        return [ast.Assign([both(ast.Store(), i, j)], both(ast.Load(), j, i)), *self._version(op, 0)]

    def _set_slice(self, op: Call) -> list[ast.stmt]:
        where, more = op.args[-2:]

        def part(ctx: ast.expr_context) -> ast.expr:
            return ast.Subscript(self._changed(op)[0], self.expressions.index(where), ctx)  # type: ignore[arg-type]

        taken, value = op.results[0], self.operand(more)
        if self.uses[taken]:  # both are read before either is assigned
            targets = ast.Tuple([part(ast.Store()), store(self.expressions.naming.name[taken])], ast.Store())
            write: ast.stmt = ast.Assign([targets], ast.Tuple([value, part(ast.Load())], ast.Load()))
        elif self._is_empty_list(more):  # type: ignore[arg-type]
            write = ast.Delete([part(ast.Del())])
        else:
            write = ast.Assign([part(ast.Store())], value)
        return [write, *self._version(op, 1)]

    def _version(self, op: Call, i: int) -> list[ast.stmt]:
        """The new version of a buffer is the old object; where it has another name, that is bound too."""
        version = op.results[i]
        return self._rename(version, self.operand(op.args[0])) if self.uses[version] else []

    def _rename(self, version: Value, old: ast.expr) -> list[ast.stmt]:
        if isinstance(old, ast.Name) and old.id == self.expressions.naming.name[version]:
            return []
        return [ast.Assign([store(self.expressions.naming.name[version])], old)]

    @contextmanager
    def _unchecked(self) -> Iterator[None]:
        """Variables are moved here, not read: one that is not bound may stay so."""
        started, self.expressions.started = self.expressions.started, frozenset()
        try:
            yield
        finally:
            self.expressions.started = started

    def _is_empty_list(self, operand: Operand) -> bool:
        made = self.expressions.naming.nested.get(operand) if isinstance(operand, Value) else None
        return isinstance(made, Call) and callee(made) is primitives.make_list and not made.args


def _is_of_deque(op: Call) -> bool:
    """Whether what a write changes is a deque."""
    t = type_of_operand(op.args[0])  # type: ignore[arg-type]
    for fn, args, kwargs in primitives.steps(path_of(op), constant):
        t = result_type(fn, (Value(None, t), *args), kwargs)
    return isinstance(without_none(t), Deque)


def _writes_in_place(store: Call) -> bool:
    """Whether `x[i] += y` does what `x[i] = x[i] + y` does: not in a list, nor where kind or rank differ.

    A number in a list is put anew by both, but not an array without axes, to which the first form writes.
    """
    target, *indices, item = store.args
    whole = container = place = type_of_operand(target)  # type: ignore[arg-type]
    for fn, args, kwargs in primitives.steps(indices, constant):
        container, place = place, result_type(fn, (Value(None, place), *args), kwargs)
    t = item.type if isinstance(item, Value) else None
    if t is not None and is_scalar(t):
        return isinstance(container, Array) or (is_scalar(place) and not getattr(place, "boxed", False))
    if not isinstance(whole, Array) or not isinstance(t, Array) or not whole.dtype == t.dtype is not None:
        return False
    axes = getattr(place, "axes", None)
    return axes is not None and t.axes is not None and len(axes) == len(t.axes)


WRITERS: dict[Any, Callable[[Any, Call], list[ast.stmt]]] = {
    primitives.append: WritePrinter._append,
    primitives.store: WritePrinter._store,
    primitives.keep_item: WritePrinter._keep_item,
    primitives.set_attribute: WritePrinter._set_attribute,
    primitives.accumulate: WritePrinter._accumulate,
    primitives.augment: WritePrinter._augment,
    primitives.scatter_add: WritePrinter._scatter_add,
    primitives.pop: WritePrinter._pop,
    primitives.delete: WritePrinter._delete,
    primitives.set_item: WritePrinter._set_item,
    primitives.put: WritePrinter._set_item,
    primitives.put_new: WritePrinter._set_item,
    primitives.pop_key: WritePrinter._pop_key,
    primitives.take_key: WritePrinter._pop_key,
    primitives.delete_item: WritePrinter._delete_item,
    primitives.insert: WritePrinter._insert,
    primitives.extend: WritePrinter._write_by_method,
    primitives.reverse: WritePrinter._write_by_method,
    primitives.permute: WritePrinter._permute,
    primitives.exchange: WritePrinter._exchange,
    primitives.set_slice: WritePrinter._set_slice,
    primitives.Refreshed: WritePrinter._refreshed,
    primitives.visible: WritePrinter._visible,
}
