"""What compiled code relies on, and that it is noticed when that changes."""

import functools
import inspect
import threading
import traceback

import numpy as np
import pytest

from s2s_ad import MutationError, def_rrule, grad, primitive, pullback, value_and_grad
from s2s_ad.compiler import Request, find

FACTOR = 2.0


def helper(x):
    """The callee, redefined below."""
    return x * 2.0


def uses_helper(x):
    """Calls a global function."""
    return helper(x) * x


def uses_data(x):
    """Reads a global variable."""
    return np.sum(FACTOR * x)


def test_redefined_helper_is_noticed(monkeypatch):
    """A global function is resolved when compiled, and guarded."""
    gradient = grad(uses_helper)
    assert gradient(3.0) == 12.0
    monkeypatch.setitem(globals(), "helper", lambda x: x * x)
    assert gradient(3.0) == 27.0
    assert pullback(uses_helper, 3.0)[0] == 27.0
    monkeypatch.undo()
    assert gradient(3.0) == 12.0


def test_global_data_is_read_at_each_call(monkeypatch):
    """Another value, another type, another shape."""
    gradient = grad(uses_data)
    for value, expected in ((2.0, 4.0), (5.0, 10.0), (3, 6.0), (np.array([1.0, 4.0]), 5.0)):
        monkeypatch.setitem(globals(), "FACTOR", value)
        found = gradient(np.ones(2))
        np.testing.assert_array_equal(np.sum(found), expected)


def test_global_data_is_kept_by_the_pullback(monkeypatch):
    """A variable that is bound anew after the forward pass does not change the pullback."""
    _, back = pullback(uses_data, np.ones(2))
    monkeypatch.setitem(globals(), "FACTOR", 100.0)
    np.testing.assert_array_equal(back(1.0)[1], [2.0, 2.0])


def test_shadowed_builtin_is_noticed(monkeypatch):
    """A global that hides a builtin."""

    def f(x):
        return abs(x)

    gradient = grad(f)
    assert gradient(-3.0) == -1.0
    monkeypatch.setitem(globals(), "abs", lambda x: x * 7.0)
    assert gradient(-3.0) == 7.0


def test_new_batch_size_does_not_recompile():
    """The signature knows the axes of length one, and no other length."""

    def f(x):
        return np.sum(x * x, axis=1)

    first = find(f, [np.ones((3, 4))], Request())
    assert find(f, [np.ones((5, 6))], Request()) is first
    assert find(f, [np.ones((1, 4))], Request()) is not first


def test_signatures_are_kept_apart():
    """One function for floats, ranks, dtypes and length-one axes in turn, twice."""

    def f(x, y):
        return x * y

    cases = [
        (2.0, 3.0),
        (np.ones(3), 2.0),
        (np.ones((3, 1)), np.ones((1, 4))),
        (np.ones((3, 4)), np.ones(4)),
        (np.ones((3, 4)), np.ones((1, 4))),
        (np.ones(3, np.float32), np.ones(3)),
        (np.float64(2.0), np.ones((2, 2))),
        (np.ones((0, 4)), np.ones(4)),
    ]
    for _ in range(2):
        for x, y in cases:
            z, back = pullback(f, x, y)
            for bar, primal in zip(back(np.ones_like(z) if np.ndim(z) else 1.0)[1:], (x, y), strict=True):
                assert np.shape(bar) == np.shape(primal)
                assert np.asarray(bar).dtype == np.asarray(primal).dtype


def test_new_rule_is_noticed():
    """Registering a rule again replaces what was compiled with the old one."""

    @primitive
    def f(x):
        return x * 3.0

    def rule(slope):
        @def_rrule(f)
        def f_rule(x):
            def f_pullback(y_bar):
                return y_bar * slope

            return f(x), f_pullback

    gradient = grad(lambda x: f(x))
    rule(3.0)
    assert gradient(1.0) == 3.0
    rule(5.0)
    assert gradient(1.0) == 5.0


def test_threads_compile_and_call_at_once():
    """Eight threads, the same function for many types."""

    def f(x, n):
        total = 0.0
        for i in range(n):
            total += np.sum(x * i)
        return total

    errors = []

    def work(k):
        try:
            for n in range(1, 6):
                x = np.ones((1,) * (k % 3) + (k + 2,))
                np.testing.assert_array_equal(grad(f)(x, n), np.full(x.shape, n * (n - 1) / 2))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert errors == []


