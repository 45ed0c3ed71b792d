"""Equalisation against the example of the specification; each investor bears the fee of his own gain, no more, no less."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.equalisation import (
    contingent_redemption,
    credit_returned,
    first_distribution,
    income_bought,
    roll_up_series,
    shares_for,
    subscribe,
)
from calculations.nav.numbers import precise
from calculations.nav.performance_fees import PerformanceTerms, performance_fee
from calculations.nav.results import Unavailable
from tests.calculations.nav_inputs import D

TWENTY = D("0.20")
prices = st.decimals("0.01", 1000, places=4, allow_nan=False, allow_infinity=False)
rates = st.decimals(0, 1, places=4, allow_nan=False)


def test_e22_a_subscriber_above_the_mark_pays_the_gross_nav() -> None:
    lot = subscribe(D("112.50"), D("100"), TWENTY)
    assert (lot.kind, lot.price, lot.nav, lot.credit) == ("CREDIT", D("112.50"), D("110"), D("2.50"))
    assert contingent_redemption(lot, D("130"), TWENTY) == 0


@pytest.mark.parametrize(("gross", "left"), [("130", "2.50"), ("112.50", "2.50"), ("105", "1.00"), ("99", "0")])
def test_a_credit_falls_with_the_fee_it_stands_behind_and_never_grows(gross: str, left: str) -> None:
    assert credit_returned(subscribe(D("112.50"), D("100"), TWENTY), D(gross), TWENTY) == D(left)


@pytest.mark.parametrize(("gross", "owed"), [("89", "0"), ("95", "1.00"), ("100", "2.00"), ("130", "2.00")])
def test_a_subscriber_below_the_mark_owes_the_way_back_to_it(gross: str, owed: str) -> None:
    # entered at 90, mark 100: 20 % of (min(gross, 100) - 90)
    lot = subscribe(D("90"), D("100"), TWENTY)
    assert (lot.kind, lot.price, lot.credit) == ("CONTINGENT", D("90"), 0)
    assert contingent_redemption(lot, D(gross), TWENTY) == D(owed)
    assert credit_returned(lot, D(gross), TWENTY) == 0


def test_at_the_mark_there_is_nothing_to_equalise() -> None:
    lot = subscribe(D("100"), D("100"), TWENTY)
    assert (lot.kind, lot.credit, contingent_redemption(lot, D("120"), TWENTY)) == ("NONE", 0, 0)


def test_a_credit_buys_shares_rounded_down() -> None:
    bought = shares_for(D("100"), D("7"), 3)  # 14.2857...
    assert (bought.shares, bought.residual) == (D("14.285"), D("0.005"))


def test_a_series_is_exchanged_for_the_lead_series() -> None:
    # 1,000 shares at 104.50 are 104,500; at 110 a share 950 shares
    assert roll_up_series(D("1000"), D("104.50"), D("110"), 3) == roll_up_series(D("500"), D("209"), D("110"), 3)
    assert roll_up_series(D("1000"), D("104.50"), D("110"), 3).shares == D("950")


def test_e22_income_bought_comes_back_as_capital() -> None:
    assert income_bought(D("1200"), D("0.4137")) == D("496.44")
    paid = first_distribution(D("1200"), D("0.60"), D("0.4137"))
    assert (paid.amount, paid.capital, paid.income) == (D("720"), D("496.44"), D("223.56"))
    little = first_distribution(D("1200"), D("0.30"), D("0.4137"))
    assert (little.amount, little.capital, little.income) == (D("360"), D("360"), D("0"))


@pytest.mark.parametrize(
    "call",
    [
        lambda: subscribe(D(1), D(1), D(2)),
        lambda: shares_for(D(1), D(0), 3),
        lambda: shares_for(D(-1), D(1), 3),
        lambda: first_distribution(D(1), D(-1), D(0)),
    ],
)
def test_terms_that_make_no_sense_are_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unavailable, match="DOMAIN"):
        call()


@given(prices, prices, prices, rates)
def test_each_investor_bears_the_fee_of_his_own_gain(
    entry: Decimal, mark: Decimal, end: Decimal, rate: Decimal
) -> None:
    lot = subscribe(entry, mark, rate)
    borne_by_the_class = performance_fee(PerformanceTerms(rate), end, mark)
    with precise():
        borne = borne_by_the_class - credit_returned(lot, end, rate) + contingent_redemption(lot, end, rate)
        # his own gain: above what he paid where he entered above the mark or below it
        assert borne == rate * max(D(0), end - entry)
        assert lot.price == lot.nav + lot.credit


@given(prices, prices, prices, st.integers(0, 6))
def test_an_exchange_of_series_creates_nothing(shares: Decimal, series: Decimal, lead: Decimal, dp: int) -> None:
    rolled = roll_up_series(shares, series, lead, dp)
    with precise():
        assert rolled.shares * lead + rolled.residual == shares * series
        assert 0 <= rolled.residual < lead * Decimal(1).scaleb(-dp)


@given(prices, prices, prices)
def test_income_and_capital_add_up_to_what_is_paid(shares: Decimal, rate: Decimal, bought: Decimal) -> None:
    paid = first_distribution(shares, rate, bought)
    with precise():
        assert paid.capital + paid.income == paid.amount
    assert min(paid.capital, paid.income) >= 0
