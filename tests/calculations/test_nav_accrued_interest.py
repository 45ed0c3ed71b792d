"""Accrued interest, day fractions and receivables of a strike at their edges; the plain cases are E-1, E-3, E-4, E-7."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from calculations.nav import BondTerms
from calculations.nav.accrued_interest import accrued_per_100, coupon_period
from calculations.nav.day_fractions import year_fraction
from calculations.nav.receivables import CapitalOrder, CashDividend, dividend_receivable, order_outstanding
from calculations.nav.results import Unavailable
from tests.calculations.nav_inputs import DAY, D

Date = dt.date
BOND = BondTerms(D("0.06"), 2, "ACT_ACT_ICMA", Date(2030, 8, 31))


@pytest.mark.parametrize(
    ("start", "end", "convention", "expected"),
    [
        (Date(2026, 1, 31), Date(2026, 3, 31), "30_360_US", Fraction(60, 360)),
        (Date(2026, 1, 31), Date(2026, 3, 31), "30E_360", Fraction(60, 360)),
        (Date(2026, 1, 30), Date(2026, 3, 31), "30_360_US", Fraction(60, 360)),
        (Date(2026, 1, 29), Date(2026, 3, 31), "30_360_US", Fraction(62, 360)),
        (Date(2026, 1, 29), Date(2026, 3, 31), "30E_360", Fraction(61, 360)),
        (Date(2026, 2, 28), Date(2026, 8, 31), "30_360_US", Fraction(180, 360)),  # end of February counts as the 30th
        (Date(2026, 2, 28), Date(2026, 8, 31), "30E_360", Fraction(182, 360)),
        (Date(2024, 2, 29), Date(2025, 2, 28), "30_360_US", Fraction(1)),  # both ends of February
        (Date(2024, 2, 28), Date(2025, 2, 28), "30_360_US", Fraction(1)),
        (Date(2023, 12, 31), Date(2024, 1, 2), "ACT_ACT_ISDA", Fraction(1, 365) + Fraction(1, 366)),
        (Date(2023, 12, 31), Date(2024, 1, 2), "ACT_365_366", Fraction(1, 365) + Fraction(1, 366)),
        (Date(2024, 1, 1), Date(2025, 1, 1), "ACT_365F", Fraction(366, 365)),
    ],
)
def test_day_fractions_at_month_ends_and_leap_years(
    start: Date, end: Date, convention: str, expected: Fraction
) -> None:
    assert year_fraction(start, end, convention) == expected


def test_coupon_dates_are_counted_from_maturity_and_keep_the_month_end() -> None:
    assert coupon_period(BOND, Date(2026, 2, 27)) == (Date(2025, 8, 31), Date(2026, 2, 28))
    assert coupon_period(BOND, Date(2026, 2, 28)) == (Date(2026, 2, 28), Date(2026, 8, 31))
    assert coupon_period(BOND, Date(2030, 8, 30)) == (Date(2030, 2, 28), Date(2030, 8, 31))


def test_nothing_has_accrued_on_a_coupon_date_and_at_maturity() -> None:
    assert accrued_per_100(BOND, Date(2026, 2, 28)) == 0
    assert accrued_per_100(BOND, Date(2030, 8, 31)) == 0
    assert accrued_per_100(replace(BOND, coupon_rate=D(0), coupon_frequency=0), DAY) == 0


def test_ex_dividend_the_interest_is_negative() -> None:
    # period 2026-02-28 to 08-31 has 184 days; 7 days before its end 100 x 0.06 / 2 x 7 / 184 is still to come
    terms = replace(BOND, ex_dividend_days=7)
    assert round(accrued_per_100(terms, Date(2026, 8, 24)), 20) == round(D(-21) / 184, 20)
    assert accrued_per_100(terms, Date(2026, 8, 23)) > 0


def test_a_short_first_period_accrues_from_issue() -> None:
    short = replace(BOND, issue_date=Date(2026, 3, 1), first_coupon_date=Date(2026, 8, 31))
    assert accrued_per_100(short, Date(2026, 3, 1)) == 0
    assert round(accrued_per_100(short, Date(2026, 3, 10)), 9) == round(D(3) * 9 / 184, 9)


def test_a_long_first_period_accrues_regular_period_by_regular_period() -> None:
    # 44 days of the 181 up to 2026-02-28, then 10 of the 184 up to 08-31; ACT/360 just counts the 54 days
    long = replace(BOND, issue_date=Date(2026, 1, 15), first_coupon_date=Date(2026, 8, 31))
    assert round(accrued_per_100(long, DAY), 20) == round(3 * (D(44) / 181 + D(10) / 184), 20)
    assert round(accrued_per_100(replace(long, day_count="ACT_360"), DAY), 20) == D("0.9")
    # no coupon is paid on 2026-02-28, so the bond is not ex-dividend before it; before 08-31 it is: -6/2 x 7/184
    ex = replace(long, ex_dividend_days=7)
    assert accrued_per_100(ex, Date(2026, 2, 25)) > 0
    assert round(accrued_per_100(ex, Date(2026, 8, 24)), 20) == round(D(-21) / 184, 20)


def test_month_ends_are_kept_where_the_first_coupon_or_the_issue_shows_it() -> None:
    june = BondTerms(D("0.04"), 2, "ACT_ACT_ICMA", Date(2027, 6, 30))
    december, day = Date(2025, 12, 31), Date(2026, 1, 15)
    assert coupon_period(june, day) == (Date(2025, 12, 30), Date(2026, 6, 30))
    assert coupon_period(replace(june, first_coupon_date=december), day) == (december, Date(2026, 6, 30))
    assert coupon_period(replace(june, issue_date=december), day) == (december, Date(2026, 6, 30))
    # 30 November is no longer month's end than 30 June, 31 January is none of the cycle, 30 December is no month's end
    for other in (Date(2025, 11, 30), Date(2025, 1, 31), Date(2025, 12, 30)):
        assert coupon_period(replace(june, issue_date=other), day) == (Date(2025, 12, 30), Date(2026, 6, 30))


@pytest.mark.parametrize(
    ("change", "date", "reason"),
    [
        ({}, Date(2030, 9, 1), "BAD_SCHEDULE"),
        ({"issue_date": Date(2026, 3, 11)}, DAY, "BAD_SCHEDULE"),
        ({"coupon_frequency": 3}, DAY, "UNSUPPORTED_CONVENTION"),
        ({"coupon_frequency": 0}, DAY, "UNSUPPORTED_CONVENTION"),
        ({"day_count": "BUS_252"}, DAY, "UNSUPPORTED_CONVENTION"),
        ({"first_coupon_date": Date(2026, 9, 1)}, DAY, "BAD_SCHEDULE"),  # not six months from 31 August
        ({"first_coupon_date": Date(2031, 2, 28)}, DAY, "BAD_SCHEDULE"),  # after maturity
        ({"first_coupon_date": Date(2027, 2, 28)}, DAY, "MISSING_TERMS"),  # a long period that begins nowhere
    ],
)
def test_what_cannot_accrue_says_why(change: dict[str, Any], date: Date, reason: str) -> None:
    with pytest.raises(Unavailable, match=reason):
        accrued_per_100(replace(BOND, **change), date)


DIVIDEND = CashDividend("d", "EQ", Date(2026, 3, 5), Date(2026, 3, 20), D("2"), "USD", D("0.25"))


@pytest.mark.parametrize(
    ("date", "is_owed"),
    [
        (Date(2026, 3, 4), False),
        (Date(2026, 3, 5), True),
        (Date(2026, 3, 19), True),
        (Date(2026, 3, 20), False),
    ],
)
def test_a_dividend_is_owed_from_its_ex_date_until_it_is_paid(date: Date, is_owed: bool) -> None:
    assert (dividend_receivable(DIVIDEND, D(10), date) is not None) is is_owed


def test_a_short_position_owes_the_dividend() -> None:
    payable = dividend_receivable(DIVIDEND, D(-10), DAY)
    assert payable is not None
    assert (payable.side, payable.amount) == ("LIABILITY", D("15"))


ORDER = CapitalOrder("o", "SUBSCRIPTION", "PRICED", Date(2026, 3, 9), Date(2026, 3, 12), D("500"), "USD", "A")


@pytest.mark.parametrize(
    ("change", "side"),
    [
        ({}, "ASSET"),
        ({"activity": "REDEMPTION"}, "LIABILITY"),
        ({"status": "ORDERED"}, None),
        ({"status": "CANCELLED"}, None),
        ({"nav_date": DAY}, None),  # priced by this strike: enters the next one
        ({"status": "SETTLED"}, "ASSET"),  # settled two days later: still owed on the day struck
        ({"status": "SETTLED", "settle_date": DAY}, None),
        ({"settle_date": Date(2026, 3, 9)}, "ASSET"),  # late
    ],
)
def test_an_order_is_outstanding_from_its_price_to_its_settlement(change: dict[str, Any], side: str | None) -> None:
    found = order_outstanding(replace(ORDER, **change), DAY)
    assert (None if found is None else found.side) == side
    if found is not None:
        assert (found.share_class_id, found.amount) == ("A", D("500"))


def test_an_activity_that_moves_no_cash_is_refused() -> None:
    with pytest.raises(ValueError, match="order o: activity must be one of SUBSCRIPTION"):
        order_outstanding(replace(ORDER, activity="TRANSFER_IN"), DAY)
