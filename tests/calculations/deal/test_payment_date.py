"""One payment date from reports: HARBOUR-1 of clo-extensions 4.16, to the cent."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from calculations.clo import deal
from calculations.clo.deal import PaymentDateResult, read_inputs, run_payment_date
from calculations.clo.deal.load import DEALS
from calculations.clo.deal.payment_date_inputs import InputError

DATA = Path(__file__).parent / "data"
DAY = dt.date(2025, 2, 20)


def rows() -> list[dict[str, Any]]:
    with (DATA / "harbour_1_2025-02-20.csv").open(encoding="utf-8") as file:
        found = [dict(row) for row in csv.DictReader(file)]
    for row in found:
        row["payment_date"] = DAY
        if row["item"] == "period":
            row["value"] = dt.date.fromisoformat(row["value"])
    return found


@pytest.fixture(scope="module")
def harbour() -> PaymentDateResult:
    return run_payment_date(deal.load(DEALS / "harbour_1.yaml"), read_inputs(rows()))


# number, due, paid, cash after
INTEREST = """
1 12450.00 12450.00 6709750.40
2 375.00 375.00 6709375.40
3 1533.33 1533.33 6707842.07
4 118640.00 80211.23 6627630.84
5 60000.00 60000.00 6567630.84
6 135769.51 135769.51 6431861.33
7 2473777.78 2473777.78 3958083.55
8 488425.00 488425.00 3469658.55
9 0.00 0.00 3469658.55
10 358416.67 358416.67 3111241.88
11 0.00 0.00 3111241.88
12 0.00 0.00 3111241.88
13 437483.00 437483.00 2673758.88
14 310000.00 310000.00 2363758.88
15 0.00 0.00 2363758.88
16 495075.00 495075.00 1868683.88
17 556394.68 556394.68 1312289.20
18 0.00 0.00 1312289.20
19 0.00 0.00 1312289.20
20 310330.31 310330.31 1001958.89
21 38428.77 38428.77 963530.12
22 963530.12 963530.12 0.00
"""


def test_steps_of_the_interest_list(harbour: PaymentDateResult) -> None:
    found = [
        [line.number, line.due, line.paid, line.cash_after] for line in harbour.steps if line.list_name == "interest"
    ]
    assert found == [
        [int(n), *map(Decimal, rest)] for n, *rest in (line.split() for line in INTEREST.split("\n") if line)
    ]
    assert harbour.interest_pool == Decimal("6722200.40")


def test_numerators_and_ratios(harbour: PaymentDateResult) -> None:
    assert harbour.numerators == {"adjusted_par": Decimal("375854596.875"), "plain_par": Decimal("377689000.00")}
    expected = {
        "OC-B": ("282000000.00", "1.332818", True),
        "IC-B": ("2962202.78", "2.171310", True),
        "OC-C": ("307500000.00", "1.222291", True),
        "IC-C": ("3320619.45", "1.936946", True),
        "OC-D": ("332310000.00", "1.131036", True),
        "IC-D": ("3758102.45", "1.711465", True),
        "OC-E": ("352810000.00", "1.065317", False),
    }
    for name, (denominator, ratio, passed) in expected.items():
        test = harbour.tests[name]
        assert (test.denominator, round(test.ratio or 0, 6), test.passed) == (
            Decimal(denominator),
            Decimal(ratio),
            passed,
        )
    assert harbour.tests["IC-B"].numerator == Decimal("6431861.33")
    assert harbour.tests["OC-E"].interest_cure == Decimal("556394.68")
    assert round(harbour.numerators["plain_par"] / 242_000_000, 6) == Decimal("1.560698")
    assert not harbour.in_default


def test_cure_pays_down_class_a_and_the_overdrawn_principal_account_stays(harbour: PaymentDateResult) -> None:
    assert harbour.notes["A"].principal_paid == Decimal("556394.68")
    assert harbour.notes["A"].closing_balance == Decimal("241443605.32")
    assert (harbour.principal_pool, harbour.principal_carried) == (Decimal("0.00"), Decimal("-725000.00"))
    assert harbour.findings == (
        "CAP_WITHOUT_OVERFLOW: what fee trustee claims above its cap is paid by no step and stays as arrears",
    )


def test_payments_sum_to_the_pool_and_legs_to_their_fee(harbour: PaymentDateResult) -> None:
    interest = [line for line in harbour.steps if line.list_name == "interest"]
    assert sum(line.paid for line in interest) == Decimal("6722200.40")
    assert harbour.step("interest", 20).legs == {
        "manager": Decimal("263780.76"),
        "retention_holder": Decimal("46549.55"),
    }


def test_accounts_after_the_payment_date(harbour: PaymentDateResult) -> None:
    assert harbour.accounts["expense_reserve"] == (Decimal("150000.00"), Decimal(0))
    assert harbour.accounts["interest_smoothing"] == (Decimal("96250.00"), Decimal(0))


def test_missing_figures_are_listed_at_once_and_nothing_is_run() -> None:
    left = [row for row in rows() if row["key"] not in ("EURIBOR3M", "taxes") and row["measure"] != "opening_unpaid"]
    with pytest.raises(InputError) as raised:
        run_payment_date(deal.load(DEALS / "harbour_1.yaml"), read_inputs(left))
    assert raised.value.code == "INPUT_MISSING"
    assert ("index", "EURIBOR3M", "level") in raised.value.cells
    assert ("due", "taxes", "amount") in raised.value.cells
    assert ("note", "A", "opening_unpaid") in raised.value.cells


def test_a_float_is_no_amount_and_an_unknown_measure_no_input() -> None:
    row = {"payment_date": DAY, "role": "input", "item": "due", "key": "taxes", "measure": "amount", "value": 1.5}
    with pytest.raises(
        InputError, match=r"INPUT_UNIT: expected an exact number, not the float 1\.5; found due taxes amount"
    ):
        read_inputs([row])
    with pytest.raises(InputError, match="INPUT_UNKNOWN_KEY"):
        read_inputs([{**row, "measure": "size"}])


def test_the_later_known_value_wins_and_the_older_run_can_be_repeated() -> None:
    early, late = dt.datetime(2025, 2, 21), dt.datetime(2025, 3, 1)
    row = {"payment_date": DAY, "role": "input", "item": "due", "key": "taxes", "measure": "amount"}
    both = [{**row, "value": "2", "known_at": late}, {**row, "value": "1", "known_at": early}]
    assert read_inputs(both).amount("due", "taxes", "amount") == 2
    assert read_inputs(both, known_at=early).amount("due", "taxes", "amount") == 1
    with pytest.raises(InputError, match="INPUT_DUPLICATE"):
        read_inputs([*both, {**row, "value": "3", "known_at": early}])
