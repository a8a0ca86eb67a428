"""A tour in four stops: a formula, a loop that depends on its data, a model, and a derivative of one's own.

python examples/tutorial.py
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from s2s_ad import def_rrule, grad, value_and_grad

Array = NDArray[Any]

INPUTS = np.array([[0.52, 1.12, 0.77], [0.88, -1.08, 0.15], [0.52, 0.06, -1.30], [0.74, -2.49, 1.39]])
TARGETS = np.array([True, True, False, True])


def tanh(x: float) -> float:
    """The hyperbolic tangent by its definition."""
    y = np.exp(-2.0 * x)
    return (1.0 - y) / (1.0 + y)


def taylor_sine(x: float) -> float:
    """The sine by its series, summed until the terms no longer count."""
    ans = currterm = x
    i = 0
    while abs(currterm) > 0.001:
        currterm = -currterm * x**2 / ((2 * i + 3) * (2 * i + 2))
        ans = ans + currterm
        i += 1
    return ans


def sigmoid(x: Array) -> Array:
    """A number between 0 and 1 for any number."""
    return 0.5 * (np.tanh(x / 2.0) + 1)


def training_loss(weights: Array) -> float:
    """How badly a logistic regression explains the targets: minus the log-likelihood."""
    predictions = sigmoid(np.dot(INPUTS, weights))
    probabilities = predictions * TARGETS + (1 - predictions) * (1 - TARGETS)
    return -np.sum(np.log(probabilities))


def logsumexp(x: Array) -> float:
    """log Σ exp(x), without overflow."""
    largest = np.max(x)
    return largest + np.log(np.sum(np.exp(x - largest)))


@def_rrule(logsumexp)
def logsumexp_rule(x: Array) -> tuple[float, Callable[[float], Array]]:
    """The derivative is the softmax: shorter and more exact than what follows from the definition."""
    y = logsumexp(x)

    def logsumexp_pullback(y_bar: float) -> Array:
        return y_bar * np.exp(x - y)

    return y, logsumexp_pullback


def log_odds(x: Array) -> float:
    """A function that calls the one with a rule of its own."""
    return logsumexp(x**2) - x[0]


def central_difference(f: Callable[[Any], float], x: Any, direction: Any = 1.0, step: float = 1e-6) -> float:
    """The slope of `f` at `x` along `direction`, roughly."""
    return (f(x + step * direction) - f(x - step * direction)) / (2 * step)


def show(title: str, exact: float, rough: float) -> None:
    """Print a derivative beside its finite difference, and insist that they agree."""
    print(f"{title:<32}{exact: .10f}   finite difference {rough: .10f}")
    assert abs(exact - rough) < 1e-6 * max(1.0, abs(exact))


def train(steps: int = 100, rate: float = 0.01) -> Array:
    """Gradient descent on `training_loss`, from zero."""
    weights = np.zeros(3)
    print(f"loss before training            {training_loss(weights): .10f}")
    loss_and_gradient = value_and_grad(training_loss)
    for _ in range(steps):
        _, gradient = loss_and_gradient(weights)
        weights = weights - rate * gradient
    print(f"loss after {steps} steps            {training_loss(weights): .10f}")
    return weights


def main() -> None:
    """Make all four stops."""
    show("d tanh(x)/dx at 1", grad(tanh)(1.0), central_difference(tanh, 1.0))
    show("d taylor_sine(x)/dx at pi/4", grad(taylor_sine)(np.pi / 4), central_difference(taylor_sine, np.pi / 4))
    weights = train()
    along = np.array([0.3, -0.2, 0.1])
    show(
        "slope of the loss along a line",
        along @ grad(training_loss)(weights),
        central_difference(training_loss, weights, along),
    )
    x = np.array([1.0, -2.0, 0.5])
    show("slope with a rule of one's own", along @ grad(log_odds)(x), central_difference(log_odds, x, along))


if __name__ == "__main__":
    main()
