"""Baskets of orders against position and cash. Rules: clo-compliance 5.1 and 5.4, Q30, Q31."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.clo.trading.baskets import Fill, Market, Order, Position, each_alone, fill, fill_in_order

IDS = np.array(["A", "B", "C"])
MARKET = Market(IDS, np.array([100.0, 98.0, np.nan]))


def position(*par: float, cash: float) -> Position:
    return Position(np.array(par), cash)


@pytest.mark.parametrize(
    ("order", "outcome", "par", "cash_change"),
    [
        (Order("B", "Buy", 1_000.0), "done", 1_000.0, -980.0),
        (Order("B", "buy", 1_000.0, 50.0), "done", 1_000.0, -500.0),
        (Order("B", "BUY", 1_000.0, 0.0), "done", 1_000.0, -980.0),  # price 0 is the market value
        (Order("A", "BUY", 9_000.0), "cut to cash", 5_000.0, -5_000.0),
        (Order("A", "Sale", 9_000.0), "cut to holding", 2_000.0, 2_000.0),
        (Order("B", "SELL", 1.0), "not held", 0.0, 0.0),
        (Order("C", "BUY", 1.0), "no price", 0.0, 0.0),
        (Order("C", "BUY", 1.0, 70.0), "done", 1.0, -0.7),
        (Order("X", "BUY", 1.0, 70.0), "unknown asset", 0.0, 0.0),
        (Order("A", "SWAP", 1.0), "side must be BUY or SELL", 0.0, 0.0),
        (Order("A", "BUY", -1.0), "par must be above zero", 0.0, 0.0),
    ],
)
def test_every_order_has_an_outcome(order: Order, outcome: str, par: float, cash_change: float) -> None:
    before = position(2_000.0, 0.0, 0.0, cash=5_000.0)
    after, found = fill(before, order, MARKET)
    assert (found.outcome, found.par) == (outcome, par)
    assert after.cash - before.cash == pytest.approx(cash_change)
    assert before.par.tolist() == [2_000.0, 0.0, 0.0]


@pytest.mark.parametrize("cash", [0.0, -50.0])
def test_without_principal_cash_a_purchase_is_refused_and_an_overdraft_stays(cash: float) -> None:
    after, found = fill(position(1.0, 0.0, 0.0, cash=cash), Order("A", "BUY", 10.0), MARKET)
    assert (found.outcome, after.cash) == ("no principal cash", cash)


def test_orders_trade_with_the_cash_that_those_before_them_left() -> None:
    # clo-compliance 5.4: a purchase before the sale that would fund it is cut down
    orders = [Order("B", "BUY", 1_000.0), Order("A", "SELL", 500.0), Order("B", "BUY", 300.0)]
    after, fills = fill_in_order(position(500.0, 0.0, 0.0, cash=490.0), orders, MARKET)
    assert [done.outcome for done in fills] == ["cut to cash", "done", "done"]
    assert after.par.tolist() == [0.0, 800.0, 0.0]
    assert after.cash == pytest.approx(500 - 294)


def test_accrued_interest_changes_hands_only_where_it_is_given() -> None:
    market = replace(MARKET, accrued=np.array([0.0, 0.01, 0.0]))
    after, _ = fill(position(0.0, 0.0, 0.0, cash=1_000.0), Order("B", "BUY", 100.0), market)
    assert after.cash == pytest.approx(1_000 - 98 - 1)
    cut, found = fill(position(0.0, 0.0, 0.0, cash=99.0), Order("B", "BUY", 500.0), market)
    assert (cut.cash, found.par) == pytest.approx((0.0, 100.0))


amounts = st.sampled_from((0.5, 1.0, 1e3)) | st.floats(0.01, 1e9)
orders = st.lists(
    st.builds(Order, st.sampled_from(IDS), st.sampled_from(("BUY", "SELL")), amounts, st.floats(1.0, 150.0)),
    max_size=6,
)


@given(orders, st.lists(st.floats(2.0, 1e9), min_size=3, max_size=3), st.floats(-1e6, 1e9))
def test_cash_and_cost_are_conserved(orders: list[Order], par: list[float], cash: float) -> None:
    before = Position(np.array(par), cash)
    after, fills = fill_in_order(before, orders, MARKET)
    assert after.cash == pytest.approx(cash + sum(done.cash_change for done in fills), rel=1e-9, abs=1e-3)
    for done in fills:
        sign = -1 if done.is_purchase else 1
        assert done.cash_change == pytest.approx(sign * done.par * (done.price or 0) / 100, rel=1e-6, abs=1e-3)
    bought = sum((1 if done.is_purchase else -1) * done.par for done in fills)
    # A sale may drop a remainder of one unit or less.
    assert after.par.sum() == pytest.approx(sum(par) + bought, rel=1e-9, abs=len(orders) + 1e-3)
    assert (after.par >= 0).all()
    assert after.cash >= min(cash, 0.0)


@given(orders, st.lists(st.floats(1e3, 1e9), min_size=3, max_size=3), st.floats(0, 1e9))
def test_the_same_trades_backwards_restore_the_pool(orders: list[Order], par: list[float], cash: float) -> None:
    before = Position(np.array(par), cash)
    after, fills = fill_in_order(before, orders, MARKET)
    back, _ = fill_in_order(after, [_opposite(done) for done in reversed(fills) if done.par > 0], MARKET)
    assert back.cash == pytest.approx(cash, rel=1e-6, abs=1.0 + 1.5 * len(orders))
    np.testing.assert_allclose(back.par, before.par, rtol=1e-6, atol=1.0 + 2.0 * len(orders))


def _opposite(done: Fill) -> Order:
    return replace(done.order, side="SELL" if done.is_purchase else "BUY", par=done.par, price=done.price)


@given(st.floats(1.0, 1e9), st.lists(st.floats(0.0, 1e9), min_size=2, max_size=2), st.floats(1.0, 1e9))
def test_trades_one_by_one_are_those_of_the_batch(size: float, par: list[float], cash: float) -> None:
    before = Position(np.array([*par, 0.0]), cash)
    for side in ("BUY", "SELL"):
        batch = each_alone(before, side, np.array([0, 1]), size, MARKET)  # type: ignore[arg-type]
        for place in (0, 1):
            alone, done = fill(before, Order(str(IDS[place]), side, size), MARKET)
            assert batch.par[place].tolist() == alone.par.tolist()
            assert (batch.cash[place], batch.traded[place]) == (alone.cash, done.par)
