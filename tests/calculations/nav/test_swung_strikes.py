"""What happens per class at a strike: a dealing price that swings with the orders of the day, and income that goes ex.

E-22 gives the swing; figures that no example states are reckoned beside each test.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from calculations.nav import ClassNav, Strike
from tests.calculations.nav.evidence import closing, evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav_inputs import DAY

D = Decimal
EVE = dt.date(2026, 3, 9)
SWING = {"share_class_id": "a", "currency": "USD", "nav_dp": 4, "shares_outstanding": D(1_000_000), "swing": "FULL"}
SWING |= {"swing_up_rate": D("0.004"), "swing_down_rate": D("0.0035")}
PARTIAL = SWING | {"swing": "PARTIAL", "swing_threshold_rate": D("0.01")}
IN = {"order_id": "in", "share_class_id": "a", "activity": "SUBSCRIPTION", "status": "PRICED", "currency": "USD"}
IN |= {"nav_date": DAY, "amount": D(1000)}
OUT = IN | {"order_id": "out", "activity": "REDEMPTION", "amount": None, "shares": D(100)}


def fund(*orders: dict[str, Any], **more: Any) -> Strike:
    """A fund of one class worth 25.4173 a share: 1,000,000 units at that price."""
    held = {"instrument_id": "SHARE", "leg": "LONG", "as_of_date": DAY, "holding_type": "EQUITY", "currency": "USD"}
    terms: dict[str, Any] = {
        "instruments": [{"instrument_id": "SHARE", "instrument_type": "EQUITY", "currency": "USD"}],
        "prices": [closing("SHARE", "25.4173")],
        "holdings": [held | {"quantity": D(1_000_000)}],
        "classes": [SWING],
        "orders": orders,
    }
    row = {"unitless": False, "subtype": "MUTUAL"} | more.pop("row", {})
    return struck(evidence("fund", row, **(terms | more)))


def only(result: Strike) -> ClassNav:
    (nav,) = result.classes
    return nav


@pytest.mark.parametrize(
    ("orders", "rate", "swung"),
    [
        ([IN], "0.004", "25.5190"),  # 25.5189692
        ([OUT], "-0.0035", "25.3283"),  # 25.32833945
        ([], "0", "25.4173"),
        ([IN | {"status": "CANCELLED"}], "0", "25.4173"),
        ([IN | {"nav_date": EVE}], "0", "25.4183"),  # priced by the strike before, and owed by now
        ([IN | {"activity": "REINVESTMENT"}], "0", "25.4173"),
        ([IN | {"status": "ORDERED"}, OUT], "-0.0035", "25.3283"),  # 100 shares at 25.4173 are more than 1,000
    ],
)
def test_e22_the_dealing_price_swings_with_the_orders_of_the_strike(
    orders: list[dict[str, Any]], rate: str, swung: str
) -> None:
    result = fund(*orders)
    nav = only(result)
    assert (result.status, nav.swing_rate, str(nav.swung_nav_per_share)) == ("STRUCK", D(rate), swung)
    kept = only(fund(*orders, classes=[SWING | {"swing": None}]))
    # what is swung changes nothing else
    assert (nav.nav_per_share, nav.net_assets, nav.rounding_residual) == (
        kept.nav_per_share,
        kept.net_assets,
        kept.rounding_residual,
    )
    assert (kept.swing_rate, kept.swung_nav_per_share) == (None, None)


@pytest.mark.parametrize(("amount", "rate"), [("254173", "0"), ("254173.01", "0.004")])
def test_a_partial_swing_compares_the_flow_with_the_net_assets_of_the_strike(amount: str, rate: str) -> None:
    # 1 % of 25,417,300 is 254,173
    assert only(fund(IN | {"amount": D(amount)}, classes=[PARTIAL])).swing_rate == D(rate)


def test_flows_of_all_classes_swing_a_class_in_one_currency() -> None:
    other = SWING | {"share_class_id": "b", "currency": "EUR", "swing": "NONE"}
    stated = {"valuation_date": EVE, "version": 1, "status": "PUBLISHED"}
    history = [
        stated | {"share_class_id": each, "currency": "USD", "net_assets": D(12_708_650), "shares_outstanding": D(500)}
        for each in ("a", "b")
    ]
    # 234,500 euros at 1.0842 are 254,244.90 dollars, more than 1 % of 25,417,300
    order = IN | {"share_class_id": "b", "amount": D(234_500), "currency": "EUR"}
    result = fund(order, classes=[PARTIAL, other], history=history)
    assert [each.swing_rate for each in result.classes] == [D("0.004"), None]


@pytest.mark.parametrize("subtype", ["MMF", "ETF_EQUITY"])
def test_money_market_and_exchange_traded_funds_deal_unswung(subtype: str) -> None:
    nav = only(fund(IN, row={"subtype": subtype}))
    assert (nav.swing_rate, nav.swung_nav_per_share) == (0, nav.nav_per_share)


@pytest.mark.parametrize(
    ("order", "terms", "reason"),
    [
        (IN | {"amount": None}, SWING, "MISSING_TERMS"),
        (IN | {"currency": "BRL"}, SWING, "MISSING_FX"),
        (IN, SWING | {"swing_up_rate": None}, "MISSING_TERMS"),
    ],
)
def test_a_class_without_a_dealing_price_fails_the_strike(
    order: dict[str, Any], terms: dict[str, Any], reason: str
) -> None:
    result = fund(order, classes=[terms])
    assert (result.status, result.failures[0].reason, result.failures[0].scope) == ("FAILED", reason, "class")
    assert only(result).swung_nav_per_share is None


def test_a_factor_above_the_cap_of_a_registered_fund_is_capped_and_shown_so() -> None:
    steep = SWING | {"swing_up_rate": D("0.03")}
    registered = {"registration": "US_OPEN_END"}
    result = fund(IN, classes=[steep], row=registered)
    # 25.4173 x 1.02 = 25.925646
    assert (only(result).swing_rate, str(only(result).swung_nav_per_share)) == (D("0.02"), "25.9256")
    assert [(m.name, m.subject_id, m.value, m.unit, m.detail) for m in result.measures] == [
        ("SWING_RATE_ASKED", "a", D("0.03"), "FRACTION", "US_OPEN_END"),
        ("SWING_RATE_APPLIED", "a", D("0.02"), "FRACTION", "US_OPEN_END"),
    ]
    assert fund(IN, row=registered).measures == ()
    assert only(fund(IN, classes=[steep], row={"registration": "UCITS"})).swing_rate == D("0.03")
    unknown = fund(IN, classes=[steep])
    assert (unknown.status, unknown.failures[0].reason) == ("FAILED", "MISSING_TERMS")


def test_only_orders_that_swing_make_another_strike() -> None:
    assert fund(IN).inputs_hash != fund().inputs_hash
    still = SWING | {"swing": "NONE"}
    assert fund(IN, classes=[still]).inputs_hash == fund(classes=[still]).inputs_hash


def test_a_nav_stated_swung_is_compared_unswung() -> None:
    stated = {"share_class_id": "a", "valuation_date": EVE, "version": 1, "status": "PUBLISHED", "currency": "USD"}
    stated |= {"nav_per_share": D("25.5"), "unswung_nav": D("25.4"), "net_assets": D(1), "shares_outstanding": D(9)}
    found = evidence("fund", {"unitless": False}, classes=[SWING], history=[stated])
    assert found.inputs.classes[0].previous_nav_per_share == D("25.4")


INCOME = {"order_id": "i", "share_class_id": "a", "activity": "INCOME_DISTRIBUTION", "currency": "USD"}
INCOME |= {"nav_date": dt.date(2026, 3, 6), "ex_date": EVE, "settle_date": dt.date(2026, 3, 12), "status": "PRICED"}
INCOME |= {"rate_per_share": D("0.4137"), "shares": D(1_000_000), "amount": None}


@pytest.mark.parametrize(
    ("more", "nav"),
    [
        ({}, "25.0036"),  # 25.4173 - 0.4137
        ({"ex_date": DAY}, "25.0036"),
        ({"ex_date": DAY, "nav_date": DAY}, "25.0036"),  # the ex-date counts, whichever strike priced it
        ({"ex_date": dt.date(2026, 3, 11)}, "25.4173"),
        ({"status": "CANCELLED"}, "25.4173"),
        ({"status": "SETTLED"}, "25.0036"),  # paid, but after this strike
        ({"status": "SETTLED", "settle_date": DAY}, "25.4173"),  # paid by it, out of cash that is not here
        ({"amount": D("413699.99"), "shares": None}, "25.0036"),  # 25.00360001
        ({"ex_date": None}, "25.0036"),
    ],
)
def test_a_distribution_lowers_the_nav_by_its_rate_from_its_ex_date_until_it_is_paid(
    more: dict[str, Any], nav: str
) -> None:
    result = fund(INCOME | more)
    assert str(only(result).nav_per_share) == nav
    assert sum(line.base_amount or 0 for line in result.lines) == result.net_assets


def test_a_distribution_is_borne_by_its_class_alone() -> None:
    other = SWING | {"share_class_id": "b"}
    stated = {"valuation_date": dt.date(2026, 3, 5), "version": 1, "status": "PUBLISHED", "currency": "USD"}
    stated |= {"net_assets": D(12_000_000), "shares_outstanding": D(500_000)}
    history = [stated | {"share_class_id": each} for each in ("a", "b")]
    income = INCOME | {"shares": D(500_000)}
    # 1,417,300 gained, by weights of 12,000,000 - 206,850 and 12,000,000
    gained, paid = D(1_417_300), D(206_850)
    part = (gained * (12_000_000 - paid) / (24_000_000 - paid)).quantize(D("1e-12"))
    for orders in ([income], [income | {"ex_date": DAY}]):
        a, b = fund(*orders, classes=[SWING, other], history=history).classes
        assert a.net_assets == 12_000_000 - paid + part
        assert b.net_assets == 12_000_000 + gained - part


def test_e22_as_the_sample_workbook_has_it() -> None:
    result = struck(example("fund", "example-e-22"))
    swinging, performing = (classes_of(result)[f"example-e-22-{name}"] for name in ("swing", "perf"))
    assert (str(swinging.nav_per_share), str(swinging.swung_nav_per_share)) == ("25.4173", "25.5190")  # 25.5189692
    # the stated 110 after fee is 112.50 before it; 4/5 of what was gained since is the class's
    assert performing.net_assets is not None
    gained = D("138269240.2") - D(137_997_300) - D(250_000)
    expected = D(11_000_000) + gained * D(11_000_000) / D(137_997_300) * 4 / 5
    assert abs(performing.net_assets - expected) < D("1e-11")
    assert sum(line.base_amount or 0 for line in result.lines) == result.net_assets
    assert sum(each.net_assets or 0 for each in result.classes) == result.net_assets


def classes_of(result: Strike) -> dict[str, ClassNav]:
    return {each.share_class_id: each for each in result.classes}
