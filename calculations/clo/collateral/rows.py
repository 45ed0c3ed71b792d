"""The dated rows of a pool's assets: when each pays, over which fraction of a year, what falls due. No scenarios, no money.

A row is an interest date, a date on which only principal is due, an event, or a date after the end on which only
recoveries come. Rows of all assets are worked out at once; what an asset does beside paying by its schedule is laid over
its rows in `feature_rows`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculations import daycount
from calculations.calendars import BusinessCalendar, as_days
from calculations.clo.collateral.assets import AssetTerms
from calculations.clo.collateral.dates import PoolDates, months_between_payments
from calculations.clo.collateral.drawings import Drawings
from calculations.clo.collateral.event_terms import EVENT_COLUMNS
from calculations.clo.collateral.features import AssetEvent
from calculations.clo.collateral.principal_due import PrincipalDue, principal_due
from calculations.clo.collateral.recovery import recovery_rows
from calculations.clo.columns import Flags, Floats, Ints
from calculations.clo.presets import STANDARD, Preset
from calculations.daycount import Days, year_fraction
from calculations.ragged import by_name, day_keys, first_rows

INTEREST, PRINCIPAL, RECOVERY, EVENT = 0, 1, 2, 3


@dataclass(frozen=True, eq=False)
class ScheduledAsset:
    """An asset with the events that happen to it in order, the months between its payments, and when principal falls due."""

    asset: AssetTerms
    events: tuple[AssetEvent, ...]
    months: int
    due: PrincipalDue


def scheduled(
    asset: AssetTerms, events: Sequence[AssetEvent], calendar: BusinessCalendar, preset: Preset = STANDARD
) -> ScheduledAsset:
    """The asset with its schedule. Raises ValueError naming the asset where its payments a year are impossible."""
    months = months_between_payments(asset, preset)
    return ScheduledAsset(asset, tuple(events), months, principal_due(asset, events, calendar, preset))


@dataclass(frozen=True, eq=False)
class PoolRows:
    """Rows asset by asset in order of date; arrays of shape (rows,) unless said otherwise, features at rest.

    `asset` numbers the asset of a row, those of asset `i` are `first_row[i]` to `first_row[i + 1]`. `period` counts the
    asset's own interest periods from 0; a principal or event row stands in the one that is running. `accrual` is what a
    unit of balance earns but for its index, `year_fraction` what it earns of the index where `fixing` is a day (NaT:
    none), `rate` the annual rate behind `accrual`. `share` is what of the balance an instalment repays. `pik_share` of
    interest is capitalised; `is_deferring` after the row, `defers_at_start` (assets,) before the first, for longer than
    its terms allow. `event` (rows, columns) are the fractions of `event_terms`. `first_recovery` (lags, assets) and
    `recovery_row` (lags, rows) are as `recovery_rows` gives them, counted from the first row of the asset.
    """

    first_row: Ints
    asset: Ints
    paid: Days
    accrual_begin: Days
    kind: Ints
    period: Ints
    year_fraction: Floats
    accrual: Floats
    rate: Floats
    fixing: Days
    share: Floats
    is_rated_default: Flags
    pik_share: Floats
    defers_at_start: Flags
    is_deferring: Flags
    drawings: Drawings
    event: Floats
    first_recovery: Ints
    recovery_row: Ints


def pool_rows(
    items: Sequence[ScheduledAsset], dates: PoolDates, analysis: dt.date, lags: Ints, preset: Preset = STANDARD
) -> PoolRows:
    """The rows of assets on their dates after the analysis date, with recoveries placed for each lag in months of `lags`.

    An asset that has matured has no rows, unless it is in default and still to be recovered. Source:
    clo-collateral-engine 1.2 to 1.10.
    """
    size = len(items)
    due = _Due.of(items)
    asset, paid, kind, period = _placed(items, dates, due, analysis)
    first_row = first_rows(np.bincount(asset, minlength=size))
    # The end before the row's period; what is looked up for a first period, another asset's end, is not taken.
    begin = np.where(period == 0, dates.start[asset], dates.ends.paid[dates.first_end[asset] + period - 1])
    is_floating = np.array([item.asset.is_floating for item in items], dtype=bool)
    is_indexed = is_floating[asset] & (period > 0) & (kind != RECOVERY)
    fraction, rate = _earnings(items, asset, begin, paid, is_indexed)
    is_between = (kind == PRINCIPAL) | (kind == EVENT)
    row_of_end = np.flatnonzero(~is_between) - first_row[dates.ends.loan]
    months = np.array([item.months for item in items], dtype=np.int64)
    first_recovery, recovery = recovery_rows(dates, row_of_end, asset, paid, period, is_between, lags, months, preset)
    return PoolRows(
        first_row=first_row,
        asset=asset,
        paid=paid,
        accrual_begin=begin,
        kind=kind,
        period=period,
        year_fraction=np.where(is_indexed, fraction, 0.0),
        accrual=fraction * rate,
        rate=rate,
        fixing=np.where(is_indexed, begin, np.datetime64("NaT", "D")),
        share=_shares_due(due, asset, paid, kind, dates.maturity),
        is_rated_default=np.array([item.asset.is_rated_default(item.asset.maturity) for item in items], dtype=bool)[
            asset
        ],
        pik_share=np.zeros(paid.shape),
        defers_at_start=np.zeros(size, dtype=bool),
        is_deferring=np.zeros(paid.shape, dtype=bool),
        drawings=Drawings.none(paid.size),
        event=np.zeros((paid.size, EVENT_COLUMNS)),
        first_recovery=first_recovery,
        recovery_row=recovery,
    )


@dataclass(frozen=True, eq=False)
class _Due:
    """What falls due of principal beside interest dates or on them, (n,), asset by asset in order."""

    asset: Ints
    dates: Days
    shares: Floats

    @classmethod
    def of(cls, items: Sequence[ScheduledAsset]) -> _Due:
        with_dates = [(number, item.due) for number, item in enumerate(items) if item.due.dates.size]
        return cls(
            np.repeat([number for number, _ in with_dates], [due.dates.size for _, due in with_dates]).astype(np.int64),
            np.concatenate([as_days([]), *[due.dates for _, due in with_dates]]),
            np.concatenate([np.zeros(0), *[due.shares for _, due in with_dates]]),
        )


def _placed(
    items: Sequence[ScheduledAsset], dates: PoolDates, due: _Due, analysis: dt.date
) -> tuple[Ints, Days, Ints, Ints]:
    """Asset, date, kind and period of each row, in order."""
    ends, last = dates.ends, dates.last_performing
    end_keys = day_keys(ends.loan, ends.paid)
    # Dates on which only principal is due: instalments that fall between two interest dates.
    due_keys = day_keys(due.asset, due.dates)
    running = np.searchsorted(end_keys, due_keys)
    is_end = np.searchsorted(end_keys, due_keys, side="right") > running
    is_between = (due.dates > np.datetime64(analysis, "D")) & (due.dates <= last[due.asset]) & ~is_end
    happening = [
        (number, event.date)
        for number, item in enumerate(items)
        for event in happening_until(item.events, last[number])
    ]
    event_asset = np.array([number for number, _ in happening], dtype=np.int64)
    event_day = as_days([date for _, date in happening])
    # What happens on an interest date comes after its payment, thus in the next period.
    event_end = np.searchsorted(end_keys, day_keys(event_asset, event_day), side="right")

    asset = np.concatenate([ends.loan, due.asset[is_between], event_asset])
    paid = np.concatenate([ends.paid, due.dates[is_between], event_day])
    kind = np.concatenate(
        [
            np.where(ends.paid > last[ends.loan], RECOVERY, INTEREST),
            np.full(int(is_between.sum()), PRINCIPAL),
            np.full(event_day.size, EVENT),
        ]
    )
    end = np.concatenate([np.arange(ends.loan.size), running[is_between], event_end])
    # Stable: on one day interest comes before events, and these in their own order.
    order = np.argsort(day_keys(asset, paid), kind="stable")
    asset = asset[order]
    return asset, paid[order], kind[order], end[order] - dates.first_end[asset]


def happening_until(events: Sequence[AssetEvent], last_performing: np.datetime64) -> list[AssetEvent]:
    """The events that have a row: those before the last day on which an asset may pay anything but recoveries."""
    return [event for event in events if np.datetime64(event.date, "D") < last_performing]


def _shares_due(due: _Due, asset: Ints, paid: Days, kind: Ints, maturity: Days) -> Floats:
    share = np.zeros(paid.shape)
    if due.dates.size:
        due_keys, keys = day_keys(due.asset, due.dates), day_keys(asset, paid)
        where = np.minimum(np.searchsorted(due_keys, keys), due_keys.size - 1)
        share = np.where(due_keys[where] == keys, due.shares[where], 0.0)
    # What no instalment has repaid is due at maturity, so that no balance outlives its asset.
    share[paid == maturity[asset]] = 1.0
    return np.where((kind == RECOVERY) | (kind == EVENT), 0.0, share)


def _earnings(
    items: Sequence[ScheduledAsset], asset: Ints, begin: Days, paid: Days, is_indexed: Flags
) -> tuple[Floats, Floats]:
    """Year fraction and annual rate beside the index, by row; nothing accrues before a loan is dated.

    Source: clo-collateral-engine 1.3, 1.6, 1.7.
    """
    fraction, end = np.zeros(paid.shape), np.maximum(begin, paid)
    for day_count, where in by_name([daycount.convention(item.asset.day_count) for item in items], asset):
        fraction[where] = year_fraction(begin[where], end[where], day_count)
    coupon = np.array([item.asset.coupon for item in items], dtype=np.float64)
    spread = np.array([item.asset.spread for item in items], dtype=np.float64)
    return fraction, np.where(is_indexed, spread[asset], coupon[asset])
