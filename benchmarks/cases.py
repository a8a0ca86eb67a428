"""The programs that are measured, each beside the gradient that one would write by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

rng = np.random.default_rng(0)

INPUTS = np.array([[0.52, 1.12, 0.77], [0.88, -1.08, 0.15], [0.52, 0.06, -1.30], [0.74, -2.49, 1.39]])
TARGETS = np.array([1.0, 1.0, 0.0, 1.0])
POINTS = rng.normal(size=(200, 2))
CLASSES = np.eye(2)[(POINTS[:, 0] * POINTS[:, 1] > 0).astype(int)]


@dataclass(frozen=True)
class Case:
    """A program, its gradient by hand with respect to its only argument, and that argument.

    `straight` says that neither a branch nor the length of a loop depends on values, so that a tracer can unroll it;
    `in_place` that arrays are written to, which no other library does for the program as it stands.
    """

    name: str
    primal: Callable[[Any], Any]
    by_hand: Callable[[Any], Any]
    argument: Any
    straight: bool = False
    in_place: bool = False


def taylor_sine(x):
    """A scalar loop of data-dependent length."""
    ans = currterm = x
    i = 0
    while abs(currterm) > 0.001:
        currterm = -currterm * x**2 / ((2 * i + 3) * (2 * i + 2))
        ans = ans + currterm
        i += 1
    return ans


def taylor_sine_by_hand(x):
    """Saves the terms forwards and runs over them backwards."""
    currterm = x
    i = 0
    saved = []
    while abs(currterm) > 0.001:
        d = (2 * i + 3) * (2 * i + 2)
        saved.append((currterm, d))
        currterm = -currterm * x**2 / d
        i += 1
    x_bar = 0.0
    currterm_bar = 1.0
    for currterm, d in reversed(saved):
        t_bar = -currterm_bar / d
        x_bar += t_bar * currterm * 2 * x
        currterm_bar = t_bar * x**2 + 1.0
    return x_bar + currterm_bar


def rosenbrock(x):
    """A loop over the elements of an array."""
    s = 0.0
    for i in range(len(x) - 1):
        s += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return s


def rosenbrock_by_hand(x):
    """Needs no forward pass."""
    x_bar = np.zeros_like(x)
    for i in range(len(x) - 1):
        d_bar = 200.0 * (x[i + 1] - x[i] ** 2)
        x_bar[i] -= d_bar * 2.0 * x[i] + 2.0 * (1.0 - x[i])
        x_bar[i + 1] += d_bar
    return x_bar


def logistic_regression(weights):
    """Few small arrays: what counts is the cost of each call."""
    predictions = 0.5 * (np.tanh(0.5 * (INPUTS @ weights)) + 1.0)
    return -np.sum(np.log(predictions * TARGETS + (1.0 - predictions) * (1.0 - TARGETS)))


def logistic_regression_by_hand(weights):
    """Step by step, without the shortcut that sigmoid and cross-entropy together allow."""
    predictions = 0.5 * (np.tanh(0.5 * (INPUTS @ weights)) + 1.0)
    probabilities = predictions * TARGETS + (1.0 - predictions) * (1.0 - TARGETS)
    predictions_bar = (1.0 - 2.0 * TARGETS) / probabilities
    return (predictions_bar * predictions * (1.0 - predictions)) @ INPUTS


def perceptron(params):
    """A 2-16-16-2 network on 200 points."""
    x = POINTS
    for w, b in params[:-1]:
        x = np.tanh(x @ w + b)
    w, b = params[-1]
    logits = x @ w + b
    log_probabilities = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))
    return -np.sum(log_probabilities * CLASSES) / 200.0


def perceptron_by_hand(params):
    """The usual backpropagation."""
    layers = [POINTS]
    for w, b in params[:-1]:
        layers.append(np.tanh(layers[-1] @ w + b))
    w, b = params[-1]
    e = np.exp(layers[-1] @ w + b)
    x_bar = (e / np.sum(e, axis=1, keepdims=True) - CLASSES) / 200.0
    params_bar = []
    for (w, _), x in zip(reversed(params), reversed(layers), strict=True):
        params_bar.append((x.T @ x_bar, np.sum(x_bar, axis=0)))
        x_bar = (x_bar @ w.T) * (1.0 - x * x)
    return params_bar[::-1]


def perceptron_params():
    """Random weights, and biases of zero."""
    sizes = ((2, 16), (16, 16), (16, 2))
    return [(rng.normal(0.0, m**-0.5, (m, n)), np.zeros(n)) for m, n in sizes]


def heat(u0):
    """200 turns of an explicit scheme, in place."""
    u = u0.copy()
    for _ in range(200):
        u[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def heat_by_hand(u0):
    """The same turns, transposed."""
    u = u0.copy()
    for _ in range(200):
        u[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    u_bar = 2.0 * u
    for _ in range(200):
        t_bar = 0.1 * u_bar[1:-1]
        u_bar[1:-1] -= 2.0 * t_bar
        u_bar[2:] += t_bar
        u_bar[:-2] += t_bar
    return u_bar


def recurrence(x):
    """Each state is written beside the one that it is made from."""
    h = np.zeros(len(x) + 1)
    for t in range(len(x)):
        h[t + 1] = 0.9 * h[t] + x[t] * x[t]
    return h[-1]


def recurrence_by_hand(x):
    """Needs no forward pass, as it is linear in the states."""
    x_bar = np.zeros_like(x)
    h_bar = 1.0
    for t in reversed(range(len(x))):
        x_bar[t] = h_bar * 2.0 * x[t]
        h_bar *= 0.9
    return x_bar


CASES = (
    Case("taylor_sine", taylor_sine, taylor_sine_by_hand, 2.5),
    Case("rosenbrock", rosenbrock, rosenbrock_by_hand, rng.normal(size=1000)),
    Case("logistic", logistic_regression, logistic_regression_by_hand, np.array([0.1, -0.2, 0.3]), straight=True),
    Case("perceptron", perceptron, perceptron_by_hand, perceptron_params(), straight=True),
    Case("heat", heat, heat_by_hand, rng.normal(size=10_000), in_place=True),
    Case("recurrence", recurrence, recurrence_by_hand, rng.normal(size=1000), in_place=True),
)
