"""Companies, carry and multiples of private equity: E-11, every error of nav 2 (M-PE), and what must always hold."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.methods.cash_flows import Flow
from calculations.nav.methods.private_equity.capital_structure import (
    CapitalClass,
    allocate_equity,
    held_value,
    read_classes,
)
from calculations.nav.methods.private_equity.carry import CapitalFlow, CarryTerms, liquidate
from calculations.nav.methods.private_equity.companies import (
    ExitMultiple,
    GordonGrowth,
    discounted_value,
    equity_value,
    multiple_value,
)
from calculations.nav.numbers import precise
from calculations.nav.results import Strike, Unavailable
from tests.calculations.nav.evidence import assumed, evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav_inputs import DAY, rounded

D = Decimal
ORDER = {"product_id": "p", "activity": "CONTRIBUTION", "currency": "USD", "status": "SETTLED"}
COMPANY = {
    "valuation_id": "v",
    "subject_id": "X",
    "valuation_date": DAY,
    "method": "MARKET_MULTIPLE",
    "currency": "USD",
    "metric_value": D(10),
    "multiple": D(8),
    "net_debt": D(30),
    "ownership_share": D("0.5"),
}


def measures(result: Strike) -> dict[str, Decimal | None]:
    return {measure.name + measure.subject_id: measure.value for measure in result.measures}


def reason(result: Strike) -> str:
    assert result.status == "FAILED"
    return str(result.failures[0].reason)


def test_e11_companies_carry_and_multiples() -> None:
    result = struck(example("private_equity", "example-e-11"))
    assert result.status == "STRUCK"
    amounts = {line.line_id: line.base_amount for line in result.lines}
    assert amounts["valuation/COMPANY-X"] == D("62545600")
    assert amounts["valuation/COMPANY-Y"] == D("29962800")
    assert rounded(amounts["carry"], 9) == D("-5792599.879655590")
    found = measures(result)
    assert found["ENTERPRISE_VALUECOMPANY-X"] == D("153180000")
    assert found["ENTERPRISE_VALUECOMPANY-Y"] == D("77222500")
    # E-11 states millions to 15 decimals, a strike stores units to 12: the same digits and more
    assert rounded(result.net_assets, 9) == D("81765800.120344410")
    assert rounded(found["TVPI"], 15) == D("1.339511430290634")
    assert rounded(found["DPI"], 9) == D("0.171428571")
    assert rounded(found["RVPI"], 15) == D("1.168082858862063")
    carry = next(line for line in result.lines if line.kind == "CARRIED_INTEREST")
    assert carry.basis_amount == D("29558400")
    with precise():
        assert carry.base_amount is not None
        assert rounded(-carry.base_amount / D("29558400") * 100, 6) == D("19.597136")
    assert result.fair_value_level == 3


E11 = CarryTerms(D("0.2"), D("0.08"), D(1), "YEAR_FRACTION", "30_360")
E11_FLOWS = [CapitalFlow(dt.date(2022, 3, 10), D(70)), CapitalFlow(dt.date(2024, 9, 10), D(-12))]


def test_e11_the_preferred_balance_to_its_digits() -> None:
    found = liquidate(D("87.5584"), E11_FLOWS, E11, DAY)
    assert rounded(found.preferred_balance, 15) == D("81.765800120344410")
    assert found.profit == D("29.5584")
    assert rounded(found.carry, 15) == D("5.792599879655590")


def test_days_of_365_differ_from_those_of_360() -> None:
    # 70 x 1.08^(1461/365) - 12 x 1.08^(546/365): ACT_365F counts a leap day, input-contracts 4.5
    with precise():
        expected = 70 * D("1.08") ** (D(1461) / 365) - 12 * D("1.08") ** (D(546) / 365)
    for convention in ("YEAR_FRACTION", "IRR"):
        terms = CarryTerms(D("0.2"), D("0.08"), D(1), convention, "ACT_365F")
        assert liquidate(D(100), E11_FLOWS, terms, DAY).preferred_balance == expected


@pytest.mark.parametrize(
    ("net_assets", "catch_up", "carry"),
    [
        ("107", "1", "0"),  # below 100 x 1.08: no profit beyond the preferred return
        ("108", "1", "0"),
        ("109", "1", "1"),  # inside the catch-up, all to the GP
        ("110", "1", "2"),  # 8 to the partners, 2 = 20 % of 10 to the GP: caught up
        ("160", "1", "12"),  # 20 % of a profit of 60
        ("110", "0.5", "1"),  # half of the catch-up
        ("121.333333333333333333", "0.5", "4.2666666666666666666"),  # 20 % of 21.33: x = 1.6 / 0.3, caught up
        ("160", "0.5", "12"),
        ("160", None, "10.4"),  # hard hurdle: 20 % of 52
    ],
)
def test_tiers_of_a_liquidation(net_assets: str, catch_up: str | None, carry: str) -> None:
    terms = CarryTerms(D("0.2"), D("0.08"), None if catch_up is None else D(catch_up), "YEAR_FRACTION", "30_360")
    found = liquidate(D(net_assets), [CapitalFlow(dt.date(2025, 3, 10), D(100))], terms, DAY)
    assert found.carry == D(carry)
    assert found.to_partners + found.carry == D(net_assets)


def test_what_was_paid_beyond_the_preferred_return_earns_nothing() -> None:
    flows = [
        CapitalFlow(dt.date(2024, 3, 10), D(100)),
        CapitalFlow(dt.date(2025, 3, 10), D(-200)),
        CapitalFlow(dt.date(2025, 3, 10), D(50)),
    ]
    assert liquidate(D(60), flows, E11, DAY).preferred_balance == D(54)


@given(
    net_assets=st.decimals(-200, 900, places=2),
    carry=st.decimals("0.01", "0.4", places=2),
    catch_up=st.none() | st.decimals("0.5", 1, places=2),
    distribution=st.decimals(1, 150, places=2),
)
def test_carry_is_never_negative_never_above_its_share_and_never_more_of_less(
    net_assets: Decimal, carry: Decimal, catch_up: Decimal | None, distribution: Decimal
) -> None:
    terms = CarryTerms(carry, D("0.08"), catch_up, "IRR")
    flows = [CapitalFlow(dt.date(2023, 3, 10), D(100)), CapitalFlow(dt.date(2024, 9, 10), -distribution)]
    found = liquidate(net_assets, flows, terms, DAY)
    with precise():
        assert abs(found.to_partners + found.carry - net_assets) < D("1e-40")
        assert 0 <= found.carry <= max(D(0), carry * found.profit) + D("1e-40")
        assert liquidate(net_assets + 1, flows, terms, DAY).carry >= found.carry - D("1e-40")
    assert liquidate(net_assets, flows[::-1], terms, DAY) == found


def classes(*stated: dict[str, Any]) -> tuple[CapitalClass, ...]:
    return read_classes(json.dumps(stated))


COMMON = {"class": "common", "shares": "800", "held_shares": "0"}
PREFERRED = {
    "class": "a",
    "rank": 1,
    "preference": "100",
    "participating": False,
    "conversion_ratio": "1",
    "shares": "200",
    "held_shares": "100",
}


@pytest.mark.parametrize(
    ("equity", "participating", "held"),
    [
        ("80", False, "40"),  # all of it to the preference, half of which is held
        ("300", False, "50"),  # 100 preferred to 20 % of 300
        ("500", False, "50"),  # 20 % of 500 = 100: no gain by converting
        ("600", False, "60"),  # 20 % of 600 = 120
        ("600", True, "100"),  # (100 + 20 % of 500) / 2
    ],
)
def test_preference_conversion_and_participation(equity: str, participating: bool, held: str) -> None:
    assert held_value(D(equity), classes(COMMON, PREFERRED | {"participating": participating})) == D(held)


def test_a_senior_class_is_paid_before_a_junior_one_and_equals_share() -> None:
    junior = PREFERRED | {"class": "b", "rank": 2, "preference": "60"}
    equal = PREFERRED | {"class": "c", "rank": 2, "preference": "30"}
    payments = allocate_equity(D(145), classes(COMMON, PREFERRED, junior, equal))
    assert payments == {"common": D(0), "a": D(100), "b": D(30), "c": D(15)}


@given(
    equity=st.integers(0, 3000),
    terms=st.lists(
        st.tuples(st.integers(1, 3), st.integers(1, 300), st.booleans(), st.integers(1, 4), st.integers(1, 400)),
        max_size=4,
    ),
)
def test_no_class_would_gain_by_deciding_otherwise(equity: int, terms: list[tuple[int, int, bool, int, int]]) -> None:
    common = CapitalClass("common", 0, D(0), D(500), D(0), conversion_ratio=D(1))
    structure = [common] + [
        CapitalClass(f"class-{at}", rank, D(preference), D(shares), D(0), participating, D(ratio))
        for at, (rank, preference, participating, ratio, shares) in enumerate(terms)
    ]
    paid = allocate_equity(D(equity), structure)
    with precise():
        assert abs(sum(paid.values()) - equity) < D("1e-40")
        assert min(paid.values()) >= 0
        per_common = paid["common"] / 500
        for each in structure[1:]:
            if not each.is_participating:
                # one that kept its preference is not worth less than its common shares are; nor the other way round
                assert paid[each.name] >= min(each.preference, per_common * each.as_converted) - D("1e-40")
                assert paid[each.name] + D("1e-40") >= per_common * each.as_converted
    assert allocate_equity(D(equity), structure[::-1]) == paid


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"held_shares": "201"}, "DOMAIN"),
        ({"shares": None}, "MISSING_TERMS"),
        ({"rank": None}, "MISSING_TERMS"),
        ({"preference": "-1"}, "DOMAIN"),
        ({"conversion_ratio": "0"}, "DOMAIN"),
        ({"participating": True, "conversion_ratio": None}, "MISSING_TERMS"),
    ],
)
def test_a_structure_that_cannot_be(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(Unavailable) as raised:
        classes(COMMON, PREFERRED | change)
    assert raised.value.reason == expected


def test_a_structure_in_which_nobody_takes_the_rest_does_not_balance() -> None:
    with pytest.raises(Unavailable) as raised:
        allocate_equity(D(101), classes(PREFERRED | {"conversion_ratio": None}))
    assert raised.value.reason == "DOMAIN"


FLOWS = [Flow(D(1), D(10)), Flow(D(2), D(11), D(1))]


@pytest.mark.parametrize(("timing", "years"), [("YEAR_END", "2"), ("MID_YEAR", "1.5")])
def test_the_flag_says_where_the_growing_value_is_discounted_from(timing: Any, years: str) -> None:
    # 10 / 1.1^0.5 + 11 / 1.1^1.5 + 11 x 1.02 / 0.08 / 1.1^n
    with precise():
        w = D("1.1")
        expected = 10 / w ** D("0.5") + 11 / w ** D("1.5") + 11 * D("1.02") / D("0.08") / w ** D(years)
        found = discounted_value(FLOWS, D("0.1"), GordonGrowth(D("0.02"), timing))
    assert rounded(found, 30) == rounded(expected, 30)


def test_an_exit_multiple_stands_at_the_end() -> None:
    with precise():
        w = D("1.1")
        expected = 10 / w ** D("0.5") + 11 / w ** D("1.5") + 20 * 6 / w**2
        assert rounded(discounted_value(FLOWS, D("0.1"), ExitMultiple(D(20), D(6))), 30) == rounded(expected, 30)


def test_quarters_of_the_last_year_grow_together() -> None:
    quarters = [Flow(D(at + 1) / 4, D(5), D(at) / 4) for at in range(8)]
    grown = discounted_value(quarters, D("0.1"), GordonGrowth(D("0.02"), "YEAR_END"))
    flat = discounted_value(quarters, D("0.1"), GordonGrowth(D(-1), "YEAR_END"))
    with precise():
        assert rounded(grown - flat, 30) == rounded(20 * D("1.02") / D("0.08") / D("1.1") ** 2, 30)


@pytest.mark.parametrize("growth", ["0.1", "0.11"])
def test_growth_must_be_below_the_discount_rate(growth: str) -> None:
    with pytest.raises(Unavailable) as raised:
        discounted_value(FLOWS, D("0.1"), GordonGrowth(D(growth), "YEAR_END"))
    assert raised.value.reason == "DOMAIN"


@pytest.mark.parametrize(("metric", "multiple", "discount"), [("-1", "8", "0"), ("1", "0", "0"), ("1", "8", "1.1")])
def test_a_multiple_needs_a_metric_that_it_can_value(metric: str, multiple: str, discount: str) -> None:
    with pytest.raises(Unavailable) as raised:
        multiple_value(D(metric), D(multiple), D(discount))
    assert raised.value.reason == "DOMAIN"


def test_owners_do_not_answer_for_debt() -> None:
    assert equity_value(D(10), D(12)) == 0
    assert equity_value(D(10), D(-2)) == 12


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"metric_value": D(-1)}, "DOMAIN"),
        ({"metric_value": None}, "MISSING_TERMS"),
        ({"multiple": None}, "MISSING_TERMS"),
        ({"net_debt": None}, "MISSING_TERMS"),
        ({"ownership_share": D("1.01")}, "DOMAIN"),
        ({"valuation_date": DAY - dt.timedelta(days=121)}, "STALE_VALUATION"),
        ({"valid_until": DAY - dt.timedelta(days=1)}, "STALE_VALUATION"),
        ({"method": "CALIBRATED_TRANSACTION", "amount": D(40)}, "MISSING_TERMS"),
        ({"method": "DCF"}, "MISSING_ASSUMPTION"),
        ({"method": "DCF", "terminal_growth": D(0)}, "MISSING_TERMS"),
        ({"method": "DCF", "terminal_growth": D(0), "exit_multiple": D(5)}, "DUPLICATE_INPUT"),
        ({"method": "DCF", "exit_multiple": D(5), "wacc": D("0.1")}, "BAD_SCHEDULE"),
        ({"method": "DIRECT_CAP"}, "UNKNOWN_SUBTYPE"),
        ({"capital_structure": json.dumps([COMMON])}, "DUPLICATE_INPUT"),
        ({"currency": "SEK"}, "MISSING_FX"),
    ],
)
def test_a_company_that_cannot_be_valued_fails_the_strike(change: dict[str, Any], expected: str) -> None:
    result = struck(evidence("private_equity", {}, valuations=[COMPANY | change]))
    assert reason(result) == expected
    assert result.net_assets is None


def test_a_mark_counts_until_the_day_it_is_120_days_old() -> None:
    made = DAY - dt.timedelta(days=120)
    assert struck(evidence("private_equity", {}, valuations=[COMPANY | {"valuation_date": made}])).net_assets == 25


def test_two_methods_of_one_day_are_one_too_many_and_the_later_day_counts() -> None:
    other = COMPANY | {"valuation_id": "w", "method": "CALIBRATED_TRANSACTION", "calibration_multiple": D(9)}
    assert reason(struck(evidence("private_equity", {}, valuations=[COMPANY, other]))) == "DUPLICATE_INPUT"
    earlier = COMPANY | {"valuation_date": DAY - dt.timedelta(days=1)}
    later = COMPANY | {"valuation_date": DAY + dt.timedelta(days=1), "multiple": D(99)}
    # the transaction's multiple on today's metric: (10 x 9 - 30) x 50 %
    assert struck(evidence("private_equity", {}, valuations=[earlier, other, later])).net_assets == 30


def test_a_product_of_which_nothing_is_stated_has_no_value() -> None:
    assert reason(struck(evidence("private_equity", {}))) == "NO_APPRAISAL"


def test_a_multiple_is_shown_beside_the_one_it_was_calibrated_to() -> None:
    result = struck(evidence("private_equity", {}, valuations=[COMPANY | {"calibration_multiple": D(10)}]))
    assert measures(result)["MULTIPLE_SINCE_CALIBRATIONX"] == D("-0.2")


def test_a_discounted_company_from_its_rows() -> None:
    # as the flag test, with 30/360 years; what the row does not say is assumed of the company
    flows = [
        {"kind": "DCF_CASH_FLOW", "subject_id": "X", "sequence": at, "event_date": dt.date(2026 + at, 3, 10)}
        | {"currency": "USD", "amount": D(amount)}
        for at, amount in ((1, "10"), (2, "11"))
    ]
    row = COMPANY | {"method": "DCF", "terminal_growth": D("0.02"), "terminal_timing": "YEAR_END", "net_debt": D(0)}
    wacc = assumed("wacc", "0.1", scope_type="ISSUER", scope_id="X")
    found = evidence(
        "private_equity", {"year_fraction": "30_360"}, valuations=[row], schedules=flows, assumptions=[wacc]
    )
    result = struck(found)
    with precise():
        expected = discounted_value(FLOWS, D("0.1"), GordonGrowth(D("0.02"), "YEAR_END")) / 2
    assert result.net_assets == rounded(expected)
    assert [each.name for each in result.assumptions] == ["wacc"]
    other = [flow | {"currency": "EUR"} for flow in flows]
    assert reason(struck(evidence("private_equity", {}, valuations=[row], schedules=other))) == "UNIT_MISMATCH"


REPORTED = {"valuation_id": "r", "subject_id": "LP", "method": "REPORTED_NAV", "currency": "USD", "amount": D(100)}


def test_a_reported_nav_is_rolled_forward_and_goes_stale() -> None:
    row = REPORTED | {"valuation_date": dt.date(2025, 12, 31)}
    orders = [
        ORDER | {"order_id": "before", "trade_date": dt.date(2025, 12, 31), "amount": D(60)},
        ORDER | {"order_id": "call", "trade_date": dt.date(2026, 1, 15), "amount": D(9)},
        ORDER | {"order_id": "paid", "trade_date": dt.date(2026, 2, 15), "amount": D(4), "activity": "DISTRIBUTION"},
        ORDER | {"order_id": "later", "trade_date": dt.date(2026, 3, 11), "amount": D(7)},
    ]
    product = {"measurement_basis": "REPORTED_NAV"}
    result = struck(evidence("private_equity", product, valuations=[row], orders=orders))
    assert result.net_assets == 105
    assert result.measurement_basis == "REPORTED_NAV"
    found = measures(result)
    assert (found["CALLS_SINCELP"], found["DISTRIBUTIONS_SINCELP"], found["REPORTED_AGELP"]) == (9, 4, 69)
    # 60 + 9 paid in, 4 paid out
    with precise():
        assert found["DPI"] == D(4) / 69
        assert found["RVPI"] == D(105) / 69
    stale = evidence("private_equity", product | {"reported_nav_max_age_days": 68}, valuations=[row])
    assert reason(struck(stale)) == "STALE_VALUATION"
    two = [row, row | {"valuation_id": "s", "subject_id": "OTHER"}]
    assert (
        reason(struck(evidence("private_equity", product, valuations=two, orders=orders))) == "UNSUPPORTED_CONVENTION"
    )


CARRIED = {"carried_interest_rate": D("0.2"), "hurdle_rate": D("0.08"), "catch_up_rate": D(1)}


@pytest.mark.parametrize(
    ("change", "orders", "expected"),
    [
        ({"preferred_convention": "IRR"}, [], "MISSING_EVIDENCE"),
        ({}, [{}], "MISSING_TERMS"),
        ({"preferred_convention": "SIMPLE_365"}, [{}], "UNSUPPORTED_CONVENTION"),
        ({"preferred_convention": "IRR", "hurdle_rate": None}, [{}], "MISSING_TERMS"),
        ({"preferred_convention": "IRR", "hurdle_rate": D(-1)}, [{}], "DOMAIN"),
        ({"preferred_convention": "IRR", "catch_up_rate": D("0.2")}, [{}], "DOMAIN"),
        ({"preferred_convention": "IRR", "carried_interest_rate": D(1)}, [{}], "DOMAIN"),
        ({"preferred_convention": "IRR"}, [{"currency": "EUR"}], "UNIT_MISMATCH"),
        ({"preferred_convention": "IRR"}, [{"amount": None}], "MISSING_TERMS"),
    ],
)
def test_carry_that_cannot_be_reckoned_holds_the_product(
    change: dict[str, Any], orders: list[dict[str, Any]], expected: str
) -> None:
    called = {"order_id": "c", "trade_date": dt.date(2025, 3, 10), "amount": D(10)}
    rows = [ORDER | called | order for order in orders]
    assert reason(struck(evidence("private_equity", CARRIED | change, valuations=[COMPANY], orders=rows))) == expected


def test_capital_called_and_not_yet_paid_in_is_no_profit() -> None:
    called = ORDER | {"order_id": "c", "trade_date": dt.date(2026, 3, 1), "amount": D(25), "status": "PRICED"}
    called |= {"nav_date": dt.date(2026, 3, 1), "settle_date": dt.date(2026, 3, 20)}
    first = ORDER | {"order_id": "b", "trade_date": DAY, "amount": D(25)}
    product = CARRIED | {"preferred_convention": "IRR"}
    result = struck(evidence("private_equity", product, valuations=[COMPANY], orders=[called, first]))
    settled_late = called | {"status": "SETTLED"}
    assert struck(evidence("private_equity", product, valuations=[COMPANY], orders=[settled_late, first])).lines == (
        result.lines
    )
    # 25 of value and 25 receivable on 50 of capital, none of it older than today
    assert result.net_assets == 50
    assert not [line for line in result.lines if line.kind == "CARRIED_INTEREST"]


def test_multiples_are_unknown_without_capital() -> None:
    result = struck(evidence("private_equity", {}, valuations=[COMPANY]))
    assert [(each.value, each.reason) for each in result.measures if each.name == "TVPI"] == [
        (None, "MISSING_EVIDENCE")
    ]
