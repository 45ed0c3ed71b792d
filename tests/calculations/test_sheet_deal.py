"""A deal sheet's figures upon its deal file. Source: clo-liabilities-waterfall 1.1; clo-workbook."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from calculations.clo.deal import load
from calculations.clo.deal.load import deal_file
from calculations.clo.sheet_deal import DealSheet, class_name, deal_inputs, reinvestment_terms

NO_FIGURES = {"price": None, "discount_margin": None, "oc_trigger": None, "ic_trigger": None, "is_equity": False}


def tranche(name: str, balance: float, spread: float, **more: Any) -> dict[str, Any]:
    return {
        **NO_FIGURES,
        "tranche_name": name,
        "original_balance": balance,
        "current_balance": balance,
        "deferred_balance": 0.0,
        "spread": spread,
        "day_count": "Actual/360",
        "coupon_type": "Floating",
        **more,
    }


SHEET = DealSheet(
    "MAG17",
    {
        ("clo_inputs", "interest_diversion_trigger"): 1.052,
        ("clo_inputs", "event_of_default_trigger"): 1.025,
        ("clo_inputs", "ccc_haircut_limit"): 0.075,
        ("clo_inputs", "beginning_fee_basis"): 500e6,
        ("clo_inputs", "incentive_fee_hurdle"): 0.12,
        ("clo_inputs", "incentive_fee_rate"): 0.2,
        ("cash_flow_inputs", "pre_reinvestment_type"): "ALL PRINCIPAL",
        ("cash_flow_inputs", "pre_reinvestment_rate"): 1.0,
        ("cash_flow_inputs", "post_reinvestment_type"): "NONE",
        ("deal_dates", "reinvestment_end_date"): dt.date(2020, 4, 20),
    },
    [
        tranche("Class B-2", 15e6, 0.037, coupon_type="Fixed", oc_trigger=1.243, ic_trigger=1.15),
        tranche("Class E", 25e6, 0.0815, oc_trigger=1.042, price=0.9185),
        tranche("Sub Notes", 38.75e6, 0.0, is_equity=True, coupon_type=None),
    ],
    [
        {
            "fee_name": "Junior Manager Fee",
            "fee_basis": "BEGINNING",
            "fee_rate": 0.003,
            "fixed_amount": 0.0,
            "day_count": "Actual/360",
            "unpaid_amount": 0.0,
            "has_interest_on_fee": False,
            "interest_spread": 0.02,
        },
        {"fee_name": "Consulting", "fee_basis": "BEGINNING"},
    ],
    [{"account_number": 2, "interest_amount": 812156.56, "principal_amount": -2918440.15}, {"account_number": 6}],
    [{"payment_date": dt.date(2016, 3, 31), "amount": -19827500.0}],
)


@pytest.mark.parametrize(
    ("name", "expected"), [("Class A-1A", "A-1A"), ("Sub Notes", "sub"), ("Subordinated", "sub"), ("Class  X", "X")]
)
def test_classes_have_the_names_of_deal_files(name: str, expected: str) -> None:
    assert class_name(name) == expected


def test_a_sheet_lays_its_figures_upon_the_file() -> None:
    inputs, _ = deal_inputs(SHEET)
    deal = load(deal_file("MAG17"), inputs=inputs)
    # the file has B-2 floating at 3.70 %; the sheet has it fixed
    assert (deal.notes["B-2"].fixed, deal.notes["B-2"].spread) == (Decimal("0.037"), None)
    assert deal.notes["E"].price == Decimal("0.9185")
    assert deal.tests["OC-E"].trigger == Decimal("1.042")
    assert deal.tests["ID"].trigger == Decimal("1.052")
    assert deal.fees["junior"].rate == Decimal("0.003")
    assert deal.fees["junior"].interest_spread is None
    assert deal.accounts["collection"].principal == Decimal("-2918440.15")
    assert deal.incentive is not None
    assert deal.incentive.history[0].amount == Decimal("-19827500")
    assert deal.dates.reinvestment_end == dt.date(2020, 4, 20)
    assert deal.reinvestment.during.type == "all_principal"
    # what the sheet leaves blank stays the file's
    assert deal.notes["A"].spread == Decimal("0.0155")
    assert deal.dates.closing == dt.date(2016, 3, 31)


def test_what_nobody_states_is_assumed_by_name() -> None:
    inputs, assumed = deal_inputs(SHEET)
    assert [(item.subject, item.value) for item in assumed] == [
        ("Consulting", None),
        ("post_reinvestment_type", "none"),
    ]
    deal = load(deal_file("MAG17"), inputs=inputs)
    assert [(item.key, item.value) for item in deal.assumed] == [("notes.X.instalment", "300000")]


def test_blank_parameters_are_named_together() -> None:
    with pytest.raises(ValueError, match="MAG17: expected a value for cash_flow_inputs reinvestment_spread"):
        reinvestment_terms(SHEET)


def test_a_deal_without_a_file_is_told_which_have_one() -> None:
    with pytest.raises(ValueError, match=r"deal MAG10: expected a deal file .*MAG17"):
        deal_file("MAG10")