def test_failed_compilation_leaves_nothing_behind():
    """After a refusal the same function is refused again, and others compile."""

    def refused(x):
        np.exp.at(x, 0)
        return np.sum(x)

    for _ in range(2):
        with pytest.raises(MutationError):
            grad(refused)(np.ones(2))
        assert grad(uses_helper)(3.0) == 12.0


def test_generated_code_is_found_by_tracebacks():
    """The text is in linecache, line by line, with its own names."""

    def f(x):
        return np.sum(x @ x * np.where(x > 0, 1.0, 2.0).T)

    with pytest.raises(ValueError, match="matmul") as error:
        grad(f)(np.ones((2, 3)))
    shown = [frame for frame in traceback.extract_tb(error.value.__traceback__) if frame.filename.startswith("<s2s_ad")]
    assert [frame.name for frame in shown] == ["f_grad"]
    assert "x @ x" in shown[0].line
    assert "np.sum" not in shown[0].line


def wrong_shape(x):
    """Raises in its second line."""
    y = np.sin(x)
    return y @ np.ones((7, 7))


@pytest.mark.parametrize("again", [False, True], ids=["compiled", "found"])
@pytest.mark.parametrize(
    "call", [lambda f, x: grad(f)(x), pullback, lambda f, x: value_and_grad(f)(x)], ids=["grad", "pullback", "both"]
)
def test_exceptions_gain_a_note_that_names_the_users_line(call, again):
    """In a helper, on the first call and on later ones: one note, and the exception is the same otherwise."""

    def f(x):
        return np.sum(wrong_shape(x) + x)

    def run():
        call(f, np.ones(2))

    with pytest.raises(ValueError, match="matmul") as expected:
        f(np.ones(2))
    for _ in range(1 + again):
        with pytest.raises(ValueError, match="matmul") as error:
            run()
        assert error.value.args == expected.value.args
        line = inspect.getsourcelines(wrong_shape)[1] + 3
        (note,) = error.value.__notes__
        assert note.startswith(f"raised by the derivative code of line {line} in wrong_shape: {__file__}:{line}\n")
        assert note.endswith("return y @ np.ones((7, 7))")


def test_exceptions_of_the_pullback_gain_a_note():
    """A rule that fails in its backward half."""

    @primitive
    def fails(x):
        return 2.0 * x

    @def_rrule(fails)
    def rule(x):
        def back(y_bar):
            raise ArithmeticError("no")

        return 2.0 * x, back

    _, back = pullback(lambda x: fails(x), 1.0)
    with pytest.raises(ArithmeticError) as error:
        back(1.0)
    assert "lambda x: fails(x)" in error.value.__notes__[0]


def make_helpers():
    """Helpers that hold on to containers, which others can change."""
    ws, table = [2.0, np.ones(2)], {"a": 2.0}

    def captured(x):
        return len(ws) * x + ws[0] * x

    def default(x, ws=[2.0, np.ones(2)]):  # noqa: B006, B008
        return len(ws) * x + ws[0] * x

    def keyword(x, *, table={"a": 2.0}):  # noqa: B006
        total = 0.0
        for key in table.keys():
            total = total + table[key] * x
        return total

    return (
        (captured, ws, lambda: ws.append(1.0), lambda: ws.__setitem__(0, 5.0)),
        (default, ws, lambda: default.__defaults__[0].append(1.0), lambda: default.__defaults__[0].pop(0)),
        (functools.partial(lambda ws, x: len(ws) * x, ws), ws, lambda: ws.append(1.0), lambda: ws.clear()),
        (keyword, table, lambda: keyword.__kwdefaults__["table"].update(b=3.0), lambda: None),
    )


@pytest.mark.parametrize("helper", make_helpers(), ids=["captured", "default", "partial", "keyword"])
def test_containers_that_a_callee_holds_are_read_at_each_call(helper):
    """Changed in length, in type, in value."""
    f, _, *changes = helper

    def outer(x):
        return f(x) * x

    for change in (lambda: None, *changes):
        change()
        y, back = pullback(outer, 3.0)
        np.testing.assert_array_equal(y, outer(3.0))
        np.testing.assert_allclose(back(np.ones_like(y))[1], 2 * np.sum(outer(3.0)) / 3.0)
