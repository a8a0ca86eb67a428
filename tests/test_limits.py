"""Programs that are long or deep."""

import importlib.util
import sys

import numpy as np
import pytest

from s2s_ad import grad, pullback


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """A module with a sum of 400 terms, a function of 2000 lines and a chain of 300 calls."""
    lines = ["import numpy as np", "def terms(x):", "    return " + " + ".join(f"x * {i}.0" for i in range(400))]
    lines += ["def long(x):", "    y = x"]
    lines += [f"    y = y * 0.999 + np.sin(x) * {i}.0" if i % 2 else f"    y = y + x * {i}.5" for i in range(2000)]
    lines += ["    return y", "def chain_0(x):", "    return x * 1.01"]
    for i in range(1, 300):
        lines += [f"def chain_{i}(x):", f"    return chain_{i - 1}(x) * 1.01 + x"]
    path = tmp_path_factory.mktemp("limits") / "limit_programs.py"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("limit_programs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["terms", "long", "chain_299"])
def test_long_programs_compile(programs, name):
    """No recursion limit is hit, and none is changed for good."""
    f = getattr(programs, name)
    limit = sys.getrecursionlimit()
    y, back = pullback(f, 0.5)
    h = 1e-6
    assert sys.getrecursionlimit() == limit
    assert y == f(0.5)
    np.testing.assert_allclose(back(1.0)[1], (f(0.5 + h) - f(0.5 - h)) / (2 * h), rtol=1e-7)
    assert grad(f)(0.5) == pytest.approx(back(1.0)[1], rel=1e-12)
