"""Separate two half-circles with a 2-16-16-2 network, and draw where it changes its mind.

python examples/moons.py --steps 600 --out examples/out
"""

import argparse
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from s2s_ad import value_and_grad

Array = NDArray[Any]
Params = dict[str, list[Array]]

SIZES = (2, 16, 16, 2)


def half_circles(n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """`n` noisy points on two half-circles that reach into each other, and which one each is on."""
    angle = rng.uniform(0.0, np.pi, n)
    label = rng.integers(2, size=n)
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = np.where(label[:, None] == 1, [1.0, 0.5] - points, points)
    return points + rng.normal(0.0, 0.15, points.shape), label


def logits(params: Params, x: Array) -> Array:
    """The network."""
    last = len(params["weights"]) - 1
    for i, (w, b) in enumerate(zip(params["weights"], params["biases"], strict=True)):
        x = x @ w + b
        if i < last:
            x = np.maximum(x, 0.1 * x)
    return x


def loss(params: Params, x: Array, label: Array) -> float:
    """Mean cross-entropy of two classes, as a function of the difference of their logits."""
    z = logits(params, x)
    margin = np.where(label == 1, z[:, 1] - z[:, 0], z[:, 0] - z[:, 1])
    return np.mean(np.logaddexp(0.0, -margin))


def train(params: Params, x: Array, label: Array, steps: int) -> float:
    """Adam on the whole data set, in place; returns the last loss."""
    loss_and_gradient = value_and_grad(loss)
    moments = {key: [(np.zeros_like(p), np.zeros_like(p)) for p in part] for key, part in params.items()}
    value = loss(params, x, label)
    for step in range(1, steps + 1):
        value, gradient = loss_and_gradient(params, x, label)
        for key, part in params.items():
            for p, g, (m, v) in zip(part, gradient[key], moments[key], strict=True):
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                p -= 0.01 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
        if step % 100 == 0:
            print(f"step {step:4d}  loss {value:.4f}")
    return float(value)


def draw(params: Params, x: Array, label: Array, path: Path) -> None:
    """The points over the probability of the second class."""
    across, up = np.meshgrid(np.linspace(-1.7, 2.7, 300), np.linspace(-1.2, 1.7, 200))
    z = logits(params, np.stack([across.ravel(), up.ravel()], axis=1))
    probability = 1.0 / (1.0 + np.exp(z[:, 0] - z[:, 1]))
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    axes.contourf(
        across, up, probability.reshape(across.shape), levels=np.linspace(0, 1, 11), cmap="coolwarm", alpha=0.6
    )
    axes.contour(across, up, probability.reshape(across.shape), levels=[0.5], colors="k")
    axes.scatter(x[:, 0], x[:, 1], c=label, cmap="coolwarm", edgecolors="k", linewidths=0.5, s=18)
    axes.set_title("Two half-circles and the boundary between them")
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main() -> None:
    """Train, report and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=600, help="steps of Adam (default: 600)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "out", help="directory for the picture")
    options = parser.parse_args()
    mpl.use("Agg")

    rng = np.random.default_rng(1)
    x, label = half_circles(200, rng)
    params = {
        "weights": [rng.normal(0.0, (2.0 / m) ** 0.5, (m, n)) for m, n in pairwise(SIZES)],
        "biases": [np.zeros(n) for n in SIZES[1:]],
    }
    train(params, x, label, options.steps)
    right = np.mean(np.argmax(logits(params, x), axis=1) == label)
    print(f"right on {right:.1%} of {len(x)} points")
    options.out.mkdir(parents=True, exist_ok=True)
    draw(params, x, label, options.out / "moons.png")
    print(f"picture in {options.out}")


if __name__ == "__main__":
    main()
