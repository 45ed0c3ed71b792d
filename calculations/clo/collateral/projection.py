"""From a prepared pool and scenarios to flows by deal period, or to the rows of each asset. No deal is paid here."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np

from calculations.calendars import BusinessCalendar
from calculations.clo.ccc import AGENCIES
from calculations.clo.collateral.arrays import ROW_COLUMNS, FlowArrays, PoolArrays
from calculations.clo.collateral.assets import AssetTerms, Rejection
from calculations.clo.collateral.chunks import MakeChunk, check_overrides, chunks, lags_of
from calculations.clo.collateral.kernel import project_chunk
from calculations.clo.collateral.prepared import PreparedPool, prepare
from calculations.clo.columns import Floats, Ints
from calculations.clo.deal_dates import DealDates
from calculations.clo.pool_flows import PoolFlows, RatedBalances
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.ratings import Agency
from calculations.clo.scenarios import Scenarios
from calculations.daycount import Days


@dataclass(frozen=True, eq=False)
class FeatureFlows:
    """What only some loans do, beside `PoolFlows`: flows (scenarios, periods), balances (scenarios, periods + 1).

    `draws` are paid out to borrowers and in the performing balance from then on; `capitalised` interest was not paid.
    `unfunded` is what may still be drawn, `deferring_haircut` what performing par of loans that defer for too long is
    worth less than par. Source: clo-extensions 3.1, 3.2.
    """

    draws: Floats
    capitalised: Floats
    unfunded: Floats
    deferring_haircut: Floats

    @classmethod
    def zeros(cls, scenarios: int, periods: int) -> FeatureFlows:
        flows, balances = (scenarios, periods), (scenarios, periods + 1)
        return cls(np.zeros(flows), np.zeros(flows), np.zeros(balances), np.zeros(balances))


@dataclass(frozen=True, eq=False)
class CollateralFlows:
    """What a pool pays its deal. `rated` are balances in each agency's CCC bucket; `rejections` took no part."""

    flows: PoolFlows
    features: FeatureFlows
    rated: dict[Agency, RatedBalances]
    rejections: tuple[Rejection, ...]


@dataclass(frozen=True, eq=False)
class AssetFlows:
    """Rows of every asset in one scenario; arrays of shape (rows,), money in the deal's currency.

    Balances but `begin_balance` are at the end of the row. Source: clo-collateral-engine 1.11; clo-extensions 3.
    """

    scenario: str
    asset_id: tuple[str, ...]
    paid: Days
    accrual_begin: Days
    coupon: Floats
    begin_balance: Floats
    default: Floats
    default_value: Floats
    interest: Floats
    scheduled: Floats
    unscheduled: Floats
    recovery: Floats
    net_loss: Floats
    end_balance: Floats
    defaulted: Floats
    defaulted_value: Floats
    pik_interest: Floats
    pik_balance: Floats
    draw: Floats
    unfunded_balance: Floats
    fees: Floats
    premium: Floats
    restructuring_loss: Floats

    @property
    def total(self) -> Floats:
        """Cash of each row: interest and fees, principal with premium, recoveries."""
        return self.interest + self.fees + self.scheduled + self.unscheduled + self.premium + self.recovery

    def balance_on(self, asset_id: str, date: dt.date) -> float:
        """Balance of an asset at the end of a day: what it begins with before its first row, 0 after its last.

        Source: clo-collateral-engine 1.11.
        """
        is_asset = np.array([item == asset_id for item in self.asset_id], dtype=bool)
        paid, day = self.paid[is_asset], np.datetime64(date, "D")
        if not paid.size or day > paid[-1]:
            return 0.0
        on_or_before = int(np.searchsorted(paid, day, side="right"))
        if on_or_before == 0:
            return float(self.begin_balance[is_asset][0])
        return float(self.end_balance[is_asset][on_or_before - 1])


def project(
    assets: Sequence[AssetTerms],
    scenarios: Scenarios,
    dates: DealDates,
    calendar: BusinessCalendar,
    preset: Preset = STANDARD,
    *,
    threads: int | None = None,
) -> CollateralFlows:
    """Flows and balances of a pool by scenario and deal period, unrounded; the same for any number of threads.

    Raises ValueError for an asset that stands twice, an assumption for an asset that is not in the pool, or curves
    that are not of one day and one set of tenors. Source: clo-collateral-engine 1, 4.2 to 4.4.
    """
    pool = prepare(assets, dates.analysis, calendar, lags_of(scenarios), dates=dates, preset=preset)
    check_overrides(assets, scenarios)
    count, tracked = len(scenarios), pool.tracked
    flows, features = PoolFlows.zeros(count, pool.periods), FeatureFlows.zeros(count, pool.periods)
    balances = np.zeros((count, pool.periods + 1, tracked.size))

    def run(part: tuple[slice, PoolArrays, MakeChunk]) -> None:
        where, arrays, make_chunk = part
        no_rows, no_count = np.zeros((0, 0, len(ROW_COLUMNS))), np.zeros((0, 0), dtype=np.int64)
        project_chunk(arrays, make_chunk(), _flow_arrays(flows, features, balances, where, no_rows, no_count))

    parts = list(chunks(pool, scenarios))
    if len(parts) == 1:  # starting threads takes longer than a small pool
        run(parts[0])
    else:
        with ThreadPoolExecutor(threads or os.cpu_count() or 1) as executor:
            list(executor.map(run, parts))
    rated = {
        agency: RatedBalances(balances=balances[:, :, np.searchsorted(tracked, bucket)], prices=pool.price[bucket])
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
) -> tuple[AssetFlows, ...]:
    """The rows of every asset, one result per scenario; for a few scenarios, as all rows are kept.

    Interest accrues from `settlement` where that is later than the last interest date; after `until` only recoveries
    are paid. Raises ValueError as `project`. Source: clo-collateral-engine 1.
    """
    pool = prepare(assets, analysis, calendar, lags_of(scenarios), preset=preset, settlement=settlement, until=until)
    check_overrides(assets, scenarios)
    flows, features = PoolFlows.zeros(len(scenarios), 0), FeatureFlows.zeros(len(scenarios), 0)
    balances = np.zeros((len(scenarios), 1, pool.tracked.size))
    rows = np.zeros((len(scenarios), pool.kind.size, len(ROW_COLUMNS)))
    count = np.zeros((len(scenarios), len(pool.assets)), dtype=np.int64)
    for where, arrays, make_chunk in chunks(pool, scenarios):
        project_chunk(arrays, make_chunk(), _flow_arrays(flows, features, balances, where, rows[where], count[where]))
    return tuple(_asset_flows(pool, name, rows[s], count[s]) for s, name in enumerate(scenarios.names))


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
