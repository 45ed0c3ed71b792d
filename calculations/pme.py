"""Public market equivalents: a fund's dated flows against an index. No index data, no currency conversion.

Signs are the investor's: contribution negative, distribution positive. Every measure takes the flows up to and on the
valuation day, values them with f = I_T / I_i, exactly, and leaves solving to `irr`; the index is one of total return,
in the currency of the fund. None of them uses the period-based functions of pyxirr, which space flows equally and write
the terminal value over the last of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from calculations.asof import DatedValues
from calculations.irr import Amount, Return, exact, since_inception
from calculations.multiples import NO_PAID_IN, Ratio, ratio

INDEX_MISSING = "INDEX_MISSING"  # no index level on or before a flow
INDEX_STALE = "INDEX_STALE"  # the last index level before a flow is older than the limit
SHORT_POSITION = "SHORT_POSITION"  # the index portfolio would have to be sold short
NO_DISTRIBUTIONS = "NO_DISTRIBUTIONS"
NAV_MISSING = "NAV_MISSING"  # no net asset value on a day of distribution
INDEX_LIMIT_DAYS = 5  # a monthly index needs 35


@dataclass(frozen=True)
class FutureValues:
    """Flows carried to the valuation day by the index: `days`, signed `amounts` and `factors` of equal length."""

    days: tuple[dt.date, ...]
    amounts: tuple[Fraction, ...]
    factors: tuple[Fraction, ...]

    @property
    def grown(self) -> tuple[Fraction, ...]:
        return tuple(amount * factor for amount, factor in zip(self.amounts, self.factors, strict=True))

    @property
    def contributions(self) -> Fraction:
        return -sum((amount for amount in self.grown if amount < 0), Fraction(0))

    @property
    def distributions(self) -> Fraction:
        return sum((amount for amount in self.grown if amount > 0), Fraction(0))

    @property
    def long_nickels_nav(self) -> Fraction:
        """What an index portfolio with the fund's flows is worth on the valuation day."""
        return self.contributions - self.distributions

    def scale(self, nav: Amount) -> Fraction | None:
        """Lambda of PME+: what distributions are multiplied by to leave the fund's own NAV in the index portfolio."""
        return (self.contributions - exact(nav)) / self.distributions if self.distributions else None


def future_values(
    dates: Iterable[dt.date],
    amounts: Iterable[Amount],
    index: DatedValues,
    nav_date: dt.date,
    max_age_days: int = INDEX_LIMIT_DAYS,
) -> FutureValues | str:
    """The flows up to and on `nav_date` with their factors, or the reason why a level of the index is not to be had.

    The level of a day is that of the day itself, else the last one before it within `max_age_days` calendar days.
    Source: fund-admin 3.3.
    """
    flows = [(day, exact(amount)) for day, amount in zip(dates, amounts, strict=True) if day <= nav_date]
    levels: dict[dt.date, Fraction] = {}
    for day in {nav_date, *(day for day, _ in flows)}:
        found = index.latest(day)
        if found is None:
            return INDEX_MISSING
        if (day - found[0]).days > max_age_days:
            return INDEX_STALE
        levels[day] = Fraction(found[1])
    return FutureValues(
        tuple(day for day, _ in flows),
        tuple(amount for _, amount in flows),
        tuple(levels[nav_date] / levels[day] for day, _ in flows),
    )


def ks_pme(
    dates: Iterable[dt.date],
    amounts: Iterable[Amount],
    index: DatedValues,
    nav_date: dt.date,
    nav: Amount,
    max_age_days: int = INDEX_LIMIT_DAYS,
) -> Ratio:
    """Kaplan-Schoar: (sum D f + V) / sum C f; above 1 the fund beat the index. Source: fund-admin 3.3."""
    values = future_values(dates, amounts, index, nav_date, max_age_days)
    if isinstance(values, str):
        return Ratio(None, values)
    return ratio(values.distributions + exact(nav), values.contributions, NO_PAID_IN)


