"""Returns with and without a subscription line, and what is stated of the line. Source: fund-admin 3.4."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.funds.performance.conventions import Facility
from calculations.funds.performance.facility import (
    CalledRepayments,
    Draws,
    ProceedsRepayments,
    Unlevered,
    without_facility,
)
from calculations.funds.performance.facility_statistics import Lines, Repayments, facility_statistics
from calculations.funds.performance.histories import Histories, Legs
from calculations.funds.performance.values import Values

DRAWN, CALLED, LATER, VALUED = dt.date(2021, 1, 4), dt.date(2021, 7, 1), dt.date(2022, 3, 1), dt.date(2023, 12, 31)


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def days(*values: dt.date) -> np.ndarray:
    return np.array(values, dtype="datetime64[D]")


NOTHING_CALLED = CalledRepayments(ints(), ints(), ints(), ints())
NO_PROCEEDS = ProceedsRepayments(ints(), days(), ints())
PARTNERS = ints(0, 0)  # two partners of one fund
# 100.00 drawn; partners of 60 % and 40 % pay 62.40 and 41.60 half a year later, 4.00 of it interest
LEGS = Legs(ints(0, 1), days(CALLED, CALLED), ints(6_240, 4_160), ints(0, 0))
DRAW = Draws(ints(0), days(DRAWN), ints(10_000))
REPAID = CalledRepayments(ints(0, 1), ints(0, 0), ints(6_000, 4_000), ints(240, 160))


def rows(found: Unlevered, partner: int) -> list[tuple[dt.date, int, int]]:
    history = Histories.of(found.legs, 2)
    part = slice(history.first[partner], history.first[partner + 1])
    return list(
        zip(
            history.day[part].tolist(),
            history.called[part].tolist(),
            history.distributed[part].tolist(),
            strict=True,
        )
    )


def test_a_call_that_repaid_the_line_becomes_a_contribution_on_the_day_of_the_draw() -> None:
    found = without_facility(LEGS, DRAW, REPAID, NO_PROCEEDS, PARTNERS, ints(60, 40))
    assert rows(found, 0) == [(DRAWN, 6_000, 0)]
    assert rows(found, 1) == [(DRAWN, 4_000, 0)]
    assert found.facility is Facility.WITHOUT


def test_interest_and_fees_of_the_line_may_be_kept() -> None:
    found = without_facility(LEGS, DRAW, REPAID, NO_PROCEEDS, PARTNERS, ints(60, 40), keeps_costs=True)
    assert rows(found, 0) == [(DRAWN, 6_000, 0), (CALLED, 240, 0)]
    assert found.facility is Facility.WITHOUT_COSTS_KEPT


def test_what_is_still_drawn_is_shown_as_called_and_added_to_the_value() -> None:
    """100.01 drawn, shared 60 to 40: 60.006 and 40.004, the odd cent to the larger remainder."""
    none = Legs(ints(), days(), ints(), ints())
    draw = Draws(ints(0), days(DRAWN), ints(10_001))
    found = without_facility(none, draw, NOTHING_CALLED, NO_PROCEEDS, PARTNERS, ints(60, 40))
    assert rows(found, 0) == [(DRAWN, 6_001, 0)]
    values = found.values(Values.of(ints(0, 1), days(CALLED, CALLED), ints(-50, 70)))
    assert values.units.tolist() == [5_951, 4_070]


def test_between_draw_and_call_the_balance_is_in_the_value_and_after_the_call_it_is_not() -> None:
    found = without_facility(LEGS, DRAW, REPAID, NO_PROCEEDS, PARTNERS, ints(60, 40))
    stated = Values.of(ints(0, 0), days(dt.date(2021, 3, 31), dt.date(2021, 9, 30)), ints(100, 6_500))
    assert found.values(stated).units.tolist() == [6_100, 6_500]


def test_proceeds_that_repaid_the_line_were_distributed() -> None:
    proceeds = ProceedsRepayments(ints(0), days(LATER), ints(10_000))
    none = Legs(ints(), days(), ints(), ints())
    found = without_facility(none, DRAW, NOTHING_CALLED, proceeds, PARTNERS, ints(60, 40))
    assert rows(found, 0) == [(DRAWN, 6_000, 0), (LATER, 0, 6_000)]
    assert found.values(Values.of(ints(0), days(VALUED), ints(7))).units.tolist() == [7]


def test_without_the_line_the_rate_is_that_of_the_earlier_contribution() -> None:
    """The same value a year and a half later: pyxirr solves both pairs of flows on its own."""
    from calculations.funds.performance.days import Points
    from calculations.funds.performance.measures import since_inception_rates

    found = without_facility(LEGS, DRAW, REPAID, NO_PROCEEDS, PARTNERS, ints(60, 40))
    values = Values.of(ints(0), days(VALUED), ints(9_000))
    point = Points(ints(0), days(VALUED))
    for legs, first, paid in ((LEGS, CALLED, 62.4), (found.legs, DRAWN, 60.0)):
        rate = since_inception_rates(Histories.of(legs, 2), point, values.at(point.series, point.day)).values[0]
        assert rate == pytest.approx(pyxirr.xirr([first, VALUED], [-paid, 90.0]), abs=1e-8)


@pytest.mark.parametrize(
    ("legs", "called", "proceeds", "message"),
    [
        (LEGS, CalledRepayments(ints(0), ints(0), ints(6_000), ints(241)), NO_PROCEEDS, "leg 0 repays more"),
        (LEGS, REPAID, ProceedsRepayments(ints(0), days(LATER), ints(1)), "more of draw 0 is repaid"),
        (Legs(ints(0), days(dt.date(2021, 1, 3)), ints(9), ints(0)), CalledRepayments(ints(0), ints(0), ints(9), ints(0)), NO_PROCEEDS, "by a call before its day"),
        (LEGS, NOTHING_CALLED, ProceedsRepayments(ints(0), days(dt.date(2021, 1, 3)), ints(1)), "proceeds before its day"),
    ],
)  # fmt: skip
def test_repayments_that_cannot_be_are_refused(
    legs: Legs, called: CalledRepayments, proceeds: ProceedsRepayments, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        without_facility(legs, DRAW, called, proceeds, PARTNERS, ints(60, 40))


def test_a_partner_of_another_fund_repays_no_draw() -> None:
    with pytest.raises(ValueError, match="partner of another fund"):
        without_facility(LEGS, DRAW, REPAID, NO_PROCEEDS, ints(0, 1), ints(60, 40))


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 1_000), st.floats(0, 1)), min_size=1, max_size=6),
    st.lists(st.integers(1, 10**6), min_size=2, max_size=5),
)
def test_all_that_was_drawn_is_contributed_and_the_balance_is_what_is_not_repaid(
    draws: list[tuple[int, int, float]], participation: list[int]
) -> None:
    amounts = ints(*(amount for amount, _, _ in draws))
    drawn = np.datetime64(DRAWN, "D") + ints(*(day for _, day, _ in draws)).astype("timedelta64[D]")
    repaid = ints(*(int(amount * share) for amount, _, share in draws))
    count = len(participation)
    proceeds = ProceedsRepayments(np.arange(len(draws)), drawn + np.timedelta64(10, "D"), repaid)
    empty = Legs(ints(), days(), ints(), ints())
    fund_of = np.zeros(count, dtype=np.int64)
    found = without_facility(
        empty, Draws(np.zeros(len(draws), dtype=np.int64), drawn, amounts), NOTHING_CALLED, proceeds, fund_of, ints(*participation)
    )  # fmt: skip
    assert found.legs.called.sum() == amounts.sum()
    every = np.arange(count)
    end = np.full(count, np.datetime64("2030-01-01", "D"))
    called, returned = found.balances.sums(every, end)
    assert (called - returned).sum() == (amounts - repaid).sum()


def test_statistics_of_a_line_count_each_amount_from_its_draw_to_its_repayment() -> None:
    """100 out for 90 days, 300 still out after 30: 18,000 / 400 = 45 days; 300 of 1,200 unfunded is a quarter."""
    start = np.datetime64("2022-01-01", "D")
    lines = Lines(
        ints(0, 0), ints(1_000, 500), np.array([start, start]), np.array(["NaT", "2022-06-30"], dtype="datetime64[D]")
    )
    draws = Draws(ints(0, 0), np.array([start, start + 150]), ints(100, 300))
    repaid = Repayments(ints(0), np.array([start + 90]), ints(100))
    found = facility_statistics(lines, draws, repaid, ints(0), np.array([start + 180]), ints(1_200))
    assert (found.size.tolist(), found.balance.tolist()) == (
        [1_000],
        [300],
    )  # 180 days on is 30 June: one line has ended
    assert found.financed_share.tolist() == [0.25]
    assert found.average_days_outstanding.tolist() == [45.0]


def test_statistics_without_draws_or_unfunded_commitments_say_so() -> None:
    lines = Lines(ints(0), ints(1_000), days(DRAWN), np.array(["NaT"], dtype="datetime64[D]"))
    none = Draws(ints(), days(), ints()), Repayments(ints(), days(), ints())
    found = facility_statistics(lines, *none, ints(0), days(VALUED), ints(0))
    assert np.isnan([found.financed_share[0], found.average_days_outstanding[0]]).all()
    assert (found.financed_share_reasons[0], found.average_days_reasons[0]) == ("NO_UNFUNDED", "NO_DRAWS")
