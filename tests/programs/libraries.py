"""Functions of NumPy and SciPy that have no rule, and are looked into because they are written in Python."""

import functools

import numpy as np
from numpy.polynomial import chebyshev, hermite, legendre, polynomial
from scipy import integrate, special
from scipy.optimize._lsq import common
from scipy.optimize._optimize import vecnorm
from scipy.optimize._zeros_py import _secant
from scipy.signal._waveforms import _chirp_phase
from scipy.spatial import distance

from programs.harness import program

V = np.array([0.3, 1.2, -0.7, 2.0])
W = np.array([1.3, 0.2, 0.4, -0.5])
M = np.array([[2.0, 0.3], [0.1, 1.5]])


@program((V, 0.5), (V, W))
def horner(c, x):
    """`np.polyval`: a loop over the coefficients."""
    return np.polyval(c, x) * x


@program((0.5,))
def list_of_coefficients(x):
    """One of the coefficients is the variable."""
    return np.polyval([1.0, x, 2.0], x)


@program((V, W[:2]))
def sum_of_polynomials(p, q):
    """`np.polyadd`, whose branches give arrays of unknown length."""
    return np.polyadd(p, q) * np.polysub(q, p)


@program((V,))
def derivative_of_a_polynomial(p):
    """`np.polyder` calls itself."""
    return np.polyval(np.polyder(p, 2), 0.5)


@program((V, 0.3))
def four_families(c, x):
    """Clenshaw's recurrence, several times."""
    y = polynomial.polyval(np.array([x]), c)[0]
    return y + chebyshev.chebval(x, c) + legendre.legval(x, c) * hermite.hermval(x, c)


@program((V, W))
def distances(u, v):
    """Helpers that validate, and call each other with keywords."""
    return distance.cosine(u, v) + distance.correlation(u, v) * distance.sqeuclidean(u, v)


@program((V, W))
def more_distances(u, v):
    """Two of them sum up by methods."""
    return distance.cityblock(u, v) + distance.braycurtis(u, v) + distance.chebyshev(u, v)


@program((V, W, M))
def mahalanobis(u, v, a):
    """Three arrays."""
    return distance.mahalanobis(u[:2], v[:2], a)


@program((2.0, -0.5))
def called_with_a_nested_function(a, b):
    """`fixed_quad` calls back."""
    return integrate.fixed_quad(lambda x: a * x**3 + b * np.exp(x), 0.0, 1.0, n=4)[0]


@program((0.4, 1.5, 2.0))
def chirp(t, f0, f1):
    """Chosen by a string."""
    return sum(_chirp_phase(t, f0, 1.0, f1, method=m) for m in ("linear", "quadratic", "hyperbolic"))


@program((V, W))
def quadratics(g, s):
    """SciPy's own helpers of its least squares."""
    j = np.outer(g, s) + np.eye(4)
    a, b = common.build_quadratic_1d(j, g, s)
    t, y = common.minimize_quadratic_1d(a, b, -3.0, 4.0)
    return common.evaluate_quadratic(j, g, s) + a * b + y + t


@program((np.array([0.1, -0.2]), np.array([1.0, 2.0]), 1.5))
def trust_region(x, s, radius):
    """Branches that raise."""
    return common.intersect_trust_region(x, s, radius)


@program((1.0, 2.0, 0.5, -0.7))
def secant_step(x0, x1, f0, f1):
    """A private function with tuples."""
    return _secant((x0, x1), (f0, f1))


@program((V,))
def norms(x):
    """A keyword with a default."""
    return vecnorm(x) * vecnorm(x, 3) + vecnorm(x, np.inf)


@program((V, 2.0))
def by_partial(c, x):
    """Wrapped by the caller."""
    return functools.partial(np.polyval, c)(x)


def evaluate(polynomial_at, c, x):
    """Calls what it is given."""
    return polynomial_at(c, x)


@program((V, 2.0))
def passed_on(c, x):
    """As a value."""
    return evaluate(np.polyval, c, x) + sum(map(np.polyval, [c, c[1:]], [x, x * x]))


@program((V, 2.0))
def carries_none(c, x):
    """The call that no derivative goes through runs as it stands."""
    counts, _ = np.histogram(np.arange(5.0), 3)
    return np.polyval(c, x) * counts[0] + np.unique(np.array([3.0, 3.0, 1.0]))[1]


@program((M, V[:2]))
def in_a_loop(a, x):
    """Compiled once, called often."""
    for _ in range(3):
        x = np.array([np.polyval(x, a[0, 0]), np.polyval(x, a[1, 1])]) / 4
    return x


@program((np.array([0.5, 1.2, -0.7]),), same_as=lambda x: np.exp(x * 2.0) / np.sum(np.exp(x * 2.0)) * x)
def softmax_of_scipy(x):
    """SciPy converts its arguments with copies if need be, by NumPy's own name for that."""
    return special.softmax(x * 2.0) * x