def ln_pme(
    dates: Iterable[dt.date],
    amounts: Iterable[Amount],
    index: DatedValues,
    nav_date: dt.date,
    max_age_days: int = INDEX_LIMIT_DAYS,
) -> Return:
    """Long-Nickels: the IRR of the fund's flows with the index portfolio as terminal value; compare with the fund's IRR.

    SHORT_POSITION where that portfolio would be negative. Source: fund-admin 3.3.
    """
    values = future_values(dates, amounts, index, nav_date, max_age_days)
    if isinstance(values, str):
        return Return(None, values)
    if values.long_nickels_nav < 0:
        return Return(None, SHORT_POSITION)
    return since_inception(values.days, values.amounts, nav_date, values.long_nickels_nav)


def pme_plus(
    dates: Iterable[dt.date],
    amounts: Iterable[Amount],
    index: DatedValues,
    nav_date: dt.date,
    nav: Amount,
    max_age_days: int = INDEX_LIMIT_DAYS,
) -> Return:
    """PME+: the IRR of contributions, distributions times lambda, and the fund's NAV. Source: fund-admin 3.3."""
    values = future_values(dates, amounts, index, nav_date, max_age_days)
    if isinstance(values, str):
        return Return(None, values)
    scale = values.scale(nav)
    if scale is None:
        return Return(None, NO_DISTRIBUTIONS)
    scaled = [amount * scale if amount > 0 else amount for amount in values.amounts]
    return since_inception(values.days, scaled, nav_date, nav)


def direct_alpha(
    dates: Iterable[dt.date],
    amounts: Iterable[Amount],
    index: DatedValues,
    nav_date: dt.date,
    nav: Amount,
    max_age_days: int = INDEX_LIMIT_DAYS,
) -> Return:
    """Direct alpha: the IRR of the flows carried to the valuation day by the index; `log_rate` is its continuous form.

    Source: fund-admin 3.3.
    """
    values = future_values(dates, amounts, index, nav_date, max_age_days)
    if isinstance(values, str):
        return Return(None, values)
    return since_inception(values.days, values.grown, nav_date, nav)


def m_pme(
    dates: Iterable[dt.date],
    amounts: Iterable[Amount],
    index: DatedValues,
    nav_date: dt.date,
    navs: Mapping[dt.date, Amount],
    max_age_days: int = INDEX_LIMIT_DAYS,
) -> Return:
    """Modified PME: the index portfolio pays out the share w = D / (D + V) of itself whenever the fund distributes.

    `navs` holds the fund's NAV after the flows of each day with a distribution (NAV_MISSING where it does not; w is 0
    on other days). SHORT_POSITION where such a NAV is negative, as w would exceed 1. Source: fund-admin 3.3.
    """
    values = future_values(dates, amounts, index, nav_date, max_age_days)
    if isinstance(values, str):
        return Return(None, values)
    factors = dict(zip(values.days, values.factors, strict=True)) | {nav_date: Fraction(1)}
    contributed = dict.fromkeys(factors, Fraction(0))
    distributed = dict.fromkeys(factors, Fraction(0))
    for day, amount in zip(values.days, values.amounts, strict=True):
        (contributed if amount < 0 else distributed)[day] += abs(amount)

    portfolio, previous = Fraction(0), Fraction(1)
    paid: dict[dt.date, Fraction] = {}
    for day in sorted(factors):
        held = portfolio * previous / factors[day] + contributed[day]
        weight = Fraction(0)
        if distributed[day]:
            if day not in navs:
                return Return(None, NAV_MISSING)
            if navs[day] < 0:
                return Return(None, SHORT_POSITION)
            weight = distributed[day] / (distributed[day] + exact(navs[day]))
        paid[day] = weight * held
        portfolio, previous = held - paid[day], factors[day]
    flows = [(day, sign) for day in paid for sign in (-contributed[day], paid[day])]
    return since_inception([day for day, _ in flows], [amount for _, amount in flows], nav_date, portfolio)
