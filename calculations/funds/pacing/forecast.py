"""The model of Takahashi and Alexander: calls, distributions and net asset value of funds, period by period, from where they stand
today. Choosing assumptions and judging forecasts do not belong here.

Projections are float64 in the fund's currency, unrounded. Source: Takahashi and Alexander, Illiquid Alternative Asset Fund
Modeling, Journal of Portfolio Management 28(2), 2002, equations 1 to 5.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np

from calculations.calendars import DaysLike, as_days
from calculations.clo.columns import Days, Ints
from calculations.daycount import Floats
from calculations.funds.pacing.assumptions import PacingArrays
from calculations.months import add_months

PeriodsPerYear = Literal[1, 4]
YEARLY: PeriodsPerYear = 1
QUARTERLY: PeriodsPerYear = 4
# An age counts as reached within a second of it, so that 48 quarters are 12 years however they were added up.
_AGE_TOLERANCE = 3e-8


@dataclass(frozen=True)
class FundStates:
    """Where funds stand; every array (funds,): money in the fund's currency, `age` in years since their first close."""

    unfunded: Floats
    nav: Floats
    age: Floats

    def __post_init__(self) -> None:
        for name in ("unfunded", "age"):
            values: Floats = getattr(self, name)
            if not (values >= 0).all():
                raise ValueError(f"{name} must be >= 0 for every fund, found {values[~(values >= 0)][0]}")
        if not np.isfinite(self.nav).all():
            raise ValueError("nav must be a number for every fund")


@dataclass(frozen=True)
class PacingForecast:
    """Every array (funds, periods) but `period_end` (periods,). In each period nav = nav before + growth + contributions -
    distributions, and unfunded = unfunded before - contributions."""

    period_end: Days
    contributions: Floats
    distributions: Floats
    growth: Floats
    nav: Floats
    unfunded: Floats


def forecast(
    states: FundStates, terms: PacingArrays, as_of: dt.date, periods: int, periods_per_year: PeriodsPerYear
) -> PacingForecast:
    """Each fund's calls, distributions and value in so many periods after a day.

    A year's published equations, t the age at its end, L the life, B the bow, Y the yield, G the growth:
    contributions C = RC_t x unfunded; rate of distribution RD = max(Y, (t / L)^B), 1 from t = L on; distributions
    D = RD x NAV before x (1 + G); NAV = NAV before x (1 + G) + C - D. A quarter has the fourth root of a year's growth and
    of what a year leaves unfunded and undistributed, so that four quarters of one rate make its year. In the period in
    which the life ends nothing is called, where the published model would leave that call as value for ever.
    A net asset value below zero distributes nothing, and at the end of the life its settlement shows as growth.
    """
    share = 1 / periods_per_year
    unfunded, nav = states.unfunded.astype(np.float64), states.nav.astype(np.float64)
    rate_of_growth = (1 + terms.growth) ** share - 1
    funds = np.arange(nav.size)
    rows: list[tuple[Floats, Floats, Floats, Floats, Floats]] = []
    for period in range(1, periods + 1):
        age = states.age + period * share
        is_over = age >= terms.life - _AGE_TOLERANCE
        year = np.ceil(age - _AGE_TOLERANCE).astype(np.int64) - 1
        of_year = terms.contribution_rates[funds, np.clip(year, 0, terms.contribution_rates.shape[1] - 1)]
        called = np.where(is_over, 0.0, unfunded * (1 - (1 - of_year) ** share))
        reached = np.minimum(age / terms.life, 1.0) ** terms.bow
        of_year = np.where(is_over, 1.0, np.minimum(np.maximum(terms.yield_, reached), 1.0))
        growth = nav * rate_of_growth
        # No investor receives a negative distribution: what is owed at the end is settled by others, and leaves as growth.
        growth = np.where(is_over & (nav < 0), -nav, growth)
        distributed = np.maximum(nav + growth, 0.0) * (1 - (1 - of_year) ** share)
        nav = np.where(is_over, 0.0, nav + growth + called - distributed)
        unfunded = unfunded - called
        rows.append((called, distributed, growth, nav, unfunded))
    tables = [np.stack(column, axis=1) for column in zip(*rows, strict=True)]
    months = 12 // periods_per_year
    return PacingForecast(add_months(as_of, months * np.arange(1, periods + 1)), *tables)


def ages(first_close: Days, as_of: DaysLike) -> Floats:
    """Years from each first close (funds,) to a day, one for all or each its own; 0 where it lies ahead.

    Whole months, then days over 365.25.
    """
    day = as_days(as_of)
    days = (day - first_close).astype("timedelta64[D]").astype(np.float64)
    months = (day.astype("datetime64[M]") - first_close.astype("datetime64[M]")).astype(np.int64)
    months = months - (add_months(first_close, months) > day)
    rest = (day - add_months(first_close, months)).astype("timedelta64[D]").astype(np.float64)
    return np.where(days < 0, 0.0, months / 12 + rest / 365.25)


def lives(assumed: Floats, first_close: Days, term_end: Days) -> Floats:
    """The life of each fund in years: as assumed, or to the end of its stated term where that is later; all (funds,).

    `term_end` is NaT where none is stated. A term that ends earlier shortens nothing, since terms are extended to sell what is left.
    """
    return np.maximum(assumed, ages(first_close, np.where(np.isnat(term_end), first_close, term_end)))


def periods_to_end(age: Floats, life: Floats, periods_per_year: PeriodsPerYear) -> Ints:
    """Periods until each fund's life has ended, (funds,); one for a fund whose life is over, in which it is wound up."""
    left = np.ceil((life - _AGE_TOLERANCE - age) * periods_per_year)
    return np.maximum(left, 1).astype(np.int64)


def by_period(
    owner: Ints, days: Days, amounts: Floats, funds: int, as_of: dt.date, periods: int, periods_per_year: PeriodsPerYear
) -> Floats:
    """Flows summed into the periods of a forecast: after one period's end up to the next one's, (funds, periods).

    `owner`, `days`, `amounts` (flows,); flows up to `as_of` and after the last period are left out.
    """
    months = 12 // periods_per_year
    ends = add_months(as_of, months * np.arange(periods + 1))
    period = np.searchsorted(ends, days, "left") - 1
    is_inside = (period >= 0) & (period < periods)
    table = np.zeros((funds, periods))
    np.add.at(table, (owner[is_inside], period[is_inside]), amounts[is_inside])
    return table
