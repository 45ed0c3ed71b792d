"""What becomes of a deal whose sheet and file do not say the same, between the warehouse and the calculation."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from calculations.clo.deal import load
from calculations.clo.deal.load import DEALS, deal_file
from orchestration.assets.clo_configurations import rows as configuration_rows
from orchestration.assets.clo_projection import project
from orchestration.assets.clo_projection_inputs import OF_ASSETS
from tests.calculations.tape_rows import ROW

ANALYSIS = dt.date(2016, 3, 23)
SCENARIO = dict.fromkeys(("cpr", "cdr", "severity", "lag_months", "curve_shift"))
SCENARIOS = [
    SCENARIO | {"scenario_id": "base", "has_detail": True},
    SCENARIO | {"scenario_id": "grid", "has_detail": False, "cdr": "0.02"},
]
TRANCHES = ("Class A", "Class B", "Class C", "Class D", "Class E", "Sub Notes")
PARAMETERS: dict[tuple[str, str], Any] = {
    ("clo_inputs", "event_of_default_trigger"): 1.02,
    ("clo_inputs", "interest_diversion_trigger"): 1.04,
    ("clo_inputs", "ccc_haircut_limit"): 0.075,
    ("clo_inputs", "beginning_fee_basis"): 100e6,
    ("clo_inputs", "incentive_fee_hurdle"): 0.12,
    ("clo_inputs", "incentive_fee_rate"): 0.2,
    ("clo_inputs", "purchased_accrued_interest"): 0.0,
    ("cash_flow_inputs", "pre_reinvestment_type"): "ALL PRINCIPAL",
    ("cash_flow_inputs", "pre_reinvestment_rate"): 1.0,
    ("cash_flow_inputs", "post_reinvestment_type"): "NONE",
    ("cash_flow_inputs", "call_when_sub_distribution_below"): 0.0,
    ("cash_flow_inputs", "liquidation_price"): 0.98,
    **{
        ("cash_flow_inputs", f"reinvestment_{name}"): value
        for name, value in zip(
            ("spread", "floor", "maturity", "price", "cpr", "cdr", "severity", "lag"),
            (0.0375, 0.01, 60.0, 0.99, 0.2, 0.02, 0.3, 6.0),
            strict=True,
        )
    },
    **{
        ("deal_dates", name): value
        for name, value in {
            "effective_date": dt.date(2013, 2, 1),
            "first_payment_date": dt.date(2013, 3, 15),
            "no_call_date": dt.date(2014, 9, 15),
            "reinvestment_end_date": dt.date(2016, 9, 15),
            "months_between_payments": 3.0,
            "determination_date_offset": 8.0,
            "interest_determination_offset": 2.0,
            "business_day_convention": "MOD FOLLOWING",
        }.items()
    },
}


def parameter(section: str, name: str, value: Any) -> dict[str, Any]:
    kind = {str: "text", dt.date: "date", float: "number"}[type(value)]
    cells = dict.fromkeys(("value_number", "value_date", "value_boolean", "value_text")) | {f"value_{kind}": value}
    return {"section": section, "name": name, "value_type": kind, **cells}


def tranche(name: str) -> dict[str, Any]:
    rank = TRANCHES.index(name)
    is_equity = name == "Sub Notes"
    balance = 10e6 if is_equity else (60e6 if rank == 0 else 7e6)
    return {
        "tranche_name": name,
        "original_balance": balance,
        "current_balance": balance,
        "deferred_balance": 0.0,
        "spread": None if is_equity else 0.015 + 0.01 * rank,
        "day_count": None if is_equity else "Actual/360",
        "coupon_type": None if is_equity else "Floating",
        "price": 0.9,
        "discount_margin": None,
        "oc_trigger": None if is_equity or rank == 0 else 1.3 - 0.05 * rank,
        "ic_trigger": None if is_equity or rank == 0 else 1.2 - 0.02 * rank,
        "is_equity": is_equity,
    }


def fee(name: str, rate: float) -> dict[str, Any]:
    return {
        "fee_name": name,
        "fee_basis": "BEGINNING",
        "fee_rate": rate,
        "fixed_amount": 0.0,
        "day_count": "Actual/360",
        "unpaid_amount": 0.0,
        "has_interest_on_fee": False,
        "interest_spread": None,
    }


def inputs(**changes: Any) -> dict[str, Any]:
    """A small load of deal 6, which states no class X, as the warehouse would give it."""
    return {
        "terms": {"analysis_date": ANALYSIS, "current_libor": 0.006, "has_event_of_default": False},
        "holdings": [
            ROW | {"asset_id": f"L{number}", "market_value": 98.0, "moodys_recovery_rate": 0.45} for number in range(20)
        ],
        "deal_parameters": [parameter(*name, value) for name, value in PARAMETERS.items()],
        "deal_tranches": [tranche(name) for name in TRANCHES],
        "deal_fees": [
            fee(name, rate)
            for name, rate in {
                "Trustee Fee": 0.0002,
                "Admin Fee": 0.0003,
                "Base Manager Fee": 0.0015,
                "Junior Manager Fee": 0.003,
            }.items()
        ],
        "deal_accounts": [{"account_number": 2, "interest_amount": 0.0, "principal_amount": 0.0}],
        "deal_sub_note_payments": [{"payment_date": dt.date(2012, 9, 13), "amount": -10e6}],
        "cash_flow_assumptions": [
            {"asset_id": "ALL", "prepayment": "0.2", "default_rate": "0.02", "severity": "0.3", "lag_months": 6}
        ],
        "cash_flow_vectors": [],
        "sink_schedules": [],
        "yield_curve": [{"tenor_months": 1, "rate": 0.005}, {"tenor_months": 120, "rate": 0.02}],
        "holidays": [],
        **{name: [] for name in (*OF_ASSETS, "deal_fx_rates")},
        **changes,
    }


KEYS = {"deal_id": "MAG6"}


@pytest.fixture(scope="module")
def projected() -> dict[str, pa.Table]:
    return project(KEYS, inputs(), SCENARIOS)


def test_a_class_of_the_file_that_is_not_issued_is_no_row(projected: dict[str, pa.Table]) -> None:
    (is_projected,) = projected["calc.clo_projections"]["is_projected"].to_pylist()
    assert is_projected
    named = set(projected["calc.clo_liability_cash_flows"]["tranche_name"].to_pylist())
    assert named == set(TRANCHES)


def test_scenarios_without_detail_have_a_summary_alone(projected: dict[str, pa.Table]) -> None:
    assert set(projected["calc.clo_scenario_summary"]["scenario_id"].to_pylist()) == {"base", "grid"}
    assert set(projected["calc.clo_waterfall_payments"]["scenario_id"].to_pylist()) == {"base"}


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("Class C", r"expected a figure for notes\.C\.balance"),
        ("Sub Notes", "expected a tranche for class sub of the deal file on the deal sheet, found Class A, "),
    ],
)
def test_a_class_that_is_paid_and_not_on_the_sheet_is_named(missing: str, said: str) -> None:
    tranches = [tranche(name) for name in TRANCHES if name != missing]
    with pytest.raises(ValueError, match=said):
        project(KEYS, inputs(deal_tranches=tranches), SCENARIOS)


@pytest.mark.parametrize("name", ["analysis_date", "current_libor"])
def test_a_figure_the_whole_projection_stands_on_is_named(name: str) -> None:
    terms = inputs()["terms"] | {name: None}
    with pytest.raises(ValueError, match=f"MAG6: expected {name} on the deal sheet, found none"):
        project(KEYS, inputs(terms=terms), SCENARIOS)


def test_a_blank_tenor_of_the_curve_lies_between_its_neighbours_and_is_noted() -> None:
    curve = [
        {"tenor_months": 1, "rate": 0.005},
        {"tenor_months": 60, "rate": None},
        {"tenor_months": 120, "rate": 0.02},
    ]
    tables = project(KEYS, inputs(yield_curve=curve), SCENARIOS)
    notes = tables["calc.clo_assumed_inputs"]
    assert notes.filter(pc.field("subject") == "yield curve")["field_name"].to_pylist() == ["60 months"]


def test_one_assumption_said_twice_is_one_row() -> None:
    fees = [*inputs()["deal_fees"], *(fee("Consulting", 0.001) for _ in range(2))]
    tables = project(KEYS, inputs(deal_fees=fees), SCENARIOS)
    subjects = tables["calc.clo_assumed_inputs"]["subject"].to_pylist()
    assert subjects.count("Consulting") == 1


def briar() -> dict[str, Any]:
    """BRIAR-1 in March 2025: an overlay is in force from 15 July 2025, and puts a step into the interest list."""
    stated = {
        ("deal_dates", "first_payment_date"): dt.date(2025, 1, 15),
        ("deal_dates", "no_call_date"): dt.date(2026, 7, 15),
        ("deal_dates", "reinvestment_end_date"): dt.date(2026, 7, 15),
    }
    loan = ROW | {"maturity": dt.date(2027, 6, 30), "dated_date": dt.date(2024, 3, 31)}
    loan |= {"first_payment_date": dt.date(2024, 6, 30), "market_value": 98.0, "moodys_recovery_rate": 0.45}
    return inputs(
        terms={"analysis_date": dt.date(2025, 3, 23), "current_libor": 0.006, "has_event_of_default": False},
        holdings=[loan | {"asset_id": f"L{number}"} for number in range(20)],
        deal_parameters=[parameter(*name, value) for name, value in (PARAMETERS | stated).items()],
        deal_tranches=[
            tranche(name) | ({"ic_trigger": None} if name == "Class D" else {})
            for name in TRANCHES
            if name != "Class E"
        ],
        deal_sub_note_payments=[{"payment_date": dt.date(2024, 6, 20), "amount": -10e6}],
    )


def test_payments_and_fees_name_the_configuration_in_force_on_their_date() -> None:
    tables = project({"deal_id": "briar_1"}, briar(), SCENARIOS)
    for table in ("calc.clo_waterfall_payments", "calc.clo_projected_fees"):
        rows = tables[table].select(["payment_date", "config_version"]).to_pylist()
        found = {row["payment_date"]: row["config_version"] for row in rows}
        assert found == {day: int(day >= dt.date(2025, 7, 15)) for day in found}
        assert set(found.values()) == {0, 1}


def test_steps_are_those_of_the_list_in_force_on_the_payment_date() -> None:
    """The deal file ends its interest list with junior fee and residual, 14 and 15; the overlay puts a turbo between."""
    payments = project({"deal_id": "briar_1"}, briar(), SCENARIOS)["calc.clo_waterfall_payments"].to_pylist()
    kinds = {
        (row["config_version"], row["step_number"]): row["step_kind"]
        for row in payments
        if row["list_name"] == "interest" and row["step_number"] >= 14
    }
    assert kinds == {(0, 14): "fee", (0, 15): "residual", (1, 14): "fee", (1, 15): "move", (1, 16): "residual"}


def test_a_fee_is_of_the_role_that_the_deal_file_states(projected: dict[str, pa.Table]) -> None:
    rows = projected["calc.clo_projected_fees"].select(["fee_name", "fee_type"]).to_pylist()
    assert {row["fee_name"]: row["fee_type"] for row in rows} == {
        "trustee": "trustee",
        "admin": "administrator",
        "base": "senior_manager",
        "junior": "junior_manager",
        "incentive": "incentive",
    }


def test_a_configuration_is_hashed_with_its_files_and_current_on_the_day() -> None:
    deal = load(deal_file("briar_1"))
    base, first = configuration_rows({"deal_id": "briar_1"}, deal, dt.date(2025, 7, 14))
    text = (DEALS / "briar_1.yaml").read_bytes()
    assert base["deal_file_sha256"] == first["deal_file_sha256"] == hashlib.sha256(text).hexdigest()
    overlay = (DEALS / "overlays" / "briar_1.yaml").read_bytes()
    assert (base["overlay_sha256"], first["overlay_sha256"]) == (None, hashlib.sha256(overlay).hexdigest())
    assert (base["is_current"], first["is_current"]) == (True, False)
    assert [row["is_current"] for row in configuration_rows({}, deal, dt.date(2025, 7, 15))] == [False, True]
    assert [row["is_current"] for row in configuration_rows({}, deal, None)] == [False, True]


def rate(base: str, quote: str, value: str) -> dict[str, Any]:
    return {"base_currency": base, "quote_currency": quote, "rate_date": dt.date(2016, 3, 22), "rate": Decimal(value)}


def foreign(**changes: Any) -> dict[str, Any]:
    """The small load with its first loan in pounds."""
    stated = inputs()
    holdings = [stated["holdings"][0] | {"currency": "GBP"}, *stated["holdings"][1:]]
    return stated | {"holdings": holdings, **changes}


def notes_of(tables: dict[str, pa.Table], subject: str) -> list[tuple[str, str]]:
    found = tables["calc.clo_assumed_inputs"].filter(pc.field("subject") == subject)
    return list(zip(found["field_name"].to_pylist(), found["reason"].to_pylist(), strict=True))


def test_a_loan_in_another_currency_pays_at_the_spot_rate_in_its_own_rows_in_its_own() -> None:
    """At 1.40 USD a pound the deal has 40 % more of that loan than of one in dollars; the loan's rows stay in pounds."""
    quotes = [rate("EUR", "USD", "1.12"), rate("EUR", "GBP", "0.80")]
    tables = project(KEYS, foreign(deal_fx_rates=quotes), SCENARIOS)
    at_par = project(KEYS, inputs(), SCENARIOS)
    flows, same = (
        found["calc.clo_asset_cash_flows"].filter(pc.field("asset_id") == "L0") for found in (tables, at_par)
    )
    assert set(flows["currency"].to_pylist()) == {"GBP"}
    assert set(tables["calc.clo_asset_cash_flows"]["currency"].to_pylist()) == {"GBP", "USD"}
    assert flows["interest_payment"].to_pylist() == same["interest_payment"].to_pylist()
    numerators = []
    for found in (tables, at_par):
        tests = found["calc.clo_projected_tests"]
        is_first = (pc.field("test_kind") == "oc") & (pc.field("scenario_id") == "base") & (pc.field("period") == 1)
        numerators.append(tests.filter(is_first)["numerator"].to_pylist()[0])
    # 20 equal loans are 100m; what is left of one of them after a period counts 0.40 times more
    balance = same.filter(pc.field("period") == 1)["ending_balance"].to_pylist()[0]
    assert numerators[0] - numerators[1] == pytest.approx(0.40 * balance, rel=0.05)
    assert [field for field, _ in notes_of(tables, "GBP")] == ["spot_rate"]


