"""Teach a small network to read handwritten digits, in plain NumPy.

Nothing below knows of derivatives but one line, the call of `value_and_grad`.

    python examples/digits.py --steps 2000 --out examples/out
"""

import argparse
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from tqdm import trange

from s2s_ad import value_and_grad

Array = NDArray[Any]
Params = list[tuple[Array, Array]]

SIZES = (64, 100, 50, 10)
BATCH, RATE, MOMENTUM, DECAY = 64, 0.1, 0.9, 1e-4
NOISE = 0.3  # on the images of a batch: the network must not learn single pixels by heart


def log_softmax(x: Array) -> Array:
    """The logarithms of the probabilities of the classes, one row a sample."""
    shifted = x - np.max(x, axis=1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))


def predict(params: Params, x: Array) -> Array:
    """Layers of tanh, then the log-probabilities."""
    for w, b in params[:-1]:
        x = np.tanh(x @ w + b)
    w, b = params[-1]
    return log_softmax(x @ w + b)


def loss(params: Params, x: Array, targets: Array) -> float:
    """Mean cross-entropy, with a penalty on large weights."""
    penalty = 0.0
    for w, _ in params:
        penalty = penalty + np.sum(w * w)
    return -np.mean(np.sum(predict(params, x) * targets, axis=1)) + DECAY * penalty


def accuracy(params: Params, x: Array, labels: Array) -> float:
    """The fraction of the samples that are read right."""
    return float(np.mean(np.argmax(predict(params, x), axis=1) == labels))


def initial_params(rng: np.random.Generator) -> Params:
    """Weights scaled so that the signal keeps its size from layer to layer."""
    return [(rng.normal(0, m**-0.5, (m, n)), np.zeros(n)) for m, n in pairwise(SIZES)]


def load(rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Images and labels to learn from, then the fifth that is held out."""
    images, labels = load_digits(return_X_y=True)
    order = rng.permutation(len(images))
    images, labels = images[order] / 16.0, labels[order]
    held_out = len(images) // 5
    return images[held_out:], labels[held_out:], images[:held_out], labels[:held_out]


def train(params: Params, x: Array, labels: Array, steps: int, rng: np.random.Generator) -> list[float]:
    """Stochastic gradient descent with momentum, in place; returns the loss at each step."""
    loss_and_gradient = value_and_grad(loss)
    targets = np.eye(10)[labels]
    velocities = [(np.zeros_like(w), np.zeros_like(b)) for w, b in params]
    curve = []
    progress = trange(steps, unit="step")
    for step in progress:
        batch = rng.integers(len(x), size=BATCH)
        noisy = x[batch] + rng.normal(0.0, NOISE, (BATCH, x.shape[1]))
        value, gradient = loss_and_gradient(params, noisy, targets[batch])
        rate = RATE * (1 - step / steps)
        for layer, speeds, slopes in zip(params, velocities, gradient, strict=True):
            for p, v, g in zip(layer, speeds, slopes, strict=True):
                v *= MOMENTUM
                v -= rate * g
                p += v
        curve.append(float(value))
        if step % 50 == 0:
            progress.set_postfix(loss=f"{value:.4f}")
    return curve


def draw_curve(curve: list[float], path: Path) -> None:
    """The learning curve, and its running mean."""
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    axes.semilogy(curve, color="lightsteelblue", label="batch")
    width = min(50, len(curve))
    if width > 0:
        axes.semilogy(range(width - 1, len(curve)), np.convolve(curve, np.ones(width) / width, "valid"), label="mean")
    axes.set(xlabel="step", ylabel="loss", title="Learning curve")
    axes.legend()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def draw_digits(params: Params, x: Array, labels: Array, path: Path) -> None:
    """A sheet of held-out digits with what was read; the mistakes come first, in red."""
    read = np.argmax(predict(params, x), axis=1)
    figure, grid = plt.subplots(5, 10, figsize=(8, 4.6), layout="constrained")
    for axes, i in zip(grid.ravel(), np.argsort(read == labels, kind="stable"), strict=False):
        right = read[i] == labels[i]
        axes.imshow(x[i].reshape(8, 8), cmap="gray_r")
        axes.set_title(
            f"{read[i]}" if right else f"{read[i]}, not {labels[i]}", color="k" if right else "r", fontsize=9
        )
        axes.set_axis_off()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main() -> None:
    """Train, report and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=2000, help="steps of gradient descent (default: 2000)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "out", help="directory for the pictures")
    options = parser.parse_args()
    mpl.use("Agg")

    rng = np.random.default_rng(0)
    x, labels, held_out, held_out_labels = load(rng)
    params = initial_params(rng)
    start = time.perf_counter()
    curve = train(params, x, labels, options.steps, rng)
    print(f"trained for {time.perf_counter() - start:.1f} s")
    print(f"right on {accuracy(params, held_out, held_out_labels):.1%} of {len(held_out)} digits never seen before")

    options.out.mkdir(parents=True, exist_ok=True)
    draw_curve(curve, options.out / "learning_curve.png")
    draw_digits(params, held_out, held_out_labels, options.out / "digits.png")
    print(f"pictures in {options.out}")


if __name__ == "__main__":
    main()
