"""Which spot rate and hedge a foreign asset is projected at. Source: clo-extensions 3.5."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from calculations.clo.collateral import AssetTerms
from calculations.clo.collateral.features import PikTerms
from calculations.clo.foreign_assets import ForeignAssets, foreign_assets
from calculations.fx import Quotes

ANALYSIS = dt.date(2024, 1, 15)
EARLIER, LATER = dt.date(2023, 6, 1), dt.date(2024, 6, 1)
LOAN = AssetTerms("L1", 5e6, 0.09, dt.date(2023, 1, 15), dt.date(2023, 4, 15), dt.date(2026, 1, 15))
HEDGE: dict[str, Any] = {
    "asset_id": "L1",
    "from_date": EARLIER,
    "currency": "USD",
    "hedge_rate": Decimal("0.90"),
    "hedge_ratio": Decimal(1),
    "coupon_type": "FIXED",
    "base_rate": Decimal("0.074"),
    "day_count": "30/360",
}
QUOTES = [("EUR", "USD", dt.date(2024, 1, 12), Decimal("1.25")), ("EUR", "GBP", dt.date(2024, 1, 12), Decimal("0.80"))]


def found(
    *hedges: dict[str, Any],
    currency: str | None = "USD",
    deal: str = "EUR",
    asset: AssetTerms = LOAN,
    quotes: list[tuple[str, str, dt.date, Decimal]] = QUOTES,
) -> ForeignAssets:
    rows = {"L1": sorted(hedges, key=lambda row: row["from_date"])} if hedges else {}
    return foreign_assets([asset], {"L1": currency}, rows, deal, Quotes.of(quotes), 0.03, ANALYSIS)


@pytest.mark.parametrize("currency", ["EUR", None])
def test_an_asset_in_the_deals_currency_or_in_none_is_left_as_it_is(currency: str | None) -> None:
    pool = found(currency=currency, quotes=[])
    assert (pool.assets, pool.currencies, pool.hedges, pool.spot_rates) == ((LOAN,), {}, {}, {})
    assert pool.rejections == pool.assumed == ()


@pytest.mark.parametrize(
    ("currency", "deal", "rate"),
    [
        ("USD", "EUR", 1 / 1.25),
        ("EUR", "USD", 1.25),
        ("GBP", "USD", 1.25 / 0.80),  # a cross through the euro
    ],
)
def test_a_foreign_asset_is_at_the_last_quote_of_the_analysis_date_held_flat_and_that_is_said(
    currency: str, deal: str, rate: float
) -> None:
    pool = found(currency=currency, deal=deal)
    assert pool.currencies == {"L1": currency}
    assert pool.spot_rates == {currency: {ANALYSIS: pytest.approx(rate, abs=1e-12)}}
    (note,) = pool.assumed
    assert (note.subject, note.field) == (currency, "spot_rate")
    assert "2024-01-12" in note.reason


def test_an_asset_without_a_rate_of_the_week_is_rejected_and_not_taken_at_par() -> None:
    old = [(base, quote, dt.date(2024, 1, 7), rate) for base, quote, _, rate in QUOTES]
    for quotes in ([], old):
        pool = found(quotes=quotes)
        assert pool.assets == ()
        assert "FX_MISSING" in pool.rejections[0].reason


def test_the_hedge_is_the_one_stated_last_until_the_analysis_date() -> None:
    pool = found(
        HEDGE,
        HEDGE | {"from_date": ANALYSIS, "hedge_rate": Decimal("0.92"), "hedge_ratio": Decimal("0.5")},
        HEDGE | {"from_date": LATER, "hedge_rate": Decimal("0.95")},
    )
    hedge = pool.hedges["L1"]
    assert (hedge.currency, hedge.base_currency, hedge.rate, hedge.ratio, hedge.coupon) == (
        "USD",
        "EUR",
        0.92,
        0.5,
        0.074,
    )
    assert [note.field for note in pool.assumed] == ["spot_rate", "hedge"]


def test_a_floating_leg_pays_the_index_and_its_spread_from_the_first_period_on() -> None:
    hedge = found(HEDGE | {"coupon_type": "FLOAT", "base_rate": Decimal("0.04")}).hedges["L1"]
    assert (hedge.coupon, hedge.spread, hedge.coupon_type) == (pytest.approx(0.07), 0.04, "FLOAT")


def test_a_hedge_that_begins_later_does_not_hedge_yet_and_that_is_said() -> None:
    pool = found(HEDGE | {"from_date": LATER})
    assert pool.hedges == {}
    assert pool.currencies == {"L1": "USD"}
    assert "hedge" in [note.field for note in pool.assumed]


@pytest.mark.parametrize(
    ("changes", "currency", "code"),
    [
        ({"currency": "GBP"}, "USD", "HEDGE_CURRENCY"),
        ({}, "EUR", "HEDGE_CURRENCY"),
        ({"currency": "EUR"}, "EUR", "HEDGE_CURRENCY"),
        ({"hedge_ratio": Decimal("1.5")}, "USD", "HEDGE_RATIO"),
        ({"day_count": "LUNAR"}, "USD", "day_count"),
    ],
)
def test_a_hedge_that_cannot_be_the_assets_rejects_it(changes: dict[str, Any], currency: str, code: str) -> None:
    pool = found(HEDGE | changes, currency=currency)
    assert pool.assets == ()
    assert code in pool.rejections[0].reason
    assert "L1" in pool.rejections[0].reason


def test_a_foreign_asset_that_capitalises_interest_is_rejected_alone() -> None:
    pool = found(asset=replace(LOAN, pik=PikTerms(shares=((EARLIER, 1.0),))))
    assert pool.assets == ()
    assert "deal's currency" in pool.rejections[0].reason
