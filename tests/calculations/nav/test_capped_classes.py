"""Share classes with a cap on their expenses: what the adviser owes is an asset of the class at its strike.

0.50 % of 73,000,000 is 1,000 a day of 365, and 0.625 % is 1,250; all other figures are reckoned beside each test.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from calculations.nav import Strike
from calculations.nav.methods.evidence import Evidence
from tests.calculations.nav.evidence import closing, evidence, struck
from tests.calculations.nav_inputs import DAY

D = Decimal
EVE, NEXT = dt.date(2026, 3, 9), dt.date(2026, 3, 11)
A = {"share_class_id": "a", "currency": "USD", "nav_dp": 4, "shares_outstanding": D(1_000_000)}
A |= {"expense_cap_rate": D("0.005")}
B = A | {"share_class_id": "b", "expense_cap_rate": None}
STATED = {"share_class_id": "a", "valuation_date": EVE, "version": 1, "status": "PUBLISHED", "currency": "USD"}
STATED |= {"net_assets": D(73_000_000)}
FEE = {"share_class_id": "a", "accrual_id": "FEE", "kind": "MANAGEMENT_FEE", "side": "LIABILITY", "method": "RATE"}
FEE |= {"rate": D("0.00625"), "basis": "STATED", "basis_amount": D(73_000_000), "currency": "USD"}
FEE |= {"day_count": "ACT_365F", "accrued_from": EVE, "start_date": EVE}


def found(**more: Any) -> Evidence:
    """A fund worth 73,000,000 before its expenses."""
    held = {"instrument_id": "SHARE", "leg": "LONG", "as_of_date": DAY, "holding_type": "EQUITY", "currency": "USD"}
    terms: dict[str, Any] = {
        "instruments": [{"instrument_id": "SHARE", "instrument_type": "EQUITY", "currency": "USD"}],
        "prices": [closing("SHARE", "73")],
        "holdings": [held | {"quantity": D(1_000_000)}],
        "classes": [A],
        "accruals": [FEE],
        "history": [STATED],
    }
    return evidence("fund", {"unitless": False}, **(terms | more))


def owed(result: Strike) -> Decimal | None:
    lines = [line for line in result.lines if line.kind == "ADVISER_RECEIVABLE"]
    assert sum(line.base_amount or 0 for line in result.lines) == result.net_assets
    assert sum(each.net_assets or 0 for each in result.classes) == result.net_assets
    return lines[0].base_amount if lines else None


def test_the_adviser_owes_the_class_what_is_above_its_cap() -> None:
    result = struck(found())
    assert (owed(result), result.net_assets) == (D(250), D(72_999_000))
    (line,) = [line for line in result.lines if line.kind == "ADVISER_RECEIVABLE"]
    assert (line.side, line.share_class_id) == ("ASSET", "a")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"classes": [A | {"expense_cap_rate": D("0.00625")}]}, None),
        ({"classes": [A | {"expense_cap_rate": None}]}, None),
        ({"accruals": [FEE | {"kind": "TAX"}]}, None),  # no operating expense
        # an invoice of 800 in the year beside 1,250, against 1,000
        ({"accruals": [FEE, FEE | {"accrual_id": "I", "method": "STATED", "amount": D(800)}]}, D(1050)),
        # a receivable that is stated is the one that counts
        (
            {
                "accruals": [
                    FEE,
                    FEE
                    | {"accrual_id": "R", "kind": "ADVISER_RECEIVABLE", "side": "ASSET"}
                    | {"method": "STATED", "amount": D(7)},
                ]
            },
            D(7),
        ),
        # the year to date: 11 days of 1,250, some of them paid; 10 days on 73,000,000 and one on half of it
        (
            {
                "accruals": [
                    FEE
                    | {"accrued_from": dt.date(2026, 2, 27), "paid_through": dt.date(2026, 3, 5)}
                    | {"start_date": dt.date(2026, 2, 27)}
                ],
                "history": [
                    STATED | {"valuation_date": dt.date(2026, 2, 27)},
                    STATED | {"net_assets": D(36_500_000)},
                ],
            },
            D(3250),
        ),
        # a fee from the year before counts from the first of January: 68 days of 250
        (
            {
                "accruals": [FEE | {"accrued_from": dt.date(2025, 12, 1), "start_date": dt.date(2025, 12, 1)}],
                "history": [STATED | {"valuation_date": dt.date(2025, 12, 31)}],
            },
            D(17_000),
        ),
    ],
)
def test_what_counts_are_the_expenses_of_the_year(more: dict[str, Any], expected: Decimal | None) -> None:
    assert owed(struck(found(**more))) == expected


def two_classes(**more: Any) -> Evidence:
    """Three quarters in a capped class and a quarter in one that is not; 2,000 a day of expenses of the whole fund."""
    audit = FEE | {"share_class_id": None, "kind": "AUDIT", "method": "ANNUAL_AMOUNT", "annual_amount": D(730_000)}
    history = [STATED | {"net_assets": D(54_750_000)}, STATED | {"share_class_id": "b", "net_assets": D(18_250_000)}]
    history += more.pop("history", [])
    return found(classes=[A, B], accruals=[audit], history=history, **more)


def test_a_cap_counts_the_part_of_the_funds_expenses_that_the_class_bears() -> None:
    result = struck(two_classes())
    # 1,500 of 2,000, against 0.50 % of 54,750,000 a day, 750
    assert owed(result) == D(750)
    a, b = result.classes
    assert (a.net_assets, b.net_assets) == (D(54_749_250), D(18_249_500))


def test_a_receivable_is_the_classs_own_in_what_it_opens_with() -> None:
    stated = [
        STATED | {"valuation_date": DAY, "share_class_id": name, "net_assets": D(net)}
        for name, net in (("a", 54_749_250), ("b", 18_249_500))
    ]
    a, b = two_classes(history=stated, day=NEXT).inputs.classes
    assert (a.opening_net_assets, a.opening_own_lines) == (D(54_749_250), D(750))
    assert (b.opening_net_assets, b.opening_own_lines) == (D(18_249_500), D(0))


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"history": []}, "MISSING_OPENING_NET_ASSETS"),
        ({"history": [STATED | {"net_assets": None}]}, "MISSING_OPENING_NET_ASSETS"),
        ({"classes": [A | {"expense_cap_rate": D(2)}]}, "DOMAIN"),
    ],
)
def test_a_cap_that_cannot_be_measured_fails_the_strike(more: dict[str, Any], reason: str) -> None:
    result = struck(found(**more))
    assert (result.status, result.reason) == ("FAILED", reason)
