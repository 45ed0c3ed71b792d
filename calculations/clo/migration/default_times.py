"""Days of default drawn outright, by a Gaussian copula: one draw per asset and path, not one a period. Ratings do not
migrate here; an asset keeps its state until it defaults or matures.

Who is late in one period is late in the next by the same draw, so that correlation holds through time by construction,
where fresh draws each period know it within a period only.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import ndtr

from calculations.clo.columns import Floats, Ints
from calculations.clo.migration.kernel import NEVER, correlate
from calculations.clo.migration.paths import BATCH, Batch, MigrationModel, Normals, Simulation, opened, run_batches
from calculations.clo.migration.schedules import ScheduledBalances


def simulate_default_times(
    model: MigrationModel,
    pools: Mapping[str, ScheduledBalances],
    paths: int,
    seed: int | None = None,
    *,
    loadings: Floats | None = None,
    workers: int | None = None,
) -> Simulation:
    """Draw a day of default per asset and path, and tally each pool; the same for one seed whatever the number of workers.

    An asset's probability to default by a date is that of the matrix's powers from its initial state, within a period by a
    constant hazard. Draws follow the model's correlations, or with `loadings` (n,) one common factor: two assets then
    correlate by the product of theirs. Raises ValueError with LOADINGS for other numbers than from -1 to 1, one per asset.
    """
    if loadings is not None and (
        loadings.shape != (model.universe.size,) or not (np.isfinite(loadings) & (np.abs(loadings) <= 1)).all()
    ):
        raise ValueError(
            f"LOADINGS: the common factor needs {model.universe.size} numbers from -1 to 1, found shape {loadings.shape}"
        )
    term_structure = model.matrix.default_term_structure(model.periods)

    def make(random: np.random.Generator) -> Batch:
        normals = _full(model, random) if loadings is None else _one_factor(loadings, random)
        return _defaulted(model, term_structure, normals)

    return run_batches(model, pools, paths, seed, make, workers)


def _full(model: MigrationModel, random: np.random.Generator) -> Normals:
    drawn = random.standard_normal((model.universe.size, BATCH), dtype=np.float32)
    correlated = np.empty_like(drawn)
    correlate(np.ascontiguousarray(model.factor.lower, dtype=np.float32), drawn, correlated)
    return correlated


def _one_factor(loadings: Floats, random: np.random.Generator) -> Floats:
    common = random.standard_normal(BATCH)
    own = random.standard_normal((loadings.size, BATCH))
    return loadings[:, None] * common + np.sqrt(1.0 - loadings**2)[:, None] * own


def _defaulted(model: MigrationModel, term_structure: Floats, normals: Normals | Floats) -> Batch:
    """Days of default from normals (n, paths), a high one being early as a high one is a downgrade, and states by them."""
    batch = opened(model, normals.shape[1])
    opening, last = batch.states[0, :, 0], len(model.matrix.states) - 1
    probability = ndtr(-normals.astype(np.float64))
    for state in np.unique(opening[opening != last]).tolist():
        own = opening == state
        batch.default_day[own] = days_of_default(probability[own], term_structure[:, state], model.days)
    is_after_maturity = (batch.default_day > model.maturity_days[:, None]) & (opening != last)[:, None]
    batch.default_day[is_after_maturity] = NEVER
    for period, day in enumerate(model.days.tolist()[1:], start=1):
        is_matured = (model.maturity_days < day) & (opening != last)
        following = np.where(is_matured, last + 1, opening)[:, None]
        has_defaulted = (batch.default_day != NEVER) & (batch.default_day <= day)
        batch.states[period] = np.where(has_defaulted, last, following)
    return batch


def days_of_default(probability: Floats, by_date: Floats, days: Ints) -> Ints:
    """The day by which default has just the given probability, -1 where that is beyond the last date; shape kept.

    `by_date` (dates,) is the probability to have defaulted by each of `days` (dates,). Within a period survival falls at a
    constant hazard, where all default by its end evenly. A day is never that on which a period begins.
    """
    end = np.searchsorted(by_date, probability, side="left")
    is_found = end < days.size
    end = np.clip(end, 1, days.size - 1)
    before, after = by_date[end - 1], by_date[end]
    with np.errstate(all="ignore"):
        # Logarithms of 1 - x lose a small x; and where even these are alike, nothing but an even spread is left.
        fallen, whole = np.log1p(-probability) - np.log1p(-before), np.log1p(-after) - np.log1p(-before)
        has_hazard = np.isfinite(whole) & (whole < 0)
        share = np.where(has_hazard, fallen / whole, (probability - before) / (after - before))
    share = np.clip(np.where(is_found, share, 1.0), 0.0, 1.0)
    length = days[end] - days[end - 1]
    day = days[end - 1] + np.maximum(np.ceil(share * length), 1).astype(np.int64)
    return np.where(is_found, day, NEVER)
