"""Small programs of the kind that people write."""

import math

import numpy as np

from programs.harness import program

V = np.array([0.5, -1.25, 2.0, 1.5])
INPUTS = np.array([[0.5, 1.1, 0.8], [0.9, -1.1, 0.2], [0.5, 0.1, -1.3], [0.7, -2.5, 1.4]])
TARGETS = np.array([True, True, False, True])


@program((V,))
def rosenbrock(x):
    """The banana valley, by slices."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@program((V,), ([0.5, -1.25, 2.0],))
def rosenbrock_by_elements(x):
    """The same by elements, of an array or a list."""
    s = 0.0
    for i in range(len(x) - 1):
        s += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2
    return s


@program((0.5,), (3.0,))
def taylor_sine(x):
    """A series summed until its terms are small."""
    ans = currterm = x
    i = 0
    while abs(currterm) > 0.0001:
        currterm = -currterm * x**2 / ((2 * i + 3) * (2 * i + 2))
        ans = ans + currterm
        i += 1
    return ans


@program((2.0,), (30.0,))
def newton_square_root(a):
    """Newton's iteration until it stands still; the step towards the root counts."""
    x = a
    for _ in range(50):
        step = (x * x - a) / (2.0 * x)
        x = x - step
        if abs(step) < 1e-3:
            break
    return x


@program((2.0, 1.5))
def cube_root_by_newton(a, x):
    """A fixed number of Newton steps from a given start."""
    for _ in range(4):
        x = x - (x**3 - a) / (3.0 * x**2)
    return x


@program((0.31, 0.4, 2.0))
def bisection(a, low, high):
    """Bisection: the bounds depend on the arguments linearly, the decisions do not."""
    for _ in range(5):
        middle = 0.5 * (low + high)
        if math.exp(-middle) > a:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@program((np.array([1.0, 0.0]), 0.1, 0.3))
def runge_kutta(y, h, damping):
    """Four steps of the classical method for a damped oscillator."""

    def slope(y):
        return np.array([y[1], -y[0] - damping * y[1]])

    for _ in range(4):
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


@program((0.5, 1.5, 0.8, 0.1, 20))
def predator_and_prey(prey, predators, birth, h, n):
    """Euler steps of two coupled scalars, bound at once."""
    for _ in range(n):
        prey, predators = prey + h * prey * (birth - predators), predators + h * predators * (prey - 1.0)
    return prey, predators


@program((np.array([0.1, -0.2, 0.3]),))
def logistic_regression(weights):
    """The loss reads two arrays of the module."""
    predictions = 0.5 * (np.tanh(0.5 * np.dot(INPUTS, weights)) + 1)
    return -np.sum(np.log(predictions * TARGETS + (1 - predictions) * (1 - TARGETS)))


@program((INPUTS * 0.5, np.array([2, 0, 1, 1])))
def softmax_cross_entropy(logits, labels):
    """A stable log-softmax, picked by labels."""
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(log_probabilities[np.arange(len(labels)), labels])


@program((np.eye(2) * 0.5 + 0.1, np.array([[0.3, -0.2, 0.1], [0.2, 0.4, -0.5]]), np.zeros(2), INPUTS))
def recurrent_network(w, u, b, xs):
    """One state is carried over a sequence; the outputs are collected."""
    h = np.zeros(2)
    outputs = []
    for x in xs:
        h = np.tanh(w @ h + u @ x + b)
        outputs.append(h)
    return np.stack(outputs), h


@program(([(INPUTS.T * 0.2, np.ones(4) * 0.1), (INPUTS * 0.3, np.zeros(3))], INPUTS))
def multilayer_perceptron(params, x):
    """All layers but the last have an activation."""
    for w, b in params[:-1]:
        x = np.tanh(x @ w + b)
    w, b = params[-1]
    return np.mean((x @ w + b) ** 2) + 0.01 * sum([np.sum(w * w) for w, _ in params])


@program((1.25, [1.0, -2.0, 0.5, 3.0]), (1.25, V), (1.25, []))
def horner(x, coefficients):
    """A polynomial, from its highest coefficient."""
    y = 0.0
    for c in coefficients:
        y = y * x + c
    return y


@program((1.25, [1.0, -2.0, 0.5, 3.0]), (1.25, V))
def horner_recursive(x, coefficients):
    """A polynomial from its lowest coefficient, by recursion."""
    if len(coefficients) == 1:
        return coefficients[0]
    return coefficients[0] + x * horner_recursive(x, coefficients[1:])


@program((1.3, 4), (1.3, 1))
def factorial_like(x, n):
    """A recursion whose depth is an argument."""
    return 1.0 if n == 0 else (x + n) * factorial_like(x, n - 1)


@program((np.array([[0.0, 0.0], [1.2, 0.1], [0.2, 1.3], [1.1, 1.4]]),))
def lennard_jones(positions):
    """The energy of particles, pair by pair."""
    energy = 0.0
    for i in range(len(positions)):
        for j in range(i):
            d = positions[i] - positions[j]
            r6 = np.sum(d * d) ** 3
            energy += 4.0 * (1.0 / r6**2 - 1.0 / r6)
    return energy


def normal_cdf(x):
    """The distribution function of the standard normal."""
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


