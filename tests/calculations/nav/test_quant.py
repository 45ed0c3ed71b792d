"""Quantitative strategies: positions less fees above the mark, and the chain of returns beside it. Source: nav 2 (M-QNT).

E-10 is the chain. Figures that no example states are reckoned beside each test.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav import Strike
from calculations.nav.methods import value
from calculations.nav.results import Measure, Unavailable
from calculations.nav.return_chain import return_chain
from tests.calculations.nav.evidence import closing, evidence, struck
from tests.calculations.nav.examples import example, rows
from tests.calculations.nav_inputs import DAY, POINT, rounded

D = Decimal
OPENED = dt.date(2026, 3, 3)


def measures(found: Strike | Any) -> dict[str, Measure]:
    return {each.name: each for each in found.measures}


def test_e10_the_chain_of_five_returns() -> None:
    found = measures(value(example("quant", "example-e-10")))
    assert rounded(found["return_chain_gross_assets"].value) == D("50677328.339987551341")
    assert rounded(found["return_chain_performance_fee"].value) == D("15465.667997510268")
    assert rounded(found["return_chain_net_assets"].value) == D("50661862.671990041072")
    assert rounded(found["return_chain_nav_per_share"].value) == D("122.816562346302")


def test_the_chain_is_no_strike() -> None:
    result = struck(example("quant", "example-e-10"))
    assert (result.status, result.reason, result.net_assets) == ("FAILED", "MISSING_HOLDINGS", None)
    assert measures(result)["return_chain_net_assets"].value is not None


def test_a_day_without_a_return_breaks_the_chain_and_not_the_strike() -> None:
    gone = [row for row in rows("Assumptions") if row["tenor"] != "2026-03-06"]
    found = measures(
        strategy(assumptions=[row | {"scope_id": "p"} for row in gone if row["assumption"] == "DAILY_RETURN"])
    )
    assert {each.reason for each in found.values()} == {"MISSING_EVIDENCE"}
    assert "2026-03-06" in (found["return_chain_net_assets"].detail or "")


HELD = {
    "instrument_id": "SHARE",
    "leg": "LONG",
    "as_of_date": DAY,
    "holding_type": "EQUITY",
    "quantity": D(1_000_000),
    "currency": "USD",
}
FEE = {
    "accrual_id": "FEE",
    "kind": "MANAGEMENT_FEE",
    "side": "LIABILITY",
    "method": "RATE",
    "rate": D("0.0146"),
    "basis": "POST_RETURN_NAV",
    "currency": "USD",
    "day_count": "ACT_365F",
    "accrued_from": dt.date(2026, 3, 9),
    "start_date": OPENED,
}
PERFORMANCE = FEE | {
    "accrual_id": "PERF",
    "kind": "PERFORMANCE_FEE",
    "method": "PERFORMANCE",
    "rate": D("0.2"),
    "basis": None,
    "accrued_from": dt.date(2025, 12, 31),
}
NAV = {
    "share_class_id": "p",
    "valuation_date": OPENED,
    "version": D(1),
    "status": "PUBLISHED",
    "currency": "USD",
    "net_assets": D(50_000_000),
    "shares_outstanding": D(500_000),
    "high_water_mark_total": D(48_000_000),
}


def strategy(**more: Any) -> Strike:
    """1,000,000 shares at 50 and 500,000 units of the strategy."""
    product = {"unitless": False, "shares_outstanding": D(500_000)} | more.pop("product", {})
    share = {"instrument_id": "SHARE", "instrument_type": "EQUITY", "currency": "USD"}
    terms: dict[str, Any] = {
        "instruments": [share],
        "prices": [closing("SHARE", "50")],
        "holdings": [HELD],
        "history": [NAV],
        "accruals": [FEE, PERFORMANCE],
    }
    return struck(evidence("quant", product, **(terms | more)))


def amounts(result: Strike) -> dict[str, Decimal | None]:
    return {line.accrual_id or line.instrument_id or "": line.base_amount for line in result.lines}


def test_the_official_nav_is_that_of_the_positions_less_its_fees() -> None:
    result = strategy()
    # one day: 50m x 1.46 % / 365 = 2,000; then 20 % of 49,998,000 - 48,000,000
    assert amounts(result) == {"SHARE": D(50_000_000), "FEE": D(-2000), "PERF": D(-399_600)}
    assert result.net_assets == D(49_598_400)
    assert result.classes[0].nav_per_share == D("99.1968")


def test_below_the_mark_there_is_no_performance_fee() -> None:
    assert amounts(strategy(history=[NAV | {"high_water_mark_total": D(60_000_000)}]))["PERF"] == 0


def test_a_mark_kept_as_a_total_is_scaled_by_the_shares_since() -> None:
    # 48m for 500,000 shares is 57.6m for 600,000: the money of new shares is no gain
    order = {"share_class_id": "p", "activity": "SUBSCRIPTION", "status": "SETTLED", "nav_date": OPENED}
    order |= {"order_id": "o", "settle_date": dt.date(2026, 3, 5), "shares": D(100_000), "amount": D(10_000_000)}
    more = HELD | {"quantity": D(1_200_000)}
    result = strategy(orders=[order | {"currency": "USD"}], holdings=[more])
    # 60m - 2,400 - 57.6m, of that 20 %
    assert amounts(result)["PERF"] == D(-479_520)
    per_share = NAV | {"high_water_mark_total": None, "high_water_mark": D(96)}
    assert amounts(strategy(orders=[order | {"currency": "USD"}], holdings=[more], history=[per_share])) == amounts(
        result
    )


def test_a_hurdle_counts_as_its_class_says() -> None:
    share_class = {"share_class_id": "p", "currency": "USD", "nav_dp": 4, "shares_outstanding": D(500_000)}
    # hard: 48m x 5 % x 69/365 = 453,698.63...; soft charges all above the mark once it is passed
    hurdle = {"hurdle_type": "HARD", "hurdle_rate": D("0.05")}
    hard = strategy(classes=[share_class | hurdle], accruals=[FEE, PERFORMANCE])
    expected = (D(1_998_000) - D(48_000_000) * D("0.05") * 69 / 365) / 5
    assert rounded(amounts(hard)["PERF"], 9) == rounded(-expected, 9)
    soft = strategy(classes=[share_class | hurdle | {"hurdle_type": "SOFT"}], accruals=[FEE, PERFORMANCE])
    assert amounts(soft)["PERF"] == D(-399_600)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"history": []}, "MISSING_TERMS"),
        ({"history": [NAV | {"shares_outstanding": None}]}, "MISSING_TERMS"),
        ({"history": [NAV | {"shares_outstanding": D(0)}], "product": {"shares_outstanding": D(1)}}, "NO_SHARES"),
        ({"accruals": [PERFORMANCE | {"rate": None}]}, "MISSING_TERMS"),
        ({"accruals": [PERFORMANCE | {"rate": D("1.2")}]}, "DOMAIN"),
        ({"accruals": [PERFORMANCE | {"currency": "EUR"}]}, "UNIT_MISMATCH"),
        ({"accruals": [PERFORMANCE | {"hurdle_rate": D("0.05")}]}, "MISSING_TERMS"),
        ({"accruals": [PERFORMANCE | {"paid_through": dt.date(2026, 3, 4)}]}, "DOMAIN"),
        (
            {
                "accruals": [PERFORMANCE | {"paid_through": OPENED}],
                "history": [NAV | {"high_water_mark": D(96), "nav_per_share": D(100)}],
            },
            "DOMAIN",
        ),
        ({"accruals": [FEE | {"rate": None}]}, "MISSING_TERMS"),
        ({"product": {"measurement_basis": "AMORTISED_COST"}}, "UNSUPPORTED_CONVENTION"),
        ({"prices": []}, "MISSING_PRICE"),
    ],
)
def test_a_fee_that_cannot_be_reckoned_fails_the_strike(more: dict[str, Any], reason: str) -> None:
    result = strategy(**more)
    assert (result.status, result.reason, result.net_assets) == ("FAILED", reason, None)


RETURN = st.decimals("-0.05", "0.05", places=4)
WEEK = [dt.date(2026, 3, day) for day in (4, 5, 6, 9, 10)]


@given(st.lists(RETURN, min_size=5, max_size=5))
def test_without_fees_the_chain_compounds(returns: list[Decimal]) -> None:
    chain = return_chain(D(1000), OPENED, dict(zip(WEEK, returns, strict=True)), POINT)
    expected = D(1000)
    for each in returns:
        expected *= 1 + each
    assert abs(chain[-1].net - expected) < D("1e-18")
    # capital of the last day earns that day's return alone
    flow = return_chain(D(1000), OPENED, dict(zip(WEEK, returns, strict=True)), POINT, flows={DAY: D(500)})
    assert abs(flow[-1].net - chain[-1].net - 500 * (1 + returns[-1])) < D("1e-18")


def test_returns_of_days_off_and_of_less_than_everything_are_refused() -> None:
    known = dict.fromkeys(WEEK, D(0))
    for wrong, reason in (({dt.date(2026, 3, 7): D(0)}, "BAD_SCHEDULE"), ({DAY: D("-1.01")}, "DOMAIN")):
        with pytest.raises(Unavailable, match=reason):
            return_chain(D(1), OPENED, known | wrong, POINT)
