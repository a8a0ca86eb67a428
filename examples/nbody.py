"""Aim a probe at a moving planet: the derivative of 1000 leapfrog steps that move the bodies in place.

python examples/nbody.py --steps 8 --out examples/out
"""

import argparse
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from s2s_ad import pullback

Array = NDArray[Any]

TURNS, DT = 1000, 0.004
MASSES = np.array([1.0, 1e-3, 0.0])  # sun, planet, probe
PLACES = np.array([[0.0, 0.0], [-1.5, 0.0], [1.0, 0.0]])
VELOCITIES = np.array([[0.0, 0.0], [0.0, -0.8165], [0.0, 1.0]])


def attraction(x: Array, out: Array) -> None:
    """Write the acceleration of each body to `out`."""
    for i in range(len(x)):
        away = x - x[i]
        distance = np.sqrt(np.sum(away * away, axis=1) + 1e-4)
        out[i] = (MASSES / distance**3) @ away


def fly(start: Array) -> tuple[Array, Array]:
    """Leapfrog, in place; the probe leaves with the velocity `start`. The last places, and those on the way."""
    x, v, a = PLACES.copy(), VELOCITIES.copy(), np.zeros((3, 2))
    v[2] = start
    way = np.zeros((TURNS, 3, 2))
    attraction(x, a)
    for turn in range(TURNS):
        v += 0.5 * DT * a
        x += DT * v
        attraction(x, a)
        v += 0.5 * DT * a
        way[turn] = x
    return x, way


def gap(start: Array) -> Array:
    """From the planet to the probe in the end."""
    x, _ = fly(start)
    return x[2] - x[1]


def aim(start: Array, steps: int) -> list[Array]:
    """Newton's method with steps that are halved where they go too far; all velocities that were better."""
    tried = [start]
    missed, back = pullback(gap, start)
    for step in range(1, steps + 1):
        jacobian = np.stack([back(unit)[1] for unit in np.eye(2)])
        change = np.linalg.solve(jacobian, missed)
        for _ in range(20):
            now, back_from_there = pullback(gap, tried[-1] - change)
            if np.sum(now**2) < np.sum(missed**2):
                tried.append(tried[-1] - change)
                missed, back = now, back_from_there
                break
            change *= 0.5
        print(f"step {step:3d}  misses by {np.sqrt(np.sum(missed**2)):.2e}")
    return tried


def draw(tried: list[Array], path: Path) -> None:
    """The ways of the planet and of the probe, the first and the last."""
    figure, axes = plt.subplots(figsize=(6, 6), layout="constrained")
    for start, style in ((tried[0], ":"), (tried[-1], "-")):
        _, way = fly(start)
        axes.plot(*way[:, 2].T, style, color="tab:red", label="first try" if style == ":" else "aimed")
    axes.plot(*way[:, 1].T, color="tab:blue", label="planet")
    axes.plot(*way[-1, 1], "o", color="tab:blue")
    axes.plot(0, 0, "o", color="gold", markersize=14)
    axes.set_aspect("equal")
    axes.legend()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main() -> None:
    """Aim, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=8, help="steps of Newton's method (default: 8)")
    parser.add_argument("--out", type=Path, default=Path("examples/out"), help="folder for the picture")
    options = parser.parse_args()

    mpl.use("Agg")
    tried = aim(VELOCITIES[2], options.steps)
    options.out.mkdir(parents=True, exist_ok=True)
    draw(tried, options.out / "nbody.png")
    print(f"wrote {options.out / 'nbody.png'}")


if __name__ == "__main__":
    main()
