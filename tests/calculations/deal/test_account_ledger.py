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
from tests.calculations.deal.test_larch import LARCH
from tests.calculations.deal.test_larch import rows as larch_rows
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


def harbour_repaid_by_interest() -> deal.Deal:
    text = (DEALS / "harbour_1.yaml").read_text(encoding="utf-8")
    before, residual, after = text.partition("      - {residual: {to: sub, book: interest")
    text = before + "      - {repay: principal_cash}\n" + residual + after
    return deal.loads(text.replace("repay_from: principal}", "repay_from: [principal, interest]}"))


def test_interest_that_repays_the_principal_account_stays_in_the_deal() -> None:
    terms, inputs = harbour_repaid_by_interest(), read_inputs(rows())
    found = run_payment_date(terms, inputs)
    # 963,530.12 are left before the residual: 725,000.00 of them repay the account of the worked table
    assert found.step("interest", 22).paid == Decimal("725000.00")
    assert found.step("interest", 23).paid == Decimal("238530.12")
    assert found.principal_carried == 0
    moved = movements(terms, inputs, found)
    (row,) = [row for row in balances(terms, inputs, moved) if (row.account, row.bucket) == ("collection", "principal")]
    assert (row.opening, row.paid_in, row.closing) == (Decimal("-2140000.00"), Decimal("2140000.00"), Decimal("0.00"))


def test_what_a_counterparty_is_paid_is_no_payment_to_payees() -> None:
    terms, inputs = deal.load(LARCH), read_inputs(larch_rows())
    moved = movements(terms, inputs, run_payment_date(terms, inputs))
    # step 5 of the interest list of LARCH-1's reported date
    hedges = [(item.target, item.amount) for item in moved if item.reason == "hedge"]
    assert hedges == [("outside:counterparty", Decimal("15000.00"))]
