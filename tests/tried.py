"""Functions that others have written, as they are: `PYTHONPATH=tests python -m tried > docs/tried.md`.

Each call below is differentiated by all its arguments that hold floats, and compared with finite differences. The
record tells what a user of NumPy and SciPy meets; it is made by hand now and then, as it depends on their versions.
"""

from __future__ import annotations

import ast
import contextlib
import io
import sys
import warnings
from collections import Counter
from typing import Any

import numpy as np
import scipy
from scipy import constants, integrate, interpolate, linalg, optimize, special, stats
from scipy.integrate._ivp import common as ivp_common
from scipy.integrate._ivp import rk
from scipy.optimize import _linesearch, _nonlin, _optimize, _trustregion_exact, _zeros_py
from scipy.optimize._lsq import common
from scipy.signal import _waveforms, windows
from scipy.spatial import distance

from programs.harness import Program, cotangent_like, identical, misfit
from programs.oracles import flatten, silently, unflatten
from s2s_ad import ADError, pullback

MODULES = (
    (constants, integrate, interpolate, linalg, optimize, special, stats)
    + (ivp_common, rk, _linesearch, _nonlin, _optimize, _trustregion_exact, _zeros_py, common)
    + (_waveforms, windows, distance)
)
rng = np.random.default_rng(0)
v3, v4 = np.array([0.3, 1.2, -0.7]), np.array([0.3, 1.2, -0.7, 2.0])
pos, srt = np.abs(v4), np.sort(v4)
M = rng.normal(size=(3, 3))
S = M @ M.T + np.eye(3)


def field(t: Any, y: Any) -> Any:
    """A vector field."""
    return np.array([y[1], -y[0] * t])


