"""Paths of ratings: correlated draws each period, batch by batch on several processors. What is drawn stands in the kernel;
figures over paths, and defaults drawn without ratings, do not belong here.

Random numbers come by batch of a fixed size, each batch from a seed of its own: no result depends on how many work on it,
and the first paths of a long run are those of a short one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from calculations.clo.columns import Days, Ints
from calculations.clo.migration.factors import CorrelationFactor
from calculations.clo.migration.findings import Finding
from calculations.clo.migration.kernel import NEVER, PoolArrays, TallyArrays, correlate, step, tally
from calculations.clo.migration.periods import PER_YEAR, PeriodMatrix
from calculations.clo.migration.schedules import ScheduledBalances
from calculations.clo.migration.tables import PathTable, balance_columns, count_columns, with_default_rates
from calculations.clo.migration.universe import States, Universe, initial_states
from calculations.clo.presets import STANDARD, Preset

BATCH = 128  # paths at a time: their normals stay in a core's cache
Normals = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class MigrationModel:
    """What paths are drawn from: assets (n,), the matrix of a period, correlations, and dates (periods + 1,) that begin on
    the analysis date. Raises ValueError for correlations of another size, and as `initial_states`."""

    universe: Universe
    matrix: PeriodMatrix
    factor: CorrelationFactor
    dates: Days
    preset: Preset = STANDARD

    def __post_init__(self) -> None:
        if self.factor.lower.shape[0] != self.universe.size:
            raise ValueError(
                f"correlations must be of the universe's {self.universe.size} assets, "
                f"found {self.factor.lower.shape[0]}"
            )
        _ = self.opening  # a rating without a row is an error of the model, not of a run

    @property
    def periods(self) -> int:
        return self.dates.size - 1

    @property
    def days(self) -> Ints:
        """Days from the analysis date to each date, (periods + 1,)."""
        return (self.dates - self.dates[0]).astype(np.int64)

    @cached_property
    def opening(self) -> tuple[States, tuple[Finding, ...]]:
        """Initial states (n,), and what was found about them."""
        return initial_states(self.universe, self.matrix.states)

    @property
    def maturity_days(self) -> Ints:
        """Days from the analysis date to each asset's maturity, (n,)."""
        return (self.universe.maturity - self.dates[0]).astype(np.int64)

    @property
    def rows(self) -> Ints:
        """Row of the matrix that each state migrates by, (states,): its own; under CMP-24 that of AA+ for A+. Source: Q24."""
        states = self.matrix.states
        if "CMP-24" in self.preset and "A+" in states and "AA+" in states:
            return np.array([states.index("AA+" if state == "A+" else state) for state in states], dtype=np.int64)
        return np.arange(len(states))


@dataclass(frozen=True, eq=False)
class Batch:
    """Some paths: states (periods + 1, n, paths) and days from the analysis date to default (n, paths), -1 for none.

    A state beyond the matrix's last is matured.
    """

    states: NDArray[np.int8]
    default_day: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Simulation:
    """What was drawn. `seed` draws it again; `default_day` (paths, n) as in `Batch`; `tables` by pool; `asset_id` (n,)."""

    seed: int
    dates: Days
    asset_id: tuple[str, ...]
    default_day: NDArray[np.int32]
    tables: Mapping[str, PathTable]


MakeBatch = Callable[[np.random.Generator], Batch]


def simulate(
    model: MigrationModel,
    pools: Mapping[str, ScheduledBalances],
    paths: int,
    seed: int | None = None,
    *,
    workers: int | None = None,
) -> Simulation:
    """Draw paths of ratings and tally each pool; the same for one seed whatever the number of workers.

    Without a seed one is drawn, and stated in the result. A pool's assets must be in the universe. Raises ValueError
    for fewer paths than one. Source: clo-compliance 4.4 to 4.6.
    """
    return run_batches(model, pools, paths, seed, lambda random: migrated(model, _fresh(model, random), BATCH), workers)


