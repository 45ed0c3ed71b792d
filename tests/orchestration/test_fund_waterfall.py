"""The waterfall of a fund out of the rows of its sheets, with amounts that can be reckoned by hand. The engine's own rules are tested there."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from orchestration.assets.fund_waterfall_inputs import LARGE, QUERIES, Columns, StatedFund
from orchestration.assets.fund_waterfall_life import live, quarter_ends
from orchestration.assets.fund_waterfall_rows import AUDIT, CARRY, FINDINGS, PAYMENTS, TIERS, tables

START, SOLD = dt.date(2021, 1, 1), dt.date(2022, 1, 1)  # 365 days
HURDLE = {"kind": "RATE", "rate": "0.08", "convention": "SIMPLE_365", "catch_up": "1"}
TERMS = {
    "style": "EUROPEAN",
    "order": "CAPITAL_FIRST",
    "carry": "0.2",
    "hurdles": [HURDLE],
    "start": "DUE_DATE",
    "hurdle_floor": "ZERO",
}


def columns(**values: list[Any]) -> Columns:
    kinds: dict[str, Any] = {
        "place": np.int64,
        "amount": np.int64,
        "invested": np.int64,
        "repaid": np.int64,
        "carry_stated": np.int64,
    }
    dates = ("due_date", "paid_date", "line_draw_date", "distribution_date")
    kinds |= dict.fromkeys(dates, "datetime64[D]") | {"is_foreign": np.bool_}
    return Columns({name: np.array(given, dtype=kinds.get(name, object)) for name, given in values.items()})


def stated(terms: dict[str, Any] = TERMS, *, carry_stated: int = 4_000, **rows: list[dict[str, Any]]) -> StatedFund:
    """An LP and the GP, 1,000.00 and 100.00 called and paid back with 1,200.00 and 120.00 a year later."""
    partner = {"is_foreign": False, "commitment_type": "INITIAL"}
    given: dict[str, list[dict[str, Any]]] = {name: [] for name in QUERIES if name not in LARGE} | {
        "funds": [
            {
                "state_id": "s", "organization_id": "o", "fund_id": "f", "base_currency": "USD", "minor_units": 2,
                "investment_period_end": None, "known_at": dt.datetime(2022, 2, 1),
            }
        ],
        "partners": [
            {"place": 0, "commitment_id": "c-gp", "investor_id": "gp", "class_code": "GP", "is_free_of_carry": True, "committed": 10_000, **partner},
            {"place": 1, "commitment_id": "c-lp", "investor_id": "lp", "class_code": "A", "is_free_of_carry": False, "committed": 100_000, **partner},
        ],
        "terms": [
            {
                "sheet": "Fund Terms", "stated_id": "T-1", "structure": json.dumps(terms), "effective_date": START,
                "expiry_date": None, "class_code": None, "investor_id": None,
            }
        ],
    }  # fmt: skip
    called = columns(
        place=[0, 1], notice_id=["n-gp", "n-lp"], call_id=["k", "k"], investment_id=[None] * 2,
        facility_transaction_id=[None] * 2, due_date=[START] * 2, paid_date=[START] * 2, line_draw_date=[None] * 2,
        amount=[10_000, 100_000], invested=[0, 0], repaid=[0, 0], is_foreign=[False] * 2,
    )  # fmt: skip
    paid = columns(
        place=[0, 1], distribution_id=["d", "d"], distribution_date=[SOLD] * 2,
        distribution_type=["CAPITAL_GAIN"] * 2, investment_id=[None] * 2, amount=[12_000, 120_000],
        carry_stated=[0, carry_stated], is_foreign=[False] * 2,
    )  # fmt: skip
    return StatedFund(given | rows, {"calls": called, "distributions": paid})


def test_tiers_of_a_sale_are_those_reckoned_by_hand_and_the_gp_bypasses_carry() -> None:
    # 1,200.00: capital 1,000.00; 8 % for a year 80.00; catch-up 80.00 x 0.2 / 0.8 = 20.00; of the last 100.00 a fifth
    found = tables(live(stated()))[TIERS].to_pylist()
    paid = {
        (row["investor_id"], row["tier_name"]): (row["amount_lp"], row["amount_gp"])
        for row in found
        if row["amount_lp"] or row["amount_gp"]
    }
    assert paid == {
        ("gp", "RETURN_OF_CAPITAL"): (100, 0),
        ("gp", "SPLIT"): (20, 0),
        ("lp", "RETURN_OF_CAPITAL"): (1000, 0),
        ("lp", "PREFERRED_RETURN"): (80, 0),
        ("lp", "CATCH_UP"): (0, 20),
        ("lp", "SPLIT"): (80, 20),
    }


def test_an_audit_row_explains_its_tier_alone() -> None:
    (row,) = (
        row
        for row in tables(live(stated()))[AUDIT].to_pylist()
        if row["investor_id"] == "lp" and row["tier_name"] == "PREFERRED_RETURN"
    )
    assert (row["formula"], json.loads(row["intermediate_values"])) == (
        "max(preferred_return, 0)",
        {"preferred_return": "80.000000000000"},
    )
    assert (row["available"], row["due"], row["unreturned_capital_before"]) == (200, 80, 0)
    assert (row["lp_profit_before"], row["lp_profit_after"]) == (0, 80)


@pytest.mark.parametrize(("told", "difference"), [(4_000, 0), (3_900, 1)])
def test_the_carry_of_a_notice_is_kept_beside_what_is_computed(told: int, difference: int) -> None:
    rows = {row["investor_id"]: row for row in tables(live(stated(carry_stated=told)))[PAYMENTS].to_pylist()}
    assert rows["lp"]["carried_interest"] == 40
    assert rows["lp"]["carried_interest_stated"] == Decimal(told) / 100
    assert rows["lp"]["difference"] == difference
    assert rows["gp"]["difference"] == 0


def test_carry_accrues_on_what_the_fund_is_worth_at_the_end_of_a_quarter() -> None:
    # 30 June 2021, 180 days: 1,000.00 x 0.08 x 180 / 365 = 39.45; NAV 1,320.00, ten elevenths the LP's: profit of
    # 200.00, past the catch-up, so a fifth of it
    day = dt.date(2021, 6, 30)
    account = {"investor_id": "_FUND_", "period_end": day, "nav": 132_000, "accrued_carry": 0}
    rows = tables(live(stated(accounts=[account])))[CARRY].to_pylist()
    (lp,) = (row for row in rows if row["investor_id"] == "lp" and row["event_date"] == day)
    assert (lp["accrued_carry"], lp["unreturned_capital"], lp["carry"]) == (40, 1000, 0)
    assert lp["hurdle_balance"].quantize(Decimal("0.01")) == Decimal("1039.45")


def test_a_fund_without_a_convention_has_a_finding_and_no_waterfall() -> None:
    bare = {name: value for name, value in HURDLE.items() if name != "convention"}
    made = tables(live(stated(TERMS | {"hurdles": [bare]})))
    assert set(made) == {FINDINGS}
    (finding,) = made[FINDINGS].to_pylist()
    assert (finding["rule_code"], finding["subject"], finding["is_blocking"]) == ("MISSING_CONVENTION", "T-1", True)


def test_a_transfer_without_its_new_commitment_is_a_finding_and_no_waterfall() -> None:
    moved = {
        "transfer_id": "t", "giver": 1, "taker": None, "transfer_type": "FULL", "fraction": None, "amount": None,
        "effective_date": dt.date(2021, 7, 1),
    }  # fmt: skip
    made = tables(live(stated(transfers=[moved])))
    assert [row["rule_code"] for row in made[FINDINGS].to_pylist()] == ["NOT_COMPUTABLE"]
    assert set(made) == {FINDINGS}


def test_quarter_ends_are_those_of_the_calendar_within_the_life() -> None:
    assert quarter_ends(dt.date(2021, 3, 31), dt.date(2021, 9, 29)) == [dt.date(2021, 3, 31), dt.date(2021, 6, 30)]
