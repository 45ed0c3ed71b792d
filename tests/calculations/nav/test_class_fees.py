"""Performance fees of share classes: borne by their class alone, today and in what it opens with tomorrow.

Portfolio and fees per day are those of E-2; the performance fee on top is reckoned beside each test.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.nav import ClassNav, Strike
from calculations.nav.class_fees import fee_per_share_within
from calculations.nav.lines_stated import accruals_in_force
from calculations.nav.numbers import precise
from calculations.nav.stated import StatedProduct
from tests.calculations.nav.evidence import Stated, closing, evidence, struck
from tests.calculations.nav_inputs import DAY, EURUSD, rounded

D = Decimal
EVE, NEXT = dt.date(2026, 3, 9), dt.date(2026, 3, 11)
CLASSES = [
    {"share_class_id": "a", "currency": "USD", "nav_dp": 4, "shares_outstanding": D(5_400_000)},
    {"share_class_id": "i", "currency": "USD", "nav_dp": 4, "shares_outstanding": D("2412345.678")},
    {"share_class_id": "h", "currency": "EUR", "nav_dp": 4, "shares_outstanding": D("702100.5")},
]
OPENING = {"a": D(61_250_000), "i": D(30_750_000), "h": D(8_000_000)}
STATED = {"valuation_date": EVE, "version": 1, "status": "PUBLISHED", "currency": "USD"}
HISTORY = [STATED | {"share_class_id": name, "net_assets": net} for name, net in OPENING.items()]
MANAGEMENT = {"kind": "MANAGEMENT_FEE", "side": "LIABILITY", "method": "RATE", "basis": "OPENING_CLASS_NET_ASSETS"}
MANAGEMENT |= {"accrual_id": "FEE", "currency": "USD", "day_count": "ACT_365F", "accrued_from": EVE, "start_date": EVE}
FEES = [
    MANAGEMENT | {"share_class_id": name, "rate": D(rate)}
    for name, rate in (("a", "0.015"), ("i", "0.0065"), ("h", "0.015"))
]
PERFORMANCE = {"share_class_id": "a", "accrual_id": "PERF", "kind": "PERFORMANCE_FEE", "side": "LIABILITY"}
PERFORMANCE |= {"method": "PERFORMANCE", "currency": "USD", "accrued_from": dt.date(2025, 12, 31), "start_date": DAY}
PERFORMANCE |= {"day_count": "ACT_365F"}
A = CLASSES[0] | {"performance_fee_rate": D("0.2"), "hurdle_type": "NONE"}


def marked(mark: str, name: str = "a", **more: Any) -> list[dict[str, Any]]:
    """The history of E-2 with a mark per share of one class."""
    return [row | {"high_water_mark": D(mark)} | more if row["share_class_id"] == name else row for row in HISTORY]


def fund(product_type: str = "fund", worth: str = "100.4125", **more: Any) -> Strike:
    """The portfolio of E-2, 100,412,500, and the hedge of class H."""
    row: dict[str, Any] = {"leg": "LONG", "as_of_date": DAY, "currency": "USD"}
    held = row | {"instrument_id": "SHARE", "holding_type": "EQUITY", "quantity": D(1_000_000)}
    hedge = row | {"instrument_id": "FWD", "holding_type": "DERIVATIVE", "share_class_id": "h", "quantity": D(1)}
    instrument = {"instrument_id": "SHARE", "instrument_type": "EQUITY", "currency": "USD"}
    terms: dict[str, Any] = {
        "instruments": [instrument, instrument | {"instrument_id": "FWD", "instrument_type": "FX_FORWARD"}],
        "prices": [closing("SHARE", worth)],
        "holdings": [held, hedge | {"unrealised_value": D("-21873.44")}],
        "classes": [A, *CLASSES[1:]],
        "accruals": [*FEES, PERFORMANCE],
        "history": marked("11"),
    }
    return struck(evidence(product_type, {"unitless": False}, **(terms | more)))


def classes(result: Strike) -> dict[str, ClassNav]:
    return {each.share_class_id: each for each in result.classes}


def performance(result: Strike) -> Decimal | None:
    (line,) = [line for line in result.lines if line.accrual_id == "PERF"]
    return line.base_amount


def assert_adds_up(result: Strike) -> None:
    assert result.net_assets is not None
    with precise():
        assert sum(line.base_amount or D(0) for line in result.lines) == result.net_assets
        assert sum(each.net_assets or D(0) for each in result.classes) == result.net_assets


@pytest.mark.parametrize("product_type", ["fund", "quant"])
def test_e2_with_a_performance_fee_of_one_class(product_type: str) -> None:
    result = fund(product_type)
    # E-2 nets 61,500,139.126712328767 for A; 20 % of what that is above 5,400,000 x 11 = 59,400,000
    assert performance(result) == D("-420027.825342465753")
    found = classes(result)
    assert found["a"].net_assets == D("61080111.301369863014")
    # the others are those of E-2
    assert found["i"].net_assets == D("30876296.147260273973")
    assert rounded(found["h"].net_assets) == D("8010797.792876712329")
    assert_adds_up(result)


@pytest.mark.parametrize(
    ("terms", "mark", "expected"),
    [
        ({}, "12", D(0)),
        # 69 days of 5 % on 59,400,000: 561,452.054794520548
        ({"hurdle_type": "HARD", "hurdle_rate": D("0.05")}, "11", D("-307737.414383561644")),
        ({"hurdle_type": "SOFT", "hurdle_rate": D("0.05")}, "11", D("-420027.825342465753")),
    ],
)
def test_mark_and_hurdle_are_those_of_the_class(terms: dict[str, Any], mark: str, expected: Decimal) -> None:
    result = fund(classes=[A | terms, *CLASSES[1:]], history=marked(mark))
    found = performance(result)
    assert found is not None
    assert abs(found - expected) <= D("1e-12")
    assert_adds_up(result)


def test_a_class_in_another_currency_has_its_mark_and_fee_in_its_own() -> None:
    fee = PERFORMANCE | {"share_class_id": "h", "currency": "EUR", "rate": D("0.2")}
    history = [
        row | {"currency": "EUR", "net_assets": D(8_000_000) / EURUSD.rate, "high_water_mark": D(10)}
        if row["share_class_id"] == "h"
        else row
        for row in HISTORY
    ]
    result = fund(accruals=[*FEES, fee], history=history, rates=[EURUSD, replace(EURUSD, as_of=EVE)])
    # E-2 nets 10.523666684082208 euros a share for H; 20 % of what is above 10 goes
    assert rounded(classes(result)["h"].nav_per_share_unrounded, 9) == rounded(D("10.523666684082208") * 4 / 5 + 2, 9)
    assert_adds_up(result)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"history": HISTORY}, "MISSING_TERMS"),
        ({"classes": CLASSES}, "MISSING_TERMS"),  # no rate
        ({"accruals": [PERFORMANCE | {"currency": "EUR"}]}, "UNIT_MISMATCH"),
        ({"accruals": [PERFORMANCE | {"share_class_id": None}]}, "UNSUPPORTED_CONVENTION"),
    ],
)
def test_a_fee_that_cannot_be_reckoned_fails_the_strike(more: dict[str, Any], reason: str) -> None:
    result = fund(**more)
    assert (result.status, result.reason) == ("FAILED", reason)


def test_the_next_strike_opens_with_what_the_class_is_worth_and_shares_out_no_fee_twice() -> None:
    today = fund()
    stated = [
        STATED
        | {"share_class_id": each.share_class_id, "valuation_date": DAY, "net_assets": each.net_assets}
        | ({"high_water_mark": D(11)} if each.share_class_id == "a" else {})
        for each in today.classes
    ]
    found = evidence(
        "fund",
        {"unitless": False},
        day=NEXT,
        classes=[A, *CLASSES[1:]],
        accruals=[PERFORMANCE],
        history=[*marked("11"), *stated],
    )
    (opened,) = [each for each in found.inputs.classes if each.share_class_id == "a"]
    assert opened.opening_net_assets == D("61080111.301369863014")
    assert abs(opened.opening_own_lines - D("-420027.825342465753")) <= D("1e-12")


@settings(max_examples=40, deadline=None)
@given(
    st.decimals(90, 115, places=4),
    st.decimals(0, "0.5", places=4),
    st.decimals(8, 14, places=4),
    st.sampled_from(["NONE", "HARD", "SOFT"]),
)
def test_components_add_up_to_net_assets_and_to_the_classes(
    worth: Decimal, rate: Decimal, mark: Decimal, kind: str
) -> None:
    terms = {"performance_fee_rate": rate, "hurdle_type": kind, "hurdle_rate": D("0.05")}
    terms |= {
        "swing": "FULL",
        "swing_up_rate": D("0.004"),
        "swing_down_rate": D("0.0035"),
        "expense_cap_rate": D("0.01"),
    }
    order = {"order_id": "o", "share_class_id": "i", "activity": "REDEMPTION", "status": "PRICED", "currency": "USD"}
    order |= {"nav_date": DAY, "shares": D(1)}
    income = order | {"order_id": "d", "activity": "INCOME_DISTRIBUTION", "ex_date": DAY, "rate_per_share": D("0.0123")}
    income |= {"share_class_id": "a", "shares": D("5400000.123")}
    result = fund(
        worth=str(worth),
        classes=[A | terms, *CLASSES[1:]],
        history=marked(str(mark)),
        orders=[order, income],
    )
    assert (result.status, [each.swing_rate for each in result.classes]) == ("STRUCK", [D("-0.0035"), None, None])
    assert_adds_up(result)


@pytest.mark.parametrize(("paid_through", "inside"), [(None, D(4)), (EVE, D(0))])
def test_a_fee_owed_for_good_is_inside_the_nav_that_raised_the_mark_until_it_is_paid(
    paid_through: dt.date | None, inside: Decimal
) -> None:
    # gross 120 over a mark of 100 at 20 %: 4 owed, 116 left, and 116 is the mark stated with that NAV
    rows = [
        Stated(STATED | {"share_class_id": "a", "valuation_date": day, "high_water_mark": D(mark)})
        for day, mark in ((EVE - dt.timedelta(days=1), 100), (EVE, 116))
    ]
    fee = PERFORMANCE | {"paid_through": paid_through}
    stated = StatedProduct("fund", {"product_id": "f"}, [Stated(A)], (), [Stated(fee)], (), rows, ())
    (accrual,) = accruals_in_force([Stated(fee)], DAY)
    assert fee_per_share_within(stated, accrual, D(116), EVE) == inside
