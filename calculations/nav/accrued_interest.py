"""Interest earned on a bond between two days, and accrued since its last coupon, per 100 of face. No prices, no yields.

Coupon dates are counted back from maturity and are not moved by holidays.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from calculations.nav.bonds.schedule import is_month_end, months_between_coupons, regular_period
from calculations.nav.day_fractions import year_fraction
from calculations.nav.numbers import times
from calculations.nav.results import Unavailable
from calculations.nav.terms import BondTerms


def accrued_per_100(terms: BondTerms, date: dt.date) -> Decimal:
    """Accrued interest at `date`: 100 x coupon x year fraction since the last coupon or since issue, unrounded.

    From `ex_dividend_days` calendar days before the next coupon it is negative: the coupon still to come belongs to
    the seller. Zero on a coupon date. Raises Unavailable BAD_SCHEDULE before issue, after maturity and for a first
    coupon that is no regular date, UNSUPPORTED_CONVENTION for a day count it does not know and for a coupon without a
    frequency, MISSING_TERMS in a long first period without an issue date. Source: nav 2, M-BOND.
    """
    if date > terms.maturity_date:
        raise Unavailable("BAD_SCHEDULE", f"a bond held on {date} must not have matured on {terms.maturity_date}")
    if terms.issue_date is not None and date < terms.issue_date:
        raise Unavailable("BAD_SCHEDULE", f"a bond held on {date} must be issued, found issue date {terms.issue_date}")
    if terms.coupon_rate == 0 or date == terms.maturity_date:
        return Decimal(0)
    start, end = interest_period(terms, date)
    if is_ex_dividend(terms, date):
        return times(-100 * terms.coupon_rate, _icma_fraction(terms, date, end))
    return interest_per_100(terms, start, date)


def interest_per_100(terms: BondTerms, start: dt.date, end: dt.date) -> Decimal:
    """100 x coupon x year fraction from `start` to `end`, unrounded.

    ACT/ACT ICMA takes the days in each regular period over its length, period by period; a long first period is cut
    at the regular dates in it. Raises Unavailable UNSUPPORTED_CONVENTION. Source: nav 2, M-BOND.
    """
    if terms.day_count == "ACT_ACT_ICMA":
        return times(100 * terms.coupon_rate, _icma_fraction(terms, start, end))
    return times(100 * terms.coupon_rate, year_fraction(start, end, terms.day_count))


def coupon_period(terms: BondTerms, date: dt.date) -> tuple[dt.date, dt.date]:
    """The regular coupon dates around `date`: the last on or before it, and the next. Raises as `accrued_per_100`."""
    return regular_period(terms.maturity_date, date, terms.coupon_frequency, is_end_of_month=keeps_month_end(terms))


def interest_period(terms: BondTerms, date: dt.date) -> tuple[dt.date, dt.date]:
    """The period whose coupon is being earned at `date`, its first day and the day it is paid, odd if it is the first.

    Raises as `accrued_per_100`.
    """
    last, following = coupon_period(terms, date)
    issue, first = terms.issue_date, terms.first_coupon_date
    if first is None or date >= first:
        return (last if issue is None else max(issue, last)), following
    if first > terms.maturity_date or coupon_period(terms, first)[0] != first:
        raise Unavailable(
            "BAD_SCHEDULE",
            f"the first coupon must lie whole coupon periods before maturity {terms.maturity_date}, found {first}",
        )
    if issue is None and first != following:
        raise Unavailable("MISSING_TERMS", f"a first coupon period up to {first} needs an issue date, found none")
    return issue or last, first


def is_ex_dividend(terms: BondTerms, date: dt.date) -> bool:
    """Whether a bond bought on `date` comes without its next coupon."""
    return (interest_period(terms, date)[1] - date).days <= terms.ex_dividend_days


def keeps_month_end(terms: BondTerms) -> bool:
    """Whether coupons fall on the last day of every month rather than on maturity's day of the month.

    No field says so. It shows where maturity is the end of a shorter month and the first coupon (without one, the
    issue) is the end of a longer month of the same cycle: 31 December before 30 June.
    """
    known = terms.first_coupon_date or terms.issue_date
    maturity = terms.maturity_date
    if known is None or not is_month_end(maturity) or not is_month_end(known) or known.day <= maturity.day:
        return False
    apart = 12 * (maturity.year - known.year) + maturity.month - known.month
    return apart % months_between_coupons(terms.coupon_frequency) == 0


def _icma_fraction(terms: BondTerms, start: dt.date, end: dt.date) -> Fraction:
    total, day = Fraction(0), start
    while day < end:
        last, following = coupon_period(terms, day)
        until = min(following, end)
        total += Fraction((until - day).days, (following - last).days * terms.coupon_frequency)
        day = until
    return total