CALLS = """
optimize.rosen(v4)
optimize.rosen_der(v4)
optimize.rosen_hess(v4)
optimize.rosen_hess_prod(v4, pos)
common.intersect_trust_region(v3 * 0.1, v3, 1.0)
common.evaluate_quadratic(S, v3, v3 * 2)
common.evaluate_quadratic(S, v3, M)
common.build_quadratic_1d(S, v3, pos[:3])
common.minimize_quadratic_1d(1.0, -2.0, -3.0, 4.0)
common.update_tr_radius(1.0, 0.5, 0.6, 0.9, False)
common.CL_scaling_vector(v3, v3 * 2, np.full(3, -5.0), np.full(3, np.inf))
common.solve_lsq_trust_region(3, 3, v3, np.array([3.0, 2.0, 1.0]), M, 0.5)
common.solve_trust_region_2d(S[:2, :2], v3[:2], 0.4)
common.step_size_to_bound(v3, pos[:3], np.full(3, -2.0), np.full(3, 3.0))
common.find_active_constraints(v3, np.full(3, -2.0), np.full(3, 3.0))
common.make_strictly_feasible(v3, np.full(3, -2.0), np.full(3, 3.0))
common.scale_for_robust_loss_function(M, v3, np.array([v3 ** 2, pos[:3], v3 * 0.1]))
common.check_termination(0.001, 1.0, 0.1, 1.0, 0.5, 1e-08, 1e-08)
common.in_bounds(v3, np.full(3, -2.0), np.full(3, 3.0))
ivp_common.norm(v3)
ivp_common.validate_max_step(1.0)
ivp_common.validate_first_step(0.1, 0.0, 1.0)
integrate.simpson(pos)
integrate.trapezoid(pos)
integrate.cumulative_trapezoid(pos)
integrate.romb(np.array([1.0, 2.0, 3.0, 4.0, 6.0]))
integrate.cumulative_simpson(pos)
integrate.fixed_quad(lambda x: x ** 2, 1.0, 2.0)
integrate.newton_cotes(3)
special.softmax(v3)
special.log_softmax(v3)
special.logsumexp(v3)
special.comb(5.0, 2.0)
special.perm(5.0, 2.0)
special.sinc(v3)
special.diric(v3, 3)
special.polygamma(1, pos)
special.factorial(3.0)
special.multigammaln(3.5, 2)
special.jvp(1, pos)
stats.gmean(pos)
stats.hmean(pos)
stats.pmean(pos, 2)
stats.zscore(pos)
stats.skew(pos)
stats.kurtosis(pos)
stats.moment(pos, 3)
stats.variation(pos)
stats.sem(pos)
stats.tmean(pos)
stats.entropy(pos)
stats.pearsonr(pos, v4)
stats.zmap(pos, v4)
stats.gstd(pos)
stats.iqr(pos)
stats.linregress(pos, v4)
windows.hann(5)
windows.gaussian(5, 1.3)
windows.general_hamming(5, 0.6)
windows.general_cosine(5, np.array([0.5, 0.3, 0.2]))
windows.tukey(5, 0.5)
windows.exponential(5, None, 1.3)
windows.kaiser(5, 3.0)
windows.general_gaussian(5, 1.5, 1.3)
windows.cosine(5)
windows.bartlett(5)
_waveforms._chirp_phase(pos, 1.0, 2.0, 4.0)
_waveforms.chirp(pos, 1.0, 2.0, 4.0)
_waveforms.gausspulse(pos * 0.1, 5.0)
_waveforms.sweep_poly(pos, np.array([1.0, 0.5, 0.2]))
_waveforms._sweep_poly_phase(pos, np.poly1d([1.0, 0.5]))
_waveforms.sawtooth(pos)
linalg.norm(v3)
linalg.toeplitz(v3)
linalg.circulant(v3)
linalg.companion(v3)
linalg.hankel(v3)
linalg.leslie(v3, pos[:2])
linalg.block_diag(M, S)
linalg.fiedler(v3)
linalg.helmert(3)
linalg.orthogonal_procrustes(M, S)
linalg.expm(M)
linalg.khatri_rao(M, S)
linalg.issymmetric(S)
_linesearch._cubicmin(0.0, 1.0, -1.0, 1.0, 0.7, 2.0, 1.5)
_linesearch._quadmin(0.0, 1.0, -1.0, 1.0, 0.7)
_optimize.vecnorm(v3)
_optimize.vecnorm(v3, np.inf)
_optimize.vecnorm(v3, 3)
_optimize.is_finite_scalar(2.0)
_optimize.bracket(lambda x: (x - 1.3) ** 2)
_zeros_py._notclose((1.0, 2.0, 3.0))
_zeros_py._secant((1.0, 2.0), (0.5, -0.7))
_zeros_py._compute_divided_differences(np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 5.0]))
_zeros_py._newton_quadratic((1.0, 2.0), (-0.5, 0.7), 1.5, 0.1, 3)
_zeros_py._inverse_poly_zero(1.0, 2.0, 3.0, 1.5, -1.0, 0.5, 2.0, -2.0)
_zeros_py._interpolated_poly(np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 5.0]), 1.5)
_zeros_py.newton(lambda x: x ** 3 - 2.0, 1.0)
_zeros_py.bisect(lambda x: x ** 3 - 2.0, 0.0, 2.0)
interpolate.lagrange(v3, pos[:3])
interpolate.barycentric_interpolate(v3, pos[:3], 0.5)
interpolate.krogh_interpolate(v3, pos[:3], 0.5)
interpolate.pchip_interpolate(np.sort(v3), pos[:3], 0.5)
interpolate.approximate_taylor_polynomial(np.sin, 0.0, 2, 1.0)
constants.convert_temperature(300.0, 'K', 'C')
constants.lambda2nu(0.5)
constants.nu2lambda(0.5)
_nonlin.maxnorm(v3)
_trustregion_exact.gershgorin_bounds(S)
_trustregion_exact.estimate_smallest_singular_value(np.triu(S))
distance.euclidean(pos, v4)
distance.sqeuclidean(pos, v4)
distance.cosine(pos, v4)
distance.correlation(pos, v4)
distance.cityblock(pos, v4)
distance.chebyshev(pos, v4)
distance.canberra(pos, v4)
distance.braycurtis(pos, v4)
distance.minkowski(pos, v4)
distance.seuclidean(pos, v4, pos)
distance.mahalanobis(v3, pos[:3], S)
distance.jensenshannon(pos, pos[::-1])
ivp_common.select_initial_step(field, 0.0, v3[:2], 5.0, 1.0, pos[:2], 1, 5, 1e-3, 1e-6)
rk.rk_step(field, 0.1, v3[:2], v3[1:], 0.2, rk.RK45.A, rk.RK45.B, rk.RK45.C, np.empty((7, 2)))
_optimize._line_for_search(v3, pos[:3], np.full(3, -2.0), np.full(3, 3.0))
np.polyval(v3, 0.7)
np.polyval(v3, v4)
np.polyadd(v3, v4)
np.polymul(v3, v4)
np.polyder(v4)
np.polyint(v4)
np.polyfit(srt, pos, 2)
np.polydiv(v4, v3)
np.polysub(v3, v4)
np.trapezoid(v4, srt)
np.cov(M)
np.corrcoef(M)
np.interp(0.5, srt, pos)
np.gradient(v4)
np.cross(v3, v3 * 2 + 1)
np.kron(M, S)
np.vander(v3)
np.unwrap(v4 * 4)
np.percentile(v4, 30.0)
np.median(v4)
np.quantile(v4, 0.3)
np.average(v4)
np.average(v4, None, pos)
np.nanmean(v4)
np.nanstd(v4)
np.nansum(v4)
np.nanvar(v4)
np.nanmax(v4)
np.nanmedian(v4)
np.apply_along_axis(np.sum, 0, M)
np.piecewise(v4, [v4 < 0, v4 >= 0], [lambda x: -x, lambda x: x * 2])
np.select([v4 < 0, v4 > 1], [v4 * 2, v4 ** 2], 0.5)
np.histogram(v4)
np.convolve(v4, v3)
np.correlate(v4, v3)
np.ediff1d(v4)
np.diff(v4)
np.rot90(M)
np.fliplr(M)
np.flipud(M)
np.roll(v4, 1)
np.block([[M, M], [S, S]])
np.hstack([v3, v4])
np.vstack([v3, v3])
np.dstack([v3, v3])
np.column_stack([v3, v3])
np.tile(v3, 2)
np.resize(v3, (5,))
np.append(v3, v4)
np.insert(v3, 1, 5.0)
np.delete(v3, 1)
np.trim_zeros(v3)
np.extract(v4 > 0, v4)
np.compress(v4 > 0, v4)
np.choose(np.array([0, 1, 0]), [v3, v3 * 2])
np.nan_to_num(v3)
np.real_if_close(v3)
np.sinc(v3)
np.i0(v3)
np.atleast_2d(v3)
np.expand_dims(v3, 0)
np.broadcast_arrays(v3, M)
np.broadcast_to(v3, (2, 3))
np.array_split(v4, 2)
np.split(v4, 2)
np.hsplit(M, 3)
np.moveaxis(M, 0, 1)
np.rollaxis(M, 1)
np.tensordot(M, S)
np.outer(v3, v4)
np.inner(v3, v3 * 2)
np.vdot(v3, v3 * 2)
np.dot(M, v3)
np.matmul(M, S)
np.einsum('ij,jk->ik', M, S)
np.linspace(0.3, 2.0, 5)
np.logspace(0.3, 2.0, 5)
np.geomspace(0.3, 2.0, 5)
np.meshgrid(v3, v4)
np.ptp(v4)
np.cumsum(v4)
np.cumprod(v4)
np.triu(M)
np.tril(M)
np.diag(v3)
np.diagflat(v3)
np.trace(M)
np.take(v4, [0, 2])
np.unique(v4)
np.sort(v4)
np.partition(v4, 2)
np.lexsort((v4,))
np.clip(v4, 0.0, 1.0)
np.round(v4, 1)
np.fix(v3)
np.angle(v3)
np.allclose(v3, v3)
np.isclose(v3, v3)
np.array_equal(v3, v3)
np.apply_over_axes(np.sum, M, [0])
np.put_along_axis(v3, np.array([0]), 2.0, 0)
np.flip(M)
np.poly(v3)
np.roots(v3)
np.linalg.cond(M)
np.linalg.multi_dot([M, S, M])
np.linalg.matrix_power(M, 3)
np.linalg.matrix_rank(M)
np.linalg.tensorsolve(M, v3)
np.linalg.tensorinv(M, 1)
np.linalg.lstsq(M, v3)
np.linalg.pinv(M)
np.linalg.norm(M)
np.linalg.norm(M, 2)
np.linalg.norm(M, 'nuc')
np.linalg.cross(v3, v3 * 2 + 1)
np.linalg.trace(M)
np.linalg.vecdot(v3, v3 * 2)
np.linalg.vector_norm(v3)
np.linalg.matrix_norm(M)
np.linalg.outer(v3, v3)
np.linalg.diagonal(M)
np.linalg.svdvals(M)
np.fft.fftshift(v4)
np.fft.ifftshift(v4)
np.apply_along_axis(lambda x: x.sum() ** 2, 0, M)
np.polynomial.polynomial.polyval(0.5, v4)
np.polynomial.chebyshev.chebval(0.5, v4)
np.polynomial.legendre.legval(0.5, v4)
np.polynomial.hermite.hermval(0.5, v4)
np.polynomial.laguerre.lagval(0.5, v4)
np.polynomial.hermite_e.hermeval(0.5, v4)
np.polynomial.polynomial.polyadd(v3, v4)
np.polynomial.polynomial.polymul(v3, v4)
np.polynomial.polynomial.polyder(v4)
np.polynomial.polynomial.polyint(v4)
np.polynomial.polynomial.polyval2d(0.5, 0.2, M)
np.polynomial.chebyshev.cheb2poly(v4)
np.polynomial.chebyshev.chebmul(v3, v4)
np.polynomial.polynomial.polypow(v3, 2)
np.polynomial.polynomial.polyvander(v3, 2)
np.polynomial.chebyshev.chebinterpolate(np.sin, 3)
np.heaviside(v3, 0.5)
np.logaddexp(v3, v3 * 2)
np.float_power(pos, v4)
np.ix_([0, 1], [1, 2])
np.fill_diagonal(M, 1.0)
np.bartlett(5)
np.hanning(5)
np.kaiser(5, 2.5)
np.identity(3)
np.tri(3)
np.vectorize(lambda x: x * x)(v3)
"""
HEAD = """# Functions of NumPy and SciPy, tried as they are

With NumPy {numpy} and SciPy {scipy}, without a line changed. `right`: the derivative by every argument that holds
floats agrees with finite differences. `refused`: with what words, and what to write instead. Made by
`PYTHONPATH=tests python -m tried > docs/tried.md`. The programs of textbooks are in `tests/programs/numerical.py` and
`tests/programs/textbook.py`.

{summary}

| call | outcome | why | what to write |
|---|---|---|---|"""


