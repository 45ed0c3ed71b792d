"""The interest dates of one asset after an analysis date, and those on which its recoveries come. No amounts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from calculations import calendars
from calculations.calendars import BusinessCalendar
from calculations.clo.collateral.assets import AssetTerms
from calculations.clo.columns import Flags
from calculations.clo.presets import STANDARD, Preset
from calculations.daycount import Days
from calculations.schedules import InterestDates, dates_after, interest_dates


@dataclass(frozen=True, eq=False)
class AssetDates:
    """Interest dates still to come, dates after them, and where the first period begins."""

    start: np.datetime64
    nominal_start: np.datetime64
    paid: Days
    nominal: Days
    is_after: Flags  # only recoveries
    maturity: np.datetime64  # as paid on
    last_performing: np.datetime64  # maturity, or the day until which anything but recoveries is asked for


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


def asset_dates(
    asset: AssetTerms,
    maturity: dt.date,
    analysis: dt.date,
    months: int,
    longest_lag: int,
    calendar: BusinessCalendar,
    preset: Preset,
    settlement: dt.date | None,
    until: dt.date | None,
) -> AssetDates:
    """Interest dates after the analysis date and, unless COL-07, those on which recoveries still come.

    Source: clo-collateral-engine 1.2, 1.4, 1.10.
    """
    how, at_end = calendars.convention(asset.convention), asset.is_end_of_month
    dates = interest_dates(asset.first_payment, maturity, months, calendar, how, is_end_of_month=at_end, preset=preset)
    count = 0 if "COL-07" in preset else -(-longest_lag // months)
    after = dates_after(maturity, months, count, calendar, how, is_end_of_month=at_end, preset=preset)
    day = np.datetime64(analysis, "D")
    is_left, is_later = dates.paid > day, after.paid > day
    if not is_left.any() and not asset.is_defaulted:
        is_later[:] = False
    start, nominal_start = _accrual_start(asset, dates, day, settlement, preset)
    paid = np.concatenate([dates.paid[is_left], after.paid[is_later]])
    last_performing = dates.paid[-1] if until is None else min(dates.paid[-1], np.datetime64(until, "D"))
    return AssetDates(
        start=start,
        nominal_start=nominal_start,
        paid=paid,
        nominal=np.concatenate([dates.nominal[is_left], after.nominal[is_later]]),
        is_after=paid > last_performing,
        maturity=dates.paid[-1],
        last_performing=last_performing,
    )


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
