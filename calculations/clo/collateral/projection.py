"""From a prepared pool and scenarios to flows by deal period, or to the rows of each asset. No deal is paid here."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields

import numpy as np

from calculations.calendars import BusinessCalendar
from calculations.clo.ccc import AGENCIES
from calculations.clo.collateral.arrays import ROW_COLUMNS, FlowArrays, PoolArrays
from calculations.clo.collateral.assets import AssetTerms
from calculations.clo.collateral.chunks import MakeChunk, check_overrides, chunks, lags_of
from calculations.clo.collateral.flows import AssetFlows, CollateralFlows, FeatureFlows
from calculations.clo.collateral.kernel import project_chunk
from calculations.clo.collateral.prepared import PreparedPool, prepare
from calculations.clo.collateral.scenario_events import by_scenario, groups_of_events
from calculations.clo.columns import Floats, Ints
from calculations.clo.deal_dates import DealDates
from calculations.clo.pool_flows import PoolFlows, RatedBalances
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.scenarios import Scenarios

Preparing = Callable[..., PreparedPool]  # `prepare`, or one that remembers


def project(
    assets: Sequence[AssetTerms],
    scenarios: Scenarios,
    dates: DealDates,
    calendar: BusinessCalendar,
    preset: Preset = STANDARD,
    *,
    funded: Floats | None = None,
    threads: int | None = None,
    preparing: Preparing = prepare,
) -> CollateralFlows:
    """Flows and balances of a pool by scenario and deal period, unrounded; the same for any number of threads.

    `funded` (scenarios, periods) is the share of the draws of a period that is paid, None for all: the rest stays
    unfunded, and no later draw is larger for it. `preparing` may remember the pools that it prepared (`functools.cache`),
    for a caller that projects the same assets more than once.
    Raises ValueError for an asset that stands twice, an assumption for an asset that is not in the pool, or curves
    that are not of one day and one set of tenors. Source: clo-collateral-engine 1, 4.2 to 4.4.
    """
    check_overrides(assets, scenarios)
    groups = groups_of_events(assets, scenarios)
    if len(groups) == 1:
        return _projected(groups[0].assets, scenarios, dates, calendar, preset, funded, threads, preparing)
    parts = [
        _projected(
            group.assets,
            Scenarios.of(scenarios.items[i] for i in group.rows),
            dates,
            calendar,
            preset,
            None if funded is None else funded[group.rows],
            threads,
            preparing,
        )
        for group in groups
    ]
    return by_scenario(parts, [group.rows for group in groups], assets)


def _projected(
    assets: Sequence[AssetTerms],
    scenarios: Scenarios,
    dates: DealDates,
    calendar: BusinessCalendar,
    preset: Preset,
    funded: Floats | None,
    threads: int | None,
    preparing: Preparing,
) -> CollateralFlows:
    pool = _prepared(preparing, assets, scenarios, dates.analysis, calendar, preset, dates)
    count, tracked = len(scenarios), pool.tracked
    flows, features = PoolFlows.zeros(count, pool.periods), FeatureFlows.zeros(count, pool.periods)
    balances = np.zeros((count, pool.periods + 1, tracked.size))

    def run(part: tuple[slice, PoolArrays, MakeChunk]) -> None:
        where, arrays, make_chunk = part
        no_rows, no_count = np.zeros((0, 0, len(ROW_COLUMNS))), np.zeros((0, 0), dtype=np.int64)
        project_chunk(arrays, make_chunk(), _flow_arrays(flows, features, balances, where, no_rows, no_count))

    parts = list(chunks(pool, scenarios, funded))
    if len(parts) == 1:  # starting threads takes longer than a small pool
        run(parts[0])
    else:
        with ThreadPoolExecutor(threads or os.cpu_count() or 1) as executor:
            list(executor.map(run, parts))
    rated = {
        agency: RatedBalances(
            balances=balances[:, :, np.searchsorted(tracked, bucket)],
            prices=pool.price[bucket],
            asset_ids=tuple(pool.asset_ids[i] for i in bucket.tolist()),
        )
        for agency in AGENCIES
        for bucket in [pool.rated_ccc(agency)]
    }
    return CollateralFlows(flows=flows, features=features, rated=rated, rejections=pool.rejections)


def project_assets(
    assets: Sequence[AssetTerms],
    scenarios: Scenarios,
    analysis: dt.date,
    calendar: BusinessCalendar,
    preset: Preset = STANDARD,
    *,
    settlement: dt.date | None = None,
    until: dt.date | None = None,
    dates: DealDates | None = None,
    funded: Floats | None = None,
    preparing: Preparing = prepare,
) -> tuple[AssetFlows, ...]:
    """The rows of every asset, one result per scenario; for a few scenarios, as all rows are kept.

    Interest accrues from `settlement` where that is later than the last interest date; after `until` only recoveries
    are paid. `funded` is the share of draws paid by deal period, as in `project`, and needs the deal's `dates`; `preparing`
    as there. Raises ValueError as `project`. Source: clo-collateral-engine 1.
    """
    check_overrides(assets, scenarios)
    found: dict[int, AssetFlows] = {}
    for group in groups_of_events(assets, scenarios):
        some = Scenarios.of(scenarios.items[i] for i in group.rows)
        pool = _prepared(preparing, group.assets, some, analysis, calendar, preset, dates, settlement, until)
        paid = None if funded is None else funded[group.rows]
        found |= dict(zip(group.rows.tolist(), _rows_of(pool, some, paid), strict=True))
    return tuple(found[i] for i in range(len(scenarios)))


def _prepared(
    preparing: Preparing,
    assets: Sequence[AssetTerms],
    scenarios: Scenarios,
    analysis: dt.date,
    calendar: BusinessCalendar,
    preset: Preset,
    dates: DealDates | None,
    settlement: dt.date | None = None,
    until: dt.date | None = None,
) -> PreparedPool:
    """The one form in which pools are prepared here, so that what remembers them knows the same one again."""
    lags = tuple(lags_of(scenarios))
    return preparing(
        tuple(assets), analysis, calendar, lags, dates=dates, preset=preset, settlement=settlement, until=until
    )


def _rows_of(pool: PreparedPool, scenarios: Scenarios, funded: Floats | None) -> Iterator[AssetFlows]:
    size = len(scenarios)
    flows, features = PoolFlows.zeros(size, pool.periods), FeatureFlows.zeros(size, pool.periods)
    balances = np.zeros((size, pool.periods + 1, pool.tracked.size))
    rows = np.zeros((size, pool.kind.size, len(ROW_COLUMNS)))
    count = np.zeros((size, len(pool.assets)), dtype=np.int64)
    for where, arrays, make_chunk in chunks(pool, scenarios, funded):
        project_chunk(arrays, make_chunk(), _flow_arrays(flows, features, balances, where, rows[where], count[where]))
    for s, name in enumerate(scenarios.names):
        yield _asset_flows(pool, name, rows[s], count[s])


def _asset_flows(pool: PreparedPool, name: str, rows: Floats, count: Ints) -> AssetFlows:
    lengths = np.diff(pool.first_row)
    number = np.repeat(np.arange(lengths.size), lengths)
    is_kept = np.arange(rows.shape[0]) - pool.first_row[number] < count[number]
    return AssetFlows(
        scenario=name,
        asset_id=tuple(pool.asset_ids[i] for i in number[is_kept].tolist()),
        paid=pool.paid[is_kept],
        accrual_begin=pool.accrual_begin[is_kept],
        **{column: rows[is_kept, i] for i, column in enumerate(ROW_COLUMNS)},
    )


def _flow_arrays(
    flows: PoolFlows, features: FeatureFlows, tracked: Floats, where: slice, rows: Floats, count: Ints
) -> FlowArrays:
    parts = {field.name: getattr(part, field.name)[where] for part in (flows, features) for field in fields(part)}
    return FlowArrays(**parts, tracked=tracked[where], rows=rows, row_count=count)
