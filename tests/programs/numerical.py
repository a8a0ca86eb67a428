"""Numerical methods as textbooks print them."""

import itertools
import math

import numpy as np

from programs.harness import program


@program((2.0, 3.0))
def newton(a, x0, tol=1e-12, maxiter=50):
    """`for … else` around an iteration that stops when it stands still."""
    x = x0
    for _ in range(maxiter):
        fx = x**3 - a
        dfx = 3 * x**2
        step = fx / dfx
        x -= step
        if abs(step) < tol:
            break
    else:
        raise RuntimeError("no convergence")
    return x


def secant(f, x0, x1, tol=1e-13, maxiter=100):
    """A helper."""
    f0, f1 = f(x0), f(x1)
    for _ in range(maxiter):
        if f1 == f0:
            break
        x2 = x1 - f1 * (x1 - x0) / (f1 - f0)
        x0, f0 = x1, f1
        x1, f1 = x2, f(x2)
        if abs(x1 - x0) < tol:
            break
    return x1


@program((2.0,))
def secant_sqrt(a):
    """A method that takes a function, over a nested function."""
    return secant(lambda x: x * x - a, 1.0, a)


def rk4(f, y, t, h):
    """A helper."""
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + h / 2, y + h / 2 * k2)
    k4 = f(t + h, y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


@program((np.array([1.0, 0.5]), 1.1, 0.4, 0.1, 0.4))
def lotka_volterra(y0, a, b, c, d):
    """Runge and Kutta, over a nested function that captures the parameters."""

    def f(t, y):
        prey, pred = y
        return np.array([a * prey - b * prey * pred, c * prey * pred - d * pred])

    y, t, h = y0, 0.0, 0.05
    for _ in range(20):
        y = rk4(f, y, t, h)
        t += h
    return y


@program((0.3, 0.1, 0.95, 0.04))
def sir(beta, gamma, s, i):
    """Tuples in a list, the greatest by a key, and a sum over a generator."""
    r = 0.0
    history = []
    for day in range(30):
        new_inf = beta * s * i
        new_rec = gamma * i
        s, i, r = s - new_inf, i + new_inf - new_rec, r + new_rec
        history.append((s, i, r))
    peak = max(history, key=lambda h: h[1])
    return peak[1] + sum(h[2] for h in history) / len(history)


@program((0.0, 2.0, 1.3))
def romberg(a, b, w, n=5):
    """A triangle of lists of unequal length."""
    f = lambda x: np.exp(-w * x * x)
    h = b - a
    R = [[0.5 * h * (f(a) + f(b))]]
    for i in range(1, n + 1):
        h /= 2
        total = 0.0
        for k in range(1, 2**i, 2):
            total += f(a + k * h)
        row = [0.5 * R[i - 1][0] + total * h]
        for m in range(1, i + 1):
            row.append(row[m - 1] + (row[m - 1] - R[i - 1][m - 1]) / (4**m - 1))
        R.append(row)
    return R[-1][-1]


@program((0.5, 2.0, 0.7))
def gauss_legendre(a, b, w):
    """Nodes from the library, summed over a zip."""
    xs, ws = np.polynomial.legendre.leggauss(8)
    mid, half = (a + b) / 2, (b - a) / 2
    return half * sum(wi * math.exp(-w * (mid + half * xi) ** 2) for xi, wi in zip(xs, ws))


@program((0.0, 1.0, 2.0))
def simpson(a, b, w, n=10):
    """Sums over ranges with steps."""
    if n % 2:
        raise ValueError("n must be even")
    h = (b - a) / n
    s = math.sin(w * a) + math.sin(w * b)
    s += 4 * sum(math.sin(w * (a + i * h)) for i in range(1, n, 2))
    s += 2 * sum(math.sin(w * (a + i * h)) for i in range(2, n, 2))
    return s * h / 3


@program((1.0, 3.0))
def adaptive_simpson(a, b, eps=1e-9):
    """A nested recursion that returns tuples."""

    def f(x):
        return x * math.log(x)

    def quad(a, fa, b, fb):
        m = (a + b) / 2
        fm = f(m)
        return m, fm, abs(b - a) / 6 * (fa + 4 * fm + fb)

    def rec(a, fa, b, fb, eps, whole, m, fm):
        lm, flm, left = quad(a, fa, m, fm)
        rm, frm, right = quad(m, fm, b, fb)
        delta = left + right - whole
        if abs(delta) <= 15 * eps:
            return left + right + delta / 15
        return rec(a, fa, m, fm, eps / 2, left, lm, flm) + rec(m, fm, b, fb, eps / 2, right, rm, frm)

    fa, fb = f(a), f(b)
    m, fm, whole = quad(a, fa, b, fb)
    return rec(a, fa, b, fb, eps, whole, m, fm)


@program((np.array([0.0, 1.0]), np.eye(2), [1.1, 1.9, 3.2], 0.1, 0.5))
def kalman(x, P, zs, q, r):
    """Matrices that are rebound in a loop."""
    F = np.array([[1.0, 1.0], [0.0, 1.0]])
    H = np.array([[1.0, 0.0]])
    Q, R = q * np.eye(2), np.array([[r]])
    ll = 0.0
    for z in zs:
        x = F @ x
        P = F @ P @ F.T + Q
        resid = z - H @ x
        S = H @ P @ H.T + R
        K = P @ H.T @ np.linalg.inv(S)
        x = x + K @ resid
        P = (np.eye(2) - K @ H) @ P
        ll += -0.5 * (resid @ np.linalg.solve(S, resid) + np.log(np.linalg.det(S)) + np.log(2 * np.pi))
    return ll


@program((100.0, 95.0, 0.5, 0.03, 0.25))
def black_scholes(S, K, T, r, sigma):
    """Scalars and `math`."""
    d1 = (math.log(S / K) + (r + sigma**2 / 2) * T) / (sigma * math.sqrt(T))
    d2 = d1 - sigma * math.sqrt(T)
    N = lambda x: 0.5 * (1 + math.erf(x / math.sqrt(2)))
    return S * N(d1) - K * math.exp(-r * T) * N(d2)


def sigmoid(x):
    """A helper."""
    return 1 / (1 + np.exp(-x))


rng = np.random.default_rng(0)


@program((rng.normal(size=(5, 3)), np.zeros(2), np.zeros(2), rng.normal(size=(8, 5)), rng.normal(size=8)))
def lstm(xs, h, c, W, b):
    """Slices of one product."""
    n = len(h)
    for x in xs:
        z = W @ np.concatenate([x, h]) + b
        i, f, o = sigmoid(z[:n]), sigmoid(z[n : 2 * n]), sigmoid(z[2 * n : 3 * n])
        g = np.tanh(z[3 * n :])
        c = f * c + i * g
        h = o * np.tanh(c)
    return h


@program(
    (
        rng.normal(size=(4, 3)),
        np.zeros(2),
        {
            "z": (rng.normal(size=(2, 3)), rng.normal(size=(2, 2))),
            "r": (rng.normal(size=(2, 3)), rng.normal(size=(2, 2))),
            "h": (rng.normal(size=(2, 3)), rng.normal(size=(2, 2))),
        },
    )
)
def gru(xs, h, params):
    """Parameters in a dict of tuples."""
    for x in xs:
        z = sigmoid(params["z"][0] @ x + params["z"][1] @ h)
        r = sigmoid(params["r"][0] @ x + params["r"][1] @ h)
        W, U = params["h"]
        cand = np.tanh(W @ x + U @ (r * h))
        h = (1 - z) * h + z * cand
    return np.sum(h**2)


@program((rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 3))))
def attention(q, k, v):
    """Batched products, and a softmax over the last axis."""
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(k.shape[-1])
    scores = scores - scores.max(axis=-1, keepdims=True)
    w = np.exp(scores)
    w = w / w.sum(axis=-1, keepdims=True)
    return w @ v


