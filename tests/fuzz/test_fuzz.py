"""A bounded part of the random programs; the rest is for `make fuzz`."""

from __future__ import annotations

from collections import Counter

import pytest

from fuzz import containers, items, maps, writes
from fuzz.check import check
from fuzz.generate import program_text

pytestmark = pytest.mark.slow  # the version of Python has little influence on these

CHUNK = 9
ALLOWED = {"right", "refused", "rough", "fails"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("first", range(0, 6 * CHUNK, CHUNK))
def test_random_programs_are_right_or_refused(first: int) -> None:
    """None is wrong, and most are right."""
    verdicts = Counter[str]()
    for seed in range(first, first + CHUNK):
        outcome = check(seed)
        assert outcome.verdict in ALLOWED, f"seed {seed}: {outcome.detail}\n{program_text(seed)}"
        verdicts[outcome.verdict] += 1
    assert verdicts["right"] >= CHUNK / 2, verdicts


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("first", range(0, 60, 20))
def test_random_writes_are_right_or_refused(first: int) -> None:
    """None is wrong, and half are right."""
    verdicts = Counter[str]()
    for seed in range(first, first + 20):
        outcome = writes.check(seed)
        assert outcome.verdict in ALLOWED, f"seed {seed}: {outcome.detail}\n{writes.program_text(seed)}"
        verdicts[outcome.verdict] += 1
    assert verdicts["right"] >= 8, verdicts


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("write", [containers.program_text, maps.program_text, items.program_text])
@pytest.mark.parametrize("first", range(0, 40, 20))
def test_random_containers_are_right_or_refused(first: int, write: containers.Text) -> None:
    """None is wrong, and a fourth are right; many raise, and their derivatives raise the same."""
    verdicts = Counter[str]()
    for seed in range(first, first + 20):
        outcome = containers.check(seed, write)
        assert outcome.verdict in ALLOWED, f"seed {seed}: {outcome.detail}\n{write(seed)}"
        verdicts[outcome.verdict] += 1
    assert verdicts["right"] >= 5, verdicts


def test_same_seed_same_program() -> None:
    """The text depends on the seed alone."""
    assert program_text(7) == program_text(7) != program_text(8)


@pytest.mark.parametrize(
    ("good", "bad"), [("np.sin(x)", "np.sin(x * (1 + 0 * np.floor(y)))"), ("v[0]", "(lambda a: a)(v)[0]")]
)
def test_check_would_notice(good: str, bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A derivative that is off by little is called wrong; an honest one is not."""
    from fuzz import check as module

    for text in (good, bad):
        monkeypatch.setattr(
            module, "program_text", lambda _, t=text: f"import numpy as np\ndef program(x, y, v):\n    return {t}\n"
        )
        assert module.check(0).verdict == "right"
    derivatives = module.derivatives
    monkeypatch.setattr(
        module, "derivatives", lambda *a, **k: tuple(1.01 * d if i else d for i, d in enumerate(derivatives(*a, **k)))
    )
    assert module.check(0).verdict == "wrong"
