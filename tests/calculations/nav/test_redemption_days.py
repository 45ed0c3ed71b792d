"""What a product states of its redemptions, by day: E-23 as rows, and what is not stated stays unknown."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from calculations.nav.numbers import precise
from calculations.nav.redemption_days import StruckDay, redemption_days, validated_navs
from calculations.nav.redemptions import ValidatedNav, Window, redemption_rate_shares, redemption_rate_value
from calculations.nav.stated import StatedProduct
from tests.calculations.nav_inputs import D, rounded

MARCH = {day: dt.date(2026, 3, day) for day in range(1, 11)}
# E-23: net assets and redemptions of five business days; the third redeems 162,000 of 5,400,000 shares
NET_ASSETS = {4: "60000000", 5: "61250000", 6: "60500000", 9: "59800000", 10: "61000000"}
REDEEMED: dict[int, tuple[str, str | None]] = {
    4: ("250000", None),
    6: ("1842500", "162000"),
    9: ("410000", None),
    10: ("95000", None),
}


def nav(day: int, net_assets: str | None, share_class_id: str = "X", **row: Any) -> dict[str, Any]:
    plain = {"version": 1, "status": "PUBLISHED", "currency": "USD", "shares_outstanding": None, "nav_per_share": None}
    stated = None if net_assets is None else D(net_assets)
    return {"valuation_date": MARCH[day], "share_class_id": share_class_id, "net_assets": stated, **plain, **row}


def order(day: int, amount: str | None, shares: str | None = None, **row: Any) -> dict[str, Any]:
    plain = {"product_id": "X", "share_class_id": None, "activity": "REDEMPTION", "status": "SETTLED", "price": None}
    return {
        "nav_date": MARCH[day],
        "amount": None if amount is None else D(amount),
        "shares": None if shares is None else D(shares),
        "currency": "USD",
        **plain,
        **row,
    }


def product(
    orders: list[dict[str, Any]], history: list[dict[str, Any]], classes: list[dict[str, Any]] | None = None
) -> StatedProduct:
    row = {"product_id": "X", "currency": "USD", "shares_outstanding": D("5400000"), "shares_as_of": MARCH[4]}
    return StatedProduct(
        product_type="fund",
        row=row,
        classes=classes or [],
        holdings=[],
        accruals=[],
        orders=orders,
        history=history,
        register=[],
    )


def in_dollars(amount: Decimal, currency: str, day: dt.date) -> Decimal | None:
    return {"USD": amount, "EUR": amount * 2}.get(currency)


E23 = product(
    [order(day, amount, shares) for day, (amount, shares) in REDEEMED.items()],
    [nav(day, net) for day, net in NET_ASSETS.items()],
)


def test_e23_as_rows() -> None:
    days = redemption_days(E23, {}, in_dollars)
    assert [day.day.day for day in days] == [4, 5, 6, 9, 10]
    rate = redemption_rate_value(days, Window.of_days(MARCH[10], 7))
    assert rate.value is not None
    with precise():
        assert rounded(rate.value * 100) == D("4.292678896050")
    friday = Window.of_days(MARCH[6], 1)
    assert redemption_rate_shares(days, friday).value == D("0.03")
    assert redemption_rate_shares(days, Window.of_days(MARCH[10], 7)).reason == "NO_SHARES"


def test_a_strike_goes_before_what_is_stated() -> None:
    struck = {MARCH[6]: StruckDay(D("1"), {"X": D("7")}, {"X": D("3")})}
    day = redemption_days(E23, struck, in_dollars)[2]
    assert (day.net_assets, day.opening_shares) == (D("1"), D("7"))


def test_a_redemption_on_a_day_without_a_nav_has_nothing_to_be_measured_by() -> None:
    (day,) = redemption_days(product([order(3, "5")], []), {}, in_dollars)
    assert (day.net_assets, day.value_redeemed, day.shares_redeemed) == (None, D("5"), None)


def test_what_is_missing_of_value_or_shares_follows_from_the_price() -> None:
    priced = product(
        [order(4, None, "10", price=D("2.5")), order(5, "30"), order(6, None, "1")], [nav(5, "1", nav_per_share=D("3"))]
    )
    days = redemption_days(priced, {}, in_dollars)
    assert [(day.value_redeemed, day.shares_redeemed) for day in days] == [(D("25"), 10), (30, D("10")), (None, 1)]


def test_only_priced_redemptions_count_and_other_currencies_are_converted() -> None:
    orders = [
        order(4, "5", currency="EUR"),
        order(4, "7", status="ORDERED"),
        order(4, "7", activity="SUBSCRIPTION"),
        order(5, "7", currency="SEK"),
    ]
    days = redemption_days(product(orders, []), {}, in_dollars)
    assert [day.value_redeemed for day in days] == [D("10"), None]
    assert redemption_days(product(orders[1:3], [nav(4, "1")]), {}, in_dollars) == ()


def test_net_assets_are_those_of_every_open_class_in_its_last_standing_version() -> None:
    classes: list[dict[str, Any]] = [
        {"share_class_id": "A", "inception_date": None, "shares_outstanding": D(1), "shares_as_of": None},
        {"share_class_id": "B", "inception_date": MARCH[5], "shares_outstanding": D(2), "shares_as_of": None},
    ]
    history = [
        nav(4, "100", "A", version=2),
        nav(4, "90", "A", status="SUPERSEDED"),
        nav(5, "100", "A"),
        nav(6, "100", "A"),
        nav(6, "50", "B"),
    ]
    found = product([order(4, "1", share_class_id="A")], history, classes)
    days = redemption_days(found, {}, in_dollars)
    assert [day.net_assets for day in days] == [D("100"), None, D("150")]
    assert validated_navs(found, {}) is None


def test_the_price_of_one_class_is_struck_or_stated() -> None:
    stated = product([], [nav(4, "1", nav_per_share=D("3")), nav(5, "1", nav_per_share=D("4")), nav(6, "1")])
    struck = {MARCH[5]: StruckDay(D("1"), {"X": D("1")}, {"X": D("5")})}
    assert validated_navs(stated, struck) == (ValidatedNav(MARCH[4], D("3")), ValidatedNav(MARCH[5], D("5")))
