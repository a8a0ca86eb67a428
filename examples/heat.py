"""Recover how warm a rod was from how warm it is now: gradient descent through a heat equation solved in place.

python examples/heat.py --steps 400 --out examples/out
"""

import argparse
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from s2s_ad import source, value_and_grad

Array = NDArray[Any]

POINTS, TURNS, RATE = 200, 300, 0.4


def later(start: Array) -> Array:
    """The temperature after `TURNS` turns of an explicit scheme; the ends of the rod are kept at zero."""
    u = start.copy()
    u[0] = u[-1] = 0.0
    for _ in range(TURNS):
        u[1:-1] += RATE * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return u


def misfit(start: Array, measured: Array) -> float:
    """How far the temperature that `start` leads to is from the measured one, and how rough `start` is."""
    return np.sum((later(start) - measured) ** 2) + 1e-4 * np.sum((start[1:] - start[:-1]) ** 2)


def recover(measured: Array, steps: int) -> tuple[Array, list[Array]]:
    """Gradient descent with momentum, in place; also the temperatures on the way."""
    misfit_and_gradient = value_and_grad(misfit)
    guess, velocity, way = measured.copy(), np.zeros_like(measured), []
    for step in range(1, steps + 1):
        value, gradient = misfit_and_gradient(guess, measured)
        velocity *= 0.95
        velocity -= 0.1 * gradient
        guess += velocity
        if step % max(1, steps // 8) == 0:
            print(f"step {step:4d}  misfit {value:.3e}")
            way.append(guess.copy())
    return guess, way


def draw(truth: Array, measured: Array, way: list[Array], path: Path) -> None:
    """What was, what is, and the guesses, darker the later they come."""
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for i, guess in enumerate(way, 1):
        axes.plot(
            guess, color="tab:red", alpha=0.15 + 0.85 * i / len(way), label="recovered" if guess is way[-1] else None
        )
    axes.plot(truth, "k--", label="at the start")
    axes.plot(measured, color="tab:blue", label=f"measured, {TURNS} turns later")
    axes.set_xlabel("place on the rod")
    axes.set_ylabel("temperature")
    axes.legend()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main() -> None:
    """Recover two warm places, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=400, help="steps of gradient descent (default: 400)")
    parser.add_argument("--out", type=Path, default=Path("examples/out"), help="folder for the picture")
    options = parser.parse_args()

    mpl.use("Agg")
    place = np.linspace(0.0, 1.0, POINTS)
    truth = np.exp(-(((place - 0.3) / 0.06) ** 2)) + 0.7 * (np.abs(place - 0.7) < 0.08)
    measured = later(truth)
    print(source(misfit, truth, measured, mode="grad"))
    guess, way = recover(measured, options.steps)
    before, after = np.mean(np.abs(measured - truth)), np.mean(np.abs(guess - truth))
    print(f"off by {after:.3f} degrees on average, {before:.3f} before")
    options.out.mkdir(parents=True, exist_ok=True)
    draw(truth, measured, way, options.out / "heat.png")
    print(f"wrote {options.out / 'heat.png'}")


if __name__ == "__main__":
    main()
