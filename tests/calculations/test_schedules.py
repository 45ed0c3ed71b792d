"""Interest dates and instalments. Tables are those of clo-collateral-engine 1.2."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.calendars import BusinessCalendar, convention
from calculations.clo.presets import preset
from calculations.schedules import dates_after, instalment_shares, interest_dates

WEEKENDS = BusinessCalendar()
MATURITY = dt.date(2025, 12, 1)

FROM_MAY_31 = [
    "",
    ",2024-05-31,2024-08-31,2024-11-30,2025-02-28,2025-05-31,2025-08-31,2025-11-30,2025-12-01",
    "FOLLOWING,2024-05-31,2024-09-02,2024-12-02,2025-02-28,2025-06-02,2025-09-01,2025-12-01",
    "MOD FOLLOWING,2024-05-31,2024-08-30,2024-11-29,2025-02-28,2025-05-30,2025-08-29,2025-11-28,2025-12-01",
    "PREVIOUS,2024-05-31,2024-08-30,2024-11-29,2025-02-28,2025-05-30,2025-08-29,2025-11-28,2025-12-01",
    "",
][1:-1]
FROM_MAY_30 = [
    "",
    ",2024-05-30,2024-08-30,2024-11-30,2025-02-28,2025-05-30,2025-08-30,2025-11-30,2025-12-01",
    "FOLLOWING,2024-05-30,2024-08-30,2024-12-02,2025-02-28,2025-05-30,2025-09-01,2025-12-01",
    "PREVIOUS,2024-05-30,2024-08-30,2024-11-29,2025-02-28,2025-05-30,2025-08-29,2025-11-28,2025-12-01",
    "",
][1:-1]
OLD_MODIFIED = "MOD FOLLOWING,2024-05-30,2024-08-30,2024-11-29,2025-02-28,2025-05-30,2025-09-01,2025-11-28,2025-12-01"
STANDARD_MODIFIED = OLD_MODIFIED.replace("2025-09-01", "2025-08-29")


def paid(first: str, text: str, *, is_end_of_month: bool, quirks: str = "") -> list[str]:
    found = interest_dates(
        dt.date.fromisoformat(first),
        MATURITY,
        3,
        WEEKENDS,
        convention(text),
        is_end_of_month=is_end_of_month,
        preset=preset(quirks.split()),
    )
    return [str(date) for date in found.paid]


@pytest.mark.parametrize("quirks", ["", "COL-02", "COL-03", "COL-02 COL-03"])
@pytest.mark.parametrize("line", FROM_MAY_31)
def test_month_end_dates_are_those_of_the_first_table(line: str, quirks: str) -> None:
    text, *expected = line.split(",")
    assert paid("2024-05-31", text, is_end_of_month=True, quirks=quirks) == expected


@pytest.mark.parametrize("quirks", ["", "COL-02", "COL-03"])
@pytest.mark.parametrize("line", FROM_MAY_30)
def test_dates_on_the_30th_are_those_of_the_second_table(line: str, quirks: str) -> None:
    text, *expected = line.split(",")
    assert paid("2024-05-30", text, is_end_of_month=False, quirks=quirks) == expected


@pytest.mark.parametrize(("line", "quirks"), [(OLD_MODIFIED, "COL-02"), (STANDARD_MODIFIED, "")])
def test_modified_following_leaves_the_month_only_by_the_old_rule(line: str, quirks: str) -> None:
    text, *expected = line.split(",")
    assert paid("2024-05-30", text, is_end_of_month=False, quirks=quirks) == expected


def test_a_first_payment_after_maturity_leaves_one_date() -> None:
    assert paid("2026-02-28", "", is_end_of_month=False) == ["2025-12-01"]


def test_dates_after_maturity_step_by_the_payment_interval() -> None:
    found = dates_after(dt.date(2025, 12, 15), 3, 2, WEEKENDS, convention("FOLLOWING"))
    assert [str(date) for date in found.nominal] == ["2026-03-15", "2026-06-15"]
    assert [str(date) for date in found.paid] == ["2026-03-16", "2026-06-15"]  # 15 March 2026 is a Sunday


def test_instalments_become_shares_of_what_is_still_scheduled() -> None:
    """Case C of clo-collateral-engine 8: 0.05, 1/19, 1/9, 1/8, 1/7, 1; listed out of order, one in two halves."""
    days = ["2024-03-20", "2025-06-20", "2024-06-20", "2024-09-20", "2024-12-20", "2025-03-20", "2025-03-20"]
    amounts = [0.5, 6.0, 0.5, 1.0, 1.0, 0.5, 0.5]
    dates, shares = instalment_shares(
        [(dt.date.fromisoformat(day), amount) for day, amount in zip(days, amounts, strict=True)], WEEKENDS
    )
    assert [str(date) for date in dates] == sorted(set(days))
    assert shares.tolist() == pytest.approx([0.05, 1 / 19, 1 / 9, 1 / 8, 1 / 7, 1.0], abs=1e-15)


def test_instalments_that_land_on_one_business_day_are_one() -> None:
    weekend = [(dt.date(2024, 6, 15), 1.0), (dt.date(2024, 6, 16), 2.0), (dt.date(2024, 9, 16), 3.0)]
    dates, shares = instalment_shares(weekend, WEEKENDS, convention("FOLLOWING"))
    assert [str(date) for date in dates] == ["2024-06-17", "2024-09-16"]
    assert shares.tolist() == pytest.approx([0.5, 1.0])


@given(
    first=st.dates(dt.date(2010, 1, 1), dt.date(2030, 12, 31)),
    life=st.integers(1, 4000),
    months=st.sampled_from([1, 3, 6, 12]),
    text=st.sampled_from(["", "FOLLOWING", "MOD FOLLOWING", "PREVIOUS"]),
    is_end_of_month=st.booleans(),
)
def test_interest_dates_rise_and_end_at_maturity(
    first: dt.date, life: int, months: int, text: str, is_end_of_month: bool
) -> None:
    maturity = first + dt.timedelta(life)
    found = interest_dates(first, maturity, months, WEEKENDS, convention(text), is_end_of_month=is_end_of_month)
    assert (found.paid[1:] > found.paid[:-1]).all()
    assert found.paid[-1] == WEEKENDS.adjust(maturity, convention(text))
