"""Carrying values of discount obligations and defaulted assets: HARBOUR-1 of clo-extensions 4.16, and 4.12, 4.13."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from calculations.clo import deal
from calculations.clo.deal.carrying_values import CarriedAsset, carried, defaulted_value, discount_adjustment, is_cured
from calculations.clo.deal.collateral_terms import DiscountCure
from calculations.clo.deal.load import DEALS

TERMS = deal.load(DEALS / "larch_1.yaml").haircuts
DAY = dt.date(2025, 2, 20)
CURE = DiscountCure(market_value=Decimal("0.90"), days=30)


def days_before(*ages: int, price: str = "0.91") -> dict[dt.date, Decimal]:
    return {DAY - dt.timedelta(days=age): Decimal(price) for age in ages}


def loan(name: str, par: str, **terms: object) -> CarriedAsset:
    return CarriedAsset(asset_id=name, kind="loan", par=Decimal(par), **terms)  # type: ignore[arg-type]


def test_discount_and_defaulted_lines_of_the_worked_date() -> None:
    cured = loan("2", "2000000", purchase_price=Decimal("0.78"), prices=days_before(33, 25, 18, 10, 2))
    discount = [loan("1", "3000000", purchase_price=Decimal("0.7125"), prices=days_before(1, price="0.85")), cured]
    assert discount_adjustment(discount, TERMS, DAY) == Decimal("-862500.00")
    since = dt.date(2024, 6, 1)
    defaulted = [
        loan("3", "2400000", prices=days_before(5, price="0.385"), recovery_rate=Decimal("0.45"), defaulted_on=since),
        loan("4", "1600000", prices=days_before(5, price="0.52"), recovery_rate=Decimal("0.40"), defaulted_on=since),
        loan("5", "1000000", recovery_rate=Decimal("0.35"), defaulted_on=since),
    ]
    assert [carried(asset, TERMS, DAY).value for asset in defaulted] == [924_000, 640_000, 350_000]
    assert defaulted_value(defaulted, TERMS, DAY) == Decimal("1914000.00")


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (days_before(29, 20, 10, 0), True),
        (days_before(28, 20, 10, 0), False),  # 29 days only
        (days_before(40, 29, 20, 10, 0), True),  # the gap before the thirtieth day starts a count that is long enough
        (days_before(29, 18, 10, 0), False),  # eleven days without a price
        (days_before(40, 30, 20, 11), False),  # none for the last eleven
        ({**days_before(29, 20, 10, 0), **days_before(15, price="0.8999")}, False),
        ({}, False),
    ],
)
def test_cure_counts_days_at_the_latest_price_and_starts_again_after_a_gap(
    prices: dict[dt.date, Decimal], expected: bool
) -> None:
    assert is_cured(prices, CURE, DAY) is expected


def test_price_at_the_limit_is_no_discount_and_an_asset_is_carried_once_at_the_lowest() -> None:
    assert carried(loan("1", "100", purchase_price=Decimal("0.80")), TERMS, DAY).category == "par"
    bond = CarriedAsset("2", "bond", Decimal(100), purchase_price=Decimal("0.78"))
    assert carried(bond, TERMS, DAY).category == "par"  # below 75 only
    both = loan("3", "100", purchase_price=Decimal("0.30"), recovery_rate=Decimal("0.45"), defaulted_on=DAY)
    assert (carried(both, TERMS, DAY).category, carried(both, TERMS, DAY).value) == ("discount", 30)
    # it is in default, so its value stands among the defaulted and takes nothing off performing par
    assert (discount_adjustment([both], TERMS, DAY), defaulted_value([both], TERMS, DAY)) == (0, 30)


def test_defaulted_asset_is_worth_nothing_from_36_months_on_and_without_any_figure() -> None:
    old = loan("1", "100", recovery_rate=Decimal("0.45"), defaulted_on=dt.date(2022, 2, 20))
    assert carried(old, TERMS, DAY).value == 0
    assert carried(old, TERMS, DAY - dt.timedelta(days=1)).value == 45
    unknown = carried(loan("2", "100", defaulted_on=DAY), TERMS, DAY)
    assert (unknown.value, unknown.finding) == (
        0,
        "asset 2: expected market_value or recovery_rate, found neither: carried at nothing",
    )