@program((rng.normal(size=(3, 2)), rng.normal(size=(10, 2))))
def kmeans_loss(centers, points):
    """The nearest of several, by broadcasting."""
    d2 = ((points[:, None, :] - centers[None, :, :]) ** 2).sum(axis=-1)
    return d2.min(axis=1).mean()


@program((rng.normal(size=(3, 2)), rng.normal(size=(10, 2))))
def kmeans_assign(centers, points):
    """Masks by an index that is not differentiated, and `continue`."""
    assign = np.argmin(np.linalg.norm(points[:, None] - centers, axis=2), axis=1)
    total = 0.0
    for k in range(len(centers)):
        members = points[assign == k]
        if len(members) == 0:
            continue
        total += np.sum((members - centers[k]) ** 2)
    return total


@program((rng.normal(size=3), rng.normal(size=(3, 3)), rng.normal(size=(3, 4)), [0, 2, 3, 1]))
def hmm_forward(log_pi, log_A, log_B, obs):
    """A nested helper with `keepdims` and `squeeze`."""

    def lse(a, axis=None):
        m = np.max(a, axis=axis, keepdims=True)
        return np.squeeze(m, axis=axis) + np.log(np.sum(np.exp(a - m), axis=axis))

    alpha = log_pi + log_B[:, obs[0]]
    for o in obs[1:]:
        alpha = lse(alpha[:, np.newaxis] + log_A, axis=0) + log_B[:, o]
    return lse(alpha)


