"""The worked example of a money market fund, nav 8 E-20: every figure is the one stated there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calculations.nav.money_market import (
    base_period_return,
    effective_yield,
    mandatory_liquidity_fee,
    measures,
    seven_day_yield,
)
from calculations.nav.money_market.book import Book, sum_of
from calculations.nav.money_market.maturities import wal_days, wam_days
from calculations.nav.numbers import precise
from tests.calculations.nav.money_market.books import DAY, E20, E20_FUND, D, prime, rounded, row

FIGURES = measures(E20_FUND, E20, DAY)
DAYS = {  # lot: days of WAM, days of WAL, daily liquid, weekly liquid
    "BILL-28": (28, 28, True, True),
    "BILL-91": (91, 91, True, True),
    "REPO": (1, 1, True, True),
    "NOTE": (45, 45, False, True),
    "FLOATER": (1, 320, False, False),
    "CP-B": (60, 60, False, False),
    "CD-C": (180, 180, False, False),
    "VRDN": (7, 7, False, True),
    "CP-F": (12, 210, False, False),
}


@pytest.mark.parametrize("name", DAYS)
def test_days_and_liquidity_of_each_holding(name: str) -> None:
    book = Book(E20_FUND, E20, DAY)
    held = next(holding for holding in E20 if holding.holding_id == name)
    assert (
        wam_days(held, DAY, "US_2A7"),
        wal_days(held, DAY, "US_2A7"),
        book.is_daily_liquid(held),
        book.is_weekly_liquid(held),
    ) == DAYS[name]


def test_averages_are_weighted_by_market_value_without_cash() -> None:
    assert rounded(FIGURES.wam.value, 15) == D("34.848557926609848")
    assert rounded(FIGURES.wal.value, 15) == D("68.255724750944793")


def test_other_weights_would_give_other_averages() -> None:
    """The example's comparison figures: amortised weights, and cash at zero days."""
    amortised = Book(E20_FUND, tuple(replace(h, market_value=h.amortised_cost or h.market_value) for h in E20), DAY)
    assert rounded(amortised.wam(), 9) == D("34.854335029")
    assert rounded(amortised.wal(), 9) == D("68.254266921")
    with precise():
        living = sum_of([h for h in E20 if h.has_life], lambda h: h.market_value or D(0))
        share = living / (living + D(4_500_000))
        assert rounded((FIGURES.wam.value or D(0)) * share, 6) == D("34.330220")
        assert rounded((FIGURES.wal.value or D(0)) * share, 6) == D("67.240489")


def test_liquid_shares_of_total_assets() -> None:
    assert rounded(FIGURES.total_assets.value, 2) == D("302541350.00")
    assert rounded(FIGURES.daily_liquid.value, 11) == D("0.65714339544")
    assert rounded(FIGURES.weekly_liquid.value, 11) == D("0.79873362765")


@pytest.mark.parametrize(("issuer", "share"), [("CP-B", "0.04592794"), ("CD-C", "0.03963623")])
def test_shares_of_the_banks(issuer: str, share: str) -> None:
    book = Book(E20_FUND, E20, DAY)
    assert rounded(book.share(h for h in E20 if h.holding_id == issuer), 8) == D(share)


def test_net_asset_values_and_their_gap() -> None:
    assert rounded(FIGURES.amortised_nav.value, 15) == D("1.000218139688845")
    assert rounded(FIGURES.market_nav.value, 15) == D("1.000174611055942")
    assert rounded(FIGURES.deviation_bps.value, 12) == D("1.746110559417")


def test_liquidity_fee_of_an_institutional_fund() -> None:
    fee = mandatory_liquidity_fee(prime(E20_FUND), E20, DAY)
    assert fee.basis == "SLICE_COST"
    assert rounded(fee.redemption_share, 14) == D("0.06552976929715")
    with precise():
        assert fee.slice_rate is not None
        assert rounded(fee.slice_rate * 10_000, 15) == D("1.586801874217594")
    assert rounded(fee.amount, 12) == D("3141.867710950835")


def test_yields_of_seven_daily_factors() -> None:
    factors = [D("0.00013354")] * 6 + [D("0.00013357")]
    base = base_period_return(factors)
    assert base == D("0.00093481")
    assert rounded(seven_day_yield(base), 14) == D("0.04874366428571")
    assert rounded(effective_yield(base), 14) == D("0.04992727035506")


@pytest.mark.parametrize(
    ("rule_code", "actual", "digits"),
    [
        ("MMF_MATURITY", "180", 0),
        ("MMF_WAM", "34.848557926609848", 15),
        ("MMF_WAL", "68.255724750944793", 15),
        ("MMF_DLA", "0.65714339544", 11),
        ("MMF_WLA", "0.79873362765", 11),
        ("MMF_ISSUER", "0.04592794", 8),
    ],
)
def test_rules_pass_on_these_figures(rule_code: str, actual: str, digits: int) -> None:
    verdict = row(rule_code, prime(E20_FUND), *E20)
    assert verdict.outcome == "PASSED"
    assert rounded(verdict.actual, digits) == D(actual)
