"""A one-year matrix over shorter periods, and what of it a simulation compares its draws with. No draws, no dates of assets."""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.linalg import sqrtm
from scipy.special import ndtri

from calculations.clo.columns import Days, Floats
from calculations.clo.migration.matrices import TransitionMatrix
from calculations.clo.presets import STANDARD, Preset
from calculations.months import add_months, months_between

Step = Literal["annual", "semi_annual", "quarterly"]
PER_YEAR: dict[Step, int] = {"annual": 1, "semi_annual": 2, "quarterly": 4}
_HALVINGS: dict[Step, int] = {"annual": 0, "semi_annual": 1, "quarterly": 2}
_LABELS: dict[str, Step] = {"ANNUALLY": "annual", "SEMI-ANNUALLY": "semi_annual", "QUARTERLY": "quarterly"}
_ROOT_TOLERANCE = 1e-12  # Frobenius norm of root x root - matrix, per state


@dataclass(frozen=True, eq=False)
class PeriodMatrix:
    """Probabilities (states, states) over one period of a step; rows sum to 1.

    `year_error` is the largest difference between a cell of the one-year matrix and of the periods multiplied back: what
    the projection on probabilities changed, 0 but for rounding where it changed nothing.
    """

    states: tuple[str, ...]
    step: Step
    probabilities: Floats
    year_error: float

    @property
    def cumulative(self) -> Floats:
        """Each row added up from the best state on; exactly 1 from its last positive entry on. Source: Q25."""
        sums = np.cumsum(self.probabilities, axis=1)
        last = self.probabilities.shape[1] - 1 - np.argmax(self.probabilities[:, ::-1] > 0, axis=1)
        return np.where(np.arange(sums.shape[1]) >= last[:, None], 1.0, np.minimum(sums, 1.0))

    @property
    def thresholds(self) -> Floats:
        """Standard normal quantiles of `cumulative`: -inf where nothing is below, +inf where nothing is above."""
        found: Floats = ndtri(self.cumulative)
        return found

    def default_term_structure(self, periods: int) -> Floats:
        """Probability to be in default by the end of each period, (periods + 1, states): of the matrix's powers."""
        found = np.zeros((periods + 1, len(self.states)))
        found[0, -1] = 1.0
        for period in range(periods):
            found[period + 1] = self.probabilities @ found[period]
        # Rounding must not let a probability fall from one period to the next.
        return np.minimum(np.maximum.accumulate(found, axis=0), 1.0)


def read_step(label: str) -> Step:
    """The step of a workbook's label such as Semi-Annually. Raises ValueError for another."""
    step = _LABELS.get(label.strip().upper())
    if step is None:
        raise ValueError(f"rating frequency must be Annually, Semi-Annually or Quarterly, found {label!r}")
    return step


def period_matrix(matrix: TransitionMatrix, step: Step) -> PeriodMatrix:
    """The matrix over one period: the year's, or its square root once or twice, each projected on probabilities.

    Raises ValueError with NO_REAL_ROOT or ROOT_NOT_CONVERGED. Source: clo-compliance 4.2, Q26.
    """
    found = matrix.probabilities
    for _ in range(_HALVINGS[step]):
        found = project_rows(_square_root(found))
    year = np.linalg.matrix_power(found, PER_YEAR[step])
    return PeriodMatrix(matrix.states, step, found, float(np.abs(year - matrix.probabilities).max()))


def _square_root(matrix: Floats) -> Floats:
    with warnings.catch_warnings():
        # A singular matrix may still have a root; whether this one is, is measured below.
        warnings.simplefilter("ignore")
        root = sqrtm(matrix)
    if not np.isfinite(root).all():
        raise ValueError("ROOT_NOT_CONVERGED: the matrix must have a square root, found none")
    size = matrix.shape[0]
    if np.iscomplexobj(root) and np.abs(root.imag).max() > _ROOT_TOLERANCE * size:
        raise ValueError(
            f"NO_REAL_ROOT: a matrix over a shorter period must be real, found imaginary parts up to "
            f"{float(np.abs(root.imag).max()):.3g}: the matrix has negative eigenvalues"
        )
    real: Floats = np.ascontiguousarray(root.real)
    error = float(np.linalg.norm(real @ real - matrix))
    if not error <= _ROOT_TOLERANCE * size:
        raise ValueError(
            f"ROOT_NOT_CONVERGED: the root times itself must give the matrix within {_ROOT_TOLERANCE * size:.3g}, "
            f"found a distance of {error:.3g}"
        )
    return real


def project_rows(matrix: Floats) -> Floats:
    """Each row's nearest point among probabilities: none below 0, sum 1. Shape kept.

    With the K largest entries left above 0, all are moved by the same amount. Source: clo-compliance 4.2.
    """
    size = matrix.shape[1]
    largest = -np.sort(-matrix, axis=1)
    sums = np.cumsum(largest, axis=1)
    is_kept = sums - np.arange(1, size + 1) * largest <= 1.0
    kept = size - np.argmax(is_kept[:, ::-1], axis=1)
    moved = (1.0 - np.take_along_axis(sums, kept[:, None] - 1, axis=1)) / kept[:, None]
    return np.maximum(matrix + moved, 0.0)


def period_dates(analysis: dt.date, step: Step, until: dt.date, preset: Preset = STANDARD) -> Days:
    """The analysis date and the ends of the periods after it, (periods + 1,), up to the first that is not before `until`.

    Every date counts from the analysis date, its day cut to the month's end. Under CMP-23 periods are quarters whatever
    the step, each counted from the date before it. Raises ValueError with NO_PERIODS where nothing is left.
    Source: clo-compliance 4.4, Q23.
    """
    if until <= analysis:
        raise ValueError(f"NO_PERIODS: the last maturity must be after analysis date {analysis}, found {until}")
    months = 3 if "CMP-23" in preset else 12 // PER_YEAR[step]
    count = int(months_between(analysis, until)) // months + 2
    dates = add_months(analysis, months * np.arange(count))
    if "CMP-23" in preset:
        for number in range(1, count):
            dates[number] = add_months(dates[number - 1 : number], months)[0]
    return dates[: int(np.argmax(dates >= np.datetime64(until, "D"))) + 1]