@program((0.3, 3.1))
def logistic_map(x, r):
    """Each item depends on the last."""
    orbit = [x]
    for _ in range(10):
        orbit.append(r * orbit[-1] * (1 - orbit[-1]))
    return orbit


@program((np.array([1.0, 0.5, 0.0, 0.1]), 1.0, 1.5))
def double_pendulum(state, m1, m2, g=9.81, l1=1.0, l2=1.0):
    """An array taken apart and made anew."""

    def derivs(s):
        t1, t2, w1, w2 = s
        delta = t2 - t1
        den1 = (m1 + m2) * l1 - m2 * l1 * math.cos(delta) * math.cos(delta)
        a1 = (
            m2 * l1 * w1 * w1 * math.sin(delta) * math.cos(delta)
            + m2 * g * math.sin(t2) * math.cos(delta)
            + m2 * l2 * w2 * w2 * math.sin(delta)
            - (m1 + m2) * g * math.sin(t1)
        ) / den1
        den2 = (l2 / l1) * den1
        a2 = (
            -m2 * l2 * w2 * w2 * math.sin(delta) * math.cos(delta)
            + (m1 + m2) * g * math.sin(t1) * math.cos(delta)
            - (m1 + m2) * l1 * w1 * w1 * math.sin(delta)
            - (m1 + m2) * g * math.sin(t2)
        ) / den2
        return np.array([w1, w2, a1, a2])

    for _ in range(5):
        state = state + 0.01 * derivs(state)
    return state


SQUARE = rng.normal(size=(4, 4))
A = SQUARE @ SQUARE.T + 4 * np.eye(4)


SQUARE = rng.normal(size=(4, 4))
A = SQUARE @ SQUARE.T + 4 * np.eye(4)


@program((A, rng.normal(size=4)))
def conjugate_gradients(A, b):
    """Four loop-carried arrays and a test on their size."""
    x = np.zeros_like(b)
    r = b - A @ x
    p = r
    rs = r @ r
    for _ in range(len(b)):
        Ap = A @ p
        alpha = rs / (p @ Ap)
        x = x + alpha * p
        r = r - alpha * Ap
        new = r @ r
        if math.sqrt(new) < 1e-10:
            break
        p = r + new / rs * p
        rs = new
    return x


@program((A,))
def power_iteration(A, iters=30):
    """A norm in a loop."""
    v = np.ones(A.shape[0])
    for _ in range(iters):
        w = A @ v
        v = w / np.linalg.norm(w)
    return v @ A @ v


@program((A,))
def gram_schmidt(A):
    """Loops over the rows of a transpose, and a list that becomes an array."""
    Q = []
    for a in A.T:
        u = a
        for q in Q:
            u = u - (q @ a) * q
        Q.append(u / np.linalg.norm(u))
    return np.array(Q).T


@program(([3.0, 7.0, 15.0, 1.0],), ((1.5, 2.5),))
def continued_fraction(terms):
    """A starred assignment, and the rest in reverse."""
    *rest, value = terms
    for a in reversed(rest):
        value = a + 1 / value
    return value


@program((0.4, [1.0, -0.5, 0.25, 2.0]))
def clenshaw(x, c):
    """Integers that become floats in a simultaneous assignment."""
    b1 = b2 = 0
    for ck in reversed(c[1:]):
        b1, b2 = ck + 2 * x * b1 - b2, b1
    return c[0] + x * b1 - b2


@program((rng.normal(size=(4, 3)) * 2, 1.0, 1.1))
def lennard_jones(positions, eps, sigma):
    """Pairs of rows."""
    energy = 0.0
    n = len(positions)
    for i in range(n):
        for j in range(i + 1, n):
            r = positions[i] - positions[j]
            r2 = np.dot(r, r)
            sr6 = (sigma**2 / r2) ** 3
            energy += 4 * eps * (sr6**2 - sr6)
    return energy