def states_of_paths(model: MigrationModel, seed: int, paths: Sequence[int]) -> NDArray[np.int8]:
    """States of chosen paths of a run with that seed, (paths, periods + 1, n), drawn again batch by batch."""
    found = np.empty((len(paths), model.periods + 1, model.universe.size), dtype=np.int8)
    wanted = np.asarray(paths, dtype=np.int64)
    for number in np.unique(wanted // BATCH).tolist():
        batch = migrated(model, _fresh(model, generator(seed, number)), BATCH)
        for row in np.flatnonzero(wanted // BATCH == number).tolist():
            found[row] = batch.states[:, :, wanted[row] % BATCH]
    return found


def generator(seed: int, batch: int) -> np.random.Generator:
    """Random numbers of one batch of a run."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(batch,)))


def migrated(model: MigrationModel, normals: Iterable[Normals], paths: int) -> Batch:
    """States by independent normals (n, paths) of each period in turn. Source: clo-compliance 4.4."""
    maturity, days = model.maturity_days, model.days
    thresholds, rows = model.matrix.thresholds, model.rows
    lower = np.ascontiguousarray(model.factor.lower, dtype=np.float32)
    batch = opened(model, paths)
    states = batch.states
    correlated = np.empty((model.universe.size, paths), dtype=np.float32)
    for period, drawn in enumerate(normals):
        correlate(lower, drawn, correlated)
        day = int(days[period + 1])
        step(states[period], states[period + 1], batch.default_day, correlated, thresholds, rows, maturity, day)
    return batch


def opened(model: MigrationModel, paths: int) -> Batch:
    """A batch on the analysis date; what comes later is still to be filled in."""
    opening = model.opening[0]
    states = np.empty((model.periods + 1, model.universe.size, paths), dtype=np.int8)
    states[0] = opening[:, None]
    default_day = np.full((model.universe.size, paths), NEVER, dtype=np.int32)
    default_day[opening == len(model.matrix.states) - 1] = 0
    return Batch(states, default_day)


def _fresh(model: MigrationModel, random: np.random.Generator) -> Iterator[Normals]:
    """Independent normals of each period, in one array that is drawn over. One for every asset, whatever its state."""
    drawn = np.empty((model.universe.size, BATCH), dtype=np.float32)
    for _ in range(model.periods):
        yield random.standard_normal(dtype=np.float32, out=drawn)


def run_batches(
    model: MigrationModel,
    pools: Mapping[str, ScheduledBalances],
    paths: int,
    seed: int | None,
    make: MakeBatch,
    workers: int | None,
) -> Simulation:
    """Any kind of paths, made by batch and tallied."""
    if paths < 1:
        raise ValueError(f"paths must be a whole number >= 1, found {paths}")
    entropy = np.random.SeedSequence(seed).entropy
    assert isinstance(entropy, int)
    arrays = {name: pool_arrays(model, schedule) for name, schedule in pools.items()}
    tables = {name: _empty_table(model, paths) for name in pools}
    default_day = np.empty((paths, model.universe.size), dtype=np.int32)
    days, rows = model.days, model.rows

    def run(number: int) -> None:
        where = slice(number * BATCH, min((number + 1) * BATCH, paths))
        batch = make(generator(entropy, number))
        default_day[where] = batch.default_day.T[: where.stop - where.start]
        for name, table in tables.items():
            out = TallyArrays(table.counts[where], table.balances[where])
            tally(batch.states, batch.default_day, days, rows, arrays[name], out)

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as executor:
        list(executor.map(run, range(-(-paths // BATCH))))
    per_year = PER_YEAR[model.matrix.step]
    return Simulation(
        seed=entropy,
        dates=model.dates,
        asset_id=tuple(model.universe.asset_id.tolist()),
        default_day=default_day,
        tables={name: with_default_rates(table, per_year, model.preset) for name, table in tables.items()},
    )


def pool_arrays(model: MigrationModel, schedule: ScheduledBalances) -> PoolArrays:
    """A pool as the kernel takes it, held on to the last date. Under CMP-29 a final payment counts twice.

    Raises ValueError for a schedule of another analysis date, or an asset that is not in the universe. Source: Q29.
    """
    if np.datetime64(schedule.analysis, "D") != model.dates[0]:
        raise ValueError(f"a pool's schedule must begin on {model.dates[0]}, found {schedule.analysis}")
    reaching = schedule.until(int(model.days[-1]))
    return PoolArrays(
        number=model.universe.numbers_of(schedule.asset_ids),
        balance=reaching.balance,
        repaid=reaching.repaid,
        final=reaching.final_payment if "CMP-29" in model.preset else np.zeros(len(schedule.assets)),
    )


def _empty_table(model: MigrationModel, paths: int) -> PathTable:
    states, dates = model.matrix.states, model.dates.size
    return PathTable(
        states=states,
        dates=model.dates,
        counts=np.zeros((paths, dates, len(count_columns(states))), dtype=np.int32),
        balances=np.zeros((paths, dates, len(balance_columns(states))), dtype=np.float64),
    )
