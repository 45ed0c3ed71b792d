"""Premiums of market prices on NAVs: the price that stands beside a NAV, E-18 of nav 8, the alarm, reasons."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.numbers import precise
from calculations.nav.premiums import (
    Listing,
    MarketPrice,
    is_expected_to_trade,
    premium,
    premium_rate,
    stated_price,
    traded_price,
)
from calculations.nav.rates import Conversion, exchange_rate, in_force
from calculations.nav.results import Unavailable
from calculations.nav.terms import Price
from tests.calculations.nav_inputs import DAY, EURUSD, GBPUSD, POINT, POLICY, D, price, rate

ETF = Listing("ETF", "ETF")
AT_CLOSE = dt.datetime(2026, 3, 10, 16, 30, tzinfo=dt.UTC)
YESTERDAY = DAY - dt.timedelta(days=1)
amounts = st.decimals(min_value="0.0001", max_value="1e9", places=4)


def converter(*rates: Any) -> Any:
    quotes = in_force(rates or (EURUSD, GBPUSD), POINT, POLICY)

    def convert(held: str, wanted: str) -> Conversion:
        return exchange_rate(held, wanted, quotes, POINT, POLICY)

    return convert


def traded(*prices: Price, currency: str = "USD", listing: Listing = ETF, rates: Any = ()) -> MarketPrice:
    return traded_price(listing, currency, prices, POINT, POLICY, converter(*rates))


def beside(nav: str | None, market: str) -> Any:
    return premium(None if nav is None else D(nav), MarketPrice(D(market)))


def test_e18_a_token_trades_above_its_nav() -> None:
    # nav 8: 12,497,175.204463866849 over 12,470,000 tokens; market 1.0035: +0.131788 %
    with precise():
        nav = D("12497175.204463866849") / D("12470000")
    assert round(premium_rate(D("1.0035"), nav) * 100, 6) == D("0.131788")


@given(nav=amounts, market=amounts)
def test_a_premium_leads_back_from_the_nav_to_the_price(nav: Decimal, market: Decimal) -> None:
    with precise():
        assert abs(nav * (1 + premium_rate(market, nav)) - market) < D("1e-35")


@given(nav=amounts, market=amounts, factor=amounts)
def test_a_premium_knows_no_unit(nav: Decimal, market: Decimal, factor: Decimal) -> None:
    with precise():
        assert abs(premium_rate(market * factor, nav * factor) - premium_rate(market, nav)) < D("1e-30")


@pytest.mark.parametrize(
    ("market", "rate_", "is_alarm"),
    [
        ("101.0000", "0.01", False),  # at the alarm of 1 %
        ("101.0001", "0.010001", True),
        ("99.0000", "-0.01", False),
        ("98.9999", "-0.010001", True),
        ("100.0000", "0", False),
    ],
)
def test_an_alarm_is_beyond_one_percent_either_way(market: str, rate_: str, is_alarm: bool) -> None:
    found = beside("100", market)
    assert (found.rate, found.is_alarm, found.reason) == (D(rate_), is_alarm, None)


@pytest.mark.parametrize("nav", ["0", "-1"])
def test_a_nav_that_is_not_above_zero_has_no_premium(nav: str) -> None:
    with pytest.raises(Unavailable, match="above zero"):
        premium_rate(D(1), D(nav))
    found = beside(nav, "1")
    assert (found.rate, found.is_alarm, found.reason) == (None, None, "DOMAIN")


def test_no_nav_comes_before_no_price() -> None:
    missing = traded()
    assert (missing.price, missing.reason) == (None, "MISSING_PRICE")
    assert premium(D(100), missing).reason == "MISSING_PRICE"
    assert premium(None, missing).reason == "NO_NAV"
    assert premium(None, missing, "NO_SHARES").reason == "NO_SHARES"


def test_market_goes_before_close_and_a_price_after_the_cut_off_counts_for_nothing() -> None:
    close, market = price("ETF", "50.1"), price("ETF", "50.2", price_type="MARKET", as_of=AT_CLOSE)
    late = price("ETF", "60", price_type="MARKET", as_of=POINT.cutoff + dt.timedelta(minutes=1))
    found = traded(close, market, late, price("ETF", "49", price_type="NAV"), price("ETF", "48", price_type="BID"))
    assert (found.price, found.price_type, found.as_of, found.fx_rate) == (D("50.2"), "MARKET", AT_CLOSE, None)


def test_a_price_of_an_earlier_business_day_is_shown_and_not_used() -> None:
    found = traded(price("ETF", "50", as_of=YESTERDAY))
    assert (found.price, found.quoted, found.reason) == (None, D(50), "STALE_PRICE")


def test_a_token_trades_all_day_so_its_price_is_of_the_last_hour() -> None:
    token = Listing("T", "TOKEN")
    at = {minutes: POINT.cutoff - dt.timedelta(minutes=minutes) for minutes in (60, 61)}
    assert traded(price("T", "1", price_type="MARKET", as_of=at[60]), listing=token).price == 1
    assert traded(price("T", "1", price_type="MARKET", as_of=at[61]), listing=token).reason == "STALE_PRICE"


def test_a_price_in_another_currency_is_converted_pence_too() -> None:
    euro = traded(price("ETF", "50", "EUR"))
    assert (euro.price, euro.fx_rate, euro.quoted_currency) == (D("54.21"), D("1.0842"), "EUR")
    pence = traded(price("ETF", "4000", "GBX"))
    assert (pence.price, pence.fx_rate) == (D("50.7"), D("0.012675"))
    assert traded(price("ETF", "4000", "GBX"), currency="GBP").price == D(40)


@pytest.mark.parametrize(
    ("rates", "reason"),
    [((GBPUSD,), "MISSING_FX"), ((rate("EURUSD", "1.0842", DAY - dt.timedelta(days=7)),), "STALE_FX")],
)
def test_without_a_rate_there_is_a_quote_and_no_price(rates: Any, reason: str) -> None:
    found = traded(price("ETF", "50", "EUR"), rates=rates)
    assert (found.price, found.quoted, found.fx_rate, found.reason) == (None, D(50), None, reason)


def test_quotes_that_say_nothing_of_one_share() -> None:
    per_100 = Listing("ETF", "BOND", quote_basis="PER_100")
    assert traded(price("ETF", "50"), listing=per_100).reason == "UNIT_MISMATCH"
    assert traded(price("ETF", "50", quote_basis="PER_UNIT"), listing=per_100).price == 50
    assert traded(price("ETF", "0")).reason == "NON_POSITIVE_PRICE"
    assert traded(price("ETF", "50"), price("ETF", "51")).reason == "DUPLICATE_INPUT"


def test_a_price_stated_beside_the_nav() -> None:
    found = stated_price(D(50), "EUR", "ADMINISTRATOR", "USD", POINT, converter())
    assert (found.price, found.price_type, found.source) == (D("54.21"), "STATED", "ADMINISTRATOR")
    assert found.as_of == POINT.cutoff
    assert stated_price(D(0), "USD", "ADMINISTRATOR", "USD", POINT, converter()).reason == "NON_POSITIVE_PRICE"


@pytest.mark.parametrize(
    ("product_type", "subtype", "expected"),
    [
        ("fund", "ETF_BOND", True),
        ("fund", "MUTUAL", False),
        ("fund", None, False),
        ("digital_fund", None, True),
        ("stablecoin", "FIAT", False),
    ],
)
def test_which_products_are_expected_to_trade(product_type: str, subtype: str | None, expected: bool) -> None:
    assert is_expected_to_trade(product_type, subtype) is expected