@program((rng.normal(size=(3, 3)), rng.normal(size=3), 5.0))
def ewald_real(pos, charges, L, alpha=0.8):
    """`itertools.combinations` of indices, and rounding that carries no derivative."""
    e = 0.0
    for i, j in itertools.combinations(range(len(pos)), 2):
        d = pos[i] - pos[j]
        d = d - L * np.round(d / L)
        r = np.sqrt((d**2).sum())
        e += charges[i] * charges[j] * math.erfc(alpha * r) / r
    self_energy = -alpha / math.sqrt(math.pi) * np.sum(charges**2)
    return e + self_energy


@program((1.3, 0.7))
def agm(a, b):
    """A simultaneous assignment that ends by a relative tolerance."""
    while abs(a - b) > 1e-14 * abs(a):
        a, b = (a + b) / 2, math.sqrt(a * b)
    return a


@program((2.5, 1.3))
def incomplete_gamma_series(a, x):
    """`while True` and a return from it."""
    term = total = 1.0 / a
    n = a
    while True:
        n += 1
        term *= x / n
        total += term
        if abs(term) < abs(total) * 1e-15:
            return total * math.exp(-x + a * math.log(x) - math.lgamma(a))


@program((2.5, 4.0))
def incomplete_gamma_cf(a, x):
    """Lentz's method, with its guards against zero."""
    tiny = 1e-30
    b = x + 1 - a
    c = 1 / tiny
    d = 1 / b
    h = d
    for i in range(1, 200):
        an = -i * (i - a)
        b += 2
        d = an * d + b
        if abs(d) < tiny:
            d = tiny
        c = b + an / c
        if abs(c) < tiny:
            c = tiny
        d = 1 / d
        delta = d * c
        h *= delta
        if abs(delta - 1) < 1e-15:
            break
    return math.exp(-x + a * math.log(x) - math.lgamma(a)) * h


@program((0.5, 1.0, 1.7, [0.0, 1.0, 2.0, 3.0], [1.0, 2.0, 0.0, 5.0]))
def neville(a, b, x, xs, ys):
    """A list that is replaced by a shorter one."""
    p = [a * y + b for y in ys]
    n = len(p)
    for k in range(1, n):
        p = [((x - xs[i + k]) * p[i] + (xs[i] - x) * p[i + 1]) / (xs[i] - xs[i + k]) for i in range(n - k)]
    return p[0]


@program((np.array([1.0, 2.0, 3.0, 5.0]), np.array([1.0, 3.0, 2.0, 4.0])))
def linear_regression(x, y):
    """Columns, and a linear system."""
    X = np.column_stack([np.ones_like(x), x])
    beta = np.linalg.solve(X.T @ X, X.T @ y)
    return beta


@program((np.array([-1.2, 1.0]),))
def gradient_descent(x, lr=1e-3, steps=10):
    """A derivative written by hand inside."""

    def g(x):
        return np.array([-400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]), 200 * (x[1] - x[0] ** 2)])

    v = np.zeros(2)
    for _ in range(steps):
        v = 0.9 * v - lr * g(x)
        x = x + v
    return x


@program((rng.normal(size=(6, 2)), 0.7, 1.2, rng.normal(size=6)))
def gp_nll(X, ls, sf, y):
    """A Cholesky factor, its diagonal, and constants from `len`."""
    d2 = np.sum((X[:, None] - X[None]) ** 2, -1)
    K = sf**2 * np.exp(-0.5 * d2 / ls**2) + 0.1 * np.eye(len(X))
    L = np.linalg.cholesky(K)
    a = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return 0.5 * y @ a + np.sum(np.log(np.diag(L))) + len(X) / 2 * math.log(2 * math.pi)


@program((np.array([0.1, 0.2, 0.7]), np.array([0.3, 0.3, 0.4])))
def kl(p, q):
    """A NumPy scalar made a float."""
    return float(np.sum(p * np.log(p / q)))


@program(([1.0, 2.0, 4.0], [1.5, 2.5, 2.0, 4.5]))
def dtw(a, b):
    """Rows of infinities, and the least of three."""
    prev = [math.inf] * (len(b) + 1)
    prev = [0.0] + prev[1:]
    for x in a:
        row = [math.inf]
        for j, y in enumerate(b, start=1):
            row.append((x - y) ** 2 + min(row[j - 1], prev[j], prev[j - 1]))
        prev = row
    return prev[-1]


