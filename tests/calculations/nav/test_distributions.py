"""Daily dividends: no more is paid than there is, and every day is booked once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.distributions import DayIncome, daily_dividends
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from tests.calculations.nav_inputs import DAY, D

ONE = dt.timedelta(days=1)

incomes = st.decimals(-(10**6), 10**6, places=12, allow_nan=False, allow_infinity=False)
shares = st.decimals("0.001", 10**9, places=6, allow_nan=False, allow_infinity=False)


def test_a_weekend_is_booked_day_by_day() -> None:
    # 1,000 a day on 3,000,000 shares: 0.00033333 leaves 0.01, then 0.02, and 1,000.02 on the third day goes up
    days = [DayIncome(dt.date(2026, 3, 6) + n * ONE, D("1000"), D("3000000")) for n in range(3)]
    booked = daily_dividends(days, 8)
    assert [each.factor for each in booked] == [D("0.00033333"), D("0.00033333"), D("0.00033334")]
    assert [each.carried_forward for each in booked] == [D("0.01"), D("0.02"), 0]
    assert booked[-1].payable == D("3000")


def test_a_day_of_loss_pays_nothing_and_is_made_good_first() -> None:
    days = [DayIncome(DAY, D("-30"), D("100")), DayIncome(DAY + ONE, D("50"), D("100"))]
    assert [(each.factor, each.carried_forward) for each in daily_dividends(days, 4)] == [(0, -30), (D("0.2"), 0)]


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (
            lambda: daily_dividends([DayIncome(DAY, D(1), D(1)), DayIncome(DAY + 2 * ONE, D(1), D(1))], 4),
            "BAD_SCHEDULE",
        ),
        (lambda: daily_dividends([DayIncome(DAY, D(1), D(1))] * 2, 4), "BAD_SCHEDULE"),
        (lambda: daily_dividends([DayIncome(DAY, D(1), D(0))], 4), "NO_SHARES"),
    ],
)
def test_what_cannot_be_distributed_is_refused(call, reason: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unavailable) as refused:
        call()
    assert refused.value.reason == reason


@given(st.lists(st.tuples(incomes, shares), min_size=1, max_size=31), st.integers(4, 10))
def test_what_is_owed_and_carried_is_what_was_earned(days: list[tuple[Decimal, Decimal]], dp: int) -> None:
    booked = daily_dividends([DayIncome(DAY + n * ONE, *each) for n, each in enumerate(days)], dp)
    with precise():
        assert booked[-1].payable + booked[-1].carried_forward == sum(income for income, _ in days)
        assert sum(each.amount for each in booked) == booked[-1].payable
    assert min(each.factor for each in booked) >= 0
