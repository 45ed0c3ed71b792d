"""A correlation matrix as the lower triangle that makes independent normals follow it, repaired where it is none of any
variables. Where correlations come from does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from calculations.clo.columns import Floats

INDEFINITE = -1e-10  # an eigenvalue below this, per asset, is no rounding
_CONVERGED = 1e-6  # how far a diagonal entry may be from 1 before it is rescaled
_MOST_EVALUATIONS = 200


@dataclass(frozen=True)
class Repair:
    """How far a matrix that was not positive semi-definite was moved: its smallest eigenvalue, then the Frobenius norm and
    the largest entry of the change. `converged` is False where evaluations ran out before the nearest matrix was found."""

    smallest_eigenvalue: float
    frobenius_distance: float
    largest_change: float
    evaluations: int
    converged: bool


@dataclass(frozen=True, eq=False)
class CorrelationFactor:
    """`lower` (n, n): lower x its transpose is `correlations` (n, n). `repair` is None where nothing had to be changed."""

    correlations: Floats
    lower: Floats
    repair: Repair | None


def correlation_factor(matrix: Floats) -> CorrelationFactor:
    """The lower Cholesky factor of a correlation matrix (n, n), or of the nearest one where it is indefinite.

    Raises ValueError with NOT_SYMMETRIC or DIAGONAL for what is no matrix of correlations. Source: clo-compliance 4.3.
    """
    size = matrix.shape[0]
    if matrix.shape != (size, size) or not np.isfinite(matrix).all() or np.abs(matrix - matrix.T).max() > 1e-12:
        raise ValueError(f"NOT_SYMMETRIC: correlations must be finite, square and symmetric, found {matrix.shape}")
    diagonal = np.diag(matrix)
    worst = float(diagonal[np.argmax(np.abs(diagonal - 1.0))])
    if abs(worst - 1.0) > 1e-12:
        raise ValueError(f"DIAGONAL: an asset's correlation with itself must be 1, found {worst!r}")
    try:
        return CorrelationFactor(matrix, np.asarray(np.linalg.cholesky(matrix), dtype=np.float64), None)
    except np.linalg.LinAlgError:
        smallest = float(np.linalg.eigvalsh(matrix)[0])
    if smallest >= INDEFINITE * size:  # semi-definite: two assets move as one
        return CorrelationFactor(matrix, _semidefinite_factor(matrix), None)
    nearest, evaluations, converged = nearest_correlations(matrix)
    change = nearest - matrix
    repair = Repair(smallest, float(np.linalg.norm(change)), float(np.abs(change).max()), evaluations, converged)
    return CorrelationFactor(nearest, _semidefinite_factor(nearest), repair)


def nearest_correlations(matrix: Floats) -> tuple[Floats, int, bool]:
    """The correlation matrix nearest to a symmetric one in the Frobenius norm; evaluations it took, and whether they sufficed.

    Cutting negative eigenvalues once and rescaling is quicker, but moves what a person stated further than need be. The
    nearest matrix is the positive part of the given one plus a diagonal, and that diagonal the minimum of a smooth convex
    function: tens of eigenvalue problems, where alternating projections (Higham 2002) take hundreds to the same matrix.
    What the last one leaves below zero is cut and the diagonal rescaled, so that the result always is one of correlations.
    Source: Malick, A dual approach to semidefinite least-squares problems, SIAM J. Matrix Anal. Appl. 26 (2004).
    """
    size = matrix.shape[0]

    def dual(diagonal: Floats) -> tuple[float, Floats]:
        values, vectors = np.linalg.eigh(matrix + np.diag(diagonal))
        positive = np.maximum(values, 0.0)
        gradient: Floats = (vectors * vectors) @ positive - 1.0
        return float(positive @ positive / 2.0 - diagonal.sum()), gradient

    found = minimize(
        dual,
        np.zeros(size),
        jac=True,
        method="L-BFGS-B",
        options={"gtol": _CONVERGED, "ftol": 0.0, "maxfun": _MOST_EVALUATIONS, "maxiter": _MOST_EVALUATIONS},
    )
    cut = _semidefinite(matrix + np.diag(found.x))
    scale = 1.0 / np.sqrt(np.diag(cut))
    cut = cut * scale[:, None] * scale[None, :]
    cut = (cut + cut.T) / 2.0
    np.fill_diagonal(cut, 1.0)
    return cut, int(found.nfev), bool(np.abs(found.jac).max() <= 10.0 * _CONVERGED)


def _semidefinite(matrix: Floats) -> Floats:
    """The matrix without its negative eigenvalues."""
    values, vectors = np.linalg.eigh(matrix)
    kept: Floats = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return (kept + kept.T) / 2.0


def _semidefinite_factor(matrix: Floats) -> Floats:
    """A lower factor of a matrix that may be singular: the triangle of its square root, which Cholesky's steps cannot reach."""
    values, vectors = np.linalg.eigh(matrix)
    root: Floats = (vectors * np.sqrt(np.maximum(values, 0.0))).T
    upper = np.asarray(np.linalg.qr(root, mode="r"), dtype=np.float64)
    signs = np.where(np.diag(upper) < 0, -1.0, 1.0)
    return np.tril(upper.T * signs)