@program((np.array([[0.0, 0.0], [2.0, 0.1], [2.2, 1.5], [0.1, 1.0]]),))
def shoelace(poly):
    """The rows of a transpose, rolled."""
    x, y = poly.T
    return 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))


@program((1.5,))
def bessel_j0(x):
    """A series of even terms."""
    term, total, k = 1.0, 1.0, 0
    while abs(term) > 1e-17:
        k += 1
        term *= -(x * x / 4) / (k * k)
        total += term
    return total


@program((rng.normal(size=(3, 3)),))
def det_laplace(M):
    """A recursion over nested lists, cut by slices."""

    def det(m):
        if len(m) == 1:
            return m[0][0]
        return sum((-1) ** j * m[0][j] * det([row[:j] + row[j + 1 :] for row in m[1:]]) for j in range(len(m)))

    return det(M.tolist())


@program((2.0, 0.5))
def newton_system(a, b):
    """A linear system in each step."""
    x = np.array([1.0, 1.0])
    for _ in range(8):
        F = np.array([x[0] ** 2 + x[1] ** 2 - a**2, x[0] * x[1] - b])
        J = np.array([[2 * x[0], 2 * x[1]], [x[1], x[0]]])
        dx = np.linalg.solve(J + 1e-3 * np.diag([1.0, 2.0]), -F)
        x = x + dx
    return x


@program((np.array([1.0, 2.0, 3.0]), 0.9))
def ema(xs, alpha):
    """A starred assignment from an array."""
    from_first, *rest = xs
    s = from_first
    out = [s]
    for v in rest:
        s = alpha * v + (1 - alpha) * s
        out.append(s)
    return np.array(out)


def _advected(f, vx, vy):
    rows, columns = f.shape
    at_y, at_x = np.meshgrid(np.arange(rows), np.arange(columns))
    x, y = (at_x - vx).ravel(), (at_y - vy).ravel()
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    a, b = x - left, y - top
    left, top = np.mod(left, rows), np.mod(top, columns)
    right, bottom = np.mod(left + 1, rows), np.mod(top + 1, columns)
    upper = (1 - a) * f[left, top] + a * f[right, top]
    lower = (1 - a) * f[left, bottom] + a * f[right, bottom]
    return np.reshape((1 - b) * upper + b * lower, (rows, columns))


def _without_divergence(vx, vy):
    p, h = np.zeros(vx.shape), 1.0 / vx.shape[0]
    div = (
        -0.5 * h * (np.roll(vx, -1, axis=0) - np.roll(vx, 1, axis=0) + np.roll(vy, -1, axis=1) - np.roll(vy, 1, axis=1))
    )
    for _ in range(4):
        around = np.roll(p, 1, axis=0) + np.roll(p, -1, axis=0) + np.roll(p, 1, axis=1) + np.roll(p, -1, axis=1)
        p = (div + around) / 4.0
    vx -= 0.5 * (np.roll(p, -1, axis=0) - np.roll(p, 1, axis=0)) / h
    vy -= 0.5 * (np.roll(p, -1, axis=1) - np.roll(p, 1, axis=1)) / h
    return vx, vy


@program((np.array([0.44, -0.71, 1.22]),))
def stable_fluids(x):
    """Smoke in a flow: indices from a grid, and velocities that are made free of divergence in place."""
    vx, vy, smoke = np.outer(x, x), np.outer(x, np.sin(x)), np.outer(x, x + 1)
    for _ in range(2):
        vx, vy = _without_divergence(_advected(vx, vx, vy), _advected(vy, vx, vy))
        smoke = _advected(smoke, vx, vy)
    return np.sum(smoke**2)


def _cubature(x):
    points = np.outer(x, x) + np.eye(3)
    mean = np.sum(points, axis=0) / 3
    return np.sum((points.T @ points / 3 - np.outer(mean, mean)) ** 2)


@program((np.array([0.44, -0.71, 1.22]),), same_as=_cubature)
def cubature_moments(x):
    """Mean and covariance of points; the built-in sum of rows starts as a number."""
    points = np.outer(x, x) + np.eye(3)
    m, n = points.shape
    mean = (sum(points, 0)[:, None] / m).flatten()
    covariance = np.zeros((n, n))
    for k in range(m):
        covariance += np.outer(points[k], points[k]) - np.outer(mean, mean)
    covariance *= 1 / m
    return np.sum(covariance**2)
