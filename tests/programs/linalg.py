"""Products of arrays and linear algebra."""

import numpy as np

from programs.harness import program

U = np.array([1.5, -0.5, 0.25])
V = np.array([0.5, -1.25, 2.0])
A = np.array([[1.0, 2.0, -0.5], [0.25, -1.0, 3.0]])
S = np.array([[3.0, 0.5, -0.25], [1.0, 2.5, 0.75], [-0.5, 0.25, 4.0]])
T = np.linspace(-1.0, 1.3, 18).reshape(2, 3, 3)


@program((U, V))
def dot_of_vectors(u, v):
    """Two vectors give a scalar."""
    return np.dot(u, v) * (u @ v) + np.inner(u, u) + v.dot(u)


@program((A, S, V))
def dot_of_matrices(a, s, v):
    """Matrices with matrices and with vectors, from both sides."""
    return np.dot(a, s), a.dot(v), v @ s, s @ v, np.dot(2.0, a)


@program((T, S), (T, V), (S, T))
def products_of_stacks(x, y):
    """A stack of matrices meets one matrix or one vector."""
    return x @ y, np.matmul(x, y) * 2.0


@program((T, np.array([[1.0], [0.5], [-2.0]])), (T[:1], T))
def stretched_stacks(x, y):
    """The stacks themselves broadcast."""
    return x @ y


@program((T, V))
def vector_with_stack(t, v):
    """A vector from the left of a stack."""
    return v @ t, t @ v, np.matmul(v, t) * v


@program((U, V), (A, U))
def outer_products(u, v):
    """`outer` flattens its arguments."""
    return np.outer(u, v), np.outer(v, v).sum(axis=0)


@program((A, S))
def inner_products(a, s):
    """`inner` runs over the last axes."""
    return np.inner(a, s), np.inner(s, s[0])


@program((T, S))
def tensor_products(t, s):
    """`tensordot` over a number of axes and over named pairs of them."""
    return np.tensordot(t, s, 1), np.tensordot(t, s, axes=([1, 2], [0, 1])), np.tensordot(t, s, ([2], [0]))


@program((A, S, U))
def einsum_products(a, s, u):
    """Sums over letters: a product of three, a bilinear form and a transpose."""
    return np.einsum("ij,jk,k->i", a, s, u), np.einsum("i,ij,j", u, s, u), np.einsum("ij->ji", a) * 2.0


@program((T, S))
def einsum_of_stacks(t, s):
    """A letter in every operand, and one that appears in one operand only."""
    return np.einsum("bij,jk->bik", t, s), np.einsum("bij,kl->b", t, s), np.einsum("bij,bij->b", t, t)


@program((S,))
def traces(s):
    """The diagonal, its sum and back to a matrix."""
    return np.trace(s) * s, np.diag(s) ** 2, np.diag(s[0]) @ s, s.trace()


@program((S,), (A,))
def triangles(s):
    """Upper and lower triangles, shifted ones too."""
    return np.tril(s) * 2.0 + np.triu(s, 1), np.tril(s, -1)


@program((S,), (T + 2.0 * np.eye(3),))
def inverse(s):
    """An inverse, of one matrix and of a stack."""
    return np.linalg.inv(s), np.linalg.inv(s) @ s * 3.0


@program((S, V), (S, A.T), (T + 2.0 * np.eye(3), A.T))
def solutions(s, b):
    """Linear systems with one right side and with several."""
    return np.linalg.solve(s, b), np.linalg.solve(s * 2.0, b).sum()


@program((S,), (T + 2.0 * np.eye(3),))
def determinants(s):
    """The determinant, and its logarithm with a sign that has no derivative."""
    sign, logarithm = np.linalg.slogdet(s)
    return np.linalg.det(s), sign * logarithm


@program((S,))
def cholesky_factor(s):
    """The factor of a matrix made symmetric and positive."""
    return np.linalg.cholesky(s @ s.T + np.eye(3))


@program((S, V))
def quadratic_form(s, v):
    """Four ways to one number."""
    return v @ s @ v + np.dot(v, np.dot(s, v)) + np.sum(v[:, None] * s * v) + (v * (s @ v)).sum()


@program((S, 0), (S, 1), (S, 4))
def power_of_a_matrix(s, n):
    """A matrix power by a loop that may not run."""
    y = np.eye(3)
    for _ in range(n):
        y = y @ s * 0.5
    return y


@program((S,))
def dominant_eigenvalue(s):
    """Power iteration with a Rayleigh quotient at the end."""
    v = np.ones(3)
    for _ in range(5):
        v = s @ v
        v = v / np.linalg.norm(v)
    return v @ s @ v


@program((S, V))
def least_squares(s, b):
    """The normal equations, of a tall matrix cut from a square one."""
    a = s[:, :2]
    x = np.linalg.solve(a.T @ a, a.T @ b)
    return x, np.sum((a @ x - b) ** 2)


@program((S, V))
def gaussian_log_density(s, x):
    """The log density of a Gaussian, from its covariance."""
    covariance = s @ s.T + np.eye(3)
    _, log_determinant = np.linalg.slogdet(covariance)
    return -0.5 * (x @ np.linalg.solve(covariance, x) + log_determinant + 3 * np.log(2 * np.pi))


@program((S,))
def transposed(s):
    """Transposes cancel and do not."""
    return s.T @ s, (s @ s.T).T, s.T.T + s.transpose()


@program((S,))
def slices_in_products(s):
    """Rows and columns of one matrix are multiplied."""
    return s[0] @ s[:, 1] * s[1:, :2] @ s[:2, 1:]
