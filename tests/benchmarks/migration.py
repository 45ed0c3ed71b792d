"""Times rating migration: paths of a whole universe, what of it is random numbers, and a deal paid under paths."""

from __future__ import annotations

import datetime as dt
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from calculations.clo.columns import as_text
from calculations.clo.deal import Holdings
from calculations.clo.migration.correlations import illustrative_correlations, system_correlations
from calculations.clo.migration.deal_paths import run_paths
from calculations.clo.migration.default_times import simulate_default_times
from calculations.clo.migration.factors import correlation_factor
from calculations.clo.migration.kernel import correlate
from calculations.clo.migration.matrices import illustrative_matrix
from calculations.clo.migration.paths import BATCH, MigrationModel, generator, simulate
from calculations.clo.migration.periods import period_dates, period_matrix
from calculations.clo.migration.schedules import ScheduledBalances, scheduled_balances, universe_of
from tests.benchmarks.clo import ANALYSIS, CALENDAR, INDEX, Timed, loans, priced_deal, repeated, scenarios

ASSETS, PATHS, QUARTERS = 488, 10_000, 20


def migration_engine() -> list[Timed]:
    """All lines, in order."""
    model, pool = model_of(ASSETS, ANALYSIS.replace(year=ANALYSIS.year + QUARTERS // 4))
    pools = {"universe": pool}
    size = f"{PATHS:,} paths, {ASSETS} assets, {QUARTERS} quarters"
    whole = repeated(f"migration: {size}", lambda: simulate(model, pools, PATHS, 1), "5 s, 1 GB")
    one = repeated("  on one worker", lambda: simulate(model, pools, PATHS, 1, workers=1))
    took = processor_seconds(lambda: simulate(model, pools, PATHS, 1, workers=1))
    random, products = _parts(model)
    rest = took - random - products
    shares = (
        f"random numbers {random / took:.0%}, products {products / took:.0%}, states and balances {rest / took:.0%}"
    )
    found = [
        replace(whole, note=f"{_megabytes(model, pools):,.0f} MB"),
        replace(one, note=f"{took:.1f} s of processor: {shares}"),
        repeated(f"days of default: {size}", lambda: simulate_default_times(model, pools, PATHS, 1)),
    ]
    indefinite = _indefinite(ASSETS)
    found.append(repeated(f"repair of {ASSETS} x {ASSETS} correlations", lambda: correlation_factor(indefinite)))

    model, pool = model_of(200, dt.date(2025, 6, 23))
    deal, base = priced_deal("MAG17"), scenarios(1).items[0]
    held = Holdings(pool.assets, ANALYSIS, CALENDAR, INDEX)
    drawn = simulate(model, {"deal": pool}, 1_000, 1)
    found += [
        repeated(f"{count:,} paths of a deal of 200 loans", partial(run_paths, deal, held, base, drawn, range(count)))
        for count in (20, 100, 1_000)
    ]
    return found


def model_of(count: int, until: dt.date) -> tuple[MigrationModel, ScheduledBalances]:
    """So many loans, two to an issuer and 30 industries, ratings from BB to CCC, by quarters."""
    ratings = ("BB", "BB-", "B+", "B", "B", "B-", "CCC+")
    assets = [replace(asset, sp_rating=ratings[number % 7]) for number, asset in enumerate(loans(count))]
    pool = scheduled_balances(assets, ANALYSIS, CALENDAR)
    place = {asset_id: number for number, asset_id in enumerate(as_text(pool.asset_ids).tolist())}
    universe = universe_of(
        pool,
        {asset_id: f"I{number // 2}" for asset_id, number in place.items()},
        {asset_id: f"K{number % 30}" for asset_id, number in place.items()},
    )
    factor = correlation_factor(system_correlations(universe, illustrative_correlations()))
    matrix = period_matrix(illustrative_matrix(), "quarterly")
    return MigrationModel(universe, matrix, factor, period_dates(ANALYSIS, "quarterly", until)), pool


def _parts(model: MigrationModel) -> tuple[float, float]:
    """Seconds of one processor for the random numbers of all paths, and for making them correlated."""
    random = generator(1, 0)
    drawn = np.empty((model.universe.size, BATCH), dtype=np.float32)
    lower, correlated = model.factor.lower.astype(np.float32), np.empty_like(drawn)
    times = -(-PATHS // BATCH) * model.periods

    def draw() -> None:
        for _ in range(times):
            random.standard_normal(dtype=np.float32, out=drawn)

    def multiply() -> None:
        for _ in range(times):
            correlate(lower, drawn, correlated)

    return processor_seconds(draw), processor_seconds(multiply)


def processor_seconds(work: Callable[[], Any]) -> float:
    """Seconds of processor of one call: shares of them hold on a busy machine too."""
    started = time.process_time()
    work()
    return time.process_time() - started


def _megabytes(model: MigrationModel, pools: dict[str, ScheduledBalances]) -> float:
    """The most that one run holds at a time."""
    tracemalloc.start()
    simulate(model, pools, PATHS, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1024**2


def _indefinite(size: int) -> np.ndarray:
    """Random correlations, such as a person might state them pair by pair."""
    upper = np.triu(np.random.default_rng(3).uniform(-0.1, 0.7, (size, size)), 1)
    found: np.ndarray = upper + upper.T + np.eye(size)
    return found
