"""Business-day rolls, and counting back. Figures are those of clo-collateral-engine 1.2 and 4.1."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.calendars import BusinessCalendar, Convention, convention, end_of_month
from calculations.clo.presets import STANDARD, preset

WEEKENDS = BusinessCalendar()
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2060, 12, 31))


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


@pytest.mark.parametrize(
    ("how", "quirks", "expected"),
    [
        (Convention.UNADJUSTED, "", "2025-08-30"),
        (Convention.FOLLOWING, "", "2025-09-01"),
        (Convention.PRECEDING, "", "2025-08-29"),
        (Convention.MODIFIED_FOLLOWING, "", "2025-08-29"),
        (Convention.MODIFIED_FOLLOWING, "COL-02", "2025-09-01"),  # not the month's last calendar day
    ],
)
def test_a_saturday_the_30th_of_a_long_month_is_moved_as_the_convention_says(
    how: Convention, quirks: str, expected: str
) -> None:
    assert WEEKENDS.adjust("2025-08-30", how, preset(quirks.split())) == day(expected)


def test_old_modified_following_rolls_back_from_the_last_day_of_a_month() -> None:
    assert WEEKENDS.adjust("2024-11-30", Convention.MODIFIED_FOLLOWING, preset(["COL-02"])) == day("2024-11-29")


@pytest.mark.parametrize("how", [Convention.UNADJUSTED, Convention.PRECEDING])
def test_the_old_terminal_adjuster_rolls_forward_where_the_convention_does_not(how: Convention) -> None:
    assert WEEKENDS.adjust_terminal("2024-06-15", how, preset(["COL-03"])) == day("2024-06-17")
    assert WEEKENDS.adjust_terminal("2024-06-15", how) == WEEKENDS.adjust("2024-06-15", how)


@pytest.mark.parametrize(
    ("start", "count", "standard", "old"),
    [
        ("2024-04-22", 1, "2024-04-19", "2024-04-21"),
        ("2024-04-22", 2, "2024-04-18", "2024-04-18"),
        ("2024-04-22", 3, "2024-04-17", "2024-04-17"),
        ("2024-04-22", 5, "2024-04-15", "2024-04-15"),
        ("2024-04-22", 8, "2024-04-10", "2024-04-10"),
        ("2024-04-21", 1, "2024-04-19", "2024-04-19"),
        ("2024-04-21", 2, "2024-04-18", "2024-04-18"),
        ("2024-04-21", 0, "2024-04-19", "2024-04-19"),
    ],
)
def test_business_days_are_counted_back(start: str, count: int, standard: str, old: str) -> None:
    assert WEEKENDS.days_before(start, count) == day(standard)
    assert WEEKENDS.days_before(start, count, preset(["COL-19"])) == day(old)


@given(DAYS, st.integers(1, 30), st.sets(DAYS, max_size=20))
def test_counting_back_passes_as_many_business_days_as_asked(
    start: dt.date, count: int, holidays: set[dt.date]
) -> None:
    calendar = BusinessCalendar.of(holidays)
    before = calendar.days_before(start, count)
    passed = np.arange(before, np.datetime64(start, "D"))
    assert calendar.is_business_day(before)
    assert calendar.is_business_day(passed).sum() == count


@given(DAYS, st.integers(0, 15), st.sets(DAYS, max_size=20))
def test_the_old_count_is_the_loop_that_the_specification_tells(
    start: dt.date, count: int, holidays: set[dt.date]
) -> None:
    """Against the loop of clo-collateral-engine 4.1, day by day."""

    def is_open(date: dt.date) -> bool:
        return date.weekday() < 5 and date not in holidays

    expected, left = start, count
    if not is_open(expected):
        left -= 1
        while not is_open(expected):
            expected -= dt.timedelta(1)
    for _ in range(left):
        while not is_open(expected):
            expected -= dt.timedelta(1)
        expected -= dt.timedelta(1)
    assert BusinessCalendar.of(holidays).days_before(start, count, preset(["COL-19"])) == np.datetime64(expected)


def test_a_holiday_is_no_business_day() -> None:
    christmas = BusinessCalendar.of([dt.date(2024, 12, 25), dt.date(2024, 12, 26)])
    assert christmas.roll_forward("2024-12-25") == day("2024-12-27")
    assert christmas.roll_back("2024-12-26") == day("2024-12-24")


@given(DAYS, st.sampled_from(Convention), st.sets(DAYS, max_size=20))
def test_an_adjusted_date_is_a_business_day_and_modified_following_keeps_the_month(
    date: dt.date, how: Convention, holidays: set[dt.date]
) -> None:
    calendar = BusinessCalendar.of(holidays)
    adjusted = calendar.adjust(date, how, STANDARD)
    if how is not Convention.UNADJUSTED:
        assert calendar.is_business_day(adjusted)
    if how is Convention.MODIFIED_FOLLOWING:
        assert adjusted.astype("datetime64[M]") == np.datetime64(date, "M")


def test_the_end_of_a_month_is_its_last_calendar_day() -> None:
    assert end_of_month(["2023-02-03", "2024-02-29"]).tolist() == [dt.date(2023, 2, 28), dt.date(2024, 2, 29)]


@pytest.mark.parametrize("text", ["MOD FOLLOWING", "Modified Following", "modified-following", " mod  following "])
def test_spellings_of_a_convention_are_known(text: str) -> None:
    assert convention(text) is Convention.MODIFIED_FOLLOWING


def test_a_blank_convention_is_unadjusted_and_an_unknown_one_an_error() -> None:
    assert convention(None) is convention(" ") is Convention.UNADJUSTED
    with pytest.raises(ValueError, match="found 'NEXT'"):
        convention("NEXT")


def test_a_negative_count_of_days_is_an_error() -> None:
    with pytest.raises(ValueError, match="found -1"):
        WEEKENDS.days_before("2024-04-22", -1)
