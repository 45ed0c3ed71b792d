"""The dated rows of one asset: when it pays, over which fraction of a year, what falls due. No scenarios, no money.

A row is an interest date, a date on which only principal is due, or a date after the end on which only recoveries come.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from calculations import calendars
from calculations.calendars import BusinessCalendar, as_days
from calculations.clo.collateral.assets import AssetTerms
from calculations.clo.columns import Flags, Floats, Ints
from calculations.clo.presets import STANDARD, Preset
from calculations.daycount import Days, days360, year_fraction
from calculations.months import add_months
from calculations.schedules import InterestDates, dates_after, instalment_shares, interest_dates

INTEREST, PRINCIPAL, RECOVERY = 0, 1, 2
NEVER = -1  # no such row, period or fixing


@dataclass(frozen=True, eq=False)
class AssetRows:
    """Rows of one asset in order of date; arrays of shape (rows,) unless said otherwise.

    `period` counts the asset's own interest periods from 0; a principal row stands in the period that is running.
    `accrual` is what a unit of balance earns but for its index, `year_fraction` what it earns of the index where
    `fixing` is a day (NaT: none). `theta` is the fraction of a 30/360 year that default and prepayment rates act over,
    `share` what of the balance an instalment repays. `recovery_row` (lags, rows + 1) is the row in which a default is
    recovered, column 0 for an asset that is in default from the start; NEVER where no row is late enough.
    """

    paid: Days
    accrual_begin: Days
    kind: Ints
    period: Ints
    year_fraction: Floats
    accrual: Floats
    fixing: Days
    theta: Floats
    share: Floats
    is_rated_default: Flags
    recovery_row: Ints
    months: int


def months_between_payments(asset: AssetTerms, preset: Preset = STANDARD) -> int:
    """Months from one payment to the next.

    Raises ValueError where the payments of a year are not whole months apart; under COL-30 the quotient is rounded
    half to even instead. Source: clo-collateral-engine 1.1, Q30.
    """
    if "COL-30" in preset:
        months = int(np.rint(12 / asset.payments_per_year))
        if months >= 1:
            return months
    elif 12 % asset.payments_per_year == 0:
        return 12 // asset.payments_per_year
    raise ValueError(
        f"asset {asset.asset_id}, payments_per_year: must be whole months apart (1, 2, 3, 4, 6 or 12 a year), "
        f"found {asset.payments_per_year}"
    )


def asset_rows(
    asset: AssetTerms,
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
    where its payments a year are impossible. Source: clo-collateral-engine 1.2 to 1.10; clo-extensions 2.2.
    """
    months = months_between_payments(asset, preset)
    how = calendars.convention(asset.convention)
    shares_on, shares, maturity = _instalments(asset, calendar, preset)
    dates = interest_dates(
        asset.first_payment, maturity, months, calendar, how, is_end_of_month=asset.is_end_of_month, preset=preset
    )
    count_after = 0 if "COL-07" in preset else -(-int(lags.max(initial=0)) // months)
    after = dates_after(
        maturity, months, count_after, calendar, how, is_end_of_month=asset.is_end_of_month, preset=preset
    )
    day = np.datetime64(analysis, "D")
    start, nominal_start = _accrual_start(asset, dates, day, settlement, preset)

    is_left, is_later = dates.paid > day, after.paid > day
    if not is_left.any() and not asset.is_defaulted:
        is_later[:] = False
    ends = np.concatenate([dates.paid[is_left], after.paid[is_later]])
    nominal_ends = np.concatenate([dates.nominal[is_left], after.nominal[is_later]])
    begins = np.concatenate([[start], ends])[:-1]
    last_performing = dates.paid[-1] if until is None else min(dates.paid[-1], np.datetime64(until, "D"))
    only_recovery = ends > last_performing

    # Dates on which only principal is due: instalments that fall between two interest dates.
    between = shares_on[(shares_on > day) & (shares_on <= last_performing) & ~np.isin(shares_on, ends)]
    running = np.searchsorted(ends, between, side="left")

    paid = np.concatenate([ends, between])
    order = np.argsort(paid, kind="stable")
    period = np.concatenate([np.arange(ends.size), running])[order]
    kind = np.concatenate([np.where(only_recovery, RECOVERY, INTEREST), np.full(between.size, PRINCIPAL)])[order]
    paid = paid[order]
    accrual_begin = begins[period]
    fraction = year_fraction(accrual_begin, paid, asset.day_count)
    is_indexed = asset.is_floating & (period > 0) & (kind != RECOVERY)
    theta = np.where(kind == INTEREST, days360(accrual_begin, paid) / 360.0, 0.0)
    row_of_end = np.flatnonzero(kind != PRINCIPAL)
    return AssetRows(
        paid=paid,
        accrual_begin=accrual_begin,
        kind=kind,
        period=period,
        year_fraction=np.where(is_indexed, fraction, 0.0),
        accrual=fraction * np.where(is_indexed, asset.spread, asset.coupon),
        fixing=np.where(is_indexed, accrual_begin, np.datetime64("NaT", "D")),
        theta=theta,
        share=_shares_due(paid, kind, shares_on, shares, dates.paid[-1]),
        is_rated_default=np.array([asset.is_rated_default(item) for item in paid.tolist()], dtype=bool),
        recovery_row=_recovery_rows(nominal_start, nominal_ends, paid, period, kind, row_of_end, lags, months, preset),
        months=months,
    )


def _instalments(asset: AssetTerms, calendar: BusinessCalendar, preset: Preset) -> tuple[Days, Floats, dt.date]:
    """Instalment dates and shares, and the maturity as stated or the last instalment where that is later."""
    if not asset.instalments:
        return as_days([]), np.zeros(0), asset.maturity
    how = calendars.convention(asset.convention)
    dates, shares = instalment_shares(asset.instalments, calendar, how, preset)
    latest = max(date for date, _ in asset.instalments)
    is_later = np.datetime64(latest, "D") > calendar.adjust_terminal(asset.maturity, how, preset)
    return dates, shares, latest if is_later else asset.maturity


def _accrual_start(
    asset: AssetTerms, dates: InterestDates, day: np.datetime64, settlement: dt.date | None, preset: Preset
) -> tuple[np.datetime64, np.datetime64]:
    """Where the first row accrues from, as paid and as stated: the last interest date up to the analysis date.

    Under COL-01 an interest date on the analysis date does not count. Source: clo-collateral-engine 1.4, Q1.
    """
    past = dates.paid < day if "COL-01" in preset else dates.paid <= day
    start = nominal = np.datetime64(asset.dated, "D")
    if past.any():
        start, nominal = dates.paid[past][-1], dates.nominal[past][-1]
    if settlement is not None and np.datetime64(settlement, "D") > start:
        start = nominal = np.datetime64(settlement, "D")
    return start, nominal


def _shares_due(paid: Days, kind: Ints, dates: Days, shares: Floats, maturity: np.datetime64) -> Floats:
    due = np.zeros(paid.shape)
    if dates.size:
        where = np.minimum(np.searchsorted(dates, paid), dates.size - 1)
        due = np.where(dates[where] == paid, shares[where], 0.0)
    # What no instalment has repaid is due at maturity, so that no balance outlives its asset.
    due[paid == maturity] = 1.0
    return np.where(kind == RECOVERY, 0.0, due)


def _recovery_rows(
    nominal_start: np.datetime64,
    nominal_ends: Days,
    paid: Days,
    period: Ints,
    kind: Ints,
    row_of_end: Ints,
    lags: Ints,
    months: int,
    preset: Preset,
) -> Ints:
    """Row of recovery by lag for a default at the start (column 0) and in each row.

    The first interest date on or after default date + lag, both as stated, and not before the default itself; under
    COL-30 so many interest dates later as the lag has payment intervals, rounded half to even. A default between two
    interest dates is recovered on one that follows. Source: clo-collateral-engine 1.6, 1.8, Q11, Q30.
    """
    is_between = kind == PRINCIPAL
    # First interest date, by number, that a default of this row may be recovered on.
    earliest = np.concatenate([[0], period])
    dated = np.concatenate([[nominal_start], np.where(is_between, paid, nominal_ends[period])])
    found = np.full((lags.size, earliest.size), NEVER, dtype=np.int64)
    for number, lag in enumerate(lags.tolist()):
        if "COL-30" in preset:
            intervals = int(np.rint(lag / months))
            last_before = earliest - np.concatenate([[1], is_between])  # the interest date counted from
            target = np.maximum(last_before + intervals, earliest)
        else:
            target = np.maximum(np.searchsorted(nominal_ends, add_months(dated, lag), side="left"), earliest)
        is_reached = target < row_of_end.size
        found[number, is_reached] = row_of_end[target[is_reached]]
    return found
