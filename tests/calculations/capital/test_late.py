"""Overdue and default dates, and late interest. The oracle is unpaid x rate x days / basis, written out or summed day by day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.calendars import BusinessCalendar, as_days
from calculations.funds.capital.dates import defaulted_from, earliest_due, overdue_from
from calculations.funds.capital.late import InterestShare, RateStep, late_interest, rate_steps, share_late_interest
from calculations.funds.capital.terms import (
    CallTerms,
    CureDays,
    DayCount,
    InterestTo,
    read_call_terms,
    read_default_terms,
    read_distribution_terms,
)

CENT = Decimal("0.01")
D = Decimal
DUE = dt.date(2024, 1, 31)
TWELVE = [RateStep(dt.date(2020, 1, 1), D("0.12"))]


def test_a_notice_is_overdue_the_day_after_its_due_date_and_its_grace() -> None:
    # fund-admin CC-7; five days of grace move it to the sixth day after
    assert overdue_from([DUE], CallTerms()).tolist() == [dt.date(2024, 2, 1)]
    assert overdue_from([DUE], CallTerms(grace_days=5)).tolist() == [dt.date(2024, 2, 6)]


def test_default_follows_the_cure_period_from_written_notice() -> None:
    # Thursday 2024-02-15: five business days over the holiday of Monday the 19th end on Friday the 23rd
    calendar = BusinessCalendar.of([dt.date(2024, 2, 19)])
    business = read_default_terms({"cure_days": 5})
    assert business.cure_day_type is CureDays.BUSINESS
    days = as_days([np.datetime64("2024-02-15"), np.datetime64("NaT")])
    assert defaulted_from(days, business, calendar).tolist() == [dt.date(2024, 2, 24), None]
    by_calendar = read_default_terms({"cure_days": 10, "cure_day_type": "CALENDAR"})
    assert defaulted_from(days, by_calendar, calendar).tolist() == [dt.date(2024, 2, 26), None]
    assert defaulted_from(days, read_default_terms({}), calendar).tolist() == [None, None]


def test_a_notice_period_of_ten_business_days_is_two_weeks_and_the_holidays_in_them() -> None:
    calendar = BusinessCalendar.of([dt.date(2024, 2, 19)])
    assert earliest_due([dt.date(2024, 2, 15)], CallTerms(), calendar).tolist() == [dt.date(2024, 3, 1)]
    # from a Saturday the first business day is Monday
    assert earliest_due([dt.date(2024, 3, 2)], CallTerms(notice_business_days=1), calendar).tolist() == [
        dt.date(2024, 3, 4)
    ]


@pytest.mark.parametrize(
    ("day_count", "expected"),
    [
        # 1,000 for 10 days and 600 for 20 days at 12 %: (10,000 + 12,000) x 0.12 / 365 or / 360
        (DayCount.ACT_365F, "7.23"),
        (DayCount.ACT_360, "7.33"),
        # 31 January counts as the 30th: 10 days to 10 February, 31 in all to 1 March: 1,000 x 10 + 600 x 21
        (DayCount.THIRTY_360, "7.53"),
    ],
)
def test_interest_runs_on_what_is_unpaid_from_the_due_date_to_each_payment(day_count: DayCount, expected: str) -> None:
    payments = [(dt.date(2024, 3, 1), D("600.00")), (dt.date(2024, 2, 10), D("400.00"))]
    until = dt.date(2024, 12, 31)
    assert late_interest(D("1000.00"), DUE, payments, until, TWELVE, day_count, CENT) == D(expected)


def test_an_index_and_its_spread_change_the_rate_on_the_way() -> None:
    # 10 days at 10 %, 20 days at 14 %: 1,000 x (1 + 2.8) / 365
    rates = [RateStep(dt.date(2024, 2, 10), D("0.14")), RateStep(DUE, D("0.10"))]
    assert late_interest(D("1000.00"), DUE, [], dt.date(2024, 3, 1), rates, DayCount.ACT_365F, CENT) == D("10.41")


def test_the_terms_charge_a_fixed_rate_or_the_index_and_its_spread() -> None:
    fixed = read_default_terms({"late_interest": {"rate": "0.12"}}).late_interest
    floating = read_default_terms({"late_interest": {"index_id": "SOFR", "spread": "0.06"}}).late_interest
    assert fixed is not None
    assert floating is not None
    until = dt.date(2024, 3, 1)  # 30 days: 1,000 x 0.12 x 30 / 365, and the same on an index at 6 %
    for rates in (rate_steps(fixed), rate_steps(floating, [RateStep(DUE, D("0.06"))])):
        assert late_interest(D("1000.00"), DUE, [], until, rates, DayCount.ACT_365F, CENT) == D("9.86")
    with pytest.raises(ValueError, match="late interest on SOFR: expected fixings of the index, found none"):
        rate_steps(floating)


def test_interest_needs_a_rate_on_the_due_date() -> None:
    rates = [RateStep(dt.date(2024, 2, 10), D("0.14"))]
    with pytest.raises(ValueError, match="late interest from 2024-01-31: expected a rate in force"):
        late_interest(D("1000.00"), DUE, [], dt.date(2024, 3, 1), rates, DayCount.ACT_365F, CENT)
    negative = [RateStep(DUE, D("-0.01"))]
    with pytest.raises(ValueError, match="rates of late interest must be >= 0"):
        late_interest(D("1000.00"), DUE, [], dt.date(2024, 3, 1), negative, DayCount.ACT_365F, CENT)


def test_paid_by_the_due_date_bears_nothing() -> None:
    paid = [(dt.date(2024, 1, 10), D("1000.00"))]
    assert late_interest(D("1000.00"), DUE, paid, dt.date(2025, 1, 1), TWELVE, DayCount.ACT_365F, CENT) == 0


days = st.dates(dt.date(2024, 1, 1), dt.date(2025, 12, 31))


@given(
    st.integers(1, 10**9),
    st.lists(st.tuples(days, st.integers(1, 10**8)), max_size=5),
    st.lists(st.tuples(days, st.integers(0, 200)), max_size=4),
    days,
)
def test_interest_is_the_sum_of_its_days(
    cents: int, paid: list[tuple[dt.date, int]], steps: list[tuple[dt.date, int]], until: dt.date
) -> None:
    fixings = {dt.date(2023, 1, 1): 80} | dict(steps)
    owed, exact, day = Fraction(cents), Fraction(0), DUE
    while day < until:
        unpaid = max(owed - sum(amount for date, amount in paid if date <= day), 0)
        rate = fixings[max(date for date in fixings if date <= day)]
        exact += unpaid * Fraction(rate, 1000) / 365
        day += dt.timedelta(days=1)
    found = late_interest(
        D(cents).scaleb(-2),
        DUE,
        [(date, D(amount).scaleb(-2)) for date, amount in paid],
        until,
        [RateStep(date, D(rate).scaleb(-3)) for date, rate in fixings.items()],
        DayCount.ACT_365F,
        CENT,
    )
    assert found == D(int(exact + Fraction(1, 2))).scaleb(-2)


@given(st.sampled_from(list(DayCount)), days, st.integers(2, 10**7))
def test_a_payment_in_two_parts_on_one_day_changes_nothing(day_count: DayCount, day: dt.date, cents: int) -> None:
    one = [(day, D(cents).scaleb(-2))]
    two = [(day, D(1).scaleb(-2)), (day, D(cents - 1).scaleb(-2))]
    until = dt.date(2026, 1, 1)
    assert late_interest(D("90000.00"), DUE, two, until, TWELVE, day_count, CENT) == late_interest(
        D("90000.00"), DUE, one, until, TWELVE, day_count, CENT
    )


def test_late_interest_goes_to_the_fund_or_to_those_who_paid_by_what_they_paid() -> None:
    funded = {"b": D("200.00"), "a": D("100.00"), "late": D("0.00")}
    assert share_late_interest(D("10.00"), InterestTo.FUND, funded, CENT) == (InterestShare(None, D("10.00")),)
    assert share_late_interest(D("10.00"), InterestTo.FUNDED_INVESTORS, funded, CENT) == (
        InterestShare("a", D("3.33")),
        InterestShare("b", D("6.67")),
    )
    assert share_late_interest(D("10.00"), InterestTo.FUNDED_INVESTORS, {}, CENT) == (InterestShare(None, D("10.00")),)


@pytest.mark.parametrize(
    ("read", "given_terms", "message"),
    [
        (read_call_terms, {"basis": "CUSTOM"}, "basis: expected one of COMMITMENT, UNFUNDED, found 'CUSTOM'"),
        (read_call_terms, {"excess_cap": "0.9"}, "excess_cap: expected a number >= 1"),
        (read_call_terms, {"grace_days": "1.5"}, "grace_days: expected a whole number >= 0, found '1.5'"),
        (read_call_terms, {"grace": 1}, "only the keys"),
        (read_default_terms, {"late_interest": {"rate": "0.1", "index_id": "X", "spread": 0}}, "expected either rate"),
        (read_default_terms, {"late_interest": {"index_id": "X"}}, "expected either rate, or index_id and spread"),
        (read_default_terms, {"remedies": ["FINE"]}, r"remedies\[0\]: expected one of INTEREST"),
        (read_distribution_terms, {"recallable": {"expires": "soon"}}, "recallable.expires: expected a day"),
        (read_distribution_terms, {"withholding": [{"income_class": "DIVIDEND"}]}, "found no rate"),
    ],
)
def test_terms_out_of_shape_are_refused_by_their_key(
    read: object, given_terms: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        read(given_terms)  # type: ignore[operator]
