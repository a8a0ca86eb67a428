"""The README shows what the compiler really writes."""

import re
from pathlib import Path

import numpy as np

from s2s_ad import source

README = Path(__file__).parent.parent / "README.md"


def taylor_sine(x):
    """The README's program."""
    ans = currterm = x
    i = 0
    while abs(currterm) > 0.001:
        currterm = -currterm * x**2 / ((2 * i + 3) * (2 * i + 2))
        ans = ans + currterm
        i += 1
    return ans


def test_generated_code_in_the_readme_is_current() -> None:
    """The block between the markers is the compiler's text, the comments that quote the source left out."""
    text = README.read_text(encoding="utf-8")
    shown = re.search(r"<!-- generated: begin -->\n```python\n(.*?)```\n<!-- generated: end -->", text, re.DOTALL)
    assert shown is not None
    written = re.sub(r" *# line \d+: .*\n", "", source(taylor_sine, 0.5))
    assert shown.group(1) == written
    assert np.isclose(taylor_sine(0.5), np.sin(0.5), atol=1e-3)
