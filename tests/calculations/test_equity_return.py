"""Returns of equity: the exact rate of a named scenario, and the grid's against it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.clo.equity_return import equity_irr, equity_irrs
from calculations.irr import AMBIGUOUS, NO_SIGN_CHANGE, SHORT_HISTORY, TOTAL_LOSS
from calculations.months import add_months

PURCHASE = dt.date(2024, 1, 15)
DAYS = add_months(dt.date(2024, 4, 15), 3 * np.arange(8))
DATES = DAYS.tolist()

amounts_paid = st.lists(
    st.one_of(st.just(0.0), st.floats(min_value=0.01, max_value=1e7)), min_size=len(DATES), max_size=len(DATES)
)


def grid(cost: float, amounts: list[float]) -> tuple[float, str]:
    found = equity_irrs(PURCHASE, np.array([cost]), DAYS, np.array([amounts]))
    return float(found.rates[0]), found.reasons[0]


def test_equity_that_doubles_after_a_year_has_a_return_of_one() -> None:
    # 2025-01-15 is 366 days after purchase: 2 = (1 + r)^(366/365)
    amounts = [0.0, 0, 0, 200.0, 0, 0, 0, 0]
    expected = pytest.approx(2 ** (365 / 366) - 1, abs=1e-12)
    assert equity_irr(PURCHASE, 100, DATES, amounts).rate == expected
    assert grid(100.0, amounts) == (expected, "")


@given(rate=st.floats(min_value=-0.9, max_value=5.0), shares=amounts_paid)
def test_the_rate_that_sets_the_cost_is_found(rate: float, shares: list[float]) -> None:
    # cost = sum CF (1 + r)^(-days/365)
    times = (DAYS - np.datetime64(PURCHASE)).astype(int) / 365
    cost = float(np.array(shares) @ (1 + rate) ** -times)
    if sum(shares) > 0:
        assert grid(cost, shares)[0] == pytest.approx(rate, abs=1e-9)


@given(cost=st.floats(min_value=0.01, max_value=1e8), amounts=amounts_paid)
def test_the_grid_agrees_with_the_exact_rate(cost: float, amounts: list[float]) -> None:
    exact = equity_irr(PURCHASE, cost, DATES, amounts)
    rate, reason = grid(cost, amounts)
    assert reason == (exact.reason or "")
    assert rate == pytest.approx(exact.rate if exact.rate is not None else np.nan, rel=1e-9, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("first", [1e-3, 0.5, 1.5, 3.0, 9.0, 20.0, 1e3, 1e9])
def test_one_payment_and_then_nothing_agrees_with_the_exact_rate(first: float) -> None:
    # cost 100, paid after 91 days: 1 + r = (first / 100)^(365/91), from far under -99.99 % to far above 1000 %
    amounts = [first, 0, 0, 0, 0, 0, 0, 0]
    exact = equity_irr(PURCHASE, 100, DATES, amounts)
    rate, reason = grid(100.0, amounts)
    assert reason == (exact.reason or "")
    assert rate == pytest.approx(exact.rate if exact.rate is not None else np.nan, rel=1e-9, nan_ok=True)
    if exact.rate is not None:
        assert 1 + rate == pytest.approx((first / 100) ** (365 / 91), rel=1e-9, abs=1e-12)


def test_what_cannot_be_stated_is_missing_with_the_reason() -> None:
    amounts = np.array(
        [
            [10.0] * 8,  # got for nothing
            [0.0] * 8,  # never paid
            [0, 230.0, 0, -120.0, 0, 0, 0, 0],  # paid back later: about -36 % and 125 %
            [10.0] * 8,
        ]
    )
    found = equity_irrs(PURCHASE, np.array([0.0, 100, 100, 100]), DAYS, amounts)
    assert found.reasons.tolist() == [NO_SIGN_CHANGE, TOTAL_LOSS, AMBIGUOUS, ""]
    assert np.isnan(found.rates).tolist() == [True, False, True, False]
    assert found.rates[1] == -1


def test_under_a_year_the_return_is_of_the_period() -> None:
    # 25 % over the 274 days to 2024-10-15, not annualised (fund-admin 3.2)
    found = equity_irrs(PURCHASE, np.array([100.0]), DAYS[:3], np.array([[0, 0, 125.0]]))
    assert found.reasons.tolist() == [SHORT_HISTORY]
    assert found.rates[0] == pytest.approx(0.25, abs=1e-12)


def test_payment_dates_must_rise_from_after_the_purchase() -> None:
    for days in (DAYS[::-1], DAYS[[0, 0]], DAYS[:0]):
        with pytest.raises(ValueError, match="must rise from after the purchase on 2024-01-15"):
            equity_irrs(PURCHASE, np.array([1.0]), days, np.ones((1, len(days))))
    with pytest.raises(ValueError, match="must rise from after the purchase on 2024-04-15"):
        equity_irr(dt.date(2024, 4, 15), 100, DATES, [1.0] * 8)
    with pytest.raises(ValueError, match="must be finite numbers"):
        equity_irrs(PURCHASE, np.array([np.nan]), DAYS, np.ones((1, 8)))
