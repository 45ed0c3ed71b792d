"""The dated rows of one asset: when it pays, over which fraction of a year, what falls due. No scenarios, no money.

A row is an interest date, a date on which only principal is due, an event, or a date after the end on which only
recoveries come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculations.calendars import BusinessCalendar, as_days
from calculations.clo.collateral.accruals import Earning, earned, steps_of
from calculations.clo.collateral.assets import AssetTerms
from calculations.clo.collateral.dates import asset_dates, months_between_payments
from calculations.clo.collateral.deferral import deferring_since, is_deferring_after, is_deferring_on, pik_shares
from calculations.clo.collateral.drawings import Drawings, drawings
from calculations.clo.collateral.event_terms import event_terms
from calculations.clo.collateral.features import AssetEvent
from calculations.clo.collateral.principal_due import PrincipalDue, principal_due
from calculations.clo.collateral.recovery import NEVER, recovery_rows
from calculations.clo.columns import Flags, Floats, Ints
from calculations.clo.presets import STANDARD, Preset
from calculations.daycount import Days, year_fraction
from calculations.months import as_date

INTEREST, PRINCIPAL, RECOVERY, EVENT = 0, 1, 2, 3

__all__ = ["EVENT", "INTEREST", "NEVER", "PRINCIPAL", "RECOVERY", "AssetRows", "asset_rows"]


@dataclass(frozen=True, eq=False)
class AssetRows:
    """Rows of one asset in order of date; arrays of shape (rows,) unless said otherwise.

    `period` counts the asset's own interest periods from 0; a principal or event row stands in the one that is
    running. `accrual` is what a unit of balance earns but for its index, `year_fraction` what it earns of the index
    where `fixing` is a day (NaT: none), `rate` the annual rate behind `accrual`. `theta` is the fraction of a 30/360
    year that default and prepayment rates act over, `share` what of the balance an instalment repays. `pik_share` of
    interest is capitalised; `is_deferring` after the row, `defers_at_start` before the first, for longer than its terms
    allow. `event` (rows, columns) are
    the fractions of `event_terms`. `recovery_row` (lags, rows + 1) is as `recovery_rows` gives it.
    """

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
    defers_at_start: bool
    is_deferring: Flags
    drawings: Drawings
    event: Floats
    recovery_row: Ints
    months: int


def asset_rows(
    asset: AssetTerms,
    events: Sequence[AssetEvent],
    analysis: dt.date,
    lags: Ints,
    calendar: BusinessCalendar,
    preset: Preset = STANDARD,
    *,
    settlement: dt.date | None = None,
    until: dt.date | None = None,
) -> AssetRows:
    """The rows after the analysis date, with recoveries placed for each lag in months of `lags` (lags,).

    Interest accrues from the settlement date where that is later. After `until` only recoveries are paid. An asset
    that has matured has no rows, unless it is in default and still to be recovered. Raises ValueError naming the asset
    where its payments a year or its draws are impossible. Source: clo-collateral-engine 1.2 to 1.10.
    """
    months = months_between_payments(asset, preset)
    due = principal_due(asset, events, calendar, preset)
    longest = int(lags.max(initial=0))
    dates = asset_dates(asset, due.maturity, analysis, months, longest, calendar, preset, settlement, until)
    ends, day = dates.paid, np.datetime64(analysis, "D")

    # Dates on which only principal is due: instalments that fall between two interest dates.
    is_interest_date = np.searchsorted(ends, due.dates, side="right") > np.searchsorted(ends, due.dates)
    between = due.dates[(due.dates > day) & (due.dates <= dates.last_performing) & ~is_interest_date]
    happening = [event for event in events if np.datetime64(event.date, "D") < dates.last_performing]
    event_days = as_days([event.date for event in happening])

    paid, kind, period = ends, np.where(dates.is_after, RECOVERY, INTEREST), np.arange(ends.size)
    if between.size or event_days.size:
        rank = np.concatenate([np.zeros(ends.size), np.ones(between.size), 2.0 + np.arange(event_days.size)])
        paid = np.concatenate([ends, between, event_days])
        order = np.lexsort((rank, paid))
        more = [np.full(between.size, PRINCIPAL), np.full(event_days.size, EVENT)]
        # What happens on an interest date comes after its payment, thus in the next period.
        running = [np.searchsorted(ends, between), np.searchsorted(ends, event_days, side="right")]
        paid = paid[order]
        kind, period = np.concatenate([kind, *more])[order], np.concatenate([period, *running])[order]
    begin = np.concatenate([[dates.start], ends])[:-1][period]
    is_indexed = asset.is_floating & (period > 0) & (kind != RECOVERY)
    share = _shares_due(paid, kind, due, dates.maturity)
    steps = steps_of(asset, happening, analysis)
    fraction, accrual, rate = _earnings(asset, happening, steps, begin, paid, kind, is_indexed)
    is_interest = kind == INTEREST
    draws = Drawings.none(paid.size)
    if asset.draws is not None and not asset.is_defaulted:
        draws = drawings(
            asset,
            asset.draws,
            steps,
            analysis,
            as_date(dates.maturity),
            begin.tolist(),
            paid.tolist(),
            is_interest,
            is_indexed,
            share,
        )
    capitalised = pik_shares(asset.pik, begin, is_interest)
    since = deferring_since(asset.pik, asset.dated, as_date(dates.start))
    is_between = (kind == PRINCIPAL) | (kind == EVENT)
    row_of_end = np.flatnonzero(~is_between)
    return AssetRows(
        paid=paid,
        accrual_begin=begin,
        kind=kind,
        period=period,
        year_fraction=fraction,
        accrual=accrual,
        rate=rate,
        fixing=np.where(is_indexed, begin, np.datetime64("NaT", "D")),
        share=share,
        is_rated_default=_rated_default(asset, paid),
        pik_share=capitalised,
        defers_at_start=is_deferring_on(asset.pik, since, analysis),
        is_deferring=is_deferring_after(asset.pik, since, begin, paid, capitalised, is_interest),
        drawings=draws,
        event=event_terms(happening, kind == EVENT),
        recovery_row=recovery_rows(
            dates.nominal_start, dates.nominal, row_of_end, paid, period, is_between, lags, months, preset
        ),
        months=months,
    )


def _rated_default(asset: AssetTerms, paid: Days) -> Flags:
    if asset.has_rating_history:
        return np.array([asset.is_rated_default(day) for day in paid.tolist()], dtype=bool)
    return np.full(paid.shape, asset.is_rated_default(asset.maturity))


def _shares_due(paid: Days, kind: Ints, due: PrincipalDue, maturity: np.datetime64) -> Floats:
    share = np.zeros(paid.shape)
    if due.dates.size:
        where = np.minimum(np.searchsorted(due.dates, paid), due.dates.size - 1)
        share = np.where(due.dates[where] == paid, due.shares[where], 0.0)
    # What no instalment has repaid is due at maturity, so that no balance outlives its asset.
    share[paid == maturity] = 1.0
    return np.where((kind == RECOVERY) | (kind == EVENT), 0.0, share)


def _earnings(
    asset: AssetTerms,
    events: Sequence[AssetEvent],
    steps: Sequence[tuple[dt.date, float]],
    begin: Days,
    paid: Days,
    kind: Ints,
    is_indexed: Flags,
) -> tuple[Floats, Floats, Floats]:
    """Year fraction of the index, accrual beside it and its annual rate, by row; nothing accrues before a loan is dated.

    A restructuring settles what accrued before it, so that later rows of its period, those of its day too, accrue from
    it. Source: clo-collateral-engine 1.6, 1.7; clo-extensions 3.3, 3.4.
    """
    fraction = year_fraction(begin, np.maximum(begin, paid), asset.day_count)
    rate = np.where(is_indexed, asset.spread, asset.coupon)
    if not steps and not any(event.kind == "restructuring" for event in events):
        return np.where(is_indexed, fraction, 0.0), fraction * rate, rate
    parts: list[Earning] = []
    settled, happening = dt.date.min, iter(events)
    for start, end, row_kind, indexed in zip(
        begin.tolist(), paid.tolist(), kind.tolist(), is_indexed.tolist(), strict=True
    ):
        since = max(start, settled)
        parts.append(earned(asset, steps, start, since, max(end, since), is_indexed=indexed))
        if row_kind == EVENT and next(happening).kind == "restructuring":
            settled = end
    accrual = np.array([part.accrual for part in parts])
    whole = np.array([part.whole for part in parts])
    effective = np.divide(accrual, whole, out=rate.copy(), where=whole > 0)
    return np.array([part.year_fraction for part in parts]), accrual, effective
