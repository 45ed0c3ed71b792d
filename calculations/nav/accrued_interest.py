"""Interest accrued on a bond since its last coupon, per 100 of face, in Decimal. No prices, no yields.

Coupon dates are counted back from maturity and are not moved by holidays.
"""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from calculations.nav.day_fractions import year_fraction
from calculations.nav.numbers import times
from calculations.nav.results import Unavailable
from calculations.nav.terms import BondTerms


@lru_cache(maxsize=65536)  # a bond is held by many products on a day
def accrued_per_100(terms: BondTerms, date: dt.date) -> Decimal:
    """Accrued interest at `date`: 100 x coupon x year fraction since the last coupon, unrounded.

    From `ex_dividend_days` calendar days before the next coupon it is negative: the coupon still to come belongs to
    the seller. Zero on a coupon date. Raises Unavailable BAD_SCHEDULE before issue and after maturity,
    UNSUPPORTED_CONVENTION for a day count it does not know, for a coupon without a frequency and in a first period
    longer than a regular one. Source: nav 2, M-BOND.
    """
    if date > terms.maturity_date:
        raise Unavailable("BAD_SCHEDULE", f"a bond held on {date} must not have matured on {terms.maturity_date}")
    if terms.issue_date is not None and date < terms.issue_date:
        raise Unavailable("BAD_SCHEDULE", f"a bond held on {date} must be issued, found issue date {terms.issue_date}")
    if terms.coupon_rate == 0 or date == terms.maturity_date:
        return Decimal(0)
    last, following = coupon_period(terms, date)
    days_in_period = (following - last).days
    if (following - date).days <= terms.ex_dividend_days:
        left = Fraction((following - date).days, days_in_period * terms.coupon_frequency)
        return times(-100 * terms.coupon_rate, left)
    start = _accrual_start(terms, date, last)
    if terms.day_count == "ACT_ACT_ICMA":
        elapsed = Fraction((date - start).days, days_in_period * terms.coupon_frequency)
    else:
        elapsed = year_fraction(start, date, terms.day_count)
    return times(100 * terms.coupon_rate, elapsed)


def coupon_period(terms: BondTerms, date: dt.date) -> tuple[dt.date, dt.date]:
    """The regular coupon dates around `date`: the last on or before it, and the next. Raises as `accrued_per_100`."""
    if terms.coupon_frequency not in (1, 2, 4, 12):
        raise Unavailable(
            "UNSUPPORTED_CONVENTION", f"coupons a year must be 1, 2, 4 or 12; found {terms.coupon_frequency}"
        )
    months = 12 // terms.coupon_frequency
    distance = 12 * (terms.maturity_date.year - date.year) + terms.maturity_date.month - date.month
    steps = max(distance // months, 0)
    while _months_before(terms.maturity_date, steps * months) > date:
        steps += 1
    return _months_before(terms.maturity_date, steps * months), _months_before(
        terms.maturity_date, (steps - 1) * months
    )


def _accrual_start(terms: BondTerms, date: dt.date, last: dt.date) -> dt.date:
    issue, first = terms.issue_date, terms.first_coupon_date
    if issue is None or issue == last:
        return last
    if issue < last and first is not None and date < first:
        raise Unavailable(
            "UNSUPPORTED_CONVENTION", f"a first coupon period longer than a regular one, {issue} to {first}"
        )
    return max(issue, last)


def _months_before(day: dt.date, months: int) -> dt.date:
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
