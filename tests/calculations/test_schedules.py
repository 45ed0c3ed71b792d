"""Interest dates and instalments. Tables are those of clo-collateral-engine 1.2."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.calendars import BusinessCalendar, as_days, convention
from calculations.clo.presets import preset
from calculations.schedules import InterestDates, dates_after, instalment_shares, interest_dates

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
        as_days([first]),
        as_days([MATURITY]),
        np.array([3]),
        WEEKENDS,
        [convention(text)],
        np.array([is_end_of_month]),
        preset(quirks.split()),
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
    found = dates_after(
        as_days([dt.date(2025, 12, 15)]),
        np.array([3]),
        np.array([2]),
        WEEKENDS,
        [convention("FOLLOWING")],
        np.array([False]),
    )
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


LOANS = st.tuples(
    st.dates(dt.date(2010, 1, 1), dt.date(2030, 12, 31)),
    st.integers(-400, 4000),
    st.sampled_from([1, 3, 6, 12]),
    st.sampled_from(["", "FOLLOWING", "MOD FOLLOWING", "PREVIOUS"]),
    st.booleans(),
)


def of_pool(loans: list[tuple[dt.date, int, int, str, bool]]) -> InterestDates:
    """Interest dates of loans by first payment, days from it to maturity, months, convention, whether at month end."""
    return interest_dates(
        as_days([first for first, *_ in loans]),
        as_days([first + dt.timedelta(life) for first, life, *_ in loans]),
        np.array([months for _, _, months, _, _ in loans]),
        WEEKENDS,
        [convention(text) for *_, text, _ in loans],
        np.array([is_end_of_month for *_, is_end_of_month in loans]),
    )


@given(LOANS)
def test_interest_dates_rise_and_end_at_maturity(loan: tuple[dt.date, int, int, str, bool]) -> None:
    found = of_pool([loan])
    assert (found.paid[1:] > found.paid[:-1]).all()
    assert found.paid[-1] == WEEKENDS.adjust(loan[0] + dt.timedelta(loan[1]), convention(loan[3]))


@given(st.lists(LOANS, min_size=1, max_size=6))
def test_a_loan_has_the_same_interest_dates_in_a_pool_as_alone(
    loans: list[tuple[dt.date, int, int, str, bool]],
) -> None:
    pool = of_pool(loans)
    assert (np.diff(pool.loan) >= 0).all()
    for number, loan in enumerate(loans):
        alone = of_pool([loan])
        assert pool.nominal[pool.loan == number].tolist() == alone.nominal.tolist()
        assert pool.paid[pool.loan == number].tolist() == alone.paid.tolist()
