"""Scenarios as arrays for the compiled loop, some at a time: assumption sets, powers to take, index levels. No flows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from calculations.clo.collateral.arrays import ChunkArrays, FeatureArrays, PoolArrays
from calculations.clo.collateral.assets import AssetTerms
from calculations.clo.collateral.prepared import PreparedPool
from calculations.clo.collateral.recovery import NEVER
from calculations.clo.columns import Floats
from calculations.clo.scenarios import RATING, Assumptions, Scenario, Scenarios, vector
from calculations.curves import Curve, spots

CHUNK = 128  # scenarios at a time: their arrays stay in a core's cache, and a machine with many cores is kept busy

MakeChunk = Callable[[], ChunkArrays]


def lags_of(scenarios: Scenarios) -> list[int]:
    """The lags in months that any scenario names, rising."""
    return sorted({assumed.lag_months for item in scenarios.items for assumed in _assumed(item)})


def _assumed(scenario: Scenario) -> Iterator[Assumptions]:
    yield scenario.assumptions
    yield from scenario.by_asset.values()


def check_overrides(assets: Sequence[AssetTerms], scenarios: Scenarios) -> None:
    """Raises ValueError where a scenario assumes something of an asset that is not in the pool."""
    known = {asset.asset_id for asset in assets}
    for item in scenarios.items:
        if unknown := sorted(set(item.by_asset) - known):
            raise ValueError(f"scenario {item.name}: assets must be in the pool, found {', '.join(unknown[:5])}")


def chunks(
    pool: PreparedPool, scenarios: Scenarios, funded: Floats | None = None
) -> Iterator[tuple[slice, PoolArrays, MakeChunk]]:
    """Where each part of the scenarios stands, the pool, and what makes that part's arrays once it is their turn.

    `funded` (scenarios, periods) is the share of each period's draws that is paid; None: all. The only place that
    splits scenarios. All arrays at once would hold an index level per curve and fixing.
    """
    periods = max(len(vector(r)) for item in scenarios.items for a in _assumed(item) for r in _rates(a))
    overridden = sorted({asset_id for item in scenarios.items for asset_id in item.by_asset})
    arrays = _pool_arrays(pool, periods, overridden)
    for start in range(0, len(scenarios), CHUNK):
        items = scenarios.items[start : start + CHUNK]
        where = slice(start, start + len(items))
        paid = np.zeros((0, 0)) if funded is None else np.ascontiguousarray(funded[where])
        yield where, arrays, partial(_chunk_arrays, pool, items, periods, overridden, paid)


def _rates(assumed: Assumptions) -> tuple[float | tuple[float, ...], ...]:
    return assumed.cpr, 0.0 if assumed.cdr == RATING else assumed.cdr, assumed.severity


def _pool_arrays(pool: PreparedPool, periods: int, overridden: list[str]) -> PoolArrays:
    # Rates stop changing at the last period of the longest vector, so later rows of one length share their powers.
    size = max(pool.thetas.size, 1)
    keys, rate_key = np.unique(np.minimum(pool.period, periods - 1) * size + pool.theta, return_inverse=True)
    tracked = np.full(len(pool.assets), NEVER, dtype=np.int64)
    tracked[pool.tracked] = np.arange(pool.tracked.size)
    number = {asset_id: column for column, asset_id in enumerate(overridden)}
    coupon = np.array([asset.coupon for asset in pool.assets], dtype=np.float64)
    spread = np.array([asset.spread for asset in pool.assets], dtype=np.float64)
    return PoolArrays(
        par=pool.par,
        price=pool.price,
        floor=pool.floor,
        cap=pool.cap,
        held_index=coupon - spread,
        is_defaulted=pool.is_defaulted,
        migrates=pool.migrates,
        tracked=tracked,
        override=np.array([number.get(asset_id, NEVER) for asset_id in pool.asset_ids], dtype=np.int64),
        first_row=pool.first_row,
        first_recovery=pool.first_recovery,
        kind=pool.kind,
        period=pool.period,
        year_fraction=pool.year_fraction,
        accrual=pool.accrual,
        coupon=pool.rate,
        fixing=pool.fixing,
        rate_key=rate_key.astype(np.int64),
        key_period=keys // size,
        key_theta=pool.thetas[keys % size],
        share=pool.share,
        is_rated_default=pool.is_rated_default,
        recovery_row=pool.recovery_row,
        cash_period=pool.cash_period,
        default_period=pool.default_period,
        features=_feature_arrays(pool),
    )


def _feature_arrays(pool: PreparedPool) -> FeatureArrays:
    pik = [asset.pik for asset in pool.assets]
    draws = [asset.draws for asset in pool.assets]
    worth = [_deferring_worth(asset) for asset in pool.assets]
    return FeatureArrays(
        pik_balance=np.array([0.0 if item is None else item.balance for item in pik], dtype=np.float64),
        pik_in_par=np.array([item is not None and item.in_par for item in pik], dtype=bool),
        defers_at_start=pool.defers_at_start,
        deferring_worth=np.array(worth, dtype=np.float64),
        unfunded=np.array([0.0 if item is None else item.unfunded for item in draws], dtype=np.float64),
        revolves=np.array([item is not None and item.is_revolving for item in draws], dtype=bool),
        utilisation=np.array(
            [NEVER if item is None or item.utilisation is None else item.utilisation for item in draws],
            dtype=np.float64,
        ),
        pik_share=pool.pik_share,
        is_deferring=pool.is_deferring,
        draw_share=pool.draw_share,
        draw_year_fraction=pool.draw_year_fraction,
        draw_accrual=pool.draw_accrual,
        draw_fee=pool.draw_fee,
        undrawn_fee=pool.undrawn_fee,
        may_draw=pool.may_draw,
        lapses=pool.lapses,
        event=pool.event,
    )


def _deferring_worth(asset: AssetTerms) -> float:
    """Fraction of par that a deferring asset counts: the lower of its market value and its recovery rate."""
    known = [
        value / scale for value, scale in ((asset.market_value, 100.0), (asset.recovery_rate, 1.0)) if value is not None
    ]
    return min(known, default=0.0)


def _chunk_arrays(
    pool: PreparedPool, items: Sequence[Scenario], periods: int, overridden: list[str], funded: Floats
) -> ChunkArrays:
    sets = {assumed: None for item in items for assumed in _assumed(item)}
    number = {assumed: index for index, assumed in enumerate(sets)}
    rates = np.array([[_held(rate, periods) for rate in _rates(assumed)] for assumed in sets])
    curves = list({item.curve: None for item in items if item.curve is not None})
    curve_number: dict[Curve | None, int] = {curve: index for index, curve in enumerate(curves)}
    override = np.full((len(items), len(overridden)), NEVER, dtype=np.int64)
    for s, item in enumerate(items):
        for asset_id, assumed in item.by_asset.items():
            override[s, overridden.index(asset_id)] = number[assumed]
    return ChunkArrays(
        cpr=np.ascontiguousarray(rates[:, 0]),
        cdr=np.ascontiguousarray(rates[:, 1]),
        severity=np.ascontiguousarray(rates[:, 2]),
        is_rating=np.array([assumed.cdr == RATING for assumed in sets], dtype=bool),
        lag=np.searchsorted(pool.lags, [assumed.lag_months for assumed in sets]).astype(np.int64),
        base=np.array([number[item.assumptions] for item in items], dtype=np.int64),
        override=override,
        curve=np.array([curve_number.get(item.curve, NEVER) for item in items], dtype=np.int64),
        levels=_index_levels(pool, curves),
        funded=funded,
    )


def _held(rate: float | tuple[float, ...], periods: int) -> list[float]:
    """A rate by period, the last one held on. Source: clo-collateral-engine 1.1, Q8."""
    given = vector(rate)
    return [given[min(period, len(given) - 1)] for period in range(periods)]


def _index_levels(pool: PreparedPool, curves: list[Curve]) -> Floats:
    """Index of each curve at each fixing (curves, fixings); under COL-32 rounded to 5 decimals, half to even."""
    levels = np.zeros((len(curves), pool.fixing_day.size))
    if curves:
        for months in np.unique(pool.fixing_months):
            is_tenor = pool.fixing_months == months
            levels[:, is_tenor] = spots(curves, pool.fixing_day[is_tenor], int(months))
    return np.round(levels, 5) if "COL-32" in pool.preset else levels