def tried(text: str) -> tuple[str, str, str]:
    """The outcome for a call, and for a refusal why and what to write."""
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    function = eval(ast.unparse(call.func))
    arguments = eval(f"({', '.join(map(ast.unparse, call.args))},)")
    program = Program(function, arguments, text)
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        value = silently(function)(*program.arguments())
        try:
            found, back = pullback(function, *program.arguments())
        except ADError as error:
            hint = error.problems[0].hint or ""
            return "refused", ": ".join(problem.message for problem in error.problems[:2]), hint
        except TypeError as error:
            return "refused", str(error), "call it from a function that passes the rest"
        bars = back(cotangent_like(value))[1:]
        if not identical(found, value) or misfit(bars, arguments) is not None:
            return "WRONG", "value or structure", ""
        return compared(program, value, flatten(bars, arguments))


def compared(program: Program, value: Any, gradient: Any) -> tuple[str, str, str]:
    """The verdict on a gradient: right if differences with some step agree."""
    weights = flatten(cotangent_like(value), value)
    arguments = program.arguments()
    point = flatten(arguments, arguments)

    def at(p: Any) -> float:
        return float(flatten(silently(program.function)(*unflatten(p, program.arguments())), value) @ weights)

    for relative in (1e-4, 1e-6):
        steps = [relative * (abs(x) if 0 < abs(x) < np.inf else 1.0) for x in point]
        try:
            slopes = [(at(point + h * e) - at(point - h * e)) / (2 * h) for h, e in zip(steps, np.eye(len(point)))]
        except (ValueError, TypeError, IndexError):
            continue
        if np.allclose(gradient, slopes, rtol=1e-4, atol=1e-5, equal_nan=True):
            return "right", "", ""
    return "rough", "finite differences do not settle there", ""


def main() -> None:
    """Print the page."""
    rows, outcomes = [], Counter[str]()
    for text in CALLS.split("\n")[1:-1]:
        try:
            outcome, why, instead = tried(text)
        except Exception as error:
            outcome, why, instead = "FAILS", repr(error), ""
        outcomes[outcome] += 1
        cells = (f"`{text}`", outcome, why, instead)
        rows.append(f"| {' | '.join(' '.join(cell.replace('|', BAR).split()) for cell in cells)} |")
    summary = " · ".join(f"{outcome}: {count}" for outcome, count in outcomes.most_common())
    print(HEAD.format(numpy=np.__version__, scipy=scipy.__version__, summary=summary), *rows, sep="\n")
    sys.exit(bool(outcomes["WRONG"] + outcomes["FAILS"]))


BAR = "\\|"  # a bar within a cell

if __name__ == "__main__":
    main()
