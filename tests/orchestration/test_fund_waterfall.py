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
from orchestration.assets.fund_waterfall_rows import (
    AUDIT,
    CARRY,
    CLAWBACKS,
    FINDINGS,
    MOVEMENTS,
    PAYMENTS,
    TIERS,
    tables,
)

START, ADVANCED, SOLD = dt.date(2021, 1, 1), dt.date(2021, 9, 15), dt.date(2022, 1, 1)  # 365 days to the sale
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
    dates = ("due_date", "paid_date", "line_draw_date", "distribution_date", "record_date")
    kinds |= dict.fromkeys(dates, "datetime64[D]") | {"is_foreign": np.bool_}
    return Columns({name: np.array(given, dtype=kinds.get(name, object)) for name, given in values.items()})


def stated(
    terms: dict[str, Any] = TERMS,
    *,
    carry_stated: int = 4_000,
    record_date: dt.date = SOLD,
    advance: int = 0,
    **rows: list[dict[str, Any]],
) -> StatedFund:
    """An LP and the GP, 1,000.00 and 100.00 called and paid back with 1,200.00 and 120.00 a year later."""
    partner = {"is_foreign": False, "commitment_type": "INITIAL"}
    given: dict[str, list[dict[str, Any]]] = {name: [] for name in QUERIES if name not in LARGE} | {
        "funds": [
            {
                "state_id": "s", "organization_id": "o", "fund_id": "f", "base_currency": "USD", "minor_units": 2,
                "investment_period_end": None, "gp_investor_id": "gp", "known_at": dt.datetime(2022, 2, 1),
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
    more = 1 if advance else 0
    paid = columns(
        place=[0] * more + [0, 1], distribution_id=["a"] * more + ["d", "d"],
        distribution_date=[ADVANCED] * more + [SOLD] * 2, record_date=[ADVANCED] * more + [record_date] * 2,
        distribution_type=["TAX_ADVANCE"] * more + ["CAPITAL_GAIN"] * 2, investment_id=[None] * (2 + more),
        amount=[advance] * more + [12_000, 120_000], carry_stated=[0] * (1 + more) + [carry_stated],
        is_foreign=[False] * (2 + more),
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


def test_a_tax_advance_is_repaid_by_the_first_carry_tier_by_tier() -> None:
    # 25.00 advanced; of the carry of 40.00 the catch-up of 20.00 repays 20.00, the split of 20.00 the other 5.00
    made = tables(live(stated(advance=2_500)))
    repaid = {
        row["tier_name"]: (row["tax_advance_before"], row["tax_advance_deducted"], row["tax_advance_after"])
        for row in made[AUDIT].to_pylist()
        if row["investor_id"] == "lp"
    }
    assert repaid == {
        "RETURN_OF_CAPITAL": (25, 0, 25),
        "PREFERRED_RETURN": (25, 0, 25),
        "CATCH_UP": (25, 20, 5),
        "SPLIT": (5, 5, 0),
    }
    in_tiers = [r["tax_advance_deducted"] for r in made[TIERS].to_pylist() if r["investor_id"] == "lp"]
    assert sum(in_tiers) == 25
    (payment,) = (row for row in made[PAYMENTS].to_pylist() if row["investor_id"] == "lp")
    assert (payment["tax_advance_deducted"], payment["carry_paid"], payment["carried_interest"]) == (25, 15, 15)


def test_every_movement_of_carry_leaves_its_balance() -> None:
    # 25.00 advanced in September; of 40.00 of carry 25.00 repay it and 30 % of the rest, 4.50, go into escrow
    made = tables(live(stated(TERMS | {"escrow": {"share": "0.3"}}, advance=2_500)))
    moved = [
        (row["event_date"], row["entry_type"], row["balance_code"], row["amount"], row["balance"])
        for row in made[MOVEMENTS].to_pylist()
    ]
    assert moved == [
        (ADVANCED, "TAX_ADVANCE", "TAX_ADVANCES", 25, 25),
        (SOLD, "CARRY_PAID", "CARRY", Decimal("10.5"), 40),
        (SOLD, "ESCROW_IN", "ESCROW", Decimal("4.5"), Decimal("4.5")),
        (SOLD, "TAX_ADVANCE_DEDUCTED", "TAX_ADVANCES", 25, 0),
    ]


VALUED = {"investment_id": "i", "valuation_date": dt.date(2022, 6, 30), "fair_value": 0, "remaining_cost": 0, "is_foreign": False}  # fmt: skip
CLAWED = {"tests": ["EXCESS"], "net_of_tax": True, "tax_rate": "0.45", "guarantee": "JOINT_AND_SEVERAL"}


def called_again(given: StatedFund) -> StatedFund:
    """Another 100.00 is called from the LP in March 2022 and lost."""
    calls = given.columns["calls"]
    again = columns(
        place=[1], notice_id=["n-2"], call_id=["k-2"], investment_id=[None], facility_transaction_id=[None],
        due_date=[dt.date(2022, 3, 1)], paid_date=[dt.date(2022, 3, 1)], line_draw_date=[None],
        amount=[10_000], invested=[0], repaid=[0], is_foreign=[False],
    )  # fmt: skip
    both = {name: np.concatenate([calls[name], again[name]]) for name in calls.by_name}
    return StatedFund(given.rows, dict(given.columns) | {"calls": Columns(both)})


def entry(entry_id: str, kind: str, member: str, amount: int, day: dt.date) -> dict[str, Any]:
    return {
        "entry_id": entry_id, "entry_type": kind, "investor_id": member, "amount": amount, "event_date": day,
        "distribution_id": None,
    }  # fmt: skip


def test_a_clawback_is_paid_by_escrow_then_members_and_received_by_who_was_short() -> None:
    # carry 40.00 on a profit of 200.00; 100.00 lost leave 100.00: a fifth is 20.00, so 20.00 too much, below the
    # 22.00 left after 45 % of tax; escrow has 30 % of 40.00 = 12.00; members share the other 8.00 as 3 to 1
    had = [entry("e-1", "CARRY_PAID", "m-1", 2_100, SOLD), entry("e-2", "CARRY_PAID", "m-2", 700, SOLD)]
    given = called_again(stated(TERMS | {"clawback": CLAWED, "escrow": {"share": "0.3"}}, values=[VALUED], ledger=had))
    rows = tables(live(given))[CLAWBACKS].to_pylist()
    assert {(row["clawback_type"], row["event_date"], row["guarantee"]) for row in rows} == {
        ("FINAL", dt.date(2022, 6, 30), "JOINT_AND_SEVERAL")
    }
    assert [(row["party_type"], row["party_id"], row["pays"], row["receives"]) for row in rows] == [
        ("ESCROW", "ESCROW", 12, 0),
        ("GP_MEMBER", "m-1", 6, 0),
        ("GP_MEMBER", "m-2", 2, 0),
        ("LP", "c-lp", 0, 20),
    ]
    assert (rows[-1]["excess"], rows[-1]["gross"], rows[-1]["tax_kept"], rows[-1]["due"]) == (20, 20, 0, 20)


def test_a_clawback_leaves_the_gp_the_tax_on_its_carry() -> None:
    # as before with 80 % of tax on the carry of 40.00: of the 20.00 too much the GP returns 8.00
    given = called_again(stated(TERMS | {"clawback": CLAWED | {"tax_rate": "0.8"}}, values=[VALUED]))
    payer, receiver = tables(live(given))[CLAWBACKS].to_pylist()
    assert (payer["party_id"], payer["pays"], payer["investor_id"]) == ("gp", 8, "gp")
    assert (receiver["gross"], receiver["tax_kept"], receiver["due"], receiver["receives"]) == (20, 12, 8, 8)


def test_a_clawback_paid_stands_beside_what_each_member_paid() -> None:
    # 20.00 returned in May, all of it by the first member; by their carry of 30.00 and 10.00 it is 15.00 and 5.00
    paid = dt.date(2022, 5, 2)
    ledger = [
        entry("e-1", "CARRY_PAID", "m-1", 3_000, SOLD),
        entry("e-2", "CARRY_PAID", "m-2", 1_000, SOLD),
        entry("e-3", "CLAWBACK_PAID", "m-1", 2_000, paid),
    ]
    given = called_again(stated(TERMS | {"clawback": CLAWED}, values=[VALUED], ledger=ledger))
    rows = tables(live(given))[CLAWBACKS].to_pylist()
    assert [(r["clawback_type"], r["event_date"], r["party_id"], r["pays"], r["amount_stated"]) for r in rows[:2]] == [
        ("PAID", paid, "m-1", 15, 20),
        ("PAID", paid, "m-2", 5, 0),
    ]
    assert [(row["party_id"], row["receives"]) for row in rows[2:]] == [("c-lp", 20)]


def taken_over(given: StatedFund) -> StatedFund:
    """A third commitment, to which the LP's passes on 15 December 2021."""
    taker = {
        "place": 2, "commitment_id": "c-new", "investor_id": "new", "class_code": "A", "is_free_of_carry": False,
        "committed": 100_000, "is_foreign": False, "commitment_type": "TRANSFER",
    }  # fmt: skip
    moved = {
        "transfer_id": "t", "giver": 1, "taker": 2, "transfer_type": "FULL", "fraction": None, "amount": None,
        "effective_date": dt.date(2021, 12, 15),
    }  # fmt: skip
    rows = dict(given.rows) | {"partners": [*given.rows["partners"], taker], "transfers": [moved]}
    return StatedFund(rows, given.columns)


def test_a_distribution_is_of_who_held_the_commitment_on_its_record_date() -> None:
    # record date 1 December, transfer on the 15th, paid in January: tiers and carry are those of the transferor
    made = tables(live(taken_over(stated(record_date=dt.date(2021, 12, 1)))))
    assert FINDINGS not in made
    tiers = {r["tier_name"]: r["amount_lp"] for r in made[TIERS].to_pylist() if r["commitment_id"] == "c-lp"}
    assert tiers == {"RETURN_OF_CAPITAL": 1000, "PREFERRED_RETURN": 80, "CATCH_UP": 0, "SPLIT": 80}


def test_who_no_longer_held_it_on_the_record_date_has_no_history_to_be_paid_on() -> None:
    # record date after the transfer: what goes to the transferor all the same is profit without capital, 80/20
    made = tables(live(taken_over(stated(record_date=SOLD))))
    tiers = {r["tier_name"]: r["amount_lp"] for r in made[TIERS].to_pylist() if r["commitment_id"] == "c-lp"}
    assert tiers["RETURN_OF_CAPITAL"] == 0
    assert tiers["SPLIT"] == 960
