"""Property by direct capitalisation, cash flows, weights, index and appraisal: E-13 and every error of nav 2 (M-RE)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.methods.cash_flows import Flow
from calculations.nav.methods.real_estate_values import (
    blended,
    direct_cap,
    discounted_property,
    net_operating_income,
)
from calculations.nav.numbers import precise
from calculations.nav.results import Strike, Unavailable
from tests.calculations.nav.evidence import assumed, closing, evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav_inputs import DAY, rounded

D = Decimal
HOUSE = {
    "valuation_id": "v",
    "subject_id": "HOUSE",
    "valuation_date": DAY,
    "method": "DIRECT_CAP",
    "currency": "USD",
    "noi": D(60),
    "cap_rate": D("0.05"),
}
APPRAISED = {"valuation_id": "a", "subject_id": "HOUSE", "method": "EXTERNAL_APPRAISAL", "currency": "USD"}


def measured(result: Strike, name: str, subject: str = "") -> Decimal | None:
    return next(each.value for each in result.measures if (each.name, each.subject_id) == (name, subject))


def reason(result: Strike) -> str:
    assert result.status == "FAILED"
    return str(result.failures[0].reason)


def house(*valuations: dict[str, Any], product: dict[str, Any] | None = None, **sheets: Any) -> Strike:
    return struck(evidence("real_estate", product or {}, valuations=valuations, **sheets))


def test_e13_offices_by_direct_capitalisation() -> None:
    result = struck(example("real_estate", "example-e-13", unitless=False))
    assert result.status == "STRUCK"
    assert measured(result, "NOI", "OFFICES") == D("3168750")
    assert result.lines[0].base_amount == D("55108695.652173913043")
    assert [line.base_amount for line in result.lines if line.kind == "INTEREST_PAYABLE"] == [D("-65475")]
    assert result.net_assets == D("31555620.652173913043")
    assert rounded(result.classes[0].nav_per_share_unrounded, 15) == D("14.677032861476239")
    assert rounded(measured(result, "LTV"), 15) == D("0.440946745562130")
    assert result.fair_value_level == 3


def test_e13_at_a_cap_rate_of_six_percent() -> None:
    (stated,) = example("real_estate", "example-e-13").stated.valuations
    later = {**stated, "valuation_id": "VAL-E-13-6", "cap_rate": D("0.06")}
    result = struck(example("real_estate", "example-e-13", unitless=False, more={"valuations": [later]}))
    assert result.lines[0].base_amount == D("52812500")
    assert measured(result, "DIRECT_CAP_VALUE", "OFFICES") == D("52812500")


NOI = [Flow(D(at), D(amount), D(at - 1)) for at, amount in ((1, "5"), (2, "6"), (3, "7"))]
CAPEX = [Flow(D(at), D(amount), D(at - 1)) for at, amount in ((1, "1"), (2, "0"), (3, "2"))]


def test_cash_flows_of_two_years_and_a_sale() -> None:
    # (5 - 1) / 1.1 + 6 / 1.1^2 + 7 / 0.05 x 0.98 / 1.1^2: the third year is the buyer's
    with precise():
        w = D("1.1")
        expected = 4 / w + 6 / w**2 + 140 * D("0.98") / w**2
        assert rounded(discounted_property(NOI, CAPEX, D("0.1"), D("0.05"), D("0.02")), 40) == rounded(expected, 40)


@pytest.mark.parametrize(
    ("flows", "cap_rate", "cost", "expected"),
    [
        (NOI[:1], "0.05", "0", "BAD_SCHEDULE"),
        ([], "0.05", "0", "BAD_SCHEDULE"),
        (NOI, "0", "0", "DOMAIN"),
        (NOI, "0.05", "1.1", "DOMAIN"),
    ],
)
def test_cash_flows_that_value_nothing(flows: Sequence[Flow], cap_rate: str, cost: str, expected: str) -> None:
    with pytest.raises(Unavailable) as raised:
        discounted_property(flows, CAPEX[: len(flows)], D("0.1"), D(cap_rate), D(cost))
    assert raised.value.reason == expected


@pytest.mark.parametrize("cap_rate", ["0", "-0.01"])
def test_a_cap_rate_must_be_above_zero(cap_rate: str) -> None:
    with pytest.raises(Unavailable) as raised:
        direct_cap(D(1), D(cap_rate))
    assert raised.value.reason == "DOMAIN"


def test_vacancy_is_a_share() -> None:
    assert net_operating_income(D(100), D("0.1"), D(5), D(20)) == 75
    with pytest.raises(Unavailable):
        net_operating_income(D(100), D("1.1"), D(5), D(20))


@given(
    values=st.lists(st.decimals(1, 1000, places=2), min_size=3, max_size=3),
    split=st.tuples(st.integers(0, 50), st.integers(0, 50)),
)
def test_a_blend_lies_between_its_values(values: list[Decimal], split: tuple[int, int]) -> None:
    weights = {"a": D(split[0]) / 100, "b": D(split[1]) / 100, "c": D(100 - sum(split)) / 100}
    found = blended(dict(zip("abc", values, strict=True)), weights)
    assert min(values) <= found <= max(values)


DCF_ROW = HOUSE | {"valuation_id": "d", "method": "RE_DCF", "discount_rate": D("0.1"), "exit_cap_rate": D("0.05")}
SCHEDULE = [
    {"kind": "NOI", "subject_id": "", "sequence": at, "event_date": dt.date(2026 + at, 3, 10), "currency": "USD"}
    | {"amount": D(amount), "amount_2": D(capex)}
    for at, amount, capex in ((1, "5", "1"), (2, "6", "0"), (3, "7", "2"))
]
COST = assumed("SALE_COST_RATE", "0.02")


def test_weights_blend_two_methods_and_are_recorded() -> None:
    product = {"blend_weights": json.dumps({"DIRECT_CAP": "0.75", "DCF": "0.25"}), "year_fraction": "30_360"}
    result = house(HOUSE, DCF_ROW, product=product, schedules=SCHEDULE, assumptions=[COST])
    by_flows = discounted_property(NOI, CAPEX, D("0.1"), D("0.05"), D("0.02"))
    with precise():
        assert result.net_assets == rounded(D("0.75") * 1200 + D("0.25") * by_flows)
    assert measured(result, "RE_DCF_VALUE", "HOUSE") == by_flows
    assert measured(result, "RE_DCF_WEIGHT", "HOUSE") == D("0.25")
    assert [line.method for line in result.lines] == ["BLENDED"]
    assert [each.name for each in result.assumptions] == ["SALE_COST_RATE"]


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({"DIRECT_CAP": "0.6", "DCF": "0.4"}, "MISSING_EVIDENCE"),
        ({"DIRECT_CAP": "0.6"}, "DOMAIN"),
        ({"DIRECT_CAP": "1.5", "COMPARABLE": "-0.5"}, "DOMAIN"),
    ],
)
def test_a_weight_needs_evidence(weights: dict[str, str], expected: str) -> None:
    assert reason(house(HOUSE, product={"blend_weights": json.dumps(weights)})) == expected


def test_an_appraisal_from_outside_stands_where_no_weighed_method_values_the_property() -> None:
    product = {"blend_weights": json.dumps({"DIRECT_CAP": "1"})}
    assert house(APPRAISED | {"valuation_date": DAY, "amount": D(900)}, product=product).net_assets == 900


def test_the_latest_valuation_counts_without_weights() -> None:
    appraisal = APPRAISED | {"valuation_date": dt.date(2026, 1, 31), "amount": D(900)}
    assert house(HOUSE, appraisal).net_assets == 1200
    assert reason(house(HOUSE, appraisal | {"valuation_date": DAY})) == "DUPLICATE_INPUT"


INDEXED = APPRAISED | {
    "method": "INDEXED",
    "amount": D(1000),
    "index_id": "IDX",
    "valuation_date": dt.date(2025, 6, 10),
}
LEVELS = [closing("IDX", "100", as_of=dt.date(2025, 6, 9)), closing("IDX", "103", as_of=dt.date(2026, 3, 6))]


def test_an_appraisal_is_carried_on_by_its_index_and_what_was_spent() -> None:
    spent = {"kind": "NOI", "subject_id": "HOUSE", "currency": "USD", "amount": D(0), "amount_2": D(20)}
    rows = [
        spent | {"event_date": day, "status": status}
        for day, status in (
            (dt.date(2025, 12, 31), "PAID"),
            (dt.date(2025, 12, 30), "SCHEDULED"),
            (dt.date(2025, 6, 10), "PAID"),
            (dt.date(2026, 3, 31), "PAID"),
        )
    ]
    assert house(INDEXED, prices=LEVELS, schedules=rows).net_assets == 1050


def test_an_index_may_be_five_days_old_or_what_it_declares() -> None:
    late = [LEVELS[0], closing("IDX", "103", as_of=dt.date(2026, 3, 4))]
    assert reason(house(INDEXED, prices=late)) == "STALE_PRICE"
    declared = assumed("PRICE_STALENESS", "35", "DAYS", scope_type="INDEX", scope_id="IDX")
    assert house(INDEXED, prices=late, assumptions=[declared]).net_assets == 1030


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (HOUSE | {"cap_rate": D(0)}, "DOMAIN"),
        (HOUSE | {"cap_rate": None}, "MISSING_TERMS"),
        (HOUSE | {"noi": None}, "MISSING_TERMS"),
        (HOUSE | {"gross_potential_rent": D(100), "vacancy_rate": D(0), "operating_expenses": D(1)}, "MISSING_TERMS"),
        (HOUSE | {"valuation_date": dt.date(2025, 3, 9)}, "STALE_APPRAISAL"),
        (APPRAISED | {"valuation_date": dt.date(2025, 3, 9), "amount": D(1)}, "STALE_APPRAISAL"),
        (APPRAISED | {"valuation_date": DAY, "amount": D(1), "valid_until": dt.date(2026, 3, 9)}, "STALE_APPRAISAL"),
        (APPRAISED | {"valuation_date": DAY, "amount": D(1), "currency": None}, "MISSING_TERMS"),
        (APPRAISED | {"valuation_date": DAY}, "MISSING_TERMS"),
        (APPRAISED | {"valuation_date": DAY, "amount": D(1), "currency": "SEK"}, "MISSING_FX"),
        (INDEXED | {"index_id": None}, "MISSING_TERMS"),
        (INDEXED, "MISSING_PRICE"),
        (INDEXED | {"valuation_date": dt.date(2025, 3, 9)}, "STALE_APPRAISAL"),
        (DCF_ROW, "BAD_SCHEDULE"),
        (DCF_ROW | {"exit_cap_rate": None}, "MISSING_ASSUMPTION"),
        (HOUSE | {"method": "MARKET_MULTIPLE"}, "UNKNOWN_SUBTYPE"),
    ],
)
def test_a_property_that_cannot_be_valued_fails_the_strike(row: dict[str, Any], expected: str) -> None:
    result = house(row, assumptions=[COST])
    assert reason(result) == expected
    assert result.net_assets is None


def test_a_year_old_appraisal_still_counts_on_its_anniversary() -> None:
    assert house(APPRAISED | {"valuation_date": dt.date(2025, 3, 10), "amount": D(7)}).net_assets == 7


def test_no_appraisal_is_no_value() -> None:
    assert reason(house()) == "NO_APPRAISAL"


def test_loan_to_value_counts_a_loan_in_another_currency() -> None:
    loan: dict[str, Any] = {
        "accrual_id": "loan",
        "kind": "BORROWING",
        "side": "LIABILITY",
        "method": "STATED",
        "currency": "EUR",
    }
    loan |= {"amount": D(100), "start_date": DAY}
    assert measured(house(HOUSE, accruals=[loan]), "LTV") == D("108.42") / 1200
    unknown = house(HOUSE, accruals=[loan | {"currency": "SEK"}])
    assert [each.reason for each in unknown.measures if each.name == "LTV"] == ["MISSING_FX"]
