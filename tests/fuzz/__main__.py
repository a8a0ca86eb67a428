"""Check the random programs with the seeds from A to B: `PYTHONPATH=tests python -m fuzz A B`.

Prints the program of each wrong one, and at the end how many came to which verdict and what was refused how often.
"""

from __future__ import annotations

import sys
from collections import Counter

from fuzz.check import check
from fuzz.generate import program_text


def main(first: int, last: int) -> int:
    """Check the seeds from `first` up to `last`; how many programs are wrong."""
    verdicts, refusals = Counter[str](), Counter[str]()
    for seed in range(first, last):
        outcome = check(seed)
        verdicts[outcome.verdict] += 1
        if outcome.verdict in ("refused", "fails"):
            refusals[outcome.detail] += 1
        if outcome.verdict == "wrong":
            print(f"# seed {seed}: {outcome.detail}\n{program_text(seed)}")
    print(dict(verdicts))
    for message, count in refusals.most_common():
        print(f"{count:6} {message}")
    return verdicts["wrong"]


if __name__ == "__main__":
    sys.exit(1 if main(*map(int, sys.argv[1:3])) else 0)
