"""Swing pricing against the example of the specification, and what a swing never does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav import ClassNav
from calculations.nav.numbers import precise
from calculations.nav.swing import swing, swing_rate
from calculations.nav.terms import SwingTerms
from tests.calculations.nav_inputs import D

NAV = ClassNav("A", "USD", D("25417300"), D("25417300"), D("1000000"), D("25.4173"), D("25.4173"), D(0))
FULL = SwingTerms("FULL", up_rate=D("0.0040"), down_rate=D("0.0035"), registration="UCITS")
PARTIAL = replace(FULL, policy="PARTIAL", threshold_rate=D("0.01"))

flows = st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False)
factors = st.decimals(0, "0.99", places=6, allow_nan=False)


@pytest.mark.parametrize(
    ("net_flow", "unrounded", "published", "rate"),
    [
        ("1", "25.5189692", "25.5190", "0.0040"),
        ("-1", "25.32833945", "25.3283", "-0.0035"),
        ("0", "25.4173", "25.4173", "0"),
    ],
)
def test_e22_the_nav_swings_by_the_sign_of_the_flow(net_flow: str, unrounded: str, published: str, rate: str) -> None:
    swung = swing(NAV, 4, FULL, D(net_flow), None)
    assert (swung.swung_nav_unrounded, swung.swing_rate) == (D(unrounded), D(rate))
    assert str(swung.swung_nav_per_share) == published
    assert swung.nav_per_share == D("25.4173")  # unswung, kept


@pytest.mark.parametrize(("net_flow", "is_swung"), [("10000.01", True), ("10000", False), ("-10000.01", True)])
def test_a_partial_swing_starts_above_its_threshold(net_flow: str, is_swung: bool) -> None:
    # 1 % of 1,000,000 is 10,000
    assert (swing_rate(PARTIAL, D(net_flow), D("1000000")).applied != 0) is is_swung


def test_the_lower_of_the_prospectus_and_the_statutory_cap_holds() -> None:
    steep = SwingTerms("FULL", up_rate=D("0.05"), down_rate=D("0.01"), cap_rate=D("0.03"), registration="UCITS")
    assert swing_rate(steep, D(1), None) == (D("0.03"), D("0.05"), "PROSPECTUS")
    registered = replace(steep, registration="US_OPEN_END")
    assert swing_rate(registered, D(1), None) == (D("0.02"), D("0.05"), "US_OPEN_END")  # rule 22c-1(a)(3)
    assert swing_rate(replace(registered, cap_rate=D("0.015")), D(1), None) == (D("0.015"), D("0.05"), "PROSPECTUS")
    assert swing_rate(replace(registered, up_rate=D("0.02")), D(1), None) == (D("0.02"), D("0.02"), None)
    assert swing_rate(replace(registered, down_rate=D("0.05")), D(-1), None) == (D("-0.02"), D("-0.05"), "US_OPEN_END")
    assert swing_rate(steep, D(-1), None) == (D("-0.01"), D("-0.01"), None)


def test_a_registration_not_stated_matters_only_above_the_lowest_cap() -> None:
    plain = SwingTerms("FULL", up_rate=D("0.02"), down_rate=D("0.021"))
    assert swing_rate(plain, D(1), None) == (D("0.02"), D("0.02"), None)
    unknown = swing(NAV, 4, plain, D(-1), None)
    assert (unknown.swung_nav_per_share, unknown.reason) == (None, "MISSING_TERMS")
    assert "registration of the fund must be given" in str(unknown.detail)
    assert swing_rate(replace(plain, cap_rate=D("0.02")), D(-1), None) == (D("-0.02"), D("-0.021"), "PROSPECTUS")


@given(flows.filter(bool), factors, st.none() | factors, st.sampled_from(["US_OPEN_END", "UCITS"]))
def test_no_swing_goes_beyond_what_was_asked_or_a_cap(
    flow: Decimal, factor: Decimal, cap: Decimal | None, registration: str
) -> None:
    terms = SwingTerms("FULL", up_rate=factor, down_rate=factor, cap_rate=cap, registration=registration)
    found = swing_rate(terms, flow, None)
    assert abs(found.applied) == min(
        x for x in (factor, cap, D("0.02") if registration != "UCITS" else None) if x is not None
    )
    assert abs(found.asked) == factor
    assert (found.cap is None) == (found.applied == found.asked)


@pytest.mark.parametrize("subtype", ["MMF", "ETF_EQUITY", "ETF_BOND", "ETF_COMMODITY"])
def test_money_market_and_exchange_traded_funds_never_swing(subtype: str) -> None:
    assert swing_rate(replace(FULL, subtype=subtype), D("1e9"), D(1)) == (0, 0, None)


def test_a_class_without_swing_needs_no_flow() -> None:
    assert swing(NAV, 4, SwingTerms("NONE"), None, None).swung_nav_per_share == NAV.nav_per_share


@pytest.mark.parametrize(
    ("terms", "net_flow", "net_assets", "reason"),
    [
        (FULL, None, None, "MISSING_TERMS"),
        (replace(FULL, up_rate=None), "1", None, "MISSING_TERMS"),
        (replace(FULL, up_rate=D(1)), "1", None, "DOMAIN"),
        (replace(FULL, cap_rate=D("-0.1")), "1", None, "DOMAIN"),
        (replace(PARTIAL, threshold_rate=None), "1", "1", "MISSING_TERMS"),
        (PARTIAL, "1", None, "MISSING_TERMS"),
        (PARTIAL, "1", "0", "DOMAIN"),
    ],
)
def test_what_cannot_be_swung_is_unknown(
    terms: SwingTerms, net_flow: str | None, net_assets: str | None, reason: str
) -> None:
    swung = swing(NAV, 4, terms, D(net_flow) if net_flow else None, D(net_assets) if net_assets else None)
    assert (swung.swing_rate, swung.swung_nav_per_share, swung.reason) == (None, None, reason)
    assert swung.detail


def test_a_nav_that_is_unknown_stays_so() -> None:
    unknown = replace(NAV, nav_per_share=None, reason="NO_SHARES", detail="none")
    assert swing(unknown, 4, FULL, D(1), None).reason == "NO_SHARES"
    assert swing(NAV, None, FULL, D(1), None).reason == "MISSING_TERMS"


@given(flows, flows, factors, factors)
def test_more_money_coming_in_never_lowers_the_dealing_price(
    one: Decimal, other: Decimal, up: Decimal, down: Decimal
) -> None:
    terms = replace(PARTIAL, up_rate=up, down_rate=down)
    low, high = (swing(NAV, 4, terms, flow, D("1000000")) for flow in sorted((one, other)))
    assert low.swung_nav_per_share is not None
    assert high.swung_nav_per_share is not None
    assert low.swung_nav_per_share <= high.swung_nav_per_share


@given(flows, factors)
def test_equal_factors_swing_alike_both_ways(flow: Decimal, factor: Decimal) -> None:
    terms = replace(FULL, up_rate=factor, down_rate=factor)
    there, back = swing(NAV, 4, terms, flow, None), swing(NAV, 4, terms, -flow, None)
    assert there.swung_nav_unrounded is not None
    assert back.swung_nav_unrounded is not None
    with precise():
        assert there.swung_nav_unrounded + back.swung_nav_unrounded == 2 * D("25.4173")
