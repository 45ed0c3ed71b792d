"""Instalment schedules of CC-10: dates by hand from a calendar, amounts by hand in cents."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.calendars import BusinessCalendar, Convention
from calculations.funds.capital.instalments import Frequency, due_dates, schedule

CENT = Decimal("0.01")
D = Decimal
JANUARY = dt.date(2024, 1, 31)


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        (Frequency.MONTHLY, [(2024, 1, 31), (2024, 2, 29), (2024, 3, 31)]),
        (Frequency.QUARTERLY, [(2024, 1, 31), (2024, 4, 30), (2024, 7, 31)]),
        (Frequency.BIANNUAL, [(2024, 1, 31), (2024, 7, 31), (2025, 1, 31)]),
        (Frequency.ANNUAL, [(2024, 1, 31), (2025, 1, 31), (2026, 1, 31)]),
    ],
)
def test_dates_keep_to_the_end_of_the_month(frequency: Frequency, expected: list[tuple[int, int, int]]) -> None:
    assert due_dates(JANUARY, 3, frequency) == tuple(dt.date(*day) for day in expected)


def test_a_month_after_31_january_of_a_common_year_is_28_february() -> None:
    assert due_dates(dt.date(2023, 1, 31), 2, Frequency.MONTHLY)[1] == dt.date(2023, 2, 28)


def test_dates_move_to_business_days_where_a_calendar_says_so() -> None:
    # 31 March 2024 is Easter Sunday; modified following stays in March
    moved = due_dates(JANUARY, 3, Frequency.MONTHLY, BusinessCalendar(), Convention.MODIFIED_FOLLOWING)
    assert moved == (JANUARY, dt.date(2024, 2, 29), dt.date(2024, 3, 29))


def test_the_last_instalment_absorbs_the_remainder() -> None:
    dates = due_dates(JANUARY, 3, Frequency.MONTHLY)
    assert [i.amount for i in schedule(D("100.00"), dates, CENT)] == [D("33.33"), D("33.33"), D("33.34")]
    by_share = schedule(D("100.01"), dates, CENT, [D("0.25"), D("0.25"), D("0.5")])
    assert [i.amount for i in by_share] == [D("25.00"), D("25.00"), D("50.01")]
    assert [(i.number, i.due_date) for i in by_share] == list(enumerate(dates, start=1))


@pytest.mark.parametrize(
    ("total", "dates", "shares", "message"),
    [
        ("10.00", [], None, "expected 1 to 20 instalments, found 0"),
        ("10.00", [JANUARY] * 2, None, "due dates that rise"),
        ("0.00", [JANUARY], None, "a total > 0"),
        ("0.005", [JANUARY], None, "in whole units of 0.01"),
        ("10.00", [JANUARY], [D("1.1")], "sum to at most 1"),
        ("10.00", [JANUARY], [D("0.5"), D("0.5")], "expected 1 shares"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(
    total: str, dates: list[dt.date], shares: list[Decimal] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        schedule(D(total), dates, CENT, shares)


def test_custom_and_single_name_their_own_dates() -> None:
    assert due_dates(JANUARY, 1, Frequency.SINGLE) == (JANUARY,)
    for frequency, count in ((Frequency.CUSTOM, 1), (Frequency.SINGLE, 2)):
        with pytest.raises(ValueError, match="expected one of MONTHLY, QUARTERLY, BIANNUAL, ANNUAL"):
            due_dates(JANUARY, count, frequency)
    with pytest.raises(ValueError, match="expected 1 to 20 instalments, found 21"):
        due_dates(JANUARY, 21, Frequency.MONTHLY)


@given(st.integers(1, 10**10), st.lists(st.integers(0, 100), min_size=1, max_size=20).filter(any))
def test_instalments_sum_to_the_total_and_none_is_negative(cents: int, parts: list[int]) -> None:
    total, whole = D(cents).scaleb(-2), sum(parts)
    dates = due_dates(JANUARY, len(parts), Frequency.MONTHLY)
    for shares in (None, [(D(part) / whole).quantize(D("0.0001"), "ROUND_DOWN") for part in parts]):
        amounts = [instalment.amount for instalment in schedule(total, dates, CENT, shares)]
        assert sum(amounts) == total
        assert min(amounts) >= 0
