"""Hypothetical trades: before and after of every test. Rules and set-ups: clo-compliance 5.4 and 7."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from calculations.clo.compliance import DealInputs, DealTest
from calculations.clo.trading.baskets import Order, Position
from calculations.clo.trading.desk import Desk
from calculations.clo.trading.hypothetical import hypothetical_run
from tests.calculations.compliance.mag17 import DEAL, INPUTS, holdings
from tests.calculations.trading.desks import desk_of, universe_of
from tests.reference.compliance import plain_results

Columns = Mapping[str, list[Any]]


def small_desk() -> tuple[Desk, Position]:
    universe = universe_of(
        {"wal": 5.0, "market_value": 98.0, "coupon_spread": 0.03, "libor_floor": 0.01},
        {"wal": 7.0, "moodys_rating_warf": "Caa1", "moodys_rating": "Caa1"},
        {"wal": 4.0, "country": "Canada"},
    )
    tests = (
        DealTest(35, "Max", 6.0),
        DealTest(7, "Max", 0.30),
        DealTest(14, "Max", 0.05),
        DealTest(33, "Min", 0.40),
        DealTest(999, "Max", 1.0),
    )
    desk = desk_of(universe, tests, {35: 0.5, 33: 0.5}, DealInputs(current_libor=0.005))
    return desk, Position(np.array([6e6, 2e6, 0.0]), 1e6)


def comments(desk: Desk, position: Position, *orders: Order) -> dict[int, str]:
    (found,) = hypothetical_run(desk, position, orders)
    return {change.number: change.comment for change in found.tests}


def test_what_got_worse_and_what_now_fails_is_said_by_test() -> None:
    desk, position = small_desk()
    found = comments(desk, position, Order("A2", "BUY", 1e6), Order("A1", "BUY", 1e4))
    assert found == {35: "", 7: "worse", 14: "now fails", 33: "", 999: ""}


def test_a_cured_test_is_said_to_be() -> None:
    desk, _ = small_desk()
    over = Position(np.array([6e6, 3.5e6, 0.0]), 0.0)
    assert comments(desk, over, Order("A1", "SELL", 3.5e6))[7] == "cured"


def test_a_test_that_loses_its_result_is_said_to() -> None:
    universe = universe_of({}, {"wal": None})
    desk = desk_of(universe, (DealTest(35, "Max", 6.0),), {35: 1.0}, DealInputs())
    assert comments(desk, Position(np.array([1e6, 0.0]), 1e6), Order("A1", "BUY", 1e5)) == {35: "no longer stated"}


def test_before_after_and_difference_of_a_purchase() -> None:
    desk, position = small_desk()
    (found,) = hypothetical_run(desk, position, [Order("A2", "BUY", 1e6, 90.0)])
    life = found.tests[0]
    assert (life.result, life.result_after) == pytest.approx(((6 * 5 + 2 * 7) / 8, round((44 + 4) / 9, 2)))
    assert life.difference == pytest.approx(5.33 - 5.5)
    assert found.objective_before == pytest.approx(50 * 6 / 5.5 + 50 * 0.45 / 0.4)
    assert found.objective_after == 0.0
    assert found.blocked_by == (14,)
    assert found.objective_difference == pytest.approx(-(50 * 6 / 5.5 + 50 * 0.45 / 0.4))
    assert (found.before.cash, found.after.cash) == pytest.approx((1e6, 1e5))
    assert (found.before.asset_count, found.after.asset_count) == (2, 3)
    assert found.after.collateral_principal_amount == pytest.approx(9e6 + 1e5)
    assert any(note.startswith("test 999 cannot be decided") for note in found.notes)


def test_attributes_of_purchases_and_sales_are_par_weighted() -> None:
    desk, position = small_desk()
    orders = [Order("A0", "SELL", 1e6, 97.0), Order("A0", "BUY", 3e5), Order("A2", "BUY", 1e5, 95.0)]
    (found,) = hypothetical_run(desk, position, orders)
    bought, sold = found.purchases, found.sales
    assert (bought.par, sold.par) == pytest.approx((4e5, 1e6))
    assert bought.spread == pytest.approx((3 * 0.03 + 0.04) / 4)
    assert bought.spread_with_floor == pytest.approx((3 * 0.035 + 0.04) / 4)  # floor 1 % over an index of 0.5 %
    assert bought.wal == pytest.approx((3 * 5 + 4) / 4)
    assert bought.market_value == pytest.approx((3 * 98 + 99) / 4)
    assert bought.trade_price == pytest.approx((3 * 98 + 95) / 4)
    assert sold.trade_price == pytest.approx(97.0)
    assert sold.rating_factor == pytest.approx(2720.0)


def test_without_trades_of_a_side_its_attributes_are_not_stated() -> None:
    desk, position = small_desk()
    (found,) = hypothetical_run(desk, position, [Order("A0", "SELL", 1e6)])
    assert found.purchases.par == 0.0
    assert found.purchases.wal is None
    assert found.purchases.unknown == ()


def test_an_unknown_value_leaves_its_average_and_names_the_asset() -> None:
    universe = universe_of({}, {"wal": None})
    desk = desk_of(universe, (DealTest(9, "Max", 0.1),), {}, DealInputs())
    (found,) = hypothetical_run(desk, Position(np.array([1e6, 1e6]), 0.0), [Order("A1", "SELL", 1e5)])
    assert found.sales.wal is None
    assert "wal: unknown for A1" in found.sales.unknown


def test_a_trade_that_cannot_be_done_has_an_outcome_and_the_others_run() -> None:
    desk, position = small_desk()
    orders = [Order("A0", "SELL", 9e6), Order("none", "BUY", 1.0), Order("A2", "SELL", 1.0), Order("A2", "BUY", 1e9)]
    (found,) = hypothetical_run(desk, position, orders)
    assert [done.outcome for done in found.fills] == ["cut to holding", "unknown asset", "not held", "cut to cash"]
    assert found.after.cash == 0.0


def test_alone_each_trade_meets_the_starting_pool_and_together_the_one_before() -> None:
    desk, position = small_desk()
    orders = [Order("A0", "SELL", 1e6), Order("A0", "SELL", 1e6)]
    alone = hypothetical_run(desk, position, orders, "INDIVIDUAL")
    assert [item.after.cash for item in alone] == pytest.approx([1.98e6, 1.98e6])
    (together,) = hypothetical_run(desk, position, orders)
    assert together.after.cash == pytest.approx(2.96e6)
    (single,) = hypothetical_run(desk, position, orders[:1])
    assert alone[0] == single
    assert hypothetical_run(desk, position, [], "INDIVIDUAL") == ()


def test_a_run_leaves_nothing_behind() -> None:
    desk, position = small_desk()
    par = position.par.copy()
    first = hypothetical_run(desk, position, [Order("A1", "BUY", 1e6)])
    np.testing.assert_array_equal(position.par, par)
    assert hypothetical_run(desk, position, [Order("A1", "BUY", 1e6)]) == first


# --- a real deal ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "par_after", "cash_after"),
    [  # clo-compliance 7: the sale is capped at the 1,500,000 held, so the asset leaves
        (Order("BRSPR86F9", "SELL", 2e6), -1.5e6, 1.5e6 * 0.99292),
        (Order("BRST137M4", "BUY", 3e6, 100.0), 3e6, -3e6),
    ],
)
def test_every_test_of_a_real_deal_before_and_after(
    mag17_columns: Columns, order: Order, par_after: float, cash_after: float
) -> None:
    held = holdings(mag17_columns)
    desk = desk_of(held.universe, DEAL, {32: 0.6, 36: 0.4}, INPUTS)
    position = Position(held.par, float(INPUTS.cash or 0.0))
    (found,) = hypothetical_run(desk, position, [order])
    place = mag17_columns["asset_id"].index(order.asset_id)
    traded = dict(mag17_columns)
    traded["held_par"] = [*mag17_columns["held_par"]]
    traded["held_par"][place] = max(0.0, float(traded["held_par"][place]) + par_after)
    expected = plain_results(traded, replace(INPUTS, cash=position.cash + cash_after))
    for change in found.tests:
        assert change.result_after == pytest.approx(expected[change.number][2], rel=1e-9), change.number
    assert found.after.cash == pytest.approx(68_842_395.08471006 + cash_after, rel=1e-9)
    assert found.after.held_par == pytest.approx(431_157_604.91529 + par_after, rel=1e-9)
    assert found.after.asset_count == 195 - (par_after < 0)