@program((100.0, 105.0, 0.75, 0.03, 0.2))
def black_scholes(spot, strike, time, rate, volatility):
    """The price of a call option; its gradient is the Greeks."""
    d1 = (math.log(spot / strike) + (rate + volatility**2 / 2) * time) / (volatility * math.sqrt(time))
    d2 = d1 - volatility * math.sqrt(time)
    return spot * normal_cdf(d1) - strike * math.exp(-rate * time) * normal_cdf(d2)


@program(([1.0, 1.3, 0.8, 1.1], 0.1, 0.4))
def kalman_filter(observations, process_noise, observation_noise):
    """A scalar filter over a list; gives the estimates and the log-likelihood."""
    mean, variance = 0.0, 1.0
    log_likelihood = 0.0
    estimates = []
    for z in observations:
        variance = variance + process_noise
        s = variance + observation_noise
        gain = variance / s
        residual = z - mean
        log_likelihood -= 0.5 * (math.log(2 * math.pi * s) + residual * residual / s)
        mean = mean + gain * residual
        variance = (1 - gain) * variance
        estimates.append(mean)
    return estimates, log_likelihood


@program((V, 0.9))
def exponential_smoothing(x, alpha):
    """A recursion over a series."""
    level = x[0]
    error = 0.0
    for t in range(1, len(x)):
        error += (x[t] - level) ** 2
        level = alpha * x[t] + (1 - alpha) * level
    return error / (len(x) - 1)


@program((INPUTS[:3] + 2.0 * np.eye(3),))
def determinant_by_elimination(a):
    """Gaussian elimination without writing into the matrix."""
    determinant = 1.0
    while a.shape[0] > 1:
        pivot = a[0, 0]
        determinant = determinant * pivot
        a = a[1:, 1:] - np.outer(a[1:, 0], a[0, 1:]) / pivot
    return determinant * a[0, 0]


@program((INPUTS[:3],))
def determinant_by_minors(a):
    """Laplace's expansion, by recursion on minors."""
    n = len(a)
    if n == 1:
        return a[0, 0]
    total = 0.0
    for j in range(n):
        minor = np.concatenate([a[1:, :j], a[1:, j + 1 :]], axis=1)
        total += (-1) ** j * a[0, j] * determinant_by_minors(minor)
    return total


@program((0.2, 1.4))
def simpson(a, b):
    """An integral by Simpson's rule over ten intervals."""
    n = 10
    h = (b - a) / n
    s = math.sin(a) + math.sin(b)
    for i in range(1, n):
        s += (4 if i % 2 else 2) * math.sin(a + i * h)
    return s * h / 3


@program((np.array([3.0, -2.0]), 0.05), (np.array([0.05, 0.01]), 0.05))
def gradient_descent(x, rate):
    """Minimises by hand-written gradients until they are small."""
    for _ in range(10):
        g = np.array([2.0 * x[0], 8.0 * x[1]])
        if np.linalg.norm(g) < 0.5:
            return x
        x = x - rate * g
    return x


@program((1.0, 0.5), (4.0, 0.25))
def arithmetic_geometric_mean(a, b):
    """Two means that meet."""
    while abs(a - b) > 1e-3:
        a, b = (a + b) / 2, math.sqrt(a * b)
    return a


@program((V, np.array([0.25, 0.5, 0.25])))
def convolution(signal, kernel):
    """A sliding product sum, as a list that becomes an array."""
    n = len(signal) - len(kernel) + 1
    return np.array([np.sum(signal[i : i + len(kernel)] * kernel[::-1]) for i in range(n)])


@program((np.array([0.2, 0.5, 0.3]), np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.3, 0.5]]), [0, 2, 1]))
def forward_algorithm(start, transition, observations):
    """The likelihood of a sequence under a hidden Markov chain."""
    belief = start
    log_likelihood = 0.0
    for k in observations:
        belief = (belief @ transition) * np.where(np.arange(3) == k, 0.8, 0.1)
        total = belief.sum()
        log_likelihood += np.log(total)
        belief = belief / total
    return log_likelihood


@program((np.array([[0.0, 0.2], [1.0, 1.1], [2.0, 1.8], [3.0, 3.3]]),))
def line_fit(points):
    """Slope and intercept by the closed formula."""
    x, y = points[:, 0], points[:, 1]
    slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
    return slope, y.mean() - slope * x.mean()


@program((2.0, 3.0, 0.5))
def quadratic_roots(a, b, c):
    """Roots by the formula, as a tuple, with the case of no root."""
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return ()
    root = math.sqrt(discriminant)
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


@program((0.3, -0.4))
def mandelbrot_escape(x, y):
    """Iterates a complex map by its two parts and reports how far it got."""
    a, b = x, y
    for n in range(20):
        if a * a + b * b > 4.0:
            break
        a, b = a * a - b * b + x, 2 * a * b + y
    return a, b, n


@program((V, 1.2), (V, 3.0))
def huber(residuals, delta):
    """Quadratic near zero, linear far away."""
    size = np.abs(residuals)
    return np.sum(np.where(size < delta, 0.5 * residuals**2, delta * (size - 0.5 * delta)))


@program((np.array([0.2, 1.4, -0.3]), 4))
def game_of_pendulum(state, n):
    """Leapfrog steps of a pendulum, unpacking and packing an array."""
    angle, speed, damping = state
    for _ in range(n):
        speed = speed - 0.1 * math.sin(angle) - 0.1 * damping * speed
        angle = angle + 0.1 * speed
    return np.array([angle, speed, damping])
