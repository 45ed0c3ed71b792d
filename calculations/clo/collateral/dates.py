"""The interest dates of a pool's assets after an analysis date, and those on which recoveries come. No amounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculations import calendars
from calculations.calendars import BusinessCalendar, as_days
from calculations.clo.collateral.assets import AssetTerms
from calculations.clo.columns import Flags, Ints
from calculations.clo.presets import STANDARD, Preset
from calculations.daycount import Days
from calculations.ragged import first_rows
from calculations.schedules import InterestDates, dates_after, interest_dates, joined


@dataclass(frozen=True, eq=False)
class PoolDates:
    """Interest dates still to come and dates after them, `ends`, of which asset `i` has `first_end[i]` to
    `first_end[i + 1]`; the rest is by asset, (assets,): where its first period begins and when it ends.
    """

    ends: InterestDates
    first_end: Ints
    start: Days
    nominal_start: Days
    maturity: Days  # as paid on
    last_performing: Days  # maturity, or the day until which anything but recoveries is asked for


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


def pool_dates(
    assets: Sequence[AssetTerms],
    maturities: Sequence[dt.date],
    months: Ints,
    analysis: dt.date,
    longest_lag: int,
    calendar: BusinessCalendar,
    preset: Preset,
    settlement: dt.date | None,
    until: dt.date | None,
) -> PoolDates:
    """Interest dates after the analysis date and, unless COL-07, those on which recoveries still come.

    `maturities` and `months` between payments are (assets,). Source: clo-collateral-engine 1.2, 1.4, 1.10.
    """
    how = [calendars.convention(asset.convention) for asset in assets]
    at_end = np.array([asset.is_end_of_month for asset in assets], dtype=bool)
    stated, first = as_days(maturities), as_days([asset.first_payment for asset in assets])
    dates = interest_dates(first, stated, months, calendar, how, at_end, preset)
    count = np.zeros_like(months) if "COL-07" in preset else -(-longest_lag // months)
    after = dates_after(stated, months, count, calendar, how, at_end, preset)

    day, size = np.datetime64(analysis, "D"), len(assets)
    first_date = first_rows(np.bincount(dates.loan, minlength=size))
    maturity = dates.paid[first_date[1:] - 1]
    recovers = (maturity > day) | np.array([asset.is_defaulted for asset in assets], dtype=bool)
    ends = joined(_those(dates, dates.paid > day), _those(after, (after.paid > day) & recovers[after.loan]))
    start, nominal_start = _accrual_start(assets, dates, first_date[:-1], day, settlement, preset)
    return PoolDates(
        ends=ends,
        first_end=first_rows(np.bincount(ends.loan, minlength=size)),
        start=start,
        nominal_start=nominal_start,
        maturity=maturity,
        last_performing=maturity if until is None else np.minimum(maturity, np.datetime64(until, "D")),
    )


def _those(dates: InterestDates, is_kept: Flags) -> InterestDates:
    return InterestDates(dates.loan[is_kept], dates.nominal[is_kept], dates.paid[is_kept])


def _accrual_start(
    assets: Sequence[AssetTerms],
    dates: InterestDates,
    first_date: Ints,
    day: np.datetime64,
    settlement: dt.date | None,
    preset: Preset,
) -> tuple[Days, Days]:
    """Where each first row accrues from, as paid and as stated: the last interest date up to the analysis date.

    Under COL-01 an interest date on the analysis date does not count. Source: clo-collateral-engine 1.4, Q1.
    """
    is_past = dates.paid < day if "COL-01" in preset else dates.paid <= day
    count = np.bincount(dates.loan[is_past], minlength=len(assets))
    last, dated = first_date + count - 1, as_days([asset.dated for asset in assets])
    start = np.where(count > 0, dates.paid[last], dated)
    nominal = np.where(count > 0, dates.nominal[last], dated)
    if settlement is None:
        return start, nominal
    settled = np.datetime64(settlement, "D")
    return np.maximum(start, settled), np.where(settled > start, settled, nominal)
