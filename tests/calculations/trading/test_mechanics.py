"""Purchases and sales against principal cash. Rules and figures are those of clo-collateral-engine 4.7."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.clo.trading.mechanics import purchase, sale

amounts = st.floats(0.0, 1e9)
prices = st.floats(0.01, 150.0)


def test_a_purchase_goes_as_far_as_the_cash() -> None:
    found = purchase(5_000_000.0, 92.0, None, held=0.0, cash=3_000_000.0)
    assert found.par == pytest.approx(3_260_869.57, abs=0.005)
    assert found.cash == 0.0


def test_a_price_of_1_is_one_percent_of_par_and_none_is_the_market_value() -> None:
    assert purchase(100.0, 1.0, 50.0, held=7.0, cash=1_000.0).cash == pytest.approx(999.0)
    found = purchase(100.0, None, 50.0, held=7.0, cash=1_000.0)
    assert (found.held, found.cash) == pytest.approx((107.0, 950.0))


def test_a_sale_sells_no_more_than_is_held_and_leaves_no_dust() -> None:
    assert sale(200.0, 90.0, None, held=100.0, cash=0.0).cash == pytest.approx(90.0)
    assert sale(99.5, 90.0, None, held=100.0, cash=0.0).held == 0.0


def test_overdrawn_principal_buys_nothing() -> None:
    found = purchase(100.0, 90.0, None, held=0.0, cash=-50.0)
    assert (found.par, found.cash) == (0.0, -50.0)


@pytest.mark.parametrize(("price", "par"), [(None, 1.0), (-1.0, 1.0), (90.0, -1.0), (0.0, 1.0)])
def test_a_trade_without_price_or_of_negative_par_is_an_error(price: float | None, par: float) -> None:
    with pytest.raises(ValueError, match="found"):
        purchase(par, price, None, held=0.0, cash=1.0)


@given(par=amounts, price=prices, held=amounts, cash=amounts)
def test_par_times_price_is_the_cash_that_moves(par: float, price: float, held: float, cash: float) -> None:
    bought = purchase(par, price, None, held, cash)
    assert cash - bought.cash == pytest.approx(bought.par * price / 100, rel=1e-9, abs=1e-6)
    assert bought.cash >= -1e-6
    sold = sale(par, price, None, held, cash)
    assert sold.cash - cash == pytest.approx(sold.par * price / 100, rel=1e-9, abs=1e-6)
    assert 0.0 <= sold.held <= held
