"""The accounts of HARBOUR-1 as a ledger: the table of clo-extensions 6, to the cent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from calculations.clo import deal
from calculations.clo.deal.account_ledger import BucketBalance, Movement, balances, movements
from calculations.clo.deal.load import DEALS
from calculations.clo.deal.payment_date import run_payment_date
from calculations.clo.deal.payment_date_inputs import read_inputs
from tests.calculations.deal.test_payment_date import rows

TABLE = """
payment.interest 1 0.00 6722200.40 6722200.40 0.00
collection.interest 2 0.00 6849650.40 6849650.40 0.00
collection.principal 2 -2140000.00 1415000.00 0.00 -725000.00
revolver_funding.principal 4 1500000.00 0.00 400000.00 1100000.00
expense_reserve.interest 5 90000.00 60000.00 0.00 150000.00
supplemental_reserve.principal 7 200000.00 0.00 0.00 200000.00
interest_smoothing.interest 8 118400.00 96250.00 118400.00 96250.00
"""


@pytest.fixture(scope="module")
def ledger() -> tuple[tuple[Movement, ...], tuple[BucketBalance, ...]]:
    terms, inputs = deal.load(DEALS / "harbour_1.yaml"), read_inputs(rows())
    moved = movements(terms, inputs, run_payment_date(terms, inputs))
    return moved, balances(terms, inputs, moved)


def test_accounts_roll_as_in_the_worked_table(ledger: tuple[tuple[Movement, ...], tuple[BucketBalance, ...]]) -> None:
    expected = {
        name: (int(kind), *map(Decimal, amounts))
        for name, kind, *amounts in (line.split() for line in TABLE.split("\n") if line)
    }
    for row in ledger[1]:
        found = (row.type, row.opening, row.paid_in, row.paid_out, row.closing)
        assert found == expected.get(f"{row.account}.{row.bucket}", (row.type, 0, 0, 0, 0))
    sums = [sum(getattr(row, name) for row in ledger[1]) for name in ("opening", "paid_in", "paid_out", "closing")]
    assert sums == [Decimal("-231600.00"), Decimal("15143100.80"), Decimal("14090250.80"), Decimal("821250.00")]


def test_what_comes_from_outside_and_goes_there_is_the_change_of_all_accounts(
    ledger: tuple[tuple[Movement, ...], tuple[BucketBalance, ...]],
) -> None:
    moved = ledger[0]
    received = sum(item.amount for item in moved if item.source.startswith("outside:"))
    payees = sum(item.amount for item in moved if item.target == "outside:payees")
    borrower = sum(item.amount for item in moved if item.target == "outside:borrower")
    internal = sum(item.amount for item in moved if "outside:" not in item.source + item.target)
    assert (received, payees, borrower) == (Decimal("8115050.40"), Decimal("6662200.40"), Decimal("400000.00"))
    assert internal == Decimal("7028050.40")
    assert all(item.amount > 0 for item in moved)
    assert [item.sequence for item in moved] == list(range(1, len(moved) + 1))


def test_a_deal_without_a_payment_account_has_no_ledger() -> None:
    terms, inputs = deal.load(DEALS / "harbour_1.yaml"), read_inputs(rows())
    found = run_payment_date(terms, inputs)
    bare = replace(terms, accounts={name: item for name, item in terms.accounts.items() if item.type != 1})
    with pytest.raises(ValueError, match="expected a payment account, type 1"):
        movements(bare, inputs, found)
