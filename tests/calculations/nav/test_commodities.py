"""Commodities: bars at fine weight, futures at variation, rolls, forwards. Source: nav 2 (M-COM), E-8.

Figures that no example states are reckoned beside each test.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav import Strike
from calculations.nav.methods.commodities import fine_weight
from calculations.nav.results import Measure, Unavailable
from calculations.nav.variation import roll_return, theoretical_forward, variation
from tests.calculations.nav.evidence import assumed, closing, evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav.examples import rows as example_rows
from tests.calculations.nav_inputs import DAY, rounded

D = Decimal
BARS = [row for row in example_rows("Reserves & Vaults") if row["product_id"] == "example-e-08"]


def amounts(result: Strike) -> dict[str, Decimal | None]:
    return {line.line_id: line.base_amount for line in result.lines}


def reasons(result: Strike) -> list[str]:
    return [failure.reason for failure in result.failures]


def measure(result: Strike, name: str) -> Measure:
    (found,) = [each for each in result.measures if each.name == name]
    return found


def test_e8_three_bars_of_gold() -> None:
    result = struck(example("commodity", "example-e-08"))
    assert result.status == "STRUCK"
    bars = [line for line in result.lines if line.line_id.startswith("reserve/")]
    assert sum(line.quantity or 0 for line in bars) == D("1195.133")
    assert [line.quantity for line in bars] == [D("398.444"), D("397.195"), D("399.494")]
    assert result.total_assets == D("2849973.90845")
    assert result.total_liabilities == D("290.463094231068")
    # the example's 2,849,683.445355768932 is the difference of the stored lines too
    assert result.net_assets == D("2849683.445355768932")
    assert rounded(result.classes[0].nav_per_share_unrounded) == D("23.946919708872")
    assert result.fair_value_level == 1


@pytest.mark.parametrize(
    ("bar", "product", "reason"),
    [
        ({"unit_of_measure": "GRAM"}, {}, "UNIT_MISMATCH"),
        ({}, {"unit_of_measure": "KG"}, "UNIT_MISMATCH"),
        ({"unit_of_measure": None}, {}, "MISSING_TERMS"),
        ({"fineness": D("1.01")}, {}, "DOMAIN"),
        ({"fineness": None}, {}, "MISSING_TERMS"),
        ({"kind": "VAULT"}, {}, "UNKNOWN_SUBTYPE"),
        ({"instrument_id": "E-PLATINUM"}, {}, "MISSING_TERMS"),
        ({}, {"subtype": "SWAPS"}, "UNKNOWN_SUBTYPE"),
    ],
)
def test_a_bar_that_cannot_be_valued_fails_the_strike(
    bar: dict[str, Any], product: dict[str, Any], reason: str
) -> None:
    result = struck(example("commodity", "example-e-08", product=product, reserves=[{**BARS[0], **bar}, *BARS[1:]]))
    assert result.status == "FAILED"
    assert reason in reasons(result)
    assert result.net_assets is None


def test_a_bar_listed_twice_and_a_spot_that_is_missing_fail_the_strike() -> None:
    assert reasons(struck(example("commodity", "example-e-08", reserves=[*BARS, BARS[0]])))[0] == "DUPLICATE_INPUT"
    assert reasons(struck(example("commodity", "example-e-08", prices=[])))[0] == "MISSING_PRICE"
    assert reasons(struck(example("commodity", "example-e-08", reserves=[])))[0] == "MISSING_HOLDINGS"


def test_only_the_last_list_of_a_custodian_counts() -> None:
    earlier = {**BARS[0], "reserve_id": "BAR-0", "as_of": BARS[0]["as_of"] - dt.timedelta(days=1)}
    later = {**BARS[0], "reserve_id": "BAR-9", "as_of": BARS[0]["as_of"] + dt.timedelta(days=1)}
    result = struck(example("commodity", "example-e-08", reserves=[earlier, *BARS, later]))
    assert result.total_assets == D("2849973.90845")


OIL = {
    "instrument_id": "CL-MAY",
    "instrument_type": "FUTURE",
    "currency": "USD",
    "contract_size": D(1000),
    "unit_of_measure": "BBL",
    "underlying_id": "WTI",
    "expiry_date": dt.date(2026, 4, 21),
}
SPOT = {"instrument_id": "WTI", "instrument_type": "COMMODITY", "currency": "USD"}


def crude(*, product: dict[str, Any] | None = None, contract: dict[str, Any] | None = None, **more: Any) -> Strike:
    """40 contracts bought at 71.20, settled at 71.85 the day before and at 72.10 today, and 500,000 of collateral."""
    row = {"subtype": "FUTURES", "unit_of_measure": "BBL", "contract_size": D(1000)} | (product or {})
    position = {
        "instrument_id": "CL-MAY",
        "leg": "LONG",
        "as_of_date": DAY,
        "holding_type": "DERIVATIVE",
        "quantity": D(40),
        "currency": "USD",
        "entry_price": D("71.20"),
    }
    cash = {
        "instrument_id": "CASH-USD",
        "leg": "LONG",
        "as_of_date": DAY,
        "holding_type": "CASH",
        "quantity": D(500000),
        "currency": "USD",
    }
    held = position | more.pop("position", {})
    cash["as_of_date"] = held["as_of_date"]
    settled = [
        closing("CL-MAY", "72.10", price_type="SETTLEMENT"),
        closing("CL-MAY", "71.85", price_type="SETTLEMENT", as_of=dt.datetime(2026, 3, 9, 17, tzinfo=dt.UTC)),
        closing("WTI", "71.50"),
    ]
    terms: dict[str, Any] = {"instruments": [OIL | (contract or {}), SPOT], "prices": settled, "holdings": [held, cash]}
    return struck(evidence("commodity", row, **(terms | more)))


def test_a_future_enters_at_its_variation_and_never_at_quantity_times_price() -> None:
    result = crude()
    # 40 x 1,000 x (72.10 - 71.20) = 36,000 beside the collateral
    assert amounts(result) == {"position//CASH-USD/LONG": D(500000), "derivative//CL-MAY/LONG/": D(36000)}
    assert result.net_assets == D(536000)


def test_a_short_future_loses_what_a_long_one_gains() -> None:
    result = crude(position={"quantity": D(-40), "leg": "SHORT"})
    assert amounts(result)["derivative//CL-MAY/SHORT/"] == D(-36000)
    assert result.total_liabilities == D(36000)


def test_variation_stated_by_an_earlier_list_runs_on_to_the_settlement_of_the_day() -> None:
    # 26,000 by the 9th, then 40 x 1,000 x (72.10 - 71.85) = 10,000
    earlier = {"as_of_date": dt.date(2026, 3, 9), "variation_to_date": D(26000)}
    assert amounts(crude(position=earlier))["derivative//CL-MAY/LONG/"] == D(36000)
    of_today = {"variation_to_date": D(35990)}
    assert amounts(crude(position=of_today))["derivative//CL-MAY/LONG/"] == D(35990)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"contract": {"expiry_date": dt.date(2026, 3, 9)}}, "CONTRACT_EXPIRED"),
        ({"product": {"instrument_id": "CL-MAY", "expiration_date": dt.date(2026, 3, 9)}}, "CONTRACT_EXPIRED"),
        ({"contract": {"unit_of_measure": "MMBTU"}}, "UNIT_MISMATCH"),
        ({"contract": {"contract_size": D(100)}}, "UNIT_MISMATCH"),
        ({"prices": []}, "MISSING_PRICE"),
        ({"prices": [closing("CL-MAY", "72.10")]}, "MISSING_PRICE"),
        ({"position": {"entry_price": None}}, "MISSING_TERMS"),
        ({"position": {"quantity": D(-40)}}, "DOMAIN"),
        ({"contract": {"instrument_type": "FORWARD"}}, "MISSING_VALUE"),
        ({"product": {"measurement_basis": "AMORTISED_COST"}}, "UNSUPPORTED_CONVENTION"),
    ],
)
def test_a_contract_that_cannot_be_valued_fails_the_strike(changed: dict[str, Any], reason: str) -> None:
    result = crude(**changed)
    assert result.status == "FAILED"
    assert reason in reasons(result)


def test_a_roll_is_a_return_of_the_curve_and_no_profit() -> None:
    roll = {
        "kind": "FUTURES_ROLL",
        "sequence": D(1),
        "event_date": dt.date(2026, 3, 6),
        "amount": D("70.40"),
        "amount_2": D("71.20"),
    }
    later = roll | {"sequence": D(2), "event_date": dt.date(2026, 4, 6)}
    result = crude(schedules=[roll, later])
    # 70.40 / 71.20 - 1 = -0.01123595505617977528...
    assert rounded(measure(result, "roll_return").value, 15) == D("-0.011235955056180")
    assert result.net_assets == D(536000)
    backwards = crude(schedules=[roll, later | {"event_date": dt.date(2026, 2, 6)}])
    assert set(reasons(backwards)) == {"BAD_SCHEDULE"}
    assert measure(crude(schedules=[roll | {"amount_2": D(-1)}]), "roll_return").reason == "DOMAIN"


def test_the_forward_is_checked_where_its_rates_are_assumed() -> None:
    rates = [
        assumed("RISK_FREE_RATE", "0.04", compounding="CONTINUOUS"),
        assumed("STORAGE_RATE", "0.03", compounding="CONTINUOUS"),
        assumed("CONVENIENCE_YIELD", "0.01", compounding="CONTINUOUS"),
    ]
    result = crude(product={"year_fraction": "ACT_365F"}, assumptions=rates)
    # 71.50 x exp(0.06 x 42 / 365) = 71.50 x 1.006927994... by series
    x = D("0.06") * 42 / 365
    series = D("71.50") * (1 + x + x**2 / 2 + x**3 / 6 + x**4 / 24 + x**5 / 120 + x**6 / 720)
    assert rounded(measure(result, "theoretical_forward").value, 10) == rounded(series, 10)
    assert rounded(measure(result, "deviation_from_forward").value, 8) == rounded(D("72.10") / series - 1, 8)
    assert len(result.assumptions) == 3
    assert not crude().measures
    assert measure(crude(assumptions=rates[:1]), "theoretical_forward").reason == "UNSUPPORTED_CONVENTION"
    alone = crude(product={"year_fraction": "ACT_365F"}, assumptions=rates[:1])
    assert measure(alone, "theoretical_forward").reason == "MISSING_ASSUMPTION"
    assert alone.net_assets == D(536000)


PRICE = st.decimals("0.01", "500", places=2)


@given(st.integers(-500, 500), st.lists(PRICE, min_size=2, max_size=12))
def test_variation_adds_up_over_days(quantity: int, settlements: list[Decimal]) -> None:
    daily = sum(variation(D(quantity), D(1000), b, a) for a, b in pairwise(settlements))
    assert daily == variation(D(quantity), D(1000), settlements[-1], settlements[0])


@given(PRICE, st.decimals("-0.1", "0.2", places=4), st.decimals("0", "5", places=2))
def test_a_forward_without_carry_is_the_spot(spot: Decimal, rate: Decimal, years: Decimal) -> None:
    assert theoretical_forward(spot, rate, D(0), rate, years) == spot


@pytest.mark.parametrize(("gross", "fineness"), [("-1", "0.9"), ("400", "0"), ("400", "1.0001")])
def test_no_bar_has_such_a_weight(gross: str, fineness: str) -> None:
    with pytest.raises(Unavailable, match="DOMAIN"):
        fine_weight(D(gross), D(fineness), 3)
    with pytest.raises(Unavailable, match="DOMAIN"):
        roll_return(D(1), D(0))
    with pytest.raises(Unavailable, match="DOMAIN"):
        theoretical_forward(D(0), D(0), D(0), D(0), D(1))
