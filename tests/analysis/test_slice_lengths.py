"""The symbolic length of a slice is its length, whatever the length of what is sliced."""

from hypothesis import given
from hypothesis import strategies as st

from s2s_ad.analysis.slice_lengths import Cut, sliced
from s2s_ad.ir.types import ANY, MANY, Axis, Length

bounds = st.none() | st.integers(-4, 4)
steps = st.none() | st.integers(-3, 3).filter(bool)
slices = st.lists(st.builds(slice, bounds, bounds, steps), min_size=1, max_size=3)
bases = st.sampled_from([Length("n"), Length("n", many=True)])


def symbolic(base: Axis, parts: list[slice]) -> Axis:
    """The length that is said to be left."""
    for part in parts:
        base = sliced(base, part)
    return base


def actual(n: int, parts: list[slice]) -> int:
    """The length that is left of n."""
    for part in parts:
        n = len(range(*part.indices(n)))
    return n


@given(bases, slices)
def test_law_gives_the_length(base: Length, parts: list[slice]) -> None:
    """The table holds for every length, and so does the claim that it is never one."""
    axis = symbolic(base, parts)
    assert isinstance(axis, Length)
    for n in (n for n in range(120) if n != 1 or not base.many):
        length = actual(n, parts)
        assert length == (axis.name.law(n) if isinstance(axis.name, Cut) else n)
        assert length != 1 or not axis.many


@given(slices, slices)
def test_equal_laws_have_equal_names(left: list[slice], right: list[slice]) -> None:
    """Slices are named alike exactly if they are always equally long."""
    same = all(actual(n, left) == actual(n, right) for n in range(200))
    assert (symbolic(Length("n"), left) == symbolic(Length("n"), right)) == same


@given(slices, st.integers(0, 9))
def test_known_lengths_stay_known(parts: list[slice], n: int) -> None:
    """A slice of a known length has a known length."""
    axis = symbolic(1 if n == 1 else Length(("const", n), many=True), parts)
    left = actual(n, parts)
    assert axis == 1 if left == 1 else axis == Length(("const", left), many=True)


def test_slices_of_one_length() -> None:
    """The pairs that stencils are made of."""
    n = Length("n", many=True)
    assert sliced(n, slice(1, None)) == sliced(n, slice(None, -1)) != n
    assert sliced(n, slice(None, None, -1)) == n
    assert sliced(n, slice(2, 0, -1)) == sliced(n, slice(1, 3))
    assert sliced(sliced(n, slice(1, None)), slice(1, None)) == sliced(n, slice(1, -1))


def test_slice_of_an_unnamed_axis() -> None:
    """Without a name it is known at best that the slice is not of length one."""
    assert sliced(MANY, slice(None, 2)) == MANY
    assert sliced(MANY, slice(1, None)) == ANY
    assert sliced(ANY, slice(None, 2)) == ANY
