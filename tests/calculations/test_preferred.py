"""Preferred-return conventions: the table of fund-admin V9, days counted by hand, and what always holds."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.waterfall.accrual import accrue
from calculations.funds.waterfall.book import ALL, Book, Key, open_book, return_capital
from calculations.funds.waterfall.lots import contribute
from calculations.funds.waterfall.preferred import Convention, growth, preferred_return
from calculations.funds.waterfall.terms import RateHurdle
from calculations.money import round_half_up
from tests.calculations.waterfall_reference import preferred as reference

CENT = Decimal("0.01")
EIGHT = Decimal("0.08")
MILLION = Decimal(1_000_000)

dates = st.dates(min_value=dt.date(2015, 1, 1), max_value=dt.date(2030, 12, 31))
month_ends = dates.map(
    lambda day: day.replace(day=1) - dt.timedelta(days=1)
)  # 29 February and ends of quarters among them


@pytest.mark.parametrize(
    ("convention", "expected"),
    [
        ("SIMPLE_365", "2838356.16"),
        ("SIMPLE_360", "2877777.78"),
        ("SIMPLE_30_360", "2833333.33"),  # not in V9: 3 years, 6 months, 15 days = 1,275 days: 10m x 0.08 x 1275 / 360
        ("IRR", "3139706.15"),
        ("ANNUAL_ANNIVERSARY", "3146561.51"),
        ("ANNUAL_CALENDAR", "3153095.76"),
        ("QUARTERLY_FOURTHS", "3241059.76"),
        ("QUARTERLY_ACTUAL", "3245326.06"),
        ("DAILY", "3281732.68"),
    ],
)
def test_the_conventions_accrue_as_in_v9(convention: str, expected: str) -> None:
    accrued = preferred_return(10 * MILLION, EIGHT, Convention(convention), dt.date(2021, 3, 15), dt.date(2024, 9, 30))
    assert round_half_up(accrued, CENT) == Decimal(expected)


@pytest.mark.parametrize(
    ("convention", "start", "end", "expected"),
    [
        # a leap year is 366/365 years of simple interest, and one whole year from anniversary to anniversary
        ("SIMPLE_365", (2024, 1, 1), (2025, 1, 1), "80219.18"),  # 80,000 x 366/365
        ("ANNUAL_ANNIVERSARY", (2024, 1, 1), (2025, 1, 1), "80000.00"),
        # 29 February to 28 February is a whole year: 80,000, then 1,080,000 x 0.08 x 1/365
        ("ANNUAL_ANNIVERSARY", (2020, 2, 29), (2021, 3, 1), "80236.71"),
        # 31 December itself accrues in the next year: 30 days to it, then 1,006,575.34 x 0.08 x 1/365
        ("ANNUAL_CALENDAR", (2021, 12, 1), (2022, 1, 1), "6795.96"),
        # from one quarter end to the next is a quarter of a year, one day less is actual/365: 90 days
        ("QUARTERLY_FOURTHS", (2021, 3, 31), (2021, 6, 30), "20000.00"),
        ("QUARTERLY_FOURTHS", (2021, 3, 31), (2021, 6, 29), "19726.03"),
        ("QUARTERLY_FOURTHS", (2021, 4, 1), (2021, 6, 30), "19726.03"),
        ("SIMPLE_30_360", (2021, 1, 31), (2021, 3, 31), "13333.33"),  # 60 days of 360
        ("SIMPLE_30_360", (2021, 1, 15), (2021, 3, 31), "16888.89"),  # US rule: the 31st counts, 76 days
    ],
)
def test_stubs_and_whole_periods(
    convention: str, start: tuple[int, int, int], end: tuple[int, int, int], expected: str
) -> None:
    accrued = preferred_return(MILLION, EIGHT, Convention(convention), dt.date(*start), dt.date(*end))
    assert round_half_up(accrued, CENT) == Decimal(expected)


@pytest.mark.parametrize("convention", list(Convention))
@given(
    days=st.lists(st.one_of(dates, month_ends), min_size=2, max_size=2).map(sorted),
    rate=st.decimals(0, Decimal("0.3"), places=6),
)
def test_a_contribution_earns_what_the_plain_reading_says(
    convention: Convention, days: list[dt.date], rate: Decimal
) -> None:
    accrued = preferred_return(MILLION, rate, convention, *days)
    assert abs(accrued - reference.preferred_return(MILLION, rate, convention, *days)) < Decimal("1e-20")


@pytest.mark.parametrize("convention", list(Convention))
@given(days=st.lists(dates, min_size=3, max_size=8).map(sorted))
def test_stopping_on_the_way_changes_nothing(convention: Convention, days: list[dt.date]) -> None:
    book = contributed(convention, days[0])
    for day in days[1:]:
        book = accrue(book, day)
    straight = preferred_return(MILLION, EIGHT, convention, days[0], days[-1])
    assert abs(earned(book) - straight) < Decimal("1e-10")


@pytest.mark.parametrize("convention", list(Convention))
@given(days=st.lists(dates, min_size=3, max_size=3).map(sorted))
def test_preferred_return_never_falls(convention: Convention, days: list[dt.date]) -> None:
    sooner = preferred_return(MILLION, EIGHT, convention, days[0], days[1])
    later = preferred_return(MILLION, EIGHT, convention, days[0], days[2])
    assert 0 <= sooner <= later


@given(days=st.lists(dates, min_size=2, max_size=2, unique=True).map(sorted))
def test_the_more_often_it_compounds_the_more_it_is(days: list[dt.date]) -> None:
    def accrued(convention: Convention) -> Decimal:
        return preferred_return(MILLION, EIGHT, convention, *days)

    dust = Decimal("1e-15")  # sums here are at the 28 digits of the default context
    assert accrued(Convention.SIMPLE_365) <= accrued(Convention.ANNUAL_CALENDAR) + dust
    assert accrued(Convention.ANNUAL_CALENDAR) <= accrued(Convention.QUARTERLY_ACTUAL) + dust
    assert accrued(Convention.QUARTERLY_ACTUAL) <= accrued(Convention.DAILY) + dust


def test_simple_interest_is_on_the_capital_alone() -> None:
    # 1,000,000 a year, half the capital returned after the first 365 days: 80,000 + 40,000
    book = accrue(contributed(Convention.SIMPLE_365, dt.date(2021, 1, 1)), dt.date(2022, 1, 1))
    halved = return_capital(book, np.array([500_000]), ALL)
    assert earned(accrue(halved, dt.date(2023, 1, 1))) == 120_000


@pytest.mark.parametrize("convention", list(Convention))
def test_nothing_is_earned_before_the_contribution(convention: Convention) -> None:
    day, later = dt.date(2021, 1, 1), dt.date(2022, 1, 1)
    assert growth(EIGHT, convention, day, dt.date(2020, 1, 1), later) == growth(EIGHT, convention, day, day, later)


def contributed(convention: Convention, day: dt.date) -> Book:
    book = open_book([RateHurdle(EIGHT, convention)], 1, None)
    return contribute(accrue(book, day), np.array([1_000_000]), Key(day, "", ""))


def earned(book: Book) -> Decimal:
    return Decimal(str(book.preferred(0, ALL, "")[0]))


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="2021-03-15 or later, found 2021-03-14"):
        preferred_return(MILLION, EIGHT, Convention.IRR, dt.date(2021, 3, 15), dt.date(2021, 3, 14))
