"""The pullback transform: typed IR in, a forward block and an adjoint block out.

The adjoint code mirrors the forward code op by op, in reverse, over the same structure. Each op becomes a `Step` that
knows how to emit its forward half (with the forward half of its rule spliced in) and, later, its reverse half. What the
finished adjoint of a region reads of the forward region are the residuals: an `If` gives them as further results, a
loop appends one tuple of them for each iteration to a list, which its adjoint walks in reverse.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from s2s_ad import runtime
from s2s_ad.analysis.activity import active_values
from s2s_ad.analysis.effects import callee, writes
from s2s_ad.analysis.kinks import Kinks
from s2s_ad.analysis.operands import constant, type_of_operand
from s2s_ad.analysis.overwriting import Overwriting
from s2s_ad.analysis.partitions import Partition, partitions
from s2s_ad.analysis.program import Program
from s2s_ad.analysis.specialize import Specializer
from s2s_ad.errors import MissingRuleError
from s2s_ad.ir import primitives
from s2s_ad.ir.nodes import Block, Call, Const, Function, Operand, Value, regions
from s2s_ad.ir.types import Array, Dict, List, Map, Maybe, Tuple, Type, is_complex, is_scalar
from s2s_ad.transforms import branches, calls, lists, loops, maps, parts, withs
from s2s_ad.transforms.algebra import Algebra
from s2s_ad.transforms.common_subexpressions import common_subexpressions
from s2s_ad.transforms.cotangent_types import cotangent_type, had_known_keys, static_parts, sum_may_share
from s2s_ad.transforms.dead_code import dead_code
from s2s_ad.transforms.handing_out import shown_later
from s2s_ad.transforms.outside import Outside
from s2s_ad.transforms.ownership import is_immutable
from s2s_ad.transforms.pairs import Pairs, Reversed
from s2s_ad.transforms.saving import saved
from s2s_ad.transforms.scopes import ITSELF, WHOLE, Entry, Scope, bar_name
from s2s_ad.transforms.steps import forward_block
from s2s_ad.transforms.tangents import NONE, Tangents

_STEP_MODULES = (branches, calls, parts, lists, maps, loops, withs)  # these fill the tables of steps


def pullback(
    program: Program,
    pairs: Pairs,
    function: Function,
    wanted: tuple[int, ...],
    *,
    seed: str = "y_bar",
    seeded: tuple[int, ...] = (0,),
    lent: Collection[int] = (),
    to_space: bool = True,
    lean: bool = True,
    exposed: bool = False,
    shown: bool = False,
) -> Reversed:
    """Transform a typed function; the adjoint gives the cotangents of the parameters numbered in `wanted`.

    `seed`: the cotangent of the result is a parameter ("y_bar"), is one ("one"), or is one for the first of the two
    parts of the result ("aux"). `lent`: the parameters whose cotangents the caller will write to. `to_space`: convert
    each cotangent to exactly the kind of its primal. `lean`: simplify the arithmetic of the adjoint as it is written.
    `seeded`, `exposed`: see `Pair`. `shown`: the result goes to the user, before the adjoint runs.
    """
    shared = common_subexpressions(function.body, Outside())
    function = replace(function, body=shared)
    return Transform(program, pairs, function, lean, exposed, shown).run(wanted, seed, seeded, lent, to_space=to_space)


def _definitions(block: Block, found: dict[Value, Call]) -> dict[Value, Call]:
    """The call that defines each value, regions included."""
    for op in block.ops:
        if isinstance(op, Call):
            found.update((r, op) for r in op.results)
        for region in regions(op):
            _definitions(region, found)
    return found


def _is_flat(t: Type) -> bool:
    """Whether a copy of a cotangent of a primal of type `t` shares nothing with it."""
    return isinstance(t, Array) or (isinstance(t, (List, Map)) and is_immutable(t.item))


class Transform:
    """The state of one transform."""

    def __init__(
        self, program: Program, pairs: Pairs, function: Function, lean: bool, exposed: bool, shown: bool
    ) -> None:
        self.pairs = pairs
        self.function = function
        self.spec = Specializer(program)
        self.lean = lean
        self.definitions = _definitions(function.body, {})
        body = function.body
        given = [*body.params, *(r for r in body.results if isinstance(r, Value))] if exposed else []
        if shown:
            given += shown_later(body)
        if program.written:  # the next call will write to them
            given += [r for op in body.ops if callee(op) is primitives.read_global for r in op.results]
        self.overwriting = Overwriting(dead_code(body, writes), given)
        self.kinks = Kinks(function.body, self.definitions)
        self.tangents = Tangents(self.spec)
        self.tangents.pending = lambda: [entry.operand for entry in self.scope.entries.values()]
        self.forward_of: dict[Value, Operand] = {}
        self.spliced: dict[Value, Call] = {}  # what the rule of a call has made in the forward code
        self.part_of: dict[Value, Value] = {}  # what the adjoint reads of structures, and what these are
        self.replaced: dict[Value, Operand] = {}  # what a part of a structure has been before it was set
        self.partitions: dict[Value, Partition] = {}
        self.pieces: dict[Call, Operand] = {}
        self.written: dict[Value, int] = {}  # how much is written of the buffers that the parameters of loops carry
        self.one_sided: dict[Operand, int] = {}  # results of adjoint ifs that are zero but for this side
        self.scope = Scope(None, set())
        self.forward_calls: frozenset[Value] = frozenset()
        self.active: set[Value] = set()
        self.loops = 0
        self.in_loop = False

    def run(
        self, wanted: tuple[int, ...], seed: str, seeded: tuple[int, ...], lent: Collection[int], *, to_space: bool
    ) -> Reversed:  # fmt: skip
        """Transform the whole function."""
        body = self.function.body
        params = body.params
        self.active = active_values(body, [params[i] for i in wanted])
        self.partitions = partitions(body, self.active)
        self._refuse_complex(params)
        forward = forward_block(self, body)
        y = self.resolve(body.results[0])
        bars = {i: self._bar_of_result(self.resolve(body.results[i])) for i in seeded}
        self.forward_calls = frozenset(self.spec.definitions)
        self.spec.in_adjoint = True
        self.spec.simplify = Algebra(self.spec) if self.lean else None
        with self.spec.region() as ops:
            for i, bar in bars.items():
                if i == 0:
                    self.contribute(body.results[0], self._seed(seed, y, bar), project=False)
                elif self.is_active(body.results[i]):  # its cotangent is ours from here on
                    self.adopt(body.results[i], bar, Entry(bar, WHOLE))  # type: ignore[arg-type]
            forward.reverse()
            results = tuple(self._result(params[i], to_space=to_space, lent=i in lent) for i in wanted)
        backward = Block(tuple(bars.values()) if seed == "y_bar" else (), tuple(ops), results)
        forward_ops = forward.finish()
        backward = saved(self, backward, params, [forward_ops])
        return Reversed(self.function.name, params, Block((), tuple(forward_ops), (y,)), backward)

    def _bar_of_result(self, y: Operand) -> Value:
        name = (bar_name(y) if isinstance(y, Value) else None) or "y_bar"
        return Value(name, cotangent_type(type_of_operand(y)))

    def _refuse_complex(self, params: tuple[Value, ...]) -> None:
        """Derivatives of complex values are not there yet, and are not guessed at."""
        for value in self.active:
            if is_complex(value.type):
                made = self.definitions.get(value)
                raise MissingRuleError(
                    "a complex value" if value not in params else f"`{value.name}` is complex",
                    made.span if made is not None else self.function.span,
                    "differentiate the real and the imaginary part as two real arguments",
                )

    def _seed(self, seed: str, y: Operand, y_bar: Operand) -> Operand:
        if seed == "y_bar":
            return y_bar
        t = type_of_operand(y)
        if seed == "aux" and isinstance(t, Tuple):
            return self.tangents.one_part(t, 0, Const(1.0))
        if isinstance(t, Array) and not is_scalar(t):  # on the way that was not taken it may be one
            return self.spec.emit(runtime.ones_like, [y], None, cotangent_type(t))
        return Const(1.0)

    def _result(self, param: Value, *, to_space: bool, lent: bool) -> Operand:
        entry = self.scope.get(param)
        if lent and entry is not None and entry.owned < WHOLE:
            return self.own(entry.operand, param, WHOLE)
        x_bar = self.tangents.complete(NONE if entry is None else entry.operand, param)
        if entry is not None and entry.owned:
            self.tangents.owned.add(x_bar)
        if to_space:
            x_bar = self.tangents.to_space(x_bar, param)
            self.tangents.finished.append(x_bar)
        return x_bar

    # the primal

    def resolve(self, operand: Operand) -> Operand:
        """What an operand of the primal is in the forward code."""
        while isinstance(operand, Value) and operand in self.forward_of:
            operand = self.forward_of[operand]
        return operand

    def is_active(self, operand: Operand) -> bool:
        """Whether a cotangent must reach `operand`."""
        return isinstance(operand, Value) and operand in self.active

    # cotangents

    def contribute(self, primal: Operand, x_bar: Operand, *, project: bool = True) -> None:
        """Add to the cotangent of a primal value."""
        if not self.is_active(primal) or constant(x_bar, default=0) is None:
            return
        assert isinstance(primal, Value)
        if project:
            x_bar = self.tangents.project(x_bar, self.resolve(primal))
            if constant(x_bar, default=0) is None:
                return
        self.adopt(primal, x_bar, Entry(x_bar, WHOLE if is_immutable(type_of_operand(x_bar)) else 0))

    def _named(self, x_bar: Operand, primal: Value) -> Operand:
        if isinstance(x_bar, Value) and x_bar.name is None and x_bar not in self.forward_calls:
            x_bar.name, x_bar.hint = bar_name(primal), "t_bar"
        return x_bar

    def buffer(self, primal: Value, much: int = ITSELF) -> Operand:
        """The cotangent of `primal` as a buffer of our own, of which so much is to be written in place."""
        entry = self.scope.get(primal)
        if entry is not None and isinstance(primal.type, (Dict, List)) and static_parts(primal.type) is not None:
            entry = self._completed(primal, entry)
        if entry is not None and entry.owned >= much:
            self.write(entry, much)
            return entry.operand
        operand = self.own(None if entry is None else entry.operand, primal, much)
        self.scope.set(primal, Entry(operand, WHOLE if entry is None or _is_flat(primal.type) else much))
        return operand

    def _completed(self, primal: Value, entry: Entry) -> Entry:
        """The cotangent of a dict or list, with zeros for the items to which nothing has contributed."""
        full = self.tangents.complete(entry.operand, self.resolve(primal))
        return entry if full is entry.operand else Entry(full, ITSELF)

    def write(self, entry: Entry, much: int) -> None:
        """Note how much is written of the buffers that come in by the parameters of loops, if this one does."""
        for carrier, is_within in entry.carriers:
            self.written[carrier] = max(WHOLE if is_within else much, self.written.get(carrier, 0))

    def own(self, x_bar: Operand | None, primal: Value, much: int) -> Operand:
        """A copy of a cotangent, or a new zero one."""
        if x_bar is None or constant(x_bar, default=0) is None:
            made = self.tangents.zero(self.resolve(primal))
        else:
            x_bar = self.tangents.complete(x_bar, self.resolve(primal))
            kind = Maybe(primal.type) if primal.unbound else primal.type
            made = self.tangents.copy(x_bar, kind, whole=much == WHOLE)
        if isinstance(made, Value) and isinstance(made.type, (List, Map)):
            made.type = cotangent_type(primal.type)  # what will be stored in it may be of any kind that a cotangent is
        return self._named(made, primal)

    def rewrite(self, primal: Value, version: Operand) -> None:
        """Record the version of a buffer that a write in place has made."""
        entry = self.scope.get(primal)
        self.scope.set(primal, replace(entry or Entry(version, WHOLE), operand=self._named(version, primal)))

    def adopt(self, primal: Value, operand: Operand, entry: Entry) -> None:
        """Make `operand`, which has taken over the buffer of `entry`, (part of) the cotangent of `primal`."""
        if had_known_keys(primal.type, type_of_operand(operand)):
            operand = self.tangents.project(operand, self.resolve(primal))
            entry = Entry(operand)
        before = self.scope.get(primal)
        if before is None:
            self.scope.set(primal, replace(entry, operand=self._named(operand, primal)))
            return
        total = self._named(self.tangents.add(before.operand, operand, primal.type), primal)
        is_apart = static_parts(primal.type) is not None or sum_may_share(primal.type)
        self.scope.set(primal, before.beside(entry, total) if is_apart else Entry(total, WHOLE))

    def take(self, primal: Value) -> Operand | None:
        """The finished cotangent of a value whose definition is reversed now."""
        return self.scope.take(primal) if primal in self.active else None

    def new_loop_name(self, kind: str) -> str:
        """`for_1`, `while_2`, …: the list of residuals of a loop."""
        self.loops += 1
        return f"{kind}_{self.loops}"
