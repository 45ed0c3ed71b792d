"""The bond functions of Excel: results on Microsoft's pages, and results reasoned from days counted by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.bonds import excel, pricing
from calculations.nav.results import Unavailable
from calculations.nav.terms import BondTerms

Date = dt.date
BASES = range(5)


def rounded(value: D | float, digits: int) -> D:
    return round(D(value), digits)


def test_documented_price_and_yield() -> None:
    price = excel.price(Date(2008, 2, 15), Date(2017, 11, 15), D("0.0575"), D("0.065"), D(100), 2, 0)
    assert rounded(price, 8) == D("94.63436162")
    found = excel.yield_(Date(2008, 2, 15), Date(2016, 11, 15), D("0.0575"), D("95.04287"), D(100), 2, 0)
    assert rounded(found, 7) == D("0.065")  # the price on the page has five decimals


def test_documented_durations() -> None:
    macaulay = excel.duration(Date(2018, 7, 1), Date(2048, 1, 1), D("0.08"), D("0.09"), 2, 1)
    assert rounded(macaulay, 13) == D("10.9191452815919")
    modified = excel.mduration(Date(2008, 1, 1), Date(2016, 1, 1), D("0.08"), D("0.09"), 2, 1)
    assert rounded(modified, 5) == D("5.73567")


def test_documented_coupon_functions() -> None:
    terms: Any = (Date(2011, 1, 25), Date(2011, 11, 15), 2, 1)
    assert excel.coupdaybs(*terms) == 71
    assert excel.coupdays(*terms) == 181
    assert excel.coupdaysnc(*terms) == 110
    assert excel.couppcd(*terms) == Date(2010, 11, 15)
    assert excel.coupncd(*terms) == Date(2011, 5, 15)
    assert excel.coupnum(Date(2007, 1, 25), Date(2008, 11, 15), 2, 1) == 4


@pytest.mark.parametrize(
    ("issue", "calc_method", "expected"),
    [
        (Date(2008, 3, 1), True, "16.666667"),
        (Date(2008, 3, 5), False, "15.555556"),
        (Date(2008, 4, 5), True, "7.222222"),
    ],
)
def test_documented_accrued_interest(issue: Date, calc_method: bool, expected: str) -> None:
    found = excel.accrint(issue, Date(2008, 8, 31), Date(2008, 5, 1), D("0.1"), D(1000), 2, 0, calc_method)
    assert rounded(found, 6) == D(expected)


@pytest.mark.parametrize(("basis", "expected"), [(0, "0.58055556"), (1, "0.57650273"), (3, "0.57808219")])
def test_documented_year_fractions(basis: int, expected: str) -> None:
    assert rounded(excel.yearfrac(Date(2012, 1, 1), Date(2012, 7, 30), basis), 8) == D(expected)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # months in a common year: 195 days of 360, or 197 actual
        (Date(2009, 12, 15), Date(2010, 6, 30), (195 / 360, 197 / 365, 197 / 360, 197 / 365, 195 / 360)),
        # from one end of February to another: 30 to 30; more than a year, so the mean of 365 and 366; 28 to 29
        (Date(2011, 2, 28), Date(2012, 2, 29), (1, 366 / 365.5, 366 / 360, 366 / 365, 361 / 360)),
        # exactly a year without 29 February in it
        (Date(2010, 2, 28), Date(2011, 2, 28), (1, 1, 365 / 360, 1, 1)),
        # the end of February counts as the 30th in the US, so that the 31st does too
        (Date(2012, 2, 29), Date(2012, 8, 31), (180 / 360, 184 / 366, 184 / 360, 184 / 365, 181 / 360)),
        # 28 February of a leap year is not its end: the 31st stays 31 in the US
        (Date(2008, 2, 28), Date(2008, 3, 31), (33 / 360, 32 / 366, 32 / 360, 32 / 365, 32 / 360)),
        # to the end of February from another day: it stays 29
        (Date(2012, 1, 31), Date(2012, 2, 29), (29 / 360, 29 / 366, 29 / 360, 29 / 365, 29 / 360)),
        # within a year across two calendar years: 366 only where 29 February lies between
        (Date(2011, 12, 1), Date(2012, 2, 28), (87 / 360, 89 / 365, 89 / 360, 89 / 365, 87 / 360)),
        (Date(2011, 12, 1), Date(2012, 3, 1), (90 / 360, 91 / 366, 91 / 360, 91 / 365, 90 / 360)),
        # three years touch four calendar years, whose mean is 365.25
        (Date(2001, 1, 1), Date(2004, 1, 1), (3, 1095 / 365.25, 1095 / 360, 3, 3)),
        (Date(2005, 1, 1), Date(2007, 6, 30), (899 / 360, 910 / 365, 910 / 360, 910 / 365, 899 / 360)),
    ],
)
def test_year_fractions_of_all_bases_in_either_order(start: Date, end: Date, expected: tuple[float, ...]) -> None:
    for basis, years in zip(BASES, expected, strict=True):
        assert excel.yearfrac(start, end, basis) == pytest.approx(years, abs=1e-15)
        assert excel.yearfrac(end, start, basis) == excel.yearfrac(start, end, basis)


# Days by hand: last coupon 2007-11-15, next 2008-05-15 (182 days), settlement 2008-02-15 after 92 days or three months.
# In prices the days to the next coupon are the rest of the period, even where the period is nominal.
ACCRUED_AND_PERIOD = {0: (90, 180), 1: (92, 182), 2: (92, 180), 3: (92, 182.5), 4: (90, 180)}


@pytest.mark.parametrize("basis", BASES)
def test_prices_durations_and_yields_of_all_bases(basis: int) -> None:
    accrued, period = ACCRUED_AND_PERIOD[basis]
    times = [1 - accrued / period + k for k in range(20)]
    flows = [2.875] * 19 + [102.875]
    worths = [flow / 1.0325**t for flow, t in zip(flows, times, strict=True)]
    settled, maturity = Date(2008, 2, 15), Date(2017, 11, 15)
    price = excel.price(settled, maturity, D("0.0575"), D("0.065"), D(100), 2, basis)
    assert float(price) == pytest.approx(sum(worths) - 2.875 * accrued / period, abs=1e-11)
    duration = sum(t * worth for t, worth in zip(times, worths, strict=True)) / sum(worths) / 2
    assert float(excel.duration(settled, maturity, D("0.0575"), D("0.065"), 2, basis)) == pytest.approx(duration)
    modified = excel.mduration(settled, maturity, D("0.0575"), D("0.065"), 2, basis)
    assert float(modified) == pytest.approx(duration / 1.0325)
    solved = excel.yield_(settled, maturity, D("0.0575"), price, D(100), 2, basis)
    assert abs(solved - D("0.065")) < D("1e-45")


@pytest.mark.parametrize("basis", BASES)
def test_with_one_coupon_left_interest_is_simple(basis: int) -> None:
    accrued, period = ACCRUED_AND_PERIOD[basis]
    settled, maturity = Date(2008, 2, 15), Date(2008, 5, 15)
    price = excel.price(settled, maturity, D("0.0575"), D("0.065"), D(101), 2, basis)
    expected = 103.875 / (1 + 0.0325 * (period - accrued) / period) - 2.875 * accrued / period
    assert float(price) == pytest.approx(expected, abs=1e-12)
    assert abs(excel.yield_(settled, maturity, D("0.0575"), price, D(101), 2, basis) - D("0.065")) < D("1e-45")


@pytest.mark.parametrize(
    ("basis", "since", "period", "to_next"),
    [(0, 1, "180", 179), (1, 1, "184", 183), (2, 1, "180", 183), (3, 1, "182.5", 183), (4, 2, "180", 179)],
)
def test_a_maturity_at_the_end_of_february_puts_coupons_at_month_ends(
    basis: int, since: int, period: str, to_next: int
) -> None:
    terms: Any = (Date(2012, 3, 1), Date(2013, 2, 28), 2, basis)
    assert (excel.couppcd(*terms), excel.coupncd(*terms)) == (Date(2012, 2, 29), Date(2012, 8, 31))
    assert excel.coupnum(*terms) == 2
    # from 29 February to 1 March: one day, the 30th to the 1st in the US, the 29th to the 1st in Europe
    assert (excel.coupdaybs(*terms), excel.coupdays(*terms), excel.coupdaysnc(*terms)) == (since, D(period), to_next)


def test_quarterly_coupons_of_a_maturity_at_the_end_of_june() -> None:
    dates = [excel.coupncd(Date(2026, month, 15), Date(2027, 6, 30), 4) for month in (1, 4, 7, 10)]
    assert dates == [Date(2026, 3, 31), Date(2026, 6, 30), Date(2026, 9, 30), Date(2026, 12, 31)]


@pytest.mark.parametrize(("basis", "part"), list(enumerate([60 / 180, 61 / 184, 61 / 180, 61 / 182.5, 60 / 180])))
def test_accrued_interest_of_all_bases(basis: int, part: float) -> None:
    # 1 March to 1 May in the period from 29 February to 31 August
    found = excel.accrint(Date(2008, 3, 1), Date(2008, 8, 31), Date(2008, 5, 1), D("0.1"), D(1000), 2, basis)
    assert float(found) == pytest.approx(50 * part)


def test_accrued_interest_after_the_first_coupon() -> None:
    terms: Any = (Date(2008, 3, 1), Date(2008, 8, 31), Date(2008, 12, 1), D("0.1"), D(1000), 2, 0)
    # 1 March to 31 August are 180 days, 31 August to 1 December 91
    assert rounded(excel.accrint(*terms), 12) == rounded(D(50) * (180 + 91) / 180, 12)
    assert rounded(excel.accrint(*terms, False), 12) == rounded(D(50) * 91 / 180, 12)
    # one whole period, then 28 of the 184 days to 31 August
    whole = excel.accrint(Date(2008, 8, 31), Date(2009, 2, 28), Date(2009, 3, 28), D("0.1"), D(1000), 2, 1)
    assert rounded(whole, 12) == rounded(50 * (1 + D(28) / 184), 12)


@given(
    st.dates(Date(2020, 1, 1), Date(2030, 12, 31)),
    st.integers(200, 4000),
    st.sampled_from([1, 2, 4]),
    st.integers(0, 1000),
)
def test_basis_1_with_coupons_left_is_act_act_icma(settled: Date, days: int, frequency: int, basis_points: int) -> None:
    maturity = (settled + dt.timedelta(days=days)).replace(day=15)  # 15: no month ends, where the rules differ
    rate, annual_yield = D("0.045"), D(basis_points) / 10_000
    terms = BondTerms(rate, frequency, "ACT_ACT_ICMA", maturity)
    if excel.coupnum(settled, maturity, frequency, 1) > 1:
        found = excel.price(settled, maturity, rate, annual_yield, D(100), frequency, 1)
        assert abs(found - pricing.clean_price(terms, settled, annual_yield)) < D("1e-40")


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: excel.coupnum(Date(2026, 1, 1), Date(2026, 1, 1), 2), "BAD_SCHEDULE"),
        (lambda: excel.coupnum(Date(2026, 1, 1), Date(2027, 1, 1), 12), "UNSUPPORTED_CONVENTION"),
        (lambda: excel.coupnum(Date(2026, 1, 1), Date(2027, 1, 1), 2, 5), "UNSUPPORTED_CONVENTION"),
        (lambda: excel.yearfrac(Date(2026, 1, 1), Date(2027, 1, 1), -1), "UNSUPPORTED_CONVENTION"),
        (
            lambda: excel.accrint(Date(2026, 1, 1), Date(2026, 7, 1), Date(2026, 1, 1), D("0.1"), D(1000), 2),
            "BAD_SCHEDULE",
        ),
        # 30 August is 180 days of 30 after the end of February: no day is left to the last coupon
        (
            lambda: excel.yield_(Date(2026, 8, 30), Date(2026, 8, 31), D("0.05"), D(100), D(100), 2, 0),
            "DOMAIN",
        ),
        (lambda: excel.price(Date(2026, 3, 1), Date(2026, 8, 31), D("0.05"), D(-3), D(100), 2, 0), "DOMAIN"),
        (lambda: excel.price(Date(2026, 3, 1), Date(2028, 8, 31), D("0.05"), D(-2), D(100), 2, 0), "DOMAIN"),
    ],
)
def test_what_excel_answers_with_an_error_says_why(call: Callable[[], object], reason: str) -> None:
    with pytest.raises(Unavailable, match=reason):
        call()
