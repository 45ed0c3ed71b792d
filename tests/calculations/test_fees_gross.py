"""Gross management fees: fund-admin 1.7, F-1, F-2 and V12 by hand, and a plain day-by-day reading as reference."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.funds.fees.day_counts import DayCount
from calculations.funds.fees.gross import gross_fees
from calculations.funds.fees.levels import Levels
from calculations.funds.fees.periods import fee_periods
from calculations.funds.fees.terms import (
    Basis,
    Frequency,
    FundDates,
    Timing,
    read_fee_terms,
)
from tests.calculations.fee_cases import MILLION, NEW_YEAR, TERMS, days, fee, ints, level, period


@pytest.mark.parametrize(
    ("day_count", "first", "second"),
    [
        # 20,000.00 a year; quarters of 90 and 91 days
        ("ACT_365F", 4_931_51, 4_986_30),
        ("ACT_360", 5_000_00, 5_055_56),
        ("30_360", 5_000_00, 5_000_00),
    ],
)
def test_a_quarter_is_charged_by_its_day_count(day_count: str, first: int, second: int) -> None:
    quarters = fee_periods(NEW_YEAR, dt.date(2025, 7, 1), Frequency.QUARTERLY)
    found = fee(quarters, replace(TERMS, day_count=DayCount(day_count)), level((NEW_YEAR, MILLION)))
    assert found.gross.tolist() == [first, second]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (dt.date(2025, 11, 30), dt.date(2026, 2, 28)),
        (dt.date(2025, 1, 31), dt.date(2025, 4, 30)),
        (dt.date(2024, 2, 29), dt.date(2024, 5, 29)),
    ],
)
def test_a_30_360_quarter_is_a_quarter_of_the_rate_whatever_its_days(start: dt.date, end: dt.date) -> None:
    found = fee(period(start, end), replace(TERMS, day_count=DayCount.THIRTY_360), level((start, MILLION)))
    assert found.gross.tolist() == [5_000_00]


def test_v12_a_fee_of_three_per_cent_of_paid_in_is_six_millions() -> None:
    # fund-admin V12: commitment 250, 80 % drawn, a whole year
    terms = replace(TERMS, basis=Basis.PAID_IN, rate=Decimal("0.03"), day_count=DayCount.THIRTY_360)
    found = fee(period(NEW_YEAR, dt.date(2026, 1, 1)), terms, level((NEW_YEAR, 200 * MILLION)))
    assert found.gross.tolist() == [6 * MILLION]


def test_a_step_down_splits_the_period_on_its_day() -> None:
    # 2 % for 44 days, 1.75 % for 46: 1,000,000.00 / 365 x (0.88 + 0.805) = 4,616.44
    terms = read_fee_terms(
        {
            "basis": "COMMITMENTS",
            "rate": "0.02",
            "frequency": "QUARTERLY",
            "timing": "ADVANCE",
            "day_count": "ACT_365F",
            "step_downs": [{"from": "2025-02-14", "rate": "0.0175"}],
        }
    )
    found = fee(period(NEW_YEAR, dt.date(2025, 4, 1)), terms, level((NEW_YEAR, MILLION)))
    assert found.days.tolist() == [44, 46]
    assert found.rate.tolist() == [Decimal("0.02"), Decimal("0.0175")]
    assert found.gross.tolist() == [2_410_96, 2_205_48]


def test_the_end_of_the_investment_period_still_bears_the_old_fee() -> None:
    # invested capital of 400,000.00 from the day after 31 January on: 31 x 20,000 + 59 x 6,000, over 365
    terms = read_fee_terms(
        {
            "basis": "COMMITMENTS",
            "rate": "0.02",
            "frequency": "QUARTERLY",
            "timing": "ADVANCE",
            "day_count": "ACT_365F",
            "step_downs": [{"from": "INVESTMENT_PERIOD_END", "basis": "INVESTED_CAPITAL", "rate": "0.015"}],
        }
    )
    balances = {
        Basis.COMMITMENTS: level((NEW_YEAR, MILLION)),
        Basis.INVESTED_CAPITAL: level((NEW_YEAR, 400_000_00)),
    }
    dates = FundDates(investment_period_end=dt.date(2025, 1, 31))
    found = gross_fees(period(NEW_YEAR, dt.date(2025, 4, 1)), [terms], balances, dates)
    assert found.start.tolist() == [NEW_YEAR, dt.date(2025, 2, 1)]
    assert found.basis.tolist() == [Basis.COMMITMENTS, Basis.INVESTED_CAPITAL]
    assert found.gross.tolist() == [1_698_63, 969_86]
    with pytest.raises(ValueError, match="INVESTMENT_PERIOD_END needs the fund's investment_period_end, found none"):
        gross_fees(period(NEW_YEAR, dt.date(2025, 4, 1)), [terms], balances, FundDates())


def test_a_successor_that_has_not_charged_steps_nothing_down() -> None:
    terms = read_fee_terms(
        {
            "basis": "COMMITMENTS",
            "rate": "0.02",
            "frequency": "ANNUAL",
            "timing": "ADVANCE",
            "day_count": "30_360",
            "step_downs": [{"from": "SUCCESSOR_FIRST_FEE", "rate": "0.01"}],
        }
    )
    year, balances = period(NEW_YEAR, dt.date(2026, 1, 1)), level((NEW_YEAR, MILLION))
    assert fee(year, terms, balances).gross.tolist() == [20_000_00]
    stepped = fee(year, terms, balances, FundDates(successor_first_fee=dt.date(2025, 7, 1)))
    assert stepped.gross.tolist() == [10_000_00, 5_000_00]


def test_a_commitment_counts_from_its_commitment_date() -> None:
    # section 8 item 9: in advance one dated inside the quarter waits, in arrears it counts for its 46 of 90 days,
    # and the 44 days before the first of all are charged on nothing rather than left out of the average
    quarter, joined = period(NEW_YEAR, dt.date(2025, 4, 1)), level((dt.date(2025, 2, 14), MILLION))
    assert fee(quarter, TERMS, joined).gross.sum() == 0
    found = fee(quarter, replace(TERMS, timing=Timing.ARREARS), joined)
    assert found.basis_amount.tolist() == [0, MILLION]
    assert found.days.tolist() == [44, 46]
    assert found.gross.tolist() == [0, 2_520_55]  # 20,000 x 46 / 365


def test_the_order_in_which_rows_were_written_plays_no_part() -> None:
    rows = [(dt.date(2025, 2, 14), MILLION), (NEW_YEAR, 3 * MILLION), (dt.date(2025, 3, 1), -MILLION)]
    quarter, terms = period(NEW_YEAR, dt.date(2025, 4, 1)), replace(TERMS, timing=Timing.ARREARS)
    found, reversed_rows = fee(quarter, terms, level(*rows)), fee(quarter, terms, level(*reversed(rows)))
    assert found.gross.tolist() == reversed_rows.gross.tolist()
    assert found.basis_amount.tolist() == [3 * MILLION, 4 * MILLION, 3 * MILLION]


def test_a_fee_on_distributions_is_the_rate_of_those_of_the_period() -> None:
    terms = replace(TERMS, basis=Basis.DISTRIBUTIONS, rate=Decimal("0.01"), timing=Timing.ARREARS)
    quarters = fee_periods(NEW_YEAR, dt.date(2025, 7, 1), Frequency.QUARTERLY)
    paid = level((NEW_YEAR, 100_00), (dt.date(2025, 3, 31), 50_00), (dt.date(2025, 4, 1), 7_00))
    assert fee(quarters, terms, paid).gross.tolist() == [1_50, 7]


def test_a_nav_below_zero_is_charged_as_zero() -> None:
    terms = replace(TERMS, basis=Basis.NAV)
    stated = Levels.of_values(ints(0), days(NEW_YEAR), ints(-MILLION))
    assert fee(period(NEW_YEAR, dt.date(2025, 4, 1)), terms, stated).gross.tolist() == [0]


def test_periods_follow_the_fiscal_year_with_parts_at_both_ends() -> None:
    found = fee_periods(dt.date(2024, 2, 10), dt.date(2024, 11, 15), Frequency.QUARTERLY, (2, 29))
    assert found.start.tolist() == [dt.date(2024, 2, 10), dt.date(2024, 3, 1), dt.date(2024, 6, 1), dt.date(2024, 9, 1)]
    assert found.end.tolist()[-1] == dt.date(2024, 11, 15)


def test_partners_of_different_terms_are_charged_beside_each_other() -> None:
    balances = Levels.of_movements(ints(0, 1), days(NEW_YEAR, NEW_YEAR), ints(MILLION, MILLION))
    found = gross_fees(
        period(NEW_YEAR, dt.date(2026, 1, 1)),
        [replace(TERMS, rate=Decimal("0.015")), TERMS],
        {Basis.COMMITMENTS: balances},
        FundDates(),
    )
    assert found.by_period(found.gross, 2, 1).tolist() == [[15_000_00], [20_000_00]]


def test_a_fee_does_not_depend_on_how_many_partners_are_charged_beside_it() -> None:
    # 10,000.00 x 1.2345678901 % x 90 / 365 = 30.44; thirty exact numerators of 1.1e18 pass 64 bits only in sum
    terms, count = replace(TERMS, rate=Decimal("0.012345678901")), 30
    balances = Levels.of_movements(
        np.arange(count), np.full(count, NEW_YEAR, dtype="datetime64[D]"), np.full(count, 10_000_00)
    )
    quarter = period(NEW_YEAR, dt.date(2025, 4, 1))
    found = gross_fees(quarter, [terms] * count, {Basis.COMMITMENTS: balances}, FundDates())
    assert found.gross.tolist() == [30_44] * count


movements = st.lists(
    st.tuples(st.dates(dt.date(2024, 6, 1), dt.date(2025, 12, 31)), st.integers(-(10**9), 10**14)), max_size=6
)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(movements, min_size=1, max_size=3),
    rate=st.decimals(0, Decimal("0.2"), places=12),
    step=st.dates(dt.date(2025, 1, 2), dt.date(2025, 12, 31)),
    timing=st.sampled_from(Timing),
    day_count=st.sampled_from([DayCount.ACT_360, DayCount.ACT_365F]),
)
def test_the_fee_is_the_sum_of_its_days(
    rows: list[list[tuple[dt.date, int]]], rate: Decimal, step: dt.date, timing: Timing, day_count: DayCount
) -> None:
    # day by day in fractions: basis of the day (of the first day in advance) x rate of the day / year, rounded once
    terms = read_fee_terms(
        {
            "basis": "PAID_IN",
            "rate": str(rate),
            "frequency": "QUARTERLY",
            "timing": timing,
            "day_count": day_count,
            "step_downs": [{"from": step.isoformat(), "rate": str(rate / 2)}],
        }
    )
    quarters = fee_periods(NEW_YEAR, dt.date(2026, 1, 1), Frequency.QUARTERLY)
    flat = [(partner, day, amount) for partner, each in enumerate(rows) for day, amount in each]
    balances = Levels.of_movements(
        ints(*(partner for partner, _, _ in flat)), days(*(day for _, day, _ in flat)), ints(*(a for *_, a in flat))
    )
    found = gross_fees(quarters, [terms] * len(rows), {Basis.PAID_IN: balances}, FundDates(), (dt.date(2025, 5, 5),))
    total = found.by_period(found.gross, len(rows), 4)
    year = 360 if day_count == DayCount.ACT_360 else 365
    for partner, each in enumerate(rows):
        for number, (start, end) in enumerate(zip(quarters.start.tolist(), quarters.end.tolist(), strict=True)):
            exact = Fraction(0)
            for offset in range((end - start).days):
                day = start + dt.timedelta(days=offset)
                known = start if timing == Timing.ADVANCE else day
                basis = max(sum(amount for at, amount in each if at <= known), 0)
                exact += basis * Fraction(rate / 2 if day >= step else rate) / year
            assert total[partner, number] == int(exact + Fraction(1, 2))
    assert (found.gross >= 0).all()