def test_a_loan_without_an_exchange_rate_is_left_out_and_said() -> None:
    tables = project(KEYS, foreign(), SCENARIOS)
    assert "L0" not in tables["calc.clo_asset_cash_flows"]["asset_id"].to_pylist()
    ((_, reason),) = [note for note in notes_of(tables, "L0") if note[0] == "asset"]
    assert "FX_MISSING" in reason


def test_a_hedge_in_a_deal_without_a_step_for_its_counterparty_rejects_the_deal() -> None:
    hedge = {
        "asset_id": "L0",
        "from_date": dt.date(2016, 1, 1),
        "currency": "GBP",
        "hedge_rate": Decimal("1.4"),
        "hedge_ratio": Decimal(1),
        "coupon_type": "FIXED",
        "base_rate": Decimal("0.04"),
        "day_count": "30/360",
    }
    quotes = [rate("GBP", "USD", "1.40")]
    with pytest.raises(ValueError, match="HEDGE_WITHOUT_STEP"):
        project(KEYS, foreign(deal_fx_rates=quotes, asset_hedges=[hedge]), SCENARIOS)


def test_an_event_of_a_scenario_that_nobody_projects_is_said() -> None:
    event = {
        "asset_id": "L0",
        "event_date": dt.date(2016, 9, 1),
        "kind": "FORCED_DEFAULT",
        "terms": '{"fraction":"0.5"}',
        "scenario": "crash",
    }
    tables = project(KEYS, inputs(asset_events=[event]), SCENARIOS)
    assert ("scenario", "FORCED_DEFAULT of 2016-09-01: no scenario 'crash'") in notes_of(tables, "L0")
    in_grid = project(KEYS, inputs(asset_events=[event | {"scenario": "grid"}]), SCENARIOS)
    assert "scenario" not in dict(notes_of(in_grid, "L0"))
    assert in_grid["calc.clo_asset_cash_flows"].equals(project(KEYS, inputs(), SCENARIOS)["calc.clo_asset_cash_flows"])
    summaries = [
        found["calc.clo_scenario_summary"].filter(pc.field("scenario_id") == "grid") for found in (tables, in_grid)
    ]
    assert not summaries[0].equals(summaries[1])
