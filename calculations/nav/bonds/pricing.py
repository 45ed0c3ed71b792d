"""Prices, yields, durations and convexity of a bond from its terms, per 100 of face. No market prices, no positions.

Time is counted in coupon periods: the part of the current one that is left, then whole ones. Excel counts otherwise:
`calculations.nav.bonds.excel`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calculations.nav.accrued_interest import (
    accrued_per_100,
    coupon_period,
    interest_per_100,
    interest_period,
    is_ex_dividend,
    keeps_month_end,
)
from calculations.nav.bonds.period_flows import PeriodFlows, moments, periodic_rate, present_value
from calculations.nav.bonds.schedule import regular_dates
from calculations.nav.day_fractions import year_fraction
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from calculations.nav.terms import BondTerms

_THIRTY_DAY_MONTHS = ("30_360_US", "30E_360")
# Under these every regular coupon is the same; under the others it grows with the days of its period, as accrued
# interest does, which would else jump on the coupon date.
_EVEN_COUPONS = ("ACT_ACT_ICMA", *_THIRTY_DAY_MONTHS)


@dataclass(frozen=True)
class Sensitivities:
    """Macaulay and modified duration in years, convexity in years squared, at the dirty price they belong to."""

    dirty_price: Decimal
    macaulay_duration: Decimal
    modified_duration: Decimal
    convexity: Decimal


def dirty_price(terms: BondTerms, settlement: dt.date, annual_yield: Decimal) -> Decimal:
    """The price at a yield compounded once a coupon period: sum of CF_k / (1 + y/f)^(w + k), unrounded.

    w is days to the next coupon over days in its period, in days of 30-day months under 30/360, else in actual days.
    Raises Unavailable BAD_SCHEDULE for a settlement before issue or not before maturity, DOMAIN for a yield of -100 %
    a period or less, and as `accrued_per_100`. Source: nav 2, M-BOND.
    """
    with precise():
        return present_value(remaining_flows(terms, settlement), annual_yield / terms.coupon_frequency)


def clean_price(terms: BondTerms, settlement: dt.date, annual_yield: Decimal) -> Decimal:
    """`dirty_price` less accrued interest; raises the same."""
    with precise():
        return dirty_price(terms, settlement, annual_yield) - accrued_per_100(terms, settlement)


def yield_to_maturity(terms: BondTerms, settlement: dt.date, clean_price: Decimal) -> Decimal:
    """The yield, compounded `coupon_frequency` times a year, at which the bond is worth its clean price, unrounded.

    Raises Unavailable DOMAIN where no yield is (a dirty price of 0 or less, a negative coupon), and as `dirty_price`.
    Source: nav 2, M-BOND; E-3.
    """
    flows = remaining_flows(terms, settlement)
    with precise():
        return terms.coupon_frequency * periodic_rate(flows, clean_price + accrued_per_100(terms, settlement))


def sensitivities(terms: BondTerms, settlement: dt.date, annual_yield: Decimal) -> Sensitivities:
    """How the price answers to the yield, at that yield: modified duration is -dP/dy / P, convexity d2P/dy2 / P.

    P is dirty. Macaulay duration is the mean time to the flows, weighted by worth. Raises as `dirty_price`.
    """
    flows, frequency = remaining_flows(terms, settlement), terms.coupon_frequency
    with precise():
        found = moments(flows, annual_yield / frequency)
        growth = 1 + annual_yield / frequency
        macaulay = found.mean / frequency
        convexity = (found.mean_square + found.mean) / (frequency * growth) ** 2
        return Sensitivities(found.worth, macaulay, macaulay / growth, convexity)


def remaining_flows(terms: BondTerms, settlement: dt.date) -> PeriodFlows:
    """What a buyer at `settlement` is paid on each regular date up to maturity, per 100 of face.

    Regular coupons are 100 c / f under ACT/ACT ICMA and 30/360, else 100 c x the year fraction of their period; a first
    coupon is paid for its odd period and nothing on the regular dates in it; ex-dividend, the next coupon is left out.
    Raises as `dirty_price`.
    """
    if settlement >= terms.maturity_date:
        raise Unavailable(
            "BAD_SCHEDULE", f"a bond is priced before its maturity {terms.maturity_date}, found {settlement}"
        )
    if terms.issue_date is not None and settlement < terms.issue_date:
        raise Unavailable("BAD_SCHEDULE", f"a bond is priced from its issue on {terms.issue_date}, found {settlement}")
    ends = coupon_dates(terms, settlement)
    with precise():
        coupons = _coupons(terms, settlement, ends) if terms.coupon_rate else [Decimal(0)] * len(ends)
        coupons[-1] += terms.redemption_price
    return PeriodFlows(tuple(coupons), periods_left(terms, settlement))


def coupon_dates(terms: BondTerms, after: dt.date) -> tuple[dt.date, ...]:
    """The regular dates later than `after`, rising, maturity the last. Raises as `accrued_per_100`."""
    return regular_dates(terms.maturity_date, after, terms.coupon_frequency, is_end_of_month=keeps_month_end(terms))


def periods_left(terms: BondTerms, date: dt.date) -> Fraction:
    """The part of a period from `date` to the next regular date: 1 on a coupon date. Raises as `dirty_price`."""
    last, following = coupon_period(terms, date)
    if terms.day_count in _THIRTY_DAY_MONTHS:
        # What accrued interest leaves of the period: counted from `date`, a 31st would be 30 days from both its sides.
        return 1 - year_fraction(last, date, terms.day_count) / year_fraction(last, following, terms.day_count)
    return Fraction((following - date).days, (following - last).days)


def _coupons(terms: BondTerms, settlement: dt.date, ends: tuple[dt.date, ...]) -> list[Decimal]:
    start, first_paid = interest_period(terms, settlement)
    is_whole = coupon_period(terms, start) == (start, first_paid)
    coupons: list[Decimal] = []
    for end in ends:
        if end < first_paid:
            coupons.append(Decimal(0))
            continue
        is_even = is_whole and terms.day_count in _EVEN_COUPONS
        coupons.append(
            100 * terms.coupon_rate / terms.coupon_frequency if is_even else interest_per_100(terms, start, end)
        )
        start, is_whole = end, True  # only the first period can be odd
    if is_ex_dividend(terms, settlement):
        coupons[ends.index(first_paid)] = Decimal(0)
    return coupons
