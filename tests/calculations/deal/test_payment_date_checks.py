"""Reported minus computed, on HARBOUR-1: clo-extensions 5.2, with 4.16 and 6 for what the report says besides."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from calculations.clo import deal
from calculations.clo.deal import PaymentDateResult, run_payment_date
from calculations.clo.deal.load import DEALS
from calculations.clo.deal.payment_date_checks import CheckRow, compare
from calculations.clo.deal.payment_date_inputs import InputError, PaymentDateInputs, read_inputs
from tests.calculations.deal.test_account_ledger import TABLE
from tests.calculations.deal.test_payment_date import DAY, INTEREST, rows

HARBOUR = deal.load(DEALS / "harbour_1.yaml")


def reported(item: str, key: str, measure: str, value: Any, printed_decimals: int | None = None) -> dict[str, Any]:
    row = {"payment_date": DAY, "role": "reported", "item": item, "key": key, "measure": measure, "value": value}
    return row if printed_decimals is None else {**row, "printed_decimals": printed_decimals}


def table() -> dict[tuple[str, str, str], dict[str, Any]]:
    """What 4.16 and 6 print, as a report would: ratios as percentages with two decimals."""
    found = []
    for number, due, paid, _ in (line.split() for line in INTEREST.split("\n") if line):
        found += [reported("step", f"interest:{number}", "paid", paid)]
        if number not in ("6", "7", "22"):
            found += [reported("step", f"interest:{number}", "due", due)]
    for name, denominator, ratio, passed in (
        ("OC-B", "282000000.00", "1.3328", True),
        ("OC-C", "307500000.00", "1.2223", True),
        ("IC-C", "3320619.45", "1.9370", True),
        ("OC-D", "332310000.00", "1.1310", True),
        ("IC-D", "3758102.45", "1.7115", True),
        ("OC-E", "352810000.00", "1.0653", False),
        ("IC-B", "2962202.78", "2.1713", True),
    ):
        found += [
            reported("test", name, "denominator", denominator),
            reported("test", name, "ratio", ratio, 4),
            reported("test", name, "passed", passed),
        ]
    for line in (line.split() for line in TABLE.split("\n") if line):
        account, bucket = line[0].split(".")
        found.append(reported("account", account, f"closing_{bucket}", line[-1]))
    found += [
        reported("step", "notes:1", "paid", "556394.68"),
        reported("step", "interest:20:manager", "paid", "263780.76"),
        reported("step", "interest:20:retention_holder", "paid", "46549.55"),
        reported("note", "A", "principal_paid", "556394.68"),
        reported("note", "A", "closing_balance", "241443605.32"),
        reported("note", "E", "interest_due", "495075.00"),
        reported("note", "D", "deferred_paid", "310000.00"),
        reported("note", "D", "closing_deferred", "0.00"),
        reported("note", "B-2", "coupon", "0.0505"),
        reported("note", "D", "coupon", "0.0690"),
        reported("fee", "junior", "accrued", "310330.31"),
        reported("due", "issuer_profit", "amount", "375.00"),
        reported("flag", "event_of_default", "value", False),
        reported("period", "-", "accrual_end", DAY),
    ]
    return {(row["item"], row["key"], row["measure"]): row for row in found}


def checked(changes: dict[tuple[str, str, str], Any]) -> dict[tuple[str, str, str], CheckRow]:
    said = table()
    for cell, value in changes.items():
        said[cell] = {**said.get(cell, reported(*cell, value)), "value": value}
    inputs = read_inputs([*rows(), *said.values()])
    found = compare(HARBOUR, inputs, run_payment_date(HARBOUR, inputs))
    assert len({(row.item, row.key, row.measure) for row in found}) == len(found)
    return {(row.item, row.key, row.measure): row for row in found}


def paid(step: str) -> tuple[str, str, str]:
    return ("step", step, "paid")


WORKED = {paid("interest:6"): "135749.51", paid("interest:7"): "2473777.77", paid("interest:22"): "963550.13"}


@pytest.fixture(scope="module")
def worked() -> dict[tuple[str, str, str], CheckRow]:
    return checked(WORKED)


@pytest.mark.parametrize(
    ("cell", "computed", "free", "own", "outcome"),
    [
        (paid("interest:6"), "135769.51", "-20.00", "-20.00", "break"),
        (paid("interest:7"), "2473777.78", "-0.01", "-0.01", "match"),
        (paid("interest:22"), "963530.12", "20.01", "0.00", "consequence"),
        (("test", "IC-B", "ratio"), "2.171310", "-0.000010", "-0.000017", "match"),
        (("test", "OC-E", "ratio"), "1.065317", "-0.000017", "-0.000017", "match"),
    ],
)
def test_printed_rows(
    worked: dict[tuple[str, str, str], CheckRow],
    cell: tuple[str, str, str],
    computed: str,
    free: str,
    own: str,
    outcome: str,
) -> None:
    row, places = worked[cell], 6 if cell[0] == "test" else 2
    found = [round(amount, places) for amount in (row.computed, row.difference, row.own_difference)]  # type: ignore[arg-type]
    assert found == [Decimal(computed), Decimal(free), Decimal(own)]
    assert row.outcome == outcome


def test_every_other_row_matches(worked: dict[tuple[str, str, str], CheckRow]) -> None:
    # with the senior fee as reported IC C is 6,431,881.33 / 3,320,619.45 = 193.695 %, printed as 193.70 %; with ours
    # it is 193.6946 %: the fee's 20.00 seen again
    assert worked["test", "IC-C", "ratio"].outcome == "consequence"
    others = {cell: row.outcome for cell, row in worked.items() if cell not in {*WORKED, ("test", "IC-C", "ratio")}}
    assert set(others.values()) == {"match"}, {cell: what for cell, what in others.items() if what != "match"}
    assert ("list", "interest", "paid") in others
    assert ("step", "interest:20", "legs") in others


@pytest.mark.parametrize(
    ("value", "outcome"),
    [("135769.52", "match"), ("135769.56", "rounding"), ("135769.57", "difference"), ("135776.23", "difference")],
)
def test_outcomes_by_the_size_of_the_own_difference(value: str, outcome: str) -> None:
    # limit 1e-6 x 6,722,200.40 = 6.72
    assert checked({paid("interest:6"): value})[paid("interest:6")].outcome == outcome


def test_a_list_that_pays_a_cent_more_than_its_proceeds_breaks() -> None:
    row = checked({paid("interest:22"): "963530.13"})["list", "interest", "paid"]
    assert (row.reported, row.own_difference, row.outcome) == (Decimal("6722200.41"), Decimal("0.01"), "break")


def test_payees_that_do_not_sum_to_their_fee_break() -> None:
    found = checked({paid("interest:20:manager"): "263780.77"})
    assert found["step", "interest:20", "legs"].outcome == "break"
    assert found[paid("interest:20:manager")].outcome == "match"  # one cent from its own share


def test_interest_left_unpaid_by_the_report_is_still_due_in_the_next_list_of_its_own_pass() -> None:
    # A is paid 100.00 short from interest and made whole from principal: one break, and no second one below it
    found = checked(
        {
            paid("interest:7"): "2473677.78",
            paid("interest:22"): "963630.12",
            ("step", "principal:3", "due"): "100.00",
        }
    )
    assert found[paid("interest:7")].outcome == "break"
    assert found["step", "principal:3", "due"].own_difference == 0
    assert found["step", "principal:3", "due"].outcome == "consequence"


def test_flags_dates_and_an_order_of_steps_are_exact() -> None:
    found = checked(
        {
            ("test", "IC-C", "ratio"): "1.9369",  # as with the senior fee that is due
            ("test", "OC-E", "passed"): True,
            ("period", "-", "accrual_end"): DAY + dt.timedelta(days=1),
            ("step", "interest:23", "paid"): "0.00",
            ("account", "expense_reserve", "closing_interest"): "150000.01",
        }
    )
    assert {cell for cell, row in found.items() if row.outcome == "break"} == {
        ("test", "OC-E", "passed"),
        ("period", "-", "accrual_end"),
        ("step", "interest:23", "paid"),
        ("account", "expense_reserve", "closing_interest"),
    }


def test_a_reported_figure_that_nothing_is_compared_with_is_named() -> None:
    with pytest.raises(InputError, match=r"INPUT_UNKNOWN_KEY.*found note Z closing_balance"):
        checked({("note", "Z", "closing_balance"): "1.00"})


def inputs_with(*changes: dict[str, Any]) -> PaymentDateInputs:
    return read_inputs([*rows(), *changes])


def test_an_opening_that_is_not_the_last_date_s_closing_is_a_critical_finding() -> None:
    before = {"payment_date": dt.date(2024, 11, 20)}
    closings = [
        reported("note", "A", "closing_balance", "242000000.01") | before,
        reported("note", "D", "closing_deferred", "310000") | before,
        reported("account", "collection", "closing_principal", "-2140000.00") | before,
        reported("period", "-", "accrual_end", dt.date(2024, 11, 21)) | before,
    ]
    found: PaymentDateResult = run_payment_date(HARBOUR, inputs_with(), read_inputs(closings))
    assert [finding for finding in found.findings if "OPENING_BREAK" in finding] == [
        "critical: OPENING_BREAK: note A opening_balance expected 242000000.01, closing_balance of 2024-11-20, "
        "found 242000000",
        "critical: OPENING_BREAK: period - accrual_start expected 2024-11-21, accrual_end of 2024-11-20, "
        "found 2024-11-20",
    ]


def test_money_in_another_currency_a_wrong_unit_and_a_period_without_length_are_refused() -> None:
    taxes = {"payment_date": DAY, "role": "INPUT", "item": "due", "key": "taxes", "measure": "amount", "value": "1"}
    with pytest.raises(InputError, match="INPUT_CURRENCY: expected money in EUR; found due taxes amount"):
        run_payment_date(HARBOUR, inputs_with({**taxes, "value": "12450.00", "currency": "USD"}))
    with pytest.raises(InputError, match="INPUT_UNIT: expected unit money, not FRACTION"):
        read_inputs([{**taxes, "unit": "FRACTION"}])
    others = [row for row in rows() if row["measure"] != "accrual_end"]
    day = {"payment_date": DAY, "role": "INPUT", "item": "period", "key": "", "measure": "accrual_end"}
    with pytest.raises(InputError, match="PERIOD_ORDER"):
        run_payment_date(HARBOUR, read_inputs([*others, {**day, "value": dt.date(2024, 11, 20)}]))
